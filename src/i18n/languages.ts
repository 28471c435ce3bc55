/**
 * Which language is spoken. The languages stand in files of their own, fetched when first needed; the thread's English
 * alone is there from the start. Apart from `locale.ts`, because every part of ours needs that one and only the first
 * chooses a language.
 */
import { en } from './en.ts';
import type { AllMessages, Messages } from './locale.ts';

const english = async (): Promise<AllMessages> => ({ ...en, ...(await import('./en-writing.ts')).enWriting });

const languages: Readonly<Record<string, () => Promise<AllMessages>>> = {
  en: english,
  ar: async () => (await import('./ar.ts')).ar,
  de: async () => (await import('./de.ts')).de,
};

/** The languages there are, by the tags that name them. */
export const LANGUAGES: readonly string[] = Object.keys(languages);

/** Our name for a language tag, or `en` where we don't speak it: `de-AT` and `DE_at` are `de`. */
export function matchLanguage(tag: string): string {
  const language = firstPart(tag);
  return LANGUAGES.includes(language) ? language : 'en';
}

/** Whether a language tag names a language that we have. */
export function isSpoken(tag: string): boolean {
  return LANGUAGES.includes(firstPart(tag));
}

/** The words that are here already: the thread's English, as the region of the tag writes its numbers. */
export function wordsAtHand(tag: string): Messages | null {
  if (matchLanguage(tag) !== 'en') return null;
  return keepRegion(en, tag, 'en');
}

/**
 * All words for a language tag, the region of the tag kept, so that Austria's numbers look Austrian. Rejects where the
 * language's file can't be fetched; the caller goes on with what it has, which is English at first.
 */
export async function loadMessages(tag: string): Promise<AllMessages> {
  const language = matchLanguage(tag);
  const messages = await (languages[language] ?? english)();
  return keepRegion(messages, tag, language);
}

function keepRegion<Words extends Messages>(words: Words, tag: string, language: string): Words {
  const wanted = tag.trim().replaceAll('_', '-');
  return firstPart(wanted) === language && isTag(wanted) ? { ...words, lang: wanted } : words;
}

function firstPart(tag: string): string {
  return tag.trim().toLowerCase().split(/[-_]/)[0] ?? '';
}

function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    // Not a language tag: our own name for the language is good enough.
    return false;
  }
}
