/** The line every gate ends with, and the exit code that goes with it. */

export interface Sum {
  passed: number;
  failed: number;
  skipped: number;
}

/** Prints "N passed, N failed" over the cases and fails the process where one failed or where there was none. */
export function closing<Case>(cases: readonly Case[], holds: (it: Case) => boolean): void {
  const passed = cases.filter(holds).length;
  say({ passed, failed: cases.length - passed, skipped: 0 });
}

export function say(sum: Sum): void {
  console.log(line(sum));
  if (sum.failed > 0 || sum.passed === 0) process.exitCode = 1;
}

export function line({ passed, failed, skipped }: Sum): string {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
}

/** Adds up what a gate printed: our own closing lines, or those of node's test runner. Undefined where it said nothing. */
export function read(output: string): Sum | undefined {
  const sum: Sum = { passed: 0, failed: 0, skipped: 0 };
  let found = false;
  for (const [, passed, failed, skipped] of output.matchAll(
    /^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm,
  )) {
    found = true;
    sum.passed += Number(passed);
    sum.failed += Number(failed);
    sum.skipped += Number(skipped ?? 0);
  }
  const node = (word: string) =>
    [...output.matchAll(new RegExp(`^(?:#|ℹ) ${word} (\\d+)$`, 'gm'))].map(([, count]) => Number(count));
  for (const [word, key] of [
    ['pass', 'passed'],
    ['fail', 'failed'],
    ['cancelled', 'failed'],
    ['skipped', 'skipped'],
  ] as const) {
    for (const count of node(word)) {
      found = true;
      sum[key] += count;
    }
  }
  return found ? sum : undefined;
}
