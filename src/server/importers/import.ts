/**
 * Takes a file of comments in. Records are first laid into a temporary table, which no reader sees; then each page goes
 * in, some branches in one transaction, so that a reader, or a machine that dies half-way, never meets half a branch.
 * What is there already stays as it is: an import can be repeated, and one that was interrupted goes on where it was.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Kysely, Transaction } from 'kysely';
import { STATES } from '../rules/states.ts';
import { ensureThread, nextRevision } from '../storage/branches.ts';
import { renumbered } from '../storage/order-key.ts';
import { placeOf } from '../storage/rows.ts';
import { findSite } from '../storage/sites.ts';
import { type CommentRow, PLACE, type Tables } from '../storage/tables.ts';
import { type Bone, type Branch, planBranches } from './plan.ts';
import { type CommentRecord, type OtherRecord, idFor, readRecord } from './read-record.ts';
import { splitRecords } from './records.ts';

export interface ImportOptions {
  readonly site: string;
  /** For records that name no page. */
  readonly page?: string | undefined;
  /** For all records, whatever page they name. */
  readonly onto?: string | undefined;
  readonly now: () => number;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly step: 'reading' | 'writing';
  readonly done: number;
  /** Known once everything was read. */
  readonly of: number | null;
}

/** Something the operator should know of one record. */
export interface Remark {
  readonly line: number;
  readonly reason: string;
  /** True where the record is not in the database. */
  readonly isLeftOut: boolean;
}

export interface ImportResult {
  readonly added: number;
  readonly there: number;
  readonly leftOut: number;
  readonly pages: number;
  readonly remarks: readonly Remark[];
}

interface Staging extends Tables {
  import_records: {
    line: number;
    page: string;
    id: string;
    parent_id: string | null;
    created_at: number;
    counts: number;
    is_there: number;
    record: string;
  };
  import_others: { line: number; record: string };
}

const ROWS_AT_ONCE = 250;
/** So many rows are one transaction, at least where a single branch is not longer. */
const ROWS_TOGETHER = 1_000;
/** The rest of a long list of remarks is only counted. */
const MOST_REMARKS = 1_000;
/** A comment from the future would push every later one behind it: clocks differ by hours, not by more, in milliseconds. */
const FUTURE_MS = 86_400_000;

export class ImportError extends Error {}

export async function importFile(db: Kysely<Tables>, file: string, options: ImportOptions): Promise<ImportResult> {
  return importText(db, createReadStream(file, { encoding: 'utf8', highWaterMark: 256 * 1024 }), options);
}

export async function importText(
  db: Kysely<Tables>,
  chunks: AsyncIterable<string>,
  options: ImportOptions,
): Promise<ImportResult> {
  if ((await findSite(db, options.site)) === null) throw new ImportError(`There is no site "${options.site}".`);
  return db.connection().execute(async (connection) => {
    const run = new Import(connection, options);
    return run.take(chunks);
  });
}

class Import {
  readonly #db: Kysely<Staging>;
  readonly #options: ImportOptions;
  readonly #remarks: Remark[] = [];
  #added = 0;
  #there = 0;
  #leftOut = 0;
  #read = 0;

  constructor(db: Kysely<Staging>, options: ImportOptions) {
    this.#db = db;
    this.#options = options;
  }

  async take(chunks: AsyncIterable<string>): Promise<ImportResult> {
    await this.#dropStaging();
    await this.#makeStaging();
    try {
      await this.#stage(chunks);
      const pages = await this.#db.selectFrom('import_records').select('page').distinct().orderBy('page').execute();
      await this.#takeWriters();
      for (const { page } of pages) await this.#takePage(page);
      await this.#takeOthers();
      return {
        added: this.#added,
        there: this.#there,
        leftOut: this.#leftOut,
        pages: pages.length,
        remarks: this.#remarks,
      };
    } finally {
      await this.#dropStaging();
    }
  }

  async #makeStaging(): Promise<void> {
    const { schema } = this.#db;
    await schema
      .createTable('import_records')
      .temporary()
      .addColumn('line', 'integer')
      .addColumn('page', 'text')
      .addColumn('id', 'text')
      .addColumn('parent_id', 'text')
      .addColumn('created_at', 'bigint')
      .addColumn('counts', 'integer')
      .addColumn('is_there', 'integer')
      .addColumn('record', 'text')
      .addPrimaryKeyConstraint('import_records_id', ['page', 'id'])
      .execute();
    await schema
      .createTable('import_others')
      .temporary()
      .addColumn('line', 'integer')
      .addColumn('record', 'text')
      .execute();
  }

  async #dropStaging(): Promise<void> {
    await this.#db.schema.dropTable('import_records').ifExists().execute();
    await this.#db.schema.dropTable('import_others').ifExists().execute();
  }

  async #stage(chunks: AsyncIterable<string>): Promise<void> {
    let rows: Staging['import_records'][] = [];
    for await (const found of splitRecords(chunks)) {
      if ('reason' in found) {
        this.#leaveOut(found.line, found.reason);
        continue;
      }
      const record = readRecord(found.value);
      if (typeof record === 'string') {
        this.#leaveOut(found.line, record);
      } else if (record.kind === 'comment') {
        const row = this.#stagedRow(found.line, record);
        if (row === null) continue;
        rows.push(row);
        if (rows.length === ROWS_AT_ONCE) {
          await this.#stageRows(rows);
          rows = [];
        }
      } else if (record.kind !== 'afterword') {
        await this.#db
          .insertInto('import_others')
          .values({ line: found.line, record: JSON.stringify(record) })
          .execute();
      }
    }
    await this.#stageRows(rows);
  }

  #stagedRow(line: number, record: CommentRecord): Staging['import_records'] | null {
    const { site, page: fallback, onto, now } = this.#options;
    const page = onto ?? record.page ?? fallback;
    if (page === undefined) {
      this.#leaveOut(line, 'page: the record names none, and none was given with --page.');
      return null;
    }
    let { createdAt } = record;
    if (createdAt > now() + FUTURE_MS) {
      createdAt = now();
      this.#remark(line, 'createdAt: it lies in the future; the time of this import was taken.');
    }
    return {
      line,
      page,
      id: idFor(site, page, record.oldId),
      parent_id: record.parentOldId === null ? null : idFor(site, page, record.parentOldId),
      created_at: createdAt,
      counts: Number(STATES[record.state].counts),
      is_there: 0,
      record: JSON.stringify(record),
    };
  }

  async #stageRows(rows: readonly Staging['import_records'][]): Promise<void> {
    if (rows.length === 0) return;
    const fresh = await this.#db
      .insertInto('import_records')
      .values([...rows])
      .onConflict((conflict) => conflict.doNothing())
      .returning('line')
      .execute();
    if (fresh.length < rows.length) {
      const lines = new Set(fresh.map((row) => row.line));
      for (const row of rows) {
        if (!lines.has(row.line)) this.#leaveOut(row.line, 'id: another record of this file has it already.');
      }
    }
    this.#read += fresh.length;
    this.#options.onProgress?.({ step: 'reading', done: this.#read, of: null });
  }

  async #takePage(page: string): Promise<void> {
    const { site, now } = this.#options;
    const staged = await this.#db
      .selectFrom('import_records')
      .select(['id', 'parent_id', 'created_at', 'line', 'counts'])
      .where('page', '=', page)
      .execute();
    const thread = await this.#db
      .transaction()
      .execute((tx) => ensureThread(plain(tx), { site, id: page, url: null, title: null }, randomUUID(), now()));
    const stored = await this.#storedBones(thread.id, staged);
    const isStored = new Set(stored.map((bone) => bone.id));
    const there = staged.filter((row) => isStored.has(row.id));
    if (there.length > 0)
      await this.#markThere(
        page,
        there.map((row) => row.id),
      );
    this.#there += there.length;

    const strangers = await this.#foundElsewhere(
      thread.id,
      staged.map((row) => row.id),
    );
    for (const row of staged) {
      if (strangers.has(row.id)) this.#leaveOut(row.line, 'id: a comment of another page has it already.');
    }
    const fresh: Bone[] = staged
      .filter((row) => !isStored.has(row.id) && !strangers.has(row.id))
      .map((row) => ({
        id: row.id,
        parentId: row.parent_id,
        createdAt: row.created_at,
        line: row.line,
        counts: row.counts === 1,
        isStored: false,
      }));
    const lines = new Map(fresh.map((bone) => [bone.id, bone.line]));
    const plan = planBranches([...stored, ...fresh]);
    for (const id of plan.orphans) {
      this.#remark(lines.get(id) ?? 0, 'parentId: there is no such comment; it was taken in at the top level.');
    }
    for (const id of plan.cut) {
      this.#remark(
        lines.get(id) ?? 0,
        'parentId: it answers one of its own answers; it was taken in at the top level.',
      );
    }

    let together: Branch[] = [];
    let rows = 0;
    for (const branch of plan.branches) {
      const added = branch.bones.filter((bone) => !bone.isStored).length;
      if (added === 0) continue;
      together.push(branch);
      rows += branch.bones.length;
      if (rows >= ROWS_TOGETHER) {
        await this.#takeBranches(page, thread.id, together);
        together = [];
        rows = 0;
      }
    }
    if (together.length > 0) await this.#takeBranches(page, thread.id, together);
  }

  /** What the thread has of the branches that the file adds to, or repeats. */
  async #storedBones(threadId: string, staged: readonly { id: string; parent_id: string | null }[]): Promise<Bone[]> {
    const named = new Set(staged.flatMap((row) => (row.parent_id === null ? [row.id] : [row.id, row.parent_id])));
    const roots = new Set<string>();
    for (const ids of slices([...named], ROWS_AT_ONCE)) {
      const rows = await this.#db
        .selectFrom('comments')
        .select('root_id')
        .distinct()
        .where('site', '=', this.#options.site)
        .where('id', 'in', ids)
        .where('thread_id', '=', threadId)
        .execute();
      for (const row of rows) roots.add(row.root_id);
    }
    const bones: Bone[] = [];
    for (const ids of slices([...roots], ROWS_AT_ONCE)) {
      const rows = await this.#db
        .selectFrom('comments')
        .select(['id', 'parent_id', 'created_at', 'state'])
        .where('thread_id', '=', threadId)
        .where('root_id', 'in', ids)
        .orderBy('root_id')
        .orderBy('order_key')
        .execute();
      for (const row of rows) {
        bones.push({
          id: row.id,
          parentId: row.parent_id,
          createdAt: row.created_at,
          // Their order among themselves stays; before a new one of the same time.
          line: bones.length - 1e9,
          counts: STATES[row.state].counts,
          isStored: true,
        });
      }
    }
    return bones;
  }

  async #foundElsewhere(threadId: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const some of slices(ids, ROWS_AT_ONCE)) {
      const rows = await this.#db
        .selectFrom('comments')
        .select('id')
        .where('site', '=', this.#options.site)
        .where('id', 'in', some)
        .where('thread_id', '<>', threadId)
        .execute();
      for (const row of rows) found.add(row.id);
    }
    return found;
  }

  async #markThere(page: string, ids: readonly string[]): Promise<void> {
    for (const some of slices(ids, ROWS_AT_ONCE)) {
      await this.#db
        .updateTable('import_records')
        .set({ is_there: 1 })
        .where('page', '=', page)
        .where('id', 'in', some)
        .execute();
    }
  }

  async #takeBranches(page: string, threadId: string, branches: readonly Branch[]): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      const revision = await nextRevision(plain(tx), threadId);
      let published = 0;
      let roots = 0;
      let newest = 0;
      for (const branch of branches) {
        const isGrowing = branch.bones.some((bone) => bone.isStored);
        if (isGrowing) roots += await this.#moveStored(tx, branch, threadId, revision);
        const fresh = branch.bones.map((bone, position) => ({ bone, position })).filter(({ bone }) => !bone.isStored);
        for (const some of slices(fresh, ROWS_AT_ONCE)) {
          const records = await this.#recordsOf(
            tx,
            page,
            some.map(({ bone }) => bone.id),
          );
          const rows = some.flatMap(({ bone, position }) => {
            const record = records.get(bone.id);
            const where = { threadId, rootId: branch.rootId, position, revision };
            return record === undefined ? [] : [this.#rowOf(record, bone, where)];
          });
          await tx.insertInto('comments').values(rows).execute();
          await this.#keepNames(tx, threadId, rows, records);
          for (const row of rows) {
            if (STATES[row.state].counts) published += 1;
            if (row.place === PLACE.root) roots += 1;
            newest = Math.max(newest, row.created_at);
          }
        }
        this.#added += fresh.length;
      }
      await tx
        .updateTable('threads')
        .set((expression) => ({
          published: expression('published', '+', published),
          roots: expression('roots', '+', roots),
          last_at: expression.case().when('last_at', '<', newest).then(newest).else(expression.ref('last_at')).end(),
        }))
        .where('id', '=', threadId)
        .execute();
    });
    this.#options.onProgress?.({ step: 'writing', done: this.#added + this.#there, of: this.#read });
  }

  /** New places and counts for what was there before; the answer is by how much the number of roots changes. */
  async #moveStored(tx: Transaction<Staging>, branch: Branch, threadId: string, revision: number): Promise<number> {
    let roots = 0;
    const before = await tx
      .selectFrom('comments')
      .select(['id', 'state', 'parent_id', 'pinned', 'descendants', 'place', 'was_shown', 'revision'])
      .where('thread_id', '=', threadId)
      .where('root_id', '=', branch.rootId)
      .execute();
    const byId = new Map(before.map((row) => [row.id, row]));
    for (const [position, bone] of branch.bones.entries()) {
      const row = byId.get(bone.id);
      if (!bone.isStored || row === undefined) continue;
      const place = placeOf({ ...row, descendants: bone.descendants });
      roots += Number(place === PLACE.root) - Number(row.place === PLACE.root);
      await tx
        .updateTable('comments')
        .set({
          order_key: renumbered(position),
          descendants: bone.descendants,
          place,
          was_shown: place === PLACE.hidden ? row.was_shown : 1,
          revision: bone.descendants === row.descendants ? row.revision : revision,
        })
        .where('site', '=', this.#options.site)
        .where('id', '=', bone.id)
        .execute();
    }
    return roots;
  }

  async #recordsOf(
    tx: Transaction<Staging>,
    page: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, CommentRecord & { readonly at: number }>> {
    const rows = await tx
      .selectFrom('import_records')
      .select(['id', 'record', 'created_at'])
      .where('page', '=', page)
      .where('id', 'in', ids)
      .execute();
    return new Map(rows.map((row) => [row.id, { ...(JSON.parse(row.record) as CommentRecord), at: row.created_at }]));
  }

  #rowOf(
    record: CommentRecord & { readonly at: number },
    bone: {
      readonly id: string;
      readonly parentId: string | null;
      readonly depth: number;
      readonly descendants: number;
    },
    where: { readonly threadId: string; readonly rootId: string; readonly position: number; readonly revision: number },
  ): CommentRow {
    const isWiped = STATES[record.state].wiped;
    const author = isWiped ? null : record.author;
    const pinned = Number(record.pinned && bone.parentId === null);
    const place = placeOf({
      state: record.state,
      parent_id: bone.parentId,
      pinned,
      descendants: bone.descendants,
    });
    return {
      site: this.#options.site,
      id: bone.id,
      thread_id: where.threadId,
      parent_id: bone.parentId,
      root_id: where.rootId,
      depth: bone.depth,
      order_key: renumbered(where.position),
      place,
      state: record.state,
      author_id: author?.id ?? null,
      author_name: isWiped ? '' : (author?.name ?? 'Guest'),
      author_role: author?.role ?? 'guest',
      author_website: isWiped ? null : record.website,
      email: isWiped ? null : record.email,
      address: null,
      text: isWiped ? '' : record.text,
      format: record.format,
      mentions: isWiped || record.mentions.length === 0 ? null : JSON.stringify(record.mentions),
      created_at: record.at,
      edited_at: isWiped ? null : record.editedAt,
      up: isWiped ? 0 : record.up,
      down: isWiped ? 0 : record.down,
      score: isWiped ? 0 : record.up - record.down,
      pinned: isWiped ? 0 : pinned,
      descendants: bone.descendants,
      revision: where.revision,
      was_shown: place === PLACE.hidden ? 0 : 1,
    };
  }

  /** Old ids go on leading to the comment; people who have an id can be named and banned by it. */
  async #keepNames(
    tx: Transaction<Staging>,
    threadId: string,
    rows: readonly CommentRow[],
    records: ReadonlyMap<string, CommentRecord>,
  ): Promise<void> {
    const { site } = this.#options;
    const aliases = rows.flatMap((row) => {
      const record = records.get(row.id);
      const oldIds = record === undefined ? [] : [record.oldId, ...record.aliases];
      return [...new Set(oldIds)]
        .filter((oldId) => oldId.toLowerCase() !== row.id)
        .map((oldId) => ({ site, thread_id: threadId, old_id: oldId, comment_id: row.id }));
    });
    if (aliases.length > 0) {
      await tx
        .insertInto('aliases')
        .values(aliases)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    const authors = new Map(
      rows.flatMap((row) =>
        row.author_id === null
          ? []
          : [
              [
                row.author_id,
                { site, id: row.author_id, token_hash: null, role: row.author_role, created_at: row.created_at },
              ] as const,
            ],
      ),
    );
    if (authors.size > 0) {
      await tx
        .insertInto('authors')
        .values([...authors.values()])
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  }

  /** Before the comments: a comment makes an author too, but knows nothing of the token. */
  async #takeWriters(): Promise<void> {
    for (const { record } of await this.#others()) {
      if (record.kind !== 'writer') continue;
      await this.#db
        .insertInto('authors')
        .values({
          site: this.#options.site,
          id: record.id,
          token_hash: record.tokenHash,
          role: record.role,
          created_at: this.#options.now(),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  }

  async #takeOthers(): Promise<void> {
    const { site } = this.#options;
    for (const some of slices(await this.#others(), ROWS_TOGETHER)) {
      await this.#db.transaction().execute(async (tx) => {
        for (const { line, record } of some) {
          if (record.kind === 'page') {
            await tx
              .updateTable('threads')
              .set({ url: record.url, title: record.title })
              .where('site', '=', site)
              .where('page', '=', this.#options.onto ?? record.id)
              .where('title', 'is', null)
              .execute();
          } else if (record.kind === 'vote') {
            const comment = await tx
              .selectFrom('comments')
              .select('thread_id')
              .where('site', '=', site)
              .where('id', '=', record.comment)
              .executeTakeFirst();
            if (comment === undefined) {
              this.#leaveOut(line, 'comment: there is none of this id.');
              continue;
            }
            await tx
              .insertInto('votes')
              .values({
                site,
                comment_id: record.comment,
                author_id: record.writer,
                thread_id: comment.thread_id,
                value: record.value === 'up' ? 1 : record.value === 'down' ? -1 : 0,
                counter: record.counter,
              })
              .onConflict((conflict) => conflict.doNothing())
              .execute();
          } else if (record.kind === 'key') {
            await tx
              .insertInto('idempotency_keys')
              .values({
                site,
                author_id: record.writer,
                key: record.key,
                act: record.act,
                comment_id: record.comment,
                fingerprint: record.fingerprint,
                created_at: record.createdAt,
              })
              .onConflict((conflict) => conflict.doNothing())
              .execute();
          }
        }
      });
    }
  }

  async #others(): Promise<readonly { line: number; record: OtherRecord }[]> {
    const rows = await this.#db.selectFrom('import_others').selectAll().orderBy('line').execute();
    return rows.map((row) => ({ line: row.line, record: JSON.parse(row.record) as OtherRecord }));
  }

  #leaveOut(line: number, reason: string): void {
    this.#leftOut += 1;
    if (this.#remarks.length < MOST_REMARKS) this.#remarks.push({ line, reason, isLeftOut: true });
  }

  #remark(line: number, reason: string): void {
    if (this.#remarks.length < MOST_REMARKS) this.#remarks.push({ line, reason, isLeftOut: false });
  }
}

/** Storage's own functions know nothing of the temporary tables. */
function plain(tx: Transaction<Staging>): Transaction<Tables> {
  return tx;
}

function* slices<T>(all: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}
