/**
 * What readers asked to be told of, in and out of our JSON Lines: mail addresses that their owners confirmed, with whose
 * they are, and the choices of these writers, ended ones too. Nobody is asked again after a move, and nobody who said no is
 * written to. What waits to be confirmed stays behind, as do browsers' push subscriptions: they belong to one server's key.
 */
import { randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { readMailbox } from '../rules/mailboxes.ts';
import { ensureThread } from '../storage/branches.ts';
import { readMeta } from '../storage/migrations.ts';
import { isRefused, refuse } from '../storage/subscribing.ts';
import type { Tables } from '../storage/tables.ts';
import { type AddressRecord, type SubscriptionRecord, idFor } from './read-record.ts';

const ROWS_AT_ONCE = 500;

export async function* exportSubscriptions(
  db: Kysely<Tables>,
  site: string,
): AsyncGenerator<AddressRecord | SubscriptionRecord> {
  for (let last = ''; ;) {
    const rows = await db
      .selectFrom('addresses')
      .select(['id', 'address', 'language', 'blocked'])
      .where('site', '=', site)
      .where('channel', '=', 'mail')
      .where('id', '>', last)
      .orderBy('id')
      .limit(ROWS_AT_ONCE)
      .execute();
    if (rows.length === 0) break;
    const holders = await db
      .selectFrom('holders')
      .select(['address_id', 'author_id', 'confirmed_at'])
      .where(
        'address_id',
        'in',
        rows.map((row) => row.id),
      )
      .where('confirmed_at', 'is not', null)
      .orderBy('author_id')
      .execute();
    for (const { id, address, language, blocked } of rows) {
      const writers = holders
        .filter((holder) => holder.address_id === id)
        .map((holder) => ({ id: holder.author_id, confirmedAt: new Date(Number(holder.confirmed_at)).toISOString() }));
      if (blocked === 0 && writers.length === 0) continue;
      yield { kind: 'address', email: address, language, ...(blocked === 1 ? { never: true } : { writers }) };
    }
    last = rows.at(-1)?.id ?? '';
  }
  for (let last = { author_id: '', thread_id: '', comment_id: '' }; ;) {
    const { author_id, thread_id, comment_id } = last;
    const rows = await db
      .selectFrom('subscriptions')
      .innerJoin('threads', 'threads.id', 'subscriptions.thread_id')
      .selectAll('subscriptions')
      .select('threads.page as page')
      .where('subscriptions.site', '=', site)
      .where('author_id', 'in', (select) =>
        select.selectFrom('holders').select('author_id').where('site', '=', site).where('confirmed_at', 'is not', null),
      )
      .where((is) =>
        is(is.refTuple('author_id', 'thread_id', 'comment_id'), '>', is.tuple(author_id, thread_id, comment_id)),
      )
      .orderBy('author_id')
      .orderBy('thread_id')
      .orderBy('comment_id')
      .limit(ROWS_AT_ONCE)
      .execute();
    const end = rows.at(-1);
    if (end === undefined) return;
    for (const row of rows) {
      yield {
        kind: 'subscription',
        writer: row.author_id,
        page: row.page,
        ...(row.comment_id === '' ? {} : { comment: row.comment_id }),
        choice: row.choice,
        counter: row.counter,
        createdAt: new Date(row.created_at).toISOString(),
      };
    }
    last = end;
  }
}

/** What is known here of an address or a writer's mails is newer than the file, and stays. Null, or why it was left out. */
export async function takeAddress(
  tx: Transaction<Tables>,
  site: string,
  record: AddressRecord,
  now: number,
): Promise<string | null> {
  const mailbox = readMailbox(record.email);
  if (mailbox === null) return 'email: this is no address.';
  const secret = (await readMeta(tx, 'secret')) ?? '';
  if (record.never === true) await refuse(tx, mailbox.mailbox, secret, now);
  await tx
    .insertInto('addresses')
    .values({
      id: randomUUID(),
      site,
      channel: 'mail',
      ...mailbox,
      keys: null,
      language: record.language,
      blocked: Number(await isRefused(tx, mailbox.mailbox, secret)),
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['site', 'channel', 'folded']).doNothing())
    .execute();
  const { id, blocked } = await tx
    .selectFrom('addresses')
    .select(['id', 'blocked'])
    .where('site', '=', site)
    .where('channel', '=', 'mail')
    .where('folded', '=', mailbox.folded)
    .executeTakeFirstOrThrow();
  if (blocked === 1) return null;
  for (const writer of record.writers ?? []) {
    // Who has confirmed another address here meanwhile is told there, and only there.
    const other = await tx
      .selectFrom('holders')
      .innerJoin('addresses', 'addresses.id', 'holders.address_id')
      .select('addresses.id')
      .where('holders.site', '=', site)
      .where('holders.author_id', '=', writer.id)
      .where('addresses.channel', '=', 'mail')
      .where('holders.confirmed_at', 'is not', null)
      .executeTakeFirst();
    if (other !== undefined) continue;
    const confirmed_at = Date.parse(writer.confirmedAt);
    await tx
      .insertInto('holders')
      .values({ site, author_id: writer.id, address_id: id, confirmed_at, asked_at: confirmed_at })
      .onConflict((conflict) => conflict.columns(['site', 'author_id', 'address_id']).doUpdateSet({ confirmed_at }))
      .execute();
  }
  return null;
}

/** A choice that is here already, an ended one too, stays as it is. Null, or why the record was left out. */
export async function takeSubscription(
  tx: Transaction<Tables>,
  { site, onto, now }: { readonly site: string; readonly onto?: string | undefined; readonly now: number },
  record: SubscriptionRecord,
): Promise<string | null> {
  const page = onto ?? record.page;
  const comment_id = record.comment === undefined ? '' : idFor(site, page, record.comment);
  if (comment_id !== '') {
    const comment = await tx
      .selectFrom('comments')
      .select('author_id')
      .where('site', '=', site)
      .where('id', '=', comment_id)
      .executeTakeFirst();
    if (comment?.author_id !== record.writer) return 'comment: its writer has none of this id.';
  }
  const thread = await ensureThread(tx, { site, id: page }, randomUUID(), now);
  const { writer, choice, counter, createdAt } = record;
  await tx
    .insertInto('subscriptions')
    .values({
      site,
      author_id: writer,
      thread_id: thread.id,
      comment_id,
      choice,
      counter,
      created_at: Date.parse(createdAt),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return null;
}
