import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Buckets, STANDARD_LIMITS } from '../../../src/server/rules/limits.ts';
import { Guest, list, open, reasonOf } from '../open.ts';

const HOUR = 3_600_000;
const FREE = { burst: 10_000, every: 0.001 };

describe('how fast somebody may write', () => {
  it('S-6: a burst is free, then one at a time, and a pause fills it again', () => {
    let now = 0;
    const buckets = new Buckets({ burst: 3, every: 10 }, () => now);
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => buckets.take('ada')),
      [0, 0, 0, 10, 10],
    );
    assert.equal(buckets.take('bob'), 0);
    now = 4_000;
    assert.equal(buckets.take('ada'), 6);
    now = 10_000;
    assert.deepEqual([buckets.take('ada'), buckets.take('ada')], [0, 10]);
    now = 1_000_000;
    assert.deepEqual(
      [1, 2, 3, 4].map(() => buckets.take('ada')),
      [0, 0, 0, 10],
    );
  });

  it('S-6: a crowd of names does not fill the memory', () => {
    const buckets = new Buckets({ burst: 1, every: 10 }, () => 0);
    for (let n = 0; n < 50_000; n += 1) buckets.take(`name ${n}`);
    assert.equal(buckets.take('name 49999'), 10);
    assert.equal(buckets.take('name 0'), 0, 'long forgotten');
  });

  it('S-6, B4: too fast is 429 with Retry-After that a page can read, and after that time it goes', async (t) => {
    const server = await open(t, {
      limits: {
        writesByWriter: { burst: 2, every: 30 },
        writesByAddress: FREE,
        votesByWriter: FREE,
        votesByAddress: FREE,
        confirmationsByAddress: FREE,
      },
    });
    const ada = new Guest(server, 'Ada');
    await ada.post('One');
    await ada.post('Two');
    const heard = await ada.tryPost('Three');
    assert.equal(heard.status, 429);
    assert.equal(reasonOf(heard), 'rate-limited');
    assert.equal(heard.headers.get('retry-after'), '30');
    assert.match(heard.headers.get('access-control-expose-headers') ?? '', /retry-after/i);
    assert.equal(heard.headers.get('access-control-allow-origin'), server.address);
    assert.equal((await new Guest(server, 'Bob').tryPost('Mine')).status, 201);
    assert.equal((await list(server)).info.count, 3);
    server.wait(30_000);
    assert.equal((await ada.tryPost('Three')).status, 201);
  });

  it('X5: a clock that is set back or ahead, by an hour or a year, locks nobody out and lets nobody in', async (t) => {
    let ticks = 0;
    const limits = { ...STANDARD_LIMITS, writesByWriter: { burst: 2, every: 30 } };
    const server = await open(t, { limits, ticks: () => ticks });
    const ada = new Guest(server, 'Ada');
    const statuses = async (...texts: readonly string[]) => {
      const heard: number[] = [];
      for (const text of texts) heard.push((await ada.tryPost(text)).status);
      return heard;
    };
    assert.deepEqual(await statuses('One', 'Two', 'Three'), [201, 201, 429]);
    for (const jump of [-HOUR, 2 * HOUR, -365 * 24 * HOUR, 730 * 24 * HOUR]) {
      server.wait(jump);
      assert.deepEqual(await statuses(`Let in by ${jump}`), [429]);
      ticks += 60_000;
      assert.deepEqual(await statuses(`One after ${jump}`, `Two after ${jump}`), [201, 201]);
    }
  });

  it('X11: what one writer is refused uses up nothing of their address', async (t) => {
    const limits = {
      ...STANDARD_LIMITS,
      writesByWriter: { burst: 2, every: 30 },
      writesByAddress: { burst: 4, every: 30 },
    };
    const server = await open(t, { limits });
    const ada = new Guest(server, 'Ada');
    for (let n = 0; n < 20; n += 1) await ada.tryPost(`Text ${n}`);
    const bob = new Guest(server, 'Bob');
    assert.deepEqual([(await bob.tryPost('Mine')).status, (await bob.tryPost('Also mine')).status], [201, 201]);
  });

  it('R-4: votes have a limit of their own, by address too', async (t) => {
    const server = await open(t, {
      limits: {
        writesByWriter: FREE,
        writesByAddress: FREE,
        votesByWriter: FREE,
        confirmationsByAddress: { burst: 10, every: 600 },
        votesByAddress: { burst: 3, every: 12 },
      },
    });
    const comment = await new Guest(server, 'Ada').post('Vote for me');
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await new Guest(server).tryVote(comment.id, 'up')).status);
    assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
    assert.equal((await new Guest(server).tryPost('Still free')).status, 201);
  });
});
