/** The form takes no more room than it needs, knows whom it knows, and hands its parts to the page (DESIGN.md, "Form"). */
import { expect } from '@open-wc/testing';
import { sendKeys, sendMouse } from '@web/test-runner-commands';
import type { AfterwordForm } from '../../src/elements/afterword-form.ts';
import { FORM_PARTS } from '../../src/elements/form-parts.ts';
import { ar } from '../../src/i18n/ar.ts';
import { comment, rules } from '../helpers/builders.ts';
import { allByRole, byRole, focused, nameOf } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { rowOf } from '../helpers/rows.ts';
import { frame, putSection, settled as sectionSettled, waitFor } from '../helpers/section.ts';
import { press, pressButton, pressTab, type, write } from '../helpers/writing.ts';

const strict = { ...rules, name: 'required', email: 'required', website: true } as const;
const notify = { offered: ['mail'], choice: 'none', state: 'none', address: null, pending: null } as const;

const isOpen = (form: AfterwordForm): boolean => allByRole(form, 'button').length > 0;

/** What stands around a form on a page. */
function around(form: AfterwordForm): { above: HTMLElement; below: HTMLButtonElement } {
  const above = document.createElement('p');
  above.textContent = 'The end of an article';
  const below = document.createElement('button');
  below.textContent = 'Reply';
  form.before(above);
  form.after(below);
  return { above, below };
}

async function pressWith(element: Element, move: () => unknown = () => undefined): Promise<void> {
  const { left, top, width, height } = element.getBoundingClientRect();
  await sendMouse({ type: 'move', position: [Math.round(left + width / 2), Math.round(top + height / 2)] });
  await sendMouse({ type: 'down' });
  await move();
  await sendMouse({ type: 'up' });
}

describe('the room a form takes', () => {
  for (const width of [288, 700]) {
    it(`L9: everything asked for, ${width} px wide: no more than the window of a small phone has`, async () => {
      const { form } = await write({ rules: { ...strict, consent: 'I agree.' }, width, store: withMail() });
      const atRest = form.offsetHeight;
      expect(atRest).to.be.at.most(50);
      form.focus();
      await form.updateComplete;
      expect(form.offsetHeight).to.be.below(width < 400 ? 490 : 330);
    });
  }

  function withMail(): FakeStore {
    const store = new FakeStore();
    store.show({ notify });
    return store;
  }

  it('L9: opening moves the text under the caret by nothing', async () => {
    const { form, field } = await write();
    const { top } = field.getBoundingClientRect();
    form.focus();
    await form.updateComplete;
    expect(isOpen(form)).to.equal(true);
    expect(field.getBoundingClientRect().top).to.be.closeTo(top, 0.5);
  });

  it('L9: left empty by the keyboard it is one line again, and the focus stays where it went', async () => {
    const { form } = await write();
    const { below } = around(form);
    const atRest = form.offsetHeight;
    form.focus();
    byRole(form, 'button', 'Post').focus();
    below.focus();
    await waitFor(() => !isOpen(form), 'the form to be small');
    expect(form.offsetHeight).to.equal(atRest);
    expect(focused()).to.equal(below);
  });

  it('L9: a press elsewhere is over before anything moves, and reaches what was pressed', async () => {
    const { form } = await write();
    const { below } = around(form);
    let clicks = 0;
    below.onclick = () => clicks++;
    form.focus();
    await form.updateComplete;
    await pressWith(below, async () => {
      for (let frames = 0; frames < 3; frames++) await frame();
      expect(isOpen(form), 'not under the finger').to.equal(true);
    });
    await waitFor(() => !isOpen(form), 'the form to be small');
    expect(clicks).to.equal(1);
  });

  it('L9: where the page can scroll, what was pressed stays where it was', async () => {
    const { form } = await write();
    const { above, below } = around(form);
    above.style.blockSize = '1500px';
    below.style.cssText = 'display: block; margin-block-end: 1500px';
    below.scrollIntoView({ block: 'center' });
    form.focus({ preventScroll: true });
    await form.updateComplete;
    below.scrollIntoView({ block: 'center' });
    await frame();
    const { top } = below.getBoundingClientRect();
    await pressWith(below);
    await waitFor(() => !isOpen(form), 'the form to be small');
    for (let frames = 0; frames < 3; frames++) await frame();
    expect(below.getBoundingClientRect().top).to.be.closeTo(top, 1);
  });

  it('L9: it stays open with words in it, while its own buttons are used, and in a reply', async () => {
    const { form } = await write();
    const { below } = around(form);
    await type(form, 'Words');
    below.focus();
    await turns();
    expect(isOpen(form)).to.equal(true);

    const empty = await write();
    empty.form.focus();
    await empty.form.updateComplete;
    await pressWith(byRole(empty.form, 'tab', 'Preview'));
    await turns();
    expect(isOpen(empty.form)).to.equal(true);

    const reply = await write({ mode: 'reply', commentId: 'c1' });
    reply.form.focus();
    below.focus();
    await turns();
    expect(isOpen(reply.form)).to.equal(true);
  });

  async function turns(): Promise<void> {
    for (let frames = 0; frames < 4; frames++) await frame();
  }

  it('L9: the remaining length stands inside the box of the field, and only near the limit', async () => {
    const { form } = await write({ rules: { ...rules, maxLength: 300, name: 'optional', email: 'none' } });
    await type(form, 'x');
    const count = form.renderRoot.querySelector('#left') as HTMLElement;
    expect(count.closest('.box')).to.exist;
    expect(count.textContent?.trim()).to.equal('');
    const { offsetHeight } = form;
    await type(form, 'x'.repeat(275));
    expect(count.textContent?.trim()).to.equal('24 characters left');
    expect(form.renderRoot.querySelectorAll('.primary')).to.have.length(1);
    expect(offsetHeight).to.be.above(0);
  });
});

describe('who is known', () => {
  const remembered = (): FakeStore => {
    const store = new FakeStore();
    store.remembered = { name: 'Zoë', email: 'zoe@example.com', website: 'https://zoe.example' };
    return store;
  };
  const texts = (form: AfterwordForm): string[] => allByRole(form, 'textbox').map(nameOf);

  it('L9: a remembered reader sees as whom they post, and one press shows every field', async () => {
    const { form } = await write({ rules: strict, store: remembered() });
    form.focus();
    await form.updateComplete;
    expect(form.renderRoot.querySelector('.known')?.textContent?.replace(/\s+/g, ' ').trim()).to.equal(
      'Posting as Zoë Change',
    );
    expect(texts(form)).to.deep.equal(['Your comment']);
    expect(form.offsetHeight).to.be.at.most(220);
    await pressButton(form, 'Change your details');
    expect(texts(form)).to.deep.equal(['Your comment', 'Name', 'Email', 'Website (optional)']);
    expect(nameOf(focused()!)).to.equal('Name');
  });

  it('L9: and posts with what is remembered', async () => {
    const store = remembered();
    const { form } = await write({ rules: strict, store });
    await type(form, 'Hello');
    await pressButton(form, 'Post');
    expect(store.dispatched[0]).to.deep.include({
      author: { name: 'Zoë', email: 'zoe@example.com', website: 'https://zoe.example' },
    });
  });

  it('L9: what the site asks besides is asked for, and typing it takes no field away', async () => {
    const store = remembered();
    store.remembered = { name: 'Zoë', email: '', website: '' };
    const { form } = await write({ rules: strict, store });
    form.focus();
    await form.updateComplete;
    expect(texts(form)).to.deep.equal(['Your comment', 'Name', 'Email']);
    await type(form, 'zoe@example.com', byRole(form, 'textbox', 'Email') as HTMLInputElement);
    expect(texts(form)).to.deep.equal(['Your comment', 'Name', 'Email']);
  });

  it('L9: who wants to be told of replies and gave no address is asked for one', async () => {
    const store = remembered();
    store.remembered = { name: 'Zoë', email: '', website: '' };
    store.show({ notify });
    const { form } = await write({ rules: { ...rules, name: 'required', email: 'none' }, store });
    form.focus();
    await form.updateComplete;
    expect(texts(form)).to.deep.equal(['Your comment']);
    byRole(form, 'checkbox', 'Notify me of replies').click();
    await form.updateComplete;
    expect(texts(form)).to.include('Email');
  });

  it('L9: who said it in a reply is known in the form of the page, too', async () => {
    const store = new FakeStore();
    const page = await write({ rules: { ...rules, name: 'required', email: 'none' }, store });
    page.form.focus();
    await press(page.form, 'Escape');
    const reply = await write({
      mode: 'reply',
      commentId: 'c1',
      rules: { ...rules, name: 'required', email: 'none' },
      store,
    });
    await type(reply.form, 'Yes');
    await type(reply.form, 'Zoë', byRole(reply.form, 'textbox', 'Name') as HTMLInputElement);
    await pressButton(reply.form, 'Reply');
    page.form.focus();
    await page.form.ready;
    await waitFor(() => page.form.renderRoot.querySelector('.known'), 'the name');
    expect(page.form.renderRoot.querySelector('.known')?.textContent).to.contain('Zoë');
  });

  it('L9: a website waits behind a button, which puts the caret where it is typed', async () => {
    const { form } = await write({ rules: strict });
    form.focus();
    await form.updateComplete;
    expect(texts(form)).not.to.include('Website (optional)');
    await pressButton(form, 'Add a website');
    expect(nameOf(focused()!)).to.equal('Website (optional)');
  });
});

describe('Write and Preview', () => {
  it('L9: are two tabs: one stop, arrow keys between them, each names its panel', async () => {
    const { form } = await write();
    await type(form, 'Words');
    const list = byRole(form, 'tablist');
    expect(
      allByRole(list, 'tab').map((tab) => [nameOf(tab), tab.getAttribute('aria-selected'), tab.tabIndex]),
    ).to.deep.equal([
      ['Write', 'true', 0],
      ['Preview', 'false', -1],
    ]);
    byRole(form, 'tab', 'Write').focus();
    await sendKeys({ press: 'ArrowRight' });
    await form.updateComplete;
    expect(nameOf(focused()!)).to.equal('Preview');
    const panel = byRole(form, 'tabpanel', 'Preview');
    expect(byRole(form, 'tab', 'Preview').getAttribute('aria-controls')).to.equal(panel.id);
    expect(panel.tabIndex).to.equal(0);
    await sendKeys({ press: 'Home' });
    await form.updateComplete;
    expect(allByRole(form, 'textbox', 'Your comment')).to.have.length(1);
  });

  it('L9: in a language written from the right the arrows go the way they point', async () => {
    const { form } = await write({ messages: ar, dir: 'rtl' });
    await type(form, 'كلمات');
    const [first] = allByRole(form, 'tab');
    first!.focus();
    await sendKeys({ press: 'ArrowLeft' });
    await form.updateComplete;
    expect(nameOf(focused()!)).to.equal('معاينة');
  });

  it('L9: Post in the preview sends what was previewed', async () => {
    const { form, store } = await write();
    await type(form, 'Words');
    await pressTab(form, 'Preview');
    await pressButton(form, 'Post');
    expect(store.dispatched[0]).to.deep.include({ text: 'Words' });
  });
});

describe('an error', () => {
  it('K5: brings the label of its field into the window, below a header of the page', async () => {
    const { form } = await write({ rules: strict, width: 300 });
    form.style.setProperty('--afterword-scroll-margin', '60px');
    const { above, below } = around(form);
    above.style.blockSize = below.style.marginBlockEnd = '1500px';
    await type(form, 'line\n'.repeat(12));
    byRole(form, 'button', 'Post').scrollIntoView({ block: 'start' });
    await frame();
    byRole(form, 'button', 'Post').click();
    await form.updateComplete;
    await frame();
    expect(nameOf(focused()!)).to.equal('Name');
    const label = form.renderRoot.querySelector('label[for=name]') as HTMLElement;
    expect(label.getBoundingClientRect().top).to.be.at.least(59);
    const error = form.renderRoot.querySelector('#name-error') as HTMLElement;
    expect(error.getBoundingClientRect().bottom).to.be.at.most(innerHeight);
  });
});

describe('the parts of a form', () => {
  it('W5: each part that is handed on is there, and a page can style it, in a reply as in the form of the page', async () => {
    const can = { reply: true, edit: false, delete: false, vote: true };
    const section = await putSection(new FakeStore({ rows: [rowOf(comment('7'), { can })], count: 1, rules: strict }));
    const style = document.createElement('style');
    style.textContent = FORM_PARTS.split(',')
      .map((part) => `afterword-comments::part(${part}) { outline: 3px solid rgb(1, 2, 3); }`)
      .join('\n');
    document.head.append(style);
    await sectionSettled(section);
    const forms: Record<string, () => Promise<AfterwordForm>> = {
      page: async () => {
        section.focus();
        await waitFor(() => section.renderRoot.querySelector('section > .form'), 'the form');
        return section.renderRoot.querySelector('section > .form') as AfterwordForm;
      },
      reply: async () => {
        byRole(section, 'button', 'Reply to Ann').click();
        await waitFor(() => allByRole(section, 'textbox', /^Your reply/).length, 'the form');
        const tree = byRole(section, 'textbox', /^Your reply/).getRootNode() as ShadowRoot;
        return tree.host as AfterwordForm;
      },
    };
    const seen = new Set<string>();
    for (const [name, open] of Object.entries(forms)) {
      const form = await open();
      await form.ready;
      await type(form, `Words ${name}`);
      const look = (): void => {
        for (const element of form.renderRoot.querySelectorAll('[part]')) {
          const part = element.getAttribute('part')!;
          expect(getComputedStyle(element).outlineColor, `${name}: ${part}`).to.equal('rgb(1, 2, 3)');
          seen.add(part);
        }
      };
      const submit = form.renderRoot.querySelector('[part=form-submit]') as HTMLElement;
      if (name === 'page') submit.click();
      await form.updateComplete;
      look();
      await pressTab(form, 'Preview');
      look();
      if (name === 'reply') break;
      await type(form, 'Zoë', byRole(form, 'textbox', 'Name') as HTMLInputElement);
      await type(form, 'z@example.com', byRole(form, 'textbox', 'Email') as HTMLInputElement);
      submit.click();
      await sectionSettled(section);
    }
    style.remove();
    expect([...seen].sort()).to.deep.equal(FORM_PARTS.split(',').sort());
  });
});
