import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';
import { shortCss, shorten, shortHtml } from '../../.config/short-templates.ts';

const styles: readonly [name: string, long: string, short: string][] = [
  ['indentation goes', '\n  .a {\n    color: red;\n  }\n', ' .a{color:red}'],
  ['a comment goes', '.a { /* why */ color: red; }', '.a{color:red}'],
  ['a comment does not join two words', '.a/* x */.b .c{}', '.a .b .c{}'],
  ['selectors keep their descendants', '.a .b > .c , :host ( .d ) {}', '.a .b>.c,:host ( .d ){}'],
  ['sums keep their spaces', 'width: calc(1px + 2 * var(--x));', 'width:calc(1px + 2 * var(--x));'],
  ['a string keeps what looks like a rule or a comment', `content: '; : /* a */ { }';`, `content:'; : /* a */ { }';`],
  ['an escaped quote does not end a string', `content: 'a\\' ; b' ; x: y`, `content:'a\\' ; b';x:y`],
  ['an empty variable stays valid', '--x: ; --y: 1px', '--x: ;--y:1px'],
  [
    'a nought before a point goes',
    `a: 0.5em; b: calc(0.25 * 10.05px) '0.5'; c: 0`,
    `a:.5em;b:calc(.25 * 10.05px) '0.5';c:0`,
  ],
  ['media queries stay apart', '@media (width > 3px) and (hover) {}', '@media (width>3px) and (hover){}'],
];
for (const [name, long, short] of styles) {
  test(`css: ${name}`, () => assert.equal(shortCss(long), short));
}

const pages: readonly [name: string, long: string, short: string][] = [
  ['a break between elements stays one space', '<b>a</b>\n   <i>b</i>', '<b>a</b> <i>b</i>'],
  ['attributes on lines of their own', '<b\n  class="x"\n  id="y"\n>a</b>', '<b class=x id=y>a</b>'],
  ['quotes stay where they are needed', '<b class="x y" id="a.b" data-c=""/>', '<b class="x y" id="a.b" data-c=""/>'],
  ['quotes stay before a slash, which would become part of the word', '<i id="a"/>', '<i id="a"/>'],
  ['quotes stay where an expression is between them', ' class="a', ' class="a'],
  ['the end of a tag behind an expression', '\n      >words', '>words'],
  ['spaces within a line are not touched', '<b>a  b</b>', '<b>a  b</b>'],
];
for (const [name, long, short] of pages) {
  test(`html: ${name}`, () => assert.equal(shortHtml(long), short));
}

test('only the templates of a source are shortened, expressions and all else stay', () => {
  const code = 'const a = html`<b\n  id=${x({ y: `\n  z` })}\n  >c</b\n>`;\n\nconst d = `\n  e`;';
  assert.equal(shorten(code), 'const a = html`<b id=${x({ y: `\n  z` })}>c</b>`;\n\nconst d = `\n  e`;');
});

test('around a whole style sheet no space is left', () => {
  assert.equal(shorten('css`\n  a {\n    b: c !important;\n  }\n`'), 'css`a{b:c!important}`');
});

test('a template inside a template is shortened too', () => {
  assert.equal(
    shorten('html`<a>\n  ${b ? html`<i>\n </i>` : css`x { }`}</a>`'),
    'html`<a> ${b ? html`<i> </i>` : css`x{}`}</a>`',
  );
});

test('a source without templates is left alone', () => {
  assert.equal(shorten('const a = `\n  b`;'), undefined);
});

test('every source of the elements still parses, and has as many expressions as before', () => {
  let shortened = 0;
  for (const file of readdirSync('src/elements').filter((it) => it.endsWith('.ts'))) {
    const code = readFileSync(`src/elements/${file}`, 'utf8');
    const short = shorten(code, file);
    if (short === undefined) continue;
    shortened++;
    assert.deepEqual(shape(short), shape(code), file);
  }
  assert.ok(shortened > 3);
});

/** The kinds of all nodes in order: the same program, whatever stands in its strings. */
function shape(code: string): ts.SyntaxKind[] {
  const kinds: ts.SyntaxKind[] = [];
  const visit = (node: ts.Node): void => {
    kinds.push(node.kind);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('x.ts', code, ts.ScriptTarget.ES2022, true));
  return kinds;
}
