/**
 * Markdown as others know it: with the reader rules off, the examples of CommonMark 0.31.2 and GFM 0.29 lose exactly what
 * marked is known to miss (SECURITY, Rendering 9); with them, no word of an example is lost. In a real browser, because
 * two pieces of HTML are the same when a browser makes the same of them.
 */
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../helpers/reader.ts';
import { scriptOf } from './in-a-page.ts';

interface Example {
  readonly example: number;
  readonly markdown: string;
  readonly html: string;
}

const data = fileURLToPath(new URL('../../../shared/data/commonmark/', import.meta.url));

/** Of our own writing: each construct once, so that a clone without the examples checks something, too. */
const own: readonly Example[] = (
  [
    ['# One #\n\nTwo\n===\n', '<h1>One</h1><h1>Two</h1>'],
    ['a\nb  \nc\\\nd', '<p>a b<br>c<br>d</p>'],
    ['> a\nb', '<blockquote><p>a b</p></blockquote>'],
    ['3. a\n4. b', '<ol start="3"><li>a</li><li>b</li></ol>'],
    ['- a\n\n  b\n- c', '<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>'],
    ['    code <b>', '<pre><code>code &lt;b&gt;\n</code></pre>'],
    ['```js\nlet a;\n```', '<pre><code class="language-js">let a;\n</code></pre>'],
    [
      '*a* **b** ***c*** _d_ `e`',
      '<p><em>a</em> <strong>b</strong> <em><strong>c</strong></em> <em>d</em> <code>e</code></p>',
    ],
    [
      '[a](/b "c") ![d](/e) <https://f.example>',
      '<p><a href="/b" title="c">a</a> <img src="/e" alt="d"> <a href="https://f.example">https://f.example</a></p>',
    ],
    ['[a]\n\n[a]: /b', '<p><a href="/b">a</a></p>'],
    ['<div>\n*a*\n\n*b*\n</div>', '<div> *a*<p><em>b</em></p></div>'],
    [
      '| a | b |\n|---|:-:|\n| c | ~~d~~ |',
      '<table><thead><tr><th>a</th><th align="center">b</th></tr></thead><tbody><tr><td>c</td><td align="center"><del>d</del></td></tr></tbody></table>',
    ],
    ['a &amp; &copy; \\* ---', '<p>a &amp; © * ---</p>'],
  ] as const
).map(([markdown, html], nth) => ({ example: nth + 1, markdown, html }));

const sets = [
  { name: 'our own examples', examples: () => own, misses: [] },
  {
    name: 'CommonMark 0.31.2',
    file: 'commonmark-0.31.2.json',
    misses: [32, 33, 148, 503, 602, 608, 611, 612],
  },
  { name: 'GFM 0.29', file: 'gfm-0.29.json', misses: [118, 328, 329, 511, 610, 616, 619, 620, 645, 646, 653] },
];

describe('Markdown as others know it', () => {
  let browser: Browser;
  let page: Page;

  before(async () => {
    browser = await openBrowser();
    page = await browser.newPage();
    await page.addScriptTag({
      content: await scriptOf(`
        import { markdownToHtml, sanitize } from './src/content/sanitize.ts';
        /** What a browser makes of HTML, without the white space that is never seen and the order of attributes. */
        const tree = (node, kept = false) => {
          if (node.nodeType === 8) return '<!-->';
          if (node.nodeType === 3) return kept ? node.data.replace(/\\s/g, (it) => '\\\\' + it.charCodeAt(0)) : node.data.replace(/\\s+/g, ' ');
          const inside = (of) => [...of.childNodes].map((it) => tree(it, kept || node.localName === 'pre')).join('');
          const attributes = [...(node.attributes ?? [])].map((it) => it.name + '=' + it.value).sort();
          const body = inside(node).trim();
          return node.localName ? '<' + [node.localName, ...attributes].join(' ') + '>' + body + '</>' : body;
        };
        const parsed = (html) => {
          const template = document.createElement('template');
          template.innerHTML = html;
          return template.content;
        };
        const same = (html) => tree(parsed(html)).replace(/\\s*(<\\/?[^>]*>)\\s*/g, '$1');
        globalThis.misses = (examples) =>
          examples.filter((it) => same(markdownToHtml(it.markdown, {}, 'none')) !== same(it.html)).map((it) => it.example);
        globalThis.textLostBySanitiser = (examples) =>
          examples
            .filter((it) => {
              const html = markdownToHtml(it.markdown, {}, 'none');
              const clean = parsed(String(sanitize(html, 'html', { images: 'remote' }) ?? ''));
              return clean.textContent.trim() !== parsed(html).textContent.trim();
            })
            .map((it) => it.example);
        // Characters by name or number, what stands behind the marks of a code block, and the tags that work.
        const unread = new RegExp(
          '&#?\\\\w+;|^( *[>-] +)?(?:\\x60{3,}|~{3,}).*$|' +
            '</?(?:a|b|i|em|strong|u|s|del|ins|sub|sup|code|kbd|pre|p|br|hr|blockquote|ul|ol|li|details|summary)\\\\b[^<>]*>',
          'gm',
        );
        globalThis.textLostOfImports = (comments) =>
          comments
            .filter((it) => {
              const words = (node) => node.textContent.replace(/\\s+/g, '');
              const typed = parsed(it.text);
              typed.querySelectorAll('script, style').forEach((hidden) => hidden.remove());
              typed.querySelectorAll('img').forEach((image) => image.replaceWith(image.alt || image.getAttribute('src')));
              const html = sanitize(it.text, 'html', {});
              return html === null || words(parsed(String(html))) !== words(typed);
            })
            .map((it) => it.id);
        globalThis.wordsLost = (examples) =>
          examples
            .map((it) => {
              const clean = parsed(String(sanitize(it.markdown, 'markdown', {}) ?? it.markdown));
              const attributes = [...clean.querySelectorAll('*')].flatMap((el) => [...el.attributes].map((at) => at.value));
              const shown = [clean.textContent, ...attributes].join(' ');
              const typed = it.markdown.replace(unread, ' ').match(/[\\p{L}\\p{N}]{2,}/gu) ?? [];
              return { example: it.example, lost: typed.filter((word) => !shown.includes(word)) };
            })
            .filter((it) => it.lost.length);
      `),
    });
  });

  after(() => browser.close());

  const ask = <T>(what: string, examples: readonly Example[]): Promise<T> =>
    page.evaluate(
      ([name, all]) => (globalThis as unknown as Record<string, (all: unknown) => T>)[name as string]?.(all) as T,
      [what, examples] as const,
    );

  for (const set of sets) {
    const file = 'file' in set ? `${data}${set.file}` : null;
    const absent = file !== null && !existsSync(file);
    const skip = absent ? 'skipped: no shared data' : false;
    if (absent) console.log(`skipped: no shared data for ${set.name}`);
    const examples = (): readonly Example[] =>
      file === null ? own : (JSON.parse(readFileSync(file, 'utf8')) as readonly Example[]);

    it(`R-5: with the reader rules off, ${set.name} loses exactly what marked misses`, { skip }, async () => {
      const misses = await ask<number[]>('misses', examples());
      assert.deepEqual(misses, set.misses);
    });

    it(`the sanitiser loses no text of ${set.name} where there is no HTML in it`, { skip }, async () => {
      const plain = examples().filter(({ markdown }) => !/<[a-z/!?]/i.test(markdown.replace(/<https?:[^>]*>/g, '')));
      assert.deepEqual(await ask<number[]>('textLostBySanitiser', plain), []);
    });

    it(`R-5: with the reader rules, no word of ${set.name} is lost`, { skip }, async () => {
      const lost = await ask<object[]>('wordsLost', examples());
      assert.deepEqual(lost, []);
    });
  }

  const threads = fileURLToPath(new URL('../../../shared/data/threads/', import.meta.url));
  const skip = existsSync(threads) ? false : 'skipped: no shared data';
  if (skip) console.log('skipped: no shared data for real comments');

  it('R-5: no word of a real comment is lost', { skip }, async () => {
    let looked = 0;
    for (const file of readdirSync(threads).filter((name) => name.endsWith('.json'))) {
      const comments = JSON.parse(readFileSync(threads + file, 'utf8')) as {
        id: string;
        text: string;
        format: string;
      }[];
      const written = (format: string) => comments.filter((it) => it.format === format);
      const markdown = written('markdown').map((it) => ({ example: it.id, markdown: it.text, html: '' }));
      assert.deepEqual(await ask<object[]>('wordsLost', markdown as never), [], file);
      assert.deepEqual(await ask<string[]>('textLostOfImports', written('html') as never), [], file);
      looked += comments.length;
    }
    assert.ok(looked > 0);
    console.log(`${looked} real comments`);
  });
});
