/**
 * Starts the server and stops it so that every request that began is answered. Used by the command and by tests; knows
 * nothing of the command line.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createHandler } from './handler.ts';
import { importFile } from './importers/import.ts';
import { pushWay, smtpWay } from './mail/delivery.ts';
import { Postman } from './mail/postman.ts';
import type { VapidKeys } from './mail/vapid.ts';
import { Live, type Timers } from './live.ts';
import { Proxies } from './rules/addresses.ts';
import { type Limits, STANDARD_LIMITS } from './rules/limits.ts';
import { isConfigured } from './rules/origins.ts';
import { prefixOf, withoutPrefix } from './rules/prefix.ts';
import type { Settings } from './rules/settings.ts';
import { StaticFiles, type StaticOptions } from './static.ts';
import { readMeta, writeMeta } from './storage/migrations.ts';
import { saveSite } from './storage/sites.ts';
import { Storage } from './storage/storage.ts';
import { VERSION } from './version.ts';

/** A request whose header or body takes longer is cut off (FAULTS H9), in milliseconds. */
const HEADERS_MS = 15_000;
const REQUEST_MS = 30_000;
/**
 * How long a connection without a request stays open, in milliseconds: longer than proxies keep theirs (60 s is usual).
 * Whoever closes first must be the one who sends, or a request meets a connection that is just being closed.
 */
const IDLE_MS = 75_000;
/** A hundred page ids of a counter request are an address of this length. */
const MOST_HEADER_BYTES = 64 * 1024;
/** How long requests may still take when the server is asked to stop (FAULTS H10), in milliseconds. */
const DRAIN_MS = 10_000;

export interface StartOptions extends StaticOptions {
  /** Path of the SQLite file; made where there is none. */
  readonly database: string;
  /** 0 takes a free one. */
  readonly port?: number;
  readonly host?: string;
  /** Addresses or networks whose `X-Forwarded-For` and `X-Forwarded-Prefix` are believed. */
  readonly proxies?: readonly string[];
  /** Null: no rate limits. */
  readonly limits?: Limits | null;
  /** Key of the hashes of addresses; default: made once and kept in the database. */
  readonly secret?: string;
  /**
   * A discussion in our JSON Lines that a new database begins with, as long as no site is set up; `with-demo` takes the
   * one that lies with the demo article.
   */
  readonly sample?: string | null;
  /** Made or changed before the server listens. */
  readonly sites?: Readonly<Record<string, Partial<Settings>>>;
  readonly now?: () => number;
  /** Milliseconds that only grow, for limits; default: since this process began. */
  readonly ticks?: () => number;
  readonly log?: (line: string) => void;
  /** `smtp://user:password@host:587`, or `smtps://…`; null: no mail, and nothing is offered that needs it. */
  readonly smtp?: string | null;
  /** Sender of mails, as in `Blog <comments@blog.example>`; needed with `smtp`. */
  readonly mailFrom?: string;
  /** The server's address on the web, with the path it has there, for links and mails; default: the one it listens on. */
  readonly publicUrl?: string | null;
  /** Origins of push services besides those of the usual browsers. */
  readonly pushServices?: readonly string[];
  /** `loop` (default): messages go out by themselves. `by hand`: when `postman.run()` is called. */
  readonly delivery?: 'loop' | 'by hand';
  /** What drives the streams of news; default: the process's own timers. */
  readonly timers?: Timers;
  readonly headersTimeout?: number;
  readonly requestTimeout?: number;
}

export interface RunningServer {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  readonly port: number;
  readonly storage: Storage;
  readonly files: StaticFiles;
  readonly postman: Postman;
  readonly live: Live;
  /** Every route there is, for tests that hold for all of them. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** Takes no more requests, answers those that began (for at most ten seconds) and closes the database. */
  close(): Promise<void>;
}

export async function startServer(options: StartOptions): Promise<RunningServer> {
  const now = options.now ?? Date.now;
  const proxies = new Proxies(options.proxies ?? []);
  const smtp = options.smtp ?? null;
  const storage = await Storage.open(options.database, {
    ...(options.secret === undefined ? {} : { secret: options.secret }),
    channels: smtp === null ? ['push'] : ['mail', 'push'],
    pushServices: options.pushServices ?? [],
  });
  try {
    for (const [name, settings] of Object.entries(options.sites ?? {})) {
      await saveSite(storage.writer, name, settings, now());
    }
    const files = new StaticFiles(options);
    const sample = options.sample === 'with-demo' ? files.sample : (options.sample ?? null);
    if (sample !== null) await takeSample(storage, sample, now);
    const log = options.log ?? ((line: string) => console.error(line));
    let postman: Postman | null = null;
    const limits = options.limits === undefined ? STANDARD_LIMITS : options.limits;
    const { timers } = options;
    const live = new Live({ storage, limits: limits !== null, now, log, ...(timers && { timers }) });
    const app = createHandler({
      storage,
      live,
      files,
      version: VERSION,
      now,
      ticks: options.ticks ?? (() => performance.now()),
      limits,
      proxies,
      peerOf: (context) => (context.env as { incoming?: IncomingMessage }).incoming?.socket.remoteAddress ?? '',
      log,
      onNews: () => postman?.kick(),
      publicUrl: () => options.publicUrl ?? null,
    });
    const listener = getRequestListener(app.fetch);
    const prefix = options.publicUrl ? prefixOf(options.publicUrl) : '';
    const server = createServer(
      {
        headersTimeout: options.headersTimeout ?? HEADERS_MS,
        requestTimeout: options.requestTimeout ?? REQUEST_MS,
        keepAliveTimeout: IDLE_MS,
        maxHeaderSize: MOST_HEADER_BYTES,
        connectionsCheckingInterval: 1_000,
      },
      (incoming, outgoing) => {
        incoming.url = withoutPrefix(incoming.url ?? '/', prefix);
        void listener(incoming, outgoing);
      },
    );
    await listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
    const { port, address, family } = server.address() as AddressInfo;
    const host = address === '::' || address === '0.0.0.0' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
    const own = `http://${host}:${port}`;
    const publicUrl = (options.publicUrl ?? own).replace(/\/+$/, '');
    const carrier = new Postman({
      storage,
      publicUrl,
      secret: storage.secret,
      mail: smtp === null ? null : smtpWay(smtp, options.mailFrom ?? `comments@${new URL(publicUrl).hostname}`),
      push: pushWay(
        await vapidKeys(storage),
        publicUrl.startsWith('https:') ? publicUrl : `mailto:${mailOf(options.mailFrom)}`,
      ),
      now,
      log,
    });
    postman = carrier;
    if (options.delivery !== 'by hand') carrier.start();
    let closing: Promise<void> | null = null;
    return {
      postman: carrier,
      address: own,
      port,
      storage,
      files,
      live,
      routes: app.routes.filter(({ method }) => method !== 'ALL'),
      close: () => {
        // Streams have no end of their own: they come again elsewhere, and nothing waits for them.
        live.close();
        return (closing ??= stop(server)
          .then(() => carrier.stop())
          .then(() => storage.close()));
      },
    };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

async function vapidKeys(storage: Storage): Promise<VapidKeys> {
  const [publicKey, privateKey] = await Promise.all([
    readMeta(storage.reader, 'push-public'),
    readMeta(storage.reader, 'push-private'),
  ]);
  return { publicKey: publicKey ?? '', privateKey: privateKey ?? '' };
}

/** Whom a push service may write to where the server has no address on the web: it wants somebody named. */
const mailOf = (from: string | undefined): string => /<([^>]+)>/.exec(from ?? '')?.[1] ?? from ?? 'nobody@localhost';

/** Begun and done are noted, so that a start that is killed meanwhile goes on with it the next time. */
async function takeSample(storage: Storage, file: string, now: () => number): Promise<void> {
  const progress = await readMeta(storage.writer, 'sample');
  const isBegun = progress === 'begun' || (progress === null && storage.isNew);
  if (!isBegun || isConfigured(await storage.sites())) return;
  await writeMeta(storage.writer, 'sample', 'begun');
  await importFile(storage.writer, file, { site: 'default', now });
  await writeMeta(storage.writer, 'sample', 'done');
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // A kept-alive connection becomes idle when its answer is out: look for those until all are gone.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
