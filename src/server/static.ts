/**
 * The widget's built files and the demo, and nothing else: what may be served is listed from the two folders, so that no
 * path in a request ever reaches the disk.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface StaticOptions {
  /** Folder of the widget's build (`embed.js`, `afterword.js`, …); default: found beside the server. */
  readonly widget?: string;
  /** Folder of the demo's build. */
  readonly demo?: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.jsonl': 'application/jsonl; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** A part in a folder of the build, named by its content, never changes. */
const HASHED = /\/.*[.-](?=[\w-]*[A-Z0-9_])[\w-]{8,}\.(?:js|css|map|woff2|png|svg|webp|avif|jpg)$/;

const IMMUTABLE = 'public, max-age=31536000, immutable';
/** `embed.js` and `afterword.js` name the parts of one build: a new build must arrive soon. */
const SHORT = 'public, max-age=300, must-revalidate';
const ALWAYS_ASK = 'no-cache';

interface Listed {
  readonly file: string;
  readonly cache: string;
}

/** A build may be made anew beside a running server: an unknown path looks again, at most this often, in milliseconds. */
const LOOK_AGAIN_MS = 1_000;

export class StaticFiles {
  readonly #widget: string | null;
  readonly #demo: string | null;
  #listed: ReadonlyMap<string, Listed> | null = null;
  #listedAt = 0;

  constructor(options: StaticOptions = {}) {
    this.#widget = options.widget ?? firstFolder(['./widget/', '../cdn/', '../../dist/cdn/']);
    this.#demo = options.demo ?? firstFolder(['./demo/', '../demo/', '../../dist/demo/']);
  }

  /** The demo's discussion in our JSON Lines, where it comes with one. */
  get sample(): string | null {
    const file = this.#demo === null ? null : join(this.#demo, 'sample.jsonl');
    return file !== null && existsSync(file) ? file : null;
  }

  /** @param prefix The path before ours, as readers see it. */
  async answer(request: Request, prefix = ''): Promise<Response | null> {
    const { pathname } = new URL(request.url);
    if (pathname === '/' || pathname === '/demo') return this.#front(pathname, prefix);
    const listed = await this.#find(pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    if (listed === null) return null;
    let bytes: Buffer<ArrayBuffer>;
    try {
      bytes = await readFile(listed.file);
    } catch {
      return null; // Built anew at this moment: the file was listed and is gone.
    }
    const tag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 16)}"`;
    const type = TYPES[extname(listed.file)] ?? 'application/octet-stream';
    const headers: Record<string, string> = {
      'Content-Type': type,
      'Cache-Control': listed.cache,
      'Access-Control-Allow-Origin': '*',
      ETag: tag,
    };
    if (pathname === '/afterword-sw.js') headers['Service-Worker-Allowed'] = '/';
    if (type.startsWith('text/html')) {
      headers['Content-Security-Policy'] = "object-src 'none'; base-uri 'self'; frame-ancestors 'self'";
    }
    if (request.headers.get('If-None-Match')?.replace(/^W\//, '') === tag)
      return new Response(null, { status: 304, headers });
    return new Response(bytes, { headers });
  }

  async #front(pathname: string, prefix: string): Promise<Response | null> {
    if ((await this.#find('/demo/index.html')) !== null) {
      // From where the reader is, if nobody said what a proxy has put before our paths.
      const location = prefix === '' ? 'demo/' : `${prefix}/demo/`;
      return new Response(null, { status: 302, headers: { Location: location, 'Cache-Control': 'no-cache' } });
    }
    if (pathname !== '/') return null;
    return new Response(`This is an Afterword server. Its API: ${prefix}/api/openapi.json\n`, {
      headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-cache' },
    });
  }

  async #find(path: string): Promise<Listed | null> {
    const known = this.#listed?.get(path);
    if (known !== undefined) return known;
    const now = performance.now();
    if (this.#listed !== null && now - this.#listedAt < LOOK_AGAIN_MS) return null;
    this.#listedAt = now;
    this.#listed = await this.#list();
    return this.#listed.get(path) ?? null;
  }

  async #list(): Promise<ReadonlyMap<string, Listed>> {
    const listed = new Map<string, Listed>();
    if (this.#demo !== null) {
      for (const path of await filesOf(this.#demo)) {
        listed.set(`/demo/${path}`, { file: join(this.#demo, path), cache: ALWAYS_ASK });
      }
    }
    if (this.#widget !== null) {
      for (const path of await filesOf(this.#widget)) {
        // A service worker that is cached keeps its site on an old build.
        const cache = path === 'afterword-sw.js' ? ALWAYS_ASK : HASHED.test(path) ? IMMUTABLE : SHORT;
        listed.set(`/${path}`, { file: join(this.#widget, path), cache });
      }
    }
    return listed;
  }
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names.slice(0, 5_000)) {
    const path = name.replaceAll('\\', '/');
    // Nothing hidden, even where a folder has it by accident.
    if (path.split('/').some((part) => part.startsWith('.'))) continue;
    if ((await stat(join(folder, name)).catch(() => null))?.isFile()) found.push(path);
  }
  return found;
}

function firstFolder(candidates: readonly string[]): string | null {
  const paths = candidates.map((candidate) => fileURLToPath(new URL(candidate, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? null;
}
