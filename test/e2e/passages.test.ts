/**
 * Comments on passages, lived through with a real server and a real page: select, comment, come back; the author's
 * question; offline; and articles replaced by their next edition after ten of their passages were commented on.
 */
import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { axe, comment, nameIn, near, newReader, openBrowser, ownErrors, type Reader } from '../helpers/reader.ts';
import { startAfterword, startHost, type AfterwordServer, type Host } from '../helpers/server.ts';

interface Pair {
  readonly id: string;
  readonly old_text: string;
  readonly new_text: string;
  readonly old_html?: string;
  readonly new_html?: string;
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

/** An article in two editions, and ten of its passages. */
interface Article {
  readonly old: string;
  readonly new: string;
  readonly passages: readonly Line[];
}

const read = <Row>(file: string): Row[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const paragraphs = (text: string): string =>
  text
    .split('\n\n')
    .map((one) => `<p>${escape(one)}</p>`)
    .join('\n');

/** Of our own writing: two short articles make one in which ten passages can be told apart. */
function ownArticle(): Article {
  const pairs = read<Pair>('test/fixtures/revisions/pairs.jsonl').filter(({ id }) => id === 'bread' || id === 'owl');
  const passages = read<Line>('test/fixtures/revisions/quotes.jsonl')
    .filter(({ pair, exact }) => pairs.some(({ id }) => id === pair) && exact.includes(' '))
    .filter(({ outcome }) => /^(unchanged|moved|edited|deleted|deleted-decoy)$/.test(outcome))
    .slice(0, 10);
  const [old, now] = (['old_text', 'new_text'] as const).map((text) =>
    paragraphs(pairs.map((one) => one[text]).join('\n\n')),
  );
  return { old: old ?? '', new: now ?? '', passages };
}

/** A guide as its authors really revised it, markup and all, with ten passages of whose fate its history tells. */
function realArticle(folder: string): Article {
  const pair = read<Pair>(`${folder}/pairs.jsonl`).find(({ id }) => id === 'p110');
  const old = pair?.old_text.replace(/\s+/g, ' ') ?? '';
  const lines = read<Line>(`${folder}/quotes.jsonl`).filter(({ pair: id, exact, start, end }) => {
    const around = `${pair?.old_text[start - 1] ?? ''}${pair?.old_text[end] ?? ''}`;
    const once = old.split(exact.replace(/\s+/g, ' ')).length === 2;
    return id === pair?.id && once && exact.includes(' ') && !/[\p{L}\p{N}]/u.test(around);
  });
  const some = (outcome: RegExp, most: number): Line[] =>
    lines.filter((one) => outcome.test(one.outcome)).slice(0, most);
  const passages = [some(/^edited/, 3), some(/^deleted/, 2), some(/^moved/, 2), some(/^unchanged/, 3)].flat();
  return { old: pair?.old_html ?? '', new: pair?.new_html ?? '', passages };
}

const real = '../shared/data/anchoring';
const articles: Readonly<Record<string, Article>> = {
  own: ownArticle(),
  ...(existsSync(`${real}/pairs.jsonl`) && { real: realArticle(real) }),
};
const [bread = ''] = read<Pair>('test/fixtures/revisions/pairs.jsonl').map(({ old_text }) => paragraphs(old_text));

let browser: Browser;
let server: AfterwordServer;
let host: Host;
let edition: 'old' | 'new' = 'old';

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
  const script = (page: string): string =>
    `<script async src="${server.url}/embed.js" data-page-id="${page}" data-article="#text" data-selections></script>`;
  const whole = (text: string, page: string): string =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
     <title>Editions</title><style>article { max-width: 32rem; margin: auto; line-height: 1.6 }</style></head>
     <body><main><h1>Editions</h1><article id="text">${text}</article>${script(page)}</main></body></html>`;
  const article = articles[path.slice(1)];
  if (article) return whole(article[edition], path.slice(1));
  if (path === '/asked') {
    const words = 'No machine will do this better than your hands';
    const asked = `<afterword-feedback id="machine" question="${QUESTION}">${words}</afterword-feedback>`;
    return whole(bread.replace(words, asked), 'asked');
  }
  return path === '/story' ? whole(bread, 'story') : undefined;
}

async function open(reader: Reader, path?: string): Promise<void> {
  await (path === undefined ? reader.page.reload() : reader.page.goto(`${host.url}${path}`));
  await reader.section.evaluate((element) => element.scrollIntoView());
  await reader.section.getByRole('button', { name: 'Keyboard shortcuts' }).waitFor();
  await reader.page.waitForFunction(
    () => document.querySelector('afterword-comments')?.shadowRoot?.querySelector('afterword-passages') !== null,
  );
}

/** Selects words of the article, as a reader with a mouse, through whatever markup they have. */
async function select(page: Page, words: string, article = '#text'): Promise<void> {
  await page.evaluate(
    ([wanted, root]) => {
      const walker = document.createTreeWalker(document.querySelector(root) as Element, NodeFilter.SHOW_TEXT);
      const places: { node: Text; at: number }[] = [];
      let text = '';
      for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
        for (const [at, sign] of [...node.data].entries()) {
          if (/\s/.test(sign) && text.endsWith(' ')) continue;
          text += /\s/.test(sign) ? ' ' : sign;
          places.push({ node, at });
        }
      }
      const from = text.indexOf(wanted);
      const [first, last] = [places[from], places[from + wanted.length - 1]];
      if (from < 0 || !first || !last) throw new Error(`The article has no words: ${wanted}`);
      first.node.parentElement?.scrollIntoView({ block: 'center' });
      document.getSelection()?.setBaseAndExtent(first.node, first.at, last.node, last.at + 1);
      document.dispatchEvent(new PointerEvent('pointerup', { bubbles: true, pointerType: 'mouse' }));
    },
    [words.replace(/\s+/g, ' ').trim(), article] as const,
  );
}

const dialog = (section: Locator): Locator => section.getByRole('dialog');

async function write(section: Locator, text: string, name = 'Reader'): Promise<void> {
  await section.getByRole('textbox', { name: 'Your comment on this passage' }).fill(text);
  await nameIn(dialog(section), name);
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
  await dialog(reader.section).getByRole('button', { name: 'Open in the discussion' }).click();
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

for (const [name, { passages }] of Object.entries(articles)) {
  test(`I-5: ten passages are commented on, the ${name} article comes in a new edition: each is painted, dashed or gone as it should be`, async () => {
    edition = 'old';
    const reader = await newReader(browser);
    await open(reader, `/${name}`);
    assert.equal(passages.length, 10);
    for (const { id, exact } of passages) await commentOn(reader, exact, `On ${id}.`);

    // The same reader comes back to another text.
    edition = 'new';
    const { page, section } = reader;
    await open(reader);
    // Rows far below are drawn when the reader comes near: each is waited for where it stands.
    for (const { id, outcome } of passages) {
      const row = await near(section, 'Reader', `On ${id}.`);
      const told = outcome.startsWith('deleted')
        ? row.getByText('No longer in the text.')
        : row.getByRole('button', { name: /^Show in the text/ });
      await told.waitFor();
    }
    const [sure, probable] = [await painted(page, 'mine'), await painted(page, 'probable')];
    for (const { id, outcome, exact, expect_text } of passages) {
      const row = await near(section, 'Reader', `On ${id}.`);
      const quoted = wordsOf((await row.locator('blockquote').textContent()) ?? '').join(' ');
      assert.ok(quoted.includes(wordsOf(exact).join(' ')), `${id}: its quote never changes`);
      const isGone = outcome.startsWith('deleted');
      assert.equal(await row.getByText('No longer in the text.').count(), isGone ? 1 : 0, `${id}: ${outcome}`);
      assert.equal(await row.getByRole('button', { name: /^Show in the text/ }).count(), isGone ? 0 : 1, id);
      const like = (it: string): boolean =>
        outcome === 'edited'
          ? share(it, expect_text ?? '') > 0.6 && share(expect_text ?? '', it) > 0.6
          : wordsOf(it).join(' ') === wordsOf(expect_text ?? exact).join(' ');
      if (isGone) assert.ok(![...sure, ...probable].some(like), `${id} is not painted`);
      else assert.equal([...sure, ...probable].filter(like).length, 1, `${id} is painted where it stands: ${outcome}`);
      assert.equal(
        await row.getByText('The passage has been edited since.').count(),
        !isGone && probable.some(like) ? 1 : 0,
        `${id} says whether it was edited`,
      );
      if (outcome === 'unchanged') assert.ok(sure.some(like), `${id} is not dashed`);
    }
    const gone = passages.filter(({ outcome }) => outcome.startsWith('deleted'));
    assert.equal(sure.length + probable.length, passages.length - gone.length);
    assert.deepEqual(ownErrors(reader.errors), []);
    await reader.close();
  });
}

if (!articles.real) test('I-5: the same with a real article', { skip: 'no shared data' }, () => {});

test('I-5: the demo’s directions in two editions: of ten passages five stand, three are dashed, two are gone', async () => {
  await server.command('import', resolve('demo/sample.jsonl'));
  const reader = await newReader(browser, { viewport: { width: 1100, height: 900 } });
  const { page, section } = reader;
  await page.goto(`${server.url}/demo/revisions.html?edition=first`);
  await section.getByRole('heading', { name: '15 comments' }).waitFor();
  const found = async (look: string, many: number): Promise<string[]> => {
    await page.waitForFunction(
      ([name, count]) =>
        [...((CSS.highlights.get(`afterword-${name}`) ?? []) as Iterable<Range>)].filter((it) => !it.collapsed)
          .length === count,
      [look, many] as const,
    );
    return (await painted(page, look)).map((it) => it.replace(/\s+/g, ' ').slice(0, 30));
  };
  await found('found', 10);
  assert.deepEqual(await painted(page, 'probable'), []);
  await page.getByRole('button', { name: 'Second edition' }).click();
  assert.deepEqual((await found('found', 5)).sort(), [
    'Nobody has been lost on this p',
    'Tell the woman in the ticket h',
    'The harbour is eighteen minute',
    'Turn back if you cannot see th',
    'by custom the last one out fil',
  ]);
  assert.deepEqual((await found('probable', 3)).sort(), [
    'an hour and twenty minutes now',
    'few of them had thought of san',
    'the channel, knee-deep at its ',
  ]);
  for (const [writer, piece] of [
    ['Dr A. Whin', 'geese came from barnacles'],
    ['Hamish', 'A good bench'],
  ] as const)
    await (await near(section, writer, piece)).getByText('No longer in the text.').waitFor();
  await page.reload();
  await found('probable', 3);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(ownErrors(reader.errors), []);
  await reader.close();
});

test('R-11: passages on a phone, at 320 px, in the dark and in forced colours: axe finds nothing, closed, open, writing and selecting; nothing scrolls sideways', async () => {
  await server.command('import', resolve('demo/sample.jsonl'));
  const phone = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true };
  for (const options of [phone, { ...phone, colorScheme: 'dark' as const }, { forcedColors: 'active' as const }]) {
    const reader = await newReader(browser, options);
    const { page, section } = reader;
    const look = JSON.stringify(options);
    const check = async (state: string): Promise<void> => {
      assert.deepEqual(await axe(page), [], `${look}, ${state}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${look}, ${state}: scrolls sideways by ${wide}`);
    };
    await page.goto(`${server.url}/demo/revisions.html`);
    const mark = section.getByRole('button', { name: /^2 comments on “by custom/ });
    await mark.scrollIntoViewIfNeeded();
    await check('closed');
    await mark.click();
    await dialog(section).getByText('when I came and full when I left').waitFor();
    await check('open');
    await section.getByRole('textbox', { name: 'Your comment on this passage' }).click();
    await dialog(section).getByRole('tab', { name: 'Preview' }).waitFor();
    await check('writing');
    await page.keyboard.press('Escape');
    await dialog(section).waitFor({ state: 'detached' });
    await page.waitForFunction(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.getAttribute('aria-label')?.startsWith('2 comments on “by custom');
    });
    await select(page, 'Start no later than two hours after high water.', '#directions');
    await section.getByRole('toolbar', { name: 'Selected text' }).waitFor();
    await check('selecting');
    assert.deepEqual(ownErrors(reader.errors), [], look);
    await reader.close();
  }
});

test('R-11: a screen reader hears what passages there are, in the order of the text, and a panel from its words to its form', async () => {
  await server.command('import', resolve('demo/sample.jsonl'));
  const reader = await newReader(browser);
  const { page, section } = reader;
  await page.goto(`${server.url}/demo/revisions.html`);
  const list = section.getByRole('toolbar', { name: 'Passages with comments' });
  await list.getByRole('button').nth(7).waitFor();
  const names = (tree: string): string[] => [...tree.matchAll(/button "([^"]*?)(?:…)?”/g)].map(([, name = '']) => name);
  assert.deepEqual(names(await list.ariaSnapshot()), [
    '1 comment on “an hour and ten minutes at the pace of somebody',
    '1 comment on “Nobody has been lost on this path who was not',
    '1 comment on “The harbour is twelve minutes behind the bar,',
    '1 comment on “Tell the woman in the ticket hut.',
    '1 comment on “Turn back if you cannot see the next pole.',
    '1 comment on “the channel, ankle-deep at its widest',
    '2 comments on “by custom the last one out fills the kettle for',
    '1 comment on “most of them had not brought sandwiches',
  ]);
  await section.getByRole('button', { name: /^2 comments on “by custom/ }).click();
  await section.getByRole('textbox', { name: 'Your comment on this passage' }).waitFor();
  const tree = await dialog(section).ariaSnapshot();
  const order = [
    'dialog "Comments on “by custom the last one out fills the kettle for…”"',
    'button "Close"',
    'blockquote',
    'listitem',
    'Ruth & Leo',
    'We leave it full',
    'Hamish',
    'button "Open in the discussion"',
    'textbox "Your comment on this passage"',
  ];
  const places = order.map((piece) => tree.indexOf(piece));
  assert.ok(!places.includes(-1), `not there: ${order.filter((_, k) => places[k] === -1).join('; ')}\n${tree}`);
  assert.deepEqual(
    [...places].sort((a, b) => a - b),
    places,
    tree,
  );
  await reader.close();
});

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** How many of the words of one text the other has. */
function share(one: string, other: string): number {
  const [mine, theirs] = [one, other].map((text) => new Set(wordsOf(text)));
  return [...(theirs ?? [])].filter((word) => mine?.has(word)).length / Math.max(1, theirs?.size ?? 1);
}
