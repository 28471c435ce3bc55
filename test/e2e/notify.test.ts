/**
 * "Notify of", lived through: a reader in a browser, the real server with its real outbox, and a real SMTP listener that
 * the mails are read from.
 */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { linkIn, type Mailbox, openMailbox, type Received } from '../helpers/mailbox.ts';
import {
  arrive,
  axe,
  comment,
  eventually,
  field,
  kept,
  near,
  newReader,
  openBrowser,
  ownErrors,
  post,
  reply,
  type Reader,
} from '../helpers/reader.ts';
import { startAfterword, startHost, type AfterwordServer, type Host } from '../helpers/server.ts';

/** What the server is told to be called in mails; the tests know where it really is. */
const PUBLIC = 'https://comments.example';

let browser: Browser;
let mailbox: Mailbox;
let server: AfterwordServer;
let host: Host;

before(async () => {
  mailbox = await openMailbox();
  host = await startHost(pageAt);
  [browser, server] = await Promise.all([
    openBrowser(),
    startAfterword({
      origins: [host.url],
      env: { AFTERWORD_SMTP: mailbox.url, AFTERWORD_MAIL_FROM: 'blog@blog.example', AFTERWORD_PUBLIC_URL: PUBLIC },
    }),
  ]);
});

after(async () => {
  await browser.close();
  await server.stop();
  await host.stop();
  await mailbox.close();
});

const open: Reader[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((reader) => reader.close()));
});

function pageAt(path: string) {
  if (path === '/afterword-sw.js') {
    return { body: readFileSync('dist/cdn/afterword-sw.js', 'utf8'), headers: { 'content-type': 'text/javascript' } };
  }
  if (!path.startsWith('/on-')) return undefined;
  const worker = `navigator.serviceWorker.register('/afterword-sw.js?server=${encodeURIComponent(`${server.url}/`)}')`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>A page ${path}</title></head><body><main><h1>A page</h1><article id="text"><p>The kettle sings before it boils.</p></article>
    <script async src="${server.url}/embed.js" data-page-id="${path.slice(1)}" data-article="#text" data-selections></script>
    ${path === '/on-push' ? `<script>${worker}</script>` : ''}</main></body></html>`;
}

/** A fresh reader on a page on which somebody has written already. */
async function enter(page: string): Promise<Reader> {
  const known = server.rows('select id from threads where page = ?', page);
  if (known.length === 0) {
    await server.import([
      { id: `${page}-1`, page, author: 'First', text: 'The first.', createdAt: '2026-01-01T00:00:00Z' },
    ]);
  }
  const reader = await newReader(browser);
  open.push(reader);
  await arrive(reader, `${host.url}/${page}`);
  await bell(reader.section).waitFor();
  return reader;
}

const bell = (section: Locator): Locator => section.getByRole('button', { name: /^Notify of: / });

/** Opens the panel and chooses; the address where one is asked for. */
async function choose({ section }: Reader, choice: string, email?: string): Promise<void> {
  await bell(section).click();
  await section.getByRole('radio', { name: choice }).check();
  if (email !== undefined) await section.getByRole('textbox', { name: 'Email' }).fill(email);
  await section.getByRole('button', { name: 'Save' }).click();
}

async function standing(section: Locator, name: string | RegExp): Promise<void> {
  await section.getByRole('button', { name, exact: true }).waitFor();
}

async function mailTo(address: string, count = 1): Promise<Received> {
  await eventually(() => mailbox.to(address).length >= count, `mail number ${count} to ${address}`);
  return mailbox.to(address)[count - 1] as Received;
}

const here = (link: string): string => link.replace(PUBLIC, server.url);

/** Opens the link of a mail in a tab of its own and presses its button. */
async function press(reader: Reader, link: string, button: string, said: string): Promise<void> {
  const { page } = await reader.tab();
  await page.goto(here(link));
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await axe(page), [], `${colorScheme} ${link}`);
  }
  await page.getByRole('button', { name: button }).first().press('Enter');
  await page.getByText(said).waitFor();
  assert.deepEqual(await axe(page), [], `after ${button}`);
  await page.close();
}

/** The real element that has the focus, through all shadow roots, as a reader of the screen names it. */
function focus(page: Page): Promise<string> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const label = (element as HTMLInputElement | null)?.labels?.[0]?.textContent;
    return (element?.getAttribute('aria-label') ?? label ?? element?.textContent ?? '').trim();
  });
}

async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 60 && !name.test(await focus(page)); presses += 1) await page.keyboard.press('Tab');
  assert.match(await focus(page), name);
}

test('N-2, R-11: by keyboard a guest chooses, confirms by a press on the page of the mail, is told, and ends it for good', async () => {
  const ann = await enter('on-page');
  const { page, section } = ann;
  assert.equal(await bell(section).getAttribute('aria-label'), 'Notify of: Off');
  await tabTo(page, /^Notify of/);
  await page.keyboard.press('Enter');
  await section.getByRole('radio', { name: 'New comments on this page' }).waitFor();
  await eventually(async () => /Replies to my comments/.test(await focus(page)), 'the focus in the panel');
  assert.deepEqual(await axe(page), [], 'the panel');
  await page.keyboard.press('ArrowUp');
  await tabTo(page, /^Email/);
  await page.keyboard.press('Enter');
  await section.getByText('Please enter your e-mail').or(section.locator('#email-error')).first().waitFor();
  assert.deepEqual(await axe(page), [], 'the panel with what is missing');
  assert.match(await focus(page), /^Email/);
  await page.keyboard.type('ann@reader.example');
  await page.keyboard.press('Enter');
  await standing(section, /^Notify of: New comments on this page. One step left/);
  assert.match(await focus(page), /^Notify of/, 'the focus is back');
  await section
    .getByText('One step left: open the email we sent to ann@reader.example and confirm.')
    .first()
    .waitFor({ state: 'attached' });
  await page.keyboard.press('Enter');
  await section.getByText('Emails go to').waitFor();
  assert.deepEqual(await axe(page), [], 'the panel while it waits');
  await page.keyboard.press('Escape');
  assert.match(await focus(page), /^Notify of/);

  const asked = await mailTo('ann@reader.example');
  await press(ann, linkIn(asked, 'confirm'), 'Confirm', 'Confirmed.');
  // What a tab does that is looked at again.
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await standing(section, 'Notify of: New comments on this page');
  await page.reload();
  await standing(section, 'Notify of: New comments on this page');
  assert.deepEqual(await axe(page), []);

  const ben = await enter('on-page');
  await choose(ben, 'New comments on this page', 'ben@reader.example');
  await press(ben, linkIn(await mailTo('ben@reader.example'), 'confirm'), 'Confirm', 'Confirmed.');
  const cy = await enter('on-page');
  await post(cy.section, 'One for both.', 'Cy');
  const told = await mailTo('ann@reader.example', 2);
  assert.equal(told.mail.subject, 'Cy commented on “A page /on-page”');
  assert.match(told.mail.text ?? '', new RegExp(`${host.url}/on-page#comment-[0-9a-f-]{36}`));
  await mailTo('ben@reader.example', 2);

  await press(ann, linkIn(told, 'unsubscribe'), 'No more emails about this page', 'Done.');
  await page.reload();
  await standing(section, 'Notify of: Off');
  await press(ben, linkIn(await mailTo('ben@reader.example', 2), 'manage'), 'End this subscription', 'Saved.');
  // Somebody new is told of the next one: when that mail is there, the others would be.
  const dan = await enter('on-page');
  await choose(dan, 'New comments on this page', 'dan@reader.example');
  await press(dan, linkIn(await mailTo('dan@reader.example'), 'confirm'), 'Confirm', 'Confirmed.');
  await post(cy.section, 'One for Dan alone.', 'Cy');
  await mailTo('dan@reader.example', 2);
  await eventually(
    () => server.rows("select id from messages where state in ('waiting', 'taken')").length === 0,
    'the last mail to be noted, and nothing else on its way',
  );
  assert.equal(mailbox.to('ann@reader.example').length, 2);
  assert.equal(mailbox.to('ben@reader.example').length, 2);
  for (const reader of open) assert.deepEqual(ownErrors(reader.errors), []);
});

test('N-1: “Notify me of replies” in the form, and in that of a passage, is a bell on the comment; the bell ends it', async () => {
  const ann = await enter('on-form');
  const { page, section } = ann;
  await field(section).click();
  const form = section.getByRole('form').or(section.locator('form')).first();
  await form.getByRole('textbox', { name: 'Your comment' }).fill('Who answers me?');
  await form.getByRole('textbox', { name: /^Name/ }).fill('Ann');
  await form.getByRole('checkbox', { name: 'Notify me of replies' }).check();
  assert.deepEqual(await axe(page), [], 'the form with its tick');
  await form.getByRole('textbox', { name: /^Email/ }).fill('ann.form@reader.example');
  await form.getByRole('button', { name: 'Post', exact: true }).click();
  const own = comment(section, 'Ann', 'Who answers me?');
  const ring = own.getByRole('button', { name: /^Notify me of replies to/ });
  await ring.waitFor();
  await eventually(async () => (await ring.getAttribute('aria-pressed')) === 'true', 'the bell to be on');
  assert.match((await ring.getAttribute('title')) ?? '', /One step left/);
  await press(ann, linkIn(await mailTo('ann.form@reader.example'), 'confirm'), 'Confirm', 'Confirmed.');
  const ben = await enter('on-form');
  await reply(ben.section, 'Ann', 'Who answers me?', 'I do.', 'Ben');
  assert.equal((await mailTo('ann.form@reader.example', 2)).mail.subject, 'Ben replied to you on “A page /on-form”');

  await page.evaluate(() => {
    const text = document.querySelector('#text p')?.firstChild as Text;
    document.getSelection()?.setBaseAndExtent(text, 4, text, 16);
    document.dispatchEvent(new PointerEvent('pointerup', { bubbles: true, pointerType: 'mouse' }));
  });
  await section.getByRole('button', { name: 'Comment', exact: true }).click();
  const dialog = section.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Your comment on this passage' }).fill('Mine whistles.');
  await dialog.getByRole('checkbox', { name: 'Notify me of replies' }).check();
  assert.deepEqual(await axe(page), [], 'the form of a passage with its tick');
  await dialog.getByRole('button', { name: 'Post', exact: true }).click();
  await dialog.getByRole('button', { name: 'Close' }).click();
  const passage = await near(section, 'Ann', 'Mine whistles.');
  const other = passage.getByRole('button', { name: /^Notify me of replies to/ });
  await eventually(async () => (await other.getAttribute('aria-pressed')) === 'true', 'the bell to be on');
  assert.doesNotMatch((await other.getAttribute('title')) ?? '', /Waiting/, 'the address is known');

  await other.press('Enter');
  await eventually(async () => (await other.getAttribute('aria-pressed')) === 'false', 'the bell to be off');
  await eventually(
    () => server.rows("select choice from subscriptions where comment_id <> '' and choice = 'none'").length === 1,
    'the server to know',
  );
  await page.reload();
  await near(section, 'Ann', 'Who answers me?');
  await eventually(async () => (await ring.getAttribute('aria-pressed')) === 'true', 'the first bell to stay on');
  assert.deepEqual(await axe(page), []);
  for (const reader of open) assert.deepEqual(ownErrors(reader.errors), []);
});

test('N-1, A1: chosen offline it waits in the outbox and goes out on return; of several choices the last one goes', async () => {
  const ann = await enter('on-offline');
  const { page, section, context } = ann;
  // The part with the panel is fetched while there is a network.
  await bell(section).click();
  await section.getByRole('radio').first().waitFor();
  await page.keyboard.press('Escape');
  await context.setOffline(true);
  await choose(ann, 'New comments on this page', 'ann.late@reader.example');
  await standing(section, /^Notify of: New comments on this page/);
  await bell(section).click();
  await section.getByText('Saved, will be sent when you are online.').first().waitFor();
  assert.deepEqual(await axe(page), [], 'the panel offline');
  await page.keyboard.press('Escape');
  const waiting = async (): Promise<string[]> =>
    (await kept(page).catch(() => []))
      .filter(([key]) => key.startsWith('outbox'))
      .map(([, value]) => JSON.stringify(value));
  await eventually(async () => (await waiting()).length === 1, 'the choice to wait');
  await context.setOffline(false);
  await mailTo('ann.late@reader.example');
  await eventually(async () => (await waiting()).length === 0, 'the outbox to be empty');
  await standing(section, /^Notify of: New comments on this page. One step left/);

  await context.setOffline(true);
  for (const choice of ['Replies to my comments', 'Off', 'Replies to my comments']) await choose(ann, choice);
  await standing(section, /^Notify of: Replies to my comments/);
  await eventually(async () => {
    const rows = await waiting();
    return rows.length === 1 && /"replies"/.test(rows[0] ?? '');
  }, 'the last choice alone to wait');
  // What was answered: an attempt without a network is a request as well.
  const answered: number[] = [];
  page.on('response', (response) => {
    if (response.request().method() === 'PUT' && response.url().endsWith('/notify')) answered.push(response.status());
  });
  await context.setOffline(false);
  await eventually(async () => (await waiting()).length === 0, 'the outbox to be empty');
  assert.deepEqual(answered, [200]);
  const [row] = server.rows("select choice from subscriptions where comment_id = '' order by created_at desc limit 1");
  assert.equal(row?.choice, 'replies');
  assert.equal(mailbox.to('ann.late@reader.example').length, 1, 'asked once');
});

test('N-4: a notice that is pushed to the installed worker is shown, and a press on it opens the comment', async () => {
  const ann = await enter('on-push');
  const { page, context } = ann;
  await context.grantPermissions(['notifications'], { origin: host.url });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await post(ann.section, 'What the notice is about.', 'Ann');
  await ann.section.getByText('Comment posted.').first().waitFor({ state: 'attached' });
  const [row] = server.rows("select id from comments where text = 'What the notice is about.'");
  const url = `${host.url}/on-push#comment-${String(row?.id)}`;

  // From where the push service would hand it to the browser: this machine has none to subscribe to.
  const cdp = await context.newCDPSession(page);
  const registration = new Promise<string>((found) =>
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const ours = registrations.find(({ scopeURL }) => scopeURL.startsWith(host.url));
      if (ours) found(ours.registrationId);
    }),
  );
  await cdp.send('ServiceWorker.enable');
  const push = (data: object | string): Promise<void> =>
    registration.then(async (registrationId) => {
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      await cdp.send('ServiceWorker.deliverPushMessage', { origin: host.url, registrationId, data: text });
    });
  const shown = (): Promise<{ title: string; body: string; tag: string; dir: string }[]> =>
    page.evaluate(async () => {
      const worker = await navigator.serviceWorker.ready;
      return (await worker.getNotifications()).map(({ title, body, tag, dir }) => ({ title, body, tag, dir }));
    });
  await push({ title: 'Bob replied to you', body: 'Hello <b>Ann</b>', url, tag: 'page', language: 'ar', dir: 'rtl' });
  await eventually(async () => (await shown()).length === 1, 'the notice');
  assert.deepEqual(await shown(), [{ title: 'Bob replied to you', body: 'Hello <b>Ann</b>', tag: 'page', dir: 'rtl' }]);
  await push({ title: 'Cy replied to you', body: 'Later', url, tag: 'page', language: 'en', dir: 'ltr' });
  await eventually(async () => (await shown())[0]?.title === 'Cy replied to you', 'the later one in its place');
  assert.equal((await shown()).length, 1);
  await push('this is no JSON');
  await eventually(async () => (await shown()).length === 2, 'a notice all the same');

  // A press, as the worker hears of it: a browser without a screen has nothing to press.
  const [worker] = context.serviceWorkers();
  assert.ok(worker);
  // The compiler of the tests marks inner functions with this helper, which the worker does not have.
  await worker.evaluate('globalThis.__name = (inner) => inner');
  await page.goto(`${host.url}/on-elsewhere`);
  const opened = (await worker.evaluate(async (address) => {
    const scope = globalThis as unknown as {
      clients: { openWindow(url: string): Promise<null> };
      registration: ServiceWorkerRegistration;
    };
    let asked: string | null = null;
    // Only a real press may open a window; where it would lead is what counts.
    Object.assign(scope.clients, {
      openWindow: async (to: string) => {
        asked = to;
        return null;
      },
    });
    const all = await scope.registration.getNotifications();
    const pressed = all.find((one) => (one.data as { url: string }).url === address) as Notification;
    const event = new (
      globalThis as unknown as { NotificationEvent: new (t: string, o: object) => Event }
    ).NotificationEvent('notificationclick', { notification: pressed });
    dispatchEvent(event);
    for (let turns = 0; turns < 200 && asked === null; turns += 1) await new Promise((next) => setTimeout(next, 10));
    return [asked, (await scope.registration.getNotifications()).length];
  }, url)) as [string | null, number];
  assert.deepEqual(opened, [url, 1], 'it leads to the comment, and the notice is gone');
  await arrive(ann, url);
  await ann.section.getByText('What the notice is about.').first().waitFor();
});
