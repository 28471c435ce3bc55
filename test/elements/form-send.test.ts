/** From *Post* to the thread: what is checked, what is asked, what is sent, once. */
import { expect } from '@open-wc/testing';
import { websiteOf } from '../../src/elements/form-checks.ts';
import type { AfterwordSubmitEvent } from '../../src/elements/events.ts';
import { newId } from '../../src/elements/new-id.ts';
import type { PostOperation } from '../../src/model/operation.ts';
import { rules } from '../helpers/builders.ts';
import { allByRole, byRole, descriptionOf, focused, nameOf } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import type { Writing } from '../helpers/writing.ts';
import { people, press, pressButton, pressTab, settled, turn, type, write } from '../helpers/writing.ts';

const strict = {
  ...rules,
  name: 'required',
  email: 'required',
  website: true,
  consent: 'I agree to the house rules.',
} as const;
const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

async function fill({ form }: Writing, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith('Website')) await pressButton(form, 'Add a website');
    await type(form, value, byRole(form, 'textbox', name) as HTMLInputElement);
  }
}

async function tick({ form }: Writing, name: string): Promise<void> {
  byRole(form, 'checkbox', name).click();
  await form.updateComplete;
}

describe('sending', () => {
  it('R-6: a new comment goes to the thread with everything that was filled in', async () => {
    const writing = await write({ rules: strict, people });
    const { form, store, clock } = writing;
    form.focus();
    await fill(writing, {
      'Your comment': 'Hello @Ann,\nhow are you?',
      Name: ' Zoë ',
      Email: 'zoe@example.com ',
      'Website (optional)': 'zoe.example',
    });
    await tick(writing, 'I agree to the house rules.');
    await pressButton(form, 'Post');

    const [operation] = store.dispatched as PostOperation[];
    expect(operation?.id).to.match(uuid);
    expect({ ...operation, id: '' }).to.deep.equal({
      id: '',
      kind: 'post',
      createdAt: clock.now(),
      parentId: null,
      rootId: null,
      text: 'Hello @Ann,\nhow are you?',
      mentions: [{ id: 'author-ann', name: 'Ann' }],
      consent: true,
      author: { name: 'Zoë', email: 'zoe@example.com', website: 'https://zoe.example' },
    });
    expect(store.calls.filter(([name]) => name === 'dispatch')).to.deep.equal([['dispatch', operation, 'new']]);
  });

  it('R-6: a reply knows its parent and its branch', async () => {
    const { form, store } = await write({ mode: 'reply', commentId: 'c2', rootId: 'c1', replyTo: 'Ann' });
    await type(form, 'Yes.');
    await pressButton(form, 'Reply');
    expect(store.dispatched[0]).to.include({ kind: 'post', parentId: 'c2', rootId: 'c1', text: 'Yes.' });
    expect(store.calls.find(([name]) => name === 'dispatch')?.[2]).to.equal('reply c2');
  });

  it('R-8: an edit says what it began from', async () => {
    const { form, store } = await write({ mode: 'edit', commentId: 'c2', original: 'Befor' });
    await type(form, 'e');
    await pressButton(form, 'Save');
    expect(store.dispatched[0]).to.include({ kind: 'edit', commentId: 'c2', text: 'Before', before: 'Befor' });
    expect(store.dispatched[0]).to.not.have.property('author');
  });

  it('R-8: an edit that changes nothing sends nothing', async () => {
    const { form, store } = await write({ mode: 'edit', commentId: 'c2', original: 'Same' });
    let closed = 0;
    form.addEventListener('afterword-form-close', () => closed++);
    await pressButton(form, 'Save');
    expect(store.dispatched).to.deep.equal([]);
    expect(closed).to.equal(1);
  });

  it('R-5: Ctrl+Enter and Cmd+Enter send from any field', async () => {
    const { form, store } = await write();
    await type(form, 'one');
    await press(form, 'Enter', { ctrlKey: true });
    expect(store.dispatched).to.have.length(1);
    await type(form, 'two');
    byRole(form, 'textbox', 'Name (optional)').focus();
    await press(form, 'Enter', { metaKey: true });
    expect(store.dispatched).to.have.length(2);
  });

  it('R-5: Enter alone is a line break', async () => {
    const { form, store } = await write();
    await type(form, 'one');
    expect(await press(form, 'Enter')).to.equal(true);
    expect(store.dispatched).to.deep.equal([]);
  });

  it('R-6: the field is empty and folded once the thread shows the words, and its draft goes with them', async () => {
    const { form, field, store, clock } = await write();
    await type(form, 'Hello');
    clock.pass(1000);
    expect(store.drafts.get('new')?.text).to.equal('Hello');
    let closed: unknown;
    form.addEventListener('afterword-form-close', ({ operationId, composed }) => (closed = { operationId, composed }));
    await pressButton(form, 'Post');
    expect(field.value).to.equal('');
    expect(allByRole(form, 'button')).to.deep.equal([]);
    expect(store.drafts.has('new')).to.equal(false);
    expect(closed).to.deep.equal({ operationId: store.dispatched[0]?.id, composed: false });
    expect(focused(), 'the pressed button is gone, the focus is not').to.equal(field);

    clock.pass(10_000);
    await turn();
    expect(store.drafts.has('new'), 'nothing brings the draft back').to.equal(false);
  });

  it('R-6: where the thread can not even show the words, they come back', async () => {
    class Broken extends FakeStore {
      override dispatch(): Promise<void> {
        throw new Error('no');
      }
    }
    const { form, field, store } = await write({ store: new Broken() });
    await type(form, 'Precious');
    await pressButton(form, 'Post');
    await turn();
    await settled(form);
    expect(field.value).to.equal('Precious');
    expect(store.drafts.get('new')?.text).to.equal('Precious');
  });

  it('E-4: the page is asked first, and may take it over', async () => {
    const { form, field, store } = await write({ mode: 'reply', commentId: 'c1' });
    const asked: AfterwordSubmitEvent[] = [];
    const refuse = (event: AfterwordSubmitEvent): void => {
      asked.push(event);
      event.preventDefault();
    };
    document.body.addEventListener('afterword-submit', refuse);
    await type(form, 'For the page');
    await pressButton(form, 'Reply');
    document.body.removeEventListener('afterword-submit', refuse);
    expect(asked).to.have.length(1);
    expect(asked[0]).to.include({ kind: 'post', commentId: 'c1', text: 'For the page' });
    expect(asked[0]?.author).to.deep.equal({ name: '' });
    expect(store.dispatched).to.deep.equal([]);
    expect(field.value, 'the words stay').to.equal('For the page');
  });

  describe('twice', () => {
    it('F8: a double click is one comment', async () => {
      const { form, store } = await write();
      await type(form, 'Once');
      const button = byRole(form, 'button', 'Post');
      button.click();
      button.click();
      await form.updateComplete;
      expect(store.dispatched).to.have.length(1);
      expect(allByRole(form, 'alert')).to.deep.equal([]);
    });

    it('F8: Ctrl+Enter held down is one comment', async () => {
      const { form, store } = await write();
      await type(form, 'Once');
      void press(form, 'Enter', { ctrlKey: true });
      void press(form, 'Enter', { ctrlKey: true, repeat: true });
      await press(form, 'Enter', { ctrlKey: true });
      expect(store.dispatched).to.have.length(1);
      expect(byRole(form, 'textbox').getAttribute('aria-invalid')).to.equal('false');
    });

    it('F8: the same words to the same place within two seconds are one comment, and the reader is told', async () => {
      const { form, field, store, clock } = await write();
      await type(form, 'Once');
      await pressButton(form, 'Post');
      await type(form, 'Once');
      await pressButton(form, 'Post');
      expect(store.dispatched).to.have.length(1);
      expect(byRole(form, 'alert').textContent).to.equal('You sent these words a moment ago.');
      expect(field.value).to.equal('Once');

      clock.pass(2_000);
      await pressButton(form, 'Post');
      expect(store.dispatched).to.have.length(2);
      expect(store.dispatched[0]?.id).to.not.equal(store.dispatched[1]?.id);
    });

    it('F8: a form that was opened anew for the same place is no way around it', async () => {
      const first = await write({ mode: 'reply', commentId: 'c1' });
      await type(first.form, 'Once');
      await pressButton(first.form, 'Reply');
      first.form.remove();
      const second = await write({ mode: 'reply', commentId: 'c1', store: first.store, clock: first.clock });
      await type(second.form, 'Once');
      await pressButton(second.form, 'Reply');
      expect(first.store.dispatched).to.have.length(1);
    });

    it('F8: the same words to another place are meant', async () => {
      const first = await write({ mode: 'reply', commentId: 'c1' });
      await type(first.form, 'Thanks');
      await pressButton(first.form, 'Reply');
      const second = await write({ mode: 'reply', commentId: 'c2', store: first.store, clock: first.clock });
      await type(second.form, 'Thanks');
      await pressButton(second.form, 'Reply');
      expect(first.store.dispatched).to.have.length(2);
    });
  });

  describe('what is wrong is said next to its field', () => {
    it('R-11: in words, all at once, and the focus goes to the first', async () => {
      const { form, store } = await write({ rules: strict });
      form.focus();
      await pressButton(form, 'Post');
      expect(store.dispatched).to.deep.equal([]);
      const told = ['Your comment', 'Name', 'Email'].map((name) => {
        const field = byRole(form, 'textbox', name);
        expect(field.getAttribute('aria-invalid'), name).to.equal('true');
        return descriptionOf(field);
      });
      expect(told).to.deep.equal([
        'Write at least 1 character.',
        'Enter a name.',
        'Enter your email address. Never shown publicly.',
      ]);
      expect(descriptionOf(byRole(form, 'checkbox', 'I agree to the house rules.'))).to.equal('Please agree first.');
      expect(nameOf(focused()!)).to.equal('Your comment');
    });

    it('R-11: mending a field takes its error away, and only its own', async () => {
      const writing = await write({ rules: strict });
      const { form } = writing;
      form.focus();
      await pressButton(form, 'Post');
      await fill(writing, { Name: 'Zoë' });
      expect(descriptionOf(byRole(form, 'textbox', 'Name'))).to.equal('');
      expect(descriptionOf(byRole(form, 'textbox', 'Your comment'))).to.equal('Write at least 1 character.');
      await tick(writing, 'I agree to the house rules.');
      expect(descriptionOf(byRole(form, 'checkbox', 'I agree to the house rules.'))).to.equal('');
    });

    const wrong: [string, Readonly<Record<string, string>>, string, string][] = [
      [
        'an address without an @',
        { Email: 'zoe' },
        'Email',
        'An email address looks like name@example.com. Never shown publicly.',
      ],
      [
        'a website that can be none',
        { 'Website (optional)': 'javascript:alert(1)' },
        'Website (optional)',
        'A website begins with https:// or http://.',
      ],
      ['only blanks for a name', { Name: '   ' }, 'Name', 'Enter a name.'],
      ['only blanks for a text', { 'Your comment': ' \n ' }, 'Your comment', 'Write at least 1 character.'],
      [
        'too many characters',
        { 'Your comment': 'x'.repeat(10_001) },
        'Your comment',
        'Too long: the limit is 10,000 characters. 1 character too many. 10,000 are allowed.',
      ],
    ];
    for (const [what, fields, name, words] of wrong) {
      it(`R-5: ${what}`, async () => {
        const writing = await write({ rules: strict });
        const { form, store } = writing;
        form.focus();
        const good = { 'Your comment': 'Hi', Name: 'Zoë', Email: 'zoe@example.com' };
        await fill(writing, { ...good, ...fields });
        await tick(writing, 'I agree to the house rules.');
        await pressButton(form, 'Post');
        expect(store.dispatched).to.deep.equal([]);
        expect(descriptionOf(byRole(form, 'textbox', name))).to.equal(words);
        expect(nameOf(focused()!)).to.equal(name);
      });
    }

    it('R-5: more than the least is asked where the site does', async () => {
      const { form, store, field } = await write({
        rules: { ...rules, name: 'optional', email: 'none', minLength: 5 },
      });
      await type(form, '1234 ');
      await pressButton(form, 'Post');
      expect(descriptionOf(field)).to.equal('Write at least 5 characters.');
      await type(form, '5');
      await pressButton(form, 'Post');
      expect(store.dispatched).to.have.length(1);
    });

    it('R-5: a discussion that was closed meanwhile says so and keeps the words', async () => {
      const { form, field, store } = await write();
      await type(form, 'Too late');
      form.rules = { ...rules, name: 'optional', email: 'none', closed: true };
      await form.updateComplete;
      await pressButton(form, 'Post');
      expect(descriptionOf(field)).to.equal('This discussion is closed.');
      expect(field.value).to.equal('Too late');
      expect(store.dispatched).to.deep.equal([]);
    });

    it('R-5: an error found while the preview is shown brings the field back', async () => {
      const { form, field } = await write();
      form.focus();
      await pressTab(form, 'Preview');
      await pressButton(form, 'Post');
      expect(focused()).to.equal(field);
    });

    it('R-5: before the rules of the site are known, only the text is needed', async () => {
      const { form, store } = await write({ rules: null });
      await type(form, 'Early');
      await pressButton(form, 'Post');
      expect(store.dispatched).to.have.length(1);
    });
  });

  it('R-5: what is asked no longer is not sent', async () => {
    const writing = await write({ rules: strict });
    const { form, store } = writing;
    form.focus();
    await fill(writing, {
      'Your comment': 'Hi',
      Name: 'Zoë',
      Email: 'zoe@example.com',
      'Website (optional)': 'zoe.example',
    });
    form.rules = { ...rules, email: 'none', website: false };
    await form.updateComplete;
    await pressButton(form, 'Post');
    expect((store.dispatched[0] as PostOperation).author).to.deep.equal({ name: 'Zoë' });
  });

  const websites: [string, string | null][] = [
    ['example.com', 'https://example.com'],
    ['http://example.com/a b', 'http://example.com/a b'],
    ['example.com:8080/me', 'https://example.com:8080/me'],
    ['HTTPS://Example.com', 'HTTPS://Example.com'],
    ['ftp://example.com', null],
    ['javascript:alert(1)', null],
    ['data:text/html,x', null],
    ['nowhere', null],
    ['', null],
  ];
  for (const [typed, wanted] of websites) {
    it(`R-5: the website "${typed}" is meant as ${String(wanted)}`, () => {
      expect(websiteOf(typed)).to.equal(wanted);
    });
  }

  it('F6: ids are UUIDs also where the page has no randomUUID', () => {
    expect(newId()).to.match(uuid);
    const own = Object.getOwnPropertyDescriptor(crypto, 'randomUUID');
    Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true });
    try {
      const ids = Array.from({ length: 200 }, newId);
      for (const id of ids) expect(id).to.match(uuid);
      expect(new Set(ids).size).to.equal(200);
    } finally {
      if (own) Object.defineProperty(crypto, 'randomUUID', own);
      else delete (crypto as { randomUUID?: unknown }).randomUUID;
    }
  });
});
