/**
 * The way of a comment from the press to the acknowledged row is a list of awaits. The tab dies at each of them, before
 * and after what was asked for happened; the next page finds the words exactly once, in order, whatever was lost.
 */
import { expect } from '@open-wc/testing';
import { writeCache } from '../../src/sync/cache.ts';
import { emptyThread } from '../../src/model/thread.ts';
import { openDatabase, type Database } from '../../src/sync/database.ts';
import { makeOutbox, type Outbox } from '../../src/sync/outbox.ts';
import { draftKey } from '../../src/sync/belongings.ts';
import { outboxKey, readCached, threadRow } from '../../src/sync/records.ts';
import { makeTabs } from '../../src/sync/tabs.ts';
import { AdapterError, type Adapter } from '../../src/adapters/adapter.ts';
import type { Ambient } from '../../src/sync/ambient.ts';
import { info, post, queued } from '../helpers/builders.ts';
import { FakeBackend, lost } from '../helpers/fake-backend.ts';
import { deleteDatabase, FakeWorld, freshName, quiet, until } from '../helpers/fake-world.ts';

/** Counts the steps of a tab and stops the tab for ever at one of them. */
class Death {
  steps = 0;
  isDead = false;
  /** The step came, and its fault happened. */
  happened = false;
  constructor(
    readonly at: number,
    readonly when: 'before' | 'after' | 'refused' | 'lost',
  ) {}

  async step<T>(act: () => Promise<T>): Promise<T> {
    const dies = ++this.steps === this.at;
    this.happened ||= dies;
    if (dies && this.when === 'refused') throw new DOMException('no room', 'QuotaExceededError');
    if (dies && this.when === 'lost') {
      await act();
      throw new AdapterError(lost);
    }
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
  if (death.when === 'lost') return database; // Only the backend's answers are counted.
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
  if (death.when === 'refused') return adapter; // Only the disk is.
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

  async function openTab(
    death: Death | null,
  ): Promise<{ outbox: Outbox; database: Database; world: FakeWorld; end: () => void }> {
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
      world,
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
    // The reader has seen the thread: what is acknowledged goes into its copy.
    await writeCache(seeding, { ...emptyThread(key()), info: info({ revision: 0 }), fetchedAt: 1 }, 1);
    seeding.close();

    const death = new Death(at, when);
    const first = await openTab(death);
    await write(first.outbox);
    first.end();

    const onDisk = openDatabase(new FakeWorld(), name);
    const [copy] = await onDisk.rows(threadRow('cache', key()));
    const copied = [...(readCached(key(), copy?.[1])?.comments.keys() ?? [])];
    const outbox = (await onDisk.rows(outboxKey(key()))).map(([parts]) => parts.at(-1));
    onDisk.close();
    for (const { id } of backend.arrived) {
      const isKept = copied.includes(id) || outbox.includes(id);
      expect(isKept, `died ${when} step ${at}: ${id} can be read on this device without the backend`).to.equal(true);
    }

    const second = await openTab(null);
    await second.outbox.ready;
    const kept = (await second.database.rows(outboxKey(key()))).map(([parts]) => parts.at(-1));
    const drafts = await second.database.rows(draft());
    await until(async () => {
      // A browser with much to do takes a dead tab's lock away a moment later, and this one asks again in its time.
      second.world.pass(500);
      return (await second.database.rows(outboxKey(key()))).length === 0;
    }, `step ${at} ${when}`);
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

  /** One life in which one thing goes wrong and the tab lives on, and a second one that finds nothing left to do. */
  async function liveOn(at: number, when: 'refused' | 'lost'): Promise<boolean> {
    backend = new FakeBackend();
    name = freshName();
    const fault = new Death(at, when);
    const tab = await openTab(fault);
    const told: string[] = [];
    tab.outbox.subscribe((_, row, settled) => {
      if (row && settled?.result === 'acknowledged') told.push(row.operation.id);
    });
    await write(tab.outbox);
    const where = `${when} at step ${at}`;
    await until(async () => {
      tab.world.pass(5_000);
      return tab.outbox.of(key(), 'guest').length === 0 && (await backend.comments(key())).length === 3;
    }, where);
    await quiet(10);
    tab.end();
    const second = await openTab(null);
    await second.outbox.ready;
    await quiet(10);
    expect((await backend.comments(key())).map(({ id }) => id).sort(), `${where}: each once`).to.deep.equal(
      ['first', 'reply', 'second'], // By name.
    );
    const order = backend.arrived.map(({ id }) => id).filter((id, index, all) => all.indexOf(id) === index);
    expect(order, `${where}: in order`).to.deep.equal(['first', 'second', 'reply']);
    expect(new Set(told), `${where}: the reader was told of each`).to.deep.equal(new Set(order));
    await until(async () => (await second.database.rows(outboxKey(key()))).length === 0, `${where}: nothing is left`);
    second.end();
    await deleteDatabase(name);
    return fault.happened;
  }

  /** Up to the last step there is: on a busy machine one may not be reached in its time, and is not the end. */
  async function tryAll(isThere: (at: number) => Promise<boolean>): Promise<number> {
    let last = 0;
    for (let at = 1; at - last <= 3; at++) if (await isThere(at)) last = at;
    return last;
  }

  for (const [when, ids, least] of [
    ['refused', 'D1', 10],
    ['lost', 'E2', 3],
  ] as const) {
    it(`${ids}: at every ${when === 'refused' ? 'use of the disk, which refuses once' : 'answer, which is lost'}: each word arrives once, in order, and the reader is told`, async function () {
      this.timeout(120_000);
      const last = await tryAll((at) => liveOn(at, when));
      expect(last + 1, 'so many steps were tried').to.be.greaterThan(least);
    });
  }

  for (const when of ['before', 'after'] as const) {
    it(`E2, E5, E6: at every await, ${when} what it asked for: nothing lost, nothing doubled, nothing out of order`, async function () {
      this.timeout(120_000);
      const last = await tryAll((at) => live(at, when));
      expect(last + 1, 'so many steps were tried').to.be.greaterThan(15);
    });
  }
});
