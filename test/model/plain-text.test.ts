import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPlain } from '../../src/model/plain-text.ts';

const plain = [
  'Well said.',
  'Two lines\nand a third\n\nand a paragraph.',
  '2019. was a good year',
  'That costs $5 (or 4,50 €) - no more; 3 > 2, "quoted" and it’s fine!',
  ':) ;-) :-D <3 >:(',
  'Tom & Jerry, AT&T',
  'Issue #12, C# and 50%',
  'مرحبا بكم',
  '日本語のコメント',
  'a = b\n=====\nstill prose',
  '',
];

const marked = [
  '*really*',
  'f**k',
  '`code`',
  '> quoted',
  'said:\n> quoted',
  '- a list',
  '1. a list',
  '# heading',
  'see https://example.com',
  'www.example.com',
  '[here](x)',
  '<b>bold</b>',
  '&amp;',
  '||secret||',
  '~~gone~~',
  'back\\slash',
  '@Ann',
  'text\n---',
];

describe('whether a text can be shown as it stands', () => {
  for (const text of plain) it(`needs no markup: ${JSON.stringify(text)}`, () => assert.ok(isPlain(text)));
  for (const text of marked) it(`may need markup: ${JSON.stringify(text)}`, () => assert.ok(!isPlain(text)));
});
