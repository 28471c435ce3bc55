/** Which page an element means (E-3). */
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
