/**
 * The thread as one page sees it: the interface between the elements and everything that keeps threads true.
 * `thread-store.ts` implements it, `threads.ts` hands it out.
 */
import type { Capabilities } from '../adapters/adapter.ts';
import type { Comment, Filter, Mention, Order, ThreadKey } from '../model/comment.ts';
import type { Operation, PushTarget } from '../model/operation.ts';
import type { Person } from '../model/people.ts';
import type { Quote } from '../model/quote.ts';
import type { ThreadView } from '../model/view.ts';

/** What a reader began to write. Kept for a page and a place in it until the words are safe elsewhere. */
export interface Draft {
  readonly text: string;
  readonly name?: string;
  readonly email?: string;
  readonly website?: string;
  /** People chosen by name in the text so far. */
  readonly mentions?: readonly Mention[];
  /** For an edit: the text it began from, so that a change in the meantime is seen (FAULTS G5). */
  readonly before?: string;
  /** For a passage: what it is about, so that both come back together. */
  readonly quote?: Quote;
  readonly savedAt: number;
}

/** Where a draft belongs: a new comment, a reply to one, an edit of one, a new comment on the passage of this key. */
export type DraftPlace = 'new' | `reply ${string}` | `edit ${string}` | `passage ${string}`;

/** A draft on a passage, with the key of the passage. */
export interface PassageDraft {
  readonly key: string;
  readonly draft: Draft & { readonly quote: Quote };
}

/** Who the reader said to be, remembered only when ticked. */
export interface Remembered {
  readonly name: string;
  readonly email: string;
  readonly website: string;
}

/** How an operation ended, told once, in the tab that shows the thread, for events and the polite announcement. */
export type Outcome =
  | {
      readonly result: 'acknowledged';
      readonly operation: Operation;
      readonly comment: Comment | null;
      /** The words were there before, as this comment. */
      readonly repeats?: boolean;
    }
  | { readonly result: 'refused'; readonly operation: Operation; readonly reason: string };

/** What a reader does about news. */
export type LiveAct =
  /** Shows what waits: the new replies of a branch, or, with null, the new top-level comments. Answers the first of them. */
  | { readonly act: 'show'; readonly rootId: string | null }
  /** Answers the next unread comment below this one, or the first; the one stepped to before is read now. */
  | { readonly act: 'next-unread'; readonly from: string | null }
  /** News come no more by themselves, or do again; remembered for the site. Answers null. */
  | { readonly act: 'pause'; readonly paused: boolean };

export interface ThreadStore {
  readonly key: ThreadKey;
  readonly can: Capabilities;
  /** Replaced with every change, never mutated. */
  readonly view: ThreadView;
  /** Called after each change, at most once a frame for news from outside and at once for the reader's own acts. */
  subscribe(listener: () => void): () => void;
  onOutcome(listener: (outcome: Outcome) => void): () => void;

  /**
   * Shows the operation in this frame and keeps it. Resolves when the words are on disk, or when it is certain that the
   * disk refuses and they live in memory (`pending.saved` says which). Never rejects for a reason of network or disk.
   * `draft`, when given, is deleted in the same transaction.
   */
  dispatch(operation: Operation, draft?: DraftPlace): Promise<void>;
  /** The next counter of this reader, for a vote or a notify choice. */
  nextVoteCounter(): number;
  /** Sends a waiting operation now, whatever its wait. */
  retry(operationId: string): void;
  /** Takes an operation out of the outbox for good; resolves with the words that were in it, or null. */
  discard(operationId: string): Promise<string | null>;

  /** First page: from the cache at once where it has one, and from the backend behind. Repeating it refreshes; what is new waits. */
  load(): Promise<void>;
  setOrder(order: Order): void;
  /**
   * Shows only some top-level comments, at once as far as they are on this device, and asks the backend for them; null
   * shows all again. What the reader writes while it is on is shown in any case. Nothing happens without `can.quotes`.
   */
  setFilter(filter: Filter | null): void;
  /** Asks for all passages of the page (`view.passages`), and from then on again whenever the thread has changed. */
  loadPassages(): Promise<void>;
  /** Asks for the latest three comments on a passage (`view.passages[…].latest`); false where they could not be had. */
  loadPassage(key: string): Promise<boolean>;
  loadMore(): Promise<void>;
  /** Up to 1,000 comments. */
  loadAll(): Promise<void>;
  loadReplies(rootId: string): Promise<void>;
  setCollapsed(commentId: string, collapsed: boolean): void;
  /** Brings a comment with its path from the root into `view.linked`; null takes it away. */
  showLinked(commentId: string | null): Promise<void>;

  /** Resolves with the id of a comment to go to, or null where there is none. */
  live(act: LiveAct): Promise<string | null>;

  readDraft(place: DraftPlace): Promise<Draft | null>;
  /** People of this page whose name begins as typed, also where they are not on this device; empty without `can.people`. */
  findPeople(typed: string): Promise<readonly Person[]>;
  /** Where drafts of this page wait. */
  readDraftPlaces(): Promise<readonly DraftPlace[]>;
  /** All drafts on passages of this page, newest first: what a reader had begun before a reload. */
  readPassageDrafts(): Promise<readonly PassageDraft[]>;
  /** An empty text deletes it. */
  writeDraft(place: DraftPlace, draft: Draft): Promise<void>;
  readRemembered(): Promise<Remembered | null>;
  /** Null forgets. */
  writeRemembered(who: Remembered | null): Promise<void>;
  /** How many operations of this reader on this backend and site wait, in any thread: named before forgetting. */
  countUnsent(): Promise<number>;
  /**
   * Null where this browser can't be told by push here: the site has our service worker installed, backend and browser
   * know how. Else what has the browser ask its reader, to be called in a press: what comes goes into a notify choice; null
   * for a no.
   */
  readPush(): Promise<(() => Promise<PushTarget | null>) | null>;
  /** *Remove my data from this device*: identity, drafts, cache, outbox and token of this backend and site on this device. */
  forget(): Promise<void>;

  /** Gives the store back; the last one to do so frees everything but what is still being sent. */
  close(): void;
}

/** What `openThread` needs to know of the page and its settings. */
export interface ThreadSettings {
  /** Read with every operation, at the moment in which it is asked for: it may be getters. */
  readonly page: { readonly url: string; readonly title: string };
  /** The page's order; a remembered choice of the reader for this site beats it. */
  readonly order: Order;
  readonly pageSize: number;
  readonly maxDepth: number;
  /** `full` keeps cache, outbox and drafts on disk; `session` only in this tab's memory; `none` keeps no cache or draft either. */
  readonly storage: 'full' | 'session' | 'none';
  readonly userToken: string | null;
}
