/**
 * Passages of an article: how one is described so that it can be stored, and how it is found again after the article
 * was edited. Text alone; where the text comes from and how a passage is painted is `src/inline`'s (METHOD.md there
 * has the method with its figures). A wrong place is worse than no place.
 */
import { findPlaces, MARGIN, needleFor } from './quote-align.ts';
import type { Needle } from './quote-align.ts';
import { hashOf } from './hash.ts';
import { prepareInSteps, wordBoundary } from './quote-text.ts';
import type { PreparedText } from './quote-text.ts';

export { hashLater } from './hash.ts';
export { prepareInSteps, prepareText } from './quote-text.ts';
export type { PreparedText } from './quote-text.ts';

/** The two selectors are the W3C's (Web Annotation Data Model 4.2.4, 4.2.5, and 4.2.8 for the very long). */
export interface TextQuoteSelector {
  readonly type: 'TextQuoteSelector';
  readonly exact: string;
  /** What stood before and after: at most CONTEXT characters, whole words, across blocks. */
  readonly prefix: string;
  readonly suffix: string;
}

/** Of a very long quote only its head and its tail are kept; the position tells the length. */
export interface RangeSelector {
  readonly type: 'RangeSelector';
  readonly startSelector: TextQuoteSelector;
  readonly endSelector: TextQuoteSelector;
}

export interface TextPositionSelector {
  readonly type: 'TextPositionSelector';
  /** UTF-16 offsets in the article's text. */
  readonly start: number;
  readonly end: number;
}

/** A passage as it is stored with a comment. */
export interface Quote {
  readonly quote: TextQuoteSelector | RangeSelector;
  readonly position: TextPositionSelector;
  /** The article's text at that time: while it is the same, the position is enough. */
  readonly text: { readonly hash: string; readonly length: number };
  /** How well the best other place of that text fitted, 0 to 1: what must be surpassed to believe it is not the twin. */
  readonly lookalike: number;
  /** Id of the author's element around the passage, which is asked first, where there was one. */
  readonly marker?: string;
  /** What the author asked about the passage at that time (I-1); text, at most 1,000 characters. */
  readonly question?: string;
}

/**
 * `sure`: it stands here, unchanged or nearly so. `probable`: edited, or its surroundings are no longer clear enough
 * to be sure. `gone`: it was deleted, or cannot be told from what resembles it.
 */
export type FoundQuote =
  { readonly state: 'sure' | 'probable'; readonly start: number; readonly end: number } | { readonly state: 'gone' };

export const CONTEXT = 96;
/** Above this a quote is stored as head and tail of PART characters. */
export const LONGEST = 2000;
const PART = 500;

/** What must meet, in rare words, quote and surroundings together: chance and stock phrases reach 5, an edit leaves 6. */
const ENOUGH = 5.5;
/** How much of the quote must be left to call it the same passage. */
const LEFT = 0.4;
/** From where on a place is sure. */
const SURELY = { enough: 2 * ENOUGH, left: 0.8 };

export function describeQuote(text: string, start: number, end: number, marker?: string): Quote {
  const steps = describeInSteps(text, start, end, marker);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same in steps, for a page that must stay responsive. */
export function* describeInSteps(
  text: string,
  start: number,
  end: number,
  marker?: string,
): Generator<undefined, Quote, undefined> {
  const quote =
    end - start <= LONGEST
      ? selectorFor(text, start, end)
      : ({
          type: 'RangeSelector',
          startSelector: selectorFor(text, start, wordBoundary(text, start + PART, -1)),
          endSelector: selectorFor(text, wordBoundary(text, end - PART, 1), end),
        } as const);
  // If the passage were deleted, what would be taken for it? Only a better place will be believed.
  const without = yield* prepareInSteps(text.slice(0, start) + text.slice(end));
  yield;
  const lookalikes = [...new Set(endsOf(quote))].map(({ prefix, exact, suffix }) => {
    const needle = needleFor(without, prefix, exact, suffix);
    return (findPlaces(without, needle, LEFT)[0]?.score ?? 0) / (needle.weight || 1);
  });
  return {
    quote,
    position: { type: 'TextPositionSelector', start, end },
    text: { hash: hashOf(text), length: text.length },
    lookalike: Math.round(1000 * Math.max(...lookalikes)) / 1000,
    ...(marker === undefined ? {} : { marker }),
  };
}

function selectorFor(text: string, start: number, end: number): TextQuoteSelector {
  return {
    type: 'TextQuoteSelector',
    exact: text.slice(start, end),
    prefix: text.slice(Math.min(start, wordBoundary(text, start - CONTEXT, 1)), start),
    suffix: text.slice(end, Math.max(end, wordBoundary(text, end + CONTEXT, -1))),
  };
}

/** Of the very long its two ends; any other is its own head and tail. */
function endsOf(quote: Quote['quote']): readonly [head: TextQuoteSelector, tail: TextQuoteSelector] {
  return quote.type === 'RangeSelector' ? [quote.startSelector, quote.endSelector] : [quote, quote];
}

/**
 * In the very text it is from, whose hash this is, a passage stands where it stood: nothing has to be prepared to know it.
 * The hash is only asked for where all else agrees.
 */
export function findUnchanged(text: string, hash: () => string, quote: Quote): FoundQuote | null {
  const { start, end } = quote.position;
  if (text.length !== quote.text.length) return null;
  const [head, tail] = endsOf(quote.quote);
  const there = text.slice(start, end);
  const whole = there.length === end - start && there.startsWith(head.exact) && there.endsWith(tail.exact);
  return whole && hash() === quote.text.hash ? { state: 'sure', start, end } : null;
}

export function findQuote(text: PreparedText, quote: Quote): FoundQuote {
  const unchanged = findUnchanged(text.original, text.hash, quote);
  if (unchanged) return unchanged;
  const { start, end } = quote.position;
  const [head, tail] = endsOf(quote.quote);
  const fromEnd = quote.text.length - end;
  const first = findPart(text, head, quote.lookalike, start, quote.text.length - start - head.exact.length);
  if (head === tail || first.state === 'gone') return first;
  const last = findPart(text, tail, quote.lookalike, end - tail.exact.length, fromEnd);
  if (last.state === 'gone') return last;
  // Head and tail of one passage still stand in order, about as far apart as they stood.
  const growth = (last.end - first.start) / (end - start);
  if (growth < 1 / 2 || growth > 2) return GONE;
  return { state: first.state === 'sure' ? last.state : 'probable', start: first.start, end: last.end };
}

const GONE: FoundQuote = { state: 'gone' };

/** `fromStart` and `fromEnd`: how far from the text's start and end the quote stood. */
function findPart(
  text: PreparedText,
  { prefix, exact, suffix }: TextQuoteSelector,
  lookalike: number,
  fromStart: number,
  fromEnd: number,
): FoundQuote {
  const needle = needleFor(text, prefix, exact, suffix);
  const { startOf, endOf } = text.folded;
  /** Everything before the passage, or everything after it, is as long as it was: it has not moved. */
  const unmoved = (start: number, end: number): boolean =>
    Math.abs(startOf(start) - fromStart) <= 1 || Math.abs(text.original.length - endOf(end) - fromEnd) <= 1;

  const copies = copiesOf(text.folded.text, needle);
  const unique = copies.length === 1 && lookalike * MARGIN < 1;
  const copy = copies.find(([start, end]) => unmoved(start, end)) ?? (unique ? copies[0] : undefined);
  if (copy) return { state: 'sure', start: startOf(copy[0]), end: endOf(copy[1]) };
  if (copies.length > 1) return GONE;

  const [best, second] = findPlaces(text, needle, LEFT);
  if (!best) return GONE;
  const enough = Math.min(ENOUGH, needle.weight / 2);
  const rival = Math.max(lookalike * needle.weight, second?.score ?? 0);
  if (best.score < enough || best.score < rival * MARGIN) return GONE;
  const sure = best.score >= SURELY.enough && best.kept >= SURELY.left;
  return { state: sure ? 'sure' : 'probable', start: startOf(best.start), end: endOf(best.end) };
}

/** Where the quote stands with all that stood around it, word for word. */
function copiesOf(folded: string, needle: Needle): [start: number, end: number][] {
  const copies: [number, number][] = [];
  if (needle.start === needle.end) return copies;
  for (let at = folded.indexOf(needle.folded); at >= 0; at = folded.indexOf(needle.folded, at + 1)) {
    copies.push([at + needle.start, at + needle.end]);
  }
  return copies;
}
