/** Counters on pages that have nothing else of ours: what they show, and what they cost (E-2). */
import { strict as assert } from 'node:assert';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { wideThread } from '../fixtures/threads.ts';
import { newReader, openBrowser, ownErrors } from '../helpers/reader.ts';
import { startAfterword, startHost, type AfterwordServer, type Host } from '../helpers/server.ts';

let browser: Browser;
let server: AfterwordServer;
let host: Host;

before(async () => {
  host = await startHost((path) => {
    const script = path.slice(1);
    const at = `server="${server.url}"`;
    return {
      body: `<!doctype html><html lang="en"><head><title>A list of articles</title>
        <script type="module" src="${server.url}/${script}.js"></script></head>
        <body><p id="many"><afterword-count ${at} page-id="twelve-hundred">some</afterword-count></p>
        <p id="none"><afterword-count ${at} page-id="nobody-wrote-here">some</afterword-count></p>
        <p id="lost"><afterword-count server="http://127.0.0.1:1" page-id="x">some</afterword-count></p></body></html>`,
      headers: {
        'content-security-policy': `script-src ${server.url}; style-src 'self'; require-trusted-types-for 'script'; trusted-types ${script === 'count' ? "'none'" : 'afterword'}`,
      },
    };
  });
  [browser, server] = await Promise.all([openBrowser(), startAfterword({ origins: [host.url] })]);
  await server.import(wideThread(1200, { seed: 3 }), '--page', 'twelve-hundred');
});

after(async () => {
  await browser.close();
  await server.stop();
  await host.stop();
});

for (const { script, files } of [
  { script: 'count', files: /^\/count\.js$/ },
  // The whole script brings the counter's part and nothing that a reader of comments or a writer needs.
  { script: 'afterword', files: /^\/(afterword|parts\/(counting|find-section)-[\w-]+)\.js$/ },
]) {
  test(`W7: a page with counters alone asks ${script}.js for what they need, and the server once for all numbers`, async () => {
    const { page, errors } = await newReader(browser);
    const asked: string[] = [];
    page.on(
      'request',
      (request) => request.url().startsWith(server.url) && asked.push(request.url().slice(server.url.length)),
    );
    await page.goto(`${host.url}/${script}`);
    await page.locator('#many', { hasText: '1,200' }).waitFor();
    const shown = (id: string): Promise<string | null | undefined> =>
      page.locator(`#${id} afterword-count`).evaluate((count) => count.shadowRoot?.textContent);
    assert.equal(await shown('none'), '0');
    assert.equal(await shown('lost'), '', 'the words of its author stay');
    assert.equal(await page.locator('#lost').innerText(), 'some');
    // Whatever is fetched ahead is fetched at idle moments: here two of them have passed.
    await page.evaluate(async () => {
      for (let turn = 0; turn < 2; turn++) await new Promise((done) => requestIdleCallback(done));
    });
    await page.waitForLoadState('networkidle');
    const [questions, fetched] = [
      asked.filter((url) => url.startsWith('/api/')),
      asked.filter((url) => !url.startsWith('/api/')),
    ];
    assert.equal(questions.length, 1, questions.join('\n'));
    for (const url of fetched) assert.match(url, files);
    assert.deepEqual(ownErrors(errors), []);
  });
}
