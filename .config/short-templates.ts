/**
 * Takes comments and indentation out of the css`…` and html`…` templates of the elements while the bundle is made: a
 * minifier does not look into strings, and every reader would fetch them. What is drawn stays the same: between two
 * inline elements one space remains.
 */
import ts from 'typescript';
import type { Plugin } from 'vite';

const TAGS = new Map<string, (text: string) => string>([
  ['css', shortCss],
  ['html', shortHtml],
  ['svg', shortHtml],
]);

/**
 * Strings come first in every pattern, so that what looks like a comment or a rule inside one stays as it is; so does a
 * variable that is empty on purpose, which needs its space.
 */
const STRING = `"(?:\\\\.|[^"\\\\])*"|'(?:\\\\.|[^'\\\\])*'`;
const CSS_COMMENT = new RegExp(`(${STRING})|/\\*[^]*?\\*/`, 'g');
const CSS_SPACE = new RegExp(`(${STRING}|: (?=\\s*;))|\\s*([{};,>])\\s*|(:)\\s+|\\s+`, 'g');

/** The nought of `0.5`. */
const CSS_ZERO = new RegExp(`(${STRING})|(?<=[\\s:,(/])0(?=\\.\\d)`, 'g');

export function shortCss(text: string): string {
  return text
    .replace(CSS_COMMENT, (_, string: string | undefined) => string ?? ' ')
    .replace(CSS_SPACE, (_, string?: string, mark?: string, colon?: string) => string ?? mark ?? colon ?? ' ')
    .replace(CSS_ZERO, (_, string?: string) => string ?? '')
    .replaceAll(';}', '}')
    .replaceAll(' !important', '!important');
}

export function shortHtml(text: string): string {
  return (
    text
      .replace(/\s*\n\s*(?=\/?>)/g, '')
      .replace(/\s*\n\s*/g, ' ')
      // HTML needs no quotes around a single word.
      .replace(/( [\w-]+=)"([\w-]+)"(?=[ >])/g, '$1$2')
  );
}

/** The source with its templates shortened; undefined where it has none. */
export function shorten(code: string, file = 'module.ts'): string | undefined {
  const tree = ts.createSourceFile(file, code, ts.ScriptTarget.ES2022, true);
  const pieces: { start: number; end: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node)) {
      const short = TAGS.get(node.tag.getText());
      const { template } = node;
      const literals = ts.isNoSubstitutionTemplateLiteral(template)
        ? [template]
        : [template.head, ...template.templateSpans.map((span) => span.literal)];
      for (const literal of short ? literals : []) {
        // Without the marks around it: ` or } before, ` or ${ behind.
        const text = literal.getText().replace(/^[`}]|(?:`|\$\{)$/g, '');
        const start = literal.getStart() + 1;
        // Around a whole style sheet no space is needed; at the edge of an expression it may be.
        const whole = node.tag.getText() === 'css' && literals.length === 1;
        pieces.push({ start, end: start + text.length, text: whole ? short!(text).trim() : short!(text) });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  if (!pieces.length) return undefined;
  let result = code;
  for (const { start, end, text } of pieces.sort((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + text + result.slice(end);
  }
  return result;
}

export function shortTemplates(): Plugin {
  return {
    name: 'afterword:short-templates',
    enforce: 'pre',
    transform: {
      filter: { id: /[\\/]src[\\/]elements[\\/].*\.ts$/ },
      handler(code, id) {
        const short = shorten(code, id);
        return short === undefined ? null : { code: short, map: null };
      },
    },
  };
}
