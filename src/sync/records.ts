/**
 * What is kept in the database and how a section reads it before its first picture: the kinds of rows, their keys, and the
 * gate they pass on the way in. A row nobody can read never stops the others, and its words are not thrown away (FAULTS
 * D15). What is written is said in `cache.ts`, `belongings.ts` and `outbox.ts`, which come later.
 */
import type { Answer } from '../adapters/adapter.ts';
import type { ThreadKey } from '../model/comment.ts';
import type { QueuedOperation } from '../model/operation.ts';
import { parseAnswer, parseMine, parsePage, parsePassages, parseQueuedOperation } from '../model/parse.ts';
import { ORDERS } from '../model/sort.ts';
import { emptyThread, type Thread } from '../model/thread.ts';
import type { Database, Key, Row } from './database.ts';

const threadPart = ({ backend, site, page }: ThreadKey): Key => [backend, site, page];
const sitePart = ({ backend, site }: ThreadKey): Key => [backend, site];

export const allOutbox: Key = ['outbox'];
export const outboxKey = (thread: ThreadKey, ...id: string[]): Key => ['outbox', ...threadPart(thread), ...id];
export const threadRow = (kind: 'cache' | 'collapsed' | 'lease' | 'seen', thread: ThreadKey): Key => [
  kind,
  ...threadPart(thread),
];
export const siteRow = (kind: SiteKind, thread: ThreadKey): Key => [kind, ...sitePart(thread)];
/** What `forget` takes away: everything whose key goes on with a backend and a site. */
export const siteKinds = [
  'outbox',
  'token',
  'draft',
  'who',
  'order',
  'collapsed',
  'cache',
  'lease',
  'seen',
  'live',
  'local',
] as const;
export type SiteKind = (typeof siteKinds)[number];

/** The shape of the rows we write. A row with a higher number belongs to a newer version of us and is left to it (D13). */
export const shape = 1;

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** An operation as the disk has it. */
export interface Kept {
  readonly row: QueuedOperation;
  /** The definite yes, while it is not yet in the cache: such a row is never sent again. */
  readonly answer: Answer | null;
  /** Since when the backend answers without taking it, by the reader's clock. */
  readonly troubledSince: number | null;
  /** The reader's secret it was first sent with: a repeat has to come from the same writer. */
  readonly secret: string | null;
}

/** Null for a row of a newer version; throws for one that nobody can read. */
export function readKept([, value]: Row): Kept | null {
  const stored = fields(value);
  if (Number(stored['shape']) > shape) return null;
  const since = stored['troubledSince'];
  return {
    row: { ...parseQueuedOperation(stored['row']), saved: true },
    answer: stored['answer'] ? parseAnswer(stored['answer']) : null,
    troubledSince: typeof since === 'number' ? since : null,
    secret: text(stored['secret']) || null,
  };
}

export function readCached(key: ThreadKey, value: unknown): Thread | null {
  const stored = fields(value);
  if (stored['shape'] !== shape) return null;
  try {
    // The same gate as for an answer of the backend: a page has all these fields.
    const { info, comments, roots, pinned, next, left, gaps, markup } = parsePage(stored);
    const order = ORDERS.find((one) => one === stored['order']);
    const { passages: told, passagesRevision } = stored;
    return {
      ...emptyThread(key),
      info,
      passages: told
        ? parsePassages({ passages: told, info: { ...info, revision: Number(passagesRevision) || 0 } })
        : null,
      comments: new Map(comments.map((comment) => [comment.id, comment])),
      window: order ? { order, roots, pinned, next, left } : null,
      gaps,
      mine: stored['mine'] ? parseMine(stored['mine']) : null,
      gone: revisions(stored['gone']),
      markup,
      fetchedAt: Number(stored['fetchedAt']) || 0,
    };
  } catch {
    return null; // A cache is a copy: what can't be read is asked again.
  }
}

function revisions(stored: unknown): Thread['gone'] {
  return Object.fromEntries(
    Object.entries(fields(stored)).filter((one): one is [string, number] => typeof one[1] === 'number'),
  );
}

/** Everything a section needs before its first picture, in one transaction. */
export interface Opening {
  readonly thread: Thread | null;
  readonly order: string;
  readonly collapsed: ReadonlyMap<string, number>;
  /** Up to when the thread was seen on the last visit; null on the first. */
  readonly seen: number | null;
  /** What waits for this thread, as far as it can be read; the outbox shows the rest. */
  readonly queue: readonly QueuedOperation[];
}

export async function readOpening(database: Database, thread: ThreadKey): Promise<Opening> {
  const rows = await database.rows(
    threadRow('cache', thread),
    siteRow('order', thread),
    threadRow('collapsed', thread),
    threadRow('seen', thread),
    outboxKey(thread),
  );
  const valueOf = (kind: SiteKind): unknown => rows.find(([key]) => key[0] === kind)?.[1];
  const collapsed = valueOf('collapsed');
  const seen = valueOf('seen');
  const isPair = (one: unknown): one is [string, number] => Array.isArray(one) && typeof one[1] === 'number';
  return {
    thread: readCached(thread, valueOf('cache')),
    order: text(valueOf('order')),
    collapsed: new Map(Array.isArray(collapsed) ? collapsed.filter(isPair) : []),
    seen: typeof seen === 'number' ? seen : null,
    queue: rows.flatMap((row) => (row[0][0] === 'outbox' ? (readable(row)?.row ?? []) : [])),
  };
}

function readable(row: Row): Kept | null {
  try {
    return readKept(row);
  } catch {
    return null;
  }
}
