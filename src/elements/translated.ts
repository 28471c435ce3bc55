/**
 * Our own words where the browser translates the page: it puts each text into elements of its own (`<font>`), and Lit
 * would go on writing to a text that is no longer there.
 */

/** Before a drawing: what stands where Lit writes is a text again. Words of readers are left to the translator. */
export function heal(root: ParentNode): void {
  for (const font of root.querySelectorAll('font')) {
    // Lit writes behind its marks.
    if (font.previousSibling?.nodeType === Node.COMMENT_NODE) font.replaceWith(font.textContent ?? '');
  }
}
