/**
 * The classic script of the one-line installation (E-1): puts a section where it stands, with its own `data-*` attributes
 * and its own folder as the server, and imports the module beside itself. In `<head>`, or on a page whose author wrote an
 * `<afterword-comments>`, it only registers the elements. Kept below 1 kB.
 *
 * A router that replaces parts of a page puts the line into the next one again: Turbo runs it, Astro does so only the
 * first time, Swup never, and in the copies that Turbo keeps of pages our section stands behind it already. So it is the
 * first script that runs which sees to all of them, for as long as the document lives.
 *
 * Where the section is near the reader's eyes, the first comments are asked for while the module is on its way, and the
 * part that shows markup as soon as an answer needs it. The section takes that answer if it would have asked the same;
 * what only it can know (a wrong attribute, a canonical link that is a mistake) makes it ask anew.
 */
import { firstAddress, READING, type Early } from './adapters/afterword-address.ts';
import { isNear } from './elements/near.ts';
import { mayKeepSomething } from './sync/kept.ts';

/** The path of that part, put in by the build. */
declare const __AFTERWORD_MARKUP__: string;

// A module has no current script, and some write the line as one.
const own = (document.currentScript ??
  document.querySelector('[type=module][src*="/embed.js"]')) as HTMLScriptElement | null;
const fileOf = (script: HTMLScriptElement | null): string => script?.src.replace(/[?#].*/, '') ?? '';
const file = fileOf(own);
const mark = Symbol.for(file);
if (file && !(mark in document)) {
  (document as unknown as Record<symbol, unknown>)[mark] = 1;
  const folder = file.replace(/\/[^/]*$/, '');

  // Not a made script element: that dies under Trusted Types.
  const fetchPart = (path: string): Promise<unknown> => import(/* @vite-ignore */ `${folder}/${path}`);

  // E-9. Browsers with both have the rest.
  const able = 'adoptedStyleSheets' in document && CSS.supports('color', 'color-mix(in srgb,red,red)');

  const place = (script: HTMLScriptElement): void => {
    const { backend, loading, pageId, pageSize, pageUrl, site, sort } = script.dataset;
    const server = script.dataset.server || folder;
    const section: HTMLElement & { early?: Early | undefined } = document.createElement(
      able ? 'afterword-comments' : 'a',
    );
    if (able) {
      for (const { name, value } of script.attributes) {
        if (name.startsWith('data-')) section.setAttribute(name.slice(5), value);
      }
      if (backend !== 'local') section.setAttribute('server', server);
    } else {
      (section as HTMLAnchorElement).href = `${server}/?page=${encodeURIComponent(pageId || location.href)}`;
      section.textContent = 'Comments';
    }
    section.dataset.embed = '';
    script.after(section);

    // Once the module is here nothing is won, and the address may still be that of the page before.
    if (!section.hasAttribute('server') || customElements.get('afterword-comments') || mayKeepSomething()) return;
    if (loading !== 'eager' && (loading === 'manual' || !isNear(section))) return;
    const canonical = document.querySelector<HTMLLinkElement>('link[rel~="canonical" i]')?.href;
    // The rest of an address tells where a reader came from, as often as not: what is left of it the module knows.
    const page = pageId || pageUrl || canonical || (location.search ? '' : location.href);
    if (!page) return;
    const url = firstAddress(server, site || 'default', { address: page }, sort || 'newest', pageSize || 20);
    const answer = fetch(url, { ...READING, signal: AbortSignal.timeout(10_000) });
    answer
      // What shows markup takes as long to come as the module.
      .then(({ headers }) => headers.has('afterword-markup') && fetchPart(__AFTERWORD_MARKUP__))
      .catch(() => undefined); // The section asks again, and tells what is wrong.
    section.early = { page, url, answer };
  };

  const seen = new WeakSet<HTMLScriptElement>();
  const look = (): void => {
    for (const script of document.scripts) {
      if (seen.has(script) || !script.src) continue;
      seen.add(script);
      // What waits for a reader's consent is of a type that no browser runs.
      if (fileOf(script) !== file || /plain|blocked/.test(script.type)) continue;
      const isServed = script.matches('head *') || script.nextElementSibling?.matches('[data-embed]');
      // What another line put there is nothing that the author wrote.
      if (!isServed && !document.querySelector('afterword-comments:not([data-embed])')) place(script);
    }
  };
  look();
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  if (able) void fetchPart('afterword.js');
}
export {};
