/**
 * Flat comments -> who stands under whom. Survives what a backend may answer: replies before their parents, parents that
 * are missing, circles (FAULTS C11). Nothing here recurses, so that a chain of ten thousand replies is only long (H16).
 */
import type { Comment } from './comment.ts';
import { compareReplies } from './sort.ts';

export interface Tree {
  /** Replies by the id of the comment they are shown under, oldest first. */
  readonly children: ReadonlyMap<string, readonly Comment[]>;
  /** Top-level comments, in the order given. */
  readonly roots: readonly Comment[];
  /** Replies whose branch is unknown: their parent and their root are both missing. */
  readonly stray: readonly Comment[];
  /** Ids of comments that don't stand under the parent they name, because it is missing or a circle was cut. */
  readonly detached: ReadonlySet<string>;
}

const none: readonly Comment[] = [];

/** What no server has acknowledged (revision 0) bears the reader's clock, and comes after all that was there. */
function unsentLast(a: Comment, b: Comment): number {
  return Number(a.revision === 0) - Number(b.revision === 0) || compareReplies(a, b);
}

export function buildTree(comments: Iterable<Comment>): Tree {
  const byId = new Map<string, Comment>();
  for (const comment of comments) byId.set(comment.id, comment);

  const children = new Map<string, Comment[]>();
  const roots: Comment[] = [];
  const parentless: Comment[] = [];
  const put = (parent: string, comment: Comment): void => {
    const siblings = children.get(parent);
    if (siblings) siblings.push(comment);
    else children.set(parent, [comment]);
  };
  for (const comment of byId.values()) {
    if (comment.parentId === null) roots.push(comment);
    else if (byId.has(comment.parentId)) put(comment.parentId, comment);
    else parentless.push(comment);
  }

  const reached = new Set<string>();
  const reach = (from: Comment): void => {
    const waiting = [from];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (reached.has(next.id)) continue;
      reached.add(next.id);
      for (const reply of children.get(next.id) ?? none) waiting.push(reply);
    }
  };
  roots.forEach(reach);

  const stray: Comment[] = [];
  const detached = new Set<string>();
  const attach = (comment: Comment): void => {
    detached.add(comment.id);
    const root = byId.get(comment.rootId);
    if (root && root.parentId === null) put(root.id, comment);
    else stray.push(comment);
    reach(comment);
  };
  parentless.sort(compareReplies).forEach(attach);

  // What nothing has reached yet leads into a circle: cut it at its oldest comment.
  const circling = [...byId.values()].filter((comment) => !reached.has(comment.id)).sort(compareReplies);
  for (const comment of circling) {
    if (reached.has(comment.id)) continue;
    const siblings = children.get(comment.parentId ?? '');
    siblings?.splice(siblings.indexOf(comment), 1);
    attach(comment);
  }

  for (const siblings of children.values()) siblings.sort(unsentLast);
  return { children, roots, stray, detached };
}

/** The one definition of a count (E-2): published comments, replies included, without stubs, held or spam. */
export function countOf(comments: Iterable<Comment>): number {
  let count = 0;
  for (const comment of comments) if (comment.state === 'published') count++;
  return count;
}

/** Each comment after its parent, replies oldest first: the order in which a branch is read and paged. */
export function threadOrder(comments: Iterable<Comment>): readonly Comment[] {
  const { children, roots, stray } = buildTree(comments);
  const ordered: Comment[] = [];
  const waiting = [...roots, ...stray].reverse();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    ordered.push(next);
    const replies = children.get(next.id) ?? none;
    for (let index = replies.length - 1; index >= 0; index--) waiting.push(replies[index] as Comment);
  }
  return ordered;
}
