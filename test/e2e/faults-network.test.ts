/** Faults of network and transport (FAULTS A) in Chromium, against a server of raw sockets that stores and then misbehaves. */
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { test } from 'node:test';
import { faultStage, ON_THEIR_WAY } from '../helpers/fault-scene.ts';
import {
  answer,
  bytes,
  commitThen,
  fine,
  hangUp,
  inTurn,
  reset,
  silence,
  type Behaviour,
} from '../helpers/misbehaving-server.ts';
import { post } from '../helpers/reader.ts';

const on = faultStage({ settings: { 'max-length': '20000' } });

const WAITING = 'Saved, will be sent when you are online.';
const AGAIN = /Not sent yet. Next try/;

test(
  'A1: words written offline wait, say so, and go out within five seconds of its return',
  on(async (scene) => {
    const { reader, wire } = scene;
    await scene.openForm();
    await reader.context.setOffline(true);
    await scene.write('Written offline.');
    await scene.told('Written offline.', WAITING);
    await scene.pass(120_000);
    assert.equal(wire.keys().size, 0);
    await reader.context.setOffline(false);
    await scene.pass(5000);
    await scene.sent('Written offline.');
    assert.deepEqual([...wire.keys().values()], [1]);
  }),
);

test(
  'A2: a browser that believes to be online is not believed',
  on(async (scene) => {
    const { page, wire } = scene;
    await wire.down();
    assert.equal(await page.evaluate(() => navigator.onLine), true);
    await scene.write('Into a dead port.');
    await scene.told('Into a dead port.', WAITING);
    await scene.pass(30_000);
    await scene.told('Into a dead port.', WAITING);
    await wire.up();
    await scene.arrives('Into a dead port.');
  }),
);

test(
  'A3: a request that never arrived is made again with the same key',
  on(async (scene) => {
    const { wire } = scene;
    wire.always('send', reset);
    await scene.write('Lost on the way.');
    await scene.told('Lost on the way.', WAITING);
    assert.equal(scene.stored('Lost on the way.'), 0);
    wire.always('send', null);
    await scene.pass(10_000);
    await scene.sent('Lost on the way.');
    assert.equal(wire.keys().size, 1);
  }),
);

test(
  'A4: stored by the server, its answer lost: asked again with the same key, there is one comment',
  on(async (scene) => {
    const { wire } = scene;
    wire.always('send', commitThen(reset));
    await scene.write('Stored in silence.');
    await scene.told('Stored in silence.', WAITING);
    assert.equal(scene.stored('Stored in silence.'), 1);
    wire.always('send', null);
    await scene.pass(10_000);
    await scene.sent('Stored in silence.');
    assert.equal(wire.keys().size, 1);
    // Loaded anew, it is still one.
    await scene.arrive();
    await scene.sent('Stored in silence.');
  }),
);

test(
  'A5: what the browser sends again by itself, on a warm connection that was closed, makes one comment',
  on(async (scene) => {
    const { wire, reader } = scene;
    const ways: [name: string, next: Behaviour][] = [
      ['closed', hangUp],
      ['reset', reset],
      ['408', answer(408, '', { headers: { connection: 'close' } })],
    ];
    for (const [name, next] of ways) {
      const text = `Sent by the browser itself, ${name}.`;
      // A connection that has carried an answer: only such a one is tried again.
      await scene.write(`Warming up for ${name}.`);
      await scene.sent(`Warming up for ${name}.`);
      const asked = reader.requests.filter(({ method }) => method === 'POST').length;
      const arrived = wire.arrived.filter(({ kind }) => kind === 'send').length;
      wire.next('send', commitThen(next));
      await scene.write(text);
      await scene.until(
        () => wire.arrived.filter(({ kind }) => kind === 'send').length >= arrived + 2,
        `repeated, ${name}`,
      );
      // One fetch of ours, more than one request at the server: nothing in a page can prevent it.
      const fetched = reader.requests.filter(({ method }) => method === 'POST').length - asked;
      assert.equal(fetched, 1, name);
      await scene.sent(text);
    }
    assert.equal(wire.keys().size, 2 * ways.length);
  }),
);

/** Answers that say nothing of the comment. Each comes after the server has stored it: the worst case of both. */
const head = 'HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-type: application/json\r\n';
const half = '{"operationId":"4';
const strange: readonly (readonly [ids: string, what: string, behaviour: Behaviour, says: string | RegExp])[] = [
  ['A6', 'fewer bytes than announced', inTurn(bytes(`${head}content-length: 100\r\n\r\n{"ope`), hangUp), WAITING],
  [
    'A7',
    'chunks that break off',
    inTurn(bytes(`${head}transfer-encoding: chunked\r\n\r\n5\r\n{"ope\r\n`), reset),
    WAITING,
  ],
  [
    'A8',
    'half a document that calls itself whole',
    bytes(`${head}content-length: ${half.length}\r\n\r\n${half}`),
    AGAIN,
  ],
  [
    'A14',
    'plain bytes that are called gzip',
    bytes(`${head}content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}`),
    WAITING,
  ],
  ['A15', 'bytes that are no HTTP', inTurn(bytes('\u0000\u0001 SSH-2.0 what?\r\n\r\n'), hangUp), WAITING],
  ['A17', 'a redirect to a page of the same origin', answer(302, '', { headers: { location: '/welcome' } }), WAITING],
  ['A18', 'a redirect to another origin', answer(302, '', { headers: { location: 'http://127.0.0.1:9/' } }), WAITING],
];
for (const [ids, what, behaviour, says] of strange) {
  test(
    `${ids}: ${what} is no yes and no refusal: kept, told, and asked again with the same key`,
    on(async (scene) => {
      const { wire } = scene;
      const text = `Answered with ${what}.`;
      wire.always('send', commitThen(behaviour));
      await scene.write(text);
      await scene.told(text, says);
      assert.equal(scene.stored(text), 1);
      wire.always('send', null);
      await scene.pass(10_000);
      await scene.sent(text);
      assert.equal(wire.keys().size, 1);
    }),
  );
}

/** Held until the test lets go of it; then really done and answered, however late. */
function holding(next: Behaviour = fine): { readonly behaviour: Behaviour; readonly release: () => void } {
  let release = (): void => undefined;
  const held = new Promise<void>((open) => (release = open));
  return {
    behaviour: async (turn) => {
      await held;
      await next(turn);
    },
    release: () => release(),
  };
}

test(
  'A9: after fifteen seconds without an answer it is asked again; the late one makes no second comment',
  on(async (scene) => {
    const { wire, section } = scene;
    const { behaviour, release } = holding();
    wire.next('send', behaviour);
    await scene.write('Answered late.');
    await scene.pass(14_000);
    await scene.told('Answered late.', 'Sending…');
    await scene.pass(1500);
    await scene.told('Answered late.', AGAIN);
    assert.equal(scene.stored('Answered late.'), 0);
    release();
    await scene.until(() => scene.stored('Answered late.') === 1, 'the late one is stored');
    await scene.pass(10_000);
    await scene.sent('Answered late.');
    assert.deepEqual([...wire.keys().values()], [2]);

    // Reading waits for ten.
    const list = holding();
    wire.next('changes', list.behaviour);
    wire.next('list', list.behaviour);
    await section.evaluate((element) => void (element as unknown as { store: { load(): void } }).store.load());
    await scene.pass(10_500);
    await scene.problem('The comments can’t be reached right now.');
    list.release();
    await scene.sent('Answered late.');
  }),
);

test(
  'A10: an answer that drips for longer than that is given up, body and all',
  on(async (scene) => {
    const { wire } = scene;
    let isDripping = true;
    wire.next(
      'send',
      commitThen(async ({ socket }) => {
        socket.write(`${head}content-length: 5000\r\n\r\n`);
        while (isDripping && !socket.destroyed) {
          socket.write('{');
          await new Promise((next) => setTimeout(next, 100));
        }
      }),
    );
    await scene.write('Answered in drops.');
    await scene.until(() => wire.open === 1);
    await scene.pass(15_500);
    await scene.told('Answered in drops.', AGAIN);
    await scene.until(() => wire.open === 0, 'the connection was given up');
    isDripping = false;
    await scene.pass(10_000);
    await scene.sent('Answered in drops.');
  }),
);

test(
  'A11: no answer at all frees the place of the next',
  on(async (scene) => {
    const { wire } = scene;
    wire.next('send', silence);
    await scene.write('Into the silence.');
    await scene.write('Next in line.');
    await scene.until(() => wire.open === 1);
    await scene.pass(15_500);
    await scene.until(() => wire.open === 0, 'nobody waits for it any more');
    await scene.pass(10_000);
    await scene.sent('Into the silence.');
    await scene.sent('Next in line.');
    assert.deepEqual([...wire.keys().values()].sort(), [1, 2]);
    assert.equal(wire.most, 1);
  }),
);

/** Sends far more than anybody should, and counts how much of it was taken. */
const endless =
  (taken: { bytes: number }): Behaviour =>
  async ({ socket }) => {
    socket.write(`${head}content-length: 60000000\r\n\r\n[`);
    const piece = Buffer.alloc(64 * 1024, ' ');
    while (!socket.destroyed && taken.bytes < 60e6) {
      const isFull = !socket.write(piece);
      taken.bytes += piece.length;
      if (isFull) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
    }
  };

test(
  'A12: an answer of sixty megabytes is left where it is, for sending and for reading',
  on(async (scene) => {
    const { wire } = scene;
    const ack = { bytes: 0 };
    wire.next('send', commitThen(endless(ack)));
    await scene.write('Answered at length.');
    await scene.told('Answered at length.', AGAIN);
    await scene.pass(10_000);
    await scene.sent('Answered at length.');
    const list = { bytes: 0 };
    wire.always('list', endless(list));
    await scene.arrive();
    await scene.problem('The comment server sent an unexpected answer.');
    await scene.sent('Answered at length.');
    // What lies in the buffers on the way was sent, and not read.
    assert.ok(ack.bytes < 30e6, `${ack.bytes} bytes of an answer`);
    assert.ok(list.bytes < 30e6, `${list.bytes} bytes of a list`);
  }),
);

test(
  'A13: JSON nested as deep as it may be long is an answer like any strange one',
  on(async (scene) => {
    const { wire } = scene;
    const nested = (depth: number): Behaviour =>
      answer(200, '['.repeat(depth) + ']'.repeat(depth), { type: 'application/json' });
    wire.next('send', commitThen(nested(30_000)));
    await scene.write('Answered in depth.');
    await scene.told('Answered in depth.', AGAIN);
    await scene.pass(10_000);
    await scene.sent('Answered in depth.');
    wire.always('list', nested(200_000));
    await scene.arrive();
    await scene.problem('The comment server sent an unexpected answer.');
    await scene.sent('Answered in depth.');
  }),
);

test(
  'A16: where the page may read and not write, the row says whose fault it may be, and the author is told once',
  on(
    async (scene) => {
      const { wire, reader } = scene;
      wire.always('send', commitThen(answer(201, {}, { closed: true })));
      await scene.write('From a foreign page.');
      await scene.told('From a foreign page.', WAITING);
      const row = scene.row('From a foreign page.');
      for (
        let tries = 0;
        tries < 8 && !(await row.getByText(/isn’t accepting anything from this website/).isVisible());
        tries++
      ) {
        await scene.pass(300_000);
        await scene.until(() => wire.open === 0);
        // Whether it can be read is asked after the third failure, and needs its own time.
        if (tries > 1)
          await row
            .getByText(/takes nothing/)
            .waitFor({ timeout: 3_000 })
            .catch(() => undefined);
      }
      await scene.told(
        'From a foreign page.',
        'Saved, but the comment server isn’t accepting anything from this website',
      );
      await scene.pass(300_000);
      assert.equal(reader.errors.filter((line) => line.includes('Is its origin allowed?')).length, 1);
      wire.always('send', null);
      await scene.arrives('From a foreign page.');
    },
    { console: /Is its origin allowed\?/ },
  ),
);

test(
  'A19: the third sign-in page in a row is called one; nothing of the words is lost on the way',
  on(async (scene) => {
    const { wire } = scene;
    wire.always('send', answer(200, '<!doctype html><h1>Welcome to the hotel</h1>'));
    await scene.write('From a hotel.');
    for (let tries = 1; tries < 3; tries++) {
      await scene.until(() => wire.keys().values().next().value === tries);
      await scene.judged();
      await scene.told('From a hotel.', AGAIN);
      await scene.pass(10_000);
    }
    await scene.told('From a hotel.', 'sign in to the Wi-Fi?');
    assert.equal(scene.stored('From a hotel.'), 0);
    wire.always('send', null);
    await scene.pass(60_000);
    await scene.sent('From a hotel.');
  }),
);

test(
  'A20: a network that says so itself is called one at once',
  on(async (scene) => {
    const { wire } = scene;
    wire.always('send', answer(511, '<!doctype html>'));
    await scene.write('From another hotel.');
    await scene.told('From another hotel.', 'sign in to the Wi-Fi?');
    wire.always('send', null);
    await scene.pass(60_000);
    await scene.sent('From another hotel.');
  }),
);

test(
  'A21: a network that comes and goes each second for a minute makes one sender, few attempts, one comment',
  on(async (scene) => {
    const { wire, reader } = scene;
    wire.always('send', silence);
    await scene.write('From a tunnel.');
    for (let second = 0; second < 60; second++) {
      await reader.context.setOffline(true);
      await scene.pass(500);
      // What the browser has cut is over for the server a moment later: only then would a second writer be another one.
      await scene.until(() => wire.open === 0);
      await reader.context.setOffline(false);
      await scene.pass(500);
    }
    const tries = wire.arrived.filter(({ kind }) => kind === 'send').length;
    assert.ok(tries > 0 && tries < 20, `${tries} attempts`);
    assert.equal(wire.most, 1);
    wire.always('send', null);
    await scene.arrives('From a tunnel.');
    assert.equal(wire.keys().size, 1);
  }),
);

test(
  'A22: a page whose policy forbids the server shows what is on the device, keeps words, and its author reads the cure',
  on(
    async (scene) => {
      const { page, host, wire, section, reader } = scene;
      await scene.write('Read before.');
      await scene.sent('Read before.');
      await scene.arrive();
      await page.goto(`${host.url}/strict`);
      await scene.problem('The comments can’t be reached right now.');
      await section.getByText('Read before.').waitFor();
      const cure = reader.errors.filter((line) => line.includes(`add "connect-src ${wire.url}"`));
      assert.equal(cure.length, 1, reader.errors.join('\n'));
      await scene.write('Kept under a strict policy.');
      await scene.told('Kept under a strict policy.', WAITING);
      await scene.arrive();
      await scene.sent('Kept under a strict policy.');
    },
    {
      console: /add "connect-src/,
      headers: (path): Record<string, string> =>
        path === '/strict' ? { 'content-security-policy': "connect-src 'self'" } : {},
    },
  ),
);

test(
  'A23: words too long for a beacon are on the disk before the page is left, and arrive with the next visit',
  on(
    async (scene) => {
      const { wire, page, section } = scene;
      const text = `Too long for a beacon. ${'🦔'.repeat(18_000)}`;
      wire.always('send', silence);
      await post(section, text);
      await scene.told('Too long for a beacon.', 'Sending…');
      await page.goto('about:blank');
      assert.equal(scene.stored(text), 0);
      wire.always('send', null);
      await scene.arrive();
      await scene.until(() => scene.stored(text) === 1);
      await scene.row('Too long for a beacon.').getByText(ON_THEIR_WAY).first().waitFor({ state: 'detached' });
      assert.equal(wire.keys().size, 1);
    },
    { attributes: 'max-length="20000"' },
  ),
);
