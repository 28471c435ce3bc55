/** The rows of a thread: comments in nested lists. What can be done with them comes after the first paint (`acts.ts`). */
import { html, LitElement, nothing, type CSSResult, type TemplateResult } from 'lit';
import { property } from './property.ts';
import type { Comment } from '../model/comment.ts';
import type { Row, ThreadView } from '../model/view.ts';
import type { ThreadStore } from '../sync/store.ts';
import { asWords, isMarkupPartHere, loadMarkupPart, renderComment, type Rendered } from '../content/safe-html.ts';
import type { AllMessages } from '../i18n/locale.ts';
import { adoptTextStyles } from './adopt.ts';
import { isFree } from './registry.ts';
import type { Manner, RowView } from './row.ts';
import { RowList } from './row-list.ts';
import { base } from './styles.ts';
import { ThreadController } from './thread-controller.ts';
import { threadStyles } from './thread-styles.ts';
import type { ThreadActs } from './thread-acts.ts';

/** How long rows wait for the part that shows their markup, in milliseconds; then they are shown as they were typed. */
const PATIENCE = 5_000;

/** How a thread gets what can be done with its rows. */
export interface ActsForThread {
  readonly ThreadActs: new (thread: AfterwordThread, list: RowList, words: () => AllMessages) => ThreadActs;
  readonly words: () => AllMessages;
}

/**
 * The comments of a discussion. It stands inside `<afterword-comments>`, which gives it what it shows.
 *
 * @element afterword-thread
 * @fires {AfterwordVoteEvent} afterword-vote - The reader pressed a vote button; cancelable.
 * @fires {AfterwordNotifyEvent} afterword-notify - The reader pressed the bell of an own comment; cancelable.
 * @csspart comment - One comment.
 * @csspart stub - A comment that was removed while it has replies; besides `comment`.
 * @csspart own - A comment of the reader's; besides `comment`.
 * @csspart avatar - The picture of a writer, or the initials.
 * @csspart author - The name of a writer.
 * @csspart badge - A word that sets a comment apart.
 * @csspart permalink - The time, which is the comment's link.
 * @csspart quote - The passage a comment is about.
 * @csspart body - The text.
 * @csspart actions - The line of votes, reply and menu.
 * @csspart vote - One vote button.
 * @csspart reply - The button that answers.
 * @csspart bell - The bell of an own comment.
 * @csspart menu-button - The button that opens the menu.
 * @csspart menu - The menu.
 * @csspart fold - The line beside a branch, which closes it.
 * @csspart pending - What is said of words that are not sent yet.
 * @csspart more - A button that loads more, shows what came meanwhile, or goes to the next unread comment.
 * @csspart form - The form of a reply or a change, in its place.
 */
export class AfterwordThread extends LitElement {
  static override styles: CSSResult[] = [base, threadStyles];

  /** The discussion that is shown. */
  @property({ attribute: false }) store: ThreadStore | null = null;

  /** How its rows are shown; null until that is known. */
  @property({ attribute: false }) manner: Manner | null = null;

  /** `linked` shows only the comment that a link led to, with its path. */
  @property({ attribute: false }) shows: 'rows' | 'linked' = 'rows';

  /** The comment that a link led to. */
  @property({ attribute: false }) linkedId: string | null = null;

  /** What can be done with rows; null while that part is not here. */
  @property({ attribute: false }) acts: ActsForThread | null = null;

  /** Says something once to readers who can't see it. */
  @property({ attribute: false }) announce: (words: string) => void = () => {};

  readonly #view = new ThreadController(
    this,
    () => this.store,
    ({ rows, linked, more, markup }) =>
      this.shows === 'linked' ? { rows: linked?.rows ?? [], more: null, markup } : { rows, more, markup },
  );
  #list: RowList | null = null;
  #acts: ThreadActs | null = null;
  #clock: ReturnType<typeof setInterval> | undefined;
  #waiting: (() => void)[] = [];
  #askedForMarkup = false;

  /** @internal The rows that are shown. */
  get rows(): readonly Row[] {
    return this.#view.selected?.rows ?? [];
  }

  /** @internal What *Load more* would bring. */
  get more(): ThreadView['more'] {
    return this.#view.selected?.more ?? null;
  }

  /** @internal What can be done with the rows; null while that part is not here. */
  get hands(): ThreadActs | null {
    return this.#acts;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Half a minute: a relative time is never wrong by more than its own unit.
    this.#clock = setInterval(() => this.#list?.refresh(false), 30_000);
    this.#list?.watch();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
    this.#list?.free();
  }

  override updated(): void {
    void this.#draw();
  }

  /** Resolves when all rows are on the screen. */
  async drawn(): Promise<void> {
    await this.updateComplete;
    if (!this.#list?.whole) await new Promise<void>((done) => this.#waiting.push(done));
  }

  override render(): TemplateResult {
    return html`<ol class="rows" role="list"></ol>
      ${this.#acts?.more() ?? nothing}`;
  }

  async #draw(): Promise<void> {
    if (!this.manner) return;
    if (this.#view.selected?.markup && !this.#askedForMarkup && !isMarkupPartHere()) {
      // Such rows are painted once and not twice: first as source, then as text. Who hangs is not waited for.
      this.#askedForMarkup = true;
      let timer = 0;
      await Promise.race([loadMarkupPart(), new Promise((late) => (timer = window.setTimeout(late, PATIENCE)))]);
      clearTimeout(timer);
    }
    const { manner, acts } = this;
    if (!manner || !this.isConnected) return;
    adoptTextStyles(this.renderRoot as ShadowRoot);
    const list = (this.#list ??= this.#makeList());
    list.show(this.rows, {
      manner,
      text: (comment, level) => this.#text(comment, level, manner),
      about: (view, time) => this.#acts?.about(view, time),
      controls: (view) => this.#acts?.controls(view),
    });
    if (acts && !this.#acts) {
      this.#acts = new acts.ThreadActs(this, list, acts.words);
      list.refresh(true);
      this.requestUpdate();
    }
    for (const view of list.views.values()) {
      const linked = view.row.key === this.linkedId;
      if (view.state.linked === linked) continue;
      view.state.linked = linked;
      list.redraw(view);
    }
  }

  #makeList(): RowList {
    const list = new RowList(this.renderRoot.querySelector('ol') as HTMLOListElement, (near) => this.#drawn(near));
    list.watch();
    return list;
  }

  #drawn(near: readonly RowView[]): void {
    this.#acts?.drawn(near);
    if (this.#list?.whole) for (const done of this.#waiting.splice(0)) done();
  }

  #text(comment: Comment, headingLevel: number, { images, messages }: Manner): Rendered {
    const { text, format, mentions } = comment;
    const spoiler = messages['tool.spoiler'] as string | undefined;
    const made = renderComment(text, format, { images, headingLevel, spoiler, mentions });
    if (!(made instanceof Promise)) return made;
    // Only where the backend did not say that there is markup, as with words the reader just wrote.
    void made.then(() => {
      const view = this.#list?.views.get(comment.id);
      if (view && this.isConnected) this.#list?.redraw(view);
    });
    return asWords(text, format);
  }
}

if (isFree('afterword-thread')) {
  customElements.define('afterword-thread', AfterwordThread);
}

declare global {
  interface HTMLElementTagNameMap {
    'afterword-thread': AfterwordThread;
  }
}
