/**
 * An article's DOM as one text, and the way between the two: offsets in the text to ranges of the DOM and back. Reads
 * only. What a passage's words are is model/quote.ts's; what is painted, highlight.ts's.
 */

/**
 * Not part of what is read: code, fields, fallbacks, the pronunciation above a word. Most of it is not shown in any case;
 * a browser that has no scripts switched off shows no <noscript> either, but counts its text.
 */
const NOT_TEXT = new Set(
  (
    'script style noscript template textarea select option datalist input button object embed iframe audio video ' +
    'canvas meter progress rt rp rtc title desc metadata annotation annotation-xml'
  ).split(' '),
);

/** What flows in the line of what is around it. */
const IN_LINE = /^(inline|ruby|contents|math|$)/;

/** What code is numbered by, where that is words in the page. */
const LINE_NUMBERS = /(?:^|[\s_-])(?:linenos?|linenodiv|line-?numbers?|lnt?|gutter|hljs-ln-\w+|blob-num)(?:$|[\s_-])/i;

/** How many nodes are looked at between two chances to pause. */
const STRIDE = 32;

export interface TextMap {
  /** The texts of the article's text nodes, one after the other, with a line break where blocks would run together. */
  readonly text: string;
  /** The trees that hold text of the article: the one it stands in, and shadow roots below it. */
  readonly roots: ReadonlySet<Node>;
  /** Shadow roots below the article, also those without a text. */
  readonly shadowRoots: readonly ShadowRoot[];
  /** Ranges that cover [start, end): one, or one for each stretch in a tree of its own. */
  rangesOf(start: number, end: number): Range[];
  /** The pieces of single text nodes in [start, end). */
  piecesOf(start: number, end: number): Piece[];
  /** Offsets of a range; null where it holds no text of the article. Where it ends in what is left out: the text inside. */
  spanOf(range: Ends): Span | null;
  /** Offsets of one text node; null where it is none of the article's. */
  spanOfNode(node: Node): Span | null;
  /** The innermost block around the text at an offset. */
  blockAt(start: number): Element;
  /** Text as a reader reads it: blanks run together, a line break between blocks and lines of code. */
  shown(start: number, end: number): string;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Piece {
  readonly node: Text;
  readonly from: number;
  readonly to: number;
}

export type Ends = Pick<AbstractRange, 'startContainer' | 'startOffset' | 'endContainer' | 'endOffset'>;

interface Level {
  readonly element: Element;
  readonly block: Element;
  readonly root: Node;
  /** Asked only for what is needed: each answer costs a microsecond, and there are thousands of elements. */
  readonly style: CSSStyleDeclaration;
  /** Within a formula, which stands in its line whatever it is built of; and within code. */
  readonly formula: boolean;
  readonly code: boolean;
  /** Whether its own text is; undefined until there is any. */
  visible: boolean | undefined;
  /** What is shown in a slot, and how far that is read; null where children follow each other as they stand. */
  readonly assigned: readonly Node[] | null;
  at: number;
  next: Node | null;
}

/** Reads the article below `root` in the order in which it is shown; yields where it may be interrupted. */
export function* readText(root: Element): Generator<undefined, TextMap, undefined> {
  const nodes: Text[] = [];
  const starts: number[] = [];
  const lengths: number[] = [];
  const trees: Node[] = [];
  const blocks: Element[] = [];
  const shadowRoots: ShadowRoot[] = [];
  const breaks: number[] = [];
  const pieces: string[] = [];
  let length = 0;
  // A block began or ended since the last word; and, the text ends in a blank.
  let apart = false;
  let blank = true;

  const read = (node: Text, level: Level): void => {
    const { root: tree, block, style } = level;
    const { data } = node;
    if (data === '' || !(level.visible ??= /^(visible|)$/.test(style.visibility))) return;
    const empty = !/\S/.test(data);
    if (apart && !blank && !/^\s/.test(data)) {
      pieces.push('\n');
      length += 1;
    }
    if (apart && !empty) breaks.push(length);
    nodes.push(node);
    starts.push(length);
    lengths.push(data.length);
    trees.push(tree);
    blocks.push(block);
    if (data.includes('\n') && /^(pre|break)/.test(style.whiteSpace)) {
      for (const { index } of data.matchAll(/\n/g)) breaks.push(length + index);
    }
    pieces.push(data);
    length += data.length;
    blank = /\s/.test(data.slice(-1));
    if (!empty) apart = false;
  };

  const stack: Level[] = [levelOf(root, root.localName, getComputedStyle(root), root, null, shadowRoots)];
  let looked = 0;
  for (let level = stack[0]; level; level = stack.at(-1)) {
    const node = level.next;
    if (node) level.next = level.assigned ? (level.assigned[++level.at] ?? null) : node.nextSibling;
    if (!node) {
      if (level.block === level.element) apart = true;
      stack.pop();
    } else if (node.nodeType === Node.TEXT_NODE) {
      read(node as Text, level);
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      const element = node as Element;
      // Once: it is asked for thousands of elements.
      const { localName } = element;
      if (localName === 'br') apart = true;
      else if (isText(element, localName)) {
        const style = getComputedStyle(element);
        const { display } = style;
        if (display !== 'none' && !isLineNumber(element, localName, style, level)) {
          const block = level.formula || IN_LINE.test(display) ? level.block : element;
          if (block === element) apart = true;
          stack.push(levelOf(element, localName, style, block, level, shadowRoots));
        }
      }
    }
    if (++looked % STRIDE === 0) yield;
  }
  const text = pieces.join('');
  return mapOf(root, text, { nodes, starts, lengths, trees, blocks, breaks, shadowRoots });
}

function isText(element: Element, localName: string): boolean {
  if (NOT_TEXT.has(localName)) return false;
  if (!element.hasAttributes() && localName !== 'math')
    return !localName.startsWith('afterword-') || localName === 'afterword-feedback';
  // Ours are not the host's article; but the author's passage is its text, except what fills a place of ours.
  if (localName.startsWith('afterword-')) return localName === 'afterword-feedback';
  if (element.slot !== '' && element.parentElement?.localName === 'afterword-feedback') return false;
  // A field, too.
  if (localName === 'math') return !isSaidTwice(element);
  const editable = element.getAttribute('contenteditable');
  return editable === null || editable === 'false';
}

/**
 * A formula for screen readers beside the one for the eye, as KaTeX and MathJax 2 write it: the words are those that can
 * be seen, selected and painted. Where the seen one has no words (MathJax 3 draws it), this one has them.
 */
function isSaidTwice(math: Element): boolean {
  const hasTwin = (element: Element | null): boolean =>
    [...(element?.parentElement?.children ?? [])].some(
      (it) => it !== element && it.getAttribute('aria-hidden') === 'true' && /\S/.test(it.textContent ?? ''),
    );
  return hasTwin(math) || hasTwin(math.parentElement);
}

function isFormula(element: Element, localName: string): boolean {
  if (localName === 'math' || localName === 'mjx-container') return true;
  return localName === 'span' && /\b(?:katex|MathJax)\b/.test(element.className);
}

/** Numbers of lines are beside the code, not in it: by their name, or because nobody can select them. */
function isLineNumber(element: Element, localName: string, style: CSSStyleDeclaration, level: Level): boolean {
  const isNamed = LINE_NUMBERS.test(element.getAttribute('class') ?? '');
  if (!isNamed && !level.code && localName !== 'td') return false;
  if (level.code && element.getAttribute('aria-hidden') === 'true') return true;
  const isNumber = /^[\s\d]+$/.test(element.textContent ?? '');
  if (isNamed && isNumber) return true;
  // In a page that lets nobody select anything, that says nothing.
  return (level.code || isNumber) && isUnselectable(style) && !isUnselectable(level.style);
}

/** Safari knows it under its old name alone. */
function isUnselectable(style: CSSStyleDeclaration): boolean {
  return (style.userSelect || style.webkitUserSelect) === 'none';
}

function levelOf(
  element: Element,
  localName: string,
  style: CSSStyleDeclaration,
  block: Element,
  around: Level | null,
  shadowRoots: ShadowRoot[],
): Level {
  const shadow = localName === 'afterword-feedback' ? null : element.shadowRoot;
  if (shadow) shadowRoots.push(shadow);
  const tree = around?.root ?? element.getRootNode();
  const assigned = localName === 'slot' ? (element as HTMLSlotElement).assignedNodes() : [];
  return {
    element,
    block,
    root: shadow ?? (assigned[0] ? assigned[0].getRootNode() : tree),
    style,
    formula: (around?.formula ?? false) || isFormula(element, localName),
    code: (around?.code ?? false) || localName === 'pre' || localName === 'code',
    visible: undefined,
    assigned: assigned.length ? assigned : null,
    at: 0,
    next: assigned[0] ?? (shadow ?? element).firstChild,
  };
}

interface Tables {
  /** Of each text node: itself, where it begins, how long it was, the tree it is in, the block around it. */
  readonly nodes: readonly Text[];
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
  readonly trees: readonly Node[];
  readonly blocks: readonly Element[];
  /** Offsets at which a line or block begins. */
  readonly breaks: readonly number[];
  readonly shadowRoots: readonly ShadowRoot[];
}

/* eslint-disable @typescript-eslint/no-non-null-assertion -- Tables side by side: an index into one is an index into all. */

function mapOf(root: Element, text: string, tables: Tables): TextMap {
  const { nodes, starts, lengths, trees, blocks, breaks, shadowRoots } = tables;
  // Thousands of entries, and mostly nobody asks where a node stands.
  let index: ReadonlyMap<Node, number> | undefined;
  const indexOf = (node: Node): number | undefined => (index ??= new Map(nodes.map((it, k) => [it, k]))).get(node);
  const endOf = (k: number): number => starts[k]! + lengths[k]!;

  /** Offset of a point; where it is in no text of ours, of the nearest one after it (`start`) or before it. */
  const offsetOf = (node: Node, offset: number, side: keyof Span): number => {
    const k = indexOf(node);
    if (k !== undefined) return starts[k]! + Math.min(offset, lengths[k]!);
    const next = countWhile(nodes.length, (at) => isBefore(nodes[at]!, node, offset));
    return side === 'start' ? (starts[next] ?? text.length) : next > 0 ? endOf(next - 1) : 0;
  };

  const piecesOf = (start: number, end: number): (Piece & { k: number })[] => {
    const found: (Piece & { k: number })[] = [];
    for (let k = countWhile(nodes.length, (at) => endOf(at) <= start); k < nodes.length && starts[k]! < end; k++) {
      const node = nodes[k]!;
      // Shorter than when it was read: the page changed it, and will be read again.
      const to = Math.min(end - starts[k]!, lengths[k]!, node.length);
      const from = Math.max(0, start - starts[k]!);
      if (from < to) found.push({ node, from, to, k });
    }
    return found;
  };

  return {
    text,
    roots: new Set(trees),
    shadowRoots,
    piecesOf,
    rangesOf(start, end) {
      const ranges: Range[] = [];
      let stretch: (Piece & { k: number })[] = [];
      const close = (): void => {
        if (stretch.length) ranges.push(...rangesOver(stretch));
        stretch = [];
      };
      for (const piece of piecesOf(start, end)) {
        if (stretch[0] && trees[stretch[0].k] !== trees[piece.k]) close();
        stretch.push(piece);
      }
      close();
      return ranges;
    },
    spanOf(range) {
      const start = offsetOf(range.startContainer, range.startOffset, 'start');
      const end = offsetOf(range.endContainer, range.endOffset, 'end');
      return start < end ? { start, end } : null;
    },
    spanOfNode(node) {
      const k = indexOf(node);
      return k === undefined ? null : { start: starts[k]!, end: endOf(k) };
    },
    blockAt: (start) => blocks[countWhile(nodes.length, (at) => endOf(at) <= start)] ?? root,
    shown(start, end) {
      const inside = breaks.slice(
        countWhile(breaks.length, (at) => breaks[at]! <= start),
        countWhile(breaks.length, (at) => breaks[at]! < end),
      );
      return [start, ...inside]
        .map((from, k) =>
          text
            .slice(from, inside[k] ?? end)
            // KaTeX puts blanks without width between its boxes.
            .replace(/[\s\u00ad\u200b]+/g, (run) => (/\s/.test(run) ? ' ' : ''))
            .trim(),
        )
        .filter((line) => line !== '')
        .join('\n');
    },
  };
}

/** One range over pieces in one tree; where slots show them in another order than they stand, one for each. */
function rangesOver(pieces: readonly Piece[]): Range[] {
  const range = rangeOf(pieces[0]!, pieces.at(-1)!);
  return range.collapsed && pieces.length > 1 ? pieces.map((piece) => rangeOf(piece, piece)) : [range];
}

export function rangeOf(first: Piece, last: Piece): Range {
  const range = first.node.ownerDocument.createRange();
  range.setStart(first.node, first.from);
  range.setEnd(last.node, last.to);
  return range;
}

/** How many of the first `count` numbers fulfil `holds`, which holds for all up to some number and for none after it. */
function countWhile(count: number, holds: (at: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a text stands before a point. Of two in different trees, the one in the deeper tree stands where its host stands. */
function isBefore(text: Text, container: Node, offset: number): boolean {
  for (;;) {
    const tree = container.getRootNode();
    let node: Node | null = text;
    while (node && node.getRootNode() !== tree) node = hostOf(node);
    if (node) {
      const range = document.createRange();
      range.setStart(container, offset);
      return range.comparePoint(node, 0) < 0;
    }
    const host = hostOf(container);
    if (!host?.parentNode) return false;
    offset = [...host.parentNode.childNodes].indexOf(host);
    container = host.parentNode;
  }
}

function hostOf(node: Node): Element | null {
  const root = node.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}
