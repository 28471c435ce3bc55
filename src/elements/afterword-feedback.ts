/** A passage the author asks readers about. Its words stay the author's: nothing but a button is laid beside them. */
import { css, html, LitElement, nothing, type CSSResultGroup, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from './property.ts';
import { normalisePageId } from '../model/page-id.ts';
import type { AfterwordComments } from './afterword-comments.ts';
import { shared } from './control-base.ts';
import { markStyles } from './passage-styles.ts';
import { isFree } from './registry.ts';
import { heal } from './translated.ts';

/** How a button of a passage looks and is called. */
export interface MarkLook {
  readonly name: string;
  /** 0: nobody has said anything yet. */
  readonly count: number;
  readonly expanded: boolean;
  /** A comment of the reader's waits here unfinished. */
  readonly draft: boolean;
}

/** A section that looks after the author's passages. */
export interface FeedbackRoom {
  readonly section: AfterwordComments;
  /** The author's passages of the page are others than before. */
  feedbackChanged(): void;
  /** The button of one was pressed. */
  pressed(feedback: AfterwordFeedback): void;
  /** The reader is at it, by pointer or focus, or no longer. */
  near(feedback: AfterwordFeedback, isNear: boolean): void;
}

const feedbacks = new Set<AfterwordFeedback>();
const rooms = new Set<FeedbackRoom>();

/** From now on the section is told of the author's passages; gives back what stops that. */
export function lookAfter(room: FeedbackRoom): () => void {
  rooms.add(room);
  return () => void rooms.delete(room);
}

/** The author's passages that belong to a section, in the order of the page. */
export function feedbacksOf(section: AfterwordComments): AfterwordFeedback[] {
  return [...feedbacks]
    .filter((one) => one.belongsTo(section))
    .sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
}

/** The section's private colours and sizes: what stands in the article does not inherit them. */
const WORN =
  'space radius small fine large measure avatar accent accent-text danger success muted hairline wash control surface shadow tone';

/**
 * A passage of the article with a question of the author's about it. Readers see a button with the number of comments;
 * a comment made here joins the discussion with the passage's words and the question. It can stand inside a paragraph,
 * and without this script, or taken away again, it changes nothing.
 *
 * @element afterword-feedback
 * @slot - The passage.
 * @csspart passage-button - The button with the number of comments.
 * @csspart passage-panel - The comments and the form, where they stand in the text (`opened`, on narrow screens).
 */
export class AfterwordFeedback extends LitElement {
  static override styles: CSSResultGroup = [
    shared,
    markStyles,
    css`
      :host {
        display: inline;
      }
      .mark {
        position: absolute;
        z-index: 1;
        visibility: hidden;
      }
      .inside {
        display: block;
        font-family: var(--afterword-font, inherit);
        font-style: normal;
        font-weight: 400;
        text-align: start;
        text-indent: 0;
      }
    `,
  ];

  /** What readers are asked. */
  @property() question = '';

  /** Its comments are shown from the beginning, at one passage a page, until the reader closes them. */
  @property({ type: Boolean }) opened = false;

  /** How the passage draws attention when it comes into view, once a reader. */
  @property() attract: 'none' | 'blink' | 'open' = 'none';

  /** Id of the section its comments belong to; by default the first. */
  @property() for = '';

  /** Names the discussion its comments belong to, where the page shows several. */
  @property({ attribute: 'page-id' }) pageId = '';

  @state() private look: MarkLook | null = null;
  @state() private panel: TemplateResult | null = null;

  #at = { x: 0, y: 0 };

  /** @internal Whether its comments are those of this section. */
  belongsTo(section: AfterwordComments): boolean {
    if (this.for) return section.id === this.for;
    if (this.pageId) return section.page.id === normalisePageId(this.pageId);
    const first = document.querySelector('afterword-comments');
    // A page may have its only one in a shadow root.
    return first === null || first === section;
  }

  /** @internal The button as it shall look, with the section's colours; null where the passage has no section. */
  wear(look: MarkLook | null, from: HTMLElement | null): void {
    const before = this.look;
    const same = look && before && JSON.stringify(look) === JSON.stringify(before);
    if (!same) this.look = look;
    const box = this.renderRoot.querySelector<HTMLElement>('.worn');
    if (!from || !box) return;
    const style = getComputedStyle(from);
    for (const name of WORN.split(' ')) box.style.setProperty(`--_${name}`, style.getPropertyValue(`--_${name}`));
    box.style.colorScheme = style.colorScheme;
  }

  /** @internal Whether its button has a place. */
  get isPlaced(): boolean {
    return this.#mark?.style.visibility === 'visible';
  }

  /** @internal Puts the upper left corner of the button at a point of the window. */
  place(x: number, y: number): void {
    const mark = this.#mark;
    if (!mark) return;
    const { left, top } = mark.getBoundingClientRect();
    this.#at = { x: this.#at.x + x - left, y: this.#at.y + y - top };
    mark.style.translate = `${this.#at.x}px ${this.#at.y}px`;
    mark.style.visibility = 'visible';
  }

  /** @internal There is no place for the button: the passage can't be seen. */
  unplace(): void {
    this.#mark?.style.removeProperty('visibility');
  }

  /** @internal Shows the comments in the flow of the text; null takes them away. */
  showInside(panel: TemplateResult | null): void {
    this.panel = panel;
  }

  /** @internal Its button draws attention, where motion is welcome. */
  blink(): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    this.#mark?.animate([{ opacity: 1 }, { opacity: 0.2 }, { opacity: 1 }], { duration: 900, iterations: 3 });
  }

  /** @internal What gets the focus back. */
  get button(): HTMLElement | null {
    return this.#mark;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    feedbacks.add(this);
    changed();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    feedbacks.delete(this);
    changed();
  }

  override willUpdate(): void {
    heal(this.renderRoot);
  }

  override updated(properties: PropertyValues<this>): void {
    if (
      ['question', 'for', 'pageId', 'opened', 'attract'].some((name) => properties.has(name as keyof AfterwordFeedback))
    )
      changed();
  }

  override render(): TemplateResult {
    const { look } = this;
    // The words first, so that a reader who has heard them comes to the button next.
    return html`<slot></slot
      ><span class="worn"
        >${
          look
            ? html`<button
                type="button"
                class="mark ${look.draft ? 'draft' : ''}"
                part="passage-button"
                aria-label=${look.name}
                aria-expanded=${String(look.expanded)}
                @click=${() => this.#tell((room) => room.pressed(this))}
                @pointerenter=${() => this.#tell((room) => room.near(this, true))}
                @pointerleave=${() => this.#tell((room) => room.near(this, false))}
                @focus=${() => this.#tell((room) => room.near(this, true))}
                @blur=${() => this.#tell((room) => room.near(this, false))}
              >
                ${bubble}${look.count || nothing}
              </button>`
            : nothing
        }${this.panel ? html`<span class="inside">${this.panel}</span>` : nothing}</span
      >`;
  }

  get #mark(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.mark');
  }

  #tell(what: (room: FeedbackRoom) => void): void {
    for (const room of rooms) if (this.belongsTo(room.section)) what(room);
  }
}

/** A speech bubble. */
export const bubble = html`<svg viewBox="0 0 16 16" aria-hidden="true">
  <path d="M2.5 3h11v8h-6L4.5 13.5V11h-2Z" />
</svg>`;

function changed(): void {
  for (const room of rooms) room.feedbackChanged();
}

if (isFree('afterword-feedback')) {
  customElements.define('afterword-feedback', AfterwordFeedback);
}

declare global {
  interface HTMLElementTagNameMap {
    'afterword-feedback': AfterwordFeedback;
  }
}
