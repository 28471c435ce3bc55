import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { parseAnswer } from '../../../src/model/parse.ts';
import { Guest, ask, changesSince, list, listPath, open, reasonOf, textsOf } from '../open.ts';

const MINUTE = 60_000;

describe('posting', () => {
  it('S-3: a posted comment has the operation’s id and is read by everybody', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada');
    const key = randomUUID();
    const heard = await ada.tryPost('First!', { key, website: 'ada.example' });
    assert.equal(heard.status, 201);
    const answer = parseAnswer(heard.body);
    assert.equal(answer.operationId, key);
    assert.equal(answer.comment?.id, key);
    assert.equal(answer.comment?.state, 'published');
    assert.equal(answer.comment?.author?.website, 'https://ada.example/');
    const page = await list(server);
    assert.deepEqual(page.comments, [answer.comment]);
    assert.equal(page.info.count, 1);
    assert.equal(page.info.revision, answer.revision);
  });

  it('S-3, H2: a repeat gets the comment as it is now with the first status', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const key = randomUUID();
    const comment = await ada.post('Hello', { key });
    await new Guest(server, 'Bob').vote(comment.id, 'up');
    await ada.edit(comment.id, 'Hello, all');
    const heard = await ada.tryPost('Hello', { key });
    assert.equal(heard.status, 201);
    const again = parseAnswer(heard.body);
    assert.equal(again.operationId, key);
    assert.equal(again.comment?.text, 'Hello, all');
    assert.equal(again.comment?.up, 1);
    assert.equal((await list(server)).comments.length, 1);
  });

  it('S-3, H1, A5: the same request many times at once makes one comment, and all are told the same', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const key = randomUUID();
    const heard = await Promise.all(Array.from({ length: 10 }, () => ada.tryPost('Once', { key })));
    assert.deepEqual(new Set(heard.map((one) => one.status)), new Set([201]));
    assert.equal(new Set(heard.map((one) => JSON.stringify(one.body))).size, 1);
    assert.equal((await list(server)).comments.length, 1);
  });

  it('S-3, B17: a key can’t be used for other words', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const key = randomUUID();
    await ada.post('Hello', { key });
    const heard = await ada.tryPost('Something else', { key });
    assert.equal(heard.status, 422);
    assert.equal(reasonOf(heard), 'key-reused');
    assert.deepEqual(textsOf(await list(server)), ['Hello']);
  });

  it('S-3: nobody can take the id of somebody’s comment as a key', async (t) => {
    const server = await open(t);
    const comment = await new Guest(server, 'Ada').post('Mine');
    const heard = await new Guest(server, 'Eve').tryPost('Mine', { key: comment.id });
    assert.equal(reasonOf(heard), 'key-reused');
    assert.equal((await list(server)).comments.length, 1);
  });

  it('S-3, H13: deletion keeps the key, and a late repeat is answered 410, a month later too', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const key = randomUUID();
    const comment = await ada.post('Regretted', { key });
    await ada.remove(comment.id);
    server.wait(40 * 86_400_000);
    const heard = await ada.tryPost('Regretted', { key });
    assert.equal(heard.status, 410);
    assert.equal(reasonOf(heard), 'comment-gone');
    assert.equal((await list(server)).comments.length, 0);
  });

  it('S-6: the same words by the same writer on a page within a day are a repeat, and answered with the first', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const text = 'These words are long enough that nobody says them twice in good faith.';
    const first = await ada.post(text);
    const other = await ada.post('Another one');
    const key = randomUUID();
    const heard = await ada.tryPost(text, { parent: other.id, key });
    assert.equal(heard.status, 200);
    assert.equal(parseAnswer(heard.body).operationId, key);
    assert.equal(parseAnswer(heard.body).comment?.id, first.id);
    const late = await ada.tryPost(text, { parent: other.id, key });
    assert.equal(parseAnswer(late.body).comment?.id, first.id);
    assert.equal((await list(server)).info.count, 2);
    await new Guest(server, 'Bob').post(text);
    await ada.post(text, { page: 'another-page' });
    server.wait(86_400_001);
    await ada.post(text);
    assert.equal((await list(server)).info.count, 4);
  });

  it('S-6: a short thanks may go to two people', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada');
    const bob = new Guest(server, 'Bob');
    const one = await bob.post('One answer');
    const other = await bob.post('Another answer');
    await ada.post('Thanks!', { parent: one.id });
    await ada.post('Thanks!', { parent: other.id });
    assert.equal((await ada.tryPost('Thanks!', { parent: other.id })).status, 200);
    assert.equal((await list(server)).info.count, 4);
  });

  it('H14: a comment is later than the one before, also when the server’s clock is set back', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const first = await ada.post('One');
    server.wait(-365 * 86_400_000);
    const second = await ada.post('Two');
    assert.equal(second.createdAt, first.createdAt + 1);
    assert.deepEqual(textsOf(await list(server, { order: 'newest' })), ['Two', 'One']);
  });

  it('R-1: a reply to a comment that is gone is refused with the reason', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const gone = await ada.post('Soon gone');
    const elsewhere = await ada.post('On another page', { page: 'other' });
    await ada.remove(gone.id);
    for (const parent of [gone.id, randomUUID(), elsewhere.id]) {
      const heard = await ada.tryPost('Reply', { parent });
      assert.equal(heard.status, 404);
      assert.equal(reasonOf(heard), 'parent-gone');
    }
  });

  it('S-8, G3: text comes back as it was written; what can’t be stored everywhere is replaced', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const written =
      '  two spaces \r\n\u202Eright to left\u202C, z\u0341\u0342algo, \uFEFF, 👨‍👩‍👧 <script>alert(1)</script> e\u0301 ';
    assert.equal((await ada.post(written)).text, written);
    assert.equal((await ada.post('a NUL \0 and half a pair \uD83D.')).text, 'a NUL \uFFFD and half a pair \uFFFD.');
    const page = await list(server, { order: 'oldest' });
    assert.deepEqual(textsOf(page), [written, 'a NUL \uFFFD and half a pair \uFFFD.']);
  });

  it('G6: lengths are counted in code points', async (t) => {
    const server = await open(t, { sites: { default: { 'max-length': 5, 'min-length': 2 } } });
    const ada = new Guest(server);
    await ada.post('😀😀😀😀😀');
    const long = await ada.tryPost('😀😀😀😀😀😀');
    assert.equal(long.status, 422);
    assert.equal(reasonOf(long), 'too-long');
    assert.equal((long.body as { limit: number }).limit, 5);
    assert.equal(reasonOf(await ada.tryPost(' 😀 ')), 'too-short');
  });

  it('R-5: only people of this site can be mentioned', async (t) => {
    const server = await open(t);
    const bob = new Guest(server, 'Bob [the] Builder');
    const hello = await bob.post('Hello');
    const id = hello.author?.id ?? '';
    const comment = await new Guest(server).post('@Bob [the] Builder and @Nobody', {
      mentions: [
        { id, name: 'Bob [the] Builder' },
        { id: 'invented', name: 'Nobody' },
      ],
    });
    assert.deepEqual(comment.mentions, [{ id, name: 'Bob [the] Builder' }]);
  });

  it('S-4: a writer has the same public id on a page and the next, another one on another site, and never the token’s hash', async (t) => {
    const server = await open(t, {
      sites: { one: { origins: ['https://one.example'] }, two: { origins: ['https://two.example'] } },
    });
    const ada = new Guest(server, 'Ada', 'https://one.example');
    const first = await ada.post('One', { site: 'one' });
    const second = await ada.post('Two', { site: 'one', page: 'other' });
    assert.equal(first.author?.id, second.author?.id);
    const onTwo = new Guest(server, 'Ada', 'https://two.example');
    Object.assign(onTwo, { token: ada.token });
    assert.notEqual((await onTwo.post('Three', { site: 'two' })).author?.id, first.author?.id);
    const rows = await server.storage.reader.selectFrom('authors').selectAll().execute();
    assert.equal(rows.length, 2);
    for (const row of rows) {
      assert.ok(!JSON.stringify(row).includes(ada.token));
      assert.ok(!(row.token_hash ?? '').includes(row.id));
    }
  });

  it('S-6: addresses are stored only as keyed hashes, and public answers tell neither address nor e-mail', async (t) => {
    const server = await open(t);
    await new Guest(server).post('Hello', { email: 'ada@example.org' });
    const rows = await server.storage.reader.selectFrom('comments').selectAll().execute();
    assert.equal(rows[0]?.email, 'ada@example.org');
    assert.match(rows[0]?.address ?? '', /^[\w-]{22}$/);
    const said = JSON.stringify((await ask(server, listPath())).body);
    assert.ok(
      !said.includes('ada@example.org') && !said.includes('email":"a') && !said.includes(rows[0]?.address ?? '?'),
    );
  });
});

describe('editing', () => {
  it('R-8: a writer edits within fifteen minutes, and the time left is told', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const heard = parseAnswer((await ada.tryPost('Hullo')).body);
    const id = heard.operationId;
    assert.equal(heard.editableUntil, server.now() + 15 * MINUTE);
    server.wait(14 * MINUTE);
    const edited = await ada.edit(id, 'Hello');
    assert.equal(edited.comment?.text, 'Hello');
    assert.equal(edited.comment?.editedAt, server.now());
    server.wait(MINUTE);
    const late = await ada.tryEdit(id, 'Hallo');
    assert.equal(late.status, 422);
    assert.equal(reasonOf(late), 'edit-window');
    assert.deepEqual({ ...(await ada.mine()).own }, { [id]: { editableUntil: null } });
  });

  it('R-8: not once somebody replied', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada');
    const comment = await ada.post('Two and two is five');
    await new Guest(server, 'Bob').post('No', { parent: comment.id });
    assert.equal(reasonOf(await ada.tryEdit(comment.id, 'Two and two is four')), 'has-replies');
  });

  it('R-8: nobody edits or deletes what is somebody else’s', async (t) => {
    const server = await open(t);
    const comment = await new Guest(server, 'Ada').post('Mine');
    const eve = new Guest(server, 'Eve');
    for (const heard of [await eve.tryEdit(comment.id, 'Eve’s'), await eve.tryRemove(comment.id)]) {
      assert.equal(heard.status, 403);
      assert.equal(reasonOf(heard), 'not-yours');
    }
    assert.deepEqual(textsOf(await list(server)), ['Mine']);
  });

  it('S-3: an edit that comes twice is done once, and does not undo a later one', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const comment = await ada.post('One');
    const key = randomUUID();
    await ada.edit(comment.id, 'Two', { key });
    await ada.edit(comment.id, 'Three');
    const again = await ada.edit(comment.id, 'Two', { key });
    assert.equal(again.operationId, key);
    assert.equal(again.comment?.text, 'Three');
  });

  it('R-8: an edit that changes nothing leaves no marker', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const comment = await ada.post('Same');
    const answer = await ada.edit(comment.id, 'Same');
    assert.equal(answer.comment?.editedAt, null);
    assert.equal(answer.comment?.revision, comment.revision);
  });

  it('R-8: an unknown comment can’t be edited, deleted or voted on', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const id = randomUUID();
    for (const heard of [await ada.tryEdit(id, 'x'), await ada.tryRemove(id), await ada.tryVote(id, 'up')]) {
      assert.equal(heard.status, 404);
      assert.equal(reasonOf(heard), 'comment-gone');
    }
  });
});

describe('deleting', () => {
  it('R-8: a comment without replies is gone; with replies it leaves a stub without name and words', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada');
    const bob = new Guest(server, 'Bob');
    const alone = await ada.post('Alone');
    const asked = await ada.post('Asked');
    const reply = await bob.post('Answered', { parent: asked.id });
    assert.equal((await ada.remove(alone.id)).comment, null);
    const stub = (await ada.remove(asked.id)).comment;
    assert.equal(stub?.state, 'deleted');
    assert.equal(stub?.author, null);
    assert.equal(stub?.text, '');
    const page = await list(server);
    assert.deepEqual(
      page.comments.map((comment) => [comment.id, comment.state, comment.author?.name]),
      [
        [asked.id, 'deleted', undefined],
        [reply.id, 'published', 'Bob'],
      ],
    );
    assert.equal(page.info.count, 1);
    await bob.remove(reply.id);
    assert.deepEqual((await list(server)).comments, []);
    assert.equal((await list(server)).info.count, 0);
  });

  it('R-8: nothing of the words and of whose they were stays in the database', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada Lovelace');
    const comment = await ada.post('Secret words', { email: 'ada@example.org', website: 'https://ada.example' });
    await new Guest(server).vote(comment.id, 'up');
    await ada.remove(comment.id);
    const rows = await server.storage.reader.selectFrom('comments').selectAll().execute();
    assert.doesNotMatch(JSON.stringify(rows), /Secret|Lovelace|ada@|ada\.example/);
    assert.deepEqual(await server.storage.reader.selectFrom('votes').selectAll().execute(), []);
    assert.equal(rows[0]?.author_id, null);
    assert.equal(rows[0]?.address, null);
  });

  it('S-3: a deletion that comes twice, or from a second device, is answered as done', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const comment = await ada.post('Gone');
    const key = randomUUID();
    await ada.remove(comment.id, { key });
    assert.equal((await ada.remove(comment.id, { key })).comment, null);
    assert.equal((await ada.remove(comment.id)).comment, null);
    assert.equal((await new Guest(server).tryRemove(comment.id)).status, 410);
    assert.equal((await ada.tryEdit(comment.id, 'Back')).status, 410);
  });

  it('S-3: readers who know the comment are told that it is gone', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const gone = await ada.post('Gone');
    const asked = await ada.post('Asked');
    const reply = await ada.post('Reply', { parent: asked.id });
    const { info } = await list(server);
    await ada.remove(gone.id);
    await ada.remove(asked.id);
    const changes = await changesSince(server, info);
    assert.deepEqual(changes.removed, [gone.id]);
    assert.deepEqual(
      changes.comments.map((comment) => [comment.id, comment.state]),
      [[asked.id, 'deleted']],
    );
    const later = changes.info;
    await ada.remove(reply.id);
    const rest = await changesSince(server, later);
    assert.deepEqual(new Set(rest.removed), new Set([asked.id, reply.id]));
    assert.deepEqual(rest.comments, []);
  });
});

describe('voting', () => {
  it('R-4: a vote is a wish: given, switched, taken back, once a writer', async (t) => {
    const server = await open(t);
    const comment = await new Guest(server, 'Ada').post('Vote for me');
    const bob = new Guest(server, 'Bob');
    const cy = new Guest(server, 'Cy');
    await bob.vote(comment.id, 'up');
    await bob.vote(comment.id, 'up');
    const two = await cy.vote(comment.id, 'up');
    assert.deepEqual([two.comment?.up, two.comment?.down], [2, 0]);
    const switched = await bob.vote(comment.id, 'down');
    assert.deepEqual([switched.comment?.up, switched.comment?.down], [1, 1]);
    assert.deepEqual({ ...(await bob.mine()).votes }, { [comment.id]: 'down' });
    await bob.vote(comment.id, 'none');
    await cy.vote(comment.id, 'none');
    const [none] = (await list(server)).comments;
    assert.deepEqual([none?.up, none?.down], [0, 0]);
    assert.deepEqual({ ...(await bob.mine()).votes }, {});
  });

  it('S-3: a wish with a lower counter is ignored, and the answer tells what is stored', async (t) => {
    const server = await open(t);
    const comment = await new Guest(server, 'Ada').post('Vote for me');
    const bob = new Guest(server, 'Bob');
    await bob.vote(comment.id, 'up', { counter: 7 });
    const late = await bob.vote(comment.id, 'down', { counter: 6 });
    assert.deepEqual([late.comment?.up, late.comment?.down], [1, 0]);
    const same = await bob.vote(comment.id, 'none', { counter: 7 });
    assert.deepEqual([same.comment?.up, same.comment?.down], [1, 0]);
    assert.equal((await bob.mine()).voteCounter, 7);
    assert.equal((await bob.mine('another-page')).voteCounter, 7);
    const taken = await bob.vote(comment.id, 'none', { counter: 8 });
    assert.equal(taken.comment?.up, 0);
    const tooLate = await bob.vote(comment.id, 'up', { counter: 7 });
    assert.equal(tooLate.comment?.up, 0);
  });

  it('R-4: nobody votes on their own comment, or on one that is not public', async (t) => {
    const server = await open(t, { sites: { default: { hold: 'everyone' } } });
    const ada = new Guest(server, 'Ada');
    const held = await ada.post('Waits');
    assert.equal(held.state, 'held');
    assert.equal((await new Guest(server).tryVote(held.id, 'up')).status, 404);
    const open2 = await open(t);
    const own = await new Guest(open2, 'Ada').post('x');
    const bob = new Guest(open2, 'Bob');
    const bobs = await bob.post('Mine');
    assert.equal(reasonOf(await bob.tryVote(bobs.id, 'up')), 'own-vote');
    assert.equal((await bob.tryVote(own.id, 'up')).status, 200);
  });

  it('R-4: a site without votes, or without votes against, refuses them', async (t) => {
    const none = await open(t, { sites: { default: { votes: 'none' } } });
    const comment = await new Guest(none, 'Ada').post('x');
    assert.equal(reasonOf(await new Guest(none).tryVote(comment.id, 'up')), 'votes-off');
    const up = await open(t, { sites: { default: { votes: 'up' } } });
    const other = await new Guest(up, 'Ada').post('x');
    const bob = new Guest(up, 'Bob');
    assert.equal(reasonOf(await bob.tryVote(other.id, 'down')), 'votes-off');
    assert.equal((await bob.tryVote(other.id, 'up')).status, 200);
    assert.equal((await bob.tryVote(other.id, 'none')).status, 200);
  });
});

describe('what is one’s own', () => {
  it('S-2: own comments, unpublished ones and votes come only with the token that owns them', async (t) => {
    const server = await open(t, { sites: { default: { hold: 'everyone' } } });
    const ada = new Guest(server, 'Ada');
    const held = await ada.post('Waits');
    const mine = await ada.mine();
    assert.deepEqual(Object.keys(mine.own), [held.id]);
    assert.deepEqual(textsOf({ comments: mine.unpublished }), ['Waits']);
    assert.equal(mine.unpublished[0]?.state, 'held');
    const eve = await new Guest(server, 'Eve').mine();
    assert.deepEqual({ ...eve.own }, {});
    assert.deepEqual(eve.unpublished, []);
    const heard = await ask(server, '/api/v1/mine?site=default&page=page');
    assert.equal(heard.status, 401);
    assert.equal(reasonOf(heard), 'sign-in');
    assert.match(heard.headers.get('cache-control') ?? '', /no-store/);
  });
});

describe('many at once', () => {
  it('H4: fifty writers at once are all answered, and nothing is lost or doubled', async (t) => {
    const server = await open(t);
    const guests = Array.from({ length: 50 }, (_, n) => new Guest(server, `Writer ${n}`));
    const root = await new Guest(server, 'Ada').post('Everybody, please');
    const heard = await Promise.all(
      guests.flatMap((guest, n) => [
        guest.tryPost(`Root of ${n}`),
        guest.tryPost(`Reply of ${n}`, { parent: root.id }),
        guest.tryVote(root.id, n % 2 === 0 ? 'up' : 'down'),
      ]),
    );
    assert.deepEqual(
      heard.map((one) => one.status).filter((status) => status > 201),
      [],
    );
    const { info } = await list(server);
    assert.equal(info.count, 101);
    const rows = await server.storage.reader.selectFrom('comments').selectAll().execute();
    assert.equal(rows.length, 101);
    const stored = rows.find((row) => row.id === root.id);
    assert.deepEqual([stored?.descendants, stored?.up, stored?.down], [50, 25, 25]);
    assert.equal(new Set(rows.map((row) => `${row.root_id} ${row.order_key}`)).size, 101);
    // Each write took a revision of its own.
    assert.equal(info.revision, 1 + 150);
    assert.equal(new Set(rows.map((row) => row.created_at)).size, 101);
  });
});
