/**
 * Several tabs of one browser, one outbox: who sends now, and "this thread changed". A Web Lock per thread is taken only
 * when it is free and given back when the page is put away, so nobody queues and the page may rest in the back/forward
 * cache. A lease on disk beside it tells a tab that works from one that was frozen with the lock in its hand (FAULTS E3),
 * and stands in for the lock where there is none (E7, E10).
 */
import type { ThreadKey } from '../model/comment.ts';
import type { Ambient } from './ambient.ts';
import type { Database } from './database.ts';
import { threadRow } from './records.ts';

export interface Turn {
  /** Somebody else thinks this tab is dead and has taken over: what comes back now is not ours to judge. */
  readonly lost: boolean;
  /** Before each sending: still at work. */
  renew(): Promise<void>;
}

const newsOf = ['settled', 'discarded', 'forgotten', 'secret'] as const;
/** `settled` brings the answer, as JSON; `discarded` the id of the operation; `secret` the reader's, or asks for it. */
export type News = 'changed' | (typeof newsOf)[number];

export interface Tabs {
  /** Runs `body` if no other tab is sending for this thread; false if one is. */
  takeTurn(database: Database, thread: ThreadKey, body: (turn: Turn) => Promise<void>): Promise<boolean>;
  /**
   * Tells the other tabs to read the outbox of this thread again, or something of its whole site: that it was forgotten
   * or by which secret the reader is known there (S-4).
   */
  announce(news: News, thread: ThreadKey, told?: string): void;
  onNews(run: (news: News, thread: ThreadKey, told: string) => void): () => void;
  /** The page is put away, or taken up again. */
  close(): void;
  open(): void;
}

const name = 'afterword-1';
/** Longer than any single sending may take (the watchdog of the outbox ends it after 30 s). */
const leaseTime = 40_000;

export function makeTabs(world: Ambient): Tabs {
  const owner = String.fromCharCode(...world.bytes(16));
  const listeners = new Set<(news: News, thread: ThreadKey, told: string) => void>();
  let channel: BroadcastChannel | null = null;
  /** What a lease looked like when this tab was first refused, and when that was. */
  const refusals = new Map<string, { readonly lease: string; readonly since: number }>();

  const open = (): void => {
    if (channel) return;
    channel = world.channel(name);
    channel?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (!Array.isArray(data) || !data.every((part) => typeof part === 'string')) return;
      const [said, backend = '', site = '', page = '', told = ''] = data as readonly string[];
      // What a newer version of us says means at least that something is another.
      const news = newsOf.find((known) => known === said) ?? 'changed';
      listeners.forEach((run) => run(news, { backend, site, page }, told));
    });
  };
  open();

  async function readLease(database: Database, thread: ThreadKey): Promise<string> {
    const [row] = await database.rows(threadRow('lease', thread)).catch(() => []);
    return JSON.stringify(row?.[1] ?? null);
  }

  /** The lease is written by whoever has the lock, or, without locks, by whoever finds none that is alive. */
  async function writeLease(database: Database, thread: ThreadKey, onlyIfFree: boolean): Promise<boolean> {
    let isOurs = true;
    const key = threadRow('lease', thread);
    await database
      .change([key], 'relaxed', ([row]) => {
        const lease = row?.[1] as { owner?: unknown; until?: unknown } | undefined;
        const left = typeof lease?.until === 'number' ? lease.until - world.now() : 0;
        // A lease that ends later than any can was written before the clock was set back (F1).
        const isAlive = left > 0 && left <= leaseTime;
        isOurs = !onlyIfFree || !isAlive || lease?.owner === owner;
        return isOurs ? [[key, { owner, until: world.now() + leaseTime }]] : [];
      })
      .catch(() => undefined); // A full disk takes no lease; the backend's own key still prevents a double.
    return isOurs;
  }

  async function endLease(database: Database, thread: ThreadKey): Promise<void> {
    const key = threadRow('lease', thread);
    await database
      .change([key], 'relaxed', ([row]) =>
        (row?.[1] as { owner?: unknown } | undefined)?.owner === owner ? [[key, undefined]] : [],
      )
      .catch(() => undefined);
  }

  /** No lock is better than a dead one: a lease that did not move for longer than it lasts belongs to a frozen tab. */
  async function maySteal(database: Database, thread: ThreadKey, lock: string): Promise<boolean> {
    const lease = await readLease(database, thread);
    const refusal = refusals.get(lock);
    if (refusal?.lease === lease) return world.ticks() - refusal.since > leaseTime;
    refusals.set(lock, { lease, since: world.ticks() });
    return false;
  }

  async function withLease(
    database: Database,
    thread: ThreadKey,
    body: (turn: Turn) => Promise<void>,
  ): Promise<boolean> {
    if (!(await writeLease(database, thread, true))) return false;
    const turn = {
      lost: false,
      renew: async () => {
        turn.lost ||= !(await writeLease(database, thread, true));
      },
    };
    await body(turn).finally(() => endLease(database, thread));
    return true;
  }

  async function withLock(
    locks: LockManager,
    database: Database,
    thread: ThreadKey,
    body: (turn: Turn) => Promise<void>,
    steal: boolean,
  ): Promise<boolean | 'no-locks'> {
    const lockName = JSON.stringify([name, thread.backend, thread.site, thread.page]);
    let work: Promise<boolean> | undefined;
    const turn = { lost: false, renew: async () => void (await writeLease(database, thread, false)) };
    try {
      await locks.request(lockName, steal ? { steal } : { ifAvailable: true }, (lock) => {
        if (!lock) return;
        refusals.delete(lockName);
        work = body(turn).then(() => true);
        return work;
      });
    } catch (error) {
      // Refused as such (a foreign frame in older Firefox, E10), or stolen while at work.
      if (!work) return 'no-locks';
      if ((error as Error | null)?.name !== 'AbortError') throw error;
      turn.lost = true;
    }
    if (work) return work;
    return (await maySteal(database, thread, lockName)) && withLock(locks, database, thread, body, true);
  }

  return {
    async takeTurn(database, thread, body) {
      const { locks } = world;
      const turn = locks ? await withLock(locks, database, thread, body, false) : 'no-locks';
      return turn === 'no-locks' ? withLease(database, thread, body) : turn;
    },
    announce: (news, { backend, site, page }, told = '') => channel?.postMessage([news, backend, site, page, told]),
    onNews: (run) => {
      listeners.add(run);
      return () => listeners.delete(run);
    },
    close: () => {
      channel?.close();
      channel = null;
    },
    open,
  };
}
