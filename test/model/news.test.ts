import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Changes, Comment, Order } from '../../src/model/comment.ts';
import { fold, nothingShown, showAll, type Shown } from '../../src/model/fold.ts';
import { showBeside, takeNews } from '../../src/model/news.ts';
import { emptyThread, mergePage, orderedRoots, type Thread } from '../../src/model/thread.ts';
import { comment, info, page, threadKey } from '../helpers/builders.ts';

const at = (id: number): number => comment(String(id)).createdAt;

/** The first page of a longer discussion: ten are shown, the newest of all was written as number 100. */
function firstPage(order: Order, roots: readonly Comment[], fields: Parameters<typeof page>[1] = {}) {
  const known = { count: 100, newestAt: at(100) };
  const first = page(roots, { info: info(known), next: 'cursor', left: 90, ...fields });
  const thread = mergePage(emptyThread(threadKey), first, { want: 'roots', order, after: null }, 1);
  return { thread, shown: showAll(thread, nothingShown(order), order) };
}

function hear(seen: { thread: Thread; shown: Shown }, ...comments: readonly Comment[]) {
  const changes: Changes = { info: info({ revision: 20, count: 100 }), comments, removed: [], tooOld: false };
  return takeNews(seen, changes, () => false, 2);
}

const waiting = ({ shown }: { shown: Shown }): string[] => [...shown.waiting];
const newest = [100, 99, 98, 97].map((id) => comment(String(id)));
const oldest = [1, 2, 3, 4].map((id) => comment(String(id)));
const voted = [50, 20, 70, 10].map((id, index) => comment(String(id), { up: 9 - index }));
const changed = (id: number, fields: Partial<Comment> = {}): Comment =>
  comment(String(id), { up: 1, revision: 20, ...fields });

describe('R-10: a change of what the reader has not loaded', () => {
  for (const [order, loaded] of [
    ['newest', newest],
    ['oldest', oldest],
    ['most-voted', voted],
  ] as const) {
    it(`R-10: a vote on an old comment beyond the loaded ones is no new comment: ${order}`, () => {
      const seen = hear(firstPage(order, loaded), changed(30));
      assert.deepEqual(waiting(seen), []);
      assert.equal(seen.thread.comments.has('30'), false, 'it comes with the part it stands in');
      const view = fold(
        seen.thread,
        [],
        seen.shown,
        {
          phase: 'ready',
          problem: null,
          refreshing: false,
          fromCache: false,
          storage: 'disk',
          more: 'idle',
          gaps: {},
          linked: null,
        },
        { maxDepth: 5, can: { reply: true, edit: true, delete: true, votes: 'up-down' } },
      );
      assert.equal(view.news?.roots ?? 0, 0);
      assert.equal(view.newest, undefined);
    });

    it(`R-10: what was written since is new, however much is not loaded: ${order}`, () => {
      assert.deepEqual(waiting(hear(firstPage(order, loaded), changed(101), changed(30))), ['101']);
    });
  }

  it('R-10: approved late, a comment among the loaded ones is new; one beyond them comes with its part', () => {
    assert.deepEqual(waiting(hear(firstPage('newest', newest.slice(1)), changed(100), changed(96))), ['100']);
    const whole = firstPage('newest', newest, { next: null, left: 0 });
    assert.deepEqual(waiting(hear(whole, changed(30))), ['30'], 'where all is loaded, what is unknown is new');
  });

  it('R-3: a comment that votes lift into what is loaded takes its place there, and is not announced', () => {
    const seen = hear(firstPage('most-voted', voted), changed(30, { up: 8 }));
    assert.deepEqual(waiting(seen), []);
    assert.deepEqual(orderedRoots(seen.thread, 'most-voted'), ['50', '30', '20', '70', '10']);
    assert.ok(!seen.shown.roots.includes('30'), 'not before the reader sorts or loads');
  });

  it('R-10: a vote on a reply behind “Show more replies” is no new reply; one written since is', () => {
    const branch = [
      comment('5', { descendants: 30 }),
      comment('6', { parentId: '5' }),
      comment('7', { parentId: '6', rootId: '5' }),
    ];
    const seen = firstPage('oldest', branch, { roots: ['5'], gaps: { 5: { next: 'more', left: 28 } } });
    const old = changed(60, { parentId: '6', rootId: '5' });
    const written = changed(101, { parentId: '7', rootId: '5' });
    const below = changed(102, { parentId: '60', rootId: '5' });
    assert.deepEqual(waiting(hear(seen, old, written, below)), ['101']);
  });

  it('R-10: a backend that does not say when the newest was written: what is at hand tells', () => {
    const without = firstPage('oldest', oldest, { info: info({ count: 100 }) });
    assert.deepEqual(waiting(hear(without, changed(3, { id: 'x', rootId: 'x' }), changed(101))), ['x', '101']);
    const byVotes = firstPage('most-voted', voted, { info: info({ count: 100 }) });
    assert.deepEqual(waiting(hear(byVotes, changed(30))), []);
  });

  it('I-2: what a popover brings of older comments is no news in the thread', () => {
    const { thread, shown } = firstPage('newest', newest);
    const brought = [changed(101), changed(30)];
    assert.deepEqual([...showBeside(shown, thread, brought, () => false).waiting], ['101']);
  });
});
