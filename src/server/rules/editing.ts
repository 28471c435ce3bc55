/** Until when a writer may change their own words, and why not. Pure: the rows and the clock come in. */
import type { CommentState } from '../../model/comment.ts';
import type { Reason } from '../problems.ts';
import type { Settings } from './settings.ts';
import { STATES } from './states.ts';

export interface Editable {
  readonly state: CommentState;
  readonly created_at: number;
  readonly descendants: number;
}

/** Null where it may be edited. */
export function whyNotEdit(comment: Editable, settings: Settings, now: number): Reason | null {
  if (!STATES[comment.state].editable) return 'comment-gone';
  if (settings.closed) return 'closed';
  if (comment.descendants > 0) return 'has-replies';
  if (now >= comment.created_at + settings['edit-seconds'] * 1000) return 'edit-window';
  return null;
}

export function editableUntil(comment: Editable, settings: Settings, now: number): number | null {
  if (whyNotEdit(comment, settings, now) !== null) return null;
  return comment.created_at + settings['edit-seconds'] * 1000;
}
