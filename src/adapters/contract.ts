/**
 * What every adapter promises, as tests: for ours, and for authors of others. It runs in whatever has `describe` and `it`
 * (mocha, vitest, jest, node:test, `@web/test-runner`) and needs nothing else. What an adapter says it can't do is not
 * tried. How to use it is said in README.md beside this file.
 */
import type { Comment, Filter, Order, Page, Passages, Subscriptions, ThreadKey } from '../model/comment.ts';
import type { NotifyOperation, Operation, PostOperation } from '../model/operation.ts';
import { parseAnswer, parseChanges, parseMine, parsePage, parsePassages, parsePeople } from '../model/parse.ts';
import { parseQuote } from '../model/parse-quote.ts';
import { markerKey, passageKey } from '../model/passage.ts';
import type { Quote } from '../model/quote.ts';
import { compareReplies, compareRoots } from '../model/sort.ts';
import { countOf, threadOrder } from '../model/tree.ts';
import type { Adapter, Answer, Identity, ListOptions, Trouble } from './adapter.ts';

/** One backend to try, with nothing in it. */
export interface Subject {
  readonly adapter: Adapter;
  /** A discussion without comments; default: the site `default` and an invented page. */
  readonly thread?: ThreadKey;
  /** Two people who may write; default: two fresh guests. */
  readonly people?: readonly [Identity, Identity];
  /** Where the page of the thread lies; default: an address made of the page's id. */
  readonly page?: { readonly url: string; readonly title: string };
  /** Called after each test. */
  close?(): void | Promise<void>;
}

export interface ContractOptions {
  readonly name: string;
  /** A fresh backend for each test. */
  readonly create: () => Subject | Promise<Subject>;
  readonly describe: (name: string, suite: () => void) => unknown;
  readonly it: (name: string, test: () => Promise<void>) => unknown;
}

const kinds: readonly Trouble['kind'][] = [
  'unknown',
  'busy',
  'in-flight',
  'needs-reader',
  'conflict',
  'refused',
  'gone',
];

function fail(what: string): never {
  throw new Error(what);
}

function holds(condition: unknown, what: string): asserts condition {
  if (!condition) fail(what);
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (one !== other) fail(`${what}: expected ${other}, found ${one}`);
}

let made = 0;
const newId = (): string =>
  globalThis.crypto?.randomUUID?.() ?? `00000000-0000-4000-8000-${String(made++).padStart(12, '0')}`;
function newGuest(): Identity {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(32));
  return {
    token: btoa(String.fromCharCode(...bytes))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')
      .replace(/=/g, ''),
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

/** A backend with two people at it, in short words. */
class Trial {
  readonly adapter: Adapter;
  readonly thread: ThreadKey;
  readonly people: readonly [Identity, Identity];
  readonly #page: { readonly url: string; readonly title: string };
  #texts = 0;

  constructor(subject: Subject) {
    this.adapter = subject.adapter;
    this.thread = subject.thread ?? { backend: subject.adapter.id, site: 'default', page: 'localhost/contract' };
    this.people = subject.people ?? [newGuest(), newGuest()];
    this.#page = subject.page ?? { url: `http://${this.thread.page}`, title: 'The contract' };
  }

  async list(options: Partial<ListOptions> = {}): Promise<Page> {
    const { signal } = new AbortController();
    const asked = { want: 'roots', order: this.adapter.can.orders[0] ?? 'newest', limit: 100, signal, ...options };
    const page = await this.adapter.list(this.thread, deepFreeze(asked) as ListOptions);
    parsePage(page);
    return page;
  }

  async send(operation: Operation, person: 0 | 1 = 0): Promise<Answer> {
    const { signal } = new AbortController();
    const answer = await this.adapter.send(deepFreeze(operation), {
      thread: this.thread,
      identity: this.people[person],
      page: this.#page,
      signal,
    });
    parseAnswer(answer);
    same(answer.operationId, operation.id, 'an answer names the operation it is for');
    return answer;
  }

  operation(fields: Partial<PostOperation> = {}): PostOperation {
    return {
      kind: 'post',
      id: newId(),
      createdAt: Date.now(),
      parentId: null,
      rootId: null,
      text: `Text number ${++this.#texts}`,
      author: { name: 'Ann Example', email: 'ann@example.com' },
      mentions: [],
      ...fields,
    };
  }

  async post(fields: Partial<PostOperation> = {}, person: 0 | 1 = 0): Promise<Comment> {
    return (await this.send(this.operation(fields), person)).comment ?? fail('a post is answered with its comment');
  }

  reply(to: Comment, person: 0 | 1 = 0): Promise<Comment> {
    return this.post({ parentId: to.id, rootId: to.rootId }, person);
  }

  async passages(): Promise<Passages> {
    const { signal } = new AbortController();
    return parsePassages(await this.adapter.passages?.(this.thread, { signal }));
  }

  vote(commentId: string, value: 'up' | 'down' | 'none', counter: number, person: 0 | 1 = 1): Promise<Answer> {
    return this.send({ kind: 'vote', id: newId(), createdAt: Date.now(), commentId, value, counter }, person);
  }

  edit(commentId: string, text: string, person: 0 | 1 = 0): Promise<Answer> {
    const operation = {
      kind: 'edit',
      id: newId(),
      createdAt: Date.now(),
      commentId,
      text,
      mentions: [],
      before: '',
    } as const;
    return this.send(operation, person);
  }

  notify(fields: Partial<NotifyOperation>, counter: number, person: 0 | 1 = 0): Promise<Answer> {
    const wish = { kind: 'notify', commentId: null, choice: 'page', email: `reader-${person}@example.com` } as const;
    return this.send({ ...wish, ...fields, id: newId(), createdAt: Date.now(), counter }, person);
  }

  /** What a person is told of, as the backend says when it is asked. */
  async told(person: 0 | 1 = 0): Promise<Subscriptions> {
    const { signal } = new AbortController();
    const asked = await this.adapter.mine?.(this.thread, { identity: this.people[person], signal });
    return parseMine(asked).subscriptions ?? fail('mine() says what the reader is told of');
  }

  delete(commentId: string, person: 0 | 1 = 0): Promise<Answer> {
    return this.send({ kind: 'delete', id: newId(), createdAt: Date.now(), commentId }, person);
  }

  /** The trouble something ends in. */
  async trouble(act: Promise<unknown>, what: string): Promise<Trouble> {
    let error: unknown;
    try {
      await act;
    } catch (caught) {
      error = caught;
    }
    const { trouble } = (error ?? {}) as { trouble?: Trouble };
    holds(trouble && kinds.includes(trouble.kind), `${what} rejects with an AdapterError; found ${String(error)}`);
    return trouble;
  }
}

/** A passage of an article, as `describeQuote` would have it. */
function quoteOf(exact: string, fields: Partial<Quote> = {}): Quote {
  return {
    quote: { type: 'TextQuoteSelector', exact, prefix: 'What stood before ', suffix: ' and after it' },
    position: { type: 'TextPositionSelector', start: 100, end: 100 + exact.length },
    text: { hash: '0123456789abcdef', length: 2000 },
    lookalike: 0.25,
    ...fields,
  };
}

/** Whatever people, and their browsers, may put into an article. */
const strange = [
  '<script>alert(1)</script><img src=x onerror=alert(2)>',
  'javascript:alert(3) ]] --> </textarea> {{7*7}} ${7*7}',
  'زراعة "القمح" \u202eabc\u202c 👩‍👩‍👧 \' \\ %00 %20 +',
  "Robert'); DROP TABLE comments;--\n\ttwo lines",
];

const idsOf = (comments: readonly Comment[]): readonly string[] => comments.map(({ id }) => id);

export function adapterContract({ name, create, describe, it }: ContractOptions): void {
  /** A test that is only tried where the adapter says that it can. */
  const promise = (
    sentence: string,
    test: (trial: Trial) => Promise<void>,
    applies = (_: Adapter): boolean => true,
  ): void => {
    it(sentence, async () => {
      const subject = await create();
      try {
        if (applies(subject.adapter)) await test(new Trial(subject));
      } finally {
        await subject.close?.();
      }
    });
  };

  describe(`the adapter contract: ${name}`, () => {
    promise('has a lasting name and says what it can do', async ({ adapter }) => {
      holds(typeof adapter.id === 'string' && adapter.id.trim() !== '', 'the adapter has an id');
      holds(adapter.can.orders.length > 0, 'there is at least one order');
      holds(!adapter.can.changes || adapter.changes, 'who says can.changes has changes()');
      holds(!adapter.can.quotes || adapter.passages, 'who says can.quotes has passages()');
      holds(!adapter.can.people || adapter.people, 'who says can.people has people()');
      const { notify = [] } = adapter.can;
      holds(notify.length === 0 || adapter.mine, 'who says can.notify has mine(), which tells what holds');
      holds(!notify.includes('push') || adapter.pushKey, 'who says can.notify push has pushKey()');
      holds(!adapter.can.live || (adapter.watch && adapter.can.changes), 'who says can.live has watch() and changes()');
    });

    promise('shows a page nobody has commented on as empty', async (trial) => {
      const page = await trial.list();
      same([page.info.count, page.comments, page.roots, page.next, page.left], [0, [], [], null, 0], 'an empty page');
    });

    promise('takes a comment and lists it once, as it was written', async (trial) => {
      const text = 'A "quoted" <b>line</b> & more\n\n  two spaces, ünïcödé, 中文, عربي, 👩‍👩‍👧, 5 < 6 \\ `code` %20 +';
      const operation = trial.operation({ text });
      const answer = await trial.send(operation);
      same(answer.comment?.text, text, 'the answer has the words');
      const { comments, info } = await trial.list();
      same(idsOf(comments), [answer.comment?.id], 'the list has it once');
      same(comments[0]?.text, text, 'the list has the words');
      same(comments[0]?.author?.name, operation.author.name, 'and the name');
      same([comments[0]?.parentId, info.count], [null, 1], 'it is a top-level comment, and counted');
      holds(answer.revision >= (comments[0]?.revision ?? 0), 'an answer is as new as the comment it brings');
    });

    promise(
      'makes one comment of a repeat, and answers it like the first time',
      async (trial) => {
        const operation = trial.operation();
        const first = await trial.send(operation);
        const again = await trial.send(operation);
        same(again.comment?.id, first.comment?.id, 'the same comment');
        same((await trial.list()).info.count, 1, 'one comment');
      },
      ({ can }) => can.idempotent,
    );

    promise(
      'makes one comment of two sendings at the same moment',
      async (trial) => {
        const operation = trial.operation();
        const send = (): Promise<unknown> =>
          trial.send(operation).catch(async (error: { trouble?: Trouble }) => {
            holds(error.trouble?.kind === 'in-flight', 'the second may be told that the first is still under way');
          });
        await Promise.all([send(), send()]);
        same((await trial.list()).info.count, 1, 'one comment');
      },
      ({ can }) => can.idempotent,
    );

    promise(
      'puts replies under what they answer, oldest first, and counts them',
      async (trial) => {
        const root = await trial.post();
        const first = await trial.reply(root);
        const second = await trial.reply(root, 1);
        const below = await trial.reply(first, 1);
        const { comments, info, roots } = await trial.list();
        same(idsOf(comments), idsOf([root, first, below, second]), 'thread order');
        same([info.count, roots], [4, [root.id]], 'count and roots');
        same(
          comments.map(({ rootId, parentId }) => [rootId, parentId]),
          [
            [root.id, null],
            [root.id, root.id],
            [root.id, first.id],
            [root.id, root.id],
          ],
          'roots and parents',
        );
        same(
          comments.map(({ descendants }) => descendants),
          [3, 1, 0, 0],
          'replies at any depth',
        );
      },
      ({ can }) => can.reply,
    );

    promise(
      'refuses an answer to a comment that does not exist, for good',
      async (trial) => {
        const { kind } = await trial.trouble(
          trial.post({ parentId: newId(), rootId: newId() }),
          'an answer to nothing',
        );
        holds(kind === 'gone' || kind === 'refused', `a lost parent is gone or refused, not ${kind}`);
        same((await trial.list()).info.count, 0, 'nothing was stored');
      },
      ({ can }) => can.reply,
    );

    promise('refuses a text that is too long, for good', async (trial) => {
      const { maxLength } = (await trial.list()).info.rules;
      const trouble = await trial.trouble(trial.post({ text: 'x'.repeat(maxLength + 1) }), 'a text too long');
      same(trouble.kind, 'refused', 'it is a definite no');
      // In code points: a sign of two code units counts once.
      const longest = '👋'.repeat(Math.min(maxLength, 2000));
      same((await trial.post({ text: longest })).text, longest, 'a long one goes through whole');
    });

    for (const order of ['newest', 'oldest', 'most-voted'] as const) {
      promise(
        `pages by ${order} without repeat or gap, while others write`,
        async (trial) => {
          const posted: Comment[] = [];
          for (let number = 0; number < 7; number++) posted.push(await trial.post());
          if (order === 'most-voted') {
            for (const index of [2, 5]) await trial.vote(posted[index]?.id ?? '', 'up', index + 1);
          }
          const seen = await collect(trial, order, 3, async () => void (await trial.post()));
          const roots = seen.map((id) => id.comment);
          const known = roots.filter(({ id }) => idsOf(posted).includes(id));
          same(idsOf(known).length, posted.length, 'each one came, once');
          same(new Set(idsOf(roots)).size, roots.length, 'none came twice');
          same(idsOf(known), idsOf([...known].sort(compareRoots(order))), 'in order');
          for (const { comment, page } of seen) holds(page.roots.includes(comment.id), 'a root is in its page');
        },
        ({ can }) => can.orders.includes(order) && (order !== 'most-voted' || can.votes !== 'none'),
      );
    }

    promise(
      'cuts a long branch and brings the rest by its cursor',
      async (trial) => {
        const root = await trial.post();
        const replies: Comment[] = [];
        for (let number = 0; number < 27; number++)
          replies.push(await trial.reply(number % 3 ? root : (replies.at(-1) ?? root)));
        const first = await trial.list();
        const got = [...first.comments];
        let gap = first.gaps[root.id];
        for (let turn = 0; gap && turn < 30; turn++) {
          const page = await trial.list({ want: 'replies', rootId: root.id, after: gap.next, limit: 4 });
          same(page.roots, [], 'the rest of a branch names no roots');
          holds(page.comments.length > 0, 'a gap is not empty');
          got.push(...page.comments);
          gap = page.gaps[root.id];
        }
        same(idsOf(got), idsOf(threadOrder([root, ...replies])), 'the whole branch, in thread order, once');
        same(first.info.count, 28, 'the count knows of the cut ones');
      },
      ({ can }) => can.reply,
    );

    promise('sends no page of more than two hundred comments', async (trial) => {
      for (let number = 0; number < 12; number++) {
        const root = await trial.post();
        if (!trial.adapter.can.reply) continue;
        for (let below = 0; below < 20; below++) await trial.reply(root);
      }
      const page = await trial.list();
      holds(page.comments.length <= 200, `at most 200 comments, found ${page.comments.length}`);
      const roots = (await collect(trial, trial.adapter.can.orders[0] ?? 'newest', 100)).length;
      same(roots, 12, 'every root comes in the end');
      for (const { id, parentId } of page.comments) {
        const earlier = page.comments.slice(0, idsOf(page.comments).indexOf(id));
        holds(parentId === null || idsOf(earlier).includes(parentId), 'a parent comes before its replies');
      }
    });

    promise(
      'changes a comment for its writer and for nobody else',
      async (trial) => {
        const { id } = await trial.post();
        const answer = await trial.edit(id, 'Better words');
        same(answer.comment?.text, 'Better words', 'the answer has the new words');
        holds(answer.comment?.editedAt !== null, 'it is marked as edited');
        same((await trial.list()).comments[0]?.text, 'Better words', 'so has the list');
        const { kind } = await trial.trouble(trial.edit(id, 'Not mine', 1), 'somebody else’s edit');
        same(kind, 'refused', 'a definite no');
        same((await trial.list()).comments[0]?.text, 'Better words', 'nothing changed');
      },
      ({ can }) => can.edit,
    );

    promise(
      'removes a comment for its writer, and leaves a stub where there are replies',
      async (trial) => {
        const lone = await trial.post();
        const { kind } = await trial.trouble(trial.delete(lone.id, 1), 'somebody else’s deletion');
        same(kind, 'refused', 'a definite no');
        await trial.delete(lone.id);
        same((await trial.list()).comments, [], 'it is gone');
        if (!trial.adapter.can.reply) return;
        const root = await trial.post({ text: 'Not to be read again' });
        const reply = await trial.reply(root, 1);
        await trial.delete(root.id);
        const { comments, info } = await trial.list();
        same(idsOf(comments), [root.id, reply.id], 'the reply still has its parent');
        same([comments[0]?.state, comments[0]?.author, comments[0]?.text], ['deleted', null, ''], 'which is a stub');
        same([info.count, countOf(comments)], [1, 1], 'a stub is not counted');
      },
      ({ can }) => can.delete,
    );

    promise(
      'takes a repeated edit or deletion for the same one',
      async (trial) => {
        const { id } = await trial.post();
        const edit = {
          kind: 'edit',
          id: newId(),
          createdAt: 1,
          commentId: id,
          text: 'First',
          mentions: [],
          before: '',
        } as const;
        if (trial.adapter.can.edit) {
          await trial.send(edit);
          await trial.edit(id, 'Second');
          await trial.send(edit).catch(() => undefined);
          same((await trial.list()).comments[0]?.text, 'Second', 'a late repeat does not undo a later edit');
        }
        const operation = { kind: 'delete', id: newId(), createdAt: 1, commentId: id } as const;
        await trial.send(operation);
        await trial.send(operation);
        same((await trial.list()).comments, [], 'gone once and for all');
      },
      ({ can }) => can.idempotent && can.delete,
    );

    promise(
      'keeps a vote as a wish: pressed, switched, taken back, one a person, none on one’s own',
      async (trial) => {
        const { id } = await trial.post();
        const upDown = async (): Promise<unknown> => {
          const [comment] = (await trial.list()).comments;
          return [comment?.up, comment?.down];
        };
        await trial.vote(id, 'up', 1);
        same(await upDown(), [1, 0], 'a vote counts');
        await trial.vote(id, 'up', 2);
        same(await upDown(), [1, 0], 'the same wish again changes nothing');
        if (trial.adapter.can.votes === 'up-down') {
          await trial.vote(id, 'down', 3);
          same(await upDown(), [0, 1], 'the other one switches');
          await trial.vote(id, 'up', 2);
          same(await upDown(), [0, 1], 'a wish that is older by its counter never wins');
        }
        await trial.vote(id, 'none', 4);
        same(await upDown(), [0, 0], 'none takes it back');
        const { kind } = await trial.trouble(trial.vote(id, 'up', 5, 0), 'a vote on one’s own');
        same(kind, 'refused', 'a definite no');
      },
      ({ can }) => can.votes !== 'none',
    );

    promise(
      'brings a comment by its id with the path from its root, and says when there is none',
      async (trial) => {
        const root = await trial.post();
        const parent = trial.adapter.can.reply ? await trial.reply(root) : root;
        if (trial.adapter.can.reply) await trial.reply(root);
        const wanted = trial.adapter.can.reply ? await trial.reply(parent) : root;
        const path = trial.adapter.can.reply ? [root, parent, wanted] : [root];
        const page = await trial.list({ want: 'around', id: wanted.id });
        same(idsOf(page.comments), idsOf(path), 'the path, and nothing beside it');
        const { kind } = await trial.trouble(trial.list({ want: 'around', id: newId() }), 'an unknown id');
        same(kind, 'gone', 'an unknown comment is gone');
      },
      ({ can }) => can.around,
    );

    promise(
      'tells what changed since a revision, and when it can no longer tell',
      async (trial) => {
        const { signal } = new AbortController();
        const first = await trial.post();
        const { info } = await trial.list();
        const changesSince = async (epoch: string, revision: number) =>
          parseChanges(await trial.adapter.changes?.(trial.thread, { epoch, revision }, { signal }));
        same((await changesSince(info.epoch, info.revision)).comments, [], 'nothing is new yet');
        const second = await trial.post();
        const third = await trial.post();
        if (trial.adapter.can.edit) await trial.edit(first.id, 'Changed');
        if (trial.adapter.can.delete) await trial.delete(third.id);
        const changes = await changesSince(info.epoch, info.revision);
        const expected = [
          ...(trial.adapter.can.edit ? [first.id] : []),
          second.id,
          ...(trial.adapter.can.delete ? [] : [third.id]),
        ];
        same([...idsOf(changes.comments)].sort(), expected.sort(), 'what is new or changed');
        if (trial.adapter.can.delete) holds(changes.removed.includes(third.id), 'what is gone');
        holds(changes.info.revision > info.revision, 'a change makes the revision grow');
        holds((await changesSince('another history', 1)).tooOld, 'another history is not ours to compare');
      },
      ({ can }) => can.changes,
    );

    promise(
      'tells by itself what happens after a revision, without loss, until it is stopped',
      async (trial) => {
        const { epoch, revision } = (await trial.list()).info;
        const missed = await trial.post();
        const heard = new Set<string>();
        let known = revision;
        let next = (): void => undefined;
        const ask = async (): Promise<void> => {
          const { signal } = new AbortController();
          take(parseChanges(await trial.adapter.changes?.(trial.thread, { epoch, revision: known }, { signal })));
        };
        const take = ({ comments, info }: ReturnType<typeof parseChanges>): void => {
          comments.forEach(({ id }) => heard.add(id));
          known = Math.max(known, info.revision);
          next();
        };
        const stop = trial.adapter.watch?.(trial.thread, { epoch, revision }, (news) => {
          if (news.kind === 'changes' && news.from <= known) take(news.changes);
          else void ask();
        });
        const until = async (id: string): Promise<void> => {
          while (!heard.has(id)) await new Promise<void>((resolve) => (next = resolve));
        };
        await until(missed.id);
        const later = await trial.post();
        await until(later.id);
        stop?.();
        stop?.();
        const last = await trial.post();
        await trial.list();
        holds(!heard.has(last.id), 'nothing is told after the stop');
      },
      ({ can }) => can.live === true,
    );

    promise(
      'knows what is the reader’s own, and only that',
      async (trial) => {
        const { signal } = new AbortController();
        const mineOf = async (person: 0 | 1) =>
          parseMine(await trial.adapter.mine?.(trial.thread, { identity: trial.people[person], signal }));
        const { id } = await trial.post();
        if (trial.adapter.can.votes !== 'none') await trial.vote(id, 'up', 7);
        const [writer, other] = [await mineOf(0), await mineOf(1)];
        same(Object.keys(writer.own), [id], 'the writer has a comment');
        same(Object.keys(other.own), [], 'the other one has none');
        if (trial.adapter.can.votes === 'none') return;
        same([{ ...writer.votes }, { ...other.votes }], [{}, { [id]: 'up' }], 'the other one has a vote');
        same(other.voteCounter, 7, 'and its counter, for the next device');
      },
      ({ mine }) => mine !== undefined,
    );

    promise(
      'counts pages at once, and a page without any as 0',
      async (trial) => {
        const { signal } = new AbortController();
        await trial.post();
        const { site, page } = trial.thread;
        const counts = await trial.adapter.counts?.(site, [page, `${page}-of-nobody`], { signal });
        same({ ...counts }, { [page]: 1, [`${page}-of-nobody`]: 0 }, 'both');
      },
      ({ counts }) => counts !== undefined,
    );

    promise(
      'keeps the passage a comment is about, word for word, also through an edit',
      async (trial) => {
        const quotes = [
          quoteOf('The harbour froze'),
          quoteOf('an author’s passage', { marker: 'winter', question: 'Did it?' }),
          quoteOf('', {
            quote: {
              type: 'RangeSelector',
              startSelector: { type: 'TextQuoteSelector', exact: 'A very long one', prefix: '', suffix: ' goes on' },
              endSelector: { type: 'TextQuoteSelector', exact: 'and ends', prefix: 'goes on ', suffix: '' },
            },
          }),
          ...strange.map((words) =>
            quoteOf(words, {
              quote: { type: 'TextQuoteSelector', exact: words, prefix: words, suffix: words },
              marker: words,
              question: words,
            }),
          ),
        ];
        for (const quote of quotes) {
          const comment = await trial.post({ quote });
          same(comment.quote && parseQuote(comment.quote), parseQuote(quote), 'the answer has the passage');
          if (trial.adapter.can.edit) {
            const { comment: edited } = await trial.edit(comment.id, `Better words on ${comment.id}`);
            same(edited?.quote && parseQuote(edited.quote), parseQuote(quote), 'an edit leaves the passage');
          }
        }
        const plain = await trial.post();
        const { comments, info } = await trial.list();
        const listed = comments.filter(({ id }) => id !== plain.id).map(({ quote }) => quote && parseQuote(quote));
        const sorted = (all: readonly unknown[]): string[] => all.map((one) => JSON.stringify(one)).sort();
        same(sorted(listed), sorted(quotes.map(parseQuote)), 'the list has the passages');
        same(comments.find(({ id }) => id === plain.id)?.quote, undefined, 'a comment on none has none');
        same(info.inline, quotes.length, 'the thread knows how many are on passages');
      },
      ({ can }) => can.quotes,
    );

    for (const order of ['newest', 'oldest', 'most-voted'] as const) {
      promise(
        `pages by ${order} through the comments on passages, and on one of them`,
        async (trial) => {
          const [one, other] = [quoteOf('One passage'), quoteOf('Another passage')];
          const posted: Comment[] = [];
          for (const quote of [one, undefined, other, one, one, undefined, other]) {
            posted.push(await trial.post(quote ? { quote } : {}));
          }
          if (order === 'most-voted') await trial.vote(posted[3]?.id ?? '', 'up', 1);
          const ids = async (filter: Filter) => {
            const seen = await collect(trial, order, 2, undefined, filter);
            return idsOf(seen.map(({ comment }) => comment));
          };
          const voted = (comment: Comment): Comment =>
            order === 'most-voted' && comment === posted[3] ? { ...comment, up: 1 } : comment;
          const expected = (filter: (quote: Quote | undefined) => boolean) =>
            idsOf(
              posted
                .filter(({ quote }) => filter(quote))
                .map(voted)
                .sort(compareRoots(order)),
            );
          same(
            await ids('inline'),
            expected((quote) => quote !== undefined),
            'those on passages',
          );
          const isOn = (quote: Quote | undefined): boolean =>
            quote !== undefined && passageKey(quote) === passageKey(one);
          same(await ids({ passage: passageKey(one) }), expected(isOn), 'those on one passage');
          same(await ids({ passage: passageKey(quoteOf('Nobody wrote here')) }), [], 'none on a third one');
        },
        ({ can }) => can.quotes && can.orders.includes(order) && (order !== 'most-voted' || can.votes !== 'none'),
      );
    }

    promise(
      'counts the comments of each passage in one answer',
      async (trial) => {
        const reader = quoteOf('A sentence that was selected');
        const marked = quoteOf('What the author asked about', { marker: 'asked', question: 'What do you think?' });
        const since = { ...quoteOf('What the author asks by now', { marker: 'asked' }), lookalike: 0.5 };
        const first = await trial.post({ quote: reader });
        await trial.post({ quote: marked });
        await trial.post();
        // The article grew above it: the same words between the same words are the same passage.
        await trial.post({ quote: { ...reader, position: { type: 'TextPositionSelector', start: 900, end: 928 } } }, 1);
        const last = await trial.post({ quote: since }, 1);
        if (trial.adapter.can.reply) await trial.reply(first);
        const told = async () =>
          (await trial.passages()).passages.map(({ key, count, quote }) => [key, count, parseQuote(quote)]);
        const [readerKey, markedKey] = [passageKey(reader), markerKey('asked')];
        const [onReader, onMarked] = [parseQuote(reader), parseQuote(marked)];
        same(
          await told(),
          [
            [markedKey, 2, onMarked],
            [readerKey, 2, onReader],
          ],
          'the passage with the newest comment first, each with the quote of its first comment',
        );
        const { info, passages } = await trial.passages();
        same(info.inline, 4, 'and all of them together');
        const { revision } = (await trial.list()).info;
        holds(info.revision === revision && passages.every((one) => one.revision <= revision), 'as of a revision');
        if (!trial.adapter.can.delete) return;
        await trial.delete(last.id, 1);
        await trial.delete(first.id);
        same(
          (await told()).map(([key, count]) => [key, count]).sort(),
          [
            [readerKey, 1],
            [markedKey, 1],
          ].sort(),
          'removed ones don’t count',
        );
        const stub = (await trial.list()).comments.find(({ id }) => id === first.id);
        same(stub?.quote, undefined, 'what is left of one says nothing of its passage');
      },
      ({ can }) => can.quotes,
    );

    promise(
      'takes the same few words at two passages for two comments',
      async (trial) => {
        const one = await trial.post({ text: 'Source?', quote: quoteOf('One claim') });
        const other = await trial.post({ text: 'Source?', quote: quoteOf('Another claim') });
        const plain = await trial.post({ text: 'Source?' });
        same(new Set([one.id, other.id, plain.id]).size, 3, 'three comments');
        same((await trial.list()).info.count, 3, 'and counted so');
      },
      ({ can }) => can.quotes,
    );

    promise(
      'finds people of the page by the beginning of a name',
      async (trial) => {
        const { signal } = new AbortController();
        const find = async (typed: string) =>
          parsePeople({ people: await trial.adapter.people?.(trial.thread, typed, { signal }) }).map(
            ({ name }) => name,
          );
        const first = await trial.post({ author: { name: 'Maren Oake' } });
        await trial.post({ author: { name: 'Ann' } }, 1);
        same(await find('mar'), ['Maren Oake'], 'who begins so');
        same(await find('OAK'), ['Maren Oake'], 'or has a later word that does');
        same(await find('aren'), [], 'and nobody else');
        await trial.delete(first.id);
        same(await find('mar'), [], 'whose comment is gone is on the page no more');
      },
      ({ can }) => can.people === true && can.delete,
    );

    promise(
      'takes a choice of what to be told of, says what holds, and lets no older choice win',
      async (trial) => {
        if (!(await offersMail(trial))) return;
        const chosen = (await trial.notify({ choice: 'page' }, 5)).subscriptions;
        same(chosen?.page.choice, 'page', 'the answer says what was chosen');
        holds(chosen?.page.state !== 'none', 'it waits to be confirmed, or is on');
        same((await trial.told()).page, chosen?.page, 'asked later, the backend says the same');
        same((await trial.notify({ choice: 'none' }, 4)).subscriptions?.page.choice, 'page', 'an older choice is late');
        same((await trial.told()).page.choice, 'page', 'and changes nothing');
        same((await trial.notify({ choice: 'replies' }, 6)).subscriptions?.page.choice, 'replies', 'a newer one wins');
        await trial.notify({ choice: 'none' }, 7);
        same((await trial.told()).page, { choice: 'none', state: 'none' }, 'who wants nothing is told nothing');
      },
      tellsByMail,
    );

    promise(
      'keeps to itself who is told of what, and where',
      async (trial) => {
        if (!(await offersMail(trial))) return;
        await trial.post({}, 1);
        await trial.notify({ choice: 'page' }, 1);
        same((await trial.told(1)).page.choice, 'none', 'it is the affair of who chose');
        const address = (await trial.told()).address ?? '';
        holds(!address.includes('reader-0@'), 'an address is told shortened');
        holds(!JSON.stringify(await trial.list()).includes('example.com"'), 'the list names no address');
      },
      tellsByMail,
    );

    promise(
      'rings for an own comment, by its bell or as it is posted, and for nobody else’s',
      async (trial) => {
        if (!(await offersMail(trial))) return;
        const mine = await trial.post();
        const theirs = await trial.post({}, 1);
        const rung = (await trial.notify({ choice: 'comment', commentId: mine.id }, 1)).subscriptions;
        same(Object.keys(rung?.comments ?? {}), [mine.id], 'the bell is on');
        const refused = trial.notify({ choice: 'comment', commentId: theirs.id }, 2);
        same((await trial.trouble(refused, 'the bell of another’s comment')).kind, 'refused', 'it is refused');
        const along = await trial.post({ notify: { choice: 'comment', counter: 3, email: 'reader-0@example.com' } });
        same(
          Object.keys((await trial.told()).comments).sort(),
          [mine.id, along.id].sort(),
          'a tick in the form is a bell',
        );
        await trial.notify({ choice: 'none', commentId: mine.id }, 4);
        same(Object.keys((await trial.told()).comments), [along.id], 'each is ended by itself');
      },
      tellsByMail,
    );

    promise('keeps two threads apart', async (trial) => {
      await trial.post();
      const { signal } = new AbortController();
      const other = { ...trial.thread, page: `${trial.thread.page}-other` };
      const order = trial.adapter.can.orders[0] ?? 'newest';
      const page = await trial.adapter.list(other, { want: 'roots', order, limit: 10, signal });
      same(page.comments, [], 'the other one is empty');
    });

    promise('settles when it is called off before it began', async (trial) => {
      const controller = new AbortController();
      controller.abort();
      await trial.list({ signal: controller.signal }).catch(() => undefined);
    });
  });
}

const tellsByMail = ({ can }: Adapter): boolean => can.notify?.includes('mail') === true;

/** The site has the last word (`ThreadInfo.notify`): without a mail server behind it nothing is to be tried. */
async function offersMail(trial: Trial): Promise<boolean> {
  return (await trial.list()).info.notify?.includes('mail') === true;
}

/** All roots of a thread page by page, with what happens between two pages. */
async function collect(trial: Trial, order: Order, limit: number, between?: () => Promise<void>, filter?: Filter) {
  const seen: { comment: Comment; page: Page }[] = [];
  const only = filter ? { filter } : {};
  let page = await trial.list({ want: 'roots', order, limit, ...only });
  for (let turn = 0; turn < 100; turn++) {
    holds(page.roots.length <= limit, 'no more roots than asked for');
    for (const id of page.roots) {
      const comment = page.comments.find((one) => one.id === id) ?? fail('a root is among the comments of its page');
      seen.push({ comment, page });
    }
    const replies = page.comments.filter(({ parentId }) => parentId !== null);
    for (const { id } of replies) {
      const siblings = replies.filter(({ parentId }) => parentId === replies.find((one) => one.id === id)?.parentId);
      same(idsOf(siblings), idsOf([...siblings].sort(compareReplies)), 'replies are oldest first');
    }
    if (page.next === null) return seen;
    holds(page.roots.length > 0, 'a page that is not the last is not empty');
    if (turn === 0) await between?.();
    page = await trial.list({ want: 'roots', order, limit, after: page.next, ...only });
  }
  return fail('the pages come to an end');
}
