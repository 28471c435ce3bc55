import assert from 'node:assert/strict';
import { type TestContext, after, before, beforeEach, describe, it } from 'node:test';
import type { Comment } from '../../../src/model/comment.ts';
import { exportSite } from '../../../src/server/importers/export.ts';
import { importText } from '../../../src/server/importers/import.ts';
import { type Mailbox, linkIn, openMailbox } from '../../helpers/mailbox.ts';
import { Guest, type Open, open } from '../open.ts';

let mailbox: Mailbox;

before(async () => {
  mailbox = await openMailbox();
});
after(() => mailbox.close());
beforeEach(() => void (mailbox.received.length = 0));

const start = (t: TestContext): Promise<Open> =>
  open(t, { smtp: mailbox.url, mailFrom: 'blog@blog.example', delivery: 'by hand' });

let counter = 0;

async function choose(server: Open, guest: Guest, choice: string, fields: object = {}): Promise<void> {
  const page = { id: 'page', url: `${server.address}/page`, title: 'Title' };
  const body = { site: 'default', page, commentId: null, choice, counter: (counter += 1), ...fields };
  const asked = { method: 'PUT', headers: guest.headers(), body: JSON.stringify(body) };
  const answer = await fetch(`${server.address}/api/v1/notify`, asked);
  assert.equal(answer.status, 200, await answer.text());
}

async function press(server: Open, to: string, page: 'confirm' | 'manage', act = ''): Promise<void> {
  await server.postman.run();
  const [mail] = mailbox.to(to);
  assert.ok(mail, to);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await fetch(linkIn(mail, page), { method: 'POST', headers, body: act });
  assert.equal(answer.status, 200);
}

const addressOf = (name: string): string => `${name}@reader.example`;

async function told(server: Open, name: string, choice = 'page', fields: object = {}): Promise<Guest> {
  const guest = new Guest(server, name);
  await choose(server, guest, choice, { email: addressOf(name), ...fields });
  await press(server, addressOf(name), 'confirm');
  return guest;
}

/** The same person at another server. */
const at = (server: Open, guest: Guest): Guest => Object.assign(new Guest(server, guest.name), { token: guest.token });

async function exported(server: Open, isPublic = false): Promise<string> {
  let text = '';
  for await (const line of exportSite(server.storage.reader, { site: 'default', isPublic })) text += line;
  return text;
}

async function take(server: Open, text: string) {
  async function* chunks() {
    yield text;
  }
  return importText(server.storage.writer, chunks(), { site: 'default', now: server.now });
}

/** Who gets a mail of one more comment. */
async function whoHears(server: Open, fields: { parent?: Comment } = {}): Promise<string[]> {
  server.wait(2 * 60 * 60_000);
  mailbox.received.length = 0;
  const parent = fields.parent?.id ?? null;
  await new Guest(server, 'Writer').post(`Words ${server.now()}`, { parent });
  await server.postman.run();
  return mailbox.received.flatMap(({ to }) => to.map((one) => one.replace('@reader.example', ''))).sort();
}

async function rows(server: Open): Promise<unknown> {
  const db = server.storage.reader;
  return Promise.all([
    db.selectFrom('addresses').select(['folded', 'blocked']).orderBy('folded').execute(),
    db.selectFrom('holders').select(['author_id', 'confirmed_at']).orderBy('author_id').execute(),
    db.selectFrom('subscriptions').selectAll().orderBy('author_id').orderBy('comment_id').execute(),
  ]);
}

describe('moving what readers are told of', () => {
  it('S-7: confirmed subscriptions come along and go on; a repeat doubles nothing, and what ended does not come back', async (t) => {
    const old = await start(t);
    const ann = await told(old, 'ann');
    const ben = await told(old, 'ben');
    const bell = await told(old, 'bell', 'replies');
    const own = await bell.post('A comment with a bell.');
    await choose(old, bell, 'comment', { commentId: own.id });
    await choose(old, bell, 'none');
    const never = await told(old, 'never');
    await press(old, addressOf('never'), 'manage', 'act=never');
    const ended = await told(old, 'ended');
    await choose(old, ended, 'none');
    await choose(old, new Guest(old, 'pending'), 'page', { email: addressOf('pending') });
    await old.postman.run();
    const file = await exported(old);
    const last = counter;

    const fresh = await start(t);
    assert.equal((await take(fresh, file)).leftOut, 0);
    assert.deepEqual(await whoHears(fresh, { parent: own }), ['ann', 'bell', 'ben']);
    assert.deepEqual(await whoHears(fresh), ['ann', 'ben']);
    assert.equal((await at(fresh, ann).mine()).subscriptions?.page.state, 'active', 'a reader sees it, too');
    const before = await rows(fresh);
    await take(fresh, file);
    assert.deepEqual(await rows(fresh), before);
    assert.deepEqual(await whoHears(fresh), ['ann', 'ben']);

    // Life goes on at the new server: an end, another address, an end for all.
    await choose(fresh, at(fresh, ann), 'none');
    await choose(fresh, at(fresh, ben), 'page', { email: addressOf('ben.new') });
    await press(fresh, addressOf('ben.new'), 'confirm');
    await take(fresh, file);
    assert.deepEqual(await whoHears(fresh), ['ben.new']);
    counter = last - 2;
    await choose(fresh, at(fresh, ended), 'page');
    assert.deepEqual(await whoHears(fresh), ['ben.new'], 'a choice from before the end, sent late, does not undo it');
    counter = last + 100;
    await choose(fresh, at(fresh, never), 'page', { email: addressOf('never') });
    await fresh.postman.run();
    assert.deepEqual(mailbox.to(addressOf('never')), [], 'whoever wants no mail is not even asked');
  });

  it('S-7: the public export names no address and nobody’s choices; there are no links, keys or waiting addresses in any', async (t) => {
    const server = await start(t);
    await told(server, 'ann');
    await choose(server, new Guest(server, 'pending'), 'page', { email: addressOf('pending') });
    const endpoint = 'https://fcm.googleapis.com/fcm/send/x';
    const push = { endpoint, keys: { p256dh: 'BPublicKeyOfABrowser'.padEnd(87, 'A'), auth: 'A'.repeat(22) } };
    await choose(server, new Guest(server, 'push'), 'page', { push });
    const whole = await exported(server);
    assert.match(whole, /"kind":"address","email":"ann@reader.example"/);
    assert.doesNotMatch(whole, /pending@|fcm\.googleapis|p256dh/);
    const open = await exported(server, true);
    assert.doesNotMatch(open, /@reader\.example|"kind":"(address|subscription)"/);
  });

  it('S-7: a record that can’t be right is left out with its reason', async (t) => {
    const server = await start(t);
    const time = '2026-01-01T00:00:00Z';
    const all = [
      { kind: 'address', email: 'a@b.example\r\nBcc: c@d.example', writers: [{ id: 'w', confirmedAt: time }] },
      { kind: 'address', email: 'a@b.example', writers: [{ id: 'w', confirmedAt: 'yesterday' }] },
      { kind: 'subscription', writer: 'w', page: 'page', choice: 'comment', counter: 1, createdAt: time },
      { kind: 'subscription', writer: 'w', page: 'page', comment: 'x', choice: 'comment', counter: 1, createdAt: time },
    ];
    const result = await take(server, all.map((one) => JSON.stringify(one)).join('\n'));
    assert.equal(result.leftOut, 4);
    assert.deepEqual(result.remarks.map(({ reason }) => reason.split(':')[0]).sort(), [
      'choice',
      'comment',
      'email',
      'writers.0.confirmedAt',
    ]);
    assert.deepEqual(await rows(server), [[], [], []]);
  });
});
