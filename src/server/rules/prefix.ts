/**
 * The path that a server under a path of its site has before all of ours: `/comments` of `https://blog.example/comments`.
 * The operator says it (`publicUrl`), or a proxy that the operator named (`X-Forwarded-Prefix`).
 */

/** First segments of our own paths. */
const OWN = /^\/(?:api|demo|notify|parts)$/;

/** Without a slash at its end; empty where the server has its origin to itself. */
export function prefixOf(publicUrl: string): string {
  return new URL(publicUrl).pathname.replace(/\/+$/, '');
}

/** What a header says, with several proxies each adding its own; empty where that is no path. */
export function forwardedPrefix(header: string | undefined): string {
  const prefix = (header ?? '')
    .split(',')
    .map((one) => one.trim().replace(/\/+$/, ''))
    .join('');
  return /^(?:\/[\w.~%-]+)*$/.test(prefix) ? prefix : '';
}

/**
 * The path of a request as our routes know it: most proxies take the prefix away, others leave it. One that is called as
 * a path of ours is taken for that.
 */
export function withoutPrefix(path: string, prefix: string): string {
  if (prefix === '' || OWN.test(prefix) || !path.startsWith(prefix)) return path;
  const rest = path.slice(prefix.length);
  return rest === '' || rest.startsWith('?') ? `/${rest}` : rest.startsWith('/') ? rest : path;
}
