/**
 * Replaces the line with which Lit makes its Trusted Types policy while its module runs (SECURITY 3): on a page whose
 * `trusted-types` list omits `lit-html`, or that has a second Lit, that line throws and takes the whole bundle with it.
 * In the bundle the policy is ours: it is named `afterword`, made once a page and kept behind a global symbol so that
 * a second copy of the bundle finds it, and a page that forbids it costs no more than the policy.
 */
import type { Plugin } from 'vite';

/** Lit's line as its minified module has it; `s` is what that module calls `trustedTypes`. */
const LIT_LINE = /([\w$]+)\.createPolicy\(["']lit-html["'],\s*\{\s*createHTML:\s*([\w$]+)\s*=>\s*\2\s*\}\)/;

/** Where the one policy of a page is kept; `src/content` looks for it under the same name. */
export const POLICY_SYMBOL = 'afterword.policy';

export function replacePolicy(code: string): string | undefined {
  if (!LIT_LINE.test(code)) return undefined;
  return code.replace(
    LIT_LINE,
    (_, types: string) =>
      `(globalThis[Symbol.for("${POLICY_SYMBOL}")]??=(()=>{try{return ${types}.createPolicy("afterword",{createHTML:t=>t})}catch{}})())`,
  );
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
