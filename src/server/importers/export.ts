/**
 * Writes a site as our JSON Lines: everything that an import on another server needs to go on as if nothing had happened.
 * Only the keyed hashes of addresses stay behind; they mean nothing under another server's key.
 */
import type { Kysely } from 'kysely';
import { type WholeRow, selectWhole } from '../storage/quotes.ts';
import type { Tables } from '../storage/tables.ts';
import { exportSubscriptions } from './subscriptions.ts';

const ROWS_AT_ONCE = 500;

export interface ExportOptions {
  readonly site: string;
  /** Leaves out e-mail addresses, who is told of what, and who wrote and voted with which secret. */
  readonly isPublic: boolean;
  readonly onProgress?: (comments: number) => void;
}

export async function* exportSite(db: Kysely<Tables>, options: ExportOptions): AsyncGenerator<string> {
  const { site } = options;
  let written = 0;
  yield lineOf({ kind: 'afterword', version: 1 });
  if (!options.isPublic) yield* exportWriters(db, site);
  const threads = await db.selectFrom('threads').selectAll().where('site', '=', site).orderBy('page').execute();
  for (const thread of threads) {
    yield lineOf({ kind: 'page', id: thread.page, url: thread.url, title: thread.title });
    let last: WholeRow | null = null;
    for (;;) {
      const rows = await nextRows(db, thread.id, last);
      if (rows.length === 0) break;
      const aliases = await aliasesOf(db, site, rows);
      for (const row of rows) yield lineOf(recordOf(row, thread.page, aliases.get(row.id) ?? [], options));
      written += rows.length;
      options.onProgress?.(written);
      last = rows.at(-1) ?? null;
    }
  }
  if (!options.isPublic) {
    yield* exportVotes(db, site);
    yield* exportKeys(db, site);
    for await (const record of exportSubscriptions(db, site)) yield lineOf(record);
  }
}

/** Branch by branch, each in thread order: a parent always comes before its replies. */
async function nextRows(db: Kysely<Tables>, threadId: string, last: WholeRow | null): Promise<WholeRow[]> {
  let rows = selectWhole(db)
    .where('thread_id', '=', threadId)
    .orderBy('root_id')
    .orderBy('order_key')
    .limit(ROWS_AT_ONCE);
  if (last !== null) {
    const { root_id, order_key } = last;
    rows = rows.where((is) => is(is.refTuple('root_id', 'order_key'), '>', is.tuple(root_id, order_key)));
  }
  return rows.execute();
}

function recordOf(row: WholeRow, page: string, aliases: readonly string[], options: ExportOptions): unknown {
  const isNobody = row.author_name === '';
  return {
    kind: 'comment',
    id: row.id,
    page,
    parentId: row.parent_id,
    author: isNobody
      ? null
      : {
          name: row.author_name,
          ...(row.author_id === null ? {} : { id: row.author_id }),
          ...(row.author_role === 'guest' ? {} : { role: row.author_role }),
          ...(row.author_website === null ? {} : { website: row.author_website }),
          ...(row.email === null || options.isPublic ? {} : { email: row.email }),
        },
    text: row.text,
    format: row.format,
    createdAt: timeOf(row.created_at),
    editedAt: row.edited_at === null ? null : timeOf(row.edited_at),
    up: row.up,
    down: row.down,
    state: row.state,
    pinned: row.pinned === 1,
    ...(row.mentions === null ? {} : { mentions: JSON.parse(row.mentions) as unknown }),
    ...(aliases.length === 0 ? {} : { aliases }),
    ...(row.quote === null ? {} : { quote: JSON.parse(row.quote) as unknown }),
  };
}

async function aliasesOf(
  db: Kysely<Tables>,
  site: string,
  rows: readonly WholeRow[],
): Promise<ReadonlyMap<string, string[]>> {
  const found = await db
    .selectFrom('aliases')
    .select(['comment_id', 'old_id'])
    .where('site', '=', site)
    .where(
      'comment_id',
      'in',
      rows.map((row) => row.id),
    )
    .orderBy('old_id')
    .execute();
  const aliases = new Map<string, string[]>();
  for (const { comment_id, old_id } of found) {
    const known = aliases.get(comment_id);
    if (known === undefined) aliases.set(comment_id, [old_id]);
    else known.push(old_id);
  }
  return aliases;
}

async function* exportWriters(db: Kysely<Tables>, site: string): AsyncGenerator<string> {
  for (let last = ''; ;) {
    const rows = await db
      .selectFrom('authors')
      .selectAll()
      .where('site', '=', site)
      .where('id', '>', last)
      .orderBy('id')
      .limit(ROWS_AT_ONCE)
      .execute();
    if (rows.length === 0) return;
    for (const row of rows) yield lineOf({ kind: 'writer', id: row.id, tokenHash: row.token_hash, role: row.role });
    last = rows.at(-1)?.id ?? '';
  }
}

async function* exportVotes(db: Kysely<Tables>, site: string): AsyncGenerator<string> {
  let comment = '';
  let author = '';
  for (;;) {
    const rows = await db
      .selectFrom('votes')
      .selectAll()
      .where('site', '=', site)
      .where((is) => is(is.refTuple('comment_id', 'author_id'), '>', is.tuple(comment, author)))
      .orderBy('comment_id')
      .orderBy('author_id')
      .limit(ROWS_AT_ONCE)
      .execute();
    if (rows.length === 0) return;
    for (const row of rows) {
      const value = row.value > 0 ? 'up' : row.value < 0 ? 'down' : 'none';
      yield lineOf({ kind: 'vote', comment: row.comment_id, writer: row.author_id, value, counter: row.counter });
      comment = row.comment_id;
      author = row.author_id;
    }
  }
}

async function* exportKeys(db: Kysely<Tables>, site: string): AsyncGenerator<string> {
  let author = '';
  let key = '';
  for (;;) {
    const rows = await db
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('site', '=', site)
      .where((is) => is(is.refTuple('author_id', 'key'), '>', is.tuple(author, key)))
      .orderBy('author_id')
      .orderBy('key')
      .limit(ROWS_AT_ONCE)
      .execute();
    if (rows.length === 0) return;
    for (const row of rows) {
      yield lineOf({
        kind: 'key',
        writer: row.author_id,
        key: row.key,
        act: row.act,
        comment: row.comment_id,
        fingerprint: row.fingerprint,
        createdAt: timeOf(row.created_at),
      });
      author = row.author_id;
      key = row.key;
    }
  }
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function lineOf(record: unknown): string {
  return `${JSON.stringify(record)}\n`;
}
