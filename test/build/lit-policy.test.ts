import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { replacePolicy } from '../../.config/lit-policy.ts';

const folder = dirname(createRequire(import.meta.url).resolve('lit-html'));
// The resolved file is Node's; the browser's lies a folder up and is what the bundle takes.
const lit = readFileSync(join(folder.replace(/[\\/]node$/, ''), 'lit-html.js'), 'utf8');

/** What Lit's replaced line gives where the page's policy is `policy`. */
function litPolicyFor(policy: unknown): unknown {
  const module = replacePolicy('s.createPolicy("lit-html",{createHTML:t=>t})', './policy.ts');
  assert.ok(module);
  const [imported, line] = module.split('\n');
  assert.match(String(imported), /^import \{ trustedTypesPolicy as afterwordPolicy \} from "\.\/policy\.ts";$/);
  return runInNewContext(String(line), { afterwordPolicy: () => policy }) as unknown;
}

test("Lit's own line is found in the Lit that is installed and is gone afterwards", () => {
  const safe = replacePolicy(lit);
  assert.ok(safe);
  assert.ok(!safe.includes('createPolicy'), 'Lit makes no policy of its own');
  assert.ok(safe.includes('src/content/trusted-types.ts'));
});

test('a module without the line is reported, not passed on', () => {
  assert.equal(replacePolicy('const nothing = 1'), undefined);
});

test("Lit takes the page's one policy, and goes without where there is none", () => {
  const policy = { createHTML: (html: string) => html };
  assert.equal(litPolicyFor(policy), policy);
  assert.equal(litPolicyFor('refused'), undefined);
  assert.equal(litPolicyFor('unneeded'), undefined);
});
