/** Passages of an article as a reader meets them: buttons, the comments on one, selecting text, quotes in the thread. */
import { expect } from '@open-wc/testing';
import 'axe-core/axe.min.js';
import { passageKey } from '../../src/model/passage.ts';
import { wholeQuote } from '../../src/elements/first-words.ts';
import { AfterwordFeedback } from '../../src/elements/afterword-feedback.ts';
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
} from '../helpers/passages.ts';
import { said, settled, waitFor } from '../helpers/section.ts';

const gull = quoteOf('a gull moved into the lamp room');
const wage = quoteOf('a wage of three herrings a day');
const onGull = passageOf(gull, [quotedRow('2', gull), quotedRow('1', gull)]);
const onWage = passageOf(wage, [quotedRow('3', wage)]);

describe('passages with comments', () => {
  it('I-2: have a button each, in the order of the text, that says how many and on what', async () => {
    putArticle();
    const section = await putPassages(threadWith(onWage, onGull));
    await waitFor(() => allByRole(section, 'button', / on “/).length === 2, 'the buttons');
    const list = byRole(section, 'toolbar', 'Passages with comments');
    expect(allByRole(list, 'button').map(nameOf)).to.deep.equal([
      '2 comments on “a gull moved into the lamp room”',
      '1 comment on “a wage of three herrings a day”',
    ]);
    expect(AfterwordFeedback).to.exist;
  });

  it('I-2: a press on the button opens the latest comments and the form; Esc closes and gives the focus back', async () => {
    putArticle();
    const store = threadWith(onGull);
    const section = await putPassages(store);
    await waitFor(() => allByRole(section, 'button', / on “/).length === 1, 'the button');
    const button = byRole(section, 'button', /^2 comments on “a gull/);
    button.click();
    await waitFor(() => allByRole(section, 'textbox', 'Your comment on this passage').length, 'the form');
    const dialog = byRole(section, 'dialog');
    expect(nameOf(dialog)).to.equal('Comments on “a gull moved into the lamp room”');
    expect(dialog.textContent).to.contain('About it, 2').and.to.contain('About it, 1');
    expect(focused()).to.equal(dialog);
    const ends = [...dialog.children].map((one) => one.getBoundingClientRect().bottom);
    expect(dialog.getBoundingClientRect().bottom - Math.max(...ends), 'it is as high as what is in it').to.be.below(24);
    const last = dialog.querySelector('.all')?.getBoundingClientRect().height;
    expect(last, 'and a button as high as its line').to.be.below(48);
    expect(store.calls).to.deep.include(['loadPassage', passageKey(gull)]);
    dialog.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true }));
    await waitFor(() => allByRole(section, 'dialog').length === 0, 'the panel to close');
    await waitFor(() => focused() === button, 'the focus to come back');
  });

  it('I-2: a press on the passage opens it too; a click outside closes it', async () => {
    const article = putArticle();
    const section = await putPassages(threadWith(onGull));
    await waitFor(() => painted('found').length === 1, 'the highlight');
    press(article, 'the lamp room');
    await waitFor(() => allByRole(section, 'dialog').length === 1, 'the panel');
    press(article, 'price of paraffin');
    await waitFor(() => allByRole(section, 'dialog').length === 0, 'the panel to close');
  });
});

describe('selected text', () => {
  it('I-1: offers to comment; what is written goes with its quote', async () => {
    const article = putArticle();
    const store = threadWith();
    const section = await putPassages(store);
    select(article, 'the price of paraffin');
    await waitFor(() => allByRole(section, 'button', 'Comment').length === 1, 'the toolbar');
    const bar = byRole(section, 'toolbar', 'Selected text').getBoundingClientRect();
    const button = byRole(section, 'button', 'Comment').getBoundingClientRect();
    expect(bar.right, 'its frame is around it').to.be.above(button.right);
    byRole(section, 'button', 'Comment').click();
    await waitFor(() => allByRole(section, 'textbox', 'Your comment on this passage').length, 'the form');
    const field = byRole(section, 'textbox', 'Your comment on this passage') as HTMLTextAreaElement;
    await waitFor(() => focused() === field, 'the focus in the form');
    field.value = 'Eleven pence!';
    field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    const name = byRole(section, 'textbox', 'Name') as HTMLInputElement;
    name.value = 'Ann';
    name.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
    byRole(section, 'button', 'Post').click();
    await waitFor(() => store.dispatched.length === 1, 'the comment');
    const [operation] = store.dispatched;
    expect(operation).to.deep.include({ kind: 'post', parentId: null, text: 'Eleven pence!' });
    expect((operation as { quote?: unknown }).quote).to.deep.include({
      quote: quoteOf('the price of paraffin').quote,
    });
  });
});

describe('quotes in the thread', () => {
  it('I-3: a comment shows its quote, and leads to it in the text', async () => {
    putArticle();
    const section = await putPassages(threadWith(onGull));
    await waitFor(
      () => allByRole(section, 'button', 'Show in the text: “a gull moved into the lamp room”').length,
      'the links',
    );
    expect(
      section.renderRoot.querySelector('.thread')!.shadowRoot!.querySelector('blockquote')?.textContent?.trim(),
    ).to.equal('a gull moved into the lamp room');
    allByRole(section, 'button', 'Show in the text: “a gull moved into the lamp room”')[0]?.click();
    await waitFor(() => /^2 comments on “a gull/.test(nameOf(focused() ?? document.body)), 'the focus on the button');
    expect(painted('lit')).to.deep.equal(['a gull moved into the lamp room']);
  });

  it('I-5: what was edited or is gone is said in words', async () => {
    putArticle(
      [PARAGRAPHS[0], PARAGRAPHS[1]?.replace('moved into', 'came to stay in'), PARAGRAPHS[2]]
        .map((it) => `<p>${it}</p>`)
        .join(''),
    );
    const section = await putPassages(threadWith(onGull, onWage));
    const text = (): string => section.renderRoot.querySelector('.thread')!.shadowRoot!.textContent ?? '';
    await waitFor(() => text().includes('No longer in the text.'), 'what is gone');
    expect(text()).to.contain('The passage has been edited since.');
    expect(text()).to.contain('a gull moved into the lamp room');
  });

  it('I-4: the filter is offered where there is any; the banner clears it', async () => {
    putArticle();
    const store = threadWith(onGull);
    const section = await putPassages(store);
    byRole(section, 'button', 'Inline feedback only').click();
    await settled(section);
    expect(store.view.filter).to.equal('inline');
    expect(said(section)).to.contain('Inline feedback');
    byRole(section, 'button', 'View all comments').click();
    await settled(section);
    expect(store.view.filter).to.equal(undefined);
    expect(part(section)).to.exist;
  });
});

describe('the words of a quote', () => {
  it('I-3: are shown as the page shows them: where its source breaks a line is nothing, where a block ends is a line', () => {
    const source = 'by custom the last\n          one out fills the kettle\n        \n        If the\tsea has come';
    expect(wholeQuote(quoteOf(source, source))).to.equal(
      'by custom the last one out fills the kettle\nIf the sea has come',
    );
    const long = Array.from({ length: 900 }, (_, at) => `word${at}`).join(' ');
    expect(wholeQuote(quoteOf(long, long))).to.match(/^word0 word1 .* \[…\] .* word899$/);
  });
});

describe('axe', function () {
  this.timeout(20_000);

  const findings = async (): Promise<string[]> => {
    const { axe } = window as unknown as {
      axe: {
        run(
          where: Element,
          options: object,
        ): Promise<{ violations: { id: string; nodes: { target: unknown; failureSummary?: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run(document.body, {
      rules: {
        'page-has-heading-one': { enabled: false },
        'landmark-one-main': { enabled: false },
        region: { enabled: false },
      },
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${JSON.stringify(target)} ${failureSummary}`),
    );
  };

  for (const [look, css, attributes] of [
    ['light', '', {}],
    ['dark', 'background: #16181d; color: #dfe1e6', {}],
    ['right to left', 'direction: rtl', { lang: 'ar' }],
  ] as const) {
    it(`R-11: finds nothing, ${look}: buttons, panel, its form, the toolbar, the filter`, async () => {
      const article = putArticle();
      const store = threadWith(onGull, onWage);
      const section = await putPassages(store, { css, attributes });
      await waitFor(() => allByRole(section, 'toolbar').some((bar) => bar.className === 'marks'), 'the buttons');
      expect(await findings(), 'closed').to.deep.equal([]);
      const marks = allByRole(section, 'toolbar').find((bar) => bar.className === 'marks') as HTMLElement;
      allByRole(marks, 'button')[0]?.click();
      await waitFor(() => allByRole(section, 'dialog').length === 1, 'the panel');
      await waitFor(() => allByRole(byRole(section, 'dialog'), 'textbox').length, 'the form');
      expect(await findings(), 'open').to.deep.equal([]);
      allByRole(byRole(section, 'dialog'), 'textbox')[0]?.focus();
      await settled(section);
      expect(await findings(), 'writing').to.deep.equal([]);
      byRole(section, 'dialog').dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true }),
      );
      await waitFor(() => allByRole(section, 'dialog').length === 0, 'the panel to close');
      select(article, 'the price of paraffin');
      await waitFor(() => part(section)?.renderRoot.querySelector('.tools'), 'the toolbar');
      store.setFilter('inline');
      await settled(section);
      expect(await findings(), 'toolbar and filter').to.deep.equal([]);
    });
  }
});
