/** Faults of network and transport (FAULTS A) in Chromium, against a server of raw sockets that stores and then misbehaves. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { faultStage } from '../helpers/fault-scene.ts';
import {
  answer,
  bytes,
  commitThen,
  fine,
  hangUp,
  inTurn,
  reset,
  type Behaviour,
} from '../helpers/misbehaving-server.ts';

const on = faultStage();

const WAITING = 'Saved, will be sent when you are online.';
const AGAIN = /Not sent yet, next try/;

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
    await scene.pass(300_000);
    await scene.sent('Into a dead port.');
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
      const asked = reader.requests.filter(({ method }) => method === 'POST').length;
      const arrived = wire.arrived.filter(({ kind }) => kind === 'send').length;
      wire.next('send', commitThen(next));
      await scene.write(text);
      await scene.until(
        () => wire.arrived.filter(({ kind }) => kind === 'send').length >= arrived + 2,
        `repeated, ${name}`,
      );
      await scene.pass(10_000);
      await scene.sent(text);
      // One fetch of ours, more than one request at the server: nothing in a page can prevent it.
      if (name !== '408') {
        assert.equal(reader.requests.filter(({ method }) => method === 'POST').length - asked, 1, name);
      }
    }
    assert.equal(wire.keys().size, ways.length);
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
