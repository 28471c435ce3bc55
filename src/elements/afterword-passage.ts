/** What readers said about one passage of the article, and where they say more: in a popover, a sheet, or the text's flow. */
import { html, LitElement, nothing, type CSSResultGroup, type PropertyValues, type TemplateResult } from 'lit';
import { property } from './property.ts';
import { asWords, renderComment, type Rendered } from '../content/safe-html.ts';
import { direction, languageOf, say, timeAgo, type AllMessages } from '../i18n/locale.ts';
import type { Person } from '../model/people.ts';
import type { CommentRow } from '../model/view.ts';
import type { ThreadStore } from '../sync/store.ts';
import { adoptTextStyles } from './adopt.ts';
import type { AboutPassage, AfterwordForm } from './afterword-form.ts';
import { shared } from './control-base.ts';
import { firstWords } from './first-words.ts';
import { FORM_PARTS } from './form-parts.ts';
import { later } from './later.ts';
import { panelStyles } from './passage-styles.ts';
import { isFree } from './registry.ts';
import { nameOf, type Manner } from './row.ts';

/** What a panel shows; replaced as a whole. */
export interface PassageShown {
  readonly key: string;
  /** What a comment here is about; null while it is being described, and where it can't be. */
  readonly about: AboutPassage | null;
  /** The words of the passage. */
  readonly words: string;
  /** What the author asks; empty where they ask nothing. */
  readonly question: string;
  readonly count: number;
  readonly latest: readonly CommentRow[];
  /** Passages that lie in the same place, this one among them: their keys and words. */
  readonly here: readonly { readonly key: string; readonly words: string }[];
}

/** How far the panel keeps from the edges of the window, and from the text. */
const EDGE = 8;
/** Below this width of the window a panel is a sheet (I-1). */
export const NARROW = 600;

/** Between a panel and what opened it; not for the page. */
export class PassageActEvent extends Event {
  constructor(
    readonly act: 'close' | 'all' | 'choose',
    readonly key: string,
  ) {
    super('afterword-passage-act');
  }
}

/**
 * The comments on a passage and a form for more. Made and placed by the section.
 *
 * @element afterword-passage
 * @csspart passage-panel - The panel.
 */
export class AfterwordPassage extends LitElement {
  static override styles: CSSResultGroup = [shared, panelStyles];

  /** The discussion the comments belong to. */
  @property({ attribute: false }) store: ThreadStore | null = null;
  /** The words of the interface. */
  @property({ attribute: false }) messages: AllMessages | null = null;
  /** How comments are shown. */
  @property({ attribute: false }) manner: Manner | null = null;
  /** What is shown. */
  @property({ attribute: false }) shown: PassageShown | null = null;
  /** Whom a text can mention. */
  @property({ attribute: false }) people: readonly Person[] = [];
  /** In the flow of the text instead of above it. */
  @property({ attribute: false }) flow = false;
  /** Opened by a finger: a sheet, whatever the width. */
  @property({ attribute: false }) touch = false;

  #lines: readonly DOMRect[] = [];
  #formAsked = false;

  /** Beside these lines of the article, in the window's coordinates; a sheet at its lower edge where it is narrow. */
  place(lines: readonly DOMRect[] = this.#lines): void {
    this.#lines = lines;
    const panel = this.#panel;
    if (!panel || this.flow) return;
    panel.classList.toggle('sheet', this.isSheet);
    if (this.isSheet) {
      for (const side of ['left', 'top']) panel.style.removeProperty(side);
      return this.#aboveKeyboard(panel);
    }
    const first = lines[0];
    const last = lines.at(-1);
    if (!first || !last) return;
    const { width, height, left, top } = panel.getBoundingClientRect();
    const rtl = getComputedStyle(panel).direction === 'rtl';
    const room = document.documentElement.clientWidth - width - EDGE;
    const x = Math.max(EDGE, Math.min(rtl ? last.right - width : last.left, room));
    const below = last.bottom + EDGE;
    const above = first.top - EDGE - height;
    // A passage taller than the window has neither: then over its beginning.
    const y = below + height <= innerHeight ? below : above >= 0 ? above : Math.min(below, innerHeight - 96);
    // Whatever it is measured from: it goes as far as it is off.
    panel.style.left = `${parseFloat(panel.style.left || '0') + x - left}px`;
    panel.style.top = `${parseFloat(panel.style.top || '0') + y - top}px`;
  }

  /** Whether it lies at the window's lower edge, over what is there. */
  get isSheet(): boolean {
    return !this.flow && (this.touch || innerWidth < NARROW);
  }

  /** Puts the focus into the form, or on the panel where there is none yet. */
  async focusForm(): Promise<void> {
    await this.updateComplete;
    const form = this.#form;
    if (form) form.focus();
    else this.focusPanel();
  }

  /** Resolves when what is written in the form is kept. */
  async putDown(): Promise<void> {
    await this.#form?.putDown();
  }

  focusPanel(): void {
    this.#panel?.focus({ preventScroll: true });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    visualViewport?.addEventListener('resize', this.#moved);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    visualViewport?.removeEventListener('resize', this.#moved);
  }

  override updated(changed: PropertyValues<this>): void {
    const panel = this.#panel;
    if (!panel) return;
    adoptTextStyles(this.renderRoot as ShadowRoot);
    if (!this.flow && 'popover' in panel && !panel.matches(':popover-open')) {
      // Manual: "auto" would close a popover of the host's that the section may stand in.
      panel.popover = 'manual';
      panel.showPopover();
    }
    if (changed.has('shown')) this.place();
    if (!later.formPart.loaded && !this.#formAsked) {
      this.#formAsked = true;
      void later
        .formPart()
        .then(() => this.requestUpdate())
        .catch(() => (this.#formAsked = false)); // Asked for again with the next drawing.
    }
  }

  override render(): TemplateResult | typeof nothing {
    const { messages, shown } = this;
    if (!messages || !shown) return nothing;
    const { question, words } = shown;
    return html`<div
      class="panel ${this.flow ? 'flow' : ''}"
      part="passage-panel"
      role=${this.flow ? 'group' : 'dialog'}
      aria-labelledby="title"
      tabindex="-1"
      lang=${languageOf(messages)}
      dir=${direction(messages)}
      @keydown=${{ handleEvent: this.#key, capture: true }}
    >
      <div class="head">
        <p id="title" class="title">${question || say(messages, 'passage.about', { words: firstWords(words) })}</p>
        <button type="button" class="close" aria-label=${say(messages, 'close')} @click=${() => this.#act('close')}>
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4 4 8 8M12 4l-8 8" /></svg>
        </button>
      </div>
      ${this.#here(shown, messages)}
      ${question || words.length <= 48 ? nothing : html`<blockquote dir="auto">${words}</blockquote>`}
      ${
        shown.latest.length
          ? html`<ol class="latest" role="list">
              ${shown.latest.map((row) => this.#comment(row, messages))}
            </ol>`
          : shown.count === 0
            ? html`<p class="note">${say(messages, 'passage.none')}</p>`
            : nothing
      }
      ${
        shown.count > 0
          ? html`<button type="button" class="quiet all" @click=${() => this.#act('all')}>
              ${say(messages, 'passage.all', { count: shown.count })}
            </button>`
          : nothing
      }
      ${this.#formParts(shown)}
    </div>`;
  }

  #here({ here, key }: PassageShown, messages: AllMessages): unknown {
    if (here.length < 2) return nothing;
    return html`<div class="here" role="group" aria-label=${say(messages, 'passage.choose')}>
      ${here.map(
        (one) =>
          html`<button
            type="button"
            aria-pressed=${String(one.key === key)}
            @click=${() => this.#act('choose', one.key)}
          >
            ${firstWords(one.words)}
          </button>`,
      )}
    </div>`;
  }

  #comment(row: CommentRow, messages: AllMessages): TemplateResult {
    const { comment } = row;
    const shown = this.#text(row);
    return html`<li>
      <b dir="auto">${nameOf(comment, messages)}</b>
      <span class="note">${timeAgo(messages, comment.createdAt, Date.now())}</span>
      ${comment.state === 'held' ? html`<span class="note">${say(messages, 'state.held')}</span>` : nothing}
      ${
        row.pending.length
          ? html`<span class="note"
              >${say(messages, row.pending.some((it) => it.delivery.state === 'refused') ? 'refused' : 'delivery.sending')}</span
            >`
          : nothing
      }
      ${
        'html' in shown
          ? html`<div class="body" dir="auto" .innerHTML=${shown.html}></div>`
          : html`<div class="body plain" dir="auto">${shown.text}</div>`
      }
    </li>`;
  }

  #text({ comment: { text, format, mentions } }: CommentRow): Rendered {
    const spoiler = this.messages ? say(this.messages, 'tool.spoiler') : undefined;
    const made = renderComment(text, format, { images: this.manner?.images, headingLevel: 4, spoiler, mentions });
    if (!(made instanceof Promise)) return made;
    void made.then(() => this.isConnected && this.requestUpdate());
    return asWords(text, format);
  }

  #formParts({ about }: PassageShown): unknown {
    const { manner, store } = this;
    if (!about || !store || !later.formPart.loaded || manner?.readonly || manner?.rules?.closed) return nothing;
    return html`<afterword-form
      exportparts=${FORM_PARTS}
      .store=${store}
      .messages=${this.messages}
      .rules=${manner?.rules ?? null}
      .images=${manner?.images ?? 'none'}
      .people=${this.people}
      .passage=${about}
    ></afterword-form>`;
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.isComposing || event.keyCode === 229) return;
    // A list of people that is open in the field takes this key for itself.
    if (this.#form?.renderRoot.querySelector('[aria-activedescendant]')) return;
    event.preventDefault();
    event.stopPropagation();
    this.#act('close');
  };

  readonly #moved = (): void => this.place();

  /** A phone's keyboard lies over what is fixed to the window's lower edge. */
  #aboveKeyboard(panel: HTMLElement): void {
    const seen = visualViewport;
    const covered = seen ? Math.max(0, innerHeight - seen.height - seen.offsetTop) : 0;
    panel.style.setProperty('--_keyboard', `${covered}px`);
  }

  #act(act: PassageActEvent['act'], key = this.shown?.key ?? ''): void {
    this.dispatchEvent(new PassageActEvent(act, key));
  }

  get #panel(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.panel');
  }

  get #form(): AfterwordForm | null {
    return this.renderRoot.querySelector('afterword-form');
  }
}

if (isFree('afterword-passage')) {
  customElements.define('afterword-passage', AfterwordPassage);
}

declare global {
  interface HTMLElementTagNameMap {
    'afterword-passage': AfterwordPassage;
  }
}
