/** Every language says everything, with every blank filled and every form of number it may need. */
import { expect } from '@open-wc/testing';
import { ar } from '../../src/i18n/ar.ts';
import { de } from '../../src/i18n/de.ts';
import { en } from '../../src/i18n/en.ts';
import { enWriting } from '../../src/i18n/en-writing.ts';
import type { AllMessages, Message } from '../../src/i18n/locale.ts';
import { LANGUAGES, loadMessages } from '../../src/i18n/languages.ts';

const english: AllMessages = { ...en, ...enWriting };
const languages: Readonly<Record<string, AllMessages>> = { en: english, de, ar };

const forms = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message));
const blanks = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!))].sort();
/** A form for one number may spell the number out: "two replies". */
const wordy = new Set(['zero', 'one', 'two']);

describe('messages', () => {
  it('R-12: the languages of this test are the languages there are', () => {
    expect(Object.keys(languages).sort()).to.deep.equal([...LANGUAGES].sort());
  });

  for (const [tag, messages] of Object.entries(languages)) {
    describe(tag, () => {
      it('R-12: says everything that English says, and nothing else', () => {
        expect(Object.keys(messages).sort()).to.deep.equal(Object.keys(english).sort());
      });

      it('R-12: has something to say everywhere', () => {
        for (const [key, message] of Object.entries(messages)) {
          for (const form of forms(message)) expect(form.trim(), key).to.not.equal('');
        }
      });

      it('R-12: fills the same blanks as English', () => {
        let compared = 0;
        for (const [key, message] of Object.entries(messages)) {
          const english_ = english[key as keyof AllMessages];
          const expected = blanks(forms(english_).join(' '));
          const told = typeof message === 'string' ? { other: message } : message;
          for (const [form, text] of Object.entries(told)) {
            const wanted = wordy.has(form)
              ? expected.filter((name) => name !== 'count' || text.includes('{count}'))
              : expected;
            expect(blanks(text), `${key}, ${form}`).to.deep.equal(wanted);
            compared += 1;
          }
        }
        expect(compared).to.be.at.least(Object.keys(english).length);
      });

      it('R-12: has every form that its numbers can choose', () => {
        const chosen = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
        let tables = 0;
        for (const [key, message] of Object.entries(messages)) {
          if (typeof message === 'string') continue;
          expect(Object.keys(message), key).to.have.members(chosen);
          tables += 1;
        }
        expect(tables).to.be.at.least(5);
      });

      it('R-12: names its own language', () => {
        expect(messages.lang).to.equal(tag);
      });

      it('R-12: arrives whole when it is asked for', async () => {
        expect(await loadMessages(tag)).to.deep.equal(messages);
      });
    });
  }

  it('R-12: a language whose plural has several forms uses a table wherever English does', () => {
    for (const [key, message] of Object.entries(english)) {
      if (typeof message === 'string') continue;
      expect(typeof ar[key as keyof AllMessages], key).to.equal('object');
    }
  });

  /** What native readers stumbled over, in any sentence (FIELD.md, section 5). */
  const STUMBLES: Readonly<Record<string, RegExp>> = {
    en: /\bmails?\b|e-mail|makes no sense|meanwhile|\banew\b|told\b|\bmay not\b|\bfor a day\. Could|leave this device|forg[eo]t|taken for|comment this one answers|text style|not shown to/i,
    de: /(?<!-)\bMails?\b|Vergiss|Knopf|Knöpfe|freiwillig|aufgefrischt|\bStellen?\b|nicht von selbst|an mich erinnern|\b(?:deine|diese) Worte\b|\bSie haben\b|\bIhre?\b/,
  };
  for (const [tag, stumbles] of Object.entries(STUMBLES)) {
    it(`Section 5: says in ${tag} what a native writer would put on a button`, () => {
      for (const [key, message] of Object.entries(languages[tag]!)) {
        for (const form of forms(message)) expect(form, key).to.not.match(stumbles);
      }
    });
  }

  it('Section 5: keeps the words that were chosen for it', () => {
    const chosen = [
      'notify',
      'filter.banner',
      'filter.all',
      'order.newest',
      'order.most-voted',
      'notify.none',
    ] as const;
    expect(chosen.map((key) => english[key])).to.deep.equal([
      'Notify of',
      'Inline feedback',
      'View all comments',
      'Newest',
      'Most voted',
      'Off',
    ]);
  });
});
