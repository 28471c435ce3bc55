import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { fatOf, lean } from '../../.config/lit-lean.ts';

/** Packages do not export these files: the browser's, that the bundle takes. */
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const files = [
  'lit-html/lit-html.js',
  'lit-element/lit-element.js',
  '@lit/reactive-element/reactive-element.js',
  '@lit/reactive-element/css-tag.js',
];

for (const file of files) {
  test(`${file}: what we leave out is there, and then gone`, () => {
    const code = readFileSync(join(modules, file), 'utf8');
    assert.notEqual(fatOf(code), undefined);
    assert.equal(fatOf(lean(code)), undefined);
  });
}

test('a hook is neither read nor called', () => {
  const read: string[] = [];
  const s = new Proxy({}, { get: (_, name) => void read.push(String(name)) });
  runInNewContext(lean('const o = s.litElementPolyfillSupport; o?.({}); s.litElementHydrateSupport?.({});'), { s });
  assert.deepEqual(read, []);
});
