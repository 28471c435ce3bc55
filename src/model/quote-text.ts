/**
 * The article's text as the matcher reads it: folded, so that what only looks different is the same, cut into words,
 * and indexed once, so that a hundred quotes can be sought in it. Every answer goes back to offsets of the text as it is.
 */

/* eslint-disable @typescript-eslint/no-non-null-assertion -- Tables made here side by side: an index into one is an index into all. */
import { hashLater } from './hash.ts';

/** A text without the differences that editors and typesetters make, and the way back to the text as it is. */
export interface FoldedText {
  readonly text: string;
  /** Where in the original the character at this folded offset begins. */
  startOf(folded: number): number;
  /** Where in the original the character before this folded offset ends. */
  endOf(folded: number): number;
  /** The folded offset of an original one. */
  foldedOf(original: number): number;
}

/** Words of a folded text: word `i` is `text.slice(starts[i], ends[i])`. Every other visible character is one, too. */
export interface Words {
  /** Which word each is; the same word has the same number. */
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** Soft hyphen, zero-width space and joiners, marks of direction, byte-order mark: nobody sees them. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u2060\ufeff]/g;
/** What may change the text's length: a run of blanks, anything invisible, and the one capital whose small form is longer. */
const RESIZED = /[\s\u00ad\u200b-\u200f\u2060]{2,}|[\u00ad\u200b-\u200f\u2060\ufeff]|\u0130/g;
/** The same, and every character that normalisation may join with its marks or replace. */
const RESIZED_OR_COMPOSED = new RegExp(`${RESIZED.source}|\\P{M}[\\p{M}\\u1160-\\u11ff]+|[^\\0-\\u02ff]`, 'gu');

/** One character for one, so that no offset moves. */
const ALIKE: readonly (readonly [RegExp, string])[] = [
  [/[^\S ]/g, ' '],
  [/[‘’‚‛′´`]/g, "'"],
  [/[“”„‟«»″]/g, '"'],
  [/[‐-―−]/g, '-'],
  // Lower-casing writes the Greek sigma by its place in the word, and words are cut out of their place here.
  [/ς/g, 'σ'],
];

export function foldText(text: string): FoldedText {
  const pieces: string[] = [];
  // What was resized: the k-th stands at [foldedFrom, foldedTo) of the folded text, [from, to) of the original.
  const foldedFrom: number[] = [];
  const foldedTo: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  let length = 0;
  let done = 0;
  const keep = (piece: string): void => {
    pieces.push(piece);
    length += piece.length;
  };
  for (const found of text.matchAll(text === text.normalize() ? RESIZED : RESIZED_OR_COMPOSED)) {
    const visible = found[0].replace(INVISIBLE, '').replace(/\s+/, ' ').normalize().toLowerCase();
    if (visible.length === found[0].length && visible === found[0]) continue;
    keep(text.slice(done, found.index).toLowerCase());
    foldedFrom.push(length);
    keep(visible);
    foldedTo.push(length);
    from.push(found.index);
    done = found.index + found[0].length;
    to.push(done);
  }
  keep(text.slice(done).toLowerCase());

  const startOf = (folded: number): number => {
    const k = countUpTo(foldedTo, folded) - 1;
    if (folded > (foldedFrom[k + 1] ?? Infinity)) return from[k + 1]!;
    return k < 0 ? folded : to[k]! + folded - foldedTo[k]!;
  };
  return {
    text: ALIKE.reduce((all, [pattern, same]) => all.replace(pattern, same), pieces.join('')),
    startOf,
    endOf(folded) {
      if (folded <= 0) return 0;
      const k = countUpTo(foldedTo, folded - 1);
      return folded > (foldedFrom[k] ?? Infinity) ? to[k]! : startOf(folded - 1) + 1;
    },
    foldedOf(original) {
      const k = countUpTo(to, original) - 1;
      if (original > (from[k + 1] ?? Infinity)) return foldedFrom[k + 1]!;
      return k < 0 ? original : foldedTo[k]! + original - to[k]!;
    },
  };
}

/** How many of the ascending numbers are not above `limit`. */
function countUpTo(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

const WORD = /[\p{L}\p{M}\p{N}_]+(?:'[\p{L}\p{M}]+)*|[^\s]/gu;
/** Most of what stands between two blanks is one word, and nothing else in most languages. */
const PLAIN = /^[a-z\d]+$/;
/** None of the two kinds of writing below is before this. */
const FAR = /[^\0-\u0dff]/;
/** Chinese and Japanese are written without blanks, and every sign says something: each is a word to us. */
const IDEOGRAPHS = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}';
const IDEOGRAPH = new RegExp(`[${IDEOGRAPHS}]`, 'u');
const IDEOGRAPH_OR_OTHERS = new RegExp(`[${IDEOGRAPHS}]|[^${IDEOGRAPHS}]+`, 'gu');
/** So are these, but in letters: a dictionary must say where words end. */
const UNSPACED = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
let segmenter: Intl.Segmenter | undefined;

/** By the browser's dictionary, which takes it tens of milliseconds to open: not before it is needed. */
function segmentsOf(text: string): Iterable<Intl.SegmentData> {
  return (segmenter ??= new Intl.Segmenter('en', { granularity: 'word' })).segment(text);
}

/** Each other word is asked for its number at least once. */
export function wordsOf(folded: string, idOf: (word: string) => number): Words {
  const ids: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  // What stands between two blanks stands there again and again, and to look it up costs less than to cut it.
  const cut = new Map<string, readonly (readonly [id: number, length: number])[]>();
  let start = 0;
  for (const run of folded.split(' ')) {
    let words = cut.get(run);
    if (!words) {
      const texts = PLAIN.test(run) ? [run] : (run.match(WORD) ?? []);
      words = (FAR.test(run) ? texts.flatMap(partsOf) : texts).map((word) => [idOf(word), word.length]);
      cut.set(run, words);
    }
    for (const [id, length] of words) {
      ids.push(id);
      starts.push(start);
      ends.push((start += length));
    }
    start++;
  }
  return { ids, starts, ends };
}

function partsOf(word: string): readonly string[] {
  if (IDEOGRAPH.test(word)) return word.match(IDEOGRAPH_OR_OTHERS)!;
  return UNSPACED.test(word) ? Array.from(segmentsOf(word), (it) => it.segment) : [word];
}

/** The nearest end of a word at or after `at` (towards 1), or at or before it (towards -1). */
export function wordBoundary(text: string, at: number, towards: 1 | -1): number {
  if (at <= 0 || at >= text.length) return Math.min(Math.max(at, 0), text.length);
  // Enough on either side for any word but a pathological one, which is cut.
  const from = Math.max(0, at - REACH);
  const boundaries = Array.from(segmentsOf(text.slice(from, at + REACH)), (it) => from + it.index);
  const near = boundaries.filter((it) => it > from && (towards > 0 ? it >= at : it <= at));
  return (towards > 0 ? near[0] : near.at(-1)) ?? at;
}

const REACH = 48;

/** A text ready to be searched; make it once and ask for as many quotes as there are. */
export interface PreparedText {
  readonly original: string;
  readonly hash: () => string;
  readonly folded: FoldedText;
  readonly words: Words;
  /** Those of `words`, close together. */
  readonly ids: Int32Array;
  readonly idOf: ReadonlyMap<string, number>;
  /** Where word number `w` stands: `places[first[w]] … places[first[w + 1] - 1]`. */
  readonly first: Int32Array;
  readonly places: Int32Array;
}

export function prepareText(original: string): PreparedText {
  const steps = prepareInSteps(original);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same in steps, for a page that must stay responsive while a long article is prepared. */
export function* prepareInSteps(
  original: string,
  hash = hashLater(original),
): Generator<undefined, PreparedText, undefined> {
  yield;
  const folded = foldText(original);
  yield;
  const idOf = new Map<string, number>();
  const words = wordsOf(folded.text, (word) => {
    const id = idOf.get(word) ?? idOf.size;
    idOf.set(word, id);
    return id;
  });
  yield;
  const ids = new Int32Array(words.ids);
  const first = new Int32Array(idOf.size + 1);
  for (const id of ids) first[id + 1]!++;
  for (let id = 0; id < idOf.size; id++) first[id + 1]! += first[id]!;
  const places = new Int32Array(ids.length);
  const next = first.slice();
  for (let at = 0; at < ids.length; at++) places[next[ids[at]!]!++] = at;
  return { original, hash, folded, words, ids, idOf, first, places };
}
