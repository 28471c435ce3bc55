/** One mailbox, whatever spelling: the table of examples with the source of each. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readMailbox } from '../../../src/server/rules/mailboxes.ts';

/** Spelling, where it is sent, which mailbox it means, and who says so. */
const READ: readonly (readonly [string, string, string, string])[] = [
  ['ann@example.com', 'ann@example.com', 'ann@example.com', 'RFC 5321'],
  ['  ann@example.com ', 'ann@example.com', 'ann@example.com', 'blanks of a paste'],
  [
    'Ann@Example.COM',
    'Ann@example.com',
    'ann@example.com',
    'RFC 5321, 2.4: a domain has no case, a local part in practice none',
  ],
  [
    "o'neil/sales!#$%&*=?^_`{|}~-@example.com",
    "o'neil/sales!#$%&*=?^_`{|}~-@example.com",
    "o'neil/sales!#$%&*=?^_`{|}~-@example.com",
    'RFC 5322, 3.2.3: atext',
  ],
  ['ann+news@example.com', 'ann+news@example.com', 'ann@example.com', 'RFC 5233: subaddress'],
  ['ann+a+b@example.com', 'ann+a+b@example.com', 'ann@example.com', 'RFC 5233'],
  ['+tag@example.com', '+tag@example.com', '+tag@example.com', 'a tag alone is a name'],
  ['a.n.n+x@gmail.com', 'a.n.n+x@gmail.com', 'ann@gmail.com', 'Gmail: dots don’t matter'],
  ['A.nn@GoogleMail.com', 'A.nn@googlemail.com', 'ann@gmail.com', 'Gmail: googlemail.com is gmail.com'],
  ['a.nn@example.com', 'a.nn@example.com', 'a.nn@example.com', 'elsewhere dots matter'],
  ['a_n-n@protonmail.com', 'a_n-n@protonmail.com', 'ann@proton.me', 'Proton: signs don’t matter'],
  ['ann@bücher.example', 'ann@xn--bcher-kva.example', 'ann@xn--bcher-kva.example', 'RFC 5891: U-label to A-label'],
  [
    'ann@xn--bcher-kva.example',
    'ann@xn--bcher-kva.example',
    'ann@xn--bcher-kva.example',
    'RFC 5891: the A-label itself',
  ],
  ['ann@BÜCHER.example', 'ann@xn--bcher-kva.example', 'ann@xn--bcher-kva.example', 'UTS 46: mapped to small letters'],
  ['ann@bu\u0308cher.example', 'ann@xn--bcher-kva.example', 'ann@xn--bcher-kva.example', 'UTS 46: NFC'],
  ['ann@ｅｘａｍｐｌｅ.com', 'ann@example.com', 'ann@example.com', 'UTS 46: full-width letters'],
  ['ann@example。com', 'ann@example.com', 'ann@example.com', 'UTS 46: ideographic full stop'],
  ['ａｎｎ@example.com', 'ann@example.com', 'ann@example.com', 'NFKC, as mail libraries do'],
  [
    'ann@straße.example',
    'ann@xn--strae-oqa.example',
    'ann@xn--strae-oqa.example',
    'RFC 5892: ß is a letter of its own',
  ],
  ['жанна@example.com', 'жанна@example.com', 'жанна@example.com', 'RFC 6531: letters of any script'],
  ['ann@例え.テスト', 'ann@xn--r8jz45g.xn--zckzah', 'ann@xn--r8jz45g.xn--zckzah', 'RFC 5890'],
];

const REFUSED: readonly (readonly [string, string])[] = [
  ['', 'nothing'],
  ['ann', 'no domain'],
  ['@example.com', 'no local part'],
  ['ann@localhost', 'no public domain'],
  ['ann@192.0.2.1', 'an address of a machine'],
  ['ann@[192.0.2.1]', 'RFC 5321: an address literal'],
  ['ann@0x7f.1', 'UTS 46 hosts read this as 127.0.0.1'],
  ['"ann lee"@example.com', 'RFC 5321: a quoted local part'],
  ['ann..lee@example.com', 'RFC 5321: an empty atom'],
  ['.ann@example.com', 'RFC 5321: an empty atom'],
  ['ann@example..com', 'RFC 1035: an empty label'],
  ['ann@-example.com', 'RFC 1123: a label begins with a letter or digit'],
  ['ann@exa_mple.com', 'RFC 1123: no underscore'],
  [`ann@${'a'.repeat(64)}.com`, 'RFC 1035: a label of 64'],
  [`${'a'.repeat(65)}@example.com`, 'RFC 5321, 4.5.3.1.1'],
  [`ann@${'a1234567.'.repeat(30)}com`, 'RFC 5321, 4.5.3.1.3'],
  ['ann@e\u00adxample.com', 'a soft hyphen: UTS 46 would pass over it'],
  ['ann@exam\u200bple.com', 'zero width space'],
  ['an\u200dn@example.com', 'zero width joiner'],
  ['an\u202en@example.com', 'a mark that turns the text'],
  ['ann@example.com\u2060', 'word joiner'],
  ['an\u3164n@example.com', 'Hangul filler'],
  ['ann\r\nBcc: bob@example.com', 'a header'],
  ['ann@example.com, bob@example.com', 'two addresses'],
  ['Ann <ann@example.com>', 'a name and an address'],
];

describe('which mailbox an address means', () => {
  for (const [spelling, address, mailbox, source] of READ) {
    it(`X1: ${spelling.trim()} (${source})`, () => {
      const read = readMailbox(spelling);
      assert.deepEqual([read?.address, read?.mailbox], [address, mailbox]);
      assert.deepEqual(readMailbox(address), read, 'where it is sent is folded the same');
    });
  }
  for (const [spelling, why] of REFUSED) {
    it(`X1: ${JSON.stringify(spelling).slice(0, 60)} is refused (${why})`, () =>
      assert.equal(readMailbox(spelling), null));
  }
});
