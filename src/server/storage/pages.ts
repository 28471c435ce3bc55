/**
 * How a page is called in mails and feeds: its address and title, as the latest published comment told them. Nobody else
 * is believed, since whoever opens a bell or waits for approval could give a page any name.
 */
import type { Transaction } from 'kysely';
import { cleanAddress, normalisePageId } from '../../model/page-id.ts';
import { storable } from '../rules/words.ts';
import { STATES } from '../rules/states.ts';
import type { CommentRow, Tables, ThreadRow } from './tables.ts';

const MOST_TITLE = 500;

interface PageWords {
  readonly url: string;
  readonly title: string;
}

/** A new comment told how its page is called. */
export async function keepPageWords(tx: Transaction<Tables>, comment: CommentRow, told: PageWords): Promise<void> {
  const words = { url: cleanAddress(told.url), title: storable(told.title).trim().slice(0, MOST_TITLE) };
  if (STATES[comment.state].others === 'whole') return nameThread(tx, comment.thread_id, words);
  const { site, id } = comment;
  await tx
    .insertInto('page_words')
    .values({ site, comment_id: id, ...words })
    .onConflict((conflict) => conflict.columns(['site', 'comment_id']).doNothing())
    .execute();
}

/** A comment may be published now: what it told is believed, if nobody told it later. */
export async function takePageWords(tx: Transaction<Tables>, comment: CommentRow): Promise<void> {
  if (STATES[comment.state].others !== 'whole') return;
  const words = await tx
    .deleteFrom('page_words')
    .where('site', '=', comment.site)
    .where('comment_id', '=', comment.id)
    .returning(['url', 'title'])
    .executeTakeFirst();
  if (words === undefined) return;
  const later = await tx
    .selectFrom('comments')
    .select('id')
    .where('thread_id', '=', comment.thread_id)
    .where('state', '=', comment.state)
    .where('created_at', '>', comment.created_at)
    .limit(1)
    .executeTakeFirst();
  await nameThread(tx, comment.thread_id, words, later !== undefined);
}

/** @param isOld Somebody told it later: only what is not known yet is taken. */
async function nameThread(tx: Transaction<Tables>, threadId: string, words: PageWords, isOld = false): Promise<void> {
  const thread = await tx.selectFrom('threads').selectAll().where('id', '=', threadId).executeTakeFirstOrThrow();
  const url = !thread.url || (!isOld && !isWorse(words.url, thread)) ? words.url : thread.url;
  const title = !thread.title || (!isOld && words.title !== '') ? words.title : thread.title;
  if (url === thread.url && title === thread.title) return;
  await tx.updateTable('threads').set({ url, title }).where('id', '=', threadId).execute();
}

/** An address that is the page's id is not given up for one that is not. */
function isWorse(url: string, { url: known, page }: ThreadRow): boolean {
  return known !== null && normalisePageId(known) === page && normalisePageId(url) !== page;
}
