/**
 * One thread on this page: the backend's last word, what waits in the outbox, what keeps the page still, folded into the
 * view that the elements draw. The reader's own acts are drawn at once, news from outside at most once a frame.
 */
import type { Adapter } from '../adapters/adapter.ts';
import type { Comment, Order, ThreadKey } from '../model/comment.ts';
import { fold, nothingShown, showAll, showMore, showOwn, type Shown, type Status } from '../model/fold.ts';
import type { Operation } from '../model/operation.ts';
import { parseOperation } from '../model/parse.ts';
import { ORDERS } from '../model/sort.ts';
import {
  emptyThread,
  mergeAnswer,
  mergeChanges,
  mergeMine,
  mergePage,
  type Asked,
  type Thread,
} from '../model/thread.ts';
import type { ThreadView } from '../model/view.ts';
import type { Ambient } from './ambient.ts';
import type { Database, Row } from './database.ts';
import type { Outbox, OutboxListener } from './outbox.ts';
import {
  draftKey,
  forgetSite,
  readDraft,
  readOpening,
  readRemembered,
  writeCache,
  writeCollapsed,
  writeOrder,
  writeRemembered,
} from './records.ts';
import { makeRefresh, type Wanted } from './refresh.ts';
import type { Outcome, ThreadSettings, ThreadStore } from './store.ts';
import type { Tabs } from './tabs.ts';
import { problemOf, troubleOf } from './trouble.ts';

/** What all threads of a page share. */
export interface Room {
  readonly world: Ambient;
  readonly database: Database;
  readonly outbox: Outbox;
  readonly tabs: Tabs;
}

type LinkedState = NonNullable<Status['linked']>['state'];

/** *Load all* goes this far, in steps that a server answers gladly. */
const mostLoaded = 1000;
const loadStep = 50;
const mostReplies = 100;
/** The same words for the same place within this time are one press too many (FAULTS F8). */
const doublePress = 2000;

/** Whose operations these are: nobody's in particular, or a reader the site vouches for, told apart by a hash (D20). */
export function identityOf(userToken: string | null): string {
  if (userToken === null) return 'guest';
  let subject = userToken;
  try {
    const payload = (userToken.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    subject = String((JSON.parse(atob(payload)) as { sub?: unknown }).sub ?? userToken);
  } catch {
    // Not a token of the usual form: then the whole of it says who it is.
  }
  let hash = 0xcbf29ce484222325n;
  for (const character of subject)
    hash = BigInt.asUintN(64, (hash ^ BigInt(character.codePointAt(0) ?? 0)) * 0x100000001b3n);
  return `user ${hash.toString(36)}`;
}

export function makeThreadStore(room: Room, adapter: Adapter, key: ThreadKey, settings: ThreadSettings): ThreadStore {
  const { world, database, outbox, tabs } = room;
  const refresh = makeRefresh(world, adapter, key);
  const identity = identityOf(settings.userToken);
  const keepsCopies = settings.storage !== 'none';
  const { can } = adapter;
  const foldSettings = {
    maxDepth: settings.maxDepth,
    can: { reply: can.reply, edit: can.edit, delete: can.delete, votes: can.votes },
  };

  let thread: Thread = emptyThread(key);
  let shown: Shown = nothingShown(can.orders.includes(settings.order) ? settings.order : (can.orders[0] ?? 'newest'));
  let status: Status = {
    phase: 'loading',
    problem: null,
    refreshing: false,
    fromCache: false,
    storage: database.place,
    more: 'idle',
    gaps: {},
    linked: null,
  };
  let view: ThreadView = draw(undefined);
  let isClosed = false;
  let isDrawing = false;
  /** True once the backend itself has spoken on this page. */
  let isFresh = false;
  let orderedByReader = false;
  /** Questions are numbered: what comes back late, after the reader asked for something else, is not drawn. */
  let question = 0;
  let answers = 0;
  let loading: Promise<void> | null = null;
  let lastCounter = 0;
  const listeners = new Set<() => void>();
  const outcomeListeners = new Set<(outcome: Outcome) => void>();
  /** Asked for on this page: this page tells how they end, whichever tab sends them. */
  const asked = new Set<string>();

  // ——— Drawing

  function draw(previous: ThreadView | undefined): ThreadView {
    return fold(
      thread,
      outbox.of(key, identity),
      shown,
      { ...status, storage: database.place },
      foldSettings,
      previous,
    );
  }

  function redraw(): void {
    isDrawing = false;
    if (isClosed) return;
    view = draw(view);
    each(listeners, (listener) => listener());
  }

  /** News may come in bursts; the screen shows them once a frame (FAULTS C12). */
  function redrawSoon(): void {
    if (isDrawing || isClosed) return;
    isDrawing = true;
    world.frame(() => isDrawing && redraw());
  }

  function each<T>(all: ReadonlySet<T>, call: (one: T) => void): void {
    for (const one of [...all]) {
      try {
        call(one);
      } catch (error) {
        console.error('Afterword: a listener failed.', error); // Its trouble is not the thread's (E17).
      }
    }
  }

  const set = (changed: Partial<Status>): void => void (status = { ...status, ...changed });

  // ——— The outbox

  const onOutbox: OutboxListener = (changed, row, settled) => {
    if (changed && (changed.backend !== key.backend || changed.site !== key.site || changed.page !== key.page)) return;
    if (row && settled && row.identity === identity) {
      const { operation } = row;
      if (settled.result === 'acknowledged') {
        thread = mergeAnswer(thread, operation, settled.answer);
        answers++;
        // Written in another tab or before a reload: it stays where it stood while it waited.
        const id = settled.answer.comment?.id ?? operation.id;
        const isNewRoot = operation.kind === 'post' && operation.parentId === null;
        if (isNewRoot && !shown.own.includes(id) && !shown.roots.includes(id)) shown = showOwn(shown, id);
      } else if (settled.result === 'vanished') void lookForNews();
      // What another tab has sent that tab tells, but for what was asked for here.
      const isOurs = asked.delete(operation.id) || (settled.result === 'acknowledged' && !settled.elsewhere);
      if (isOurs && settled.result === 'acknowledged') {
        const { comment } = settled.answer;
        each(outcomeListeners, (listener) => listener({ result: 'acknowledged', operation, comment }));
        if (status.problem) void load();
      } else if (settled.result === 'refused') {
        const { reason } = settled;
        each(outcomeListeners, (listener) => listener({ result: 'refused', operation, reason }));
      }
    }
    redrawSoon();
  };

  // ——— Reading

  const opened = open();

  async function open(): Promise<void> {
    outbox.serve(adapter, key, identity, settings.userToken);
    const [opening] = await Promise.all([
      keepsCopies ? readOpening(database, key).catch(() => null) : null,
      outbox.ready,
    ]);
    if (isClosed || !opening) return;
    const remembered = ORDERS.find((order) => order === opening.order && can.orders.includes(order));
    if (remembered && !orderedByReader) shown = { ...shown, order: remembered };
    shown = { ...shown, collapsed: new Map([...opening.collapsed, ...shown.collapsed]) };
    if (opening.thread && !isFresh) {
      thread = opening.thread;
      shown = showAll(thread, shown, shown.order);
      set({ phase: 'ready', fromCache: true });
    }
    redraw();
  }

  function load(): Promise<void> {
    if (loading) return loading;
    const now = loadNow().finally(() => {
      if (loading === now) loading = null;
    });
    return (loading = now);
  }

  async function loadNow(): Promise<void> {
    set({ refreshing: true });
    redrawSoon();
    await opened;
    if (isFresh && can.changes && thread.info && thread.window?.order === shown.order) await loadChanges();
    else await loadFirst();
  }

  async function loadChanges(): Promise<void> {
    const { epoch = '', revision = 0 } = thread.info ?? {};
    const changes = await tell(refresh.changes({ epoch, revision }));
    if (!changes) return;
    if (changes.tooOld || changes.info.epoch !== epoch) return loadFirst();
    thread = mergeChanges(thread, changes, world.now());
    shown = showAll(thread, shown, shown.order);
    set({ problem: null, refreshing: false });
    redrawSoon();
    await afterLoad();
  }

  async function loadFirst(): Promise<void> {
    const { order } = shown;
    const mine = ++question;
    const page = await tell(refresh.page({ want: 'roots' }, { order, limit: settings.pageSize }), mine);
    if (!page || mine !== question) return;
    const before = thread;
    thread = mergePage(thread, page, { want: 'roots', order, after: null }, world.now());
    shown = showAll(thread, shown, order);
    isFresh = true;
    set({ phase: 'ready', problem: null, refreshing: false, fromCache: false, more: 'idle', gaps: {} });
    redraw();
    await afterLoad();
    if (before.info && before.info.epoch !== page.info.epoch) await keepLost(before);
  }

  /** The reader's own comes after the paint, and only where there can be something of theirs (S-2). */
  async function afterLoad(): Promise<void> {
    const token = adapter.mine ? await outbox.token(key) : null;
    for (let tries = 0; token && !isClosed && tries < 3; tries++) {
      const before = answers;
      const mine = await refresh.mine(token, settings.userToken).catch(() => null);
      if (!mine) break; // The thread is right without it, and the next load asks again.
      if (before !== answers) continue; // A yes that came meanwhile knows more than this.
      thread = mergeMine(thread, mine);
      redrawSoon();
      break;
    }
    await keepCopy();
  }

  /** A restored server no longer has what it once took: the words come back to their writer, and are not sent (B20). */
  async function keepLost(before: Thread): Promise<void> {
    for (const id of Object.keys(before.mine?.own ?? {})) {
      const comment = before.comments.get(id);
      if (!comment?.text || !thread.mine || thread.mine.own[id] || thread.comments.has(id)) continue;
      const { parentId, rootId, text, createdAt, author, mentions = [] } = comment;
      const operation: Operation = {
        ...{ kind: 'post', id, createdAt, parentId, rootId: parentId && rootId, text, mentions },
        author: { name: author?.name ?? '' },
      };
      await outbox.add({ ...rowOf(operation), delivery: { state: 'refused', reason: 'lost' } }, null);
    }
  }

  async function keepCopy(): Promise<void> {
    if (keepsCopies && !isClosed) await writeCache(database, thread, world.now()).catch(() => undefined);
  }

  /** Waits for an answer of the backend; its trouble becomes what the reader is told, and null. */
  async function tell<T>(answer: Promise<T>, mine = question): Promise<T | null> {
    try {
      return await answer;
    } catch (error) {
      if (isClosed || mine !== question) return null;
      set({
        problem: problemOf(troubleOf(error)),
        refreshing: false,
        phase: status.phase === 'loading' ? 'failed' : status.phase,
      });
      // An order that the backend could not be asked for holds at least among what is here.
      if (thread.info) shown = showAll(thread, shown, shown.order);
      redraw();
      return null;
    }
  }

  /** In place, and only if nothing was ever wrong: what stands where is the reader's affair. */
  async function lookForNews(): Promise<void> {
    if (!isFresh || !can.changes || !thread.info) return;
    const { epoch, revision } = thread.info;
    const changes = await refresh.changes({ epoch, revision }).catch(() => null);
    if (!changes || changes.tooOld || isClosed) return;
    thread = mergeChanges(thread, changes, world.now());
    redrawSoon();
  }

  async function ask(wanted: Wanted, merged: Asked, limit: number): Promise<boolean> {
    const mine = question;
    const page = await refresh.page(wanted, { order: shown.order, limit }).catch(() => null);
    if (isClosed || mine !== question || !page) return page !== null;
    thread = mergePage(thread, page, merged, world.now());
    return true;
  }

  /** A cursor from the cache may be stale or its end: the backend's own first page comes before the second. */
  async function freshWindow() {
    await opened;
    if (!isFresh || thread.window?.order !== shown.order) await load();
    return isFresh ? thread.window : null;
  }

  async function loadMore(limit = settings.pageSize): Promise<boolean> {
    if (status.more === 'loading') return false;
    set({ more: 'loading' });
    redraw();
    const window = await freshWindow();
    const { order } = shown;
    const after = window?.next ?? null;
    const isThere =
      window !== null &&
      (after === null || (await ask({ want: 'roots', after }, { want: 'roots', order, after }, limit)));
    if (isThere) shown = showMore(thread, shown);
    set({ more: isThere ? 'idle' : 'failed' });
    redraw();
    void keepCopy();
    return isThere && after !== null;
  }

  async function loadReplies(rootId: string): Promise<void> {
    if (status.gaps[rootId] === 'loading') return;
    set({ gaps: { ...status.gaps, [rootId]: 'loading' } });
    redraw();
    await freshWindow();
    const gap = thread.gaps[rootId];
    const isThere =
      isFresh &&
      (!gap || (await ask({ want: 'replies', rootId, after: gap.next }, { want: 'replies', rootId }, mostReplies)));
    const { [rootId]: _, ...others } = status.gaps;
    set({ gaps: isThere ? others : { ...others, [rootId]: 'failed' } });
    redraw();
    void keepCopy();
  }

  async function showLinked(id: string | null): Promise<void> {
    if (id === null) {
      set({ linked: null });
      thread = { ...thread, linked: null };
      return redraw();
    }
    set({ linked: { id, state: 'loading' } });
    redraw();
    await opened;
    const known = pathTo(id);
    if (known) thread = { ...thread, linked: { id, comments: known } };
    let state: LinkedState = known ? stateOf(known) : 'failed';
    if (!known && can.around) {
      try {
        const page = await refresh.page({ want: 'around', id }, { order: shown.order, limit: 1 });
        thread = mergePage(thread, page, { want: 'around', id }, world.now());
        state = stateOf(page.comments);
      } catch (error) {
        state = troubleOf(error).kind === 'gone' ? 'unknown' : 'failed';
      }
    }
    if (isClosed || status.linked?.id !== id) return; // Another one was asked for meanwhile.
    set({ linked: { id, state } });
    redraw();
  }

  /** From the root down to a comment, where this device knows all of it. */
  function pathTo(id: string): readonly Comment[] | null {
    const path: Comment[] = [];
    const held = thread.mine?.unpublished ?? [];
    const find = (wanted: string): Comment | undefined =>
      thread.comments.get(wanted) ?? held.find((comment) => comment.id === wanted);
    for (let next = find(id); next && !path.includes(next); next = find(next.parentId)) {
      path.unshift(next);
      if (next.parentId === null) return path;
    }
    return null;
  }

  function stateOf(path: readonly Comment[]): LinkedState {
    const state = path.at(-1)?.state;
    if (!state) return 'unknown';
    return state === 'published' ? 'shown' : state === 'held' ? 'held' : 'removed';
  }

  // ——— What the reader does

  const rowOf = (operation: Operation) => ({
    operation,
    thread: key,
    page: { ...settings.page },
    identity,
    attempts: 0,
    notBefore: 0,
    delivery: { state: 'sending' } as const,
    saved: true,
  });

  /** The row of the same words for the same place from a moment ago. */
  function isDouble(operation: Operation): boolean {
    if (operation.kind !== 'post') return false;
    return outbox
      .of(key, identity)
      .some(
        ({ operation: other }) =>
          other.kind === 'post' &&
          other.text === operation.text &&
          other.parentId === operation.parentId &&
          Math.abs(other.createdAt - operation.createdAt) < doublePress,
      );
  }

  async function change(row: Row): Promise<void> {
    await database.change([], 'relaxed', () => [row]).catch(() => undefined); // A full disk: it holds for this page.
  }

  const stops = [
    outbox.subscribe(onOutbox),
    ...(['online', 'visible', 'show'] as const).map((what) => world.on(what, () => void (status.problem && load()))),
    tabs.onNews((news, where) => {
      if (news === 'forgotten' && where.backend === key.backend && where.site === key.site) forgetHere();
    }),
  ];

  function forgetHere(): void {
    asked.clear();
    thread = { ...thread, mine: null };
    shown = { ...shown, own: [], collapsed: new Map() };
    outbox.forget(key);
    redraw();
  }

  return {
    key,
    can,
    get view() {
      return view;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onOutcome(listener) {
      outcomeListeners.add(listener);
      return () => outcomeListeners.delete(listener);
    },

    dispatch(wish, draft) {
      // Plain data or nothing: what can't be kept must be refused before anybody believes it is (D16).
      const operation = parseOperation(wish);
      if (isDouble(operation)) return Promise.resolve();
      asked.add(operation.id);
      if (operation.kind === 'post' && operation.parentId === null) shown = showOwn(shown, operation.id);
      const kept = outbox.add(rowOf(operation), draft ? draftKey(key, draft) : null);
      redraw();
      // By then the view says whether the words are saved.
      return kept.then(redraw);
    },
    nextVoteCounter() {
      const waiting = outbox
        .of(key, identity)
        .map(({ operation }) => (operation.kind === 'vote' ? operation.counter : 0));
      // The clock makes it grow between devices; what is known, where the clock was set back.
      return (lastCounter = Math.max(
        world.now(),
        (thread.mine?.voteCounter ?? 0) + 1,
        lastCounter + 1,
        ...waiting.map((counter) => counter + 1),
      ));
    },
    retry: (id) => outbox.retry(id),
    async discard(id) {
      asked.delete(id);
      return outbox.discard(id);
    },

    load,
    setOrder(order) {
      if (!can.orders.includes(order)) return;
      orderedByReader = true;
      if (keepsCopies) void change(writeOrder(key, order));
      const isWhole = isFresh && thread.window?.next === null;
      shown = isWhole ? showAll(thread, shown, order) : { ...shown, order };
      redraw();
      if (isWhole) return;
      question++;
      loading = null;
      void load();
    },
    loadMore: async () => void (await loadMore()),
    async loadAll() {
      while (thread.comments.size < mostLoaded && (await loadMore(loadStep)) && thread.window?.next && !isClosed);
    },
    loadReplies,
    setCollapsed(id, isCollapsed) {
      const collapsed = new Map(shown.collapsed);
      const row = view.rows.find((one) => one.key === id);
      if (isCollapsed) collapsed.set(id, row?.kind === 'comment' ? row.replies.count : 0);
      else collapsed.delete(id);
      shown = { ...shown, collapsed };
      redraw();
      if (keepsCopies) void change(writeCollapsed(key, collapsed));
    },
    showLinked,

    readDraft: (place) => readDraft(database, key, place).catch(() => null),
    async writeDraft(place, draft) {
      if (keepsCopies) await change([draftKey(key, place), draft.text ? { ...draft } : undefined]);
    },
    readRemembered: () => readRemembered(database, key).catch(() => null),
    writeRemembered: (who) => change(writeRemembered(key, who && { ...who })),
    async countUnsent() {
      await outbox.ready;
      return outbox.countOf(key, identity);
    },
    async forget() {
      forgetHere();
      await forgetSite(database, key);
      tabs.announce('forgotten', key);
    },

    close() {
      isClosed = true;
      refresh.stop();
      stops.forEach((stop) => stop());
      listeners.clear();
      outcomeListeners.clear();
    },
  };
}
