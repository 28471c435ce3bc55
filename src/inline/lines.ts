/** Where text is on the screen: rectangles of passages, line by line, and which passage lies under a point. */
import { rangeOf } from './text-map.ts';
import type { Span, TextMap } from './text-map.ts';

/** Nobody looks at a thousand lines at once. */
const MOST = 1000;

/** The lines of a stretch of text, what stands side by side in one line joined; none for what can't be seen. */
export function linesOf(map: TextMap, { start, end }: Span, most = MOST): DOMRect[] {
  const lines: DOMRect[] = [];
  for (const piece of map.piecesOf(start, end)) {
    // Text in a closed <details> has rectangles, too.
    if (lines.length >= most) break;
    if (!/\S/.test(piece.node.data) || !canBeSeen(piece.node.parentElement)) continue;
    for (const rect of rangeOf(piece, piece).getClientRects()) {
      if (rect.width === 0 || rect.height === 0) continue;
      const last = lines.at(-1);
      if (last && sameLine(last, rect)) lines[lines.length - 1] = union(last, rect);
      else lines.push(rect);
    }
  }
  return lines.slice(0, most);
}

function canBeSeen(element: Element | null): boolean {
  // Safari 17.4 on; before that, what is closed has no rectangles.
  return !element || typeof element.checkVisibility !== 'function' || element.checkVisibility();
}

function sameLine(one: DOMRect, other: DOMRect): boolean {
  const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  const gap = Math.max(one.left, other.left) - Math.min(one.right, other.right);
  return height > Math.min(one.height, other.height) / 2 && gap < Math.max(one.height, other.height) / 2;
}

function union(one: DOMRect, other: DOMRect): DOMRect {
  const left = Math.min(one.left, other.left);
  const top = Math.min(one.top, other.top);
  return new DOMRect(left, top, Math.max(one.right, other.right) - left, Math.max(one.bottom, other.bottom) - top);
}

/**
 * The spans whose text lies under a point, the shortest first. Asks the page what lies on top there: its own texts are
 * all that has to be measured, whatever the number of spans. (`highlightsFromPoint` takes milliseconds a call, and
 * `caretPositionFromPoint` answers with the nearest text where there is none.)
 */
export function spansAt<Name>(map: TextMap, spans: ReadonlyMap<Name, Span>, x: number, y: number): Name[] {
  const found = new Set<Name>();
  for (const text of textsAt(x, y)) {
    const node = map.spanOfNode(text);
    if (!node) continue;
    const here = [...spans].filter(([, it]) => it.start < node.end && node.start < it.end);
    // The margin beside a text belongs to its element, too.
    if (here.length === 0 || !holdsPoint(linesOf(map, node, Infinity), x, y)) continue;
    for (const [name, span] of here) {
      const part = { start: Math.max(span.start, node.start), end: Math.min(span.end, node.end) };
      if (holdsPoint(linesOf(map, part, Infinity), x, y)) found.add(name);
    }
  }
  const lengthOf = (name: Name): number => {
    const span = spans.get(name);
    return span ? span.end - span.start : 0;
  };
  return [...found].sort((a, b) => lengthOf(a) - lengthOf(b));
}

/** The texts that stand directly in what is on top at a point, in every tree down to the deepest. */
function* textsAt(x: number, y: number): Generator<Text> {
  let root: DocumentOrShadowRoot = document;
  for (let before: Element | null = null; ;) {
    const top: Element | null = root.elementFromPoint(x, y);
    if (!top || top === before) return;
    for (const parent of [top, top.shadowRoot]) {
      for (const child of parent?.childNodes ?? []) {
        // The blanks between blocks are nowhere, and there may be thousands.
        if (child instanceof Text && /\S/.test(child.data)) yield child;
      }
    }
    if (!top.shadowRoot) return;
    before = top;
    root = top.shadowRoot;
  }
}

function holdsPoint(rects: readonly DOMRect[], x: number, y: number): boolean {
  return rects.some((it) => x >= it.left && x <= it.right && y >= it.top && y <= it.bottom);
}
