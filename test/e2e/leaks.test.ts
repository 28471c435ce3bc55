/**
 * Nothing leaks (B): sections that come and go, and sections that change their page, leave no listener, element, channel,
 * lock, database connection, stream, timer or memory behind. Found by doubling: what the second half of the rounds adds
 * to the first must be nothing. `ROUNDS=1000` makes more of them.
 */
import { strict as assert } from 'node:assert';
import { after, before, test } from 'node:test';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { wideThread } from '../fixtures/threads.ts';
import { newReader, openBrowser, ownErrors } from '../helpers/reader.ts';
import { startAfterword, startHost, type AfterwordServer, type Host } from '../helpers/server.ts';

/** In one half. */
const ROUNDS = Number(process.env.ROUNDS ?? 60);

/** What the browser itself still holds in a page after its garbage is collected. */
interface Held {
  readonly listeners: number;
  readonly nodes: number;
  readonly heap: number;
  readonly channels: number;
  readonly databases: number;
  readonly streams: number;
  readonly intervals: number;
  readonly locks: number;
}

let browser: Browser;
let server: AfterwordServer;
let host: Host;

before(async () => {
  host = await startHost(
    () => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Somebody’s page</title></head><body>
      <article><h1>Somebody’s page</h1></article><script type="module" src="${server.url}/afterword.js"></script></body></html>`,
  );
  [browser, server] = await Promise.all([openBrowser(), startAfterword({ origins: [host.url] })]);
  await server.import(wideThread(8, { seed: 5 }), '--page', 'page-0');
  await server.import(wideThread(8, { seed: 6 }), '--page', 'page-1');
});

after(async () => {
  await browser.close();
  await server.stop();
  await host.stop();
});

/** Counts what a page opens and closes, of kinds that no counter of the browser tells. */
function count(): void {
  const open = { channels: 0, databases: 0, streams: 0, intervals: 0 };
  Object.assign(globalThis, { open });
  const Channel = globalThis.BroadcastChannel;
  globalThis.BroadcastChannel = class extends Channel {
    constructor(name: string) {
      super(name);
      open.channels++;
    }
    override close(): void {
      open.channels--;
      super.close();
    }
  };
  const openDatabase = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (...args) {
    const request = openDatabase.apply(this, args);
    request.addEventListener('success', () => open.databases++);
    return request;
  };
  const closeDatabase = IDBDatabase.prototype.close;
  IDBDatabase.prototype.close = function () {
    open.databases--;
    closeDatabase.call(this);
  };
  const Source = globalThis.EventSource;
  globalThis.EventSource = class extends Source {
    constructor(...args: ConstructorParameters<typeof EventSource>) {
      super(...args);
      open.streams++;
    }
    override close(): void {
      if (this.readyState !== this.CLOSED) open.streams--;
      super.close();
    }
  };
  const { setInterval: start, clearInterval: stop } = globalThis;
  const running = new Set<unknown>();
  Object.assign(globalThis, {
    setInterval: (...args: Parameters<typeof start>) => {
      const handle = start(...args);
      running.add(handle);
      open.intervals = running.size;
      return handle;
    },
    clearInterval: (handle: number) => {
      running.delete(handle);
      open.intervals = running.size;
      stop(handle);
    },
  });
}

/** The browser's own counters by their names, after its garbage is collected. */
async function collected(page: Page, session: CDPSession): Promise<(name: string) => number> {
  // What waits for an idle moment or a frame is let go of first.
  await page.evaluate(() => new Promise((idle) => requestIdleCallback(() => setTimeout(idle, 300))));
  for (let times = 0; times < 3; times++) await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  return (name) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
}

async function held(page: Page, session: CDPSession): Promise<Held> {
  let of = await collected(page, session);
  // On a busy machine the last section may still wait for an answer or a timer: until nothing more goes.
  for (let before = Infinity; of('Nodes') < before;) {
    before = of('Nodes');
    of = await collected(page, session);
  }
  const counted = await page.evaluate(async () => {
    const { held: now = [], pending = [] } = await navigator.locks.query();
    const { open } = globalThis as unknown as { open: Omit<Held, 'listeners' | 'nodes' | 'heap' | 'locks'> };
    return { ...open, locks: now.length + pending.length };
  });
  return { listeners: of('JSEventListeners'), nodes: of('Nodes'), heap: of('JSHeapUsedSize'), ...counted };
}

/** Rounds of `round`, twice as many as the first half; what the second half added. */
async function growth(round: string): Promise<{ readonly first: Held; readonly second: Held; readonly page: Page }> {
  const reader = await newReader(browser);
  const { page, context } = reader;
  await context.addInitScript(count);
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  await page.goto(host.url);
  await page.waitForFunction(() => customElements.get('afterword-comments'));
  const run = (from: number, to: number): Promise<void> =>
    page.evaluate(
      async ([source, begin, end, origin]) => {
        // eslint-disable-next-line @typescript-eslint/no-implied-eval
        const play = new Function('nth', 'origin', `return (${source})(nth, origin)`) as (
          nth: number,
          origin: string,
        ) => Promise<void>;
        for (let nth = begin; nth < end; nth++) await play(nth, origin);
      },
      [round, from, to, server.url] as const,
    );
  // Parts are fetched, caches filled and code compiled once; and what is the page's for good is opened.
  await run(0, Math.ceil(ROUNDS / 2));
  await page.waitForFunction(() => {
    const { channels, databases } = (globalThis as unknown as { open: Held }).open;
    return channels > 0 && databases > 0;
  });
  const before = await held(page, session);
  await run(0, ROUNDS);
  const first = await held(page, session);
  await run(ROUNDS, 2 * ROUNDS);
  const second = await held(page, session);
  assert.deepEqual(ownErrors(reader.errors), []);
  console.log(`${ROUNDS} rounds and as many more: ${JSON.stringify({ before, first, second })}`);
  return { first, second, page };
}

function noMore({ first, second }: { readonly first: Held; readonly second: Held }): void {
  const { heap: heapThen, nodes: nodesThen, listeners: listenersThen, ...then } = first;
  const { heap, nodes, listeners, ...now } = second;
  assert.deepEqual(now, then);
  // A leak is at least one a round; the collector may leave the last round or two.
  const few = ROUNDS / 4;
  assert.ok(listeners - listenersThen < few, `${listeners - listenersThen} listeners more after ${ROUNDS} rounds more`);
  assert.ok(nodes - nodesThen < few, `${nodes - nodesThen} nodes more after ${ROUNDS} rounds more`);
  // Code that was compiled meanwhile takes some room once; a section that is kept takes tens of kilobytes.
  const grown = heap - heapThen;
  assert.ok(grown < 256_000 + 256 * ROUNDS, `${grown} bytes more after ${ROUNDS} rounds more`);
}

/** Comes, is read, and goes. */
const comeAndGo = `async (nth, origin) => {
  const section = document.createElement('afterword-comments');
  Object.assign(section, { server: origin, pageId: 'page-' + (nth % 2), loading: 'eager' });
  document.body.append(section);
  while (section.store?.view.phase !== 'ready') await new Promise((wait) => setTimeout(wait, 2));
  // Some go before all their parts are there, some after they are drawn, some when they could be written in.
  if (nth % 3) await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 5)));
  if (nth % 3 === 2) await section.store.countUnsent();
  section.remove();
}`;

const changePage = `async (nth, origin) => {
  let section = document.querySelector('afterword-comments');
  if (!section) {
    section = document.createElement('afterword-comments');
    Object.assign(section, { server: origin, loading: 'eager' });
    document.body.append(section);
  }
  const before = section.store;
  section.pageId = 'page-' + (nth % 2);
  while (section.store === before || section.store?.view.phase !== 'ready') await new Promise((wait) => setTimeout(wait, 2));
  if (nth % 3) await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 5)));
  if (nth % 3 === 2) await section.store.countUnsent();
}`;

test(`leaks: ${ROUNDS} sections that come and go leave nothing behind that ${ROUNDS} more would add to`, async () => {
  const grown = await growth(comeAndGo);
  noMore(grown);
  const { databases, channels, streams, locks, intervals } = grown.second;
  // One connection and one channel are the page's, for the next section; the rest is a section's own.
  assert.ok(databases <= 1 && channels <= 1);
  assert.deepEqual({ streams, locks, intervals }, { streams: 0, locks: 0, intervals: 0 });
  await grown.page.context().close();
});

test(`leaks: ${ROUNDS} changes of the page leave nothing behind that ${ROUNDS} more would add to`, async () => {
  const grown = await growth(changePage);
  noMore(grown);
  assert.ok(grown.second.channels <= 2 && grown.second.streams <= 1 && grown.second.databases <= 1);
  await grown.page.context().close();
});
