import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  DEFAULTS,
  SETTINGS,
  SETTING_NAMES,
  SettingError,
  checkSettings,
  readSettings,
  rulesOf,
} from '../../../src/server/rules/settings.ts';
import { Guest, list, open, reasonOf } from '../open.ts';

describe('site settings', () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ['origins', 'https://blog.example/path'],
    ['origins', 'blog.example'],
    ['origins', 'https://blog.example?x'],
    ['origins', 'ftp://blog.example'],
    ['origins', 'https://user@blog.example'],
    // P15: it was taken, and matched nothing.
    ['origins', 'https://*.blog.example'],
    ['origins', '*'],
    ['origins', 7],
    ['origins', ['https://blog.example', 5]],
    ['post', 'nobody'],
    ['name', 'no'],
    ['email', true],
    ['website', 'maybe'],
    ['votes', 'down'],
    ['min-length', '-1'],
    ['max-length', '20001'],
    ['max-length', 1.5],
    ['max-depth', 'deep'],
    ['edit-seconds', '15m'],
    ['hold', 'all'],
    ['closed', 1],
    ['consent', 'x'.repeat(501)],
    ['reserved-names', 'x'.repeat(81)],
  ];
  for (const [name, value] of wrong) {
    it(`S-9: ${name} = ${JSON.stringify(value).slice(0, 40)} is refused with setting, value and what is allowed`, () => {
      assert.throws(
        () => readSettings({ [name]: value }, 'site "x"'),
        (error: Error) =>
          error instanceof SettingError &&
          error.message.startsWith('site "x": ') &&
          error.message.includes(`"${name}"`) &&
          error.message.includes(JSON.stringify(value)) &&
          error.message.includes('Allowed: '),
      );
    });
  }

  it('S-9: an unknown setting is named, with those there are', () => {
    assert.throws(() => readSettings({ colour: 'red' }, 'site "x"'), /there is no setting "colour".*min-length/);
    assert.throws(() => readSettings({ constructor: 1 }, 'site "x"'), /there is no setting "constructor"/);
  });

  it('S-9: text from a command line and values from a file mean the same', () => {
    const fromText = readSettings(
      {
        origins: 'https://Blog.example/, https://blog.example:443,http://b.example:80',
        website: 'no',
        'min-length': '3',
        'max-depth': 'page',
        consent: '',
        'reserved-names': 'A, B,, A',
      },
      'x',
    );
    const fromJson = readSettings(
      {
        origins: ['https://blog.example', 'http://b.example'],
        website: false,
        'min-length': 3,
        'max-depth': null,
        consent: null,
        'reserved-names': ['A', 'B'],
      },
      'x',
    );
    assert.deepEqual(fromText, fromJson);
    assert.deepEqual(fromText.origins, ['https://blog.example', 'http://b.example']);
  });

  it('S-9: settings that contradict each other are refused', () => {
    assert.throws(
      () => checkSettings({ ...DEFAULTS, 'min-length': 50, 'max-length': 20 }, 'x'),
      /"min-length" is 50.*"max-length", which is 20/,
    );
    assert.throws(() => checkSettings({ ...DEFAULTS, post: 'email', email: 'none' }, 'x'), /"email"/);
    checkSettings(DEFAULTS, 'x');
  });

  it('S-9: each default is one of the allowed values', () => {
    for (const name of SETTING_NAMES) assert.deepEqual(SETTINGS[name].read(DEFAULTS[name]), DEFAULTS[name], name);
    assert.equal(rulesOf(DEFAULTS).editSeconds, 900);
  });

  it('S-9: the operator’s guide names every setting, with each value of a choice', () => {
    const guide = readFileSync(new URL('../../../src/server/README.md', import.meta.url), 'utf8');
    const rows = guide.split('\n').filter((line) => line.startsWith('| `'));
    for (const name of SETTING_NAMES) {
      const row = rows.find((line) => line.split('|')[1]?.includes(`\`${name}\``));
      assert.ok(row !== undefined, name);
      const { allowed } = SETTINGS[name];
      if (/^[\w-]+(, [\w-]+)*$/.test(allowed)) {
        for (const value of allowed.split(', ')) assert.ok(row.includes(`\`${value}\``), `${name}: ${value}`);
      }
    }
  });

  it('S-9: an origin belongs to one site', async (t) => {
    const server = await open(t, { sites: { one: { origins: ['https://a.example'] } } });
    const { saveSite } = await import('../../../src/server/storage/sites.ts');
    await assert.rejects(
      saveSite(server.storage.writer, 'two', { origins: ['https://a.example'] }, 0),
      /belongs to site "one"/,
    );
  });
});

describe('what settings do', () => {
  it('S-9: a closed site takes no comments, replies or edits; votes and deletions it does', async (t) => {
    const server = await open(t);
    const ada = new Guest(server, 'Ada');
    const comment = await ada.post('Before');
    const { saveSite } = await import('../../../src/server/storage/sites.ts');
    await saveSite(server.storage.writer, 'default', { closed: true }, 0);
    assert.equal(reasonOf(await ada.tryPost('After')), 'closed');
    assert.equal(reasonOf(await ada.tryPost('Reply', { parent: comment.id })), 'closed');
    assert.equal(reasonOf(await ada.tryEdit(comment.id, 'Changed')), 'closed');
    assert.equal((await ada.mine()).own[comment.id]?.editableUntil, null);
    assert.equal((await new Guest(server).tryVote(comment.id, 'up')).status, 200);
    assert.equal((await ada.tryRemove(comment.id)).status, 200);
  });

  it('S-9: members only refuses guests; with e-mail asks for one', async (t) => {
    const members = await open(t, { sites: { default: { post: 'members' } } });
    const heard = await new Guest(members).tryPost('x');
    assert.equal(heard.status, 403);
    assert.equal(reasonOf(heard), 'members-only');
    const email = await open(t, { sites: { default: { post: 'email' } } });
    assert.equal((await list(email)).info.rules.email, 'required');
    assert.equal(reasonOf(await new Guest(email).tryPost('x')), 'email-required');
    assert.equal((await new Guest(email).tryPost('x', { email: 'a@b.example' })).status, 201);
  });

  it('S-9: without a name a guest is Guest, where the site allows it', async (t) => {
    const server = await open(t, { sites: { default: { name: 'optional' } } });
    assert.equal((await new Guest(server).post('x', { name: '  ' })).author?.name, 'Guest');
  });

  it('R-5: names, e-mail addresses and websites are taken, put in order, or refused with a reason', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    let n = 0;
    const reason = async (options: Parameters<Guest['tryPost']>[1]) =>
      reasonOf(await ada.tryPost(`Text ${(n += 1)}`, options));
    assert.equal(await reason({ name: 'x'.repeat(81) }), 'name-too-long');
    assert.equal(await reason({ name: '😀'.repeat(80) }), '');
    for (const email of [
      'x',
      'a@b',
      '@b.example',
      'a@b.example, c@d.example',
      'a b@c.example',
      '<a@b.example>',
      `${'x'.repeat(250)}@b.example`,
    ]) {
      assert.equal(await reason({ email }), 'email-invalid', email);
    }
    assert.equal(await reason({ email: 'a@b.example\r\nBcc: c@d.example' }), 'email-invalid');
    for (const website of [
      'javascript:alert(1)',
      'data:text/html,x',
      'ftp://x.example',
      'https://',
      'https://user:pw@x.example',
      ' vbscript:x',
      'JaVaScRiPt:alert(1)',
    ]) {
      assert.equal(await reason({ website }), 'website-invalid', website);
    }
    const comment = await ada.post('Name', { name: 'A\u0000da\r\n\tLove\u2028lace', website: 'ada.example:8080/~ada' });
    assert.equal(comment.author?.name, 'A\uFFFDda Love lace');
    assert.equal(comment.author?.website, 'https://ada.example:8080/~ada');
  });

  it('R-5: a site that asks for no e-mail or website keeps none', async (t) => {
    const server = await open(t, { sites: { default: { email: 'none', website: false } } });
    const comment = await new Guest(server).post('x', { email: 'not even one', website: 'javascript:1' });
    assert.equal(comment.author?.website, undefined);
    const [row] = await server.storage.reader.selectFrom('comments').selectAll().execute();
    assert.equal(row?.email, null);
  });

  it('R-14: nothing is posted without the consent line', async (t) => {
    const server = await open(t, { sites: { default: { consent: 'I agree.' } } });
    assert.equal(reasonOf(await new Guest(server).tryPost('x', { consent: false })), 'consent');
    assert.equal(reasonOf(await new Guest(server).tryPost('x')), 'consent');
    assert.equal((await new Guest(server).tryPost('x', { consent: true })).status, 201);
  });
});
