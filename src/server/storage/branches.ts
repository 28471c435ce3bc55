/**
 * Keeps a thread's derived facts true inside the transaction of a write: places in the branch, counts up the path,
 * number of top-level comments, revision. No recursion on depth: a path is one statement, however long.
 */
import { type Transaction, sql } from 'kysely';
import { STATES, STATE_NAMES } from '../rules/states.ts';
import { LONGEST_KEY, keyBetween, renumbered } from './order-key.ts';
import { type WholeRow, columnsOf, dropUnused, keepQuotes } from './quotes.ts';
import { placeOf } from './rows.ts';
import { type CommentRow, PLACE, type Tables, type ThreadRow } from './tables.ts';

/** Takes the thread's next revision; the row stays locked until the transaction ends, so revisions follow commits. */
export async function nextRevision(tx: Transaction<Tables>, threadId: string): Promise<number> {
  const { revision } = await tx
    .updateTable('threads')
    .set((expression) => ({ revision: expression('revision', '+', 1) }))
    .where('id', '=', threadId)
    .returning('revision')
    .executeTakeFirstOrThrow();
  return Number(revision);
}

/** When a new comment was written: now, and always after the one before, whatever the clock does (FAULTS H14). */
export async function nextTime(tx: Transaction<Tables>, threadId: string, now: number): Promise<number> {
  const { last_at } = await tx
    .updateTable('threads')
    .set({ last_at: sql<number>`case when last_at >= ${now} then last_at + 1 else ${now} end` })
    .where('id', '=', threadId)
    .returning('last_at')
    .executeTakeFirstOrThrow();
  return Number(last_at);
}

/** The key of a new last reply: after everything below its parent, before what follows. */
export async function keyForReply(tx: Transaction<Tables>, parent: CommentRow): Promise<string> {
  const key = await freeKey(tx, parent);
  if (key.length <= LONGEST_KEY) return key;
  await renumberBranch(tx, parent.thread_id, parent.root_id);
  const { order_key } = await tx
    .selectFrom('comments')
    .select('order_key')
    .where('site', '=', parent.site)
    .where('id', '=', parent.id)
    .executeTakeFirstOrThrow();
  return freeKey(tx, { ...parent, order_key });
}

async function freeKey(tx: Transaction<Tables>, parent: CommentRow): Promise<string> {
  const branch = tx
    .selectFrom('comments')
    .select('order_key')
    .where('thread_id', '=', parent.thread_id)
    .where('root_id', '=', parent.root_id);
  const next =
    parent.parent_id === null
      ? undefined
      : await branch
          .where('order_key', '>', parent.order_key)
          .where('depth', '<=', parent.depth)
          .orderBy('order_key')
          .limit(1)
          .executeTakeFirst();
  const before = next === undefined ? branch : branch.where('order_key', '<', next.order_key);
  const previous = await before.orderBy('order_key', 'desc').limit(1).executeTakeFirst();
  return keyBetween(previous?.order_key ?? parent.order_key, next?.order_key ?? null);
}

/** Fresh keys in the same order. Nothing that readers see changes, so the revision stays. */
async function renumberBranch(tx: Transaction<Tables>, threadId: string, rootId: string): Promise<void> {
  const rows = await tx
    .selectFrom('comments')
    .select(['site', 'id'])
    .where('thread_id', '=', threadId)
    .where('root_id', '=', rootId)
    .orderBy('order_key')
    .execute();
  for (const [position, row] of rows.entries()) {
    await tx
      .updateTable('comments')
      .set({ order_key: renumbered(position) })
      .where('site', '=', row.site)
      .where('id', '=', row.id)
      .execute();
  }
}

/** A comment that is new in its thread: counts it where it counts. */
export async function insertComment(
  tx: Transaction<Tables>,
  row: Omit<WholeRow, 'place' | 'was_shown' | 'score'>,
): Promise<WholeRow> {
  const place = placeOf(row);
  const whole = { ...row, place, was_shown: place === PLACE.hidden ? 0 : 1, score: row.up - row.down };
  if (whole.quote !== null) await keepQuotes(tx, [whole.quote]);
  await tx.insertInto('comments').values(columnsOf(whole)).execute();
  await count(tx, whole, {
    published: STATES[row.state].counts ? 1 : 0,
    roots: place === PLACE.root ? 1 : 0,
    inline: isInline(whole) ? 1 : 0,
  });
  return whole;
}

/** Changes a comment, and with its state everything that hangs on it. The caller has taken the revision. */
export async function changeComment(
  tx: Transaction<Tables>,
  before: WholeRow,
  changes: Partial<WholeRow>,
  revision: number,
): Promise<WholeRow> {
  const changed = { ...before, ...changes, revision };
  const place = placeOf(changed);
  const after = {
    ...changed,
    place,
    score: changed.up - changed.down,
    was_shown: place === PLACE.hidden ? before.was_shown : 1,
  };
  await tx
    .updateTable('comments')
    .set(columnsOf(after))
    .where('site', '=', before.site)
    .where('id', '=', before.id)
    .execute();
  if (after.quote_hash !== before.quote_hash) await dropUnused(tx, before.quote_hash);
  await count(tx, after, {
    published: Number(STATES[after.state].counts) - Number(STATES[before.state].counts),
    roots: Number(place === PLACE.root) - Number(before.place === PLACE.root),
    inline: Number(isInline(after)) - Number(isInline(before)),
  });
  return after;
}

async function count(
  tx: Transaction<Tables>,
  comment: CommentRow,
  by: { readonly published: number; readonly roots: number; readonly inline: number },
): Promise<void> {
  let { roots } = by;
  if (by.published !== 0 && comment.parent_id !== null) {
    const before = await rootPlace(tx, comment);
    await raisePath(tx, comment.site, comment.parent_id, by.published, comment.revision);
    const after = await rootPlace(tx, comment);
    roots += Number(after === PLACE.root) - Number(before === PLACE.root);
  }
  if (by.published === 0 && roots === 0 && by.inline === 0) return;
  await tx
    .updateTable('threads')
    .set((expression) => ({
      published: expression('published', '+', by.published),
      roots: expression('roots', '+', roots),
      inline: expression('inline', '+', by.inline),
    }))
    .where('id', '=', comment.thread_id)
    .execute();
}

/** Counted as being on a passage. */
const isInline = ({ state, passage }: CommentRow): boolean => passage !== null && STATES[state].counts;

const SHOWN_WHOLE = STATE_NAMES.filter((state) => STATES[state].others === 'whole');

/**
 * Counts up or down in a comment and all above it. A removed one appears as a stub with its first published reply and
 * goes with the last; the places are the same as in `placeOf`.
 */
async function raisePath(
  tx: Transaction<Tables>,
  site: string,
  parentId: string,
  by: number,
  revision: number,
): Promise<void> {
  const isWhole = sql<boolean>`state in (${sql.join(SHOWN_WHOLE)})`;
  await sql`
    with recursive path(id, parent_id) as (
      select id, parent_id from comments where site = ${site} and id = ${parentId}
      union all
      select c.id, c.parent_id from path p join comments c on c.site = ${site} and c.id = p.parent_id
    )
    update comments set
      descendants = descendants + ${by},
      revision = ${revision},
      place = case
        when not (${isWhole}) and descendants + ${by} = 0 then ${PLACE.hidden}
        when parent_id is not null then ${PLACE.reply}
        when ${isWhole} and pinned = 1 then ${PLACE.pinned}
        else ${PLACE.root}
      end,
      was_shown = case when ${isWhole} or descendants + ${by} > 0 then 1 else was_shown end
    where site = ${site} and id in (select id from path)`.execute(tx);
}

async function rootPlace(tx: Transaction<Tables>, comment: CommentRow): Promise<number> {
  const { place } = await tx
    .selectFrom('comments')
    .select('place')
    .where('site', '=', comment.site)
    .where('id', '=', comment.root_id)
    .executeTakeFirstOrThrow();
  return place;
}

/** The thread of a page, made when somebody writes there first; how the page is called is told by `pages.ts`. */
export async function ensureThread(
  tx: Transaction<Tables>,
  page: { readonly site: string; readonly id: string },
  threadId: string,
  now: number,
): Promise<ThreadRow> {
  await tx
    .insertInto('threads')
    .values({
      id: threadId,
      site: page.site,
      page: page.id,
      url: null,
      title: null,
      revision: 0,
      last_at: 0,
      published: 0,
      roots: 0,
      inline: 0,
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['site', 'page']).doNothing())
    .execute();
  return tx
    .selectFrom('threads')
    .selectAll()
    .where('site', '=', page.site)
    .where('page', '=', page.id)
    .executeTakeFirstOrThrow();
}
