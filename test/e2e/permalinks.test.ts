/** Links to single comments, wherever in the thread they are, and comments that wait for approval (S-5, R-6). */
import { strict as assert } from 'node:assert';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { deepThread } from '../fixtures/threads.ts';
import {
  arrive,
  comment,
  loadEverything,
  near,
  newReader,
  openBrowser,
  ownErrors,
  post,
  sortBy,
} from '../helpers/reader.ts';
import { startAfterword, startHost, type AfterwordServer, type Host } from '../helpers/server.ts';

let browser: Browser;
let server: AfterwordServer;
let host: Host;
const thread = deepThread();

before(async () => {
  host = await startHost((path) =>
    path.startsWith('/deep')
      ? `<!doctype html><html lang="en"><title>Deep</title><article><h1>Deep</h1><p>${'Some lines of an article. '.repeat(300)}</p></article>
         <script async src="${server.url}/embed.js" data-page-id="${path.slice(1)}"></script></html>`
      : undefined,
  );
  [browser, server] = await Promise.all([openBrowser(), startAfterword({ origins: [host.url] })]);
  await server.import(thread, '--page', 'deep');
});

after(async () => {
  await browser.close();
  await server.stop();
  await host.stop();
});

/** The deepest comment of the oldest root: on the last page of "newest", behind a gap. */
function farAway(): (typeof thread)[number] {
  const parents = new Map(thread.map(({ id, parentId }) => [id, parentId]));
  const depth = (id: string): number => {
    const parent = parents.get(id);
    return parent ? depth(parent) + 1 : 1;
  };
  return [...thread].sort((a, b) => depth(b.id) - depth(a.id))[0] as (typeof thread)[number];
}

test('R-9: an old id of an imported comment opens the page on it, twelve levels down, focused and marked', async () => {
  const target = farAway();
  const reader = await newReader(browser);
  await reader.page.goto(`${host.url}/deep#comment-${target.id}`);
  const linked = reader.section.getByRole('article').filter({ hasText: 'Linked comment' }).first();
  await linked.waitFor();
  assert.ok((await linked.getAttribute('aria-labelledby')) !== null);
  await reader.page.waitForFunction(() => {
    let active: Element | null = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active?.localName === 'article';
  });
  assert.ok(await linked.isVisible());
  const box = await linked.boundingBox();
  const height = reader.page.viewportSize()?.height ?? 0;
  assert.ok(box && box.y < height && box.y + box.height > 0, 'within the window');
  await reader.section.getByRole('button', { name: 'Back to all comments' }).click();
  await reader.section.getByRole('heading', { name: '541 comments' }).waitFor();
  assert.deepEqual(ownErrors(reader.errors), []);
  await reader.close();
});

test('R-9: a permalink copied from a comment opens on it in a fresh browser', async () => {
  const reader = await newReader(browser);
  await reader.page.goto(`${host.url}/deep`);
  const first = reader.section.getByRole('article').first();
  await first.waitFor();
  const href = await first.getByRole('link', { name: /\d{4}/ }).first().getAttribute('href');
  assert.ok(href !== null && href.includes('#comment-'));
  const other = await newReader(browser);
  await other.page.goto(new URL(href, `${host.url}/deep`).href);
  await other.page.waitForFunction((id) => {
    let active: Element | null = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active?.id === id;
  }, new URL(href, host.url).hash.slice(1));
  await reader.close();
  await other.close();
});

test('R-9: a link to an unknown comment says so, and the discussion is shown', async () => {
  const reader = await newReader(browser);
  await reader.page.goto(`${host.url}/deep#comment-3f2b0c52-0000-4000-8000-000000000000`);
  await reader.section
    .getByText(/linked comment (is not in this discussion|was removed)/i)
    .first()
    .waitFor();
  await reader.section.getByRole('article').first().waitFor();
  assert.deepEqual(ownErrors(reader.errors), []);
  await reader.close();
});

test('R-3: paging through 541 comments with 121 below one root shows each once, in every order', async () => {
  for (const order of ['Newest', 'Oldest', 'Most voted'] as const) {
    const reader = await newReader(browser);
    await reader.page.goto(`${host.url}/deep`);
    const { section } = reader;
    await section.getByRole('article').first().waitFor();
    await sortBy(section, order);
    await loadEverything(reader, order === 'Newest' ? 'pages' : 'all');
    const ids = await section.getByRole('article').evaluateAll((rows) => rows.map(({ id }) => id));
    assert.equal(ids.length, 541, order);
    assert.equal(new Set(ids).size, 541, order);
    await reader.close();
  }
});

test('S-5: a held comment is its writer’s alone until the operator approves it', async () => {
  const held = await startAfterword({ settings: { hold: 'everyone' } });
  assert.equal((await held.command('import', resolve('demo/sample.jsonl'))).code, 0);
  const writer = await newReader(browser);
  const stranger = await newReader(browser);
  try {
    await arrive(writer, held.url);
    await post(writer.section, 'Please approve of me.');
    await (await near(writer.section, 'Visitor', 'approve of me')).getByText('Awaiting approval').waitFor();
    await arrive(writer);
    await (await near(writer.section, 'Visitor', 'approve of me')).getByText('Awaiting approval').waitFor();

    await arrive(stranger, held.url);
    assert.equal(await stranger.section.getByText('approve of me').count(), 0);

    const list = await held.command('comments', 'list', '--state', 'held');
    assert.equal(list.code, 0, list.err);
    assert.match(list.out, /Please approve of me\./);
    const [row] = held.rows('select id from comments where text = ?', 'Please approve of me.');
    const approved = await held.command('comments', 'approve', String(row?.['id']));
    assert.equal(approved.code, 0, approved.err);

    await arrive(stranger);
    await comment(stranger.section, 'Visitor', 'approve of me').waitFor();
    await arrive(writer);
    await comment(writer.section, 'Visitor', 'approve of me').waitFor();
    await (
      await near(writer.section, 'Visitor', 'approve of me')
    )
      .getByText('Awaiting approval')
      .waitFor({ state: 'detached' });
    assert.deepEqual(ownErrors([...writer.errors, ...stranger.errors]), []);
  } finally {
    await writer.close();
    await stranger.close();
    await held.stop();
  }
});
