/** The form as a reader meets it: opening, tools, preview, length, quotes, keys. */
import { expect } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { AfterwordForm } from '../../src/elements/afterword-form.ts';
import { loadMarkupPart } from '../../src/content/safe-html.ts';
import { de } from '../../src/i18n/de.ts';
import { ar } from '../../src/i18n/ar.ts';
import { rules } from '../helpers/builders.ts';
import { allByRole, byRole, descriptionOf, focused, nameOf } from '../helpers/by-role.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { stage } from '../helpers/stage.ts';
import { press, pressButton, pressTab, said, select, settled, type, write } from '../helpers/writing.ts';

const askEverything = { ...rules, name: 'required', email: 'required', website: true } as const;

function fieldNames(form: AfterwordForm): string[] {
  return allByRole(form, 'textbox').map(nameOf);
}

describe('the form', () => {
  it('R-5: is one calm field until it gets the focus, and then unfolds', async () => {
    const { form, field } = await write({ rules: askEverything });
    expect(fieldNames(form)).to.deep.equal(['Your comment']);
    expect(allByRole(form, 'button')).to.deep.equal([]);
    expect(field.placeholder).to.equal('What do you think?');

    field.focus();
    await form.updateComplete;
    expect(fieldNames(form)).to.deep.equal(['Your comment', 'Name', 'Email']);
    expect(byRole(form, 'button', 'Post')).to.exist;
    expect(byRole(form, 'toolbar', 'Formatting')).to.exist;
    expect(focused()).to.equal(field);
  });

  it('R-5: asks for a name and an address as the site does', async () => {
    const asked: [object, string[]][] = [
      [{ name: 'optional', email: 'none', website: false }, ['Name (optional)']],
      [{ name: 'required', email: 'none', website: false }, ['Name']],
      [{ name: 'optional', email: 'optional', website: true }, ['Name (optional)', 'Email (optional)']],
      [{ name: 'required', email: 'required', website: false }, ['Name', 'Email']],
    ];
    for (const [fields, names] of asked) {
      const { form } = await write({ rules: { ...rules, ...fields } });
      form.focus();
      expect(fieldNames(form).slice(1)).to.deep.equal(names);
    }
  });

  it('R-5: the browser may fill in who the reader is', async () => {
    const { form } = await write({ rules: askEverything });
    form.focus();
    await pressButton(form, 'Add a website');
    const hints = allByRole(form, 'textbox')
      .slice(1)
      .map((one) => one.getAttribute('autocomplete'));
    expect(hints).to.deep.equal(['name', 'email', 'url']);
  });

  it('R-5: says that an e-mail address is shown to nobody', async () => {
    const { form } = await write({ rules: askEverything });
    form.focus();
    expect(descriptionOf(byRole(form, 'textbox', 'Email'))).to.equal('Never shown publicly.');
  });

  it('R-5: a reply and an edit are open at once', async () => {
    const reply = await write({ mode: 'reply', commentId: 'c1', replyTo: 'Ann' });
    expect(byRole(reply.form, 'textbox', 'Your reply to Ann')).to.exist;
    expect(byRole(reply.form, 'button', 'Reply')).to.exist;
    const edit = await write({ mode: 'edit', commentId: 'c2', original: 'As it was', rules: askEverything });
    expect(edit.field.value).to.equal('As it was');
    expect(fieldNames(edit.form)).to.deep.equal(['Edit your comment']);
    expect(byRole(edit.form, 'button', 'Save')).to.exist;
  });

  it('R-5: focus() opens it and puts the caret into it, in the same turn', async () => {
    const { form, field } = await write();
    form.focus();
    expect(focused()).to.equal(field);
    expect(byRole(form, 'button', 'Post')).to.exist;
  });

  it('R-5: grows with its text', async () => {
    const { form, field } = await write();
    await type(form, 'one line');
    const low = field.offsetHeight;
    await type(form, '\n'.repeat(12));
    expect(field.offsetHeight).to.be.greaterThan(low);
  });

  describe('toolbar', () => {
    it('R-5: is one tab stop; the arrows walk through it', async () => {
      const { form } = await write();
      form.focus();
      const tools = [...byRole(form, 'toolbar').querySelectorAll('button')];
      expect(tools.map(nameOf)).to.deep.equal(['Bold', 'Italic', 'Quote', 'Link', 'List', 'Code', 'Spoiler']);
      expect(tools.map((tool) => tool.tabIndex)).to.deep.equal([0, -1, -1, -1, -1, -1, -1]);

      tools[0]!.focus();
      await press(form, 'ArrowRight');
      expect(nameOf(focused()!)).to.equal('Italic');
      await press(form, 'ArrowLeft');
      await press(form, 'ArrowLeft');
      expect(nameOf(focused()!)).to.equal('Spoiler');
      await press(form, 'ArrowRight');
      expect(nameOf(focused()!)).to.equal('Bold');
      await press(form, 'End');
      expect(nameOf(focused()!)).to.equal('Spoiler');
      expect(tools.map((tool) => tool.tabIndex)).to.deep.equal([-1, -1, -1, -1, -1, -1, 0]);
      await press(form, 'Home');
      expect(nameOf(focused()!)).to.equal('Bold');
    });

    it('R-12: from right to left the arrows still go where they point', async () => {
      const { form } = await write({ messages: ar });
      form.focus();
      byRole(form, 'toolbar').querySelector('button')!.focus();
      await press(form, 'ArrowLeft');
      expect(nameOf(focused()!)).to.equal(ar['tool.italic']);
    });

    it('R-5: a tool works on what is selected and gives the focus back', async () => {
      const { form, field } = await write();
      await type(form, 'make this loud');
      select(field, 'this');
      await pressButton(form, 'Bold');
      expect(field.value).to.equal('make **this** loud');
      expect(field.value.slice(field.selectionStart, field.selectionEnd)).to.equal('this');
      expect(focused()).to.equal(field);
      await pressButton(form, 'Bold');
      expect(field.value).to.equal('make this loud');
    });

    it('R-5: every tool has its mark', async () => {
      const marks: [string, string][] = [
        ['Bold', '**word**'],
        ['Italic', '_word_'],
        ['Quote', '> word'],
        ['Link', '[word](https://)'],
        ['List', '- word'],
        ['Code', '`word`'],
        ['Spoiler', '||word||'],
      ];
      for (const [tool, marked] of marks) {
        const { form, field } = await write();
        await type(form, 'word');
        select(field, 'word');
        await pressButton(form, tool);
        expect(field.value, tool).to.equal(marked);
      }
    });

    it('R-5: what a tool did is undone like typing', async () => {
      const { form, field } = await write();
      await type(form, 'word');
      select(field, 'word');
      await pressButton(form, 'Bold');
      document.execCommand('undo');
      expect(field.value).to.equal('word');
    });

    it('R-5: Ctrl+B and Ctrl+I do what they do everywhere', async () => {
      const { form, field } = await write();
      await type(form, 'word');
      await press(form, 'b', { ctrlKey: true });
      expect(field.value).to.equal('**word**');
      await press(form, 'i', { metaKey: true });
      expect(field.value).to.equal('**_word_**');
    });
  });

  describe('preview', () => {
    it('R-5: shows the text by the renderer that shows comments, and gives it back', async () => {
      await loadMarkupPart();
      const { form, field } = await write();
      await type(form, 'A **loud** word and ||a secret||');
      await pressTab(form, 'Preview');
      const shown = byRole(form, 'tabpanel', 'Preview');
      expect(shown.querySelector('strong')?.textContent).to.equal('loud');
      expect(shown.querySelector('summary')?.textContent).to.equal('Spoiler');
      expect(allByRole(form, 'textbox', 'Your comment')).to.deep.equal([]);
      expect(byRole(form, 'tab', 'Preview').getAttribute('aria-selected')).to.equal('true');

      await pressTab(form, 'Write');
      expect(byRole(form, 'textbox', 'Your comment')).to.equal(field);
      expect(field.value).to.equal('A **loud** word and ||a secret||');
    });

    it('R-5: shows a mention of somebody whose name has brackets as one piece', async () => {
      await loadMarkupPart();
      const { form } = await write();
      await type(form, 'Hello @Bob (the builder) [he], **hi**');
      await pressTab(form, 'Preview');
      expect(byRole(form, 'tabpanel', 'Preview').querySelector('bdi')?.textContent).to.equal('@Bob (the builder) [he]');
    });

    it('R-5: never runs what was typed', async () => {
      await loadMarkupPart();
      const { form } = await write();
      await type(form, '<img src=x onerror="window.ran = true"> <script>window.ran = true</script> **x**');
      await pressTab(form, 'Preview');
      expect(byRole(form, 'tabpanel', 'Preview').querySelector('script, [onerror]')).to.equal(null);
      expect((window as { ran?: boolean }).ran).to.equal(undefined);
    });

    it('R-5: of nothing says so', async () => {
      const { form } = await write();
      form.focus();
      await pressTab(form, 'Preview');
      expect(byRole(form, 'tabpanel', 'Preview').textContent.trim()).to.equal('Nothing to show yet.');
    });
  });

  describe('length', () => {
    const short = { ...rules, name: 'optional', email: 'none', website: false, maxLength: 300 } as const;

    it('R-5: says nothing of its limit until that is near', async () => {
      const { form, field, clock } = await write({ rules: short });
      await type(form, 'x'.repeat(269));
      clock.pass(1000);
      await form.updateComplete;
      expect(descriptionOf(field)).to.equal('');
      expect(said(form)).to.equal('');

      await type(form, 'x');
      expect(descriptionOf(field)).to.equal('30 characters left');
      expect(said(form), 'not at every key').to.equal('');
      clock.pass(1000);
      await form.updateComplete;
      expect(said(form)).to.equal('30 characters left');
    });

    it('G6: counts a face once, as the server does', async () => {
      const { form, field } = await write({ rules: short });
      await type(form, '😀'.repeat(299));
      expect(descriptionOf(field)).to.equal('1 character left');
    });

    it('G1: a text that is far too long is told at once, and nothing of it is cut', async () => {
      const { form, field } = await write();
      await type(form, 'y'.repeat(100_000));
      expect(field.value).to.have.length(100_000);
      expect(descriptionOf(field)).to.equal('90,000 characters too many. 10,000 are allowed.');
    });
  });

  describe('quotes', () => {
    it('R-5: a quote comes into the field as lines with marks, the caret below it', async () => {
      const { form, field } = await write();
      form.quote('first\nsecond', 'Ann');
      await form.updateComplete;
      expect(field.value).to.equal('> Ann:\n> first\n> second\n\n');
      expect(field.selectionStart).to.equal(field.value.length);
      expect(focused()).to.equal(field);
    });

    it('R-5: what stood there stays above it', async () => {
      const { form, field } = await write({ mode: 'reply', commentId: 'c1', replyTo: 'Ann' });
      await type(form, 'I think');
      form.quote('something', 'Ann');
      expect(field.value).to.equal('I think\n\n> something\n\n');
    });
  });

  describe('keys', () => {
    it('R-11: Esc folds the form and keeps the words', async () => {
      const { form, field, store } = await write();
      let closed: string | null | undefined;
      form.addEventListener('afterword-form-close', (event) => (closed = event.operationId));
      await type(form, 'unfinished');
      expect(await press(form, 'Escape')).to.equal(false);
      expect(closed).to.equal(null);
      expect(field.value).to.equal('unfinished');
      expect(allByRole(form, 'button')).to.deep.equal([]);
      expect(store.drafts.get('new')?.text).to.equal('unfinished');
      expect(focused()).to.equal(field);

      await type(form, '!');
      expect(byRole(form, 'button', 'Post'), 'typing opens it again').to.exist;
    });

    it('R-11: Esc in a folded form is left to what is around it', async () => {
      const { form, field } = await write();
      field.focus();
      await press(form, 'Escape');
      expect(await press(form, 'Escape')).to.equal(true);
    });

    it('R-11: Tab leaves the text, and goes through every control in the order of the screen', async () => {
      const { form, field } = await write({ rules: { ...askEverything, consent: 'I agree to the rules' } });
      form.focus();
      const seen: string[] = [];
      for (let step = 0; step < 9; step++) {
        await sendKeys({ press: 'Tab' });
        const now = focused();
        if (!now || !form.shadowRoot!.contains(now)) break;
        seen.push(nameOf(now));
      }
      expect(field.value).to.equal('');
      expect(seen).to.deep.equal([
        'Bold',
        'Write',
        'Name',
        'Email',
        'I agree to the rules',
        'Remember me on this device',
        'Add a website',
        'Cancel',
        'Post',
      ]);
    });

    it('E-5: a key typed here is not a shortcut of the host page', async () => {
      const { form } = await write();
      form.focus();
      const heard: string[] = [];
      const listen = (event: KeyboardEvent) => heard.push(event.key);
      document.addEventListener('keydown', listen);
      await press(form, 's');
      await press(form, '/');
      await press(form, 'k', { ctrlKey: true });
      document.removeEventListener('keydown', listen);
      expect(heard).to.deep.equal(['k']);
    });

    /** Which key events of this come out of the form to a listener of the page. */
    async function heardOutside(act: () => Promise<unknown>): Promise<string[]> {
      const heard: string[] = [];
      const listen = ({ type, key }: KeyboardEvent) => heard.push(`${type} ${key}`);
      const types = ['keydown', 'keypress', 'keyup'] as const;
      for (const type of types) document.addEventListener(type, listen);
      await act();
      for (const type of types) document.removeEventListener(type, listen);
      return heard;
    }

    it('P15: neither keydown nor keypress nor keyup of what is typed here reaches the host page', async () => {
      const { form, field } = await write({ rules: askEverything });
      form.focus();
      expect(await heardOutside(() => sendKeys({ type: 's/?' }))).to.deep.equal([]);
      expect(field.value).to.equal('s/?');
      byRole(form, 'textbox', 'Name').focus();
      expect(await heardOutside(() => sendKeys({ type: 'gh' }))).to.deep.equal([]);
      expect(await heardOutside(() => press(form, 'k', { ctrlKey: true }))).to.deep.equal(['keydown k']);
    });

    it('P15: the Escape that closes a form does not close what is around it when it comes up elsewhere', async () => {
      const { form } = await write({ mode: 'reply', commentId: 'c1' });
      const behind = document.createElement('button');
      document.body.append(behind);
      form.addEventListener('afterword-form-close', () => behind.focus());
      form.focus();
      expect(await heardOutside(() => sendKeys({ press: 'Escape' }))).to.deep.equal([]);
      expect(focused()).to.equal(behind);
      expect(
        await heardOutside(() => sendKeys({ press: 'Escape' })),
        'the next one is the page’s, whole',
      ).to.include.members(['keydown Escape', 'keyup Escape']);
      behind.remove();
    });

    it('P15: Escape at a form at rest is the page’s, whole', async () => {
      const { form, field } = await write();
      form.focus();
      await press(form, 'Escape');
      expect(focused()).to.equal(field);
      const heard = await heardOutside(() => sendKeys({ press: 'Escape' }));
      expect(heard).to.include.members(['keydown Escape', 'keyup Escape']);
    });

    it('R-5: while a word is being composed, Enter and Escape belong to the input method', async () => {
      const { form, store } = await write();
      await type(form, 'にほん');
      expect(await press(form, 'Enter', { ctrlKey: true, isComposing: true })).to.equal(true);
      expect(await press(form, 'Escape', { isComposing: true })).to.equal(true);
      expect(await press(form, 'Enter', { ctrlKey: true, keyCode: 229 })).to.equal(true);
      expect(store.dispatched).to.deep.equal([]);
      expect(byRole(form, 'button', 'Post')).to.exist;
    });
  });

  it('R-12: speaks the language of the section, and writes in its direction', async () => {
    const german = await write({ messages: de });
    german.form.focus();
    expect(byRole(german.form, 'button', 'Absenden')).to.exist;
    const { form } = await write({ messages: ar });
    form.focus();
    expect(byRole(form, 'button', 'نشر')).to.exist;
    expect(getComputedStyle(byRole(form, 'form')).direction).to.equal('rtl');
    expect(getComputedStyle(byRole(form, 'textbox', 'تعليقك')).direction).to.equal('rtl');
  });

  it('E-5: moved in the page, it keeps its words and its state', async () => {
    const { form, field, store } = await write();
    await type(form, 'half a sentence');
    const elsewhere = document.createElement('div');
    form.parentElement!.append(elsewhere);
    elsewhere.append(form);
    await settled(form);
    expect(field.isConnected).to.equal(true);
    expect(field.value).to.equal('half a sentence');
    expect(byRole(form, 'button', 'Post')).to.exist;
    expect(store.drafts.get('new')?.text).to.equal('half a sentence');
  });

  it('E-5: taken away, it leaves nothing behind that listens or waits', async () => {
    const { form, clock, store } = await write();
    await type(form, 'something');
    form.remove();
    expect(clock.timers).to.equal(0);
    const calls = store.calls.length;
    form.putBack('more', []).catch(() => undefined);
    window.dispatchEvent(new Event('pagehide'));
    expect(store.calls).to.have.length(calls + 1);
  });

  it('E-5: what was set on it before the script defined it counts', async () => {
    const early = document.createElement('late-form') as AfterwordForm;
    Object.assign(early, {
      mode: 'reply',
      commentId: 'c1',
      replyTo: 'Zoë',
      store: new FakeStore(),
      clock: new FakeClock(),
    });
    stage(early);
    customElements.define('late-form', class extends AfterwordForm {});
    await settled(early);
    expect(byRole(early, 'textbox', 'Your reply to Zoë')).to.exist;
  });
});
