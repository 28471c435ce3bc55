/**
 * As much of the way to an Afterword server as the first picture needs: what it can do, and how a first page is fetched. Any
 * trouble is only thrown here; `afterword.ts` asks again and finds out what it was.
 */
import type { Capabilities } from './adapter.ts';
import { READING } from './afterword-address.ts';

/** Taken when the script loads, also for what comes later: a host page may replace them (FAULTS E16). */
export const { fetch, JSON, TextDecoder } = globalThis;

export const readTime = 10_000;
export const listBytes = 1024 * 1024;

export const afterwordCan: Capabilities = {
  orders: ['newest', 'oldest', 'most-voted'],
  reply: true,
  edit: true,
  delete: true,
  votes: 'up-down',
  around: true,
  changes: true,
  idempotent: true,
  quotes: true,
};

/** Null where there is more than anybody should send us (A12). */
export async function readBody(response: Response, limit: number): Promise<string | null> {
  if (!response.body) return '';
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let size = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > limit) {
      reader.cancel().catch(() => undefined); // It is given up; whether it heard so does not matter.
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** @param answer To the same question, where it was asked before. */
export async function readFirstPage(
  address: string,
  signal: AbortSignal,
  answer?: Promise<Response>,
): Promise<unknown> {
  const end = new AbortController();
  const stop = (): void => end.abort();
  signal.addEventListener('abort', stop);
  const timer = setTimeout(stop, readTime);
  try {
    const response = await (answer ?? fetch(address, { ...READING, signal: end.signal }));
    const isJson = /^application\/json\s*(;|$)/i.test(response.headers.get('content-type') ?? '');
    if (response.status !== 200 || !isJson) throw new TypeError('This is no list of comments.');
    return JSON.parse((await readBody(response, listBytes)) ?? '');
  } finally {
    clearTimeout(timer);
  }
}
