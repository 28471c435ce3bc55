import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { foldText, wordsOf } from '../../src/model/quote-text.ts';
import {
  CONTEXT,
  describeQuote,
  findQuote,
  LONGEST,
  prepareInSteps,
  prepareText,
  type TextQuoteSelector,
} from '../../src/model/quote.ts';
import { seededRandom } from '../helpers/random.ts';

const articles = readFileSync(fileURLToPath(new URL('../fixtures/revisions/pairs.jsonl', import.meta.url)), 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { old_text: string }).old_text);

/** Where the words of `passage` stand in `text`: the first time, or the `nth`. */
function spanOf(text: string, passage: string, nth = 1): [start: number, end: number] {
  let start = -1;
  for (let k = 0; k < nth; k++) start = text.indexOf(passage, start + 1);
  assert.ok(start >= 0, `the text has no ${JSON.stringify(passage)}`);
  return [start, start + passage.length];
}

/** What a passage of the old text has become in the new one: its words there, or its state where it is gone. */
function became(before: string, [start, end]: readonly [number, number], after: string): string {
  const found = findQuote(prepareText(after), describeQuote(before, start, end));
  return found.state === 'gone' ? 'gone' : `${found.state}: ${after.slice(found.start, found.end)}`;
}

describe('describing a passage', () => {
  const long = 'Nobody had told the ferryman that the river would be moved. '.repeat(40);

  it('I-5: keeps the words and whole words of what stands around them, across blocks', () => {
    const text = 'First block, which ends here.\n\nAnother begins; then come others.';
    const [start, end] = spanOf(text, 'Another begins');
    assert.deepEqual(describeQuote(text, start, end, 'intro'), {
      quote: {
        type: 'TextQuoteSelector',
        exact: 'Another begins',
        prefix: 'First block, which ends here.\n\n',
        suffix: '; then come others.',
      },
      position: { type: 'TextPositionSelector', start, end },
      text: { hash: prepareText(text).hash(), length: text.length },
      lookalike: 0,
      marker: 'intro',
    });
  });

  for (const [script, text] of [
    ['Latin', long],
    ['Thai', 'ตลาดเปิดก่อนพระอาทิตย์ขึ้นและปิดเมื่อเรือลำสุดท้ายขายหมด'.repeat(12)],
    ['Chinese', '茶室只有六张桌子，其中一张永远空着。老板说那是留给下雨天的。'.repeat(20)],
    ['emoji', '👩‍👩‍👧 family 🏳️‍🌈 flag '.repeat(30)],
  ] as const) {
    it(`I-5: cuts the surroundings at a word's end, in ${script}, within ${CONTEXT} characters`, () => {
      const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
      const ends = new Set([...segmenter.segment(text)].map((it) => it.index));
      for (let start = 100; start < 160; start++) {
        const { prefix, suffix } = describeQuote(text, start, start + 20).quote as TextQuoteSelector;
        for (const [context, cut] of [
          [prefix, start - prefix.length],
          [suffix, start + 20 + suffix.length],
        ] as const) {
          assert.ok(context.length <= CONTEXT && context.length > CONTEXT / 2, `${context.length} at ${start}`);
          assert.ok(ends.has(cut), `cut inside a word at ${cut}`);
        }
      }
    });
  }

  it('I-5: of a very long quote keeps head and tail, and finds it again whole', () => {
    const before = `Preface. ${articles.join('\n')} Epilogue.`;
    const start = 9;
    const end = start + LONGEST + 1500;
    const quote = describeQuote(before, start, end);
    assert.equal(quote.quote.type, 'RangeSelector');
    assert.ok(JSON.stringify(quote).length < LONGEST);
    const after = `A new preface.\n${before.slice(9, 900)} Inserted in the middle of it. ${before.slice(900)}`;
    const found = findQuote(prepareText(after), quote);
    assert.notEqual(found.state, 'gone');
    assert.deepEqual({ ...found, state: '' }, { state: '', start: 15, end: 15 + end - start + 30 });
    const without = before.slice(0, 1200) + before.slice(end + 200);
    assert.equal(findQuote(prepareText(without), quote).state, 'gone', 'its tail was deleted');
  });

  it('I-5: knows how much another place of the text resembles the passage', () => {
    const likeness = (text: string, passage: string) => describeQuote(text, ...spanOf(text, passage)).lookalike;
    const alone = likeness(articles[0]!, 'Bake forty minutes');
    assert.ok(alone < 0.1, `nothing like it: ${alone}`);
    const between = likeness(articles[6]!, 'Tuesday 17:20 arrives 18:45 bicycles yes');
    assert.ok(between > 0.5 && between < 1, `a row among rows: ${between}`);
    const twin = likeness(articles.at(-1)!, 'Close both buckles and pull the strap tight.');
    assert.ok(twin > 0.15 && twin < between, `the same words in other surroundings: ${twin}`);
  });
});

describe('finding a passage in the text it is from', () => {
  it('I-5: any passage is found exactly where it was', () => {
    for (const [seed, text] of articles.entries()) {
      const random = seededRandom(seed + 1);
      const prepared = prepareText(text);
      for (let k = 0; k < 40; k++) {
        const start = random.below(text.length);
        const end = start + 1 + random.below(Math.min(300, text.length - start));
        assert.deepEqual(findQuote(prepared, describeQuote(text, start, end)), { state: 'sure', start, end });
      }
    }
  });

  it('I-5: and just as exactly, blanks at its ends apart, when the text has grown before and after it', () => {
    for (const [seed, text] of articles.filter((it) => it.length > 4 * CONTEXT).entries()) {
      const random = seededRandom(seed + 1);
      const preface = 'An unrelated preface, written years after.\n\n';
      const grown = prepareText(`${preface}${text}\n\nAn afterword by somebody else entirely.`);
      for (let k = 0; k < 40; k++) {
        // From the middle, so that the surroundings on both sides are the old ones.
        const start = CONTEXT + random.below(text.length - 3 * CONTEXT);
        const end = start + 1 + random.below(CONTEXT);
        const passage = text.slice(start, end);
        if (passage.trim() === '' || splitsCharacter(text, start) || splitsCharacter(text, end)) continue;
        const found = findQuote(grown, describeQuote(text, start, end));
        const shift = preface.length + passage.length - passage.trimStart().length;
        assert.deepEqual(
          found,
          { state: 'sure', start: start + shift, end: start + shift + passage.trim().length },
          JSON.stringify(passage),
        );
      }
    }
  });

  /** Between the halves of a surrogate pair, or before a mark: no selection ends there. */
  function splitsCharacter(text: string, at: number): boolean {
    return /^(?:\p{M}|[\udc00-\udfff])/u.test(text.slice(at));
  }
});

describe('what is the same to a reader', () => {
  const alike: [what: string, before: string, after: string][] = [
    ['curly and straight quotes', `"It's only ink," he said`, '“It’s only ink,” he said'],
    ['dashes', 'pages 3-4 - the last', 'pages 3–4 — the last'],
    ['capitals', 'the Old Cinema', 'THE OLD CINEMA'],
    ['Greek capitals, with their two small sigmas', 'ΟΔΟΣ ΚΑΙ ΛΟΓΟΣ', 'οδος και λογος'],
    ['runs of blanks, tabs, line ends and no-break spaces', 'one   two\n\n\tthree', 'one two\u00a0three'],
    ['soft hyphens', 'extraordinary', 'extra\u00ador\u00addi\u00adnary'],
    ['zero-width space and joiners', 'می‌خواهم بروم', 'میخواهم بروم'],
    ['a letter with its mark, composed or not', 'le café brûlé', 'le cafe\u0301 bru\u0302le\u0301'],
    ['Korean syllables, composed or not', '한국어 문장', '한국어 문장'.normalize('NFD')],
    ['Vietnamese, two marks on one letter', 'Việt Nam', 'Việt Nam'.normalize('NFD')],
  ];
  for (const [what, before, after] of alike) {
    it(`I-5: ${what}`, () => {
      assert.equal(foldText(before).text, foldText(after).text);
      const around = (words: string) => `Something else stood here first. ${words}! And something followed, too.`;
      assert.equal(became(around(before), spanOf(around(before), before), around(after)), `sure: ${after}`);
      assert.equal(became(around(after), spanOf(around(after), after), around(before)), `sure: ${before}`);
    });
  }

  it('I-5: every folded word leads back to the words it came from', () => {
    const pieces = [
      'e\u0301',
      'İ',
      'ß',
      '😀',
      '𝒳',
      '\u00ad',
      '\u200b',
      ' ',
      '  ',
      '\n\n',
      'ΑΣ',
      '“',
      '–',
      'ก็',
      '茶',
      '가',
      'a',
      'B',
    ];
    for (let seed = 1; seed <= 200; seed++) {
      const random = seededRandom(seed);
      const text = Array.from({ length: 40 }, () => random.pick(pieces)).join('');
      const folded = foldText(text);
      const known: string[] = [];
      const words = wordsOf(folded.text, (word) => (known.includes(word) ? known.indexOf(word) : known.push(word) - 1));
      for (const [k, id] of words.ids.entries()) {
        const word = known[id];
        const start = folded.startOf(words.starts[k]!);
        const end = folded.endOf(words.ends[k]!);
        assert.equal(foldText(text.slice(start, end)).text, word, JSON.stringify(text));
        assert.equal(folded.foldedOf(start), words.starts[k]);
        assert.ok(!/^[\udc00-\udfff]/.test(text.slice(start)) && !/[\ud800-\udbff]$/.test(text.slice(0, end)));
      }
    }
  });

  it('I-5: a passage beside invisible characters ends at its last visible one', () => {
    const before = 'We went to the market early. It had rained all night.';
    const after = 'We went to the mar\u00adket\u00ad early. It had rained all night.';
    assert.equal(became(before, spanOf(before, 'the market'), after), 'sure: the mar\u00adket');
  });
});

describe('finding a passage again after an edit', () => {
  const card = articles.at(-1)!;
  const strap = 'Close both buckles and pull the strap tight.';

  it('I-5: of a sentence that stands there twice, each is found in its own surroundings', () => {
    const after = `Third edition.\n\n${card.replace('Sit down facing', 'Sit, facing')}`;
    for (const nth of [1, 2]) {
      const [start, end] = spanOf(after, strap, nth);
      assert.deepEqual(findQuote(prepareText(after), describeQuote(card, ...spanOf(card, strap, nth))), {
        state: 'sure',
        start,
        end,
      });
    }
  });

  it('I-5: a wrong place is worse than no place: of two twins the deleted one does not become the other', () => {
    for (const nth of [1, 2]) {
      const [start, end] = spanOf(card, strap, nth);
      assert.equal(became(card, [start, end], card.slice(0, start) + card.slice(end)), 'gone');
    }
  });

  it('I-5: twins with the same surroundings are told apart only while one side of the text is unchanged', () => {
    const verse = 'Row, row, row your boat, gently down the stream, merrily we go. ';
    const song = `${'First verse. '.repeat(3)}${verse.repeat(9)}${'Last verse. '.repeat(3)}`;
    const [start, end] = spanOf(song, 'gently down', 5);
    assert.equal(became(song, [start, end], `${song} The end.`), 'sure: gently down');
    assert.deepEqual(findQuote(prepareText(`Refrain. ${song}`), describeQuote(song, start, end)), {
      state: 'sure',
      start: start + 9,
      end: end + 9,
    });
    assert.equal(became(song, [start, end], `Refrain. ${song} The end.`), 'gone');
  });

  const owl = articles[5]!;
  const cases: [what: string, passage: string, edit: (text: string) => string, becomes: string][] = [
    [
      'words replaced inside it',
      'Every evening at a quarter to nine, when the bells have just finished arguing',
      (text) => text.replace('a quarter to nine', 'ten past nine'),
      'sure: Every evening at ten past nine, when the bells have just finished arguing',
    ],
    [
      'its first words replaced: what took their place belongs to it',
      'Barn owls live for four years',
      (text) => text.replace('Barn owls live', 'Most of them live'),
      'probable: Most of them live for four years',
    ],
    [
      'a sentence inserted into it',
      'Barn owls live for four years, ten with luck. My neighbour has lived for eighty',
      (text) => text.replace('ten with luck.', 'ten with luck. Nobody knows why.'),
      'sure: Barn owls live for four years, ten with luck. Nobody knows why. My neighbour has lived for eighty',
    ],
    [
      'a passage across blocks, joined to one block',
      'the whole square hears them hiss.\n\nLast year the parish',
      (text) => text.replace('hiss.\n\nLast', 'hiss. Last').replace('to close the window', 'to shut the window'),
      'sure: the whole square hears them hiss. Last year the parish',
    ],
    [
      'a word cut at both ends',
      'eighbou',
      (text) => text.replace('as my neighbour claims', 'as a neighbour of mine claims'),
      'sure: eighbou',
    ],
    [
      'moved by one paragraph',
      'I will not say who it was, but she has beautiful handwriting.',
      (text) => {
        const moved = 'I will not say who it was, but she has beautiful handwriting.';
        return text.replace(moved, '').replace('In winter it hunts', `${moved} In winter it hunts`);
      },
      'sure: I will not say who it was, but she has beautiful handwriting.',
    ],
    [
      'deleted',
      'and once I was early for a train',
      (text) => text.replace(', and once I was early for a train', ''),
      'gone',
    ],
    [
      'replaced by something about the same',
      'In summer there are young, and the whole square hears them hiss.',
      (text) =>
        text.replace(
          'In summer there are young, and the whole square hears them hiss.',
          'The chicks are loud in July.',
        ),
      'gone',
    ],
  ];
  for (const [what, passage, edit, becomes] of cases) {
    it(`I-5: ${what}`, () => {
      const after = `Revised.\n\n${edit(owl)}`;
      assert.notEqual(after, `Revised.\n\n${owl}`);
      assert.equal(became(owl, spanOf(owl, passage), after), becomes);
    });
  }

  it('I-5: in an article of one line', () => {
    const notice = 'The pool is closed on Monday for cleaning.';
    assert.equal(
      became(notice, spanOf(notice, 'on Monday'), 'The pool is closed on Monday for repairs.'),
      'probable: on Monday',
    );
    assert.equal(became(notice, spanOf(notice, 'on Monday'), 'The library is open again.'), 'gone');
  });

  it('I-5: nothing at all, blanks, and an empty article are no place', () => {
    const text = 'Some words.   More words.';
    assert.equal(became(text, [3, 3], `New. ${text}`), 'gone');
    assert.equal(became(text, [11, 14], `New. ${text}`), 'gone');
    assert.equal(became(text, spanOf(text, 'More'), ''), 'gone');
    assert.equal(became('', [0, 0], text), 'gone');
  });

  it('I-5: a quote whose numbers are nonsense does no harm', () => {
    const text = prepareText(owl);
    const quote = describeQuote(owl, ...spanOf(owl, 'the owl leaves the steeple'));
    const [start, end] = [quote.position.start, quote.position.end];
    for (const [from, to] of [
      [-5, -1],
      [1e9, 2e9],
      [130, 100],
      [Number.NaN, Number.NaN],
    ] as const) {
      const found = findQuote(text, { ...quote, position: { type: 'TextPositionSelector', start: from, end: to } });
      assert.deepEqual(found, { state: 'sure', start, end });
    }
  });
});

describe('long texts', () => {
  it('I-5: can be prepared in steps, with the same result', () => {
    const steps = prepareInSteps(articles[0]!);
    let last = steps.next();
    let pauses = 0;
    for (; !last.done; last = steps.next()) pauses++;
    assert.ok(pauses >= 3);
    assert.deepEqual(last.value.places, prepareText(articles[0]!).places);
  });

  const growing: [what: string, text: (size: number) => string][] = [
    ['an article', (size) => articles.join('\n').repeat(size)],
    ['one word over and over', (size) => 'row '.repeat(4000 * size)],
    ['one letter without a blank', (size) => 'a'.repeat(16000 * size)],
    ['nothing but marks on one letter', (size) => `e${'\u0301'.repeat(4000 * size)}`],
    ['nothing but invisible characters', (size) => '\u00ad\u200b'.repeat(8000 * size)],
  ];
  for (const [what, make] of growing) {
    it(`I-5: the work grows no faster than the text: ${what}`, () => {
      const quote = describeQuote(articles[0]!, ...spanOf(articles[0]!, 'Let it rise until a dent'));
      const work = (text: string): number => {
        const times = Array.from({ length: 7 }, () => {
          const began = performance.now();
          findQuote(prepareText(text), quote);
          return performance.now() - began;
        });
        return Math.min(...times);
      };
      const [small, large] = [make(4), make(32)];
      work(small);
      // Eight times the text: room for a busy machine and for collecting garbage, none for a square (64 times).
      // Others use this machine, and a long run is interrupted more often than a short one: the best of some tries counts.
      let ratio = Infinity;
      for (let tries = 0; tries < 5 && ratio >= 44; tries++) ratio = Math.min(ratio, work(large) / work(small));
      assert.ok(ratio < 44, `eight times the text took ${ratio.toFixed(1)} times as long`);
    });
  }
});
