/**
 * What is kept in the database and how it is read back: the kinds of rows, their keys, and the gate they pass on the way
 * in. A row nobody can read never stops the others, and its words are not thrown away (FAULTS D15).
 */
import type { Answer } from '../adapters/adapter.ts';
import type { Comment, Gap, Mention, ThreadKey } from '../model/comment.ts';
import type { Operation, QueuedOperation } from '../model/operation.ts';
import { parseAnswer, parseComment, parseMine, parsePage, parseQueuedOperation } from '../model/parse.ts';
import { emptyThread, mergeAnswer, type Thread } from '../model/thread.ts';
import { threadOrder } from '../model/tree.ts';
import type { Ambient } from './ambient.ts';
import { isFull, type Database, type Key, type Row } from './database.ts';
import type { Draft, DraftPlace, Remembered } from './store.ts';

const threadPart = ({ backend, site, page }: ThreadKey): Key => [backend, site, page];
const sitePart = ({ backend, site }: ThreadKey): Key => [backend, site];

export const outboxKey = (thread: ThreadKey, id?: string): Key => [
  'outbox',
  ...threadPart(thread),
  ...(id === undefined ? [] : [id]),
];
export const allOutbox: Key = ['outbox'];
export const leaseKey = (thread: ThreadKey): Key => ['lease', ...threadPart(thread)];
export const tokenKey = (thread: ThreadKey): Key => ['token', ...sitePart(thread)];
export const draftKey = (thread: ThreadKey, place: DraftPlace): Key => ['draft', ...threadPart(thread), place];
const whoKey = (thread: ThreadKey): Key => ['who', ...sitePart(thread)];
const orderKey = (thread: ThreadKey): Key => ['order', ...sitePart(thread)];
const collapsedKey = (thread: ThreadKey): Key => ['collapsed', ...threadPart(thread)];
const cacheKey = (thread: ThreadKey): Key => ['cache', ...threadPart(thread)];
const cacheIndex: Key = ['cached'];

/** The shape of the rows we write. A row with a higher number belongs to a newer version of us and is left to it (D13). */
const shape = 1;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

// ——— The outbox

/** An operation as the disk has it. */
export interface Kept {
  readonly row: QueuedOperation;
  /** The definite yes, while it is not yet in the cache: such a row is never sent again. */
  readonly answer: Answer | null;
  /** Since when the backend answers without taking it, by the reader's clock. */
  readonly troubledSince: number | null;
}

export function writeKept({ row, answer, troubledSince }: Kept): Row {
  return [outboxKey(row.thread, row.operation.id), { shape, row, answer, troubledSince }];
}

/** Null for a row of a newer version. What can't be read comes back as a refusal that still shows its words. */
export function readKept([key, value]: Row): Kept | null {
  const stored = fields(value);
  if (typeof stored['shape'] === 'number' && stored['shape'] > shape) return null;
  try {
    const row = parseQueuedOperation(stored['row']);
    const since = stored['troubledSince'];
    return {
      row: { ...row, saved: true },
      answer: stored['answer'] ? parseAnswer(stored['answer']) : null,
      troubledSince: typeof since === 'number' ? since : null,
    };
  } catch {
    return { row: unreadable(key, stored['row']), answer: null, troubledSince: null };
  }
}

function unreadable([, backend = '', site = '', page = '', id = '']: Key, row: unknown): QueuedOperation {
  const operation = fields(fields(row)['operation']);
  return {
    operation: {
      kind: 'post',
      id,
      createdAt: Number(operation['createdAt']) || 0,
      parentId: null,
      rootId: null,
      text: text(operation['text']) || (JSON.stringify(row) ?? ''),
      author: { name: text(fields(operation['author'])['name']) },
      mentions: [],
    },
    thread: { backend, site, page },
    page: { url: '', title: '' },
    identity: text(fields(row)['identity']) || 'guest',
    order: 0,
    attempts: 0,
    notBefore: 0,
    delivery: { state: 'refused', reason: 'unreadable' },
    saved: true,
  };
}

// ——— The guest's secret (S-4)

/** 32 random bytes, base64url. Whoever has it owns the comments written with it. */
export function makeToken(world: Ambient): string {
  return btoa(String.fromCharCode(...world.bytes(32)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

export async function readToken(database: Database, thread: ThreadKey): Promise<string | null> {
  const [row] = await database.rows(tokenKey(thread));
  return text(row?.[1]) || null;
}

// ——— What the reader chose

export async function readDraft(database: Database, thread: ThreadKey, place: DraftPlace): Promise<Draft | null> {
  const [row] = await database.rows(draftKey(thread, place));
  const stored = fields(row?.[1]);
  if (!text(stored['text'])) return null;
  const optional = (name: 'name' | 'email' | 'website') => (text(stored[name]) ? { [name]: stored[name] } : {});
  return {
    text: text(stored['text']),
    ...optional('name'),
    ...optional('email'),
    ...optional('website'),
    ...(Array.isArray(stored['mentions']) ? { mentions: stored['mentions'].map(mention) } : {}),
    ...(typeof stored['before'] === 'string' ? { before: stored['before'] } : {}),
    savedAt: Number(stored['savedAt']) || 0,
  };
}

function mention(stored: unknown): Mention {
  const { id, name } = fields(stored);
  return { id: text(id), name: text(name) };
}

export async function readRemembered(database: Database, thread: ThreadKey): Promise<Remembered | null> {
  const [row] = await database.rows(whoKey(thread));
  if (!row) return null;
  const stored = fields(row[1]);
  return { name: text(stored['name']), email: text(stored['email']), website: text(stored['website']) };
}

export const writeRemembered = (thread: ThreadKey, who: Remembered | null): Row => [whoKey(thread), who ?? undefined];
export const writeOrder = (thread: ThreadKey, order: string): Row => [orderKey(thread), order];
export const writeCollapsed = (thread: ThreadKey, collapsed: ReadonlyMap<string, number>): Row => [
  collapsedKey(thread),
  collapsed.size > 0 ? [...collapsed] : undefined,
];

/** Everything a section needs before its first picture, in one transaction. */
export interface Opening {
  readonly thread: Thread | null;
  readonly token: string | null;
  readonly order: string | null;
  readonly collapsed: ReadonlyMap<string, number>;
}

export async function readOpening(database: Database, thread: ThreadKey): Promise<Opening> {
  const rows = await database.rows(cacheKey(thread), tokenKey(thread), orderKey(thread), collapsedKey(thread));
  const valueOf = (kind: string): unknown => rows.find(([key]) => key[0] === kind)?.[1];
  const collapsed = valueOf('collapsed');
  return {
    thread: readCached(thread, valueOf('cache')),
    token: text(valueOf('token')) || null,
    order: text(valueOf('order')) || null,
    collapsed: new Map(
      Array.isArray(collapsed)
        ? collapsed.filter(
            (one): one is [string, number] =>
              Array.isArray(one) && typeof one[0] === 'string' && typeof one[1] === 'number',
          )
        : [],
    ),
  };
}

/** *Forget me here* (R-14): all rows of one backend and site. */
export async function forgetSite(database: Database, thread: ThreadKey): Promise<void> {
  const kinds = ['outbox', 'token', 'draft', 'who', 'order', 'collapsed', 'cache', 'lease'];
  await database.change(
    kinds.map((kind) => [kind, ...sitePart(thread)]),
    'strict',
    (rows) => rows.map(([key]) => [key, undefined]),
  );
}

// ——— The cache

const cachedComments = 500;
const cachedBytes = 20_000_000;
const cachedFor = 30 * 24 * 60 * 60 * 1000;

function readCached(key: ThreadKey, value: unknown): Thread | null {
  const stored = fields(value);
  if (stored['shape'] !== shape) return null;
  try {
    // The same gate as for an answer of the backend: a page has all these fields.
    const page = parsePage(stored);
    const order = stored['order'];
    return {
      ...emptyThread(key),
      info: page.info,
      comments: new Map(page.comments.map((comment) => [comment.id, comment])),
      window:
        order === 'newest' || order === 'oldest' || order === 'most-voted'
          ? { order, roots: page.roots, pinned: page.pinned, next: page.next, left: page.left }
          : null,
      gaps: page.gaps,
      mine: stored['mine'] ? parseMine(stored['mine']) : null,
      markup: page.markup,
      fetchedAt: Number(stored['fetchedAt']) || 0,
    };
  } catch {
    return null; // A cache is a copy: what can't be read is asked again.
  }
}

function writeCached(thread: Thread): unknown {
  const { info, window, comments, gaps, left, next } = trim(thread);
  return {
    shape,
    info,
    comments,
    roots: window?.roots ?? [],
    pinned: window?.pinned ?? [],
    next,
    left,
    gaps,
    markup: thread.markup,
    order: window?.order ?? null,
    mine: thread.mine && { ...thread.mine, unpublished: [...thread.mine.unpublished] },
    fetchedAt: thread.fetchedAt,
  };
}

/** A place where the cache ends and only the backend can go on: refreshing comes before anything behind it is asked. */
const endOfCache = 'cache';

function trim(thread: Thread) {
  const { info, window } = thread;
  const all = threadOrder(thread.comments.values());
  if (all.length <= cachedComments || !window) {
    return {
      info,
      window,
      comments: all.slice(0, cachedComments),
      gaps: thread.gaps,
      next: window?.next ?? null,
      left: window?.left ?? 0,
    };
  }
  const branches = new Map<string, Comment[]>();
  for (const comment of all) {
    const branch = branches.get(comment.rootId);
    if (branch) branch.push(comment);
    else branches.set(comment.rootId, [comment]);
  }
  const gaps: Record<string, Gap> = {};
  const comments: Comment[] = [];
  const take = (ids: readonly string[]): readonly string[] =>
    ids.filter((id) => {
      const branch = branches.get(id) ?? [];
      const room = cachedComments - comments.length;
      if (room <= 0) return false;
      comments.push(...branch.slice(0, room));
      const cut = Math.max(0, branch.length - room);
      const gap = thread.gaps[id];
      if (cut > 0) gaps[id] = { next: gap?.next ?? endOfCache, left: (gap?.left ?? 0) + cut };
      else if (gap) gaps[id] = gap;
      return true;
    });
  const pinned = take(window.pinned);
  const roots = take(window.roots);
  const cutRoots = window.roots.length - roots.length;
  return {
    info,
    window: { ...window, pinned, roots },
    comments,
    gaps,
    next: cutRoots > 0 ? (window.next ?? endOfCache) : window.next,
    left: window.left + cutRoots,
  };
}

/** Roughly: what matters is that twenty thousand long comments don't stay. */
function sizeOf(thread: Thread): number {
  let size = 1000;
  for (const comment of thread.comments.values()) size += 400 + 2 * comment.text.length;
  return size;
}

interface Use {
  readonly size: number;
  readonly usedAt: number;
}

function readIndex(value: unknown): Map<string, Use> {
  const index = new Map<string, Use>();
  for (const [key, use] of Object.entries(fields(value))) {
    const { size, usedAt } = fields(use);
    if (typeof size === 'number' && typeof usedAt === 'number') index.set(key, { size, usedAt });
  }
  return index;
}

/** Puts a thread into the cache and takes out what is too old or too much, least used first. A full disk is no matter. */
export async function writeCache(database: Database, thread: Thread, now: number): Promise<void> {
  if (!thread.info) return;
  const key = cacheKey(thread.key);
  const value = writeCached(thread);
  const put = () =>
    database.change([cacheIndex], 'relaxed', ([stored]) => {
      const index = readIndex(stored?.[1]);
      index.set(JSON.stringify(key), { size: sizeOf(thread), usedAt: now });
      const rows: Row[] = [[key, value]];
      const byUse = [...index].sort(([, a], [, b]) => b.usedAt - a.usedAt);
      let total = 0;
      for (const [name, use] of byUse) {
        total += use.size;
        if (total <= cachedBytes && use.usedAt > now - cachedFor) continue;
        index.delete(name);
        rows.push([JSON.parse(name) as Key, undefined]);
      }
      rows.push([cacheIndex, Object.fromEntries(index)]);
      return rows;
    });
  try {
    await put();
  } catch (error) {
    // Others' threads go before this one; if it still doesn't fit, reading goes on without (D2).
    if (isFull(error)) await dropCache(database).then(put);
    else throw error;
  }
}

/** Makes room: the reader's words are worth more than copies of what the server has (D1). */
export async function dropCache(database: Database): Promise<void> {
  await database.change([cacheIndex], 'relaxed', ([stored]) => [
    ...[...readIndex(stored?.[1]).keys()].map((name): Row => [JSON.parse(name) as Key, undefined]),
    [cacheIndex, undefined],
  ]);
}

/** Lays an answer into the cached copy of its thread, whether or not any page shows it. */
export async function cacheAnswer(
  database: Database,
  key: ThreadKey,
  operation: Operation,
  answer: Answer,
): Promise<void> {
  const cached = cacheKey(key);
  await database.change([cached], 'relaxed', ([stored]) => {
    const thread = stored && readCached(key, stored[1]);
    return thread ? [[cached, writeCached(mergeAnswer(thread, operation, answer))]] : [];
  });
}

/** What became of an operation that another tab has settled: its comment, as that tab left it in the cache. */
export async function readAnswer(database: Database, key: ThreadKey, operation: Operation): Promise<Answer | null> {
  const [stored] = await database.rows(cacheKey(key));
  const thread = stored ? readCached(key, stored[1]) : null;
  const id = operation.kind === 'post' ? operation.id : operation.commentId;
  const comment = thread?.comments.get(id) ?? thread?.mine?.unpublished.find((one) => one.id === id) ?? null;
  if (!thread?.info || (!comment && operation.kind !== 'delete')) return null;
  return {
    operationId: operation.id,
    comment,
    revision: comment?.revision ?? thread.info.revision,
    editableUntil: thread.mine?.own[id]?.editableUntil ?? null,
  };
}
