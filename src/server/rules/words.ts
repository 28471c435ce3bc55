/**
 * What may stand in a text, a name, an e-mail address and a website, and how each is stored. Pure. Lengths are counted
 * in code points, as the widget counts them (FAULTS G6).
 */
import { Problem } from '../problems.ts';
import { type Mailbox, readMailbox } from './mailboxes.ts';
import { isReserved } from './names.ts';
import type { Settings } from './settings.ts';

export const LONGEST_NAME = 80;
const LONGEST_WEBSITE = 500;

/**
 * Everything from outside passes here once. U+0000 can't be stored everywhere and half a surrogate pair is no UTF-8: both
 * become U+FFFD, as CommonMark has it. Nothing else of what was written is touched (S-8).
 */
export function storable(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, '\uFFFD');
}

/**
 * Blank signs that are no white space: the soft hyphen and the zero-width kind, Hangul fillers, Braille blank, and marks
 * that stand on nothing.
 */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{C}\p{Z}\p{M}\s\u2800\u{1d159}]/gu;

/** Whether a reader would see anything of it. */
export function isSeen(text: string): boolean {
  return text.replace(UNSEEN, '') !== '';
}

export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

export function checkText(text: string, settings: Settings): string {
  const stored = storable(text);
  const length = lengthOf(stored);
  const most = settings['max-length'];
  const least = settings['min-length'];
  if (length > most)
    throw new Problem('too-long', `The text has ${length} characters; ${most} are allowed.`, { limit: most });
  // What nobody can see is not something said.
  if (lengthOf(stored.trim()) < least || (least > 0 && !isSeen(stored))) {
    throw new Problem('too-short', `The text must have at least ${least} characters.`, { limit: least });
  }
  return stored;
}

export interface Signature {
  readonly name: string;
  readonly email: string | null;
  readonly website: string | null;
}

export function checkSignature(
  author: { readonly name: string; readonly email?: string | undefined; readonly website?: string | undefined },
  settings: Settings,
  reservedNames: readonly string[],
): Signature {
  // One line, without control characters: a name is shown beside others and goes into mail headers later.
  const name = storable(author.name)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  if (!isSeen(name) && (name !== '' || settings.name === 'required')) throw new Problem('name-required');
  if (lengthOf(name) > LONGEST_NAME) {
    throw new Problem('name-too-long', `A name may have ${LONGEST_NAME} characters.`, { limit: LONGEST_NAME });
  }
  if (isReserved(name, reservedNames)) throw new Problem('name-reserved');
  return {
    name: name === '' ? 'Guest' : name,
    email: checkEmail(author.email ?? '', settings),
    website: settings.website ? checkWebsite(author.website ?? '') : null,
  };
}

function checkEmail(text: string, settings: Settings): string | null {
  const email = text.trim();
  const isRequired = settings.post === 'email' || settings.email === 'required';
  if (email === '' && isRequired) throw new Problem('email-required');
  if (email === '' || settings.email === 'none') return null;
  return checkMailbox(email).address;
}

/** Not whether it exists: only that it is one address, which a header can't be smuggled into. */
export function checkMailbox(text: string): Mailbox {
  const mailbox = readMailbox(text);
  if (mailbox === null) throw new Problem('email-invalid');
  return mailbox;
}

export function checkWebsite(text: string): string | null {
  const written = text.trim();
  if (written === '') return null;
  // People write `example.com`; anything that names a scheme must name one of these two.
  const address = /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(written) ? written : `https://${written}`;
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new Problem('website-invalid');
  }
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  if (!isWeb || url.href.length > LONGEST_WEBSITE || url.username !== '' || url.password !== '') {
    throw new Problem('website-invalid');
  }
  return url.href;
}
