/**
 * A discussion that lives in this browser only: for pages that name no server, and for trying things out. It keeps each
 * thread as one value behind two functions that it is handed; where that is, and how durable, is not its affair.
 */
import type { Comment, Rules, ThreadInfo, ThreadKey } from '../model/comment.ts';
import type { Operation } from '../model/operation.ts';
import { parseComment } from '../model/parse.ts';
import { countOf } from '../model/tree.ts';
import { AdapterError, type Adapter, type Answer } from './adapter.ts';
import { countInline, pageOfWhole, passagesOfWhole, withCounts } from './whole-thread.ts';

/** Where a thread is kept: one value for each, changed in one step. */
export interface Shelf {
  read(thread: ThreadKey): Promise<unknown>;
  change(thread: ThreadKey, change: (value: unknown) => unknown): Promise<void>;
}

/** A thread as it is kept. Whose a comment or a vote is, is told by the writer's secret; it never leaves this browser. */
interface Kept {
  readonly epoch: string;
  readonly revision: number;
  readonly comments: readonly Comment[];
  /** Secret of the writer by comment id. */
  readonly writers: Readonly<Record<string, string>>;
  /** By comment id and secret. */
  readonly votes: Readonly<
    Record<string, Readonly<Record<string, { value: 'up' | 'down' | 'none'; counter: number }>>>
  >;
  /** Revision at which a comment left without a trace, by its id. */
  readonly removed: Readonly<Record<string, number>>;
  /** Operations that were carried out: a repeat changes nothing. */
  readonly done: readonly string[];
}

const rules: Rules = {
  votes: 'up-down',
  name: 'optional',
  email: 'none',
  website: true,
  minLength: 1,
  maxLength: 10_000,
  maxDepth: null,
  editSeconds: 15 * 60,
  closed: false,
  consent: null,
};

function readKept(value: unknown): Kept {
  const stored = (value ?? {}) as Partial<Kept>;
  return {
    epoch: stored.epoch ?? 'local',
    revision: stored.revision ?? 0,
    comments: (stored.comments ?? []).map(parseComment),
    writers: stored.writers ?? {},
    votes: stored.votes ?? {},
    removed: stored.removed ?? {},
    done: stored.done ?? [],
  };
}

const infoOf = ({ epoch, revision, comments }: Kept): ThreadInfo => ({
  epoch,
  revision,
  count: countOf(comments),
  rules,
  inline: countInline(comments),
  newestAt: comments.reduce((time, { createdAt }) => Math.max(time, createdAt), 0),
});

const refuse = (reason: string, limit?: number): AdapterError =>
  new AdapterError({ kind: 'refused', reason, ...(limit !== undefined && { limit }) });

/** The thread after an operation; throws the refusal. */
function carryOut(kept: Kept, operation: Operation, secret: string, now: number): Kept {
  const revision = kept.revision + 1;
  const all = kept.comments;
  const find = (id: string): Comment | undefined =>
    all.find((comment) => comment.id === id && comment.state === 'published');
  const base = { ...kept, revision, done: [...kept.done, operation.id] };
  const withComment = (changed: Comment): readonly Comment[] =>
    all.map((comment) => (comment.id === changed.id ? { ...changed, revision } : comment));

  if (operation.kind === 'post') {
    const parent = operation.parentId === null ? null : find(operation.parentId);
    if (parent === undefined) throw new AdapterError({ kind: 'gone', reason: 'parent-gone' });
    if (parent && operation.quote) throw refuse('invalid');
    checkLength(operation.text);
    const { name, website } = operation.author;
    const latest = all.reduce((time, comment) => Math.max(time, comment.createdAt), 0);
    const comment: Comment = {
      id: operation.id,
      parentId: parent?.id ?? null,
      rootId: parent?.rootId ?? operation.id,
      state: 'published',
      author: { name, role: 'guest', ...(website && { website }) },
      text: operation.text,
      format: 'markdown',
      createdAt: Math.max(now, latest + 1),
      editedAt: null,
      up: 0,
      down: 0,
      pinned: false,
      descendants: 0,
      revision,
      mentions: operation.mentions,
      ...(operation.quote && { quote: operation.quote }),
    };
    return { ...base, comments: [...all, comment], writers: { ...kept.writers, [comment.id]: secret } };
  }

  // Nothing leaves this browser, so nobody is told of anything.
  if (operation.kind === 'notify') throw refuse('invalid');
  const comment = find(operation.commentId);
  if (!comment) throw new AdapterError({ kind: 'gone', reason: 'comment-gone' });
  const isOwn = kept.writers[comment.id] === secret;
  switch (operation.kind) {
    case 'edit':
      if (!isOwn) throw refuse('not-yours');
      if (now > comment.createdAt + rules.editSeconds * 1000) throw refuse('edit-window');
      if (all.some(({ parentId }) => parentId === comment.id)) throw refuse('has-replies');
      checkLength(operation.text);
      return {
        ...base,
        comments: withComment({ ...comment, text: operation.text, mentions: operation.mentions, editedAt: now }),
      };
    case 'delete':
      if (!isOwn) throw refuse('not-yours');
      return all.some(({ parentId }) => parentId === comment.id)
        ? { ...base, comments: withComment(stubOf(comment)) }
        : withoutTrace(base, comment);
    case 'vote': {
      if (isOwn) throw refuse('own-vote');
      const before = kept.votes[comment.id]?.[secret];
      if (before && before.counter > operation.counter) return kept; // An older wish never wins.
      const { value, counter } = operation;
      const change = (vote: 'up' | 'down'): number => Number(value === vote) - Number(before?.value === vote);
      return {
        ...base,
        votes: { ...kept.votes, [comment.id]: { ...kept.votes[comment.id], [secret]: { value, counter } } },
        comments: withComment({ ...comment, up: comment.up + change('up'), down: comment.down + change('down') }),
      };
    }
  }
}

function stubOf({ quote: _, ...comment }: Comment): Comment {
  return { ...comment, state: 'deleted', author: null, text: '', up: 0, down: 0 };
}

function checkLength(text: string): void {
  const length = [...text].length;
  if (length > rules.maxLength) throw refuse('too-long', rules.maxLength);
  if (text.trim().length < rules.minLength) throw refuse('too-short', rules.minLength);
}

/** A comment without replies goes, and with it the stubs above that stood only for it. */
function withoutTrace(kept: Kept, gone: Comment): Kept {
  let comments = kept.comments;
  const removed = { ...kept.removed };
  for (let next: Comment | undefined = gone; next; next = idleStub(comments, next.parentId)) {
    const { id } = next;
    comments = comments.filter((comment) => comment.id !== id);
    removed[id] = kept.revision;
  }
  return { ...kept, comments, removed };
}

function idleStub(comments: readonly Comment[], id: string | null): Comment | undefined {
  const stub = comments.find((comment) => comment.id === id && comment.state === 'deleted');
  return comments.some(({ parentId }) => parentId === id) ? undefined : stub;
}

/** @param now The clock; only tests have another than the browser's. */
export function createLocalAdapter(shelf: Shelf, now: () => number = Date.now): Adapter {
  const read = async (thread: ThreadKey): Promise<Kept> => readKept(await shelf.read(thread));

  function editableUntil(kept: Kept, comment: Comment, secret: string): number | null {
    const until = comment.createdAt + rules.editSeconds * 1000;
    const isOwn = kept.writers[comment.id] === secret && comment.state === 'published';
    return isOwn && now() <= until && !kept.comments.some(({ parentId }) => parentId === comment.id) ? until : null;
  }

  return {
    id: 'local',
    can: {
      orders: ['newest', 'oldest', 'most-voted'],
      reply: true,
      edit: true,
      delete: true,
      votes: 'up-down',
      around: true,
      changes: true,
      idempotent: true,
      quotes: true,
    },

    async list(thread, options) {
      const kept = await read(thread);
      return pageOfWhole(kept.comments, infoOf(kept), options);
    },

    async passages(thread) {
      const kept = await read(thread);
      return passagesOfWhole(kept.comments, infoOf(kept));
    },

    async changes(thread, since) {
      const kept = await read(thread);
      return {
        info: infoOf(kept),
        comments: withCounts(kept.comments).filter(({ revision }) => revision > since.revision),
        removed: Object.keys(kept.removed).filter((id) => (kept.removed[id] ?? 0) > since.revision),
        tooOld: since.epoch !== kept.epoch,
      };
    },

    async mine(thread, { identity: { token } }) {
      const kept = await read(thread);
      const votes: Record<string, 'up' | 'down'> = {};
      let voteCounter = 0;
      for (const [id, { [token]: vote }] of Object.entries(kept.votes)) {
        if (vote && vote.value !== 'none') votes[id] = vote.value;
        voteCounter = Math.max(voteCounter, vote?.counter ?? 0);
      }
      const own = kept.comments.filter(({ id, state }) => kept.writers[id] === token && state === 'published');
      return {
        votes,
        voteCounter,
        own: Object.fromEntries(
          own.map((comment) => [comment.id, { editableUntil: editableUntil(kept, comment, token) }]),
        ),
        unpublished: [],
      };
    },

    async send(operation, { thread, identity: { token } }): Promise<Answer> {
      let kept = readKept(undefined);
      await shelf.change(thread, (value) => {
        const before = readKept(value);
        kept = before.done.includes(operation.id) ? before : carryOut(before, operation, token, now());
        return kept;
      });
      const id = operation.kind === 'post' ? operation.id : operation.commentId;
      const comment = withCounts(kept.comments).find((one) => one.id === id) ?? null;
      if (!comment && operation.kind !== 'delete') throw new AdapterError({ kind: 'gone', reason: 'comment-gone' });
      return {
        operationId: operation.id,
        comment,
        revision: kept.revision,
        editableUntil: comment && editableUntil(kept, comment, token),
      };
    },

    async counts(site, pages) {
      const counted = pages.map(async (page) => {
        const { comments } = await read({ backend: 'local', site, page });
        return [page, countOf(comments)] as const;
      });
      return Object.fromEntries(await Promise.all(counted));
    },
  };
}
