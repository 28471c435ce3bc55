/**
 * The first picture of a thread, straight from the first page: nothing of the reader's own, nothing to press. It shows what
 * the fold shows for the same page (a test holds them together) and spares a reader who has nothing here yet the bytes of
 * merging, outbox and disk until the comments can be read. What came is only glanced at here: as far as this picture needs
 * it, and no message says what was wrong. The whole gate (`parse.ts`) opens and tells right after.
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

/** One of everything that the picture is drawn from. */
const COMMENT = { id: '', rootId: '', state: '', text: '', format: '', createdAt: 0, descendants: 0 };
const AUTHOR = { id: '', name: '' };
const PAGE = {
  info: { count: 0, rules: {} },
  comments: [{ ...COMMENT, mentions: [AUTHOR] }],
  roots: [''],
  pinned: [''],
  left: 0,
  gaps: {},
};
const WORDS = { exact: '' };
/** Of a quote: its words, or those at either end of a long one. */
const QUOTES = [{ quote: WORDS }, { quote: { startSelector: WORDS, endSelector: WORDS } }];

/** Whether a value has what its model has: of a list every item, of a number one that can be reckoned with. */
function isLike(value: unknown, model: unknown): boolean {
  if (Array.isArray(model)) return Array.isArray(value) && value.every((one) => isLike(one, model[0]));
  if (typeof value !== typeof model || value === null) return false;
  if (typeof model !== 'object') return typeof value !== 'number' || Number.isFinite(value);
  return Object.entries(model as object).every(([key, one]) => isLike((value as Record<string, unknown>)[key], one));
}

/** Fields that need not be there. */
function completed(raw: unknown): unknown {
  const { comments } = (raw ?? {}) as { comments?: unknown };
  if (!Array.isArray(comments)) return null;
  return { ...(raw as object), comments: comments.map((one: object | null) => ({ mentions: [], ...one })) };
}

/**
 * Null where a page is not what it should be, or not in thread order, each comment after its parent: then the whole of us
 * has to look at it.
 */
export function firstView(raw: unknown, order: Order, deepest: number, fetchedAt: number): ThreadView | null {
  if (!isLike(completed(raw), PAGE)) return null;
  const page = raw as Page;
  const { rules, count } = page.info;
  const maxDepth = Math.min(deepest, rules.maxDepth ?? Infinity);
  if (!Number.isInteger(maxDepth) || maxDepth < 0) return null;
  const known = new Map<string, { readonly level: number; readonly name: string }>();
  const answered = new Set<string>();
  const branches = new Map<string, Row[]>();
  for (const comment of page.comments) {
    const { id, parentId, rootId, author, quote, descendants } = comment;
    const above = parentId === null ? null : known.get(parentId);
    const rows = above ? branches.get(rootId) : [];
    if (above === undefined || !rows || known.has(id) || (author && !isLike({ id, ...author }, AUTHOR))) return null;
    if (quote && !QUOTES.some((one) => isLike(quote, one))) return null;
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
    more: (page.next ?? null) === null ? null : { left: page.left, loading: false, failed: false },
    markup: page.markup,
  };
}
