/**
 * Says to readers who can't see it what has happened: politely, each thing once, in the section's one live region. It
 * watches the states of waiting words, because a row that changes is silent by itself.
 */
import type { Row } from '../model/view.ts';
import type { AllMessages } from '../i18n/locale.ts';
import { isQuiet, isRefused, sayDelivery } from './row-controls.ts';

export class Announcer {
  /** By operation: its last state. Null before the first look, when what waits is old news. */
  #states: Map<string, string> | null = null;
  #waiting: string[] = [];
  #turn = false;

  constructor(private readonly region: () => Element | null) {}

  say(words: string): void {
    this.#waiting.push(words);
    if (this.#waiting.length > 1) return;
    // What happens together is said together; a second text put into the region would cut off the first.
    queueMicrotask(() => {
      const text = [...new Set(this.#waiting.splice(0))].join(' ');
      this.#turn = !this.#turn;
      const region = this.region();
      // The same words twice are two pieces of news: a space that nobody hears makes them differ.
      if (region) region.textContent = this.#turn ? text : `${text}\u00a0`;
    });
  }

  /** Says each new state of words on their way, but not that they are being sent: the row's arrival says that. */
  followDeliveries(rows: readonly Row[], words: AllMessages): void {
    const before = this.#states;
    const now = new Map<string, string>();
    for (const pending of rows.flatMap((row) => (row.kind === 'comment' ? row.pending : []))) {
      const { operationId, delivery, kind } = pending;
      now.set(operationId, delivery.state);
      if (!before || before.get(operationId) === delivery.state || delivery.state === 'sending') continue;
      if (!isQuiet(kind) || isRefused(pending)) this.say(sayDelivery(words, pending, Date.now()));
    }
    this.#states = now;
  }

  /** Another thread is shown: what waits there is no news. */
  forget(): void {
    this.#states = null;
  }
}
