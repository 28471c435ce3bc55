/** `afterword-server messages list | retry`: what the outbox of mails and notices holds, and what was given up. */
import { type Command, Option } from 'commander';
import type { MessageRow } from '../storage/notify-tables.ts';
import { listMessages, retryMessages } from '../storage/outgoing.ts';
import { type DatabaseOptions, onDatabase, withDatabase } from './database-option.ts';
import { count, say, shorten } from './terminal.ts';

const STATES: readonly MessageRow['state'][] = ['waiting', 'taken', 'sent', 'given-up', 'dropped'];

export function addMessages(program: Command): void {
  const messages = program
    .command('messages')
    .summary('see what is sent to readers')
    .description(
      'Mails and notices to readers: what waits, what was sent in the last month, what was given up and why.',
    );

  withDatabase(messages.command('list').summary('list messages, newest first'))
    .addOption(
      new Option('--state <state>', 'only these (default: waiting, taken and given-up)').choices([...STATES, 'any']),
    )
    .option('--json', 'as JSON')
    .action(async (options: DatabaseOptions & { state?: MessageRow['state'] | 'any'; json?: boolean }) => {
      await onDatabase(options, false, async (storage) => {
        const states: readonly MessageRow['state'][] =
          options.state === 'any' ? STATES : options.state ? [options.state] : ['waiting', 'taken', 'given-up'];
        const rows = await listMessages(storage.reader, states, 1_000);
        if (options.json) {
          say(JSON.stringify(rows, null, 2));
          return;
        }
        for (const row of rows) {
          const to = row.channel === 'mail' ? row.address : new URL(row.address).host;
          const tries = row.attempts > 0 ? `, ${count(row.attempts, 'attempt', 'attempts')}` : '';
          say(`${row.id}  ${row.state}  ${row.kind}  ${shorten(to, 80)}${tries}`);
          if (row.error !== '') say(`  ${shorten(row.error, 200)}`);
        }
        say(count(rows.length, 'message', 'messages'));
      });
    });

  withDatabase(messages.command('retry').summary('try again what was given up'))
    .description('Gives every message that was given up another chance. A running server sends them.')
    .action(async (options: DatabaseOptions) => {
      await onDatabase(options, false, async (storage) => {
        say(`${count(await retryMessages(storage.writer, Date.now()), 'message waits', 'messages wait')} again.`);
      });
    });
}
