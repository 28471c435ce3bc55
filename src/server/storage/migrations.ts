/**
 * The database's shape, step by step. Each step and the note that it is done are one transaction: a step that is killed
 * half-way has not happened, and the next start takes it again (FAULTS H12).
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { mailboxes, notifyTables } from './notify-tables.ts';
import type { Tables } from './tables.ts';

export interface Migration {
  readonly name: string;
  /** @param secret The operator's key of hashes; undefined: the one that the database keeps. */
  run(db: Transaction<Tables>, secret?: string): Promise<void>;
}

export const MIGRATIONS: readonly Migration[] = [
  { name: 'first tables', run: firstTables },
  { name: 'passages', run: passages },
  { name: 'notify', run: notifyTables },
  { name: 'mailboxes', run: mailboxes },
  { name: 'words of pages', run: pageWords },
];

export class MigrationError extends Error {}

/** Brings the database to the newest shape; true where it was empty before. Two processes may start at once: the write lock puts them in a row. */
export async function migrate(
  db: Kysely<Tables>,
  migrations: readonly Migration[] = MIGRATIONS,
  secret?: string,
): Promise<boolean> {
  await db.transaction().execute(async (tx) => {
    await tx.schema
      .createTable('meta')
      .ifNotExists()
      .addColumn('key', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute();
  });
  const isNew = (await readVersion(db)) === 0;
  for (;;) {
    const isDone = await db.transaction().execute(async (tx) => {
      const done = await readVersion(tx);
      if (done > migrations.length) {
        throw new MigrationError(
          `This database was made by a newer afterword-server (step ${done}; this one knows ${migrations.length}). Start the newer one.`,
        );
      }
      const next = migrations[done];
      if (!next) return true;
      await next.run(tx, secret);
      await writeMeta(tx, 'migrations', String(done + 1));
      return false;
    });
    if (isDone) return isNew;
  }
}

export async function readMeta(db: Kysely<Tables>, key: string): Promise<string | null> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value ?? null;
}

export async function writeMeta(db: Kysely<Tables>, key: string, value: string): Promise<void> {
  await db
    .insertInto('meta')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

/** A new epoch tells every reader to ask anew: the history they know is not this database's any more. */
export async function renewEpoch(db: Kysely<Tables>): Promise<void> {
  await writeMeta(db, 'epoch', randomUUID().slice(0, 8));
}

async function readVersion(db: Kysely<Tables>): Promise<number> {
  return Number((await readMeta(db, 'migrations')) ?? 0);
}

async function pageWords(db: Transaction<Tables>): Promise<void> {
  await db.schema
    .createTable('page_words')
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('comment_id', 'text', (column) => column.notNull())
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('page_words_id', ['site', 'comment_id'])
    .execute();
}

async function firstTables(db: Transaction<Tables>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('sites')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('settings', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('threads')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('site', 'text', (column) => column.notNull().references('sites.name'))
    .addColumn('page', 'text', (column) => column.notNull())
    .addColumn('url', 'text')
    .addColumn('title', 'text')
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('last_at', 'bigint', (column) => column.notNull())
    .addColumn('published', 'integer', (column) => column.notNull())
    .addColumn('roots', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('threads_page', ['site', 'page'])
    .execute();
  await schema
    .createTable('comments')
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('thread_id', 'text', (column) => column.notNull().references('threads.id'))
    .addColumn('parent_id', 'text')
    .addColumn('root_id', 'text', (column) => column.notNull())
    .addColumn('depth', 'integer', (column) => column.notNull())
    .addColumn('order_key', 'text', (column) => column.notNull())
    .addColumn('place', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('author_id', 'text')
    .addColumn('author_name', 'text', (column) => column.notNull())
    .addColumn('author_role', 'text', (column) => column.notNull())
    .addColumn('author_website', 'text')
    .addColumn('email', 'text')
    .addColumn('address', 'text')
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('format', 'text', (column) => column.notNull())
    .addColumn('mentions', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('edited_at', 'bigint')
    .addColumn('up', 'integer', (column) => column.notNull())
    .addColumn('down', 'integer', (column) => column.notNull())
    .addColumn('score', 'integer', (column) => column.notNull())
    .addColumn('pinned', 'integer', (column) => column.notNull())
    .addColumn('descendants', 'integer', (column) => column.notNull())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('was_shown', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('comments_id', ['site', 'id'])
    .addForeignKeyConstraint('comments_parent', ['site', 'parent_id'], 'comments', ['site', 'id'])
    .execute();
  // One index for each way a thread is read, so that the first rows cost the same in a thread of any length.
  await index('roots_by_time', ['thread_id', 'place', 'created_at', 'id']);
  await index('roots_by_votes', ['thread_id', 'place', 'score', 'created_at', 'id']);
  // With the depth: where a comment's own replies end is found without touching the rows.
  await index('branch', ['thread_id', 'root_id', 'order_key', 'depth']);
  await index('branch_shown', ['thread_id', 'root_id', 'place', 'order_key', 'state']);
  await index('comments_changed', ['thread_id', 'revision']);
  await index('comments_by_author', ['site', 'author_id', 'thread_id', 'created_at']);
  // Names of members and moderators, which no guest may take.
  await index('comments_by_role', ['site', 'author_role', 'author_name']);
  await index('comments_by_state', ['site', 'state', 'created_at']);
  await schema
    .createTable('authors')
    .addColumn('site', 'text', (column) => column.notNull().references('sites.name'))
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('token_hash', 'text')
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('authors_id', ['site', 'id'])
    .addUniqueConstraint('authors_token', ['site', 'token_hash'])
    .execute();
  await schema
    .createTable('votes')
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('comment_id', 'text', (column) => column.notNull())
    .addColumn('author_id', 'text', (column) => column.notNull())
    .addColumn('thread_id', 'text', (column) => column.notNull())
    .addColumn('value', 'integer', (column) => column.notNull())
    .addColumn('counter', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('votes_id', ['site', 'comment_id', 'author_id'])
    .execute();
  await schema.createIndex('votes_by_author').on('votes').columns(['site', 'author_id', 'thread_id']).execute();
  await schema
    .createTable('idempotency_keys')
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('author_id', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('act', 'text', (column) => column.notNull())
    .addColumn('comment_id', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_id', ['site', 'author_id', 'key'])
    .execute();
  await schema
    .createTable('aliases')
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('thread_id', 'text', (column) => column.notNull())
    .addColumn('old_id', 'text', (column) => column.notNull())
    .addColumn('comment_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('aliases_id', ['site', 'thread_id', 'old_id'])
    .execute();
  await schema.createIndex('aliases_by_comment').on('aliases').columns(['site', 'comment_id']).execute();
  await schema
    .createTable('bans')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('until', 'bigint')
    .addColumn('note', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex('bans_by_value').on('bans').columns(['site', 'kind', 'value']).execute();
  await schema
    .createTable('moderation_log')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('comment_id', 'text')
    .addColumn('act', 'text', (column) => column.notNull())
    .addColumn('before', 'text')
    .addColumn('after', 'text')
    .addColumn('note', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex('moderation_log_by_time').on('moderation_log').columns(['site', 'at']).execute();
  // The site a page is on that names none.
  await db.insertInto('sites').values({ name: 'default', settings: '{}', created_at: 0 }).execute();
  await renewEpoch(db);
  await writeMeta(db, 'secret', randomBytes(32).toString('base64url'));

  async function index(name: string, columns: readonly (keyof Tables['comments'])[]): Promise<void> {
    await schema
      .createIndex(name)
      .on('comments')
      .columns([...columns])
      .execute();
  }
}

async function passages(db: Transaction<Tables>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('quotes')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('quote', 'text', (column) => column.notNull())
    .execute();
  await schema.alterTable('comments').addColumn('passage', 'text').execute();
  await schema.alterTable('comments').addColumn('quote_hash', 'text').execute();
  await schema
    .alterTable('threads')
    .addColumn('inline', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  // Only of comments on passages: the others cost nothing.
  await index('inline_by_time', ['thread_id', 'place', 'created_at', 'id']);
  await index('inline_by_votes', ['thread_id', 'place', 'score', 'created_at', 'id']);
  await index('passage_by_time', ['thread_id', 'passage', 'place', 'created_at', 'id']);
  await index('passage_by_votes', ['thread_id', 'passage', 'place', 'score', 'created_at', 'id']);
  await index('comments_by_quote', ['quote_hash']);

  async function index(name: string, columns: readonly (keyof Tables['comments'])[]): Promise<void> {
    await schema
      .createIndex(name)
      .on('comments')
      .columns([...columns])
      .where('passage', 'is not', null)
      .execute();
  }
}
