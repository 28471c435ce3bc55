/**
 * The gate for a quote. It is decoration to the comment it came with: one that can't be read is left out, and the comment
 * stays. What is too long is cut, so that nobody makes a reader's page carry a book.
 */
import type { Quote, RangeSelector, TextPositionSelector, TextQuoteSelector } from './quote.ts';
import { number, object, oneOf, optional, ParseError, string, type Read } from './parse-page.ts';

/** In UTF-16 units. `describeQuote` stays well below all of them; the server refuses what is above. */
export const QUOTE_LIMITS = { exact: 4000, context: 200, question: 1000, marker: 200, hash: 64 } as const;

const atMost =
  (limit: number): Read<string> =>
  (value, path) =>
    string(value, path).slice(0, limit);

const offset: Read<number> = (value, path) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new ParseError(path, 'an offset');
  return value as number;
};

const textQuote = object<TextQuoteSelector>({
  type: oneOf(['TextQuoteSelector']),
  exact: atMost(QUOTE_LIMITS.exact),
  prefix: atMost(QUOTE_LIMITS.context),
  suffix: atMost(QUOTE_LIMITS.context),
});

const range = object<RangeSelector>({
  type: oneOf(['RangeSelector']),
  startSelector: textQuote,
  endSelector: textQuote,
});

const position: Read<TextPositionSelector> = (value, path) => {
  const read = object<TextPositionSelector>({ type: oneOf(['TextPositionSelector']), start: offset, end: offset })(
    value,
    path,
  );
  if (read.end < read.start) throw new ParseError(path, 'a stretch of text');
  return read;
};

const quote = object<Quote>({
  quote: (value, path) =>
    (value as { type?: unknown } | null)?.type === 'RangeSelector' ? range(value, path) : textQuote(value, path),
  position,
  text: object<Quote['text']>({ hash: atMost(QUOTE_LIMITS.hash), length: offset }),
  lookalike: number,
  marker: optional(atMost(QUOTE_LIMITS.marker)),
  question: optional(atMost(QUOTE_LIMITS.question)),
});

/** Throws a `ParseError` where it is none. */
export const parseQuote = (value: unknown): Quote => quote(value, 'quote');

/** Undefined where there is none that can be read. */
export function readQuote(value: unknown): Quote | undefined {
  try {
    return value === undefined || value === null ? undefined : parseQuote(value);
  } catch {
    return undefined;
  }
}
