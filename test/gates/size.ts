/**
 * `npm run size`: brotli bytes of what a reader's browser fetches, entry by entry, against the budgets.
 *
 * "Plain text" is everything requested before a thread of plain text is painted: the script, the module and what it
 * imports statically. "With Markdown" adds the part that renders markup. `-- DIR` measures another build of the same
 * shape. Exits 1 where a budget is broken.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';
import type { BundlePart } from '../../.config/module-sizes.ts';
import { closing } from './closing.ts';

const kB = 1000;
const BUDGETS = { 'embed.js': 1 * kB, 'count.js': 4 * kB, 'plain text': 21 * kB, 'with Markdown': 49 * kB };
/** The module whose part is fetched only for markup. */
const MARKUP = 'src/content/sanitize.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const dir = positionals[0] ?? 'dist/cdn';
if (!existsSync(join(dir, 'afterword.js'))) {
  console.error(`${dir} has no afterword.js: run "npm run build" first, or name the folder of a build`);
  process.exit(2);
}

const brotli = (file: string) =>
  brotliCompressSync(readFileSync(join(dir, file)), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT },
  }).length;

/** What a file imports, read from the file itself, so that a build from elsewhere can be measured as well. */
function importsOf(file: string): string[] {
  const code = readFileSync(join(dir, file), 'utf8');
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : '';
  return [...code.matchAll(/(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{}\s,]+?\s*from\s*)?["'](\.[^"']+)["']/g)].map(
    ([, path]) => join(folder, path!).replaceAll('\\', '/'),
  );
}

/** A file and all that is fetched before it runs. */
function withImports(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const imported of importsOf(file)) withImports(imported, found);
  return found;
}

const plain = withImports('afterword.js');
const parts: BundlePart[] =
  dir === 'dist/cdn' && existsSync('.cache/bundle.json')
    ? (JSON.parse(readFileSync('.cache/bundle.json', 'utf8')) as BundlePart[])
    : [];
const markupFile = parts.find((it) => MARKUP in it.modules)?.file ?? markupByContent();
const markup = new Set(plain);
if (markupFile) withImports(markupFile, markup);

/** Without the build's own list, the part that renders markup is the one that knows DOMPurify. */
function markupByContent(): string | undefined {
  const known = new Set(plain);
  const queue = [...plain];
  for (const file of queue) {
    const code = readFileSync(join(dir, file), 'utf8');
    for (const [, path] of code.matchAll(/import\(\s*["'`](\.[^"'`]+)["'`]/g)) {
      const part = join(file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : '', path!);
      if (known.has(part) || !existsSync(join(dir, part))) continue;
      known.add(part);
      queue.push(part);
      if (/DOMPurify/i.test(readFileSync(join(dir, part), 'utf8'))) return part;
    }
  }
  return undefined;
}

const sum = (files: Iterable<string>) => [...files].reduce((bytes, file) => bytes + brotli(file), 0);
const rows: { name: string; bytes: number; budget: number; files: string[] }[] = [
  { name: 'embed.js', bytes: brotli('embed.js'), budget: BUDGETS['embed.js'], files: ['embed.js'] },
  {
    name: 'plain text',
    bytes: sum(['embed.js', ...plain]),
    budget: BUDGETS['plain text'],
    files: ['embed.js', ...plain],
  },
];
if (existsSync(join(dir, 'count.js'))) {
  rows.push({ name: 'count.js', bytes: brotli('count.js'), budget: BUDGETS['count.js'], files: ['count.js'] });
} else {
  console.log('count.js is missing');
  process.exitCode = 1;
}
if (markupFile) {
  rows.push({
    name: 'with Markdown',
    bytes: sum(['embed.js', ...markup]),
    budget: BUDGETS['with Markdown'],
    files: ['embed.js', ...markup],
  });
} else {
  console.log(`no part that renders markup was found: ${MARKUP} is in none`);
  process.exitCode = 1;
}

const number = (bytes: number) => String(bytes).padStart(7);
console.log(`brotli bytes of ${dir}`);
for (const { name, bytes, budget, files } of rows) {
  console.log(`${name.padEnd(16)}${number(bytes)} of ${number(budget)}  ${bytes > budget ? 'OVER' : 'ok'}`);
  if (files.length > 1) for (const file of files) console.log(`  ${file.padEnd(36)}${number(brotli(file))}`);
}
attribute();
closing(rows, ({ bytes, budget }) => bytes <= budget);

/** Where the bytes of "plain text" come from: each folder's share of its part's brotli bytes. */
function attribute(): void {
  if (!parts.length) return;
  const shares = new Map<string, number>();
  for (const { file, modules } of parts) {
    if (!plain.has(file)) continue;
    const whole = Object.values(modules).reduce((a, b) => a + b, 0);
    const bytes = brotli(file);
    for (const [module, length] of Object.entries(modules)) {
      const folder = folderOf(module);
      shares.set(folder, (shares.get(folder) ?? 0) + (bytes * length) / whole);
    }
  }
  console.log('of plain text, by folder (a share of the compressed part)');
  for (const [folder, bytes] of [...shares].sort((a, b) => b[1] - a[1])) {
    console.log(`  ${folder.padEnd(36)}${number(Math.round(bytes))}`);
  }
}

function folderOf(module: string): string {
  const dependency = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module)?.[1];
  if (dependency) return /^(lit|lit-html|lit-element|@lit\/.*)$/.test(dependency) ? 'lit' : dependency;
  return /^(src\/[^/]+)\//.exec(module)?.[1] ?? module;
}
