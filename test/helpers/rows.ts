/** Rows of a thread for the tests of elements, as the fold would make them. */
import type { Comment } from '../../src/model/comment.ts';
import type { Delivery } from '../../src/model/operation.ts';
import type { CommentRow, GapRow, Pending, Row } from '../../src/model/view.ts';
import { comment } from './builders.ts';

export function rowOf(one: Comment, fields: Partial<CommentRow> = {}): CommentRow {
  return {
    kind: 'comment',
    key: one.id,
    comment: one,
    depth: 0,
    parent: null,
    detached: false,
    stub: one.state === 'deleted',
    collapsed: false,
    replies: { count: one.descendants, fresh: 0 },
    own: false,
    vote: 'none',
    can: { reply: true, edit: false, delete: false, vote: true },
    editableUntil: null,
    pending: [],
    ...fields,
  };
}

/** A reply of `Bob` to the comment of `Ann` with that id, unless the fields say else. */
export function replyRow(id: string, parentId: string, fields: Partial<CommentRow> = {}): CommentRow {
  const one = comment(id, { parentId, author: { id: 'author-bob', name: 'Bob', role: 'guest' } });
  return rowOf(one, { depth: 1, parent: { id: parentId, name: 'Ann', missing: false }, ...fields });
}

export function gapRow(rootId: string, left: number, fields: Partial<GapRow> = {}): GapRow {
  return { kind: 'gap', key: `gap ${rootId}`, rootId, depth: 1, left, loading: false, failed: false, ...fields };
}

export function pendingPost(id: string, delivery: Delivery, fields: Partial<Pending> = {}): Pending {
  return { operationId: id, kind: 'post', delivery, since: Date.now(), saved: true, text: `Words of ${id}`, ...fields };
}

/** So many top-level comments by different writers. */
export function manyRows(count: number): Row[] {
  return Array.from({ length: count }, (_, index) =>
    rowOf(comment(`c${index + 1}`, { author: { name: `Writer ${index + 1}`, role: 'guest' } })),
  );
}
