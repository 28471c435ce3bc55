#!/usr/bin/env node
/** The command `afterword-server`. */
import { Command } from 'commander';
import { startServer } from './start.ts';

const program = new Command('afterword-server');
program
  .command('serve')
  .option('--database <file>', 'SQLite file', './data/afterword.sqlite')
  .option('--port <number>', 'port', '8090')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--no-limits', 'no rate limits')
  .action(async (options: { database: string; port: string; host: string; limits: boolean }) => {
    const server = await startServer({
      database: options.database,
      port: Number(options.port),
      host: options.host,
      ...(options.limits ? {} : { limits: null }),
    });
    console.log(server.address);
    const stop = () => void server.close();
    process.once('SIGTERM', stop).once('SIGINT', stop);
  });
await program.parseAsync();
