/**
 * SQLite under Kysely: durable on acknowledge, readers beside one writer, write transactions that take the lock at their
 * beginning. Which library opens the file is driver.ts's affair.
 */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryCompiler,
  SqliteAdapter,
  type Dialect,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { type SqliteFile, type SqliteLibrary, type Statement, sqliteLibrary } from './driver.ts';
import type { Tables } from './tables.ts';

/** How long a write waits for another process's before it gives up, in milliseconds. */
const BUSY_MS = 10_000;

export interface Connections {
  /** One connection whose transactions take the write lock when they begin. */
  readonly writer: Kysely<Tables>;
  /** One connection that never writes; a transaction on it is a snapshot. */
  readonly reader: Kysely<Tables>;
  close(): Promise<void>;
}

/** Makes the file, and its folder, where there is none. */
export function openSqlite(file: string, library: SqliteLibrary = sqliteLibrary()): Connections {
  const path = resolve(file);
  mkdirSync(dirname(path), { recursive: true });
  const writing = openWriter(library, path);
  const reading = openReader(library, path);
  const writer = new Kysely<Tables>({ dialect: new FileDialect(writing, 'begin immediate') });
  const reader = new Kysely<Tables>({ dialect: new FileDialect(reading, 'begin') });
  return {
    writer,
    reader,
    close: async () => {
      await reader.destroy();
      await writer.destroy();
      // Kysely closes only what it has used, and SQLite takes its log into the file when the last connection closes.
      reading.close();
      writing.close();
    },
  };
}

function openWriter(library: SqliteLibrary, path: string): SqliteFile {
  const database = library.open(path, { busyMs: BUSY_MS });
  database.exec('pragma journal_mode = WAL');
  // A commit is on the disk before it is acknowledged, also in WAL mode.
  database.exec('pragma synchronous = FULL');
  database.exec('pragma foreign_keys = ON');
  database.exec('pragma cache_size = -16000');
  return database;
}

function openReader(library: SqliteLibrary, path: string): SqliteFile {
  const database = library.open(path, { busyMs: BUSY_MS });
  database.exec('pragma query_only = ON');
  database.exec('pragma cache_size = -16000');
  return database;
}

class FileDialect implements Dialect {
  readonly #database: SqliteFile;
  readonly #begin: string;

  constructor(database: SqliteFile, begin: string) {
    this.#database = database;
    this.#begin = begin;
  }

  createDriver(): Driver {
    return new FileDriver(this.#database, this.#begin);
  }

  createAdapter(): SqliteAdapter {
    return new SqliteAdapter();
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createIntrospector(db: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(db);
  }
}

class FileDriver extends SqliteDriver {
  readonly #database: SqliteFile;
  readonly #begin: string;

  constructor(database: SqliteFile, begin: string) {
    super({ database: new PreparedStatements(database) });
    this.#database = database;
    this.#begin = begin;
  }

  /** A deferred transaction that reads first can't wait for the lock later: SQLite answers BUSY at once. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(this.#begin));
  }

  /** A full disk makes SQLite roll back by itself; a second rollback would hide the reason. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) await super.rollbackTransaction(connection);
  }
}

/** Keeps what was compiled: the same few statements come again with every request. */
class PreparedStatements {
  readonly #database: SqliteFile;
  readonly #statements = new Map<string, Statement>();

  constructor(database: SqliteFile) {
    this.#database = database;
  }

  prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      if (this.#statements.size >= 200) this.#statements.clear();
      // Statements about the shape of tables come once.
      if (/^(select|with|insert|update|delete|begin|commit|rollback)/.test(sql)) this.#statements.set(sql, statement);
    }
    return statement;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}
