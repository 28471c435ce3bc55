/**
 * Who can be mentioned on a page: writers of comments that everybody sees, with what tells two of one name apart. All of a
 * page are read once for each revision and kept, so that a letter more costs no walk through the thread.
 */
import type { Kysely } from 'kysely';
import { findPeople, MOST_FOUND, type Person } from '../../model/people.ts';
import { STATE_NAMES, STATES } from '../rules/states.ts';
import type { Thread } from './listing.ts';
import type { Tables } from './tables.ts';

/** Of a page with more writers the ones who wrote last can be found. */
const MOST_WRITERS = 2_000;
/** Pages whose people are kept; the one not asked for longest goes first. */
const MOST_PAGES = 50;
/** How much of a comment says whose it is. */
const BEGINNING = 160;

const SEEN = STATE_NAMES.filter((state) => STATES[state].others === 'whole');

export class People {
  readonly #kept = new Map<string, { readonly revision: number; readonly people: readonly Person[] }>();

  async find(db: Kysely<Tables>, { row }: Thread, typed: string): Promise<readonly Person[]> {
    if (row === null) return [];
    let kept = this.#kept.get(row.id);
    this.#kept.delete(row.id);
    if (kept?.revision !== row.revision) kept = { revision: row.revision, people: await writersOf(db, row.id) };
    this.#kept.set(row.id, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_PAGES && oldest !== undefined) this.#kept.delete(oldest);
    return findPeople(kept.people, typed, MOST_FOUND);
  }
}

async function writersOf(db: Kysely<Tables>, threadId: string): Promise<readonly Person[]> {
  const rows = await db
    .selectFrom('comments')
    // With one `max` SQLite takes the other columns from the row that has it.
    .select(({ fn, val }) => [
      'author_id',
      'author_name',
      fn.max('created_at').as('at'),
      fn<string>('substr', ['text', val(1), val(BEGINNING)]).as('text'),
    ])
    .where('thread_id', '=', threadId)
    .where('state', 'in', SEEN)
    .where('author_id', 'is not', null)
    .where('author_name', '<>', '')
    .groupBy('author_id')
    .orderBy('at', 'desc')
    .limit(MOST_WRITERS)
    .execute();
  return rows.flatMap(({ author_id: id, author_name: name, at, text }) =>
    id === null ? [] : [{ id, name, at: Number(at), text }],
  );
}
