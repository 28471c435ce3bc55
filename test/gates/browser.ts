/**
 * `npm run test:browser`: the browser tests in the three engines, one after the other.
 * `-- --engine firefox` takes one engine, and paths after it take single files; `--again` leaves their results beside
 * those of a run before.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ENGINE_NAMES } from '../../.config/browsers.mjs';
import { line, type Sum } from './closing.ts';

const { values, positionals } = parseArgs({
  options: { engine: { type: 'string', multiple: true }, again: { type: 'boolean' } },
  allowPositionals: true,
});

const engines = values.engine ?? ENGINE_NAMES;
for (const engine of engines) {
  if (!ENGINE_NAMES.includes(engine)) {
    console.error(`--engine ${engine}: there are ${ENGINE_NAMES.join(', ')}`);
    process.exit(2);
  }
}

const sum: Sum = { passed: 0, failed: 0, skipped: 0 };
for (const engine of engines) {
  const told = `.cache/gates/browser-${engine}.json`;
  rmSync(told, { force: true });
  const run = spawnSync(
    process.execPath,
    [
      'node_modules/@web/test-runner/dist/bin.js',
      '--config',
      '.config/web-test-runner.mjs',
      ...(positionals.length ? ['--files', ...positionals] : []),
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ENGINE: engine, RUN: values.again ? `${engine}-again` : engine },
    },
  );
  // The configuration leaves the sum there; a runner that ended before it had one has failed.
  const found = existsSync(told)
    ? (JSON.parse(readFileSync(told, 'utf8')) as Sum)
    : { passed: 0, failed: 1, skipped: 0 };
  if (run.status !== 0 && found.failed === 0) found.failed++;
  console.log(`${engine}: ${line(found)}`);
  for (const key of ['passed', 'failed', 'skipped'] as const) sum[key] += found[key];
}
if (sum.failed > 0 || sum.passed === 0) process.exitCode = 1;
