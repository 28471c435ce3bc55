/**
 * The shapes that travel, as zod schemas: they check every request and are the OpenAPI document. The compiler checks that
 * they say the same as the model's types, in both directions.
 */
import { z } from '@hono/zod-openapi';
import type * as model from '../model/comment.ts';
import { QUOTE_LIMITS } from '../model/parse-quote.ts';
import type { parseAnswer } from '../model/parse.ts';
import type { Quote as ModelQuote } from '../model/quote.ts';
import { ORDERS } from '../model/sort.ts';
import { REASONS } from './problems.ts';
import { STATE_NAMES } from './rules/states.ts';

const time = z.int().describe('Milliseconds since the epoch, UTC.');
const commentId = z.string().min(1).max(200);

export const Author = z
  .object({
    id: z.string().optional().describe('Public and stable within a site.'),
    name: z.string(),
    website: z.string().optional(),
    picture: z.string().optional(),
    role: z.enum(['guest', 'member', 'moderator', 'admin']),
  })
  .openapi('Author');

export const Mention = z
  .object({ id: z.string().min(1).max(200), name: z.string().min(1).max(200) })
  .openapi('Mention');

/** What comes is cleaned where it is stored (`rules/quotes.ts`); these are the most that may come. */
const TextQuoteSelector = z
  .object({
    type: z.literal('TextQuoteSelector'),
    exact: z.string().max(QUOTE_LIMITS.exact),
    prefix: z.string().max(QUOTE_LIMITS.context),
    suffix: z.string().max(QUOTE_LIMITS.context),
  })
  .openapi('TextQuoteSelector');

export const Quote = z
  .object({
    quote: z.discriminatedUnion('type', [
      TextQuoteSelector,
      z
        .object({
          type: z.literal('RangeSelector'),
          startSelector: TextQuoteSelector,
          endSelector: TextQuoteSelector,
        })
        .openapi('RangeSelector'),
    ]),
    position: z
      .object({ type: z.literal('TextPositionSelector'), start: z.int().min(0), end: z.int().min(0) })
      .refine(({ start, end }) => start <= end, 'It ends before it begins.')
      .openapi('TextPositionSelector'),
    text: z
      .object({ hash: z.string().max(QUOTE_LIMITS.hash), length: z.int().min(0) })
      .describe('The article’s text at that time.'),
    lookalike: z.number().min(0).max(10).describe('How well the best other place of that text fitted; 1 is a twin.'),
    marker: z.string().max(QUOTE_LIMITS.marker).optional().describe('Id of the author’s element around the passage.'),
    question: z.string().max(QUOTE_LIMITS.question).optional().describe('What the author asked about it.'),
  })
  .openapi('Quote', { description: 'A passage of the article, as selectors of the W3C. Text only; not safe as HTML.' });

export const Comment = z
  .object({
    id: z.string(),
    parentId: z.string().nullable(),
    rootId: z.string(),
    state: z.enum(STATE_NAMES as [model.CommentState, ...model.CommentState[]]),
    author: Author.nullable().describe('Null for a stub: what is left of a removed comment that has replies.'),
    text: z.string().describe('As written; HTML in it is not safe to show.'),
    format: z.enum(['markdown', 'html', 'plain']),
    createdAt: time,
    editedAt: time.nullable(),
    up: z.int(),
    down: z.int(),
    pinned: z.boolean(),
    descendants: z.int().describe('Published comments below it at any depth.'),
    revision: z.int().describe('The thread’s revision at its last change.'),
    mentions: z.array(Mention).optional(),
    quote: Quote.optional().describe('The passage it is about; top-level comments only.'),
  })
  .openapi('Comment');

export const Rules = z
  .object({
    votes: z.enum(['up-down', 'up', 'none']),
    name: z.enum(['required', 'optional']),
    email: z.enum(['required', 'optional', 'none']),
    website: z.boolean(),
    minLength: z.int(),
    maxLength: z.int().describe('In Unicode code points.'),
    maxDepth: z.int().nullable(),
    editSeconds: z.int(),
    closed: z.boolean(),
    consent: z.string().nullable(),
  })
  .openapi('Rules');

export const ThreadInfo = z
  .object({
    epoch: z.string().describe('Another one: everything must be asked anew.'),
    revision: z.int(),
    count: z.int().describe('Published comments, replies included.'),
    rules: Rules,
    notify: z
      .array(z.enum(['mail', 'push']))
      .optional()
      .describe('How readers can be told of news here.'),
    inline: z.int().optional().describe('Published comments on passages.'),
    newestAt: z.int().optional().describe('When the last comment was written, public or not, in milliseconds.'),
  })
  .openapi('ThreadInfo');

export const Gap = z.object({ next: z.string(), left: z.int() }).openapi('Gap');

export const Page = z
  .object({
    info: ThreadInfo,
    comments: z.array(Comment).describe('In thread order.'),
    roots: z.array(z.string()).describe('Ids of the top-level comments in the order asked for, without the pinned.'),
    pinned: z.array(z.string()),
    next: z.string().nullable().describe('Cursor of the next top-level comments.'),
    left: z.int(),
    gaps: z.record(z.string(), Gap).describe('By top-level comment: more replies wait.'),
    markup: z.boolean().describe('Whether any text needs Markdown or HTML to be shown.'),
  })
  .openapi('Page');

export const Changes = z
  .object({
    info: ThreadInfo,
    comments: z.array(Comment),
    removed: z.array(z.string()),
    tooOld: z.boolean().describe('Ask for the first page again.'),
  })
  .openapi('Changes');

const shownState = z.enum(['pending', 'active']);

export const Subscriptions = z
  .object({
    page: z.object({ choice: z.enum(['page', 'replies', 'none']), state: z.enum(['none', 'pending', 'active']) }),
    comments: z.record(z.string(), shownState).describe('Bells, by id of an own comment.'),
    address: z.string().nullable().describe('Where mails go, shortened; null: none is known.'),
  })
  .openapi('Subscriptions');

export const Mine = z
  .object({
    votes: z.record(z.string(), z.enum(['up', 'down'])),
    voteCounter: z.int(),
    own: z.record(z.string(), z.object({ editableUntil: time.nullable() })),
    unpublished: z.array(Comment),
    subscriptions: Subscriptions.optional(),
  })
  .openapi('Mine');

export const Answer = z
  .object({
    operationId: z.string().describe('The request’s Idempotency-Key.'),
    comment: Comment.nullable(),
    revision: z.int(),
    editableUntil: time.nullable(),
    subscriptions: Subscriptions.optional().describe('After a notify choice, or a post with one.'),
  })
  .openapi('Answer');

export const Passages = z
  .object({
    info: ThreadInfo,
    passages: z.array(
      z.object({
        key: z.string().describe('For `passage` in a list.'),
        quote: Quote.describe('Of its first published comment.'),
        count: z.int().describe('Published top-level comments.'),
        revision: z.int().describe('The highest of theirs.'),
      }),
    ),
  })
  .openapi('Passages');

export const People = z
  .object({
    people: z.array(
      z.object({
        id: z.string().describe('Of the writer, as in the comments and in `mentions`.'),
        name: z.string(),
        at: time.describe('When they wrote here last.'),
        text: z.string().describe('How that comment begins, as it was written.'),
      }),
    ),
  })
  .openapi('People');

export const Counts = z.object({ counts: z.record(z.string(), z.int()) }).openapi('Counts');

export const Hello = z
  .object({ name: z.literal('afterword'), version: z.string(), api: z.literal(1) })
  .openapi('Hello');

export const ProblemJson = z
  .object({
    type: z.enum(REASONS.map((reason) => `urn:afterword:problem:${reason}`) as [string, ...string[]]),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    limit: z.int().optional(),
  })
  .openapi('Problem');

const site = z.string().min(1).max(63).describe('Name of the site; `default` where a page names none.');
/** Long addresses are page ids too. A NUL can't be stored everywhere, so nobody may begin with one. */
const page = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^[^\p{Cc}\p{Surrogate}]*$/u, 'A page id has no control characters.');

export const pageQuery = z.object({ site, page });

export const peopleQuery = z.object({
  site,
  page,
  q: z.string().min(1).max(60).describe('What is typed of a name.'),
});

export const listQuery = z.object({
  site,
  page: page.optional().describe('The id of a page.'),
  address: page.optional().describe('Instead of `page`: an address of the page, of which the server makes the id.'),
  order: z.enum(ORDERS as unknown as [model.Order, ...model.Order[]]).default('newest'),
  limit: z.coerce.number().int().min(1).max(200).default(20),
  after: z.string().min(1).max(1000).optional().describe('A cursor from an earlier answer.'),
  filter: z.enum(['inline']).optional().describe('Only top-level comments on passages.'),
  passage: z.string().min(1).max(64).optional().describe('Only top-level comments on the passage of this key.'),
  root: commentId.optional().describe('Only what is below this top-level comment.'),
  around: commentId.optional().describe('Only this comment with its path from the root; old ids of imports work.'),
});

export const changesQuery = z.object({
  site,
  page,
  epoch: z.string().max(100),
  revision: z.coerce.number().int().min(0),
});

export const countsQuery = z.object({
  site,
  page: z
    .union([page, z.array(page).min(1).max(100)])
    .transform((pages) => (typeof pages === 'string' ? [pages] : pages))
    .openapi({ type: 'array', items: { type: 'string' }, maxItems: 100 }),
});

const repeated = <One extends z.ZodType>(one: One, most: number) =>
  z.union([one, z.array(one).min(1).max(most)]).transform((some) => [some].flat() as z.infer<One>[]);

export const eventsQuery = z.object({
  site,
  epoch: z.string().max(100),
  page: repeated(page, 20).openapi({ type: 'array', items: { type: 'string' }, maxItems: 20 }),
  since: repeated(z.coerce.number().int().min(0), 20).openapi({
    type: 'array',
    items: { type: 'integer' },
    maxItems: 20,
    description: 'The revision known of each page, in the order of the pages.',
  }),
});

const mentions = z.array(Mention).max(20).default([]);

const wish = {
  counter: z.int().min(0).describe('Grows with every wish of this writer; a lower one is ignored.'),
  email: z.string().max(1000).optional().describe('Where mails shall go; needed while no address is known.'),
  push: z
    .object({
      endpoint: z.url().max(2000),
      keys: z.object({ p256dh: z.string().min(1).max(200), auth: z.string().min(1).max(200) }),
    })
    .optional()
    .describe('What the browser’s push service gave.'),
  language: z.string().max(35).optional().describe('Of the messages: a BCP 47 tag.'),
};

export const postBody = z
  .object({
    site,
    page: z.object({ id: page, url: z.string().min(1).max(2000), title: z.string().max(2000) }),
    parentId: commentId.nullable(),
    text: z.string(),
    author: z.object({
      name: z.string().max(1000),
      email: z.string().max(1000).optional(),
      website: z.string().max(2000).optional(),
    }),
    mentions,
    quote: Quote.optional().describe('The passage it is about; not for a reply.'),
    consent: z.boolean().optional().describe('Whether the site’s consent line was ticked.'),
    checks: z
      .object({
        trap: z.string().max(1000).optional().describe('A field that people don’t see.'),
        seconds: z.number().min(0).optional().describe('How long the form was open.'),
      })
      .optional(),
    notify: z
      .object({ ...wish, choice: z.enum(['page', 'replies', 'comment']) })
      .optional()
      .describe('The writer wants to be told of what follows.'),
  })
  .openapi('Post');

export const editBody = z.object({ site, text: z.string(), mentions }).openapi('Edit');

export const voteBody = z
  .object({
    site,
    value: z.enum(['up', 'down', 'none']),
    counter: z.int().min(0).describe('Grows with every wish of this writer; a lower one is ignored.'),
  })
  .openapi('Vote');

export const notifyBody = z
  .object({
    site,
    page: z.object({ id: page, url: z.string().min(1).max(2000), title: z.string().max(2000) }),
    commentId: commentId.nullable().describe('An own comment; null for the page.'),
    choice: z
      .enum(['page', 'replies', 'comment', 'none'])
      .describe('For the page: page, replies, none. For a comment: comment, none.'),
    ...wish,
  })
  .openapi('Notify');

export const feedQuery = z.object({ site, page: page.optional() });

export const PushKey = z.object({ key: z.string().describe('Base64url: `applicationServerKey`.') }).openapi('PushKey');

export const commentParameter = z.object({ id: commentId });
export const siteQuery = z.object({ site });

/** A UUID: it becomes the comment's id, and is what a repeat is known by. */
export const writeHeaders = z.object({
  'idempotency-key': z.uuid().describe('The operation’s id. A repeat is answered and not done again.'),
});

/** What is left of a type when `readonly` is gone and "absent" means the same as "undefined". */
type Plain<T> = T extends readonly (infer One)[]
  ? Plain<One>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;
type Loose<T> = T extends readonly (infer One)[]
  ? Loose<One>[]
  : T extends object
    ? { [Key in keyof T]: undefined extends T[Key] ? Loose<Exclude<T[Key], undefined>> | undefined : Loose<T[Key]> }
    : T;
type Shape<T> = Loose<Plain<T>>;
type Same<One, Other> = [Shape<One>] extends [Shape<Other>]
  ? [Shape<Other>] extends [Shape<One>]
    ? true
    : never
  : never;

/** Fails to compile where a schema and the model's type drift apart. */
type Agreed = [
  Same<z.infer<typeof Comment>, model.Comment>,
  Same<z.infer<typeof Page>, model.Page>,
  Same<z.infer<typeof Changes>, model.Changes>,
  Same<z.infer<typeof Passages>, model.Passages>,
  Same<z.infer<typeof Quote>, ModelQuote>,
  Same<z.infer<typeof Mine>, model.Mine>,
  Same<z.infer<typeof Answer>, ReturnType<typeof parseAnswer>>,
];
true satisfies Agreed[number];
