/** No accessibility finding in any state of the form, in any look; nothing sticks out of it. */
import { expect } from '@open-wc/testing';
import { loadMarkupPart } from '../../src/content/safe-html.ts';
import { ar } from '../../src/i18n/ar.ts';
import { de } from '../../src/i18n/de.ts';
import { rules } from '../helpers/builders.ts';
import { allByRole, byRole } from '../helpers/by-role.ts';
import type { Look } from '../helpers/stage.ts';
import type { Writing } from '../helpers/writing.ts';
import { press, pressButton, type, write } from '../helpers/writing.ts';

const strict = {
  ...rules,
  name: 'required',
  email: 'required',
  website: true,
  consent: 'I agree to the house rules of this site.',
  maxLength: 300,
} as const;

const states: Readonly<Record<string, readonly [Parameters<typeof write>[0], (writing: Writing) => Promise<unknown>]>> =
  {
    closed: [{}, async () => undefined],
    open: [{}, async ({ form }) => form.focus()],
    'open, everything asked': [{ rules: strict }, async ({ form }) => form.focus()],
    'near the limit': [{ rules: strict }, ({ form }) => type(form, 'x'.repeat(290))],
    'too long': [{ rules: strict }, ({ form }) => type(form, 'x'.repeat(900))],
    preview: [
      {},
      async ({ form }) => {
        await loadMarkupPart();
        await type(form, '> quoted\nwith **bold**, `code`, ||spoiler|| and https://example.com\n\n- one\n- two');
        await press(form, 'Escape');
        form.focus();
        await form.updateComplete;
        allByRole(form, 'tab')[1]!.click();
      },
    ],
    errors: [
      { rules: strict },
      async ({ form }) => {
        form.focus();
        await form.updateComplete;
        byRole(form, 'button', /^(Post|Absenden|نشر)$/).click();
      },
    ],
    'list of people': [{}, ({ form }) => type(form, 'Hello @a')],
    reply: [{ mode: 'reply', commentId: 'c1', replyTo: 'Annabel Lee' }, async () => undefined],
    edit: [{ mode: 'edit', commentId: 'c1', original: 'What I wrote' }, async () => undefined],
    'edit, changed meanwhile': [
      { mode: 'edit', commentId: 'c1', original: 'What I wrote' },
      async ({ form }) => {
        await type(form, ' and more');
        form.original = 'What somebody made of it';
      },
    ],
    'sent twice': [
      {},
      async ({ form }) => {
        for (let times = 0; times < 2; times++) {
          await type(form, 'Again');
          byRole(form, 'button', /^(Post|Absenden|نشر)$/).click();
          await form.updateComplete;
        }
      },
    ],
  };

const looks: Readonly<Record<string, Look & { messages?: typeof ar }>> = {
  light: {},
  dark: { dark: true },
  '320 px, German': { width: 320, messages: de },
  '280 px': { width: 280 },
  'right to left': { dir: 'rtl', messages: ar },
};

for (const [lookName, look] of Object.entries(looks)) {
  describe(`the form, ${lookName}`, () => {
    for (const [state, [settings, reach]] of Object.entries(states)) {
      it(`R-11: ${state}: no accessibility finding, nothing sticks out`, async () => {
        const writing = await write({ ...settings, ...look });
        await reach(writing);
        const { form } = writing;
        await form.updateComplete;
        await expect(form).to.be.accessible();
        expect(form.scrollWidth).to.be.at.most(form.clientWidth);
        const edge = form.getBoundingClientRect();
        for (const inside of form.shadowRoot!.querySelectorAll('.box, input, button, p:not(.hidden), .people')) {
          const { left, right } = inside.getBoundingClientRect();
          expect(left, inside.outerHTML.slice(0, 80)).to.be.at.least(edge.left - 1);
          expect(right, inside.outerHTML.slice(0, 80)).to.be.at.most(edge.right + 1);
        }
      });
    }

    it('R-11: everything that can be pressed is at least 24 px each way', async () => {
      const { form } = await write({ ...look, rules: strict });
      form.focus();
      await form.updateComplete;
      const controls = [...allByRole(form, 'button'), ...allByRole(form, 'textbox')];
      expect(controls.length).to.be.at.least(12);
      for (const control of controls) {
        const { width, height } = control.getBoundingClientRect();
        expect(Math.min(width, height), control.outerHTML.slice(0, 80)).to.be.at.least(24);
      }
    });
  });
}

it('R-11: text may be spaced wider without anything being cut', async () => {
  const { form } = await write({ rules: strict, width: 320 });
  form.style.cssText = 'letter-spacing: 0.12em; word-spacing: 0.16em; line-height: 1.5';
  form.focus();
  await form.updateComplete;
  await pressButton(form, 'Post');
  expect(form.scrollWidth).to.be.at.most(form.clientWidth);
});
