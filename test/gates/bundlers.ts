/**
 * `npm run bundlers`: `import 'afterword'` of the packed widget, bundled by webpack, rspack, rollup and esbuild as their
 * own manuals say. None may warn, the folder that it was built in must not stand in what comes out, and in a real browser a
 * comment can be written in the section, which takes later parts.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { filesIn } from '../../.config/build.ts';
import { browserFor, CHROMIUM_FLAGS } from '../../.config/browsers.mjs';
import { closing } from './closing.ts';
import { consumersFolder } from './consumers.ts';

const folder = await consumersFolder();
const load = createRequire(join(folder, 'package.json'));
const place = join(folder, 'bundled');
rmSync(place, { recursive: true, force: true });
mkdirSync(place);
const entry = join(place, 'main.js');
writeFileSync(entry, "import 'afterword';\n");

interface PackStats {
  hasErrors(): boolean;
  hasWarnings(): boolean;
  toString(options: object): string;
}
type Pack = (options: object, done: (error: Error | null, stats?: PackStats) => void) => void;

/** webpack, and rspack, which is called in the same way. */
function packed(pack: Pack, into: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    pack(
      {
        mode: 'production',
        context: place,
        entry,
        output: { path: into, filename: 'main.js' },
        // How large a page should be is not asked here.
        performance: false,
      },
      (error, stats) => {
        if (error || !stats) reject(error ?? new Error('no word came back'));
        else
          resolve(
            stats.hasErrors() || stats.hasWarnings()
              ? [stats.toString({ all: false, errors: true, warnings: true })]
              : [],
          );
      },
    );
  });
}

interface Rollup {
  rollup(options: object): Promise<{ write(options: object): Promise<unknown>; close(): Promise<void> }>;
}

/** Each gives what was warned of. */
const BUNDLERS: Readonly<Record<string, (into: string) => Promise<string[]>>> = {
  webpack: (into) => packed(load('webpack') as Pack, into),
  rspack: (into) => packed((load('@rspack/core') as { rspack: Pack }).rspack, into),
  async rollup(into) {
    const warned: string[] = [];
    const { rollup } = load('rollup') as Rollup;
    const { nodeResolve } = load('@rollup/plugin-node-resolve') as { nodeResolve(options: object): unknown };
    const bundle = await rollup({
      input: entry,
      plugins: [nodeResolve({ browser: true })],
      onwarn: (warning: { message: string }) => warned.push(warning.message),
    });
    await bundle.write({ dir: into, format: 'es' });
    await bundle.close();
    return warned;
  },
  async esbuild(into) {
    const { build } = load('esbuild') as {
      build(options: object): Promise<{ warnings: { text: string }[] }>;
    };
    const { warnings } = await build({
      entryPoints: [entry],
      outdir: into,
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      logLevel: 'silent',
    });
    return warnings.map(({ text }) => text);
  },
};

const cases: boolean[] = [];
async function check(name: string, body: () => unknown): Promise<void> {
  try {
    await body();
    cases.push(true);
    console.log(`ok   ${name}`);
  } catch (error) {
    cases.push(false);
    console.log(`FAIL ${name}\n${error instanceof Error ? error.message : String(error)}`);
  }
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.html': 'text/html; charset=utf-8' };
const PAGE =
  '<!doctype html><html lang="en"><title>Bundled</title><script type="module" src="main.js"></script>' +
  '<h1>Bundled</h1><afterword-comments backend="local" loading="eager"></afterword-comments>';
const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://x').pathname;
  const body = path.endsWith('/') ? PAGE : readOf(path);
  response.writeHead(body === null ? 404 : 200, { 'content-type': TYPES[extname(path) || '.html'] ?? 'text/plain' });
  response.end(body ?? '');
});
function readOf(path: string): string | null {
  try {
    return readFileSync(join(place, path), 'utf8');
  } catch {
    return null;
  }
}
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
const browser = await chromium.launch({ executablePath: browserFor('chromium'), args: [...CHROMIUM_FLAGS] });

for (const [name, bundle] of Object.entries(BUNDLERS)) {
  const into = join(place, name);
  await check(`W6: ${name} bundles without a warning`, async () => {
    const warned = await bundle(into);
    if (warned.length > 0) throw new Error(warned.join('\n'));
  });
  await check(`W6: what ${name} made names no folder of the machine that built it`, () => {
    const files = filesIn(into).filter((file) => file.endsWith('.js'));
    if (files.length === 0) throw new Error('there is no script');
    for (const file of files) {
      const text = readFileSync(join(into, file), 'utf8');
      if (text.includes('file:///') || text.includes(folder)) throw new Error(`${file} does`);
    }
  });
  await check(`W6: with what ${name} made a reader writes a comment, and it is there after a reload`, async () => {
    const page = await browser.newPage();
    try {
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(`${origin}/${name}/`);
      const field = page.getByRole('textbox', { name: /comment/i }).first();
      await field.click();
      await field.fill(`Bundled by **${name}**`);
      const nameField = page.getByRole('textbox', { name: /^name/i });
      await nameField.fill('Ada');
      await page.getByRole('button', { name: 'Post', exact: true }).click();
      await page.locator('strong', { hasText: name }).first().waitFor();
      await page.reload();
      await page.locator('strong', { hasText: name }).first().waitFor();
      if (errors.length > 0) throw new Error(errors.join('\n'));
    } finally {
      await page.close();
    }
  });
}
await browser.close();
server.close();
closing(cases, (holds) => holds);
