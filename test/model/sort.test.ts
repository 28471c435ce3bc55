import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Order } from '../../src/model/comment.ts';
import { compareRoots, ORDERS } from '../../src/model/sort.ts';
import { comment } from '../helpers/builders.ts';
import { seededRandom } from '../helpers/random.ts';

const roots = [
  comment('a', { createdAt: 10, up: 5, down: 1 }),
  comment('b', { createdAt: 20, up: 4 }),
  comment('c', { createdAt: 20, up: 9, down: 8 }),
  comment('d', { createdAt: 30 }),
  comment('e', { createdAt: 5, down: 3 }),
];

const expected: Record<Order, string> = {
  newest: 'd c b a e',
  oldest: 'e a b c d',
  // a and b both have 4: the newer one first.
  'most-voted': 'b a c d e',
};

describe('the orders a reader can choose', () => {
  for (const order of ORDERS) {
    it(`R-2: ${order} is a total order, whatever the order of arrival`, () => {
      for (let seed = 1; seed <= 20; seed++) {
        const sorted = seededRandom(seed).shuffle(roots).sort(compareRoots(order));
        assert.equal(sorted.map((one) => one.id).join(' '), expected[order]);
      }
    });
  }
});
