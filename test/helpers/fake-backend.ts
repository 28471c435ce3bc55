/**
 * A backend that keeps a real discussion and misbehaves when told to: what it stored and how often it was asked can be
 * looked at, and each sending can be lost on the way, lost on the way back, refused, held up or never answered.
 */
import type { Adapter, Answer, SendOptions, Trouble } from '../../src/adapters/adapter.ts';
import { AdapterError } from '../../src/adapters/adapter.ts';
import { createLocalAdapter } from '../../src/adapters/local.ts';
import type { Comment, ThreadKey } from '../../src/model/comment.ts';
import type { Operation } from '../../src/model/operation.ts';

/** What happens to one sending. Anything that is no word is the adapter's answer as it stands. */
export type Fate =
  | 'fine'
  | 'lost before'
  | 'lost after'
  | 'never'
  | { readonly trouble: Trouble }
  | { readonly answer: unknown }
  | { readonly throws: unknown };

export const lost: Trouble = { kind: 'unknown', because: 'network' };

let backends = 0;

export class FakeBackend {
  readonly id = `fake ${Date.now()} ${backends++}`;
  /** Operations in the order in which they arrived, repeats included. */
  readonly arrived: Operation[] = [];
  readonly tokens: string[] = [];
  /** Of which page each sending told. */
  readonly pages: SendOptions['page'][] = [];
  /** How the next sendings go; `fine` after the last. */
  fates: Fate[] = [];
  /** How all go while it is set. */
  always: Fate | null = null;
  /** How many sendings are under way, and the most there ever were. */
  under = 0;
  most = 0;
  lists = 0;
  mines = 0;
  /** While true, nothing can be read. */
  unreadable: Trouble | null = null;
  epoch = 'local';
  readonly threads = new Map<string, unknown>();
  /** Released by the test: what every sending waits for. */
  hold: Promise<void> = Promise.resolve();
  now = 1_800_000_000_000;
  readonly adapter: Adapter;
  readonly #server: Adapter;

  constructor(changes: Partial<Adapter> = {}) {
    const nameOf = ({ site, page }: ThreadKey): string => JSON.stringify([site, page]);
    this.#server = createLocalAdapter(
      {
        read: async (thread) => this.threads.get(nameOf(thread)),
        change: async (thread, change) => {
          this.threads.set(nameOf(thread), structuredClone(change(this.threads.get(nameOf(thread)))));
        },
      },
      () => this.now++,
    );
    const server = this.#server;
    this.adapter = {
      id: this.id,
      can: server.can,
      list: async (thread, options) => {
        this.lists++;
        if (this.unreadable) throw new AdapterError(this.unreadable);
        const page = await server.list(thread, options);
        return { ...page, info: { ...page.info, epoch: this.epoch } };
      },
      passages: async (thread, options) => {
        if (this.unreadable) throw new AdapterError(this.unreadable);
        const told = await server.passages?.(thread, options);
        if (!told) throw new Error('The fake counts its passages.');
        return { ...told, info: { ...told.info, epoch: this.epoch } };
      },
      changes: async (thread, since, options) => {
        if (this.unreadable) throw new AdapterError(this.unreadable);
        const changes = await server.changes?.(thread, { ...since, epoch: 'local' }, options);
        if (!changes) throw new Error('The fake tells its changes.');
        return { ...changes, info: { ...changes.info, epoch: this.epoch }, tooOld: since.epoch !== this.epoch };
      },
      mine: async (thread, options) => {
        this.mines++;
        if (this.unreadable) throw new AdapterError(this.unreadable);
        const mine = await server.mine?.(thread, options);
        if (!mine) throw new Error('The fake knows whose is what.');
        return mine;
      },
      send: (operation, options) => this.#send(operation, options),
      ...changes,
    };
  }

  async #send(operation: Operation, options: SendOptions): Promise<Answer> {
    this.arrived.push(operation);
    this.tokens.push(options.identity.token);
    this.pages.push(options.page);
    this.most = Math.max(this.most, ++this.under);
    try {
      const fate = this.always ?? this.fates.shift() ?? 'fine';
      await this.hold;
      if (fate === 'never') return await new Promise<never>(() => undefined);
      if (fate === 'lost before') throw new AdapterError(lost);
      if (typeof fate === 'object') {
        if ('trouble' in fate) throw new AdapterError(fate.trouble);
        if ('throws' in fate) throw fate.throws;
        return fate.answer as Answer;
      }
      const answer = await this.#server.send(operation, options);
      if (fate === 'lost after') throw new AdapterError(lost);
      return answer;
    } finally {
      this.under--;
    }
  }

  /** What it has of a page, in the order in which it came. */
  async comments(thread: ThreadKey): Promise<readonly Comment[]> {
    const { signal } = new AbortController();
    const page = await this.#server.list(thread, { want: 'roots', order: 'oldest', limit: 1000, signal });
    return page.comments;
  }

  /** Somebody else writes, somewhere else. */
  async seed(thread: ThreadKey, operation: Operation, token = 'somebody else'): Promise<void> {
    const { signal } = new AbortController();
    await this.#server.send(operation, { thread, identity: { token }, page: { url: '', title: '' }, signal });
  }
}
