/**
 * News of an Afterword server as it tells them: one stream for all threads of a page, read with `fetch`, so that
 * a status can be judged and a connection that has silently died is noticed. A stream that broke is opened again from
 * where it was; one that can't be held now and then says `moved`, and so asking takes its place.
 */
import type { ThreadKey } from '../model/comment.ts';
import { parseChanges } from '../model/parse.ts';
import type { Adapter, News } from './adapter.ts';
import { afterwordAddress } from './afterword-address.ts';
import type { Wire } from './afterword.ts';

/** Taken when the module loads: a host page may replace them later (FAULTS E16). */
const { JSON, AbortController, TextDecoder } = globalThis;

/** The server says something every 20 seconds: after this long the connection is dead. */
const silence = 50_000;
/** Events have at most 4 kB; what has no end at this length is nothing of ours (A12). */
const mostBytes = 64 * 1024;
/** A stream has at most so many threads. */
const mostPages = 20;
const firstPause = 1000;
const longestPause = 5 * 60_000;
/** However often threads come and go, this long between two openings. */
const shortestPause = 1000;
/** A stream that lasted this long, or told something, was one; a proxy that cuts each at once is a failure. */
const goodTime = 10_000;
/** Without a stream, those who watch are told to ask this often. */
const askEvery = 60_000;

interface Watcher {
  readonly page: string;
  revision: number;
  readonly onNews: (news: News) => void;
}

interface Line {
  readonly site: string;
  readonly epoch: string;
  readonly watchers: Set<Watcher>;
  /** Ends what is open or waited for. */
  rest: () => void;
  failures: number;
  openedAt: number;
  askedAt: number;
}

interface Event {
  readonly name: string;
  readonly data: string;
}

export function makeWatch(server: string, wire: Wire): NonNullable<Adapter['watch']> {
  const lines = new Set<Line>();
  const random = wire.random ?? Math.random;

  function lineFor(site: string, epoch: string, page: string): Line {
    for (const line of lines) {
      const pages = new Set([...line.watchers].map((watcher) => watcher.page)).add(page);
      if (line.site === site && line.epoch === epoch && pages.size <= mostPages) return line;
    }
    const now = wire.now();
    const line: Line = {
      site,
      epoch,
      watchers: new Set(),
      rest: () => undefined,
      failures: 0,
      openedAt: now - shortestPause,
      askedAt: now,
    };
    lines.add(line);
    return line;
  }

  /** Threads that come in one breath share one opening. */
  function openSoon(line: Line, pause = 0): void {
    line.rest();
    if (line.watchers.size === 0) return void lines.delete(line);
    const since = wire.now() - line.openedAt;
    // A clock that was set back must not make us wait for it.
    const rest = since < 0 ? 0 : shortestPause - since;
    line.rest = wire.after(Math.max(pause, rest, 0), () => void open(line));
  }

  async function open(line: Line): Promise<void> {
    const end = new AbortController();
    let cancel = (): void => undefined;
    const listenOn = (): void => {
      cancel();
      cancel = wire.after(silence, () => end.abort());
    };
    line.rest = () => {
      line.rest = () => undefined;
      end.abort('put down');
      cancel();
    };
    line.openedAt = wire.now();
    let wait: number | null = null;
    try {
      listenOn();
      const response = await wire.fetch(addressOf(line), {
        // Such a request needs no preflight: this header is one that any page may send.
        headers: { accept: 'text/event-stream' },
        redirect: 'error',
        credentials: 'omit',
        cache: 'no-store',
        signal: end.signal,
      });
      const isStream = /^text\/event-stream\s*(;|$)/i.test(response.headers.get('content-type') ?? '');
      if (response.status === 200 && isStream && response.body) {
        for await (const event of eventsOf(response.body, listenOn)) {
          if (event) {
            hear(line, event);
            line.failures = 0;
          }
        }
      } else {
        wait = Number(response.headers.get('retry-after')) * 1000 || null;
        await response.body?.cancel();
      }
    } catch {
      // However it ended, it is opened again.
    }
    if (end.signal.reason === 'put down') return;
    cancel();
    const lasted = wire.now() - line.openedAt;
    line.failures = lasted > goodTime ? 0 : line.failures + 1;
    comeBack(line, wait);
  }

  /** Full jitter: a server that starts again is not met by all its readers at once. */
  function comeBack(line: Line, wait: number | null): void {
    const limit = Math.min(longestPause, firstPause * 2 ** Math.min(line.failures, 16));
    const now = wire.now();
    if (line.failures > 1 && Math.abs(now - line.askedAt) >= askEvery) {
      line.askedAt = now;
      for (const watcher of [...line.watchers]) watcher.onNews({ kind: 'moved' });
    }
    openSoon(line, Math.min(longestPause, wait ?? 0) + firstPause / 2 + random() * limit);
  }

  function addressOf({ site, epoch, watchers }: Line): string {
    const known = new Map<string, number>();
    for (const { page, revision } of watchers) known.set(page, Math.min(revision, known.get(page) ?? Infinity));
    return afterwordAddress(server, 'events', {
      site,
      epoch,
      page: [...known.keys()],
      since: [...known.values()].map(String),
    });
  }

  function hear(line: Line, { name, data }: Event): void {
    const { page, from, changes } = JSON.parse(data) as { page: unknown; from: unknown; changes: unknown };
    const news: News =
      name === 'changes' ? { kind: 'changes', from: Number(from), changes: parseChanges(changes) } : { kind: 'moved' };
    line.askedAt = wire.now();
    for (const watcher of [...line.watchers]) {
      if (watcher.page !== page) continue;
      if (news.kind === 'changes') watcher.revision = Math.max(watcher.revision, news.changes.info.revision);
      watcher.onNews(news);
    }
  }

  return ({ site, page }: ThreadKey, { epoch, revision }, onNews) => {
    const watcher: Watcher = { page, revision, onNews };
    const line = lineFor(site, epoch, page);
    line.watchers.add(watcher);
    openSoon(line);
    return () => {
      if (line.watchers.delete(watcher)) openSoon(line);
    };
  };
}

/** The events of a stream; null for each piece of it that holds none, such as a heartbeat. Ends or throws with it. */
async function* eventsOf(body: ReadableStream<Uint8Array>, onBytes: () => void): AsyncGenerator<Event | null> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      text += decoder.decode(value, { stream: true });
      const pieces = text.split('\n\n');
      text = pieces.pop() ?? '';
      if (text.length > mostBytes) throw new TypeError('This is no stream of ours.');
      for (const piece of pieces) {
        const name = /^event: (.*)$/m.exec(piece)?.[1];
        const data = /^data: (.*)$/m.exec(piece)?.[1];
        yield name === undefined || data === undefined ? null : { name, data };
      }
    }
  } finally {
    reader.cancel().catch(() => undefined); // It is given up; whether it heard so does not matter.
  }
}
