import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Comment } from '../../src/model/comment.ts';
import {
  emptyThread,
  mergeAnswer,
  mergeChanges,
  mergeMine,
  mergePage,
  orderedRoots,
  type Thread,
} from '../../src/model/thread.ts';
import { comment, info, page, post, stub, threadKey } from '../helpers/builders.ts';

const firstPage = { want: 'roots', order: 'newest', after: null } as const;

function loaded(comments: readonly Comment[], fields = {}): Thread {
  return mergePage(emptyThread(threadKey), page(comments, fields), firstPage, 1);
}

const idsOf = (thread: Thread): string[] => [...thread.comments.keys()].sort();

describe('merging answers into the thread', () => {
  it('B10: a list that is older than an acknowledged comment does not take it away', () => {
    const acknowledged = mergeAnswer(loaded([comment('1')]), post('mine'), {
      comment: comment('mine', { revision: 12 }),
      revision: 12,
      editableUntil: null,
    });
    const late = mergePage(acknowledged, page([comment('1')], { info: info({ revision: 11 }) }), firstPage, 2);
    assert.deepEqual(idsOf(late), ['1', 'mine']);
  });

  it('B20: a list that is newer and omits a comment does take it away', () => {
    const known = loaded([comment('1'), comment('2')]);
    const newer = mergePage(known, page([comment('1')], { info: info({ revision: 11 }) }), firstPage, 2);
    assert.deepEqual(idsOf(newer), ['1']);
  });

  it('B10: an older copy of a comment never replaces a newer one, in any order of arrival', () => {
    const old = comment('1', { revision: 3, text: 'old' });
    const recent = comment('1', { revision: 5, text: 'recent' });
    const forwards = mergePage(loaded([old]), page([recent], { info: info({ revision: 11 }) }), firstPage, 2);
    const backwards = mergePage(loaded([recent]), page([old], { info: info({ revision: 9 }) }), firstPage, 2);
    assert.equal(forwards.comments.get('1')?.text, 'recent');
    assert.equal(backwards.comments.get('1')?.text, 'recent');
  });

  it('keeps the identity of a comment that did not change', () => {
    const known = loaded([comment('1', { mentions: [{ id: 'a', name: 'Bo' }] })]);
    const again = mergePage(known, page([comment('1', { mentions: [{ id: 'a', name: 'Bo' }] })]), firstPage, 2);
    assert.equal(again.comments.get('1'), known.comments.get('1'));
  });

  it('R-3: a second page extends the window without repeating a root', () => {
    const first = loaded([comment('3'), comment('2')], { next: 'c', left: 2 });
    const second = mergePage(
      first,
      page([comment('2'), comment('1')]),
      { want: 'roots', order: 'newest', after: 'c' },
      2,
    );
    assert.deepEqual(second.window?.roots, ['3', '2', '1']);
    assert.equal(second.window?.next, null);
  });

  it('R-3: the rest of a branch closes its gap, or moves it on', () => {
    const cut = loaded([comment('1', { descendants: 3 })], { gaps: { 1: { next: 'x', left: 3 } } });
    const more = mergePage(
      cut,
      page([comment('2', { parentId: '1' })], { roots: [], gaps: { 1: { next: 'y', left: 2 } } }),
      { want: 'replies', rootId: '1' },
      2,
    );
    assert.deepEqual(more.gaps, { 1: { next: 'y', left: 2 } });
    const whole = mergePage(
      more,
      page([comment('3', { parentId: '1' }), comment('4', { parentId: '1' })], { roots: [] }),
      { want: 'replies', rootId: '1' },
      3,
    );
    assert.deepEqual(whole.gaps, {});
    assert.deepEqual(idsOf(whole), ['1', '2', '3', '4']);
  });

  it('R-9: the path of a linked comment is kept apart from the window', () => {
    const linked = mergePage(
      loaded([comment('9')]),
      page([comment('1'), comment('2', { parentId: '1' })], { roots: [] }),
      { want: 'around', id: '2' },
      2,
    );
    assert.deepEqual(idsOf(linked), ['9']);
    assert.deepEqual(
      linked.linked?.comments.map((one) => one.id),
      ['1', '2'],
    );
  });

  it('B20: another history of the backend replaces what we held, but not what is the reader’s own', () => {
    const known = mergeMine(loaded([comment('1', { revision: 99 })]), {
      votes: { 1: 'up' },
      voteCounter: 1,
      own: {},
      unpublished: [],
    });
    const restored = mergePage(known, page([comment('2')], { info: info({ epoch: 'e2', revision: 1 }) }), firstPage, 2);
    assert.deepEqual(idsOf(restored), ['2']);
    assert.equal(restored.mine?.voteCounter, 1);
  });

  it('changes apply in place, tombstones remove, and branches that are not loaded stay out', () => {
    const known = loaded([comment('1'), comment('2', { parentId: '1' }), comment('3')]);
    const changed = mergeChanges(
      known,
      {
        info: info({ revision: 20 }),
        comments: [
          comment('1', { revision: 15, text: 'edited' }),
          comment('5', { parentId: '1', revision: 16 }),
          comment('7', { parentId: '6', rootId: '6', revision: 17 }),
        ],
        removed: ['3'],
        tooOld: false,
      },
      2,
    );
    assert.deepEqual(idsOf(changed), ['1', '2', '5']);
    assert.equal(changed.comments.get('1')?.text, 'edited');
    assert.equal(changed.info?.revision, 20);
  });

  it('changes come by revision: replies belong to a new root that was changed after them and comes behind them', () => {
    const changed = mergeChanges(
      loaded([comment('1')]),
      {
        info: info({ revision: 20 }),
        comments: [comment('6', { parentId: '5', revision: 16 }), comment('5', { revision: 17, text: 'edited' })],
        removed: [],
        tooOld: false,
      },
      2,
    );
    assert.deepEqual(idsOf(changed), ['1', '5', '6']);
  });

  it('B11: an answer that comes late does not bring back what a later list has no more', () => {
    const thread = loaded([comment('1'), comment('1.1', { parentId: '1', rootId: '1' })], {
      info: info({ revision: 20 }),
    });
    const answerWith = (one: Comment) => ({ comment: one, revision: one.revision, editableUntil: null });
    const root = comment('2', { revision: 15 });
    const reply = comment('1.2', { parentId: '1', rootId: '1', revision: 15 });
    for (const one of [root, reply]) {
      assert.deepEqual(idsOf(mergeAnswer(thread, post(one.id), answerWith(one))), ['1', '1.1']);
      // The same one, later than the list.
      const later = { ...one, revision: 21 };
      assert.deepEqual(idsOf(mergeAnswer(thread, post(one.id), answerWith(later))), ['1', '1.1', one.id].sort());
    }
    // Where it may stand in what was not loaded, it stays.
    const partly = loaded([comment('1')], { info: info({ revision: 20 }), next: 'c', left: 1 });
    assert.deepEqual(idsOf(mergeAnswer(partly, post('2'), answerWith(root))), ['1', '2']);
    const withGap = loaded([comment('1')], { info: info({ revision: 20 }), gaps: { 1: { next: 'g', left: 3 } } });
    assert.deepEqual(idsOf(mergeAnswer(withGap, post('1.2'), answerWith(reply))), ['1', '1.2']);
  });

  it('B11: what was told to be removed is not brought back by an older list, older news or an answer that comes late', () => {
    const known = loaded([comment('1'), comment('2')]);
    const told = { comments: [], removed: ['2'], tooOld: false, info: info({ revision: 20 }) };
    const removed = mergeChanges(known, told, 2);
    assert.deepEqual(idsOf(removed), ['1']);
    const stale = page([comment('1'), comment('2')], { info: info({ revision: 19 }) });
    assert.deepEqual(idsOf(mergePage(removed, stale, firstPage, 3)), ['1']);
    const older = { ...told, comments: [comment('2')], removed: [], info: info({ revision: 19 }) };
    assert.deepEqual(idsOf(mergeChanges(removed, older, 3)), ['1']);
    const late = { comment: comment('2'), revision: comment('2').revision, editableUntil: null };
    assert.deepEqual(idsOf(mergeAnswer(removed, post('2'), late)), ['1']);
    // Approved once more, it is there again, for good.
    const again = { ...told, comments: [comment('2', { revision: 21 })], removed: [], info: info({ revision: 21 }) };
    const back = mergeChanges(removed, again, 4);
    assert.deepEqual(idsOf(back), ['1', '2']);
    const newer = page([comment('1'), comment('2', { revision: 21 })], { info: info({ revision: 21 }) });
    assert.deepEqual(idsOf(mergePage(back, newer, firstPage, 5)), ['1', '2']);
  });

  it('B11: after an older list, which may name what is gone, what came since is asked again', () => {
    const known = loaded([comment('1')], { info: info({ revision: 20 }) });
    const stale = page([comment('1'), comment('2')], { info: info({ revision: 15 }) });
    const back = mergePage(known, stale, firstPage, 2);
    assert.equal(back.info?.revision, 15);
    const told = { comments: [], removed: ['2'], tooOld: false, info: info({ revision: 20 }) };
    assert.deepEqual(idsOf(mergeChanges(back, told, 3)), ['1']);
  });

  it('a comment that is pinned by a change moves to the pinned ones', () => {
    const known = loaded([comment('2'), comment('1')]);
    const changes = { info: info({ revision: 20 }), removed: [], tooOld: false };
    const pinned = mergeChanges(known, { ...changes, comments: [comment('1', { pinned: true, revision: 15 })] }, 2);
    assert.deepEqual(pinned.window?.pinned, ['1']);
    assert.deepEqual(pinned.window?.roots, ['2']);
  });
});

describe('a definite yes', () => {
  const yes = (one: Comment | null) => ({ comment: one, revision: one?.revision ?? 12, editableUntil: 5_000 });

  it('E-2: a published comment is counted at once, above it too; a repeat of the answer changes nothing', () => {
    const known = loaded([comment('1'), comment('2', { parentId: '1' })]);
    const reply = post('mine', { parentId: '2', rootId: '1' });
    const answer = yes(comment('mine', { parentId: '2', rootId: '1', revision: 12 }));
    const once = mergeAnswer(known, reply, answer);
    assert.equal(once.info?.count, 3);
    assert.equal(once.comments.get('1')?.descendants, 1);
    assert.equal(once.comments.get('2')?.descendants, 1);
    const twice = mergeAnswer(once, reply, answer);
    assert.equal(twice.info?.count, 3);
    assert.equal(twice.comments.get('1')?.descendants, 1);
  });

  it('E-2: a list that already counts the comment is not counted on top', () => {
    const known = loaded([comment('1')], { info: info({ revision: 12, count: 2 }) });
    const after = mergeAnswer(known, post('mine'), yes(comment('mine', { revision: 12 })));
    assert.equal(after.info?.count, 2);
  });

  it('B18: a held comment is the reader’s own, not the thread’s', () => {
    const after = mergeAnswer(loaded([]), post('mine'), yes(comment('mine', { state: 'held', revision: 12 })));
    assert.equal(after.comments.has('mine'), false);
    assert.equal(after.mine?.unpublished[0]?.id, 'mine');
    assert.deepEqual(after.mine?.own['mine'], { editableUntil: 5_000 });
    assert.equal(after.info?.count, 0);
  });

  it('R-8: a deletion leaves a stub where there were replies, and nothing elsewhere', () => {
    const known = loaded([comment('1'), comment('2', { parentId: '1' })]);
    const withStub = mergeAnswer(
      known,
      { kind: 'delete', id: 'd', createdAt: 1, commentId: '1' },
      yes(stub('1', { revision: 12 })),
    );
    assert.equal(withStub.comments.get('1')?.state, 'deleted');
    assert.equal(withStub.info?.count, 1);
    const without = mergeAnswer(known, { kind: 'delete', id: 'd', createdAt: 1, commentId: '2' }, yes(null));
    assert.equal(without.comments.has('2'), false);
  });

  it('R-4: a vote is remembered as the reader’s own and taken back with none', () => {
    const vote = { kind: 'vote', id: 'v', createdAt: 1, commentId: '1', counter: 3 } as const;
    const up = mergeAnswer(
      loaded([comment('1')]),
      { ...vote, value: 'up' },
      yes(comment('1', { up: 1, revision: 12 })),
    );
    assert.deepEqual({ ...up.mine?.votes }, { 1: 'up' });
    assert.equal(up.mine?.voteCounter, 3);
    const none = mergeAnswer(up, { ...vote, value: 'none', counter: 4 }, yes(comment('1', { revision: 13 })));
    assert.deepEqual({ ...none.mine?.votes }, {});
  });
});

describe('top-level comments in an order', () => {
  const roots = [comment('4', { up: 1 }), comment('3', { up: 9 }), comment('2', { up: 5 })];

  it('R-7: a whole thread is sorted exactly, in every order', () => {
    const thread = loaded(roots);
    assert.deepEqual(orderedRoots(thread, 'newest'), ['4', '3', '2']);
    assert.deepEqual(orderedRoots(thread, 'oldest'), ['2', '3', '4']);
    assert.deepEqual(orderedRoots(thread, 'most-voted'), ['3', '2', '4']);
  });

  it('R-3: what came since stands in its place, what lies behind the window stays out', () => {
    const thread = loaded(roots, { next: 'c', left: 5 });
    const changed = mergeChanges(
      thread,
      {
        info: info({ revision: 20 }),
        comments: [comment('5', { revision: 11 }), comment('1', { revision: 12 })],
        removed: [],
        tooOld: false,
      },
      2,
    );
    assert.deepEqual(orderedRoots(changed, 'newest'), ['5', '4', '3', '2']);
  });

  it('R-3: pinned ones are apart', () => {
    assert.deepEqual(orderedRoots(loaded([comment('9', { pinned: true }), comment('1')]), 'newest'), ['1']);
  });
});
