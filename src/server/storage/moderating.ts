/**
 * What moderators do (S-5): list, approve, reject, mark as spam, delete, ban. Works beside a running server, because all
 * of it is rows; each act is written into the log in the same transaction.
 */
import { randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { CommentState } from '../../model/comment.ts';
import { banned } from '../rules/mailboxes.ts';
import { STATES } from '../rules/states.ts';
import { changeComment, nextRevision } from './branches.ts';
import { announce } from './outgoing.ts';
import { takePageWords } from './pages.ts';
import { selectWhole, type WholeRow } from './quotes.ts';
import type { BanRow, Tables } from './tables.ts';
import { findRow, wipe } from './writing.ts';

export type Act = 'approve' | 'reject' | 'spam' | 'delete';

const STATE_AFTER: Readonly<Record<Act, CommentState>> = {
  approve: 'published',
  reject: 'rejected',
  spam: 'spam',
  delete: 'deleted',
};

export interface ListedComment extends WholeRow {
  readonly page: string;
}

/** Newest first. */
export async function listForModerators(
  db: Kysely<Tables>,
  wish: {
    readonly site: string;
    readonly states: readonly CommentState[];
    readonly page?: string | undefined;
    readonly limit: number;
  },
): Promise<readonly ListedComment[]> {
  const rows = selectWhole(db)
    .innerJoin('threads', 'threads.id', 'comments.thread_id')
    .select('threads.page as page')
    .where('comments.site', '=', wish.site)
    .where('comments.state', 'in', wish.states)
    .orderBy('comments.created_at', 'desc')
    .orderBy('comments.id', 'desc')
    .limit(wish.limit);
  return (wish.page === undefined ? rows : rows.where('threads.page', '=', wish.page)).execute();
}

export type Moderated = { readonly id: string; readonly result: 'done' | 'already' | 'unknown' | 'wiped' };

/** `wiped`: the comment was deleted, and there is nothing left to approve or reject. */
export async function moderate(
  db: Kysely<Tables>,
  act: Act,
  wish: { readonly site: string; readonly id: string; readonly note: string; readonly now: number },
): Promise<Moderated> {
  return db.transaction().execute(async (tx) => {
    const before = await findByIdOrAlias(tx, wish.site, wish.id);
    if (before === null) return { id: wish.id, result: 'unknown' };
    const state = STATE_AFTER[act];
    if (before.state === state) return { id: before.id, result: 'already' };
    if (STATES[before.state].wiped) return { id: before.id, result: 'wiped' };
    const revision = await nextRevision(tx, before.thread_id);
    if (STATES[state].wiped) await wipe(tx, before, revision);
    else {
      const after = await changeComment(tx, before, { state }, revision);
      await takePageWords(tx, after);
      if (STATES[after.state].others === 'whole') {
        await announce(tx, after, 'published', wish.now);
        // Its writer has been waiting.
        if (STATES[before.state].waiting) await announce(tx, after, 'approved', wish.now);
      }
    }
    await writeLog(tx, { ...wish, commentId: before.id, act, before: before.state, after: state });
    return { id: before.id, result: 'done' };
  });
}

export interface BanWish {
  readonly site: string;
  readonly kind: BanRow['kind'];
  readonly value: string;
  /** Null: for good. */
  readonly until: number | null;
  readonly note: string;
  readonly now: number;
}

export async function ban(db: Kysely<Tables>, wish: BanWish): Promise<BanRow> {
  return db.transaction().execute(async (tx) => {
    const row: BanRow = {
      id: randomUUID(),
      site: wish.site,
      kind: wish.kind,
      value: wish.kind === 'email' ? banned(wish.value) : wish.value,
      until: wish.until,
      note: wish.note,
      created_at: wish.now,
    };
    await tx.insertInto('bans').values(row).execute();
    await writeLog(tx, { ...wish, commentId: null, act: `ban ${wish.kind}`, before: null, after: row.value });
    return row;
  });
}

export async function listBans(db: Kysely<Tables>, site: string): Promise<readonly BanRow[]> {
  return db.selectFrom('bans').selectAll().where('site', '=', site).orderBy('created_at').execute();
}

export async function liftBan(
  db: Kysely<Tables>,
  wish: { readonly site: string; readonly id: string; readonly note: string; readonly now: number },
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const row = await tx
      .deleteFrom('bans')
      .where('site', '=', wish.site)
      .where('id', '=', wish.id)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) return false;
    await writeLog(tx, { ...wish, commentId: null, act: `unban ${row.kind}`, before: row.value, after: null });
    return true;
  });
}

export async function findByIdOrAlias(db: Kysely<Tables>, site: string, id: string): Promise<WholeRow | null> {
  const row = await findRow(db, site, id.toLowerCase());
  if (row !== null) return row;
  const aliases = await db
    .selectFrom('aliases')
    .select('comment_id')
    .where('site', '=', site)
    .where('old_id', '=', id)
    .limit(2)
    .execute();
  // An old id that two pages have tells nothing.
  const [alias, second] = aliases;
  return alias === undefined || second !== undefined ? null : findRow(db, site, alias.comment_id);
}

async function writeLog(
  tx: Transaction<Tables>,
  entry: {
    readonly site: string;
    readonly commentId: string | null;
    readonly act: string;
    readonly before: string | null;
    readonly after: string | null;
    readonly note: string;
    readonly now: number;
  },
): Promise<void> {
  await tx
    .insertInto('moderation_log')
    .values({
      id: randomUUID(),
      site: entry.site,
      comment_id: entry.commentId,
      act: entry.act,
      before: entry.before,
      after: entry.after,
      note: entry.note,
      at: entry.now,
    })
    .execute();
}
