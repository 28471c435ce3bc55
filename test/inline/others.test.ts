/**
 * Other projects' own cases for ranges in pages, where they lie beside the project; those about text alone are in
 * test/model/quote-others.test.ts, and METHOD.md lists what does not apply.
 */
import { expect } from '@open-wc/testing';
import { findQuote, prepareText } from '../../src/model/quote.ts';
import type { Quote, TextPositionSelector, TextQuoteSelector } from '../../src/model/quote.ts';
import { seededRandom } from '../helpers/random.ts';
import { clear, find, mapOf, open, painted, put, quoteOf, untouched } from './stage.ts';

/** How the test server names what lies beside the project's folder. */
const FOLDER = '/__wds-outside-root__/1/shared/data/anchoring/fixtures';

async function read(path: string): Promise<string | null> {
  const answer = await fetch(`${FOLDER}/${path}`);
  return answer.ok ? answer.text() : null;
}

interface Ends {
  readonly startContainerXPath: string;
  readonly startOffset: number;
  readonly endContainerXPath: string;
  readonly endOffset: number;
}

function atXPath(root: Element, path: string): Node {
  const node = document.evaluate(`.${path}`, root, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue;
  if (!node) throw new Error(`Nothing at ${path}`);
  return node;
}

function rangeAt(root: Element, ends: Ends): Range {
  const range = document.createRange();
  range.setStart(atXPath(root, ends.startContainerXPath), ends.startOffset);
  range.setEnd(atXPath(root, ends.endContainerXPath), ends.endOffset);
  return range;
}

/** Others store no hash and no lookalike, and not all a position. */
const asQuote = (selector: Partial<TextQuoteSelector>, position?: TextPositionSelector): Quote => ({
  quote: { type: 'TextQuoteSelector', exact: '', prefix: '', suffix: '', ...selector },
  position: position ?? { type: 'TextPositionSelector', start: 1e6, end: 1e6 },
  text: { hash: '', length: 0 },
  lookalike: 0,
});

/** A page's title is no part of an article. */
const IN_HEAD = 'text inside <head>';

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();

describe('Cases of others in pages', () => {
  let there = false;
  before(async () => {
    there = (await read('apache-annotator/text-position-match.json')) !== null;
    if (!there) console.log('skipped: no shared data');
  });
  beforeEach(function () {
    if (!there) this.skip();
  });
  afterEach(clear);

  it('Apache Annotator: the same ranges for their positions (code points there), and back', async () => {
    const { testCases } = JSON.parse((await read('apache-annotator/text-position-match.json')) ?? '') as {
      testCases: Record<string, { html: string; selector: TextPositionSelector; expected: Ends[] }>;
    };
    for (const [name, { html, selector, expected }] of Object.entries(testCases)) {
      if (name === IN_HEAD) continue;
      const root = put(html);
      const map = mapOf(root);
      expect(map.text, name).to.equal(root.textContent);
      const units = (points: number): number => [...map.text].slice(0, points).join('').length;
      const span = { start: units(selector.start), end: units(selector.end) };
      const [ends] = expected;
      if (!ends || span.start === span.end) continue; // An empty position is no passage.
      const theirs = rangeAt(root, ends);
      expect(map.spanOf(theirs), name).to.deep.equal(span);
      expect(map.rangesOf(span.start, span.end).map(String), name).to.deep.equal([theirs.toString()]);
    }
  });

  it('Apache Annotator: quotes that stand once are found at the range they expect', async () => {
    const { testCases } = JSON.parse((await read('apache-annotator/text-quote-match.json')) ?? '') as {
      testCases: Record<string, { html: string; selector: TextQuoteSelector; expected: Ends[] }>;
    };
    let asked = 0;
    for (const [name, { html, selector, expected }] of Object.entries(testCases)) {
      const [ends] = expected;
      if (expected.length !== 1 || !ends || selector.exact === '' || name === IN_HEAD) continue;
      const root = put(html);
      const map = mapOf(root);
      const found = findQuote(prepareText(map.text), asQuote(selector));
      const theirs = map.spanOf(rangeAt(root, ends));
      expect(found, name).to.deep.equal({ state: 'sure', ...theirs });
      asked++;
    }
    expect(asked).to.be.greaterThan(8);
  });

  for (const page of ['minimal', 'wikipedia-regression-testing']) {
    it(`Hypothesis: the annotations of ${page} are found where their ranges point`, async () => {
      type Selector =
        | TextQuoteSelector
        | TextPositionSelector
        | {
            type: 'RangeSelector';
            startContainer: string;
            endContainer: string;
            startOffset: number;
            endOffset: number;
          };
      const body = new DOMParser().parseFromString((await read(`hypothesis/${page}.html`)) ?? '', 'text/html').body;
      // The test server puts scripts into pages it serves.
      for (const script of body.querySelectorAll('script, link')) script.remove();
      const root = put(body.innerHTML);
      const { rows } = JSON.parse((await read(`hypothesis/${page}.json`)) ?? '') as {
        rows: { target: [{ selector: Selector[] }] }[];
      };
      const map = mapOf(root);
      const text = prepareText(map.text);
      for (const { target } of rows) {
        const { selector } = target[0];
        const quote = selector.find((it) => it.type === 'TextQuoteSelector');
        const position = selector.find((it) => it.type === 'TextPositionSelector');
        if (!quote || !position) continue;
        const found = findQuote(text, asQuote(quote, position));
        expect(found.state, quote.exact).to.equal('sure');
        if (found.state !== 'gone') expect(plain(map.text.slice(found.start, found.end))).to.equal(plain(quote.exact));
      }
    });
  }

  it('web-platform-tests: what cannot be seen is no text, and parts of words across elements are', async () => {
    const root = put(
      ((await read('wpt-text-fragment/find-range-target.html')) ?? '').replace(
        /<script[^]*?<\/script>|src="broken.png"/g,
        '',
      ),
    );
    const cases = JSON.parse((await read('wpt-text-fragment/find-range-cases.json')) ?? '') as {
      directive: string;
      match: boolean;
    }[];
    const { text } = mapOf(root);
    const seen = plain(text).toLowerCase();
    let asked = 0;
    for (const { directive, match } of cases) {
      const words = decodeURIComponent(directive.slice('text='.length));
      // Alone, whole words, in one place: the rest of their rules is about links, not about passages.
      if (/,/.test(directive) || /^(jum|umped|null)$/.test(words)) continue;
      if (match) expect(seen, directive).to.include(plain(words).toLowerCase());
      // As a block it parts the words; as plain text there is no difference to a blank.
      else if (!/block boundary/.test(words)) expect(seen, directive).not.to.include(` ${plain(words).toLowerCase()} `);
      asked++;
    }
    expect(asked).to.be.greaterThan(5);
    expect(seen).not.to.include('rendered');
    expect(seen).not.to.include('visible');
  });

  it('text-fragments-polyfill: in each of its pages, words described are found at the same place, and nothing is written', async () => {
    const names =
      'ambiguous-match ambiguous-match-2 basic-test block-accumulator-test boundary-points br-tags complicated-layout hidden-overflow invisible-text-node jp-sentence jp-word-boundary long-ambiguous-match marks-test no-text-after-block-boundary non-word-boundaries postorder-tree prefix-suffix-at-edges range-fragment-jp table target-text-test text-node-extraction traversal-tests very-long-text word-bounds-test';
    for (const name of names.split(' ')) {
      const html = await read(`text-fragments-polyfill/${name}.html`);
      if (html === null) continue;
      const { body } = new DOMParser().parseFromString(html, 'text/html');
      for (const script of body.querySelectorAll('script, link')) script.remove();
      const root = put(body.innerHTML);
      await untouched(root, async () => {
        const map = mapOf(root);
        const words = [...map.text.matchAll(/\S+/g)];
        const random = seededRandom(name.length);
        for (let k = 0; k < 5 && words.length > 0; k++) {
          const first = random.below(words.length);
          const last = Math.min(words.length - 1, first + random.below(8));
          const start = words[first]?.index ?? 0;
          const end = (words[last]?.index ?? 0) + (words[last]?.[0].length ?? 0);
          const [range] = map.rangesOf(start, end);
          const article = open(root);
          const quote = range && (await article.describe(range));
          if (quote) {
            await find(article, [{ id: 'a', quote }]);
            const found = article.found('a');
            expect(found.state, name).to.equal('sure');
            expect([found.start, found.end], name).to.deep.equal([quote.position.start, quote.position.end]);
            expect(painted('found'), name).to.have.length(1);
          }
          article.close();
        }
      });
    }
  });

  it('text-fragments-polyfill: their data-driven case is the same range', async () => {
    type Case = { startParentId: string; startTextOffset: number; endTextOffset: number; selectedText: string };
    const wanted = JSON.parse((await read('text-fragments-polyfill/basic_test.json')) ?? '') as Case;
    const { body } = new DOMParser().parseFromString(
      (await read('text-fragments-polyfill/basic_test.html')) ?? '',
      'text/html',
    );
    const root = put(body.innerHTML);
    const article = open(root);
    await find(article, [{ id: 'a', quote: quoteOf(root, wanted.selectedText) }]);
    const [range] = [...(CSS.highlights.get('afterword-found') ?? [])] as Range[];
    expect(range?.startContainer.parentElement?.id).to.equal(wanted.startParentId);
    expect([range?.startOffset, range?.endOffset]).to.deep.equal([wanted.startTextOffset, wanted.endTextOffset]);
  });
});
