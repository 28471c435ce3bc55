/** An article on the page, opened; with a guard that says if anything wrote into it. */
import { openArticle } from '../../src/inline/index.ts';
import type { Article, ArticleOptions, Passage } from '../../src/inline/index.ts';
import { describeQuote } from '../../src/model/quote.ts';
import type { Quote } from '../../src/model/quote.ts';
import { readText } from '../../src/inline/text-map.ts';
import type { TextMap } from '../../src/inline/text-map.ts';

const opened = new Set<Article>();
const added = new Set<Element>();

/** For `afterEach`. */
export function clear(): void {
  for (const article of opened) article.close();
  opened.clear();
  for (const element of added) element.remove();
  added.clear();
  document.getSelection()?.removeAllRanges();
}

/** Puts HTML on the page and gives back its element; `into` takes it elsewhere, for instance into a shadow root. */
export function put(html: string, into: Element | ShadowRoot = document.body): HTMLElement {
  const root = document.createElement('article');
  root.innerHTML = html;
  into.append(root);
  added.add(root);
  return root;
}

export function inShadow(html: string): HTMLElement {
  const host = document.createElement('div');
  document.body.append(host);
  added.add(host);
  return put(html, host.attachShadow({ mode: 'open' }));
}

export function open(root: Element, options?: ArticleOptions): Article {
  const article = openArticle(root, options);
  opened.add(article);
  return article;
}

export function mapOf(root: Element): TextMap {
  const steps = readText(root);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The `nth` copy of these words in the article, as offsets. */
export function spanOf(root: Element, words: string, nth = 0): { start: number; end: number } {
  const { text } = mapOf(root);
  let start = -1;
  for (let k = 0; k <= nth; k++) start = text.indexOf(words, start + 1);
  if (start < 0) throw new Error(`No such words in the article: ${words}`);
  return { start, end: start + words.length };
}

export function rangeOf(root: Element, words: string, nth = 0): Range {
  const { start, end } = spanOf(root, words, nth);
  const range = mapOf(root).rangesOf(start, end)[0];
  if (!range) throw new Error(`No range over: ${words}`);
  return range;
}

/** The stored form of words of the article, as it is now or in another `text`. */
export function quoteOf(root: Element | string, words: string, nth = 0, marker?: string): Quote {
  const text = typeof root === 'string' ? root : mapOf(root).text;
  let start = -1;
  for (let k = 0; k <= nth; k++) start = text.indexOf(words, start + 1);
  if (start < 0) throw new Error(`No such words in the article: ${words}`);
  return describeQuote(text, start, start + words.length, marker);
}

export const settled = (article: Article): Promise<void> => next(article, 'settled');

export function next(article: Article, type: 'settled' | 'selection' | 'found' | 'moved' | 'lost'): Promise<void> {
  return new Promise((done) => {
    const off = article.on(type, () => {
      off();
      done();
    });
  });
}

/** Sets passages and waits until they are found. */
export async function find(article: Article, passages: readonly Passage[]): Promise<void> {
  const done = settled(article);
  article.set(passages);
  await done;
}

/** What is painted in a look, as texts in the order of the page. */
export function painted(look: string): string[] {
  const ranges = [...(CSS.highlights.get(`afterword-${look}`) ?? [])] as Range[];
  return ranges
    .filter((it) => !it.collapsed && it.startContainer.isConnected)
    .sort((a, b) => a.compareBoundaryPoints(Range.START_TO_START, b))
    .map((it) => it.toString());
}

/** Waits for a condition, a frame or a task at a time. */
export async function until(holds: () => boolean, what = 'a condition'): Promise<void> {
  const end = performance.now() + 6000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

/** Asserts at its end that nothing was written into the article meanwhile: same HTML, no record. */
export async function untouched(root: Element, act: () => unknown): Promise<void> {
  const before = root.outerHTML;
  const records: MutationRecord[] = [];
  const observer = new MutationObserver((more) => records.push(...more));
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  observer.observe(root, all);
  const tree = root.getRootNode();
  if (tree instanceof ShadowRoot) observer.observe(tree, all);
  await act();
  records.push(...observer.takeRecords());
  observer.disconnect();
  if (records.length > 0) throw new Error(`The article was written to: ${records.map((it) => it.type).join(', ')}`);
  if (root.outerHTML !== before) throw new Error('The article has other HTML than before.');
}
