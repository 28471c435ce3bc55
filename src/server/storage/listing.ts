/**
 * What readers ask of a thread: a page of it, the rest of a branch, the way to one comment, what changed, what is their
 * own. Every list is read from an index at the place where it begins; nothing here walks a whole thread.
 */
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type {
  Changes,
  Channel,
  Comment,
  Filter,
  Gap,
  Mine,
  Order,
  Page,
  Passages,
  ThreadInfo,
} from '../../model/comment.ts';
import { isPlain } from '../../model/plain-text.ts';
import { Problem } from '../problems.ts';
import { editableUntil } from '../rules/editing.ts';
import { rulesOf } from '../rules/settings.ts';
import { STATES, STATE_NAMES } from '../rules/states.ts';
import {
  type BranchCursor,
  type RootsCursor,
  readBranchCursor,
  readRootsCursor,
  writeBranchCursor,
  writeRootsCursor,
} from './cursors.ts';
import { type WholeRow, listPassages, noQuote, selectWhole } from './quotes.ts';
import { commentOf } from './rows.ts';
import type { Site } from './sites.ts';
import { highestChoice, subscriptionsOf } from './subscribing.ts';
import { PLACE, type Tables, type ThreadRow } from './tables.ts';

/** A page of a thread never has more comments or bytes (R-3, ARCHITECTURE "Page of a thread"). */
const MOST_COMMENTS = 200;
const MOST_BYTES = 256 * 1024;
/** Descendants that come with their root. */
const FIRST_REPLIES = 20;
/** Pinned comments come all at once, with the first page. */
const MOST_PINNED = 10;
/** A longer rest is told from the thread's own counters instead of being counted row by row. */
const MOST_COUNTED = 1_000;

export interface Thread {
  readonly site: Site;
  readonly page: string;
  readonly epoch: string;
  /** How readers can be told of news here. */
  readonly channels: readonly Channel[];
  /** Null: nobody wrote there yet. */
  readonly row: ThreadRow | null;
}

export interface RootsWish {
  readonly order: Order;
  readonly limit: number;
  readonly after?: string | undefined;
  readonly filter?: Filter | undefined;
}

export async function findThread(
  db: Kysely<Tables>,
  site: Site,
  page: string,
  epoch: string,
  channels: readonly Channel[],
): Promise<Thread> {
  const row = await db
    .selectFrom('threads')
    .selectAll()
    .where('site', '=', site.name)
    .where('page', '=', page)
    .executeTakeFirst();
  return { site, page, epoch, channels: site.settings.notify ? channels : [], row: row ?? null };
}

/** Top-level comments in the order asked for, each with its first replies. */
export async function listRoots(db: Kysely<Tables>, thread: Thread, wish: RootsWish): Promise<Page> {
  const after = wish.after === undefined ? null : readRootsCursor(wish.order, wish.after);
  const { row } = thread;
  if (row === null) return pageOf(thread, {});
  const sheet = new Sheet();
  const pinned: string[] = [];
  if (after === null) {
    const rows = await filtered(selectWhole(db), wish.filter)
      .where('thread_id', '=', row.id)
      .where('place', '=', PLACE.pinned)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(MOST_PINNED)
      .execute();
    for (const root of rows) {
      // Half of the page is left for what the reader came for.
      await addBranch(db, row, root, sheet, { comments: MOST_COMMENTS / 2, bytes: MOST_BYTES / 2 });
      pinned.push(root.id);
    }
  }

  const { order, limit, filter } = wish;
  const found = await selectRoots(db, row.id, { order, filter }, after, limit + 1).execute();
  const roots: WholeRow[] = [];
  for (const root of found.slice(0, wish.limit)) {
    if (roots.length > 0 && !sheet.hasRoom(root)) break;
    await addBranch(db, row, root, sheet, { comments: MOST_COMMENTS, bytes: MOST_BYTES });
    roots.push(root);
  }
  const last = roots.at(-1);
  const isEnd = roots.length === found.length || last === undefined;
  const seen = (after?.seen ?? 0) + roots.length;
  return pageOf(thread, {
    sheet,
    pinned,
    roots: roots.map((root) => root.id),
    next: isEnd ? null : writeRootsCursor(wish.order, { ...sortKey(last), seen }),
    left: isEnd ? 0 : await countRootsAfter(db, row, wish, sortKey(last), seen),
  });
}

/** What comes after a cursor in one branch, in thread order; without a cursor, from its beginning. */
export async function listBranch(
  db: Kysely<Tables>,
  thread: Thread,
  wish: { readonly rootId: string; readonly limit: number; readonly after?: string | undefined },
): Promise<Page> {
  const after = wish.after === undefined ? null : readBranchCursor(wish.after);
  const { row } = thread;
  const root = row === null ? null : await findInThread(db, row, wish.rootId);
  if (row === null || root === null || root.parent_id !== null || root.place === PLACE.hidden) {
    throw new Problem('comment-gone', 'The comment of this branch is gone.', { status: 404 });
  }
  const start = after === null ? root.order_key : await currentKey(db, row, root.id, after);
  const sheet = new Sheet();
  const found = await selectReplies(db, row.id, root.id, start, wish.limit + 1).execute();
  let last: WholeRow | null = null;
  let published = after?.seen ?? 0;
  let sent = 0;
  for (const reply of found.slice(0, wish.limit)) {
    if (last !== null && !sheet.hasRoom(reply)) break;
    sheet.add(reply);
    last = reply;
    sent += 1;
    if (STATES[reply.state].counts) published += 1;
  }
  if (last !== null && sent < found.length) await sheet.addGap(db, row, root, last, published);
  return pageOf(thread, { sheet });
}

/** One comment with its path from the root. Its id may be an old one of an import. */
export async function listAround(db: Kysely<Tables>, thread: Thread, asked: string): Promise<Page> {
  const { row } = thread;
  const target = row === null ? null : await findByAnyId(db, row, asked);
  if (row === null || target === null || target.place === PLACE.hidden) {
    throw new Problem('comment-gone', 'There is no such comment on this page.', { status: 404 });
  }
  // A path of thousands is cut in its middle: the root and the nearest ones tell where the comment stands.
  const path = await ancestorsOf(db, row, target, MOST_COMMENTS - 20);
  const sheet = new Sheet();
  for (const comment of path) sheet.add(comment);
  const [root = target] = path;
  const below = path.filter((comment) => comment.id !== root.id && STATES[comment.state].counts).length;
  const left = root.descendants - below;
  if (left > 0) {
    sheet.gaps[root.id] = { next: writeBranchCursor({ orderKey: root.order_key, id: root.id, seen: 0 }), left };
  }
  return pageOf(thread, { sheet });
}

/** What anonymous readers must learn since a revision; too much of it is "ask again". */
export async function listChanges(
  db: Kysely<Tables>,
  thread: Thread,
  since: { readonly epoch: string; readonly revision: number },
): Promise<Changes> {
  const found = await findChanges(db, thread, since);
  const info = infoOf(thread);
  return found === null
    ? { info, comments: [], removed: [], tooOld: true }
    : { info, comments: found.comments, removed: found.removed.map(({ id }) => id), tooOld: false };
}

/** By revision; null for too much of it. */
async function findChanges(
  db: Kysely<Tables>,
  thread: Thread,
  since: { readonly epoch: string; readonly revision: number },
): Promise<{ readonly comments: Comment[]; readonly removed: { id: string; revision: number }[] } | null> {
  const now = infoOf(thread).revision;
  // A revision from the future was given out before a restore.
  if (since.epoch !== thread.epoch || since.revision > now) return null;
  if (thread.row === null || since.revision === now) return { comments: [], removed: [] };
  const rows = await selectWhole(db)
    .where('thread_id', '=', thread.row.id)
    .where('revision', '>', since.revision)
    .orderBy('revision')
    .limit(MOST_COMMENTS + 1)
    .execute();
  if (rows.length > MOST_COMMENTS) return null;
  const sheet = new Sheet();
  const removed: { id: string; revision: number }[] = [];
  for (const row of rows) {
    if (row.place !== PLACE.hidden) {
      if (!sheet.hasRoom(row)) return null;
      sheet.add(row);
    } else if (row.was_shown === 1) {
      removed.push({ id: row.id, revision: row.revision });
    }
  }
  return { comments: sheet.comments, removed };
}

/** All that changed between two revisions, small enough for one event; null where one comment alone is too large. */
export type NewsPart = { readonly from: number; readonly changes: Changes } | null;

/**
 * The same changes in pieces of at most so many bytes, in the order in which they happened, each going on where the one
 * before ended. Empty where nothing happened that everybody may see; null for more than anybody should be told.
 */
export async function listNews(
  db: Kysely<Tables>,
  thread: Thread,
  since: number,
  mostBytes: number,
): Promise<readonly NewsPart[] | null> {
  const found = await findChanges(db, thread, { epoch: thread.epoch, revision: since });
  if (found === null) return null;
  const info = infoOf(thread);
  const { comments, removed } = found;
  if (comments.length === 0 && removed.length === 0) return [];
  const base = sizeOf({ info, comments: [], removed: [], tooOld: false });
  const pieces: Piece[] = [];
  for (const [revision, step] of stepsOf(comments, removed)) {
    const last = pieces.at(-1);
    const more = { ...step, comments: step.comments.filter((one) => !last?.comments.includes(one)) };
    if (last && base + last.bytes + bytesOf(more) <= mostBytes) {
      last.comments.push(...more.comments);
      last.removed.push(...more.removed);
      last.bytes += bytesOf(more);
      last.to = revision;
    } else pieces.push({ ...step, from: last?.to ?? since, to: revision, bytes: bytesOf(step) });
  }
  return pieces.map(({ from, to, bytes, ...told }, index): NewsPart => {
    if (base + bytes > mostBytes) return null;
    const isLast = index === pieces.length - 1;
    // When the newest was written is told with the last piece: told before, what the others bring would pass for old.
    const { newestAt: _, ...then } = info;
    return { from, changes: { info: isLast ? info : { ...then, revision: to }, ...told, tooOld: false } };
  });
}

interface Step {
  readonly comments: Comment[];
  readonly removed: string[];
}

interface Piece extends Step {
  readonly from: number;
  to: number;
  bytes: number;
}

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
/** Each has a comma more than it needs. */
const bytesOf = ({ comments, removed }: Step): number =>
  [...comments, ...removed].reduce((sum, one) => sum + sizeOf(one) + 1, 0);

/**
 * What happened, by revision. Every reply changes what it answers, up to the top-level comment, which so is the last of
 * its branch; a page that does not have those has no place for the reply, so they come before it, and once more in their
 * own place: who knows of the reply already passes over it, and is told of them there. Nothing is told later than its
 * revision: a piece that was taken is never told again.
 */
function stepsOf(
  comments: readonly Comment[],
  removed: readonly { readonly id: string; readonly revision: number }[],
): readonly (readonly [revision: number, step: Step])[] {
  const byId = new Map(comments.map((comment) => [comment.id, comment]));
  const told = new Set<string>();
  const steps = new Map<number, Step>();
  const stepAt = (revision: number): Step => {
    const step = steps.get(revision) ?? { comments: [], removed: [] };
    steps.set(revision, step);
    return step;
  };
  for (const comment of comments) {
    const path: Comment[] = [comment];
    told.add(comment.id);
    for (let one = byId.get(comment.parentId ?? ''); one && !told.has(one.id); one = byId.get(one.parentId ?? '')) {
      told.add(one.id);
      path.unshift(one);
    }
    const step = stepAt(comment.revision);
    step.comments.push(...path.filter((one) => !step.comments.includes(one)));
  }
  for (const { id, revision } of removed) stepAt(revision).removed.push(id);
  return [...steps].sort(([a], [b]) => a - b);
}

/** Where each of these threads is now; one that nobody wrote to is left out. */
export async function listRevisions(
  db: Kysely<Tables>,
  site: string,
  pages: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const revisions = new Map<string, number>();
  for (let from = 0; from < pages.length; from += 500) {
    const rows = await db
      .selectFrom('threads')
      .select(['page', 'revision'])
      .where('site', '=', site)
      .where('page', 'in', pages.slice(from, from + 500))
      .execute();
    for (const { page, revision } of rows) revisions.set(page, revision);
  }
  return revisions;
}

/** What is one writer's own in a thread. */
export async function listMine(db: Kysely<Tables>, thread: Thread, authorId: string, now: number): Promise<Mine> {
  const { row, site } = thread;
  const author = { site: site.name, id: authorId };
  const told = thread.channels.length > 0 && {
    subscriptions: await subscriptionsOf(db, author, row?.id ?? null),
  };
  const voteCounter = Math.max(await highestCounter(db, site.name, authorId), await highestChoice(db, author));
  if (row === null) return { votes: {}, voteCounter, own: {}, unpublished: [], ...told };
  const votes = await db
    .selectFrom('votes')
    .select(['comment_id', 'value'])
    .where('site', '=', site.name)
    .where('author_id', '=', authorId)
    .where('thread_id', '=', row.id)
    .where('value', '<>', 0)
    .execute();
  const own = await selectWhole(db)
    .where('site', '=', site.name)
    .where('author_id', '=', authorId)
    .where('thread_id', '=', row.id)
    .orderBy('created_at', 'desc')
    .limit(1_000)
    .execute();
  return {
    votes: Object.fromEntries(votes.map((vote) => [vote.comment_id, vote.value > 0 ? 'up' : 'down'] as const)),
    voteCounter,
    ...told,
    own: Object.fromEntries(
      own
        .filter((comment) => STATES[comment.state].writer === 'whole')
        .map((comment) => [comment.id, { editableUntil: editableUntil(comment, site.settings, now) }] as const),
    ),
    unpublished: own
      .filter((comment) => STATES[comment.state].waiting)
      .slice(0, MOST_COMMENTS)
      .reverse()
      .map((comment) => commentOf(comment, 'writer')),
  };
}

/** All passages with their counts. */
export async function listAllPassages(db: Kysely<Tables>, thread: Thread): Promise<Passages> {
  return { info: infoOf(thread), passages: thread.row === null ? [] : await listPassages(db, thread.row.id) };
}

/** Published comments by page id; a page nobody wrote on is 0. */
export async function countPages(
  db: Kysely<Tables>,
  site: string,
  pages: readonly string[],
): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('threads')
    .select(['page', 'published'])
    .where('site', '=', site)
    .where('page', 'in', [...new Set(pages)])
    .execute();
  const counts = new Map(rows.map((row) => [row.page, row.published]));
  return Object.fromEntries(pages.map((page) => [page, counts.get(page) ?? 0]));
}

export async function findInThread(db: Kysely<Tables>, thread: ThreadRow, id: string): Promise<WholeRow | null> {
  const row = await selectWhole(db)
    .where('site', '=', thread.site)
    .where('id', '=', id)
    .where('thread_id', '=', thread.id)
    .executeTakeFirst();
  return row ?? null;
}

export function infoOf(thread: Thread): ThreadInfo {
  return {
    epoch: thread.epoch,
    revision: thread.row?.revision ?? 0,
    count: thread.row?.published ?? 0,
    rules: rulesOf(thread.site.settings),
    inline: thread.row?.inline ?? 0,
    newestAt: Number(thread.row?.last_at ?? 0),
    ...(thread.channels.length > 0 && { notify: thread.channels }),
  };
}

/** The statement behind each order; a test reads its query plan. */
export function selectRoots(
  db: Kysely<Tables>,
  threadId: string,
  { order, filter }: Pick<RootsWish, 'order' | 'filter'>,
  after: RootsCursor | null,
  limit: number,
): SelectQueryBuilder<Tables, 'comments', WholeRow> {
  const roots = filtered(selectWhole(db), filter)
    .where('thread_id', '=', threadId)
    .where('place', '=', PLACE.root)
    .limit(limit);
  const direction = order === 'oldest' ? 'asc' : 'desc';
  const sorted =
    order === 'most-voted'
      ? roots.orderBy('score', direction).orderBy('created_at', direction).orderBy('id', direction)
      : roots.orderBy('created_at', direction).orderBy('id', direction);
  return after === null ? sorted : sorted.where(isAfter(order, after));
}

/** The statement behind a branch; a test reads its query plan. */
export function selectReplies(
  db: Kysely<Tables>,
  threadId: string,
  rootId: string,
  afterKey: string,
  limit: number,
): SelectQueryBuilder<Tables, 'comments', WholeRow> {
  return db
    .selectFrom('comments')
    .selectAll()
    .select(noQuote)
    .where('thread_id', '=', threadId)
    .where('root_id', '=', rootId)
    .where('place', '=', PLACE.reply)
    .where('order_key', '>', afterKey)
    .orderBy('order_key')
    .limit(limit);
}

/** Of comments on passages only what everybody sees: a stub no longer says what it was about. */
function filtered<Row>(
  rows: SelectQueryBuilder<Tables, 'comments', Row>,
  filter: Filter | undefined,
): SelectQueryBuilder<Tables, 'comments', Row> {
  if (filter === undefined) return rows;
  const seen = rows.where('state', 'in', SEEN_STATES);
  return filter === 'inline' ? seen.where('passage', 'is not', null) : seen.where('passage', '=', filter.passage);
}

const SEEN_STATES = STATE_NAMES.filter((state) => STATES[state].others === 'whole');

function isAfter(order: Order, at: Omit<RootsCursor, 'seen'>) {
  if (order === 'most-voted') return sql<boolean>`(score, created_at, id) < (${at.score}, ${at.createdAt}, ${at.id})`;
  if (order === 'newest') return sql<boolean>`(created_at, id) < (${at.createdAt}, ${at.id})`;
  return sql<boolean>`(created_at, id) > (${at.createdAt}, ${at.id})`;
}

function sortKey(root: WholeRow): Omit<RootsCursor, 'seen'> {
  return { score: root.score, createdAt: root.created_at, id: root.id };
}

async function countRootsAfter(
  db: Kysely<Tables>,
  thread: ThreadRow,
  { order, filter }: Pick<RootsWish, 'order' | 'filter'>,
  at: Omit<RootsCursor, 'seen'>,
  seen: number,
): Promise<number> {
  const rest = filtered(db.selectFrom('comments').select('id'), filter)
    .where('thread_id', '=', thread.id)
    .where('place', '=', PLACE.root)
    .where(isAfter(order, at))
    .limit(MOST_COUNTED);
  const counted = await countOf(db, rest);
  // So many on a single passage are a thousand or more: nothing keeps their number.
  const all = filter === undefined ? thread.roots : filter === 'inline' ? thread.inline : 0;
  return counted < MOST_COUNTED ? counted : Math.max(MOST_COUNTED, all - seen);
}

async function countOf(
  db: Kysely<Tables>,
  rows: SelectQueryBuilder<Tables, 'comments', { id: string }>,
): Promise<number> {
  const { n } = await db
    .selectFrom(rows.as('rest'))
    .select((expression) => expression.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(n);
}

/** A root and its first replies, as far as the page has room; the rest stays behind a gap. */
async function addBranch(
  db: Kysely<Tables>,
  thread: ThreadRow,
  root: WholeRow,
  sheet: Sheet,
  most: { readonly comments: number; readonly bytes: number },
): Promise<void> {
  sheet.add(root);
  if (root.descendants === 0) return;
  const found = await selectReplies(db, thread.id, root.id, root.order_key, FIRST_REPLIES + 1).execute();
  let last = root;
  let published = 0;
  let sent = 0;
  for (const reply of found.slice(0, FIRST_REPLIES)) {
    if (!sheet.hasRoom(reply, most)) break;
    sheet.add(reply);
    last = reply;
    sent += 1;
    if (STATES[reply.state].counts) published += 1;
  }
  if (sent < found.length) await sheet.addGap(db, thread, root, last, published);
}

/** The key of the last row sent, as it is now: a branch may have been renumbered since. */
async function currentKey(db: Kysely<Tables>, thread: ThreadRow, rootId: string, at: BranchCursor): Promise<string> {
  const row = await findInThread(db, thread, at.id);
  if (row !== null && row.root_id !== rootId) throw new Problem('invalid', 'The cursor is not one of this list.');
  return row?.order_key ?? at.orderKey;
}

async function findByAnyId(db: Kysely<Tables>, thread: ThreadRow, id: string): Promise<WholeRow | null> {
  const direct = await findInThread(db, thread, id);
  if (direct !== null) return direct;
  const alias = await db
    .selectFrom('aliases')
    .select('comment_id')
    .where('site', '=', thread.site)
    .where('thread_id', '=', thread.id)
    .where('old_id', '=', id)
    .executeTakeFirst();
  return alias === undefined ? null : findInThread(db, thread, alias.comment_id);
}

/** The path from the root to a comment, in thread order; of a very long one the root and the nearest. */
async function ancestorsOf(
  db: Kysely<Tables>,
  thread: ThreadRow,
  comment: WholeRow,
  most: number,
): Promise<readonly WholeRow[]> {
  const path: WholeRow[] = [];
  let next: WholeRow | null = comment;
  while (next !== null && path.length < most) {
    path.unshift(next);
    next = next.parent_id === null ? null : await findInThread(db, thread, next.parent_id);
  }
  const root = next === null ? null : await findInThread(db, thread, comment.root_id);
  return root === null ? path : [root, ...path];
}

async function highestCounter(db: Kysely<Tables>, site: string, authorId: string): Promise<number> {
  const row = await db
    .selectFrom('votes')
    .select((expression) => expression.fn.max('counter').as('counter'))
    .where('site', '=', site)
    .where('author_id', '=', authorId)
    .executeTakeFirst();
  return Number(row?.counter ?? 0);
}

/** The comments gathered for one answer, and how much room is left in it. */
class Sheet {
  readonly comments: Comment[] = [];
  readonly gaps: Record<string, Gap> = {};
  #bytes = 0;

  hasRoom(row: WholeRow, most = { comments: MOST_COMMENTS, bytes: MOST_BYTES }): boolean {
    return this.comments.length < most.comments && this.#bytes + weightOf(row) <= most.bytes;
  }

  add(row: WholeRow): void {
    this.comments.push(commentOf(row));
    this.#bytes += weightOf(row);
  }

  /** `published`: how many published replies of the branch were sent up to `last`. */
  async addGap(
    db: Kysely<Tables>,
    thread: ThreadRow,
    root: WholeRow,
    last: WholeRow,
    published: number,
  ): Promise<void> {
    const rest = selectReplies(db, thread.id, root.id, last.order_key, MOST_COUNTED)
      .clearSelect()
      .clearOrderBy()
      .select('id')
      .where('state', 'in', COUNTED_STATES);
    const counted = await countOf(db, rest);
    const left = counted < MOST_COUNTED ? counted : Math.max(MOST_COUNTED, root.descendants - published);
    if (left === 0) return;
    this.gaps[root.id] = { next: writeBranchCursor({ orderKey: last.order_key, id: last.id, seen: published }), left };
  }
}

const COUNTED_STATES = STATE_NAMES.filter((state) => STATES[state].counts);

/** About the bytes of a comment in JSON; 400 for everything but what people wrote. */
function weightOf(row: WholeRow): number {
  const quote = row.quote === null ? 0 : Buffer.byteLength(row.quote);
  return 400 + Buffer.byteLength(row.text) + (row.mentions?.length ?? 0) + quote;
}

function pageOf(
  thread: Thread,
  parts: { sheet?: Sheet; roots?: string[]; pinned?: string[]; next?: string | null; left?: number },
): Page {
  const comments = parts.sheet?.comments ?? [];
  return {
    info: infoOf(thread),
    comments,
    roots: parts.roots ?? [],
    pinned: parts.pinned ?? [],
    next: parts.next ?? null,
    left: parts.left ?? 0,
    gaps: parts.sheet?.gaps ?? {},
    markup: comments.some((comment) => needsMarkup(comment)),
  };
}

function needsMarkup(comment: Comment): boolean {
  return comment.format === 'html' || (comment.format === 'markdown' && !isPlain(comment.text));
}
