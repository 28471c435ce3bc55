/**
 * Copies of threads on this device: what is kept of them, for how long, and how an answer is laid into the copy of
 * a thread that no page shows. A copy is worth less than the reader's words: it makes room for them.
 */
import type { Answer } from '../adapters/adapter.ts';
import type { Comment, Gap, ThreadKey } from '../model/comment.ts';
import { targetOf, type Operation } from '../model/operation.ts';
import type { Quote } from '../model/quote.ts';
import { mergeAnswer, type Thread } from '../model/thread.ts';
import { threadOrder } from '../model/tree.ts';
import { isFull, type Database, type Key, type Row } from './database.ts';
import { fields, readCached, shape, threadRow } from './records.ts';

const cacheIndex: Key = ['cached'];
const cachedComments = 500;
const cachedBytes = 20_000_000;
const cachedFor = 30 * 24 * 60 * 60 * 1000;

/** @param stored What is kept of this thread so far. */
function writeCached(thread: Thread, stored?: unknown): unknown {
  return keepNewer(valueOf(thread), fields(stored));
}

/**
 * Another tab may have laid an answer into the copy that this one has not heard of yet. It stays, or a comment would be
 * missing between its yes and the news of it (E1).
 */
function keepNewer(
  value: ReturnType<typeof valueOf>,
  stored: Readonly<Record<string, unknown>>,
): ReturnType<typeof valueOf> {
  const { epoch } = fields(stored['info']);
  const now = value.info;
  if (!now || stored['shape'] !== shape || epoch !== now.epoch) return value;
  const comments = new Map(value.comments.map((comment) => [comment.id, comment]));
  const own = { ...value.mine?.own };
  const ownThen = fields(fields(stored['mine'])['own']);
  for (const comment of Array.isArray(stored['comments']) ? (stored['comments'] as Comment[]) : []) {
    const isNewer = comment.revision > Math.max(now.revision, comments.get(comment.id)?.revision ?? 0);
    if (!isNewer || !(comment.parentId === null || comments.has(comment.rootId))) continue;
    comments.set(comment.id, comment);
    if (ownThen[comment.id]) own[comment.id] = ownThen[comment.id] as (typeof own)[string];
  }
  const gone = { ...value.gone };
  for (const [id, since] of Object.entries(fields(stored['gone']))) {
    if (Number(since) <= now.revision || Number(since) <= (comments.get(id)?.revision ?? 0)) continue;
    comments.delete(id);
    delete own[id];
    gone[id] = Number(since);
  }
  return { ...value, comments: [...comments.values()], gone, mine: value.mine && { ...value.mine, own } };
}

function valueOf(thread: Thread) {
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
    gone: thread.gone,
    passages: thread.passages && [...thread.passages.passages],
    passagesRevision: thread.passages?.info.revision ?? 0,
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
  for (const { text, quote } of thread.comments.values()) size += 400 + 2 * text.length + sizeOfQuote(quote);
  for (const { quote } of thread.passages?.passages ?? []) size += 100 + sizeOfQuote(quote);
  return size;
}

function sizeOfQuote(quote: Quote | undefined): number {
  return quote ? 2 * JSON.stringify(quote).length : 0;
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
  const key = threadRow('cache', thread.key);
  const put = () =>
    database.change([cacheIndex, key], 'relaxed', (stored) => {
      const index = readIndex(stored.find(([[kind]]) => kind === cacheIndex[0])?.[1]);
      const value = writeCached(thread, stored.find(([[kind]]) => kind === key[0])?.[1]);
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
  const cached = threadRow('cache', key);
  await database.change([cached], 'relaxed', ([stored]) => {
    const thread = stored && readCached(key, stored[1]);
    return thread ? [[cached, writeCached(mergeAnswer(thread, operation, answer))]] : [];
  });
}

/** What became of an operation that another tab has settled: its comment, as that tab left it in the cache. */
export async function readAnswer(database: Database, key: ThreadKey, operation: Operation): Promise<Answer | null> {
  const [stored] = await database.rows(threadRow('cache', key));
  const thread = stored ? readCached(key, stored[1]) : null;
  const id = targetOf(operation);
  const comment = thread?.comments.get(id) ?? thread?.mine?.unpublished.find((one) => one.id === id) ?? null;
  if (!thread?.info || (!comment && operation.kind !== 'delete' && operation.kind !== 'notify')) return null;
  // Another tab has kept an older copy over it: it does not know of the deletion.
  if (comment && operation.kind === 'delete' && comment.state !== 'deleted') return null;
  const subscriptions = thread.mine?.subscriptions;
  return {
    operationId: operation.id,
    comment,
    revision: comment?.revision ?? thread.info.revision,
    editableUntil: thread.mine?.own[id]?.editableUntil ?? null,
    ...(subscriptions && { subscriptions }),
  };
}
