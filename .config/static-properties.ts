/**
 * Turns `@property(…)` and `@state()` (src/elements/property.ts) into Lit's `static properties` while the bundle is made.
 * Both say the same to Lit; but a decorator costs a call of its own for each field, in bytes that come before the first
 * paint, and brings the compiler's helper along.
 */
import ts from 'typescript';
import type { Plugin } from 'vite';

/** What a decorator says to Lit, as source; undefined for one that is not of `property.ts`. */
function optionsOf({ expression }: ts.Decorator): string | undefined {
  if (!ts.isCallExpression(expression)) return undefined;
  const name = expression.expression.getText();
  if (name === 'state') return '{ state: true }';
  return name === 'property' ? (expression.arguments[0]?.getText() ?? '{}') : undefined;
}

/** The source with the decorators of its fields taken together; undefined where it has none. */
export function withStaticProperties(code: string, file = 'module.ts'): string | undefined {
  const tree = ts.createSourceFile(file, code, ts.ScriptTarget.ES2022, true);
  const changes: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node)) {
      const properties: string[] = [];
      for (const member of node.members.filter(ts.isPropertyDeclaration)) {
        for (const decorator of ts.getDecorators(member) ?? []) {
          const options = optionsOf(decorator);
          if (options === undefined) continue;
          properties.push(`${member.name.getText()}: ${options}`);
          changes.push({ start: decorator.getStart(), end: decorator.getEnd(), text: '' });
        }
      }
      const start = node.members.pos;
      if (properties.length)
        changes.push({ start, end: start, text: `static properties = {${properties.join(', ')}};` });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  if (!changes.length) return undefined;
  let result = code;
  for (const { start, end, text } of changes.sort((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + text + result.slice(end);
  }
  return result;
}

export function staticProperties(): Plugin {
  return {
    name: 'afterword:static-properties',
    enforce: 'pre',
    transform: {
      filter: { id: /[\\/]src[\\/]elements[\\/].*\.ts$/ },
      handler(code, id) {
        const plain = withStaticProperties(code, id);
        return plain === undefined ? null : { code: plain, map: null };
      },
    },
    generateBundle(_, bundle) {
      for (const part of Object.values(bundle)) {
        if (part.type === 'chunk' && part.moduleIds.some((id) => id.endsWith('/decorate.js')))
          this.error(`${part.fileName} still has the compiler's helper for decorators: look at static-properties.ts`);
      }
    },
  };
}
