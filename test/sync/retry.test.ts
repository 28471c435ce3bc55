import { expect } from '@open-wc/testing';
import type { Trouble } from '../../src/adapters/adapter.ts';
import { deliveryAfter, type Attempts } from '../../src/sync/retry.ts';
import { problemOf, troubleOf } from '../../src/sync/trouble.ts';
import { AdapterError } from '../../src/adapters/adapter.ts';
import { parsePage } from '../../src/model/parse.ts';

const now = 1_000_000;
const day = 24 * 3_600_000;
const after = (trouble: Trouble, attempts: Partial<Attempts> = {}) =>
  deliveryAfter(trouble, {
    made: 1,
    strange: 0,
    troubledFor: 0,
    repeatable: true,
    isReadable: false,
    now,
    random: 0.5,
    ...attempts,
  });
const network: Trouble = { kind: 'unknown', because: 'network' };
const strange: Trouble = { kind: 'unknown', because: 'answer' };

describe('what to do after a send that was no yes', () => {
  const rows: readonly [string, Trouble, Partial<Attempts>, object][] = [
    ['no network: it waits, without a word about when', network, {}, { state: 'waiting' }],
    [
      'a backend that can be read, but takes nothing',
      network,
      { isReadable: true },
      { state: 'waiting', blocked: true },
    ],
    ['a time-out: tried again', { kind: 'unknown', because: 'timeout' }, {}, { state: 'retrying' }],
    ['a strange answer: tried again', strange, { strange: 1 }, { state: 'retrying' }],
    ['the third strange answer: a sign-in page?', strange, { strange: 3 }, { state: 'retrying', portal: true }],
    [
      'a network that says it wants a sign-in',
      { kind: 'busy', after: null, portal: true },
      {},
      { state: 'retrying', portal: true },
    ],
    ['in flight elsewhere: asked again', { kind: 'in-flight' }, {}, { state: 'retrying' }],
    ['somebody has to sign in', { kind: 'needs-reader', want: 'sign-in' }, {}, { state: 'asking', want: 'sign-in' }],
    ['changed meanwhile', { kind: 'conflict', theirs: 'x' }, {}, { state: 'conflict', theirs: 'x' }],
    [
      'refused',
      { kind: 'refused', reason: 'too-long', limit: 9 },
      {},
      { state: 'refused', reason: 'too-long', limit: 9 },
    ],
    [
      'refused in words',
      { kind: 'refused', reason: 'x', detail: 'No.' },
      {},
      { state: 'refused', reason: 'x', detail: 'No.' },
    ],
    ['gone', { kind: 'gone', reason: 'parent-gone' }, {}, { state: 'refused', reason: 'parent-gone' }],
    ['a day of strange answers', strange, { made: 10, troubledFor: day + 1 }, { state: 'given-up' }],
    ['a day of a busy server', { kind: 'busy', after: 5 }, { made: 10, troubledFor: day + 1 }, { state: 'given-up' }],
    [
      'a day, but few tries: a shut laptop has not tried',
      strange,
      { made: 9, troubledFor: day + 1 },
      { state: 'retrying' },
    ],
    ['a year without network', network, { made: 5000, troubledFor: 365 * day }, { state: 'waiting' }],
    [
      'an open outcome that must not be repeated',
      network,
      { repeatable: false },
      { state: 'given-up', perhapsSent: true },
    ],
    ['a busy server is no open outcome', { kind: 'busy', after: 1 }, { repeatable: false }, { state: 'retrying' }],
    [
      'a server of another version is no sign-in page, however often it says so',
      { kind: 'unknown', because: 'version' },
      { strange: 0, made: 9 },
      { state: 'retrying' },
    ],
    ['a kind of tomorrow', { kind: 'new' } as never, {}, { state: 'retrying' }],
  ];
  for (const [what, trouble, attempts, expected] of rows) {
    it(what, () => {
      const { delivery } = after(trouble, attempts);
      const { until: _, ...rest } = { until: 0, ...delivery };
      expect(rest).to.deep.equal(expected);
    });
  }

  it('backs off with full jitter: longer each time, never more than five minutes, never at once', () => {
    for (const trouble of [network, strange, { kind: 'busy', after: null }, { kind: 'in-flight' }] as Trouble[]) {
      let longest = 0;
      for (let made = 1; made < 2000; made++) {
        const waits = [0, 0.25, 0.5, 0.999].map((random) => after(trouble, { made, random }).notBefore - now);
        expect(Math.min(...waits)).to.be.at.least(trouble.kind === 'busy' ? 5000 : 500);
        expect(Math.max(...waits))
          .to.be.at.most(300_000)
          .and.at.least(longest);
        longest = Math.max(...waits);
        if (made === 3) expect(new Set(waits).size, 'not everybody at once').to.equal(4);
      }
      expect(longest).to.be.greaterThan(250_000);
    }
  });

  it('B3, B4: waits what it was told to and a little more, between nothing and an hour', () => {
    const wait = (milliseconds: number, random = 0): number =>
      after({ kind: 'busy', after: milliseconds }, { random }).notBefore - now;
    expect(wait(7000)).to.equal(7000);
    expect(wait(7000, 0.9)).to.be.greaterThan(7000).and.below(10_000);
    expect(wait(-5)).to.equal(0);
    expect(wait(9e15, 0.9)).to.equal(3_600_000);
  });
});

describe('what an adapter’s stumbling means', () => {
  it('an AdapterError says so itself, also one of another copy of us', () => {
    expect(troubleOf(new AdapterError({ kind: 'in-flight' }))).to.deep.equal({ kind: 'in-flight' });
    expect(troubleOf({ trouble: { kind: 'busy', after: 1 } })).to.deep.equal({ kind: 'busy', after: 1 });
  });

  it('anything else leaves the outcome open', () => {
    let parseError: unknown;
    try {
      parsePage(null);
    } catch (error) {
      parseError = error;
    }
    const rows: [unknown, string][] = [
      [parseError, 'answer'],
      [new TypeError('Failed to fetch'), 'network'],
      [undefined, 'timeout'],
      ['words', 'timeout'],
      [{ trouble: 'words' }, 'timeout'],
      [new DOMException('', 'AbortError'), 'timeout'],
    ];
    for (const [error, because] of rows) expect(troubleOf(error)).to.deep.equal({ kind: 'unknown', because });
  });

  it('each becomes one thing the reader can be told', () => {
    expect(problemOf(network)).to.equal('offline');
    expect(problemOf(strange)).to.equal('wrong-server');
    expect(problemOf({ kind: 'unknown', because: 'version' })).to.equal('other-version');
    expect(problemOf({ kind: 'busy', after: null })).to.equal('busy');
    expect(problemOf({ kind: 'refused', reason: 'origin-not-allowed' })).to.equal('origin-not-allowed');
    expect(problemOf({ kind: 'gone', reason: 'unknown-site' })).to.equal('unknown-site');
    expect(problemOf({ kind: 'gone', reason: 'not-found' })).to.equal('wrong-server');
  });
});
