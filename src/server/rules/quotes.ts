/**
 * How a quote is stored (I-5). What people send is taken as text and cleaned; its shape and lengths were checked before.
 * Pure, and always in one order of fields, so that the same passage is the same text in the database.
 */
import { passageKey } from '../../model/passage.ts';
import type { Quote, TextQuoteSelector } from '../../model/quote.ts';
import { storable } from './words.ts';

export interface StoredQuote {
  readonly quote: Quote;
  /** Names the passage; what lists are filtered and counted by. */
  readonly passage: string;
}

export function storedQuote(sent: {
  readonly [Field in keyof Quote]: Quote[Field] | undefined;
}): StoredQuote {
  const { quote: selector, position, text, lookalike, marker, question } = sent as Quote;
  const quote: Quote = {
    quote:
      selector.type === 'RangeSelector'
        ? {
            type: selector.type,
            startSelector: cleaned(selector.startSelector),
            endSelector: cleaned(selector.endSelector),
          }
        : cleaned(selector),
    position: { type: position.type, start: position.start, end: position.end },
    text: { hash: clean(text.hash), length: text.length },
    lookalike,
    ...(marker === undefined ? {} : { marker: clean(marker) }),
    ...(question === undefined ? {} : { question: clean(question) }),
  };
  return { quote, passage: passageKey(quote) };
}

function cleaned({ type, exact, prefix, suffix }: TextQuoteSelector): TextQuoteSelector {
  return { type, exact: clean(exact), prefix: clean(prefix), suffix: clean(suffix) };
}

/** One sign for one: offsets into the article's text must stay right. Lines and tabs are part of a text, other control characters of none. */
function clean(text: string): string {
  return storable(text).replace(/[^\P{Cc}\t\n]/gu, ' ');
}
