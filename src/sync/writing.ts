/**
 * What a page needs of `sync` beyond the first picture: the outbox with its tabs, copies on this device, and everything a
 * reader does with a thread, from a vote to *Load more* and *Remove my data from this device*.
 */
import type { Answer } from '../adapters/adapter.ts';
import type { Comment, Filter, ThreadKey } from '../model/comment.ts';
import { showAll, showMore, showOwn, type Status } from '../model/fold.ts';
import { showBelow, showBeside, showListed } from '../model/news.ts';
import type { Operation, QueuedOperation } from '../model/operation.ts';
import { passageKey, sameFilter } from '../model/passage.ts';
import {
  mergeAnswer,
  mergeMine,
  mergePage,
  mergePassages,
  windowOf,
  type Asked,
  type Thread,
} from '../model/thread.ts';
import type { Ambient } from './ambient.ts';
import { draftKey, forgetSite, readDraft, readDraftPlaces, readPassageDrafts, readRemembered } from './belongings.ts';
import { readAnswer, writeCache } from './cache.ts';
import type { Database, Row } from './database.ts';
import { makeLive } from './live.ts';
import { makeOutbox, type Outbox, type OutboxListener } from './outbox.ts';
import { askForPush, findWorker } from './push.ts';
import { siteRow, threadRow } from './records.ts';
import type { Wanted } from './refresh.ts';
import { makeTabs, type Tabs } from './tabs.ts';
import type { Hand, OpenThread, Writing } from './thread-store.ts';
import { troubleOf } from './trouble.ts';

type LinkedState = NonNullable<Status['linked']>['state'];

/** *Load all* goes this far, in steps that a server answers gladly. */
const mostLoaded = 1000;
const loadStep = 50;
const mostReplies = 100;
/** A popover shows so many (I-2). */
const latestOnPassage = 3;
/** The same words for the same place within this time are one press too many (FAULTS F8). */
const doublePress = 2000;

/** A name is typed by then. */
const FIND_TIME = 5_000;

export function makeWriting(world: Ambient, database: Database): Writing {
  const tabs = makeTabs(world);
  const outbox = makeOutbox(world, database, tabs);

  world.on('hide', () => {
    outbox.rest();
    tabs.close();
  });
  world.on('show', () => {
    tabs.open();
    outbox.rise();
  });
  // Without a channel this is how news of other tabs arrive (E8); a laptop may have slept as well (F3).
  world.on('visible', () => void outbox.reread().then(() => outbox.wake()));
  world.on('online', () => outbox.wake());

  return {
    ready: outbox.ready,
    join: (open, drawn) => makeHand({ world, database, outbox, tabs }, open, drawn),
  };
}

/** Whose operations these are: nobody's in particular, or a reader the site vouches for, told apart by a hash (D20). */
export function identityOf(userToken: string | null): string {
  if (userToken === null) return 'guest';
  let subject: unknown = userToken;
  try {
    const payload = (userToken.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    subject = (JSON.parse(atob(payload)) as { sub?: unknown }).sub ?? userToken;
  } catch {
    // Not a token of the usual form: then the whole of it says who it is.
  }
  // FNV-1a, 64 bits: to tell apart the few who share a browser, not to keep a secret.
  let hash = 0xcbf29ce484222325n;
  for (const sign of JSON.stringify(subject)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(sign.codePointAt(0) ?? 0)) * 0x100000001b3n);
  }
  return `user ${hash.toString(36)}`;
}

interface Desk {
  readonly world: Ambient;
  readonly database: Database;
  readonly outbox: Outbox;
  readonly tabs: Tabs;
}

function makeHand({ world, database, outbox, tabs }: Desk, open: OpenThread, drawn: readonly QueuedOperation[]): Hand {
  const { key, adapter, settings, refresh } = open;
  const { can } = adapter;
  const identity = identityOf(settings.userToken);
  const keepsCopies = settings.storage !== 'none';
  /** Asked for on this page: this page tells how they end, whichever tab sends them. */
  const asked = new Set<string>();
  let answers = 0;
  let wantsPassages = false;
  let wantsMine = false;
  let askingMine: Promise<void> | null = null;

  const set = (changed: Partial<Status>): void => {
    open.status = { ...open.status, ...changed };
    open.redraw();
  };
  const isHere = ({ backend, site }: ThreadKey): boolean => backend === key.backend && site === key.site;
  const queue = () => outbox.of(key, identity);

  const onOutbox: OutboxListener = (changed, row, settled) => {
    if (changed && !(isHere(changed) && changed.page === key.page)) return;
    open.redrawSoon();
    if (!row || !settled || row.identity !== identity) return;
    const { operation } = row;
    const isOurs = asked.delete(operation.id);
    if (settled.result === 'refused') open.tell({ result: 'refused', operation, reason: settled.reason });
    else if (settled.result === 'vanished') void live.lookForNews();
    else {
      const { answer } = settled;
      takeAnswer(operation, answer);
      // What another tab has sent that tab tells, but for what was asked for here.
      if (!isOurs && settled.elsewhere) return;
      const { comment, repeats } = answer;
      open.tell({ result: 'acknowledged', operation, comment, ...(repeats && { repeats }) });
      if (open.status.problem) void open.load();
    }
  };

  function takeAnswer(operation: Operation, answer: Answer): void {
    open.thread = mergeAnswer(open.thread, operation, answer);
    answers++;
    // Written in another tab or before a reload: it stays where it stood while it waited.
    const id = answer.comment?.id ?? operation.id;
    const isNew = operation.kind === 'post' && !operation.parentId;
    if (isNew && ![...open.shown.own, ...open.shown.roots].includes(id)) open.shown = showOwn(open.shown, id);
  }

  /** Came to its end between the first picture and now, when nobody listened: another tab was sending. */
  async function catchUp(drawn: readonly QueuedOperation[]): Promise<void> {
    const waiting = new Set(queue().map(({ operation: { id } }) => id));
    for (const { operation } of drawn) {
      if (waiting.has(operation.id)) continue;
      const answer = await readAnswer(database, key, operation).catch(() => null);
      if (answer) takeAnswer(operation, answer);
      else void live.lookForNews();
    }
    open.redraw();
  }

  async function askPassages(): Promise<void> {
    const passages = await refresh.passages().catch(() => null); // Those on this device are shown meanwhile.
    if (!passages || open.isClosed) return;
    open.thread = mergePassages(open.thread, passages);
    open.redrawSoon();
  }

  /** Once asked for, they stay as new as the thread. */
  async function followPassages(): Promise<void> {
    const { info, passages } = open.thread;
    const isBehind = !passages || passages.info.epoch !== info?.epoch || passages.info.revision < info.revision;
    if (wantsPassages && isBehind) await askPassages();
  }

  /**
   * The reader's own comes after the picture, and only where there can be something of theirs (S-2). One question at a
   * time: whatever wants it meanwhile is answered by the next.
   */
  function askMine(): Promise<void> {
    wantsMine = true;
    return (askingMine ??= readMine().finally(() => (askingMine = null)));
  }

  async function readMine(): Promise<void> {
    const token = adapter.mine ? await outbox.token(key) : null;
    for (let tries = 0; token && wantsMine && !open.isClosed && tries < 3;) {
      wantsMine = false;
      const known = answers;
      const mine = await refresh.mine(token, settings.userToken).catch(() => null);
      if (!mine) break; // The thread is right without it, and the next load asks again.
      if (known === answers) {
        open.thread = mergeMine(open.thread, mine);
        open.redrawSoon();
      } else {
        // A yes that came meanwhile knows more than this.
        wantsMine = true;
        tries++;
      }
    }
  }

  async function afterLoad(before: Thread): Promise<void> {
    await askMine();
    live.begin();
    await followPassages();
    await keepCopy();
    if (before.info && before.info.epoch !== open.thread.info?.epoch) await keepLost(before);
  }

  /** A restored server no longer has what it once took: the words come back to their writer, and are not sent (B20). */
  async function keepLost(before: Thread): Promise<void> {
    for (const id of Object.keys(before.mine?.own ?? {})) {
      const comment = before.comments.get(id);
      const { mine, comments } = open.thread;
      if (!comment?.text || !mine || mine.own[id] || comments.has(id)) continue;
      const { parentId, text, createdAt, author, mentions = [], quote } = comment;
      const rootId = parentId && comment.rootId;
      const words = { text, mentions, ...(quote && { quote }) };
      const operation = { kind: 'post', id, createdAt, parentId, rootId, ...words } as const;
      const row = rowOf({ ...operation, author: { name: author?.name ?? '' } });
      await outbox.add({ ...row, delivery: { state: 'refused', reason: 'lost' } }, null);
    }
  }

  async function keepCopy(): Promise<void> {
    if (keepsCopies && !open.isClosed) await writeCache(database, open.thread, world.now()).catch(() => undefined);
  }

  const write = (row: Row): Promise<void> => database.change([], 'relaxed', () => [row]).catch(() => undefined); // A full disk: it holds for this page.

  async function ask(wanted: Wanted, merged: Asked, limit: number): Promise<boolean> {
    const { question } = open;
    const page = await refresh.page(wanted, { order: open.shown.order, limit }).catch(() => null);
    if (page && question === open.question) {
      open.thread = mergePage(open.thread, page, merged, world.now());
      open.shown = showListed(open.shown, page.comments);
    }
    return page !== null;
  }

  /** A cursor from the cache may be stale, or its end: the backend's own first page comes before the second. */
  async function freshWindow() {
    const window = () => windowOf(open.thread, open.shown.order, open.shown.filter);
    if (!open.isFresh || !window()) await open.load();
    return open.isFresh ? window() : null;
  }

  async function loadMore(limit = settings.pageSize): Promise<boolean> {
    if (open.status.more === 'loading') return false;
    set({ more: 'loading' });
    const window = await freshWindow();
    const { order, filter } = open.shown;
    const after = window?.next ?? null;
    const isThere =
      window !== null &&
      (after === null ||
        (await ask(
          { want: 'roots', after, ...(filter && { filter }) },
          { want: 'roots', order, after, filter },
          limit,
        )));
    if (isThere) open.shown = showMore(open.thread, open.shown);
    set({ more: isThere ? 'idle' : 'failed' });
    void keepCopy();
    return isThere && after !== null;
  }

  /** From the root down to a comment, where this device knows all of it. */
  function pathTo(id: string): readonly Comment[] | null {
    const { comments, mine } = open.thread;
    const path: Comment[] = [];
    for (let next: string | null = id; next !== null; next = path[0]?.parentId ?? null) {
      const found: Comment | undefined = comments.get(next) ?? mine?.unpublished.find((one) => one.id === next);
      if (!found || path.includes(found)) return null;
      path.unshift(found);
    }
    return path;
  }

  function stateOf(path: readonly Comment[]): LinkedState {
    const state = path.at(-1)?.state;
    return !state ? 'unknown' : state === 'published' ? 'shown' : state === 'held' ? 'held' : 'removed';
  }

  const rowOf = (operation: Operation) => ({
    operation,
    thread: key,
    page: { ...settings.page },
    identity,
    attempts: 0,
    notBefore: 0,
    delivery: { state: 'sending' } as const,
    saved: true,
  });

  /** The same words for the same place from a moment ago. */
  const isDouble = (operation: Operation): boolean =>
    operation.kind === 'post' &&
    queue().some(
      ({ operation: other }) =>
        other.kind === 'post' &&
        other.text === operation.text &&
        other.parentId === operation.parentId &&
        (other.quote && passageKey(other.quote)) === (operation.quote && passageKey(operation.quote)) &&
        Math.abs(other.createdAt - operation.createdAt) < doublePress,
    );

  function forgetHere(): void {
    asked.clear();
    // Whatever the backend says next takes the place of all this: where it lives in this browser, it is gone as well.
    const { info } = open.thread;
    open.thread = { ...open.thread, mine: null, info: info && { ...info, epoch: 'forgotten' } };
    open.shown = { ...showAll(open.thread, open.shown, open.shown.order), collapsed: new Map(), read: new Set() };
    outbox.forget(key);
    open.redraw();
  }

  const live = makeLive(world, open, {
    choice: async () => {
      const [row] = await database.rows(siteRow('live', key)).catch(() => []);
      return row?.[1] === 'on' || row?.[1] === 'paused' ? row[1] : null;
    },
    remember: (choice) => void (keepsCopies && write([siteRow('live', key), choice])),
    keepSeen: (upTo) => void (keepsCopies && write([threadRow('seen', key), upTo])),
    ownChanged: () => void askMine(),
    passagesChanged: () => void followPassages(),
  });

  /** A mail is confirmed on a page of its own: who comes back from there sees what holds now (N-2). */
  function askConfirmed(): void {
    const { page, comments } = open.thread.mine?.subscriptions ?? {};
    if (page?.state === 'pending' || Object.values(comments ?? {}).includes('pending')) void askMine();
  }

  const stops = [
    world.on('visible', askConfirmed),
    world.on('show', askConfirmed),
    outbox.subscribe(onOutbox),
    tabs.onNews((news, where) => {
      if (news === 'forgotten' && isHere(where)) forgetHere();
    }),
  ];
  outbox.serve(adapter, key, identity, settings.userToken);
  if (drawn.length > 0) void catchUp(drawn);

  return {
    queue,
    afterLoad,
    add(operation, draft) {
      if (isDouble(operation)) return Promise.resolve();
      asked.add(operation.id);
      const kept = outbox.add(rowOf(operation), draft ? draftKey(key, draft) : null);
      open.redraw();
      // By then the view says whether the words are saved.
      return kept.then(() => open.redraw());
    },
    retry: (id) => outbox.retry(id),
    discard(id) {
      asked.delete(id);
      return outbox.discard(id);
    },

    setOrder(order) {
      if (!can.orders.includes(order)) return;
      if (keepsCopies) void write([siteRow('order', key), order]);
      const isWhole = open.isFresh && open.thread.window?.next === null;
      open.shown = isWhole ? showAll(open.thread, open.shown, order) : { ...open.shown, order };
      open.redraw();
      if (!isWhole) void open.load(true);
    },
    setFilter(filter) {
      if (!can.quotes || sameFilter(open.shown.filter, filter)) return;
      open.shown = showAll(open.thread, { ...open.shown, filter }, open.shown.order);
      open.status = { ...open.status, more: 'idle' };
      open.redraw();
      if (!open.isFresh || !windowOf(open.thread, open.shown.order, filter)) void open.load(true);
    },
    async loadPassages() {
      wantsPassages = can.quotes && adapter.passages !== undefined;
      await followPassages();
      void keepCopy();
    },
    async loadPassage(key) {
      if (!can.quotes) return false;
      const filter: Filter = { passage: key };
      const asked = {
        order: can.orders.includes('newest') ? 'newest' : open.shown.order,
        limit: latestOnPassage,
      } as const;
      const page = await refresh.page({ want: 'roots', filter }, asked).catch(() => null);
      if (!page || open.isClosed) return false;
      const before = open.thread;
      open.thread = mergePage(before, page, { want: 'passage' }, world.now());
      open.shown = showBeside(open.shown, before, page.comments, open.isOwn);
      open.redraw();
      return true;
    },
    loadMore: async () => void (await loadMore()),
    async loadAll() {
      while (open.thread.comments.size < mostLoaded && (await loadMore(loadStep)) && open.view.more && !open.isClosed);
    },
    async loadReplies(rootId) {
      const { gaps } = open.status;
      if (gaps[rootId] === 'loading') return;
      set({ gaps: { ...gaps, [rootId]: 'loading' } });
      await freshWindow();
      const after = open.thread.gaps[rootId]?.next;
      const isThere =
        open.isFresh &&
        (!after || (await ask({ want: 'replies', rootId, after }, { want: 'replies', rootId }, mostReplies)));
      const { [rootId]: _, ...others } = open.status.gaps;
      set({ gaps: isThere ? others : { ...others, [rootId]: 'failed' } });
      void keepCopy();
    },
    setCollapsed(id, isCollapsed) {
      const collapsed = new Map(open.shown.collapsed);
      const row = open.view.rows.find((one) => one.key === id);
      if (isCollapsed) collapsed.set(id, row?.kind === 'comment' ? row.replies.count : 0);
      else collapsed.delete(id);
      open.shown = { ...(isCollapsed ? open.shown : showBelow(open, id)), collapsed };
      open.redraw();
      if (keepsCopies) void write([threadRow('collapsed', key), collapsed.size > 0 ? [...collapsed] : undefined]);
    },
    async showLinked(id) {
      if (id === null) {
        open.thread = { ...open.thread, linked: null };
        return set({ linked: null });
      }
      const comments = pathTo(id);
      let state: LinkedState = comments ? stateOf(comments) : 'failed';
      /** The backend answers an old id of an import with the comment, which has another by now. */
      let found = id;
      if (comments) open.thread = { ...open.thread, linked: { id, comments } };
      else if (can.around) {
        set({ linked: { id, state: 'loading' } });
        try {
          const page = await refresh.page({ want: 'around', id }, { order: open.shown.order, limit: 1 });
          found = page.comments.at(-1)?.id ?? id;
          open.thread = mergePage(open.thread, page, { want: 'around', id: found }, world.now());
          state = stateOf(page.comments);
        } catch (error) {
          state = troubleOf(error).kind === 'gone' ? 'unknown' : 'failed';
        }
        if (open.status.linked?.id !== id) return; // Another one was asked for meanwhile.
      }
      set({ linked: { id: found, state } });
    },

    live: (act) => live.act(act),

    readDraft: (place) => readDraft(database, key, place).catch(() => null),
    async writeDraft(place, draft) {
      if (keepsCopies) await write([draftKey(key, place), draft.text ? { ...draft } : undefined]);
    },
    async findPeople(typed) {
      if (!adapter.can.people || !adapter.people) return [];
      // Who can't be found is typed out.
      return adapter.people(key, typed, { signal: AbortSignal.timeout(FIND_TIME) }).catch(() => []);
    },
    readDraftPlaces: () => readDraftPlaces(database, key).catch(() => []),
    readPassageDrafts: () => readPassageDrafts(database, key).catch(() => []),
    readRemembered: () => readRemembered(database, key).catch(() => null),
    writeRemembered: (who) => write([siteRow('who', key), who ? { ...who } : undefined]),
    async countUnsent() {
      await outbox.ready;
      return outbox.countOf(key, identity);
    },
    async readPush() {
      const { pushKey } = adapter;
      const worker = pushKey && open.view.notify?.offered.includes('push') ? await findWorker() : null;
      return worker && pushKey ? () => askForPush(worker, pushKey) : null;
    },
    async forget() {
      forgetHere();
      await forgetSite(database, key);
      tabs.announce('forgotten', key);
    },

    close: () => {
      live.stop();
      stops.forEach((stop) => stop());
    },
  };
}
