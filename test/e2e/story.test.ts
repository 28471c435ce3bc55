/**
 * The story a stranger lives through with the demo: reads a discussion under an article, sorts, votes, replies, edits,
 * goes offline, reads and writes on, comes back, and finds every word in the server's SQLite file, once.
 */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  networkQuiet,
  arrive,
  axe,
  choose,
  comment,
  field,
  near,
  newReader,
  openBrowser,
  ownErrors,
  post,
  reply,
  sortBy,
  untilKept,
} from '../helpers/reader.ts';
import { startAfterword, type AfterwordServer } from '../helpers/server.ts';

/** A line of the sample discussion, as far as this is about it. */
interface Line {
  readonly kind: string;
  readonly page?: string;
  readonly state?: string;
}

let browser: Browser;
let server: AfterwordServer;

before(async () => {
  [browser, server] = await Promise.all([openBrowser(), startAfterword()]);
});

after(async () => {
  await browser.close();
  await server.stop();
});

function timesInFile(text: string): number {
  return server.rows('select id from comments where text = ?', text).length;
}

test('a stranger reads, sorts, votes, replies, edits, writes offline and finds every word once in the file', async () => {
  const reader = await newReader(browser);
  const { page, section } = reader;
  await arrive(reader, server.url);
  const sample = readFileSync('demo/sample.jsonl', 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const ofPage = sample.filter(({ kind, page: name }) => kind === 'comment' && name === 'seven-minutes-fast');
  const count = ofPage.filter(({ state }) => state !== 'deleted').length;
  await section.getByRole('heading', { name: `${count} comments` }).waitFor();
  await comment(section, 'Maren Oake', 'to save the others a stamp').waitFor();

  await sortBy(section, 'Most voted');
  await section.getByRole('article').nth(1).waitFor();
  await comment(section, 'Bill Tarrant', 'I kept a signal box').waitFor();

  const bill = await near(section, 'Bill Tarrant', 'I kept a signal box');
  const up = bill.getByRole('button', { name: /^Vote up Bill Tarrant’s comment/ });
  await up.click();
  assert.equal(await up.getAttribute('aria-pressed'), 'true');

  await reply(section, 'Bill Tarrant', 'I kept a signal box', 'What kind of bread was it?');
  const asked = await near(section, 'Visitor', 'What kind of bread was it?');
  await asked.waitFor();
  await section.getByText('Comment posted.').first().waitFor({ state: 'attached' });

  await choose(asked, 'Visitor', /^Edit/);
  const edit = section.getByRole('textbox', { name: 'Edit your comment' });
  await edit.fill('What kind of bread was it, Mr Tarrant?');
  await section.getByRole('button', { name: 'Save', exact: true }).click();
  await (await near(section, 'Visitor', 'Mr Tarrant?')).getByText('edited', { exact: true }).waitFor();

  // The network goes. The page is loaded anew from what the browser keeps, and goes on.
  await page.evaluate(() => navigator.serviceWorker.ready);
  await reader.context.setOffline(true);
  await reply(section, 'Bill Tarrant', 'I kept a signal box', 'Written under the sea.');
  await (
    await near(section, 'Visitor', 'Written under the sea.')
  )
    .getByText('will be sent when you are online')
    .waitFor();
  await arrive(reader);
  await comment(section, 'Maren Oake', 'to save the others a stamp').waitFor();
  await comment(section, 'Visitor', 'Written under the sea.').first().waitFor();
  await post(section, 'Written after the reload, still under the sea.');
  await (await near(section, 'Visitor', 'still under the sea')).getByText('will be sent when you are online').waitFor();
  assert.equal(timesInFile('Written under the sea.'), 0);

  await reader.context.setOffline(false);
  await section.getByText('will be sent when you are online').first().waitFor({ state: 'detached' });
  await arrive(reader);
  await comment(section, 'Visitor', 'still under the sea').waitFor();

  for (const text of [
    'What kind of bread was it, Mr Tarrant?',
    'Written under the sea.',
    'Written after the reload, still under the sea.',
  ]) {
    assert.equal(timesInFile(text), 1, text);
    assert.equal(await section.getByText(text, { exact: true }).count(), 1, text);
  }
  assert.equal(timesInFile('What kind of bread was it?'), 0, 'the text before the edit');
  assert.equal(server.rows('select value from votes').length, 1);
  assert.deepEqual(ownErrors(reader.errors), []);
  assert.deepEqual(reader.foreign(server.url), []);
  await reader.close();
});

test('R-6, E5: what was written offline in a tab that closed is sent by the next page of the site', async () => {
  const reader = await newReader(browser);
  await arrive(reader, server.url);
  await reader.page.evaluate(() => navigator.serviceWorker.ready);
  await reader.context.setOffline(true);
  await post(reader.section, 'Left behind in a closed tab.');
  await (await near(reader.section, 'Visitor', 'Left behind')).getByText('will be sent when you are online').waitFor();
  await reader.page.close();
  await reader.context.setOffline(false);

  const next = await reader.tab();
  await arrive(next, `${server.url}/demo/playground.html`);
  await comment(next.section, 'Visitor', 'Left behind').waitFor();
  await (await near(next.section, 'Visitor', 'Left behind')).getByRole('link', { name: /\d{4}/ }).waitFor();
  assert.equal(timesInFile('Left behind in a closed tab.'), 1);
  await reader.close();
});

test('R-6, E1: two tabs that both hold the outbox send each comment once, and show each other what they wrote', async () => {
  const reader = await newReader(browser);
  const other = await reader.tab();
  for (const one of [reader, other]) {
    await arrive(one, server.url);
  }
  await reader.context.setOffline(true);
  await post(reader.section, 'From the first tab.', 'Two');
  await post(other.section, 'From the second tab.', 'Two');
  for (const one of [reader, other]) {
    await comment(one.section, 'Two', 'From the first tab.').waitFor();
    await comment(one.section, 'Two', 'From the second tab.').waitFor();
  }
  await reader.context.setOffline(false);
  for (const one of [reader, other]) {
    await one.section.getByText('will be sent when you are online').first().waitFor({ state: 'detached' });
    for (const text of ['From the first tab.', 'From the second tab.']) {
      await comment(one.section, 'Two', text).waitFor();
      assert.equal(await one.section.getByText(text, { exact: true }).count(), 1);
    }
  }
  for (const text of ['From the first tab.', 'From the second tab.']) assert.equal(timesInFile(text), 1, text);
  assert.deepEqual(ownErrors([...reader.errors, ...other.errors]), []);
  await reader.close();
});

test('S-2: what is one’s own is asked only with a token, after the list, and never by a reader who only reads', async () => {
  const reader = await newReader(browser);
  const { page, section } = reader;
  await arrive(reader, server.url);
  await networkQuiet(page);
  assert.deepEqual(
    reader.requests.filter(({ url, authorization }) => authorization || url.includes('/mine')),
    [],
  );

  await post(section, 'Now I have a token.');
  await section.getByText('Comment posted.').first().waitFor({ state: 'attached' });
  reader.requests.length = 0;
  await arrive(reader);
  await section.getByText('Now I have a token.').waitFor();
  await (await near(section, 'Visitor', 'Now I have a token.')).getByText('You', { exact: true }).waitFor();
  const asked = reader.requests.filter(({ url }) => url.includes('/api/'));
  const mine = asked.findIndex(({ url }) => url.includes('/mine'));
  const list = asked.findIndex(({ url }) => url.includes('/comments'));
  assert.ok(list >= 0 && mine > list, 'mine after list');
  assert.equal(asked[mine]?.authorization, true);
  assert.equal(asked[list]?.authorization, false);
  await reader.close();
});

/** Until the form of the section is here, with just these words in it. */
async function fieldHolds(page: Page, words: string): Promise<void> {
  await page.waitForFunction(
    (text) =>
      document
        .querySelector('afterword-comments')
        ?.shadowRoot?.querySelector('afterword-form')
        ?.shadowRoot?.querySelector('textarea')?.value === text,
    words,
  );
}

test('R-5: a draft survives a reload and goes only when the comment is safe', async () => {
  const reader = await newReader(browser);
  const { page, section } = reader;
  await arrive(reader, server.url);
  const words = 'A draft that I have not sent';
  await section.getByRole('article').first().waitFor();
  await field(section).click();
  await section.getByRole('textbox', { name: 'Your comment' }).pressSequentially(words);
  // Kept at a pause: as soon as the disk has it, the reader may go.
  await untilKept(page, 'draft', words);
  await arrive(reader);
  await field(section).click();
  await fieldHolds(page, words);
  await reader.close();
});

test('R-5: words typed right before a reload are in the field again, each time', async () => {
  const reader = await newReader(browser);
  const { page, section } = reader;
  await arrive(reader, server.url);
  // The part that writes is here: a reload before it came, in the first moment of a visit, is another story.
  await networkQuiet(page);
  let words = '';
  for (const word of ['Not', 'one', 'of', 'them', 'is', 'lost']) {
    await field(section).click();
    const typed = section.getByRole('textbox', { name: 'Your comment' });
    await fieldHolds(page, words);
    words = `${words} ${word}`.trim();
    await typed.fill(words);
    await arrive(reader);
  }
  await reader.close();
});

test('R-11: axe finds nothing in the article, the playground, on a phone, in the dark or from right to left', async () => {
  const states = [
    { path: '/', options: {} },
    { path: '/', options: { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true } },
    { path: '/', options: { colorScheme: 'dark' as const } },
    { path: '/demo/revisions.html', options: {} },
    { path: '/demo/revisions.html', options: { colorScheme: 'dark' as const, viewport: { width: 320, height: 700 } } },
    { path: '/demo/playground.html', options: {} },
    { path: '/demo/playground.html', options: { colorScheme: 'dark' as const, viewport: { width: 390, height: 800 } } },
  ];
  for (const { path, options } of states) {
    const reader = await newReader(browser, options);
    await arrive(reader, server.url + path);
    await networkQuiet(reader.page);
    const said = `${path} ${JSON.stringify(options)}`;
    assert.deepEqual(await axe(reader.page), [], said);
    const wide = await reader.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${said} scrolls sideways by ${wide}`);
    assert.deepEqual(reader.errors, [], said);
    await reader.close();
  }
});
