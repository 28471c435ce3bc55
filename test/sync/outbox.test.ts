import { expect } from '@open-wc/testing';
import type { QueuedOperation } from '../../src/model/operation.ts';
import { openDatabase, type Database } from '../../src/sync/database.ts';
import { makeOutbox, type Outbox, type Settled } from '../../src/sync/outbox.ts';
import { draftKey } from '../../src/sync/belongings.ts';
import { allOutbox, outboxKey, siteRow } from '../../src/sync/records.ts';
import { makeTabs, type Tabs } from '../../src/sync/tabs.ts';
import { post, queued } from '../helpers/builders.ts';
import { FakeBackend, lost } from '../helpers/fake-backend.ts';
import { deleteDatabase, FakeWorld, freshName, quiet, takeConnections, until } from '../helpers/fake-world.ts';

interface Tab {
  readonly channel: Tabs;
  readonly world: FakeWorld;
  readonly database: Database;
  readonly outbox: Outbox;
  readonly told: [id: string, settled: Settled][];
}

describe('the outbox', () => {
  let backend: FakeBackend;
  let name: string;
  let tabs: Tab[];

  const key = () => ({ backend: backend.id, site: 'default', page: name });
  const row = (operation: QueuedOperation['operation']): QueuedOperation => queued(operation, { thread: key() });

  function openTab(serves = true, world = new FakeWorld()): Tab {
    const database = openDatabase(world, name, allOutbox);
    const channel = makeTabs(world);
    const outbox = makeOutbox(world, database, channel);
    const told: Tab['told'] = [];
    outbox.subscribe((_, changed, settled) => changed && settled && told.push([changed.operation.id, settled]));
    if (serves) outbox.serve(backend.adapter, key(), 'guest', null);
    const tab = { channel, world, database, outbox, told };
    tabs.push(tab);
    return tab;
  }

  function closeTab({ channel, database, outbox }: Tab): void {
    outbox.rest();
    database.close();
    channel.close();
  }

  /** Until something is true, while time passes for these tabs. */
  const untilInTime = (passing: readonly Tab[], isTrue: () => Promise<boolean>): Promise<void> =>
    until(async () => {
      passing.forEach(({ world }) => world.pass(500));
      return isTrue();
    });
  /** From now on the disk does not answer, until it is told to. */
  function makeLate(world: FakeWorld): () => Promise<void> {
    const late = {} as IDBOpenDBRequest;
    world.indexedDB = { open: () => late } as unknown as IDBFactory;
    return async () => {
      const real = indexedDB.open(name);
      real.onupgradeneeded = () => real.result.createObjectStore('rows');
      await new Promise((opened) => real.addEventListener('success', opened));
      world.indexedDB = indexedDB;
      Object.defineProperty(late, 'result', { value: real.result });
      late.onsuccess?.call(late, new Event('success'));
    };
  }
  /** A tab that writes while its disk does not answer, and what makes the disk answer. */
  async function writeWithoutDisk(serves = true): Promise<[Tab, () => Promise<void>]> {
    const world = new FakeWorld();
    const answer = makeLate(world);
    const tab = openTab(serves, world);
    const adding = tab.outbox.add(row(post('p1')), null);
    await quiet();
    world.pass(3000);
    await adding;
    expect(tab.database.place).to.equal('refused');
    return [tab, answer];
  }
  /** Its connection is taken, and the disk does not answer until it is told to: from here on it lives in memory. */
  async function loseDisk({ world, outbox, database }: Tab): Promise<() => Promise<void>> {
    const answer = makeLate(world);
    await takeConnections(name);
    const asked = outbox.reread();
    await quiet();
    world.pass(3000);
    await asked;
    expect(database.place).to.equal('refused');
    return answer;
  }
  /** As a frozen tab with the disk in its hand: until it lets go, nothing is read or written, and no version changes. */
  async function holdDisk(): Promise<() => Promise<void>> {
    const asked = indexedDB.open(name);
    await new Promise((opened) => asked.addEventListener('success', opened));
    const transaction = asked.result.transaction('rows', 'readwrite');
    const over = new Promise((complete) => transaction.addEventListener('complete', complete));
    let isHeld = true;
    const hold = (): void => {
      transaction.objectStore('rows').count().onsuccess = () => isHeld && hold();
    };
    hold();
    return async () => {
      isHeld = false;
      await over;
      asked.result.close();
    };
  }
  /** Another version of us wants the disk that somebody holds: the tab loses it, and can't have it again for now. */
  async function loseHeldDisk({ world, outbox, database }: Tab): Promise<{ answer(): Promise<void>; taken: unknown }> {
    const answer = makeLate(world);
    const taken = takeConnections(name);
    await quiet();
    const asked = outbox.reread();
    await quiet();
    world.pass(3000);
    await asked;
    expect(database.place).to.equal('refused');
    return { answer, taken };
  }
  const ids = async (): Promise<string[]> => (await backend.comments(key())).map(({ id }) => id);
  const states = (tab: Tab): string[] => tab.outbox.of(key(), 'guest').map(({ delivery }) => delivery.state);
  const isEmpty = (tab: Tab) => async (): Promise<boolean> =>
    tab.outbox.of(key(), 'guest').length === 0 && (await tab.database.rows(outboxKey(key()))).length === 0;

  beforeEach(() => {
    backend = new FakeBackend();
    name = freshName();
    tabs = [];
  });

  afterEach(async () => {
    tabs.forEach(closeTab);
    await deleteDatabase(name);
  });

  it('R-6: shows the words in the same moment, keeps them, sends them once and lets go of them', async () => {
    const tab = openTab();
    const kept = tab.outbox.add(row(post('p1')), null);
    expect(states(tab)).to.deep.equal(['sending']);
    await kept;
    await until(isEmpty(tab));
    expect(await ids()).to.deep.equal(['p1']);
    expect(backend.arrived).to.have.length(1);
    expect(tab.told.map(([id, { result }]) => [id, result])).to.deep.equal([['p1', 'acknowledged']]);
  });

  it('keeps the draft until the words are on disk, and deletes it in the same transaction', async () => {
    const tab = openTab(false);
    const draft = draftKey(key(), 'new');
    await tab.database.change([], 'relaxed', () => [[draft, { text: 'Words', savedAt: 1 }]]);
    await tab.outbox.add(row(post('p1')), draft);
    expect(await tab.database.rows(draft)).to.have.length(0);
    expect(await tab.database.rows(outboxKey(key()))).to.have.length(1);
  });

  it('S-4: makes the secret at the first write, keeps it with the words, and never makes another', async () => {
    const tab = openTab(false);
    expect(await tab.outbox.token(key())).to.equal(null);
    await tab.outbox.add(row(post('p1')), null);
    const [stored] = await tab.database.rows(siteRow('token', key()));
    expect(stored?.[1]).to.match(/^[A-Za-z0-9_-]{43}$/);
    const other = openTab();
    await other.outbox.add(row(post('p2')), null);
    await until(isEmpty(other));
    expect(new Set(backend.tokens)).to.deep.equal(new Set([stored?.[1]]));
  });

  it('O: sends a thread oldest first and one at a time', async () => {
    const tab = openTab();
    await Promise.all(['p1', 'p2', 'p3', 'p4'].map((id) => tab.outbox.add(row(post(id)), null)));
    await until(isEmpty(tab));
    expect(backend.arrived.map(({ id }) => id)).to.deep.equal(['p1', 'p2', 'p3', 'p4']);
    expect(backend.most).to.equal(1);
  });

  it('O: never sends a reply before its parent is acknowledged, nor an edit before its post', async () => {
    backend.fates = ['lost after'];
    const tab = openTab();
    await tab.outbox.add(row(post('parent')), null);
    await until(() => states(tab)[0] === 'waiting');
    await tab.outbox.add(row(post('reply', { parentId: 'parent', rootId: 'parent' })), null);
    await tab.outbox.add(
      row({ kind: 'edit', id: 'e', createdAt: 1, commentId: 'parent', text: 'Changed', mentions: [], before: '' }),
      null,
    );
    await quiet();
    expect(backend.arrived.map(({ id }) => id)).to.deep.equal(['parent']);
    tab.world.pass(10_000);
    await until(() => backend.arrived.length === 4);
    await until(() => tab.told.length === 3);
    expect(backend.arrived.map(({ id }) => id)).to.deep.equal(['parent', 'parent', 'reply', 'e']);
    expect(await ids()).to.deep.equal(['parent', 'reply']);
  });

  it('O: a refused parent holds its replies, and no other words', async () => {
    backend.fates = [{ trouble: { kind: 'refused', reason: 'too-long', limit: 9 } }];
    const tab = openTab();
    await tab.outbox.add(row(post('parent')), null);
    await until(() => states(tab)[0] === 'refused');
    await tab.outbox.add(row(post('reply', { parentId: 'parent' })), null);
    await tab.outbox.add(row(post('other')), null);
    await until(async () => (await ids()).includes('other'));
    await until(() => states(tab).length === 2);
    expect(backend.arrived.map(({ id }) => id)).to.deep.equal(['parent', 'other']);
    const [refused] = tab.outbox.of(key(), 'guest');
    expect(refused?.delivery).to.deep.equal({ state: 'refused', reason: 'too-long', limit: 9 });
  });

  it('O: a thread that waits does not stop another', async () => {
    backend.hold = new Promise(() => undefined);
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    await until(() => backend.arrived.length === 1);
    const elsewhere = { ...key(), page: `${name} elsewhere` };
    await tab.outbox.add({ ...row(post('p2')), thread: elsewhere }, null);
    await until(() => backend.arrived.length === 2);
    expect(backend.arrived.map(({ id }) => id)).to.deep.equal(['p1', 'p2']);
  });

  it('A4: an answer that was lost is asked for again with the same key, and one comment comes of it', async () => {
    backend.fates = ['lost after', 'lost after'];
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    for (let tries = 1; tries < 3; tries++) {
      await until(() => states(tab)[0] === 'waiting' && backend.arrived.length === tries);
      await quiet();
      tab.world.pass(10_000);
    }
    await until(isEmpty(tab));
    expect(await ids()).to.deep.equal(['p1']);
    expect(backend.arrived.map(({ id }) => id)).to.deep.equal(['p1', 'p1', 'p1']);
  });

  it('A1: words that wait for the network go out within five seconds of its return', async () => {
    backend.always = 'lost before';
    backend.unreadable = lost;
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    for (let tries = 1; tries < 8; tries++) {
      await until(() => backend.arrived.length === tries && backend.under === 0);
      await quiet();
      tab.world.pass(300_000);
    }
    await quiet();
    backend.always = null;
    tab.outbox.wake();
    tab.world.pass(5000);
    await until(isEmpty(tab));
  });

  it('A21: a network that comes and goes each second makes one sender, and few attempts', async () => {
    backend.always = 'lost before';
    backend.unreadable = lost;
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    for (let second = 0; second < 60; second++) {
      await quiet(5);
      tab.outbox.wake();
      tab.world.pass(1000);
    }
    await quiet();
    expect(backend.most).to.equal(1);
    expect(backend.arrived.length).to.be.greaterThan(3).and.below(20);
    const [waiting] = tab.outbox.of(key(), 'guest');
    expect(waiting?.attempts, 'the back-off goes on growing').to.equal(backend.arrived.length);
  });

  it('P15: where the backend refuses even to be read by this page, the words do not blame the network', async () => {
    const { error } = console;
    console.error = () => {};
    try {
      backend.always = 'lost before';
      backend.unreadable = { kind: 'refused', reason: 'origin-not-allowed' };
      const tab = openTab();
      await tab.outbox.add(row(post('p1')), null);
      for (let tries = 1; tries < 5; tries++) {
        await until(() => backend.arrived.length === tries && backend.under === 0);
        await quiet();
        tab.world.pass(300_000);
      }
      expect(tab.outbox.of(key(), 'guest')[0]?.delivery).to.deep.equal({ state: 'waiting', blocked: true });
    } finally {
      console.error = error;
    }
  });

  it('A16: where the backend can be read and takes nothing, the row says so and the page’s author is told once', async () => {
    const { error } = console;
    const said: unknown[] = [];
    console.error = (...words: unknown[]) => void said.push(...words);
    try {
      backend.always = 'lost before';
      backend.unreadable = lost;
      const tab = openTab();
      await tab.outbox.add(row(post('p1')), null);
      const tries = async (number: number): Promise<unknown> => {
        await until(() => backend.arrived.length === number && backend.under === 0);
        await quiet();
        tab.world.pass(300_000);
        return tab.outbox.of(key(), 'guest')[0]?.delivery;
      };
      for (let number = 1; number < 5; number++) expect(await tries(number)).to.deep.equal({ state: 'waiting' });
      backend.unreadable = null;
      await tries(5);
      expect(await tries(6)).to.deep.equal({ state: 'waiting', blocked: true });
      expect(await tries(7)).to.deep.equal({ state: 'waiting', blocked: true });
      expect(said).to.have.length(1);
      expect(said[0]).to.include('Is its origin allowed?');
      backend.always = null;
      await until(isEmpty(tab));
    } finally {
      console.error = error;
    }
  });

  it('B4: waits as long as the backend asks for, whatever the network says, and tells until when', async () => {
    backend.fates = [{ trouble: { kind: 'busy', after: 7000 } }];
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    await until(() => states(tab)[0] === 'retrying');
    tab.outbox.wake();
    tab.world.pass(6999);
    await quiet();
    expect(backend.arrived).to.have.length(1);
    tab.world.pass(3001);
    await until(isEmpty(tab));
    expect(backend.arrived).to.have.length(2);
  });

  it('A19: the third strange answer in a row is called a Wi-Fi sign-in page', async () => {
    backend.always = { trouble: { kind: 'unknown', because: 'answer' } };
    const tab = openTab();
    const portals: boolean[] = [];
    await tab.outbox.add(row(post('p1')), null);
    for (let tries = 1; tries <= 3; tries++) {
      await until(() => backend.arrived.length === tries && states(tab)[0] === 'retrying' && backend.under === 0);
      await quiet();
      const [{ delivery } = { delivery: null }] = tab.outbox.of(key(), 'guest');
      portals.push(delivery?.state === 'retrying' && delivery.portal === true);
      tab.world.pass(300_000);
    }
    expect(portals).to.deep.equal([false, false, true]);
  });

  it('B8, C5: an answer for another operation, or none at all, is no yes', async () => {
    const answer = { operationId: 'other', comment: null, revision: 1, editableUntil: null };
    backend.fates = [{ answer }, { answer: undefined }, { answer: [] }];
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    for (let tries = 1; tries <= 3; tries++) {
      await until(() => backend.arrived.length === tries && states(tab)[0] === 'retrying' && backend.under === 0);
      await quiet();
      tab.world.pass(300_000);
    }
    await until(isEmpty(tab));
    expect(await ids()).to.deep.equal(['p1']);
  });

  it('C1, C2, C7: an adapter that throws whatever it likes costs an attempt and nothing else', async () => {
    const strange: unknown[] = [undefined, 'no', Object.freeze({}), new DOMException('', 'AbortError'), null, 1];
    backend.fates = strange.map((throws) => ({ throws }));
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    for (let tries = 1; tries <= strange.length; tries++) {
      await until(() => backend.arrived.length === tries && backend.under === 0);
      await quiet();
      tab.world.pass(600_000);
    }
    await until(isEmpty(tab));
    expect(await ids()).to.deep.equal(['p1']);
  });

  it('C3: an adapter that never settles is given up after thirty seconds', async () => {
    backend.fates = ['never'];
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    await until(() => backend.arrived.length === 1);
    tab.world.pass(30_000);
    await until(() => states(tab)[0] === 'retrying');
    tab.world.pass(300_000);
    await until(isEmpty(tab));
    expect(await ids()).to.deep.equal(['p1']);
  });

  it('C9: an adapter that changes what it was given changes a copy', async () => {
    const { send } = backend.adapter;
    backend = new FakeBackend({
      send: (operation, options) => {
        (operation as { text: string }).text = 'Not what was written';
        return send(operation, options).then(() => Promise.reject(new Error('no')));
      },
    });
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    await until(() => states(tab)[0] === 'retrying');
    const [kept] = tab.outbox.of(key(), 'guest');
    expect(kept?.operation).to.deep.include({ text: 'Words of p1' });
  });

  it('C13: where a backend cannot tell a repeat, an open outcome is left to the reader', async () => {
    const { adapter } = backend;
    backend = new FakeBackend({ can: { ...adapter.can, idempotent: false } });
    backend.fates = ['lost after'];
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    await until(() => states(tab)[0] === 'given-up');
    tab.world.pass(3_600_000);
    tab.outbox.wake();
    await quiet();
    expect(backend.arrived).to.have.length(1);
    const [{ delivery } = { delivery: null }] = tab.outbox.of(key(), 'guest');
    expect(delivery).to.deep.equal({ state: 'given-up', perhapsSent: true });
  });

  it('C14: rows stay with the backend they were written for', async () => {
    const tab = openTab(false);
    await tab.outbox.add(row(post('p1')), null);
    const other = new FakeBackend();
    tab.outbox.serve(other.adapter, { ...key(), backend: other.id }, 'guest', null);
    await quiet();
    expect(other.arrived).to.have.length(0);
    tab.outbox.serve(backend.adapter, key(), 'guest', null);
    await until(isEmpty(tab));
    expect(backend.arrived).to.have.length(1);
  });

  it('B2: after a day of strange answers it stops, keeps the words, and tries again when the reader says so', async () => {
    backend.always = { trouble: { kind: 'busy', after: null } };
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    for (let hour = 0; hour < 30 && states(tab)[0] !== 'given-up'; hour++) {
      await quiet(10);
      tab.world.pass(3_600_000);
    }
    await until(() => states(tab)[0] === 'given-up');
    backend.always = null;
    tab.outbox.retry('p1');
    await until(isEmpty(tab));
    expect(await ids()).to.deep.equal(['p1']);
  });

  it('B12: a sign-in that is due is asked for once; nothing is sent meanwhile, nothing is dropped', async () => {
    backend.fates = [{ trouble: { kind: 'needs-reader', want: 'sign-in' } }];
    const tab = openTab();
    await Promise.all(['p1', 'p2', 'p3'].map((id) => tab.outbox.add(row(post(id)), null)));
    await until(() => states(tab).includes('asking'));
    await quiet();
    expect(states(tab)).to.deep.equal(['asking', 'sending', 'sending']);
    expect(backend.arrived).to.have.length(1);
    tab.outbox.retry('p1');
    await until(isEmpty(tab));
    expect(await ids()).to.deep.equal(['p1', 'p2', 'p3']);
  });

  it('D20: words of a reader who signed in are not sent or shown as anybody else', async () => {
    const tab = openTab();
    await tab.outbox.add({ ...row(post('p1')), identity: 'user x' }, null);
    await quiet();
    expect(backend.arrived).to.have.length(0);
    expect(tab.outbox.of(key(), 'guest')).to.have.length(0);
    tab.outbox.serve(backend.adapter, key(), 'user x', 'their.signed.word');
    await until(() => backend.arrived.length === 1);
  });

  it('R-4: a newer vote takes the place of one that was not sent yet', async () => {
    await backend.seed(key(), post('theirs'));
    const tab = openTab(false);
    const vote = (id: string, value: 'up' | 'down' | 'none', counter: number) =>
      tab.outbox.add(row({ kind: 'vote', id, createdAt: 1, commentId: 'theirs', value, counter }), null);
    await vote('v1', 'up', 1);
    await vote('v2', 'down', 2);
    await vote('v3', 'up', 3);
    expect(tab.outbox.of(key(), 'guest').map(({ operation }) => operation.id)).to.deep.equal(['v3']);
    tab.outbox.serve(backend.adapter, key(), 'guest', null);
    await until(isEmpty(tab));
    expect(backend.arrived.map(({ id }) => id)).to.deep.equal(['v3']);
    expect((await backend.comments(key()))[0]?.up).to.equal(1);
  });

  it('N-1: a choice for one page does not take the place of one for another', async () => {
    const tab = openTab(false);
    const choose = (id: string, page: string, counter: number) => {
      const wish = { kind: 'notify', id, createdAt: 1, commentId: null, choice: 'page', counter } as const;
      return tab.outbox.add(queued({ ...wish, email: 'ann@example.com' }, { thread: { ...key(), page } }), null);
    };
    await choose('n1', name, 1);
    await choose('n2', `${name}/other`, 2);
    await choose('n3', name, 3);
    expect(tab.outbox.of(key(), 'guest').map(({ operation }) => operation.id)).to.deep.equal(['n3']);
    expect(tab.outbox.countOf(key(), 'guest')).to.equal(2);
  });

  it('T: a vote for a comment that is gone, or its deletion, has no row to wait in and nothing to say: it goes', async () => {
    const trouble = { kind: 'gone', reason: 'comment-gone' } as const;
    backend.fates = [{ trouble }, { trouble }, { trouble }];
    const tab = openTab();
    const about = { createdAt: 1, commentId: 'gone' };
    await tab.outbox.add(row({ kind: 'vote', id: 'v', value: 'up', counter: 1, ...about }), null);
    await tab.outbox.add(row({ kind: 'delete', id: 'd', ...about }), null);
    await tab.outbox.add(row({ kind: 'edit', id: 'e', text: 'new', mentions: [], before: '', ...about }), null);
    await until(() => tab.told.length === 3);
    expect(tab.told.map(([id, { result }]) => `${id} ${result}`)).to.deep.equal([
      'v vanished',
      'd vanished',
      'e refused',
    ]);
    await until(async () => (await tab.database.rows(outboxKey(key()))).length === 1);
    expect(tab.outbox.of(key(), 'guest').map(({ operation }) => operation.id)).to.deep.equal(['e']);
  });

  it('O: numbers of another tab, raised above ours, turn nothing round that was asked for here in one breath', async () => {
    const ahead = openTab(false);
    ahead.world.setClock(3_600_000);
    await ahead.outbox.add(row(post('theirs')), null);
    const here = openTab(false);
    const kept = [
      here.outbox.add(row(post('p1')), null),
      here.outbox.add(row(post('p2', { parentId: 'p1' })), null),
      here.outbox.add(
        row({ kind: 'edit', id: 'e', createdAt: 1, commentId: 'p2', text: 'new', mentions: [], before: '' }),
        null,
      ),
    ];
    await Promise.all(kept);
    const order = here.outbox.of(key(), 'guest').map(({ operation }) => operation.id);
    expect(order.filter((id) => id !== 'theirs')).to.deep.equal(['p1', 'p2', 'e']);
    here.outbox.serve(backend.adapter, key(), 'guest', null);
    await until(isEmpty(here));
    expect(backend.arrived.map(({ id }) => id)).to.deep.equal(['theirs', 'p1', 'p2', 'e']);
  });

  it('discarding takes words out for good and hands them back', async () => {
    backend.fates = [{ trouble: { kind: 'refused', reason: 'banned' } }];
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    await until(() => states(tab)[0] === 'refused');
    expect(await tab.outbox.discard('p1')).to.equal('Words of p1');
    expect(await isEmpty(tab)()).to.equal(true);
    expect(await tab.outbox.discard('p1')).to.equal(null);
  });

  it('E5: words of a closed tab are sent by the next page of the site', async () => {
    const first = openTab(false);
    await first.outbox.add(row(post('p1')), null);
    closeTab(first);
    const second = openTab();
    await until(isEmpty(second));
    expect(await ids()).to.deep.equal(['p1']);
  });

  it('E1: two tabs send each word once, and the one that waited learns what became of it', async () => {
    const [first, second] = [openTab(), openTab()];
    await Promise.all([
      first.outbox.add(row(post('p1')), null),
      second.outbox.add(row(post('p2')), null),
      first.outbox.add(row(post('p3')), null),
    ]);
    await untilInTime([first, second], isEmpty(first));
    await untilInTime([first, second], isEmpty(second));
    expect([...(await ids())].sort()).to.deep.equal(['p1', 'p2', 'p3']);
    expect(backend.arrived).to.have.length(3);
    expect(backend.most).to.equal(1);
  });

  it('E1: a tab that heard nothing reads again before it sends, and sends nothing twice', async () => {
    const deaf = (): FakeWorld => Object.assign(new FakeWorld(), { hasChannel: false });
    const [first, second] = [openTab(false, deaf()), openTab(false, deaf())];
    await first.outbox.add(row(post('p1')), null);
    await second.outbox.reread();
    first.outbox.serve(backend.adapter, key(), 'guest', null);
    await until(isEmpty(first));
    expect(states(second), 'it still thinks that p1 waits').to.deep.equal(['sending']);
    second.outbox.serve(backend.adapter, key(), 'guest', null);
    await until(isEmpty(second));
    await quiet();
    expect(backend.arrived).to.have.length(1);
  });

  it('E2, E3: a tab that died with the lock in its hand is taken over when its lease has not moved for long', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const lockName = JSON.stringify(['afterword-1', backend.id, 'default', name]);
    const frozen = navigator.locks.request(lockName, () => held).catch((error: unknown) => error);
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    await quiet();
    expect(backend.arrived).to.have.length(0);
    for (let turn = 0; turn < 12; turn++) {
      tab.world.pass(5000);
      await quiet(10);
    }
    await until(isEmpty(tab));
    expect(((await frozen) as Error).name, 'the frozen tab lost it').to.equal('AbortError');
    release();
    expect(await ids()).to.deep.equal(['p1']);
  });

  it('E7, E10: without Web Locks a lease on disk lets one tab send at a time', async () => {
    const refusing = { request: () => Promise.reject(new DOMException('', 'InvalidStateError')) };
    const worlds = [new FakeWorld(), new FakeWorld()];
    (worlds[0] as FakeWorld).locks = null;
    (worlds[1] as FakeWorld).locks = refusing as unknown as LockManager;
    let release = (): void => undefined;
    backend.hold = new Promise((resolve) => (release = resolve));
    const [first, second] = worlds.map((world) => openTab(true, world)) as [Tab, Tab];
    await first.outbox.add(row(post('p1')), null);
    await until(() => backend.arrived.length === 1);
    await second.outbox.add(row(post('p2')), null);
    await quiet();
    expect(backend.arrived).to.have.length(1);
    release();
    await untilInTime([first, second], isEmpty(first));
    await untilInTime([first, second], isEmpty(second));
    expect(await ids()).to.deep.equal(['p1', 'p2']);
    expect(backend.most).to.equal(1);
  });

  it('E8: without a channel a tab learns what another has sent when it is looked at', async () => {
    const world = new FakeWorld();
    world.hasChannel = false;
    const first = openTab(false, world);
    await first.outbox.add(row(post('p1')), null);
    const second = openTab();
    await until(isEmpty(second));
    expect(states(first)).to.deep.equal(['sending']);
    await first.outbox.reread();
    expect(states(first)).to.deep.equal([]);
  });

  it('E4: a page that is put away holds nothing and goes on when it is taken up, without sending twice', async () => {
    backend.fates = ['never'];
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    await until(() => backend.arrived.length === 1);
    tab.outbox.rest();
    tab.database.close();
    await quiet();
    const { held } = await navigator.locks.query();
    expect(held?.filter((lock) => lock.name?.includes(name))).to.have.length(0);
    const other = openTab();
    await until(isEmpty(other));
    tab.outbox.rise();
    await until(isEmpty(tab));
    expect(backend.arrived).to.have.length(2);
    expect(await ids()).to.deep.equal(['p1']);
  });

  it('D1: a full disk keeps the words in this tab and the draft where it is, says so, and sends all the same', async () => {
    const tab = openTab(false);
    const draft = draftKey(key(), 'new');
    await tab.database.change([], 'relaxed', () => [[draft, { text: 'Words', savedAt: 1 }]]);
    const { change } = tab.database;
    let isFull = true;
    tab.database.change = (prefixes, durability, compute) =>
      isFull && durability === 'strict'
        ? Promise.reject(new DOMException('full', 'QuotaExceededError'))
        : change(prefixes, durability, compute);
    await tab.outbox.add(row(post('p1')), draft);
    const [kept] = tab.outbox.of(key(), 'guest');
    expect(kept?.saved).to.equal(false);
    expect(await tab.database.rows(draft), 'the draft is still the durable copy').to.have.length(1);
    tab.outbox.serve(backend.adapter, key(), 'guest', null);
    await until(async () => (await ids()).length === 1);
    isFull = false;
    await tab.outbox.add(row(post('p2')), null);
    await until(isEmpty(tab));
    expect(await ids()).to.deep.equal(['p1', 'p2']);
  });

  it('D1: room is made by dropping copies before words are called unsaved', async () => {
    const tab = openTab(false);
    const cached = ['cache', ...outboxKey(key()).slice(1)];
    await tab.database.change([], 'relaxed', () => [
      [cached, 'a copy'],
      [['cached'], { [JSON.stringify(cached)]: { size: 1, usedAt: 1 } }],
    ]);
    const { change } = tab.database;
    tab.database.change = async (prefixes, durability, compute) => {
      if (durability === 'strict' && (await tab.database.rows(['cache'])).length > 0) {
        throw new DOMException('full', 'QuotaExceededError');
      }
      return change(prefixes, durability, compute);
    };
    await tab.outbox.add(row(post('p1')), null);
    expect(tab.outbox.of(key(), 'guest')[0]?.saved).to.equal(true);
    expect(await tab.database.rows(outboxKey(key()))).to.have.length(1);
    expect(await tab.database.rows(['cache'])).to.have.length(0);
  });

  it('D3: words and copies are written apart: a copy that fails takes no words with it', async () => {
    const tab = openTab();
    const { change } = tab.database;
    const together: string[] = [];
    tab.database.change = (prefixes, durability, compute) => {
      if (prefixes.some(([kind]) => kind === 'cache')) return Promise.reject(new DOMException('', 'UnknownError'));
      return change(prefixes, durability, (rows, isOnDisk) => {
        const written = compute(rows, isOnDisk);
        const kinds = new Set(written.map(([[kind]]) => kind));
        if (kinds.has('outbox') && (kinds.has('cache') || kinds.has('cached'))) together.push([...kinds].join(' '));
        return written;
      });
    };
    await tab.outbox.add(row(post('p1')), null);
    await until(isEmpty(tab));
    expect(tab.told.map(([id, { result }]) => [id, result])).to.deep.equal([['p1', 'acknowledged']]);
    expect(together).to.deep.equal([]);
  });

  it('D10: the browser is asked to keep our storage once words have to wait, and only once', async () => {
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    await until(isEmpty(tab));
    expect(tab.world.persisted, 'nothing had to wait').to.equal(0);
    backend.always = 'lost before';
    await tab.outbox.add(row(post('p2')), null);
    await tab.outbox.add(row(post('p3')), null);
    await until(() => states(tab).includes('waiting'));
    tab.world.pass(20_000);
    await quiet();
    expect(tab.world.persisted).to.equal(1);
  });

  it('F2: with a clock years ahead nothing expires: words of an earlier year are sent', async () => {
    const first = openTab(false);
    await first.outbox.add(row(post('p1')), null);
    closeTab(first);
    const later = new FakeWorld();
    later.setClock(3 * 365 * 24 * 3_600_000);
    const tab = openTab(true, later);
    await until(isEmpty(tab));
    expect(await ids()).to.deep.equal(['p1']);
  });

  it('F3: after eight hours of sleep in the middle of a wait it goes on when it is looked at', async () => {
    backend.fates = [{ trouble: { kind: 'busy', after: 30 * 60_000 } }];
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    await until(() => states(tab)[0] === 'retrying');
    // Asleep, only the clock on the wall goes on.
    tab.world.setClock(8 * 3_600_000);
    await tab.outbox.reread();
    tab.outbox.wake();
    await until(isEmpty(tab));
    expect(await ids()).to.deep.equal(['p1']);
  });

  it('R-6: Discard and Retry hold also when they are pressed before this outbox has read the disk', async () => {
    backend.always = { trouble: { kind: 'refused', reason: 'too-long' } };
    const first = openTab();
    await first.outbox.add(row(post('p1', { text: 'Thrown away' })), null);
    await first.outbox.add(row(post('p2')), null);
    await until(() => states(first).every((state) => state === 'refused'));
    await quiet();
    closeTab(first);
    backend.always = null;
    const tab = openTab();
    tab.outbox.retry('p2');
    expect(await tab.outbox.discard('p1')).to.equal('Thrown away');
    await until(isEmpty(tab));
    expect(await ids()).to.deep.equal(['p2']);
  });

  it('D9: words this page knows are written again when the site’s data was cleared under it', async () => {
    const tab = openTab(false);
    await tab.outbox.add(row(post('p1')), null);
    await deleteDatabase(name);
    await until(async () => (await tab.database.rows(outboxKey(key()))).length === 1);
    expect(tab.outbox.of(key(), 'guest')).to.have.length(1);
    const next = openTab();
    await until(isEmpty(next));
    expect(await ids()).to.deep.equal(['p1']);
  });

  it('D9, O: words that were read from the disk are written again in their order', async () => {
    const first = openTab(false);
    for (const id of ['p3', 'p1', 'p2']) await first.outbox.add(row(post(id)), null);
    closeTab(first);
    const tab = openTab(false);
    await tab.outbox.ready;
    await deleteDatabase(name);
    await until(async () => (await tab.database.rows(outboxKey(key()))).length === 3);
    tab.outbox.serve(backend.adapter, key(), 'guest', null);
    await until(isEmpty(tab));
    expect(backend.arrived.map(({ id }) => id)).to.deep.equal(['p3', 'p1', 'p2']);
  });

  it('B20: what was sent and comes back as lost stays, although it had come to its end on this page', async () => {
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    await until(isEmpty(tab));
    await tab.outbox.add({ ...row(post('p1')), delivery: { state: 'refused', reason: 'lost' } }, null);
    await tab.outbox.reread();
    await tab.outbox.reread();
    expect(states(tab)).to.deep.equal(['refused']);
    expect(await tab.database.rows(outboxKey(key()))).to.have.length(1);
  });

  it('D7: what was sent while the disk was away is not left on it', async () => {
    const tab = openTab(false);
    await tab.outbox.add(row(post('p1')), null);
    const answer = await loseDisk(tab);
    tab.outbox.serve(backend.adapter, key(), 'guest', null);
    await until(() => states(tab).length === 0);
    await answer();
    await until(() => tab.database.place === 'disk');
    await tab.outbox.reread();
    await until(isEmpty(tab));
    expect(await ids()).to.deep.equal(['p1']);
  });

  it('D8: a connection that was lost brings nothing back that another tab has sent or thrown away meanwhile', async () => {
    const deaf = openTab(false);
    await deaf.outbox.add(row(post('p1')), null);
    await deaf.outbox.add(row(post('p2', { text: 'Thrown away' })), null);
    deaf.channel.close();
    const other = openTab(false);
    await other.outbox.ready;
    await other.outbox.discard('p2');
    other.outbox.serve(backend.adapter, key(), 'guest', null);
    await until(isEmpty(other));
    expect(states(deaf), 'it heard of nothing').to.have.length(2);
    await takeConnections(name);
    await until(() => states(deaf).length === 0);
    expect(await other.database.rows(outboxKey(key()))).to.deep.equal([]);
    expect(deaf.told.map(([id]) => id).sort(), 'and it is told of both').to.deep.equal(['p1', 'p2']);
    expect(await ids()).to.deep.equal(['p1']);
  });

  it('S-4: words that were read from the disk go as their writer’s, also when the disk is lost before they are sent', async () => {
    const first = openTab(false);
    await first.outbox.add(row(post('p1')), null);
    const written = (await first.database.rows(siteRow('token', key())))[0]?.[1];
    closeTab(first);
    const tab = openTab(false);
    await tab.outbox.ready;
    tab.world.indexedDB = null;
    await takeConnections(name);
    await until(() => tab.database.place === 'refused');
    tab.outbox.serve(backend.adapter, key(), 'guest', null);
    await until(() => tab.outbox.of(key(), 'guest').length === 0);
    expect(backend.tokens).to.deep.equal([written]);
  });

  it('S-4: a repeat comes from the writer of the first attempt, also where the site has another secret by now', async () => {
    const tab = openTab();
    backend.fates = ['lost after'];
    await tab.outbox.add(row(post('p1')), null);
    await until(() => states(tab)[0] === 'waiting');
    // The site's data was cleared, and another tab was first to make it anew.
    await tab.database.change([], 'strict', () => [[siteRow('token', key()), 'x'.repeat(43)]]);
    tab.channel.announce('changed', key());
    await tab.outbox.reread();
    closeTab(tab);
    const next = openTab();
    await untilInTime([next], isEmpty(next));
    await next.outbox.add(row(post('p2')), null);
    await untilInTime([next], isEmpty(next));
    expect(backend.tokens[1]).to.equal(backend.tokens[0]);
    expect(backend.tokens[2]).to.equal('x'.repeat(43));
    expect(await ids()).to.deep.equal(['p1', 'p2']);
  });

  for (const isFirst of [true, false]) {
    const when = isFirst ? 'was open by then' : 'comes later';
    it(`S-4, D7: a secret that the disk does not take is that of a tab, too, which ${when} and has the disk`, async () => {
      let other = isFirst ? openTab() : null;
      await other?.outbox.ready;
      const [away, answer] = await writeWithoutDisk();
      await untilInTime([away], isEmpty(away));
      other ??= openTab();
      await other.outbox.ready;
      await until(async () => (await other?.outbox.token(key())) !== null);
      await other.outbox.add(row(post('p2')), null);
      await untilInTime([other], isEmpty(other));
      await answer();
      await until(() => away.database.place === 'disk');
      await away.outbox.add(row(post('p3')), null);
      await untilInTime([away], isEmpty(away));
      expect(await ids()).to.deep.equal(['p1', 'p2', 'p3']);
      expect(new Set(backend.tokens).size, 'writers').to.equal(1);
      const stored = await other.database.rows(siteRow('token', key()));
      expect(stored.map(([, secret]) => secret)).to.deep.equal([backend.tokens[0]]);
    });
  }

  it('S-4, D1: a secret that a full disk does not take is that of another tab, too, which finds room', async () => {
    const [full, other] = [openTab(), openTab()];
    await Promise.all([full.outbox.ready, other.outbox.ready]);
    full.database.change = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    await full.outbox.add(row(post('p1')), null);
    await untilInTime([full], isEmpty(full));
    await until(async () => (await other.outbox.token(key())) !== null);
    await other.outbox.add(row(post('p2')), null);
    await untilInTime([other], isEmpty(other));
    expect(new Set(backend.tokens).size, 'writers').to.equal(1);
  });

  it('R-14, S-4: a secret that was forgotten does not come back from a tab that has not heard of it yet', async () => {
    const tab = openTab();
    await tab.outbox.add(row(post('p1')), null);
    await untilInTime([tab], isEmpty(tab));
    const [secret = ''] = backend.tokens;
    tab.outbox.forget(key());
    await tab.database.change([], 'strict', () => [[siteRow('token', key()), undefined]]);
    const late = makeTabs(new FakeWorld());
    late.announce('secret', key(), secret);
    await quiet();
    expect(await tab.outbox.token(key())).to.equal(null);
    late.announce('secret', key(), 'x'.repeat(43));
    await until(async () => (await tab.outbox.token(key())) === 'x'.repeat(43));
    late.close();
  });

  it('S-4, D7: a tab that cannot read the disk asks the others for the secret that is there', async () => {
    const other = openTab();
    await other.outbox.add(row(post('p1')), null);
    await untilInTime([other], isEmpty(other));
    const world = new FakeWorld();
    world.indexedDB = null;
    const away = openTab(true, world);
    await until(async () => (await away.outbox.token(key())) !== null);
    await away.outbox.add(row(post('p2')), null);
    await untilInTime([away], isEmpty(away));
    expect(new Set(backend.tokens).size, 'writers').to.equal(1);
  });

  it('D7: words written in the moment in which a late disk takes over are kept there, too', async () => {
    const [tab, answer] = await writeWithoutDisk(false);

    const during: Promise<void>[] = [];
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...asked) {
      // What is moved is chosen by now, and the move is not over.
      if (during.length === 0) during.push(tab.outbox.add(row(post('p2')), null));
      return put.apply(this, asked);
    };
    try {
      await answer();
      await until(() => tab.database.place === 'disk');
      await Promise.all(during);
    } finally {
      IDBObjectStore.prototype.put = put;
    }
    await until(async () => (await tab.database.rows(outboxKey(key()))).length === 2);
    await tab.outbox.reread();
    expect(tab.outbox.of(key(), 'guest').map(({ operation: { id } }) => id)).to.deep.equal(['p1', 'p2']);
    tab.outbox.serve(backend.adapter, key(), 'guest', null);
    await until(isEmpty(tab));
    expect(await ids()).to.deep.equal(['p1', 'p2']);
  });

  it('D7: a disk that was away brings nothing back that another tab has sent or thrown away meanwhile', async () => {
    const away = openTab(false);
    await away.outbox.add(row(post('p1')), null);
    await away.outbox.add(row(post('p2', { text: 'Thrown away' })), null);
    away.channel.close();
    const answer = await loseDisk(away);
    const other = openTab();
    await other.outbox.ready;
    await other.outbox.discard('p2');
    await until(isEmpty(other));
    await answer();
    await until(() => away.database.place === 'disk' && states(away).length === 0);
    expect(await other.database.rows(outboxKey(key()))).to.deep.equal([]);
    expect(await ids()).to.deep.equal(['p1']);
  });

  it('D7: what is thrown away in a tab that lost the disk is thrown away', async () => {
    const [lostIt, hasIt] = [openTab(false), openTab(false)];
    await lostIt.outbox.add(row(post('p1')), null);
    await until(() => states(hasIt).length === 1);
    lostIt.world.indexedDB = null;
    await takeConnections(name);
    await until(() => lostIt.database.place === 'refused');
    await lostIt.outbox.discard('p1');
    await until(isEmpty(hasIt));
    const next = openTab();
    await next.outbox.ready;
    await quiet();
    expect(backend.arrived).to.have.length(0);
  });

  it('D15: a row nobody can read shows its words as refused, and the others go out', async () => {
    const maker = openTab(false);
    await maker.database.change([], 'strict', () => [
      [outboxKey(key(), 'broken'), { shape: 1, row: { operation: { text: 'Words to save' }, identity: 'guest' } }],
      [outboxKey(key(), 'newer'), { shape: 2, anything: true }],
      [outboxKey(key(), 'nothing'), null],
    ]);
    closeTab(maker);
    const tab = openTab();
    await tab.outbox.ready;
    await tab.outbox.add(row(post('p1')), null);
    await until(async () => (await ids()).length === 1 && tab.told.length === 1);
    const rows = tab.outbox.of(key(), 'guest');
    expect(rows.map(({ operation }) => operation.id).sort()).to.deep.equal(['broken', 'nothing']);
    expect(rows.map(({ delivery }) => delivery)).to.deep.include({ state: 'refused', reason: 'unreadable' });
    expect(await tab.outbox.discard('broken')).to.equal('Words to save');
    await until(async () => (await tab.database.rows(outboxKey(key()))).length === 2);
    expect(await tab.database.rows(outboxKey(key(), 'newer')), 'D13: left for the newer version').to.have.length(1);
  });

  it('F1: a clock that jumps in either direction neither stops the queue nor empties it', async () => {
    for (const jump of [-365, 365]) {
      backend.fates = [{ trouble: { kind: 'busy', after: 60_000 } }];
      const tab = openTab();
      const id = `jump ${jump}`;
      await tab.outbox.add(row(post(id)), null);
      await until(() => states(tab)[0] === 'retrying');
      tab.world.setClock(jump * 24 * 3_600_000);
      tab.world.pass(70_000);
      await until(isEmpty(tab));
      expect(await ids()).to.include(id);
      closeTab(tab);
    }
  });

  it('F1: a wait that another clock wrote far into the future is not waited out', async () => {
    const first = openTab(false);
    await first.outbox.add({ ...row(post('p1')), notBefore: first.world.now() + 365 * 24 * 3_600_000 }, null);
    closeTab(first);
    const tab = openTab();
    await until(isEmpty(tab));
    expect(await ids()).to.deep.equal(['p1']);
  });

  it('D7, D13: words that a held disk takes only after it was lost stay where they were written, and are sent once', async () => {
    const tab = openTab(false);
    await tab.outbox.ready;
    const letGo = await holdDisk();
    const words = row(post('Words'));
    const adding = tab.outbox.add(words, null);
    await quiet();
    const { answer, taken } = await loseHeldDisk(tab);
    await letGo();
    await adding;
    await taken;
    await tab.outbox.reread();
    await tab.outbox.reread();
    expect(states(tab)).to.deep.equal(['sending']);
    await answer();
    await until(() => tab.database.place === 'disk');
    await tab.outbox.reread();
    expect(states(tab)).to.deep.equal(['sending']);
    tab.outbox.serve(backend.adapter, key(), 'guest', null);
    await untilInTime([tab], isEmpty(tab));
    expect(await ids()).to.deep.equal([words.operation.id]);
    expect(backend.arrived).to.have.length(1);
  });

  it('D7, D13: what was read of a held disk after it was lost is read again when it is back', async () => {
    const other = openTab(false);
    const tab = openTab(false);
    await Promise.all([other.outbox.ready, tab.outbox.ready]);
    // A page that hears nothing of it.
    tab.channel.close();
    await other.outbox.add(row(post('Words of another tab')), null);
    const letGo = await holdDisk();
    const asked = tab.outbox.reread();
    await quiet();
    const { answer, taken } = await loseHeldDisk(tab);
    await letGo();
    await Promise.all([asked, taken]);
    await tab.outbox.reread();
    await answer();
    await until(() => tab.database.place === 'disk');
    await tab.outbox.reread();
    expect(states(tab)).to.deep.equal(['sending']);
  });
});
