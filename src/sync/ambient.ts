/**
 * Everything around us that ticks, is random or may be missing: clock, timers, frames, random bytes, and the browser's
 * storage, locks and channels. One object, so that a test can stand in for all of it and drive time itself; the rest of
 * `sync` asks nobody else. Captured when the module loads, since a host page may replace any of it later (FAULTS E16).
 */
export interface Ambient {
  /** Wall clock, in milliseconds; may jump in both directions (FAULTS F1). */
  now(): number;
  /** Milliseconds that only ever grow. */
  ticks(): number;
  /** Runs once after a while; gives back what calls it off. */
  after(milliseconds: number, run: () => void): () => void;
  /** Runs before the next picture, or soon where no picture is drawn. */
  frame(run: () => void): void;
  /** From 0 up to 1, without it. */
  random(): number;
  bytes(length: number): Uint8Array;
  readonly indexedDB: IDBFactory | null;
  readonly locks: LockManager | null;
  channel(name: string): BroadcastChannel | null;
  /** Asks the browser not to clear our storage by itself (FAULTS D10). */
  persist(): void;
  /** Nobody can see the page now. */
  isHidden(): boolean;
  /**
   * Whether a page with an open stream may rest in the back/forward cache. Firefox looks at what is under way before it
   * tells the page that it is left, and keeps none that has a request open (seen in 153); the others look afterwards.
   */
  readonly restsWithStream: boolean;
  /** The reader asked to be sent as little as possible. */
  savesData(): boolean;
  /**
   * What happens to the page: the network is back, the page is looked at again or no more, it is put away or frozen, it is
   * taken up again. Gives back what stops listening.
   */
  on(what: 'online' | 'visible' | 'hidden' | 'hide' | 'show', run: () => void): () => void;
}

/** Where access is forbidden the very name throws (a sandboxed frame, FAULTS D5, D6). */
function attempt<T>(read: () => T): T | null {
  try {
    return read() ?? null;
  } catch {
    return null;
  }
}

function listen(target: EventTarget, type: string, run: (event: Event) => void): () => void {
  target.addEventListener(type, run);
  return () => target.removeEventListener(type, run);
}

function realAmbient(): Ambient {
  const { Date, performance, crypto, setTimeout, clearTimeout, requestAnimationFrame, BroadcastChannel } = globalThis;
  return {
    now: () => Date.now(),
    ticks: () => performance.now(),
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    // A hidden page gets no frames, but what it would draw then has to be told when it is looked at.
    frame: (run) => {
      if (document.hidden) setTimeout(run, 50);
      else requestAnimationFrame(run);
    },
    random: () => Math.random(),
    bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    get indexedDB() {
      return attempt(() => globalThis.indexedDB);
    },
    get locks() {
      return attempt(() => navigator.locks);
    },
    channel: (name) => attempt(() => new BroadcastChannel(name)),
    persist: () => void attempt(() => navigator.storage.persist().catch(() => false)),
    isHidden: () => document.hidden,
    get restsWithStream() {
      return !/\bFirefox\//.test(navigator.userAgent);
    },
    savesData: () =>
      attempt(() => (navigator as { connection?: { saveData?: boolean } }).connection?.saveData) === true,
    on: (what, run) => {
      const parts = {
        online: () => [listen(window, 'online', run)],
        visible: () => [listen(document, 'visibilitychange', () => document.hidden || run())],
        hidden: () => [listen(document, 'visibilitychange', () => document.hidden && run())],
        hide: () => [listen(window, 'pagehide', run), listen(document, 'freeze', run)],
        show: () => [listen(window, 'pageshow', run), listen(document, 'resume', run)],
      };
      const stops = parts[what]();
      return () => stops.forEach((stop) => stop());
    },
  };
}

let real: Ambient | undefined;

/** The real world; made on first use, so that importing this in Node does nothing. */
export function ambient(): Ambient {
  return (real ??= realAmbient());
}

const writers = new Set<() => Promise<unknown>>();

/**
 * Called, perhaps twice, when the page is left and words that are not written yet have to be, ahead of the disk being let
 * go. A listener alone would come after that: a browser tells those of one window in the order in which they came, also
 * where one asked to be told first.
 */
export function beforeLeaving(write: () => Promise<unknown>): () => void {
  const run = (): void => void write();
  const stops = [listen(window, 'pagehide', run), listen(document, 'freeze', run), () => writers.delete(write)];
  writers.add(write);
  return () => stops.forEach((stop) => stop());
}

/** Resolves when all has been written, or can't be. */
export function lastWords(): Promise<unknown> {
  return Promise.allSettled([...writers].map((write) => write()));
}
