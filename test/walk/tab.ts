/** A tab of the walk from outside: opened, crashed, frozen, cut off; and asked for what its page does. */
import type { Walk } from './page.ts';
import type { Target, Targets } from '../helpers/targets.ts';
import type { Done, Glance, Look, ReaderName, Wish } from './wishes.ts';

/** A page that answers nothing for so long is broken. */
const SILENT = 120_000;

/** What the protocol answers to `Runtime.evaluate`. */
interface Evaluated {
  readonly result: { readonly value: unknown };
  readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } };
}

export interface TabOptions {
  readonly targets: Targets;
  readonly profile: string;
  readonly address: string;
  readonly server: string;
  readonly reader: ReaderName;
}

export class Tab {
  readonly reader: ReaderName;
  readonly #options: TabOptions;
  #page: Target | null = null;
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
    const { targets, profile, address } = this.#options;
    this.#page = await targets.open(profile, address);
    await this.#isLoaded();
    await this.#begin(pages, ahead, wall);
  }

  /** The script of the page is there, and not that of the page before. */
  async #isLoaded(): Promise<void> {
    for (const since = performance.now(); performance.now() - since < SILENT;) {
      const page = this.#page;
      if (!page) throw new Error('The tab is closed.');
      const expression = "typeof walk === 'object' && !globalThis.isOver";
      // While pages change there is nobody to be asked.
      const heard = await page.send('Runtime.evaluate', { expression, returnByValue: true }).catch(() => null);
      if ((heard as Evaluated | null)?.result.value === true) return;
      await new Promise((later) => setTimeout(later, 10));
    }
    throw new Error(`The tab of ${this.reader} does not load.`);
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
    await page.send('Runtime.evaluate', { expression: 'globalThis.isOver = true' });
    await page.send('Page.reload');
    await this.#isLoaded();
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
    if (!page) return;
    this.#isGone();
    page.send('Page.crash').catch(() => undefined); // It never answers.
    await page.gone;
    await page.close();
  }

  #isGone(): void {
    this.#page = null;
    this.isFrozen = false;
    this.isOffline = false;
  }

  async freeze(): Promise<void> {
    if (!this.isThere) return;
    this.isFrozen = true;
    await this.#page?.send('Page.setWebLifecycleState', { state: 'frozen' });
  }

  async thaw(): Promise<void> {
    if (!this.isFrozen) return;
    await this.#page?.send('Page.setWebLifecycleState', { state: 'active' });
    this.isFrozen = false;
    await this.#cutOff();
  }

  async setOffline(offline: boolean): Promise<void> {
    this.isOffline = offline;
    // A frozen one hears of it when it is awake.
    if (!this.isFrozen) await this.#cutOff();
  }

  async #cutOff(): Promise<void> {
    // Watched only while it is off: to be told of every request costs as much as the requests.
    if (!this.isOffline) return void (await this.#page?.send('Network.disable'));
    await this.#page?.send('Network.enable');
    const speed = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    await this.#page?.send('Network.emulateNetworkConditions', { offline: true, ...speed });
  }

  /** @param bytes Null: as much as there is. */
  async setQuota(bytes: number | null): Promise<void> {
    const origin = `${new URL(this.#options.address).origin}/`;
    await this.#page?.send(
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

  heard(page: string): Promise<string[]> {
    return this.#call('heard', page);
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
    const page = this.#page;
    if (!page) throw new Error('The tab is closed.');
    let late: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error(`The tab of ${this.reader} does not answer.`)), SILENT);
    });
    try {
      const expression = `walk.${name}(${asked.map((one) => JSON.stringify(one)).join()})`;
      const asking = page.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      const { result, exceptionDetails } = (await Promise.race([asking, silence])) as unknown as Evaluated;
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value as Awaited<ReturnType<Walk[Name]>>;
    } finally {
      clearTimeout(late);
    }
  }
}
