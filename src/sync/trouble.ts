/** What an adapter's rejection means. By its fields and not by its class: two versions of us may share a page. */
import type { Trouble } from '../adapters/adapter.ts';
import { ParseError } from '../model/parse.ts';
import type { Problem } from '../model/view.ts';

export function troubleOf(error: unknown): Trouble {
  const trouble = (error as { trouble?: Trouble } | null | undefined)?.trouble;
  if (typeof trouble?.kind === 'string') return trouble;
  // `fetch` rejects with a TypeError where nothing was reached; anything else is the adapter's own way to stumble.
  const because = error instanceof ParseError ? 'answer' : error instanceof TypeError ? 'network' : 'timeout';
  return { kind: 'unknown', because };
}

/** Why a thread could not be read, as the reader is told. */
export function problemOf(trouble: Trouble): Problem {
  switch (trouble.kind) {
    case 'unknown':
      return trouble.because === 'version'
        ? 'other-version'
        : trouble.because === 'answer'
          ? 'wrong-server'
          : 'offline';
    case 'refused':
    case 'gone':
      if (trouble.reason === 'origin-not-allowed' || trouble.reason === 'unknown-site') return trouble.reason;
      return 'wrong-server';
    default:
      return 'busy';
  }
}
