/**
 * How readers reach passages: by pointer, finger and keys; how much of them is shown; and where the focus is when all is
 * closed again.
 */
import { expect } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import { passageKey } from '../../src/model/passage.ts';
import { allByRole, byRole, focused, nameOf } from '../helpers/by-role.ts';
import {
  PARAGRAPHS,
  painted,
  part,
  passageOf,
  press,
  putArticle,
  putPassages,
  quotedRow,
  quoteOf,
  select,
  threadWith,
  windowOf,
} from '../helpers/passages.ts';
import { said, settled, waitFor } from '../helpers/section.ts';

const gull = quoteOf('a gull moved into the lamp room');
const onGull = passageOf(gull, [quotedRow('2', gull), quotedRow('1', gull)]);
const FORM = 'Your comment on this passage';

const marks = (section: Element): HTMLElement[] => allByRole(section, 'button', / on “/);
const tools = (section: Element): HTMLElement | null =>
  part(section as AfterwordComments)?.renderRoot.querySelector<HTMLElement>('.tools') ?? null;
const panel = (section: Element): HTMLElement => byRole(section, 'dialog');

async function formOf(section: AfterwordComments): Promise<HTMLTextAreaElement> {
  await waitFor(() => allByRole(section, 'textbox', FORM).length === 1, 'the form');
  const field = byRole(section, 'textbox', FORM) as HTMLTextAreaElement;
  await waitFor(() => focused() === field, 'the focus in the form');
  return field;
}

function write(field: HTMLTextAreaElement, text: string): void {
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
}

describe('what is shown of passages', () => {
  const look = (section: AfterwordComments): HTMLSelectElement | null =>
    section.renderRoot.querySelector('.settings select');

  it('E-3: passages="buttons" paints nothing, and gives the reader that and less to choose', async () => {
    const article = putArticle();
    const section = await putPassages(threadWith(onGull), { attributes: { passages: 'buttons' } });
    await waitFor(() => marks(section).length === 1, 'the button');
    expect(painted('found')).to.deep.equal([]);
    expect([...look(section)!.options].map(({ value }) => value)).to.deep.equal(['buttons', 'none']);
    press(article, 'the lamp room');
    await waitFor(() => allByRole(section, 'dialog').length === 1, 'the panel, though nothing is painted');
    await waitFor(() => painted('focused').length === 1, 'what the reader is at is lit up');
  });

  it('E-3: passages="none" shows neither, leaves no choice, and still leads from a comment to its words', async () => {
    const article = putArticle();
    const section = await putPassages(threadWith(onGull), { attributes: { passages: 'none' } });
    const name = 'Show in the text: “a gull moved into the lamp room”';
    await waitFor(() => allByRole(section, 'button', name).length > 0, 'the passage to be found');
    expect(painted('found')).to.deep.equal([]);
    expect(marks(section)).to.deep.equal([]);
    expect(look(section)).to.equal(null);
    press(article, 'the lamp room');
    await settled(section);
    expect(allByRole(section, 'dialog')).to.deep.equal([]);
    allByRole(section, 'button', name)[0]?.click();
    await waitFor(() => painted('lit').length === 1, 'the words to be lit up');
    await waitFor(() => /^2 comments on “a gull/.test(nameOf(focused()!)), 'the focus on a button of the passage');
  });

  it('I-2: a reader chooses less for all pages, and a page that shows less beats the choice', async () => {
    putArticle();
    const section = await putPassages(threadWith(onGull));
    await waitFor(() => painted('found').length === 1, 'the highlight');
    const choice = look(section)!;
    expect(nameOf(choice)).to.match(/^Passages in the text/);
    choice.value = 'buttons';
    choice.dispatchEvent(new Event('change'));
    await waitFor(() => painted('found').length === 0, 'the highlight to go');
    expect(marks(section).length).to.equal(1);
    choice.value = 'none';
    choice.dispatchEvent(new Event('change'));
    await waitFor(() => marks(section).length === 0, 'the button to go');
    section.remove();

    const again = await putPassages(threadWith(onGull), { attributes: { passages: 'buttons' } });
    await waitFor(() => look(again)?.value === 'none', 'the choice to be remembered');
    expect(marks(again)).to.deep.equal([]);
    again.passages = 'none';
    await waitFor(() => look(again) === null, 'no choice');
    again.passages = 'all';
    await waitFor(() => look(again)?.value === 'none', 'the choice again');
  });

  it('E-3: a wrong value is said, and everything is shown', async () => {
    const errors: unknown[] = [];
    const { error } = console;
    console.error = (...words: unknown[]) => void errors.push(words.join(' '));
    putArticle();
    await putPassages(threadWith(onGull), { attributes: { passages: 'some' } });
    console.error = error;
    expect(errors).to.deep.equal(['Afterword: passages="some" is not allowed. Allowed: all, buttons, none.']);
    await waitFor(() => painted('found').length === 1, 'the highlight');
  });
});

describe('with a finger', () => {
  it('I-1: a selection brings a bar to the lower edge, and its form comes as a sheet there', async () => {
    const article = putArticle();
    const section = await putPassages(threadWith());
    select(article, 'the price of paraffin', 'touch');
    await waitFor(() => tools(section), 'the bar');
    const bar = tools(section)!.getBoundingClientRect();
    expect(bar.bottom).to.be.closeTo(innerHeight, 1);
    expect(bar.left).to.be.at.most(0);
    expect(bar.width).to.be.at.least(document.documentElement.clientWidth - 1);
    expect(tools(section)!.textContent).to.contain('the price of paraffin');
    byRole(tools(section)!, 'button', 'Comment').click();
    await formOf(section);
    const sheet = panel(section).getBoundingClientRect();
    expect(sheet.bottom).to.be.closeTo(innerHeight, 1);
    expect(tools(section)).to.equal(null);
  });

  it('I-1: the sheet covers less than the window, and the passage stays above it', async () => {
    windowOf(375);
    const filler = `<p>${'Far above. '.repeat(400)}</p>`;
    const article = putArticle(
      filler + PARAGRAPHS.map((text) => `<p>${text}</p>`).join('') + filler,
      'inline-size: 340px',
    );
    const section = await putPassages(threadWith(onGull));
    await waitFor(() => painted('found').length === 1, 'the highlight');
    press(article, 'the lamp room');
    await waitFor(() => allByRole(section, 'dialog').length === 1, 'the panel');
    await waitFor(() => panel(section).classList.contains('sheet'), 'the sheet');
    await waitFor(() => {
      const [range] = [...(CSS.highlights.get('afterword-focused') ?? [])] as Range[];
      const line = range?.getClientRects()[0];
      return line && line.top >= 0 && line.bottom <= panel(section).getBoundingClientRect().top;
    }, 'the passage to be seen above the sheet');
    expect(panel(section).getBoundingClientRect().height).to.be.at.most(innerHeight * 0.75 + 1);
  });
});

describe('with keys', () => {
  /** Selects as the shift key with an arrow does. */
  async function selectByKeys(article: Element, words: string): Promise<void> {
    select(article, words, 'keyboard');
    await new Promise((done) => setTimeout(done));
  }
  const pressC = (target: EventTarget = document.body, init: KeyboardEventInit = {}): boolean =>
    target.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'c', bubbles: true, composed: true, cancelable: true, ...init }),
    );

  it('R-11: c does nothing until shortcuts are switched on', async () => {
    const article = putArticle();
    const section = await putPassages(threadWith());
    await selectByKeys(article, 'the price of paraffin');
    await waitFor(() => tools(section), 'the toolbar');
    expect(pressC(), 'the key stays the page’s').to.equal(true);
    await settled(section);
    expect(allByRole(section, 'dialog')).to.deep.equal([]);
    expect(said(section)).not.to.contain('Press c');
  });

  it('I-1, R-11: switched on, it is said, and opens the form on what is selected; not while one writes or with another key', async () => {
    const article = putArticle();
    const store = threadWith();
    const section = await putPassages(store);
    byRole(section, 'button', 'Keyboard shortcuts').click();
    await settled(section);
    byRole(section, 'checkbox').click();
    await settled(section);
    await selectByKeys(article, 'the price of paraffin');
    await waitFor(() => said(section).includes('Press c to comment on the selected text.'), 'the hint');
    expect(pressC(document.body, { ctrlKey: true }), 'Ctrl+C copies').to.equal(true);
    const field = document.createElement('input');
    document.body.append(field);
    expect(pressC(field), 'somebody writes').to.equal(true);
    field.remove();
    await settled(section);
    expect(allByRole(section, 'dialog')).to.deep.equal([]);
    expect(pressC()).to.equal(false);
    const form = await formOf(section);
    write(form, 'Eleven pence!');
    await sendKeys({ press: 'Escape' });
    await waitFor(() => allByRole(section, 'dialog').length === 0, 'the panel to close');
    const key = `passage ${passageKey(quoteOf('the price of paraffin'))}`;
    await waitFor(() => [...store.drafts.keys()].some((place) => place === key), 'the draft');
    await waitFor(
      () => nameOf(focused()!) === 'Your unfinished comment on “the price of paraffin”',
      'the focus on the button of what is unfinished',
    );
  });

  it('I-2: closed with nothing written, the selection is there again, and the focus where it is offered', async () => {
    const article = putArticle();
    const section = await putPassages(threadWith());
    select(article, 'the price of paraffin');
    await waitFor(() => tools(section), 'the toolbar');
    byRole(section, 'button', 'Comment').click();
    await formOf(section);
    expect(document.getSelection()?.toString()).to.equal('');
    await sendKeys({ press: 'Escape' });
    await waitFor(() => allByRole(section, 'dialog').length === 0, 'the panel to close');
    await waitFor(() => nameOf(focused()!) === 'Comment', 'the focus on the toolbar');
    expect(document.getSelection()?.toString()).to.equal('the price of paraffin');
    await sendKeys({ press: 'Escape' });
    await waitFor(() => tools(section) === null, 'the toolbar to go');
    expect(focused()?.localName, 'the focus is not lost').to.equal('h2');
  });

  it('I-2: from a button by Enter and back by Esc, wherever the focus is in the panel', async () => {
    putArticle();
    const section = await putPassages(threadWith(onGull));
    await waitFor(() => marks(section).length === 1, 'the button');
    const [mark] = marks(section) as [HTMLElement];
    for (const control of ['Close', 'Open in the discussion', FORM] as const) {
      mark.focus();
      await sendKeys({ press: 'Enter' });
      await waitFor(() => allByRole(section, 'textbox', FORM).length === 1, 'the form');
      await waitFor(() => focused() === panel(section), 'the focus on the panel');
      const role = control === FORM ? 'textbox' : 'button';
      byRole(panel(section), role, control).focus();
      await sendKeys({ press: 'Escape' });
      await waitFor(() => allByRole(section, 'dialog').length === 0, 'the panel to close');
      await waitFor(() => focused() === marks(section)[0], `the focus on the button, from ${String(control)}`);
    }
  });

  it('I-4: “Open in the discussion” leads to them, and from there back to all', async () => {
    putArticle();
    const store = threadWith(onGull);
    const section = await putPassages(store);
    await waitFor(() => marks(section).length === 1, 'the button');
    marks(section)[0]?.click();
    await waitFor(() => allByRole(section, 'dialog').length === 1, 'the panel');
    byRole(section, 'button', 'Open in the discussion').click();
    await waitFor(() => nameOf(focused()!) === 'View all comments', 'the focus above the comments');
    expect(store.view.filter).to.deep.equal({ passage: onGull.key });
    expect(said(section)).to.contain('Comments on “a gull moved into the lamp room”');
    (focused() as HTMLElement).click();
    await settled(section);
    expect(store.view.filter).to.equal(undefined);
    expect(focused()?.localName).to.equal('h2');
  });
});

describe('where a panel stands', () => {
  const box = (element: Element): DOMRect => element.getBoundingClientRect();
  const linesOf = (article: Element): DOMRect[] => {
    const range = document.createRange();
    range.selectNodeContents(article);
    return [...range.getClientRects()].filter(({ width }) => width > 0);
  };
  const meets = (one: DOMRect, other: DOMRect): boolean =>
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
  const inWindow = ({ top, bottom, left, right }: DOMRect): boolean =>
    top >= 0 && left >= 0 && bottom <= innerHeight && right <= document.documentElement.clientWidth;
  const passage = (): DOMRect[] => {
    const [range] = [...(CSS.highlights.get('afterword-focused') ?? [])] as Range[];
    return [...(range?.getClientRects() ?? [])];
  };
  const filler = `<p>${'Above and below it the story goes on. '.repeat(120)}</p>`;
  const html = filler + PARAGRAPHS.map((text) => `<p>${text}</p>`).join('') + filler;

  async function opened(css: string, look: Parameters<typeof putPassages>[1] = {}): Promise<AfterwordComments> {
    const article = putArticle(html, css);
    const section = await putPassages(threadWith(onGull), look);
    await waitFor(() => painted('found').length === 1, 'the highlight');
    press(article, 'the lamp room');
    await waitFor(() => allByRole(section, 'dialog').length === 1, 'the panel');
    await waitFor(() => allByRole(panel(section), 'textbox').length > 0, 'its form');
    await settled(section);
    return section;
  }

  for (const dir of ['ltr', 'rtl'] as const) {
    it(`L11: beside the text where the margin has room, with its form in the window, also once that is open: ${dir}`, async () => {
      document.documentElement.dir = dir;
      try {
        const section = await opened('inline-size: 300px', dir === 'rtl' ? { attributes: { lang: 'ar' } } : {});
        const isClear = (): boolean =>
          linesOf(document.querySelector('#story')!).every((line) => !meets(line, box(panel(section))));
        expect(isClear(), 'over no line of the article').to.equal(true);
        expect(inWindow(box(panel(section)))).to.equal(true);
        expect(Math.abs(box(panel(section)).top - passage()[0]!.top)).to.be.below(innerHeight / 2);
        allByRole(panel(section), 'textbox')[0]?.focus();
        await settled(section);
        await waitFor(() => inWindow(box(panel(section))), 'the panel whole in the window');
        expect(isClear()).to.equal(true);
      } finally {
        document.documentElement.dir = '';
      }
    });
  }

  it('L11: docked at the lower edge where the margin has none, below the whole passage', async () => {
    const section = await opened('inline-size: auto; max-inline-size: none');
    expect(panel(section).matches('.dock')).to.equal(true);
    const isClear = (): boolean =>
      passage().length > 0 && passage().every((line) => line.top >= 0 && !meets(line, box(panel(section))));
    await waitFor(isClear, 'the passage to be seen');
    expect(inWindow(box(panel(section)))).to.equal(true);
    allByRole(panel(section), 'textbox', FORM)[0]?.focus();
    await settled(section);
    await waitFor(isClear, 'the passage to be seen while the reader writes');
    expect(box(panel(section)).height, 'half of the window at most').to.be.at.most(innerHeight / 2 + 1);
  });

  it('L11: a passage that can’t be scrolled higher is not covered either', async () => {
    const article = putArticle(
      `<div style="block-size: calc(100vh - 140px)"></div><p>${PARAGRAPHS[1]}</p>`,
      'inline-size: auto; max-inline-size: none',
    );
    document.body.append(article);
    const section = await putPassages(threadWith(onGull));
    const host = section.parentElement as HTMLElement;
    host.style.cssText +=
      'position: absolute; inset: 0 auto auto 0; inline-size: 500px; block-size: 10px; overflow: clip';
    await waitFor(() => painted('found').length === 1, 'the highlight');
    press(article, 'the lamp room');
    await waitFor(() => allByRole(section, 'dialog').length === 1, 'the panel');
    await settled(section);
    await waitFor(
      () => passage().length > 0 && passage().every((line) => !meets(line, box(panel(section)))),
      'the passage to be seen',
    );
  });

  it('L11: a sidebar is no margin', async () => {
    const aside = document.createElement('aside');
    aside.style.cssText = 'position: absolute; inset: 0 0 auto auto; inline-size: 200px';
    aside.innerHTML = '<p><a href="#x">Another story</a></p>'.repeat(200);
    document.body.append(aside);
    try {
      const section = await opened('inline-size: 300px');
      const isBeside = !panel(section).matches('.dock');
      const left = box(aside).left;
      expect(isBeside ? box(panel(section)).right : 0).to.be.below(left);
    } finally {
      aside.remove();
    }
  });

  it('L11: it has votes and reply for what was said, and leads to its replies', async () => {
    const row = quotedRow('1', gull, { vote: 'none', replies: { count: 3, fresh: 0 } } as never);
    const store = threadWith(passageOf(gull, [row]));
    const article = putArticle();
    const section = await putPassages(store);
    await waitFor(() => painted('found').length === 1, 'the highlight');
    press(article, 'the lamp room');
    await waitFor(() => allByRole(section, 'dialog').length === 1, 'the panel');
    const votes = allByRole(panel(section), 'button').filter((one) => one.dataset['act'] === 'up');
    expect(votes.length).to.equal(1);
    votes[0]?.click();
    await waitFor(() => store.dispatched.length === 1, 'the vote');
    expect(store.dispatched[0]).to.deep.include({ kind: 'vote', commentId: '1', value: 'up' });
    byRole(panel(section), 'button', 'Reply to Ann').click();
    await waitFor(
      () => allByRole(panel(section), 'textbox', 'Your reply to Ann').length === 1,
      'the form of the reply',
    );
    const field = byRole(panel(section), 'textbox', 'Your reply to Ann') as HTMLTextAreaElement;
    await waitFor(() => focused() === field, 'the focus in it');
    expect(allByRole(panel(section), 'textbox', FORM), 'one form at a time').to.deep.equal([]);
    write(field, 'So it is.');
    await sendKeys({ press: 'Escape' });
    await waitFor(() => nameOf(focused()!) === 'Reply to Ann', 'the focus on what opened it; the panel stays');
    expect(allByRole(panel(section), 'button', '3 replies').length).to.equal(1);
    byRole(panel(section), 'button', '3 replies').click();
    await waitFor(() => allByRole(section, 'dialog').length === 0, 'the panel to close');
  });
});

describe('passages by keys', () => {
  const story = PARAGRAPHS.map((text) => `<p>${text}</p>`).join('');
  const wage = quoteOf('a wage of three herrings a day');
  const steps = quoteOf('counted the steps every evening');
  const three = (): ReturnType<typeof threadWith> =>
    threadWith(onGull, passageOf(wage, [quotedRow('3', wage)]), passageOf(steps, [quotedRow('4', steps)]));

  it('K6: Tab comes from the article to one of them, and from there to the thread; arrows lead through them in the order of the text', async () => {
    const article = putArticle(`${story}<p><a href="#end">The end</a></p>`);
    const section = await putPassages(three());
    await waitFor(() => marks(section).length === 3, 'the buttons');
    article.querySelector('a')?.focus();
    await sendKeys({ press: 'Tab' });
    const seen = [nameOf(focused()!)];
    for (const key of ['Home', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'End']) {
      await sendKeys({ press: key });
      seen.push(nameOf(focused()!));
    }
    const [first, second, third] = marks(section).map(nameOf);
    expect(seen.slice(1)).to.deep.equal([first, second, third, third, second, third]);
    expect(marks(section).map(nameOf)).to.include(seen[0]);
    const mark = focused()!;
    await sendKeys({ press: 'Tab' });
    const next = focused()!;
    expect(next.closest('.marks'), 'out of the buttons with one press').to.equal(null);
    expect(marks(section).includes(next as HTMLElement)).to.equal(false);
    article.querySelector('a')?.focus({ preventScroll: true });
    await sendKeys({ press: 'Tab' });
    expect(focused(), 'and again to the one where the reader was').to.equal(mark);
    expect(article.innerHTML, 'the article was not touched').not.to.contain('tabindex');
  });

  it('K6: with single keys switched on, one leads from anywhere in the page to the passages', async () => {
    localStorage.setItem('afterword.keys', 'on');
    const article = putArticle(`<p><a href="#begin">The beginning</a></p>${story}`);
    const section = await putPassages(three());
    await waitFor(() => marks(section).length === 3, 'the buttons');
    article.querySelector('a')?.focus();
    await sendKeys({ press: 'i' });
    expect(marks(section).includes(focused() as HTMLElement)).to.equal(true);
  });
});
