/**
 * `npm run frameworks`: a small program for each framework that we bring types for, checked against the packed widget in
 * strict mode by the framework's own checker. Each has to pass as it is, and to fail where one value or one field of an
 * event is misspelt: types that take anything would pass the first half. `-- Vue` checks one.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closing } from './closing.ts';
import { consumersFolder } from './consumers.ts';

interface Program {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly checker: 'typescript/bin/tsc' | 'vue-tsc/bin/vue-tsc.js' | 'svelte-check/bin/svelte-check';
  readonly options?: Record<string, unknown>;
}

const jsx = (attributes: string, on: (event: string) => string, inner = ''): string => `
export const Page = () => (
  <>
    <article id="text">
      <p>
        <afterword-feedback id="p1" question="Is it so?" ${inner}>
          It is so.
        </afterword-feedback>
      </p>
    </article>
    <afterword-comments
      server="https://comments.example"
      sort="oldest"
      page-size={20}
      article="#text"
      selections
      ${attributes}
      ${on('afterword-posted')}={(event) => console.log(event.comment.id, event.comment.text)}
    />
    <afterword-count />
    <afterword-bubble />
  </>
);
`;

const on = (event: string): string => `on${event}`;

const PROGRAMS: readonly Program[] = [
  {
    name: 'the DOM',
    file: 'dom.ts',
    checker: 'typescript/bin/tsc',
    text: `
import { AfterwordComments, type AfterwordFeedback } from 'afterword';
const section: AfterwordComments = document.createElement('afterword-comments');
section.sort = 'oldest';
const asked: AfterwordFeedback | null = document.querySelector('afterword-feedback');
console.log(asked?.question);
for (const place of [document, document.body] as const) place.addEventListener('afterword-loaded', () => {});
document.addEventListener('afterword-posted', (event) => console.log(event.comment.text));
window.addEventListener('afterword-submit', (event) => {
  if (event.text === '') event.preventDefault();
});
section.addEventListener('afterword-vote', (event) => console.log(event.value));
`,
  },
  {
    name: 'React 19',
    file: 'react.tsx',
    checker: 'typescript/bin/tsc',
    options: { jsx: 'react-jsx' },
    text: `import type {} from 'afterword/types/react';\nimport { useRef } from 'react';
import type { AfterwordComments } from 'afterword';
export const useSection = () => useRef<AfterwordComments>(null);
${jsx('pageTitle="A title" className="comments" key="one" ref={(it) => void it?.focus()}', on)}`,
  },
  {
    name: 'Preact',
    file: 'preact.tsx',
    checker: 'typescript/bin/tsc',
    options: { jsx: 'react-jsx', jsxImportSource: 'preact' },
    text: `import type {} from 'afterword/types/preact';${jsx('pageTitle="A title" class="comments"', on)}`,
  },
  {
    name: 'Solid',
    file: 'solid.tsx',
    checker: 'typescript/bin/tsc',
    options: { jsx: 'preserve', jsxImportSource: 'solid-js' },
    text: `import type {} from 'afterword/types/solid';${jsx('prop:pageTitle="A title" class="comments"', (event) => `on:${event}`)}`,
  },
  {
    name: 'Vue',
    file: 'Page.vue',
    checker: 'vue-tsc/bin/vue-tsc.js',
    // The address is bound: vue-tsc 3.3 knows no type of an element any more that has `//` in a plain attribute.
    text: `<script setup lang="ts">
import 'afterword/types/vue';
const server = 'https://comments.example';
</script>
<template>
  <afterword-feedback id="p1" question="Is it so?">It is so.</afterword-feedback>
  <afterword-comments
    class="comments"
    :server="server"
    sort="oldest"
    :page-size="20"
    selections
    @afterword-posted="(event) => console.log(event.comment.text)"
  />
  <afterword-count /><afterword-bubble />
</template>
`,
  },
  {
    name: 'Svelte',
    file: 'Page.svelte',
    checker: 'svelte-check/bin/svelte-check',
    text: `<script lang="ts">
  import type {} from 'afterword/types/svelte';
</script>
<afterword-feedback id="p1" question="Is it so?">It is so.</afterword-feedback>
<afterword-comments
  class="comments"
  server="https://comments.example"
  sort="oldest"
  page-size={20}
  selections
  onafterword-posted={(event) => console.log(event.comment.text)}
></afterword-comments>
<afterword-count></afterword-count><afterword-bubble></afterword-bubble>
`,
  },
];

/** What a person misspells, and what stands in its place. */
const MISTAKES: readonly (readonly [string, string])[] = [
  ['oldest', 'oldets'],
  ['.comment.text', '.comment.txet'],
];

/** The checker's exit code and words. */
function checked({ file, text, checker, options = {} }: Program, folder: string): Promise<[number, string]> {
  const place = join(folder, 'checked');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  writeFileSync(join(place, file), text);
  // Else the checker takes the nearest configuration of Vite, which is this project's.
  writeFileSync(join(place, 'svelte.config.js'), 'export default {};\n');
  writeFileSync(
    join(place, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'ES2022',
        module: 'ESNext',
        moduleResolution: 'bundler',
        lib: ['ES2022', 'DOM', 'DOM.Iterable'],
        types: [],
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        noEmit: true,
        // Ours are checked with the program; what is wrong in others' is not ours to mend.
        skipLibCheck: checker !== 'typescript/bin/tsc' || file !== 'dom.ts',
        ...options,
      },
      include: [`./${file}`],
    }),
  );
  const args = checker.startsWith('svelte') ? ['--tsconfig', 'tsconfig.json', '--fail-on-warnings'] : ['-p', '.'];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(folder, 'node_modules', checker), ...args],
      { cwd: place, timeout: 120_000 },
      (error, stdout, stderr) => resolve([error ? Number(error.code ?? 1) : 0, stdout + stderr]),
    );
  });
}

const cases: boolean[] = [];
function told(name: string, holds: boolean, otherwise: string): void {
  cases.push(holds);
  console.log(holds ? `ok   ${name}` : `FAIL ${name}\n${otherwise}`);
}

const folder = await consumersFolder();
const wanted = process.argv.slice(2);
for (const program of PROGRAMS) {
  if (wanted.length > 0 && !wanted.includes(program.name)) continue;
  const [code, words] = await checked(program, folder);
  told(`W4: a program in ${program.name} has no wrong type`, code === 0, words);
  for (const [right, wrong] of MISTAKES) {
    const text = program.text.replace(right, wrong);
    const [codeOfWrong, wordsOfWrong] = await checked({ ...program, text }, folder);
    const found = codeOfWrong !== 0 && wordsOfWrong.includes(wrong.replace('.comment.', ''));
    told(`W4: in ${program.name} ${wrong} is found out`, found, wordsOfWrong || 'nothing was said');
  }
}
closing(cases, (holds) => holds);
