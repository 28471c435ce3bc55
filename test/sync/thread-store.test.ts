import { expect } from '@open-wc/testing';
import { createLocalAdapter } from '../../src/adapters/local.ts';
import type { Mine, Order } from '../../src/model/comment.ts';
import type { CommentRow } from '../../src/model/view.ts';
import { dropCache } from '../../src/sync/cache.ts';
import { outboxKey } from '../../src/sync/records.ts';
import { openDatabase } from '../../src/sync/database.ts';
import type { Outcome, ThreadSettings, ThreadStore } from '../../src/sync/store.ts';
import * as writing from '../../src/sync/writing.ts';
import { makeThreads, type WritingPart } from '../../src/sync/threads.ts';
import { post } from '../helpers/builders.ts';
import { FakeBackend, lost } from '../helpers/fake-backend.ts';
import { deleteDatabase, FakeWorld, freshName, quiet, until } from '../helpers/fake-world.ts';

describe('a thread on a page', () => {
  let backend: FakeBackend;
  let name: string;
  let worlds: FakeWorld[];

  const key = () => ({ backend: backend.id, site: 'default', page: name });
  const settings = (changes: Partial<ThreadSettings> = {}): ThreadSettings => ({
    page: { url: 'https://example.com/article', title: 'An article' },
    order: 'oldest',
    pageSize: 3,
    maxDepth: 5,
    storage: 'full',
    userToken: null,
    ...changes,
  });

  /** The part that follows the first picture, held by the test. */
  function partOf(onFetch: () => void = () => undefined) {
    let settle: { resolve: (part: WritingPart) => void; reject: (error: Error) => void } | null = null;
    return {
      loadParts: () => {
        onFetch();
        return new Promise<WritingPart>((resolve, reject) => (settle = { resolve, reject }));
      },
      part: { arrive: () => settle?.resolve(writing), fail: () => settle?.reject(new Error('It did not come.')) },
    };
  }

  /** The same store, but its `load` lasts until the picture was seen and what follows it is there. */
  function seen(world: FakeWorld, store: ThreadStore): ThreadStore {
    const { load } = store;
    store.load = async () => {
      await load();
      world.draw();
      world.draw();
      await store.countUnsent();
      await quiet(3);
    };
    return store;
  }

  /** A page that shows the thread. */
  function openPage(changes: Partial<ThreadSettings> = {}, world = new FakeWorld()) {
    worlds.push(world);
    const threads = makeThreads(world, name);
    const store = seen(world, threads.openThread(backend.adapter, key(), settings(changes)));
    const outcomes: Outcome[] = [];
    store.onOutcome((outcome) => outcomes.push(outcome));
    return { world, threads, store, outcomes };
  }

  /** Until the view, drawn again, is as expected. */
  const shows = (world: FakeWorld, store: ThreadStore, isAsExpected: (store: ThreadStore) => boolean, what?: string) =>
    until(() => {
      world.draw();
      return isAsExpected(store);
    }, what);
  const keys = (store: ThreadStore): string[] => store.view.rows.map((row) => row.key);
  const rowOf = (store: ThreadStore, id: string): CommentRow | undefined =>
    store.view.rows.find((row): row is CommentRow => row.kind === 'comment' && row.key === id);
  const isSent = (store: ThreadStore): boolean => store.view.unsent === 0;
  const isCalledUnsaved = ({ view }: ThreadStore): boolean =>
    view.rows.some(
      (row) =>
        row.kind === 'comment' && row.pending.some(({ saved, delivery }) => !saved && delivery.state === 'waiting'),
    );

  beforeEach(() => {
    backend = new FakeBackend();
    name = freshName();
    worlds = [];
  });

  afterEach(async () => {
    worlds.forEach((world) => world.tell('hide'));
    await deleteDatabase(name);
  });

  it('R-1: loads the first page and shows it', async () => {
    await backend.seed(key(), post('a'));
    await backend.seed(key(), post('b', { parentId: 'a' }));
    const { store } = openPage();
    expect(store.view.phase).to.equal('loading');
    await store.load();
    expect(keys(store)).to.deep.equal(['a', 'b']);
    expect(store.view).to.deep.include({ phase: 'ready', count: 2, fromCache: false, problem: null });
  });

  it('R-10: what changed is not missed because a part of the thread came after it', async () => {
    for (let number = 0; number < 5; number++) await backend.seed(key(), post(`c${number}`));
    const { world, store } = openPage({ order: 'newest' });
    await store.load();
    await backend.seed(key(), post('new'));
    await store.loadMore();
    await store.showLinked('c0');
    await store.load();
    await shows(world, store, ({ view }) => view.news?.roots === 1, 'the news is told');
  });

  it('R-6: a comment is drawn before dispatch returns, and its row is the same one to the end', async () => {
    const { world, store, outcomes } = openPage();
    await store.load();
    let drawn = 0;
    store.subscribe(() => drawn++);
    const kept = store.dispatch(post('mine'));
    expect(drawn, 'drawn at once').to.equal(1);
    expect(rowOf(store, 'mine')?.pending[0]?.delivery.state).to.equal('sending');
    await kept;
    await shows(world, store, isSent);
    expect(rowOf(store, 'mine')).to.deep.include({ key: 'mine', own: true, pending: [] });
    expect(outcomes.map(({ result, operation }) => [result, operation.id])).to.deep.equal([['acknowledged', 'mine']]);
  });

  it('A9, C12: news from outside are drawn at most once a frame', async () => {
    const { world, store } = openPage();
    await store.load();
    await store.dispatch(post('mine'));
    await quiet();
    let drawn = 0;
    store.subscribe(() => drawn++);
    await store.dispatch(post('mine2', { text: 'Other words' }));
    await until(async () => (await backend.comments(key())).length === 2);
    await quiet();
    expect(drawn, 'when it was written, and when it was saved').to.equal(2);
    world.draw();
    expect(drawn, 'whatever came since').to.equal(3);
  });

  it('R-7: a thread once seen opens from this device without a network, and says so', async () => {
    await backend.seed(key(), post('a'));
    const first = openPage();
    await first.store.load();
    await quiet();
    first.world.tell('hide');
    backend.unreadable = lost;
    const { store } = openPage();
    await store.load();
    expect(keys(store)).to.deep.equal(['a']);
    expect(store.view).to.deep.include({ phase: 'ready', fromCache: true, problem: 'offline' });
    expect(store.view.fetchedAt).to.be.a('number');
  });

  it('R-7: offline after a reload the words that wait are shown and go out when that is possible', async () => {
    await backend.seed(key(), post('a'));
    const first = openPage();
    await first.store.load();
    backend.always = 'lost before';
    await first.store.dispatch(post('mine'));
    await quiet();
    first.world.tell('hide');
    backend.unreadable = lost;
    const { world, store } = openPage();
    await store.load();
    expect(keys(store).sort()).to.deep.equal(['a', 'mine']);
    backend.unreadable = null;
    backend.always = null;
    world.tell('online');
    world.pass(5000);
    await shows(world, store, (it) => isSent(it) && it.view.problem === null && !it.view.fromCache);
    expect((await backend.comments(key())).map(({ id }) => id)).to.deep.equal(['a', 'mine']);
  });

  it('P1, P3: an operation goes where it was written, with the address and title of that moment, however late it goes', async () => {
    const page = { url: 'https://example.com/one', title: '' };
    const first = openPage({
      page: {
        get url() {
          return page.url;
        },
        get title() {
          return page.title;
        },
      },
    });
    await first.store.load();
    page.title = 'The first';
    backend.always = 'lost before';
    await first.store.dispatch(post('mine'));
    Object.assign(page, { url: 'https://example.com/two', title: 'The second' });
    await quiet();
    first.world.tell('hide');
    backend.always = null;
    const other = { url: 'https://example.com/two', title: 'The second' };
    const { world, threads } = openPage();
    const another = { ...key(), page: 'another' };
    const store = seen(world, threads.openThread(backend.adapter, another, settings({ page: other })));
    await store.load();
    world.tell('online');
    await until(() => {
      world.pass(5000);
      return backend.pages.length > 1 && backend.under === 0;
    }, 'it to be sent');
    for (const told of backend.pages)
      expect(told).to.deep.equal({ url: 'https://example.com/one', title: 'The first' });
    expect((await backend.comments(key())).map(({ id }) => id)).to.deep.equal(['mine']);
    expect(await backend.comments(another)).to.deep.equal([]);
  });

  it('P3: sections that call a page otherwise share its thread', () => {
    const world = new FakeWorld();
    worlds.push(world);
    const threads = makeThreads(world, name);
    const one = threads.openThread(backend.adapter, key(), settings());
    const other = threads.openThread(backend.adapter, key(), settings({ page: { url: 'x', title: 'y' } }));
    expect(Object.getPrototypeOf(one)).to.equal(Object.getPrototypeOf(other));
    one.close();
    other.close();
  });

  it('R-7: with nothing on this device and no network it says what is wrong, and loads when the network is back', async () => {
    backend.unreadable = lost;
    const { world, store } = openPage();
    await store.load();
    expect(store.view).to.deep.include({ phase: 'failed', problem: 'offline', refreshing: false });
    backend.unreadable = null;
    world.tell('online');
    await shows(world, store, ({ view }) => view.phase === 'ready' && view.problem === null);
  });

  it('an answer that makes no sense, a busy server and a foreign origin are told apart', async () => {
    const { store } = openPage();
    for (const [trouble, problem] of [
      [{ kind: 'unknown', because: 'answer' }, 'wrong-server'],
      [{ kind: 'busy', after: null }, 'busy'],
      [{ kind: 'refused', reason: 'origin-not-allowed' }, 'origin-not-allowed'],
      [{ kind: 'gone', reason: 'unknown-site' }, 'unknown-site'],
      [{ kind: 'unknown', because: 'timeout' }, 'offline'],
    ] as const) {
      backend.unreadable = trouble;
      await store.load();
      expect(store.view.problem).to.equal(problem);
    }
  });

  it('C1, C5: an adapter whose list throws or answers nothing is a problem that is told, not an error', async () => {
    for (const list of [
      () => {
        throw new Error('no');
      },
      () => Promise.resolve(undefined),
      () => Promise.resolve({ comments: 'none' }),
    ]) {
      backend = new FakeBackend({ list: list as never });
      const { store } = openPage();
      await store.load();
      expect(store.view.phase).to.equal('failed');
    }
  });

  it('R-3: pages come by cursor, without repeat or gap, and All loads the rest', async () => {
    for (let number = 0; number < 11; number++)
      await backend.seed(key(), post(`c${number}`, { text: `Text ${number}` }));
    const { store } = openPage();
    await store.load();
    expect(keys(store)).to.deep.equal(['c0', 'c1', 'c2']);
    expect(store.view.more).to.deep.equal({ left: 8, loading: false, failed: false });
    const loading = store.loadMore();
    expect(store.view.more?.loading).to.equal(true);
    await loading;
    expect(keys(store)).to.have.length(6);
    await store.loadAll();
    expect(keys(store)).to.deep.equal(Array.from({ length: 11 }, (_, number) => `c${number}`));
    expect(store.view.more).to.equal(null);
  });

  it('R-3: a page that cannot be had is told where it was asked for, and can be asked again', async () => {
    for (let number = 0; number < 5; number++) await backend.seed(key(), post(`c${number}`));
    const { store } = openPage();
    await store.load();
    backend.unreadable = lost;
    await store.loadMore();
    expect(store.view.more).to.deep.include({ failed: true, loading: false });
    backend.unreadable = null;
    await store.loadMore();
    expect(keys(store)).to.have.length(5);
  });

  it('R-3: the rest of a long branch comes behind its own button', async () => {
    await backend.seed(key(), post('root'));
    for (let number = 0; number < 25; number++) await backend.seed(key(), post(`r${number}`, { parentId: 'root' }));
    const { store } = openPage();
    await store.load();
    const gap = store.view.rows.find((row) => row.kind === 'gap');
    expect(gap).to.deep.include({ rootId: 'root', left: 5, loading: false });
    await store.loadReplies('root');
    expect(store.view.rows.filter((row) => row.kind === 'comment')).to.have.length(26);
    expect(store.view.rows.some((row) => row.kind === 'gap')).to.equal(false);
  });

  it('R-2: an order is asked for anew, remembered for the site, and beats the page’s', async () => {
    for (let number = 0; number < 7; number++) await backend.seed(key(), post(`c${number}`));
    const first = openPage();
    await first.store.load();
    first.store.setOrder('newest');
    expect(first.store.view.order).to.equal('newest');
    await shows(first.world, first.store, (it) => keys(it)[0] === 'c6');
    expect(keys(first.store)).to.deep.equal(['c6', 'c5', 'c4']);
    await quiet();
    first.world.tell('hide');
    const second = openPage({ order: 'most-voted' });
    await second.store.load();
    expect(second.store.view.order).to.equal('newest');
    expect(keys(second.store)[0]).to.equal('c6');
  });

  it('R-2: two quick changes of the order end with the last one, whichever answer is first', async () => {
    for (let number = 0; number < 7; number++) await backend.seed(key(), post(`c${number}`));
    await backend.seed(
      key(),
      { kind: 'vote', id: 'v', createdAt: 1, commentId: 'c1', value: 'up', counter: 1 },
      'a voter',
    );
    const held: (() => void)[] = [];
    const { list } = backend.adapter;
    let holds = false;
    const slow = { ...backend.adapter };
    slow.list = async (thread, options) => {
      const page = await list(thread, options);
      if (holds) await new Promise<void>((resolve) => void held.push(resolve));
      return page;
    };
    const world = new FakeWorld();
    worlds.push(world);
    const store = seen(world, makeThreads(world, name).openThread(slow, key(), settings()));
    await store.load();
    holds = true;
    for (const order of ['newest', 'most-voted'] as Order[]) store.setOrder(order);
    await until(() => held.length === 2);
    held.reverse().forEach((release) => release());
    await shows(world, store, ({ view }) => !view.refreshing);
    expect(store.view.order).to.equal('most-voted');
    expect(keys(store)).to.deep.equal(['c1', 'c6', 'c5']);
  });

  it('R-2: without a network an order holds among what is here, and says so', async () => {
    for (let number = 0; number < 5; number++) await backend.seed(key(), post(`c${number}`));
    const { world, store } = openPage();
    await store.load();
    backend.unreadable = lost;
    store.setOrder('newest');
    await shows(world, store, ({ view }) => view.problem === 'offline');
    expect(keys(store)).to.deep.equal(['c2', 'c1', 'c0']);
    expect(store.view.whole).to.equal(false);
  });

  it('R-1: a collapsed branch stays collapsed on the next visit', async () => {
    await backend.seed(key(), post('a'));
    await backend.seed(key(), post('b', { parentId: 'a' }));
    const first = openPage();
    await first.store.load();
    first.store.setCollapsed('a', true);
    expect(keys(first.store)).to.deep.equal(['a']);
    await quiet();
    first.world.tell('hide');
    await backend.seed(key(), post('c', { parentId: 'a' }));
    const { store } = openPage();
    await store.load();
    expect(rowOf(store, 'a')).to.deep.include({ collapsed: true, replies: { count: 2, fresh: 1 } });
    store.setCollapsed('a', false);
    expect(keys(store)).to.deep.equal(['a', 'b', 'c']);
  });

  it('R-4: votes, edits and deletions are on the screen at once and in the end on the server', async () => {
    await backend.seed(key(), post('theirs'));
    const { world, store, outcomes } = openPage();
    await store.load();
    await store.dispatch(post('mine'));
    await shows(world, store, isSent);
    const counter = store.nextVoteCounter();
    void store.dispatch({ kind: 'vote', id: 'v', createdAt: 1, commentId: 'theirs', value: 'up', counter });
    expect(rowOf(store, 'theirs')).to.deep.include({ vote: 'up' });
    expect(rowOf(store, 'theirs')?.comment.up).to.equal(1);
    void store.dispatch({
      kind: 'edit',
      id: 'e',
      createdAt: 1,
      commentId: 'mine',
      text: 'Better',
      mentions: [],
      before: '',
    });
    expect(rowOf(store, 'mine')?.comment.text).to.equal('Better');
    await shows(world, store, isSent);
    expect(rowOf(store, 'theirs')).to.deep.include({ vote: 'up' });
    expect((await backend.comments(key())).map(({ text, up }) => [text, up])).to.deep.equal([
      ['Words of theirs', 1],
      ['Better', 0],
    ]);
    void store.dispatch({ kind: 'delete', id: 'd', createdAt: 1, commentId: 'mine' });
    await shows(world, store, isSent);
    expect(keys(store)).to.deep.equal(['theirs']);
    expect(outcomes.map(({ operation }) => operation.id)).to.deep.equal(['mine', 'v', 'e', 'd']);
    expect(store.nextVoteCounter()).to.be.greaterThan(counter);
  });

  it('R-4: the counter grows when the clock was set back', async () => {
    await backend.seed(key(), post('theirs'));
    const first = openPage();
    await first.store.load();
    const counter = first.store.nextVoteCounter();
    await first.store.dispatch({ kind: 'vote', id: 'v', createdAt: 1, commentId: 'theirs', value: 'up', counter });
    await shows(first.world, first.store, isSent);
    await quiet();
    first.world.tell('hide');
    const world = new FakeWorld();
    world.setClock(-365 * 24 * 3_600_000);
    const { store } = openPage({}, world);
    await store.load();
    expect(store.nextVoteCounter()).to.be.greaterThan(counter);
  });

  it('a refusal stays beside the words, is told once, and gives the words back', async () => {
    const { world, store, outcomes } = openPage();
    await store.load();
    backend.fates = [{ trouble: { kind: 'refused', reason: 'too-long', limit: 5 } }];
    await store.dispatch(post('mine'));
    await shows(world, store, (it) => rowOf(it, 'mine')?.pending[0]?.delivery.state === 'refused');
    expect(outcomes).to.deep.equal([{ result: 'refused', operation: post('mine'), reason: 'too-long' }]);
    expect(await store.discard('mine')).to.equal('Words of mine');
    world.draw();
    expect(keys(store)).to.deep.equal([]);
  });

  it('E-9: before the first picture nothing but the thread is fetched; what a reader does comes right after it', async () => {
    let fetched = 0;
    const { loadParts, part } = partOf(() => fetched++);
    await backend.seed(key(), post('a'));
    const world = new FakeWorld();
    worlds.push(world);
    const store = makeThreads(world, name, loadParts).openThread(backend.adapter, key(), settings());
    await store.load();
    world.draw();
    await quiet();
    expect([keys(store), fetched]).to.deep.equal([['a'], 0]);
    world.draw();
    await quiet(1);
    expect(fetched).to.equal(1);
    part.arrive();
    await store.writeRemembered(null);
  });

  it('D1: words that come before the part that keeps them are shown, called unsaved, and kept as soon as it is there', async () => {
    const { loadParts, part } = partOf();
    const world = new FakeWorld();
    worlds.push(world);
    const store = makeThreads(world, name, loadParts).openThread(backend.adapter, key(), settings());
    await store.load();
    let isKept = false;
    void store.dispatch(post('mine'), 'new').then(() => (isKept = true));
    expect(rowOf(store, 'mine')?.pending[0]).to.deep.include({ saved: false, delivery: { state: 'sending' } });
    part.fail();
    await quiet();
    expect(isKept).to.equal(false);
    world.tell('online'); // The part is asked for again.
    part.arrive();
    await shows(world, store, isSent);
    expect(isKept).to.equal(true);
    expect((await backend.comments(key())).map(({ id }) => id)).to.deep.equal(['mine']);
  });

  it('F8: the same words for the same place within two seconds are one comment', async () => {
    const { world, store } = openPage();
    await store.load();
    void store.dispatch(post('one', { text: 'Same', createdAt: 1000 }));
    void store.dispatch(post('two', { text: 'Same', createdAt: 1010 }));
    void store.dispatch(post('three', { text: 'Same', createdAt: 1010, parentId: 'one' }));
    await shows(world, store, isSent);
    expect((await backend.comments(key())).map(({ id }) => id)).to.deep.equal(['one', 'three']);
  });

  it('D16: what is no plain operation is refused before anything is shown', () => {
    const { store } = openPage();
    expect(() => store.dispatch({ ...post('x'), text: document.body as never })).to.throw('text');
    expect(keys(store)).to.deep.equal([]);
  });

  it('E1: another tab shows what was written here, waiting and sent, once', async () => {
    const [here, there] = [openPage(), openPage()];
    await here.store.load();
    await there.store.load();
    let release = (): void => undefined;
    backend.hold = new Promise((resolve) => (release = resolve));
    await here.store.dispatch(post('mine'));
    await shows(there.world, there.store, (it) => rowOf(it, 'mine')?.pending[0]?.delivery.state === 'sending');
    release();
    await shows(there.world, there.store, isSent);
    await shows(here.world, here.store, isSent);
    expect(keys(there.store)).to.deep.equal(['mine']);
    expect(rowOf(there.store, 'mine')?.own).to.equal(true);
    expect([here.outcomes.length, there.outcomes.length]).to.deep.equal([1, 0]);
    expect(backend.arrived).to.have.length(1);
  });

  it('E1: what another tab has sent stays on the screen, also where no copy of the thread could be kept', async () => {
    const [here, there] = [openPage(), openPage()];
    await here.store.load();
    await there.store.load();
    await quiet();
    const rows = openDatabase(here.world, name);
    await dropCache(rows);
    rows.close();
    let release = (): void => undefined;
    backend.hold = new Promise((resolve) => (release = resolve));
    await here.store.dispatch(post('mine'));
    await shows(there.world, there.store, (it) => it.view.unsent === 1);
    backend.unreadable = lost; // The network ends with the answer: no news either.
    const seen: boolean[] = [];
    there.store.subscribe(() => seen.push(keys(there.store).includes('mine')));
    release();
    await shows(there.world, there.store, isSent);
    await quiet();
    there.world.draw();
    expect(seen).not.to.include(false);
    expect(rowOf(there.store, 'mine')?.own).to.equal(true);
  });

  it('E1: what another tab has sent between the first picture and the part that follows it waits no more', async () => {
    backend.always = 'lost before';
    const there = openPage();
    await there.store.load();
    const rows = openDatabase(there.world, name);
    await until(async () => (await rows.rows(['cache'])).length > 0);
    rows.close();
    await there.store.dispatch(post('mine'));
    const { loadParts, part } = partOf();
    const world = new FakeWorld();
    worlds.push(world);
    const threads = makeThreads(world, name, loadParts);
    const store = threads.openThread(backend.adapter, key(), settings());
    await store.load();
    expect(store.view.unsent, 'as the disk has it').to.equal(1);
    backend.always = null;
    there.world.tell('online');
    there.world.pass(5000);
    await shows(there.world, there.store, isSent);
    backend.unreadable = lost; // Nothing else tells it.
    world.draw();
    world.draw();
    await quiet();
    part.arrive();
    await shows(world, store, isSent);
    expect(keys(store)).to.deep.equal(['mine']);
    expect(rowOf(store, 'mine')?.pending).to.deep.equal([]);
  });

  it('B10: what is one’s own, asked before a yes and answered after it, does not take the yes back', async () => {
    await backend.seed(key(), post('theirs'));
    const { mine } = backend.adapter;
    const held: (() => void)[] = [];
    let holds = false;
    const slow: typeof backend.adapter = {
      ...backend.adapter,
      mine: async (...asked) => {
        const answer = await mine?.(...asked);
        if (holds) await new Promise<void>((resolve) => void held.push(resolve));
        return answer as NonNullable<typeof answer>;
      },
    };
    const world = new FakeWorld();
    worlds.push(world);
    const store = seen(world, makeThreads(world, name).openThread(slow, key(), settings()));
    await store.load();
    await store.dispatch(post('mine'));
    await shows(world, store, isSent);
    holds = true;
    await store.load();
    await until(() => held.length === 1);
    await store.dispatch({ kind: 'vote', id: 'v', createdAt: 1, commentId: 'theirs', value: 'up', counter: 1 });
    await shows(world, store, isSent);
    holds = false;
    held.forEach((release) => release());
    await quiet();
    world.draw();
    expect(rowOf(store, 'theirs')?.vote).to.equal('up');
  });

  it('B10, B11: a list from before the last yes does not take the comment away again', async () => {
    const { world, store } = openPage();
    await store.load();
    const { signal } = new AbortController();
    const old = await backend.adapter.list(key(), { want: 'roots', order: 'oldest', limit: 3, signal });
    await store.dispatch(post('mine'));
    await shows(world, store, isSent);
    (backend.adapter as { list: unknown }).list = () => Promise.resolve(old);
    store.setOrder('newest');
    await shows(world, store, ({ view }) => !view.refreshing);
    expect(keys(store)).to.deep.equal(['mine']);
  });

  it('B20: words a restored server no longer has come back to their writer and are not sent by themselves', async () => {
    const first = openPage();
    await first.store.load();
    await first.store.dispatch(post('mine'));
    await shows(first.world, first.store, isSent);
    await quiet();
    first.world.tell('hide');
    backend.threads.clear();
    backend.epoch = 'restored';
    const { world, store } = openPage();
    await store.load();
    await shows(world, store, (it) => rowOf(it, 'mine') !== undefined);
    expect(rowOf(store, 'mine')?.pending[0]).to.deep.include({
      delivery: { state: 'refused', reason: 'lost' },
      text: 'Words of mine',
    });
    await quiet();
    expect(backend.arrived).to.have.length(1);
  });

  it('R-9: a linked comment comes with its path from the root, also from beyond the first page', async () => {
    for (let number = 0; number < 9; number++) await backend.seed(key(), post(`c${number}`));
    await backend.seed(key(), post('deep', { parentId: 'c8' }));
    await backend.seed(key(), post('deeper', { parentId: 'deep' }));
    const { store } = openPage();
    await store.load();
    const showing = store.showLinked('deeper');
    expect(store.view.linked).to.deep.include({ id: 'deeper', state: 'loading' });
    await showing;
    expect(store.view.linked?.state).to.equal('shown');
    expect(store.view.linked?.rows.map((row) => row.key)).to.deep.equal(['c8', 'deep', 'deeper']);
    await store.showLinked('nobody');
    expect(store.view.linked).to.deep.include({ state: 'unknown', rows: [] });
    backend.unreadable = lost;
    await store.showLinked('deep2');
    expect(store.view.linked?.state).to.equal('failed');
    await store.showLinked('c0');
    expect(store.view.linked?.state, 'known here, so no network is needed').to.equal('shown');
    await store.showLinked(null);
    expect(store.view.linked).to.equal(null);
  });

  it('R-5: a draft is kept for its page and place and goes with the words it became', async () => {
    const first = openPage();
    await first.store.writeDraft('new', { text: 'Half a', savedAt: 5 });
    await first.store.writeDraft('reply a', { text: 'An answer', name: 'Ann', savedAt: 6 });
    first.world.tell('hide');
    const { store } = openPage();
    expect(await store.readDraft('new')).to.deep.equal({ text: 'Half a', savedAt: 5 });
    expect(await store.readDraft('reply a')).to.deep.equal({ text: 'An answer', name: 'Ann', savedAt: 6 });
    await store.dispatch(post('mine'), 'new');
    expect(await store.readDraft('new')).to.equal(null);
    await store.writeDraft('reply a', { text: '', savedAt: 7 });
    expect(await store.readDraft('reply a')).to.equal(null);
  });

  it('R-14: forgetting takes name, drafts, copies, secret and unsent words off this device, in every tab', async () => {
    backend.always = 'lost before';
    await backend.seed(key(), post('theirs'));
    const here = openPage();
    await here.store.load();
    const there = openPage();
    await there.store.load();
    await here.store.writeRemembered({ name: 'Ann', email: 'a@example.com', website: '' });
    expect(await there.store.readRemembered()).to.deep.equal({ name: 'Ann', email: 'a@example.com', website: '' });
    await here.store.writeDraft('new', { text: 'Half a', savedAt: 5 });
    await here.store.dispatch(post('mine'));
    expect(await here.store.countUnsent()).to.equal(1);
    await shows(there.world, there.store, (it) => it.view.unsent === 1);
    await here.store.forget();
    expect(keys(here.store)).to.deep.equal(['theirs']);
    await shows(there.world, there.store, (it) => it.view.unsent === 0);
    expect(await here.store.readRemembered()).to.equal(null);
    await quiet();
    const database = openDatabase(new FakeWorld(), name);
    const left = await Promise.all(
      ['outbox', 'token', 'draft', 'who', 'order', 'collapsed'].map((kind) => database.rows([kind])),
    );
    expect(left.flat()).to.deep.equal([]);
    database.close();
  });

  it('R-14: forgetting takes a discussion that lives in this browser only, and the mark that something is kept', async () => {
    const world = new FakeWorld();
    worlds.push(world);
    const threads = makeThreads(world, name);
    const local = createLocalAdapter(threads.localShelf(), world.now);
    const here = { backend: local.id, site: 'default', page: name };
    const store = seen(world, threads.openThread(local, here, settings()));
    expect(localStorage.getItem('afterword')).to.equal('1');
    await store.load();
    await store.dispatch(post('mine'));
    await shows(world, store, isSent);
    const other = new FakeWorld();
    worlds.push(other);
    const elsewhere = makeThreads(other, name);
    const there = seen(
      other,
      elsewhere.openThread(createLocalAdapter(elsewhere.localShelf(), other.now), here, settings()),
    );
    await there.load();
    expect(keys(there)).to.deep.equal(['mine']);
    await store.forget();
    expect(localStorage.getItem('afterword')).to.equal(null);
    for (const one of [store, there]) {
      await one.load();
      expect(keys(one)).to.deep.equal([]);
      expect(one.view.unsent, 'nothing is taken for lost').to.equal(0);
    }
    const database = openDatabase(new FakeWorld(), name);
    expect(await database.rows(['local'])).to.deep.equal([]);
    database.close();
  });

  it('B11: a list from before a deletion does not bring the comment back, not after a reload either', async () => {
    const { world, store } = openPage();
    await store.load();
    await store.dispatch(post('mine'));
    await shows(world, store, isSent);
    await store.load();
    const stale = structuredClone(backend.threads);
    await store.dispatch({ kind: 'delete', id: 'd', createdAt: 1, commentId: 'mine' });
    await shows(world, store, isSent);
    expect(keys(store)).to.deep.equal([]);
    const now = new Map(backend.threads);
    // A cache between us and the server answers with what it had before.
    for (const [thread, kept] of stale) backend.threads.set(thread, kept);
    const again = openPage();
    await again.store.load();
    expect(again.store.view.fromCache).to.equal(false);
    expect(keys(again.store)).to.deep.equal([]);
    for (const [thread, kept] of now) backend.threads.set(thread, kept);
    await again.store.load();
    expect(keys(again.store)).to.deep.equal([]);
  });

  it('storage="session" keeps nothing on disk, and storage="none" no drafts or copies at all', async () => {
    for (const storage of ['session', 'none'] as const) {
      const { world, store, threads } = openPage({ storage });
      await store.load();
      await store.writeDraft('new', { text: 'Half a', savedAt: 5 });
      await store.dispatch(post(`by ${storage}`));
      await shows(world, store, isSent);
      expect(store.view.storage).to.equal('session');
      backend.always = 'lost before';
      await store.dispatch(post(`unsent by ${storage}`));
      await shows(world, store, isCalledUnsaved);
      backend.always = null;
      const again = threads.openThread(backend.adapter, key(), settings({ storage, order: 'newest' }));
      expect((await again.readDraft('new'))?.text).to.equal(storage === 'session' ? 'Half a' : undefined);
      world.tell('hide');
    }
    const database = openDatabase(new FakeWorld(), name);
    for (const kind of ['outbox', 'token', 'draft', 'cache']) expect(await database.rows([kind])).to.have.length(0);
    database.close();
  });

  it('D4, D5: where the disk refuses, everything works in this tab, and the view says so', async () => {
    const world = new FakeWorld();
    world.indexedDB = null;
    world.locks = null;
    const { store } = openPage({}, world);
    await store.load();
    backend.always = 'lost before';
    await store.dispatch(post('mine'));
    expect(store.view.storage).to.equal('refused');
    expect(rowOf(store, 'mine')?.pending[0]?.saved).to.equal(false);
    backend.always = null;
    world.tell('online');
    world.pass(5000);
    await shows(world, store, isSent);
    expect(keys(store)).to.deep.equal(['mine']);
  });

  it('E14: threads of one page share database, channel and outbox; the same thread is one store', async () => {
    const world = new FakeWorld();
    worlds.push(world);
    let channels = 0;
    let opens = 0;
    const counting = Object.assign(Object.create(world) as FakeWorld, {
      channel: (channelName: string) => {
        channels++;
        return world.channel(channelName);
      },
      indexedDB: {
        open: (databaseName: string) => {
          opens++;
          return indexedDB.open(databaseName);
        },
      },
    });
    const threads = makeThreads(counting, name);
    const stores = Array.from({ length: 50 }, (_, number) =>
      threads.openThread(backend.adapter, { ...key(), page: `${name} ${number % 25}` }, settings()),
    );
    await Promise.all(stores.map((store) => store.load()));
    await Promise.all(stores.map((store) => store.countUnsent()));
    expect([channels, opens]).to.deep.equal([1, 1]);
    expect(backend.lists, 'two who show the same thread ask once').to.equal(25);
  });

  it('E15: an element that is moved keeps its thread; one that goes frees it, and what it sent arrives', async () => {
    const { world, threads, store } = openPage();
    await store.load();
    const before = world.listeners;
    store.close();
    const moved = threads.openThread(backend.adapter, key(), settings());
    world.pass(1);
    expect(moved.view.phase, 'still the loaded one').to.equal('ready');
    backend.always = 'lost before';
    await moved.dispatch(post('mine'));
    moved.close();
    moved.close();
    world.pass(1);
    expect(world.listeners).to.be.below(before);
    backend.always = null;
    world.tell('online');
    world.pass(10_000);
    await until(async () => (await backend.comments(key())).length === 1);
  });

  it('E15: opening and closing a thread a hundred times leaves nothing behind', async () => {
    const world = new FakeWorld();
    worlds.push(world);
    const threads = makeThreads(world, name);
    const cycle = async (): Promise<void> => {
      const store = seen(world, threads.openThread(backend.adapter, key(), settings()));
      store.subscribe(() => undefined);
      await store.load();
      store.close();
      world.pass(1);
    };
    await cycle();
    const { listeners, timers } = world;
    for (let turn = 0; turn < 100; turn++) await cycle();
    expect([world.listeners, world.timers]).to.deep.equal([listeners, timers]);
  });

  it('E17: a listener that throws harms neither the thread nor the other listeners', async () => {
    const { error } = console;
    let said = 0;
    console.error = () => void said++;
    try {
      const { world, store } = openPage();
      let heard = 0;
      store.subscribe(() => {
        throw new Error('theirs');
      });
      store.subscribe(() => heard++);
      await store.load();
      await store.dispatch(post('mine'));
      await shows(world, store, isSent);
      expect(heard).to.be.greaterThan(0);
      expect(said).to.be.greaterThan(0);
    } finally {
      console.error = error;
    }
  });

  it('E4: put away and taken up again it reads the outbox anew and loads nothing twice', async () => {
    const { world, store } = openPage();
    await store.load();
    backend.fates = ['never'];
    await store.dispatch(post('mine'));
    await until(() => backend.arrived.length === 1);
    world.tell('hide');
    await quiet();
    world.tell('show');
    await shows(world, store, isSent);
    expect((await backend.comments(key())).map(({ id }) => id)).to.deep.equal(['mine']);
    const database = openDatabase(new FakeWorld(), name);
    await until(async () => (await database.rows(outboxKey(key()))).length === 0);
    database.close();
  });

  it('N-2: who comes back from confirming an address sees that it is on; where nothing waits, nobody is asked', async () => {
    const { list, mine } = backend.adapter;
    let page: NonNullable<Mine['subscriptions']>['page'] = { choice: 'none', state: 'none' };
    Object.assign(backend.adapter, {
      can: { ...backend.adapter.can, notify: ['mail'] },
      list: async (...asked: Parameters<typeof backend.adapter.list>) => {
        const listed = await list(...asked);
        return { ...listed, info: { ...listed.info, notify: ['mail'] } };
      },
      mine: async (...asked: Parameters<NonNullable<typeof mine>>) => ({
        ...(await mine?.(...asked)),
        subscriptions: { page, comments: {}, address: 'a…@example.org' },
      }),
    });
    const first = openPage();
    await first.store.load();
    await first.store.dispatch(post('mine'));
    await shows(first.world, first.store, isSent);
    let asked = backend.mines;
    first.world.tell('visible');
    await quiet(5);
    expect(backend.mines).to.equal(asked);
    first.world.tell('hide');
    page = { choice: 'page', state: 'pending' };
    const { world, store } = openPage();
    await store.load();
    await until(() => {
      world.draw();
      return store.view.notify?.state === 'pending';
    });
    page = { choice: 'page', state: 'active' };
    world.tell('visible');
    await until(() => {
      world.draw();
      return store.view.notify?.state === 'active';
    });
    asked = backend.mines;
    world.tell('visible');
    await quiet(5);
    expect(backend.mines).to.equal(asked);
  });

  it('tells readers the site vouches for apart, without keeping who they are', () => {
    const signed = (sub: string, extra = ''): string =>
      `x.${btoa(JSON.stringify({ sub, extra })).replaceAll('=', '')}.y`;
    expect(writing.identityOf(null)).to.equal('guest');
    expect(writing.identityOf(signed('ann', 'first'))).to.equal(writing.identityOf(signed('ann', 'renewed')));
    expect(writing.identityOf(signed('ann'))).not.to.equal(writing.identityOf(signed('bob')));
    expect(writing.identityOf(signed('ann'))).not.to.include('ann');
    expect(writing.identityOf('no token')).to.match(/^user /);
  });
});
