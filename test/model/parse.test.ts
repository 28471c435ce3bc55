import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ParseError,
  parseAnswer,
  parseChanges,
  parseComment,
  parseMine,
  parseOperation,
  parsePage,
  parseQueuedOperation,
} from '../../src/model/parse.ts';
import { comment, info, page, post, queued } from '../helpers/builders.ts';
import { seededRandom } from '../helpers/random.ts';

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const mine = { votes: { 1: 'up' }, voteCounter: 2, own: { 2: { editableUntil: 5 } }, unpublished: [comment('2')] };
const answer = { operationId: 'o', comment: comment('1'), revision: 3, editableUntil: null };
const changes = { info: info(), comments: [comment('1')], removed: ['2'], tooOld: false };

const parsers: readonly (readonly [string, (value: unknown) => unknown, object])[] = [
  ['a comment', parseComment, comment('1', { mentions: [{ id: 'a', name: 'B' }] })],
  ['a page', parsePage, page([comment('1'), comment('2', { parentId: '1' })], { gaps: { 1: { next: 'x', left: 3 } } })],
  ['changes', parseChanges, changes],
  ['what is mine', parseMine, mine],
  ['an answer', parseAnswer, answer],
  ['an operation', parseOperation, post('p')],
  ['an outbox row', parseQueuedOperation, queued(post('p'), { delivery: { state: 'retrying', until: 7 } })],
];

describe('the gate for foreign data', () => {
  for (const [name, parse, valid] of parsers) {
    it(`lets ${name} through unchanged`, () => {
      assert.deepEqual(throughJson(parse(throughJson(valid))), throughJson(valid));
    });

    it(`B6: refuses what is not ${name} with a sentence that says where`, () => {
      for (const wrong of [null, undefined, [], '', 'x', 7, true, {}, [[]], { id: 1 }]) {
        assert.throws(
          () => parse(wrong),
          (error) => error instanceof ParseError && /should be/.test(error.message),
          JSON.stringify(wrong),
        );
      }
    });

    it(`never throws anything but its own error for ${name} with one part replaced`, () => {
      const random = seededRandom(7);
      const strange = [null, -1, 1.5, '', [], {}, [null], 'text', { a: 1 }, true];
      const spoil = (value: unknown): unknown => {
        if (random.next() < 0.2 || typeof value !== 'object' || value === null) return random.pick(strange);
        const keys = Object.keys(value);
        if (keys.length === 0) return random.pick(strange);
        const key = random.pick(keys);
        const copy = structuredClone(value) as Record<string, unknown>;
        copy[key] = spoil(copy[key]);
        return copy;
      };
      for (let round = 0; round < 500; round++) {
        try {
          parse(spoil(throughJson(valid)));
        } catch (error) {
          assert.ok(error instanceof ParseError, String(error));
        }
      }
    });
  }

  it('B21: drops fields and survives words of a newer version', () => {
    const parsed = parseComment({ ...comment('1'), state: 'translated', format: 'asciidoc', reactions: { x: 1 } });
    assert.equal(parsed.state, 'published');
    assert.equal(parsed.format, 'plain');
    assert.equal('reactions' in parsed, false);
    assert.equal(parseComment({ ...comment('1'), author: { name: 'A', role: 'editor' } }).author?.role, 'member');
  });

  it('a missing optional field stays missing', () => {
    assert.equal('mentions' in parseComment(throughJson({ ...comment('1'), mentions: undefined })), false);
  });

  it('A13: a value nested 200,000 deep neither overflows nor gets in', () => {
    const deep: unknown = JSON.parse('['.repeat(5_000) + ']'.repeat(5_000));
    assert.throws(() => parsePage(deep), ParseError);
    const inside = parseComment({ ...comment('1'), extra: deep });
    assert.equal(JSON.stringify(inside).includes('[['), false);
  });

  it('an id such as __proto__ is an ordinary key', () => {
    const parsed = parsePage(
      JSON.parse(JSON.stringify(page([])).replace('"gaps":{}', '"gaps":{"__proto__":{"next":"x","left":1}}')),
    );
    assert.equal(Object.keys(parsed.gaps).join(), '__proto__');
    assert.equal(({} as { next?: string }).next, undefined);
  });

  it('a delivery state of a newer version is no reason to lose the words', () => {
    const parsed = parseQueuedOperation({ ...queued(post('p')), delivery: { state: 'teleporting' } });
    assert.deepEqual(parsed.delivery, { state: 'sending' });
  });

  it('names the place of what is wrong', () => {
    const wrong = page([comment('1'), { ...comment('2'), createdAt: 'yesterday' } as never]);
    assert.throws(() => parsePage(wrong), /comments\[1\]\.createdAt should be a number/);
  });
});
