/** The words of a passage as they are shown: whole, and enough of them to know it by. */
import { quotedWords } from '../model/passage.ts';
import type { Quote } from '../model/quote.ts';

/** For the names of controls. */
export function firstWords(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length > 48 ? `${line.slice(0, 48).replace(/\s\S*$/, '')}…` : line;
}

/**
 * The whole of a quote, or both ends of a very long one. It is stored as it stands in the page's source, which breaks
 * lines where its author's editor does: that is nothing. Between two blocks there are at least two breaks, as pages are
 * written: that is a line.
 */
export function wholeQuote(quote: Pick<Quote, 'quote'>): string {
  return quotedWords(quote)
    .filter((words) => words !== null)
    .map((words) => words.trim().replace(/\s+/g, (blanks) => (/\n[^\n]*\n/.test(blanks) ? '\n' : ' ')))
    .join(' […] ');
}
