/**
 * How much room a page leaves at a side of the window, for what shall lie there without covering anything that somebody
 * reads or presses. Looks at words, pictures and controls, not at boxes: most pages have boxes from edge to edge.
 */

export interface Strip {
  /** The side of the window at which the room is. */
  readonly side: 'left' | 'right';
  /** More room than this, from the edge of the window, is not looked for. */
  readonly most: number;
  /** Less room than this is none; the search ends there. */
  readonly least: number;
  /** Heights of the page between which something that scrolls with it counts, from its top. */
  readonly from: number;
  readonly to: number;
  /** Heights of the window between which something that does not scroll counts. */
  readonly over: readonly [top: number, bottom: number];
}

interface Sides {
  readonly left: number;
  readonly right: number;
}

/** What is seen or pressed as a whole. */
const WHOLE = new Set(
  'img video canvas svg iframe object embed audio input button select textarea meter progress'.split(' '),
);

/** The room in pixels from the window's edge: between `least` and `most`, or 0. */
export function roomBeside({ side, most, least, from, to, over }: Strip): number {
  const edge = document.documentElement.clientWidth;
  const range = document.createRange();
  let room = most;

  /** How far from our edge of the window a box begins. */
  const distanceTo = ({ left, right }: Sides): number => (side === 'left' ? left : edge - right);

  const take = (rect: DOMRect, within: Sides, isFixed: boolean): void => {
    const { left, right } = cut(rect, within);
    // What is as small as that is for screen readers alone; what begins beyond the window is not seen.
    if (right - left <= 1 || rect.height <= 1 || right <= 0 || left >= edge) return;
    const [top, bottom] = isFixed ? over : [from - scrollY, to - scrollY];
    if (rect.bottom <= top || rect.top >= bottom) return;
    room = Math.min(room, Math.max(0, distanceTo({ left, right })));
  };

  const visit = (element: Element, within: Sides, wasFixed: boolean): void => {
    const { localName } = element;
    const isMarked = localName === 'afterword-feedback';
    if (room < least || (localName.startsWith('afterword-') && !isMarked)) return;
    const rect = element.getBoundingClientRect();
    if (rect.width > 0 && distanceTo(reachOf(element, rect, range)) >= room) return;
    const { display, opacity, visibility, overflowX, position } = getComputedStyle(element);
    if (display === 'none' || opacity === '0') return;
    const isFixed = wasFixed || position === 'fixed';
    const isSeen = visibility === 'visible';
    if (WHOLE.has(localName)) {
      if (isSeen) take(rect, within, isFixed);
      return;
    }
    const isPage = element === document.body;
    const inner = isPage || overflowX === 'visible' || display === 'inline' ? within : cut(rect, within);
    // Of the author's passage the words are the page's; its button is ours.
    const shadow = isMarked ? null : element.shadowRoot;
    for (const node of [...(shadow?.childNodes ?? []), ...element.childNodes]) {
      if (node instanceof Element) visit(node, inner, isFixed);
      else if (isSeen && isWords(node)) {
        range.selectNodeContents(node);
        for (const line of range.getClientRects()) take(line, inner, isFixed);
      }
    }
  };

  visit(document.body, { left: -Infinity, right: Infinity }, false);
  return room < least ? 0 : room;
}

/** What flows out of a box to the side, such as a note in the margin, makes it wider for whoever scrolls. */
function reachOf(element: Element, rect: DOMRect, range: Range): Sides {
  const { scrollWidth } = element;
  const reach = {
    left: Math.min(rect.left, rect.right - scrollWidth),
    right: Math.max(rect.right, rect.left + scrollWidth),
  };
  // Safari does not count a float that hangs out of its paragraph.
  if (!element.firstElementChild || ![...element.childNodes].some(isWords)) return reach;
  range.selectNodeContents(element);
  const { left, right } = range.getBoundingClientRect();
  return { left: Math.min(reach.left, left), right: Math.max(reach.right, right) };
}

function isWords(node: Node): node is Text {
  return node instanceof Text && /\S/.test(node.data);
}

function cut(one: Sides, other: Sides): Sides {
  return { left: Math.max(one.left, other.left), right: Math.min(one.right, other.right) };
}

/** Runs after the page has been laid out anew, once it has come to rest; gives back what stops that. */
export function whenLaidOut(run: () => void): () => void {
  let timer = 0;
  const soon = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(run, 200);
  };
  const observer = new ResizeObserver(soon);
  observer.observe(document.documentElement);
  observer.observe(document.body);
  addEventListener('resize', soon);
  document.fonts.addEventListener('loadingdone', soon);
  return () => {
    clearTimeout(timer);
    observer.disconnect();
    removeEventListener('resize', soon);
    document.fonts.removeEventListener('loadingdone', soon);
  };
}
