/**
 * The outbox of messages. That a comment became public is one row, written in the transaction that published it, however
 * many are to be told; spreading it to addresses and sending come after, in small steps of their own. Each step can be
 * killed at any moment and is taken up by the next process (FAULTS H3).
 */
import { randomUUID } from 'node:crypto';
import { type Kysely, type Transaction, sql } from 'kysely';
import type { Mention } from '../../model/comment.ts';
import { type Event, type Reason, type Subscribed, DAY, dueOf, nextTry, whoIsTold } from '../rules/notify.ts';
import { STATES } from '../rules/states.ts';
import type { AddressRow, ItemRow, MessageRow, NewsRow } from './notify-tables.ts';
import { newMessage } from './subscribing.ts';
import type { CommentRow, Tables, ThreadRow } from './tables.ts';

/** So many subscribers are gone through in one transaction: others want to write too. */
const SPREAD_AT_ONCE = 200;
/** A message that was taken and not finished is taken again after this; longer than any attempt lasts. */
const LEASE_MS = 120_000;
/** Sent messages are kept as a log for this long. */
const LOG_MS = 30 * DAY;

/** The comment is public now: everybody who asked will be told, once. */
export async function announce(
  tx: Transaction<Tables>,
  comment: Pick<CommentRow, 'site' | 'id' | 'thread_id'>,
  kind: NewsRow['kind'],
  now: number,
): Promise<void> {
  await tx
    .insertInto('news')
    .values({
      site: comment.site,
      comment_id: comment.id,
      kind,
      thread_id: comment.thread_id,
      at: now,
      cursor: '',
      done: 0,
    })
    .onConflict((conflict) => conflict.columns(['site', 'comment_id', 'kind']).doNothing())
    .execute();
}

/** One step of telling; false where nothing is left to spread. */
export async function spread(db: Kysely<Tables>, now: number): Promise<boolean> {
  const open = await db.selectFrom('news').selectAll().where('done', '=', 0).orderBy('at').limit(1).executeTakeFirst();
  if (open === undefined) return false;
  await db.transaction().execute(async (tx) => {
    const news = await tx
      .selectFrom('news')
      .selectAll()
      .where('site', '=', open.site)
      .where('comment_id', '=', open.comment_id)
      .where('kind', '=', open.kind)
      .where('done', '=', 0)
      .executeTakeFirst();
    // Another process has been quicker.
    if (news === undefined) return;
    const event = await eventOf(tx, news);
    const authors = event === null ? [] : await nextAuthors(tx, news, event);
    if (event !== null && authors.length > 0) await tellAuthors(tx, news, event, authors, now);
    const last = authors.at(-1);
    const isDone = last === undefined || authors.length < SPREAD_AT_ONCE;
    await tx
      .updateTable('news')
      .set({ cursor: last ?? news.cursor, done: isDone ? 1 : 0 })
      .where('site', '=', news.site)
      .where('comment_id', '=', news.comment_id)
      .where('kind', '=', news.kind)
      .execute();
  });
  return true;
}

/** Null where the comment is not public (any more). */
async function eventOf(db: Kysely<Tables>, news: Pick<NewsRow, 'site' | 'comment_id'>): Promise<Event | null> {
  const comment = await db
    .selectFrom('comments')
    .select(['id', 'author_id', 'parent_id', 'mentions', 'state'])
    .where('site', '=', news.site)
    .where('id', '=', news.comment_id)
    .executeTakeFirst();
  if (comment === undefined || STATES[comment.state].others !== 'whole') return null;
  const { rows } = await sql<{ id: string; author_id: string | null }>`
    with recursive path(id, parent_id, author_id, level) as (
      select id, parent_id, author_id, 0 from comments where site = ${news.site} and id = ${comment.parent_id}
      union all
      select c.id, c.parent_id, c.author_id, level + 1 from path p
        join comments c on c.site = ${news.site} and c.id = p.parent_id
    )
    select id, author_id from path order by level`.execute(db);
  return {
    id: comment.id,
    writer: comment.author_id,
    above: rows.map((row) => ({ id: row.id, writer: row.author_id })),
    mentions: comment.mentions === null ? [] : (JSON.parse(comment.mentions) as Mention[]).map(({ id }) => id),
  };
}

async function nextAuthors(tx: Transaction<Tables>, news: NewsRow, event: Event): Promise<readonly string[]> {
  const authors = tx
    .selectFrom('subscriptions')
    .select('author_id')
    .distinct()
    .where('thread_id', '=', news.thread_id)
    .where('choice', '<>', 'none')
    .where('author_id', '>', news.cursor)
    .orderBy('author_id')
    .limit(SPREAD_AT_ONCE);
  const rows = await (
    news.kind === 'approved' ? authors.where('author_id', '=', event.writer ?? '') : authors
  ).execute();
  return rows.map((row) => row.author_id);
}

async function tellAuthors(
  tx: Transaction<Tables>,
  news: NewsRow,
  event: Event,
  authors: readonly string[],
  now: number,
): Promise<void> {
  const told = news.kind === 'approved' ? authors : [...(await reasonsOf(tx, news.thread_id, event, authors)).keys()];
  if (told.length === 0) return;
  let to = tx
    .selectFrom('holders')
    .innerJoin('addresses', 'addresses.id', 'holders.address_id')
    .select('addresses.id as id')
    .distinct()
    .where('holders.site', '=', news.site)
    .where('holders.author_id', 'in', told)
    .where('holders.confirmed_at', 'is not', null)
    .where('addresses.blocked', '=', 0);
  if (news.kind === 'published' && event.writer !== null) {
    // The writer's own address stays quiet, whichever browser it was given from.
    to = to.where('addresses.id', 'not in', (select) =>
      select
        .selectFrom('holders')
        .select('address_id')
        .where('site', '=', news.site)
        .where('author_id', '=', event.writer ?? '')
        .where('confirmed_at', 'is not', null),
    );
  }
  const found = (await to.execute()).map((row) => row.id);
  if (found.length > 0) await gather(tx, news, found, now);
}

async function reasonsOf(
  db: Kysely<Tables>,
  threadId: string,
  event: Event,
  authors: readonly string[],
): Promise<ReadonlyMap<string, Reason>> {
  const rows = await db
    .selectFrom('subscriptions')
    .select(['author_id as author', 'comment_id as comment', 'choice'])
    .where('thread_id', '=', threadId)
    .where('author_id', 'in', authors)
    .where('choice', '<>', 'none')
    .execute();
  return whoIsTold(event, rows satisfies readonly Subscribed[]);
}

/** Puts the event into the message that waits for each address, or into a new one. */
async function gather(
  tx: Transaction<Tables>,
  news: NewsRow,
  addresses: readonly string[],
  now: number,
): Promise<void> {
  const known = await tx
    .selectFrom('message_items')
    .select('address_id')
    .where('comment_id', '=', news.comment_id)
    .where('kind', '=', news.kind)
    .where('address_id', 'in', addresses)
    .execute();
  const had = new Set(known.map((row) => row.address_id));
  const fresh = addresses.filter((id) => !had.has(id));
  if (fresh.length === 0) return;
  const earlier = await tx
    .selectFrom('messages')
    .select(['id', 'address_id', 'state', 'sent_at', 'comments', 'created_at'])
    .where('address_id', 'in', fresh)
    .where('thread_id', '=', news.thread_id)
    .where('state', 'in', ['waiting', 'taken', 'sent'])
    .execute();
  const waiting = new Map<string, string>();
  const last = new Map<string, { sentAt: number; comments: number }>();
  for (const message of earlier) {
    if (message.state === 'waiting') waiting.set(message.address_id, message.id);
    else {
      const sentAt = message.sent_at ?? message.created_at;
      const before = last.get(message.address_id);
      if (!before || before.sentAt < sentAt) last.set(message.address_id, { sentAt, comments: message.comments });
    }
  }
  const made: MessageRow[] = [];
  const items: ItemRow[] = [];
  for (const address of fresh) {
    let message = waiting.get(address);
    if (message === undefined) {
      message = randomUUID();
      made.push({
        ...newMessage,
        id: message,
        site: news.site,
        address_id: address,
        thread_id: news.thread_id,
        kind: 'news',
        due: dueOf(now, last.get(address) ?? null),
        created_at: now,
      });
    }
    items.push({
      address_id: address,
      site: news.site,
      comment_id: news.comment_id,
      kind: news.kind,
      message_id: message,
    });
  }
  if (made.length > 0) await tx.insertInto('messages').values(made).execute();
  await tx.insertInto('message_items').values(items).execute();
}

/** Takes messages whose time has come; nobody else gets them until the lease ends. */
export async function claim(db: Kysely<Tables>, process: string, now: number, most: number): Promise<MessageRow[]> {
  return db.transaction().execute(async (tx) => {
    const due = await tx
      .selectFrom('messages')
      .select('id')
      .where((is) =>
        is.or([
          is.and([is('state', '=', 'waiting'), is('due', '<=', now)]),
          is.and([is('state', '=', 'taken'), is('lease', '<=', now)]),
        ]),
      )
      .orderBy('due')
      .limit(most)
      .execute();
    if (due.length === 0) return [];
    return tx
      .updateTable('messages')
      .set((expression) => ({
        state: 'taken',
        lease: now + LEASE_MS,
        lease_by: process,
        attempts: expression('attempts', '+', 1),
      }))
      .where(
        'id',
        'in',
        due.map((row) => row.id),
      )
      .returningAll()
      .execute();
  });
}

/** Messages that processes took which are gone for certain are free at once. */
export async function release(db: Kysely<Tables>, isGone: (process: string) => boolean): Promise<void> {
  const taken = await db.selectFrom('messages').select('lease_by').distinct().where('state', '=', 'taken').execute();
  const gone = taken.map((row) => row.lease_by).filter(isGone);
  if (gone.length === 0) return;
  await db
    .updateTable('messages')
    .set({ lease: 0 })
    .where('state', '=', 'taken')
    .where('lease_by', 'in', gone)
    .execute();
}

export interface Told {
  readonly comment: CommentRow;
  readonly kind: NewsRow['kind'];
  /** Null for an approval. */
  readonly reason: Reason | null;
}

export interface Letter {
  readonly message: MessageRow;
  readonly address: AddressRow;
  readonly thread: ThreadRow | null;
  /** Oldest first; only what is public still and wanted still. */
  readonly told: readonly Told[];
}

/** What a message says as things are now: what was deleted or is no longer wanted is not told. */
export async function read(db: Kysely<Tables>, message: MessageRow): Promise<Letter | null> {
  const address = await db
    .selectFrom('addresses')
    .selectAll()
    .where('id', '=', message.address_id)
    .where('blocked', '=', 0)
    .executeTakeFirst();
  if (address === undefined) return null;
  const holders = await db
    .selectFrom('holders')
    .select(['author_id', 'confirmed_at'])
    .where('address_id', '=', address.id)
    .execute();
  if (message.kind === 'confirm') {
    const isWaiting = holders.some((holder) => holder.author_id === message.author_id && holder.confirmed_at === null);
    return isWaiting ? { message, address, thread: null, told: [] } : null;
  }
  const thread = await db
    .selectFrom('threads')
    .selectAll()
    .where('id', '=', message.thread_id ?? '')
    .executeTakeFirst();
  if (thread === undefined) return null;
  const authors = holders.filter((holder) => holder.confirmed_at !== null).map((holder) => holder.author_id);
  const rows = await db
    .selectFrom('message_items')
    .innerJoin('comments', (join) =>
      join.onRef('comments.site', '=', 'message_items.site').onRef('comments.id', '=', 'message_items.comment_id'),
    )
    .selectAll('comments')
    .select('message_items.kind as kind')
    .where('message_items.message_id', '=', message.id)
    .orderBy('comments.created_at')
    .execute();
  const told: Told[] = [];
  for (const { kind, ...comment } of rows) {
    const event = authors.length === 0 ? null : await eventOf(db, { site: comment.site, comment_id: comment.id });
    if (event === null) continue;
    const reasons = await reasonsOf(db, thread.id, event, authors);
    if (kind === 'approved') {
      const isWanted = await isAsking(db, thread.id, event.writer);
      if (isWanted) told.push({ comment, kind, reason: null });
    } else {
      const [reason] = reasons.values();
      if (reason) told.push({ comment, kind, reason });
    }
  }
  return told.length === 0 ? null : { message, address, thread, told };
}

async function isAsking(db: Kysely<Tables>, threadId: string, author: string | null): Promise<boolean> {
  const row = await db
    .selectFrom('subscriptions')
    .select('choice')
    .where('thread_id', '=', threadId)
    .where('author_id', '=', author ?? '')
    .where('choice', '<>', 'none')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** How an attempt ended, and only if it is ours still. */
export async function settle(
  db: Kysely<Tables>,
  message: MessageRow,
  end:
    | { readonly state: 'sent'; readonly comments: number }
    | { readonly state: 'dropped' }
    | { readonly state: 'failed'; readonly error: string; readonly isFinal: boolean },
  now: number,
): Promise<MessageRow['state']> {
  const again = end.state === 'failed' && !end.isFinal ? nextTry(now, message.attempts) : null;
  const state = end.state === 'failed' ? (again === null ? 'given-up' : 'waiting') : end.state;
  await db
    .updateTable('messages')
    .set({
      state,
      due: again ?? message.due,
      error: end.state === 'failed' ? end.error.slice(0, 500) : '',
      sent_at: end.state === 'sent' ? now : null,
      comments: end.state === 'sent' ? end.comments : 0,
    })
    .where('id', '=', message.id)
    .where('lease_by', '=', message.lease_by)
    .execute();
  return state;
}

/** When the next message is due; null where none waits. */
export async function nextDue(db: Kysely<Tables>): Promise<number | null> {
  const waiting = await db
    .selectFrom('messages')
    .select((expression) => expression.fn.min<number | null>('due').as('due'))
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow();
  return waiting.due;
}

/** The log is kept for a month. What was told of a comment stays noted, so that it is never told again. */
export async function sweep(db: Kysely<Tables>, now: number): Promise<void> {
  await db
    .deleteFrom('messages')
    .where('state', 'in', ['sent', 'dropped', 'given-up'])
    .where('due', '<', now - LOG_MS)
    .execute();
  await db
    .deleteFrom('confirmations')
    .where('sent_at', '<', now - LOG_MS)
    .execute();
}

export interface ListedMessage extends MessageRow {
  readonly address: string;
  readonly channel: AddressRow['channel'];
}

/** For the operator; newest first. */
export async function listMessages(
  db: Kysely<Tables>,
  states: readonly MessageRow['state'][],
  limit: number,
): Promise<readonly ListedMessage[]> {
  return db
    .selectFrom('messages')
    .innerJoin('addresses', 'addresses.id', 'messages.address_id')
    .selectAll('messages')
    .select(['addresses.address as address', 'addresses.channel as channel'])
    .where('messages.state', 'in', states)
    .orderBy('messages.created_at', 'desc')
    .limit(limit)
    .execute();
}

/** Gives those that were given up another chance. */
export async function retryMessages(db: Kysely<Tables>, now: number): Promise<number> {
  const again = await db
    .updateTable('messages')
    .set({ state: 'waiting', attempts: 0, due: now })
    .where('state', '=', 'given-up')
    .returning('id')
    .execute();
  return again.length;
}
