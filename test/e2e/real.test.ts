/**
 * Discussions that were held elsewhere, imported into a fresh server and shown in the demo's article: counts, depth,
 * the three orders and ten texts are compared with the file. Our own threads always, the shared ones where they lie.
 */
import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Locator } from 'playwright-core';
import { archive, deepThread, rightToLeftThread, type ThreadRecord } from '../fixtures/threads.ts';
import { arrive, loadEverything, newReader, openBrowser, ownErrors, sortBy, type Reader } from '../helpers/reader.ts';
import { startAfterword, type AfterwordServer } from '../helpers/server.ts';

const shared = '../shared/data/threads/';

interface Source {
  readonly name: string;
  /** Records of one page, without the field `page`. */
  readonly pages: ReadonlyMap<string, readonly ThreadRecord[]>;
  readonly size: number;
}

function source(name: string, records: readonly ThreadRecord[], onePage = false): Source {
  const pages = new Map<string, ThreadRecord[]>();
  for (const { page, ...record } of records) {
    const key = onePage ? 'all' : (page ?? 'all');
    pages.set(key, [...(pages.get(key) ?? []), record]);
  }
  return { name, pages, size: records.length };
}

const sources = [
  source('our deep thread', deepThread()),
  source('our right-to-left thread', rightToLeftThread()),
  source('our archive', archive()),
];
for (const [file, onePage] of [
  ['reddit-funny-3hahrw.json', true],
  // A user's talk page: its sections are one page for us.
  ['wikipedia-ar-user-talk.json', true],
  ['staticman-made-mistakes-archive.json', false],
] as const) {
  if (existsSync(shared + file)) {
    sources.push(source(file, JSON.parse(readFileSync(shared + file, 'utf8')) as ThreadRecord[], onePage));
  } else console.log(`skipped: no shared data at ${shared}${file}`);
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

const orders = {
  Newest: (a: ThreadRecord, b: ThreadRecord) => time(b) - time(a),
  Oldest: (a: ThreadRecord, b: ThreadRecord) => time(a) - time(b),
  'Most voted': (a: ThreadRecord, b: ThreadRecord) => b.up - b.down - (a.up - a.down) || time(b) - time(a),
} as const;

function time({ createdAt }: ThreadRecord): number {
  return Date.parse(createdAt);
}

for (const { name, pages, size } of sources) {
  test(`S-7: ${name} comes in whole, and again without doubling`, async () => {
    for (const round of ['first', 'second']) {
      await server.import(
        [...pages].flatMap(([page, records]) => records.map((record) => ({ ...record, page: `${name} ${page}` }))),
      );
      const [row] = server.rows('select sum(published) as n from threads where page like ?', `${name} %`);
      assert.equal(row?.['n'], size, `${round} time`);
    }
    assert.equal(server.rows('select id from threads where page like ?', `${name} %`).length, pages.size);
  });

  // Two pages of an archive: the busiest and the quietest.
  const bySize = [...pages].sort(([, a], [, b]) => b.length - a.length);
  const chosen = new Map([bySize[0], bySize[bySize.length - 1]].filter((one) => one !== undefined));
  for (const [page, records] of chosen) {
    test(`R-2, R-3: ${name}, page ${page} (${records.length}), is shown whole by newest, oldest and most voted`, async () => {
      const reader = await newReader(browser, { serviceWorkers: 'block' });
      await article(reader, `${name} ${page}`);
      await reader.section.getByRole('heading', { name: new RegExp(`^${records.length} comments?$`) }).waitFor();
      for (const order of Object.keys(orders) as (keyof typeof orders)[]) {
        await sortBy(reader.section, order);
        await loadEverything(reader);
        compare(await shown(reader.section), records, order);
      }
      assert.deepEqual(ownErrors(reader.errors), []);
      await reader.close();
    });
  }
}

/** The demo's article, with another discussion under it. */
async function article(reader: Reader, pageId: string): Promise<void> {
  await reader.page.route(`${server.url}/demo/`, async (route) => {
    const answer = await route.fetch();
    const html = await answer.text();
    const body = html.replace(/data-page-id="[^"]*"/, `data-page-id="${pageId}" data-max-depth="20"`);
    assert.notEqual(body, html);
    await route.fulfill({ response: answer, body });
  });
  await arrive(reader, `${server.url}/demo/`);
}

interface Seen {
  readonly heading: string;
  readonly text: string;
  readonly depth: number;
}

/** What a reader sees of the whole thread, in order. */
function shown(section: Locator): Promise<Seen[]> {
  return section.getByRole('article').evaluateAll((rows) =>
    rows.map((row) => {
      let depth = 0;
      for (let at = row.parentElement; at; at = at.parentElement) if (at.localName === 'li') depth += 1;
      const heading = row.querySelector('h2,h3,h4,h5,h6')?.textContent ?? '';
      return {
        heading: heading
          .replace(/[\u2068\u2069]/g, '')
          .replace(/\s+/g, ' ')
          .trim(),
        text: (row.querySelector('[part~=body]')?.textContent ?? '').replace(/\s+/g, ' ').trim(),
        depth,
      };
    }),
  );
}

function compare(seen: readonly Seen[], records: readonly ThreadRecord[], order: keyof typeof orders): void {
  assert.equal(seen.length, records.length, 'how many');

  const depths = new Map<string, number>();
  const depthOf = (record: ThreadRecord): number => {
    const known = depths.get(record.id);
    if (known !== undefined) return known;
    const parent = records.find(({ id }) => id === record.parentId);
    const depth = parent === undefined ? 1 : depthOf(parent) + 1;
    depths.set(record.id, depth);
    return depth;
  };
  const count = (of: readonly number[]): Record<number, number> => {
    const counts: Record<number, number> = {};
    for (const one of of) counts[one] = (counts[one] ?? 0) + 1;
    return counts;
  };
  assert.deepEqual(count(seen.map(({ depth }) => depth)), count(records.map(depthOf)), 'comments on each level');

  // Names of the top-level comments in the order of the file's own numbers. Where numbers tie, the order is the
  // server's, so only names that no tie can exchange are compared.
  const sorted = records.filter((record) => depthOf(record) === 1).sort(orders[order]);
  const roots = seen.filter(({ depth }) => depth === 1);
  sorted.forEach((record, nth) => {
    const tie = [sorted[nth - 1], sorted[nth + 1]].some((near) => near && orders[order](near, record) === 0);
    if (!tie)
      assert.ok(
        roots[nth]?.heading.startsWith(record.author.trim()),
        `${order} ${nth}: ${roots[nth]?.heading} is ${record.author}`,
      );
  });

  // Ten texts, spread over the file, in which nothing could be taken for markup: each is there, to the letter. (A picture
  // of another host becomes a link that says so.)
  const plain = records.filter(({ text, format }) =>
    format === 'html' ? !/style|<img/.test(text) : !/[*_~`>|#<\[\]&\\-]|^\s*\d+[.)]|https?:|www\.|@/m.test(text),
  );
  const step = Math.max(1, Math.floor(plain.length / 10));
  const ten = plain.filter((_, nth) => nth % step === 0).slice(0, 10);
  for (const { author, text, format } of ten) {
    const words = (
      format === 'html'
        ? text.replace(/<(br|\/?p|\/?li|\/?ul|\/?div|\/?blockquote)[^>]*>/g, ' ').replace(/<[^>]*>/g, '')
        : text
    )
      .replace(/&nbsp;|\u00a0/g, ' ')
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&quot;/g, '"')
      .replace(/&amp;/g, '&');
    const bare = (of: string): string => of.replace(/\s+/g, '');
    assert.ok(
      seen.some((row) => row.heading.startsWith(author.trim()) && bare(row.text) === bare(words)),
      `the words of ${author}: ${words.slice(0, 120)}`,
    );
  }
  assert.ok(ten.length === 10 || ten.length === plain.length, `${ten.length} texts could be compared`);
  if (records.length > 50) assert.equal(ten.length, 10);
}
