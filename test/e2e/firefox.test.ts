/**
 * What only a whole Firefox shows: its back/forward cache, which asks what is under way when a page is left, and a page
 * without network, where a part of ours that failed to load is never asked for again.
 */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { launch, type Browser, type Page } from 'puppeteer-core';
import { browserFor } from '../../.config/browsers.mjs';
import { wideThread } from '../fixtures/threads.ts';
import { startAfterword, startHost, type AfterwordServer, type Host } from '../helpers/server.ts';

let browser: Browser | undefined;
let server: AfterwordServer;
let host: Host;

/** Says to its own server how it was shown: by then nobody can ask the page. */
const telling = (name: string): string =>
  `<script>addEventListener('pageshow', ({ persisted }) => navigator.sendBeacon('/shown/${name}/' + (persisted ? 'kept' : 'anew')))</script>`;

before(async () => {
  host = await startHost((path) => {
    const page = (inside: string): string =>
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${path}</title></head><body>
       <article><h1>${path}</h1><p>A page to be read on a train.</p></article>${inside}</body></html>`;
    const script = `<script async src="${server.url}/embed.js" data-page-id="kept"></script>`;
    const install = `navigator.serviceWorker.register('/afterword-sw.js?keep=/installed&server=${encodeURIComponent(`${server.url}/`)}')`;
    switch (path) {
      case '/afterword-sw.js':
        return {
          body: readFileSync('dist/cdn/afterword-sw.js', 'utf8'),
          headers: { 'content-type': 'text/javascript' },
        };
      case '/elsewhere':
        return page(`<script>addEventListener('pageshow', () => setTimeout(() => history.back(), 500))</script>`);
      case '/bare':
        return page(telling('bare'));
      case '/discussed':
        return page(script + telling('discussed'));
      case '/installed':
        return page(`${script}<script>${install}</script>`);
      case '/open':
        return page(script);
    }
    return path.startsWith('/shown/') ? '' : undefined;
  });
  server = await startAfterword({ origins: [host.url] });
  await server.import(wideThread(30), '--page', 'kept');
  browser = await launch({ browser: 'firefox', executablePath: browserFor('firefox'), headless: true });
});

after(async () => {
  await browser?.close();
  await server.stop();
  await host.stop();
});

/** What stands in the page as text, shadow roots included. */
const wordsOf = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const texts = [];
    const roots = [document.body];
    for (const root of roots) {
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot) roots.push(element.shadowRoot);
        if (!element.children.length) texts.push(element.textContent);
      }
    }
    return texts.join('\\n');
  })()`) as Promise<string>;

async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let looks = 0; looks < 600; looks++) {
    // A page on its way to another can't be asked.
    if (await Promise.resolve(isTrue()).catch(() => false)) return;
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error(`It never happened: ${what}`);
}

const shows = (page: Page, words: string | RegExp): Promise<void> =>
  until(async () => {
    const there = await wordsOf(page);
    return typeof words === 'string' ? there.includes(words) : words.test(there);
  }, `the page shows ${words}`);

/** Types into the form and presses its button; `>>>` looks through shadow roots. */
async function write(page: Page, text: string): Promise<void> {
  const press = async (selector: string): Promise<void> => (await page.waitForSelector(`>>> ${selector}`))?.click();
  await press('textarea');
  await (await page.waitForSelector('>>> #name'))?.type('Visitor');
  await (await page.waitForSelector('>>> textarea'))?.type(text);
  await press('button[type=submit]');
  await shows(page, text);
}

const shown = (name: string): string[] =>
  host.asked.filter((path) => path.startsWith(`/shown/${name}/`)).map((path) => path.split('/').at(-1) ?? '');

test('E4: Firefox keeps a page with a discussion in its back/forward cache, as it keeps a bare one, and it catches up', async () => {
  const leave = async (name: string, ready: (page: Page) => Promise<void>): Promise<Page> => {
    const page = await (browser as Browser).newPage();
    await page.goto(`${host.url}/${name}`);
    await ready(page);
    // Parts that come at an idle moment are here: nothing arrived for a second.
    for (let quiet = 0, came = -1; quiet < 10; quiet++) {
      const now = Number(await page.evaluate(`performance.getEntriesByType('resource').length`));
      if (now !== came) quiet = 0;
      came = now;
      await new Promise((next) => setTimeout(next, 100));
    }
    // As a link would; the driver’s own way waits for a load that a kept page never has.
    await page.evaluate(`location.href = '/elsewhere'`);
    await until(() => shown(name).length > 1, `${name} is shown again`);
    return page;
  };
  await (await leave('bare', async () => undefined)).close();
  assert.deepEqual(shown('bare'), ['anew', 'kept'], 'the control');
  const page = await leave('discussed', (there) => shows(there, 'Pause live updates'));
  assert.deepEqual(shown('discussed'), ['anew', 'kept']);
  await server.import(
    [{ id: 'meanwhile', author: { name: 'Ben' }, text: 'Said meanwhile.', createdAt: new Date().toISOString() }],
    '--page',
    'kept',
  );
  await shows(page, '1 new comment');
  await page.close();
});

test('R-6: Firefox shows the thread after a full reload with no network, takes a comment, and sends it on return', async () => {
  const page = await (browser as Browser).newPage();
  await page.goto(`${host.url}/installed`);
  await shows(page, 'Your comment');
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  await until(
    async () =>
      (await page.evaluate(`(async () => {
        const databases = await indexedDB.databases();
        if (!databases.some(({ name }) => /afterword/.test(name))) return false;
        const database = await new Promise((resolve, reject) => {
          const request = indexedDB.open(databases.find(({ name }) => /afterword/.test(name)).name);
          request.onsuccess = () => resolve(request.result);
          request.onerror = reject;
        });
        const stores = [...database.objectStoreNames];
        const keys = await new Promise((resolve) => {
          const request = database.transaction(stores).objectStore(stores[0]).getAllKeys();
          request.onsuccess = () => resolve(request.result.map(String));
        });
        database.close();
        return keys.some((key) => key.startsWith('cache'));
      })()`)) as boolean,
    'the copy is on the disk',
  );
  await page.setOfflineMode(true);
  await page.reload();
  await shows(page, /Saved copy from/);
  await write(page, 'Written in Firefox on the train.');
  await shows(page, 'will be sent when you are online');
  await page.setOfflineMode(false);
  const stored = (): number =>
    server.rows('select id from comments where text = ?', 'Written in Firefox on the train.').length;
  await until(() => stored() === 1, 'it is sent');
  await until(async () => !(await wordsOf(page)).includes('will be sent when you are online'), 'the row is told');
  await page.close();
});

test('R-6: without the worker a page that is open goes on through a network that goes and comes', async () => {
  const page = await (browser as Browser).newPage();
  await page.goto(`${host.url}/open`);
  await shows(page, 'Your comment');
  await page.setOfflineMode(true);
  await write(page, 'Written in Firefox in a tunnel.');
  await shows(page, 'will be sent when you are online');
  await page.setOfflineMode(false);
  const stored = (): number =>
    server.rows('select id from comments where text = ?', 'Written in Firefox in a tunnel.').length;
  await until(() => stored() === 1, 'it is sent');
  await page.close();
});
