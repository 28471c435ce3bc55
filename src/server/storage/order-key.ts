/**
 * Where a comment stands in its branch, as a text: sorting the comments of one root by `order_key` is thread order
 * (each comment after its parent, replies oldest first). A key is a list of whole numbers, compared from the left, a
 * shorter list before a longer one that begins with it; each number is written as its count of digits and its digits,
 * so that comparing the texts byte by byte compares the lists.
 *
 * A new comment always goes between two neighbours. Appending raises one number by one, so keys grow with the logarithm
 * of the thread; a level is added only where there is no room between the neighbours.
 */

/** Longer keys are not worth storing: the root's comments get fresh keys instead (`renumbered`). */
export const LONGEST_KEY = 120;

/** The first number of a new level: room is left below, because a reply to the comment before may come yet. */
const MIDDLE = 32;

/** A key after `previous` and before `next` (null: nothing comes after). */
export function keyBetween(previous: string, next: string | null): string {
  const before = read(previous);
  if (next === null) return write([numberAt(before, 0) + 1]);
  const after = read(next);
  for (let length = 1; length <= before.length; length += 1) {
    const raised = [...before.slice(0, length - 1), numberAt(before, length - 1) + 1];
    if (isBefore(raised, after)) return write(raised);
  }
  // Every raised prefix reaches `next`: a level below `previous` is needed. Where `next` lies below `previous` itself,
  // its numbers are the limit; a last number is never 0, so that there is always room before it.
  const key = [...before];
  while (isPrefix(key, after)) {
    const limit = numberAt(after, key.length);
    if (limit > 1) {
      key.push(Math.floor(limit / 2));
      return write(key);
    }
    key.push(0);
    if (limit === 1) break;
  }
  key.push(MIDDLE);
  return write(key);
}

/** Fresh keys for a whole branch, by position; the root has position 0. */
export function renumbered(position: number): string {
  return write([position + 1]);
}

export const ROOT_KEY = renumbered(0);

function write(numbers: readonly number[]): string {
  let key = '';
  for (const number of numbers) {
    const digits = number.toString(36);
    key += digits.length.toString(36) + digits;
  }
  return key;
}

function read(key: string): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < key.length;) {
    const length = Number.parseInt(key.charAt(at), 36);
    numbers.push(Number.parseInt(key.slice(at + 1, at + 1 + length), 36));
    at += 1 + length;
  }
  return numbers;
}

/** Asked only inside the list. */
function numberAt(numbers: readonly number[], at: number): number {
  return numbers[at] ?? 0;
}

function isBefore(one: readonly number[], other: readonly number[]): boolean {
  for (let at = 0; at < one.length && at < other.length; at += 1) {
    const difference = numberAt(one, at) - numberAt(other, at);
    if (difference !== 0) return difference < 0;
  }
  return one.length < other.length;
}

function isPrefix(start: readonly number[], whole: readonly number[]): boolean {
  return start.length < whole.length && start.every((number, at) => number === whole[at]);
}
