import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { deepThread } from '../../fixtures/threads.ts';
import { Guest, list, reasonOf, textsOf } from '../open.ts';
import { workplace } from './command.ts';

const COMMANDS = ['serve', 'site', 'import', 'export', 'backup', 'restore', 'comments'];

describe('the command', () => {
  it('S-1: help tells every command, every command has help of its own, and a wrong call is told with exit code 2', async (t) => {
    const place = workplace(t);
    const help = await place.run('--help');
    assert.equal(help.code, 0);
    for (const name of COMMANDS) assert.match(help.out, new RegExp(`^  ${name}\\b`, 'm'));
    const each = await Promise.all([
      ...COMMANDS.map((name) => place.run(name, '--help')),
      ...['add', 'set', 'list', 'remove'].map((name) => place.run('site', name, '--help')),
      ...['list', 'approve', 'reject', 'spam', 'delete', 'ban', 'bans', 'unban'].map((name) =>
        place.run('comments', name, '--help'),
      ),
    ]);
    for (const one of each) {
      assert.equal(one.code, 0);
      assert.match(one.out, /^Usage: afterword-server /);
    }
    const wrong = await Promise.all([
      place.run('dance'),
      place.run('serve', '--colour', 'red'),
      place.run('import'),
      place.run('serve', '--limits', 'some'),
      place.run('comments', 'list', '--limit', 'many'),
      place.run('serve', '--port', 'high'),
      place.run('serve', '--proxies', 'my-proxy'),
      place.run('site', 'add', 'a b', '--origins', 'https://a.example'),
      place.run('comments', 'ban', '--database', place.database),
    ]);
    for (const one of wrong) {
      assert.equal(one.code, 2, one.err);
      assert.ok(one.err.trim() !== '' && !/\n\s+at /.test(one.err), one.err);
    }
    assert.match(wrong[5]?.err ?? '', /"port" is "high". Allowed: a whole number from 0 to 65535/);
    assert.equal((await place.run('--version')).out.trim(), '0.1.0');
  });

  it('S-9: what is wrong is one sentence that names it, and the exit code is 1', async (t) => {
    const place = workplace(t);
    const none = await place.run('comments', 'list');
    assert.equal(none.code, 1);
    assert.match(none.err, /^There is no database at .*afterword\.sqlite\. Name it with --database\.$/m);
    writeFileSync(join(place.folder, 'notes.txt'), 'My notes. '.repeat(1000));
    const notes = await place.run('site', 'list', '--database', 'notes.txt');
    assert.equal(notes.code, 1);
    assert.match(notes.err, /^The file named as the database is not one: /);
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    t.after(() => other.close());
    const taken = await place.run('serve', '--port', String((other.address() as AddressInfo).port));
    assert.equal(taken.code, 1);
    assert.match(taken.err, /^Another program listens on this port\. Choose another one with --port\.\n$/);
    const file = await place.run('import', 'missing.json');
    assert.deepEqual([file.code, file.err], [1, `There is no file ${join(place.folder, 'missing.json')}.\n`]);
    await place.run('site', 'add', 'blog', '--origins', 'https://blog.example');
    const site = await place.run('export', '--site', 'nope');
    assert.deepEqual([site.code, site.err], [1, 'There is no site "nope". Sites: blog, default.\n']);
  });

  it('S-9: sites are added, listed, changed and removed, and a running server follows', async (t) => {
    const place = workplace(t);
    const server = await place.serve();
    assert.match(server.out(), /Database: .*afterword\.sqlite/);
    assert.match(server.out(), /No site is set up/);
    const origin = 'https://blog.example';
    const ada = new Guest(server, 'Ada', origin);
    assert.equal((await ada.tryPost('x', { site: 'blog' })).status, 404);
    const added = await place.run('site', 'add', 'blog', '--origins', origin, '--hold', 'new', '--max-length', '50');
    assert.deepEqual([added.code, added.out], [0, `Site "blog" serves pages of ${origin}.\n`]);
    assert.equal((await ada.post('Held', { site: 'blog' })).state, 'held');
    assert.equal((await place.run('site', 'add', 'blog', '--origins', origin)).code, 1);
    const wrong = await place.run('site', 'set', 'blog', '--hold', 'some');
    assert.deepEqual(
      [wrong.code, wrong.err],
      [2, 'site "blog": setting "hold" is "some". Allowed: nobody, new, everyone.\n'],
    );
    assert.equal((await place.run('site', 'set', 'blog', '--hold', 'nobody', '--closed', 'no')).code, 0);
    assert.equal((await ada.post('At once', { site: 'blog' })).state, 'published');
    const listed = await place.run('site', 'list');
    assert.match(listed.out, /^blog: 2 comments\n {2}origins: https:\/\/blog\.example\n {2}max-length: 50\n/);
    const json = JSON.parse((await place.run('site', 'list', '--json')).out) as Record<string, { hold: string }>;
    assert.equal(json['blog']?.hold, 'nobody');
    const full = await place.run('site', 'remove', 'blog');
    assert.deepEqual(
      [full.code, full.err],
      [1, 'Site "blog" has 2 comments. To remove them too, add --with-comments.\n'],
    );
    assert.equal((await place.run('site', 'remove', 'blog', '--with-comments')).code, 0);
    assert.equal(reasonOf(await ada.tryPost('y', { site: 'blog' })), 'unknown-site');
    assert.equal(await server.stop(), 0);
  });

  it('S-9: settings come from a file and the environment, checked at the start', async (t) => {
    const place = workplace(t);
    const config = join(place.folder, 'afterword.json');
    const origin = 'https://blog.example';
    writeFileSync(
      config,
      JSON.stringify({ database: 'other.sqlite', limits: false, sites: { blog: { origins: [origin], votes: 'up' } } }),
    );
    const server = await place.serve('--config', config);
    assert.ok(existsSync(join(place.folder, 'other.sqlite')));
    assert.equal((await list(server, { site: 'blog' })).info.rules.votes, 'up');
    await server.stop();
    for (const [text, expected] of [
      ['{', /is not JSON/],
      ['[]', /must hold one JSON object/],
      ['{"colour":1}', /there is no field "colour"/],
      [
        '{"sites":{"blog":{"votes":"sideways"}}}',
        /site "blog": setting "votes" is "sideways"\. Allowed: up-down, up, none\./,
      ],
      ['{"sites":{"b g":{}}}', /site name "b g" is not allowed/],
      ['{"secret":"short"}', /"secret" is too short/],
      ['{"port":70000}', /"port" is 70000/],
    ] as const) {
      writeFileSync(config, text);
      const ran = await place.run('serve', '--config', config);
      assert.equal(ran.code, 2, text);
      assert.match(ran.err, expected);
    }
    assert.equal((await place.run('serve', '--config', 'nowhere.json')).code, 2);
    const wrong = await place.runWith({ AFTERWORD_SITE_MAX_LENGTH: 'long' }, 'serve');
    assert.deepEqual(
      [wrong.code, /environment, site "default": setting "max-length" is "long"/.test(wrong.err)],
      [2, true],
    );
    const unknown = await place.runWith({ AFTERWORD_SITE_COLOUR: 'red' }, 'serve');
    assert.match(unknown.err, /there is no setting AFTERWORD_SITE_COLOUR.*AFTERWORD_SITE_MAX_LENGTH/);
    const limits = await place.runWith({ AFTERWORD_LIMITS: 'maybe' }, 'serve');
    assert.match(limits.err, /"limits" is "maybe"\. Allowed: on, off/);
  });

  it('S-5: comments are listed, approved, rejected and deleted, and writers banned, while the server runs', async (t) => {
    const place = workplace(t);
    await place.run('site', 'set', 'default', '--hold', 'everyone', '--database', place.database);
    assert.equal((await place.run('site', 'add', 'default', '--hold', 'everyone')).code, 0);
    const server = await place.serve('--limits', 'off');
    const ada = new Guest(server, 'Ada');
    const one = await ada.post('One \u001b[31mred\u001b[0m\nand more', { email: 'ada@example.org' });
    const two = await ada.post('Two');
    const three = await ada.post('Three');
    const held = await place.run('comments', 'list');
    assert.equal(held.code, 0);
    for (const { id } of [one, two, three]) assert.match(held.out, new RegExp(`^${id}  held  `, 'm'));
    assert.ok(!held.out.includes('\u001b'), 'what people wrote can’t take over the terminal');
    assert.match(held.err, /^3 comments held\.$/m);
    const json = (await place.run('comments', 'list', '--json')).out.trim().split('\n');
    assert.equal((JSON.parse(json[2] ?? '') as { email: string }).email, 'ada@example.org');

    const approved = await place.run('comments', 'approve', one.id, two.id);
    assert.equal(approved.out, `${one.id}: published\n${two.id}: published\n`);
    assert.equal((await list(server)).info.count, 2);
    assert.equal((await place.run('comments', 'reject', two.id, '--note', 'off topic')).code, 0);
    assert.equal((await list(server)).info.count, 1);
    assert.equal((await place.run('comments', 'spam', three.id)).out, `${three.id}: marked as spam\n`);
    const deleted = await place.run('comments', 'delete', one.id, 'not-an-id');
    assert.equal(deleted.code, 1);
    assert.equal(deleted.out, `${one.id}: deleted\nnot-an-id: there is no such comment on this site\n`);
    assert.deepEqual((await list(server)).comments, []);
    assert.equal((await place.run('comments', 'approve', one.id)).code, 1);

    const ban = await place.run('comments', 'ban', '--comment', two.id, '--days', '3', '--note', 'rude');
    assert.match(ban.out, /^[\w-]{36} {2}author [\w-]{22} {2}until \d{4}-\d\d-\d\dT\d\d:\d\dZ {2}rude$/m);
    assert.equal(reasonOf(await ada.tryPost('Four')), 'banned');
    assert.equal((await new Guest(server, 'Bob').tryPost('Fine')).status, 201);
    const id = ban.out.slice(0, 36);
    assert.match((await place.run('comments', 'bans')).out, new RegExp(id));
    assert.equal((await place.run('comments', 'unban', id)).code, 0);
    assert.equal((await place.run('comments', 'unban', id)).code, 1);
    assert.equal((await ada.tryPost('Five')).status, 201);
    assert.equal((await place.run('comments', 'ban', '--address', '127.0.0.1', '--until', '2099-01-01')).code, 0);
    assert.equal(reasonOf(await new Guest(server, 'Cy').tryPost('Six')), 'banned');
    assert.equal((await place.run('comments', 'ban', '--address', 'here')).code, 2);
    assert.equal((await place.run('comments', 'ban', '--email', 'x@y.example', '--until', 'later')).code, 2);
    await server.stop();
  });

  it('S-7: import and export tell what they did, and what was left out sets the exit code', async (t) => {
    const place = workplace(t);
    const thread = deepThread();
    const file = join(place.folder, 'thread.json');
    writeFileSync(file, JSON.stringify(thread));
    assert.equal((await place.run('import', file)).code, 1, 'the records name no page');
    const first = await place.run('import', file, '--page', 'article');
    assert.deepEqual(
      [first.code, first.out],
      [0, `${thread.length} comments taken in on 1 page, 0 there already, 0 left out.\n`],
    );
    const again = await place.run('import', file, '--page', 'article');
    assert.equal(again.out, `0 comments taken in on 1 page, ${thread.length} there already, 0 left out.\n`);
    writeFileSync(file, `{"id":"x"}\n${JSON.stringify({ ...thread[0], id: 'new', page: 'article' })}\n`);
    const bad = await place.run('import', file);
    assert.deepEqual([bad.code, bad.out], [1, '1 comment taken in on 1 page, 0 there already, 1 left out.\n']);
    assert.match(bad.err, /thread\.json:1: left out: text: /);
    const out = await place.run('export');
    assert.equal(out.out.trim().split('\n').length, thread.length + 1 + 2);
    await place.run('export', 'out.jsonl');
    assert.equal(readFileSync(join(place.folder, 'out.jsonl'), 'utf8'), out.out);
    assert.ok(!existsSync(join(place.folder, 'out.jsonl.unfinished')));
  });

  it('B20: a backup is made while the server runs; putting it in place tells readers to ask anew', async (t) => {
    const place = workplace(t);
    const server = await place.serve();
    await new Guest(server, 'Ada').post('Saved');
    const before = (await list(server)).info;
    assert.equal((await place.run('backup', 'copy.sqlite')).code, 0);
    assert.equal((await place.run('backup', 'copy.sqlite')).code, 1, 'never over a file');
    await new Guest(server, 'Bob').post('Lost');
    await server.stop();
    writeFileSync(join(place.folder, 'notes.txt'), 'no database '.repeat(1000));
    assert.equal((await place.run('restore', 'notes.txt')).code, 1);
    const restored = await place.run('restore', 'copy.sqlite');
    assert.equal(restored.code, 0);
    assert.match(restored.out, /what was there is .*\.before-/);
    const again = await place.serve();
    const page = await list(again);
    assert.deepEqual(textsOf(page), ['Saved']);
    assert.notEqual(page.info.epoch, before.epoch);
    await again.stop();
  });

  it('S-1: a new database begins with the sample, once, and not where a site is set up', async (t) => {
    const place = workplace(t);
    const sample = join(place.folder, 'sample.jsonl');
    const line = { page: 'article', author: 'Ada', text: 'Hello', createdAt: '2026-01-01T00:00:00Z' };
    writeFileSync(sample, JSON.stringify({ id: 'a', ...line }));
    const first = await place.serve('--demo', sample);
    assert.equal((await list(first, { page: 'article' })).info.count, 1);
    await first.stop();
    writeFileSync(sample, JSON.stringify({ id: 'b', ...line }));
    const second = await place.serve('--demo', sample);
    assert.equal((await list(second, { page: 'article' })).info.count, 1);
    await second.stop();
    const other = join(place.folder, 'site.sqlite');
    await place.run('site', 'add', 'default', '--origins', 'https://blog.example', '--database', other);
    const third = await place.serve('--demo', sample, '--database', other);
    assert.equal((await list(third, { page: 'article' })).info.count, 0);
    await third.stop();
  });
});
