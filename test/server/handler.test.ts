import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { parsePage } from '../../src/model/parse.ts';
import { REASONS } from '../../src/server/problems.ts';
import { saveSite } from '../../src/server/storage/sites.ts';
import { sql } from 'kysely';
import { writeRight } from '../../src/server/rules/links.ts';
import { Guest, ask, list, listPath, open, reasonOf } from './open.ts';

const SITES = {
  blog: { origins: ['https://blog.example', 'https://www.blog.example'] },
  shop: { origins: ['https://shop.example'] },
};

/** A request as a browser's network stack makes it, down to the bytes. */
function raw(port: number, lines: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(lines));
    let said = '';
    socket.on('data', (chunk) => (said += chunk.toString()));
    socket.on('close', () => resolve(said));
    socket.on('error', reject);
  });
}

describe('lists at the door', () => {
  it('S-2: lists, changes and counts are anonymous, for every origin, and kept by shared caches until they change', async (t) => {
    const server = await open(t, { sites: SITES });
    await new Guest(server, 'Ada', 'https://blog.example').post('Hello', { site: 'blog' });
    const { info } = await list(server, { site: 'blog' });
    const paths = [
      listPath({ site: 'blog' }),
      `/api/v1/changes?site=blog&page=page&epoch=${info.epoch}&revision=0`,
      '/api/v1/counts?site=blog&page=page',
    ];
    for (const path of paths) {
      const first = await ask(server, path, { origin: 'https://anybody.example' });
      assert.equal(first.status, 200, path);
      assert.equal(first.headers.get('access-control-allow-origin'), '*');
      assert.equal(first.headers.get('cache-control'), 'public, max-age=0, must-revalidate');
      assert.doesNotMatch(first.headers.get('vary') ?? '', /origin/i);
      assert.equal(first.headers.get('set-cookie'), null);
      assert.match(first.headers.get('content-type') ?? '', /^application\/json/);
      const tag = first.headers.get('etag') ?? '';
      assert.match(tag, /^(W\/)?"[\w-]+"$/);
      const known = await ask(server, path, { 'if-none-match': tag });
      assert.equal(known.status, 304);
      assert.equal(known.body, '');
      const bare = tag.replace('W/', '');
      assert.equal(known.headers.get('etag')?.replace('W/', ''), bare);
      assert.equal((await ask(server, path, { 'if-none-match': `W/${bare}, "other"` })).status, 304);
      assert.equal((await ask(server, path, { 'if-none-match': bare })).status, 304);
      assert.equal((await ask(server, path, { 'if-none-match': '"other"' })).status, 200);
    }
  });

  it('K7: people of a page are found by the beginning of a name, each once, and only where everybody sees what they wrote', async (t) => {
    const server = await open(t, { sites: SITES });
    const maren = new Guest(server, 'Maren Oake', 'https://blog.example');
    await maren.post('One', { site: 'blog' });
    await maren.post('Two, the newest', { site: 'blog' });
    await new Guest(server, 'Mark', 'https://blog.example').post('Elsewhere', {
      site: 'blog',
      page: 'other',
    });
    const find = async (q: string, page = 'page') =>
      ask(server, `/api/v1/people?site=blog&page=${page}&q=${encodeURIComponent(q)}`);
    const first = await find('ma');
    assert.equal(first.status, 200);
    const { people } = first.body as { people: { name: string; text: string }[] };
    assert.deepEqual(
      people.map(({ name, text }) => [name, text]),
      [['Maren Oake', 'Two, the newest']],
    );
    assert.equal(first.headers.get('access-control-allow-origin'), '*');
    assert.match(first.headers.get('cache-control') ?? '', /max-age=60/);
    const tag = first.headers.get('etag') ?? '';
    assert.equal((await ask(server, '/api/v1/people?site=blog&page=page&q=ma', { 'if-none-match': tag })).status, 304);
    assert.equal(((await find('OAK')).body as { people: unknown[] }).people.length, 1);
    assert.deepEqual((await find('aren')).body, { people: [] });
    assert.deepEqual((await find('ma', 'nobody-wrote-here')).body, { people: [] });
    assert.equal((await find('')).status, 400);
    assert.equal((await find('m'.repeat(61))).status, 400);
    for (let number = 0; number < 15; number++) {
      await new Guest(server, `Guest ${number}`, 'https://blog.example').post(`I am number ${number}`, {
        site: 'blog',
      });
    }
    assert.equal(((await find('guest')).body as { people: unknown[] }).people.length, 12);
  });

  it('E-3: a page is named by its id or by an address, of which the server makes the id', async (t) => {
    const server = await open(t);
    await new Guest(server).post('Hello', { page: 'blog.example/post' });
    const askFor = (query: Record<string, string>) =>
      ask(server, `/api/v1/comments?${new URLSearchParams({ site: 'default', ...query })}`);
    const addresses = ['https://www.blog.example/post/index.html?utm_source=a#top', ' blog.example/post '];
    for (const query of [{ page: 'blog.example/post' }, ...addresses.map((address) => ({ address }))]) {
      const heard = await askFor(query);
      assert.equal(parsePage(heard.body).comments.length, 1, JSON.stringify(query));
      assert.match(heard.headers.get('link') ?? '', /page=blog\.example%2Fpost>/);
    }
    for (const query of [{}, { page: 'a', address: 'b' }, { address: ' ' }] as Record<string, string>[]) {
      const heard = await askFor(query);
      assert.equal(heard.status, 400);
      assert.match(String((heard.body as { detail: string }).detail), /^page, address: one of them/);
    }
  });

  it('E-1: a header that every origin may read says that comments need what shows markup', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    await ada.post('Plain words.');
    const heard = async () => (await ask(server, listPath())).headers;
    assert.equal((await heard()).get('afterword-markup'), null);
    await ada.post('Words with **weight**.');
    assert.equal((await heard()).get('afterword-markup'), '1');
    assert.match((await heard()).get('access-control-expose-headers') ?? '', /\bAfterword-Markup\b/);
  });

  it('S-2: the ETag changes with every write, every setting and every query', async (t) => {
    const server = await open(t, { sites: { default: { origins: [] } } });
    const tag = async (query: Record<string, string | number> = {}) =>
      (await ask(server, listPath(query))).headers.get('etag') ?? '';
    const tags = [await tag()];
    const ada = new Guest(server, 'Ada');
    const comment = await ada.post('One');
    tags.push(await tag());
    await ada.edit(comment.id, 'Two');
    tags.push(await tag());
    await new Guest(server).vote(comment.id, 'up');
    tags.push(await tag());
    await ada.remove(comment.id);
    tags.push(await tag());
    await saveSite(server.storage.writer, 'default', { votes: 'none' }, 0);
    tags.push(await tag(), await tag({ order: 'oldest' }), await tag({ limit: 3 }), await tag({ page: 'other' }));
    assert.equal(new Set(tags).size, tags.length);
    assert.equal(await tag(), tags[5]);
  });

  it('S-9: the rules of the site come with the list, and a running server follows a change at once', async (t) => {
    const server = await open(t);
    assert.equal((await list(server)).info.rules.votes, 'up-down');
    await saveSite(
      server.storage.writer,
      'default',
      { votes: 'up', 'max-depth': 3, 'edit-seconds': 60, post: 'email', consent: 'I agree.', closed: true },
      0,
    );
    assert.deepEqual((await list(server)).info.rules, {
      votes: 'up',
      name: 'required',
      email: 'required',
      website: true,
      minLength: 1,
      maxLength: 10_000,
      maxDepth: 3,
      editSeconds: 60,
      closed: true,
      consent: 'I agree.',
    });
  });

  it('S-2: the server says that it is one of ours', async (t) => {
    const server = await open(t);
    const hello = await ask(server, '/api/v1');
    assert.equal((hello.body as { name: string }).name, 'afterword');
    assert.equal((hello.body as { api: number }).api, 1);
    assert.equal(hello.headers.get('access-control-allow-origin'), '*');
  });

  it('E-2: many counters cost one request, of up to a hundred long addresses', async (t) => {
    const server = await open(t);
    await new Guest(server).post('x', { page: 'page 7' });
    const pages = Array.from({ length: 100 }, (_, n) => (n === 7 ? 'page 7' : `example.org/${'long/'.repeat(40)}${n}`));
    const query = new URLSearchParams([['site', 'default'], ...pages.map((page) => ['page', page])]);
    const heard = await ask(server, `/api/v1/counts?${query}`);
    assert.equal(heard.status, 200);
    const { counts } = heard.body as { counts: Record<string, number> };
    assert.deepEqual(Object.keys(counts), pages);
    assert.equal(counts['page 7'], 1);
    query.append('page', 'one more');
    assert.equal((await ask(server, `/api/v1/counts?${query}`)).status, 400);
  });
});

describe('who may write from where', () => {
  it('S-2: a write is taken from an origin of the site, and the answer is readable there', async (t) => {
    const server = await open(t, { sites: SITES });
    for (const origin of SITES.blog.origins) {
      const heard = await new Guest(server, 'Ada', origin).tryPost(`From ${origin}`, { site: 'blog' });
      assert.equal(heard.status, 201);
      assert.equal(heard.headers.get('access-control-allow-origin'), origin);
      assert.match(heard.headers.get('access-control-expose-headers') ?? '', /\bDate\b/, 'L17: the page may read it');
      assert.match(heard.headers.get('vary') ?? '', /\borigin\b/i);
      assert.match(heard.headers.get('access-control-expose-headers') ?? '', /retry-after/i);
      assert.match(heard.headers.get('cache-control') ?? '', /no-store/);
    }
  });

  it('S-2: a write from another origin, of another site, or without one is refused, and nothing is stored', async (t) => {
    const server = await open(t, { sites: SITES });
    const url = 'https://blog.example/page';
    const tries = [
      'https://evil.example',
      'https://blog.example.evil.example',
      'http://blog.example',
      'https://shop.example',
      'null',
      server.address,
    ];
    for (const origin of tries) {
      const heard = await new Guest(server, 'Eve', origin).tryPost('x', { site: 'blog', url });
      assert.equal(heard.status, 403, origin);
      assert.equal(reasonOf(heard), 'origin-not-allowed');
      const isOfAnySite = origin === 'https://shop.example';
      assert.equal(heard.headers.get('access-control-allow-origin'), isOfAnySite ? origin : null);
    }
    const ada = new Guest(server, 'Ada', 'https://blog.example');
    const headers = ada.headers();
    delete headers['origin'];
    const bare = await fetch(`${server.address}/api/v1/comments`, {
      method: 'POST',
      headers,
      body: JSON.stringify({
        site: 'blog',
        page: { id: 'page', url, title: '' },
        parentId: null,
        text: 'x',
        author: { name: 'x' },
      }),
    });
    assert.equal(bare.status, 403);
    assert.equal((await list(server, { site: 'blog' })).info.count, 0);
  });

  it('S-2: edits, deletions and votes ask for the origin too', async (t) => {
    const server = await open(t, { sites: SITES });
    const ada = new Guest(server, 'Ada', 'https://blog.example');
    const comment = await ada.post('Mine', { site: 'blog' });
    const elsewhere = new Guest(server, 'Ada', 'https://evil.example');
    Object.assign(elsewhere, { token: ada.token });
    const site = 'blog';
    for (const heard of [
      await elsewhere.tryEdit(comment.id, 'x', { site }),
      await elsewhere.tryRemove(comment.id, { site }),
      await elsewhere.tryVote(comment.id, 'up', { site }),
    ]) {
      assert.equal(reasonOf(heard), 'origin-not-allowed');
    }
  });

  it('S-2: the page must lie on the site', async (t) => {
    const server = await open(t, { sites: SITES });
    const ada = new Guest(server, 'Ada', 'https://blog.example');
    for (const url of ['https://evil.example/page', 'https://shop.example/', 'javascript:alert(1)', 'not an address']) {
      const heard = await ada.tryPost('x', { site: 'blog', url });
      assert.equal(heard.status, 422, url);
      assert.equal(reasonOf(heard), 'page-not-on-site');
    }
    assert.equal((await ada.tryPost('x', { site: 'blog', url: 'https://www.blog.example/other' })).status, 201);
  });

  it('S-2: with no site set up, pages of this machine are served, and the first foreign one prints the command that adds it', async (t) => {
    const server = await open(t);
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1', 'http://[::1]:8080', 'https://blog.localhost']) {
      const heard = await new Guest(server, 'Ada', origin).tryPost(`From ${origin}`);
      assert.equal(heard.status, 201, origin);
    }
    assert.deepEqual(server.lines, []);
    for (const origin of ['https://blog.example', 'https://other.example', 'http://localhost.evil.example']) {
      const reading = await ask(server, listPath(), { origin });
      assert.equal(reading.status, 403);
      assert.equal(reasonOf(reading), 'origin-not-allowed');
      assert.equal(reading.headers.get('access-control-allow-origin'), '*', 'the widget can read why');
      assert.match(reading.headers.get('cache-control') ?? '', /no-store/);
      assert.equal((await new Guest(server, 'Eve', origin).tryPost('x')).status, 403);
    }
    assert.equal(server.lines.length, 1);
    assert.match(server.lines[0] ?? '', /afterword-server site add default --origins https:\/\/blog\.example$/);
    await saveSite(server.storage.writer, 'default', { origins: ['https://blog.example'] }, 0);
    assert.equal((await new Guest(server, 'Ada', 'https://blog.example').tryPost('Now')).status, 201);
    assert.equal((await new Guest(server, 'Ada', 'http://localhost:5173').tryPost('x')).status, 403);
  });

  it('S-2: what a foreign origin sends can’t take over the operator’s terminal', async (t) => {
    const server = await open(t);
    const origin = 'https://x.example/\u001b[2J; rm -rf'.replaceAll('\u001b', '%1b');
    await ask(server, listPath({ site: 'a;b' }), { origin });
    assert.match(server.lines[0] ?? '', /site add default --origins https:\/\/your-site\.example$/);
  });

  it('S-2: a preflight is answered for origins of a site only, and may be remembered', async (t) => {
    const server = await open(t, { sites: SITES });
    const preflight = (origin: string) =>
      fetch(`${server.address}/api/v1/comments`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,idempotency-key',
        },
      });
    const yes = await preflight('https://blog.example');
    assert.equal(yes.status, 204);
    assert.equal(yes.headers.get('access-control-allow-origin'), 'https://blog.example');
    assert.match(
      yes.headers.get('access-control-allow-headers') ?? '',
      /authorization, content-type, idempotency-key/i,
    );
    assert.match(yes.headers.get('access-control-allow-methods') ?? '', /POST, PUT, DELETE/);
    assert.ok(Number(yes.headers.get('access-control-max-age')) >= 600);
    assert.match(yes.headers.get('vary') ?? '', /\borigin\b/i);
    const no = await preflight('https://evil.example');
    assert.equal(no.status, 403);
    assert.equal(no.headers.get('access-control-allow-origin'), null);
  });

  it('S-2: an unknown site is told as such, for reading and for writing', async (t) => {
    const server = await open(t, { sites: SITES });
    const reading = await ask(server, listPath({ site: 'nope' }));
    assert.equal(reading.status, 404);
    assert.equal(reasonOf(reading), 'unknown-site');
    const writing = await new Guest(server, 'Ada', 'https://blog.example').tryPost('x', { site: 'nope' });
    assert.equal(reasonOf(writing), 'unknown-site');
  });
});

describe('tenants', () => {
  it('S-2: a site never sees, votes on, edits, answers or counts what is another’s', async (t) => {
    const server = await open(t, { sites: SITES });
    const blogger = new Guest(server, 'Ada', 'https://blog.example');
    const shopper = new Guest(server, 'Ada', 'https://shop.example');
    Object.assign(shopper, { token: blogger.token });
    const comment = await blogger.post('On the blog', { site: 'blog' });
    assert.equal((await list(server, { site: 'shop' })).comments.length, 0);
    assert.deepEqual((await ask(server, '/api/v1/counts?site=shop&page=page')).body, { counts: { page: 0 } });
    assert.equal((await ask(server, listPath({ site: 'shop', around: comment.id }))).status, 404);
    const site = 'shop';
    for (const heard of [
      await shopper.tryVote(comment.id, 'up', { site }),
      await shopper.tryEdit(comment.id, 'Changed', { site }),
      await shopper.tryRemove(comment.id, { site }),
    ]) {
      assert.equal(heard.status, 404);
      assert.equal(reasonOf(heard), 'comment-gone');
    }
    assert.equal(reasonOf(await shopper.tryPost('Reply', { site, parent: comment.id })), 'parent-gone');
    assert.deepEqual({ ...(await shopper.mine('page', 'shop')).own }, {});
    // Another site may use the same id: it is no way to find out, or to block, what is elsewhere.
    assert.equal((await shopper.post('Same id', { site, key: comment.id })).id, comment.id);
    assert.equal((await list(server, { site: 'blog' })).comments[0]?.text, 'On the blog');
  });
});

describe('what is not a good request', () => {
  it('X12: a name or a text that nobody can see is none', async (t) => {
    const server = await open(t);
    const unseen = [
      '\u200b\u200b',
      '\u2060',
      '\u00ad',
      '\u3164\u3164',
      '\u2800',
      '\u115f\u1160',
      '\ufeff \u200e',
      '\u0301',
      '\u{e0041}',
    ];
    for (const text of unseen) {
      const named = await new Guest(server, text).tryPost('Seen');
      assert.deepEqual([named.status, reasonOf(named)], [422, 'name-required'], JSON.stringify(text));
      const said = await new Guest(server, 'Ada').tryPost(text);
      assert.deepEqual([said.status, reasonOf(said)], [422, 'too-short'], JSON.stringify(text));
    }
    for (const text of ['مريم\u200f', 'क्षि', '👩\u200d🚀', '!', '…'])
      assert.equal((await new Guest(server, text).tryPost(text)).status, 201, text);
  });

  it('X3: no route takes a body that says it is beyond the limit', async (t) => {
    const server = await open(t);
    const paths = [
      ...new Set(server.routes.map(({ path }) => path.replaceAll(/\{[^}]*\}|:\w+/g, 'x').replace('*', 'any'))),
    ];
    assert.ok(paths.includes('/notify/manage') && paths.length > 10, paths.join());
    const headers = { origin: server.address, 'content-type': 'application/json', 'content-length': 300 * 1024 };
    const announce = (path: string, method: string) =>
      new Promise<number>((resolve, reject) => {
        const sent = request(`${server.address}${path}`, { method, headers }, ({ statusCode }) => {
          resolve(statusCode ?? 0);
          sent.destroy();
        });
        sent.on('error', reject).flushHeaders();
      });
    for (const path of paths) {
      for (const method of ['POST', 'PUT', 'DELETE'])
        assert.equal(await announce(path, method), 413, `${method} ${path}`);
    }
  });

  it('X3: the page behind a link of a mail reads no more than the limit, however it comes', async (t) => {
    const server = await open(t);
    const { storage } = server;
    await sql`insert into addresses (id, site, channel, address, folded, language, blocked, created_at)
      values ('a', 'default', 'mail', 'ann@example.com', 'ann@example.com', 'en', 0, 1)`.execute(storage.writer);
    const link = `${server.address}/notify/manage?t=${writeRight({ act: 'manage', address: 'a' }, storage.secret)}`;
    assert.equal((await fetch(link)).status, 200);
    const status = await new Promise<number>((resolve, reject) => {
      const sent = request(link, { method: 'POST', headers: { 'transfer-encoding': 'chunked' } }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      });
      sent.on('error', reject);
      sent.write('x'.repeat(200_000));
      sent.write('x'.repeat(200_000));
      sent.end();
    });
    assert.equal(status, 413);
  });

  it('S-2: every refusal is a problem of ours, in the form of RFC 9457', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const heards = [
      await ask(server, '/api/v1/nothing'),
      await ask(server, '/nothing'),
      await ask(server, '/api/v1/comments'),
      await ada.tryPost(''),
      await ada.tryPost('x', { name: '' }),
      await ada.tryPost('x', { key: 'not-a-uuid' }),
      await ada.tryPost('x', { headers: { authorization: 'Bearer short' } }),
    ];
    for (const heard of heards) {
      assert.match(heard.headers.get('content-type') ?? '', /^application\/problem\+json/);
      assert.match(heard.headers.get('cache-control') ?? '', /no-store/);
      const body = heard.body as Record<string, unknown>;
      assert.ok(
        REASONS.some((reason) => body['type'] === `urn:afterword:problem:${reason}`),
        JSON.stringify(body),
      );
      assert.equal(body['status'], heard.status);
      assert.equal(typeof body['title'], 'string');
      assert.equal(typeof body['detail'], 'string');
    }
    assert.deepEqual(
      heards.map((heard) => [heard.status, reasonOf(heard)]),
      [
        [404, 'not-found'],
        [404, 'not-found'],
        [400, 'invalid'],
        [422, 'too-short'],
        [422, 'name-required'],
        [400, 'invalid'],
        [401, 'sign-in'],
      ],
    );
  });

  it('S-2: a body that is no JSON, another type, or of the wrong shape is refused', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const send = (body: string, type = 'application/json') =>
      fetch(`${server.address}/api/v1/comments`, {
        method: 'POST',
        headers: { ...ada.headers(), 'content-type': type },
        body,
      });
    for (const body of [
      '',
      '{',
      'null',
      '[]',
      '"text"',
      '{"site":"default"}',
      `${'['.repeat(50_000)}`,
      '{"text":1e999}',
    ]) {
      const response = await send(body);
      assert.equal(response.status, 400, body.slice(0, 20));
      assert.match(response.headers.get('content-type') ?? '', /problem\+json/);
    }
    const page = { id: 'p', url: `${server.address}/p`, title: '' };
    const good = { site: 'default', page, parentId: null, text: 'x', author: { name: 'x' } };
    assert.equal((await send(JSON.stringify(good), 'text/plain')).status, 415);
    assert.equal((await send(JSON.stringify({ ...good, page: { ...page, id: 'a\0b' } }))).status, 400);
    assert.equal((await send(JSON.stringify({ ...good, author: { name: ['x'] } }))).status, 400);
    assert.equal(
      (await send(JSON.stringify({ ...good, mentions: Array(21).fill({ id: 'a', name: 'b' }) }))).status,
      400,
    );
    assert.equal((await list(server)).info.count, 0);
  });

  it('S-2: fields a writer has no business with are not taken', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const response = await fetch(`${server.address}/api/v1/comments`, {
      method: 'POST',
      headers: ada.headers(),
      body: JSON.stringify({
        site: 'default',
        page: { id: 'page', url: `${server.address}/p`, title: '', revision: 9 },
        parentId: null,
        text: 'x',
        format: 'html',
        state: 'held',
        pinned: true,
        up: 100,
        createdAt: 5,
        role: 'admin',
        author: { name: 'x', role: 'admin', id: 'me', picture: 'https://evil.example/' },
        mentions: [],
        __proto__: { polluted: true },
      }),
    });
    assert.equal(response.status, 201);
    const [comment] = (await list(server)).comments;
    assert.equal(comment?.format, 'markdown');
    assert.equal(comment?.pinned, false);
    assert.equal(comment?.up, 0);
    assert.equal(comment?.author?.role, 'guest');
    assert.notEqual(comment?.author?.id, 'me');
    assert.equal(comment?.author?.picture, undefined);
    assert.equal(comment?.createdAt, server.now());
  });

  it('H7: a body beyond the limit is refused, announced or in chunks, and the longest text in the worst spelling fits', async (t) => {
    const server = await open(t, { sites: { default: { 'max-length': 20_000 } } });
    const ada = new Guest(server);
    assert.equal((await ada.tryPost(`x${'\u0001'.repeat(19_999)}`)).status, 201);
    const long = await ada.tryPost('x'.repeat(300_000));
    assert.equal(long.status, 413);
    assert.equal(reasonOf(long), 'body-too-large');
    const chunked = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const sent = request(
        `${server.address}/api/v1/comments`,
        { method: 'POST', headers: { ...ada.headers(), 'transfer-encoding': 'chunked' } },
        (response) => {
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString()));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        },
      );
      sent.on('error', reject);
      sent.write(`{"text":"${'x'.repeat(200_000)}`);
      sent.write('x'.repeat(200_000));
      sent.end('"}');
    });
    assert.equal(chunked.status, 413);
    assert.match(chunked.body, /body-too-large/);
    assert.equal((await list(server)).info.count, 1);
  });

  it('H8: a body longer than it was announced is no second request', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const headers = Object.entries(ada.headers(randomUUID()))
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    const said = await raw(
      server.port,
      `POST /api/v1/comments HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: 5\r\n\r\n{"site":"default","text":"x"}`,
    );
    assert.match(said, /^HTTP\/1\.1 400/);
    assert.doesNotMatch(said, /HTTP\/1\.1 20/);
    assert.equal((await list(server)).info.count, 0);
  });

  it('H9: a request that drips is cut off, and others are served meanwhile', async (t) => {
    const server = await open(t, { headersTimeout: 300, requestTimeout: 300 });
    const slow = raw(server.port, 'GET /api/v1 HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const ada = await raw(server.port, 'POST /api/v1/comments HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{');
    assert.equal((await ask(server, '/api/v1')).status, 200);
    assert.match(await slow, /^(HTTP\/1\.1 408|$)/);
    assert.match(ada, /^(HTTP\/1\.1 4|$)/);
  });
});

describe('headers', () => {
  it('S-2: answers of the API can’t be taken for a page, framed or sniffed', async (t) => {
    const server = await open(t);
    for (const path of [listPath(), '/api/v1', '/api/openapi.json', '/api/v1/nothing']) {
      const { headers } = await ask(server, path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
      assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'; frame-ancestors 'none'/);
      assert.match(headers.get('content-type') ?? '', /json/);
      assert.equal(headers.get('x-powered-by'), null);
      assert.ok(headers.get('referrer-policy'));
    }
  });
});

describe('compression', () => {
  it('S-2: long lists travel small where the reader’s browser can unpack them; what is one’s own never does', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada');
    for (let n = 0; n < 10; n += 1) await ada.post(`Text ${n} ${'and so on '.repeat(30)}`);
    const get = (path: string, encoding: string, headers = {}) =>
      new Promise<{ headers: Record<string, unknown>; bytes: Buffer; status: number }>((resolve, reject) => {
        request(`${server.address}${path}`, { headers: { 'accept-encoding': encoding, ...headers } }, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () =>
            resolve({ headers: response.headers, bytes: Buffer.concat(parts), status: response.statusCode ?? 0 }),
          );
        })
          .on('error', reject)
          .end();
      });
    const plain = await get(listPath(), 'identity');
    const unpack = { br: brotliDecompressSync, gzip: gunzipSync };
    for (const encoding of ['br', 'gzip'] as const) {
      const small = await get(listPath(), `deflate, ${encoding};q=0.9`);
      assert.equal(small.headers['content-encoding'], encoding);
      assert.match(String(small.headers['vary']), /accept-encoding/i);
      assert.ok(small.bytes.length < plain.bytes.length / 3);
      assert.deepEqual(unpack[encoding](small.bytes), plain.bytes);
      const tag = String(small.headers['etag']);
      assert.match(tag, /^W\//);
      assert.equal((await get(listPath(), encoding, { 'if-none-match': tag })).status, 304);
    }
    assert.equal((await get(listPath(), 'br;q=0, gzip;q=0')).headers['content-encoding'], undefined);
    const mine = await get('/api/v1/mine?site=default&page=page', 'br', { authorization: `Bearer ${ada.token}` });
    assert.equal(mine.headers['content-encoding'], undefined);
  });
});

describe('the description of the API', () => {
  interface Document {
    openapi: string;
    paths: Record<
      string,
      Record<string, { responses: Record<string, unknown>; parameters?: { name: string; in: string }[] }>
    >;
    components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
  }

  it('S-2: an OpenAPI 3.1 document lists every route, and each reference in it leads somewhere', async (t) => {
    const server = await open(t);
    const document = (await ask(server, '/api/openapi.json')).body as Document;
    assert.equal(document.openapi, '3.1.0');
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(routes.sort(), [
      'DELETE /api/v1/comments/{id}',
      'GET /api/v1',
      'GET /api/v1/changes',
      'GET /api/v1/comments',
      'GET /api/v1/counts',
      'GET /api/v1/events',
      'GET /api/v1/feed',
      'GET /api/v1/mine',
      'GET /api/v1/passages',
      'GET /api/v1/people',
      'GET /api/v1/push',
      'POST /api/v1/comments',
      'PUT /api/v1/comments/{id}',
      'PUT /api/v1/comments/{id}/vote',
      'PUT /api/v1/notify',
    ]);
    for (const methods of Object.values(document.paths)) {
      for (const route of Object.values(methods)) assert.ok('default' in route.responses);
    }
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1] ?? '');
    assert.ok(references.length > 10);
    for (const name of references) assert.ok(name in document.components.schemas, name);
    assert.ok('token' in document.components.securitySchemes);
    const post = document.paths['/api/v1/comments']?.['post'];
    assert.ok(post?.parameters?.some((one) => one.in === 'header' && one.name === 'idempotency-key'));
    assert.deepEqual((await ask(server, '/api/v1/openapi.json')).body, document);
  });

  it('S-2: what the server answers has the fields its description names', async (t) => {
    const server = await open(t);
    await new Guest(server).post('*x*');
    const document = (await ask(server, '/api/openapi.json')).body as {
      components: { schemas: Record<string, { properties: Record<string, unknown>; required: string[] }> };
    };
    const page = parsePage((await ask(server, listPath())).body);
    const { Page, Comment } = document.components.schemas;
    assert.deepEqual(Object.keys(page).sort(), Object.keys(Page?.properties ?? {}).sort());
    const fields = Object.keys(page.comments[0] ?? {});
    for (const name of Comment?.required ?? []) assert.ok(fields.includes(name), name);
    for (const name of fields) assert.ok(name in (Comment?.properties ?? {}), name);
  });
});
