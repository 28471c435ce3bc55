/**
 * `npm test`: every gate, two at a time, with one summary. `-- NAME…` runs some, `-- --list` names them.
 *
 * Two beside each other, as there are cores, and of tests with a browser one file at a time: a third browser at work makes
 * all of them take longer than it saves, and makes tests late that have to be in time. What a gate needs from another is named with it.
 *
 * Real browsers on a machine that others use too are late now and then. Where a few files of tests failed, those files run
 * once more when all else is over, with the machine to themselves, and what they say then counts; the summary tells of it.
 *
 * A gate is a command that prints how many cases it ran ("N passed, N failed", or the closing lines of node's test
 * runner). One that ran none has failed, whatever its exit code says. What a gate prints is kept in .cache/gates and
 * shown here only when it is red.
 */
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nodeTests, testFiles } from '../../.config/tests.mjs';
import { AGAIN, CASES, caseReporter, readCases } from './cases.ts';
import { line, read } from './closing.ts';
import type { Sum } from './closing.ts';

interface Gate {
  readonly name: string;
  /** Gates that have to be over before this one begins, where they run at all. */
  readonly after?: readonly string[];
  /** The arguments for node; undefined where the gate's file does not stand. */
  readonly run: readonly string[] | undefined;
  /** The arguments for node that run some of its files once more; undefined for a gate whose answer no clock changes. */
  readonly again?: (files: readonly string[]) => readonly string[] | undefined;
  /** It reads what all others left. */
  readonly isLast?: boolean;
}

/** A gate whose failed files run once more, alone. */
interface SecondTry {
  readonly name: string;
  readonly run: readonly string[];
  readonly first: Result;
  /** Names of the tests. */
  readonly failed: readonly string[];
}

/** A gate that takes this long hangs: each takes some minutes where two cores are its own. */
const HANGS_AFTER = 20 * 60_000;
/** More files of one gate that fail are no accident. */
const FEW_FILES = 3;

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));

const script = (file: string, ...args: string[]) => (existsSync(file) ? ['--import', 'tsx', file, ...args] : undefined);
const nodeTest = (run: string, files: readonly string[], atOnce = 2) =>
  files.length
    ? ['--import', 'tsx', '--test', `--test-concurrency=${atOnce}`, ...caseReporter(run), ...files]
    : undefined;
/** Tests in Node that talk to real servers and browsers. */
const slowTests = (name: string, files: readonly string[], atOnce?: number) => ({
  name,
  run: nodeTest(name, files, atOnce),
  again: (some: readonly string[]) => nodeTest(name + AGAIN, some, atOnce),
});
const outside = (file: string) => /^test\/(architecture\.test\.ts|build\/)/.test(file);

const ENGINES = ['webkit', 'firefox', 'chromium'];

/** In the order in which they begin: what fails soonest first, then the longest. */
const GATES: readonly Gate[] = [
  { name: 'format', run: script('test/gates/format.ts') },
  { name: 'build', run: script('test/gates/build.ts') },
  { name: 'lint', run: script('test/gates/lint.ts') },
  { name: 'types', run: script('test/gates/types.ts') },
  { name: 'architecture', run: nodeTest('architecture', nodeTests().filter(outside)) },
  { name: 'size', after: ['build'], run: script('test/gates/size.ts') },
  {
    name: 'manifest',
    after: ['build'],
    run: nodeTest(
      'manifest',
      testFiles('test/gates').filter((it) => it.includes('manifest')),
    ),
  },
  { after: ['build'], ...slowTests('e2e', existsSync('test/e2e') ? testFiles('test/e2e') : [], 1) },
  ...ENGINES.map((engine) => ({
    name: engine,
    run: script('test/gates/browser.ts', '--engine', engine),
    again: (files: readonly string[]) => script('test/gates/browser.ts', '--engine', engine, '--again', ...files),
  })),
  slowTests(
    'model and server',
    nodeTests().filter((file) => !outside(file)),
  ),
  { name: 'attacks', run: script('test/gates/attacks.ts', '--typed-every', '4') },
  { name: 'pages', after: ['build'], run: script('test/gates/pages.ts') },
  { name: 'anchoring', run: script('test/gates/anchoring.ts') },
  { name: 'packed', after: ['build'], run: script('test/gates/packed.ts') },
  {
    name: 'walk',
    after: ['build', 'e2e'],
    run: script('test/gates/walk.ts', '--operations', '300', '--seed', '20261123'),
  },
  { name: 'faults', isLast: true, run: script('test/gates/faults.ts', '--told') },
];

/** How many run beside each other. */
const LANES = 2;

interface Result extends Sum {
  readonly name: string;
  readonly seconds: number;
  readonly why?: string;
}

function logOf(name: string): string {
  return `.cache/gates/${name.replaceAll(' ', '-')}.log`;
}

/** Runs one gate in a process group of its own, so that nothing it started outlives it. */
async function pass({ name, run }: { name: string; run: readonly string[] }): Promise<Result> {
  const started = performance.now();
  const log = createWriteStream(logOf(name));
  const child = spawn(process.execPath, run, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    // What stands in dist/ was built by the gate "build": no test need look again.
    env: { ...process.env, ...(built ? { AFTERWORD_BUILT: 'yes' } : {}), FORCE_COLOR: '0', NO_COLOR: '1' },
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const end = (signal: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // The group has ended already: that is what was wanted.
    }
  };
  const interrupted = () => end('SIGKILL');
  process.once('exit', interrupted);
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    end('SIGKILL');
  }, HANGS_AFTER);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(limit);
  process.off('exit', interrupted);
  end('SIGKILL');
  await new Promise<void>((resolve) => log.end(resolve));

  const sum = read(readFileSync(logOf(name), 'utf8')) ?? { passed: 0, failed: 0, skipped: 0 };
  const seconds = (performance.now() - started) / 1000;
  const why = late
    ? `not done within ${HANGS_AFTER / 60_000} minutes`
    : sum.passed + sum.failed === 0
      ? 'ran no case'
      : code !== 0 && sum.failed === 0
        ? `ended with code ${code ?? 'none'}`
        : undefined;
  return { name, ...sum, failed: sum.failed + (why ? 1 : 0), seconds, ...(why ? { why } : {}) };
}

const names = process.argv.slice(2);
if (names.includes('--list')) {
  for (const { name, run } of GATES) console.log(run ? name : `${name} (does not stand yet)`);
  process.exit(0);
}
const unknown = names.filter((name) => !GATES.some((gate) => gate.name === name));
if (unknown.length) {
  console.error(`no gate is named ${unknown.join(', ')}; there are: ${GATES.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
rmSync(CASES, { recursive: true, force: true });
mkdirSync(CASES, { recursive: true });
const began = performance.now();
const results: Result[] = [];
let built = false;
const chosen = GATES.filter(({ name }) => !names.length || names.includes(name));
const doubts: SecondTry[] = [];

await runAll(chosen.filter(({ isLast }) => !isLast));
for (const doubt of doubts) await tryAgain(doubt);
await runAll(chosen.filter(({ isLast }) => isLast));

const total = results.reduce<Sum>(
  (sum, it) => ({ passed: sum.passed + it.passed, failed: sum.failed + it.failed, skipped: sum.skipped + it.skipped }),
  { passed: 0, failed: 0, skipped: 0 },
);
console.log(`${results.length} gates in ${Math.round((performance.now() - began) / 1000)} s`);
console.log(line(total));
process.exitCode = total.failed || !total.passed ? 1 : 0;

async function runAll(gates: readonly Gate[]): Promise<void> {
  const waiting = [...gates];
  const under = new Map<string, Promise<void>>();
  while (waiting.length || under.size) {
    const due = (gate: Gate) =>
      !(gate.after ?? []).some((name) => under.has(name) || waiting.some((other) => other.name === name));
    const next = under.size < LANES ? waiting.find(due) : undefined;
    if (next) {
      waiting.splice(waiting.indexOf(next), 1);
      under.set(
        next.name,
        judge(next).finally(() => under.delete(next.name)),
      );
    } else await Promise.race(under.values());
  }
}

async function judge(gate: Gate): Promise<void> {
  const { name, run } = gate;
  const result: Result = run
    ? await pass({ ...gate, run })
    : { name, passed: 0, failed: 1, skipped: 0, seconds: 0, why: 'its file is missing' };
  built ||= name === 'build' && !result.failed;
  const failed = result.why ? [] : readCases(name).filter((it) => it.result === 'failed');
  const files = [...new Set(failed.map(({ file }) => file))];
  const again = files.length > 0 && files.length <= FEW_FILES ? gate.again?.(files) : undefined;
  // Each failure has to be a test's: what broke off otherwise is no test that was late.
  if (again && failed.length === result.failed) {
    doubts.push({ name, run: again, first: result, failed: failed.map((it) => it.name) });
    showLog(name);
    show('late', result, `  ${files.join(', ')}: once more at the end, alone`);
    return;
  }
  results.push(result);
  if (result.failed) showLog(name);
  show(result.failed ? 'RED' : 'ok', result);
}

async function tryAgain({ name, run, first, failed }: SecondTry): Promise<void> {
  const second = await pass({ name: name + AGAIN, run });
  const cases = first.passed + first.failed;
  const result = {
    ...first,
    passed: Math.max(0, cases - second.failed),
    failed: second.failed,
    seconds: second.seconds,
  };
  results.push(result);
  if (second.failed) showLog(second.name);
  show(second.failed ? 'RED' : 'ok', result, second.failed ? '' : `  at the second try: ${failed.join('; ')}`);
}

function show(mark: 'ok' | 'RED' | 'late', { name, seconds, why, ...sum }: Result, more = ''): void {
  const time = seconds.toFixed(1).padStart(7);
  console.log(`${mark.padEnd(5)}${name.padEnd(18)}${line(sum).padEnd(36)}${time} s${why ? `  ${why}` : ''}${more}`);
}

function showLog(name: string): void {
  if (!existsSync(logOf(name))) return;
  console.log(`--- ${name}: ${logOf(name)}`);
  console.log(tail(readFileSync(logOf(name), 'utf8')));
  console.log('---');
}

/** The end of a long log: a failure is told last, and a terminal forgets the rest anyway. */
function tail(text: string): string {
  const most = 12_000;
  return text.length > most ? `…\n${text.slice(-most)}` : text.trimEnd();
}
