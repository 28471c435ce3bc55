/** Long work in small pieces, so that the page answers its reader meanwhile. */

/** Milliseconds of work before the page gets its turn: half a frame. */
const SLICE = 8;

/**
 * Goes through `work`, which yields wherever it may be interrupted. `afterSlice` runs before each pause and at the end.
 * Undefined where `stopped` said so before the end.
 */
export async function inSlices<Result>(
  work: Generator<unknown, Result>,
  stopped: () => boolean = () => false,
  afterSlice: () => void = () => undefined,
): Promise<Result | undefined> {
  for (;;) {
    const began = performance.now();
    let step = work.next();
    while (!step.done && performance.now() - began < SLICE) step = work.next();
    afterSlice();
    if (step.done) return step.value;
    await nextTurn();
    if (stopped()) return undefined;
  }
}

/** A task of its own: what waits (input, a picture) goes first. Timers are no way: nested ones wait 4 ms, hidden pages' a second. */
function nextTurn(): Promise<void> {
  const { scheduler } = globalThis as { scheduler?: { yield?(): Promise<void> } };
  if (scheduler?.yield) return scheduler.yield();
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}
