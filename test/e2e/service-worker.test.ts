/** The service worker a site may install (R-6, R-7): what it answers for, what it leaves alone, and a full reload offline. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { wideThread } from '../fixtures/threads.ts';
import { eventually, kept, networkQuiet, near, newReader, openBrowser, ownErrors, post } from '../helpers/reader.ts';
import { startAfterword, startHost, type AfterwordServer, type Host } from '../helpers/server.ts';

let browser: Browser;
let server: AfterwordServer;
let host: Host;

before(async () => {
  host = await startHost((path) => {
    if (path === '/afterword-sw.js') {
      return { body: readFileSync('dist/cdn/afterword-sw.js', 'utf8'), headers: { 'content-type': 'text/javascript' } };
    }
    if (path === '/other.json') return { body: '{}', headers: { 'content-type': 'application/json' } };
    if (path !== '/article') return undefined;
    return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Kept</title></head><body>
      <article><h1>Kept</h1><p>A page to be read on a train.</p></article>
      <script async src="${server.url}/embed.js" data-page-id="kept"></script>
      <script>navigator.serviceWorker.register('/afterword-sw.js?keep=/article&server=${encodeURIComponent(`${server.url}/`)}')</script>
      </body></html>`;
  });
  [browser, server] = await Promise.all([openBrowser(), startAfterword({ origins: [host.url] })]);
  await server.import(wideThread(30), '--page', 'kept');
});

after(async () => {
  await browser.close();
  await server.stop();
  await host.stop();
});

/** Addresses of a page load, told apart by who answered. */
async function answers(page: Page, load: () => Promise<unknown>): Promise<{ worker: string[]; network: string[] }> {
  const found = { worker: [] as string[], network: [] as string[] };
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    found[response.fromServiceWorker() ? 'worker' : 'network'].push(pathname);
  });
  await load();
  return found;
}

test('R-7: the worker answers for our files and the kept page, never for the backend or the rest of the site', async () => {
  const reader = await newReader(browser);
  const { page, section } = reader;
  await page.goto(`${host.url}/article`);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const { worker, network } = await answers(page, async () => {
    await page.reload();
    await section.getByRole('article').first().waitFor();
    await page.evaluate(() => fetch('/other.json').then((answer) => answer.json()));
    await networkQuiet(page);
  });
  assert.ok(
    worker.includes('/embed.js') && worker.includes('/afterword.js') && worker.includes('/article'),
    worker.join(' '),
  );
  assert.ok(
    worker.every((path) => /^\/(embed|afterword|article|parts\/)/.test(path)),
    worker.join(' '),
  );
  assert.ok(
    network.includes('/other.json') && network.some((path) => path.startsWith('/api/v1/comments')),
    network.join(' '),
  );
  assert.deepEqual(ownErrors(reader.errors), []);
  await reader.close();
});

test('R-6: a site on another origin that installs it opens after a full reload with no network, and sends later', async () => {
  const reader = await newReader(browser);
  const { page, section } = reader;
  await page.goto(`${host.url}/article`);
  await section.getByRole('article').first().waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  // The copy follows the first picture.
  await eventually(
    async () => (await kept(page).catch(() => [])).some(([key]) => key.startsWith('cache')),
    'the copy on the disk',
  );
  await reader.context.setOffline(true);
  await page.reload();
  await section.getByRole('article').first().waitFor();
  await section.getByText(/Saved copy from/).waitFor();
  await post(section, 'Written on the train.');
  await (await near(section, 'Visitor', 'on the train')).getByText('will be sent when you are online').waitFor();
  await reader.context.setOffline(false);
  await (await near(section, 'Visitor', 'on the train')).getByRole('link', { name: /\d{4}/ }).waitFor();
  assert.equal(server.rows('select id from comments where text = ?', 'Written on the train.').length, 1);
  assert.deepEqual(ownErrors(reader.errors), []);
  await reader.close();
});
