/** Whether the browser has put other words into the article, for a reader who asked for another language. */

/**
 * Chrome marks the page and wraps texts twice, Edge marks elements, Firefox tells it by the page's language. Old pages have
 * `<font>`, too, but not such ones.
 */
const WRAPPED = 'font[style*="vertical-align: inherit"] > font, [_msttexthash], font[_mstmutation]';

/** @param language The page's language when its article was read first. */
export function isTranslated(root: Element, language: string): boolean {
  const page = document.documentElement;
  const isMarked = page.matches('.translated-ltr, .translated-rtl, [_msttexthash]');
  return isMarked || page.lang !== language || root.querySelector(WRAPPED) !== null;
}
