/**
 * What paints passages: CSS highlights (highlight.ts), or rectangles of our own (overlay.ts) where a browser has none. And
 * how they look, for both.
 */
import type { Span, TextMap } from './text-map.ts';

/**
 * In the order in which they lie above each other. `found`, `mine`: where it stood. `probable`: edited since. `draft`: being
 * commented on. `focused`: the reader is at it. `lit`: just been shown.
 */
export const LOOKS = ['found', 'mine', 'probable', 'draft', 'focused', 'lit'] as const;
export type Look = (typeof LOOKS)[number];

export interface Paint {
  readonly look: Look;
  readonly start: number;
  readonly end: number;
}

export interface Painter {
  /** The article as it is now: roots of its text may be new, and what is painted may stand elsewhere. */
  read(map: TextMap): void;
  /** All that is painted, by a name of the caller's: replaces what had that name; null takes it away. Seen after `flush`. */
  paint(name: string, paint: Paint | null): void;
  flush(): void;
  /** The same text is elsewhere on the screen. */
  moved(): void;
  /** Puts back what the page took away from us (CSS.highlights.clear(), its style sheets replaced). */
  repair(): void;
  close(): void;
}

/**
 * What is painted in one look, without overlaps. Each place is painted once, so that passages within passages grow no
 * darker; and Firefox (153) leaves the rest of a range unpainted behind another one that lies within it.
 */
export function stretchesOf(paints: Iterable<Paint>, look: Look): Span[] {
  const stretches: Span[] = [];
  for (const { start, end } of [...paints].filter((it) => it.look === look).sort((a, b) => a.start - b.start)) {
    const last = stretches.at(-1);
    if (last && start < last.end) stretches[stretches.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    else stretches.push({ start, end });
  }
  return stretches;
}

/**
 * The marker's yellow, thin enough to keep text readable on white and on black; hosts set their own by these properties.
 * Colour alone tells nothing: what was found has a line, what was edited since a dashed one.
 */
export const TINT = 'var(--afterword-passage, rgb(240 180 0 / 0.26))';
const TINT_STRONG = 'var(--afterword-passage-strong, rgb(240 165 0 / 0.45))';
const LINE = 'var(--afterword-passage-line, rgb(190 130 0))';

/** Line and ground of each look. */
export const STYLES: Readonly<
  Record<Look, { readonly ground: string; readonly line: string; readonly style: string; readonly strong?: true }>
> = {
  found: { ground: TINT, line: LINE, style: 'solid' },
  mine: { ground: TINT, line: LINE, style: 'double' },
  probable: { ground: 'transparent', line: LINE, style: 'dashed' },
  draft: { ground: TINT_STRONG, line: LINE, style: 'dotted', strong: true },
  focused: { ground: TINT_STRONG, line: LINE, style: 'solid', strong: true },
  lit: { ground: TINT_STRONG, line: LINE, style: 'solid', strong: true },
};
