/**
 * What lies between the readers of the walk and their server: it passes every request on, asks the model what must come
 * of it, compares, and then does to the answer what a network can do. What happens to a write follows from seed, key and
 * attempt alone, so that a seed replays.
 */
import { once } from 'node:events';
import { createServer, request as ask, Agent, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { seededRandom } from '../helpers/random.ts';
import { Model } from './model.ts';
import { isWhole, type ReaderName, type Tried, type Wish } from './wishes.ts';

/** What becomes of a request; `before` means that the server never hears of it. */
const FATES = {
  'reset before': 3,
  'closed before': 2,
  'firewall page before': 1,
  'Wi-Fi page before': 2,
  'network sign-in before': 1,
  'internal error before': 2,
  'bad gateway before': 2,
  'unavailable before': 2,
  'too many before': 2,
  'in flight before': 1,
  'redirect before': 1,
  'garbage before': 1,
  'no CORS header before': 1,
  'reset after': 4,
  'closed after': 3,
  'cut short after': 3,
  'cut chunk after': 2,
  'half JSON after': 2,
  'empty after': 1,
  'null after': 1,
  'foreign answer after': 1,
  'internal error after': 2,
  'Wi-Fi page after': 1,
  'held back after': 2,
  'twice after': 3,
  'false gzip after': 1,
} as const;
type Fate = keyof typeof FATES;

const READING: readonly Fate[] = [
  'reset before',
  'closed before',
  'Wi-Fi page before',
  'bad gateway before',
  'too many before',
  'cut short after',
  'half JSON after',
  'held back after',
  'garbage before',
];

/** What becomes of a stream of news: refused, or after some events ended, torn, broken in its words or silent for ever. */
const LISTENING = ['refused', 'Wi-Fi page', 'cut', 'torn', 'garbled', 'silent'] as const;

/** So many of the last requests are remembered, to be told when something is wrong. */
const REMEMBERED = 5000;

/** So many attempts that were answered in some way, and the outbox lets the others pass: only then may words overtake. */
const PATIENCE = 4;

interface Heard {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Known {
  readonly wish: Wish;
  /** Which tab it was asked for in, and in which moment of the walk. */
  readonly tab: number;
  readonly moment: number;
  /** In the order in which they were asked for. */
  readonly number: number;
  /** When its words were surely on the disk; null: they may not be. */
  keptIn: number | null;
  arrivals: number;
  /** Attempts, as the tabs told of them. */
  readonly tried: (Tried & { readonly by: number })[];
  /** From then on it may have been tried by a tab that can't tell any more. */
  unseen: number;
  /** What the server said in the end: `taken`, or why not; null while that is open. */
  verdict: string | null;
  /** When it was refused. */
  refused: number;
}

export interface ProxyOptions {
  readonly seed: number;
  /** Where the server is. */
  readonly target: () => string;
  readonly model: Model;
  /** Whether the server's file has the outcome of a wish: asked after a crash, when nobody heard. */
  readonly look: (wish: Wish, counter: number) => boolean;
  /** Kills the server; it is down from this moment on. */
  readonly kill: () => Promise<void>;
  readonly fail: (what: string) => void;
}

interface Passing {
  readonly older: Known;
  readonly younger: Known;
  readonly at: number;
}

export class Proxy {
  readonly model: Model;
  readonly #options: ProxyOptions;
  #server!: Server;
  #isOpen = false;
  #port = 0;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  readonly #known = new Map<string, Known>();
  /** Of each page, in the order in which they were asked for: who must not be overtaken. */
  readonly #asked = new Map<string, Known[]>();
  /** One write at a time for each page: the order of arrival is the order of commits. */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #sockets = new Set<Socket>();
  readonly #held = new Set<() => void>();
  readonly #tokens = new Map<string, string>();
  readonly #lists = new Map<string, Heard>();
  #reads = 0;
  #streams = 0;
  /** What it was about, and how it went. */
  readonly #last: (readonly [string, string])[] = [];
  #numbers = 0;
  /** How much goes wrong, from 0 to 1. */
  weather = 0;
  under = 0;
  requests = 0;
  faults = new Map<string, number>();
  /** Writes until the server is killed. */
  #killIn = Infinity;
  #killWhen: 'asked' | 'answered' = 'asked';
  /** While the server is down: settled when it is up again. */
  #up: Promise<void> | null = null;
  /** Who came to the server before somebody who was asked for earlier. */
  #passed: Passing[] = [];

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.model = options.model;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async open(): Promise<void> {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#server = createServer(
      (request, response) =>
        void this.#answer(request, response).catch((error: unknown) => this.#options.fail(String(error))),
    );
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('clientError', (_error, socket) => socket.destroy());
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** From now on connections are refused, and those that are open are reset. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.release();
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  end(): void {
    this.#agent.destroy();
  }

  /** A wish is handed to a tab: from now on its requests are known. */
  expect(wish: Wish, tab: number, moment: number): void {
    const open = { keptIn: null, arrivals: 0, tried: [], unseen: Infinity, verdict: null, refused: Infinity };
    const known: Known = { wish, tab, moment, number: this.#numbers++, ...open };
    this.#known.set(wish.id, known);
    const asked = this.#asked.get(wish.page) ?? [];
    asked.push(known);
    this.#asked.set(wish.page, asked);
  }

  /** Its words are on the disk. */
  keep(id: string, moment: number): void {
    const known = this.#known.get(id);
    if (known) known.keptIn ??= moment;
  }

  /** What the tabs have tried since they were asked last. */
  noteTried(all: readonly Tried[], by: number): void {
    for (const tried of all) this.#known.get(tried.id)?.tried.push({ ...tried, by });
  }

  /** A tab went and took with it what it has tried since it was asked last. */
  loseSight(reader: ReaderName, since: number): void {
    for (const known of this.#known.values()) {
      // The server may have taken it: what did not hear so goes on with it.
      const isOver = known.tried.some(({ end }) => end === 'yes');
      if (!isOver && known.wish.reader === reader) known.unseen = Math.min(known.unseen, since);
    }
  }

  /** Since the last time: what was overtaken by something younger and must not have been. */
  outOfOrder(): string[] {
    const passed = this.#passed;
    this.#passed = [];
    return passed.flatMap(({ older, younger, at }) => {
      // What was pressed in two tabs at once has no order, what is not on the disk waits for its tab, and a tab that has
      // lost the disk knows of no other's words.
      const isEarlier =
        older.keptIn !== null &&
        (older.tab === younger.tab || (older.keptIn < younger.moment && younger.keptIn !== null));
      if (!isEarlier || (!areBound(older.wish, younger.wish) && this.#mayBePassed(older, at))) return [];
      const about = ({ tab, moment, keptIn, tried, unseen, wish }: Known): string =>
        `${wish.kind} ${wish.id} of tab ${tab} in moment ${moment} (kept in ${keptIn}, target ${wish.target}, ` +
        `tried ${tried.map((one) => `${one.at - at} by tab ${one.by}: ${one.end}`).join()}${unseen < at ? ' and perhaps more' : ''})`;
      return [`on ${younger.wish.page}: ${about(younger)} came before ${about(older)}`];
    });
  }

  verdictOf(id: string): string | null {
    return this.#known.get(id)?.verdict ?? null;
  }

  arrivalsOf(id: string): number {
    return this.#known.get(id)?.arrivals ?? 0;
  }

  /** A page is over: nothing of it comes again. */
  retire(page: string): void {
    for (const { wish } of this.#asked.get(page) ?? []) this.#known.delete(wish.id);
    this.#asked.delete(page);
    this.#turns.delete(page);
    for (const url of this.#lists.keys()) if (url.includes(`page=${page}`)) this.#lists.delete(url);
  }

  /** What was held back comes now, late. */
  release(): void {
    for (const release of [...this.#held]) release();
    this.#held.clear();
  }

  get held(): number {
    return this.#held.size;
  }

  killAfter(writes: number, when: 'asked' | 'answered'): void {
    this.#killIn = writes;
    this.#killWhen = when;
  }

  get isKillDue(): boolean {
    return this.#killIn < Infinity;
  }

  noKill(): void {
    this.#killIn = Infinity;
  }

  /** The server is down until this is settled. */
  waitFor(up: Promise<void>): void {
    this.#up = up;
    void up.then(() => {
      if (this.#up === up) this.#up = null;
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.under++;
    this.requests++;
    try {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of request) chunks.push(chunk as Buffer);
      } catch {
        return; // Who asked has gone.
      }
      const body = Buffer.concat(chunks).toString();
      if (this.#up) reset(request);
      else if (request.method === 'OPTIONS') await this.#pass(request, response, body);
      else if (request.url?.startsWith('/api/v1/events')) this.#stream(request, response);
      else if (request.method === 'GET') await this.#read(request, response);
      else await this.#write(request, response, body);
    } finally {
      this.under--;
    }
  }

  async #pass(request: IncomingMessage, response: ServerResponse, body: string): Promise<Heard | null> {
    const heard = await this.#forward(request, body);
    if (heard) reply(response, heard);
    else reset(request);
    return heard;
  }

  async #read(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const random = seededRandom(hash(`${this.#options.seed} read ${this.#reads++}`));
    const url = request.url ?? '';
    // A cache in between has an old list of the same address (FAULTS B11).
    const stale = this.#lists.get(url);
    if (this.weather > 0 && stale && random.next() < 0.03) {
      this.#count('stale list');
      this.#remember(url, `GET ${url}: a stale list`);
      return reply(response, stale);
    }
    const fate = random.next() < this.weather / 2 ? random.pick(READING) : null;
    this.#remember(url, `GET ${url}: ${fate ?? 'passed on'}`);
    if (fate?.endsWith('before')) return this.#spoil(fate, request, response, null, random.next());
    const heard = await this.#forward(request, '');
    if (!heard) return reset(request);
    if (url.startsWith('/api/v1/comments?') && heard.status === 200 && random.next() < 0.2) this.#lists.set(url, heard);
    if (fate) return this.#spoil(fate, request, response, heard, random.next());
    reply(response, heard);
  }

  /** News as the server tells them, for as long as nothing comes between. */
  #stream(request: IncomingMessage, response: ServerResponse): void {
    const random = seededRandom(hash(`${this.#options.seed} stream ${this.#streams++}`));
    const fate = random.next() < this.weather ? random.pick(LISTENING) : null;
    let pieces = random.below(5);
    this.#remember(request.url ?? '', `${request.url}: ${fate ?? 'open'}`);
    const open = { 'access-control-allow-origin': '*', 'cache-control': 'no-store' };
    if (fate === 'refused' || fate === 'Wi-Fi page') {
      this.#count(`stream ${fate}`);
      response.writeHead(fate === 'refused' ? 503 : 200, { ...open, 'content-type': 'text/html' }).end('<p>Welcome');
      return;
    }
    const { host, port } = splitAddress(this.#options.target());
    const headers = { ...request.headers, host: `${host}:${port}` };
    const asking = ask({ host, port, path: request.url, headers, agent: false }, (answer) => {
      const type = answer.headers['content-type'] ?? 'text/plain';
      response.writeHead(answer.statusCode ?? 502, { ...open, 'content-type': type });
      response.flushHeaders();
      answer.on('data', (chunk: Buffer) => {
        if (fate === null || pieces-- > 0) return void response.write(chunk);
        if (pieces === -1) this.#count(`stream ${fate}`);
        if (fate === 'garbled') response.write('event: changes\ndata: {"page":\n\n');
        if (fate === 'torn') response.write(chunk.subarray(0, chunk.length / 2));
        if (fate !== 'silent') reset(request);
      });
      answer.on('end', () => response.end());
      answer.on('error', () => reset(request));
    });
    asking.on('error', () => reset(request));
    asking.end();
    response.once('close', () => asking.destroy());
  }

  #remember(about: string, line: string): void {
    this.#last.push([about, `${(performance.now() / 1000).toFixed(2)} ${line}`]);
    if (this.#last.length > 2 * REMEMBERED) this.#last.splice(0, REMEMBERED);
  }

  /** The last requests about a page. */
  lastOf(page: string): string[] {
    const isAbout = new RegExp(`\\b${page}\\b`);
    return this.#last.filter(([about]) => isAbout.test(about)).map(([, line]) => line);
  }

  async #write(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const key = String(request.headers['idempotency-key']);
    const known = this.#known.get(key);
    if (!known) {
      this.#options.fail(`a request came that nobody asked for: ${request.method} ${request.url} with key ${key}`);
      return reset(request);
    }
    this.#checkToken(known.wish, request);
    const attempt = known.arrivals++;
    const random = seededRandom(hash(`${this.#options.seed} ${key} ${attempt}`));
    const fate = random.next() < this.weather ? pickFate(random.next()) : null;
    this.#remember(
      known.wish.page,
      `${request.method} ${request.url} ${known.wish.kind} ${key}: ${fate ?? 'passed on'}`,
    );
    if (fate?.endsWith('before')) return this.#spoil(fate, request, response, null, random.next());
    const heard = await this.#inTurn(known.wish.page, () => this.#carry(known, request, body));
    if (!heard) return reset(request);
    if (fate === 'twice after') {
      this.#count(fate);
      // The browser sends it again by itself (FAULTS A5): the second answer is the one that arrives.
      const second = await this.#inTurn(known.wish.page, () => this.#carry(known, request, body));
      return second ? reply(response, second) : reset(request);
    }
    if (!fate) return reply(response, heard);
    return this.#spoil(fate, request, response, heard, random.next());
  }

  #inTurn<T>(page: string, act: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(page) ?? Promise.resolve()).then(act);
    this.#turns.set(
      page,
      turn.catch(() => undefined),
    );
    return turn;
  }

  /** One write reaches the server: what it makes of it must be what the model makes of it. */
  async #carry(known: Known, request: IncomingMessage, body: string): Promise<Heard | null> {
    const { wish } = known;
    const counter = isWhole(wish) ? Number((JSON.parse(body) as { counter: unknown }).counter) : 0;
    if (this.#up) return null;
    this.#noteOrder(known);
    const dies = --this.#killIn === 0;
    if (dies) this.#killIn = Infinity;
    const asking = this.#forward(request, body);
    if (dies && this.#killWhen === 'asked') await this.#options.kill();
    const heard = await asking;
    this.#remember(wish.page, `  ${wish.kind} ${wish.id}: ${heard?.status ?? 'nobody answered'}`);
    if (dies && this.#killWhen === 'answered') await this.#options.kill();
    if (!heard) {
      // It may have been done or not: the file tells, once the server is up again.
      await this.#whenUp();
      if (this.#options.look(wish, counter)) this.#settle(known, this.#judge(wish, counter));
      return null;
    }
    if (heard.status === 503 || heard.status === 500) {
      this.#options.fail(`the server itself answered ${heard.status} to ${wish.kind} ${wish.id}: ${heard.body}`);
      return heard;
    }
    const expected = this.#judge(wish, counter);
    const said = saidOf(heard);
    if (said !== expected) {
      this.#options.fail(`${wish.kind} ${wish.id} on ${wish.page}: the server said "${said}", not "${expected}"`);
    } else if (said === 'taken') this.#compare(wish, heard);
    this.#settle(known, expected);
    return dies && this.#killWhen === 'answered' ? null : heard;
  }

  async #whenUp(): Promise<void> {
    await this.#up;
  }

  #settle(known: Known, verdict: string): void {
    known.verdict = verdict;
    if (verdict !== 'taken') known.refused = Math.min(known.refused, Date.now());
  }

  #judge(wish: Wish, counter: number): string {
    const verdict = this.model.take(wish, counter);
    return verdict.taken ? 'taken' : verdict.reason;
  }

  #compare(wish: Wish, heard: Heard): void {
    const { comment, subscriptions } = JSON.parse(heard.body) as {
      readonly comment: Record<string, unknown> | null;
      readonly subscriptions?: { readonly page: { readonly choice: unknown } };
    };
    if (wish.kind === 'notify') {
      const [said, expected] = [subscriptions?.page.choice, this.model.choice(wish.page, wish.reader)?.value];
      if (said !== expected) this.#options.fail(`notify ${wish.id}: ${String(said)}, not ${expected}`);
      return;
    }
    const id = wish.kind === 'post' ? wish.id : (wish.target ?? '');
    const noted = this.model.page(wish.page).get(id);
    const isGone = noted?.isDeleted === true && this.model.below(wish.page, id) === 0;
    if (comment === null) {
      if (!isGone) this.#options.fail(`${wish.kind} ${wish.id}: answered as if nothing were left`);
      return;
    }
    if (!noted) return this.#options.fail(`${wish.kind} ${wish.id}: answered with a comment nobody knows`);
    const { up, down } = Model.score(noted);
    const expected = { id, text: noted.text, up, down, parentId: noted.parent };
    for (const [name, value] of Object.entries(expected)) {
      if (comment[name] === value) continue;
      this.#options.fail(`${wish.kind} ${wish.id}: ${name} is ${String(comment[name])}, not ${String(value)}`);
    }
  }

  /** One browser has one secret, for ever (S-4). */
  #checkToken({ reader }: Wish, request: IncomingMessage): void {
    const token = request.headers.authorization ?? '';
    const known = this.#tokens.get(reader) ?? token;
    this.#tokens.set(reader, known);
    if (known !== token) this.#options.fail(`${reader} came with another secret`);
  }

  /** The next who come by these names are others. */
  forgetReaders(): void {
    this.#tokens.clear();
  }

  tokenOf(reader: string): string {
    return (this.#tokens.get(reader) ?? '').replace(/^Bearer /, '');
  }

  /** Nothing comes before what it is about, an edit or deletion not before an older one, words not before older words. */
  #noteOrder(known: Known): void {
    const { wish } = known;
    if (known.verdict !== null) return;
    for (const older of this.#asked.get(wish.page) ?? []) {
      if (older === known) return;
      const { wish: earlier } = older;
      if (older.verdict !== null || earlier.reader !== wish.reader) continue;
      const areBothWords = !isWhole(earlier) && !isWhole(wish);
      if (areBothWords || areBound(earlier, wish)) this.#passed.push({ older, younger: known, at: Date.now() });
    }
  }

  /** It was tried often enough by then to let others go first, or waits for something that was, or for its reader. */
  #mayBePassed(older: Known, at: number, asked: ReadonlySet<Known> = new Set()): boolean {
    if (older.refused <= at || older.unseen <= at) return true;
    const tried = older.tried.filter((one) => one.at <= at);
    if (tried.length >= PATIENCE && tried.some(({ end }) => end === 'trouble')) return true;
    return (this.#asked.get(older.wish.page) ?? []).some(
      (one) =>
        one !== older &&
        !asked.has(one) &&
        (one.wish.id === older.wish.target || (areSameWords(one.wish, older.wish) && mayBeBefore(one, older))) &&
        this.#mayBePassed(one, at, new Set([...asked, older])),
    );
  }

  #forward(request: IncomingMessage, body: string): Promise<Heard | null> {
    const { host, port } = splitAddress(this.#options.target());
    return new Promise((resolve) => {
      const headers = { ...request.headers, host: `${host}:${port}`, 'content-length': Buffer.byteLength(body) };
      delete headers['accept-encoding'];
      delete headers.connection;
      const asking = ask(
        { host, port, path: request.url, method: request.method, headers, agent: this.#agent },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', () => resolve(null));
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      asking.on('error', () => resolve(null));
      asking.end(body);
    });
  }

  #count(what: string): void {
    this.faults.set(what, (this.faults.get(what) ?? 0) + 1);
  }

  /** Does it. @param heard What the server said; null where it was not asked. */
  #spoil(
    fate: Fate,
    request: IncomingMessage,
    response: ServerResponse,
    heard: Heard | null,
    chance: number,
  ): void | Promise<void> {
    this.#count(fate);
    const { socket } = request;
    const said = heard?.body ?? '';
    const open = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'Retry-After' };
    const end = (status: number, type: string, body: string, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, { ...open, 'content-type': type, ...headers }).end(body);
    const html = '<!doctype html><title>Welcome</title><p>Please accept the terms of our network.';
    const problem = (status: number, name: string, headers: Record<string, string> = {}): void =>
      end(
        status,
        'application/problem+json',
        JSON.stringify({ type: `urn:afterword:problem:${name}`, title: name, status, detail: name }),
        headers,
      );
    switch (fate) {
      case 'reset before':
      case 'reset after':
        return reset(request);
      case 'closed before':
      case 'closed after':
        return void socket.end();
      case 'firewall page before':
        return end(chance < 0.5 ? 403 : 404, 'text/html', html);
      case 'Wi-Fi page before':
      case 'Wi-Fi page after':
        return end(200, 'text/html', html);
      case 'network sign-in before':
        return end(511, 'text/html', html);
      case 'internal error before':
        return problem(500, 'internal');
      case 'internal error after':
        return end(500, 'text/plain', 'Internal error');
      case 'bad gateway before':
        return end(chance < 0.5 ? 502 : 504, 'text/html', html);
      case 'unavailable before':
        return end(503, 'text/html', html, { 'retry-after': retryAfter(chance) });
      case 'too many before':
        return problem(429, 'rate-limited', chance < 0.5 ? { 'retry-after': String(1 + Math.floor(chance * 60)) } : {});
      case 'in flight before':
        return problem(409, 'in-flight');
      case 'redirect before':
        return end(302, 'text/html', '', { location: '/somewhere/else' });
      case 'garbage before':
        return void socket.end('\u0000\u0001 this is not HTTP\r\n\r\n');
      case 'no CORS header before':
        return void response.writeHead(502, { 'content-type': 'text/plain' }).end('Bad gateway');
      case 'cut short after': {
        const length = Buffer.byteLength(said) + 40;
        const lines = ['HTTP/1.1 200 OK', 'Content-Type: application/json', `Content-Length: ${length}`];
        socket.write([...lines, 'Access-Control-Allow-Origin: *', '', said.slice(0, said.length / 2)].join('\r\n'));
        return void socket.end();
      }
      case 'cut chunk after':
        response.writeHead(200, { ...open, 'content-type': 'application/json' });
        response.write(said.slice(0, said.length / 2), () => reset(request));
        return;
      case 'half JSON after':
        return end(200, 'application/json', said.slice(0, said.length / 2));
      case 'empty after':
        return end(chance < 0.5 ? 204 : 200, 'application/json', '');
      case 'null after':
        return end(200, 'application/json', chance < 0.5 ? 'null' : '[]');
      case 'foreign answer after':
        return end(201, 'application/json', said.replaceAll(/"operationId":"./g, '"operationId":"0'));
      case 'false gzip after':
        return end(200, 'application/json', said, { 'content-encoding': 'gzip' });
      case 'held back after':
        return new Promise((resolve) => {
          const release = (): void => {
            this.#held.delete(release);
            if (heard && !socket.destroyed) reply(response, heard);
            resolve();
          };
          this.#held.add(release);
          socket.once('close', release);
        });
      case 'twice after':
        return;
    }
  }
}

/** Whatever happens, the second has to come after the first. */
function areBound(earlier: Wish, wish: Wish): boolean {
  return (earlier.kind === 'post' && earlier.id === wish.target) || areSameWords(earlier, wish);
}

function areSameWords(one: Wish, other: Wish): boolean {
  const changes = (wish: Wish): boolean => wish.kind === 'edit' || wish.kind === 'delete';
  return changes(one) && changes(other) && one.target === other.target && one.reader === other.reader;
}

/** As far as that is known: in one moment, what other tabs press has no order. */
function mayBeBefore(one: Known, other: Known): boolean {
  if (one.moment !== other.moment) return one.moment < other.moment;
  return one.tab !== other.tab || one.number < other.number;
}

/** The clock decides what is late; nothing here is meant for ever. */
function retryAfter(chance: number): string {
  if (chance < 0.4) return String(Math.floor(chance * 100));
  if (chance < 0.6) return 'Wed, 21 Oct 2015 07:28:00 GMT';
  return chance < 0.7 ? 'Fri, 31 Dec 2099 23:59:59 GMT' : 'soon';
}

function saidOf({ status, body }: Heard): string {
  if (status === 200 || status === 201) return 'taken';
  try {
    return String((JSON.parse(body) as { type: unknown }).type).replace('urn:afterword:problem:', '');
  } catch {
    return `status ${status}`;
  }
}

function reply(response: ServerResponse, { status, headers, body }: Heard): void {
  const kept = { ...headers };
  for (const name of ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date']) delete kept[name];
  response.writeHead(status, kept).end(body);
}

function reset({ socket }: IncomingMessage): void {
  if (!socket.destroyed) socket.resetAndDestroy();
}

function splitAddress(url: string): { host: string; port: string } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port };
}

function pickFate(chance: number): Fate {
  const all = Object.entries(FATES) as [Fate, number][];
  let left = chance * all.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [fate, weight] of all) if ((left -= weight) < 0) return fate;
  return 'reset before';
}

/** FNV-1a, 32 bits: a seed from words. */
export function hash(words: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < words.length; index++) {
    state = Math.imul(state ^ words.charCodeAt(index), 0x01000193);
  }
  return state >>> 0;
}
