/**
 * Whether an element of ours may be registered here: in a browser, once, and only where Lit can draw at all.
 */
import { trustedTypesPolicy } from '../content/trusted-types.ts';

export function isFree(name: string): boolean {
  return typeof window !== 'undefined' && !customElements.get(name) && 'adoptedStyleSheets' in document && canDraw();
}

let able: boolean | undefined;

/**
 * A site that demands Trusted Types and does not list our policy lets no template become elements. Then the author's own
 * words inside the elements stay as they are, instead of an error with every drawing.
 */
function canDraw(): boolean {
  if (able !== undefined) return able;
  able = true;
  if (trustedTypesPolicy() === 'refused') {
    try {
      document.createElement('template').innerHTML = '<b></b>';
    } catch {
      able = false;
      console.error('Afterword: this page demands Trusted Types; add "afterword" to its trusted-types list.');
    }
  }
  return able;
}
