/**
 * What each state of a comment means (S-5), in one table. Storage, answers and refusals read it; nothing else asks for
 * a state by name to decide who sees what.
 */
import type { CommentState } from '../../model/comment.ts';

/** `stub`: only its place in the thread, and only while published replies stand below it. */
type Seen = 'whole' | 'stub';

export interface StateMeaning {
  readonly writer: Seen;
  readonly others: Seen;
  readonly moderators: Seen;
  /** Part of the one number of heading and counters (E-2), and of the `descendants` of the comments above. */
  readonly counts: boolean;
  /** Whether a reply may be posted. `writer`: only by the comment's own writer, and the reply is held too. */
  readonly answerable: 'everyone' | 'writer' | 'nobody';
  readonly votable: boolean;
  /** By its writer, within the time for it. */
  readonly editable: boolean;
  /** Listed to its writer under "awaiting approval" and the like (`mine.unpublished`). */
  readonly waiting: boolean;
  /** Text, name, e-mail and address are wiped; the row and its keys stay, so that a late repeat is answered 410. */
  readonly wiped: boolean;
}

/**
 * Replies of a comment keep their own state, whatever happens to it: published ones stay readable below a stub.
 * Shared caches: every change of state raises the thread's revision, and with it the ETag of every list.
 * Queued mails will ask `others` before they go out: only what others see whole is told to anybody.
 */
export const STATES: Readonly<Record<CommentState, StateMeaning>> = {
  published: {
    writer: 'whole',
    others: 'whole',
    moderators: 'whole',
    counts: true,
    answerable: 'everyone',
    votable: true,
    editable: true,
    waiting: false,
    wiped: false,
  },
  held: {
    writer: 'whole',
    others: 'stub',
    moderators: 'whole',
    counts: false,
    answerable: 'writer',
    votable: false,
    editable: true,
    waiting: true,
    wiped: false,
  },
  rejected: {
    writer: 'whole',
    others: 'stub',
    moderators: 'whole',
    counts: false,
    answerable: 'nobody',
    votable: false,
    editable: false,
    waiting: true,
    wiped: false,
  },
  spam: {
    writer: 'whole',
    others: 'stub',
    moderators: 'whole',
    counts: false,
    answerable: 'nobody',
    votable: false,
    editable: false,
    waiting: true,
    wiped: false,
  },
  deleted: {
    writer: 'stub',
    others: 'stub',
    moderators: 'stub',
    counts: false,
    answerable: 'nobody',
    votable: false,
    editable: false,
    waiting: false,
    wiped: true,
  },
};

export const STATE_NAMES = Object.keys(STATES) as readonly CommentState[];

/** Whether anonymous readers meet the comment at all, be it as a stub. */
export function isShown(state: CommentState, publishedBelow: number): boolean {
  return STATES[state].others === 'whole' || publishedBelow > 0;
}
