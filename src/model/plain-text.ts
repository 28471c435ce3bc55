/**
 * Tells whether a text can be shown as it stands. Three of four real comments can, and then the Markdown part of the
 * build is not needed to paint them. Asks only whether a construct *may* begin: a false "no" costs a download, a false
 * "yes" would show a reader raw marks.
 */

/**
 * Emphasis, code, links, escapes, strikethrough, tables, spoilers and mentions by their characters; then tags, entities and
 * addresses; then what begins a line: headings, quotes, lists (an ordered one begins at 1, R-5), rules.
 */
const mark =
  /[*_`[\\~|@]|<[a-z/!?]|&(?:#|\w+;)|:\/\/|www\.|mailto:|^[ \t]*(?:#{1,6}(?:[ \t]|$)|>|[-+](?:[ \t]|$)|[01]{1,9}[.)](?:[ \t]|$)|-{2,}[ \t]*$)/im;

export function isPlain(text: string): boolean {
  return !mark.test(text);
}
