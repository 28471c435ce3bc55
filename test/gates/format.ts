/** The gate of the format: every file that Prettier knows is as Prettier would write it. Each counts as one case. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, getFileInfo, resolveConfig } from 'prettier';
import { closing } from './closing.ts';

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.cache', 'data']);

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !SKIPPED.has(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]));
}

const cases: { file: string; formatted: boolean }[] = [];
for (const file of files('.')) {
  const { ignored, inferredParser } = await getFileInfo(file, { ignorePath: '.prettierignore' });
  if (ignored || !inferredParser) continue;
  const options = { ...(await resolveConfig(file)), filepath: file };
  const formatted = await check(readFileSync(file, 'utf8'), options).catch((error: unknown) => {
    console.log(`${file}: ${String(error)}`);
    return false;
  });
  if (!formatted) console.log(`${file} is not formatted: npm run format`);
  cases.push({ file, formatted });
}
closing(cases, (it) => it.formatted);
