/**
 * `npm run anchoring -- --data DIR [--results FILE]`: how often a passage is found again after its article was edited.
 *
 * DIR is any folder with `pairs.jsonl` (old and new text) and `quotes.jsonl` (passages of the old text and what became
 * of each); without it, the twenty pairs of our own in test/fixtures/revisions. Each quote is described from the old
 * text and sought in the new one: by ours, and in the same run by what one would do without it. FILE gets a JSON line
 * a quote; `--browser` times it on a page as well (anchoring-page.ts); `--errors` prints every quote that went wrong. Fails where a gate is missed, over all pairs or over either half
 * of them (src/inline/METHOD.md, "How the numbers were chosen"), or where the matcher weighs too much.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import search from 'approx-string-match';
import { buildSync } from 'esbuild';
import { describeQuote, findQuote, prepareText } from '../../src/model/quote.ts';
import type { Quote } from '../../src/model/quote.ts';
import { anchoringPage } from './anchoring-page.ts';
import { closing } from './closing.ts';

type Outcome = 'unchanged' | 'unchanged-dup' | 'moved' | 'edited' | 'deleted' | 'deleted-decoy' | 'ambiguous';
type Span = readonly [start: number, end: number];

interface Pair {
  readonly id: string;
  readonly lang: string;
  readonly old_text: string;
  readonly new_text: string;
}

interface Sample {
  readonly pair: string;
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly outcome: Outcome;
  /** Where it is in the new text; null where it is gone. */
  readonly expect: Span | null;
  /** Of an edited one, the kept words only: the narrowest right answer, as `expect` is the widest. */
  readonly core?: Span;
  /** The new text between what was kept on either side: a deleted quote put there is put on nothing else. */
  readonly slot?: Span;
}

type Answer = { state: 'sure' | 'probable' | 'gone'; span: Span | null; ms: number };
/** Made once a text, as a page would; then asked for each quote. */
type Matcher = (pair: Pair) => (sample: Sample) => Omit<Answer, 'ms'>;

// Ours, and what one would do without it.

const ours: Matcher = (pair) => {
  const text = prepareText(pair.new_text);
  return ({ id }) => {
    const found = findQuote(text, described.get(id)!);
    return { state: found.state, span: found.state === 'gone' ? null : [found.start, found.end] };
  };
};
const described = new Map<string, Quote>();

/** The copy of the quote nearest to where it stood. */
const nearestCopy: Matcher = (pair) => (sample) => {
  const exact = pair.old_text.slice(sample.start, sample.end);
  let nearest = -1;
  for (let at = pair.new_text.indexOf(exact); at >= 0; at = pair.new_text.indexOf(exact, at + 1)) {
    if (nearest < 0 || Math.abs(at - sample.start) < Math.abs(nearest - sample.start)) nearest = at;
  }
  return nearest < 0 ? gone : { state: 'sure', span: [nearest, nearest + exact.length] };
};

/** Fewest edits, up to half the quote; among equals the one whose 32 characters on either side fit best, then the nearest. */
const fewestEdits: Matcher = (pair) => (sample) => {
  const exact = pair.old_text.slice(sample.start, sample.end);
  const before = pair.old_text.slice(Math.max(0, sample.start - 32), sample.start);
  const after = pair.old_text.slice(sample.end, sample.end + 32);
  const alike = (text: string, pattern: string): number =>
    pattern === '' ? 1 : 1 - (search(text, pattern, pattern.length)[0]?.errors ?? pattern.length) / pattern.length;
  let chosen: Span | null = null;
  let most = -Infinity;
  for (const { start, end, errors } of search(pair.new_text, exact, Math.min(256, exact.length >> 1))) {
    const score =
      50 * (1 - errors / exact.length) +
      20 * alike(pair.new_text.slice(Math.max(0, start - before.length), start), before) +
      20 * alike(pair.new_text.slice(end, end + after.length), after) +
      2 * (1 - Math.abs(start - sample.start) / pair.new_text.length);
    if (score > most) {
      most = score;
      chosen = [start, end];
    }
  }
  return chosen ? { state: 'sure', span: chosen } : gone;
};

const gone = { state: 'gone', span: null } as const;

// Right or wrong.

const overlap = (a: Span, b: Span): number => Math.max(0, Math.min(a[1], b[1]) - Math.max(a[0], b[0]));
/** Each covers this share of the other. */
const covers = (share: number, a: Span, b: Span): boolean =>
  overlap(a, b) >= share * (a[1] - a[0]) && overlap(a, b) >= share * (b[1] - b[0]);
const sameEnds = (a: Span, b: Span): boolean => Math.abs(a[0] - b[0]) <= 2 && Math.abs(a[1] - b[1]) <= 2;
const inside = (a: Span, b: Span): boolean => a[0] >= b[0] - 2 && a[1] <= b[1] + 2;

type Verdict = 'found' | 'loose' | 'wrong' | 'missed' | 'orphaned' | 'false' | 'fine' | 'elsewhere';

/** `loose`: found, but an edited quote's ends are off. `fine` and `elsewhere` are for the ambiguous. */
function judge(sample: Sample, span: Span | null): Verdict {
  const { outcome, expect, core, slot } = sample;
  const right = [expect, core].filter((it) => it != null);
  if (outcome === 'deleted' || outcome === 'deleted-decoy') {
    return span && !(slot && inside(span, slot)) ? 'false' : 'orphaned';
  }
  if (outcome === 'ambiguous') {
    const there = !span || (slot && inside(span, slot)) || right.some((it) => overlap(it, span) > 0);
    return there ? 'fine' : 'elsewhere';
  }
  if (!span) return 'missed';
  if (right.some((it) => sameEnds(it, span))) return 'found';
  if (outcome !== 'edited' || !right.some((it) => covers(0.5, it, span))) return 'wrong';
  return right.some((it) => covers(0.85, it, span)) ? 'found' : 'loose';
}

interface Figures {
  readonly quotes: number;
  /** Per cent. */
  readonly found: number;
  readonly tight: number;
  readonly wrong: number;
  readonly false: number;
  readonly surelyFalse: number;
  readonly ms: number;
}

type Judged = { readonly sample: Sample; readonly answer: Answer; readonly verdict: Verdict };

function figuresOf(judged: readonly Judged[]): Figures {
  const percent = (part: (it: Judged) => boolean, of: (it: Judged) => boolean): number => {
    const all = judged.filter(of);
    return (100 * all.filter(part).length) / all.length;
  };
  const stays = ({ sample }: Judged): boolean =>
    ['unchanged', 'unchanged-dup', 'moved', 'edited'].includes(sample.outcome);
  const goes = ({ sample }: Judged): boolean => sample.outcome.startsWith('deleted');
  return {
    quotes: judged.length,
    found: percent((it) => it.verdict === 'found' || it.verdict === 'loose', stays),
    tight: percent(
      (it) => it.verdict === 'found',
      (it) => it.sample.outcome === 'edited',
    ),
    wrong: percent((it) => it.verdict === 'wrong', stays),
    false: percent((it) => it.verdict === 'false', goes),
    surelyFalse: percent((it) => it.verdict === 'false' && it.answer.state === 'sure', goes),
    ms: judged.reduce((sum, it) => sum + it.answer.ms, 0) / judged.length,
  };
}

/** A gate holds for a figure that is not a number as well: there was nothing of the kind. */
const GATES: readonly [keyof Figures, 'least' | 'most', number][] = [
  ['found', 'least', 98],
  ['tight', 'least', 92],
  ['wrong', 'most', 0.8],
  ['false', 'most', 5],
  ['surelyFalse', 'most', 1.5],
];

/** Half of the pairs, by their ids alone, so that what was chosen on one half can be seen on the other. */
const inFirstHalf = (pair: string): boolean => {
  let hash = 7;
  for (const sign of pair) hash = (Math.imul(hash, 31) + (sign.codePointAt(0) ?? 0)) >>> 0;
  return ((hash ^ (hash >>> 7)) & 1) === 0;
};

function run(matcher: Matcher, pairs: readonly Pair[], samples: readonly Sample[]): Judged[] {
  return pairs.flatMap((pair) => {
    const find = matcher(pair);
    return samples
      .filter((it) => it.pair === pair.id)
      .map((sample) => {
        const began = performance.now();
        const { state, span } = find(sample);
        return { sample, answer: { state, span, ms: performance.now() - began }, verdict: judge(sample, span) };
      });
  });
}

// The report.

const lines = <T>(file: string): T[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

function table(title: string, rows: readonly (readonly [name: string, figures: Figures])[]): void {
  const cell = (value: number, digits = 1): string => (Number.isNaN(value) ? '-' : value.toFixed(digits)).padStart(8);
  console.log(`\n${title.padEnd(34)}  quotes   found   tight   wrong   false  (sure)      ms`);
  for (const [name, it] of rows) {
    const shares = [it.found, it.tight, it.wrong, it.false, it.surelyFalse].map((value) => cell(value));
    console.log(`${name.padEnd(34)}${cell(it.quotes, 0)}${shares.join('')}${cell(it.ms, 3)}`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      results: { type: 'string' },
      errors: { type: 'boolean' },
      browser: { type: 'boolean' },
    },
  });
  const dir = values.data ?? 'test/fixtures/revisions';
  const pairs = lines<Pair>(join(dir, 'pairs.jsonl'));
  const samples = lines<Sample>(join(dir, 'quotes.jsonl'));
  const byId = new Map(pairs.map((pair) => [pair.id, pair]));
  for (const { pair, id, start, end } of samples) {
    described.set(id, describeQuote(byId.get(pair)!.old_text, start, end));
  }

  const judged = run(ours, pairs, samples);
  const group = (title: string, keyOf: (it: Judged) => string): void =>
    table(
      title,
      [...new Set(judged.map(keyOf))].sort().map((key) => [key, figuresOf(judged.filter((it) => keyOf(it) === key))]),
    );
  const all = figuresOf(judged);
  const first = figuresOf(judged.filter((it) => inFirstHalf(it.sample.pair)));
  const second = figuresOf(judged.filter((it) => !inFirstHalf(it.sample.pair)));
  table(`${pairs.length} pairs of ${dir}`, [
    ['ours', all],
    ['ours, first half', first],
    ['ours, second half', second],
    ['nearest verbatim copy', figuresOf(run(nearestCopy, pairs, samples))],
    ['fewest edits, scored by context', figuresOf(run(fewestEdits, pairs, samples))],
  ]);
  group('by outcome', (it) => it.sample.outcome);
  group('by language', (it) => byId.get(it.sample.pair)!.lang);
  const ambiguous = judged.filter((it) => it.sample.outcome === 'ambiguous');
  const elsewhere = ambiguous.filter((it) => it.verdict === 'elsewhere').length;
  console.log(`\nambiguous (in place or gone are both right): ${elsewhere} of ${ambiguous.length} put elsewhere`);

  if (values.errors) for (const it of judged) explain(it, byId.get(it.sample.pair)!);
  if (values.results) {
    const line = ({ sample, answer }: Judged): string =>
      JSON.stringify({
        id: sample.id,
        state: answer.state,
        start: answer.span?.[0] ?? null,
        end: answer.span?.[1] ?? null,
        ms: Math.round(answer.ms * 1000) / 1000,
      });
    writeFileSync(values.results, judged.map((it) => `${line(it)}\n`).join(''));
  }

  const checks = Object.entries({ all, 'first half': first, 'second half': second }).flatMap(([name, figures]) =>
    GATES.map(([key, side, limit]) => {
      const figure = figures[key];
      const missed = side === 'least' ? figure < limit : figure > limit;
      return { holds: !missed, says: `${name}: ${key} ${figure.toFixed(2)}, at ${side} ${limit}` };
    }),
  );
  const bytes = weightOfOurs();
  console.log(`the matcher, minified and gzipped: ${bytes} bytes\n`);
  checks.push({ holds: bytes <= HEAVIEST, says: `${bytes} bytes, at most ${HEAVIEST}` });
  if (values.browser) checks.push(...(await anchoringPage(dir)));
  for (const { says } of checks.filter((it) => !it.holds)) console.error(`missed: ${says}`);
  closing(checks, (it) => it.holds);
}

const HEAVIEST = 4000;

function weightOfOurs(): number {
  const built = buildSync({
    entryPoints: [fileURLToPath(new URL('../../src/model/quote.ts', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return gzipSync(built.outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

function explain({ sample, answer, verdict }: Judged, pair: Pair): void {
  if (['found', 'orphaned', 'fine'].includes(verdict)) return;
  const text = (span: Span | null | undefined): string => (span ? JSON.stringify(pair.new_text.slice(...span)) : '-');
  console.log(`\n${verdict} (${answer.state}) ${sample.id} ${sample.outcome}
  was      ${JSON.stringify(pair.old_text.slice(sample.start, sample.end))}
  expected ${text(sample.expect)}
  answer   ${text(answer.span)}`);
}

await main();
