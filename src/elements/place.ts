/**
 * Which page an element means (E-3), and when it means another (E-7).
 *
 * Nothing of the host's is patched: where no event tells of a change, it is looked for. What is asked at a moment holds
 * for that moment only, so whoever shows or sends something asks again.
 */
import { normalisePageId, pageId } from '../model/page-id.ts';

export interface PageWishes {
  readonly id: string;
  readonly url: string;
  readonly title: string;
}

export interface PlacedPage {
  readonly id: string;
  readonly url: string;
  readonly title: string;
  /** By the author or a canonical link; otherwise the page is called by its address alone. */
  readonly named: boolean;
}

/** How often the address is compared where no event tells of `pushState` (Firefox before 147, Safari before 26.2). */
const POLL = 300;
/** A router that changes the document first changes the address within this time. */
export const BREATH = 100;

let warned = false;
/** The canonical link, the address that it was first seen at, and when. */
let canonical = { link: '', at: '', since: 0 };

/** What the page is called, by the author's word, else by its canonical link, else by its address. */
export function placePage(wishes: PageWishes): PlacedPage {
  const here = location.href.replace(/#.*$/, '');
  const url = absolute(wishes.url) ?? here;
  const title = wishes.title || document.title;
  if (wishes.id || wishes.url) return { id: normalisePageId(wishes.id || url), url, title, named: true };
  const link = canonicalLink(here);
  const { id, ignoredCanonical } = pageId(here, link);
  if (ignoredCanonical && !warned) {
    warned = true;
    console.warn(`Afterword: the canonical link of this page points to the front page and is ignored: ${link}`);
  }
  return { id, url, title, named: Boolean(link) };
}

/**
 * Null where the page has none, or still has that of the page before: many routers (Swup, Barba, htmx, pjax) change the
 * address and the article and leave `<head>` as it was.
 */
function canonicalLink(here: string): string | null {
  const link = document.querySelector<HTMLLinkElement>('link[rel~="canonical" i]')?.href ?? '';
  // Parameters tell pages apart only where the link itself has some.
  const [path = '', query] = normalisePageId(here).split('?');
  const at = link.includes('?') ? `${path}?${query}` : path;
  const now = performance.now();
  if (link !== canonical.link) canonical = { link, at, since: now };
  else if (now - canonical.since < BREATH) canonical.at = at;
  return link && (at === canonical.at || normalisePageId(link) === normalisePageId(here)) ? link : null;
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

const followers = new Set<() => void>();
let stop: (() => void) | null = null;

/** Calls whenever the page may be another; gives back what ends it. */
export function followPlace(follower: () => void): () => void {
  followers.add(follower);
  stop ??= watch(() => followers.forEach((one) => one()));
  return () => {
    if (!followers.delete(follower) || followers.size > 0) return;
    stop?.();
    stop = null;
  };
}

function watch(look: () => void): () => void {
  const end = new AbortController();
  const { signal } = end;
  const { navigation } = window as { navigation?: EventTarget };
  for (const type of ['popstate', 'hashchange']) addEventListener(type, look, { signal });
  navigation?.addEventListener('currententrychange', look, { signal });

  // Canonical links come late, change, and go with the whole `<head>`.
  const observer = new MutationObserver(() => {
    observe();
    look();
  });
  const observe = (): void => {
    observer.observe(document.documentElement, { childList: true });
    observer.observe(document.head, { childList: true, subtree: true, attributeFilter: ['href', 'rel'] });
  };
  observe();

  let { href } = location;
  const poll = navigation
    ? 0
    : setInterval(() => {
        if (href === location.href) return;
        ({ href } = location);
        look();
      }, POLL);
  return () => {
    end.abort();
    observer.disconnect();
    clearInterval(poll);
  };
}
