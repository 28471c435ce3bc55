/**
 * Lit leaves four names on the page's global object: lists of versions, that only warn of a second copy in development,
 * and a map for its decorators. A page's names are not ours to take (E-5): the lists go, the map is kept under a symbol.
 */
import type { Plugin } from 'vite';

const VERSIONS = /\([\w$]+\.(?:litHtml|litElement|reactiveElement)Versions\s*\?\?=\s*\[\]\)\.push\([^)]*\)/g;
const METADATA = /(?:\b[\w$]+\.)?\blitPropertyMetadata\b/g;

export function withoutGlobals(code: string): string {
  return code.replace(VERSIONS, 'void 0').replace(METADATA, 'globalThis[Symbol.for("afterword.lit")]');
}

export function litGlobals(): Plugin {
  return {
    name: 'afterword:lit-globals',
    transform: {
      filter: { id: /[\\/](?:lit-html|lit-element|@lit[\\/]reactive-element)[\\/].*\.js$/ },
      handler: (code) => ({ code: withoutGlobals(code), map: null }),
    },
    generateBundle(_, bundle) {
      for (const part of Object.values(bundle)) {
        const name =
          part.type === 'chunk' && /(?:litHtml|litElement|reactiveElement)Versions|litPropertyMetadata/.exec(part.code);
        if (name) this.error(`${part.fileName} still makes the global name ${name[0]}: look at lit-globals.ts`);
      }
    },
  };
}
