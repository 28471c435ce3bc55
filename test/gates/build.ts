/**
 * The gate of the build: everything is built afresh, every script of it parses, and none holds a decorator: with the
 * wrong settings the tools pass decorators through, the build succeeds, and every browser refuses the file. (That the
 * bundle also runs in the three engines is a browser test, test/bundle.test.ts.)
 */
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { build, filesIn } from '../../.config/build.ts';
import { closing } from './closing.ts';

await build();

const scripts = ['cdn', 'npm', 'demo', 'server'].flatMap((folder) =>
  filesIn(`dist/${folder}`)
    .filter((file) => file.endsWith('.js'))
    .map((file) => `dist/${folder}/${file}`),
);

closing(scripts, (file) => {
  const complaints = complaintsAbout(file);
  for (const complaint of complaints) console.log(`${file}: ${complaint}`);
  return complaints.length === 0;
});

function complaintsAbout(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const { parseDiagnostics } = source as ts.SourceFile & { parseDiagnostics: readonly ts.Diagnostic[] };
  const found = parseDiagnostics.map((it) => ts.flattenDiagnosticMessageText(it.messageText, ' '));
  const visit = (node: ts.Node): void => {
    if (ts.isDecorator(node)) found.push(`a decorator at character ${node.pos}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
