/**
 * What people want to hear of, and where: choices of "Notify of" and bells (N-1), addresses and their confirmation (N-2,
 * N-5), and everything a link in a mail does. The links carry their right in a signature (`rules/links.ts`); here it has
 * been checked.
 */
import { randomUUID } from 'node:crypto';
import { type Kysely, type Transaction, sql } from 'kysely';
import type { NotifyChoice, SubscriptionState, Subscriptions } from '../../model/comment.ts';
import type { PushTarget } from '../../model/operation.ts';
import { Problem } from '../problems.ts';
import { isPushService, mayConfirm, shortened } from '../rules/notify.ts';
import { hashMailbox } from '../rules/mailboxes.ts';
import { STATES } from '../rules/states.ts';
import { checkMailbox } from '../rules/words.ts';
import type { AddressRow, SubscriptionRow } from './notify-tables.ts';
import type { AuthorRow, CommentRow, Tables } from './tables.ts';

/** As a request brings it, checked by its schema. */
export interface ChoiceWish {
  readonly commentId: string | null;
  readonly choice: NotifyChoice;
  readonly counter: number;
  readonly email?: string | undefined;
  readonly push?: PushTarget | undefined;
  readonly language?: string | undefined;
}

export interface Telling {
  readonly secret: string;
  /** False: no mail is set up. */
  readonly mail: boolean;
  /** Further origins of push services. */
  readonly pushServices: readonly string[];
}

interface Who {
  readonly author: Pick<AuthorRow, 'site' | 'id'>;
  readonly threadId: string;
  readonly now: number;
}

/** Takes a choice, unless a newer one is there already (S-3). */
export async function choose(
  tx: Transaction<Tables>,
  { author, threadId, now }: Who,
  wish: ChoiceWish,
  telling: Telling,
): Promise<void> {
  const commentId = wish.commentId ?? '';
  const isFitting = commentId === '' ? wish.choice !== 'comment' : wish.choice === 'comment' || wish.choice === 'none';
  if (!isFitting)
    throw new Problem('invalid', 'choice: a page has "page", "replies" and "none", a comment the others.');
  if (commentId !== '') await refuseForeign(tx, author, threadId, commentId);
  const before = await tx
    .selectFrom('subscriptions')
    .select('counter')
    .where('site', '=', author.site)
    .where('author_id', '=', author.id)
    .where('thread_id', '=', threadId)
    .where('comment_id', '=', commentId)
    .executeTakeFirst();
  if (before !== undefined && wish.counter <= before.counter) return;
  // First where to, so that a choice without an address is refused as a whole.
  if (wish.choice !== 'none') await ensureAddress(tx, author, wish, telling, now);
  const { choice, counter } = wish;
  await tx
    .insertInto('subscriptions')
    .values({
      site: author.site,
      author_id: author.id,
      thread_id: threadId,
      comment_id: commentId,
      choice,
      counter,
      created_at: now,
    })
    .onConflict((conflict) =>
      conflict.columns(['site', 'author_id', 'thread_id', 'comment_id']).doUpdateSet({ choice, counter }),
    )
    .execute();
}

async function refuseForeign(
  tx: Transaction<Tables>,
  author: Who['author'],
  threadId: string,
  commentId: string,
): Promise<void> {
  const comment = await tx
    .selectFrom('comments')
    .select(['author_id', 'thread_id', 'state'])
    .where('site', '=', author.site)
    .where('id', '=', commentId)
    .executeTakeFirst();
  if (comment?.thread_id !== threadId) throw new Problem('comment-gone', undefined, { status: 404 });
  if (STATES[comment.state].wiped) throw new Problem('comment-gone');
  if (comment.author_id !== author.id) throw new Problem('not-yours');
}

async function ensureAddress(
  tx: Transaction<Tables>,
  author: Who['author'],
  wish: ChoiceWish,
  telling: Telling,
  now: number,
): Promise<void> {
  if (wish.push !== undefined) {
    const { endpoint, keys } = wish.push;
    if (!isPushService(endpoint, telling.pushServices)) {
      throw new Problem('invalid', 'push.endpoint: not a push service this server knows.');
    }
    const target = {
      channel: 'push',
      address: endpoint,
      folded: endpoint,
      mailbox: null,
      keys: JSON.stringify(keys),
      language: wish.language,
    } as const;
    // The browser asked its reader: nobody else could have been given this endpoint.
    await hold(tx, author, await findOrMake(tx, author.site, target, telling.secret, now), now, now);
  }
  if (wish.email !== undefined && wish.email.trim() !== '' && telling.mail) {
    const target = { channel: 'mail', ...checkMailbox(wish.email), language: wish.language } as const;
    await hold(tx, author, await findOrMake(tx, author.site, target, telling.secret, now), null, now);
  }
  const held = await addressesOf(tx, author);
  const usable = held.filter(({ channel }) => channel === 'push' || telling.mail);
  if (usable.length === 0) throw new Problem('email-required');
  const asked = usable.find(({ channel, confirmed_at }) => channel === 'mail' && confirmed_at === null);
  if (asked !== undefined) await askToConfirm(tx, asked, author.id, telling.secret, now);
}

async function findOrMake(
  tx: Transaction<Tables>,
  site: string,
  target: Pick<AddressRow, 'channel' | 'address' | 'folded' | 'mailbox'> & {
    readonly keys?: string;
    readonly language?: string | undefined;
  },
  secret: string,
  now: number,
): Promise<AddressRow> {
  const language = /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i.test(target.language ?? '') ? (target.language as string) : 'en';
  const keys = target.keys ?? null;
  return tx
    .insertInto('addresses')
    .values({
      id: randomUUID(),
      site,
      channel: target.channel,
      address: target.address,
      folded: target.folded,
      mailbox: target.mailbox,
      keys,
      language,
      blocked: Number(await isRefused(tx, target.mailbox, secret)),
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['site', 'channel', 'folded']).doUpdateSet({ keys }))
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function hold(
  tx: Transaction<Tables>,
  author: Who['author'],
  address: AddressRow,
  confirmedAt: number | null,
  now: number,
): Promise<void> {
  await tx
    .insertInto('holders')
    .values({
      site: author.site,
      author_id: author.id,
      address_id: address.id,
      confirmed_at: confirmedAt,
      asked_at: now,
    })
    // Who has confirmed it need not do so again.
    .onConflict((conflict) => conflict.columns(['site', 'author_id', 'address_id']).doUpdateSet({ asked_at: now }))
    .execute();
}

type Held = AddressRow & { readonly confirmed_at: number | null };

/** Newest first. */
async function addressesOf(db: Kysely<Tables>, author: Who['author']): Promise<readonly Held[]> {
  return db
    .selectFrom('holders')
    .innerJoin('addresses', 'addresses.id', 'holders.address_id')
    .selectAll('addresses')
    .select('holders.confirmed_at as confirmed_at')
    .where('holders.site', '=', author.site)
    .where('holders.author_id', '=', author.id)
    .orderBy('holders.asked_at', 'desc')
    .execute();
}

/** At most once a day for an address, from whatever site and by whomever it is asked (N-5). */
async function askToConfirm(
  tx: Transaction<Tables>,
  address: AddressRow,
  authorId: string,
  secret: string,
  now: number,
): Promise<void> {
  if (address.blocked === 1 || address.mailbox === null || (await isRefused(tx, address.mailbox, secret))) return;
  const hash = hashMailbox(address.mailbox, secret);
  const last = await tx
    .selectFrom('confirmations')
    .select('sent_at')
    .where('address_hash', '=', hash)
    .executeTakeFirst();
  if (!mayConfirm(now, last?.sent_at ?? null)) return;
  await tx
    .insertInto('confirmations')
    .values({ address_hash: hash, sent_at: now })
    .onConflict((conflict) => conflict.column('address_hash').doUpdateSet({ sent_at: now }))
    .execute();
  await tx
    .insertInto('messages')
    .values({
      ...newMessage,
      id: randomUUID(),
      site: address.site,
      address_id: address.id,
      author_id: authorId,
      kind: 'confirm',
      due: now,
      created_at: now,
    })
    .execute();
}

export const newMessage = {
  thread_id: null,
  author_id: null,
  state: 'waiting',
  attempts: 0,
  lease: 0,
  lease_by: '',
  error: '',
  sent_at: null,
  comments: 0,
} as const;

/** What one reader is told of a page, as the reader's own answer has it. */
export async function subscriptionsOf(
  db: Kysely<Tables>,
  author: Who['author'],
  threadId: string | null,
): Promise<Subscriptions> {
  const held = await addressesOf(db, author);
  const mail = held.find(({ channel }) => channel === 'mail');
  const isReached = held.some(({ confirmed_at, blocked }) => confirmed_at !== null && blocked === 0);
  // Also while the address before, or a browser, is told: who named another one has to know that it waits for them.
  const state: SubscriptionState = isReached && mail?.confirmed_at !== null ? 'active' : 'pending';
  const rows =
    threadId === null
      ? []
      : await db
          .selectFrom('subscriptions')
          .select(['comment_id', 'choice'])
          .where('site', '=', author.site)
          .where('author_id', '=', author.id)
          .where('thread_id', '=', threadId)
          .where('choice', '<>', 'none')
          .execute();
  const page = rows.find((row) => row.comment_id === '')?.choice;
  return {
    page: page === 'page' || page === 'replies' ? { choice: page, state } : { choice: 'none', state: 'none' },
    comments: Object.fromEntries(rows.filter((row) => row.comment_id !== '').map((row) => [row.comment_id, state])),
    address: mail === undefined ? null : shortened(mail.address),
  };
}

export async function highestChoice(db: Kysely<Tables>, author: Who['author']): Promise<number> {
  const { most } = await db
    .selectFrom('subscriptions')
    .select((expression) => expression.fn.max<number | null>('counter').as('most'))
    .where('site', '=', author.site)
    .where('author_id', '=', author.id)
    .executeTakeFirstOrThrow();
  return Number(most ?? 0);
}

// What links do.

export async function findAddress(db: Kysely<Tables>, id: string): Promise<AddressRow | null> {
  return (await db.selectFrom('addresses').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/**
 * Makes the address certain for whoever named it. A person has one e-mail address: the one before gives way.
 * @param authorId Null: for everyone who named it.
 */
export async function confirm(
  db: Kysely<Tables>,
  address: AddressRow,
  authorId: string | null,
  secret: string,
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const waiting = await tx
      .selectFrom('holders')
      .select('author_id')
      .where('address_id', '=', address.id)
      .where('confirmed_at', 'is', null)
      .execute();
    for (const { author_id } of waiting) {
      if (authorId !== null && author_id !== authorId) continue;
      await tx
        .updateTable('holders')
        .set({ confirmed_at: now })
        .where('address_id', '=', address.id)
        .where('author_id', '=', author_id)
        .execute();
      await tx
        .deleteFrom('holders')
        .where('site', '=', address.site)
        .where('author_id', '=', author_id)
        .where('address_id', '<>', address.id)
        .where('address_id', 'in', (select) =>
          select.selectFrom('addresses').select('id').where('channel', '=', address.channel),
        )
        .execute();
    }
    // Who presses "Confirm" has thought better of "never again".
    await tx.updateTable('addresses').set({ blocked: 0 }).where('id', '=', address.id).execute();
    if (address.mailbox !== null) {
      await tx.deleteFrom('refusals').where('address_hash', '=', hashMailbox(address.mailbox, secret)).execute();
    }
  });
}

export interface Managed extends SubscriptionRow {
  readonly confirmed_at: number | null;
  readonly title: string | null;
  readonly url: string | null;
  readonly page: string;
  /** The comment's first words, for a bell. */
  readonly text: string | null;
}

/** Everything that is sent to an address, or would be once it is confirmed. */
export async function listManaged(db: Kysely<Tables>, address: AddressRow): Promise<readonly Managed[]> {
  return db
    .selectFrom('holders')
    .innerJoin('subscriptions', (join) =>
      join.onRef('subscriptions.site', '=', 'holders.site').onRef('subscriptions.author_id', '=', 'holders.author_id'),
    )
    .innerJoin('threads', 'threads.id', 'subscriptions.thread_id')
    .leftJoin('comments', (join) =>
      join.onRef('comments.site', '=', 'subscriptions.site').onRef('comments.id', '=', 'subscriptions.comment_id'),
    )
    .selectAll('subscriptions')
    .select([
      'holders.confirmed_at as confirmed_at',
      'threads.title as title',
      'threads.url as url',
      'threads.page as page',
      'comments.text as text',
    ])
    .where('holders.address_id', '=', address.id)
    .where('subscriptions.choice', '<>', 'none')
    .orderBy('subscriptions.created_at', 'desc')
    .limit(500)
    .execute();
}

/**
 * Ends what is sent to an address: all of it, what is about one page, or one subscription. The counter moves to now, so
 * that a choice made earlier and sent later does not bring it back.
 */
export async function unsubscribe(
  db: Kysely<Tables>,
  address: AddressRow,
  what: { readonly threadId?: string; readonly authorId?: string; readonly commentId?: string },
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    let ended = tx
      .updateTable('subscriptions')
      .set({ choice: 'none', counter: sql<number>`max(counter, ${now})` })
      .where('site', '=', address.site)
      .where('author_id', 'in', (select) =>
        select.selectFrom('holders').select('author_id').where('address_id', '=', address.id),
      );
    if (what.threadId !== undefined) ended = ended.where('thread_id', '=', what.threadId);
    if (what.authorId !== undefined) ended = ended.where('author_id', '=', what.authorId);
    if (what.commentId !== undefined) ended = ended.where('comment_id', '=', what.commentId);
    await ended.execute();
  });
}

/**
 * Its owner wants nothing from this server any more: not even to be asked, by whatever site and in whatever spelling of
 * the address.
 */
export async function block(db: Kysely<Tables>, address: AddressRow, secret: string, now: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if (address.mailbox !== null) await refuse(tx, address.mailbox, secret, now);
    const all = await sameMailbox(tx, address);
    await tx.updateTable('addresses').set({ blocked: 1 }).where('id', 'in', all).execute();
    await tx.deleteFrom('holders').where('address_id', 'in', all).execute();
  });
}

/** Kept as a hash, so that it outlives the address. */
export async function refuse(tx: Transaction<Tables>, mailbox: string, secret: string, now: number): Promise<void> {
  await tx
    .insertInto('refusals')
    .values({ address_hash: hashMailbox(mailbox, secret), at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function isRefused(tx: Transaction<Tables>, mailbox: string | null, secret: string): Promise<boolean> {
  if (mailbox === null) return false;
  const found = await tx
    .selectFrom('refusals')
    .select('at')
    .where('address_hash', '=', hashMailbox(mailbox, secret))
    .executeTakeFirst();
  return found !== undefined;
}

/** The ids of all rows that end in the mailbox of one, of whatever site. */
async function sameMailbox(tx: Transaction<Tables>, { id, mailbox }: AddressRow): Promise<readonly string[]> {
  if (mailbox === null) return [id];
  const rows = await tx.selectFrom('addresses').select('id').where('mailbox', '=', mailbox).execute();
  return rows.map((row) => row.id);
}

/** The push service says that nobody is there any more (404, 410). */
export async function dropAddress(db: Kysely<Tables>, id: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('holders').where('address_id', '=', id).execute();
    await tx.deleteFrom('addresses').where('id', '=', id).execute();
  });
}

/** What is told of a comment goes with it. */
export async function forgetBells(tx: Transaction<Tables>, comment: CommentRow): Promise<void> {
  await tx
    .deleteFrom('subscriptions')
    .where('site', '=', comment.site)
    .where('thread_id', '=', comment.thread_id)
    .where('comment_id', '=', comment.id)
    .execute();
}
