import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { readFileSync } from 'node:fs';
import type { Subscriptions } from '../../../src/model/comment.ts';
import { parseAnswer } from '../../../src/model/parse.ts';
import type { StartOptions } from '../../../src/server/start.ts';
import { moderate } from '../../../src/server/storage/moderating.ts';
import { claim, listMessages } from '../../../src/server/storage/outgoing.ts';
import { saveSite } from '../../../src/server/storage/sites.ts';
import { type Mailbox, linkIn, openMailbox } from '../../helpers/mailbox.ts';
import { Guest, type Heard, type Open, ask, list, open, reasonOf } from '../open.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

let mailbox: Mailbox;

before(async () => {
  mailbox = await openMailbox();
});
after(() => mailbox.close());
beforeEach(() => {
  mailbox.received.length = 0;
  mailbox.judge = () => null;
});

function openWithMail(test: TestContext, options: Partial<StartOptions> = {}): Promise<Open> {
  return open(test, { smtp: mailbox.url, mailFrom: 'Blog <blog@blog.example>', delivery: 'by hand', ...options });
}

interface Wish {
  readonly email?: string;
  readonly comment?: string;
  readonly counter?: number;
  readonly page?: string;
  readonly language?: string;
  readonly push?: unknown;
}

class Reader extends Guest {
  site = 'default';
  #wishes = 0;
  readonly #server: Open;

  constructor(server: Open, name = 'Ada') {
    super(server, name);
    this.#server = server;
  }

  async tryChoose(choice: string, wish: Wish = {}): Promise<Heard<unknown>> {
    this.#wishes += 1;
    const page = wish.page ?? 'page';
    const response = await fetch(`${this.#server.address}/api/v1/notify`, {
      method: 'PUT',
      headers: this.headers(),
      body: JSON.stringify({
        site: this.site,
        page: { id: page, url: `${this.#server.address}/${page}`, title: `Title of ${page}` },
        commentId: wish.comment ?? null,
        choice,
        counter: wish.counter ?? this.#wishes,
        email: wish.email,
        language: wish.language,
        push: wish.push,
      }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  async choose(choice: string, wish: Wish = {}): Promise<Subscriptions> {
    const heard = await this.tryChoose(choice, wish);
    assert.equal(heard.status, 200, JSON.stringify(heard.body));
    const { subscriptions } = parseAnswer(heard.body);
    assert.ok(subscriptions);
    // As it came: parsed tables have no prototype.
    return structuredClone({ ...subscriptions, comments: { ...subscriptions.comments } });
  }
}

/** Somebody whose address is confirmed, by the mail and the press on its page. */
async function subscriber(server: Open, choice: string, wish: Wish & { readonly email: string }, name = 'Sub') {
  const reader = new Reader(server, name);
  await reader.choose(choice, wish);
  await server.postman.run();
  const [asked] = mailbox.to(wish.email);
  assert.ok(asked, 'no confirmation came');
  await press(linkIn(asked, 'confirm'));
  mailbox.received.length = 0;
  return reader;
}

const press = async (link: string, body = ''): Promise<Response> =>
  fetch(link, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    redirect: 'error',
  });

const mailsTo = (address: string): readonly string[] => mailbox.to(address).map(({ mail }) => mail.subject ?? '');

describe('subscribing', () => {
  it('N-2: none, pending, active: a guest confirms by a press on the page of the mail, not by opening it', async (test) => {
    const server = await openWithMail(test);
    const ada = new Reader(server);
    assert.equal((await ada.mine()).subscriptions?.page.state, 'none');
    const chosen = await ada.choose('page', { email: 'ada@reader.example' });
    assert.deepEqual(chosen, {
      page: { choice: 'page', state: 'pending' },
      comments: {},
      address: 'a…@reader.example',
    });
    await server.postman.run();
    const [asked] = mailbox.to('ada@reader.example');
    assert.ok(asked);
    const link = linkIn(asked, 'confirm');
    const page = await fetch(link);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<form method="post">.*Confirm/s);
    assert.equal(
      (await ada.mine()).subscriptions?.page.state,
      'pending',
      'a scanner that opens links confirms nothing',
    );
    assert.match(await (await press(link)).text(), /Confirmed/);
    assert.equal((await ada.mine()).subscriptions?.page.state, 'active');
    assert.equal((await ada.choose('replies')).page.state, 'active', 'the address is known for the next choice');
  });

  it('N-2: another address waits to be confirmed, the one before goes on until then, and then gives way', async (test) => {
    const server = await openWithMail(test);
    const ada = await subscriber(server, 'page', { email: 'old@reader.example' }, 'Ada');
    server.wait(MINUTE);
    const chosen = await ada.choose('page', { email: 'new@reader.example' });
    assert.deepEqual([chosen.page.state, chosen.address], ['pending', 'n…@reader.example']);
    await new Guest(server, 'Bob').post('one');
    await server.postman.run();
    assert.equal(mailsTo('old@reader.example').length, 1);
    await press(linkIn(mailbox.to('new@reader.example')[0] as (typeof mailbox.received)[number], 'confirm'));
    assert.equal((await ada.mine()).subscriptions?.page.state, 'active');
    await new Guest(server, 'Bob').post('two');
    server.wait(61 * MINUTE);
    await server.postman.run();
    assert.equal(mailsTo('old@reader.example').length, 1);
    assert.match(mailsTo('new@reader.example').at(-1) ?? '', /^Bob commented/);
  });

  it('N-1: one choice a page and person, the newest by its counter; the bell is for own comments', async (test) => {
    const server = await openWithMail(test);
    const ada = new Reader(server);
    const own = await ada.post('mine');
    const theirs = await new Guest(server, 'Bob').post('theirs');
    await ada.choose('page', { email: 'ada@reader.example', counter: 5 });
    const late = await ada.choose('none', { counter: 4 });
    assert.equal(late.page.choice, 'page', 'an older wish that comes late changes nothing');
    const now = await ada.choose('replies', { counter: 6 });
    assert.equal(now.page.choice, 'replies');
    assert.equal((await ada.mine()).voteCounter, 6, 'the next device does not begin below it');
    const belled = await ada.choose('comment', { comment: own.id, counter: 7 });
    assert.deepEqual(belled.comments, { [own.id]: 'pending' });
    assert.equal(reasonOf(await ada.tryChoose('comment', { comment: theirs.id, counter: 8 })), 'not-yours');
    assert.equal(reasonOf(await ada.tryChoose('comment', { counter: 9 })), 'invalid');
    assert.equal(reasonOf(await new Reader(server, 'Eve').tryChoose('page')), 'email-required');
    assert.equal(reasonOf(await ada.tryChoose('page', { counter: 10, email: 'a@b.c\r\nBcc: x@y.z' })), 'email-invalid');
  });

  it('N-2: a comment that came with a tick subscribes; without an address the comment counts more', async (test) => {
    const server = await openWithMail(test);
    const send = async (author: object, notify: object) => {
      const guest = new Guest(server);
      const response = await fetch(`${server.address}/api/v1/comments`, {
        method: 'POST',
        headers: guest.headers(),
        body: JSON.stringify({
          site: 'default',
          page: { id: 'page', url: `${server.address}/page`, title: 'T' },
          parentId: null,
          text: `words ${guest.token}`,
          author,
          notify,
        }),
      });
      assert.equal(response.status, 201);
      return parseAnswer(await response.json());
    };
    const told = await send({ name: 'Ada', email: 'ada@reader.example' }, { choice: 'replies', counter: 1 });
    assert.equal(told.subscriptions?.page.state, 'pending');
    const bell = await send({ name: 'Ada' }, { choice: 'comment', counter: 1, email: 'eda@reader.example' });
    assert.deepEqual(Object.keys(bell.subscriptions?.comments ?? {}), [bell.comment?.id]);
    const without = await send({ name: 'Ada' }, { choice: 'replies', counter: 1 });
    assert.equal(without.subscriptions?.page.state, 'none');
  });

  it('N-2: without SMTP mail is not offered, and choosing it is refused', async (test) => {
    const server = await open(test, { delivery: 'by hand' });
    assert.deepEqual((await list(server)).info.notify, ['push']);
    assert.equal(reasonOf(await new Reader(server).tryChoose('page', { email: 'a@reader.example' })), 'email-required');
    await saveSite(server.storage.writer, 'default', { notify: false }, server.now());
    assert.equal((await list(server)).info.notify, undefined);
    assert.equal(reasonOf(await new Reader(server).tryChoose('page', { email: 'a@reader.example' })), 'notify-off');
    const mailing = await openWithMail(test);
    assert.deepEqual((await list(mailing)).info.notify, ['mail', 'push']);
  });

  it('N-5: an address nobody confirmed gets one confirmation a day, whoever asks and from whatever site', async (test) => {
    const server = await openWithMail(test);
    await saveSite(server.storage.writer, 'other', {}, server.now());
    for (let attack = 0; attack < 30; attack++) {
      const eve = new Reader(server, `Eve ${attack}`);
      await eve.choose('page', { email: attack % 2 ? 'victim@reader.example' : 'Victim@Reader.example' });
      await eve.choose('replies', { email: 'victim@reader.example', page: `page-${attack}` });
      await server.postman.run();
    }
    assert.equal(mailbox.received.length, 1);
    server.wait(DAY - MINUTE);
    await new Reader(server).choose('page', { email: 'victim@reader.example' });
    await server.postman.run();
    assert.equal(mailbox.received.length, 1);
    server.wait(MINUTE);
    await new Reader(server).choose('page', { email: 'victim@reader.example' });
    await server.postman.run();
    assert.equal(mailbox.received.length, 2);
    // Its owner has enough: after that, nothing at all.
    await press(linkIn(mailbox.received[1] as (typeof mailbox.received)[number], 'manage'), 'act=never');
    server.wait(2 * DAY);
    await new Reader(server).choose('page', { email: 'victim@reader.example' });
    await server.postman.run();
    assert.equal(mailbox.received.length, 2);
  });

  it('X1: no spelling of an address gets its mailbox a second confirmation, nor one after “never again”', async (test) => {
    const server = await openWithMail(test);
    const spellings = [
      'victim@bücher.example',
      'victim@xn--bcher-kva.example',
      'VICTIM@BÜCHER.example',
      'victim@ｂücher.example',
      'victim+1@bücher.example',
      'victim+other.tag@bücher。example',
      'ｖictim@bücher.example',
    ];
    const attack = async (): Promise<void> => {
      for (const email of spellings) {
        await new Reader(server, 'Eve').choose('page', { email });
        await server.postman.run();
      }
    };
    await attack();
    assert.equal(mailbox.received.length, 1);
    const unseen = await new Reader(server, 'Eve').tryChoose('page', { email: 'victim@b\u00adücher.example' });
    assert.deepEqual([unseen.status, reasonOf(unseen)], [422, 'email-invalid']);
    await press(linkIn(mailbox.received[0]!, 'manage'), 'act=never');
    server.wait(2 * DAY);
    await attack();
    assert.equal(mailbox.received.length, 1);
  });

  it('X2: “never again” holds for every site of the server, and ends what other sites send', async (test) => {
    const server = await openWithMail(test);
    await saveSite(server.storage.writer, 'other', {}, server.now());
    const elsewhere = new Reader(server, 'Sub');
    elsewhere.site = 'other';
    await elsewhere.choose('page', { email: 'victim+other@reader.example' });
    await server.postman.run();
    await press(linkIn(mailbox.received[0]!, 'confirm'));
    server.wait(2 * DAY);
    await new Reader(server, 'Eve').choose('page', { email: 'victim@reader.example' });
    await server.postman.run();
    assert.equal(mailbox.received.length, 2);
    await press(linkIn(mailbox.received[1]!, 'manage'), 'act=never');
    server.wait(2 * DAY);
    const eve = new Reader(server, 'Eve');
    eve.site = 'other';
    await eve.choose('page', { email: 'victim@reader.example' });
    await new Guest(server, 'Writer').post('News', { site: 'other' });
    server.wait(DAY);
    await server.postman.run();
    assert.equal(mailbox.received.length, 2);
  });

  it('X5: a clock that was a year ahead and is right again lets a mailbox be asked', async (test) => {
    const server = await openWithMail(test);
    server.wait(365 * DAY);
    await new Reader(server).choose('page', { email: 'ada@reader.example' });
    server.wait(-365 * DAY);
    await new Reader(server).choose('page', { email: 'ada@reader.example' });
    await server.postman.run();
    assert.ok(mailbox.received.length >= 1);
  });

  it('N-5: a confirmation carries no word that a stranger could have chosen', async (test) => {
    const server = await openWithMail(test);
    const eve = new Reader(server, 'Buy pills');
    await eve.post('Buy pills', { page: 'buy-pills' });
    await eve.choose('page', { email: 'victim@reader.example', page: 'buy-pills' });
    await server.postman.run();
    const [asked] = mailbox.to('victim@reader.example');
    assert.doesNotMatch(`${asked?.mail.subject}${asked?.mail.text}${asked?.mail.html}`, /pills/i);
  });
});

describe('telling', () => {
  it('N-1: page, replies at any depth, mention and bell are told, each address once, never the writer', async (test) => {
    const server = await openWithMail(test);
    const all = await subscriber(server, 'page', { email: 'all@reader.example' }, 'All');
    const root = await subscriber(server, 'replies', { email: 'root@reader.example' }, 'Root');
    const first = await root.post('the first');
    const reply = await new Guest(server, 'Bob').post('an answer', { parent: first.id });
    const deep = await new Guest(server, 'Cy').post('deeper', { parent: reply.id });
    await new Guest(server, 'Dan').post('elsewhere', { mentions: [{ id: first.author?.id ?? '', name: 'Root' }] });
    await all.post('my own');
    await server.postman.run();
    server.wait(61 * MINUTE);
    await server.postman.run();
    const shown = (address: string): string =>
      mailbox
        .to(address)
        .map(({ mail }) => mail.text)
        .join('\n');
    for (const words of ['an answer', 'deeper', 'elsewhere']) assert.match(shown('root@reader.example'), RegExp(words));
    assert.doesNotMatch(shown('root@reader.example'), /the first|my own/);
    for (const words of ['the first', 'an answer', 'deeper', 'elsewhere']) {
      assert.equal(shown('all@reader.example').split(`> ${words}`).length, 2, `${words} is told once`);
    }
    assert.doesNotMatch(shown('all@reader.example'), /my own/);
    assert.match(shown('root@reader.example'), RegExp(`/page#comment-${deep.id}`));
  });

  it('N-3: nothing before approval; then the others are told, and the writer who asked', async (test) => {
    const server = await openWithMail(test);
    await subscriber(server, 'page', { email: 'all@reader.example' }, 'All');
    const writer = await subscriber(server, 'replies', { email: 'writer@reader.example' }, 'Writer');
    await saveSite(server.storage.writer, 'default', { hold: 'everyone' }, server.now());
    const held = await writer.post('held words');
    const spam = await new Guest(server, 'Eve').post('spam words');
    await server.postman.run();
    assert.equal(mailbox.received.length, 0);
    const act = { site: 'default', note: '', now: server.now() };
    await moderate(server.storage.writer, 'approve', { ...act, id: held.id });
    await moderate(server.storage.writer, 'spam', { ...act, id: spam.id });
    await server.postman.run();
    assert.deepEqual(mailsTo('all@reader.example'), ['Writer commented on “Title of page”']);
    assert.deepEqual(mailsTo('writer@reader.example'), ['Your comment on “Title of page” was approved']);
    await moderate(server.storage.writer, 'reject', { ...act, id: held.id });
    await moderate(server.storage.writer, 'approve', { ...act, id: held.id });
    await server.postman.run();
    assert.equal(mailbox.received.length, 2, 'once');
  });

  it('N-3: what was deleted or unsubscribed before the mail went out is not told', async (test) => {
    const server = await openWithMail(test);
    const reader = await subscriber(server, 'page', { email: 'all@reader.example' }, 'All');
    const bob = new Guest(server, 'Bob');
    const gone = await bob.post('regretted');
    await bob.remove(gone.id);
    await server.postman.run();
    assert.equal(mailbox.received.length, 0);
    await bob.post('stays');
    await reader.choose('none', { counter: 99 });
    await server.postman.run();
    assert.equal(mailbox.received.length, 0);
  });

  it('N-3: a burst is gathered into a digest', async (test) => {
    const server = await openWithMail(test);
    await subscriber(server, 'page', { email: 'all@reader.example' }, 'All');
    await new Guest(server, 'Ann').post('number 0');
    await server.postman.run();
    for (let n = 1; n <= 25; n++) {
      await new Guest(server, `Ann ${n}`).post(`number ${n}.`);
      await server.postman.run();
    }
    assert.equal(mailbox.received.length, 1, 'the first at once');
    server.wait(10 * MINUTE);
    await server.postman.run();
    assert.deepEqual(mailsTo('all@reader.example'), [
      'Ann commented on “Title of page”',
      '25 new comments on “Title of page”',
    ]);
    const digest = mailbox.received[1]?.mail.text ?? '';
    assert.match(digest, /number 1\.[^]*number 20\./);
    assert.match(digest, /And 5 more comments\./);
  });

  it('N-2: one click by the mail program ends it, without cookies, login or redirect, and for good', async (test) => {
    const server = await openWithMail(test);
    const reader = await subscriber(server, 'page', { email: 'all@reader.example' }, 'All');
    await reader.choose('page', { page: 'second' });
    await new Guest(server, 'Bob').post('one');
    await server.postman.run();
    const mail = mailbox.received[0]?.mail;
    assert.equal(mail?.headers.get('list-unsubscribe-post'), undefined, 'mailparser gathers these under "list"');
    const raw = mailbox.received[0]?.raw.replace(/\r\n[ \t]+/g, ' ') ?? '';
    assert.match(raw, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    const link = /^List-Unsubscribe: <(\S+)>\r$/m.exec(raw)?.[1] ?? '';
    assert.equal((await fetch(link)).status, 200);
    assert.equal((await reader.mine()).subscriptions?.page.state, 'active', 'looking ends nothing');
    const answer = await press(link, 'List-Unsubscribe=One-Click');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('set-cookie'), null);
    await new Guest(server, 'Cy').post('two');
    server.wait(61 * MINUTE);
    await server.postman.run();
    assert.equal(mailbox.received.length, 1);
    assert.equal((await reader.mine()).subscriptions?.page.state, 'none');
    assert.equal((await reader.mine('second')).subscriptions?.page.state, 'active', 'the other page goes on');
    assert.equal((await reader.choose('page', { counter: 5 })).page.state, 'none', 'a choice made before does not win');
    assert.equal((await reader.choose('page', { counter: server.now() + 1 })).page.state, 'active', 'a new one does');
  });

  it('N-2: everything can be seen and ended by a signed link, which nobody can make or bend', async (test) => {
    const server = await openWithMail(test);
    const reader = await subscriber(server, 'page', { email: 'all@reader.example' }, 'All');
    const own = await reader.post('an own comment');
    await reader.choose('comment', { comment: own.id });
    await new Guest(server, 'Bob').post('one');
    await server.postman.run();
    const link = linkIn(mailbox.received[0] as (typeof mailbox.received)[number], 'manage');
    const page = await fetch(link);
    const text = await page.text();
    assert.match(text, /Title of page[^]*New comments|New comments[^]*Title of page/);
    assert.match(text, /Replies to: an own comment/);
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
    for (const bent of [link.slice(0, -2), link.replace(/t=./, 't=X'), `${server.address}/notify/manage`]) {
      assert.equal((await fetch(bent)).status, 404);
      assert.equal((await press(bent, 'act=end-all')).status, 404);
    }
    assert.equal((await reader.mine()).subscriptions?.page.state, 'active');
    await press(link, 'act=end-all');
    const after = await reader.mine();
    assert.deepEqual([after.subscriptions?.page.state, Object.keys(after.subscriptions?.comments ?? {})], ['none', []]);
  });

  it('R-12: mails and pages speak the reader’s language, from right to left too', async (test) => {
    const server = await openWithMail(test);
    await subscriber(server, 'page', { email: 'a@reader.example', language: 'ar' }, 'A');
    await subscriber(server, 'page', { email: 'd@reader.example', language: 'de-AT' }, 'D');
    await new Guest(server, 'Bob').post('one');
    await server.postman.run();
    const [arabic] = mailbox.to('a@reader.example');
    assert.match(String(arabic?.mail.html), /<html lang="ar" dir="rtl">/);
    assert.match(arabic?.mail.subject ?? '', /علّق Bob/);
    assert.match(
      await (await fetch(linkIn(arabic as (typeof mailbox.received)[number], 'manage'))).text(),
      /dir="rtl"/,
    );
    assert.match(mailsTo('d@reader.example')[0] ?? '', /^Bob hat/);
  });

  it('S-8: attack strings in names, titles and comments do nothing in mails', async (test) => {
    const server = await openWithMail(test);
    await subscriber(server, 'page', { email: 'all@reader.example' }, 'All');
    const file = new URL('../../fixtures/attacks.jsonl', import.meta.url);
    const strings = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { payload: string }).payload)
      .filter((text) => text !== '');
    assert.ok(strings.length > 10);
    for (const [n, attack] of strings.entries()) {
      const name = `${attack}\r\nBcc: victim@reader.example`.slice(0, 80).replace(/[\r\n]+$/, '') || 'x';
      await new Guest(server, name).tryPost(`${n} ${attack}`.slice(0, 9_000));
    }
    await server.postman.run();
    for (let hour = 0; hour < 3; hour++) {
      server.wait(61 * MINUTE);
      await server.postman.run();
    }
    assert.ok(mailbox.received.length > 0);
    for (const { raw, mail, to } of mailbox.received) {
      assert.deepEqual(to, ['all@reader.example']);
      const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
      for (const line of head.split('\r\n')) {
        assert.match(
          line,
          /^(From|To|Subject|Message-ID|References|Date|MIME-Version|Content-[A-Za-z-]+|Auto-Submitted|X-Auto-Response-Suppress|List-[A-Za-z-]+): /,
        );
      }
      // What is left of the markup is ours: every tag is one of these.
      for (const [tag] of String(mail.html).matchAll(/<[^>]*>/g)) {
        assert.match(tag, /^<(\/?(p|strong|blockquote|body|html|head|a|br|meta)\b|!doctype)/);
        assert.doesNotMatch(tag, /\son\w+=|javascript:/i);
      }
    }
  });
});

describe('the outbox of messages', () => {
  it('H3: a message that another machine’s process took is left to it for its lease, and then sent', async (test) => {
    const server = await openWithMail(test);
    await subscriber(server, 'page', { email: 'all@reader.example' }, 'All');
    await new Guest(server, 'Bob').post('words');
    const { spread } = await import('../../../src/server/storage/outgoing.ts');
    await spread(server.storage.writer, server.now());
    await claim(server.storage.writer, JSON.stringify(['elsewhere', 1, 'x']), server.now(), 10);
    await server.postman.run();
    assert.equal(mailbox.received.length, 0);
    server.wait(3 * MINUTE);
    await server.postman.run();
    await server.postman.run();
    assert.equal(mailbox.received.length, 1);
  });

  it('N-3: a server that says "later" is asked again with growing waits, one that says "never" is believed, and giving up is told', async (test) => {
    const server = await openWithMail(test);
    await subscriber(server, 'page', { email: 'later@reader.example' }, 'Later');
    await subscriber(server, 'page', { email: 'never@reader.example' }, 'Never');
    let asked = 0;
    mailbox.judge = ([to]) => {
      if (to !== 'later@reader.example') return 550;
      asked += 1;
      return asked < 3 ? 451 : null;
    };
    await new Guest(server, 'Bob').post('words');
    await server.postman.run();
    await server.postman.run();
    assert.equal(asked, 1, 'not at once');
    const given = await listMessages(server.storage.reader, ['given-up'], 10);
    assert.deepEqual(
      given.map(({ address }) => address),
      ['never@reader.example'],
    );
    assert.ok(server.lines.some((line) => /is given up/.test(line)));
    for (const minutes of [1, 5]) {
      server.wait(minutes * MINUTE);
      await server.postman.run();
    }
    assert.equal(asked, 3);
    assert.equal(mailbox.to('later@reader.example').length, 1);
    const ids = mailbox.received.map(({ mail }) => mail.messageId);
    assert.match(ids[0] ?? '', /^<[0-9a-f-]{36}@/, 'the same for every attempt');
  });

  it('S-2: the document describes the routes, and the key for push services is there', async (test) => {
    const server = await openWithMail(test);
    const { body } = await ask(server, '/api/openapi.json');
    const paths = Object.keys((body as { paths: object }).paths);
    for (const path of ['/api/v1/notify', '/api/v1/push', '/api/v1/feed']) assert.ok(paths.includes(path));
    assert.match(((await ask(server, '/api/v1/push')).body as { key: string }).key, /^[A-Za-z0-9_-]{87}$/);
  });
});
