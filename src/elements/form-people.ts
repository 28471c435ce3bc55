/**
 * The list of people offered while a name is typed after an `@`. The focus stays in the text; the list is a listbox that
 * the text field points at, as a combobox does. Takes the keys that belong to it and leaves all others alone.
 */
import { html, nothing } from 'lit';
import type { ReactiveController, ReactiveControllerHost, TemplateResult } from 'lit';
import type { AllMessages } from '../i18n/locale.ts';
import { say, timeAgo } from '../i18n/locale.ts';
import type { Mention } from '../model/comment.ts';
import { findPeople, foldedName, type Person } from '../model/people.ts';
import type { Change } from './form-text.ts';
import { firstWords } from './first-words.ts';
import { mentionAt } from './form-text.ts';

/** As many as fit on a phone above its keyboard. */
const MOST = 6;

export class PeopleList implements ReactiveController {
  /** Who is offered; empty when the list is closed. */
  offered: readonly Person[] = [];
  /** What is typed of a name; null where none is being typed. */
  typed: string | null = null;
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
  look(text: string, caret: number, people: readonly Person[]): void {
    const at = mentionAt(text, caret);
    const offered = at ? findPeople(people, at.typed, MOST) : [];
    this.typed = at?.typed ?? null;
    if (!this.open && offered.length === 0) return;
    // Who was chosen with the arrows stays chosen while others come.
    const chosen = at?.start === this.#start && this.active > 0 ? this.offered[this.active]?.id : undefined;
    this.active = Math.max(0, chosen === undefined ? 0 : offered.findIndex(({ id }) => id === chosen));
    this.offered = offered;
    this.#start = at?.start ?? 0;
    this.#caret = caret;
    this.host.requestUpdate();
  }

  close(): void {
    this.typed = null;
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

  render(words: AllMessages, now: number): TemplateResult | typeof nothing {
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
        (one, index) =>
          html`<li id="person-${index}" role="option" aria-selected=${index === this.active}>
            <bdi>${one.name}</bdi>${this.#hint(one, words, now)}
          </li>`,
      )}
    </ul>`;
  }

  /** What tells people of the same name apart: how their newest comment begins, and when it was written. */
  #hint(one: Person, words: AllMessages, now: number): unknown {
    const isAlone = this.offered.every((other) => other === one || foldedName(other.name) !== foldedName(one.name));
    if (isAlone || one.at === undefined) return nothing;
    // What somebody hides behind a press is not to be read here.
    const begins = firstWords((one.text ?? '').replace(/\|\|[\s\S]*$/, '').replace(/^>.*$|[*_`#~]/gm, ''));
    return html` <span class="hint">${begins && html`<bdi>“${begins}”</bdi> `}${timeAgo(words, one.at, now)}</span>`;
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
    this.choose(
      { id: who.id, name: who.name },
      { start: this.#start, end: this.#caret, insert, from: caret, to: caret },
    );
  }
}
