/**
 * Colours that can be read on the ground they stand on, whatever it is: a mid-grey, a colour, a gradient, a picture. The
 * section's own mixtures of the host's ink do on most pages; what they lack elsewhere is worked out here and handed to the
 * style sheet as private variables. What an author names by a variable stays as it is.
 */
import { around, contrastOf } from './appearance.ts';

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

/** For text; a hair more than 4.5 and 3, because what is drawn is rounded. */
const TEXT = 4.55;
const CONTROL = 3.05;
/** How much of the ink lies on the ground where two washes lie on each other. */
const WASHED = 0.12;
/** The palest and the darkest of the tints of writers. */
const TINTS: readonly Colour[] = [
  [0.75, 0.75, 0.25, 1],
  [0.25, 0.25, 0.75, 1],
];
const WHITE: Colour = [1, 1, 1, 1];
const BLACK: Colour = [0, 0, 0, 1];

/** What was worked out last for a root, so that looking again costs nothing where nothing changed. */
const known = new WeakMap<HTMLElement, string>();

/** Gives the root what the ground behind the section asks for. `probe` is ours to paint on: it is not shown. */
export function fitGround(section: HTMLElement, root: HTMLElement, probe: HTMLElement): void {
  const set = (name: string, value: string): void => root.style.setProperty(name, value);
  const read = reader(probe);
  const paper = root.classList.contains('paper');
  const own = getComputedStyle(root);
  const host = getComputedStyle(section);
  const named = (name: string): string => own.getPropertyValue(`--afterword-${name}`).trim();
  // Paper has an ink of its own; the one that another ground asked for must not stay on it.
  if (paper) set('--_own', '');
  const ink = read(paper || named('text') ? own.color : host.color);
  const grounds = paper
    ? [over(read(own.backgroundColor), canvasOf(probe, read, own.colorScheme))]
    : groundsOf(section, ink, read, canvasOf(probe, read, getComputedStyle(document.documentElement).colorScheme));
  const accent = host.accentColor === 'auto' ? '' : host.accentColor;
  // What floats above the section has the same ground under it.
  if (!paper) set('--_behind', css(grounds[0] as Colour));
  const key = (): string =>
    JSON.stringify([root.className, root.style.cssText, ink, grounds, accent, named('accent'), named('text')]);
  if (known.get(root) === key()) return;

  const extreme = least(WHITE, grounds) > least(BLACK, grounds) ? WHITE : BLACK;
  // A wash of ink takes contrast away; where there is none to spare it is a wash of the other end.
  const washed = (wash: Colour): Colour[] => grounds.map((ground) => over(wash, ground));
  const isTight = least(extreme, washed(faded(extreme, WASHED))) < TEXT;
  const wash = faded(extreme === WHITE ? BLACK : WHITE, WASHED);
  set('--_w', isTight ? css(wash) : '');
  const all = [...grounds, ...washed(isTight ? wash : faded(ink, WASHED))];

  const text = named('text') ? ink : legible(ink, all, extreme);
  set('--_own', paper || text === ink ? '' : css(text));
  set('--_text', css(text));
  const share = (least: number, from: number): string => {
    for (let part = from; part < 100; part += 2) {
      if (all.every((ground) => ratio(over(faded(text, part / 100), ground), ground) >= least)) return `${part}%`;
    }
    return '100%';
  };
  set('--_ink', share(TEXT, 74));
  set('--_edge', share(CONTROL, 60));
  // What is not sent yet is paler, where that can still be read.
  set('--_pale', least(over(faded(text, 0.85), grounds[0] as Colour), all) < TEXT ? '1' : '');

  // The faces of writers have a tint, with their initials in the ink.
  const tone = root.classList.contains('dark') ? 0.36 : 0.18;
  const tints = (tone: number): Colour[] =>
    TINTS.flatMap((tint) => all.map((ground) => over(faded(tint, tone), ground)));
  const fits = [tone, tone / 2, tone / 4].find((one) => least(text, tints(one)) >= TEXT) ?? 0;
  set('--_tone', fits === tone ? '' : String(fits));

  for (const name of ['a', 'd', 's', 'at']) set(`--_${name}`, '');
  const ours = (name: string): Colour => read(own.getPropertyValue(name));
  const chosen = named('accent') ? ours('--_accent') : legible(accent ? read(accent) : ours('--_accent'), all, extreme);
  const [danger, success] = ['--_danger', '--_success'].map((name) => legible(ours(name), all, extreme));
  set('--_a', css(chosen));
  set('--_d', css(danger as Colour));
  set('--_s', css(success as Colour));
  const on = ours('--_accent-text');
  set('--_at', css(least(on, [chosen]) >= TEXT ? on : least(WHITE, [chosen]) >= TEXT ? WHITE : BLACK));
  known.set(root, key());
}

/** The colour itself where it can be read, else so much nearer to black or white; ink that nobody chose gives way whole. */
function legible(colour: Colour, grounds: readonly Colour[], extreme: Colour): Colour {
  if (least(colour, grounds) >= TEXT) return colour;
  const from = least(colour, grounds) < 1.5 && isGrey(colour) ? 0.85 : 0.05;
  for (let part = from; part < 1; part += 0.05) {
    const mixed = over(faded(extreme, part), colour);
    if (least(mixed, grounds) >= TEXT) return mixed;
  }
  return extreme;
}

/** What may be behind the section: one colour, or those of a gradient. */
function groundsOf(section: Element, ink: Colour, read: (css: string) => Colour, canvas: Colour): Colour[] {
  const layers: { colour: Colour; image: string }[] = [];
  for (let at: Element | null = section; at; at = around(at)) {
    const { backgroundColor, backgroundImage } = getComputedStyle(at);
    const colour = read(backgroundColor);
    if (colour[3] > 0 || backgroundImage !== 'none') layers.unshift({ colour, image: backgroundImage });
    // A picture may have holes, but what is seen through them is this colour.
    if (colour[3] > 0.99) break;
  }
  let grounds = [canvas];
  let isUnknown = layers.length === 0 && least(ink, grounds) < 3;
  for (const { colour, image } of layers) {
    grounds = grounds.map((ground) => over(colour, ground));
    if (image === 'none') continue;
    const stops = (image.match(/(?:rgba?|color|oklch|oklab|lch|lab|hsla?)\([^()]*\)/g) ?? []).map(read);
    if (/url\(|image\(|element\(|cross-fade\(/.test(image) || stops.length === 0) isUnknown = true;
    else grounds = grounds.flatMap((ground) => stops.map((stop) => over(stop, ground))).slice(0, 8);
  }
  // The host can read its own ink: what is behind it is where that is so.
  const readable = grounds.filter((ground) => least(ink, [ground]) >= 4.5);
  if (isUnknown) return readable.length > 0 ? readable : [guess(ink)];
  return grounds.length > 1 && readable.length > 0 ? readable : grounds;
}

/** A grey on which the ink reads well, as far from it as pictures behind words usually are. */
function guess(ink: Colour): Colour {
  const light = luminance(ink);
  const wanted = light > 0.18 ? (light + 0.05) / 7 - 0.05 : (light + 0.05) * 7 - 0.05;
  const grey = Math.min(1, Math.max(0, wanted)) ** (1 / 2.2);
  return [grey, grey, grey, 1];
}

/** The paper of a page itself, in the scheme that its root uses. */
function canvasOf(probe: HTMLElement, read: (css: string) => Colour, scheme: string): Colour {
  probe.style.colorScheme = scheme;
  const { backgroundColor } = getComputedStyle(probe);
  const canvas = read(backgroundColor);
  probe.style.colorScheme = '';
  return canvas;
}

/** Reads a colour in any notation. */
function reader(probe: HTMLElement): (css: string) => Colour {
  const plain = (css: string): Colour | null => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (
      css.replace(/^color\(srgb/, '').match(/-?[\d.]+(e-?\d+)?/g) ?? []
    ).map(Number);
    const part = (value: number): number => Math.min(1, Math.max(0, value));
    if (/^rgba?\(/.test(css)) return [red / 255, green / 255, blue / 255, alpha];
    return css.startsWith('color(srgb ') ? [part(red), part(green), part(blue), alpha] : null;
  };
  return (css) => {
    const at = plain(css);
    if (at) return at;
    // Mixed with itself, a colour of any notation is told in this one.
    probe.style.color = `color-mix(in srgb, ${css}, ${css})`;
    const colour = plain(getComputedStyle(probe).color) ?? BLACK;
    probe.style.color = '';
    return colour;
  };
}

const css = ([red, green, blue, alpha]: Colour): string =>
  `rgb(${[red, green, blue].map((part) => Math.round(part * 255)).join(' ')}${alpha < 1 ? ` / ${alpha}` : ''})`;

const faded = ([red, green, blue]: Colour, alpha: number): Colour => [red, green, blue, alpha];

const isGrey = ([red, green, blue]: Colour): boolean => Math.max(red, green, blue) - Math.min(red, green, blue) < 0.15;

/** One colour laid over another. */
function over([red, green, blue, alpha]: Colour, ground: Colour): Colour {
  const mix = (one: number, two: number): number => one * alpha + two * (1 - alpha);
  return [mix(red, ground[0]), mix(green, ground[1]), mix(blue, ground[2]), 1];
}

function luminance([red, green, blue]: Colour): number {
  const linear = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

const ratio = (one: Colour, two: Colour): number => contrastOf(luminance(one), luminance(two));

/** The contrast of a colour on the ground where it has the least. */
const least = (colour: Colour, grounds: readonly Colour[]): number =>
  Math.min(...grounds.map((ground) => ratio(colour, ground)));
