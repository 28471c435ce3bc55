/**
 * What this browser keeps, on disk where it lets us and else in this tab's memory, behind one small interface. The only
 * file that knows IndexedDB and idb-keyval. It knows keys and durability; what the rows mean is said in `records.ts`.
 */
import { promisifyRequest, type UseStore } from 'idb-keyval';
import type { Ambient } from './ambient.ts';

/** Kind, backend, site, page and so on: a row is found by how its key begins. */
export type Key = readonly string[];
export type Row = readonly [key: Key, value: unknown];

export interface Database {
  /** `session`: in this tab's memory, as the page asked. `refused`: there too, because the disk does not take it. */
  readonly place: 'disk' | 'session' | 'refused';
  /** All rows whose keys begin with one of these. */
  rows(...prefixes: readonly Key[]): Promise<readonly Row[]>;
  /**
   * One transaction: reads the rows under the prefixes and writes what `compute` makes of them at once (a value of
   * undefined deletes). Resolves once the transaction has completed. Rejects, with nothing written, when the disk is full.
   * `compute` may be called again after a lost connection, and is told where it writes: a transaction that was begun on
   * the disk ends there, also where `place` is another by then.
   */
  change(
    prefixes: readonly Key[],
    durability: IDBTransactionDurability,
    compute: (rows: readonly Row[], isOnDisk: boolean) => readonly Row[],
  ): Promise<void>;
  /** The disk was lost or came back: whoever still knows a row should write it again (FAULTS D7, D8, D9). */
  onReturn(run: () => void): void;
  /** Lets go of the disk, so that the page may be put away; the next use takes it up again. */
  close(): void;
}

/** The name carries the major version of the shape: two versions of us on one origin leave each other alone (D13, D19). */
const databaseName = 'afterword-1';
const storeName = 'rows';
/** While a site's data is being cleared, every opening is broken off; it is tried again after so long each (FAULTS D9). */
const clearingTimes = [500, 1000, 2000];
/** Some browsers never answer (FAULTS D7). */
const openTimeout = 3000;

export function isFull(error: unknown): boolean {
  return (error as Error | null)?.name === 'QuotaExceededError';
}

/** Arrays sort after strings: this is the end of all keys that begin so. */
const rangeOf = (prefix: Key): IDBKeyRange => IDBKeyRange.bound(prefix, [...prefix, []]);

/** @param owned Kinds of rows whose owner writes them again by itself when told so by `onReturn`. */
export function openDatabase(world: Ambient, name: string = databaseName, owned: readonly string[] = []): Database {
  const memory = memoryRows();
  const listeners: (() => void)[] = [];
  let place: Database['place'] = 'disk';
  let connection: Promise<IDBDatabase> | null = null;

  const returned = (): void => listeners.forEach((run) => run());

  function open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const factory = world.indexedDB;
      if (!factory) return reject(new Error('This page has no IndexedDB.'));
      let late = false;
      const cancel = world.after(openTimeout, () => {
        late = true;
        reject(new Error('IndexedDB does not answer.'));
      });
      // Without a version: a newer one of us may have opened it with a higher number (D13).
      const request = factory.open(name);
      request.onupgradeneeded = () => {
        try {
          request.result.createObjectStore(storeName);
        } catch {
          // Undone whole, and not thrown into the host's page: what was there stays as it was (FAULTS D14).
          reject(new Error('The database could not be made.'));
          request.transaction?.abort();
        }
      };
      promisifyRequest(request)
        .then((opened) => {
          if (!opened.objectStoreNames.contains(storeName)) {
            opened.close();
            throw new Error('The database has another shape.');
          }
          const lose = (): void => {
            opened.close();
            connection = null;
            returned(); // The rows may be gone with the connection.
          };
          opened.onclose = lose;
          opened.onversionchange = lose;
          if (late) void moveToDisk(opened);
          else resolve(opened);
        })
        .catch(reject)
        .finally(cancel);
    });
  }

  /** A use of the store as idb-keyval has it, on one connection and as durable as asked. */
  const storeOn =
    (opened: IDBDatabase, durability: IDBTransactionDurability): UseStore =>
    async (mode, callback) => {
      const transaction = opened.transaction(storeName, mode, { durability });
      // A request may succeed and the disk still be full when the transaction commits: only `complete` is "saved".
      const complete = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new DOMException('', 'AbortError'));
      });
      complete.catch(() => undefined); // Told below, or by the callback that failed first.
      const result = await callback(transaction.objectStore(storeName));
      await complete;
      return result;
    };

  async function readRows(on: IDBObjectStore, prefixes: readonly Key[]): Promise<readonly Row[]> {
    const parts = await Promise.all(
      prefixes.map((prefix) => {
        const range = rangeOf(prefix);
        return Promise.all([promisifyRequest(on.getAllKeys(range)), promisifyRequest<unknown[]>(on.getAll(range))]);
      }),
    );
    return parts.flatMap(([keys, values]) => keys.map((key, index): Row => [key as string[], values[index]]));
  }

  function writeRows(on: IDBObjectStore, rows: readonly Row[]): void {
    try {
      for (const [key, value] of rows) {
        if (value === undefined) on.delete(key as string[]);
        else on.put(value, key as string[]);
      }
      // Said now and not left to the last answer: a page that is closed or loaded anew meanwhile takes nothing back.
      on.transaction.commit();
    } catch (error) {
      // What can't be cloned must not leave half of its rows behind (D16).
      on.transaction.abort();
      throw error;
    }
  }

  /** A lost connection is opened again once; then this tab goes on in memory. A full disk is the caller's to answer. */
  async function onDisk<T>(act: (opened: IDBDatabase) => Promise<T>, otherwise: () => T): Promise<T> {
    for (let tries = 0; place === 'disk'; tries++) {
      const used = (connection ??= open());
      let brokenOff = false;
      const opened = await used.catch((error: unknown) => {
        brokenOff = (error as Error | null)?.name === 'AbortError';
        return null;
      });
      try {
        if (opened) return await act(opened);
      } catch (error) {
        // What is no trouble of the disk is the caller's: what can't be cloned, and what `compute` throws.
        if (isFull(error) || !(error instanceof DOMException) || error.name === 'DataCloneError') throw error;
        opened?.close();
      }
      if (connection === used) connection = null;
      const clearing = brokenOff ? clearingTimes[tries] : undefined;
      if (clearing !== undefined) await new Promise<void>((over) => world.after(clearing, over));
      if (clearing !== undefined || (opened && tries === 0)) continue;
      // Whoever failed beside us may have said so already.
      if (place === 'disk') {
        place = 'refused';
        returned();
      }
    }
    return otherwise();
  }

  /** The disk answered after all: what was written meanwhile moves there, once. What it has already is older and right. */
  async function moveToDisk(opened: IDBDatabase): Promise<void> {
    try {
      await storeOn(opened, 'strict')('readwrite', async (on) => {
        const known = new Set((await promisifyRequest(on.getAllKeys())).map((key) => JSON.stringify(key)));
        writeRows(
          on,
          memory.all().filter(([key]) => !owned.includes(key[0] as string) && !known.has(JSON.stringify(key))),
        );
      });
      connection = Promise.resolve(opened);
      place = 'disk';
      returned();
    } catch {
      opened.close(); // It stays in memory: nothing is worse than before.
    }
  }

  return {
    get place() {
      return place;
    },
    rows: (...prefixes) =>
      onDisk(
        (opened) => storeOn(opened, 'relaxed')('readonly', (on) => readRows(on, prefixes)),
        () => memory.under(prefixes),
      ),
    change: (prefixes, durability, compute) =>
      onDisk(
        async (opened) => {
          const use = storeOn(opened, durability);
          await use('readwrite', async (on) => writeRows(on, compute(await readRows(on, prefixes), true)));
        },
        () => {
          memory.write(compute(memory.under(prefixes), false));
        },
      ),
    onReturn: (run) => void listeners.push(run),
    close: () => {
      void connection?.then((opened) => opened.close()).catch(() => undefined);
      connection = null;
    },
  };
}

/** The same, for a page that wants nothing on disk (`storage="session"`). */
export function memoryDatabase(): Database {
  const memory = memoryRows();
  return {
    place: 'session',
    rows: (...prefixes) => Promise.resolve(memory.under(prefixes)),
    change: async (prefixes, _durability, compute) => {
      memory.write(compute(memory.under(prefixes), false));
    },
    onReturn: () => undefined,
    close: () => undefined,
  };
}

function memoryRows(): {
  all(): readonly Row[];
  under(prefixes: readonly Key[]): readonly Row[];
  write(rows: readonly Row[]): void;
} {
  const rows = new Map<string, Row>();
  const all = (): readonly Row[] => [...rows.values()];
  return {
    all,
    under: (prefixes) =>
      prefixes.flatMap((prefix) => all().filter(([key]) => prefix.every((part, index) => key[index] === part))),
    write: (changed) => {
      // Cloned first, as a disk would: nobody can change what is kept, and nothing half-written is left.
      const cloned = structuredClone(changed);
      for (const [key, value] of cloned) {
        if (value === undefined) rows.delete(JSON.stringify(key));
        else rows.set(JSON.stringify(key), [key, value]);
      }
    },
  };
}
