/**
 * The bundled build of the widget: dist/cdn. `embed.js` and the service worker are classic scripts and are made apart,
 * in .config/build.ts.
 */
import { defineConfig } from 'vite';
import { litLean } from './.config/lit-lean.ts';
import { litPolicy } from './.config/lit-policy.ts';
import { moduleSizes } from './.config/module-sizes.ts';
import { packTightly } from './.config/pack-tightly.ts';
import { shortTemplates } from './.config/short-templates.ts';
import { staticProperties } from './.config/static-properties.ts';

export default defineConfig({
  // Parts find each other relative to themselves: the files work from any folder of any host.
  base: './',
  publicDir: false,
  plugins: [litLean(), staticProperties(), shortTemplates(), litPolicy(), moduleSizes(), packTightly()],
  build: {
    outDir: 'dist/cdn',
    emptyOutDir: true,
    // E-9: Baseline "widely available" (Chrome 111, Firefox 114, Safari 16.4 with this Vite).
    target: 'baseline-widely-available',
    // Its default writes preload links with addresses on the host page's origin.
    modulePreload: false,
    // The licences of what is bundled go with the bundle.
    license: { fileName: 'NOTICE.md' },
    reportCompressedSize: false,
    // As a library: an application's build wraps each later import in a helper of 800 bytes that looks for style sheets
    // and fires an event on the host's window when a part can't be loaded.
    lib: { entry: { afterword: 'src/index.ts' }, formats: ['es'] },
    rolldownOptions: {
      // What the entry shares with later parts stays in the entry: a file of its own would be one more trip before the
      // first paint.
      preserveEntrySignatures: 'allow-extension',
      output: {
        codeSplitting: {
          groups: [
            { name: 'afterword', tags: ['$initial'], priority: 1 },
            // One file for what keeps threads true, not one more for each module that a later part has in common with it.
            // Without what finds passages again: only pages with passages fetch that.
            { name: 'keeping', test: /src\/(?:model\/(?!quote)|sync|adapters\/a|elements\/keeping)/ },
            // What the parts of a reader's acts have in common: one small file beside them.
            { name: 'controls', test: /src\/elements\/(?:control-base|translated|passage-finder|first-words|keys)\b/ },
          ],
        },
        // A library's build leaves the white space to its user's build. Ours is the last.
        minify: true,
        entryFileNames: '[name].js',
        chunkFileNames: 'parts/[name]-[hash].js',
        assetFileNames: 'parts/[name]-[hash][extname]',
      },
    },
  },
});
