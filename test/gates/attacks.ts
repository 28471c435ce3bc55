/**
 * `npm run attacks -- --data DIR`: every attack string of a folder (all its *.jsonl: `{id, kind, payload}` a line) through
 * every field that somebody else can fill: text in both formats, mention, name, website, picture, quoted passage, the
 * author's question and page title as a backend sends them; then typed into the form, previewed, posted, edited and saved.
 * In a real browser, on a page without any Content-Security-Policy that could help.
 *
 * `--typed-every N`: all are read, but of those that are not ours only every Nth is typed, which takes ten times as long.
 *
 * A string must not run, fetch anything, navigate, or leave anything in the page that a comment may not consist of. The
 * positive control does the same with a sanitiser that lets everything through: it must report strings that ran, or the
 * traps catch nothing and the gate fails.
 */
import { build, type Plugin } from 'esbuild';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { newReader, openBrowser, type Reader } from '../helpers/reader.ts';
import { startHost, type Host } from '../helpers/server.ts';
import type { Attack, Field, Finding, Report } from './attacks-page.ts';
import { closing } from './closing.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: { data: { type: 'string', multiple: true }, 'typed-every': { type: 'string', default: '1' } },
});
const typedEvery = Number(values['typed-every']);
if (!Number.isInteger(typedEvery) || typedEvery < 1) {
  console.error(`--typed-every ${values['typed-every']}: a whole number from 1 on is wanted`);
  process.exit(2);
}
const own = join(root, 'test/fixtures');
const shared = join(root, '../shared/data/xss');
const folders = values.data ?? (existsSync(shared) ? [own, shared] : [own]);
if (!values.data && !existsSync(shared)) console.log('skipped: no shared data');

const FIELDS: readonly Field[] = [
  ...(['body, Markdown', 'body, HTML', 'mention', 'name', 'website', 'picture', 'quote', 'question'] as const),
  ...(['page title', 'preview', 'post', 'edit preview', 'edit'] as const),
];

/** Laid in every frame before anything else runs: what attack strings call, and what they leave behind when they fail. */
const TRAPS = `(() => {
  const caught = [];
  Object.defineProperty(window, 'caught', { value: caught });
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) {
    Object.defineProperty(window, name, {
      configurable: true,
      writable: true,
      value: (...said) => {
        report(name + '(' + said.map(String).join(', ').slice(0, 80) + ')');
        return null;
      },
    });
  }
  // A handler of a string that names what is not there has run, too.
  addEventListener('error', (event) => {
    if (event instanceof ErrorEvent) report('error: ' + event.message);
  });
  /** A frame made by a string tells the frame of that string. */
  function report(what) {
    let at = window;
    while (at !== top && at.parent !== top && at.parent.caught) at = at.parent;
    at.caught.push(what);
  }
  // Frames come at once: a gate has no eyes.
  window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 0);
  window.cancelAnimationFrame = (handle) => clearTimeout(handle);
  // Every row is near the reader: it has all its parts, and the window may be small, which is quick.
  window.IntersectionObserver = class {
    constructor(tell) {
      this.tell = tell;
    }
    observe(target) {
      queueMicrotask(() => this.tell([{ target, isIntersecting: true, intersectionRatio: 1 }], this));
    }
    unobserve() {}
    disconnect() {}
  };
})();`;

interface Case {
  readonly name: string;
  readonly holds: boolean;
}

const cases: Case[] = [];

async function judgeReal(chromium: Browser, site: Host): Promise<void> {
  const through = new Map<Field, number>();
  const wrong: Finding[] = [];
  // Two pages at once, as there are cores: with more, or with the control beside them, all take longer.
  const trips = [1, 2].map(() => new Trip(chromium, site, 'real'));
  const collect = (report: Report, ran: readonly string[], batch: readonly Attack[], field: Field): void => {
    for (const [name, times] of Object.entries(report.through)) {
      through.set(name as Field, (through.get(name as Field) ?? 0) + times);
    }
    wrong.push(...report.findings);
    const ids = batch.length === 1 ? (batch[0]?.id ?? null) : null;
    wrong.push(...ran.map((what) => ({ id: ids, field, what })));
  };
  /** A batch that something is wrong with, and nobody knows which string it was, is done again one by one. */
  const take = async (trip: Trip, batch: readonly Attack[], how: How, field: Field): Promise<void> => {
    const { report, outside } = await trip.run(batch, how);
    const unclear = outside.length > 0 || report.findings.some(({ id }) => id === null);
    if (unclear && batch.length > 1) for (const one of batch) await take(trip, [one], how, field);
    else collect(report, outside, batch, field);
  };
  const work: [readonly Attack[], How, Field][] = [
    ...inBatches(attacks, 40).map((batch): [readonly Attack[], How, Field] => [batch, { name: 'read' }, 'body, HTML']),
    ...inBatches(typed, 25).map((batch): [readonly Attack[], How, Field] => [batch, { name: 'write' }, 'edit']),
  ];
  await Promise.all(
    trips.map(async (trip) => {
      for (let next = work.shift(); next; next = work.shift()) await take(trip, ...next);
      await trip.end();
    }),
  );
  console.log(`${attacks.length} strings of ${folders.join(', ')}`);
  for (const field of FIELDS) {
    const times = through.get(field) ?? 0;
    const bad = wrong.filter((it) => it.field === field);
    const wanted = (/preview|post|edit|title/.test(field) ? typed : attacks).length;
    const ids = new Set(bad.map(({ id }) => id));
    const holds = times >= wanted && bad.length === 0;
    cases.push({ name: field, holds });
    console.log(`${holds ? 'ok  ' : 'FAIL'} ${field.padEnd(16)} ${times} of ${wanted} strings, ${ids.size} did harm`);
    for (const { id, what } of bad.slice(0, 12)) console.log(`       ${id ?? 'somebody'} ${what.slice(0, 160)}`);
  }
}

async function judgeControl(chromium: Browser, site: Host): Promise<void> {
  const ran = new Map<string, Set<string>>();
  // Of others some hundreds are enough to see that the traps catch what others thought of.
  const strings = some(Math.max(1, Math.floor(attacks.length / 300)));
  /** A string that takes the whole page away with it is found by halves, so that it does not silence its neighbours. */
  const take = async (trip: Trip, batch: readonly Attack[], format: 'html' | 'markdown'): Promise<void> => {
    const { report } = await trip.run(batch, { name: 'alone', format });
    if (report.findings.some(({ what }) => what.startsWith('stopped: '))) {
      const half = Math.ceil(batch.length / 2);
      if (batch.length > 1) for (const part of inBatches(batch, half)) await take(trip, part, format);
      return;
    }
    for (const { id, what } of report.findings) {
      if (id === null || !what.startsWith('ran: ')) continue;
      ran.set(format, (ran.get(format) ?? new Set()).add(`control ${id}`));
    }
  };
  await Promise.all(
    (['html', 'markdown'] as const).map(async (format) => {
      const trip = new Trip(chromium, site, 'control');
      for (const batch of inBatches(strings, 60)) await take(trip, batch, format);
      await trip.end();
    }),
  );
  // Through the whole section, too: traps that only work in a frame would prove nothing about it.
  const fired = [...(ran.get('html') ?? [])].map((id) => id.replace(/^control /, ''));
  const inside = ours.filter(({ id }) => fired.includes(id)).slice(0, 12);
  let inSection = 0;
  const trip = new Trip(chromium, site, 'control');
  for (const one of inside) {
    const { report, outside } = await trip.run([one], { name: 'read' });
    if (report.findings.some(({ what }) => what.startsWith('ran: ')) || outside.length) inSection += 1;
  }
  await trip.end();

  const distinct = new Set([...ran.values()].flatMap((ids) => [...ids])).size;
  // Of our own sixty some 26 run in Chromium when nobody stops them.
  const holds = distinct >= 20 && inSection >= inside.length / 2 && inSection > 0;
  cases.push({ name: 'positive control', holds });
  const by = (format: string) => ran.get(format)?.size ?? 0;
  console.log(
    `${holds ? 'ok  ' : 'FAIL'} positive control: without the sanitiser ${distinct} of ${strings.length} strings ran ` +
      `(${by('html')} as HTML, ${by('markdown')} as Markdown); ${inSection} of ${inside.length} inside the section`,
  );
}

type How = { readonly name: 'alone'; readonly format: 'markdown' | 'html' } | { readonly name: 'read' | 'write' };

/** A page with traps, and what was seen of it from outside: requests, dialogs, navigations, uncaught errors. */
class Trip {
  readonly #browser: Browser;
  readonly #site: string;
  readonly #address: string;
  #reader: Reader | null = null;
  #outside: string[] = [];

  constructor(chromium: Browser, site: Host, kind: 'real' | 'control') {
    this.#browser = chromium;
    this.#site = site.url;
    this.#address = `${site.url}/${kind}`;
  }

  async run(batch: readonly Attack[], how: How): Promise<{ report: Report; outside: string[] }> {
    const { page } = (this.#reader ??= await this.#open());
    this.#outside = [];
    const done = page.evaluate(
      async ([strings, { name, ...rest }]) => {
        const { attacks: inside } = globalThis as unknown as {
          attacks: Record<string, (strings: readonly Attack[], format?: string) => Promise<Report>>;
        };
        return (await inside[name]?.(strings, 'format' in rest ? rest.format : undefined)) as Report;
      },
      [batch, how] as const,
    );
    try {
      const report = await inTime(done, 10_000 + 1_000 * batch.length);
      return { report, outside: this.#outside };
    } catch (error) {
      // What stopped the page may have left it anywhere, or busy for ever: the next batch gets another.
      await this.end();
      const what = String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
      const id = batch.length === 1 ? (batch[0]?.id ?? null) : null;
      return { report: { findings: [{ id, field: 'edit', what: `stopped: ${what}` }], through: {} }, outside: [] };
    }
  }

  async end(): Promise<void> {
    await this.#reader?.close();
    this.#reader = null;
  }

  async #open(): Promise<Reader> {
    const reader = await newReader(this.#browser, { viewport: { width: 600, height: 400 } });
    const { page, context } = reader;
    await context.addInitScript({ content: TRAPS });
    await context.route('**/*', async (route) => {
      const url = route.request().url();
      if (url === this.#address || url === `${this.#address}.js`) return route.continue();
      if (!url.startsWith(`${this.#site}/nothing?`)) this.#outside.push(`fetched ${url}`);
      return route.fulfill({ status: 404, contentType: 'text/plain', body: '' });
    });
    page.on('dialog', (dialog) => {
      this.#outside.push(`opened a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => this.#outside.push(`uncaught: ${error.message}`));
    page.on('popup', (popup) => {
      this.#outside.push('opened a window');
      void popup.close();
    });
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame() && frame.url() !== this.#address) this.#outside.push(`went to ${frame.url()}`);
    });
    await page.goto(this.#address);
    await page.waitForFunction(() => 'attacks' in globalThis);
    return reader;
  }
}

/** Rejects where it takes longer, and never twice. */
function inTime<Value>(promise: Promise<Value>, milliseconds: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not done within ${milliseconds / 1000} s`)), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(late));
  });
}

function inBatches<Item>(items: readonly Item[], size: number): Item[][] {
  const batches: Item[][] = [];
  for (let at = 0; at < items.length; at += size) batches.push(items.slice(at, at + size));
  return batches;
}

function readFolder(folder: string): Attack[] {
  if (!existsSync(folder)) {
    console.error(`--data ${folder}: there is no such folder`);
    process.exit(2);
  }
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .sort()
    .flatMap((file) =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .flatMap((text, nth) => {
          if (!text.trim()) return [];
          try {
            const { id, kind, payload } = JSON.parse(text) as Record<string, unknown>;
            if (typeof payload !== 'string') throw new TypeError('payload is no text');
            return [{ id: String(id ?? `${file}:${nth + 1}`), kind: String(kind), payload }];
          } catch (error) {
            console.error(`${file}:${nth + 1} is left out: ${String(error)}`);
            process.exitCode = 1;
            return [];
          }
        }),
    );
}

function shell(name: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Attacks</title><link rel="icon" href="data:,"><body><script type="module" src="/${name}.js"></script></body></html>`;
}

/** The page's script; for the control with a sanitiser that lets everything through. */
async function bundle(letThrough: boolean): Promise<string> {
  const identity: Plugin = {
    name: 'identity',
    setup(it) {
      it.onLoad({ filter: /content[\\/]sanitize\.ts$/ }, ({ path }) => {
        const code = readFileSync(path, 'utf8');
        const before = code.replace('export function sanitize(', 'function unused(');
        if (before === code) throw new Error('sanitize.ts has no function sanitize: the control has to follow it');
        const after = `export const sanitize = (text, format) => (format === 'html' ? text : markdownToHtml(text, {}, 'none'));`;
        return { contents: `${before}\n${after}`, loader: 'ts' };
      });
    },
  };
  const made = await build({
    entryPoints: [join(root, 'test/gates/attacks-page.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    tsconfig: join(root, 'tsconfig.json'),
    write: false,
    logLevel: 'error',
    plugins: letThrough ? [identity] : [],
  });
  return made.outputFiles[0]?.text ?? '';
}

/** Ours, always: a folder of harmless strings must not make the traps look broken. Of all others every so manieth. */
function some(every: number): Attack[] {
  const others = attacks.filter((one) => !ours.some(({ id }) => id === one.id));
  return [...ours, ...others.filter((_, nth) => nth % every === 0)];
}

const ours = readFolder(own);
const attacks = folders.flatMap(readFolder);
const typed = (typedEvery === 1 ? attacks : some(typedEvery)).filter(({ payload }) => payload.trim() !== '');
if (attacks.length === 0) console.error(`No attack string in ${folders.join(', ')}`);

const [real, open] = await Promise.all([bundle(false), bundle(true)]);
const host = await startHost({
  '/real': shell('real'),
  '/control': shell('control'),
  '/real.js': { body: real, headers: { 'content-type': 'text/javascript' } },
  '/control.js': { body: open, headers: { 'content-type': 'text/javascript' } },
});
const browser = await openBrowser();
try {
  await judgeReal(browser, host);
  await judgeControl(browser, host);
} finally {
  await browser.close();
  await host.stop();
}
closing(cases, ({ holds }) => holds);
