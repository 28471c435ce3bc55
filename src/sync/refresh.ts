/**
 * Asks a backend for a thread and hands back what passed the gate. Every question ends: with an answer, with a trouble,
 * or when nobody waits for it any more; an adapter that never settles is given up (FAULTS C3).
 */
import type { Adapter, ListOptions } from '../adapters/adapter.ts';
import type { Changes, Filter, Mine, Page, Passages, ThreadKey } from '../model/comment.ts';
import { parseChanges, parseMine, parsePage, parsePassages } from '../model/parse.ts';
import type { Ambient } from './ambient.ts';

/** A little more than an adapter's own limit, which names the reason. */
const watchdog = 15_000;

/** What of a page is asked for. */
export type Wanted =
  | { readonly want: 'roots'; readonly after?: string; readonly filter?: Filter }
  | { readonly want: 'replies'; readonly rootId: string; readonly after: string }
  | { readonly want: 'around'; readonly id: string };

export interface Refresh {
  page(wanted: Wanted, options: Pick<ListOptions, 'order' | 'limit'>): Promise<Page>;
  changes(since: { readonly epoch: string; readonly revision: number }): Promise<Changes>;
  passages(): Promise<Passages>;
  mine(token: string, userToken: string | null): Promise<Mine>;
  /** Ends what is under way. */
  stop(): void;
}

export function makeRefresh(world: Ambient, adapter: Adapter, key: ThreadKey): Refresh {
  let all = new AbortController();

  async function ask<T>(question: (signal: AbortSignal) => Promise<unknown>, read: (answer: unknown) => T): Promise<T> {
    const call = new AbortController();
    const stop = (): void => call.abort();
    const cancel = world.after(watchdog, stop);
    const { signal } = all;
    signal.addEventListener('abort', stop);
    try {
      const answered = await new Promise((resolve, reject) => {
        call.signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
        const asked = async (): Promise<unknown> => question(call.signal); // It may throw at once (C1).
        asked().then(resolve, reject);
      });
      return read(answered);
    } finally {
      cancel();
      signal.removeEventListener('abort', stop);
    }
  }

  return {
    page: (wanted, { order, limit }) =>
      ask((signal) => adapter.list({ ...key }, { ...wanted, order, limit, signal }), parsePage),
    changes: (since) => ask(async (signal) => adapter.changes?.({ ...key }, { ...since }, { signal }), parseChanges),
    passages: () => ask(async (signal) => adapter.passages?.({ ...key }, { signal }), parsePassages),
    mine: (token, userToken) =>
      ask(
        async (signal) =>
          adapter.mine?.({ ...key }, { identity: { token, ...(userToken !== null && { userToken }) }, signal }),
        parseMine,
      ),
    stop: () => {
      all.abort();
      all = new AbortController();
    },
  };
}
