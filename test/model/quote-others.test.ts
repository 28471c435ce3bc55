/**
 * Other projects' own cases for finding a quote in a text, where they lie beside the project: those about text alone are
 * asked of ours; of the rest is said why not.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  describeQuote,
  findQuote,
  prepareText,
  type Quote,
  type TextPositionSelector,
  type TextQuoteSelector,
} from '../../src/model/quote.ts';

const folder = fileURLToPath(new URL('../../../shared/data/anchoring/fixtures', import.meta.url));
const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');

const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  nbsp: '\u00a0',
  '#39': "'",
  '#160': '\u00a0',
};
/** The text of a page, near enough to its `textContent` for texts without much markup in them. */
const textOf = (html: string): string =>
  html
    .replace(/<!--[^]*?-->|<(script|style)\b[^]*?<\/\1>|<[^>]*>/gi, '')
    .replace(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);

/** Others store no hash and no lookalike, and sometimes no position: then it is far off. */
const quoteOf = (selector: Partial<TextQuoteSelector>, position?: TextPositionSelector): Quote => ({
  quote: { type: 'TextQuoteSelector', exact: '', prefix: '', suffix: '', ...selector },
  position: position ?? { type: 'TextPositionSelector', start: 1e6, end: 1e6 },
  text: { hash: '', length: 0 },
  lookalike: 0,
});

function find(text: string, quote: Quote): string | null {
  const found = findQuote(prepareText(text), quote);
  return found.state === 'gone' ? null : text.slice(found.start, found.end);
}

function timesIn(text: string, part: string): number {
  let times = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) times++;
  return times;
}

if (!existsSync(folder)) {
  it('cases of others: skipped, no shared data', { skip: 'no shared data' }, () => {});
} else {
  const left = new Map<string, string[]>();
  const leave = (why: string, name: string): void => void left.set(why, [...(left.get(why) ?? []), name]);
  after(() => {
    for (const [why, names] of left) console.log(`not asked of ours, ${names.length}: ${why}\n    ${names.join('; ')}`);
  });

  describe('Apache Annotator', () => {
    type Match = { html: string; selector: TextQuoteSelector; expected: unknown[] };
    const { testCases } = JSON.parse(read('apache-annotator', 'text-quote-match.json')) as {
      testCases: Record<string, Match>;
    };
    for (const [name, { html, selector, expected }] of Object.entries(testCases)) {
      const text = textOf(html);
      const verbatim = (selector.prefix ?? '') + selector.exact + (selector.suffix ?? '');
      if (selector.exact === '') leave('an empty quote is no passage', name);
      else if (expected.length === 0 && text.includes(selector.exact)) {
        leave('their surroundings must agree to the letter; ours may have been edited', name);
      } else {
        it(`finds what they find, once: ${name}`, () => {
          assert.equal(timesIn(text, verbatim), expected.length);
          // Several places and nothing to tell them apart: they answer with all, ours with none.
          assert.equal(find(text, quoteOf(selector)), expected.length === 1 ? selector.exact : null);
        });
      }
    }

    type Describe = { html: string; expected: TextQuoteSelector };
    const tables = Object.values(
      JSON.parse(read('apache-annotator', 'text-quote-describe.json')) as Record<string, Record<string, Describe>>,
    );
    for (const [name, { html, expected }] of tables.flatMap((table) => Object.entries(table))) {
      const text = textOf(html);
      const verbatim = expected.prefix + expected.exact + expected.suffix;
      if (expected.exact === '') leave('an empty quote is no passage', `describe: ${name}`);
      else if (timesIn(text, verbatim) !== 1)
        leave('their context does not tell which place is meant', `describe: ${name}`);
      else {
        it(`describes at least what they describe, and finds it: ${name}`, () => {
          const start = text.indexOf(verbatim) + expected.prefix.length;
          const end = start + expected.exact.length;
          const { prefix, exact, suffix } = describeQuote(text, start, end).quote as TextQuoteSelector;
          assert.equal(exact, expected.exact);
          const cutWord = /too long|default should be/.test(name);
          if (!cutWord) assert.ok(prefix.endsWith(expected.prefix) && suffix.startsWith(expected.suffix));
          assert.deepEqual(findQuote(prepareText(text), describeQuote(text, start, end)), {
            state: 'sure',
            start,
            end,
          });
        });
      }
    }
    for (const name of Object.keys(
      JSON.parse(read('apache-annotator', 'text-position-match.json')).testCases as object,
    )) {
      leave('positions in code points (ours are UTF-16 units), to DOM ranges', `position: ${name}`);
    }
    leave('CSS selectors', 'css-match.json');
  });

  describe('Hypothesis', () => {
    type Annotation = { target: { selector: (TextQuoteSelector | TextPositionSelector)[] }[] };
    for (const page of ['minimal', 'wikipedia-regression-testing']) {
      const text = textOf(read('hypothesis', `${page}.html`));
      const { rows } = JSON.parse(read('hypothesis', `${page}.json`)) as { rows: Annotation[] };
      for (const selectors of rows.map((row) => row.target[0]!.selector)) {
        const quote = selectors.find((it) => it.type === 'TextQuoteSelector')!;
        const position = selectors.find((it) => it.type === 'TextPositionSelector')!;
        it(`finds the annotation of ${page} on ${JSON.stringify(quote.exact.slice(0, 40))}`, () => {
          const plain = (words: string | null): string | undefined => words?.replace(/\s+/g, ' ').trim();
          assert.equal(plain(find(text, quoteOf(quote, position))), plain(quote.exact));
        });
      }
    }
    leave('DOM ranges of a page for unit tests', 'html-anchoring-fixture.html');
  });

  describe('web-platform-tests, text fragments', () => {
    const text = textOf(read('wpt-text-fragment', 'find-range-target.html'));
    const cases = JSON.parse(read('wpt-text-fragment', 'find-range-cases.json')) as {
      directive: string;
      match: boolean;
    }[];
    for (const { directive, match } of cases) {
      const parts = directive.slice('text='.length).split(',');
      const prefix = parts[0]!.endsWith('-') ? decodeURIComponent(parts.shift()!.slice(0, -1)) : '';
      const suffix = parts.at(-1)!.startsWith('-') ? decodeURIComponent(parts.pop()!.slice(1)) : '';
      const exact = decodeURIComponent(parts[0]!);
      // A fragment's context is words; whether a blank lies between is for the page to say.
      const selector = [prefix, `${prefix} `]
        .flatMap((before) => [suffix, ` ${suffix}`].map((behind) => ({ prefix: before, exact, suffix: behind })))
        .find((it) => timesIn(text.toLowerCase(), (it.prefix + exact + it.suffix).toLowerCase()) === 1);
      if (parts.length > 1) leave('a range from one text to another', directive);
      else if (directive.includes('visibility')) leave('a text only as it is rendered', directive);
      else if (!match && !text.includes(exact)) {
        it(`finds nothing where they find nothing: ${directive}`, () => {
          assert.equal(find(text, quoteOf({ exact, prefix, suffix })), null);
        });
      } else if (!match) leave('must not match: whole words only, or a context that is elsewhere', directive);
      else if (!selector) leave('the first of several places', directive);
      else {
        it(`finds what they find: ${directive}`, () => {
          assert.equal(find(text, quoteOf(selector))?.toLowerCase(), exact.toLowerCase());
        });
      }
    }
    leave('navigation to a fragment and what the page is scrolled to', 'navigation-cases.json');
  });

  describe('text-fragments-polyfill', () => {
    it('finds the text of its data-driven case', () => {
      const { selectedText } = JSON.parse(read('text-fragments-polyfill', 'basic_test.json')) as {
        selectedText: string;
      };
      const text = textOf(read('text-fragments-polyfill', 'basic_test.html'));
      assert.equal(find(text, quoteOf({ exact: selectedText })), selectedText);
    });
    const pages = readdirSync(join(folder, 'text-fragments-polyfill')).filter((it) => it.endsWith('.html'));
    for (const name of pages)
      if (name !== 'basic_test.html') leave('pages for walking a DOM; their cases are code', name);
  });

  describe('W3C, sample annotations', () => {
    const selectorsIn = (value: unknown): { type?: string }[] =>
      typeof value !== 'object' || value === null
        ? []
        : [...('type' in value ? [value as { type?: string }] : []), ...Object.values(value).flatMap(selectorsIn)];
    const samples = join('w3c-annotation-model', 'tools', 'samples', 'correct');
    const names = existsSync(join(folder, samples)) ? readdirSync(join(folder, samples)) : [];
    for (const name of names) {
      const selectors = selectorsIn(JSON.parse(read(samples, name)));
      const quotes = selectors.filter((it): it is TextQuoteSelector => it.type === 'TextQuoteSelector');
      if (quotes.length === 0) leave('no text quote in it', `samples/correct/${name}`);
      else {
        it(`reads the text quotes of ${name}, in a text that holds them`, () => {
          for (const { prefix = '', exact, suffix = '' } of quotes) {
            const text = `Something before. ${prefix}${exact}${suffix} Something after.`;
            assert.equal(find(text, quoteOf({ prefix, exact, suffix })), exact.trim());
          }
        });
      }
    }
    it('ours are what the model asks of a text quote and of a text position', () => {
      const { quote, position } = describeQuote('One, two, three.', 5, 8);
      const { exact, prefix, suffix } = quote as TextQuoteSelector;
      for (const value of [exact, prefix, suffix]) assert.equal(typeof value, 'string');
      for (const value of [position.start, position.end]) assert.ok(Number.isInteger(value) && value >= 0);
    });
    leave('about annotations as JSON-LD, which ours are not', 'annotations/, definitions/, tools/samples/incorrect/');
  });
}
