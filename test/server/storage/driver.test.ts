/**
 * The two SQLite libraries: what the storage counts on is the same with each that this Node has, and one goes on with the
 * other's file. `npm run nodes` runs this with Node 20, 22 and 24.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { CompiledQuery } from 'kysely';
import { compiledLibrary, nodeLibrary, NoSqliteError, sqliteLibrary } from '../../../src/server/storage/driver.ts';
import type { SqliteFile, SqliteLibrary } from '../../../src/server/storage/driver.ts';
import { openSqlite } from '../../../src/server/storage/sqlite.ts';

function compiled(): SqliteLibrary | null {
  try {
    return compiledLibrary();
  } catch (error) {
    assert.ok(error instanceof NoSqliteError);
    return null;
  }
}

const LIBRARIES = [nodeLibrary(), compiled()].filter((it) => it !== null);

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'afterword-driver-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function closedAfter(t: TestContext, file: SqliteFile): SqliteFile {
  t.after(() => file.close());
  return file;
}

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
  return 'no error';
};

const plain = (rows: readonly unknown[]): unknown[] => rows.map((row) => ({ ...(row as object) }));

describe('the SQLite library', () => {
  it('W10: from 22.16 on it is the one that Node brings, which nobody has to compile', () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const brings = major > 22 || (major === 22 && minor >= 16);
    assert.equal(sqliteLibrary().name, brings ? 'node:sqlite' : 'better-sqlite3');
  });

  it('W10: one library goes on with what another has written, while both have the file open', (t) => {
    const path = join(folderOf(t), 'both.sqlite');
    const files = LIBRARIES.map((library) => closedAfter(t, library.open(path, { busyMs: 5_000 })));
    files[0]?.exec('pragma journal_mode = WAL; create table words (n integer primary key, text text)');
    for (const [n, file] of files.entries()) file.prepare('insert into words values (?, ?)').run([n, `é ${n}`]);
    for (const file of files) {
      const rows = plain(file.prepare('select * from words order by n').all([]));
      assert.deepEqual(
        rows,
        LIBRARIES.map((_, n) => ({ n, text: `é ${n}` })),
      );
    }
  });

  for (const library of LIBRARIES) {
    describe(library.name, () => {
      it('W10: values come back as they went in', (t) => {
        const file = closedAfter(t, library.open(':memory:'));
        file.exec('create table it (a text, b integer, c real, d bigint)');
        const insert = file.prepare('insert into it values (?, ?, ?, ?)');
        assert.equal(insert.reader, false);
        assert.equal(Number(insert.run(['ä😀"', 7, 0.5, 1_790_000_000_000]).changes), 1);
        assert.equal(Number(insert.run([null, null, null, Number.MAX_SAFE_INTEGER]).lastInsertRowid), 2);
        const select = file.prepare('select *, typeof(b) as kind from it where d > ? limit ?');
        assert.equal(select.reader, true);
        const rows = [
          // No NUL: rules/words.ts lets none in, and Node 22 would end the text there.
          { a: 'ä😀"', b: 7, c: 0.5, d: 1_790_000_000_000, kind: 'integer' },
          { a: null, b: null, c: null, d: Number.MAX_SAFE_INTEGER, kind: 'null' },
        ];
        assert.deepEqual(plain(select.all([1, 5])), rows);
        assert.deepEqual(plain([...select.iterate([1, 5])]), rows);
        assert.equal(file.prepare("update it set a = 'x' where b = 7 returning a").reader, true);
        for (const sql of ['begin', 'commit', 'create table more (a)', 'vacuum', 'delete from it']) {
          assert.equal(file.prepare(sql).reader, false, sql);
        }
      });

      it('W10: it tells whether a transaction is open, also when SQLite itself has ended it', (t) => {
        const file = closedAfter(t, library.open(':memory:'));
        file.exec('create table it (a unique)');
        assert.equal(file.inTransaction, false);
        file.prepare('begin immediate').run([]);
        assert.equal(file.inTransaction, true);
        file.exec('insert into it values (1)');
        assert.match(
          codeOf(() => file.exec('insert or rollback into it values (1)')),
          /^SQLITE_CONSTRAINT/,
        );
        assert.equal(file.inTransaction, false);
      });

      it('W10: errors are named by the codes that the rest of the server reads', (t) => {
        const folder = folderOf(t);
        const path = join(folder, 'it.sqlite');
        const one = closedAfter(t, library.open(path));
        const other = closedAfter(t, library.open(path, { busyMs: 20 }));
        one.exec('pragma journal_mode = WAL; create table it (a primary key)');
        one.exec('begin immediate');
        assert.equal(
          codeOf(() => other.prepare('begin immediate').run([])),
          'SQLITE_BUSY',
        );
        one.exec('commit');
        const readOnly = closedAfter(t, library.open(path, { readOnly: true }));
        assert.match(
          codeOf(() => readOnly.prepare('delete from it').run([])),
          /^SQLITE_READONLY/,
        );
        assert.match(
          codeOf(() => library.open(join(folder, 'none'), { readOnly: true })),
          /^SQLITE_CANTOPEN/,
        );
        writeFileSync(join(folder, 'text'), 'This is a letter and not a database. '.repeat(100));
        assert.equal(
          codeOf(() => closedAfter(t, library.open(join(folder, 'text'))).prepare('select * from it')),
          'SQLITE_NOTADB',
        );
        one.exec('pragma max_page_count = 3');
        const insert = one.prepare('insert into it values (?)');
        assert.equal(
          codeOf(() => {
            for (let n = 0; n < 100; n += 1) insert.run(['x'.repeat(1_000) + n]);
          }),
          'SQLITE_FULL',
        );
      });

      it('W10: the writer flushes each commit to the disk, and the reader can’t write', async (t) => {
        const { writer, reader, close } = openSqlite(join(folderOf(t), 'it.sqlite'), library);
        t.after(close);
        const pragma = async (db: typeof writer, name: string) =>
          Object.values((await db.executeQuery(CompiledQuery.raw(`pragma ${name}`))).rows[0] as object)[0] as unknown;
        assert.equal(await pragma(writer, 'journal_mode'), 'wal');
        assert.equal(await pragma(writer, 'synchronous'), 2);
        assert.equal(await pragma(writer, 'foreign_keys'), 1);
        assert.equal(await pragma(reader, 'query_only'), 1);
        await assert.rejects(reader.executeQuery(CompiledQuery.raw('create table it (a)')), /readonly/);
      });
    });
  }
});
