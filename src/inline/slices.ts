/** Long work in small pieces, so that the page answers its reader meanwhile. */

/** Milliseconds of work before the page gets its turn: half a frame. */
const SLICE = 8;

/**
 * Goes through `work`, which yields wherever it may be interrupted, and true where it should be. `afterSlice` runs before each pause and at the end;
 * where it says true, there is something to be seen: then the pause is long enough for a picture, and `afterPicture` runs
 * when the browser has drawn it. Undefined where `stopped` said so before the end.
 */
export async function inSlices<Result>(
  work: Generator<unknown, Result>,
  stopped: () => boolean = () => false,
  afterSlice: () => boolean = () => false,
  afterPicture: () => void = () => undefined,
): Promise<Result | undefined> {
  for (;;) {
    const began = performance.now();
    let step = work.next();
    while (!step.done && step.value !== true && performance.now() - began < SLICE) step = work.next();
    const look = afterSlice();
    if (step.done && !look) return step.value;
    if (look && !document.hidden) await nextFrame();
    await nextTurn();
    if (stopped()) return undefined;
    if (look) afterPicture();
    if (step.done) return step.value;
  }
}

/** The moment before a picture; what is awaited after it still delays it. Waits for ever in a hidden page. */
export function nextFrame(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => done()));
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
