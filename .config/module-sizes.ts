/**
 * Leaves a list of what the bundle is made of (its chunks, what each imports, and how many bytes each module brought)
 * in .cache/bundle.json. `npm run size` and the gates read it; it is no part of what is published.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Plugin } from 'vite';

export interface BundlePart {
  readonly file: string;
  readonly entry: boolean;
  /** Fetched with this part, before it runs. */
  readonly imports: readonly string[];
  /** Fetched when something asks for it. */
  readonly dynamicImports: readonly string[];
  /** Bytes that remain of each module, before minifying. */
  readonly modules: Readonly<Record<string, number>>;
}

export function moduleSizes(file = '.cache/bundle.json'): Plugin {
  let root = '';
  return {
    name: 'afterword:module-sizes',
    configResolved(config) {
      root = config.root;
    },
    generateBundle(_, bundle) {
      const parts: BundlePart[] = [];
      for (const part of Object.values(bundle)) {
        if (part.type !== 'chunk') continue;
        const modules: Record<string, number> = {};
        for (const [id, { renderedLength }] of Object.entries(part.modules)) {
          modules[relative(root, id.replace(/^\0/, ''))] = renderedLength;
        }
        parts.push({
          file: part.fileName,
          entry: part.isEntry,
          imports: part.imports,
          dynamicImports: part.dynamicImports,
          modules,
        });
      }
      mkdirSync('.cache', { recursive: true });
      writeFileSync(file, JSON.stringify(parts, null, 1));
    },
  };
}
