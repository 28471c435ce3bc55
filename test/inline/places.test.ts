import { expect } from '@open-wc/testing';
import { FakeClock } from '../helpers/fake-clock.ts';
import { clear, find, mapOf, open, painted, put, quoteOf, rangeOf, until } from './stage.ts';
import type { Article } from '../../src/inline/index.ts';

const TEXT = `<p style="width: 20em">The ferry leaves at seven in the morning, and the <a href="#x">coffee on board</a> is better than its name.</p>
<p>Gulls follow it as far as the second buoy, where the current turns and the wind begins to smell of tar.</p>`;

const middle = (rect: DOMRect | undefined): [number, number] => {
  if (!rect) throw new Error('There is no rectangle.');
  return [rect.left + rect.width / 2, rect.top + rect.height / 2];
};

function press(article: Article, at: readonly [number, number], init: MouseEventInit = {}): readonly string[] {
  let ids: readonly string[] = [];
  const listen = (event: MouseEvent): void => {
    ids = article.pressed(event);
  };
  document.addEventListener('click', listen);
  const event = new MouseEvent('click', {
    bubbles: true,
    composed: true,
    cancelable: true,
    clientX: at[0],
    clientY: at[1],
    ...init,
  });
  document.elementFromPoint(...at)?.dispatchEvent(event);
  document.removeEventListener('click', listen);
  return ids;
}

describe('Where passages are', () => {
  afterEach(clear);

  it('I-2: gives one rectangle a line, and the passages under a point, the shortest first', async () => {
    const root = put(TEXT);
    const article = open(root);
    await find(article, [
      { id: 'long', quote: quoteOf(root, 'at seven in the morning, and the coffee on board is better') },
      { id: 'short', quote: quoteOf(root, 'coffee on board') },
      { id: 'other', quote: quoteOf(root, 'second buoy') },
    ]);
    const lines = article.rects('long');
    expect(lines.length).to.be.within(2, 4);
    for (const [k, line] of lines.entries()) if (k > 0) expect(line.top).to.be.greaterThan(lines[k - 1]?.top ?? 0);
    expect(article.at(...middle(article.rects('short')[0]))).to.deep.equal(['short', 'long']);
    expect(article.at(...middle(article.rects('other')[0]))).to.deep.equal(['other']);
    // Beside the text, in the same paragraph.
    const box = (root.querySelectorAll('p')[1] as Element).getBoundingClientRect();
    expect(article.at(box.right - 2, box.top + 3)).to.deep.equal([]);
    expect(article.at(-5, -5)).to.deep.equal([]);
  });

  it('I-2: finds nothing under a point where something lies above the article', async () => {
    const root = put(TEXT);
    const article = open(root);
    await find(article, [{ id: 'a', quote: quoteOf(root, 'second buoy') }]);
    const at = middle(article.rects('a')[0]);
    const cover = document.createElement('div');
    cover.style.cssText = 'position: fixed; inset: 0';
    document.body.append(cover);
    expect(article.at(...at)).to.deep.equal([]);
    cover.remove();
    expect(article.at(...at)).to.deep.equal(['a']);
  });

  it('I-2: finds passages in text that stands directly in a component, slotted or its own', async () => {
    const root = put('<p>before</p><div>slotted words here</div>');
    (root.querySelector('div') as Element).attachShadow({ mode: 'open' }).innerHTML =
      'own words <section><slot></slot></section>';
    const article = open(root);
    await find(article, [
      { id: 'slotted', quote: quoteOf(root, 'slotted words') },
      { id: 'own', quote: quoteOf(root, 'own words') },
    ]);
    for (const id of ['slotted', 'own']) expect(article.at(...middle(article.rects(id)[0])), id).to.deep.equal([id]);
  });

  it('I-2: a press on a link, with a key, prevented, or that ended a selection is not one on the passage', async () => {
    const root = put(TEXT);
    const article = open(root);
    await find(article, [
      { id: 'link', quote: quoteOf(root, 'coffee on board') },
      { id: 'plain', quote: quoteOf(root, 'second buoy') },
    ]);
    const plain = middle(article.rects('plain')[0]);
    expect(press(article, plain)).to.deep.equal(['plain']);
    const stay = (event: Event): void => event.preventDefault();
    expect(press(article, middle(article.rects('link')[0]))).to.deep.equal([]);
    expect(press(article, plain, { ctrlKey: true })).to.deep.equal([]);
    expect(press(article, plain, { button: 1 })).to.deep.equal([]);
    root.addEventListener('click', stay, { once: true });
    expect(press(article, plain)).to.deep.equal([]);
    document.getSelection()?.addRange(rangeOf(root, 'buoy, where'));
    expect(press(article, plain)).to.deep.equal([]);
  });

  it('I-2: gives a place for each block in which passages begin, in the order of the text', async () => {
    const root = put(`${TEXT}<p dir="rtl">غادرت العبارة الميناء في السابعة صباحا.</p>`);
    const article = open(root);
    await find(article, [
      { id: 'rtl', quote: quoteOf(root, 'الميناء') },
      { id: 'b', quote: quoteOf(root, 'coffee on board') },
      { id: 'a', quote: quoteOf(root, 'seven in the morning') },
      { id: 'c', quote: quoteOf(root, 'second buoy') },
    ]);
    const places = article.places();
    expect(places.map((it) => [...it.ids])).to.deep.equal([['a', 'b'], ['c'], ['rtl']]);
    expect(places.map((it) => it.direction)).to.deep.equal(['ltr', 'ltr', 'rtl']);
    const paragraph = (root.querySelectorAll('p')[1] as Element).getBoundingClientRect();
    expect(places[1]?.block.top).to.equal(paragraph.top);
    expect(places[1]?.line.top).to.be.within(paragraph.top - 1, paragraph.bottom);
  });

  it('tells once a frame that rectangles are others, and whether the page moved as a whole', async () => {
    const root = put(
      `${TEXT}<div id="box" style="height: 30px; overflow: auto"><p style="height: 200px">tall</p></div><div style="height: 3000px"></div>`,
    );
    const article = open(root);
    await find(article, [{ id: 'a', quote: quoteOf(root, 'second buoy') }]);
    const told: string[] = [];
    for (let k = 0; k < 6; k++) await new Promise((done) => requestAnimationFrame(done));
    article.on('moved', (how) => told.push(how));
    scrollBy(0, 100);
    await until(() => told.length > 0, 'scrolling');
    expect(told).to.deep.equal(['scrolled']);
    (root.querySelector('#box') as Element).scrollTop = 20;
    await until(() => told.length > 1, 'a box scrolled');
    root.style.width = '300px';
    await until(() => told.length > 2, 'a new width');
    expect(told.slice(1)).to.deep.equal(['laid', 'laid']);
    scrollTo(0, 0);
  });

  describe('shown to the reader', () => {
    const tall = '<div style="height: 3000px"></div>';

    it('I-3: scrolls a passage into view, lights it up, and lets it fade', async () => {
      const clock = new FakeClock();
      const root = put(`${tall}${TEXT}${tall}`);
      const article = open(root, { after: clock.after });
      await find(article, [{ id: 'a', quote: quoteOf(root, 'second buoy') }]);
      expect(await article.show('a')).to.equal(true);
      const [line] = article.rects('a');
      expect(line?.top).to.be.within(0, innerHeight);
      expect(painted('lit')).to.deep.equal(['second buoy']);
      clock.pass(5000);
      expect(painted('lit')).to.deep.equal([]);
      expect(painted('found')).to.deep.equal(['second buoy']);
      expect(await article.show('nobody')).to.equal(false);
      scrollTo(0, 0);
    });

    it('I-3: scrolls the boxes around it, too, down and across', async () => {
      const root = put(
        `${tall}<div id="box" style="height: 120px; overflow: auto">${tall}<pre style="width: 200px; overflow: auto">${'a long line of code '.repeat(20)}THE END</pre>${tall}</div>${tall}`,
      );
      const article = open(root);
      await find(article, [{ id: 'a', quote: quoteOf(root, 'THE END') }]);
      expect(await article.show('a')).to.equal(true);
      const line = article.rects('a')[0] as DOMRect;
      for (const box of [root.querySelector('#box'), root.querySelector('pre')]) {
        const { left, top, right, bottom } = (box as Element).getBoundingClientRect();
        expect(line.top).to.be.within(top - 1, bottom);
        expect(line.right).to.be.within(left, right + 1);
      }
      expect(line.top).to.be.within(0, innerHeight);
      scrollTo(0, 0);
    });

    it('I-3: opens what is closed around it from the outside in, and tells a page that opens its own parts', async () => {
      const root = put(
        `<details><summary>One</summary><details><summary>Two</summary><div id="part" hidden="until-found">${TEXT}</div></details></details>`,
      );
      const part = root.querySelector('#part') as HTMLElement;
      const known = 'onbeforematch' in document.body;
      // Where it is not known it is plain hidden, and its text not read.
      if (!known) part.hidden = false;
      let asked = 0;
      part.addEventListener('beforematch', () => asked++);
      const article = open(root);
      await find(article, [{ id: 'a', quote: quoteOf(root, 'second buoy') }]);
      expect(await article.show('a')).to.equal(true);
      expect([...root.querySelectorAll('details')].map((it) => it.open)).to.deep.equal([true, true]);
      expect(part.hidden).to.equal(false);
      expect(asked).to.equal(known ? 1 : 0);
    });

    it('I-3: leaves a closed <details> closed when the passage is in its summary', async () => {
      const root = put('<details><summary>A summary with words</summary><p>inside</p></details>');
      const article = open(root);
      await find(article, [{ id: 'a', quote: quoteOf(root, 'with words') }]);
      expect(await article.show('a')).to.equal(true);
      expect(root.querySelector('details')?.open).to.equal(false);
    });
  });

  describe('without CSS highlights', () => {
    const boxes = (layer: Element): HTMLElement[] => [
      ...(layer.firstElementChild?.shadowRoot?.querySelectorAll<HTMLElement>('i') ?? []),
    ];

    it('I-6: lays rectangles of ours over the words, lets presses through, and moves them with the text', async () => {
      const root = put(TEXT);
      const layer = put('');
      const article = open(root, { highlights: false, layer });
      await find(article, [{ id: 'a', quote: quoteOf(root, 'second buoy') }]);
      await until(() => boxes(layer).length === 1, 'the rectangle');
      expect(CSS.highlights.has('afterword-found')).to.equal(false);
      const lies = (): void => {
        const box = boxes(layer)[0]?.getBoundingClientRect() as DOMRect;
        const line = article.rects('a')[0] as DOMRect;
        for (const side of ['left', 'top', 'right', 'bottom'] as const)
          expect(box[side]).to.be.closeTo(line[side], 0.6);
      };
      lies();
      expect(article.at(...middle(article.rects('a')[0]))).to.deep.equal(['a']);
      root.style.marginTop = '77px';
      root.style.width = '350px';
      const before = boxes(layer)[0];
      await until(() => boxes(layer)[0] !== before, 'new rectangles');
      lies();
      article.close();
      expect(layer.childElementCount).to.equal(0);
    });

    it('I-6: draws only what is near the window, and clips to boxes that scroll', async () => {
      const root = put(
        `<pre style="width: 120px; overflow: auto">a line that is longer than its box is wide</pre><div style="height: 9000px"></div><p>far away words</p>`,
      );
      const layer = put('');
      const article = open(root, { highlights: false, layer });
      await find(article, [
        { id: 'wide', quote: quoteOf(root, 'line that is longer than its box') },
        { id: 'far', quote: quoteOf(root, 'far away words') },
      ]);
      await until(() => boxes(layer).length > 0, 'a rectangle');
      expect(boxes(layer)).to.have.length(1);
      const pre = (root.querySelector('pre') as Element).getBoundingClientRect();
      expect(boxes(layer)[0]?.getBoundingClientRect().right).to.be.at.most(pre.right + 1);
      scrollTo(0, 9000);
      await until(
        () => boxes(layer).length === 1 && (boxes(layer)[0]?.getBoundingClientRect().top ?? 0) > 0,
        'the far one',
      );
      scrollTo(0, 0);
    });
  });

  it('answers for a thousand passages at a point without measuring them all', async () => {
    const root = put(
      Array.from(
        { length: 100 },
        (_, k) => `<p>${Array.from({ length: 10 }, (__, n) => `w${k}x${n}`).join(' and ')}</p>`,
      ).join(''),
    );
    const article = open(root);
    const map = mapOf(root);
    const passages = [...map.text.matchAll(/w\d+x\d+/g)].map(({ 0: id, index }) => {
      const [range] = map.rangesOf(index, index + id.length);
      return { id, range: range as Range };
    });
    await find(article, passages);
    expect(painted('found')).to.have.length(1000);
    const point = middle(article.rects('w3x7')[0]);
    let measured = 0;
    const { getClientRects } = Range.prototype;
    Range.prototype.getClientRects = function (this: Range) {
      measured++;
      return getClientRects.call(this);
    };
    try {
      expect(article.at(...point)).to.deep.equal(['w3x7']);
    } finally {
      Range.prototype.getClientRects = getClientRects;
    }
    expect(measured).to.be.at.most(20);
  });
});
