/** What a page's threads did, by their own clocks: whatever else a machine does, a task takes as much of the processor. */
import type { Page } from 'playwright-core';

export interface Traced {
  readonly name: string;
  readonly tid: number;
  readonly pid: number;
  /** In microseconds. */
  readonly ts: number;
  /** The thread's own clock, in microseconds of the processor; and what of it this took. */
  readonly tts?: number;
  readonly tdur?: number;
}

/** Traces tasks and the page's own marks; the answer ends that. */
export async function trace(page: Page): Promise<() => Promise<readonly Traced[]>> {
  const client = await page.context().newCDPSession(page);
  const events: Traced[] = [];
  client.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as Traced[])));
  await client.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'blink.user_timing'] },
  });
  return async () => {
    const complete = new Promise((done) => client.once('Tracing.tracingComplete', done));
    await client.send('Tracing.end');
    await complete;
    return events;
  };
}

/** Milliseconds of the processor, on the thread of a mark, from `since` (microseconds) until that mark. */
export function longestTask(events: readonly Traced[], until: Traced, since = -Infinity): number {
  const tasks = events.filter(
    (it) =>
      // What waits for a turn comes back in a checkpoint, which a task does not count as its own.
      /RunTask$|PerformMicrotaskCheckpoint$/.test(it.name) &&
      it.tid === until.tid &&
      it.pid === until.pid &&
      it.ts >= since &&
      it.ts <= until.ts,
  );
  return Math.max(0, ...tasks.map((it) => it.tdur ?? 0)) / 1000;
}
