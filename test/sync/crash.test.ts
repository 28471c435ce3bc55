/**
 * The way of a comment from the press to the acknowledged row is a list of awaits. The tab dies at each of them, before
 * and after what was asked for happened; the next page finds the words exactly once, in order, whatever was lost.
 */
import { expect } from '@open-wc/testing';
import { openDatabase, type Database } from '../../src/sync/database.ts';
import { makeOutbox, type Outbox } from '../../src/sync/outbox.ts';
import { draftKey } from '../../src/sync/belongings.ts';
import { outboxKey } from '../../src/sync/records.ts';
import { makeTabs } from '../../src/sync/tabs.ts';
import type { Adapter } from '../../src/adapters/adapter.ts';
import type { Ambient } from '../../src/sync/ambient.ts';
import { post, queued } from '../helpers/builders.ts';
import { FakeBackend } from '../helpers/fake-backend.ts';
import { deleteDatabase, FakeWorld, freshName, quiet, until } from '../helpers/fake-world.ts';

/** Counts the steps of a tab and stops the tab for ever at one of them. */
class Death {
  steps = 0;
  isDead = false;
  constructor(
    readonly at: number,
    readonly when: 'before' | 'after',
  ) {}

  async step<T>(act: () => Promise<T>): Promise<T> {
    const dies = ++this.steps === this.at;
    if (this.isDead || (dies && this.when === 'before')) return this.#die();
    const result = await act();
    if (this.isDead || dies) return this.#die();
    return result;
  }

  #die(): Promise<never> {
    this.isDead = true;
    return new Promise(() => undefined);
  }
}

function mortalDatabase(database: Database, death: Death): Database {
  return {
    get place() {
      return database.place;
    },
    rows: (...prefixes) => death.step(() => database.rows(...prefixes)),
    change: (...asked) => death.step(() => database.change(...asked)),
    onReturn: (run) => database.onReturn(run),
    close: () => database.close(),
  };
}

function mortalAdapter(adapter: Adapter, death: Death): Adapter {
  return { ...adapter, send: (...asked) => death.step(() => adapter.send(...asked)) };
}

/** A tab's locks go with it. */
function mortalLocks(world: FakeWorld): { locks: LockManager; release: () => void } {
  const releases: (() => void)[] = [];
  const locks = {
    request: (name: string, options: LockOptions, act: (lock: Lock | null) => Promise<unknown>) =>
      world.locks?.request(name, options, (lock) =>
        lock ? Promise.race([act(lock), new Promise<void>((resolve) => void releases.push(resolve))]) : act(null),
      ),
  };
  return { locks: locks as unknown as LockManager, release: () => releases.forEach((release) => release()) };
}

describe('a tab that dies on the way', () => {
  let backend: FakeBackend;
  let name: string;
  const key = () => ({ backend: backend.id, site: 'default', page: name });
  const draft = () => draftKey(key(), 'new');

  beforeEach(() => {
    backend = new FakeBackend();
    name = freshName();
  });

  async function openTab(death: Death | null): Promise<{ outbox: Outbox; database: Database; end: () => void }> {
    const world = new FakeWorld();
    const real = openDatabase(world, name);
    const { locks, release } = mortalLocks(world);
    // Dead tabs have no timers and hear no news.
    const mortal = { ...world, locks, frame: world.frame, channel: () => null } as unknown as Ambient;
    const database = death ? mortalDatabase(real, death) : real;
    const channel = makeTabs(death ? mortal : world);
    const outbox = makeOutbox(death ? mortal : world, database, channel);
    outbox.serve(death ? mortalAdapter(backend.adapter, death) : backend.adapter, key(), 'guest', null);
    return {
      outbox,
      database,
      end: () => {
        release();
        outbox.rest();
        real.close();
        channel.close();
      },
    };
  }

  async function write(outbox: Outbox): Promise<void> {
    const row = (id: string, parentId: string | null) => queued(post(id, { parentId }), { thread: key() });
    void outbox.add(row('first', null), draft());
    void outbox.add(row('second', null), null);
    void outbox.add(row('reply', 'first'), null);
    await quiet(40);
  }

  /** One life that ends at a step, and a second one that goes on; false where the first never came so far. */
  async function live(at: number, when: 'before' | 'after'): Promise<boolean> {
    backend = new FakeBackend();
    name = freshName();
    const seeding = openDatabase(new FakeWorld(), name);
    await seeding.change([], 'strict', () => [[draft(), { text: 'Words of first', savedAt: 1 }]]);
    seeding.close();

    const death = new Death(at, when);
    const first = await openTab(death);
    await write(first.outbox);
    first.end();

    const second = await openTab(null);
    await second.outbox.ready;
    const kept = (await second.database.rows(outboxKey(key()))).map(([parts]) => parts.at(-1));
    const drafts = await second.database.rows(draft());
    await until(async () => (await second.database.rows(outboxKey(key()))).length === 0, `step ${at} ${when}`);
    await quiet(5);
    const there = (await backend.comments(key())).map(({ id }) => id);
    const where = `died ${when} step ${at}`;

    expect(new Set(there).size, `${where}: no comment twice`).to.equal(there.length);
    expect(
      there.includes('first') || drafts.length === 1,
      `${where}: the first words are sent, or still a draft`,
    ).to.equal(true);
    for (const id of kept) expect(there, `${where}: what was kept is sent`).to.include(id);
    const order = backend.arrived.map(({ id }) => id).filter((id, index, all) => all.indexOf(id) === index);
    expect(order, `${where}: in order`).to.deep.equal(['first', 'second', 'reply'].slice(0, order.length));
    second.end();
    await deleteDatabase(name);
    return death.isDead;
  }

  for (const when of ['before', 'after'] as const) {
    it(`L, D, O: at every await, ${when} what it asked for: nothing lost, nothing doubled, nothing out of order`, async function () {
      this.timeout(120_000);
      let at = 1;
      while (await live(at, when)) at++;
      expect(at, 'so many steps were tried').to.be.greaterThan(15);
    });
  }
});
