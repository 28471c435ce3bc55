/**
 * What the rows of a thread may ask of the article: where the passage of a comment is now, and to be taken there. Put
 * here by the part that looks after passages, where a page has it; without it rows show their quotes alone.
 */
import type { Quote } from '../model/quote.ts';
import type { ThreadStore } from '../sync/store.ts';

export interface PassageFinder {
  /** Null while it is being looked for, and where nobody can look. */
  stateOf(quote: Quote): 'sure' | 'probable' | 'gone' | null;
  /** Scrolls there, lights the passage up and moves the focus to its button. */
  show(quote: Quote): Promise<void>;
  /** Opens the form of the passage, with the draft that waits there. */
  write(quote: Quote): Promise<void>;
}

export const finders = new WeakMap<ThreadStore, PassageFinder>();
