/** Counters on a page that has the whole script: of discussions that live in this browser, too. */
import { countHereBy } from './afterword-count.ts';
import { askCount, countsAt } from './counts.ts';
import { later } from './later.ts';
import type { Backend } from './open-store.ts';

countHereBy(async () => (await later.keepingPart()).adapterFor('local', ''));

/** For a section that waits to be pressed. */
export async function countOfPage(at: Backend, site: string, page: string): Promise<number | null> {
  const { adapter, backend, server, storage } = at;
  const isLocal = backend === 'local' || !server;
  const from =
    adapter ?? (isLocal ? await (await later.keepingPart()).adapterFor('local', '', storage) : countsAt(server));
  return askCount(from, site, page);
}
