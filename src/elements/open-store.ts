/** Opens the discussion an element means: at once as far as the first picture needs it, and whole right after (E-1). */
import type { Adapter } from '../adapters/adapter.ts';
import { afterwordId, firstAddress, type Early } from '../adapters/afterword-address.ts';
import { afterwordCan, readFirstPage } from '../adapters/afterword-first.ts';
import { loadMarkupPart } from '../content/safe-html.ts';
import type { ThreadKey } from '../model/comment.ts';
import { normalisePageId } from '../model/page-id.ts';
import { mayKeepSomething } from '../sync/kept.ts';
import { openFirst } from '../sync/opening.ts';
import type { ThreadSettings, ThreadStore } from '../sync/store.ts';
import { keepingPart } from './parts.ts';

/** Where a discussion is kept; see the attributes of the section. */
export interface Backend {
  readonly adapter: Adapter | null;
  readonly backend: '' | 'afterword' | 'local';
  readonly server: string;
  readonly storage: ThreadSettings['storage'];
  /** Taken by the first thread that is opened, if that would ask the same. */
  early?: Early | undefined;
}

type Open = (key: ThreadKey, settings: ThreadSettings) => ThreadStore;
let instead: Open | null = null;

/** Puts other threads in the place of the real ones, for the tests of elements; gives back what undoes it. */
export function openStoresWith(other: Open): () => void {
  instead = other;
  return () => (instead = null);
}

export function openStore(
  at: Backend,
  site: string,
  page: string,
  settings: ThreadSettings,
  seen: () => Promise<void>,
): ThreadStore {
  const { adapter, backend, server, storage } = at;
  const isLocal = backend === 'local' || !server;
  const can = adapter?.can ?? afterwordCan;
  const key = { backend: adapter?.id ?? (isLocal ? 'local' : afterwordId(server)), site, page };
  if (instead) return instead(key, settings);
  const { order, pageSize: limit } = settings;
  const asked = (named: { page: string } | { address: string }) => firstAddress(server, site, named, order, limit);
  const { early } = at;
  at.early = undefined;
  const answer =
    early && early.url === asked({ address: early.page }) && normalisePageId(early.page) === page
      ? early.answer
      : undefined;
  const isFirst = !adapter && !isLocal && can.orders.includes(order) && !(storage === 'full' && mayKeepSomething());
  return openFirst({
    key,
    can,
    settings,
    ask: isFirst ? (signal) => readFirstPage(asked({ page }), signal, answer) : null,
    onMarkup: loadMarkupPart,
    seen,
    keep: async (first) => {
      const part = await keepingPart();
      const whole = adapter ?? (await part.adapterFor(backend, server, storage));
      return part.openWhole(whole, key, settings, first);
    },
  });
}
