/**
 * The door to passages of a host's article: what `openArticle` (index.ts) gives to the elements. They draw buttons,
 * popover and toolbar; here passages are found, painted, hit and shown, and the reader's selections are read. Nothing
 * here writes into the article, except that `show` opens what is closed around a passage, because the reader asked.
 *
 * All rectangles and points are in CSS pixels of the viewport, as `getBoundingClientRect` and pointer events have them.
 */
import type * as Matcher from '../model/quote.ts';
import type { Quote } from '../model/quote.ts';

/**
 * A passage to look after. It has one of three places: a stored `quote` is sought in the article's text (again whenever
 * that changes); an `element` (the author's `afterword-feedback`) is the passage itself; a `range` is what the reader
 * has just selected, until it is described.
 */
export type Passage = {
  /** Chosen by the caller; the same id with the same object is not sought again. */
  readonly id: string;
  /** `mine`: the reader's own comment. `draft`: what is being commented on. Otherwise what was found looks as found. */
  readonly look?: 'mine' | 'draft';
  /** Not painted, but found, hit and shown like the others: for the mode "buttons only". */
  readonly unpainted?: boolean;
} & (
  | { readonly quote: Quote; readonly element?: undefined; readonly range?: undefined }
  | { readonly element: Element; readonly quote?: undefined; readonly range?: undefined }
  | { readonly range: AbstractRange; readonly quote?: undefined; readonly element?: undefined }
);

/**
 * `sought`: not looked for yet. `sure`, `probable` ("edited since"), `gone` ("no longer in the text"): model/quote.ts.
 * `start` and `end` are offsets in the article's text as it is now, for order and distance; -1 without a place.
 */
export interface FoundPassage {
  readonly state: 'sought' | 'sure' | 'probable' | 'gone';
  readonly start: number;
  readonly end: number;
}

/** Where buttons go: one for each block of text in which passages begin, in the order of the text. */
export interface Place {
  /** Passages that begin in this block, in the order of the text. */
  readonly ids: readonly string[];
  /** The block: a paragraph, a cell, an item of a list. */
  readonly block: DOMRect;
  /** First line of the first passage, for height; its left or right edge is where the passage begins. */
  readonly line: DOMRect;
  /** Direction of the block's text, so that "the end of the line" can be told. */
  readonly direction: 'ltr' | 'rtl';
}

/** What the reader has selected in the article, cut to whole words. */
export interface Candidate {
  /** Live, in the article; across shadow roots it covers the part in the root where the passage begins. */
  readonly range: Range;
  /** Offsets in the article's text. */
  readonly start: number;
  readonly end: number;
  /** The words as a reader reads them: blanks run together, blocks apart by a line break. */
  readonly words: string;
  /** The line at which the selection ended (where the reader looks), and all its lines. */
  readonly rect: DOMRect;
  readonly rects: readonly DOMRect[];
  /** What the reader selected with: decides between toolbar, docked bar and shortcut. */
  readonly by: 'mouse' | 'touch' | 'keyboard';
  /** Drawn from its end to its start. */
  readonly backward: boolean;
}

export interface ArticleEvents {
  /** Passages whose state or place is another than before; comes in several pieces, what is in view first. */
  readonly found: ReadonlyMap<string, FoundPassage>;
  /** Every passage has been looked for in the text as it is now. */
  readonly settled: undefined;
  /** The reader finished a selection; null when it is there no more. Listening to this starts the watching. */
  readonly selection: Candidate | null;
  /**
   * Rectangles are others than before, told at most once a frame. `scrolled`: the page moved as a whole, and what stands
   * in the page moved with it. `laid`: resized, a box scrolled, a part opened, a font came, the text changed.
   */
  readonly moved: 'scrolled' | 'laid';
  /** The article is no longer in the page (a framework put another in its place): close this, open the new one. */
  readonly lost: undefined;
}

export interface Article {
  /** All passages to look after, in place of those before. */
  set(passages: readonly Passage[]): void;
  found(id: string): FoundPassage;
  /** Gives back what stops listening. */
  on<Type extends keyof ArticleEvents>(type: Type, listener: (detail: ArticleEvents[Type]) => void): () => void;

  /** The lines of a passage, joined within a line; none where it is not found or can't be seen (closed, hidden). */
  rects(id: string): readonly DOMRect[];
  places(): readonly Place[];
  /** Passages under a point, the shortest first; none where something else lies above the article there. */
  at(x: number, y: number): readonly string[];
  /**
   * Passages that a click is meant for: those under it, unless it was on a link or control, ended a selection, was made
   * with a modifier or another button, or was prevented.
   */
  pressed(event: MouseEvent): readonly string[];

  /** Paints these as the ones the reader is at (popover open, button focused or pointed at), and only these. */
  emphasise(ids: readonly string[]): void;
  /**
   * Whether passages are painted (they are, at the beginning). Those the reader is at and the one just shown are painted in
   * any case.
   */
  paint(on: boolean): void;
  /**
   * Opens what is closed around the passage as a browser's "find in page" does, scrolls it into view and lights it up
   * for a few seconds. False where it has no place. Focus is the caller's: it goes to the caller's button there.
   */
  show(id: string): Promise<boolean>;

  /**
   * Scrolls as little as is needed for the passage to stand above a height of the window, and below what sticks to its
   * upper edge; of a passage that is taller than that, the beginning.
   */
  bring(id: string, bottom: number): void;

  /**
   * The stored form of a range of the article, cut to whole words; null where there are no words in it. Takes some
   * 100 ms in a very long article, in slices.
   */
  describe(range: AbstractRange): Promise<Quote | null>;
  /** The words of a passage as they are now, as a reader reads them; empty without a place. */
  words(id: string): string;
  /** Takes everything back: paint, style sheets, listeners, observers. */
  close(): void;
}

export interface ArticleOptions {
  /**
   * An element of ours outside the article, where a browser without CSS highlights gets rectangles; it should be able to
   * lie over the article (no clipping around it). One is put at the end of <body> where none is given.
   */
  readonly layer?: Element;
  /** False: draws rectangles although the browser has CSS highlights. For tests and pictures. */
  readonly highlights?: boolean;
  /** Runs once after a while, and gives back what calls it off. Tests drive time by it. */
  readonly after?: (milliseconds: number, run: () => void) => () => void;
  /** Loads the matcher (model/quote.ts), the first time there is something to find or to describe. */
  readonly matcher?: () => Promise<typeof Matcher>;
}

/** `root` holds the article's text; it may stand in a shadow root or hold some. */
export type OpenArticle = (root: Element, options?: ArticleOptions) => Article;
