/**
 * A site with a reverse proxy in front of it: a path of it is a server of ours, all else are pages of the site. It is a
 * server of Node's that passes requests and answers on as they are, streams too.
 */
import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SubPath {
  /** The site's origin. */
  readonly url: string;
  /** Where our server is on it: `http://127.0.0.1:PORT/comments`. */
  readonly server: string;
  /** Paths of the site that were asked for outside of our server's. */
  readonly asked: string[];
  stop(): Promise<void>;
}

export interface SubPathOptions {
  /** Our server's own address; asked for with each request. */
  readonly of: () => string;
  readonly prefix?: string;
  /** Whether the server is asked without the prefix (as with most proxies), or with it. */
  readonly strips?: boolean;
  /** What the proxy tells of it, as `X-Forwarded-Prefix`. */
  readonly tells?: string;
  readonly page?: (path: string) => string | undefined;
}

export async function startSubPath(options: SubPathOptions): Promise<SubPath> {
  const { of, prefix = '/comments', strips = true, tells, page } = options;
  const asked: string[] = [];
  const proxy = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/';
    if (path !== prefix && !path.startsWith(`${prefix}/`)) {
      asked.push(path);
      const body = page?.(path);
      outgoing.writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' }).end(body);
      return;
    }
    const passed = ask(
      new URL(of()).origin,
      {
        path: strips ? path.slice(prefix.length) || '/' : path,
        method: incoming.method,
        headers: { ...incoming.headers, ...(tells === undefined ? {} : { 'x-forwarded-prefix': tells }) },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    url,
    server: url + prefix,
    asked,
    async stop() {
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}
