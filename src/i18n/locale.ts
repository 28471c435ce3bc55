/**
 * Words, numbers and times in the reader's language: how a message is filled in, and how numbers and times are written.
 * Which language is spoken is chosen in `languages.ts`.
 */
import type { en } from './en.ts';
import type { enWriting } from './en-writing.ts';

/** Forms by number, as `Intl.PluralRules` names them. */
export type Plural = { readonly [form in Intl.LDMLPluralRule]?: string } & { readonly other: string };
export type Message = string | Plural;
export type MessageKey = keyof typeof en;
export type WritingKey = keyof typeof enWriting;

/** Words by key, in one language: `lang` is its full tag, such as `de-AT`. */
export type Words<Key extends string> = Readonly<Record<Key | 'lang', Message>>;
/**
 * Words borrowed on a page that is written the other way, such as English on a Persian page: the interface is laid out as
 * the page, and each sentence is isolated, or its full stop would stand at the wrong end.
 */
export interface Layout {
  readonly dir?: 'ltr' | 'rtl';
}
/** What the first picture needs; all else may be there already, or comes with the part that says it. */
export type Messages = Words<MessageKey> & Layout & { readonly [key in WritingKey]?: Message };
/** All words of a language, as a language's file has them. */
export type AllMessages = Words<MessageKey | WritingKey>;
type Sayable<Key extends string> = Words<'lang'> & Layout & { readonly [key in Key]?: Message };
export type Values = Readonly<Record<string, string | number>>;

/** One sentence, filled in; none where its words are still on their way. `count` chooses the plural form; numbers are written as the language writes them. */
export function say<Key extends string>(messages: Sayable<Key>, key: Key, values: Values = {}): string {
  const said = sayParts(messages, key, values)
    .map((part) => (typeof part === 'number' ? formatNumber(messages, part) : part))
    .join('');
  return messages.dir ? `\u2068${said}\u2069` : said;
}

/**
 * The same sentence in pieces, for a template that puts an element where a value stands: text and values alternate,
 * beginning with text.
 */
export function sayParts<Key extends string, Value>(
  messages: Sayable<Key>,
  key: Key,
  values: Readonly<Record<string, Value>>,
): (string | Value)[] {
  const rtl = isRtl(messages);
  return choose(messages, messages[key] ?? '', values['count'])
    .split(/\{(\w+)\}/)
    .map((piece, index) => (index % 2 === 0 ? piece : isolate(values[piece] ?? '', rtl)));
}

/** Which way the interface is laid out: as its language is written, or as the page around it where it has to borrow one. */
export function direction(messages: Words<'lang'> & Layout): 'ltr' | 'rtl' {
  return messages.dir ?? (isRtl(messages) ? 'rtl' : 'ltr');
}

function isRtl(messages: Words<'lang'>): boolean {
  return /^(ar|fa|he|ur)\b/.test(languageOf(messages));
}

export function languageOf(messages: Words<'lang'>): string {
  return typeof messages.lang === 'string' ? messages.lang : 'en';
}

export function formatNumber(messages: Words<'lang'>, value: number): string {
  return numbers(languageOf(messages)).format(value);
}

/** Up to how many seconds, in which unit, of how many seconds. */
type Step = readonly [number, Intl.RelativeTimeFormatUnit, number];
const STEPS: readonly Step[] = [
  [3_600, 'minute', 60],
  [86_400, 'hour', 3_600],
];

/** "5 minutes ago", "in 12 seconds". Less than a minute ago is *just now*. */
export function relativeTime(messages: Messages, time: number, now: number): string {
  const seconds = (time - now) / 1000;
  const size = Math.abs(seconds);
  if (size < 60) {
    return seconds > 0
      ? relativeTimes(languageOf(messages)).format(Math.ceil(seconds), 'second')
      : say(messages, 'just-now');
  }
  const [, unit, length] = STEPS.find(([below]) => size < below) ?? ['', 'day', 86_400];
  return relativeTimes(languageOf(messages)).format(Math.trunc(seconds / length), unit);
}

/**
 * The time since something happened, and after four weeks its date; a clock that runs ahead of ours makes it *just now*,
 * not a future (FAULTS F4).
 */
export function timeAgo(messages: Messages, time: number, now: number): string {
  const at = Math.min(time, now);
  // From four weeks on a date says more than how long ago it was.
  return now - at < 28 * 86_400_000 ? relativeTime(messages, at, now) : dates(languageOf(messages)).format(at);
}

export function choose(messages: Words<'lang'>, message: Message, count: unknown): string {
  if (typeof message === 'string') return message;
  const form = typeof count === 'number' ? plurals(languageOf(messages)).select(count) : 'other';
  return message[form] ?? message.other;
}

const RTL_LETTER = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/**
 * A name written the other way would turn the sentence around it: it is put between isolating marks. Marks of its own,
 * which could turn more than itself or end that isolation, are left out (FAULTS G3).
 */
function isolate<Value>(value: Value, rtl: boolean): Value | string {
  if (typeof value !== 'string') return value;
  const text = value.replace(/\p{Bidi_C}/gu, '');
  return text && RTL_LETTER.test(text) !== rtl ? `\u2068${text}\u2069` : text;
}

/** Making an `Intl` object is slow, and a thread needs each of them some hundred times. */
export function remember<Made>(make: (...names: string[]) => Made): (...names: string[]) => Made {
  const made = new Map<string, Made>();
  return (...names) => {
    const key = names.join(' ');
    const known = made.get(key) ?? make(...names);
    made.set(key, known);
    return known;
  };
}

const plurals = remember((lang) => new Intl.PluralRules(lang));
const numbers = remember((lang) => new Intl.NumberFormat(lang));
const dates = remember((lang) => new Intl.DateTimeFormat(lang, { dateStyle: 'medium' }));
const relativeTimes = remember((lang) => new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }));
