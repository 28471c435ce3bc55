import { expect } from '@open-wc/testing';
import { adapterContract } from '../../src/adapters/contract.ts';
import { createExampleAdapter } from '../../src/adapters/example.ts';
import { createLocalAdapter, type Shelf } from '../../src/adapters/local.ts';
import { type Adapter, AdapterError } from '../../src/adapters/adapter.ts';
import type { Comment, Subscriptions } from '../../src/model/comment.ts';
import type { NotifyOperation } from '../../src/model/operation.ts';
import { makeThreads } from '../../src/sync/threads.ts';
import { deleteDatabase, FakeWorld, freshName } from '../helpers/fake-world.ts';

function shelf(): Shelf {
  const threads = new Map<string, unknown>();
  const nameOf = (thread: object): string => JSON.stringify(thread);
  return {
    read: async (thread) => structuredClone(threads.get(nameOf(thread))),
    change: async (thread, change) => void threads.set(nameOf(thread), change(threads.get(nameOf(thread)))),
  };
}

adapterContract({ name: 'local', describe, it, create: () => ({ adapter: createLocalAdapter(shelf()) }) });

adapterContract({
  name: 'local, on the disk of this browser',
  describe,
  it,
  create: () => {
    const world = new FakeWorld();
    const name = freshName();
    const threads = makeThreads(world, name);
    return {
      adapter: createLocalAdapter(threads.localShelf()),
      close: () => {
        world.tell('hide');
        return deleteDatabase(name);
      },
    };
  },
});

/** The backend of the example: a list and a store. */
function exampleBackend(): typeof fetch {
  const pages = new Map<string, Comment[]>();
  return (address, init) => {
    const url = new URL(address as string);
    const answer = (body: unknown, status = 200): Promise<Response> =>
      Promise.resolve(new Response(JSON.stringify(body), { status }));
    if (init?.method !== 'PUT') return answer(pages.get(url.searchParams.get('page') ?? '') ?? []);
    const { quote, ...told } = JSON.parse(init.body as string) as Partial<Comment> & Record<string, string>;
    const { page, parentId, text, name } = told;
    const all = pages.get(page ?? '') ?? [];
    pages.set(page ?? '', all);
    const id = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
    const known = all.find((one) => one.id === id);
    if (known) return answer(known);
    const parent = parentId ? all.find((one) => one.id === parentId) : null;
    if (parent === undefined) return answer({}, 404);
    if ([...(text ?? '')].length > 5000) return answer({}, 413);
    const comment: Comment = {
      id,
      parentId: parent?.id ?? null,
      rootId: parent?.rootId ?? id,
      state: 'published',
      author: { name: name ?? '', role: 'guest' },
      text: text ?? '',
      format: 'plain',
      createdAt: 1_800_000_000_000 + all.length,
      editedAt: null,
      up: 0,
      down: 0,
      pinned: false,
      descendants: 0,
      revision: all.length + 1,
      ...(quote && { quote }),
    };
    all.push(comment);
    return answer(comment);
  };
}

adapterContract({
  name: 'the example',
  describe,
  it,
  create: () => ({ adapter: createExampleAdapter('https://example.org/comments', exampleBackend()) }),
});

/** The local adapter with a memory for choices, and what can be wrong with one. */
function telling(
  adapter: Adapter,
  wrong: { takesLate?: boolean; tellsAddress?: boolean; ringsForAll?: boolean } = {},
): Partial<Adapter> {
  const people = new Map<string, { email: string | null; wishes: Map<string, NotifyOperation> }>();
  const personOf = (token: string) => {
    const known = people.get(token) ?? { email: null, wishes: new Map<string, NotifyOperation>() };
    people.set(token, known);
    return known;
  };
  const told = (token: string): Subscriptions => {
    const { email, wishes } = personOf(token);
    const page = wishes.get('')?.choice ?? 'none';
    const bells = [...wishes].filter(([id, { choice }]) => id !== '' && choice === 'comment');
    const address = email?.replace(/^(.).*@/, wrong.tellsAddress ? '$&' : '$1…@') ?? null;
    return {
      page:
        page === 'page' || page === 'replies' ? { choice: page, state: 'pending' } : { choice: 'none', state: 'none' },
      comments: Object.fromEntries(bells.map(([id]) => [id, 'pending' as const])),
      address,
    };
  };
  const take = (token: string, wish: NotifyOperation): void => {
    const person = personOf(token);
    const target = wish.commentId ?? '';
    if (!wrong.takesLate && wish.counter <= (person.wishes.get(target)?.counter ?? 0)) return;
    person.wishes.set(target, wish);
    person.email = wish.email ?? person.email;
  };
  return {
    can: { ...adapter.can, notify: ['mail'] },
    list: async (thread, options) => {
      const page = await adapter.list(thread, options);
      return { ...page, info: { ...page.info, notify: ['mail'] } };
    },
    mine: async (thread, options) => {
      const mine = await adapter.mine!(thread, options);
      return { ...mine, subscriptions: told(options.identity.token) };
    },
    send: async (operation, options) => {
      const { token } = options.identity;
      if (operation.kind === 'notify') {
        const { own } = await adapter.mine!(options.thread, options);
        const isForeign = operation.commentId !== null && !own[operation.commentId];
        if (isForeign && !wrong.ringsForAll) throw new AdapterError({ kind: 'refused', reason: 'not-yours' });
        take(token, operation);
        return {
          operationId: operation.id,
          comment: null,
          revision: 1,
          editableUntil: null,
          subscriptions: told(token),
        };
      }
      const answer = await adapter.send(operation, options);
      if (operation.kind !== 'post' || !operation.notify) return answer;
      const { id, createdAt, notify } = operation;
      take(token, { ...notify, kind: 'notify', id, createdAt, commentId: notify.choice === 'comment' ? id : null });
      return { ...answer, subscriptions: told(token) };
    },
  };
}

describe('the contract itself', () => {
  /** Runs it over a spoilt adapter and brings the sentences that did not hold, of all or of one. */
  async function broken(spoil: (adapter: Adapter) => Partial<Adapter>, only?: string): Promise<string[]> {
    const tests: [string, () => Promise<void>][] = [];
    adapterContract({
      name: 'spoilt',
      describe: (_, suite) => suite(),
      it: (sentence, test) => tests.push([sentence, test]),
      create: () => {
        const adapter = createLocalAdapter(shelf());
        return { adapter: { ...adapter, ...spoil(adapter) } };
      },
    });
    const failed: string[] = [];
    for (const [sentence, test] of tests) {
      if (!only || sentence === only) await test().catch(() => failed.push(sentence));
    }
    return failed;
  }

  const finds = async (sentence: string, spoil: (adapter: Adapter) => Partial<Adapter>): Promise<void> => {
    expect(await broken(spoil, sentence)).to.deep.equal([sentence]);
  };

  it('finds a late choice that wins, an address that is told, and a bell for anybody', async () => {
    const sentence = 'takes a choice of what to be told of, says what holds, and lets no older choice win';
    expect(await broken((adapter) => telling(adapter))).to.deep.equal([]);
    await finds(sentence, (adapter) => telling(adapter, { takesLate: true }));
    await finds('keeps to itself who is told of what, and where', (adapter) =>
      telling(adapter, { tellsAddress: true }),
    );
    const bells = 'rings for an own comment, by its bell or as it is posted, and for nobody else’s';
    await finds(bells, (adapter) => telling(adapter, { ringsForAll: true }));
    await finds('has a lasting name and says what it can do', ({ can }) => ({ can: { ...can, notify: ['push'] } }));
  });

  it('holds for what it should', async () => {
    expect(await broken(() => ({}))).to.deep.equal([]);
  });

  it('finds a double, a lost reply, a wrong order, a page without end, a foreign edit and a changed text', async () => {
    const renewing = (adapter: Adapter): Partial<Adapter> => ({
      send: async (operation, options) => {
        const id = operation.kind === 'post' ? crypto.randomUUID() : operation.id;
        return { ...(await adapter.send({ ...operation, id }, options)), operationId: operation.id };
      },
    });
    await finds('makes one comment of a repeat, and answers it like the first time', renewing);

    const flat = (adapter: Adapter): Partial<Adapter> => ({
      list: async (thread, options) => {
        const page = await adapter.list(thread, options);
        return { ...page, comments: page.comments.filter(({ parentId }) => parentId === null) };
      },
    });
    await finds('puts replies under what they answer, oldest first, and counts them', flat);

    const backwards = (adapter: Adapter): Partial<Adapter> => ({
      list: async (thread, options) => {
        const page = await adapter.list(thread, options);
        return { ...page, roots: [...page.roots].reverse() };
      },
    });
    await finds('pages by newest without repeat or gap, while others write', backwards);

    const endless = (adapter: Adapter): Partial<Adapter> => ({
      list: async (thread, options) => {
        const { order, limit, signal } = options;
        const first = { want: 'roots', order, limit, signal } as const;
        return { ...(await adapter.list(thread, options.want === 'roots' ? first : options)), next: 'again' };
      },
    });
    await finds('pages by oldest without repeat or gap, while others write', endless);

    const open = (adapter: Adapter): Partial<Adapter> => ({
      send: (operation, options) => adapter.send(operation, { ...options, identity: { token: 'the same for all' } }),
    });
    await finds('changes a comment for its writer and for nobody else', open);

    const tidying = (adapter: Adapter): Partial<Adapter> => ({
      send: (operation, options) =>
        adapter.send(
          operation.kind === 'post' ? { ...operation, text: operation.text.trim().replace(/\n+/g, '\n') } : operation,
          options,
        ),
    });
    await finds('takes a comment and lists it once, as it was written', tidying);
  });

  it('finds a lost passage, a filter that filters nothing, and replies that are counted', async () => {
    const plain = (adapter: Adapter): Partial<Adapter> => ({
      list: async (thread, options) => {
        const page = await adapter.list(thread, options);
        return { ...page, comments: page.comments.map(({ quote: _, ...comment }) => comment) };
      },
    });
    await finds('keeps the passage a comment is about, word for word, also through an edit', plain);

    const everything = (adapter: Adapter): Partial<Adapter> => ({
      list: (thread, { ...options }) => {
        if ('filter' in options) delete (options as { filter?: unknown }).filter;
        return adapter.list(thread, options);
      },
    });
    await finds('pages by newest through the comments on passages, and on one of them', everything);

    const wrong = (adapter: Adapter): Partial<Adapter> => ({
      passages: async (thread, options) => {
        const told = await adapter.passages!(thread, options);
        return { ...told, passages: told.passages.map((one) => ({ ...one, count: one.count + 1 })) };
      },
    });
    await finds('counts the comments of each passage in one answer', wrong);
  });
});
