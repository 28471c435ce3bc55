/**
 * What editors and frameworks know of the elements, made from the manifest so that it can't be another: VS Code's custom
 * data, JetBrains' web-types, and the types for React, Preact, Solid, Vue and Svelte.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { CustomElement, Package } from 'custom-elements-manifest/schema';
import { AUTHORS_ELEMENTS, elementsOf, propertiesOf } from './manifest.ts';

/** Writes all of it beside the manifest, into dist/. */
export function writeEditorData(manifest: Package): void {
  const elements = elementsOf(manifest).filter((it) => AUTHORS_ELEMENTS.includes(it.tagName!));
  writeFileSync('dist/vscode.html-custom-data.json', json(customData(elements)));
  writeFileSync('dist/web-types.json', json(webTypes(elements)));
  mkdirSync('dist/npm/types', { recursive: true });
  const common = commonTypes(elements);
  writeFileSync('dist/npm/types/elements.d.ts', common);
  for (const [framework, text] of Object.entries(FRAMEWORKS)) {
    writeFileSync(`dist/npm/types/${framework}.d.ts`, text(elements));
    // A bundler that is asked for the types by a plain import finds a module with nothing in it.
    writeFileSync(`dist/npm/types/${framework}.js`, 'export {};\n');
  }
}

const json = (it: unknown): string => `${JSON.stringify(it, null, 1)}\n`;

const TEXT_OF = /^'([^']*)'$/;

/** `'a' | 'b'` as its words; empty for any other type. */
function choicesOf(type: string | undefined): string[] {
  const parts = (type ?? '').split('|').map((it) => TEXT_OF.exec(it.trim())?.[1]);
  return parts.every((it) => it !== undefined) ? (parts as string[]) : [];
}

function customData(elements: readonly CustomElement[]) {
  return {
    version: 1.1,
    tags: elements.map((it) => ({
      name: it.tagName,
      description: it.description,
      attributes: (it.attributes ?? []).map((attribute) => ({
        name: attribute.name,
        description: attribute.description,
        ...(attribute.type?.text === 'boolean' ? { valueSet: 'v' } : {}),
        ...(choicesOf(attribute.type?.text).length
          ? { values: choicesOf(attribute.type?.text).map((name) => ({ name })) }
          : {}),
      })),
    })),
  };
}

function webTypes(elements: readonly CustomElement[]) {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const named = (it: { name: string; description?: string | undefined }) => ({
    name: it.name,
    description: it.description,
  });
  return {
    $schema: 'https://raw.githubusercontent.com/JetBrains/web-types/master/schema/web-types.json',
    name: 'afterword',
    version,
    'js-types-syntax': 'typescript',
    'description-markup': 'markdown',
    contributions: {
      html: {
        elements: elements.map((it) => ({
          name: it.tagName,
          description: it.description,
          attributes: (it.attributes ?? []).map((attribute) => ({
            ...named(attribute),
            ...(attribute.default === undefined ? {} : { default: attribute.default }),
            value: { type: attribute.type?.text ?? 'string' },
          })),
          slots: (it.slots ?? []).map(named),
          js: {
            properties: propertiesOf(it).map((property) => ({
              ...named(property),
              type: property.type?.text ?? 'unknown',
            })),
            events: (it.events ?? []).map(named),
          },
          css: { parts: (it.cssParts ?? []).map(named), properties: (it.cssProperties ?? []).map(named) },
        })),
      },
    },
  };
}

const CLASSES: Readonly<Record<string, string>> = {
  'afterword-comments': 'AfterwordComments',
  'afterword-feedback': 'AfterwordFeedback',
  'afterword-count': 'AfterwordCount',
  'afterword-bubble': 'AfterwordBubble',
};

const nameOf = (element: CustomElement): string => CLASSES[element.tagName!] ?? element.name;

const comment = (text: string | undefined): string => (text ? `/** ${text.replaceAll('*/', '*\\/')} */ ` : '');

/** What can be written for an attribute in HTML's way: numbers and yes or no as text, too. */
function attributeType(type: string | undefined): string {
  if (choicesOf(type).length) return type!;
  if (type === 'boolean') return "boolean | ''";
  if (type === 'number') return 'number | string';
  return 'string';
}

function commonTypes(elements: readonly CustomElement[]): string {
  return `// Made from custom-elements.json: do not edit.
import type { ${elements.map(nameOf).join(', ')} } from '../index.js';
import type * as events from '../elements/events.js';

${elements
  .map((element) => {
    const attributes = (element.attributes ?? []).map(
      (it) => `  ${comment(it.description)}'${it.name}'?: ${attributeType(it.type?.text)} | undefined;`,
    );
    const given = new Set((element.attributes ?? []).map((it) => it.name));
    const properties = propertiesOf(element)
      .filter((it) => !(it as { readonly?: boolean }).readonly && !given.has(it.name))
      .map((it) => `  ${comment(it.description)}${it.name}?: ${nameOf(element)}['${it.name}'] | undefined;`);
    return `/** The attributes of \`<${element.tagName}>\`. */
export interface ${nameOf(element)}Attributes {
${attributes.join('\n')}
}

/** Its properties that differ from its attributes by more than the dash. */
export interface ${nameOf(element)}Properties {
${properties.join('\n')}
}
`;
  })
  .join('\n')}
/** What the elements fire. */
export interface AfterwordEvents {
${eventsOf(elements)
  .map(([name, type]) => `  '${name}': events.${type};`)
  .join('\n')}
}

export interface AfterwordElements {
${elements.map((it) => `  '${it.tagName}': ${nameOf(it)};`).join('\n')}
}
`;
}

function eventsOf(elements: readonly CustomElement[]): [string, string][] {
  const found = new Map(
    elements.flatMap((it) => (it.events ?? []).map((event) => [event.name, event.type?.text ?? 'Event'] as const)),
  );
  return [...found];
}

/** `on` for each event under the name by which the framework hears it. */
const handlers = (elements: readonly CustomElement[], name: (event: string) => string): string =>
  eventsOf(elements)
    .map(([event, type]) => `  '${name(event)}'?: ((event: events.${type}) => void) | undefined;`)
    .join('\n');

const head = (elements: readonly CustomElement[], framework: string): string =>
  `// Made from custom-elements.json: do not edit. \`import 'afterword/types/${framework.toLowerCase()}'\` makes the elements known to ${framework}.
import type * as events from '../elements/events.js';
import type { ${elements.map(nameOf).join(', ')} } from '../index.js';
import type { ${elements.flatMap((it) => [`${nameOf(it)}Attributes`, `${nameOf(it)}Properties`]).join(', ')} } from './elements.js';
`;

const own = (it: CustomElement): string => `${nameOf(it)}Attributes & ${nameOf(it)}Properties & Handlers`;

const FRAMEWORKS: Readonly<Record<string, (elements: readonly CustomElement[]) => string>> = {
  react: (elements) => `${head(elements, 'React')}import type { DetailedHTMLProps, HTMLAttributes } from 'react';

interface Handlers {
${handlers(elements, (event) => `on${event}`)}
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
${elements
  .map(
    (it) =>
      `      '${it.tagName}': DetailedHTMLProps<HTMLAttributes<${nameOf(it)}>, ${nameOf(it)}> & ${own(it)} & { class?: string };`,
  )
  .join('\n')}
    }
  }
}
`,
  preact: (elements) => `${head(elements, 'Preact')}import type { HTMLAttributes } from 'preact';

interface Handlers {
${handlers(elements, (event) => `on${event}`)}
}

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
${elements.map((it) => `      '${it.tagName}': HTMLAttributes<${nameOf(it)}> & ${own(it)};`).join('\n')}
    }
  }
}
`,
  solid: (elements) => `${head(elements, 'Solid')}import type { JSX } from 'solid-js';

interface Handlers {
${handlers(elements, (event) => `on:${event}`)}
}

/** Solid writes attributes, unless it is told to set the property: \`prop:\`. */
type Props<T> = { [Name in keyof T as \`prop:\${Name & string}\`]?: T[Name] };

declare module 'solid-js' {
  namespace JSX {
    interface IntrinsicElements {
${elements
  .map(
    (it) =>
      `      '${it.tagName}': JSX.HTMLAttributes<${nameOf(it)}> & ${nameOf(it)}Attributes & Props<${nameOf(it)}Properties> & Handlers;`,
  )
  .join('\n')}
    }
  }
}
`,
  vue: (elements) => `${head(elements, 'Vue')}import type { EmitFn, HTMLAttributes } from 'vue';
import type { AfterwordEvents } from './elements.js';

/** An element as Vue's templates see it. */
type Known<Props> = new () => {
  $props: HTMLAttributes & Props;
  $emit: EmitFn<{ [Name in keyof AfterwordEvents]: (event: AfterwordEvents[Name]) => void }>;
};

interface Handlers {
${handlers(elements, (event) => `on${event[0]!.toUpperCase()}${event.slice(1).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())}`)}
}

declare module 'vue' {
  interface GlobalComponents {
${elements.map((it) => `    '${it.tagName}': Known<${own(it)}>;`).join('\n')}
  }
}
`,
  svelte: (elements) => `${head(elements, 'Svelte')}import type { HTMLAttributes } from 'svelte/elements';

interface Handlers {
${handlers(elements, (event) => `on${event}`)}
}

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
${elements.map((it) => `    '${it.tagName}': HTMLAttributes<${nameOf(it)}> & ${own(it)};`).join('\n')}
  }
}
`,
};
