/**
 * Ties an element to a thread: subscribes while the element is connected, picks the few things the element shows, and
 * asks for a new drawing only when one of those is another.
 */
import type { LitElement, ReactiveController, ReactiveControllerHost } from 'lit';
import type { ThreadStore } from '../sync/store.ts';
import type { ThreadView } from '../model/view.ts';

/** Set by a later part: mends what a translation of the page has done, before each drawing. */
let mend: ((root: ParentNode) => void) | undefined;
export const mendWith = (how: typeof mend): void => void (mend = how);

export class ThreadController<Selected extends object> implements ReactiveController {
  /** What `select` picked last; null without a thread. */
  selected: Selected | null = null;
  readonly #host: ReactiveControllerHost;
  readonly #store: () => ThreadStore | null;
  readonly #select: (view: ThreadView) => Selected;
  #listening: ThreadStore | null = null;
  #stop: (() => void) | null = null;

  constructor(host: ReactiveControllerHost, store: () => ThreadStore | null, select: (view: ThreadView) => Selected) {
    this.#host = host;
    this.#store = store;
    this.#select = select;
    host.addController(this);
  }

  hostConnected(): void {
    this.#follow();
  }

  hostDisconnected(): void {
    this.#stop?.();
    this.#stop = this.#listening = null;
  }

  /** The element's store may be another since the last drawing. */
  hostUpdate(): void {
    const { renderRoot } = this.#host as Partial<LitElement>;
    if (renderRoot) mend?.(renderRoot);
    this.#follow();
  }

  #follow(): void {
    const store = this.#store();
    if (store === this.#listening) return;
    this.#stop?.();
    this.#listening = store;
    this.#stop = store?.subscribe(() => this.#look(true)) ?? null;
    this.#look(false);
  }

  #look(ask: boolean): void {
    const next = this.#listening ? this.#select(this.#listening.view) : null;
    if (sameFields(this.selected, next)) return;
    this.selected = next;
    if (ask) this.#host.requestUpdate();
  }
}

function sameFields(one: object | null, other: object | null): boolean {
  if (one === null || other === null) return one === other;
  return Object.entries(other).every(([name, value]) => Object.is((one as Record<string, unknown>)[name], value));
}
