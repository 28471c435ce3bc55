import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Comment } from '../../src/model/comment.ts';
import { buildTree, countOf, threadOrder } from '../../src/model/tree.ts';
import { comment, stub } from '../helpers/builders.ts';
import { seededRandom } from '../helpers/random.ts';

const ids = (comments: readonly Comment[]): string[] => comments.map((one) => one.id);

/** A thread whose every comment knows its true root; parents always come earlier in the list. */
function randomThread(seed: number, size: number): Comment[] {
  const random = seededRandom(seed);
  const comments: Comment[] = [];
  for (let index = 0; index < size; index++) {
    const parent = comments.length > 0 && random.next() < 0.8 ? random.pick(comments) : null;
    comments.push(
      comment(`c${index}`, parent ? { parentId: parent.id, rootId: parent.rootId } : { createdAt: random.below(1e9) }),
    );
  }
  return comments;
}

describe('the tree of a thread', () => {
  it('R-1: puts each reply under its parent, whatever the order of arrival', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const comments = randomThread(seed, 80);
      const shuffled = seededRandom(seed + 1000).shuffle(comments);
      const { children, stray, detached } = buildTree(shuffled);
      for (const one of comments) {
        if (one.parentId !== null) assert.ok(children.get(one.parentId)?.includes(one), `seed ${seed}, ${one.id}`);
      }
      assert.equal(stray.length, 0);
      assert.equal(detached.size, 0);
    }
  });

  it('R-2: keeps replies oldest first, ties by id', () => {
    const root = comment('1');
    const late = comment('4', { parentId: '1' });
    const tieA = comment('a', { parentId: '1', createdAt: 5 });
    const tieB = comment('b', { parentId: '1', createdAt: 5 });
    assert.deepEqual(ids(buildTree([late, tieB, root, tieA]).children.get('1') ?? []), ['a', 'b', '4']);
  });

  it('R-6: puts a reply that no server has yet last under its parent, although the reader’s clock is behind', () => {
    const unsent = comment('mine', { parentId: '1', createdAt: 1, revision: 0 });
    const known = comment('2', { parentId: '1' });
    assert.deepEqual(ids(buildTree([comment('1'), unsent, known]).children.get('1') ?? []), ['2', 'mine']);
  });

  it('C11: a reply whose parent is missing stands under its root, and is known as detached', () => {
    const tree = buildTree([comment('1'), comment('3', { parentId: 'missing', rootId: '1' })]);
    assert.deepEqual(ids(tree.children.get('1') ?? []), ['3']);
    assert.deepEqual([...tree.detached], ['3']);
  });

  it('C11: a reply whose whole branch is missing is stray, not lost', () => {
    const tree = buildTree([comment('3', { parentId: 'missing', rootId: 'unknown' })]);
    assert.deepEqual(ids(tree.stray), ['3']);
  });

  it('C11: a circle of parents is cut at its oldest comment and everything in it is kept once', () => {
    const circle = [
      comment('1'),
      comment('2', { parentId: '4', rootId: '1' }),
      comment('3', { parentId: '2', rootId: '1' }),
      comment('4', { parentId: '3', rootId: '1' }),
      comment('5', { parentId: '5', rootId: '5' }),
    ];
    assert.deepEqual(ids(threadOrder(circle)), ['1', '2', '3', '4', '5']);
    assert.deepEqual(ids(buildTree(circle).stray), ['5']);
  });

  it('R-3: thread order names each comment once and after its parent, in any tangle', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed);
      const comments = randomThread(seed, 60).map((one) =>
        random.next() < 0.15 ? { ...one, parentId: `c${random.below(70)}` } : one,
      );
      const ordered = ids(threadOrder(random.shuffle(comments)));
      assert.equal(new Set(ordered).size, ordered.length, `seed ${seed} repeats`);
      assert.equal(ordered.length, comments.length, `seed ${seed} loses`);
    }
  });

  it('H16: a chain of 20,000 replies is only long', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) =>
      comment(`c${index}`, index === 0 ? {} : { parentId: `c${index - 1}`, rootId: 'c0' }),
    );
    assert.deepEqual(ids(threadOrder(chain)), ids(chain));
  });

  it('E-2: counts published comments, replies included, without stubs, held or spam', () => {
    const thread = [
      comment('1'),
      stub('2'),
      comment('3', { parentId: '2' }),
      comment('4', { state: 'held' }),
      comment('5', { state: 'spam' }),
    ];
    assert.equal(countOf(thread), 2);
  });
});
