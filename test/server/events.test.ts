import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { STANDARD_LIMITS } from '../../src/server/rules/limits.ts';
import { startServer } from '../../src/server/start.ts';
import { moderate } from '../../src/server/storage/moderating.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { ask, Guest, list, NOON, open, reasonOf } from './open.ts';
import { eventsPath, Listening, type Told } from './listening.ts';

/** A clock that is far ahead with each look, so that nothing is gathered. */
function hasty(): () => number {
  let time = NOON;
  return () => (time += 2_000);
}

const textsOf = (told: readonly Told[]): string[] =>
  told.flatMap(({ changes }) => changes.comments.map(({ text }) => text));

describe('R-10: the stream of news', () => {
  it('R-10: tells a new comment, an edit, a vote and a removal as they happen, each as everybody may see it', async (t) => {
    const server = await open(t, { now: hasty() });
    const ada = new Guest(server, 'Ada');
    const { info } = await list(server);
    const page = await Listening.open(t, server, info.epoch, { page: 'page', since: info.revision });
    assert.match(page.response.headers.get('content-type') ?? '', /^text\/event-stream/);
    assert.equal(page.response.headers.get('access-control-allow-origin'), '*');
    assert.match(page.response.headers.get('cache-control') ?? '', /no-store/);

    const first = await ada.post('First', { email: 'ada@example.com' });
    await page.hear(1);
    await ada.edit(first.id, 'First, edited');
    await page.hear(2);
    await new Guest(server, 'Ben').vote(first.id, 'up');
    await page.hear(3);
    await ada.remove(first.id);
    await page.hear(4);

    const [posted, edited, voted, removed] = page.told.map(({ changes }) => changes);
    assert.equal(posted?.comments[0]?.text, 'First');
    assert.equal(posted?.info.count, 1);
    assert.equal(edited?.comments[0]?.text, 'First, edited');
    assert.equal(voted?.comments[0]?.up, 1);
    assert.deepEqual(removed?.removed, [first.id]);
    assert.match(page.raw, /^retry: \d+\n\n/);
    for (const secret of ['ada@example.com', ada.token]) assert.ok(!page.raw.includes(secret));
  });

  it('R-10: a held comment is told when it is approved and not before, and goes when it is rejected', async (t) => {
    const server = await open(t, { now: hasty(), sites: { default: { hold: 'everyone' } } });
    const ada = new Guest(server, 'Ada');
    const { info } = await list(server);
    const page = await Listening.open(t, server, info.epoch, { page: 'page', since: 0 });
    const held = await ada.post('Waits for a moderator');
    const wish = { site: 'default', id: held.id, note: '', now: NOON };
    await moderate(server.storage.writer, 'approve', wish);
    await page.hear(1);
    await moderate(server.storage.writer, 'reject', wish);
    await page.hear(2);
    assert.deepEqual(textsOf(page.told), ['Waits for a moderator']);
    assert.equal(page.told[0]?.changes.comments[0]?.state, 'published');
    assert.deepEqual(page.told[1]?.changes.removed, [held.id]);
    assert.ok(!page.raw.includes('"held"'));
  });

  it('R-10: what was missed while the connection was broken comes first, without loss or repeat', async (t) => {
    const server = await open(t, { now: hasty() });
    const ada = new Guest(server, 'Ada');
    const { info } = await list(server);
    const heard: Told[] = [];
    let since = info.revision;
    for (let round = 0; round < 5; round += 1) {
      const page = await Listening.open(t, server, info.epoch, { page: 'page', since });
      for (let post = 0; post < 3; post += 1) await ada.post(`Comment ${round} ${post}`);
      await page.until(() => textsOf(page.told).length >= (round === 0 ? 3 : 4));
      page.close();
      await page.ended;
      heard.push(...page.told);
      since = heard.at(-1)?.changes.info.revision ?? 0;
      await ada.post(`Missed ${round}`);
    }
    const last = await Listening.open(t, server, info.epoch, { page: 'page', since });
    await last.hear(1);
    heard.push(...last.told);
    const texts = textsOf(heard);
    assert.equal(texts.length, 20);
    assert.equal(new Set(texts).size, 20);
    // Each piece goes on where the one before ended.
    heard.reduce((end, { from, changes }) => {
      assert.equal(from, end);
      return changes.info.revision;
    }, info.revision);
  });

  it('R-10: a reply comes in no earlier event than all it answers, though each reply changes those', async (t) => {
    const server = await open(t, { now: hasty() });
    const ada = new Guest(server, 'Ada');
    const { info } = await list(server);
    const root = await ada.post('Root');
    for (let n = 0; n < 3; n += 1) {
      const parent = await ada.post(`Reply ${n} ${'x'.repeat(1000)}`, { parent: root.id });
      for (let m = 0; m < 3; m += 1) await ada.post(`Reply ${n} ${m} ${'x'.repeat(1000)}`, { parent: parent.id });
    }
    const page = await Listening.open(t, server, info.epoch, { page: 'page', since: info.revision });
    await page.until(() => textsOf(page.told).length >= 13);
    assert.ok(page.told.length > 1);
    const known = new Set<string | null>([null]);
    for (const { changes } of page.told) {
      for (const { id } of changes.comments) known.add(id);
      for (const { text, parentId } of changes.comments) assert.ok(known.has(parentId), text);
    }
    // What a reply has changed comes before it, and once more in its own place.
    const texts = textsOf(page.told);
    assert.equal(new Set(texts).size, 13);
    assert.ok(texts.length <= 13 + 4, `${texts.length} texts of 13`);
  });

  it('R-10: each piece tells all that happened up to where it ends, so that a stream may break after any of them', async (t) => {
    const server = await open(t, { now: hasty() });
    const [ada, ben] = [new Guest(server, 'Ada'), new Guest(server, 'Ben')];
    const { info } = await list(server);
    const long = 'x'.repeat(900);
    const root = await ada.post('Root');
    const parent = await ada.post('Parent', { parent: root.id });
    const goes = await ada.post('Goes');
    for (let number = 0; number < 4; number += 1) await ada.post(`${number} ${long}`, { parent: parent.id });
    await ada.remove(goes.id);
    for (let number = 4; number < 8; number += 1) await ada.post(`${number} ${long}`);
    await ben.vote(parent.id, 'up');
    for (let number = 8; number < 12; number += 1) await ada.post(`${number} ${long}`);

    const changesSince = async (revision: number) => {
      const query = new URLSearchParams({ page: 'page', site: 'default', epoch: info.epoch, revision: `${revision}` });
      return (await ask(server, `/api/v1/changes?${query}`)).body as Told['changes'];
    };
    const page = await Listening.open(t, server, info.epoch, { page: 'page', since: info.revision });
    const all = await changesSince(info.revision);
    await page.until(() => page.told.at(-1)?.changes.info.revision === all.info.revision);
    assert.ok(page.told.length > 3, `${page.told.length} pieces`);
    assert.deepEqual([all.removed, all.comments.length], [[goes.id], 14]);

    for (const { changes } of page.told) {
      const { revision } = changes.info;
      const before = page.told.filter((one) => one.changes.info.revision <= revision);
      const later = await changesSince(revision);
      // Whoever goes on from here by asking misses nothing.
      const heard = new Set([...before.flatMap((one) => one.changes.removed), ...later.removed]);
      assert.deepEqual([...heard], all.removed, `up to ${revision}`);
      // Who was here already, and passes over the pieces before, is told by those that follow of all that came since.
      const pieces = page.told.filter((one) => one.changes.info.revision > revision);
      for (const comment of later.comments) {
        const told = pieces.flatMap((one) => one.changes.comments).find(({ id }) => id === comment.id);
        assert.deepEqual(told, comment, `after ${revision}`);
      }
    }
  });

  it('R-10: two servers on one file tell each other’s news', async (t) => {
    const one = await open(t, { now: hasty() });
    const other = await startServer({
      database: one.database,
      limits: null,
      now: hasty(),
      widget: `${one.folder}/no-widget`,
      demo: `${one.folder}/no-demo`,
    });
    t.after(() => other.close());
    const { info } = await list(one);
    const here = await Listening.open(t, one, info.epoch, { page: 'page', since: 0 });
    const there = await Listening.open(t, other, info.epoch, { page: 'page', since: 0 });
    await new Guest(one, 'Ada').post('Written here');
    await Promise.all([here.hear(1), there.hear(1)]);
    await new Guest(other, 'Ben').post('Written there');
    await Promise.all([here.hear(2), there.hear(2)]);
    for (const page of [here, there]) assert.deepEqual(textsOf(page.told), ['Written here', 'Written there']);
  });

  it('R-10: votes are gathered to one event a second and thread', async (t) => {
    const clock = new FakeClock(NOON);
    const server = await open(t, { now: clock.now, timers: clock });
    const ada = new Guest(server, 'Ada');
    const comment = await ada.post('Vote for me');
    const { info } = await list(server);
    const page = await Listening.open(t, server, info.epoch, { page: 'page', since: info.revision });
    await new Guest(server, 'Ben').vote(comment.id, 'up');
    await page.hear(1);
    for (let number = 0; number < 30; number += 1) await new Guest(server, `Voter ${number}`).vote(comment.id, 'up');
    clock.pass(1_000);
    await page.hear(2);
    assert.equal(page.told[0]?.changes.comments[0]?.up, 1);
    assert.equal(page.told[1]?.changes.comments[0]?.up, 31);
    assert.equal(page.told.length, 2);
  });

  it('R-10: an event has at most 4 kB: more is told in pieces, and a text that is larger is only announced', async (t) => {
    const clock = new FakeClock(NOON);
    const server = await open(t, { now: clock.now, timers: clock });
    const ada = new Guest(server, 'Ada');
    const { info } = await list(server);
    const page = await Listening.open(t, server, info.epoch, { page: 'page', since: 0 });
    await ada.post('The first is told at once');
    await page.hear(1);
    for (let number = 0; number < 6; number += 1) await ada.post(`${number} ${'lorem ipsum '.repeat(120)}`);
    clock.pass(1_000);
    await page.until(() => textsOf(page.told).length === 7);
    assert.ok(page.told.length >= 4, `${page.told.length} events`);
    for (const { size } of page.told) assert.ok(size <= 4 * 1024, `${size} bytes`);
    page.told.reduce((end, { from, changes }) => {
      assert.equal(from, end);
      return changes.info.revision;
    }, 0);
    const before = page.told.length;
    await ada.post('ж'.repeat(3_000));
    clock.pass(1_000);
    await page.hear(before + 1);
    assert.equal(page.told.at(-1)?.name, 'moved');
    assert.ok((page.told.at(-1)?.size ?? 0) < 200);
  });

  it('R-10: one stream tells of several threads, and of no other', async (t) => {
    const server = await open(t, { now: hasty() });
    const ada = new Guest(server, 'Ada');
    const { info } = await list(server);
    const page = await Listening.open(t, server, info.epoch, { page: 'one', since: 0 }, { page: 'two', since: 0 });
    await ada.post('On two', { page: 'two' });
    await page.hear(1);
    await ada.post('On three', { page: 'three' });
    await ada.post('On one', { page: 'one' });
    await page.hear(2);
    assert.deepEqual(
      page.told.map((told) => [told.page, ...textsOf([told])]),
      [
        ['two', 'On two'],
        ['one', 'On one'],
      ],
    );
  });

  it('B20: who knows another history, or a revision from the future, is told to ask', async (t) => {
    const server = await open(t);
    await new Guest(server, 'Ada').post('Hello');
    const { info } = await list(server);
    const stranger = await Listening.open(t, server, 'another epoch', { page: 'page', since: 1 });
    const prophet = await Listening.open(t, server, info.epoch, { page: 'page', since: 99 });
    for (const page of [stranger, prophet]) assert.equal((await page.hear(1))[0]?.name, 'moved');
  });

  it('S-6: one address holds so many streams and no more, and one that ends makes room', async (t) => {
    const server = await open(t, { limits: STANDARD_LIMITS });
    const { info } = await list(server);
    const path = eventsPath(info.epoch, [{ page: 'page', since: 0 }]);
    const open200 = await Promise.all(
      Array.from({ length: 200 }, () => Listening.open(t, server, info.epoch, { page: 'page', since: 0 })),
    );
    const refused = await ask(server, path);
    assert.deepEqual([refused.status, reasonOf(refused)], [429, 'rate-limited']);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    open200[0]?.close();
    await Promise.all([open200[0]?.ended, gone(server.live, 199)]);
    await Listening.open(t, server, info.epoch, { page: 'page', since: 0 });
  });

  it('H10: asked to stop, the server ends its streams and waits for none of them', async (t) => {
    const server = await open(t);
    const { info } = await list(server);
    const pages = await Promise.all(
      Array.from({ length: 20 }, () => Listening.open(t, server, info.epoch, { page: 'page', since: 0 })),
    );
    const closed = server.close();
    await Promise.all(pages.map(({ ended }) => ended));
    await closed;
    assert.equal(server.live.size, 0);
  });

  it('R-10: a page that goes away leaves nothing behind, and a HEAD opens nothing', async (t) => {
    const server = await open(t);
    const { info } = await list(server);
    const path = eventsPath(info.epoch, [{ page: 'page', since: 0 }]);
    assert.equal((await fetch(server.address + path, { method: 'HEAD' })).status, 200);
    assert.equal(server.live.size, 0);
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(socket, 'data');
    assert.equal(server.live.size, 1);
    socket.resetAndDestroy();
    await gone(server.live, 0);
  });

  it('R-10: a question that makes no sense is refused', async (t) => {
    const server = await open(t);
    for (const query of [
      'site=default&epoch=e&page=a',
      'site=default&epoch=e&page=a&page=b&since=1',
      'site=default&epoch=e&page=a&since=x',
      `site=default&epoch=e&${Array.from({ length: 21 }, (_, n) => `page=${n}&since=0`).join('&')}`,
    ]) {
      assert.equal((await ask(server, `/api/v1/events?${query}`)).status, 400, query);
    }
    assert.equal((await ask(server, '/api/v1/events?site=nowhere&epoch=e&page=a&since=0')).status, 404);
  });
});

/** The server has noticed that pages went away. */
async function gone(live: { readonly size: number }, left: number): Promise<void> {
  while (live.size !== left) await new Promise((next) => setImmediate(next));
}
