/**
 * Light or dark: which the section's surroundings are (E-6). The host's used `color-scheme` comes first, then the
 * lightness of what lies behind the section; the operating system counts only where the host follows it.
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
  const [behind, light] = behindOf(section);
  const { colorScheme, color } = getComputedStyle(section);
  const dark = isDark(section, colorScheme, light);
  const scheme = wished === 'auto' ? (dark ? 'dark' : 'light') : wished;
  // The author asked for a scheme that the page behind us does not have: we bring our own paper.
  const paper = (scheme === 'dark') !== dark;
  return { classes: `root ${scheme}${paper ? ' paper' : ''}`, behind: paper ? '' : behind, text: color };
}

function isDark(section: HTMLElement, scheme: string, light: number | null): boolean {
  // `Canvas` as a computed colour tells the used scheme, also where only a <meta name="color-scheme"> chose it.
  const probe = section.shadowRoot?.querySelector('.probe');
  if (probe && (lightOf(getComputedStyle(probe).backgroundColor) ?? 1) < 0.5) return true;
  return (!scheme || scheme === 'normal') && light !== null && light < 0.4;
}

/** The first background that hides what is behind it, looking outwards through slots and shadow roots. */
function behindOf(section: Element): [colour: string, light: number | null] {
  for (let at: Element | null = section; at; at = at.assignedSlot ?? parentOf(at)) {
    const colour = getComputedStyle(at).backgroundColor;
    const light = lightOf(colour);
    if (light !== null) return [colour, light];
  }
  return ['', null];
}

function parentOf(element: Element): Element | null {
  const parent = element.parentNode;
  return parent instanceof ShadowRoot
    ? parent.host
    : (parent as Element | null) instanceof Element
      ? (parent as Element)
      : null;
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
