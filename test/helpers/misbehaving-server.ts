/**
 * A server that misbehaves as told, made of raw sockets, in front of a real one: "stored, and then the connection was
 * reset" is really stored and really reset. It counts what arrives by the key of the operation.
 */
import { once } from 'node:events';
import { request as ask, type IncomingHttpHeaders } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a request is about: `send` is every write, the rest is reading; `head` a write whose body is still on its way. */
export type Kind = 'list' | 'changes' | 'mine' | 'send' | 'head' | 'preflight' | 'other';

export interface Arrival {
  readonly kind: Kind;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The operation's id; null for reading. */
  readonly key: string | null;
}

/** What the real server said. */
export interface Said {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Turn {
  readonly asked: Arrival;
  readonly socket: Socket;
  /** The real server does what is asked, once however often this is called. */
  readonly forward: () => Promise<Said>;
  /** Headers by which the real server lets this page read its answers. */
  readonly cors: () => Promise<Record<string, string>>;
}

export type Behaviour = (turn: Turn) => void | Promise<void>;

// ——— Ways to behave

export const fine: Behaviour = async ({ forward, socket }) => {
  const { status, headers, body } = await forward();
  writeWhole(socket, status, headers, body);
};

/** The connection dies as if a cable were cut. */
export const reset: Behaviour = ({ socket }) => void socket.resetAndDestroy();
/** The connection is closed in good order, and nothing was said. */
export const hangUp: Behaviour = ({ socket }) => void socket.end();
export const silence: Behaviour = () => undefined;

/** Really stored (or read), and then … */
export const commitThen =
  (next: Behaviour): Behaviour =>
  async (turn) => {
    await turn.forward();
    await next(turn);
  };

export const bytes =
  (...pieces: readonly (string | Buffer)[]): Behaviour =>
  ({ socket }) =>
    pieces.forEach((piece) => socket.write(piece));

/** Each after the other. */
export const inTurn =
  (...steps: readonly Behaviour[]): Behaviour =>
  async (turn) => {
    for (const step of steps) await step(turn);
  };

export interface AnswerOptions {
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without the headers that let the page read it. */
  readonly closed?: boolean;
}

/** An answer of another than the real server, readable by the page. Objects travel as JSON. */
export const answer =
  (status: number, body: object | string | Buffer | null = '', options: AnswerOptions = {}): Behaviour =>
  async ({ socket, cors }) => {
    const isJson = body === null || (typeof body === 'object' && !Buffer.isBuffer(body));
    const whole = Buffer.isBuffer(body) ? body : Buffer.from(isJson ? JSON.stringify(body) : body);
    const headers = {
      'content-type': options.type ?? (isJson ? 'application/json' : 'text/html; charset=utf-8'),
      ...(options.closed ? {} : await cors()),
      ...options.headers,
    };
    writeWhole(socket, status, headers, whole);
  };

/** A definite word of our server. */
export const problem = (
  status: number,
  reason: string,
  more: object = {},
  headers: Readonly<Record<string, string>> = {},
): Behaviour =>
  answer(
    status,
    { type: `urn:afterword:problem:${reason}`, title: reason, status, ...more },
    { type: 'application/problem+json', headers },
  );

/** The real answer, changed on its way. */
export const changed =
  (change: (body: never) => unknown): Behaviour =>
  async ({ forward, socket }) => {
    const { status, headers, body } = await forward();
    const made = change(JSON.parse(body.toString()) as never);
    writeWhole(socket, status, headers, Buffer.isBuffer(made) ? made : Buffer.from(JSON.stringify(made)));
  };

function writeWhole(
  socket: Socket,
  status: number,
  headers: IncomingHttpHeaders | Readonly<Record<string, string>>,
  body: Buffer,
): void {
  const { connection, 'keep-alive': _, 'transfer-encoding': __, 'content-length': ___, ...others } = headers;
  const isBodyless = status === 204 || status === 304;
  const lines = Object.entries(others).flatMap(([name, value]) => [value ?? []].flat().map((one) => `${name}: ${one}`));
  if (connection === 'close') lines.push('connection: close');
  if (!isBodyless) lines.push(`content-length: ${body.length}`);
  socket.write(`HTTP/1.1 ${status} Said\r\n${lines.join('\r\n')}\r\n\r\n`);
  if (!isBodyless) socket.write(body);
  if (connection === 'close') socket.end();
}

// ——— The server

export interface MisbehavingServer {
  readonly url: string;
  /** In the order of arrival, what the browser sent again by itself included; without preflights. */
  readonly arrived: Arrival[];
  /** Writes that wait for their answer, and the most there ever were at once. */
  readonly open: number;
  readonly most: number;
  /** How the next requests of a kind are met; `fine` after the last. */
  next(kind: Kind, ...behaviours: readonly Behaviour[]): void;
  /** How all of a kind are met until this is called again; null ends it. */
  always(kind: Kind, behaviour: Behaviour | null): void;
  /** Writes that arrived, by their keys. */
  keys(): Map<string, number>;
  /** Nobody listens any more; connections are cut. */
  down(): Promise<void>;
  /** Listens again at the same address. */
  up(): Promise<void>;
  stop(): Promise<void>;
}

export async function startMisbehaving(real: () => string): Promise<MisbehavingServer> {
  const arrived: Arrival[] = [];
  const queues = new Map<Kind, Behaviour[]>();
  const standing = new Map<Kind, Behaviour>();
  const sockets = new Set<Socket>();
  const state = { open: 0, most: 0 };
  const corsOf = new Map<string, Promise<Record<string, string>>>();
  let port = 0;

  /** What the real server's answers say to this origin, so that a test never grants what it would not. */
  const cors = (origin: string): Promise<Record<string, string>> => {
    const known = corsOf.get(origin) ?? readCors(real(), origin);
    corsOf.set(origin, known);
    return known;
  };

  async function meet(asked: Arrival, socket: Socket): Promise<void> {
    const behaviour = standing.get(asked.kind) ?? queues.get(asked.kind)?.shift() ?? fine;
    if (asked.kind !== 'preflight') arrived.push(asked);
    const isSend = asked.kind === 'send';
    if (isSend) {
      state.most = Math.max(state.most, ++state.open);
      const end = (): void => {
        socket.off('close', end);
        answered.delete(socket);
        state.open--;
      };
      socket.once('close', end);
      answered.set(socket, end);
    }
    let said: Promise<Said> | null = null;
    const written = socket.bytesWritten;
    await behaviour({
      asked,
      socket,
      forward: () => (said ??= forward(real(), asked)),
      cors: () => cors(asked.headers['origin'] ?? ''),
    });
    if (socket.bytesWritten > written) answered.get(socket)?.();
  }

  /** By connection: what ends the count of its open write. */
  const answered = new Map<Socket, () => void>();

  function serve(socket: Socket): void {
    sockets.add(socket);
    let received: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const early = queues.get('head')?.length ? readHead(received) : null;
      if (early?.asked.method === 'POST' && received.length < early.end) {
        arrived.push({ ...early.asked, kind: 'head' });
        const { asked } = early;
        void queues.get('head')?.shift()?.({
          asked,
          socket,
          // It never came whole.
          forward: () => Promise.reject(new Error('There is nothing to pass on.')),
          cors: () => cors(asked.headers['origin'] ?? ''),
        });
        received = Buffer.alloc(0);
        return;
      }
      for (let next = readRequest(received); next; next = readRequest(received)) {
        received = next.rest;
        void meet(next.asked, socket).catch(() => socket.destroy());
      }
    });
    socket.on('error', () => undefined); // Cut by either side: that is what this is about.
    socket.on('close', () => sockets.delete(socket));
  }

  let server: Server;
  const up = async (): Promise<void> => {
    server = createServer(serve);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  const down = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  await up();

  return {
    url: `http://127.0.0.1:${port}`,
    arrived,
    get open() {
      return state.open;
    },
    get most() {
      return state.most;
    },
    next: (kind, ...behaviours) => void queues.set(kind, [...(queues.get(kind) ?? []), ...behaviours]),
    always: (kind, behaviour) => void (behaviour ? standing.set(kind, behaviour) : standing.delete(kind)),
    keys() {
      const keys = new Map<string, number>();
      for (const { key, kind } of arrived) if (key !== null && kind === 'send') keys.set(key, (keys.get(key) ?? 0) + 1);
      return keys;
    },
    down,
    up,
    stop: down,
  };
}

function kindOf(method: string, path: string): Kind {
  if (method === 'OPTIONS') return 'preflight';
  if (method !== 'GET') return 'send';
  const [, name = 'other'] = /^\/api\/v1\/(comments|changes|mine)\b/.exec(path) ?? [];
  return name === 'comments' ? 'list' : (name as Kind);
}

/** One whole request from the beginning of what came, or null where some of it is still missing. */
function readRequest(received: Buffer): { readonly asked: Arrival; readonly rest: Buffer } | null {
  const head = readHead(received);
  if (!head || received.length < head.end) return null;
  const body = received.subarray(head.from, head.end);
  return { asked: { ...head.asked, body }, rest: received.subarray(head.end) };
}

/** The headers, and from where to where the body goes; null where some of them are still missing. */
function readHead(received: Buffer): { readonly asked: Arrival; readonly from: number; readonly end: number } | null {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const [method = '', path = ''] = first.split(' ');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const from = end + 4;
  const kind = kindOf(method, path);
  const key = kind === 'send' ? (headers['idempotency-key'] ?? '') : null;
  const asked = { kind, method, path, headers, body: Buffer.alloc(0), key };
  return { asked, from, end: from + Number(headers['content-length'] ?? 0) };
}

function forward(real: string, { method, path, headers, body }: Arrival): Promise<Said> {
  const { connection: __, ...others } = headers;
  return new Promise((resolve, reject) => {
    const call = ask(`${real}${path}`, { method, headers: others, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        // Between the two of us the connection ends here; the browser's is another.
        const { connection: _, ...said } = response.headers;
        resolve({ status: response.statusCode ?? 0, headers: said, body: Buffer.concat(pieces) });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

async function readCors(real: string, origin: string): Promise<Record<string, string>> {
  const { headers } = await fetch(`${real}/api/v1/comments?site=default&page=cors&order=newest&limit=1`, {
    headers: { origin },
  });
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
}
