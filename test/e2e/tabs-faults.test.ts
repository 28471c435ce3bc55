/**
 * What becomes of tabs while words are on their way (FAULTS, E): crashed, frozen, put away, duplicated, without locks or
 * channels, framed by others, on pages that change what the language came with. The built widget in Chromium, the real
 * server behind a relay that holds requests up.
 */
import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { chromium, type Browser, type CDPSession } from 'playwright-core';
import { browserFor, CHROMIUM_FLAGS } from '../../.config/browsers.mjs';
import { wideThread } from '../fixtures/threads.ts';
import { startBetween, type Between } from '../helpers/between.ts';
import {
  comment,
  eventually,
  field,
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
let between: Between;
let host: Host;

const section = (attributes = ''): string =>
  `<afterword-comments server="${between.url}" page-id="tabs" loading="eager" ${attributes}></afterword-comments>`;
const script = '<script type="module" src="/afterword.js"></script>';
const pages: Readonly<Record<string, () => string>> = {
  '/article': () => section() + script,
  '/elsewhere': () => '<p>Nothing here.</p>',
  '/fifty': () =>
    Array.from(
      { length: 50 },
      (_, n) => `<p><afterword-count server="${between.url}" page-id="p${n}"></afterword-count></p>`,
    ).join('') +
    Array.from({ length: 10 }, (_, n) => section(`id="s${n}"`).replace('"tabs"', `"${n % 2 ? 'tabs' : `p${n}`}"`)).join(
      '',
    ) +
    script,
  '/framing': () =>
    `<iframe src="http://frame.test:${new URL(host.url).port}/article" width="900" height="900"></iframe>`,
};

before(async () => {
  host = await startHost(
    (path) => {
      const body = pages[path]?.();
      return (
        body &&
        `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tabs</title></head><body><h1>Tabs</h1>${body}</body></html>`
      );
    },
    join(import.meta.dirname, '../../dist/cdn'),
  );
  const { port } = new URL(host.url);
  [browser, server] = await Promise.all([
    openBrowser('--host-resolver-rules=MAP *.test 127.0.0.1'),
    startAfterword({ origins: [host.url, `http://frame.test:${port}`] }),
  ]);
  between = await startBetween(server.url);
  await server.import(wideThread(12), '--page', 'tabs');
});

beforeEach(() => {
  between.written.length = between.asked.length = 0;
});

// Whatever a test left it in.
afterEach(() => server.up());

after(async () => {
  await browser.close();
  await between.stop();
  await server.stop();
  await host.stop();
});

async function show(reader: Reader, path = '/article'): Promise<void> {
  await reader.page.goto(host.url + path);
  await reader.section.first().getByRole('article').first().waitFor();
  await field(reader.section.first()).waitFor();
}

async function open(prepare?: (reader: Reader) => Promise<unknown>): Promise<Reader> {
  const reader = await newReader(browser);
  await prepare?.(reader);
  await show(reader);
  return reader;
}

/** Another tab of the same browser. */
async function second(reader: Reader): Promise<Reader> {
  const tab = await reader.tab();
  await show(tab);
  return tab;
}

const timesInFile = (text: string): number => server.rows('select id from comments where text = ?', text).length;

/** On the screen as sent, once there and once in the file. */
async function sent(reader: Reader, words: string): Promise<void> {
  await (await near(reader.section, 'Visitor', words)).getByRole('link', { name: /\d{4}/ }).waitFor();
  assert.equal(timesInFile(words), 1);
  assert.equal(await reader.section.getByText(words, { exact: true }).count(), 1);
}

function clean(...readers: readonly Reader[]): void {
  assert.deepEqual(
    readers.flatMap(({ errors }) => ownErrors(errors)),
    [],
    'nothing reached the page',
  );
}

const crash = async (session: CDPSession): Promise<void> => {
  // A page that is gone answers nothing.
  await Promise.race([
    session.send('Page.crash'),
    new Promise((go) => session.once('Inspector.targetCrashed', go)),
  ]).catch(() => undefined);
};

test('E2: a tab that crashes after the server took its words leaves them to the next tab, which sends them under the same key', async () => {
  const reader = await open();
  const session = await reader.context.newCDPSession(reader.page);
  await session.send('Inspector.enable');
  between.hold = 'after';
  await post(reader.section, 'Sent by a tab that crashed.');
  await eventually(() => between.waiting === 1, 'the request');
  assert.equal(timesInFile('Sent by a tab that crashed.'), 1, 'the server has it, and the tab does not know');
  await crash(session);
  between.release();
  const next = await second(reader);
  await sent(next, 'Sent by a tab that crashed.');
  assert.ok(between.written.length >= 2, 'sent again');
  assert.equal(new Set(between.written).size, 1, 'under one key');
  clean(next);
  await reader.context.close();
});

test('E6: a tab that crashes before the words were sent gives the draft back', async () => {
  const reader = await open();
  const session = await reader.context.newCDPSession(reader.page);
  await session.send('Inspector.enable');
  await field(reader.section).click();
  await reader.section.getByRole('textbox', { name: 'Your comment' }).pressSequentially('Half a sentence');
  await untilKept(reader.page, 'draft', 'Half a sentence');
  await crash(session);
  const next = await second(reader);
  await field(next.section).click();
  await eventually(
    async () => (await next.section.getByRole('textbox', { name: 'Your comment' }).inputValue()) === 'Half a sentence',
    'the draft',
  );
  assert.deepEqual(between.written, []);
  clean(next);
  await reader.context.close();
});

test('E3: a tab that is frozen while it sends holds nobody up, and learns what became of its words', async () => {
  const reader = await open();
  const session = await reader.context.newCDPSession(reader.page);
  between.hold = 'before';
  await post(reader.section, 'Frozen on the way.');
  await eventually(() => between.waiting === 1, 'the request');
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  between.release();
  const next = await second(reader);
  await sent(next, 'Frozen on the way.');
  await post(next.section, 'Written beside a frozen tab.');
  await sent(next, 'Written beside a frozen tab.');
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await sent(reader, 'Frozen on the way.');
  clean(reader, next);
  await reader.context.close();
});

test('E4: put away in the middle of sending and taken up from the back/forward cache, it goes on and sends nothing twice', async () => {
  const cached = await chromium.launch({
    executablePath: browserFor('chromium') as string,
    args: CHROMIUM_FLAGS as string[],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  try {
    const reader = await newReader(cached);
    const { page } = reader;
    await page.addInitScript(() => {
      addEventListener('pageshow', (event) => Object.assign(globalThis, { returned: event.persisted }));
    });
    await show(reader);
    between.hold = 'before';
    await post(reader.section, 'Put away on the way.');
    await eventually(() => between.waiting === 1, 'the request');
    await page.goto(`${host.url}/elsewhere`);
    between.release();
    await page.goBack({ waitUntil: 'commit' });
    await page.waitForFunction(() => 'returned' in globalThis);
    assert.equal(await page.evaluate(() => (globalThis as unknown as { returned: boolean }).returned), true);
    await sent(reader, 'Put away on the way.');
    await post(reader.section, 'Written after coming back.');
    await sent(reader, 'Written after coming back.');
    clean(reader);
  } finally {
    await cached.close();
  }
});

test('E7, E8, E10: without locks, without channels, or with locks that refuse, two tabs still send each word once', async () => {
  const worlds: Readonly<Record<string, () => void>> = {
    'no locks': () => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }),
    'no channel': () => Reflect.deleteProperty(globalThis, 'BroadcastChannel'),
    'locks that refuse': () => {
      LockManager.prototype.request = () =>
        Promise.reject(new DOMException('request() is not allowed in this context', 'SecurityError'));
    },
  };
  for (const [name, lack] of Object.entries(worlds)) {
    const reader = await newReader(browser);
    await reader.context.addInitScript(lack);
    await show(reader);
    const other = await second(reader);
    await Promise.all([
      post(reader.section, `From the first tab with ${name}.`),
      post(other.section, `From the second tab with ${name}.`),
    ]);
    await sent(reader, `From the first tab with ${name}.`);
    await sent(other, `From the second tab with ${name}.`);
    // Looked at again, each knows of the other.
    for (const { page } of [reader, other]) {
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    }
    assert.equal(between.written.length, new Set(between.written).size, `${name}: each sent once`);
    await comment(other.section, 'Visitor', `From the second tab with ${name}.`).waitFor();
    between.written.length = 0;
    clean(reader, other);
    await reader.context.close();
  }
});

test('E9: framed by two sites each frame has an outbox of its own and sends its own words', async () => {
  const { port } = new URL(host.url);
  const reader = await newReader(browser);
  const tabs = await Promise.all(
    ['one', 'two'].map(async (site) => {
      const { page } = await reader.tab();
      await page.goto(`http://${site}.test:${port}/framing`);
      const framed = page.frameLocator('iframe').locator('afterword-comments');
      await framed.getByRole('article').first().waitFor();
      await field(framed).click();
      await framed.getByRole('textbox', { name: 'Your comment' }).waitFor();
      return { framed, words: `Framed by site ${site}.` };
    }),
  );
  between.hold = 'before';
  for (const { framed, words } of tabs) await post(framed, words);
  await eventually(() => between.waiting === 2, 'both requests');
  for (const { framed, words } of tabs) {
    for (const other of tabs) if (other.words !== words) assert.equal(await framed.getByText(other.words).count(), 0);
  }
  between.release();
  for (const { framed, words } of tabs) {
    await (await near(framed, 'Visitor', words)).getByRole('link', { name: /\d{4}/ }).waitFor();
    assert.equal(timesInFile(words), 1);
  }
  clean(reader);
  await reader.context.close();
});

test('E14: fifty counters and ten sections share one database, one channel and one question about numbers', async () => {
  const reader = await newReader(browser);
  await reader.page.addInitScript(() => {
    const made = { channels: 0, databases: 0 };
    Object.assign(globalThis, { made });
    const { BroadcastChannel: Channel } = globalThis;
    const open = IDBFactory.prototype.open;
    globalThis.BroadcastChannel = class extends Channel {
      constructor(name: string) {
        super(name);
        made.channels += 1;
      }
    };
    IDBFactory.prototype.open = function (...asked) {
      made.databases += 1;
      return open.apply(this, asked);
    };
  });
  await reader.page.goto(`${host.url}/fifty`);
  await reader.section.last().getByRole('article').first().waitFor();
  await field(reader.section.last()).waitFor();
  await eventually(() => between.asked.some((it) => it.includes('/counts')), 'the numbers');
  const made = await reader.page.evaluate(() => (globalThis as unknown as { made: object }).made);
  assert.deepEqual(made, { channels: 1, databases: 1 });
  assert.equal(between.asked.filter((it) => it.includes('/counts')).length, 1, between.asked.join('\n'));
  const { held = [] } = await reader.page.evaluate(() => navigator.locks.query());
  assert.deepEqual(held, []);
  clean(reader);
  await reader.context.close();
});

test('E15: a section taken away while it sends, and put elsewhere, sends its words once', async () => {
  const reader = await open();
  between.hold = 'before';
  await post(reader.section, 'Taken away on the way.');
  await eventually(() => between.waiting === 1, 'the request');
  await reader.section.evaluate((element) => element.remove());
  between.release();
  await eventually(() => timesInFile('Taken away on the way.') === 1, 'the words in the file');
  await reader.page.evaluate((url) => {
    const again = document.createElement('afterword-comments');
    again.setAttribute('server', url);
    again.setAttribute('page-id', 'tabs');
    again.setAttribute('loading', 'eager');
    document.body.append(again);
  }, between.url);
  await sent(reader, 'Taken away on the way.');
  assert.equal(between.written.length, 1);
  clean(reader);
  await reader.context.close();
});

test('E16: on a page that replaces fetch, Promise and JSON and adds to Array.prototype it reads and writes', async () => {
  const reader = await newReader(browser);
  await reader.page.addInitScript(() => {
    Object.assign(Array.prototype, { first: () => 'junk', each: () => 'junk' });
  });
  await show(reader);
  await reader.page.evaluate(() => {
    const host = globalThis as unknown as Record<string, unknown>;
    const { parse, stringify } = JSON;
    host['fetch'] = () => {
      throw new Error('replaced by the page');
    };
    host['Promise'] = class Theirs extends Promise<unknown> {};
    host['JSON'] = { parse: (text: string) => parse(text), stringify: (value: unknown) => stringify(value) };
    host['Date'] = class Theirs extends Date {};
  });
  await post(reader.section, 'On a page that replaces things.');
  await sent(reader, 'On a page that replaces things.');
  clean(reader);
  await reader.context.close();
});

test('E17: the page’s own listeners throw, and the words go their way', async () => {
  const reader = await open();
  await reader.page.evaluate(() => {
    for (const type of ['afterword-submit', 'afterword-posted', 'afterword-count-change', 'afterword-failed']) {
      addEventListener(type, () => {
        throw new Error(`theirs: ${type}`);
      });
    }
  });
  await post(reader.section, 'Past a listener that throws.');
  await sent(reader, 'Past a listener that throws.');
  await reader.section.getByText('Comment posted.').first().waitFor({ state: 'attached' });
  assert.ok(reader.errors.some((error) => error.includes('theirs: afterword-posted')));
  assert.deepEqual(
    ownErrors(reader.errors).filter((error) => !error.includes('theirs')),
    [],
  );
  await reader.context.close();
});

test('F7: a duplicated tab, with everything the first had for its session, makes ids of its own', async () => {
  const reader = await open();
  const [page] = await Promise.all([
    reader.context.waitForEvent('page'),
    // With an opener the new tab begins with a copy of the session's storage, as *Duplicate tab* does.
    reader.page.evaluate(() => void window.open(location.href)),
  ]);
  const twin = page.locator('afterword-comments');
  await twin.getByRole('article').first().waitFor();
  await field(twin).waitFor();
  await post(reader.section, 'Written by the first of two.');
  await post(twin, 'Written by its twin.');
  await sent(reader, 'Written by the first of two.');
  await (await near(twin, 'Visitor', 'Written by its twin.')).getByRole('link', { name: /\d{4}/ }).waitFor();
  assert.equal(timesInFile('Written by its twin.'), 1);
  assert.equal(new Set(between.written).size, 2);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await reader.context.close();
});

test('F5: in another time zone the same comments stand in the same order, and only times read otherwise', async () => {
  const seen: { order: string[]; time: string | null }[] = [];
  for (const timezoneId of ['Pacific/Kiritimati', 'America/Los_Angeles']) {
    const reader = await newReader(browser, { timezoneId });
    await show(reader);
    const rows = reader.section.getByRole('article');
    const permalink = rows.first().getByRole('link', { name: /\d{4}/ });
    seen.push({
      order: await rows.evaluateAll((all) => all.map(({ id }) => id)),
      time: await permalink.getAttribute('aria-label'),
    });
    clean(reader);
    await reader.context.close();
  }
  assert.deepEqual(seen[0]?.order, seen[1]?.order);
  assert.notEqual(seen[0]?.time, seen[1]?.time);
});
