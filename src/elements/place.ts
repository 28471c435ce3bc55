/**
 * Which page an element means (E-3). What is answered holds for that moment only: whoever shows or sends something asks
 * again, and `follow-place.ts` tells when to.
 */
import { cleanAddress, normalisePageId, pageId } from '../model/page-id.ts';

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

/** A router that changes the document first changes the address within this time. */
export const BREATH = 100;

let warned = false;
/** The canonical link, the address that it was first seen at, and when. */
let canonical = { link: '', at: '', since: 0 };

/** What the page is called, by the author's word, else by its canonical link, else by its address. */
export function placePage(wishes: PageWishes): PlacedPage {
  const here = location.href;
  const link = canonicalLink(here);
  const found = pageId(here, link);
  const given = absolute(wishes.url);
  const url = given ?? found.url;
  const title = wishes.title || document.title;
  if (wishes.id || given) return { id: normalisePageId(wishes.id || url), url, title, named: true };
  if (found.ignoredCanonical && !warned) {
    warned = true;
    console.warn(`Afterword: the canonical link of this page points to the front page and is ignored: ${link}`);
  }
  return { id: found.id, url, title, named: Boolean(link) };
}

/**
 * Null where the page has none, or still has that of the page before: many routers (Swup, Barba, htmx, pjax) change the
 * address and the article and leave `<head>` as it was.
 */
function canonicalLink(here: string): string | null {
  const link = document.querySelector<HTMLLinkElement>('link[rel~="canonical" i]')?.href ?? '';
  const id = normalisePageId(here);
  // Parameters tell pages apart only where the link itself has some.
  const at = link.includes('?') ? id : id.replace(/\?[^#]*/g, '');
  const now = performance.now();
  if (link !== canonical.link) canonical = { link, at, since: now };
  else if (now - canonical.since < BREATH) canonical.at = at;
  return link && (at === canonical.at || normalisePageId(link) === id) ? link : null;
}

function absolute(url: string): string | null {
  if (!url) return null;
  try {
    return cleanAddress(new URL(url, location.href).href);
  } catch {
    console.error(`Afterword: page-url="${url}" is not allowed. Allowed: the address of the page.`);
    return null;
  }
}

/** The comment that a link led to, and the router's page that the link was for. */
let led: readonly string[] = [];

/** The comment that the address names (`model/comment-link.ts`); null where it names none of this page. */
export function linkedComment(): string | null {
  const { hash, search } = location;
  try {
    if (hash.startsWith('#comment-')) return decodeURIComponent(hash.slice(9));
  } catch {
    // Not a link of ours: a stray per cent sign.
  }
  const id = new URLSearchParams(search).get('afterword-comment');
  if (id && id !== led[0]) led = [id, hash];
  return led[1] === hash ? id : null;
}
