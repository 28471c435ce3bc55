import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { normalisePageId, pageId } from '../../src/model/page-id.ts';

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
      ignoredCanonical: false,
    });
  });

  it('E-3: a relative canonical link is read from the address', () => {
    assert.equal(pageId('https://example.com/x/a?print=1', '../b').id, 'example.com/b');
  });

  it('E-3: a canonical link to the front page from elsewhere is ignored, and said', () => {
    for (const link of ['https://example.com/', 'https://example.com', '/', 'https://www.example.com/index.html']) {
      assert.deepEqual(pageId('https://example.com/a', link), { id: 'example.com/a', ignoredCanonical: true }, link);
    }
  });

  it('E-3: on the front page itself the canonical link holds', () => {
    assert.deepEqual(pageId('https://example.com/?utm_source=x', 'https://example.com/'), {
      id: 'example.com/',
      ignoredCanonical: false,
    });
  });

  it('E-3: a canonical link that is no address of the web is not used', () => {
    for (const link of ['javascript:alert(1)', 'mailto:a@example.com', 'https://[bad/', '']) {
      assert.equal(pageId('https://example.com/a', link).id, 'example.com/a');
    }
  });
});
