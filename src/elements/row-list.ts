/**
 * Keeps the nested lists of a thread in step with its rows: makes, places, draws and removes them, at most a hundred a
 * frame, and tells which are near the reader's eyes. It knows nothing of what can be done with a row.
 */
import type { Row } from '../model/view.ts';
import { RowView, type RowSurroundings } from './row.ts';

/** So many rows cost about a third of a frame on a phone; a re-sort of a thousand at once took 60 to 110 ms. */
const SLICE = 100;
/** Rows with much Markdown cost more: after so many milliseconds the rest waits for the next frame. */
const SLICE_TIME = 12;
/** Rows of the first picture, which are near without waiting for the observer; what is below follows a frame later. */
const FIRST_SCREEN = 8;
/** How far ahead of the eyes a row gets its controls: enough that a quick scroll or a row of Tabs does not outrun it. */
const AHEAD = '1000px 0px';

export class RowList {
  readonly views = new Map<string, RowView>();
  /** All rows are on the screen. */
  whole = false;
  readonly #byItem = new WeakMap<Element, RowView>();
  #rows: readonly Row[] = [];
  #around: Omit<RowSurroundings, 'now'> | null = null;
  #observer: IntersectionObserver | null = null;
  #next: (() => void) | null = null;
  /** Where in the rows the focus was when its row went away. */
  #lostFocusAt = -1;

  constructor(
    private readonly list: HTMLOListElement,
    /** Called after each slice, with the rows near the eyes that were drawn. */
    private readonly onDrawn: (near: readonly RowView[]) => void,
  ) {}

  show(rows: readonly Row[], around: Omit<RowSurroundings, 'now'>): void {
    const before = this.#rows;
    this.#rows = rows;
    this.#around = around;
    this.#removeGone(before);
    this.#drawSlice();
  }

  /** The view of a row, also where its slice has not come yet. */
  reach(key: string): RowView | undefined {
    if (this.#rows.some((row) => row.key === key)) while (!this.views.has(key) && this.#next) this.#drawSlice();
    return this.views.get(key);
  }

  viewAt(element: Element | null): RowView | undefined {
    const item = element?.closest('.row');
    return item ? this.#byItem.get(item) : undefined;
  }

  /** Draws one row again because of something its `Row` does not know: an open form, a question. */
  redraw(view: RowView): void {
    view.state.near = true;
    this.#draw(view, view.row, true);
    this.onDrawn([view]);
  }

  /** Draws what is near again: relative times have grown old, or the controls have come. */
  refresh(force: boolean): void {
    const near = [...this.views.values()].filter(
      // Of rows far away those that show more than was known of them.
      (view) => view.state.near || view.row.kind === 'gap' || (force && this.#around?.about(view, '')),
    );
    for (const view of near) this.#draw(view, view.row, force);
    if (force) this.onDrawn(near);
  }

  /** Moves the focus to a row. */
  focus(view: RowView): void {
    this.redraw(view);
    const target = view.row.kind === 'gap' ? view.box.querySelector('button') : view.box;
    target?.focus({ preventScroll: true });
  }

  watch(): void {
    this.#observer ??= new IntersectionObserver((entries) => this.#approach(entries), { rootMargin: AHEAD });
    for (const view of this.views.values()) this.#observer.observe(view.box);
  }

  free(): void {
    this.#observer?.disconnect();
    this.#observer = null;
    this.#next?.();
    this.#next = null;
  }

  #removeGone(before: readonly Row[]): void {
    const keys = new Set(this.#rows.map(({ key }) => key));
    const focused = this.#focused()?.closest('.row');
    for (const [key, view] of this.views) {
      if (keys.has(key)) continue;
      if (view.item === focused) this.#lostFocusAt = before.findIndex((row) => row.key === key);
      this.#observer?.unobserve(view.box);
      view.item.remove();
      this.views.delete(key);
    }
  }

  #drawSlice(): void {
    this.#next?.();
    this.#next = null;
    const first = this.views.size === 0;
    const places = new Map<HTMLOListElement, Element | null>();
    const path: RowView[] = [];
    const near: RowView[] = [];
    const slice = first ? FIRST_SCREEN : SLICE;
    const end = performance.now() + SLICE_TIME;
    let left = slice;
    this.whole = true;

    for (const row of this.#rows) {
      let view = this.views.get(row.key);
      if (left === 0 && view?.row !== row) {
        this.whole = false;
        break;
      }
      if (!view) {
        view = new RowView(row);
        this.views.set(row.key, view);
        this.#byItem.set(view.item, view);
        view.state.near = first;
        this.#observer?.observe(view.box);
      }
      view.state.near ||= isUnderWay(row);
      path.length = Math.min(row.depth, path.length);
      this.#place(view.item, path[path.length - 1]?.below() ?? this.list, places);
      path.push(view);
      if (left === 0) {
        this.whole = false;
      } else if (this.#draw(view, row, false, first)) {
        left = !first && performance.now() > end ? 0 : left - 1;
        if (view.state.near) near.push(view);
      }
    }
    // The times are still to come.
    if (first && this.views.size) this.whole = false;
    if (this.whole) this.#finish();
    else this.#next = nextFrame(() => this.#drawSlice());
    this.onDrawn(near);
  }

  /** Where the place is taken by another row this one goes before it, so that what stays is never moved. */
  #place(item: HTMLElement, list: HTMLOListElement, places: Map<HTMLOListElement, Element | null>): void {
    const place = places.get(list) ?? (places.has(list) ? null : list.firstElementChild);
    if (place === item) {
      places.set(list, item.nextElementSibling);
      return;
    }
    const focused = this.#focused();
    const inside = item.contains(focused);
    list.insertBefore(item, place);
    if (inside) focused?.focus({ preventScroll: true });
    places.set(list, place);
  }

  /** The first picture has no times: to say how long ago something was takes a browser longer than all else in it. */
  #draw(view: RowView, row: Row, force = false, timeless = false): boolean {
    return this.#around !== null && view.draw(row, { ...this.#around, now: timeless ? null : Date.now() }, force);
  }

  #finish(): void {
    for (const view of this.views.values()) {
      if (view.replies?.firstElementChild === null) {
        view.replies.remove();
        view.replies = null;
      }
    }
    const row = this.#rows[Math.min(this.#lostFocusAt, this.#rows.length - 1)];
    this.#lostFocusAt = -1;
    const view = row && this.views.get(row.key);
    if (view && !this.#focused()) this.focus(view);
  }

  #approach(entries: readonly IntersectionObserverEntry[]): void {
    const near: RowView[] = [];
    for (const { target, isIntersecting } of entries) {
      const view = this.viewAt(target);
      if (!view || view.state.near === isIntersecting) continue;
      const { form, asked } = view.state;
      // What the reader has their hands on keeps its controls wherever it is scrolled to.
      if (!isIntersecting && (form || asked || isUnderWay(view.row) || target.contains(this.#focused()))) continue;
      view.state.near = isIntersecting;
      this.#draw(view, view.row, true);
      if (isIntersecting) near.push(view);
    }
    this.onDrawn(near);
  }

  #focused(): HTMLElement | null {
    return (this.list.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
  }
}

/** What is said of words on their way has a height that nobody knows before. */
function isUnderWay(row: Row): boolean {
  return row.kind === 'comment' && row.pending.length > 0;
}

/**
 * Once what was drawn is on the screen: a frame's own callback still comes before it. A hidden page gets no frames, but
 * its thread shall be whole when the reader comes back.
 */
function nextFrame(run: () => void): () => void {
  let timer = 0;
  const then = (): void => void (timer = window.setTimeout(run));
  const frame = document.hidden ? then() : requestAnimationFrame(then);
  return () => {
    clearTimeout(timer);
    if (frame) cancelAnimationFrame(frame);
  };
}
