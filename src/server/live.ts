/**
 * Tells open pages what changes, as server-sent events. It learns of a change from the database alone: that way
 * it makes no difference which process wrote it, this one, another server on the same file or a command. What is told is
 * what the anonymous list would show, and nothing else.
 */
import type { Kysely } from 'kysely';
import { Problem } from './problems.ts';
import type { Site } from './storage/sites.ts';
import type { Storage } from './storage/storage.ts';
import type { Tables } from './storage/tables.ts';

/** How soon a change by another process is seen, in milliseconds. One question to the database, some microseconds. */
const LOOK_MS = 250;
/** A thread is told once in this time: a storm of votes is one event (ARCHITECTURE, "Live"). The first comes at once. */
const GATHER_MS = 1_000;
/** Proxies cut a connection that is silent for a minute. */
const HEARTBEAT_MS = 20_000;
/** A change that takes more room than this is only announced: who wants it asks, and a cache answers. */
const MOST_EVENT_BYTES = 4 * 1024;
/** As is a row of events that together take more than this. */
const MOST_BURST_BYTES = 32 * 1024;
/** Who reads so slowly that this much waits is cut off; it comes back and asks from where it was. */
const MOST_WAITING_BYTES = 256 * 1024;
/** When a page shall come back that lost its stream, in milliseconds. */
const RETRY_MS = 3_000;
/** Open at once by one address, and by all: a tab needs one, an office shares an address. */
const MOST_BY_ADDRESS = 200;
const MOST_STREAMS = 20_000;

export interface Timers {
  /** Runs once after a while; gives back what calls it off. */
  after(milliseconds: number, run: () => void): () => void;
}

const realTimers: Timers = {
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

export interface LiveOptions {
  readonly storage: Storage;
  /** False: as many streams as they like. */
  readonly limits: boolean;
  readonly now: () => number;
  readonly log: (line: string) => void;
  readonly timers?: Timers;
}

export interface Watched {
  readonly page: string;
  /** What the page knows. */
  readonly revision: number;
}

/** One page that listens, and where it stands in each of its threads. */
interface Listener {
  readonly address: string;
  readonly topics: readonly Topic[];
  readonly write: (bytes: Uint8Array) => void;
  readonly end: () => void;
}

interface Standing {
  /** Up to here it was told. */
  told: number;
  /** Up to here there was nothing more to tell. */
  seen: number;
}

/** A thread that somebody listens to. */
interface Topic {
  readonly site: string;
  readonly page: string;
  readonly listeners: Map<Listener, Standing>;
  /** Not before this time, by the clock. */
  notBefore: number;
  cancel: (() => void) | null;
}

const text = new TextEncoder();
const HEARTBEAT = text.encode(':\n\n');

export class Live {
  readonly #options: LiveOptions;
  readonly #timers: Timers;
  readonly #topics = new Map<string, Topic>();
  readonly #listeners = new Set<Listener>();
  readonly #byAddress = new Map<string, number>();
  /** What the database called its state when all was told. */
  #version = -1;
  /** One thing after the other: where a listener stands must not change under a reading. */
  #turn: Promise<unknown> = Promise.resolve();
  #isLookPlanned = false;
  #cancels: (() => void)[] = [];
  #isClosed = false;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#timers = options.timers ?? realTimers;
  }

  /** How many pages listen. */
  get size(): number {
    return this.#listeners.size;
  }

  /** The body of a stream: what was missed since the page's revisions, and from then on what happens. */
  open(site: Site, epoch: string, watched: readonly Watched[], address: string): ReadableStream<Uint8Array> {
    this.#checkRoom(address);
    let listener: Listener | null = null;
    const standings = new Map(watched.map(({ page, revision }) => [page, { told: revision, seen: -1 }] as const));
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          const write = (bytes: Uint8Array): void => {
            controller.enqueue(bytes);
            if ((controller.desiredSize ?? 0) < -MOST_WAITING_BYTES && listener) this.#drop(listener);
          };
          const topics = [...standings.keys()].map((page) => this.#topicOf(site.name, page));
          listener = { address, topics, write, end: () => controller.close() };
          this.#add(listener, standings);
          write(text.encode(`retry: ${RETRY_MS}\n\n`));
          for (const topic of topics) this.#inTurn(() => this.#tell(topic, { epoch, only: listener }));
        },
        cancel: () => {
          if (listener) this.#forget(listener);
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: 16 * 1024 }),
    );
  }

  /** Something was written here: no need to wait for the next look. */
  poke(): void {
    if (this.#isLookPlanned || this.#listeners.size === 0) return;
    this.#isLookPlanned = true;
    this.#inTurn(async () => {
      this.#isLookPlanned = false;
      await this.#look();
    });
  }

  /** Ends all streams, so that they don't hold up the end of the server. */
  close(): void {
    this.#isClosed = true;
    for (const listener of [...this.#listeners]) this.#drop(listener);
  }

  #checkRoom(address: string): void {
    if (this.#isClosed) throw new Problem('busy', 'The server is about to stop.', { retryAfter: 2 });
    if (!this.#options.limits) return;
    if (this.#listeners.size >= MOST_STREAMS) {
      throw new Problem('busy', 'Too many pages listen at the moment.', { retryAfter: 60 });
    }
    if ((this.#byAddress.get(address) ?? 0) >= MOST_BY_ADDRESS) {
      throw new Problem('rate-limited', 'Too many streams are open.', { retryAfter: 60 });
    }
  }

  #topicOf(site: string, page: string): Topic {
    const name = JSON.stringify([site, page]);
    const known = this.#topics.get(name);
    if (known) return known;
    const topic: Topic = { site, page, listeners: new Map(), notBefore: 0, cancel: null };
    this.#topics.set(name, topic);
    return topic;
  }

  #add(listener: Listener, standings: ReadonlyMap<string, Standing>): void {
    for (const topic of listener.topics) {
      const standing = standings.get(topic.page);
      if (standing) topic.listeners.set(listener, standing);
    }
    if (this.#listeners.size === 0) this.#keepLooking();
    this.#listeners.add(listener);
    this.#byAddress.set(listener.address, (this.#byAddress.get(listener.address) ?? 0) + 1);
  }

  #forget(listener: Listener): void {
    if (!this.#listeners.delete(listener)) return;
    const left = (this.#byAddress.get(listener.address) ?? 1) - 1;
    if (left > 0) this.#byAddress.set(listener.address, left);
    else this.#byAddress.delete(listener.address);
    for (const topic of listener.topics) {
      topic.listeners.delete(listener);
      if (topic.listeners.size > 0) continue;
      topic.cancel?.();
      this.#topics.delete(JSON.stringify([topic.site, topic.page]));
    }
    if (this.#listeners.size > 0) return;
    // Nobody listens: nothing ticks.
    this.#cancels.forEach((cancel) => cancel());
    this.#cancels = [];
    this.#version = -1;
  }

  #drop(listener: Listener): void {
    this.#forget(listener);
    try {
      listener.end();
    } catch {
      // It has ended by itself.
    }
  }

  #write(listener: Listener, bytes: Uint8Array): void {
    try {
      listener.write(bytes);
    } catch {
      this.#forget(listener); // Closed under our hands.
    }
  }

  #keepLooking(): void {
    this.#repeat(LOOK_MS, () => this.poke());
    this.#repeat(HEARTBEAT_MS, () => {
      for (const listener of [...this.#listeners]) this.#write(listener, HEARTBEAT);
    });
  }

  #repeat(every: number, run: () => void): void {
    const place = this.#cancels.length;
    const again = (): void => {
      this.#cancels[place] = this.#timers.after(every, () => {
        again();
        run();
      });
    };
    again();
  }

  #inTurn(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work).catch((error: unknown) => {
      if (this.#isClosed) return; // The database is closed, too.
      this.#options.log(`News could not be told: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  async #look(): Promise<void> {
    if (this.#listeners.size === 0) return;
    const { storage } = this.#options;
    const version = await storage.dataVersion();
    if (version === this.#version) return;
    const bySite = new Map<string, Map<string, Topic>>();
    for (const topic of this.#topics.values()) {
      const pages = bySite.get(topic.site) ?? new Map<string, Topic>();
      bySite.set(topic.site, pages.set(topic.page, topic));
    }
    for (const [site, pages] of bySite) {
      for (const [page, revision] of await storage.revisions(site, [...pages.keys()])) {
        const topic = pages.get(page);
        const isNews = topic && [...topic.listeners.values()].some(({ seen, told }) => revision > Math.max(seen, told));
        if (isNews) await this.#tellSoon(topic);
      }
    }
    this.#version = version;
  }

  async #tellSoon(topic: Topic): Promise<void> {
    const wait = topic.notBefore - this.#options.now();
    // A clock that was set back must not make a thread fall silent.
    if (wait <= 0 || wait > GATHER_MS) return this.#tell(topic);
    topic.cancel ??= this.#timers.after(wait, () => {
      topic.cancel = null;
      this.#inTurn(() => this.#tell(topic));
    });
  }

  /** Brings all who listen to a thread to where it is, or one who just came. */
  async #tell(topic: Topic, first?: { readonly epoch: string; readonly only: Listener | null }): Promise<void> {
    const { storage } = this.#options;
    const standings = [...topic.listeners].filter(([listener]) => !first || listener === first.only);
    if (standings.length === 0) return;
    const site = await storage.site(topic.site);
    if (site === null) return;
    await storage.read(async (db) => {
      const thread = await storage.thread(db, site, topic.page);
      const revision = thread.row?.revision ?? 0;
      /** Most stand at the same place: what they are told is made once. */
      const made = new Map<number, { bytes: Uint8Array; to: number } | null>();
      for (const [listener, standing] of standings) {
        const isOtherHistory = first !== undefined && first.epoch !== thread.epoch;
        if (isOtherHistory || standing.told > revision) {
          this.#write(listener, eventOf('moved', { page: topic.page }));
          Object.assign(standing, { told: revision, seen: revision });
          continue;
        }
        if (Math.max(standing.seen, standing.told) >= revision) continue;
        const known = made.get(standing.told);
        const news = known === undefined ? await this.#newsSince(db, thread, standing.told) : known;
        made.set(standing.told, news);
        standing.seen = revision;
        if (news === null) continue;
        this.#write(listener, news.bytes);
        standing.told = news.to;
        if (!first) topic.notBefore = this.#options.now() + GATHER_MS;
      }
    });
  }

  /** Null where nothing happened that everybody may see. */
  async #newsSince(
    db: Kysely<Tables>,
    thread: Awaited<ReturnType<Storage['thread']>>,
    since: number,
  ): Promise<{ bytes: Uint8Array; to: number } | null> {
    const { page } = thread;
    const to = thread.row?.revision ?? 0;
    const parts = await this.#options.storage.news(db, thread, since, MOST_EVENT_BYTES - 200 - page.length * 6);
    if (parts !== null && parts.length === 0) return null;
    const events = (parts ?? [null]).map((part) =>
      part === null ? eventOf('moved', { page }) : eventOf('changes', { page, ...part }),
    );
    const size = events.reduce((sum, event) => sum + event.length, 0);
    const told = size > MOST_BURST_BYTES ? [eventOf('moved', { page })] : events;
    return { bytes: Buffer.concat(told), to };
  }
}

function eventOf(name: 'changes' | 'moved', data: object): Uint8Array {
  return text.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
