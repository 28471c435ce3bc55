/**
 * How marked reads a comment: Markdown for people who write prose and not Markdown (R-5, "what is typed is what is
 * read"). Each rule takes one surprise away. Where a construct would swallow or change what was typed, the typed
 * characters are shown. The result is HTML *text* that only `sanitize.ts` may use.
 */
import type { MarkedExtension, Token, Tokenizer, TokenizerAndRendererExtension, Tokens } from 'marked';
import type { RenderOptions } from './safe-html.ts';

/** Deeper quotes, lists and emphasis are shown as typed: nobody reads them, and parsers run out of stack. */
const deepest = 20;

/** Writing systems that put no spaces between words: there a mark between two letters does not stand inside a word. */
const unspaced = '\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}';
const letter = `(?:(?![${unspaced}])[\\p{L}\\p{M}\\p{N}])`;
const wordEnd = new RegExp(`${letter}$`, 'u');
const wordStart = new RegExp(`^${letter}`, 'u');

/**
 * Bold inside a word is meant (`**un**believable`) where the marks hold two letters or more and nothing else, and
 * no single letter stands before them: `f**k`, `f**king**`, `f**u**k` and `2**8` are not.
 */
const boldInWord = /^\*\*[\p{L}\p{M}]{2,}\*\*$/u;

/**
 * What must not act as a mark of emphasis: marks inside a word (`f**k`, `2*3*4`) or between brackets (`(a)*(b)*(c)`), before
 * the rest of a file's name (`__init__.py`), a single tilde (`~5 to ~10`), an address, and smileys that stand alone: `*_*`, `-_-`, `>_<`, `:-*`, `\o/`.
 */
const unmarked = new RegExp(
  [
    '(?<!\\*|(?<!\\p{L})\\p{L})\\*\\*[\\p{L}\\p{M}]{2,}\\*\\*(?!\\*)', // Passed over: see `boldInWord`.
    `(?<=${letter})[*~]+(?=${letter})`,
    '(?<=[)\\]}])\\*+(?=[([{])',
    `_+(?=[.:/]${letter})`,
    '(?<!~)~(?!~)',
    'https?:\\/\\/[^\\s<]*[^\\s<*_~.,:;!?"\')\\]]',
    `(?<![^\\s(])(?:[-^;><@=.,~*°•¬+$]_+[-^;><@=.,~*°•¬+$]|\\*(?:[.,^-]+|\\\\o\\/)\\*|[:;=]['^o-]?\\*+)(?![^\\s).,!?])`,
  ].join('|'),
  'gu',
);

/**
 * Where a bare address ends for certain: at the punctuation of any script, but for what words and titles are spelled with
 * (`Schindler’s_List`, `ドン・キホーテ`), which belongs to the sentence only at the end.
 */
const addressEnd = /[’‐–·・\p{Cf}]{0,9}(?:(?![!-~’‐–·・־׳״])[\p{P}\p{Zs}\p{Bidi_C}\u200b\u2060\ufeff]|$)/u;

/** `>:(` and `>_<` at the beginning of a line are faces, not quotes; `>!` begins a spoiler where `!<` ends it. */
const quoteMark = /^ {0,3}>(?!(?:[:;=8xX]['^o-]?[()[\]{}|\\/DOoPp3<>*]+|[._]+[<>.]?)(?:\s|$)|![^\n]*!<)/;
const shrug = /^¯\\+_\(ツ\)\\*_\/¯/;
const linkable = /^(?:https?:\/\/[^\s/]|mailto:[^\s])/i;

/** Tags that work when they are closed in the same stretch of text. Everything else in angle brackets is words. */
const inlineTags = new Set(['b', 'i', 'em', 'strong', 'u', 's', 'del', 'ins', 'sub', 'sup']);
const blockTags = new Set(['blockquote', 'ul', 'ol', 'li', 'details', 'summary']);
const lonelyTags = new Set(['br', 'hr', 'p']);
const tagShape = /^<(\/?)([a-z]+)\b(?:[^<>"']|"[^"]*"|'[^']*')*>/i;
const codeTag = /^<(code|kbd)(?:\s[^<>]*)?>([\s\S]*?)<\/\1\s*>/i;
const preTag =
  /^ {0,3}<pre(?:\s[^<>]*)?>\n?(?:\s*<code(?:\s[^<>]*)?>)?([\s\S]*?)(?:<\/code\s*>\s*)?<\/pre\s*>[ \t]*(?:\n|$)/i;
const anchorTag = /^<a\s(?:[^<>]*?\s)?href\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))[^<>]*>([\s\S]*?)<\/a\s*>/i;

/** A tag of the list, in its place between others: `settle` finds out whether it is closed. */
interface TypedTag extends Tokens.Tag {
  readonly tag: string;
  readonly closing: boolean;
}

interface Spoiler extends Tokens.Generic {
  tokens: Token[];
}

/** Where what is our own may begin. A text without any is read without looking for it at every word. */
const ownMarks = { spoiler: /\|\||>!/, words: /[@¯]/ } as const;

/** The rules for one text; they keep the depth and the options, so a set is made for each. */
export function readerRules(text: string, options: RenderOptions): MarkedExtension {
  const names = (options.mentions ?? []).map((mention) => mention.name).filter((name) => name.trim());
  const mentioned = names.length
    ? new RegExp(
        `^@(?:${names
          .sort((a, b) => b.length - a.length)
          .map(quoted)
          .join('|')})(?!${letter})`,
        'u',
      )
    : null;
  const mentions = mentioned && new RegExp(mentioned.source.slice(1), 'gu');
  let depth = 0;
  let used: ReadonlySet<string> = new Set();

  /** Reads what lies one level deeper, or nothing where that would be too deep. */
  function deeper<T>(read: () => T): T | undefined {
    if (depth >= deepest) return undefined;
    depth += 1;
    try {
      return read();
    } finally {
      depth -= 1;
    }
  }

  const own: readonly TokenizerAndRendererExtension[] = [
    {
      name: 'spoiler',
      level: 'block',
      tokenizer(src) {
        const found = /^ {0,3}\|\|(?=[^\s|]|\s*\n)((?:(?!\|\|)[\s\S])+)\|\|[ \t]*(?:\n|$)/.exec(src);
        const inside = found?.[1]?.trim();
        const tokens = inside && deeper(() => this.lexer.blockTokens(inside, []));
        return tokens ? { type: 'spoiler', raw: found?.[0] ?? '', block: true, tokens } : undefined;
      },
      renderer(token) {
        const { tokens, block } = token as Spoiler;
        const inside = block ? this.parser.parse(tokens) : this.parser.parseInline(tokens);
        return `<details><summary>${escaped(options.spoiler ?? 'Spoiler')}</summary>${inside}</details>`;
      },
    },
    {
      name: 'spoiler',
      level: 'inline',
      start: (src) => src.search(ownMarks.spoiler),
      tokenizer(src, before) {
        const found = /^(?:\|\|(?=[^ |])((?:(?!\|\|)[\s\S])*[^ ])\|\|(?!\|)|>!(?=\S)([\s\S]*?)!<)/.exec(src);
        const inside = (found?.[1] ?? found?.[2])?.trim();
        if (!found || !inside || standsInWord(before, src.slice(found[0].length))) return undefined;
        const tokens = deeper(() => this.lexer.inlineTokens(inside));
        return tokens && { type: 'spoiler', raw: found[0], tokens };
      },
    },
    {
      name: 'words',
      level: 'inline',
      start: (src) => src.search(ownMarks.words),
      tokenizer(src, before) {
        const face = shrug.exec(src)?.[0];
        if (face) return { type: 'words', raw: face, text: '¯\\_(ツ)_/¯' };
        const name = mentioned && !standsInWord(before, '') ? mentioned.exec(src)?.[0] : undefined;
        return name === undefined ? undefined : { type: 'words', raw: name, text: `<bdi>${escaped(name)}</bdi>` };
      },
      renderer: (token) => (token as Tokens.Text).text,
    },
  ];

  return {
    gfm: true,
    breaks: true,
    extensions: own.filter(({ name }) => ownMarks[name as keyof typeof ownMarks].test(text)),
    hooks: {
      emStrongMask(masked) {
        const cover = (typed: string): string => 'a'.repeat(typed.length);
        const free = masked.replace(unmarked, (typed) => (boldInWord.test(typed) ? typed : cover(typed)));
        return mentions ? free.replace(mentions, (name) => `@${cover(name.slice(1))}`) : free;
      },
      processAllTokens(tokens) {
        settle(tokens, (used = new Set()));
        return tokens;
      },
    },
    tokenizer: {
      lheading: () => undefined,
      code: () => undefined,
      heading: (src) => (/^ {0,3}#{1,6}[ \t]+(?!#*[ \t]*(?:\n|$))/.test(src) ? false : undefined),
      // An open row of tildes is decoration; open back-ticks are code still being typed.
      fences: (src) =>
        /^ {0,3}~/.test(src) && !/^ {0,3}(~{3,})[\s\S]*\n {0,3}\1~*[ \t]*(?:\n|$)/.test(src) ? undefined : false,
      hr() {
        const above = this.lexer.state.lastToken?.type;
        return above && /^(?:paragraph|text|blockquote|list)$/.test(above) ? undefined : false;
      },
      blockquote(src) {
        let rest = src;
        const lines: string[] = [];
        while (quoteMark.test(rest)) {
          const [line = ''] = rest.split('\n', 1);
          lines.push(line);
          rest = rest.slice(line.length + 1);
        }
        if (!lines.length) return undefined;
        const text = lines.map((line) => line.replace(/^ {0,3}>[ \t]?/, '')).join('\n');
        const { state } = this.lexer;
        const { top } = state;
        state.top = true;
        const tokens = deeper(() => this.lexer.blockTokens(text, []));
        state.top = top;
        return tokens && { type: 'blockquote', raw: lines.join('\n'), text, tokens };
      },
      list(src) {
        // A mark with nothing behind it is a mark; a number above 1 is a year, a score or the answer to point 3.
        const begin = /^ {0,3}(?:[*+-]|(\d{1,9})[.)])[ \t]+\S/.exec(src);
        if (!begin || Number(begin[1] ?? 0) > 1) return undefined;
        return deeper(() => original(this).list.call(this, src));
      },
      html(src) {
        const found = preTag.exec(src);
        if (!found) return undefined;
        const text = `<pre><code>${escaped(found[1] ?? '', true)}</code></pre>\n`;
        return { type: 'html', block: true, pre: true, raw: found[0], text };
      },
      // `[Edit]: typo` is a remark; only an address makes it the target of a link, and only when a link uses it.
      def: (src) => (/^ {0,3}\[[^\]]+\]: *\n? *<?(?:https?:\/\/|mailto:)/i.test(src) ? false : undefined),
      space(src) {
        const { rules } = this;
        if (rules.block.paragraph !== paragraph?.made) {
          paragraph = rules.block.paragraph === paragraph?.from ? paragraph : withShortSight(rules.block);
          rules.block = { ...rules.block, paragraph: paragraph.made };
        }
        return original(this).space.call(this, src);
      },
      table(src) {
        // `foo` above `:-|` is a word above a face; and a cell too many would be dropped.
        const [head = '', rule = ''] = src.split('\n', 2);
        const width = cellsOf(head);
        if (!head.includes('|') || !/^[ |:-]*-[ |:-]*$/.test(rule) || cellsOf(rule) !== width) return undefined;
        const found = original(this).table.call(this, src);
        return found?.raw.split('\n').every((row) => cellsOf(row) <= width) ? found : undefined;
      },
      // Elsewhere a backslash is a backslash: `C:\dir`, `\\server`, `:\`.
      escape: (src) => (/^\\[*_`~[\]<>#|+.!()-]/.test(src) ? false : undefined),
      br: (src) => (/^ *\n(?!\s*$)/.test(src) ? false : undefined),
      emStrong(src, masked, before) {
        return isMark(src, masked) ? deeper(() => original(this).emStrong.call(this, src, masked, before)) : undefined;
      },
      del(src, masked, before) {
        return isMark(src, masked) ? deeper(() => original(this).del.call(this, src, masked, before)) : undefined;
      },
      url(src) {
        const found = original(this).url.call(this, src);
        if (!found) return found;
        const [kept = ''] = found.raw.split(addressEnd, 1);
        // Read anew, because what stood before the cut may end in a full stop of its own.
        return kept === found.raw ? found : original(this).url.call(this, kept);
      },
      tag(src) {
        const code = codeTag.exec(src);
        if (code) {
          const name = (code[1] ?? '').toLowerCase();
          return html(code[0], `<${name}>${escaped(code[2] ?? '', true)}</${name}>`);
        }
        const anchor = anchorTag.exec(src);
        if (anchor) {
          const [raw, double, single, bare, text = ''] = anchor;
          const { state } = this.lexer;
          const { inLink } = state;
          state.inLink = true;
          const tokens = deeper(() => this.lexer.inlineTokens(text));
          state.inLink = inLink;
          const href = (double ?? single ?? bare ?? '').trim();
          return tokens && ({ type: 'link', raw, href, text, tokens } as unknown as Tokens.Tag);
        }
        const found = tagShape.exec(src);
        const tag = found?.[2]?.toLowerCase();
        if (!found || !tag || !(inlineTags.has(tag) || blockTags.has(tag) || lonelyTags.has(tag))) return undefined;
        return { ...html(found[0], `<${found[1]}${tag}>`), tag, closing: found[1] === '/' } as TypedTag;
      },
    },
    renderer: {
      heading({ tokens, depth: level }) {
        const name = `h${Math.min(6, (options.headingLevel ?? 3) + level)}`;
        return `<${name}>${this.parser.parseInline(tokens)}</${name}>\n`;
      },
      paragraph({ tokens }) {
        return aroundBlocks(this.parser.parseInline(tokens));
      },
      list({ ordered, start, items }) {
        const name = ordered ? 'ol' : 'ul';
        let next = Number(start);
        const body = items.map((item) => {
          // "1. yes / 3. no" answers points 1 and 3; "1. / 1. / 1." leaves the counting to us.
          const typed = ordered ? parseInt(item.raw.trimStart(), 10) : 0;
          const jump = typed > next;
          next = (jump ? typed : next) + 1;
          return `<li${jump ? ` value="${typed}"` : ''}>${this.parser.parse(item.tokens)}</li>\n`;
        });
        return `<${name}${start === 0 ? ' start="0"' : ''}>\n${body.join('')}</${name}>\n`;
      },
      checkbox: ({ raw }) => raw,
      def: (token) => (used.has(token.href) ? '' : `<p>${asTyped(token.raw)}</p>\n`),
      link: ({ href, raw }) => (linkable.test(href) ? false : asTyped(raw)),
      image(token) {
        if (!linkable.test(token.href)) return asTyped(token.raw);
        if (options.images === 'remote') return false;
        const alt = this.parser.parseInline(token.tokens, this.parser.textRenderer);
        const words = escaped(alt, true).trim() || escaped(token.href, true);
        return 'linked' in token ? words : `<a href="${escaped(token.href, true)}">${words}</a>`;
      },
    },
  };
}

/** marked's way to read a paragraph, and ours made of it. */
let paragraph: { readonly from: RegExp; readonly made: RegExp } | undefined;

/**
 * A paragraph ends before a table. marked looks for the whole table, at every line: a text of dashes takes a square of its
 * length, in Safari seconds. Head and rule are enough to know.
 */
function withShortSight({
  paragraph: from,
  table,
}: {
  paragraph: RegExp;
  table: RegExp;
}): NonNullable<typeof paragraph> {
  const whole = table.source.replace(/^\^/, '');
  const [head = whole] = whole.split('(?:\\n((?:');
  return { from, made: new RegExp(from.source.replace(whole, () => `(?=.*\\|)${head}(?:\\n|$)`)) };
}

function cellsOf(row: string): number {
  return row.replace(/^ *\||\\.|\| *$/g, '').split('|').length;
}

/** marked's own way to read a construct, behind the rule that is in its place. */
function original(tokenizer: Tokenizer): Tokenizer {
  return Object.getPrototypeOf(tokenizer) as Tokenizer;
}

/** Emphasis begins only where its mark was not covered by `emStrongMask`. */
function isMark(src: string, masked: string): boolean {
  return masked[masked.length - src.length] === src[0];
}

function standsInWord(before: readonly Token[], after: string): boolean {
  const last = before.at(-1);
  return (last?.type === 'text' && wordEnd.test(last.raw)) || wordStart.test(after);
}

function html(raw: string, text: string): Tokens.Tag {
  return { type: 'html', raw, text, block: false, inLink: false, inRawBlock: false };
}

/**
 * Lets a tag work only where it is closed among its siblings; an open `<details>` would hide, an open `<b>` embolden all
 * that follows. Notes in passing which link definitions are in use and which pictures stand inside a link.
 */
function settle(blocks: readonly Token[], used: Set<string>): void {
  const open: TypedTag[] = [];
  for (const block of blocks) {
    if (block.type === 'list') {
      for (const item of (block as Tokens.List).items) settle(item.tokens, used);
    } else if (block.type === 'table') {
      const { header, rows } = block as Tokens.Table;
      for (const cell of [header, ...rows].flat()) settleInline(cell.tokens, null, used);
    } else if (block.type === 'blockquote' || (block as Tokens.Generic)['block']) {
      settle((block as Tokens.Blockquote).tokens ?? [], used);
    } else if ('tokens' in block && block.tokens) {
      settleInline(block.tokens, block.type === 'heading' ? null : open, used);
    }
  }
  open.forEach(showAsTyped);
}

function settleInline(
  tokens: readonly Token[],
  blocksOpen: TypedTag[] | null,
  used: Set<string>,
  linked = false,
): void {
  const open: TypedTag[] = [];
  for (const token of tokens) {
    if ('tag' in token) {
      const typed = token as TypedTag;
      if (lonelyTags.has(typed.tag)) continue;
      const stack = blockTags.has(typed.tag) ? blocksOpen : open;
      if (stack && !typed.closing) {
        stack.push(typed);
        continue;
      }
      const at = stack?.map((other) => other.tag).lastIndexOf(typed.tag) ?? -1;
      if (!stack || at < 0) showAsTyped(typed);
      else stack.splice(at).slice(1).forEach(showAsTyped);
    } else if ('tokens' in token && token.tokens) {
      const isLink = token.type === 'link';
      if ((isLink || token.type === 'image') && token.raw.endsWith(']')) used.add((token as Tokens.Link).href);
      if (linked) Object.assign(token, { linked });
      settleInline(token.tokens, null, used, linked || isLink);
    }
  }
  open.forEach(showAsTyped);
}

function showAsTyped(tag: TypedTag): void {
  tag.text = escaped(tag.raw);
}

const blockRun =
  /(?:<\/?(?:p|blockquote|ul|ol|li|details)>|<hr>|<summary>[\s\S]*?<\/summary>|<br>(?=\s*<\/?(?:p|blockquote|ul|ol|li|details|hr|summary)>)|\s+(?=<))+(?:<br>)?/g;

/** A paragraph, ended and begun anew around the blocks that were typed as tags in it. */
function aroundBlocks(inside: string): string {
  if (!/<(?:p|hr|\/?(?:blockquote|ul|ol|li|details|summary))>/.test(inside)) return `<p>${inside}</p>\n`;
  return `<p>${inside.replace(blockRun, (run) => (/<(?!br)/.test(run) ? `</p>${run.replace(/<\/?p>|<br>/g, '')}<p>` : run))}</p>\n`.replace(
    /<p>\s*<\/p>/g,
    '',
  );
}

function asTyped(raw: string): string {
  return escaped(raw.trim()).replace(/\n/g, '<br>');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string, keepEntities = false): string {
  return text.replace(keepEntities ? /[<>"]|&(?!#?\w+;)/g : /[<>"&]/g, (character) => entities[character] ?? '');
}

function quoted(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
