import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import ts from 'typescript';
import { withStaticProperties } from '../../.config/static-properties.ts';

/** What Lit is told of the properties of a class, by name. */
function toldOf(source: string): unknown {
  const plain = withStaticProperties(source) ?? source;
  const code = ts.transpile(plain, { target: ts.ScriptTarget.ES2022, useDefineForClassFields: false });
  const options = (name: string) => ({ attribute: name });
  return JSON.parse(
    runInNewContext(`${code}; JSON.stringify(Element.properties)`, { Base: Object, options }) as string,
  );
}

test('each decorated field is a property with what its decorator says', () => {
  const told = toldOf(`class Element extends Base {
    /** For what. */
    @property() override lang = '';
    @property({ attribute: false }) private adapter: Adapter | null = null;
    @property(options('page-id')) pageId: string = 'a';
    @state() private opened = false;
    plain = 1;
    static other = 2;
  }`);
  assert.deepEqual(told, {
    lang: {},
    adapter: { attribute: false },
    pageId: { attribute: 'page-id' },
    opened: { state: true },
  });
});

test('fields keep their first values, and other decorators stay', () => {
  const plain = withStaticProperties(`class A { @state() a = 1; @other() b = 2; }`) ?? '';
  assert.match(plain, /static properties = \{a: \{ state: true \}\};/);
  assert.match(plain, /\sa = 1;/);
  assert.match(plain, /@other\(\) b = 2;/);
  assert.doesNotMatch(plain, /@state/);
});

test('each class has its own, and a source without any is left alone', () => {
  const plain = withStaticProperties(`class A { @state() a = 1; } class B { @state() b = 1; }`) ?? '';
  assert.equal(plain.match(/static properties/g)?.length, 2);
  assert.match(plain, /class B \{static properties = \{b:/);
  assert.equal(withStaticProperties('class A { a = 1; }'), undefined);
});
