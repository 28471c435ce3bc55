/** Cuts a stretch of text to whole words: blanks at its ends fall off, a word it cuts in two is taken whole. */
import type { Span } from './text-map.ts';

/** Enough on either side of an end for any word but a pathological one, which stays cut. */
const REACH = 48;

let segmenter: Intl.Segmenter | undefined;

/** Null where there is no letter, digit or sign in it. */
export function wholeWords(text: string, { start, end }: Span): Span | null {
  const words = text.slice(start, end);
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(words)) return null;
  start += words.length - words.replace(/^[\s\u00ad\u200b-\u200f\u2060\ufeff]+/, '').length;
  end -= words.length - words.replace(/[\s\u00ad\u200b-\u200f\u2060\ufeff]+$/, '').length;
  return { start: wordAround(text, start)?.start ?? start, end: wordAround(text, end)?.end ?? end };
}

/** The word that an offset cuts in two. */
function wordAround(text: string, at: number): Span | null {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'word' });
  const from = Math.max(0, at - REACH);
  const segment = segmenter.segment(text.slice(from, at + REACH)).containing(at - from);
  if (!segment?.isWordLike || segment.index === at - from) return null;
  return { start: from + segment.index, end: from + segment.index + segment.segment.length };
}
