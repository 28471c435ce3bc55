/** The package's version, read from the manifest beside the source or beside the bundled server. */
import { existsSync, readFileSync } from 'node:fs';

function readVersion(): string {
  for (const candidate of ['./package.json', '../package.json', '../../src/server/package.json']) {
    const file = new URL(candidate, import.meta.url);
    if (!existsSync(file)) continue;
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (manifest.name === 'afterword-server' && manifest.version !== undefined) return manifest.version;
  }
  return '0.0.0';
}

export const VERSION = readVersion();
