/**
 * One row of a thread on the screen: a comment or a gap. A row has no shadow root of its own, so that ids, parts and
 * headings of a thread stay in one tree. Far from the reader's eyes it is what is read of it, some seven elements; what can be
 * done with it (`row-controls.ts`) comes on approach, into room that is kept for it: nothing moves under who scrolls. A row is drawn again only when its `Row` object, or the way all rows are shown,
 * is another.
 */
import { html, nothing, render, type TemplateResult } from 'lit';
import type { Comment, Rules } from '../model/comment.ts';
import type { CommentRow, Row } from '../model/view.ts';
import { say, sayParts, timeAgo, type MessageKey, type Messages, type Values } from '../i18n/locale.ts';
import type { Rendered } from '../content/safe-html.ts';

/** How all rows of a thread are shown. Replaced as a whole, so that one comparison tells a row whether to draw again. */
export interface Manner {
  readonly messages: Messages;
  /** The site's rules, narrowed by the page; null while nothing can be done here yet. */
  readonly rules: Rules | null;
  readonly separateVotes: boolean;
  /** Nothing can be written here, by the page's wish. */
  readonly readonly: boolean;
  readonly images: 'none' | 'remote';
  /** The address of a comment. */
  readonly link: (commentId: string) => string;
  /** Whether the picture at this address may be fetched. */
  readonly picture: (address: string) => boolean;
}

/** What a row shows besides its comment, by the reader's own doing. */
export interface RowState {
  /** Near enough to be given controls. */
  near: boolean;
  /** *Read more*: `cut` while part of the text is hidden, `open` when the reader asked for all of it. */
  length: '' | 'cut' | 'open';
  /** What the reader is asked or told: `delete`, `bell`, `repeat`, or the id of an operation to discard. */
  asked: string | null;
  form: 'reply' | 'edit' | null;
  /** A reply to it was begun, and waits. */
  draft?: boolean;
  /** The comment a link led to. */
  linked: boolean;
}

/** What a row can't know by itself. */
export interface RowSurroundings {
  readonly manner: Manner;
  /** Null where no times are said yet. */
  readonly now: number | null;
  /** A comment's text, ready to be shown. */
  readonly text: (comment: Comment, headingLevel: number) => Rendered;
  /**
   * What stands beside the name of a row; nothing while that part of ours is not here, and where a row far from the eyes
   * has no more than its time.
   */
  readonly about: (view: RowView, time: string) => unknown;
  /** What comes with a row near the eyes; nothing while that part of ours is not here. */
  readonly controls: (view: RowView) => unknown;
}

/** The level of a top-level comment's heading: below the section's. */
const HEADING = 3;

export class RowView {
  readonly item = document.createElement('li');
  /** The list of the rows below this one; made when the first comes. */
  replies: HTMLOListElement | null = null;
  readonly state: RowState = { near: false, length: '', asked: null, form: null, linked: false };
  /** What is focused and observed: the comment, or the item of a gap. */
  readonly box: HTMLElement;
  #heading: HTMLElement | undefined;
  #drawn: { row: Row; manner: Manner; time: string } | null = null;

  constructor(public row: Row) {
    this.item.className = `row ${row.kind}`;
    this.box = row.kind === 'gap' ? this.item : document.createElement('article');
    this.box.tabIndex = -1;
    if (this.box !== this.item) this.item.append(this.box);
  }

  get body(): HTMLElement | null {
    return this.box.querySelector('.body');
  }

  /** The list below this row. */
  below(): HTMLOListElement {
    if (!this.replies) {
      this.replies = document.createElement('ol');
      this.replies.className = 'replies';
      this.replies.style.setProperty('--_level', String(this.row.depth + 1));
      this.replies.setAttribute('role', 'list'); // Safari drops the role of a list without bullets.
      this.item.append(this.replies);
    }
    return this.replies;
  }

  /** Draws where that would make a difference; tells whether it did. */
  draw(row: Row, around: RowSurroundings, force = false): boolean {
    const { manner, now } = around;
    const time = row.kind === 'comment' && now !== null ? timeAgo(manner.messages, row.comment.createdAt, now) : '';
    const drawn = this.#drawn;
    if (!force && drawn?.row === row && drawn.manner === manner && (drawn.time === time || !this.state.near)) {
      return false;
    }
    this.row = row;
    this.#drawn = { row, manner, time };
    if (row.kind === 'gap') render(around.controls(this), this.item);
    else this.#drawComment(row, around, time);
    return true;
  }

  #drawComment(row: CommentRow, around: RowSurroundings, time: string): void {
    const { box, state } = this;
    const { comment, stub } = row;
    const { manner } = around;
    const { messages } = manner;
    const name = nameOf(comment, messages);
    const level = Math.min(6, HEADING + row.depth);
    if (this.#heading?.localName !== `h${level}`) {
      this.#heading = document.createElement(`h${level}`);
      this.#heading.id = `name-${comment.id}`;
      box.id = `comment-${comment.id}`;
      box.setAttribute('aria-labelledby', this.#heading.id);
    }
    box.setAttribute('part', `comment${stub ? ' stub' : ''}${row.own ? ' own' : ''}`);
    box.dataset['initials'] = stub ? '' : initials(name);
    this.item.classList.toggle('folded', row.collapsed);

    const [key, values] = headingOf(row, messages, name, time);
    render(headingParts(row, messages, key, values), this.#heading);
    const text = stub ? nothing : bodyOf(around.text(comment, level), state.length);
    const controls = state.near ? around.controls(this) : undefined;
    render(
      html`${this.#heading}${stub ? nothing : (around.about(this, time) ?? html`<span class="when">${time}</span>`)}${text}${controls}`,
      box,
    );
    const unsent = row.pending.some(({ kind }) => kind !== 'vote' && kind !== 'notify');
    box.className = Object.entries({ far: !controls, stub, linked: state.linked, unsent }).reduce(
      (all, [word, is]) => (is ? `${all} ${word}` : all),
      `hue${hueOf(comment)}`,
    );
  }
}

/** Without marks that turn writing around: `say` isolates it, and what they would turn is not theirs (FAULTS G3). */
export function nameOf({ author }: Comment, messages: Messages): string {
  return author?.name.replace(/\p{Bidi_C}/gu, '').trim() || say(messages, 'role.guest');
}

type Parent = NonNullable<CommentRow['parent']>;

export function parentName(parent: Parent, messages: Messages): string {
  return parent.name || say(messages, parent.missing ? 'row.missing' : 'role.guest');
}

function headingOf({ parent, stub }: CommentRow, messages: Messages, name: string, time: string): [MessageKey, Values] {
  if (stub) return ['stub', {}];
  return parent ? ['row.reply', { name, parent: parentName(parent, messages), time }] : ['row.heading', { name, time }];
}

/** The same words; what the eye finds elsewhere in the row (whom it answers, the time) is there for the ear alone. */
function headingParts(row: CommentRow, messages: Messages, key: MessageKey, values: Values): unknown {
  if (row.stub) return say(messages, key, values);
  // An object has its own place among the pieces, whatever the name is made of and whoever else has it.
  const pieces = sayParts<MessageKey, unknown>(messages, key, { ...values, name: row });
  const at = pieces.indexOf(row);
  const forTheEar = (some: unknown[]): unknown => {
    const words = some.join('');
    return words && html`<span class="hidden">${words}</span>`;
  };
  const website = row.comment.author?.website ?? '';
  const name = /^https?:\/\//i.test(website)
    ? html`<a href=${website} rel="nofollow ugc noopener" part="author"><bdi>${values['name']}</bdi></a>`
    : html`<bdi part="author">${values['name']}</bdi>`;
  return [forTheEar(pieces.slice(0, at)), name, forTheEar(pieces.slice(at + 1))];
}

/** HTML only as the sanitiser made it; everything else is text. */
function bodyOf(shown: Rendered, length: string): TemplateResult {
  return 'html' in shown
    ? html`<div class="body ${length}" part="body" dir="auto" .innerHTML=${shown.html}></div>`
    : html`<div class="body plain ${length}" part="body" dir="auto">${shown.text}</div>`;
}

/** Of the first and the last word of a name; of a name without letters its first sign. */
export function initials(name: string): string {
  const letters = name.split(/[\s._-]+/).flatMap((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? []);
  const last = letters.length > 1 ? letters[letters.length - 1] : '';
  // Arabic letters would join into a word.
  return `${letters[0] ?? [...name][0] ?? ''}${last && `\u200c${last}`}`.toLocaleUpperCase();
}

/** One of eight tints, of the name: what it stands for is known before the server has named the writer. */
function hueOf({ author }: Comment): number {
  let sum = 0;
  for (const letter of author?.name ?? '') sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return sum % 8;
}
