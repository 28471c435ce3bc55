/** Comments on passages in a thread: filtered, counted, unsent, offline, with their drafts. */
import { expect } from '@open-wc/testing';
import { markerKey, passageKey } from '../../src/model/passage.ts';
import type { PassageView } from '../../src/model/view.ts';
import type { ThreadSettings, ThreadStore } from '../../src/sync/store.ts';
import { makeThreads } from '../../src/sync/threads.ts';
import { post, quote } from '../helpers/builders.ts';
import { FakeBackend, lost } from '../helpers/fake-backend.ts';
import { deleteDatabase, FakeWorld, freshName, quiet, until } from '../helpers/fake-world.ts';

describe('passages of a thread', () => {
  let backend: FakeBackend;
  let name: string;
  let worlds: FakeWorld[];
  const [froze, broke] = [quote('The harbour froze'), quote('the ice broke')];

  const key = () => ({ backend: backend.id, site: 'default', page: name });
  const settings: ThreadSettings = {
    page: { url: 'https://example.com/article', title: 'An article' },
    order: 'newest',
    pageSize: 2,
    maxDepth: 5,
    storage: 'full',
    userToken: null,
  };

  /** A page that shows the thread and has loaded it. */
  async function openPage() {
    const world = new FakeWorld();
    worlds.push(world);
    const store = makeThreads(world, name).openThread(backend.adapter, key(), settings);
    const loaded = store.load();
    await until(() => world.draw() === 0 && store.view.phase !== 'loading' && !store.view.refreshing);
    await loaded;
    await store.countUnsent();
    await quiet(3);
    return { world, store };
  }

  const shows = (world: FakeWorld, isAsExpected: () => boolean, what?: string) =>
    until(() => {
      world.draw();
      return isAsExpected();
    }, what);
  const keys = (store: ThreadStore): string[] => store.view.rows.map((row) => row.key);
  const passage = (store: ThreadStore, id: string): PassageView | undefined =>
    store.view.passages?.find((one) => one.key === id);
  const counts = (store: ThreadStore): Record<string, number> =>
    Object.fromEntries((store.view.passages ?? []).map((one) => [one.key, one.count]));

  beforeEach(() => {
    backend = new FakeBackend();
    name = freshName();
    worlds = [];
  });

  afterEach(async () => {
    worlds.forEach((world) => world.tell('hide'));
    await deleteDatabase(name);
  });

  /** From the oldest: on froze, plain, on broke, on froze, plain, plain, on froze. */
  async function seedSeven(): Promise<void> {
    for (const [index, on] of [froze, null, broke, froze, null, null, froze].entries()) {
      await backend.seed(key(), post(`c${index}`, on ? { quote: on } : {}));
    }
  }

  it('I-4: a filter shows those on passages, page by page, and taken away all stand as before', async () => {
    await seedSeven();
    const { world, store } = await openPage();
    expect(keys(store)).to.deep.equal(['c6', 'c5']);
    expect([store.view.inline, store.view.filter]).to.deep.equal([4, undefined]);
    store.setFilter('inline');
    expect(keys(store), 'at once what is here').to.deep.equal(['c6']);
    expect(store.view.filter).to.equal('inline');
    await shows(world, () => keys(store).length === 2);
    expect(keys(store)).to.deep.equal(['c6', 'c3']);
    expect(store.view.more?.left).to.equal(2);
    await store.loadMore();
    expect(keys(store)).to.deep.equal(['c6', 'c3', 'c2', 'c0']);
    expect([store.view.more, store.view.whole]).to.deep.equal([null, true]);
    store.setFilter({ passage: passageKey(broke) });
    await shows(world, () => !store.view.refreshing);
    expect(keys(store)).to.deep.equal(['c2']);
    const { lists } = backend;
    store.setFilter(null);
    expect(keys(store)[0]).to.equal('c6');
    expect(keys(store)).to.include('c5');
    expect([store.view.filter, backend.lists]).to.deep.equal([undefined, lists]);
    expect(store.view.more).to.not.equal(null);
  });

  it('I-4: the order can be changed under a filter, and a whole thread is filtered without asking', async () => {
    await seedSeven();
    const { world, store } = await openPage();
    await store.loadAll();
    const { lists } = backend;
    store.setFilter({ passage: passageKey(froze) });
    expect(keys(store)).to.deep.equal(['c6', 'c3', 'c0']);
    store.setOrder('oldest');
    await shows(world, () => !store.view.refreshing);
    expect(keys(store)).to.deep.equal(['c0', 'c3', 'c6']);
    expect(backend.lists).to.equal(lists);
  });

  it('I-2, R-6: an own comment on a passage counts at once, and once when it is sent', async () => {
    await seedSeven();
    const { world, store } = await openPage();
    await store.loadPassages();
    await shows(world, () => passage(store, passageKey(froze))?.count === 3);
    const seen: (number | undefined)[] = [];
    store.subscribe(() => seen.push(passage(store, passageKey(froze))?.count));
    const kept = store.dispatch(post('mine', { quote: froze }));
    const now = passage(store, passageKey(froze));
    expect([now?.count, now?.own, now?.latest[0]?.key]).to.deep.equal([4, true, 'mine']);
    expect(now?.latest[0]?.pending[0]?.delivery.state).to.equal('sending');
    expect(store.view.inline).to.equal(5);
    await kept;
    await shows(world, () => store.view.unsent === 0);
    await store.load();
    await shows(world, () => !store.view.refreshing);
    expect([...new Set(seen)], 'never more, never less').to.deep.equal([4]);
    expect(store.view.inline).to.equal(5);
    expect(store.view.rows.some((row) => row.kind === 'comment' && row.comment.quote && row.key === 'mine')).to.equal(
      true,
    );
    expect((await backend.comments(key())).find(({ id }) => id === 'mine')?.quote).to.deep.equal(froze);
  });

  it('I-2: a new passage is there with its first own comment, and gone with its removal', async () => {
    const { world, store } = await openPage();
    await store.loadPassages();
    const asked = { ...froze, marker: 'winter', question: 'Did it?' };
    await store.dispatch(post('mine', { quote: asked }));
    expect(passage(store, markerKey('winter'))?.quote).to.deep.equal(asked);
    await shows(world, () => store.view.unsent === 0);
    expect(counts(store)).to.deep.equal({ [markerKey('winter')]: 1 });
    await store.dispatch({ kind: 'delete', id: 'd', createdAt: 1, commentId: 'mine' });
    await shows(world, () => store.view.unsent === 0);
    expect(store.view.passages).to.deep.equal([]);
    expect(store.view.inline).to.equal(0);
  });

  it('R-6: a refused one stays with its passage for its writer and is not counted', async () => {
    const { world, store } = await openPage();
    backend.fates = [{ trouble: { kind: 'refused', reason: 'too-long' } }];
    await store.dispatch(post('mine', { quote: froze }));
    await shows(world, () => passage(store, passageKey(froze))?.count === 0);
    expect(passage(store, passageKey(froze))?.latest[0]?.pending[0]?.delivery.state).to.equal('refused');
    expect(store.view.inline).to.equal(0);
  });

  it('I-2: the latest three of a passage come newest first, and are not mixed into the thread', async () => {
    await seedSeven();
    await backend.seed(key(), post('c7', { quote: froze }));
    for (let number = 8; number < 12; number++) await backend.seed(key(), post(`c${number}`));
    const { world, store } = await openPage();
    expect(keys(store)).to.deep.equal(['c11', 'c10']);
    await store.loadPassages();
    expect(await store.loadPassage(passageKey(froze))).to.equal(true);
    expect(passage(store, passageKey(froze))?.latest.map((row) => row.key)).to.deep.equal(['c7', 'c6', 'c3']);
    expect(keys(store)).to.deep.equal(['c11', 'c10']);
    expect(counts(store)).to.deep.equal({ [passageKey(froze)]: 4, [passageKey(broke)]: 1 });
    await store.loadMore();
    await shows(world, () => keys(store).length === 4);
    expect(keys(store)).to.deep.equal(['c11', 'c10', 'c9', 'c8']);
  });

  it('R-10: what a popover brings of others’ news still waits in the thread, and passages count it', async () => {
    await seedSeven();
    const { world, store } = await openPage();
    await store.loadPassages();
    await backend.seed(key(), post('plain'));
    await backend.seed(key(), post('new', { quote: froze }));
    await store.loadPassage(passageKey(froze));
    expect(passage(store, passageKey(froze))?.latest[0]?.key).to.equal('new');
    expect(keys(store)).to.deep.equal(['c6', 'c5']);
    expect(store.view.news?.roots).to.equal(1);
    await store.load();
    await shows(world, () => passage(store, passageKey(froze))?.count === 4);
    expect(store.view.news?.roots, 'and nothing is missed for it').to.equal(2);
    await store.live({ act: 'show', rootId: null });
    expect(keys(store).slice(0, 2)).to.deep.equal(['new', 'plain']);
  });

  it('R-10: under a filter only news that match are offered', async () => {
    await seedSeven();
    const { world, store } = await openPage();
    store.setFilter({ passage: passageKey(broke) });
    await shows(world, () => keys(store)[0] === 'c2');
    await backend.seed(key(), post('else', { quote: froze }));
    await store.load();
    await shows(world, () => !store.view.refreshing);
    expect([store.view.news, keys(store)]).to.deep.equal([undefined, ['c2']]);
    await backend.seed(key(), post('here', { quote: broke }));
    await store.load();
    await shows(world, () => store.view.news?.roots === 1);
    await store.live({ act: 'show', rootId: null });
    expect(keys(store)).to.deep.equal(['here', 'c2']);
    store.setFilter(null);
    expect(keys(store).slice(0, 2)).to.deep.equal(['here', 'else']);
  });

  it('R-6: what the reader writes under a filter is shown, also where it does not match', async () => {
    await seedSeven();
    const { world, store } = await openPage();
    store.setFilter({ passage: passageKey(broke) });
    await shows(world, () => keys(store)[0] === 'c2');
    await store.dispatch(post('mine'));
    expect(keys(store)).to.deep.equal(['mine', 'c2']);
    await shows(world, () => store.view.unsent === 0);
    expect(keys(store)).to.deep.equal(['mine', 'c2']);
  });

  it('R-7: without a network the filter holds among what is on this device, and passages are those last told', async () => {
    await seedSeven();
    const first = await openPage();
    await first.store.loadPassages();
    await shows(first.world, () => first.store.view.passages?.length === 2);
    await quiet();
    backend.unreadable = lost;
    const { world, store } = await openPage();
    expect(store.view.problem).to.equal('offline');
    expect(counts(store)).to.deep.equal({ [passageKey(froze)]: 3, [passageKey(broke)]: 1 });
    store.setFilter('inline');
    await shows(world, () => !store.view.refreshing);
    expect([keys(store), store.view.whole]).to.deep.equal([['c6'], false]);
    expect(await store.loadPassage(passageKey(froze))).to.equal(false);
    await store.dispatch(post('mine', { quote: broke }));
    expect(keys(store)).to.deep.equal(['mine', 'c6']);
    expect(counts(store)).to.deep.equal({ [passageKey(froze)]: 3, [passageKey(broke)]: 2 });
  });

  it('C13: an unsent comment keeps its passage through a reload and is sent with it', async () => {
    backend.always = 'lost before';
    const first = await openPage();
    await first.store.dispatch(post('mine', { quote: froze }));
    first.world.tell('hide');
    backend.always = null;
    const { world, store } = await openPage();
    expect(passage(store, passageKey(froze))?.own).to.equal(true);
    await until(async () => {
      world.pass(5000);
      world.draw();
      return (await backend.comments(key())).length === 1;
    });
    expect((await backend.comments(key()))[0]?.quote).to.deep.equal(froze);
  });

  it('R-5: a draft comes back with its passage, and goes when the comment is kept', async () => {
    const first = await openPage();
    const place = `passage ${passageKey(froze)}` as const;
    await first.store.writeDraft(place, { text: 'Half a thou', quote: froze, savedAt: 5 });
    await first.store.writeDraft('new', { text: 'Not on a passage', savedAt: 9 });
    await first.store.writeDraft(`passage ${passageKey(broke)}`, { text: 'Later', quote: broke, savedAt: 7 });
    first.world.tell('hide');
    const { store } = await openPage();
    expect((await store.readDraft(place))?.quote).to.deep.equal(froze);
    expect((await store.readPassageDrafts()).map((one) => [one.key, one.draft.text, one.draft.quote])).to.deep.equal([
      [passageKey(broke), 'Later', broke],
      [passageKey(froze), 'Half a thou', froze],
    ]);
    await store.dispatch(post('mine', { quote: froze }), place);
    expect((await store.readPassageDrafts()).map((one) => one.key)).to.deep.equal([passageKey(broke)]);
  });

  it('F8: the same words at two passages within a moment are two comments, at one passage one', async () => {
    const { world, store } = await openPage();
    for (const [id, on] of Object.entries({ a: froze, b: broke, c: froze })) {
      await store.dispatch(post(id, { text: 'Source?', quote: on }));
    }
    await shows(world, () => store.view.unsent === 0);
    expect((await backend.comments(key())).map(({ id }) => id)).to.deep.equal(['a', 'b']);
  });

  it('a backend without quotes is asked for none', async () => {
    await backend.seed(key(), post('c0'));
    backend = new FakeBackend({ can: { ...backend.adapter.can, quotes: false } });
    const { store } = await openPage();
    store.setFilter('inline');
    await store.loadPassages();
    expect([store.view.filter, await store.loadPassage('x')]).to.deep.equal([undefined, false]);
  });
});
