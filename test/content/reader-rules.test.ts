/** What is typed is what is read: for each reader rule, what a commenter types and what the browser shows. */
import { expect } from '@open-wc/testing';
import { htmlOf, show } from './shown.ts';

type Example = readonly [typed: string, shown: string];

const line = (text: string): Example => [
  text,
  `<p>${text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replaceAll('\n', '<br>')}</p>`,
];
/** A bare address is a link, and what stands behind it is not in it. */
const address = (link: string, tail: string, href = link): Example => [
  `See ${link.replaceAll('&amp;', '&')}${tail}`,
  `<p>See <a href="${href}">${link}</a>${tail}</p>`,
];
const spoiler = (inside: string) => `<details><summary>Spoiler</summary>${inside}</details>`;

const examples: Readonly<Record<string, readonly Example[]>> = {
  'a line break is a line break': [
    line('Dear all,\nthank you.\nMara'),
    ['one  \ntwo', '<p>one<br>two</p>'],
    ['one\n\ntwo', '<p>one</p><p>two</p>'],
    ['- milk\n  two bottles', '<ul><li>milk<br>two bottles</li></ul>'],
    ['> first\n> second', '<blockquote><p>first<br>second</p></blockquote>'],
    line('ends with a backslash \\\nand goes on'),
    ['Windows line ends\r\ntoo', '<p>Windows line ends<br>too</p>'],
  ],
  'a line of dashes is a line of dashes, and no line is a heading by what stands below it': [
    line('Well said\n---------'),
    line('Really?\n===='),
    line('before\n---\nafter'),
    line('before\n***\nafter'),
    ['> you wrote this\n-----\nI answer', '<blockquote><p>you wrote this</p></blockquote><p>-----<br>I answer</p>'],
    ['- a point\n-----\nI answer', '<ul><li>a point</li></ul><p>-----<br>I answer</p>'],
    ['> quoted\n> ----\nI answer', '<blockquote><p>quoted<br>----</p></blockquote><p>I answer</p>'],
    ['part one\n\n---\n\npart two', '<p>part one</p><hr><p>part two</p>'],
    line('--\nMara'),
    line('######'),
    ['# A heading\n---', '<h4>A heading</h4><hr>'],
  ],
  'indented lines are lines, not code': [
    ['    four spaces in', '<p>    four spaces in</p>'],
    ['\tone tab in', '<p>\tone tab in</p>'],
    ['a verse\n    that steps in\n\n    and again', '<p>a verse<br>that steps in</p><p>    and again</p>'],
  ],
  'no emphasis inside words': [
    line('f**k this s**t, you a**holes'),
    line('2*3*4 = 24 and 2**8 = 256'),
    line('snake_case_name and __init__.py_file'),
    line('(a)*(b)*(c)'),
    line('un*frigging*believable'),
    line('f**king** f**u**k and s**t and 2**10**2 and __un__believable'),
    line('What the **** is that ****'),
    line('from ~5 to ~10, so nice~ and ~free'),
    line('H~2~O'),
    [
      '*really* (*no*) **"yes"** _so_ __there__',
      '<p><em>really</em> (<em>no</em>) <strong>"yes"</strong> <em>so</em> <strong>there</strong></p>',
    ],
    [
      '***both*** and **a *nested* one**',
      '<p><em><strong>both</strong></em> and <strong>a <em>nested</em> one</strong></p>',
    ],
    ['~~gone~~', '<p><del>gone</del></p>'],
    ['这是**重点**内容', '<p>这是<strong>重点</strong>内容</p>'],
    ['そこが**大事**です', '<p>そこが<strong>大事</strong>です</p>'],
  ],
  'L18: bold inside a word is bold': [
    ['**un**believable', '<p><strong>un</strong>believable</p>'],
    ['un**frigging**believable', '<p>un<strong>frigging</strong>believable</p>'],
    ['**Rindfleisch**etikettierung', '<p><strong>Rindfleisch</strong>etikettierung</p>'],
    ['f**k, that was **un**fair', '<p>f**k, that was <strong>un</strong>fair</p>'],
    ['**не**возможно', '<p><strong>не</strong>возможно</p>'],
  ],
  'L18: punctuation of any script behind an address is not part of it': [
    ...['”', '’', '»', '…', '—', '–', '。', '，', '）', '،', '؟', '\u200b', '.”', '’”', '」。', '\u3000', '!”'].map(
      (tail) => address('https://example.com/a', tail),
    ),
    address('https://example.com/a', '，然后再看。'),
    address('https://example.com/a', '—and so on'),
    address('https://example.com/a', '”, she said'),
    address('www.example.com/a', '…', 'http://www.example.com/a'),
    address('https://example.com/a_(b)', ' (c)'),
    address('https://example.com/a?b=c&amp;d#e', ' and'),
    address('https://example.com/Schindler’s_List', '.', 'https://example.com/Schindler%E2%80%99s_List'),
    address(
      'https://example.com/ドン・キホーテ',
      '。',
      'https://example.com/%E3%83%89%E3%83%B3%E3%83%BB%E3%82%AD%E3%83%9B%E3%83%BC%E3%83%86',
    ),
    address('https://example.com/東京', '。', 'https://example.com/%E6%9D%B1%E4%BA%AC'),
  ],
  'an ordered list begins at 1': [
    line('2019. was a good year'),
    line('8) at the latest'),
    line('3. no, and you know it'),
    line('We met in\n1984. It rained'),
    line('1.'),
    line('-'),
    line('+'),
    ['1. one\n2. two', '<ol><li>one</li><li>two</li></ol>'],
    ['1. one\n1. two\n1. three', '<ol><li>one</li><li>two</li><li>three</li></ol>'],
    ['1. yes\n3. no', '<ol><li>yes</li><li value="3">no</li></ol>'],
    ['1. first we came\n2019. was next', '<ol><li>first we came</li><li value="2019">was next</li></ol>'],
    ['- my year\n2019. was', '<ul><li>my year</li></ul><p>2019. was</p>'],
    ['0. nothing\n1. something', '<ol start="0"><li>nothing</li><li>something</li></ol>'],
    ['- [ ] not a form', '<ul><li>[ ] not a form</li></ul>'],
  ],
  'a quote ends with its line': [
    ['> you said\nI answer', '<blockquote><p>you said</p></blockquote><p>I answer</p>'],
    ['I answer\n> you said\nand again', '<p>I answer</p><blockquote><p>you said</p></blockquote><p>and again</p>'],
    [
      '> > deep\n> less deep\nout',
      '<blockquote><blockquote><p>deep</p></blockquote><p>less deep</p></blockquote><p>out</p>',
    ],
    ['>no space\n>either', '<blockquote><p>no space<br>either</p></blockquote>'],
    ['> - a list\nnot in it', '<blockquote><ul><li>a list</li></ul></blockquote><p>not in it</p>'],
  ],
  'an unknown tag is shown as typed, a short list of tags works': [
    line('<sigh> not again </sigh>'),
    line('<irony>sure</irony>'),
    line('if a <b and c> d'),
    line('List<String> names; std::vector<int>'),
    line('<div class="x">\ntext\n</div>'),
    line('<!-- a remark -->'),
    line('<!DOCTYPE html>'),
    line('<?php echo 1 ?>'),
    line('<script>alert(1)</script>'),
    line('<img src="x" onerror="alert(1)">'),
    line('I am <b>bold'),
    line('no </details> here'),
    line('<details> never closed'),
    [
      '<b>bold</b> <i>it</i> H<sub>2</sub>O <kbd>Ctrl</kbd> <s>no</s>',
      '<p><b>bold</b> <i>it</i> H<sub>2</sub>O <kbd>Ctrl</kbd> <s>no</s></p>',
    ],
    ['<B onclick="x()">big</B>', '<p><b>big</b></p>'],
    ['*<sigh>*', '<p><em>&lt;sigh&gt;</em></p>'],
    ['<b>*both*</b>', '<p><b><em>both</em></b></p>'],
    ['<code>a<b>&lt;*c*</code>', '<p><code>a&lt;b&gt;&lt;*c*</code></p>'],
    ['<pre>\nfor\n\n  <x>\n</pre>', '<pre><code>for\n\n  &lt;x&gt;</code></pre>'],
    ['a<br>b<br/>c', '<p>a<br>b<br>c</p>'],
    [
      '<blockquote>he <sigh>\nsaid</blockquote>\nI answer',
      '<blockquote><p>he &lt;sigh&gt;<br>said</p></blockquote><p>I answer</p>',
    ],
    ['<p>one</p><p>two</p>', '<p>one</p><p>two</p>'],
    [
      '<a href="https://a.example/x">an *old* habit</a>',
      '<p><a href="https://a.example/x">an <em>old</em> habit</a></p>',
    ],
    line('<a href="javascript:alert(1)">no</a>'),
  ],
  'smileys stay text': [
    line(":) ;-) :( :'( :D :P <3 </3 8) B-) (: =) :o) ^^ -.- o_O T_T"),
    line('>:('),
    line('>:( no\n>.<\n>_> really'),
    line('8) cool'),
    line('*_* how nice *_*'),
    line('-_- again -_- and (^_^) and >_< ok >_<'),
    line('love :* and :-* to *you :*'),
    line('*\\o/* hurray *\\o/*'),
    line('¯\\_(ツ)_/¯ who knows ¯\\_(ツ)_/¯'),
    line(':\\ :-\\ \\o/ \\m/'),
    line('Hm\n:-|'),
    line('ಠ_ಠ (╯°□°)╯︵ ┻━┻ ಠ_ಠ'),
    line('xD :] :[ :-] [: :-[ [-:'),
  ],
  'a spoiler is a closed disclosure': [
    ['||he dies||', spoiler('<p>he dies</p>')],
    ['The end: ||he *dies*||, sadly', `<p>The end:</p> ${spoiler('<p>he <em>dies</em></p>')}<p>, sadly</p>`],
    ['||\nfirst\n\n- second\n||\nafter', `${spoiler('<p>first</p><ul><li>second</li></ul>')}<p>after</p>`],
    ['>!the butler!<', spoiler('<p>the butler</p>')],
    [
      '<details><summary>Part two</summary>\n\nthe **end**\n\n</details>',
      '<details><summary>Part two</summary><p>the <strong>end</strong></p></details>',
    ],
    ['<details open>shown</details>', '<details><p>shown</p></details>'],
    line('if (a || b || c) return a||b'),
    line('||never closed'),
    line('||||'),
  ],
  'links are links, and what is no address stays as typed': [
    [
      'see https://a.example/b_c_d(e)?f=*g*&h now',
      '<p>see <a href="https://a.example/b_c_d(e)?f=*g*&amp;h">https://a.example/b_c_d(e)?f=*g*&amp;h</a> now</p>',
    ],
    ['*see https://a.example*', '<p><em>see <a href="https://a.example">https://a.example</a></em></p>'],
    [
      '[the *page*](https://a.example "title")',
      '<p><a href="https://a.example" title="title">the <em>page</em></a></p>',
    ],
    ['<https://a.example>', '<p><a href="https://a.example">https://a.example</a></p>'],
    ['mara@a.example', '<p><a href="mailto:mara@a.example">mara@a.example</a></p>'],
    ['[a][1]\n\n[1]: https://a.example', '<p><a href="https://a.example">a</a></p>'],
    line('[Edit]: typo'),
    ['[Source]: https://a.example', '<p>[Source]: https://a.example</p>'],
    line('[click](javascript:alert(1)) [here](/page) [x](data:text/html,x)'),
    line('[citation needed] [1] [sic!]'),
  ],
  'a backslash is a backslash, except before a mark': [
    line('C:\\dir\\new and \\\\server\\share'),
    ['\\*not emphasis\\* and 1\\. not a list', '<p>*not emphasis* and 1. not a list</p>'],
  ],
  'what Markdown is used for works': [
    ['## Two\n\ntext', '<h5>Two</h5><p>text</p>'],
    [
      '`a *b*` and\n```js\nlet a = "<b>";\n```',
      '<p><code>a *b*</code> and</p><pre><code>let a = "&lt;b&gt;";</code></pre>',
    ],
    [
      '| a | b |\n|---|--:|\n| 1 | *2* |',
      '<table><thead><tr><th>a</th><th align="right">b</th></tr></thead><tbody><tr><td>1</td><td align="right"><em>2</em></td></tr></tbody></table>',
    ],
    line('| a | b |\n|---|---|\n| 1 | 2 | 3 too many |'),
    [
      'a | b\n- | -\n1 \\| one | 2',
      '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1 | one</td><td>2</td></tr></tbody></table>',
    ],
    ['&lt;b&gt; &amp; &copy; &#42;', '<p>&lt;b&gt; &amp; © *</p>'],
    ['~~~\ncode\n~~~', '<pre><code>code</code></pre>'],
    line('~~~\nthat was that'),
  ],
};

describe('the reader rules', () => {
  for (const [rule, table] of Object.entries(examples)) {
    describe(`R-5: ${rule}`, () => {
      for (const [typed, shown] of table) {
        it(`R-5: ${JSON.stringify(typed)} is read as typed`, () => {
          expect(htmlOf(typed)).to.equal(shown);
        });
      }
    });
  }

  it('R-5: headings begin below the heading of the comment they stand in', () => {
    expect(htmlOf('# One', 'markdown', { headingLevel: 4 })).to.equal('<h5>One</h5>');
    expect(htmlOf('# One', 'markdown', { headingLevel: 5 })).to.equal('<h6>One</h6>');
    expect(htmlOf('### Three', 'markdown', { headingLevel: 5 })).to.equal('<h6>Three</h6>');
    expect(htmlOf('<h1>One</h1><H2 id="x">Two</H2>', 'html', { headingLevel: 3 })).to.equal('<h4>One</h4><h5>Two</h5>');
  });

  it('R-5: a mention is one piece, whatever its name is made of', () => {
    const mentions = ['Ann', 'Ann *the* [real] one', 'snake_case_', 'مريم', 'Jean-Luc (2) a/b $1 ^.'].map((name) => ({
      id: name,
      name,
    }));
    const shown = (text: string) => htmlOf(text, 'markdown', { mentions });
    expect(shown('@Ann *the* [real] one is *right*')).to.equal(
      '<p><bdi>@Ann *the* [real] one</bdi> is <em>right</em></p>',
    );
    expect(shown('@Ann, @Anna and me@Ann.example')).to.contain('<p><bdi>@Ann</bdi>, @Anna and ');
    expect(shown('_hey @snake_case__')).to.equal('<p><em>hey <bdi>@snake_case_</bdi></em></p>');
    expect(shown('@مريم hello')).to.equal('<p><bdi>@مريم</bdi> hello</p>');
    expect(shown('@Jean-Luc (2) a/b $1 ^., *yes*')).to.equal('<p><bdi>@Jean-Luc (2) a/b $1 ^.</bdi>, <em>yes</em></p>');
    expect(shown('`@Ann`')).to.equal('<p><code>@Ann</code></p>');
    expect(htmlOf('@Ann')).to.equal('<p>@Ann</p>');
  });

  it('R-5: a long quarrel reads as it was typed', () => {
    const block = show(quarrel);
    const words = (text: string) => text.replace(/\s+/g, ' ').trim();
    block.querySelectorAll('br').forEach((end) => end.replaceWith('\n'));
    const blocks = [...block.children].map((child) => [child.localName, words(child.textContent ?? '')]);
    expect(blocks).to.deep.equal([
      ['blockquote', 'You never read the article. Admit it >:('],
      ['p', 'f**k off, I read it TWICE. Once at 8) in the morning, once at night.'],
      ['blockquote', '2019. was when they closed the ferry, not 2018'],
      ['p', '---------- Wrong again <sigh>. It says so right at the top:'],
      ['p', '2018. was the last full season, in 2019. they only ran on week-ends ;-)'],
      ['blockquote', 'a*b*c is not an argument either'],
      ['p', 'No, it is a formula -_- and so is snake_case_thing. Look: 2*3*4 = 24 and (a)*(b)*(c) whatever'],
      ['p', 'But fine. My points, once more:'],
      ['ol', 'nobody asked the islanders the harbour is f**king empty and then they wonder :-|'],
      ['p', '¯\\_(ツ)_/¯'],
      ['p', 'I am done here. <slams door> PS: the butler… sorry, the mayor:'],
      ['details', 'Spoilersold the boat'],
      ['p', '-- K.'],
    ]);
    const meant = [...block.querySelectorAll('em, strong')].map((child) => child.textContent);
    expect(meant, 'only what was meant is emphasised').to.deep.equal(['f**king', 'I']);
  });
});

/** Our own: two people who know no Markdown and would not care. */
const quarrel = `> You never read the article. Admit it >:(
f**k off, I read it TWICE.
Once at 8) in the morning, once at night.
> 2019. was when they closed the ferry, not 2018
----------
Wrong again <sigh>. It says so right at the top:

2018. was the last full season,
in 2019. they only ran on week-ends ;-)

> a*b*c is not an argument either

No, it is a formula -_- and so is snake_case_thing. Look:
    2*3*4 = 24
    and (a)*(b)*(c) whatever

But fine. My points, once more:

1. nobody asked the islanders
2. the harbour is **f**king** empty
3. and then they wonder :-|

¯\\_(ツ)_/¯

*I* am done here. <slams door>
PS: the butler… sorry, the mayor: ||sold the boat||
-- K.`;
