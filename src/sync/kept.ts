/**
 * Whether this browser may keep something of ours for this origin: known at once and without the database, which a reader
 * who comes for the first time need not wait for. A mark that is there for nothing costs a reading; one that is missing,
 * the copy on this device for one visit.
 */
export const mark = 'afterword';

export function mayKeepSomething(): boolean {
  try {
    return localStorage.getItem(mark) !== null;
  } catch {
    return false; // No storage at all: the database will say so too.
  }
}
