/**
 * Single-key shortcuts (R-11): off until the reader switches them on, and only while the focus is inside the section, or
 * was there last and is nowhere now, and nobody is writing.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { say, type AllMessages } from '../i18n/locale.ts';
import type { Step } from './thread-acts.ts';

const KEYS: readonly (readonly [key: string, step: Step])[] = [
  ['j', 'next'],
  ['k', 'previous'],
  ['p', 'parent'],
  ['u', 'unread'],
];

/** Not a step: comments on what is selected in the article. */
export const COMMENT_KEY = 'c';

/** Neither: to the passages of the article that have comments. */
export const PASSAGES_KEY = 'i';

/** What is remembered of it, for all pages of the site; a choice, not somebody's data. */
const REMEMBERED = 'afterword.keys';

export function areKeysOn(): boolean {
  try {
    return localStorage.getItem(REMEMBERED) === 'on';
  } catch {
    return false; // Storage is forbidden here: the choice holds for this page.
  }
}

export function rememberKeys(on: boolean): void {
  try {
    if (on) localStorage.setItem(REMEMBERED, 'on');
    else localStorage.removeItem(REMEMBERED);
  } catch {
    // As above.
  }
}

/** Which way a key leads; null for every other key, and while a word is being typed. */
export function stepOf(event: KeyboardEvent): Step | null {
  return isShortcut(event) ? (KEYS.find(([key]) => key === event.key)?.[1] ?? null) : null;
}

/** A single key, pressed where nobody is writing and nobody else has taken it. */
export function isShortcut(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return false;
  const target = event.composedPath()[0];
  return !(
    target instanceof Element &&
    target.closest('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [role=menu]')
  );
}

/**
 * @param selections Whether what is selected in the article can be commented on.
 * @param passages Whether passages of an article are looked after.
 */
export function keysPanel(
  messages: AllMessages,
  on: boolean,
  selections: boolean,
  passages: boolean,
  change: (on: boolean) => void,
): TemplateResult {
  return html`<div class="panel" role="group" aria-label=${say(messages, 'keys')}>
    <label>
      <input
        type="checkbox"
        .checked=${on}
        @change=${(event: Event) => change((event.target as HTMLInputElement).checked)}
      />
      ${say(messages, 'keys.on')}
    </label>
    <ul>
      ${KEYS.map(([key, step]) => html`<li><kbd>${key}</kbd> ${say(messages, `keys.${step}`)}</li>`)}
      ${passages ? html`<li><kbd>${PASSAGES_KEY}</kbd> ${say(messages, 'keys.passages')}</li>` : nothing}
      ${selections ? html`<li><kbd>${COMMENT_KEY}</kbd> ${say(messages, 'keys.comment')}</li>` : nothing}
    </ul>
  </div>`;
}
