import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { parseAnswer } from '../../src/model/parse.ts';
import { workplace } from './commands/command.ts';
import { Guest, list, open } from './open.ts';

describe('stopping', () => {
  it('H10: asked to stop, the server answers what it began and ends; what was not answered can be sent again', async (t) => {
    const place = workplace(t);
    const server = await place.serve('--limits', 'off');
    const ada = new Guest(server, 'Ada');
    await ada.post('Before');
    // A request that is half there when the server is asked to stop.
    const socket = connect(Number(new URL(server.address).port), '127.0.0.1');
    await once(socket, 'connect');
    const key = randomUUID();
    const body = JSON.stringify({
      site: 'default',
      page: { id: 'page', url: `${server.address}/page`, title: '' },
      parentId: null,
      text: 'Half-way',
      author: { name: 'Ada' },
    });
    const head = Object.entries(ada.headers(key)).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`POST /api/v1/comments HTTP/1.1\r\nHost: x\r\n${head.join('')}Content-Length: ${body.length}\r\n\r\n`);
    socket.write(body.slice(0, 40));
    const many = Array.from({ length: 100 }, (_, n) => ({ key: randomUUID(), text: `Text ${n}` }));
    const sent = many.map(({ key: one, text }) => ada.tryPost(text, { key: one }).catch(() => null));
    await Promise.race(sent);
    const stopped = server.stop();
    let said = '';
    socket.on('data', (chunk) => (said += chunk.toString()));
    while (!server.err().includes('Stopping')) await once(server.process.stderr ?? server.process, 'data');
    socket.write(body.slice(40));
    await once(socket, 'close');
    assert.match(said, /^HTTP\/1\.1 201/);
    assert.equal(await stopped, 0);
    const heard = await Promise.all(sent);
    const answered = heard.filter((one) => one !== null);
    assert.ok(answered.length > 0);
    for (const one of answered) assert.equal(one.status, 201);

    const again = await place.serve('--limits', 'off');
    const ada2 = new Guest(again, 'Ada');
    Object.assign(ada2, { token: ada.token });
    for (const { key: one, text } of many) assert.equal((await ada2.tryPost(text, { key: one })).status, 201);
    assert.equal((await list(again)).info.count, 102);
    await again.stop();
  });

  it('S-1, H2: what was acknowledged is there after the process was killed, and a retry makes no second one', async (t) => {
    const place = workplace(t);
    const acknowledged: { key: string; text: string }[] = [];
    const tried: { key: string; text: string }[] = [];
    let token = '';
    for (let round = 0; round < 4; round += 1) {
      const server = await place.serve('--limits', 'off');
      const ada = new Guest(server, 'Ada');
      if (token === '') token = ada.token;
      Object.assign(ada, { token });
      const writing = Array.from({ length: 40 }, async (_, n) => {
        const one = { key: randomUUID() as string, text: `Round ${round}, text ${n}` };
        tried.push(one);
        const heard = await ada.tryPost(one.text, { key: one.key }).catch(() => null);
        if (heard?.status === 201) acknowledged.push(one);
        if (acknowledged.length >= 12 * (round + 1)) server.process.kill('SIGKILL');
      });
      await Promise.all(writing);
      await server.stop('SIGKILL');
    }
    assert.ok(acknowledged.length >= 40, `${acknowledged.length}`);
    const server = await place.serve('--limits', 'off');
    const ada = new Guest(server, 'Ada');
    Object.assign(ada, { token });
    const { own } = await ada.mine();
    for (const { key } of acknowledged) assert.ok(key in own, 'nothing acknowledged is lost');
    for (const { key, text } of tried) {
      const heard = await ada.tryPost(text, { key });
      assert.equal(heard.status, 201);
      assert.equal(parseAnswer(heard.body).comment?.id, key);
    }
    assert.equal((await list(server)).info.count, tried.length);
    await server.stop();
  });

  it('H12: two servers that start at once on a new file share one whole database', async (t) => {
    const place = workplace(t);
    const [one, two] = await Promise.all([place.serve(), place.serve()]);
    const ada = new Guest(one, 'Ada');
    const comment = await ada.post('Here');
    const bob = new Guest(two, 'Bob');
    await bob.post('There', { parent: comment.id });
    const [fromOne, fromTwo] = [await list(one), await list(two)];
    assert.deepEqual(fromOne, fromTwo);
    assert.equal(fromOne.info.count, 2);
    // Writers of two processes at once wait for each other instead of failing.
    const heard = await Promise.all(
      Array.from({ length: 15 }, (_, n) => [
        new Guest(one).tryPost(`One ${n}`),
        new Guest(two).tryPost(`Two ${n}`),
      ]).flat(),
    );
    assert.deepEqual(
      heard.filter((each) => each.status !== 201),
      [],
    );
    const cy = new Guest(one, 'Cy');
    const cy2 = new Guest(two, 'Cy');
    Object.assign(cy2, { token: cy.token });
    const key = randomUUID();
    const url = `${one.address}/page`;
    const twice = await Promise.all([cy.tryPost('Same', { key, url }), cy2.tryPost('Same', { key, url })]);
    assert.deepEqual(twice[0].body, twice[1].body);
    assert.deepEqual(
      twice.map((each) => each.status),
      [201, 201],
    );
    assert.equal((await list(one)).info.count, 33);
    await Promise.all([one.stop(), two.stop()]);
  });

  it('H5, S-2: when the database fails, a reader is told to come back and learns nothing of the inside', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada');
    await ada.post('Before');
    const fail = (code: string, message: string) => {
      server.storage.post = () => Promise.reject(Object.assign(new Error(message), { code }));
    };
    fail('SQLITE_FULL', 'database or disk is full at /var/secret');
    const full = await ada.tryPost('x');
    assert.equal(full.status, 503);
    assert.ok(Number(full.headers.get('retry-after')) > 0);
    fail('SQLITE_BUSY', 'database is locked');
    assert.equal((await ada.tryPost('x')).status, 503);
    fail('', 'select * from secrets');
    const strange = await ada.tryPost('x');
    assert.equal(strange.status, 500);
    for (const heard of [full, strange]) assert.doesNotMatch(JSON.stringify(heard.body), /secret|select|SQLITE/i);
    assert.equal((await list(server)).info.count, 1, 'reading goes on');
    assert.ok(
      server.lines.some((line) => line.includes('select * from secrets')),
      'the operator learns why',
    );
  });
});

describe('connections', () => {
  it('S-2: an idle connection outlasts the minute for which proxies keep theirs', async (t) => {
    const server = await open(t);
    const socket = connect(server.port, '127.0.0.1');
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    socket.write('GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n');
    const [said] = (await once(socket, 'data')) as [Buffer];
    const seconds = Number(/^keep-alive: timeout=(\d+)/im.exec(said.toString())?.[1]);
    assert.ok(seconds > 60, said.toString().slice(0, 300));
  });
});
