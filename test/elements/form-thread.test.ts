/** The form on a real thread and a real disk: words are in one durable place at every moment. */
import { expect } from '@open-wc/testing';
import { AfterwordForm } from '../../src/elements/afterword-form.ts';
import { forgetIdentity } from '../../src/elements/form-identity.ts';
import type { Draft, DraftPlace, ThreadStore } from '../../src/sync/store.ts';
import { makeThreads } from '../../src/sync/threads.ts';
import { FakeBackend } from '../helpers/fake-backend.ts';
import { deleteDatabase, FakeWorld, freshName, quiet, until } from '../helpers/fake-world.ts';
import { stage } from '../helpers/stage.ts';
import { change, fieldOf, people, press, pressButton, settled, type } from '../helpers/writing.ts';

describe('the form and the disk', () => {
  let backend: FakeBackend;
  let name: string;
  let worlds: FakeWorld[];

  beforeEach(() => {
    backend = new FakeBackend();
    name = freshName();
    worlds = [];
  });
  afterEach(async () => {
    for (const world of worlds) world.tell('hide');
    await deleteDatabase(name);
  });

  function openThread(): { store: ThreadStore; world: FakeWorld } {
    const world = new FakeWorld();
    worlds.push(world);
    const store = makeThreads(world, name).openThread(
      backend.adapter,
      { backend: backend.id, site: 'default', page: name },
      {
        page: { url: 'https://example.com/article', title: 'An article' },
        order: 'newest',
        pageSize: 20,
        maxDepth: 5,
        storage: 'full',
        userToken: null,
      },
    );
    return { store, world };
  }

  /** A page is opened (again) on the same disk. */
  async function openPage(settings: Partial<AfterwordForm> = {}) {
    const { store, world } = openThread();
    await store.load();
    forgetIdentity(store);
    const form = new AfterwordForm();
    Object.assign(form, { store, clock: world, people, ...settings });
    stage(form);
    await settled(form);
    return {
      form,
      field: fieldOf(form),
      store,
      world,
      close: () => (form.remove(), store.close(), world.tell('hide')),
    };
  }

  /** What lies on the disk, as another tab reads it. */
  async function onDisk(place: DraftPlace): Promise<Draft | null> {
    const { store } = openThread();
    const draft = await store.readDraft(place);
    store.close();
    return draft;
  }

  it('R-5: a page that is closed in the middle of a sentence opens with that sentence', async () => {
    const first = await openPage();
    await type(first.form, 'In the middle of @Bob (the builder) [he]');
    first.world.pass(500);
    await quiet();
    first.close();
    const second = await openPage();
    expect(second.field.value).to.equal('In the middle of @Bob (the builder) [he]');
    second.close();
  });

  it('R-6: sent, the words are in the thread in this turn, and their draft is gone with the same breath', async () => {
    const { form, field, store, world, close } = await openPage();
    await type(form, 'Hello');
    world.pass(500);
    await until(async () => (await onDisk('new'))?.text === 'Hello', 'the draft is on the disk');
    form.shadowRoot!.querySelector<HTMLElement>('[type=submit]')!.click();
    expect(store.view.rows.map((row) => row.kind === 'comment' && row.comment.text)).to.deep.equal(['Hello']);
    await form.updateComplete;
    expect(field.value).to.equal('');
    await until(async () => (await onDisk('new')) === null, 'the draft is gone');
    await until(() => store.view.unsent === 0 || (world.draw(), false), 'the comment arrived');
    expect(backend.arrived).to.have.length(1);
    close();
  });

  it('R-6: words sent while their draft is still being written do not come back as a draft', async () => {
    const { form, store, world, close } = await openPage();
    await type(form, 'Hello');
    world.pass(500); // The draft begins to be written …
    await press(form, 'Enter', { ctrlKey: true }); // … and at once the words are sent.
    await quiet();
    world.pass(5_000);
    await until(() => store.view.unsent === 0 || (world.draw(), false), 'the comment arrived');
    expect(await onDisk('new')).to.equal(null);
    close();
    const again = await openPage();
    expect(again.field.value).to.equal('');
    again.close();
  });

  it('G5: a draft of an edit comes back with the text it began from and who is mentioned', async () => {
    const edit = { mode: 'edit', commentId: 'c1', original: 'As I wrote it' } as const;
    const first = await openPage(edit);
    await type(first.form, ' to @annab');
    await press(first.form, 'Enter');
    first.world.pass(500);
    await quiet();
    first.close();
    const second = await openPage({ ...edit, people: [] });
    expect(second.field.value).to.equal('As I wrote it to @Annabel Lee ');
    expect(await onDisk('edit c1')).to.deep.include({
      before: 'As I wrote it',
      mentions: [{ id: 'author-annabel', name: 'Annabel Lee' }],
    });
    await pressButton(second.form, 'Cancel');
    second.close();
  });

  it('L17: a thread knows where on its page drafts wait', async () => {
    const first = await openPage({ mode: 'reply', commentId: 'c1' });
    await type(first.form, 'Begun');
    await first.form.putDown();
    first.close();
    const { store } = openThread();
    expect(await store.readDraftPlaces()).to.deep.equal(['reply c1']);
    await store.writeDraft('reply c1', { text: '', savedAt: 1 });
    expect(await store.readDraftPlaces()).to.deep.equal([]);
    store.close();
  });

  it('R-14: who ticked is known again on the next visit, and after *Remove my data from this device* nobody is', async () => {
    const first = await openPage();
    await type(first.form, 'Hello');
    const nameField = first.form.shadowRoot!.querySelector<HTMLInputElement>('[autocomplete=name]')!;
    await type(first.form, 'Zoë', nameField);
    first.form.shadowRoot!.querySelector<HTMLInputElement>('#remember')!.click();
    await pressButton(first.form, 'Post');
    await quiet();
    first.close();

    const second = await openPage();
    second.form.focus();
    await settled(second.form);
    await change(second.form);
    const known = second.form.shadowRoot!.querySelector<HTMLInputElement>('[autocomplete=name]')!;
    expect(known.value).to.equal('Zoë');
    await second.store.forget();
    second.close();

    const third = await openPage();
    third.form.focus();
    await settled(third.form);
    expect(third.form.shadowRoot!.querySelector<HTMLInputElement>('[autocomplete=name]')!.value).to.equal('');
    third.close();
  });
});
