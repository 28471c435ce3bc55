/**
 * *Remove my data from this device*: takes what this device knows of the reader away, after saying what that means and naming what has not
 * been sent yet (R-14).
 */
import { css, html, LitElement, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { property, state } from './property.ts';
import { en } from '../i18n/en.ts';
import { enWriting } from '../i18n/en-writing.ts';
import type { AllMessages, Messages } from '../i18n/locale.ts';
import { direction, languageOf, say } from '../i18n/locale.ts';
import type { ThreadStore } from '../sync/store.ts';
import { forgetIdentity } from './form-identity.ts';
import { shared } from './control-base.ts';

/** The reader is forgotten: forms begin anew. Not composed. */
export class AfterwordForgottenEvent extends Event {
  static readonly type = 'afterword-forgotten';
  constructor() {
    super(AfterwordForgottenEvent.type, { bubbles: true });
  }
}

/**
 * Lets a reader be forgotten on this device. Made and placed by the section.
 *
 * @element afterword-forget
 * @fires {AfterwordForgottenEvent} afterword-forgotten - Everything of this reader on this device is gone.
 */
export class AfterwordForget extends LitElement {
  static override styles = [
    shared,
    css`
      .ask {
        display: grid;
        gap: calc(2 * var(--_space));
        max-inline-size: var(--_measure);
        padding: calc(3 * var(--_space));
        border: 1px solid var(--_hairline);
        border-radius: var(--_radius);
        font-size: var(--_fine);
      }
      .unsent {
        font-weight: 600;
      }
      .choice {
        display: flex;
        flex-wrap: wrap;
        gap: calc(2 * var(--_space));
      }
      .danger {
        border-color: var(--_danger);
        color: var(--_danger);
      }
    `,
  ];

  /** A thread of the backend and site that is to forget. */
  @property({ attribute: false }) store: ThreadStore | null = null;
  /** All words of the interface; those of this element are English where they are missing. */
  @property({ attribute: false }) messages: Messages = en;

  /** How many operations wait while the question stands; null where nothing was asked. */
  @state() private unsent: number | null = null;
  @state() private said: 'forget.done' | 'forget.failed' | null = null;
  private working = false;

  /** Asks the reader, as a press on the button does. */
  readonly ask = async (): Promise<void> => {
    if (!this.store) return;
    this.said = null;
    const { store } = this;
    // Uncounted is not none, but the question has to be asked all the same.
    this.unsent = await count(store);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[data-first]')?.focus();
  };

  private readonly leave = async (): Promise<void> => {
    this.unsent = null;
    await this.updateComplete;
    this.renderRoot.querySelector('button')?.focus();
  };

  private readonly forget = async (): Promise<void> => {
    const { store } = this;
    if (!store || this.working) return;
    this.working = true;
    forgetIdentity(store);
    try {
      await store.forget();
      this.said = 'forget.done';
      this.dispatchEvent(new AfterwordForgottenEvent());
    } catch {
      // The disk refused: the reader is told, and may try again.
      this.said = 'forget.failed';
    }
    this.working = false;
    await this.leave();
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || this.unsent === null) return;
    event.preventDefault();
    event.stopPropagation();
    void this.leave();
  };

  protected override render(): TemplateResult {
    const words: AllMessages = { ...enWriting, ...this.messages };
    return html`<div lang=${languageOf(words)} dir=${direction(words)} @keydown=${this.onKey}>
      ${
        this.unsent === null
          ? html`<button type="button" class="quiet" @click=${this.ask}>${say(words, 'forget')}</button>`
          : this.renderQuestion(words, this.unsent)
      }
      <p class="note" role="status">${this.said ? say(words, this.said) : nothing}</p>
    </div>`;
  }

  private renderQuestion(words: AllMessages, unsent: number): TemplateResult {
    return html`<div class="ask" role="group" aria-labelledby="question">
      <p id="question">${say(words, 'forget.ask')}</p>
      ${unsent > 0 ? html`<p class="unsent">${say(words, 'forget.unsent', { count: unsent })}</p>` : nothing}
      <p class="choice">
        <button type="button" class="firm" data-first aria-describedby="question" @click=${this.leave}>
          ${say(words, 'cancel')}
        </button>
        <button type="button" class="firm danger" @click=${this.forget}>${say(words, 'forget')}</button>
      </p>
    </div>`;
  }
}

async function count(store: ThreadStore): Promise<number> {
  try {
    return await store.countUnsent();
  } catch {
    // A disk that can't be read holds nothing that could be named.
    return 0;
  }
}

if (!customElements.get('afterword-forget')) customElements.define('afterword-forget', AfterwordForget);

declare global {
  interface HTMLElementTagNameMap {
    'afterword-forget': AfterwordForget;
  }
  interface HTMLElementEventMap {
    'afterword-forgotten': AfterwordForgottenEvent;
  }
}
