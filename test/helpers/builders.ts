/** Comments, operations and answers for tests: whole and valid, with the fields a test cares about in view. */
import type { Comment, Page, Rules, ThreadInfo, ThreadKey } from '../../src/model/comment.ts';
import type { Operation, PostOperation, QueuedOperation } from '../../src/model/operation.ts';
import type { Quote } from '../../src/model/quote.ts';

export const threadKey: ThreadKey = { backend: 'test', site: 'default', page: 'example.com/article' };

export const rules: Rules = {
  votes: 'up-down',
  name: 'required',
  email: 'optional',
  website: true,
  minLength: 1,
  maxLength: 10_000,
  maxDepth: null,
  editSeconds: 900,
  closed: false,
  consent: null,
};

/** A comment. Its time follows from its id's number, so that `comment('3')` came after `comment('2')`. */
export function comment(id: string, fields: Partial<Comment> = {}): Comment {
  const parentId = fields.parentId ?? null;
  return {
    id,
    parentId,
    rootId: parentId ?? id,
    state: 'published',
    author: { id: 'author-ann', name: 'Ann', role: 'guest' },
    text: `Text of ${id}`,
    format: 'markdown',
    createdAt: 1_700_000_000_000 + (Number.parseInt(id.replace(/\D/g, ''), 10) || 0) * 1_000,
    editedAt: null,
    up: 0,
    down: 0,
    pinned: false,
    descendants: 0,
    revision: 1,
    ...fields,
  };
}

export function stub(id: string, fields: Partial<Comment> = {}): Comment {
  return comment(id, { state: 'deleted', author: null, text: '', ...fields });
}

export function info(fields: Partial<ThreadInfo> = {}): ThreadInfo {
  return { epoch: 'e1', revision: 10, count: 0, rules, ...fields };
}

/** A first page that holds these comments; its roots are the top-level ones in the order given. */
export function page(comments: readonly Comment[], fields: Partial<Page> = {}): Page {
  return {
    info: info({ count: comments.filter((one) => one.state === 'published').length }),
    comments,
    roots: comments.filter((one) => one.parentId === null && !one.pinned).map((one) => one.id),
    pinned: comments.filter((one) => one.parentId === null && one.pinned).map((one) => one.id),
    next: null,
    left: 0,
    gaps: {},
    markup: false,
    ...fields,
  };
}

export function post(id: string, fields: Partial<PostOperation> = {}): PostOperation {
  return {
    kind: 'post',
    id,
    createdAt: 1_800_000_000_000,
    parentId: null,
    rootId: null,
    text: `Words of ${id}`,
    author: { name: 'Me' },
    mentions: [],
    ...fields,
  };
}

export function queued(operation: Operation, fields: Partial<QueuedOperation> = {}): QueuedOperation {
  return {
    operation,
    thread: threadKey,
    page: { url: 'https://example.com/article', title: 'An article' },
    identity: 'guest',
    order: 1,
    attempts: 0,
    notBefore: 0,
    delivery: { state: 'sending' },
    saved: true,
    ...fields,
  };
}

/** A passage of an article, as `describeQuote` would have it. */
export function quote(exact: string, fields: Partial<Quote> = {}): Quote {
  return {
    quote: { type: 'TextQuoteSelector', exact, prefix: 'What stood before ', suffix: ' and after it' },
    position: { type: 'TextPositionSelector', start: 100, end: 100 + exact.length },
    text: { hash: '0123456789abcdef', length: 2000 },
    lookalike: 0.25,
    ...fields,
  };
}
