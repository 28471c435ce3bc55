/**
 * Replaces the line with which Lit makes its Trusted Types policy while its module runs (SECURITY 3): on a page whose
 * `trusted-types` list omits `lit-html`, or that has a second Lit, that line throws and takes the whole bundle with it.
 * In the bundle it is the page's one policy of ours instead, which never throws (src/content/trusted-types.ts).
 */
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** Lit's line as its minified module has it; `s` is what that module calls `trustedTypes`. */
const LIT_LINE = /([\w$]+)\.createPolicy\(["']lit-html["'],\s*\{\s*createHTML:\s*([\w$]+)\s*=>\s*\2\s*\}\)/;

/** The module that makes the page's one policy, or says that there is none. */
const POLICY_MODULE = fileURLToPath(new URL('../src/content/trusted-types.ts', import.meta.url));

/** Lit's module with the policy of `from`; undefined where its line is not found. Where there is none Lit goes without. */
export function replacePolicy(code: string, from = POLICY_MODULE): string | undefined {
  if (!LIT_LINE.test(code)) return undefined;
  const ours = '((policy) => (typeof policy === "string" ? undefined : policy))(afterwordPolicy())';
  return `import { trustedTypesPolicy as afterwordPolicy } from ${JSON.stringify(from)};\n${code.replace(LIT_LINE, ours)}`;
}

export function litPolicy(): Plugin {
  let replaced = 0;
  return {
    name: 'afterword:lit-policy',
    buildStart() {
      replaced = 0;
    },
    transform: {
      filter: { id: /[\\/]lit-html[\\/](?:.*[\\/])?lit-html\.js$/ },
      handler(code, id) {
        const safe = replacePolicy(code);
        if (!safe)
          this.error(`Lit's line that makes its Trusted Types policy is not found in ${id}: look at lit-policy.ts`);
        replaced++;
        return { code: safe, map: null };
      },
    },
    generateBundle(_, bundle) {
      for (const part of Object.values(bundle)) {
        if (part.type === 'chunk' && part.code.includes('createPolicy("lit-html"')) {
          this.error(`${part.fileName} still makes the policy "lit-html"`);
        }
      }
      if (replaced > 1) this.error(`the bundle holds ${replaced} copies of Lit`);
    },
  };
}
