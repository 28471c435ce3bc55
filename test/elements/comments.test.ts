/** The section: its states, its settings, what it tells the page, and that it leaves nothing behind. */
import { expect } from '@open-wc/testing';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import { comment, rules } from '../helpers/builders.ts';
import { allByRole, byRole, focused, nameOf } from '../helpers/by-role.ts';
import { listenToConsole } from '../helpers/console.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { manyRows, replyRow, rowOf } from '../helpers/rows.ts';
import { frame, makeSection, opened, putSection, said, settled, threadOf, waitFor, whole } from '../helpers/section.ts';

const ann = rowOf(comment('1', { descendants: 1 }));
const full = (): FakeStore => new FakeStore({ rows: [ann, replyRow('2', '1')], count: 2 });

const text = (section: AfterwordComments): string =>
  (section.renderRoot.querySelector('section')?.textContent ?? '').replace(/\s+/g, ' ');

describe('a section', () => {
  it('R-11: is a region named by its heading, which counts the comments', async () => {
    const section = await putSection(full());
    expect(nameOf(byRole(section, 'region'))).to.equal('2 comments');
    expect(byRole(section, 'heading', '2 comments').localName).to.equal('h2');
  });

  it('shows three still rows and says so while it loads', async () => {
    const section = makeSection(new FakeStore({ phase: 'loading', rules: null }));
    await section.updateComplete;
    await waitFor(() => section.store, 'the thread');
    await section.updateComplete;
    expect(text(section)).to.contain('Loading comments…');
    expect(section.renderRoot.querySelectorAll('.skeleton i')).to.have.length(3);
  });

  it('E-8: shows what the author put inside until the comments are there, and where they can’t come', async () => {
    const store = new FakeStore({ phase: 'loading', rules: null });
    const section = makeSection(store, { inside: '<a href="/all">All comments</a>' });
    await waitFor(() => section.store, 'the thread');
    await section.updateComplete;
    const fallback = section.querySelector('a') as HTMLElement;
    expect(fallback.checkVisibility()).to.equal(true);
    store.show({ phase: 'failed', problem: 'offline' });
    await section.updateComplete;
    expect(fallback.checkVisibility()).to.equal(true);
    store.show({ phase: 'ready', problem: null, rows: [ann], count: 1, rules });
    await section.updateComplete;
    expect(fallback.checkVisibility()).to.equal(false);
  });

  it('invites the first comment where there is none, and offers no order', async () => {
    const section = await putSection(new FakeStore());
    expect(text(section)).to.contain('Be the first to comment.');
    expect(allByRole(section, 'button', /Newest|Oldest/)).to.deep.equal([]);
  });

  it('says why it could not load, with Try again', async () => {
    for (const [problem, words] of [
      ['offline', 'The comments can’t be reached right now.'],
      ['wrong-server', 'The comment server sent an unexpected answer.'],
      ['origin-not-allowed', 'The comment server does not serve this website.'],
    ] as const) {
      const store = new FakeStore({ phase: 'failed', problem, rules: null });
      const section = makeSection(store);
      await waitFor(() => section.store, 'the thread');
      await waitFor(() => text(section).includes(words), words);
      byRole(section, 'button', 'Try again').click();
      expect(store.calls.filter(([call]) => call === 'load')).to.have.length(2);
    }
  });

  it('R-7: a saved copy says how old it is; a problem stands in a line above it', async () => {
    const hour = Date.now() - 3_700_000;
    const store = full();
    const section = await putSection(store);
    store.show({ fromCache: true, fetchedAt: hour, problem: 'offline', whole: false });
    await settled(section);
    expect(nameOf(byRole(section, 'heading', /comments/))).to.match(/2 comments Saved copy from 1 hour ago/);
    expect(text(section)).to.contain('The comments can’t be reached right now.');
    expect(text(section)).to.contain('Sorted among the 2 comments on this device.');
    expect(said(section)).to.equal('The comments can’t be reached right now.');
  });

  it('says that the discussion is closed instead of offering the form', async () => {
    const section = await putSection(new FakeStore({ rows: [ann], count: 1, rules: { ...rules, closed: true } }));
    expect(text(section)).to.contain('This discussion is closed.');
    expect(allByRole(section, 'textbox')).to.deep.equal([]);
  });

  it('R-5: words that were being written when the discussion was closed stay within reach', async () => {
    const store = full();
    const section = await putSection(store);
    section.focus();
    await waitFor(() => allByRole(section, 'textbox', 'Your comment').length, 'the form');
    const field = byRole(section, 'textbox', 'Your comment') as HTMLTextAreaElement;
    field.value = 'Half a thought';
    field.dispatchEvent(new Event('input'));
    store.show({ rules: { ...rules, closed: true } });
    await settled(section);
    expect(text(section)).to.contain('This discussion is closed.');
    expect(byRole(section, 'textbox', 'Your comment'), 'the same field, with its caret').to.equal(field);
    expect(field.value).to.equal('Half a thought');
    byRole(section, 'button', 'Post').click();
    await settled(section);
    expect(store.dispatched).to.deep.equal([]);
  });

  it('R-5: a draft that waits in a discussion closed since then is shown, and an empty form is not', async () => {
    const store = new FakeStore({ rows: [ann], count: 1, rules: { ...rules, closed: true } });
    store.drafts.set('new', { text: 'Begun yesterday', savedAt: 1 });
    const section = await putSection(store);
    await waitFor(
      () => (allByRole(section, 'textbox')[0] as HTMLTextAreaElement | undefined)?.value === 'Begun yesterday',
      'the draft',
    );
  });

  it('E-1: without a server it says in one line that comments stay in this browser', async () => {
    const store = full();
    store.key = { ...store.key, backend: 'local' };
    const section = await putSection(store);
    expect(text(section)).to.contain('These comments stay in this browser.');
  });

  it('warns where the disk refuses, but only once something waits', async () => {
    const store = full();
    const section = await putSection(store);
    store.show({ storage: 'refused' });
    await settled(section);
    expect(text(section)).not.to.contain('keep this tab open');
    store.show({ unsent: 1 });
    await settled(section);
    expect(text(section)).to.contain('keep this tab open');
  });
});

describe('order', () => {
  it('R-2: is chosen by pressing, told once, and the chosen one is shown pressed', async () => {
    const store = full();
    const section = await putSection(store);
    byRole(section, 'button', 'Oldest').click();
    await settled(section);
    expect(store.calls.at(-1)).to.deep.equal(['setOrder', 'oldest']);
    expect(byRole(section, 'button', 'Oldest').getAttribute('aria-pressed')).to.equal('true');
    expect(said(section)).to.equal('Order: Oldest.');
  });

  it('R-2: Most voted isn’t offered where votes are off', async () => {
    for (const [site, attribute] of [
      ['none', 'up-down'],
      ['up-down', 'none'],
    ] as const) {
      const store = new FakeStore({ rows: [ann], count: 1, rules: { ...rules, votes: site } });
      const section = await putSection(store, { attributes: { votes: attribute } });
      expect(allByRole(section, 'button', /Newest|Oldest|Most voted/).map(nameOf)).to.deep.equal(['Newest', 'Oldest']);
    }
  });
});

describe('loading', () => {
  it('E-3: lazy waits until the section is within one screen', async () => {
    const section = makeSection(full(), { attributes: { loading: 'lazy' }, css: 'margin-top: 500vh' });
    await section.updateComplete;
    await frame();
    await frame();
    expect(opened).to.have.length(0);
    section.scrollIntoView();
    await waitFor(() => opened.length === 1, 'the thread to be opened');
    window.scrollTo(0, 0);
  });

  it('I-2: lazy waits for an idle moment only, where comments belong beside words of the article', async () => {
    const article = document.createElement('article');
    article.id = 'far-above';
    document.body.prepend(article);
    const attributes = { loading: 'lazy', article: '#far-above' };
    const section = makeSection(full(), { attributes, css: 'margin-top: 500vh' });
    await waitFor(() => section.store !== null, 'the thread to be opened');
    article.remove();
  });

  it('E-3: lazy starts at once for the link of a comment', async () => {
    history.replaceState(null, '', '#comment-1');
    const section = makeSection(full(), { attributes: { loading: 'lazy' }, css: 'margin-top: 500vh' });
    await waitFor(() => opened.length === 1, 'the thread to be opened');
    await whole(section);
    await waitFor(() => focused()?.id === 'comment-1', 'the focus on the comment');
    window.scrollTo(0, 0);
  });

  it('E-3: manual shows a button with the number of comments', async () => {
    const section = makeSection(full(), { attributes: { loading: 'manual' } });
    section.adapter = { ...section.adapter!, counts: async (_, [page]) => ({ [page as string]: 12 }) };
    await waitFor(() => allByRole(section, 'button', 'Show 12 comments').length, 'the button');
    expect(opened).to.have.length(0);
    byRole(section, 'button', 'Show 12 comments').click();
    await waitFor(() => opened.length === 1, 'the thread to be opened');
  });
});

describe('what a section is told', () => {
  it('E-3: attributes are read and never written', async () => {
    const section = await putSection(full());
    const before = section.outerHTML;
    section.sort = 'oldest';
    section.readonly = true;
    section.pageSize = 50;
    await settled(section);
    expect(section.outerHTML).to.equal(before);
  });

  it('E-3: a property with a wrong value is an error in the console and the default', async () => {
    const section = await putSection(full());
    const { errors } = listenToConsole();
    section.voteCount = 'both' as 'net';
    await settled(section);
    expect(errors).to.have.length(1);
    expect(errors[0]).to.match(/vote-count="both".*net, separate/);
    expect(section.voteCount).to.equal('net');
  });

  it('E-3: settings reach the thread', async () => {
    const attributes = {
      'page-id': 'https://www.example.com/a/?utm_source=x',
      'page-size': '7',
      sort: 'oldest',
      site: 'blog',
    };
    await putSection(full(), { attributes: { ...attributes, storage: 'session', 'page-title': 'A title' } });
    expect(opened[0]?.key).to.deep.equal({ backend: 'test', site: 'blog', page: 'example.com/a' });
    expect(opened[0]?.settings).to.include({ order: 'oldest', pageSize: 7, storage: 'session', maxDepth: 5 });
    expect(opened[0]?.settings.page.title).to.equal('A title');
  });

  it('E-3: an attribute that would loosen a rule of the site is warned about once', async () => {
    const { warnings } = listenToConsole();
    const store = new FakeStore({ rows: [ann], count: 1, rules: { ...rules, votes: 'up' } });
    const section = await putSection(store, { attributes: { votes: 'up-down' } });
    store.show({ rules: { ...rules, votes: 'up' }, count: 5 });
    await settled(section);
    expect(warnings.filter((words) => words.includes('votes="up-down"'))).to.have.length(1);
    expect(allByRole(section, 'button', /^Vote down/)).to.deep.equal([]);
  });

  it('E-3: single texts can be replaced', async () => {
    const section = await putSection(new FakeStore());
    section.messages = { empty: 'Silence so far.' };
    await settled(section);
    expect(text(section)).to.contain('Silence so far.');
  });

  it('E-3: its link wins over the page’s address where the author gives one', async () => {
    const section = await putSection(full(), { attributes: { 'page-url': 'https://example.com/elsewhere#x' } });
    const [link] = allByRole(section, 'link', /2023/);
    expect((link as HTMLAnchorElement).href).to.equal('https://example.com/elsewhere#comment-1');
  });

  it('R-12: speaks the language of the page around it, in its direction', async () => {
    const section = await putSection(full(), { attributes: { lang: 'ar' } });
    await waitFor(() => threadOf(section), 'the thread in Arabic');
    const root = section.renderRoot.querySelector('section') as HTMLElement;
    expect(root.dir).to.equal('rtl');
    expect(root.lang).to.equal('ar');
    expect(text(section)).not.to.contain('comments');
  });

  for (const lang of ['fa', '']) {
    it(`K8: on a right-to-left page ${lang ? 'in a language that we lack' : 'that names no language'} borrowed English is laid out as the page`, async () => {
      const { documentElement: page } = document;
      const before = [page.lang, page.dir] as const;
      [page.lang, page.dir] = [lang, 'rtl'];
      after(() => void ([page.lang, page.dir] = before));
      const section = await putSection(full(), { attributes: { lang } });
      const root = section.renderRoot.querySelector('section') as HTMLElement;
      expect([root.lang, root.dir]).to.deep.equal(['en', 'rtl']);
      // Isolated, or the full stop would stand at the sentence's beginning.
      expect(text(section)).to.contain('\u20682 comments\u2069');
      section.focus();
      await waitFor(() => allByRole(section, 'textbox', /Your comment/).length, 'the form');
      for (const layer of section.renderRoot.querySelectorAll('afterword-form'))
        expect(layer.renderRoot.querySelector<HTMLElement>('[dir]')!.dir).to.equal('rtl');
    });
  }

  it('K8: a language that we have keeps its own direction, whatever the page says', async () => {
    const { documentElement: page } = document;
    const before = page.dir;
    page.dir = 'rtl';
    after(() => void (page.dir = before));
    const section = await putSection(full(), { attributes: { lang: 'en-GB' } });
    expect(section.renderRoot.querySelector('section')!.dir).to.equal('ltr');
    expect(text(section)).not.to.contain('\u2068');
  });
});

describe('what the page is told', () => {
  it('E-4: loaded and the number of comments, once each; then only what changes', async () => {
    const heard: string[] = [];
    for (const type of ['afterword-loaded', 'afterword-count-change']) {
      const note = (event: Event): void => void heard.push(`${type} ${(event as Event & { count: number }).count}`);
      document.addEventListener(type, note);
      after(() => document.removeEventListener(type, note));
    }
    const store = full();
    const section = await putSection(store);
    expect(heard).to.deep.equal(['afterword-loaded 2', 'afterword-count-change 2']);
    store.show({ refreshing: true });
    store.show({ refreshing: false, count: 3 });
    await settled(section);
    expect(heard.slice(2)).to.deep.equal(['afterword-count-change 3']);
  });

  it('E-4: how what the reader asked for ended', async () => {
    const store = full();
    const section = await putSection(store);
    const heard: string[] = [];
    const types = ['posted', 'edited', 'deleted', 'voted', 'failed'].map((name) => `afterword-${name}`);
    for (const type of types) section.addEventListener(type, () => heard.push(type));
    const asked = { id: '9', createdAt: 1 };
    const post = {
      ...asked,
      kind: 'post',
      parentId: null,
      rootId: null,
      text: 'x',
      author: { name: 'Me' },
      mentions: [],
    } as const;
    const yes = { result: 'acknowledged', comment: comment('9') } as const;
    store.tell({ ...yes, operation: post });
    store.tell({ ...yes, operation: { ...asked, kind: 'edit', commentId: '9', text: 'y', before: 'x', mentions: [] } });
    store.tell({ ...yes, comment: null, operation: { ...asked, kind: 'delete', commentId: '9' } });
    store.tell({ ...yes, operation: { ...asked, kind: 'vote', commentId: '1', value: 'up', counter: 1 } });
    store.tell({ result: 'refused', operation: post, reason: 'closed' });
    expect(heard).to.deep.equal(types);
    await frame();
    expect(said(section)).to.equal('Comment posted. Change saved. Comment deleted.');
  });

  it('S-5: a comment that is held is announced as awaiting approval', async () => {
    const store = full();
    const section = await putSection(store);
    const operation = {
      id: '9',
      createdAt: 1,
      kind: 'post',
      parentId: null,
      rootId: null,
      text: 'x',
      author: { name: 'Me' },
      mentions: [],
    } as const;
    store.tell({ result: 'acknowledged', comment: comment('9', { state: 'held' }), operation });
    await frame();
    expect(said(section)).to.equal('Comment received, awaiting approval.');
  });
});

describe('the link of a comment', () => {
  it('R-9: focuses a comment that is there and marks it by a word', async () => {
    await putSection(full());
    history.replaceState(null, '', '#comment-2');
    dispatchEvent(new HashChangeEvent('hashchange'));
    await waitFor(() => focused()?.id === 'comment-2', 'the focus on the comment');
    expect(focused()?.textContent).to.contain('Linked comment');
  });

  it('R-9: brings one that is not there with its path, shown first, until Back to all comments', async () => {
    const store = new FakeStore({ rows: manyRows(3), count: 50 });
    const section = await putSection(store);
    section.showComment('far');
    await waitFor(() => store.calls.some(([call, id]) => call === 'showLinked' && id === 'far'), 'the question');
    store.show({ linked: { id: 'far', state: 'loading', rows: [] } });
    await settled(section);
    expect(text(section)).to.contain('Looking for the linked comment…');
    const root = rowOf(comment('root'));
    store.show({ linked: { id: 'far', state: 'shown', rows: [root, replyRow('far', 'root')] } });
    await waitFor(() => focused()?.id === 'comment-far', 'the focus on the comment');
    const articles = allByRole(section, 'article');
    expect(articles.slice(0, 2).map(({ id }) => id)).to.deep.equal(['comment-root', 'comment-far']);
    byRole(section, 'button', 'Back to all comments').click();
    expect(store.calls.at(-1)).to.deep.equal(['showLinked', null]);
    expect(focused()?.localName).to.equal('h2');
  });

  it('R-9: held, removed and unknown ones say so', async () => {
    for (const [state, words] of [
      ['held', 'is awaiting approval'],
      ['removed', 'was removed'],
      ['unknown', 'is not in this discussion'],
    ] as const) {
      const store = full();
      const section = await putSection(store);
      section.showComment('x');
      await waitFor(() => store.calls.some(([call]) => call === 'showLinked'), 'the question');
      store.show({ linked: { id: 'x', state, rows: [] } });
      await waitFor(() => said(section), 'the announcement');
      expect(text(section)).to.contain(words);
      expect(said(section)).to.contain(words);
    }
  });
});

describe('the form of a section', () => {
  it('R-5: opens on focus; what was typed before it came is in it', async () => {
    const store = full();
    const section = makeSection(store);
    await waitFor(() => section.renderRoot.querySelector('.opener'), 'the plain field');
    const plain = section.renderRoot.querySelector<HTMLTextAreaElement>('.opener')!;
    expect(nameOf(plain)).to.equal('Write a comment');
    plain.value = 'Typed early';
    plain.focus();
    await waitFor(
      () => (focused() as HTMLTextAreaElement | null)?.value === 'Typed early' && focused() !== plain,
      'the form',
    );
    expect(store.drafts.get('new')?.text).to.equal('Typed early');
  });

  it('R-6: the focus goes to a comment that was posted', async () => {
    const store = full();
    const section = await putSection(store);
    section.focus();
    await waitFor(() => section.renderRoot.querySelector('afterword-form'), 'the form');
    const form = section.renderRoot.querySelector('afterword-form')!;
    await waitFor(() => form.shadowRoot?.activeElement, 'the focus in the form');
    form.dispatchEvent(Object.assign(new Event('afterword-form-close', { bubbles: true }), { operationId: '7' }));
    store.show({ rows: [rowOf(comment('7'), { own: true }), ...store.view.rows], count: 3 });
    await waitFor(() => focused()?.id === 'comment-7', 'the focus on the comment');
  });
});

describe('the last line', () => {
  it('R-14: Remove my data asks before it forgets', async () => {
    const store = full();
    const section = await putSection(store);
    byRole(section, 'button', 'Remove my data from this device').click();
    await waitFor(() => allByRole(section, 'group', /removed from this device/).length, 'the question');
    expect(store.calls.some(([call]) => call === 'forget')).to.equal(false);
  });

  it('R-11: single-key shortcuts are off until switched on, and never act while a word is typed', async () => {
    const section = await putSection(new FakeStore({ rows: manyRows(5), count: 5 }));
    const press = (key: string): boolean =>
      focused()!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true }));
    byRole(section, 'button', 'Reply to Writer 2').focus();
    press('j');
    expect(focused()).to.equal(byRole(section, 'button', 'Reply to Writer 2'));
    byRole(section, 'button', 'Keyboard shortcuts').click();
    await section.updateComplete;
    const box = byRole(section, 'checkbox', 'Single-key shortcuts') as HTMLInputElement;
    box.click();
    byRole(section, 'button', 'Reply to Writer 2').focus();
    press('j');
    expect(focused()?.id).to.equal('comment-c3');
    press('k');
    expect(focused()?.id).to.equal('comment-c2');
    section.focus();
    await waitFor(() => focused()?.localName === 'textarea', 'the form');
    expect(press('j'), 'the letter goes into the field').to.equal(true);
    expect(focused()?.localName).to.equal('textarea');
    box.click();
    localStorage.removeItem('afterword.keys');
  });
});

describe('a section of a page that changes', () => {
  it('E-7: another page-id swaps the thread and gives the first one back', async () => {
    const first = full();
    const second = new FakeStore({ rows: manyRows(1), count: 1 });
    const section = await putSection([first, second], { attributes: { 'page-id': 'one' } });
    section.setAttribute('page-id', 'two');
    await waitFor(() => section.store === second, 'the other thread');
    await whole(section);
    expect(first.closed).to.equal(true);
    expect(first.listeners).to.equal(0);
    expect(opened.map(({ key }) => key.page)).to.deep.equal(['one', 'two']);
    expect(byRole(section, 'heading', '1 comment')).to.exist;
    expect(allByRole(section, 'article')).to.have.length(1);
  });

  it('E-7: removing it frees everything', async () => {
    const store = full();
    const section = await putSection(store);
    section.remove();
    expect(store.closed).to.equal(true);
    await section.updateComplete;
    expect(store.listeners).to.equal(0);
  });

  it('E-5: moved, it opens its thread again', async () => {
    const store = full();
    const section = await putSection(store);
    document.body.append(section);
    await waitFor(() => opened.length === 2 && section.store, 'the thread to be opened again');
    await whole(section);
    expect(allByRole(section, 'article')).to.have.length(2);
    section.remove();
  });

  it('E-7: several on one page are independent', async () => {
    const one = await putSection(full());
    const other = document.createElement('afterword-comments');
    other.adapter = one.adapter;
    other.loading = 'eager';
    one.after(other);
    await waitFor(() => other.store, 'the second thread');
    other.setAttribute('votes', 'none');
    await whole(other);
    expect(allByRole(one, 'button', /^Vote/).length).to.be.above(0);
    expect(allByRole(other, 'button', /^Vote/)).to.deep.equal([]);
  });
});

describe('hostile surroundings', () => {
  it('E-5: a page that unsets everything leaves it readable', async () => {
    const style = document.createElement('style');
    style.textContent = '* { all: unset !important }';
    document.head.append(style);
    const section = await putSection(full());
    const root = section.renderRoot.querySelector('section') as HTMLElement;
    expect(getComputedStyle(root).display).to.equal('block');
    expect(root.getBoundingClientRect().width).to.be.above(200);
    expect(getComputedStyle(byRole(section, 'button', 'Reply to Ann')).cursor).to.equal('pointer');
    style.remove();
  });

  it('E-5: no element of ours carries a style attribute from a template', async () => {
    const section = await putSection(full());
    // A list of replies is told its depth through the object model, which any policy allows.
    const styled = [...(threadOf(section)?.renderRoot.querySelectorAll('[style]:not(.replies)') ?? [])];
    expect(styled).to.deep.equal([]);
  });
});
