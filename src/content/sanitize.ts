/**
 * The only maker of `SafeHtml`: marked with the reader rules for Markdown, then DOMPurify, then nothing. Loaded when the
 * first text needs it. Runs at every display, whatever a server says it did with a text before (SECURITY, Rendering 1).
 */
import createPurifier, { type Config, type DOMPurify } from 'dompurify';
import { Marked } from 'marked';
import type { TextFormat } from '../model/comment.ts';
import { readerRules } from './reader-rules.ts';
import type { RenderOptions, SafeHtml } from './safe-html.ts';
import { trustedTypesPolicy, type Policy } from './trusted-types.ts';

/** What a comment may consist of. Without attributes a `div` is a line and a `span` nothing. */
const allowed: Config = {
  ALLOWED_TAGS: (
    'a abbr b bdi blockquote br caption cite code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ' +
    'ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var'
  ).split(' '),
  // No id, name, class or style: nothing that reaches the page's own names, styles or places.
  ALLOWED_ATTR: 'href src alt title dir lang align start value'.split(' '),
  ADD_URI_SAFE_ATTR: 'dir lang align start'.split(' '),
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
};

let purifier: DOMPurify | undefined;
let images: RenderOptions['images'];

/** Safe HTML of a text, or null where the words have to be shown as they are: never nothing in place of something. */
export function sanitize(text: string, format: TextFormat, options: RenderOptions): SafeHtml | null {
  const policy = trustedTypesPolicy();
  if (policy === 'refused' || format === 'plain') return null;
  try {
    const html = format === 'markdown' ? markdownToHtml(text, options) : madeQuiet(text, options);
    images = options.images;
    const clean = (purifier ??= createOwnPurifier(policy)).sanitize(html) as unknown as SafeHtml;
    return saysSomething(String(clean)) || !text.trim() ? clean : null;
  } catch {
    // marked ran out of stack, or the browser refused something: the words can still be read.
    return null;
  }
}

/** Markdown to HTML that nobody has made safe yet. `none`: CommonMark and GFM as marked knows them. */
export function markdownToHtml(text: string, options: RenderOptions = {}, rules: 'reader' | 'none' = 'reader'): string {
  const marked = new Marked({ gfm: true, async: false });
  if (rules === 'reader') marked.use(readerRules(text, options));
  return marked.parse(text) as string;
}

const anyTag = /<(\/?)([a-z][^\s<>/]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>/gi;
const anyAttribute = /([^\s"'<>/=]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?/g;

/**
 * Imported headings move below the comment's own, like those of Markdown. Styles and handlers are dropped ahead of
 * DOMPurify for one reason: where the site's Content-Security-Policy forbids them, the browser complains in the page's
 * console as soon as they are parsed, though nothing would ever run. And `is` can't be taken off an element once it is one.
 */
function madeQuiet(html: string, { headingLevel = 3 }: RenderOptions): string {
  return html.replace(anyTag, (_, slash: string, name: string, attributes: string) => {
    const level = /^h[1-6]$/i.test(name) ? Math.min(6, headingLevel + Number(name[1])) : 0;
    const tag = level ? `h${level}` : name.replace(/^style$/i, 'script');
    const kept = attributes.replace(anyAttribute, (it, key: string) => (/^(?:on|style$|is$)/i.test(key) ? '' : it));
    return `<${slash}${tag}${kept}>`;
  });
}

/** An instance of our own: hooks and settings of the page's DOMPurify, if it has one, stay out of ours. */
function createOwnPurifier(policy: Policy): DOMPurify {
  const own = createPurifier(window);
  // Read once: handed over with each text it would be read with each.
  own.setConfig({
    ...allowed,
    // Given from the first use on: DOMPurify otherwise asks for a policy of its own name, and where the site refuses that
    // returns an empty string (FAULTS G4).
    ...(policy === 'unneeded'
      ? { TRUSTED_TYPES_POLICY: null }
      : { TRUSTED_TYPES_POLICY: policy, RETURN_TRUSTED_TYPE: true }),
  } as Config);
  own.addHook('uponSanitizeElement', (node) => {
    if (node.nodeName === 'IMG' && images !== 'remote') becomeLink(node as HTMLImageElement);
  });
  own.addHook('afterSanitizeAttributes', (node) => {
    if (node.nodeName === 'A') {
      // An empty address leads to the page itself, and passes as harmless.
      if (node.getAttribute('href')) node.setAttribute('rel', 'nofollow ugc noopener');
      else node.removeAttribute('href');
    } else if (node.nodeName === 'IMG') {
      node.setAttribute('loading', 'lazy');
      node.setAttribute('referrerpolicy', 'no-referrer');
    } else if (!/^T[DH]$/.test(node.nodeName)) {
      node.removeAttribute('align');
    }
  });
  return own;
}

function becomeLink(image: HTMLImageElement): void {
  const address = image.getAttribute('src') ?? '';
  const words = image.getAttribute('alt') || address;
  const link = image.ownerDocument.createElement(image.closest('a') ? 'span' : 'a');
  if (link.nodeName === 'A') link.setAttribute('href', address);
  link.textContent = words;
  image.replaceWith(link);
}

function saysSomething(html: string): boolean {
  return /<(?:img|hr)\b/.test(html) || html.replace(/<[^>]*>/g, '').trim() !== '';
}
