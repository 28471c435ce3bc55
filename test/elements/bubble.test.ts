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
    expect(nameOf(button(bubble))).to.equal('49 comments, 3 new');
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
    expect(nameOf(button(bubble))).to.equal('47 comments, 1 new');
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

  it('R-15: nothing moves under reduced motion, and on a narrow screen it stands in the text', () => {
    const rules = (bubbleRoot: ShadowRoot): CSSRule[] =>
      bubbleRoot.adoptedStyleSheets.flatMap((it) => [...it.cssRules]);
    const bubble = document.createElement('afterword-bubble');
    put.push(bubble);
    document.body.append(bubble);
    const media = rules(bubble.renderRoot as ShadowRoot).filter((rule) => rule instanceof CSSMediaRule);
    const plain = rules(bubble.renderRoot as ShadowRoot).filter((rule) => rule instanceof CSSStyleRule);
    expect(plain.some((rule) => rule.style.position === 'fixed' || rule.style.animationName)).to.equal(false);
    const moving = media.filter((rule) => rule.cssText.includes('animation'));
    expect(moving.length).to.be.above(0);
    for (const rule of moving) expect(rule.conditionText).to.contain('prefers-reduced-motion: no-preference');
    const fixed = media.filter((rule) => rule.cssText.includes('fixed'));
    expect(fixed.map((rule) => rule.conditionText)).to.deep.equal(['(min-width: 600px)']);
  });
});
