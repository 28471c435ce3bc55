/** Beside the heading: the order to read a thread in. */
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
 * @csspart order - One order that can be chosen.
 */
export class AfterwordToolbar extends LitElement {
  static override styles: CSSResultGroup = [
    shared,
    css`
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
        border-color: var(--_hairline);
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

  override render(): TemplateResult | typeof nothing {
    const { words, orders } = this;
    // One order is no choice.
    if (!words || orders.length < 2) return nothing;
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

if (isFree('afterword-toolbar')) {
  customElements.define('afterword-toolbar', AfterwordToolbar);
}

declare global {
  interface HTMLElementTagNameMap {
    'afterword-toolbar': AfterwordToolbar;
  }
}
