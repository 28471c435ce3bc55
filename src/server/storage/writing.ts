/**
 * What readers write: posts, edits, deletions, votes. Each is one transaction that begins with its idempotency key, so
 * that a request that comes twice, at once or years later, is done once (S-3). Refusals are thrown as `Problem`s and
 * roll everything back.
 */
import { randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Comment, Mention, NotifyChoice, Subscriptions, Vote } from '../../model/comment.ts';
import { Problem } from '../problems.ts';
import { editableUntil, whyNotEdit } from '../rules/editing.ts';
import { stateOfEdited, stateOfNew } from '../rules/holding.ts';
import { banned } from '../rules/mailboxes.ts';
import { STATES, STATE_NAMES } from '../rules/states.ts';
import { storedQuote } from '../rules/quotes.ts';
import { authorIdOf, fingerprintOf } from '../rules/tokens.ts';
import { checkSignature, checkText, lengthOf, storable } from '../rules/words.ts';
import { changeComment, ensureThread, insertComment, keyForReply, nextRevision, nextTime } from './branches.ts';
import { ROOT_KEY } from './order-key.ts';
import { commentOf } from './rows.ts';
import { announce } from './outgoing.ts';
import { keepPageWords } from './pages.ts';
import type { Site } from './sites.ts';
import { onNothing, onPassage, selectWhole, type WholeRow } from './quotes.ts';
import { type ChoiceWish, choose, forgetBells, subscriptionsOf, type Telling } from './subscribing.ts';
import type { AuthorRow, CommentRow, KeyRow, Tables } from './tables.ts';

/** Who writes, and under which key. */
export interface Writer {
  readonly site: Site;
  readonly tokenHash: string;
  /** Keyed hash of the address. */
  readonly address: string;
  readonly key: string;
  readonly now: number;
}

export interface PostWish {
  readonly page: { readonly id: string; readonly url: string; readonly title: string };
  readonly parentId: string | null;
  readonly text: string;
  readonly author: {
    readonly name: string;
    readonly email?: string | undefined;
    readonly website?: string | undefined;
  };
  readonly mentions: readonly Mention[];
  readonly quote?: Parameters<typeof storedQuote>[0] | undefined;
  readonly consent?: boolean | undefined;
  /** *Notify me*, ticked in the form. */
  readonly notify?: (Omit<ChoiceWish, 'commentId'> & { readonly choice: Exclude<NotifyChoice, 'none'> }) | undefined;
  readonly checks?: { readonly trap?: string | undefined; readonly seconds?: number | undefined } | undefined;
}

export interface Written {
  /** As its writer sees it now; null where nothing is left. */
  readonly comment: Comment | null;
  readonly revision: number;
  readonly editableUntil: number | null;
  /** False for a post that repeats another one's words: the answer is that other comment. */
  readonly isNew: boolean;
  readonly subscriptions?: Subscriptions;
}

/** The same words again within this time are a repeat (S-6), in milliseconds. */
const REPEAT_MS = 86_400_000;
/** Shorter words are said twice in good faith ("Thanks!"), to different people or on different passages; the same place
 * makes them a repeat too. */
const SHORT_TEXT = 40;

export async function post(
  db: Kysely<Tables>,
  writer: Writer,
  wish: PostWish,
  telling: Telling | null = null,
): Promise<Written> {
  const { site, now } = writer;
  if (wish.quote !== undefined && wish.parentId !== null) {
    throw new Problem('invalid', 'quote: a reply is about what it answers.');
  }
  const passage = wish.quote === undefined ? onNothing : onPassage(storedQuote(wish.quote));
  const words = [wish.page.id, wish.parentId, storable(wish.text)];
  const fingerprint = fingerprintOf('post', ...words, ...(passage.passage === null ? [] : [passage.passage]));
  return db.transaction().execute(async (tx) => {
    const author = await ensureAuthor(tx, writer);
    const known = await findKey(tx, writer, author);
    if (known !== null) {
      const repeated = await repeatedPost(tx, writer, known, fingerprint);
      return { ...repeated, ...(await toldIn(tx, author, wish, known.comment_id)) };
    }
    await refuseForeignId(tx, site.name, writer.key, author);

    const { settings } = site;
    if (settings.closed) throw new Problem('closed');
    if (settings.post === 'members' && author.role === 'guest') throw new Problem('members-only');
    const text = checkText(wish.text, settings);
    const signature = checkSignature(wish.author, settings, await reservedNames(tx, site, author));
    if (settings.consent !== null && wish.consent !== true) throw new Problem('consent');
    await refuseBanned(tx, writer, author, signature.email);

    const thread = await ensureThread(tx, { site: site.name, id: wish.page.id }, randomUUID(), now);
    const parent = wish.parentId === null ? null : await findParent(tx, thread.id, site.name, wish.parentId, author);
    const first = await findSameWords(tx, author, thread.id, { text, parentId: wish.parentId, ...passage }, now);
    if (first !== null) {
      await keepKey(tx, writer, author, 'post', first.id, fingerprint);
      return written(first, site, now, thread.revision, false);
    }

    const revision = await nextRevision(tx, thread.id);
    const row = await insertComment(tx, {
      site: site.name,
      id: writer.key,
      thread_id: thread.id,
      parent_id: parent?.id ?? null,
      root_id: parent?.root_id ?? writer.key,
      depth: parent === null ? 0 : parent.depth + 1,
      order_key: parent === null ? ROOT_KEY : await keyForReply(tx, parent),
      state: stateOfNew({
        hold: settings.hold,
        isKnown: settings.hold === 'new' && (await hasPublished(tx, site.name, author.id)),
        parentWaits: parent !== null && STATES[parent.state].answerable === 'writer',
        checks: wish.checks,
      }),
      author_id: author.id,
      author_name: signature.name,
      author_role: author.role,
      author_website: signature.website,
      email: signature.email,
      address: writer.address,
      text,
      format: 'markdown',
      mentions: await keepMentions(tx, site.name, wish.mentions),
      created_at: await nextTime(tx, thread.id, now),
      edited_at: null,
      up: 0,
      down: 0,
      pinned: 0,
      descendants: 0,
      revision,
      ...passage,
    });
    await keepKey(tx, writer, author, 'post', row.id, fingerprint);
    await keepPageWords(tx, row, wish.page);
    if (STATES[row.state].others === 'whole') await announce(tx, row, 'published', now);
    if (telling !== null) await askWith(tx, author, row, wish, telling, now);
    return { ...written(row, site, now, revision), ...(await toldIn(tx, author, wish, row.id)) };
  });
}

/** The comment is worth more than the wish that came with it: one without an address is left out. */
async function askWith(
  tx: Transaction<Tables>,
  author: AuthorRow,
  row: CommentRow,
  { notify: wish, author: { email } }: PostWish,
  telling: Telling,
  now: number,
): Promise<void> {
  if (wish === undefined) return;
  const commentId = wish.choice === 'comment' ? row.id : null;
  try {
    await choose(
      tx,
      { author, threadId: row.thread_id, now },
      { ...wish, commentId, email: wish.email ?? email },
      telling,
    );
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

async function toldIn(
  tx: Transaction<Tables>,
  author: AuthorRow,
  wish: PostWish,
  commentId: string,
): Promise<{ readonly subscriptions?: Subscriptions }> {
  if (wish.notify === undefined) return {};
  const row = await findRow(tx, author.site, commentId);
  return row === null ? {} : { subscriptions: await subscriptionsOf(tx, author, row.thread_id) };
}

/** A choice of "Notify of", or of a bell (N-1): like a vote, the whole of a wish with a counter (S-3). */
export async function notify(
  db: Kysely<Tables>,
  writer: Writer,
  page: PostWish['page'],
  wish: ChoiceWish,
  telling: Telling | null,
): Promise<Written> {
  const { site, now } = writer;
  if (telling === null) throw new Problem('notify-off');
  return db.transaction().execute(async (tx) => {
    const author = await ensureAuthor(tx, writer);
    await refuseBanned(tx, writer, author, wish.email ?? null);
    const thread = await ensureThread(tx, { site: site.name, id: page.id }, randomUUID(), now);
    await choose(tx, { author, threadId: thread.id, now }, wish, telling);
    const subscriptions = await subscriptionsOf(tx, author, thread.id);
    return { comment: null, revision: thread.revision, editableUntil: null, isNew: true, subscriptions };
  });
}

export async function edit(
  db: Kysely<Tables>,
  writer: Writer,
  wish: { readonly commentId: string; readonly text: string; readonly mentions: readonly Mention[] },
): Promise<Written> {
  const { site, now } = writer;
  const fingerprint = fingerprintOf('edit', wish.commentId, storable(wish.text));
  return db.transaction().execute(async (tx) => {
    const author = await ensureAuthor(tx, writer);
    const known = await findKey(tx, writer, author);
    if (known !== null) {
      checkSameWish(known, fingerprint);
      return current(tx, writer, await findOwn(tx, writer, author, wish.commentId));
    }
    const before = await findOwn(tx, writer, author, wish.commentId);
    const reason = whyNotEdit(before, site.settings, now);
    if (reason !== null) throw new Problem(reason);
    await refuseBanned(tx, writer, author, before.email);
    const text = checkText(wish.text, site.settings);
    const mentions = await keepMentions(tx, site.name, wish.mentions);
    await keepKey(tx, writer, author, 'edit', before.id, fingerprint);
    // Nothing was changed: no "edited" marker, and no second look by a moderator.
    if (text === before.text && mentions === before.mentions) return current(tx, writer, before);
    const { hold } = site.settings;
    const isKnown = hold !== 'new' || (await hasPublished(tx, site.name, author.id));
    const revision = await nextRevision(tx, before.thread_id);
    const changes = { text, mentions, edited_at: now, state: stateOfEdited(before.state, hold, isKnown) };
    return written(await changeComment(tx, before, changes, revision), site, now, revision);
  });
}

export async function remove(db: Kysely<Tables>, writer: Writer, commentId: string): Promise<Written> {
  const { site, now } = writer;
  const fingerprint = fingerprintOf('delete', commentId);
  return db.transaction().execute(async (tx) => {
    const author = await ensureAuthor(tx, writer);
    const known = await findKey(tx, writer, author);
    if (known !== null) checkSameWish(known, fingerprint);
    const before = await findRow(tx, site.name, commentId);
    if (
      before !== null &&
      STATES[before.state].wiped &&
      (known !== null || (await wasOwn(tx, writer, author, commentId)))
    ) {
      return current(tx, writer, before);
    }
    const own = await findOwn(tx, writer, author, commentId);
    await keepKey(tx, writer, author, 'delete', own.id, fingerprint);
    const revision = await nextRevision(tx, own.thread_id);
    return written(await wipe(tx, own, revision), site, now, revision);
  });
}

/** Takes the words and whose they were out of a comment; what is left keeps its replies and its key. */
export async function wipe(tx: Transaction<Tables>, row: WholeRow, revision: number): Promise<WholeRow> {
  await tx.deleteFrom('votes').where('site', '=', row.site).where('comment_id', '=', row.id).execute();
  await tx.deleteFrom('page_words').where('site', '=', row.site).where('comment_id', '=', row.id).execute();
  await forgetBells(tx, row);
  return changeComment(
    tx,
    row,
    {
      state: 'deleted',
      text: '',
      author_id: null,
      author_name: '',
      author_role: 'guest',
      author_website: null,
      email: null,
      address: null,
      mentions: null,
      edited_at: null,
      up: 0,
      down: 0,
      pinned: 0,
      ...onNothing,
    },
    revision,
  );
}

export async function vote(
  db: Kysely<Tables>,
  writer: Writer,
  wish: { readonly commentId: string; readonly value: Vote; readonly counter: number },
): Promise<Written> {
  const { site } = writer;
  return db.transaction().execute(async (tx) => {
    const author = await ensureAuthor(tx, writer);
    const comment = await findRow(tx, site.name, wish.commentId);
    if (comment === null) throw new Problem('comment-gone', undefined, { status: 404 });
    if (!STATES[comment.state].votable) {
      throw new Problem('comment-gone', undefined, { status: STATES[comment.state].wiped ? 410 : 404 });
    }
    if (comment.author_id === author.id) throw new Problem('own-vote');
    const { votes } = site.settings;
    if (votes === 'none' || (votes === 'up' && wish.value === 'down')) throw new Problem('votes-off');
    await refuseBanned(tx, writer, author, null);

    const before = await tx
      .selectFrom('votes')
      .select(['value', 'counter'])
      .where('site', '=', site.name)
      .where('comment_id', '=', comment.id)
      .where('author_id', '=', author.id)
      .executeTakeFirst();
    // An older wish that comes late, or the same one again, changes nothing; the answer tells what is stored.
    if (before !== undefined && wish.counter <= before.counter) return current(tx, writer, comment);
    const value = wish.value === 'up' ? 1 : wish.value === 'down' ? -1 : 0;
    await tx
      .insertInto('votes')
      .values({
        site: site.name,
        comment_id: comment.id,
        author_id: author.id,
        thread_id: comment.thread_id,
        value,
        counter: wish.counter,
      })
      .onConflict((conflict) =>
        conflict.columns(['site', 'comment_id', 'author_id']).doUpdateSet({ value, counter: wish.counter }),
      )
      .execute();
    const stored = before?.value ?? 0;
    if (stored === value) return current(tx, writer, comment);
    const revision = await nextRevision(tx, comment.thread_id);
    const changes = {
      up: comment.up + Number(value > 0) - Number(stored > 0),
      down: comment.down + Number(value < 0) - Number(stored < 0),
    };
    return written(await changeComment(tx, comment, changes, revision), site, writer.now, revision, true, false);
  });
}

export async function ensureAuthor(
  tx: Transaction<Tables>,
  writer: { readonly site: Site; readonly tokenHash: string; readonly now: number },
): Promise<AuthorRow> {
  const found = await tx
    .selectFrom('authors')
    .selectAll()
    .where('site', '=', writer.site.name)
    .where('token_hash', '=', writer.tokenHash)
    .executeTakeFirst();
  if (found !== undefined) return found;
  const row: AuthorRow = {
    site: writer.site.name,
    id: authorIdOf(writer.site.name, writer.tokenHash),
    token_hash: writer.tokenHash,
    role: 'guest',
    created_at: writer.now,
  };
  // An import may have brought the author before the browser that knows the secret came.
  await tx
    .insertInto('authors')
    .values(row)
    .onConflict((conflict) => conflict.columns(['site', 'id']).doUpdateSet({ token_hash: writer.tokenHash }))
    .execute();
  return row;
}

export async function findRow(tx: Kysely<Tables>, site: string, id: string): Promise<WholeRow | null> {
  const row = await selectWhole(tx).where('site', '=', site).where('id', '=', id).executeTakeFirst();
  return row ?? null;
}

/** The first answer was lost, or the browser sent the request again: the comment as it is now. */
async function repeatedPost(
  tx: Transaction<Tables>,
  writer: Writer,
  known: KeyRow,
  fingerprint: string,
): Promise<Written> {
  checkSameWish(known, fingerprint);
  const row = await findRow(tx, writer.site.name, known.comment_id);
  if (row === null || STATES[row.state].wiped) throw new Problem('comment-gone');
  const answer = await current(tx, writer, row);
  return { ...answer, isNew: known.comment_id === writer.key };
}

function checkSameWish(known: KeyRow, fingerprint: string): void {
  if (known.fingerprint !== fingerprint) throw new Problem('key-reused');
}

/** The key becomes the comment's id: it must not be somebody's already. */
async function refuseForeignId(tx: Transaction<Tables>, site: string, key: string, author: AuthorRow): Promise<void> {
  const row = await findRow(tx, site, key);
  if (row === null) return;
  if (STATES[row.state].wiped) throw new Problem('comment-gone');
  if (row.author_id !== author.id) throw new Problem('key-reused');
  // Our own, come by an import that brought no keys.
  throw new Problem('key-reused', 'The comment is there already.');
}

async function findKey(tx: Transaction<Tables>, writer: Writer, author: AuthorRow): Promise<KeyRow | null> {
  const row = await tx
    .selectFrom('idempotency_keys')
    .selectAll()
    .where('site', '=', writer.site.name)
    .where('author_id', '=', author.id)
    .where('key', '=', writer.key)
    .executeTakeFirst();
  return row ?? null;
}

async function keepKey(
  tx: Transaction<Tables>,
  writer: Writer,
  author: AuthorRow,
  act: KeyRow['act'],
  commentId: string,
  fingerprint: string,
): Promise<void> {
  await tx
    .insertInto('idempotency_keys')
    .values({
      site: writer.site.name,
      author_id: author.id,
      key: writer.key,
      act,
      comment_id: commentId,
      fingerprint,
      created_at: writer.now,
    })
    .execute();
}

/** A deleted comment no longer says whose it was; the key it was posted under does. */
async function wasOwn(tx: Transaction<Tables>, writer: Writer, author: AuthorRow, commentId: string): Promise<boolean> {
  const key = await tx
    .selectFrom('idempotency_keys')
    .select('key')
    .where('site', '=', writer.site.name)
    .where('author_id', '=', author.id)
    .where('key', '=', commentId)
    .executeTakeFirst();
  return key !== undefined;
}

/** A comment the writer owns. Who doesn't own it learns of it only what everybody sees. */
async function findOwn(
  tx: Transaction<Tables>,
  writer: Writer,
  author: AuthorRow,
  commentId: string,
): Promise<WholeRow> {
  const row = await findRow(tx, writer.site.name, commentId);
  if (row === null) throw new Problem('comment-gone', undefined, { status: 404 });
  if (STATES[row.state].wiped) throw new Problem('comment-gone');
  if (row.author_id === author.id) return row;
  if (STATES[row.state].others === 'whole') throw new Problem('not-yours');
  throw new Problem('comment-gone', undefined, { status: 404 });
}

async function findParent(
  tx: Transaction<Tables>,
  threadId: string,
  site: string,
  parentId: string,
  author: AuthorRow,
): Promise<WholeRow> {
  const parent = await findRow(tx, site, parentId);
  if (parent === null || parent.thread_id !== threadId) throw new Problem('parent-gone');
  const { answerable } = STATES[parent.state];
  const isAnswerable = answerable === 'everyone' || (answerable === 'writer' && parent.author_id === author.id);
  if (!isAnswerable) throw new Problem('parent-gone');
  return parent;
}

async function findSameWords(
  tx: Transaction<Tables>,
  author: AuthorRow,
  threadId: string,
  words: { readonly text: string; readonly parentId: string | null; readonly passage: string | null },
  now: number,
): Promise<WholeRow | null> {
  const { text, parentId, passage } = words;
  const same = selectWhole(tx)
    .where('site', '=', author.site)
    .where('author_id', '=', author.id)
    .where('thread_id', '=', threadId)
    .where('created_at', '>', now - REPEAT_MS)
    .where('text', '=', text)
    .orderBy('created_at')
    .limit(1);
  const under = parentId === null ? same.where('parent_id', 'is', null) : same.where('parent_id', '=', parentId);
  const place = passage === null ? under.where('passage', 'is', null) : under.where('passage', '=', passage);
  const row = await (lengthOf(text) < SHORT_TEXT ? place : same).executeTakeFirst();
  return row ?? null;
}

async function hasPublished(tx: Transaction<Tables>, site: string, authorId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('comments')
    .select('id')
    .where('site', '=', site)
    .where('author_id', '=', authorId)
    .where(
      'state',
      'in',
      STATE_NAMES.filter((state) => STATES[state].counts),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Names a guest can't take: those the site lists, and those of its members and moderators. */
async function reservedNames(tx: Transaction<Tables>, site: Site, author: AuthorRow): Promise<readonly string[]> {
  if (author.role !== 'guest') return [];
  const members = await tx
    .selectFrom('comments')
    .select('author_name')
    .distinct()
    .where('site', '=', site.name)
    .where('author_role', 'in', ['member', 'moderator', 'admin'])
    .execute();
  return [...site.settings['reserved-names'], ...members.map((row) => row.author_name)];
}

async function refuseBanned(
  tx: Transaction<Tables>,
  writer: Writer,
  author: AuthorRow,
  email: string | null,
): Promise<void> {
  const ban = await tx
    .selectFrom('bans')
    .select('id')
    .where('site', '=', writer.site.name)
    .where((is) =>
      is.or([
        is.and([is('kind', '=', 'author'), is('value', '=', author.id)]),
        is.and([is('kind', '=', 'address'), is('value', '=', writer.address)]),
        ...(email === null ? [] : [is.and([is('kind', '=', 'email'), is('value', '=', banned(email))])]),
      ]),
    )
    .where((is) => is.or([is('until', 'is', null), is('until', '>', writer.now)]))
    .limit(1)
    .executeTakeFirst();
  if (ban !== undefined) throw new Problem('banned');
}

/** Only people of this site can be named: an id from elsewhere would be a way to plant text. */
async function keepMentions(
  tx: Transaction<Tables>,
  site: string,
  mentions: readonly Mention[],
): Promise<string | null> {
  if (mentions.length === 0) return null;
  const rows = await tx
    .selectFrom('authors')
    .select('id')
    .where('site', '=', site)
    .where(
      'id',
      'in',
      mentions.map((mention) => mention.id),
    )
    .execute();
  const known = new Set(rows.map((row) => row.id));
  const kept = mentions
    .filter((mention) => known.has(mention.id))
    .map((mention) => ({ id: mention.id, name: storable(mention.name) }));
  return kept.length === 0 ? null : JSON.stringify(kept);
}

async function current(tx: Transaction<Tables>, writer: Writer, row: WholeRow): Promise<Written> {
  const { revision } = await tx
    .selectFrom('threads')
    .select('revision')
    .where('id', '=', row.thread_id)
    .executeTakeFirstOrThrow();
  const author = authorIdOf(writer.site.name, writer.tokenHash);
  return written(row, writer.site, writer.now, revision, true, row.author_id === author);
}

function written(row: WholeRow, site: Site, now: number, revision: number, isNew = true, isOwn = true): Written {
  const isGone = STATES[row.state].writer === 'stub' && row.descendants === 0;
  return {
    comment: isGone ? null : commentOf(row, isOwn ? 'writer' : 'others'),
    revision,
    editableUntil: isOwn ? editableUntil(row, site.settings, now) : null,
    isNew,
  };
}
