/** A server on a real file and a free port, with a clock of its own, and people who write to it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Changes, Comment, Mine, Page, Passages } from '../../src/model/comment.ts';
import { parseAnswer, parseChanges, parseMine, parsePage, parsePassages } from '../../src/model/parse.ts';
import type { ProblemDetails } from '../../src/server/problems.ts';
import { type RunningServer, type StartOptions, startServer } from '../../src/server/start.ts';

/** 1 March 2026, noon. */
export const NOON = Date.UTC(2026, 2, 1, 12);

export interface Open extends RunningServer {
  readonly folder: string;
  readonly database: string;
  /** What was printed. */
  readonly lines: string[];
  /** Moves the server's clock, in milliseconds. */
  wait(milliseconds: number): void;
  now(): number;
}

/** Closed and removed with the test. */
export async function open(test: TestContext, options: Partial<StartOptions> = {}): Promise<Open> {
  const folder = mkdtempSync(join(tmpdir(), 'afterword-'));
  const database = options.database ?? join(folder, 'comments.sqlite');
  let time = NOON;
  const lines: string[] = [];
  const server = await startServer({
    limits: null,
    now: () => time,
    ticks: () => time,
    log: (line) => lines.push(line),
    widget: join(folder, 'no-widget'),
    demo: join(folder, 'no-demo'),
    ...options,
    database,
  });
  test.after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    ...server,
    folder,
    database,
    lines,
    wait: (milliseconds) => {
      time += milliseconds;
    },
    now: () => time,
  };
}

export interface Heard<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

type Answer = ReturnType<typeof parseAnswer>;

export interface PostOptions {
  readonly parent?: string | null;
  readonly key?: string;
  readonly page?: string;
  readonly url?: string;
  readonly title?: string;
  readonly site?: string;
  readonly name?: string;
  readonly email?: string;
  readonly website?: string;
  readonly mentions?: readonly { id: string; name: string }[];
  readonly checks?: { trap?: string; seconds?: number };
  readonly consent?: boolean;
  readonly quote?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody with a browser of their own. */
export class Guest {
  readonly token = randomBytes(32).toString('base64url');
  readonly #address: string;
  readonly origin: string;
  readonly name: string;
  #counter = 0;

  constructor(server: { readonly address: string }, name = 'Ada', origin = server.address) {
    this.#address = server.address;
    this.origin = origin;
    this.name = name;
  }

  headers(key = randomUUID() as string): Record<string, string> {
    return {
      origin: this.origin,
      authorization: `Bearer ${this.token}`,
      'idempotency-key': key,
      'content-type': 'application/json',
    };
  }

  async tryPost(text: string, options: PostOptions = {}): Promise<Heard<unknown>> {
    const page = options.page ?? 'page';
    return hear(
      await fetch(`${this.#address}/api/v1/comments`, {
        method: 'POST',
        headers: { ...this.headers(options.key), ...options.headers },
        body: JSON.stringify({
          site: options.site ?? 'default',
          page: { id: page, url: options.url ?? `${this.origin}/${page}`, title: options.title ?? `Title of ${page}` },
          parentId: options.parent ?? null,
          text,
          author: {
            name: options.name ?? this.name,
            ...(options.email === undefined ? {} : { email: options.email }),
            ...(options.website === undefined ? {} : { website: options.website }),
          },
          mentions: options.mentions ?? [],
          ...(options.checks === undefined ? {} : { checks: options.checks }),
          ...(options.consent === undefined ? {} : { consent: options.consent }),
          ...(options.quote === undefined ? {} : { quote: options.quote }),
        }),
      }),
    );
  }

  /** Posts, and is sure of it. */
  async post(text: string, options: PostOptions = {}): Promise<Comment> {
    const heard = await this.tryPost(text, options);
    if (heard.status !== 201) throw new Error(`${heard.status} ${JSON.stringify(heard.body)}`);
    const { comment } = parseAnswer(heard.body);
    if (comment === null) throw new Error('The answer has no comment.');
    return comment;
  }

  async tryEdit(id: string, text: string, options: { key?: string; site?: string } = {}): Promise<Heard<unknown>> {
    return hear(
      await fetch(`${this.#address}/api/v1/comments/${id}`, {
        method: 'PUT',
        headers: this.headers(options.key),
        body: JSON.stringify({ site: options.site ?? 'default', text, mentions: [] }),
      }),
    );
  }

  async edit(id: string, text: string, options: { key?: string } = {}): Promise<Answer> {
    return sure(await this.tryEdit(id, text, options));
  }

  async tryRemove(id: string, options: { key?: string; site?: string } = {}): Promise<Heard<unknown>> {
    return hear(
      await fetch(`${this.#address}/api/v1/comments/${id}?site=${options.site ?? 'default'}`, {
        method: 'DELETE',
        headers: this.headers(options.key),
      }),
    );
  }

  async remove(id: string, options: { key?: string } = {}): Promise<Answer> {
    return sure(await this.tryRemove(id, options));
  }

  async tryVote(
    id: string,
    value: 'up' | 'down' | 'none',
    options: { counter?: number; key?: string; site?: string } = {},
  ): Promise<Heard<unknown>> {
    this.#counter += 1;
    return hear(
      await fetch(`${this.#address}/api/v1/comments/${id}/vote`, {
        method: 'PUT',
        headers: this.headers(options.key),
        body: JSON.stringify({ site: options.site ?? 'default', value, counter: options.counter ?? this.#counter }),
      }),
    );
  }

  async vote(id: string, value: 'up' | 'down' | 'none', options: { counter?: number } = {}): Promise<Answer> {
    return sure(await this.tryVote(id, value, options));
  }

  async mine(page = 'page', site = 'default'): Promise<Mine> {
    const heard = await hear(
      await fetch(`${this.#address}/api/v1/mine?${new URLSearchParams({ site, page })}`, {
        headers: { authorization: `Bearer ${this.token}` },
      }),
    );
    return parseMine(heard.body);
  }
}

export async function ask(
  server: { readonly address: string },
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Heard<unknown>> {
  return hear(await fetch(server.address + path, { headers, redirect: 'manual' }));
}

export function listPath(query: Readonly<Record<string, string | number | undefined>> = {}): string {
  const parameters = new URLSearchParams({ site: 'default', page: 'page' });
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return `/api/v1/comments?${parameters}`;
}

export async function list(
  server: { readonly address: string },
  query: Readonly<Record<string, string | number | undefined>> = {},
): Promise<Page> {
  const heard = await ask(server, listPath(query));
  if (heard.status !== 200) throw new Error(`${heard.status} ${JSON.stringify(heard.body)}`);
  return parsePage(heard.body);
}

export async function passagesOf(server: { readonly address: string }, page = 'page'): Promise<Passages> {
  return parsePassages((await ask(server, `/api/v1/passages?${new URLSearchParams({ site: 'default', page })}`)).body);
}

export async function changesSince(
  server: { readonly address: string },
  since: { readonly epoch: string; readonly revision: number },
  page = 'page',
): Promise<Changes> {
  const query = new URLSearchParams({ site: 'default', page, epoch: since.epoch, revision: String(since.revision) });
  return parseChanges((await ask(server, `/api/v1/changes?${query}`)).body);
}

export function reasonOf(heard: Heard<unknown>): string {
  return (heard.body as ProblemDetails).type?.replace('urn:afterword:problem:', '') ?? '';
}

export function textsOf(page: { readonly comments: readonly Comment[] }): string[] {
  return page.comments.map((comment) => comment.text);
}

async function hear(response: Response): Promise<Heard<unknown>> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as unknown) : text };
}

function sure(heard: Heard<unknown>): Answer {
  if (heard.status !== 200) throw new Error(`${heard.status} ${JSON.stringify(heard.body)}`);
  return parseAnswer(heard.body);
}

/** Numbers that look random and are the same every time. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}
