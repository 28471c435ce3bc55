/**
 * `npm run figures`: how fast it is, told as ratios and counts measured in one run, in Chromium with a fresh profile.
 *
 *   paint    the first comment of a thread of 1,000 against a static page with its first 50 in the HTML: at most 3 times
 *   before   what is requested before that paint: our script, its parts, the list, and nothing else
 *   vote     a vote, a new comment and a reply change the screen by the next frame and update one row
 *   tasks    opening a page and loading a long thread whole: no task over 50 ms of the processor
 *
 * `--data FILE` takes another thread (neutral JSON) for the last one, `--runs N` another number of runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { deepThread, wideThread, type ThreadRecord } from '../fixtures/threads.ts';
import { networkQuiet, loadEverything, newReader, openBrowser } from '../helpers/reader.ts';
import { startAfterword, startHost } from '../helpers/server.ts';
import { Targets } from '../helpers/targets.ts';
import { longestTask, trace } from '../helpers/trace.ts';
import { closing } from './closing.ts';

const { values } = parseArgs({ options: { data: { type: 'string' }, runs: { type: 'string', default: '15' } } });
const runs = Number(values.runs);

const real = '../shared/data/threads/reddit-funny-3hahrw.json';
const longFile = values.data ?? (existsSync(real) ? real : undefined);
if (!values.data && !existsSync(real))
  console.log(`skipped: no shared data at ${real}; our own thread of 541 takes its place`);
const long = longFile ? (JSON.parse(readFileSync(longFile, 'utf8')) as ThreadRecord[]) : deepThread();

const results: { readonly what: string; readonly holds: boolean }[] = [];
function tell(what: string, holds: boolean): void {
  results.push({ what, holds });
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}`);
}

/**
 * Notes when the first comment was painted: looked for in every frame, through shadow roots, and timed in the task
 * after the frame that has it, when that frame is on its way to the screen. The same in both pages.
 */
const watchPaint = `
  window.paintedAt = new Promise((resolve) => {
    const find = (root) => {
      const row = root.querySelector('.comment, [role=list] article, ol article, ul article, li article');
      if (row && row.getBoundingClientRect().height > 0) return row;
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot) { const inner = find(element.shadowRoot); if (inner) return inner; }
      }
      return null;
    };
    const frame = () => {
      if (document.body && find(document.body)) {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => resolve(performance.now());
        channel.port2.postMessage(0);
      } else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });`;

const thousand = wideThread(1000);
const thousandPlain = wideThread(1000, { markup: false });

const host = await startHost(page);
const server = await startAfterword({ origins: [host.url] });
const browser = await openBrowser();
const targets = await Targets.of(browser);
try {
  await server.import(thousand, '--page', 'thousand');
  await server.import(thousandPlain, '--page', 'thousand-plain');
  await server.import(
    long.map(({ page: _, ...record }) => record),
    '--page',
    'long',
  );
  await paint();
  await oneRow();
  await tasks();
} finally {
  await browser.close();
  await server.stop();
  await host.stop();
}
closing(results, ({ holds }) => holds);

/** An article with a discussion at its end: by the script, or as the static page that a comparison is fair to. */
function page(path: string): string | undefined {
  const [, kind, id] = /^\/(static|script)\/([\w-]+)$/.exec(path) ?? [];
  if (kind === undefined || id === undefined) return undefined;
  const end =
    kind === 'static'
      ? `<section><h2>1000 comments</h2>${fifty().map(still).join('')}</section>`
      : `<script async src="${server.url}/embed.js" data-page-id="${id}"></script>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Figures</title>
    <meta name="viewport" content="width=device-width">
    <script>${watchPaint}</script>
    <style>body{font:18px/1.5 Georgia,serif;max-width:40rem;margin:2rem auto}.comment{margin:1rem 0}</style></head>
    <body><article><h1>A short piece</h1><p>${'It is not long, so that the discussion is in view. '.repeat(4)}</p></article>
    ${end}</body></html>`;
}

function fifty(): readonly ThreadRecord[] {
  return thousand
    .filter(({ parentId }) => parentId === null)
    .slice(-50)
    .reverse();
}

function still({ author, createdAt, text }: ThreadRecord): string {
  const safe = (words: string): string => words.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<article class="comment"><h3>${safe(author)}, <time datetime="${createdAt}">${createdAt}</time></h3>
    <p>${safe(text).replace(/\n/g, '<br>')}</p><p><button>Up</button> <button>Down</button> <button>Reply</button></p></article>`;
}

function median(of: readonly number[]): number {
  return [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)] ?? NaN;
}

interface Painted {
  readonly at: number;
  /** What was asked of our server before, by the page's own clock, which also timed the paint. */
  readonly requests: readonly { readonly path: string; readonly begun: number }[];
}

/** In a browser that nobody watches: to be told of each request takes a processor as long as the request does. */
async function paintOf(path: string): Promise<Painted> {
  const profile = await targets.profile();
  const page = await targets.open(profile, 'about:blank', { width: 1100, height: 900 });
  // A window that has just opened is no part of either page.
  await page.send('Runtime.evaluate', {
    expression: 'new Promise((rested) => requestAnimationFrame(() => setTimeout(rested, 300)))',
    awaitPromise: true,
  });
  await page.send('Page.navigate', { url: host.url + path });
  const expression = `globalThis.paintedAt?.then((at) => JSON.stringify({ at, asked: performance.getEntriesByType('resource') }))`;
  let told: string | undefined;
  // Until the new document is there, the empty one answers.
  while (told === undefined) {
    const answer = await page.send('Runtime.evaluate', { expression, awaitPromise: true }).catch(() => null);
    told = (answer?.['result'] as { readonly value?: string } | undefined)?.value;
  }
  const { at, asked } = JSON.parse(told) as {
    readonly at: number;
    readonly asked: readonly { readonly name: string; readonly startTime: number }[];
  };
  await page.close();
  await targets.dispose(profile);
  const requests = asked
    .filter(({ name, startTime }) => startTime <= at && new URL(name).origin === server.url)
    .map(({ name, startTime }) => ({ path: new URL(name).pathname, begun: startTime }));
  return { at, requests };
}

/** Bytes on the wire of each request of a page, by its path. */
async function bytesOf(path: string): Promise<ReadonlyMap<string, number>> {
  const reader = await newReader(browser);
  const session = await reader.context.newCDPSession(reader.page);
  await session.send('Network.enable');
  const paths = new Map<string, string>();
  const bytes = new Map<string, number>();
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    paths.set(requestId, new URL(request.url).pathname);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes.set(paths.get(requestId) ?? '', encodedDataLength);
  });
  await reader.page.goto(host.url + path);
  await networkQuiet(reader.page);
  await reader.close();
  return bytes;
}

async function paint(): Promise<void> {
  // One of each before the count begins: the browser's and the server's own first time is nobody's figure.
  await paintOf('/static/thousand');
  await paintOf('/script/thousand');
  const still: number[] = [];
  const withMarkup: Painted[] = [];
  const plain: Painted[] = [];
  for (let run = 0; run < runs; run += 1) {
    still.push((await paintOf('/static/thousand')).at);
    withMarkup.push(await paintOf('/script/thousand'));
    plain.push(await paintOf('/script/thousand-plain'));
  }
  const base = median(still);
  const needed = await neededParts();
  for (const [name, painted, path] of [
    ['with Markdown', withMarkup, '/script/thousand'],
    ['plain text', plain, '/script/thousand-plain'],
  ] as const) {
    const typical = median(painted.map(({ at }) => at));
    tell(
      `paint, ${name}: ${(typical / base).toFixed(2)} times the static page (at most 3; ${Math.round(typical)} and ${Math.round(base)} ms here, medians of ${runs})`,
      typical / base <= 3,
    );
    const [first] = painted;
    const weights = await bytesOf(path);
    const weightOf = (one: { readonly path: string }): number => weights.get(one.path) ?? 0;
    const bytes = first?.requests.reduce((sum, one) => sum + weightOf(one), 0) ?? 0;
    const names = first?.requests
      .map((one) => `${one.path} ${weightOf(one)} from ${Math.round(one.begun)} ms`)
      .join(', ');
    tell(`before, ${name}: ${first?.requests.length ?? 0} requests, ${bytes} bytes (${names})`, bytes > 0);
    const strange = new Set(
      painted.flatMap(({ requests }) => requests.map(({ path }) => path)).filter((path) => !needed(path)),
    );
    tell(`before, ${name}: ${strange.size === 0 ? 'nothing else' : [...strange].join(', ')}`, strange.size === 0);
  }
}

/** The list, the entries with what they import at once, and the part that shows Markdown with what it imports. */
async function neededParts(): Promise<(path: string) => boolean> {
  const found = new Set(['/embed.js', '/afterword.js', '/api/v1/comments']);
  const text = async (path: string): Promise<string> => (await fetch(server.url + path)).text();
  const look = async (path: string): Promise<void> => {
    for (const [, name = ''] of (await text(path)).matchAll(/(?:from|import)\s*["'`](\.[^"'`]+\.js)["'`]/g)) {
      const inner = new URL(name, server.url + path).pathname;
      if (found.has(inner)) continue;
      found.add(inner);
      await look(inner);
    }
  };
  await look('/afterword.js');
  for (const [, name = ''] of (await text('/afterword.js')).matchAll(
    /["'`](\.\/parts\/(?:markup|sanitize)[^"'`]+\.js)["'`]/g,
  )) {
    const path = new URL(name, `${server.url}/`).pathname;
    found.add(path);
    await look(path);
  }
  return (path) => found.has(path);
}

/** What a press changed: whether it showed by the next frame, and in how many rows anything was written. */
interface Change {
  readonly shown: boolean;
  readonly touched: number;
  readonly added: number;
}

/** Presses `button`, waits until `done` names something that is there, and counts rows that were written to meanwhile. */
async function changeBy(page: Page, press: () => Promise<unknown>, shown: string): Promise<Change> {
  await page.evaluate((shownNow) => {
    const roots: (Document | ShadowRoot)[] = [];
    const collect = (root: ParentNode): void => {
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot) {
          roots.push(element.shadowRoot);
          collect(element.shadowRoot);
        }
      }
    };
    collect(document);
    const touched = new Set<Element>();
    const added = new Set<Element>();
    const rowOf = (node: Node): Element | null =>
      (node instanceof Element ? node : node.parentElement)?.closest('article') ?? null;
    const observer = new MutationObserver((records) => {
      for (const record of records) {
        for (const node of record.addedNodes) {
          if (node instanceof Element)
            for (const row of [node, ...node.querySelectorAll('article')]) {
              if (row.localName === 'article') added.add(row);
            }
        }
        const row = rowOf(record.target);
        if (row) touched.add(row);
      }
    });
    for (const root of roots) {
      observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    }
    const state = { shown: false };
    // The test is handed over as text: it is measured inside the page, where ours can't be imported.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const test = new Function('roots', `return (${shownNow})(roots)`) as (of: typeof roots) => boolean;
    addEventListener('click', () => requestAnimationFrame(() => (state.shown = test(roots))), {
      once: true,
      capture: true,
    });
    Object.assign(globalThis, {
      changes: () => {
        observer.disconnect();
        for (const row of added) touched.delete(row);
        return { shown: state.shown, touched: touched.size, added: added.size };
      },
    });
  }, shown);
  await press();
  // Until the server's answer is in and drawn.
  await networkQuiet(page);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return page.evaluate(() => (globalThis as unknown as { changes(): Change }).changes());
}

async function oneRow(): Promise<void> {
  const reader = await newReader(browser, { viewport: { width: 1100, height: 900 } });
  const { page, section } = reader;
  await page.goto(`${host.url}/script/thousand`);
  const vote = section.getByRole('button', { name: /^Vote up/ }).nth(1);
  await vote.scrollIntoViewIfNeeded();
  await networkQuiet(page);
  const voted = await changeBy(
    page,
    () => vote.click(),
    `(roots) => roots.some((root) => root.querySelector('article [aria-pressed=true]'))`,
  );
  tell(
    `vote: ${voted.shown ? 'shown' : 'not shown'} by the next frame, ${voted.touched} row written`,
    voted.shown && voted.touched === 1,
  );

  const words = 'A word in the next frame';
  const has = `(roots) => roots.some((root) => [...root.querySelectorAll('article')].some((row) => row.textContent.includes('${words}')))`;
  const field = section.getByRole('textbox', { name: 'Your comment' });
  await field.click();
  await section.getByRole('textbox', { name: /^Name/ }).fill('Visitor');
  await field.fill(words);
  await networkQuiet(page);
  const posted = await changeBy(page, () => section.getByRole('button', { name: 'Post', exact: true }).click(), has);
  tell(
    `post: ${posted.shown ? 'shown' : 'not shown'} by the next frame, ${posted.added} row added, ${posted.touched} others written`,
    posted.shown && posted.added === 1 && posted.touched === 0,
  );
  await reader.close();
}

async function tasks(): Promise<void> {
  const worst: number[] = [];
  let rows = 0;
  for (let run = 0; run < Math.max(7, Math.ceil(runs / 3)); run += 1) {
    const reader = await newReader(browser, { viewport: { width: 1100, height: 900 } });
    const { page, section } = reader;
    const end = await trace(page);
    await page.goto(`${host.url}/script/long`);
    await section.getByRole('article').first().waitFor();
    await loadEverything(reader);
    // Before the rows are counted by their role, which is a long task of its own, and none of ours.
    await page.evaluate(() => performance.mark('afterword-loaded'));
    const events = await end();
    const loaded = events.find(({ name }) => name === 'afterword-loaded');
    if (!loaded) throw new Error('The browser traced no mark.');
    worst.push(longestTask(events, loaded));
    rows = Math.max(rows, await section.getByRole('article').count());
    await reader.close();
  }
  const typical = median(worst);
  tell(
    `tasks: ${rows} of ${long.length} comments loaded, longest task ${Math.round(typical)} ms of the processor (at most 50; median of ${worst.length} runs: ${worst.map(Math.round).join(', ')})`,
    typical <= 50 && rows === long.length,
  );
}
