/**
 * A relay before a server that holds requests up when told to: what was asked stands in a list, and the test lets go of
 * what waits. Everything else passes as it is.
 */
import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Between {
  readonly url: string;
  /** The keys of what was written, in the order in which it arrived, repeats included. */
  readonly written: string[];
  /** Number of requests, by method and path. */
  readonly asked: string[];
  /** Writings wait before the server hears of them, or after it has answered and before the reader hears of that. */
  hold: 'nothing' | 'before' | 'after';
  /** How many wait. */
  readonly waiting: number;
  /** Lets everything go that waits, and holds up nothing any more. */
  release(): void;
  stop(): Promise<void>;
}

export async function startBetween(target: string): Promise<Between> {
  const written: string[] = [];
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  let hold: Between['hold'] = 'nothing';
  const pause = (): Promise<void> => new Promise((resolve) => void waiting.push(resolve));

  async function relay(from: IncomingMessage, to: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = from;
    asked.push(`${method} ${url.replace(/\?.*/, '')}`);
    const body: Buffer[] = [];
    for await (const chunk of from) body.push(chunk as Buffer);
    const isWriting = method !== 'GET' && method !== 'OPTIONS';
    if (isWriting) written.push(String(headers['idempotency-key']));
    if (isWriting && hold === 'before') await pause();
    const { hostname, port } = new URL(target);
    const passed = ask({ hostname, port, method, path: url, headers: { ...headers, host: `${hostname}:${port}` } });
    passed.end(Buffer.concat(body));
    const [answer] = (await once(passed, 'response')) as [IncomingMessage];
    const answered: Buffer[] = [];
    for await (const chunk of answer) answered.push(chunk as Buffer);
    if (isWriting && hold === 'after') await pause();
    to.writeHead(answer.statusCode ?? 502, answer.headers).end(Buffer.concat(answered));
  }

  const server = createServer((from, to) => {
    // The server behind is down, or the reader has gone: to the reader it looks like a connection that broke.
    relay(from, to).catch(() => to.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    written,
    asked,
    get hold() {
      return hold;
    },
    set hold(next) {
      hold = next;
    },
    get waiting() {
      return waiting.length;
    },
    release() {
      hold = 'nothing';
      for (const go of waiting.splice(0)) go();
    },
    async stop() {
      for (const go of waiting.splice(0)) go();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
