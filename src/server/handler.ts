/**
 * The routes: a function from Request to Response. What a request must look like stands in `schemas.ts`, who may do what
 * in `rules/`, what is stored in `storage/`; here they meet, and every answer gets its headers.
 */
import { createHash } from 'node:crypto';
import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { normalisePageId } from '../model/page-id.ts';
import { compress } from './compress.ts';
import { makeFeed } from './feeds.ts';
import { addNotifyPages } from './mail/pages.ts';
import type { Live } from './live.ts';
import { Problem } from './problems.ts';
import type { Proxies } from './rules/addresses.ts';
import { networkOf } from './rules/addresses.ts';
import { Buckets, type Limits } from './rules/limits.ts';
import { forwardedPrefix, prefixOf } from './rules/prefix.ts';
import { checkPageUrl, isConfigured, isLoopback, isOriginOf } from './rules/origins.ts';
import { hashToken, keyedAddress, readToken } from './rules/tokens.ts';
import * as schemas from './schemas.ts';
import type { StaticFiles } from './static.ts';
import type { Thread } from './storage/listing.ts';
import { readMeta } from './storage/migrations.ts';
import type { Site } from './storage/sites.ts';
import type { Storage } from './storage/storage.ts';
import type { Writer, Written } from './storage/writing.ts';

/** The longest text a site may allow, in the worst of JSON's spellings, fits. */
const MOST_BODY_BYTES = 256 * 1024;

export interface HandlerOptions {
  readonly storage: Storage;
  readonly live: Live;
  readonly files: StaticFiles;
  readonly version: string;
  readonly now: () => number;
  /** Milliseconds that only grow, whatever the clock does: for limits. */
  readonly ticks: () => number;
  /** Null: as fast as they like (tests, imports through the API). */
  readonly limits: Limits | null;
  readonly proxies: Proxies;
  /** The address of the peer of a request, as the socket tells it. */
  readonly peerOf: (context: Context) => string;
  readonly log: (line: string) => void;
  /** Something may have to be told to somebody. */
  readonly onNews: () => void;
  /** The server's address on the web; null where nobody said it. */
  readonly publicUrl: () => string | null;
}

export type Handler = ReturnType<typeof createHandler>;

export function createHandler(options: HandlerOptions) {
  const { storage, live, files, now, log } = options;
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return;
      const issue = result.error.issues[0];
      throw new Problem('invalid', `${issue?.path.join('.') || 'The request'}: ${issue?.message ?? 'not understood'}`);
    },
  });
  const buckets = options.limits === null ? null : bucketsOf(options.limits, options.ticks);
  let isForeignOriginTold = false;

  app.onError((error, context) => {
    const problem = problemOf(error, log);
    context.header('Cache-Control', 'no-store');
    if (problem.retryAfter !== undefined) context.header('Retry-After', String(problem.retryAfter));
    return context.body(JSON.stringify(problem.details), problem.status as 400, {
      'Content-Type': 'application/problem+json',
    });
  });
  app.notFound((context) => {
    throw new Problem('not-found', `There is nothing at ${new URL(context.req.url).pathname.slice(0, 200)}.`);
  });

  app.use('*', compress);
  app.use('*', async (context, next) => {
    await next();
    context.header('X-Content-Type-Options', 'nosniff');
    if (!context.res.headers.has('Referrer-Policy')) {
      context.header('Referrer-Policy', 'strict-origin-when-cross-origin');
    }
    context.header('Cross-Origin-Resource-Policy', 'cross-origin');
  });

  app.use('/api/*', async (context, next) => {
    const isReading = context.req.method === 'GET' || context.req.method === 'HEAD';
    const isOwn = !isReading || context.req.path === '/api/v1/mine';
    const origin = context.req.header('Origin');
    if (context.req.method === 'OPTIONS') return preflight(context as Context, origin, await storage.sites());
    context.header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
    if (!isOwn) {
      context.header('Access-Control-Allow-Origin', '*');
      context.header('Access-Control-Expose-Headers', 'Retry-After, ETag, Afterword-Markup');
    } else {
      context.header('Vary', 'Origin');
      context.header('Cache-Control', 'private, no-store');
      const sites = await storage.sites();
      if (origin !== undefined && sites.some((site) => isOriginOf(origin, site, sites))) {
        context.header('Access-Control-Allow-Origin', origin);
        // A reader's clock may be hours off: the date says how long an edit is still possible.
        context.header('Access-Control-Expose-Headers', 'Retry-After, Date');
      }
    }
    await next();
  });
  app.use(
    '*',
    bodyLimit({
      maxSize: MOST_BODY_BYTES,
      onError: () => {
        throw new Problem('body-too-large', undefined, { limit: MOST_BODY_BYTES });
      },
    }),
  );

  // Reading: anonymous, without a header of its own, the same for everybody.

  app.openapi(routes.hello, (context) =>
    context.json({ name: 'afterword' as const, version: options.version, api: 1 as const }, 200),
  );

  app.openapi(routes.list, async (context) => {
    const query = context.req.valid('query');
    const id = query.page ?? (query.address && normalisePageId(query.address));
    if (!id || (query.page && query.address)) throw new Problem('invalid', 'page, address: one of them is needed.');
    const site = await siteForReading(context, query.site);
    return storage.read(async (db) => {
      const thread = await storage.thread(db, site, id);
      const isKnown = tellVersion(context, thread);
      if (isKnown) return context.body(null, 304);
      const feed = new URLSearchParams({ site: query.site, page: id });
      // From where it was asked for: whatever path a proxy has put before ours.
      context.header('Link', `<feed?${feed.toString()}>; rel="alternate"; type="application/atom+xml"`);
      if (query.around !== undefined) return context.json(await storage.around(db, thread, query.around), 200);
      const { order, limit, after } = query;
      const filter = query.passage === undefined ? query.filter : { passage: query.passage };
      const page =
        query.root === undefined
          ? await storage.roots(db, thread, { order, limit: Math.min(limit, 100), after, filter })
          : await storage.branch(db, thread, { rootId: query.root, limit, after });
      // For who asked before our module was there to read the answer (embed.ts).
      if (page.markup) context.header('Afterword-Markup', '1');
      return context.json(page, 200);
    });
  });

  app.openapi(routes.changes, async (context) => {
    const query = context.req.valid('query');
    const site = await siteForReading(context, query.site);
    return storage.read(async (db) => {
      const thread = await storage.thread(db, site, query.page);
      if (tellVersion(context, thread)) return context.body(null, 304);
      return context.json(await storage.changes(db, thread, query), 200);
    });
  });

  app.openapi(routes.passages, async (context) => {
    const query = context.req.valid('query');
    const site = await siteForReading(context, query.site);
    return storage.read(async (db) => {
      const thread = await storage.thread(db, site, query.page);
      if (tellVersion(context, thread)) return context.body(null, 304);
      return context.json((await storage.passages(db, thread)) as z.infer<typeof schemas.Passages>, 200);
    });
  });

  app.openapi(routes.people, async (context) => {
    const query = context.req.valid('query');
    const site = await siteForReading(context, query.site);
    return storage.read(async (db) => {
      const thread = await storage.thread(db, site, query.page);
      if (tellVersion(context, thread)) return context.body(null, 304);
      // Who is missing for a minute can be typed out.
      context.header('Cache-Control', 'public, max-age=60');
      return context.json({ people: [...(await storage.people(db, thread, query.q))] }, 200);
    });
  });

  app.openapi(routes.events, async (context) => {
    const { site: name, epoch, page, since } = context.req.valid('query');
    if (page.length !== since.length) throw new Problem('invalid', 'since: one number for each page.');
    const site = await siteForReading(context, name);
    context.header('Content-Type', 'text/event-stream');
    context.header('Cache-Control', 'no-store');
    // Nginx gathers what it passes on, unless it is told otherwise.
    context.header('X-Accel-Buffering', 'no');
    if (context.req.method === 'HEAD') return context.body(null, 200);
    const watched = page.map((one, index) => ({ page: one, revision: since[index] ?? 0 }));
    return context.body(live.open(site, epoch, watched, addressOf(context)), 200);
  });

  app.openapi(routes.counts, async (context) => {
    const query = context.req.valid('query');
    const site = await siteForReading(context, query.site);
    const counts = await storage.counts(site.name, query.page);
    const isKnown = tellTag(context, `"counts-${shortHash(JSON.stringify(counts))}"`);
    return isKnown ? context.body(null, 304) : context.json({ counts }, 200);
  });

  // The reader's own.

  app.openapi(routes.mine, async (context) => {
    const query = context.req.valid('query');
    const tokenHash = tokenOf(context);
    const site = await findSite(query.site);
    return storage.read(async (db) => {
      const thread = await storage.thread(db, site, query.page);
      const mine = await storage.mine(db, thread, tokenHash, now());
      return context.json(mine as z.infer<typeof schemas.Mine>, 200);
    });
  });

  app.openapi(routes.post, async (context) => {
    const body = context.req.valid('json');
    const writer = await writerOf(context, body.site, 'writes');
    checkPageUrl(body.page.url, writer.site, await storage.sites());
    const { notify, ...rest } = body;
    // Beyond that many addresses the comment is taken, and nobody is asked.
    const isAsking = notify !== undefined && (buckets === null || buckets.asks.take(writer.address) === 0);
    const written = await storage.post(writer, isAsking ? body : rest);
    options.onNews();
    live.poke();
    // The words were there already: this is not what the key made.
    return context.json(answerOf(writer, written), written.isNew ? 201 : 200);
  });

  app.openapi(routes.edit, async (context) => {
    const body = context.req.valid('json');
    const writer = await writerOf(context, body.site, 'writes');
    const { id } = context.req.valid('param');
    const written = await storage.edit(writer, { ...body, commentId: id });
    live.poke();
    return context.json(answerOf(writer, written), 200);
  });

  app.openapi(routes.remove, async (context) => {
    const writer = await writerOf(context, context.req.valid('query').site, 'writes');
    const written = await storage.remove(writer, context.req.valid('param').id);
    live.poke();
    return context.json(answerOf(writer, written), 200);
  });

  app.openapi(routes.vote, async (context) => {
    const body = context.req.valid('json');
    const writer = await writerOf(context, body.site, 'votes');
    const { id } = context.req.valid('param');
    const written = await storage.vote(writer, { ...body, commentId: id });
    live.poke();
    return context.json(answerOf(writer, written), 200);
  });

  app.openapi(routes.notify, async (context) => {
    const body = context.req.valid('json');
    const writer = await writerOf(context, body.site, 'writes');
    checkPageUrl(body.page.url, writer.site, await storage.sites());
    const wait = body.email === undefined ? 0 : (buckets?.asks.take(writer.address) ?? 0);
    if (wait > 0) throw new Problem('rate-limited', `Try again in ${wait} seconds.`, { retryAfter: wait });
    const written = await storage.notify(writer, body.page, body);
    options.onNews();
    return context.json(answerOf(writer, written), 200);
  });

  app.openapi(routes.push, async (context) => {
    context.header('Cache-Control', 'public, max-age=3600');
    return context.json({ key: (await readMeta(storage.reader, 'push-public')) ?? '' }, 200);
  });

  app.openapi(routes.feed, async (context) => {
    const query = context.req.valid('query');
    const site = await siteForReading(context, query.site);
    const feed = await storage.read(async (db) => {
      const thread = query.page === undefined ? null : (await storage.thread(db, site, query.page)).row;
      const address = new URL(context.req.url);
      return makeFeed(db, {
        site: site.name,
        page: query.page ?? null,
        thread,
        address: `${options.publicUrl() ?? address.origin + prefixFor(context)}${address.pathname}${address.search}`,
        secret: storage.secret,
      });
    });
    if (tellTag(context, `"feed-${shortHash(feed)}"`)) return context.body(null, 304);
    return context.body(feed, 200, { 'Content-Type': 'application/atom+xml; charset=utf-8' });
  });

  addNotifyPages(app, { storage, now });

  const document = { openapi: '3.1.0', info: { title: 'Afterword', version: options.version } };
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'The writer’s secret: 32 random bytes in base64url, made by the browser.',
  });
  const describe = (context: Context) => {
    const servers = [{ url: prefixFor(context) || '/' }];
    return context.json(app.getOpenAPI31Document({ ...document, servers }));
  };
  app.get('/api/openapi.json', describe);
  app.get('/api/v1/openapi.json', describe);

  app.get('*', async (context) => {
    const response = await files.answer(context.req.raw, prefixFor(context));
    return response ?? context.notFound();
  });

  return app;

  async function findSite(name: string): Promise<Site> {
    const site = await storage.site(name);
    if (site === null) throw new Problem('unknown-site', `There is no site "${name}" on this server.`);
    return site;
  }

  /** Lists are for everyone, except that a server nobody configured serves this machine alone. */
  async function siteForReading(context: Context, name: string): Promise<Site> {
    const origin = context.req.header('Origin');
    if (origin !== undefined && !isLoopback(origin)) {
      const sites = await storage.sites();
      if (!isConfigured(sites)) throw foreignOrigin(origin, name);
    }
    return findSite(name);
  }

  function foreignOrigin(origin: string, site: string): Problem {
    if (!isForeignOriginTold) {
      isForeignOriginTold = true;
      // Printed for a person to copy: what a request sends must not write to their terminal.
      const shown = /^https?:\/\/[a-z0-9.:[\]-]+$/i.test(origin) ? origin : 'https://your-site.example';
      const name = /^[a-z0-9._-]+$/i.test(site) ? site : 'default';
      log(`A page of ${shown} asked for comments. To serve it: afterword-server site add ${name} --origins ${shown}`);
    }
    return new Problem('origin-not-allowed', 'This server is not set up for any site yet.');
  }

  function prefixFor(context: Context): string {
    const publicUrl = options.publicUrl();
    if (publicUrl !== null) return prefixOf(publicUrl);
    const isBelieved = options.proxies.includes(options.peerOf(context));
    return isBelieved ? forwardedPrefix(context.req.header('X-Forwarded-Prefix')) : '';
  }

  function addressOf(context: Context): string {
    const peer = options.proxies.clientAddress(options.peerOf(context), context.req.header('X-Forwarded-For'));
    return keyedAddress(networkOf(peer), storage.secret);
  }

  /** Who writes, once it is certain that they may try. */
  async function writerOf(context: Context, siteName: string, what: 'writes' | 'votes'): Promise<Writer> {
    const tokenHash = tokenOf(context);
    const site = await findSite(siteName);
    const sites = await storage.sites();
    const origin = context.req.header('Origin');
    if (origin === undefined) throw new Problem('origin-not-allowed', 'A write must say its Origin.');
    if (!isOriginOf(origin, site, sites)) {
      throw isConfigured(sites)
        ? new Problem('origin-not-allowed', `Pages of ${origin.slice(0, 200)} may not write to site "${site.name}".`)
        : foreignOrigin(origin, site.name);
    }
    const address = addressOf(context);
    if (buckets !== null) {
      const { writer: byWriter, address: byAddress } = buckets[what];
      const writer = `${site.name} ${tokenHash}`;
      // Looked at first and taken together: what one writer is refused must not use up what their neighbours have.
      const wait = byWriter.wait(writer) || byAddress.take(address) || byWriter.take(writer);
      if (wait > 0) throw new Problem('rate-limited', `Try again in ${wait} seconds.`, { retryAfter: wait });
    }
    return { site, tokenHash, address, key: keyOf(context), now: now() };
  }

  function tellVersion(context: Context, thread: Thread): boolean {
    const asked = shortHash(new URL(context.req.url).search + context.req.path);
    return tellTag(
      context,
      `"${thread.epoch}-${thread.row?.revision ?? 0}-${thread.site.version}${thread.channels.join('')}-${asked}"`,
    );
  }
}

/** Sets the headers of a shared answer; true where the reader's copy is this one. */
function tellTag(context: Context, tag: string): boolean {
  context.header('ETag', tag);
  context.header('Cache-Control', 'public, max-age=0, must-revalidate');
  const known = context.req.header('If-None-Match');
  return known !== undefined && known.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

function tokenOf(context: Context): string {
  const token = readToken(context.req.header('Authorization'));
  if (token === null) throw new Problem('sign-in');
  return hashToken(token);
}

function keyOf(context: Context): string {
  // Checked by the route's schema before.
  return (context.req.header('Idempotency-Key') ?? '').toLowerCase();
}

function answerOf(writer: Writer, written: Written) {
  return {
    operationId: writer.key,
    comment: written.comment as z.infer<typeof schemas.Comment> | null,
    revision: written.revision,
    editableUntil: written.editableUntil,
    ...(written.subscriptions && { subscriptions: written.subscriptions }),
  };
}

function preflight(context: Context, origin: string | undefined, sites: readonly Site[]): Response {
  context.header('Vary', 'Origin');
  if (origin === undefined || !sites.some((site) => isOriginOf(origin, site, sites))) {
    throw new Problem('origin-not-allowed');
  }
  context.header('Access-Control-Allow-Origin', origin);
  context.header('Access-Control-Allow-Methods', 'GET, POST, PUT, DELETE');
  context.header('Access-Control-Allow-Headers', 'Authorization, Content-Type, Idempotency-Key, Afterword-User');
  // Chromium's most: two hours without asking again.
  context.header('Access-Control-Max-Age', '7200');
  return context.body(null, 204);
}

function bucketsOf(limits: Limits, ticks: () => number) {
  return {
    writes: { writer: new Buckets(limits.writesByWriter, ticks), address: new Buckets(limits.writesByAddress, ticks) },
    asks: new Buckets(limits.confirmationsByAddress, ticks),
    votes: { writer: new Buckets(limits.votesByWriter, ticks), address: new Buckets(limits.votesByAddress, ticks) },
  };
}

/** What the database or the code throws is told to the operator; the reader learns only what to do. */
function problemOf(error: unknown, log: (line: string) => void): Problem {
  if (error instanceof Problem) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new Problem('busy', 'Another process is writing.', { retryAfter: 1 });
  }
  if (code.startsWith('SQLITE_FULL') || code.startsWith('SQLITE_IOERR')) {
    log(`The disk does not take what is written: ${code}`);
    return new Problem('busy', 'The server can’t store anything at the moment.', { retryAfter: 60 });
  }
  // The library's own refusals: a body that is no JSON, or is not said to be.
  if (error instanceof HTTPException && error.status < 500) {
    return error.status === 415 ? new Problem('wrong-type') : new Problem('invalid', 'The body is not JSON.');
  }
  log(`Unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new Problem('internal');
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}

const problems = {
  default: {
    description: 'Anything else: what went wrong (RFC 9457).',
    content: { 'application/problem+json': { schema: schemas.ProblemJson } },
  },
} as const;

const unchanged = { 304: { description: 'The copy named in `If-None-Match` is still good.' } } as const;

function answered<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

function taken<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } };
}

const security = [{ token: [] }];

const routes = {
  hello: createRoute({
    method: 'get',
    path: '/api/v1',
    summary: 'Is this an Afterword server?',
    responses: { 200: answered(schemas.Hello, 'It is.'), ...problems },
  }),
  list: createRoute({
    method: 'get',
    path: '/api/v1/comments',
    summary: 'A page of a thread, the rest of a branch, or one comment with its path',
    request: { query: schemas.listQuery },
    responses: { 200: answered(schemas.Page, 'Comments.'), ...unchanged, ...problems },
  }),
  changes: createRoute({
    method: 'get',
    path: '/api/v1/changes',
    summary: 'What changed in a thread since a revision',
    request: { query: schemas.changesQuery },
    responses: { 200: answered(schemas.Changes, 'Changes.'), ...unchanged, ...problems },
  }),
  people: createRoute({
    method: 'get',
    path: '/api/v1/people',
    summary: 'People of a page by the beginning of a name, to be mentioned',
    request: { query: schemas.peopleQuery },
    responses: {
      200: answered(schemas.People, 'Writers of published comments, those who wrote last first; at most twelve.'),
      ...unchanged,
      ...problems,
    },
  }),
  passages: createRoute({
    method: 'get',
    path: '/api/v1/passages',
    summary: 'All passages of a page with their numbers of comments',
    request: { query: schemas.pageQuery },
    responses: {
      200: answered(schemas.Passages, 'Passages, those with the newest comments first; at most 1,000.'),
      ...unchanged,
      ...problems,
    },
  }),
  events: createRoute({
    method: 'get',
    path: '/api/v1/events',
    summary: 'What changes in up to 20 threads, as it happens (server-sent events)',
    description:
      'First what changed since the revisions named. An event `changes` holds `page`, `from` and `changes`, as ' +
      '/changes answers them, and is right for who knows revision `from`; an event `moved` holds `page` alone: ask ' +
      '/changes. An event has at most 4 kB. Whose stream broke asks again from the last `changes.info.revision`.',
    request: { query: schemas.eventsQuery },
    responses: {
      200: { description: 'A stream.', content: { 'text/event-stream': { schema: { type: 'string' } } } },
      ...problems,
    },
  }),
  counts: createRoute({
    method: 'get',
    path: '/api/v1/counts',
    summary: 'Numbers of published comments of up to 100 pages',
    request: { query: schemas.countsQuery },
    responses: { 200: answered(schemas.Counts, 'Numbers by page id.'), ...unchanged, ...problems },
  }),
  mine: createRoute({
    method: 'get',
    path: '/api/v1/mine',
    summary: 'What is the writer’s own in a thread',
    security,
    request: { query: schemas.pageQuery },
    responses: { 200: answered(schemas.Mine, 'Votes, own comments, unpublished ones.'), ...problems },
  }),
  post: createRoute({
    method: 'post',
    path: '/api/v1/comments',
    summary: 'Post a comment',
    security,
    request: { headers: schemas.writeHeaders, body: taken(schemas.postBody) },
    responses: {
      200: answered(schemas.Answer, 'The same words by the same writer were there already.'),
      201: answered(schemas.Answer, 'Posted, now or by an earlier request with this key.'),
      ...problems,
    },
  }),
  edit: createRoute({
    method: 'put',
    path: '/api/v1/comments/{id}',
    summary: 'Edit one’s own comment',
    security,
    request: { headers: schemas.writeHeaders, params: schemas.commentParameter, body: taken(schemas.editBody) },
    responses: { 200: answered(schemas.Answer, 'Edited.'), ...problems },
  }),
  remove: createRoute({
    method: 'delete',
    path: '/api/v1/comments/{id}',
    summary: 'Delete one’s own comment',
    security,
    request: { headers: schemas.writeHeaders, params: schemas.commentParameter, query: schemas.siteQuery },
    responses: { 200: answered(schemas.Answer, 'Deleted; the stub where replies remain.'), ...problems },
  }),
  vote: createRoute({
    method: 'put',
    path: '/api/v1/comments/{id}/vote',
    summary: 'Vote for or against a comment, or take the vote back',
    security,
    request: { headers: schemas.writeHeaders, params: schemas.commentParameter, body: taken(schemas.voteBody) },
    responses: { 200: answered(schemas.Answer, 'The comment with the votes as they are now.'), ...problems },
  }),
  notify: createRoute({
    method: 'put',
    path: '/api/v1/notify',
    summary: 'Choose what to be told of: new comments of a page, replies to one’s own, or nothing',
    security,
    request: { headers: schemas.writeHeaders, body: taken(schemas.notifyBody) },
    responses: { 200: answered(schemas.Answer, '`subscriptions` says what holds now; no comment.'), ...problems },
  }),
  push: createRoute({
    method: 'get',
    path: '/api/v1/push',
    summary: 'The key a browser’s push service has to be given',
    responses: { 200: answered(schemas.PushKey, 'The key.'), ...problems },
  }),
  feed: createRoute({
    method: 'get',
    path: '/api/v1/feed',
    summary: 'Atom feed of a page, or of the whole site',
    request: { query: schemas.feedQuery },
    responses: {
      200: { description: 'The newest comments.', content: { 'application/atom+xml': { schema: z.string() } } },
      ...unchanged,
      ...problems,
    },
  }),
} as const;
