/**
 * Comments on passages, lived through with a real server and a real page: select, comment, come back; the author's
 * question; offline; and an article replaced by its next edition after ten of its passages were commented on.
 */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { axe, comment, near, newReader, openBrowser, ownErrors, type Reader } from '../helpers/reader.ts';
import { startAfterword, startHost, type AfterwordServer, type Host } from '../helpers/server.ts';

interface Edition {
  readonly id: string;
  readonly old_text: string;
  readonly new_text: string;
}

interface Line {
  readonly pair: string;
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly exact: string;
  readonly outcome: string;
  readonly expect_text: string | null;
}

const read = <Row>(file: string): Row[] =>
  readFileSync(`test/fixtures/revisions/${file}`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

/** Two short articles make one in which ten passages can be told apart. */
const editions = read<Edition>('pairs.jsonl').filter(({ id }) => id === 'bread' || id === 'owl');
const passages = read<Line>('quotes.jsonl')
  .filter(({ pair, exact }) => editions.some(({ id }) => id === pair) && exact.includes(' '))
  .filter(({ outcome }) => /^(unchanged|moved|edited|deleted|deleted-decoy)$/.test(outcome))
  .slice(0, 10);

let browser: Browser;
let server: AfterwordServer;
let host: Host;
let edition: 'old_text' | 'new_text' = 'old_text';

const QUESTION = 'Where did you learn this?';

before(async () => {
  host = await startHost(pageAt);
  [browser, server] = await Promise.all([openBrowser(), startAfterword({ origins: [host.url] })]);
});

after(async () => {
  await browser.close();
  await server.stop();
  await host.stop();
});

function pageAt(path: string): string | undefined {
  const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const paragraphs = (text: string): string =>
    text
      .split('\n\n')
      .map((one) => `<p>${escape(one)}</p>`)
      .join('\n');
  const script = (page: string): string =>
    `<script async src="${server.url}/embed.js" data-page-id="${page}" data-article="#text" data-selections></script>`;
  const whole = (text: string, page: string): string =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
     <title>Editions</title><style>article { max-width: 32rem; margin: auto; line-height: 1.6 }</style></head>
     <body><main><h1>Editions</h1><article id="text">${text}</article>${script(page)}</main></body></html>`;
  if (path === '/editions') return whole(paragraphs(editions.map((one) => one[edition]).join('\n\n')), 'editions');
  if (path === '/asked') {
    const asked = `<afterword-feedback id="machine" question="${QUESTION}">No machine will do this better than your hands</afterword-feedback>`;
    const text = paragraphs(editions[0]?.old_text ?? '');
    return whole(text.replace('No machine will do this better than your hands', asked), 'asked');
  }
  return path === '/story' ? whole(paragraphs(editions[0]?.old_text ?? ''), 'story') : undefined;
}

async function open(reader: Reader, path?: string): Promise<void> {
  await (path === undefined ? reader.page.reload() : reader.page.goto(`${host.url}${path}`));
  await reader.section.evaluate((element) => element.scrollIntoView());
  await reader.section.getByRole('button', { name: 'Keyboard shortcuts' }).waitFor();
  await reader.page.waitForFunction(
    () => document.querySelector('afterword-comments')?.shadowRoot?.querySelector('afterword-passages') !== null,
  );
}

/** Selects words of the article, as a reader with a mouse. */
async function select(page: Page, words: string): Promise<void> {
  await page.evaluate((wanted) => {
    const walker = document.createTreeWalker(document.querySelector('#text') as Element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
      const at = node.data.indexOf(wanted);
      if (at < 0) continue;
      node.parentElement?.scrollIntoView({ block: 'center' });
      document.getSelection()?.setBaseAndExtent(node, at, node, at + wanted.length);
      document.dispatchEvent(new PointerEvent('pointerup', { bubbles: true, pointerType: 'mouse' }));
      return;
    }
    throw new Error(`The article has no words: ${wanted}`);
  }, words);
}

const dialog = (section: Locator): Locator => section.getByRole('dialog');

async function write(section: Locator, text: string, name = 'Reader'): Promise<void> {
  await section.getByRole('textbox', { name: 'Your comment on this passage' }).fill(text);
  await dialog(section).getByRole('textbox', { name: /^Name/ }).fill(name);
}

async function commentOn({ page, section }: Reader, words: string, text: string): Promise<void> {
  await select(page, words);
  await section.getByRole('button', { name: 'Comment', exact: true }).click();
  await write(section, text);
  await dialog(section).getByRole('button', { name: 'Post', exact: true }).click();
  await dialog(section).getByText(text, { exact: true }).waitFor();
  await dialog(section).getByRole('button', { name: 'Close' }).click();
  await dialog(section).waitFor({ state: 'detached' });
}

const painted = (page: Page, look: string): Promise<string[]> =>
  page.evaluate(
    (name) => [...((CSS.highlights.get(`afterword-${name}`) ?? []) as Iterable<Range>)].map(String).filter(Boolean),
    look,
  );

test('I-1, I-3: a reader selects words and comments; after a reload both are found again, by others too', async () => {
  const reader = await newReader(browser);
  await open(reader, '/story');
  const before = await reader.page.locator('article#text').innerHTML();
  await commentOn(reader, 'fold the dough over itself four times', 'Three times, my aunt says.');
  await reader.section.getByText('Comment posted.').first().waitFor({ state: 'attached' });

  const other = await newReader(browser);
  await open(other, '/story');
  const name = '1 comment on “fold the dough over itself four times”';
  await other.section.getByRole('button', { name }).waitFor();
  assert.deepEqual(await painted(other.page, 'found'), ['fold the dough over itself four times']);
  await other.section.getByRole('button', { name }).click();
  await dialog(other.section).getByText('Three times, my aunt says.').waitFor();
  assert.deepEqual(await axe(other.page), []);
  await other.page.keyboard.press('Escape');
  await dialog(other.section).waitFor({ state: 'detached' });

  const row = await near(other.section, 'Reader', 'Three times');
  await row.getByRole('button', { name: /^Show in the text: “fold the dough/ }).click();
  await other.page.waitForFunction(() => (CSS.highlights.get('afterword-lit')?.size ?? 0) > 0);
  assert.equal(await reader.page.locator('article#text').innerHTML(), before);
  assert.deepEqual(ownErrors([...reader.errors, ...other.errors]), []);
  await reader.close();
  await other.close();
});

test('I-1, I-2: the author’s question is answered in place, and the answer stands in the thread with both', async () => {
  const reader = await newReader(browser);
  await open(reader, '/asked');
  const button = reader.page.locator('afterword-feedback').getByRole('button');
  await button.waitFor();
  assert.equal(await button.getAttribute('aria-label'), `${QUESTION} 0 comments`);
  await button.click();
  await write(reader.section, 'From a machine.');
  await dialog(reader.section).getByRole('button', { name: 'Post', exact: true }).click();
  await dialog(reader.section).getByRole('button', { name: 'The 1 comment on this passage' }).click();
  await reader.section.getByRole('button', { name: 'View all comments' }).waitFor();
  const row = comment(reader.section, 'Reader', 'From a machine.');
  await row.getByText(QUESTION).waitFor();
  await row.getByText('No machine will do this better than your hands').waitFor();
  await row.getByRole('link', { name: /\d{4}/ }).waitFor();
  const [kept] = server.rows("select q.* from comments c, quotes q where c.text = 'From a machine.'");
  assert.ok(kept, 'the server keeps the quote');
  assert.deepEqual(ownErrors(reader.errors), []);
  await reader.close();
});

test('I-1, R-5: a draft on a passage outlives a reload without network, with its passage', async () => {
  const reader = await newReader(browser);
  const { page, section } = reader;
  await open(reader, '/story');
  await select(page, 'put the bowl on top of the refrigerator');
  await section.getByRole('button', { name: 'Comment', exact: true }).click();
  await write(section, 'Mine has no top.');
  await page.keyboard.press('Escape');
  const unfinished = section.getByRole('button', { name: /^Your unfinished comment on “put the bowl on top/ });
  await unfinished.waitFor();

  // The page comes from the network; the comment server is not to be had.
  await page.route(`${server.url}/api/**`, (route) => route.abort());
  await open(reader);
  await unfinished.waitFor();
  assert.deepEqual(await painted(page, 'draft'), ['put the bowl on top of the refrigerator']);
  await unfinished.click();
  const field = section.getByRole('textbox', { name: 'Your comment on this passage' });
  await page.waitForFunction(
    () =>
      document
        .querySelector('afterword-comments')
        ?.shadowRoot?.querySelector('afterword-passages')
        ?.shadowRoot?.querySelector('afterword-passage')
        ?.shadowRoot?.querySelector('afterword-form')
        ?.shadowRoot?.querySelector('textarea')?.value === 'Mine has no top.',
  );
  await field.focus();
  await dialog(section).getByRole('button', { name: 'Post', exact: true }).click();
  await comment(section, 'Reader', 'Mine has no top.').waitFor();
  assert.equal(server.rows("select id from comments where text = 'Mine has no top.'").length, 0);

  await page.unroute(`${server.url}/api/**`);
  const row = await near(section, 'Reader', 'Mine has no top.');
  // It may be sent by itself before the button is pressed.
  await row
    .getByRole('button', { name: 'Send now' })
    .click({ timeout: 3_000 })
    .catch(() => undefined);
  await row.getByRole('link', { name: /\d{4}/ }).waitFor();
  assert.equal(server.rows("select id from comments where text = 'Mine has no top.'").length, 1);
  await reader.close();
});

test('I-5: ten passages are commented on, the article comes in a new edition: each is painted, dashed or gone as it should be', async () => {
  edition = 'old_text';
  const reader = await newReader(browser);
  await open(reader, '/editions');
  assert.equal(passages.length, 10);
  for (const { id, exact } of passages) await commentOn(reader, exact, `On ${id}.`);
  await reader.close();

  edition = 'new_text';
  const other = await newReader(browser);
  const { page, section } = other;
  await open(other, '/editions');
  const gone = passages.filter(({ outcome }) => outcome.startsWith('deleted'));
  // Rows far below are drawn when the reader comes near: each is waited for where it stands.
  for (const { id, outcome } of passages) {
    const row = await near(section, 'Reader', `On ${id}.`);
    const told = outcome.startsWith('deleted')
      ? row.getByText('No longer in the text.')
      : row.getByRole('button', { name: /^Show in the text/ });
    await told.waitFor();
  }
  const [sure, probable] = [await painted(page, 'found'), await painted(page, 'probable')];
  for (const { id, outcome, exact, expect_text } of passages) {
    const row = await near(section, 'Reader', `On ${id}.`);
    await row
      .locator('blockquote')
      .filter({ hasText: exact.slice(0, 40) })
      .waitFor();
    const expected = expect_text ?? exact;
    const isGone = outcome.startsWith('deleted');
    assert.equal(await row.getByText('No longer in the text.').count(), isGone ? 1 : 0, `${id}: ${outcome}`);
    assert.equal(await row.getByRole('button', { name: /^Show in the text/ }).count(), isGone ? 0 : 1, id);
    if (isGone) assert.ok(![...sure, ...probable].includes(exact), `${id} is not painted`);
    else if (outcome === 'edited')
      assert.ok(
        [...sure, ...probable].some((it) => share(it, expected) > 0.6),
        `${id} is painted on its new words`,
      );
    else
      assert.ok(
        [...sure, ...probable].some((it) => bare(it) === bare(expected)),
        `${id} is painted where it stands`,
      );
    assert.equal(
      await row.getByText('The passage was edited since.').count(),
      probable.some((it) => share(it, expected) > 0.6) && !isGone ? 1 : 0,
      `${id} says whether it was edited`,
    );
  }
  assert.equal(sure.length + probable.length, passages.length - gone.length);
  assert.deepEqual(ownErrors(other.errors), []);
  await other.close();
});

/** A passage ends with its last word. */
function bare(text: string): string {
  return text.replace(/[\s.]+$/, '');
}

/** How many of the words of one text the other has. */
function share(one: string, other: string): number {
  const [mine, theirs] = [one, other].map((text) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []));
  return [...(theirs ?? [])].filter((word) => mine?.has(word)).length / Math.max(1, theirs?.size ?? 1);
}
