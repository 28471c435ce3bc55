import { expect } from '@open-wc/testing';
import type { Answer } from '../../src/adapters/adapter.ts';
import type { Comment, Page, ThreadKey } from '../../src/model/comment.ts';
import { emptyThread, mergePage, type Thread } from '../../src/model/thread.ts';
import { cacheAnswer, dropCache, readAnswer, writeCache } from '../../src/sync/cache.ts';
import { memoryDatabase, type Database } from '../../src/sync/database.ts';
import { readOpening } from '../../src/sync/records.ts';
import { comment, page, post, threadKey } from '../helpers/builders.ts';

const day = 24 * 3_600_000;
const now = 1_800_000_000_000;
const keyOf = (name: string): ThreadKey => ({ ...threadKey, page: name });

function threadOf(key: ThreadKey, comments: readonly Comment[], fields: Partial<Page> = {}): Thread {
  const asked = { want: 'roots', order: 'oldest', after: null } as const;
  return mergePage(emptyThread(key), page(comments, fields), asked, now);
}

const many = (count: number, fields: Partial<Comment> = {}): Comment[] =>
  Array.from({ length: count }, (_, number) => comment(`c${number}`, fields));

describe('copies of threads on this device', () => {
  let database: Database;
  const read = async (key: ThreadKey): Promise<Thread | null> => (await readOpening(database, key)).thread;

  beforeEach(() => {
    database = memoryDatabase();
  });

  it('R-7: bring a thread back as it was', async () => {
    const gaps = { c1: { next: 'there', left: 4 } };
    const thread = threadOf(threadKey, many(3), { next: 'more', left: 9, gaps, markup: true });
    await writeCache(database, thread, now);
    const copy = await read(threadKey);
    expect([...(copy?.comments.keys() ?? [])].sort()).to.deep.equal(['c0', 'c1', 'c2']);
    expect(copy?.window).to.deep.equal(thread.window);
    expect({ ...copy?.gaps }).to.deep.equal(gaps);
    expect(copy).to.deep.include({ info: thread.info, markup: true, fetchedAt: now });
  });

  it('R-7: keep at most 500 comments of a thread, from the top, and know that there is more', async () => {
    const thread = threadOf(threadKey, many(620), { next: null, left: 0 });
    await writeCache(database, thread, now);
    const copy = await read(threadKey);
    expect(copy?.comments.size).to.equal(500);
    expect(copy?.window?.roots).to.deep.equal(thread.window?.roots.slice(0, 500));
    expect(copy?.window?.left).to.equal(120);
    expect(copy?.window?.next, 'the end is not here').not.to.equal(null);
  });

  it('R-7: cut one branch that is longer than that, and say how much is missing', async () => {
    const replies = many(700, { parentId: 'root', rootId: 'root' });
    const thread = threadOf(threadKey, [comment('root'), ...replies], { gaps: { root: { next: 'there', left: 5 } } });
    await writeCache(database, thread, now);
    const copy = await read(threadKey);
    expect(copy?.comments.size).to.equal(500);
    expect(copy?.gaps['root']).to.deep.equal({ next: 'there', left: 206 });
  });

  it('E1: what another tab laid in beyond what this one was told stays, and what it took away stays away', async () => {
    const at = (revision: number) => ({ info: { ...page([]).info, revision } });
    const known = [comment('c0', { revision: 1 }), comment('c1', { revision: 2 })];
    const behind = threadOf(threadKey, known, at(5));
    await writeCache(database, behind, now);
    const sent = comment('mine', { revision: 6 });
    const answer = { operationId: 'mine', comment: sent, revision: 6, editableUntil: now + day };
    await cacheAnswer(database, threadKey, post('mine'), answer);
    const removal = { kind: 'delete', id: 'd1', createdAt: now, commentId: 'c1' } as const;
    await cacheAnswer(database, threadKey, removal, { ...answer, operationId: 'd1', comment: null, revision: 7 });
    const edit = {
      kind: 'edit',
      id: 'e1',
      createdAt: now,
      commentId: 'c0',
      text: 'New',
      mentions: [],
      before: 'Old',
    } as const;
    const edited = { ...comment('c0', { revision: 8, text: 'New' }) };
    await cacheAnswer(database, threadKey, edit, { ...answer, operationId: 'e1', comment: edited, revision: 8 });

    await writeCache(database, { ...behind, mine: { votes: {}, voteCounter: 0, own: {}, unpublished: [] } }, now);
    const copy = await read(threadKey);
    expect([...(copy?.comments.keys() ?? [])].sort()).to.deep.equal(['c0', 'mine']);
    expect(copy?.comments.get('c0')?.text).to.equal('New');
    expect(copy?.mine?.own['mine']).to.deep.equal({ editableUntil: now + day });
    expect((await readAnswer(database, threadKey, post('mine')))?.comment?.id).to.equal('mine');

    // A list of the backend that is later than all this is right without it.
    await writeCache(database, threadOf(threadKey, known, at(9)), now);
    expect([...((await read(threadKey))?.comments.keys() ?? [])].sort()).to.deep.equal(['c0', 'c1']);
  });

  it('R-7: take at most 20 MB, and the least used go first', async () => {
    const long = 'x'.repeat(40_000);
    const names = Array.from({ length: 12 }, (_, number) => `page ${number}`);
    for (const [number, name] of names.entries()) {
      await writeCache(database, threadOf(keyOf(name), many(30, { text: long })), now + number);
    }
    const kept = await Promise.all(names.map(async (name) => (await read(keyOf(name))) !== null));
    // 30 comments of 80 kB are 2.4 MB: eight of twelve fit.
    expect(kept).to.deep.equal([...Array<boolean>(4).fill(false), ...Array<boolean>(8).fill(true)]);
  });

  it('R-7: go after thirty days without use', async () => {
    await writeCache(database, threadOf(keyOf('old'), many(2)), now);
    await writeCache(database, threadOf(keyOf('used'), many(2)), now);
    await writeCache(database, threadOf(keyOf('used'), many(2)), now + 20 * day);
    await writeCache(database, threadOf(keyOf('new'), many(2)), now + 31 * day);
    expect(await read(keyOf('old'))).to.equal(null);
    expect(await read(keyOf('used'))).not.to.equal(null);
    expect(await read(keyOf('new'))).not.to.equal(null);
  });

  it('D2: a full disk makes room by dropping the others; if that does not help, reading goes on without a word', async () => {
    await writeCache(database, threadOf(keyOf('other'), many(2)), now);
    const { change } = database;
    let refusals = 1;
    database.change = (...asked) =>
      refusals-- > 0 ? Promise.reject(new DOMException('', 'QuotaExceededError')) : change(...asked);
    await writeCache(database, threadOf(threadKey, many(2)), now);
    expect(await read(keyOf('other'))).to.equal(null);
    expect(await read(threadKey)).not.to.equal(null);
  });

  it('D15: a copy nobody can read is no copy', async () => {
    const rows = [null, 'words', { shape: 1 }, { shape: 2 }, { shape: 1, info: {}, comments: [{ id: 7 }] }];
    for (const value of rows) {
      await database.change([], 'relaxed', () => [[['cache', ...Object.values(threadKey)], value]]);
      expect(await read(threadKey)).to.equal(null);
    }
  });

  it('B10: tell nothing of a deletion that another tab kept an older copy over', async () => {
    const [known] = many(3);
    const removal = { kind: 'delete', id: 'd', createdAt: now, commentId: known?.id ?? '' } as const;
    await writeCache(database, threadOf(threadKey, many(3)), now);
    expect(await readAnswer(database, threadKey, removal)).to.equal(null);
    const answer: Answer = { operationId: 'd', comment: null, revision: 11, editableUntil: null };
    await cacheAnswer(database, threadKey, removal, answer);
    const told = await readAnswer(database, threadKey, removal);
    expect(told?.comment).to.equal(null);
  });

  it('lay an answer into the copy of a thread that no page shows, where another tab finds it', async () => {
    const operation = post('mine');
    const answer: Answer = { operationId: 'mine', comment: comment('mine'), revision: 11, editableUntil: now };
    expect(await readAnswer(database, threadKey, operation)).to.equal(null);
    await cacheAnswer(database, threadKey, operation, answer);
    expect(await read(threadKey), 'no copy is made of one comment').to.equal(null);
    await writeCache(database, threadOf(threadKey, many(2)), now);
    await cacheAnswer(database, threadKey, operation, answer);
    expect((await readAnswer(database, threadKey, operation))?.comment?.id).to.equal('mine');
    const copy = await read(threadKey);
    expect([copy?.info?.count, copy?.mine?.own['mine']?.editableUntil]).to.deep.equal([3, now]);
    await dropCache(database);
    expect(await read(threadKey)).to.equal(null);
  });
});
