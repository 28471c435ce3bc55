/** Passages in pages that make it hard: shadow roots, frameworks, late and closed text, several sections, a page that clears what is not its own. */
import { expect } from '@open-wc/testing';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import type { AfterwordFeedback } from '../../src/elements/afterword-feedback.ts';
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
  threadWith,
} from '../helpers/passages.ts';
import { waitFor } from '../helpers/section.ts';

const words = 'a gull moved into the lamp room';
const gull = quoteOf(words);
const wage = quoteOf('a wage of three herrings a day');
const onGull = passageOf(gull, [quotedRow('2', gull), quotedRow('1', gull)]);
const onWage = passageOf(wage, [quotedRow('3', wage)]);
const html = PARAGRAPHS.map((text) => `<p>${text}</p>`).join('');

const marks = (section: Element): HTMLElement[] => allByRole(section, 'button', / on “/);
const names = (section: Element): string[] => marks(section).map(nameOf);
const text = (section: AfterwordComments): string =>
  section.renderRoot.querySelector('.thread')?.shadowRoot?.textContent ?? '';

/** Whether the button stands beside the line on which the words are. */
function isBeside(mark: Element, article: Element, words: string): boolean {
  const block = [...article.querySelectorAll('p')].find((one) => one.textContent?.includes(words));
  const [here, line] = [mark.getBoundingClientRect(), block?.getBoundingClientRect()];
  return line !== undefined && here.top > line.top - 30 && here.top < line.bottom;
}

describe('passages in other people’s pages', () => {
  it('I-6: in an article in a shadow root, named by its host: painted, pressed, shown, and not touched', async () => {
    const host = putArticle('');
    const tree = host.attachShadow({ mode: 'open' });
    tree.innerHTML = `<style>p { margin: 1em 0 }</style>${html}`;
    const before = tree.innerHTML;
    const section = await putPassages(threadWith(onGull));
    await waitFor(() => marks(section).length === 1, 'the button');
    expect(painted('found')).to.deep.equal([words]);
    const range = [...(CSS.highlights.get('afterword-found') ?? [])][0] as Range;
    expect(range.startContainer.getRootNode()).to.equal(tree);
    const { left, top, width, height } = range.getClientRects()[0] as DOMRect;
    range.startContainer.parentElement?.dispatchEvent(
      new MouseEvent('click', {
        bubbles: true,
        composed: true,
        clientX: left + width / 2,
        clientY: top + height / 2,
      }),
    );
    await waitFor(() => allByRole(section, 'dialog').length === 1, 'the panel');
    byRole(section, 'button', 'Close').click();
    await waitFor(() => allByRole(section, 'dialog').length === 0, 'the panel to close');
    expect(tree.innerHTML).to.equal(before);
    section.remove();
    await waitFor(() => tree.adoptedStyleSheets.length === 0, 'our sheet to go');
  });

  it('I-1: the author’s passage works in a shadow root that holds article and section', async () => {
    const host = putArticle('');
    const tree = host.attachShadow({ mode: 'open' });
    tree.innerHTML = `<div id="inner">${html.replace(words, `<afterword-feedback id="g" question="Well?">${words}</afterword-feedback>`)}</div>`;
    const section = await putPassages(threadWith(), { attributes: { article: '' } }, tree);
    const feedback = tree.querySelector('afterword-feedback') as AfterwordFeedback;
    await waitFor(() => allByRole(feedback, 'button').length === 1, 'its button');
    byRole(feedback, 'button').click();
    await waitFor(() => allByRole(section, 'dialog', 'Well?').length === 1, 'the panel');
    byRole(section, 'button', 'Close').click();
    await waitFor(() => focused() === byRole(feedback, 'button'), 'the focus on its button');
  });

  it('I-5: a framework that writes the article anew keeps paint and buttons; one that puts another element there, too', async () => {
    const article = putArticle(html);
    const section = await putPassages(threadWith(onGull));
    await waitFor(() => marks(section).length === 1, 'the button');
    const [mark] = marks(section) as [HTMLElement];
    mark.focus();
    article.innerHTML = `<h2>New above</h2>${html}`;
    await waitFor(() => painted('focused').join() === words, 'the highlight in the new nodes');
    await waitFor(() => isBeside(marks(section)[0]!, article, words), 'the button beside them');
    expect(focused(), 'it never went, and has the focus').to.equal(mark);
    mark.blur();

    article.remove();
    const other = putArticle(`<p>Another edition.</p>${html.replace('moved into', 'came into')}`);
    await waitFor(() => painted('probable').length + painted('found').length === 1, 'the passage in the new article');
    await waitFor(() => marks(section)[0] && isBeside(marks(section)[0]!, other, 'came into'), 'the button there');
    await waitFor(() => text(section).includes('Show in the text'), 'the way there');
  });

  it('I-5: what is gone is said, and taken back when the text arrives late', async () => {
    const article = putArticle('<p>Loading the story.</p>');
    const section = await putPassages(threadWith(onGull));
    await waitFor(() => text(section).includes('No longer in the text.'), 'what is gone');
    expect(marks(section)).to.deep.equal([]);
    article.innerHTML = html;
    await waitFor(() => painted('found').join() === words, 'the highlight');
    await waitFor(() => !text(section).includes('No longer in the text.'), 'the word to be taken back');
    expect(names(section)).to.deep.equal([`2 comments on “${words}”`]);
  });

  it('I-5: an article that comes later than the section is looked after from then on', async () => {
    const section = await putPassages(threadWith(onGull));
    expect(text(section)).not.to.contain('No longer');
    putArticle(html);
    await waitFor(() => painted('found').join() === words, 'the highlight');
    await waitFor(() => marks(section).length === 1, 'the button');
  });

  it('I-3: in a closed <details> it has no button until shown, and is opened only because the reader asked', async () => {
    const article = putArticle(
      `<details><summary>The third winter</summary>${`<p>${PARAGRAPHS[1]}</p>`}</details><p>${PARAGRAPHS[3]}</p>`,
    );
    const section = await putPassages(threadWith(onGull, onWage));
    const details = article.querySelector('details') as HTMLDetailsElement;
    await waitFor(() => names(section).length === 1, 'the button of what can be seen');
    expect(names(section)).to.deep.equal(['1 comment on “a wage of three herrings a day”']);
    expect(details.open).to.equal(false);
    allByRole(section, 'button', `Show in the text: “${words}”`)[0]?.click();
    await waitFor(() => nameOf(focused()!) === `2 comments on “${words}”`, 'the focus on its button');
    expect(details.open).to.equal(true);
    details.open = false;
    await waitFor(() => names(section).length === 1, 'the button to go with the text');
  });

  it('I-6: a page that clears CSS.highlights and its style sheets is painted again', async () => {
    const article = putArticle(html);
    const section = await putPassages(threadWith(onGull));
    await waitFor(() => painted('found').length === 1, 'the highlight');
    CSS.highlights.clear();
    document.adoptedStyleSheets = [];
    await waitFor(() => painted('found').join() === words, 'the highlight again');
    expect(document.adoptedStyleSheets.length).to.equal(1);
    press(article, 'the lamp room');
    await waitFor(() => allByRole(section, 'dialog').length === 1, 'the panel');
  });

  it('I-6: two sections on one page have their own articles, buttons and panels', async () => {
    // So far apart that no panel of the one lies over the other.
    const one = putArticle(html, 'margin-block-start: 120vh');
    const two = putArticle(html.replace('two hundred and eleven', 'two hundred and nine'));
    two.id = 'other';
    const first = await putPassages(threadWith(onGull));
    const second = await putPassages(threadWith(onWage), { attributes: { article: '#other' } });
    await waitFor(() => marks(first).length === 1 && marks(second).length === 1, 'a button for each');
    expect(names(first)).to.deep.equal([`2 comments on “${words}”`]);
    expect(names(second)).to.deep.equal(['1 comment on “a wage of three herrings a day”']);
    expect(painted('found')).to.have.members([words, 'a wage of three herrings a day']);
    press(two, 'three herrings');
    await waitFor(() => allByRole(second, 'dialog').length === 1, 'the panel of the second');
    expect(allByRole(first, 'dialog')).to.deep.equal([]);
    press(one, 'the lamp room');
    await waitFor(() => allByRole(first, 'dialog').length === 1, 'the panel of the first');
    await waitFor(() => allByRole(second, 'dialog').length === 0, 'the other closed by a press outside');
    second.remove();
    await waitFor(() => painted('found').length + painted('focused').length === 1, 'the paint of the second to go');
    expect(part(first)).to.exist;
  });

  it('I-6: two sections over the same article paint both their passages, and take only their own away', async () => {
    putArticle(html);
    const first = await putPassages(threadWith(onGull));
    const second = await putPassages(threadWith(onWage));
    await waitFor(() => painted('found').length === 2, 'both highlights');
    first.remove();
    await waitFor(() => painted('found').join() === 'a wage of three herrings a day', 'only the first to go');
    expect(names(second).length).to.equal(1);
  });
});
