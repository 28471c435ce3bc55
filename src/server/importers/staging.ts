/**
 * Where the records of a file wait until it is known how they hang together: temporary tables, which no reader sees and
 * which are gone with the connection. Memory holds only ids, however long the texts are.
 */
import type { Kysely, Transaction } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { CommentRecord, OtherRecord } from './read-record.ts';

/** The database with the temporary tables beside its own. */
export interface Staged extends Tables {
  import_records: StagedComment;
  import_others: { line: number; record: string };
}

export interface StagedComment {
  line: number;
  page: string;
  id: string;
  parent_id: string | null;
  created_at: number;
  /** 0 or 1: whether it counts as published. */
  counts: number;
  /** JSON. */
  record: string;
}

export type StagedBone = Omit<StagedComment, 'record' | 'page'>;

/** With the time it is taken in with, which is not always the record's own. */
export type ReadyRecord = CommentRecord & { readonly at: number };

/** As many as fit into one statement without it becoming slow to compile. */
export const ROWS_AT_ONCE = 250;

export async function makeStaging(db: Kysely<Staged>): Promise<void> {
  await dropStaging(db);
  await db.schema
    .createTable('import_records')
    .temporary()
    .addColumn('line', 'integer')
    .addColumn('page', 'text')
    .addColumn('id', 'text')
    .addColumn('parent_id', 'text')
    .addColumn('created_at', 'bigint')
    .addColumn('counts', 'integer')
    .addColumn('record', 'text')
    .addPrimaryKeyConstraint('import_records_id', ['page', 'id'])
    .execute();
  await db.schema
    .createTable('import_others')
    .temporary()
    .addColumn('line', 'integer')
    .addColumn('record', 'text')
    .execute();
}

export async function dropStaging(db: Kysely<Staged>): Promise<void> {
  await db.schema.dropTable('import_records').ifExists().execute();
  await db.schema.dropTable('import_others').ifExists().execute();
}

/** The answer is the lines of those whose id and page another record has already. */
export async function stageComments(db: Kysely<Staged>, rows: readonly StagedComment[]): Promise<ReadonlySet<number>> {
  if (rows.length === 0) return new Set();
  const fresh = await db
    .insertInto('import_records')
    .values([...rows])
    .onConflict((conflict) => conflict.doNothing())
    .returning('line')
    .execute();
  const repeated = new Set(rows.map((row) => row.line));
  for (const row of fresh) repeated.delete(row.line);
  return repeated;
}

export async function stageOther(db: Kysely<Staged>, line: number, record: OtherRecord): Promise<void> {
  await db
    .insertInto('import_others')
    .values({ line, record: JSON.stringify(record) })
    .execute();
}

export async function stagedPages(db: Kysely<Staged>): Promise<readonly { page: string; comments: number }[]> {
  const rows = await db
    .selectFrom('import_records')
    .select(['page', (expression) => expression.fn.countAll<number>().as('comments')])
    .groupBy('page')
    .orderBy('page')
    .execute();
  return rows.map((row) => ({ page: row.page, comments: Number(row.comments) }));
}

export async function stagedBones(db: Kysely<Staged>, page: string): Promise<readonly StagedBone[]> {
  return db
    .selectFrom('import_records')
    .select(['id', 'parent_id', 'created_at', 'line', 'counts'])
    .where('page', '=', page)
    .execute();
}

export async function stagedRecords(
  tx: Transaction<Staged>,
  page: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReadyRecord>> {
  const rows = await tx
    .selectFrom('import_records')
    .select(['id', 'record', 'created_at'])
    .where('page', '=', page)
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.id, { ...(JSON.parse(row.record) as CommentRecord), at: row.created_at }]));
}

export async function stagedOthers(
  db: Kysely<Staged>,
): Promise<readonly { readonly line: number; readonly record: OtherRecord }[]> {
  const rows = await db.selectFrom('import_others').selectAll().orderBy('line').execute();
  return rows.map((row) => ({ line: row.line, record: JSON.parse(row.record) as OtherRecord }));
}

export function* slices<T>(all: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}
