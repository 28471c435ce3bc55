/**
 * Paints passages with CSS highlights: ranges in a registry of the document, styled by a sheet. The article's DOM has no
 * part in it. One Highlight for each look holds the ranges of all articles and sections of the page: one for each
 * passage costs seconds where there are a thousand.
 */
import { LOOKS, STYLES } from './painter.ts';
import type { Look, Paint, Painter } from './painter.ts';
import type { TextMap } from './text-map.ts';

const nameOf = (look: Look): string => `afterword-${look}`;

export const canHighlight = (): boolean => 'highlights' in CSS && typeof Highlight === 'function';

const RULES = LOOKS.map((look) => {
  const { ground, line, style } = STYLES[look];
  const thickness = look === 'found' || look === 'draft' ? 'from-font' : look === 'mine' ? '1px' : '2px';
  return `::highlight(${nameOf(look)}){background-color:${ground};text-decoration:underline ${style} ${line} ${thickness}}`;
});
/** On paper nobody can press; with the system's colours only its own pair is sure to be readable. */
const SPECIAL = `@media print{${LOOKS.map(
  (look) => `::highlight(${nameOf(look)}){background-color:transparent;text-decoration:none}`,
).join('')}}
@media (forced-colors:active){${LOOKS.map((look) => {
  const ground =
    look === 'focused' || look === 'lit' || look === 'draft' ? 'background-color:Mark;color:MarkText;' : '';
  return `::highlight(${nameOf(look)}){${ground || 'background-color:transparent;'}text-decoration:underline ${STYLES[look].style} LinkText 2px}`;
}).join('')}}`;

/** One sheet a page. A constructed one: it is in no document's tree, and `style-src` has no say in it. */
let sheet: CSSStyleSheet | undefined;

type Root = Document | ShadowRoot;

/** How many painters want the sheet in a root. */
const wanted = new Map<Root, number>();

export function highlightPainter(): Painter {
  let map: TextMap | undefined;
  const roots = new Set<Root>();
  const painted = new Map<string, Paint & { readonly ranges: readonly Range[] }>();
  /** The objects our ranges are in. The page, or a second copy of this script, may put others in their place. */
  const ours = new Map<Look, Highlight>();

  const highlightOf = (look: Look): Highlight => {
    const name = nameOf(look);
    let highlight = ours.get(look);
    const there = CSS.highlights.get(name);
    if (there && there !== highlight) {
      highlight = there;
      // Whoever comes second shares: add to theirs what was in ours.
      for (const one of painted.values()) if (one.look === look) for (const range of one.ranges) there.add(range);
    }
    highlight ??= new Highlight();
    if (!there) {
      highlight.priority = LOOKS.indexOf(look);
      CSS.highlights.set(name, highlight);
    }
    ours.set(look, highlight);
    return highlight;
  };

  const wear = (root: Root): void => {
    sheet ??= newSheet();
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  };

  const paint = (name: string, next: Paint | null): void => {
    const before = painted.get(name);
    const ranges = next && map ? map.rangesOf(next.start, next.end) : [];
    if (before?.look === next?.look && before && alike(before.ranges, ranges)) {
      painted.set(name, { ...before, ...next });
      return;
    }
    painted.delete(name);
    if (before) {
      const highlight = ours.get(before.look);
      for (const range of before.ranges) highlight?.delete(range);
    }
    if (!next) return;
    const highlight = highlightOf(next.look);
    for (const range of ranges) highlight.add(range);
    painted.set(name, { ...next, ranges });
  };

  return {
    read(now) {
      map = now;
      const holding = new Set<Root>([...now.roots].filter((it) => it instanceof ShadowRoot || it instanceof Document));
      for (const root of roots) if (!holding.has(root)) leave(root);
      for (const root of holding) {
        if (!roots.has(root)) wanted.set(root, (wanted.get(root) ?? 0) + 1);
        wear(root);
      }
      roots.clear();
      for (const root of holding) roots.add(root);
    },
    paint,
    // Highlights move with their text.
    moved: () => undefined,
    repair() {
      for (const root of roots) wear(root);
      for (const look of new Set([...painted.values()].map((it) => it.look))) {
        const highlight = highlightOf(look);
        for (const one of painted.values()) {
          if (one.look === look) for (const range of one.ranges) if (!highlight.has(range)) highlight.add(range);
        }
      }
    },
    close() {
      for (const name of [...painted.keys()]) paint(name, null);
      for (const [look, highlight] of ours) {
        if (highlight.size === 0 && CSS.highlights.get(nameOf(look)) === highlight) CSS.highlights.delete(nameOf(look));
      }
      for (const root of roots) leave(root);
      roots.clear();
    },
  };
}

function newSheet(): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(RULES.join('\n') + SPECIAL);
  return made;
}

function leave(root: Root): void {
  const left = (wanted.get(root) ?? 1) - 1;
  wanted.set(root, left);
  if (left > 0) return;
  wanted.delete(root);
  root.adoptedStyleSheets = root.adoptedStyleSheets.filter((it) => it !== sheet);
}

function alike(some: readonly Range[], others: readonly Range[]): boolean {
  return (
    some.length === others.length &&
    some.every((one, k) => {
      const other = others[k];
      return (
        other?.startContainer === one.startContainer &&
        other.startOffset === one.startOffset &&
        other.endContainer === one.endContainer &&
        other.endOffset === one.endOffset
      );
    })
  );
}
