/**
 * *Notify of* (N-1): what a reader wants to hear of when they have left the page, and where. A panel that opens below the
 * bell it belongs to: the page's, beside the orders, or that of an own comment when an address has to be asked for.
 */
import { html, LitElement, nothing, type CSSResultGroup, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from './property.ts';
import type { NotifyChoice } from '../model/comment.ts';
import type { PushTarget } from '../model/operation.ts';
import type { NotifyView } from '../model/view.ts';
import type { ThreadStore } from '../sync/store.ts';
import { say, type AllMessages } from '../i18n/locale.ts';
import { shared } from './control-base.ts';
import { AfterwordNotifyEvent } from './events.ts';
import { looksLikeEmail } from './form-checks.ts';
import { recallIdentity } from './form-identity.ts';
import { notifyOperation, sayStanding } from './notify-words.ts';
import { notifyStyles } from './notify-styles.ts';
import { isFree } from './registry.ts';
import { sayDelivery } from './row-controls.ts';
import { keepTyped } from './typed-keys.ts';

const CHOICES = ['page', 'replies', 'none'] as const;

/**
 * The choice of what to be told of. It stands inside `<afterword-comments>`, which gives it what it shows.
 *
 * @element afterword-notify
 * @fires {AfterwordNotifyEvent} afterword-notify - The reader pressed *Save*; cancelable.
 * @fires {AfterwordNotifyCloseEvent} afterword-notify-close - Saved or cancelled; does not leave the section.
 */
export class AfterwordNotify extends LitElement {
  static override styles: CSSResultGroup = [shared, notifyStyles];

  /** The discussion it is about. */
  @property({ attribute: false }) store: ThreadStore | null = null;

  /** The words of the interface. */
  @property({ attribute: false }) words: AllMessages | null = null;

  /** What holds now. */
  @property({ attribute: false }) told: NotifyView | null = null;

  /** The own comment whose replies are meant; null for the page. */
  @property({ attribute: false }) commentId: string | null = null;

  @state() private choice: NotifyChoice = 'replies';
  @state() private email = '';
  @state() private wrong: 'email-required' | 'email-invalid' | null = null;
  /** Asks the browser for leave; null where it can't be told anything. */
  @state() private askPush: (() => Promise<PushTarget | null>) | null = null;
  @state() private push = false;
  @state() private refused = false;
  /** The known address is wrong, or no longer theirs: another one is asked for. */
  @state() private other = false;

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('store') && this.store) void this.#begin(this.store);
  }

  /** Puts the focus on what has to be filled in first. */
  override focus(): void {
    void this.updateComplete.then(() => {
      const first =
        this.renderRoot.querySelector<HTMLElement>('input:checked') ?? this.renderRoot.querySelector('input');
      first?.focus();
    });
  }

  override render(): TemplateResult | typeof nothing {
    const { words, told, commentId } = this;
    if (!words || !told) return nothing;
    const standing = this.#standing(words, told);
    return html`<form
      class="panel"
      novalidate
      aria-labelledby="title"
      @submit=${this.#submit}
      @keydown=${this.#key}
      @keypress=${keepTyped}
    >
      <h3 id="title">${say(words, commentId === null ? 'notify' : 'notify.comment')}</h3>
      ${
        commentId === null
          ? html`<div role="radiogroup" aria-labelledby="title">
              ${CHOICES.map(
                (choice) =>
                  html`<label class="tick"
                    ><input
                      type="radio"
                      name="choice"
                      .checked=${this.choice === choice}
                      @change=${() => (this.choice = choice)}
                    />${say(words, `notify.${choice}`)}</label
                  >`,
              )}
            </div>`
          : nothing
      }
      ${this.choice === 'none' ? nothing : [this.#address(words, told), this.#pushTick(words)]}
      ${standing ? html`<p class="note standing">${standing}</p>` : nothing}
      <div class="end">
        ${
          commentId === null && this.store?.view.feed
            ? html`<a class="feed" href=${this.store.view.feed} type="application/atom+xml">${say(words, 'feed')}</a>`
            : nothing
        }
        <button type="button" class="quiet" @click=${() => this.#close()}>${say(words, 'cancel')}</button>
        <button type="submit" class="firm primary" @click=${this.#submit}>${say(words, 'form.save')}</button>
      </div>
    </form>`;
  }

  #address(words: AllMessages, { address, offered }: NotifyView): unknown {
    if (!offered.includes('mail')) return nothing;
    if (address !== null && !this.other) {
      return html`<p class="note known">
        <span>${say(words, 'notify.address', { address })}</span>
        <button type="button" class="quiet" @click=${this.#askOther}>${say(words, 'notify.address.other')}</button>
      </p>`;
    }
    const { wrong } = this;
    return html`<div class="field">
      <label for="email">${say(words, 'form.email')}</label>
      <input
        id="email"
        name="email"
        type="email"
        autocomplete="email"
        dir="ltr"
        class=${wrong ? 'wrong' : ''}
        aria-required=${String(!this.push)}
        aria-invalid=${String(wrong !== null)}
        aria-describedby=${wrong ? 'email-error' : 'email-hint'}
        .value=${this.email}
        @input=${(event: Event) => {
          this.email = (event.target as HTMLInputElement).value;
          this.wrong = null;
        }}
      />
      ${
        wrong
          ? html`<p id="email-error" class="error">${say(words, `refused.${wrong}`)}</p>`
          : html`<p id="email-hint" class="note">${say(words, 'notify.email.hint')}</p>`
      }
    </div>`;
  }

  #pushTick(words: AllMessages): unknown {
    if (!this.askPush) return nothing;
    return html`<label class="tick"
        ><input
          type="checkbox"
          .checked=${this.push}
          @change=${(event: Event) => (this.push = (event.target as HTMLInputElement).checked)}
        />${say(words, 'notify.push')}</label
      >${this.refused ? html`<p class="error" role="alert">${say(words, 'notify.push.refused')}</p>` : nothing}`;
  }

  /** What holds now, in words; nothing where nothing does. */
  #standing(words: AllMessages, told: NotifyView): string {
    if (this.commentId !== null) return '';
    if (told.pending && told.pending.delivery.state !== 'sending') return sayDelivery(words, told.pending, Date.now());
    return sayStanding(words, told.state, told.address);
  }

  readonly #askOther = async (): Promise<void> => {
    this.other = true;
    // What is remembered of the reader is most often the address that is known.
    this.email = '';
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#email')?.focus();
  };

  async #begin(store: ThreadStore): Promise<void> {
    if (this.commentId !== null) this.choice = 'comment';
    else if (this.told && this.told.choice !== 'none') this.choice = this.told.choice;
    const [identity, askPush] = await Promise.all([recallIdentity(store), store.readPush().catch(() => null)]);
    if (store !== this.store) return;
    this.email ||= identity?.email ?? '';
    this.askPush = askPush;
    // Where there is no mail the browser is the only way.
    this.push ||= askPush !== null && this.told?.offered.includes('mail') === false;
  }

  /** At the press: in a frame that may not submit forms nothing would follow it. */
  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { store, told, choice, commentId, words } = this;
    if (!store || !told || !words) return;
    const email = this.email.trim();
    const asksAddress =
      choice !== 'none' && told.offered.includes('mail') && (told.address === null || (this.other && email !== ''));
    this.wrong =
      !asksAddress || (!email && this.push) || looksLikeEmail(email)
        ? null
        : email
          ? 'email-invalid'
          : 'email-required';
    if (this.wrong) {
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('#email')?.focus();
      return;
    }
    // First of all, because a browser asks its reader only in answer to a press.
    const push = choice !== 'none' && this.push && this.askPush ? await this.askPush().catch(() => null) : null;
    this.refused = choice !== 'none' && this.push && !push;
    if (this.refused && !email && told.address === null) return;
    const extra = { ...(asksAddress && email && { email }), ...(push && { push }) };
    const asked = notifyOperation(store, words, commentId, choice, extra);
    if (!this.dispatchEvent(new AfterwordNotifyEvent(choice, commentId))) return;
    void store.dispatch(asked);
    this.#close();
  };

  readonly #key = (event: KeyboardEvent): void => {
    keepTyped(event);
    if (event.key === 'Escape') this.#close();
  };

  #close(): void {
    this.dispatchEvent(new AfterwordNotifyCloseEvent());
  }
}

/** Between the panel and what opened it; not for the page. */
export class AfterwordNotifyCloseEvent extends Event {
  constructor() {
    super('afterword-notify-close');
  }
}

if (isFree('afterword-notify')) {
  customElements.define('afterword-notify', AfterwordNotify);
}

declare global {
  interface HTMLElementTagNameMap {
    'afterword-notify': AfterwordNotify;
  }
}
