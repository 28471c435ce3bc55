import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Bone, planBranches } from '../../../src/server/importers/plan.ts';
import { randomFrom } from '../open.ts';

const bone = (id: string, parentId: string | null = null, createdAt = 0, line = 0, counts = true): Bone => ({
  id,
  parentId,
  createdAt,
  line,
  counts,
  isStored: false,
});

const drawn = (bones: readonly Bone[]) =>
  planBranches(bones).branches.map((branch) =>
    branch.bones.map((one) => `${'.'.repeat(one.depth)}${one.id}${one.descendants || ''}`).join(' '),
  );

describe('the shape of an imported page', () => {
  it('S-7: replies are oldest first, and each comment knows how many are below it', () => {
    const bones = [
      bone('c', 'a', 3),
      bone('a'),
      bone('b', 'a', 2),
      bone('d', 'b', 9),
      bone('e'),
      bone('f', 'd', 10, 0, false),
    ];
    assert.deepEqual(drawn(bones), ['a3 .b1 ..d ...f .c', 'e']);
  });

  it('S-7: of one moment, the order of the file decides', () => {
    assert.deepEqual(drawn([bone('a'), bone('y', 'a', 5, 2), bone('x', 'a', 5, 3), bone('z', 'a', 5, 1)]), [
      'a3 .z .y .x',
    ]);
  });

  it('S-7: who answers a stranger stands at the top, and so does the oldest of a circle', () => {
    const plan = planBranches([
      bone('a', 'nowhere'),
      bone('x', 'y', 2),
      bone('y', 'z', 1),
      bone('z', 'x', 3),
      bone('self', 'self', 4),
      bone('b', 'x', 5),
    ]);
    assert.deepEqual(plan.orphans, ['a']);
    assert.deepEqual(plan.cut, ['y', 'self']);
    assert.deepEqual(
      plan.branches.map((branch) => branch.bones.map((one) => one.id)),
      [['a'], ['y', 'x', 'z', 'b'], ['self']],
    );
  });

  it('S-7: shuffled, cyclic and repeated input loses nobody, and parents always come first', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const random = randomFrom(seed);
      const size = 1 + Math.floor(random() * 60);
      const bones = Array.from({ length: size }, (_, n) =>
        bone(`c${n}`, random() < 0.3 ? null : `c${Math.floor(random() * size * 1.2)}`, Math.floor(random() * 10), n),
      );
      const placed = planBranches(bones).branches.flatMap((branch) => {
        const before = new Set<string>();
        for (const one of branch.bones) {
          assert.ok(one.parentId === null ? one.id === branch.rootId : before.has(one.parentId), `seed ${seed}`);
          before.add(one.id);
        }
        return branch.bones.map((one) => one.id);
      });
      assert.deepEqual([...placed].sort(), bones.map((one) => one.id).sort(), `seed ${seed}`);
    }
  });

  it('H16: a chain of 200,000 is no deeper for us than one of ten', () => {
    const bones = Array.from({ length: 200_000 }, (_, n) => bone(`c${n}`, n === 0 ? null : `c${n - 1}`, n));
    const [branch] = planBranches(bones.reverse()).branches;
    assert.equal(branch?.bones[0]?.descendants, 199_999);
    assert.equal(branch?.bones.at(-1)?.depth, 199_999);
  });
});
