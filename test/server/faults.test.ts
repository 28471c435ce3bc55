/**
 * What can go wrong with the server, tried on the real process with a real file: killed at any moment, a full disk, many
 * writers, half-made tables, a very long thread.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseAnswer } from '../../src/model/parse.ts';
import { rowsOf } from '../helpers/database-file.ts';
import { seededRandom } from '../helpers/random.ts';
import { workplace, type Running, type Workplace } from './commands/command.ts';
import { Guest, list, reasonOf, textsOf, type Heard } from './open.ts';

/** The same person again, at a server that was started anew. */
function again(guest: Guest, server: Running): Guest {
  return Object.assign(new Guest(server, guest.name), { token: guest.token });
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('a server that is killed', () => {
  it('H2: killed ten times while it writes, it has every write it acknowledged, and every repeat finds its one row', async (t) => {
    const random = seededRandom(20);
    const place = workplace(t);
    const writes = Number(process.env.AFTERWORD_WRITES ?? 1000);
    const kills = 10;
    const ada = new Guest({ address: 'http://nowhere.example' }, 'Ada');
    const acknowledged = new Set<string>();
    /** Not heard of yet: sent again with the same key, as a browser would. */
    const open = new Map<string, string>();
    let server = await place.serve('--limits', 'off');
    for (let round = 0; acknowledged.size < writes; round += 1) {
      const writer = again(ada, server);
      const next = acknowledged.size + Math.ceil((writes - acknowledged.size) / Math.max(1, kills - round));
      const dies = round < kills ? next - random.below(20) : Infinity;
      let isDead = false;
      const write = async (): Promise<void> => {
        while (!isDead && acknowledged.size < (round < kills ? Infinity : writes)) {
          const [key = randomUUID() as string] = open.keys();
          const text = open.get(key) ?? `Text of ${key}`;
          open.delete(key);
          const heard = await writer.tryPost(text, { key }).catch(() => null);
          if (heard === null) open.set(key, text);
          else {
            assert.equal(heard.status, 201, JSON.stringify(heard.body));
            assert.equal(parseAnswer(heard.body).comment?.id, key);
            acknowledged.add(key);
          }
          if (acknowledged.size >= dies && !isDead) {
            isDead = true;
            server.process.kill('SIGKILL');
          }
        }
      };
      await Promise.all(Array.from({ length: 20 }, write));
      await server.stop('SIGKILL');
      server = await place.serve('--limits', 'off');
    }
    const last = again(ada, server);
    for (const [key, text] of open) {
      assert.equal((await last.tryPost(text, { key })).status, 201);
      acknowledged.add(key);
    }
    const ids = rowsOf(place.database, 'select id from comments').map(({ id }) => String(id));
    const lost = [...acknowledged].filter((key) => !ids.includes(key));
    assert.deepEqual(lost, [], 'acknowledged writes lost');
    assert.equal(ids.length, acknowledged.size, 'one row for each key');
    assert.equal((await list(server)).info.count, acknowledged.size);
    t.diagnostic(`${acknowledged.size} writes, killed ${kills} times, acknowledged writes lost: ${lost.length}`);
    await server.stop();
  });

  it('H2: killed after the write and before its answer, it answers a repeat with the comment that is there', async (t) => {
    const place = workplace(t);
    let server = await place.serve('--limits', 'off');
    const ada = new Guest(server, 'Ada');
    await ada.post('Before');
    const key = randomUUID();
    const answer = ada.tryPost('Words', { key }).catch(() => null);
    // The file has it: whether the answer is on its way by now is nobody's affair.
    while (rowsOf(place.database, `select 1 from comments where id = '${key}'`).length === 0) await pause(1);
    await server.stop('SIGKILL');
    await answer;
    server = await place.serve('--limits', 'off');
    const heard = await again(ada, server).tryPost('Words', { key });
    assert.equal(heard.status, 201);
    assert.equal(parseAnswer(heard.body).comment?.id, key);
    assert.deepEqual(textsOf(await list(server, { order: 'oldest' })), ['Before', 'Words']);
    await server.stop();
  });

  it('H12: killed at any moment of its first start, it starts again and has whole tables', async (t) => {
    const place = workplace(t);
    for (const after of [60, 100, 140, 180, 220, 260, 300, 350, 400]) {
      const starting = place.serve().catch(() => null);
      await pause(after);
      place.killAll();
      await (await starting)?.stop('SIGKILL');
    }
    const server = await place.serve();
    assert.equal((await new Guest(server).tryPost('Here')).status, 201);
    assert.deepEqual(rowsOf(place.database, 'pragma integrity_check'), [{ integrity_check: 'ok' }]);
    assert.equal(rowsOf(place.database, 'select name from sites').length, 1);
    await server.stop();
  });
});

describe('many at once', () => {
  it('H1: one request twenty times in the same moment is one row, and all are told the same', async (t) => {
    const place = workplace(t);
    const server = await place.serve('--limits', 'off');
    const ada = new Guest(server, 'Ada');
    const key = randomUUID();
    const heard = await Promise.all(Array.from({ length: 20 }, () => ada.tryPost('Once', { key })));
    for (const one of heard) assert.deepEqual([one.status, one.body], [201, heard[0]?.body]);
    assert.equal(rowsOf(place.database, 'select id from comments').length, 1);
    await server.stop();
  });

  it('H4: fifty writers in two processes on one file meet no error', async (t) => {
    const place = workplace(t);
    const servers = [await place.serve('--limits', 'off'), await place.serve('--limits', 'off')] as const;
    const root = await new Guest(servers[0], 'Ada').post('Everybody, please');
    const times: number[] = [];
    const write = async (n: number): Promise<void> => {
      const guest = new Guest(servers[n % 2 === 0 ? 0 : 1], `Writer ${n}`);
      for (const parent of [null, root.id, root.id, null]) {
        const began = performance.now();
        const heard = await guest.tryPost(`Text ${times.length} of ${n}`, { parent, url: `${guest.origin}/page` });
        times.push(performance.now() - began);
        assert.equal(heard.status, 201, JSON.stringify(heard.body));
      }
    };
    await Promise.all(Array.from({ length: 50 }, (_, n) => write(n)));
    assert.equal(rowsOf(place.database, 'select id from comments').length, 201);
    times.sort((a, b) => a - b);
    t.diagnostic(
      `200 writes of 50 writers: 99 of 100 within ${Math.round(times[Math.floor(times.length * 0.99)] ?? 0)} ms`,
    );
    await Promise.all(servers.map((server) => server.stop()));
  });
});

describe('a disk that is full', () => {
  it('H5: writes are put off with 503, reading goes on, no half row stays, and with room all is well again', async (t) => {
    const place = workplace(t);
    const folder = join(place.folder, 'data');
    if (!mountSmall(folder, '1m')) return t.skip('a small disk can’t be mounted here');
    try {
      await fillAndGoOn(place, folder);
    } finally {
      place.killAll();
      execFileSync('umount', ['-l', folder]);
    }
  });

  async function fillAndGoOn(place: Workplace, folder: string): Promise<void> {
    const server = await place.serve('--limits', 'off');
    const ada = new Guest(server, 'Ada');
    await ada.post('Before');
    const ballast = join(folder, 'ballast');
    fill(ballast);
    const key = randomUUID();
    const words = 'Long words. '.repeat(700);
    let full: Heard<unknown> | null = null;
    let written = 1;
    for (let n = 0; n < 200 && !full; n += 1) {
      const heard = await ada.tryPost(`${n} ${words}`, n === 0 ? { key } : {});
      if (heard.status === 201) written += 1;
      else full = heard;
    }
    assert.equal(full?.status, 503);
    assert.equal(full && reasonOf(full), 'busy');
    assert.ok(Number(full?.headers.get('retry-after')) > 0, 'it says when to come back');
    assert.match(server.err(), /disk/i, 'the operator learns why');
    assert.equal((await list(server)).info.count, written, 'reading goes on');
    const again503 = await ada.tryPost('Still full', { key: randomUUID() });
    assert.ok([201, 503].includes(again503.status));
    if (again503.status === 201) written += 1;

    rmSync(ballast);
    const later = randomUUID();
    assert.equal((await ada.tryPost('With room', { key: later })).status, 201);
    assert.equal((await list(server)).info.count, written + 1);
    await server.stop('SIGKILL');
    const next = await place.serve('--limits', 'off');
    assert.equal((await list(next)).info.count, written + 1, 'the log was taken in');
    assert.equal((await again(ada, next).tryPost('With room', { key: later })).status, 201);
    await next.stop();
    assert.deepEqual(rowsOf(place.database, 'pragma integrity_check'), [{ integrity_check: 'ok' }]);
  }
});

describe('a very long thread', () => {
  it('H16: the first page of a very long thread is no larger and hardly later than that of one of 100', async (t) => {
    const place = workplace(t);
    // AFTERWORD_COMMENTS=100000 takes the full length; what is proved is the same, and the import is faster.
    const most = Number(process.env.AFTERWORD_COMMENTS ?? 10_000);
    for (const [page, count] of [
      ['short', 100],
      ['long', most],
    ] as const) {
      const file = join(place.folder, `${page}.jsonl`);
      const line = (n: number): string =>
        JSON.stringify({
          id: `${page}${n}`,
          page,
          parentId: n % 3 === 0 ? null : `${page}${n - 1}`,
          author: { name: 'Ada' },
          text: `Text ${n}`,
          createdAt: 1_700_000_000_000 + n,
        });
      writeFileSync(file, Array.from({ length: count }, (_, n) => line(n)).join('\n'));
      const ran = await place.run('import', file, '--database', place.database);
      assert.equal(ran.code, 0, ran.err);
    }
    const server = await place.serve('--limits', 'off');
    const measure = async (page: string): Promise<{ bytes: number; time: number }> => {
      const times: number[] = [];
      let bytes = 0;
      for (let run = 0; run < 15; run += 1) {
        const began = performance.now();
        bytes = JSON.stringify(await list(server, { page })).length;
        times.push(performance.now() - began);
      }
      return { bytes, time: times.sort((a, b) => a - b)[7] ?? 0 };
    };
    const [short, long] = [await measure('short'), await measure('long')];
    assert.equal((await list(server, { page: 'long' })).info.count, most);
    assert.ok(long.bytes < short.bytes * 1.5, `${long.bytes} and ${short.bytes} bytes`);
    assert.ok(long.time < short.time * 4, `${long.time} and ${short.time} ms`);
    t.diagnostic(`first page of ${most}: ${(long.time / short.time).toFixed(1)} times that of 100`);
    await server.stop();
  });
});

/** False where this machine does not let us. */
function mountSmall(folder: string, size: string): boolean {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  return true;
}

/** Takes all but a few pages of what is left. */
function fill(file: string): void {
  for (let size = 1_000_000; size > 8_000; size -= 8_000) {
    try {
      writeFileSync(file, Buffer.alloc(size));
      // As much as fits, and then room for a start of what follows.
      writeFileSync(file, Buffer.alloc(Math.max(0, size - 40_000)));
      return;
    } catch {
      rmSync(file, { force: true });
    }
  }
}
