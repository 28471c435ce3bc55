/**
 * One row of a thread on the screen: a comment or a gap. A row has no shadow root of its own, so that ids, parts and
 * headings of a thread stay in one tree. Far from the reader's eyes it is four elements; its controls come on approach.
 * A row is drawn again only when its `Row` object, or the way all rows are shown, is another.
 */
import { html, nothing, render, type TemplateResult } from 'lit';
import type { Comment, Rules } from '../model/comment.ts';
import type { CommentRow, GapRow, Row } from '../model/view.ts';
import { netVotes } from '../model/sort.ts';
import {
  fullTime,
  say,
  sayParts,
  shortNumber,
  timeAgo,
  type MessageKey,
  type Messages,
  type Values,
} from '../i18n/locale.ts';
import type { Rendered } from '../content/safe-html.ts';
import * as icons from './icons.ts';
import { pendingParts } from './row-pending.ts';

/** How all rows of a thread are shown. Replaced as a whole, so that one comparison tells a row whether to draw again. */
export interface Manner {
  readonly messages: Messages;
  /** The site's rules, narrowed by the page. */
  readonly rules: Rules;
  readonly separateVotes: boolean;
  /** Nothing can be written here, by the page's wish. */
  readonly readonly: boolean;
  /** The level of a top-level comment's heading. */
  readonly headingLevel: number;
  readonly share: boolean;
  /** The address of a comment. */
  readonly link: (commentId: string) => string;
  /** A comment's text, ready to be shown. */
  readonly text: (comment: Comment, headingLevel: number) => Rendered;
  /** Whether the picture at this address may be fetched. */
  readonly picture: (address: string) => boolean;
}

/** What a row shows besides its comment, by the reader's own doing. */
export interface RowState {
  /** Near enough to be given controls. */
  near: boolean;
  /** *Read more*: `cut` while part of the text is hidden, `open` when the reader asked for all of it. */
  length: 'short' | 'cut' | 'open';
  /** What the reader is asked before it is done: `delete`, or the id of an operation to discard. */
  asked: string | null;
  form: 'reply' | 'edit' | null;
  /** The comment a link led to. */
  linked: boolean;
}

export class RowView {
  readonly item = document.createElement('li');
  /** The list of the rows below this one; made when the first comes. */
  replies: HTMLOListElement | null = null;
  readonly state: RowState = { near: false, length: 'short', asked: null, form: null, linked: false };
  row: Row;
  /** What is focused and observed; null for a gap. */
  readonly article: HTMLElement | null;
  #heading: HTMLHeadingElement | null = null;
  #drawn: { row: Row; manner: Manner; time: string } | null = null;

  constructor(row: Row) {
    this.row = row;
    this.item.className = row.kind === 'gap' ? 'row gap' : 'row';
    this.article = row.kind === 'comment' ? document.createElement('article') : null;
    if (this.article) this.item.append(this.article);
  }

  get body(): HTMLElement | null {
    return this.article?.querySelector('.body') ?? null;
  }

  /** The list below this row. */
  repliesList(): HTMLOListElement {
    if (!this.replies) {
      this.replies = document.createElement('ol');
      this.replies.className = 'replies';
      this.replies.setAttribute('role', 'list'); // Safari drops the role of a list without bullets.
      this.item.append(this.replies);
    }
    return this.replies;
  }

  /** Draws where that would make a difference; tells whether it did. `form` is what stands in for an open form. */
  draw(row: Row, manner: Manner, now: number, form: TemplateResult | null, force = false): boolean {
    const time = row.kind === 'comment' ? timeAgo(manner.messages, row.comment.createdAt, now) : '';
    const drawn = this.#drawn;
    if (!force && drawn?.row === row && drawn.manner === manner && (drawn.time === time || !this.state.near)) {
      return false;
    }
    this.row = row;
    this.#drawn = { row, manner, time };
    if (row.kind === 'gap') render(gap(row, manner), this.item);
    else this.#drawComment(row, manner, time, form);
    return true;
  }

  #drawComment(row: CommentRow, manner: Manner, time: string, form: TemplateResult | null): void {
    const article = this.article;
    if (!article) return;
    const { comment } = row;
    const { near, linked } = this.state;
    const name = nameOf(comment, manner.messages);
    const level = levelOf(row, manner);
    if (this.#heading?.localName !== `h${level}`) {
      this.#heading = document.createElement(`h${level}`) as HTMLHeadingElement;
      this.#heading.id = `name-${comment.id}`;
      article.id = `comment-${comment.id}`;
      article.tabIndex = -1;
      article.setAttribute('aria-labelledby', this.#heading.id);
    }
    article.className = `${near ? 'near' : 'far'} hue${hueOf(comment)}`;
    article.classList.toggle('stub', row.stub);
    article.classList.toggle('linked', linked);
    article.classList.toggle('own', row.own);
    article.classList.toggle(
      'unsent',
      row.pending.some((pending) => pending.kind !== 'vote'),
    );
    article.setAttribute('part', row.stub ? 'comment stub' : row.own ? 'comment own' : 'comment');
    article.dataset['initials'] = row.stub ? '' : initials(name);
    this.item.classList.toggle('folded', row.collapsed);

    render(near ? headingParts(row, manner, name, time) : headingText(row, manner, name, time), this.#heading);
    render(
      near
        ? html`${this.#picture(comment, manner)}${this.#heading}${row.stub ? nothing : this.#about(row, manner, time)}
          ${this.#text(row, manner)}${pendingParts(row, this.state, manner)}${form ?? nothing}
          ${this.state.form === 'edit' ? nothing : this.#actions(row, manner, name)}${this.#fold(row, manner, name)}`
        : html`${this.#heading}${this.#text(row, manner)}`,
      article,
    );
  }

  #picture(comment: Comment, manner: Manner): TemplateResult | typeof nothing {
    const address = comment.author?.picture;
    if (!address || !manner.picture(address)) return nothing;
    return html`<img class="avatar" part="avatar" src=${address} alt="" loading="lazy" referrerpolicy="no-referrer" />`;
  }

  #about(row: CommentRow, manner: Manner, time: string): TemplateResult {
    const { comment, parent } = row;
    const { messages } = manner;
    const at = new Date(comment.createdAt);
    const unsent = row.pending.some((pending) => pending.kind === 'post');
    const when = html`<time datetime=${isNaN(at.getTime()) ? nothing : at.toISOString()}>${time}</time>`;
    return html`${marksOf(row, manner, this.state).map((key) => html`<span class="badge ${key}" part="badge">${say(messages, key)}</span>`)}${
      unsent
        ? html`<span class="when">${when}</span>`
        : html`<a
            class="when"
            part="permalink"
            href=${manner.link(comment.id)}
            aria-label=${fullTime(messages, comment.createdAt)}
            >${when}</a
          >`
    }${
      comment.editedAt === null
        ? nothing
        : html`<span class="note" title=${fullTime(messages, comment.editedAt)}>${say(messages, 'edited')}</span>`
    }${row.detached && parent ? html`<span class="note to">${inReplyTo(parent, manner)}</span>` : nothing}`;
  }

  #text(row: CommentRow, manner: Manner): TemplateResult | typeof nothing {
    if (row.stub || this.state.form === 'edit') return nothing;
    const shown = manner.text(row.comment, levelOf(row, manner));
    const { near, length } = this.state;
    const open = length === 'open' ? 'open' : length === 'cut' ? 'cut' : '';
    const body =
      'html' in shown
        ? html`<div class="body ${open}" part="body" dir="auto" .innerHTML=${shown.html}></div>`
        : html`<div class="body plain ${open}" part="body" dir="auto">${shown.text}</div>`;
    if (!near || length === 'short') return body;
    return html`${body}<button
        type="button"
        class="more quiet"
        data-act="length"
        aria-expanded=${String(length === 'open')}
        aria-controls=${`comment-${row.key}`}
      >
        ${say(manner.messages, length === 'open' ? 'read-less' : 'read-more')}
      </button>`;
  }

  #actions(row: CommentRow, manner: Manner, name: string): TemplateResult | typeof nothing {
    const { messages } = manner;
    if (row.stub || row.pending.some((pending) => pending.kind === 'post')) return nothing;
    const more = say(messages, 'more-for', { name });
    // No space between these: a line of actions is one of the few places where an element more is counted.
    return html`<div class="acts" part="actions">
      ${votes(row, manner, name)}${
        row.can.reply && !manner.readonly
          ? html`<button
              type="button"
              class="quiet"
              part="reply"
              data-act="reply"
              aria-label=${say(messages, 'reply-to', { name })}
              aria-expanded=${this.state.form === 'reply' ? 'true' : nothing}
            >
              ${say(messages, 'reply')}
            </button>`
          : nothing
      }<button
        type="button"
        class="quiet menu"
        part="menu-button"
        data-act="menu"
        aria-haspopup="menu"
        aria-expanded="false"
        aria-label=${more}
        title=${say(messages, 'more')}
      >
        ${icons.dots}
      </button>
    </div>`;
  }

  /** The line beside a branch, and what is said in its place while the branch is closed: one button for both. */
  #fold(row: CommentRow, manner: Manner, name: string): TemplateResult | typeof nothing {
    const { count, fresh } = row.replies;
    if (count < 1) return nothing;
    const { messages } = manner;
    const replies = say(messages, 'replies', { count });
    const closed =
      fresh > 0
        ? say(messages, 'replies-fresh', { replies, fresh: say(messages, 'fresh', { count: fresh }) })
        : replies;
    const label = `${say(messages, 'branch', { name })}: ${row.collapsed ? closed : replies}`;
    return html`<button
      type="button"
      class="fold"
      part="fold"
      data-act="fold"
      aria-expanded=${String(!row.collapsed)}
      aria-label=${label}
      title=${row.collapsed ? nothing : replies}
    >
      ${row.collapsed ? html`${icons.branch}${closed}` : nothing}
    </button>`;
  }
}

function levelOf(row: CommentRow, manner: Manner): number {
  return Math.min(6, manner.headingLevel + row.depth);
}

export function nameOf(comment: Comment, messages: Messages): string {
  return comment.author?.name.trim() || say(messages, 'role.guest');
}

function headingValues(row: CommentRow, manner: Manner, name: string, time: string): [MessageKey, Values] {
  const { parent } = row;
  if (row.stub) return ['stub', {}];
  if (!parent) return ['row.heading', { name, time }];
  return ['row.reply', { name, parent: parentName(parent, manner), time }];
}

function headingText(row: CommentRow, manner: Manner, name: string, time: string): string {
  return say(manner.messages, ...headingValues(row, manner, name, time));
}

/** The same words; what the eye finds elsewhere in the row (whom it answers, the time) is there for the ear alone. */
function headingParts(row: CommentRow, manner: Manner, name: string, time: string): unknown {
  const [key, values] = headingValues(row, manner, name, time);
  const pieces = sayParts(manner.messages, key, values);
  if (row.stub) return pieces.join('');
  const at = pieces.findIndex((piece, index) => index % 2 === 1 && String(piece).includes(name));
  const before = pieces.slice(0, at).join('');
  const after = pieces.slice(at + 1).join('');
  const website = row.comment.author?.website;
  return html`${before && html`<span class="hidden">${before}</span>`}${
    website && /^https?:\/\//i.test(website)
      ? html`<a href=${website} rel="nofollow ugc noopener" part="author">${name}</a>`
      : name
  }${after && html`<span class="hidden">${after}</span>`}`;
}

function parentName(parent: NonNullable<CommentRow['parent']>, manner: Manner): string {
  return parent.name || say(manner.messages, parent.missing ? 'row.missing' : 'role.guest');
}

function inReplyTo(parent: NonNullable<CommentRow['parent']>, manner: Manner): unknown {
  const words = say(manner.messages, 'in-reply-to', { name: parentName(parent, manner) });
  return parent.missing ? words : html`<a href=${manner.link(parent.id)} data-act="parent">${words}</a>`;
}

/** What sets a row apart, in words; each also has a shape (`styles` of the thread), so that colour is never alone. */
function marksOf(row: CommentRow, manner: Manner, state: RowState): MessageKey[] {
  const { comment } = row;
  const marks: MessageKey[] = [];
  const role = comment.author?.role;
  if (role === 'moderator' || role === 'admin') marks.push(`role.${role}`);
  if (row.own) marks.push('you');
  if (comment.pinned) marks.push('pinned');
  if (comment.state === 'held' || comment.state === 'rejected' || comment.state === 'spam') {
    marks.push(`state.${comment.state}`);
  }
  if (state.linked) marks.push('linked');
  return marks;
}

function votes(row: CommentRow, manner: Manner, name: string): unknown {
  const { messages, rules, separateVotes } = manner;
  if (rules.votes === 'none') return nothing;
  const { comment } = row;
  const { up, down } = comment;
  const net = rules.votes === 'up' ? up : netVotes(comment);
  const first = separateVotes ? up : net;
  if (!row.can.vote || manner.readonly) {
    // The pill without its buttons: a number nobody can press needs its unit.
    const words = say(messages, 'votes', { count: net });
    return net === 0 ? nothing : html`<span class="tally">${words}</span>`;
  }
  const button = (way: 'up' | 'down', count: number, visible: unknown): TemplateResult =>
    html`<button
      type="button"
      class="vote ${way}"
      part="vote"
      data-act=${way}
      aria-pressed=${String(row.vote === way)}
      aria-label=${say(messages, `vote.${way}`, { name, votes: say(messages, 'votes', { count }) })}
    >
      ${icons[way]}${visible}
    </button>`;
  return html`${button('up', first, shortNumber(messages, first))}${
    rules.votes === 'up'
      ? nothing
      : button('down', separateVotes ? down : net, separateVotes ? shortNumber(messages, down) : nothing)
  }`;
}

function gap(row: GapRow, manner: Manner): TemplateResult {
  const { messages } = manner;
  return html`<button
      type="button"
      class="quiet"
      part="more"
      data-act="gap"
      aria-disabled=${row.loading ? 'true' : nothing}
    >
      ${row.loading ? say(messages, 'loading-more') : say(messages, 'gap', { count: row.left })}</button
    >${
      row.failed
        ? html`<span class="note">${say(messages, 'load-failed')} ${say(messages, 'try-again')}</span>`
        : nothing
    }`;
}

/** Of the first and the last word of a name. */
function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 ? words[words.length - 1] : undefined];
  return letters
    .map((word) => /[\p{L}\p{N}]/u.exec(word ?? '')?.[0] ?? '')
    .join('')
    .toLocaleUpperCase();
}

/** One of eight tints, the same for a writer wherever they write. */
function hueOf(comment: Comment): number {
  let sum = 0;
  for (const letter of comment.author?.id ?? comment.author?.name ?? '') sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return sum % 8;
}
