import { expect } from '@open-wc/testing';
import type { AfterwordBubble } from '../../src/elements/afterword-bubble.ts';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import { lightOf } from '../../src/elements/appearance.ts';
import { bubblePart } from '../../src/elements/parts.ts';
import type { ThreadView } from '../../src/model/view.ts';
import { comment } from '../helpers/builders.ts';
import { allByRole, byRole, nameOf } from '../helpers/by-role.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { rowOf } from '../helpers/rows.ts';
import { makeSection, settled, waitFor } from '../helpers/section.ts';

const newest = comment('9', { text: 'Words that came meanwhile' });

interface Stage {
  readonly bubble: AfterwordBubble;
  readonly section: AfterwordComments;
  readonly store: FakeStore;
  readonly clock: FakeClock;
}

const put: HTMLElement[] = [];

/** A bubble above an article so long that its discussion is out of sight. */
async function stage(view: Partial<ThreadView> = {}, attributes: Record<string, string> = {}): Promise<Stage> {
  const store = new FakeStore({ rows: [rowOf(comment('1')), rowOf(comment('2'))], count: 47, ...view });
  const clock = new FakeClock();
  const article = document.createElement('div');
  article.style.blockSize = '5000px';
  const bubble = document.createElement('afterword-bubble');
  bubble.clock = clock;
  put.push(article, bubble);
  document.body.append(bubble, article);
  const section = makeSection(store, { attributes: { loading: 'lazy', ...attributes } });
  scrollTo(0, 0);
  if (attributes['loading'] !== 'manual') await waitFor(() => allByRole(bubble, 'button').length > 0, 'the bubble');
  return { bubble, section, store, clock };
}

const button = (bubble: AfterwordBubble): HTMLElement => byRole(bubble, 'button', /comments/);

/** Without what separates words. */
const plain = (words: string): string => words.replace(/[,\s\u2066-\u2069]+/g, ' ').trim();

describe('the bubble', () => {
  before(async () => void (await bubblePart()));
  beforeEach(() => {
    localStorage.removeItem('afterword-invited');
    sessionStorage.removeItem('afterword-bubble-hidden');
  });
  afterEach(() => {
    for (const one of put.splice(0)) one.remove();
    scrollTo(0, 0);
  });

  it('R-15: tells how many comments there are, and how many are new, before the discussion is near', async () => {
    const { bubble, store } = await stage();
    expect(nameOf(button(bubble))).to.equal('47 comments');
    store.show({ count: 49, news: { roots: 2 }, unread: 1 });
    await bubble.updateComplete;
    expect(nameOf(button(bubble))).to.equal('3 new, 49 comments');
  });

  it('R-15: leads to the discussion with the focus, shows what waits there, and is not in its way', async () => {
    const { bubble, section, store } = await stage({ news: { roots: 1 } });
    button(bubble).click();
    expect(section.shadowRoot?.activeElement?.localName).to.equal('h2');
    expect(store.calls.some(([call]) => call === 'live')).to.equal(true);
    await waitFor(() => allByRole(bubble, 'button').length === 0, 'the bubble to go');
  });

  it('R-15: a note of the newest comment says who and what, and can be closed for itself', async () => {
    const { bubble, store } = await stage();
    expect(bubble.renderRoot.textContent).not.to.contain('meanwhile');
    store.show({ news: { roots: 1 }, newest });
    await bubble.updateComplete;
    expect(bubble.renderRoot.textContent).to.contain('Ann').and.to.contain('Words that came meanwhile');
    byRole(bubble, 'button', 'Close').click();
    await bubble.updateComplete;
    expect(bubble.renderRoot.textContent).not.to.contain('meanwhile');
    expect(nameOf(button(bubble))).to.equal('1 new, 47 comments');
    store.show({ newest: comment('10', { text: 'And another' }) });
    await bubble.updateComplete;
    expect(bubble.renderRoot.textContent).to.contain('And another');
  });

  it('R-15: Reply in the note opens the form below the comment', async () => {
    const { bubble, section, store } = await stage({ rows: [rowOf(newest)], newest });
    byRole(bubble, 'button', 'Reply').click();
    await waitFor(() => allByRole(section, 'textbox', 'Your reply to Ann').length > 0, 'the form');
    expect(store.calls.some(([call]) => call === 'live')).to.equal(true);
  });

  it('R-15: invites after 45 seconds, for 10, once in seven days', async () => {
    const { bubble, clock } = await stage();
    const isInviting = (): boolean => allByRole(bubble, 'button', 'Write a comment').length > 0;
    clock.pass(44_000);
    await bubble.updateComplete;
    expect(isInviting()).to.equal(false);
    clock.pass(1_000);
    await bubble.updateComplete;
    expect(isInviting()).to.equal(true);
    clock.pass(10_000);
    await bubble.updateComplete;
    expect(isInviting()).to.equal(false);
    const again = await stage();
    again.clock.pass(clock.now() - again.clock.now() + 6 * 86_400_000);
    await again.bubble.updateComplete;
    expect(allByRole(again.bubble, 'button', 'Write a comment')).to.deep.equal([]);
  });

  it('R-15: does not invite who has written, where nobody may write, or where nothing is kept', async () => {
    for (const [view, attributes] of [
      [{ rows: [rowOf(comment('1'), { own: true })] }, {}],
      [{}, { readonly: '' }],
      [{}, { storage: 'none' }],
    ] as const) {
      const { bubble, clock } = await stage(view, attributes);
      clock.pass(46_000);
      await bubble.updateComplete;
      expect(allByRole(bubble, 'button', 'Write a comment'), JSON.stringify(attributes)).to.deep.equal([]);
      bubble.remove();
    }
  });

  it('R-15: hidden once, it stays hidden on the pages of this visit', async () => {
    const { bubble } = await stage();
    byRole(bubble, 'button', 'Hide this button').click();
    await bubble.updateComplete;
    expect(allByRole(bubble, 'button')).to.deep.equal([]);
    const other = document.createElement('afterword-bubble');
    put.push(other);
    document.body.append(other);
    await other.updateComplete;
    expect(allByRole(other, 'button')).to.deep.equal([]);
  });

  it('L16, L3: it follows a page that is switched while it stands there, in the scheme its section is to have', async () => {
    const { style } = document.body;
    const before = style.cssText;
    try {
      const { bubble, section } = await stage();
      const contrast = (): number => {
        const { color, backgroundColor } = getComputedStyle(button(bubble));
        const [one, two] = [lightOf(color) ?? 0, lightOf(backgroundColor) ?? 0].sort((a, b) => b - a) as [
          number,
          number,
        ];
        return (one + 0.05) / (two + 0.05);
      };
      const ground = (): number => lightOf(getComputedStyle(button(bubble)).backgroundColor) ?? 0.5;
      style.cssText = `${before}; background: #111; color: #eee`;
      await waitFor(() => ground() < 0.1 && contrast() > 4.5, 'it to be dark');
      section.setAttribute('color-scheme', 'light');
      await section.updateComplete;
      bubble.requestUpdate();
      await waitFor(() => ground() > 0.9 && contrast() > 4.5, 'it to be light');
      style.cssText = before;
      section.removeAttribute('color-scheme');
      await waitFor(() => ground() > 0.9 && contrast() > 4.5, 'it to be as its page again');
    } finally {
      style.cssText = before;
    }
  });

  it('E-6: on a dark page that paints nothing itself the number can be read', async () => {
    const { style } = document.documentElement;
    style.colorScheme = 'dark';
    try {
      const { bubble } = await stage();
      const { color, backgroundColor } = getComputedStyle(button(bubble));
      expect((lightOf(color) ?? 0) - (lightOf(backgroundColor) ?? 1)).to.be.above(
        0.5,
        `${color} on ${backgroundColor}`,
      );
    } finally {
      style.colorScheme = '';
    }
  });

  it('R-15: does not begin a discussion that has to be asked for', async () => {
    const { section, bubble } = await stage({}, { loading: 'manual' });
    await settled(section);
    await bubble.updateComplete;
    expect(section.store).to.equal(null);
    expect(allByRole(bubble, 'button')).to.deep.equal([]);
  });

  it('R-15: nothing moves under reduced motion', () => {
    const bubble = document.createElement('afterword-bubble');
    put.push(bubble);
    document.body.append(bubble);
    const all = (bubble.renderRoot as ShadowRoot).adoptedStyleSheets.flatMap((it) => [...it.cssRules]);
    const moving = all.filter((rule) => rule.cssText.includes('animation'));
    expect(moving.length).to.be.above(0);
    for (const rule of moving) {
      expect(rule).to.be.instanceOf(CSSMediaRule);
      expect((rule as CSSMediaRule).conditionText).to.contain('prefers-reduced-motion: no-preference');
    }
  });

  it('K3: its name begins with what is seen on it, in every language', async () => {
    for (const lang of ['en', 'de', 'ar']) {
      for (const [count, unread] of [
        [1, 0],
        [2, 0],
        [55, 3],
        [1, 1],
        [12_345, 2],
      ] as const) {
        const { bubble, section } = await stage({ count, unread }, { lang });
        const [button] = allByRole(bubble, 'button') as [HTMLElement];
        const [words, name] = [button.innerText, nameOf(button)];
        expect(
          plain(name).startsWith(plain(words)),
          `${lang} ${count} ${unread}: “${words}” is not in “${name}”`,
        ).to.equal(true);
        bubble.remove();
        section.remove();
      }
    }
  });
});

describe('where the bubble stands', () => {
  before(async () => void (await bubblePart()));
  afterEach(() => {
    for (const one of put.splice(0)) one.remove();
    scrollTo(0, 0);
  });

  const line = 'A line of the article that goes on for as long as its column is wide. '.repeat(400);
  const around = (html: string): HTMLElement => {
    const page = document.createElement('div');
    page.innerHTML = html;
    put.push(page);
    document.body.prepend(page);
    return page;
  };
  const root = (bubble: AfterwordBubble): HTMLElement => bubble.renderRoot.querySelector('.root') as HTMLElement;
  const placed = (bubble: AfterwordBubble): Promise<void> =>
    waitFor(() => root(bubble) && !root(bubble).matches('.unplaced'), 'its place to be known');
  const isFixed = (bubble: AfterwordBubble): boolean => getComputedStyle(root(bubble)).position === 'fixed';

  it('L13: floats beside a column that leaves a margin, wherever the page is scrolled to, and covers nothing of it', async () => {
    const page = around(`<p style="inline-size: 280px">${line}</p>`);
    const { bubble } = await stage();
    await placed(bubble);
    expect(isFixed(bubble)).to.equal(true);
    const words = document.createRange();
    words.selectNodeContents(page);
    for (const top of [0, 300, 900]) {
      scrollTo(0, top);
      const box = root(bubble).getBoundingClientRect();
      expect(
        [...words.getClientRects()].every(({ right }) => right < box.left),
        `at ${top}`,
      ).to.equal(true);
      expect(box.bottom).to.be.closeTo(innerHeight - 16, 1);
    }
  });

  for (const [what, html] of [
    ['the words go from edge to edge', `<p>${line}</p>`],
    [
      'a sidebar has them',
      `<div style="display: flex"><p style="flex: 0 0 200px">${line}</p><ul style="margin-inline-start: auto">${'<li><a href="#x">Another</a></li>'.repeat(80)}</ul></div>`,
    ],
    [
      'a note flows out of its paragraph',
      `<p style="inline-size: 60%"><span style="float: right; inline-size: 50%; margin-inline-end: -60%">${line}</span>${line}</p>`,
    ],
    [
      'a picture is as wide as the window',
      `<p style="inline-size: 200px">${line}</p><img alt="" style="display: block; inline-size: 100%; block-size: 300px" src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">`,
    ],
  ] as const) {
    it(`L13: stands where it was written where ${what}`, async () => {
      around(html);
      const { bubble } = await stage();
      await placed(bubble);
      expect(isFixed(bubble)).to.equal(false);
      expect(allByRole(bubble, 'button').length, 'alone: the number, and what hides it').to.equal(2);
      const before = bubble.getBoundingClientRect().height;
      expect(before).to.be.above(24);
      document.querySelector('afterword-comments')?.scrollIntoView();
      await settled(document.querySelector('afterword-comments') as AfterwordComments);
      expect(bubble.getBoundingClientRect().height, 'nothing jumps where the reader comes to the section').to.equal(
        before,
      );
    });
  }

  it('L13: what the page begins with is never below it, and what shows nothing has no say', async () => {
    around(`<nav><p style="text-align: end">Menu</p></nav><div style="block-size: 2000px"></div>
      <p style="inline-size: 200px">${line}</p><p style="visibility: hidden">${line}</p>`);
    const { bubble } = await stage();
    await placed(bubble);
    expect(isFixed(bubble)).to.equal(true);
  });

  it('L13: gives way when the margin goes, and comes back with it', async () => {
    const page = around(`<p style="inline-size: 280px">${line}</p>`);
    const { bubble } = await stage();
    await placed(bubble);
    const column = page.firstElementChild as HTMLElement;
    column.style.inlineSize = '100%';
    await waitFor(() => !isFixed(bubble), 'it to be docked');
    column.style.inlineSize = '280px';
    await waitFor(() => isFixed(bubble), 'it to float again');
  });

  it('L13: past the section it goes where the page goes on from edge to edge', async () => {
    around(`<p style="inline-size: 280px">${line}</p>`);
    const { bubble } = await stage();
    const footer = document.createElement('footer');
    footer.innerHTML = `<p>${line}</p>`;
    put.push(footer);
    document.body.append(footer);
    await waitFor(() => root(bubble) && isFixed(bubble), 'it to float above the section');
    footer.lastElementChild?.scrollIntoView({ block: 'end' });
    await waitFor(() => allByRole(bubble, 'button').length === 0, 'it to go');
  });
});
