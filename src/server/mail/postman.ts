/**
 * Carries the outbox out: spreads news to addresses, takes what is due, hands it over, notes how it ended. Any number of
 * processes may do so beside each other, and any of them may be killed at any moment: what it had taken is taken up again.
 * Between the receiver's yes and our note of it lies a moment that no program can close: a message that was in it goes out
 * again, under the same Message-ID, by which receivers know it (FAULTS H3).
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { MessageRow } from '../storage/notify-tables.ts';
import { claim, nextDue, read, release, settle, spread, sweep } from '../storage/outgoing.ts';
import type { Storage } from '../storage/storage.ts';
import { dropAddress } from '../storage/subscribing.ts';
import { type Sender, composeMail, composePush } from './compose.ts';
import type { Handed, MailWay, PushWay } from './delivery.ts';

export interface PostmanOptions extends Sender {
  readonly storage: Storage;
  readonly mail: MailWay | null;
  readonly push: PushWay;
  readonly now: () => number;
  readonly log: (line: string) => void;
}

/** Taken at once: few, so that little is in the air when a process dies. */
const AT_ONCE = 10;
/** Another process may have written something that is due. */
const LOOK_MS = 5_000;
/** Of this process: two servers may run in one. */
const alive = new Set<string>();
const SWEEP_MS = 60 * 60_000;
/** An unreachable server is left alone for this long; the messages keep their own waits. */
const DOWN_MS = 60_000;

export class Postman {
  readonly #options: PostmanOptions;
  /** Machine, number and a name of this run: a number alone comes again, in a container always the same one. */
  readonly #name = JSON.stringify([hostname(), process.pid, randomUUID()]);
  #running: Promise<void> | null = null;
  #again = false;
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;
  #sweptAt = 0;
  #downUntil = 0;

  constructor(options: PostmanOptions) {
    this.#options = options;
    alive.add(this.#name);
  }

  /** From now on by itself; `kick` makes it look at once. */
  start(): void {
    this.#isStopped = false;
    this.#look(0);
  }

  /** Something was written. Comes back at once: nobody waits for mail. */
  kick(): void {
    if (this.#timer === null && this.#running === null) return;
    if (this.#running) this.#again = true;
    else this.#look(0);
  }

  /** Hands over everything that is due now. */
  async run(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#work().finally(() => (this.#running = null));
    return this.#running;
  }

  /** Finishes what is in the air and takes nothing more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#running;
    alive.delete(this.#name);
    this.#options.mail?.close();
  }

  #look(wait: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      void this.run()
        .catch((error: unknown) => this.#options.log(`Messages: ${(error as Error).message}; it will be tried again.`))
        .then(async () => this.#look(await this.#pause()));
    }, wait);
    this.#timer.unref();
  }

  async #pause(): Promise<number> {
    const due = await nextDue(this.#options.storage.reader).catch(() => null);
    const wait = Math.max(due === null ? LOOK_MS : due - this.#options.now(), this.#downUntil - this.#options.now());
    return Math.min(LOOK_MS, Math.max(wait, 50));
  }

  async #work(): Promise<void> {
    const { storage, now } = this.#options;
    await release(storage.writer, (name) => this.#isGone(name));
    do {
      this.#again = false;
      while (!this.#isStopped && (await spread(storage.writer, now()))) await breath();
      while (!this.#isStopped && now() >= this.#downUntil) {
        const taken = await claim(storage.writer, this.#name, now(), AT_ONCE);
        if (taken.length === 0) break;
        await Promise.all(taken.map((message) => this.#deliver(message)));
        await breath();
      }
    } while (this.#again && !this.#isStopped);
    if (now() - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now();
    await sweep(storage.writer, now());
  }

  async #deliver(message: MessageRow): Promise<void> {
    const { storage, now, log } = this.#options;
    const letter = await storage.read((db) => read(db, message));
    if (letter === null) {
      await settle(storage.writer, message, { state: 'dropped' }, now());
      return;
    }
    const handed = await this.#hand(letter);
    if (handed.result === 'taken') {
      await settle(storage.writer, message, { state: 'sent', comments: letter.told.length }, now());
      return;
    }
    if (handed.result === 'gone') {
      await settle(storage.writer, message, { state: 'dropped' }, now());
      await dropAddress(storage.writer, letter.address.id);
      return;
    }
    const { error, isFinal, isDown } = handed;
    if (isDown && now() >= this.#downUntil) {
      this.#downUntil = now() + DOWN_MS;
      log(`Mail: the server can't be used (${firstLine(error)}); tried again in a minute.`);
    }
    const state = await settle(storage.writer, message, { state: 'failed', error, isFinal }, now());
    if (state === 'given-up') {
      const what = `Message ${message.id} is given up after ${message.attempts} attempts: ${firstLine(error)}`;
      log(`${what}. List: afterword-server messages list; again: afterword-server messages retry`);
    }
  }

  async #hand(letter: Parameters<typeof composeMail>[0]): Promise<Handed> {
    const { storage, mail, push } = this.#options;
    if (letter.address.channel === 'push') return push.send(letter.address, composePush(letter));
    if (mail === null) return { result: 'refused', error: 'No mail is set up.', isFinal: false, isDown: false };
    const site = await storage.site(letter.message.site);
    const [origin] = site?.settings.origins ?? [];
    return mail.send(
      composeMail(letter, this.#options, origin ? new URL(origin).host : new URL(this.#options.publicUrl).host),
    );
  }

  #isGone(name: string): boolean {
    if (alive.has(name)) return false;
    const [machine, pid] = JSON.parse(name) as [string, number];
    if (machine !== hostname()) return false;
    if (pid === process.pid) return true;
    try {
      process.kill(pid, 0);
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ESRCH';
    }
  }
}

/** Requests that wait are answered first. */
const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').replace(/\p{Cc}+/gu, ' ').slice(0, 200);
