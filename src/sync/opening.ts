/**
 * A thread before anything of it is kept here: asks for the first page and shows it. Everything else (disk, outbox, tabs,
 * merging) follows right after that picture, and this store then passes all calls on. Where this browser keeps something
 * of ours already, nothing is asked for here: the copy on the device comes first.
 */
import type { Capabilities } from '../adapters/adapter.ts';
import type { ThreadKey } from '../model/comment.ts';
import { firstView, waitingView } from '../model/first-view.ts';
import type { ThreadView } from '../model/view.ts';
import type { Outcome, ThreadSettings, ThreadStore } from './store.ts';

/** A page that is on the screen already, as the backend sent it, and when it came. */
export interface First {
  readonly page: unknown;
  readonly fetchedAt: number;
}

export interface Opening {
  readonly key: ThreadKey;
  readonly can: Capabilities;
  readonly settings: ThreadSettings;
  /** Asks for the first page; null where the thread has to be opened whole from the start. */
  readonly ask: ((signal: AbortSignal) => Promise<unknown>) | null;
  /** Called before rows with markup are drawn for the first time: what shows it can be fetched meanwhile. */
  readonly onMarkup: () => unknown;
  /** Resolves when the rows of the first picture can be seen. */
  readonly seen: () => Promise<void>;
  /** Opens the thread whole. Rejects where that part of ours can't be fetched now. */
  readonly keep: (first: First | null) => Promise<ThreadStore>;
}

/** The first pictures of all threads of the page that are under way. */
let underWay: Promise<unknown> = Promise.resolve();

/** Resolves when no thread waits for its first picture: what is not needed for one is fetched no earlier. */
export async function firstPictures(): Promise<void> {
  await pictureSeen(); // A section near the eyes has begun by then.
  await underWay;
}

const LATER = [
  'retry',
  'discard',
  'setOrder',
  'setFilter',
  'loadPassages',
  'loadPassage',
  'loadMore',
  'loadAll',
  'loadReplies',
  'setCollapsed',
  'showLinked',
  'live',
  'readDraft',
  'findPeople',
  'readDraftPlaces',
  'readPassageDrafts',
  'writeDraft',
  'readRemembered',
  'writeRemembered',
  'countUnsent',
  'readPush',
  'forget',
] as const;

export function openFirst({ key, can, settings, ask, onMarkup, seen, keep }: Opening): ThreadStore {
  const listeners = new Set<() => void>();
  const outcomeListeners = new Set<(outcome: Outcome) => void>();
  const end = new AbortController();
  let view = waitingView(can.orders.includes(settings.order) ? settings.order : (can.orders[0] ?? settings.order));
  let whole: ThreadStore | null = null;
  let keeping: Promise<ThreadStore> | null = null;
  let first: First | null = null;
  let isAsked = false;

  const tell = (): void => [...listeners].forEach((listener) => listener());
  const show = (next: ThreadView): void => {
    view = next;
    tell();
  };

  /** Once it is here it stays; a part that could not be fetched is asked for again with the next wish. */
  function join(): Promise<ThreadStore> {
    keeping ??= keep(first).then(
      (store) => {
        whole = store;
        if (end.signal.aborted) store.close();
        store.subscribe(tell);
        store.onOutcome((outcome) => outcomeListeners.forEach((listener) => listener(outcome)));
        // What was on the screen is not taken away for the moment in which the disk is read.
        if (store.view.phase !== 'loading') tell();
        return store;
      },
      (error: unknown) => {
        keeping = null;
        show({ ...view, phase: first ? 'ready' : 'failed', problem: 'part-missing', refreshing: false });
        throw error;
      },
    );
    return keeping;
  }

  async function drawFirst(from: NonNullable<Opening['ask']>): Promise<void> {
    const page = await from(end.signal).catch(() => null); // Why not, the whole thread finds out and tells.
    const fetchedAt = Date.now();
    const shown = firstView(page, view.order, settings.maxDepth, fetchedAt);
    if (!shown || end.signal.aborted) return;
    first = { page, fetchedAt };
    if (shown.markup) onMarkup();
    show(shown);
    // Nothing more is fetched before this picture.
    await seen();
  }

  async function load(): Promise<void> {
    if (!isAsked && ask) {
      isAsked = true;
      const drawing = drawFirst(ask);
      underWay = Promise.allSettled([underWay, drawing]);
      await drawing;
      if (end.signal.aborted) return;
    }
    await (await join()).load();
  }

  /** Everything else a thread can do is done by the whole of it. */
  const later = Object.fromEntries(
    LATER.map((name) => [
      name,
      (...asked: never[]) => {
        const answer = (whole ? Promise.resolve(whole) : join()).then((store) =>
          (store[name] as (...asked: never[]) => unknown)(...asked),
        );
        answer.catch(() => undefined); // The view tells; who waits for the answer hears it too.
        return answer;
      },
    ]),
  ) as unknown as Pick<ThreadStore, (typeof LATER)[number]>;

  return {
    key,
    can,
    get view() {
      return whole && (whole.view.phase !== 'loading' || !first) ? whole.view : view;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onOutcome(listener) {
      outcomeListeners.add(listener);
      return () => outcomeListeners.delete(listener);
    },
    load: () => load().catch(() => undefined), // Told by the view.
    // The words are shown in the frame of the press: controls come no earlier than the thread that takes them.
    dispatch: (operation, draft) =>
      whole ? whole.dispatch(operation, draft) : join().then((store) => store.dispatch(operation, draft)),
    nextVoteCounter: () => whole?.nextVoteCounter() ?? Date.now(),
    ...later,
    close() {
      end.abort();
      listeners.clear();
      outcomeListeners.clear();
      whole?.close();
    },
  };
}

/** The next picture is on the screen. In a hidden tab no frame comes until somebody looks, and words may be waiting. */
export function pictureSeen(): Promise<void> {
  return new Promise((seen) => {
    if (document.hidden) setTimeout(seen);
    else requestAnimationFrame(() => requestAnimationFrame(() => seen()));
  });
}
