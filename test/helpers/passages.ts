/** An article with a section below it, whose thread the test holds: for the tests of what readers do with passages. */
import { describeQuote, type Quote } from '../../src/model/quote.ts';
import { passageKey } from '../../src/model/passage.ts';
import type { CommentRow, PassageView } from '../../src/model/view.ts';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import type { AfterwordPassages } from '../../src/elements/afterword-passages.ts';
import { passagesPart } from '../../src/elements/parts.ts';
import { comment } from './builders.ts';
import { FakeStore } from './fake-store.ts';
import { rowOf } from './rows.ts';
import { putSection, settled, waitFor, type Look } from './section.ts';

/** Of our own writing: a few paragraphs in which a passage can be told from another. */
export const PARAGRAPHS: readonly string[] = [
  'The lighthouse keeper counted the steps every evening, and every evening there were two hundred and eleven of them.',
  'In the third winter a gull moved into the lamp room and would not be persuaded to leave before the ice broke.',
  'He wrote to the harbour office about the gull, and the harbour office wrote back about the price of paraffin.',
  'By spring the two of them had settled on a wage of three herrings a day, payable in advance.',
];

const articles = new Set<Element>();
const ownWidth = Object.getOwnPropertyDescriptor(window, 'innerWidth');

/** Puts an article on the page: these paragraphs, or other HTML. */
export function putArticle(html = PARAGRAPHS.map((text) => `<p>${text}</p>`).join(''), css = ''): HTMLElement {
  const article = document.createElement('article');
  article.id = 'story';
  article.style.cssText = `font: 18px/1.6 serif; inline-size: 420px; max-inline-size: 80%; ${css}`;
  article.innerHTML = html;
  document.body.prepend(article);
  articles.add(article);
  return article;
}

export function textOf(article: Element): string {
  return [...article.querySelectorAll('p')].map((one) => one.textContent).join('\n');
}

/** The stored form of words of a text. */
export function quoteOf(words: string, text = PARAGRAPHS.join('\n'), more: Partial<Quote> = {}): Quote {
  const start = text.indexOf(words);
  if (start < 0) throw new Error(`No such words: ${words}`);
  return { ...describeQuote(text, start, start + words.length), ...more };
}

/** A comment on a passage, as a row. */
export function quotedRow(id: string, quote: Quote, fields: Partial<CommentRow> = {}): CommentRow {
  return rowOf(comment(id, { quote, text: `About it, ${id}` }), fields);
}

/** A passage with these comments on it, newest first. */
export function passageOf(quote: Quote, rows: readonly CommentRow[], fields: Partial<PassageView> = {}): PassageView {
  return { key: passageKey(quote), quote, count: rows.length, own: false, latest: rows.slice(0, 3), ...fields };
}

/** A thread in which comments on passages stand among others. */
export function threadWith(...passages: readonly PassageView[]): FakeStore {
  const quoted = passages.flatMap(({ latest }) => latest);
  const rows = [...quoted, rowOf(comment('900', { text: 'About the page' }))];
  const inline = passages.reduce((sum, { count }) => sum + count, 0);
  return new FakeStore({ rows, count: rows.length, passages, inline });
}

/** The section below the article, with its passages found; in a tree of its own where one is named. */
export async function putPassages(store: FakeStore, look: Look = {}, tree?: Node): Promise<AfterwordComments> {
  await passagesPart();
  const attributes = { article: '#story', selections: '', ...look.attributes };
  const section = await putSection(store, { ...look, attributes }, tree);
  await waitFor(() => part(section), 'the passages');
  await settled(section);
  return section;
}

export function part(section: AfterwordComments): AfterwordPassages | null {
  return section.renderRoot.querySelector('afterword-passages');
}

/** Selects words of the article, as a reader who drags over them, or by a finger's handles, or by keys. */
export function select(article: Element, words: string, by: 'mouse' | 'touch' | 'keyboard' = 'mouse'): void {
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = (node as Text).data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    const selection = document.getSelection();
    selection?.removeAllRanges();
    if (by === 'keyboard') document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Shift', bubbles: true }));
    else document.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, pointerType: by }));
    selection?.addRange(range);
    if (by !== 'keyboard') document.dispatchEvent(new PointerEvent('pointerup', { bubbles: true, pointerType: by }));
    return;
  }
  throw new Error(`No such words in one text: ${words}`);
}

/** The middle of words of the article, in the window. */
export function pointOn(article: Element, words: string): { x: number; y: number; target: Element } {
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = (node as Text).data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    node.parentElement?.scrollIntoView({ block: 'center' });
    const [line] = range.getClientRects();
    if (!line) break;
    return { x: line.left + line.width / 2, y: line.top + line.height / 2, target: node.parentElement as Element };
  }
  throw new Error(`No such words on the screen: ${words}`);
}

/** Clicks on words of the article; false where somebody prevented what the click does. */
export function press(article: Element, words: string, init: MouseEventInit = {}): boolean {
  const { x, y, target } = pointOn(article, words);
  return target.dispatchEvent(
    new MouseEvent('click', { bubbles: true, composed: true, cancelable: true, clientX: x, clientY: y, ...init }),
  );
}

/** What our script takes for the width of the window, until the test is over; not every engine's can be set. */
export function windowOf(width: number): void {
  Object.defineProperty(window, 'innerWidth', { value: width, configurable: true, writable: true });
  dispatchEvent(new Event('resize'));
}

/** What is painted in a look, in the order of the page. */
export function painted(look: string): string[] {
  const ranges = [...(CSS.highlights.get(`afterword-${look}`) ?? [])] as Range[];
  return ranges.filter((it) => !it.collapsed && it.startContainer.isConnected).map((it) => it.toString());
}

afterEach(() => {
  for (const article of articles) article.remove();
  articles.clear();
  document.getSelection()?.removeAllRanges();
  if (ownWidth) Object.defineProperty(window, 'innerWidth', ownWidth);
  for (const name of Object.keys(localStorage)) if (name.startsWith('afterword.')) localStorage.removeItem(name);
});
