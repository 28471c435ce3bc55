/**
 * The SQLite library: the one that Node brings from 22.16 on, which needs no compiler; else better-sqlite3, where it was
 * installed and built. Both behave alike here: the same values, the same error codes, the same file. Knows nothing of
 * Kysely or of our tables.
 *
 * Two things differ and reach nobody: rows of node:sqlite have no prototype, and Node 22 ends a text at a NUL (none is let
 * in: rules/words.ts).
 *
 * On this machine they are as durable (each commit is one flush to the disk), and Node's own lists faster:
 * `npm run bench -- drivers`.
 */
import { createRequire } from 'node:module';

export interface SqliteFile {
  readonly inTransaction: boolean;
  prepare(sql: string): Statement;
  /** Runs statements whose answer nobody wants. */
  exec(sql: string): void;
  close(): void;
}

export interface Statement {
  /** True where it answers with rows. */
  readonly reader: boolean;
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
}

export interface OpenOptions {
  /** How long a statement waits for another process's lock, in milliseconds. */
  readonly busyMs?: number;
  /** Fails where there is no file, and writes nothing. */
  readonly readOnly?: boolean;
}

export interface SqliteLibrary {
  readonly name: 'node:sqlite' | 'better-sqlite3';
  open(path: string, options?: OpenOptions): SqliteFile;
}

/** There is no library to open a database with; the message says what to do. */
export class NoSqliteError extends Error {}

let library: SqliteLibrary | null = null;

/** The library of this process. Throws `NoSqliteError`. */
export function sqliteLibrary(): SqliteLibrary {
  return (library ??= nodeLibrary() ?? compiledLibrary());
}

/** What we use of node:sqlite. The types for Node 20, the oldest that we support, do not know it. */
interface NodeSqlite {
  readonly DatabaseSync: new (
    path: string,
    options: { timeout: number; readOnly: boolean },
  ) => {
    readonly isOpen: boolean;
    readonly isTransaction: boolean;
    prepare(sql: string): NodeStatement;
    exec(sql: string): void;
    close(): void;
  };
  readonly StatementSync: { readonly prototype: object };
}

interface NodeStatement {
  columns(): readonly unknown[];
  all(...parameters: readonly unknown[]): unknown[];
  run(...parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(...parameters: readonly unknown[]): IterableIterator<unknown>;
}

/** Null where this Node has none, or the one of 22.15 and older, which neither waits for a lock nor tells a transaction. */
export function nodeLibrary(): SqliteLibrary | null {
  const sqlite = quietly(() => process.getBuiltinModule('node:sqlite')) as NodeSqlite | undefined;
  if (sqlite === undefined || !('columns' in sqlite.StatementSync.prototype)) return null;
  return {
    name: 'node:sqlite',
    open(path, { busyMs = 0, readOnly = false } = {}) {
      const database = coded(() => new sqlite.DatabaseSync(path, { timeout: busyMs, readOnly }));
      return {
        get inTransaction() {
          return database.isTransaction;
        },
        prepare: (sql) => {
          const statement = coded(() => database.prepare(sql));
          return {
            reader: statement.columns().length > 0,
            all: (parameters) => coded(() => statement.all(...parameters)),
            run: (parameters) => coded(() => statement.run(...parameters)),
            iterate: (parameters) => coded(() => statement.iterate(...parameters)),
          };
        },
        exec: (sql) => coded(() => database.exec(sql)),
        // Closing twice is right with better-sqlite3, and an error with Node's.
        close: () => {
          if (database.isOpen) database.close();
        },
      };
    },
  };
}

/** Node 22 and 24 print that their SQLite may change. What we use of it is tested on each: an owner need not read it. */
function quietly<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = (() => undefined) as typeof emitWarning;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** SQLite's result codes by number (https://www.sqlite.org/rescode.html); larger ones say more in their higher bits. */
const CODES: readonly (string | undefined)[] = [
  ...['OK', 'ERROR', 'INTERNAL', 'PERM', 'ABORT', 'BUSY', 'LOCKED', 'NOMEM', 'READONLY', 'INTERRUPT', 'IOERR'],
  ...['CORRUPT', 'NOTFOUND', 'FULL', 'CANTOPEN', 'PROTOCOL', 'EMPTY', 'SCHEMA', 'TOOBIG', 'CONSTRAINT', 'MISMATCH'],
  ...['MISUSE', 'NOLFS', 'AUTH', 'FORMAT', 'RANGE', 'NOTADB'],
];

/** Node calls each error ERR_SQLITE_ERROR and gives SQLite's number beside it; here its name is the code, as with better-sqlite3. */
function coded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    const number = (error as { errcode?: unknown }).errcode;
    const name = typeof number === 'number' ? CODES[number & 0xff] : undefined;
    if (name !== undefined) (error as { code: string }).code = `SQLITE_${name}`;
    throw error;
  }
}

/** What we use of better-sqlite3. */
type BetterSqlite = new (
  path: string,
  options: { timeout: number; readonly: boolean },
) => {
  readonly inTransaction: boolean;
  prepare(sql: string): Statement;
  exec(sql: string): unknown;
  close(): void;
};

/** Throws `NoSqliteError` where it was not installed, or not built for this Node. */
export function compiledLibrary(): SqliteLibrary {
  let Database: BetterSqlite;
  try {
    Database = createRequire(import.meta.url)('better-sqlite3') as BetterSqlite;
    // It looks for its compiled half only when a database is opened.
    new Database(':memory:', { timeout: 0, readonly: false }).close();
  } catch (error) {
    throw new NoSqliteError(
      `Node ${process.versions.node} has no SQLite that can be used here, and the package better-sqlite3 was not built for it. ` +
        'Take Node 22.16 or newer; or allow that package its install script and run: npm rebuild better-sqlite3',
      { cause: error },
    );
  }
  return {
    name: 'better-sqlite3',
    open(path, { busyMs = 0, readOnly = false } = {}) {
      const database = new Database(path, { timeout: busyMs, readonly: readOnly });
      return {
        get inTransaction() {
          return database.inTransaction;
        },
        prepare: (sql) => {
          const statement = database.prepare(sql);
          return {
            reader: statement.reader,
            all: (parameters) => statement.all(parameters),
            run: (parameters) => statement.run(parameters),
            iterate: (parameters) => statement.iterate(parameters),
          };
        },
        exec: (sql) => void database.exec(sql),
        close: () => database.close(),
      };
    },
  };
}
