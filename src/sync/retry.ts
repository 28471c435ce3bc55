/**
 * What to do after a send that was not a definite yes: wait how long, ask the reader, or stop and say why. Pure; the one
 * place that turns kinds of trouble (FAULTS, "How an answer is judged") into a delivery the row shows.
 */
import type { Trouble } from '../adapters/adapter.ts';
import type { Delivery } from '../model/operation.ts';

/** What is known of an operation when its answer was judged. */
export interface Attempts {
  /** How often it was sent, this time included: 1 after the first. */
  readonly made: number;
  /** How many strange answers came in a row, this one included. */
  readonly strange: number;
  /** For how long the backend has been reached without success, in milliseconds. */
  readonly troubledFor: number;
  /** The backend can be read, and yet can't be reached for sending. */
  readonly isReadable: boolean;
  /** Whether sending it again can do no harm, should it have arrived after all (FAULTS C13). */
  readonly repeatable: boolean;
  readonly now: number;
  /** From 0 up to 1. */
  readonly random: number;
}

const second = 1000;
const minute = 60 * second;

/** Longer than this nobody waits, whatever a header or a moved clock says (FAULTS B3, F1). */
export const longestWait = 60 * minute;
const longestBackOff = 5 * minute;
const giveUpAfter = 24 * 60 * minute;
/** A laptop that was shut for a day has not tried for a day: that many answers are needed as well. */
const giveUpAttempts = 10;

/** Full jitter: any wait up to a limit that doubles, so that a thousand pages don't come back at once. */
function backOff(from: number, attempts: Attempts): number {
  const limit = Math.min(longestBackOff, from * 2 ** Math.min(attempts.made, 20));
  return Math.min(longestBackOff, from / 2 + attempts.random * limit);
}

export function deliveryAfter(trouble: Trouble, attempts: Attempts): { delivery: Delivery; notBefore: number } {
  const stop = (delivery: Delivery): { delivery: Delivery; notBefore: number } => ({ delivery, notBefore: 0 });
  const wait = (milliseconds: number, portal = false): { delivery: Delivery; notBefore: number } => {
    if (attempts.troubledFor > giveUpAfter && attempts.made >= giveUpAttempts) return stop({ state: 'given-up' });
    const until = attempts.now + milliseconds;
    return { delivery: { state: 'retrying', until, ...(portal && { portal }) }, notBefore: until };
  };

  switch (trouble.kind) {
    case 'in-flight':
      return wait(backOff(second, attempts));
    case 'busy':
      if (trouble.after === null) {
        return wait(Math.min(longestBackOff, 5 * second + backOff(5 * second, attempts)), trouble.portal);
      }
      // A little later than asked for, and not everybody at once.
      return wait(Math.min(longestWait, Math.max(0, trouble.after) + attempts.random * 2 * second), trouble.portal);
    case 'needs-reader':
      return stop({ state: 'asking', want: trouble.want });
    case 'conflict':
      return stop({ state: 'conflict', theirs: trouble.theirs });
    case 'refused':
    case 'gone':
      return stop({
        state: 'refused',
        reason: trouble.reason,
        ...(trouble.detail !== undefined && { detail: trouble.detail }),
        ...(trouble.kind === 'refused' && trouble.limit !== undefined && { limit: trouble.limit }),
      });
    default: // `unknown`, and whatever kind a newer adapter may know.
      if (!attempts.repeatable) return stop({ state: 'given-up', perhapsSent: true });
      if (trouble.because === 'network') {
        const delivery: Delivery = { state: 'waiting', ...(attempts.isReadable && { blocked: true }) };
        return { delivery, notBefore: attempts.now + backOff(second, attempts) };
      }
      // Once may be an accident; the third strange answer in a row is somebody else who answers (FAULTS A19).
      return wait(backOff(second, attempts), trouble.portal === true || attempts.strange >= 3);
  }
}
