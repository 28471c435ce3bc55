/**
 * One thread on this page: the backend's last word, what waits in the outbox, what keeps the page still, folded into the
 * view that the elements draw. Here is what the first picture needs, the copy on this device and the backend's first
 * page; whatever a reader does comes from `writing.ts`, which follows at once after that picture.
 */
import type { Adapter } from '../adapters/adapter.ts';
import type { Filter, Page, ThreadKey } from '../model/comment.ts';
import { fold, nothingShown, showAll, showOwn, type Shown, type Status } from '../model/fold.ts';
import { takeNews } from '../model/news.ts';
import { counterOf, type Operation, type QueuedOperation } from '../model/operation.ts';
import { parseOperation } from '../model/parse.ts';
import { emptyThread, mergePage, windowOf, type Thread } from '../model/thread.ts';
import type { ThreadView } from '../model/view.ts';
import type { Ambient } from './ambient.ts';
import type { Database } from './database.ts';
import { readOpening } from './records.ts';
import { makeRefresh, type Refresh } from './refresh.ts';
import type { DraftPlace, Outcome, ThreadSettings, ThreadStore } from './store.ts';
import { problemOf, troubleOf } from './trouble.ts';

/** What all threads of a page share, as far as the first picture needs it. */
export interface Room {
  readonly world: Ambient;
  readonly database: Database;
  /** The rest, once it is here; asked for again when the network is back. */
  readonly writing: () => Promise<Writing>;
}

export interface Writing {
  /** What waits was read from the disk: before, a thread would be drawn without it. */
  readonly ready: Promise<void>;
  /** @param drawn What waited on the disk when the first picture was drawn. */
  join(thread: OpenThread, drawn: readonly QueuedOperation[]): Hand;
}

/** A thread as both parts of it see it. */
export interface OpenThread {
  readonly key: ThreadKey;
  readonly adapter: Adapter;
  readonly settings: ThreadSettings;
  readonly refresh: Refresh;
  thread: Thread;
  shown: Shown;
  status: Status;
  view: ThreadView;
  /** The backend itself has spoken on this page. */
  isFresh: boolean;
  isClosed: boolean;
  /** Questions are numbered: what comes back after the reader asked for something else is not drawn. */
  question: number;
  /** Written on this device. */
  isOwn(id: string): boolean;
  redraw(): void;
  /** News come in bursts; the screen shows them once a frame (FAULTS C12). */
  redrawSoon(): void;
  load(anew?: boolean): Promise<void>;
  tell(outcome: Outcome): void;
}

/** What a reader does with a thread. */
export interface Hand extends Pick<ThreadStore, Late | 'close'> {
  /** What waits, oldest first. */
  queue(): readonly QueuedOperation[];
  add(operation: Operation, draft: DraftPlace | undefined): Promise<void>;
  /** After the backend's first page, or its changes, are on the screen. */
  afterLoad(before: Thread): Promise<void>;
}

type Late =
  | 'retry'
  | 'discard'
  | 'setOrder'
  | 'setFilter'
  | 'loadPassages'
  | 'loadPassage'
  | 'loadMore'
  | 'loadAll'
  | 'loadReplies'
  | 'setCollapsed'
  | 'showLinked'
  | 'live'
  | 'readDraft'
  | 'findPeople'
  | 'readDraftPlaces'
  | 'readPassageDrafts'
  | 'writeDraft'
  | 'readRemembered'
  | 'writeRemembered'
  | 'countUnsent'
  | 'readPush'
  | 'forget';

/** A page that is on the screen already, and when it came. */
export interface Given {
  readonly page: Page;
  readonly fetchedAt: number;
}

/** @param first A page that is on the screen already: it is not asked for again. */
export function makeThreadStore(
  room: Room,
  adapter: Adapter,
  key: ThreadKey,
  settings: ThreadSettings,
  first: Given | null = null,
): ThreadStore {
  const { world, database } = room;
  const { can } = adapter;
  const feed = adapter.feed?.(key);
  const foldSettings = {
    ...(feed !== undefined && { feed }),
    maxDepth: settings.maxDepth,
    can: {
      reply: can.reply,
      edit: can.edit,
      delete: can.delete,
      votes: can.votes,
      ...(can.notify && { notify: can.notify }),
    },
  };
  const listeners = new Set<() => void>();
  const outcomeListeners = new Set<(outcome: Outcome) => void>();
  /** As the disk had it, and what was asked for since, until `writing.ts` is here and knows better. */
  let queue: readonly QueuedOperation[] = [];
  let early: { readonly operation: Operation; readonly draft: DraftPlace | undefined; readonly kept: () => void }[] =
    [];
  let hand: Hand | null = null;
  let joining: Promise<Hand> | null = null;
  let loading: Promise<void> | null = null;
  let given = first;
  let isDrawing = false;
  let lastCounter = 0;

  const open: OpenThread = {
    key,
    adapter,
    settings,
    refresh: makeRefresh(world, adapter, key),
    thread: emptyThread(key),
    shown: nothingShown(can.orders.includes(settings.order) ? settings.order : (can.orders[0] ?? settings.order)),
    status: {
      phase: 'loading',
      problem: null,
      refreshing: false,
      fromCache: false,
      storage: database.place,
      more: 'idle',
      gaps: {},
      linked: null,
    },
    view: undefined as unknown as ThreadView, // Drawn before anybody can look.
    isFresh: false,
    isClosed: false,
    question: 0,
    isOwn: (id) =>
      open.thread.mine?.own[id] !== undefined ||
      waiting().some(({ operation }) => operation.kind === 'post' && operation.id === id),
    redraw,
    redrawSoon() {
      if (isDrawing) return;
      isDrawing = true;
      world.frame(() => isDrawing && redraw());
    },
    load,
    tell: (outcome) => each(outcomeListeners, outcome),
  };
  draw();
  const opened = readDisk();

  function waiting(): readonly QueuedOperation[] {
    return hand ? hand.queue() : [...queue, ...early.map(({ operation }) => unkept(operation))];
  }

  function draw(): void {
    const status = { ...open.status, storage: database.place };
    open.view = fold(open.thread, waiting(), open.shown, status, foldSettings, open.view);
  }

  function redraw(): void {
    isDrawing = false;
    if (open.isClosed) return;
    draw();
    each(listeners);
  }

  function each<T extends unknown[]>(all: ReadonlySet<(...told: T) => void>, ...told: T): void {
    for (const listener of [...all]) {
      try {
        listener(...told);
      } catch (error) {
        console.error('Afterword: a listener failed.', error); // Its trouble is not the thread's (E17).
      }
    }
  }

  /** Asked for before there is anybody to keep it. */
  function unkept(operation: Operation): QueuedOperation {
    const delivery = { state: 'sending' } as const;
    const page = { ...settings.page };
    return { operation, thread: key, page, identity: '', order: 0, attempts: 0, notBefore: 0, delivery, saved: false };
  }

  async function readDisk(): Promise<void> {
    if (settings.storage === 'none') return;
    const opening = await readOpening(database, key).catch(() => null);
    if (open.isClosed || !opening) return;
    const order = can.orders.find((one) => one === opening.order) ?? open.shown.order;
    open.shown = { ...open.shown, order, collapsed: opening.collapsed, lastVisit: opening.seen };
    if (!settings.userToken) queue = opening.queue.filter(({ identity }) => identity === 'guest');
    if (opening.thread && !open.isFresh) {
      open.thread = opening.thread;
      open.shown = showAll(open.thread, open.shown, order);
      open.status = { ...open.status, phase: 'ready', fromCache: true };
    }
    redraw();
  }

  function load(anew = false): Promise<void> {
    if (loading && !anew) return loading;
    const now = ask().finally(() => {
      if (loading === now) loading = null;
    });
    return (loading = now);
  }

  async function ask(): Promise<void> {
    const { refresh } = open;
    const question = ++open.question;
    open.status = { ...open.status, refreshing: true };
    open.redrawSoon();
    await opened;
    const before = open.thread;
    const { order, filter } = open.shown;
    const { info } = before;
    const here = order === settings.order ? given : null;
    given = null;
    const isOver = (): boolean => open.isClosed || question !== open.question;
    /** The first page of all, or of what the filter leaves. */
    const askPage = async (only: Filter | null, known: Given | null): Promise<void> => {
      const wanted = { want: 'roots', ...(only && { filter: only }) } as const;
      const page = known?.page ?? (await refresh.page(wanted, { order, limit: settings.pageSize }));
      if (isOver()) return;
      const asked = { want: 'roots', order, after: null, filter: only } as const;
      open.thread = mergePage(open.thread, page, asked, known?.fetchedAt ?? world.now());
      open.isFresh = true;
    };
    try {
      const isKnown = open.isFresh && can.changes && info && windowOf(before, order, filter) !== null;
      const changes = isKnown ? await refresh.changes(info) : null;
      if (changes && isOver()) return;
      const hasChanges = changes !== null && !changes.tooOld && changes.info.epoch === info?.epoch;
      // News wait until the reader asks for them: nothing that stands there is moved.
      if (hasChanges) Object.assign(open, takeNews(open, changes, open.isOwn, world.now()));
      else {
        // What stands beside the filter must not be older than it: without it, it is shown again at once.
        if (filter === null || !open.isFresh) await askPage(null, here);
        if (filter !== null && !isOver()) await askPage(filter, null);
        if (isOver()) return;
        open.shown = showAll(open.thread, open.shown, order);
      }
      const idle = hasChanges ? {} : { more: 'idle' as const, gaps: {}, behind: 0 };
      open.status = { ...open.status, ...idle, phase: 'ready', problem: null, refreshing: false, fromCache: false };
    } catch (error) {
      if (open.isClosed || question !== open.question) return;
      const phase = open.status.phase === 'loading' ? 'failed' : open.status.phase;
      open.status = { ...open.status, phase, problem: problemOf(troubleOf(error)), refreshing: false };
    }
    // Also where an order could not be had: it holds at least among what is here.
    if (open.thread.info && open.shown.sorted !== order) open.shown = showAll(open.thread, open.shown, order);
    redraw();
    void follow(before);
  }

  async function follow(before: Thread): Promise<void> {
    // Nothing more is fetched before this picture: it is drawn in the next frame, and seen by the one after.
    if (!hand) await new Promise<void>((seen) => world.frame(() => world.frame(seen)));
    if (open.isClosed) return;
    const joined = await join();
    if (!open.status.problem) await joined.afterLoad(before);
  }

  /** The other part of the thread. Until it is here what was asked for is shown, and called unsaved. */
  function join(): Promise<Hand> {
    return (joining ??= room.writing().then(async (writing) => {
      await opened;
      await writing.ready;
      hand = writing.join(open, queue);
      if (open.isClosed) hand.close();
      for (const { operation, draft, kept } of early) void hand.add(operation, draft).then(kept);
      early = [];
      return hand;
    }));
  }

  /** What a reader does comes at once where it can, and as soon as it can otherwise. */
  const late = <K extends Late>(name: K): ThreadStore[K] =>
    ((...asked: never[]) => {
      const act = (by: Hand): unknown => (by[name] as (...asked: unknown[]) => unknown)(...asked);
      return hand ? act(hand) : join().then(act);
    }) as ThreadStore[K];

  const stops = (['online', 'visible', 'show'] as const).map((what) =>
    world.on(what, () => void (open.status.problem && load())),
  );

  return {
    key,
    can,
    get view() {
      return open.view;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onOutcome(listener) {
      outcomeListeners.add(listener);
      return () => outcomeListeners.delete(listener);
    },
    load: () => load(),

    dispatch(wish, draft) {
      // Plain data or nothing: what can't be kept must be refused before anybody believes it is (FAULTS D16).
      const operation = parseOperation(wish);
      if (operation.kind === 'post' && operation.parentId === null) open.shown = showOwn(open.shown, operation.id);
      if (hand) return hand.add(operation, draft);
      return new Promise((kept) => {
        early.push({ operation, draft, kept });
        redraw();
        void join();
      });
    },
    nextVoteCounter() {
      const known = waiting().map(({ operation }) => counterOf(operation));
      // The clock makes it grow from device to device; what is known does where the clock was set back.
      lastCounter = Math.max(world.now(), 1 + Math.max(open.thread.mine?.voteCounter ?? 0, lastCounter, ...known));
      return lastCounter;
    },
    retry: late('retry'),
    discard: late('discard'),
    setOrder: late('setOrder'),
    setFilter: late('setFilter'),
    loadPassages: late('loadPassages'),
    loadPassage: late('loadPassage'),
    loadMore: late('loadMore'),
    loadAll: late('loadAll'),
    loadReplies: late('loadReplies'),
    setCollapsed: late('setCollapsed'),
    showLinked: late('showLinked'),
    live: late('live'),
    readDraft: late('readDraft'),
    findPeople: late('findPeople'),
    readDraftPlaces: late('readDraftPlaces'),
    readPassageDrafts: late('readPassageDrafts'),
    writeDraft: late('writeDraft'),
    readRemembered: late('readRemembered'),
    writeRemembered: late('writeRemembered'),
    countUnsent: late('countUnsent'),
    readPush: late('readPush'),
    forget: late('forget'),

    close() {
      open.isClosed = true;
      open.refresh.stop();
      stops.forEach((stop) => stop());
      hand?.close();
      listeners.clear();
      outcomeListeners.clear();
    },
  };
}
