/** Where the parts of a row stand, at every width. */
import { expect } from '@open-wc/testing';
import { loadMarkupPart } from '../../src/content/safe-html.ts';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import type { Row } from '../../src/model/view.ts';
import { comment, quote, stub } from '../helpers/builders.ts';
import { allByRole, byRole } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { manyRows, pendingPost, replyRow, rowOf } from '../helpers/rows.ts';
import { frame, putSection, settled, threadOf, waitFor } from '../helpers/section.ts';

const WIDTHS = [240, 320, 390, 600, 810, 1000, 1400, 2000];
const long = 'A sentence that is long enough to fill a line and to begin another. '.repeat(4);
async function wide(width: number, rows: readonly Row[], look: object = {}): Promise<AfterwordComments> {
  const store = new FakeStore({ rows, count: rows.length });
  return putSection(store, { css: `box-sizing: border-box; inline-size: ${width}px; padding: 0;`, ...look });
}

const rowsOf = (section: AfterwordComments): HTMLElement[] => [
  ...(threadOf(section)?.renderRoot.querySelectorAll<HTMLElement>('article') ?? []),
];

/** What of a row does not stand below its name: the name, and the part. */
function beside(row: HTMLElement): string[] {
  const name = row.querySelector('h3, h4, h5, h6') as HTMLElement;
  const below = name.getBoundingClientRect().bottom;
  return [...row.querySelectorAll<HTMLElement>('.body, .quoted, .acts, .form, .pending')]
    .filter((part) => part.getBoundingClientRect().top < below - 1)
    .map((part) => `${name.textContent} ${part.className}`);
}

describe('L1: the name stands above the text', () => {
  for (const dir of ['ltr', 'rtl'] as const) {
    it(`L1: near the eyes and far from them, with a quote and a form, at every width, ${dir}`, async () => {
      const rows = [
        rowOf(comment('1', { text: long, quote: quote('a passage of some words'), descendants: 1 })),
        replyRow('2', '1'),
        rowOf(comment('3', { text: 'Short.' })),
        ...manyRows(40),
      ];
      for (const width of WIDTHS) {
        const section = await wide(width, rows, { dir });
        section.scrollIntoView();
        await waitFor(() => allByRole(section, 'button', 'Reply to Bob').length, 'the reply to have its controls');
        byRole(section, 'button', 'Reply to Bob').click();
        await settled(section);
        const all = rowsOf(section);
        expect(
          all.some((row) => row.querySelector('.form')),
          'a form',
        ).to.equal(true);
        expect(
          all.some((row) => row.querySelector('.quoted')),
          'a quote',
        ).to.equal(true);
        expect(
          all.some((row) => !row.querySelector('.acts')),
          'a row far away',
        ).to.equal(true);
        expect(all.flatMap(beside), `${width} px`).to.deep.equal([]);
        section.parentElement?.remove();
      }
    });
  }

  it('L1: a line of text is never longer than the measure', async () => {
    const section = await wide(2000, [rowOf(comment('1', { text: long }))], {});
    const body = rowsOf(section)[0]?.querySelector('.body') as HTMLElement;
    const ch = document.createElement('span');
    ch.style.cssText = 'position: absolute; inline-size: 70ch';
    body.append(ch);
    expect(body.getBoundingClientRect().width).to.be.at.most(ch.getBoundingClientRect().width + 1);
    expect(body.getBoundingClientRect().width).to.be.at.least(ch.getBoundingClientRect().width - 1);
  });
});

describe('L2: a row is as tall far from the eyes as near them', () => {
  const texts = {
    'one line': 'Short.',
    'some lines': long,
    'a text that is cut': Array.from({ length: 40 }, (_, n) => `Line ${n}`).join('\n'),
    'a text that is nearly cut': Array.from({ length: 14 }, (_, n) => `Line ${n}`).join('\n'),
  };
  const kinds: readonly (readonly [string, (id: string) => Row])[] = [
    ...Object.entries(texts).map(([name, text]) => [name, (id: string) => rowOf(comment(id, { text }))] as const),
    ['a reply', (id) => replyRow(id, 'w1')],
    ['edited', (id) => rowOf(comment(id, { editedAt: Date.now() }))],
    ['a moderator', (id) => rowOf(comment(id, { author: { name: 'A name of some words', role: 'moderator' } }))],
    ['own', (id) => rowOf(comment(id), { own: true })],
    ['pinned', (id) => rowOf(comment(id, { pinned: true }))],
    ['with a quote', (id) => rowOf(comment(id, { quote: quote('some words of the article '.repeat(4)) }))],
    ['detached', (id) => replyRow(id, 'w1', { detached: true })],
    ['a website', (id) => rowOf(comment(id, { author: { name: 'Ann', role: 'guest', website: 'https://a.example' } }))],
    ['removed', (id) => rowOf(stub(id, { descendants: 1 }))],
    ['a branch that is closed', (id) => rowOf(comment(id, { descendants: 1 }), { collapsed: true })],
    ['on its way', (id) => rowOf(comment(id), { pending: [pendingPost(id, { state: 'waiting' })] })],
  ];

  for (const width of [240, 390, 1000]) {
    it(`L2: whatever stands in it, ${width} px wide`, async () => {
      const before = manyRows(30);
      const after = Array.from({ length: 30 }, (_, n) => rowOf(comment(`z${n}`)));
      const rows = kinds.map(([, make], nth) => make(`k${nth}`));
      const section = await wide(width, [...before, ...rows, ...after], {});
      // What a link makes of a row below is no matter here: these rows are all drawn, and none was near yet.
      const all = (): HTMLElement[] => rowsOf(section).filter(({ id }) => /^comment-k/.test(id));
      const heights = (): Record<string, number> =>
        Object.fromEntries(
          all().map((row, nth) => [kinds[nth]?.[0] ?? '', Math.round(row.getBoundingClientRect().height * 8) / 8]),
        );
      const isNear = (row: HTMLElement): boolean =>
        row.querySelector('button, a') !== null || /stub/.test(row.className);
      expect(
        all().filter((row) => row.querySelector('.acts')),
        'near before they were scrolled to',
      ).to.deep.equal([]);
      const far = heights();
      for (const row of all()) {
        row.scrollIntoView({ behavior: 'instant' });
        await waitFor(() => isNear(row), `the controls of ${row.textContent}`);
        await frame();
      }
      expect(heights()).to.deep.equal(far);
      window.scrollTo({ top: 0, behavior: 'instant' });
      await waitFor(() => all().filter((row) => row.querySelector('.acts')).length === 0, 'the controls to go');
      expect(heights()).to.deep.equal(far);
    });
  }
});

describe('L4: a narrow column', () => {
  const columns: Readonly<Record<string, string>> = {
    'a grid of 1fr': 'display: grid; grid-template-columns: 1fr 1fr; inline-size: 500px',
    'a flex row': 'display: flex; inline-size: 500px',
    'a column of 200 px': 'display: grid; grid-template-columns: 200px; inline-size: 200px',
  };
  for (const [name, css] of Object.entries(columns)) {
    it(`L4: ${name} is not blown out, and shows the section whole`, async () => {
      const rows = [rowOf(comment('1', { text: long, descendants: 1 })), replyRow('2', '1')];
      const outer = document.createElement('div');
      outer.style.cssText = css;
      const aside = document.createElement('div');
      aside.textContent = 'Beside it.';
      document.body.append(outer);
      const section = await putSection(new FakeStore({ rows, count: 2 }), { css: 'padding: 0' }, outer);
      if (!name.startsWith('a column')) outer.append(aside);
      await settled(section);
      expect(outer.scrollWidth, 'the column').to.be.at.most(outer.clientWidth);
      const end = section.getBoundingClientRect().right;
      for (const row of rowsOf(section)) {
        for (const part of row.querySelectorAll('*')) {
          expect(part.getBoundingClientRect().right, part.className.toString()).to.be.at.most(end + 1);
        }
      }
      outer.remove();
    });
  }

  it('L4: the smallest width is at most 240 px, and what shrinks to its content is a readable column', async () => {
    const section = await wide(900, [rowOf(comment('1', { text: long }))]);
    const host = section.parentElement as HTMLElement;
    host.style.inlineSize = 'min-content';
    expect(host.getBoundingClientRect().width).to.be.at.most(240);
    host.style.inlineSize = 'max-content';
    expect(host.getBoundingClientRect().width).to.be.at.least(200);
  });
});

describe('what stands in a row stays in it', () => {
  it('L12: a wide table scrolls in a box of its own, whole words in its cells, within reach of the keyboard', async () => {
    await loadMarkupPart();
    const cells = (word: string): string => `|${` ${word} |`.repeat(9)}`;
    const text = [cells('heading'), cells('---'), cells('something')].join('\n');
    const store = new FakeStore({ rows: [rowOf(comment('1', { text, format: 'markdown' }))], count: 1, markup: true });
    const section = await putSection(store, { css: 'inline-size: 320px; padding: 0' });
    const table = rowsOf(section)[0]?.querySelector('table') as HTMLTableElement;
    expect(table.scrollWidth).to.be.above(table.clientWidth);
    const row = rowsOf(section)[0]?.getBoundingClientRect().right ?? 0;
    expect(table.getBoundingClientRect().right).to.be.at.most(row + 1);
    const cell = table.querySelector('td') as HTMLElement;
    expect(cell.getBoundingClientRect().height, 'one line').to.be.below(40);
    expect(table.tabIndex).to.equal(0);
  });

  it('P15: letters piled up in a name end before the row above', async () => {
    const name = `Z${'\u0310\u0311\u0312\u030d\u030e'.repeat(30)}`;
    const section = await wide(600, [rowOf(comment('1')), rowOf(comment('2', { author: { name, role: 'guest' } }))]);
    const shown = rowsOf(section)[1]?.querySelector('h3 bdi') as HTMLElement;
    expect(getComputedStyle(shown).overflowY).to.equal('clip');
    const above = rowsOf(section)[0]?.getBoundingClientRect().bottom ?? 0;
    expect(shown.getBoundingClientRect().top).to.be.at.least(above);
    expect(shown.getBoundingClientRect().height, 'one line').to.be.below(40);
  });

  it('L15: empty lines around an imported text are none of it', async () => {
    const section = await wide(600, [rowOf(comment('1', { text: '\n \n\n  Words.\n\n', format: 'plain' }))]);
    expect(rowsOf(section)[0]?.querySelector('.body')?.textContent).to.equal('  Words.');
  });

  it('L15: on a phone each reply stands in by 12 px, as long as 20 characters are left', async () => {
    const rows = [rowOf(comment('1', { descendants: 3 }))];
    for (const n of [2, 3, 4]) rows.push(replyRow(String(n), String(n - 1), { depth: n - 1 }));
    const section = await wide(320, rows);
    const lefts = rowsOf(section).map((row) => row.getBoundingClientRect().left);
    expect(lefts.slice(1).map((left, nth) => Math.round(left - (lefts[nth] ?? 0)))).to.deep.equal([12, 12, 12]);
  });
});
