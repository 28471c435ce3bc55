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
  context.setDefaultTimeout(15_000);
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
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await tool.run(document.querySelector(selector), { runOnly: { type: 'tag', values: tags } });
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
  const rows = section.getByRole('article', { name: new RegExp(`^${escape(writer)}, `) });
  return (piece === undefined ? rows : rows.filter({ hasText: piece })).first();
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
