/**
 * Brings a passage before the reader's eyes: what is closed around it is opened as the browser's own "find in page"
 * would open it, and whatever scrolls is scrolled. The reader asked for it; nothing else is changed.
 */
import { linesOf } from './lines.ts';
import { nextFrame } from './slices.ts';
import { parentOf } from './trees.ts';
import type { Span, TextMap } from './text-map.ts';

/** Frames in which late layout (content-visibility, images, a closed part's first layout) may still move the passage. */
const FRAMES = 8;
/** Between a passage and what is above it, in pixels. */
const AIR = 12;
/** Good enough, in pixels. */
const NEAR = 2;
/** The share of the window above and below in which a line is not well in view: headers that stick, our docked bar. */
const EDGE = 0.15;

type Box = Pick<DOMRect, 'left' | 'top' | 'width' | 'height'>;

/** Opens and scrolls; resolves once the passage stays where it should. False where it can't be seen. */
export async function reveal(map: TextMap, span: Span): Promise<boolean> {
  const first = map.piecesOf(span.start, span.end)[0];
  if (!first) return false;
  open(first.node);
  for (let frame = 0, resting = 0; frame < FRAMES && resting < 2; frame++) {
    const line = linesOf(map, span, 1)[0];
    if (!line) {
      await pause();
      continue;
    }
    resting = scrollTo(first.node, () => linesOf(map, span, 1)[0] ?? line) ? resting + 1 : 0;
    await pause();
  }
  return linesOf(map, span, 1).length > 0;
}

/** Scrolls whatever scrolls, as little as is needed, so that the passage stands above a height of the window. */
export function bring(map: TextMap, span: Span, bottom: number): void {
  const node = map.piecesOf(span.start, span.end)[0]?.node;
  const lines = linesOf(map, span);
  const [first, last] = [lines[0], lines.at(-1)];
  if (!node || !first || !last) return;
  const above = first.top - (stuckAbove(first) + AIR);
  let down = above < 0 ? above : Math.min(above, Math.max(0, last.bottom - bottom));
  for (let at = parentOf(node); at && Math.abs(down) > NEAR; at = parentOf(at)) {
    const isPage = at === document.scrollingElement || at === document.body || at === document.documentElement;
    if (!isPage && scrolls(at)) down -= scrolled(at, down);
  }
  if (document.scrollingElement && Math.abs(down) > NEAR) scrolled(document.scrollingElement, down);
}

/** Scrolls at once, and gives back how far that went. */
function scrolled(box: Element, down: number): number {
  const before = box.scrollTop;
  box.scrollBy({ top: down, behavior: 'instant' });
  return box.scrollTop - before;
}

/** The lower edge of what sticks to the upper edge of the window, above the line. */
function stuckAbove({ left }: DOMRect): number {
  const top = document.elementFromPoint(Math.max(0, Math.min(left + 1, innerWidth - 1)), 0);
  for (let at: Element | null = top; at; at = parentOf(at)) {
    if (!/fixed|sticky/.test(getComputedStyle(at).position)) continue;
    const edge = at.getBoundingClientRect().bottom;
    // What covers half of the window is no header.
    return edge < innerHeight / 2 ? edge : 0;
  }
  return 0;
}

/**
 * From the outside in. `beforematch` lets the page's own script open what is `hidden="until-found"`, and the attribute
 * goes, both as in the HTML standard's "ancestor revealing algorithm"; other hidden parts are the page's decision.
 */
function open(node: Node): void {
  const closed: Element[] = [];
  for (let at = parentOf(node), below: Node = node; at; below = at, at = parentOf(at)) {
    const isSummary = below instanceof Element && below === at.querySelector(':scope > summary');
    if (at instanceof HTMLDetailsElement && !at.open && !isSummary) closed.unshift(at);
    else if (at.getAttribute('hidden') === 'until-found') closed.unshift(at);
  }
  for (const element of closed) {
    if (element instanceof HTMLDetailsElement) element.open = true;
    else {
      element.dispatchEvent(new Event('beforematch', { bubbles: true }));
      element.removeAttribute('hidden');
    }
  }
}

/** Scrolls every box around, then the window, so that the line is in the middle; true where nothing had to move. */
function scrollTo(node: Node, lineOf: () => DOMRect): boolean {
  let still = true;
  for (let at = parentOf(node); at; at = parentOf(at)) {
    const isPage = at === document.scrollingElement || at === document.body || at === document.documentElement;
    if (isPage || !scrolls(at)) continue;
    const box = at.getBoundingClientRect();
    const inside = {
      left: box.left + at.clientLeft,
      top: box.top + at.clientTop,
      width: at.clientWidth,
      height: at.clientHeight,
    };
    still = move(at, lineOf(), inside, 0) && still;
  }
  const page = document.scrollingElement;
  const view = { left: 0, top: 0, width: page?.clientWidth ?? 0, height: innerHeight };
  if (page) still = move(page, lineOf(), view, EDGE) && still;
  return still;
}

function scrolls(element: Element): boolean {
  if (element.scrollHeight <= element.clientHeight && element.scrollWidth <= element.clientWidth) return false;
  const { overflowX, overflowY } = getComputedStyle(element);
  return /auto|scroll|hidden/.test(overflowX + overflowY);
}

/** Down to the middle where the line is not well in view; across only as far as it must, so that lines' beginnings stay. */
function move(box: Element, line: DOMRect, { left, top, width, height }: Box, margin: number): boolean {
  const room = margin * height;
  const inView = line.top >= top + room && line.bottom <= top + height - room;
  const down = inView ? 0 : line.top + line.height / 2 - (top + height / 2);
  const right = Math.min(line.left - left, line.right - left - width);
  const across = line.left < left ? line.left - left : line.right > left + width ? right : 0;
  const [beforeLeft, beforeTop] = [box.scrollLeft, box.scrollTop];
  // At once: a smooth way through a long page takes seconds, and late layout would leave it short of its end.
  if (Math.abs(down) > NEAR || Math.abs(across) > NEAR) box.scrollBy({ left: across, top: down, behavior: 'instant' });
  return Math.abs(box.scrollLeft - beforeLeft) <= NEAR && Math.abs(box.scrollTop - beforeTop) <= NEAR;
}

/** A hidden page has no frames. */
function pause(): Promise<unknown> {
  return document.hidden ? Promise.resolve() : nextFrame();
}
