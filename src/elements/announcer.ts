/**
 * Says to readers who can't see it what has happened: politely, each thing once, in the section's one live region. It
 * watches the states of waiting words, because a row that changes is silent by itself.
 */
import type { Row } from '../model/view.ts';
import type { Messages } from '../i18n/locale.ts';
import { sayDelivery } from './row-pending.ts';

export class Announcer {
  readonly #region: () => Element | null;
  /** By operation: what was said of it last. Null before the first look, when what waits is old news. */
  #said: Map<string, string> | null = null;
  #turn = false;
  #waiting: string[] = [];

  constructor(region: () => Element | null) {
    this.#region = region;
  }

  say(words: string): void {
    this.#waiting.push(words);
    if (this.#waiting.length > 1) return;
    // What happens together is said together; a second text put into the region would cut off the first.
    queueMicrotask(() => {
      const region = this.#region();
      const text = [...new Set(this.#waiting.splice(0))].join(' ');
      this.#turn = !this.#turn;
      // The same words twice are two pieces of news: a space that nobody hears makes them differ.
      if (region) region.textContent = this.#turn ? text : `${text}\u00a0`;
    });
  }

  /** Says each new state of words on their way, but not that they are being sent: the row's arrival says that. */
  followDeliveries(rows: readonly Row[], messages: Messages): void {
    const before = this.#said;
    const now = new Map<string, string>();
    for (const row of rows) {
      if (row.kind !== 'comment') continue;
      for (const pending of row.pending) {
        const { operationId, delivery, kind } = pending;
        now.set(operationId, delivery.state);
        if (before === null || before.get(operationId) === delivery.state || delivery.state === 'sending') continue;
        if (kind === 'vote' && delivery.state !== 'refused') continue;
        this.say(sayDelivery(messages, pending, Date.now()));
      }
    }
    this.#said = now;
  }

  /** Another thread is shown: what waits there is no news. */
  forget(): void {
    this.#said = null;
  }
}
