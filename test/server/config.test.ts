import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readConfig } from '../../src/server/config.ts';
import { SettingError } from '../../src/server/rules/settings.ts';

const smtp = 'smtp://user:pass@mail.example:587';
const mailFrom = 'Blog <comments@blog.example>';
const publicUrl = 'https://comments.example';

function refusalOf(given: Parameters<typeof readConfig>[0]): string {
  try {
    readConfig(given, {});
  } catch (error) {
    assert.ok(error instanceof SettingError);
    return error.message;
  }
  return '';
}

describe('the settings of mail', () => {
  it('S-9: what is allowed is taken, from the environment too', () => {
    const given = { smtp, mailFrom, publicUrl };
    const { smtp: way, mailFrom: from, publicUrl: address } = readConfig(given, {});
    assert.deepEqual({ smtp: way, mailFrom: from, publicUrl: address }, given);
    const environment = { AFTERWORD_SMTP: 'smtps://mail.example', AFTERWORD_MAIL_FROM: 'a@b.example' };
    const config = readConfig({ publicUrl: 'https://blog.example/comments/' }, environment);
    assert.deepEqual(
      [config.smtp, config.mailFrom, config.publicUrl],
      ['smtps://mail.example', 'a@b.example', 'https://blog.example/comments'],
    );
    assert.equal(readConfig({}, {}).smtp, null);
  });

  it('S-9: each mistake is one sentence that names the setting and what is allowed', () => {
    const table: readonly [given: Parameters<typeof readConfig>[0], named: string][] = [
      [{ smtp: 'mail.example', mailFrom, publicUrl }, 'smtp'],
      [{ smtp: 'https://mail.example', mailFrom, publicUrl }, 'smtp'],
      [{ smtp: 'smtp://', mailFrom, publicUrl }, 'smtp'],
      [{ smtp: 'smtp://mail.example/box', mailFrom, publicUrl }, 'smtp'],
      [{ smtp, publicUrl }, 'mailFrom'],
      [{ smtp, mailFrom: 'Blog', publicUrl }, 'mailFrom'],
      [{ smtp, mailFrom: '', publicUrl }, 'mailFrom'],
      [{ smtp, mailFrom: 'Blog <a@b.example>\r\nBcc: c@d.example', publicUrl }, 'mailFrom'],
      [{ smtp, mailFrom: 'Blog\nBcc: <a@b.example>', publicUrl }, 'mailFrom'],
      [{ smtp, mailFrom }, 'publicUrl'],
      [{ smtp, mailFrom, publicUrl: 'comments.example' }, 'publicUrl'],
      [{ smtp, mailFrom, publicUrl: 'ftp://comments.example' }, 'publicUrl'],
      [{ smtp, mailFrom, publicUrl: 'https://comments.example/?a=1' }, 'publicUrl'],
      [{ publicUrl: 'nowhere' }, 'publicUrl'],
      [{ pushServices: 'push.example' }, 'pushServices'],
    ];
    for (const [given, named] of table) {
      const said = refusalOf(given);
      assert.match(
        said,
        RegExp(`^setting "${named}" is [^\\n]+\\. (Allowed|Needed with "smtp"): [^\\n]+\\.$`),
        JSON.stringify(given),
      );
    }
  });

  it('S-9: a password is not repeated in the sentence', () => {
    const said = refusalOf({ smtp: 'smtp://user:my-password@mail.example/box', mailFrom, publicUrl });
    assert.notEqual(said, '');
    assert.doesNotMatch(said, /my-password/);
  });
});
