/**
 * The list of people offered while a name is typed after an `@`. The focus stays in the text; the list is a listbox that
 * the text field points at, as a combobox does. Takes the keys that belong to it and leaves all others alone.
 */
import { html, nothing } from 'lit';
import type { ReactiveController, ReactiveControllerHost, TemplateResult } from 'lit';
import type { AllMessages } from '../i18n/locale.ts';
import { say } from '../i18n/locale.ts';
import type { Mention } from '../model/comment.ts';
import type { Change } from './form-text.ts';
import { findPeople, mentionAt } from './form-text.ts';

/** As many as fit on a phone above its keyboard. */
const MOST = 6;

export class PeopleList implements ReactiveController {
  /** Who is offered; empty when the list is closed. */
  offered: readonly Mention[] = [];
  active = 0;
  #start = 0;
  #caret = 0;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly choose: (who: Mention, change: Change) => void,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.close();
  }

  get open(): boolean {
    return this.offered.length > 0;
  }

  /** The text or the caret is another. */
  look(text: string, caret: number, people: readonly Mention[]): void {
    const at = mentionAt(text, caret);
    const offered = at ? findPeople(people, at.typed, MOST) : [];
    if (!this.open && offered.length === 0) return;
    if (at?.start !== this.#start || offered.length !== this.offered.length) this.active = 0;
    this.offered = offered;
    this.#start = at?.start ?? 0;
    this.#caret = caret;
    this.host.requestUpdate();
  }

  close(): void {
    if (!this.open) return;
    this.offered = [];
    this.host.requestUpdate();
  }

  /** True when the key was meant for the list. */
  handle(key: string): boolean {
    if (!this.open) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step !== undefined) this.active = (this.active + step + this.offered.length) % this.offered.length;
    else if (key === 'Enter') this.#take(this.active);
    else if (key === 'Escape') this.close();
    else return false;
    this.host.requestUpdate();
    return true;
  }

  render(words: AllMessages): TemplateResult | typeof nothing {
    if (!this.open) return nothing;
    // The press must not take the focus from the text, where the list's keys are pressed.
    // eslint-disable-next-line lit-a11y/click-events-have-key-events
    return html`<ul
      id="people"
      class="people"
      role="listbox"
      aria-label=${say(words, 'mentions')}
      @pointerdown=${(event: Event) => event.preventDefault()}
      @mousedown=${(event: Event) => event.preventDefault()}
      @click=${(event: Event) => this.#press(event)}
    >
      ${this.offered.map(
        ({ name }, index) =>
          html`<li id="person-${index}" role="option" aria-selected=${index === this.active}><bdi>${name}</bdi></li>`,
      )}
    </ul>`;
  }

  #press(event: Event): void {
    const option = (event.target as Element).closest('[role=option]');
    if (option) this.#take([...(option.parentElement?.children ?? [])].indexOf(option));
  }

  #take(index: number): void {
    const who = this.offered[index];
    if (!who) return;
    const insert = `@${who.name} `;
    const caret = this.#start + insert.length;
    this.close();
    this.choose(who, { start: this.#start, end: this.#caret, insert, from: caret, to: caret });
  }
}
