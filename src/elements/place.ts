/** Which discussion an element means: the backend it speaks to, the site and the page (E-3). */
import type { Adapter } from '../adapters/adapter.ts';
import { createAfterwordAdapter } from '../adapters/afterword.ts';
import { normalisePageId, pageId } from '../model/page-id.ts';
import type { ThreadSettings } from '../sync/store.ts';
import { localShelf } from '../sync/threads.ts';
import { later } from './later.ts';

export interface PageWishes {
  readonly id: string;
  readonly url: string;
  readonly title: string;
}

export interface PlacedPage {
  readonly id: string;
  readonly url: string;
  readonly title: string;
}

let warned = false;

/** What the page is called, by the author's word, else by its canonical link, else by its address. */
export function placePage(wishes: PageWishes): PlacedPage {
  const here = location.href.replace(/#.*$/, '');
  const url = absolute(wishes.url) ?? here;
  const title = wishes.title || document.title;
  if (wishes.id) return { id: normalisePageId(wishes.id), url, title };
  if (wishes.url) return { id: normalisePageId(url), url, title };
  const link = document.querySelector<HTMLLinkElement>('link[rel~="canonical" i]')?.getAttribute('href');
  const { id, ignoredCanonical } = pageId(here, link);
  if (ignoredCanonical && !warned) {
    warned = true;
    console.warn(`Afterword: the canonical link of this page points to the front page and is ignored: ${String(link)}`);
  }
  return { id, url, title };
}

function absolute(url: string): string | null {
  if (!url) return null;
  try {
    return new URL(url, location.href).href.replace(/#.*$/, '');
  } catch {
    console.error(`Afterword: page-url="${url}" is not allowed. Allowed: the address of the page.`);
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
