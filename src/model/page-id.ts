/**
 * One page, one id (E-3): the same article reached by another scheme, with `www.`, a trailing slash, an index file, a
 * fragment or a campaign's parameters has one discussion. A fragment that begins with `/` or `!/` is where a router keeps
 * the address of the page, and is kept. The widget, the server and the importers all ask here.
 */

/** What both browsers and Node have under this name; `model` is compiled without the DOM. */
declare const URL: new (
  url: string,
  base?: string,
) => {
  readonly protocol: string;
  readonly host: string;
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
  readonly origin: string;
  readonly href: string;
};

/** Parameters that tell where a reader came from and never which page is shown; the last is our own (`comment-link.ts`). */
const tracking =
  /^(?:utm_.*|mtm_.*|pk_.*|hsa_.*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok|vero_id|oly_anon_id|oly_enc_id|_ga|_gl|s_cid|wickedid|srsltid|amp|afterword-comment)$/i;

const indexFile = /\/(?:index|default)\.(?:html?|xhtml|php|aspx?|jsp|cgi)$/i;

function parse(url: string, base?: string): InstanceType<typeof URL> | null {
  try {
    return new URL(url, base);
  } catch {
    return null; // Not an address: the caller decides what that means.
  }
}

/** Upper-case escapes and none where none is needed, so that `%7euser` and `~user` are one page. */
function normaliseEscapes(path: string): string {
  return path.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(parseInt(escape.slice(1), 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : escape.toUpperCase();
  });
}

/** What of a query tells which page is shown. */
function telling(query: string): readonly string[] {
  return query.split('&').filter((pair) => pair !== '' && !tracking.test(pair.split('=', 1)[0] ?? ''));
}

const joined = (pairs: readonly string[]): string => (pairs.length > 0 ? `?${pairs.join('&')}` : '');

/** Path and query of `#/post/1?draft=2`; null for any other fragment. */
function routeOf(hash: string): { readonly path: string; readonly pairs: readonly string[] } | null {
  const [, path, query = ''] = /^#(!?\/[^?#]*)(?:\?([^#]*))?/.exec(hash) ?? [];
  return path === undefined ? null : { path, pairs: telling(query) };
}

/**
 * Makes the id of an address: `https://www.Example.com/a/index.html?utm_source=x#top` becomes `example.com/a`. Whatever
 * is not an absolute address (an author's own id such as `post-42`) is only trimmed.
 */
export function normalisePageId(page: string): string {
  const trimmed = page.trim();
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? parse(trimmed) : null;
  if (url === null) return trimmed;
  const host = url.host.replace(/^www\./, '');
  const path = normaliseEscapes(url.pathname).replace(indexFile, '/').replace(/\/+$/, '');
  const queryOf = (pairs: readonly string[]): string => joined(pairs.map(normaliseEscapes).sort());
  const route = routeOf(url.hash);
  const inside = route ? normaliseEscapes(route.path).replace(/\/+$/, '') + queryOf(route.pairs) : '';
  // A router's first page is the page itself.
  return host + (path || '/') + queryOf(telling(url.search.slice(1))) + (/^!?$/.test(inside) ? '' : `#${inside}`);
}

/** An address as it may be shown to others: nothing in it tells where one reader came from. */
export function cleanAddress(address: string): string {
  const url = parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) return address.replace(/#.*$/, '');
  const route = routeOf(url.hash);
  return (
    url.origin +
    url.pathname +
    joined(telling(url.search.slice(1))) +
    (route ? `#${route.path}${joined(route.pairs)}` : '')
  );
}

export interface PageId {
  readonly id: string;
  /** The address that others may be sent to. */
  readonly url: string;
  /** The canonical link pointed to the site's front page from elsewhere, a common mistake of templates, and was not used. */
  readonly ignoredCanonical: boolean;
}

/** What the page at `location` is called, by its canonical link where it has a believable one. */
export function pageId(location: string, canonical?: string | null): PageId {
  const here = { id: normalisePageId(location), url: cleanAddress(location), ignoredCanonical: false };
  const link = canonical ? parse(canonical, location) : null;
  if (link === null || !/^https?:$/.test(link.protocol)) return here;
  const id = normalisePageId(link.href);
  // A link without the router's part says the same on all its pages.
  if (id !== here.id && id === here.id.split('#', 1)[0]) return here;
  const isFrontPage = id.endsWith('/') && id.indexOf('/') === id.length - 1;
  if (isFrontPage && id !== here.id) return { ...here, ignoredCanonical: true };
  // A page of another origin may be one that the server knows nothing of: a copy, or where the site is tried out.
  const url = link.origin === parse(location)?.origin ? cleanAddress(link.href) : here.url;
  return { id, url, ignoredCanonical: false };
}
