/**
 * Keeps the nested lists of a thread in step with its rows: makes, places, draws and removes them, at most a hundred a
 * frame, and gives controls to those near the reader's eyes. It knows nothing of what pressing a control does.
 */
import type { TemplateResult } from 'lit';
import type { Row } from '../model/view.ts';
import { RowView, type Manner } from './row.ts';

/** So many rows cost about a third of a frame on a phone; a re-sort of a thousand at once took 60 to 110 ms. */
const SLICE = 100;
/** Rows of a first screen, which get their controls without waiting for the observer. */
const FIRST_SCREEN = 8;
/** How far ahead of the eyes a row gets its controls: enough that a quick scroll or a row of Tabs does not outrun it. */
const AHEAD = '1000px 0px';

export interface RowListOptions {
  /** What stands in a row for its open form. */
  readonly form: (view: RowView) => TemplateResult | null;
  /** Some rows are on the screen; `whole` once all are. */
  readonly onDrawn: (whole: boolean) => void;
}

export class RowList {
  readonly #list: HTMLOListElement;
  readonly #options: RowListOptions;
  readonly #views = new Map<string, RowView>();
  readonly #byArticle = new WeakMap<Element, RowView>();
  #observer: IntersectionObserver | null = null;
  #rows: readonly Row[] = [];
  #manner: Manner | null = null;
  #cancelFrame: (() => void) | null = null;
  /** Where in the rows the focus was when its row went away. */
  #lostFocusAt = -1;

  constructor(list: HTMLOListElement, options: RowListOptions) {
    this.#list = list;
    this.#options = options;
  }

  show(rows: readonly Row[], manner: Manner): void {
    const before = this.#rows;
    this.#rows = rows;
    this.#manner = manner;
    this.#removeGone(before);
    this.#drawSlice();
  }

  /** The view of a row, also where its slice has not come yet. */
  reach(key: string): RowView | null {
    if (!this.#rows.some((row) => row.key === key)) return null;
    while (!this.#views.has(key) && this.#cancelFrame) this.#drawSlice();
    return this.#views.get(key) ?? null;
  }

  viewAt(element: Element): RowView | null {
    const item = element.closest('.row');
    return [...this.#views.values()].find((view) => view.item === item) ?? null;
  }

  views(): Iterable<RowView> {
    return this.#views.values();
  }

  /** Draws one row again because of something its `Row` does not know: an open form, a question. */
  redraw(view: RowView): void {
    if (!this.#manner) return;
    view.state.near = true;
    view.draw(view.row, this.#manner, Date.now(), this.#options.form(view), true);
    this.#measure([view]);
  }

  /** Relative times grow old in silence. */
  tick(): void {
    for (const view of this.#views.values()) if (view.state.near) this.#draw(view, view.row);
  }

  /** Moves the focus to a row and shows all of its text. */
  focus(view: RowView, options: { readonly scroll: boolean; readonly whole?: boolean }): void {
    if (options.whole) view.state.length = 'open';
    this.redraw(view);
    const target = view.article ?? view.item.querySelector('button');
    if (options.scroll) view.item.scrollIntoView({ block: 'start' });
    target?.focus({ preventScroll: true });
  }

  watch(): void {
    this.#observer ??= new IntersectionObserver((entries) => this.#approach(entries), { rootMargin: AHEAD });
    for (const view of this.#views.values()) if (view.article) this.#observer.observe(view.article);
  }

  free(): void {
    this.#observer?.disconnect();
    this.#observer = null;
    this.#cancelFrame?.();
    this.#cancelFrame = null;
  }

  #removeGone(before: readonly Row[]): void {
    const keys = new Set(this.#rows.map((row) => row.key));
    const focused = this.#focused();
    for (const [key, view] of this.#views) {
      if (keys.has(key)) continue;
      const own = focused && view.item.contains(focused) && focused.closest('.row') === view.item;
      if (own) this.#lostFocusAt = before.findIndex((row) => row.key === key);
      if (view.article) this.#observer?.unobserve(view.article);
      view.item.remove();
      this.#views.delete(key);
    }
  }

  #drawSlice(): void {
    const manner = this.#manner;
    if (!manner) return;
    this.#cancelFrame?.();
    this.#cancelFrame = null;
    const first = this.#views.size === 0;
    const places = new Map<HTMLOListElement, Element | null>();
    const path: RowView[] = [];
    const drawn: RowView[] = [];
    let budget = SLICE;
    let whole = true;

    for (const row of this.#rows) {
      let view = this.#views.get(row.key);
      if (budget === 0 && (!view || view.row !== row)) {
        whole = false;
        break;
      }
      if (!view) {
        view = new RowView(row);
        this.#views.set(row.key, view);
        view.state.near = (first && drawn.length < FIRST_SCREEN) || (row.kind === 'comment' && row.pending.length > 0);
        if (view.article) {
          this.#byArticle.set(view.article, view);
          this.#observer?.observe(view.article);
        }
      }
      path.length = Math.min(row.depth, path.length);
      this.#place(view, path[path.length - 1]?.repliesList() ?? this.#list, places);
      path.push(view);
      if (budget > 0 && this.#draw(view, row)) {
        budget -= 1;
        drawn.push(view);
      } else if (budget === 0) {
        whole = false;
      }
    }
    this.#measure(drawn.filter((view) => view.state.near));
    if (whole) this.#finish();
    else this.#cancelFrame = nextFrame(() => this.#drawSlice());
    this.#options.onDrawn(whole);
  }

  /** Where the place is taken by another row this one goes before it, so that what stays is never moved. */
  #place(view: RowView, list: HTMLOListElement, places: Map<HTMLOListElement, Element | null>): void {
    const place = places.has(list) ? (places.get(list) ?? null) : list.firstElementChild;
    const { item } = view;
    if (place === item) {
      places.set(list, item.nextElementSibling);
      return;
    }
    const focused = this.#focused();
    const hasFocus = focused !== null && item.contains(focused);
    list.insertBefore(item, place);
    if (hasFocus) (focused as HTMLElement).focus({ preventScroll: true });
    places.set(list, place);
  }

  #draw(view: RowView, row: Row): boolean {
    return this.#manner !== null && view.draw(row, this.#manner, Date.now(), this.#options.form(view));
  }

  #finish(): void {
    for (const view of this.#views.values()) {
      if (view.replies && !view.replies.firstElementChild) {
        view.replies.remove();
        view.replies = null;
      }
    }
    if (this.#lostFocusAt >= 0) {
      const row = this.#rows[Math.min(this.#lostFocusAt, this.#rows.length - 1)];
      this.#lostFocusAt = -1;
      const view = row && this.#views.get(row.key);
      if (view && !this.#focused()) this.focus(view, { scroll: false });
    }
  }

  #approach(entries: readonly IntersectionObserverEntry[]): void {
    const come: RowView[] = [];
    for (const { target, isIntersecting } of entries) {
      const view = this.#byArticle.get(target);
      if (!view || !this.#manner || view.state.near === isIntersecting) continue;
      const { form, asked } = view.state;
      // What the reader has their hands on keeps its controls wherever it is scrolled to.
      if (!isIntersecting && (form || asked || target.contains(this.#focused()))) continue;
      view.state.near = isIntersecting;
      view.draw(view.row, this.#manner, Date.now(), this.#options.form(view), true);
      if (isIntersecting) come.push(view);
    }
    this.#measure(come);
  }

  /** *Read more* for texts that were cut: all are measured before any is drawn, so that the page is laid out once. */
  #measure(views: readonly RowView[]): void {
    const cut = views.filter((view) => {
      const body = view.state.length === 'short' ? view.body : null;
      return body !== null && body.scrollHeight > body.clientHeight + 1;
    });
    for (const view of cut) {
      view.state.length = 'cut';
      if (this.#manner) view.draw(view.row, this.#manner, Date.now(), this.#options.form(view), true);
    }
  }

  #focused(): Element | null {
    return (this.#list.getRootNode() as ShadowRoot).activeElement;
  }
}

/** A hidden page gets no frames, but its thread shall be whole when the reader comes back. */
function nextFrame(run: () => void): () => void {
  if (document.hidden) {
    const timer = setTimeout(run);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(run);
  return () => cancelAnimationFrame(frame);
}
