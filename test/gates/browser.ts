/**
 * `npm run test:browser`: the browser tests in the three engines, one after the other.
 * `-- --engine firefox` takes one engine, and paths after it take single files.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ENGINE_NAMES } from '../../.config/browsers.mjs';

const { values, positionals } = parseArgs({
  options: { engine: { type: 'string', multiple: true } },
  allowPositionals: true,
});

const engines = values.engine ?? ENGINE_NAMES;
for (const engine of engines) {
  if (!ENGINE_NAMES.includes(engine)) {
    console.error(`--engine ${engine}: there are ${ENGINE_NAMES.join(', ')}`);
    process.exit(2);
  }
}

let failed = false;
for (const engine of engines) {
  const run = spawnSync(
    'npx',
    ['wtr', '--config', '.config/web-test-runner.mjs', ...(positionals.length ? ['--files', ...positionals] : [])],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ENGINE: engine } },
  );
  failed ||= run.status !== 0;
}
process.exitCode = failed ? 1 : 0;
