/**
 * A thread for elements to show, without network, disk or other tabs: a test sets the view and reads what was asked for.
 * Drafts and the remembered reader are kept as the real store keeps them; `hold` makes promises wait for the test.
 */
import type { Capabilities } from '../../src/adapters/adapter.ts';
import type { Filter, Order } from '../../src/model/comment.ts';
import type { Operation, PushTarget } from '../../src/model/operation.ts';
import type { ThreadView } from '../../src/model/view.ts';
import type {
  Draft,
  DraftPlace,
  LiveAct,
  Outcome,
  PassageDraft,
  Remembered,
  ThreadStore,
} from '../../src/sync/store.ts';
import { findPeople, type Person } from '../../src/model/people.ts';
import { rules, threadKey } from './builders.ts';

export const emptyView: ThreadView = {
  phase: 'ready',
  problem: null,
  refreshing: false,
  fetchedAt: 1_700_000_000_000,
  fromCache: false,
  whole: true,
  order: 'newest',
  count: 0,
  rules,
  rows: [],
  linked: null,
  more: null,
  unsent: 0,
  storage: 'disk',
  markup: false,
};

export const everything: Capabilities = {
  orders: ['newest', 'oldest', 'most-voted'],
  reply: true,
  edit: true,
  delete: true,
  votes: 'up-down',
  around: true,
  changes: true,
  idempotent: true,
  quotes: true,
};

export class FakeStore implements ThreadStore {
  key = threadKey;
  can = everything;
  view: ThreadView;
  /** What was asked for, in order: the method's name and its arguments. */
  readonly calls: (readonly [string, ...unknown[]])[] = [];
  readonly dispatched: Operation[] = [];
  readonly drafts = new Map<DraftPlace, Draft>();
  remembered: Remembered | null = null;
  unsent = 0;
  closed = false;
  /** What every promise of this store waits for. */
  hold: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<() => void>();
  readonly #outcomes = new Set<(outcome: Outcome) => void>();

  constructor(view: Partial<ThreadView> = {}) {
    this.view = { ...emptyView, ...view };
  }

  /** Shows another view, as after a change from anywhere. */
  show(view: Partial<ThreadView>): void {
    this.view = { ...this.view, ...view };
    for (const listener of this.#listeners) listener();
  }

  /** Tells how an operation ended. */
  tell(outcome: Outcome): void {
    for (const listener of this.#outcomes) listener(outcome);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onOutcome(listener: (outcome: Outcome) => void): () => void {
    this.#outcomes.add(listener);
    return () => this.#outcomes.delete(listener);
  }

  async dispatch(operation: Operation, draft?: DraftPlace): Promise<void> {
    this.calls.push(['dispatch', operation, draft]);
    this.dispatched.push(operation);
    if (draft) this.drafts.delete(draft);
    await this.hold;
  }

  #counter = 0;
  nextVoteCounter(): number {
    return ++this.#counter;
  }

  retry(operationId: string): void {
    this.calls.push(['retry', operationId]);
  }

  async discard(operationId: string): Promise<string | null> {
    this.calls.push(['discard', operationId]);
    const gone = this.dispatched.find(({ id }) => id === operationId);
    await this.hold;
    return gone && 'text' in gone ? gone.text : null;
  }

  async load(): Promise<void> {
    this.calls.push(['load']);
    await this.hold;
  }

  setOrder(order: Order): void {
    this.calls.push(['setOrder', order]);
    this.show({ order });
  }

  setFilter(filter: Filter | null): void {
    this.calls.push(['setFilter', filter]);
    const { filter: _, ...view } = this.view;
    this.view = view;
    this.show(filter ? { filter } : {});
  }

  async loadPassages(): Promise<void> {
    this.calls.push(['loadPassages']);
    await this.hold;
  }

  async loadPassage(key: string): Promise<boolean> {
    this.calls.push(['loadPassage', key]);
    await this.hold;
    return true;
  }

  async loadMore(): Promise<void> {
    this.calls.push(['loadMore']);
    await this.hold;
  }

  async loadAll(): Promise<void> {
    this.calls.push(['loadAll']);
    await this.hold;
  }

  async loadReplies(rootId: string): Promise<void> {
    this.calls.push(['loadReplies', rootId]);
    await this.hold;
  }

  setCollapsed(commentId: string, collapsed: boolean): void {
    this.calls.push(['setCollapsed', commentId, collapsed]);
  }

  async showLinked(commentId: string | null): Promise<void> {
    this.calls.push(['showLinked', commentId]);
    await this.hold;
  }

  /** What `live` answers. */
  next: string | null = null;
  async live(act: LiveAct): Promise<string | null> {
    this.calls.push(['live', act]);
    await this.hold;
    return this.next;
  }

  async readDraft(place: DraftPlace): Promise<Draft | null> {
    await this.hold;
    return this.drafts.get(place) ?? null;
  }

  /** Who is on the page and not on the screen. */
  elsewhere: readonly Person[] = [];
  async findPeople(typed: string): Promise<readonly Person[]> {
    this.calls.push(['findPeople', typed]);
    await this.hold;
    return findPeople(this.elsewhere, typed, 12);
  }

  async readDraftPlaces(): Promise<readonly DraftPlace[]> {
    await this.hold;
    return [...this.drafts.keys()];
  }

  async readPassageDrafts(): Promise<readonly PassageDraft[]> {
    await this.hold;
    return [...this.drafts].flatMap(([place, draft]): PassageDraft[] => {
      const { quote } = draft;
      return quote && place.startsWith('passage ') ? [{ key: place.slice(8), draft: { ...draft, quote } }] : [];
    });
  }

  async writeDraft(place: DraftPlace, draft: Draft): Promise<void> {
    this.calls.push(['writeDraft', place, draft]);
    if (draft.text === '') this.drafts.delete(place);
    else this.drafts.set(place, draft);
    await this.hold;
  }

  async readRemembered(): Promise<Remembered | null> {
    await this.hold;
    return this.remembered;
  }

  async writeRemembered(who: Remembered | null): Promise<void> {
    this.calls.push(['writeRemembered', who]);
    this.remembered = who;
    await this.hold;
  }

  async countUnsent(): Promise<number> {
    await this.hold;
    return this.unsent;
  }

  /** What the browser answers when it is asked for push; undefined: it can't do that here. */
  push: PushTarget | null | undefined = undefined;
  async readPush(): Promise<(() => Promise<PushTarget | null>) | null> {
    const { push } = this;
    return push === undefined ? null : async () => push;
  }

  async forget(): Promise<void> {
    this.calls.push(['forget']);
    this.drafts.clear();
    this.remembered = null;
    await this.hold;
  }

  close(): void {
    this.closed = true;
  }
}
