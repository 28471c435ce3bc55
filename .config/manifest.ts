/**
 * Makes the custom-elements manifest from the doc blocks of src/elements, and the reference page from the manifest.
 * The page is kept in the repository (src/elements/REFERENCE.md); a gate fails when it is stale.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { cli } from '@custom-elements-manifest/analyzer/cli.js';
import { ATTRIBUTES, type AttributeName } from '../src/elements/attributes.ts';
import type { Attribute, ClassField, CssCustomProperty, CustomElement, Package } from 'custom-elements-manifest/schema';

export const REFERENCE = 'src/elements/REFERENCE.md';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The manifest of the sources, its paths those of the sources. */
export async function readManifest(): Promise<Package> {
  const manifest = (await cli({
    argv: [
      'analyze',
      '--litelement',
      '--quiet',
      '--config',
      '.config/custom-elements-manifest.config.mjs',
      '--globs',
      'src/elements/*.ts',
    ],
    cwd: root,
    noWrite: true,
  })) as Package;
  for (const element of elementsOf(manifest)) {
    if (element.tagName === 'afterword-comments') tellValues(element);
    // What a template, an editor and a documentation page may know: nothing that only the element itself uses.
    element.members = element.members?.filter(isPublic) ?? [];
  }
  return manifest;
}

/** Defaults and choices of the section's attributes stand in a table of the source, which the analyzer does not run. */
function tellValues(section: CustomElement): void {
  for (const attribute of section.attributes ?? []) {
    if (!(attribute.name in ATTRIBUTES)) continue;
    const { fallback, allowed } = ATTRIBUTES[attribute.name as AttributeName];
    const written = typeof fallback === 'string' ? `'${fallback}'` : String(fallback);
    const field = propertiesOf(section).find((it) => it.name === attribute.fieldName);
    for (const it of field ? [attribute, field] : [attribute]) {
      if (fallback !== '') it.default = written;
      if (/^[A-Z]\w*$/.test(it.type?.text ?? '')) {
        it.type = {
          text: allowed
            .split(', ')
            .map((choice) => `'${choice}'`)
            .join(' | '),
        };
      }
    }
  }
}

/** Writes dist/custom-elements.json, its paths those of the published modules. */
export async function writeManifest(): Promise<Package> {
  const manifest = await readManifest();
  const text = JSON.stringify(manifest, null, 1);
  writeFileSync(
    `${root}dist/custom-elements.json`,
    text.replaceAll(/"(\/?)src\/([^"]+)\.ts"/g, (_, slash: string, path: string) => `"${slash}dist/npm/${path}.js"`),
  );
  return manifest;
}

/** The elements a manifest describes, those an author writes by hand first. */
export function elementsOf(manifest: Package): CustomElement[] {
  return manifest.modules
    .flatMap((module) => module.declarations ?? [])
    .filter((it): it is CustomElement & typeof it => 'customElement' in it && Boolean(it.tagName))
    .sort((a, b) => rank(a) - rank(b) || a.tagName!.localeCompare(b.tagName!));
}

/** What an author writes into a page; all others are made by these. */
export const AUTHORS_ELEMENTS: readonly string[] = [
  'afterword-comments',
  'afterword-feedback',
  'afterword-count',
  'afterword-bubble',
];

function rank(element: CustomElement): number {
  const place = AUTHORS_ELEMENTS.indexOf(element.tagName ?? '');
  return place < 0 ? AUTHORS_ELEMENTS.length : place;
}

function isPublic(member: NonNullable<CustomElement['members']>[number]): boolean {
  return (member.privacy ?? 'public') === 'public' && !/^[#_]/.test(member.name) && !LIFECYCLE.has(member.name);
}

/** What Lit and the browser call, not an author. */
const LIFECYCLE = new Set([
  'connectedCallback',
  'disconnectedCallback',
  'willUpdate',
  'updated',
  'firstUpdated',
  'render',
]);

/** A property as a reader of the reference knows it: public, of an instance, and not a method. */
export function propertiesOf(element: CustomElement): ClassField[] {
  return (element.members ?? []).filter(
    (it): it is ClassField =>
      it.kind === 'field' && !it.static && (it.privacy ?? 'public') === 'public' && !it.name.startsWith('#'),
  );
}

/** The reference page as it must stand in the repository. */
export async function formattedReference(): Promise<string> {
  const options = await resolveConfig(`${root}${REFERENCE}`);
  return format(referencePage(await readManifest()), { ...options, parser: 'markdown' });
}

function referencePage(manifest: Package): string {
  const elements = elementsOf(manifest);
  const own = elements.filter((it) => AUTHORS_ELEMENTS.includes(it.tagName!));
  const inner = elements.filter((it) => !AUTHORS_ELEMENTS.includes(it.tagName!));
  return [
    '<!-- Made from the doc blocks by `npm run reference`. Do not edit. -->',
    '# Reference of the elements',
    '',
    'What an author writes into a page:',
    '',
    ...own.flatMap(section),
    ...(inner.length
      ? [
          '# Inside the section',
          '',
          'These are made by the elements above; their parts and variables can be reached from outside.',
          '',
        ]
      : []),
    ...inner.flatMap(section),
  ].join('\n');
}

function section(element: CustomElement): string[] {
  const attributes = new Map((element.attributes ?? []).map((it) => [it.fieldName ?? it.name, it]));
  const properties = propertiesOf(element).filter((it) => !attributes.has(it.name));
  return [
    `## \`<${element.tagName}>\``,
    '',
    element.description ?? element.summary ?? '',
    '',
    ...table(
      'Attributes',
      ['attribute', 'property', 'type', 'default', ''],
      [...attributes.values()].map(attributeRow),
    ),
    ...table(
      'Properties',
      ['property', 'type', ''],
      properties.map((it) => [code(it.name), code(it.type?.text), it.description]),
    ),
    ...table(
      'Events',
      ['event', 'class', ''],
      (element.events ?? []).map((it) => [code(it.name), code(it.type?.text), it.description]),
    ),
    ...table(
      'Slots',
      ['slot', ''],
      (element.slots ?? []).map((it) => [it.name ? code(it.name) : '(default)', it.description]),
    ),
    ...table(
      'Parts',
      ['part', ''],
      (element.cssParts ?? []).map((it) => [code(it.name), it.description]),
    ),
    ...table(
      'States',
      ['state', ''],
      statesOf(element).map((it) => [code(it.name), it.description]),
    ),
    ...table('CSS variables', ['variable', 'default', ''], (element.cssProperties ?? []).map(variableRow)),
  ];
}

/** The analyzer knows states before the schema's types do. */
function statesOf(element: CustomElement): { name: string; description?: string }[] {
  return (element as { cssStates?: { name: string; description?: string }[] }).cssStates ?? [];
}

function attributeRow(it: Attribute): (string | undefined)[] {
  return [code(it.name), code(it.fieldName), code(it.type?.text), code(it.default), it.description];
}

function variableRow(it: CssCustomProperty): (string | undefined)[] {
  return [code(it.name), code(it.default), it.description];
}

/** A column with nothing in it is left out. */
function table(title: string, head: string[], rows: (string | undefined)[][]): string[] {
  if (!rows.length) return [];
  const kept = head.map((_, column) => rows.some((row) => row[column]));
  const line = (cells: (string | undefined)[]) =>
    `| ${cells
      .filter((_, column) => kept[column])
      .map((cell) => (cell ?? '').replaceAll('\n', ' ').replaceAll('|', '\\|').trim())
      .join(' | ')} |`;
  return [`### ${title}`, '', line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

function code(text: string | undefined): string {
  return text ? `\`${text}\`` : '';
}
