/**
 * The first picture of a thread, straight from the first page: nothing of the reader's own, nothing to press. It shows what
 * the fold shows for the same page (a test holds them together) and spares a reader who has nothing here yet the bytes of
 * merging, outbox and disk until the comments can be read.
 */
import type { Order, Page } from './comment.ts';
import type { CommentRow, Row, ThreadView } from './view.ts';

const nothing = { reply: false, edit: false, delete: false, vote: false } as const;

/** What stands there before any answer. */
export function waitingView(order: Order): ThreadView {
  return {
    phase: 'loading',
    problem: null,
    refreshing: true,
    fetchedAt: null,
    fromCache: false,
    whole: true,
    order,
    count: 0,
    rules: null,
    rows: [],
    linked: null,
    more: null,
    unsent: 0,
    storage: 'disk',
    markup: false,
  };
}

/** Null where a page is not in thread order, each comment after its parent: then the fold, which sorts, has to do it. */
export function firstView(page: Page, order: Order, deepest: number, fetchedAt: number): ThreadView | null {
  const { rules, count } = page.info;
  const maxDepth = Math.min(deepest, rules.maxDepth ?? Infinity);
  const known = new Map<string, { readonly level: number; readonly name: string }>();
  const answered = new Set<string>();
  const branches = new Map<string, Row[]>();
  for (const comment of page.comments) {
    const { id, parentId, rootId, author, descendants } = comment;
    const above = parentId === null ? null : known.get(parentId);
    const rows = above ? branches.get(rootId) : [];
    if (above === undefined || !rows || known.has(id)) return null;
    const level = above ? above.level + 1 : 0;
    known.set(id, { level, name: author?.name ?? '' });
    if (parentId !== null) answered.add(parentId);
    branches.set(rootId, rows);
    const row: CommentRow = {
      kind: 'comment',
      key: id,
      comment,
      depth: Math.min(level, maxDepth),
      parent: parentId === null ? null : { id: parentId, name: above?.name ?? '', missing: false },
      detached: level > maxDepth,
      stub: comment.state === 'deleted',
      collapsed: false,
      replies: { count: descendants, fresh: 0 },
      own: false,
      vote: 'none',
      can: nothing,
      editableUntil: null,
      pending: [],
    };
    rows.push(row);
  }
  const rows = [...page.pinned, ...page.roots].flatMap((rootId): Row[] => {
    const gap = page.gaps[rootId];
    const branch = (branches.get(rootId) ?? []).filter(
      (row) => row.kind === 'gap' || !row.stub || answered.has(row.key) || (gap && row.key === rootId),
    );
    if (!gap) return branch;
    return [
      ...branch,
      { kind: 'gap', key: `gap ${rootId}`, rootId, depth: 1, left: gap.left, loading: false, failed: false },
    ];
  });
  return {
    ...waitingView(order),
    phase: 'ready',
    refreshing: false,
    fetchedAt,
    count,
    rules,
    rows,
    more: page.next === null ? null : { left: page.left, loading: false, failed: false },
    markup: page.markup,
  };
}
