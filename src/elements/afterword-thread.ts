/** The rows of a thread: comments in nested lists, what can be done with each, and *Load more*. */
import { html, LitElement, nothing, type CSSResult, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { Comment, Mention } from '../model/comment.ts';
import type { Operation } from '../model/operation.ts';
import type { CommentRow, Row } from '../model/view.ts';
import type { DraftPlace, ThreadStore } from '../sync/store.ts';
import { asWords, isMarkupPartHere, loadMarkupPart, renderComment, type Rendered } from '../content/safe-html.ts';
import { duration, say } from '../i18n/locale.ts';
import type { AfterwordForm, AfterwordFormCloseEvent } from './afterword-form.ts';
import { AfterwordVoteEvent } from './events.ts';
import { newId } from './new-id.ts';
import { formPart, menuPart } from './parts.ts';
import { isFree } from './registry.ts';
import { nameOf, type Manner, type RowView } from './row.ts';
import { RowList } from './row-list.ts';
import { shared } from './styles.ts';
import { ThreadController } from './thread-controller.ts';
import { textStyles } from './text-styles.ts';
import { threadStyles } from './thread-styles.ts';

/** What the section tells its threads; everything of `Manner` but how a text is made ready. */
export type ThreadManner = Omit<Manner, 'text'> & { readonly images: 'none' | 'remote' };

const NO_ROWS: readonly Row[] = [];

/**
 * The comments of a discussion. It stands inside `<afterword-comments>`, which gives it what it shows.
 *
 * @element afterword-thread
 * @fires {AfterwordVoteEvent} afterword-vote - The reader pressed a vote button; cancelable.
 * @csspart comment - One comment; `stub` where it was removed, `own` where the reader wrote it.
 * @csspart avatar - The picture of a writer.
 * @csspart author - The name of a writer with a website.
 * @csspart badge - A word that sets a comment apart.
 * @csspart permalink - The time, which is the comment's link.
 * @csspart body - The text.
 * @csspart actions - The line of votes, reply and menu.
 * @csspart vote - One vote button.
 * @csspart reply - The button that answers.
 * @csspart menu-button - The button that opens the menu.
 * @csspart menu - The menu.
 * @csspart fold - The line beside a branch, which closes it.
 * @csspart pending - What is said of words that are not sent yet.
 * @csspart more - A button that loads more.
 */
export class AfterwordThread extends LitElement {
  static override styles: CSSResult[] = [shared, textStyles, threadStyles];

  /** The discussion that is shown. */
  @property({ attribute: false }) store: ThreadStore | null = null;

  /** How its rows are shown; null until the site's rules are known. */
  @property({ attribute: false }) manner: ThreadManner | null = null;

  /** `linked` shows only the comment that a link led to, with its path. */
  @property({ attribute: false }) shows: 'rows' | 'linked' = 'rows';

  /** The comment that a link led to. */
  @property({ attribute: false }) linkedId: string | null = null;

  /** Says something once to readers who can't see it. */
  @property({ attribute: false }) announce: (words: string) => void = () => {};

  readonly #thread = new ThreadController(
    this,
    () => this.store,
    (view) => ({
      rows: this.shows === 'linked' ? (view.linked?.rows ?? NO_ROWS) : view.rows,
      more: this.shows === 'linked' ? null : view.more,
      markup: view.markup,
    }),
  );
  #list: RowList | null = null;
  #manner: Manner | null = null;
  #mannerFor: ThreadManner | null = null;
  #clock: ReturnType<typeof setInterval> | undefined;
  #drawnWhole: (() => void)[] = [];
  #isWhole = false;
  #markupTried = false;

  override connectedCallback(): void {
    super.connectedCallback();
    // Half a minute: a relative time is never wrong by more than its own unit.
    this.#clock = setInterval(() => this.#list?.tick(), 30_000);
    this.#list?.watch();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
    this.#list?.free();
  }

  override firstUpdated(): void {
    const list = this.renderRoot.querySelector<HTMLOListElement>('.rows');
    if (!list) return;
    this.#list = new RowList(list, {
      form: (view) => this.#form(view),
      onDrawn: (whole) => {
        this.#isWhole = whole;
        if (whole) for (const done of this.#drawnWhole.splice(0)) done();
      },
    });
    this.#list.watch();
    // One listener for all rows, and none on a row: there may be a thousand.
    this.renderRoot.addEventListener('click', (event) => this.#pressed(event));
    this.renderRoot.addEventListener('keydown', (event) => this.#key(event as KeyboardEvent));
    // Text found by the browser's search, or a focused link, scrolls inside a text that was cut: then it opens.
    for (const type of ['scroll', 'focusin'])
      this.renderRoot.addEventListener(type, (event) => this.#uncut(event), true);
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('store')) this.#markupTried = false;
    void this.#drawRows();
  }

  /** Brings a comment before the reader's eyes and focuses it; false where it is not among the rows. */
  reveal(commentId: string, options: { readonly scroll?: boolean } = {}): boolean {
    const view = this.#list?.reach(commentId);
    if (!view || !this.#list) return false;
    this.#list.focus(view, { scroll: options.scroll ?? true, whole: true });
    return true;
  }

  /** Resolves when all rows are on the screen. */
  async drawn(): Promise<void> {
    if (!this.#isWhole) await new Promise<void>((done) => this.#drawnWhole.push(done));
  }

  /** Moves the focus from top-level comment to top-level comment, or to the one answered. */
  step(way: 'next' | 'previous' | 'parent'): void {
    const rows = this.#rows.filter((row): row is CommentRow => row.kind === 'comment');
    const here = this.#list?.viewAt((this.renderRoot as ShadowRoot).activeElement ?? this)?.row.key;
    const at = rows.findIndex((row) => row.key === here);
    let to: CommentRow | undefined;
    if (way === 'parent') to = rows.find((row) => row.key === rows[at]?.parent?.id);
    else if (way === 'next') to = rows.find((row, index) => index > at && row.depth === 0);
    else
      to = rows
        .slice(0, Math.max(0, at))
        .filter((row) => row.depth === 0)
        .at(-1);
    if (to) this.reveal(to.key);
  }

  override render(): TemplateResult {
    const { more } = this.#thread.selected ?? {};
    const messages = this.manner?.messages;
    return html`<ol class="rows" role="list"></ol>
      ${
        more && messages
          ? html`<div class="more-rows">
              <button
                type="button"
                class="firm"
                part="more"
                data-act="more"
                aria-disabled=${more.loading ? 'true' : nothing}
              >
                ${more.loading ? say(messages, 'loading-more') : say(messages, 'load-more', { count: more.left })}
              </button>
              ${
                more.left > 0 && !more.loading
                  ? html`<button type="button" class="quiet" part="more" data-act="all">
                      ${say(messages, 'load-all')}
                    </button>`
                  : nothing
              }
              ${more.failed ? html`<p class="note">${say(messages, 'load-failed')}</p>` : nothing}
            </div>`
          : nothing
      }`;
  }

  get #rows(): readonly Row[] {
    return this.#thread.selected?.rows ?? NO_ROWS;
  }

  async #drawRows(): Promise<void> {
    const manner = this.#completeManner();
    if (!manner || !this.#list) return;
    if (this.#thread.selected?.markup && !this.#markupTried && !isMarkupPartHere()) {
      // Such rows are painted once and not twice: first as source, then as text.
      this.#markupTried = true;
      await loadMarkupPart();
      if (!this.isConnected) return;
    }
    this.#list.show(this.#rows, manner);
    this.#markLinked();
  }

  /** The same object as before where nothing changed, so that rows are not drawn for nothing. */
  #completeManner(): Manner | null {
    const { manner } = this;
    if (manner !== this.#mannerFor) {
      this.#mannerFor = manner;
      this.#manner = manner && { ...manner, text: (comment, level) => this.#text(comment, level, manner) };
    }
    return this.#manner;
  }

  #text(comment: Comment, headingLevel: number, manner: ThreadManner): Rendered {
    const spoiler = manner.messages['tool.spoiler'];
    const made = renderComment(comment.text, comment.format, {
      images: manner.images,
      headingLevel,
      ...(typeof spoiler === 'string' ? { spoiler } : {}),
      ...(comment.mentions ? { mentions: comment.mentions } : {}),
    });
    if (!(made instanceof Promise)) return made;
    // Only where the backend did not say that there is markup, as with words the reader just wrote.
    void made.then(() => {
      const view = this.#list?.reach(comment.id);
      if (view && this.isConnected) this.#list?.redraw(view);
    });
    return asWords(comment.text, comment.format);
  }

  #markLinked(): void {
    for (const view of this.#list?.views() ?? []) {
      const linked = view.row.key === this.linkedId;
      if (view.state.linked === linked) continue;
      view.state.linked = linked;
      this.#list?.redraw(view);
    }
  }

  #form(view: RowView): TemplateResult | null {
    const { row } = view;
    const mode = view.state.form;
    if (!mode || row.kind !== 'comment' || !this.manner) return null;
    const { messages, rules, images } = this.manner;
    const conflict = row.pending.find((pending) => pending.delivery.state === 'conflict')?.delivery;
    return html`<afterword-form
      class="form"
      .store=${this.store}
      .messages=${messages}
      .mode=${mode}
      .commentId=${row.comment.id}
      .rootId=${row.comment.rootId}
      .replyTo=${nameOf(row.comment, messages)}
      .original=${conflict?.state === 'conflict' ? conflict.theirs : row.comment.text}
      .rules=${rules}
      .people=${this.people()}
      .images=${images}
      @afterword-form-close=${(event: AfterwordFormCloseEvent) => this.#closeForm(view, event.operationId)}
    ></afterword-form>`;
  }

  /** Who can be mentioned: the writers the reader can see, once each. */
  people(): readonly Mention[] {
    const people = new Map<string, Mention>();
    for (const row of this.#rows) {
      const author = row.kind === 'comment' ? row.comment.author : null;
      if (author?.id && !row.key.startsWith('gap')) people.set(author.id, { id: author.id, name: author.name });
    }
    return [...people.values()];
  }

  /** One table for everything that can be pressed in a row. */
  readonly #acts: Readonly<Record<string, (view: RowView, target: HTMLElement) => unknown>> = {
    up: (view) => this.#vote(view, 'up'),
    down: (view) => this.#vote(view, 'down'),
    reply: (view) => (view.state.form === 'reply' ? this.#closeForm(view) : this.#openForm(view, 'reply')),
    menu: (view, target) => this.#menu(view, target),
    fold: (view) => {
      if (view.row.kind === 'comment') this.store?.setCollapsed(view.row.key, !view.row.collapsed);
    },
    length: (view) => {
      view.state.length = view.state.length === 'open' ? 'cut' : 'open';
      this.#list?.redraw(view);
    },
    gap: (view) => view.row.kind === 'gap' && this.#loading(this.store?.loadReplies(view.row.rootId)),
    'send-now': (_, target) => this.store?.retry(operationOf(target)),
    'copy-text': (view, target) => this.#copy(pendingOf(view, target)?.text ?? ''),
    edit: (view, target) => this.#takeBack(view, target),
    discard: (view, target) => this.#ask(view, operationOf(target)),
    'discard-now': (_, target) => this.store?.discard(operationOf(target)),
    'delete-now': (view) => {
      view.state.asked = null;
      void this.store?.dispatch({ kind: 'delete', id: newId(), createdAt: Date.now(), commentId: view.row.key });
      this.#list?.focus(view, { scroll: false });
    },
    cancel: (view) => this.#cancel(view),
  };

  #pressed(event: Event): void {
    const target = (event.target as Element).closest<HTMLElement>('[data-act]');
    // A comment's text is not ours: what stands in it never acts.
    if (!target || target.closest('.body') || target.getAttribute('aria-disabled') === 'true') return;
    const act = target.dataset['act'] ?? '';
    if (act === 'more') void this.#more(() => this.store?.loadMore());
    else if (act === 'all') void this.#more(() => this.store?.loadAll());
    else {
      const view = this.#list?.viewAt(target);
      if (act === 'parent' && view?.row.kind === 'comment' && view.row.parent && this.reveal(view.row.parent.id)) {
        event.preventDefault();
      }
      if (view) this.#acts[act]?.(view, target);
    }
  }

  #key(event: KeyboardEvent): void {
    const view = event.key === 'Escape' ? this.#list?.viewAt(event.target as Element) : null;
    if (!view?.state.asked) return;
    event.stopPropagation();
    this.#cancel(view);
  }

  #uncut(event: Event): void {
    const body = event.target instanceof Element ? event.target.closest('.body') : null;
    const view = body && this.#list?.viewAt(body);
    if (!view || view.state.length !== 'cut') return;
    view.state.length = 'open';
    this.#list?.redraw(view);
  }

  #vote({ row }: RowView, way: 'up' | 'down'): void {
    const { store } = this;
    if (row.kind !== 'comment' || !store) return;
    const value = row.vote === way ? 'none' : way;
    if (!this.dispatchEvent(new AfterwordVoteEvent(row.comment.id, value))) return;
    const operation: Operation = {
      kind: 'vote',
      id: newId(),
      createdAt: Date.now(),
      commentId: row.comment.id,
      value,
      counter: store.nextVoteCounter(),
    };
    void store.dispatch(operation);
  }

  async #menu(view: RowView, button: HTMLElement): Promise<void> {
    const { row } = view;
    const { manner } = this;
    if (row.kind !== 'comment' || !manner) return;
    const { messages } = manner;
    const { comment, can } = row;
    const writable = !manner.readonly;
    const left = row.editableUntil === null ? 0 : row.editableUntil - Date.now();
    const choices = [
      { label: say(messages, 'copy-link'), choose: () => void this.#copy(manner.link(comment.id)) },
      manner.share && {
        label: say(messages, 'share'),
        // Closing the share sheet rejects: that is an answer, not an error.
        choose: () => void navigator.share({ url: manner.link(comment.id) }).catch(() => {}),
      },
      can.reply && writable && { label: say(messages, 'quote'), choose: () => void this.#quote(view) },
      can.edit &&
        writable && {
          label: left > 0 ? say(messages, 'edit.left', { time: duration(messages, left) }) : say(messages, 'edit'),
          choose: () => void this.#openForm(view, 'edit'),
        },
      can.delete && writable && { label: say(messages, 'delete'), choose: () => this.#ask(view, 'delete') },
    ].filter((choice) => choice !== false);
    const part = menuPart.loaded ?? (await menuPart().catch(() => null));
    if (!part) return this.announce(say(messages, 'problem.part-missing'));
    part.openMenu(button, button.getAttribute('aria-label') ?? '', choices);
  }

  /** A selection in the comment, or all of it, goes into the reply as a quote. */
  async #quote(view: RowView): Promise<void> {
    if (view.row.kind !== 'comment' || !this.manner) return;
    const { comment } = view.row;
    const selected = selectionIn(view.body, this.renderRoot as ShadowRoot);
    const form = await this.#openForm(view, 'reply');
    form?.quote(selected || comment.text, nameOf(comment, this.manner.messages));
  }

  async #openForm(view: RowView, mode: 'reply' | 'edit'): Promise<AfterwordForm | null> {
    const part = formPart.loaded ?? (await formPart().catch(() => null));
    const { messages } = this.manner ?? {};
    if (!part || !messages) {
      if (messages) this.announce(say(messages, 'problem.part-missing'));
      return null;
    }
    // One form in a thread at a time; the words of the other wait as its draft.
    for (const other of this.#list?.views() ?? []) if (other !== view && other.state.form) this.#dropForm(other);
    view.state.form = mode;
    view.state.asked = null;
    this.#list?.redraw(view);
    const form = view.article?.querySelector<AfterwordForm>('afterword-form') ?? null;
    await form?.updateComplete;
    form?.focus();
    return form;
  }

  /** Done, the focus goes to the reply that was just written; else to where the form was opened. */
  #closeForm(view: RowView, operationId: string | null = null): void {
    this.#dropForm(view);
    if (operationId && this.reveal(operationId, { scroll: false })) {
      this.#list?.reach(operationId)?.item.scrollIntoView({ block: 'nearest' });
      return;
    }
    const opener = view.article?.querySelector<HTMLElement>('[data-act=reply], [data-act=menu]');
    (opener ?? view.article)?.focus({ preventScroll: true });
  }

  #dropForm(view: RowView): void {
    view.state.form = null;
    this.#list?.redraw(view);
  }

  #ask(view: RowView, what: string): void {
    view.state.asked = what;
    this.#list?.redraw(view);
    view.article?.querySelector<HTMLElement>('.asked [data-act=cancel]')?.focus();
  }

  #cancel(view: RowView): void {
    const asked = view.state.asked;
    view.state.asked = null;
    this.#list?.redraw(view);
    const opener =
      asked === 'delete' ? '[data-act=menu]' : `[data-act=discard][data-operation=${CSS.escape(asked ?? '')}]`;
    (view.article?.querySelector<HTMLElement>(opener) ?? view.article)?.focus();
  }

  /** *Edit* of words that were refused: they become a draft first and leave the outbox after, so they are never nowhere. */
  async #takeBack(view: RowView, target: HTMLElement): Promise<void> {
    const { store } = this;
    const pending = pendingOf(view, target);
    if (!store || pending?.text === undefined || view.row.kind !== 'comment') return;
    const { comment } = view.row;
    const place: DraftPlace =
      pending.kind === 'edit' ? `edit ${comment.id}` : comment.parentId ? `reply ${comment.parentId}` : 'new';
    const before = await store.readDraft(place);
    const text = before?.text && before.text !== pending.text ? `${before.text}\n\n${pending.text}` : pending.text;
    const { mentions } = comment;
    await store.writeDraft(place, {
      ...before,
      text,
      ...(mentions && { mentions }),
      // Begun from a text that is no longer there: the form shows both (FAULTS G5).
      ...(pending.delivery.state === 'conflict' && { before: '' }),
      savedAt: Date.now(),
    });
    const parent = comment.parentId && this.#list?.reach(comment.parentId);
    await store.discard(pending.operationId);
    if (pending.kind === 'edit') await this.#openForm(view, 'edit');
    else if (parent) await this.#openForm(parent, 'reply');
    else this.dispatchEvent(new Event('afterword-form-open', { bubbles: true }));
  }

  async #copy(words: string): Promise<void> {
    const { messages } = this.manner ?? {};
    try {
      await navigator.clipboard.writeText(words);
    } catch {
      // No clipboard on plain http, or the page may not use it: the old way still works there.
      const field = document.createElement('textarea');
      const focused = (this.renderRoot as ShadowRoot).activeElement as HTMLElement | null;
      field.className = 'hidden';
      field.value = words;
      this.renderRoot.append(field);
      field.select();
      document.execCommand('copy');
      field.remove();
      focused?.focus({ preventScroll: true });
    }
    if (messages) this.announce(say(messages, 'copied'));
  }

  /** Loads and tells how many came; where the button is gone the focus goes to the first of them. */
  async #more(load: () => Promise<void> | undefined): Promise<void> {
    const before = this.#rows.length;
    await this.#loading(load());
    const first = this.#rows[before];
    const lost = !(this.renderRoot as ShadowRoot).activeElement && document.activeElement === document.body;
    const view = lost && first ? this.#list?.reach(first.key) : null;
    if (view) this.#list?.focus(view, { scroll: false });
  }

  async #loading(loaded: Promise<void> | undefined): Promise<void> {
    const before = countComments(this.#rows);
    await loaded;
    await this.updateComplete;
    await this.drawn();
    const count = countComments(this.#rows) - before;
    const { messages } = this.manner ?? {};
    if (messages && count > 0) this.announce(say(messages, 'said.loaded', { count }));
  }
}

function countComments(rows: readonly Row[]): number {
  return rows.filter((row) => row.kind === 'comment').length;
}

function operationOf(target: HTMLElement): string {
  return target.dataset['operation'] ?? '';
}

function pendingOf(view: RowView, target: HTMLElement): CommentRow['pending'][number] | undefined {
  const id = operationOf(target);
  return view.row.kind === 'comment' ? view.row.pending.find((pending) => pending.operationId === id) : undefined;
}

/** What the reader selected inside an element of our shadow root; Chromium knows it only through the root. */
function selectionIn(element: Element | null, root: ShadowRoot & { getSelection?: () => Selection | null }): string {
  const selection = root.getSelection?.() ?? document.getSelection();
  const inside = element && selection?.anchorNode && element.contains(selection.anchorNode);
  return inside ? selection.toString().trim() : '';
}

if (isFree('afterword-thread')) {
  customElements.define('afterword-thread', AfterwordThread);
}

declare global {
  interface HTMLElementTagNameMap {
    'afterword-thread': AfterwordThread;
  }
}
