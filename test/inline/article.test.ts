import { expect } from '@open-wc/testing';
import { canHighlight } from '../../src/inline/highlight.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import {
  clear,
  find,
  inShadow,
  mapOf,
  next,
  open,
  painted,
  put,
  quoteOf,
  rangeOf,
  settled,
  untouched,
  until,
} from './stage.ts';

const TEXT = `<h2>On the ferry</h2>
<p>The ferry leaves at seven in the morning, and the <em>coffee on board</em> is better than its name.</p>
<p>Gulls follow it as far as the second buoy, where the current turns and the wind begins to smell of tar.</p>
<p>Nobody has ever counted the lamps along the northern quay, though the harbour master claims there are forty.</p>`;

/** Two frames: what was painted has been seen. */
const painting = (): Promise<unknown> =>
  new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)));

describe('Passages of an article', () => {
  afterEach(clear);

  it('has CSS highlights in every engine the tests run in', () => {
    expect(canHighlight()).to.equal(true);
  });

  // The first picture of the page: how the browser styles what is within an element is learned with it.
  it('I-6: what is painted shows on words inside other elements, with the host’s colours, in every engine', async () => {
    const root = put('<p>before <em>words in <b>an element</b></em> after</p>');
    root.style.setProperty('--afterword-passage', 'rgb(1, 2, 3)');
    await find(open(root), [{ id: 'a', quote: quoteOf(root, 'words in an element') }]);
    await painting();
    const groundOf = (element: Element | null): string =>
      element ? getComputedStyle(element, '::highlight(afterword-found)').backgroundColor : '';
    expect(groundOf(root.querySelector('em'))).to.equal('rgb(1, 2, 3)');
    expect(groundOf(root.querySelector('b'))).to.equal('rgb(1, 2, 3)');
    // What the reader is at comes with a second sheet, beside the first.
    const shadow = root.appendChild(document.createElement('div')).attachShadow({ mode: 'open' });
    shadow.innerHTML = '<p>more words <i>below</i></p>';
    const article = open(root);
    await find(article, [{ id: 'b', quote: quoteOf(root, 'words below') }]);
    article.emphasise(['b']);
    await painting();
    for (const look of ['found', 'focused']) {
      const inner = shadow.querySelector('i') as Element;
      expect(getComputedStyle(inner, `::highlight(afterword-${look})`).textDecorationLine, look).to.equal('underline');
    }
  });

  it('I-5: finds what stands unchanged, paints it, and says so', async () => {
    const root = put(TEXT);
    const article = open(root);
    const told: string[] = [];
    article.on('found', (found) => told.push(...[...found].map(([id, { state }]) => `${id} ${state}`)));
    await find(article, [
      { id: 'a', quote: quoteOf(root, 'coffee on board') },
      { id: 'b', quote: quoteOf(root, 'second buoy') },
    ]);
    expect(told.sort()).to.deep.equal(['a sure', 'b sure']);
    expect(painted('found')).to.deep.equal(['coffee on board', 'second buoy']);
    expect(article.words('a')).to.equal('coffee on board');
    expect(article.found('a').end - article.found('a').start).to.equal(15);
  });

  it('I-5: paints what was edited since dashed, and leaves unpainted what is gone', async () => {
    const root = put(TEXT);
    const quotes = [
      { id: 'edited', quote: quoteOf(root, 'counted the lamps along the northern quay, though the harbour master') },
      { id: 'gone', quote: quoteOf(root, 'Gulls follow it as far as the second buoy, where the current turns') },
    ];
    root.innerHTML = TEXT.replace('lamps along the northern', 'lights on the windy northern')
      .replace('though the', 'but our')
      .replace(/<p>Gulls.*<\/p>/, '<p>The timetable changes in winter; ask at the office.</p>');
    const article = open(root);
    await find(article, quotes);
    expect(article.found('edited').state).to.equal('probable');
    expect(painted('probable')).to.deep.equal([
      'counted the lights on the windy northern quay, but our harbour master',
    ]);
    expect(article.found('gone')).to.deep.equal({ state: 'gone', start: -1, end: -1 });
    expect(article.rects('gone')).to.deep.equal([]);
    expect(painted('found')).to.deep.equal([]);
  });

  it('I-6: tells looks apart by their lines, in rules that every engine reads', async () => {
    const root = put(TEXT);
    await find(open(root), [{ id: 'a', quote: quoteOf(root, 'coffee on board') }]);
    const rules = document.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules]) as CSSStyleRule[];
    const lineOf = (look: string): string | undefined =>
      rules.find(({ selectorText }) => selectorText?.includes(`afterword-${look}`))?.style.textDecorationStyle;
    expect([lineOf('found'), lineOf('mine'), lineOf('probable')]).to.deep.equal(['solid', 'double', 'dashed']);
  });

  it('I-6: writes nothing into the article: before, during and after, its HTML is the same and no record is made', async () => {
    const root = put(TEXT);
    const quote = quoteOf(root, 'second buoy');
    await untouched(root, async () => {
      const article = open(root);
      await find(article, [{ id: 'a', quote }]);
      article.emphasise(['a']);
      await article.show('a');
      const [line] = article.rects('a');
      expect(article.at((line?.left ?? 0) + 3, (line?.top ?? 0) + 3)).to.deep.equal(['a']);
      article.places();
      await article.describe(rangeOf(root, 'harbour master'));
      article.close();
    });
  });

  it('I-6: the same for an article in a shadow root, whose style sheets are as before once it is closed', async () => {
    const root = inShadow(TEXT);
    const shadow = root.getRootNode() as ShadowRoot;
    const quote = quoteOf(root, 'second buoy');
    await untouched(root, async () => {
      const article = open(root);
      await find(article, [{ id: 'a', quote }]);
      expect(painted('found')).to.deep.equal(['second buoy']);
      // A rule in the document does not reach into it.
      expect(shadow.adoptedStyleSheets).to.have.length(1);
      const [line] = article.rects('a');
      expect(article.at((line?.left ?? 0) + 3, (line?.top ?? 0) + 3)).to.deep.equal(['a']);
      article.close();
    });
    expect(shadow.adoptedStyleSheets).to.have.length(0);
    expect([...CSS.highlights.keys()].filter((it) => it.startsWith('afterword'))).to.deep.equal([]);
  });

  it('I-6: paints in shadow roots within the article, one range in each', async () => {
    const root = put('<p>before the box</p><div></div><p>after the box</p>');
    const shadow = (root.querySelector('div') as Element).attachShadow({ mode: 'open' });
    shadow.innerHTML = '<p>words in the box</p>';
    const article = open(root);
    await find(article, [{ id: 'a', quote: quoteOf(root, 'box\nwords in the box\nafter') }]);
    const inEach = (): string[] => [...(CSS.highlights.get('afterword-found') ?? [])].map(String).sort();
    expect(inEach()).to.deep.equal(['after', 'box', 'words in the box']);
    expect(shadow.adoptedStyleSheets).to.have.length(1);
    // A change in there is seen as well.
    shadow.innerHTML = '<p>words <b>in</b> the box</p>';
    await until(() => inEach()[2] === 'words in the box', 'the new range in the shadow root');
  });

  it('I-5: finds again what a framework wrote anew, without seeking, and what it moves', async () => {
    const root = put(TEXT);
    const article = open(root);
    await find(article, [{ id: 'a', quote: quoteOf(root, 'second buoy') }]);
    const told: unknown[] = [];
    article.on('found', (it) => told.push(it));
    root.innerHTML = TEXT; // Every node is another: the ranges have collapsed.
    expect(painted('found').join('')).to.equal('');
    await until(() => painted('found')[0] === 'second buoy', 'the same words in new nodes');
    expect(told).to.deep.equal([]);
    root.innerHTML = `<p>A notice: all of this is from last year.</p>${TEXT}`;
    await until(() => told.length > 0 && painted('found')[0] === 'second buoy', 'the moved words');
  });

  it('I-5: finds what arrives late, and takes the paint from what goes', async () => {
    const root = put('<p>Loading…</p>');
    const article = open(root);
    const late = put(TEXT);
    const quote = quoteOf(late, 'second buoy');
    late.remove();
    await find(article, [{ id: 'a', quote }]);
    expect(article.found('a').state).to.equal('gone');
    root.innerHTML = TEXT;
    await until(() => article.found('a').state === 'sure', 'the late text');
    expect(painted('found')).to.deep.equal(['second buoy']);
    root.querySelectorAll('p')[1]?.remove();
    await until(() => article.found('a').state === 'gone', 'the deletion');
    expect(painted('found')).to.deep.equal([]);
  });

  it('I-5: finds what was in a hidden part once the page shows it', async () => {
    const root = put(`<div hidden>${TEXT}</div><p>Another part.</p>`);
    const part = root.firstElementChild as HTMLElement;
    part.hidden = false;
    const quote = quoteOf(root, 'second buoy');
    part.hidden = true;
    const article = open(root);
    await find(article, [{ id: 'a', quote }]);
    expect(article.found('a').state).to.equal('gone');
    part.hidden = false;
    await until(() => article.found('a').state === 'sure', 'the part to be shown');
  });

  it('I-5: a page that changes all the time is read again no more often than it can bear', async () => {
    const clock = new FakeClock();
    const root = put(`${TEXT}<p id="clock">0</p>`);
    const article = open(root, { after: clock.after });
    await find(article, [{ id: 'a', quote: quoteOf(root, 'second buoy') }]);
    let passes = 0;
    article.on('settled', () => passes++);
    for (let k = 1; k <= 20; k++) {
      (root.querySelector('#clock') as Element).textContent = String(k);
      await new Promise((done) => queueMicrotask(() => done(null)));
    }
    expect(passes).to.equal(0);
    const once = settled(article);
    clock.pass(5000);
    await once;
    expect(passes).to.equal(1);
  });

  it('I-5: says that the article is no longer in the page', async () => {
    const clock = new FakeClock();
    const root = put(TEXT);
    const article = open(root, { after: clock.after });
    const lost = next(article, 'lost');
    root.remove();
    clock.pass(1000);
    await lost;
  });

  it('I-6: survives a page that clears the registry of highlights and replaces its style sheets', async () => {
    const clock = new FakeClock();
    const root = put(TEXT);
    const article = open(root, { after: clock.after });
    await find(article, [{ id: 'a', quote: quoteOf(root, 'second buoy') }]);
    const before = document.adoptedStyleSheets.length;
    const hosts = new Highlight();
    CSS.highlights.clear();
    CSS.highlights.set('search-of-the-host', hosts);
    document.adoptedStyleSheets = [];
    clock.pass(1000);
    expect(painted('found')).to.deep.equal(['second buoy']);
    expect(document.adoptedStyleSheets).to.have.length(before);
    for (const highlight of CSS.highlights.values()) highlight.clear();
    clock.pass(1000);
    expect(painted('found')).to.deep.equal(['second buoy']);
    article.close();
    expect(CSS.highlights.get('search-of-the-host')).to.equal(hosts);
    CSS.highlights.delete('search-of-the-host');
  });

  it('I-6: two sections on one page share the paint, and neither takes the other’s away', async () => {
    const one = put(TEXT);
    const two = put(TEXT);
    const first = open(one);
    const second = open(two);
    const again = open(one);
    await Promise.all([
      find(first, [{ id: 'a', quote: quoteOf(one, 'second buoy') }]),
      find(second, [{ id: 'a', quote: quoteOf(two, 'northern quay') }]),
      find(again, [{ id: 'a', quote: quoteOf(one, 'seven in the morning') }]),
    ]);
    expect(painted('found')).to.deep.equal(['seven in the morning', 'second buoy', 'northern quay']);
    expect([...CSS.highlights.keys()].filter((it) => it === 'afterword-found')).to.have.length(1);
    first.close();
    expect(painted('found')).to.deep.equal(['seven in the morning', 'northern quay']);
    again.close();
    second.close();
    expect(CSS.highlights.has('afterword-found')).to.equal(false);
  });

  it('I-6: a second copy of the script adds to what the first paints', async () => {
    const root = put(TEXT);
    const theirs = new Highlight(rangeOf(root, 'northern quay'));
    const article = open(root);
    await find(article, [{ id: 'a', quote: quoteOf(root, 'second buoy') }]);
    CSS.highlights.set('afterword-found', theirs);
    const other = open(root);
    await find(other, [{ id: 'b', quote: quoteOf(root, 'coffee on board') }]);
    expect(painted('found')).to.include.members(['coffee on board', 'northern quay']);
    other.close();
    expect(painted('found')).to.include('northern quay');
    CSS.highlights.delete('afterword-found');
  });

  describe('in difficult articles', () => {
    const cases: readonly (readonly [name: string, html: string, words: string, shown?: string])[] = [
      [
        'right to left',
        '<p dir="rtl">غادرت العبارة الميناء في <b>السابعة صباحا</b> وكان البحر هادئا.</p>',
        'في السابعة صباحا',
      ],
      [
        'across the cells of a table',
        '<table><tr><td>Vessel</td><td>Tons</td></tr><tr><td>Aurora</td><td>312</td></tr></table>',
        'Tons\nAurora',
        'Tons\nAurora',
      ],
      [
        'in coloured code',
        '<pre><code><span>const</span> <span>lamps</span> = <span>40</span>;\n<span>count</span>(lamps);</code></pre>',
        'lamps = 40;\ncount',
      ],
      [
        'across blocks',
        '<p>ends here.</p><blockquote><p>And begins</p></blockquote><p>anew.</p>',
        'here.\nAnd begins\nanew',
      ],
      [
        'with soft hyphens',
        '<p>The har\u00adbour mas\u00adter claims forty.</p>',
        'har\u00adbour mas\u00adter',
        'harbour master',
      ],
      ['without blanks between words', '<p>港の灯りを数えた者はまだいない。</p>', '灯りを数えた'],
      ['with an emoji', '<p>Gulls 👩‍👩‍👧 follow the ferry.</p>', 'Gulls 👩‍👩‍👧 follow'],
    ];
    for (const [name, html, words, shown = words] of cases) {
      it(`I-5: describes, finds and paints a passage ${name}`, async () => {
        const root = put(`<p>Before it stands something else.</p>${html}<p>And after it, too.</p>`);
        await untouched(root, async () => {
          const article = open(root);
          const quote = await article.describe(rangeOf(root, words));
          expect(quote?.quote).to.include({ exact: words });
          if (!quote) return;
          await find(article, [{ id: 'a', quote }]);
          expect(article.found('a').state).to.equal('sure');
          expect(article.words('a')).to.equal(shown);
          expect(painted('found')).to.have.length(1);
          expect(article.rects('a')).not.to.have.length(0);
        });
      });
    }

    it('I-5: of the same sentence twice it paints the one that was meant, also after an edit', async () => {
      const html = '<p>First part. Call the office.</p><p>In between. Nothing.</p><p>Second part. Call the office.</p>';
      const root = put(html);
      const quote = quoteOf(root, 'Call the office.', 1);
      root.innerHTML = html.replace('In between. Nothing.', 'In between, some more was written.');
      const article = open(root);
      await find(article, [{ id: 'a', quote }]);
      const [range] = [...(CSS.highlights.get('afterword-found') ?? [])] as Range[];
      expect(range?.startContainer.parentElement).to.equal(root.lastElementChild);
    });

    it('I-5: asks the author’s marker first, and the words once it is removed', async () => {
      const html = (open_: string, close: string): string =>
        `<p>The tide ${open_}turns at the second buoy${close} twice a day.</p><p>It does not turn at the quay.</p>`;
      const root = put(html('<afterword-feedback id="tide">', '</afterword-feedback>'));
      const quote = quoteOf(root, 'turns at the second buoy', 0, 'tide');
      root.innerHTML = html('<afterword-feedback id="tide">', '</afterword-feedback>').replace(
        'turns at the second buoy',
        'is another one',
      );
      const article = open(root);
      await find(article, [
        { id: 'comment', quote },
        { id: 'author', element: root.querySelector('afterword-feedback') as Element },
      ]);
      expect(article.words('comment')).to.equal('is another one');
      expect(article.words('author')).to.equal('is another one');
      root.innerHTML = html('', '');
      await until(() => article.words('comment') === 'turns at the second buoy', 'the words without their marker');
      expect(article.found('author').state).to.equal('gone');
    });

    it('I-5: finds a passage in a closed <details>, gives no rectangles for it, and opens it only to show it', async () => {
      const root = put(`<details><summary>More</summary>${TEXT}</details><p>The end of the page.</p>`);
      const details = root.querySelector('details') as HTMLDetailsElement;
      const article = open(root);
      const quote = quoteOf(root, 'second buoy');
      await untouched(root, () => find(article, [{ id: 'a', quote }]));
      expect(article.found('a').state).to.equal('sure');
      expect(article.rects('a')).to.deep.equal([]);
      expect(article.places()).to.deep.equal([]);
      expect(await article.show('a')).to.equal(true);
      expect(details.open).to.equal(true);
      expect(article.rects('a')).to.have.length(1);
      expect(article.places().map((it) => it.ids)).to.deep.equal([['a']]);
    });
  });

  it('I-5: describes what a range covers in whole words, and null where there are none', async () => {
    const root = put(TEXT);
    const article = open(root);
    const range = rangeOf(root, 'ond buoy, whe');
    expect((await article.describe(range))?.quote).to.include({ exact: 'second buoy, where' });
    range.selectNodeContents(root.childNodes[1] as Node); // The blank between two blocks.
    expect(await article.describe(range)).to.equal(null);
    range.collapse();
    expect(await article.describe(range)).to.equal(null);
  });

  it('I-5: describes what stands there now, also just after a change', async () => {
    const root = put(TEXT);
    const article = open(root);
    await article.describe(rangeOf(root, 'second buoy'));
    root.innerHTML = `<p>A new first paragraph.</p>${TEXT}`;
    const quote = await article.describe(rangeOf(root, 'second buoy'));
    expect(quote?.text.length).to.equal(mapOf(root).text.length);
  });

  it('loads the matcher only where there is something to find', async () => {
    const root = put(TEXT);
    let loaded = 0;
    const article = open(root, {
      matcher: () => {
        loaded++;
        return import('../../src/model/quote.ts');
      },
    });
    await find(article, [{ id: 'draft', range: rangeOf(root, 'second buoy'), look: 'draft' }]);
    expect(painted('draft')).to.deep.equal(['second buoy']);
    expect(loaded).to.equal(0);
    await find(article, [{ id: 'a', quote: quoteOf(root, 'second buoy') }]);
    expect(loaded).to.equal(1);
    expect(painted('draft')).to.deep.equal([]);
  });

  it('I-5: prepares a text for the search only once something in it is not where it stood', async () => {
    const root = put(TEXT);
    const quotes = ['second buoy', 'coffee on board'].map((words) => ({ id: words, quote: quoteOf(root, words) }));
    let prepared = 0;
    const article = open(root, {
      matcher: async () => {
        const matcher = await import('../../src/model/quote.ts');
        const prepareInSteps: typeof matcher.prepareInSteps = (...text) => {
          prepared++;
          return matcher.prepareInSteps(...text);
        };
        return { ...matcher, prepareInSteps };
      },
    });
    await find(article, quotes);
    expect(painted('found')).to.deep.equal(['coffee on board', 'second buoy']);
    expect(prepared).to.equal(0);
    const done = settled(article);
    root.prepend('A word before all. ');
    await done;
    expect(painted('found')).to.deep.equal(['coffee on board', 'second buoy']);
    expect(prepared).to.equal(1);
  });

  it('paints the reader’s own, a draft, and what the reader is at in ways of their own, and nothing when told so', async () => {
    const root = put(TEXT);
    const article = open(root);
    await find(article, [
      { id: 'mine', quote: quoteOf(root, 'second buoy'), look: 'mine' },
      { id: 'button', quote: quoteOf(root, 'northern quay'), unpainted: true },
    ]);
    expect(painted('mine')).to.deep.equal(['second buoy']);
    expect(painted('found')).to.deep.equal([]);
    article.emphasise(['button']);
    expect(painted('focused')).to.deep.equal(['northern quay']);
    article.emphasise([]);
    expect(painted('focused')).to.deep.equal([]);
    article.paint(false);
    expect(painted('mine')).to.deep.equal([]);
    expect(article.found('mine').state).to.equal('sure');
    article.paint(true);
    expect(painted('mine')).to.deep.equal(['second buoy']);
  });

  it('I-6: paints passages that overlap as one stretch, and leaves the rest when one of them goes', async () => {
    const root = put(TEXT);
    const article = open(root);
    const outer = { id: 'outer', quote: quoteOf(root, 'as far as the second buoy, where the current') };
    const inner = { id: 'inner', quote: quoteOf(root, 'second buoy') };
    const across = { id: 'across', quote: quoteOf(root, 'where the current turns and the wind') };
    await find(article, [inner, outer, across]);
    expect(painted('found')).to.deep.equal(['as far as the second buoy, where the current turns and the wind']);
    article.set([inner, across]);
    expect(painted('found')).to.deep.equal(['second buoy', 'where the current turns and the wind']);
    article.emphasise(['inner']);
    expect([painted('found'), painted('focused')]).to.deep.equal([
      ['where the current turns and the wind'],
      ['second buoy'],
    ]);
  });

  it('I-5: while passages are sought again, what is painted stays with its words', async () => {
    const root = put(TEXT);
    const article = open(root);
    await find(article, [{ id: 'a', quote: quoteOf(root, 'second buoy') }]);
    const before = document.createElement('p');
    before.textContent = 'Something new before it, far longer than a word or two.';
    root.prepend(before);
    await article.describe(rangeOf(root, 'northern quay')); // Reads the article at once.
    expect(painted('found')).to.deep.equal(['second buoy']);
    article.emphasise([]);
    expect(painted('found')).to.deep.equal(['second buoy']);
    await until(() => article.words('a') === 'second buoy', 'its new offsets');
    expect(painted('found')).to.deep.equal(['second buoy']);
  });

  it('takes passages away, and takes new ones in the middle of its work', async () => {
    const root = put(TEXT);
    const article = open(root);
    const one = { id: 'a', quote: quoteOf(root, 'second buoy') };
    const two = { id: 'b', quote: quoteOf(root, 'northern quay') };
    const done = settled(article);
    article.set([one]);
    article.set([one, two]);
    await done;
    expect(painted('found')).to.deep.equal(['second buoy', 'northern quay']);
    article.set([two]);
    expect(painted('found')).to.deep.equal(['northern quay']);
    expect(article.found('a').state).to.equal('sought');
    article.on('settled', () => article.set([one]));
    await find(article, [one, two]);
    await until(() => painted('found').join() === 'second buoy', 'what a listener set');
  });
});
