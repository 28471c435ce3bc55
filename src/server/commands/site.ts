/** `afterword-server site add | list | set | remove` */
import type { Command } from 'commander';
import { checkSiteName } from '../config.ts';
import { DEFAULTS, SETTINGS, SETTING_NAMES, type SettingName, type Settings, readSettings } from '../rules/settings.ts';
import { countComments, findSite, listSites, removeSite, saveSite } from '../storage/sites.ts';
import { type DatabaseOptions, needSite, onDatabase, withDatabase } from './database-option.ts';
import { CommandError, count, say } from './terminal.ts';

export function addSite(program: Command): void {
  const site = program
    .command('site')
    .summary('set up sites')
    .description('Sites: whose pages are served, by which rules.');

  withSettings(site.command('add').argument('<name>').summary('add a site'))
    .description('Adds a site. A site is its origins: --origins https://blog.example,https://www.blog.example')
    .action(async (name: string, options: DatabaseOptions) => {
      checkSiteName(name);
      const settings = readSettings(settingsIn(options), `site "${name}"`);
      await onDatabase(options, true, async (storage) => {
        const known = await findSite(storage.reader, name);
        // The site of a fresh database is there, and belongs to nobody yet.
        if (known !== null && known.settings.origins.length > 0) {
          throw new CommandError(
            `There is a site "${name}" already. Change it with: afterword-server site set ${name} …`,
          );
        }
        const origins = settings.origins ?? [];
        if (origins.length === 0 && known === null) {
          throw new CommandError(`site "${name}": --origins is missing. Allowed: ${SETTINGS.origins.allowed}.`, 2);
        }
        await saveSite(storage.writer, name, settings, Date.now());
        say(`Site "${name}" serves pages of ${origins.join(', ') || 'this machine'}.`);
      });
    });

  withSettings(site.command('set').argument('<name>').summary('change a site’s settings'))
    .description('Changes settings of a site; what is not named stays. A running server follows at once.')
    .action(async (name: string, options: DatabaseOptions) => {
      const settings = readSettings(settingsIn(options), `site "${name}"`);
      await onDatabase(options, false, async (storage) => {
        await needSite(storage, name);
        await saveSite(storage.writer, name, settings, Date.now());
        say(`Site "${name}" has ${count(Object.keys(settings).length, 'new setting', 'new settings')}.`);
      });
    });

  withDatabase(site.command('list').summary('list sites and what differs from the defaults'))
    .option('--json', 'as JSON, all settings')
    .action(async (options: DatabaseOptions & { json?: boolean }) => {
      await onDatabase(options, false, async (storage) => {
        const sites = await listSites(storage.reader);
        if (options.json) {
          say(JSON.stringify(Object.fromEntries(sites.map((one) => [one.name, one.settings])), null, 2));
          return;
        }
        for (const one of sites) {
          say(`${one.name}: ${count(await countComments(storage.reader, one.name), 'comment', 'comments')}`);
          say(`  origins: ${one.settings.origins.join(', ') || 'none; pages of this machine, while no site has any'}`);
          for (const name of SETTING_NAMES) {
            if (name === 'origins' || isSame(one.settings[name], DEFAULTS[name])) continue;
            say(`  ${name}: ${textOf(one.settings[name])}`);
          }
        }
      });
    });

  withDatabase(site.command('remove').argument('<name>').summary('remove a site'))
    .description('Removes a site. One with comments is removed only with --with-comments, for good.')
    .option('--with-comments', 'remove everything written on it too')
    .action(async (name: string, options: DatabaseOptions & { withComments?: boolean }) => {
      await onDatabase(options, false, async (storage) => {
        await needSite(storage, name);
        const comments = await countComments(storage.reader, name);
        if (comments > 0 && !options.withComments) {
          throw new CommandError(
            `Site "${name}" has ${count(comments, 'comment', 'comments')}. To remove them too, add --with-comments.`,
          );
        }
        await removeSite(storage.writer, name);
        say(`Site "${name}" is removed.`);
      });
    });
}

function withSettings(command: Command): Command {
  withDatabase(command);
  for (const name of SETTING_NAMES) {
    const { about, allowed, default: standard } = SETTINGS[name];
    command.option(`--${name} <value>`, `${about}: ${allowed} (default: ${textOf(standard) || 'none'})`);
  }
  return command;
}

/** Commander turns `--min-length` into `minLength`. */
function settingsIn(options: object): Partial<Record<SettingName, unknown>> {
  const given: Partial<Record<SettingName, unknown>> = {};
  for (const name of SETTING_NAMES) {
    const key = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const value = (options as Record<string, unknown>)[key];
    if (value !== undefined) given[name] = value;
  }
  return given;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function textOf(value: Settings[SettingName]): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (typeof value === 'object' && value !== null) return value.join(', ');
  return value === null ? '' : String(value);
}
