/**
 * A service worker that a site may install, so that a page with a discussion opens after a full reload with no network
 * . It keeps Afterword's own files and the pages it is told to keep, and answers for nothing else: the site's
 * other requests and every request to a backend pass as if it were not there. It also shows the notices that our server
 * sends to a reader who asked for them (N-4), and opens the comment when one is pressed.
 *
 *     navigator.serviceWorker.register('/afterword-sw.js?keep=/&keep=/style.css')
 *
 * `keep` (any number of times): an address of this origin to keep. `server`: the folder the widget's files are loaded
 * from, where that is not the folder of this file.
 */

/** Names of the built files, relative to the build's folder; the build puts the list here. */
declare const __AFTERWORD_FILES__: readonly string[];
/** The build's version: another one fills a cache of its own. */
declare const __AFTERWORD_VERSION__: string;

// The library of types for workers can't stand beside that of pages, so the few names used here are written out.
interface LastingEvent extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface AskedEvent extends LastingEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface PushedEvent extends LastingEvent {
  readonly data: { json(): unknown } | null;
}
interface PressedEvent extends LastingEvent {
  readonly notification: Notification;
}
interface Page {
  readonly url: string;
  focus(): Promise<Page>;
  navigate(url: string): Promise<Page | null>;
}
interface WorkerScope {
  readonly location: Location;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { readonly type: 'window'; readonly includeUncontrolled: boolean }): Promise<readonly Page[]>;
    openWindow(url: string): Promise<Page | null>;
  };
  readonly registration: ServiceWorkerRegistration;
  addEventListener(type: 'install' | 'activate', listener: (event: LastingEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: AskedEvent) => void): void;
  addEventListener(type: 'push', listener: (event: PushedEvent) => void): void;
  addEventListener(type: 'notificationclick', listener: (event: PressedEvent) => void): void;
}
const worker = self as unknown as WorkerScope;

/** After this long without an answer the kept copy is shown: a connection that hangs is worse than none. */
const PATIENCE = 3_000;
const PREFIX = 'afterword files ';
const CACHE = PREFIX + __AFTERWORD_VERSION__;

const own = new URL(worker.location.href);
const build = new URL(own.searchParams.get('server') ?? '.', own);
if (!build.pathname.endsWith('/')) build.pathname += '/';

/** The build's parts have a hash in their names and never change their content; the others do with every version. */
const isHashed = (name: string): boolean => name.startsWith('parts/');

const files = __AFTERWORD_FILES__.map((name) => new URL(name, build).href);
const parts = new Set(files.filter(isHashed));
const entries = new Set(files.filter((file) => !isHashed(file)));
const pages = new Set(
  own.searchParams
    .getAll('keep')
    .map((page) => new URL(page, own))
    .filter((page) => page.origin === own.origin)
    .map(plain),
);

/** An address without its query and fragment: a kept page is the same page under either. */
function plain(address: string | URL): string {
  const url = new URL(address);
  url.search = '';
  url.hash = '';
  return url.href;
}

worker.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      // The build is kept whole or not at all: half of it would be a section without its form. A failed try is
      // repeated by the browser at the next visit.
      await Promise.all(
        files.map((file) => keep(cache, file, { mode: 'cors', credentials: 'omit', cache: 'no-cache' })),
      );
      // A page that can't be kept (a typing error in the list, a page gone) doesn't cost the others theirs.
      await Promise.allSettled([...pages].map((page) => keep(cache, page, { cache: 'no-cache' })));
    })(),
  );
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
      }
      await worker.clients.claim();
    })(),
  );
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const address = plain(request.url);
  if (parts.has(address)) event.respondWith(kept(request, address));
  else if (entries.has(address) || pages.has(address)) event.respondWith(fresh(event, address));
});

worker.addEventListener('push', (event) => {
  // Every push has to show something, or the browser does so itself in words that nobody understands.
  const said = pushed(event.data);
  event.waitUntil(
    worker.registration.showNotification(said.title, {
      body: said.body,
      tag: said.tag,
      lang: said.language,
      dir: said.dir,
      data: { url: said.url },
    }),
  );
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { url } = event.notification.data as { readonly url: string };
  if (url !== '') event.waitUntil(show(url));
});

function pushed(data: PushedEvent['data']) {
  let fields: Record<string, unknown> = {};
  try {
    fields = Object(data?.json()) as Record<string, unknown>;
  } catch {
    // Not one of ours, or cut off: then the plain words below.
  }
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  const dir: NotificationDirection = text('dir') === 'rtl' ? 'rtl' : 'ltr';
  return {
    title: text('title') || 'New comments',
    body: text('body'),
    tag: text('tag') || 'afterword',
    language: text('language'),
    dir,
    url: isWeb(text('url')) ? text('url') : '',
  };
}

const isWeb = (url: string): boolean => /^https?:\/\//.test(url);

/** The page may be open already: it is brought to the front, and to the comment. */
async function show(url: string): Promise<void> {
  const pages = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const open = pages.find((page) => plain(page.url) === plain(url));
  if (!open) {
    await worker.clients.openWindow(url);
    return;
  }
  const front = await open.focus();
  // Only pages that this worker controls can be taken somewhere.
  await front.navigate(url).catch(() => worker.clients.openWindow(url));
}

async function keep(cache: Cache, address: string, how: RequestInit): Promise<void> {
  const answer = await fetch(address, how);
  if (!answer.ok) throw new Error(`Afterword's service worker: ${address} was answered with ${answer.status}`);
  await cache.put(address, await straight(answer));
}

/** A browser refuses a redirected answer for a navigation, so it is kept as if it had come straight. */
async function straight(answer: Response): Promise<Response> {
  if (!answer.redirected) return answer;
  return new Response(await answer.blob(), { status: answer.status, headers: answer.headers });
}

/** Kept first: its name says what is in it. */
async function kept(request: Request, address: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  // A part asked for again with a changed address (a browser never asks twice for the same module) is the same part.
  return (await cache.match(address)) ?? fetch(request);
}

/** The network first, so that nobody reads an old page while a newer one can be had; the kept one where it can't. */
async function fresh(event: AskedEvent, address: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  // A script of another origin is asked for without CORS; such an answer could not be kept. With it, it serves as well.
  const asked = entries.has(address) ? fetch(address, { mode: 'cors', credentials: 'omit' }) : fetch(event.request);
  const stored = asked.then(async (answer) => {
    if (answer.ok && !answer.redirected) await cache.put(address, answer.clone());
  });
  // What could not be stored is asked for again next time: the reader has the answer itself.
  event.waitUntil(stored.catch(() => undefined));
  const copy = await cache.match(address);
  if (copy === undefined) return asked;
  const impatient = new Promise<Response>((resolve) => setTimeout(() => resolve(copy), PATIENCE));
  return Promise.race([asked.then((answer) => (answer.status >= 500 ? copy : answer)).catch(() => copy), impatient]);
}
