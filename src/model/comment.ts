/**
 * The nouns of a discussion, as every other folder and the wire speak of them: what the adapters bring, the cache
 * keeps, the server answers (its JSON is these shapes) and the fold shows. Times are milliseconds since the epoch, UTC.
 */
import type { Quote } from './quote.ts';

/** How a comment's text was written. `html` comes from imports and foreign backends and is never trusted. */
export type TextFormat = 'markdown' | 'html' | 'plain';

/** Where a comment stands (SPEC S-5). Others see only `published`, and `deleted` as a stub while it has replies. */
export type CommentState = 'published' | 'held' | 'rejected' | 'spam' | 'deleted';

export type Role = 'guest' | 'member' | 'moderator' | 'admin';

export interface Author {
  /** Public and stable within a site, so that a mention survives a change of name; absent where a backend has none. */
  readonly id?: string;
  readonly name: string;
  readonly website?: string;
  /** Address of a picture at the backend; initials are drawn where there is none (E-5). */
  readonly picture?: string;
  readonly role: Role;
}

/** Somebody named in a text: the text shows `@name`, the id tells who is meant. */
export interface Mention {
  readonly id: string;
  readonly name: string;
}

export interface Comment {
  readonly id: string;
  /** Null for a top-level comment. */
  readonly parentId: string | null;
  /** The top-level comment of its branch; its own id for a top-level comment. */
  readonly rootId: string;
  readonly state: CommentState;
  /** Null for a stub: what is left of a removed comment that has replies. */
  readonly author: Author | null;
  /** As written (S-8); empty for a stub. */
  readonly text: string;
  readonly format: TextFormat;
  readonly createdAt: number;
  readonly editedAt: number | null;
  readonly up: number;
  readonly down: number;
  readonly pinned: boolean;
  /** Published comments below it at any depth: the count of its branch. */
  readonly descendants: number;
  /** The thread's revision at its last change, from 1 up; the newer of two copies wins a merge. 0: no backend has it yet. */
  readonly revision: number;
  readonly mentions?: readonly Mention[];
  /**
   * The passage of the article it is about (I-3): a top-level comment's alone, and never changed after posting. Its words
   * are what people send: text only.
   */
  readonly quote?: Quote;
}

/** Which discussion: one page of one site on one backend. */
export interface ThreadKey {
  /** `Adapter.id`: kind and address of the backend, so that rows on disk stay bound to it (FAULTS C14). */
  readonly backend: string;
  readonly site: string;
  /** A page id as `page-id.ts` makes it. */
  readonly page: string;
}

export type Votes = 'up-down' | 'up' | 'none';

/** What the site allows (S-9), as it comes with every list. Lengths are in Unicode code points (FAULTS G6). */
export interface Rules {
  readonly votes: Votes;
  readonly name: 'required' | 'optional';
  readonly email: 'required' | 'optional' | 'none';
  readonly website: boolean;
  readonly minLength: number;
  readonly maxLength: number;
  /** Replies deeper than this are shown at this depth; null leaves it to the page. */
  readonly maxDepth: number | null;
  /** How long a writer may edit, in seconds; 0 forbids it. */
  readonly editSeconds: number;
  /** No new comments, replies or edits. */
  readonly closed: boolean;
  /** A line the writer must agree to, or null. */
  readonly consent: string | null;
}

export type Order = 'newest' | 'oldest' | 'most-voted';

/** Opaque: where a list goes on. Made by a backend, kept and sent back as it is. */
export type Cursor = string;

/** More replies of one branch that were not sent. */
export interface Gap {
  readonly next: Cursor;
  /** Published comments of the branch behind this gap. */
  readonly left: number;
}

/** A way to reach a reader who has left the page: by e-mail, or through the browser's push service. */
export type Channel = 'mail' | 'push';

/**
 * What a reader wants to hear of (N-1). Of a page: `page` every new comment, `replies` answers below own comments at any
 * depth, and mentions. Of an own comment (the bell): `comment`, its direct replies. `none` ends either.
 */
export type NotifyChoice = 'page' | 'replies' | 'comment' | 'none';

/** `pending`: a mail waits for its reader to confirm the address (N-2). */
export type SubscriptionState = 'none' | 'pending' | 'active';

/** What one reader is told of a page, as the backend has it. */
export interface Subscriptions {
  readonly page: { readonly choice: 'page' | 'replies' | 'none'; readonly state: SubscriptionState };
  /** Bells: by id of an own comment. */
  readonly comments: Readonly<Record<string, Exclude<SubscriptionState, 'none'>>>;
  /** Where mails go, shortened (`a…@example.org`); null: an e-mail address has to be asked for. */
  readonly address: string | null;
}

/** The thread as a whole; comes with every answer to `list`. */
export interface ThreadInfo {
  /** Changes when the backend's history is no longer the one we knew (a restore): then everything is asked anew. */
  readonly epoch: string;
  readonly revision: number;
  /** Published comments, replies included, without stubs, held or spam: the one number of heading and counters (E-2). */
  readonly count: number;
  readonly rules: Rules;
  /** Published comments on passages: the filter is offered where there are any (I-4). Absent where a backend has no quotes. */
  readonly inline?: number;
  /**
   * When the last comment of the thread was written, in milliseconds, whether it is public or not: what is older and unknown
   * was only not loaded, and a vote on it is no news. Absent: as far as the comments at hand tell.
   */
  readonly newestAt?: number;
  /** How readers can be told of news; absent or empty: not at all (no mail is set up), and nothing is offered. */
  readonly notify?: readonly Channel[];
}

/** A part of a thread's top-level comments: those on passages, or those on one passage, by its key (`passage.ts`). */
export type Filter = 'inline' | { readonly passage: string };

/** A passage that was commented on: one distinct quote, or one of the author's markers. */
export interface Passage {
  /** `passageKey` of any comment on it. */
  readonly key: string;
  /** Of its first published comment: later ones can't move it to other words (I-5). */
  readonly quote: Quote;
  /** Its published comments, which are all top-level; replies don't count (issue 4, point 3). */
  readonly count: number;
  /** The highest revision among them: another one means that there is something new. */
  readonly revision: number;
}

/** All passages of a page, those with the newest comments first, at most 1,000. */
export interface Passages {
  readonly info: ThreadInfo;
  readonly passages: readonly Passage[];
}

/** One answer to `list`: some top-level comments, each with its first replies. At most 200 comments. */
export interface Page {
  readonly info: ThreadInfo;
  /** In thread order: each comment after its parent. Includes pinned ones and, for `around`, the path to the comment. */
  readonly comments: readonly Comment[];
  /** Ids of the top-level comments in the order asked for, without the pinned. For `parent` and `around`: empty. */
  readonly roots: readonly string[];
  /** Ids of the pinned top-level comments; only with the first page, else empty. */
  readonly pinned: readonly string[];
  /** Where the next top-level comments begin, or null at the end. */
  readonly next: Cursor | null;
  /** How many top-level comments come after this page. */
  readonly left: number;
  /** By id of a top-level comment: its branch was cut, more replies wait. A branch that is not named here is whole. */
  readonly gaps: Readonly<Record<string, Gap>>;
  /** Whether any text needs the Markdown part to be shown; without it plain text is enough. */
  readonly markup: boolean;
}

/** Answer to `list` with `since`: what changed after a revision, stubs included. */
export interface Changes {
  readonly info: ThreadInfo;
  readonly comments: readonly Comment[];
  /** Ids that are gone for everyone and leave no stub. */
  readonly removed: readonly string[];
  /** True where the backend can no longer tell: ask for the first page again. */
  readonly tooOld: boolean;
}

export type Vote = 'up' | 'down' | 'none';

/** What is the reader's own in a thread; asked apart from the list, with a token (S-2). */
export interface Mine {
  /** By comment id, without `none`. */
  readonly votes: Readonly<Record<string, 'up' | 'down'>>;
  /** The highest counter of votes and notify choices the backend knows, so that a new device does not begin below it (S-3). */
  readonly voteCounter: number;
  /** By comment id: the reader's comments; until when each may be edited, or null where it may not. */
  readonly own: Readonly<Record<string, { readonly editableUntil: number | null }>>;
  /** Own comments that others don't see: held, rejected, spam. */
  readonly unpublished: readonly Comment[];
  /** Absent where a backend tells nobody of anything. */
  readonly subscriptions?: Subscriptions;
}
