/**
 * Who is told what (N-1, N-3), how news are gathered, and when a message that did not get through is tried again. Pure:
 * tables go in, answers come out; storage asks and carries out.
 */
import type { NotifyChoice } from '../../model/comment.ts';

/** A comment that everybody may read since now, with whose comments it stands below. */
export interface Event {
  readonly id: string;
  readonly writer: string | null;
  /** The comment it answers, then what that one answers, up to the top. */
  readonly above: readonly { readonly id: string; readonly writer: string | null }[];
  /** Ids of the people it names. */
  readonly mentions: readonly string[];
}

export interface Subscribed {
  readonly author: string;
  /** Empty for the page. */
  readonly comment: string;
  readonly choice: NotifyChoice;
}

/** Why somebody is told; the first that fits, in this order. */
export type Reason = 'mention' | 'reply' | 'below' | 'page';

const REASONS: readonly Reason[] = ['mention', 'reply', 'below', 'page'];

/** By author, each once. Never the writer. */
export function whoIsTold(event: Event, subscriptions: readonly Subscribed[]): ReadonlyMap<string, Reason> {
  const told = new Map<string, Reason>();
  for (const subscription of subscriptions) {
    const { author } = subscription;
    if (author === event.writer) continue;
    const reason = reasonFor(event, subscription);
    const known = told.get(author);
    if (reason && (!known || REASONS.indexOf(reason) < REASONS.indexOf(known))) told.set(author, reason);
  }
  return told;
}

function reasonFor(event: Event, { author, comment, choice }: Subscribed): Reason | null {
  const [parent] = event.above;
  if (choice === 'comment') return parent?.id === comment && parent.writer === author ? 'reply' : null;
  if (choice === 'none') return null;
  if (event.mentions.includes(author)) return 'mention';
  if (parent?.writer === author) return 'reply';
  if (event.above.some(({ writer }) => writer === author)) return 'below';
  return choice === 'page' ? 'page' : null;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** After one message about a page the next one waits this long and gathers what comes meanwhile (N-3). */
const GATHER = 10 * MINUTE;
/** After a message that gathered several: the page is busy. */
const GATHER_BUSY = HOUR;

/** When a message about a page goes out. */
export function dueOf(now: number, last: { readonly sentAt: number; readonly comments: number } | null): number {
  if (last === null) return now;
  return Math.max(now, last.sentAt + (last.comments > 1 ? GATHER_BUSY : GATHER));
}

/** Waits between attempts; after the last one the message is given up, some two days after the first. */
const WAITS = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY];

/** @param attempts Made so far, this one included. Null: given up. */
export function nextTry(now: number, attempts: number): number | null {
  const wait = WAITS[attempts - 1];
  return wait === undefined ? null : now + wait;
}

/**
 * An address nobody has confirmed gets at most one confirmation a day, whoever asks (N-5). One that was asked in what is
 * now the future was asked by a clock that went wrong: that may not lock it out until then.
 */
export function mayConfirm(now: number, lastSentAt: number | null): boolean {
  return lastSentAt === null || now - lastSentAt >= DAY || lastSentAt - now > HOUR;
}

/** `anna@example.org` as its owner knows it again and nobody else: `a…@example.org`. */
export function shortened(address: string): string {
  const at = address.lastIndexOf('@');
  return `${[...address.slice(0, at)][0] ?? ''}…${address.slice(at)}`;
}

/** Push services that browsers use. The server sends requests to them, so what a reader names must be one of these. */
const PUSH_SERVICES = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  '.push.services.mozilla.com',
  '.push.apple.com',
  '.notify.windows.com',
];

/** @param others Further origins, as the operator named them. */
export function isPushService(endpoint: string, others: readonly string[]): boolean {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    return false;
  }
  if (others.includes(url.origin)) return true;
  if (url.protocol !== 'https:' || url.port !== '' || url.username !== '') return false;
  return PUSH_SERVICES.some((name) => (name.startsWith('.') ? url.hostname.endsWith(name) : url.hostname === name));
}
