/** Sentences, numbers and times as a reader of each language meets them. */
import { expect } from '@open-wc/testing';
import { ar } from '../../src/i18n/ar.ts';
import { de } from '../../src/i18n/de.ts';
import { en } from '../../src/i18n/en.ts';
import { loadMessages, matchLanguage } from '../../src/i18n/languages.ts';
import { enWriting } from '../../src/i18n/en-writing.ts';
import { direction, formatNumber, relativeTime, say, sayParts, timeAgo } from '../../src/i18n/locale.ts';
import { duration, fullTime, sayRefusal, sayVotes, shortNumber } from '../../src/i18n/locale-later.ts';

const english = { ...en, ...enWriting };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const now = Date.UTC(2026, 10, 22, 12);

describe('locale', () => {
  const tags: [string, string][] = [
    ['en', 'en'],
    ['en-GB', 'en'],
    ['de-AT', 'de'],
    ['DE_ch', 'de'],
    ['ar-EG', 'ar'],
    [' ar ', 'ar'],
    ['arn', 'en'],
    ['fr', 'en'],
    ['', 'en'],
    ['x; drop', 'en'],
    ['constructor', 'en'],
  ];
  for (const [tag, language] of tags) {
    it(`R-12: a page in "${tag}" is read in ${language}`, () => {
      expect(matchLanguage(tag)).to.equal(language);
    });
  }

  it('R-12: an Austrian page gets German words and Austrian numbers', async () => {
    const messages = await loadMessages('de-AT');
    expect(say(messages, 'reply')).to.equal('Antworten');
    expect(formatNumber(messages, 12345)).to.equal(new Intl.NumberFormat('de-AT').format(12345));
  });

  it('R-12: a tag that is none, or of a language we lack, is read in plain English', async () => {
    for (const tag of ['tlh', 'en-!!', '']) {
      const messages = await loadMessages(tag);
      expect(messages.lang, tag).to.equal('en');
      expect(say(messages, 'reply'), tag).to.equal('Reply');
    }
  });

  it('R-12: a number chooses its form', () => {
    expect([0, 1, 2, 1234].map((count) => say(english, 'comments', { count }))).to.deep.equal([
      '0 comments',
      '1 comment',
      '2 comments',
      '1,234 comments',
    ]);
    expect(say(de, 'comments', { count: 1 })).to.equal('1 Kommentar');
    expect(say(de, 'comments', { count: 1234 })).to.equal('1.234 Kommentare');
  });

  it('R-12: Arabic has a form for none, one, two, few, many and the rest', () => {
    const bare = (count: number) => say(ar, 'replies', { count }).replace(/[\d\u0660-\u0669,.\u066b\u066c]+\s*/, '');
    expect([0, 1, 2, 3, 11, 100].map(bare)).to.deep.equal(['لا ردود', 'رد واحد', 'ردّان', 'ردود', 'ردًّا', 'رد']);
  });

  it('R-12: a name written the other way does not turn the sentence around it', () => {
    expect(say(english, 'reply-to', { name: 'Ann' })).to.equal('Reply to Ann');
    expect(say(english, 'reply-to', { name: 'ليلى' })).to.equal('Reply to \u2068ليلى\u2069');
    expect(say(ar, 'reply-to', { name: 'ليلى' })).to.equal('رد على ليلى');
    expect(say(ar, 'reply-to', { name: 'Ann (she)' })).to.equal('رد على \u2068Ann (she)\u2069');
  });

  it('R-12: a name with braces stays a name', () => {
    expect(say(english, 'row.heading', { name: '{time} {count}', time: 'now' })).to.equal('{time} {count}, now');
  });

  it('R-12: a template gets the pieces around its values', () => {
    const link = { a: 'link' };
    expect(sayParts(english, 'in-reply-to', { name: link })).to.deep.equal(['in reply to ', link, '']);
  });

  it('R-12: a blank that nobody fills is left empty rather than shown', () => {
    expect(say(english, 'reply-to')).to.equal('Reply to ');
  });

  it('R-12: the direction follows the language', () => {
    expect(direction(en)).to.equal('ltr');
    expect(direction(ar)).to.equal('rtl');
    expect(direction({ lang: 'ar-EG' })).to.equal('rtl');
    expect(direction({ lang: 'arn' })).to.equal('ltr');
  });

  it('R-1: numbers are shortened as the language does', () => {
    expect(shortNumber(en, 999)).to.equal('999');
    expect(shortNumber(en, 12_345)).to.equal('12K');
    expect(shortNumber(de, 1_200_000)).to.match(/^1,2\sMio/);
  });

  it('R-1: times are relative', () => {
    const table: [number, string][] = [
      [0, 'just now'],
      [59_000, 'just now'],
      [MINUTE, '1 minute ago'],
      [59 * MINUTE, '59 minutes ago'],
      [HOUR, '1 hour ago'],
      [23 * HOUR, '23 hours ago'],
      [DAY, 'yesterday'],
      [6 * DAY, '6 days ago'],
    ];
    for (const [ago, words] of table) expect(timeAgo(en, now - ago, now)).to.equal(words);
    expect(timeAgo(de, now - 5 * MINUTE, now)).to.equal('vor 5 Minuten');
  });

  it('L7: times are days up to four weeks, and then a date', () => {
    expect(timeAgo(en, now - 8 * DAY, now)).to.equal('8 days ago');
    expect(timeAgo(en, now - 27 * DAY, now)).to.equal('27 days ago');
    expect(timeAgo(en, now - 28 * DAY, now)).to.equal('Oct 25, 2026');
    expect(timeAgo(de, now - 800 * DAY, now)).to.equal('13.09.2024');
  });

  it('L15: a number below zero has a minus and no hyphen', () => {
    expect(sayVotes(english, -1_234)).to.equal('−1,234 votes');
    expect(shortNumber(de, -2)).to.equal('−2');
    expect(shortNumber(ar, -2)).not.to.contain('-');
  });

  it('R-6: the next try is told in the future', () => {
    expect(relativeTime(en, now + 12_300, now)).to.equal('in 13 seconds');
    expect(relativeTime(en, now + 5 * MINUTE, now)).to.equal('in 5 minutes');
  });

  it('F4: a server whose clock runs ahead makes nothing happen in the future', () => {
    expect(timeAgo(en, now + 2 * MINUTE, now)).to.equal('just now');
  });

  it('R-1: a time has its full date for a name', () => {
    expect(fullTime(en, now)).to.contain('November 22, 2026');
    expect(fullTime(de, now)).to.contain('22. November 2026');
  });

  it('R-8: the time left to edit is told in minutes, and in seconds at the end', () => {
    expect(duration(en, 13.2 * MINUTE)).to.equal('14 min');
    expect(duration(en, 1)).to.equal('1 sec');
    expect(duration(en, -5)).to.equal('0 sec');
    expect(duration(de, 14 * MINUTE)).to.equal('14 Min.');
  });

  it('R-6: a refusal says what was wrong and what is allowed', () => {
    expect(sayRefusal(english, { reason: 'too-long', limit: 10_000 })).to.equal(
      'Too long: the limit is 10,000 characters.',
    );
    expect(sayRefusal(de, { reason: 'too-short', limit: 3 })).to.equal('Schreib mindestens 3 Zeichen.');
    expect(sayRefusal(english, { reason: 'closed' })).to.equal('This discussion is closed.');
  });

  it("R-6: a refusal we have no words for is told in the backend's own, or in general", () => {
    expect(sayRefusal(english, { reason: 'full-moon', detail: 'Not tonight.' })).to.equal('Not tonight.');
    expect(sayRefusal(english, { reason: 'full-moon' })).to.equal('The server did not accept this.');
    expect(sayRefusal(english, { reason: 'too-long', detail: 'Far too long.' })).to.equal('Far too long.');
    expect(sayRefusal(english, { reason: '__proto__', detail: 'No.' })).to.equal('No.');
  });

  it('R-6: a refusal is told before the words for it have arrived', () => {
    expect(sayRefusal(en, { reason: 'closed', detail: 'Closed since Monday.' })).to.equal('Closed since Monday.');
  });
});
