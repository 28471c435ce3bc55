/** Light or dark, as the page around the section is; sizes and tints. */
import { expect } from '@open-wc/testing';
import type { Comment } from '../../src/model/comment.ts';
import type { CommentRow } from '../../src/model/view.ts';
import { comment } from '../helpers/builders.ts';
import { allByRole, byRole } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { pendingPost, rowOf } from '../helpers/rows.ts';
import { putSection, settled, waitFor, type Look } from '../helpers/section.ts';

async function classes(look: Look): Promise<string[]> {
  const section = await putSection(new FakeStore({ rows: [rowOf(comment('1'))], count: 1 }), look);
  await settled(section);
  return [...(section.renderRoot.querySelector('section')?.classList ?? [])];
}

describe('light and dark', () => {
  const table: [string, Look, string][] = [
    ['a white page is light', {}, 'light'],
    ['a page painted dark is dark', { css: 'background: #14171c; color: #eee' }, 'dark'],
    [
      'a page painted dark in another notation is dark',
      { css: 'background: oklch(0.2 0.02 250); color: #eee' },
      'dark',
    ],
    ['a veil that lets the page through does not count', { css: 'background: rgb(0 0 0 / 0.2)' }, 'light'],
    ['a page that says color-scheme dark is dark', { css: 'color-scheme: dark; background: none' }, 'dark'],
    ['a page that says color-scheme light is light', { css: 'color-scheme: light; background: #222' }, 'light'],
    ['the author may say dark', { attributes: { 'color-scheme': 'dark' } }, 'dark'],
    [
      'the author may say light',
      { css: 'background: #111; color: #eee', attributes: { 'color-scheme': 'light' } },
      'light',
    ],
  ];
  for (const [sentence, look, scheme] of table) {
    it(`E-6: ${sentence}`, async () => {
      expect(await classes(look)).to.include(scheme);
    });
  }

  it('E-6: it brings its own paper only where the author wants what the page is not', async () => {
    expect(await classes({ attributes: { 'color-scheme': 'dark' } })).to.include('paper');
    const dark = 'background: #111; color: #eee';
    expect(await classes({ css: dark, attributes: { 'color-scheme': 'dark' } })).not.to.include('paper');
    expect(await classes({ css: dark })).not.to.include('paper');
  });

  it('E-6: it follows a page that changes', async () => {
    const section = await putSection(new FakeStore({ rows: [rowOf(comment('1'))], count: 1 }), {
      css: 'background: none',
    });
    document.body.style.background = '#101010';
    document.body.className = 'night';
    const root = section.renderRoot.querySelector('section') as HTMLElement;
    await waitFor(() => root.classList.contains('dark'), 'the section to be dark');
    document.body.style.background = '';
    document.body.className = '';
    await waitFor(() => root.classList.contains('light'), 'the section to be light');
  });
});

describe('sizes and tints', () => {
  const own = (id: string, author: Partial<Comment['author']>, pending: CommentRow['pending']): CommentRow =>
    rowOf(comment(id, { author: { name: 'Ann', role: 'guest', ...author } }), { own: true, pending });

  it('T: the buttons of a state are as large as its sentence, not smaller once more', async () => {
    const row = own('1', {}, [pendingPost('1', { state: 'waiting' })]);
    const section = await putSection(new FakeStore({ rows: [row], count: 1 }), { css: 'font-size: 20px' });
    await settled(section);
    const state = byRole(section, 'button', 'Discard').closest('.pending') as HTMLElement;
    const sizes = allByRole(state, 'button').map((button) => getComputedStyle(button).fontSize);
    expect(sizes).to.have.length.above(1);
    expect(new Set([getComputedStyle(state).fontSize, ...sizes])).to.deep.equal(new Set(['16.25px']));
  });

  it('R-1: the tint of a writer is the same before and after the server has named them', async () => {
    const store = new FakeStore({ rows: [own('1', {}, [pendingPost('1', { state: 'waiting' })])], count: 1 });
    const section = await putSection(store);
    const tint = (): string => getComputedStyle(byRole(section, 'article', /^Ann/), '::before').backgroundColor;
    const before = tint();
    expect(before).to.match(/^rgb|^color/);
    store.show({ rows: [own('1', { id: 'a-key-of-the-server' }, [])] });
    await settled(section);
    expect(tint()).to.equal(before);
  });
});
