import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { sql } from 'kysely';
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

  it('S-1: a file that is no database is left as it is', async (t) => {
    const file = join(mkdtempSync(join(tmpdir(), 'afterword-')), 'notes.txt');
    t.after(() => rmSync(join(file, '..'), { recursive: true }));
    writeFileSync(file, 'My notes, which are not a database. '.repeat(100));
    await assert.rejects(Storage.open(file), /not a database/);
  });
});
