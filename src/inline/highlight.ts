/**
 * Paints passages with CSS highlights: ranges in a registry of the document, styled by a sheet. The article's DOM has no
 * part in it. One Highlight for each look holds the ranges of all articles and sections of the page: one for each
 * passage costs seconds where there are a thousand.
 */
import { LOOKS, STYLES, stretchesOf } from './painter.ts';
import type { Look, Paint, Painter } from './painter.ts';
import type { TextMap } from './text-map.ts';

const nameOf = (look: Look): string => `afterword-${look}`;
const pseudo = (look: Look): string => `::highlight(${nameOf(look)})`;

export const canHighlight = (): boolean => 'highlights' in CSS && typeof Highlight === 'function';

interface Group {
  readonly looks: readonly Look[];
  /** By the kind of element whose highlights they style; by nothing for those of all elements. */
  readonly sheets: Map<string, CSSStyleSheet>;
}

/**
 * Constructed sheets: they are in no document's tree, and `style-src` has no say in them. Two, because a browser computes
 * the styles of all elements anew for each, the longer the more looks are in it: one for passages as they stand, one for
 * what the reader is at, which few readers of a page need.
 */
const GROUPS: readonly Group[] = [LOOKS.slice(0, 3), LOOKS.slice(3)].map((looks) => ({ looks, sheets: new Map() }));

/**
 * Whether highlights look inside an element as they do on it (css-pseudo-4, "Cascading and Per-Element Highlight Styles").
 * Where they do (Chromium), rules for the kind of element that the article is are enough, and a browser computes the
 * styles of a large page in two thirds of the time. Known with the first picture.
 */
let inherits: boolean | undefined;

/**
 * On paper nobody can press. With the system's colours only its own pair is sure to be readable (Chromium takes no other),
 * and lines must tell the looks apart.
 */
function rulesFor(looks: readonly Look[], scope: string): string {
  const rules = (declarations: (look: Look) => string): string =>
    looks.map((look) => `${scope}${pseudo(look)}{${declarations(look)}}`).join('');
  const plain = rules((look) => {
    const { ground, line, style } = STYLES[look];
    const thickness = look === 'found' || look === 'draft' ? 'from-font' : look === 'mine' ? '1px' : '2px';
    return `background-color:${ground};${lined('underline', style, line, thickness)}`;
  });
  const paper = rules(() => 'background-color:transparent;text-decoration:none');
  const system = rules((look) => {
    const { style, strong } = STYLES[look];
    const lines = strong ? 'underline overline' : 'underline';
    return `background-color:Highlight;color:HighlightText;${lined(lines, style, 'HighlightText', '2px')}`;
  });
  return `${plain}@media print{${paper}}@media (forced-colors:active){${system}}`;
}

/** Written out: Safari's `text-decoration` takes the line alone. */
function lined(lines: string, style: string, color: string, thickness: string): string {
  return Object.entries({ line: lines, style, color, thickness })
    .map(([part, value]) => `text-decoration-${part}:${value}`)
    .join(';');
}

function sheetOf({ looks, sheets }: Group, scope: string): CSSStyleSheet {
  const there = sheets.get(scope);
  if (there) return there;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rulesFor(looks, scope));
  sheets.set(scope, sheet);
  return sheet;
}

/** The kind of element; nothing where it is for all; undefined for a sheet that is not ours. */
const scopeOf = (sheet: CSSStyleSheet): string | undefined =>
  GROUPS.flatMap(({ sheets }) => [...sheets]).find(([, it]) => it === sheet)?.[0];

type Root = Document | ShadowRoot;

/** How many painters want our sheets in a root. */
const wanted = new Map<Root, number>();

/** What is painted in one look: its ranges by the offsets of their stretch, in the text they were made for. */
interface Painted {
  readonly map: TextMap;
  readonly ranges: Map<string, readonly Range[]>;
}

const rangesOf = (painted: Painted | undefined): Range[] => [...(painted?.ranges.values() ?? [])].flat();

export function highlightPainter(article: Element): Painter {
  // Its kind: any id or class may be another one soon.
  const kind = CSS.escape(article.localName);
  let map: TextMap | undefined;
  let frame = 0;
  const roots = new Set<Root>();
  /** Only those in which there has been something to see. */
  const worn = new Set<Group>();
  const paints = new Map<string, Paint>();
  const changed = new Set<Look>();
  /** The ranges of each look, and the objects they are in. The page, or a second copy of this script, may put others there. */
  const painted = new Map<Look, Painted>();
  const ours = new Map<Look, Highlight>();

  const highlightOf = (look: Look): Highlight => {
    const name = nameOf(look);
    const there = CSS.highlights.get(name);
    const before = ours.get(look);
    const highlight = there ?? before ?? new Highlight();
    if (!there) {
      highlight.priority = LOOKS.indexOf(look);
      CSS.highlights.set(name, highlight);
    }
    // Whoever comes second shares: what was in ours goes into theirs.
    if (before && before !== highlight) for (const range of rangesOf(painted.get(look))) highlight.add(range);
    ours.set(look, highlight);
    return highlight;
  };

  const draw = (look: Look): void => {
    const now = map;
    if (!now) return;
    const before = painted.get(look);
    const wanted = stretchesOf(paints.values(), look);
    if (!before && !wanted.length) return;
    for (const group of GROUPS) if (group.looks.includes(look)) worn.add(group);
    for (const root of roots) wear(root);
    learn();
    const highlight = highlightOf(look);
    const after: Painted = { map: now, ranges: new Map() };
    const kept = new Set<Range>();
    // Those that stand where they should stay: they are on the screen already.
    const standing = before?.map === now ? undefined : standingOf(before);
    for (const { start, end } of wanted) {
      const name = `${start}-${end}`;
      const ranges =
        (before?.map === now && before.ranges.get(name)) ||
        now.rangesOf(start, end).map((it) => standing?.get(it.startContainer)?.find((old) => same(old, it)) ?? it);
      after.ranges.set(name, ranges);
      for (const range of ranges) {
        kept.add(range);
        if (!highlight.has(range)) highlight.add(range);
      }
    }
    for (const range of rangesOf(before)) if (!kept.has(range)) highlight.delete(range);
    painted.set(look, after);
  };

  const wear = (root: Root): void => {
    const scope = root instanceof Document && inherits !== false ? kind : '';
    const due = [...worn].map((group) => sheetOf(group, scope));
    const others = root.adoptedStyleSheets.filter((it) => scope || !scopeOf(it));
    const missing = due.filter((it) => !root.adoptedStyleSheets.includes(it));
    if (missing.length) root.adoptedStyleSheets = [...others, ...missing];
  };

  /** In the frame of the first picture, before it is drawn: nobody sees the difference. */
  const learn = (): void => {
    if (inherits !== undefined || frame) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      for (const { look, start, end } of paints.values()) {
        for (const { node } of map?.piecesOf(start, end) ?? []) {
          const inside = node.parentElement;
          if (inherits !== undefined || !inside?.isConnected || inside.matches(kind)) continue;
          if (inside.getRootNode() !== document) continue;
          inherits = getComputedStyle(inside, pseudo(look)).textDecorationLine !== 'none';
        }
      }
      if (inherits === false) for (const root of roots) wear(root);
    });
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
      // Offsets are others now, or nodes; what is painted is told anew, and may turn out to stand where it stood.
      for (const { look } of paints.values()) changed.add(look);
    },
    paint(name, next) {
      const before = paints.get(name);
      if (before?.look === next?.look && before?.start === next?.start && before?.end === next?.end) return;
      if (before) changed.add(before.look);
      if (next) {
        changed.add(next.look);
        paints.set(name, next);
      } else paints.delete(name);
    },
    flush() {
      for (const look of changed) draw(look);
      changed.clear();
    },
    // Highlights move with their text.
    moved: () => undefined,
    repair() {
      for (const root of roots) wear(root);
      for (const [look, one] of painted) {
        if (one.ranges.size === 0) continue;
        const highlight = highlightOf(look);
        for (const range of rangesOf(one)) if (!highlight.has(range)) highlight.add(range);
      }
    },
    close() {
      for (const [look, highlight] of ours) {
        for (const range of rangesOf(painted.get(look))) highlight.delete(range);
        if (highlight.size === 0 && CSS.highlights.get(nameOf(look)) === highlight) CSS.highlights.delete(nameOf(look));
      }
      for (const root of roots) leave(root);
      roots.clear();
    },
  };
}

function leave(root: Root): void {
  const left = (wanted.get(root) ?? 1) - 1;
  wanted.set(root, left);
  if (left > 0) return;
  wanted.delete(root);
  root.adoptedStyleSheets = root.adoptedStyleSheets.filter((it) => scopeOf(it) === undefined);
}

function standingOf(painted: Painted | undefined): Map<Node, Range[]> {
  const standing = new Map<Node, Range[]>();
  for (const range of rangesOf(painted)) {
    const others = standing.get(range.startContainer);
    if (others) others.push(range);
    else standing.set(range.startContainer, [range]);
  }
  return standing;
}

function same(one: Range, other: Range): boolean {
  return (
    one.startOffset === other.startOffset &&
    one.endContainer === other.endContainer &&
    one.endOffset === other.endOffset
  );
}
