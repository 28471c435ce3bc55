/**
 * The gate of the manifest: what an author can reach of an element (attribute, property, event, slot, part, state, CSS
 * variable) is found in the sources by other means than the analyzer's and must stand in the manifest with a sentence;
 * what stands there must be in the sources.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';
import type { Attribute, CustomElement } from 'custom-elements-manifest/schema';
import {
  AUTHORS_ELEMENTS,
  elementsOf,
  formattedReference,
  propertiesOf,
  readManifest,
  REFERENCE,
} from '../../.config/manifest.ts';
import { ATTRIBUTES } from '../../src/elements/attributes.ts';

interface Source {
  readonly file: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  /** The element the file defines, where it defines one. */
  readonly tag: string | undefined;
}

const sources: Source[] = readdirSync('src/elements')
  .filter((file) => file.endsWith('.ts'))
  .map((file) => {
    const text = readFileSync(`src/elements/${file}`, 'utf8');
    return {
      file: `src/elements/${file}`,
      text,
      tree: ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true),
      tag: /customElements\.define\(\s*['"]([\w-]+)['"]/.exec(text)?.[1],
    };
  });

const manifest = await readManifest();
const elements = new Map(elementsOf(manifest).map((it) => [it.tagName ?? '', it]));

const documented = (pick: (element: CustomElement) => readonly { name?: string }[] | undefined) =>
  new Set([...elements.values()].flatMap((element) => (pick(element) ?? []).map((it) => it.name ?? '')));

/** All strings that the pattern's first group finds in the sources, split at spaces. */
function said(pattern: RegExp, { text }: Source): string[] {
  return [...text.matchAll(pattern)].flatMap(([, words]) => (words ?? '').split(/\s+/)).filter(Boolean);
}

/** The parts a source gives names to: in templates, and by script. */
function partsIn(source: Source): string[] {
  const byTemplate = said(/\bpart="([^"$]*)"/g, source);
  const byScript = [
    ...source.text.matchAll(/\bpart=\$\{([^}]*)\}|\.part\.(?:add|toggle)\(([^)]*)\)|['"]part['"],([^)]*)\)/g),
  ];
  // What stands between quotes, or between the expressions of a template.
  const quoted = byScript.flatMap(([, ...found]) => [...found.join(' ').matchAll(/(?<=['"`}])([\w -]+)(?=['"`$])/g)]);
  return [...byTemplate, ...quoted.flatMap(([, words]) => (words ?? '').split(' ')).filter(Boolean)];
}

test('every element an author writes is in the manifest, and every element of ours', () => {
  assert.deepEqual(
    AUTHORS_ELEMENTS.filter((tag) => !elements.has(tag)),
    [],
  );
  const defined = sources.flatMap(({ tag }) => tag ?? []);
  assert.deepEqual([...elements.keys()].sort(), defined.sort());
  for (const [tag, element] of elements) assert.ok(element.description, `<${tag}> has no description`);
});

test('every attribute of the table is an attribute of the section', () => {
  const attributes = new Set((elements.get('afterword-comments')?.attributes ?? []).map((it) => it.name));
  assert.deepEqual(
    Object.keys(ATTRIBUTES).filter((name) => !attributes.has(name)),
    [],
  );
});

for (const source of sources) {
  const { tag, tree, file } = source;
  if (!tag) continue;
  test(`<${tag}>: each property and attribute of the source has its sentence, and no other is told of`, () => {
    const element = elements.get(tag);
    assert.ok(element);
    const found = membersOf(tree);
    assert.ok(found.length > 0 || file.length > 0);
    const told = new Map(propertiesOf(element).map((it) => [it.name, it]));
    for (const { name, attribute } of found) {
      assert.ok(told.get(name)?.description, `${tag}.${name} is not in the manifest, or without a sentence`);
      if (attribute === false) continue;
      const entry: Attribute | undefined = element.attributes?.find((it) => it.name === attribute);
      assert.equal(entry?.fieldName, name, `the attribute ${String(attribute)} of ${tag} is not in the manifest`);
    }
    const names = found.map((it) => it.name);
    assert.deepEqual(
      [...told.values()].filter((it) => !it.inheritedFrom && !names.includes(it.name)).map((it) => it.name),
      [],
    );
    assert.deepEqual(
      (element.attributes ?? []).map((it) => it.name).filter((name) => !found.some((it) => it.attribute === name)),
      [],
    );
  });

  test(`<${tag}>: each slot is told of`, () => {
    const found = [...source.text.matchAll(/<slot(?:\s+name="([\w-]+)")?/g)].map(([, name]) => name ?? '');
    const told = (elements.get(tag)?.slots ?? []).map((it) => it.name);
    assert.deepEqual([...new Set(told)].sort(), [...new Set(found)].sort());
  });
}

test('each part has its sentence, at the element whose file names it', () => {
  const everywhere = documented((it) => it.cssParts);
  for (const source of sources) {
    const told = source.tag ? new Set((elements.get(source.tag)?.cssParts ?? []).map((it) => it.name)) : everywhere;
    for (const part of partsIn(source)) assert.ok(told.has(part), `${source.file}: the part ${part} is not told of`);
  }
  const found = new Set(sources.flatMap(partsIn));
  assert.ok(found.size > 0);
  assert.deepEqual(
    [...everywhere].filter((part) => !found.has(part)),
    [],
    'told of, but in no template',
  );
});

test('each part that is told of can be reached from the page: the section hands on what lies deeper', () => {
  const exported = new Set(
    sources.flatMap(({ text }) => {
      const written = [...text.matchAll(/\bexportparts="([^"]*)"|\bconst (?:\w+_)?PARTS =\s*'([^']*)'/g)];
      return written.flatMap(([, inPlace, constant]) => (inPlace ?? constant ?? '').split(/[\s,]+/));
    }),
  );
  // These stand in the page themselves; all others stand inside the section.
  const own = new Set(AUTHORS_ELEMENTS.flatMap((tag) => (elements.get(tag)?.cssParts ?? []).map((it) => it.name)));
  assert.deepEqual(
    [...documented((it) => it.cssParts)].filter((part) => !own.has(part) && !exported.has(part)),
    [],
  );
});

test('each state has its sentence', () => {
  const found = new Set(
    sources.flatMap((source) => said(/\bstates\.(?:add|delete|toggle)\(\s*['"]([\w-]+)['"]/g, source)),
  );
  const told = documented((it) => (it as { cssStates?: { name: string }[] }).cssStates);
  assert.deepEqual([...told].sort(), [...found].sort());
});

test('each CSS variable has its sentence at the section, where a theme is set', () => {
  const found = new Set(sources.flatMap((source) => said(/var\(\s*(--afterword-[\w-]+)/g, source)));
  assert.ok(found.size > 10);
  const told = documented((it) => it.cssProperties);
  assert.deepEqual([...told].sort(), [...found].sort());
  const section = elements.get('afterword-comments')?.cssProperties ?? [];
  for (const name of found) assert.ok(section.find((it) => it.name === name)?.description, `${name} at the section`);
});

test('each event that is fired is told of at the section, with its class and name', () => {
  const types = eventTypes();
  assert.ok(types.size > 5);
  const fired = new Set(sources.flatMap((source) => said(/new (Afterword\w+Event)\(/g, source)));
  const told = new Map((elements.get('afterword-comments')?.events ?? []).map((it) => [it.name, it]));
  for (const [className, type] of types) {
    assert.ok(fired.has(className), `${className} is in events.ts, but nobody fires it`);
    assert.equal(told.get(type)?.type?.text, className, `${type} is not told of`);
    assert.ok(told.get(type)?.description, `${type} has no sentence`);
  }
  assert.deepEqual([...told.keys()].sort(), [...types.values()].sort());
});

test('the reference page is the one the doc blocks make now (npm run reference)', async () => {
  assert.equal(readFileSync(REFERENCE, 'utf8'), await formattedReference());
});

/** The classes of events.ts with the names they are listened to by. */
function eventTypes(): Map<string, string> {
  const text = readFileSync('src/elements/events.ts', 'utf8');
  return new Map(
    [...text.matchAll(/class (Afterword\w+Event)[^{]*\{\s*static readonly type = '([\w-]+)'/g)].map(
      ([, name, type]) => [name!, type!],
    ),
  );
}

interface Member {
  readonly name: string;
  /** The attribute it reads; false where there is none. */
  readonly attribute: string | false;
}

/** The public properties of the elements of a file: reactive ones, plain fields and accessors; not methods. */
function membersOf(tree: ts.SourceFile): Member[] {
  const found = new Map<string, Member>();
  const visit = (node: ts.Node): void => {
    if (
      ts.isClassDeclaration(node) &&
      node.heritageClauses?.some((it) => /LitElement|HTMLElement/.test(it.getText()))
    ) {
      for (const member of node.members) {
        if (!ts.isPropertyDeclaration(member) && !ts.isGetAccessor(member) && !ts.isSetAccessor(member)) continue;
        const name = member.name.getText();
        if (name.startsWith('#') || hidden(member) || internal(member)) continue;
        const attribute = attributeOf(member, name);
        if (!found.get(name)?.attribute) found.set(name, { name, attribute });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return [...found.values()];
}

const HIDDEN = [ts.SyntaxKind.StaticKeyword, ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];

function hidden(member: ts.ClassElement): boolean {
  const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
  return modifiers.some((it) => HIDDEN.includes(it.kind));
}

function internal(member: ts.ClassElement): boolean {
  return ts.getJSDocTags(member).some((it) => it.tagName.text === 'internal' || it.tagName.text === 'ignore');
}

function attributeOf(member: ts.PropertyDeclaration | ts.AccessorDeclaration, name: string): string | false {
  for (const decorator of ts.getDecorators(member) ?? []) {
    const call = decorator.expression;
    if (!ts.isCallExpression(call) || call.expression.getText() !== 'property') continue;
    const [options] = call.arguments;
    if (!options) return name.toLowerCase();
    if (ts.isCallExpression(options)) {
      const [first] = options.arguments;
      if (first && ts.isStringLiteral(first)) return first.text;
    }
    const named = /\battribute:\s*(?:(false)|['"]([\w-]+)['"])/.exec(options.getText());
    if (named) return named[1] ? false : (named[2] ?? false);
    return name.toLowerCase();
  }
  // An element without Lit reads its attributes by name: `this.#read('pageId', 'page-id')`.
  const [, read] = ts.isGetAccessor(member) ? (/#read\((?:'\w+', )?'([\w-]+)'\)/.exec(member.getText()) ?? []) : [];
  return read ?? false;
}
