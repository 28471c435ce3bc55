/**
 * The page's one Trusted Types policy of ours, named `afterword`: what a site with `require-trusted-types-for 'script'`
 * has to list. It lives behind a global symbol, because a second policy of the same name throws unless the site says
 * 'allow-duplicates', and a page may hold two copies of our script. It never throws: a site that does not list the name
 * gets comments as plain text, not a dead section.
 */

/** The part of the browser's `TrustedTypePolicy` that we and DOMPurify use. */
export interface HtmlPolicy {
  createHTML(html: string): TrustedHtml;
  createScriptURL(url: string): unknown;
}

/** The browser's `TrustedHTML`; a string becomes one only through a policy. */
export interface TrustedHtml {
  toString(): string;
}

interface PolicyFactory {
  createPolicy(name: string, rules: { createHTML(html: string): string }): HtmlPolicy;
}

export const policyName = 'afterword';

/** Where every copy of our script on a page, and the Lit inside it, finds the policy. */
export const policyKey = Symbol.for('afterword.trusted-types');

/** A policy; `unneeded` where the browser knows no Trusted Types; `refused` where the site does not list our name. */
export type Policy = HtmlPolicy | 'unneeded' | 'refused';

export function trustedTypesPolicy(): Policy {
  const page = globalThis as { [policyKey]?: Policy; trustedTypes?: PolicyFactory };
  const made = page[policyKey];
  if (made) return made;
  const policy = createPolicy(page.trustedTypes);
  // Kept when refused, too: every further attempt would send the site another violation report.
  Object.defineProperty(page, policyKey, { value: policy });
  return policy;
}

function createPolicy(factory: PolicyFactory | undefined): Policy {
  if (!factory) return 'unneeded';
  try {
    // Passes strings through: what is handed to it is Lit's own templates and what DOMPurify reads and returns.
    return factory.createPolicy(policyName, { createHTML: (html) => html });
  } catch {
    // The site's `trusted-types` list leaves our name out; the browser has told its console already.
    return 'refused';
  }
}
