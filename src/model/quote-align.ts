/**
 * Where in a text a passage may stand now: its words, between those that stood around it, are laid along the text's
 * words so that as much as possible meets. Which of the places is right, if any, is decided in quote.ts.
 *
 * All sums count in rare words: a word that stands once in the text (or no longer) weighs 1, one that stands on every
 * line about a third.
 */
/* eslint-disable @typescript-eslint/no-non-null-assertion -- Every index is below the length of what it looks into, and asking again in the innermost loop would be most of the work. */
import { foldText, wordsOf } from './quote-text.ts';
import type { PreparedText } from './quote-text.ts';

/** A passage is not torn apart for little: whatever meets after a tear must be worth half a rare word. */
const TEAR = 0.5;
/** What a skipped word of the text costs, so that a passage is not stretched over a page to catch a stray word. */
const SKIP = 0.065;
/** By how much a place must be better than its lookalike or than any other place: weights shift by a few percent. */
export const MARGIN = 1.05;
/** Places tried for a quote. With three or eight the figures are the same. */
const TRIES = 5;
/** What weighs less stands everywhere and says nothing about the place; asking it, too, changes no figure. */
const COMMON = 0.4;
/** Two to this power is the number of words whose votes are counted together, so that a few inserted ones do not scatter them. */
const BUCKET = 3;
/** Words looked at on either side of where the passage should be, and half its length more: room for what was inserted. */
const SLACK = 24;

/** A quote between what stood around it, as the text's words see it. */
export interface Needle {
  /** Prefix, quote and suffix, folded; the quote is [start, end) of it, without blanks at its ends. */
  readonly folded: string;
  readonly start: number;
  readonly end: number;
  /** Where its words are in `folded`; the quote's own are the words from … to - 1. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly from: number;
  readonly to: number;
  /** Each word's number in the text, -1 where the text has no such word; what it weighs; the sum of that. */
  readonly ids: readonly number[];
  readonly weights: readonly number[];
  readonly weight: number;
}

export interface Place {
  /** Offsets in the folded text. */
  readonly start: number;
  readonly end: number;
  /** What meets here, in rare words, less what tears and skipped words cost. */
  readonly score: number;
  /** The share of the quote's own weight that meets here. */
  readonly kept: number;
}

export function needleFor(text: PreparedText, prefix: string, exact: string, suffix: string): Needle {
  const folding = foldText(prefix + exact + suffix);
  const folded = folding.text;
  let start = folding.foldedOf(prefix.length);
  let end = folding.foldedOf(prefix.length + exact.length);
  while (start < end && folded[start] === ' ') start++;
  while (start < end && folded[end - 1] === ' ') end--;
  const { ids, starts, ends } = wordsOf(folded, (word) => text.idOf.get(word) ?? -1);
  const all = Math.log(text.ids.length + 1);
  const weights = ids.map((id) => (id < 0 ? 1 : 1 - Math.log(text.first[id + 1]! - text.first[id]!) / all));
  return {
    folded,
    start,
    end,
    starts,
    ends,
    from: ends.filter((it) => it <= start).length,
    to: starts.filter((it) => it < end).length,
    ids,
    weights,
    weight: weights.reduce((sum, it) => sum + it, 0),
  };
}

/**
 * Places that hold at least the share `kept` of the quote, the best first; none overlaps a better one. Left out are those
 * that can neither be better than the best nor, by the margin, make it doubtful.
 */
export function findPlaces(text: PreparedText, needle: Needle, kept: number): Place[] {
  const places: Place[] = [];
  let best = 0;
  for (const start of likelyStarts(text, needle)) {
    if (best > 0 && mostNear(text, needle, start) * MARGIN < best) continue;
    // Where its old surroundings outweigh the quote, they hide it if it only moved a little: then it is asked for alone.
    for (const sought of [needle, quoteAlone(needle)]) {
      const place = placeNear(text, sought, start + needle.from - sought.from);
      if (place && place.kept >= kept) {
        places.push(place);
        best = Math.max(best, place.score);
        break;
      }
    }
  }
  return places
    .sort((a, b) => b.score - a.score)
    .filter((place, k, all) => all.findIndex((it) => it.start < place.end && place.start < it.end) === k);
}

function quoteAlone(needle: Needle): Needle {
  const { from, to } = needle;
  const [starts, ends, ids, weights] = [needle.starts, needle.ends, needle.ids, needle.weights].map((it) =>
    it.slice(from, to),
  ) as [number[], number[], number[], number[]];
  return { ...needle, starts, ends, ids, weights, from: 0, to: to - from };
}

/** Every word that is not too common votes for where the passage would begin if this were its word; twice where the word before agrees. */
function likelyStarts({ ids, first, places }: PreparedText, needle: Needle): number[] {
  const length = needle.ids.length;
  const votes = new Float32Array(((ids.length + length) >> BUCKET) + 3);
  for (let i = 0; i < length; i++) {
    const id = needle.ids[i]!;
    const weight = needle.weights[i]!;
    if (id < 0 || weight < COMMON) continue;
    const previous = needle.ids[i - 1] ?? -1;
    for (let k = first[id]!, end = first[id + 1]!; k < end; k++) {
      const at = places[k]!;
      votes[(at - i + length) >> BUCKET]! += at > 0 && ids[at - 1] === previous ? 2 * weight : weight;
    }
  }
  const starts: number[] = [];
  while (starts.length < TRIES) {
    let best = -1;
    let most = 0;
    for (let bucket = 1, before = votes[0]!; bucket < votes.length; bucket++) {
      const here = votes[bucket]!;
      if (before + here > most) {
        most = before + here;
        best = bucket;
      }
      before = here;
    }
    if (best < 0) break;
    votes.fill(0, best - 1, best + 1);
    starts.push((best << BUCKET) - length);
  }
  return starts;
}

/** The words of the text that are looked at for a passage that begins near `start`. */
function wordsNear(text: PreparedText, needle: Needle, start: number): { low: number; here: Int32Array } {
  const length = needle.ids.length;
  const slack = SLACK + (length >> 1);
  const low = Math.max(0, start - slack);
  return { low, here: text.ids.subarray(low, start + length + slack) };
}

/** No score near `start` can be higher: all of the needle's words that stand there, in whatever order. */
function mostNear(text: PreparedText, needle: Needle, start: number): number {
  const { here } = wordsNear(text, needle, start);
  return needle.ids.reduce((sum, id, i) => (here.includes(id) ? sum + needle.weights[i]! : sum), 0);
}

/** The best way to lay the needle along the words near `start` (Smith and Waterman's, with words for letters). */
function placeNear(text: PreparedText, needle: Needle, start: number): Place | null {
  const length = needle.ids.length;
  const { low, here } = wordsNear(text, needle, start);
  const width = here.length + 1;
  // Row i, column j: the best sum of a way that ends where word i of the needle meets word j here; and of any way so far.
  const meeting = new Float32Array((length + 1) * width);
  const best = new Float32Array((length + 1) * width);
  let score = 0;
  let at = 0;
  for (let i = 1; i <= length; i++) {
    const id = needle.ids[i - 1]!;
    const weight = needle.weights[i - 1]!;
    // Without Math.max and without looking again at what was just written: this is most of all the work there is.
    let left = 0;
    for (let j = 1, cell = i * width + 1; j < width; j++, cell++) {
      let highest = best[cell - width]!;
      if (left - SKIP > highest) highest = left - SKIP;
      if (here[j - 1] === id) {
        const diagonal = cell - width - 1;
        const sum = weight + Math.max(0, meeting[diagonal]!, best[diagonal]! - TEAR);
        meeting[cell] = sum;
        if (sum > highest) highest = sum;
        if (sum > score) {
          score = sum;
          at = cell;
        }
      }
      best[cell] = left = highest;
    }
  }
  if (score === 0) return null;

  // Back along the best way: which word of the text each word of the needle met.
  const met = Array.from({ length }, () => -1);
  for (;;) {
    met[Math.floor(at / width) - 1] = low + (at % width) - 1;
    const diagonal = at - width - 1;
    if (meeting[diagonal]! > 0 && meeting[diagonal]! >= best[diagonal]! - TEAR) at = diagonal;
    else if (best[diagonal]! <= TEAR) break;
    else for (at = diagonal; best[at] !== meeting[at];) at -= best[at - width] === best[at] ? width : 1;
  }
  claim(text, needle, met);
  return placeOf(text, needle, met, score);
}

/**
 * Where the words around a cut are the same on both its sides, they may have met the quote or its surroundings, and
 * the sum is the same. They are the quote's.
 */
function claim(text: PreparedText, { from, to, ids }: Needle, met: number[]): void {
  const take = (i: number, at: number): void => {
    const owner = met.indexOf(at);
    if (met[i]! >= 0 || ids[i] !== text.ids[at] || (owner >= from && owner < to)) return;
    if (owner >= 0) met[owner] = -1;
    met[i] = at;
  };
  for (let i = from + 1; i < to; i++) if (met[i - 1]! >= 0) take(i, met[i - 1]! + 1);
  for (let i = to - 2; i >= from; i--) if (met[i + 1]! > 0) take(i, met[i + 1]! - 1);
}

function placeOf(text: PreparedText, needle: Needle, met: readonly number[], score: number): Place | null {
  const { from, to, weights } = needle;
  const [first, last] = coreOf(needle, met);
  if (last < 0) return null;
  let before = from - 1;
  while (before >= 0 && met[before]! < 0) before--;
  let after = to;
  while (after < met.length && met[after]! < 0) after++;
  const left = before < 0 ? 0 : replaced(first - from, from - 1 - before, met[first]! - met[before]! - 1);
  const right = after === met.length ? 0 : replaced(to - 1 - last, after - to, met[after]! - met[last]! - 1);
  let start = text.words.starts[met[first]! - left]!;
  let end = text.words.ends[met[last]! + right]!;
  // A quote that begins or ends inside a word does so in the word it met.
  if (first === from) start += Math.max(0, needle.start - needle.starts[first]!);
  if (last === to - 1) end -= Math.max(0, needle.ends[last]! - needle.end);
  const whole = weights.slice(from, to).reduce((sum, it) => sum + it, 0);
  const kept = weights.slice(first, last + 1).reduce((sum, it, k) => (met[first + k]! < 0 ? sum : sum + it), 0);
  return { start, end, score, kept: kept / whole };
}

/**
 * First and last of the quote's words that met, without those so far off that they are not worth the words between
 * (the context alone may have paid for them).
 */
function coreOf({ from, to, weights }: Needle, met: readonly number[]): [first: number, last: number] {
  let core: [number, number] = [from, -1];
  let most = 0;
  let worth = 0;
  let begin = from;
  let last = from;
  for (let i = from; i < to; i++) {
    if (met[i]! < 0) continue;
    worth -= SKIP * Math.max(0, met[i]! - met[last]! - (i - last));
    if (worth <= 0) {
      worth = 0;
      begin = i;
    }
    worth += weights[i]!;
    last = i;
    if (worth > most) {
      most = worth;
      core = [begin, i];
    }
  }
  return core;
}

/**
 * How many words between the quote's kept part and its kept neighbour belong to the quote: if it lost words there, those
 * that took their place. All of them, or its share where nearly all that was lost there was lost outside the quote; none
 * where they are far more than what was lost, since then most are plainly new.
 */
function replaced(lost: number, lostOutside: number, between: number): number {
  if (lost === 0 || between <= 0 || between > 2 * (lost + lostOutside)) return 0;
  return lostOutside > 5 * lost ? Math.round((between * lost) / (lost + lostOutside)) : between;
}
