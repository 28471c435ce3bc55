import { expect } from '@open-wc/testing';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import type { AfterwordNotifyEvent } from '../../src/elements/events.ts';
import { forgetIdentity } from '../../src/elements/form-identity.ts';
import { formPart, notifyPart } from '../../src/elements/parts.ts';
import type { NotifyOperation, PostOperation } from '../../src/model/operation.ts';
import type { NotifyView } from '../../src/model/view.ts';
import { comment, rules } from '../helpers/builders.ts';
import { allByRole, byRole, focused, nameOf } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { rowOf } from '../helpers/rows.ts';
import { frame, putSection, said, settled, waitFor } from '../helpers/section.ts';
import { pressButton, type, write } from '../helpers/writing.ts';

const off: NotifyView = { offered: ['mail'], choice: 'none', state: 'none', address: null, pending: null };
const known: NotifyView = { ...off, address: 'a…@example.org' };
const silent = { state: 'none', pending: null } as const;
const own = rowOf(comment('1'), { own: true, bell: silent });

function storeWith(notify: NotifyView | null, rows = [own, rowOf(comment('2'))]): FakeStore {
  const store = new FakeStore({ rows, count: rows.length, ...(notify && { notify }) });
  forgetIdentity(store);
  return store;
}

async function openPanel(section: AfterwordComments): Promise<void> {
  byRole(section, 'button', /^Notify of/).click();
  await waitFor(() => allByRole(section, 'radio').length === 3, 'the panel');
}

async function fill(section: AfterwordComments, words: string): Promise<void> {
  const field = byRole(section, 'textbox', 'Email') as HTMLInputElement;
  field.focus();
  document.execCommand('insertText', false, words);
  await settled(section);
}

describe('notify of', () => {
  before(async () => void (await Promise.all([notifyPart(), formPart()])));

  it('N-1: is not offered where nobody can be told anything', async () => {
    const section = await putSection(storeWith(null, [rowOf(comment('1'), { own: true })]));
    expect(allByRole(section, 'button', /^Notify/)).to.deep.equal([]);
  });

  it('N-1: the page, replies to one’s own or nothing; a guest is asked for an address, and the outbox takes the choice', async () => {
    const store = storeWith(off);
    const section = await putSection(store);
    const heard: AfterwordNotifyEvent[] = [];
    section.addEventListener('afterword-notify', (event) => heard.push(event));
    const bell = byRole(section, 'button', 'Notify of: Off');
    expect(bell.getAttribute('aria-expanded')).to.equal('false');
    await openPanel(section);
    expect(bell.getAttribute('aria-expanded')).to.equal('true');
    expect(allByRole(section, 'radio').map(nameOf)).to.deep.equal([
      'New comments on this page',
      'Replies to my comments',
      'Off',
    ]);
    byRole(section, 'radio', 'New comments on this page').click();
    byRole(section, 'button', 'Save').click();
    await waitFor(() => byRole(section, 'textbox', 'Email').getAttribute('aria-invalid') === 'true', 'what is missing');
    expect(store.dispatched).to.deep.equal([]);
    await fill(section, 'zoe@example');
    byRole(section, 'button', 'Save').click();
    await waitFor(() => store.dispatched.length === 1, 'the choice');
    const [asked] = store.dispatched as NotifyOperation[];
    expect({ ...asked, id: '', createdAt: 0 }).to.deep.equal({
      kind: 'notify',
      id: '',
      createdAt: 0,
      commentId: null,
      choice: 'page',
      counter: 1,
      language: 'en',
      email: 'zoe@example',
    });
    expect(heard.map(({ choice, commentId }) => [choice, commentId])).to.deep.equal([['page', null]]);
    await settled(section);
    expect(allByRole(section, 'radio')).to.deep.equal([]);
    expect(section.shadowRoot?.activeElement).to.equal(bell);
  });

  it('E-4: a page that prevents the event keeps the choice from being sent', async () => {
    const store = storeWith(known);
    const section = await putSection(store);
    section.addEventListener('afterword-notify', (event) => event.preventDefault());
    await openPanel(section);
    byRole(section, 'button', 'Save').click();
    await settled(section);
    expect(store.dispatched).to.deep.equal([]);
  });

  it('N-2: what holds is told truly: nothing, waiting for the mail to be confirmed, on; also while it is unsent', async () => {
    const store = storeWith(known);
    const section = await putSection(store);
    await openPanel(section);
    const panel = section.renderRoot.querySelector('afterword-notify')!;
    const standing = (): string => panel.renderRoot.querySelector('.standing')?.textContent?.trim() ?? '';
    expect(allByRole(section, 'textbox', 'Email')).to.deep.equal([]);
    expect(standing()).to.equal('');
    store.show({ notify: { ...known, choice: 'page', state: 'pending' } });
    await settled(section);
    expect(nameOf(byRole(section, 'button', /^Notify of/))).to.contain('New comments on this page');
    expect(standing()).to.equal('One step left: open the email we sent to a…@example.org and confirm.');
    store.show({ notify: { ...known, choice: 'page', state: 'active' } });
    await settled(section);
    expect(standing()).to.equal('Notifications are on.');
    const waiting = {
      operationId: 'o',
      kind: 'notify',
      delivery: { state: 'waiting' },
      saved: true,
      since: 0,
    } as const;
    store.show({ notify: { ...known, choice: 'page', state: 'active', pending: waiting } });
    await settled(section);
    expect(standing()).to.equal('Saved, will be sent when you are online.');
  });

  it('N-2: a mistyped address can be replaced; left empty, the known one stays', async () => {
    const store = storeWith({ ...known, choice: 'page', state: 'pending' });
    const section = await putSection(store);
    await openPanel(section);
    byRole(section, 'button', 'Use another address').click();
    await waitFor(() => allByRole(section, 'textbox', 'Email').length === 1, 'the field');
    const field = byRole(section, 'textbox', 'Email') as HTMLInputElement;
    await waitFor(() => focused() === field, 'the focus to be in it');
    expect(field.value).to.equal('');
    await fill(section, 'zoe@example.com');
    byRole(section, 'button', 'Save').click();
    await waitFor(() => store.dispatched.length === 1, 'the choice');
    expect((store.dispatched as NotifyOperation[])[0]?.email).to.equal('zoe@example.com');
    await settled(section);
    await openPanel(section);
    byRole(section, 'button', 'Use another address').click();
    await settled(section);
    byRole(section, 'button', 'Save').click();
    await waitFor(() => store.dispatched.length === 2, 'the choice');
    expect((store.dispatched as NotifyOperation[])[1]).not.to.have.property('email');
  });

  it('R-11: Escape closes the panel and the focus returns to its bell', async () => {
    const section = await putSection(storeWith(known));
    await openPanel(section);
    const panel = section.renderRoot.querySelector('afterword-notify')!;
    panel
      .shadowRoot!.querySelector('input')!
      .dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true }));
    await settled(section);
    expect(allByRole(section, 'radio')).to.deep.equal([]);
    expect(section.shadowRoot?.activeElement).to.equal(byRole(section, 'button', /^Notify of/));
  });

  it('N-1: the bell of an own comment is on and off at a press', async () => {
    const store = storeWith(known);
    const section = await putSection(store);
    const bell = (): HTMLElement => byRole(section, 'button', 'Notify me of replies to Ann’s comment');
    expect(bell().getAttribute('aria-pressed')).to.equal('false');
    bell().click();
    store.show({ rows: [{ ...own, bell: { state: 'active', pending: null } }] });
    await settled(section);
    expect(bell().getAttribute('aria-pressed')).to.equal('true');
    bell().click();
    expect((store.dispatched as NotifyOperation[]).map((one) => [one.commentId, one.choice])).to.deep.equal([
      ['1', 'comment'],
      ['1', 'none'],
    ]);
  });

  it('N-2: a bell asks for the address where none is known, below its comment', async () => {
    const store = storeWith(off);
    const section = await putSection(store);
    const bell = (): HTMLElement => byRole(section, 'button', 'Notify me of replies to Ann’s comment');
    bell().click();
    await waitFor(() => allByRole(section, 'textbox', 'Email').length > 0, 'the field');
    await fill(section, 'zoe@example.com');
    byRole(section, 'button', 'Save').click();
    await waitFor(() => store.dispatched.length === 1, 'the choice');
    const [asked] = store.dispatched as NotifyOperation[];
    expect([asked?.commentId, asked?.choice, asked?.email]).to.deep.equal(['1', 'comment', 'zoe@example.com']);
    await frame();
    expect(allByRole(section, 'textbox', 'Email')).to.deep.equal([]);
  });

  it('R-11: how a choice ended is said once, politely', async () => {
    const store = storeWith(known);
    const section = await putSection(store);
    const operation: NotifyOperation = {
      kind: 'notify',
      id: 'o',
      createdAt: 1,
      commentId: null,
      choice: 'page',
      counter: 1,
      email: 'zoe@example.com',
    };
    store.tell({ result: 'acknowledged', operation, comment: null });
    await frame();
    expect(said(section)).to.equal('One step left: open the email we sent to zoe@example.com and confirm.');
    store.tell({ result: 'acknowledged', operation: { ...operation, choice: 'none' }, comment: null });
  });

  it('I-2: “Notify me of replies” in the form goes along with the comment, and needs an address', async () => {
    const store = storeWith(off, []);
    const { form } = await write({ rules: { ...rules, name: 'optional', email: 'none', website: false }, store });
    await type(form, 'Words');
    byRole(form, 'checkbox', 'Notify me of replies').click();
    await form.updateComplete;
    await pressButton(form, 'Post');
    expect(store.dispatched).to.deep.equal([]);
    await type(form, 'zoe@example.com', byRole(form, 'textbox', 'Email') as HTMLInputElement);
    await pressButton(form, 'Post');
    const [posted] = store.dispatched as PostOperation[];
    expect(posted?.notify).to.deep.equal({ choice: 'comment', counter: 1, language: 'en', email: 'zoe@example.com' });
    expect(posted?.author).to.deep.equal({ name: '' });
  });

  it('N-1: the form does not ask who is told of every new comment anyway', async () => {
    const store = storeWith({ ...known, choice: 'page', state: 'active' }, []);
    const { form } = await write({ store });
    await type(form, 'Words');
    expect(allByRole(form, 'checkbox', 'Notify me of replies')).to.deep.equal([]);
  });
});
