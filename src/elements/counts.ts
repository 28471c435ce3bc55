/** Numbers of comments for places without a thread: however many ask on a page, a site is asked once (E-2). */
import type { Adapter } from '../adapters/adapter.ts';

interface Question {
  readonly adapter: Adapter;
  readonly site: string;
  readonly pages: Map<string, ((count: number | null) => void)[]>;
}

/** So many pages in one request; an index page that shows more asks again. */
const TOGETHER = 100;

let waiting: Question[] = [];

/** The number of published comments of a page; null where it can't be known now. */
export function askCount(adapter: Adapter, site: string, page: string): Promise<number | null> {
  if (!adapter.counts) return Promise.resolve(null);
  return new Promise((answer) => {
    let question = waiting.find((known) => known.adapter === adapter && known.site === site);
    if (!question || (question.pages.size >= TOGETHER && !question.pages.has(page))) {
      question = { adapter, site, pages: new Map() };
      waiting = [question, ...waiting];
      if (waiting.length === 1) whenAllAreThere(() => waiting.splice(0).forEach((asked) => void ask(asked)));
    }
    question.pages.set(page, [...(question.pages.get(page) ?? []), answer]);
  });
}

async function ask({ adapter, site, pages }: Question): Promise<void> {
  let counts: Readonly<Record<string, number>> = {};
  try {
    counts = (await adapter.counts?.(site, [...pages.keys()], { signal: AbortSignal.timeout(10_000) })) ?? {};
  } catch {
    // A number is not worth a message: its place stays as the author wrote it.
  }
  for (const [page, answers] of pages) for (const answer of answers) answer(counts[page] ?? null);
}

/** While the page is still read more counters may come. */
function whenAllAreThere(run: () => void): void {
  if (document.readyState === 'loading')
    document.addEventListener('DOMContentLoaded', () => setTimeout(run), { once: true });
  else setTimeout(run);
}
