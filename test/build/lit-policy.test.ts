import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { POLICY_SYMBOL, replacePolicy } from '../../.config/lit-policy.ts';

const folder = dirname(createRequire(import.meta.url).resolve('lit-html'));
// The resolved file is Node's; the browser's lies a folder up and is what the bundle takes.
const lit = readFileSync(join(folder.replace(/[\\/]node$/, ''), 'lit-html.js'), 'utf8');

/** Runs the replaced line alone, as the page of `world` would; gives the policy it chose. */
function policyOn(world: Record<string, unknown>): unknown {
  const line = replacePolicy('s.createPolicy("lit-html",{createHTML:t=>t})');
  return runInNewContext(`(function (s) { return ${line}; })(trustedTypes)`, world);
}

function trustedTypes(forbidden = false) {
  const made: string[] = [];
  return {
    made,
    createPolicy(name: string, rules: object) {
      if (forbidden || made.includes(name)) throw new TypeError(`policy "${name}" is disallowed`);
      made.push(name);
      return { name, ...rules };
    },
  };
}

test("Lit's own line is found in the Lit that is installed and is gone afterwards", () => {
  const safe = replacePolicy(lit);
  assert.ok(safe);
  assert.ok(!safe.includes('createPolicy("lit-html"'));
  assert.ok(safe.includes('createPolicy("afterword"'));
});

test('a module without the line is reported, not passed on', () => {
  assert.equal(replacePolicy('const nothing = 1'), undefined);
});

test('a page that allows it gets one policy of our name, and a second copy of the bundle takes the same', () => {
  const types = trustedTypes();
  const world = { trustedTypes: types };
  const first = policyOn(world);
  assert.equal(policyOn(world), first);
  assert.deepEqual(types.made, ['afterword']);
});

test('a page that forbids it gets no policy and no error', () => {
  assert.equal(policyOn({ trustedTypes: trustedTypes(true) }), undefined);
});

test('no global name is made: the policy is kept behind a symbol', () => {
  const world: Record<string | symbol, unknown> = { trustedTypes: trustedTypes() };
  policyOn(world);
  assert.deepEqual(Object.keys(world), ['trustedTypes']);
  assert.ok(world[Symbol.for(POLICY_SYMBOL)]);
});
