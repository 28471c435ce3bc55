/** The author's passage: a question about words of the article, its button, and what readers say to it. */
import { expect } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import 'axe-core/axe.min.js';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import type { AfterwordFeedback } from '../../src/elements/afterword-feedback.ts';
import { markerKey } from '../../src/model/passage.ts';
import type { PostOperation } from '../../src/model/operation.ts';
import { allByRole, byRole, focused, nameOf } from '../helpers/by-role.ts';
import type { FakeStore } from '../helpers/fake-store.ts';
import {
  PARAGRAPHS,
  painted,
  part,
  passageOf,
  pointOn,
  press,
  putArticle,
  putPassages,
  quotedRow,
  quoteOf,
  threadWith,
  windowOf,
} from '../helpers/passages.ts';
import { settled, waitFor } from '../helpers/section.ts';
import { keepIdentity } from '../../src/elements/form-identity.ts';

const QUESTION = 'Would you have let the gull stay?';
const words = 'a gull moved into the <em>lamp room</em>';
const plain = 'a gull moved into the lamp room';
const html = (attributes = ''): string =>
  PARAGRAPHS.map(
    (text) =>
      `<p>${text.replace(plain, `<afterword-feedback id="gull" question="${QUESTION}" ${attributes}>${words}</afterword-feedback>`)}</p>`,
  ).join('');

const quote = quoteOf(plain, undefined, { marker: 'gull', question: QUESTION });
const asked = passageOf(quote, [quotedRow('1', quote)]);

const feedback = (article: Element): AfterwordFeedback =>
  article.querySelector('afterword-feedback') as AfterwordFeedback;
/** The passage's own, which comes before those of a panel in the text. */
const buttonOf = (article: Element): HTMLElement => allByRole(feedback(article), 'button')[0]!;

async function put(
  store: FakeStore,
  attributes = '',
  css = '',
): Promise<{ article: HTMLElement; section: HTMLElement }> {
  const article = putArticle(html(attributes), css);
  const section = await putPassages(store, { attributes: { article: '' } });
  await waitFor(() => allByRole(feedback(article), 'button').length > 0, 'the button of the passage');
  return { article, section };
}

/** The browser has told its observers of an element in view. */
function seen(element: Element): Promise<void> {
  return new Promise((done) => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => done()));
    });
    observer.observe(element);
  });
}

async function type(section: HTMLElement, label: string, text: string): Promise<void> {
  await waitFor(() => allByRole(section, 'textbox', label).length === 1, label);
  const field = byRole(section, 'textbox', label) as HTMLTextAreaElement;
  field.focus();
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
}

describe('the author’s passage', () => {
  it('I-2: always has its button, which asks the question and counts the comments', async () => {
    const store = threadWith();
    const { article } = await put(store);
    expect(nameOf(buttonOf(article))).to.equal(`${QUESTION} 0 comments`);
    expect(buttonOf(article).textContent?.trim()).to.equal('');
    store.show({ passages: [asked], inline: 1 });
    await waitFor(() => nameOf(buttonOf(article)) === `${QUESTION} 1 comment`, 'the count');
    expect(buttonOf(article).textContent?.trim()).to.equal('1');
    expect(feedback(article).textContent).to.equal(plain);
  });

  it('I-3: a comment on it joins the thread with its quote, its question and its marker', async () => {
    const store = threadWith();
    const { article, section } = await put(store);
    buttonOf(article).click();
    await waitFor(() => allByRole(section, 'dialog', QUESTION).length === 1, 'the panel');
    expect(buttonOf(article).getAttribute('aria-expanded')).to.equal('true');
    await type(section, 'Your comment on this passage', 'For two herrings.');
    await type(section, 'Name', 'Ann');
    byRole(section, 'button', 'Post').click();
    await waitFor(() => store.dispatched.length === 1, 'the comment');
    const operation = store.dispatched[0] as PostOperation;
    expect(operation.parentId).to.equal(null);
    expect(operation.quote).to.deep.include({ quote: quote.quote, marker: 'gull', question: QUESTION });
    expect(store.calls.find(([call]) => call === 'dispatch')?.[2]).to.equal(`passage ${markerKey('gull')}`);
  });

  it('I-2: Esc closes with one press, also from the open form, keeps the draft and gives the focus back', async () => {
    const store = threadWith();
    const { article, section } = await put(store);
    buttonOf(article).click();
    await type(section, 'Your comment on this passage', 'Not yet fin');
    byRole(section, 'textbox', 'Your comment on this passage').dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true, cancelable: true }),
    );
    await waitFor(() => allByRole(section, 'dialog').length === 0, 'the panel to close');
    await waitFor(() => focused() === buttonOf(article), 'the focus on the button');
    await waitFor(() => store.drafts.get(`passage ${markerKey('gull')}`)?.text === 'Not yet fin', 'the draft');
  });

  it('I-2: a press on its words opens it; on a link inside it follows the link; the end of a selection is no press', async () => {
    const linked = html().replace('<em>lamp room</em>', '<a href="#lamp-room">lamp room</a>');
    const article = putArticle(linked);
    const section = await putPassages(threadWith(), { attributes: { article: '' } });
    await waitFor(() => painted('found').length === 1, 'the highlight');
    expect(press(feedback(article), 'lamp room'), 'nobody keeps the link from being followed').to.equal(true);
    expect(allByRole(section, 'dialog')).to.deep.equal([]);
    document.getSelection()?.selectAllChildren(feedback(article));
    press(feedback(article), 'a gull moved');
    expect(allByRole(section, 'dialog')).to.deep.equal([]);
    document.getSelection()?.removeAllRanges();
    press(feedback(article), 'a gull moved');
    await waitFor(() => allByRole(section, 'dialog').length === 1, 'the panel');
  });

  it('I-1: opened, its comments are there from the beginning without taking the focus; closed once they stay closed', async () => {
    const { article, section } = await put(threadWith(asked), 'opened');
    await waitFor(() => allByRole(section, 'dialog', QUESTION).length === 1, 'the open panel');
    expect(document.activeElement).to.equal(document.body);
    byRole(section, 'button', 'Close').click();
    await waitFor(() => allByRole(section, 'dialog').length === 0, 'the panel to close');
    section.remove();
    article.remove();
    const again = await put(threadWith(asked), 'opened');
    await waitFor(() => painted('found').length === 1, 'the highlight');
    await settled(again.section as AfterwordComments);
    expect(allByRole(again.section, 'dialog')).to.deep.equal([]);
  });

  it('I-1: opened, at most one of a page', async () => {
    const two = `${html('opened')}<p><afterword-feedback id="second" question="And then?" opened>${PARAGRAPHS[3]}</afterword-feedback></p>`;
    putArticle(two);
    const section = await putPassages(threadWith(asked), { attributes: { article: '' } });
    await waitFor(() => allByRole(section, 'dialog', QUESTION).length === 1, 'the first to be open');
    byRole(section, 'button', 'Close').click();
    await waitFor(() => allByRole(section, 'dialog').length === 0, 'the panel to close');
    document.querySelector('#second')?.setAttribute('question', 'And then what?');
    await settled(section);
    expect(allByRole(section, 'dialog')).to.deep.equal([]);
  });

  it('I-1: opened below 600 px, it stands in the flow of the text, with its form; Esc closes it', async () => {
    windowOf(375);
    const store = threadWith(asked);
    keepIdentity(store, { name: 'Ann', email: '', website: '', remember: false, agreedTo: null });
    const { article, section } = await put(store, 'opened', 'inline-size: 340px');
    const inside = feedback(article);
    await waitFor(() => allByRole(inside, 'textbox', 'Your comment on this passage').length === 1, 'the form');
    expect(allByRole(section, 'dialog')).to.deep.equal([]);
    expect(document.activeElement).to.equal(document.body);
    const panel = allByRole(inside, 'group', QUESTION)[0]!;
    const after = pointOn(article, 'harbour office about');
    expect(panel.getBoundingClientRect().bottom, 'the text goes on below it').to.be.at.most(after.y);
    expect(inside.textContent, 'its words are the author’s').to.equal(plain);
    const submits: Event[] = [];
    section.addEventListener('afterword-submit', (event) => submits.push(event));
    await type(inside, 'Your comment on this passage', 'From the train.');
    // Who posted on this page before is known, and asked nothing.
    expect(allByRole(inside, 'textbox', 'Name')).to.deep.equal([]);
    byRole(inside, 'button', 'Post').click();
    await waitFor(() => store.dispatched.length === 1, 'the comment');
    expect(submits.length, 'the section’s listeners hear of it').to.equal(1);
    byRole(inside, 'button', 'Close').focus();
    await sendKeys({ press: 'Escape' });
    await waitFor(() => allByRole(inside, 'group', QUESTION).length === 0, 'the panel to close');
    await waitFor(() => focused() === buttonOf(article), 'the focus on the button');
  });

  describe('attract', () => {
    const asReduced = (reduced: boolean): void => {
      window.matchMedia = (query: string): MediaQueryList => {
        const list = ownMatchMedia.call(window, query);
        if (!query.includes('reduced-motion')) return list;
        return new Proxy(list, { get: (of, name) => (name === 'matches' ? reduced : Reflect.get(of, name)) });
      };
    };
    const ownMatchMedia = window.matchMedia;
    let blinks = 0;
    const { animate } = Element.prototype;

    beforeEach(() => {
      blinks = 0;
      Element.prototype.animate = function (...asked: Parameters<Element['animate']>): Animation {
        if (this.matches('.mark')) blinks++;
        return animate.apply(this, asked);
      };
      asReduced(false);
    });

    afterEach(() => {
      Element.prototype.animate = animate;
      window.matchMedia = ownMatchMedia;
    });

    const far = 'margin-block-start: 300vh';

    it('I-1: blink draws attention when the passage comes into view, once a reader', async () => {
      const { article, section } = await put(threadWith(asked), 'attract="blink"', far);
      await waitFor(() => painted('found').length === 1, 'the highlight');
      expect(blinks, 'it is far below').to.equal(0);
      feedback(article).scrollIntoView({ block: 'center' });
      await waitFor(() => blinks === 1, 'the button to blink');
      expect(allByRole(section, 'dialog')).to.deep.equal([]);
      section.remove();
      article.remove();
      const again = await put(threadWith(asked), 'attract="blink"');
      await waitFor(() => painted('found').length === 1, 'the highlight');
      feedback(again.article).scrollIntoView({ block: 'center' });
      await seen(feedback(again.article));
      expect(blinks, 'not again').to.equal(1);
    });

    it('I-1: open opens it when it comes into view, once a reader, and leaves the focus alone', async () => {
      const { article, section } = await put(threadWith(asked), 'attract="open"', far);
      await waitFor(() => painted('found').length === 1, 'the highlight');
      expect(allByRole(section, 'dialog')).to.deep.equal([]);
      feedback(article).scrollIntoView({ block: 'center' });
      await waitFor(() => allByRole(section, 'dialog', QUESTION).length === 1, 'the panel');
      expect(document.activeElement).to.equal(document.body);
      expect(blinks).to.equal(0);
    });

    it('I-1: under reduced motion nothing of it', async () => {
      asReduced(true);
      for (const attract of ['blink', 'open']) {
        const { article, section } = await put(threadWith(asked), `attract="${attract}"`);
        await waitFor(() => painted('found').length === 1, 'the highlight');
        feedback(article).scrollIntoView({ block: 'center' });
        await seen(feedback(article));
        expect(blinks, attract).to.equal(0);
        expect(allByRole(section, 'dialog'), attract).to.deep.equal([]);
        section.remove();
        article.remove();
      }
      expect(localStorage.getItem('afterword.passages.attracted'), 'its time has not come').to.equal(null);
    });

    it('E-3: nor where the page shows no passages', async () => {
      const article = putArticle(html('attract="open" opened'));
      const section = await putPassages(threadWith(asked), { attributes: { article: '', passages: 'none' } });
      await waitFor(() => part(section), 'the passages');
      feedback(article).scrollIntoView({ block: 'center' });
      await seen(feedback(article));
      expect(allByRole(section, 'dialog')).to.deep.equal([]);
      expect(allByRole(article, 'button')).to.deep.equal([]);
    });
  });

  it('I-5: its wrapper taken away, its comments stay with the words', async () => {
    const article = putArticle();
    const section = await putPassages(threadWith(asked));
    await waitFor(() => allByRole(section, 'button', `1 comment on “${plain}”`).length === 1, 'the button');
    expect(painted('found')).to.deep.equal([plain]);
    expect(article.querySelector('afterword-feedback')).to.equal(null);
    const thread = section.renderRoot.querySelector('.thread')?.shadowRoot?.textContent;
    expect(thread, 'nor is the question lost').to.contain(QUESTION).and.to.contain(plain);
    byRole(section, 'button', `1 comment on “${plain}”`).click();
    await waitFor(() => allByRole(section, 'dialog', QUESTION).length === 1, 'the panel, with the question');
  });

  it('I-6: the article is not touched, whatever is done', async () => {
    const article = putArticle(html());
    const before = article.innerHTML;
    const records: MutationRecord[] = [];
    const observer = new MutationObserver((more) => records.push(...more));
    observer.observe(article, { subtree: true, childList: true, attributes: true, characterData: true });
    const store = threadWith(asked);
    const section = await putPassages(store);
    await waitFor(() => allByRole(feedback(article), 'button').length === 1, 'the button of the passage');
    buttonOf(article).click();
    await type(section, 'Your comment on this passage', 'No trace');
    byRole(section, 'button', 'Close').click();
    await waitFor(() => allByRole(section, 'dialog').length === 0, 'the panel to close');
    press(article, 'a gull moved');
    await waitFor(() => allByRole(section, 'dialog').length === 1, 'the panel');
    section.remove();
    observer.disconnect();
    expect([...records, ...observer.takeRecords()].map(({ type: kind }) => kind)).to.deep.equal([]);
    expect(article.innerHTML).to.equal(before);
  });

  it('lies beside the text and moves nothing of it', async () => {
    const without = putArticle();
    const { x } = pointOn(without, 'persuaded');
    const { height } = without.getBoundingClientRect();
    without.remove();
    const article = putArticle(html().replace(/<.?em>/g, ''));
    await putPassages(threadWith(asked), { attributes: { article: '' } });
    await waitFor(() => allByRole(feedback(article), 'button').length === 1, 'the button of the passage');
    const after = pointOn(article, 'persuaded');
    expect(after.x).to.be.closeTo(x, 0.1);
    expect(article.getBoundingClientRect().height).to.equal(height);
    const mark = buttonOf(article).getBoundingClientRect();
    const block = feedback(article).closest('p')!.getBoundingClientRect();
    expect(mark.left).to.be.above(block.right);
    expect(mark.top).to.be.within(block.top - 30, block.bottom);
  });
});
