/**
 * The two SQLite libraries beside each other, under the storage as it is: posts that are flushed to the disk one by one, and
 * first pages of a thread. Prints figures; each library that this Node has is judged by the other alone: the one we prefer
 * must not be slower by half.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiledLibrary, nodeLibrary, type SqliteLibrary } from '../../src/server/storage/driver.ts';
import { openSqlite } from '../../src/server/storage/sqlite.ts';
import { migrate, writeMeta } from '../../src/server/storage/migrations.ts';
import { closing } from '../gates/closing.ts';

const WRITES = 3_000;
const READS = 3_000;
const ROUNDS = 3;

interface Figures {
  readonly writes: number;
  readonly reads: number;
}

async function measure(library: SqliteLibrary): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'afterword-bench-'));
  const { writer, reader, close } = openSqlite(join(folder, 'it.sqlite'), library);
  try {
    await migrate(writer);
    const writes = await perSecond(WRITES, () =>
      writer.transaction().execute(async (tx) => {
        const key = randomUUID();
        await tx.selectFrom('meta').selectAll().where('key', '=', key).execute();
        await writeMeta(tx, key, 'A comment of some length. '.repeat(12));
      }),
    );
    const reads = await perSecond(READS, () =>
      reader.transaction().execute((tx) => tx.selectFrom('meta').selectAll().orderBy('key').limit(50).execute()),
    );
    return { writes, reads };
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function perSecond(times: number, run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (let n = 0; n < times; n += 1) await run();
  return (times / (performance.now() - began)) * 1000;
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

function compiled(): SqliteLibrary | null {
  try {
    return compiledLibrary();
  } catch {
    return null; // Not built for this Node.
  }
}

const found = new Map<SqliteLibrary['name'], Figures>();
for (const library of [nodeLibrary(), compiled()]) {
  if (library === null) continue;
  const rounds: Figures[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measure(library));
  const figures = { writes: median(rounds.map((it) => it.writes)), reads: median(rounds.map((it) => it.reads)) };
  found.set(library.name, figures);
  console.log(
    `Node ${process.versions.node}, ${library.name}: ${Math.round(figures.writes)} durable writes/s, ` +
      `${Math.round(figures.reads)} lists of 50/s`,
  );
}

const [own, other] = [found.get('node:sqlite'), found.get('better-sqlite3')];
closing(
  own && other ? [own.writes > other.writes / 2, own.reads > other.reads / 2] : [found.size > 0],
  (holds) => holds,
);
