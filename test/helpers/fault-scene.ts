/**
 * The stage of a fault's test: the built widget on somebody's page in Chromium, with a clock that jumps when told, a
 * server that misbehaves in front of a real one, and a watch over what reaches the page. Each test has a thread, a profile
 * and a misbehaving server of its own; browser and real server are shared by a file.
 */
import { strict as assert } from 'node:assert';
import { after, before } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { watchHost, type HostWatch } from './host-safe.ts';
import { startMisbehaving, type MisbehavingServer } from './misbehaving-server.ts';
import { comment, field, newReader, openBrowser, ownErrors, post, type Reader } from './reader.ts';
import { startAfterword, startHost, type AfterwordServer, type Host, type ServerOptions } from './server.ts';

export interface Scene {
  readonly server: AfterwordServer;
  readonly host: Host;
  readonly wire: MisbehavingServer;
  readonly reader: Reader;
  readonly page: Page;
  readonly section: Locator;
  readonly watch: HostWatch;
  /** Address of the page. */
  readonly url: string;
  /** Name of the thread at the server. */
  readonly thread: string;
  /** Opens the page, or another of this reader, and waits for its discussion. */
  arrive(on?: Reader): Promise<void>;
  /** Opens the form for a new comment, so that a later part of ours need not be fetched. */
  openForm(): Promise<void>;
  /** Writes a comment and presses *Post*; the row is on the screen when this is done. */
  write(text: string): Promise<void>;
  /** The row of a text, with what is said beside it. */
  row(text: string): Locator;
  /** Waits until the row says this. */
  told(text: string, says: string | RegExp): Promise<void>;
  /** Waits until the section says why the thread could not be refreshed. */
  problem(says: string): Promise<void>;
  /** Waits until the row of a text is like that of any comment: sent, once on the screen and once in the server's table. */
  sent(text: string): Promise<void>;
  /** Lets time pass until it is sent. */
  arrives(text: string): Promise<void>;
  /** Waits until no attempt is under way: what waits has been judged, and is due later. */
  judged(): Promise<void>;
  /** Time passes at once on the page: what was due in it happens, each once, at the end of it. */
  pass(milliseconds: number): Promise<void>;
  /** Waits until something is true here, looking at it as often as the page draws. */
  until(isTrue: () => boolean | Promise<boolean>, what?: string): Promise<void>;
  /** How many comments of the server's table have this text. */
  stored(text: string): number;
  /** What the section has said to readers who can't see it, in order. */
  said(): Promise<string[]>;
}

/** Makes the body of a test of a play on this stage. */
export type Stage = (play: (scene: Scene) => Promise<void>, options?: SceneOptions) => () => Promise<void>;

export interface SceneOptions {
  /** Lines of the page's console that are meant to be there; any other error fails the test. */
  readonly console?: RegExp;
  /** Attributes of the section. */
  readonly attributes?: string;
  /** Headers of the page by its path: a policy, for instance. */
  readonly headers?: (path: string) => Readonly<Record<string, string>>;
  /** Do not open the page before the test begins. */
  readonly unopened?: boolean;
}

/** States in which words are not yet the server's. */
export const ON_THEIR_WAY =
  /Sending…|Saving…|Deleting…|will be sent|next try|Sign in|isn’t accepting|Not accepted|tried for a day|keep this tab open/i;

/** @param options Settings of the real server. */
export function faultStage(options: ServerOptions = {}): Stage {
  // A stage that does not come up is told, and not waited for.
  const limit = { timeout: 180_000 };
  let browser: Browser | undefined;
  let server: AfterwordServer | undefined;

  before(async () => {
    server = await startAfterword(options);
    browser = await openBrowser();
  }, limit);
  after(async () => {
    // Either may not have come up.
    await browser?.close();
    await server?.stop();
  });

  return (play, options = {}) =>
    async () => {
      if (!browser || !server) throw new Error('The stage did not come up.');
      const scene = await setUp(browser, server, options);
      try {
        if (!options.unopened) await scene.arrive();
        await play(scene);
        scene.watch.isSafe();
        const errors = ownErrors(scene.reader.errors).filter(
          (line) => !isOfNetwork(line) && !options.console?.test(line),
        );
        assert.deepEqual(errors, [], 'errors in the console');
      } finally {
        await scene.reader.close();
        await Promise.all([scene.wire.stop(), scene.host.stop()]);
      }
    };
}

/** What Chromium writes by itself when a request is refused; no page can prevent these lines. */
function isOfNetwork(line: string): boolean {
  return /^Access to fetch at .* has been blocked by CORS policy|violates the following Content Security Policy|^Fetch API cannot load/.test(
    line,
  );
}

let scenes = 0;

async function setUp(browser: Browser, server: AfterwordServer, options: SceneOptions): Promise<Scene> {
  const thread = `fault-${++scenes}`;
  const wire = await startMisbehaving(() => server.url);
  const host = await startHost((path) => ({
    headers: options.headers?.(path) ?? {},
    body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Somebody’s page</title></head>
      <body><article><h1>Somebody’s page</h1></article>
      <afterword-comments server="${wire.url}" page-id="${thread}" loading="eager" ${options.attributes ?? ''}></afterword-comments>
      <script type="module" src="${server.url}/afterword.js"></script></body></html>`,
  }));
  const reader = await newReader(browser);
  await reader.context.clock.install();
  const watch = await watchHost(reader.context);
  // What the live region says is gone with the next sentence: kept here, by a page that listens.
  await reader.context.addInitScript(listenToRegion);
  const { page, section } = reader;
  const row = (text: string): Locator => comment(section, 'Visitor', text);
  const stored = (text: string): number => server.rows('select id from comments where text = ?', text).length;
  const until: Scene['until'] = async (isTrue, what = 'what the test waits for') => {
    for (let looks = 0; looks < 2_000; looks++) {
      if (await isTrue()) return;
      await new Promise((next) => setTimeout(next, 15));
    }
    throw new Error(`It never happened: ${what}`);
  };
  const scene: Scene = {
    server,
    host,
    wire,
    reader,
    page,
    section,
    watch,
    url: `${host.url}/page`,
    thread,
    async arrive(on = reader) {
      await on.page.goto(`${host.url}/page`);
      await on.section
        .getByText('Be the first to comment.')
        .or(on.section.getByRole('article').first())
        .first()
        .waitFor();
    },
    async openForm() {
      await field(section).click();
      await section.getByRole('textbox', { name: 'Your comment' }).waitFor();
    },
    async write(text) {
      await post(section, text);
      await row(text).waitFor();
    },
    row,
    told: (text, says) => row(text).getByText(says).first().waitFor(),
    problem: (says) => section.getByRole('paragraph').getByText(says).waitFor(),
    async sent(text) {
      await until(() => stored(text) > 0, `"${text}" is stored`);
      await row(text).getByText(ON_THEIR_WAY).first().waitFor({ state: 'detached' });
      assert.equal(stored(text), 1, `times in the server's table: ${text}`);
      assert.equal(
        await section.getByRole('article').filter({ hasText: text }).count(),
        1,
        `times on the screen: ${text}`,
      );
    },
    async arrives(text) {
      let looks = 0;
      await until(async () => {
        if (stored(text) > 0 && (await row(text).getByText(ON_THEIR_WAY).count()) === 0) return true;
        // Not with every look: what is under way would run out of time.
        if (++looks % 20 === 0) await page.clock.fastForward(60_000);
        return false;
      }, `"${text}" arrives`);
      await scene.sent(text);
    },
    judged: () =>
      until(
        () =>
          section.evaluate((element) => {
            interface Pending {
              readonly delivery: { readonly state: string; readonly until?: number };
            }
            const { store } = element as unknown as {
              store: { view: { rows: readonly { readonly pending?: readonly Pending[] }[] } };
            };
            return store.view.rows
              .flatMap(({ pending = [] }) => pending)
              .every(({ delivery: { state, until: due = Infinity } }) => state !== 'sending' && due > Date.now());
          }),
        'every attempt is judged',
      ),
    pass: (milliseconds) => page.clock.fastForward(milliseconds),
    until,
    stored,
    said: () => page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard),
  };
  return scene;
}

function listenToRegion(): void {
  const heard: string[] = [];
  Object.assign(globalThis, { heard });
  const follow = (region: Element): void => {
    new MutationObserver(() => {
      const text = region.textContent?.trim();
      if (text) heard.push(text);
    }).observe(region, { childList: true, characterData: true, subtree: true });
  };
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (init) {
    const root = attachShadow.call(this, init);
    const seen = new WeakSet<Element>();
    new MutationObserver(() => {
      for (const region of root.querySelectorAll('[aria-live], [role=status]')) {
        if (seen.has(region)) continue;
        seen.add(region);
        follow(region);
      }
    }).observe(root, { childList: true, subtree: true });
    return root;
  };
}
