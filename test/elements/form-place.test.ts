/** Where forms and questions open below a row, and how words that are on their way stand there. */
import { expect } from '@open-wc/testing';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import type { CommentRow, Row } from '../../src/model/view.ts';
import { comment } from '../helpers/builders.ts';
import { allByRole, byRole, focused } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { manyRows, pendingPost, replyRow, rowOf } from '../helpers/rows.ts';
import { frame, putSection, settled, waitFor } from '../helpers/section.ts';

const can = { reply: true, edit: true, delete: true, vote: true };
const words = 'These words fill more than one line of a narrow row. '.repeat(6);
const mine = rowOf(comment('7', { text: words, descendants: 1 }), { own: true, can });

async function shown(rows: readonly Row[], width = 700): Promise<AfterwordComments> {
  const section = await putSection(new FakeStore({ rows, count: rows.length }), { css: `inline-size: ${width}px` });
  await settled(section);
  return section;
}

function article(section: AfterwordComments, name = /^Ann/): HTMLElement {
  return byRole(section, 'article', name);
}

/** Presses an entry of the menu of a row. */
async function choose(section: AfterwordComments, row: HTMLElement, name: RegExp): Promise<void> {
  byRole(row, 'button', /^More for/).click();
  await waitFor(() => allByRole(section, 'menuitem', name).length, 'the menu');
  byRole(section, 'menuitem', name).click();
}

async function formIn(row: HTMLElement): Promise<HTMLTextAreaElement> {
  await waitFor(() => allByRole(row, 'textbox', /^(Your reply|Edit)/).length, 'the form');
  await frame();
  return byRole(row, 'textbox', /^(Your reply|Edit)/) as HTMLTextAreaElement;
}

for (const width of [300, 760]) {
  describe(`what was pressed stays where it was, ${width} px wide`, () => {
    /** Presses, and tells how far the pressed line of actions moved. */
    async function moved(section: AfterwordComments, row: HTMLElement, act: () => unknown): Promise<number> {
      const acts = row.querySelector('.acts') as HTMLElement;
      acts.scrollIntoView({ block: 'center' });
      await frame();
      const before = acts.getBoundingClientRect().top;
      await act();
      await settled(section);
      return Math.abs((row.querySelector('.acts') as HTMLElement).getBoundingClientRect().top - before);
    }

    it('L5: Reply opens the form below the actions of its comment', async () => {
      const section = await shown([mine, ...manyRows(12)], width);
      const row = article(section);
      const far = await moved(section, row, async () => {
        byRole(row, 'button', 'Reply to Ann').click();
        await formIn(row);
      });
      expect(far).to.be.at.most(1);
      const field = await formIn(row);
      expect(focused()).to.equal(field);
      const acts = row.querySelector('.acts') as HTMLElement;
      expect(field.getBoundingClientRect().top).to.be.at.least(acts.getBoundingClientRect().bottom);
      const cancelled = await moved(section, row, () => byRole(row, 'button', 'Cancel').click());
      expect(cancelled, 'and it goes without moving them').to.be.at.most(1);
    });

    it('L5: Edit and Delete open below them, too, and the comment stays to be read', async () => {
      const section = await shown([mine, ...manyRows(12)], width);
      const row = article(section);
      const edit = await moved(section, row, async () => {
        await choose(section, row, /^Edit/);
        await formIn(row);
      });
      expect(edit).to.be.at.most(1);
      expect(row.querySelector('.body')?.textContent).to.contain(words.trim());
      await moved(section, row, () => byRole(row, 'button', 'Cancel').click());
      const asked = await moved(section, row, () => choose(section, row, /^Delete/));
      expect(asked).to.be.at.most(1);
      expect(byRole(row, 'group', /Delete this comment/)).to.exist;
    });

    it('L5: near the lower edge of the window the page moves no further than the field needs', async () => {
      const section = await shown([...manyRows(12), mine, ...manyRows(30).slice(12)], width);
      const row = article(section);
      const acts = row.querySelector('.acts') as HTMLElement;
      acts.scrollIntoView({ block: 'end' });
      await frame();
      const before = acts.getBoundingClientRect().top;
      byRole(row, 'button', 'Reply to Ann').click();
      const field = await formIn(row);
      expect(field.getBoundingClientRect().top + 48, 'a line can be seen').to.be.at.most(innerHeight);
      expect(before - acts.getBoundingClientRect().top).to.be.at.most(110);
    });
  });
}

describe('words on their way', () => {
  const theirs = 'As somebody else left it,\nin two lines';
  const states: [string, CommentRow][] = [
    ['waiting', rowOf(comment('7'), { own: true, pending: [pendingPost('7', { state: 'waiting' })] })],
    ['refused', replyRow('7', '1', { own: true, pending: [pendingPost('7', { state: 'refused', reason: 'closed' })] })],
    [
      'conflict',
      rowOf(comment('7'), {
        own: true,
        can,
        pending: [pendingPost('7', { state: 'conflict', theirs }, { kind: 'edit' })],
      }),
    ],
  ];
  for (const [state, row] of states) {
    for (const dir of ['ltr', 'rtl']) {
      it(`L6: the buttons of ${state}, ${dir}, stand below its sentence, and each of their lines begins where it does`, async () => {
        const css = 'inline-size: 240px';
        const attributes = { lang: dir === 'rtl' ? 'ar' : 'en' };
        const section = await putSection(new FakeStore({ rows: [row], count: 1 }), { css, dir, attributes });
        await waitFor(() => section.renderRoot.querySelector(`section[dir=${dir}]`), 'the language');
        await settled(section);
        const box = byRole(section, 'article').querySelector('.pending') as HTMLElement;
        const start = (it: Element, at = it.getBoundingClientRect()): number => (dir === 'rtl' ? -at.right : at.left);
        const sentence = box.querySelector('span') as HTMLElement;
        const buttons = allByRole(box, 'button');
        const lines = new Map<number, number>();
        for (const button of buttons) {
          const { top } = button.getBoundingClientRect();
          expect(top).to.be.at.least(sentence.getBoundingClientRect().bottom - 1);
          const padding = parseFloat(getComputedStyle(button).paddingInlineStart);
          lines.set(Math.round(top), Math.min(lines.get(Math.round(top)) ?? Infinity, start(button) + padding));
        }
        expect(lines.size).to.be.at.least(1);
        for (const at of lines.values()) expect(at).to.be.closeTo(start(sentence), 1);
      });
    }
  }

  it('L6: the other version of a conflict is a quote with a label, not a sentence of ours', async () => {
    const section = await shown([states[2]![1]]);
    const quote = article(section).querySelector('figure > blockquote') as HTMLElement;
    expect(quote.textContent).to.equal(theirs);
    expect(quote.parentElement?.querySelector('figcaption')?.textContent?.trim()).to.equal('As it is now');
    expect(quote.getBoundingClientRect().height, 'its lines are kept').to.be.above(30);
    await expect(section).to.be.accessible();
  });
});
