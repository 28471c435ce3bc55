/** Numbers of comments for places without a thread: however many ask on a page, a site is asked once (E-2). */
import type { Adapter } from '../adapters/adapter.ts';
import { afterwordAddress, READING } from '../adapters/afterword-address.ts';

/** What can be asked for numbers: a whole adapter, or what is below. */
export type Counting = Pick<Adapter, 'counts'>;

interface Question {
  readonly at: Counting;
  readonly site: string;
  readonly pages: Map<string, ((count: number | null) => void)[]>;
}

/** So many pages in one request; an index page that shows more asks again. */
const TOGETHER = 100;

let waiting: Question[] = [];

const servers = new Map<string, Counting>();

/** A server, asked for nothing but numbers: what else it can takes ten times the bytes. */
export function countsAt(server: string): Counting {
  const known = servers.get(server);
  if (known) return known;
  const at: Counting = {
    async counts(site, page, { signal }) {
      const answer = await fetch(afterwordAddress(server, 'counts', { site, page }), { ...READING, signal });
      const { counts } = (await answer.json()) as { readonly counts?: Readonly<Record<string, number>> };
      return (answer.ok && counts) || {};
    },
  };
  servers.set(server, at);
  return at;
}

/** The number of published comments of a page; null where it can't be known now. */
export function askCount(at: Counting, site: string, page: string): Promise<number | null> {
  if (!at.counts) return Promise.resolve(null);
  return new Promise((answer) => {
    let question = waiting.find((known) => known.at === at && known.site === site);
    if (!question || (question.pages.size >= TOGETHER && !question.pages.has(page))) {
      question = { at, site, pages: new Map() };
      waiting = [question, ...waiting];
      if (waiting.length === 1) whenAllAreThere(() => waiting.splice(0).forEach((asked) => void ask(asked)));
    }
    question.pages.set(page, [...(question.pages.get(page) ?? []), answer]);
  });
}

async function ask({ at, site, pages }: Question): Promise<void> {
  let counts: Readonly<Record<string, number>> = {};
  try {
    counts = (await at.counts?.(site, [...pages.keys()], { signal: AbortSignal.timeout(10_000) })) ?? {};
  } catch {
    // A number is not worth a message: its place stays as the author wrote it.
  }
  for (const [page, answers] of pages) {
    const count = counts[page] ?? -1;
    // Whatever arrives is looked at once: less than none is no number of comments.
    for (const answer of answers) answer(Number.isSafeInteger(count) && count >= 0 ? count : null);
  }
}

/** While the page is still read more counters may come. */
function whenAllAreThere(run: () => void): void {
  if (document.readyState === 'loading')
    document.addEventListener('DOMContentLoaded', () => setTimeout(run), { once: true });
  else setTimeout(run);
}
