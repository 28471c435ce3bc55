/**
 * Everything a reader can ask for. An operation is made once, when the reader presses; its id and time never change
 * again. It is what the outbox keeps, what travels to the backend (the id as idempotency key, S-3) and what the fold
 * lays on top of the server's word.
 */
import type { Mention, NotifyChoice, ThreadKey, Vote } from './comment.ts';
import type { Quote } from './quote.ts';

interface Asked {
  /** A UUID. On our server a posted comment keeps it as its own id, so that a row never changes its key. */
  readonly id: string;
  /** When the reader pressed, by the reader's clock. */
  readonly createdAt: number;
}

export interface PostOperation extends Asked {
  readonly kind: 'post';
  readonly parentId: string | null;
  /** The top-level comment of the branch answered in; null for a new one. */
  readonly rootId: string | null;
  readonly text: string;
  readonly author: { readonly name: string; readonly email?: string; readonly website?: string };
  readonly mentions: readonly Mention[];
  /** The site's consent line was ticked; absent where there was none. */
  readonly consent?: true;
  /** The passage it is about; only without a parent (I-3). */
  readonly quote?: Quote;
  /** *Notify me*, ticked in the form: holds once the comment is taken. Mails go to `author.email` where `email` is absent. */
  readonly notify?: Wish & { readonly choice: Exclude<NotifyChoice, 'none'> };
}

export interface EditOperation extends Asked {
  readonly kind: 'edit';
  readonly commentId: string;
  readonly text: string;
  readonly mentions: readonly Mention[];
  /** The text the reader began from: where the backend's is another by now, both are shown (FAULTS G5). */
  readonly before: string;
}

export interface DeleteOperation extends Asked {
  readonly kind: 'delete';
  readonly commentId: string;
}

/** A wish, not a step: the whole choice, with a counter per writer so that an older one never wins. */
export interface VoteOperation extends Asked {
  readonly kind: 'vote';
  readonly commentId: string;
  readonly value: Vote;
  readonly counter: number;
}

/** What the browser's push service gave this page (`PushSubscription.toJSON()`). */
export interface PushTarget {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

interface Wish {
  /** From the same row of numbers as the counters of votes: an older choice never wins. */
  readonly counter: number;
  /** Where mails shall go; needed from guests whose address the backend does not know yet (`Subscriptions.address`). */
  readonly email?: string;
  /** Tells this browser as well. */
  readonly push?: PushTarget;
  /** Language of the messages, as a BCP 47 tag: that of the section. */
  readonly language?: string;
}

/** A choice of *Notify of* or of the bell of an own comment (N-1): the whole of it, like a vote. */
export interface NotifyOperation extends Asked, Wish {
  readonly kind: 'notify';
  /** Null: the page. Else an own comment, and `choice` is `comment` or `none`. */
  readonly commentId: string | null;
  readonly choice: NotifyChoice;
}

export type Operation = PostOperation | EditOperation | DeleteOperation | VoteOperation | NotifyOperation;

/** The comment an operation is about: for a post, the one it makes. Empty, which no id is, for one about the page. */
export function targetOf(operation: Operation): string {
  return operation.kind === 'post' ? operation.id : (operation.commentId ?? '');
}

/** A wish with a counter (a vote, a notify choice) waits in silence, and a newer one about the same takes its place. */
export function isWish(operation: Operation): operation is VoteOperation | NotifyOperation {
  return 'counter' in operation;
}

/** Why an operation is not through yet; `retry.ts` makes these of an adapter's answers (FAULTS, "How an answer is judged"). */
export type Delivery =
  /** Being sent, or next in line. */
  | { readonly state: 'sending' }
  /**
   * The network or the backend can't be reached; goes out when it can. `blocked`: it can be read from here, but does not
   * take anything: it may not allow comments from this site (FAULTS A16).
   */
  | { readonly state: 'waiting'; readonly blocked?: true }
  /** The backend asked to wait, or answered strangely: tried again at `until`. `portal`: looks like a Wi-Fi sign-in page. */
  | { readonly state: 'retrying'; readonly until: number; readonly portal?: boolean }
  /** Only the reader can go on: sign in, solve a captcha. */
  | { readonly state: 'asking'; readonly want: 'sign-in' | 'captcha' }
  /** Definitely not taken. `reason` is a key of the messages; `detail` the backend's own sentence. */
  | { readonly state: 'refused'; readonly reason: string; readonly detail?: string; readonly limit?: number }
  /** Somebody changed the same comment meanwhile: `theirs` is the text the backend has now. */
  | { readonly state: 'conflict'; readonly theirs: string }
  /**
   * Tried for a day; the reader may try again. `perhapsSent`: the backend can't tell a repeat from a second comment, and
   * it is open whether the first try arrived: the reader should look before trying again (FAULTS C13).
   */
  | { readonly state: 'given-up'; readonly perhapsSent?: true };

/** The number that says which of two wishes is the newer; 0 for what has none. */
export function counterOf(operation: Operation): number {
  return isWish(operation) ? operation.counter : operation.kind === 'post' ? (operation.notify?.counter ?? 0) : 0;
}

/** An operation in the outbox. The row outlives the page; any page of the origin may send it. */
export interface QueuedOperation {
  readonly operation: Operation;
  readonly thread: ThreadKey;
  /** Where the page lies and what it is called, sent along with a post. */
  readonly page: { readonly url: string; readonly title: string };
  /** Whose it is: `guest` or a hash of the signed-in user; never sent as somebody else (FAULTS D20). */
  readonly identity: string;
  /** Position in the outbox of this browser: oldest first. */
  readonly order: number;
  readonly attempts: number;
  /** Not before this time, by the reader's clock. */
  readonly notBefore: number;
  readonly delivery: Delivery;
  /** False while the row could not be written to the disk and lives in this tab's memory alone (FAULTS D1). */
  readonly saved: boolean;
}
