/**
 * One record of a file as what goes into the database, or why not. Reads our JSON Lines and the neutral JSON: the second
 * is the first with fewer fields (README, "Our JSON Lines").
 */
import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { CommentState, Mention, Role, TextFormat } from '../../model/comment.ts';
import { normalisePageId } from '../../model/page-id.ts';
import type { Quote } from '../../model/quote.ts';
import { Quote as QuoteShape } from '../schemas.ts';
import { STATE_NAMES } from '../rules/states.ts';
import { storedQuote } from '../rules/quotes.ts';
import { checkWebsite, lengthOf, storable } from '../rules/words.ts';

/** Longer than any text a reader may write: what other systems allowed comes in. In code points. */
export const LONGEST_IMPORTED = 50_000;

export interface CommentRecord {
  readonly kind: 'comment';
  readonly oldId: string;
  readonly parentOldId: string | null;
  /** Null where the record names none. */
  readonly page: string | null;
  /** Where the page was named by its address. */
  readonly url: string | null;
  readonly author: { readonly id: string | null; readonly name: string; readonly role: Role } | null;
  readonly website: string | null;
  readonly email: string | null;
  readonly text: string;
  readonly format: TextFormat;
  readonly createdAt: number;
  readonly editedAt: number | null;
  readonly up: number;
  readonly down: number;
  readonly state: CommentState;
  readonly pinned: boolean;
  readonly mentions: readonly Mention[];
  readonly aliases: readonly string[];
  readonly quote: Quote | null;
  /** The record has a quote that can't be kept. */
  readonly isQuoteLost: boolean;
}

export type AddressRecord = z.infer<typeof addressRecord>;
export type SubscriptionRecord = z.infer<typeof subscriptionRecord>;
export type OtherRecord = z.infer<typeof otherRecord>;

const anyId = z.union([z.string().min(1).max(200), z.int().transform(String)]);

const time = z.union([z.int().min(0), z.string()]).transform((value, context) => {
  const read = typeof value === 'number' ? value : readTime(value);
  if (read !== null) return read;
  context.addIssue({ code: 'custom', message: 'expected a time with its zone, like 2026-03-01T09:30:00Z' });
  return z.NEVER;
});

const authorRecord = z.union([
  z.string().transform((name) => ({ name, id: null, role: 'guest' as Role, website: null, email: null })),
  z.object({
    name: z.string().default(''),
    id: z.string().min(1).max(200).nullable().default(null),
    role: z.enum(['guest', 'member', 'moderator', 'admin']).default('guest'),
    website: z.string().nullable().default(null),
    email: z.string().nullable().default(null),
  }),
]);

const votes = z.int().min(0).max(2_000_000_000).nullable().default(0);

const commentRecord = z.object({
  id: anyId,
  page: z.string().nullable().default(null),
  parentId: anyId.nullable().default(null),
  author: authorRecord.nullable().default(null),
  text: z.string(),
  format: z.enum(['markdown', 'html', 'plain']).default('markdown'),
  createdAt: time,
  editedAt: time.nullable().default(null),
  up: votes,
  down: votes,
  state: z.enum(STATE_NAMES as [CommentState, ...CommentState[]]).default('published'),
  pinned: z.boolean().default(false),
  mentions: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
  aliases: z.array(anyId).default([]),
  quote: z.unknown().optional(),
});

/** As it stands in the file: kept as text, and read where it is needed. */
const moment = z.string().refine((text) => readTime(text) !== null, 'expected a time like 2026-03-01T09:30:00Z');

const addressRecord = z.object({
  kind: z.literal('address'),
  email: z.string().min(1).max(500),
  language: z
    .string()
    .regex(/^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i)
    .default('en'),
  /** Its owner wants nothing from the server any more. */
  never: z.boolean().optional(),
  writers: z.array(z.object({ id: z.string().min(1).max(200), confirmedAt: moment })).optional(),
});

const subscriptionRecord = z
  .object({
    kind: z.literal('subscription'),
    writer: z.string().min(1).max(200),
    page: z.string().min(1).max(2000),
    /** Of a bell: the writer's own comment. */
    comment: z.string().min(1).max(200).optional(),
    choice: z.enum(['page', 'replies', 'comment', 'none']),
    counter: z.int().min(0),
    createdAt: moment,
  })
  .refine(
    ({ comment, choice }) => choice === 'none' || (comment === undefined) === (choice !== 'comment'),
    'choice: a page has "page", "replies" and "none", a comment "comment" and "none".',
  );

const otherRecord = z.discriminatedUnion('kind', [
  addressRecord,
  subscriptionRecord,
  z.object({ kind: z.literal('afterword'), version: z.literal(1, 'This file is of a newer version.') }),
  z.object({
    kind: z.literal('page'),
    id: z.string().min(1),
    url: z.string().nullable().default(null),
    title: z.string().nullable().default(null),
  }),
  z.object({
    kind: z.literal('writer'),
    id: z.string().min(1).max(200),
    tokenHash: z.string().min(1).nullable().default(null),
    role: z.enum(['guest', 'member', 'moderator', 'admin']).default('guest'),
  }),
  z.object({
    kind: z.literal('vote'),
    comment: z.string(),
    writer: z.string(),
    value: z.enum(['up', 'down', 'none']),
    counter: z.int().min(0),
  }),
  z.object({
    kind: z.literal('key'),
    writer: z.string(),
    key: z.string(),
    act: z.enum(['post', 'edit', 'delete']),
    comment: z.string(),
    fingerprint: z.string(),
    createdAt: time,
  }),
]);

/** The record, or a sentence that says what is wrong with it. */
export function readRecord(value: unknown): CommentRecord | OtherRecord | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'A record must be an object.';
  const kind = 'kind' in value ? value.kind : 'comment';
  if (kind !== 'comment') {
    const other = otherRecord.safeParse(value);
    return other.success ? other.data : sentenceOf(other.error);
  }
  const parsed = commentRecord.safeParse(value);
  if (!parsed.success) return sentenceOf(parsed.error);
  const read = parsed.data;
  const length = lengthOf(read.text);
  if (length > LONGEST_IMPORTED) return `text: it has ${length} characters; ${LONGEST_IMPORTED} are allowed.`;
  const page = read.page === null ? null : normalisePageId(read.page);
  if (page !== null && (page === '' || page.length > 2000)) return 'page: it is empty or longer than 2,000 characters.';
  const { author } = read;
  const quote = quoteOf(read.quote, read.parentId);
  return {
    kind: 'comment',
    oldId: read.id,
    parentOldId: read.parentId,
    page,
    url: read.page !== null && /^https?:\/\//i.test(read.page) ? read.page : null,
    author: author && { id: author.id, name: nameOf(author.name), role: author.role },
    website: websiteOf(author?.website ?? null),
    email: emailOf(author?.email ?? null),
    text: storable(read.text),
    format: read.format,
    createdAt: read.createdAt,
    editedAt: read.editedAt,
    up: read.up ?? 0,
    down: read.down ?? 0,
    state: read.state,
    pinned: read.pinned && read.parentId === null,
    mentions: read.mentions.map((mention) => ({ id: mention.id, name: storable(mention.name) })),
    aliases: read.aliases,
    quote,
    isQuoteLost: quote === null && read.quote !== undefined && read.quote !== null,
  };
}

/** A comment is worth more than the words it is about: one that can't be kept stays behind alone. */
function quoteOf(value: unknown, parentId: string | null): Quote | null {
  const read = parentId === null ? QuoteShape.safeParse(value) : null;
  return read?.success ? storedQuote(read.data).quote : null;
}

/** A UUID stays. Anything else is known in its file only, so it gets one made of where it stood: the same every time. */
export function idFor(site: string, page: string, oldId: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(oldId)) return oldId.toLowerCase();
  const hash = createHash('sha256')
    .update(JSON.stringify([site, page, oldId]))
    .digest('hex');
  // Version 8, "made by somebody's own rule", and the variant of RFC 9562.
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

function sentenceOf(error: z.ZodError): string {
  const issue = error.issues[0];
  const where = issue?.path.join('.');
  return `${where ? `${where}: ` : ''}${issue?.message ?? 'not understood'}`;
}

/** Without a zone a time means another moment on every machine. */
function readTime(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/i.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) || time < 0 ? null : time;
}

function nameOf(name: string): string {
  const line = storable(name)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return [...line].slice(0, 200).join('') || 'Guest';
}

function websiteOf(website: string | null): string | null {
  try {
    return website === null ? null : checkWebsite(website);
  } catch {
    return null; // Old systems took anything here; the comment matters more.
  }
}

function emailOf(email: string | null): string | null {
  return email !== null && email.length <= 254 && /^[^\s@<>]+@[^\s@<>]+$/.test(email) ? email : null;
}
