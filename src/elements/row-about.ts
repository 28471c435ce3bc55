/** What stands beside the name of a comment near the eyes: picture, marks, the time as its permalink, whom it answers. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Comment } from '../model/comment.ts';
import type { CommentRow } from '../model/view.ts';
import { say, type MessageKey, type WritingKey } from '../i18n/locale.ts';
import { fullTime } from '../i18n/locale-later.ts';
import { parentName, type Manner, type RowState } from './row.ts';

function pictureOf({ author }: Comment, manner: Manner): unknown {
  return author?.picture && manner.picture(author.picture)
    ? html`<img
        class="avatar"
        part="avatar"
        src=${author.picture}
        alt=""
        loading="lazy"
        referrerpolicy="no-referrer"
      />`
    : nothing;
}

/** Between name and text: what sets the comment apart, when it was written, whom it answers. */
export function about(row: CommentRow, manner: Manner, state: RowState, time: string): TemplateResult {
  const { comment, parent } = row;
  const { messages, link } = manner;
  const at = new Date(comment.createdAt);
  const when = html`<time datetime=${isNaN(+at) ? nothing : at.toISOString()}>${time}</time>`;
  const unsent = row.pending.some(({ kind }) => kind === 'post');
  return html`${pictureOf(comment, manner)}${marksOf(row, state).map((key) => html`<span class="badge" part="badge">${say(messages, key)}</span>`)}${
    unsent
      ? html`<span class="when">${when}</span>`
      : html`<a
          class="when"
          part="permalink"
          href=${link(comment.id)}
          aria-label=${`${time}, ${fullTime(messages, comment.createdAt)}`}
          >${when}</a
        >`
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
  }`;
}

/** What sets a row apart, in words; the frame around them is the shape, so that colour is never alone. */
function marksOf({ comment, own }: CommentRow, { linked }: RowState): (MessageKey | WritingKey)[] {
  const { state, pinned, author } = comment;
  const role = author?.role;
  const marks: (MessageKey | WritingKey | false | undefined)[] = [
    (role === 'moderator' || role === 'admin') && `role.${role}`,
    own && 'you',
    pinned && 'pinned',
    (state === 'held' || state === 'rejected' || state === 'spam') && `state.${state}`,
    linked && 'linked',
  ];
  return marks.filter((mark) => mark || false) as (MessageKey | WritingKey)[];
}
