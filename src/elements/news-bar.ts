/**
 * What waits for the reader (R-10): *N new comments* above the rows, *N new replies* at the end of a branch, and the way
 * from unread to unread. All of it stands in the room between things, so that nothing moves when it comes.
 */
import { html, nothing, render, type TemplateResult } from 'lit';
import type { CommentRow } from '../model/view.ts';
import { say, type AllMessages } from '../i18n/locale.ts';
import type { AfterwordThread } from './afterword-thread.ts';
import { nameOf } from './row.ts';
import type { RowList } from './row-list.ts';

export class NewsBar {
  readonly #bar = document.createElement('div');
  /** By the top-level comment of the branch. */
  readonly #branches = new Map<string, HTMLElement>();
  /** The row under the reader's eyes, and where it was before the thread is drawn. */
  #eye: { readonly box: HTMLElement; readonly top: number } | null = null;
  /** How much waited when it was said last: each time something begins to wait is news, and no more than that. */
  #said = { roots: 0, replies: 0 };

  constructor(
    private readonly thread: AfterwordThread,
    private readonly list: RowList,
    private readonly words: () => AllMessages,
    /** Brings a comment before the reader's eyes, as soon as it is there. */
    private readonly reveal: (commentId: string) => void,
  ) {
    this.#bar.className = 'news';
    // Beside what Lit draws there, and never touched by it: it begins with the list.
    if (thread.shows === 'rows') thread.renderRoot.querySelector('.rows')?.before(this.#bar);
  }

  /**
   * The thread has changed, and is not drawn yet. Where somebody else changed a text above the end of the window, what
   * shrinks keeps its height, and what grows is scrolled away from under the reader's eyes.
   */
  hold(): void {
    const { thread, list } = this;
    const { rows = [] } = thread.store?.view ?? {};
    const changed = rows.flatMap((row) => {
      const view = list.views.get(row.key);
      const before = view?.row;
      const isTheirs = row.kind === 'comment' && !row.own && row.pending.length === 0 && before?.kind === 'comment';
      return view && before !== row && isTheirs && before.comment.text !== row.comment.text ? [view] : [];
    });
    // Where rows come or go it is the reader's own doing: news wait, and what is removed keeps its place.
    if (changed.length === 0 || rows.length !== list.views.size) return;
    for (const { box } of changed) {
      const { top, height } = box.getBoundingClientRect();
      if (top < innerHeight) box.style.setProperty('min-block-size', `${height}px`);
    }
    const [eye] = rows.flatMap(({ key }) => {
      const box = list.views.get(key)?.box;
      return box && box.getBoundingClientRect().bottom > 0 ? [box] : [];
    });
    if (!eye) return;
    this.#eye = { box: eye, top: eye.getBoundingClientRect().top };
    // Chromium and Firefox would hold to a line of the very text that shrinks; Safari holds to nothing.
    const place = thread.renderRoot.querySelector<HTMLElement>('.rows');
    place?.style.setProperty('overflow-anchor', 'none');
    requestAnimationFrame(() => requestAnimationFrame(() => place?.style.removeProperty('overflow-anchor')));
  }

  /** The rows are drawn. */
  #letGo(): void {
    const eye = this.#eye;
    if (!eye || !this.list.whole) return;
    this.#eye = null;
    const moved = eye.box.isConnected ? eye.box.getBoundingClientRect().top - eye.top : 0;
    if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: 'instant' });
  }

  /** After the rows, and whenever what waits is another. */
  draw(isDrawn = false): void {
    if (isDrawn) this.#letGo();
    const view = this.thread.store?.view;
    if (!view || this.thread.shows !== 'rows') return;
    const roots = view.news?.roots ?? 0;
    render(this.#top(roots, view.unread ?? 0), this.#bar);
    let replies = 0;
    const fresh = new Map<string, CommentRow>();
    for (const row of view.rows) {
      if (row.kind !== 'comment' || row.depth > 0 || row.collapsed || row.replies.fresh === 0) continue;
      fresh.set(row.key, row);
      replies += row.replies.fresh;
    }
    for (const [key, place] of this.#branches) {
      if (fresh.has(key)) continue;
      place.remove();
      this.#branches.delete(key);
    }
    for (const [key, row] of fresh) this.#drawBranch(key, row);
    this.#say(roots, replies);
  }

  /** Goes to the next unread comment below where the reader is. */
  async nextUnread(): Promise<void> {
    const here = this.list.viewAt((this.thread.renderRoot as ShadowRoot).activeElement);
    const id = await this.thread.store?.live({ act: 'next-unread', from: here?.row.key ?? null });
    if (id) this.reveal(id);
    else this.thread.announce(say(this.words(), 'unread.none'));
  }

  #top(roots: number, unread: number): TemplateResult | typeof nothing {
    const words = this.words();
    if (roots + unread === 0) return nothing;
    return html`<div>
      ${
        roots > 0
          ? html`<button type="button" class="firm" part="more" @click=${() => void this.#show(null)}>
              ${say(words, 'news', { count: roots })}
            </button>`
          : nothing
      }
      ${
        unread > 0
          ? html`<button type="button" class="quiet" part="more" @click=${() => void this.nextUnread()}>
              ${say(words, 'unread.next', { count: unread })}
            </button>`
          : nothing
      }
    </div>`;
  }

  #drawBranch(key: string, { comment, replies }: CommentRow): void {
    const view = this.list.views.get(key);
    if (!view) return;
    const place = this.#branches.get(key) ?? document.createElement('div');
    place.className = 'branch-news';
    this.#branches.set(key, place);
    // Last in its branch, also for those who go through it by keyboard.
    if (view.item.lastElementChild !== place) view.item.append(place);
    const words = this.words();
    const count = replies.fresh;
    render(
      html`<button
        type="button"
        class="firm"
        part="more"
        aria-label=${say(words, 'news.branch', { count, name: nameOf(comment, words) })}
        @click=${() => void this.#show(key)}
      >
        ${say(words, 'news.replies', { count })}
      </button>`,
      place,
    );
  }

  /** The button goes, and with it the focus: it is given to the first that came. */
  async #show(rootId: string | null): Promise<void> {
    const id = await this.thread.store?.live({ act: 'show', rootId });
    if (id) this.reveal(id);
  }

  #say(roots: number, replies: number): void {
    const words = this.words();
    const begins = (before: number, now: number): boolean => before === 0 && now > 0;
    if (begins(this.#said.roots, roots)) this.thread.announce(say(words, 'news', { count: roots }));
    if (begins(this.#said.replies, replies)) this.thread.announce(say(words, 'news.replies', { count: replies }));
    this.#said = { roots, replies };
  }
}
