/** The editor's tools, on texts alone. */
import { expect } from '@open-wc/testing';
import type { Change, Tool } from '../../src/elements/form-text.ts';
import { findPeople } from '../../src/model/people.ts';
import {
  applyTool,
  insertBlock,
  lengthOf,
  mentionAt,
  mentionsIn,
  quoted,
  TOOLS,
} from '../../src/elements/form-text.ts';

/** `a[b]c` is the text abc with b selected; `a|c` has a caret. */
function parse(marked: string): { text: string; start: number; end: number } {
  const caret = marked.indexOf('‸');
  if (caret >= 0) return { text: marked.replace('‸', ''), start: caret, end: caret };
  const start = marked.indexOf('⟦');
  return { text: marked.replace(/[⟦⟧]/g, ''), start, end: marked.indexOf('⟧') - 1 };
}

function show(text: string, { start, end, insert, from, to }: Change): string {
  const made = text.slice(0, start) + insert + text.slice(end);
  return from === to
    ? `${made.slice(0, from)}‸${made.slice(from)}`
    : `${made.slice(0, from)}⟦${made.slice(from, to)}⟧${made.slice(to)}`;
}

describe('tools of the editor', () => {
  const table: [Tool, string, string][] = [
    ['bold', 'a ⟦b⟧ c', 'a **⟦b⟧** c'],
    ['bold', 'a **⟦b⟧** c', 'a ⟦b⟧ c'],
    ['bold', 'a ⟦**b**⟧ c', 'a ⟦b⟧ c'],
    ['bold', 'a⟦ b ⟧c', 'a **⟦b⟧** c'],
    ['bold', 'wo‸rd', '**⟦word⟧**'],
    ['bold', '**wo‸rd**', '⟦word⟧'],
    ['bold', 'a ‸ c', 'a **‸** c'],
    ['bold', '‸', '**‸**'],
    ['bold', '⟦one\n\n two ⟧', '⟦**one**\n\n **two**⟧ '],
    ['bold', 'كل‸مة', '**⟦كلمة⟧**'],
    ['italic', 'a ⟦b⟧ c', 'a _⟦b⟧_ c'],
    ['italic', 'a **⟦b⟧** c', 'a **_⟦b⟧_** c'],
    ['italic', 'a _⟦b⟧_ c', 'a ⟦b⟧ c'],
    ['code', 'a ⟦b⟧ c', 'a `⟦b⟧` c'],
    ['code', 'a `⟦b⟧` c', 'a ⟦b⟧ c'],
    ['code', '⟦one\ntwo⟧', '```\n⟦one\ntwo⟧\n```'],
    ['code', '⟦one\n```\ntwo⟧', '````\n⟦one\n```\ntwo⟧\n````'],
    ['spoiler', 'a ⟦b⟧ c', 'a ||⟦b⟧|| c'],
    ['spoiler', 'a ||⟦b⟧|| c', 'a ⟦b⟧ c'],
    ['spoiler', '⟦one\ntwo⟧', '||⟦one\ntwo⟧||'],
    ['quote', 'one\ntw‸o\nthree', 'one\n> two‸\nthree'],
    ['quote', '⟦one\ntwo⟧', '⟦> one\n> two⟧'],
    ['quote', '⟦> one\n> two⟧', '⟦one\ntwo⟧'],
    ['quote', '‸', '> ‸'],
    ['list', '⟦one\ntwo⟧ three', '⟦- one\n- two three⟧'],
    ['list', '⟦- one\n- two⟧', '⟦one\ntwo⟧'],
    ['link', 'see ⟦this⟧ now', 'see [this](⟦https://⟧) now'],
    ['link', 'see ⟦https://example.com⟧', 'see [‸](https://example.com)'],
    ['link', '‸', '[](⟦https://⟧)'],
  ];
  for (const [tool, before, after] of table) {
    it(`R-5: ${tool} makes ${JSON.stringify(after)} of ${JSON.stringify(before)}`, () => {
      const selected = parse(before);
      expect(show(selected.text, applyTool(tool, selected))).to.equal(after);
    });
  }

  it('R-5: no tool ever loses a letter of what was written', () => {
    const texts = ['', 'a', ' a ', 'a b', '**a**', '> a\n- b', 'a\n\nb', '😀 a', '`', '||', '[a](b)', '\n', '- '];
    for (const tool of TOOLS) {
      for (const text of texts) {
        for (let start = 0; start <= text.length; start++) {
          for (let end = start; end <= text.length; end++) {
            // No caret ever stands inside a character.
            if ([start, end].some((at) => /[\ude00-\udfff]/.test(text[at] ?? ''))) continue;
            const change = applyTool(tool, { text, start, end });
            const made = text.slice(0, change.start) + change.insert + text.slice(change.end);
            const letters = (words: string) => words.replace(/https:\/\//g, '').replace(/[^\p{L}\p{So}]/gu, '');
            expect(letters(made), `${tool} on ${JSON.stringify(text)} ${start}-${end}`).to.equal(letters(text));
            expect(change.from).to.be.within(0, made.length);
            expect(change.to).to.be.within(change.from, made.length);
          }
        }
      }
    }
  });

  it('R-5: a quote is lines that begin with a mark, under the name of who said it', () => {
    expect(quoted('one\n\ntwo\n', 'Ann')).to.equal('> Ann:\n> one\n> \n> two\n\n');
    expect(quoted('one', '')).to.equal('> one\n\n');
  });

  it('R-5: a quote stands on lines of its own, and the caret below it', () => {
    const at = (marked: string) => {
      const selected = parse(marked);
      return show(selected.text, insertBlock(selected, '> q\n\n'));
    };
    expect(at('‸')).to.equal('> q\n\n‸');
    expect(at('I say‸')).to.equal('I say\n\n> q\n\n‸');
    expect(at('I say\n‸')).to.equal('I say\n\n> q\n\n‸');
    expect(at('I say\n\n‸ and go on')).to.equal('I say\n\n> q\n\n‸ and go on');
  });

  it('G6: a length counts as the server counts, a face once', () => {
    expect(lengthOf('')).to.equal(0);
    expect(lengthOf('abc')).to.equal(3);
    expect(lengthOf('😀😀')).to.equal(2);
    expect(lengthOf('👩‍👩‍👧')).to.equal([...'👩‍👩‍👧'].length);
    expect(lengthOf('\ud83d')).to.equal(1);
    expect(lengthOf('\ude00\ud83d a')).to.equal([...'\ude00\ud83d a'].length);
  });
});

describe('mentions in a text', () => {
  const ann = { id: '1', name: 'Ann' };
  const annabel = { id: '2', name: 'Annabel Lee' };
  const bob = { id: '3', name: 'Bob (x) [y]*' };
  const otherAnn = { id: '4', name: 'Ann' };

  const typed: [string, string | null][] = [
    ['@', ''],
    ['@an', 'an'],
    ['hello @an', 'an'],
    ['(@an', 'an'],
    ['line\n@Annabel L', 'Annabel L'],
    ['ann@example', null],
    ['@an\nnext', null],
    ['hello', null],
    [`@${'x'.repeat(80)}`, null],
  ];
  for (const [text, wanted] of typed) {
    it(`R-5: after ${JSON.stringify(text.slice(0, 20))} ${wanted === null ? 'no name is' : `the name "${wanted}" is`} being typed`, () => {
      expect(mentionAt(text, text.length)?.typed ?? null).to.equal(wanted);
    });
  }

  it('R-5: people are found by the beginning of any of their names, the first name first', () => {
    const all = [annabel, ann, bob, { id: '5', name: 'Leeann' }];
    expect(findPeople(all, 'LEE', 6).map(({ id }) => id)).to.deep.equal(['5', '2']);
    expect(findPeople(all, 'ann', 6).map(({ id }) => id)).to.deep.equal(['2', '1']);
    expect(findPeople(all, 'annabel l', 6).map(({ id }) => id)).to.deep.equal(['2']);
    expect(findPeople(all, 'y', 6).map(({ id }) => id)).to.deep.equal(['3']);
    expect(findPeople(all, '', 2)).to.have.length(2);
    expect(findPeople(all, 'Ann ', 6)).to.deep.equal([]);
  });

  it('R-5: a mention is told by the id of who was chosen', () => {
    expect(mentionsIn('Hi @Bob (x) [y]*, hi', [bob], [])).to.deep.equal([bob]);
    expect(mentionsIn('Hi @Annabel Lee!', [annabel], [ann, annabel])).to.deep.equal([annabel]);
    expect(mentionsIn('Hi Bob', [bob], [])).to.deep.equal([]);
    expect(mentionsIn('x@Ann', [ann], [])).to.deep.equal([]);
    expect(mentionsIn('@Anna', [ann], [])).to.deep.equal([]);
  });

  it('R-5: a name typed out counts where only one person here bears it', () => {
    expect(mentionsIn('Hi @Ann', [], [ann, annabel])).to.deep.equal([ann]);
    expect(mentionsIn('Hi @Ann', [], [ann, otherAnn])).to.deep.equal([]);
    expect(mentionsIn('Hi @Ann', [otherAnn], [ann, otherAnn])).to.deep.equal([otherAnn]);
  });
});
