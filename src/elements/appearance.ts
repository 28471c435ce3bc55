/**
 * Light or dark: which the section's surroundings are (E-6). What is painted comes first, because that is what a person
 * sees: the ink of the host on the ground behind the section. Where they don't tell (nothing is painted, or the ink can't
 * be read on it), the host's used `color-scheme` does; the operating system counts only where the host follows it.
 */
export type Scheme = 'light' | 'dark';

/** What the section's root wears. */
export interface Appearance {
  readonly classes: string;
  /** What is behind the section, for what floats above it; empty where the page paints nothing. */
  readonly behind: string;
  /** The host's colour of text. */
  readonly text: string;
}

export function readAppearance(section: HTMLElement, wished: 'auto' | Scheme): Appearance {
  const behind = behindOf(section);
  const { colorScheme, color } = getComputedStyle(section);
  const [ink, ground] = [lightOf(color) ?? 0, lightOf(behind)];
  const dark = isDark(section, colorScheme, ink, ground);
  const scheme = wished === 'auto' ? (dark ? 'dark' : 'light') : wished;
  // The author asked for a scheme that the page behind us does not have: we bring our own paper.
  const paper = (scheme === 'dark') !== dark;
  // Nobody gave the ground an ink: then the scheme's own is better than what happens to be inherited.
  const bare = ground !== null && contrastOf(ink, ground) < 3;
  return {
    classes: `root ${scheme}${paper ? ' paper' : bare ? ' bare' : ''}`,
    behind: paper ? '' : behind,
    text: color,
  };
}

function isDark(section: HTMLElement, scheme: string, ink: number, ground: number | null): boolean {
  if (ground !== null && contrastOf(ink, ground) > 3) return ink > ground;
  // `Canvas` as a computed colour tells the used scheme, also where only a <meta name="color-scheme"> chose it.
  const probe = section.shadowRoot?.querySelector('.probe');
  const canvas = (probe && lightOf(getComputedStyle(probe).backgroundColor)) ?? 1;
  if (canvas < 0.5 || (scheme && scheme !== 'normal')) return canvas < 0.5;
  // Pale ink where we see no ground: a picture is there, or something laid under the page.
  return ground === null ? contrastOf(ink, canvas) < 3 : ground < 0.18;
}

/** The first background that hides what is behind it, looking outwards through slots and shadow roots. */
function behindOf(section: Element): string {
  for (let at: Element | null = section; at; at = around(at)) {
    const { backgroundColor } = getComputedStyle(at);
    if (lightOf(backgroundColor) !== null) return backgroundColor;
  }
  return '';
}

/** The element that an element is drawn in. */
export function around(element: Element): Element | null {
  const parent = element.assignedSlot ?? element.parentNode;
  return parent instanceof ShadowRoot ? parent.host : parent instanceof Element ? parent : null;
}

export function contrastOf(one: number, two: number): number {
  return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
}

/** Relative luminance of a computed colour, near enough to tell light from dark; null where it lets the ground through. */
export function lightOf(colour: string): number | null {
  const [one = 0, two = 0, three = 0, alpha = 1] = (colour.replace(/^color\(\S+/, '').match(/[\d.]+/g) ?? []).map(
    Number,
  );
  if (alpha < 0.9 || !/\d/.test(colour)) return null;
  if (/^(ok)?l/.test(colour)) return (one > 1 ? one / 100 : one) ** 2.2; // lab(), oklch(): lightness comes first.
  const full = colour.startsWith('rgb') ? 255 : 1;
  return 0.2126 * (one / full) ** 2.2 + 0.7152 * (two / full) ** 2.2 + 0.0722 * (three / full) ** 2.2;
}
