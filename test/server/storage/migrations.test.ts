import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { sql } from 'kysely';
import { hashMailbox } from '../../../src/server/rules/mailboxes.ts';
import { MIGRATIONS, type Migration, MigrationError, readMeta } from '../../../src/server/storage/migrations.ts';
import { Storage } from '../../../src/server/storage/storage.ts';

function fileFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'afterword-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'deep', 'in', 'a', 'folder', 'comments.sqlite');
}

describe('the database file', () => {
  it('S-1: is made with its folder, durable on acknowledge, and opened again as it was', async (t) => {
    const file = fileFor(t);
    const storage = await Storage.open(file);
    assert.equal(storage.isNew, true);
    const pragma = async (name: string) => {
      const { rows } = await sql<Record<string, unknown>>`${sql.raw(`pragma ${name}`)}`.execute(storage.writer);
      return Object.values(rows[0] ?? {})[0];
    };
    assert.equal(await pragma('journal_mode'), 'wal');
    assert.equal(await pragma('synchronous'), 2);
    assert.equal(await pragma('foreign_keys'), 1);
    assert.ok(Number(await pragma('busy_timeout')) >= 5_000);
    const epoch = await readMeta(storage.writer, 'epoch');
    const { secret } = storage;
    assert.ok(secret.length >= 40);
    await storage.close();
    const again = await Storage.open(file);
    t.after(() => again.close());
    assert.equal(again.isNew, false);
    assert.equal(await readMeta(again.writer, 'epoch'), epoch);
    assert.equal(again.secret, secret);
    await assert.rejects(sql`delete from sites`.execute(again.reader), /readonly/);
  });

  it('H12: a step that breaks off half-way has not happened, and the next start takes it again', async (t) => {
    const file = fileFor(t);
    await (await Storage.open(file)).close();
    let isBroken = true;
    const step: Migration = {
      name: 'adds a table',
      run: async (db) => {
        await db.schema.createTable('extra').addColumn('x', 'integer').execute();
        await sql`insert into extra values (1)`.execute(db);
        if (isBroken) throw new Error('The power went.');
      },
    };
    const migrations = [...MIGRATIONS, step];
    await assert.rejects(Storage.open(file, { migrations }), /power/);
    const old = await Storage.open(file);
    const tables = await old.reader.introspection.getTables();
    assert.ok(!tables.some((table) => table.name === 'extra'));
    await old.close();
    isBroken = false;
    const whole = await Storage.open(file, { migrations });
    const { rows } = await sql<{ n: number }>`select count(*) as n from extra`.execute(whole.reader);
    assert.equal(rows[0]?.n, 1);
    await whole.close();
    await assert.rejects(
      Storage.open(file),
      (error: Error) => error instanceof MigrationError && /newer afterword-server/.test(error.message),
    );
  });

  it('X1: addresses of an older database are folded anew: spellings become one, and “never again” holds for all of them', async (t) => {
    const file = fileFor(t);
    const old = await Storage.open(file, { migrations: MIGRATIONS.slice(0, 3) });
    const { secret } = old;
    const address = (id: string, site: string, address: string, blocked = 0) =>
      sql`insert into addresses (id, site, channel, address, folded, keys, language, blocked, created_at)
          values (${id}, ${site}, 'mail', ${address}, ${address.toLowerCase()}, null, 'en', ${blocked}, 1)`.execute(
        old.writer,
      );
    const holder = (author: string, id: string) =>
      sql`insert into holders values ('default', ${author}, ${id}, 5, 5)`.execute(old.writer);
    const hashed = createHmac('sha256', secret).update('mail\nann@bücher.example').digest('base64url');
    await address('a1', 'default', 'Ann@bu\u0308cher.example');
    await address('a2', 'default', 'ann@bücher.example');
    await address('a3', 'default', 'ann@xn--bcher-kva.example');
    await address('b1', 'default', 'bob+x@example.com');
    await address('b2', 'other', 'bob@example.com', 1);
    await holder('ada', 'a2');
    await holder('ada', 'a3');
    await holder('eve', 'a3');
    await holder('bob', 'b1');
    await sql`insert into confirmations values (${hashed}, 77)`.execute(old.writer);
    await sql`insert into bans values ('1', 'default', 'email', 'Eve+1@Example.com', null, '', 1)`.execute(old.writer);
    await old.close();

    const storage = await Storage.open(file);
    t.after(() => storage.close());
    const rows = async (query: string) =>
      (await sql<Record<string, unknown>>`${sql.raw(query)}`.execute(storage.reader)).rows.map((row) => ({ ...row }));
    assert.deepEqual(await rows('select id, folded, mailbox, blocked from addresses order by id'), [
      { id: 'a1', folded: 'ann@xn--bcher-kva.example', mailbox: 'ann@xn--bcher-kva.example', blocked: 0 },
      { id: 'b1', folded: 'bob+x@example.com', mailbox: 'bob@example.com', blocked: 1 },
      { id: 'b2', folded: 'bob@example.com', mailbox: 'bob@example.com', blocked: 1 },
    ]);
    assert.deepEqual(await rows('select author_id, address_id from holders order by author_id'), [
      { author_id: 'ada', address_id: 'a1' },
      { author_id: 'eve', address_id: 'a1' },
    ]);
    assert.deepEqual(await rows('select value from bans'), [{ value: 'eve@example.com' }]);
    const asked = await rows('select address_hash as hash, sent_at from confirmations where sent_at = 77');
    assert.ok(asked.some(({ hash }) => hash === hashMailbox('ann@xn--bcher-kva.example', secret)));
  });

  it('S-1: a file that is no database is left as it is', async (t) => {
    const file = join(mkdtempSync(join(tmpdir(), 'afterword-')), 'notes.txt');
    t.after(() => rmSync(join(file, '..'), { recursive: true }));
    writeFileSync(file, 'My notes, which are not a database. '.repeat(100));
    await assert.rejects(Storage.open(file), /not a database/);
  });
});
