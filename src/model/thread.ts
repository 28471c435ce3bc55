/**
 * The server's last word on a thread, as far as this device knows it, and how an answer is merged into it. Newer revisions
 * win whatever the order of arrival; nothing here knows of operations that are still on their way: those the fold adds.
 */
import type {
  Changes,
  Comment,
  Cursor,
  Filter,
  Gap,
  Mine,
  Order,
  Page,
  Passage,
  Passages,
  Subscriptions,
  ThreadInfo,
  ThreadKey,
  Vote,
} from './comment.ts';
import { withSubscriptions } from './notify.ts';
import type { Operation } from './operation.ts';
import type { Quote } from './quote.ts';
import { matches, passageKey, sameFilter } from './passage.ts';
import { compareRoots } from './sort.ts';

/** The top-level comments that were loaded, from the first of an order on. */
export interface Window {
  readonly order: Order;
  /** As the backend sent them, without the pinned. */
  readonly roots: readonly string[];
  readonly pinned: readonly string[];
  readonly next: Cursor | null;
  readonly left: number;
}

export interface Thread {
  readonly key: ThreadKey;
  /** Null before the first answer. */
  readonly info: ThreadInfo | null;
  readonly comments: ReadonlyMap<string, Comment>;
  readonly window: Window | null;
  /** The same of one filter, as of a revision; not kept on disk. */
  readonly filtered: { readonly filter: Filter; readonly window: Window; readonly revision: number } | null;
  /** Null until somebody asked for them. */
  readonly passages: Passages | null;
  readonly gaps: Readonly<Record<string, Gap>>;
  readonly mine: Mine | null;
  /** By id: since which revision a comment is gone without a trace. An older list may still name it (FAULTS B11). */
  readonly gone: Readonly<Record<string, number>>;
  readonly markup: boolean;
  readonly fetchedAt: number | null;
  /** A comment asked for by its permalink with its path from the root; kept apart, since its siblings are missing. */
  readonly linked: { readonly id: string; readonly comments: readonly Comment[] } | null;
}

export function emptyThread(key: ThreadKey): Thread {
  return {
    key,
    info: null,
    comments: new Map(),
    window: null,
    filtered: null,
    passages: null,
    gaps: {},
    mine: null,
    gone: {},
    markup: false,
    fetchedAt: null,
    linked: null,
  };
}

/** What a page is, by what was asked. */
export type Asked =
  | { readonly want: 'roots'; readonly order: Order; readonly after: Cursor | null; readonly filter?: Filter | null }
  /** The latest on a passage: comments beside the windows. */
  | { readonly want: 'passage' }
  | { readonly want: 'replies'; readonly rootId: string }
  | { readonly want: 'around'; readonly id: string };

/**
 * Of two copies of a comment, the one to keep. Equal revisions differ only in what is derived (the count of the branch):
 * there the answer that knows the later state of the thread is right.
 */
function newer(known: Comment | undefined, incoming: Comment, incomingIsLater: boolean): Comment {
  if (!known || incoming.revision > known.revision) return sameOr(known, incoming);
  return incoming.revision === known.revision && incomingIsLater ? sameOr(known, incoming) : known;
}

/** Keeps the identity of a comment whose content did not change: its row is then not drawn again. */
function sameOr(known: Comment | undefined, incoming: Comment): Comment {
  return known && sameComment(known, incoming) ? known : incoming;
}

export function sameComment(a: Comment, b: Comment): boolean {
  return (
    a === b ||
    (a.id === b.id &&
      a.parentId === b.parentId &&
      a.rootId === b.rootId &&
      a.state === b.state &&
      a.text === b.text &&
      a.format === b.format &&
      a.createdAt === b.createdAt &&
      a.editedAt === b.editedAt &&
      a.up === b.up &&
      a.down === b.down &&
      a.pinned === b.pinned &&
      a.descendants === b.descendants &&
      a.author?.name === b.author?.name &&
      a.author?.id === b.author?.id &&
      a.author?.role === b.author?.role &&
      a.author?.website === b.author?.website &&
      a.author?.picture === b.author?.picture &&
      (a.author === null) === (b.author === null) &&
      JSON.stringify(a.mentions ?? []) === JSON.stringify(b.mentions ?? []) &&
      (a.quote === b.quote || JSON.stringify(a.quote) === JSON.stringify(b.quote)))
  );
}

/** The backend's history is another one than ours (a restore): nothing we hold can be compared with it. */
function isOtherHistory(thread: Thread, info: ThreadInfo): boolean {
  return thread.info !== null && thread.info.epoch !== info.epoch;
}

function laterInfo(known: ThreadInfo | null, incoming: ThreadInfo): ThreadInfo {
  if (known === null || known.epoch !== incoming.epoch) return incoming;
  if (incoming.revision < known.revision) return known;
  // Half of a long row of changes does not say it.
  return incoming.newestAt === undefined && known.newestAt !== undefined
    ? { ...incoming, newestAt: known.newestAt }
    : incoming;
}

/**
 * What a part of the thread says of the whole. What else has changed by then is not here yet, and `changes` since the
 * revision that is known would no longer tell it.
 */
function knownInfo(known: ThreadInfo | null, incoming: ThreadInfo): ThreadInfo {
  return known === null || known.epoch !== incoming.epoch ? incoming : known;
}

export function mergePage(thread: Thread, page: Page, asked: Asked, fetchedAt: number): Thread {
  const otherHistory = isOtherHistory(thread, page.info);
  if (otherHistory && asked.want !== 'roots') return thread; // The first page has to come before anything else of it.
  const base = otherHistory ? { ...emptyThread(thread.key), mine: thread.mine } : thread;
  const isLater = base.info === null || page.info.revision >= base.info.revision;

  if (asked.want === 'around') {
    return {
      ...base,
      info: knownInfo(base.info, page.info),
      linked: { id: asked.id, comments: page.comments },
      markup: base.markup || page.markup,
    };
  }

  const filter = asked.want === 'roots' ? (asked.filter ?? null) : null;
  const isBeside = asked.want === 'passage' || filter !== null;
  const replaces = asked.want === 'roots' && asked.after === null && !isBeside;
  const comments = new Map<string, Comment>();
  for (const comment of base.comments.values()) {
    // A first page says what there is. Only what is newer than it (an answer that overtook it) stays beside it (B10, B11).
    if (!replaces || comment.revision > page.info.revision) comments.set(comment.id, comment);
  }
  for (const comment of page.comments) {
    if ((base.gone[comment.id] ?? 0) > page.info.revision) continue; // Deleted since this list was made.
    const known = base.comments.get(comment.id);
    comments.set(comment.id, newer(known, comment, isLater));
  }

  const gaps: Record<string, Gap> = replaces ? {} : { ...base.gaps };
  if (asked.want === 'replies') delete gaps[asked.rootId];
  for (const [rootId, gap] of Object.entries(page.gaps)) {
    // Of a branch that is here already, more may have been loaded than came with this page.
    if (!isBeside || !base.comments.has(rootId)) gaps[rootId] = gap;
  }

  return {
    ...base,
    // Also where it is older than what we knew: it may bring back what was removed since, and that has to be asked again.
    info: replaces ? page.info : knownInfo(base.info, page.info),
    comments,
    gaps,
    ...(asked.want === 'roots' && windowsAfter(base, page, asked, filter)),
    gone: isBeside ? base.gone : stillGone(base.gone, page.info.revision),
    markup: page.markup || (base.markup && !replaces),
    fetchedAt,
  };
}

/** What a later list no longer names need not be remembered. */
function stillGone(gone: Thread['gone'], revision: number): Thread['gone'] {
  const left = Object.entries(gone).filter(([, since]) => since > revision);
  return left.length === Object.keys(gone).length ? gone : Object.fromEntries(left);
}

function windowsAfter(
  base: Thread,
  page: Page,
  { order, after }: { readonly order: Order; readonly after: Cursor | null },
  filter: Filter | null,
): Pick<Thread, 'window' | 'filtered'> {
  if (filter === null) {
    // What a new first page no longer holds would be missing behind the filter, too.
    const filtered = after === null ? null : base.filtered;
    return { window: extendWindow(after === null ? null : base.window, page, order), filtered };
  }
  const known = after !== null && base.filtered && sameFilter(base.filtered.filter, filter) ? base.filtered : null;
  return {
    window: base.window,
    filtered: {
      filter,
      window: extendWindow(known?.window ?? null, page, order),
      revision: known?.revision ?? page.info.revision,
    },
  };
}

/** The top-level comments to page through now; null where the backend has to be asked for them first. */
export function windowOf(thread: Thread, order: Order, filter: Filter | null): Window | null {
  const { window, filtered } = thread;
  if (filter === null) return window?.order === order ? window : null;
  if (filtered?.window.order === order && sameFilter(filtered.filter, filter)) return filtered.window;
  // Who has the whole thread has all that the filter would bring.
  if (window?.next !== null) return null;
  const isIn = (id: string): boolean => matches(thread.comments.get(id) ?? {}, filter);
  return { ...window, order, roots: window.roots.filter(isIn), pinned: window.pinned.filter(isIn) };
}

function extendWindow(known: Window | null, page: Page, order: Order): Window {
  if (!known || known.order !== order) {
    return { order, roots: page.roots, pinned: page.pinned, next: page.next, left: page.left };
  }
  const had = new Set([...known.roots, ...known.pinned]);
  const roots = [...known.roots, ...page.roots.filter((root) => !had.has(root))];
  return { order, roots, pinned: known.pinned, next: page.next, left: page.left };
}

/** What changed since the revision we know. Comments of branches that are not loaded are left where they are. */
export function mergeChanges(thread: Thread, changes: Changes, fetchedAt: number): Thread {
  if (isOtherHistory(thread, changes.info)) return thread;
  const comments = new Map(thread.comments);
  const isLater = thread.info === null || changes.info.revision >= thread.info.revision;
  // They come by revision: a root that was changed last comes behind its own replies, and is what they belong to.
  const rootsHere = new Set(changes.comments.filter(({ parentId }) => parentId === null).map(({ id }) => id));
  const gone = { ...thread.gone };
  for (const comment of changes.comments) {
    if (comment.revision <= (gone[comment.id] ?? -1)) continue; // Old news.
    delete gone[comment.id];
    const belongs = comment.parentId === null || comments.has(comment.rootId) || rootsHere.has(comment.rootId);
    if (belongs) comments.set(comment.id, newer(comments.get(comment.id), comment, isLater));
  }
  for (const id of changes.removed) {
    const known = comments.get(id);
    if (known && known.revision > changes.info.revision) continue;
    comments.delete(id);
    gone[id] = Math.max(gone[id] ?? 0, changes.info.revision);
  }
  const window = thread.window && { ...thread.window, ...pinnedNow(thread.window, comments) };
  const filtered = thread.filtered && {
    ...thread.filtered,
    window: { ...thread.filtered.window, ...pinnedNow(thread.filtered.window, comments) },
  };
  return { ...thread, info: laterInfo(thread.info, changes.info), comments, window, filtered, gone, fetchedAt };
}

/** A comment that was pinned or unpinned moves between the two lists of the window. */
function pinnedNow(window: Window, comments: ReadonlyMap<string, Comment>): Pick<Window, 'roots' | 'pinned'> {
  const isPinned = (id: string): boolean => comments.get(id)?.pinned === true;
  const pinned = [...window.pinned.filter(isPinned), ...window.roots.filter(isPinned)];
  const roots = [...window.roots, ...window.pinned].filter((id) => !isPinned(id));
  return { pinned, roots };
}

export function mergePassages(thread: Thread, passages: Passages): Thread {
  const known = thread.passages?.info;
  const isStale = known?.epoch === passages.info.epoch && known.revision > passages.info.revision;
  return isOtherHistory(thread, passages.info) || isStale ? thread : { ...thread, passages };
}

export function mergeMine(thread: Thread, mine: Mine): Thread {
  return { ...thread, mine };
}

const nothingOfMine: Mine = { votes: {}, voteCounter: 0, own: {}, unpublished: [] };

/**
 * A definite yes: the server's word now has what the operation asked for. Counts of the comments above move along, so
 * that heading and branch are right before the next list; that list brings the same numbers.
 */
export function mergeAnswer(
  thread: Thread,
  operation: Operation,
  answer: {
    readonly comment: Comment | null;
    readonly revision: number;
    readonly editableUntil: number | null;
    readonly subscriptions?: Subscriptions;
  },
): Thread {
  let mine = thread.mine ?? nothingOfMine;
  if (operation.kind === 'notify' || operation.kind === 'post') {
    mine = withSubscriptions(mine, operation, answer.subscriptions);
    // Who is told of what changes nothing that is read here.
    if (operation.kind === 'notify') return { ...thread, mine };
  }
  const id = operation.kind === 'post' ? (answer.comment?.id ?? operation.id) : operation.commentId;
  const before = thread.comments.get(id);
  const goneSince = thread.gone[id] ?? -1;
  // It may come late, or from another tab's copy, and be of a comment that was removed meanwhile.
  const { comment, revision } = answer;
  const after = comment && comment.revision > goneSince && !isMissed(thread, { comment, revision }) ? comment : null;
  const comments = new Map(thread.comments);
  const isPublic = after !== null && (after.state === 'published' || after.state === 'deleted');
  if (isPublic) comments.set(id, newer(before, after, true));
  else comments.delete(id);

  const change = Number(after?.state === 'published') - Number(before?.state === 'published');
  // Repeats of an answer find `before` already there and change nothing (B9); a list that is later has counted it.
  const isCounted = thread.info !== null && thread.info.revision >= answer.revision;
  if (change !== 0 && !isCounted) addToBranch(comments, after ?? before, change);

  const own = { ...mine.own };
  if (operation.kind === 'delete') delete own[id];
  else if (operation.kind !== 'vote') own[id] = { editableUntil: answer.editableUntil };
  const unpublished = mine.unpublished.filter((comment) => comment.id !== id);
  if (after && !isPublic) unpublished.push(after);

  const quote = after?.quote ?? before?.quote;
  const { info } = thread;
  return {
    ...thread,
    comments,
    info:
      info && !isCounted && change !== 0
        ? {
            ...info,
            count: Math.max(0, info.count + change),
            ...(quote && info.inline !== undefined && { inline: Math.max(0, info.inline + change) }),
          }
        : info,
    passages: quote && change !== 0 ? countedOn(thread.passages, quote, change, answer.revision) : thread.passages,
    linked:
      thread.linked && after
        ? { ...thread.linked, comments: thread.linked.comments.map((one) => (one.id === id ? after : one)) }
        : thread.linked,
    gone: after ? thread.gone : { ...thread.gone, [id]: Math.max(goneSince, answer.revision) },
    mine: {
      ...mine,
      own,
      unpublished,
      votes: operation.kind === 'vote' ? withVote(mine.votes, id, operation.value) : mine.votes,
      voteCounter: operation.kind === 'vote' ? Math.max(mine.voteCounter, operation.counter) : mine.voteCounter,
    },
  };
}

/** What is known is later than the answer and has the place where its comment would stand, but not the comment. */
function isMissed(
  { info, window, comments, gaps }: Thread,
  { comment, revision }: { readonly comment: Comment; readonly revision: number },
): boolean {
  const { id, parentId, rootId, state } = comment;
  if (comments.has(id) || state !== 'published' || !info || info.revision <= revision) return false;
  return parentId === null ? window?.next === null : comments.has(rootId) && !gaps[rootId];
}

function addToBranch(comments: Map<string, Comment>, comment: Comment | undefined, change: number): void {
  const seen = new Set<string>(); // A circle of parents must not hold us here (C11).
  for (let parent = comment?.parentId; parent && !seen.has(parent);) {
    seen.add(parent);
    const above = comments.get(parent);
    if (!above) return;
    comments.set(parent, { ...above, descendants: Math.max(0, above.descendants + change) });
    parent = above.parentId;
  }
}

/** A passage counts one more or less, unless the list is later than that. */
function countedOn(known: Passages | null, quote: Quote, change: number, revision: number): Passages | null {
  if (known === null || known.info.revision >= revision) return known;
  const key = passageKey(quote);
  const before: Passage = known.passages.find((one) => one.key === key) ?? { key, quote, count: 0, revision };
  const others = known.passages.filter((one) => one.key !== key);
  const count = before.count + change;
  return { ...known, passages: count > 0 ? [{ ...before, count, revision }, ...others] : others };
}

function withVote(votes: Mine['votes'], id: string, value: Vote): Mine['votes'] {
  const { [id]: _, ...others } = votes;
  return value === 'none' ? others : { ...others, [id]: value };
}

/**
 * Top-level comments in an order, as far as they are known: the whole window, and what came since and belongs to its
 * part of the thread. Pinned ones are apart.
 */
export function orderedRoots(thread: Thread, order: Order, filter: Filter | null = null): readonly string[] {
  const { filtered } = thread;
  const window = windowOf(thread, order, filter);
  const compare = compareRoots(order);
  const known: Comment[] = [];
  for (const comment of thread.comments.values()) {
    if (comment.parentId === null && !comment.pinned && matches(comment, filter)) known.push(comment);
  }
  known.sort(compare);
  if (filter !== null && filtered !== null && window === filtered.window) {
    // A filtered page says what there is, as a first page does; what is newer stays beside it.
    const listed = new Set(window.roots);
    const isThere = (one: Comment): boolean => listed.has(one.id) || one.revision > filtered.revision;
    known.splice(0, known.length, ...known.filter(isThere));
  }
  if (!window || window.next === null) return known.map((comment) => comment.id);
  // Behind the last one of the window lies what was not loaded: a comment from there would stand before its neighbours.
  const inWindow = new Set(window.roots);
  let end = known.length;
  while (end > 0 && !inWindow.has((known[end - 1] as Comment).id)) end--;
  return known.slice(0, end).map((comment) => comment.id);
}
