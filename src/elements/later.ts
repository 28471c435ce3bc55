/**
 * The parts of `parts.ts` for those who come later themselves. They don't import that file: the bundler takes what two
 * parts could both load for shared, and puts it into files of its own, each one more trip before the first paint.
 */
import type * as Parts from './parts.ts';

type Named = Pick<
  typeof Parts,
  | 'bubblePart'
  | 'countPart'
  | 'formPart'
  | 'forgetPart'
  | 'keepingPart'
  | 'localPart'
  | 'markupPart'
  | 'notifyPart'
  | 'passagesPart'
  | 'fetchAhead'
>;

export let later: Named;

export function useParts(parts: Named): void {
  later = parts;
}
