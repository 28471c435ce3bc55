import { expect } from '@open-wc/testing';
import { describeQuote, findQuote, prepareText } from '../../src/model/quote.ts';
import { seededRandom } from '../helpers/random.ts';
import type { Random } from '../helpers/random.ts';
import { clear, inShadow, mapOf, put, spanOf } from './stage.ts';

describe('An article as one text', () => {
  afterEach(clear);

  const shown = (root: Element): string => {
    const map = mapOf(root);
    return map.shown(0, map.text.length);
  };

  it('I-5: reads words across inline markup as they stand, and sets blocks and line breaks apart', () => {
    const root = put('<p>One <b>tw</b>o<i>!</i></p><p>three<br>four</p><ul><li>five</li><li>six</li></ul>');
    expect(shown(root)).to.equal('One two!\nthree\nfour\nfive\nsix');
    expect(mapOf(root).text).to.equal('One two!\nthree\nfour\nfive\nsix');
  });

  it('I-5: sets cells of a table and lines of code apart', () => {
    const root = put(
      '<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table><pre>x = 1\ny = 2</pre>',
    );
    expect(shown(root)).to.equal('a\nb\nc\nd\nx = 1\ny = 2');
  });

  it('I-5: leaves out scripts, styles, fields, the reading above a word, what is hidden, and our own elements', () => {
    const root = put(
      '<p>seen <script>1</scr' +
        'ipt><style>p{}</style><noscript>no</noscript><template>t</template><textarea>field</textarea><button>press</button>' +
        '<span hidden>hid</span><span style="display:none">none</span><span style="visibility:hidden">in<b style="visibility:visible">vis</b></span>' +
        '<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby><afterword-count>3 comments</afterword-count>' +
        '<span contenteditable="true">typed</span> end</p>',
    );
    expect(shown(root)).to.equal('seen vis漢 end');
  });

  it('P15: reads a formula once, in its line: what can be seen of it, or what stands for it where that is drawn', () => {
    const math =
      '<math><semantics><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><annotation encoding="application/x-tex">a+b</annotation></semantics></math>';
    const katex = `<span class="katex"><span class="katex-mathml">${math}</span><span class="katex-html" aria-hidden="true"><span style="display: inline-block">a+</span><span style="display: inline-table"><span style="display: table-row">b\u200b</span></span></span></span>`;
    expect(shown(put(`<p>Let ${katex} be it.</p>`)), 'KaTeX').to.equal('Let a+b be it.');
    expect(
      shown(
        put(`<p>Let <span class="MathJax"><nobr aria-hidden="true">a+b</nobr><span>${math}</span></span> be it.</p>`),
      ),
      'MathJax 2',
    ).to.equal('Let a+b be it.');
    expect(
      shown(
        put(
          `<p>Let <mjx-container><mjx-math aria-hidden="true"><mjx-mi></mjx-mi></mjx-math><mjx-assistive-mml>${math}</mjx-assistive-mml></mjx-container> be it.</p>`,
        ),
      ),
      'MathJax 3',
    ).to.equal('Let a+b be it.');
    expect(shown(put(`<p>Let ${math} be it.</p>`)), 'the browser’s own').to.equal('Let a+b be it.');
  });

  it('P15: leaves out the numbers of lines, and no numbers of the code', () => {
    const numbers = '1\n2\n';
    const code = 'x = 1\n7\n';
    for (const [made, html] of [
      [
        'Pygments',
        `<table><tr><td class="linenos"><div class="linenodiv"><pre>${numbers}</pre></div></td><td><pre>${code}</pre></td></tr></table>`,
      ],
      [
        'Rouge',
        `<table><tr><td class="rouge-gutter gl"><pre class="lineno">${numbers}</pre></td><td><pre>${code}</pre></td></tr></table>`,
      ],
      ['Chroma', `<pre><code><span class="lnt">1</span>x = 1\n<span class="lnt">2</span>7\n</code></pre>`],
      [
        'a theme',
        `<pre><code><i style="-webkit-user-select: none; user-select: none">1 </i>x = 1\n<i style="-webkit-user-select: none; user-select: none">2 </i>7\n</code></pre>`,
      ],
      ['for the eye', `<pre><code><i aria-hidden="true">1 </i>x = 1\n<i aria-hidden="true">2 </i>7\n</code></pre>`],
      ['none', `<pre><code>${code}</code></pre>`],
      [
        'a page that lets nobody select',
        `<div style="-webkit-user-select: none; user-select: none"><pre><code><b>x</b> = 1\n<b>7</b>\n</code></pre></div>`,
      ],
    ] as const) {
      expect(shown(put(html)), made).to.equal('x = 1\n7');
    }
    expect(shown(put('<table><tr><td>12</td><td>eggs</td></tr></table>')), 'a number in a table').to.equal('12\neggs');
  });

  it('I-1: reads the text of the author’s passage, but nothing that fills a place of ours in it', () => {
    const root = put('<p>a <afterword-feedback id="x">b<span slot="question">q</span></afterword-feedback> c</p>');
    expect(shown(root)).to.equal('a b c');
  });

  it('I-5: reads what is closed: <details> and hidden="until-found"', () => {
    const root = put(
      '<details><summary>More</summary><p>inside</p></details><div hidden="until-found"><p>later</p></div>',
    );
    // Where "until-found" is not known it is plain hidden, for reader and text alike.
    const known = 'onbeforematch' in document.body;
    expect(shown(root)).to.equal(known ? 'More\ninside\nlater' : 'More\ninside');
  });

  it('I-5: shows soft hyphens and runs of blanks as a reader sees them, and keeps them in the text', () => {
    const root = put('<p>hy\u00adphen   and\n  blank</p>');
    expect(shown(root)).to.equal('hyphen and blank');
    expect(mapOf(root).text).to.equal('hy\u00adphen   and\n  blank');
  });

  it('I-5: reads through shadow roots and slots in the order in which they are shown', () => {
    const root = put('<p>before</p><div id="host"><b slot="two">second</b><i slot="one">first</i></div><p>after</p>');
    const host = root.querySelector('#host') as Element;
    host.attachShadow({ mode: 'open' }).innerHTML =
      '<p>in <slot name="one"></slot></p><p>then <slot name="two"></slot></p><slot name="none">spare</slot>';
    expect(shown(root)).to.equal('before\nin first\nthen second\nspare\nafter');
    const map = mapOf(root);
    const ranges = map.rangesOf(0, map.text.length);
    expect(ranges.map(String).join('|').replace(/\s+/g, ' ')).to.equal('before|in |first|then |second|spare|after');
    for (const range of ranges) expect(map.spanOf(range)).not.to.equal(null);
  });

  it('I-5: reads an article that stands in a shadow root', () => {
    const root = inShadow('<p>in the <em>shadow</em></p>');
    const map = mapOf(root);
    expect(map.text).to.equal('in the shadow');
    expect(map.rangesOf(3, 13).map(String)).to.deep.equal(['the shadow']);
  });

  it('I-5: a range that ends outside its texts has the texts within it', () => {
    const root = put('<p>one</p><img alt=""><p>two</p><script>x</scr' + 'ipt><p>three</p>');
    const map = mapOf(root);
    const range = document.createRange();
    range.setStart(root, 1);
    range.setEnd(root, 4);
    const span = map.spanOf(range);
    expect(span && map.shown(span.start, span.end)).to.equal('two');
    range.selectNode(root);
    expect(map.spanOf(range)).to.deep.equal({ start: 0, end: map.text.length });
    range.setStart(root, 1);
    range.setEnd(root, 2);
    expect(map.spanOf(range)).to.equal(null);
  });

  it('I-5: text to range and back is the same place, in a hundred random pages', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = seededRandom(seed);
      const root = put('');
      grow(root, random, 3);
      const map = mapOf(root);
      for (let k = 0; k < 10 && map.text.length > 1; k++) {
        const start = random.below(map.text.length - 1);
        const end = start + 1 + random.below(map.text.length - start - 1);
        const ranges = map.rangesOf(start, end);
        if (!ranges.length) continue;
        // All visible signs, in the order in which they are shown, whatever trees and slots they are in.
        const signs = (text: string): string => [...text.replace(/\s/g, '')].join('');
        const pieces = map.piecesOf(start, end);
        expect(signs(pieces.map((it) => it.node.data.slice(it.from, it.to)).join('')), `seed ${seed}`).to.equal(
          signs(map.text.slice(start, end)),
        );
        const spans = ranges.map((it) => map.spanOf(it));
        expect(map.text.slice(start, spans[0]?.start).trim(), `seed ${seed}`).to.equal('');
        expect(map.text.slice(spans.at(-1)?.end, end).trim(), `seed ${seed}`).to.equal('');
      }
      root.remove();
    }
  });

  it('I-5: a described range is found again at the same place, in a hundred random pages', () => {
    let asked = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const random = seededRandom(1000 + seed);
      const root = put('');
      grow(root, random, 3);
      const map = mapOf(root);
      const words = [...map.text.matchAll(/\w+/g)];
      if (words.length > 1) {
        const first = random.below(words.length);
        const last = first + random.below(Math.min(12, words.length - first));
        const start = words[first]?.index ?? 0;
        const end = (words[last]?.index ?? 0) + (words[last]?.[0].length ?? 0);
        const [range] = map.rangesOf(start, end);
        const span = range && map.spanOf(range);
        if (span && span.start === start && span.end === end) {
          asked++;
          const found = findQuote(prepareText(mapOf(root).text), describeQuote(map.text, span.start, span.end));
          expect(found, `seed ${seed}`).to.deep.equal({ state: 'sure', start, end });
          const again = mapOf(root).rangesOf(start, end)[0];
          expect([again?.startContainer, again?.startOffset]).to.deep.equal([range.startContainer, range.startOffset]);
          expect([again?.endContainer, again?.endOffset]).to.deep.equal([range.endContainer, range.endOffset]);
        }
      }
      root.remove();
    }
    expect(asked).to.be.greaterThan(50);
  });

  it('I-5: knows the block around a place', () => {
    const root = put('<p id="a">one <b>two</b></p><table><tr><td id="b">three</td></tr></table>');
    const map = mapOf(root);
    expect(map.blockAt(spanOf(root, 'two').start).id).to.equal('a');
    expect(map.blockAt(spanOf(root, 'three').start).id).to.equal('b');
  });
});

/** Grows a random page: blocks, inline markup, what is left out, shadow roots with slots, empty and blank texts. */
function grow(parent: Element | ShadowRoot, random: Random, depth: number): void {
  for (let k = random.below(5) + 1; k > 0; k--) {
    const kind = random.below(10);
    if (depth === 0 || kind < 3) parent.append(someText(random));
    else if (kind === 3) parent.append(document.createElement('br'));
    else if (kind === 4) {
      const left = document.createElement(random.pick(['script', 'textarea', 'afterword-count', 'noscript']));
      if (left.localName === 'script') left.setAttribute('type', 'text/plain');
      left.append('left out');
      parent.append(left);
    } else if (kind === 5) {
      const host = document.createElement('div');
      parent.append(host);
      const shadow = host.attachShadow({ mode: 'open' });
      grow(shadow, random, depth - 1);
      shadow.append(document.createElement('slot'));
      grow(host, random, depth - 1);
    } else {
      const element = document.createElement(random.pick(['p', 'div', 'em', 'span', 'li', 'code', 'pre']));
      if (random.below(12) === 0) element.hidden = true;
      parent.append(element);
      grow(element, random, depth - 1);
    }
  }
}

function someText(random: Random): string {
  const words = ['oak', 'elm', 'ash', 'fir', 'yew', 'bay', 'fig', 'box', 'may', 'tea', '1872', 'é', '—'];
  return Array.from(
    { length: random.below(7) },
    () => random.pick(words) + random.pick([' ', ' ', '  ', '\n', '']),
  ).join('');
}
