/** The adapter of our server against a server that misbehaves at the socket: FAULTS A and B, as far as it meets them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Adapter, SendOptions, Trouble } from '../../src/adapters/adapter.ts';
import { createAfterwordAdapter, type Wire } from '../../src/adapters/afterword.ts';
import { targetOf, type Operation } from '../../src/model/operation.ts';
import { comment, info, page, post } from '../helpers/builders.ts';

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

const json = { 'content-type': 'application/json' };
const thread = { backend: 'x', site: 'default', page: 'example.com/a b&c' };
const options = (signal = new AbortController().signal): SendOptions => ({
  thread,
  identity: { token: 'secret' },
  page: { url: 'https://example.com/a', title: 'A' },
  signal,
});
const list = (adapter: Adapter, signal = new AbortController().signal) =>
  adapter.list(thread, { want: 'roots', order: 'newest', limit: 20, signal });
const ack = (id: string, fields: object = {}) => ({
  operationId: id,
  comment: comment(id, { text: 'Words' }),
  revision: 3,
  editableUntil: 5,
  ...fields,
});

async function trouble(act: Promise<unknown>): Promise<Trouble> {
  const error: unknown = await act.then(
    () => null,
    (caught: unknown) => caught,
  );
  assert.ok(error, 'it should have been rejected');
  return (error as { trouble: Trouble }).trouble;
}

describe('the adapter of our server', () => {
  let server: Server;
  let adapter: Adapter;
  let behave: Behaviour;
  let asked: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[] = [];
  /** Time limits that were set and are not called off, with what runs when they are over. */
  let limits: { milliseconds: number; run: () => void }[] = [];

  const wire: Wire = {
    fetch: (...request) => fetch(...request),
    now: () => Date.UTC(2026, 10, 22),
    after: (milliseconds, run) => {
      const limit = { milliseconds, run };
      limits.push(limit);
      return () => void (limits = limits.filter((one) => one !== limit));
    },
  };

  before(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.sendDate = false; // Of the wire’s clock, where a test says one.
      request.on('end', () => {
        asked.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
        behave(request, response);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    adapter = createAfterwordAdapter(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, wire);
  });

  beforeEach(() => {
    asked = [];
    limits = [];
  });

  after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const answers =
    (body: unknown, status = 200, headers: Record<string, string> = json): Behaviour =>
    (_, response) =>
      void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));

  describe('asks', () => {
    it('L17: until when one may edit is told by the reader’s clock, however wrong that is', async () => {
      const soon = Date.UTC(2026, 10, 22) + 15 * 60_000;
      const hours = 3 * 60 * 60_000;
      const clocks: [string, string | null, number][] = [
        ['three hours behind', new Date(wire.now() + hours).toUTCString(), soon],
        ['right, and the answer took a while', new Date(wire.now() - 4000).toUTCString(), soon + hours],
        ['unknown', null, soon + hours],
      ];
      for (const [clock, date, expected] of clocks) {
        const told = soon + hours;
        behave = (request, response) => {
          const headers = { ...json, ...(date && { date }) };
          const mine = {
            votes: {},
            voteCounter: 0,
            own: { c1: { editableUntil: told }, c2: { editableUntil: null } },
            unpublished: [],
          };
          response
            .writeHead(200, headers)
            .end(JSON.stringify(request.method === 'GET' ? mine : ack('p', { editableUntil: told })));
        };
        const answer = await adapter.send({ ...post('p'), id: 'p' }, options());
        assert.equal(answer.editableUntil, expected, clock);
        const mine = await adapter.mine?.(thread, {
          identity: { token: 'secret' },
          signal: new AbortController().signal,
        });
        assert.deepEqual(mine?.own, { c1: { editableUntil: expected }, c2: { editableUntil: null } }, clock);
      }
    });

    it('L17: a post that is answered with an older comment is told to be a repeat', async () => {
      behave = (_, response) =>
        response.writeHead(200, json).end(JSON.stringify(ack('p', { comment: comment('older') })));
      assert.equal((await adapter.send({ ...post('p'), id: 'p' }, options())).repeats, true);
      behave = (_, response) => response.writeHead(201, json).end(JSON.stringify(ack('p')));
      assert.equal((await adapter.send({ ...post('p'), id: 'p' }, options())).repeats, undefined);
    });

    it('for lists without a header of its own, so that no preflight is needed and any cache can answer', async () => {
      behave = answers(page([comment('a')]));
      assert.equal((await list(adapter)).comments[0]?.id, 'a');
      await adapter.list(thread, {
        ...{ want: 'replies', rootId: 'r/1', after: 'c&d', order: 'oldest', limit: 5 },
        signal: new AbortController().signal,
      });
      await adapter.list(thread, {
        want: 'around',
        id: 'x',
        order: 'oldest',
        limit: 5,
        signal: AbortSignal.timeout(5000),
      });
      assert.deepEqual(
        asked.map(({ method, path }) => [method, path]),
        [
          ['GET', '/api/v1/comments?site=default&page=example.com%2Fa+b%26c&order=newest&limit=20'],
          [
            'GET',
            '/api/v1/comments?site=default&page=example.com%2Fa+b%26c&order=oldest&limit=5&root=r%2F1&after=c%26d',
          ],
          ['GET', '/api/v1/comments?site=default&page=example.com%2Fa+b%26c&order=oldest&limit=5&around=x'],
        ],
      );
      for (const { headers } of asked) {
        assert.equal(headers.authorization, undefined);
        assert.equal(headers.cookie, undefined);
        assert.equal(headers['content-type'], undefined);
      }
    });

    it('for what is one’s own with the secret in a header and never in the address', async () => {
      behave = answers({ votes: {}, voteCounter: 0, own: {}, unpublished: [] });
      await adapter.mine?.(thread, { identity: { token: 'secret' }, signal: new AbortController().signal });
      assert.equal(asked[0]?.headers.authorization, 'Bearer secret');
      assert.ok(!asked[0]?.path.includes('secret'));
    });

    it('R-14: with the word that the consent line was ticked', async () => {
      behave = answers(ack('o1', { comment: comment('o1') }));
      await adapter.send({ ...post('o1'), consent: true }, options());
      assert.equal((JSON.parse(asked[0]?.body ?? '') as { consent?: boolean }).consent, true);
    });

    it('for each operation with its id as the key', async () => {
      const operations: [Operation, string, string][] = [
        [post('o1', { parentId: 'p' }), 'POST', '/api/v1/comments'],
        [
          { kind: 'edit', id: 'o2', createdAt: 1, commentId: 'a/b', text: 'Words', mentions: [], before: '' },
          'PUT',
          '/api/v1/comments/a%2Fb',
        ],
        [{ kind: 'delete', id: 'o3', createdAt: 1, commentId: 'c' }, 'DELETE', '/api/v1/comments/c?site=default'],
        [
          { kind: 'vote', id: 'o4', createdAt: 1, commentId: 'c', value: 'up', counter: 9 },
          'PUT',
          '/api/v1/comments/c/vote',
        ],
      ];
      for (const [operation, method, path] of operations) {
        const id = targetOf(operation);
        behave = answers(ack(operation.id, { comment: comment(id) }));
        const answer = await adapter.send(operation, options());
        assert.equal(answer.comment?.id, id);
        const request = asked.at(-1);
        assert.deepEqual([request?.method, request?.path], [method, path]);
        assert.equal(request?.headers['idempotency-key'], operation.id);
        assert.equal(request?.headers.authorization, 'Bearer secret');
        assert.ok(!request?.body.includes('secret'));
      }
      assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), {
        site: 'default',
        page: { id: thread.page, url: 'https://example.com/a', title: 'A' },
        parentId: 'p',
        text: 'Words of o1',
        author: { name: 'Me' },
        mentions: [],
      });
      assert.deepEqual(JSON.parse(asked[3]?.body ?? ''), { site: 'default', value: 'up', counter: 9 });
    });

    it('for the numbers of many pages a hundred at a time, and calls what is missing 0', async () => {
      behave = (request, response) => {
        const pages = new URL(request.url ?? '', 'http://x').searchParams.getAll('page');
        assert.ok(pages.length <= 100);
        const counts = Object.fromEntries(pages.filter((one) => one !== 'p7').map((one) => [one, 2]));
        answers({ counts })(request, response);
      };
      const pages = Array.from({ length: 250 }, (_, number) => `p${number}`);
      const counts = await adapter.counts?.('default', pages, { signal: new AbortController().signal });
      assert.equal(asked.length, 3);
      assert.deepEqual([Object.keys(counts ?? {}).length, counts?.['p7'], counts?.['p249']], [250, 0, 2]);
    });

    it('for changes since a revision of a history', async () => {
      behave = answers({ info: info(), comments: [], removed: ['x'], tooOld: false });
      const changes = await adapter.changes?.(thread, { epoch: 'e 1', revision: 7 }, options());
      assert.deepEqual(changes?.removed, ['x']);
      assert.ok(asked[0]?.path.endsWith('&epoch=e+1&revision=7'));
    });
  });

  const open = { kind: 'unknown', because: 'network' };
  const strange = { kind: 'unknown', because: 'answer' };

  const faults: readonly (readonly [what: string, behave: Behaviour, trouble: object])[] = [
    ['A4: the answer is lost by a reset', (_, { socket }) => socket?.resetAndDestroy(), open],
    ['A3: the connection ends without an answer', (_, { socket }) => socket?.destroy(), open],
    [
      'A6: fewer bytes than promised',
      (_, response) => {
        response.writeHead(201, { ...json, 'content-length': '100' });
        response.write('{"oper');
        setImmediate(() => response.socket?.destroy());
      },
      open,
    ],
    [
      'A7: a chunked body cut by a reset',
      (_, response) => {
        response.writeHead(200, json);
        response.write('{"operationId":');
        setImmediate(() => response.socket?.resetAndDestroy());
      },
      open,
    ],
    ['A8: half an object', answers('{"operationId":"o","comm'), strange],
    ['A12: an answer of three hundred kilobytes to a post', answers(ack('o', { more: 'x'.repeat(300_000) })), strange],
    ['A13: JSON nested thirty thousand deep', answers('['.repeat(30_000) + ']'.repeat(30_000)), strange],
    ['A14: says gzip and is not', answers(ack('o'), 201, { ...json, 'content-encoding': 'gzip' }), open],
    ['A15: garbage instead of HTTP', (_, { socket }) => socket?.end('garbage\r\n\r\n'), open],
    ['A17: a redirect that would turn the POST into a GET', answers('', 302, { location: '/elsewhere' }), open],
    ['A19: a Wi-Fi sign-in page', answers('<h1>Welcome!</h1>', 200, { 'content-type': 'text/html' }), strange],
    ['A20: 511', answers('', 511, {}), { kind: 'busy', after: null, portal: true }],
    ['B1: 500', answers('', 500, {}), { kind: 'busy', after: null }],
    ['B4: 429', answers('', 429, { 'retry-after': '7' }), { kind: 'busy', after: 7000 }],
    ['B6: null', answers('null'), strange],
    ['B6: a list', answers('[]'), strange],
    ['B6: another shape', answers({ operationId: 'o', comment: { id: 'o' }, revision: 1 }), strange],
    ['B7: nothing', (_, response) => void response.writeHead(204).end(), strange],
    ['B7: 200 with nothing', answers(''), strange],
    ['B8: an answer for another key', answers(ack('other')), strange],
    ['B8: our key and no comment', answers(ack('o', { comment: null })), strange],
    [
      'B13: banned',
      answers({ type: 'urn:afterword:problem:banned', detail: 'No.' }, 403, {
        'content-type': 'application/problem+json',
      }),
      { kind: 'refused', reason: 'banned', detail: 'No.' },
    ],
    ['a firewall’s page', answers('<h1>Blocked</h1>', 403, { 'content-type': 'text/html' }), strange],
  ];

  describe('judges', () => {
    for (const [what, behaviour, expected] of faults) {
      it(what, async () => {
        behave = behaviour;
        assert.deepEqual(await trouble(adapter.send(post('o'), options())), expected);
        assert.equal(limits.length, 0, 'its time limit is called off');
      });
    }

    it('B8: our key and another comment than the one it was about is no yes', async () => {
      behave = answers(ack('o', { comment: comment('other') }));
      const vote = { kind: 'vote', id: 'o', createdAt: 1, commentId: 'c', value: 'up', counter: 1 } as const;
      assert.deepEqual(await trouble(adapter.send(vote, options())), strange);
    });

    it('S-6: a post may be answered with the comment that said the same before', async () => {
      behave = answers(ack('o', { comment: comment('earlier') }), 201);
      assert.equal((await adapter.send(post('o'), options())).comment?.id, 'earlier');
    });

    it('B21, B24: fields nobody knows, a word of tomorrow, broken UTF-8 and a byte order mark are no hindrance', async () => {
      const body = JSON.stringify({ ...ack('o'), comment: { ...comment('o'), state: 'blessed', mood: 1 }, extra: {} });
      behave = (_, response) => {
        const bytes = Buffer.concat([
          Buffer.from([0xef, 0xbb, 0xbf]),
          Buffer.from(body.replace('Text of o', 'Text of ')),
        ]);
        const at = bytes.indexOf('Text of ') + 8;
        response
          .writeHead(201, json)
          .end(Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at)]));
      };
      const { comment: answered } = await adapter.send(post('o'), options());
      assert.deepEqual([answered?.state, answered?.text], ['published', 'Text of \ufffd']);
    });

    it('B23: text that comes back changed is the server’s word', async () => {
      behave = answers(ack('o', { comment: comment('o', { text: 'Trimmed' }) }), 201);
      assert.equal((await adapter.send(post('o'), options())).comment?.text, 'Trimmed');
    });

    it('A12: a yes may carry the longest comment a site can allow, in its worst spelling', async () => {
      const text = '\u0001'.repeat(20_000);
      behave = answers(ack('o', { comment: comment('o', { text }) }), 201);
      assert.equal((await adapter.send(post('o'), options())).comment?.text, text);
    });

    it('an honest gzip is read', async () => {
      behave = (_, response) =>
        void response.writeHead(201, { ...json, 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(ack('o'))));
      assert.equal((await adapter.send(post('o'), options())).operationId, 'o');
    });
  });

  describe('does not wait for ever', () => {
    const pending = async (): Promise<void> => {
      for (let turn = 0; turn < 500 && asked.length === 0; turn++) await new Promise(setImmediate);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    };

    it('A9, A11: a server that never answers is given 15 seconds for writing and 10 for reading', async () => {
      behave = () => undefined;
      for (const [act, milliseconds] of [
        [() => adapter.send(post('o'), options()), 15_000],
        [() => list(adapter), 10_000],
      ] as const) {
        asked = [];
        const answer = trouble(act());
        await pending();
        assert.deepEqual(
          limits.map((limit) => limit.milliseconds),
          [milliseconds],
        );
        limits[0]?.run();
        assert.deepEqual(await answer, { kind: 'unknown', because: 'timeout' });
      }
    });

    it('A10: the limit covers a body that drips', async () => {
      behave = (_, response) => {
        response.writeHead(200, json);
        response.write(' ');
      };
      const answer = trouble(list(adapter));
      await pending();
      limits[0]?.run();
      assert.deepEqual(await answer, { kind: 'unknown', because: 'timeout' });
    });

    it('A12: a list of more than a megabyte is left where it is', async () => {
      let sent = 0;
      behave = (_, response) => {
        response.writeHead(200, json);
        const more = (): void => {
          for (let room = true; room && sent < 60_000_000 && !response.destroyed; sent += 65_536) {
            room = response.write('x'.repeat(65_536));
          }
        };
        response.on('drain', more);
        more();
      };
      assert.deepEqual(await trouble(list(adapter)), strange);
      assert.ok(sent < 30_000_000, `read on for ${sent} bytes`);
    });

    it('a reader who goes away ends the request', async () => {
      const controller = new AbortController();
      behave = () => controller.abort();
      assert.deepEqual(await trouble(list(adapter, controller.signal)), open);
      assert.equal(limits.length, 0);
      assert.equal((await trouble(list(adapter, controller.signal))).kind, 'unknown');
      assert.equal(asked.length, 1, 'nothing is asked for somebody who is already gone');
    });
  });
});
