/**
 * The house stands as its table says (src/ARCHITECTURE.md, .config/directions.ts): every import of every file is read
 * with the compiler's own parser and checked against it.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { FOLDERS, OUTSIDE } from '../.config/directions.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typesOnly: boolean;
}

const files = sources('src');
const imports = files.flatMap(importsOf);

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sources(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ES2022, true);
}

/** Static and dynamic imports, re-exports and `import('…')` types of one file. */
function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typesOnly: boolean) => {
    if (specifier && ts.isStringLiteralLike(specifier)) {
      const to = specifier.text.startsWith('.')
        ? relative(root, join(root, dirname(file), specifier.text))
        : specifier.text;
      found.push({ from: file, to, typesOnly });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, onlyTypes(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly || allTypes(node.exportClause));
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

function onlyTypes(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  return !clause.name && allTypes(clause.namedBindings);
}

function allTypes(names: ts.NamedImportBindings | ts.NamedExportBindings | undefined): boolean {
  return Boolean(
    names &&
    (ts.isNamedImports(names) || ts.isNamedExports(names)) &&
    names.elements.length &&
    names.elements.every((it) => it.isTypeOnly),
  );
}

const folderOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1];

test('there is a source to check in every folder that the table names and that exists', () => {
  assert.ok(files.length > 20, `only ${files.length} files were found`);
  assert.ok(imports.length > files.length, 'hardly any import was found: the reader of imports is broken');
});

test('src holds the folders of the table, the doors and pages, and nothing else', () => {
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.deepEqual(
    folders.map((it) => it.name).filter((it) => !(it in FOLDERS)),
    [],
  );
  const loose = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isFile());
  assert.deepEqual(
    loose
      .map((it) => it.name)
      .filter(
        (it) =>
          !['index.ts', 'embed.ts', 'count.ts', 'afterword-sw.ts', 'ARCHITECTURE.md', 'FRAMEWORKS.md'].includes(it),
      ),
    [],
  );
});

test('at top level stand only the files a stranger looks for', () => {
  const allowed =
    /^(package\.json|package-lock\.json|tsconfig\.json|vite\.config\.ts|README\.md|LICENSE|src|demo|test|dist|node_modules|data|\..+)$/;
  assert.deepEqual(
    readdirSync(root).filter((it) => !allowed.test(it)),
    [],
  );
});

for (const [folder, { may, typesOnly = [] }] of Object.entries(FOLDERS)) {
  if (!existsSync(join(root, 'src', folder))) continue;
  test(`src/${folder} imports ${may.length ? may.join(', ') : 'no other folder'}${typesOnly.length ? ` (of ${typesOnly.join(', ')} the types alone)` : ''}`, () => {
    const wrong = imports.filter(({ from, to, typesOnly: types }) => {
      if (folderOf(from) !== folder || !to.startsWith('src/')) return false;
      const target = folderOf(to);
      if (target === folder) return false;
      if (!target || !may.includes(target)) return true;
      return typesOnly.includes(target) && !types;
    });
    assert.deepEqual(wrong, []);
  });
}

test('no import leaves src', () => {
  assert.deepEqual(
    imports.filter(({ to }) => to.startsWith('..') || /^(test|demo|dist|\.config)\//.test(to)),
    [],
  );
});

test('no two files import each other in a circle', () => {
  const graph = new Map<string, string[]>();
  for (const { from, to, typesOnly } of imports) {
    if (!typesOnly && to.startsWith('src/')) graph.set(from, [...(graph.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) assert.fail(`${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
});

for (const { name, only } of OUTSIDE) {
  test(`only ${only.source.replaceAll('\\', '')} imports ${name.source}`, () => {
    const wrong = imports.filter(({ from, to, typesOnly }) => name.test(to) && !typesOnly && !only.test(from));
    assert.deepEqual(wrong, []);
    assert.ok(
      imports.some(({ from, to }) => name.test(to) && only.test(from)),
      'nobody imports it: the rule watches nothing',
    );
  });
}

test('only src/sync/database.ts says indexedDB, which src/sync/ambient.ts hands it from the page', () => {
  const saying = files.filter((file) => !file.startsWith('src/server/') && names(file).has('indexedDB'));
  assert.deepEqual(saying.sort(), ['src/sync/ambient.ts', 'src/sync/database.ts']);
});

test('model knows no clock and no chance', () => {
  // `Date.parse(text)` and `new Date(given)` are arithmetic on what was handed in, and stay allowed.
  const wrong = files.filter((file) => {
    if (!file.startsWith('src/model/')) return false;
    return /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\b|\bcrypto\b/.test(code(file));
  });
  assert.deepEqual(wrong, []);
});

/** All identifiers of a file, comments and strings left out. */
function names(file: string): Set<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

/** The text of a file without its comments. */
function code(file: string): string {
  const scanner = ts.createScanner(ts.ScriptTarget.ES2022, true, ts.LanguageVariant.Standard, parse(file).text);
  let text = '';
  while (scanner.scan() !== ts.SyntaxKind.EndOfFileToken) text += scanner.getTokenText();
  return text;
}
