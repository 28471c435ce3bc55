/**
 * The passages comments are about. The text of a quote is kept once, however many comments are on it, under its hash;
 * a comment names it, and the passage it is about, by which lists go and counts are made.
 */
import { createHash } from 'node:crypto';
import { type Kysely, type SelectQueryBuilder, type Transaction, sql } from 'kysely';
import type { Passage } from '../../model/comment.ts';
import type { Quote } from '../../model/quote.ts';
import { STATES, STATE_NAMES } from '../rules/states.ts';
import type { StoredQuote } from '../rules/quotes.ts';
import { type CommentRow, PLACE, type Tables } from './tables.ts';

/** A comment with the text of its quote. */
export interface WholeRow extends CommentRow {
  /** JSON. */
  readonly quote: string | null;
}

/** All reading of what is answered begins here: a row without its quote is no comment. */
export function selectWhole(db: Kysely<Tables>): SelectQueryBuilder<Tables, 'comments', WholeRow> {
  return db
    .selectFrom('comments')
    .leftJoin('quotes', 'quotes.hash', 'comments.quote_hash')
    .selectAll('comments')
    .select('quotes.quote as quote') as unknown as SelectQueryBuilder<Tables, 'comments', WholeRow>;
}

/** What a row says of the passage its comment is about. */
export type OnPassage = Pick<WholeRow, 'passage' | 'quote_hash' | 'quote'>;

export const onNothing: OnPassage = { passage: null, quote_hash: null, quote: null };

export function hashOfQuote(quote: string): string {
  return createHash('sha256').update(quote).digest('base64url').slice(0, 22);
}

export async function keepQuotes(db: Kysely<Tables>, quotes: readonly string[]): Promise<void> {
  if (quotes.length === 0) return;
  await db
    .insertInto('quotes')
    .values([...new Set(quotes)].map((quote) => ({ hash: hashOfQuote(quote), quote })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export function onPassage({ quote, passage }: StoredQuote): OnPassage {
  const text = JSON.stringify(quote);
  return { passage, quote_hash: hashOfQuote(text), quote: text };
}

/** Without the text of the quote, which has a table of its own. */
export function columnsOf({ quote: _, ...columns }: WholeRow): CommentRow {
  return columns;
}

/** A quote goes with the last comment that names it. */
export async function dropUnused(tx: Transaction<Tables>, hash: string | null): Promise<void> {
  if (hash === null) return;
  await tx
    .deleteFrom('quotes')
    .where('hash', '=', hash)
    .where((is) =>
      is.not(is.exists(is.selectFrom('comments').select('comments.id').where('comments.quote_hash', '=', hash))),
    )
    .execute();
}

/** After the comments of a whole site went. */
export async function dropAllUnused(tx: Transaction<Tables>): Promise<void> {
  await tx
    .deleteFrom('quotes')
    .where((is) =>
      is.not(
        is.exists(is.selectFrom('comments').select('comments.id').whereRef('comments.quote_hash', '=', 'quotes.hash')),
      ),
    )
    .execute();
}

/** A page with more highlights can't be read; and no answer is longer than a client takes (1 MiB). */
const MOST_PASSAGES = 1_000;
const MOST_BYTES = 800_000;

const COUNTED = STATE_NAMES.filter((state) => STATES[state].counts);

/** The statement behind the counts; a test reads its query plan. */
export function selectPassages(db: Kysely<Tables>, threadId: string) {
  return db
    .selectFrom('comments')
    .select((expression) => [
      'passage',
      expression.fn.countAll<number>().as('count'),
      expression.fn.max('revision').as('revision'),
      expression.fn.max('created_at').as('newest'),
    ])
    .where('thread_id', '=', threadId)
    .where('passage', 'is not', null)
    .where('state', 'in', COUNTED)
    .groupBy('passage');
}

/** All passages of a thread, those with the newest comments first, each with the quote of its first published comment. */
export async function listPassages(db: Kysely<Tables>, threadId: string): Promise<Passage[]> {
  const counted = await selectPassages(db, threadId)
    .orderBy('newest', 'desc')
    .orderBy('passage')
    .limit(MOST_PASSAGES)
    .execute();
  const passages: Passage[] = [];
  let bytes = 0;
  for (const { passage: key, count, revision } of counted) {
    const first = await selectFirst(db, threadId, key ?? '').executeTakeFirst();
    const text = first?.quote ?? null;
    if (key === null || text === null) continue;
    bytes += Buffer.byteLength(text) + 100;
    if (bytes > MOST_BYTES) break;
    passages.push({ key, quote: JSON.parse(text) as Quote, count: Number(count), revision: Number(revision) });
  }
  return passages;
}

function selectFirst(db: Kysely<Tables>, threadId: string, passage: string) {
  return selectWhole(db)
    .where('thread_id', '=', threadId)
    .where('passage', '=', passage)
    .where('place', 'in', [PLACE.root, PLACE.pinned])
    .where('state', 'in', COUNTED)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1);
}

/** Replies are about what they answer. */
export const noQuote = sql<string | null>`null`.as('quote');
