/**
 * `npm run build`: everything that is published, in dist/.
 *
 *   dist/cdn     the bundle: afterword.js and its parts, embed.js, the service worker, licences of what is inside
 *   dist/npm     the same as single ES modules with their types; Lit and the rest stay imports
 *   dist/demo    the article and the page of settings
 *   dist/server  the package `afterword-server`: one program, with the widget's files and the demo inside
 *
 * Fails where a byte budget is broken (see test/gates/size.ts).
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { build as vite } from 'vite';
import { writeEditorData } from './editor-data.ts';
import { writeManifest } from './manifest.ts';
import { tightly } from './pack-tightly.ts';

/** Vite's "baseline-widely-available", written out for the two classic scripts that do not pass through Vite. */
const BROWSERS = ['chrome111', 'edge111', 'firefox114', 'safari16.4'];

const root = fileURLToPath(new URL('..', import.meta.url));

/** All files below a folder, as sorted paths relative to it with forward slashes; what npm installed there is not ours. */
export function filesIn(folder: string, inner = ''): string[] {
  return readdirSync(join(folder, inner), { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules')
    .flatMap((entry) => {
      const path = inner ? `${inner}/${entry.name}` : entry.name;
      return entry.isDirectory() ? filesIn(folder, path) : [path];
    })
    .sort();
}

async function buildCdn() {
  await vite({ root, configFile: `${root}vite.config.ts`, logLevel: 'warn' });
  const markup = filesIn('dist/cdn').find((file) => file.startsWith('parts/markup-'));
  await classicScript('src/embed.ts', 'dist/cdn/embed.js', { __AFTERWORD_MARKUP__: JSON.stringify(markup) });
  // A script of its own, so that a page with counters alone has one file to fetch; as a module it works as well.
  await classicScript('src/count.ts', 'dist/cdn/count.js', {});
  // The worker keeps the whole build: what it must fetch is known only now. The version changes with any of it.
  const files = filesIn('dist/cdn').filter((file) => file.endsWith('.js'));
  const version = hashOf(files.map((file) => readFileSync(`dist/cdn/${file}`)));
  await classicScript('src/afterword-sw.ts', 'dist/cdn/afterword-sw.js', {
    __AFTERWORD_FILES__: JSON.stringify(files),
    __AFTERWORD_VERSION__: JSON.stringify(version),
  });
}

async function classicScript(source: string, target: string, define: Record<string, string>) {
  await bundle({
    entryPoints: [source],
    outfile: target,
    bundle: true,
    format: 'iife',
    minify: true,
    target: BROWSERS,
    define,
    legalComments: 'none',
    logLevel: 'warning',
  });
  writeFileSync(target, await tightly(readFileSync(target, 'utf8'), false));
}

function hashOf(contents: Buffer[]): string {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content);
  return hash.digest('hex').slice(0, 12);
}

function buildNpm() {
  rmSync('dist/npm', { recursive: true, force: true });
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.config/tsconfig.npm.json'], {
    stdio: 'inherit',
  });
  // The compiler rewrites `./x.ts` to `./x.js`, but not in the dynamic imports of a decorated class, nor in every type.
  for (const file of filesIn('dist/npm')) {
    const text = readFileSync(`dist/npm/${file}`, 'utf8');
    const mended = text
      .replaceAll(/(from\s*|import\(\s*|import\s+)(["'])(\.[^"'\n]*)\.ts\2/g, '$1$2$3.js$2')
      // A module has no `this`: rollup says so to everybody who bundles us.
      .replaceAll('var __decorate = (this && this.__decorate) || function', 'var __decorate = function')
      // Nor has an address that is known only when it runs an ending to rewrite.
      .replace(/var __rewriteRelativeImportExtension = [^]*?\n};\n/, '')
      .replaceAll(/__rewriteRelativeImportExtension\(((?:\/\*[^*]*\*\/ )*\w+)\)/g, '$1');
    if (mended !== text) writeFileSync(`dist/npm/${file}`, mended);
  }
}

function buildDemo() {
  rmSync('dist/demo', { recursive: true, force: true });
  // The README's picture is of the demo, not for it.
  cpSync('demo', 'dist/demo', { recursive: true, filter: (file) => !file.endsWith('picture.png') });
  // The page of settings makes its controls out of it.
  cpSync('dist/custom-elements.json', 'dist/demo/custom-elements.json');
}

async function buildServer() {
  rmSync('dist/server', { recursive: true, force: true });
  await bundle({
    entryPoints: ['src/server/main.ts'],
    outfile: 'dist/server/main.js',
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    legalComments: 'none',
    logLevel: 'warning',
  });
  chmodSync('dist/server/main.js', 0o755);
  cpSync('dist/cdn', 'dist/server/widget', { recursive: true });
  cpSync('dist/demo', 'dist/server/demo', { recursive: true });
  cpSync('LICENSE', 'dist/server/LICENSE');
  if (existsSync('src/server/README.md')) cpSync('src/server/README.md', 'dist/server/README.md');
  // The program exists only in the built folder, so only the built package names it: in the workspace, npm would link a
  // command that is not there yet.
  const source = JSON.parse(readFileSync('src/server/package.json', 'utf8')) as Record<string, unknown>;
  // The workspace can't be packed or published: only what is built is a package.
  delete source.private;
  delete source.scripts;
  const published = {
    ...source,
    bin: { 'afterword-server': 'main.js' },
    exports: { './package.json': './package.json' },
    files: ['main.js', 'widget', 'demo'],
  };
  writeFileSync('dist/server/package.json', `${JSON.stringify(published, null, 2)}\n`);
}

/** Whether dist/ was made from the files as they are now. */
export function isStale(): boolean {
  return !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== sourcesHash();
}

const STAMP = 'dist/.made-from';

function sourcesHash(): string {
  const folders = ['src', 'demo', '.config'].flatMap((folder) => filesIn(folder).map((file) => `${folder}/${file}`));
  const files = [...folders, 'package.json', 'package-lock.json', 'tsconfig.json', 'vite.config.ts'];
  return hashOf(files.flatMap((file) => [Buffer.from(`${file}\0`), readFileSync(file)]));
}

export async function build(): Promise<void> {
  process.chdir(root);
  await alone(async () => {
    const from = sourcesHash();
    mkdirSync('dist', { recursive: true });
    rmSync(STAMP, { force: true });
    await buildCdn();
    buildNpm();
    writeEditorData(await writeManifest());
    buildDemo();
    await buildServer();
    writeFileSync(STAMP, from);
  });
}

/** One build at a time: two tests that start at once may both find dist/ stale. Waits three minutes at most. */
async function alone(run: () => Promise<void>): Promise<void> {
  const lock = '.cache/building';
  mkdirSync('.cache', { recursive: true });
  for (let tries = 0; ; tries++) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      // A build that was killed leaves its lock behind; none takes three minutes.
      if (tries === 180 || Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 180_000) {
        rmSync(lock, { recursive: true, force: true });
      } else if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      } else {
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }
  try {
    await run();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.chdir(root);
  await build();
  for (const folder of ['cdn', 'npm', 'demo', 'server'])
    console.log(`dist/${folder}: ${filesIn(`dist/${folder}`).length} files`);
  if (!process.argv.includes('--without-budgets')) {
    execFileSync(process.execPath, ['--import', 'tsx', 'test/gates/size.ts'], { stdio: 'inherit' });
  }
}
