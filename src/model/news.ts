/**
 * News under the eyes of a reader: what others changed is laid in where it stands, what others added waits until
 * the reader asks for it, and nothing that is on the screen changes its place. Pure: thread and `shown` in, both out.
 */
import type { Changes, Comment } from './comment.ts';
import { showOwn, type Shown } from './fold.ts';
import { compareReplies, compareRoots } from './sort.ts';
import { mergeChanges, type Thread } from './thread.ts';

interface Seen {
  readonly thread: Thread;
  readonly shown: Shown;
}

/** @param isOwn Written on this device: such comments never wait. */
export function takeNews(
  { thread, shown }: Seen,
  changes: Changes,
  isOwn: (id: string) => boolean,
  fetchedAt: number,
): Seen {
  const merged = mergeChanges(thread, changes, fetchedAt);
  const comments = new Map(merged.comments);
  const waiting = new Set(shown.waiting);
  const kept = new Set(shown.kept);
  let next = shown;
  for (const { id } of changes.comments) {
    const comment = comments.get(id);
    if (!comment || thread.comments.has(id)) continue;
    const place = placeOf(comment, thread, comments);
    // The rest of the thread comes when it is asked for, and this with it.
    if (place === 'not-loaded') comments.delete(id);
    else if (!isOwn(id)) {
      if (place === 'new') waiting.add(id);
    } else if (comment.parentId === null && !isShown(next, id)) next = showOwn(next, id);
  }
  for (const id of changes.removed) {
    const before = thread.comments.get(id);
    if (!before || comments.has(id)) continue;
    if (waiting.delete(id)) continue;
    kept.add(id);
    const { quote: _, ...rest } = before;
    comments.set(id, { ...rest, state: 'deleted', author: null, text: '', up: 0, down: 0 });
  }
  return { thread: { ...merged, comments }, shown: { ...next, waiting, kept } };
}

/**
 * What a comment is that was told of and is not here: written since (or approved since, among what was loaded); older, and
 * in what the reader has not loaded; or older and risen into what was loaded, by a vote or a pin: it takes its place
 * there when the reader next sorts or loads, and is no news.
 */
function placeOf(
  comment: Comment,
  before: Thread,
  comments: ReadonlyMap<string, Comment>,
): 'new' | 'not-loaded' | 'risen' {
  const { window } = before;
  if (comment.parentId !== null) {
    if (!before.gaps[comment.rootId]) return 'new';
    return isLater(comment, before) && comments.has(comment.parentId) ? 'new' : 'not-loaded';
  }
  if (window?.next === null || isLater(comment, before)) return 'new';
  if (comment.pinned) return 'risen';
  const compare = compareRoots(window?.order ?? 'newest');
  const isAmongLoaded = window?.roots.some((id) => {
    const loaded = before.comments.get(id);
    return loaded && compare(comment, loaded) < 0;
  });
  if (!isAmongLoaded) return 'not-loaded';
  return window?.order === 'most-voted' ? 'risen' : 'new';
}

/** Later than all there was when the backend was last heard. */
function isLater({ createdAt }: Comment, { info, comments }: Thread): boolean {
  const newest = (): number => [...comments.values()].reduce((time, one) => Math.max(time, one.createdAt), 0);
  return createdAt > (info?.newestAt ?? newest());
}

function isShown(shown: Shown, id: string): boolean {
  return shown.own.includes(id) || shown.roots.includes(id) || shown.pinned.includes(id);
}

/**
 * Shows what waits: the new replies of a branch, or, for null, the new top-level comments with what was answered to them,
 * right below the pinned. `first` is the one to read first, and null where nothing waited.
 */
export function showNews(
  { thread, shown }: Seen,
  rootId: string | null,
): { readonly shown: Shown; readonly first: string | null } {
  const waiting = [...shown.waiting].flatMap((id) => thread.comments.get(id) ?? []);
  const roots = waiting.filter(({ parentId }) => parentId === null).sort(compareReplies);
  const ids = new Set(roots.map(({ id }) => id));
  const wanted = (comment: Comment): boolean => (rootId === null ? ids.has(comment.rootId) : comment.rootId === rootId);
  const out = waiting.filter(wanted);
  const left = new Set(shown.waiting);
  for (const { id } of out) left.delete(id);
  const own = rootId === null ? [...[...ids].reverse(), ...shown.own.filter((id) => !ids.has(id))] : shown.own;
  const said = out.filter(({ state }) => state === 'published').sort(compareReplies);
  const first = rootId === null ? roots.at(-1) : said[0];
  return { shown: { ...shown, waiting: left, own }, first: first?.id ?? null };
}

/** After a branch was opened: what came into it meanwhile is no news any more. */
export function showBelow({ thread, shown }: Seen, id: string): Shown {
  const waiting = new Set(shown.waiting);
  for (const waits of shown.waiting) {
    const seen = new Set<string>();
    for (let next: string | null = waits; next !== null && !seen.has(next);) {
      if (next === id) waiting.delete(waits);
      seen.add(next); // A circle of parents must not hold us here (C11).
      next = thread.comments.get(next)?.parentId ?? null;
    }
  }
  return { ...shown, waiting };
}

/**
 * Up to when the reader has seen this thread, to be kept for the next visit: the newest comment that was shown. Where
 * newer ones may lie beyond what was loaded, the reader's clock stands in for it.
 */
export function seenUpTo(thread: Thread, shown: Shown, now: number): number {
  const { window } = thread;
  let newest = window?.next != null && window.order !== 'newest' ? now : 0;
  let unseen = Infinity;
  for (const { id, createdAt } of thread.comments.values()) {
    if (shown.waiting.has(id)) unseen = Math.min(unseen, createdAt);
    else newest = Math.max(newest, createdAt);
  }
  return Math.min(newest, unseen - 1);
}

/** What a list brought was asked for: it waits no more. */
export function showListed(shown: Shown, comments: readonly Comment[]): Shown {
  if (!comments.some(({ id }) => shown.waiting.has(id))) return shown;
  const listed = new Set(comments.map(({ id }) => id));
  return { ...shown, waiting: new Set([...shown.waiting].filter((id) => !listed.has(id))) };
}

/** What is only shown beside the thread, in a popover, is news in the thread as if it had been told. */
export function showBeside(
  shown: Shown,
  before: Thread,
  comments: readonly Comment[],
  isOwn: (id: string) => boolean,
): Shown {
  const known = before.info?.revision ?? Infinity;
  const isFresh = (one: Comment): boolean =>
    one.revision > known &&
    !before.comments.has(one.id) &&
    !isOwn(one.id) &&
    placeOf(one, before, before.comments) === 'new';
  const fresh = comments.filter(isFresh);
  return fresh.length === 0 ? shown : { ...shown, waiting: new Set([...shown.waiting, ...fresh.map(({ id }) => id)]) };
}
