/**
 * Tabs of a browser by its own protocol, and nothing beside it. Whoever opens them through the driver is told of every
 * request that they make, which costs as much as the requests.
 */
import type { Browser, CDPSession } from 'playwright-core';

type Params = Record<string, unknown>;

/** Whatever the protocol answers: the caller knows what it asked for. */
export type Answer = Record<string, unknown>;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** One tab. Everything that is asked of it is refused once it is gone. */
export class Target {
  readonly #root: CDPSession;
  readonly #id: string;
  readonly #session: string;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #isGone = false;
  readonly gone: Promise<void>;
  #tellGone = (): void => undefined;

  constructor(root: CDPSession, id: string, session: string) {
    this.#root = root;
    this.#id = id;
    this.#session = session;
    this.gone = new Promise((resolve) => (this.#tellGone = resolve));
  }

  async send(method: string, params: Params = {}): Promise<Answer> {
    if (this.#isGone) throw new Error('The tab is gone.');
    const id = ++this.#asked;
    const answered = new Promise<Answer>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const message = JSON.stringify({ id, method, params });
    this.#root
      .send('Target.sendMessageToTarget', { sessionId: this.#session, message })
      .catch((error: unknown) => this.#settle(id, (one) => one.reject(error as Error)));
    return answered;
  }

  async close(): Promise<void> {
    await this.#root.send('Target.closeTarget', { targetId: this.#id }).catch(() => undefined); // It may have gone by itself.
    this.lose();
  }

  hear(message: string): void {
    const { id, result, error } = JSON.parse(message) as {
      readonly id?: number;
      readonly result?: Answer;
      readonly error?: { readonly message: string };
    };
    if (id === undefined) return; // Events: nobody waits for them.
    this.#settle(id, (one) => (error ? one.reject(new Error(error.message)) : one.resolve(result ?? {})));
  }

  lose(): void {
    this.#isGone = true;
    for (const id of [...this.#waiting.keys()]) this.#settle(id, (one) => one.reject(new Error('The tab is gone.')));
    this.#tellGone();
  }

  #settle(id: number, how: (one: Waiting) => void): void {
    const one = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (one) how(one);
  }
}

/** A browser's profiles and their tabs. */
export class Targets {
  readonly #root: CDPSession;
  readonly #bySession = new Map<string, Target>();
  readonly #byId = new Map<string, Target>();

  private constructor(root: CDPSession) {
    this.#root = root;
    root.on('Target.receivedMessageFromTarget', ({ sessionId, message }) =>
      this.#bySession.get(sessionId)?.hear(message),
    );
    root.on('Target.targetCrashed', ({ targetId }) => this.#byId.get(targetId)?.lose());
    root.on('Target.detachedFromTarget', ({ sessionId }) => {
      this.#bySession.get(sessionId)?.lose();
      this.#bySession.delete(sessionId);
    });
  }

  static async of(browser: Browser): Promise<Targets> {
    const root = await browser.newBrowserCDPSession();
    await root.send('Target.setDiscoverTargets', { discover: true });
    return new Targets(root);
  }

  /** A profile of its own: another browser to everything that counts. */
  async profile(): Promise<string> {
    const { browserContextId } = await this.#root.send('Target.createBrowserContext');
    return browserContextId;
  }

  async dispose(profile: string): Promise<void> {
    await this.#root.send('Target.disposeBrowserContext', { browserContextId: profile });
  }

  /** @param size Of the window; the browser's own by default. */
  async open(profile: string, url: string, size: { width?: number; height?: number } = {}): Promise<Target> {
    const { targetId } = await this.#root.send('Target.createTarget', {
      url,
      browserContextId: profile,
      newWindow: true,
      ...size,
    });
    const { sessionId } = await this.#root.send('Target.attachToTarget', { targetId, flatten: false });
    const target = new Target(this.#root, targetId, sessionId);
    this.#bySession.set(sessionId, target);
    this.#byId.set(targetId, target);
    void target.gone.then(() => this.#byId.delete(targetId));
    return target;
  }
}
