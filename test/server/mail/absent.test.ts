/** A mail server that is not there (H11): whoever writes a comment must not notice, and what waits goes out later. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { listMessages } from '../../../src/server/storage/outgoing.ts';
import { Guest, open } from '../open.ts';

/** A port that takes connections and says nothing; closed at once, one that refuses them. */
async function port(isOpen: boolean): Promise<{ readonly at: number; readonly sockets: Socket[]; close(): void }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: at } = server.address() as AddressInfo;
  if (!isOpen) server.close();
  return {
    at,
    sockets,
    close: () => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}

describe('a mail server that is not there', () => {
  for (const [name, isOpen] of [
    ['refuses connections', false],
    ['takes a connection and says nothing', true],
  ] as const) {
    it(`H11: one that ${name} delays no answer, and no mail is lost`, async (test) => {
      const dead = await port(isOpen);
      test.after(() => dead.close());
      const server = await open(test, {
        smtp: `smtp://127.0.0.1:${dead.at}`,
        mailFrom: 'Blog <blog@blog.example>',
        delivery: 'by hand',
      });
      const ada = new Guest(server, 'Ada');
      const asked = await fetch(`${server.address}/api/v1/notify`, {
        method: 'PUT',
        headers: ada.headers(),
        body: JSON.stringify({
          site: 'default',
          page: { id: 'page', url: `${server.address}/page`, title: 'Page' },
          ...{ commentId: null, choice: 'page', counter: 1, email: 'ada@reader.example' },
        }),
      });
      assert.equal(asked.status, 200);
      let isOver = false;
      const running = server.postman.run().finally(() => (isOver = true));
      if (isOpen) while (dead.sockets.length === 0) await new Promise((next) => setTimeout(next, 5));
      await new Guest(server, 'Bob').post('While the mail server was away.');
      if (isOpen) assert.equal(isOver, false, 'the mail is still being handed over, and nobody waits for that');
      dead.sockets.forEach((socket) => socket.destroy());
      await running;
      const waiting = await listMessages(server.storage.reader, ['waiting'], 10);
      assert.deepEqual(
        waiting.map(({ address }) => address),
        ['ada@reader.example'],
      );
    });
  }
});
