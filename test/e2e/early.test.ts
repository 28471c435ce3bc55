/**
 * The first comments, asked for by `embed.js` while the module is on its way (E-1): when they are, when they aren't, and
 * that what the section would not have asked is not what it shows.
 */
import { strict as assert } from 'node:assert';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { wideThread } from '../fixtures/threads.ts';
import { networkQuiet, newReader, openBrowser, ownErrors, type Reader } from '../helpers/reader.ts';
import { startAfterword, startHost, type AfterwordServer, type Host } from '../helpers/server.ts';

let browser: Browser;
let server: AfterwordServer;
let host: Host;

/** What the host's page has around the script, by its path. */
const PAGES: Readonly<Record<string, { readonly head?: string; readonly above?: string; readonly data?: string }>> = {
  '/near': { data: 'data-page-id="sixty"' },
  '/an-address/index.html': {},
  '/canonical': { head: '<link rel="canonical" href="/an-address/">' },
  '/front-page': { head: '<link rel="canonical" href="/">' },
  '/plain': { data: 'data-page-id="plain"' },
  '/far': { above: '<div style="height: 5000px"></div>', data: 'data-page-id="sixty"' },
  '/far-and-eager': { above: '<div style="height: 5000px"></div>', data: 'data-page-id="sixty" data-loading="eager"' },
  '/manual': { data: 'data-page-id="sixty" data-loading="manual"' },
  '/wrong': { data: 'data-page-id="sixty" data-page-size="many"' },
  '/all-said': { data: 'data-page-id=" sixty " data-sort="oldest" data-page-size="7" data-site="default"' },
};

before(async () => {
  host = await startHost((path) => {
    const page = PAGES[path.replace(/\?.*/, '')];
    return (
      page &&
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Somebody’s page</title>${page.head ?? ''}</head>
        <body><article><h1>Somebody’s page</h1></article>${page.above ?? ''}
        <script async src="${server.url}/embed.js" ${page.data ?? ''}></script></body></html>`
    );
  });
  [browser, server] = await Promise.all([openBrowser(), startAfterword({ origins: [host.url] })]);
  const { host: name } = new URL(host.url);
  await server.import(wideThread(60, { seed: 11 }), '--page', 'sixty');
  await server.import(wideThread(40, { seed: 14, markup: false }), '--page', 'plain');
  await server.import(wideThread(30, { seed: 12 }), '--page', `${name}/an-address`);
  await server.import(wideThread(20, { seed: 13 }), '--page', `${name}/front-page`);
});

after(async () => {
  await browser.close();
  await server.stop();
  await host.stop();
});

interface Seen {
  readonly reader: Reader;
  /** What was asked for before the module came: lists, and parts of ours. */
  readonly early: readonly URLSearchParams[];
  readonly earlyParts: readonly string[];
  readonly lists: () => readonly URLSearchParams[];
}

/** Opens a page whose module comes only once everything else has been asked for. */
async function open(path: string, known?: Reader): Promise<Seen> {
  const reader = known ?? (await newReader(browser));
  const lists = (): URLSearchParams[] =>
    reader.requests
      .map(({ url }) => new URL(url))
      .filter(({ pathname }) => pathname === '/api/v1/comments')
      .map(({ searchParams }) => searchParams);
  let early: readonly URLSearchParams[] = [];
  let earlyParts: readonly string[] = [];
  await reader.context.unrouteAll();
  await reader.context.route('**/afterword.js', async (route) => {
    await new Promise((later) => setTimeout(later, 500));
    early = lists();
    earlyParts = reader.requests.map(({ url }) => new URL(url).pathname).filter((one) => one.startsWith('/parts/'));
    await route.continue();
  });
  reader.requests.length = 0;
  await reader.page.goto(host.url + path);
  await reader.page.waitForFunction(() => customElements.get('afterword-comments'));
  return { reader, early, earlyParts, lists };
}

async function shows(reader: Reader, heading: string): Promise<void> {
  await reader.section.getByRole('heading', { name: heading }).waitFor();
  await reader.section.getByRole('article').first().waitFor();
  await networkQuiet(reader.page);
  assert.deepEqual(ownErrors(reader.errors), []);
}

for (const [path, heading, address] of [
  ['/near', '60 comments', 'sixty'],
  ['/all-said', '60 comments', ' sixty '],
  ['/far-and-eager', '60 comments', 'sixty'],
  ['/an-address/index.html', '30 comments', null],
  ['/canonical?utm_source=a', '30 comments', null],
] as const) {
  test(`E-1: at ${path} the first comments are asked for with the module, once`, async () => {
    const { reader, early, lists } = await open(path);
    await shows(reader, heading);
    assert.equal(early.length, 1);
    if (address !== null) assert.equal(early[0]?.get('address'), address);
    assert.equal(lists().length, 1, lists().join('\n'));
    await reader.close();
  });
}

for (const [path, heading, parts] of [
  ['/near', '60 comments', 1],
  ['/plain', '40 comments', 0],
] as const) {
  test(`E-1: at ${path} what shows markup is fetched with the module ${parts} times`, async () => {
    const { reader, earlyParts } = await open(path);
    assert.equal(earlyParts.length, parts, earlyParts.join('\n'));
    assert.ok(earlyParts.every((one) => one.startsWith('/parts/markup-')));
    await shows(reader, heading);
    assert.equal(reader.requests.filter(({ url }) => url.includes('/parts/markup-')).length, 1);
    await reader.close();
  });
}

for (const [path, heading] of [
  ['/far', null],
  ['/manual', null],
  // What an address without a canonical link says behind its question mark may be anything.
  ['/an-address/index.html?utm_source=a', '30 comments'],
] as const) {
  test(`E-1: at ${path} nothing is asked for before the module says so`, async () => {
    const { reader, early, lists } = await open(path);
    assert.equal(early.length, 0);
    if (heading) await shows(reader, heading);
    else {
      await networkQuiet(reader.page);
      assert.equal(lists().length, 0);
    }
    await reader.close();
  });
}

for (const [path, heading] of [
  ['/front-page', '20 comments'],
  ['/wrong', '60 comments'],
] as const) {
  test(`E-3: at ${path} the section would have asked otherwise, and does`, async () => {
    const { reader, early, lists } = await open(path);
    await reader.section.getByRole('heading', { name: heading }).waitFor();
    await networkQuiet(reader.page);
    assert.equal(early.length, 1);
    assert.equal(lists().length, 2, lists().join('\n'));
    assert.equal(lists()[1]?.get('limit'), '20');
    await reader.close();
  });
}

test('R-7: where this browser has a copy, that comes first and nothing is asked for early', async () => {
  const { reader } = await open('/near');
  await shows(reader, '60 comments');
  const { early } = await open('/near', reader);
  await shows(reader, '60 comments');
  assert.equal(early.length, 0);
  await reader.close();
});

test('R-6: an early question without an answer is asked again, and no error reaches the page', async () => {
  const reader = await newReader(browser);
  let refused = 0;
  await reader.page.addInitScript(() => {
    addEventListener('unhandledrejection', (event) => console.error(`unhandled: ${String(event.reason)}`));
  });
  await reader.context.route('**/api/v1/comments?*address=*', (route) => {
    refused += 1;
    return route.abort();
  });
  await reader.page.goto(`${host.url}/near`);
  await shows(reader, '60 comments');
  assert.equal(refused, 1);
  await reader.close();
});

test('E-7: another page asked for by script has its own comments, not those asked for early', async () => {
  const { reader } = await open('/near');
  await shows(reader, '60 comments');
  await reader.page.evaluate(() => document.querySelector('afterword-comments')?.setAttribute('page-id', 'empty'));
  await reader.section.getByText('Be the first to comment.').waitFor();
  await reader.page.evaluate(() => document.querySelector('afterword-comments')?.setAttribute('page-id', 'sixty'));
  await shows(reader, '60 comments');
  await reader.close();
});
