/**
 * `npm run bench -- NAME…`: measurements that take their time. They judge growth and ratios, never a time as such, so that
 * a slow machine says the same as a fast one. `-- --list` names them; without a name all run.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BENCHES: Readonly<Record<string, string>> = {
  drivers: 'test/bench/drivers.ts',
  live: 'test/bench/live.ts',
  notify: 'test/bench/notify.ts',
};

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
const names = process.argv.slice(2);
if (names.includes('--list')) {
  for (const name of Object.keys(BENCHES)) console.log(name);
  process.exit(0);
}
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`no bench is named ${unknown.join(', ')}; there are: ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
for (const [name, file] of Object.entries(BENCHES)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(`--- ${name}`);
  const { status } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', file], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
