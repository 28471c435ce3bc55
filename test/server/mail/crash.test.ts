/**
 * What a crash does to mails (FAULTS H3): the real command with a real file, killed at the moments that matter, and a real
 * SMTP listener that counts.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { countOf } from '../../helpers/database-file.ts';
import { listenForMail } from '../../helpers/mailbox.ts';
import { addressOf, subscribeMany } from '../../helpers/subscribers.ts';
import { type Running, workplace } from '../commands/command.ts';
import { Guest } from '../open.ts';

const SUBSCRIBERS = 300;

/** Counts what it takes; from some message on it keeps the senders waiting for its yes. */
class Receiver {
  /** Message-IDs by address, one for each time it took a message. */
  readonly taken = new Map<string, string[]>();
  /** Addresses of those whose senders wait. */
  readonly waiting: string[] = [];
  /** So many are answered; after that: `nothing` is taken, or the message is `taken` and only the answer fails to come. */
  holdAt: { readonly count: number; readonly late: 'nothing' | 'taken' } | null = null;
  #letGo: (() => void)[] = [];

  get count(): number {
    return [...this.taken.values()].reduce((sum, ids) => sum + ids.length, 0);
  }

  readonly take = async ([to = '']: readonly string[], raw: string): Promise<number | null> => {
    const id = /^Message-ID: (.+)\r$/im.exec(raw)?.[1] ?? '';
    const hold = this.holdAt !== null && this.count - this.waiting.length >= this.holdAt.count ? this.holdAt : null;
    if (hold?.late !== 'nothing') this.taken.set(to, [...(this.taken.get(to) ?? []), id]);
    if (hold === null) return null;
    if (hold.late === 'taken') this.waiting.push(to);
    await new Promise<void>((go) => this.#letGo.push(go));
    return 451;
  };

  get isHolding(): boolean {
    return this.#letGo.length > 0;
  }

  /** After their sender's death: nobody hears what they are told. */
  letGo(): void {
    this.holdAt = null;
    this.waiting.length = 0;
    for (const go of this.#letGo.splice(0)) go();
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((look) => setTimeout(look, 10));
}

async function kill(server: Running): Promise<void> {
  const ended = once(server.process, 'exit');
  server.process.kill('SIGKILL');
  await ended;
}

describe('mails and a process that is killed', () => {
  it('H3: killed before and amid its mails, it loses none and repeats only those whose receiver’s yes it did not live to hear', async (t) => {
    const place = workplace(t);
    const receiver = new Receiver();
    const listener = await listenForMail(receiver.take);
    t.after(() => listener.close());
    const mail = ['--smtp', listener.url, '--mail-from', 'blog@blog.example', '--public-url', 'https://c.example'];
    const serve = (): Promise<Running> => place.serve('--limits', 'off', ...mail);
    const messages = (state: string): number =>
      countOf(place.database, 'select count(*) as n from messages where state = ?', state);

    let server = await serve();
    await new Guest(server, 'Ann').post('So that there is a page.');
    await subscribeMany(place.database, 'page', SUBSCRIBERS);

    // As soon as the comment is acknowledged: that there is somebody to tell must be on the disk by then.
    receiver.holdAt = { count: 0, late: 'nothing' };
    await new Guest(server, 'Bob').post('What everybody is told of.');
    await kill(server);
    receiver.letGo();
    assert.equal(receiver.count, 0);

    // In the middle, what was said yes to is noted, and some are on their way: they come again.
    receiver.holdAt = { count: 100, late: 'nothing' };
    server = await serve();
    await until(() => receiver.isHolding && messages('sent') === receiver.count);
    assert.ok(messages('taken') > 0);
    await kill(server);
    receiver.letGo();
    assert.equal(receiver.count, 100);

    // In the one moment that no program can close: the receiver has taken it, and its yes is not heard.
    receiver.holdAt = { count: 200, late: 'taken' };
    server = await serve();
    await until(() => receiver.isHolding && messages('sent') === 200);
    await kill(server);
    const unheard = [...receiver.waiting].sort();
    assert.ok(unheard.length > 0 && unheard.length <= 5, `${unheard.length} were unheard: one a connection at most`);
    receiver.letGo();

    server = await serve();
    await until(() => receiver.count >= SUBSCRIBERS + unheard.length && messages('sent') === SUBSCRIBERS);
    assert.equal(await server.stop(), 0);
    const everybody = Array.from({ length: SUBSCRIBERS }, (_, number) => addressOf(number)).sort();
    assert.deepEqual([...receiver.taken.keys()].sort(), everybody, 'nobody is left out');
    const twice = [...receiver.taken].filter(([, ids]) => ids.length > 1);
    assert.deepEqual(twice.map(([address]) => address).sort(), unheard);
    for (const [address, ids] of receiver.taken) assert.equal(new Set(ids).size, 1, `${address}: one Message-ID`);
  });
});
