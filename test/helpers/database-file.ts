/** A server's database file, read beside it or changed before it starts, by whichever library this Node has. */
import { sqliteLibrary } from '../../src/server/storage/driver.ts';

export function rowsOf(path: string, sql: string, ...values: readonly unknown[]): Record<string, unknown>[] {
  const file = sqliteLibrary().open(path, { readOnly: true });
  try {
    // Rows of node:sqlite have no prototype, which `deepEqual` minds.
    return file
      .prepare(sql)
      .all(values)
      .map((row) => ({ ...(row as Record<string, unknown>) }));
  } finally {
    file.close();
  }
}

/** What a `select count(*) as n …` says. */
export function countOf(path: string, sql: string, ...values: readonly unknown[]): number {
  return Number(rowsOf(path, sql, ...values)[0]?.n);
}
