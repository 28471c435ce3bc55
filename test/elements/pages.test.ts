/**
 * Which page a section is about while the page around it changes: routers change address and document in either order,
 * canonical links come late, go stale or belong to the page before.
 */
import { expect } from '@open-wc/testing';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import { openStoresWith } from '../../src/elements/open-store.ts';
import { placePage } from '../../src/elements/place.ts';
import { comment, threadKey } from '../helpers/builders.ts';
import { allByRole, byRole } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { rowOf } from '../helpers/rows.ts';
import { adapter, settled, threadOf, waitFor, whole } from '../helpers/section.ts';
import type { ThreadSettings } from '../../src/sync/store.ts';

const { pathname, search } = location;
const start = pathname + search;
const { title } = document;

/** Each page has a thread of its own, with one comment that names the page. */
let threads: Map<string, { readonly store: FakeStore; readonly settings: ThreadSettings }>;
let undo: () => void;
let host: HTMLElement;

beforeEach(() => {
  threads = new Map();
  undo = openStoresWith((key, settings) => {
    const id = key.page.replace(`${location.host}/`, '');
    const store = threads.get(id)?.store ?? new FakeStore({ rows: [rowOf(comment(`on ${id}`))], count: 1 });
    store.key = { ...threadKey, page: key.page };
    threads.set(id, { store, settings });
    return store;
  });
  host = document.createElement('div');
  document.body.append(host);
});

afterEach(() => {
  host.remove();
  undo();
  canonical(null);
  document.title = title;
  history.replaceState(null, '', start);
});

async function put(attributes: Readonly<Record<string, string>> = {}): Promise<AfterwordComments> {
  const section = document.createElement('afterword-comments');
  section.adapter = adapter;
  for (const [name, value] of Object.entries({ loading: 'eager', lang: 'en', ...attributes }))
    section.setAttribute(name, value);
  host.append(section);
  await waitFor(() => section.store, 'the thread to be opened');
  await whole(section);
  return section;
}

/** The page's canonical link; the same element where there is one, as most frameworks do it. */
function canonical(href: string | null): void {
  const known = document.querySelector<HTMLLinkElement>('link[rel=canonical]');
  if (href === null) return known?.remove();
  const link = known ?? document.createElement('link');
  link.rel = 'canonical';
  link.href = href;
  document.head.append(link);
}

/** The page a section shows, as a reader would see it. */
const shown = (section: AfterwordComments): string => (section.store?.key.page ?? '').replace(`${location.host}/`, '');

const follows = async (section: AfterwordComments, page: string): Promise<void> => {
  await waitFor(() => shown(section) === page, `the discussion of ${page}`);
  await whole(section);
  expect(threads.get(page)?.store.listeners).to.be.above(0);
};

const breath = (): Promise<void> => new Promise((done) => setTimeout(done, 150));

async function type(section: AfterwordComments, words: string): Promise<void> {
  section.focus();
  await waitFor(
    () => section.renderRoot.querySelector('.form')?.matches(':focus-within'),
    'the form to have the focus',
  );
  document.execCommand('insertText', false, words);
  await settled(section);
}

const field = (section: AfterwordComments): HTMLTextAreaElement =>
  section.renderRoot.querySelector('.form')?.shadowRoot?.querySelector('textarea') as HTMLTextAreaElement;

const permalink = (section: AfterwordComments): HTMLAnchorElement =>
  threadOf(section)?.renderRoot.querySelector('[part=permalink]') as HTMLAnchorElement;

async function firstComment(section: AfterwordComments): Promise<{ readonly id: string }> {
  await waitFor(() => section.store?.view.rows[0], 'a comment');
  return { id: section.store?.view.rows[0]?.key ?? '' };
}

const post = async (section: AfterwordComments): Promise<void> => {
  const form = section.renderRoot.querySelector('.form') as HTMLElement;
  // Not asked again within a visit.
  for (const name of allByRole(form, 'textbox', 'Name') as HTMLInputElement[]) {
    name.value = 'Ada';
    name.dispatchEvent(new Event('input'));
  }
  byRole(form, 'button', 'Post').click();
  await settled(section);
};

describe('a section that stays while a router changes the page', () => {
  it('P1: follows an address changed by pushState', async () => {
    history.replaceState(null, '', '/three');
    const section = await put();
    history.pushState(null, '', '/two');
    await follows(section, 'two');
    expect(threads.get('three')?.store.closed).to.equal(true);
    expect(threads.get('three')?.store.listeners).to.equal(0);
  });

  it('P1: follows back and forward', async () => {
    history.replaceState(null, '', '/three');
    const section = await put();
    history.pushState(null, '', '/two');
    await follows(section, 'two');
    history.back();
    await follows(section, 'three');
    history.forward();
    await follows(section, 'two');
    history.back();
    await follows(section, 'three');
  });

  it('P1: what is pressed before the change was noticed is taken for neither page', async () => {
    history.replaceState(null, '', '/three');
    const section = await put();
    await type(section, 'About three');
    const button = byRole(section.renderRoot.querySelector('.form') as HTMLElement, 'button', 'Post');
    history.pushState(null, '', '/two');
    button.click();
    await follows(section, 'two');
    expect(threads.get('three')?.store.dispatched).to.deep.equal([]);
    expect(threads.get('two')?.store.dispatched).to.deep.equal([]);
    expect(threads.get('three')?.store.drafts.get('new')?.text).to.equal('About three');
  });

  it('P1: words half typed stay a draft of the page they were typed on', async () => {
    history.replaceState(null, '', '/three');
    const section = await put();
    await type(section, 'About three');
    history.pushState(null, '', '/two');
    await follows(section, 'two');
    expect(field(section).value).to.equal('');
    expect(threads.get('three')?.store.drafts.get('new')?.text).to.equal('About three');
    await type(section, 'About two');
    await post(section);
    expect(threads.get('two')?.store.dispatched).to.have.length(1);
    expect(threads.get('three')?.store.dispatched).to.deep.equal([]);
    history.back();
    await follows(section, 'three');
    await waitFor(() => field(section).value === 'About three', 'the draft of the first page');
  });

  it('P1: other parameters are another page, where a campaign came from is not', async () => {
    history.replaceState(null, '', '/read?p=1');
    const section = await put();
    const { store } = section;
    history.pushState(null, '', '/read?p=1&utm_source=x');
    await breath();
    expect(section.isElsewhere()).to.equal(false);
    expect(section.store === store, 'not opened anew').to.equal(true);
    history.pushState(null, '', '/read?p=2');
    await follows(section, 'read?p=2');
  });

  it('P1: the author’s page-id wins over the address and is followed', async () => {
    history.replaceState(null, '', '/three');
    const section = await put({ 'page-id': 'three' });
    history.pushState(null, '', '/two');
    await breath();
    expect(shown(section)).to.equal('three');
    section.pageId = 'two';
    await follows(section, 'two');
  });

  it('P1: a page-id that a framework sets later is taken, and what was begun comes along', async () => {
    history.replaceState(null, '', '/three');
    const section = await put();
    await type(section, 'Begun early');
    section.setAttribute('page-id', 'post-3');
    await follows(section, 'post-3');
    await waitFor(() => field(section).value === 'Begun early', 'the words');
    expect(threads.get('three')?.store.drafts.size).to.equal(0);
  });

  it('P1: a comment in the new address is looked for, the old one no longer', async () => {
    history.replaceState(null, '', '/three#comment-a');
    const section = await put();
    history.pushState(null, '', '/two#comment-b');
    await follows(section, 'two');
    const linked = (page: string): unknown =>
      threads.get(page)?.store.calls.find(([name]) => name === 'showLinked')?.[1];
    await waitFor(() => linked('two') === 'b', 'the linked comment');
  });

  it('P2: the document first, the address later: each thread holds its own', async () => {
    history.replaceState(null, '', '/one');
    const first = await put();
    const second = first.cloneNode() as AfterwordComments;
    second.adapter = adapter;
    first.replaceWith(second);
    await waitFor(() => second.store, 'a thread');
    history.pushState(null, '', '/two');
    await follows(second, 'two');
    await type(second, 'About two');
    await post(second);
    expect(threads.get('two')?.store.dispatched).to.have.length(1);
    expect(threads.get('one')?.store.dispatched).to.deep.equal([]);
  });

  it('P2: the address first, the document later', async () => {
    history.replaceState(null, '', '/one');
    const first = await put();
    history.pushState(null, '', '/two');
    await follows(first, 'two');
    const second = first.cloneNode() as AfterwordComments;
    second.adapter = adapter;
    first.replaceWith(second);
    await follows(second, 'two');
  });

  for (const order of ['address first', 'document first']) {
    it(`P2: with canonical links, ${order}`, async () => {
      history.replaceState(null, '', '/one?from=home');
      canonical('/one');
      const section = await put();
      expect(shown(section)).to.equal('one');
      const steps = [() => history.pushState(null, '', '/two?from=one'), () => canonical('/two')];
      for (const step of order === 'address first' ? steps : steps.reverse()) {
        step();
        await Promise.resolve();
      }
      await follows(section, 'two');
      await breath();
      expect(shown(section)).to.equal('two');
    });
  }

  it('P2: a canonical link that the router left behind is not believed', async () => {
    history.replaceState(null, '', '/one');
    canonical('/one');
    const section = await put();
    await breath();
    history.pushState(null, '', '/two');
    await follows(section, 'two');
    history.pushState(null, '', '/one?sort=new');
    await follows(section, 'one');
  });

  it('P2: other parameters of the same path leave the canonical link believed', async () => {
    history.replaceState(null, '', '/one');
    canonical('/one');
    const section = await put();
    await breath();
    history.pushState(null, '', '/one?tab=2');
    await breath();
    expect(section.isElsewhere()).to.equal(false);
    expect(shown(section)).to.equal('one');
  });

  it('P2: the whole head may be another', async () => {
    history.replaceState(null, '', '/one');
    const section = await put();
    const before = document.head;
    const after = before.cloneNode(true);
    document.documentElement.replaceChild(after, before);
    await Promise.resolve();
    canonical('/two');
    await follows(section, 'two');
    document.documentElement.replaceChild(before, document.head);
  });

  it('P8: a canonical link that comes late is seen, and what was begun comes along', async () => {
    history.replaceState(null, '', '/amp/one');
    const section = await put();
    expect(shown(section)).to.equal('amp/one');
    await type(section, 'Begun early');
    canonical('/one');
    await follows(section, 'one');
    await waitFor(() => field(section).value === 'Begun early', 'the words');
    expect(threads.get('amp/one')?.store.drafts.size, 'no second copy').to.equal(0);
    expect(threads.get('one')?.store.drafts.get('new')?.text).to.equal('Begun early');
  });

  it('P8: a late canonical link that names the same page changes nothing', async () => {
    history.replaceState(null, '', '/one?utm_source=mail');
    const section = await put();
    const { store } = section;
    canonical('/one');
    await breath();
    await settled(section);
    expect(section.store === store).to.equal(true);
    expect(threads.get('one')?.store.closed).to.equal(false);
  });

  it('P8: words begun on a page whose router changes the document first stay there', async () => {
    history.replaceState(null, '', '/one');
    const section = await put();
    await type(section, 'About one');
    canonical('/two');
    await Promise.resolve();
    history.pushState(null, '', '/two');
    await follows(section, 'two');
    await breath();
    await breath();
    expect(field(section).value).to.equal('');
    expect(threads.get('one')?.store.drafts.get('new')?.text).to.equal('About one');
    expect(threads.get('two')?.store.drafts.size).to.equal(0);
  });

  it('P8: no row of another page is drawn when its answer comes after the change', async () => {
    history.replaceState(null, '', '/one');
    const section = await put();
    const one = threads.get('one')?.store as FakeStore;
    canonical('/two');
    one.show({ rows: [rowOf(comment('on one')), rowOf(comment('late on one'))], count: 2 });
    await follows(section, 'two');
    expect(byRole(section, 'heading', '1 comment')).to.exist;
  });

  it('P3, P4: what is sent has the address and the title of the moment', async () => {
    history.replaceState(null, '', '/one');
    document.title = '';
    const section = await put({ 'page-id': 'post' });
    const { page } = threads.get('post')?.settings as ThreadSettings;
    expect(page.title).to.equal('');
    history.pushState(null, '', '/three');
    document.title = 'The third';
    expect({ ...page }).to.deep.equal({ url: `${location.origin}/three`, title: 'The third' });
    expect(section.page.url).to.equal(page.url);
  });

  it('P3: a page keeps its address and title when another has come', async () => {
    history.replaceState(null, '', '/one');
    document.title = 'The first';
    const section = await put();
    const { page } = threads.get('one')?.settings as ThreadSettings;
    history.pushState(null, '', '/two');
    document.title = 'The second';
    expect({ ...page }).to.deep.equal({ url: `${location.origin}/one`, title: 'The first' });
    await follows(section, 'two');
    expect({ ...page }).to.deep.equal({ url: `${location.origin}/one`, title: 'The first' });
  });

  it('P10: a router that keeps the page in the fragment has a discussion for each', async () => {
    history.replaceState(null, '', '/#/post/1');
    const section = await put();
    expect(shown(section)).to.equal('#/post/1');
    location.hash = '#/post/2';
    await follows(section, '#/post/2');
    expect(threads.get('#/post/2')?.settings.page.url).to.equal(`${location.origin}/#/post/2`);
    location.hash = '#!/post/3?draft=1';
    await follows(section, '#!/post/3?draft=1');
    location.hash = '#/';
    await follows(section, '');
  });

  it('P10: any other fragment is no part of the page', async () => {
    history.replaceState(null, '', '/one');
    const section = await put();
    const { store } = section;
    location.hash = '#part-2';
    await breath();
    expect(section.store === store).to.equal(true);
  });

  for (const [how, attributes] of Object.entries({ 'by the fragment': {}, 'by page-id': { 'page-id': 'post-1' } })) {
    it(`P10: named ${how}, a page has links to comments that leave the router its fragment`, async () => {
      history.replaceState(null, '', '/?lang=en&utm_source=mail#/post/1');
      const section = await put(attributes);
      const link = permalink(section);
      const { id } = await firstComment(section);
      const wanted = `${location.origin}/?lang=en&afterword-comment=${encodeURIComponent(id)}#/post/1`;
      expect(link.href).to.equal(wanted);
      link.click();
      expect(location.href).to.equal(wanted);
      await waitFor(() => section.linkedId === id, 'the comment to be linked');
      // The router goes on: the address of the other page names no comment.
      location.hash = '#/post/2';
      await waitFor(() => location.href === `${location.origin}/?lang=en#/post/2`, 'a clean address');
    });
  }

  it('P10: such a link is opened, for the page that it names and for no other', async () => {
    history.replaceState({ router: 1 }, '', '/?afterword-comment=c%201&fbclid=x#/post/1');
    const section = await put();
    const calls = (page: string): unknown =>
      threads.get(page)?.store.calls.find(([name]) => name === 'showLinked')?.[1] ?? null;
    await waitFor(() => calls('#/post/1') === 'c 1', 'the comment to be looked for');
    history.pushState({ router: 2 }, '', '/?afterword-comment=c%201&fbclid=x#/post/2');
    await follows(section, '#/post/2');
    expect(calls('#/post/2')).to.equal(null);
    expect(location.search).to.equal('?fbclid=x');
    expect(history.state).to.deep.equal({ router: 2 });
  });

  it('P11: neither what is sent nor a link has what a reader brought along', async () => {
    history.replaceState(null, '', '/one?p=1&utm_source=mail&fbclid=x&mc_eid=y');
    const section = await put();
    expect(threads.get('one?p=1')?.settings.page.url).to.equal(`${location.origin}/one?p=1`);
    const link = permalink(section);
    const { id } = await firstComment(section);
    expect(link.href).to.equal(`${location.origin}/one?p=1#comment-${encodeURIComponent(id)}`);
    // No reload: the page would be another one without what is typed in it.
    link.click();
    expect(location.href).to.equal(link.href);
    await waitFor(() => section.linkedId === id, 'the comment to be linked');
    expect(shown(section)).to.equal('one?p=1');
  });

  it('P11: the canonical address is what is sent, also with a page-id', async () => {
    history.replaceState(null, '', '/one?print=1&utm_source=mail');
    canonical('/one?utm_medium=feed');
    const section = await put();
    expect(section.page.url).to.equal(`${location.origin}/one`);
    section.pageId = 'post-1';
    expect(section.page.url).to.equal(`${location.origin}/one`);
    canonical('https://elsewhere.example/one');
    expect(section.page.url, 'an origin the server may not know').to.equal(`${location.origin}/one?print=1`);
    section.pageUrl = '/given?utm_source=x';
    expect(section.page.url).to.equal(`${location.origin}/given`);
  });

  it('E-7: nothing is watched once the last section is gone', async () => {
    history.replaceState(null, '', '/one');
    const section = await put();
    section.remove();
    const opened = threads.size;
    history.pushState(null, '', '/two');
    canonical('/four');
    await breath();
    await breath();
    expect(threads.size).to.equal(opened);
    expect(placePage({ id: '', url: '', title: '' }).id).to.equal(`${location.host}/four`);
  });
});
