/**
 * What a reader can do with the rows of a thread: one listener for all of them, and a table of what each press does.
 * Fetched right after the first paint, together with what the rows show for it.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { Mention } from '../model/comment.ts';
import type { CommentRow } from '../model/view.ts';
import type { DraftPlace, ThreadStore } from '../sync/store.ts';
import { passageKey } from '../model/passage.ts';
import { say, type AllMessages } from '../i18n/locale.ts';
import { duration } from '../i18n/locale-later.ts';
import type { AfterwordForm, AfterwordFormCloseEvent } from './afterword-form.ts';
import type { AfterwordThread } from './afterword-thread.ts';
import { AfterwordNotifyEvent, AfterwordVoteEvent } from './events.ts';
import { openMenu } from './menu.ts';
import { FORM_PARTS } from './form-parts.ts';
import { newId } from './new-id.ts';
import { landOn } from './landing.ts';
import { later } from './later.ts';
import { NewsBar } from './news-bar.ts';
import { notifyOperation } from './notify-words.ts';
import { finders } from './passage-finder.ts';
import { nameOf, type Manner, type RowView } from './row.ts';
import type { RowList } from './row-list.ts';
import { about, hasMore } from './row-about.ts';
import { commentControls, gapControls } from './row-controls.ts';
import { adopt } from './adopt.ts';
import { controlBase } from './control-base.ts';
import { controlStyles } from './control-styles.ts';

export type Step = 'next' | 'previous' | 'parent' | 'unread';

export class ThreadActs {
  readonly #root: ShadowRoot;
  /** What waits for the reader. */
  readonly news: NewsBar;
  /** The comment the focus shall go to, and where it was when that was wished. */
  #awaited: { readonly id: string; readonly from: Element | null } | null = null;

  /** By comment: the text an edit met that was taken back, and the one the thread has had until then. */
  readonly #met = new Map<string, { readonly over: string; readonly theirs: string }>();

  /** Comments to which a reply was begun, and the thread in which that was looked up. */
  #drafts: ReadonlySet<string> = new Set();
  #searched: ThreadStore | null = null;

  constructor(
    private readonly thread: AfterwordThread,
    private readonly list: RowList,
    private readonly words: () => AllMessages,
  ) {
    this.#root = thread.renderRoot as ShadowRoot;
    adopt(this.#root, controlBase, controlStyles);
    // The form came with us, and so do the names of its parts.
    thread.setAttribute('exportparts', `${thread.getAttribute('exportparts')},${FORM_PARTS}`);
    this.news = new NewsBar(thread, list, words, (id) => this.#goTo(id));
    // One listener for all rows, and none on a row: there may be a thousand.
    this.#root.addEventListener('click', (event) => this.#pressed(event));
    this.#root.addEventListener('keydown', (event) => this.#key(event as KeyboardEvent));
    // Text found by the browser's search, or a focused link, scrolls inside a text that was cut: then it opens.
    for (const type of ['scroll', 'focusin']) this.#root.addEventListener(type, (event) => this.#uncut(event), true);
  }

  /** What stands beside the name of a row. */
  about({ row, state }: RowView, time: string): unknown {
    const { manner } = this.thread;
    const finder = this.thread.store ? finders.get(this.thread.store) : undefined;
    if (!manner || row.kind !== 'comment') return nothing;
    return state.near || hasMore(row, state) ? about(row, manner, state, time, finder) : undefined;
  }

  /** What stands below the text of a row. */
  controls(view: RowView): unknown {
    const { row, state } = view;
    const { manner } = this.thread;
    if (!manner) return nothing;
    if (row.kind === 'gap') return gapControls(row, this.words());
    state.draft = this.#drafts.has(row.key);
    return commentControls(row, state, manner, this.words(), this.#below(view, row, manner));
  }

  /** What the reader opened below a comment. */
  #below(view: RowView, row: CommentRow, manner: Manner): unknown {
    const { form, asked } = view.state;
    if (form) return this.#form(view, row, manner);
    if (asked !== 'bell') return nothing;
    return html`<afterword-notify
      .store=${this.thread.store}
      .words=${this.words()}
      .told=${this.thread.store?.view.notify ?? null}
      .commentId=${row.key}
      @afterword-notify-close=${() => this.#cancel(view)}
    ></afterword-notify>`;
  }

  /** After each drawing, with the rows near the eyes that were drawn. */
  drawn(near: readonly RowView[]): void {
    this.#measure(near);
    this.news.draw(true);
    if (this.#searched !== this.thread.store) void this.#lookForDrafts();
    const awaited = this.#awaited;
    // Put down first, because revealing draws again. Who went on by themselves is not called back.
    this.#awaited = null;
    if (awaited && awaited.from === focused() && !this.reveal(awaited.id, 'nearest')) this.#awaited = awaited;
  }

  /** The focus goes to a comment as soon as it is there: its words are on their way to the disk, and then to the screen. */
  revealSoon(commentId: string): void {
    this.#awaited = this.reveal(commentId, 'nearest') ? null : { id: commentId, from: focused() };
  }

  /** As by a link, where it is not on the screen yet as soon as it is. */
  #goTo(commentId: string): void {
    if (!this.reveal(commentId)) this.#awaited = { id: commentId, from: focused() };
  }

  /** Told after the words were sent that they stood here before; false where that comment is not on the screen. */
  tellRepeat(commentId: string): boolean {
    const view = this.list.reach(commentId);
    if (!view) return false;
    view.state.asked = 'repeat';
    this.list.redraw(view);
    view.box.querySelector('.pending')?.scrollIntoView({ block: 'nearest' });
    // The row that was focused is gone with the words that were one too many.
    if (!this.#root.activeElement) view.box.focus({ preventScroll: true });
    return true;
  }

  /** What was begun says so before it is opened. */
  async #lookForDrafts(): Promise<void> {
    const { store } = this.thread;
    this.#searched = store;
    const places = (await store?.readDraftPlaces().catch(() => null)) ?? [];
    if (store !== this.thread.store) return;
    this.#drafts = new Set(places.flatMap((place) => (place.startsWith('reply ') ? [place.slice(6)] : [])));
    for (const view of this.list.views.values()) {
      const { near, draft = false, form } = view.state;
      if (near && !form && draft !== this.#drafts.has(view.row.key)) this.list.redraw(view);
    }
  }

  /** *Read more* for texts that were cut: all are measured before any is drawn, so that the page is laid out once. */
  #measure(views: readonly RowView[]): void {
    for (const { body } of views) {
      for (const table of body?.querySelectorAll('table') ?? []) {
        // What scrolls by itself has to be within reach of the keyboard.
        if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
      }
    }
    const cut = views.filter(({ state, body }) => !state.length && body && body.scrollHeight > body.clientHeight + 1);
    for (const view of cut) view.state.length = 'cut';
    for (const view of cut) this.list.redraw(view);
  }

  /** Passages were found, or are no longer where they were. */
  quotesChanged(): void {
    this.list.refresh(true);
  }

  /** What stands below all rows. */
  more(): TemplateResult | typeof nothing {
    const more = this.thread.more;
    const words = this.words();
    if (!more) return nothing;
    return html`<div class="more-rows">
      <button type="button" class="firm" part="more" data-act="more" aria-disabled=${more.loading || nothing}>
        ${more.loading ? say(words, 'loading-more') : say(words, 'load-more', { count: more.left })}
      </button>
      ${
        more.loading
          ? nothing
          : html`<button type="button" class="quiet" part="more" data-act="all">${say(words, 'load-all')}</button>`
      }
      ${more.failed ? html`<p class="note">${say(words, 'load-failed')}</p>` : nothing}
    </div>`;
  }

  /** Brings a comment before the reader's eyes, whole, and focuses it; false where it is not among the rows. */
  reveal(commentId: string, block: 'start' | 'nearest' = 'start'): boolean {
    const view = this.list.reach(commentId);
    if (!view) return false;
    // Before it is focused: what is closed takes no focus, and is opened by this.
    if (block === 'start') landOn(view.box);
    this.list.focus(view);
    if (view.state.length === 'cut') {
      view.state.length = 'open';
      this.list.redraw(view);
    }
    if (block === 'nearest') view.box.scrollIntoView({ block });
    return true;
  }

  /** Who can be mentioned: the writers the reader can see, once each. */
  people(): readonly Mention[] {
    const people = new Map<string, Mention>();
    for (const row of this.thread.rows) {
      const { id, name } = (row.kind === 'comment' && row.comment.author) || {};
      if (id && name) people.set(id, { id, name });
    }
    return [...people.values()];
  }

  /** Moves the focus from top-level comment to top-level comment, to the one answered, or to the next unread. */
  step(way: Step): void {
    if (way === 'unread') return void this.news.nextUnread();
    const rows = this.thread.rows.filter((row): row is CommentRow => row.kind === 'comment');
    const here = this.list.viewAt(this.#root.activeElement)?.row.key;
    const at = rows.findIndex(({ key }) => key === here);
    const roots = (some: CommentRow[]): CommentRow[] => some.filter(({ depth }) => depth === 0);
    const to =
      way === 'parent'
        ? rows.find(({ key }) => key === rows[at]?.parent?.id)
        : way === 'next'
          ? roots(rows.slice(at + 1))[0]
          : roots(rows.slice(0, Math.max(0, at))).at(-1);
    if (to) this.reveal(to.key);
  }

  /** Opens the form below a comment that is on the screen. */
  async replyTo(commentId: string): Promise<void> {
    const view = this.list.reach(commentId);
    if (view) await this.#openForm(view, 'reply');
  }

  #form(view: RowView, row: CommentRow, manner: Manner): TemplateResult {
    const { comment } = row;
    return html`<afterword-form
      class="form"
      part="form"
      exportparts=${FORM_PARTS}
      .store=${this.thread.store}
      .messages=${this.words()}
      .mode=${view.state.form}
      .commentId=${comment.id}
      .rootId=${comment.rootId}
      .replyTo=${nameOf(comment, manner.messages)}
      .original=${this.#theirsOf(row) ?? comment.text}
      .rules=${manner.rules}
      .people=${this.people()}
      .images=${manner.images}
      @afterword-form-close=${(event: AfterwordFormCloseEvent) => this.#closeForm(view, event.operationId)}
    ></afterword-form>`;
  }

  /** What the backend has instead, where an edit met another text. */
  #theirsOf({ comment, pending }: CommentRow): string | undefined {
    for (const { delivery } of pending) if (delivery.state === 'conflict') return delivery.theirs;
    const met = this.#met.get(comment.id);
    // As soon as the thread itself has another text, that one is the newest.
    return met?.over === comment.text ? met.theirs : undefined;
  }

  readonly #acts: Readonly<Record<string, (view: RowView, target: HTMLElement) => unknown>> = {
    up: (view) => this.#vote(view, 'up'),
    down: (view) => this.#vote(view, 'down'),
    reply: (view) => (view.state.form === 'reply' ? this.#closeForm(view) : this.#openForm(view, 'reply')),
    menu: (view, target) => this.#menu(view, target),
    fold: ({ row }) => row.kind === 'comment' && this.thread.store?.setCollapsed(row.key, !row.collapsed),
    length: (view) => {
      view.state.length = view.state.length === 'open' ? 'cut' : 'open';
      this.list.redraw(view);
    },
    gap: ({ row }) => row.kind === 'gap' && this.#load(this.thread.store?.loadReplies(row.rootId)),
    passage: ({ row }) => {
      const { store } = this.thread;
      if (store && row.kind === 'comment' && row.comment.quote) void finders.get(store)?.show(row.comment.quote);
    },
    'send-now': (_, target) => this.thread.store?.retry(operationOf(target)),
    'copy-text': (view, target) => this.#copy(pendingOf(view, target)?.text ?? ''),
    edit: (view, target) => this.#takeBack(view, target),
    'post-new': (view, target) => this.#takeBack(view, target),
    'post-again': (view, target) => this.#takeBack(view, target),
    discard: (view, target) => this.#ask(view, operationOf(target)),
    'discard-now': (_, target) => this.thread.store?.discard(operationOf(target)),
    'delete-now': (view) => {
      view.state.asked = null;
      void this.thread.store?.dispatch({ kind: 'delete', id: newId(), createdAt: Date.now(), commentId: view.row.key });
      this.list.focus(view);
    },
    bell: (view) => this.#bell(view),
    cancel: (view) => this.#cancel(view),
    parent: ({ row }) => row.kind === 'comment' && row.parent && this.reveal(row.parent.id),
  };

  #pressed(event: Event): void {
    const target = (event.target as Element).closest<HTMLElement>('[data-act]');
    // A comment's text is not ours: what stands in it never acts.
    if (!target || target.closest('.body') || target.ariaDisabled === 'true') return;
    const act = target.dataset['act'] ?? '';
    const { store } = this.thread;
    if (act === 'more') void this.#more(store?.loadMore());
    else if (act === 'all') void this.#more(store?.loadAll());
    else {
      const view = this.list.viewAt(target);
      const done = view && this.#acts[act]?.(view, target);
      // A link to a comment that is here needs no way around by the address.
      if (act === 'parent' && done) event.preventDefault();
    }
  }

  #key(event: KeyboardEvent): void {
    const view = event.key === 'Escape' ? this.list.viewAt(event.target as Element) : null;
    if (!view?.state.asked) return;
    event.stopPropagation();
    this.#cancel(view);
  }

  #uncut({ target }: Event): void {
    const view = target instanceof Element && target.closest('.body') ? this.list.viewAt(target) : null;
    if (view?.state.length !== 'cut') return;
    view.state.length = 'open';
    this.list.redraw(view);
  }

  #vote({ row }: RowView, way: 'up' | 'down'): void {
    const { thread } = this;
    if (row.kind !== 'comment' || !thread.store) return;
    const value = row.vote === way ? 'none' : way;
    const commentId = row.key;
    if (!thread.dispatchEvent(new AfterwordVoteEvent(commentId, value))) return;
    const counter = thread.store.nextVoteCounter();
    void thread.store.dispatch({ kind: 'vote', id: newId(), createdAt: Date.now(), commentId, value, counter });
  }

  /** Off at a press; on at one, too, where it is known where to tell. */
  async #bell(view: RowView): Promise<void> {
    const { store } = this.thread;
    const { row } = view;
    const notify = store?.view.notify;
    if (row.kind !== 'comment' || !row.bell || !store || !notify) return;
    const isOn = row.bell.state !== 'none';
    if (isOn || notify.address !== null) {
      const choice = isOn ? 'none' : 'comment';
      if (!this.thread.dispatchEvent(new AfterwordNotifyEvent(choice, row.key))) return;
      void store.dispatch(notifyOperation(store, this.words(), row.key, choice));
      return;
    }
    if (!(await later.notifyPart().catch(() => null))) {
      return this.thread.announce(say(this.words(), 'problem.part-missing'));
    }
    view.state.asked = 'bell';
    this.list.redraw(view);
    view.box.querySelector<HTMLElement>('afterword-notify')?.focus();
  }

  #menu(view: RowView, button: HTMLElement): void {
    const { row } = view;
    const { manner } = this.thread;
    if (row.kind !== 'comment' || !manner) return;
    const words = this.words();
    const { can, editableUntil } = row;
    const writable = !manner.readonly;
    const link = manner.link(row.key);
    const left = (editableUntil ?? 0) - Date.now();
    const choices = [
      { label: say(words, 'copy-link'), choose: () => void this.#copy(link) },
      typeof navigator.share === 'function' && {
        label: say(words, 'share'),
        // Closing the share sheet rejects: that is an answer, not an error.
        choose: () => void navigator.share({ url: link }).catch(() => {}),
      },
      can.reply && writable && { label: say(words, 'quote'), choose: () => void this.#quote(view) },
      can.edit &&
        writable && {
          label: left > 0 ? say(words, 'edit.left', { time: duration(words, left) }) : say(words, 'edit'),
          choose: () => void this.#openForm(view, 'edit'),
        },
      can.delete && writable && { label: say(words, 'delete'), choose: () => this.#ask(view, 'delete') },
    ];
    openMenu(
      button,
      button.ariaLabel ?? '',
      choices.filter((choice) => choice !== false),
    );
  }

  /** A selection in the comment, or all of it, goes into the reply as a quote. */
  async #quote(view: RowView): Promise<void> {
    if (view.row.kind !== 'comment') return;
    const { comment } = view.row;
    const selected = selectionIn(view.body, this.#root);
    const form = await this.#openForm(view, 'reply');
    form?.quote(selected || comment.text, nameOf(comment, this.words()));
  }

  async #openForm(view: RowView, mode: 'reply' | 'edit'): Promise<AfterwordForm | null> {
    const part = later.formPart.loaded ?? (await later.formPart().catch(() => null));
    if (!part) {
      this.thread.announce(say(this.words(), 'problem.part-missing'));
      return null;
    }
    // One form in a thread at a time; the words of the other wait as its draft.
    for (const other of this.list.views.values()) if (other !== view && other.state.form) this.#dropForm(other);
    view.state.form = mode;
    view.state.asked = null;
    this.list.redraw(view);
    const form = view.box.querySelector<AfterwordForm>('afterword-form');
    await form?.updateComplete;
    form?.focus();
    return form;
  }

  /** Done, the focus goes to the reply that was just written; else to where the form was opened. */
  #closeForm(view: RowView, operationId: string | null = null): void {
    const form = view.box.querySelector<AfterwordForm>('afterword-form');
    this.#dropForm(view);
    // Sent words are no draft any more, and the disk says so a little later.
    if (operationId) this.#drafts = new Set([...this.#drafts].filter((id) => id !== view.row.key));
    else void form?.putDown().then(() => this.#lookForDrafts());
    const opener = view.box.querySelector<HTMLElement>('[data-act=reply], [data-act=menu]');
    (opener ?? view.box).focus({ preventScroll: true });
    if (operationId) this.revealSoon(operationId);
  }

  #dropForm(view: RowView): void {
    view.state.form = null;
    this.list.redraw(view);
  }

  #ask(view: RowView, what: string): void {
    view.state.asked = what;
    this.list.redraw(view);
    view.box.querySelector<HTMLElement>('[data-act=cancel]')?.focus();
  }

  #cancel(view: RowView): void {
    const { asked } = view.state;
    view.state.asked = null;
    this.list.redraw(view);
    const opener =
      asked === 'delete'
        ? '[data-act=menu]'
        : asked === 'bell'
          ? '[data-act=bell]'
          : `[data-act=discard][data-operation=${CSS.escape(asked ?? '')}]`;
    (view.box.querySelector<HTMLElement>(opener) ?? view.box).focus();
  }

  /** *Edit* of words that were refused: they become a draft first and leave the outbox after, so they are never nowhere. */
  async #takeBack(view: RowView, target: HTMLElement): Promise<void> {
    const { store } = this.thread;
    const pending = pendingOf(view, target);
    if (!store || pending?.text === undefined || view.row.kind !== 'comment') return;
    const { id, parentId: answered, text: over, author, quote } = view.row.comment;
    const { text, kind, operationId, delivery } = pending;
    // A reply whose parent is gone becomes a comment of its own: a draft of it would lie where nobody looks.
    const isOrphan = delivery.state === 'refused' && delivery.reason === 'parent-gone';
    const parent = answered && !isOrphan ? this.list.reach(answered) : undefined;
    const parentId = parent && answered;
    const finder = quote && kind === 'post' ? finders.get(store) : undefined;
    const place: DraftPlace =
      kind === 'edit'
        ? `edit ${id}`
        : parentId
          ? `reply ${parentId}`
          : quote && finder
            ? `passage ${passageKey(quote)}`
            : 'new';
    const before = await store.readDraft(place);
    const both = before?.text && before.text !== text ? `${before.text}\n\n${text}` : text;
    // Begun from a text that is no longer the comment's: the form shows both, also after a reload (FAULTS G5).
    const met = delivery.state === 'conflict';
    if (met) this.#met.set(id, { over, theirs: delivery.theirs });
    // Who wrote it need not be typed again.
    const name = kind === 'post' && author?.name ? { name: author.name } : {};
    await store.writeDraft(place, {
      ...name,
      ...before,
      text: both,
      ...(met && { before: over }),
      ...(quote && finder && { quote }),
      savedAt: Date.now(),
    });
    await store.discard(operationId);
    if (kind === 'edit') await this.#openForm(view, 'edit');
    else if (quote && finder) await finder.write(quote);
    else if (parent) await this.#openForm(parent, 'reply');
    else this.thread.dispatchEvent(new Event('afterword-form-open'));
  }

  async #copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // No clipboard on plain http, or the page may not use it: the old way still works there.
      const focused = this.#root.activeElement as HTMLElement | null;
      const field = document.createElement('textarea');
      field.className = 'hidden';
      field.value = text;
      this.#root.append(field);
      field.select();
      document.execCommand('copy');
      field.remove();
      focused?.focus({ preventScroll: true });
    }
    this.thread.announce(say(this.words(), 'copied'));
  }

  /** Where the button is gone after loading, the focus goes to the first comment that came. */
  async #more(loaded: Promise<void> | undefined): Promise<void> {
    const before = this.thread.rows.length;
    const hadFocus = this.#root.activeElement !== null;
    await this.#load(loaded);
    const first = this.thread.rows[before];
    const view = first && hadFocus && !this.#root.activeElement ? this.list.reach(first.key) : undefined;
    if (view) this.list.focus(view);
  }

  /** Tells how many came. */
  async #load(loaded: Promise<void> | undefined): Promise<void> {
    const before = this.thread.rows.length;
    await loaded;
    await this.thread.drawn();
    const count = this.thread.rows.length - before;
    if (count > 0) this.thread.announce(say(this.words(), 'said.loaded', { count }));
  }
}

/** Where the focus is, through shadow roots. */
function focused(): Element | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

function operationOf(target: HTMLElement): string {
  return target.dataset['operation'] ?? '';
}

function pendingOf({ row }: RowView, target: HTMLElement): CommentRow['pending'][number] | undefined {
  const id = operationOf(target);
  return row.kind === 'comment' ? row.pending.find(({ operationId }) => operationId === id) : undefined;
}

/** What the reader selected inside an element of our shadow root; Chromium knows it only through the root. */
function selectionIn(element: Element | null, root: ShadowRoot & { getSelection?: () => Selection | null }): string {
  const selection = root.getSelection?.() ?? document.getSelection();
  const isInside = element && selection?.anchorNode && element.contains(selection.anchorNode);
  return isInside ? selection.toString().trim() : '';
}
