import assert from 'node:assert/strict';
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingHttpHeaders, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, describe, it } from 'node:test';
import { Guest, type Open, ask, open } from './open.ts';

const MINUTE = 60_000;

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A push service on a port of this machine. */
async function openService(test: TestContext) {
  const received: Received[] = [];
  const service = { received, origin: '', status: 201 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(service.status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(() => void server.close());
  service.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return service;
}

type Service = Awaited<ReturnType<typeof openService>>;

/** What a browser makes for a subscription, and keeps the secret half of. */
class Browser {
  readonly #keys = createECDH('prime256v1');
  readonly #auth = randomBytes(16);
  readonly target: { readonly endpoint: string; readonly keys: { readonly p256dh: string; readonly auth: string } };

  constructor(endpoint: string) {
    const p256dh = this.#keys.generateKeys().toString('base64url');
    this.target = { endpoint, keys: { p256dh, auth: this.#auth.toString('base64url') } };
  }

  /** RFC 8291, 3.4 and RFC 8188, 2.1. */
  decrypt(body: Buffer): Record<string, string> {
    const salt = body.subarray(0, 16);
    const theirs = body.subarray(21, 21 + body.readUInt8(20));
    const sealed = body.subarray(21 + theirs.length);
    assert.ok(sealed.length <= body.readUInt32BE(16), 'one record');
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#keys.getPublicKey(), theirs]);
    const secret = Buffer.from(hkdfSync('sha256', this.#keys.computeSecret(theirs), this.#auth, info, 32));
    const derive = (label: string, length: number): Buffer =>
      Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${label}\0`, length));
    const opened = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
    opened.setAuthTag(sealed.subarray(-16));
    const text = Buffer.concat([opened.update(sealed.subarray(0, -16)), opened.final()]).toString();
    const end = text.lastIndexOf('\u0002');
    assert.ok(end > 0 && /^\0*$/.test(text.slice(end + 1)), 'the last record ends with its mark');
    return JSON.parse(text.slice(0, end)) as Record<string, string>;
  }
}

async function subscribe(server: Open, guest: Guest, browser: Browser): Promise<Response> {
  return fetch(`${server.address}/api/v1/notify`, {
    method: 'PUT',
    headers: guest.headers(),
    body: JSON.stringify({
      site: 'default',
      page: { id: 'page', url: `${server.address}/page`, title: 'Title of page' },
      commentId: null,
      choice: 'page',
      counter: 1,
      language: 'en',
      push: browser.target,
    }),
  });
}

const keyOf = async (server: Open): Promise<string> =>
  ((await ask(server, '/api/v1/push')).body as { key: string }).key;

/** RFC 8292: signed with the key that browsers were given, for this service and not for long. */
function checkVapid(headers: IncomingHttpHeaders, key: string, service: Service): void {
  const [, token, k] = /^vapid t=([^,]+), ?k=(.+)$/.exec(headers.authorization ?? '') ?? [];
  assert.equal(k, key);
  const [head, claims, signature] = (token ?? '').split('.') as [string, string, string];
  const point = Buffer.from(key, 'base64url');
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  });
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  assert.ok(isSigned);
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { aud: string; exp: number; sub: string };
  assert.equal(said.aud, service.origin);
  assert.match(said.sub, /^(mailto:|https:)/);
  assert.ok(said.exp - Date.now() / 1000 <= 86_400);
}

describe('web push', () => {
  it('N-4: the browser’s own keys open what it is sent, and nobody else’s; its service sees who sends', async (test) => {
    const service = await openService(test);
    const server = await open(test, { delivery: 'by hand', pushServices: [service.origin] });
    const browser = new Browser(`${service.origin}/ada`);
    assert.equal((await subscribe(server, new Guest(server, 'Ada'), browser)).status, 200);
    const words = `words 😀 ${'ü'.repeat(2_000)}`;
    const comment = await new Guest(server, 'Bob').post(words);
    await server.postman.run();
    await server.postman.run();
    assert.equal(service.received.length, 1, 'once');
    const { path, headers, body } = service.received[0] as Received;
    assert.equal(path, '/ada');
    assert.equal(headers['content-encoding'], 'aes128gcm');
    assert.ok(Number(headers['ttl']) > 0);
    assert.ok(body.length <= 4_096, 'what services carry at most');
    assert.ok(!body.includes('words'));
    const said = browser.decrypt(body);
    assert.equal(said['title'], 'Bob commented on “Title of page”');
    assert.match(said['body'] ?? '', /^words 😀 ü+…$/);
    assert.equal(said['url'], `${server.address}/page#comment-${comment.id}`);
    assert.throws(() => new Browser(`${service.origin}/eve`).decrypt(body));
    checkVapid(headers, await keyOf(server), service);
  });

  for (const status of [404, 410]) {
    it(`N-4: a service that answers ${status} is not asked again: the subscription is dropped`, async (test) => {
      const service = await openService(test);
      const server = await open(test, { delivery: 'by hand', pushServices: [service.origin] });
      const ada = new Guest(server, 'Ada');
      await subscribe(server, ada, new Browser(`${service.origin}/ada`));
      service.status = status;
      await new Guest(server, 'Bob').post('one');
      await server.postman.run();
      assert.equal(service.received.length, 1);
      assert.equal((await server.storage.reader.selectFrom('addresses').selectAll().execute()).length, 0);
      assert.notEqual((await ada.mine()).subscriptions?.page.state, 'active', 'its reader is not told it is on');
      service.status = 201;
      await new Guest(server, 'Cy').post('two');
      server.wait(3 * 24 * 60 * MINUTE);
      await server.postman.run();
      assert.equal(service.received.length, 1);
    });
  }

  it('N-4: a service that is busy is asked again, and gets it once', async (test) => {
    const service = await openService(test);
    const server = await open(test, { delivery: 'by hand', pushServices: [service.origin] });
    const browser = new Browser(`${service.origin}/ada`);
    await subscribe(server, new Guest(server, 'Ada'), browser);
    service.status = 503;
    await new Guest(server, 'Bob').post('one');
    await server.postman.run();
    service.status = 201;
    await server.postman.run();
    assert.equal(service.received.length, 1, 'not at once');
    for (let minute = 0; minute < 3; minute++) {
      server.wait(MINUTE);
      await server.postman.run();
    }
    assert.equal(service.received.length, 2);
    assert.equal(browser.decrypt((service.received[1] as Received).body)['body'], 'one');
  });

  it('S-3: an address that is no push service is refused, so that nobody makes the server ask around', async (test) => {
    const service = await openService(test);
    const server = await open(test, { delivery: 'by hand' });
    const answer = await subscribe(server, new Guest(server, 'Eve'), new Browser(`${service.origin}/x`));
    assert.equal(answer.status, 400);
    await new Guest(server, 'Bob').post('one');
    await server.postman.run();
    assert.equal(service.received.length, 0);
  });

  it('N-4: the server’s keys are made once and kept, each server its own', async (test) => {
    const server = await open(test);
    const key = await keyOf(server);
    assert.match(key, /^[A-Za-z0-9_-]{87}$/);
    await server.close();
    assert.equal(await keyOf(await open(test, { database: server.database })), key);
    assert.notEqual(await keyOf(await open(test)), key);
  });
});
