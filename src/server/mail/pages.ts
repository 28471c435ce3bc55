/**
 * The pages behind the links of our mails: confirm, unsubscribe, manage. They need no account, no cookie and no script. A
 * page does nothing until somebody presses: programs that look for viruses open every link of a mail.
 */
import { createHash } from 'node:crypto';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type Right, readRight, writeRight } from '../rules/links.ts';
import { shortened } from '../rules/notify.ts';
import type { AddressRow } from '../storage/notify-tables.ts';
import type { Storage } from '../storage/storage.ts';
import { type Managed, block, confirm, findAddress, listManaged, unsubscribe } from '../storage/subscribing.ts';
import { pageLink } from './compose.ts';
import { escapeMarkup, oneLine } from './escape.ts';
import { type MailWords, MAIL_LANGUAGES, fill, languageOf, wordsOf } from './words.ts';

const STYLE =
  'html{color-scheme:light dark;color:CanvasText;background:Canvas}' +
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}h1{font-size:1.5rem;line-height:1.25}' +
  'button{font:inherit;min-height:2.75rem;padding:.4rem 1rem;border:1px solid #8888;border-radius:.4rem;cursor:pointer}ul{padding:0;list-style:none}' +
  'li{margin:1rem 0;padding:0 0 1rem;border-block-end:1px solid #8888}p{overflow-wrap:anywhere}';
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

interface Opened {
  readonly address: AddressRow;
  readonly words: MailWords;
  readonly language: string;
}

export function addNotifyPages(
  app: OpenAPIHono,
  options: { readonly storage: Storage; readonly now: () => number },
): void {
  const { storage, now } = options;
  const { secret } = storage;

  /** What the link allows, if we signed it for this page and the address is still known. */
  async function open<Act extends Right['act']>(
    context: Context,
    act: Act,
  ): Promise<(Opened & { readonly right: Extract<Right, { act: Act }> }) | null> {
    const right = readRight(context.req.query('t') ?? '', secret);
    const address = right?.act === act ? await findAddress(storage.reader, right.address) : null;
    if (address === null) return null;
    return { right: right as Extract<Right, { act: Act }>, address, ...inLanguage(address.language) };
  }

  const wrong = (context: Context): Response => {
    const asked = context.req.header('Accept-Language')?.split(/[,;]/)[0]?.trim() ?? 'en';
    const { words, language } = inLanguage(asked);
    return show(context, words, language, words.manageTitle, `<p>${escapeMarkup(words.wrongLink)}</p>`, 404);
  };

  app.get('/notify/confirm', async (context) => {
    const opened = await open(context, 'confirm');
    if (opened === null) return wrong(context);
    const { words, language, address, right } = opened;
    const asked = (await listManaged(storage.reader, address)).filter((one) => one.author_id === right.author);
    const body = list(asked, words, () => '') + form(words.confirm) + `<p>${escapeMarkup(words.confirmNot)}</p>`;
    return show(context, words, language, words.confirmTitle, who(address) + body);
  });
  app.post('/notify/confirm', async (context) => {
    const opened = await open(context, 'confirm');
    if (opened === null) return wrong(context);
    const { words, language, address, right } = opened;
    await confirm(storage.writer, address, right.author, secret, now());
    return show(context, words, language, words.confirmTitle, done(words.confirmed) + manageLink(address, words));
  });

  app.get('/notify/unsubscribe', async (context) => {
    const opened = await open(context, 'unsubscribe');
    if (opened === null) return wrong(context);
    const { words, language, address } = opened;
    const body = who(address) + form(words.unsubscribe) + manageLink(address, words);
    return show(context, words, language, words.unsubscribeTitle, body);
  });
  // Also what a mail program sends for its own button (RFC 8058): no page, no cookie, no redirect.
  app.post('/notify/unsubscribe', async (context) => {
    const opened = await open(context, 'unsubscribe');
    if (opened === null) return wrong(context);
    const { words, language, address, right } = opened;
    await unsubscribe(storage.writer, address, { threadId: right.thread }, now());
    return show(context, words, language, words.manageTitle, done(words.unsubscribed) + manageLink(address, words));
  });

  app.get('/notify/manage', async (context) => {
    const opened = await open(context, 'manage');
    return opened === null ? wrong(context) : manage(context, opened, '');
  });
  app.post('/notify/manage', async (context) => {
    const opened = await open(context, 'manage');
    if (opened === null) return wrong(context);
    const { words, address } = opened;
    const fields = new URLSearchParams((await context.req.text()).slice(0, 4_000));
    const field = (name: string): string => fields.get(name) ?? '';
    switch (field('act')) {
      case 'end':
        await unsubscribe(
          storage.writer,
          address,
          { threadId: field('thread'), authorId: field('author'), commentId: field('comment') },
          now(),
        );
        return manage(context, opened, words.saved);
      case 'confirm':
        await confirm(storage.writer, address, field('author'), secret, now());
        return manage(context, opened, words.confirmed);
      case 'end-all':
        await unsubscribe(storage.writer, address, {}, now());
        return manage(context, opened, words.saved);
      case 'never':
        await unsubscribe(storage.writer, address, {}, now());
        await block(storage.writer, address, secret, now());
        return manage(context, opened, words.neverDone);
      default:
        return manage(context, opened, '');
    }
  });

  async function manage(context: Context, { address, words, language }: Opened, said: string): Promise<Response> {
    const all = await listManaged(storage.reader, address);
    const rows = list(all, words, (one) => {
      const which = { thread: one.thread_id, author: one.author_id, comment: one.comment_id };
      const ask = one.confirmed_at === null ? form(words.confirm, { act: 'confirm', author: one.author_id }) : '';
      return ask + form(words.end, { act: 'end', ...which });
    });
    const body =
      who(address) +
      (said === '' ? '' : done(said)) +
      (all.length === 0 ? `<p>${escapeMarkup(words.nothing)}</p>` : rows + form(words.all, { act: 'end-all' })) +
      form(words.never, { act: 'never' });
    return show(context, words, language, words.manageTitle, body);
  }

  const manageLink = (address: AddressRow, words: MailWords): string =>
    `<p><a href="manage?t=${writeRight({ act: 'manage', address: address.id }, secret)}">${escapeMarkup(words.manage)}</a></p>`;
}

function inLanguage(tag: string): { readonly words: MailWords; readonly language: string } {
  const language = languageOf(MAIL_LANGUAGES.includes(languageOf(tag)) ? tag : 'en');
  return { language, words: wordsOf(language) };
}

/** Without an action: it goes to the address of the page, and with it the link's right. */
function form(label: string, fields: Readonly<Record<string, string>> = {}): string {
  const hidden = Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeMarkup(name)}" value="${escapeMarkup(value)}">`)
    .join('');
  return `<form method="post">${hidden}<p><button>${escapeMarkup(label)}</button></p></form>`;
}

function list(all: readonly Managed[], words: MailWords, acts: (one: Managed) => string): string {
  const rows = all.map((one) => {
    const text = oneLine(one.text ?? '', 80);
    const what =
      one.choice === 'page'
        ? words.choicePage
        : one.choice === 'replies'
          ? words.choiceReplies
          : fill(words.choiceComment, { text });
    const title = oneLine(one.title || one.page, 120);
    const link = pageLink(one);
    const where = link
      ? `<a href="${escapeMarkup(link)}" rel="nofollow noreferrer"><bdi>${escapeMarkup(title)}</bdi></a>`
      : `<bdi>${escapeMarkup(title)}</bdi>`;
    const state = one.confirmed_at === null ? ` (${escapeMarkup(words.pending)})` : '';
    return `<li><p>${where}<br><bdi>${escapeMarkup(what)}</bdi>${state}</p>${acts(one)}</li>`;
  });
  return `<ul>${rows.join('')}</ul>`;
}

const who = (address: AddressRow): string =>
  `<p><bdi>${escapeMarkup(address.channel === 'mail' ? shortened(address.address) : new URL(address.address).host)}</bdi></p>`;

const done = (said: string): string => `<p role="status"><strong>${escapeMarkup(said)}</strong></p>`;

function show(
  context: Context,
  words: MailWords,
  language: string,
  title: string,
  body: string,
  status: 200 | 404 = 200,
): Response {
  context.header('Cache-Control', 'no-store');
  // The address holds the right to act: it is told to nobody.
  context.header('Referrer-Policy', 'no-referrer');
  context.header('X-Robots-Tag', 'noindex');
  context.header(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  );
  return context.html(
    `<!doctype html><html lang="${language}" dir="${words.dir}"><head><meta charset="utf-8">` +
      `<meta name="viewport" content="width=device-width"><title>${escapeMarkup(title)}</title><style>${STYLE}</style></head>` +
      `<body><main><h1>${escapeMarkup(title)}</h1>${body}</main></body></html>`,
    status,
  );
}
