/** `afterword-server serve` */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { readConfig } from '../config.ts';
import { isConfigured } from '../rules/origins.ts';
import { STANDARD_LIMITS } from '../rules/limits.ts';
import { startServer } from '../start.ts';
import { say, tell } from './terminal.ts';

interface ServeOptions {
  readonly database?: string;
  readonly port?: string;
  readonly host?: string;
  readonly proxies?: string;
  readonly limits?: string;
  readonly config?: string;
  readonly smtp?: string;
  readonly mailFrom?: string;
  readonly publicUrl?: string;
  readonly demo?: string | boolean;
}

export function addServe(program: Command): void {
  program
    .command('serve')
    .summary('start the server')
    .description(
      'Starts the server: the API, the widget’s files and the demo article. Needs no configuration: the database is made, ' +
        'and until a site is added, pages of this machine are served.',
    )
    .option('--database <file>', 'SQLite file (AFTERWORD_DATABASE; default: ./data/afterword.sqlite)')
    .option('--port <number>', 'port, 0 for any free one (AFTERWORD_PORT; default: 8090)')
    .option('--host <address>', 'address to listen on (AFTERWORD_HOST; default: 127.0.0.1)')
    .option(
      '--proxies <list>',
      'addresses or networks whose X-Forwarded-For and -Prefix are believed (AFTERWORD_PROXIES)',
    )
    .addOption(new Option('--limits <choice>', 'rate limits (AFTERWORD_LIMITS; default: on)').choices(['on', 'off']))
    .option('--smtp <url>', 'mail server, smtp://user:password@host:587 (AFTERWORD_SMTP; default: no mails)')
    .option('--mail-from <sender>', 'sender of mails, Blog <comments@blog.example> (AFTERWORD_MAIL_FROM)')
    .option(
      '--public-url <url>',
      'this server’s address on the web, with its path there, for links and mails (AFTERWORD_PUBLIC_URL)',
    )
    .option('--config <file>', 'JSON file with these settings and those of the sites (AFTERWORD_CONFIG)')
    .option('--demo <file>', 'discussion in JSON Lines for the demo article, taken in when the database is new')
    .option('--no-demo', 'take no sample discussion in')
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const { secret, mailFrom, ...config } = readConfig(options, process.env);
  const server = await startServer({
    ...config,
    limits: config.limits ? STANDARD_LIMITS : null,
    ...(secret === undefined ? {} : { secret }),
    ...(mailFrom === undefined ? {} : { mailFrom }),
    sample: options.demo === false ? null : typeof options.demo === 'string' ? options.demo : 'with-demo',
    log: tell,
  });
  // Only now: whoever waits for the address may ask at once.
  const lines = [server.address, `Database: ${resolve(config.database)}`];
  if (!isConfigured(await server.storage.sites())) {
    lines.push('No site is set up: pages of this machine are served. For another one:');
    lines.push('  afterword-server site add NAME --origins https://your-site.example');
  }
  if (config.smtp === null) {
    lines.push(
      'No mail is set up: readers are not offered to be told of news by mail. See --smtp, --mail-from, --public-url.',
    );
  }
  say(lines.join('\n'));
  await new Promise<void>((done, failed) => {
    const stop = (): void => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      // Who asks twice doesn't want to wait.
      process.once('SIGINT', () => process.exit(1)).once('SIGTERM', () => process.exit(1));
      tell('Stopping: requests that began are answered.');
      server.close().then(done, failed);
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
  });
  process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
}
