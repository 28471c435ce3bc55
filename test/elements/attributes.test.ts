/** The table of attributes: what an author may write, and what happens when it is something else. */
import { expect } from '@open-wc/testing';
import { ATTRIBUTES, readAttribute, type AttributeName } from '../../src/elements/attributes.ts';
import { narrowRules } from '../../src/elements/narrow-rules.ts';
import { rules } from '../helpers/builders.ts';
import { listenToConsole } from '../helpers/console.ts';

describe('attributes', () => {
  const good: [AttributeName, unknown, unknown][] = [
    ['sort', 'most-voted', 'most-voted'],
    ['page-size', '50', 50],
    ['page-size', 7, 7],
    ['max-depth', ' 0 ', 0],
    ['votes', 'none', 'none'],
    ['readonly', '', true],
    ['readonly', 'readonly', true],
    ['readonly', 'false', false],
    ['readonly', false, false],
    ['server', 'https://comments.example/', 'https://comments.example'],
    ['server', 'https://example.com/comments/?a#b', 'https://example.com/comments'],
    ['site', ' blog ', 'blog'],
    ['images', 'remote', 'remote'],
    ['storage', 'session', 'session'],
    ['color-scheme', 'dark', 'dark'],
  ];
  for (const [name, written, value] of good) {
    it(`E-3: ${name}=${JSON.stringify(written)} is ${JSON.stringify(value)}`, () => {
      const { errors } = listenToConsole();
      expect(readAttribute(name, written)).to.equal(value);
      expect(errors).to.deep.equal([]);
    });
  }

  const wrong: [AttributeName, unknown, RegExp][] = [
    ['sort', 'best', /sort="best".*newest, oldest, most-voted/],
    ['page-size', '0', /page-size="0".*whole number from 1 to 100/],
    ['page-size', '1e3', /page-size="1e3"/],
    ['page-size', 2.5, /page-size="2.5"/],
    ['max-depth', '-1', /max-depth="-1"/],
    ['votes', 'down', /votes="down".*up-down, up, none/],
    ['readonly', 'no', /readonly="no".*true or false/],
    ['server', 'javascript:alert(1)', /server="javascript:alert\(1\)".*address of a server/],
    ['server', 'http://', /server="http:\/\/"/],
    ['color-scheme', 'purple', /auto, light, dark/],
    ['min-length', {}, /min-length/],
  ];
  for (const [name, written, message] of wrong) {
    it(`E-3: ${name}=${JSON.stringify(written)} is one clear error and the default`, () => {
      const { errors } = listenToConsole();
      expect(readAttribute(name, written)).to.equal(ATTRIBUTES[name].fallback);
      expect(errors).to.have.length(1);
      expect(errors[0]).to.match(message);
    });
  }

  it('E-3: an attribute that is absent, or a text that a template left empty, is the default without a word', () => {
    const { errors } = listenToConsole();
    for (const name of Object.keys(ATTRIBUTES) as AttributeName[]) {
      expect(readAttribute(name, null)).to.equal(ATTRIBUTES[name].fallback);
      if (typeof ATTRIBUTES[name].fallback === 'string') {
        expect(readAttribute(name, '')).to.equal(ATTRIBUTES[name].fallback);
      }
    }
    expect(errors).to.deep.equal([]);
  });
});

describe("the site's rules", () => {
  const wishes = { votes: 'up-down', maxDepth: 5, minLength: 1, maxLength: 10_000 } as const;

  it('E-3: an attribute narrows them', () => {
    const { rules: narrowed, ignored } = narrowRules(rules, { ...wishes, votes: 'up', minLength: 5, maxLength: 200 });
    expect(narrowed).to.include({ votes: 'up', minLength: 5, maxLength: 200, maxDepth: 5 });
    expect(ignored).to.deep.equal([]);
  });

  it('E-3: a looser one is ignored and named', () => {
    const strict = { ...rules, votes: 'none', minLength: 10, maxLength: 100, maxDepth: 2 } as const;
    const { rules: kept, ignored } = narrowRules(strict, wishes);
    expect(kept).to.deep.equal(strict);
    expect(ignored).to.deep.equal(['votes', 'max-depth', 'min-length', 'max-length']);
  });

  it('E-3: before the site told them, nothing is offered and nobody is warned', () => {
    const { rules: unknown, ignored } = narrowRules(null, wishes);
    expect(unknown.votes).to.equal('none');
    expect(ignored).to.deep.equal([]);
  });
});
