/** Gives an element that is on the page already the styles of what came later. */
import type { CSSResult } from 'lit';
import { later } from './later.ts';

export function adopt(root: ShadowRoot, ...styles: readonly CSSResult[]): void {
  const sheets = styles.flatMap(({ styleSheet }) => styleSheet ?? []);
  root.adoptedStyleSheets = [
    ...root.adoptedStyleSheets,
    ...sheets.filter((it) => !root.adoptedStyleSheets.includes(it)),
  ];
}

/** How texts with markup look: comes with the part that makes their HTML, because only then there is any. */
export function adoptTextStyles(root: ShadowRoot): void {
  // A form that stands alone, as in its tests, has no later parts.
  const part = (later as typeof later | undefined)?.markupPart.loaded;
  if (part) adopt(root, part.textStyles);
}
