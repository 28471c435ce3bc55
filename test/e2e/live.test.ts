/** Live: two readers of a real server, each with a browser of their own. */
import { strict as assert } from 'node:assert';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createPipe, type AddressInfo, type Server as Pipe, type Socket } from 'node:net';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  arrive,
  axe,
  comment,
  eventually,
  kept,
  networkQuiet,
  newReader,
  openBrowser,
  ownErrors,
  post,
  reply,
  type Reader,
} from '../helpers/reader.ts';
import { startAfterword, type AfterwordServer } from '../helpers/server.ts';

let browser: Browser;
let server: AfterwordServer;
let host: Host;

/** A page of a blog, and in front of the comment server a wire that the test can cut. */
interface Host {
  readonly url: string;
  cut(): void;
  stop(): Promise<void>;
}

before(async () => {
  [browser, server] = await Promise.all([openBrowser(), startAfterword()]);
  host = await startHost();
});

after(async () => {
  await browser.close();
  await host.stop();
  await server.stop();
});

async function startHost(): Promise<Host> {
  const wires = new Set<Socket>();
  const pipe: Pipe = createPipe((socket) => {
    const onward = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    for (const [end, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      wires.add(end);
      end.on('error', () => undefined);
      end.on('close', () => {
        wires.delete(end);
        other.destroy();
      });
    }
  });
  pipe.listen(0, '127.0.0.1');
  await once(pipe, 'listening');
  const comments = `http://localhost:${(pipe.address() as AddressInfo).port}`;
  const pages: Server = createServer((request, response) => {
    const page = new URL(request.url ?? '/', 'http://x').pathname.slice(1);
    const text = `<p>${'An article of some length. '.repeat(60)}</p>`.repeat(6);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><title>${page}</title><main><h1>${page}</h1>${text}
      <a href="/elsewhere">Elsewhere</a>
      <script async src="${comments}/embed.js" data-page-id="${page}"></script></main></html>`);
  });
  pages.listen(0, '127.0.0.1');
  await once(pages, 'listening');
  return {
    url: `http://localhost:${(pages.address() as AddressInfo).port}`,
    cut: () => wires.forEach((wire) => wire.destroy()),
    stop: async () => {
      wires.forEach((wire) => wire.destroy());
      pages.closeAllConnections();
      await Promise.all([pages, pipe].map((one) => new Promise((closed) => one.close(closed))));
    },
  };
}

const streams = ({ requests }: Reader): number => requests.filter(({ url }) => url.includes('/api/v1/events')).length;

/** The reader's page listens: its stream is open. */
async function listens(reader: Reader): Promise<void> {
  await reader.section.getByRole('button', { name: 'Pause live updates' }).waitFor();
  while (streams(reader) === 0) await reader.page.waitForRequest(/\/api\/v1\/events/);
}

/** Where the row of a comment is in the window. */
function topOf(page: Page, id: string): Promise<number> {
  return page.evaluate((wanted) => {
    const roots: (Document | ShadowRoot)[] = [document];
    for (const root of roots) {
      const found = root.getElementById(wanted);
      if (found) return Math.round(found.getBoundingClientRect().top * 100) / 100;
      for (const element of root.querySelectorAll('*')) if (element.shadowRoot) roots.push(element.shadowRoot);
    }
    throw new Error(`no ${wanted}`);
  }, id);
}

async function begin(page: string, comments: number): Promise<void> {
  const at = (index: number): string => new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString();
  await server.import(
    Array.from({ length: comments }, (_, index) => ({
      id: `${page}-${index}`,
      page,
      author: { name: `Writer ${index}` },
      text: `Comment ${index}. ${'Some words to read. '.repeat(12)}`,
      createdAt: at(index),
    })),
  );
}

async function enter(page: string, options = {}): Promise<Reader> {
  const reader = await newReader(browser, options);
  await arrive(reader, `${host.url}/${page}`);
  await listens(reader);
  return reader;
}

test('R-10: what one reader writes waits for the other, moves nothing, and is shown at a press', async () => {
  await begin('two-readers', 12);
  const [ann, ben] = await Promise.all([enter('two-readers'), enter('two-readers')]);
  await ann.page.evaluate(() => {
    const shifts = { sum: 0 };
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, hadRecentInput } = entry as unknown as { value: number; hadRecentInput: boolean };
        if (!hadRecentInput) shifts.sum += value;
      }
    }).observe({ type: 'layout-shift', buffered: false });
  });
  const seen = comment(ann.section, 'Writer 9');
  await seen.scrollIntoViewIfNeeded();
  const id = (await seen.getAttribute('id')) ?? '';
  const before = await topOf(ann.page, id);

  await post(ben.section, 'Fresh from Ben.', 'Ben');
  await reply(ben.section, 'Writer 9', 'Comment 9', 'An answer of Ben’s.', 'Ben');
  await comment(ben.section, 'Ben', 'An answer').waitFor();
  await ann.section.getByRole('button', { name: '1 new comment' }).waitFor({ state: 'attached' });
  await ann.section.getByRole('button', { name: /^1 new reply to .*Writer 9/ }).waitFor({ state: 'attached' });
  assert.equal(await topOf(ann.page, id), before);
  assert.equal(await ann.page.evaluate(() => (globalThis as unknown as { shifts: { sum: number } }).shifts.sum), 0);
  assert.equal(await ann.section.getByText('Fresh from Ben.').count(), 0);
  assert.equal(await ben.section.getByRole('button', { name: /new (comment|reply)/ }).count(), 0, 'no echo');
  assert.deepEqual(await axe(ann.page, 'afterword-comments'), []);

  await ann.section.getByRole('button', { name: '1 new comment' }).press('Enter');
  await comment(ann.section, 'Ben', 'Fresh from Ben.').waitFor();
  await ann.section.getByRole('button', { name: /^1 new reply/ }).click();
  await comment(ann.section, 'Ben', 'An answer').waitFor();

  const up = comment(ben.section, 'Writer 11').getByRole('button', { name: /^Vote up/ });
  await up.scrollIntoViewIfNeeded();
  await up.click();
  await comment(ann.section, 'Writer 11')
    .getByRole('button', { name: /^Vote up .* 1 vote/ })
    .waitFor();
  for (const reader of [ann, ben]) {
    assert.deepEqual(ownErrors(reader.errors), []);
    assert.equal(streams(reader), 1);
    await reader.close();
  }
});

test('R-10: a connection that is cut comes back without loss or repeat, as does one to a server that starts again', async () => {
  await begin('cut', 3);
  const [ann, ben] = await Promise.all([enter('cut'), enter('cut')]);
  for (let round = 0; round < 3; round += 1) {
    host.cut();
    await post(ben.section, `While the wire was cut, ${round}.`, 'Ben');
    await ann.section
      .getByRole('button', { name: `${round + 1} new comment${round > 0 ? 's' : ''}` })
      .waitFor({ state: 'attached' });
  }
  await server.down();
  await server.up();
  await post(ben.section, 'After the server came back.', 'Ben');
  await ann.section.getByRole('button', { name: '4 new comments' }).click();
  for (const text of [0, 1, 2].map((round) => `While the wire was cut, ${round}.`)) {
    await comment(ann.section, 'Ben', text).waitFor();
    assert.equal(await ann.section.getByText(text, { exact: true }).count(), 1);
  }
  await comment(ann.section, 'Ben', 'After the server came back.').waitFor();
  assert.equal(await ann.section.getByRole('article').count(), 7);
  await Promise.all([ann.close(), ben.close()]);
});

test('R-10: a paused page asks for nothing, and one that goes on catches up', async () => {
  await begin('paused', 3);
  const [ann, ben] = await Promise.all([enter('paused'), enter('paused')]);
  await ann.section.getByRole('button', { name: 'Pause live updates' }).click();
  await ann.section.getByRole('button', { name: 'Resume live updates' }).waitFor();
  await networkQuiet(ann.page);
  // What is asked of the server: a later part of ours may still come.
  const asks = () => ann.requests.filter(({ url }) => url.includes('/api/')).map(({ url }) => url);
  const asked = asks();
  await post(ben.section, 'While Ann had paused.', 'Ben');
  await comment(ben.section, 'Ben', 'While Ann').waitFor();
  await ben.section.getByText('Comment posted.').first().waitFor({ state: 'attached' });
  assert.equal(await ann.section.getByRole('button', { name: '1 new comment' }).count(), 0);
  assert.deepEqual(asks(), asked);
  await ann.section.getByRole('button', { name: 'Resume live updates' }).click();
  await ann.section.getByRole('button', { name: '1 new comment' }).waitFor({ state: 'attached' });
  // The choice of the site is remembered.
  await ann.section.getByRole('button', { name: 'Pause live updates' }).click();
  await eventually(async () => {
    const rows = await kept(ann.page).catch(() => []);
    return rows.some(([key, value]) => key.startsWith('live') && value === 'paused');
  }, 'the choice is on the disk');
  await arrive(ann);
  await ann.section.getByRole('button', { name: 'Resume live updates' }).waitFor();
  await Promise.all([ann.close(), ben.close()]);
});

test('R-10: what came since the last visit is marked and can be stepped through', async () => {
  await begin('unread', 4);
  const ann = await enter('unread');
  assert.equal(await ann.section.getByRole('button', { name: /^Next unread/ }).count(), 0, 'a first visit');
  await ann.page.goto(`${host.url}/elsewhere-quiet`);
  const ben = await enter('unread');
  await post(ben.section, 'One for the next visit.', 'Ben');
  await reply(ben.section, 'Writer 2', 'Comment 2', 'Another for it.', 'Ben');
  await ben.section.getByText('Comment posted.').first().waitFor({ state: 'attached' });
  await arrive(ann, `${host.url}/unread`);
  const next = ann.section.getByRole('button', { name: 'Next unread (2)' });
  await next.click();
  await ann.page.waitForFunction(() =>
    (
      document.activeElement?.shadowRoot?.activeElement?.shadowRoot?.activeElement as HTMLElement | null
    )?.innerText.includes('One for the next visit.'),
  );
  await ann.section.getByRole('button', { name: /^Next unread/ }).click();
  await ann.section.getByRole('button', { name: 'Next unread (1)' }).waitFor();
  await Promise.all([ann.close(), ben.close()]);
});

test('E4: a page with a stream rests in the back/forward cache, and catches up when it is taken out', async () => {
  await begin('resting', 3);
  const [ann, ben] = await Promise.all([enter('resting'), enter('resting')]);
  await ann.page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
  await ann.page.goto(`${host.url}/elsewhere-too`);
  await post(ben.section, 'While Ann was elsewhere.', 'Ben');
  await ben.section.getByText('Comment posted.').first().waitFor({ state: 'attached' });
  await ann.page.goBack();
  await ann.section
    .getByText('While Ann was elsewhere.')
    .or(ann.section.getByRole('button', { name: '1 new comment' }))
    .first()
    .waitFor({ state: 'attached' });
  const reasons = await ann.page.evaluate(() => {
    const [entry] = performance.getEntriesByType('navigation') as unknown as { notRestoredReasons?: unknown }[];
    const { sameDocument } = globalThis as unknown as { sameDocument?: boolean };
    return { sameDocument: sameDocument === true, why: JSON.stringify(entry?.notRestoredReasons ?? null) };
  });
  // A browser under remote control may have the cache switched off; then it says so, and names nothing of ours.
  if (!reasons.sameDocument) console.log(`The page was loaded anew: ${reasons.why}`);
  assert.doesNotMatch(reasons.why, /outstanding-network|websocket|lock|stream/i);
  await Promise.all([ann.close(), ben.close()]);
});
