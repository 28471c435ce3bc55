/** Faults of the server's answers (FAULTS B) in Chromium, against a server that answers strangely in front of a real one. */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Locator } from 'playwright-core';
import { faultStage, ON_THEIR_WAY, type Scene } from '../helpers/fault-scene.ts';
import { answer, changed, commitThen, fine, problem, reset, type Behaviour } from '../helpers/misbehaving-server.ts';
import { field, post, reply } from '../helpers/reader.ts';

const on = faultStage({ settings: { 'max-length': '20000' } });

const AGAIN = /Not sent yet. Next try/;
const tries = ({ wire }: Scene): number => wire.arrived.filter(({ kind }) => kind === 'send').length;
const bodies = ({ wire }: Scene): string[] =>
  wire.arrived.filter(({ kind }) => kind === 'send').map(({ body }) => body.toString());
const button = (row: Locator, name: string): Locator => row.getByRole('button', { name, exact: true });

/** Somebody else writes, at the real server. */
async function postAs(scene: Scene, name: string, text: string): Promise<string> {
  const id = randomUUID();
  const answered = await fetch(`${scene.server.url}/api/v1/comments`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      origin: scene.host.url,
      'idempotency-key': id,
      authorization: `Bearer ${Buffer.from(randomUUID().slice(0, 32)).toString('base64url').slice(0, 43)}`,
    },
    body: JSON.stringify({
      site: 'default',
      page: { id: scene.thread, url: scene.url, title: 'Somebody’s page' },
      parentId: null,
      text,
      author: { name },
      mentions: [],
    }),
  });
  assert.equal(answered.status, 201, await answered.text());
  return id;
}

/** The thread is asked for again, as after a while. */
const refresh = ({ section }: Scene): Promise<void> =>
  section.evaluate((element) => void (element as unknown as { store: { load(): void } }).store.load());

test(
  'B1: a failure of the server is asked again with the same key, and its word is not stored for ever',
  on(async (scene) => {
    scene.wire.next('send', answer(500, 'Oh no'));
    await scene.write('Failed once.');
    await scene.told('Failed once.', AGAIN);
    await scene.pass(30_000);
    await scene.sent('Failed once.');
    assert.deepEqual([...scene.wire.keys().values()], [2]);
  }),
);

test(
  'B2: a server that fails for a day is asked at least every five minutes, then the words wait for the reader',
  on(async (scene) => {
    const { wire, section } = scene;
    wire.always('send', answer(500, 'Oh no'));
    await scene.write('Failed for ever.');
    for (let attempt = 1; attempt <= 11; attempt++) {
      await scene.until(() => tries(scene) === attempt, `attempt ${attempt}`);
      await scene.judged();
      await scene.told('Failed for ever.', AGAIN);
      await scene.pass(300_000);
    }
    await scene.pass(24 * 3_600_000);
    await scene.told('Failed for ever.', 'We’ve tried for a day. Your words are still here.');
    const made = tries(scene);
    await scene.pass(1_800_000);
    assert.equal(tries(scene), made, 'nothing more is tried');
    wire.always('send', null);
    await button(scene.row('Failed for ever.'), 'Send now').click();
    await scene.sent('Failed for ever.');
    assert.equal(wire.keys().size, 1);
    assert.equal(await section.getByRole('article').count(), 1);
  }),
);

test(
  'B3: a time to come back at that has passed is now, and one in the year 2099 is in an hour',
  on(async (scene) => {
    const { wire } = scene;
    const at = (date: string): Behaviour => problem(503, 'busy', {}, { 'retry-after': date });
    wire.next('send', at('Sun, 06 Nov 1994 08:49:37 GMT'), at('Fri, 01 Jan 2099 00:00:00 GMT'));
    await scene.write('Come back some day.');
    await scene.until(() => tries(scene) === 1);
    await scene.told('Come back some day.', AGAIN);
    await scene.pass(3000);
    await scene.until(() => tries(scene) === 2, 'asked again at once');
    await scene.judged();
    await scene.told('Come back some day.', /Next try in (59 minutes|1 hour)/);
    await scene.pass(3_400_000);
    assert.equal(tries(scene), 2);
    await scene.pass(210_000);
    await scene.sent('Come back some day.');
  }),
);

test(
  'B4: a server that says when is asked no sooner, from another origin too, and the row says when',
  on(async (scene) => {
    const { wire } = scene;
    wire.next('send', problem(429, 'rate-limited', {}, { 'retry-after': '7' }));
    await scene.write('Too fast.');
    await scene.told('Too fast.', /Next try in \d+ seconds/);
    await scene.pass(5000);
    assert.equal(tries(scene), 1);
    await scene.pass(5000);
    await scene.sent('Too fast.');
    assert.deepEqual([...wire.keys().values()], [2]);
  }),
);

test(
  'B5: a server that does not say when is left alone for five seconds at least',
  on(async (scene) => {
    const { wire } = scene;
    wire.next('send', problem(429, 'rate-limited'));
    await scene.write('Too fast, too.');
    await scene.told('Too fast, too.', AGAIN);
    await scene.pass(4000);
    assert.equal(tries(scene), 1);
    await scene.pass(30_000);
    await scene.sent('Too fast, too.');
  }),
);

const json = { type: 'application/json' };
const shapes: readonly (readonly [ids: string, what: string, answers: readonly Behaviour[]])[] = [
  [
    'B6',
    'JSON of another shape',
    [
      answer(200, 'null', json),
      answer(200, '[]', json),
      answer(200, { operationId: 1, comment: 'x' }),
      answer(200, '"ok"', json),
    ],
  ],
  ['B7', 'nothing', [answer(204), answer(200, '', json), answer(200, '')]],
];
for (const [ids, what, answers] of shapes) {
  test(
    `${ids}: ${what} is no yes; a list of it leaves what is there`,
    on(async (scene) => {
      const { wire } = scene;
      const text = `Answered with ${what}.`;
      wire.next('send', ...answers.map(commitThen));
      await scene.write(text);
      for (let attempt = 1; attempt <= answers.length; attempt++) {
        await scene.until(() => tries(scene) === attempt, `attempt ${attempt}`);
        await scene.judged();
        await scene.told(text, attempt < 3 ? AGAIN : 'sign in to the Wi-Fi?');
        await scene.pass(300_000);
      }
      await scene.sent(text);
      assert.equal(wire.keys().size, 1);
      for (const one of answers) {
        wire.always('list', one);
        wire.always('changes', one);
        await refresh(scene);
        await scene.problem('The comment server sent an unexpected answer.');
        wire.always('list', null);
        wire.always('changes', null);
        await refresh(scene);
        await scene.section.getByRole('paragraph').getByText('unexpected answer').waitFor({ state: 'detached' });
        await scene.sent(text);
      }
    }),
  );
}

test(
  'B8: a yes for another key is no yes, and the page’s author can read of it',
  on(async (scene) => {
    const { wire, reader } = scene;
    wire.next(
      'send',
      changed((body: object) => ({ ...body, operationId: randomUUID() })),
    );
    await scene.write('Mistaken for another.');
    await scene.told('Mistaken for another.', AGAIN);
    assert.match(reader.warnings.join('\n'), /with the answer to .*asked again/);
    await scene.pass(30_000);
    await scene.sent('Mistaken for another.');
    assert.equal(wire.keys().size, 1);
  }),
);

test(
  'B9: what a service worker sent as well is answered twice and is one comment, told once',
  on(async (scene) => {
    const { wire } = scene;
    wire.next('send', async (turn) => {
      // The same request by another hand, answered first.
      const { method, path, headers, body } = turn.asked;
      const { connection: _, host: __, 'content-length': ___, ...others } = headers;
      const twin = await fetch(wire.url + path, { method, headers: others, body: new Uint8Array(body) });
      assert.equal(twin.status, 201);
      await fine(turn);
    });
    await scene.write('Sent by two hands.');
    await scene.sent('Sent by two hands.');
    assert.deepEqual([...wire.keys().values()], [2]);
    await refresh(scene);
    await scene.pass(10_000);
    await scene.arrive();
    await scene.sent('Sent by two hands.');
    assert.ok((await scene.said()).filter((said) => said.includes('Comment posted.')).length <= 1);
  }),
);

/** Held until the test lets go of it, and only then passed on. */
function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((let_) => (open = let_));
  return { open: () => open(), opened };
}

test(
  'B10: an edit is not sent before its comment is acknowledged, and news from before a yes do not take it back',
  on(async (scene) => {
    const { wire, section } = scene;
    const created = gate();
    wire.next('send', async (turn) => {
      await turn.forward();
      await created.opened;
      await fine(turn);
    });
    await scene.write('Before the edit.');
    await scene.until(() => scene.stored('Before the edit.') === 1);
    const [id] = [...wire.keys().keys()];
    await section.evaluate((element, commentId) => {
      const { store } = element as unknown as { store: { dispatch(operation: object): Promise<void> } };
      const edit = { kind: 'edit', id: crypto.randomUUID(), createdAt: Date.now(), commentId, mentions: [] };
      return store.dispatch({ ...edit, text: 'After the edit.', before: 'Before the edit.' });
    }, id);
    await scene.pass(5000);
    assert.deepEqual(
      wire.arrived.filter(({ kind }) => kind === 'send').map(({ method }) => method),
      ['POST'],
    );
    created.open();
    await scene.sent('After the edit.');
    assert.equal(scene.stored('Before the edit.'), 0);
    assert.deepEqual(
      wire.arrived.filter(({ kind }) => kind === 'send').map(({ method }) => method),
      ['POST', 'PUT'],
    );

    // Read before the next comment, heard after its yes.
    const late = gate();
    for (const kind of ['changes', 'list'] as const) {
      wire.next(kind, async (turn) => {
        await turn.forward();
        await late.opened;
        await fine(turn);
      });
    }
    const reads = wire.arrived.length;
    await refresh(scene);
    await scene.until(() => wire.arrived.length > reads, 'news are asked for');
    await scene.write('Newer than the news.');
    await scene.sent('Newer than the news.');
    late.open();
    await scene.pass(2000);
    await scene.sent('Newer than the news.');
    await scene.sent('After the edit.');
  }),
);

test(
  'B11: a list that a cache kept from before our comment does not take it off the page',
  on(async (scene) => {
    const { wire, server } = scene;
    const { thread } = scene;
    const address = `${server.url}/api/v1/comments?site=default&page=${thread}&order=newest&limit=20`;
    const old = Buffer.from(await (await fetch(address)).arrayBuffer());
    await scene.write('Newer than the cache.');
    await scene.sent('Newer than the cache.');
    wire.always(
      'list',
      changed(() => old),
    );
    for (let visit = 0; visit < 2; visit++) {
      const asked = wire.arrived.length;
      await scene.arrive();
      await scene.until(() => wire.arrived.slice(asked).some(({ kind }) => kind === 'list'), 'the old list came');
      await scene.pass(2000);
      await scene.sent('Newer than the cache.');
    }
    wire.always('list', null);
    await scene.arrive();
    await scene.sent('Newer than the cache.');
  }),
);

test(
  'B12: a session that ends in a queue of five stops it, asks once, and loses nothing',
  on(async (scene) => {
    const { wire, reader, section, server } = scene;
    const texts = ['First', 'Second', 'Third', 'Fourth', 'Fifth'].map((one) => `${one} of the queue.`);
    await scene.openForm();
    await reader.context.setOffline(true);
    for (const text of texts) {
      await scene.write(text);
      await scene.pass(3000);
    }
    wire.next('send', fine, fine, problem(401, 'sign-in'));
    await reader.context.setOffline(false);
    await scene.pass(10_000);
    await scene.told('Third of the queue.', 'Sign in to send this.');
    await scene.sent('Second of the queue.');
    await scene.pass(600_000);
    assert.equal(tries(scene), 3);
    assert.equal(await section.getByRole('article').getByText('Sign in to send this.').count(), 1);
    assert.equal((await scene.said()).filter((said) => said.includes('Sign in to send this.')).length, 1);
    // Reading goes on.
    await postAs(scene, 'Somebody else', 'Meanwhile.');
    await scene.arrive();
    await section.getByText('Meanwhile.').waitFor();
    assert.equal(tries(scene), 3);
    await button(scene.row('Third of the queue.'), 'Send now').click();
    for (const text of texts) await scene.sent(text);
    const stored = server
      .rows('select text from comments where text like ? order by created_at, id', '%of the queue.')
      .map(({ text }) => text);
    assert.deepEqual(new Set(stored), new Set(texts));
    const sent = bodies(scene).map((body) => (JSON.parse(body) as { text: string }).text);
    assert.deepEqual([...new Set(sent)], texts, 'in the order in which they were written');
  }),
);

test(
  'B13: a definite no is told in words, the server’s own where we have none, and not tried again',
  on(async (scene) => {
    const { wire } = scene;
    wire.next('send', problem(403, 'banned', { detail: 'This writer may not write here' }));
    await scene.write('From one who is banned.');
    await scene.told('From one who is banned.', 'Not accepted. You can’t comment here.');
    wire.next('send', problem(403, 'full-moon', { detail: 'Nobody may write under a full moon.' }));
    await scene.write('Under a full moon.');
    await scene.told('Under a full moon.', 'Not accepted. Nobody may write under a full moon.');
    await scene.pass(1_800_000);
    assert.equal(tries(scene), 2);
    for (const name of ['Edit', 'Copy text', 'Discard']) {
      await button(scene.row('Under a full moon.'), name).waitFor();
    }
  }),
);

test(
  'B14: a reply to a comment that went meanwhile can be posted as a comment of its own',
  on(async (scene) => {
    const { wire, reader, section, server } = scene;
    const parent = await postAs(scene, 'Ada', 'Soon to be gone.');
    await scene.arrive();
    await section.getByText('Soon to be gone.').waitFor();
    await scene.openForm();
    await reader.context.setOffline(true);
    await reply(section, 'Ada', 'Soon to be gone.', 'An answer to nobody.');
    await scene.told('An answer to nobody.', 'will be sent');
    const removed = await server.command('comments', 'delete', parent);
    assert.equal(removed.code, 0, removed.err);
    await reader.context.setOffline(false);
    await scene.pass(10_000);
    await scene.told('An answer to nobody.', 'The comment you’re replying to was removed.');
    await button(scene.row('An answer to nobody.'), 'Discard').waitFor();
    await button(scene.row('An answer to nobody.'), 'Copy text').waitFor();
    await button(scene.row('An answer to nobody.'), 'Post as a new comment').click();
    await section.getByRole('textbox', { name: 'Your comment' }).waitFor();
    const box = section.getByRole('textbox', { name: 'Your comment' });
    await scene.until(async () => (await box.inputValue()) === 'An answer to nobody.', 'the words are in the form');
    await button(section, 'Post').click();
    await scene.sent('An answer to nobody.');
    const [row] = server.rows('select parent_id from comments where text = ?', 'An answer to nobody.');
    assert.equal(row?.['parent_id'], null);
    assert.equal(wire.keys().size, 2, 'a new comment has a new key');
  }),
);

test(
  'B15: where the same request is being worked on, it is waited for and asked again with the same key',
  on(async (scene) => {
    scene.wire.next('send', problem(409, 'in-flight'));
    await scene.write('Worked on elsewhere.');
    await scene.told('Worked on elsewhere.', AGAIN);
    await scene.pass(30_000);
    await scene.sent('Worked on elsewhere.');
    assert.deepEqual([...scene.wire.keys().values()], [2]);
  }),
);

test(
  'B16, B17: too large is told with the limit before it was read; the words are edited under a new key',
  on(
    async (scene) => {
      const { wire, section } = scene;
      const long = `Too much. ${'🦔'.repeat(18_000)}`;
      wire.next('head', problem(413, 'too-long', { limit: 9000 }, { connection: 'close' }));
      await field(section).click();
      await section.getByRole('textbox', { name: 'Your comment' }).fill(long);
      await section.getByRole('textbox', { name: /^Name/ }).fill('Visitor');
      await button(section, 'Post').click();
      await scene.told('Too much.', 'Too long: the limit is 9,000 characters.');
      await scene.pass(600_000);
      assert.equal(tries(scene), 0);
      await button(scene.row('Too much.'), 'Edit').click();
      const box = section.getByRole('textbox', { name: 'Your comment' });
      await scene.until(async () => (await box.inputValue()) === long, 'the words are back in the form');
      await box.fill('Enough.');
      await button(section, 'Post').click();
      await scene.sent('Enough.');
      const [early] = wire.arrived.filter(({ kind }) => kind === 'head');
      assert.ok(early?.key && !wire.keys().has(early.key), 'a refused one gets a new key');
    },
    { attributes: 'max-length="20000"' },
  ),
);

test(
  'B17: words whose outcome is open are never changed: an edit waits behind them',
  on(async (scene) => {
    const { wire, section } = scene;
    wire.always('send', commitThen(reset));
    await scene.write('Perhaps stored.');
    await scene.told('Perhaps stored.', 'will be sent');
    assert.equal(await button(scene.row('Perhaps stored.'), 'Edit').count(), 0);
    const [id] = [...wire.keys().keys()];
    await section.evaluate((element, commentId) => {
      const { store } = element as unknown as { store: { dispatch(operation: object): Promise<void> } };
      const edit = { kind: 'edit', id: crypto.randomUUID(), createdAt: Date.now(), commentId, mentions: [] };
      return store.dispatch({ ...edit, text: 'Surely changed.', before: 'Perhaps stored.' });
    }, id);
    await scene.pass(20_000);
    wire.always('send', null);
    await scene.pass(30_000);
    await scene.sent('Surely changed.');
    const posts = wire.arrived.filter(({ method }) => method === 'POST').map(({ body }) => body.toString());
    assert.equal(new Set(posts).size, 1, 'the same key always came with the same words');
    assert.equal(scene.stored('Perhaps stored.'), 0);
  }),
);

test(
  'B18: a held comment says so, and after a reload too',
  on(async (scene) => {
    const { wire, server } = scene;
    await scene.write('Waiting for approval.');
    await scene.sent('Waiting for approval.');
    const [id = ''] = [...wire.keys().keys()];
    const held = await server.command('site', 'set', 'default', '--hold', 'everyone');
    assert.equal(held.code, 0, held.err);
    try {
      await scene.write('Held for approval.');
      await scene.told('Held for approval.', 'Awaiting approval');
      await scene.sent('Held for approval.');
      await scene.arrive();
      await scene.told('Held for approval.', 'Awaiting approval');
      assert.deepEqual(
        server.rows('select state from comments where text = ?', 'Held for approval.').map(({ state }) => state),
        ['held'],
      );
      assert.ok(id);
    } finally {
      await server.command('site', 'set', 'default', '--hold', 'nobody');
    }
  }),
);

test(
  'B19: what was taken for spam is shown to its writer as that, and is not being sent for ever',
  on(async (scene) => {
    const { wire, server } = scene;
    wire.next('send', async (turn) => {
      const { body } = await turn.forward();
      const { operationId } = JSON.parse(body.toString()) as { operationId: string };
      await server.command('comments', 'spam', operationId);
      await changed((said: { comment: object }) => ({ ...said, comment: { ...said.comment, state: 'spam' } }))(turn);
    });
    await scene.write('Cheap watches.');
    await scene.told('Cheap watches.', 'Marked as spam');
    await scene.row('Cheap watches.').getByText(ON_THEIR_WAY).first().waitFor({ state: 'detached' });
    await scene.arrive();
    await scene.told('Cheap watches.', 'Marked as spam');
    assert.equal(scene.stored('Cheap watches.'), 1);
  }),
);

test(
  'B20: a comment that a restored server has lost is offered to its writer again, under a new key, and never sent by itself',
  on(async (scene) => {
    const { wire, server, section } = scene;
    await scene.write('Before the backup.');
    await scene.sent('Before the backup.');
    const copy = join(server.folder, 'copy.sqlite');
    const saved = await server.command('backup', copy);
    assert.equal(saved.code, 0, saved.err);
    await scene.write('After the backup.');
    await scene.sent('After the backup.');
    await scene.arrive();
    await scene.row('After the backup.').getByText('You', { exact: true }).waitFor();
    await server.down();
    const restored = await server.command('restore', copy);
    assert.equal(restored.code, 0, restored.err);
    await server.up();
    assert.equal(scene.stored('After the backup.'), 0);
    await scene.arrive();
    await scene.told('After the backup.', 'The comment server no longer has this comment.');
    const sent = tries(scene);
    await scene.pass(1_800_000);
    assert.equal(tries(scene), sent);
    await button(scene.row('After the backup.'), 'Post again').click();
    const box = section.getByRole('textbox', { name: 'Your comment' });
    await scene.until(async () => (await box.inputValue()) === 'After the backup.', 'the words are in the form');
    await button(section, 'Post').click();
    await scene.sent('After the backup.');
    assert.equal(wire.keys().size, 3);
    assert.deepEqual([...wire.keys().values()], [1, 1, 1]);
  }),
);

test(
  'B21: fields nobody knows are ignored, and a state of tomorrow is shown as sent',
  on(async (scene) => {
    const { wire } = scene;
    const newer = (comment: object): object => ({ ...comment, state: 'blessed', mood: { kind: 'sunny' } });
    wire.next(
      'send',
      changed((body: { comment: object }) => ({ ...body, extra: [1], comment: newer(body.comment) })),
    );
    await scene.write('Answered from tomorrow.');
    await scene.sent('Answered from tomorrow.');
    wire.always(
      'list',
      changed((body: { comments: object[] }) => ({ ...body, weather: 'fine', comments: body.comments.map(newer) })),
    );
    await scene.arrive();
    await scene.sent('Answered from tomorrow.');
    assert.equal(await scene.section.getByRole('paragraph').getByText('unexpected answer').count(), 0);
  }),
);

test(
  'B22: a server that no longer speaks our version is read from this device; what is written waits for it',
  on(async (scene) => {
    const { wire } = scene;
    await scene.write('From better days.');
    await scene.sent('From better days.');
    for (const kind of ['list', 'changes', 'mine', 'send'] as const) wire.always(kind, problem(400, 'version'));
    await scene.arrive();
    await scene.problem('The comment server is running another version.');
    await scene.sent('From better days.');
    await scene.write('Kept for better days.');
    for (let attempt = 1; attempt < 5; attempt++) {
      await scene.until(() => tries(scene) > attempt, `attempt ${attempt}`);
      await scene.judged();
      await scene.pass(300_000);
    }
    await scene.until(() => tries(scene) > 5, 'attempt 5');
    await scene.judged();
    await scene.told('Kept for better days.', AGAIN);
    assert.equal(scene.stored('Kept for better days.'), 0);
    for (const kind of ['list', 'changes', 'mine', 'send'] as const) wire.always(kind, null);
    await scene.arrives('Kept for better days.');
    await scene.section.getByRole('paragraph').getByText('another version').waitFor({ state: 'detached' });
  }),
);

test(
  'B23: text that comes back changed takes the place of what was written, without being there twice for a moment',
  on(async (scene) => {
    const { wire, section } = scene;
    const tidy = (comment: { text: string }): object => ({ ...comment, text: comment.text.replace(/\s+/g, ' ') });
    const ways: Behaviour = changed((body: { comment: { text: string } }) => ({
      ...body,
      comment: tidy(body.comment),
    }));
    wire.next('send', ways);
    await section.evaluate((element) => {
      const { store } = element as unknown as {
        store: { view: { rows: unknown[] }; subscribe(run: () => void): void };
      };
      const seen = { most: 0 };
      Object.assign(globalThis, { seen });
      store.subscribe(() => void (seen.most = Math.max(seen.most, store.view.rows.length)));
    });
    await scene.write('Words  with   gaps.');
    await section.getByText('Words with gaps.', { exact: true }).waitFor();
    await scene.row('Words with gaps.').getByText(ON_THEIR_WAY).first().waitFor({ state: 'detached' });
    assert.equal(await section.evaluate(() => (globalThis as unknown as { seen: { most: number } }).seen.most), 1);
    assert.equal(await section.getByRole('article').count(), 1);
    assert.equal(wire.keys().size, 1);
  }),
);

test(
  'B24: broken UTF-8 and a byte order mark are shown as well as they can be',
  on(async (scene) => {
    const { wire, section } = scene;
    const broken = changed((body) => {
      const [before = '', after = ''] = JSON.stringify(body).split('§');
      return Buffer.concat([
        Buffer.from([0xef, 0xbb, 0xbf]),
        Buffer.from(before),
        Buffer.from([0xff]),
        Buffer.from(after),
      ]);
    });
    wire.next('send', broken);
    // Its row may have the server's words before anybody saw it with the reader's.
    await post(section, 'Broken § bytes.');
    await section.getByText('Broken \ufffd bytes.').first().waitFor();
    await scene.row('Broken').getByText(ON_THEIR_WAY).first().waitFor({ state: 'detached' });
    wire.always('list', broken);
    await scene.arrive();
    await section.getByText('Broken \ufffd bytes.').first().waitFor();
    assert.equal(scene.stored('Broken § bytes.'), 1);
  }),
);
