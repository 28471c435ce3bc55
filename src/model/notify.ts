/**
 * What the reader is told of away from the page: the backend's word with the reader's unsent choices laid on top, as the
 * fold does it for comments.
 */
import type { Channel, Mine, SubscriptionState, Subscriptions } from './comment.ts';
import type { NotifyOperation, PostOperation, QueuedOperation } from './operation.ts';
import type { Thread } from './thread.ts';
import type { NotifyView, Pending, Told } from './view.ts';

const nothing: Subscriptions = { page: { choice: 'none', state: 'none' }, comments: {}, address: null };
const silent: Told = { state: 'none', pending: null };

export interface ToldOf {
  readonly view: NotifyView;
  /** By id of an own comment; one that is not named is off. */
  bell(commentId: string): Told;
}

/**
 * Null where nothing is offered, by backend or site.
 * @param pendingOf What a row or the toolbar says of an operation that waits.
 */
export function toldOf(
  thread: Thread,
  queue: readonly QueuedOperation[],
  channels: readonly Channel[],
  pendingOf: (queued: QueuedOperation) => Pending,
  isStopped: (queued: QueuedOperation) => boolean,
): ToldOf | null {
  const offered = channels.filter((channel) => thread.info?.notify?.includes(channel));
  if (offered.length === 0) return null;
  const known = thread.mine?.subscriptions ?? nothing;
  const isKnown = known.page.state === 'active' || Object.values(known.comments).includes('active');
  let page: Omit<NotifyView, 'offered'> = { ...known.page, pending: null, address: known.address };
  const bells = new Map<string, Told>();
  for (const [id, state] of Object.entries(known.comments)) bells.set(id, { state, pending: null });
  for (const queued of queue) {
    const wish = wishOf(queued);
    if (!wish) continue;
    const { commentId, choice, email } = wish;
    const pending = pendingOf(queued);
    if (isStopped(queued)) {
      // What the backend said stands. A comment that was not taken says so in its own row.
      if (queued.operation.kind === 'post') continue;
      if (commentId === null) page = { ...page, pending };
      else bells.set(commentId, { ...(bells.get(commentId) ?? silent), pending });
      continue;
    }
    const state: SubscriptionState = choice === 'none' ? 'none' : isKnown && !email ? 'active' : 'pending';
    if (email) page = { ...page, address: email };
    if (commentId !== null) bells.set(commentId, { state, pending });
    else if (choice !== 'comment') page = { ...page, choice, state, pending };
  }
  return { view: { offered, ...page }, bell: (id) => bells.get(id) ?? silent };
}

function wishOf({ operation }: QueuedOperation): Pick<NotifyOperation, 'commentId' | 'choice' | 'email'> | null {
  if (operation.kind === 'notify') return operation;
  if (operation.kind !== 'post' || !operation.notify) return null;
  const email = operation.notify.email ?? operation.author.email;
  const { choice } = operation.notify;
  return { choice, commentId: choice === 'comment' ? operation.id : null, ...(email && { email }) };
}

/** The backend's answer to a choice, or to a post that came with one. */
export function withSubscriptions(
  mine: Mine,
  operation: NotifyOperation | PostOperation,
  subscriptions: Subscriptions | undefined,
): Mine {
  const counter = operation.kind === 'notify' ? operation.counter : (operation.notify?.counter ?? 0);
  return {
    ...mine,
    voteCounter: Math.max(mine.voteCounter, counter),
    ...(subscriptions && { subscriptions }),
  };
}

export function sameTold(a: Told | undefined, b: Told | undefined): boolean {
  return a?.state === b?.state && a?.pending?.operationId === b?.pending?.operationId && sameDelivery(a, b);
}

/** The one before where nothing of it is another: who draws it need not draw it again. */
export function sameNotify(before: NotifyView | undefined, now: NotifyView): NotifyView {
  const isSame =
    before?.choice === now.choice &&
    before.address === now.address &&
    before.offered.join() === now.offered.join() &&
    sameTold(before, now);
  return isSame ? before : now;
}

function sameDelivery(a: Told | undefined, b: Told | undefined): boolean {
  return (
    a?.pending?.saved === b?.pending?.saved &&
    JSON.stringify(a?.pending?.delivery) === JSON.stringify(b?.pending?.delivery)
  );
}
