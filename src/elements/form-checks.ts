/** What can be said about a filled-in form before anything is sent: which field is wrong, and what is allowed. */
import type { Rules } from '../model/comment.ts';
import { lengthOf } from './form-text.ts';

/** What a reader has filled in. */
export interface Filled {
  readonly text: string;
  readonly name: string;
  readonly email: string;
  readonly website: string;
  /** The site's consent line is ticked. */
  readonly agreed: boolean;
}

export type Field = keyof Filled;

/** As the backend would say it: a key of the messages `refused.REASON`, with its limit. */
export interface Wrong {
  readonly reason: string;
  readonly limit?: number;
}

/** What holds until the site's own rules have arrived: ask for little, and let the server say no. */
export const OPEN_RULES: Rules = {
  votes: 'none',
  name: 'optional',
  email: 'none',
  website: false,
  minLength: 1,
  maxLength: 10_000,
  maxDepth: null,
  editSeconds: 0,
  closed: false,
  consent: null,
};

/** By field, in the order of the screen: the first one gets the focus. */
export function findWrong(filled: Filled, rules: Rules, edit: boolean): ReadonlyMap<Field, Wrong> {
  const wrong = new Map<Field, Wrong>();
  const length = lengthOf(filled.text);
  if (lengthOf(filled.text.trim()) < Math.max(1, rules.minLength)) {
    wrong.set('text', { reason: 'too-short', limit: Math.max(1, rules.minLength) });
  } else if (length > rules.maxLength) wrong.set('text', { reason: 'too-long', limit: rules.maxLength });
  else if (rules.closed) wrong.set('text', { reason: 'closed' });
  // Who wrote a comment, and that they agreed, was settled when it was posted.
  if (edit) return wrong;

  if (rules.name === 'required' && !filled.name.trim()) wrong.set('name', { reason: 'name-required' });
  const email = filled.email.trim();
  if (rules.email === 'required' && !email) wrong.set('email', { reason: 'email-required' });
  else if (rules.email !== 'none' && email && !looksLikeEmail(email)) {
    wrong.set('email', { reason: 'email-invalid' });
  }
  if (rules.website && filled.website.trim() && !websiteOf(filled.website)) {
    wrong.set('website', { reason: 'website-invalid' });
  }
  if (rules.consent && !filled.agreed) wrong.set('agreed', { reason: 'consent' });
  return wrong;
}

/** Whether mail could be sent there: more than that only a mail can find out. */
export function looksLikeEmail(email: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(email);
}

/** A website as an address: `example.com` is meant as `https://example.com`. Null where it can't be one. */
export function websiteOf(typed: string): string | null {
  const words = typed.trim();
  const address = /^[a-z][a-z\d+.-]*:/i.test(words) && !/^[^/]*\.[^/]*:\d/.test(words) ? words : `https://${words}`;
  try {
    const { protocol, hostname } = new URL(address);
    return /^https?:$/.test(protocol) && hostname.includes('.') ? address : null;
  } catch {
    // Not an address: said next to the field.
    return null;
  }
}
