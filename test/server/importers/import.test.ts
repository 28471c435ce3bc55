import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Comment, Page } from '../../../src/model/comment.ts';
import { normalisePageId } from '../../../src/model/page-id.ts';
import { threadOrder } from '../../../src/model/tree.ts';
import { exportSite } from '../../../src/server/importers/export.ts';
import { type ImportOptions, importFile, importText } from '../../../src/server/importers/import.ts';
import { archive, deepThread, rightToLeftThread } from '../../fixtures/threads.ts';
import { Guest, NOON, type Open, changesSince, list, open, textsOf } from '../open.ts';

const DATA = fileURLToPath(new URL('../../../../shared/data/threads', import.meta.url));

interface Neutral {
  readonly id: string;
  readonly parentId: string | null;
  readonly author: string;
  readonly createdAt: string;
  readonly text: string;
  readonly format: string;
  readonly up: number;
  readonly down: number;
  readonly page?: string;
}

async function take(server: Open, text: string, options: Partial<ImportOptions> = {}) {
  async function* chunks() {
    for (let at = 0; at < text.length; at += 10_000) yield text.slice(at, at + 10_000);
  }
  return importText(server.storage.writer, chunks(), { site: 'default', now: () => NOON, ...options });
}

const lines = (...records: object[]) => records.map((record) => JSON.stringify(record)).join('\n');
const record = (id: string, more: object = {}) => ({
  id,
  page: 'page',
  author: 'Ada',
  text: `Text of ${id}`,
  createdAt: '2025-05-05T10:00:00Z',
  ...more,
});

/** Everything of a page, as a patient reader loads it. */
async function readWhole(server: Open, page: string): Promise<Comment[]> {
  const comments = new Map<string, Comment>();
  let after: string | undefined;
  do {
    const got: Page = await list(server, { page, order: 'oldest', limit: 100, after });
    for (const comment of got.comments) comments.set(comment.id, comment);
    for (const [root, gap] of Object.entries(got.gaps)) {
      for (let next: string | undefined = gap.next; next !== undefined;) {
        const rest: Page = await list(server, { page, root, after: next, limit: 200 });
        for (const comment of rest.comments) comments.set(comment.id, comment);
        next = rest.gaps[root]?.next;
      }
    }
    after = got.next ?? undefined;
  } while (after !== undefined);
  return [...comments.values()];
}

async function exported(server: Open, isPublic = false): Promise<string> {
  let text = '';
  for await (const line of exportSite(server.storage.reader, { site: 'default', isPublic })) text += line;
  return text;
}

describe('taking comments in', () => {
  it('S-7: repeating an import doubles nothing, and one that grew adds what is new', async (t) => {
    const server = await open(t);
    const first = lines(record('a'), record('b', { parentId: 'a' }));
    assert.deepEqual(pick(await take(server, first)), { added: 2, there: 0, leftOut: 0 });
    const before = await list(server);
    assert.deepEqual(pick(await take(server, first)), { added: 0, there: 2, leftOut: 0 });
    assert.deepEqual(await list(server), before);
    const more = lines(record('a'), record('b', { parentId: 'a' }), record('c', { parentId: 'b' }), record('d'));
    assert.deepEqual(pick(await take(server, more)), { added: 2, there: 2, leftOut: 0 });
    const after = await list(server);
    assert.equal(after.info.count, 4);
    assert.deepEqual(
      after.comments
        .filter((comment) => comment.rootId === before.roots[0])
        .map((comment) => [comment.text, comment.descendants]),
      [
        ['Text of a', 2],
        ['Text of b', 1],
        ['Text of c', 0],
      ],
    );
    const changes = await changesSince(server, before.info);
    assert.equal(changes.comments.length, 4, 'who has new replies is news too');
  });

  it('S-7: each bad record is told with line and reason, and the rest goes in', async (t) => {
    const server = await open(t);
    const text = [
      JSON.stringify(record('a')),
      'nonsense',
      JSON.stringify({ ...record('b'), text: undefined }),
      JSON.stringify(record('c', { createdAt: 'yesterday' })),
      JSON.stringify(record('d', { createdAt: '2025-05-05 10:00' })),
      JSON.stringify(record('e', { parentId: 'nowhere' })),
      JSON.stringify(record('a', { text: 'Another a' })),
      JSON.stringify(record('f', { page: undefined })),
      JSON.stringify(record('g', { state: 'lost' })),
      JSON.stringify(record('h', { up: -3 })),
      JSON.stringify(record('i', { text: 'x'.repeat(50_001) })),
      JSON.stringify(record('j', { createdAt: '2999-01-01T00:00:00Z' })),
      JSON.stringify({ kind: 'mystery' }),
      JSON.stringify({ kind: 'vote', comment: randomUUID(), writer: 'w', value: 'up', counter: 1 }),
      '[]',
      JSON.stringify(record('z')),
    ].join('\n');
    const result = await take(server, text);
    assert.deepEqual(pick(result), { added: 4, there: 0, leftOut: 12 });
    const told = result.remarks.map((remark) => `${remark.line}${remark.isLeftOut ? '' : ' kept'}: ${remark.reason}`);
    for (const expected of [
      /^2: This is not JSON/,
      /^3: text: /,
      /^4: createdAt: expected a time/,
      /^5: createdAt: expected a time with its zone/,
      /^6 kept: parentId: there is no such comment/,
      /^7: id: another record/,
      /^8: page: the record names none/,
      /^9: state: /,
      /^10: up: /,
      /^11: text: it has 50001 characters/,
      /^12 kept: createdAt: it lies in the future/,
      /^13: /,
      /^14: comment: there is none/,
      /^15: A record must be an object/,
    ]) {
      assert.ok(
        told.some((line) => expected.test(line)),
        `${expected} in\n${told.join('\n')}`,
      );
    }
    assert.deepEqual(
      new Set(textsOf(await list(server))),
      new Set(['Text of a', 'Text of e', 'Text of j', 'Text of z']),
    );
    const j = (await list(server)).comments.find((comment) => comment.text === 'Text of j');
    assert.equal(j?.createdAt, NOON);
  });

  it('S-7: parents may come later in the file, circles are cut, and old ids lead to the comments', async (t) => {
    const server = await open(t);
    const result = await take(
      server,
      lines(
        record('c', { parentId: 'b' }),
        record('b', { parentId: 'a' }),
        record('a', { aliases: ['very-old'] }),
        record('x', { parentId: 'y' }),
        record('y', { parentId: 'x' }),
      ),
    );
    assert.equal(result.added, 5);
    assert.match(result.remarks[0]?.reason ?? '', /answers one of its own answers/);
    assert.deepEqual(textsOf(await list(server, { around: 'c' })), ['Text of a', 'Text of b', 'Text of c']);
    assert.deepEqual(textsOf(await list(server, { around: 'very-old' })), ['Text of a']);
  });

  it('S-7: a reply of the file to a comment that was written here finds its place', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada');
    const root = await ada.post('Written here');
    const reply = await ada.post('Answered here', { parent: root.id });
    await take(
      server,
      lines(
        record('old', { parentId: root.id, text: 'Older answer' }),
        record('older', { parentId: 'old', text: 'Below it' }),
      ),
    );
    const page = await list(server);
    assert.deepEqual(textsOf(page), ['Written here', 'Older answer', 'Below it', 'Answered here']);
    assert.equal(page.comments[0]?.descendants, 3);
    const late = await ada.post('Late', { parent: reply.id });
    assert.deepEqual(textsOf(await list(server)).slice(-2), ['Answered here', 'Late']);
    assert.ok(late.createdAt > reply.createdAt);
  });

  it('S-7: the same old id on two pages is two comments; a UUID that is another page’s is left out', async (t) => {
    const server = await open(t);
    const id = randomUUID();
    await take(
      server,
      lines(record('c1', { page: 'one' }), record('c1', { page: 'two' }), record(id, { page: 'one' })),
    );
    assert.equal((await list(server, { page: 'one' })).info.count, 2);
    assert.equal((await list(server, { page: 'two' })).info.count, 1);
    const result = await take(server, lines(record(id, { page: 'two' })));
    assert.deepEqual(pick(result), { added: 0, there: 0, leftOut: 1 });
  });

  it('S-7: pages are named by one rule, whatever address the file has; --page and --onto name them', async (t) => {
    const server = await open(t);
    await take(server, lines(record('a', { page: 'https://www.Example.org/post/index.html?utm_source=x#c' })));
    assert.equal((await list(server, { page: 'example.org/post' })).info.count, 1);
    await take(server, lines(record('a', { page: undefined })), { page: 'given' });
    assert.equal((await list(server, { page: 'given' })).info.count, 1);
    await take(server, lines(record('a', { page: 'x' }), record('b', { page: 'y', parentId: 'a' })), { onto: 'all' });
    assert.deepEqual(textsOf(await list(server, { page: 'all' })), ['Text of a', 'Text of b']);
  });

  it('S-7: states, pins, votes, websites and a deleted branch come as the file has them', async (t) => {
    const server = await open(t);
    await take(
      server,
      lines(
        { kind: 'afterword', version: 1 },
        { kind: 'page', id: 'page', title: 'A title', url: 'https://x.example/' },
        record('pin', {
          pinned: true,
          author: { name: 'Maren', role: 'moderator', website: 'maren.example', email: 'not one' },
        }),
        record('not', { pinned: true, parentId: 'pin' }),
        record('gone', { state: 'deleted', author: null, text: 'left-over words' }),
        record('below', { parentId: 'gone', up: 3, down: 1 }),
        record('held', { state: 'held' }),
      ),
    );
    const page = await list(server, { order: 'oldest' });
    assert.equal(page.pinned.length, 1);
    assert.deepEqual(
      page.comments.map((comment) => [
        comment.text,
        comment.author?.name,
        comment.author?.role,
        comment.pinned,
        comment.up - comment.down,
      ]),
      [
        ['Text of pin', 'Maren', 'moderator', true, 0],
        ['Text of not', 'Ada', 'guest', false, 0],
        ['', undefined, undefined, false, 0],
        ['Text of below', 'Ada', 'guest', false, 2],
      ],
    );
    assert.equal(page.comments[0]?.author?.website, 'https://maren.example/');
    assert.equal(page.info.count, 3);
    const rows = await server.storage.reader.selectFrom('comments').selectAll().execute();
    assert.ok(!JSON.stringify(rows).includes('left-over'));
    const thread = await server.storage.reader.selectFrom('threads').selectAll().executeTakeFirstOrThrow();
    assert.deepEqual([thread.title, thread.url, thread.roots], ['A title', 'https://x.example/', 1]);
  });

  it('S-7: an import that dies half-way has taken whole branches, and goes on when it is repeated', async (t) => {
    const server = await open(t);
    const text = lines(
      ...Array.from({ length: 4_000 }, (_, n) => record(`c${n}`, { parentId: n % 8 ? `c${n - 1}` : null })),
    );
    await assert.rejects(
      take(server, text, {
        onProgress: ({ step, done }) => {
          if (step === 'writing' && done >= 2_000) throw new Error('The power went.');
        },
      }),
      /power/,
    );
    const { info, comments } = await list(server);
    assert.ok(info.count >= 1_000 && info.count < 4_000, `${info.count}`);
    assert.ok(comments.every((comment) => comment.parentId !== null || comment.descendants === 7));
    assert.deepEqual(pick(await take(server, text)), { added: 4_000 - info.count, there: info.count, leftOut: 0 });
    assert.equal((await list(server)).info.count, 4_000);
    const roots = await server.storage.reader.selectFrom('threads').select('roots').executeTakeFirstOrThrow();
    assert.equal(roots.roots, 500);
  });
});

const pick = (result: { added: number; there: number; leftOut: number }) => ({
  added: result.added,
  there: result.there,
  leftOut: result.leftOut,
});

describe('export', () => {
  it('S-7: what is exported and taken in elsewhere is the same, byte by byte, and goes on as if nothing had happened', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada');
    const bob = new Guest(server, 'Bob "the\n\u2028builder"');
    await take(
      server,
      lines(
        record('a', { pinned: true, up: 7, down: 2 }),
        record('b', { parentId: 'a', format: 'html', aliases: ['older'] }),
        record('s', { state: 'spam' }),
        record('q', { page: 'example.org/other', text: '👨‍👩‍👧 \u202E\\"\n' }),
      ),
    );
    const one = await ada.post('*Hello*', { email: 'ada@example.org', website: 'ada.example' });
    const two = await bob.post('Hello, @Ada', {
      parent: one.id,
      mentions: [{ id: one.author?.id ?? '', name: 'Ada' }],
    });
    await bob.vote(one.id, 'up');
    await ada.edit((await ada.post('Typo', { key: randomUUID() })).id, 'Fixed');
    const gone = await ada.post('Regretted');
    await ada.remove(gone.id);
    server.wait(5_000);

    const text = await exported(server);
    const moved = await open(t);
    const result = await take(moved, text);
    assert.deepEqual(result.remarks, []);
    // The keys of deleted comments came too.
    assert.equal(await exported(moved), text);
    for (const page of ['page', 'example.org/other']) {
      const shape = (comments: readonly Comment[]) => comments.map((comment) => ({ ...comment, revision: 0 }));
      assert.deepEqual(shape(await readWhole(moved, page)), shape(await readWhole(server, page)));
    }
    assert.deepEqual(textsOf(await list(moved, { around: 'older' })), ['Text of a', 'Text of b']);

    const movedAda = new Guest(moved, 'Ada');
    Object.assign(movedAda, { token: ada.token });
    const movedBob = new Guest(moved, 'Bob');
    Object.assign(movedBob, { token: bob.token });
    assert.equal((await movedAda.tryPost('Regretted', { key: gone.id })).status, 410);
    assert.equal((await movedBob.tryRemove(two.id)).status, 200, 'who wrote it still owns it');
    assert.equal((await movedBob.vote(one.id, 'none', { counter: 99 })).comment?.up, 0);
    assert.equal((await movedBob.mine()).voteCounter, 99);
  });

  it('S-7: a public export has no e-mail address, no token and no vote of anybody', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada');
    const one = await ada.post('Hello', { email: 'ada@example.org' });
    await new Guest(server).vote(one.id, 'up');
    const text = await exported(server, true);
    assert.doesNotMatch(text, /ada@|tokenHash|"kind":"(writer|vote|key)"/);
    assert.match(text, /"up":1/);
  });

  it('S-7: a tenant’s export has nothing of another’s', async (t) => {
    const server = await open(t, {
      sites: { other: { origins: ['https://other.example'] }, default: { origins: ['https://x.example'] } },
    });
    await new Guest(server, 'Eve', 'https://other.example').post('Elsewhere', { site: 'other' });
    await new Guest(server, 'Ada', 'https://x.example').post('Here');
    const text = await exported(server);
    assert.match(text, /Here/);
    assert.doesNotMatch(text, /Elsewhere|Eve/);
  });
});

describe('discussions as they are', () => {
  const own: Record<string, readonly Neutral[]> = {
    'our own deep thread': deepThread(),
    'our own right-to-left thread': rightToLeftThread(),
    'our own archive': archive(),
  };
  for (const [name, records] of Object.entries(own)) {
    it(`S-7: ${name}: counts, depths, order and every text are those of the file`, (t) => compare(t, records));
  }
  const files = existsSync(DATA) ? readdirSync(DATA).filter((name) => name.endsWith('.json')) : [];
  if (files.length === 0) it('skipped: no shared data', { skip: 'no shared data' }, () => undefined);
  for (const name of files) {
    it(`S-7: ${name}: counts, depths, order and every text are those of the file`, (t) =>
      compare(t, JSON.parse(readFileSync(join(DATA, name), 'utf8')) as Neutral[]));
  }
});

async function compare(t: TestContext, records: readonly Neutral[]): Promise<void> {
  const server = await open(t);
  const file = join(server.folder, 'thread.json');
  writeFileSync(file, JSON.stringify(records, null, 1));
  const options = { site: 'default', page: 'article', now: () => NOON };
  const result = await importFile(server.storage.writer, file, options);
  assert.deepEqual(pick(result), { added: records.length, there: 0, leftOut: 0 });

  const byPage = new Map<string, Neutral[]>();
  for (const one of records) {
    const page = one.page === undefined ? 'article' : normalisePageId(one.page);
    byPage.set(page, [...(byPage.get(page) ?? []), one]);
  }
  assert.equal(result.pages, byPage.size);
  const aliases = await server.storage.reader.selectFrom('aliases').select(['old_id', 'comment_id']).execute();
  const oldIds = new Map(aliases.map((one) => [one.comment_id, one.old_id]));
  for (const [page, those] of byPage) {
    const comments = await readWhole(server, page);
    assert.equal(comments.length, those.length, page);
    assert.equal((await list(server, { page })).info.count, those.length);
    const read = new Map(comments.map((comment) => [oldIds.get(comment.id) ?? '', comment]));
    for (const one of those) {
      const comment = read.get(one.id);
      assert.ok(comment !== undefined, `${page} ${one.id}`);
      assert.equal(comment.text, one.text);
      assert.equal(comment.author?.name, one.author.trim().replace(/\s+/g, ' '));
      assert.equal(comment.createdAt, Date.parse(one.createdAt));
      assert.deepEqual([comment.up, comment.down, comment.format], [one.up, one.down, one.format]);
      assert.equal(comment.parentId, one.parentId === null ? null : read.get(one.parentId)?.id);
      assert.equal(comment.descendants, below(one.id, those));
    }
    assert.equal(deepest(comments), deepest(those));
    assert.equal(threadOrder(comments).length, those.length);
    for (const order of ['newest', 'oldest', 'most-voted'] as const) {
      const roots: string[] = [];
      for (let after: string | undefined; ;) {
        const got: Page = await list(server, { page, order, limit: 100, after });
        roots.push(...got.roots);
        if (got.next === null) break;
        after = got.next;
      }
      const tops = comments.filter((comment) => comment.parentId === null);
      assert.deepEqual(
        roots,
        tops.sort(sorted[order]).map((comment) => comment.id),
        `${page} ${order}`,
      );
    }
  }

  const again = await importFile(server.storage.writer, file, options);
  assert.deepEqual(pick(again), { added: 0, there: records.length, leftOut: 0 });
  const text = await exported(server);
  const moved = await open(t);
  assert.deepEqual((await take(moved, text)).remarks, []);
  assert.equal(await exported(moved), text);
}

function deepest(all: readonly { readonly id: string; readonly parentId: string | null }[]): number {
  const parents = new Map(all.map((one) => [one.id, one.parentId]));
  let most = 0;
  for (const one of all) {
    let depth = 0;
    for (let id = parents.get(one.id); id; id = parents.get(id)) depth += 1;
    most = Math.max(most, depth);
  }
  return most;
}

const newest = (one: Comment, other: Comment) => other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1);
const sorted = {
  newest,
  oldest: (one: Comment, other: Comment) => -newest(one, other),
  'most-voted': (one: Comment, other: Comment) => other.up - other.down - (one.up - one.down) || newest(one, other),
};

function below(id: string, all: readonly Neutral[]): number {
  const children = all.filter((one) => one.parentId === id);
  return children.reduce((sum, one) => sum + 1 + below(one.id, all), 0);
}

describe('the demo', () => {
  it('S-7: its sample discussion is taken in without a remark', async (t) => {
    const server = await open(t);
    const sample = fileURLToPath(new URL('../../../demo/sample.jsonl', import.meta.url));
    const result = await importFile(server.storage.writer, sample, { site: 'default', now: Date.now });
    assert.deepEqual(result.remarks, []);
    assert.ok(result.added > 0);
  });
});
