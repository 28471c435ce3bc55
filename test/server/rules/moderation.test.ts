import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CommentState } from '../../../src/model/comment.ts';
import { parseAnswer } from '../../../src/model/parse.ts';
import { stateOfEdited, stateOfNew } from '../../../src/server/rules/holding.ts';
import { STATES, STATE_NAMES, isShown } from '../../../src/server/rules/states.ts';
import { type Act, ban, moderate } from '../../../src/server/storage/moderating.ts';
import { Guest, type Open, ask, changesSince, list, listPath, open, reasonOf, textsOf } from '../open.ts';

const act = (server: Open, what: Act, id: string) =>
  moderate(server.storage.writer, what, { site: 'default', id, note: '', now: server.now() });

describe('the table of states', () => {
  it('S-5: what readers meet follows the table, in every state, with replies and without', async (t) => {
    const acts: Partial<Record<CommentState, Act>> = { rejected: 'reject', spam: 'spam', deleted: 'delete' };
    for (const state of STATE_NAMES) {
      const meaning = STATES[state];
      const server = await open(t);
      const ada = new Guest(server, 'Ada');
      const alone = await ada.post('Alone');
      const parent = await ada.post('Parent');
      const reply = await new Guest(server, 'Bob').post('Reply', { parent: parent.id });
      const what = acts[state];
      for (const id of [alone.id, parent.id]) {
        if (what !== undefined) await act(server, what, id);
        else if (state === 'held') await hold(server, id);
      }
      const page = await list(server, { order: 'oldest' });
      const met = new Map(page.comments.map((comment) => [comment.id, comment]));
      assert.equal(met.has(alone.id), isShown(state, 0), `${state}: alone`);
      assert.equal(met.has(parent.id), isShown(state, 1), `${state}: with a reply`);
      assert.equal(met.has(reply.id), true, `${state}: the reply is kept`);
      const isWhole = meaning.others === 'whole';
      assert.equal(met.get(parent.id)?.text, isWhole ? 'Parent' : '', state);
      assert.equal(met.get(parent.id)?.author === null, !isWhole, state);
      assert.equal(met.get(parent.id)?.state, isWhole ? 'published' : 'deleted', 'why it went is nobody’s business');
      assert.equal(page.info.count, meaning.counts ? 3 : 1, `${state}: count`);
      const mine = await ada.mine();
      assert.equal(parent.id in mine.own, meaning.writer === 'whole', `${state}: own`);
      assert.equal(
        mine.unpublished.some((one) => one.id === parent.id),
        meaning.waiting,
        `${state}: waiting`,
      );
      const voted = await new Guest(server).tryVote(parent.id, 'up');
      assert.equal(voted.status === 200, meaning.votable, `${state}: votable`);
      const answered = await new Guest(server, 'Cy').tryPost('Me too', { parent: parent.id });
      assert.equal(answered.status === 201, meaning.answerable === 'everyone', `${state}: answerable`);
      const edited = await ada.tryEdit(alone.id, 'Edited');
      assert.equal(edited.status === 200, meaning.editable, `${state}: editable`);
      const [row] = await server.storage.reader
        .selectFrom('comments')
        .selectAll()
        .where('id', '=', parent.id)
        .execute();
      assert.equal(row?.text === '', meaning.wiped, `${state}: wiped`);
    }
  });
});

async function hold(server: Open, id: string): Promise<void> {
  const { changeComment, nextRevision } = await import('../../../src/server/storage/branches.ts');
  const { findRow } = await import('../../../src/server/storage/writing.ts');
  await server.storage.writer.transaction().execute(async (tx) => {
    const row = await findRow(tx, 'default', id);
    assert.ok(row !== null);
    await changeComment(tx, row, { state: 'held' }, await nextRevision(tx, row.thread_id));
  });
}

describe('who waits for approval', () => {
  it('S-5: nobody, new writers or everyone, by a table', () => {
    const held = (hold: 'nobody' | 'new' | 'everyone', isKnown: boolean) =>
      stateOfNew({ hold, isKnown, parentWaits: false });
    assert.deepEqual(
      [held('nobody', false), held('new', false), held('new', true), held('everyone', true)],
      ['published', 'held', 'published', 'held'],
    );
    assert.equal(stateOfEdited('published', 'everyone', true), 'held');
    assert.equal(stateOfEdited('published', 'new', true), 'published');
    assert.equal(stateOfEdited('held', 'nobody', true), 'held', 'an edit approves nothing');
  });

  it('S-5, B18: a held comment is its writer’s alone until it is approved; then it is counted, listed and told', async (t) => {
    const server = await open(t, { sites: { default: { hold: 'everyone' } } });
    const ada = new Guest(server, 'Ada');
    const heard = await ada.tryPost('Please');
    assert.equal(heard.status, 201);
    const { comment } = parseAnswer(heard.body);
    assert.equal(comment?.state, 'held');
    const before = await list(server);
    const tag = (await ask(server, listPath())).headers.get('etag');
    assert.deepEqual(before.comments, []);
    assert.equal(before.info.count, 0);
    assert.equal((await ask(server, listPath({ around: comment.id }))).status, 404);
    assert.equal((await act(server, 'approve', comment.id)).result, 'done');
    const after = await list(server);
    assert.deepEqual(textsOf(after), ['Please']);
    assert.equal(after.info.count, 1);
    assert.ok(after.info.revision > before.info.revision);
    assert.notEqual((await ask(server, listPath())).headers.get('etag'), tag);
    assert.deepEqual(textsOf(await changesSince(server, before.info)), ['Please']);
    assert.deepEqual((await ada.mine()).unpublished, []);
    assert.equal((await act(server, 'approve', comment.id)).result, 'already');
  });

  it('S-5: a comment that was never public is not told when it is rejected or deleted', async (t) => {
    const server = await open(t, { sites: { default: { hold: 'everyone' } } });
    const ada = new Guest(server, 'Ada');
    const before = (await list(server)).info;
    const rejected = await ada.post('Never');
    const deleted = await ada.post('Never either');
    await act(server, 'reject', rejected.id);
    await ada.remove(deleted.id);
    const changes = await changesSince(server, before);
    assert.deepEqual([changes.comments, changes.removed], [[], []]);
  });

  it('S-5: a new writer waits once; after one approval the next is published at once', async (t) => {
    const server = await open(t, { sites: { default: { hold: 'new' } } });
    const ada = new Guest(server, 'Ada');
    const first = await ada.post('First');
    assert.equal(first.state, 'held');
    assert.equal((await ada.post('Second')).state, 'held');
    await act(server, 'approve', first.id);
    assert.equal((await ada.post('Third')).state, 'published');
    assert.equal((await new Guest(server, 'Ada').post('Somebody else')).state, 'held');
  });

  it('R-8: an edit passes moderation again, and those who saw it are told that it is gone', async (t) => {
    const server = await open(t, { sites: { default: { hold: 'everyone' } } });
    const ada = new Guest(server, 'Ada');
    const comment = await ada.post('Harmless');
    await act(server, 'approve', comment.id);
    const { info } = await list(server);
    const answer = await ada.edit(comment.id, 'Buy this');
    assert.equal(answer.comment?.state, 'held');
    assert.deepEqual((await list(server)).comments, []);
    const changes = await changesSince(server, info);
    assert.deepEqual([changes.removed, changes.info.count], [[comment.id], 0]);
  });

  it('S-5: a writer may answer their own held comment, and the answer waits too', async (t) => {
    const server = await open(t, { sites: { default: { hold: 'new' } } });
    const ada = new Guest(server, 'Ada');
    const known = await ada.post('Known by now');
    await act(server, 'approve', known.id);
    const first = await ada.post('One more thing');
    await hold(server, first.id);
    const reply = await ada.post('And another', { parent: first.id });
    assert.equal(reply.state, 'held');
    assert.equal(reasonOf(await new Guest(server, 'Bob').tryPost('What?', { parent: first.id })), 'parent-gone');
    assert.equal((await ada.mine()).unpublished.length, 2);
  });

  it('S-6, B19: a filled hidden field is spam, a form filled in at once waits, and the writer is told honestly', async (t) => {
    const server = await open(t);
    const bot = new Guest(server, 'Bot');
    assert.equal((await bot.post('Cheap watches', { checks: { trap: 'https://spam.example' } })).state, 'spam');
    assert.equal((await bot.post('Quick', { checks: { trap: '', seconds: 0.3 } })).state, 'held');
    assert.equal((await bot.post('Slow', { checks: { trap: '', seconds: 20 } })).state, 'published');
    assert.equal((await list(server)).info.count, 1);
    assert.deepEqual(
      (await bot.mine()).unpublished.map((comment) => comment.state),
      ['spam', 'held'],
    );
  });

  it('S-5: rejected and spam can be approved again; a deleted one has nothing left', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada');
    const comment = await ada.post('Undecided');
    const reply = await ada.post('Reply', { parent: comment.id });
    const { info } = await list(server);
    for (const what of ['reject', 'spam'] as const) {
      assert.equal((await act(server, what, comment.id)).result, 'done');
      const page = await list(server);
      assert.deepEqual(
        page.comments.map((one) => one.state),
        ['deleted', 'published'],
      );
      assert.equal((await act(server, 'approve', comment.id)).result, 'done');
    }
    const back = await list(server);
    assert.deepEqual(textsOf(back), ['Undecided', 'Reply']);
    assert.equal(back.info.count, 2);
    assert.deepEqual(
      back.comments.map((one) => one.descendants),
      [1, 0],
    );
    assert.deepEqual(new Set((await changesSince(server, info)).comments.map((one) => one.id)), new Set([comment.id]));
    await act(server, 'delete', comment.id);
    assert.equal((await act(server, 'approve', comment.id)).result, 'wiped');
    await act(server, 'reject', reply.id);
    assert.deepEqual((await list(server)).comments, []);
    await act(server, 'approve', reply.id);
    assert.equal((await list(server)).comments.length, 2);
    const log = await server.storage.reader.selectFrom('moderation_log').select('act').execute();
    assert.equal(log.length, 7);
  });
});

describe('bans', () => {
  it('S-5, B13: a banned writer, address or e-mail can’t post, edit or vote until the ban ends; deleting one’s own stays possible', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada');
    const bob = new Guest(server, 'Bob');
    const comment = await ada.post('Before', { email: 'ada@example.org' });
    const [row] = await server.storage.reader.selectFrom('comments').selectAll().execute();
    const bobs = await bob.post('Vote for me');
    const until = server.now() + 86_400_000;
    const { writer } = server.storage;
    const wish = { site: 'default', note: 'rude', now: server.now(), until };
    await ban(writer, { ...wish, kind: 'author', value: comment.author?.id ?? '' });
    for (const heard of [
      await ada.tryPost('x'),
      await ada.tryEdit(comment.id, 'y'),
      await ada.tryVote(bobs.id, 'up'),
    ]) {
      assert.equal(heard.status, 403);
      assert.equal(reasonOf(heard), 'banned');
    }
    assert.equal((await bob.tryPost('Not me')).status, 201);
    await ban(writer, { ...wish, kind: 'email', value: 'Mallory@Example.org' });
    assert.equal(reasonOf(await new Guest(server).tryPost('x', { email: 'mallory@example.ORG' })), 'banned');
    await ban(writer, { ...wish, kind: 'address', value: row?.address ?? '' });
    assert.equal(reasonOf(await bob.tryPost('Same house')), 'banned');
    assert.equal((await ada.tryRemove(comment.id)).status, 200);
    server.wait(86_400_001);
    assert.equal((await ada.tryPost('After')).status, 201);
  });
});
