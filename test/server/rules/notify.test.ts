import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NotifyChoice } from '../../../src/model/comment.ts';
import {
  type Event,
  type Reason,
  type Subscribed,
  DAY,
  dueOf,
  isPushService,
  mayConfirm,
  nextTry,
  shortened,
  whoIsTold,
} from '../../../src/server/rules/notify.ts';

const MINUTE = 60_000;

/** `c2` of Cy, below `b1` of Bob, below `a1` of Ann, which is at the top. */
const deep: Event = {
  id: 'c2',
  writer: 'cy',
  above: [
    { id: 'b1', writer: 'bob' },
    { id: 'a1', writer: 'ann' },
  ],
  mentions: [],
};
const top: Event = { id: 't1', writer: 'cy', above: [], mentions: [] };

const wish = (author: string, choice: NotifyChoice, comment = ''): Subscribed => ({ author, comment, choice });

const cases: readonly {
  readonly what: string;
  readonly event: Event;
  readonly wishes: readonly Subscribed[];
  readonly told: Readonly<Record<string, Reason>>;
}[] = [
  { what: 'nobody asked', event: deep, wishes: [], told: {} },
  { what: 'the page: a comment at the top', event: top, wishes: [wish('dan', 'page')], told: { dan: 'page' } },
  { what: 'the page: a reply between others', event: deep, wishes: [wish('dan', 'page')], told: { dan: 'page' } },
  { what: 'the page: a reply to me is called one', event: deep, wishes: [wish('bob', 'page')], told: { bob: 'reply' } },
  { what: 'the page: what stands below mine', event: deep, wishes: [wish('ann', 'page')], told: { ann: 'below' } },
  { what: 'replies: directly', event: deep, wishes: [wish('bob', 'replies')], told: { bob: 'reply' } },
  { what: 'replies: at any depth', event: deep, wishes: [wish('ann', 'replies')], told: { ann: 'below' } },
  {
    what: 'replies: a hundred levels down',
    event: {
      ...deep,
      above: [...Array.from({ length: 100 }, (_, n) => ({ id: `x${n}`, writer: 'bob' })), { id: 'a1', writer: 'ann' }],
    },
    wishes: [wish('ann', 'replies')],
    told: { ann: 'below' },
  },
  { what: 'replies: not what is between others', event: deep, wishes: [wish('dan', 'replies')], told: {} },
  { what: 'replies: not what is at the top', event: top, wishes: [wish('dan', 'replies')], told: {} },
  {
    what: 'replies: a mention anywhere',
    event: { ...top, mentions: ['dan'] },
    wishes: [wish('dan', 'replies')],
    told: { dan: 'mention' },
  },
  {
    what: 'a mention goes before a reply',
    event: { ...deep, mentions: ['bob'] },
    wishes: [wish('bob', 'replies')],
    told: { bob: 'mention' },
  },
  { what: 'a mention of one who did not ask', event: { ...top, mentions: ['dan'] }, wishes: [], told: {} },
  { what: 'the bell: a direct reply', event: deep, wishes: [wish('bob', 'comment', 'b1')], told: { bob: 'reply' } },
  { what: 'the bell: not deeper', event: deep, wishes: [wish('ann', 'comment', 'a1')], told: {} },
  { what: 'the bell: not another comment of mine', event: deep, wishes: [wish('bob', 'comment', 'b9')], told: {} },
  { what: 'the bell: not a comment of somebody else', event: deep, wishes: [wish('dan', 'comment', 'b1')], told: {} },
  {
    what: 'the bell: not a mention',
    event: { ...top, mentions: ['bob'] },
    wishes: [wish('bob', 'comment', 'b1')],
    told: {},
  },
  {
    what: 'page and bell: once, for the nearer reason',
    event: deep,
    wishes: [wish('bob', 'page'), wish('bob', 'comment', 'b1'), wish('bob', 'comment', 'b2')],
    told: { bob: 'reply' },
  },
  {
    what: 'never the writer, whatever they asked for',
    event: { ...deep, above: [{ id: 'c1', writer: 'cy' }, ...deep.above], mentions: ['cy'] },
    wishes: [wish('cy', 'page'), wish('cy', 'replies'), wish('cy', 'comment', 'c1')],
    told: {},
  },
  { what: 'unsubscribed: the page', event: deep, wishes: [wish('bob', 'none')], told: {} },
  { what: 'unsubscribed: the bell', event: deep, wishes: [wish('bob', 'none', 'b1')], told: {} },
  {
    what: 'unsubscribed: not even a mention',
    event: { ...deep, mentions: ['bob'] },
    wishes: [wish('bob', 'none')],
    told: {},
  },
  {
    what: 'the page ended, the bell kept',
    event: deep,
    wishes: [wish('bob', 'none'), wish('bob', 'comment', 'b1')],
    told: { bob: 'reply' },
  },
  {
    what: 'comments without a known writer are nobody’s',
    event: { id: 'x', writer: null, above: [{ id: 'y', writer: null }], mentions: [] },
    wishes: [wish('dan', 'page'), wish('eve', 'replies'), wish('eve', 'comment', 'y')],
    told: { dan: 'page' },
  },
  {
    what: 'everybody in one pass',
    event: { ...deep, mentions: ['eve'] },
    wishes: [
      wish('ann', 'replies'),
      wish('bob', 'comment', 'b1'),
      wish('cy', 'page'),
      wish('dan', 'page'),
      wish('eve', 'replies'),
      wish('fay', 'replies'),
      wish('gus', 'none'),
    ],
    told: { ann: 'below', bob: 'reply', dan: 'page', eve: 'mention' },
  },
];

describe('who is told what', () => {
  for (const { what, event, wishes, told } of cases) {
    it(`N-1: ${what}`, () => {
      assert.deepEqual(Object.fromEntries(whoIsTold(event, wishes)), told);
      const backwards = whoIsTold(event, [...wishes].reverse());
      assert.deepEqual(Object.fromEntries(backwards), told, 'in whatever order the wishes are kept');
    });
  }
});

describe('when somebody is told', () => {
  it('N-3: the first at once, the next gathered, and longer while a page is busy', () => {
    const now = 1_000 * MINUTE;
    const table: readonly [last: { sentAt: number; comments: number } | null, due: number][] = [
      [null, now],
      [{ sentAt: now - 10 * MINUTE, comments: 1 }, now],
      [{ sentAt: now - 4 * MINUTE, comments: 1 }, now + 6 * MINUTE],
      [{ sentAt: now - 4 * MINUTE, comments: 2 }, now + 56 * MINUTE],
      [{ sentAt: now - 90 * MINUTE, comments: 30 }, now],
    ];
    for (const [last, due] of table) assert.equal(dueOf(now, last), due, JSON.stringify(last));
  });

  it('N-3: every wait is longer than the one before, and there is a last one', () => {
    const waits: number[] = [];
    for (let attempts = 1; ; attempts++) {
      const again = nextTry(0, attempts);
      if (again === null) break;
      waits.push(again);
    }
    assert.deepEqual(
      waits,
      [...new Set(waits)].sort((a, b) => a - b),
    );
    assert.ok(waits.length >= 5);
    assert.ok(waits.reduce((sum, wait) => sum + wait, 0) < 3 * DAY);
  });

  it('N-5: one confirmation a day for an address', () => {
    assert.equal(mayConfirm(DAY, null), true);
    assert.equal(mayConfirm(DAY, 1), false);
    assert.equal(mayConfirm(DAY, 0), true);
  });

  it('N-5: a shortened address names its owner to nobody else', () => {
    assert.equal(shortened('anna@example.org'), 'a…@example.org');
    assert.equal(shortened('"a@b"@example.org'), '"…@example.org');
    assert.equal(shortened('😀x@example.org'), '😀…@example.org');
  });
});

describe('push services', () => {
  it('S-3: the server sends to push services only, and to what its operator named', () => {
    const table: readonly [endpoint: string, is: boolean][] = [
      ['https://fcm.googleapis.com/fcm/send/x', true],
      ['https://updates.push.services.mozilla.com/wpush/v2/x', true],
      ['https://web.push.apple.com/x', true],
      ['https://db5p.notify.windows.com/w/?token=x', true],
      ['https://push.example/x', true],
      ['http://fcm.googleapis.com/x', false],
      ['https://fcm.googleapis.com:8443/x', false],
      ['https://user@fcm.googleapis.com/x', false],
      ['https://fcm.googleapis.com.evil.example/x', false],
      ['https://evilpush.apple.com/x', false],
      ['https://push.example:444/x', false],
      ['http://127.0.0.1/x', false],
      ['http://169.254.169.254/latest', false],
      ['file:///etc/passwd', false],
      ['javascript:alert(1)', false],
      ['', false],
    ];
    for (const [endpoint, is] of table) assert.equal(isPushService(endpoint, ['https://push.example']), is, endpoint);
  });
});
