import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Comment } from '../../src/model/comment.ts';
import {
  fold,
  nothingShown,
  showAll,
  showMore,
  showOwn,
  type FoldSettings,
  type Shown,
  type Status,
} from '../../src/model/fold.ts';
import type { NotifyOperation, QueuedOperation } from '../../src/model/operation.ts';
import { emptyThread, mergeAnswer, mergeMine, mergePage, type Thread } from '../../src/model/thread.ts';
import type { CommentRow, ThreadView } from '../../src/model/view.ts';
import { comment, info, page, post, queued, rules, stub, threadKey } from '../helpers/builders.ts';
import { seededRandom } from '../helpers/random.ts';

const ready: Status = {
  phase: 'ready',
  problem: null,
  refreshing: false,
  fromCache: false,
  storage: 'disk',
  more: 'idle',
  gaps: {},
  linked: null,
};

const settings: FoldSettings = { maxDepth: 5, can: { reply: true, edit: true, delete: true, votes: 'up-down' } };

function loaded(comments: readonly Comment[], fields = {}): Thread {
  return mergePage(emptyThread(threadKey), page(comments, fields), { want: 'roots', order: 'newest', after: null }, 1);
}

interface Given {
  queue?: readonly QueuedOperation[];
  shown?: Shown;
  status?: Partial<Status>;
  settings?: Partial<FoldSettings>;
  previous?: ThreadView;
}

function view(thread: Thread, given: Given = {}): ThreadView {
  return fold(
    thread,
    given.queue ?? [],
    given.shown ?? showAll(thread, nothingShown('newest'), 'newest'),
    { ...ready, ...given.status },
    { ...settings, ...given.settings },
    given.previous,
  );
}

function row(of: ThreadView, key: string): CommentRow {
  const found = of.rows.find((one) => one.key === key);
  assert.ok(found?.kind === 'comment', `no row of ${key}`);
  return found;
}

/** Keys with their depth, such as `1 .2 ..3`. */
const outline = (of: ThreadView): string => of.rows.map((one) => '.'.repeat(one.depth) + one.key).join(' ');

const vote = (id: string, commentId: string, value: 'up' | 'down' | 'none', counter = 1) =>
  queued({ kind: 'vote', id, createdAt: 1, commentId, value, counter });

const chain = (length: number): Comment[] =>
  Array.from({ length }, (_, index) =>
    comment(String(index + 1), index === 0 ? {} : { parentId: String(index), rootId: '1' }),
  );

describe('R-1: the thread', () => {
  it('nests replies under what they answer, oldest first', () => {
    const thread = loaded([
      comment('1'),
      comment('5', { parentId: '1' }),
      comment('3', { parentId: '1' }),
      comment('4', { parentId: '3', rootId: '1' }),
      comment('2'),
    ]);
    assert.equal(outline(view(thread)), '2 1 .3 ..4 .5');
  });

  it('past max-depth replies stay at that depth and name their real parent', () => {
    const rows = view(loaded(chain(5)), { settings: { maxDepth: 2 } });
    assert.equal(outline(rows), '1 .2 ..3 ..4 ..5');
    assert.equal(row(rows, '3').detached, false);
    assert.equal(row(rows, '4').detached, true);
    assert.deepEqual(row(rows, '4').parent, { id: '3', name: 'Ann', missing: false });
  });

  it('a site’s depth narrows the page’s', () => {
    const thread = loaded(chain(4), { info: info({ rules: { ...rules, maxDepth: 1 } }) });
    assert.equal(outline(view(thread)), '1 .2 .3 .4');
  });

  it('a removed comment leaves a stub while it has replies, and nothing without', () => {
    const thread = loaded([stub('1'), comment('2', { parentId: '1' }), stub('3')]);
    const rows = view(thread);
    assert.equal(outline(rows), '1 .2');
    assert.equal(row(rows, '1').stub, true);
    assert.equal(row(rows, '1').can.reply, false);
  });

  it('a removed comment whose replies are removed as well leaves nothing', () => {
    const thread = loaded([
      comment('1'),
      stub('2'),
      stub('3', { parentId: '2' }),
      stub('4', { parentId: '3', rootId: '2' }),
    ]);
    assert.equal(outline(view(thread)), '1');
  });

  it('a collapsed branch hides everything below it and says how many, and how many are new since', () => {
    const thread = loaded([comment('1', { descendants: 4 }), comment('2', { parentId: '1' }), comment('9')]);
    const shown = { ...showAll(thread, nothingShown('newest'), 'newest'), collapsed: new Map([['1', 3]]) };
    const rows = view(thread, { shown });
    assert.equal(outline(rows), '9 1');
    assert.deepEqual(row(rows, '1').replies, { count: 4, fresh: 1 });
  });

  it('a reply whose parent is missing says so', () => {
    const rows = view(loaded([comment('1'), comment('3', { parentId: '2', rootId: '1' })]));
    assert.equal(outline(rows), '1 .3');
    assert.deepEqual(row(rows, '3').parent, { id: '2', name: '', missing: true });
    assert.equal(row(rows, '3').detached, true);
  });
});

describe('R-2 and R-3: order and paging', () => {
  it('pinned ones come first and once', () => {
    const thread = loaded([comment('1', { pinned: true }), comment('3'), comment('2')]);
    assert.equal(outline(view(thread)), '1 3 2');
  });

  it('data never moves what is shown: only a reader’s act changes the order', () => {
    const thread = loaded([comment('3'), comment('2'), comment('1')]);
    const shown = showAll(thread, nothingShown('most-voted'), 'most-voted');
    const before = outline(view(thread, { shown }));
    const risen = mergePage(
      thread,
      page([comment('3'), comment('2'), comment('1', { up: 50, revision: 11 })], { info: info({ revision: 11 }) }),
      { want: 'roots', order: 'newest', after: null },
      2,
    );
    assert.equal(outline(view(risen, { shown })), before);
    assert.equal(outline(view(risen, { shown: showAll(risen, shown, 'most-voted') })), '1 3 2');
  });

  it('a cut branch ends with how many replies wait', () => {
    const thread = loaded([comment('1', { descendants: 9 }), comment('2', { parentId: '1' })], {
      gaps: { 1: { next: 'x', left: 8 } },
    });
    const gap = view(thread, { status: { gaps: { 1: 'loading' } } }).rows.at(-1);
    assert.deepEqual(gap, {
      kind: 'gap',
      key: 'gap 1',
      rootId: '1',
      depth: 1,
      left: 8,
      loading: true,
      failed: false,
    });
  });

  it('more pages append, and say how many are left', () => {
    const first = loaded([comment('3')], { next: 'c', left: 1 });
    const shown = showAll(first, nothingShown('newest'), 'newest');
    assert.deepEqual(view(first, { shown }).more, { left: 1, loading: false, failed: false });
    const second = mergePage(first, page([comment('1')]), { want: 'roots', order: 'newest', after: 'c' }, 2);
    const after = view(second, { shown: showMore(second, shown) });
    assert.equal(outline(after), '3 1');
    assert.equal(after.more, null);
  });

  it('R-7: another order of a thread that is not whole is only among what is on this device', () => {
    const thread = loaded([comment('3'), comment('2')], { next: 'c', left: 7 });
    const sorted = view(thread, { shown: showAll(thread, nothingShown('newest'), 'oldest') });
    assert.equal(sorted.whole, false);
    assert.equal(outline(sorted), '2 3');
    const whole = loaded([comment('3'), comment('2')]);
    assert.equal(view(whole, { shown: showAll(whole, nothingShown('newest'), 'oldest') }).whole, true);
  });
});

describe('R-4: votes', () => {
  const given = (own: 'up' | 'down' | 'none', wish: 'up' | 'down' | 'none'): CommentRow => {
    const thread = mergeMine(loaded([comment('1', { up: 5, down: 2 })]), {
      votes: own === 'none' ? {} : { 1: own },
      voteCounter: 0,
      own: {},
      unpublished: [],
    });
    return row(view(thread, { queue: [vote('v', '1', wish)] }), '1');
  };

  for (const [own, wish, up, down] of [
    ['none', 'up', 6, 2],
    ['none', 'down', 5, 3],
    ['up', 'none', 4, 2],
    ['up', 'down', 4, 3],
    ['up', 'up', 5, 2],
    ['down', 'up', 6, 1],
    ['down', 'none', 5, 1],
  ] as const) {
    it(`a reader who has ${own} and wishes ${wish} sees ${up} up, ${down} down, and the wish pressed`, () => {
      const shown = given(own, wish);
      assert.deepEqual([shown.comment.up, shown.comment.down, shown.vote], [up, down, wish]);
    });
  }

  it('the last of several wishes holds', () => {
    const thread = loaded([comment('1')]);
    const rows = view(thread, { queue: [vote('v1', '1', 'up', 1), vote('v2', '1', 'down', 2)] });
    assert.deepEqual([row(rows, '1').comment.up, row(rows, '1').comment.down], [0, 1]);
  });

  it('a refused vote is not counted and its refusal is shown', () => {
    const refused = { ...vote('v', '1', 'up'), delivery: { state: 'refused', reason: 'votes-off' } as const };
    const shown = row(view(loaded([comment('1', { up: 5 })]), { queue: [refused] }), '1');
    assert.equal(shown.comment.up, 5);
    assert.equal(shown.vote, 'none');
    assert.equal(shown.pending[0]?.delivery.state, 'refused');
  });

  it('nobody votes on their own, on a stub, or where the site has none', () => {
    const thread = mergeMine(loaded([comment('1'), comment('2'), stub('3'), comment('4', { parentId: '3' })]), {
      votes: {},
      voteCounter: 0,
      own: { 1: { editableUntil: null } },
      unpublished: [],
    });
    const rows = view(thread);
    assert.deepEqual(
      ['1', '2', '3'].map((id) => row(rows, id).can.vote),
      [false, true, false],
    );
    const off = loaded([comment('1')], { info: info({ rules: { ...rules, votes: 'none' } }) });
    assert.equal(row(view(off), '1').can.vote, false);
  });
});

describe('R-6: what is on its way', () => {
  it('a new comment is there at once, right below the pinned, in every order', () => {
    for (const order of ['newest', 'oldest', 'most-voted'] as const) {
      const thread = loaded([comment('9', { pinned: true }), comment('2', { up: 3 }), comment('1')]);
      const shown = showOwn(showAll(thread, nothingShown(order), order), 'mine');
      const rows = view(thread, { shown, queue: [queued(post('mine'))] });
      assert.equal(outline(rows).split(' ').slice(0, 2).join(' '), '9 mine', order);
      assert.deepEqual(row(rows, 'mine').pending[0]?.delivery, { state: 'sending' });
      assert.equal(row(rows, 'mine').own, true);
    }
  });

  it('it keeps its place and its key when the server takes it', () => {
    const thread = loaded([comment('2'), comment('1')]);
    const shown = showOwn(showAll(thread, nothingShown('oldest'), 'oldest'), 'mine');
    const before = view(thread, { shown, queue: [queued(post('mine'))] });
    const taken = mergeAnswer(thread, post('mine'), {
      comment: comment('mine', { revision: 12, createdAt: 2e12 }),
      revision: 12,
      editableUntil: 9,
    });
    const after = view(taken, { shown, previous: before });
    assert.equal(outline(after), outline(before));
    assert.deepEqual(row(after, 'mine').pending, []);
    assert.equal(row(after, 'mine').can.edit, true);
  });

  it('A4: stored by the server although the answer was lost, it is one row with the server’s text', () => {
    const thread = loaded([comment('mine', { text: 'as stored' }), comment('1')]);
    const rows = view(thread, { queue: [queued(post('mine', { text: 'as sent' }))] });
    assert.equal(outline(rows), '1 mine');
    assert.equal(row(rows, 'mine').comment.text, 'as stored');
    assert.equal(row(rows, 'mine').pending.length, 1);
  });

  it('a refused comment keeps its place, its words and the reason', () => {
    const refused = queued(post('mine'), { delivery: { state: 'refused', reason: 'too-long', limit: 10 } });
    const shown = row(view(loaded([comment('1')]), { queue: [refused] }), 'mine');
    assert.equal(shown.pending[0]?.text, 'Words of mine');
    assert.deepEqual(shown.pending[0]?.delivery, { state: 'refused', reason: 'too-long', limit: 10 });
  });

  it('a reply to an unsent comment stands under it', () => {
    const queue = [queued(post('a')), queued(post('b', { parentId: 'a', rootId: 'a' }), { order: 2 })];
    assert.equal(outline(view(loaded([comment('1')]), { queue })), 'a .b 1');
  });

  it('an own reply stands last under its parent', () => {
    const thread = loaded([comment('1'), comment('2', { parentId: '1' })]);
    const queue = [queued(post('mine', { parentId: '1', rootId: '1', createdAt: 1 }))];
    assert.equal(outline(view(thread, { queue })), '1 .2 .mine');
  });

  it('an edit on its way shows the new text; refused, the old one, with the new text to keep', () => {
    const thread = loaded([comment('1')]);
    const edit = {
      kind: 'edit',
      id: 'e',
      createdAt: 5,
      commentId: '1',
      text: 'new',
      mentions: [],
      before: '',
    } as const;
    assert.equal(row(view(thread, { queue: [queued(edit)] }), '1').comment.text, 'new');
    const refused = queued(edit, { delivery: { state: 'refused', reason: 'edit-window' } });
    const shown = row(view(thread, { queue: [refused] }), '1');
    assert.equal(shown.comment.text, 'Text of 1');
    assert.equal(shown.pending[0]?.text, 'new');
  });

  it('L, T: a refused edit has a row for its words, also when its comment was removed or is not loaded', () => {
    const thread = loaded([comment('2')]);
    const edit = {
      kind: 'edit',
      id: 'e',
      createdAt: 5,
      commentId: '1',
      text: 'new',
      mentions: [],
      before: 'old',
    } as const;
    assert.equal(outline(view(thread, { queue: [queued(edit)] })), '2', 'while it is on its way nothing is missed');
    const gone = queued(edit, { delivery: { state: 'refused', reason: 'comment-gone' } });
    const removed = row(view(thread, { queue: [gone] }), '1');
    assert.equal(removed.stub, true);
    assert.equal(removed.pending[0]?.text, 'new');
    const late = queued(edit, { delivery: { state: 'refused', reason: 'edit-window' } });
    const elsewhere = row(view(thread, { queue: [late] }), '1');
    assert.equal(elsewhere.comment.text, 'old');
    assert.equal(elsewhere.pending[0]?.text, 'new');
  });

  it('a deletion on its way shows a stub, refused it shows the comment again', () => {
    const thread = loaded([comment('1'), comment('2')]);
    const gone = { kind: 'delete', id: 'd', createdAt: 5, commentId: '1' } as const;
    assert.equal(row(view(thread, { queue: [queued(gone)] }), '1').stub, true);
    const refused = queued(gone, { delivery: { state: 'refused', reason: 'not-yours' } });
    assert.equal(row(view(thread, { queue: [refused] }), '1').comment.text, 'Text of 1');
  });

  it('B18: a held comment stays with its writer through a reload', () => {
    const thread = mergeMine(loaded([comment('1')]), {
      votes: {},
      voteCounter: 0,
      own: { held: { editableUntil: null } },
      unpublished: [comment('held', { state: 'held' })],
    });
    const rows = view(thread);
    assert.equal(outline(rows), 'held 1');
    assert.equal(row(rows, 'held').comment.state, 'held');
    assert.equal(row(rows, 'held').can.reply, false);
  });
});

describe('R-8: editing and deleting', () => {
  const mine = (fields: Partial<Comment> = {}, editableUntil: number | null = 99, more: Comment[] = []) =>
    row(
      view(
        mergeMine(loaded([comment('1', fields), ...more]), {
          votes: {},
          voteCounter: 0,
          own: { 1: { editableUntil } },
          unpublished: [],
        }),
      ),
      '1',
    ).can;

  it('an own comment can be edited while its time runs and nobody replied, and deleted at any time', () => {
    assert.deepEqual([mine().edit, mine().delete], [true, true]);
    assert.deepEqual([mine({}, null).edit, mine({}, null).delete], [false, true]);
    const replied = mine({}, 99, [comment('2', { parentId: '1' })]);
    assert.deepEqual([replied.edit, replied.delete], [false, true]);
  });

  it('a closed discussion takes no replies and no edits', () => {
    const thread = mergeMine(loaded([comment('1')], { info: info({ rules: { ...rules, closed: true } }) }), {
      votes: {},
      voteCounter: 0,
      own: { 1: { editableUntil: 99 } },
      unpublished: [],
    });
    const { can } = row(view(thread), '1');
    assert.deepEqual([can.reply, can.edit, can.delete], [false, false, true]);
  });

  it('what the backend can’t do is not offered', () => {
    const can = { reply: false, edit: false, delete: false, votes: 'none' } as const;
    const shown = row(view(loaded([comment('1')]), { settings: { can } }), '1').can;
    assert.deepEqual(shown, { reply: false, edit: false, delete: false, vote: false });
  });
});

describe('R-9: a linked comment', () => {
  it('comes with its path and nothing beside it', () => {
    const thread = mergePage(
      loaded([comment('9')]),
      page([comment('1'), comment('2', { parentId: '1' })], { roots: [] }),
      { want: 'around', id: '2' },
      2,
    );
    const { linked } = view(thread, { status: { linked: { id: '2', state: 'shown' } } });
    assert.deepEqual(
      linked?.rows.map((one) => [one.key, one.depth]),
      [
        ['1', 0],
        ['2', 1],
      ],
    );
  });
});

describe('what changed and what did not', () => {
  it('a fold of the same rows gives the same objects', () => {
    const thread = loaded(chain(5));
    const queue = [queued(post('mine', { parentId: '1', rootId: '1' })), vote('v', '2', 'up')];
    const first = view(thread, { queue });
    const second = view(thread, { queue: queue.map((one) => ({ ...one })), previous: first });
    assert.equal(second.rows, first.rows);
  });

  it('a vote changes one row and no other', () => {
    const thread = loaded(chain(5));
    const first = view(thread);
    const second = view(thread, { queue: [vote('v', '3', 'up')], previous: first });
    const changed = second.rows.filter((one, index) => one !== first.rows[index]).map((one) => one.key);
    assert.deepEqual(changed, ['3']);
  });

  it('any tangle of comments and operations shows each comment at most once', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seededRandom(seed);
      const comments = Array.from({ length: 40 }, (_, index) => {
        const parentId = random.next() < 0.7 ? `c${random.below(45)}` : null;
        return comment(`c${index}`, {
          parentId,
          rootId: parentId ? `c${random.below(45)}` : `c${index}`,
          state: random.pick(['published', 'published', 'deleted'] as const),
        });
      });
      const queue = Array.from({ length: 12 }, (_, index): QueuedOperation => {
        const commentId = `c${random.below(45)}`;
        return random.pick([
          queued(post(`p${index}`, { parentId: random.next() < 0.5 ? null : commentId })),
          queued({ kind: 'edit', id: `e${index}`, createdAt: 1, commentId, text: 'x', mentions: [], before: '' }),
          queued({ kind: 'delete', id: `d${index}`, createdAt: 1, commentId }),
          vote(`v${index}`, commentId, random.pick(['up', 'down', 'none'] as const)),
        ]);
      });
      const rows = view(loaded(comments), { queue }).rows.map((one) => one.key);
      assert.equal(new Set(rows).size, rows.length, `seed ${seed}: ${rows.join(' ')}`);
      for (const { operation } of queue) {
        if (operation.kind === 'post') assert.ok(rows.includes(operation.id), `seed ${seed} loses ${operation.id}`);
      }
    }
  });
});

describe('what the reader is told of', () => {
  const channels = { ...settings, can: { ...settings.can, notify: ['mail'] as const } };
  const offering = { info: info({ notify: ['mail', 'push'] }) };
  const mine = { votes: {}, voteCounter: 0, own: { 1: { editableUntil: null } }, unpublished: [] };
  const nobody = { page: { choice: 'none', state: 'none' }, comments: {}, address: null } as const;
  const choose = (id: string, fields: Partial<NotifyOperation> = {}): NotifyOperation => ({
    kind: 'notify',
    id,
    createdAt: 1,
    commentId: null,
    choice: 'page',
    counter: 1,
    ...fields,
  });
  const offered = mergeMine(loaded([comment('1'), comment('2')], offering), { ...mine, subscriptions: nobody });
  const told = (queue: readonly QueuedOperation[], of = offered) => view(of, { queue, settings: channels });

  it('N-1: nothing is offered where backend and site have no way in common', () => {
    assert.equal(view(offered).notify, undefined);
    assert.equal(told([], loaded([comment('1')])).notify, undefined);
    assert.equal(row(view(offered), '1').bell, undefined);
    assert.deepEqual(told([]).notify?.offered, ['mail']);
  });

  it('N-2: an unsent choice is shown as pending, with the address it was given, and a refused one is not what holds', () => {
    const waiting = queued(choose('a', { email: 'me@example.org' }), { delivery: { state: 'waiting' } });
    const { notify } = told([waiting]);
    assert.deepEqual([notify?.choice, notify?.state, notify?.address], ['page', 'pending', 'me@example.org']);
    assert.equal(notify?.pending?.delivery.state, 'waiting');
    const refused = told([{ ...waiting, delivery: { state: 'refused', reason: 'email-invalid' } }]).notify;
    assert.deepEqual([refused?.choice, refused?.state], ['none', 'none']);
    assert.equal(refused?.pending?.delivery.state, 'refused');
  });

  it('N-1: the bell is on own comments only, and one that changed makes another row of its own comment alone', () => {
    const before = told([]);
    assert.deepEqual(row(before, '1').bell, { state: 'none', pending: null });
    assert.equal(row(before, '2').bell, undefined);
    const queue = [queued(choose('b', { commentId: '1', choice: 'comment' }))];
    const after = view(offered, { queue, settings: channels, previous: before });
    assert.equal(row(after, '1').bell?.state, 'pending');
    assert.equal(row(after, '2'), row(before, '2'));
    assert.equal(after.notify, before.notify);
  });

  it('N-2: the answer says what holds, for a choice and for a comment that came with one', () => {
    const subscriptions = { page: { choice: 'replies', state: 'pending' }, comments: {}, address: 'm…@x.org' } as const;
    const answered = { comment: null, revision: 1, editableUntil: null, subscriptions };
    const chosen = mergeAnswer(offered, choose('a', { choice: 'replies', counter: 9 }), answered);
    assert.deepEqual([told([], chosen).notify?.state, chosen.mine?.voteCounter], ['pending', 9]);
    assert.equal(chosen.comments, offered.comments);
    const wish = { choice: 'replies', counter: 3, email: 'me@x.org' } as const;
    const posted = told([queued(post('new', { notify: wish }))]);
    assert.deepEqual([posted.notify?.choice, posted.notify?.state], ['replies', 'pending']);
    const taken = mergeAnswer(offered, post('new', { notify: wish }), { ...answered, comment: comment('new') });
    assert.deepEqual([told([], taken).notify?.choice, taken.mine?.voteCounter], ['replies', 3]);
  });
});
