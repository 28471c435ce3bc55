/**
 * How Afterword speaks to a backend. An adapter is stateless: it does not cache, retry, sort or remember, and it knows
 * nothing of tabs or elements. Whatever it brings passes `model/parse.ts` before anybody trusts it.
 */
import type {
  Changes,
  Channel,
  Comment,
  Cursor,
  Filter,
  Mine,
  Order,
  Page,
  Passages,
  Subscriptions,
  ThreadKey,
  Votes,
} from '../model/comment.ts';
import type { Operation } from '../model/operation.ts';
import type { Person } from '../model/people.ts';

/** What a backend can do. What it can't is not offered to the reader (B-1). */
export interface Capabilities {
  readonly orders: readonly Order[];
  readonly reply: boolean;
  readonly edit: boolean;
  readonly delete: boolean;
  readonly votes: Votes;
  /** Knows comments by id: permalinks beyond the first page work. */
  readonly around: boolean;
  /** Tells what changed since a revision. */
  readonly changes: boolean;
  /** A repeat of `send` with the same operation never makes a second comment. */
  readonly idempotent: boolean;
  /** Tells of changes by itself: there is a `watch()`. Where there is none, `changes` is asked now and then. */
  readonly live?: boolean;
  /** Keeps the passage a comment is about, lists by it (`filter`) and counts passages. */
  readonly quotes: boolean;
  /** Finds people of a page by the beginning of a name: there is a `people()`. */
  readonly people?: boolean;
  /** Ways to tell readers of news, where the site offers them too (`ThreadInfo.notify`); absent: none. */
  readonly notify?: readonly Channel[];
}

/** What a backend tells by itself. */
export type News =
  /** All that changed after revision `from`; who knows less than that has a gap, and asks `changes`. */
  | { readonly kind: 'changes'; readonly from: number; readonly changes: Changes }
  /** Something changed, or may have: ask `changes`. Also what a stream that can't be held says from time to time. */
  | { readonly kind: 'moved' };

export type ListOptions = {
  /** How many top-level comments; for `parent`, how many replies. */
  readonly limit: number;
  readonly order: Order;
  /** Aborted when nobody waits any more, or the time is over. */
  readonly signal: AbortSignal;
} &
  /** `filter`: only these, in the same order and by the same kind of cursor; only where `can.quotes`. */
  (
    | { readonly want: 'roots'; readonly after?: Cursor; readonly filter?: Filter }
    /** The rest of a branch: `rootId` and the cursor of its gap. */
    | { readonly want: 'replies'; readonly rootId: string; readonly after: Cursor }
    /** One comment with its path from the root; its id may be an old one of an import. */
    | { readonly want: 'around'; readonly id: string }
  );

/** Who asks. The token is the reader's secret for this backend and site (S-4); it never appears in an address. */
export interface Identity {
  readonly token: string;
  /** The site's signed word for who this is (single sign-on), where the page gave one. */
  readonly userToken?: string;
}

export interface SendOptions {
  readonly thread: ThreadKey;
  readonly identity: Identity;
  readonly page: { readonly url: string; readonly title: string };
  readonly signal: AbortSignal;
}

/** A definite yes. */
export interface Answer {
  /** The id of the operation that this answers: an answer for another one is not ours (FAULTS B8). */
  readonly operationId: string;
  /** The comment as its writer sees it now; null after a deletion that left no stub. */
  readonly comment: Comment | null;
  /** Thread revision after the operation; lists older than this don't overrule the answer (FAULTS B10, B11). */
  readonly revision: number;
  /** Until when the writer may edit the comment, by the reader's clock. */
  readonly editableUntil: number | null;
  /** These words were there already, posted under another operation: `comment` is that one, and nothing new was made. */
  readonly repeats?: boolean;
  /** What the writer is told of in this thread now; after a notify choice, or a post that came with one. */
  readonly subscriptions?: Subscriptions;
}

export interface Adapter {
  /** Names kind and address, for instance `afterword https://comments.example`; the same text for ever. */
  readonly id: string;
  readonly can: Capabilities;
  /** Rejects with `AdapterError`; any other rejection counts as `unknown`. */
  list(thread: ThreadKey, options: ListOptions): Promise<Page>;
  /** What changed after `revision`; only where `can.changes`. */
  changes?(
    thread: ThreadKey,
    since: { readonly epoch: string; readonly revision: number },
    options: { readonly signal: AbortSignal },
  ): Promise<Changes>;
  /** All passages of a page in one answer; only where `can.quotes`. */
  passages?(thread: ThreadKey, options: { readonly signal: AbortSignal }): Promise<Passages>;
  /**
   * People whose published comments are on the page and whose name, or a later word of it, begins as typed; a dozen at
   * most, those who wrote last first. Only where `can.people`.
   */
  people?(thread: ThreadKey, typed: string, options: { readonly signal: AbortSignal }): Promise<readonly Person[]>;
  /** What is the reader's own; asked after the list, and only when the reader has a token in use. */
  mine?(thread: ThreadKey, options: { readonly identity: Identity; readonly signal: AbortSignal }): Promise<Mine>;
  /** Safe to repeat: `operation.id` travels. Resolves only for a definite yes. */
  send(operation: Operation, options: SendOptions): Promise<Answer>;
  /**
   * Tells what changes after a revision, as it happens, until it is stopped; only where `can.live`. It comes again after
   * a broken connection by itself, without loss: each piece of news goes on where the one before it ended, or says
   * `moved`. Anonymous: it never tells what only some may see.
   */
  watch?(
    thread: ThreadKey,
    since: { readonly epoch: string; readonly revision: number },
    onNews: (news: News) => void,
  ): () => void;
  /** Numbers of published comments, by page id; a page without any is 0. */
  counts?(
    site: string,
    pages: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<Readonly<Record<string, number>>>;
  /** The key that a browser's push service has to be given (`applicationServerKey`, base64url); only with `can.notify` push. */
  pushKey?(options: { readonly signal: AbortSignal }): Promise<string>;
  /** Address of the page's Atom feed (N-4). */
  feed?(thread: ThreadKey): string;
}

/** Every way a request can fail to be a yes (FAULTS, "How an answer is judged"). */
export type Trouble =
  /**
   * The outcome is open: no answer, or one that isn't ours. `portal`: looks like a sign-in page of a network. `version`: the
   * backend speaks another version than we do; what waits is kept until one of us is brought up to date (FAULTS B22).
   */
  | {
      readonly kind: 'unknown';
      readonly because: 'network' | 'answer' | 'timeout' | 'version';
      readonly portal?: boolean;
    }
  /** Come back; `until` in milliseconds from now where the backend said so. */
  | { readonly kind: 'busy'; readonly after: number | null; readonly portal?: boolean }
  | { readonly kind: 'in-flight' }
  | { readonly kind: 'needs-reader'; readonly want: 'sign-in' | 'captcha' }
  | { readonly kind: 'conflict'; readonly theirs: string }
  /** A definite no. `reason` is a key of the messages (`refused.REASON`), `detail` a sentence of the backend. */
  | { readonly kind: 'refused'; readonly reason: string; readonly detail?: string; readonly limit?: number }
  /** What it was about no longer exists. */
  | { readonly kind: 'gone'; readonly reason: string; readonly detail?: string };

export class AdapterError extends Error {
  readonly trouble: Trouble;
  constructor(trouble: Trouble, options?: ErrorOptions) {
    super(`Afterword: the backend's answer was judged "${trouble.kind}"`, options);
    this.name = 'AdapterError';
    this.trouble = trouble;
  }
}
