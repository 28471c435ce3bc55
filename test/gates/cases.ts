/** Where each test's result is left, a JSON line for each, for whoever puts results of several gates together. */
import { existsSync, readFileSync } from 'node:fs';

/** A file for each run: an engine's name, `e2e`, or a gate of tests in Node. */
export const CASES = '.cache/gates/cases';
/** Behind the name of a run: its files that failed were run once more, and what they said then counts. */
export const AGAIN = ' again';

export interface Case {
  readonly file: string;
  readonly name: string;
  readonly result: 'passed' | 'failed' | 'skipped';
}

const fileOf = (run: string): string => `${CASES}/${run.replaceAll(' ', '-')}.jsonl`;

/** What the tests of a run said last. */
export function readCases(run: string): Case[] {
  const [first, second] = [run, run + AGAIN].map((name) =>
    existsSync(fileOf(name))
      ? readFileSync(fileOf(name), 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Case)
      : [],
  ) as [Case[], Case[]];
  const files = new Set(second.map(({ file }) => file));
  return [...first.filter(({ file }) => !files.has(file)), ...second];
}

/** Arguments for node's test runner: prints as ever, and leaves the results. */
export function caseReporter(run: string): string[] {
  return [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=./.config/case-reporter.mjs',
    `--test-reporter-destination=${fileOf(run)}`,
  ];
}
