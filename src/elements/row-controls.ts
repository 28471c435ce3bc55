/**
 * What can be done with a row near the eyes, and what is said of words that are on their way (FAULTS, invariant T): the
 * state in words, and what the reader can do about it. Questions asked in place (*Delete this comment?*) stand here too.
 * What a press does is in `thread-acts.ts`.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { CommentRow, GapRow, Pending } from '../model/view.ts';
import { netVotes } from '../model/sort.ts';
import { relativeTime, say, type AllMessages } from '../i18n/locale.ts';
import { sayRefusal, sayVotes, shortNumber } from '../i18n/locale-later.ts';
import * as icons from './control-icons.ts';
import { nameOf, type Manner, type RowState } from './row.ts';

/** Everything below the text of a comment. `form` is what the reader opened: a form, or a question about notices. */
export function commentControls(
  row: CommentRow,
  state: RowState,
  manner: Manner,
  words: AllMessages,
  form: unknown,
): TemplateResult {
  const name = nameOf(row.comment, words);
  // What a press opens stands below the line it was pressed in: what was pressed stays under the finger.
  return html`${readMore(row, state, words)}${pendingParts(row, state, manner, words)}${actions(row, state, manner, words, name)}${
    state.asked === 'delete'
      ? question(words, 'delete.ask', 'delete')
      : state.asked === 'repeat'
        ? repeat(words)
        : nothing
  }${form}${fold(row, words, name)}`;
}

export function gapControls(row: GapRow, words: AllMessages): TemplateResult {
  return html`<button type="button" class="quiet" part="more" data-act="gap" aria-disabled=${row.loading || nothing}>
      ${row.loading ? say(words, 'loading-more') : say(words, 'gap', { count: row.left })}</button
    >${row.failed ? html`<span class="note">${say(words, 'load-failed')}</span>` : nothing}`;
}

function readMore({ key }: CommentRow, { length }: RowState, words: AllMessages): unknown {
  if (!length) return nothing;
  return html`<button
    type="button"
    class="more quiet"
    data-act="length"
    aria-expanded=${String(length === 'open')}
    aria-controls="comment-${key}"
  >
    ${say(words, length === 'open' ? 'read-less' : 'read-more')}
  </button>`;
}

function actions(row: CommentRow, state: RowState, manner: Manner, words: AllMessages, name: string): unknown {
  if (row.stub || row.pending.some(({ kind }) => kind === 'post')) return nothing;
  // No wrapper around the votes: a line of actions is one of the few places where an element more is counted.
  return html`<div class="acts" part="actions">
    ${votes(row, manner, words, name)}${
      row.can.reply && !manner.readonly
        ? html`<button
            type="button"
            class="quiet"
            part="reply"
            data-act="reply"
            aria-label=${say(words, state.draft ? 'reply-to.draft' : 'reply-to', { name })}
            aria-expanded=${state.form === 'reply' || nothing}
          >
            ${say(words, state.draft ? 'reply.draft' : 'reply')}
          </button>`
        : nothing
    }${bell(row, manner, words, name)}<button
      type="button"
      class="quiet menu"
      part="menu-button"
      data-act="menu"
      aria-haspopup="menu"
      aria-expanded="false"
      aria-label=${say(words, 'more-for', { name })}
      title=${say(words, 'more')}
    >
      ${icons.dots}
    </button>
  </div>`;
}

/** On own comments, where the site tells anybody of anything: whether direct replies to it are told (N-1). */
function bell(row: CommentRow, { readonly }: Manner, words: AllMessages, name: string): unknown {
  if (!row.bell || readonly) return nothing;
  const { state } = row.bell;
  return html`<button
    type="button"
    class="quiet bell"
    part="bell"
    data-act="bell"
    aria-pressed=${String(state !== 'none')}
    aria-label=${say(words, 'bell', { name })}
    title=${say(words, state === 'pending' ? 'notify.pending.somewhere' : 'notify.comment')}
  >
    ${icons.bell}
  </button>`;
}

export function votes(row: CommentRow, manner: Manner, words: AllMessages, name: string): unknown {
  const { rules, separateVotes } = manner;
  const { up, down } = row.comment;
  if (!rules || rules.votes === 'none') return nothing;
  const net = rules.votes === 'up' ? up : netVotes(row.comment);
  if (!row.can.vote || manner.readonly) {
    // The pill without its buttons: a number nobody can press needs its unit.
    return net === 0 ? nothing : html`<span class="tally">${sayVotes(words, net)}</span>`;
  }
  const button = (way: 'up' | 'down', count: number, isSeen: boolean): TemplateResult => {
    const seen = isSeen ? shortNumber(words, count) : '';
    const all = sayVotes(words, count);
    return html`<button
      type="button"
      class="vote"
      part="vote"
      data-act=${way}
      aria-pressed=${String(row.vote === way)}
      aria-label=${say(words, `vote.${way}`, { name, votes: all.includes(seen) ? all : `${seen} (${all})` })}
    >
      ${icons[way]}${seen || nothing}
    </button>`;
  };
  return [
    button('up', separateVotes ? up : net, true),
    rules.votes === 'up' ? nothing : button('down', separateVotes ? down : net, separateVotes),
  ];
}

/**
 * The button below the avatar, with the line beside the branch. While the branch is closed its words stand below the
 * comment too, where the replies were: pressing them does the same, but it is one button to who goes by keyboard.
 */
function fold({ replies, collapsed }: CommentRow, words: AllMessages, name: string): unknown {
  const { count, fresh } = replies;
  if (count < 1) return nothing;
  const all = say(words, 'replies', { count });
  const closed =
    fresh > 0 ? say(words, 'replies-fresh', { replies: all, fresh: say(words, 'fresh', { count: fresh }) }) : all;
  return html`<button
      type="button"
      class="fold"
      part="fold"
      data-act="fold"
      aria-expanded=${String(!collapsed)}
      aria-label="${say(words, 'branch', { name })}: ${collapsed ? closed : all}"
    >
      ${collapsed ? icons.opens : icons.closes}</button
    >${collapsed ? html`<span class="closed" data-act="fold" aria-hidden="true"><span>${closed}</span></span>` : nothing}`;
}

const day = 24 * 60 * 60 * 1000;
/** Safari clears what a page stored after seven days without a visit, words in the outbox too (FAULTS D10). */
const oldAfter = 5;

/** What can be done about a waiting operation; the name of each is its message. */
type Remedy = 'send-now' | 'edit' | 'post-new' | 'post-again' | 'copy-text' | 'discard';

function pendingParts(row: CommentRow, state: RowState, manner: Manner, words: AllMessages): unknown {
  const told = row.pending.filter((pending) => !isQuiet(pending.kind) || isRefused(pending));
  return html`${told.map((pending) => {
    if (state.asked === pending.operationId) return question(words, 'discard.ask', 'discard', pending.operationId);
    const age = Math.floor((Date.now() - pending.since) / day);
    const remedies = remediesOf(pending, manner).map(
      (remedy) =>
        html`<button type="button" class="quiet" data-act=${remedy} data-operation=${pending.operationId}>
          ${say(words, remedy)}
        </button>`,
    );
    return html`<div class="pending ${pending.delivery.state}" part="pending">
      <span>${sayDelivery(words, pending, Date.now())}</span>
      ${mustStay(pending) ? html`<span>${say(words, 'delivery.memory')}</span>` : nothing}
      ${age >= oldAfter ? html`<span>${say(words, 'delivery.old', { count: age })}</span>` : nothing}
      ${pending.delivery.state === 'conflict' ? otherText(words, pending.delivery.theirs) : nothing}
      ${remedies.length ? html`<div class="remedies">${remedies}</div>` : nothing}
    </div>`;
  })}`;
}

/** What stands in the place of the reader's words: somebody's text, and not one of our sentences. */
function otherText(words: AllMessages, text: string): TemplateResult {
  return html`<figure class="theirs">
    <figcaption>${say(words, 'form.theirs')}</figcaption>
    <blockquote class="plain" dir="auto">${text}</blockquote>
  </figure>`;
}

function question(
  words: AllMessages,
  ask: 'discard.ask' | 'delete.ask',
  yes: 'discard' | 'delete',
  operation?: string,
): TemplateResult {
  return html`<div class="pending asked" role="group" aria-label=${say(words, ask)}>
    <span>${say(words, ask)}</span>
    <div class="remedies">
      <button type="button" class="quiet danger" data-act="${yes}-now" data-operation=${operation ?? nothing}>
        ${say(words, yes)}
      </button>
      <button type="button" class="quiet" data-act="cancel">${say(words, 'cancel')}</button>
    </div>
  </div>`;
}

/** Words that were posted again stand where they stood before, and nowhere else. */
function repeat(words: AllMessages): TemplateResult {
  return html`<div class="pending" part="pending">
    <span>${say(words, 'said.repeat')}</span>
    <div class="remedies">
      <button type="button" class="quiet" data-act="cancel">${say(words, 'close')}</button>
    </div>
  </div>`;
}

/** The state of an operation, as its row and the announcement say it. */
export function sayDelivery(words: AllMessages, { delivery, kind, saved }: Pending, now: number): string {
  switch (delivery.state) {
    case 'sending':
      return say(
        words,
        kind === 'edit' ? 'delivery.saving' : kind === 'delete' ? 'delivery.deleting' : 'delivery.sending',
      );
    case 'retrying':
      return delivery.portal
        ? say(words, 'delivery.portal')
        : say(words, 'delivery.retrying', { time: relativeTime(words, delivery.until, now) });
    case 'asking':
      return say(words, `delivery.${delivery.want}`);
    case 'refused':
      return say(words, 'delivery.refused', { reason: sayRefusal(words, delivery) });
    case 'waiting':
      return say(words, delivery.blocked ? 'delivery.blocked' : saved ? 'delivery.waiting' : 'delivery.unsaved');
    case 'given-up':
      return say(words, delivery.perhapsSent ? 'delivery.perhaps' : 'delivery.given-up');
    default:
      return say(words, `delivery.${delivery.state}`);
  }
}

/** Votes and bells wait in silence. */
export function isQuiet(kind: Pending['kind']): boolean {
  return kind === 'vote' || kind === 'notify';
}

export function isRefused({ delivery }: Pending): boolean {
  return delivery.state === 'refused';
}

/** In memory alone, and not just on its way: a row that says so for half a second only alarms. */
function mustStay(pending: Pending): boolean {
  return !pending.saved && !isRefused(pending) && pending.delivery.state !== 'sending';
}

function remediesOf({ delivery, text }: Pending, { readonly }: Manner): Remedy[] {
  // Where words have lost their place, all that can be done with them is to post them in another way (FAULTS B14, B20).
  const reason = delivery.state === 'refused' ? delivery.reason : '';
  const change: Remedy = reason === 'parent-gone' ? 'post-new' : reason === 'lost' ? 'post-again' : 'edit';
  const edit: Remedy[] = text === undefined || readonly ? [] : [change];
  const copy: Remedy[] = text === undefined ? [] : ['copy-text'];
  if (delivery.state === 'sending') return [];
  if (delivery.state === 'refused' || delivery.state === 'conflict') return [...edit, ...copy, 'discard'];
  return ['send-now', ...copy, 'discard'];
}
