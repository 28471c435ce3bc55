/**
 * What the browser's storage does to a reader (FAULTS, D), with real quotas, real IndexedDB and a browser that is killed.
 * The built widget in Chromium; the server is down while words wait, so that only the device has them.
 */
import { strict as assert } from 'node:assert';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { chromium, type Browser, type Page } from 'playwright-core';
import { browserFor, CHROMIUM_FLAGS } from '../../.config/browsers.mjs';
import { wideThread } from '../fixtures/threads.ts';
import {
  comment,
  eventually,
  field,
  kept,
  near,
  newReader,
  openBrowser,
  ownErrors,
  post,
  untilKept,
  type Reader,
} from '../helpers/reader.ts';
import { startAfterword, startHost, type AfterwordServer, type Host } from '../helpers/server.ts';

let browser: Browser;
let server: AfterwordServer;
let host: Host;

before(async () => {
  const article = (script: string): string =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Storage</title></head><body><h1>Storage</h1>
     <afterword-comments server="${server.url}" page-id="storage" loading="eager"></afterword-comments>
     <script type="module" src="${script}/afterword.js"></script></body></html>`;
  const pages: Readonly<Record<string, () => string>> = {
    // The widget is served by the site itself: it is there when the server of the comments is not.
    '/article': () => article(''),
    '/elsewhere': () => '<!doctype html><title>Elsewhere</title>',
    '/framed': () =>
      '<!doctype html><title>Frame</title><iframe sandbox="allow-scripts" src="/inside" height="900"></iframe>',
    '/inside': () => article(server.url),
  };
  host = await startHost((path) => pages[path]?.(), join(import.meta.dirname, '../../dist/cdn'));
  [browser, server] = await Promise.all([openBrowser(), startAfterword({ origins: [host.url] })]);
  await server.import(wideThread(30), '--page', 'storage');
});

// Whatever a test left it in.
afterEach(() => server.up());

after(async () => {
  await browser.close();
  await server.stop();
  await host.stop();
});

/** The form is there too: it comes from a server that will be down. */
async function open(prepare?: (reader: Reader) => Promise<unknown>): Promise<Reader> {
  const reader = await newReader(browser);
  await prepare?.(reader);
  await reader.page.goto(`${host.url}/article`);
  await reader.section.getByRole('article').first().waitFor();
  await field(reader.section).waitFor();
  return reader;
}

/**
 * A megabyte for the site, told before anything is stored: Chromium lets a site that has written much go on for a while.
 * With the slash at the end: without it the browser changes nothing and says nothing.
 */
async function narrow({ context, page }: Reader): Promise<void> {
  await page.goto(`${host.url}/elsewhere`);
  const session = await context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: `${host.url}/`, quotaSize: 1e6 });
}

/** The rest of the site takes all the room there is, to the last hundred bytes. */
function fillUp(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const asked = indexedDB.open('theirs');
      asked.onupgradeneeded = () => asked.result.createObjectStore('all', { autoIncrement: true });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error as DOMException);
    });
    const isTaken = (size: number): Promise<boolean> =>
      new Promise((resolve) => {
        const transaction = database.transaction('all', 'readwrite');
        transaction.oncomplete = () => resolve(true);
        transaction.onabort = () => resolve(false);
        transaction.objectStore('all').add(crypto.getRandomValues(new Uint8Array(size)));
      });
    for (const size of [60_000, 5_000, 500, 100]) while (await isTaken(size));
    database.close();
  });
}

function makeRoom(page: Page): Promise<void> {
  return page.evaluate(
    () => new Promise<void>((done) => (indexedDB.deleteDatabase('theirs').onsuccess = () => done())),
  );
}

const timesInFile = (text: string): number => server.rows('select id from comments where text = ?', text).length;

async function sent(reader: Reader, words: string): Promise<void> {
  await (await near(reader.section, 'Visitor', words)).getByRole('link', { name: /\d{4}/ }).waitFor();
  assert.equal(timesInFile(words), 1);
  assert.equal(await reader.section.getByText(words, { exact: true }).count(), 1);
}

/** By the button, unless it was sent by itself meanwhile. */
async function sendNow(reader: Reader, words: string): Promise<void> {
  const row = await near(reader.section, 'Visitor', words);
  await row
    .getByRole('button', { name: 'Send now' })
    .click({ timeout: 2_000 })
    .catch(() => undefined);
  await sent(reader, words);
}

test('D1: with no room on the device the words stand in the tab, say so, keep their draft, and are sent', async () => {
  const reader = await open(narrow);
  const { page, section } = reader;
  const words = 'There is no room for this.';
  await field(section).click();
  await section.getByRole('textbox', { name: 'Your comment' }).fill(words);
  await section.getByRole('textbox', { name: /^Name/ }).fill('Visitor');
  await untilKept(page, 'draft', words);
  await server.down();
  await fillUp(page);
  await section.getByRole('button', { name: 'Post', exact: true }).click();
  const row = await near(section, 'Visitor', words);
  await row.getByText('Not saved on this device: keep this tab open until it is sent.').waitFor();
  assert.equal(await row.getByText(/Saved/).count(), 0, 'nothing is called saved');
  await row.getByRole('button', { name: 'Copy text' }).waitFor();
  await untilKept(page, 'draft', words);
  await untilKept(page, 'outbox', words, false);
  await server.up();
  await sendNow(reader, words);
  assert.deepEqual(ownErrors(reader.errors), []);

  // Room again: what comes next is kept, and the draft of what was sent does not come back.
  await makeRoom(page);
  await server.down();
  await post(section, 'There is room again.');
  await (await near(section, 'Visitor', 'There is room again.')).getByText(/^Saved/).waitFor();
  await untilKept(page, 'outbox', 'There is room again.');
  await server.up();
  await page.reload();
  await sent(reader, 'There is room again.');
  await field(section).click();
  assert.equal(await section.getByRole('textbox', { name: 'Your comment' }).inputValue(), '');
  await reader.close();
});

test('D1: a full device gives the room of its copies to the words', async () => {
  const reader = await open(narrow);
  const { page, section } = reader;
  await eventually(
    async () => (await kept(page).catch(() => [])).some(([key]) => key.startsWith('cache ')),
    'a copy of the thread',
  );
  const copies = async (): Promise<number> => (await kept(page)).filter(([key]) => key.startsWith('cache ')).length;
  assert.equal(await copies(), 1);
  await server.down();
  await fillUp(page);
  const words = 'Worth more than a copy. '.repeat(20).trim();
  await post(section, words);
  const row = await near(section, 'Visitor', 'Worth more');
  await row
    .getByText(/^(Saved|Not saved)/)
    .first()
    .waitFor();
  assert.equal(await copies(), 0, 'the copy went first');
  await server.up();
  await makeRoom(page);
  await sendNow(reader, words);
  assert.deepEqual(ownErrors(reader.errors), []);
  await reader.close();
});

test('D2: with no room for a copy reading goes on without a word about it', async () => {
  const reader = await newReader(browser);
  const { page, section } = reader;
  await narrow(reader);
  await fillUp(page);
  await page.goto(`${host.url}/article`);
  await section.getByRole('article').first().waitFor();
  await section.getByRole('article').nth(15).waitFor();
  // By now it has tried to keep a copy: what the reader can do comes together with that part.
  await field(section).click();
  await section.getByRole('textbox', { name: 'Your comment' }).waitFor();
  assert.equal(await section.getByText(/saves nothing|Not saved|keep this tab/).count(), 0);
  assert.deepEqual(ownErrors(reader.errors), []);
  await reader.close();
});

test('D5: in a frame that may store nothing it reads and writes in this tab, and warns once something waits', async () => {
  const reader = await newReader(browser);
  const { page } = reader;
  await page.goto(`${host.url}/framed`);
  const section = page.frameLocator('iframe').locator('afterword-comments');
  await section.getByRole('article').first().waitFor();
  await field(section).click();
  await section.getByRole('textbox', { name: 'Your comment' }).waitFor();
  assert.equal(await section.getByText(/saves nothing/).count(), 0);
  await server.down();
  await post(section, 'From a frame without storage.');
  await section.getByText('This browser can’t save anything here').waitFor();
  const row = await near(section, 'Visitor', 'From a frame without storage.');
  await row.getByText('Not saved on this device').waitFor();
  await server.up();
  assert.deepEqual(ownErrors(reader.errors), []);
  await reader.close();
});

test('D8, D9: the site’s data is cleared under the page: the words are written again, and sent after a reload', async () => {
  const reader = await open();
  const { page, section, context } = reader;
  const words = 'Cleared under my hands.';
  await server.down();
  await post(section, words);
  await (await near(section, 'Visitor', words)).getByText(/^Saved/).waitFor();
  await untilKept(page, 'outbox', words);
  const session = await context.newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', { origin: `${host.url}/`, storageTypes: 'indexeddb' });
  await untilKept(page, 'outbox', words);
  await page.reload();
  await comment(section, 'Visitor', words).waitFor();
  await server.up();
  await sendNow(reader, words);
  assert.deepEqual(ownErrors(reader.errors), []);
  await reader.close();
});

test('D11: a browser that is killed right after it said "saved" still has the words', async () => {
  const profile = mkdtempSync(join(tmpdir(), 'afterword-profile-'));
  const words = 'The lights went out.';
  try {
    const first = await launch(profile);
    const page = await first.context.newPage();
    const section = page.locator('afterword-comments');
    await page.goto(`${host.url}/article`);
    await section.getByRole('article').first().waitFor();
    await server.down();
    await post(section, words);
    await (await near(section, 'Visitor', words)).getByText(/^Saved/).waitFor();
    first.process.kill('SIGKILL');
    await once(first.process, 'exit');

    await server.up();
    const second = await launch(profile);
    const again = await second.context.newPage();
    await again.goto(`${host.url}/article`);
    const row = await near(again.locator('afterword-comments'), 'Visitor', words);
    await row.getByRole('link', { name: /\d{4}/ }).waitFor();
    assert.equal(timesInFile(words), 1);
    second.process.kill('SIGTERM');
    await once(second.process, 'exit');
  } finally {
    // What its processes still write after its end stays in the folder for temporary files.
    try {
      rmSync(profile, { recursive: true, force: true, maxRetries: 40, retryDelay: 100 });
    } catch {
      console.log(`${profile} is left`);
    }
  }
});

/** A browser of its own, which can be killed. */
async function launch(profile: string): Promise<{
  process: ChildProcess;
  context: Awaited<ReturnType<Browser['newContext']>>;
}> {
  const child = spawn(
    browserFor('chromium') as string,
    [...CHROMIUM_FLAGS, '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  process.once('exit', () => child.kill('SIGKILL'));
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /DevTools listening on (ws:\S+)/.exec(said);
      if (found?.[1]) resolve(found[1]);
    });
    child.once('exit', () => reject(new Error(`Chromium ended: ${said}`)));
  });
  const attached = await chromium.connectOverCDP(address);
  const context = attached.contexts()[0];
  if (!context) throw new Error('Chromium has no context.');
  return { process: child, context };
}

test('D18: with localStorage full or forbidden, typing, drafts and sending go on', async () => {
  for (const what of ['full', 'forbidden'] as const) {
    const reader = await open(({ page }) =>
      page.addInitScript((how) => {
        if (how === 'forbidden') {
          Object.defineProperty(globalThis, 'localStorage', {
            get() {
              throw new DOMException('The operation is insecure.', 'SecurityError');
            },
          });
          return;
        }
        for (let size = 1_000_000; size >= 1; size = Math.floor(size / 2)) {
          try {
            for (let piece = 0; ; piece += 1) localStorage.setItem(`theirs ${size} ${piece}`, 'x'.repeat(size));
          } catch {
            // Full for pieces of this size.
          }
        }
      }, what),
    );
    const { page, section } = reader;
    const words = `Drafted with localStorage ${what}.`;
    await field(section).click();
    await section.getByRole('textbox', { name: 'Your comment' }).fill(words);
    await untilKept(page, 'draft', words);
    await page.reload();
    await section.getByRole('article').first().waitFor();
    await field(section).click();
    await eventually(
      async () => (await section.getByRole('textbox', { name: 'Your comment' }).inputValue()) === words,
      'the draft',
    );
    await section.getByRole('textbox', { name: /^Name/ }).fill('Visitor');
    await section.getByRole('button', { name: 'Post', exact: true }).click();
    await sent(reader, words);
    assert.deepEqual(ownErrors(reader.errors), []);
    await reader.close();
  }
});
