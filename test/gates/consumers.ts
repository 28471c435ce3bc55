/**
 * A folder as somebody has it who uses the packed widget: our tarball beside the frameworks and bundlers that
 * test/consumers/package.json names, at the versions of its lock. They are no dependencies of ours, so `npm ci` of the
 * project does not bring them; they lie in .cache/consumers.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build, isStale } from '../../.config/build.ts';

const run = promisify(execFile);
/** A build in this process leaves NODE_ENV as production, and npm would leave out what it is asked for here. */
const QUIET = ['--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'];

/** The folder, with the widget as it would be published. */
export async function consumersFolder(): Promise<string> {
  if (process.env.AFTERWORD_BUILT !== 'yes' && isStale()) await build();
  const folder = resolve('.cache/consumers');
  mkdirSync(folder, { recursive: true });
  const lock = readFileSync('test/consumers/package-lock.json', 'utf8');
  const kept = join(folder, 'package-lock.json');
  if (!existsSync(join(folder, 'node_modules')) || !existsSync(kept) || readFileSync(kept, 'utf8') !== lock) {
    for (const file of ['package.json', 'package-lock.json']) {
      copyFileSync(`test/consumers/${file}`, join(folder, file));
    }
    await run('npm', ['ci', '--prefer-offline', ...QUIET], { cwd: folder });
  }
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]);
  const told = JSON.parse(stdout) as object;
  const [packed] = (Array.isArray(told) ? told : Object.values(told)) as { filename: string }[];
  const tarball = join(folder, basename(packed?.filename ?? ''));
  rmSync(join(folder, 'node_modules/afterword'), { recursive: true, force: true });
  await run('npm', ['install', '--no-save', '--no-package-lock', '--prefer-offline', ...QUIET, tarball], {
    cwd: folder,
  });
  return folder;
}
