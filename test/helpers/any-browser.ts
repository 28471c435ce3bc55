/**
 * A tab of any of the three engines, for what has to be true in all of them with a real wheel: goes to pages, runs script
 * in them, turns the wheel.
 */
import { chromium } from 'playwright-core';
import { launch } from 'puppeteer-core';
import { browserFor, CHROMIUM_FLAGS, startWebKit } from '../../.config/browsers.mjs';

export interface Tab {
  /** How the wheel is turned here. */
  readonly wheels: string;
  go(url: string): Promise<void>;
  /** Runs statements in the page, which may wait, and gives back what they return. */
  run(script: string): Promise<unknown>;
  /** Turns the wheel by so many pixels over the middle of the window. */
  wheel(by: number): Promise<void>;
  close(): Promise<void>;
}

export interface WindowSize {
  readonly width: number;
  readonly height: number;
}

export function openTab(engine: string, size: WindowSize): Promise<Tab> {
  if (engine === 'chromium') return inChromium(size);
  if (engine === 'firefox') return inFirefox(size);
  if (engine === 'webkit') return inWebKit(size);
  throw new TypeError(`There is no engine named ${engine}.`);
}

const asFunction = (script: string): string => `(async () => { ${script} })()`;

async function inChromium(size: WindowSize): Promise<Tab> {
  const browser = await chromium.launch({ executablePath: browserFor('chromium'), args: [...CHROMIUM_FLAGS] });
  const page = await browser.newPage({ viewport: size });
  await page.mouse.move(size.width / 2, size.height / 2);
  return {
    wheels: 'the wheel',
    go: async (url) => void (await page.goto(url)),
    run: (script) => page.evaluate(asFunction(script)),
    wheel: (by) => page.mouse.wheel(0, by),
    close: () => browser.close(),
  };
}

async function inFirefox(size: WindowSize): Promise<Tab> {
  const browser = await launch({ browser: 'firefox', executablePath: browserFor('firefox'), headless: true });
  const page = await browser.newPage();
  await page.setViewport(size);
  await page.mouse.move(size.width / 2, size.height / 2);
  return {
    wheels: 'the wheel',
    go: async (url) => void (await page.goto(url)),
    run: (script) => page.evaluate(asFunction(script)),
    wheel: (by) => page.mouse.wheel({ deltaY: by }),
    close: () => browser.close(),
  };
}

/** By its driver's own protocol: there is no other way to talk to it. */
async function inWebKit(size: WindowSize): Promise<Tab> {
  const { hostname, port, capabilities, stop } = await startWebKit();
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`http://${hostname}:${port}/session${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const { value } = (await answer.json()) as { readonly value: unknown };
    if (!answer.ok) throw new Error(`WebKit: ${JSON.stringify(value)}`);
    return value;
  };
  const { sessionId } = (await ask('POST', '', { capabilities: { alwaysMatch: capabilities } })) as {
    readonly sessionId: string;
  };
  const session = (method: string, path: string, body?: object): Promise<unknown> =>
    ask(method, `/${sessionId}${path}`, body);
  let turned = 0;
  await session('POST', '/timeouts', { script: 180_000 });
  const run = (script: string): Promise<unknown> =>
    session('POST', '/execute/async', {
      script: `const done = arguments[arguments.length - 1]; ${asFunction(script)}.then(done, (error) => done('failed: ' + error));`,
      args: [],
    });
  return {
    wheels: 'the wheel',
    async go(url) {
      await session('POST', '/url', { url });
      // The window has a frame, and what counts is the page in it.
      const set = async (more: WindowSize): Promise<void> => void (await session('POST', '/window/rect', { ...more }));
      await set(size);
      const [width, height] = (await run('return [innerWidth, innerHeight]')) as [number, number];
      await set({ width: 2 * size.width - width, height: 2 * size.height - height });
    },
    run,
    async wheel(by) {
      // What WebKitGTK's driver passes on is the difference to the turn before.
      turned += by;
      await session('POST', '/actions', {
        actions: [
          {
            type: 'wheel',
            id: 'wheel',
            actions: [
              {
                type: 'scroll',
                x: Math.round(size.width / 2),
                y: Math.round(size.height / 2),
                deltaX: 0,
                deltaY: turned,
                duration: 0,
                origin: 'viewport',
              },
            ],
          },
        ],
      });
    },
    async close() {
      await session('DELETE', '').catch(() => undefined); // A browser that crashed has no session.
      stop();
    },
  };
}
