/**
 * One tab of a browser for tests of `sync`: real storage, locks and channels, and a clock, timers, frames and page events
 * that move when the test says so. Several of these in one test are several tabs.
 */
import type { Ambient } from '../../src/sync/ambient.ts';
import { FakeClock } from './fake-clock.ts';

export class FakeWorld extends FakeClock implements Ambient {
  /** Always the same numbers. */
  readonly random = (): number => 0.5;
  readonly bytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
  indexedDB: IDBFactory | null = globalThis.indexedDB;
  locks: LockManager | null = navigator.locks;
  hasChannel = true;
  persisted = 0;
  /** Nobody looks at this tab; say so with `tell` as well. */
  hidden = false;
  saveData = false;
  restsWithStream = true;
  readonly isHidden = (): boolean => this.hidden;
  readonly savesData = (): boolean => this.saveData;
  #wallOffset = 0;
  #frames: (() => void)[] = [];
  readonly #time = this.now;

  /** The wall clock is set to another time; what only grows does not notice. */
  setClock(milliseconds: number): void {
    this.#wallOffset += milliseconds;
  }

  override readonly now = (): number => this.#time() + this.#wallOffset;
  readonly ticks = (): number => this.#time();
  readonly frame = (run: () => void): void => void this.#frames.push(run);
  readonly persist = (): void => void this.persisted++;

  readonly channel = (name: string): BroadcastChannel | null => {
    return this.hasChannel ? new BroadcastChannel(name) : null;
  };

  /** Draws the next picture. */
  draw(): number {
    const frames = this.#frames;
    this.#frames = [];
    frames.forEach((run) => run());
    return frames.length;
  }
}

/** Lets the browser's own work go on (storage, locks, channels answer in their own time) until something is true. */
export async function until(isTrue: () => boolean | Promise<boolean>, what = 'what the test waits for'): Promise<void> {
  for (let turn = 0; turn < 2000; turn++) {
    if (await isTrue()) return;
    await turnOf();
  }
  throw new Error(`It never happened: ${what}`);
}

/** Everything that was already on its way has arrived. */
export async function quiet(turns = 30): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await turnOf();
}

const turnOf = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 0));

let databases = 0;
export const freshName = (): string => `test-${Date.now()}-${Math.random()}-${databases++}`;

export function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error('It could not be deleted.'));
    request.onblocked = () => resolve();
  });
}

/** Another version of us opens the database: every connection to it is closed under its holder, and the rows stay. */
export function takeConnections(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const now = indexedDB.open(name);
    now.onerror = () => reject(now.error ?? new Error());
    now.onsuccess = () => {
      const { version } = now.result;
      now.result.close();
      const next = indexedDB.open(name, version + 1);
      next.onerror = () => reject(next.error ?? new Error());
      next.onsuccess = () => {
        next.result.close();
        resolve();
      };
    };
  });
}
