/**
 * The one idea of the code: what the reader sees is the server's last word with the reader's unsent operations laid on
 * top, in the order that was shown. Pure, so optimistic display, offline, retry, refusal, reload and a second tab are one
 * case: rows changed, fold again. Objects whose content did not change keep their identity, so that the screen skips them.
 */
import type { Channel, Comment, Filter, Order, Passage, Vote, Votes } from './comment.ts';
import { sameNotify, sameTold, toldOf, type ToldOf } from './notify.ts';
import {
  type Delivery,
  isWish,
  type NotifyOperation,
  type Operation,
  type PostOperation,
  type QueuedOperation,
  targetOf,
} from './operation.ts';
import { matches, passageKey } from './passage.ts';
import type { Quote } from './quote.ts';
import { compareReplies, compareRoots } from './sort.ts';
import { orderedRoots, sameComment, type Thread, windowOf } from './thread.ts';
import { buildTree, countOf, type Tree } from './tree.ts';
import type { CommentRow, GapRow, PassageView, Pending, Problem, Row, ThreadView } from './view.ts';

/** What keeps the page still: only a reader's act changes it, never data. */
export interface Shown {
  readonly order: Order;
  readonly filter: Filter | null;
  /** Top-level comments as of the last load, sort or filter, without the pinned. */
  readonly roots: readonly string[];
  /** The order these stand in: another than `order` while the backend is asked for that one. */
  readonly sorted: Order;
  /** Pinned ones as of then. */
  readonly pinned: readonly string[];
  /** Top-level comments that came since then, newest first: own ones, and news that were asked for. They stand right below the pinned. */
  readonly own: readonly string[];
  /** News that were not asked for yet, top-level comments and replies. */
  readonly waiting: ReadonlySet<string>;
  /** Removed while the reader looked on: their place is kept, so that nothing below moves up. */
  readonly kept: ReadonlySet<string>;
  /** What was written later than this is unread; null on a first visit. */
  readonly lastVisit: number | null;
  /** Unread ones that the reader has stepped through. */
  readonly read: ReadonlySet<string>;
  /** Collapsed branches, with how many replies each had when it was closed. */
  readonly collapsed: ReadonlyMap<string, number>;
}

/** Where loading stands; facts that are in no comment. */
export interface Status {
  readonly phase: ThreadView['phase'];
  readonly problem: Problem | null;
  readonly refreshing: boolean;
  readonly fromCache: boolean;
  readonly storage: ThreadView['storage'];
  readonly more: 'idle' | 'loading' | 'failed';
  /** Absent while that is not known. */
  readonly live?: 'on' | 'paused';
  /** So many more changes than the backend tells one by one, that the thread has to be asked for anew. */
  readonly behind?: number;
  /** By root id; a gap that is not named is idle. */
  readonly gaps: Readonly<Record<string, 'loading' | 'failed'>>;
  readonly linked: {
    readonly id: string;
    readonly state: 'loading' | 'shown' | 'held' | 'removed' | 'unknown' | 'failed';
  } | null;
}

export interface FoldSettings {
  /** Address of the page's feed. */
  readonly feed?: string;
  readonly maxDepth: number;
  readonly can: {
    readonly reply: boolean;
    readonly edit: boolean;
    readonly delete: boolean;
    readonly votes: Votes;
    readonly notify?: readonly Channel[];
  };
}

const none: ReadonlySet<string> = new Set();

export const nothingShown = (order: Order): Shown => ({
  order,
  filter: null,
  roots: [],
  sorted: order,
  pinned: [],
  own: [],
  waiting: none,
  kept: none,
  lastVisit: null,
  read: none,
  collapsed: new Map(),
});

/** After a load, a sort or a filter: everything stands where its order puts it, own comments and news too. */
export function showAll(thread: Thread, shown: Shown, order: Order): Shown {
  const roots = orderedRoots(thread, order, shown.filter);
  const pinned = (windowOf(thread, order, shown.filter) ?? thread.window)?.pinned ?? [];
  return { ...shown, order, sorted: order, roots, pinned, own: [], waiting: none, kept: none };
}

/** At the moment of posting, so that the row never changes its place until the next sort or load. */
export function showOwn(shown: Shown, id: string): Shown {
  return { ...shown, own: [id, ...shown.own] };
}

/** After *Load more*: what is there stays where it is, the new page comes behind it. */
export function showMore(thread: Thread, shown: Shown): Shown {
  const had = new Set(shown.roots);
  const roots = windowOf(thread, shown.order, shown.filter)?.roots ?? [];
  return { ...shown, roots: [...shown.roots, ...roots.filter((id) => !had.has(id))] };
}

export function fold(
  thread: Thread,
  queue: readonly QueuedOperation[],
  shown: Shown,
  status: Status,
  settings: FoldSettings,
  previous?: ThreadView,
): ThreadView {
  const desk = layOnTop(thread, queue, settings);
  // News that wait in the thread are not kept from the passages: nothing moves there.
  const quoted = [...desk.comments.values()].filter(({ quote, parentId }) => quote && parentId === null);
  const news = takeOut(desk, shown);
  const draw = rowMaker(thread, desk, shown, status, settings, news, rowsByKey(previous));
  const tree = buildTree(desk.comments.values());
  const rows = draw(tree, rootsInOrder(thread, tree, shown, desk));
  const linked = status.linked && {
    ...status.linked,
    rows: linkedRows(thread, desk, status.linked.id, settings, previous),
  };
  const { window, info } = thread;
  const known = windowOf(thread, shown.order, shown.filter);
  const unread = rows.filter((row) => row.kind === 'comment' && row.unread).length;
  return {
    phase: status.phase,
    problem: status.problem,
    refreshing: status.refreshing,
    fetchedAt: thread.fetchedAt,
    fromCache: status.fromCache,
    whole: window === null || window.next === null || known !== null,
    order: shown.order,
    count: info?.count ?? countOf(thread.comments.values()),
    rules: info?.rules ?? null,
    rows: sameRows(previous?.rows, rows) ? (previous as ThreadView).rows : rows,
    linked,
    ...(news.roots + (status.behind ?? 0) > 0 && { news: { roots: news.roots + (status.behind ?? 0) } }),
    ...(news.newest && { newest: news.newest }),
    ...(unread > 0 && { unread }),
    ...(status.live && { live: status.live }),
    more:
      known !== null && known.next !== null
        ? { left: known.left, loading: status.more === 'loading', failed: status.more === 'failed' }
        : null,
    unsent: queue.length,
    storage: status.storage,
    markup: thread.markup,
    ...(shown.filter && { filter: shown.filter }),
    inline: (info?.inline ?? inlineOf(thread.comments.values())) + desk.onTheWay.length,
    passages: passagesOf(thread, desk, quoted, settings, previous),
    ...(settings.feed !== undefined && { feed: settings.feed }),
    ...(desk.told && { notify: sameNotify(previous?.notify, desk.told.view) }),
  };
}

/** The thread as its reader knows it: foreign comments, own unpublished ones, and what waits in the outbox. */
interface Desk {
  readonly comments: Map<string, Comment>;
  readonly own: ReadonlySet<string>;
  /** Posts that the server has not acknowledged, and comments that are here for their refused edits alone; newest first. */
  readonly unsent: readonly string[];
  /** Those of them that are about a passage and may still arrive. */
  readonly onTheWay: readonly Comment[];
  readonly votes: ReadonlyMap<string, Vote>;
  readonly pending: ReadonlyMap<string, readonly Pending[]>;
  /** Null where nobody can be told of anything. */
  readonly told: ToldOf | null;
}

function layOnTop(thread: Thread, queue: readonly QueuedOperation[], settings: FoldSettings): Desk {
  const comments = new Map(thread.comments);
  const own = new Set(Object.keys(thread.mine?.own ?? {}));
  const votes = new Map<string, Vote>(Object.entries(thread.mine?.votes ?? {}));
  const pending = new Map<string, Pending[]>();
  const unsent: string[] = [];
  const onTheWay: Comment[] = [];
  for (const comment of thread.mine?.unpublished ?? []) {
    own.add(comment.id);
    const known = comments.get(comment.id);
    if (!known || known.revision <= comment.revision) comments.set(comment.id, comment);
  }
  for (const queued of queue) {
    const { operation } = queued;
    const id = targetOf(operation);
    if (operation.kind === 'post') {
      own.add(id);
      // The server may have it although its answer was lost: then its word counts, and the row stays one row.
      if (!comments.has(id)) {
        const posted = postedComment(operation, thread);
        comments.set(id, posted);
        unsent.unshift(id);
        if (posted.quote && !isStopped(queued)) onTheWay.push(posted);
      }
    } else if (operation.kind !== 'notify' && isStopped(queued)) {
      if (operation.kind === 'edit' && !comments.has(id)) {
        comments.set(id, subjectOf(operation, queued.delivery));
        unsent.unshift(id);
      }
    } else if (operation.kind !== 'notify') {
      const comment = comments.get(id);
      if (comment) comments.set(id, withOperation(comment, operation, votes.get(id) ?? 'none'));
      if (operation.kind === 'vote' && settings.can.votes !== 'none') votes.set(id, operation.value);
    }
    if (!isWish(operation) || isStopped(queued)) pending.set(id, [...(pending.get(id) ?? []), pendingOf(queued)]);
  }
  const told = toldOf(thread, queue, settings.can.notify ?? [], pendingOf, isStopped);
  return { comments, own, unsent, onTheWay, votes, pending, told };
}

function pendingOf({ operation, delivery, saved }: QueuedOperation): Pending {
  return {
    operationId: operation.id,
    kind: operation.kind,
    delivery,
    since: operation.createdAt,
    saved,
    ...('text' in operation && { text: operation.text }),
  };
}

/** News that wait: new top-level comments, and new replies by the top-level comment of their branch. */
interface Waiting {
  readonly roots: number;
  readonly replies: ReadonlyMap<string, number>;
  readonly newest: Comment | null;
}

/** Takes what the reader has not asked for off the desk, and counts it. What is in a closed branch moves nothing. */
function takeOut({ comments, own }: Desk, shown: Shown): Waiting {
  const replies = new Map<string, number>();
  let roots = 0;
  let newest: Comment | null = null;
  const waiting = [...shown.waiting].flatMap((id) => comments.get(id) ?? []).filter(({ id }) => !own.has(id));
  const out = waiting.filter((comment) => !isFolded(comment, comments, shown));
  for (const comment of out) comments.delete(comment.id);
  for (const comment of out) {
    const { parentId, rootId, state } = comment;
    if (state !== 'published') continue;
    if (!newest || comment.createdAt > newest.createdAt) newest = comment;
    if (parentId === null) roots += Number(matches(comment, shown.filter));
    else if (comments.has(rootId)) replies.set(rootId, (replies.get(rootId) ?? 0) + 1);
  }
  return { roots, replies, newest };
}

/** Whether a comment stands somewhere below one that is collapsed. */
function isFolded(comment: Comment, comments: ReadonlyMap<string, Comment>, { collapsed }: Shown): boolean {
  const seen = new Set<string>();
  for (let next = comment.parentId; next !== null && !seen.has(next); next = comments.get(next)?.parentId ?? null) {
    if (collapsed.has(next)) return true;
    seen.add(next); // A circle of parents must not hold us here (C11).
  }
  return false;
}

/** It will not go through as it is: what the server said stands, and the row says why. A post keeps its place all the same. */
function isStopped({ delivery }: QueuedOperation): boolean {
  return delivery.state === 'refused' || delivery.state === 'conflict' || delivery.state === 'given-up';
}

/**
 * A refused edit of a comment that is not here, most often because it was removed meanwhile: the words need a row that
 * shows them (FAULTS, invariants L and T).
 */
function subjectOf(operation: Extract<Operation, { kind: 'edit' }>, delivery: Delivery): Comment {
  const isGone = delivery.state === 'refused' && delivery.reason === 'comment-gone';
  const { commentId: id, createdAt } = operation;
  return {
    ...{ id, parentId: null, rootId: id, createdAt, editedAt: null, author: null, format: 'markdown' },
    ...(isGone ? { state: 'deleted', text: '' } : { state: 'published', text: operation.before }),
    ...{ up: 0, down: 0, pinned: false, descendants: 0, revision: 0 },
  };
}

function postedComment(operation: PostOperation, thread: Thread): Comment {
  const { name, website } = operation.author;
  const rootOfParent =
    operation.parentId === null ? null : (thread.comments.get(operation.parentId)?.rootId ?? operation.rootId);
  return {
    id: operation.id,
    parentId: operation.parentId,
    rootId: rootOfParent ?? operation.id,
    state: 'published',
    author: { name, role: 'guest', ...(website && { website }) },
    text: operation.text,
    format: 'markdown',
    createdAt: operation.createdAt,
    editedAt: null,
    up: 0,
    down: 0,
    pinned: false,
    descendants: 0,
    revision: 0,
    mentions: operation.mentions,
    ...(operation.quote && operation.parentId === null && { quote: operation.quote }),
  };
}

function withOperation(
  comment: Comment,
  operation: Exclude<Operation, PostOperation | NotifyOperation>,
  before: Vote,
): Comment {
  switch (operation.kind) {
    case 'edit':
      return { ...comment, text: operation.text, mentions: operation.mentions, editedAt: operation.createdAt };
    case 'delete': {
      const { quote: _, ...rest } = comment;
      return { ...rest, state: 'deleted', author: null, text: '' };
    }
    case 'vote': {
      const change = (vote: 'up' | 'down'): number => Number(operation.value === vote) - Number(before === vote);
      return { ...comment, up: comment.up + change('up'), down: comment.down + change('down') };
    }
  }
}

/** Pinned, then own new ones, then the rest as it was shown; at the end what has no place (a missing parent's replies). */
function rootsInOrder(thread: Thread, tree: Tree, shown: Shown, desk: Desk): readonly Comment[] {
  const hidden = [...tree.roots]
    .filter((root) => desk.own.has(root.id) && !thread.comments.has(root.id))
    .sort(compareReplies);
  const { filter } = shown;
  const ids = new Set<string>();
  const addMatching = (id: string): void => void (matches(desk.comments.get(id) ?? {}, filter) && ids.add(id));
  shown.pinned.forEach(addMatching);
  // What the reader has just written is shown, whatever the filter; not so what others did.
  for (const id of shown.own) {
    if (desk.own.has(id)) ids.add(id);
    else addMatching(id);
  }
  desk.unsent.forEach(addMatching);
  // Own ones that only their writer sees (held, rejected): no list names them.
  for (const root of hidden.reverse()) if (!shown.roots.includes(root.id)) addMatching(root.id);
  for (const id of shown.roots) ids.add(id);
  const roots: Comment[] = [];
  for (const id of ids) {
    const root = desk.comments.get(id);
    if (root?.parentId === null) roots.push(root);
  }
  return filter === null ? [...roots, ...tree.stray] : roots;
}

type Draw = (tree: Tree, roots: readonly Comment[]) => readonly Row[];

function rowMaker(
  thread: Thread,
  desk: Desk,
  shown: Shown,
  status: Status,
  settings: FoldSettings,
  news: Waiting,
  known: ReadonlyMap<string, Row>,
): Draw {
  const maxDepth = Math.min(settings.maxDepth, thread.info?.rules.maxDepth ?? Infinity);
  const rowOf = commentRowMaker(thread, desk, settings, known, shown);

  return (tree, roots) => {
    const below = countBelow(tree, roots);
    // A removed comment with nothing below it leaves nothing, except where its own removal still waits or was refused, and
    // where it went while the reader looked on.
    const standing = findStanding(
      tree,
      roots,
      ({ id, state }) => state !== 'deleted' || Boolean(thread.gaps[id]) || desk.pending.has(id) || shown.kept.has(id),
    );
    const rows: Row[] = [];
    /** A comment with its level, or the end of a branch, where its gap stands. */
    const waiting: ({ comment: Comment; level: number } | { endOf: Comment })[] = [];
    for (let index = roots.length - 1; index >= 0; index--)
      waiting.push({ comment: roots[index] as Comment, level: 0 });
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if ('endOf' in next) {
        rows.push(gapRow(thread, next.endOf, below, news, status, known));
        continue;
      }
      const { comment, level } = next;
      const replies = tree.children.get(comment.id) ?? [];
      const gap = thread.gaps[comment.id];
      if (!standing.has(comment.id)) continue;
      // Not every backend counts up the path at once: what is here counts, whether it is shown or waits.
      const fresh = news.replies.get(comment.id) ?? 0;
      const count = Math.max(comment.descendants, (below.get(comment.id) ?? 0) + fresh);
      const closedAt = shown.collapsed.get(comment.id);
      const isCollapsed = closedAt !== undefined && count > 0;
      rows.push(
        rowOf(comment, Math.min(level, maxDepth), level > maxDepth || tree.detached.has(comment.id), isCollapsed, {
          count,
          fresh: isCollapsed ? Math.max(0, count - closedAt) : fresh,
        }),
      );
      if (isCollapsed) continue;
      if (gap && level === 0) waiting.push({ endOf: comment });
      for (let index = replies.length - 1; index >= 0; index--) {
        waiting.push({ comment: replies[index] as Comment, level: level + 1 });
      }
    }
    return rows;
  };
}

interface Placed {
  readonly comment: Comment;
  readonly above: string | null;
}

/** Each comment after the one it stands under. */
function downwards(tree: Tree, roots: readonly Comment[]): readonly Placed[] {
  const ordered: Placed[] = [];
  const waiting: Placed[] = roots.map((comment) => ({ comment, above: null }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    ordered.push(next);
    for (const reply of tree.children.get(next.comment.id) ?? [])
      waiting.push({ comment: reply, above: next.comment.id });
  }
  return ordered;
}

/** Those that are drawn: what has a reason of its own, and what such a one stands under. */
function findStanding(
  tree: Tree,
  roots: readonly Comment[],
  isReason: (comment: Comment) => boolean,
): ReadonlySet<string> {
  const standing = new Set<string>();
  for (const { comment, above } of [...downwards(tree, roots)].reverse()) {
    if (isReason(comment)) standing.add(comment.id);
    if (above !== null && standing.has(comment.id)) standing.add(above);
  }
  return standing;
}

/** How many comments that say something stand below each one. */
function countBelow(tree: Tree, roots: readonly Comment[]): ReadonlyMap<string, number> {
  const ordered = downwards(tree, roots);
  const below = new Map<string, number>();
  for (let index = ordered.length - 1; index >= 0; index--) {
    const { comment, above } = ordered[index] as Placed;
    if (above === null) continue;
    const says = comment.state === 'deleted' ? 0 : 1;
    below.set(above, (below.get(above) ?? 0) + (below.get(comment.id) ?? 0) + says);
  }
  return below;
}

function gapRow(
  thread: Thread,
  root: Comment,
  below: ReadonlyMap<string, number>,
  news: Waiting,
  status: Status,
  known: ReadonlyMap<string, Row>,
): GapRow {
  const state = status.gaps[root.id];
  const here = (below.get(root.id) ?? 0) + (news.replies.get(root.id) ?? 0);
  const left = Math.max(1, root.descendants - here);
  const row: GapRow = {
    kind: 'gap',
    key: `gap ${root.id}`,
    rootId: root.id,
    depth: 1,
    left: root.descendants > 0 ? left : (thread.gaps[root.id]?.left ?? left),
    loading: state === 'loading',
    failed: state === 'failed',
  };
  const before = known.get(row.key);
  return before && sameFields(before, row) ? (before as GapRow) : row;
}

function commentRowMaker(
  thread: Thread,
  desk: Desk,
  settings: FoldSettings,
  known: ReadonlyMap<string, Row>,
  shown?: Shown,
) {
  const rules = thread.info?.rules;
  const isOpen = rules?.closed !== true;
  const votes = settings.can.votes !== 'none' && rules?.votes !== 'none';
  const nothing: readonly Pending[] = [];
  return (
    comment: Comment,
    depth: number,
    detached: boolean,
    collapsed: boolean,
    replies: CommentRow['replies'],
  ): CommentRow => {
    const { id } = comment;
    const before = known.get(id);
    const earlier = before?.kind === 'comment' ? before : undefined;
    const isStub = comment.state === 'deleted';
    const isPublished = comment.state === 'published';
    const isOwn = desk.own.has(id);
    const isUnsent = isOwn && !thread.comments.has(id) && desk.pending.has(id);
    const editableUntil = thread.mine?.own[id]?.editableUntil ?? null;
    const unread =
      isPublished &&
      !isOwn &&
      comment.revision > 0 &&
      comment.createdAt > (shown?.lastVisit ?? Infinity) &&
      !shown?.read.has(id);
    const above = comment.parentId === null ? undefined : desk.comments.get(comment.parentId);
    const row: CommentRow = {
      kind: 'comment',
      key: id,
      comment: earlier && sameComment(earlier.comment, comment) ? earlier.comment : comment,
      depth,
      parent:
        comment.parentId === null
          ? null
          : { id: comment.parentId, name: above?.author?.name ?? '', missing: above === undefined },
      detached,
      stub: isStub,
      collapsed,
      replies,
      ...(unread && { unread }),
      own: isOwn,
      vote: desk.votes.get(id) ?? 'none',
      can: {
        reply: settings.can.reply && isOpen && isPublished,
        edit:
          settings.can.edit &&
          isOpen &&
          isOwn &&
          !isStub &&
          replies.count === 0 &&
          (isUnsent || editableUntil !== null),
        delete: settings.can.delete && isOwn && !isStub,
        vote: votes && isPublished && !isOwn,
      },
      editableUntil: isStub ? null : editableUntil,
      pending: desk.pending.get(id) ?? nothing,
      ...(desk.told && isOwn && !isStub && { bell: desk.told.bell(id) }),
    };
    return earlier && sameRow(earlier, row) ? earlier : row;
  };
}

/** The comment asked for and those above it, nothing beside them. */
function linkedRows(
  thread: Thread,
  desk: Desk,
  id: string,
  settings: FoldSettings,
  previous: ThreadView | undefined,
): readonly Row[] {
  if (thread.linked?.id !== id) return [];
  const rowOf = commentRowMaker(thread, desk, settings, new Map(previous?.linked?.rows.map((row) => [row.key, row])));
  const maxDepth = settings.maxDepth;
  const path = thread.linked.comments.map((comment) => {
    const known = desk.comments.get(comment.id);
    return known && known.revision >= comment.revision ? known : comment;
  });
  return path.map((comment, level) =>
    rowOf(comment, Math.min(level, maxDepth), level > maxDepth, false, { count: comment.descendants, fresh: 0 }),
  );
}

/** So many comments of a passage its popover shows (I-2). */
const LATEST = 3;
const noPassages: readonly PassageView[] = [];

/** On passages: published top-level comments. */
function* onPassages(comments: Iterable<Comment>): Iterable<Comment> {
  for (const comment of comments) if (comment.quote && comment.state === 'published') yield comment;
}

const inlineOf = (comments: Iterable<Comment>): number => [...onPassages(comments)].length;

/** As the backend told them, with what it can't know yet: comments that came since, and the reader's own. */
function passagesOf(
  thread: Thread,
  desk: Desk,
  quoted: readonly Comment[],
  settings: FoldSettings,
  previous: ThreadView | undefined,
): readonly PassageView[] {
  const told = new Map<string, Passage>();
  for (const one of thread.passages?.passages ?? []) told.set(one.key, one);
  const here = new Map<string, Comment[]>();
  for (const comment of quoted) {
    if (!comment.quote || comment.state === 'deleted') continue;
    const key = passageKey(comment.quote);
    here.set(key, [...(here.get(key) ?? []), comment]);
  }
  if (told.size === 0 && here.size === 0) return previous?.passages?.length === 0 ? previous.passages : noPassages;

  const before = new Map(previous?.passages?.map((one) => [one.key, one]));
  const rows = [...before.values()].flatMap(({ latest }) => latest.map((row): [string, Row] => [row.key, row]));
  const rowOf = commentRowMaker(thread, desk, settings, new Map(rows));
  const views = [...new Set([...here.keys(), ...told.keys()])].map((key): PassageView => {
    const comments = (here.get(key) ?? []).sort(latestFirst);
    const published = [...onPassages(comments)].filter(({ id }) => thread.comments.has(id));
    const first = told.get(key)?.quote ?? (published.at(-1) ?? comments.at(-1))?.quote;
    const view: PassageView = {
      key,
      quote: first as Quote, // A key is here because of a quote.
      count:
        (told.get(key)?.count ?? published.length) +
        desk.onTheWay.filter(({ quote }) => quote && passageKey(quote) === key).length,
      own: comments.some(({ id }) => desk.own.has(id)),
      latest: comments.slice(0, LATEST).map((one) => rowOf(one, 0, false, false, { count: one.descendants, fresh: 0 })),
    };
    const known = before.get(key);
    return known && samePassage(known, view) ? known : view;
  });
  const known = previous?.passages;
  return known && sameRows(known, views) ? known : views;
}

/** What no server has acknowledged comes before all that was there. */
function latestFirst(a: Comment, b: Comment): number {
  return Number(b.revision === 0) - Number(a.revision === 0) || compareRoots('newest')(a, b);
}

function samePassage(a: PassageView, b: PassageView): boolean {
  return (
    a.count === b.count &&
    a.own === b.own &&
    (a.quote === b.quote || JSON.stringify(a.quote) === JSON.stringify(b.quote)) &&
    sameRows(a.latest, b.latest)
  );
}

function rowsByKey(view: ThreadView | undefined): ReadonlyMap<string, Row> {
  return new Map(view?.rows.map((row) => [row.key, row]));
}

/** Shallow: the fields of a small plain object, or the entries of a short list of such. */
function sameFields(a: object, b: object): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.is(a[key as never], b[key as never]));
}

function samePending(a: readonly Pending[], b: readonly Pending[]): boolean {
  return (
    a === b ||
    (a.length === b.length &&
      a.every((one, index) => {
        const other = b[index] as Pending;
        return (
          one.operationId === other.operationId &&
          one.saved === other.saved &&
          one.text === other.text &&
          sameFields(one.delivery, other.delivery)
        );
      }))
  );
}

function sameRow(a: CommentRow, b: CommentRow): boolean {
  return (
    a.comment === b.comment &&
    a.depth === b.depth &&
    a.detached === b.detached &&
    a.collapsed === b.collapsed &&
    a.own === b.own &&
    a.unread === b.unread &&
    a.vote === b.vote &&
    a.editableUntil === b.editableUntil &&
    a.parent?.name === b.parent?.name &&
    a.parent?.missing === b.parent?.missing &&
    sameFields(a.replies, b.replies) &&
    sameFields(a.can, b.can) &&
    sameTold(a.bell, b.bell) &&
    samePending(a.pending, b.pending)
  );
}

function sameRows(a: readonly unknown[] | undefined, b: readonly unknown[]): boolean {
  return a !== undefined && a.length === b.length && a.every((row, index) => row === b[index]);
}
