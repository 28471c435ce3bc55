/**
 * An adapter to read, and to begin from. Its backend knows two things: `GET ?page=PAGE` answers with all comments of a
 * page as a JSON list, `PUT /ID` stores one. It passes the contract; README.md beside it explains each step.
 */
import type { Comment, Rules, ThreadInfo } from '../model/comment.ts';
import { parseComment } from '../model/parse.ts';
import { countOf } from '../model/tree.ts';
import { AdapterError, type Adapter } from './adapter.ts';
import { countInline, pageOfWhole, passagesOfWhole } from './whole-thread.ts';

/** What this backend allows; one that has settings of its own would ask for them. */
const rules: Rules = {
  ...{ votes: 'none', name: 'required', email: 'none', website: false, consent: null },
  ...{ minLength: 1, maxLength: 5000, maxDepth: null, editSeconds: 0, closed: false },
};

export function createExampleAdapter(url: string, fetch = globalThis.fetch.bind(globalThis)): Adapter {
  /** A definite yes, a definite no, or an open outcome: what each answer of this backend means. */
  async function ask(address: string, init: RequestInit): Promise<unknown> {
    const response = await fetch(address, { ...init, redirect: 'error' }).catch((cause: unknown) => {
      throw new AdapterError({ kind: 'unknown', because: 'network' }, { cause });
    });
    if (response.status === 404) throw new AdapterError({ kind: 'gone', reason: 'parent-gone' });
    if (response.status === 413)
      throw new AdapterError({ kind: 'refused', reason: 'too-long', limit: rules.maxLength });
    if (response.status >= 500) throw new AdapterError({ kind: 'busy', after: null });
    return response.json().catch((cause: unknown) => {
      throw new AdapterError({ kind: 'unknown', because: 'answer' }, { cause });
    });
  }

  async function whole(page: string, signal: AbortSignal): Promise<[readonly Comment[], ThreadInfo]> {
    const answer = await ask(`${url}?page=${encodeURIComponent(page)}`, { signal });
    const comments = (answer as unknown[]).map(parseComment);
    const revision = comments.reduce((highest, comment) => Math.max(highest, comment.revision), 0);
    return [comments, { epoch: '1', revision, count: countOf(comments), rules, inline: countInline(comments) }];
  }

  return {
    id: `example ${url}`,
    can: {
      ...{ orders: ['newest', 'oldest'], reply: true, edit: false, delete: false, votes: 'none' },
      ...{ around: true, changes: false, idempotent: true, quotes: true },
    },

    list: async ({ page }, options) => pageOfWhole(...(await whole(page, options.signal)), options),

    passages: async ({ page }, { signal }) => passagesOfWhole(...(await whole(page, signal))),

    async send(operation, { thread, signal }) {
      if (operation.kind !== 'post') throw new AdapterError({ kind: 'refused', reason: 'invalid' });
      const { id, parentId, text, author, quote } = operation;
      const body = JSON.stringify({ page: thread.page, parentId, text, name: author.name, quote });
      // Stored under the operation's own id: a repeat finds what the first one left.
      const comment = parseComment(await ask(`${url}/${encodeURIComponent(id)}`, { method: 'PUT', body, signal }));
      return { operationId: id, comment, revision: comment.revision, editableUntil: null };
    },
  };
}
