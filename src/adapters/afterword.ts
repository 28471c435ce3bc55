/**
 * Speaks to an Afterword server over HTTP (`/api/v1`). Every request has a time limit that covers the body, every body a
 * limit in bytes, and every answer is judged in one place (FAULTS, "How an answer is judged").
 */
import type { Filter, Mine, Page } from '../model/comment.ts';
import { targetOf, type Operation } from '../model/operation.ts';
import { parseAnswer, parseChanges, parseMine, parsePage, parsePassages, parsePeople } from '../model/parse.ts';
import { afterwordAddress, afterwordId, type Query } from './afterword-address.ts';
import { afterwordCan, fetch, JSON, listBytes, readBody, readTime } from './afterword-first.ts';
import { makeWatch } from './afterword-live.ts';
import { AdapterError, type Adapter, type Answer, type Identity, type SendOptions, type Trouble } from './adapter.ts';

/** As `fetch` and `JSON`, which the first part took before the page could replace them (FAULTS E16). */
const { AbortController, setTimeout, clearTimeout } = globalThis;

/** The world as far as an adapter meets it, so that a test can hold the clock. */
export interface Wire {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  /** From 0 up to 1; only tests have another than the browser's. */
  readonly random?: () => number;
  /** Runs once after a while; gives back what calls it off. */
  readonly after: (milliseconds: number, run: () => void) => () => void;
}

const realWire: Wire = {
  fetch: (...asked) => fetch(...asked),
  now: () => Date.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

const createTime = 15_000;
/** A difference of clocks that is told from a slow answer. */
const LATE = 30_000;
/** An answer carries the comment: the longest a site may allow (20,000 characters) takes 120 kB in its worst spelling. */
const ackBytes = 256 * 1024;
/** The server takes this many page ids at once. */
const countedAtOnce = 100;
const longestRetryAfter = 60 * 60 * 1000;
const problemPrefix = 'urn:afterword:problem:';

/** The problem types that are no refusal, and what they are instead. */
const asksReader: Readonly<Record<string, 'sign-in' | 'captcha'>> = { 'sign-in': 'sign-in', captcha: 'captcha' };
const refusingStatuses: readonly number[] = [400, 403, 404, 410, 413, 415, 422];

/** What `judge` needs to know of an answer. */
export interface Answered {
  readonly status: number;
  readonly contentType: string;
  readonly redirected: boolean;
  readonly retryAfter: string | null;
  /** Parsed JSON; undefined where the body is none. */
  readonly body: unknown;
}

/** What an answer means; null for a yes whose body is still to be read as what was asked for. */
export function judge(answer: Answered, now: number): Trouble | null {
  const { status, body } = answer;
  const isJson = /^application\/json\s*(;|$)/i.test(answer.contentType);
  const strange: Trouble = { kind: 'unknown', because: 'answer' };
  if (answer.redirected) return strange;
  if (status === 200 || status === 201) return isJson && typeof body === 'object' && body !== null ? null : strange;
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const busy: Trouble = { kind: 'busy', after: waitOf(answer.retryAfter, now) };
    return status === 511 ? { ...busy, portal: true } : busy;
  }
  const problem = ourProblem(answer);
  // Without our type it is a proxy's or a firewall's page, which says nothing of our comment. Neither does a server of
  // another version: the words wait until one of us is brought up to date (B22).
  if (!problem) return strange;
  if (problem.reason === 'version') return { kind: 'unknown', because: 'version' };
  if (status === 409) return { kind: 'in-flight' };
  const want = status === 401 ? 'sign-in' : asksReader[problem.reason];
  if (want) return { kind: 'needs-reader', want };
  if (status === 412) return { kind: 'conflict', theirs: typeof problem.theirs === 'string' ? problem.theirs : '' };
  if (!refusingStatuses.includes(status)) return strange;
  const said = { reason: problem.reason, ...(typeof problem.detail === 'string' && { detail: problem.detail }) };
  if (status === 404 || status === 410) return { kind: 'gone', ...said };
  return { kind: 'refused', ...said, ...(typeof problem.limit === 'number' && { limit: problem.limit }) };
}

function ourProblem({ contentType, body }: Answered) {
  if (!/^application\/problem\+json\s*(;|$)/i.test(contentType) || typeof body !== 'object' || body === null)
    return null;
  const { type, detail, limit, theirs } = body as Record<string, unknown>;
  if (typeof type !== 'string' || !type.startsWith(problemPrefix)) return null;
  return { reason: type.slice(problemPrefix.length), detail, limit, theirs };
}

/** Seconds or a date; nonsense counts as not said, the past as now, more than an hour as an hour (FAULTS B3). */
function waitOf(header: string | null, now: number): number | null {
  const said = header?.trim() ?? '';
  // Every date of HTTP begins with a day's name; `Date.parse` would find one in almost anything.
  const wait = /^\d+$/.test(said) ? Number(said) * 1000 : /^[a-z]/i.test(said) ? Date.parse(said) - now : NaN;
  return Number.isNaN(wait) ? null : Math.min(longestRetryAfter, Math.max(0, wait));
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly signal: AbortSignal;
  readonly time: number;
  readonly bytes: number;
}

/**
 * How far the reader's clock is ahead of the server's, in milliseconds, by the date of an answer that no cache keeps. Some
 * seconds are the answer's way, and no difference.
 */
function aheadOf(date: string | null, now: number): number {
  const ahead = now - Date.parse(date ?? '');
  return Math.abs(ahead) > LATE ? ahead : 0;
}

/** One request, one judged JSON body. `read` is also given how far the reader's clock is ahead of the server's. */
async function request<T>(
  wire: Wire,
  url: string,
  asked: Asked,
  read: (body: unknown, ahead: number) => T,
): Promise<T> {
  const ends = new AbortController();
  let isOver = false;
  const end = (): void => ends.abort();
  const cancel = wire.after(asked.time, () => {
    isOver = true;
    end();
  });
  asked.signal.addEventListener('abort', end);
  if (asked.signal.aborted) end();
  try {
    const response = await wire.fetch(url, {
      method: asked.method ?? 'GET',
      headers: asked.headers ?? {},
      ...(asked.body !== undefined && { body: JSON.stringify(asked.body) }),
      // A redirected POST silently becomes a GET that succeeds (A17).
      redirect: 'error',
      credentials: 'omit',
      signal: ends.signal,
    });
    const body = parsed(await readBody(response, asked.bytes));
    const { status, headers, redirected } = response;
    const [contentType, retryAfter] = [headers.get('content-type') ?? '', headers.get('retry-after')];
    const trouble = judge({ status, contentType, redirected, retryAfter, body }, wire.now());
    if (trouble) throw new AdapterError(trouble);
    try {
      return read(body, aheadOf(headers.get('date'), wire.now()));
    } catch (cause) {
      throw new AdapterError({ kind: 'unknown', because: 'answer' }, { cause });
    }
  } catch (cause) {
    if (cause instanceof AdapterError) throw cause;
    throw new AdapterError({ kind: 'unknown', because: isOver ? 'timeout' : 'network' }, { cause });
  } finally {
    cancel();
    asked.signal.removeEventListener('abort', end);
  }
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return undefined;
  }
}

function filterQuery(filter: Filter | undefined): Query {
  if (filter === undefined) return {};
  return filter === 'inline' ? { filter } : { passage: filter.passage };
}

/** Says once what the page's author has to change; the browser's own message names no cure (A22). */
const blocked = new Set<string>();
function watchPolicy(server: string): void {
  if (blocked.size === 0) {
    globalThis.document?.addEventListener('securitypolicyviolation', ({ blockedURI }) => {
      for (const known of blocked) {
        if (!blockedURI.startsWith(known)) continue;
        blocked.delete(known);
        console.error(`Afterword: add "connect-src ${known}" to this page's Content-Security-Policy.`);
      }
    });
  }
  blocked.add(server);
}

/** @param server The server's address, as in `https://comments.example`. */
export function createAfterwordAdapter(server: string, wire: Wire = realWire): Adapter {
  watchPolicy(server.replace(/\/+$/, ''));

  const address = (path: string, query?: Query): string => afterwordAddress(server, path, query);

  /** Nothing but the address: such a request needs no preflight and any cache may answer it (S-2). */
  const get = <T>(
    url: string,
    signal: AbortSignal,
    read: (body: unknown, ahead: number) => T,
    headers?: Record<string, string>,
  ) => request(wire, url, { signal, time: readTime, bytes: listBytes, ...(headers && { headers }) }, read);

  const bearer = ({ token, userToken }: Identity): Record<string, string> => ({
    authorization: `Bearer ${token}`,
    ...(userToken !== undefined && { 'afterword-user': userToken }),
  });

  function write(
    operation: Operation,
    options: SendOptions,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer> {
    const { id } = operation;
    const headers = { ...bearer(options.identity), 'idempotency-key': id };
    const site = options.thread.site;
    return request(
      wire,
      address(path, body === undefined ? { site } : undefined),
      {
        method,
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        ...(body !== undefined && { body: { site, ...body } }),
        signal: options.signal,
        time: createTime,
        bytes: ackBytes,
      },
      (answered, ahead) => {
        const answer = parseAnswer(answered);
        // A post may be answered with the same words said before (S-6): then it is that comment, under our key.
        const isOurs = answer.comment
          ? operation.kind === 'post' || answer.comment.id === operation.commentId
          : operation.kind === 'delete' || operation.kind === 'notify';
        if (answer.operationId !== id || !isOurs) {
          console.warn(
            `Afterword: ${server} answered ${id} with the answer to ${answer.operationId}; it is asked again.`,
          );
          throw new TypeError('The answer is for another operation.');
        }
        const repeats = operation.kind === 'post' && answer.comment !== null && answer.comment.id !== id;
        const editableUntil = answer.editableUntil && answer.editableUntil + ahead;
        return { ...answer, editableUntil, ...(repeats && { repeats }) };
      },
    );
  }

  return {
    id: afterwordId(server),
    // What follows the first picture is said here and not there.
    can: { ...afterwordCan, notify: ['mail', 'push'], live: true, people: true },
    watch: makeWatch(server, wire),

    list({ site, page }, options): Promise<Page> {
      const { order, limit } = options;
      const which =
        options.want === 'roots'
          ? { ...(options.after !== undefined && { after: options.after }), ...filterQuery(options.filter) }
          : options.want === 'replies'
            ? { root: options.rootId, after: options.after }
            : { around: options.id };
      return get(address('comments', { site, page, order, limit, ...which }), options.signal, parsePage);
    },

    changes: ({ site, page }, { epoch, revision }, { signal }) =>
      get(address('changes', { site, page, epoch, revision }), signal, parseChanges),

    passages: ({ site, page }, { signal }) => get(address('passages', { site, page }), signal, parsePassages),

    people: ({ site, page }, typed, { signal }) =>
      get(address('people', { site, page, q: typed }), signal, parsePeople),

    mine: ({ site, page }, { identity, signal }) =>
      get(
        address('mine', { site, page }),
        signal,
        (body, ahead) => {
          const mine = parseMine(body);
          const own = Object.entries(mine.own).map(([id, { editableUntil: until }]) => [
            id,
            { editableUntil: until && until + ahead },
          ]);
          return { ...mine, own: Object.fromEntries(own) as Mine['own'] };
        },
        bearer(identity),
      ),

    send(operation, options) {
      const path = `comments/${encodeURIComponent(targetOf(operation))}`;
      switch (operation.kind) {
        case 'post': {
          const { parentId, text, author, mentions, consent, notify, quote } = operation;
          const page = { id: options.thread.page, ...options.page };
          const body = { page, parentId, text, author, mentions, consent, notify, quote };
          return write(operation, options, 'POST', 'comments', body);
        }
        case 'edit':
          return write(operation, options, 'PUT', path, { text: operation.text, mentions: operation.mentions });
        case 'delete':
          return write(operation, options, 'DELETE', path);
        case 'vote':
          return write(operation, options, 'PUT', `${path}/vote`, {
            value: operation.value,
            counter: operation.counter,
          });
        case 'notify': {
          const { commentId, choice, counter, email, push, language } = operation;
          const page = { id: options.thread.page, ...options.page };
          return write(operation, options, 'PUT', 'notify', {
            page,
            commentId,
            choice,
            counter,
            email,
            push,
            language,
          });
        }
      }
    },

    pushKey: ({ signal }) =>
      get(address('push'), signal, (body) => {
        const { key } = body as { readonly key?: unknown };
        if (typeof key !== 'string') throw new TypeError('This is no key.');
        return key;
      }),

    feed: ({ site, page }) => address('feed', { site, page }),

    async counts(site, pages, { signal }) {
      const numbers: Record<string, number> = {};
      for (let from = 0; from < pages.length; from += countedAtOnce) {
        const some = pages.slice(from, from + countedAtOnce);
        await get(address('counts', { site, page: some }), signal, (body) => {
          const { counts } = body as { readonly counts: Readonly<Record<string, unknown>> };
          for (const page of some) numbers[page] = Number(counts[page]) || 0;
        });
      }
      return numbers;
    },
  };
}
