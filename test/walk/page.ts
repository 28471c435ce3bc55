/**
 * One tab of the walk: the real store, outbox and adapter over the browser's own storage, locks and channels. Only the
 * clock is the walk's, so that waits of minutes pass when it says so. What is asked for comes in batches from Node.
 */
import { createAfterwordAdapter } from '../../src/adapters/afterword.ts';
import { AdapterError, type Adapter } from '../../src/adapters/adapter.ts';
import type { Changes, NotifyChoice, ThreadKey, Vote } from '../../src/model/comment.ts';
import type { Operation, QueuedOperation } from '../../src/model/operation.ts';
import type { CommentRow } from '../../src/model/view.ts';
import { ambient, type Ambient } from '../../src/sync/ambient.ts';
import type { ThreadStore } from '../../src/sync/store.ts';
import { makeThreads } from '../../src/sync/threads.ts';
import * as writing from '../../src/sync/writing.ts';
import {
  addressOf,
  type Done,
  type Glance,
  type Look,
  type ReaderName,
  type Told,
  type Tried,
  type Wish,
} from './wishes.ts';

const real = ambient();

/** A clock that goes by itself and can be pushed on, with its timers. */
class PushedClock {
  #ahead = 0;
  #wall = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];
  #cancel = (): void => undefined;

  readonly ticks = (): number => real.ticks() + this.#ahead;
  readonly now = (): number => real.now() + this.#ahead + this.#wall;
  readonly after = (milliseconds: number, run: () => void): (() => void) => {
    const timer = { at: this.ticks() + milliseconds, run };
    this.#timers.push(timer);
    this.#wait();
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  };

  /** @param wall How wrong the wall clock is, in milliseconds. */
  set(ahead: number, wall: number): void {
    this.#ahead = Math.max(this.#ahead, ahead);
    this.#wall = wall;
    this.#fire();
  }

  #fire(): void {
    const now = this.ticks();
    const due = this.#timers.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    this.#timers = this.#timers.filter(({ at }) => at > now);
    for (const { run } of due) run();
    this.#wait();
  }

  #wait(): void {
    this.#cancel();
    const next = Math.min(...this.#timers.map(({ at }) => at));
    if (next < Infinity) this.#cancel = real.after(Math.max(0, next - this.ticks()), () => this.#fire());
  }
}

const clock = new PushedClock();
/** Trouble that reached the page: there must be none. */
const reached: string[] = [];
addEventListener('error', ({ message }) => reached.push(message));
addEventListener('unhandledrejection', ({ reason }) => reached.push(`unhandled: ${String(reason)}`));

/** Of the tabs of a browser one is looked at. */
let isHidden = false;
const whenSeen = { visible: new Set<() => void>(), hidden: new Set<() => void>() };

const world: Ambient = {
  ...real,
  ...{ now: clock.now, ticks: clock.ticks, after: clock.after },
  isHidden: () => isHidden,
  on: (what, run) => {
    if (what !== 'visible' && what !== 'hidden') return real.on(what, run);
    whenSeen[what].add(run);
    return () => whenSeen[what].delete(run);
  },
  // A tab behind another one gets no frames, and most of these are behind.
  frame: (run) => void real.after(50, run),
};

let under = 0;
const threads = makeThreads(world, undefined, () => Promise.resolve(writing));
const stores = new Map<string, ThreadStore>();
let adapter: Adapter;
const tried: Tried[] = [];
let name: ReaderName = 'ann';

const rowsOf = (store: ThreadStore): readonly CommentRow[] =>
  store.view.rows.filter((row): row is CommentRow => row.kind === 'comment');

function keyOf(page: string): ThreadKey {
  return { backend: adapter.id, site: 'default', page };
}

/** What the server said of its threads lately. */
const heard: { readonly page: string; readonly line: string }[] = [];

function note(page: string, what: string, told: Pick<Changes, 'info' | 'comments'> | null): void {
  const comments = told?.comments.map(
    ({ id, revision, up, down, state }) => `${id.slice(0, 8)} ${revision} ${up}-${down} ${state}`,
  );
  const known = stores.get(page)?.view.count;
  const line = `${(real.now() / 1000).toFixed(2)} ${what}, at ${told?.info.revision ?? '?'} (${known} here): ${comments?.join(', ') ?? ''}`;
  heard.push({ page, line });
  if (heard.length > 3000) heard.splice(0, 1000);
}

/** Whatever happens, a comment stands in a thread once. */
function watch(page: string, store: ThreadStore): void {
  let seen: unknown = null;
  store.subscribe(() => {
    if (store.view.rows === seen) return;
    seen = store.view.rows;
    const keys = new Set(store.view.rows.map(({ key }) => key));
    if (keys.size !== store.view.rows.length) reached.push(`${page}: a row stands twice`);
  });
}

const settings = (page: string) => ({
  page: { url: `${location.origin}/${page}`, title: `The page ${page}` },
  order: 'oldest' as const,
  pageSize: 50,
  maxDepth: 1000,
  storage: 'full' as const,
  userToken: null,
});

/** As a reader could ask for it, looking at this tab now; null where it is not offered. */
function operationOf(store: ThreadStore, wish: Wish): Operation | null {
  const asked = { id: wish.id, createdAt: world.now() };
  const row = wish.target === null ? null : rowsOf(store).find(({ key }) => key === wish.target);
  if (row === undefined) return null;
  const mentions: never[] = [];
  switch (wish.kind) {
    case 'post': {
      if (row && !row.can.reply) return null;
      const [parentId, rootId] = [row?.key ?? null, row?.comment.rootId ?? null];
      return { ...asked, kind: 'post', parentId, rootId, text: wish.text, author: { name }, mentions };
    }
    case 'edit':
      if (!row?.can.edit) return null;
      return { ...asked, kind: 'edit', commentId: row.key, text: wish.text, mentions, before: row.comment.text };
    case 'delete':
      return row?.can.delete ? { ...asked, kind: 'delete', commentId: row.key } : null;
    case 'vote':
      if (!row?.can.vote || row.vote === wish.value) return null;
      return {
        ...{ ...asked, kind: 'vote', commentId: row.key, counter: store.nextVoteCounter() },
        value: wish.value as Vote,
      };
    case 'notify':
      if (!store.view.notify || store.view.notify.choice === wish.value) return null;
      return {
        ...{ ...asked, kind: 'notify', commentId: null, counter: store.nextVoteCounter() },
        ...{ choice: wish.value as NotifyChoice, email: addressOf(name) },
      };
  }
}

/** In the frame of the press the screen has it. */
function isShown(store: ThreadStore, operation: Operation): boolean {
  const row = rowsOf(store).find(({ key }) => key === (operation.kind === 'post' ? operation.id : operation.commentId));
  switch (operation.kind) {
    case 'post':
      return row !== undefined;
    case 'edit':
      return row?.comment.text === operation.text;
    case 'delete':
      return row === undefined || row.stub;
    case 'vote':
      return row?.vote === operation.value;
    case 'notify':
      return store.view.notify?.choice === operation.choice;
  }
}

/** Shows these threads and no others. */
async function openThreads(pages: readonly string[]): Promise<void> {
  for (const [page, store] of stores) {
    if (pages.includes(page)) continue;
    store.close();
    stores.delete(page);
  }
  await Promise.all(
    pages.map(async (page) => {
      if (stores.has(page)) return;
      const store = threads.openThread(adapter, keyOf(page), settings(page));
      stores.set(page, store);
      watch(page, store);
      await store.load();
    }),
  );
}

const walk = {
  begin(
    server: string,
    reader: ReaderName,
    pages: readonly string[],
    { ahead, wall, hidden }: { readonly ahead: number; readonly wall: number; readonly hidden: boolean },
  ): void {
    clock.set(ahead, wall);
    isHidden = hidden;
    name = reader;
    const sending = createAfterwordAdapter(server, {
      fetch: (...asked) => {
        under++;
        return fetch(...asked).finally(() => under--);
      },
      now: clock.now,
      after: clock.after,
    });
    const { list, changes, watch } = sending;
    adapter = {
      ...sending,
      list: async (thread, options) => {
        const page = await list(thread, options);
        note(thread.page, `list ${JSON.stringify(options.want)}`, page);
        return page;
      },
      ...(changes && {
        changes: async (thread, since, options) => {
          const told = await changes(thread, since, options);
          note(thread.page, `changes since ${since.revision}`, told);
          return told;
        },
      }),
      ...(watch && {
        watch: (thread, since, onNews) =>
          watch(thread, since, (news) => {
            if (news.kind === 'changes') note(thread.page, `news since ${news.from}`, news.changes);
            else note(thread.page, 'moved', null);
            onNews(news);
          }),
      }),
      send: async (operation, options) => {
        const over = (end: Tried['end']): void => void tried.push({ id: operation.id, at: real.now(), end });
        try {
          const answer = await sending.send(operation, options);
          over('yes');
          return answer;
        } catch (error) {
          const trouble = error instanceof AdapterError ? error.trouble : null;
          over(trouble?.kind === 'unknown' && trouble.because === 'network' ? 'network' : 'trouble');
          throw error;
        }
      },
    };
    walk.show(pages);
  },

  /** It comes when it can: without a network that is later. */
  show: (pages: readonly string[]): void => void openThreads(pages),

  setHidden(hidden: boolean): void {
    if (hidden === isHidden) return;
    isHidden = hidden;
    for (const run of [...whenSeen[hidden ? 'hidden' : 'visible']]) run();
  },

  setClock: (ahead: number, wall: number): void => clock.set(ahead, wall),

  /** Presses one after the other; resolves when each is kept, or certainly can't be. */
  act: (wishes: readonly Wish[]): Promise<Done[]> =>
    Promise.all(
      wishes.map(async (wish): Promise<Done> => {
        const store = stores.get(wish.page);
        const operation = store && operationOf(store, wish);
        if (!operation) return { id: wish.id, is: 'not offered', isShown: false };
        const kept = store.dispatch(operation);
        const seen = isShown(store, operation);
        await kept;
        const waiting = rowsOf(store)
          .flatMap(({ pending }) => pending)
          .find(({ operationId }) => operationId === wish.id);
        return { id: wish.id, is: waiting && !waiting.saved ? 'unsaved' : 'kept', isShown: seen };
      }),
    ),

  /** So late it is; and what is on its way, in a glance. */
  glance(ahead: number, wall: number): Glance {
    clock.set(ahead, wall);
    const unsent = [...stores.values()].reduce((sum, { view }) => sum + view.unsent, 0);
    return { under, tried: tried.splice(0), reached: reached.splice(0), unsent };
  },

  /** What a reader of this tab sees of a thread, row by row, and what is still on its way. */
  look: (): Look => ({
    threads: [...stores].map(([page, { view }]) => ({
      page,
      unsent: view.unsent,
      problem: view.problem,
      storage: view.storage,
      count: view.count,
      choice: view.notify?.choice ?? 'none',
      more: view.more !== null || view.rows.some(({ kind }) => kind === 'gap'),
      rows: view.rows.flatMap((row) =>
        row.kind === 'gap'
          ? []
          : [
              [
                row.depth,
                row.key,
                row.stub ? '' : row.comment.text,
                row.comment.up,
                row.comment.down,
                row.own ? 'own' : '',
                row.vote,
              ].join(' '),
            ],
      ),
      told: view.rows.flatMap((row): Told[] =>
        row.kind === 'gap'
          ? []
          : row.pending.map(({ operationId, delivery, text = '' }) => ({
              id: operationId,
              state: delivery.state,
              reason: 'reason' in delivery ? delivery.reason : '',
              text,
            })),
      ),
    })),
  }),

  /** Asks the server anew for everything. */
  async refresh(): Promise<void> {
    await Promise.all(
      [...stores.values()].map(async (store) => {
        await store.load();
        if (store.view.more) await store.loadAll();
        for (const row of store.view.rows) if (row.kind === 'gap') await store.loadReplies(row.rootId);
        // What others wrote waits until the reader asks for it, and a new order puts everything in its place.
        await store.live({ act: 'show', rootId: null });
        store.setOrder('newest');
        store.setOrder('oldest');
      }),
    );
  },

  /** What the server said of a thread lately. */
  heard: (page: string): string[] => heard.flatMap((one) => (one.page === page ? [one.line] : [])).slice(-80),

  retry: (page: string, ids: readonly string[]): void => ids.forEach((id) => stores.get(page)?.retry(id)),

  async discard(page: string, ids: readonly string[]): Promise<void> {
    const store = stores.get(page);
    for (const id of ids) await store?.discard(id);
  },

  /** The copies on this device go; words and secrets stay. */
  dropCopies: (): Promise<void> => onDisk((rows) => rows.delete(IDBKeyRange.bound(['cache'], ['cached', []]))),

  /** Another version of us takes the database: every connection of this origin is closed under its holder. */
  loseConnections: (): Promise<void> =>
    new Promise((resolve, reject) => {
      const now = indexedDB.open(database);
      now.onerror = () => reject(now.error ?? new Error());
      now.onsuccess = () => {
        const next = now.result.version + 1;
        now.result.close();
        const upgrade = indexedDB.open(database, next);
        upgrade.onerror = () => reject(upgrade.error ?? new Error());
        upgrade.onsuccess = () => {
          upgrade.result.close();
          resolve();
        };
      };
    }),

  /** Which of our rows wait on the disk, and how. */
  async onDisk(): Promise<string[]> {
    const found: string[] = [];
    await onDisk((rows) => {
      const asked = rows.openCursor(IDBKeyRange.bound(['outbox'], ['outbox', []]));
      asked.onsuccess = () => {
        const cursor = asked.result;
        if (!cursor) return;
        const { row, answer } = cursor.value as { row: QueuedOperation; answer: unknown };
        const { operation, thread, attempts, delivery } = row;
        const end = answer ? 'answered' : `${delivery.state} after ${attempts} attempts`;
        found.push(`${operation.kind} ${operation.id} on ${thread.page}: ${end}`);
        cursor.continue();
      };
    });
    return found;
  },
};

const database = 'afterword-1';

function onDisk(act: (rows: IDBObjectStore) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const open = indexedDB.open(database);
    open.onerror = () => reject(open.error ?? new Error());
    open.onsuccess = () => {
      const opened = open.result;
      if (!opened.objectStoreNames.contains('rows')) {
        opened.close();
        return resolve();
      }
      const transaction = opened.transaction('rows', 'readwrite');
      act(transaction.objectStore('rows'));
      transaction.oncomplete = () => {
        opened.close();
        resolve();
      };
      transaction.onabort = () => {
        opened.close();
        reject(transaction.error ?? new Error());
      };
    };
  });
}

export type Walk = typeof walk;
Object.assign(globalThis, { walk });
