/**
 * `npm run pages -- --data DIR`: pages that are not ours take the one-line script (E-1, E-5). Each page of a folder (a
 * folder with an index.html), plain and with each style sheet of DIR/_overlays laid over it, is served from an origin of
 * its own, with the script of a running Afterword server where an author would put it: at the end of the article with the
 * most text. What must hold: nothing in the console, no element of the page moved or restyled, a section in which a person
 * finds nothing wrong (`seen.ts`), a comment that can be posted, and no request to the page's own origin beyond what the
 * page asks for by itself. Each page stands once more on a site with a strict Content-Security-Policy that serves our
 * files beside its own.
 */
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { en } from '../../src/i18n/en.ts';
import { enWriting } from '../../src/i18n/en-writing.ts';
import { ar } from '../../src/i18n/ar.ts';
import { de } from '../../src/i18n/de.ts';
import { pageId } from '../../src/model/page-id.ts';
import { wideThread } from '../fixtures/threads.ts';
import { axe, comment, newReader, openBrowser, type Reader } from '../helpers/reader.ts';
import { startAfterword, startHost } from '../helpers/server.ts';
import { closing } from './closing.ts';
import type { Fault } from './seen.ts';

const { values } = parseArgs({ options: { data: { type: 'string', multiple: true } } });

interface Case {
  readonly name: string;
  readonly folder: string;
  readonly overlay: string | null;
  /** Our files come from the page's own origin, which allows no others. */
  readonly isStrict: boolean;
  readonly wrong: string[];
}

const own = 'test/fixtures/pages';
const shared = '../shared/data/pages';
const folders = values.data ?? (existsSync(shared) ? [own, shared] : [own]);
if (!values.data && !existsSync(shared)) console.log(`skipped: no shared data at ${shared}`);

const cases = folders.flatMap(casesOf);
if (cases.length === 0) console.error(`No folder with an index.html in ${folders.join(', ')}`);

/** Which case an address of the host belongs to: `/3/plain/…` or `/3/with/…`. */
const place = /^\/(\d+)\/(plain|with)\/(.*)$/;

/** What follows from being taller, or from a taller neighbour, and from nothing else. */
const tall =
  /^(height|block-size|perspective-origin|transform-origin|top|bottom|inset.*|grid-template-rows|-webkit-.*|y|d|cy)$/;

/** The same sideways, for what flows as words do. */
const wide = /^(width|inline-size|left|right)$/;

let seen: Promise<string> | null = null;

const browser = await openBrowser();
const host = await startHost(answer);
const server = await startAfterword({ origins: [host.url] });
try {
  const pages = new Set(cases.map(({ folder }, nth) => pageOf(folder, addressOf(nth, 'with'))));
  await server.import(
    [...pages].flatMap((page) => wideThread(12, { seed: 10 }).map((record) => ({ ...record, page }))),
  );
  for (const [nth, one] of cases.entries()) {
    try {
      await look(one, nth);
    } catch (error) {
      one.wrong.push(
        String(error instanceof Error ? error.message : error)
          .split('\n')
          .slice(0, 4)
          .join(' '),
      );
    }
    console.log(`${one.wrong.length === 0 ? 'ok  ' : 'FAIL'} ${one.name}`);
    for (const wrong of one.wrong.slice(0, 12)) console.log(`       ${wrong}`);
  }
} finally {
  await browser.close();
  await server.stop();
  await host.stop();
}
closing(cases, ({ wrong }) => wrong.length === 0);

function casesOf(data: string): Case[] {
  const overlays = existsSync(join(data, '_overlays'))
    ? readdirSync(join(data, '_overlays')).filter((file) => file.endsWith('.css'))
    : [];
  return readdirSync(data, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(data, entry.name, 'index.html')))
    .flatMap(({ name }) =>
      [null, ...overlays, 'strict'].map((overlay) => ({
        name: overlay === null ? name : overlay === 'strict' ? `${name}, strict policy` : `${name} + ${overlay}`,
        folder: resolve(data, name),
        overlay: overlay === null || overlay === 'strict' ? null : resolve(data, '_overlays', overlay),
        isStrict: overlay === 'strict',
        wrong: [],
      })),
    );
}

function addressOf(nth: number, state: 'plain' | 'with'): string {
  return `${host.url}/${nth}/${state}/`;
}

/** The page that the section will ask for. */
function pageOf(folder: string, address: string): string {
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  return pageId(address, /<link[^>]+rel=["']?canonical["']?[^>]*href=["']?([^"'\s>]+)/i.exec(html)?.[1]).id;
}

function answer(path: string) {
  const [, nth, state, file] = place.exec(path) ?? [];
  const one = cases[Number(nth)];
  if (one === undefined || file === undefined) return undefined;
  if (file === '_overlay.css' && one.overlay !== null) {
    return { body: readFileSync(one.overlay, 'utf8'), headers: { 'content-type': 'text/css; charset=utf-8' } };
  }
  if (file.startsWith('_afterword/')) return fileOf(resolve('dist/cdn'), file.slice('_afterword/'.length));
  if (file !== '') return fileOf(one.folder, file);
  let html = readFileSync(join(one.folder, 'index.html'), 'utf8');
  if (one.overlay !== null) html = before(html, ['</head>'], '<link rel="stylesheet" href="_overlay.css">');
  if (state === 'with') {
    html = atEnd(
      html,
      one.isStrict
        ? `<script type="module" src="_afterword/afterword.js"></script><afterword-comments server="${server.url}"></afterword-comments>`
        : `<script async src="${server.url}/embed.js"></script>`,
    );
  }
  return one.isStrict ? { body: html, headers: { 'content-security-policy': strict(html) } } : html;
}

/**
 * What a careful site allows: files of its own, the scripts and styles that its page has written into it by their hashes,
 * and our server for nothing but data.
 */
function strict(html: string): string {
  const hashes = (tag: string): string =>
    [...html.matchAll(new RegExp(`<${tag}\\b(?![^>]*\\bsrc=)[^>]*>([\\s\\S]*?)</${tag}>`, 'gi'))]
      .map(
        ([, text]) =>
          `'sha256-${createHash('sha256')
            .update(text ?? '')
            .digest('base64')}'`,
      )
      .join(' ');
  // Attributes of the page's own, by the same means.
  const attributes = [...html.matchAll(/\sstyle=(?:"([^"]*)"|'([^']*)')/g)].map(
    ([, one, two]) =>
      `'sha256-${createHash('sha256')
        .update(one ?? two ?? '')
        .digest('base64')}'`,
  );
  return [
    "default-src 'self'",
    `script-src 'self' ${hashes('script')}`,
    `style-src 'self' 'unsafe-hashes' ${hashes('style')} ${attributes.join(' ')}`,
    "img-src 'self' data:",
    `connect-src 'self' ${server.url}`,
    "object-src 'none'",
    "base-uri 'none'",
    ...(/<script/i.test(html.replace(/<script[^>]*_afterword[^>]*>/i, ''))
      ? []
      : ["require-trusted-types-for 'script'", 'trusted-types afterword']),
  ].join('; ');
}

function fileOf(folder: string, file: string) {
  const full = join(folder, file);
  if (!full.startsWith(folder) || !existsSync(full)) return undefined;
  const type = file.endsWith('.css')
    ? 'text/css'
    : file.endsWith('.js')
      ? 'text/javascript'
      : 'application/octet-stream';
  return { body: readFileSync(full, 'utf8'), headers: { 'content-type': `${type}; charset=utf-8` } };
}

/** The text with something put before the last of the first tag that it has. */
function before(html: string, tags: readonly string[], what: string): string {
  for (const tag of tags) {
    const at = html.toLowerCase().lastIndexOf(tag);
    if (at >= 0) return html.slice(0, at) + what + html.slice(at);
  }
  return html + what;
}

/** Puts something at the end of the article: of several the one with the most text, as the others are cards and teasers. */
function atEnd(html: string, what: string): string {
  const open: number[] = [];
  let best = { words: -1, at: -1 };
  for (const tag of html.matchAll(/<(\/?)article\b[^>]*>/gi)) {
    if (tag[1] === '') open.push(tag.index);
    else {
      const from = open.pop() ?? 0;
      const text = html.slice(from, tag.index).replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>|\s+/gi, '');
      if (text.length > best.words) best = { words: text.length, at: tag.index };
    }
  }
  return best.at < 0 ? before(html, ['</main>', '</body>'], what) : html.slice(0, best.at) + what + html.slice(best.at);
}

async function look(one: Case, nth: number): Promise<void> {
  const wrong = (what: string): unknown => one.wrong.push(what);
  const words = wordsFor(one);

  const plain = await visit(browser, addressOf(nth, 'plain'));
  const quiet = { errors: plain.errors.map(sameFault), asked: plain.requests.map(({ url }) => new URL(url)) };
  const bare = await survey(plain.page);
  await plain.close();

  const reader = await visit(browser, addressOf(nth, 'with'));
  const { page, section } = reader;
  // It asks for its comments only when it is near.
  await section.evaluate((element) => element.scrollIntoView());
  await section
    .getByRole('article')
    .first()
    .waitFor()
    .catch((error: unknown) => {
      for (const said of reader.errors) wrong(`console: ${said}`);
      throw error;
    });
  compare(bare, await survey(page), wrong);
  await readable(page, words, wrong);

  // The form, as a reader meets it.
  const said = `A word from case ${nth}`;
  const field = section.getByRole('textbox', { name: words('form.text') });
  await field.click();
  await section.getByRole('textbox', { name: words('form.name') }).fill('Visitor');
  await field.fill(said);
  await section.getByRole('button', { name: words('form.post') }).click();
  await comment(section, 'Visitor', said).waitFor();
  await section.getByText(words('said.posted')).first().waitFor({ state: 'attached' });
  compare(bare, await survey(page), wrong);

  for (const error of reader.errors) if (!quiet.errors.includes(sameFault(error))) wrong(`console: ${error}`);
  const known = new Set(quiet.asked.map((url) => url.href.replace('/plain/', '/with/')));
  for (const { url } of reader.requests) {
    const { origin } = new URL(url);
    // A browser asks for a page's icon when it likes.
    if (origin === server.url || known.has(url) || /icon[^/]*$/.test(url)) continue;
    if (one.isStrict && url.includes('/_afterword/')) continue;
    wrong(origin === host.url ? `asked the page's own origin for ${url}` : `asked a stranger for ${url}`);
  }
  await reader.close();
}

/** The same fault on the plain page and on the one with the section. */
function sameFault(error: string): string {
  return error.replace(/\/\d+\/(plain|with)\//g, '/');
}

async function visit(browser: Browser, address: string): Promise<Reader> {
  const reader = await newReader(browser, { viewport: { width: 1100, height: 900 } });
  // Nothing of a page is fetched from the network at large: it would make the outcome depend on the day.
  await reader.context.route(
    (url) => !['localhost', '127.0.0.1'].includes(url.hostname),
    (route) => route.fulfill({ status: 204, body: '' }),
  );
  await reader.page.goto(address, { waitUntil: 'load' });
  await settled(reader.page);
  return reader;
}

/** Fonts are there, transitions of the page have run out, and two frames are drawn. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frames = (): Promise<unknown> =>
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await document.fonts.ready;
    await frames();
    const running = document.getAnimations().map((animation) => animation.finished.catch(() => undefined));
    await Promise.race([Promise.all(running), new Promise((done) => setTimeout(done, 4_000))]);
    await frames();
  });
}

/** Finds a name by its message, whatever stands where it has a gap. */
type Finder = (key: keyof typeof ar) => RegExp;

/** The words of the interface in the language of the page. */
function wordsFor({ folder }: Case): Finder {
  const lang = /<html[^>]*\blang=["']?(\w\w)/i.exec(readFileSync(join(folder, 'index.html'), 'utf8'))?.[1] ?? 'en';
  const messages = lang === 'ar' ? ar : lang === 'de' ? de : { ...en, ...enWriting };
  return (key) => {
    const message = messages[key];
    const forms = typeof message === 'string' ? [message] : Object.values(message);
    const escaped = forms.map((form) => form.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '.+'));
    // Borrowed words stand isolated on a page that is written the other way (K8).
    return new RegExp(`^[\u2066-\u2068]?(?:${escaped.join('|')})(?: \\(.+\\))?\u2069?$`);
  };
}

/** Where an element of the page stands and how it looks. */
interface Standing {
  readonly path: string;
  /** `above`: nothing about it may change. `around`: holds the section, may grow. `below`: may be pushed down. */
  readonly relation: 'above' | 'around' | 'below';
  /** Its parent lays it out with its neighbours: it may stretch with them. */
  readonly stretches: boolean;
  /** It flows as words do, at the section or behind it: a block put among words breaks their line. */
  readonly flows: boolean;
  readonly box: readonly [x: number, y: number, width: number, height: number];
  /** All computed properties, a line each: half a million values on their own take ten times as long to come here. */
  readonly style: string;
}

async function survey(page: Page): Promise<Standing[]> {
  // From the top, after a scroll: what a page does while it is scrolled is its own affair.
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await settled(page);
  await page.evaluate(() => scrollTo(0, 0));
  await settled(page);
  return page.evaluate(() => {
    const section = document.querySelector('afterword-comments');
    const sectionTop = section?.getBoundingClientRect().top ?? Infinity;
    const ours = (element: Element): boolean =>
      element.localName.startsWith('afterword-') || /embed\.js$|_afterword\//.test(element.getAttribute('src') ?? '');
    const path = (element: Element): string => {
      const names: string[] = [];
      for (let at: Element | null = element; at; at = at.parentElement) {
        const twins = [...(at.parentElement?.children ?? [])].filter(
          (it) => !ours(it) && it.localName === at?.localName,
        );
        names.unshift(`${at.localName}${twins.length > 1 ? `[${twins.indexOf(at)}]` : ''}`);
      }
      return names.join('>');
    };
    return [...document.querySelectorAll('*')]
      .filter((element) => !ours(element) && element.closest('afterword-comments') === null)
      .map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        const isSeen = element.getClientRects().length > 0;
        const { display } = getComputedStyle(element);
        const { display: around } = getComputedStyle(element.parentElement ?? element);
        const computed = getComputedStyle(element);
        // Custom properties come in any order.
        const lines = Array.from(computed, (name) => `${name}: ${computed.getPropertyValue(name)}`).sort();
        const position = section?.compareDocumentPosition(element) ?? 0;
        return {
          path: path(element),
          relation:
            position & Node.DOCUMENT_POSITION_CONTAINS
              ? ('around' as const)
              : position & Node.DOCUMENT_POSITION_FOLLOWING
                ? ('below' as const)
                : ('above' as const),
          stretches: /grid|flex|table/.test(around),
          flows:
            (display.startsWith('inline') || around.startsWith('inline')) &&
            y + height > sectionTop - 3 * parseFloat(computed.fontSize),
          box: isSeen ? ([x + scrollX, y + scrollY, width, height] as const) : ([0, 0, 0, 0] as const),
          style: lines.join('\n').replaceAll('/plain/', '/with/'),
        };
      });
  });
}

function compare(bare: readonly Standing[], now: readonly Standing[], wrong: (what: string) => unknown): void {
  const by = new Map(now.map((standing) => [standing.path, standing]));
  for (const was of bare) {
    const is = by.get(was.path);
    if (is === undefined) {
      wrong(`${was.path} is gone`);
      continue;
    }
    by.delete(was.path);
    const [x, y, width, height] = was.box.map((side, nth) => (is.box[nth] as number) - side) as [
      number,
      number,
      number,
      number,
    ];
    const still = (difference: number): boolean => Math.abs(difference) < 0.51;
    const mayGrow = is.relation === 'around' || (is.relation === 'below' && is.stretches);
    const moved =
      !is.flows &&
      (!still(x) ||
        !still(width) ||
        (is.relation === 'below' ? y < -0.51 : !still(y)) ||
        (mayGrow ? height < -0.51 : !still(height)));
    if (moved)
      wrong(`${was.path} moved: ${was.box.map(Math.round).join(' ')} became ${is.box.map(Math.round).join(' ')}`);
    if (is.style === was.style) continue;
    const styled = is.style.split('\n');
    for (const [nth, line] of was.style.split('\n').entries()) {
      const name = line.slice(0, line.indexOf(':'));
      if (styled[nth] === line || (is.relation !== 'above' && tall.test(name)) || (is.flows && wide.test(name)))
        continue;
      wrong(`${was.path} restyled: ${line} became ${styled[nth] ?? 'nothing'}`);
    }
  }
  for (const { path } of by.values()) wrong(`${path} was added to the page`);
}

/** `seen.ts` as a script that any page can be given. */
function seenSource(): Promise<string> {
  seen ??= build({
    stdin: {
      contents: "import { faultsOf } from './seen.ts'; globalThis.faultsOf = faultsOf;",
      resolveDir: 'test/gates',
    },
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? '');
  return seen;
}

/** Sizes, what hides it, and contrast: could a person read this? */
async function readable(page: Page, words: Finder, wrong: (what: string) => unknown): Promise<void> {
  const section = page.locator('afterword-comments');
  await section.getByRole('article').first().scrollIntoViewIfNeeded();
  await section
    .getByRole('button', { name: words('reply-to') })
    .first()
    .waitFor();
  for (const [what, found] of [
    ['heading', section.getByRole('heading', { name: words('comments') })],
    ['first comment', section.getByRole('article').first()],
    ['text field', section.getByRole('textbox', { name: words('form.text') })],
    ['vote button', section.getByRole('button', { name: words('vote.up') }).first()],
    ['reply button', section.getByRole('button', { name: words('reply-to') }).first()],
  ] as const) {
    // The form comes at an idle moment.
    await found.waitFor({ timeout: 10_000 }).catch(() => undefined);
    if (!(await found.isVisible())) {
      wrong(`the ${what} can't be seen`);
      continue;
    }
    const seen = await found.evaluate((element) => {
      const { width, height } = element.getBoundingClientRect();
      let opacity = 1;
      for (let at: Node | null = element; at; at = at.parentNode ?? (at as ShadowRoot).host ?? null) {
        if (at instanceof ShadowRoot) at = at.host;
        if (at instanceof Element) opacity *= Number(getComputedStyle(at).opacity);
      }
      return { width, height, opacity, size: parseFloat(getComputedStyle(element).fontSize) };
    });
    const least = what === 'first comment' || what === 'text field' ? 240 : 20;
    if (seen.width < least || seen.height < 16) wrong(`the ${what} is ${seen.width} by ${seen.height} px`);
    if (seen.size < 10.5) wrong(`the ${what} is written in ${seen.size} px`);
    if (seen.opacity < 0.99) wrong(`the ${what} has opacity ${seen.opacity}`);
  }
  for (const finding of await axe(page, 'afterword-comments')) {
    // axe takes a page that paints nothing for white, also a dark one; what is painted is measured above.
    if (!finding.startsWith('color-contrast')) wrong(`axe: ${finding.slice(0, 300)}`);
  }
  await page.evaluate(await seenSource());
  const faults = await page.evaluate(() => {
    const { faultsOf } = globalThis as unknown as { faultsOf(section: Element | null, wanted: object): Fault[] };
    return faultsOf(document.querySelector('afterword-comments'), { target: 24 });
  });
  for (const { kind, where, what } of faults) wrong(`${kind}: ${where}: ${what}`.slice(0, 400));
}
