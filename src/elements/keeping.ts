/**
 * Opens threads whole: the adapter of a backend and the store that keeps the thread true. Fetched right after the first
 * picture, or before it where this browser has a copy to show.
 */
import type { Adapter } from '../adapters/adapter.ts';
import { createAfterwordAdapter } from '../adapters/afterword.ts';
import type { ThreadKey } from '../model/comment.ts';
import { parsePage } from '../model/parse.ts';
import type { First } from '../sync/opening.ts';
import type { ThreadSettings, ThreadStore } from '../sync/store.ts';
import type { Given } from '../sync/thread-store.ts';
import { localShelf, openThread } from '../sync/threads.ts';
import { later } from './later.ts';

/** @param first What the first picture was drawn from. Its page was only glanced at: here it passes the whole gate. */
export function openWhole(
  adapter: Adapter,
  key: ThreadKey,
  settings: ThreadSettings,
  first: First | null,
): ThreadStore {
  return openThread(adapter, key, settings, first && given(first));
}

/** Null where it is no page after all: then it is asked for again, and what is wrong with it is told. */
function given({ page, fetchedAt }: First): Given | null {
  try {
    return { page: parsePage(page), fetchedAt };
  } catch {
    return null;
  }
}

const adapters = new Map<string, Promise<Adapter>>();

/** One adapter for each backend; with no server named the thread lives in this browser (E-1). */
export function adapterFor(
  backend: '' | 'afterword' | 'local',
  server: string,
  storage: ThreadSettings['storage'] = 'full',
): Promise<Adapter> {
  const local = backend === 'local' || !server;
  if (local && backend === 'afterword') {
    console.error('Afterword: backend="afterword" needs a server attribute; comments stay in this browser.');
  }
  const name = local ? `local ${storage}` : server;
  let adapter = adapters.get(name);
  if (!adapter) {
    adapter = local
      ? later.localPart().then((part) => part.createLocalAdapter(localShelf(storage)))
      : Promise.resolve(createAfterwordAdapter(server));
    adapters.set(name, adapter);
    adapter.catch(() => adapters.delete(name)); // A part that could not be fetched is asked for again.
  }
  return adapter;
}
