/**
 * A message as it goes out: what the outbox says, in the reader's language, as plain text, HTML and headers, or as what a
 * push service carries. What people wrote is text everywhere: escaped in HTML, without control characters in a header,
 * never a link of ours.
 */
import type { Letter, Told } from '../storage/outgoing.ts';
import type { ThreadRow } from '../storage/tables.ts';
import { commentLink } from '../../model/comment-link.ts';
import { cleanAddress } from '../../model/page-id.ts';
import { isWebAddress } from '../rules/origins.ts';
import { writeRight } from '../rules/links.ts';
import { escapeMarkup, oneLine } from './escape.ts';
import { fill, fillCounted, languageOf, wordsOf, type MailWords } from './words.ts';

export interface Sender {
  /** The server's own address on the web, without a slash at its end. */
  readonly publicUrl: string;
  readonly secret: string;
}

export interface Mail {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A digest shows so many comments, and of each so many characters. */
const MOST_SHOWN = 20;
const MOST_TEXT = 2_000;
const MOST_TITLE = 120;

/** @param site How the site is called in a confirmation: the host of its pages. */
export function composeMail(letter: Letter, { publicUrl, secret }: Sender, site: string): Mail {
  const { address, message } = letter;
  const words = wordsOf(address.language);
  const language = languageOf(address.language);
  const link = (path: string, right: Parameters<typeof writeRight>[0]): string =>
    `${publicUrl}/notify/${path}?t=${writeRight(right, secret)}`;
  const host = new URL(publicUrl).hostname;
  const manage = link('manage', { act: 'manage', address: address.id });
  const base = {
    // The same for every attempt, so that whoever gets it twice can tell.
    messageId: `<${message.id}@${host}>`,
    to: address.address,
  };
  const own = {
    'Auto-Submitted': 'auto-generated',
    'Content-Language': language,
    'X-Auto-Response-Suppress': 'All',
  };

  if (message.kind === 'confirm') {
    const confirm = link('confirm', { act: 'confirm', address: address.id, author: message.author_id ?? '' });
    // No word of any reader stands in here: it goes to people who may never have asked for it.
    const body = fill(words.confirmBody, { site });
    return {
      ...base,
      subject: oneLine(fill(words.confirmSubject, { site }), 200),
      text: [body, '', `${words.confirm}: ${confirm}`, '', words.confirmNot, `${words.never}: ${manage}`, ''].join(
        '\n',
      ),
      html: page(
        words,
        language,
        `<p>${escapeMarkup(body)}</p>${button(confirm, words.confirm)}` +
          `<p>${escapeMarkup(words.confirmNot)}</p>${small(`<a href="${escapeMarkup(manage)}">${escapeMarkup(words.never)}</a>`)}`,
      ),
      headers: own,
    };
  }

  const unsubscribe = link('unsubscribe', { act: 'unsubscribe', address: address.id, thread: message.thread_id ?? '' });
  const { told } = letter;
  const subject = subjectOf(letter, words);
  const shown = told.slice(0, MOST_SHOWN);
  const left = told.length - shown.length;
  const more = left > 0 ? fillCounted(words.more, { count: left }, language) : '';
  const text = [
    subject,
    '',
    ...shown.flatMap((one) => textOf(one, letter, words, told.length > 1)),
    ...(more === '' ? [] : [more, '']),
    '-- ',
    words.whyHere,
    `${words.unsubscribe}: ${unsubscribe}`,
    `${words.manage}: ${manage}`,
    '',
  ].join('\n');
  const html = page(
    words,
    language,
    `<p><strong>${escapeMarkup(subject)}</strong></p>` +
      shown.map((one) => htmlOf(one, letter, words, told.length > 1)).join('') +
      (more === '' ? '' : `<p>${escapeMarkup(more)}</p>`) +
      small(
        `${escapeMarkup(words.whyHere)}<br><a href="${escapeMarkup(unsubscribe)}">${escapeMarkup(words.unsubscribe)}</a>` +
          ` · <a href="${escapeMarkup(manage)}">${escapeMarkup(words.manage)}</a>`,
      ),
  );
  return {
    ...base,
    subject,
    text,
    html,
    headers: {
      ...own,
      'List-Unsubscribe': `<${unsubscribe}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Id': `<${message.thread_id ?? 'page'}.${host}>`,
      // Mail programs put what is about one page together.
      References: `<${message.thread_id ?? 'page'}@${host}>`,
    },
  };
}

export interface Push {
  readonly title: string;
  readonly body: string;
  readonly url: string;
  readonly tag: string;
  readonly language: string;
  readonly dir: 'ltr' | 'rtl';
}

/** Push services carry 4,096 bytes in all; this stays far below, whatever the script. */
const MOST_PUSHED = 300;

export function composePush(letter: Letter): Push {
  const words = wordsOf(letter.address.language);
  const newest = letter.told.at(-1);
  return {
    title: subjectOf(letter, words),
    body: newest === undefined ? '' : oneLine(newest.comment.text, MOST_PUSHED),
    url: newest === undefined ? '' : (linkTo(letter.thread, newest) ?? ''),
    // One notice a page: a later one takes the place of the one before.
    tag: `afterword ${letter.message.thread_id ?? ''}`,
    language: languageOf(letter.address.language),
    dir: words.dir,
  };
}

function subjectOf({ told, thread, address }: Letter, words: MailWords): string {
  const title = titleOf(thread);
  const [only] = told;
  const language = languageOf(address.language);
  if (told.length === 1 && only !== undefined) return oneLine(said(only, title, words), 250);
  return oneLine(fillCounted(words.several, { count: told.length, title }, language), 250);
}

function said({ comment, kind, reason }: Told, title: string, words: MailWords): string {
  const text = kind === 'approved' ? words.approved : words[reason === 'page' || reason === null ? 'one' : reason];
  return fill(text, { name: oneLine(comment.author_name, 80), title });
}

function textOf(one: Told, { thread }: Letter, words: MailWords, named: boolean): string[] {
  const { comment } = one;
  const link = linkTo(thread, one);
  const lines = cut(comment.text, MOST_TEXT)
    .split('\n')
    .map((line) => `> ${line}`);
  return [
    ...(named ? [`${oneLine(comment.author_name, 80)}:`] : []),
    ...lines,
    ...(link === null ? [] : ['', `${words.read}: ${link}`]),
    '',
  ];
}

function htmlOf(one: Told, { thread }: Letter, words: MailWords, named: boolean): string {
  const { comment } = one;
  const link = linkTo(thread, one);
  const name = `<p dir="auto"><strong>${escapeMarkup(oneLine(comment.author_name, 80))}</strong></p>`;
  return (
    (named ? name : '') +
    `<blockquote dir="auto" style="margin:0 0 1em;padding:0 1em;border-inline-start:3px solid #999;white-space:pre-wrap">` +
    `${escapeMarkup(cut(comment.text, MOST_TEXT))}</blockquote>` +
    (link === null ? '' : button(link, words.read))
  );
}

function page(words: MailWords, language: string, body: string): string {
  return (
    `<!doctype html><html lang="${language}" dir="${words.dir}"><head><meta charset="utf-8"></head>` +
    `<body dir="${words.dir}" style="font-family:system-ui,sans-serif;line-height:1.5;max-width:40em;overflow-wrap:anywhere">${body}</body></html>`
  );
}

const button = (href: string, label: string): string =>
  `<p><a href="${escapeMarkup(href)}" style="display:inline-block;padding:8px 16px;border-radius:6px;color:#fff;` +
  `background:#0b5cab;font-weight:600;text-decoration:none">${escapeMarkup(label)}</a></p>`;

const small = (body: string): string => `<p style="margin-top:2em;font-size:.85em">${body}</p>`;

/** The page's address, as somebody on the site gave it; only of the web. Null where none is known. */
export function pageLink(thread: Pick<ThreadRow, 'url'> | null): string | null {
  const url = thread?.url ?? '';
  return isWebAddress(url) ? cleanAddress(url) : null;
}

function linkTo(thread: ThreadRow | null, { comment }: Told): string | null {
  const link = pageLink(thread);
  return link === null ? null : commentLink(link, comment.id);
}

function titleOf(thread: ThreadRow | null): string {
  return oneLine(thread?.title || pageLink(thread) || thread?.page || '', MOST_TITLE);
}

function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most).join('')}…`;
}
