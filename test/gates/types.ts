/** `npm run types`: every TypeScript project compiles. Each project counts as one case. */
import { spawnSync } from 'node:child_process';
import { closing } from './closing.ts';

const PROJECTS = [
  'tsconfig.json',
  'src/model/tsconfig.json',
  'src/server/tsconfig.json',
  '.config/tsconfig.tests.json',
];

const cases = PROJECTS.map((project) => {
  // What did not change since the last time is not looked at again.
  const known = `.cache/types/${project.replaceAll('/', '-')}.tsbuildinfo`;
  const { status, stdout } = spawnSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', project, '--incremental', '--tsBuildInfoFile', known],
    { encoding: 'utf8' },
  );
  if (stdout) console.log(stdout);
  return { project, compiles: status === 0 };
});
closing(cases, (it) => it.compiles);
