/**
 * `npm run faults`: runs every test whose name carries the id of a fault, and prints which fault is proved by which test.
 * `-- A C7` takes single groups and faults. `-- --told` runs nothing and reads what the gates of `npm test` left.
 *
 * Fails where a fault of test/faults.ts has neither a test in each place it has to be proved nor a reason, or where one of
 * its tests failed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { browserTests, nodeTests, testFiles } from '../../.config/tests.mjs';
import { build, isStale } from '../../.config/build.ts';
import { ENGINE_NAMES } from '../../.config/browsers.mjs';
import { FAULT_PATTERN, FAULTS, faultsIn, type Fault, type Place } from '../faults.ts';
import { say } from './closing.ts';
import { AGAIN, CASES, caseReporter, readCases, type Case } from './cases.ts';

interface Ran extends Case {
  /** A browser's engine, `e2e`, or anything else: Node. */
  readonly ran: string;
}

const { values, positionals } = parseArgs({ options: { told: { type: 'boolean' } }, allowPositionals: true });
const isWanted = ({ id }: Fault): boolean =>
  positionals.length === 0 || positionals.some((it) => it === id || it === id[0]);
const wanted = FAULTS.filter(isWanted);
const unknown = positionals.filter((it) => !FAULTS.some(({ id }) => it === id || it === id[0]));
if (unknown.length > 0) {
  console.error(`no fault is named ${unknown.join(', ')}; there are A1 to H16 (test/faults.ts)`);
  process.exit(2);
}

const told = values.told && existsSync(CASES) && readdirSync(CASES).length > 0;
if (!told) await run();
report(allCases());

/** Only the files that name a fault, and in them only those tests. */
async function run(): Promise<void> {
  rmSync(CASES, { recursive: true, force: true });
  mkdirSync(CASES, { recursive: true });
  const ids = positionals.length === 0 ? '' : `(?<=\\b(?:${wanted.map(({ id }) => id).join('|')}))`;
  const pattern = FAULT_PATTERN.replace('\\d+', `\\d+${ids}`);
  const naming = (files: string[]): string[] =>
    files.filter((file) => new RegExp(pattern).test(readFileSync(file, 'utf8')));
  const start = (args: readonly string[], env: Record<string, string> = {}): void => {
    // What failed is known from its cases; that a runner broke off, from those that are missing.
    spawnSync(process.execPath, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, AFTERWORD_BUILT: 'yes', ...env },
    });
  };
  const suites: [name: string, files: string[]][] = [
    ['node', naming(nodeTests())],
    ['e2e', naming(testFiles('test/e2e'))],
  ];
  // Once, and not by each of the files that run side by side.
  if (process.env.AFTERWORD_BUILT !== 'yes' && isStale()) await build();
  for (const [name, files] of suites) {
    if (files.length === 0) continue;
    start([
      '--import',
      'tsx',
      '--test',
      '--test-concurrency=2',
      `--test-name-pattern=${pattern}`,
      ...caseReporter(name),
      ...files,
    ]);
  }
  const files = naming(browserTests());
  if (files.length > 0) start(['--import', 'tsx', 'test/gates/browser.ts', ...files], { TESTS: pattern });
}

function allCases(): Ran[] {
  const again = AGAIN.replaceAll(' ', '-');
  return readdirSync(CASES)
    .map((file) => basename(file, '.jsonl'))
    .filter((ran) => !ran.endsWith(again))
    .flatMap((ran) => readCases(ran).map((it) => ({ ...it, ran })));
}

function placeOf({ ran }: Ran): Place {
  return ran === 'e2e' ? 'e2e' : ENGINE_NAMES.includes(ran) ? 'engines' : 'node';
}

type State = 'pass' | 'fail' | 'due' | 'impossible';

function stateOf({ proved, due, impossible }: Fault, cases: readonly Ran[]): { state: State; why: string } {
  if (due) return { state: 'due', why: `due with ${due}` };
  if (impossible) return { state: 'impossible', why: `cannot be made here: ${impossible}` };
  const failed = cases.filter(({ result }) => result === 'failed');
  if (failed.length > 0)
    return { state: 'fail', why: `failed in ${[...new Set(failed.map(({ ran }) => ran))].join(', ')}` };
  const passed = cases.filter(({ result }) => result === 'passed');
  if (passed.length === 0) return { state: 'fail', why: 'no test carries it' };
  const missing = proved.flatMap((place) =>
    place !== 'engines'
      ? passed.some((it) => placeOf(it) === place)
        ? []
        : [place]
      : ENGINE_NAMES.filter((engine) => !passed.some(({ ran }) => ran === engine)),
  );
  return missing.length > 0
    ? { state: 'fail', why: `no test in ${missing.join(', ')}` }
    : { state: 'pass', why: [...new Set(passed.map(({ ran }) => ran))].join(', ') };
}

function report(cases: readonly Ran[]): void {
  const strange = [...new Set(cases.flatMap(({ name }) => faultsIn(name)))].filter(
    (id) => !FAULTS.some((it) => it.id === id),
  );
  for (const id of strange) console.error(`a test is named after ${id}, which test/faults.ts does not know`);
  const counts: Record<State, number> = { pass: 0, fail: 0, due: 0, impossible: 0 };
  for (const fault of wanted) {
    const its = cases.filter(({ name }) => faultsIn(name).includes(fault.id));
    const { state, why } = stateOf(fault, its);
    counts[state]++;
    console.log(`${state === 'fail' ? 'FAIL' : '    '} ${fault.id.padEnd(3)} ${fault.name}: ${why}`);
    for (const test of new Set(its.map(({ file, name }) => `${file}: ${name}`))) {
      const runs = its.filter(({ file, name }) => `${file}: ${name}` === test);
      const worst = ['failed', 'skipped', 'passed'].find((one) => runs.some(({ result }) => result === one));
      console.log(`           ${worst} ${test}`);
    }
  }
  const because = wanted.flatMap(({ impossible, due }) => (impossible && !due ? [impossible] : []));
  console.log(
    `${wanted.length}: ${counts.pass} pass, ${counts.fail} fail, ${counts.due} due with PostgreSQL, mails or moderation, ` +
      `${counts.impossible} cannot be made here${because.length > 0 ? ` because ${[...new Set(because)].join('; ')}` : ''}`,
  );
  say({ passed: counts.pass, failed: counts.fail + strange.length, skipped: counts.due + counts.impossible });
}
