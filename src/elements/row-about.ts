/**
 * What stands between the name and the text of a comment near the eyes: picture, marks, the time as its permalink, whom it
 * answers, which passage it is about.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { Comment } from '../model/comment.ts';
import type { Quote } from '../model/quote.ts';
import type { CommentRow } from '../model/view.ts';
import { say, type MessageKey, type WritingKey } from '../i18n/locale.ts';
import { fullTime } from '../i18n/locale-later.ts';
import { firstWords, wholeQuote } from './first-words.ts';
import type { PassageFinder } from './passage-finder.ts';
import { initials, nameOf, parentName, type Manner, type RowState } from './row.ts';

/** The picture of a writer, or the initials, which until now were drawn without an element of their own. */
function pictureOf(comment: Comment, manner: Manner): unknown {
  const { author } = comment;
  return author?.picture && manner.picture(author.picture)
    ? html`<img
        class="avatar"
        part="avatar"
        src=${author.picture}
        alt=""
        loading="lazy"
        referrerpolicy="no-referrer"
      />`
    : html`<span class="avatar" part="avatar" aria-hidden="true">${initials(nameOf(comment, manner.messages))}</span>`;
}

/** Whether more stands there than the time. */
export function hasMore(row: CommentRow, state: RowState): boolean {
  const { editedAt, quote } = row.comment;
  return editedAt !== null || row.detached || Boolean(quote) || marksOf(row, state).length > 0;
}

/** Between name and text: what sets the comment apart, when it was written, whom it answers. */
export function about(
  row: CommentRow,
  manner: Manner,
  state: RowState,
  time: string,
  finder: PassageFinder | undefined,
): TemplateResult {
  const { comment, parent } = row;
  const { messages, link } = manner;
  const at = new Date(comment.createdAt);
  const full = fullTime(messages, comment.createdAt);
  // The title is for the mouse: on the link it would be read out a second time.
  const when = html`<time datetime=${isNaN(+at) ? nothing : at.toISOString()} title=${full}>${time}</time>`;
  const unsent = row.pending.some(({ kind }) => kind === 'post');
  return html`${pictureOf(comment, manner)}${marksOf(row, state).map((key) => html`<span class="badge ${key === 'unread' ? 'fresh' : ''}" part="badge">${say(messages, key)}</span>`)}${
    unsent
      ? html`<span class="when">${when}</span>`
      : html`<a class="when" part="permalink" href=${link(comment.id)} aria-label=${`${time}, ${full}`}>${when}</a>`
  }${comment.editedAt === null ? nothing : html`<span class="note">${say(messages, 'edited')}</span>`}${
    row.detached && parent
      ? html`<span class="note"
          >${
            parent.missing
              ? say(messages, 'in-reply-to', { name: parentName(parent, messages) })
              : html`<a class="when" href=${link(parent.id)} data-act="parent"
                  >${say(messages, 'in-reply-to', { name: parentName(parent, messages) })}</a
                >`
          }</span
        >`
      : nothing
  }${comment.quote ? quoted(comment.quote, manner, finder) : nothing}`;
}

/** A longer quote shows its beginning, and the rest at a press. */
const WHOLE = 400;

/** The words as they were when the comment was written (I-5), and what became of them. */
function quoted(quote: Quote, { messages }: Manner, finder: PassageFinder | undefined): TemplateResult {
  const words = wholeQuote(quote);
  const found = finder?.stateOf(quote) ?? null;
  const cut = words.length > WHOLE ? words.slice(0, WHOLE).replace(/\s\S*$/, '') : '';
  return html`<div class="quoted" part="quote">
    ${quote.question ? html`<p class="question" dir="auto">${quote.question}</p>` : nothing}
    <blockquote dir="auto">
      ${
        cut
          ? html`<details>
              <summary>${cut} …</summary>
              … ${words.slice(cut.length)}
            </details>`
          : words
      }
    </blockquote>
    ${found === 'probable' ? html`<span class="note">${say(messages, 'passage.edited')}</span>` : nothing}
    ${found === 'gone' ? html`<span class="note">${say(messages, 'passage.gone')}</span>` : nothing}
    ${
      found === 'sure' || found === 'probable'
        ? html`<button
            type="button"
            class="quiet"
            data-act="passage"
            aria-label=${say(messages, 'passage.show.name', { words: firstWords(words) })}
          >
            ${say(messages, 'passage.show')}
          </button>`
        : nothing
    }
  </div>`;
}

/** What sets a row apart, in words; the frame around them is the shape, so that colour is never alone. */
function marksOf({ comment, own, unread }: CommentRow, { linked }: RowState): (MessageKey | WritingKey)[] {
  const { state, pinned, author } = comment;
  const role = author?.role;
  const marks: (MessageKey | WritingKey | false | undefined)[] = [
    (role === 'moderator' || role === 'admin') && `role.${role}`,
    own && 'you',
    pinned && 'pinned',
    (state === 'held' || state === 'rejected' || state === 'spam') && `state.${state}`,
    linked && 'linked',
    unread && 'unread',
  ];
  return marks.filter((mark) => mark || false) as (MessageKey | WritingKey)[];
}
