/**
 * For backends that hand over a thread whole: counts what stands below each comment and cuts pages as every adapter
 * brings them: top-level comments in an order, each with its first replies, the rest behind cursors.
 */
import type { Comment, Cursor, Gap, Page, Passage, Passages, ThreadInfo } from '../model/comment.ts';
import { matches, passageKey } from '../model/passage.ts';
import { isPlain } from '../model/plain-text.ts';
import { compareReplies, compareRoots } from '../model/sort.ts';
import { countOf, threadOrder } from '../model/tree.ts';
import { AdapterError, type ListOptions } from './adapter.ts';

/** For backends that keep it beside a comment, to list and count by. */
export { passageKey } from '../model/passage.ts';

/** At most so many comments in one page, and so many replies with each top-level one. */
const pageRows = 200;
const firstReplies = 20;
/** Of so many highlights a page can still be read. */
const mostPassages = 1000;

/** Each comment with the number of published ones below it, in thread order. */
export function withCounts(comments: readonly Comment[]): readonly Comment[] {
  const ordered = threadOrder(comments);
  const below = new Map<string, number>();
  for (const { id, parentId, state } of [...ordered].reverse()) {
    if (parentId === null) continue;
    below.set(parentId, (below.get(parentId) ?? 0) + (below.get(id) ?? 0) + Number(state === 'published'));
  }
  return ordered.map((comment) => ({ ...comment, descendants: below.get(comment.id) ?? 0 }));
}

/** The page that was asked for, of all comments of a thread in any order. */
export function pageOfWhole(comments: readonly Comment[], info: ThreadInfo, options: ListOptions): Page {
  const all = withCounts(comments);
  const page = (shown: readonly Comment[], rest: Partial<Page> = {}): Page => ({
    info,
    comments: shown,
    roots: [],
    pinned: [],
    next: null,
    left: 0,
    gaps: {},
    ...rest,
    markup: shown.some(({ text, format }) => format !== 'plain' && !isPlain(text)),
  });

  switch (options.want) {
    case 'around': {
      const byId = new Map(all.map((comment) => [comment.id, comment]));
      const path = new Set<Comment>();
      for (let next = byId.get(options.id); next && !path.has(next); next = byId.get(next.parentId ?? ''))
        path.add(next);
      if (path.size === 0) throw new AdapterError({ kind: 'gone', reason: 'comment-gone' });
      return page([...path].reverse());
    }
    case 'replies': {
      const branch = all.filter(({ rootId }) => rootId === options.rootId);
      // Where the comment it was cut at is gone, the branch comes from its start: who asks knows which ones it has.
      const from = Math.max(1, branch.findIndex(({ id }) => id === options.after) + 1);
      const shown = branch.slice(from, from + Math.min(options.limit, pageRows));
      return page(shown, { gaps: gapsOf([branch.slice(0, from).concat(shown)], branch) });
    }
    case 'roots':
      return page(...rootsOf(all, options));
  }
}

function rootsOf(all: readonly Comment[], options: ListOptions & { want: 'roots' }): [Comment[], Partial<Page>] {
  const compare = compareRoots(options.order);
  const branches = new Map<string, Comment[]>();
  for (const comment of all) {
    const branch = branches.get(comment.rootId);
    if (branch) branch.push(comment);
    else branches.set(comment.rootId, [comment]);
  }
  const last = options.after === undefined ? null : (JSON.parse(options.after) as Comment);
  const filter = options.filter ?? null;
  const isRoot = (one: Comment): boolean => one.id === one.rootId && matches(one, filter);
  const pinned = all.filter((comment) => isRoot(comment) && comment.pinned);
  const waiting = all
    .filter((comment) => isRoot(comment) && !comment.pinned && (!last || compare(comment, last) > 0))
    .sort(compare);

  const shown: Comment[][] = [];
  let size = 0;
  const take = ({ id }: Comment): boolean => {
    const branch = (branches.get(id) ?? []).slice(0, 1 + firstReplies);
    if (size > 0 && size + branch.length > pageRows) return false;
    size += branch.length;
    return shown.push(branch) > 0;
  };
  if (!last) pinned.every(take);
  const roots: Comment[] = [];
  for (const root of waiting.slice(0, options.limit)) {
    if (!take(root)) break;
    roots.push(root);
  }
  const end = roots.at(-1);
  const left = waiting.length - roots.length;
  return [
    shown.flat(),
    {
      roots: roots.map(({ id }) => id),
      pinned: last ? [] : pinned.map(({ id }) => id),
      next: left > 0 && end ? cursorAfter(end) : null,
      left,
      gaps: gapsOf(shown, all),
    },
  ];
}

/** Published comments on passages: `ThreadInfo.inline`. */
export function countInline(comments: readonly Comment[]): number {
  return comments.filter(isOnPassage).length;
}

const isOnPassage = ({ quote, state }: Comment): boolean => quote !== undefined && state === 'published';

/** All passages of a thread, those with the newest comments first. */
export function passagesOfWhole(comments: readonly Comment[], info: ThreadInfo): Passages {
  const passages = new Map<string, Passage>();
  for (const { quote, revision } of comments.filter(isOnPassage).sort(compareReplies)) {
    if (!quote) continue;
    const key = passageKey(quote);
    const known = passages.get(key) ?? { key, quote, count: 0, revision };
    passages.delete(key); // To the end: it has the newest comment so far.
    passages.set(key, { ...known, count: known.count + 1, revision: Math.max(known.revision, revision) });
  }
  return { info, passages: [...passages.values()].reverse().slice(0, mostPassages) };
}

/** The whole sort key, so that the next page is the same whatever came or went before it. */
const cursorAfter = ({ id, createdAt, up, down }: Comment): Cursor => JSON.stringify({ id, createdAt, up, down });

/** What is left of each branch that is not shown to its end. */
function gapsOf(shown: readonly (readonly Comment[])[], all: readonly Comment[]): Record<string, Gap> {
  const gaps: Record<string, Gap> = {};
  for (const branch of shown) {
    const last = branch.at(-1);
    const whole = last ? all.filter(({ rootId }) => rootId === last.rootId) : [];
    if (last && whole.length > branch.length) {
      gaps[last.rootId] = { next: last.id, left: countOf(whole.slice(branch.length)) };
    }
  }
  return gaps;
}
