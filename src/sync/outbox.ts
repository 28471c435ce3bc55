/**
 * The reader's words on their way: kept, sent oldest first, one at a time for each thread, and let go of only after a
 * definite yes has been noted and laid into the cache. There is one outbox for the page (one more for pages that want
 * nothing on disk); it belongs to no element and sends what waits for any thread of this origin whose backend it knows.
 */
import type { Adapter, Answer, Trouble } from '../adapters/adapter.ts';
import type { ThreadKey } from '../model/comment.ts';
import { isWish, targetOf, type Delivery, type NotifyOperation, type QueuedOperation } from '../model/operation.ts';
import { parseAnswer } from '../model/parse.ts';
import type { Ambient } from './ambient.ts';
import { isFull, type Database, type Key, type Row } from './database.ts';
import { makeToken } from './belongings.ts';
import { cacheAnswer, dropCache, readAnswer } from './cache.ts';
import { allOutbox, fields, outboxKey, readKept, shape, siteRow, text, type Kept } from './records.ts';
import { makeRefresh } from './refresh.ts';
import { deliveryAfter, longestWait } from './retry.ts';
import type { Tabs, Turn } from './tabs.ts';
import { problemOf, troubleOf } from './trouble.ts';

/** How an operation came to its end, for the thread that shows it. */
export type Settled =
  | { readonly result: 'acknowledged'; readonly answer: Answer; readonly elsewhere: boolean }
  | { readonly result: 'refused'; readonly reason: string }
  /** Gone from the disk by another tab's hand, and no trace of it in the cache. */
  | { readonly result: 'vanished' };

/** Rows of a thread changed (null: those of many may have), or one of them came to its end. */
export type OutboxListener = (thread: ThreadKey | null, row?: QueuedOperation, settled?: Settled) => void;

export interface Outbox {
  /** Resolves once the disk was read for the first time. */
  readonly ready: Promise<void>;
  /** What waits for a thread and was written as this identity, oldest first. */
  of(thread: ThreadKey, identity: string): readonly QueuedOperation[];
  /** How much waits for a backend and site, in any thread. */
  countOf(thread: ThreadKey, identity: string): number;
  /** Shows it at once; resolves when it is kept, or when it is certain that it can't be. */
  add(row: Omit<QueuedOperation, 'order'>, draft: Key | null): Promise<void>;
  retry(id: string): void;
  discard(id: string): Promise<string | null>;
  /** From now on rows of this backend can be sent; and as whom, where the page has the site's word for it. */
  serve(adapter: Adapter, thread: ThreadKey, identity: string, userToken: string | null): void;
  /** The reader's secret for a backend and site, if there is one yet. */
  token(thread: ThreadKey): Promise<string | null>;
  subscribe(listener: OutboxListener): () => void;
  /** Everything of a backend and site leaves this page; the disk is the caller's. */
  forget(thread: ThreadKey): void;
  reread(thread?: ThreadKey): Promise<void>;
  /** The network or the reader may be back: what waits for them need not wait out its time. */
  wake(): void;
  /** The page is put away: nothing is sent and nothing held. `rise` ends it. */
  rest(): void;
  rise(): void;
}

interface Entry extends Kept {
  readonly place: 'writing' | 'kept' | 'only-here';
  /** By `changes`: a reading of the disk that began earlier doesn't know it yet. */
  readonly changedAt: number;
  /** When it may be sent, by the clock that only grows. */
  readonly due: number;
  readonly triedAt: number;
  /** Strange answers in a row. */
  readonly strange: number;
  /** Deleted when the words are certain to be elsewhere. */
  readonly draft: Key | null;
  /** The mark of the database that has it on its disk, or had; none where it was in memory only. */
  readonly born: string;
}

/** An adapter that never settles must not hold the queue (FAULTS C3). */
const watchdog = 30_000;
/** Timers stop while a laptop sleeps: looked at this often, no wait outlasts its hour by much (F3). */
const longestTimer = 30_000;
/** However often the network comes and goes, this long between two attempts (A21); and soon enough once it is back (A1). */
const shortestPause = 4000;
/** Another tab is sending: its news or this time, whichever is first. */
const otherTab = 3000;
/** After this many attempts a row that the backend answers, but does not take, lets the others pass. */
const patience = 4;

/** So many attempts without a network: is it the network? */
const suspicion = 3;

/** A mark of its own for each database, to tell one whose rows are gone from one that was made anew. */
const bornKey: Key = ['born'];
const bornOf = (rows: readonly Row[]): string => text(rows.find(([[kind]]) => kind === bornKey[0])?.[1]);

const sending: Delivery = { state: 'sending' };
const nameOf = ({ backend, site, page }: ThreadKey): string => JSON.stringify([backend, site, page]);
const isSameThread = (a: ThreadKey, b: ThreadKey): boolean =>
  a.page === b.page && a.site === b.site && a.backend === b.backend;
const siteOf = ({ backend, site }: ThreadKey, identity = ''): string => JSON.stringify([backend, site, identity]);
const textOf = ({ operation }: QueuedOperation): string | null => ('text' in operation ? operation.text : null);

const bringsAddress = ({ email, push }: NotifyOperation): boolean => email !== undefined || push !== undefined;
const needsAddress = (wish: NotifyOperation): boolean => wish.choice !== 'none' && !bringsAddress(wish);

const isUnreadable = ({ delivery }: QueuedOperation): boolean =>
  delivery.state === 'refused' && delivery.reason === 'unreadable';

/** A vote for a comment that was removed meanwhile, or its removal. */
function isMoot({ operation: { kind } }: QueuedOperation, trouble: Trouble): boolean {
  return trouble.kind === 'gone' && trouble.reason === 'comment-gone' && (kind === 'vote' || kind === 'delete');
}

function isWaiting({ delivery: { state } }: QueuedOperation): boolean {
  return state === 'sending' || state === 'waiting' || state === 'retrying';
}

/** What can't be read comes back as a refusal that still shows its words (FAULTS D15). */
function readAny(stored: Row): Kept | null {
  try {
    return readKept(stored);
  } catch {
    const [key, value] = stored;
    return { row: unreadable(key, fields(value)['row']), answer: null, troubledSince: null, secret: null };
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

function writeKept({ row, answer, troubledSince, secret }: Kept): Row {
  return [outboxKey(row.thread, row.operation.id), { shape, row, answer, troubledSince, ...(secret && { secret }) }];
}

export function makeOutbox(world: Ambient, database: Database, tabs: Tabs): Outbox {
  const entries = new Map<string, Entry>();
  const adapters = new Map<string, Adapter>();
  /** The site's word for a reader who signed in, by site and identity. */
  const userTokens = new Map<string, string>();
  /** Secrets this page knows, by site. */
  const tokens = new Map<string, string>();
  /** Secrets the reader had forgotten: a tab that has not heard of it yet must not bring one back. */
  const forgotten = new Set<string>();
  const listeners = new Set<OutboxListener>();
  /** Threads this page is sending for, and those another tab is sending for, with when to ask again. */
  const atWork = new Set<string>();
  const elsewhere = new Map<string, number>();
  const inFlight = new Set<string>();
  /** Backends whose settings were said to be wrong. */
  const blamed = new Set<string>();
  /**
   * Came to their end on this page: a reading of the disk that began before must not bring them back. Those that are
   * settled for certain (true) go from a disk that was away meanwhile.
   */
  const over = new Map<string, boolean>();
  /** What was asked for on this page, by number: which came first, whatever became of it on the disk. */
  const asked = new Map<string, number>();
  let lastAsked = 0;
  let wokenAt = -Infinity;
  let changes = 0;
  let lastOrder = 0;
  let rest = new AbortController();
  let cancelTimer = (): void => undefined;
  let mayPersist = true;

  const tell: OutboxListener = (...news) => {
    for (const listener of [...listeners]) listener(...news);
  };

  function put(entry: Omit<Entry, 'changedAt'>): void {
    entries.set(entry.row.operation.id, { ...entry, changedAt: ++changes });
    lastOrder = Math.max(lastOrder, entry.row.order);
  }

  /** @param isSettled False where only the disk no longer has it. */
  function takeOut(id: string, isSettled = true): void {
    over.set(id, isSettled);
    asked.delete(id);
    entries.delete(id);
  }

  /** Waits are kept by the wall clock, for other tabs and days, and waited out by one that nobody can move (F1). */
  function dueOf(row: QueuedOperation): number {
    const wait = row.notBefore - world.now();
    return world.ticks() + (wait > longestWait ? 0 : Math.max(0, wait));
  }

  const inOrder = (thread: ThreadKey | undefined): Entry[] =>
    [...entries.values()]
      .filter(({ row }) => !thread || isSameThread(row.thread, thread))
      .sort((a, b) => a.row.order - b.row.order);

  // ——— The disk

  /**
   * Writes a row that is not kept yet. The secret goes into the same transaction: a repeat after a crash has to come from
   * the same writer, or the backend would not know it for a repeat.
   */
  async function keep(id: string): Promise<void> {
    const entry = entries.get(id);
    if (!entry) return;
    const { thread } = entry.row;
    const secret = tokens.get(siteOf(thread)) ?? makeToken(world);
    tokens.set(siteOf(thread), secret);
    let order = entry.row.order;
    let born = '';
    let isSettled = false;
    let isOnDisk = false;
    const write = (): Promise<void> =>
      database.change([siteRow('token', thread), bornKey, outboxKey(thread)], 'strict', (rows, onDisk) => {
        isOnDisk = onDisk;
        const now = entries.get(id);
        if (!now) return []; // Discarded or replaced meanwhile.
        const stored = rows.find(([key]) => key[0] === 'token')?.[1];
        if (typeof stored === 'string') tokens.set(siteOf(thread), stored);
        const mark = bornOf(rows) || makeToken(world);
        born = isOnDisk ? mark : now.born;
        const others = rows.flatMap((row) => (row[0][0] === 'outbox' ? (readAny(row) ?? []) : []));
        const known = others.find(({ row }) => row.operation.id === id);
        // It was in this very database: another tab has sent it or thrown it away. Only what went with its database, as
        // when the site's data was cleared, is written again (D9).
        isSettled = known ? known.answer !== null : now.place === 'kept' && now.born === mark;
        if (isSettled) return [];
        order = known?.row.order ?? (now.place === 'kept' ? now.row.order : orderAmong(now.row, others));
        const row = { ...now.row, order, saved: true };
        return [
          [siteRow('token', thread), tokens.get(siteOf(thread))],
          [bornKey, mark],
          ...others
            .filter((other) => isReplaced(other.row, row))
            .map((other): Row => [outboxKey(thread, other.row.operation.id), undefined]),
          writeKept({ ...now, row }),
          ...(now.draft ? [[now.draft, undefined] as const] : []),
        ];
      });
    const isKept = await write()
      .catch(async (error: unknown) => {
        if (!isFull(error)) throw error;
        await dropCache(database);
        await write();
      })
      .then(
        () => true,
        () => false,
      );
    if (!isKept || database.place !== 'disk') shareSecret(thread);
    if (isSettled) return reread(thread);
    const now = entries.get(id);
    if (!now) return;
    put({
      ...now,
      row: { ...now.row, order, saved: isKept && database.place === 'disk' },
      place: isKept ? 'kept' : 'only-here',
      draft: isKept ? null : now.draft,
      born,
    });
    // The disk was lost, or came back, while this was written: it is not where this page looks for it now.
    if (isKept && isOnDisk !== (database.place === 'disk')) await keep(id);
  }

  /**
   * Another tab, or an earlier clock, may have numbered higher: what was asked last stays last. But not behind its own
   * successors, which may have found room at once where this one had to wait for some. Numbers tell nothing of that: they
   * were raised in the same way.
   */
  function orderAmong(row: QueuedOperation, others: readonly Kept[]): number {
    const since = asked.get(row.operation.id) ?? Infinity;
    const isSuccessor = (other: Kept): boolean => (asked.get(other.row.operation.id) ?? 0) > since;
    const next = Math.min(...others.filter(isSuccessor).map((other) => other.row.order));
    const before = others.map((other) => other.row.order).filter((order) => order < next);
    if (next === Infinity) return Math.max(row.order, ...before.map((order) => order + 1));
    return row.order < next && before.every((order) => order < row.order)
      ? row.order
      : (Math.max(next - 1, ...before) + next) / 2;
  }

  /** A newer wish about the same comment makes an older one needless, unless that one is on its way just now. */
  function isReplaced(older: QueuedOperation, newer: QueuedOperation): boolean {
    const [before, after] = [older.operation, newer.operation];
    return (
      isSameThread(older.thread, newer.thread) &&
      isWish(before) &&
      isWish(after) &&
      before.kind === after.kind &&
      before.commentId === after.commentId &&
      before.counter < after.counter &&
      // The one that brings the address has to arrive, or the newer has nowhere to go.
      !(before.kind === 'notify' && bringsAddress(before) && after.kind === 'notify' && needsAddress(after)) &&
      older.identity === newer.identity &&
      !inFlight.has(before.id)
    );
  }

  /** Writes what became of a row, if the disk still has it: one that another tab has settled must not come back. */
  async function note(entry: Entry): Promise<void> {
    const key = outboxKey(entry.row.thread, entry.row.operation.id);
    await database
      .change([key], 'strict', ([stored]) => (stored && !readAny(stored)?.answer ? [writeKept(entry)] : []))
      .catch(() => undefined); // The row on disk is then older, which costs an attempt and no words.
  }

  async function erase(row: QueuedOperation, draft: Key | null): Promise<void> {
    const gone: Row[] = [[outboxKey(row.thread, row.operation.id), undefined]];
    if (draft) gone.push([draft, undefined]);
    await database.change([], 'strict', () => gone).catch(() => undefined); // Sent again, it would be known for a repeat.
  }

  async function reread(thread?: ThreadKey): Promise<void> {
    const began = changes;
    const { place } = database;
    const allTokens: Key = ['token'];
    const rows = await database
      .rows(thread ? outboxKey(thread) : allOutbox, bornKey, thread ? siteRow('token', thread) : allTokens)
      .catch(() => null);
    if (!rows) return; // What this page knows is still the best there is.
    // The disk was lost, or came back, meanwhile: these may be the rows of the one, and what counts those of the other.
    if (database.place !== place) return reread(thread);
    // With the words comes their writer: the disk may be lost before they are sent, and they must not go as somebody else's.
    for (const [[kind, backend = '', site = ''], token] of rows) {
      if (kind === allTokens[0] && typeof token === 'string') tokens.set(siteOf({ backend, site, page: '' }), token);
    }
    const seen = new Set<string>();
    const born = place === 'disk' ? bornOf(rows) : null;
    for (const stored of rows) {
      if (stored[0][0] !== 'outbox') continue;
      const kept = readAny(stored);
      if (!kept) continue;
      const { id } = kept.row.operation;
      seen.add(id);
      const known = entries.get(id);
      if (over.get(id)) void erase(kept.row, null);
      if (over.has(id) || (known && known.changedAt > began)) continue;
      if (kept.answer) void finish(kept.row, kept.answer, true);
      else {
        const isSame = known?.row.notBefore === kept.row.notBefore;
        put({
          ...kept,
          row: { ...kept.row, saved: database.place === 'disk' },
          secret: kept.secret ?? known?.secret ?? null,
          place: 'kept',
          due: isSame ? known.due : dueOf(kept.row),
          triedAt: known?.triedAt ?? -Infinity,
          strange: known?.strange ?? 0,
          draft: known?.draft ?? null,
          born: born ?? known?.born ?? '',
        });
      }
    }
    const missing = inOrder(thread).filter(
      (entry) => entry.place === 'kept' && entry.changedAt <= began && !seen.has(entry.row.operation.id),
    );
    // From this page's memory nobody else can have taken it: it was read from the disk before that was lost.
    await Promise.all(missing.map(({ row }) => (place === 'disk' ? learn(row) : keep(row.operation.id))));
    tell(thread ?? null);
  }

  /** Another tab took it from the disk: sent, as the cache then tells, or thrown away by the reader. */
  async function learn(row: QueuedOperation): Promise<void> {
    const answer = await readAnswer(database, row.thread, row.operation).catch(() => null);
    if (!entries.has(row.operation.id)) return;
    takeOut(row.operation.id, answer !== null);
    tell(row.thread, row, answer ? { result: 'acknowledged', answer, elsewhere: true } : { result: 'vanished' });
  }

  // ——— Sending

  const canSend = ({ row }: Entry): boolean =>
    adapters.has(row.thread.backend) && (row.identity === 'guest' || userTokens.has(siteOf(row.thread, row.identity)));

  const isDue = ({ row, due }: Entry): boolean => world.ticks() >= due || world.now() >= row.notBefore;

  /** The one to send now: the oldest that waits for nothing and nobody. */
  function nextOf(thread: ThreadKey): Entry | null {
    /** Comments the backend doesn't have yet, and those whose text is about to change. */
    const unborn = new Set<string>();
    const changing = new Set<string>();
    const paused = pausedSites();
    for (const entry of inOrder(thread)) {
      const { row } = entry;
      const { operation } = row;
      // Still looking for room on the disk: what was asked later does not overtake it.
      if (entry.place === 'writing') return null;
      const about = operation.kind === 'post' ? operation.parentId : operation.commentId;
      const waits =
        (about !== null && unborn.has(about)) ||
        ((operation.kind === 'edit' || operation.kind === 'delete') && changing.has(operation.commentId));
      if (operation.kind === 'post') unborn.add(targetOf(operation));
      else if (!isWish(operation) && isWaiting(row)) changing.add(operation.commentId);
      if (waits || !isWaiting(row) || !canSend(entry)) continue;
      if (paused.size > 0 && paused.has(siteOf(row.thread, row.identity))) continue;
      if (isDue(entry)) return entry;
      // What can't be reached for one can't be for the next; what dislikes one may take the next.
      if (row.delivery.state === 'waiting' || row.attempts < patience) return null;
    }
    return null;
  }

  /** Somebody has to sign in first: asked once, and nothing of theirs is tried meanwhile (B12). */
  function pausedSites(): ReadonlySet<string> {
    const paused = new Set<string>();
    for (const { row } of entries.values()) {
      if (row.delivery.state === 'asking') paused.add(siteOf(row.thread, row.identity));
    }
    return paused;
  }

  /** Starts what can start, and sets the timer for what can't yet. */
  function kick(): void {
    if (rest.signal.aborted) return;
    cancelTimer();
    let next = Infinity;
    const now = world.ticks();
    const threads = new Map([...entries.values()].map(({ row }) => [nameOf(row.thread), row.thread]));
    for (const [name, thread] of threads) {
      const again = elsewhere.get(name) ?? 0;
      if (again > now) next = Math.min(next, again);
      else if (!atWork.has(name) && nextOf(thread)) void sendAll(name, thread);
    }
    for (const entry of entries.values()) {
      if (isWaiting(entry.row) && canSend(entry) && entry.due > now) next = Math.min(next, entry.due);
    }
    if (next < Infinity) cancelTimer = world.after(Math.min(longestTimer, next - now), kick);
  }

  async function sendAll(name: string, thread: ThreadKey): Promise<void> {
    atWork.add(name);
    elsewhere.delete(name);
    try {
      // There may be room by now, also where there is no answer.
      for (const { row, place } of inOrder(thread)) if (place === 'only-here') await keep(row.operation.id);
      const hadTurn = await tabs.takeTurn(database, thread, async (turn) => {
        // Read again inside the lock: another tab may have sent what we still think is waiting.
        await reread(thread);
        for (let next = nextOf(thread); next && !turn.lost && !rest.signal.aborted; next = nextOf(thread)) {
          await send(next.row.operation.id, turn);
        }
      });
      if (!hadTurn) elsewhere.set(name, world.ticks() + otherTab * (1 + world.random()));
    } catch (error) {
      console.error('Afterword: sending stopped; it will be tried again.', error);
      elsewhere.set(name, world.ticks() + longestTimer);
    } finally {
      atWork.delete(name);
      kick();
    }
  }

  async function send(id: string, turn: Turn): Promise<void> {
    await turn.renew();
    const known = entries.get(id);
    const secret = known && (known.secret ?? (await secretOf(known.row.thread)));
    const entry = entries.get(id);
    if (turn.lost || !entry || !secret) return;
    put({ ...entry, secret, triedAt: world.ticks() });
    inFlight.add(id);
    const outcome = await ask(entry.row, secret).finally(() => inFlight.delete(id));
    if (outcome === 'put away') return;
    if ('operationId' in outcome) {
      // True whoever asked, and whether or not the reader has thrown the row away meanwhile.
      await acknowledge(entry.row, outcome);
      wake();
      return;
    }
    const now = entries.get(id);
    // A tab that was taken for dead leaves the judgement to the one that took over.
    if (now && !turn.lost) await judge(now, outcome);
  }

  /** One attempt. Settles within the watchdog's time, and at once when the page is put away, whatever the adapter does. */
  async function ask(row: QueuedOperation, token: string): Promise<Answer | Trouble | 'put away'> {
    const call = new AbortController();
    const stop = (): void => call.abort();
    const cancel = world.after(watchdog, stop);
    const { signal } = rest;
    signal.addEventListener('abort', stop);
    try {
      const adapter = adapters.get(row.thread.backend) as Adapter;
      const userToken = userTokens.get(siteOf(row.thread, row.identity));
      const answered = await new Promise((resolve, reject) => {
        call.signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
        if (signal.aborted) return stop();
        // A copy, so that an adapter can't change what is kept (C9); in an async function, so that it may throw at once (C1).
        const asked = async (): Promise<unknown> =>
          adapter.send(structuredClone(row.operation), {
            thread: { ...row.thread },
            identity: { token, ...(userToken !== undefined && { userToken }) },
            page: { ...row.page },
            signal: call.signal,
          });
        asked().then(resolve, reject);
      });
      const answer = parseAnswer(answered);
      // Somebody else's answer, however well made, is not a yes to this (B8).
      return answer.operationId === row.operation.id ? answer : { kind: 'unknown', because: 'answer' };
    } catch (error) {
      if (signal.aborted) return 'put away';
      return call.signal.aborted ? { kind: 'unknown', because: 'timeout' } : troubleOf(error);
    } finally {
      cancel();
      signal.removeEventListener('abort', stop);
    }
  }

  async function secretOf(thread: ThreadKey): Promise<string> {
    const known = tokens.get(siteOf(thread));
    if (known) return known;
    let secret = makeToken(world);
    const isKept = await database
      .change([siteRow('token', thread)], 'strict', ([stored]) => {
        if (typeof stored?.[1] === 'string') secret = stored[1];
        return [[siteRow('token', thread), secret]];
      })
      .then(
        () => database.place === 'disk',
        () => false,
      );
    tokens.set(siteOf(thread), secret);
    if (!isKept) shareSecret(thread);
    return secret;
  }

  /** What the disk does not take the other tabs are told, or one browser would write as two (S-4, FAULTS D7). */
  function shareSecret(thread: ThreadKey): void {
    const secret = tokens.get(siteOf(thread));
    if (secret && database.place !== 'session') tabs.announce('secret', thread, secret);
  }

  /** Another tab may know it where this one can't read the disk, or where the disk did not take it. */
  function askForSecret(thread: ThreadKey): void {
    if (!tokens.has(siteOf(thread)) && database.place !== 'session') tabs.announce('secret', thread);
  }

  function hearSecret(thread: ThreadKey, secret: string): void {
    if (!secret) return shareSecret(thread);
    const isNew = !tokens.has(siteOf(thread)) && !forgotten.has(secret);
    if (isNew && database.place !== 'session') tokens.set(siteOf(thread), secret);
  }

  /** Marks, lays into the cache, deletes, in this order: wherever it stops, the next page goes on from there. */
  async function acknowledge(row: QueuedOperation, answer: Answer): Promise<void> {
    const entry = entries.get(row.operation.id);
    await note({ ...(entry ?? { troubledSince: null }), row, answer } as Entry);
    await finish(row, answer, false);
  }

  async function finish(row: QueuedOperation, answer: Answer, elsewhere: boolean): Promise<void> {
    const draft = entries.get(row.operation.id)?.draft ?? null;
    takeOut(row.operation.id);
    tell(row.thread, row, { result: 'acknowledged', answer, elsewhere });
    // A full cache never stands in the way of an acknowledgement.
    await cacheAnswer(database, row.thread, row.operation, answer).catch(() => undefined);
    // Before they find it gone: where no copy could be kept, nothing else would tell them what became of it.
    tabs.announce('settled', row.thread, JSON.stringify(answer));
    await erase(row, draft);
    tabs.announce('changed', row.thread);
  }

  /** Another tab had it answered. */
  function hearAnswer(told: string): void {
    let answer: Answer;
    try {
      answer = parseAnswer(JSON.parse(told));
    } catch {
      return; // The disk tells it, too.
    }
    const row = entries.get(answer.operationId)?.row;
    if (!row) return;
    takeOut(row.operation.id);
    tell(row.thread, row, { result: 'acknowledged', answer, elsewhere: true });
  }

  async function judge(entry: Entry, trouble: Trouble): Promise<void> {
    const { row } = entry;
    if (isMoot(row, trouble)) return drop(row);
    const isUnreached = trouble.kind === 'unknown' && trouble.because === 'network';
    const isStrange = trouble.kind === 'unknown' && trouble.because === 'answer';
    const isReached = trouble.kind === 'busy' || (trouble.kind === 'unknown' && !isUnreached);
    const strange = isStrange ? entry.strange + 1 : 0;
    const troubledSince = isReached ? (entry.troubledSince ?? world.now()) : null;
    const attempts = row.attempts + 1;
    const next = deliveryAfter(trouble, {
      made: attempts,
      strange,
      troubledFor: troubledSince === null ? 0 : world.now() - troubledSince,
      now: world.now(),
      random: world.random(),
      isReadable: row.delivery.state === 'waiting' && row.delivery.blocked === true,
      repeatable: adapters.get(row.thread.backend)?.can.idempotent !== false || isWish(row.operation),
    });
    const judged = { ...row, attempts, delivery: next.delivery, notBefore: next.notBefore };
    put({ ...entry, row: judged, strange, troubledSince, due: dueOf(judged) });
    tell(
      row.thread,
      judged,
      next.delivery.state === 'refused' ? { result: 'refused', reason: next.delivery.reason } : undefined,
    );
    if (isWaiting(judged) && mayPersist && database.place === 'disk') {
      mayPersist = false;
      world.persist();
    }
    await note(entries.get(row.operation.id) ?? entry);
    tabs.announce('changed', row.thread);
    if (isUnreached && attempts >= suspicion) void suspect(row);
  }

  /** The reader threw it away in another tab, which may have no hold of the disk that still has it. */
  async function forgo(id: string): Promise<void> {
    const row = entries.get(id)?.row;
    takeOut(id);
    if (!row) return;
    tell(row.thread, row, { result: 'vanished' });
    await erase(row, null);
    kick();
  }

  /** What it was about is gone, and no words were in it: nobody has to be told, and no row could show it. */
  async function drop(row: QueuedOperation): Promise<void> {
    takeOut(row.operation.id);
    tell(row.thread, row, { result: 'vanished' });
    await erase(row, null);
    tabs.announce('changed', row.thread);
  }

  /**
   * A browser does not tell a dead network from a backend that does not allow this origin (A16); reading does. Asked
   * outside the turn, since it may take its time; a network that has come back since the attempt proves nothing (A21).
   */
  async function suspect({ thread, operation: { id } }: QueuedOperation): Promise<void> {
    const triedAt = entries.get(id)?.triedAt ?? 0;
    const adapter = adapters.get(thread.backend) as Adapter;
    const order = adapter.can.orders[0] ?? 'newest';
    const blocked = await makeRefresh(world, adapter, thread)
      .page({ want: 'roots' }, { order, limit: 1 })
      .then(
        () => true,
        // A page from a disk (`file://`) may not even read: that, too, is an answer from a backend within reach.
        (error) => /^(?:origin-not-allowed|unknown-site)$/.test(problemOf(troubleOf(error))),
      );
    const now = entries.get(id);
    if (blocked && wokenAt >= triedAt) return;
    if (now?.row.delivery.state !== 'waiting' || (now.row.delivery.blocked ?? false) === blocked) return;
    put({ ...now, row: { ...now.row, delivery: { state: 'waiting', ...(blocked && { blocked }) } } });
    tell(thread);
    if (!blocked || blamed.has(adapter.id)) return;
    blamed.add(adapter.id);
    console.error(`Afterword: ${adapter.id} answers this page, but takes nothing from it. Is its origin allowed?`);
  }

  function wake(): void {
    const now = (wokenAt = world.ticks());
    for (const entry of entries.values()) {
      if (entry.row.delivery.state !== 'waiting') continue;
      const soon = Math.max(now + world.random() * 1000, entry.triedAt + shortestPause);
      if (soon < entry.due) put({ ...entry, due: soon });
    }
    kick();
  }

  function forget(thread: ThreadKey): void {
    forgotten.add(tokens.get(siteOf(thread)) ?? '');
    tokens.delete(siteOf(thread));
    for (const { row } of entries.values()) if (siteOf(row.thread) === siteOf(thread)) takeOut(row.operation.id);
    tell(null);
  }

  /** Words that only this page still has are written again. */
  database.onReturn(() => {
    const kept = [...entries.values()].filter(({ place }) => place !== 'writing');
    void Promise.all(kept.map(({ row }) => keep(row.operation.id))).then(() => {
      tell(null);
      kick();
    });
  });

  tabs.onNews((news, thread, told) => {
    if (news === 'forgotten') return forget(thread);
    if (news === 'settled') return hearAnswer(told);
    if (news === 'discarded') return void forgo(told);
    if (news === 'secret') return hearSecret(thread, told);
    elsewhere.delete(nameOf(thread));
    void reread(thread).then(kick);
  });

  let hasRead = false;
  const ready = reread().then(() => {
    hasRead = true;
    kick();
  });

  return {
    ready,
    of(thread, identity) {
      let ahead: Delivery | null = null;
      return inOrder(thread).flatMap(({ row }): QueuedOperation[] => {
        if (row.identity !== identity) return [];
        const { state } = row.delivery;
        // What may not overtake an older one waits with it, and is not said to be on its way.
        if (state === 'sending' && ahead && !inFlight.has(row.operation.id)) return [{ ...row, delivery: ahead }];
        if (state === 'waiting' || (state === 'retrying' && row.attempts < patience)) ahead ??= row.delivery;
        return [row];
      });
    },
    countOf: (thread, identity) =>
      [...entries.values()].filter(({ row }) => siteOf(row.thread, row.identity) === siteOf(thread, identity)).length,

    async add(wish, draft) {
      const row = { ...wish, order: Math.max(lastOrder + 1, world.now()) };
      const { id } = row.operation;
      for (const older of entries.values()) if (isReplaced(older.row, row)) takeOut(older.row.operation.id);
      asked.set(id, ++lastAsked);
      over.delete(id); // A restored server has lost it: it is there again, to be read (B20).
      put({
        row,
        answer: null,
        troubledSince: null,
        secret: null,
        place: 'writing',
        due: world.ticks(),
        triedAt: -Infinity,
        strange: 0,
        draft,
        born: '',
      });
      tell(row.thread);
      await keep(id);
      tell(row.thread);
      tabs.announce('changed', row.thread);
      kick();
    },

    retry(id) {
      const asked = entries.get(id);
      if (!asked) return void (hasRead || ready.then(() => this.retry(id)));
      const again = [...entries.values()].filter(
        ({ row }) =>
          row.operation.id === id ||
          // Signing in answers for everything that waited for it.
          (asked.row.delivery.state === 'asking' &&
            row.delivery.state === 'asking' &&
            siteOf(row.thread, row.identity) === siteOf(asked.row.thread, asked.row.identity)),
      );
      for (const entry of again) {
        if (isUnreadable(entry.row)) continue; // Nobody knows any more where it belongs.
        const row = { ...entry.row, delivery: sending, attempts: 0, notBefore: 0 };
        put({ ...entry, row, troubledSince: null, strange: 0, due: world.ticks() });
        elsewhere.delete(nameOf(row.thread));
        void note(entries.get(row.operation.id) as Entry);
        tell(row.thread);
      }
      kick();
    },

    async discard(id) {
      // Shown from the disk before this outbox has read it.
      if (!entries.has(id)) await ready;
      const entry = entries.get(id);
      if (!entry) return null;
      takeOut(id);
      tell(entry.row.thread);
      await erase(entry.row, null);
      tabs.announce('discarded', entry.row.thread, id);
      kick();
      return textOf(entry.row);
    },

    serve(adapter, thread, identity, userToken) {
      adapters.set(adapter.id, adapter);
      if (userToken !== null) userTokens.set(siteOf(thread, identity), userToken);
      void ready.then(() => askForSecret(thread));
      kick();
    },

    async token(thread) {
      const known = tokens.get(siteOf(thread));
      if (known) return known;
      const [stored] = await database.rows(siteRow('token', thread)).catch(() => []);
      return typeof stored?.[1] === 'string' ? stored[1] : null;
    },

    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    forget,
    reread: (thread) => reread(thread).then(kick),
    wake,
    rest: () => {
      cancelTimer();
      rest.abort();
    },
    rise: () => {
      if (!rest.signal.aborted) return;
      rest = new AbortController();
      void reread().then(wake);
    },
  };
}
