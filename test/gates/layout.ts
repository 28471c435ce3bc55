/**
 * `npm run layout`: draws the section as a page of anybody's might hold it and says what a person would find wrong: on any
 * ground, in any container, at any width, with fonts of any shape, in every state, light and dark, changed while it stands
 * there. What is looked at stands in `seen.ts`, the thread and the grounds in `layout-page.ts`.
 *
 * By itself it takes a choice of the combinations in which each value meets each ground, and any two values of the other
 * things meet; `--full` takes many more. `--engine` names one of chromium, firefox, webkit; `--pictures DIR` keeps a
 * picture of each in Chromium; `--only TEXT` takes those whose line has it.
 */
import { build } from 'esbuild';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { random } from '../fixtures/threads.ts';
import { startHost } from '../helpers/server.ts';
import { closing } from './closing.ts';
import { openEngine, type Engine } from './engines.ts';
import type { Look } from './layout-page.ts';
import type { Fault } from './seen.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    engine: { type: 'string', multiple: true },
    full: { type: 'boolean', default: false },
    pictures: { type: 'string' },
    only: { type: 'string' },
  },
});

const GROUNDS = [
  'white',
  'black',
  'grey',
  'grey, white ink',
  'silver',
  'cream',
  'slate',
  'red',
  'yellow',
  'blue',
  'pale',
  'dim',
  'veil over black',
  'gradient',
  'dark gradient',
  'nobody set the ink',
  'nothing',
  'the dark scheme',
] as const satisfies readonly Look['ground'][];

/** Every thing that a page may choose, and its values. */
const CHOICES = {
  width: [240, 320, 390, 600, 810, 1000, 1400, 2000],
  container: ['block', 'flex', 'column', 'grid', 'float', 'table'],
  dir: ['ltr', 'rtl'],
  root: [16, 11, 24],
  scheme: ['auto', 'light', 'dark'],
  font: ['machine', 'narrow', 'wide', 'tall'],
  state: ['thread', 'forms', 'panels', 'menu', 'empty', 'failed', 'loading', 'closed'],
} as const;

type Value = string | number;

interface Case {
  readonly name: string;
  readonly look: Look;
  /** Whether the page changes into it around a section that is there, or has it from the beginning. */
  readonly isSwitch: boolean;
  readonly coarse: boolean;
  readonly faults: Fault[];
}

/**
 * Rows of values such that each pair of values of any two choices is in one of them: of some rows made by chance (the
 * same each time) the one with the most new pairs is taken, until none is missing.
 */
function covering(choices: Readonly<Record<string, readonly Value[]>>, next: () => number): Record<string, Value>[] {
  const names = Object.keys(choices);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const pairsOf = (row: Record<string, Value>): string[] =>
    names.flatMap((one, nth) => names.slice(nth + 1).map((two) => `${one}=${row[one]} ${two}=${row[two]}`));
  const missing = new Set<string>();
  names.forEach((one, nth) =>
    names.slice(nth + 1).forEach((two) => {
      for (const a of choices[one] ?? []) for (const b of choices[two] ?? []) missing.add(`${one}=${a} ${two}=${b}`);
    }),
  );
  const rows: Record<string, Value>[] = [];
  while (missing.size > 0) {
    let best: Record<string, Value> = {};
    let most = -1;
    // One pair that is missing is in each, so that there is always something new.
    const wanted = Object.fromEntries(
      (pick([...missing]) ?? '').split(/ (?=\w+=)/).map((it) => it.split('=') as [string, string]),
    );
    for (let tries = 0; tries < 40; tries++) {
      const row: Record<string, Value> = {};
      for (const name of names) {
        const values = choices[name] ?? [];
        row[name] = values.find((it) => String(it) === wanted[name]) ?? pick(values);
      }
      const fresh = pairsOf(row).filter((it) => missing.has(it)).length;
      if (fresh > most) [most, best] = [fresh, row];
    }
    for (const pair of pairsOf(best)) missing.delete(pair);
    rows.push(best);
  }
  return rows;
}

function cases(engine: string): Case[] {
  const next = random(engine === 'chromium' ? 7 : 8);
  // The other engines lay out as the first does but for their own mistakes: a part of the choice finds those.
  const grounds = values.full || engine === 'chromium' ? GROUNDS : (['white', 'black', 'grey', 'cream'] as const);
  const rounds = values.full ? 6 : 1;
  const looks = Array.from({ length: rounds }, () =>
    covering({ ground: grounds, ...CHOICES }, next),
  ).flat() as unknown as Look[];
  // Beside each other those of one state, so that a page is changed and not made anew: every third is new all the same.
  const sorted = looks.sort((one, two) => CHOICES.state.indexOf(one.state) - CHOICES.state.indexOf(two.state));
  const some = values.full || engine === 'chromium' ? sorted : sorted.filter((_, nth) => nth % 3 === 0);
  return some.map((look, nth) => {
    const isSwitch = nth % 3 !== 0 && some[nth - 1]?.state === look.state;
    const coarse = engine === 'chromium' && nth % 5 === 4;
    const name = `${engine}: ${look.state} on ${look.ground}, ${look.width} px, ${look.container}, ${look.dir}, ${look.root} px ${look.font}, color-scheme ${look.scheme}${isSwitch ? ', switched' : ''}${coarse ? ', touch' : ''}`;
    return { name, look, isSwitch, coarse, faults: [] };
  });
}

const faces = [
  ['Barlow Condensed', '@fontsource/barlow-condensed/files/barlow-condensed-latin-400-normal.woff2', '400'],
  ['Barlow Condensed', '@fontsource/barlow-condensed/files/barlow-condensed-latin-700-normal.woff2', '700'],
  ['Unbounded', '@fontsource/unbounded/files/unbounded-latin-400-normal.woff2', '400'],
  ['Unbounded', '@fontsource/unbounded/files/unbounded-latin-700-normal.woff2', '700'],
  ['Gulzar', '@fontsource/gulzar/files/gulzar-latin-400-normal.woff2', '400'],
] as const;
const resolve = createRequire(import.meta.url).resolve;
const css = faces
  .map(([family, file, weight]) => {
    const data = readFileSync(resolve(file)).toString('base64');
    return `@font-face { font-family: "${family}"; font-weight: ${weight}; src: url(data:font/woff2;base64,${data}) format("woff2") }`;
  })
  .join('\n');

/** Rows near the reader have controls: here all are, however tall the window is. */
const NEAR = `window.IntersectionObserver = class {
  constructor(tell) { this.tell = tell; }
  observe(target) { queueMicrotask(() => this.tell([{ target, isIntersecting: true, intersectionRatio: 1 }], this)); }
  unobserve() {}
  disconnect() {}
  takeRecords() { return []; }
};`;

const made = await build({
  entryPoints: [join(root, 'test/gates/layout-page.ts')],
  bundle: true,
  format: 'esm',
  target: 'es2022',
  tsconfig: join(root, 'tsconfig.json'),
  write: false,
  logLevel: 'error',
});
const host = await startHost({
  '/': `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Layout</title><style>${css}</style><script>${NEAR}</script></head><body><script type="module" src="/page.js"></script></body></html>`,
  '/page.js': { body: made.outputFiles[0]?.text ?? '', headers: { 'content-type': 'text/javascript; charset=utf-8' } },
});

const engines = values.engine ?? ['chromium', 'firefox', 'webkit'];
const all: Case[] = [];
try {
  for (const name of engines) {
    const chosen = cases(name).filter((one) => !values.only || one.name.includes(values.only));
    const began = performance.now();
    for (const coarse of [false, true]) {
      const some = chosen.filter((one) => one.coarse === coarse);
      if (some.length === 0) continue;
      const engine = await openEngine(name, { url: host.url, touch: coarse });
      try {
        await engine.run('layout.ready()');
        for (const [nth, one] of some.entries()) await look(engine, one, nth);
      } finally {
        await engine.close();
      }
    }
    all.push(...chosen);
    console.log(`${name}: ${chosen.length} looks in ${Math.round((performance.now() - began) / 1000)} s`);
  }
} finally {
  await host.stop();
}
summary();
closing(all, ({ faults }) => faults.length === 0);

async function look(engine: Engine, one: Case, nth: number): Promise<void> {
  try {
    await engine.resize(Math.max(one.look.width, 300));
    const how = one.isSwitch ? 'change' : 'put';
    await engine.run(`layout.${how}(${JSON.stringify(one.look)})`);
    if (values.pictures && engine.picture) {
      mkdirSync(values.pictures, { recursive: true });
      const file = `${one.look.state}-${one.look.ground}-${one.look.width}-${one.look.container}-${nth}.png`;
      await engine.picture(join(values.pictures, file.replace(/[ ,]+/g, '_')));
    }
    one.faults.push(...((await engine.run(`layout.check(${one.coarse ? 40 : 24})`)) as Fault[]));
  } catch (error) {
    one.faults.push({ kind: 'broke', where: 'the page', what: String(error).split('\n').slice(0, 3).join(' ') });
  }
  if (one.faults.length === 0) return;
  console.log(`FAIL ${one.name}`);
  for (const { kind, where, what } of one.faults.slice(0, 12)) console.log(`       ${kind}: ${where}: ${what}`);
  if (one.faults.length > 12) console.log(`       and ${one.faults.length - 12} more`);
}

/** Which mistakes there are, whatever the page: the lines to read first. */
function summary(): void {
  const kinds = new Map<string, { times: number; first: string; what: string }>();
  for (const { name, faults } of all) {
    for (const { kind, where, what } of faults) {
      const key = `${kind}: ${where}`;
      const known = kinds.get(key);
      if (known) known.times += 1;
      else kinds.set(key, { times: 1, first: name, what });
    }
  }
  const lines = [...kinds].sort(([, one], [, two]) => two.times - one.times);
  if (lines.length > 0) console.log(`\n${lines.length} mistakes by kind and place`);
  for (const [key, { times, first, what }] of lines)
    console.log(`${String(times).padStart(4)} × ${key}: ${what}  [${first}]`);
}
