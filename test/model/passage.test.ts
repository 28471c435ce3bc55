import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseComment, parseOperation, parsePage, parsePassages } from '../../src/model/parse.ts';
import { QUOTE_LIMITS, readQuote } from '../../src/model/parse-quote.ts';
import { markerKey, matches, passageKey, quotedWords } from '../../src/model/passage.ts';
import { CONTEXT, describeQuote, LONGEST } from '../../src/model/quote.ts';
import { comment, info, page, post, quote } from '../helpers/builders.ts';

describe('which passage a comment is about', () => {
  it('I-5: the same words between the same words are one passage, wherever the text grew', () => {
    const before = 'Rain. The harbour froze in January, and ferries stayed where they were until it was over.';
    const after = `${'A new paragraph. '.repeat(9)}${before}${' More at the end.'.repeat(9)}`;
    const keyIn = (text: string, words: string): string => {
      const start = text.indexOf(words);
      return passageKey(describeQuote(text, start, start + words.length));
    };
    const long = `${'Some words that stand before all of this and never change at all, as far as anybody knows. '.repeat(2)}${before} ${'And after it. '.repeat(9)}`;
    assert.equal(keyIn(long, 'ferries stayed'), keyIn(`New. ${long} New.`, 'ferries stayed'));
    assert.notEqual(keyIn(after, 'ferries stayed'), keyIn(after, 'harbour froze'));
  });

  it('I-1: a marker is the passage, whatever stands there', () => {
    assert.equal(passageKey(quote('then', { marker: 'q1' })), passageKey(quote('now', { marker: 'q1', lookalike: 1 })));
    assert.equal(passageKey(quote('then', { marker: 'q1' })), markerKey('q1'));
    assert.notEqual(passageKey(quote('then', { marker: 'q1' })), passageKey(quote('then')));
    assert.match(markerKey('q1'), /^[0-9a-f]{16}$/);
  });

  it('I-5: of twins the place tells them apart, of all others it does not', () => {
    const at = (start: number) => ({ position: { type: 'TextPositionSelector', start, end: start + 3 } }) as const;
    assert.equal(passageKey(quote('row', at(1))), passageKey(quote('row', at(9))));
    assert.notEqual(
      passageKey(quote('row', { ...at(1), lookalike: 1 })),
      passageKey(quote('row', { ...at(9), lookalike: 1 })),
    );
  });

  it('I-4: matches what is asked for', () => {
    const on = comment('1', { quote: quote('words') });
    assert.deepEqual(
      [null, 'inline', { passage: passageKey(quote('words')) }, { passage: 'other' }].map((one) => [
        matches(on, one as never),
        matches(comment('2'), one as never),
      ]),
      [
        [true, true],
        [true, false],
        [true, false],
        [false, false],
      ],
    );
  });

  it('shows the whole of a short quote, and both ends of a long one', () => {
    assert.deepEqual(quotedWords(quote('words')), ['words', null]);
    const text = Array.from({ length: 900 }, (_, at) => `word${at}`).join(' ');
    const [head, tail] = quotedWords(describeQuote(text, 0, text.length));
    assert.ok(head.startsWith('word0 ') && tail?.endsWith(' word899'));
  });
});

describe('a quote at the gate', () => {
  const attacks = readFileSync(new URL('../fixtures/attacks.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { payload: string }).payload);

  it('I-5: passes as it is, with unknown fields left out', () => {
    const told = quote('words', { marker: 'q1', question: 'Did it?' });
    assert.deepEqual(readQuote({ ...told, html: '<b>', quote: { ...told.quote, refinedBy: {} } }), told);
    const long = describeQuote('word '.repeat(900), 0, 4000);
    assert.deepEqual(readQuote(long), long);
  });

  it('B21: one that can’t be read is left out, and its comment and its page stay', () => {
    const good = quote('words');
    const wrong: unknown[] = [
      ...[null, 7, '', [], {}, 'words'],
      { ...good, quote: null },
      { ...good, quote: { type: 'CssSelector', value: 'p' } },
      { ...good, quote: { ...good.quote, exact: 7 } },
      { ...good, quote: { type: 'RangeSelector', startSelector: good.quote } },
      { ...good, position: { type: 'TextPositionSelector', start: 5, end: 2 } },
      { ...good, position: { type: 'TextPositionSelector', start: -5, end: 2 } },
      { ...good, position: { type: 'TextPositionSelector', start: Infinity, end: Infinity } },
      { ...good, text: 'hash' },
      { ...good, lookalike: NaN },
      { ...good, marker: {} },
      { ...good, question: ['x'] },
    ];
    for (const one of wrong) {
      assert.equal(parseComment({ ...comment('1'), quote: one }).quote, undefined, JSON.stringify(one));
      assert.equal(parsePage({ ...page([]), comments: [{ ...comment('1'), quote: one }] }).comments.length, 1);
      const told = { key: 'k', count: 1, revision: 1 };
      const { passages } = parsePassages({
        info: info(),
        passages: [
          { ...told, quote: one },
          { ...told, quote: good },
        ],
      });
      assert.equal(passages.length, 1);
    }
    assert.throws(() => parseOperation({ ...post('p'), quote: 7 }), 'what is sent is whole or not sent');
  });

  it('I-3: a reply has none', () => {
    assert.equal(parseComment(comment('2', { parentId: '1', quote: quote('words') })).quote, undefined);
  });

  it('H: what is too long is cut, and what we describe ourselves never is', () => {
    const told = quote('x'.repeat(100_000), { question: 'x'.repeat(100_000), marker: 'x'.repeat(100_000) });
    const read = readQuote(told);
    assert.ok(JSON.stringify(read).length < 7000);
    assert.ok(QUOTE_LIMITS.exact > LONGEST && QUOTE_LIMITS.context > CONTEXT);
    const unbroken = 'x'.repeat(9000);
    for (const [start, end] of [
      [0, 9000],
      [3000, 3500],
      [0, 2000],
      [10, 2011],
    ] as const) {
      const described = describeQuote(unbroken, start, end);
      assert.deepEqual(readQuote(described), described);
    }
  });

  it('S-8: attack strings pass as the text they are', () => {
    for (const payload of attacks) {
      const told = quote(payload, { marker: payload.slice(0, 200), question: payload });
      assert.deepEqual(readQuote(told), told);
      assert.match(passageKey(told), /^[0-9a-f]{16}$/);
    }
  });
});
