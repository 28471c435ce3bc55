/**
 * The section on pages that are not ours (E-1, E-5, E-7): hostile policies, moved and re-created elements, scripts
 * loaded twice, servers that are wrong or gone, browsers that forbid things. The page never sees an error, and reader or
 * author always find one clear sentence.
 */
import { strict as assert } from 'node:assert';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { chromium, type Browser } from 'playwright-core';
import { browserFor, CHROMIUM_FLAGS } from '../../.config/browsers.mjs';
import { wideThread } from '../fixtures/threads.ts';
import {
  networkQuiet,
  comment,
  near,
  newReader,
  openBrowser,
  ownErrors,
  post,
  type Reader,
} from '../helpers/reader.ts';
import { startAfterword, startHost, type AfterwordServer, type Host, type HostPage } from '../helpers/server.ts';

let browser: Browser;
let server: AfterwordServer;
let host: Host;
/** Servers of others, by what they answer. */
let fakes: Record<'html' | 'empty' | 'huge' | 'shape' | 'failing', string>;
const closing: (() => void)[] = [];

before(async () => {
  host = await startHost(pageAt);
  [browser, server] = await Promise.all([openBrowser(), startAfterword({ origins: [host.url] })]);
  fakes = {
    html: await fake('text/html', '<!doctype html><h1>Welcome to the hotel network</h1>'),
    empty: await fake('application/json', ''),
    huge: await fake('application/json', `{"comments":"${'x'.repeat(12e6)}"}`),
    shape: await fake('application/json', '{"comments":[{"id":7}],"info":null}'),
    failing: await fake('text/plain', 'Bad gateway', 502),
  };
  await server.import(wideThread(60, { seed: 11 }), '--page', 'sixty');
});

after(async () => {
  await browser.close();
  await server.stop();
  await host.stop();
  for (const close of closing) close();
});

/** Pages of the host, each named for what it is about. */
function pageAt(path: string): HostPage | undefined {
  const [, name = '', detail = ''] = path.split('/');
  const script = (attributes = ''): string =>
    `<script async src="${server.url}/embed.js" data-page-id="sixty" ${attributes}></script>`;
  const article = (end: string, head = ''): string =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Somebody’s page</title>${head}</head>
     <body><article><h1>Somebody’s page</h1><p>With a paragraph.</p></article>${end}</body></html>`;
  switch (name) {
    case 'plain':
      return article(script());
    case 'elsewhere':
      return article('<p>Nothing here.</p>');
    case 'twice':
      return article(`${script()}<script async src="${server.url}/embed.js?again" data-page-id="sixty"></script>`);
    case 'versions':
      // The other version is the same file under another address, telling another number.
      return article(`<afterword-comments server="${server.url}" page-id="sixty"></afterword-comments>
        <script type="module" src="${server.url}/afterword.js"></script>
        <script type="module" src="/older/afterword.js"></script>`);
    case 'strict':
      return {
        body: article(`<script nonce="r4nd0m" async src="${server.url}/embed.js" data-page-id="sixty"></script>`),
        headers: {
          'content-security-policy': `script-src 'nonce-r4nd0m' 'strict-dynamic'; style-src 'self'; require-trusted-types-for 'script'${detail === 'named' ? '; trusted-types afterword' : ''}`,
        },
      };
    case 'server':
      return article(script(`data-server="${fakes[detail as keyof typeof fakes] ?? `http://127.0.0.1:1`}"`));
    case 'attributes':
      return article(script('data-sort="best" data-page-size="many" data-votes="sideways" data-color-scheme="pink"'));
    case 'two':
      return article(`<afterword-comments id="one" server="${server.url}" page-id="sixty"></afterword-comments>
        <afterword-comments id="two" server="${server.url}" page-id="other"></afterword-comments>
        <p id="count"><afterword-count for="one"></afterword-count></p><script async src="${server.url}/embed.js"></script>`);
    case 'nobody':
      return article(`<afterword-comments><p>Comments need a newer browser.</p></afterword-comments>
        <script type="module" src="${server.url}/afterword.js"></script>`);
    default:
      return undefined;
  }
}

async function fake(type: string, body: string, status = 200): Promise<string> {
  const one = createServer((request, response) => {
    response
      .writeHead(status, {
        'content-type': type,
        'access-control-allow-origin': '*',
        'access-control-allow-headers': '*',
        'access-control-allow-methods': '*',
      })
      .end(request.method === 'OPTIONS' ? '' : body);
  });
  await new Promise<void>((ready) => one.listen(0, '127.0.0.1', ready));
  closing.push(() => one.close());
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
}

async function open(path: string, prepare?: (reader: Reader) => Promise<unknown>): Promise<Reader> {
  const reader = await newReader(browser);
  await prepare?.(reader);
  await reader.page.goto(host.url + path);
  return reader;
}

/** Nothing reached the page, and nobody was asked but the script's own server. */
function clean(reader: Reader): void {
  assert.deepEqual(ownErrors(reader.errors), []);
  assert.deepEqual(reader.foreign(host.url, server.url), []);
}

/** `seen` is what becomes of the words where they have markup. */
async function works(reader: Reader, words: string, seen = words): Promise<void> {
  const section = reader.section.first();
  await section.getByRole('article').first().waitFor();
  await post(section, words);
  await comment(section, 'Visitor', seen).waitFor();
  await section.getByText('Comment posted.').first().waitFor({ state: 'attached' });
}

test('E-1: one line installs it on a site of another origin, and it asks nobody else', async () => {
  const reader = await open('/plain');
  await reader.section.getByRole('heading', { name: '60 comments' }).waitFor();
  await works(reader, 'Posted from another origin.');
  await networkQuiet(reader.page);
  clean(reader);
  assert.deepEqual(
    host.asked.filter((path) => path !== '/plain' && path !== '/favicon.ico'),
    [],
  );
  const bare = await open('/elsewhere');
  const names = (one: Reader): Promise<string[]> => one.page.evaluate(() => Object.getOwnPropertyNames(globalThis));
  const known = new Set(await names(bare));
  assert.deepEqual(
    (await names(reader)).filter((name) => !known.has(name)),
    [],
    'new global names',
  );
  await bare.close();
  await reader.close();
});

test('P9, E-5: the script loaded twice defines once, and each line has its section', async () => {
  const reader = await open('/twice');
  await works(reader, 'Posted where the script stands twice.');
  assert.equal(await reader.section.count(), 2);
  clean(reader);
  await reader.close();
});

test('E-5, D19: of two versions the first defines everything, the later uses it and says so in one line', async () => {
  const lines: string[] = [];
  const reader = await open('/versions', ({ context, page }) => {
    page.on('console', (message) => lines.push(message.text()));
    return context.route('**/older/**', async (route) => {
      const path = new URL(route.request().url()).pathname.replace('/older', '');
      const answer = await route.fetch({ url: server.url + path });
      const body = (await answer.text()).replaceAll(/(["'`])\d+\.\d+\.\d+\1/g, '$10.0.9$1');
      await route.fulfill({ response: answer, body });
    });
  });
  await works(reader, 'Posted beside an older version.');
  clean(reader);
  const said = lines.filter((line) => /version/i.test(line) && line.includes('0.0.9'));
  assert.equal(said.length, 1, lines.join('\n'));
  await reader.close();
});

for (const [policy, path] of [
  ['its own policy allowed by name', '/strict/named'],
  ['any policy allowed', '/strict/any'],
] as const) {
  test(`E-5: works under strict-dynamic, style-src 'self' and Trusted Types, ${policy}`, async () => {
    const reader = await open(path);
    await works(reader, `Posted with **strict** rules, ${policy}.`, `Posted with strict rules, ${policy}.`);
    assert.equal(
      await (await near(reader.section, 'Visitor', 'Posted with strict rules')).locator('strong').count(),
      1,
    );
    clean(reader);
    await reader.close();
  });
}

test('E-7: the element moved, removed and created again by script goes on without an error', async () => {
  const reader = await open('/plain');
  await works(reader, 'Posted before the move.');
  await reader.page.evaluate(() => {
    const section = document.querySelector('afterword-comments') as HTMLElement;
    document.querySelector('article')?.prepend(section);
    document.body.append(section);
  });
  await reader.section.getByText('Posted before the move.').waitFor();
  await works(reader, 'Posted after the move.');
  await reader.page.evaluate(() => {
    const old = document.querySelector('afterword-comments') as HTMLElement;
    const copy = old.cloneNode() as HTMLElement;
    old.remove();
    document.body.append(copy);
  });
  await reader.section.getByText('Posted after the move.').waitFor();
  await reader.page.evaluate(() =>
    document.querySelector('afterword-comments')?.setAttribute('page-id', 'another-one'),
  );
  await reader.section.getByText('Be the first to comment.').waitFor();
  assert.equal(await reader.section.getByText('Posted after the move.').count(), 0);
  clean(reader);
  await reader.close();
});

test('E-7: two sections on one page are independent, and a counter follows the one it is for', async () => {
  const reader = await open('/two');
  const first = reader.page.locator('#one');
  const second = reader.page.locator('#two');
  await first.getByRole('article').first().waitFor();
  await second.getByText('Be the first to comment.').waitFor();
  const counter = reader.page.locator('afterword-count');
  const count = (): Promise<number> =>
    counter.evaluate((element) => Number(/\d+/.exec(element.shadowRoot?.textContent ?? '')?.[0]));
  // Counters come after the first pictures.
  await counter.getByText(/^\d/).waitFor();
  const before = await count();
  await post(first, 'Only in the first.');
  await comment(first, 'Visitor', 'Only in the first.').waitFor();
  await first.getByText('Comment posted.').first().waitFor({ state: 'attached' });
  await counter.getByText(new RegExp(`^${before + 1}\\b`)).waitFor();
  assert.equal(await second.getByRole('article').count(), 0);
  clean(reader);
  await reader.close();
});

test('E-5: a page that comes back from the back/forward cache goes on where it was', async () => {
  const cached = await chromium.launch({
    executablePath: browserFor('chromium'),
    args: CHROMIUM_FLAGS as string[],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  try {
    const reader = await newReader(cached);
    const { page } = reader;
    await page.addInitScript(() => {
      addEventListener('pageshow', (event) => Object.assign(globalThis, { returned: event.persisted }));
    });
    await page.goto(`${host.url}/plain`);
    await works(reader, 'Posted before leaving.');
    await networkQuiet(page);
    await page.goto(`${host.url}/elsewhere`);
    // Restored, it fires no load.
    await page.goBack({ waitUntil: 'commit' });
    await page.waitForFunction(() => 'returned' in globalThis);
    const why = await page.evaluate(() =>
      JSON.stringify(
        (performance.getEntriesByType('navigation')[0] as unknown as { notRestoredReasons?: unknown })
          .notRestoredReasons,
      ),
    );
    assert.equal(await page.evaluate(() => (globalThis as unknown as { returned: boolean }).returned), true, why);
    await works(reader, 'Posted after coming back.');
    clean(reader);
    await reader.close();
  } finally {
    await cached.close();
  }
});

for (const [what, path, sentence] of [
  ['answers with HTML', '/server/html', 'The comment server sent an unexpected answer.'],
  ['answers with nothing', '/server/empty', 'The comment server sent an unexpected answer.'],
  ['answers with 12 MB', '/server/huge', 'The comment server sent an unexpected answer.'],
  ['answers in another shape', '/server/shape', 'The comment server sent an unexpected answer.'],
  ['fails', '/server/failing', 'The comment server is busy.'],
  ['is not there', '/server/gone', 'The comments can’t be reached right now.'],
] as const) {
  test(`A server that ${what} gets one clear sentence and “Try again”, and what is written stays`, async () => {
    const reader = await open(path);
    await reader.section.getByText(sentence).first().waitFor();
    await reader.section.getByRole('button', { name: 'Try again' }).first().waitFor();
    assert.deepEqual(ownErrors(reader.errors), []);
    await reader.close();
  });
}

test('R-6: the server goes while a reader writes, and takes every word once when it is back', async () => {
  const reader = await open('/plain');
  await reader.section.getByRole('article').first().waitFor();
  await networkQuiet(reader.page);
  await server.down();
  await post(reader.section, 'Written while the server slept.');
  await (await near(reader.section, 'Visitor', 'while the server slept')).getByText(/will be sent|Next try/).waitFor();
  await server.up();
  // Pressed, or sent by itself in the meantime: the button goes with the need for it.
  await (
    await near(reader.section, 'Visitor', 'while the server slept')
  )
    .getByRole('button', { name: 'Send now' })
    .click({ timeout: 5_000 })
    .catch(() => undefined);
  await (
    await near(reader.section, 'Visitor', 'while the server slept')
  )
    .getByText(/will be sent|Next try|Sending/)
    .waitFor({ state: 'detached' });
  assert.equal(server.rows('select id from comments where text = ?', 'Written while the server slept.').length, 1);
  assert.deepEqual(ownErrors(reader.errors), []);
  await reader.close();
});

test('D6: a browser that forbids IndexedDB still shows and sends, and says what that means', async () => {
  const reader = await open('/plain', ({ page }) =>
    page.addInitScript(() => {
      Object.defineProperty(globalThis, 'indexedDB', {
        get() {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        },
      });
    }),
  );
  await works(reader, 'Posted without a disk.');
  await reader.context.setOffline(true);
  await post(reader.section, 'Waiting without a disk.');
  await reader.section.getByText('This browser can’t save anything here').first().waitFor();
  await reader.context.setOffline(false);
  await reader.section.getByText('This browser can’t save anything here').first().waitFor({ state: 'detached' });
  assert.equal(server.rows('select id from comments where text = ?', 'Waiting without a disk.').length, 1);
  clean(reader);
  await reader.close();
});

test('A part of the script that can’t be loaded leaves the reading whole and says so once it is wanted', async () => {
  const reader = await open('/plain', ({ context }) =>
    context.route(/\/parts\/[^?]*(form|sanitize)[^?]*\.js/, (route) => route.abort()),
  );
  await reader.section.getByRole('article').first().waitFor();
  await reader.section.getByRole('textbox').first().click();
  await reader.section.getByText('could not be loaded').first().waitFor();
  assert.deepEqual(ownErrors(reader.errors), []);
  await reader.close();
});

test('E-3: each wrong attribute value is one console error that names it, and the default is used', async () => {
  const reader = await open('/attributes');
  await reader.section.getByRole('article').first().waitFor();
  for (const name of ['sort', 'page-size', 'votes', 'color-scheme']) {
    const about = reader.errors.filter((error) => error.includes(name));
    assert.equal(about.length, 1, `${name}: ${reader.errors.join('\n')}`);
  }
  assert.equal(ownErrors(reader.errors).length, 4, reader.errors.join('\n'));
  await reader.close();
});

test('E-1: with no server named the thread lives in this browser only, and says so in one line', async () => {
  const reader = await open('/nobody');
  await reader.section.getByText('These comments stay in this browser.').waitFor();
  await post(reader.section, 'Just for me.');
  await comment(reader.section, 'Visitor', 'Just for me.').waitFor();
  await reader.page.reload();
  await comment(reader.section, 'Visitor', 'Just for me.').waitFor();
  assert.deepEqual(
    reader.requests.filter(({ url }) => url.includes('/api/')),
    [],
  );
  clean(reader);
  await reader.close();
});
