/** A browser that translates the page for its reader (P14): each text is put into elements of the translator's. */
import { expect } from '@open-wc/testing';
import { comment } from '../helpers/builders.ts';
import { allByRole, byRole, nameOf } from '../helpers/by-role.ts';
import {
  PARAGRAPHS,
  painted,
  passageOf,
  putArticle,
  putPassages,
  quotedRow,
  quoteOf,
  select,
  threadWith,
} from '../helpers/passages.ts';
import { rowOf } from '../helpers/rows.ts';
import { settled, threadOf, waitFor } from '../helpers/section.ts';

const gull = quoteOf('a gull moved into the lamp room');
const onGull = passageOf(gull, [quotedRow('2', gull), quotedRow('1', gull)]);

/** As Chrome does it, through our shadow roots, too; gives back what shows the original again. */
function translate(...roots: readonly ParentNode[]): () => void {
  const undo: (() => void)[] = [];
  const visit = (node: Node): void => {
    if (node instanceof Text && /\p{L}|\d/u.test(node.data)) {
      const [outer, inner] = [document.createElement('font'), document.createElement('font')];
      for (const one of [outer, inner]) one.style.verticalAlign = 'inherit';
      inner.textContent = [...node.data].reverse().join('');
      outer.append(inner);
      node.replaceWith(outer);
      undo.push(() => outer.replaceWith(node));
      return;
    }
    if (node instanceof Element && /^(style|textarea|select|svg)$/.test(node.localName)) return;
    if (node instanceof Element && node.shadowRoot) visit(node.shadowRoot);
    for (const child of [...node.childNodes]) visit(child);
  };
  for (const root of roots) visit(root as unknown as Node);
  document.documentElement.classList.add('translated-ltr');
  return () => {
    for (const one of undo.reverse()) one();
    document.documentElement.classList.remove('translated-ltr');
  };
}

describe('a page that the browser translates', () => {
  afterEach(() => document.documentElement.classList.remove('translated-ltr'));

  it('P14: heading, votes and names go on telling what is so', async () => {
    putArticle();
    const row = rowOf(comment('1', { up: 3 }));
    const store = threadWith();
    store.show({ rows: [row], count: 1 });
    const section = await putPassages(store);
    translate(section);
    store.show({ rows: [{ ...row, comment: { ...row.comment, up: 4 } }], count: 2 });
    await settled(section);
    const heading = section.renderRoot.querySelector('h2') as HTMLElement;
    expect(heading.textContent).to.contain('2 comments');
    const vote = threadOf(section)!.renderRoot.querySelector<HTMLElement>('[data-act=up]')!;
    expect(vote.textContent).to.contain('4');
    store.show({ count: 3 });
    await settled(section);
    expect(heading.textContent, 'and again').to.contain('3 comments');
  });

  it('P14: an article that was translated is not taken for one that was edited; shown again as it was, all is found', async () => {
    const article = putArticle();
    const section = await putPassages(threadWith(onGull));
    await waitFor(() => painted('found').length === 1, 'the highlight');
    const text = (): string => section.renderRoot.querySelector('.thread')?.shadowRoot?.textContent ?? '';
    const back = translate(article);
    await waitFor(() => painted('found').join() === '', 'the translation to be read');
    await settled(section);
    expect(text()).not.to.contain('No longer in the text.');
    const [mark] = allByRole(section, 'button', / on “/) as [HTMLElement];
    expect(nameOf(mark), 'the button stays, beside the same paragraph').to.contain('a gull moved');
    const paragraph = [...article.querySelectorAll('p')][1]!.getBoundingClientRect();
    expect(mark.getBoundingClientRect().top).to.be.within(paragraph.top - 30, paragraph.bottom);
    select(article, [...(PARAGRAPHS[2] ?? '')].reverse().join('').slice(0, 30));
    await settled(section);
    expect(allByRole(section, 'button', 'Comment'), 'its words can’t be quoted').to.deep.equal([]);
    back();
    await waitFor(() => painted('found').join() === 'a gull moved into the lamp room', 'the highlight again');
  });

  it('P14: what was gone before stays gone, and an edited article is still told', async () => {
    const article = putArticle();
    const section = await putPassages(threadWith(onGull));
    await waitFor(() => painted('found').length === 1, 'the highlight');
    article.replaceChildren();
    const text = (): string => section.renderRoot.querySelector('.thread')?.shadowRoot?.textContent ?? '';
    await waitFor(() => text().includes('No longer in the text.'), 'the word');
    translate(article);
    await settled(section);
    expect(text()).to.contain('No longer in the text.');
    expect(byRole(section, 'heading', /comments/)).to.exist;
  });
});
