/**
 * One article under care: reads its text, has its passages found and painted, reads again when the page changes it, and
 * answers where things are. article.ts says what it promises.
 */
import { canHighlight, highlightPainter } from './highlight.ts';
import { linesOf, spansAt } from './lines.ts';
import { overlayPainter } from './overlay.ts';
import { bring, reveal } from './reveal.ts';
import { selectedEnds, watchSelection } from './selection.ts';
import { inSlices } from './slices.ts';
import { readText } from './text-map.ts';
import { isTranslated } from './translated.ts';
import { holds, parentOf } from './trees.ts';
import { wholeWords } from './words.ts';
import type * as Matcher from '../model/quote.ts';
import type { PreparedText } from '../model/quote.ts';
import type { Article, ArticleEvents, ArticleOptions, FoundPassage, OpenArticle, Passage, Place } from './article.ts';
import type { Look } from './painter.ts';
import type { Span, TextMap } from './text-map.ts';

/** After the page changed something: it usually changes more in the same breath. */
const SETTLE = 60;
/** A page that never rests costs a tenth of the time at most, and is read again every five seconds at least. */
const SHARE = 10;
const LONGEST_WAIT = 5000;
/** How often we look whether the page took our highlights, style sheet or the article away: it tells nobody. */
const REPAIR = 1000;
/** While many are being found: a browser may put our next slice before its next picture for a long time. */
const BETWEEN_PICTURES = 100;
/** Characters up or down from the middle of the window: about as many as it shows. */
const VIEW = 3000;
/** How long a passage that was shown stays lit up. */
const LIT = 4000;

const NOT_FOUND = { start: -1, end: -1 } as const;
const SOUGHT: FoundPassage = { state: 'sought', ...NOT_FOUND };
const GONE: FoundPassage = { state: 'gone', ...NOT_FOUND };

interface Cared {
  passage: Passage;
  found: FoundPassage;
  /** The block in which it was found last: the browser's translation puts other words into it, and leaves it where it is. */
  block: Element | null;
  /** The text in which it was found; another one now means that it has to be sought again. */
  map: TextMap | null;
}

interface Sought {
  readonly cared: Cared;
  /** In characters, from the middle of the window to where it most likely is. */
  readonly distance: number;
}

const OBSERVED: MutationObserverInit = {
  subtree: true,
  childList: true,
  characterData: true,
  attributes: true,
  // What may show or hide text, or move it to another slot.
  attributeFilter: ['hidden', 'class', 'style', 'slot'],
};

export const openArticle: OpenArticle = (root, options = {}) => new OpenedArticle(root, options);

class OpenedArticle implements Article {
  readonly #root: Element;
  readonly #options: ArticleOptions;
  readonly #after: NonNullable<ArticleOptions['after']>;
  readonly #painter;
  readonly #listeners: { [Type in keyof ArticleEvents]: Set<(detail: ArticleEvents[Type]) => void> } = {
    found: new Set(),
    settled: new Set(),
    selection: new Set(),
    moved: new Set(),
    lost: new Set(),
  };
  readonly #cared = new Map<string, Cared>();
  readonly #changes = new Map<string, FoundPassage>();
  readonly #stop = new AbortController();
  readonly #observer = new MutationObserver(() => this.#changed());
  /** A theme's class is none of our business; that the page is translated, or no longer, is. */
  readonly #page = new MutationObserver(() => {
    if (isTranslated(this.#root, this.#language) !== this.#isTranslated) this.#changed();
  });
  readonly #sizes = new ResizeObserver(() => this.#moved('laid'));
  readonly #observedRoots = new Set<Node>();

  #map: TextMap | null = null;
  /** Of the text; empty until it is asked for. */
  #hash: (() => string) | undefined;
  /** The text as the matcher wants it; made when there is something to find in it. */
  #prepared: PreparedText | null = null;
  #matcher: typeof Matcher | null = null;
  /** The page changed the article since it was read; and, it is time to read it again. */
  #stale = true;
  #due = true;
  #reading: Promise<TextMap | null> | null = null;
  #running: Promise<void> | null = null;
  #lastRead = 0;
  #waiting: (() => void) | null = null;
  #painted = true;
  #lastPlaces: readonly Place[] = [];
  #emphasised: ReadonlySet<string> = new Set();
  #lit: string | null = null;
  #darken = (): void => undefined;
  #stopSelecting: (() => void) | null = null;
  #frame = 0;
  #laid = false;
  #closed = false;
  /** Of the page, when this began; and whether the article is in another now, by the browser's doing. */
  readonly #language = document.documentElement.lang;
  #isTranslated = false;

  constructor(root: Element, options: ArticleOptions) {
    this.#root = root;
    this.#options = options;
    this.#after = options.after ?? afterTimeout;
    this.#painter =
      canHighlight() && options.highlights !== false
        ? highlightPainter(root)
        : overlayPainter(options.layer ?? document.body);
    this.#observe(root);
    this.#page.observe(document.documentElement, { attributeFilter: ['class', 'lang', '_msttexthash'] });
    this.#sizes.observe(root);
    this.#sizes.observe(document.documentElement);
    const { signal } = this.#stop;
    const far = { capture: true, passive: true, signal } as const;
    document.addEventListener('scroll', (event) => this.#moved(event.target === document ? 'scrolled' : 'laid'), far);
    addEventListener('resize', () => this.#moved('laid'), far);
    // Opened and closed parts may be in a box of fixed height.
    root.addEventListener('toggle', () => this.#moved('laid'), far);
    document.fonts.addEventListener('loadingdone', () => this.#moved('laid'), { signal });
    this.#repairLater();
  }

  set(passages: readonly Passage[]): void {
    const ids = new Set(passages.map((it) => it.id));
    for (const id of [...this.#cared.keys()]) {
      if (ids.has(id)) continue;
      this.#cared.delete(id);
      this.#paint(id);
    }
    for (const passage of passages) {
      const cared = this.#cared.get(passage.id);
      const same =
        cared?.passage.quote === passage.quote &&
        cared?.passage.element === passage.element &&
        cared?.passage.range === passage.range;
      if (cared && same) cared.passage = passage;
      else {
        const { found = SOUGHT, block = null } = cared ?? {};
        this.#cared.set(passage.id, { passage, found, block, map: null });
      }
      this.#paint(passage.id);
    }
    this.#flush();
    void this.#run();
  }

  found(id: string): FoundPassage {
    return this.#cared.get(id)?.found ?? SOUGHT;
  }

  on<Type extends keyof ArticleEvents>(type: Type, listener: (detail: ArticleEvents[Type]) => void): () => void {
    const listeners = this.#listeners[type];
    listeners.add(listener);
    if (type === 'selection' && !this.#closed) {
      this.#stopSelecting ??= watchSelection(
        { root: this.#root, read: () => this.#fresh(), after: this.#after },
        // Words of a translation are nobody's: a comment on them would be on nothing for everybody else.
        (made) => this.#tell('selection', this.#isTranslated ? null : made),
      );
    }
    return () => {
      listeners.delete(listener);
      if (type !== 'selection' || listeners.size > 0) return;
      this.#stopSelecting?.();
      this.#stopSelecting = null;
    };
  }

  rects(id: string): readonly DOMRect[] {
    const cared = this.#cared.get(id);
    // Sought again, it is still where it was, as far as its texts are still there.
    if (cared && this.#standsTranslated(cared)) return [topOf(cared.block)];
    return cared?.map && cared.found.start >= 0 ? linesOf(cared.map, cared.found) : [];
  }

  places(): readonly Place[] {
    const map = this.#map;
    if (!map) return [];
    // What stood there a moment ago most likely still does: buttons must not go and come with every change of the page.
    if (this.#seeksAgain() || (this.#stale && this.#isTornOut(map))) return this.#lastPlaces;
    const blocks = new Map<Element, { readonly ids: string[]; readonly line: DOMRect }>();
    for (const [id, span] of [...this.#spans()].sort(([, a], [, b]) => a.start - b.start || b.end - a.end)) {
      const block = map.blockAt(span.start);
      const known = blocks.get(block);
      if (known) {
        known.ids.push(id);
        continue;
      }
      const [line] = linesOf(map, span, 1);
      if (line) blocks.set(block, { ids: [id], line });
    }
    for (const [id, cared] of this.#cared) {
      if (!this.#standsTranslated(cared)) continue;
      const known = blocks.get(cared.block);
      if (known) known.ids.push(id);
      else blocks.set(cared.block, { ids: [id], line: topOf(cared.block) });
    }
    this.#lastPlaces = [...blocks].map(([block, { ids, line }]) => ({
      ids,
      line,
      block: block.getBoundingClientRect(),
      direction: getComputedStyle(block).direction === 'rtl' ? 'rtl' : 'ltr',
    }));
    return this.#lastPlaces;
  }

  at(x: number, y: number): readonly string[] {
    return this.#map ? spansAt(this.#map, this.#spans(), x, y) : [];
  }

  pressed(event: MouseEvent): readonly string[] {
    const { button, ctrlKey, metaKey, shiftKey, altKey } = event;
    if (event.defaultPrevented || button !== 0 || ctrlKey || metaKey || shiftKey || altKey) return [];
    const target = event.composedPath()[0];
    if (!(target instanceof Node) || !holds(this.#root, target)) return [];
    for (let at: Node | null = target; at && at !== this.#root; at = parentOf(at)) {
      if (at instanceof Element && at.matches(PRESSABLE)) return [];
    }
    if (selectedEnds(this.#root, this.#map?.shadowRoots ?? [])) return [];
    return this.at(event.clientX, event.clientY);
  }

  emphasise(ids: readonly string[]): void {
    const before = this.#emphasised;
    this.#emphasised = new Set(ids);
    this.#paintThese(new Set([...before, ...ids]));
  }

  paint(on: boolean): void {
    this.#painted = on;
    this.#paintThese(this.#cared.keys());
  }

  async show(id: string): Promise<boolean> {
    await this.#fresh();
    await this.#run();
    const cared = this.#cared.get(id);
    if (cared && this.#standsTranslated(cared)) {
      cared.block.scrollIntoView({ block: 'center', behavior: 'instant' });
      return true;
    }
    const span = this.#spanOf(id);
    if (!span || !this.#map || this.#closed) return false;
    this.#light(id);
    return reveal(this.#map, span);
  }

  bring(id: string, bottom: number): void {
    const span = this.#spanOf(id);
    if (span && this.#map && !this.#closed) bring(this.#map, span, bottom);
  }

  async describe(range: AbstractRange): Promise<Matcher.Quote | null> {
    const map = await this.#fresh();
    const read = map?.spanOf(range);
    const span = map && read && wholeWords(map.text, read);
    if (!span) return null;
    const matcher = await this.#loadMatcher();
    const quote = await inSlices(matcher.describeInSteps(map.text, span.start, span.end), () => this.#closed);
    return quote ?? null;
  }

  words(id: string): string {
    const span = this.#spanOf(id);
    return span && this.#map ? this.#map.shown(span.start, span.end) : '';
  }

  close(): void {
    this.#closed = true;
    this.#stop.abort();
    this.#observer.disconnect();
    this.#page.disconnect();
    this.#sizes.disconnect();
    this.#waiting?.();
    this.#darken();
    this.#stopSelecting?.();
    cancelAnimationFrame(this.#frame);
    for (const listeners of Object.values(this.#listeners)) listeners.clear();
    this.#painter.close();
  }

  // Reading and finding.

  /** Reads and finds until nothing is left to do. One at a time; whoever asks meanwhile waits for the same. */
  #run(): Promise<void> {
    this.#running ??= this.#runToTheEnd();
    return this.#running;
  }

  async #runToTheEnd(): Promise<void> {
    // Whatever else is set in this task comes in the same run.
    await Promise.resolve();
    try {
      while (this.#hasWork()) {
        while (this.#hasWork()) await this.#findPending();
        this.#tellFound();
        // A listener may have given more to do.
        if (!this.#closed) this.#tell('settled', undefined);
      }
    } catch (error) {
      // The matcher could not be fetched, or the page broke under us: the next change or call tries again.
      console.error('Afterword: passages could not be looked for.', error);
    } finally {
      // Not a turn later: who is told that all is settled may give more to do at once.
      this.#running = null;
    }
  }

  #hasWork(): boolean {
    if (this.#closed || this.#cared.size === 0) return false;
    return (this.#stale && this.#due) || [...this.#cared.values()].some((it) => !it.map || it.map !== this.#map);
  }

  async #findPending(): Promise<void> {
    const map = this.#map && !(this.#stale && this.#due) ? this.#map : await this.#read();
    if (!map) return;
    const sought = inViewFirst(
      map,
      [...this.#cared.values()].filter((it) => it.map !== map),
    );
    if (sought.some(({ cared }) => cared.passage.quote)) {
      const matcher = await this.#loadMatcher();
      // The page may have been read again meanwhile, for a selection.
      if (this.#map !== map) return;
      this.#hash ??= matcher.hashLater(map.text);
    }
    // What stands in the very text it is from needs nothing more; mostly that is all.
    await this.#findAll(map, sought);
    const isDone = sought.every(({ cared }) => cared.map === map);
    if (this.#prepared || this.#closed || this.#map !== map || isDone || !this.#matcher) return;
    const prepared = await inSlices(this.#matcher.prepareInSteps(map.text, this.#hash), () => this.#closed);
    if (this.#map !== map || !prepared) return;
    this.#prepared = prepared;
    await this.#findAll(map, sought);
  }

  async #findAll(map: TextMap, sought: readonly Sought[]): Promise<void> {
    let seen = -Infinity;
    await inSlices(
      this.#findThese(map, sought),
      () => this.#closed || this.#map !== map,
      () => {
        // A picture of the first ones at once, since they are the ones in view; of the others now and then.
        this.#flush();
        const look = this.#changes.size > 0 && performance.now() - seen > BETWEEN_PICTURES;
        if (look) seen = performance.now();
        return look;
      },
      // Whoever hears of it measures, and the browser has computed its styles by now.
      () => this.#tellFound(),
    );
  }

  /** Pauses behind those in view: the first picture waits for no others. */
  *#findThese(map: TextMap, sought: readonly Sought[]): Generator<boolean, void> {
    let near = true;
    for (const { cared, distance } of sought) {
      if (near && distance > VIEW) {
        near = false;
        yield true;
      }
      const { passage } = cared;
      // Set anew, or taken away, since this began; or found before.
      if (this.#cared.get(passage.id) !== cared || cared.map === map) continue;
      const sought = this.#find(map, passage);
      if (!sought) continue;
      const before = cared.found;
      // Words that the browser replaced for its reader are still the author's: nothing is said of what isn't found in them.
      const found = sought.state === 'gone' && this.#isTranslated && before.state !== 'gone' ? SOUGHT : sought;
      cared.map = map;
      if (found.start >= 0) cared.block = map.blockAt(found.start);
      if (found.state !== before.state || found.start !== before.start || found.end !== before.end) {
        cared.found = found;
        this.#changes.set(passage.id, found);
      }
      this.#paint(passage.id);
      yield false;
    }
  }

  /** Null where that can't be told before the text is prepared. */
  #find(map: TextMap, { quote, element, range }: Passage): FoundPassage | null {
    const within = element ?? (quote?.marker === undefined ? null : this.#markerFor(quote.marker));
    if (within) {
      const span = map.spanOf(contentsOf(within));
      const words = span && wholeWords(map.text, span);
      if (words) return { state: 'sure', ...words };
    }
    if (range) {
      const span = range.startContainer.isConnected ? map.spanOf(range) : null;
      return span ? { state: 'sure', ...span } : GONE;
    }
    if (!quote) return GONE;
    const found = this.#prepared
      ? this.#matcher?.findQuote(this.#prepared, quote)
      : this.#hash && this.#matcher?.findUnchanged(map.text, this.#hash, quote);
    return found?.state === 'gone' ? GONE : (found ?? null);
  }

  #markerFor(id: string): Element | null {
    const selector = `afterword-feedback#${CSS.escape(id)}`;
    for (const tree of [this.#root, ...(this.#map?.shadowRoots ?? [])]) {
      const marker = tree.querySelector(selector);
      if (marker) return marker;
    }
    return null;
  }

  /** The article as it is now, also where it is not yet time to look for everything again. */
  async #fresh(): Promise<TextMap | null> {
    // What the page did in this very task is not reported yet.
    if (this.#observer.takeRecords().length > 0) this.#changed();
    while (this.#stale && !this.#closed) await this.#read();
    if (this.#closed) return null;
    void this.#run();
    return this.#map;
  }

  #read(): Promise<TextMap | null> {
    this.#reading ??= this.#readNow().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #readNow(): Promise<TextMap | null> {
    this.#stale = false;
    const began = performance.now();
    const map = await inSlices(readText(this.#root), () => this.#closed);
    this.#lastRead = performance.now() - began;
    this.#isTranslated = isTranslated(this.#root, this.#language);
    if (!map) return null;
    const before = this.#map;
    this.#map = map;
    this.#painter.read(map);
    this.#moved('laid');
    for (const shadow of map.shadowRoots) this.#observe(shadow);
    if (before?.text === map.text) {
      // The same words in other nodes: every place is the same, and only ranges are made anew.
      for (const cared of this.#cared.values()) {
        if (cared.map !== before || cared.passage.range || cared.passage.element) continue;
        cared.map = map;
        if (cared.found.start >= 0) cared.block = map.blockAt(cared.found.start);
        this.#paint(cared.passage.id);
      }
      this.#flush();
    } else {
      this.#prepared = null;
      this.#hash = undefined;
    }
    return map;
  }

  /** Its words are not here, but the block they were in is. */
  #standsTranslated(cared: Cared): cared is Cared & { block: Element } {
    return this.#isTranslated && cared.found.state === 'sought' && cared.block?.isConnected === true;
  }

  #observe(root: Node): void {
    if (this.#observedRoots.has(root)) return;
    this.#observedRoots.add(root);
    this.#observer.observe(root, OBSERVED);
  }

  #changed(): void {
    this.#stale = true;
    if (this.#waiting) return;
    this.#due = false;
    const wait = Math.max(SETTLE, Math.min(LONGEST_WAIT, SHARE * this.#lastRead));
    this.#waiting = this.#after(wait, () => {
      this.#waiting = null;
      this.#due = true;
      // A run under way looks once more by itself, but not if it has just ended.
      void this.#run().then(() => this.#run());
    });
  }

  async #loadMatcher(): Promise<typeof Matcher> {
    this.#matcher ??= await (this.#options.matcher ?? (() => import('../model/quote.ts')))();
    return this.#matcher;
  }

  // Painting.

  /** Seen after the next flush. */
  #paint(id: string): void {
    const cared = this.#cared.get(id);
    // Not sought in this text yet.
    if (cared && cared.map !== this.#map && cared.found.start >= 0) return;
    const span = this.#spanOf(id);
    const look = this.#lookOf(id, cared);
    this.#painter.paint(id, cared && span && look ? { look, start: span.start, end: span.end } : null);
  }

  #paintThese(ids: Iterable<string>): void {
    for (const id of ids) this.#paint(id);
    this.#flush();
  }

  /**
   * Not while passages are sought again: their offsets belong to the text as it was. What is painted stays meanwhile,
   * since ranges move with their text.
   */
  #flush(): void {
    if (!this.#seeksAgain()) this.#painter.flush();
  }

  /** The page took texts of passages away, and what it put there has not been read yet. */
  #isTornOut(map: TextMap): boolean {
    return [...this.#spans().values()].some(
      ({ start }) => map.piecesOf(start, start + 1)[0]?.node.isConnected === false,
    );
  }

  /** There are passages whose place in the text as it is now is not known yet, but was in the text as it was. */
  #seeksAgain(): boolean {
    return [...this.#cared.values()].some(({ found, map }) => found.start >= 0 && map !== this.#map);
  }

  #lookOf(id: string, cared: Cared | undefined): Look | null {
    if (id === this.#lit) return 'lit';
    if (this.#emphasised.has(id)) return 'focused';
    if (!this.#painted || cared?.passage.unpainted) return null;
    const look = cared?.passage.look;
    return look === 'draft' ? look : cared?.found.state === 'probable' ? 'probable' : (look ?? 'found');
  }

  #light(id: string): void {
    this.#darken();
    const cancel = this.#after(LIT, () => this.#darken());
    this.#darken = () => {
      cancel();
      this.#darken = () => undefined;
      this.#lit = null;
      this.#paintThese([id]);
    };
    this.#lit = id;
    this.#paintThese([id]);
  }

  #repairLater(): void {
    const cancel = this.#after(REPAIR, () => {
      if (!this.#root.isConnected) {
        this.#tell('lost', undefined);
        return;
      }
      if (this.#cared.size > 0) this.#painter.repair();
      this.#repairLater();
    });
    this.#stop.signal.addEventListener('abort', cancel, { once: true });
  }

  // Telling.

  /** Where a passage is in the text as it was read last. */
  #spanOf(id: string): Span | null {
    const cared = this.#cared.get(id);
    return cared && cared.found.start >= 0 && cared.map === this.#map ? cared.found : null;
  }

  #spans(): Map<string, Span> {
    const spans = new Map<string, Span>();
    for (const id of this.#cared.keys()) {
      const span = this.#spanOf(id);
      if (span) spans.set(id, span);
    }
    return spans;
  }

  #tellFound(): void {
    this.#flush();
    if (this.#changes.size === 0 || this.#closed) return;
    const changes = new Map(this.#changes);
    this.#changes.clear();
    this.#tell('found', changes);
  }

  #tell<Type extends keyof ArticleEvents>(type: Type, detail: ArticleEvents[Type]): void {
    for (const listener of [...this.#listeners[type]]) listener(detail);
  }

  #moved(how: ArticleEvents['moved']): void {
    if (this.#closed) return;
    this.#laid ||= how === 'laid';
    this.#frame ||= requestAnimationFrame(() => {
      const all = this.#laid ? 'laid' : 'scrolled';
      this.#frame = 0;
      this.#laid = false;
      this.#painter.moved();
      this.#tell('moved', all);
    });
  }
}

/** What does something of its own when it is pressed. */
const PRESSABLE =
  'a[href],area[href],button,input,select,textarea,label,summary,audio,video,iframe,[contenteditable],' +
  '[role=button],[role=link],[role=tab],[role=switch],[role=checkbox],[onclick]';

const afterTimeout = (milliseconds: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};

/** The first line of a block, as far as it can be told. */
function topOf(block: Element): DOMRect {
  const { left, top, width, height } = block.getBoundingClientRect();
  return new DOMRect(left, top, width, Math.min(height, 24));
}

const contentsOf = (element: Element) => ({
  startContainer: element,
  startOffset: 0,
  endContainer: element,
  endOffset: element.childNodes.length,
});

/**
 * Passages in the order in which they matter to the reader: nearest to the window first, as far as their old offsets
 * tell where they are now.
 */
function inViewFirst(map: TextMap, pending: readonly Cared[]): Sought[] {
  const view = offsetInView(map);
  const distance = ({ passage: { quote } }: Cared): number => {
    if (!quote) return 0;
    const share = quote.text.length > 0 ? map.text.length / quote.text.length : 1;
    return Math.abs(quote.position.start * share - view);
  };
  return pending.map((cared) => ({ cared, distance: distance(cared) })).sort((a, b) => a.distance - b.distance);
}

/** An offset in the middle of the window; blocks go down the page, near enough. */
function offsetInView(map: TextMap): number {
  let low = 0;
  let high = map.text.length;
  while (high - low > 500) {
    const middle = (low + high) >> 1;
    const { bottom, height } = map.blockAt(middle).getBoundingClientRect();
    if (height > 0 && bottom < innerHeight / 2) low = middle;
    else high = middle;
  }
  return low;
}
