/**
 * Light or dark: which the section's surroundings are (E-6). The host's used `color-scheme` comes first, then the
 * lightness of what lies behind the section; the operating system counts only where the host follows it.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export type Scheme = 'light' | 'dark';

export interface Appearance {
  readonly scheme: Scheme;
  /** The author asked for a scheme that the page behind us does not have: we bring our own paper. */
  readonly paper: boolean;
  /** The first opaque colour behind the section, for what floats above it; null where the page paints none. */
  readonly behind: string | null;
  /** How much of the text's colour muted text keeps, so that it stays readable (4.5:1) on a pale host too. */
  readonly ink: string;
  /** The host's `accent-color`, where it has one. */
  readonly accent: string | null;
}

export function readAppearance(section: HTMLElement, wished: 'auto' | Scheme): Appearance {
  const style = getComputedStyle(section);
  const behind = colourBehind(section);
  const dark = surroundingsAreDark(section, style, behind);
  const scheme = wished === 'auto' ? (dark ? 'dark' : 'light') : wished;
  const paper = wished !== 'auto' && (wished === 'dark') !== dark;
  const ground = behind ? luminance(behind) : dark ? 0.01 : 1;
  return {
    scheme,
    paper,
    behind: paper ? null : behind,
    ink: paper ? '74%' : inkFor(contrast(luminance(style.color) ?? (dark ? 1 : 0), ground ?? 1)),
    accent: style.accentColor && style.accentColor !== 'auto' ? style.accentColor : null,
  };
}

function surroundingsAreDark(section: HTMLElement, style: CSSStyleDeclaration, behind: string | null): boolean {
  // `Canvas` as a computed colour tells the used scheme, also where only a <meta name="color-scheme"> chose it.
  const probe = section.shadowRoot?.querySelector('.probe');
  const canvas = probe ? luminance(getComputedStyle(probe).backgroundColor) : null;
  if (canvas !== null && canvas < 0.5) return true;
  if (style.colorScheme && style.colorScheme !== 'normal') return false;
  return behind !== null && (luminance(behind) ?? 1) < 0.4;
}

/** The first background that hides what is behind it, looking outwards through slots and shadow roots. */
function colourBehind(section: HTMLElement): string | null {
  for (let at: Element | null = section; at; at = outwards(at)) {
    const colour = getComputedStyle(at).backgroundColor;
    if (alpha(colour) > 0.9) return colour;
  }
  return null;
}

function outwards(element: Element): Element | null {
  if (element.assignedSlot) return element.assignedSlot;
  const parent = element.parentNode;
  return parent instanceof ShadowRoot ? parent.host : parent instanceof Element ? parent : null;
}

/** Red, green, blue from 0 to 1 and alpha, of a computed colour; null for a notation we don't know (`lab()`, `oklch()`). */
function channels(colour: string): number[] | null {
  const numbers = colour
    .match(/[\d.]+(?:e-?\d+)?%?/g)
    ?.map((part) => parseFloat(part) / (part.endsWith('%') ? 100 : 1));
  if (!numbers || numbers.length < 3) return null;
  if (colour.startsWith('rgb')) return numbers.map((value, index) => (index < 3 ? value / 255 : value));
  return colour.startsWith('color(srgb ') ? numbers : null;
}

function alpha(colour: string): number {
  if (colour === 'transparent') return 0;
  const slash = /\/\s*([\d.]+)/.exec(colour)?.[1];
  return slash ? Number(slash) : (channels(colour)?.[3] ?? 1);
}

/** Relative luminance as WCAG defines it. */
function luminance(colour: string): number | null {
  const parts = channels(colour);
  if (!parts) {
    const lightness = /^(?:ok)?l(?:ab|ch)\(\s*([\d.]+)(%?)/.exec(colour);
    if (!lightness) return null;
    const value = Number(lightness[1]) / (colour.startsWith('ok') && !lightness[2] ? 1 : 100);
    return value ** 2.4; // Close enough to tell light from dark.
  }
  const [red = 0, green = 0, blue = 0] = parts.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

/** The paler the host's own text, the less there is to take away. */
function inkFor(ratio: number): string {
  return ratio > 9 ? '74%' : ratio > 7 ? '84%' : '100%';
}

/** Looks again when the page or the operating system changes, and tells its element where that made a difference. */
export class AppearanceController implements ReactiveController {
  current: Appearance = { scheme: 'light', paper: false, behind: null, ink: '74%', accent: null };
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #wished: () => 'auto' | Scheme;
  #observer: MutationObserver | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost & HTMLElement, wished: () => 'auto' | Scheme) {
    this.#host = host;
    this.#wished = wished;
    host.addController(this);
  }

  hostConnected(): void {
    systemScheme().addEventListener('change', this.#changed);
    this.#observer = new MutationObserver(this.#changed);
    // A page's own switch sets a class or an attribute on one of these two.
    this.#observer.observe(document.documentElement, { attributes: true });
    if (document.body) this.#observer.observe(document.body, { attributes: true });
    this.look();
  }

  hostDisconnected(): void {
    systemScheme().removeEventListener('change', this.#changed);
    this.#observer?.disconnect();
    clearTimeout(this.#timer);
  }

  /** To be called after the first drawing too: the probe stands in the shadow root. */
  look(): void {
    const next = readAppearance(this.#host, this.#wished());
    const now = this.current;
    if ((Object.keys(next) as (keyof Appearance)[]).every((key) => next[key] === now[key])) return;
    this.current = next;
    this.#host.requestUpdate();
  }

  readonly #changed = (): void => {
    this.look();
    clearTimeout(this.#timer);
    // A page may fade from one scheme to the other; what counts is where it ends.
    this.#timer = setTimeout(() => this.look(), 400);
  };
}

function systemScheme(): MediaQueryList {
  return matchMedia('(prefers-color-scheme: dark)');
}
