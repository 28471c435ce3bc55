/**
 * The address of a comment: `#comment-ID` behind that of its page, or, where a router keeps the page in the fragment,
 * a parameter before it.
 */

const PARAMETER = 'afterword-comment';

/** @param page A clean address (`cleanAddress`). */
export function commentLink(page: string, commentId: string): string {
  const [before = '', route] = page.split('#');
  const id = encodeURIComponent(commentId);
  if (route === undefined) return `${before}#comment-${id}`;
  return `${before}${before.includes('?') ? '&' : '?'}${PARAMETER}=${id}#${route}`;
}
