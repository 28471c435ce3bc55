/**
 * A real `afterword-server` in a process of its own, as `npm run build` makes it, on a fresh database file and a free
 * port; and small sites of other origins that carry its script.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, isStale } from '../../.config/build.ts';
import { rowsOf } from './database-file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'dist/server/main.js');

/** What a command of the program said. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface AfterwordServer {
  /** Its origin, such as `http://localhost:40123`. */
  readonly url: string;
  readonly database: string;
  /** The folder of the database; goes away with `stop`. */
  readonly folder: string;
  /** Runs another command of the program on the same database. */
  command(...args: readonly string[]): Promise<Said>;
  /** Writes records to a file and imports them; fails the test where the command does. */
  import(records: readonly object[], ...args: readonly string[]): Promise<Said>;
  /** Rows of an SQL question, asked of the file itself. */
  rows(sql: string, ...values: readonly unknown[]): Record<string, unknown>[];
  /** Ends the process and keeps the file. */
  down(): Promise<void>;
  /** Ends it in the middle of whatever it does, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and file. */
  up(): Promise<void>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Origins of sites to serve besides this machine's own. */
  readonly origins?: readonly string[];
  /** Settings of the site `default`, as `afterword-server site add` takes them. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Builds what is not built, once a process. */
let built: Promise<void> | null = null;
export function ensureBuilt(): Promise<void> {
  built ??= (async () => {
    const here = process.cwd();
    if (process.env.AFTERWORD_BUILT !== 'yes' && isStale()) await build();
    process.chdir(here);
  })();
  return built;
}

export async function startAfterword(options: ServerOptions = {}): Promise<AfterwordServer> {
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'afterword-test-'));
  const database = join(folder, 'comments.sqlite');
  let child: ChildProcess | null = null;
  let port = 0;
  let url = '';

  const environment = { ...process.env, ...options.env };
  const command = (...args: readonly string[]): Promise<Said> =>
    new Promise((resolve) => {
      execFile(
        process.execPath,
        [program, ...args, '--database', database],
        { cwd: folder, env: environment, maxBuffer: 64e6 },
        (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err }),
      );
    });

  const up = async (): Promise<void> => {
    if (child && child.exitCode === null) return; // It runs already: a test that failed left it where it was.
    // Every reader of a test comes from the same address: its limits are tried where they are the question.
    const flags = ['--port', String(port), '--database', database, '--limits', 'off'];
    const started = spawn(process.execPath, [program, 'serve', ...flags], {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    url = await new Promise<string>((resolve, reject) => {
      let said = '';
      const listen = (chunk: Buffer): void => {
        said += chunk.toString();
        const address = /https?:\/\/(?:localhost|127\.0\.0\.1):(\d+)/.exec(said);
        if (address) resolve(address[0]);
      };
      started.stdout.on('data', listen);
      started.stderr.on('data', listen);
      started.once('exit', (code) => reject(new Error(`afterword-server ended with ${code}:\n${said}`)));
    });
    port = Number(new URL(url).port);
  };
  const down = async (): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGTERM');
    const late = setTimeout(() => running.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
  };

  const kill = async (): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  };

  const settings = Object.entries({ origins: options.origins?.join(','), ...options.settings }).flatMap(
    ([name, value]) => (value === undefined ? [] : [`--${name}`, value]),
  );
  if (settings.length > 0) await told(command('site', 'add', 'default', ...settings));
  await up();
  process.once('exit', () => child?.kill('SIGKILL'));

  return {
    get url() {
      return url;
    },
    database,
    folder,
    command,
    async import(records, ...args) {
      const file = join(folder, `import-${Date.now()}-${Math.round(performance.now() * 1000)}.json`);
      writeFileSync(file, JSON.stringify(records));
      return told(command('import', file, ...args));
    },
    rows(sql, ...values) {
      return rowsOf(database, sql, ...values);
    },
    down,
    kill,
    up,
    async stop() {
      await down();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The answer of a command that must succeed. */
async function told(asked: Promise<Said>): Promise<Said> {
  const said = await asked;
  if (said.code !== 0) throw new Error(`The command ended with ${said.code}:\n${said.out}${said.err}`);
  return said;
}

/** What a host site answers at an address: a page as text, or with headers of its own. */
export type HostPage = string | { readonly body: string; readonly headers?: Readonly<Record<string, string>> };

export interface Host {
  readonly url: string;
  /** Paths asked for, in order. */
  readonly asked: string[];
  stop(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.ico': 'image/x-icon',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** As typed where it is no encoding: an attack string asks for anything. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Somebody's site: pages by path, and the files of a folder. It has an origin of its own. */
export async function startHost(
  pages: Readonly<Record<string, HostPage>> | ((path: string) => HostPage | undefined),
  folder?: string,
): Promise<Host> {
  const asked: string[] = [];
  const find = typeof pages === 'function' ? pages : (path: string): HostPage | undefined => pages[path];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = decoded(new URL(request.url ?? '/', 'http://host').pathname);
    asked.push(path);
    const page = find(path);
    if (page !== undefined) {
      const { body, headers = {} } = typeof page === 'string' ? { body: page } : page;
      response.writeHead(200, { 'content-type': TYPES['.html'], ...headers }).end(body);
      return;
    }
    const file = folder === undefined ? '' : join(folder, normalize(path));
    if (folder !== undefined && file.startsWith(folder) && existsSync(file) && extname(file) in TYPES) {
      response.writeHead(200, { 'content-type': TYPES[extname(file)] }).end(readFileSync(file));
      return;
    }
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
  };
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
