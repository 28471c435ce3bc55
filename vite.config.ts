/**
 * The bundled build of the widget: dist/cdn. `embed.js` and the service worker are classic scripts and are made apart,
 * in .config/build.ts.
 */
import { defineConfig } from 'vite';
import { litPolicy } from './.config/lit-policy.ts';
import { moduleSizes } from './.config/module-sizes.ts';

export default defineConfig({
  // Parts find each other relative to themselves: the files work from any folder of any host.
  base: './',
  publicDir: false,
  plugins: [litPolicy(), moduleSizes()],
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
    rolldownOptions: {
      input: { afterword: 'src/index.ts' },
      preserveEntrySignatures: 'exports-only',
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        chunkFileNames: 'parts/[name]-[hash].js',
        assetFileNames: 'parts/[name]-[hash][extname]',
      },
    },
  },
});
