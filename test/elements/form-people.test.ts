/** Mentioning people of the thread while writing. */
import { expect } from '@open-wc/testing';
import { allByRole, byRole, focused, nameOf } from '../helpers/by-role.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { people, press, pressButton, said, turn, type, write } from '../helpers/writing.ts';

const options = (form: HTMLElement): string[] => allByRole(form, 'option').map(nameOf);

describe('people of the thread', () => {
  it('R-5: are offered while a name is typed after an @', async () => {
    const { form, field } = await write();
    await type(form, 'Hello @an');
    expect(byRole(form, 'listbox', 'People in this discussion')).to.exist;
    expect(options(form)).to.deep.equal(['Ann', 'Annabel Lee']);
    expect(focused(), 'the focus stays in the text').to.equal(field);
    await type(form, 'nab');
    expect(options(form)).to.deep.equal(['Annabel Lee']);
    await type(form, 'x');
    expect(allByRole(form, 'listbox')).to.deep.equal([]);
  });

  it('R-11: the field points at the list and at the person chosen in it', async () => {
    const { form, field } = await write();
    await type(form, '@an');
    const list = byRole(form, 'listbox');
    const active = () => form.shadowRoot!.querySelector(`#${field.getAttribute('aria-activedescendant')!}`);
    expect(field.getAttribute('aria-autocomplete')).to.equal('list');
    expect(field.getAttribute('aria-controls')).to.equal(list.id);
    expect(active()?.textContent?.trim()).to.equal('Ann');
    expect(active()?.getAttribute('aria-selected')).to.equal('true');
    await press(form, 'ArrowDown');
    expect(active()?.textContent?.trim()).to.equal('Annabel Lee');
    await press(form, 'ArrowDown');
    expect(active()?.textContent?.trim()).to.equal('Ann');
    await press(form, 'ArrowUp');
    expect(active()?.textContent?.trim()).to.equal('Annabel Lee');
    expect(allByRole(form, 'option').filter((one) => one.getAttribute('aria-selected') === 'true')).to.have.length(1);
    expect(said(form)).to.equal('2 people found. Choose with the arrow keys.');
    await press(form, 'Escape');
    expect(field.hasAttribute('aria-activedescendant')).to.equal(false);
    expect(field.hasAttribute('aria-controls')).to.equal(false);
  });

  it('R-5: Enter puts the whole name in, and the comment tells who is meant', async () => {
    const { form, field, store } = await write();
    await type(form, 'Hello @an');
    await press(form, 'ArrowDown');
    expect(await press(form, 'Enter'), 'no line break').to.equal(false);
    expect(field.value).to.equal('Hello @Annabel Lee ');
    expect(allByRole(form, 'listbox')).to.deep.equal([]);
    await type(form, 'how are you?');
    await pressButton(form, 'Post');
    expect(store.dispatched[0]).to.deep.include({
      text: 'Hello @Annabel Lee how are you?',
      mentions: [{ id: 'author-annabel', name: 'Annabel Lee' }],
    });
  });

  it('R-5: a name with spaces and brackets works', async () => {
    const { form, field, store } = await write();
    await type(form, '(see @bob');
    await press(form, 'Enter');
    await type(form, ')');
    expect(field.value).to.equal('(see @Bob (the builder) [he] )');
    await pressButton(form, 'Post');
    expect(store.dispatched[0]).to.deep.include({ mentions: [people[2]] });
  });

  it('R-12: a name in another script works', async () => {
    const { form, field, store } = await write();
    await type(form, 'Hi @لي');
    await press(form, 'Enter');
    expect(field.value).to.equal('Hi @ليلى ');
    await pressButton(form, 'Post');
    expect(store.dispatched[0]).to.deep.include({ mentions: [people[3]] });
  });

  it('R-5: somebody whose name was taken out again is not mentioned', async () => {
    const { form, field, store } = await write();
    await type(form, '@bob');
    await press(form, 'Enter');
    field.select();
    await type(form, 'Nobody');
    await pressButton(form, 'Post');
    expect(store.dispatched[0]).to.deep.include({ text: 'Nobody', mentions: [] });
  });

  it('R-5: of two people with one name the one chosen is meant', async () => {
    const two = [
      { id: 'first', name: 'Sam' },
      { id: 'second', name: 'Sam' },
    ];
    const { form, store } = await write({ people: two });
    await type(form, '@sam');
    await press(form, 'ArrowDown');
    await press(form, 'Enter');
    await pressButton(form, 'Post');
    expect(store.dispatched[0]).to.deep.include({ mentions: [two[1]] });
  });

  it('R-5: pressing a name chooses it, and the text keeps the focus', async () => {
    const { form, field } = await write();
    await type(form, '@an');
    const down = new PointerEvent('pointerdown', { bubbles: true, cancelable: true, composed: true });
    const option = byRole(form, 'option', 'Annabel Lee');
    option.firstElementChild!.dispatchEvent(down);
    expect(down.defaultPrevented).to.equal(true);
    (option.firstElementChild as HTMLElement).click();
    await form.updateComplete;
    expect(field.value).to.equal('@Annabel Lee ');
    expect(focused()).to.equal(field);
  });

  it('R-11: Esc closes the list and not the form, and the next Esc the form', async () => {
    const { form } = await write();
    await type(form, '@an');
    await press(form, 'Escape');
    expect(allByRole(form, 'listbox')).to.deep.equal([]);
    expect(byRole(form, 'button', 'Post')).to.exist;
    await press(form, 'Escape');
    expect(allByRole(form, 'button')).to.deep.equal([]);
  });

  it('R-11: Tab is not taken by the list', async () => {
    const { form, field } = await write();
    await type(form, '@an');
    expect(await press(form, 'Tab')).to.equal(true);
    field.blur();
    await form.updateComplete;
    expect(allByRole(form, 'listbox')).to.deep.equal([]);
    expect(field.value).to.equal('@an');
  });

  it('R-5: Ctrl+Enter sends even while the list is open', async () => {
    const { form, store } = await write();
    await type(form, 'Mail me @an');
    await press(form, 'Enter', { ctrlKey: true });
    expect(store.dispatched[0]).to.include({ text: 'Mail me @an' });
  });

  it('R-5: nobody is offered where an address is typed or nobody is there', async () => {
    const { form } = await write();
    await type(form, 'ann@an');
    expect(allByRole(form, 'listbox')).to.deep.equal([]);
    const lonely = await write({ people: [] });
    await type(lonely.form, '@a');
    expect(allByRole(lonely.form, 'listbox')).to.deep.equal([]);
  });

  describe('who is not on the screen', () => {
    const elsewhere = [
      { id: 'author-maren', name: 'Maren Oake', at: 1_700_000_000_000, text: 'The clock hums.' },
      { id: 'author-mark', name: 'Mark', at: 1_700_000_000_000, text: 'No.' },
    ];
    async function writeWith(can: object): Promise<Awaited<ReturnType<typeof write>>> {
      const store = new FakeStore();
      store.can = { ...store.can, ...can };
      store.elsewhere = elsewhere;
      return write({ store });
    }
    const asked = (store: FakeStore): unknown[] =>
      store.calls.filter(([call]) => call === 'findPeople').map(([, q]) => q);

    it('K7: is found on the server at a pause in typing, and can be chosen', async () => {
      const { form, field, store, clock } = await writeWith({ people: true });
      await type(form, 'Hello @m');
      await type(form, 'a');
      expect(options(form)).to.deep.equal([]);
      expect(asked(store), 'not at every letter').to.deep.equal([]);
      clock.pass(250);
      await turn();
      await form.updateComplete;
      expect(asked(store)).to.deep.equal(['ma']);
      expect(options(form)).to.deep.equal(['Maren Oake', 'Mark']);
      await type(form, 'ren');
      expect(options(form), 'who was found is known from then on').to.deep.equal(['Maren Oake']);
      await press(form, 'Enter');
      expect(field.value).to.equal('Hello @Maren Oake ');
      await pressButton(form, 'Post');
      expect(store.dispatched[0]).to.deep.include({ mentions: [{ id: 'author-maren', name: 'Maren Oake' }] });
    });

    it('K7: who was chosen with the arrows stays chosen when more come', async () => {
      const { form, clock } = await writeWith({ people: true });
      await type(form, '@a');
      await press(form, 'ArrowDown');
      const chosen = (): string => nameOf(form.shadowRoot!.querySelector('[aria-selected=true]')!);
      expect(chosen()).to.equal('Annabel Lee');
      clock.pass(250);
      await turn();
      await form.updateComplete;
      expect(chosen()).to.equal('Annabel Lee');
    });

    it('B-1: is not asked for where the backend can’t tell', async () => {
      const { form, store, clock } = await writeWith({});
      await type(form, '@ma');
      clock.pass(1000);
      await turn();
      expect(asked(store)).to.deep.equal([]);
    });
  });

  it('K7: equal names are told apart by how their newest comment begins, and when it was written', async () => {
    const clock = new FakeClock();
    const hour = 60 * 60 * 1000;
    const same = [
      { id: 'one', name: 'Ann', at: clock.now() - 2 * hour, text: '> quoted\n**Loud** words about the clock' },
      { id: 'two', name: 'Ann', at: clock.now() - 48 * hour, text: 'The ending: ||he did it||' },
      { id: 'three', name: 'Anna', at: clock.now(), text: 'Alone' },
    ];
    const { form, store } = await write({ people: same, clock });
    await type(form, '@ann');
    const offered = options(form);
    expect(offered[0]).to.match(/^Ann “Loud words about the clock” 2 hours ago$/);
    expect(offered[1]).to.match(/^Ann “The ending:” /);
    expect(offered[2], 'who is alone needs nothing more').to.equal('Anna');
    await expect(form).to.be.accessible();
    await press(form, 'ArrowDown');
    await press(form, 'Enter');
    await pressButton(form, 'Post');
    expect(store.dispatched[0]).to.deep.include({ mentions: [{ id: 'two', name: 'Ann' }] });
  });
});
