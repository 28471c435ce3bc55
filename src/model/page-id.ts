/**
 * One page, one id (E-3): the same article reached by another scheme, with `www.`, a trailing slash, an index file, a
 * fragment or a campaign's parameters has one discussion. The widget, the server and the importers all ask here.
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
};

/** Parameters that tell where a reader came from and never which page is shown. */
const tracking =
  /^(?:utm_.*|mtm_.*|pk_.*|hsa_.*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok|vero_id|oly_anon_id|oly_enc_id|_ga|_gl|s_cid|wickedid|srsltid|amp)$/i;

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
  const query = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !tracking.test(pair.split('=', 1)[0] ?? ''))
    .map(normaliseEscapes)
    .sort()
    .join('&');
  return host + (path || '/') + (query && `?${query}`);
}

export interface PageId {
  readonly id: string;
  /** The canonical link pointed to the site's front page from elsewhere, a common mistake of templates, and was not used. */
  readonly ignoredCanonical: boolean;
}

/** The id of the page at `location`, by its canonical link where it has a believable one. */
export function pageId(location: string, canonical?: string | null): PageId {
  const here = normalisePageId(location);
  const link = canonical ? parse(canonical, location) : null;
  if (link === null || !/^https?:$/.test(link.protocol)) return { id: here, ignoredCanonical: false };
  const there = normalisePageId(`${link.protocol}//${link.host}${link.pathname}${link.search}`);
  const isFrontPage = there.endsWith('/') && there.indexOf('/') === there.length - 1;
  if (isFrontPage && there !== here) return { id: here, ignoredCanonical: true };
  return { id: there, ignoredCanonical: false };
}
