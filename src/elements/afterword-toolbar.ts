/** Beside the heading: the order to read a thread in, and which part of it. */
import { css, html, LitElement, nothing, type CSSResultGroup, type TemplateResult } from 'lit';
import { property } from './property.ts';
import type { Order } from '../model/comment.ts';
import { say, type AllMessages } from '../i18n/locale.ts';
import { isFree } from './registry.ts';
import { shared } from './control-base.ts';

/**
 * The order of a discussion. It stands inside `<afterword-comments>`, which gives it what it shows and listens to
 * what the reader chooses.
 *
 * @element afterword-toolbar
 * @fires {OrderChosenEvent} afterword-order - The reader chose an order; does not leave the section.
 * @fires {FilterPressedEvent} afterword-filter - The reader wants comments on passages alone, or all; does not leave the section.
 * @csspart order - One order that can be chosen.
 * @csspart filter - The button that leaves comments on passages alone.
 */
export class AfterwordToolbar extends LitElement {
  static override styles: CSSResultGroup = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space) calc(2 * var(--_space));
      }
      .filter[aria-pressed='true'] {
        color: var(--_accent);
        background: var(--_wash);
      }
      .orders {
        display: flex;
        flex-wrap: wrap;
        padding: 2px;
        border-radius: var(--_radius);
        background: var(--_wash);
      }
      .orders button {
        padding-inline: calc(2.5 * var(--_space));
        border: 1px solid transparent;
        border-radius: calc(var(--_radius) - 2px);
        font-size: var(--_small);
        font-weight: 500;
        color: var(--_muted);
      }
      .orders button[aria-pressed='true'] {
        color: inherit;
        background: var(--_surface);
        border-color: var(--_control);
      }
      @media (hover: hover) {
        .orders button:hover {
          color: inherit;
        }
      }
    `,
  ];

  /** The words of the interface. */
  @property({ attribute: false }) words: AllMessages | null = null;

  /** The orders that can be chosen; with fewer than two there is no choice. */
  @property({ attribute: false }) orders: readonly Order[] = [];

  /** The order that is shown. */
  @property({ attribute: false }) order: Order = 'newest';

  /** Whether only comments on passages are shown; null where there are none, and no choice. */
  @property({ attribute: false }) filtered: boolean | null = null;

  override render(): unknown {
    const { words } = this;
    return words ? [this.#orders(words), this.#filter(words)] : nothing;
  }

  #filter(words: AllMessages): unknown {
    if (this.filtered === null) return nothing;
    return html`<button
      type="button"
      class="quiet filter"
      part="filter"
      aria-pressed=${String(this.filtered)}
      @click=${() => this.dispatchEvent(new FilterPressedEvent(!this.filtered))}
    >
      ${say(words, 'filter.inline')}
    </button>`;
  }

  #orders(words: AllMessages): TemplateResult | typeof nothing {
    const { orders } = this;
    // One order is no choice.
    if (orders.length < 2) return nothing;
    return html`<div class="orders" role="group" aria-label=${say(words, 'order')}>
      ${orders.map(
        (order) =>
          html`<button
            type="button"
            part="order"
            aria-pressed=${String(order === this.order)}
            @click=${() => this.#choose(order)}
          >
            ${say(words, `order.${order}`)}
          </button>`,
      )}
    </div>`;
  }

  #choose(order: Order): void {
    if (order !== this.order) this.dispatchEvent(new OrderChosenEvent(order));
  }
}

/** Between the toolbar and its section; not for the page. */
export class OrderChosenEvent extends Event {
  constructor(readonly order: Order) {
    super('afterword-order');
  }
}

/** Between the toolbar and its section; not for the page. */
export class FilterPressedEvent extends Event {
  constructor(readonly on: boolean) {
    super('afterword-filter');
  }
}

if (isFree('afterword-toolbar')) {
  customElements.define('afterword-toolbar', AfterwordToolbar);
}

declare global {
  interface HTMLElementTagNameMap {
    'afterword-toolbar': AfterwordToolbar;
  }
}
