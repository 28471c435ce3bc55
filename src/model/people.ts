/** Who can be mentioned on a page, and how they are found while their name is typed. */
import type { Mention } from './comment.ts';

/** Somebody who wrote on this page, with what tells them from others of the same name. */
export interface Person extends Mention {
  /** When they wrote there last. */
  readonly at?: number;
  /** How that comment begins, as it was written. */
  readonly text?: string;
}

/** So many are found on the server at once: more than a list shows, as some of them are on the screen already. */
export const MOST_FOUND = 12;

/** People whose name, or a later word of it, begins as typed; those whose whole name does come first. */
export function findPeople<One extends Mention>(people: readonly One[], typed: string, most: number): readonly One[] {
  const wanted = foldedName(typed);
  const whole = people.filter(({ name }) => foldedName(name).startsWith(wanted));
  const later = people.filter(
    (one) => !whole.includes(one) && [...' ([{-'].some((gap) => foldedName(one.name).includes(gap + wanted)),
  );
  return [...whole, ...later].slice(0, most);
}

/** As two names are compared. */
export function foldedName(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
