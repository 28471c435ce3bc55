/** Where each test's result is left, a JSON line for each, for whoever puts results of several gates together. */

/** A file for each run: an engine's name, `e2e`, or a gate of tests in Node. */
export const CASES = '.cache/gates/cases';

/** Arguments for node's test runner: prints as ever, and leaves the results. */
export function caseReporter(run: string): string[] {
  return [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=./.config/case-reporter.mjs',
    `--test-reporter-destination=${CASES}/${run.replaceAll(' ', '-')}.jsonl`,
  ];
}
