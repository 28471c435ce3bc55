/** The commands that work on the database: each opens it, does its work, also beside a running server, and closes it. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { type Site, listSites } from '../storage/sites.ts';
import { Storage } from '../storage/storage.ts';
import { CommandError } from './terminal.ts';

export interface DatabaseOptions {
  readonly database?: string;
  readonly config?: string;
}

export function withDatabase(command: Command): Command {
  return command
    .option('--database <file>', 'SQLite file (AFTERWORD_DATABASE; default: ./data/afterword.sqlite)')
    .option('--config <file>', 'JSON file that names the database (AFTERWORD_CONFIG)');
}

export function withSite(command: Command): Command {
  return withDatabase(command).option('--site <name>', 'name of the site', 'default');
}

/** `mayMake`: false where an empty database could only be a wrong path. */
export async function onDatabase<T>(
  options: DatabaseOptions,
  mayMake: boolean,
  work: (storage: Storage) => Promise<T>,
): Promise<T> {
  const config = readConfig({ database: options.database, config: options.config }, process.env);
  if (!mayMake && !existsSync(config.database)) {
    throw new CommandError(`There is no database at ${resolve(config.database)}. Name it with --database.`);
  }
  const storage = await Storage.open(config.database, config.secret === undefined ? {} : { secret: config.secret });
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}

export async function needSite(storage: Storage, name: string): Promise<Site> {
  const site = await storage.site(name);
  if (site !== null) return site;
  const names = (await listSites(storage.reader)).map((one) => one.name);
  throw new CommandError(`There is no site "${name}". Sites: ${names.join(', ') || 'none'}.`);
}
