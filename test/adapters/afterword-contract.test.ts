/** The contract, between our adapter and our server: over HTTP, with a database file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createAfterwordAdapter } from '../../src/adapters/afterword.ts';
import { adapterContract } from '../../src/adapters/contract.ts';
import { startServer } from '../../src/server/start.ts';

adapterContract({
  name: 'our server',
  describe,
  it,
  create: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'afterword-contract-'));
    const server = await startServer({
      database: join(folder, 'comments.sqlite'),
      limits: null,
      log: () => undefined,
      // Offered, and never sent: whether mails arrive is no affair of the adapter.
      smtp: 'smtp://127.0.0.1:9',
      delivery: 'by hand',
    });
    // A browser says where a page lies; Node has to be told to.
    const fetchFromPage: typeof fetch = (address, init) =>
      fetch(address, { ...init, headers: { ...(init?.headers as Record<string, string>), origin: server.address } });
    return {
      adapter: createAfterwordAdapter(server.address, {
        fetch: fetchFromPage,
        now: Date.now,
        after: (milliseconds, run) => {
          const timer = setTimeout(run, milliseconds);
          return () => clearTimeout(timer);
        },
      }),
      page: { url: `${server.address}/article`, title: 'The contract' },
      close: async () => {
        await server.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
});
