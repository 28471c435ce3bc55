import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Comment, Page } from '../../src/model/comment.ts';
import { firstView, waitingView } from '../../src/model/first-view.ts';
import { fold, nothingShown, showAll } from '../../src/model/fold.ts';
import { emptyThread, mergePage } from '../../src/model/thread.ts';
import { threadOrder } from '../../src/model/tree.ts';
import { comment, info, page, rules, stub, threadKey } from '../helpers/builders.ts';
import { seededRandom } from '../helpers/random.ts';

const nobody = { reply: false, edit: false, delete: false, votes: 'none' } as const;

/** What the fold shows of the same page to a reader who can do nothing. */
function folded(of: Page, maxDepth: number) {
  const thread = mergePage(emptyThread(threadKey), of, { want: 'roots', order: 'newest', after: null }, 5);
  const status = {
    phase: 'ready',
    problem: null,
    refreshing: false,
    fromCache: false,
    storage: 'disk',
    more: 'idle',
    gaps: {},
    linked: null,
  } as const;
  const shown = showAll(thread, nothingShown('newest'), 'newest');
  // What passages have comes with what can be done about them.
  const { inline: _, passages: __, ...view } = fold(thread, [], shown, status, { maxDepth, can: nobody });
  return view;
}

/** A page as a server answers it: newest first, each branch in thread order. */
function randomPage(seed: number): Page {
  const random = seededRandom(seed);
  const comments: Comment[] = [];
  for (let index = 0; index < 40; index++) {
    const parent = comments.length > 0 && random.next() < 0.75 ? random.pick(comments) : null;
    const fields = parent ? { parentId: parent.id, rootId: parent.rootId } : {};
    comments.push(comment(`c${index}`, { ...fields, pinned: !parent && random.next() < 0.1 }));
  }
  const hasReplies = new Set(comments.map((one) => one.parentId));
  const below = (id: string): number =>
    comments.filter((one) => one.parentId === id).reduce((sum, one) => sum + below(one.id) + (isStub(one) ? 0 : 1), 0);
  const isStub = (one: Comment): boolean => hasReplies.has(one.id) && one.id.endsWith('3');
  const told = comments.map((one) => {
    const fields = { parentId: one.parentId, rootId: one.rootId, pinned: one.pinned, createdAt: one.createdAt };
    return { ...(isStub(one) ? stub(one.id, fields) : one), descendants: below(one.id) };
  });
  const ordered = threadOrder(told);
  const roots = ordered.filter((one) => one.parentId === null).sort((a, b) => b.createdAt - a.createdAt);
  return page(ordered, {
    roots: roots.filter((one) => !one.pinned).map((one) => one.id),
    pinned: roots.filter((one) => one.pinned).map((one) => one.id),
    next: 'more',
    left: 3,
    gaps: {},
    info: info({ count: 37, rules: { ...rules, maxDepth: random.pick([null, 2]) } }),
  });
}

describe('the first picture of a thread', () => {
  it('shows what the fold shows of the same page', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const of = randomPage(seed);
      assert.deepEqual(firstView(of, 'newest', 4, 5), folded(of, 4), `seed ${seed}`);
    }
  });

  it('R-3: a cut branch ends with how many replies wait', () => {
    const of = page([comment('1', { descendants: 9 }), comment('2', { parentId: '1' })], {
      gaps: { 1: { next: 'x', left: 8 } },
    });
    assert.deepEqual(firstView(of, 'newest', 5, 5), folded(of, 5));
  });

  it('R-1: a stub whose replies are all gone leaves nothing', () => {
    const of = page([comment('2'), stub('1')]);
    assert.deepEqual(
      firstView(of, 'newest', 5, 5)?.rows.map((row) => row.key),
      ['2'],
    );
  });

  it('C11: leaves a page that is not in thread order, or repeats itself, to the fold', () => {
    const root = comment('1');
    const reply = comment('2', { parentId: '1' });
    for (const comments of [[reply, root], [root, reply, reply], [comment('3', { parentId: 'gone', rootId: '1' })]]) {
      assert.equal(firstView(page(comments), 'newest', 5, 5), null);
    }
  });

  it('B6: leaves what is no page to the gate that can say why', () => {
    const good = page([comment('1'), comment('2', { parentId: '1' })]);
    assert.ok(firstView(good, 'newest', 5, 5));
    const withComment = (fields: object) => ({ ...good, comments: [{ ...good.comments[0], ...fields }] });
    const wrong: unknown[] = [
      ...[null, undefined, [], '', 7, {}],
      { ...good, comments: null },
      { ...good, comments: [null] },
      { ...good, roots: [1] },
      { ...good, gaps: null },
      { ...good, info: { ...good.info, rules: null } },
      ...[2.5, -1, 'x', NaN].map((maxDepth) => ({ ...good, info: { ...good.info, rules: { ...rules, maxDepth } } })),
      ...[{ createdAt: Infinity }, { createdAt: '1' }, { text: null }, { id: 3 }, { mentions: [null] }].map(
        withComment,
      ),
      ...[7, {}, { quote: null }, { quote: { exact: 7 } }, { quote: { startSelector: { exact: '' } } }].map((quote) =>
        withComment({ quote }),
      ),
      ...[{ author: { name: 5 } }, { author: 'Ann' }, { author: { id: 7, name: 'Ann' } }].map(withComment),
    ];
    for (const one of wrong) assert.equal(firstView(one, 'newest', 5, 5), null, JSON.stringify(one));
  });

  it('says that it is loading before there is an answer', () => {
    assert.equal(waitingView('oldest').phase, 'loading');
    assert.equal(waitingView('oldest').order, 'oldest');
  });
});
