/**
 * `npm start`: builds what changed since the last build and starts the server of dist/server, with the demo article, on
 * a database file in data/. What follows `--` goes to the server's command.
 */
import { spawn } from 'node:child_process';
import { build, isStale } from './build.ts';

if (isStale()) {
  console.log('Building…');
  await build();
}

const server = spawn(process.execPath, ['dist/server/main.js', 'serve', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
// The server ends in good order by itself; this process only waits for it, so that a stop is not cut short.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal));
server.on('exit', (code) => (process.exitCode = code ?? 1));
