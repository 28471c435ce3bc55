/** The rows of a thread and what can be done with them, as a reader meets them. */
import { expect } from '@open-wc/testing';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import type { AfterwordThread } from '../../src/elements/afterword-thread.ts';
import type { AfterwordVoteEvent } from '../../src/elements/events.ts';
import type { Row } from '../../src/model/view.ts';
import { comment, rules, stub } from '../helpers/builders.ts';
import { allByRole, byRole, focused, nameOf } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { gapRow, manyRows, pendingPost, replyRow, rowOf } from '../helpers/rows.ts';
import { frame, putSection, said, settled, threadOf, waitFor, whole } from '../helpers/section.ts';

const ann = comment('1', { descendants: 1 });
const bob = replyRow('2', '1');

async function shown(
  rows: readonly Row[],
  view: object = {},
  attributes = {},
): Promise<[AfterwordComments, FakeStore]> {
  const store = new FakeStore({ rows, count: rows.length, ...view });
  return [await putSection(store, { attributes }), store];
}

const article = (section: Element, name: RegExp): HTMLElement => byRole(section, 'article', name);

describe('rows', () => {
  it('R-1: replies stand in a list inside the comment they answer, and each says whom it answers', async () => {
    const [section] = await shown([rowOf(ann), bob]);
    const lists = allByRole(section, 'list');
    expect(lists).to.have.length(2);
    expect(lists[0]?.getAttribute('role')).to.equal('list');
    expect(lists[1]?.closest('li')?.contains(article(section, /^Ann, /))).to.equal(true);
    expect(nameOf(article(section, /^Bob/))).to.match(/^Bob, reply to Ann, .+/);
  });

  it('R-1: a comment has a real heading, one level below the section for the top, never deeper than six', async () => {
    const deep = replyRow('9', '2', { depth: 5 });
    const rows = [rowOf(ann), bob, ...[3, 4, 5].map((n) => replyRow(String(n), String(n - 1), { depth: n - 1 })), deep];
    const [section] = await shown(rows);
    const levels = allByRole(section, 'heading').map(({ localName }) => localName);
    expect(levels).to.deep.equal(['h2', 'h3', 'h4', 'h5', 'h6', 'h6', 'h6']);
  });

  it('R-1: past the deepest level a reply says "in reply to" with a link to the real parent', async () => {
    const detached = replyRow('3', '2', { parent: { id: '2', name: 'Bob', missing: false }, detached: true });
    const [section] = await shown([rowOf(ann), bob, detached]);
    const link = byRole(section, 'link', 'in reply to Bob') as HTMLAnchorElement;
    expect(link.hash).to.equal('#comment-2');
    link.click();
    expect(focused()).to.equal(article(section, /^Bob, reply to Ann/).closest('#comment-2'));
  });

  it('R-1: a removed comment with replies leaves a stub without name, text and controls', async () => {
    const [section] = await shown([rowOf(stub('1', { descendants: 1 })), bob]);
    const removed = article(section, 'This comment was removed.' as unknown as RegExp);
    expect(removed.querySelector('.body, .acts')).to.equal(null);
    expect(byRole(removed, 'button', /Replies to/)).to.exist;
  });

  it('R-1: the time is a time element inside the permalink, whose name is the full date', async () => {
    const [section] = await shown([rowOf(ann)]);
    const link = byRole(article(section, /^Ann/), 'link', /November.*2023/) as HTMLAnchorElement;
    expect(link.hash).to.equal('#comment-1');
    expect(link.querySelector('time')?.dateTime).to.equal(new Date(ann.createdAt).toISOString());
    expect(link.textContent).to.match(/Nov 14, 2023/);
  });

  it('R-1: moderators have a badge, guests none', async () => {
    const mod = comment('3', { author: { name: 'Mo', role: 'moderator' } });
    const [section] = await shown([rowOf(ann), rowOf(mod)]);
    expect(article(section, /^Mo/).textContent).to.contain('Moderator');
    expect(article(section, /^Ann/).textContent).not.to.contain('Guest');
  });

  it('R-1: a branch that is closed shows how many replies there are and how many are new', async () => {
    const row = rowOf(ann, { collapsed: true, replies: { count: 7, fresh: 2 } });
    const [section, store] = await shown([row]);
    const button = byRole(section, 'button', 'Replies to Ann: 7 replies, 2 new');
    expect(button.getAttribute('aria-expanded')).to.equal('false');
    expect(byRole(section, 'article', /^Ann/).innerText).to.contain('7 replies, 2 new');
    button.click();
    expect(store.calls.at(-1)).to.deep.equal(['setCollapsed', '1', false]);
  });

  it('R-1: the line beside a branch closes it, is 24 pixels wide to touch, and keeps the focus', async () => {
    const [section, store] = await shown([rowOf(ann), bob]);
    const line = byRole(section, 'button', 'Replies to Ann: 1 reply');
    expect(line.getBoundingClientRect().width).to.be.at.least(24);
    line.focus();
    line.click();
    expect(store.calls.at(-1)).to.deep.equal(['setCollapsed', '1', true]);
    store.show({ rows: [rowOf(ann, { collapsed: true, replies: { count: 1, fresh: 0 } })] });
    await settled(section);
    expect(focused()).to.equal(byRole(section, 'button', 'Replies to Ann: 1 reply'));
  });

  it('R-1: a long comment is cut with Read more, and all of its text stays in the page', async () => {
    const text = Array.from({ length: 60 }, (_, n) => `Line ${n}`).join('\n');
    const [section] = await shown([rowOf(comment('1', { text })), bob]);
    const row = article(section, /^Ann/);
    const body = row.querySelector('.body') as HTMLElement;
    const cut = body.getBoundingClientRect().height;
    expect(body.textContent).to.equal(text);
    const more = byRole(row, 'button', 'Read more');
    expect(more.getAttribute('aria-expanded')).to.equal('false');
    more.click();
    expect(body.getBoundingClientRect().height).to.be.above(cut);
    byRole(row, 'button', 'Show less').click();
    expect(body.getBoundingClientRect().height).to.equal(cut);
  });

  it('R-12: a text written from right to left has its own direction in a page of the other', async () => {
    const [section] = await shown([rowOf(comment('1', { text: 'مرحبا بالعالم' }))]);
    const body = article(section, /^Ann/).querySelector('.body') as HTMLElement;
    expect(body.dir).to.equal('auto');
    expect(getComputedStyle(body).direction).to.equal('rtl');
  });

  it('E-5: what stands in a text never acts, whatever attributes it brings', async () => {
    const evil = comment('1', {
      format: 'html',
      text: '<a href="#x" data-act="up">press</a><b data-act="discard-now">x</b>',
    });
    const [section, store] = await shown([rowOf(evil)], { markup: true });
    for (const element of article(section, /^Ann/).querySelectorAll<HTMLElement>('.body *')) element.click();
    expect(store.dispatched).to.deep.equal([]);
    expect(store.calls.map(([call]) => call)).to.deep.equal(['load']);
  });
});

describe('drawing', () => {
  it('a thousand rows come in slices of at most a hundred a frame, in their order', async () => {
    const store = new FakeStore({ rows: manyRows(1000), count: 1000 });
    const section = await putSection(store);
    expect(allByRole(section, 'article').map(({ id }) => id)).to.deep.equal(
      Array.from({ length: 1000 }, (_, n) => `comment-c${n + 1}`),
    );
    const thread = threadOf(section) as AfterwordThread;
    const count = (): number => thread.renderRoot.querySelectorAll('article').length;
    store.show({ rows: [] });
    await waitFor(() => count() === 0, 'no row to be left');
    // An observer is called after each slice, however late a busy machine has its frames.
    const counts = [0];
    const observer = new MutationObserver(() => counts.push(count()));
    observer.observe(thread.renderRoot, { childList: true, subtree: true });
    store.show({ rows: manyRows(250) });
    await waitFor(() => count() === 250, 'all rows');
    observer.disconnect();
    const slices = counts.map((now, at) => now - (counts[at - 1] ?? 0));
    expect(slices.filter((slice) => slice > 100)).to.deep.equal([]);
    expect(slices.filter((slice) => slice > 0).length).to.be.at.least(3);
  });

  it('a row far from the eyes is at most seven elements without a control, one near them at most twenty', async () => {
    const [section] = await shown([...manyRows(120), rowOf(ann), bob]);
    const rows = [...(threadOf(section)?.renderRoot.querySelectorAll('.row') ?? [])];
    const sizes = rows.map((row) => 1 + row.querySelectorAll(':scope > article, :scope > article *').length);
    expect(Math.max(...sizes)).to.be.at.most(20);
    expect(sizes.filter((size) => size <= 7).length).to.be.above(50);
    expect(sizes[0]).to.be.above(6);
    expect(rows.filter((row) => !row.querySelector('button, a')).length).to.be.above(50);
  });

  it('a far row gets its controls when it is scrolled to, and its text does not move', async () => {
    const [section] = await shown(manyRows(120));
    const row = article(section, /^Writer 110,/);
    expect(allByRole(row, 'button')).to.deep.equal([]);
    row.scrollIntoView();
    await waitFor(() => allByRole(row, 'button').length > 0, 'the controls of the row');
    expect(byRole(row, 'button', 'Reply to Writer 110')).to.exist;
    window.scrollTo(0, 0);
  });

  it('R-4: a vote changes the screen in the next frame and updates one row', async () => {
    const rows = manyRows(300);
    const [section, store] = await shown(rows);
    const changed = new Set<Element | null>();
    const observer = new MutationObserver((records) => {
      for (const { target } of records) {
        changed.add((target instanceof Element ? target : target.parentElement)?.closest('.row') ?? null);
      }
    });
    const root = threadOf(section)?.renderRoot as ShadowRoot;
    observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    // The observer of what is near may still hand out controls: that is not what is counted here.
    for (let still = 0; still < 10; still++) {
      await frame();
      if (changed.size > 0) still = 0;
      changed.clear();
    }
    const second = rows[1] as ReturnType<typeof rowOf>;
    const voted = { ...second, vote: 'up' as const, comment: { ...second.comment, up: 1 } };
    store.show({ rows: rows.map((row, index) => (index === 1 ? voted : row)) });
    await frame();
    expect(byRole(section, 'button', 'Vote up Writer 2’s comment, 1 vote').getAttribute('aria-pressed')).to.equal(
      'true',
    );
    for (const { target } of observer.takeRecords()) changed.add((target as Element).closest?.('.row') ?? null);
    observer.disconnect();
    expect(changed.size).to.equal(1);
  });

  it('R-2: another order moves rows without drawing them again, and keeps the focus', async () => {
    const rows = manyRows(30);
    const [section, store] = await shown(rows);
    const reply = byRole(section, 'button', 'Reply to Writer 3');
    reply.focus();
    store.show({ rows: [...rows].reverse() });
    await settled(section);
    expect(focused()).to.equal(reply);
    expect(allByRole(section, 'article')[0]?.id).to.equal('comment-c30');
  });

  it('R-8: when the focused comment goes away the focus goes to the one in its place', async () => {
    const rows = manyRows(5);
    const [section, store] = await shown(rows);
    byRole(section, 'button', 'Reply to Writer 3').focus();
    store.show({ rows: rows.filter((_, index) => index !== 2) });
    await settled(section);
    expect(focused()?.id).to.equal('comment-c4');
  });
});

describe('votes', () => {
  it('R-4: pressing asks for the whole wish; again takes it back; the other one switches', async () => {
    const wishes: string[] = [];
    for (const [vote, way, wish] of [
      ['none', 'up', 'up'],
      ['up', 'up', 'none'],
      ['up', 'down', 'down'],
      ['down', 'down', 'none'],
    ] as const) {
      const [section, store] = await shown([rowOf(ann, { vote })]);
      section.addEventListener('afterword-vote', (event) => wishes.push((event as AfterwordVoteEvent).value));
      byRole(section, 'button', new RegExp(`^Vote ${way}`)).click();
      expect(store.dispatched[0]).to.include({ kind: 'vote', commentId: '1', value: wish });
      expect(wishes.at(-1)).to.equal(wish);
    }
  });

  it('E-4: a page that prevents the vote keeps it from being made', async () => {
    const [section, store] = await shown([rowOf(ann)]);
    document.addEventListener('afterword-vote', (event) => event.preventDefault(), { once: true });
    byRole(section, 'button', /^Vote up/).click();
    expect(store.dispatched).to.deep.equal([]);
  });

  it('R-4: votes are told in words and shortened for the eye; the own one is shown pressed', async () => {
    const row = rowOf(comment('1', { up: 12_500, down: 100 }), { vote: 'down' });
    const [section] = await shown([row]);
    const up = byRole(section, 'button', 'Vote up Ann’s comment, 12K (12,400 votes)');
    expect(up.textContent?.trim()).to.equal('12K');
    expect(byRole(section, 'button', /^Vote down/).getAttribute('aria-pressed')).to.equal('true');
  });

  it('E-3: vote-count="separate" shows both numbers', async () => {
    const [section] = await shown([rowOf(comment('1', { up: 5, down: 2 }))], {}, { 'vote-count': 'separate' });
    expect(byRole(section, 'button', 'Vote up Ann’s comment, 5 votes').textContent?.trim()).to.equal('5');
    expect(byRole(section, 'button', 'Vote down Ann’s comment, 2 votes').textContent?.trim()).to.equal('2');
  });

  it('R-4: nobody can press a vote on their own comment, but the number stays', async () => {
    const can = { reply: true, edit: true, delete: true, vote: false };
    const [section] = await shown([rowOf(comment('1', { up: 3 }), { own: true, can })]);
    expect(allByRole(section, 'button', /^Vote/)).to.deep.equal([]);
    expect(article(section, /^Ann/).textContent).to.contain('3 votes');
  });

  it('E-3: with votes off there are no votes, and no order by them', async () => {
    const [section] = await shown([rowOf(ann)], { rules: { ...rules, votes: 'none' } });
    expect(allByRole(section, 'button', /vote/i)).to.deep.equal([]);
  });

  it('E-3: votes="up" hides the other button', async () => {
    const [section] = await shown([rowOf(ann)], {}, { votes: 'up' });
    expect(allByRole(section, 'button', /^Vote/).map(nameOf)).to.deep.equal(['Vote up Ann’s comment, 0 votes']);
  });
});

describe('the menu', () => {
  const open = (section: Element): void => byRole(section, 'button', 'More for Ann’s comment').click();

  it('R-11: it opens at its button, is walked by arrows, closes by Escape and gives the focus back', async () => {
    const [section] = await shown([rowOf(ann)]);
    open(section);
    const items = allByRole(section, 'menuitem');
    expect(focused()).to.equal(items[0]);
    const key = (name: string): void =>
      void focused()?.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, composed: true }));
    key('ArrowDown');
    expect(focused()).to.equal(items[1]);
    key('End');
    expect(focused()).to.equal(items.at(-1));
    key('ArrowDown');
    expect(focused()).to.equal(items[0]);
    key('Escape');
    expect(allByRole(section, 'menu')).to.deep.equal([]);
    expect(focused()).to.equal(byRole(section, 'button', 'More for Ann’s comment'));
  });

  it('a press anywhere else closes it, and a second press on its button', async () => {
    const [section] = await shown([rowOf(ann)]);
    open(section);
    document.body.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, composed: true }));
    expect(allByRole(section, 'menu')).to.deep.equal([]);
    open(section);
    open(section);
    expect(allByRole(section, 'menu')).to.deep.equal([]);
  });

  it('R-8: who may edit is told how long; who may not is not offered it', async () => {
    const can = { reply: true, edit: true, delete: true, vote: false };
    const [section] = await shown([rowOf(ann, { own: true, can, editableUntil: Date.now() + 14.5 * 60_000 })]);
    open(section);
    expect(byRole(section, 'menuitem', 'Edit (15 min left)')).to.exist;
    const [other] = await shown([rowOf(ann)]);
    open(other);
    expect(allByRole(other, 'menuitem', /Edit|Delete/)).to.deep.equal([]);
  });

  it('R-8: deleting is asked once, in place; Cancel and Escape leave everything as it was', async () => {
    const can = { reply: true, edit: false, delete: true, vote: false };
    const [section, store] = await shown([rowOf(ann, { own: true, can })]);
    for (const leave of ['Cancel', 'Escape']) {
      open(section);
      byRole(section, 'menuitem', 'Delete').click();
      const question = byRole(section, 'group', 'Delete this comment for good?');
      expect(focused()).to.equal(byRole(question, 'button', 'Cancel'));
      if (leave === 'Cancel') byRole(question, 'button', 'Cancel').click();
      else focused()?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true }));
      expect(allByRole(section, 'group', /Delete/)).to.deep.equal([]);
      expect(focused()).to.equal(byRole(section, 'button', 'More for Ann’s comment'));
    }
    expect(store.dispatched).to.deep.equal([]);
    open(section);
    byRole(section, 'menuitem', 'Delete').click();
    byRole(byRole(section, 'group', 'Delete this comment for good?'), 'button', 'Delete').click();
    expect(store.dispatched[0]).to.include({ kind: 'delete', commentId: '1' });
  });

  it('R-9: Copy link copies the address of the comment and says so', async () => {
    const [section] = await shown([rowOf(ann)]);
    const copied: string[] = [];
    const clipboard = Object.getOwnPropertyDescriptor(Navigator.prototype, 'clipboard');
    Object.defineProperty(navigator, 'clipboard', {
      configurable: true,
      value: { writeText: async (text: string) => void copied.push(text) },
    });
    open(section);
    byRole(section, 'menuitem', 'Copy link').click();
    await waitFor(() => said(section), 'the announcement');
    delete (navigator as { clipboard?: unknown }).clipboard;
    expect(clipboard === undefined || 'clipboard' in navigator).to.equal(true);
    expect(copied).to.deep.equal([`${location.href.replace(/#.*/, '')}#comment-1`]);
    expect(said(section)).to.equal('Copied.');
  });
});

describe('replies, edits and what becomes of them', () => {
  it('R-5: Reply opens a form in place, focused; closing it gives the focus back', async () => {
    const [section] = await shown([rowOf(ann)]);
    byRole(section, 'button', 'Reply to Ann').click();
    await waitFor(() => allByRole(section, 'textbox', 'Your reply to Ann').length, 'the form');
    const field = byRole(section, 'textbox', 'Your reply to Ann');
    await waitFor(() => focused() === field, 'the focus in the form');
    expect(
      article(section, /^Ann/).contains(
        field.getRootNode() instanceof ShadowRoot ? (field.getRootNode() as ShadowRoot).host : field,
      ),
    ).to.equal(true);
    byRole(article(section, /^Ann/), 'button', 'Cancel').click();
    await waitFor(() => !allByRole(section, 'textbox', 'Your reply to Ann').length, 'the form to close');
    expect(focused()).to.equal(byRole(section, 'button', 'Reply to Ann'));
  });

  it('R-5: only one form is open in a thread at a time', async () => {
    const [section] = await shown([rowOf(ann), bob]);
    byRole(section, 'button', 'Reply to Ann').click();
    await waitFor(() => allByRole(section, 'textbox', 'Your reply to Ann').length, 'the first form');
    byRole(section, 'button', 'Reply to Bob').click();
    await waitFor(() => allByRole(section, 'textbox', 'Your reply to Bob').length, 'the second form');
    expect(allByRole(section, 'textbox', 'Your reply to Ann')).to.deep.equal([]);
  });

  it('R-6: the focus goes to a reply that was sent, as soon as it is on the screen', async () => {
    const [section, store] = await shown([rowOf(ann)]);
    byRole(section, 'button', 'Reply to Ann').click();
    await waitFor(() => allByRole(section, 'textbox', 'Your reply to Ann').length, 'the form');
    const form = article(section, /^Ann/).querySelector('afterword-form') as HTMLElement;
    await waitFor(() => form.contains(focused()) || form.shadowRoot?.activeElement, 'the focus in the form');
    form.dispatchEvent(Object.assign(new Event('afterword-form-close', { bubbles: true }), { operationId: '7' }));
    expect(focused()).not.to.have.property('id', 'comment-7');
    const mine = replyRow('7', '1', { own: true, pending: [pendingPost('7', { state: 'sending' })] });
    store.show({ rows: [rowOf(ann), mine] });
    await settled(section);
    expect(focused()?.id).to.equal('comment-7');
  });

  const states: [string, Parameters<typeof pendingPost>[1], RegExp, string[]][] = [
    ['sending', { state: 'sending' }, /^Sending…$/, []],
    ['waiting', { state: 'waiting' }, /will be sent when you are online/, ['Send now', 'Copy text', 'Discard']],
    [
      'not taken from this site',
      { state: 'waiting', blocked: true },
      /isn’t accepting anything from this website/,
      ['Send now', 'Copy text', 'Discard'],
    ],
    [
      'perhaps posted already',
      { state: 'given-up', perhapsSent: true },
      /may already be posted/,
      ['Send now', 'Copy text', 'Discard'],
    ],
    [
      'retrying',
      { state: 'retrying', until: Date.now() + 150_000 },
      /Next try in 2 minutes/,
      ['Send now', 'Copy text', 'Discard'],
    ],
    ['a portal', { state: 'retrying', until: 0, portal: true }, /Wi-Fi/, ['Send now', 'Copy text', 'Discard']],
    ['asking', { state: 'asking', want: 'sign-in' }, /Sign in/, ['Send now', 'Copy text', 'Discard']],
    [
      'refused',
      { state: 'refused', reason: 'too-long', limit: 100 },
      /Too long.*100/,
      ['Edit', 'Copy text', 'Discard'],
    ],
    ['given up', { state: 'given-up' }, /We’ve tried for a day/, ['Send now', 'Copy text', 'Discard']],
  ];
  for (const [name, delivery, words, remedies] of states) {
    it(`R-6: words that are ${name} say so in their row, with what can be done`, async () => {
      const [section] = await shown([rowOf(comment('7'), { own: true, pending: [pendingPost('7', delivery)] })]);
      const row = article(section, /^Ann/);
      expect(row.querySelector('.pending > span')?.textContent).to.match(words);
      const buttons = allByRole(row, 'button').map(nameOf);
      expect(buttons).to.deep.equal(remedies);
    });
  }

  it('R-6: words kept in memory alone say that the tab must stay open', async () => {
    const pending = [pendingPost('7', { state: 'waiting' }, { saved: false })];
    const [section] = await shown([rowOf(comment('7'), { pending })]);
    expect(article(section, /^Ann/).textContent).to.contain('keep this tab open');
  });

  it('R-6: Send now sends; Discard asks first', async () => {
    const [section, store] = await shown([rowOf(comment('7'), { pending: [pendingPost('7', { state: 'waiting' })] })]);
    byRole(section, 'button', 'Send now').click();
    expect(store.calls.at(-1)).to.deep.equal(['retry', '7']);
    byRole(section, 'button', 'Discard').click();
    const question = byRole(section, 'group', 'Discard these words for good?');
    byRole(question, 'button', 'Cancel').click();
    expect(focused()).to.equal(byRole(section, 'button', 'Discard'));
    byRole(section, 'button', 'Discard').click();
    byRole(byRole(section, 'group', /Discard/), 'button', 'Discard').click();
    expect(store.calls.at(-1)).to.deep.equal(['discard', '7']);
  });

  it('R-6: Edit of refused words makes them a draft first and takes them out of the outbox after', async () => {
    const pending = [pendingPost('7', { state: 'refused', reason: 'too-long' })];
    const reply = replyRow('7', '1', { own: true, pending });
    const [section, store] = await shown([rowOf(ann), reply]);
    store.drafts.set('reply 1', { text: 'Begun before', savedAt: 1 });
    byRole(section, 'button', 'Edit').click();
    await waitFor(() => allByRole(section, 'textbox', 'Your reply to Ann').length, 'the form');
    const calls = store.calls.map(([call]) => call).filter((call) => /writeDraft|discard/.test(call));
    expect(calls.slice(0, 2)).to.deep.equal(['writeDraft', 'discard']);
    expect(store.drafts.get('reply 1')?.text).to.equal('Begun before\n\nWords of 7');
  });

  it('G5: Edit of a change that met another text shows both, and goes on from the newer', async () => {
    const theirs = 'As somebody else left it';
    const pending = [pendingPost('7', { state: 'conflict', theirs }, { kind: 'edit', text: 'As I wrote it' })];
    const before = rowOf(comment('7'), { own: true, can: { reply: true, edit: true, delete: true, vote: false } });
    const [section, store] = await shown([{ ...before, pending }]);
    expect(article(section, /^Ann/).textContent, 'both stand in the row already').to.contain(theirs);
    byRole(section, 'button', 'Edit').click();
    await waitFor(() => store.calls.some(([call]) => call === 'discard'), 'the operation to be taken out');
    store.show({ rows: [before] });
    await waitFor(() => allByRole(section, 'textbox', 'As you wrote it').length, 'the form with both texts');
    expect(store.drafts.get('edit 7')).to.include({ text: 'As I wrote it', before: 'Text of 7' });
    expect((byRole(section, 'textbox', 'As you wrote it') as HTMLTextAreaElement).value).to.equal('As I wrote it');
    expect(byRole(section, 'group', /changed since you began/).textContent).to.contain(theirs);
    byRole(section, 'button', 'Use the text as you wrote it').click();
    await settled(section);
    byRole(section, 'button', 'Save').click();
    await waitFor(() => store.dispatched.length, 'the change');
    expect(store.dispatched[0]).to.include({ kind: 'edit', text: 'As I wrote it', before: theirs });
  });

  it('D10: words unsent for more than five days say that the browser may clear them', async () => {
    const day = 24 * 60 * 60 * 1000;
    const since = (days: number): Row =>
      rowOf(comment('7'), { pending: [pendingPost('7', { state: 'waiting' }, { since: Date.now() - days * day })] });
    const [section, store] = await shown([since(4.9)]);
    expect(article(section, /^Ann/).textContent).not.to.contain('Some browsers clear');
    store.show({ rows: [since(6.1)] });
    await settled(section);
    expect(article(section, /^Ann/).textContent).to.contain('Unsent for 6 days. Some browsers clear');
    expect(byRole(section, 'button', 'Copy text')).to.exist;
  });

  it('G3: a name that turns writing around turns nothing but itself', async () => {
    const name = 'Eve\u202e\u2069gnp';
    const [section] = await shown([rowOf(comment('7', { author: { name, role: 'guest' } }))]);
    const heading = byRole(article(section, /Eve/), 'heading');
    expect(heading.textContent).to.contain('Evegnp');
    // Drawn from left to right after the name: the first letter of what follows is right of it.
    const width = (text: Node, from: number, to: number): DOMRect => {
      const range = document.createRange();
      range.setStart(text, from);
      range.setEnd(text, to);
      return range.getBoundingClientRect();
    };
    const reply = byRole(section, 'button', /^Reply to/);
    const probe = document.createElement('p');
    probe.style.cssText = 'position: absolute; white-space: pre';
    probe.textContent = `${reply.ariaLabel} zz`;
    document.body.append(probe);
    const text = probe.firstChild as Text;
    const end = text.length;
    const turned = text.data.indexOf('gnp');
    const [inside, after] = [width(text, turned, turned + 1), width(text, end - 1, end)];
    probe.remove();
    expect(after.left, 'what follows the name').to.be.greaterThan(inside.left);
  });

  it('R-6: each new state is announced once, and none of an earlier visit', async () => {
    const waiting = rowOf(comment('7'), { pending: [pendingPost('7', { state: 'waiting' })] });
    const [section, store] = await shown([waiting]);
    expect(said(section)).to.equal('');
    const refused = pendingPost('7', { state: 'refused', reason: 'closed' });
    store.show({ rows: [{ ...waiting, pending: [refused] }] });
    await settled(section);
    expect(said(section)).to.equal('Not accepted. This discussion is closed.');
    section.renderRoot.querySelector('[role=status]')!.textContent = '';
    store.show({ rows: [{ ...waiting, pending: [{ ...refused }] }] });
    await settled(section);
    expect(said(section)).to.equal('');
  });

  it('S-5: a held comment says that it awaits approval', async () => {
    const [section] = await shown([rowOf(comment('7', { state: 'held' }), { own: true })]);
    expect(article(section, /^Ann/).textContent).to.contain('Awaiting approval');
  });

  it('R-8: an edited comment is marked', async () => {
    const [section] = await shown([rowOf(comment('7', { editedAt: 1_700_000_900_000 }))]);
    expect(article(section, /^Ann/).textContent).to.contain('edited');
  });

  it('E-3: readonly leaves nothing to write or press', async () => {
    const [section] = await shown([rowOf(ann)], {}, { readonly: '' });
    expect(allByRole(section, 'textbox')).to.deep.equal([]);
    expect(allByRole(section, 'button', /Vote|Reply/)).to.deep.equal([]);
  });
});

describe('paging', () => {
  it('R-3: a gap shows how many replies it hides; the focus goes to the first that comes', async () => {
    const rows = [rowOf(comment('1', { descendants: 30 })), bob];
    const [section, store] = await shown([...rows, gapRow('1', 29)]);
    const button = byRole(section, 'button', 'Show 29 more replies');
    button.focus();
    button.click();
    expect(store.calls.at(-1)).to.deep.equal(['loadReplies', '1']);
    store.show({ rows: [...rows, replyRow('3', '1'), replyRow('4', '1')] });
    await settled(section);
    expect(focused()?.id).to.equal('comment-3');
    await waitFor(() => said(section), 'the announcement');
    expect(said(section)).to.match(/loaded/);
  });

  it('R-3: Load more says how many are left; at the end the focus goes to the first that came', async () => {
    const rows = manyRows(3);
    const [section, store] = await shown(rows, { more: { left: 2, loading: false, failed: false } });
    const button = byRole(section, 'button', 'Load more (2 left)');
    button.focus();
    let arrive = (): void => {};
    store.hold = new Promise((done) => (arrive = () => done(null)));
    button.click();
    store.show({ rows: manyRows(5), more: null });
    await settled(section);
    arrive();
    await waitFor(() => focused()?.id === 'comment-c4', 'the focus on the first new comment');
    expect(said(section)).to.equal('Comments loaded: 2.');
  });

  it('R-3: Load all is offered beside it, and a failure is said', async () => {
    const [section, store] = await shown(manyRows(3), { more: { left: 2, loading: false, failed: true } });
    expect(threadOf(section)?.renderRoot.textContent).to.contain('could not be loaded');
    byRole(section, 'button', 'Load all').click();
    expect(store.calls.at(-1)).to.deep.equal(['loadAll']);
  });
});

describe('a thread that is moved', () => {
  it('E-5: rows stay and go on working when the section is put elsewhere', async () => {
    const store = new FakeStore({ rows: [rowOf(ann)], count: 1 });
    const section = await putSection(store);
    const other = document.createElement('div');
    document.body.append(other);
    other.append(section);
    await whole(section);
    await waitFor(() => allByRole(section, 'button', /^Vote up/).length, 'the rows');
    byRole(section, 'button', /^Vote up/).click();
    expect(store.dispatched).to.have.length(1);
    other.remove();
  });
});
