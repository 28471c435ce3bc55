/** The tables of "Notify of" (N-1 to N-5), as one step of the migrations. */
import type { Transaction } from 'kysely';
import { generateVapidKeys } from '../mail/vapid.ts';
import { type Mailbox, banned, hashMailbox, readMailbox } from '../rules/mailboxes.ts';
import type { Tables } from './tables.ts';

export interface NotifyTables {
  /** Where messages go. */
  addresses: AddressRow;
  /** Who said an address is theirs, and since when that is certain. */
  holders: HolderRow;
  /** What somebody wants to hear of; `none` stays for its counter. */
  subscriptions: SubscriptionRow;
  /** When a mailbox nobody had confirmed was last asked (N-5), over all sites. */
  confirmations: { address_hash: string; sent_at: number };
  /** Mailboxes whose owners want nothing from this server any more, over all sites. */
  refusals: { address_hash: string; at: number };
  /** Comments that became public and are not told to everybody yet. */
  news: NewsRow;
  /** The outbox, and for a month the log of what was sent. */
  messages: MessageRow;
  /** What a message tells; one row an address and event, for ever once (N-3). */
  message_items: ItemRow;
}

export interface AddressRow {
  id: string;
  site: string;
  channel: 'mail' | 'push';
  /** An e-mail address as it was written, or the endpoint of a push service. */
  address: string;
  /** The same for the same address (`rules/mailboxes.ts`). */
  folded: string;
  /** The same for all addresses that end in one mailbox; null for a push service. */
  mailbox: string | null;
  /** JSON of a push subscription's keys. */
  keys: string | null;
  language: string;
  /** 1: its owner wants nothing from this server any more. */
  blocked: number;
  created_at: number;
}

export interface HolderRow {
  site: string;
  author_id: string;
  address_id: string;
  confirmed_at: number | null;
  asked_at: number;
}

export interface SubscriptionRow {
  site: string;
  author_id: string;
  thread_id: string;
  /** Empty for the page. */
  comment_id: string;
  choice: 'page' | 'replies' | 'comment' | 'none';
  counter: number;
  created_at: number;
}

export interface NewsRow {
  site: string;
  comment_id: string;
  kind: 'published' | 'approved';
  thread_id: string;
  at: number;
  /** Authors up to this one are through. */
  cursor: string;
  done: number;
}

export interface MessageRow {
  id: string;
  site: string;
  address_id: string;
  thread_id: string | null;
  /** Of a confirmation: who asked. */
  author_id: string | null;
  kind: 'confirm' | 'news';
  state: 'waiting' | 'taken' | 'sent' | 'given-up' | 'dropped';
  due: number;
  attempts: number;
  /** Until when the process that took it is believed to be at it. */
  lease: number;
  lease_by: string;
  error: string;
  created_at: number;
  sent_at: number | null;
  /** How many comments it told of. */
  comments: number;
}

export interface ItemRow {
  address_id: string;
  site: string;
  comment_id: string;
  kind: 'published' | 'approved';
  message_id: string;
}

export async function notifyTables(db: Transaction<Tables>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('addresses')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('folded', 'text', (column) => column.notNull())
    .addColumn('keys', 'text')
    .addColumn('language', 'text', (column) => column.notNull())
    .addColumn('blocked', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('addresses_folded', ['site', 'channel', 'folded'])
    .execute();
  await schema
    .createTable('holders')
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('author_id', 'text', (column) => column.notNull())
    .addColumn('address_id', 'text', (column) => column.notNull())
    .addColumn('confirmed_at', 'bigint')
    .addColumn('asked_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('holders_id', ['site', 'author_id', 'address_id'])
    .execute();
  await schema.createIndex('holders_by_address').on('holders').column('address_id').execute();
  await schema
    .createTable('subscriptions')
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('author_id', 'text', (column) => column.notNull())
    .addColumn('thread_id', 'text', (column) => column.notNull())
    .addColumn('comment_id', 'text', (column) => column.notNull())
    .addColumn('choice', 'text', (column) => column.notNull())
    .addColumn('counter', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('subscriptions_id', ['site', 'author_id', 'thread_id', 'comment_id'])
    .execute();
  await schema.createIndex('subscriptions_by_thread').on('subscriptions').columns(['thread_id', 'author_id']).execute();
  await schema
    .createTable('confirmations')
    .addColumn('address_hash', 'text', (column) => column.primaryKey())
    .addColumn('sent_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('news')
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('comment_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('thread_id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('cursor', 'text', (column) => column.notNull())
    .addColumn('done', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('news_id', ['site', 'comment_id', 'kind'])
    .execute();
  await schema.createIndex('news_open').on('news').columns(['done', 'at']).execute();
  await schema
    .createTable('messages')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('address_id', 'text', (column) => column.notNull())
    .addColumn('thread_id', 'text')
    .addColumn('author_id', 'text')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('due', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('lease', 'bigint', (column) => column.notNull())
    .addColumn('lease_by', 'text', (column) => column.notNull())
    .addColumn('error', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('sent_at', 'bigint')
    .addColumn('comments', 'integer', (column) => column.notNull())
    .execute();
  await schema.createIndex('messages_due').on('messages').columns(['state', 'due']).execute();
  await schema
    .createIndex('messages_by_address')
    .on('messages')
    .columns(['address_id', 'thread_id', 'state'])
    .execute();
  await schema
    .createTable('message_items')
    .addColumn('address_id', 'text', (column) => column.notNull())
    .addColumn('site', 'text', (column) => column.notNull())
    .addColumn('comment_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('message_items_id', ['address_id', 'comment_id', 'kind'])
    .execute();
  await schema.createIndex('message_items_by_message').on('message_items').column('message_id').execute();
  // Feeds: the newest published comments of one page.
  await schema.createIndex('comments_by_time').on('comments').columns(['thread_id', 'state', 'created_at']).execute();
  const keys = generateVapidKeys();
  await db
    .insertInto('meta')
    .values([
      { key: 'push-public', value: keys.publicKey },
      { key: 'push-private', value: keys.privateKey },
    ])
    .execute();
}

/**
 * Addresses are told apart by their mailbox from here on (N-5). What was folded by lower case alone is folded anew; rows
 * that turn out to be one become one; who wanted nothing on one site gets nothing on any. A confirmation that was sent to
 * an address nobody keeps any more is known by its old hash alone and can't be folded: that mailbox may be asked once more.
 */
export async function mailboxes(db: Transaction<Tables>, given?: string): Promise<void> {
  const { schema } = db;
  await schema.alterTable('addresses').addColumn('mailbox', 'text').execute();
  await schema.createIndex('addresses_by_mailbox').on('addresses').column('mailbox').execute();
  await schema
    .createTable('refusals')
    .addColumn('address_hash', 'text', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  const kept = await db.selectFrom('meta').select('value').where('key', '=', 'secret').executeTakeFirstOrThrow();
  const secret = given ?? kept.value;
  const rows = await db
    .selectFrom('addresses')
    .selectAll()
    .where('channel', '=', 'mail')
    .orderBy('created_at')
    .execute();
  const first = new Map<string, { readonly id: string; readonly read: Mailbox }>();
  for (const { id, site, address, folded, blocked } of rows) {
    const read = readMailbox(address) ?? { address, folded, mailbox: folded };
    const key = `${site} ${read.folded}`;
    const same = first.get(key);
    if (same === undefined) first.set(key, { id, read });
    else await becomeOne(db, id, same.id);
    const asked = await db
      .selectFrom('confirmations')
      .select('sent_at')
      .where('address_hash', '=', hashMailbox(folded, secret))
      .executeTakeFirst();
    const address_hash = hashMailbox(read.mailbox, secret);
    if (asked !== undefined) {
      const { sent_at } = asked;
      await db
        .insertInto('confirmations')
        .values({ address_hash, sent_at })
        .onConflict((conflict) =>
          conflict
            .column('address_hash')
            .doUpdateSet((is) => ({ sent_at: is.fn('max', ['confirmations.sent_at', 'excluded.sent_at']) })),
        )
        .execute();
    }
    if (blocked === 1) {
      await db
        .insertInto('refusals')
        .values({ address_hash, at: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  }
  // Last, when nobody else has the new spelling any more.
  for (const { id, read } of first.values()) await db.updateTable('addresses').set(read).where('id', '=', id).execute();
  // "Never again" holds for the server: also for the rows of other sites, and of other spellings.
  const refused = await db.selectFrom('addresses').select('mailbox').where('blocked', '=', 1).execute();
  for (const { mailbox } of refused) {
    if (mailbox === null) continue;
    const all = db.selectFrom('addresses').select('id').where('mailbox', '=', mailbox);
    await db.deleteFrom('holders').where('address_id', 'in', all).execute();
    await db.updateTable('addresses').set({ blocked: 1 }).where('mailbox', '=', mailbox).execute();
  }
  const bans = await db.selectFrom('bans').select(['id', 'value']).where('kind', '=', 'email').execute();
  for (const { id, value } of bans) {
    await db
      .updateTable('bans')
      .set({ value: banned(value) })
      .where('id', '=', id)
      .execute();
  }
}

/** What was known of one row is known of the other; what both know is kept once. */
async function becomeOne(db: Transaction<Tables>, gone: string, stays: string): Promise<void> {
  const known = db.selectFrom('holders').select('author_id').where('address_id', '=', stays);
  await db.deleteFrom('holders').where('address_id', '=', gone).where('author_id', 'in', known).execute();
  await db.updateTable('holders').set({ address_id: stays }).where('address_id', '=', gone).execute();
  await db.updateTable('messages').set({ address_id: stays }).where('address_id', '=', gone).execute();
  const told = db.selectFrom('message_items').select('comment_id').where('address_id', '=', stays);
  await db.deleteFrom('message_items').where('address_id', '=', gone).where('comment_id', 'in', told).execute();
  await db.updateTable('message_items').set({ address_id: stays }).where('address_id', '=', gone).execute();
  const blocked = db.selectFrom('addresses').select('id').where('id', '=', gone).where('blocked', '=', 1);
  await db
    .updateTable('addresses')
    .set({ blocked: 1 })
    .where('id', '=', stays)
    .where((is) => is.exists(blocked))
    .execute();
  await db.deleteFrom('addresses').where('id', '=', gone).execute();
}
