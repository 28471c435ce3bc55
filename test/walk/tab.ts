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
    await this.#call('begin', server, reader, pages, { ahead, wall, hidden: !this.isInFront });
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
    if (this.isThere) await this.#call('setHidden', !toFront);
  }

  show(pages: readonly string[]): Promise<void> {
    return this.#call('show', pages);
  }

  setClock(ahead: number, wall: number): Promise<void> {
    return this.#call('setClock', ahead, wall);
  }

  act(wishes: readonly Wish[]): Promise<Done[]> {
    return this.#call('act', wishes);
  }

  look(): Promise<Look> {
    return this.#call('look');
  }

  /** Sets its clock in passing. */
  glance(ahead: number, wall: number): Promise<Glance> {
    return this.#call('glance', ahead, wall);
  }

  refresh(): Promise<void> {
    return this.#call('refresh');
  }

  discard(page: string, ids: readonly string[]): Promise<void> {
    return this.#call('discard', page, ids);
  }

  retry(page: string, ids: readonly string[]): Promise<void> {
    return this.#call('retry', page, ids);
  }

  dropCopies(): Promise<void> {
    return this.#call('dropCopies');
  }

  loseConnections(): Promise<void> {
    return this.#call('loseConnections');
  }

  onDisk(): Promise<string[]> {
    return this.#call('onDisk');
  }

  /** By the protocol itself: it is asked for so often that everything in between would show. */
  async #call<Name extends keyof Walk>(
    name: Name,
    ...asked: Parameters<Walk[Name]>
  ): Promise<Awaited<ReturnType<Walk[Name]>>> {
    const session = this.#session;
    if (!session) throw new Error('The tab is closed.');
    let late: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error(`The tab of ${this.reader} does not answer.`)), SILENT);
    });
    try {
      const expression = `walk.${name}(${asked.map((one) => JSON.stringify(one)).join()})`;
      const asking = session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      const { result, exceptionDetails } = await Promise.race([asking, silence]);
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value as Awaited<ReturnType<Walk[Name]>>;
    } finally {
      clearTimeout(late);
    }
  }
}
