/** The server under a path of its site, behind a real proxy: nothing of what it says leads out of that path. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { forwardedPrefix, withoutPrefix } from '../../src/server/rules/prefix.ts';
import type { StartOptions } from '../../src/server/start.ts';
import { linkIn, openMailbox } from '../helpers/mailbox.ts';
import { startSubPath, type SubPathOptions } from '../helpers/sub-path.ts';
import { Guest, ask, open } from './open.ts';

async function under(t: TestContext, proxy: Partial<SubPathOptions>, options: Partial<StartOptions> = {}) {
  let address = '';
  const site = await startSubPath({ of: () => address, ...proxy });
  t.after(() => site.stop());
  const publicUrl = options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl && site.server };
  const server = await open(t, { ...options, ...publicUrl });
  ({ address } = server);
  mkdirSync(join(server.folder, 'no-demo'), { recursive: true });
  writeFileSync(join(server.folder, 'no-demo/index.html'), '<!doctype html><title>Demo</title>');
  return { server, site, at: { address: site.server } };
}

const CASES: readonly (readonly [what: string, proxy: Partial<SubPathOptions>, options: Partial<StartOptions>])[] = [
  ['publicUrl, and a proxy that takes the path away', {}, { publicUrl: 'yes' }],
  ['publicUrl, and a proxy that leaves the path', { strips: false }, { publicUrl: 'yes' }],
  ['publicUrl, under a path that we have too', { prefix: '/demo' }, { publicUrl: 'yes' }],
  ['a named proxy that tells the path', { tells: '/comments/' }, { proxies: ['127.0.0.1'] }],
];

describe('a server under a path of its site', () => {
  for (const [what, proxy, options] of CASES) {
    it(`P7: ${what}: demo, feeds and links keep the path`, async (t) => {
      const { site, at } = await under(t, proxy, options);
      const ada = new Guest(at, 'Ada', site.url);
      await ada.post('Under a path.');
      const path = new URL(site.server).pathname;

      const front = await ask(at, '/');
      assert.equal(front.headers.get('location'), `${path}/demo/`);
      assert.equal((await ask({ address: site.url }, `${path}/demo/`)).status, 200);

      const list = await ask(at, '/api/v1/comments?site=default&page=page');
      assert.equal(list.status, 200);
      const link = /<([^>]+)>/.exec(list.headers.get('link') ?? '')?.[1] ?? '';
      const feed = new URL(link, `${site.server}/api/v1/comments`);
      assert.ok(feed.href.startsWith(`${site.server}/api/v1/feed?`), feed.href);
      const said = String((await ask({ address: '' }, feed.href)).body);
      const self = /rel="self"[^>]*href="([^"]+)"/.exec(said)?.[1]?.replaceAll('&amp;', '&');
      assert.ok(self?.startsWith(`${site.url}${path}/api/v1/feed?`), said);

      const described = (await ask(at, '/api/openapi.json')).body as { servers: { url: string }[] };
      assert.deepEqual(described.servers, [{ url: path }]);
      assert.deepEqual(site.asked, []);
    });
  }

  it('P7: where nobody told the path, what is said leads from where it was asked for', async (t) => {
    const { site, at } = await under(t, {});
    const front = await ask(at, '/');
    assert.equal(new URL(front.headers.get('location') ?? '', `${site.server}/`).href, `${site.server}/demo/`);
    const list = await ask(at, '/api/v1/comments?site=default&page=page');
    const link = /<([^>]+)>/.exec(list.headers.get('link') ?? '')?.[1] ?? '';
    const feed = new URL(link, `${site.server}/api/v1/comments`);
    assert.equal((await ask({ address: '' }, feed.href)).status, 200);
  });

  it('P7, H15: a path that somebody else tells, or that is none, is not believed', async (t) => {
    const { at } = await under(t, { tells: '/elsewhere' });
    assert.equal((await ask(at, '/')).headers.get('location'), 'demo/');
    for (const wrong of ['//evil.example', 'https://evil.example', '/a?b', '/a#b', '/a"><b>', '\\evil', '/a/../b c']) {
      assert.equal(forwardedPrefix(wrong), '', wrong);
    }
    assert.equal(forwardedPrefix('/outer, /inner/'), '/outer/inner');
    assert.equal(forwardedPrefix(undefined), '');
  });

  it('P7: only a whole segment is the path, and a path of ours is ours', () => {
    for (const [path, prefix, expected] of [
      ['/comments/api/v1/counts?site=a', '/comments', '/api/v1/counts?site=a'],
      ['/comments', '/comments', '/'],
      ['/comments?page=a', '/comments', '/?page=a'],
      ['/comments-of-mine', '/comments', '/comments-of-mine'],
      ['/api/v1/comments', '/comments', '/api/v1/comments'],
      ['/api/v1/comments', '/api', '/api/v1/comments'],
      ['/demo/', '', '/demo/'],
    ] as const) {
      assert.equal(withoutPrefix(path, prefix), expected, path);
    }
  });

  it('P7: the links of mails lead through the path, and so do those of the pages behind them', async (t) => {
    const mailbox = await openMailbox();
    t.after(() => mailbox.close());
    const { server, site, at } = await under(
      t,
      {},
      { publicUrl: 'yes', smtp: mailbox.url, mailFrom: 'Blog <blog@blog.example>', delivery: 'by hand' },
    );
    const ada = new Guest(at, 'Ada', site.url);
    const asked = await fetch(`${at.address}/api/v1/notify`, {
      method: 'PUT',
      headers: ada.headers(),
      body: JSON.stringify({
        site: 'default',
        page: { id: 'page', url: `${site.url}/page`, title: 'A page' },
        commentId: null,
        choice: 'page',
        counter: 1,
        email: 'ada@reader.example',
      }),
    });
    assert.equal(asked.status, 200, await asked.text());
    await server.postman.run();
    const [letter] = mailbox.to('ada@reader.example');
    assert.ok(letter);
    const link = linkIn(letter, 'confirm');
    assert.ok(link.startsWith(`${site.server}/notify/confirm?t=`), link);
    const pressed = await fetch(link, { method: 'POST' });
    assert.equal(pressed.status, 200);
    const manage = /href="([^"]*manage[^"]*)"/.exec(await pressed.text())?.[1] ?? '';
    assert.equal((await fetch(new URL(manage, link))).status, 200);
    assert.ok(new URL(manage, link).href.startsWith(`${site.server}/notify/manage?`));
    assert.deepEqual(site.asked, []);
  });
});
