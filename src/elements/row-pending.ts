/**
 * What a row says of words that are on their way (FAULTS, invariant T): the state in words, and what the reader can do
 * about it. The same questions, asked in place, stand here: *Delete this comment?*, *Discard these words?*
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { CommentRow, Pending } from '../model/view.ts';
import { relativeTime, say, sayRefusal, type MessageKey, type Messages } from '../i18n/locale.ts';
import type { Manner, RowState } from './row.ts';

/** What can be done about a waiting operation; the name of each is its message. */
type Remedy = 'send-now' | 'edit' | 'copy-text' | 'discard';

export function pendingParts(row: CommentRow, state: RowState, manner: Manner): unknown {
  const told = row.pending.filter((pending) => pending.kind !== 'vote' || isRefused(pending));
  return html`${told.map((pending) => one(pending, state, manner))}${
    state.asked === 'delete' ? question(manner.messages, 'delete.ask', 'delete', 'delete-now') : nothing
  }`;
}

function one(pending: Pending, state: RowState, manner: Manner): TemplateResult {
  const { messages } = manner;
  if (state.asked === pending.operationId) {
    return question(messages, 'discard.ask', 'discard', 'discard-now', pending.operationId);
  }
  const theirs = pending.delivery.state === 'conflict' ? pending.delivery.theirs : null;
  return html`<div class="pending ${pending.delivery.state}" part="pending">
    <span>${sayDelivery(messages, pending, Date.now())}</span>
    ${pending.saved || isRefused(pending) ? nothing : html`<span>${say(messages, 'delivery.memory')}</span>`}
    ${
      pending.kind === 'edit' && pending.text !== undefined && theirs !== null
        ? html`<span class="body plain" dir="auto">${pending.text}</span>`
        : nothing
    }
    ${remedies(pending, manner).map(
      (remedy) =>
        html`<button type="button" class="quiet" data-act=${remedy} data-operation=${pending.operationId}>
          ${say(messages, remedy)}
        </button>`,
    )}
  </div>`;
}

function question(
  messages: Messages,
  ask: MessageKey,
  yes: MessageKey,
  act: string,
  operation?: string,
): TemplateResult {
  return html`<div class="pending asked" role="group" aria-label=${say(messages, ask)}>
    <span>${say(messages, ask)}</span>
    <button type="button" class="quiet danger" data-act=${act} data-operation=${operation ?? nothing}>
      ${say(messages, yes)}
    </button>
    <button type="button" class="quiet" data-act="cancel">${say(messages, 'cancel')}</button>
  </div>`;
}

/** The state of an operation, as its row and the announcement say it. */
export function sayDelivery(messages: Messages, pending: Pending, now: number): string {
  const { delivery, kind } = pending;
  switch (delivery.state) {
    case 'sending':
      return say(
        messages,
        kind === 'edit' ? 'delivery.saving' : kind === 'delete' ? 'delivery.deleting' : 'delivery.sending',
      );
    case 'retrying':
      return delivery.portal
        ? say(messages, 'delivery.portal')
        : say(messages, 'delivery.retrying', { time: relativeTime(messages, delivery.until, now) });
    case 'asking':
      return say(messages, `delivery.${delivery.want}`);
    case 'refused':
      return say(messages, 'delivery.refused', { reason: sayRefusal(messages, delivery) });
    default:
      return say(messages, `delivery.${delivery.state}`);
  }
}

function isRefused(pending: Pending): boolean {
  return pending.delivery.state === 'refused';
}

function remedies({ delivery, text }: Pending, manner: Manner): Remedy[] {
  const words = text !== undefined;
  switch (delivery.state) {
    case 'sending':
      return [];
    case 'refused':
      return [
        ...(words && !manner.readonly ? (['edit'] as const) : []),
        ...(words ? (['copy-text'] as const) : []),
        'discard',
      ];
    case 'conflict':
      return ['edit', 'copy-text', 'discard'];
    default:
      return ['send-now', ...(words ? (['copy-text'] as const) : []), 'discard'];
  }
}
