/** Names, avatars, times and votes of rows, and where the focus and the keys go. */
import { expect } from '@open-wc/testing';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import { comment } from '../helpers/builders.ts';
import { allByRole, byRole } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { manyRows, replyRow, rowOf } from '../helpers/rows.ts';
import { putSection, settled, threadOf, waitFor } from '../helpers/section.ts';

const named = (id: string, name: string, website = '') =>
  rowOf(comment(id, { author: { name, role: 'guest', ...(website && { website }) } }));

async function shown(rows: ReturnType<typeof named>[]): Promise<[AfterwordComments, FakeStore, ShadowRoot]> {
  const store = new FakeStore({ rows, count: rows.length });
  const section = await putSection(store);
  return [section, store, threadOf(section)?.renderRoot as ShadowRoot];
}

const focused = (): Element | null => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
};

describe('X7: names', () => {
  for (const [what, name] of [
    ['a mark at its end', 'مريم\u200f'],
    ['a mark inside', 'مر\u200eيم'],
    ['nothing but its letters', 'مريم'],
  ] as const) {
    it(`X7: a name with ${what} is seen once and heard once, with a website and without`, async () => {
      const [section] = await shown([named('1', name), named('2', name, 'https://example.com')]);
      for (const heading of allByRole(section, 'heading').filter((it) => it.localName === 'h3')) {
        const seen = [...heading.childNodes].filter((node) => !(node as Element).matches?.('.hidden'));
        expect(
          seen
            .map((node) => node.textContent)
            .join('')
            .trim(),
        ).to.equal('مريم');
        expect(heading.textContent?.match(/مريم/g)).to.have.length(1);
        expect(heading.textContent?.match(/ago|now|20\d\d/g)).to.have.length(1);
      }
    });
  }

  it('X7: who answers somebody with a longer name of the same letters keeps their own', async () => {
    const row = replyRow('2', '1', { parent: { id: '1', name: 'Bobby', missing: false } });
    const [, , root] = await shown([named('1', 'Bobby'), row]);
    expect(root.querySelector('h4 [part=author]')?.textContent).to.equal('Bob');
  });

  it('W5: names and initials are parts, whoever has a website', async () => {
    const [, , root] = await shown([named('1', 'Ann Berg'), named('2', 'Ann Berg', 'https://example.com')]);
    expect(root.querySelectorAll('[part=author]')).to.have.length(2);
    const avatars = [...root.querySelectorAll('[part=avatar]')];
    expect(avatars.map((it) => it.textContent)).to.deep.equal(['A\u200cB', 'A\u200cB']);
    expect(getComputedStyle(root.querySelector('article') as Element, '::before').content).to.equal('none');
  });

  it('W5: --afterword-radius: 0 leaves no pill round', async () => {
    const section = await putSection(new FakeStore({ rows: [rowOf(comment('1', { pinned: true }))], count: 1 }), {
      css: '--afterword-radius: 0px;',
    });
    const root = threadOf(section)?.renderRoot as ShadowRoot;
    for (const pill of root.querySelectorAll('.badge, .vote')) {
      expect(getComputedStyle(pill).borderStartStartRadius, pill.className).to.equal('0px');
    }
  });
});

describe('L15: avatars', () => {
  it('L15: an avatar is never empty, and Arabic initials do not join', async () => {
    const [, , root] = await shown([named('1', '🦊🌿'), named('2', 'مريم الحسن'), named('3', '!?')]);
    const avatars = [...root.querySelectorAll('[part=avatar]')].map((it) => it.textContent);
    expect(avatars).to.deep.equal(['🦊', 'م\u200cا', '!']);
  });
});

describe('L7, K3: times and votes', () => {
  it('L7: the mouse is told date and time, and a screen reader once', async () => {
    const [, , root] = await shown([named('1', 'Ann')]);
    const time = root.querySelector('time') as HTMLElement;
    expect(time.title).to.match(/20\d\d/);
    expect(time.title).to.match(/\d:\d\d/);
    expect(time.closest('a')?.title).to.equal('');
    expect(time.closest('a')?.ariaLabel).to.contain(time.title);
  });

  it('K3: the name of a vote has the words that are seen on it', async () => {
    for (const up of [0, 7, 1_438, 2_500_000]) {
      const [, , root] = await shown([rowOf(comment('1', { up, down: 0 }))]);
      for (const vote of root.querySelectorAll<HTMLElement>('.vote')) {
        expect(vote.ariaLabel).to.contain(vote.textContent?.trim());
      }
      expect(root.querySelector<HTMLElement>('.vote')?.ariaLabel).to.contain(up.toLocaleString('en'));
    }
  });
});

describe('K1, K2: focus and keys', () => {
  it('K1: when the only comment goes, the focus goes to the heading', async () => {
    const [section, store, root] = await shown([named('1', 'Ann')]);
    root.querySelector<HTMLElement>('.vote')?.focus();
    store.show({ rows: [], count: 0 });
    await settled(section);
    expect(focused()).to.equal(section.renderRoot.querySelector('h2'));
  });

  it('K2: keys act on the box that switches them on, and after a press beside everything, not in a field of the page', async () => {
    const store = new FakeStore({ rows: manyRows(5), count: 5 });
    const section = await putSection(store);
    const press = (): unknown =>
      (focused() ?? document.body).dispatchEvent(
        new KeyboardEvent('keydown', { key: 'j', bubbles: true, composed: true, cancelable: true }),
      );
    byRole(section, 'button', 'Keyboard shortcuts').click();
    await section.updateComplete;
    const box = byRole(section, 'checkbox', 'Single-key shortcuts') as HTMLInputElement;
    box.focus();
    box.click();
    const field = document.createElement('input');
    document.body.append(field);
    try {
      press();
      await waitFor(() => focused()?.id === 'comment-c1', 'the first comment');
      (focused() as HTMLElement).blur();
      expect(document.activeElement).to.equal(document.body);
      press();
      await waitFor(() => focused()?.id === 'comment-c2', 'the next comment');
      field.focus();
      press();
      expect(focused()).to.equal(field);
      field.blur();
      press();
      expect(document.activeElement, 'the reader is elsewhere').to.equal(document.body);
    } finally {
      field.remove();
      box.click();
      localStorage.removeItem('afterword.keys');
    }
  });
});
