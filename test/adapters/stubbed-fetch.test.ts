/**
 * FAULTS A and B in every engine, as far as they can be made without a socket: the streams, decoders and parsers are each
 * browser's own, only what comes out of the network is ours.
 */
import { expect } from '@open-wc/testing';
import type { SendOptions, Trouble } from '../../src/adapters/adapter.ts';
import { createAfterwordAdapter, type Wire } from '../../src/adapters/afterword.ts';
import { comment, post } from '../helpers/builders.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { keepsPageSafe } from '../helpers/page-safe.ts';

const json = { 'content-type': 'application/json' };
const ack = (fields: object = {}): object => ({
  operationId: 'o',
  comment: comment('o', { text: 'Words' }),
  revision: 3,
  editableUntil: 5,
  ...fields,
});
const said = (body: BodyInit | null, status = 200, headers: Record<string, string> = json): Response =>
  new Response(body, { status, headers });
const problem = (status: number, reason: string, headers: Record<string, string> = {}): Response =>
  said(JSON.stringify({ type: `urn:afterword:problem:${reason}` }), status, {
    'content-type': 'application/problem+json',
    ...headers,
  });

/** A body that breaks off after these pieces, or never ends. */
function streaming(pieces: readonly string[], end: 'breaks' | 'drips'): Response {
  const left = [...pieces];
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = left.shift();
      if (next !== undefined) controller.enqueue(new TextEncoder().encode(next));
      else if (end === 'breaks') controller.error(new TypeError('network error'));
      else return new Promise(() => undefined);
    },
  });
  return new Response(stream, { status: 200, headers: json });
}

const open: Trouble = { kind: 'unknown', because: 'network' };
const strange: Trouble = { kind: 'unknown', because: 'answer' };
const deep = '['.repeat(30_000) + ']'.repeat(30_000);

const rows: readonly (readonly [what: string, answer: () => Response | Promise<Response>, judged: Trouble])[] = [
  ['A2, A3, A4, A15, A16, A17, A18: a fetch that fails', () => Promise.reject(new TypeError('Failed to fetch')), open],
  ['A6, A7, A14: a body that breaks off', () => streaming(['{"operationId":"o"'], 'breaks'), open],
  ['A8: half a document', () => said('{"operationId":"o","comm'), strange],
  ['A12: more than anybody should send', () => said(`{"more":"${'x'.repeat(300_000)}"}`), strange],
  ['A13: JSON nested as deep as it may be long', () => said(deep), strange],
  ['A19: a Wi-Fi sign-in page', () => said('<h1>Welcome</h1>', 200, { 'content-type': 'text/html' }), strange],
  ['A20: 511', () => said('', 511, {}), { kind: 'busy', after: null, portal: true }],
  ['B1, B2: 500', () => said('Oh no', 500, {}), { kind: 'busy', after: null }],
  [
    'B3: in 1994',
    () => problem(503, 'busy', { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }),
    { kind: 'busy', after: 0 },
  ],
  [
    'B3: in 2099',
    () => problem(503, 'busy', { 'retry-after': 'Fri, 01 Jan 2099 00:00:00 GMT' }),
    { kind: 'busy', after: 3_600_000 },
  ],
  ['B4: 429 with a time', () => problem(429, 'rate-limited', { 'retry-after': '7' }), { kind: 'busy', after: 7000 }],
  ['B5: 429 without', () => problem(429, 'rate-limited'), { kind: 'busy', after: null }],
  ['B6: null', () => said('null'), strange],
  ['B6: a list', () => said('[]'), strange],
  ['B6: another shape', () => said('{"operationId":1}'), strange],
  ['B7: 204', () => said(null, 204, {}), strange],
  ['B7: 200 with nothing', () => said(''), strange],
  ['B8: a yes for another key', () => said(JSON.stringify(ack({ operationId: 'another' }))), strange],
  ['B12: a session that ended', () => problem(401, 'sign-in'), { kind: 'needs-reader', want: 'sign-in' }],
  ['B13: banned', () => problem(403, 'banned'), { kind: 'refused', reason: 'banned' }],
  ['B14: the parent is gone', () => problem(404, 'parent-gone'), { kind: 'gone', reason: 'parent-gone' }],
  ['B15: in flight', () => problem(409, 'in-flight'), { kind: 'in-flight' }],
  ['B16: too large', () => problem(413, 'too-long'), { kind: 'refused', reason: 'too-long' }],
  ['B17: a key with other words', () => problem(422, 'key-reused'), { kind: 'refused', reason: 'key-reused' }],
  ['B22: another version', () => problem(400, 'version'), { kind: 'unknown', because: 'version' }],
];

describe('the adapter of our server in this browser', () => {
  keepsPageSafe();
  const clock = new FakeClock();
  let answer: () => Response | Promise<Response>;
  const wire: Wire = {
    fetch: (_, { signal } = {}) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
        Promise.resolve(answer()).then(resolve, reject);
      }),
    now: clock.now,
    after: clock.after,
  };
  const adapter = createAfterwordAdapter('https://comments.example', wire);
  const options: SendOptions = {
    thread: { backend: adapter.id, site: 'default', page: 'p' },
    identity: { token: 'secret' },
    page: { url: 'https://example.com/', title: 'A page' },
    signal: new AbortController().signal,
  };
  const send = () => adapter.send(post('o'), options);

  async function troubleOf(asked: Promise<unknown>): Promise<Trouble> {
    const error = await asked.then(
      () => expect.fail('it should have been rejected') as never,
      (caught: unknown) => caught,
    );
    return (error as { trouble: Trouble }).trouble;
  }

  for (const [what, answers, judged] of rows) {
    it(`${what} is ${judged.kind}`, async () => {
      answer = answers;
      expect(await troubleOf(send())).to.deep.equal(judged);
      expect(clock.timers, 'its time limit is called off').to.equal(0);
    });
  }

  it('A9, A11: no answer is given up after fifteen seconds', async () => {
    answer = () => new Promise(() => undefined);
    const asked = troubleOf(send());
    clock.pass(15_000);
    expect(await asked).to.deep.equal({ kind: 'unknown', because: 'timeout' });
  });

  it('B18, B19, B21, B23, B24: states, unknown fields, changed text, broken UTF-8 and a byte order mark are a yes', async () => {
    for (const [state, shown] of [
      ['held', 'held'],
      ['spam', 'spam'],
      ['blessed', 'published'],
    ]) {
      const body = JSON.stringify(ack({ mood: 1, comment: { ...comment('o', { text: 'Tidy §' }), state } }));
      const [before = '', after = ''] = body.split('§');
      const bytes = [Uint8Array.of(0xef, 0xbb, 0xbf), before, Uint8Array.of(0xff), after];
      answer = () => said(new Blob(bytes as BlobPart[]), 201);
      const { comment: answered } = await send();
      expect([answered?.state, answered?.text]).to.deep.equal([shown, 'Tidy \ufffd']);
    }
  });
});
