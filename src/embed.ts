/**
 * The classic script of the one-line installation (E-1): puts a section where it stands, with its own `data-*` attributes
 * and its own origin as the server, and imports the module beside itself. In `<head>`, or on a page that has an element
 * of ours already, it only registers the elements. Kept below 1 kB.
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

const script = document.currentScript as HTMLScriptElement | null;
if (script) {
  const given = (name: string): string => script.getAttribute(`data-${name}`) ?? '';
  const server = given('server') || new URL(script.src).origin;
  const place = (name: string): HTMLElement => {
    const element = document.createElement(name);
    script.after(element);
    return element;
  };
  const wanted = !script.closest('head') && !document.querySelector('afterword-comments,afterword-count');

  // Not a made script element: that dies under Trusted Types.
  const fetchPart = (path: string): Promise<unknown> => import(/* @vite-ignore */ new URL(path, script.src).href);

  const askEarly = (section: HTMLElement & { early?: Early }): void => {
    const loading = given('loading');
    const isWanted = loading === 'eager' || (loading !== 'manual' && isNear(section));
    if (!isWanted || mayKeepSomething()) return;
    const canonical = document.querySelector<HTMLLinkElement>('link[rel~="canonical" i]')?.href;
    // The rest of an address tells where a reader came from, as often as not: what is left of it the module knows.
    const here = location.search ? '' : location.origin + location.pathname;
    const page = given('page-id') || given('page-url') || canonical || here;
    if (!page) return;
    const url = firstAddress(
      server,
      given('site') || 'default',
      { address: page },
      given('sort') || 'newest',
      given('page-size') || 20,
    );
    const answer = fetch(url, { ...READING, signal: AbortSignal.timeout(10_000) });
    answer
      // What shows markup takes as long to come as the module.
      .then(({ headers }) => headers.has('afterword-markup') && fetchPart(__AFTERWORD_MARKUP__))
      .catch(() => undefined); // The section asks again, and tells what is wrong.
    section.early = { page, url, answer };
  };

  // E-9. Browsers with both have the rest.
  const able = 'adoptedStyleSheets' in document && CSS.supports('color', 'color-mix(in srgb,red,red)');

  if (able) {
    if (wanted) {
      const section = place('afterword-comments');
      for (const { name, value } of script.attributes) {
        if (name.startsWith('data-')) section.setAttribute(name.slice(5), value);
      }
      if (given('backend') !== 'local') {
        section.setAttribute('server', server);
        askEarly(section);
      }
    }
    void fetchPart('afterword.js');
  } else if (wanted) {
    const link = place('a') as HTMLAnchorElement;
    link.href = `${server}/?page=${encodeURIComponent(given('page-id') || location.href)}`;
    link.textContent = 'Comments';
  }
}
export {};
