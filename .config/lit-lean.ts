/**
 * Lit as the bundle has it: without what it leaves on the page's global object or takes from there, and without what no
 * browser needs that the bundle is for.
 *
 * - Lists of versions only warn of a second copy in development, and a map for its decorators is kept under a symbol of
 *   ours: a page's names are not ours to take (E-5).
 * - Hooks let whoever has set one of four names change Lit, for browsers without shadow trees or for a server's HTML.
 *   What a page loaded for a Lit of its own must not reach into ours.
 * - Style elements are its way where style sheets can't be adopted. There nothing of ours is registered
 *   (src/elements/registry.ts).
 * - Two sentences are for developers who hand it a style sheet of the wrong kind.
 */
import type { Plugin } from 'vite';

const CHANGES: readonly (readonly [found: RegExp, instead: string])[] = [
  [/\([\w$]+\.(?:litHtml|litElement|reactiveElement)Versions\s*\?\?=\s*\[\]\)\.push\([^)]*\)/g, 'void 0'],
  [/(?:\b[\w$]+\.)?\blitPropertyMetadata\b/g, 'globalThis[Symbol.for("afterword.lit")]'],
  [/\b[\w$]+\.(?:litHtmlPolyfill|reactiveElementPolyfill|litElementPolyfill|litElementHydrate)Support\b/g, '(void 0)'],
  [/\b[\w$]+\.ShadowRoot\s*&&[^;]*?"replace"\s*in\s*CSSStyleSheet\.prototype/g, 'true'],
  [/\bError\("(?:CSSResult is not|Value passed to 'css')[^)]*\)/g, 'TypeError("css")'],
];

/** What all of it can be told by, in a bundle. */
const FAT = /(?:litHtml|litElement|reactiveElement)(?:Versions|\w+Support)|litPropertyMetadata|ShadyCSS|CSSResult is/;

/** A module of Lit's without it. */
export function lean(code: string): string {
  return CHANGES.reduce((text, [found, instead]) => text.replace(found, instead), code);
}

/** The first of it that is still there. */
export function fatOf(code: string): string | undefined {
  return FAT.exec(code)?.[0];
}

export function litLean(): Plugin {
  return {
    name: 'afterword:lit-lean',
    transform: {
      filter: { id: /[\\/](?:lit-html|lit-element|@lit[\\/]reactive-element)[\\/].*\.js$/ },
      handler: (code) => ({ code: lean(code), map: null }),
    },
    generateBundle(_, bundle) {
      for (const part of Object.values(bundle)) {
        const left = part.type === 'chunk' && fatOf(part.code);
        if (left) this.error(`${part.fileName} still has Lit's ${left}: look at lit-lean.ts`);
      }
    },
  };
}
