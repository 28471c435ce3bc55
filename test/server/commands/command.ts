/** The command `afterword-server` as a process of its own, bundled once with its packages: each one starts twice as fast. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Inside the project, so that better-sqlite3, which can't be bundled, is found where it is needed; of this process alone. */
const MAIN = join(ROOT, '.cache', `server-${process.pid}`, 'main.js');

let isBundled = false;

function bundle(): void {
  if (isBundled) return;
  isBundled = true;
  buildSync({
    entryPoints: [join(ROOT, 'src/server/main.ts')],
    outfile: MAIN,
    bundle: true,
    format: 'esm',
    platform: 'node',
    // Packages that are not modules ask for Node's own parts in the old way.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    logLevel: 'error',
  });
  process.once('exit', () => rmSync(join(MAIN, '..'), { recursive: true, force: true }));
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly address: string;
  readonly process: ChildProcess;
  /** What it printed so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Asks it to stop, and waits until it has. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface Workplace {
  readonly folder: string;
  readonly database: string;
  run(...args: readonly string[]): Promise<Ran>;
  runWith(environment: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran>;
  /** `serve` on a free port, once it listens. */
  serve(...args: readonly string[]): Promise<Running>;
  /** Ends every process that runs in it, whatever it is doing. */
  killAll(): void;
}

/** An empty folder; every process started in it ends with the test. */
export function workplace(t: TestContext): Workplace {
  bundle();
  const folder = mkdtempSync(join(tmpdir(), 'afterword-'));
  const database = join(folder, 'data', 'afterword.sqlite');
  const running = new Set<ChildProcess>();
  t.after(async () => {
    for (const child of running) child.kill('SIGKILL');
    for (const child of running) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });

  function start(environment: Readonly<Record<string, string>>, args: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    return child;
  }

  async function runWith(environment: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> {
    const child = start(environment, args);
    const said = listen(child);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, out: said.out(), err: said.err() };
  }

  return {
    folder,
    database,
    runWith,
    run: (...args) => runWith({}, ...args),
    killAll: () => running.forEach((child) => child.kill('SIGKILL')),
    serve: async (...args) => {
      const child = start({}, ['serve', '--port', '0', '--no-demo', ...args]);
      const said = listen(child);
      const address = await new Promise<string>((resolve, reject) => {
        child.stdout?.on('data', () => {
          const found = /http:\/\/[\w.[\]:-]+/.exec(said.out());
          if (found) resolve(found[0]);
        });
        child.once('exit', (code) => reject(new Error(`It ended with ${code}: ${said.err()}`)));
      });
      return {
        ...said,
        address,
        process: child,
        stop: async (signal = 'SIGTERM') => {
          if (child.exitCode === null && child.signalCode === null) {
            const ended = once(child, 'exit');
            child.kill(signal);
            await ended;
          }
          return child.exitCode;
        },
      };
    },
  };
}

function listen(child: ChildProcess): { out: () => string; err: () => string } {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  return { out: () => out, err: () => err };
}
