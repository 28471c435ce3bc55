/** A page that listens to a server's stream of news, and remembers what it was told. */
import type { TestContext } from 'node:test';
import type { Changes } from '../../src/model/comment.ts';
import { parseChanges } from '../../src/model/parse.ts';

export interface Told {
  readonly name: string;
  readonly page: string;
  /** The event as it came, in bytes. */
  readonly size: number;
  readonly from: number;
  readonly changes: Changes;
}

export interface Place {
  readonly page: string;
  readonly since: number;
}

export function eventsPath(epoch: string, places: readonly Place[], site = 'default'): string {
  const query = new URLSearchParams({ site, epoch });
  for (const { page, since } of places) {
    query.append('page', page);
    query.append('since', String(since));
  }
  return `/api/v1/events?${query}`;
}

export class Listening {
  readonly told: Told[] = [];
  /** All that came, as text. */
  raw = '';
  /** Resolves when the stream has ended, by whoever's hand. */
  readonly ended: Promise<void>;
  readonly response: Response;
  readonly #end: AbortController;
  #waiting: (() => void)[] = [];

  private constructor(response: Response, end: AbortController) {
    this.response = response;
    this.#end = end;
    this.ended = this.#read();
  }

  /** Listens until the test is over. */
  static async open(
    test: TestContext,
    server: { readonly address: string },
    epoch: string,
    ...places: readonly Place[]
  ): Promise<Listening> {
    const end = new AbortController();
    const response = await fetch(server.address + eventsPath(epoch, places), { signal: end.signal });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    const listening = new Listening(response, end);
    test.after(() => listening.close());
    return listening;
  }

  /** Breaks the connection. */
  close(): void {
    this.#end.abort();
  }

  /** Waits for as many events. */
  async hear(count: number): Promise<readonly Told[]> {
    return this.until(() => this.told.length >= count).then(() => this.told);
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((next) => this.#waiting.push(next));
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const chunk of this.response.body as unknown as AsyncIterable<Uint8Array>) {
        const text = decoder.decode(chunk, { stream: true });
        this.raw += text;
        const events = (rest + text).split('\n\n');
        rest = events.pop() ?? '';
        for (const event of events) this.#take(event);
        for (const next of this.#waiting.splice(0)) next();
      }
    } catch {
      // Broken off: that is what the test did, or waits for.
    }
  }

  #take(event: string): void {
    const name = /^event: (.*)$/m.exec(event)?.[1];
    if (name === undefined) return;
    const data = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '') as Record<string, unknown>;
    this.told.push({
      name,
      page: String(data['page']),
      size: Buffer.byteLength(event) + 2,
      from: Number(data['from']),
      changes: name === 'changes' ? parseChanges(data['changes']) : (undefined as never),
    });
  }
}
