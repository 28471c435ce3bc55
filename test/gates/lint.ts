/** `npm run lint`: ESLint over all sources, with `-- --fix` to mend what it can. Each file counts as one case. */
import { ESLint } from 'eslint';
import { fileURLToPath } from 'node:url';
import config from '../../.config/eslint.config.ts';
import { closing } from './closing.ts';

const fix = process.argv.includes('--fix');
const files = process.argv.slice(2).filter((it) => !it.startsWith('--'));
const eslint = new ESLint({
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  overrideConfigFile: true,
  baseConfig: config,
  cache: true,
  cacheLocation: '.cache/eslint',
  cacheStrategy: 'content',
  fix,
});
const results = await eslint.lintFiles(files.length ? files : ['src', 'test', 'demo', '.config', 'vite.config.ts']);
if (fix) await ESLint.outputFixes(results);

const formatter = await eslint.loadFormatter('stylish');
const complaints = await formatter.format(results);
if (complaints) console.log(complaints);
// A warning nobody mends is noise: there are none.
closing(results, ({ errorCount, warningCount }) => errorCount + warningCount === 0);
