import assert from 'node:assert/strict';
import { it } from 'node:test';
import { commentLink } from '../../src/model/comment-link.ts';
import { cleanAddress } from '../../src/model/page-id.ts';

const links: readonly (readonly [string, string])[] = [
  ['https://example.com/a', 'https://example.com/a#comment-c%201'],
  ['https://example.com/a?p=1', 'https://example.com/a?p=1#comment-c%201'],
  ['https://example.com/#/post/1', 'https://example.com/?afterword-comment=c%201#/post/1'],
  ['https://example.com/?p=1#!/post/1?a=2', 'https://example.com/?p=1&afterword-comment=c%201#!/post/1?a=2'],
];

for (const [page, link] of links)
  it(`P10: the link of a comment on ${page} leaves the router its fragment`, () => {
    assert.equal(commentLink(page, 'c 1'), link);
    assert.equal(cleanAddress(link), page);
  });
