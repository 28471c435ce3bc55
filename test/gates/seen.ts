/**
 * What a person would see wrong with a section, measured in the page itself from what the browser painted: used by the
 * gates `layout` (our own thread on every ground) and `pages` (pages of others). It goes through the composed tree and
 * knows nothing of how an element is made but its roles and public parts. Runs inside a browser; imports nothing.
 */

/** Something that is not as it should be: of which kind, where, and the numbers. */
export interface Fault {
  readonly kind: string;
  readonly where: string;
  readonly what: string;
}

export interface Wanted {
  /** Least side of a target. */
  readonly target: number;
  /** Colours that the page paints behind the section, where it is no plain one (a picture, a gradient). */
  readonly grounds?: readonly string[];
}

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A piece of what is drawn that nothing else may cover. */
interface Piece {
  readonly element: Element;
  readonly kind: 'text' | 'control' | 'picture';
  readonly box: Box;
  readonly words: string;
}

const TEXT = 4.5;
const CONTROL = 3;
/** Rounding of colours to 8 bits. */
const ROUNDING = 0.03;
/** Smaller is smaller than a person reads, unless the page itself writes so. */
const SMALLEST = 12;
const CONTROLS =
  'button, a[href], input, textarea, select, summary, label:has(input), [role=button], [role=radio], [role=menuitem]';

export function faultsOf(section: Element, wanted: Wanted): Fault[] {
  const faults: Fault[] = [];
  const say = (kind: string, element: Element, what: string): unknown =>
    faults.push({ kind, where: pathOf(element), what });
  const colours = new Colours();
  try {
    const shown = [...visible(section)];
    const pieces = piecesOf(shown, section, say);
    contrast(shown, section, wanted, colours, say);
    sizes(pieces, section, say);
    order(shown, say);
    covered(pieces, say);
    sideways(shown, section, pieces, say);
    squeezed(shown, section, say);
    targets(shown, wanted.target, say);
  } finally {
    colours.end();
  }
  return worst(faults);
}

type Say = (kind: string, element: Element, what: string) => unknown;

/** One line for each kind at each kind of place: forty rows with the same mistake are one mistake. */
function worst(faults: readonly Fault[]): Fault[] {
  const seen = new Map<string, { fault: Fault; times: number }>();
  for (const fault of faults) {
    const key = `${fault.kind} ${fault.where}`;
    const known = seen.get(key);
    if (known) known.times += 1;
    else seen.set(key, { fault, times: 1 });
  }
  return [...seen.values()].map(({ fault, times }) => ({
    ...fault,
    what: times > 1 ? `${fault.what} (and ${times - 1} like it)` : fault.what,
  }));
}

/* The composed tree. */

function parentOf(element: Element): Element | null {
  const parent = element.assignedSlot ?? element.parentNode;
  return parent instanceof ShadowRoot ? parent.host : parent instanceof Element ? parent : null;
}

function childrenOf(element: Element): Iterable<Element> {
  if (element.shadowRoot) return element.shadowRoot.children;
  if (element instanceof HTMLSlotElement && element.assignedElements().length > 0) return element.assignedElements();
  return element.children;
}

function contains(outer: Element, inner: Element): boolean {
  for (let at: Element | null = inner; at; at = parentOf(at)) if (at === outer) return true;
  return false;
}

function nearest(element: Element, is: (it: Element) => boolean): Element | null {
  for (let at: Element | null = element; at; at = parentOf(at)) if (is(at)) return at;
  return null;
}

/** What can be seen: not what is for the ear alone, see-through or closed. */
function* visible(element: Element): Generator<Element> {
  const style = getComputedStyle(element);
  if (style.display === 'none' || style.clipPath === 'inset(50%)' || Number(style.opacity) < 0.05) return;
  if (style.visibility === 'hidden' && element.children.length === 0 && !element.shadowRoot) return;
  if (element instanceof HTMLDetailsElement && !element.open) {
    yield element;
    for (const child of element.children) {
      if (child.localName === 'summary') yield* visible(child);
    }
    return;
  }
  // A drawing is one thing, and so are the choices of a list.
  if (style.visibility !== 'hidden') yield element;
  if (element instanceof SVGElement || element instanceof HTMLSelectElement) return;
  for (const child of childrenOf(element)) yield* visible(child);
}

function pathOf(element: Element): string {
  const names: string[] = [];
  for (let at: Element | null = element; at && names.length < 4; at = parentOf(at)) {
    if (at.localName === 'slot') continue;
    const classes = [...at.classList].filter((name) => !/^hue|^far$/.test(name)).slice(0, 3);
    const part = at.getAttribute('part')?.split(' ')[0];
    const id = at.getAttribute('data-state');
    const more = classes.map((name) => `.${name}`).join('') + (part ? `[${part}]` : '') + (id ? `#${id}` : '');
    names.push(at.localName + more);
    if (at.localName === 'article' || at.localName === 'form') break;
  }
  return names.join(' < ');
}

const short = (words: string): string => {
  const letters = [...words.replace(/\s+/g, ' ').trim()];
  return `"${letters.length > 30 ? `${letters.slice(0, 30).join('')}…` : letters.join('')}"`;
};

/* Colours, as they are painted. */

class Colours {
  readonly #known = new Map<string, Colour>();
  readonly #holder = document.createElement('div');
  readonly #probe = document.createElement('span');

  constructor() {
    // In a tree of its own: no rule of the page reaches what is measured with.
    // Laid out, though nobody sees it: WebKit tells no new colour of what has no box.
    this.#holder.style.cssText = 'all: initial !important; position: fixed !important; visibility: hidden !important';
    this.#holder.attachShadow({ mode: 'open' }).append(this.#probe);
    document.documentElement.append(this.#holder);
  }

  end(): void {
    this.#holder.remove();
  }

  of(css: string): Colour {
    const known = this.#known.get(css);
    if (known) return known;
    const read = this.#read(css);
    this.#known.set(css, read);
    return read;
  }

  /** The paper of the page where nothing is painted. */
  canvas(): Colour {
    this.#probe.style.setProperty('background-color', 'Canvas');
    this.#probe.style.setProperty('color-scheme', getComputedStyle(document.documentElement).colorScheme);
    return this.of(getComputedStyle(this.#probe).backgroundColor);
  }

  #read(css: string): Colour {
    if (!css || css === 'transparent') return [0, 0, 0, 0];
    const numbers = (css.replace(/^color\(srgb/, '').match(/-?[\d.]+(?:e-?\d+)?%?/g) ?? []).map(Number);
    const [red = 0, green = 0, blue = 0, alpha = 1] = numbers;
    if (css.startsWith('rgb')) return [red / 255, green / 255, blue / 255, alpha];
    if (css.startsWith('color(srgb ')) return [red, green, blue, alpha];
    // Any other notation: a mixture with itself is told as a plain one.
    this.#probe.style.setProperty('color', `color-mix(in srgb, ${css}, ${css})`);
    return this.#read(getComputedStyle(this.#probe).color);
  }
}

/** One colour laid over another that lets nothing through. */
function over([red, green, blue, alpha]: Colour, ground: Colour): Colour {
  const mix = (one: number, two: number): number => one * alpha + two * (1 - alpha);
  return [mix(red, ground[0]), mix(green, ground[1]), mix(blue, ground[2]), 1];
}

const faded = ([red, green, blue]: Colour, opacity: number): Colour => [red, green, blue, opacity];

function luminance([red, green, blue]: Colour): number {
  const [r, g, b] = [red, green, blue].map((part) => {
    const it = Math.min(1, Math.max(0, part));
    return it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function ratio(one: Colour, two: Colour): number {
  const [a, b] = [luminance(one), luminance(two)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const named = ([red, green, blue]: Colour): string =>
  `#${[red, green, blue]
    .map((part) =>
      Math.round(Math.min(1, Math.max(0, part)) * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;

/** What lies behind an element's own content, and how an ink in it comes out. `from`: what the page paints, if told. */
function painted(
  element: Element,
  ink: string | null,
  colours: Colours,
  page: { section: Element; ground: Colour } | null,
  withOwn = true,
): { ground: Colour; ink: Colour } {
  const chain: Element[] = [];
  for (let at: Element | null = element; at; at = parentOf(at)) {
    chain.unshift(at);
    // What is in the top layer is drawn over the page, not over its parents; all of ours have a ground of their own.
    if (page && at === page.section) break;
  }
  let ground = page ? page.ground : colours.canvas();
  const groups: { ground: Colour; opacity: number }[] = [];
  for (const at of chain) {
    if (at === element && !withOwn) break;
    const { backgroundColor, opacity } = getComputedStyle(at);
    if (Number(opacity) < 1) groups.push({ ground, opacity: Number(opacity) });
    ground = over(colours.of(backgroundColor), ground);
  }
  let out = ink === null ? ground : over(colours.of(ink), ground);
  for (const group of groups.reverse()) {
    out = over(faded(out, group.opacity), group.ground);
    ground = over(faded(ground, group.opacity), group.ground);
  }
  return { ground, ink: out };
}

function isDisabled(element: Element): boolean {
  return nearest(element, (it) => it.matches(':disabled, [aria-disabled=true]')) !== null;
}

function contrast(shown: readonly Element[], section: Element, wanted: Wanted, colours: Colours, say: Say): void {
  const pages = wanted.grounds?.map((css) => ({ section, ground: colours.of(css) })) ?? [null];
  const judge = (kind: string, element: Element, ink: string, least: number, words: string, own = true): void => {
    for (const page of pages) {
      const { ground, ink: seen } = painted(element, ink, colours, page, own);
      const is = ratio(seen, ground);
      if (is < least - ROUNDING) {
        say(kind, element, `${is.toFixed(2)} of ${least}: ${words} ${named(seen)} on ${named(ground)}`);
      }
    }
  };
  for (const element of shown) {
    if (isDisabled(element)) continue;
    const style = getComputedStyle(element);
    const words = ownWords(element);
    if (words) judge('contrast', element, style.color, TEXT, short(words));
    if (isField(element)) {
      if (element.value) judge('contrast', element, style.color, TEXT, short(element.value));
      else if (element.placeholder) {
        judge('contrast', element, getComputedStyle(element, '::placeholder').color, TEXT, short(element.placeholder));
      }
      // The border of a field tells where it is; where it has none, its box does, or whatever draws it.
      const framed = nearest(element, (it) => it !== section && hasFrame(it));
      if (framed) {
        const side = ['top', 'right', 'bottom', 'left'].find((it) => sideOf(framed, it) > 0) ?? 'top';
        const ink = getComputedStyle(framed).getPropertyValue(`border-${side}-color`);
        judge('control', framed, ink, CONTROL, 'the border of a field', false);
      } else say('control', element, 'a field without a border');
    }
    if (element instanceof SVGElement && nearest(element, (it) => it.matches(CONTROLS))) {
      const ink = style.stroke === 'none' || style.stroke === '' ? style.fill : style.stroke;
      if (/^(rgb|color|ok|la|lch)/.test(ink)) judge('control', element, ink, CONTROL, 'a drawing');
    }
    for (const pseudo of ['::before', '::after']) {
      const drawn = getComputedStyle(element, pseudo);
      const said = /^"([^"]*[\p{L}\p{N}][^"]*)"/u.exec(drawn.content)?.[1];
      if (!said || drawn.display === 'none') continue;
      for (const page of pages) {
        const behind = painted(element, null, colours, page).ground;
        const ground = over(colours.of(drawn.backgroundColor), behind);
        const is = ratio(over(colours.of(drawn.color), ground), ground);
        if (is < TEXT - ROUNDING)
          say('contrast', element, `${is.toFixed(2)} of ${TEXT}: ${pseudo} ${short(said)} on ${named(ground)}`);
      }
    }
  }
}

const sideOf = (element: Element, side: string): number => {
  const style = getComputedStyle(element);
  return style.getPropertyValue(`border-${side}-style`) === 'none'
    ? 0
    : parseFloat(style.getPropertyValue(`border-${side}-width`));
};

const hasFrame = (element: Element): boolean => sideOf(element, 'top') > 0 && sideOf(element, 'bottom') > 0;

function isField(element: Element): element is HTMLInputElement | HTMLTextAreaElement {
  return (
    element instanceof HTMLTextAreaElement ||
    (element instanceof HTMLInputElement && !/checkbox|radio|button|submit|hidden/.test(element.type))
  );
}

function ownWords(element: Element): string {
  let words = '';
  for (const node of element.childNodes) if (node instanceof Text) words += node.data;
  return element instanceof HTMLSelectElement || element instanceof HTMLTextAreaElement ? '' : words.trim();
}

/* Pieces: lines of text by their ink, controls by their boxes, avatars. */

const measured = new Map<string, { ascent: number; size: number }>();

/** How far the first line of a font is above its baseline: boxes of tall fonts overlap where their ink does not. */
function ascentOf(style: CSSStyleDeclaration): { ascent: number; size: number } {
  const font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const known = measured.get(font);
  if (known) return known;
  const pen = document.createElement('canvas').getContext('2d');
  const size = parseFloat(style.fontSize);
  let ascent = size * 0.9;
  if (pen) {
    pen.font = font;
    ascent = pen.measureText('x').fontBoundingBoxAscent || ascent;
  }
  measured.set(font, { ascent, size });
  return { ascent, size };
}

/** The picture of a writer, or the initials in its place. */
const AVATAR = '[part~=avatar]';

function piecesOf(shown: readonly Element[], section: Element, say: Say): Piece[] {
  const pieces: Piece[] = [];
  for (const element of shown) {
    const style = getComputedStyle(element);
    const { ascent, size } = ascentOf(style);
    for (const node of element.childNodes) {
      if (!(node instanceof Text) || !node.data.trim() || element instanceof HTMLTextAreaElement) continue;
      // Initials are a drawing: the name stands beside them.
      if (element.matches(AVATAR)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        if (rect.width < 1 || rect.height < 1) continue;
        const top = rect.top + ascent;
        const ink = { left: rect.left, right: rect.right, top: top - size * 0.72, bottom: top + size * 0.18 };
        const box = clipped(element, ink, section, node.data, say);
        if (box) pieces.push({ element, kind: 'text', box, words: node.data });
      }
    }
    if (element.matches(CONTROLS) && style.display !== 'inline') {
      const rect = element.getBoundingClientRect();
      const box = rect.width > 1 && rect.height > 1 && clipped(element, rect, section, '', say);
      const isDrawn = isField(element) || hasFrame(element) || !/, 0\)|^transparent/.test(style.backgroundColor);
      if (box && isDrawn) pieces.push({ element, kind: 'control', box, words: element.textContent ?? '' });
    }
    // A control may be no more than a drawing in a large place to press.
    const holder = element instanceof SVGElement && nearest(element, (it) => it.matches(CONTROLS));
    if (holder) {
      const box = clipped(element, element.getBoundingClientRect(), section, '', say);
      if (box) pieces.push({ element: holder, kind: 'control', box, words: holder.ariaLabel ?? '' });
    }
    const face = getComputedStyle(element, '::before');
    const isFace = element.localName === 'article' && !element.querySelector(`:scope > ${AVATAR}`);
    if (isFace && face.position === 'absolute' && face.display !== 'none') {
      const around = nearest(element, (it) => getComputedStyle(it).position !== 'static');
      const from = around?.getBoundingClientRect();
      const [left, top, width, height] = [face.left, face.top, face.width, face.height].map(parseFloat) as [
        number,
        number,
        number,
        number,
      ];
      if (from && width > 0) {
        const x = from.left + left;
        const y = from.top + top;
        pieces.push({
          element,
          kind: 'picture',
          box: { left: x, top: y, right: x + width, bottom: y + height },
          words: 'avatar',
        });
      }
    }
    if (element instanceof HTMLImageElement || element.matches(AVATAR)) {
      pieces.push({ element, kind: 'picture', box: element.getBoundingClientRect(), words: 'picture' });
    }
  }
  return pieces;
}

/** The part of a box that its surroundings leave to be seen; says so where a line is cut in its length. */
function clipped(element: Element, box: Box, section: Element, words: string, say: Say): Box | null {
  let { left, top, right, bottom } = box;
  for (let at: Element | null = element; at; at = at === section ? null : parentOf(at)) {
    const style = getComputedStyle(at);
    if (style.position === 'fixed' || at.matches(':popover-open')) break;
    if (style.overflowX === 'visible' || style.display === 'inline') continue;
    const edge = at.getBoundingClientRect();
    const scrolls = /auto|scroll/.test(style.overflowX);
    // The space at which a kept line breaks hangs over its end, where nobody sees it.
    const hangs = /pre-wrap|break-spaces/.test(getComputedStyle(element).whiteSpace);
    const slack = hangs ? parseFloat(getComputedStyle(element).fontSize) * 0.6 : 1.5;
    if (
      words &&
      !scrolls &&
      style.textOverflow !== 'ellipsis' &&
      (left < edge.left - slack || right > edge.right + slack)
    ) {
      if (bottom > edge.top && top < edge.bottom) {
        say(
          'cut off',
          element,
          `${short(words)} goes from ${Math.round(left)} to ${Math.round(right)}, its box ${Math.round(edge.left)} to ${Math.round(edge.right)}`,
        );
      }
    }
    left = Math.max(left, edge.left);
    right = Math.min(right, edge.right);
    top = Math.max(top, edge.top);
    bottom = Math.min(bottom, edge.bottom);
    if (right - left < 1 || bottom - top < 1) return null;
  }
  return { left, top, right, bottom };
}

function sizes(pieces: readonly Piece[], section: Element, say: Say): void {
  const host = parseFloat(getComputedStyle(parentOf(section) ?? section).fontSize);
  const least = Math.min(SMALLEST, host);
  for (const { element, kind, words } of pieces) {
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (kind === 'text' && size < least - 0.05)
      say('small', element, `${short(words)} is written in ${size.toFixed(1)} px, the page in ${host}`);
  }
}

const part = (article: Element, name: string): Element | undefined =>
  [...article.querySelectorAll(`[part~=${name}]`)].find(
    (it) => it.closest('article') === article && it.getClientRects().length > 0,
  );

/** In each row from above: name, quote, text, actions. */
function order(shown: readonly Element[], say: Say): void {
  for (const article of shown) {
    if (article.localName !== 'article') continue;
    const heading = [...article.children].find((it) => /^h[1-6]$/.test(it.localName));
    const stack: [string, Element | undefined][] = [
      ['name', heading],
      ['quote', part(article, 'quote')],
      ['text', part(article, 'body')],
      ['actions', part(article, 'actions')],
    ];
    const there = stack.filter((it): it is [string, Element] => it[1] !== undefined);
    for (const [nth, [above, upper]] of there.entries()) {
      const next = there[nth + 1];
      if (!next) continue;
      const [ends, begins] = [upper.getBoundingClientRect(), next[1].getBoundingClientRect()];
      if (ends.bottom > begins.top + 3) {
        say(
          'order',
          next[1],
          `the ${next[0]} begins at ${Math.round(begins.left)}, ${Math.round(begins.top)}, where the ${above} ends at ${Math.round(ends.right)}, ${Math.round(ends.bottom)}`,
        );
      }
    }
  }
}

/** The block whose lines a piece is one of: lines of one block may be as near as their writer likes. */
function blockOf(element: Element): Element {
  return nearest(element, (it) => !/^inline$|^contents$/.test(getComputedStyle(it).display)) ?? element;
}

function covered(pieces: readonly Piece[], say: Say): void {
  const layers = new Map<Element, Element | null>();
  const layer = (element: Element): Element | null => {
    const known = layers.get(element);
    if (known !== undefined) return known;
    const found = nearest(
      element,
      (it) => it.matches(':popover-open, dialog[open]') || getComputedStyle(it).position === 'fixed',
    );
    layers.set(element, found);
    return found;
  };
  const sorted = [...pieces].sort((one, two) => one.box.top - two.box.top);
  for (const [nth, one] of sorted.entries()) {
    for (let at = nth + 1; at < sorted.length; at++) {
      const two = sorted[at] as Piece;
      if (two.box.top >= one.box.bottom - 1) break;
      const width = Math.min(one.box.right, two.box.right) - Math.max(one.box.left, two.box.left);
      const height = Math.min(one.box.bottom, two.box.bottom) - two.box.top;
      if (width < 1.5 || height < 1.5) continue;
      if (one.element === two.element || layer(one.element) !== layer(two.element)) continue;
      if (one.kind !== 'picture' && contains(one.element, two.element)) continue;
      if (two.kind !== 'picture' && contains(two.element, one.element)) continue;
      if (one.kind === 'text' && two.kind === 'text' && blockOf(one.element) === blockOf(two.element)) continue;
      say(
        'covered',
        two.element,
        `${two.kind} ${short(two.words)} and ${one.kind} ${short(one.words)} in ${pathOf(one.element)} share ${Math.round(width)} by ${Math.round(height)} px`,
      );
    }
  }
}

/** Nothing sticks out of the section, and nothing scrolls sideways but what is wide by its nature, in its own box. */
function sideways(shown: readonly Element[], section: Element, pieces: readonly Piece[], say: Say): void {
  const room = section.getBoundingClientRect();
  for (const { element, box, words, kind } of pieces) {
    if (nearest(element, (it) => it.matches(':popover-open'))) continue;
    if (box.left < room.left - 1.5 || box.right > room.right + 1.5) {
      say(
        'sticks out',
        element,
        `${kind} ${short(words)} from ${Math.round(box.left)} to ${Math.round(box.right)}, the section from ${Math.round(room.left)} to ${Math.round(room.right)}`,
      );
    }
  }
  for (const element of shown) {
    if (!(element instanceof HTMLElement) || element.scrollWidth <= element.clientWidth + 1) continue;
    if (element.clientWidth === 0 || element.closest('[part~=body], .body')) continue;
    const { overflowX, display } = getComputedStyle(element);
    if (/auto|scroll/.test(overflowX) && display !== 'inline') {
      say('sideways', element, `${element.scrollWidth} px scroll in ${element.clientWidth}`);
    }
  }
}

/** Words in a column of a few letters. */
function squeezed(shown: readonly Element[], section: Element, say: Say): void {
  for (const element of shown) {
    const words = ownWords(element);
    if (words.length < 12) continue;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    // Where there is no room for words there is none: twenty letters of this size are.
    if (section.getBoundingClientRect().width < 20 * parseFloat(style.fontSize)) continue;
    const range = document.createRange();
    range.selectNodeContents(element);
    const lines = new Set([...range.getClientRects()].filter((it) => it.width > 1).map((it) => Math.round(it.top)));
    const letters = [...(element.textContent ?? '').trim()].length / lines.size;
    if (lines.size > 2 && letters < 8 && box.width < 4.5 * parseFloat(style.fontSize)) {
      say(
        'squeezed',
        element,
        `${short(words)} in ${lines.size} lines of ${letters.toFixed(1)} letters, ${Math.round(box.width)} px wide`,
      );
    }
  }
}

/* Targets: how large is what a finger may touch? */

function targets(shown: readonly Element[], least: number, say: Say): void {
  for (const element of shown) {
    if (!element.matches(CONTROLS) || isDisabled(element)) continue;
    // A box to tick is touched by its words, too.
    if (element instanceof HTMLInputElement && element.closest('label')) continue;
    if (isInSentence(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) continue;
    if (box.width >= least - 0.5 && box.height >= least - 0.5) continue;
    const reach = reachOf(element, least);
    if (reach === 'behind') continue;
    if (!reach)
      say('covered', element, `nobody can press ${short(element.textContent ?? '')}: something lies over its middle`);
    else if (reach.width < least - 0.5 || reach.height < least - 0.5) {
      const label = element.getAttribute('aria-label') ?? element.textContent ?? '';
      say(
        'target',
        element,
        `${short(label)} takes presses on ${reach.width} by ${reach.height} px of ${least} (its box: ${box.width.toFixed(1)} by ${box.height.toFixed(1)})`,
      );
    }
  }
}

/** A link among words is as high as its line (WCAG 2.5.8 excepts it). */
function isInSentence(element: Element): boolean {
  if (element.closest('[part~=body], .body')) return true;
  if (getComputedStyle(element).display !== 'inline') return false;
  return [...(element.parentNode?.childNodes ?? [])].some((it) => it instanceof Text && it.data.trim().length > 1);
}

/** How far from its middle a press still reaches it, found by touching. */
function reachOf(element: Element, least: number): { width: number; height: number } | 'behind' | null {
  element.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
  const box = element.getBoundingClientRect();
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const hits = (dx: number, dy: number): boolean => {
    const at = deepest(x + dx, y + dy);
    if (!at) return false;
    const label = at.closest('label');
    return contains(element, at) || (label !== null && contains(element, label));
  };
  if (!hits(0, 0)) {
    // A menu that is open lies over what is behind it, and is meant to.
    const at = deepest(x, y);
    const layer = at && nearest(at, (it) => it.matches(':popover-open'));
    return layer && !contains(layer, element) ? 'behind' : null;
  }
  const most = Math.max(least, box.width, box.height);
  const run = (dx: number, dy: number): number => {
    let far = 0;
    while (far < most && hits(dx * (far + 1), dy * (far + 1))) far++;
    return far;
  };
  return { width: run(-1, 0) + run(1, 0) + 1, height: run(0, -1) + run(0, 1) + 1 };
}

function deepest(x: number, y: number): Element | null {
  let at = document.elementFromPoint(x, y);
  for (let inner = at?.shadowRoot?.elementFromPoint(x, y); inner && inner !== at;) {
    at = inner;
    inner = at.shadowRoot?.elementFromPoint(x, y);
  }
  return at;
}
