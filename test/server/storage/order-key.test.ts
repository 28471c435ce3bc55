import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LONGEST_KEY, ROOT_KEY, keyBetween, renumbered } from '../../../src/server/storage/order-key.ts';
import { randomFrom } from '../open.ts';

describe('the place of a comment in its branch', () => {
  it('R-3: a key always lies between its neighbours, wherever replies are put', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = randomFrom(seed);
      const keys = [ROOT_KEY];
      for (let n = 0; n < 400; n += 1) {
        const at = Math.floor(random() * keys.length);
        const previous = keys[at] ?? '';
        const next = keys[at + 1] ?? null;
        const key = keyBetween(previous, next);
        assert.ok(key > previous, `seed ${seed}: ${key} comes after ${previous}`);
        assert.ok(next === null || key < next, `seed ${seed}: ${key} comes before ${next}`);
        keys.splice(at + 1, 0, key);
      }
    }
  });

  it('R-3: a long quarrel at the end of a branch keeps short keys', () => {
    let last = ROOT_KEY;
    for (let n = 0; n < 100_000; n += 1) last = keyBetween(last, null);
    assert.ok(last.length <= 6, last);
  });

  it('R-3: a long quarrel in the middle of a branch keeps short keys', () => {
    const next = renumbered(2);
    let last = renumbered(1);
    for (let n = 0; n < 100_000; n += 1) {
      const key = keyBetween(last, next);
      assert.ok(key > last && key < next);
      last = key;
    }
    assert.ok(last.length <= 10, last);
  });

  it('R-3: putting each reply before the one before it needs longer keys only slowly', () => {
    const first = renumbered(1);
    let next = renumbered(2);
    let count = 0;
    while (next.length <= LONGEST_KEY) {
      const key = keyBetween(first, next);
      assert.ok(key > first && key < next);
      next = key;
      count += 1;
    }
    assert.ok(count > 150, `${count} fit`);
  });

  it('R-3: fresh keys are in the order of their positions', () => {
    const keys = Array.from({ length: 5_000 }, (_, position) => renumbered(position));
    assert.deepEqual([...keys].sort(), keys);
    assert.equal(keys[0], ROOT_KEY);
  });
});
