/** News of a thread as its store takes them, from a backend in the hands of the test. */
import { expect } from '@open-wc/testing';
import type { Adapter, News } from '../../src/adapters/adapter.ts';
import type { CommentRow } from '../../src/model/view.ts';
import type { ThreadSettings, ThreadStore } from '../../src/sync/store.ts';
import { makeThreads } from '../../src/sync/threads.ts';
import { post } from '../helpers/builders.ts';
import { FakeBackend, lost } from '../helpers/fake-backend.ts';
import { deleteDatabase, FakeWorld, freshName, quiet, until } from '../helpers/fake-world.ts';

/** A backend that tells what the test lets it tell. */
class Telling extends FakeBackend {
  /** Who listens, and from which revision. */
  readonly listeners: { readonly since: number; readonly onNews: (news: News) => void }[] = [];
  opened = 0;
  asked = 0;
  #told = 0;

  constructor(live = true) {
    super();
    const { changes } = this.adapter;
    const listening: Partial<Adapter> = {
      can: { ...this.adapter.can, ...(live && { live: true }) },
      changes: async (...asking) => {
        this.asked++;
        return changes?.(...asking) as never;
      },
      watch: (_, { revision }, onNews) => {
        const listener = { since: revision, onNews };
        this.opened++;
        this.listeners.push(listener);
        this.#told = revision;
        return () => void this.listeners.splice(this.listeners.indexOf(listener), 1);
      },
    };
    Object.assign(this.adapter, listening);
  }

  /** Tells what happened since it told last, as the stream of our server would. */
  async tell(thread: Parameters<Adapter['list']>[0], from = this.#told): Promise<void> {
    const { signal } = new AbortController();
    const changes = await this.adapter.changes?.(thread, { epoch: 'local', revision: from }, { signal });
    if (!changes) throw new Error('The fake tells its changes.');
    this.asked--;
    this.#told = changes.info.revision;
    for (const { onNews } of [...this.listeners]) onNews({ kind: 'changes', from, changes });
    await quiet(3);
  }

  say(news: unknown): void {
    for (const { onNews } of [...this.listeners]) onNews(news as News);
  }
}

describe('R-10: news of a thread', () => {
  let backend: Telling;
  let name: string;
  let worlds: FakeWorld[];

  const key = () => ({ backend: backend.id, site: 'default', page: name });
  const settings = (changes: Partial<ThreadSettings> = {}): ThreadSettings => ({
    page: { url: 'https://example.com/article', title: 'An article' },
    order: 'newest',
    pageSize: 20,
    maxDepth: 5,
    storage: 'full',
    userToken: null,
    ...changes,
  });

  /** A page that shows the thread and, where it does, listens. */
  async function openPage(world = new FakeWorld(), changes: Partial<ThreadSettings> = {}) {
    worlds.push(world);
    const store = makeThreads(world, name).openThread(backend.adapter, key(), settings(changes));
    await store.load();
    world.draw();
    world.draw();
    await until(() => {
      world.draw();
      return store.view.live !== undefined;
    }, 'the thread to say whether it listens');
    await quiet(5);
    return { world, store };
  }

  const keys = (store: ThreadStore): string[] => store.view.rows.map((row) => row.key);
  const rowOf = (store: ThreadStore, id: string): CommentRow | undefined =>
    store.view.rows.find((row): row is CommentRow => row.kind === 'comment' && row.key === id);
  const draw = async (world: FakeWorld): Promise<void> => {
    await quiet(5);
    world.draw();
  };

  beforeEach(() => {
    backend = new Telling();
    name = freshName();
    worlds = [];
  });

  afterEach(async () => {
    worlds.forEach((world) => world.tell('hide'));
    await deleteDatabase(name);
  });

  it('R-10: comments and replies of others wait until they are asked for; votes, edits and removals come at once', async () => {
    for (const id of ['a', 'b', 'c']) await backend.seed(key(), post(id, { text: `Text of ${id}` }), 'ann');
    const { world, store } = await openPage();
    expect(keys(store)).to.deep.equal(['c', 'b', 'a']);
    await backend.seed(key(), post('d'));
    await backend.seed(key(), post('e', { parentId: 'a', rootId: 'a' }));
    const vote = { kind: 'vote', id: 'v', createdAt: 1, commentId: 'b', value: 'up', counter: 1 } as const;
    await backend.seed(key(), vote);
    await backend.seed(key(), { kind: 'delete', id: 'x', createdAt: 1, commentId: 'c' }, 'ann');
    const edit = {
      kind: 'edit',
      id: 'y',
      createdAt: 1,
      commentId: 'b',
      text: 'Better',
      mentions: [],
      before: '',
    } as const;
    await backend.seed(key(), edit, 'ann');
    await backend.tell(key());
    await draw(world);
    expect(keys(store), 'nothing came or went').to.deep.equal(['c', 'b', 'a']);
    expect(rowOf(store, 'c')?.stub).to.equal(true);
    expect(rowOf(store, 'b')?.comment).to.deep.include({ up: 1, text: 'Better' });
    expect(store.view.news).to.deep.equal({ roots: 1 });
    expect(rowOf(store, 'a')?.replies).to.deep.equal({ count: 1, fresh: 1 });
    expect(store.view.count).to.equal(4);
    expect(await store.live({ act: 'show', rootId: null })).to.equal('d');
    expect(keys(store)).to.deep.equal(['d', 'c', 'b', 'a']);
    expect(store.view.news).to.equal(undefined);
    expect(await store.live({ act: 'show', rootId: 'a' })).to.equal('e');
    expect(keys(store)).to.deep.equal(['d', 'c', 'b', 'a', 'e']);
    expect(backend.asked, 'nothing had to be asked').to.equal(0);
  });

  it('R-10: an own comment is there at once and its echo changes nothing, whichever comes first', async () => {
    await backend.seed(key(), post('a'));
    const { world, store } = await openPage();
    let release = (): void => undefined;
    backend.hold = new Promise((resolve) => (release = resolve));
    await store.dispatch(post('early'));
    await until(() => backend.under === 1);
    // The server has it, and tells it before it answers.
    await backend.seed(key(), post('early'), 'me');
    await backend.tell(key());
    await draw(world);
    expect(keys(store)).to.deep.equal(['early', 'a']);
    expect(store.view.news).to.equal(undefined);
    release();
    await until(() => {
      world.draw();
      return store.view.unsent === 0;
    });
    await store.dispatch(post('late', { text: 'Other words' }));
    await until(() => {
      world.draw();
      return store.view.unsent === 0;
    });
    await backend.tell(key());
    await draw(world);
    expect(keys(store)).to.deep.equal(['late', 'early', 'a']);
    expect(store.view.news).to.equal(undefined);
    expect(rowOf(store, 'late')?.unread).to.equal(undefined);
  });

  it('R-10: the echo of own comments and votes for them ask nothing, and a burst of removals no more than twice', async () => {
    await backend.seed(key(), post('a'));
    const { world, store } = await openPage();
    const ids = ['one', 'two', 'three', 'four'];
    for (const id of ids) await store.dispatch(post(id, { text: `Text of ${id}` }));
    await until(() => {
      world.draw();
      return store.view.unsent === 0;
    });
    const before = backend.mines;
    await backend.tell(key());
    await quiet(10);
    expect(backend.mines - before, 'all of it was known').to.equal(0);
    const said: News[] = [];
    backend.listeners.push({ since: 0, onNews: (news) => said.push(news) });
    const opened = backend.listeners.shift();
    for (const id of ids) {
      await backend.seed(key(), { kind: 'vote', id: `v ${id}`, createdAt: 1, commentId: id, value: 'up', counter: 1 });
    }
    await backend.tell(key());
    for (const news of said.splice(0)) opened?.onNews(news);
    await draw(world);
    expect(rowOf(store, 'one')?.comment.up).to.equal(1);
    expect(backend.mines - before, 'votes change nothing of it').to.equal(0);
    for (const id of ids) {
      await backend.seed(key(), { kind: 'delete', id: `x ${id}`, createdAt: 1, commentId: id }, backend.tokens[0]);
      await backend.tell(key());
    }
    for (const news of said) opened?.onNews(news);
    await draw(world);
    expect(rowOf(store, 'one')?.stub).to.equal(true);
    expect(backend.mines - before, 'four at once').to.be.within(1, 2);
  });

  it('R-10: a gap is asked for, soon and not at once, and nothing is lost or shown twice', async () => {
    await backend.seed(key(), post('a'));
    const { world, store } = await openPage();
    await backend.seed(key(), post('b'));
    await backend.seed(key(), post('c'));
    await backend.tell(key(), 2);
    await draw(world);
    expect(store.view.news, 'what came begins too late').to.equal(undefined);
    expect(backend.asked).to.equal(0);
    world.pass(4000);
    await until(() => {
      world.draw();
      return store.view.news?.roots === 2;
    });
    expect(backend.asked).to.equal(1);
    for (const told of [{ kind: 'moved' }, { kind: 'moved' }, 'nonsense', null, { kind: 'changes', from: 0 }]) {
      backend.say(told);
    }
    world.pass(4000);
    await until(() => backend.asked === 2);
    world.pass(60_000);
    await draw(world);
    expect(backend.asked, 'five calls for one question').to.equal(2);
    expect(store.view.news).to.deep.equal({ roots: 2 });
    // What is old news is none.
    await backend.tell(key(), 0);
    await draw(world);
    expect(store.view.news).to.deep.equal({ roots: 2 });
  });

  it('R-10, E4: a hidden or put away page listens to nothing, and catches up when it is looked at again', async () => {
    await backend.seed(key(), post('a'));
    const { world, store } = await openPage();
    for (const [away, back] of [
      ['hidden', 'visible'],
      ['hide', 'show'],
    ] as const) {
      const before = backend.opened;
      expect(backend.listeners).to.have.length(1);
      world.hidden = away === 'hidden';
      world.tell(away);
      expect(backend.listeners).to.deep.equal([]);
      world.pass(600_000);
      expect(backend.opened).to.equal(before);
      world.hidden = false;
      world.tell(back);
      expect(backend.opened).to.equal(before + 1);
      expect(backend.listeners[0]?.since, 'from what it knows').to.equal(1);
    }
    await backend.seed(key(), post('b'));
    await backend.tell(key());
    await draw(world);
    expect(store.view.news).to.deep.equal({ roots: 1 });
    store.close();
    world.pass(1);
    await until(() => backend.listeners.length === 0);
  });

  it('E4: where a stream would keep the page out of the back/forward cache, the backend is asked three times a minute', async () => {
    await backend.seed(key(), post('a'));
    const firefox = new FakeWorld();
    firefox.restsWithStream = false;
    const { world, store } = await openPage(firefox);
    expect(store.view.live).to.equal('on');
    expect(backend.opened).to.equal(0);
    await backend.seed(key(), post('b'));
    for (let round = 1; round <= 3; round++) {
      world.pass(25_000);
      await until(() => backend.asked >= round);
      await quiet();
    }
    expect(backend.asked).to.equal(3);
    await draw(world);
    expect(store.view.news).to.deep.equal({ roots: 1 });
    world.tell('hide');
    world.pass(600_000);
    await quiet();
    expect(backend.asked, 'a page that rests asks nothing').to.equal(3);
    world.tell('show');
    world.pass(5_000);
    await until(() => backend.asked === 4);
    expect(backend.opened).to.equal(0);
    // A backend that tells and can't be asked is listened to all the same.
    store.close();
    delete backend.adapter.changes;
    Object.assign(backend.adapter.can, { changes: false });
    await openPage(firefox);
    expect(backend.opened).to.equal(1);
  });

  it('R-10: the reader’s pause is kept for the site, and with Save-Data it begins so', async () => {
    await backend.seed(key(), post('a'));
    const saver = new FakeWorld();
    saver.saveData = true;
    const first = await openPage(saver);
    expect(first.store.view.live).to.equal('paused');
    expect(backend.opened).to.equal(0);
    await first.store.live({ act: 'pause', paused: false });
    await draw(saver);
    expect([first.store.view.live, backend.opened]).to.deep.equal(['on', 1]);
    await first.store.live({ act: 'pause', paused: true });
    expect(backend.listeners).to.deep.equal([]);
    saver.tell('visible');
    saver.tell('online');
    expect(backend.opened).to.equal(1);
    await quiet();
    const second = await openPage();
    expect(second.store.view.live).to.equal('paused');
  });

  it('R-10: a backend that tells nothing by itself is asked now and then, while the page is looked at, ever more seldom when it fails', async () => {
    backend = new Telling(false);
    await backend.seed(key(), post('a'));
    const { world, store } = await openPage();
    expect(backend.opened).to.equal(0);
    const minutes = async (count: number): Promise<number> => {
      const before = backend.asked;
      for (let minute = 0; minute < count; minute++) {
        world.pass(60_000);
        await quiet(4);
      }
      return backend.asked - before;
    };
    expect(await minutes(10)).to.be.within(8, 10);
    await backend.seed(key(), post('b'));
    await minutes(2);
    await draw(world);
    expect(store.view.news).to.deep.equal({ roots: 1 });
    backend.unreadable = lost;
    expect(await minutes(60)).to.be.below(12);
    backend.unreadable = null;
    world.hidden = true;
    world.tell('hidden');
    expect(await minutes(30)).to.equal(0);
    world.hidden = false;
    world.tell('visible');
    expect(await minutes(1)).to.equal(1);
  });

  it('R-10: what was written since the last visit is unread, and can be stepped through', async () => {
    await backend.seed(key(), post('a'));
    await backend.seed(key(), post('b', { parentId: 'a', rootId: 'a' }));
    const first = await openPage();
    expect(first.store.view.unread, 'a first visit').to.equal(undefined);
    await quiet();
    first.world.tell('hide');
    await backend.seed(key(), post('c'));
    await backend.seed(key(), post('d', { parentId: 'a', rootId: 'a' }));
    const { world, store } = await openPage();
    expect(keys(store)).to.deep.equal(['c', 'a', 'b', 'd']);
    expect(store.view.unread).to.equal(2);
    expect(rowOf(store, 'c')?.unread).to.equal(true);
    expect(rowOf(store, 'a')?.unread).to.equal(undefined);
    await backend.seed(key(), post('e'));
    await backend.tell(key());
    await draw(world);
    expect(store.view.unread, 'news are not among the rows yet').to.equal(2);
    await store.live({ act: 'show', rootId: null });
    expect(store.view.unread).to.equal(3);
    const steps = [];
    for (let from: string | null = null; steps.length < 4;) {
      from = await store.live({ act: 'next-unread', from });
      steps.push(from);
    }
    expect(steps).to.deep.equal(['e', 'c', 'd', null]);
    expect(store.view.unread).to.equal(undefined);
    await quiet();
    world.tell('hide');
    const third = await openPage();
    expect(third.store.view.unread, 'all were seen').to.equal(undefined);
  });

  it('R-10: what still waited when the reader left is unread on the next visit', async () => {
    await backend.seed(key(), post('a'));
    const first = await openPage();
    await backend.seed(key(), post('b'));
    await backend.tell(key());
    await draw(first.world);
    await quiet();
    first.world.tell('hide');
    const { store } = await openPage();
    expect(rowOf(store, 'b')?.unread).to.equal(true);
    expect(store.view.unread).to.equal(1);
  });

  it('R-10: what came into a closed branch is counted in its line and there when it is opened', async () => {
    await backend.seed(key(), post('a'));
    await backend.seed(key(), post('b', { parentId: 'a', rootId: 'a' }));
    const { world, store } = await openPage();
    store.setCollapsed('a', true);
    await backend.seed(key(), post('c', { parentId: 'b', rootId: 'a' }));
    await backend.tell(key());
    await draw(world);
    expect(rowOf(store, 'a')?.replies).to.deep.equal({ count: 2, fresh: 1 });
    store.setCollapsed('a', false);
    expect(keys(store)).to.deep.equal(['a', 'b', 'c']);
    expect(rowOf(store, 'a')?.replies.fresh).to.equal(0);
  });

  it('B20: a backend that can no longer tell moves nothing by itself; pressed, its first page comes', async () => {
    await backend.seed(key(), post('a'));
    const { world, store } = await openPage();
    const lists = backend.lists;
    await backend.seed(key(), post('b'));
    backend.epoch = 'restored';
    backend.say({ kind: 'moved' });
    world.pass(4000);
    await until(() => {
      world.draw();
      return store.view.news?.roots === 1;
    });
    expect(keys(store)).to.deep.equal(['a']);
    expect(backend.lists).to.equal(lists);
    expect(await store.live({ act: 'show', rootId: null })).to.equal('b');
    expect(keys(store)).to.deep.equal(['b', 'a']);
    expect(store.view.news).to.equal(undefined);
  });

  it('R-2: refreshing by hand moves nothing either; a new order takes the news in', async () => {
    await backend.seed(key(), post('a'));
    const { store } = await openPage();
    await backend.seed(key(), post('b'));
    await store.load();
    expect(keys(store)).to.deep.equal(['a']);
    expect(store.view.news).to.deep.equal({ roots: 1 });
    store.setOrder('oldest');
    await until(() => keys(store).length === 2);
    expect(keys(store)).to.deep.equal(['a', 'b']);
    expect(store.view.news).to.equal(undefined);
  });

  it('C1, C12: an adapter that throws, tells nonsense or tells after its end harms nobody', async () => {
    await backend.seed(key(), post('a'));
    const { watch } = backend.adapter;
    backend.adapter.watch = () => {
      throw new Error('no');
    };
    const first = await openPage();
    expect(first.store.view.live).to.equal('on');
    first.store.close();
    if (watch) backend.adapter.watch = watch;
    const { world, store } = await openPage();
    const told = backend.listeners.at(-1)?.onNews;
    await store.live({ act: 'pause', paused: true });
    const asked = backend.asked;
    told?.({ kind: 'moved' });
    world.pass(60_000);
    await quiet();
    expect(backend.asked).to.equal(asked);
  });
});
