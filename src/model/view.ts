/**
 * What the screen draws: the result of the fold. Elements read these and nothing else of a thread; an object here that
 * is the same as before has not changed, and its row is not drawn again.
 */
import type { Channel, Comment, Filter, Order, Rules, SubscriptionState, Vote } from './comment.ts';
import type { Delivery, QueuedOperation } from './operation.ts';
import type { Quote } from './quote.ts';

/** One operation on its way, as its row tells the reader (FAULTS, invariant T). */
export interface Pending {
  readonly operationId: string;
  readonly kind: QueuedOperation['operation']['kind'];
  readonly delivery: Delivery;
  /** When the reader asked for it, by the reader's clock. */
  readonly since: number;
  /** False: kept only in this tab's memory, because the disk refuses. */
  readonly saved: boolean;
  /** The words that wait, for *Copy* and *Edit*; absent where there are none (a vote, a deletion). */
  readonly text?: string;
}

/** Where a choice of *Notify of* or a bell stands, with what is still on its way. */
export interface Told {
  /** What holds, or will once `pending` is through; a choice that was refused or given up does not. */
  readonly state: SubscriptionState;
  /** Not yet with the backend, or refused by it, and why; null: the backend has it so. */
  readonly pending: Pending | null;
}

/** The toolbar's *Notify of* (N-1). */
export interface NotifyView extends Told {
  readonly offered: readonly Channel[];
  readonly choice: 'page' | 'replies' | 'none';
  /** Where mails go, shortened; null: an e-mail address has to be asked for. The whole address while it is unsent. */
  readonly address: string | null;
}

export interface CommentRow {
  readonly kind: 'comment';
  /** Stays the same from the first frame to the last: the comment's id. */
  readonly key: string;
  /** With the reader's unsent operations laid on top: text, votes, state. */
  readonly comment: Comment;
  /** How deep it is shown: 0 for top-level, never above the maximum depth. */
  readonly depth: number;
  /** Whom it answers; null for top-level. `name` is empty for a stub or a missing parent. */
  readonly parent: { readonly id: string; readonly name: string; readonly missing: boolean } | null;
  /** Its parent is not the row it stands under (past the maximum depth): "in reply to NAME" is shown. */
  readonly detached: boolean;
  /** What is left of a removed comment. */
  readonly stub: boolean;
  readonly collapsed: boolean;
  /**
   * Replies below it at any depth, and how many of them the reader has not been shown: of a collapsed branch what came
   * since it was closed, of an open top-level comment what waits behind *N new replies* (R-10).
   */
  readonly replies: { readonly count: number; readonly fresh: number };
  /** Came since the reader's last visit, and was not stepped to yet. */
  readonly unread?: boolean;
  readonly own: boolean;
  readonly vote: Vote;
  readonly can: {
    readonly reply: boolean;
    readonly edit: boolean;
    readonly delete: boolean;
    readonly vote: boolean;
  };
  /** Until when the reader may edit it; null where it is not theirs or the time is over. */
  readonly editableUntil: number | null;
  /** What waits for this row: a post, an edit, a deletion. Votes and bells wait in silence unless refused. */
  readonly pending: readonly Pending[];
  /** The bell of an own comment; absent where there is none to press. */
  readonly bell?: Told;
}

/** Replies of a branch that are not loaded: *Show N more replies*. */
export interface GapRow {
  readonly kind: 'gap';
  readonly key: string;
  readonly rootId: string;
  readonly depth: number;
  readonly left: number;
  readonly loading: boolean;
  readonly failed: boolean;
}

export type Row = CommentRow | GapRow;

/** A passage of the article that has comments, for its highlight, its button and its popover. */
export interface PassageView {
  /** As `passageKey` of its quote; `markerKey` of the author's element. */
  readonly key: string;
  readonly quote: Quote;
  /** Its published comments, and the reader's own that are on their way. 0 where only its writer sees one (held, refused). */
  readonly count: number;
  /** The reader has written on it. */
  readonly own: boolean;
  /**
   * The latest three top-level comments on it that this device knows, newest first, as rows without their replies; right
   * once `loadPassage` has answered.
   */
  readonly latest: readonly CommentRow[];
}

/** Why the thread could not be refreshed: a key of the messages (`problem.KIND`). */
export type Problem =
  /** The network or the server can't be reached. */
  | 'offline'
  /** Answers, but not as one of ours. */
  | 'wrong-server'
  /** Answers as one of ours of another version: what is here can be read, what is written is kept (FAULTS B22). */
  | 'other-version'
  /** Answers, but does not serve this page's origin. */
  | 'origin-not-allowed'
  | 'busy'
  /** Says there is no such site. */
  | 'unknown-site'
  | 'part-missing';

export interface ThreadView {
  /** `loading`: nothing to show yet. `failed`: nothing to show and `problem` says why. */
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly problem: Problem | null;
  /** A refresh is under way behind what is shown. */
  readonly refreshing: boolean;
  /** When what is shown came from the backend; null before. Older than this page load: it comes from the cache. */
  readonly fetchedAt: number | null;
  readonly fromCache: boolean;
  /** False: the order is right only among the comments on this device. */
  readonly whole: boolean;
  readonly order: Order;
  /** Published comments by the backend's count, or those known where there is no backend's word yet. */
  readonly count: number;
  readonly rules: Rules | null;
  /** Pinned first, then own new ones, then the rest, each branch in thread order with its gap at the end. */
  readonly rows: readonly Row[];
  /** A comment asked for by its permalink, with its path from the root, shown above `rows`. */
  readonly linked: {
    readonly id: string;
    readonly state: 'loading' | 'shown' | 'held' | 'removed' | 'unknown' | 'failed';
    readonly rows: readonly Row[];
  } | null;
  /** More top-level comments wait; null at the end. */
  readonly more: { readonly left: number; readonly loading: boolean; readonly failed: boolean } | null;
  /** Unsent operations of this thread, votes included. */
  readonly unsent: number;
  /** What the thread lives in: on disk, in this tab only by the page's choice, or in memory because the disk refused. */
  readonly storage: 'disk' | 'session' | 'refused';
  /** Something needs Markdown to be shown. */
  readonly markup: boolean;
  /** New top-level comments that wait behind *N new comments*; absent before the thread is open whole. */
  readonly news?: { readonly roots: number };
  /** The newest of all comments that wait, replies too. */
  readonly newest?: Comment;
  /** How many of the rows are unread. */
  readonly unread?: number;
  /** Whether news come by themselves; absent while that is not known, and where the backend can't tell any. */
  readonly live?: 'on' | 'paused';
  /** Only these top-level comments are shown, with their replies (I-4); absent: all. */
  readonly filter?: Filter;
  /** Comments on passages, own unsent ones included: the filter is offered above 0. Absent before the first picture. */
  readonly inline?: number;
  /**
   * Passages with comments: as the backend told when `loadPassages` asked, else those of the comments on this device, own
   * unsent ones always. Absent before the first picture.
   */
  readonly passages?: readonly PassageView[];
  /** Address of the page's Atom feed (N-4); absent where the backend has none. */
  readonly feed?: string;
  /** Absent where nobody can be told of anything: then *Notify of*, bells and *notify me* are not offered. */
  readonly notify?: NotifyView;
}
