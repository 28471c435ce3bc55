/** News under a reader's eyes: nothing moves when they come, and they are there when the reader asks for them. */
import { expect } from '@open-wc/testing';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import type { Changes, Comment, Order } from '../../src/model/comment.ts';
import { fold, nothingShown, showAll, type Shown } from '../../src/model/fold.ts';
import { showNews, takeNews } from '../../src/model/news.ts';
import { emptyThread, mergePage, type Thread } from '../../src/model/thread.ts';
import type { ThreadView } from '../../src/model/view.ts';
import { comment, info, page, threadKey } from '../helpers/builders.ts';
import { allByRole, byRole, focused } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { manyRows, replyRow, rowOf } from '../helpers/rows.ts';
import { frame, putSection, said, settled, waitFor } from '../helpers/section.ts';

const status = {
  phase: 'ready',
  problem: null,
  refreshing: false,
  fromCache: false,
  storage: 'disk',
  more: 'idle',
  gaps: {},
  linked: null,
  live: 'on',
} as const;
const can = { reply: true, edit: true, delete: true, votes: 'up-down' } as const;

/** A discussion as the real fold shows it, in the hands of the test. */
class Discussion {
  #thread: Thread;
  #shown: Shown;
  #view: ThreadView | undefined;
  readonly store: FakeStore;

  constructor(comments: readonly Comment[], order: Order) {
    const first = page(comments, { info: info({ count: comments.length }) });
    this.#thread = mergePage(emptyThread(threadKey), first, { want: 'roots', order, after: null }, 1);
    this.#shown = { ...showAll(this.#thread, nothingShown(order), order), lastVisit: Date.UTC(2030, 0) };
    this.store = new FakeStore(this.#fold());
    this.store.live = async (act) => {
      this.store.calls.push(['live', act]);
      if (act.act !== 'show') return null;
      const { shown, first: id } = showNews({ thread: this.#thread, shown: this.#shown }, act.rootId);
      this.#shown = shown;
      this.#draw();
      return id;
    };
  }

  hear(comments: readonly Comment[], removed: readonly string[] = [], revision = 50): void {
    const count = (this.#thread.info?.count ?? 0) + comments.length;
    const changes: Changes = { info: info({ revision, count }), comments, removed, tooOld: false };
    const next = takeNews({ thread: this.#thread, shown: this.#shown }, changes, () => false, 2);
    this.#thread = next.thread;
    this.#shown = next.shown;
    this.#draw();
  }

  /** Replaced as a whole: what a view does not name is not there. */
  #draw(): void {
    this.store.view = this.#fold();
    this.store.show({});
  }

  #fold(): ThreadView {
    this.#view = fold(this.#thread, [], this.#shown, status, { maxDepth: 5, can }, this.#view);
    return this.#view;
  }
}

const said20 = 'Words that fill some lines of this comment, as people write them. '.repeat(6);
const named = (id: string, name: string, fields: Partial<Comment> = {}): Comment =>
  comment(id, { text: said20, author: { name, role: 'guest' }, createdAt: Number(id) * 1_000, ...fields });
const roots = Array.from({ length: 12 }, (_, index) => named(String(index + 1), `Writer ${index + 1}`));
const replies = [101, 102].map((id) => named(String(id), `Replier ${id}`, { parentId: '5', rootId: '5' }));
const start = [...roots.map((one) => (one.id === '5' ? { ...one, descendants: 2 } : one)), ...replies];
const news = (id: string, name: string, fields: Partial<Comment> = {}): Comment =>
  named(id, name, { revision: 40, createdAt: Date.UTC(2031, 0) + Number(id), ...fields });

/** Where the comments are that the reader sees, and those above. */
const places = (section: AfterwordComments): Map<string, number> =>
  new Map(
    allByRole(section, 'article')
      .map((one) => [one.id, Math.round(one.getBoundingClientRect().top * 100) / 100] as const)
      .filter(([, top]) => top < innerHeight),
  );

describe('R-10: news', () => {
  for (const order of ['newest', 'oldest', 'most-voted'] as const) {
    for (const width of [320, 800]) {
      it(`R-10: nothing moves when news come: ${order}, ${width} px`, async () => {
        const discussion = new Discussion(start, order);
        const section = await putSection(discussion.store, { css: `width: ${width}px` });
        allByRole(section, 'article')[4]?.scrollIntoView();
        await settled(section);
        const before = places(section);
        discussion.hear([news('201', 'New one'), news('202', 'New two')]);
        await settled(section);
        discussion.hear(
          [
            news('301', 'New reply', { parentId: '101', rootId: '5', revision: 51 }),
            { ...(roots[2] as Comment), up: 1_000, revision: 51 },
            { ...(roots[3] as Comment), text: 'Shorter now.', editedAt: 1, revision: 51 },
          ],
          ['2', '102'],
          51,
        );
        await settled(section);
        await frame();
        const after = places(section);
        expect([...after.keys()]).to.deep.equal([...before.keys()]);
        expect([...after]).to.deep.equal([...before]);
        expect(byRole(section, 'button', '2 new comments')).to.exist;
        expect(byRole(section, 'button', /^1 new reply to .*Writer 5/).textContent.trim()).to.equal('1 new reply');
        expect(allByRole(section, 'article', 'This comment was removed.')).to.have.length(2);
      });
    }
  }

  it('R-10: pressed, the new comments stand on top, and the first of them has the focus', async () => {
    const discussion = new Discussion(start, 'oldest');
    const section = await putSection(discussion.store);
    discussion.hear([news('201', 'New one'), news('202', 'New two')]);
    await settled(section);
    byRole(section, 'button', '2 new comments').click();
    await waitFor(() => focused()?.id === 'comment-202', 'the focus to go to the first new one');
    const [first, second, third] = allByRole(section, 'article').map(({ id }) => id);
    expect([first, second, third]).to.deep.equal(['comment-202', 'comment-201', 'comment-1']);
    await settled(section);
    expect(allByRole(section, 'button', /new comment/).map((one) => one.outerHTML)).to.deep.equal([]);
    expect(byRole(section, 'article', /^New two/).textContent).to.contain('New');
  });

  it('R-10: pressed at a branch, its new replies are there, and the first of them has the focus', async () => {
    const discussion = new Discussion(start, 'newest');
    const section = await putSection(discussion.store);
    discussion.hear([
      news('301', 'New reply', { parentId: '5', rootId: '5' }),
      news('302', 'Newer reply', { parentId: '5', rootId: '5' }),
      news('401', 'Elsewhere', { parentId: '9', rootId: '9' }),
    ]);
    await settled(section);
    byRole(section, 'button', /^2 new replies to .*Writer 5/).click();
    await waitFor(() => focused()?.id === 'comment-301', 'the focus to go to the first new reply');
    expect(byRole(section, 'button', /^1 new reply to .*Writer 9/)).to.exist;
    expect(discussion.store.calls).to.deep.include(['live', { act: 'show', rootId: '5' }]);
  });

  it('R-11: what begins to wait is said politely, once', async () => {
    const discussion = new Discussion(start, 'newest');
    const section = await putSection(discussion.store);
    discussion.hear([news('201', 'New one')]);
    await waitFor(() => said(section).includes('1 new comment'), 'it to be said');
    discussion.hear([news('202', 'New two', { revision: 51 })], [], 51);
    await settled(section);
    expect(said(section)).to.equal('1 new comment');
    expect(byRole(section, 'button', '2 new comments')).to.exist;
  });

  it('R-10: unread comments are marked, and can be stepped through by button and by key', async () => {
    localStorage.setItem('afterword.keys', 'on');
    const rows = manyRows(5).map((row, index) =>
      row.kind === 'comment' && index % 2 === 1 ? { ...row, unread: true } : row,
    );
    const store = new FakeStore({ rows, count: 5, unread: 2 });
    const section = await putSection(store);
    localStorage.removeItem('afterword.keys');
    expect(byRole(section, 'article', /^Writer 2/).textContent).to.contain('New');
    expect(byRole(section, 'article', /^Writer 1/).textContent).not.to.contain('New');
    store.next = 'c2';
    byRole(section, 'button', 'Next unread (2)').click();
    await waitFor(() => focused()?.id === 'comment-c2', 'the focus to go there');
    store.next = 'c4';
    focused()?.dispatchEvent(new KeyboardEvent('keydown', { key: 'u', bubbles: true, composed: true }));
    await waitFor(() => focused()?.id === 'comment-c4', 'the focus to go on');
    expect(store.calls.filter(([name]) => name === 'live').map(([, act]) => act)).to.deep.equal([
      { act: 'next-unread', from: null },
      { act: 'next-unread', from: 'c2' },
    ]);
    store.next = null;
    byRole(section, 'button', 'Next unread (2)').click();
    await waitFor(() => said(section) === 'No more unread comments.', 'it to be said');
  });

  it('R-10: the reader can pause it and let it go on', async () => {
    const store = new FakeStore({ rows: manyRows(2), count: 2, live: 'on' });
    const section = await putSection(store);
    byRole(section, 'button', 'Pause live updates').click();
    expect(store.calls.at(-1)).to.deep.equal(['live', { act: 'pause', paused: true }]);
    store.show({ live: 'paused' });
    await settled(section);
    expect(said(section)).to.equal('Live updates are paused.');
    byRole(section, 'button', 'Resume live updates').click();
    expect(store.calls.at(-1)).to.deep.equal(['live', { act: 'pause', paused: false }]);
  });

  it('R-10: a collapsed branch says in its own line how many are new', async () => {
    const root = rowOf(named('1', 'Ann', { descendants: 3 }), { collapsed: true, replies: { count: 3, fresh: 2 } });
    const section = await putSection(new FakeStore({ rows: [root], count: 4 }));
    expect(byRole(section, 'button', /3 replies, 2 new/)).to.exist;
    expect(allByRole(section, 'button', /new repl/)).to.deep.equal([]);
  });

  it('R-10: where a backend tells nothing there is nothing to pause', async () => {
    const section = await putSection(new FakeStore({ rows: [rowOf(named('1', 'Ann')), replyRow('2', '1')], count: 2 }));
    expect(allByRole(section, 'button', /live updates/)).to.deep.equal([]);
  });
});
