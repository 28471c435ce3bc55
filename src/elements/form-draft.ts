/**
 * Keeps what is being written: puts it down at every pause in typing and whenever the reader may be leaving. It only
 * ever writes; a draft goes when its operation is kept (`store.dispatch`), or when the reader empties the field.
 */
import type { Ambient } from '../sync/ambient.ts';
import type { Draft, DraftPlace, ThreadStore } from '../sync/store.ts';

/** How long nothing is typed before it counts as a pause. Shorter than the time it takes to reach for another tab. */
const PAUSE = 400;

export class DraftKeeper {
  #store: ThreadStore | null = null;
  #place: DraftPlace = 'new';
  #draft: (() => Draft) | null = null;
  #stop: (() => void) | null = null;

  constructor(
    private readonly clock: () => Pick<Ambient, 'after'>,
    /** Called after each pause, written or not: the moment to say something quietly. */
    private readonly paused: () => void,
  ) {}

  /** From now on words belong here. What waited for the earlier place is written there first. */
  moveTo(store: ThreadStore | null, place: DraftPlace): void {
    if (store === this.#store && place === this.#place) return;
    void this.writeNow();
    this.#store = store;
    this.#place = place;
  }

  /** Words changed: they are written when the reader pauses. */
  writeSoon(draft: () => Draft): void {
    this.#draft = draft;
    this.#stop?.();
    this.#stop = this.clock().after(PAUSE, () => {
      void this.writeNow();
      this.paused();
    });
  }

  /** Resolves when the words are put down, or can't be. */
  async writeNow(): Promise<void> {
    const draft = this.#draft;
    this.forget();
    if (!draft) return;
    try {
      await this.#store?.writeDraft(this.#place, draft());
    } catch {
      // A disk that refuses is told by the thread (`view.storage`); typing never breaks (FAULTS D18).
    }
  }

  /** The words are safe elsewhere: what waits to be written must not bring them back. */
  forget(): void {
    this.#stop?.();
    this.#stop = this.#draft = null;
  }

  async read(): Promise<Draft | null> {
    try {
      return (await this.#store?.readDraft(this.#place)) ?? null;
    } catch {
      // No draft can be had; an empty field is what is left to offer.
      return null;
    }
  }
}
