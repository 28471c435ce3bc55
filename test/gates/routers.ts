/**
 * `npm run routers`: one section on pages whose router changes them without loading them anew. Each site of test/routers
 * is built for production with the framework's own tools, served, and driven in a real browser against a real server.
 * `-- NAME…` runs some, `-- --list` names them.
 *
 * What the sites are built with has a lock file of its own in test/routers and is installed there, once; what was built is
 * kept until the site or the lock file changes.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { comment, field, newReader, openBrowser, ownErrors, post, untilKept, type Reader } from '../helpers/reader.ts';
import { startAfterword, type AfterwordServer, type Host } from '../helpers/server.ts';
import { say } from './closing.ts';

interface Site {
  readonly name: string;
  /** The folder that is served, below test/routers. */
  readonly serves: string;
  /** The script of test/routers/package.json that makes it. */
  readonly builds?: string;
  /** Any address that is no file gives this one: the router knows which page that is. */
  readonly fallback?: string;
  /** Addresses served from elsewhere below test/routers. */
  readonly others?: Readonly<Record<string, string>>;
  /** The address of a page of a kind; by default `/post/one`. */
  readonly path?: (kind: Kind, slug: Slug) => string;
  /** The id of a page without one of the author's, after the host; by default its path. */
  readonly id?: (slug: Slug) => string;
  readonly kinds?: readonly Kind[];
}

/** Pages named by their address, and pages with a `page-id`. */
type Kind = 'post' | 'named';
type Slug = 'one' | 'two' | 'three';
const SLUGS = ['one', 'two', 'three'] as const;

const swup = 'node_modules/swup/dist/Swup.umd.js';
const turbo = 'node_modules/@hotwired/turbo/dist/turbo.es2017-esm.js';

const SITES: readonly Site[] = [
  { name: 'react-router', serves: 'react-router/dist', builds: 'build:react-router', fallback: 'index.html' },
  { name: 'vue-router', serves: 'vue-router/dist', builds: 'build:vue-router', fallback: 'index.html' },
  { name: 'sveltekit', serves: 'sveltekit/build', builds: 'build:sveltekit' },
  { name: 'astro', serves: 'astro/dist', builds: 'build:astro' },
  { name: 'next', serves: 'next/out', builds: 'build:next' },
  { name: 'turbo', serves: 'turbo', others: { '/turbo.js': turbo } },
  { name: 'swup', serves: 'swup', others: { '/swup.js': swup } },
  {
    name: 'hash',
    serves: 'plain',
    others: { '/': 'plain/hash.html' },
    path: (kind, slug) => `/#/${kind}/${slug}`,
    id: (slug) => `/#/post/${slug}`,
  },
  {
    name: 'query',
    serves: 'plain',
    others: { '/': 'plain/query.html' },
    path: (kind, slug) => (kind === 'named' ? `/?named=${slug}` : `/?p=${slug}`),
    id: (slug) => `/?p=${slug}`,
  },
  {
    name: 'canonical',
    serves: 'plain',
    fallback: 'canonical.html',
    path: (_, slug) => `/read?id=${slug}`,
    id: (slug) => `/articles/${slug}`,
    kinds: ['post'],
  },
];

/** How many comments a page has before anybody comes. */
const SEEDS: Readonly<Record<Slug, number>> = { one: 1, two: 2, three: 0 };

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  // What Next calls the parts of a page.
  '.txt': 'text/x-component',
};

/** Stands where a page of the sites without a build says NAV. */
const NAV = `<nav><a href="/">Home</a>${SLUGS.map((it) => ` <a href="/post/${it}">${it}</a>`).join('')}${SLUGS.map((it) => ` <a href="/named/${it}">named ${it}</a>`).join('')}</nav>`;

/** What the sites' sources call the server. */
const SERVER = 'https://comments.example';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
const root = 'test/routers';
const names = process.argv.slice(2);
if (names.includes('--list')) {
  for (const { name } of SITES) console.log(name);
  process.exit(0);
}
const unknown = names.filter((name) => !SITES.some((site) => site.name === name));
if (unknown.length > 0) {
  console.error(`no site is named ${unknown.join(', ')}; there are: ${SITES.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const began = performance.now();
const sum = { passed: 0, failed: 0, skipped: 0 };
const chosen = SITES.filter(({ name }) => names.length === 0 || names.includes(name));
install();
// One site is built while the one before it is tried.
let building = Promise.resolve(new Map<string, string>());
const built = chosen.map((site) => {
  building = building.then(async (wrong) => {
    const why = await build(site);
    return why ? new Map(wrong).set(site.name, why) : wrong;
  });
  return building;
});
const browser = await openBrowser();
try {
  for (const [nth, site] of chosen.entries()) {
    const why = (await built[nth])?.get(site.name);
    for (const kind of site.kinds ?? (['post', 'named'] as const)) await report(site, kind, why);
  }
} finally {
  await browser.close();
}
console.log(`${chosen.length} sites in ${Math.round((performance.now() - began) / 1000)} s`);
say(sum);

function install(): void {
  if (chosen.every(({ builds, others = {} }) => !builds && !Object.values(others).some((it) => it.includes('modules'))))
    return;
  const stamp = join(root, 'node_modules/.made-from');
  const lock = hash([join(root, 'package-lock.json')]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  // Nothing of it needs its installing scripts: what is compiled comes in packages of its own.
  execFileSync('npm', ['ci', '--no-progress', '--ignore-scripts', '--loglevel=error'], { cwd: root, stdio: 'inherit' });
  writeFileSync(stamp, lock);
  console.log(`installed in ${Math.round((performance.now() - began) / 1000)} s`);
}

/** What went wrong with it; empty where nothing did. */
async function build({ name, serves, builds }: Site): Promise<string> {
  if (!builds) return '';
  const output = join(root, serves);
  const sources = filesBelow(join(root, name)).filter((file) => !file.startsWith(`${output}/`));
  const stamp = join('.cache/routers', name);
  const from = hash([join(root, 'package-lock.json'), join(root, 'package.json'), ...sources]);
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === from) return '';
  rmSync(output, { recursive: true, force: true });
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ASTRO_TELEMETRY_DISABLED: '1', CI: '1', NO_COLOR: '1' };
  const why = await new Promise<string>((done) => {
    execFile('npm', ['run', '-s', builds], { cwd: root, env, maxBuffer: 16e6 }, (error, out, err) =>
      done(error ? `${out}${err}`.trim().slice(-2_000) || String(error) : ''),
    );
  });
  if (why) return why;
  mkdirSync('.cache/routers', { recursive: true });
  writeFileSync(stamp, from);
  return '';
}

/** Sources only: what tools leave beside them begins with a dot. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.') && name !== 'node_modules' && name !== 'next-env.d.ts')
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesBelow(path) : [path];
    });
}

function hash(files: readonly string[]): string {
  const made = createHash('sha256');
  for (const file of files) made.update(`${file}\0`).update(readFileSync(file));
  return made.digest('hex');
}

/** The site as its host would serve it, with the real server's address in the place of the one in its sources. */
async function serve(site: Site, comments: string): Promise<Host> {
  const asked: string[] = [];
  const host = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname);
    asked.push(path);
    const found = find(site, path);
    if (!found) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
      return;
    }
    const type = TYPES[extname(found.file)];
    const bytes = readFileSync(found.file);
    const isText = type !== undefined;
    const text = isText ? bytes.toString().replaceAll(SERVER, comments).replaceAll('SLUG', found.slug) : bytes;
    const whole = typeof text === 'string' && text.includes('NAV') ? text.replace(/^ *NAV$/m, NAV) : text;
    response.writeHead(200, { 'content-type': type ?? 'application/octet-stream' }).end(whole);
  });
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  return {
    url: `http://127.0.0.1:${(host.address() as AddressInfo).port}`,
    asked,
    async stop() {
      host.closeAllConnections();
      host.close();
      await once(host, 'close');
    },
  };
}

function find(site: Site, path: string): { file: string; slug: string } | null {
  const folder = join(root, site.serves);
  const article = /^\/articles\/(\w+)\.json$/.exec(path);
  if (article)
    return { file: join(root, 'plain', article[1] === 'home' ? 'home.json' : 'article.json'), slug: article[1] ?? '' };
  const other = site.others?.[path];
  // Pages of a kind are one file where nothing makes them.
  const [, kind = '', slug = ''] = /^\/(post|named)\/(\w+)$/.exec(path) ?? [];
  const candidates = [
    ...(other ? [join(root, other)] : []),
    ...[path, `${path}.html`, `${path}/index.html`].map((it) => join(folder, normalize(it))),
    ...(site.builds ? [] : [join(folder, `${kind}.html`)]),
    ...(site.fallback ? [join(folder, site.fallback)] : []),
  ];
  const file = candidates.find((it) => it.startsWith(root) && statSync(it, { throwIfNoEntry: false })?.isFile());
  return file === undefined ? null : { file, slug };
}

/** Runs one site in one manner, and prints a line about it. */
async function report(site: Site, kind: Kind, unbuilt: string | undefined): Promise<void> {
  const started = performance.now();
  const wrong: string[] = [];
  let passed = 0;
  const called = `${site.name}${kind === 'named' ? ' (page-id)' : ''}`;
  const check = async (what: string, holds: () => Promise<unknown>): Promise<void> => {
    try {
      await holds();
      passed += 1;
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      wrong.push(`${what}\n         ${said.split('\n').slice(0, 6).join('\n         ').trim()}`);
    }
  };
  if (unbuilt) wrong.push(`P1: ${called}: it could not be built\n${unbuilt}`);
  else {
    try {
      await walk(site, kind, (what, holds) => check(`P1: ${called}: ${what}`, holds));
    } catch (error) {
      wrong.push(
        `P1: ${called}: it ended early\n         ${String(error).split('\n').slice(0, 6).join('\n         ')}`,
      );
    }
  }
  sum.passed += passed;
  sum.failed += wrong.length;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${wrong.length ? 'FAIL' : 'ok  '} ${called.padEnd(26)} ${passed} of ${passed + wrong.length}  ${seconds.padStart(6)} s`,
  );
  for (const one of wrong) console.log(`       ${one}`);
}

type Check = (what: string, holds: () => Promise<unknown>) => Promise<void>;

async function walk(site: Site, kind: Kind, check: Check): Promise<void> {
  const server = await startAfterword();
  const host = await serve(site, server.url);
  let reader: Reader | null = null;
  try {
    const pageOf = (slug: Slug): string =>
      kind === 'named' ? slug : new URL(host.url).host + (site.id?.(slug) ?? `/post/${slug}`);
    const time = '2026-11-01T10:00:00Z';
    await server.import(
      SLUGS.flatMap((slug) =>
        Array.from({ length: SEEDS[slug] }, (_, nth) => ({
          id: `${slug}-${nth}`,
          page: pageOf(slug),
          author: 'Maren',
          text: `Seed ${nth} of ${slug}`,
          createdAt: time,
        })),
      ),
    );
    reader = await newReader(browser, { viewport: { width: 560, height: 900 } });
    await steps({ site, kind, server, host, reader, check, pageOf });
  } finally {
    await reader?.close();
    await host.stop();
    await server.stop();
  }
}

interface Stage {
  readonly site: Site;
  readonly kind: Kind;
  readonly server: AfterwordServer;
  readonly host: Host;
  readonly reader: Reader;
  readonly check: Check;
  readonly pageOf: (slug: Slug) => string;
}

async function steps(stage: Stage): Promise<void> {
  const { site, kind, server, host, reader, check, pageOf } = stage;
  const { page, section } = reader;
  const added: Record<Slug, string[]> = { one: [], two: [], three: [] };
  const path = (slug: Slug): string => site.path?.(kind, slug) ?? `/${kind}/${slug}`;
  const title = (slug: Slug): string => `${kind === 'named' ? 'Named' : 'Post'} ${slug}`;
  const press = (name: string): Promise<void> => page.getByRole('link', { name, exact: true }).click();
  const go = (slug: Slug): Promise<void> => press(kind === 'named' ? `named ${slug}` : slug);

  /** The page is that one: its address, its title, its discussion and nobody else's, and what counts it elsewhere. */
  const isAt = async (slug: Slug): Promise<void> => {
    await page.waitForFunction((wanted) => document.querySelector('h1')?.textContent === wanted, title(slug));
    const count = SEEDS[slug] + added[slug].length;
    await page
      .waitForFunction(
        ([number, texts]) => {
          const every = document.querySelectorAll('afterword-comments');
          const shown = every[0]?.shadowRoot;
          const rows = [...(shown?.querySelector('afterword-thread')?.shadowRoot?.querySelectorAll('article') ?? [])];
          const words = rows.map((row) => row.textContent ?? '');
          const seen = {
            sections: every.length,
            rows: words.length,
            missing: texts.filter((text) => !words.some((one) => one.includes(text))),
            count: document.querySelector('afterword-count')?.shadowRoot?.textContent?.trim() ?? '',
            bubble:
              document.querySelector('afterword-bubble')?.shadowRoot?.querySelector('button')?.textContent?.trim() ??
              '',
          };
          Object.assign(globalThis, { seen });
          return (
            seen.sections === 1 &&
            seen.rows === number &&
            seen.missing.length === 0 &&
            seen.count === String(number) &&
            // It shows nothing while the section is before the reader's eyes.
            (seen.bubble === '' || seen.bubble.endsWith(String(number)))
          );
        },
        [
          count,
          [...Array.from({ length: SEEDS[slug] }, (_, nth) => `Seed ${nth} of ${slug}`), ...added[slug]],
        ] as const,
        { timeout: 15_000 },
      )
      .catch(async () => {
        const seen = await page.evaluate(() => JSON.stringify((globalThis as unknown as { seen: unknown }).seen));
        throw new Error(`at ${page.url()} stands ${seen}`);
      });
  };
  const stored = (text: string): Record<string, unknown>[] =>
    server.rows(
      'select threads.page as page, threads.url as url, threads.title as title from comments join threads on threads.id = thread_id where text = ?',
      text,
    );
  /** A comment is in the thread of its page, whose address and title are its own. */
  const isStored = async (slug: Slug, text: string): Promise<void> => {
    const end = Date.now() + 15_000;
    while (stored(text).length === 0 && Date.now() < end) await new Promise((later) => setTimeout(later, 50));
    const expected = [{ page: pageOf(slug), url: addressOf(slug), title: title(slug) }];
    const found = stored(text);
    if (JSON.stringify(found) !== JSON.stringify(expected)) {
      throw new Error(`stored ${JSON.stringify(found)}, wanted ${JSON.stringify(expected)}`);
    }
  };
  const addressOf = (slug: Slug): string =>
    site.name === 'canonical' ? `${host.url}/articles/${slug}` : host.url + path(slug);
  const write = async (slug: Slug, text: string): Promise<void> => {
    added[slug].push(text);
    await post(section, text);
  };
  /** What stands in the form, opened if need be. */
  const typed = async (): Promise<string> => {
    await field(section).click();
    await section.getByRole('textbox', { name: /^Your comment$/ }).waitFor();
    return field(section).inputValue();
  };
  const holds = async (expected: string): Promise<void> => {
    const end = Date.now() + 10_000;
    let now = await typed();
    while (now !== expected && Date.now() < end)
      now = (await new Promise((later) => setTimeout(later, 50)), await typed());
    if (now !== expected) throw new Error(`the form holds "${now}", not "${expected}"`);
  };

  await page.goto(host.url + path('one'));
  await check('opened by its address, a page has its discussion', () => isAt('one'));
  const half = 'Half a sentence about one';
  await check('words are typed', async () => {
    await field(section).click();
    await section.getByRole('textbox', { name: /^Your comment$/ }).pressSequentially(half);
  });
  await page.evaluate(() => Object.assign(globalThis, { isStill: true }));
  await go('two');
  await check('a link leads to the next page and its discussion', () => isAt('two'));
  await check('words half typed are not on the next page', () => holds(''));
  await check('words half typed stay a draft', () => untilKept(page, 'draft', half));
  await check('a comment goes to the page it was written on', async () => {
    await write('two', 'Written on two');
    await isStored('two', 'Written on two');
    await isAt('two');
  });
  await page.goBack();
  await check('back, the first page has its discussion again', () => isAt('one'));
  await check('words half typed are where they were', () => holds(half));
  await page.goForward();
  await check('forward, the second page has its own', () => isAt('two'));
  await go('three');
  await check('a page without comments has none', () => isAt('three'));
  await check('the first comment of a page gives its discussion the page’s address and title', async () => {
    await write('three', 'The first of three');
    await isStored('three', 'The first of three');
    await isAt('three');
  });

  // With no network a comment waits; the network comes back while the server is away, on another page.
  await go('two');
  await check('to and fro, the page has its discussion', () => isAt('two'));
  await check('what is written offline is sent from another page, to its own', async () => {
    await reader.context.setOffline(true);
    await write('two', 'Offline on two');
    await comment(section, 'Visitor', 'Offline on two').waitFor();
    await untilKept(page, 'outbox', 'Offline on two');
    await reader.context.route(`${server.url}/**`, (route) => route.abort());
    await reader.context.setOffline(false);
    await go('one');
    await page.waitForFunction((wanted) => document.querySelector('h1')?.textContent === wanted, title('one'));
    await reader.context.unroute(`${server.url}/**`);
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await isStored('two', 'Offline on two');
  });
  await check('and the page that sent it has its own discussion', () => isAt('one'));
  await press('Home');
  await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'Home');
  await go('two');
  await check('over a page without comments, the second page has its discussion', () => isAt('two'));
  await check('no page was loaded anew on the way', async () => {
    if (!(await page.evaluate(() => 'isStill' in globalThis))) throw new Error('the page was loaded anew');
  });
  await page.reload();
  await check('loaded anew, the page has its discussion', () => isAt('two'));
  await check('nothing is in the console', async () => {
    const errors = ownErrors(reader.errors);
    if (errors.length > 0) throw new Error(errors.join('\n'));
  });
}
