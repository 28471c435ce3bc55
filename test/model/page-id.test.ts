import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cleanAddress, normalisePageId, pageId } from '../../src/model/page-id.ts';

const same: readonly (readonly [string, string])[] = [
  ['https://example.com/article', 'example.com/article'],
  ['http://example.com/article', 'example.com/article'],
  ['https://www.example.com/article', 'example.com/article'],
  ['https://EXAMPLE.com/article/', 'example.com/article'],
  ['https://example.com/article/index.html', 'example.com/article'],
  ['https://example.com/article/Index.PHP', 'example.com/article'],
  ['https://example.com/article/default.aspx', 'example.com/article'],
  ['https://example.com/article#comment-3', 'example.com/article'],
  ['https://example.com/article?utm_source=mail&utm_campaign=x', 'example.com/article'],
  ['https://example.com/article?fbclid=1&gclid=2&mc_eid=3', 'example.com/article'],
  ['https://example.com:443/article', 'example.com/article'],
  ['https://example.com/', 'example.com/'],
  ['https://example.com', 'example.com/'],
  ['https://example.com/index.html', 'example.com/'],
  ['https://example.com/%7euser/', 'example.com/~user'],
  ['https://example.com/a%c3%a9', 'example.com/a%C3%A9'],
  ['https://example.com/مقال', 'example.com/%D9%85%D9%82%D8%A7%D9%84'],
];

const different: readonly (readonly [string, string])[] = [
  ['https://example.com:8080/article', 'example.com:8080/article'],
  ['https://blog.example.com/article', 'blog.example.com/article'],
  ['https://example.com/Article', 'example.com/Article'],
  ['https://example.com/?p=42&utm_medium=x', 'example.com/?p=42'],
  ['https://example.com/a?b=2&a=1', 'example.com/a?a=1&b=2'],
  ['https://example.com/indexes', 'example.com/indexes'],
  ['https://wwwexample.com/a', 'wwwexample.com/a'],
  ['https://example.com/article?campaign=utm_source', 'example.com/article?campaign=utm_source'],
];

describe('the id of a page', () => {
  for (const [address, id] of same)
    it(`E-3: ${address} is the page ${id}`, () => assert.equal(normalisePageId(address), id));
  for (const [address, id] of different) {
    it(`E-3: ${address} keeps what tells pages apart`, () => assert.equal(normalisePageId(address), id));
  }

  it('E-3: normalising an id again changes nothing', () => {
    for (const [, id] of [...same, ...different]) {
      assert.equal(normalisePageId(normalisePageId(`https://${id}`)), id);
      assert.equal(normalisePageId(id), id);
    }
  });

  it('E-3: an author’s own id is kept as it is', () => {
    for (const id of ['post-42', 'Über uns', '2024/01/x?y', 'a:b', '']) assert.equal(normalisePageId(` ${id} `), id);
  });

  it('E-3: an address that cannot be read is kept as it is', () => {
    assert.equal(normalisePageId('https://[bad/'), 'https://[bad/');
  });

  it('E-3: the canonical link beats the address', () => {
    assert.deepEqual(pageId('https://example.com/a?print=1', 'https://example.com/a'), {
      id: 'example.com/a',
      url: 'https://example.com/a',
      ignoredCanonical: false,
    });
  });

  it('E-3: a relative canonical link is read from the address', () => {
    assert.equal(pageId('https://example.com/x/a?print=1', '../b').id, 'example.com/b');
  });

  it('E-3: a canonical link to the front page from elsewhere is ignored, and said', () => {
    for (const link of ['https://example.com/', 'https://example.com', '/', 'https://www.example.com/index.html']) {
      const found = { id: 'example.com/a', url: 'https://example.com/a', ignoredCanonical: true };
      assert.deepEqual(pageId('https://example.com/a', link), found, link);
    }
  });

  it('E-3: on the front page itself the canonical link holds', () => {
    assert.deepEqual(pageId('https://example.com/?utm_source=x', 'https://example.com/'), {
      id: 'example.com/',
      url: 'https://example.com/',
      ignoredCanonical: false,
    });
  });

  it('E-3: a canonical link that is no address of the web is not used', () => {
    for (const link of ['javascript:alert(1)', 'mailto:a@example.com', 'https://[bad/', '']) {
      assert.equal(pageId('https://example.com/a', link).id, 'example.com/a');
    }
  });

  const routes: readonly (readonly [string, string])[] = [
    ['https://example.com/#/post/1', 'example.com/#/post/1'],
    ['https://example.com/app/index.html#/post/1/', 'example.com/app#/post/1'],
    ['https://example.com/#!/post/1', 'example.com/#!/post/1'],
    ['https://example.com/#/post/1?utm_source=x&b=2&a=1', 'example.com/#/post/1?a=1&b=2'],
    ['https://example.com/?utm_source=x#/post/1', 'example.com/#/post/1'],
    ['https://example.com/?afterword-comment=c1#/post/1', 'example.com/#/post/1'],
    ['https://example.com/#/post/1#section', 'example.com/#/post/1'],
    ['https://example.com/#/', 'example.com/'],
    ['https://example.com/#!/', 'example.com/'],
    ['https://example.com/#/?utm_source=x', 'example.com/'],
    ['https://example.com/#/?p=1', 'example.com/#?p=1'],
    ['https://example.com/a#section/2', 'example.com/a'],
    ['https://example.com/a#!important', 'example.com/a'],
    ['https://example.com/a#comment-1', 'example.com/a'],
  ];
  for (const [address, id] of routes)
    it(`P10: ${address} is the page ${id}`, () => {
      assert.equal(normalisePageId(address), id);
      assert.equal(normalisePageId(cleanAddress(address)), id);
      assert.equal(pageId(address).id, id);
    });

  it('P10: a canonical link without the router’s part makes no one page of all', () => {
    const address = 'https://example.com/app/#/post/1';
    for (const link of ['https://example.com/app/', '/app/index.html'])
      assert.deepEqual(pageId(address, link), {
        id: 'example.com/app#/post/1',
        url: 'https://example.com/app/#/post/1',
        ignoredCanonical: false,
      });
    assert.equal(pageId(address, 'https://example.com/').ignoredCanonical, true);
    assert.equal(pageId(address, '/post/1').id, 'example.com/post/1');
    assert.equal(pageId(address, '#/post/2').id, 'example.com/app#/post/2');
  });

  const clean: readonly (readonly [string, string])[] = [
    ['https://example.com/a?utm_source=x&fbclid=y&mc_eid=z', 'https://example.com/a'],
    ['https://www.Example.com/A/index.html?b=2&utm_source=x&a=1#top', 'https://www.example.com/A/index.html?b=2&a=1'],
    ['https://example.com/#/post/1?utm_source=x', 'https://example.com/#/post/1'],
    ['https://example.com/?afterword-comment=c#!/post/1/', 'https://example.com/#!/post/1/'],
    ['https://user:secret@example.com/a', 'https://example.com/a'],
    ['file:///home/me/a.html#x', 'file:///home/me/a.html'],
    ['not an address', 'not an address'],
  ];
  for (const [address, shown] of clean)
    it(`P11: ${address} is shown to others as ${shown}`, () => {
      assert.equal(cleanAddress(address), shown);
      assert.equal(cleanAddress(shown), shown);
      assert.equal(normalisePageId(shown), normalisePageId(address));
    });

  it('P11: others are sent to the canonical link of the same origin, without what a reader brought', () => {
    const address = 'https://example.com/a?print=1&utm_source=x';
    assert.equal(pageId(address, '/a?fbclid=1').url, 'https://example.com/a');
    assert.equal(pageId(address, 'https://elsewhere.example/a').url, 'https://example.com/a?print=1');
    assert.equal(pageId(address, '/').url, 'https://example.com/a?print=1');
    assert.equal(pageId(address).url, 'https://example.com/a?print=1');
    assert.equal(pageId('https://example.com/a/index.html', '/a/').url, 'https://example.com/a/');
  });
});
