/**
 * The one way to the database: reads are snapshots on a connection that never writes, writes are transactions on one
 * that takes the lock. A second kind of database is a second `Connections`.
 */
import type { Person } from '../../model/people.ts';
import { People } from './people.ts';
import { type Kysely, sql } from 'kysely';
import type { Changes, Channel, Mine, Page, Passages } from '../../model/comment.ts';
import { authorIdOf } from '../rules/tokens.ts';
import {
  type RootsWish,
  type Thread,
  countPages,
  findThread,
  listAllPassages,
  listAround,
  listBranch,
  listChanges,
  listMine,
  listNews,
  listRevisions,
  listRoots,
  type NewsPart,
} from './listing.ts';
import { type Migration, migrate, readMeta } from './migrations.ts';
import { type Site, findSite, listSites } from './sites.ts';
import { type Connections, openSqlite } from './sqlite.ts';
import type { ChoiceWish, Telling } from './subscribing.ts';
import type { Tables } from './tables.ts';
import { type PostWish, type Writer, type Written, edit, notify, post, remove, vote } from './writing.ts';

interface Ways {
  readonly channels?: readonly Channel[];
  readonly pushServices?: readonly string[];
}

export class Storage {
  readonly #people = new People();
  readonly writer: Kysely<Tables>;
  readonly reader: Kysely<Tables>;
  /** Key of the hashes of addresses. */
  readonly secret: string;
  /** True where the tables were made just now. */
  readonly isNew: boolean;
  /** How readers can be told of news; push services besides the usual ones. */
  readonly channels: readonly Channel[];
  readonly telling: Telling;
  readonly #connections: Connections;

  private constructor(connections: Connections, secret: string, isNew: boolean, ways: Ways) {
    this.#connections = connections;
    this.writer = connections.writer;
    this.reader = connections.reader;
    this.secret = secret;
    this.isNew = isNew;
    this.channels = ways.channels ?? [];
    this.telling = { secret, mail: this.channels.includes('mail'), pushServices: ways.pushServices ?? [] };
  }

  /** Opens the database of a file, makes it where there is none, and brings it to the newest shape. */
  static async open(
    file: string,
    options: { secret?: string; migrations?: readonly Migration[] } & Ways = {},
  ): Promise<Storage> {
    const connections = openSqlite(file);
    try {
      const isNew = await migrate(connections.writer, options.migrations, options.secret);
      const secret = options.secret ?? (await readMeta(connections.writer, 'secret')) ?? '';
      return new Storage(connections, secret, isNew, options);
    } catch (error) {
      await connections.close();
      throw error;
    }
  }

  async sites(): Promise<readonly Site[]> {
    return listSites(this.reader);
  }

  async site(name: string): Promise<Site | null> {
    return findSite(this.reader, name);
  }

  /** Everything asked inside sees the same moment. */
  async read<T>(ask: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.reader.transaction().execute(ask);
  }

  /** The thread's row as it is now: enough to tell whether a reader's copy is still good. */
  async thread(db: Kysely<Tables>, site: Site, page: string): Promise<Thread> {
    return findThread(db, site, page, (await readMeta(db, 'epoch')) ?? '', this.channels);
  }

  roots(db: Kysely<Tables>, thread: Thread, wish: RootsWish): Promise<Page> {
    return listRoots(db, thread, wish);
  }

  branch(
    db: Kysely<Tables>,
    thread: Thread,
    wish: { readonly rootId: string; readonly limit: number; readonly after?: string | undefined },
  ): Promise<Page> {
    return listBranch(db, thread, wish);
  }

  around(db: Kysely<Tables>, thread: Thread, id: string): Promise<Page> {
    return listAround(db, thread, id);
  }

  changes(
    db: Kysely<Tables>,
    thread: Thread,
    since: { readonly epoch: string; readonly revision: number },
  ): Promise<Changes> {
    return listChanges(db, thread, since);
  }

  passages(db: Kysely<Tables>, thread: Thread): Promise<Passages> {
    return listAllPassages(db, thread);
  }

  people(db: Kysely<Tables>, thread: Thread, typed: string): Promise<readonly Person[]> {
    return this.#people.find(db, thread, typed);
  }

  /** Another number than before: something was written since, by whatever process. Asking is next to nothing. */
  async dataVersion(): Promise<number> {
    const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(this.reader);
    return rows[0]?.data_version ?? 0;
  }

  revisions(site: string, pages: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return listRevisions(this.reader, site, pages);
  }

  news(db: Kysely<Tables>, thread: Thread, since: number, mostBytes: number): Promise<readonly NewsPart[] | null> {
    return listNews(db, thread, since, mostBytes);
  }

  mine(db: Kysely<Tables>, thread: Thread, tokenHash: string, now: number): Promise<Mine> {
    return listMine(db, thread, authorIdOf(thread.site.name, tokenHash), now);
  }

  counts(site: string, pages: readonly string[]): Promise<Record<string, number>> {
    return countPages(this.reader, site, pages);
  }

  post(writer: Writer, wish: PostWish): Promise<Written> {
    return post(this.writer, writer, wish, this.#tellingFor(writer));
  }

  edit(writer: Writer, wish: Parameters<typeof edit>[2]): Promise<Written> {
    return edit(this.writer, writer, wish);
  }

  remove(writer: Writer, commentId: string): Promise<Written> {
    return remove(this.writer, writer, commentId);
  }

  vote(writer: Writer, wish: Parameters<typeof vote>[2]): Promise<Written> {
    return vote(this.writer, writer, wish);
  }

  /** A choice of "Notify of", or of a bell. */
  notify(writer: Writer, page: PostWish['page'], wish: ChoiceWish): Promise<Written> {
    return notify(this.writer, writer, page, wish, this.#tellingFor(writer));
  }

  /** Null where nobody is told of anything. */
  #tellingFor({ site }: Writer): Telling | null {
    return this.channels.length > 0 && site.settings.notify ? this.telling : null;
  }

  close(): Promise<void> {
    return this.#connections.close();
  }
}
