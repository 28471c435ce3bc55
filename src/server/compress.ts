/**
 * Makes what everybody may read smaller on its way: lists and files, never an answer that is somebody's own, because the
 * length of a compressed answer tells something of what is in it.
 */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { MiddlewareHandler } from 'hono';

/** Less is not worth the work; more than this is nothing of ours. In bytes. */
const LEAST = 1_000;
const MOST = 8_000_000;
const COMPRESSIBLE = /^(text\/(?!event-stream)|application\/(json|problem\+json|jsonl|manifest\+json)|image\/svg)/;

const asBrotli = promisify(brotliCompress);
const asGzip = promisify(gzip);

/** What was compressed thoroughly, by its tag: a file of the build is the same for every reader. */
const kept = new Map<string, Uint8Array<ArrayBuffer>>();

export const compress: MiddlewareHandler = async (context, next) => {
  await next();
  const { res: response } = context;
  const { headers } = response;
  const isShared = headers.get('Access-Control-Allow-Origin') === '*';
  if (!isShared || response.status !== 200 || !COMPRESSIBLE.test(headers.get('Content-Type') ?? '')) return;
  context.header('Vary', 'Accept-Encoding', { append: true });
  const encoding = chosen(context.req.header('Accept-Encoding') ?? '');
  if (encoding === null || response.body === null || context.req.method === 'HEAD') return;
  const plain = new Uint8Array(await response.arrayBuffer());
  const isWorth = plain.length >= LEAST && plain.length <= MOST;
  const isFile = !context.req.path.startsWith('/api/');
  const tag = headers.get('ETag');
  const body = isWorth ? await compressed(plain, encoding, isFile ? tag : null) : plain;
  const changed = new Headers(context.res.headers);
  changed.delete('Content-Length');
  if (isWorth) {
    changed.set('Content-Encoding', encoding);
    // The same content, other bytes.
    if (tag !== null) changed.set('ETag', `W/${tag.replace(/^W\//, '')}`);
  }
  // Hono writes the old headers over the new ones unless the old answer is taken away first.
  context.res = undefined;
  context.res = new Response(body, { status: response.status, headers: changed });
};

type Encoding = 'br' | 'gzip';

function chosen(accepted: string): Encoding | null {
  const names = accepted
    .split(',')
    .filter((one) => !/;\s*q=0(\.0*)?\s*$/.test(one))
    .map((one) => one.split(';')[0]?.trim().toLowerCase());
  if (names.includes('br')) return 'br';
  return names.includes('gzip') ? 'gzip' : null;
}

async function compressed(
  plain: Uint8Array<ArrayBuffer>,
  encoding: Encoding,
  fileTag: string | null,
): Promise<Uint8Array<ArrayBuffer>> {
  const name = `${encoding} ${fileTag}`;
  const known = fileTag === null ? undefined : kept.get(name);
  if (known !== undefined) return known;
  // A list is compressed for one reader, who waits; a file once for all.
  const quality = fileTag === null ? 4 : 11;
  const result =
    encoding === 'br'
      ? await asBrotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } })
      : await asGzip(plain, { level: fileTag === null ? 5 : 9 });
  const bytes = new Uint8Array(result);
  if (fileTag !== null) {
    if (kept.size > 500) kept.clear();
    kept.set(name, bytes);
  }
  return bytes;
}
