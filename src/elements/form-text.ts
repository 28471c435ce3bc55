/**
 * What the editor's tools do to a text: pure functions from a text and a selection to one change. Marks are those that
 * the reader rules of R-5 understand: none of them works inside a word, so an empty selection in a word means the word.
 */
import type { Mention } from '../model/comment.ts';

export const TOOLS = ['bold', 'italic', 'quote', 'link', 'list', 'code', 'spoiler'] as const;
export type Tool = (typeof TOOLS)[number];

/** A text and what is selected in it. */
export interface Selected {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Put `insert` in place of `start` to `end`, then select from `from` to `to` of the new text. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
  readonly from: number;
  readonly to: number;
}

const useTool: Readonly<Record<Tool, (selected: Selected) => Change>> = {
  bold: (selected) => wrapLines(selected, '**'),
  italic: (selected) => wrapLines(selected, '_'),
  quote: (selected) => beginLines(selected, '> '),
  link: makeLink,
  list: (selected) => beginLines(selected, '- '),
  code: makeCode,
  spoiler: (selected) => wrap(wordsOf(selected), '||'),
};

export function applyTool(tool: Tool, selected: Selected): Change {
  return useTool[tool](selected);
}

/** A quote of somebody's words, to be answered below. */
export function quoted(words: string, name: string): string {
  const lines = words.trim().split('\n');
  return [...(name ? [`> ${name}:`] : []), ...lines.map((line) => `> ${line}`), '', ''].join('\n');
}

/** Puts a block of lines where the selection ends, on lines of its own; the caret stands behind it. */
export function insertBlock({ text, end }: Selected, block: string): Change {
  const before = text.slice(0, end);
  const gap = before === '' || before.endsWith('\n\n') ? '' : before.endsWith('\n') ? '\n' : '\n\n';
  const caret = end + gap.length + block.length;
  return { start: end, end, insert: gap + block, from: caret, to: caret };
}

/** A name being typed after an `@`: where the `@` stands and what follows it up to the caret. */
export function mentionAt(text: string, caret: number): { readonly start: number; readonly typed: string } | null {
  const found = /(?:^|[\s([{"'>])@([^\n@]{0,60})$/.exec(text.slice(Math.max(0, caret - 62), caret));
  return found ? { start: caret - (found[1] ?? '').length - 1, typed: found[1] ?? '' } : null;
}

/**
 * Who is mentioned in a text: those chosen from the list whose name still stands there, and those typed out by hand
 * where only one person here bears the name. A longer name is not also the shorter one it begins with.
 */
export function mentionsIn(text: string, chosen: readonly Mention[], people: readonly Mention[]): readonly Mention[] {
  const names = new Map<string, Mention[]>();
  for (const one of people) names.set(one.name, [...(names.get(one.name) ?? []), one]);
  const alone = [...names.values()].flatMap((bearers) => (bearers.length === 1 ? bearers : []));
  const candidates = [...new Map([...alone, ...chosen].map((one) => [one.id, one])).values()]
    .filter(({ name }) => name.trim() !== '')
    .sort((a, b) => b.name.length - a.name.length);

  const found = new Map<string, Mention>();
  let rest = text;
  for (const name of new Set(candidates.map((one) => one.name))) {
    const shape = new RegExp(
      `(?<![\\p{L}\\p{N}_])@${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}_])`,
      'gu',
    );
    if (!shape.test(rest)) continue;
    rest = rest.replace(shape, ' ');
    for (const one of candidates) if (one.name === name) found.set(one.id, { id: one.id, name });
  }
  return [...found.values()];
}

/** How long a text is for the server: in code points, so that a face counts once (FAULTS G6). */
export function lengthOf(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

/** The selection without the blanks at its ends; where nothing is selected, the word around the caret. */
function wordsOf({ text, start, end }: Selected): Selected {
  if (start === end) {
    const before = /[\p{L}\p{M}\p{N}_'’]*$/u.exec(text.slice(0, start))?.[0] ?? '';
    const after = /^[\p{L}\p{M}\p{N}_'’]*/u.exec(text.slice(end))?.[0] ?? '';
    return { text, start: start - before.length, end: end + after.length };
  }
  const inside = text.slice(start, end);
  const left = inside.length - inside.trimStart().length;
  const right = inside.length - inside.trimEnd().length;
  return left + right >= inside.length ? { text, start, end: start } : { text, start: start + left, end: end - right };
}

/** Puts a mark on both sides, or takes it away where it stands already, inside or around the selection. */
function wrap({ text, start, end }: Selected, mark: string): Change {
  const size = mark.length;
  const inside = text.slice(start, end);
  if (inside.length > 2 * size && inside.startsWith(mark) && inside.endsWith(mark)) {
    return { start, end, insert: inside.slice(size, -size), from: start, to: end - 2 * size };
  }
  if (text.slice(start - size, start) === mark && text.slice(end, end + size) === mark) {
    return { start: start - size, end: end + size, insert: inside, from: start - size, to: end - size };
  }
  return { start, end, insert: mark + inside + mark, from: start + size, to: end + size };
}

/** Emphasis ends with its paragraph: each line gets marks of its own. */
function wrapLines(selected: Selected, mark: string): Change {
  const words = wordsOf(selected);
  const lines = words.text.slice(words.start, words.end).split('\n');
  if (lines.length === 1) return wrap(words, mark);
  const insert = lines
    .map((line) => {
      if (line.trim() === '') return line;
      const marked = wordsOf({ text: line, start: 0, end: line.length });
      return line.slice(0, marked.start) + mark + line.trim() + mark + line.slice(marked.end);
    })
    .join('\n');
  return { start: words.start, end: words.end, insert, from: words.start, to: words.start + insert.length };
}

/** Gives each selected line a beginning, or takes it from all of them where all have it. */
function beginLines({ text, start, end }: Selected, mark: string): Change {
  const first = text.lastIndexOf('\n', start - 1) + 1;
  const next = text.indexOf('\n', end);
  const last = next < 0 ? text.length : next;
  const lines = text.slice(first, last).split('\n');
  const all = lines.every((line) => line.startsWith(mark));
  const insert = lines.map((line) => (all ? line.slice(mark.length) : mark + line)).join('\n');
  const to = first + insert.length;
  return { start: first, end: last, insert, from: lines.length === 1 ? to : first, to };
}

function makeLink(selected: Selected): Change {
  const { text, start, end } = wordsOf(selected);
  const words = text.slice(start, end);
  // An address is where the link goes: what is missing is what it says.
  if (/^(https?:\/\/|www\.|mailto:)\S+$/i.test(words)) {
    return { start, end, insert: `[](${words})`, from: start + 1, to: start + 1 };
  }
  const from = start + words.length + 3;
  return { start, end, insert: `[${words}](https://)`, from, to: from + 'https://'.length };
}

function makeCode(selected: Selected): Change {
  const words = wordsOf(selected);
  const inside = words.text.slice(words.start, words.end);
  if (!inside.includes('\n')) return wrap(words, '`');
  // Longer than any row of ticks inside: those would end it.
  const fence = '`'.repeat(Math.max(2, ...(inside.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  const from = words.start + fence.length + 1;
  return { ...words, insert: `${fence}\n${inside}\n${fence}`, from, to: from + inside.length };
}
