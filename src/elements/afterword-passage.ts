/**
 * What readers said about one passage of the article, and where they say more: beside the text where the margin has room,
 * else docked at the lower edge of the window; a sheet on phones, and in the text's flow where nobody asked for it.
 */
import {
  html,
  LitElement,
  nothing,
  type CSSResult,
  type CSSResultGroup,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import { property, state } from './property.ts';
import { asWords, renderComment, type Rendered } from '../content/safe-html.ts';
import { direction, languageOf, say, timeAgo, type AllMessages } from '../i18n/locale.ts';
import type { Person } from '../model/people.ts';
import type { CommentRow } from '../model/view.ts';
import type { ThreadStore } from '../sync/store.ts';
import { adopt, adoptTextStyles } from './adopt.ts';
import type { AboutPassage, AfterwordForm, AfterwordFormCloseEvent } from './afterword-form.ts';
import { shared } from './control-base.ts';
import { firstWords } from './first-words.ts';
import { FORM_PARTS } from './form-parts.ts';
import { later } from './later.ts';
import { roomBeside } from './margin.ts';
import { panelLast, panelStyles } from './passage-styles.ts';
import { isFree } from './registry.ts';
import { heal } from './translated.ts';
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

/** How far the panel keeps from the edges of the window; and from the text, which has its buttons there. */
const EDGE = 8;
const KEEP = 56;
/** Width of a panel beside the text. */
const WIDTH = { least: 280, most: 416 };
/** Of a docked one, and how much of the window's height it takes. */
const DOCKED = { width: 576, edge: 16 };
/** Room for a panel that grows when its form is opened, without moving away from its passage. */
const GROWN = 420;
/** Below this width of the window a panel is a sheet (I-1). */
export const NARROW = 600;

/** Between a panel and what opened it; not for the page. */
export class PassageActEvent extends Event {
  constructor(
    readonly act: 'close' | 'all' | 'choose' | 'comment' | 'grown',
    readonly key: string,
  ) {
    super('afterword-passage-act');
  }
}

/** What can be done with a comment here as well as in the thread. */
export interface PassageHands {
  votesOf(row: CommentRow): unknown;
  vote(row: CommentRow, way: 'up' | 'down'): void;
  readonly styles: CSSResult;
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
  /** Votes and replies; null where that part of ours is not here. */
  @property({ attribute: false }) hands: PassageHands | null = null;
  /** In the flow of the text instead of above it. */
  @property({ attribute: false }) flow = false;
  /** Opened by a finger: a sheet, whatever the width. */
  @property({ attribute: false }) touch = false;

  /** The comment that is being answered. */
  @state() private answering: string | null = null;

  #lines: readonly DOMRect[] = [];
  #formAsked = false;
  /** For which place in which window the room was measured, and what there is. */
  #measured = '';
  #room: Beside | null = null;
  /** How far the panel's upper edge is from the passage's; null until it has been placed. */
  #shift: number | null = null;
  readonly #sizes = new ResizeObserver(() => this.#grown());

  /** Beside these lines of the article, in the window's coordinates, or where else it covers none of them. */
  place(lines: readonly DOMRect[] = this.#lines): void {
    this.#lines = lines;
    const panel = this.#panel;
    if (!panel || this.flow) return;
    const beside = this.isSheet ? null : this.#beside();
    const isDocked = !this.isSheet && !beside;
    panel.classList.toggle('sheet', this.isSheet);
    panel.classList.toggle('dock', isDocked);
    if (beside) return this.#placeBeside(panel, beside);
    this.#shift = null;
    for (const side of ['left', 'top', 'inline-size']) panel.style.removeProperty(side);
    if (isDocked) this.#placeDocked(panel);
    this.#aboveKeyboard(panel);
  }

  /** As tall as the window at most, and whole in it where it is opened; from then on it stays with its passage. */
  #placeBeside(panel: HTMLElement, { left: x, width }: Beside): void {
    const [first] = this.#lines;
    if (!first) return;
    panel.style.inlineSize = `${width}px`;
    const { height, left, top } = panel.getBoundingClientRect();
    this.#shift ??= startOf(first.top, height) - first.top;
    const y = first.top + this.#shift;
    // Whatever it is measured from: it goes as far as it is off.
    panel.style.left = `${parseFloat(panel.style.left || '0') + x - left}px`;
    panel.style.top = `${parseFloat(panel.style.top || '0') + y - top}px`;
  }

  /** Under the column of the text, in its width where that is enough. */
  #placeDocked(panel: HTMLElement): void {
    const { clientWidth } = document.documentElement;
    const width = Math.min(DOCKED.width, clientWidth - 2 * DOCKED.edge);
    const sides = this.#lines.flatMap(({ left, right }) => [left, right]);
    const middle = sides.length ? (Math.min(...sides) + Math.max(...sides)) / 2 : clientWidth / 2;
    const x = Math.max(DOCKED.edge, Math.min(middle - width / 2, clientWidth - width - DOCKED.edge));
    panel.style.inlineSize = `${width}px`;
    panel.style.left = `${x}px`;
  }

  #beside(): Beside | null {
    const [first] = this.#lines;
    if (!first || !this.#panel) return null;
    const { clientWidth } = document.documentElement;
    const measured = [this.shown?.key, clientWidth, innerHeight, Math.round(first.left + scrollX)].join(' ');
    if (measured === this.#measured) return this.#room;
    this.#measured = measured;
    this.#shift = null;
    return (this.#room = besideLine(first, getComputedStyle(this.#panel).direction === 'rtl'));
  }

  /** Whether it lies at the window's lower edge, over what is there: in its whole width. */
  get isSheet(): boolean {
    return !this.flow && (this.touch || innerWidth < NARROW);
  }

  /** The upper edge of what lies over the lower part of the window; null where the panel covers no text. */
  get covers(): number | null {
    const panel = this.#panel;
    return panel?.matches('.sheet, .dock') ? panel.getBoundingClientRect().top : null;
  }

  /** The page can't be scrolled so far that the passage stands above it: then it goes to the upper edge. */
  dodge(lines: readonly DOMRect[]): void {
    const panel = this.#panel;
    const [first, last] = [lines[0], lines.at(-1)];
    if (!panel?.matches('.dock') || !first || !last) return;
    const { height } = panel.getBoundingClientRect();
    const isCovered = last.bottom > innerHeight - height - DOCKED.edge;
    panel.classList.toggle('high', isCovered && first.top > height + DOCKED.edge);
  }

  /** A form that opens under the hands of its writer: the field stays in what of the panel is seen. */
  #followField(): void {
    const inner = this.renderRoot.querySelector('.inner');
    const field = this.renderRoot instanceof ShadowRoot && this.#form?.renderRoot.querySelector(':focus');
    if (!inner || !field) return;
    const over = field.getBoundingClientRect().bottom - (inner.getBoundingClientRect().bottom - EDGE);
    if (over > 0) inner.scrollTop += over;
  }

  /** Its form was opened, or comments came: it grows downward, and is moved up only as far as it must. */
  #grown(): void {
    const panel = this.#panel;
    if (!panel || this.flow) return;
    this.#followField();
    if (this.covers !== null) return this.#act('grown');
    const { top, bottom } = panel.getBoundingClientRect();
    const over = bottom - (innerHeight - EDGE);
    // Who has scrolled it away does not want it back.
    if (this.#shift === null || over <= 0 || top < 0 || top > innerHeight) return;
    this.#shift -= Math.min(over, top - EDGE);
    this.place();
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
    this.#sizes.disconnect();
    visualViewport?.removeEventListener('resize', this.#moved);
  }

  /** Votes look as in the thread and are found as there: by what they are called. */
  override firstUpdated(): void {
    this.renderRoot.addEventListener('click', ({ target }) => {
      const act = (target as Element).closest<HTMLElement>('.acts [data-act]');
      const id = act?.closest<HTMLElement>('[data-comment]')?.dataset['comment'];
      const row = this.shown?.latest.find(({ comment }) => comment.id === id);
      const way = act?.dataset['act'];
      if (row && (way === 'up' || way === 'down')) this.hands?.vote(row, way);
    });
  }

  override willUpdate(changed: PropertyValues<this>): void {
    heal(this.renderRoot);
    if (changed.get('shown') && changed.get('shown')?.key !== this.shown?.key) this.answering = null;
  }

  override updated(changed: PropertyValues<this>): void {
    const panel = this.#panel;
    if (!panel) return;
    adoptTextStyles(this.renderRoot as ShadowRoot);
    if (this.hands) adopt(this.renderRoot as ShadowRoot, this.hands.styles, panelLast);
    this.#sizes.observe(panel);
    if (this.#form) this.#sizes.observe(this.#form);
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
      <div class="inner">
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
        ${this.answering ? nothing : this.#formParts(shown)}
      </div>
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
          ? html`<div class="words" dir="auto" .innerHTML=${shown.html}></div>`
          : html`<div class="words plain" dir="auto">${shown.text}</div>`
      }
      ${this.#acts(row, messages)}${this.answering === comment.id ? this.#replyForm(row, messages) : nothing}
    </li>`;
  }

  /** Votes and reply, as in the thread; where it was answered, the way there. */
  #acts(row: CommentRow, messages: AllMessages): unknown {
    const { comment, replies, can, stub, pending } = row;
    if (stub || !this.hands || pending.some(({ kind }) => kind === 'post')) return nothing;
    const name = nameOf(comment, messages);
    return html`<div class="acts" data-comment=${comment.id}>
      ${this.hands.votesOf(row)}${
        can.reply && !this.manner?.readonly
          ? html`<button
              type="button"
              class="quiet"
              data-reply=${comment.id}
              aria-label=${say(messages, 'reply-to', { name })}
              aria-expanded=${String(this.answering === comment.id)}
              @click=${() => void this.#answer(this.answering === comment.id ? null : comment.id)}
            >
              ${say(messages, 'reply')}
            </button>`
          : nothing
      }${
        replies.count > 0
          ? html`<button type="button" class="quiet" @click=${() => this.#act('comment', comment.id)}>
              ${say(messages, 'replies', { count: replies.count })}
            </button>`
          : nothing
      }
    </div>`;
  }

  #replyForm({ comment }: CommentRow, messages: AllMessages): unknown {
    if (!later.formPart.loaded) return nothing;
    return html`<afterword-form
      .store=${this.store}
      .messages=${messages}
      .mode=${'reply'}
      .commentId=${comment.id}
      .rootId=${comment.rootId}
      .replyTo=${nameOf(comment, messages)}
      .rules=${this.manner?.rules ?? null}
      .images=${this.manner?.images ?? 'none'}
      .people=${this.people}
      @afterword-form-close=${(event: AfterwordFormCloseEvent) => {
        event.stopPropagation();
        void this.#answer(null);
      }}
    ></afterword-form>`;
  }

  /** One form at a time; the words of the other wait as its draft. */
  async #answer(commentId: string | null): Promise<void> {
    const before = this.answering;
    await this.#form?.putDown();
    this.answering = commentId;
    await this.updateComplete;
    if (commentId) return this.#form?.focus();
    this.renderRoot.querySelector<HTMLElement>(`[data-reply="${CSS.escape(before ?? '')}"]`)?.focus();
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
    if (this.answering) void this.#answer(null);
    else this.#act('close');
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

/** Where a panel stands beside the text, in the window. */
interface Beside {
  readonly left: number;
  readonly width: number;
}

/** Whether the margin has room for a panel, at the end of the lines or at their beginning. */
export function besideLine(line: DOMRect, rtl: boolean): Beside | null {
  if (innerWidth < NARROW) return null;
  const { clientWidth } = document.documentElement;
  const height = Math.min(innerHeight - 2 * EDGE, GROWN);
  const top = startOf(line.top, height);
  for (const side of rtl ? (['left', 'right'] as const) : (['right', 'left'] as const)) {
    const room = roomBeside({
      side,
      most: clientWidth,
      least: WIDTH.least + KEEP + EDGE,
      from: top + scrollY,
      to: top + height + scrollY,
      over: [top, top + height],
    });
    if (!room) continue;
    const width = Math.min(WIDTH.most, room - KEEP - EDGE);
    return { width, left: side === 'right' ? clientWidth - room + KEEP : room - KEEP - width };
  }
  return null;
}

/** As near to the line as it can be and stand whole in the window. */
function startOf(top: number, height: number): number {
  return Math.max(EDGE, Math.min(top - EDGE, innerHeight - height - EDGE));
}

if (isFree('afterword-passage')) {
  customElements.define('afterword-passage', AfterwordPassage);
}

declare global {
  interface HTMLElementTagNameMap {
    'afterword-passage': AfterwordPassage;
  }
}
