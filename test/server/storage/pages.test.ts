/** How a page is called: by the latest published comment, and by nobody else. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { moderate } from '../../../src/server/storage/moderating.ts';
import { saveSite } from '../../../src/server/storage/sites.ts';
import { ask, Guest, open, type Open } from '../open.ts';

async function called(server: Open, page = 'page'): Promise<{ url: string | null; title: string | null } | undefined> {
  const row = await server.storage.reader
    .selectFrom('threads')
    .select(['url', 'title'])
    .where('page', '=', page)
    .executeTakeFirst();
  // Node's own driver makes rows without a prototype.
  return row && { ...row };
}

const hold = (server: Open, who: 'everyone' | 'nobody'): Promise<unknown> =>
  saveSite(server.storage.writer, 'default', { hold: who }, server.now());

const approve = (server: Open, id: string): Promise<unknown> =>
  moderate(server.storage.writer, 'approve', { site: 'default', note: '', now: server.now(), id });

describe('how a page is called', () => {
  it('P3, P4: a later address and title replace the ones before, an empty title does not', async (test) => {
    const server = await open(test);
    const ada = new Guest(server, 'Ada');
    await ada.post('one', { url: `${server.address}/post/one`, title: '' });
    assert.deepEqual(await called(server), { url: `${server.address}/post/one`, title: '' });
    await ada.post('two', { url: `${server.address}/post/three`, title: 'The third' });
    assert.deepEqual(await called(server), { url: `${server.address}/post/three`, title: 'The third' });
    await ada.post('three', { url: `${server.address}/post/three`, title: '  ' });
    assert.deepEqual(await called(server), { url: `${server.address}/post/three`, title: 'The third' });
  });

  it('P3: an address that is the page’s id is not given up for one that is not', async (test) => {
    const server = await open(test);
    const ada = new Guest(server, 'Ada');
    const page = `${new URL(server.address).host}/article`;
    await ada.post('one', { page, url: `${server.address}/redirect?to=https://evil.example/` });
    await ada.post('two', { page, url: `${server.address}/article` });
    assert.equal((await called(server, page))?.url, `${server.address}/article`);
    await ada.post('three', { page, url: `${server.address}/redirect?to=https://evil.example/` });
    assert.equal((await called(server, page))?.url, `${server.address}/article`);
  });

  it('X6: a choice of Notify of gives a page neither address nor title', async (test) => {
    const server = await open(test, { smtp: 'smtp://127.0.0.1:9', mailFrom: 'b@blog.example', delivery: 'by hand' });
    const stranger = new Guest(server, 'Eve');
    const heard = await fetch(`${server.address}/api/v1/notify`, {
      method: 'PUT',
      headers: stranger.headers(),
      body: JSON.stringify({
        site: 'default',
        page: { id: 'page', url: `${server.address}/redirect?to=https://evil.example/`, title: 'You won' },
        commentId: null,
        choice: 'none',
        counter: 1,
      }),
    });
    assert.equal(heard.status, 200);
    assert.deepEqual(await called(server), { url: null, title: null });
    await new Guest(server, 'Ada').post('one', { title: 'The article' });
    assert.deepEqual(await called(server), { url: `${server.address}/page`, title: 'The article' });
  });

  it('X6: a comment that waits names nothing until it is approved', async (test) => {
    const server = await open(test);
    await hold(server, 'everyone');
    const held = await new Guest(server, 'Eve').post('held', { title: 'By Eve', url: `${server.address}/eve` });
    assert.deepEqual(await called(server), { url: null, title: null });
    await approve(server, held.id);
    assert.deepEqual(await called(server), { url: `${server.address}/eve`, title: 'By Eve' });
  });

  it('X6: approved late, it does not replace what was told since', async (test) => {
    const server = await open(test);
    await hold(server, 'everyone');
    const held = await new Guest(server, 'Eve').post('held', { title: 'By Eve' });
    await hold(server, 'nobody');
    await new Guest(server, 'Ada').post('one', { title: 'By Ada' });
    await approve(server, held.id);
    assert.equal((await called(server))?.title, 'By Ada');
  });

  it('X6: what a removed comment told is forgotten with it', async (test) => {
    const server = await open(test);
    await hold(server, 'everyone');
    const eve = new Guest(server, 'Eve');
    await eve.remove((await eve.post('held', { title: 'By Eve' })).id);
    const rows = await server.storage.reader.selectFrom('page_words').selectAll().execute();
    assert.deepEqual(rows, []);
  });

  for (const kind of ['blob:ADDRESS/4a4b', 'ftp://127.0.0.1/', 'javascript:alert(1)', 'data:text/html,x', 'https://']) {
    it(`X6: ${kind} is no address of a page`, async (test) => {
      const server = await open(test);
      const heard = await new Guest(server, 'Eve').tryPost('x', { url: kind.replace('ADDRESS', server.address) });
      assert.equal(heard.status, 422);
    });
  }

  it('P11: what a reader’s address tells of them is not kept', async (test) => {
    const server = await open(test);
    await new Guest(server, 'Ada').post('one', {
      url: `${server.address}/a?p=1&utm_source=mail&fbclid=x&mc_eid=y#top`,
    });
    assert.equal((await called(server))?.url, `${server.address}/a?p=1`);
  });

  it('P11: an address that was kept with them before is shown without', async (test) => {
    const server = await open(test);
    await new Guest(server, 'Ada').post('one');
    await server.storage.writer
      .updateTable('threads')
      .set({ url: `${server.address}/page?utm_source=mail` })
      .execute();
    const feed = String((await ask(server, '/api/v1/feed?site=default&page=page')).body);
    assert.match(feed, /\/page#comment-/);
    assert.doesNotMatch(feed, /utm_source/);
  });

  it('P10: the feed leads to a comment where a router has the fragment', async (test) => {
    const server = await open(test);
    const { id } = await new Guest(server, 'Ada').post('one', { url: `${server.address}/app/#/post/1?utm_source=x` });
    const feed = String((await ask(server, '/api/v1/feed?site=default&page=page')).body);
    assert.ok(feed.includes(`href="${server.address}/app/?afterword-comment=${id}#/post/1"`), feed);
  });
});
