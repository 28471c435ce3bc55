/**
 * Which test runs where. A file of test/ that imports node:test runs in Node, every other in the browsers; those of
 * test/e2e (a browser and a server, driven from Node) and test/gates are gates of their own.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** All test files below a folder of the project, as paths from its root. */
export function testFiles(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      // The sites of test/routers have an installation of their own.
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : testFiles(path);
      return entry.name.endsWith('.test.ts') ? [path] : [];
    })
    .sort();
}

const isApart = (file) => /^test\/(e2e|gates)\//.test(file);
const isNode = (file) => /from ['"]node:test['"]/.test(readFileSync(join(root, file), 'utf8'));

export const nodeTests = () => testFiles('test').filter((file) => !isApart(file) && isNode(file));
export const browserTests = () => testFiles('test').filter((file) => !isApart(file) && !isNode(file));
