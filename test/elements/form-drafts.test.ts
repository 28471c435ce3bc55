/** Words must not be lost: drafts, who the reader is, and texts that change under one's hands. */
import { expect } from '@open-wc/testing';
import { forgetIdentity } from '../../src/elements/form-identity.ts';
import type { Draft, DraftPlace } from '../../src/sync/store.ts';
import { rules, threadKey } from '../helpers/builders.ts';
import { allByRole, byRole, focused, nameOf } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { change, people, press, pressButton, said, settled, turn, type, write } from '../helpers/writing.ts';

const draft = (text: string, fields: Partial<Draft> = {}): Draft => ({ text, savedAt: 1, ...fields });

function withDraft(place: DraftPlace, kept: Draft): FakeStore {
  const store = new FakeStore();
  store.drafts.set(place, kept);
  return store;
}

const written = (store: FakeStore) => store.calls.filter(([name]) => name === 'writeDraft');

describe('drafts', () => {
  it('R-5: a draft is kept at every pause, not at every key', async () => {
    const { form, store, clock } = await write();
    await type(form, 'Hel');
    clock.pass(300);
    await type(form, 'lo');
    clock.pass(300);
    expect(written(store)).to.deep.equal([]);
    clock.pass(200);
    expect(store.drafts.get('new')?.text).to.equal('Hello');
    expect(store.drafts.get('new')?.savedAt).to.equal(clock.now() - 100);
    await type(form, ' there');
    clock.pass(500);
    expect(store.drafts.get('new')?.text).to.equal('Hello there');
    expect(written(store)).to.have.length(2);
  });

  it('R-5: what was not yet kept is kept when the page is put away, the focus leaves or the form is closed', async () => {
    const leaving: ((writing: Awaited<ReturnType<typeof write>>) => unknown)[] = [
      () => window.dispatchEvent(new Event('pagehide')),
      ({ field }) => field.blur(),
      ({ form }) => press(form, 'Escape'),
      ({ form }) => form.remove(),
      ({ form }) => pressButton(form, 'Cancel'),
    ];
    for (const leave of leaving) {
      const writing = await write();
      await type(writing.form, 'Almost');
      await leave(writing);
      expect(writing.store.drafts.get('new')?.text, String(leave)).to.equal('Almost');
    }
  });

  it('R-5: each place has its own draft', async () => {
    const store = new FakeStore();
    const places: [object, DraftPlace][] = [
      [{}, 'new'],
      [{ mode: 'reply', commentId: 'c1' }, 'reply c1'],
      [{ mode: 'reply', commentId: 'c2' }, 'reply c2'],
      [{ mode: 'edit', commentId: 'c1', original: '' }, 'edit c1'],
    ];
    for (const [settings, place] of places) {
      const { form, clock } = await write({ ...settings, store });
      await type(form, `for ${place}`);
      clock.pass(500);
    }
    expect([...store.drafts].map(([place, { text }]) => [place, text])).to.deep.equal(
      places.map(([, place]) => [place, `for ${place}`]),
    );
  });

  it('R-5: a draft waits in its place, with who was mentioned and who wrote', async () => {
    const store = withDraft('reply c1', draft('Hi @Bob (the builder) [he]', { name: 'Zoë', mentions: [people[2]!] }));
    const { form, field } = await write({ store, mode: 'reply', commentId: 'c1', people: [] });
    expect(field.value).to.equal('Hi @Bob (the builder) [he]');
    expect((byRole(form, 'textbox', 'Name (optional)') as HTMLInputElement).value).to.equal('Zoë');
    expect(byRole(form, 'form').textContent).to.contain('Your draft is back.');
    expect(said(form)).to.equal('Your draft is back.');
    await pressButton(form, 'Reply');
    expect(store.dispatched[0]).to.deep.include({ mentions: [people[2]] });
  });

  it('R-5: a draft of a new comment does not unfold the form until the reader comes to it', async () => {
    const { form, field } = await write({ store: withDraft('new', draft('Began yesterday')) });
    expect(field.value).to.equal('Began yesterday');
    expect(allByRole(form, 'button')).to.deep.equal([]);
    expect(said(form)).to.equal('');
    form.focus();
    await form.updateComplete;
    expect(said(form)).to.equal('Your draft is back.');
  });

  it('R-5: somebody who types before the draft arrives loses neither', async () => {
    const store = withDraft('new', draft('What I wrote yesterday'));
    let arrive = (): void => undefined;
    store.hold = new Promise<void>((done) => (arrive = done));
    const writing = write({ store });
    await turn();
    const form = document.querySelector('div:last-of-type')!.shadowRoot!.querySelector('afterword-form')!;
    await type(form, 'today');
    arrive();
    const { field } = await writing;
    expect(field.value).to.equal('What I wrote yesterday\n\ntoday');
  });

  it('R-5: a draft that arrives while a word is being composed waits for the word', async () => {
    const { form, field, store } = await write();
    field.focus();
    await settled(form);
    store.drafts.set('new', draft('に what I wrote'));
    field.blur();
    field.focus();
    field.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
    await type(form, 'に');
    await turn();
    expect(field.value).to.equal('に');
    field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
    await settled(form);
    expect(field.value).to.equal('に what I wrote');
  });

  it('R-5: emptying the field takes the draft away', async () => {
    const { form, field, store, clock } = await write({ store: withDraft('new', draft('Old')) });
    form.focus();
    field.select();
    document.execCommand('delete');
    clock.pass(500);
    expect(store.drafts.has('new')).to.equal(false);
  });

  it('E-7: another page has another draft, and the words of this one are kept', async () => {
    const { form, field, store } = await write();
    await type(form, 'About this page');
    const other = new FakeStore();
    other.key = { ...threadKey, page: 'example.com/other' };
    other.drafts.set('new', draft('About the other'));
    form.store = other;
    await settled(form);
    expect(field.value).to.equal('About the other');
    expect(store.drafts.get('new')?.text).to.equal('About this page');
    expect(other.drafts.get('new')?.text).to.equal('About the other');
  });

  it('E-5: the same thread opened anew keeps what is being typed', async () => {
    const { form, field } = await write();
    await type(form, 'In the middle of');
    form.store = new FakeStore();
    await settled(form);
    expect(field.value).to.equal('In the middle of');
    expect(byRole(form, 'button', 'Post')).to.exist;
  });

  it('D18: a disk that refuses breaks no typing', async () => {
    class Refusing extends FakeStore {
      override readDraft(): Promise<Draft | null> {
        throw new DOMException('denied', 'SecurityError');
      }
      override writeDraft(): Promise<void> {
        return Promise.reject(new DOMException('full', 'QuotaExceededError'));
      }
      override async readRemembered(): Promise<null> {
        throw new DOMException('denied', 'SecurityError');
      }
    }
    const troubles: unknown[] = [];
    const hear = (event: PromiseRejectionEvent): void => void troubles.push(event.reason);
    window.addEventListener('unhandledrejection', hear);
    const { form, field, store, clock } = await write({ store: new Refusing() });
    await type(form, 'Still');
    clock.pass(500);
    await type(form, ' here');
    clock.pass(500);
    await turn();
    expect(field.value).to.equal('Still here');
    await pressButton(form, 'Post');
    expect(store.dispatched[0]).to.include({ text: 'Still here' });
    await turn();
    window.removeEventListener('unhandledrejection', hear);
    expect(troubles).to.deep.equal([]);
  });

  it('R-6: words of a refused comment come back into the form, and are a draft before the other place lets go', async () => {
    const { form, field, store } = await write();
    await form.putBack('Refused words', [people[0]!]);
    await form.updateComplete;
    expect(field.value).to.equal('Refused words');
    expect(store.drafts.get('new')?.text).to.equal('Refused words');
    await form.putBack('More words');
    await form.updateComplete;
    expect(field.value).to.equal('Refused words\n\nMore words');
  });

  it('R-6: a form with words in it takes up those that were put down below them', async () => {
    const { form, field, store, clock } = await write();
    await type(form, 'Mine');
    field.blur();
    await turn();
    store.drafts.set('new', draft('Mine\n\nFrom a refused row', { savedAt: clock.now() }));
    form.focus();
    await settled(form);
    expect(field.value).to.equal('Mine\n\nFrom a refused row');
  });

  it('R-6: what is on the screen is not replaced by an older or another draft', async () => {
    const { form, field, store } = await write();
    await type(form, 'What I see');
    field.blur();
    await turn();
    store.drafts.set('new', draft('What another tab has'));
    form.focus();
    await settled(form);
    expect(field.value).to.equal('What I see');
  });

  it('R-6: words that were sent do not come back from a disk that is slow to let go', async () => {
    const { form, field, store, clock } = await write();
    await type(form, 'Sent');
    clock.pass(500);
    const kept = store.drafts.get('new')!;
    await pressButton(form, 'Post');
    store.drafts.set('new', kept);
    field.blur();
    form.focus();
    await settled(form);
    expect(field.value).to.equal('');

    clock.pass(5_000);
    store.drafts.set('new', { ...kept, savedAt: clock.now() });
    field.blur();
    form.focus();
    await settled(form);
    expect(field.value, 'refused and put down again, they do').to.equal('Sent');
  });

  it('R-6: an empty form that is opened finds words that were put down for it meanwhile', async () => {
    const { form, field, store } = await write();
    store.drafts.set('new', draft('From a refused row'));
    form.focus();
    await settled(form);
    expect(field.value).to.equal('From a refused row');
  });
});

describe('who the reader is', () => {
  const named = { ...rules, name: 'required', email: 'optional', website: false } as const;

  async function post(store: FakeStore, options: { remember: boolean; name?: string }): Promise<void> {
    const { form } = await write({ rules: named, store });
    await type(form, `Text ${Math.random()}`);
    if (allByRole(form, 'button', 'Change your details').length > 0) await change(form);
    const name = byRole(form, 'textbox', 'Name') as HTMLInputElement;
    name.value = '';
    await type(form, options.name ?? 'Zoë', name);
    const tick = byRole(form, 'checkbox', 'Remember me on this device') as HTMLInputElement;
    if (tick.checked !== options.remember) tick.click();
    await pressButton(form, 'Post');
    form.remove();
  }

  it('R-14: is remembered only when ticked', async () => {
    const store = new FakeStore();
    await post(store, { remember: false });
    expect(store.remembered).to.equal(null);
    await post(store, { remember: true });
    expect(store.remembered).to.deep.equal({ name: 'Zoë', email: '', website: '' });
    await post(store, { remember: false });
    expect(store.remembered).to.equal(null);
  });

  it('R-14: a remembered reader finds name and tick as they were', async () => {
    const store = new FakeStore();
    store.remembered = { name: 'Zoë', email: 'zoe@example.com', website: '' };
    const { form } = await write({ rules: named, store });
    await change(form);
    expect((byRole(form, 'textbox', 'Name') as HTMLInputElement).value).to.equal('Zoë');
    expect((byRole(form, 'textbox', 'Email (optional)') as HTMLInputElement).value).to.equal('zoe@example.com');
    expect((byRole(form, 'checkbox', 'Remember me on this device') as HTMLInputElement).checked).to.equal(true);
  });

  it('R-14: a remembered name that was taken out stays out', async () => {
    const store = new FakeStore();
    store.remembered = { name: 'Zoë', email: '', website: '' };
    const { form, field } = await write({ rules: { ...named, name: 'optional' }, store });
    await type(form, 'From nobody');
    await change(form);
    const name = byRole(form, 'textbox', 'Name (optional)') as HTMLInputElement;
    name.focus();
    name.select();
    document.execCommand('delete');
    field.focus();
    await settled(form);
    await pressButton(form, 'Post');
    expect(store.dispatched[0]).to.deep.include({ author: { name: '' } });
  });

  it('R-11: within a visit nobody is asked twice', async () => {
    const { form, store } = await write({ rules: named });
    await type(form, 'First');
    await type(form, 'Zoë', byRole(form, 'textbox', 'Name') as HTMLInputElement);
    await pressButton(form, 'Post');
    await change(form);
    expect((byRole(form, 'textbox', 'Name') as HTMLInputElement).value).to.equal('Zoë');
    expect(store.remembered).to.equal(null);
  });

  it('R-14: the consent line must be ticked, and another line anew', async () => {
    const consent = 'My words may be shown here.';
    const { form, store } = await write({ rules: { ...named, name: 'optional', consent } });
    await type(form, 'One');
    await pressButton(form, 'Post');
    expect(store.dispatched).to.deep.equal([]);
    expect(nameOf(focused()!)).to.equal(consent);
    byRole(form, 'checkbox', consent).click();
    await pressButton(form, 'Post');
    expect(store.dispatched.map((one) => one.kind === 'post' && one.consent)).to.deep.equal([true]);
  });

  it('R-14: forgotten, the fields are empty, and words on the screen stay', async () => {
    const store = new FakeStore();
    store.remembered = { name: 'Zoë', email: '', website: '' };
    const { form, field, clock } = await write({ rules: named, store });
    await type(form, 'Unfinished');
    forgetIdentity(store);
    await form.updateComplete;
    expect((byRole(form, 'textbox', 'Name') as HTMLInputElement).value).to.equal('');
    expect(field.value).to.equal('Unfinished');
    clock.pass(1000);
    expect(store.drafts.has('new')).to.equal(false);
  });
});

describe('an edit', () => {
  const settings = { mode: 'edit', commentId: 'c1', original: 'As I wrote it' } as const;

  it('R-8: untouched, it follows its comment and leaves no draft', async () => {
    const { form, field, store } = await write(settings);
    form.original = 'As the moderator mended it';
    await form.updateComplete;
    expect(field.value).to.equal('As the moderator mended it');
    expect(allByRole(form, 'group')).to.deep.equal([]);
    await pressButton(form, 'Cancel');
    expect(store.drafts.has('edit c1')).to.equal(false);
  });

  it('R-8: cancelled, what was changed waits as its draft', async () => {
    const { form, store } = await write(settings);
    await type(form, ', and more');
    await pressButton(form, 'Cancel');
    expect(store.drafts.get('edit c1')).to.include({ text: 'As I wrote it, and more', before: 'As I wrote it' });
  });

  it('G5: where the comment changed while it was edited, both texts are shown and the reader chooses', async () => {
    const { form, field, store } = await write(settings);
    await type(form, ', and more');
    form.original = 'As it is now';
    await form.updateComplete;
    const choice = byRole(form, 'group', /changed since you began/);
    expect(choice.textContent).to.contain('As it is now');
    expect(nameOf(field)).to.equal('As you wrote it');
    expect(field.value).to.equal('As I wrote it, and more');

    await press(form, 'Enter', { ctrlKey: true });
    expect(store.dispatched, 'nothing is sent before the choice').to.deep.equal([]);
    expect(nameOf(focused()!)).to.equal('Use the text as it is now');

    await pressButton(form, 'Use the text as you wrote it');
    expect(allByRole(form, 'group')).to.deep.equal([]);
    await pressButton(form, 'Save');
    expect(store.dispatched[0]).to.include({ text: 'As I wrote it, and more', before: 'As it is now' });
  });

  it('G5: choosing the other text goes on from there', async () => {
    const { form, field, store } = await write(settings);
    await type(form, ', and more');
    form.original = 'As it is now';
    await form.updateComplete;
    await pressButton(form, 'Use the text as it is now');
    expect(field.value).to.equal('As it is now');
    await type(form, '!');
    await pressButton(form, 'Save');
    expect(store.dispatched[0]).to.include({ text: 'As it is now!', before: 'As it is now' });
  });

  it('G5: a draft of an edit meets a comment that changed in the meantime: both texts are shown', async () => {
    const store = withDraft('edit c1', draft('My longer version', { before: 'As I wrote it' }));
    const { form, field } = await write({ ...settings, original: 'Changed on another device', store });
    const choice = byRole(form, 'group', /changed since you began/);
    expect(choice.textContent).to.contain('Changed on another device');
    expect(field.value).to.equal('My longer version');
  });

  it('G5: a draft of an edit of an unchanged comment just goes on', async () => {
    const store = withDraft('edit c1', draft('My longer version', { before: 'As I wrote it' }));
    const { form, field } = await write({ ...settings, store });
    expect(allByRole(form, 'group')).to.deep.equal([]);
    expect(field.value).to.equal('My longer version');
  });
});
