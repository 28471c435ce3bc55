/** Our content folder as a script in a real page, for tests that need more than a test runner's page: headers, old data. */
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One classic script made of these lines, which may import from `./src/…`. */
export async function scriptOf(lines: string): Promise<string> {
  const made = await build({
    stdin: { contents: lines, resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  return made.outputFiles[0]?.text ?? '';
}
