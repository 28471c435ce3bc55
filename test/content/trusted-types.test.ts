/** Comments under every Trusted Types rule a site may have (E-5; SECURITY, Rendering 2 and 3; FAULTS G4). */
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { newReader, openBrowser } from '../helpers/reader.ts';
import { startHost, type Host } from '../helpers/server.ts';
import { scriptOf } from './in-a-page.ts';

/** What a reader would see of two comments, and what the site would be told. */
interface Seen {
  readonly words: string;
  readonly strong: number;
  readonly trusted: boolean;
}

/** Shows two texts as elements do. The rest of the page is as still as a host would want it. */
const show = `
  import { renderComment, useMarkupPart } from './src/content/safe-html.ts';
  import * as part from './src/content/sanitize.ts';
  useMarkupPart(() => Promise.resolve(part));
  (async () => {
    const seen = { words: '', strong: 0, trusted: true };
    for (const [text, format] of [['*Mara* <b>said</b> https://a.example', 'markdown'], ['<p STYLE=color:red><b style="">so</b> <i onclick="x()">it</i> is</p><style>p{color:red}</style>', 'html']]) {
      const block = document.createElement('div');
      const made = await renderComment(text, format);
      if ('html' in made) block.innerHTML = made.html;
      else block.textContent = made.text;
      seen.words += block.textContent.trim() + '\\n';
      seen.strong += block.querySelectorAll('b, em, i').length;
      seen.trusted &&= 'html' in made && typeof made.html === 'object';
    }
    (globalThis.seen ??= []).push(seen);
  })();
`;

const enforced = "require-trusted-types-for 'script'";
const markup = { words: 'Mara said https://a.example\nso it is\n', strong: 4 };
const plain = { words: '*Mara* <b>said</b> https://a.example\nso it is\n', strong: 0 };

interface Site {
  readonly name: string;
  readonly policy: string;
  /** Scripts of the host before ours. */
  readonly first?: string;
  readonly copies?: number;
  readonly shown: typeof markup;
  /** Violations the site is told of, ours included. */
  readonly violations: number;
}

const sites: readonly Site[] = [
  { name: 'no rule at all', policy: '', shown: markup, violations: 0 },
  {
    name: "a nonce with 'strict-dynamic', own styles only, Trusted Types",
    policy: `script-src 'nonce-abc' 'strict-dynamic'; style-src 'self'; ${enforced}`,
    shown: markup,
    violations: 0,
  },
  { name: 'a hash of the script', policy: `script-src HASH; ${enforced}`, shown: markup, violations: 0 },
  { name: 'a list that names us', policy: `${enforced}; trusted-types afterword`, shown: markup, violations: 0 },
  {
    name: "a list that names us and Lit, with Lit's policy made by a Lit of the host",
    policy: `${enforced}; trusted-types lit-html afterword`,
    first: "trustedTypes.createPolicy('lit-html', { createHTML: (html) => html });",
    shown: markup,
    violations: 0,
  },
  {
    name: 'two copies of our script',
    policy: `${enforced}; trusted-types afterword`,
    copies: 2,
    shown: markup,
    violations: 0,
  },
  { name: 'three copies without a list', policy: enforced, copies: 3, shown: markup, violations: 0 },
  { name: 'a list without us', policy: `${enforced}; trusted-types other dompurify`, shown: plain, violations: 1 },
  {
    name: 'a list without us and two copies',
    policy: `${enforced}; trusted-types other`,
    copies: 2,
    shown: plain,
    violations: 1,
  },
  { name: "'none'", policy: `${enforced}; trusted-types 'none'`, shown: plain, violations: 1 },
  {
    name: 'a host that made a policy of our name',
    policy: `${enforced}; trusted-types afterword`,
    first: "trustedTypes.createPolicy('afterword', { createHTML: () => '' });",
    shown: plain,
    violations: 1,
  },
  {
    name: 'a host whose default policy empties everything',
    policy: enforced,
    first: "trustedTypes.createPolicy('default', { createHTML: () => '' });",
    shown: markup,
    violations: 0,
  },
];

describe('E-5: comments under the Trusted Types of a site', () => {
  let browser: Browser;
  let host: Host;
  let script: string;

  before(async () => {
    script = await scriptOf(show);
    browser = await openBrowser();
    const hash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
    host = await startHost((path) => {
      const site = sites[Number(path.slice(1))];
      if (!site) return undefined;
      const listen =
        'addEventListener("securitypolicyviolation", (it) => (globalThis.told ??= []).push(it.violatedDirective));';
      // The hash is one of ours alone: there the host's own line is left out.
      const before = site.policy.includes('HASH') ? '' : `<script nonce="abc">${listen}${site.first ?? ''}</script>`;
      const ours = `<script nonce="abc">${script}</script>`.repeat(site.copies ?? 1);
      const policy = site.policy.replace('HASH', hash);
      return {
        body: `<!doctype html><meta charset="utf-8"><title>x</title><link rel="icon" href="data:,">${before}${ours}`,
        headers: {
          'content-type': 'text/html; charset=utf-8',
          ...(policy ? { 'content-security-policy': policy } : {}),
        },
      };
    });
  });

  after(async () => {
    await browser.close();
    await host.stop();
  });

  for (const [nth, site] of sites.entries()) {
    const what = site.shown === markup ? 'with their markup' : 'as plain words';
    it(`E-5: ${site.name}: comments are shown ${what}`, async () => {
      const reader = await newReader(browser);
      try {
        await reader.page.goto(`${host.url}/${nth}`);
        const copies = site.copies ?? 1;
        await reader.page.waitForFunction(
          (count) => (globalThis as { seen?: unknown[] }).seen?.length === count,
          copies,
        );
        const { seen, told } = await reader.page.evaluate(() => {
          const page = globalThis as unknown as { seen: Seen[]; told?: string[] };
          return { seen: page.seen, told: page.told ?? [] };
        });
        for (const { words, strong, trusted } of seen) {
          assert.deepEqual({ words, strong }, site.shown);
          assert.equal(trusted, site.shown === markup);
        }
        assert.equal(told.length, site.violations, `told of ${told.join(', ')}`);
        assert.deepEqual(
          reader.errors.filter((error) => error.startsWith('uncaught')),
          [],
        );
      } finally {
        await reader.close();
      }
    });
  }
});
