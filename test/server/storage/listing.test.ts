import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Comment, Order, Page } from '../../../src/model/comment.ts';
import { countOf, threadOrder } from '../../../src/model/tree.ts';
import { importText } from '../../../src/server/importers/import.ts';
import { selectReplies, selectRoots } from '../../../src/server/storage/listing.ts';
import { ROOT_KEY } from '../../../src/server/storage/order-key.ts';
import { rowsOf } from '../../helpers/database-file.ts';
import {
  Guest,
  NOON,
  type Open,
  ask,
  changesSince,
  list,
  listPath,
  open,
  randomFrom,
  reasonOf,
  textsOf,
} from '../open.ts';

interface Seed {
  readonly id: string;
  readonly parentId?: string | null;
  readonly text?: string;
  readonly createdAt?: number;
  readonly up?: number;
  readonly state?: string;
  readonly pinned?: boolean;
  readonly format?: string;
}

/** Comments by import: thousands in a moment. */
async function seed(server: Open, comments: readonly Seed[], page = 'page'): Promise<void> {
  const lines = comments.map((comment, n) =>
    JSON.stringify({
      page,
      author: 'Ada',
      text: `Text of ${comment.id}`,
      createdAt: NOON - 1e9 + n * 1000,
      ...comment,
    }),
  );
  const options = { site: 'default', now: () => NOON };
  const result = await importText(server.storage.writer, chunks(lines.join('\n')), options);
  assert.deepEqual(result.remarks, []);
}

async function* chunks(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += 50_000) yield text.slice(at, at + 50_000);
}

/** Every page after the other, as a reader presses "Load more". */
async function readAll(server: Open, query: Record<string, string | number>): Promise<Page[]> {
  const pages: Page[] = [];
  let after: string | undefined;
  do {
    const page = await list(server, { ...query, after });
    pages.push(page);
    after = page.next ?? undefined;
  } while (after !== undefined && pages.length < 500);
  return pages;
}

const rootsOf = (pages: readonly Page[]) => pages.flatMap((page) => page.roots);

describe('a page of a thread', () => {
  it('R-2: top-level comments come newest first, oldest first, or by votes with ties newest first', async (t) => {
    const server = await open(t);
    await seed(server, [
      { id: randomUUID(), text: 'a', up: 1 },
      { id: randomUUID(), text: 'b', up: 5 },
      { id: randomUUID(), text: 'c', up: 1 },
      { id: randomUUID(), text: 'd' },
    ]);
    const order = async (name: Order) => textsOf(await list(server, { order: name }));
    assert.deepEqual(await order('newest'), ['d', 'c', 'b', 'a']);
    assert.deepEqual(await order('oldest'), ['a', 'b', 'c', 'd']);
    assert.deepEqual(await order('most-voted'), ['b', 'c', 'a', 'd']);
  });

  it('R-2: comments of one moment are ordered by id, in both directions', async (t) => {
    const server = await open(t);
    const ids = Array.from({ length: 30 }, () => randomUUID() as string).sort();
    await seed(
      server,
      ids.map((id) => ({ id, createdAt: NOON - 5000 })),
    );
    assert.deepEqual(rootsOf(await readAll(server, { order: 'oldest', limit: 7 })), ids);
    assert.deepEqual(rootsOf(await readAll(server, { order: 'newest', limit: 7 })), [...ids].reverse());
  });

  it('R-2: pinned ones come first, apart, and once', async (t) => {
    const server = await open(t);
    await seed(server, [
      { id: 'pin', pinned: true },
      { id: 'reply', parentId: 'pin' },
      ...Array.from({ length: 9 }, (_, n) => ({ id: `c${n}` })),
    ]);
    for (const order of ['newest', 'oldest', 'most-voted']) {
      const pages = await readAll(server, { order, limit: 4 });
      assert.deepEqual(
        pages.map((page) => page.roots.length),
        [4, 4, 1],
      );
      assert.deepEqual(
        pages.map((page) => page.pinned.length),
        [1, 0, 0],
      );
      assert.deepEqual(
        pages.map((page) => page.left),
        [5, 1, 0],
      );
      assert.deepEqual(textsOf(pages[0] ?? { comments: [] }).slice(0, 2), ['Text of pin', 'Text of reply']);
    }
  });

  it('R-3: a root brings its first twenty descendants in thread order, and a gap that tells how many wait', async (t) => {
    const server = await open(t);
    // A quarrel of 121 below one root, as long as the one in the real data.
    const random = randomFrom(5);
    const below = Array.from({ length: 121 }, (_, n) => ({
      id: `r${n}`,
      parentId: n === 0 || random() < 0.2 ? 'root' : `r${Math.floor(random() * n)}`,
    }));
    await seed(server, [{ id: 'root' }, ...below, { id: 'other' }]);
    const first = await list(server);
    const [other, root] = first.roots;
    assert.equal(first.comments.length, 22);
    assert.deepEqual(Object.keys(first.gaps), [root]);
    assert.ok(other !== undefined && root !== undefined);
    assert.equal(first.comments.find((comment) => comment.id === root)?.descendants, 121);
    const seen: Comment[] = first.comments.filter((comment) => comment.rootId === root);
    let gap = first.gaps[root];
    assert.equal(gap?.left, 101);
    const lefts: number[] = [];
    while (gap !== undefined) {
      const more: Page = await list(server, { root, after: gap.next, limit: 25 });
      assert.deepEqual(more.roots, []);
      assert.equal(more.next, null);
      assert.ok(more.comments.length <= 25);
      seen.push(...more.comments);
      gap = more.gaps[root];
      lefts.push(gap?.left ?? 0);
    }
    assert.deepEqual(lefts, [76, 51, 26, 1, 0]);
    assert.equal(seen.length, 122);
    assert.equal(new Set(seen.map((comment) => comment.id)).size, 122);
    // The model's own idea of thread order, made of the same comments shuffled, is the order they came in.
    const shuffled = [...seen].sort((one, another) => (one.id < another.id ? -1 : 1));
    assert.deepEqual(
      threadOrder(shuffled).map((comment) => comment.id),
      seen.map((comment) => comment.id),
    );
    assert.equal(countOf(seen), 122);
  });

  it('R-3: a page never has more than 200 comments or 256 kB, and loses none of them', async (t) => {
    const server = await open(t);
    const many = Array.from({ length: 30 }, (_, n) => [
      { id: `root${n}` },
      ...Array.from({ length: 25 }, (_, m) => ({ id: `reply${n}-${m}`, parentId: `root${n}` })),
    ]).flat();
    await seed(server, many);
    const pages = await readAll(server, { limit: 100 });
    for (const page of pages) assert.ok(page.comments.length <= 200, `${page.comments.length} comments`);
    assert.equal(new Set(rootsOf(pages)).size, 30);
    assert.equal(pages[0]?.roots.length, 10);
    assert.equal(pages[0]?.left, 20);

    const long = 'é'.repeat(10_000);
    await seed(
      server,
      Array.from({ length: 40 }, (_, n) => ({
        id: `long${n}`,
        text: `${n} ${long}`,
        parentId: n % 10 ? `long${n - (n % 10)}` : null,
      })),
      'long',
    );
    let bytes = 0;
    const seen = new Set<string>();
    for (let after: string | undefined, round = 0; round < 50; round += 1) {
      const heard = await ask(server, listPath({ page: 'long', limit: 50, after }));
      bytes = Math.max(bytes, JSON.stringify(heard.body).length);
      const page = heard.body as Page;
      for (const comment of page.comments) seen.add(comment.id);
      for (const [root, gap] of Object.entries(page.gaps)) {
        let next: string | undefined = gap.next;
        while (next !== undefined) {
          const rest: Page = await list(server, { page: 'long', root, after: next, limit: 200 });
          bytes = Math.max(bytes, Buffer.byteLength(JSON.stringify(rest)));
          for (const comment of rest.comments) seen.add(comment.id);
          next = rest.gaps[root]?.next;
        }
      }
      if (page.next === null) break;
      after = page.next;
    }
    assert.equal(seen.size, 40);
    assert.ok(bytes <= 256 * 1024 + 4096, `${bytes} bytes`);
  });

  it('E-2: the one number counts published comments and replies, without stubs, held, rejected or spam', async (t) => {
    const server = await open(t);
    await seed(server, [
      { id: 'a' },
      { id: 'b', parentId: 'a', state: 'deleted', text: '' },
      { id: 'c', parentId: 'b' },
      { id: 'd', state: 'held' },
      { id: 'e', state: 'spam' },
      { id: 'f', state: 'rejected' },
      { id: 'g', parentId: 'd' },
    ]);
    const page = await list(server, { order: 'oldest' });
    assert.equal(page.info.count, 3);
    assert.equal(countOf(page.comments), 3);
    assert.deepEqual(
      page.comments.map((comment) => [comment.state, comment.descendants]),
      [
        ['published', 1],
        ['deleted', 1],
        ['published', 0],
        ['deleted', 1],
        ['published', 0],
      ],
    );
    const counts = await ask(server, '/api/v1/counts?site=default&page=page&page=nowhere');
    assert.deepEqual(counts.body, { counts: { page: 3, nowhere: 0 } });
  });

  it('R-7: a list tells whether any of its texts needs markup', async (t) => {
    const server = await open(t);
    await seed(server, [{ id: 'a', text: 'Plain words :-)' }], 'plain');
    await seed(server, [{ id: 'a', text: 'With *stress*' }], 'markdown');
    await seed(server, [{ id: 'a', text: 'From elsewhere', format: 'html' }], 'html');
    await seed(server, [{ id: 'a', text: 'No *stress*', format: 'plain' }], 'marks');
    const needs = async (page: string) => (await list(server, { page })).markup;
    assert.deepEqual(
      [await needs('plain'), await needs('markdown'), await needs('html'), await needs('marks'), await needs('none')],
      [false, true, true, false, false],
    );
  });

  it('R-3: a page nobody wrote on is an empty list', async (t) => {
    const server = await open(t);
    const page = await list(server);
    assert.deepEqual([page.comments, page.roots, page.pinned, page.next, page.left], [[], [], [], null, 0]);
    assert.equal(page.info.revision, 0);
  });

  it('R-3: a cursor that is not of this list is refused with a reason', async (t) => {
    const server = await open(t);
    await seed(
      server,
      Array.from({ length: 5 }, (_, n) => ({ id: `c${n}` })),
    );
    const { next } = await list(server, { limit: 2, order: 'newest' });
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const after of [
      'nonsense',
      '%00',
      encode(null),
      encode(['newest', '1', 2]),
      encode(['newest', -1, 'x', 0]),
      encode({}),
    ]) {
      const heard = await ask(server, listPath({ after }));
      assert.equal(heard.status, 400, after);
      assert.equal(reasonOf(heard), 'invalid');
    }
    assert.equal((await ask(server, listPath({ after: next ?? '', order: 'oldest' }))).status, 400);
    assert.equal((await ask(server, listPath({ limit: 0 }))).status, 400);
    assert.equal((await ask(server, listPath({ limit: 1e9 }))).status, 400);
    assert.equal((await ask(server, listPath({ order: 'random' }))).status, 400);
  });
});

describe('cursors', () => {
  for (const order of ['newest', 'oldest'] as const) {
    it(`R-3: ${order}: no repeat and no gap while comments come and go`, async (t) => {
      const server = await open(t);
      for (let run = 1; run <= 4; run += 1) {
        const random = randomFrom(run * 77);
        const page = `${order}-${run}`;
        await seed(
          server,
          Array.from({ length: 60 }, (_, n) => ({ id: `${run}-${n}` })),
          page,
        );
        const ada = new Guest(server);
        const start = await server.storage.reader.selectFrom('comments').select(['id']).execute();
        const alive = new Set(start.map((row) => row.id));
        const before = new Set<string>();
        const gone = new Set<string>();
        for (const id of (await readAll(server, { page, order, limit: 50 })).flatMap((one) => one.roots))
          before.add(id);
        const seen: string[] = [];
        let after: string | undefined;
        for (let round = 0; round < 40; round += 1) {
          const got = await list(server, { page, order, limit: 1 + Math.floor(random() * 9), after });
          seen.push(...got.roots);
          if (got.next === null) break;
          after = got.next;
          // Meanwhile somebody writes, and a moderator removes something, seen or unseen.
          if (random() < 0.7) await ada.post(`New in ${page}, round ${round}`, { page });
          const victim = [...before][Math.floor(random() * before.size)] ?? '';
          if (alive.has(victim) && random() < 0.7) {
            alive.delete(victim);
            gone.add(victim);
            await removeAsModerator(server, victim);
          }
        }
        assert.equal(new Set(seen).size, seen.length, 'nothing came twice');
        const missing = [...before].filter((id) => !gone.has(id) && !seen.includes(id));
        assert.deepEqual(missing, [], 'nothing that stayed was left out');
      }
    });
  }

  it('R-3: most voted: whoever keeps by id sees each once, and what rose past the cursor comes with the changes', async (t) => {
    const server = await open(t);
    await seed(
      server,
      Array.from({ length: 40 }, (_, n) => ({ id: `c${n}`, up: n })),
    );
    const first = await list(server, { order: 'most-voted', limit: 10 });
    const last = (await list(server, { order: 'oldest', limit: 1 })).roots[0] ?? '';
    const fallen = first.roots[0] ?? '';
    for (let n = 0; n < 45; n += 1) await new Guest(server).vote(last, 'up');
    for (let n = 0; n < 12; n += 1) await new Guest(server).vote(fallen, 'down');
    const seen = new Set(first.roots);
    for (let after = first.next; after !== null;) {
      const page: Page = await list(server, { order: 'most-voted', limit: 10, after });
      for (const id of page.roots) seen.add(id);
      after = page.next;
    }
    const changes = await changesSince(server, first.info);
    for (const comment of changes.comments) seen.add(comment.id);
    assert.ok(changes.comments.some((comment) => comment.id === last && comment.up === 45));
    assert.equal(seen.size, 40);
  });

  it('R-3: the cursor of a branch holds when replies come, go, and the branch is numbered anew', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada');
    const root = await ada.post('Root');
    const replies: Comment[] = [];
    for (let n = 0; n < 30; n += 1) replies.push(await ada.post(`Reply ${n}`, { parent: root.id }));
    const first = await list(server);
    const next = first.gaps[root.id]?.next;
    assert.ok(next !== undefined);
    await ada.remove(replies[5]?.id ?? '');
    await ada.remove(replies[25]?.id ?? '');
    // The last one seen goes too: the cursor still knows where it stood.
    await ada.remove(replies[19]?.id ?? '');
    await ada.post('Late', { parent: replies[3]?.id ?? '' });
    // An import into the branch gives all of it new keys.
    await seed(server, [{ id: 'early', parentId: root.id, text: 'Early', createdAt: NOON - 9e8 }]);
    const rest = await list(server, { root: root.id, after: next });
    const expected = [20, 21, 22, 23, 24, 26, 27, 28, 29].map((n) => `Reply ${n}`);
    assert.deepEqual(textsOf(rest), expected);
    const whole = await list(server, { root: root.id, limit: 200 });
    assert.equal(textsOf(whole)[0], 'Early');
    assert.equal(textsOf(whole)[textsOf(whole).indexOf('Reply 3') + 1], 'Late');
  });
});

async function removeAsModerator(server: Open, id: string): Promise<void> {
  const { moderate } = await import('../../../src/server/storage/moderating.ts');
  const moderated = await moderate(server.storage.writer, 'delete', { site: 'default', id, note: '', now: NOON });
  assert.equal(moderated.result, 'done');
}

describe('thread order', () => {
  it('R-2: replies put anywhere, one after the other, are read back in thread order', async (t) => {
    const server = await open(t);
    const random = randomFrom(99);
    const ada = new Guest(server);
    const root = await ada.post('0');
    const all = [root];
    for (let n = 1; n < 150; n += 1) {
      const parent = all[Math.floor(random() * all.length)] ?? root;
      all.push(await ada.post(String(n), { parent: parent.id }));
    }
    const branch = await list(server, { root: root.id, limit: 200 });
    const order = threadOrder(all).map((comment) => comment.id);
    assert.deepEqual([root.id, ...branch.comments.map((comment) => comment.id)], order);
    const stored = await server.storage.reader.selectFrom('comments').select(['id', 'descendants']).execute();
    const descendants = new Map<string, number>();
    const parentOf = new Map(all.map((comment) => [comment.id, comment.parentId]));
    for (const comment of all) {
      for (let id = comment.parentId; id !== null; id = parentOf.get(id) ?? null) {
        descendants.set(id, (descendants.get(id) ?? 0) + 1);
      }
    }
    for (const row of stored) assert.equal(row.descendants, descendants.get(row.id) ?? 0);
  });

  it('R-3: a branch whose keys get too long is numbered anew, in the same order', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const root = await ada.post('root');
    const second = await ada.post('second', { parent: root.id });
    const key = `2zz${'2zz'.repeat(39)}1z`;
    await server.storage.writer.updateTable('comments').set({ order_key: key }).where('id', '=', second.id).execute();
    const third = await ada.post('third', { parent: root.id });
    await server.storage.writer
      .updateTable('comments')
      .set({ order_key: `${key}11` })
      .where('id', '=', third.id)
      .execute();
    const between = await ada.post('between', { parent: second.id });
    const rows = await server.storage.reader
      .selectFrom('comments')
      .select(['text', 'order_key'])
      .orderBy('order_key')
      .execute();
    assert.deepEqual(
      rows.map((row) => row.text),
      ['root', 'second', 'between', 'third'],
    );
    assert.ok(
      rows.every((row) => row.order_key.length < 20),
      JSON.stringify(rows),
    );
    assert.equal(between.rootId, root.id);
  });

  it('H16: a chain 10,000 deep is imported, answered, counted and read', async (t) => {
    const server = await open(t);
    await seed(
      server,
      Array.from({ length: 10_000 }, (_, n) => ({ id: `c${n}`, parentId: n === 0 ? null : `c${n - 1}` })),
    );
    const first = await list(server);
    assert.equal(first.comments.length, 21);
    assert.equal(first.comments[0]?.descendants, 9_999);
    const ada = new Guest(server, 'Ada');
    const deepest = await list(server, { around: 'c9999' });
    assert.ok(deepest.comments.length <= 200);
    assert.equal(deepest.comments.at(-1)?.text, 'Text of c9999');
    assert.equal(deepest.comments[0]?.id, first.roots[0]);
    const reply = await ada.post('Down here', { parent: deepest.comments.at(-1)?.id ?? '' });
    assert.equal((await list(server)).comments[0]?.descendants, 10_000);
    await ada.remove(reply.id);
    assert.equal((await list(server)).info.count, 10_000);
    assert.equal((await changesSince(server, first.info)).tooOld, true);
  });
});

describe('one comment with its path', () => {
  it('R-9: the path from the root comes in thread order, the rest of the branch waits behind a gap', async (t) => {
    const server = await open(t);
    await seed(server, [
      { id: 'a' },
      { id: 'b', parentId: 'a' },
      { id: 'c', parentId: 'b' },
      { id: 'd', parentId: 'a' },
      { id: 'e', parentId: 'c' },
    ]);
    const page = await list(server, { around: 'c' });
    assert.deepEqual(textsOf(page), ['Text of a', 'Text of b', 'Text of c']);
    assert.deepEqual(page.roots, []);
    const [root] = page.comments;
    assert.ok(root !== undefined);
    assert.equal(page.gaps[root.id]?.left, 2);
    const rest = await list(server, { root: root.id, after: page.gaps[root.id]?.next });
    assert.deepEqual(textsOf(rest), ['Text of b', 'Text of c', 'Text of e', 'Text of d']);
  });

  it('R-9: an old id of an import leads to the comment; an unknown, held or removed one is told so', async (t) => {
    const server = await open(t);
    await seed(server, [
      { id: 'known' },
      { id: 'held', state: 'held' },
      { id: 'gone', state: 'deleted', text: '' },
      { id: 'stub', state: 'deleted', text: '' },
      { id: 'below', parentId: 'stub' },
    ]);
    assert.equal((await list(server, { around: 'known' })).comments.length, 1);
    assert.equal((await list(server, { around: 'stub' })).comments[0]?.state, 'deleted');
    for (const around of ['held', 'gone', 'never', randomUUID()]) {
      const heard = await ask(server, listPath({ around }));
      assert.equal(heard.status, 404, around);
      assert.equal(reasonOf(heard), 'comment-gone');
    }
    assert.equal((await ask(server, listPath({ around: 'known', page: 'another' }))).status, 404);
  });
});

describe('changes', () => {
  it('R-10: what came, changed and went since a revision is told, and nothing else', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada');
    const bob = new Guest(server, 'Bob');
    const one = await ada.post('One');
    const two = await ada.post('Two');
    const three = await ada.post('Three');
    const { info } = await list(server);
    assert.deepEqual((await changesSince(server, info)).comments, []);
    const reply = await bob.post('Reply', { parent: one.id });
    await ada.edit(two.id, 'Two!');
    await ada.remove(three.id);
    const changes = await changesSince(server, info);
    assert.deepEqual(new Set(changes.comments.map((comment) => comment.id)), new Set([one.id, reply.id, two.id]));
    assert.equal(changes.comments.find((comment) => comment.id === one.id)?.descendants, 1);
    assert.deepEqual(changes.removed, [three.id]);
    assert.equal(changes.info.count, 3);
    assert.ok(changes.comments.every((comment) => comment.revision > info.revision));
    assert.deepEqual((await changesSince(server, changes.info)).comments, []);
  });

  it('R-10: a held comment is no news until it is approved', async (t) => {
    const server = await open(t, { sites: { default: { hold: 'everyone' } } });
    const before = (await list(server)).info;
    const held = await new Guest(server).post('Waits');
    const changes = await changesSince(server, before);
    assert.deepEqual([changes.comments, changes.removed, changes.info.count], [[], [], 0]);
    await new Guest(server, 'Bob').tryVote(held.id, 'up');
    assert.ok(!JSON.stringify(changes).includes(held.id));
  });

  it('B20: another epoch, a revision from the future, or too much at once is answered "ask again"', async (t) => {
    const server = await open(t);
    await seed(
      server,
      Array.from({ length: 300 }, (_, n) => ({ id: `c${n}` })),
    );
    const { info } = await list(server);
    assert.equal((await changesSince(server, { ...info, epoch: 'other' })).tooOld, true);
    assert.equal((await changesSince(server, { ...info, revision: info.revision + 1 })).tooOld, true);
    assert.equal((await changesSince(server, { ...info, revision: 0 })).tooOld, true);
    assert.equal((await changesSince(server, info)).tooOld, false);
  });
});

describe('how lists are read', () => {
  it('R-3: no order, no branch and no feed sorts or scans the thread', async (t) => {
    const server = await open(t);
    await seed(
      server,
      Array.from({ length: 50 }, (_, n) => ({ id: `c${n}`, parentId: n % 5 ? `c${n - 1}` : null })),
    );
    const { reader } = server.storage;
    const thread = await reader.selectFrom('threads').select('id').executeTakeFirstOrThrow();
    const at = { score: 3, createdAt: NOON, id: 'x', seen: 5 };
    const plan = async (statement: { compile(): { sql: string; parameters: readonly unknown[] } }) => {
      const { sql, parameters } = statement.compile();
      const rows = rowsOf(server.database, `explain query plan ${sql}`, ...parameters);
      return rows.map((row) => row.detail).join('; ');
    };
    const index = { newest: 'roots_by_time', oldest: 'roots_by_time', 'most-voted': 'roots_by_votes' };
    for (const order of ['newest', 'oldest', 'most-voted'] as const) {
      for (const after of [null, at]) {
        const detail = await plan(selectRoots(reader, thread.id, { order }, after, 20));
        assert.match(detail, new RegExp(`SEARCH comments USING INDEX ${index[order]}`));
        assert.doesNotMatch(detail, /SCAN|TEMP B-TREE/, `${order}: ${detail}`);
        for (const filter of ['inline', { passage: 'some' }] as const) {
          const part = await plan(selectRoots(reader, thread.id, { order, filter }, after, 20));
          const name = index[order].replace('roots', filter === 'inline' ? 'inline' : 'passage');
          assert.match(part, new RegExp(`SEARCH comments USING INDEX ${name}`), part);
          assert.doesNotMatch(part, /SCAN|TEMP B-TREE/, `${order}: ${part}`);
        }
      }
    }
    const branch = await plan(selectReplies(reader, thread.id, 'x', ROOT_KEY, 20));
    assert.match(
      branch,
      /SEARCH comments USING INDEX branch_shown \(thread_id=\? AND root_id=\? AND place=\? AND order_key>\?\)/,
    );
    assert.doesNotMatch(branch, /SCAN|TEMP B-TREE/);
    const changes = await plan(
      reader
        .selectFrom('comments')
        .selectAll()
        .where('thread_id', '=', thread.id)
        .where('revision', '>', 3)
        .orderBy('revision'),
    );
    assert.match(changes, /USING INDEX comments_changed/);
    assert.doesNotMatch(changes, /SCAN|TEMP B-TREE/);
  });

  it('R-3: the first page of a long thread is that of a short one, and the rest is told without counting it all', async (t) => {
    const server = await open(t);
    const thread = (name: string, length: number) =>
      seed(
        server,
        Array.from({ length }, (_, n) => ({ id: `c${n}`, up: n % 50, parentId: n % 4 === 3 ? `c${n - 1}` : null })),
        name,
      );
    await thread('short', 100);
    await thread('long', 8_000);
    for (const order of ['newest', 'oldest', 'most-voted']) {
      const short = await list(server, { page: 'short', order });
      const long = await list(server, { page: 'long', order });
      assert.equal(long.roots.length, short.roots.length);
      assert.equal(long.left, 6_000 - 20);
    }
    // Asked from the middle, the rest is told without being counted to its end.
    const middle = await list(server, { page: 'long', order: 'oldest', limit: 100 });
    const after = await list(server, { page: 'long', order: 'oldest', limit: 100, after: middle.next ?? '' });
    assert.equal(after.left, 6_000 - 200);
  });
});
