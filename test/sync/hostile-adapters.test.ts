/** FAULTS C: adapters that break their contract in every way, through the store a page reads. */
import { expect } from '@open-wc/testing';
import type { Adapter } from '../../src/adapters/adapter.ts';
import type { Page } from '../../src/model/comment.ts';
import type { CommentRow, Pending } from '../../src/model/view.ts';
import type { ThreadSettings, ThreadStore } from '../../src/sync/store.ts';
import { makeThreads } from '../../src/sync/threads.ts';
import { comment, post } from '../helpers/builders.ts';
import { FakeBackend, lost } from '../helpers/fake-backend.ts';
import { deleteDatabase, FakeWorld, freshName, quiet, until } from '../helpers/fake-world.ts';
import { keepsPageSafe } from '../helpers/page-safe.ts';

type Send = Adapter['send'];
type List = Adapter['list'];

/** A promise that is none, and settles in the same turn. */
const thenable = <T>(value: T): Promise<T> =>
  ({
    then(resolve: (value: T) => void) {
      resolve(value);
    },
  }) as unknown as Promise<T>;

describe('a hostile adapter', () => {
  keepsPageSafe();
  let backend: FakeBackend;
  let name: string;
  let worlds: FakeWorld[];

  const key = (backendId = backend.id) => ({ backend: backendId, site: 'default', page: name });
  const settings: ThreadSettings = {
    page: { url: 'https://example.com/article', title: 'An article' },
    order: 'oldest',
    pageSize: 20,
    maxDepth: 5,
    storage: 'full',
    userToken: null,
  };

  function open(adapter: Adapter = backend.adapter) {
    const world = new FakeWorld();
    worlds.push(world);
    const threads = makeThreads(world, name);
    const store = threads.openThread(adapter, key(adapter.id), settings);
    return { world, threads, store, load: () => seen(world, store) };
  }

  /** Loaded, seen, and what follows the picture is there. */
  async function seen(world: FakeWorld, store: ThreadStore): Promise<void> {
    await store.load();
    world.draw();
    world.draw();
    await store.countUnsent();
    await quiet(3);
  }

  const pendingOf = (store: ThreadStore, id = 'mine'): Pending | undefined =>
    store.view.rows.find((row): row is CommentRow => row.kind === 'comment' && row.key === id)?.pending[0];
  const stateOf = (store: ThreadStore): string | undefined => pendingOf(store)?.delivery.state;
  /** Until something is so, on a page that is drawn. */
  const shows = (world: FakeWorld, isSo: () => boolean, what?: string): Promise<void> =>
    until(() => {
      world.draw();
      return isSo();
    }, what);
  const ids = async (): Promise<string[]> => (await backend.comments(key())).map(({ id }) => id);

  /** Until the words are the backend's, once, and the row is like any other. */
  async function arrives(world: FakeWorld, store: ThreadStore): Promise<void> {
    await until(() => {
      world.pass(20_000);
      world.draw();
      return store.view.unsent === 0;
    }, 'it is sent');
    expect(await ids()).to.deep.equal(['mine']);
    expect(store.view.rows.map((row) => row.key)).to.deep.equal(['mine']);
    expect(pendingOf(store)).to.equal(undefined);
  }

  /** Sends as the fake does, after so many times in another way. */
  const first =
    (...ways: readonly ((real: Send) => Send)[]): Send =>
    (...asked) => {
      const real: Send = (...again) => plain.send(...again);
      const way = ways[sends++];
      return way ? way(real)(...asked) : real(...asked);
    };
  let sends = 0;
  let plain: Adapter;
  /** The fake's adapter with another `send` or `list`. */
  const hostile = (changes: Partial<Adapter>): Adapter => ({ ...backend.adapter, ...changes });

  beforeEach(() => {
    backend = new FakeBackend();
    plain = backend.adapter;
    name = freshName();
    worlds = [];
    sends = 0;
  });

  afterEach(async () => {
    worlds.forEach((world) => world.tell('hide'));
    await deleteDatabase(name);
  });

  const throws = (what: unknown) => () => () => {
    throw what;
  };
  const rejects = (what: unknown) => () => () => Promise.reject(what as Error);
  const resolves = (what: unknown) => () => () => Promise.resolve(what as never);
  const ways: readonly (readonly [ids: string, what: string, ways: ((real: Send) => Send)[]])[] = [
    ['C1', 'throws before it promises anything', [throws(1), throws(new Error('no'))]],
    [
      'C2',
      'throws what is no error',
      [rejects(undefined), rejects('no'), rejects(Object.freeze({})), rejects(null), throws(undefined)],
    ],
    ['C5', 'resolves with what is no answer', [resolves(undefined), resolves(null), resolves(true), resolves({})]],
    ['C7', 'says that it was aborted', [rejects(new DOMException('', 'AbortError'))]],
  ];
  for (const [fault, what, sendWays] of ways) {
    it(`${fault}: that ${what} costs an attempt and nothing else`, async () => {
      const { world, store, load } = open(hostile({ send: first(...sendWays) }));
      await load();
      await store.dispatch(post('mine'));
      for (let attempt = 1; attempt <= sendWays.length; attempt++) {
        await shows(world, () => sends === attempt && stateOf(store) === 'retrying', `attempt ${attempt}`);
        expect(pendingOf(store)).to.deep.include({ text: 'Words of mine', saved: true });
        await quiet();
        world.pass(300_000);
        await quiet();
      }
      await arrives(world, store);
    });
  }

  it('C1, C2, C5, C7: a list that throws or is none is one sentence, and what was there stays', async () => {
    await backend.seed(key(), post('a'));
    let list: List = plain.list;
    const adapter = hostile({ can: { ...plain.can, changes: false }, list: (...asked) => list(...asked) });
    const { store, load } = open(adapter);
    await load();
    const strange: List[] = [
      () => {
        throw new Error('no');
      },
      () => Promise.reject(undefined as unknown as Error),
      () => Promise.reject(new DOMException('', 'AbortError')),
      () => Promise.resolve(undefined as never),
      () => Promise.resolve({ comments: 'none' } as never),
    ];
    for (const one of strange) {
      list = one;
      await store.load();
      expect(store.view.problem).to.be.oneOf(['offline', 'wrong-server']);
      expect(store.view.rows.map((row) => row.key)).to.deep.equal(['a']);
      list = plain.list;
      await store.load();
      expect(store.view.problem).to.equal(null);
    }
  });

  it('C3: that never settles frees its place after thirty seconds; what it says later is known by its key', async () => {
    let late = (): void => undefined;
    const send = first(
      (real) =>
        (...asked) =>
          new Promise((resolve, reject) => (late = () => void real(...asked).then(resolve, reject))),
    );
    const { world, store, load } = open(hostile({ send }));
    await load();
    await store.dispatch(post('mine'));
    await until(() => sends === 1);
    world.pass(29_000);
    await quiet();
    expect(stateOf(store)).to.equal('sending');
    world.pass(1000);
    await shows(world, () => stateOf(store) === 'retrying');
    late();
    await quiet();
    await arrives(world, store);
    expect(sends).to.equal(2);
  });

  it('C3: whose list never settles is given up, and can be asked again', async () => {
    await backend.seed(key(), post('a'));
    let isDeaf = true;
    let calls = 0;
    const list: List = (...asked) => {
      calls += 1;
      return isDeaf ? new Promise(() => undefined) : plain.list(...asked);
    };
    const { world, store } = open(hostile({ list }));
    const loading = store.load();
    await until(() => calls === 1, 'the list to be asked for');
    world.pass(15_000);
    await loading;
    expect(store.view).to.deep.include({ phase: 'failed', problem: 'offline' });
    isDeaf = false;
    await store.load();
    expect(store.view).to.deep.include({ phase: 'ready', problem: null });
  });

  it('C4: that settles twice is heard once', async () => {
    const twice: Send = (...asked) =>
      ({
        then(resolve: (value: unknown) => void, reject: (why: Error) => void) {
          void plain.send(...asked).then((answer) => {
            resolve(answer);
            resolve({ ...answer, operationId: 'another' });
            reject(new Error('on second thoughts'));
          });
        },
      }) as never;
    const { world, store, load } = open(hostile({ send: twice }));
    const outcomes: string[] = [];
    store.onOutcome(({ result, operation }) => outcomes.push(`${result} ${operation.id}`));
    await load();
    await store.dispatch(post('mine'));
    await arrives(world, store);
    await quiet();
    expect(outcomes).to.deep.equal(['acknowledged mine']);
    expect(backend.arrived).to.have.length(1);
  });

  it('C6: that answers with thenables, at once, works', async () => {
    await backend.seed(key('thenable'), post('a'));
    const page = await plain.list(key('thenable'), {
      want: 'roots',
      order: 'oldest',
      limit: 20,
      signal: new AbortController().signal,
    });
    const adapter = hostile({
      id: 'thenable',
      can: { ...plain.can, changes: false },
      list: () => thenable(page),
      send: (operation) =>
        thenable({ operationId: operation.id, comment: comment(operation.id), revision: 9, editableUntil: null }),
    });
    const { world, store, load } = open(adapter);
    await load();
    await store.dispatch(post('mine'));
    await until(() => {
      world.draw();
      return store.view.unsent === 0;
    });
    expect(store.view.rows.map((row) => row.key)).to.have.members(['a', 'mine']);
  });

  it('C8: that does not heed the signal is left behind, and its late yes is no second comment', async () => {
    let settle = (): void => undefined;
    const send = first((real) => async (operation, options) => {
      const answer = await real(operation, options); // Stored, with the signal left unread.
      await new Promise<void>((next) => (settle = next));
      return answer;
    });
    const { world, store, load } = open(hostile({ send }));
    await load();
    await store.dispatch(post('mine'));
    await until(() => backend.arrived.length === 1);
    await quiet();
    world.pass(30_000);
    await shows(world, () => stateOf(store) === 'retrying');
    await arrives(world, store);
    settle();
    await quiet();
    expect(store.view.rows.map((row) => row.key)).to.deep.equal(['mine']);
    expect(store.view.unsent).to.equal(0);
  });

  it('C9: that changes what it was given changes copies', async () => {
    const spoil = (given: object): void => {
      for (const field of Object.keys(given)) {
        if (field !== 'signal') (given as Record<string, unknown>)[field] = 'spoilt';
      }
    };
    const pages: Page[] = [];
    const adapter = hostile({
      send: first(() => (operation, options) => {
        spoil(operation);
        spoil(options.thread);
        spoil(options.page);
        spoil(options.identity);
        return Promise.reject(new Error('no'));
      }),
      list: async (thread, options) => {
        const page = await plain.list({ ...thread }, { ...options });
        spoil(thread);
        pages.push(page);
        return page;
      },
    });
    await backend.seed(key(), post('a'));
    const { world, store, load } = open(adapter);
    await load();
    // What it keeps hold of after it was answered is not what is shown, either.
    for (const page of pages) {
      (page.comments as unknown[]).length = 0;
      spoil(page.info);
    }
    await store.dispatch(post('mine'));
    await shows(world, () => stateOf(store) === 'retrying');
    expect(pendingOf(store)).to.deep.include({ text: 'Words of mine' });
    await until(() => {
      world.pass(20_000);
      world.draw();
      return store.view.unsent === 0;
    });
    expect(store.view.rows.map((row) => row.key)).to.have.members(['a', 'mine']);
    const [, stored] = await backend.comments(key());
    expect(stored).to.deep.include({ id: 'mine', text: 'Words of mine' });
  });

  it('C11: that repeats itself, tells replies first and turns in circles loses nothing and ends', async () => {
    const comments = [
      comment('3', { parentId: '2', rootId: '1' }),
      comment('1'),
      comment('1', { text: 'Again' }),
      comment('2', { parentId: '1', rootId: '1' }),
      comment('8', { parentId: 'missing', rootId: '1' }),
      comment('9', { parentId: 'missing too', rootId: 'missing too' }),
      comment('a5', { parentId: 'b6', rootId: 'a5' }),
      comment('b6', { parentId: 'a5', rootId: 'a5' }),
    ];
    const list: List = async (thread, options) => {
      const page = await plain.list(thread, options);
      return { ...page, comments, roots: ['1', '1', 'a5', 'nobody'] };
    };
    const { store, load } = open(hostile({ list }));
    await load();
    const keys = store.view.rows.filter(({ kind }) => kind === 'comment').map((row) => row.key);
    expect(new Set(keys).size, keys.join()).to.equal(keys.length);
    expect(keys).to.include.members(['1', '2', '3', '8']);
    const orphan = store.view.rows.find((row): row is CommentRow => row.kind === 'comment' && row.key === '8');
    expect(orphan?.parent).to.deep.include({ missing: true });
    expect(keys.indexOf('2'), 'after its parent').to.be.greaterThan(keys.indexOf('1'));
    expect(keys.indexOf('3'), 'after its parent').to.be.greaterThan(keys.indexOf('2'));
    expect(keys).to.include.members(['9', 'a5', 'b6']);
  });

  it('C12: that has a thousand pieces of news is drawn once a frame, and what comes after the end is not heard', async () => {
    const { world, store, load } = open();
    await load();
    let drawn = 0;
    store.subscribe(() => drawn++);
    // Each is news of the backend: a comment of somebody else, and the thread asked for anew.
    const asked = Array.from({ length: 1000 }, () => store.load());
    await Promise.all(asked);
    await quiet();
    const answered = drawn;
    expect(answered, 'a thousand wishes, one question').to.be.below(5);
    world.draw();
    expect(drawn - answered).to.be.below(2);

    let tell = (): void => undefined;
    const slow = hostile({
      id: `${backend.id} slow`,
      list: (thread, options) =>
        new Promise((resolve, reject) => (tell = () => void plain.list(thread, options).then(resolve, reject))),
    });
    const { world: other, store: closed } = open(slow);
    let heard = 0;
    closed.subscribe(() => heard++);
    const loading = closed.load();
    await quiet();
    heard = 0;
    closed.close();
    other.pass(0);
    tell();
    await loading;
    other.draw();
    await quiet();
    expect(heard).to.equal(0);
  });

  it('C13: that can’t tell a repeat is not asked twice: the reader is told to look, and decides', async () => {
    const adapter = hostile({ can: { ...plain.can, idempotent: false } });
    backend.fates = ['lost after'];
    const { world, store, load } = open(adapter);
    await load();
    await store.dispatch(post('mine'));
    await shows(world, () => stateOf(store) === 'given-up');
    expect(pendingOf(store)).to.deep.include({
      delivery: { state: 'given-up', perhapsSent: true },
      text: 'Words of mine',
    });
    for (let hour = 0; hour < 48; hour++) {
      world.tell('online');
      world.pass(3_600_000);
      await quiet(2);
    }
    expect(backend.arrived).to.have.length(1);
    store.retry('mine');
    await until(() => backend.arrived.length === 2);
  });

  it('C15: whose script can’t be loaded leaves the copies on this device, keeps what is written, and says so once', async () => {
    await backend.seed(key(), post('a'));
    const visit = open();
    await visit.load();
    await until(() => visit.store.view.phase === 'ready');
    await quiet(); // The copy on the disk follows the picture.
    visit.store.close();
    visit.world.tell('hide');

    let isThere = false;
    const script = async (): Promise<Adapter> => {
      // The server of the tests has no such file, as a site that moved its scripts has none.
      if (!isThere) await import(/* @vite-ignore */ `/no/such/adapter-${name.length}.js?${Math.random()}`);
      return plain;
    };
    const adapter = hostile({
      list: async (...asked) => (await script()).list(...asked),
      send: async (...asked) => (await script()).send(...asked),
    });
    const { world, store, load } = open(adapter);
    await load();
    expect(store.view).to.deep.include({ phase: 'ready', problem: 'offline', fromCache: true });
    expect(store.view.rows.map((row) => row.key)).to.deep.equal(['a']);
    await store.dispatch(post('mine'));
    await shows(world, () => stateOf(store) === 'waiting');
    expect(pendingOf(store)).to.deep.include({ text: 'Words of mine', saved: true });
    isThere = true;
    world.tell('online');
    await shows(world, () => {
      world.pass(5000);
      return store.view.unsent === 0 && store.view.problem === null;
    });
    expect(await ids()).to.deep.equal(['a', 'mine']);
  });

  it('C14: that is replaced keeps the words that were written for it, and the other never gets them', async () => {
    backend.always = 'lost before';
    backend.unreadable = lost;
    const { world, threads, store, load } = open();
    await load();
    await store.dispatch(post('mine'));
    await until(() => backend.arrived.length > 0);
    const other = new FakeBackend();
    const next = threads.openThread(other.adapter, key(other.id), settings);
    store.close();
    await seen(world, next);
    for (let tries = 0; tries < 5; tries++) {
      world.pass(300_000);
      world.tell('online');
      await quiet();
    }
    expect(other.arrived).to.have.length(0);
    expect(next.view.rows).to.have.length(0);
    expect(next.view.unsent).to.equal(0);
    backend.always = backend.unreadable = null;
    const back = threads.openThread(backend.adapter, key(), settings);
    await seen(world, back);
    await arrives(world, back);
    expect(other.arrived).to.have.length(0);
  });
});
