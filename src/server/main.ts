#!/usr/bin/env node
/**
 * The command `afterword-server`. Exit codes: 0 done, 1 it failed, 2 it was called in a way it does not know. Mistakes are
 * one sentence; a trace is shown only for what should not have happened.
 */
import { Command, CommanderError } from 'commander';
import { addComments } from './commands/comments.ts';
import { addMessages } from './commands/messages.ts';
import { addServe } from './commands/serve.ts';
import { addSite } from './commands/site.ts';
import { CommandError, tell } from './commands/terminal.ts';
import { addTransfer } from './commands/transfer.ts';
import { ImportError } from './importers/import.ts';
import { SettingError } from './rules/settings.ts';
import { NoSqliteError } from './storage/driver.ts';
import { MigrationError } from './storage/migrations.ts';
import { VERSION } from './version.ts';

/** What the system says in codes, in words. */
const SYSTEM: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program listens on this port. Choose another one with --port.',
  EADDRNOTAVAIL: 'This machine does not have that address. Choose another one with --host.',
  EACCES: 'The system does not allow this:',
  ENOENT: 'There is no such file or folder:',
  ENOSPC: 'The disk is full:',
  EROFS: 'The disk can’t be written to:',
  SQLITE_CANTOPEN: 'The database can’t be opened:',
  SQLITE_NOTADB: 'The file named as the database is not one:',
  SQLITE_READONLY: 'The database can’t be written to:',
  SQLITE_BUSY: 'Another process is writing to the database for too long:',
  SQLITE_FULL: 'The disk is full:',
};

async function main(): Promise<void> {
  const program = new Command('afterword-server')
    .description('The reference server of Afterword, a comment section for any page.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(add --help for what is possible)');
  addServe(program);
  addSite(program);
  addTransfer(program);
  addComments(program);
  addMessages(program);
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof SettingError) {
    tell(error.message);
    return 2;
  }
  if (error instanceof CommandError) {
    tell(error.message);
    return error.exitCode;
  }
  if (error instanceof ImportError || error instanceof MigrationError || error instanceof NoSqliteError) {
    tell(error.message);
    return 1;
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words = SYSTEM[code];
  if (words !== undefined) tell(words.endsWith(':') ? `${words} ${(error as Error).message}` : words);
  else tell(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

await main();
