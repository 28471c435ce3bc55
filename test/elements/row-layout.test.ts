/** Where the parts of a row stand, at every width. */
import { expect } from '@open-wc/testing';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import type { Row } from '../../src/model/view.ts';
import { comment, quote } from '../helpers/builders.ts';
import { allByRole, byRole } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { manyRows, replyRow, rowOf } from '../helpers/rows.ts';
import { putSection, settled, threadOf, waitFor } from '../helpers/section.ts';

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
