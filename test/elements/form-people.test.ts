/** Mentioning people of the thread while writing. */
import { expect } from '@open-wc/testing';
import { allByRole, byRole, focused, nameOf } from '../helpers/by-role.ts';
import { people, press, pressButton, said, type, write } from '../helpers/writing.ts';

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
    expect(active()?.textContent).to.equal('Ann');
    expect(active()?.getAttribute('aria-selected')).to.equal('true');
    await press(form, 'ArrowDown');
    expect(active()?.textContent).to.equal('Annabel Lee');
    await press(form, 'ArrowDown');
    expect(active()?.textContent).to.equal('Ann');
    await press(form, 'ArrowUp');
    expect(active()?.textContent).to.equal('Annabel Lee');
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
});
