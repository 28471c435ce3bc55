/**
 * Turns a comment's text into something to show. Most comments are plain words and need nothing more than this file;
 * markup is left to `sanitize.ts`, which is loaded when the first text needs it and is the only maker of `SafeHtml`.
 */
import type { Mention, TextFormat } from '../model/comment.ts';
import { isPlain } from '../model/plain-text.ts';
import type { TrustedHtml } from './trusted-types.ts';

declare const safe: unique symbol;

/**
 * HTML that went through the sanitiser as its last step: a string, or `TrustedHTML` where the browser has it. Hand it to
 * `.innerHTML=${…}` as it is: anything that touches it (joining, replacing) would undo what it stands for.
 */
export type SafeHtml = (string | TrustedHtml) & { readonly [safe]: true };

/**
 * How to show a text: as HTML, or word for word. `text` belongs into a text node under `white-space: pre-wrap`, so that its
 * line breaks are seen; both belong into a block of their own with `dir="auto"`, so that U+202E ends where the comment does.
 */
export type Rendered = { readonly html: SafeHtml } | { readonly text: string };

export interface RenderOptions {
  /** `none` (the default): a picture becomes a link to it, so that nothing is asked of a third host (E-5). */
  readonly images?: 'none' | 'remote' | undefined;
  /** The level of the comment's own heading: headings in its text begin one below. Default 3. */
  readonly headingLevel?: number | undefined;
  /** People whose `@name` is shown as one piece, also with spaces and brackets in it. */
  readonly mentions?: readonly Mention[] | undefined;
  /** What a closed spoiler says. Default `Spoiler`. */
  readonly spoiler?: string | undefined;
}

/** What `sanitize.ts` offers: null where it can't make anything of the text, and the words are shown as they are. */
export interface MarkupPart {
  sanitize(text: string, format: TextFormat, options: RenderOptions): SafeHtml | null;
}

/** Longer Markdown is shown as it is: beyond this marked can take seconds (SECURITY, Rendering 6). In code points. */
const longestMarkdown = 10_000;
/** A Markdown text of that length as an import has it, with its tags. Nested as deep as it goes it takes half a second. */
const longestHtml = 50_000;
/** Two pages of 200 comments and what was seen before them; a comment's HTML is about 1 kB. */
const mostKept = 600;

let load: (() => Promise<MarkupPart>) | undefined;
let part: MarkupPart | undefined;
let loading: Promise<boolean> | undefined;
let failed = false;
const kept = new Map<string, Rendered>();

/** Says how the markup part is fetched; `elements/lazy.ts` does, because this folder knows no elements. */
export function useMarkupPart(loader: () => Promise<MarkupPart>): void {
  load = loader;
  part = undefined;
  loading = undefined;
  failed = false;
  kept.clear();
}

/** Fetches the markup part ahead of need, or once more after it failed. Resolves to whether it is there; never rejects. */
export function loadMarkupPart(): Promise<boolean> {
  if (part) return Promise.resolve(true);
  if (loading) return loading;
  if (!load) return Promise.resolve(false);
  const asked = load;
  const attempt = (async () => asked())().then(
    (arrived) => {
      if (load === asked) part = arrived;
      return true;
    },
    () => {
      // The loader has tried again by itself; the words are readable without, and the next `loadMarkupPart` asks anew.
      if (load === asked) failed = true;
      return false;
    },
  );
  loading = attempt;
  void attempt.then(() => {
    if (loading === attempt) loading = undefined;
  });
  return attempt;
}

/** Whether texts with markup are rendered at once, or after a promise. */
export function isMarkupPartHere(): boolean {
  return part !== undefined;
}

/**
 * Renders a comment's text: at once for plain words and as soon as the markup part is here, else when it has arrived (or
 * has failed to: then as plain words). Called at every display, in the preview too; the same text costs nothing again.
 */
export function renderComment(
  text: string,
  format: TextFormat,
  options: RenderOptions = {},
): Rendered | Promise<Rendered> {
  if (format === 'plain' || (format === 'markdown' && isPlain(text)) || isTooLong(text, format)) {
    return asWords(text, format);
  }
  if (part) return rendered(part, text, format, options);
  if (failed || !load) return asWords(text, format);
  return loadMarkupPart().then(() => (part ? rendered(part, text, format, options) : asWords(text, format)));
}

/** The text word for word: what is shown while, or where, the markup part is missing. */
export function asWords(text: string, format: TextFormat): Rendered {
  return { text: readable(format === 'html' ? withoutTags(text) : text) };
}

function rendered(from: MarkupPart, text: string, format: TextFormat, options: RenderOptions): Rendered {
  const { images = 'none', headingLevel = 3, mentions = [], spoiler = 'Spoiler' } = options;
  const key = JSON.stringify([format, images, headingLevel, spoiler, mentions.map((mention) => mention.name)]) + text;
  const known = kept.get(key);
  if (known) return known;
  const html = from.sanitize(readable(text), format, { images, headingLevel, mentions, spoiler });
  const made = html === null ? asWords(text, format) : { html };
  if (kept.size >= mostKept) for (const oldest of [...kept.keys()].slice(0, mostKept / 2)) kept.delete(oldest);
  kept.set(key, made);
  return made;
}

/** U+0000 can't stand in HTML and is invisible in a text node: shown as U+FFFD both ways. Line ends are one character, and empty lines around a text none of it. */
function readable(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\0/g, '\uFFFD')
    .replace(/^\s*\n/, '')
    .trimEnd();
}

function isTooLong(text: string, format: TextFormat): boolean {
  if (format === 'html') return text.length > longestHtml;
  if (text.length <= longestMarkdown) return false;
  return text.length > 2 * longestMarkdown || [...text].length > longestMarkdown;
}

const characters: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00A0',
};

/** The words of an HTML text, for when no sanitiser is at hand. The result is only ever put into a text node. */
function withoutTags(html: string): string {
  return html
    .replace(/<!--[\s\S]*?(?:-->|$)|<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?<(?:br|\/?(?:p|div|li|ul|ol|dl|dd|dt|blockquote|pre|table|tr|h[1-6]))\b[^<>]*> ?/gi, '\n')
    .replace(/<\/?[a-z][^<>]*>/gi, '')
    .replace(
      /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi,
      (typed: string, dec?: string, hex?: string, name?: string) => {
        if (name) return characters[name.toLowerCase()] ?? typed;
        const code = dec ? Number(dec) : parseInt(hex ?? '', 16);
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD';
      },
    )
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
