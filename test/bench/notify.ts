/**
 * "Notify of" with ten thousand subscribers of one page (N-3, FAULTS H3): a post that all of them are told of is answered
 * no slower than one that nobody is told of; and while their mails go out the server process is killed twice, at whatever
 * it is doing. A real SMTP listener counts by address: everybody is told, and by one message. A mail that the listener
 * took, and whose yes the killed process did not live to note, comes a second time under the same Message-ID; there can be
 * no more of these than connections.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../../src/server/start.ts';
import { closing } from '../gates/closing.ts';
import { countOf } from '../helpers/database-file.ts';
import { listenForMail } from '../helpers/mailbox.ts';
import { addressOf, subscribeMany } from '../helpers/subscribers.ts';

const SUBSCRIBERS = 10_000;
const ROUNDS = 25;
/** The same but for noise: to be told of is one row, however many are to be told. */
const MOST_SLOWER = 1.25;
const KILLS = 2;
/** Of the server to the listener, each with one message at a time. */
const CONNECTIONS = 5;

async function serve(database: string, smtp: string): Promise<void> {
  const server = await startServer({
    database,
    smtp,
    mailFrom: 'Blog <blog@blog.example>',
    limits: null,
    widget: 'no-widget',
    demo: 'no-demo',
  });
  process.on('message', () => void server.close().then(() => process.exit(0)));
  process.send?.({ address: server.address });
}

/** The server as a process of its own, started again after each kill. */
class Server {
  #child: ChildProcess | null = null;
  address = '';

  constructor(
    private readonly database: string,
    private readonly smtp: string,
  ) {}

  async start(): Promise<void> {
    const child = fork(new URL(import.meta.url), ['server', this.database, this.smtp], {
      execArgv: ['--import', 'tsx'],
    });
    this.#child = child;
    const [said] = (await once(child, 'message')) as [{ address: string }];
    this.address = said.address;
  }

  async kill(): Promise<void> {
    if (!this.#child) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    if (!this.#child) return;
    const ended = once(this.#child, 'exit');
    this.#child.send('end');
    await ended;
  }

  async post(page: string, text: string): Promise<number> {
    const start = performance.now();
    const response = await fetch(`${this.address}/api/v1/comments`, {
      method: 'POST',
      headers: {
        origin: this.address,
        authorization: `Bearer ${token}`,
        'idempotency-key': randomUUID(),
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        site: 'default',
        page: { id: page, url: `${this.address}/${page}`, title: page },
        parentId: null,
        text,
        author: { name: 'Ada' },
        mentions: [],
      }),
    });
    const body = await response.text();
    if (response.status !== 201) throw new Error(`${response.status} ${body}`);
    return performance.now() - start;
  }
}

const token = randomBytes(32).toString('base64url');

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'afterword-bench-'));
  const database = join(folder, 'comments.sqlite');
  /** Message-IDs by address, one for each time the listener took a mail. */
  const taken = new Map<string, string[]>();
  let count = 0;
  const listener = await listenForMail(async ([to = ''], raw) => {
    count += 1;
    taken.set(to, [...(taken.get(to) ?? []), /^Message-ID: (.+)\r$/im.exec(raw)?.[1] ?? '']);
    return null;
  });
  const server = new Server(database, listener.url);
  const number = (sql: string): number => countOf(database, sql);
  try {
    await server.start();
    for (const page of ['quiet', 'told']) await server.post(page, `The first of ${page}.`);
    await subscribeMany(database, 'told', SUBSCRIBERS);

    const began = performance.now();
    await server.post('told', 'What ten thousand are told of.');
    const deaths: number[] = [];
    for (let kill = 1; kill <= KILLS; kill += 1) {
      // Not at a round number of anything: amid whatever it does.
      const at = Math.floor((SUBSCRIBERS * kill) / (KILLS + 1) + Math.random() * 100);
      while (count < at) await look();
      await server.kill();
      deaths.push(count);
      await server.start();
    }
    while (taken.size < SUBSCRIBERS || number(`select count(*) n from messages where state <> 'sent'`) > 0)
      await look();
    const seconds = (performance.now() - began) / 1000;
    const missing = Array.from({ length: SUBSCRIBERS }, (_, index) => addressOf(index)).filter(
      (one) => !taken.has(one),
    );
    const differing = [...taken.values()].filter((ids) => new Set(ids).size > 1).length;
    const repeated = count - taken.size;
    console.log(
      `${SUBSCRIBERS} subscribers, killed after ${deaths.join(' and ')} mails: ${count} handed over in ${seconds.toFixed(0)} s, ` +
        `${missing.length} left out, ${differing} told by two different messages, ${repeated} handed over twice under one Message-ID ` +
        `(their yes came when nobody was left to note it; at most ${KILLS * CONNECTIONS})`,
    );

    // From here on what comes is gathered for ten minutes: only spread to ten thousand, and not sent.
    const times = { quiet: [] as number[], told: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const page of round % 2 ? (['quiet', 'told'] as const) : (['told', 'quiet'] as const)) {
        times[page].push(await server.post(page, `Round ${round} on ${page}, as long as comments are.`));
        while (number('select count(*) n from news where done = 0') > 0) await look();
      }
    }
    const [told, quiet] = [median(times.told), median(times.quiet)];
    console.log(
      `a post is answered in ${quiet.toFixed(1)} ms where nobody is told of it and in ${told.toFixed(1)} ms where ` +
        `${SUBSCRIBERS} are (medians of ${ROUNDS}, taken in turns): ${(told / quiet).toFixed(2)} times as long (at most ${MOST_SLOWER})`,
    );
    await server.stop();
    closing(
      [
        missing.length === 0 && taken.size === SUBSCRIBERS,
        differing === 0,
        repeated <= KILLS * CONNECTIONS,
        told / quiet <= MOST_SLOWER,
      ],
      (holds) => holds,
    );
  } finally {
    await server.kill();
    await listener.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const look = (): Promise<void> => new Promise((again) => setTimeout(again, 20));

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

if (process.argv[2] === 'server') await serve(process.argv[3] ?? '', process.argv[4] ?? '');
else await measure();
