/**
 * What a reader leaves on this device besides copies and unsent words: the secret that makes comments theirs, drafts, and
 * who they said they are. And how all of it goes again.
 */
import type { Mention, ThreadKey } from '../model/comment.ts';
import { readQuote } from '../model/parse-quote.ts';
import type { Ambient } from './ambient.ts';
import type { Database, Key, Row } from './database.ts';
import { mark } from './kept.ts';
import { fields, siteKinds, siteRow, text } from './records.ts';
import type { Draft, DraftPlace, PassageDraft, Remembered } from './store.ts';

/** 32 random bytes, base64url (S-4). Whoever has it owns the comments written with it. */
export function makeToken(world: Ambient): string {
  return btoa(String.fromCharCode(...world.bytes(32)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

export const draftKey = (thread: ThreadKey, place: DraftPlace): Key => [
  ...siteRow('draft', thread),
  thread.page,
  place,
];

export async function readDraft(database: Database, thread: ThreadKey, place: DraftPlace): Promise<Draft | null> {
  const [row] = await database.rows(draftKey(thread, place));
  return draftOf(row?.[1]);
}

export async function readDraftPlaces(database: Database, thread: ThreadKey): Promise<readonly DraftPlace[]> {
  const rows = await database.rows([...siteRow('draft', thread), thread.page]);
  return rows.flatMap(([key, value]) => (draftOf(value) ? [key.at(-1) as DraftPlace] : []));
}

const passagePlace = 'passage ';

export async function readPassageDrafts(database: Database, thread: ThreadKey): Promise<readonly PassageDraft[]> {
  const rows = await database.rows([...siteRow('draft', thread), thread.page]);
  return rows
    .flatMap(([key, value]): PassageDraft[] => {
      const place = key.at(-1) ?? '';
      const draft = place.startsWith(passagePlace) ? draftOf(value) : null;
      const quote = draft?.quote;
      return quote ? [{ key: place.slice(passagePlace.length), draft: { ...draft, quote } }] : [];
    })
    .sort((a, b) => b.draft.savedAt - a.draft.savedAt);
}

function draftOf(value: unknown): Draft | null {
  const stored = fields(value);
  if (!text(stored['text'])) return null;
  const quote = readQuote(stored['quote']);
  const optional = (name: 'name' | 'email' | 'website') => (text(stored[name]) ? { [name]: stored[name] } : {});
  return {
    text: text(stored['text']),
    ...optional('name'),
    ...optional('email'),
    ...optional('website'),
    ...(Array.isArray(stored['mentions']) ? { mentions: stored['mentions'].map(mention) } : {}),
    ...(typeof stored['before'] === 'string' ? { before: stored['before'] } : {}),
    ...(quote && { quote }),
    savedAt: Number(stored['savedAt']) || 0,
  };
}

function mention(stored: unknown): Mention {
  const { id, name } = fields(stored);
  return { id: text(id), name: text(name) };
}

export async function readRemembered(database: Database, thread: ThreadKey): Promise<Remembered | null> {
  const [row] = await database.rows(siteRow('who', thread));
  if (!row) return null;
  const stored = fields(row[1]);
  return { name: text(stored['name']), email: text(stored['email']), website: text(stored['website']) };
}

/**
 * *Remove my data from this device* (R-14): all rows of one backend and site, its discussions too where they live in this browser only. The
 * mark that something is kept goes as well: should another site still have something here, the next visit sets it again.
 */
export async function forgetSite(database: Database, thread: ThreadKey): Promise<void> {
  const prefixes = siteKinds.map((kind) => siteRow(kind, thread));
  await database.change(prefixes, 'strict', (rows) => rows.map(([key]): Row => [key, undefined]));
  try {
    localStorage.removeItem(mark);
  } catch {
    // Forbidden here: then it was never set.
  }
}
