/** `afterword-server import | export | backup | restore` */
import { copyFileSync, createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { sql } from 'kysely';
import { readConfig } from '../config.ts';
import { exportSite } from '../importers/export.ts';
import { importFile } from '../importers/import.ts';
import { renewEpoch } from '../storage/migrations.ts';
import { Storage } from '../storage/storage.ts';
import { type DatabaseOptions, needSite, onDatabase, withDatabase, withSite } from './database-option.ts';
import { CommandError, count, progressTeller, say, tell } from './terminal.ts';

const MOST_SHOWN = 100;

export function addTransfer(program: Command): void {
  withSite(program.command('import').argument('<file>').summary('take comments in from a file'))
    .description(
      'Takes comments in from our JSON Lines or from a JSON list of comments. What is there already stays as it is, so an ' +
        'import can be repeated. Records that can’t be taken in are told with their line and the reason; then the exit code is 1.',
    )
    .option('--page <id>', 'page id for records that name no page')
    .option('--onto <id>', 'page id for all records, whatever page they name')
    .action(importCommand);

  withSite(program.command('export').argument('[file]').summary('write all comments of a site as JSON Lines'))
    .description('Writes all comments of a site as JSON Lines, to a file or to the standard output.')
    .option('--public', 'without e-mail addresses, and without who wrote, voted and is told of what')
    .action(exportCommand);

  withDatabase(program.command('backup').argument('<file>').summary('copy the database'))
    .description('Copies the database into a new file, also while a server runs on it.')
    .action(async (file: string, options: DatabaseOptions) => {
      if (existsSync(file)) throw new CommandError(`There is a file ${resolve(file)} already.`);
      await onDatabase(options, false, async (storage) => {
        await sql`vacuum into ${resolve(file)}`.execute(storage.writer);
        say(`The database was copied to ${resolve(file)}.`);
      });
    });

  withDatabase(program.command('restore').argument('<file>').summary('put a backup in place'))
    .description(
      'Puts a backup in the place of the database, and tells every reader’s browser to ask for everything anew. The server ' +
        'must not run meanwhile. The database that was there is kept beside it.',
    )
    .action(restore);
}

async function importCommand(
  file: string,
  options: DatabaseOptions & { site: string; page?: string; onto?: string },
): Promise<void> {
  if (!existsSync(file)) throw new CommandError(`There is no file ${resolve(file)}.`);
  const tellProgress = progressTeller();
  await onDatabase(options, true, async (storage) => {
    await needSite(storage, options.site);
    const result = await importFile(storage.writer, file, {
      site: options.site,
      page: options.page,
      onto: options.onto,
      now: Date.now,
      onProgress: ({ step, done, of }) =>
        tellProgress(() =>
          of === null
            ? `${step}: ${count(done, 'record', 'records')}`
            : `${step}: ${done.toLocaleString('en')} of ${count(of, 'comment', 'comments')}`,
        ),
    });
    for (const remark of result.remarks.slice(0, MOST_SHOWN)) {
      tell(`${file}:${remark.line}: ${remark.isLeftOut ? 'left out: ' : ''}${remark.reason}`);
    }
    const more = result.remarks.length - MOST_SHOWN;
    if (more > 0) tell(`… and ${count(more, 'more remark', 'more remarks')}.`);
    say(
      `${count(result.added, 'comment', 'comments')} taken in on ${count(result.pages, 'page', 'pages')}, ` +
        `${result.there.toLocaleString('en')} there already, ${result.leftOut.toLocaleString('en')} left out.`,
    );
    if (result.leftOut > 0) process.exitCode = 1;
  });
}

async function exportCommand(
  file: string | undefined,
  options: DatabaseOptions & { site: string; public?: boolean },
): Promise<void> {
  const tellProgress = progressTeller();
  await onDatabase(options, false, async (storage) => {
    await needSite(storage, options.site);
    // Written beside and renamed: a file of that name is always a whole export.
    const unfinished = file === undefined ? null : `${file}.unfinished`;
    let comments = 0;
    await storage.read(async (db) => {
      const lines = exportSite(db, {
        site: options.site,
        isPublic: options.public === true,
        onProgress: (done) => {
          comments = done;
          tellProgress(() => `writing: ${count(done, 'comment', 'comments')}`);
        },
      });
      if (unfinished === null) await pipeline(Readable.from(lines), process.stdout, { end: false });
      else await pipeline(Readable.from(lines), createWriteStream(unfinished));
    });
    if (file !== undefined && unfinished !== null) renameSync(unfinished, file);
    tell(`${count(comments, 'comment', 'comments')} written.`);
  });
}

async function restore(file: string, options: DatabaseOptions): Promise<void> {
  if (!existsSync(file)) throw new CommandError(`There is no file ${resolve(file)}.`);
  const { database } = readConfig({ database: options.database, config: options.config }, process.env);
  const path = resolve(database);
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.restoring`;
  rmSync(fresh, { force: true });
  copyFileSync(file, fresh);
  // Opened first: what is no database of ours must not take the place of one.
  const storage = await Storage.open(fresh);
  await renewEpoch(storage.writer);
  await storage.close();
  const kept = existsSync(path) ? `${path}.before-${new Date().toISOString().replace(/[:.]/g, '-')}` : null;
  if (kept !== null) {
    for (const part of ['', '-wal', '-shm']) {
      if (existsSync(path + part)) renameSync(path + part, kept + part);
    }
  }
  renameSync(fresh, path);
  say(`${path} is now the backup${kept === null ? '' : `; what was there is ${kept}`}.`);
}
