/** The sites of this server and what they set. Read anew for every request: the command line changes them meanwhile. */
import type { Kysely } from 'kysely';
import { DEFAULTS, type Settings, SettingError, checkSettings, readSettings } from '../rules/settings.ts';
import { dropAllUnused } from './quotes.ts';
import type { Tables } from './tables.ts';

export interface Site {
  readonly name: string;
  readonly settings: Settings;
  /** Changes with the settings: part of every ETag, because rules come with every list. */
  readonly version: string;
}

export const SITE_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/i;

const known = new Map<string, Site>();

export async function listSites(db: Kysely<Tables>): Promise<readonly Site[]> {
  const rows = await db.selectFrom('sites').select(['name', 'settings']).orderBy('name').execute();
  return rows.map((row) => siteOf(row.name, row.settings));
}

export async function findSite(db: Kysely<Tables>, name: string): Promise<Site | null> {
  const row = await db.selectFrom('sites').select(['name', 'settings']).where('name', '=', name).executeTakeFirst();
  return row === undefined ? null : siteOf(row.name, row.settings);
}

/** Makes the site or changes some of its settings. */
export async function saveSite(
  db: Kysely<Tables>,
  name: string,
  changes: Partial<Settings>,
  now: number,
): Promise<Site> {
  return db.transaction().execute(async (tx) => {
    const before = await findSite(tx, name);
    const settings = { ...(before?.settings ?? DEFAULTS), ...changes };
    checkSettings(settings, `site "${name}"`);
    for (const other of await listSites(tx)) {
      const shared = other.settings.origins.find((origin) => other.name !== name && settings.origins.includes(origin));
      if (shared !== undefined) {
        throw new SettingError(
          `site "${name}": setting "origins" names ${shared}, which belongs to site "${other.name}". Allowed: an origin of no other site.`,
        );
      }
    }
    const stored = JSON.stringify(settings);
    await tx
      .insertInto('sites')
      .values({ name, settings: stored, created_at: now })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ settings: stored }))
      .execute();
    return siteOf(name, stored);
  });
}

export async function countComments(db: Kysely<Tables>, name: string): Promise<number> {
  const { n } = await db
    .selectFrom('comments')
    .select((expression) => expression.fn.countAll<number>().as('n'))
    .where('site', '=', name)
    .executeTakeFirstOrThrow();
  return Number(n);
}

/** Takes the site and everything written on it away. */
export async function removeSite(db: Kysely<Tables>, name: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    // Replies point at their parents: those links go first, or no order of deleting would do.
    await tx.updateTable('comments').set({ parent_id: null }).where('site', '=', name).execute();
    for (const table of [
      'comments',
      'message_items',
      'messages',
      'news',
      'subscriptions',
      'holders',
      'addresses',
      'votes',
      'aliases',
      'idempotency_keys',
      'bans',
      'moderation_log',
      'threads',
      'authors',
    ] as const) {
      await tx.deleteFrom(table).where('site', '=', name).execute();
    }
    await dropAllUnused(tx);
    await tx.deleteFrom('sites').where('name', '=', name).execute();
  });
}

function siteOf(name: string, stored: string): Site {
  const key = `${name}\n${stored}`;
  let site = known.get(key);
  if (!site) {
    const settings = { ...DEFAULTS, ...readSettings(JSON.parse(stored) as Record<string, unknown>, `site "${name}"`) };
    site = { name, settings, version: shortHash(stored) };
    if (known.size > 1_000) known.clear();
    known.set(key, site);
  }
  return site;
}

function shortHash(text: string): string {
  let hash = 5381;
  for (let at = 0; at < text.length; at += 1) hash = (hash * 33 + text.charCodeAt(at)) % 4294967296;
  return hash.toString(36);
}
