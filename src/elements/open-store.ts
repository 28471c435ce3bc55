/** Where elements get their threads from: the page's registry in `sync`; in tests from the test. */
import { openThread, type Threads } from '../sync/threads.ts';

let open: Threads['openThread'] = openThread;

export const openStore: Threads['openThread'] = (...asked) => open(...asked);

/** Puts other threads in the place of the real ones, for the tests of elements; gives back what undoes it. */
export function openStoresWith(other: Threads['openThread']): () => void {
  open = other;
  return () => (open = openThread);
}
