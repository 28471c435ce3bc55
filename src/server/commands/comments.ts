/** `afterword-server comments list | approve | reject | spam | delete | ban | bans | unban`: moderation by hand. */
import { isIP } from 'node:net';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommentState } from '../../model/comment.ts';
import { networkOf } from '../rules/addresses.ts';
import { readMailbox } from '../rules/mailboxes.ts';
import { STATE_NAMES } from '../rules/states.ts';
import { keyedAddress } from '../rules/tokens.ts';
import {
  type Act,
  type Moderated,
  ban,
  findByIdOrAlias,
  liftBan,
  listBans,
  listForModerators,
  moderate,
} from '../storage/moderating.ts';
import type { Storage } from '../storage/storage.ts';
import type { BanRow } from '../storage/tables.ts';
import { type DatabaseOptions, needSite, onDatabase, withSite } from './database-option.ts';
import { CommandError, count, say, shorten, tell } from './terminal.ts';

interface SiteOptions extends DatabaseOptions {
  readonly site: string;
}

const ACTS: Readonly<Record<Act, { readonly summary: string; readonly done: string }>> = {
  approve: { summary: 'publish comments that wait', done: 'published' },
  reject: { summary: 'take comments off the page; they can be approved again', done: 'rejected' },
  spam: { summary: 'mark comments as spam', done: 'marked as spam' },
  delete: { summary: 'delete words and names of comments for good', done: 'deleted' },
};

export function addComments(program: Command): void {
  const comments = program
    .command('comments')
    .summary('moderate')
    .description('Lists and moderates comments; works while the server runs on the same database.');

  withSite(comments.command('list').summary('list comments, newest first'))
    .addOption(
      new Option('--state <state>', 'only those in this state').choices([...STATE_NAMES, 'any']).default('held'),
    )
    .option('--page <id>', 'only of this page')
    .option('--limit <number>', 'how many', wholeNumber, 50)
    .option('--json', 'one JSON object a line, with everything known')
    .action(list);

  for (const act of Object.keys(ACTS) as Act[]) {
    withSite(comments.command(act).argument('<id...>').summary(ACTS[act].summary))
      .description(`${ACTS[act].summary.replace(/^./, (first) => first.toUpperCase())}.`)
      .option('--note <text>', 'for the log', '')
      .action((ids: string[], options: SiteOptions & { note: string }) => moderateAll(act, ids, options));
  }

  withSite(comments.command('ban').summary('keep somebody from writing'))
    .description('Bans a writer, an e-mail address or a network address, for good or until a day.')
    .option('--comment <id>', 'the writer of this comment')
    .addOption(
      new Option('--by <what>', 'with --comment: by what the writer is known')
        .choices(['author', 'email', 'address'])
        .default('author'),
    )
    .option('--author <id>', 'public id of a writer')
    .option('--email <address>', 'e-mail address')
    .option('--address <ip>', 'network address; only its keyed hash is kept')
    .option('--until <time>', 'until this day or time, like 2027-01-31', endTime)
    .option('--days <number>', 'for so many days', wholeNumber)
    .option('--note <text>', 'why', '')
    .action(banCommand);

  withSite(comments.command('bans').summary('list bans')).action(async (options: SiteOptions) => {
    await onDatabase(options, false, async (storage) => {
      await needSite(storage, options.site);
      for (const row of await listBans(storage.reader, options.site)) say(banLine(row));
    });
  });

  withSite(comments.command('unban').argument('<id>').summary('lift a ban'))
    .option('--note <text>', 'for the log', '')
    .action(async (id: string, options: SiteOptions & { note: string }) => {
      await onDatabase(options, false, async (storage) => {
        const { site, note } = options;
        const isLifted = await liftBan(storage.writer, { site, id, note, now: Date.now() });
        if (!isLifted) throw new CommandError(`There is no ban ${id} on site "${site}".`);
        say('Lifted.');
      });
    });
}

async function list(
  options: SiteOptions & { state: CommentState | 'any'; page?: string; limit: number; json?: boolean },
): Promise<void> {
  await onDatabase(options, false, async (storage) => {
    await needSite(storage, options.site);
    const rows = await listForModerators(storage.reader, {
      site: options.site,
      states: options.state === 'any' ? STATE_NAMES : [options.state],
      page: options.page,
      limit: options.limit,
    });
    for (const row of rows) {
      if (options.json) {
        const { id, page, state, parent_id, author_id, author_name, email, text, created_at } = row;
        say(
          JSON.stringify({
            id,
            page,
            state,
            parentId: parent_id,
            authorId: author_id,
            name: author_name,
            email,
            text,
            createdAt: created_at,
          }),
        );
        continue;
      }
      const time = new Date(row.created_at).toISOString().slice(0, 16).replace('T', ' ');
      say(`${row.id}  ${row.state}  ${time}  ${shorten(row.author_name, 30)}  ${shorten(row.page, 60)}`);
      say(`  ${shorten(row.text, 100)}`);
    }
    tell(`${count(rows.length, 'comment', 'comments')}${options.state === 'any' ? '' : ` ${options.state}`}.`);
  });
}

async function moderateAll(act: Act, ids: readonly string[], options: SiteOptions & { note: string }): Promise<void> {
  await onDatabase(options, false, async (storage) => {
    const { site, note } = options;
    await needSite(storage, site);
    let failed = 0;
    for (const id of ids) {
      const moderated = await moderate(storage.writer, act, { site, id, note, now: Date.now() });
      if (moderated.result === 'unknown' || moderated.result === 'wiped') failed += 1;
      say(`${id}: ${resultText(moderated, act)}`);
    }
    if (failed > 0) process.exitCode = 1;
  });
}

function resultText(moderated: Moderated, act: Act): string {
  switch (moderated.result) {
    case 'done':
      return ACTS[act].done;
    case 'already':
      return `${ACTS[act].done} already`;
    case 'wiped':
      return 'it was deleted; there is nothing left';
    case 'unknown':
      return 'there is no such comment on this site';
  }
}

interface BanOptions extends SiteOptions {
  readonly comment?: string;
  readonly by: BanRow['kind'];
  readonly author?: string;
  readonly email?: string;
  readonly address?: string;
  readonly until?: number;
  readonly days?: number;
  readonly note: string;
}

async function banCommand(options: BanOptions): Promise<void> {
  const named = [options.comment, options.author, options.email, options.address].filter((one) => one !== undefined);
  if (named.length !== 1) {
    throw new CommandError('Name one of --comment, --author, --email, --address.', 2);
  }
  if (options.until !== undefined && options.days !== undefined) {
    throw new CommandError('Name one of --until and --days, or neither.', 2);
  }
  const now = Date.now();
  const until = options.until ?? (options.days === undefined ? null : now + options.days * 86_400_000);
  await onDatabase(options, false, async (storage) => {
    const { site, note } = options;
    await needSite(storage, site);
    const { kind, value } = await whom(storage, options);
    say(banLine(await ban(storage.writer, { site, kind, value, until, note, now })));
  });
}

async function whom(storage: Storage, options: BanOptions): Promise<Pick<BanRow, 'kind' | 'value'>> {
  if (options.author !== undefined) return { kind: 'author', value: options.author };
  if (options.email !== undefined) {
    if (readMailbox(options.email) === null) throw new CommandError(`${options.email} is not an email address.`, 2);
    return { kind: 'email', value: options.email };
  }
  if (options.address !== undefined) {
    if (isIP(options.address) === 0) throw new CommandError(`${options.address} is not a network address.`, 2);
    return { kind: 'address', value: keyedAddress(networkOf(options.address), storage.secret) };
  }
  const row = await findByIdOrAlias(storage.reader, options.site, options.comment ?? '');
  if (row === null) throw new CommandError(`There is no comment ${options.comment} on site "${options.site}".`);
  const value = { author: row.author_id, email: row.email, address: row.address }[options.by];
  if (value === null) throw new CommandError(`The ${options.by} of this comment is not known.`);
  return { kind: options.by, value };
}

function banLine(row: BanRow): string {
  const until = row.until === null ? 'for good' : `until ${new Date(row.until).toISOString().slice(0, 16)}Z`;
  return `${row.id}  ${row.kind} ${shorten(row.value, 60)}  ${until}  ${shorten(row.note, 60)}`.trimEnd();
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Allowed: a whole number.');
  return Number(text);
}

function endTime(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError('Allowed: a day like 2027-01-31 or a time like 2027-01-31T18:00Z.');
  return time;
}
