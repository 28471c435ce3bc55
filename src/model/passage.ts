/**
 * Which passage a comment is about. Two quotes are one passage where the author marked it, or where the same words stand
 * between the same words: so that the comments on a sentence stay together when the rest of the article changes.
 */
import type { Comment, Filter } from './comment.ts';
import { hashOf } from './hash.ts';
import type { Quote, TextQuoteSelector } from './quote.ts';

/** From here on the text has a twin of the passage, surroundings and all (`lookalike`): only its place tells them apart. */
const TWIN = 0.95;

/** A quote never changes, and is asked for its key with every picture. */
const keys = new WeakMap<Quote, string>();

/** Names a passage, the same on every side: in addresses, for drafts, as `filter`. 16 hexadecimal digits. */
export function passageKey(quote: Quote): string {
  const known = keys.get(quote);
  if (known !== undefined) return known;
  const key = keyOf(quote);
  keys.set(quote, key);
  return key;
}

function keyOf(quote: Quote): string {
  if (quote.marker !== undefined) return markerKey(quote.marker);
  const words = endsOf(quote.quote).map(({ prefix, exact, suffix }) => [prefix, exact, suffix]);
  const place = quote.lookalike < TWIN ? [] : [quote.text.hash, quote.position.start];
  return hashOf(JSON.stringify([words, ...place]));
}

/** The key of a passage that the author wrapped in an element of this id, whatever its words are by now. */
export function markerKey(marker: string): string {
  return hashOf(JSON.stringify(['marker', marker]));
}

/** The words to show: of a very long quote its head and its tail, else the whole and null. */
export function quotedWords({ quote }: Pick<Quote, 'quote'>): readonly [words: string, tail: string | null] {
  const [head, tail] = endsOf(quote);
  return [head?.exact ?? '', tail?.exact ?? null];
}

function endsOf(quote: Quote['quote']): readonly TextQuoteSelector[] {
  return 'exact' in quote ? [quote] : [quote.startSelector, quote.endSelector];
}

/** Whether a top-level comment is one of those asked for. */
export function matches({ quote }: Pick<Comment, 'quote'>, filter: Filter | null): boolean {
  if (filter === null) return true;
  return quote !== undefined && (filter === 'inline' || passageKey(quote) === filter.passage);
}

export function sameFilter(a: Filter | null, b: Filter | null): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && a?.passage === b?.passage);
}
