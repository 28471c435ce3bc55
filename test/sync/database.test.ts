import { expect } from '@open-wc/testing';
import { isFull, openDatabase, type Database, type Key, type Row } from '../../src/sync/database.ts';
import { deleteDatabase, FakeWorld, freshName, quiet, until } from '../helpers/fake-world.ts';

const put = (database: Database, key: Key, value: unknown): Promise<void> =>
  database.change([], 'strict', () => [[key, value]]);
const keysOf = (rows: readonly Row[]): string[] => rows.map(([key]) => key.join('/')).sort();

/** A factory that behaves as told and is a real one otherwise. */
function factory(changed: Partial<IDBFactory>): IDBFactory {
  return { open: (name: string) => indexedDB.open(name), ...changed } as IDBFactory;
}

describe('what this browser keeps', () => {
  let world: FakeWorld;
  let name: string;

  beforeEach(() => {
    world = new FakeWorld();
    name = freshName();
  });

  afterEach(async () => {
    await deleteDatabase(name);
  });

  it('finds rows by how their keys begin, and only those', async () => {
    const database = openDatabase(world, name);
    await put(database, ['draft', 'a', 'site', 'page', 'new'], 1);
    await put(database, ['draft', 'a', 'site', 'page', 'reply x'], 2);
    await put(database, ['draft', 'a', 'site', 'page2', 'new'], 3);
    await put(database, ['draft', 'a', 'site', '', 'new'], 4);
    expect(keysOf(await database.rows(['draft', 'a', 'site', 'page']))).to.deep.equal([
      'draft/a/site/page/new',
      'draft/a/site/page/reply x',
    ]);
    expect(await database.rows(['draft', 'a', 'site', 'page', 'new'])).to.have.length(1);
    expect(await database.rows(['draft'])).to.have.length(4);
    expect(await database.rows(['dra'])).to.have.length(0);
    database.close();
  });

  it('is still there for the next page, and says that it is on disk', async () => {
    const first = openDatabase(world, name);
    await put(first, ['who'], { name: 'Ann' });
    expect(first.place).to.equal('disk');
    first.close();
    const second = openDatabase(new FakeWorld(), name);
    expect(await second.rows(['who'])).to.deep.equal([[['who'], { name: 'Ann' }]]);
    second.close();
  });

  it('changes what was read in the same transaction, so that two tabs never overwrite each other', async () => {
    const tabs = [openDatabase(world, name), openDatabase(new FakeWorld(), name)];
    const add = (database: Database): Promise<void> =>
      database.change([['sum']], 'relaxed', ([row]) => [[['sum'], ((row?.[1] as number) ?? 0) + 1]]);
    await Promise.all([...tabs, ...tabs, ...tabs].map(add));
    expect((await tabs[0]?.rows(['sum']))?.[0]?.[1]).to.equal(6);
    tabs.forEach((database) => database.close());
  });

  it('D4, D5, D6: with no storage, or a forbidden one, it goes on in memory with the same results', async () => {
    const forbidden: (IDBFactory | null)[] = [
      null,
      factory({
        open: () => {
          throw new DOMException('no', 'SecurityError');
        },
      }),
    ];
    for (const indexedDB of forbidden) {
      world.indexedDB = indexedDB;
      const database = openDatabase(world, name);
      await put(database, ['who', 'b'], { name: 'Ann' });
      await put(database, ['who', 'a'], { name: 'Bob' });
      await put(database, ['who', 'a'], undefined);
      expect(database.place).to.equal('refused');
      expect(await database.rows(['who'])).to.deep.equal([[['who', 'b'], { name: 'Ann' }]]);
    }
  });

  it('D7: storage that never answers is given three seconds; what was written meanwhile moves there once', async () => {
    let answer = (): void => undefined;
    world.indexedDB = factory({
      open: () => {
        const late = {} as IDBOpenDBRequest;
        answer = () => {
          const real = indexedDB.open(name);
          real.onupgradeneeded = () => real.result.createObjectStore('rows');
          real.onsuccess = () => {
            Object.defineProperty(late, 'result', { value: real.result });
            late.onsuccess?.call(late, new Event('success'));
          };
        };
        return late;
      },
    });
    const database = openDatabase(world, name);
    let returns = 0;
    database.onReturn(() => returns++);
    const written = put(database, ['who'], 'Ann');
    await quiet();
    world.pass(2999);
    expect(database.place).to.equal('disk');
    world.pass(1);
    await written;
    expect(database.place).to.equal('refused');
    answer();
    await until(() => database.place === 'disk');
    expect(returns).to.equal(2); // lost, and back
    world.indexedDB = globalThis.indexedDB;
    const other = openDatabase(world, name);
    expect((await other.rows(['who']))[0]?.[1]).to.equal('Ann');
    other.close();
    database.close();
  });

  it('D8: a connection that was lost is opened again, once, and nothing is called saved before it is', async () => {
    let opened: IDBDatabase | undefined;
    let opens = 0;
    world.indexedDB = factory({
      open: (name) => {
        opens++;
        const request = indexedDB.open(name);
        request.addEventListener('success', () => (opened = request.result));
        return request;
      },
    });
    const database = openDatabase(world, name);
    await put(database, ['who'], 'Ann');
    opened?.close(); // As Safari does it: the next transaction throws InvalidStateError.
    await put(database, ['who'], 'Bob');
    expect(opens).to.equal(2);
    expect((await database.rows(['who']))[0]?.[1]).to.equal('Bob');
    expect(database.place).to.equal('disk');

    world.indexedDB = factory({
      open: (name) => {
        const request = indexedDB.open(name);
        request.addEventListener('success', () => request.result.close());
        return request;
      },
    });
    opened?.close();
    await put(database, ['who'], 'Cid');
    expect(database.place).to.equal('refused');
    expect((await database.rows(['who']))[0]?.[1]).to.equal('Cid');
  });

  it('D9: an opening that is broken off while the site’s data is cleared is tried again, and not for ever', async () => {
    let breaks = 2;
    let broken = 0;
    world.indexedDB = factory({
      open: (asked) => {
        const request = indexedDB.open(asked);
        const breakOff = (): void => request.addEventListener('upgradeneeded', () => request.transaction?.abort());
        if (breaks-- > 0) queueMicrotask(breakOff); // After what the database itself does then.
        request.addEventListener('error', () => broken++);
        return request;
      },
    });
    const breakTimes = async (...waits: readonly number[]): Promise<void> => {
      const before = broken;
      for (const [times, wait] of waits.entries()) {
        await until(() => broken === before + times + 1);
        await quiet(3);
        world.pass(wait);
      }
    };
    const database = openDatabase(world, name);
    const written = put(database, ['who'], 'Ann');
    await breakTimes(500, 1000);
    await written;
    expect(database.place).to.equal('disk');
    database.close();

    breaks = 4;
    const never = openDatabase(world, freshName());
    const unwritten = put(never, ['who'], 'Bob');
    await breakTimes(500, 1000, 2000);
    await unwritten;
    expect(never.place).to.equal('refused');
  });

  it('D12: lets another version of us upgrade, and takes the database up again after it', async () => {
    const database = openDatabase(world, name);
    await put(database, ['who'], 'Ann');
    await new Promise<void>((resolve, reject) => {
      const upgrade = indexedDB.open(name, 7);
      upgrade.onblocked = () => reject(new Error('It was blocked.'));
      upgrade.onsuccess = () => {
        upgrade.result.close();
        resolve();
      };
    });
    expect((await database.rows(['who']))[0]?.[1]).to.equal('Ann');
    expect(database.place, 'D13: a higher version with the same shape is no hindrance').to.equal('disk');
    database.close();
  });

  it('D13: a database of another shape is left alone', async () => {
    await new Promise<void>((resolve) => {
      const other = indexedDB.open(name, 3);
      other.onupgradeneeded = () => other.result.createObjectStore('theirs').put('kept', 1);
      other.onsuccess = () => {
        other.result.close();
        resolve();
      };
    });
    const database = openDatabase(world, name);
    await put(database, ['who'], 'Ann');
    expect(database.place).to.equal('refused');
    const kept = await new Promise((resolve) => {
      const other = indexedDB.open(name);
      other.onsuccess = () => {
        const read = other.result.transaction('theirs').objectStore('theirs').get(1);
        read.onsuccess = () => {
          other.result.close();
          resolve(read.result);
        };
      };
    });
    expect(kept).to.equal('kept');
  });

  it('D14: an upgrade that breaks off leaves the old data as it was, this tab in memory, and the page unharmed', async () => {
    let uncaught = 0;
    const count = (): void => void uncaught++;
    addEventListener('error', count);
    const { createObjectStore } = IDBDatabase.prototype;
    IDBDatabase.prototype.createObjectStore = () => {
      throw new DOMException('half-way', 'UnknownError');
    };
    const broken = openDatabase(world, name);
    await put(broken, ['who'], 'Ann');
    expect(broken.place).to.equal('refused');
    expect((await broken.rows(['who']))[0]?.[1]).to.equal('Ann');
    IDBDatabase.prototype.createObjectStore = createObjectStore;
    removeEventListener('error', count);
    expect(uncaught, 'nothing reaches the page').to.equal(0);
    const next = openDatabase(new FakeWorld(), name);
    await put(next, ['who'], 'Bob');
    expect(next.place, 'the next page upgrades it').to.equal('disk');
    next.close();
  });

  it('D17: nothing foreign can be waited for inside a transaction: what would is refused with nothing written', async () => {
    const database = openDatabase(world, name);
    await put(database, ['who'], 'Ann');
    let error: unknown;
    const later = (async () => [[['who'], 'Bob']]) as unknown as () => readonly Row[];
    await database.change([['who']], 'strict', later).catch((caught: unknown) => (error = caught));
    expect(error).to.be.instanceOf(TypeError);
    expect((await database.rows(['who']))[0]?.[1]).to.equal('Ann');
    expect(database.place).to.equal('disk');
    database.close();
  });

  it('D16: what cannot be cloned is refused whole, and the disk is not blamed for it', async () => {
    const database = openDatabase(world, name);
    let error: unknown;
    await database
      .change([], 'strict', () => [
        [['who', 'a'], 'Ann'],
        [['who', 'b'], () => 0],
      ])
      .catch((caught: unknown) => (error = caught));
    expect((error as Error).name).to.equal('DataCloneError');
    expect(isFull(error)).to.equal(false);
    expect(await database.rows(['who'])).to.have.length(0);
    expect(database.place).to.equal('disk');
    database.close();
  });

  it('passes on what the change itself refuses, with nothing written and the disk still in use', async () => {
    const database = openDatabase(world, name);
    let error: unknown;
    await database
      .change([], 'strict', () => {
        throw new TypeError('no');
      })
      .catch((caught: unknown) => (error = caught));
    expect((error as Error).message).to.equal('no');
    expect(database.place).to.equal('disk');
    database.close();
  });
});
