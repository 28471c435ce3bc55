/**
 * Takes a file of comments in. Records are first laid into temporary tables; then each page goes in, whole branches in
 * one transaction, so that a reader, or a machine that dies half-way, never meets half a branch. What is there already
 * stays as it is: an import can be repeated, and one that was interrupted goes on where it was.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Kysely, Transaction } from 'kysely';
import { storedQuote } from '../rules/quotes.ts';
import { STATES } from '../rules/states.ts';
import { ensureThread, nextRevision } from '../storage/branches.ts';
import { renumbered } from '../storage/order-key.ts';
import { type WholeRow, columnsOf, keepQuotes, onNothing, onPassage } from '../storage/quotes.ts';
import { placeOf } from '../storage/rows.ts';
import { findSite } from '../storage/sites.ts';
import { type CommentRow, PLACE, type Tables, type ThreadRow } from '../storage/tables.ts';
import { type Bone, type Branch, type PlacedBone, planBranches } from './plan.ts';
import { type CommentRecord, type OtherRecord, idFor, readRecord } from './read-record.ts';
import { splitRecords } from './records.ts';
import { takeAddress, takeSubscription } from './subscriptions.ts';
import {
  ROWS_AT_ONCE,
  type ReadyRecord,
  type Staged,
  type StagedBone,
  type StagedComment,
  dropStaging,
  makeStaging,
  slices,
  stageComments,
  stageOther,
  stagedBones,
  stagedOthers,
  stagedPages,
  stagedRecords,
} from './staging.ts';

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

/** So many rows are one transaction; more only where a single branch is longer. */
const ROWS_TOGETHER = 1_000;
/** The rest of a long list of remarks is only counted. */
const MOST_REMARKS = 1_000;
/** A comment from the future would push every later one behind it: clocks differ by hours, not by more. Milliseconds. */
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

/** Does some work in a transaction: one of its own, or the one that several small pages share. */
type Together = <T>(work: (tx: Transaction<Staged>) => Promise<T>) => Promise<T>;

class Import {
  readonly #db: Kysely<Staged>;
  readonly #options: ImportOptions;
  readonly #remarks: Remark[] = [];
  #added = 0;
  #there = 0;
  #leftOut = 0;
  #read = 0;

  constructor(db: Kysely<Staged>, options: ImportOptions) {
    this.#db = db;
    this.#options = options;
  }

  async take(chunks: AsyncIterable<string>): Promise<ImportResult> {
    await makeStaging(this.#db);
    try {
      await this.#stage(chunks);
      // Before the comments: a comment makes an author too, but knows nothing of the token.
      await this.#takeWriters();
      const pages = await stagedPages(this.#db);
      await this.#takePages(pages);
      await this.#takeOthers();
      return {
        added: this.#added,
        there: this.#there,
        leftOut: this.#leftOut,
        pages: pages.length,
        remarks: this.#remarks,
      };
    } finally {
      await dropStaging(this.#db);
    }
  }

  async #stage(chunks: AsyncIterable<string>): Promise<void> {
    let rows: StagedComment[] = [];
    for await (const found of splitRecords(chunks)) {
      const record = 'reason' in found ? found.reason : readRecord(found.value);
      if (typeof record === 'string') {
        this.#leaveOut(found.line, record);
      } else if (record.kind === 'comment') {
        const row = this.#stagedRow(found.line, record);
        if (row !== null) rows.push(row);
      } else if (record.kind !== 'afterword') {
        await stageOther(this.#db, found.line, record);
      }
      if (rows.length === ROWS_AT_ONCE) {
        await this.#stageRows(rows);
        rows = [];
      }
    }
    await this.#stageRows(rows);
  }

  async #stageRows(rows: readonly StagedComment[]): Promise<void> {
    const repeated = await stageComments(this.#db, rows);
    for (const line of repeated) this.#leaveOut(line, 'id: another record of this file has it already.');
    this.#read += rows.length - repeated.size;
    this.#options.onProgress?.({ step: 'reading', done: this.#read, of: null });
  }

  #stagedRow(line: number, record: CommentRecord): StagedComment | null {
    const { site, page: fallback, onto, now } = this.#options;
    const page = onto ?? record.page ?? fallback;
    if (page === undefined) {
      this.#leaveOut(line, 'page: the record names none, and none was given with --page.');
      return null;
    }
    if (record.isQuoteLost) {
      this.#remark(line, 'quote: it is none, too long, or a reply’s; the comment was taken in without it.');
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
      record: JSON.stringify(record),
    };
  }

  /** Many small pages share a transaction: each one is a wait for the disk. */
  async #takePages(pages: readonly { readonly page: string; readonly comments: number }[]): Promise<void> {
    let group: string[] = [];
    let comments = 0;
    const takeGroup = async (): Promise<void> => {
      const those = group;
      group = [];
      comments = 0;
      if (those.length === 0) return;
      await this.#db.transaction().execute(async (tx) => {
        for (const page of those) await this.#takePage(tx, page, (work) => work(tx));
      });
    };
    for (const one of pages) {
      if (one.comments > ROWS_TOGETHER) {
        await this.#takePage(this.#db, one.page, (work) => this.#db.transaction().execute(work));
        continue;
      }
      if (comments + one.comments > ROWS_TOGETHER) await takeGroup();
      group.push(one.page);
      comments += one.comments;
    }
    await takeGroup();
  }

  async #takePage(db: Kysely<Staged>, page: string, together: Together): Promise<void> {
    const { site, now } = this.#options;
    const staged = await stagedBones(db, page);
    const thread = await together((tx) => ensureThread(plain(tx), { site, id: page }, randomUUID(), now()));
    const stored = await this.#storedBones(db, thread.id, staged);
    const fresh = await this.#freshBones(db, thread.id, staged, stored);
    const storedIds = new Set(stored.map((bone) => bone.id));
    this.#there += staged.filter((row) => storedIds.has(row.id)).length;
    const plan = planBranches([...stored, ...fresh]);
    const lines = new Map(fresh.map((bone) => [bone.id, bone.line]));
    for (const id of plan.orphans) {
      this.#remark(lines.get(id) ?? 0, 'parentId: there is no such comment; it was taken in at the top level.');
    }
    for (const id of plan.cut) {
      this.#remark(
        lines.get(id) ?? 0,
        'parentId: it answers one of its own answers; it was taken in at the top level.',
      );
    }

    const growing = plan.branches.filter((branch) => branch.bones.some((bone) => !bone.isStored));
    let branches: Branch[] = [];
    let rows = 0;
    for (const branch of growing) {
      branches.push(branch);
      rows += branch.bones.length;
      if (rows < ROWS_TOGETHER && branch !== growing.at(-1)) continue;
      const those = branches;
      await together((tx) => this.#takeBranches(tx, thread, those));
      branches = [];
      rows = 0;
    }
  }

  /** What the thread has of the branches that the file adds to, or repeats. */
  async #storedBones(db: Kysely<Staged>, threadId: string, staged: readonly StagedBone[]): Promise<readonly Bone[]> {
    const named = new Set(staged.flatMap((row) => (row.parent_id === null ? [row.id] : [row.id, row.parent_id])));
    const roots = new Set<string>();
    for (const ids of slices([...named], ROWS_AT_ONCE)) {
      const rows = await db
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
      const rows = await db
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

  async #freshBones(
    db: Kysely<Staged>,
    threadId: string,
    staged: readonly StagedBone[],
    stored: readonly Bone[],
  ): Promise<readonly Bone[]> {
    const isStored = new Set(stored.map((bone) => bone.id));
    const fresh = staged.filter((row) => !isStored.has(row.id));
    const strangers = new Set<string>();
    for (const some of slices(fresh, ROWS_AT_ONCE)) {
      const rows = await db
        .selectFrom('comments')
        .select('id')
        .where('site', '=', this.#options.site)
        .where(
          'id',
          'in',
          some.map((row) => row.id),
        )
        .where('thread_id', '<>', threadId)
        .execute();
      for (const row of rows) strangers.add(row.id);
    }
    for (const row of fresh) {
      if (strangers.has(row.id)) this.#leaveOut(row.line, 'id: a comment of another page has it already.');
    }
    return fresh
      .filter((row) => !strangers.has(row.id))
      .map((row) => ({
        id: row.id,
        parentId: row.parent_id,
        createdAt: row.created_at,
        line: row.line,
        counts: row.counts === 1,
        isStored: false,
      }));
  }

  async #takeBranches(tx: Transaction<Staged>, thread: ThreadRow, branches: readonly Branch[]): Promise<void> {
    const revision = await nextRevision(plain(tx), thread.id);
    let published = 0;
    let roots = 0;
    let inline = 0;
    let newest = 0;
    for (const branch of branches) {
      if (branch.bones.some((bone) => bone.isStored)) roots += await this.#moveStored(tx, thread, branch, revision);
      const fresh = branch.bones.map((bone, position) => ({ bone, position })).filter(({ bone }) => !bone.isStored);
      for (const some of slices(fresh, ROWS_AT_ONCE)) {
        const records = await stagedRecords(
          tx,
          thread.page,
          some.map(({ bone }) => bone.id),
        );
        const rows = some.flatMap(({ bone, position }) => {
          const record = records.get(bone.id);
          const where = { threadId: thread.id, rootId: branch.rootId, position, revision };
          return record === undefined ? [] : [rowOf(this.#options.site, record, bone, where)];
        });
        const quotes = rows.flatMap(({ quote }) => quote ?? []);
        await keepQuotes(plain(tx), quotes);
        await tx.insertInto('comments').values(rows.map(columnsOf)).execute();
        await this.#keepNames(tx, thread, rows, records);
        for (const row of rows) {
          if (STATES[row.state].counts) published += 1;
          if (row.place === PLACE.root) roots += 1;
          if (row.passage !== null && STATES[row.state].counts) inline += 1;
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
        inline: expression('inline', '+', inline),
        last_at: expression.case().when('last_at', '<', newest).then(newest).else(expression.ref('last_at')).end(),
      }))
      .where('id', '=', thread.id)
      .execute();
    this.#options.onProgress?.({ step: 'writing', done: this.#added + this.#there, of: this.#read });
  }

  /** New places and counts for what was there before; the answer is by how much the number of roots changes. */
  async #moveStored(tx: Transaction<Staged>, thread: ThreadRow, branch: Branch, revision: number): Promise<number> {
    let roots = 0;
    const before = await tx
      .selectFrom('comments')
      .select(['id', 'state', 'parent_id', 'pinned', 'descendants', 'place', 'was_shown', 'revision'])
      .where('thread_id', '=', thread.id)
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

  /** Old ids go on leading to the comment; people who have an id can be named and banned by it. */
  async #keepNames(
    tx: Transaction<Staged>,
    thread: ThreadRow,
    rows: readonly CommentRow[],
    records: ReadonlyMap<string, CommentRecord>,
  ): Promise<void> {
    const { site } = this.#options;
    const aliases = rows.flatMap((row) => {
      const record = records.get(row.id);
      const oldIds = record === undefined ? [] : [record.oldId, ...record.aliases];
      return [...new Set(oldIds)]
        .filter((oldId) => oldId.toLowerCase() !== row.id)
        .map((oldId) => ({ site, thread_id: thread.id, old_id: oldId, comment_id: row.id }));
    });
    if (aliases.length > 0) {
      await tx
        .insertInto('aliases')
        .values(aliases)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    const authors = new Map<string, Tables['authors']>();
    for (const row of rows) {
      if (row.author_id === null) continue;
      const { author_id: id, author_role: role, created_at } = row;
      authors.set(id, { site, id, token_hash: null, role, created_at });
    }
    if (authors.size > 0) {
      await tx
        .insertInto('authors')
        .values([...authors.values()])
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  }

  async #takeWriters(): Promise<void> {
    const others = await stagedOthers(this.#db);
    const writers = others.flatMap(({ record }) => (record.kind === 'writer' ? [record] : []));
    for (const some of slices(writers, ROWS_AT_ONCE)) {
      const rows = some.map((writer) => ({
        site: this.#options.site,
        id: writer.id,
        token_hash: writer.tokenHash,
        role: writer.role,
        created_at: this.#options.now(),
      }));
      await this.#db
        .insertInto('authors')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  }

  async #takeOthers(): Promise<void> {
    for (const some of slices(await stagedOthers(this.#db), ROWS_TOGETHER)) {
      await this.#db.transaction().execute(async (tx) => {
        for (const { line, record } of some) await this.#takeOther(tx, line, record);
      });
    }
  }

  async #takeOther(tx: Transaction<Staged>, line: number, record: OtherRecord): Promise<void> {
    const { site, onto } = this.#options;
    if (record.kind === 'page') {
      await tx
        .updateTable('threads')
        .set({ url: record.url, title: record.title })
        .where('site', '=', site)
        .where('page', '=', onto ?? record.id)
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
        return;
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
    } else if (record.kind === 'address') {
      const why = await takeAddress(plain(tx), site, record, this.#options.now());
      if (why !== null) this.#leaveOut(line, why);
    } else if (record.kind === 'subscription') {
      const why = await takeSubscription(plain(tx), { site, onto, now: this.#options.now() }, record);
      if (why !== null) this.#leaveOut(line, why);
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

  #leaveOut(line: number, reason: string): void {
    this.#leftOut += 1;
    if (this.#remarks.length < MOST_REMARKS) this.#remarks.push({ line, reason, isLeftOut: true });
  }

  #remark(line: number, reason: string): void {
    if (this.#remarks.length < MOST_REMARKS) this.#remarks.push({ line, reason, isLeftOut: false });
  }
}

function rowOf(
  site: string,
  record: ReadyRecord,
  bone: PlacedBone,
  where: { readonly threadId: string; readonly rootId: string; readonly position: number; readonly revision: number },
): WholeRow {
  const isWiped = STATES[record.state].wiped;
  const { author } = record;
  const up = isWiped ? 0 : record.up;
  const down = isWiped ? 0 : record.down;
  const pinned = Number(!isWiped && record.pinned && bone.parentId === null);
  const { descendants } = bone;
  const place = placeOf({ state: record.state, parent_id: bone.parentId, pinned, descendants });
  return {
    site,
    id: bone.id,
    thread_id: where.threadId,
    parent_id: bone.parentId,
    root_id: where.rootId,
    depth: bone.depth,
    order_key: renumbered(where.position),
    place,
    state: record.state,
    author_id: isWiped ? null : (author?.id ?? null),
    author_name: isWiped ? '' : (author?.name ?? 'Guest'),
    author_role: isWiped ? 'guest' : (author?.role ?? 'guest'),
    author_website: isWiped ? null : record.website,
    email: isWiped ? null : record.email,
    address: null,
    text: isWiped ? '' : record.text,
    format: record.format,
    mentions: isWiped || record.mentions.length === 0 ? null : JSON.stringify(record.mentions),
    created_at: record.at,
    edited_at: isWiped ? null : record.editedAt,
    up,
    down,
    score: up - down,
    pinned,
    descendants,
    revision: where.revision,
    was_shown: place === PLACE.hidden ? 0 : 1,
    ...(isWiped || record.quote === null || bone.parentId !== null ? onNothing : onPassage(storedQuote(record.quote))),
  };
}

/** Storage's own functions know nothing of the temporary tables. */
function plain(tx: Transaction<Staged>): Transaction<Tables> {
  return tx;
}
