/**
 * Brings a comment to where its link leads, and keeps it there: pictures above it come late, rows above it are still being
 * drawn, a host scrolls smoothly or hides the discussion in a tab. Until the reader does something with the page, whatever
 * moves the comment is made up for.
 */

/** What a reader does to go on; anything of it ends the holding. */
const READING = ['wheel', 'touchstart', 'pointerdown', 'mousedown', 'keydown'] as const;
/** A page that has been still for so long, in milliseconds, is looked at four times a second instead of in each frame. */
const SETTLED = 2_000;
/** Between a header that sticks and the comment, in pixels. */
const BELOW_HEADER = 16;

/** Ends the holding that is under way: there is one page to scroll. */
let letGo: (() => void) | null = null;

/** Scrolls so that `box` begins where its scroll margin says, below a header that sticks, and holds it there. */
export function landOn(box: HTMLElement): void {
  letGo?.();
  const around = ancestors(box);
  for (const element of around) reveal(element);
  let [place, scrolled, movedAt] = [NaN, NaN, performance.now()];
  let [timer, frame] = [0, 0];
  const offset = (): number => around.reduce((sum, { scrollTop }) => sum + scrollTop, 0);

  const look = (): void => {
    if (!box.isConnected) return stop();
    const { top, height } = box.getBoundingClientRect();
    const now = performance.now();
    if (height > 0 && !(Math.abs(top - place) < 1)) {
      // As far as something was scrolled: somebody else did that, by a scroll bar or a script, and means it.
      if (!Number.isNaN(place) && Math.abs(place - top - (offset() - scrolled)) < 2 && offset() !== scrolled)
        return stop();
      put(box, around);
      place = box.getBoundingClientRect().top;
      movedAt = now;
    }
    scrolled = offset();
    if (now - movedAt < SETTLED) frame = requestAnimationFrame(look);
    else timer = window.setTimeout(look, 250);
  };
  const stop = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    for (const type of READING) removeEventListener(type, stop, true);
    if (letGo === stop) letGo = null;
  };
  letGo = stop;
  look();
  // The press that led here is still on its way.
  frame ||= requestAnimationFrame(look);
  setTimeout(() => {
    if (letGo !== stop) return;
    for (const type of READING) addEventListener(type, stop, { capture: true, passive: true });
  });
}

/** A host's smooth scrolling would arrive where the comment was. */
function put(box: HTMLElement, around: readonly Element[]): void {
  box.style.removeProperty('scroll-margin-block-start');
  const go = (): void => box.scrollIntoView({ block: 'start', behavior: 'instant' });
  go();
  const { top, left, width } = box.getBoundingClientRect();
  const header = headerAt(left + width / 2, top, around);
  const margin = parseFloat(getComputedStyle(box).scrollMarginTop);
  if (top >= header) return;
  // Through the object model: a style attribute is dead under a strict content security policy.
  box.style.setProperty('scroll-margin-block-start', `${margin + header - top + BELOW_HEADER}px`);
  go();
}

/** Where that ends which sticks to the upper edge over this column of the page, 0 where nothing does. */
function headerAt(x: number, top: number, around: readonly Element[]): number {
  let end = 0;
  // Several may stick below each other; each is asked for at the line below the one before.
  for (let at = 1; at < Math.max(top, 1) + innerHeight / 2;) {
    const bottom = Math.max(
      0,
      ...document
        .elementsFromPoint(x, at)
        .map((element) => (around.includes(element) ? 0 : stuckBottom(element, around))),
    );
    if (bottom <= at) break;
    end = bottom;
    at = bottom + 1;
  }
  return end;
}

/** The lower edge of the sticking element that this one is or stands in. */
function stuckBottom(element: Element, around: readonly Element[]): number {
  for (let it: Element | null = element; it && !around.includes(it); it = it.parentElement) {
    if (!/fixed|sticky/.test(getComputedStyle(it).position)) continue;
    const { bottom, height } = it.getBoundingClientRect();
    // What covers most of the window is no header, but something that is closed before one reads.
    return height < innerHeight / 2 ? bottom : 0;
  }
  return 0;
}

/** From the inside out, through shadow roots and slots. */
function ancestors(element: Element): Element[] {
  const all: Element[] = [];
  for (
    let it: Node | null = element;
    it;
    it = (it as Element).assignedSlot ?? it.parentNode ?? (it as ShadowRoot).host ?? null
  ) {
    if (it instanceof Element) all.push(it);
  }
  return all;
}

/** What a browser does for words it has found in a part that is closed. */
function reveal(element: Element): void {
  if (element instanceof HTMLDetailsElement) element.open = true;
  if (!element.hasAttribute('hidden')) return;
  element.dispatchEvent(new Event('beforematch', { bubbles: true }));
  if (element.getAttribute('hidden') === 'until-found') element.removeAttribute('hidden');
}
