/** Time that passes when the test says so. Stands in for the parts of `ambient()` that elements use. */
import type { Ambient } from '../../src/sync/ambient.ts';

type Happening = Parameters<Ambient['on']>[0];

export class FakeClock implements Pick<Ambient, 'now' | 'after' | 'on'> {
  #time: number;
  #timers: { readonly at: number; readonly run: () => void }[] = [];
  readonly #listeners = new Set<readonly [Happening, () => void]>();

  constructor(time = Date.UTC(2026, 10, 22, 12)) {
    this.#time = time;
  }

  readonly now = (): number => this.#time;

  readonly after = (milliseconds: number, run: () => void): (() => void) => {
    const timer = { at: this.#time + milliseconds, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  };

  readonly on = (what: Happening, run: () => void): (() => void) => {
    const listener = [what, run] as const;
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Lets time pass, and what was due in it happen, in order. */
  pass(milliseconds: number): void {
    const end = this.#time + milliseconds;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#time = Math.max(this.#time, next.at);
      next.run();
    }
    this.#time = end;
  }

  /** Something happens to the page: it is put away, looked at again, … */
  tell(what: Happening): void {
    for (const [wanted, run] of [...this.#listeners]) if (wanted === what) run();
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  get timers(): number {
    return this.#timers.length;
  }
}
