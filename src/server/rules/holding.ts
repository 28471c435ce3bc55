/** Whether a comment is published at once or waits for a moderator (S-5). Pure. */
import type { CommentState } from '../../model/comment.ts';
import type { Settings } from './settings.ts';

/** A form that is filled in faster than this was not filled in by a person. */
const QUICKEST_SECONDS = 2;

export interface NewComment {
  readonly hold: Settings['hold'];
  /** The writer has a published comment on this site. */
  readonly isKnown: boolean;
  /** It answers the writer's own comment that still waits. */
  readonly parentWaits: boolean;
  /** What the form saw, where it told: a field people don't see, and how long it was open. */
  readonly checks?: { readonly trap?: string | undefined; readonly seconds?: number | undefined } | undefined;
}

export function stateOfNew(comment: NewComment): CommentState {
  if ((comment.checks?.trap ?? '') !== '') return 'spam';
  if (comment.parentWaits) return 'held';
  if ((comment.checks?.seconds ?? QUICKEST_SECONDS) < QUICKEST_SECONDS) return 'held';
  return waits(comment.hold, comment.isKnown) ? 'held' : 'published';
}

/** An edit passes moderation again; for `new` writers a comment that was approved makes its writer known. */
export function stateOfEdited(state: CommentState, hold: Settings['hold'], isKnown: boolean): CommentState {
  return state === 'published' && waits(hold, isKnown) ? 'held' : state;
}

function waits(hold: Settings['hold'], isKnown: boolean): boolean {
  return hold === 'everyone' || (hold === 'new' && !isKnown);
}
