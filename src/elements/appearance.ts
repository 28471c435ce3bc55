/**
 * Light or dark: which the section's surroundings are (E-6). The host's used `color-scheme` comes first, then the
 * lightness of what lies behind the section; the operating system counts only where the host follows it.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export type Scheme = 'light' | 'dark';

/** What the section's root wears: classes and variables. */
export interface Appearance {
  readonly classes: string;
  readonly variables: Readonly<Record<string, string>>;
}

export function readAppearance(section: HTMLElement, wished: 'auto' | Scheme): Appearance {
  const style = getComputedStyle(section);
  const [behind, light] = behindOf(section);
  const dark = isDark(section, style.colorScheme, light);
  const scheme = wished === 'auto' ? (dark ? 'dark' : 'light') : wished;
  // The author asked for a scheme that the page behind us does not have: we bring our own paper.
  const paper = (scheme === 'dark') !== dark;
  const ground = light ?? (dark ? 0 : 1);
  const text = lightOf(style.color) ?? 1 - ground;
  const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
  const { accentColor } = style;
  return {
    classes: `root ${scheme}${paper ? ' paper' : ''}`,
    variables: {
      '--_behind': paper ? '' : behind,
      // The paler the host's own text, the less can be taken away for muted text to keep 4.5:1.
      '--_ink': paper || contrast > 9 ? '' : contrast > 7 ? '84%' : '100%',
      '--_host-accent': accentColor === 'auto' ? '' : accentColor,
    },
  };
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
function lightOf(colour: string): number | null {
  const [one = 0, two = 0, three = 0, alpha = 1] = (colour.replace(/^color\(\S+/, '').match(/[\d.]+/g) ?? []).map(
    Number,
  );
  if (alpha < 0.9 || !/\d/.test(colour)) return null;
  if (/^(ok)?l/.test(colour)) return (one > 1 ? one / 100 : one) ** 2.2; // lab(), oklch(): lightness comes first.
  const full = colour.startsWith('rgb') ? 255 : 1;
  return 0.2126 * (one / full) ** 2.2 + 0.7152 * (two / full) ** 2.2 + 0.0722 * (three / full) ** 2.2;
}

/** Looks again when the page or the operating system changes, and tells its element where that made a difference. */
export class AppearanceController implements ReactiveController {
  current: Appearance = { classes: 'root light', variables: {} };
  #observer: MutationObserver | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly wished: () => 'auto' | Scheme,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    systemScheme().addEventListener('change', this.#changed);
    this.#observer = new MutationObserver(this.#changed);
    // A page's own switch sets a class or an attribute on one of these two.
    for (const root of [document.documentElement, document.body]) this.#observer.observe(root, { attributes: true });
    this.look();
  }

  hostDisconnected(): void {
    systemScheme().removeEventListener('change', this.#changed);
    this.#observer?.disconnect();
    clearTimeout(this.#timer);
  }

  /** To be called after the first drawing too: the probe stands in the shadow root. */
  look(): void {
    const next = readAppearance(this.host, this.wished());
    if (JSON.stringify(next) === JSON.stringify(this.current)) return;
    this.current = next;
    this.host.requestUpdate();
  }

  readonly #changed = (): void => {
    this.look();
    clearTimeout(this.#timer);
    // A page may fade from one scheme to the other; what counts is where it ends.
    this.#timer = setTimeout(() => this.look(), 400);
  };
}

const systemScheme = (): MediaQueryList => matchMedia('(prefers-color-scheme: dark)');
