import { expect } from '@open-wc/testing';
import type { Candidate } from '../../src/inline/index.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { clear, inShadow, open, put, rangeOf, untouched, until } from './stage.ts';

const TEXT = `<p>The ferry leaves at seven in the morning, and the <em>coffee on board</em> is better than its name.</p>
<p>Gulls follow it as far as the second buoy. <input value="a field"> <span contenteditable="true">an editor</span></p>
<afterword-count>three comments</afterword-count>`;

describe('What the reader selects', () => {
  let clock: FakeClock;
  let told: (Candidate | null)[];
  beforeEach(() => {
    clock = new FakeClock();
    told = [];
  });
  afterEach(clear);

  function watch(root: Element): void {
    open(root, { after: clock.after }).on('selection', (made) => told.push(made));
  }

  const selection = (): Selection => document.getSelection() as Selection;

  function select(range: AbstractRange, backward = false): void {
    const { startContainer, startOffset, endContainer, endOffset } = range;
    if (backward) selection().setBaseAndExtent(endContainer, endOffset, startContainer, startOffset);
    else selection().setBaseAndExtent(startContainer, startOffset, endContainer, endOffset);
  }

  const point = (type: string, pointerType = 'mouse'): boolean =>
    document.body.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerType }));

  const frames = async (): Promise<void> => {
    for (let k = 0; k < 3; k++) await new Promise((done) => requestAnimationFrame(done));
  };

  /** The browser tells of a new selection before its next picture. */
  async function rest(): Promise<void> {
    await frames();
    clock.pass(1000);
    await frames();
  }

  /** As a mouse does it. */
  async function drag(range: AbstractRange, backward = false): Promise<Candidate | null | undefined> {
    point('pointerdown');
    select(range, backward);
    point('pointerup');
    await rest();
    return told.at(-1);
  }

  it('I-1: is told once the button is up, in whole words, with its lines', async () => {
    const root = put(TEXT);
    watch(root);
    await untouched(root, async () => {
      point('pointerdown');
      select(rangeOf(root, 'rning, and the coffee on bo'));
      await rest();
      expect(told, 'while the button is down').to.deep.equal([]);
      point('pointerup');
      await rest();
    });
    expect(told).to.have.length(1);
    const [made] = told;
    expect(made).to.include({ words: 'morning, and the coffee on board', by: 'mouse', backward: false });
    expect(made?.range.toString()).to.equal('morning, and the coffee on board');
    expect(made?.rect).to.equal(made?.rects.at(-1));
  });

  it('I-1: a selection drawn backwards ends where it begins', async () => {
    const root = put(`<div style="width: 12em">${TEXT}</div>`);
    watch(root);
    const made = await drag(rangeOf(root, 'ferry leaves at seven in the morning'), true);
    expect(made?.backward).to.equal(true);
    expect(made?.rects.length).to.be.greaterThan(1);
    expect(made?.rect).to.equal(made?.rects[0]);
  });

  it('I-1: is told of a keyboard’s or a finger’s once it rests', async () => {
    const root = put(TEXT);
    watch(root);
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', shiftKey: true, bubbles: true }));
    select(rangeOf(root, 'ferry'));
    await rest();
    expect(told.at(-1)).to.include({ words: 'ferry', by: 'keyboard' });
    point('pointerdown', 'touch');
    point('pointercancel', 'touch');
    select(rangeOf(root, 'second buoy'));
    await rest();
    expect(told.at(-1)).to.include({ words: 'second buoy', by: 'touch' });
  });

  it('I-1: null is told when the selection goes, and nothing for a click', async () => {
    const root = put(TEXT);
    watch(root);
    const caret = rangeOf(root, 'ferry');
    caret.collapse();
    await drag(caret);
    expect(told).to.deep.equal([]);
    await drag(rangeOf(root, 'ferry'));
    expect(told).to.have.length(1);
    selection().removeAllRanges();
    await rest();
    expect(told.at(-1)).to.equal(null);
    expect(told).to.have.length(2);
  });

  it('I-1: a triple click on a paragraph ends in the next block, and means the paragraph', async () => {
    const root = put('<p>One paragraph.</p><p>Another.</p>');
    const after = put('<p>Outside.</p>');
    watch(root);
    const range = document.createRange();
    range.setStart(root.firstChild?.firstChild as Node, 0);
    range.setEnd(root.lastChild as Node, 0);
    expect((await drag(range))?.words).to.equal('One paragraph.');
    range.setStart(root.lastChild?.firstChild as Node, 0);
    range.setEnd(after.firstChild as Node, 0);
    expect((await drag(range))?.words).to.equal('Another.');
  });

  const ignored: readonly (readonly [string, (root: HTMLElement) => Range])[] = [
    [
      'only white space',
      (root) => {
        const range = document.createRange();
        range.setStart(root, 1);
        range.setEnd(root, 2);
        return range;
      },
    ],
    [
      'that begins outside the article',
      (root) => {
        const range = rangeOf(root, 'ferry');
        const outside = put('<p>words outside</p>');
        root.before(outside);
        range.setStart(outside.firstChild as Node, 0);
        return range;
      },
    ],
    [
      'outside the article',
      () => {
        const range = document.createRange();
        range.selectNodeContents(put('<p>words outside</p>'));
        return range;
      },
    ],
    [
      'in an element of ours',
      (root) => {
        const range = document.createRange();
        range.selectNodeContents(root.querySelector('afterword-count') as Node);
        return range;
      },
    ],
    [
      'that ends in an element of ours',
      (root) => {
        const range = rangeOf(root, 'ferry');
        range.setEnd((root.querySelector('afterword-count') as Node).firstChild as Node, 4);
        return range;
      },
    ],
  ];
  for (const [what, make] of ignored) {
    it(`I-1: ignores a selection ${what}`, async () => {
      const root = put(TEXT);
      watch(root);
      expect((await drag(make(root))) ?? null).to.equal(null);
    });
  }

  it('I-1: ignores what is selected in a field or an editor', async () => {
    const root = put(TEXT);
    watch(root);
    const field = root.querySelector('input') as HTMLInputElement;
    field.focus();
    field.select();
    await rest();
    const editor = root.querySelector('[contenteditable]') as HTMLElement;
    editor.focus();
    const range = document.createRange();
    range.selectNodeContents(editor);
    await drag(range);
    editor.blur();
    expect(told.filter(Boolean)).to.deep.equal([]);
  });

  it('I-1: reads a selection in an article that stands in a shadow root', async () => {
    const root = inShadow(TEXT);
    watch(root);
    const made = await drag(rangeOf(root, 'coffee on board'));
    expect(made?.words).to.equal('coffee on board');
    expect(made?.range.startContainer.getRootNode()).to.equal(root.getRootNode());
  });

  it('I-1: an article can be commented on whose text was changed a moment ago', async () => {
    const root = put(TEXT);
    watch(root);
    await drag(rangeOf(root, 'ferry'));
    root.innerHTML = `<p>A new first paragraph.</p>${TEXT}`;
    const made = await drag(rangeOf(root, 'new first'));
    expect(made).to.include({ words: 'new first', start: 2 });
  });

  it('I-1: watches only while somebody listens', async () => {
    const root = put(TEXT);
    const article = open(root, { after: clock.after });
    const stop = article.on('selection', (made) => told.push(made));
    stop();
    await drag(rangeOf(root, 'ferry'));
    expect(told).to.deep.equal([]);
    article.on('selection', (made) => told.push(made));
    await drag(rangeOf(root, 'second buoy'));
    await until(() => told.length === 1, 'the selection');
  });
});
