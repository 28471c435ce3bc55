/**
 * A reader with a browser: opens pages, finds things by role and name, and remembers what a host page must never see,
 * errors in its console, and what a visitor must never pay for, requests to places nobody named.
 */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Locator,
  type Page,
  type Request,
} from 'playwright-core';
import { browserFor, CHROMIUM_FLAGS } from '../../.config/browsers.mjs';

export function openBrowser(...flags: readonly string[]): Promise<Browser> {
  return chromium.launch({ executablePath: browserFor('chromium'), args: [...CHROMIUM_FLAGS, ...flags] });
}

export interface Reader {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors of the console and uncaught ones, in order. */
  readonly errors: string[];
  readonly warnings: string[];
  /** Every address that was asked for. */
  readonly requests: { readonly method: string; readonly url: string; readonly authorization: boolean }[];
  /** The section on the page. */
  readonly section: Locator;
  /** A further tab of the same browser, watched in the same way. */
  tab(): Promise<Reader>;
  /** Addresses asked for outside these origins. */
  foreign(...origins: readonly string[]): string[];
  close(): Promise<void>;
}

/** A fresh profile: no storage, no cache, no service worker. */
export async function newReader(browser: Browser, options: BrowserContextOptions = {}): Promise<Reader> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  context.setDefaultTimeout(30_000);
  // The compiler of the tests marks inner functions with this helper, which a page does not have.
  await context.addInitScript('globalThis.__name = (inner) => inner');
  return watch(context, await context.newPage());
}

function watch(context: BrowserContext, page: Page): Reader {
  const errors: string[] = [];
  const warnings: string[] = [];
  const requests: { method: string; url: string; authorization: boolean }[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
    if (message.type() === 'warning') warnings.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(`uncaught: ${error.message}`));
  follow(page);
  page.on('request', (request) => {
    const url = request.url();
    if (/^(data|blob|about):/.test(url)) return;
    requests.push({ method: request.method(), url, authorization: 'authorization' in request.headers() });
  });
  return {
    context,
    page,
    errors,
    warnings,
    requests,
    section: page.locator('afterword-comments'),
    tab: async () => watch(context, await context.newPage()),
    foreign: (...origins) => requests.map(({ url }) => url).filter((url) => !origins.includes(new URL(url).origin)),
    close: () => context.close(),
  };
}

/** What is under way on a page, without its stream of news, which has no end. */
const underWay = new WeakMap<Page, { readonly open: Set<Request>; seen: number }>();

function follow(page: Page): void {
  const now = { open: new Set<Request>(), seen: 0 };
  underWay.set(page, now);
  page.on('request', (request) => {
    now.seen += 1;
    if (!isNews(request.url())) now.open.add(request);
  });
  const over = (request: Request): void => void now.open.delete(request);
  page.on('requestfinished', over);
  page.on('requestfailed', over);
}

/** Whether an address is that of a stream of news. */
export function isNews(url: string): boolean {
  return new URL(url).pathname.endsWith('/api/v1/events');
}

/** Nothing is asked for any more: what the browser calls an idle network, but for the stream of news. */
export async function networkQuiet(page: Page): Promise<void> {
  const now = underWay.get(page);
  if (!now) throw new Error('Only the page of a reader is followed.');
  await page.waitForLoadState('load');
  for (let seen = -1; seen !== now.seen || now.open.size > 0;) {
    seen = now.seen;
    // As long as the browser itself looks on before it calls the network idle.
    await new Promise((looked) => setTimeout(looked, 500));
  }
}

/** A finding of axe, as a line that says what and where. */
export async function axe(page: Page, within = 'html'): Promise<string[]> {
  await page.evaluate(axeSource());
  return page.evaluate(async (selector) => {
    interface Finding {
      id: string;
      help: string;
      nodes: { target: unknown[]; failureSummary?: string }[];
    }
    const { axe: tool } = globalThis as unknown as {
      axe: { run(node: Element | null, options: object): Promise<{ violations: Finding[] }> };
    };
    const { violations } = await tool.run(document.querySelector(selector), {
      // It would fetch the page's style sheets once more, which a strict policy refuses.
      preload: false,
    });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary = '' }) => `${id}: ${help} at ${JSON.stringify(target)} ${failureSummary}`),
    );
  }, within);
}

let axeText = '';
function axeSource(): string {
  axeText ||= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  return axeText;
}

/** The row of a comment by its writer and, where that is not enough, a piece of its text. */
export function comment(section: Locator, writer: string, piece?: string | RegExp): Locator {
  const rows = section.getByRole('article', { name: new RegExp(`^\\u2068?${escape(writer)}\\u2069?\\s*[,،]`) });
  return (piece === undefined ? rows : rows.filter({ hasText: piece })).first();
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** What browsers themselves write when a request fails; no page can prevent that line. */
export function ownErrors(errors: readonly string[]): string[] {
  return errors.filter((error) => !error.startsWith('Failed to load resource'));
}

/** The field a new comment is written in, whether the form was opened yet or not. */
export function field(section: Locator): Locator {
  return section.getByRole('textbox', { name: /^(Your comment|Write a comment)$/ });
}

/** The same, brought before the reader's eyes: a row far away has no controls yet. */
export async function near(section: Locator, writer: string, piece?: string | RegExp): Promise<Locator> {
  const row = comment(section, writer, piece);
  await row.scrollIntoViewIfNeeded();
  return row;
}

/** Goes to a page, or loads it anew, and scrolls down to its discussion: only then is it asked for. */
export async function arrive({ page, section }: Reader, url?: string): Promise<void> {
  await (url === undefined ? page.reload() : page.goto(url));
  await section.waitFor({ state: 'attached' });
  await section.evaluate((element) => element.scrollIntoView());
  await section.getByRole('article').first().waitFor();
}

/** Writes a new comment and presses *Post*. */
export async function post(section: Locator, text: string, name = 'Visitor'): Promise<void> {
  await field(section).click();
  await fillIn(section, /^Your comment$/, text, name);
  await section.getByRole('button', { name: 'Post', exact: true }).click();
}

/** Answers a comment, found by its writer and a piece of its text. */
export async function reply(
  section: Locator,
  writer: string,
  piece: string,
  text: string,
  name = 'Visitor',
): Promise<void> {
  const row = await near(section, writer, piece);
  await row.getByRole('button', { name: `Reply to ${writer}`, exact: true }).click();
  await fillIn(row, new RegExp(`^Your reply to ${escape(writer)}$`), text, name);
  await row.getByRole('button', { name: 'Reply', exact: true }).last().click();
}

async function fillIn(form: Locator, label: RegExp, text: string, name: string): Promise<void> {
  await form.getByRole('textbox', { name: label }).fill(text);
  await nameIn(form, name);
}

/** Says who writes. Who has posted before is asked no more: one line says as whom they post, and lets them change it. */
export async function nameIn(form: Locator, name: string): Promise<void> {
  const named = form.getByRole('textbox', { name: /^Name( \(optional\))?$/ }).first();
  const known = form.getByRole('button', { name: 'Change your details', exact: true }).first();
  await named.or(known).first().waitFor();
  if (await known.isVisible()) await known.click();
  await named.fill(name);
}

/** What the browser keeps of ours for the page's origin: keys joined by spaces, and what lies under them. */
export function kept(page: Page): Promise<readonly (readonly [key: string, value: unknown])[]> {
  return page.evaluate(
    () =>
      new Promise<[string, unknown][]>((resolve, reject) => {
        const asked = indexedDB.open('afterword-1');
        asked.onerror = () => reject(asked.error as DOMException);
        asked.onupgradeneeded = () => asked.transaction?.abort(); // Not there: it is not for us to make it.
        asked.onsuccess = () => {
          const store = asked.result.transaction('rows').objectStore('rows');
          const [keys, values] = [store.getAllKeys(), store.getAll() as IDBRequest<unknown[]>];
          values.onsuccess = () => {
            asked.result.close();
            resolve(keys.result.map((key, index) => [(key as string[]).join(' '), values.result[index]]));
          };
        };
      }),
  );
}

/** Waits until what is kept under such a key holds these words, or no longer does. */
export async function untilKept(page: Page, kind: 'draft' | 'outbox', words: string, isThere = true): Promise<void> {
  await eventually(
    async () => {
      const rows = await kept(page).catch(() => []);
      return rows.some(([key, value]) => key.startsWith(kind) && JSON.stringify(value).includes(words)) === isThere;
    },
    `${isThere ? '' : 'no '}${kind} with "${words}"`,
  );
}

/** Looks again and again; gives up after half a minute. */
export async function eventually(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((next) => setTimeout(next, 25));
  }
}

/** Chooses an order in the toolbar. */
export async function sortBy(section: Locator, order: 'Newest' | 'Oldest' | 'Most voted'): Promise<void> {
  const choice = { name: order, exact: true };
  await section.getByRole('radio', choice).or(section.getByRole('button', choice)).first().click();
}

/** Opens the menu of a row and chooses from it. */
export async function choose(row: Locator, writer: string, what: string | RegExp): Promise<void> {
  await row
    .getByRole('button', { name: `More for ${writer}’s comment` })
    .first()
    .click();
  await row.getByRole('menuitem', { name: what }).click();
}

/**
 * Presses *Load all* (or only *Load more*), then *Show N more replies* of each branch, until nothing is left and all is
 * drawn. In the page itself: to look for a button by its role among a thousand rows takes longer than what it does.
 */
export async function loadEverything({ section, page }: Reader, by: 'all' | 'pages' = 'all'): Promise<void> {
  await networkQuiet(page);
  await section.evaluate(
    async (element, first) => {
      const thread = (): ShadowRoot | null | undefined =>
        element.shadowRoot?.querySelector('afterword-thread')?.shadowRoot;
      let [rows, still] = [0, 0];
      for (const end = performance.now() + 60_000; still < 10 && performance.now() < end; still++) {
        const next = [...first, 'more', 'gap']
          .map((act) => thread()?.querySelector<HTMLElement>(`[data-act="${act}"]`))
          .find((button) => button);
        if (next && next.ariaDisabled !== 'true') next.click();
        const count = thread()?.querySelectorAll('article').length ?? 0;
        if (next || count !== rows) still = 0;
        rows = count;
        await new Promise((later) => setTimeout(later, 50));
      }
    },
    by === 'all' ? ['all'] : [],
  );
  await networkQuiet(page);
}
