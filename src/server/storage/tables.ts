/** The tables as Kysely sees them. Times are milliseconds, flags are 0 or 1, lists are JSON: what both databases know. */
import type { NotifyTables } from './notify-tables.ts';
import type { CommentState, Role, TextFormat } from '../../model/comment.ts';

export interface Tables extends NotifyTables {
  meta: { key: string; value: string };
  sites: SiteRow;
  threads: ThreadRow;
  comments: CommentRow;
  authors: AuthorRow;
  votes: VoteRow;
  idempotency_keys: KeyRow;
  aliases: AliasRow;
  bans: BanRow;
  moderation_log: LogRow;
  quotes: QuoteRow;
  page_words: PageWordsRow;
}

export interface SiteRow {
  name: string;
  /** JSON of the settings that differ from the defaults. */
  settings: string;
  created_at: number;
}

export interface ThreadRow {
  id: string;
  site: string;
  page: string;
  url: string | null;
  title: string | null;
  revision: number;
  /** `createdAt` of its newest comment: the next one is at least a millisecond later. */
  last_at: number;
  /** Published comments. */
  published: number;
  /** Top-level comments that are shown and not pinned. */
  roots: number;
  /** Published comments on passages. */
  inline: number;
  created_at: number;
}

/** What a comment that is not published says of its page: it counts from the moment in which the comment is. */
export interface PageWordsRow {
  site: string;
  comment_id: string;
  url: string;
  title: string;
}

export interface QuoteRow {
  /** Of the text: the same quote of many comments is kept once. */
  hash: string;
  /** JSON. */
  quote: string;
}

/** Where a comment is listed; a number, so that one index serves each list from its first row. */
export const PLACE = { hidden: 0, reply: 1, root: 2, pinned: 3 } as const;

export interface CommentRow {
  site: string;
  id: string;
  thread_id: string;
  parent_id: string | null;
  root_id: string;
  /** 0 for a top-level comment. */
  depth: number;
  order_key: string;
  place: number;
  state: CommentState;
  author_id: string | null;
  author_name: string;
  author_role: Role;
  author_website: string | null;
  email: string | null;
  /** Keyed hash of the address it came from. */
  address: string | null;
  text: string;
  format: TextFormat;
  /** JSON. */
  mentions: string | null;
  created_at: number;
  edited_at: number | null;
  up: number;
  down: number;
  /** up - down. */
  score: number;
  pinned: number;
  /** Published comments below it at any depth. */
  descendants: number;
  revision: number;
  /** Whether anonymous readers ever met it: only then its going is news for them. */
  was_shown: number;
  /** Key of the passage it is about; top-level comments only. */
  passage: string | null;
  quote_hash: string | null;
}

export interface AuthorRow {
  site: string;
  /** Public. */
  id: string;
  /** SHA-256 of the writer's token. */
  token_hash: string | null;
  role: Role;
  created_at: number;
}

export interface VoteRow {
  site: string;
  comment_id: string;
  author_id: string;
  thread_id: string;
  value: number;
  counter: number;
}

/** Kept for ever, also when the comment is gone (FAULTS H13). */
export interface KeyRow {
  site: string;
  author_id: string;
  key: string;
  act: 'post' | 'edit' | 'delete';
  comment_id: string;
  fingerprint: string;
  created_at: number;
}

export interface AliasRow {
  site: string;
  thread_id: string;
  old_id: string;
  comment_id: string;
}

export interface BanRow {
  id: string;
  site: string;
  kind: 'author' | 'email' | 'address';
  value: string;
  until: number | null;
  note: string;
  created_at: number;
}

export interface LogRow {
  id: string;
  site: string;
  comment_id: string | null;
  act: string;
  before: string | null;
  after: string | null;
  note: string;
  at: number;
}
