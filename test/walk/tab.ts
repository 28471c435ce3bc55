/** A tab of the walk from outside: opened, crashed, frozen, cut off; and asked for what its page does. */
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import type { Walk } from './page.ts';
import type { Done, Glance, Look, ReaderName, Wish } from './wishes.ts';

/** A page that answers nothing for so long is broken. */
const SILENT = 120_000;

export interface TabOptions {
  readonly context: BrowserContext;
  readonly address: string;
  readonly server: string;
  readonly reader: ReaderName;
}

export class Tab {
  readonly reader: ReaderName;
  readonly #options: TabOptions;
  #page: Page | null = null;
  #session: CDPSession | null = null;
  isFrozen = false;
  isOffline = false;
  /** Looked at; the others of its browser lie behind it. */
  isInFront = true;

  constructor(options: TabOptions) {
    this.#options = options;
    this.reader = options.reader;
  }

  /** Whether something can be asked of it now. */
  get isThere(): boolean {
    return this.#page !== null && !this.isFrozen;
  }

  get isOpen(): boolean {
    return this.#page !== null;
  }

  async open(pages: readonly string[], ahead: number, wall: number): Promise<void> {
    const { context, address } = this.#options;
    const page = await context.newPage();
    this.#session = await context.newCDPSession(page);
    this.#page = page;
    await page.goto(address);
    await this.#begin(pages, ahead, wall);
  }

  async #begin(pages: readonly string[], ahead: number, wall: number): Promise<void> {
    const { server, reader } = this.#options;
    this.isFrozen = false;
    if (this.isOffline) await this.setOffline(true);
    await this.#run(
      ([ahead, wall, server, reader, pages, isHidden]) => {
        const { walk } = globalThis as unknown as { walk: Walk };
        walk.setClock(ahead, wall);
        walk.setHidden(isHidden);
        walk.start(server, reader);
        // It comes when it can: without a network that is later.
        void walk.open(pages);
      },
      [ahead, wall, server, reader, pages, !this.isInFront] as const,
    );
  }

  async reload(pages: readonly string[], ahead: number, wall: number): Promise<void> {
    const page = this.#page;
    if (!page) return;
    const { isOffline } = this;
    if (isOffline) await this.setOffline(false);
    await page.reload();
    this.isOffline = isOffline;
    await this.#begin(pages, ahead, wall);
  }

  async close(): Promise<void> {
    const page = this.#page;
    this.#isGone();
    await page?.close();
  }

  async crash(): Promise<void> {
    const page = this.#page;
    const session = this.#session;
    if (!page || !session) return;
    this.#isGone();
    const crashed = new Promise((resolve) => page.once('crash', resolve));
    session.send('Page.crash').catch(() => undefined); // It never answers.
    await crashed;
    await page.close();
  }

  #isGone(): void {
    this.#page = null;
    this.#session = null;
    this.isFrozen = false;
    this.isOffline = false;
  }

  async freeze(): Promise<void> {
    if (!this.isThere) return;
    this.isFrozen = true;
    await this.#session?.send('Page.setWebLifecycleState', { state: 'frozen' });
  }

  async thaw(): Promise<void> {
    if (!this.isFrozen) return;
    await this.#session?.send('Page.setWebLifecycleState', { state: 'active' });
    this.isFrozen = false;
  }

  async setOffline(offline: boolean): Promise<void> {
    this.isOffline = offline;
    const speed = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    await this.#session?.send('Network.emulateNetworkConditions', { offline, ...speed });
  }

  /** @param bytes Null: as much as there is. */
  async setQuota(bytes: number | null): Promise<void> {
    const origin = `${new URL(this.#options.address).origin}/`;
    await this.#session?.send(
      'Storage.overrideQuotaForOrigin',
      bytes === null ? { origin } : { origin, quotaSize: bytes },
    );
  }

  async bring(toFront: boolean): Promise<void> {
    this.isInFront = toFront;
    if (!this.isThere) return;
    await this.#run((hidden) => (globalThis as unknown as { walk: Walk }).walk.setHidden(hidden), !toFront);
  }

  show(pages: readonly string[]): Promise<void> {
    return this.#run((pages) => void (globalThis as unknown as { walk: Walk }).walk.open(pages), pages);
  }

  setClock(ahead: number, wall: number): Promise<void> {
    return this.#run(([ahead, wall]) => (globalThis as unknown as { walk: Walk }).walk.setClock(ahead, wall), [
      ahead,
      wall,
    ] as const);
  }

  act(wishes: readonly Wish[]): Promise<Done[]> {
    return this.#run((wishes) => (globalThis as unknown as { walk: Walk }).walk.act(wishes), wishes);
  }

  look(): Promise<Look> {
    return this.#run(() => (globalThis as unknown as { walk: Walk }).walk.look(), null);
  }

  glance(): Promise<Glance> {
    return this.#run(() => (globalThis as unknown as { walk: Walk }).walk.glance(), null);
  }

  refresh(): Promise<void> {
    return this.#run(() => (globalThis as unknown as { walk: Walk }).walk.refresh(), null);
  }

  discard(page: string, ids: readonly string[]): Promise<void> {
    return this.#run(([page, ids]) => (globalThis as unknown as { walk: Walk }).walk.discard(page, ids), [
      page,
      ids,
    ] as const);
  }

  retry(page: string, ids: readonly string[]): Promise<void> {
    return this.#run(([page, ids]) => (globalThis as unknown as { walk: Walk }).walk.retry(page, ids), [
      page,
      ids,
    ] as const);
  }

  dropCopies(): Promise<void> {
    return this.#run(() => (globalThis as unknown as { walk: Walk }).walk.dropCopies(), null);
  }

  loseConnections(): Promise<void> {
    return this.#run(() => (globalThis as unknown as { walk: Walk }).walk.loseConnections(), null);
  }

  onDisk(): Promise<number> {
    return this.#run(() => (globalThis as unknown as { walk: Walk }).walk.onDisk(), null);
  }

  async #run<Argument, Result>(
    act: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result> {
    const page = this.#page;
    if (!page) throw new Error('The tab is closed.');
    let late: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error(`The tab of ${this.reader} does not answer.`)), SILENT);
    });
    try {
      return (await Promise.race([page.evaluate(act as never, argument), silence])) as Result;
    } finally {
      clearTimeout(late);
    }
  }
}
