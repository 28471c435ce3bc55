/**
 * `npm run anchoring -- --browser`: passages on a page of 350,000 characters, in Chromium: when the first one in view is
 * painted, when all are, the longest task; a thousand passages and the search under a point; and that the article stays
 * as it was.
 *
 * The page is made of the documents of DIR (or of our own revisions, shuffled to fill it). Of 200 passages of it every
 * sixth word is exchanged, some dropped, and that is described as what once stood there: so all 200 were edited.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import type { Page as BrowserPage } from 'playwright-core';
import { describeQuote } from '../../src/model/quote.ts';
import type { Quote } from '../../src/model/quote.ts';
import type * as Inline from '../../src/inline/index.ts';
import { seededRandom } from '../helpers/random.ts';
import { openBrowser } from '../helpers/reader.ts';
import { longestTask, trace, type Traced } from '../helpers/trace.ts';

const CHARACTERS = 350_000;
const EDITED = 200;
const PASSAGES = 1000;
/** As strict hosts have it: no style that is not a file of theirs. */
const POLICY = `<meta http-equiv="Content-Security-Policy" content="style-src 'self'">`;

export interface Check {
  readonly holds: boolean;
  readonly says: string;
}

interface Timed {
  readonly characters: number;
  readonly elements: number;
  readonly first: number;
  readonly all: number;
  readonly states: Readonly<Record<string, number>>;
  readonly right: number;
  readonly again: number;
  readonly thousand: number;
  readonly frame: number;
  readonly hits: number;
  readonly hit: number;
  readonly worstHit: number;
  readonly places: number;
  readonly describe: number;
  readonly untouched: boolean;
  readonly violations: number;
}

/** In milliseconds of the processor: what else runs on the machine has no part in them. */
interface Processor {
  readonly firstCpu: number;
  readonly allCpu: number;
  readonly longest: number;
}

interface Sought {
  readonly id: string;
  readonly quote: Quote;
  /** The words as they stand in the page, to see that the place is right. */
  readonly words: string;
}

export async function anchoringPage(dir: string, runs = 7): Promise<Check[]> {
  const { html, sought } = pageOf(dir);
  const script = bundle('src/inline/index.ts', 'inline');
  const browser = await openBrowser();
  const timed: (Timed & Processor)[] = [];
  try {
    for (let run = 0; run < runs; run++) {
      const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
      await page.setContent(`<!doctype html><meta charset="utf-8">${POLICY}<article>${html}</article>`);
      await page.addScriptTag({ content: script });
      await page.evaluate('globalThis.__name = (inner) => inner');
      const cpu = await processorOf(page);
      const wall = await page.evaluate(measure, { sought, count: PASSAGES });
      timed.push({ ...wall, ...(await cpu()) });
      await page.close();
    }
  } finally {
    await browser.close();
  }
  /** The best run: whatever else the machine does only adds. */
  const best = (of: (it: Timed & Processor) => number): number => Math.min(...timed.map(of));
  const [one] = timed;
  if (!one) return [];
  const longest = best((it) => it.longest);
  const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
  const weights = { inline: weigh(bundle('src/inline/index.ts')), matcher: weigh(bundle('src/model/quote.ts')) };
  console.log(`
in Chromium, ${one.characters} characters in ${one.elements} elements, ${sought.length} edited quotes (best of ${runs} runs)
first passage in view painted   ${ms(best((it) => it.firstCpu))} of the processor, ${ms(best((it) => it.first))} by the clock
all found and painted           ${ms(best((it) => it.allCpu))} of the processor, ${ms(best((it) => it.all))} by the clock
                                ${JSON.stringify(one.states)}, ${one.right} on the very words
longest task                    ${ms(longest)} of the processor   (${timed.map((it) => Math.round(it.longest)).join(', ')})
rewritten by a framework        ${ms(best((it) => it.again))}   until every range stands again
describe a passage              ${ms(best((it) => it.describe))}
${PASSAGES} passages set and painted   ${ms(best((it) => it.thousand))}, next picture after ${ms(best((it) => it.frame))}
under a point, of ${PASSAGES}         ${ms(best((it) => it.hit))}, at worst ${ms(best((it) => it.worstHit))} (${one.hits} of the points on a passage)
places of all for their buttons ${ms(best((it) => it.places))}
all of src/inline, gzipped      ${weights.inline - weights.matcher} bytes without the matcher, ${weights.matcher} the matcher`);
  const atMost = (what: string, value: number, limit: number): Check => ({
    holds: value <= limit,
    says: `${what}: ${ms(value)} of the processor, at most ${limit}`,
  });
  return [
    { holds: timed.every((it) => it.untouched), says: 'the article is as it was, and no record was made' },
    { holds: timed.every((it) => it.violations === 0), says: "nothing that style-src 'self' forbids" },
    {
      holds: one.right >= 0.9 * sought.length,
      says: `${one.right} of ${sought.length} edited quotes on the very words`,
    },
    atMost(
      'first passage',
      best((it) => it.firstCpu),
      100,
    ),
    atMost(
      'all passages',
      best((it) => it.allCpu),
      400,
    ),
    atMost('longest task', longest, 50),
  ];
}

/** Traces what the page's main thread does; the answer ends that, and reads the marks that `measure` makes. */
async function processorOf(page: BrowserPage): Promise<() => Promise<Processor>> {
  const end = await trace(page);
  return async () => {
    const events = await end();
    const mark = (name: string): Traced | undefined => events.find((it) => it.name === `afterword-${name}`);
    const [began, first, all] = [mark('began'), mark('first'), mark('all')];
    if (!began || !all) throw new Error('The browser traced no marks.');
    const since = (it: Traced | undefined): number => ((it?.tts ?? Number.NaN) - (began.tts ?? 0)) / 1000;
    return { firstCpu: since(first), allCpu: since(all), longest: longestTask(events, all, began.ts) };
  };
}

interface Page {
  readonly html: string;
  readonly sought: Sought[];
}

export function pageOf(dir: string): Page {
  const random = seededRandom(350);
  type Pair = { new_text: string; new_html?: string };
  const pairs = readFileSync(join(dir, 'pairs.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Pair);
  const documents: { text: string; html: string }[] = [];
  let length = 0;
  const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const add = (text: string, html?: string): void => {
    const lines = text.split(/\n+/).filter((it) => it.trim() !== '');
    documents.push({ text, html: html ?? lines.map((it) => `<p>${escape(it)}</p>`).join('\n') });
    length += text.length;
  };
  for (const { new_text: text, new_html: html } of random.shuffle([...pairs])) {
    if (length + text.length <= CHARACTERS) add(text, html);
  }
  const words = pairs.flatMap((it) => it.new_text.split(/\s+/)).filter((it) => it !== '');
  while (CHARACTERS - length > 2000) {
    const paragraph = (): string => Array.from({ length: 60 }, () => random.pick(words)).join(' ');
    add(Array.from({ length: 5 }, paragraph).join('\n'));
  }

  const sought: Sought[] = [];
  let before = 0;
  for (const { text } of documents) {
    const share = Math.round((EDITED * (before + text.length)) / length) - sought.length;
    for (let k = 0; k < share; k++) {
      const spans = [...text.matchAll(/\S+/g)];
      const from = random.below(Math.max(1, spans.length - 30));
      const passage = spans.slice(from, from + 12 + random.below(18));
      const [first, last] = [passage[0], passage.at(-1)];
      if (!first || !last) continue;
      const [start, end] = [first.index, last.index + last[0].length];
      const now = text.slice(start, end);
      const was = now.replace(/\S+/g, (word) => (random.below(6) > 0 ? word : random.pick(['', random.pick(words)])));
      const old = text.slice(0, start) + was + text.slice(end);
      const quote = describeQuote(old, start, start + was.length);
      const position = { ...quote.position, start: start + before, end: start + before + was.length };
      sought.push({ id: String(sought.length), words: now, quote: { ...quote, position, text: { hash: '', length } } });
    }
    before += text.length + 1;
  }
  return { html: documents.map((it) => it.html).join('\n'), sought };
}

/** Runs inside the page. */
async function measure({ sought, count }: { sought: readonly Sought[]; count: number }): Promise<Timed> {
  const { openArticle } = (globalThis as unknown as { inline: typeof Inline }).inline;
  const root = document.querySelector('article') as Element;
  // The first turn after the frame: what finds passages takes its turns in the same way, and must not delay what is told.
  const { scheduler } = globalThis as unknown as { scheduler: { yield(): Promise<void> } };
  const nextPicture = (): Promise<void> =>
    new Promise((done) => requestAnimationFrame(() => void scheduler.yield().then(done)));
  let violations = 0;
  document.addEventListener('securitypolicyviolation', () => violations++);
  const html = root.innerHTML;
  const records: MutationRecord[] = [];
  const guard = new MutationObserver((more) => records.push(...more));
  guard.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  // A reader in the middle of the page.
  scrollTo(0, document.documentElement.scrollHeight / 2);
  await nextPicture();
  await new Promise((done) => setTimeout(done, 300));
  performance.mark('afterword-began');
  const began = performance.now();
  const article = openArticle(root);
  let first = 0;
  /** In each frame, until there is one with a passage painted in view: it is seen when that frame is over. */
  const look = (): void => {
    const ranges = [...CSS.highlights].flatMap(([, it]) => [...(it as unknown as Iterable<Range>)]);
    const isInView = ({ bottom, top }: DOMRect): boolean => bottom > 0 && top < innerHeight;
    if (!ranges.some((range) => [...range.getClientRects()].some(isInView))) return void requestAnimationFrame(look);
    void scheduler.yield().then(() => {
      performance.mark('afterword-first');
      first = performance.now() - began;
    });
  };
  requestAnimationFrame(look);
  const settled = (): Promise<void> =>
    new Promise((done) => {
      const off = article.on('settled', () => {
        off();
        done();
      });
    });
  article.set(sought);
  await settled();
  performance.mark('afterword-all');
  const all = performance.now() - began;
  await nextPicture();

  const states: Record<string, number> = {};
  let right = 0;
  const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();
  for (const { id, words } of sought) {
    const { state } = article.found(id);
    states[state] = (states[state] ?? 0) + 1;
    const found = plain(article.words(id));
    const wanted = plain(words);
    if (found !== '' && (wanted.includes(found) || found.includes(wanted)) && 2 * found.length > wanted.length) right++;
  }
  const describeBegan = performance.now();
  const range = document.createRange();
  range.selectNodeContents([...root.querySelectorAll('p')][40] as Element);
  await article.describe(range);
  const describe = performance.now() - describeBegan;

  // A thousand passages, spread over the page, as ranges: the painting and asking alone.
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) {
    const text = walker.currentNode as Text;
    if (text.data.trim().length > 30) texts.push(text);
  }
  const passages = Array.from({ length: count }, (_, k) => {
    const text = texts[Math.floor((k * texts.length) / count)] as Text;
    const piece = document.createRange();
    const from = (k * 7) % (text.length - 20);
    piece.setStart(text, from);
    piece.setEnd(text, from + 20);
    return { id: `p${k}`, range: piece };
  });
  const setBegan = performance.now();
  article.set(passages);
  await settled();
  const thousand = performance.now() - setBegan;
  await nextPicture();
  const frame = performance.now() - setBegan - thousand;
  const took: number[] = [];
  let hits = 0;
  for (let k = 0; k < 300; k++) {
    const [x, y] = [(k * 37) % innerWidth, (k * 53) % innerHeight];
    const asked = performance.now();
    if (article.at(x, y).length > 0) hits++;
    took.push(performance.now() - asked);
  }
  const placesBegan = performance.now();
  article.places();
  const places = performance.now() - placesBegan;
  article.emphasise(['p1']);
  const untouched = records.length + guard.takeRecords().length === 0 && root.innerHTML === html;
  guard.disconnect();

  // As a framework does it that renders the page anew.
  article.set(sought);
  await settled();
  const painted = (): number =>
    [...CSS.highlights].reduce((sum, [name, it]) => {
      if (!name.startsWith('afterword')) return sum;
      return sum + [...(it as unknown as Iterable<Range>)].filter((one) => !one.collapsed).length;
    }, 0);
  const before = painted();
  const againBegan = performance.now();
  // The page's own words, written back.
  (root as { innerHTML: string }).innerHTML = html;
  while (painted() < before) await nextPicture();
  const again = performance.now() - againBegan;
  const characters = (root.textContent ?? '').length;
  const elements = root.querySelectorAll('*').length;
  article.close();
  return {
    characters,
    elements,
    first,
    all,
    states,
    right,
    again,
    thousand,
    frame,
    hits,
    hit: took.reduce((sum, it) => sum + it, 0) / took.length,
    worstHit: Math.max(...took),
    places,
    describe,
    untouched,
    violations,
  };
}

/** @param globalName Where it is to be found in a page; without, a module. */
function bundle(entry: string, globalName?: string): string {
  const path = fileURLToPath(new URL(`../../${entry}`, import.meta.url));
  if (!existsSync(path)) throw new Error(`${entry} does not stand`);
  const built = buildSync({
    entryPoints: [path],
    bundle: true,
    minify: true,
    ...(globalName === undefined ? { format: 'esm' } : { format: 'iife', globalName }),
    target: 'es2022',
    write: false,
  });
  return built.outputFiles[0]?.text ?? '';
}

function weigh(code: string): number {
  return gzipSync(code, { level: 9 }).length;
}
