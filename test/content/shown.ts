/** Shows a text the way a comment does, in the document of the test: what the browser makes of it is what counts. */
import type { RenderOptions } from '../../src/content/safe-html.ts';
import type { TextFormat } from '../../src/model/comment.ts';
import { sanitize } from '../../src/content/sanitize.ts';

export function show(text: string, format: TextFormat = 'markdown', options: RenderOptions = {}): HTMLElement {
  const block = document.createElement('div');
  block.dir = 'auto';
  const html = sanitize(text, format, options);
  if (html === null) block.textContent = text;
  else block.innerHTML = html as unknown as string;
  return block;
}

/** The HTML of a shown text without what is the same everywhere: line ends between blocks and the `rel` of links. */
export function htmlOf(text: string, format: TextFormat = 'markdown', options: RenderOptions = {}): string {
  return show(text, format, options)
    .innerHTML.replace(/\n(?=<)|(?<=>)\n/g, '')
    .replaceAll(' rel="nofollow ugc noopener"', '');
}
