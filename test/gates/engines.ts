/** A page in any of the three engines, for gates that ask all of them the same: run words of script in it, resize it. */
import puppeteer from 'puppeteer-core';
import { browserFor, startWebKit } from '../../.config/browsers.mjs';
import { openBrowser } from '../helpers/reader.ts';

export interface Engine {
  /** The value of an expression, awaited. */
  run(expression: string): Promise<unknown>;
  resize(width: number): Promise<void>;
  picture?(file: string): Promise<void>;
  close(): Promise<void>;
}

export interface Opening {
  readonly url: string;
  /** Fingers, not a mouse (Chromium alone can pretend). */
  readonly touch?: boolean;
}

/** Tall enough for most of what is looked at; a window of 1,000 px would have to be scrolled for each target. */
const HEIGHT = 1200;

export async function openEngine(name: string, opening: Opening): Promise<Engine> {
  if (name === 'chromium') return openChromium(opening);
  if (name === 'firefox') return openFirefox(opening);
  if (name === 'webkit') return openWebKit(opening);
  throw new TypeError(`engine "${name}" is unknown; there are chromium, firefox, webkit`);
}

async function openChromium({ url, touch = false }: Opening): Promise<Engine> {
  const browser = await openBrowser();
  const context = await browser.newContext({
    hasTouch: touch,
    isMobile: touch,
    viewport: { width: 1280, height: HEIGHT },
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => console.log(`uncaught: ${error.message}`));
  await page.goto(url);
  return {
    run: (expression) => page.evaluate(expression),
    resize: (width) => page.setViewportSize({ width, height: HEIGHT }),
    picture: async (path) => void (await page.screenshot({ path, fullPage: true })),
    close: () => browser.close(),
  };
}

async function openFirefox({ url }: Opening): Promise<Engine> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: browserFor('firefox') as string,
    headless: true,
  });
  const page = await browser.newPage();
  await page.goto(url);
  return {
    run: (expression) => page.evaluate(expression),
    resize: (width) => page.setViewport({ width, height: HEIGHT }),
    close: () => browser.close(),
  };
}

/** WebKit's driver speaks WebDriver: a few requests are all that is needed of it. */
async function openWebKit({ url }: Opening): Promise<Engine> {
  const { hostname, port, capabilities, stop } = await startWebKit();
  const ask = async (path: string, body?: object, method = body ? 'POST' : 'DELETE'): Promise<unknown> => {
    const answer = await fetch(`http://${hostname}:${port}${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
    const { value } = (await answer.json()) as { value: unknown };
    if (!answer.ok) throw new Error(JSON.stringify(value).slice(0, 400));
    return value;
  };
  try {
    const { 'webkitgtk:browserOptions': options } = capabilities;
    const { sessionId } = (await ask('/session', {
      capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
    })) as { sessionId: string };
    const session = `/session/${sessionId}`;
    await ask(`${session}/timeouts`, { script: 60_000 });
    await ask(`${session}/url`, { url });
    return {
      run: async (expression) => {
        const script = `const done = arguments[arguments.length - 1];
          Promise.resolve().then(() => (${expression})).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
        const { value, error } = (await ask(`${session}/execute/async`, { script, args: [] })) as {
          value?: unknown;
          error?: string;
        };
        if (error !== undefined) throw new Error(error);
        return value;
      },
      // The screen is 1,280 px wide: what needs more is looked at in a window that is too narrow, as on a small laptop.
      resize: async (width) =>
        void (await ask(`${session}/window/rect`, { width: Math.min(1280, width + 40), height: 1000 })),
      close: async () => {
        await ask(session).catch(() => undefined);
        stop();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}
