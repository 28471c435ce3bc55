/**
 * Open streams of news on one server process: what one takes in memory, and how long after a post the last reader was
 * told, with a thousand of them against a hundred. The server is a process of its own, so that its memory is its
 * alone; the readers are bare sockets, so that they take next to nothing.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../../src/server/start.ts';
import { closing } from '../gates/closing.ts';

const FEW = 100;
const MANY = 1_000;
const POSTS = 15;
/** Ten times as many readers: linear work would be ten times as long. What is fixed makes it less, noise a little more. */
const MOST_SLOWER = 12;
/** A stream takes the same, however many there are. */
const MOST_HEAVIER = 1.5;

/** The server's side, asked over the channel between the two processes. */
async function serve(database: string): Promise<void> {
  let time = Date.now();
  const server = await startServer({
    database,
    limits: null,
    // Each look at the clock is two seconds later: no post is gathered with the one before.
    now: () => (time += 2_000),
    widget: 'no-widget',
    demo: 'no-demo',
  });
  process.on('message', (asked) => {
    if (asked !== 'memory') return void server.close().then(() => process.exit(0));
    for (let turn = 0; turn < 4; turn += 1) globalThis.gc?.();
    const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
    process.send?.({ rss, used: heapUsed + external + arrayBuffers, streams: server.live.size });
  });
  process.send?.({ address: server.address });
}

interface Memory {
  readonly rss: number;
  readonly used: number;
  readonly streams: number;
}

interface Figures {
  readonly bytes: number;
  readonly rss: number;
  readonly milliseconds: number;
}

async function measure(): Promise<void> {
  const few = await figuresOf(FEW);
  const many = await figuresOf(MANY);
  for (const [count, { bytes, rss, milliseconds }] of [
    [FEW, few],
    [MANY, many],
  ] as const) {
    console.log(
      `${String(count).padStart(5)} streams: ${kB(bytes)} of heap and buffers a stream (${kB(rss)} of the process), ` +
        `the last one told ${milliseconds.toFixed(1)} ms after the post was sent (median of ${POSTS})`,
    );
  }
  const heavier = many.bytes / few.bytes;
  const slower = many.milliseconds / few.milliseconds;
  const cases = [
    { what: 'memory a stream', growth: heavier, most: MOST_HEAVIER },
    { what: 'time to the last one told', growth: slower, most: MOST_SLOWER },
  ];
  for (const { what, growth, most } of cases) {
    console.log(`${what}: ${growth.toFixed(2)} times that of ${FEW} (at most ${most})`);
  }
  closing(cases, ({ growth, most }) => growth <= most);
}

async function figuresOf(count: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'afterword-bench-'));
  const child = fork(new URL(import.meta.url), ['server', join(folder, 'comments.sqlite')], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  });
  const readers: Reader[] = [];
  try {
    const { address } = await answer<{ address: string }>(child);
    // What is made once for all of them is no affair of the single stream.
    const warm = await Promise.all(Array.from({ length: 20 }, () => Reader.open(address)));
    await post(address);
    await Promise.all(warm.map((reader) => reader.hears(1)));
    warm.forEach((reader) => reader.close());
    await memory(child, 0);
    const before = await memory(child, 0);
    for (let opened = 0; opened < count; opened += 50) {
      readers.push(...(await Promise.all(Array.from({ length: 50 }, () => Reader.open(address)))));
    }
    await Promise.all(readers.map((reader) => reader.hears(1)));
    const after = await memory(child, count);
    const times: number[] = [];
    for (let round = 0; round < POSTS; round += 1) {
      const start = performance.now();
      const told = Promise.all(readers.map((reader) => reader.hears(round + 2)));
      await post(address);
      await told;
      times.push(performance.now() - start);
    }
    return {
      bytes: (after.used - before.used) / count,
      rss: (after.rss - before.rss) / count,
      milliseconds: times.sort((a, b) => a - b)[Math.floor(POSTS / 2)] ?? 0,
    };
  } finally {
    readers.forEach((reader) => reader.close());
    child.send('end');
    await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const [said] = (await once(child, 'message')) as [T];
  return said;
}

/** Once as many streams are open as there should be. */
async function memory(child: ChildProcess, streams: number): Promise<Memory> {
  for (;;) {
    const told = answer<Memory>(child);
    child.send('memory');
    const now = await told;
    if (now.streams === streams) return now;
  }
}

let posts = 0;
const token = randomBytes(32).toString('base64url');

async function post(address: string): Promise<void> {
  const response = await fetch(`${address}/api/v1/comments`, {
    method: 'POST',
    headers: {
      origin: address,
      authorization: `Bearer ${token}`,
      'idempotency-key': randomUUID(),
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      site: 'default',
      page: { id: 'page', url: `${address}/page`, title: 'Page' },
      parentId: null,
      text: `Comment number ${(posts += 1)} of the bench, as long as comments are in the middle of a discussion.`,
      author: { name: 'Ada' },
      mentions: [],
    }),
  });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  await response.text();
}

/** One who listens, and counts what it is told. */
class Reader {
  #told = 0;
  #waiting: (() => void) | null = null;
  #rest = '';

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      // Cut between two pieces it would not be seen; six letters of it can't be counted twice.
      const text = this.#rest + chunk;
      this.#told += text.split('event: ').length - 1;
      this.#rest = text.slice(-6);
      this.#waiting?.();
    });
  }

  static async open(address: string): Promise<Reader> {
    const { port } = new URL(address);
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    // An epoch that is not the server's: the first it is told is `moved`, and then it stands where all stand.
    socket.write(`GET /api/v1/events?site=default&epoch=none&page=page&since=0 HTTP/1.1\r\nHost: bench\r\n\r\n`);
    return new Reader(socket);
  }

  async hears(count: number): Promise<void> {
    while (this.#told < count) await new Promise<void>((next) => (this.#waiting = next));
  }

  close(): void {
    this.socket.destroy();
  }
}

function kB(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} kB`;
}

if (process.argv[2] === 'server') await serve(process.argv[3] ?? '');
else await measure();
