/**
 * How fast one writer and one address may write (S-6). A bucket of tokens each: a burst is free, then one at a time. Kept
 * in memory: a restart forgives, and no row is written for a request that is refused.
 */

export interface Limit {
  /** How many at once. */
  readonly burst: number;
  /** Seconds until one more is allowed. */
  readonly every: number;
}

export interface Limits {
  readonly writesByWriter: Limit;
  readonly writesByAddress: Limit;
  readonly votesByWriter: Limit;
  readonly votesByAddress: Limit;
  /** E-mail addresses given to be told at: each may get a mail it did not ask for (N-5). */
  readonly confirmationsByAddress: Limit;
}

export const STANDARD_LIMITS: Limits = {
  writesByWriter: { burst: 20, every: 6 },
  writesByAddress: { burst: 60, every: 2 },
  votesByWriter: { burst: 60, every: 2 },
  // An office shares an address; three hundred votes an hour are more than an office reads.
  votesByAddress: { burst: 300, every: 12 },
  confirmationsByAddress: { burst: 10, every: 600 },
};

/** So many writers are remembered; the one not seen for longest goes first. */
const MOST_REMEMBERED = 20_000;

export class Buckets {
  readonly #limit: Limit;
  readonly #ticks: () => number;
  /** By name: when the bucket is full again, in milliseconds. */
  readonly #fullAt = new Map<string, number>();

  /** @param ticks Milliseconds that only grow: a clock that is set back must not lock anybody out (`performance.now`). */
  constructor(limit: Limit, ticks: () => number) {
    this.#limit = limit;
    this.#ticks = ticks;
  }

  /** How many seconds to wait for one, 0 where it is there. Takes nothing. */
  wait(name: string): number {
    const step = this.#limit.every * 1000;
    const now = this.#ticks();
    const wait = Math.max(now, this.#fullAt.get(name) ?? 0) + step - now - this.#limit.burst * step;
    return wait > 0 ? Math.ceil(wait / 1000) : 0;
  }

  /** Takes one. The answer is how many seconds to wait, 0 where it was there. */
  take(name: string): number {
    const wait = this.wait(name);
    if (wait > 0) return wait;
    const nextFullAt = Math.max(this.#ticks(), this.#fullAt.get(name) ?? 0) + this.#limit.every * 1000;
    this.#fullAt.delete(name);
    this.#fullAt.set(name, nextFullAt);
    if (this.#fullAt.size > MOST_REMEMBERED) {
      const [oldest] = this.#fullAt.keys();
      if (oldest !== undefined) this.#fullAt.delete(oldest);
    }
    return 0;
  }
}
