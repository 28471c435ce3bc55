/**
 * Who the reader said to be. Within a visit nobody is asked twice; across visits only who ticked *Remember me* is known
 * again. Shared by all forms of a site, and emptied by *Remove my data from this device*.
 */
import type { ThreadKey } from '../model/comment.ts';
import type { Remembered, ThreadStore } from '../sync/store.ts';

export interface Identity extends Remembered {
  readonly remember: boolean;
  /** The consent line they agreed to: another line has to be agreed to anew. */
  readonly agreedTo: string | null;
}

const told = new Map<string, Identity>();
const forms = new Set<(site: string) => void>();
const siteOf = ({ backend, site }: ThreadKey): string => `${backend} ${site}`;

export async function recallIdentity(store: ThreadStore): Promise<Identity | null> {
  const known = told.get(siteOf(store.key));
  if (known) return known;
  try {
    const remembered = await store.readRemembered();
    return remembered && { ...remembered, remember: true, agreedTo: null };
  } catch {
    // Nobody can be recalled: the fields are empty, as on a first visit.
    return null;
  }
}

export function keepIdentity(store: ThreadStore, identity: Identity): void {
  const before = told.get(siteOf(store.key));
  told.set(siteOf(store.key), identity);
  const { name, email, website, remember } = identity;
  // Not ticked and never was: nothing to forget. A disk that refuses only means to type the name again.
  if (remember) void store.writeRemembered({ name, email, website }).catch(() => undefined);
  else if (before?.remember !== false) void store.writeRemembered(null).catch(() => undefined);
}

export function forgetIdentity(store: ThreadStore): void {
  told.delete(siteOf(store.key));
  for (const form of forms) form(siteOf(store.key));
}

/** Calls when the reader wants to be forgotten where this thread is; gives back what stops listening. */
export function whenForgotten(store: () => ThreadStore | null, run: () => void): () => void {
  const form = (site: string): void => {
    const own = store();
    if (own && siteOf(own.key) === site) run();
  };
  forms.add(form);
  return () => void forms.delete(form);
}
