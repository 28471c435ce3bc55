/**
 * Hands out the threads of a page. One registry for the whole page, however many elements and copies of the script it
 * has: one database, one channel, one outbox, and one store for all who show the same thread in the same way. The outbox
 * outlives its elements: what was sent from a section that is gone still arrives (FAULTS E14, E15, E19).
 */
import type { Adapter } from '../adapters/adapter.ts';
import type { ThreadKey } from '../model/comment.ts';
import { ambient, lastWords, type Ambient } from './ambient.ts';
import { memoryDatabase, openDatabase, type Database, type Key } from './database.ts';
import { mark } from './kept.ts';
import { allOutbox, siteRow } from './records.ts';
import type { ThreadSettings, ThreadStore } from './store.ts';
import { makeThreadStore, type Given, type Room, type Writing } from './thread-store.ts';

/** What `writing.ts` offers. */
export interface WritingPart {
  makeWriting(world: Ambient, database: Database): Writing;
}

export interface Threads {
  /** @param first A page that is on the screen already. */
  openThread(adapter: Adapter, key: ThreadKey, settings: ThreadSettings, first?: Given | null): ThreadStore;
  /** One value for each thread of a backend that lives in this browser; what `createLocalAdapter` asks for. */
  localShelf(storage?: ThreadSettings['storage']): {
    read(thread: ThreadKey): Promise<unknown>;
    change(thread: ThreadKey, change: (value: unknown) => unknown): Promise<void>;
  };
}

const registry = Symbol.for('afterword.v1');

/** From now on this browser may keep something of ours. */
function noteKept(): void {
  try {
    localStorage.setItem(mark, '1');
  } catch {
    // Full or forbidden: the next visit asks the network first.
  }
}

/** The page's own; made by whichever copy of the script comes first (E-5). */
function threadsOfPage(): Threads {
  const page = globalThis as { [registry]?: Threads };
  return (page[registry] ??= makeThreads(ambient()));
}

export const openThread: Threads['openThread'] = (...asked) => threadsOfPage().openThread(...asked);
export const localShelf: Threads['localShelf'] = (storage) => threadsOfPage().localShelf(storage);

/** @param name The database; only tests have another, and their own way to fetch the part. */
export function makeThreads(
  world: Ambient,
  name?: string,
  loadPart = (): Promise<WritingPart> => import('./writing.ts'),
): Threads {
  const rooms = new Map<boolean, Room>();
  const stores = new Map<string, { readonly store: ThreadStore; holders: number }>();

  function roomFor(storage: ThreadSettings['storage']): Room {
    const isOnDisk = storage === 'full';
    const known = rooms.get(isOnDisk);
    if (known) return known;
    if (isOnDisk) noteKept();
    const database = isOnDisk ? openDatabase(world, name, allOutbox) : memoryDatabase();
    let writing: Promise<Writing> | null = null;
    /** It does not give up: words wait for it. */
    const fetchWriting = (): Promise<Writing> =>
      new Promise((resolve) => {
        const stops: (() => void)[] = [];
        const attempt = (): void =>
          void loadPart().then(
            (part) => {
              stops.forEach((stop) => stop());
              resolve((writing = Promise.resolve(part.makeWriting(world, database))));
            },
            () => stops.length > 0 || stops.push(world.on('online', attempt), world.on('visible', attempt)),
          );
        attempt();
      });
    const room = { world, database, writing: () => (writing ??= fetchWriting()) };
    rooms.set(isOnDisk, room);
    return room;
  }

  world.on('hide', () => void lastWords().then(() => rooms.forEach(({ database }) => database.close())));

  return {
    openThread(adapter, key, settings, first) {
      // How the page is called is no part of it: that may change.
      const name = JSON.stringify([key.backend, key.site, key.page, { ...settings, page: null }]);
      const known = stores.get(name) ?? {
        store: makeThreadStore(roomFor(settings.storage), adapter, key, settings, first),
        holders: 0,
      };
      stores.set(name, known);
      known.holders++;
      let isOpen = true;
      const close = (): void => {
        if (!isOpen) return;
        isOpen = false;
        known.holders--;
        // A moved element is taken out and put in again in one breath: its thread waits for that long.
        world.after(0, () => {
          if (known.holders > 0 || stores.get(name) !== known) return;
          stores.delete(name);
          known.store.close();
        });
      };
      // Each holder gives back its own.
      return Object.defineProperty(Object.create(known.store) as ThreadStore, 'close', { value: close });
    },

    localShelf(storage = 'full') {
      const { database } = roomFor(storage);
      const keyOf = (thread: ThreadKey): Key => [...siteRow('local', thread), thread.page];
      return {
        read: async (thread) => (await database.rows(keyOf(thread)))[0]?.[1],
        change: (thread, change) =>
          database.change([keyOf(thread)], 'strict', ([row]) => [[keyOf(thread), change(row?.[1])]]),
      };
    },
  };
}
