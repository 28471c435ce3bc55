/** Where a link to a single comment lands (P12), on pages that make it hard. */
import { strict as assert } from 'node:assert';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { ThreadRecord } from '../fixtures/threads.ts';
import { newReader, openBrowser } from '../helpers/reader.ts';
import { startAfterword, startHost, type AfterwordServer, type Host } from '../helpers/server.ts';

let browser: Browser;
let server: AfterwordServer;
let host: Host;

/** 260 top-level comments, and a branch of 40 below one of them. */
const records: ThreadRecord[] = [];
for (let n = 0; n < 300; n++) {
  records.push({
    id: `c${n}`,
    parentId: n < 260 ? null : n === 260 ? 'c30' : `c${n - 1}`,
    author: `Writer ${n}`,
    createdAt: new Date(Date.UTC(2024, 1, 1) + n * 60_000).toISOString(),
    text: 'Some words of a comment, as they are. '.repeat(1 + (n % 7)),
    format: 'plain',
    up: 0,
    down: 0,
  });
}

const article = `<article><h1>A page</h1>${'<p>Some lines of an article. </p>'.repeat(20)}
  ${[1, 2, 3].map((n) => `<img src="/picture-${n}.svg" alt="" style="display:block">`).join('')}</article>`;
const section = (): string =>
  `<afterword-comments server="${server.url}" page-id="land" sort="oldest"></afterword-comments>
   <script type="module" src="${server.url}/afterword.js"></script>`;
const bodies: Readonly<Record<string, () => string>> = {
  plain: () => article + section(),
  smooth: () => `<style>html{scroll-behavior:smooth}</style>${article}${section()}`,
  header: () =>
    `<header style="position:sticky;top:0;height:140px;background:#ddd;z-index:5">A header</header>${article}${section()}`,
  container: () =>
    `<style>html,body{height:100%;margin:0}main{height:100%;overflow:auto}</style><main>${article}${section()}</main>`,
  details: () => `${article}<details><summary>Comments</summary>${section()}</details>`,
  tab: () => `${article}<div hidden="until-found">${section()}</div>`,
};

let letPicturesCome = (): void => {};
let picturesMayCome: Promise<void> = Promise.resolve();

before(async () => {
  host = await startHost((path) => {
    const body = bodies[path.slice(1)];
    return (
      body && `<!doctype html><html lang="en"><meta charset="utf-8"><title>${path}</title><body>${body()}</body></html>`
    );
  });
  [browser, server] = await Promise.all([openBrowser(), startAfterword({ origins: [host.url] })]);
  await server.import(records, '--page', 'land');
});

after(async () => {
  await browser.close();
  await server.stop();
  await host.stop();
});

interface Landed {
  /** How far the comment is from where its scroll margin says. */
  readonly off: number;
  /** The lower edge of the header that sticks. */
  readonly header: number;
  readonly top: number;
}

const landed = (page: Page): Promise<Landed | null> =>
  page.evaluate(() => {
    let active: Element | null = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    if (active?.localName !== 'article') return null;
    const { top } = active.getBoundingClientRect();
    const header = document.querySelector('header')?.getBoundingClientRect().bottom ?? 0;
    return { off: top - parseFloat(getComputedStyle(active).scrollMarginTop), header, top };
  });

/** Looks until the comment has been where it belongs for a second, through everything that still comes. */
async function untilLanded(page: Page): Promise<Landed> {
  let [last, good]: [Landed | null, number] = [null, 0];
  for (let looks = 0; looks < 600 && good < 10; looks++) {
    last = await landed(page);
    good = last && Math.abs(last.off) <= 2 ? good + 1 : 0;
    await page.waitForTimeout(100);
  }
  assert.ok(last, 'the comment has the focus');
  assert.ok(Math.abs(last.off) <= 2, `${last.off} px off`);
  assert.ok(last.top >= last.header, `${last.header - last.top} px under the header`);
  return last;
}

for (const [name] of Object.entries(bodies)) {
  for (const id of ['c200', 'c298']) {
    test(`P12: a link to ${id === 'c200' ? 'the 201st comment' : 'a reply 39 levels down'} lands on it, and stays when pictures above come late: ${name}`, async () => {
      picturesMayCome = new Promise((come) => (letPicturesCome = come));
      const { page, close } = await newReader(browser, { viewport: { width: 1000, height: 700 } });
      await page.route('**/picture-*.svg', async (route) => {
        await picturesMayCome;
        const body = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="500"></svg>';
        await route.fulfill({ contentType: 'image/svg+xml', body });
      });
      await page.goto(`${host.url}/${name}#comment-${id}`, { waitUntil: 'commit' });
      await untilLanded(page);
      letPicturesCome();
      await page.waitForFunction(() => [...document.images].every((image) => image.naturalHeight > 0));
      await untilLanded(page);
      await close();
    });
  }
}

test('P12: who scrolls on is not called back', async () => {
  picturesMayCome = new Promise((come) => (letPicturesCome = come));
  const { page, close } = await newReader(browser, { viewport: { width: 1000, height: 700 } });
  await page.route('**/picture-*.svg', async (route) => {
    await picturesMayCome;
    const body = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="500"></svg>';
    await route.fulfill({ contentType: 'image/svg+xml', body });
  });
  await page.goto(`${host.url}/plain#comment-c200`, { waitUntil: 'commit' });
  const before = await untilLanded(page);
  await page.mouse.move(500, 350);
  await page.mouse.wheel(0, 300);
  await page.waitForFunction(() => {
    let active: Element | null = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return (active?.getBoundingClientRect().top ?? 0) < 0;
  });
  letPicturesCome();
  await page.waitForFunction(() => [...document.images].every((image) => image.naturalHeight > 0));
  await page.waitForTimeout(500);
  const now = await landed(page);
  assert.ok(now && Math.abs(now.top - (before.top - 300)) <= 2, `it is at ${now?.top} and was at ${before.top}`);
  await close();
});
