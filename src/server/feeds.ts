/** Atom feeds (RFC 4287, replies as in RFC 4685) of a page and of a site: the newest published comments, as text. */
import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { commentLink } from '../model/comment-link.ts';
import { pageLink } from './mail/compose.ts';
import { escapeMarkup, oneLine } from './mail/escape.ts';
import { STATES, STATE_NAMES } from './rules/states.ts';
import type { CommentRow, Tables, ThreadRow } from './storage/tables.ts';

const MOST_ENTRIES = 50;
const SHOWN = STATE_NAMES.filter((state) => STATES[state].others === 'whole');

export interface FeedWish {
  readonly site: string;
  /** Null: all pages of the site. */
  readonly thread: ThreadRow | null;
  /** The feed's own address. */
  readonly address: string;
  /** Names the feed for good, whatever its address becomes. */
  readonly secret: string;
  readonly page: string | null;
}

type Entry = CommentRow & Pick<ThreadRow, 'title' | 'url' | 'page'>;

export async function makeFeed(db: Kysely<Tables>, wish: FeedWish): Promise<string> {
  const newest = db
    .selectFrom('comments')
    .innerJoin('threads', 'threads.id', 'comments.thread_id')
    .selectAll('comments')
    .select(['threads.title as title', 'threads.url as url', 'threads.page as page'])
    .where('comments.state', 'in', SHOWN)
    .orderBy('comments.created_at', 'desc')
    .orderBy('comments.id', 'desc')
    .limit(MOST_ENTRIES);
  const entries: readonly Entry[] =
    wish.page === null
      ? await newest.where('comments.site', '=', wish.site).execute()
      : wish.thread === null
        ? []
        : await newest.where('comments.thread_id', '=', wish.thread.id).execute();
  const title = wish.page === null ? wish.site : oneLine(wish.thread?.title || wish.page, 200);
  // A feed without entries has a time all the same, and one that does not change by itself.
  const updated = Math.max(0, ...entries.map((entry) => entry.edited_at ?? entry.created_at));
  const link = pageLink(wish.thread);
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">',
    `<id>${uuidOf('feed', wish.secret, wish.site, wish.page ?? '')}</id>`,
    `<title>${escapeMarkup(title)}</title>`,
    `<updated>${new Date(updated).toISOString()}</updated>`,
    '<generator>Afterword</generator>',
    `<link rel="self" type="application/atom+xml" href="${escapeMarkup(wish.address)}"/>`,
    ...(link === null ? [] : [`<link rel="alternate" type="text/html" href="${escapeMarkup(link)}"/>`]),
    ...entries.map((entry) => entryOf(entry, wish)),
    '</feed>',
    '',
  ].join('\n');
}

function entryOf(entry: Entry, { secret, site }: FeedWish): string {
  const page = pageLink(entry);
  const title = oneLine(entry.title || entry.page, 120);
  const name = oneLine(entry.author_name, 80);
  const website = entry.author_website === null ? '' : `<uri>${escapeMarkup(entry.author_website)}</uri>`;
  const id = (comment: string): string => uuidOf('comment', secret, site, comment);
  return [
    '<entry>',
    `<id>${id(entry.id)}</id>`,
    `<title>${escapeMarkup(`${name}: ${title}`)}</title>`,
    `<author><name>${escapeMarkup(name)}</name>${website}</author>`,
    `<published>${new Date(entry.created_at).toISOString()}</published>`,
    `<updated>${new Date(entry.edited_at ?? entry.created_at).toISOString()}</updated>`,
    ...(page === null
      ? []
      : [`<link rel="alternate" type="text/html" href="${escapeMarkup(commentLink(page, entry.id))}"/>`]),
    ...(entry.parent_id === null ? [] : [`<thr:in-reply-to ref="${id(entry.parent_id)}"/>`]),
    `<content type="text">${escapeMarkup(entry.text)}</content>`,
    '</entry>',
  ].join('\n');
}

/** The same for the same thing on this server, for ever; ids of imports are no UUIDs, and a feed has none of its own. */
function uuidOf(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(parts.join('\n')).digest('hex');
  const variant = ((parseInt(hash.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(18, 20)}-${hash.slice(20, 32)}`;
}
