/** The page of all states of a row, drawn with the real elements: each says what it is, offers what helps, and passes axe. */
import { strict as assert } from 'node:assert';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { axe, newReader, openBrowser, ownErrors } from '../helpers/reader.ts';
import { startAfterword, type AfterwordServer } from '../helpers/server.ts';

let browser: Browser;
let server: AfterwordServer;

before(async () => {
  [browser, server] = await Promise.all([openBrowser(), startAfterword()]);
});

after(async () => {
  await browser.close();
  await server.stop();
});

/** By the state's heading: a piece of what its row says, and what it offers. */
const states: Readonly<Record<string, readonly [said: string, remedies: readonly string[]]>> = {
  Sending: ['Sending…', []],
  'Waiting for the network': ['will be sent when you are online', ['Send now', 'Copy text', 'Discard']],
  'Waiting, and not kept on the device': ['keep this tab open', ['Send now', 'Copy text', 'Discard']],
  'Nothing is taken from this website': [
    'isn’t accepting anything from this website',
    ['Send now', 'Copy text', 'Discard'],
  ],
  'Will be tried again': ['Not sent yet. Next try', ['Send now', 'Copy text', 'Discard']],
  'Behind a Wi-Fi sign-in page': ['sign in to the Wi-Fi?', ['Send now', 'Copy text', 'Discard']],
  'Needs you to sign in': ['Sign in to send this.', ['Send now', 'Copy text', 'Discard']],
  'Needs a captcha': ['Show that you’re human', ['Send now', 'Copy text', 'Discard']],
  Refused: ['the limit is 40 characters', ['Edit', 'Copy text', 'Discard']],
  'What it answers is gone': ['was removed', ['Post as a new comment', 'Copy text', 'Discard']],
  'Changed elsewhere': ['changed elsewhere in the meantime', ['Edit', 'Copy text', 'Discard']],
  'May have arrived': ['may already be posted', ['Send now', 'Copy text', 'Discard']],
  'Given up after a day': ['We’ve tried for a day', ['Send now', 'Copy text', 'Discard']],
  'Unsent for six days': ['Unsent for 6 days', ['Send now', 'Copy text', 'Discard']],
  'Awaiting approval': ['Awaiting approval', []],
  Sent: ['Words on their way.', []],
};

test('R-6, R-11: each state of words on their way is told in its row, with what can be done about it, and axe finds nothing', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const reader = await newReader(browser, { colorScheme });
    await reader.page.goto(`${server.url}/demo/states.html`);
    for (const [name, [said, remedies]] of Object.entries(states)) {
      const block = reader.page.getByRole('region', { name, exact: true });
      await block.scrollIntoViewIfNeeded();
      await block.getByText(said).first().waitFor();
      for (const remedy of remedies) await block.getByRole('button', { name: remedy, exact: true }).first().waitFor();
      if (remedies.length === 0) assert.equal(await block.getByRole('button', { name: 'Discard' }).count(), 0, name);
    }
    // One by one: sixteen sections on a page are sixteen landmarks of one name, which no article has.
    for (const id of await reader.page.locator('#states > section').evaluateAll((all) => all.map((it) => it.id))) {
      assert.deepEqual(await axe(reader.page, `#${id}`), [], `${colorScheme} ${id}`);
    }
    // The author of a page from which nothing is taken is told so, once.
    const errors = ownErrors(reader.errors).filter((line) => !/Is its origin allowed\?/.test(line));
    assert.deepEqual(errors, []);
    await reader.close();
  }
});
