/**
 * Passages of one article for one section: has them found and painted, puts buttons beside them, offers to comment on what
 * is selected, and opens the comments on a passage. It stands in the section's shadow root and lies over the article; the
 * article itself is never touched.
 */
import { html, LitElement, nothing, render, type CSSResultGroup, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from './property.ts';
import { openArticle, type Article, type Candidate, type Passage } from '../inline/index.ts';
import { FORM_PARTS } from './form-parts.ts';
import type { Person } from '../model/people.ts';
import { direction, formatNumber, say, type AllMessages } from '../i18n/locale.ts';
import { markerKey, passageKey } from '../model/passage.ts';
import type { Quote } from '../model/quote.ts';
import type { PassageView } from '../model/view.ts';
import type { ThreadStore } from '../sync/store.ts';
import type { AfterwordComments } from './afterword-comments.ts';
import { bubble, feedbacksOf, lookAfter, type AfterwordFeedback } from './afterword-feedback.ts';
import { besideLine, type AfterwordPassage, type PassageActEvent, type PassageShown } from './afterword-passage.ts';
import type { AfterwordThread } from './afterword-thread.ts';
import { adopt } from './adopt.ts';
import { shared } from './control-base.ts';
import { firstWords, wholeQuote } from './first-words.ts';
import { COMMENT_KEY, isShortcut, PASSAGES_KEY } from './keys.ts';
import { finders } from './passage-finder.ts';
import { markSeen, MODES, rememberedMode, rememberMode, wasSeen, type Mode } from './passage-memory.ts';
import { markStyles, passagesStyles, settingsStyles } from './passage-styles.ts';
import { isFree } from './registry.ts';
import type { Manner } from './row.ts';
import { ThreadController } from './thread-controller.ts';

/** *Open in the discussion* was pressed; for the section, not for the page. */
export class PassageAllEvent extends Event {
  constructor(readonly key: string) {
    super('afterword-passage-all');
  }
}

/** A button beside the article, for the passages that begin in one place. */
interface Mark {
  readonly keys: readonly string[];
  /** From the corner of what the buttons lie in. */
  readonly x: number;
  readonly y: number;
}

/** Size of a button, as far as it is known before it is there; and how far it keeps from the text. */
const MARK = { width: 40, height: 24, gap: 8 };
/** Two buttons that would be nearer than this, one above the other, are one. */
const APART = 28;

/** Only one of the author's passages of a page is open from the beginning, whatever the number of sections. */
let openedOne: AfterwordFeedback | null = null;

/**
 * The passages of an article that have comments. Made and placed by the section.
 *
 * @element afterword-passages
 * @csspart passage-button - The button of a reader's passage.
 * @csspart passage-panel - The comments on a passage.
 * @csspart passage-toolbar - What offers to comment on selected text.
 */
export class AfterwordPassages extends LitElement {
  static override styles: CSSResultGroup = [shared, markStyles, passagesStyles];

  /** The section it belongs to. */
  @property({ attribute: false }) section: AfterwordComments | null = null;
  /** The discussion. */
  @property({ attribute: false }) store: ThreadStore | null = null;
  /** How comments are shown. */
  @property({ attribute: false }) manner: Manner | null = null;
  /** The words of the interface. */
  @property({ attribute: false }) messages: AllMessages | null = null;
  /** Selector of the article. */
  @property({ attribute: false }) article = '';
  /** Readers may comment on what they select. */
  @property({ attribute: false }) selections = false;
  /** The author's choice of what is shown; a reader can narrow it. */
  @property({ attribute: false }) most: Mode = 'all';
  /** Single-key shortcuts are switched on. */
  @property({ attribute: false }) keys = false;
  /** Whom a text can mention. */
  @property({ attribute: false }) people: readonly Person[] = [];
  /** Where the reader's choices stand, below the discussion. */
  @property({ attribute: false }) settings: HTMLElement | null = null;
  /** Says something once to readers who can't see it. */
  @property({ attribute: false }) say: (words: string) => void = () => {};

  @state() private marks: readonly Mark[] = [];
  @state() private candidate: Candidate | null = null;
  /** The reader's choice. */
  @state() private chosen: Mode = rememberedMode();
  /** The passage whose comments are open, and others in the same place. */
  @state() private open: {
    readonly key: string;
    readonly keys: readonly string[];
    readonly opener: HTMLElement | null;
    /** In the flow of the author's passage, on narrow screens. */
    readonly inside: AfterwordFeedback | null;
    /** The selection it was opened from; it comes back where nothing was written. */
    readonly from: Candidate | null;
  } | null = null;
  /** By key: what a comment made now is about. */
  @state() private about: ReadonlyMap<string, Quote> = new Map();
  /** Passages with an unfinished comment of the reader's, by key. */
  @state() private drafts: ReadonlyMap<string, Quote> = new Map();

  readonly #view = new ThreadController(
    this,
    () => this.store,
    ({ passages }) => ({ passages }),
  );
  /** The keys of the button that had the focus last. */
  @state() private stopAt: string | null = null;
  #door: Article | null = null;
  #root: Element | null = null;
  #stops: (() => void)[] = [];
  #selecting: (() => void) | null = null;
  #waiting: MutationObserver | null = null;
  #followed: ThreadStore | null = null;
  #feedbacks: ReadonlyMap<string, AfterwordFeedback> = new Map();
  /** Quotes of comments on the screen that are not among the passages the backend told of. */
  #asked: ReadonlyMap<string, Quote> = new Map();
  #near: readonly string[] = [];
  /** Shown although buttons are not: the focus is there. */
  #summoned: string | null = null;
  #watchedForAttention: IntersectionObserver | null = null;
  #complained = '';
  #offset = '';
  #isFedSoon = false;

  override connectedCallback(): void {
    super.connectedCallback();
    const options = { signal: this.#untilGone() };
    document.addEventListener('click', (event) => this.#pressed(event), options);
    document.addEventListener('keydown', (event) => this.#key(event), options);
    this.requestUpdate('article');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops.splice(0)) stop();
    this.#close();
    this.#follow(null);
    this.open = null;
    if (this.settings) render(nothing, this.settings);
  }

  override willUpdate(): void {
    if (this.isConnected && this.store !== this.#followed) this.#follow(this.store);
  }

  override updated(changed: PropertyValues<this>): void {
    if (!this.isConnected) return;
    if (changed.has('article') || !this.#door) this.#openArticle();
    this.#feed();
    this.#watchSelections();
    this.#wearFeedbacks();
    this.#overAll();
    if (changed.has('most') || changed.has('chosen' as never)) this.#placeMarks();
    this.#panel?.place(this.#lines());
    if (!this.settings || !this.messages) return;
    adopt(this.settings.getRootNode() as ShadowRoot, settingsStyles);
    render(this.#settings(this.messages), this.settings, { host: this });
  }

  override render(): TemplateResult | typeof nothing {
    const { messages } = this;
    if (!messages) return nothing;
    return html`<div class="paint"></div>
      <div class="over">${this.#marksList(messages)}${this.#offer(messages)}</div>
      ${this.open && !this.open.inside ? this.#panelParts(messages) : nothing}`;
  }

  /** Below the discussion: how much is shown, and what was begun about words that are no longer there. */
  #settings(messages: AllMessages): unknown {
    const strays = [...this.drafts].filter(([key]) => this.#door?.found(key).state === 'gone');
    if (!this.#isChoice() && strays.length === 0) return nothing;
    return html`${strays.map(
      ([key, quote]) =>
        html`<button
          type="button"
          class="quiet"
          @click=${({ currentTarget }: Event) => this.#show([key], currentTarget as HTMLElement)}
        >
          ${say(messages, 'passage.draft', { words: wholeQuote(quote) })}
        </button>`,
    )}
    ${this.#isChoice() ? this.#lookChoice(messages) : nothing}`;
  }

  #lookChoice(messages: AllMessages): TemplateResult {
    const { mode } = this;
    return html`<label
      >${say(messages, 'passage.look')}
      <select @change=${this.#chooseMode}>
        ${this.#choices.map(
          (one) =>
            html`<option value=${one} ?selected=${one === mode}>${say(messages, `passage.look.${one}`)}</option>`,
        )}
      </select></label
    >`;
  }

  /**
   * One stop of the Tab key, between the article and the thread: at the passage nearest to what is read. From there the
   * arrows lead from passage to passage in the order of the article, as in any toolbar; so a hundred of them are in
   * nobody's way.
   */
  #marksList(messages: AllMessages): unknown {
    if (this.marks.length === 0) return nothing;
    const stop = this.#stop();
    return html`<div
      class="marks"
      role="toolbar"
      aria-orientation="vertical"
      aria-label=${say(messages, 'passages')}
      @keydown=${this.#step}
      @focusin=${({ target }: Event) => {
        this.stopAt = (target as HTMLElement).dataset['keys'] ?? null;
      }}
    >
      ${this.marks.map((mark) => this.#mark(mark, mark === stop, messages))}
    </div>`;
  }

  /** Where the reader was last, as long as that is in the window; else what is next to be read there. */
  #stop(): Mark | undefined {
    const top = this.#over?.getBoundingClientRect().top ?? 0;
    const isSeen = ({ y }: Mark): boolean => top + y > 0 && top + y < innerHeight;
    const last = this.marks.find(({ keys }) => keys.join(' ') === this.stopAt);
    const isThere = last && (isSeen(last) || this.#isAtMark());
    return isThere ? last : (this.marks.find(({ y }) => top + y > 0) ?? this.marks.at(-1));
  }

  #isAtMark(): boolean {
    return this.renderRoot instanceof ShadowRoot && this.renderRoot.activeElement?.matches('.mark') === true;
  }

  readonly #step = (event: KeyboardEvent): void => {
    const marks = [...this.renderRoot.querySelectorAll<HTMLElement>('.mark')];
    const at = marks.indexOf(event.target as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 }[event.key];
    if (to === undefined || at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    marks[Math.max(0, Math.min(to, marks.length - 1))]?.focus();
  };

  #mark({ keys, x, y }: Mark, isStop: boolean, messages: AllMessages): TemplateResult {
    const [key = ''] = keys;
    const count = keys.reduce((sum, one) => sum + (this.#passage(one)?.count ?? 0), 0);
    const near = (isNear: boolean) => () => this.#setNear(isNear ? keys : []);
    const isDraft = keys.some((one) => this.drafts.has(one));
    return html`<span class="at" .style=${`translate: ${x}px ${y}px`}>
      <button
        type="button"
        class="mark ${isDraft ? 'draft' : ''}"
        part="passage-button"
        data-keys=${keys.join(' ')}
        tabindex=${isStop ? 0 : -1}
        aria-label=${this.#markName(keys, count, messages)}
        aria-expanded=${String(this.open !== null && keys.includes(this.open.key))}
        @click=${({ currentTarget }: Event) => this.#show(this.#draftFirst(keys), currentTarget as HTMLElement)}
        @pointerenter=${near(true)}
        @pointerleave=${near(false)}
        @focus=${near(true)}
        @blur=${() => {
          this.#setNear([]);
          if (this.#summoned !== key) return;
          this.#summoned = null;
          this.#placeMarks();
        }}
      >
        ${bubble}${count > 0 ? formatNumber(messages, count) : nothing}
      </button>
    </span>`;
  }

  #markName(keys: readonly string[], count: number, messages: AllMessages): string {
    const words = (key = ''): string => firstWords(this.#words(key));
    const [first] = keys.filter((key) => (this.#passage(key)?.count ?? 0) > 0);
    const [draft] = keys.filter((key) => this.drafts.has(key));
    const told = [
      draft && say(messages, 'passage.draft', { words: words(draft) }),
      first && say(messages, keys.length > 1 ? 'passage.several' : 'passage.count', { count, words: words(first) }),
    ];
    return told.filter(Boolean).join('. ') || say(messages, 'passage.about', { words: words(keys[0]) });
  }

  /** What the reader left unfinished is what they come back for. */
  #draftFirst(keys: readonly string[]): readonly string[] {
    return [...keys].sort((a, b) => Number(this.drafts.has(b)) - Number(this.drafts.has(a)));
  }

  #offer(messages: AllMessages): unknown {
    const { candidate } = this;
    if (!candidate || this.open) return nothing;
    const docked = candidate.by === 'touch';
    // The selection would be gone before the press is over.
    return html`<div
      class="tools ${docked ? 'docked' : ''}"
      part="passage-toolbar"
      role="toolbar"
      aria-label=${say(messages, 'passage.selected')}
      @pointerdown=${(event: Event) => event.preventDefault()}
      @mousedown=${(event: Event) => event.preventDefault()}
    >
      ${docked ? html`<span class="words" dir="auto">${firstWords(candidate.words)}</span>` : nothing}
      <button type="button" class="firm ${docked ? 'primary' : ''}" @click=${() => void this.#comment(candidate)}>
        ${bubble} ${say(messages, 'passage.comment')}
      </button>
    </div>`;
  }

  #panelParts(messages: AllMessages): TemplateResult | typeof nothing {
    const { open, section } = this;
    const shown = this.#shown();
    if (!open || !shown) return nothing;
    return html`<afterword-passage
      exportparts=${`passage-panel, ${FORM_PARTS}`}
      .store=${this.store}
      .messages=${messages}
      .manner=${this.manner}
      .people=${this.people}
      .hands=${this.#threads()[0]?.hands ?? null}
      .shown=${shown}
      .flow=${open.inside !== null}
      .touch=${open.from?.by === 'touch'}
      @afterword-passage-act=${this.#act}
      @afterword-submit=${(event: Event) => {
        // From within the article it would pass the section by: its listeners shall hear of it like of any other (E-4).
        if (!open.inside || !section) return;
        event.stopPropagation();
        const Same = event.constructor as new (...fields: unknown[]) => Event;
        const { kind, commentId, text, author, quote } = event as unknown as Record<string, unknown>;
        if (!section.dispatchEvent(new Same(kind, commentId, text, author, quote))) event.preventDefault();
      }}
    ></afterword-passage>`;
  }

  #before: PassageShown | null = null;

  #shown(): PassageShown | null {
    const { open } = this;
    if (!open) return null;
    const { key, keys } = open;
    const view = this.#passage(key);
    const quote = this.about.get(key);
    const before = this.#before;
    const shown: PassageShown = {
      key,
      about: before?.about?.quote === quote ? (before?.about ?? null) : quote ? { key, quote } : null,
      words: this.#words(key),
      question: this.#feedbacks.get(key)?.question || view?.quote.question || '',
      count: view?.count ?? 0,
      latest: view?.latest ?? [],
      here: keys.map((one) => ({ key: one, words: this.#words(one) })),
    };
    return (this.#before = shown);
  }

  // The discussion.

  #follow(store: ThreadStore | null): void {
    if (this.#followed && finders.get(this.#followed)) finders.delete(this.#followed);
    this.#followed = store;
    this.#asked = new Map();
    this.drafts = this.about = new Map();
    this.open = null;
    if (!store) return;
    finders.set(store, {
      stateOf: (quote) => this.#stateOf(quote),
      show: (quote) => this.#showInText(quote),
      write: async (quote) => {
        await this.#readDrafts();
        this.#show([passageKey(quote)], null, 'draft');
      },
    });
    void store.loadPassages();
    void this.#readDrafts();
  }

  async #readDrafts(): Promise<void> {
    const { store } = this;
    const drafts = (await store?.readPassageDrafts().catch(() => null)) ?? [];
    if (store !== this.store) return;
    this.drafts = new Map(drafts.map(({ key, draft }) => [key, draft.quote]));
    this.#placeMarks();
  }

  #passage(key: string): PassageView | undefined {
    return this.#view.selected?.passages?.find((one) => one.key === key);
  }

  /** What is shown: the author's choice or the reader's, whichever is less. */
  get mode(): Mode {
    return this.#choices.includes(this.chosen) ? this.chosen : this.most;
  }

  get #choices(): readonly Mode[] {
    return MODES.slice(MODES.indexOf(this.most));
  }

  #isChoice(): boolean {
    const isThere = this.#view.selected?.passages?.length || this.#feedbacks.size;
    return Boolean(isThere) && this.#choices.length > 1;
  }

  #words(key: string): string {
    const now = this.#feedbacks.has(key) ? this.#door?.words(key) : '';
    const quote = this.#passage(key)?.quote ?? this.drafts.get(key) ?? this.about.get(key) ?? this.#asked.get(key);
    return now || (quote ? wholeQuote(quote) : '');
  }

  #stateOf(quote: Quote): 'sure' | 'probable' | 'gone' | null {
    if (!this.#door) return null;
    const key = passageKey(quote);
    const { state } = this.#door.found(key);
    if (state !== 'sought') return state;
    if (!this.#passage(key) && !this.#asked.has(key)) {
      this.#asked = new Map([...this.#asked, [key, quote]]);
      if (!this.#isFedSoon) queueMicrotask(() => this.#feed());
      this.#isFedSoon = true;
    }
    return null;
  }

  #threads(): AfterwordThread[] {
    return [...(this.section?.renderRoot.querySelectorAll('afterword-thread') ?? [])];
  }

  // The article.

  #openArticle(): void {
    this.#collectFeedbacks();
    const root = this.#findRoot();
    if (root && root === this.#root) return;
    if (this.#root) this.#close();
    if (!root) return this.#waitForRoot();
    this.#waiting?.disconnect();
    this.#waiting = null;
    this.#root = root;
    const door = openArticle(root, { layer: this.renderRoot.querySelector('.paint') ?? this });
    this.#door = door;
    door.on('found', () => {
      this.#placeMarks();
      for (const thread of this.#threads()) thread.hands?.quotesChanged();
    });
    door.on('settled', () => {
      this.#placeMarks();
      this.#beginOpened();
      this.#watchAttention();
    });
    door.on('moved', (how) => this.#moved(how));
    door.on('lost', () => {
      this.#close();
      this.requestUpdate();
    });
  }

  #findRoot(): Element | null {
    const { article, section } = this;
    const feedbacks = [...this.#feedbacks.values()];
    if (!article) return feedbacks.length ? around(feedbacks) : null;
    try {
      const near = section?.getRootNode() as ParentNode | undefined;
      const root = near?.querySelector(article) ?? document.querySelector(article);
      const outside = root && feedbacks.find((one) => !holds(root, one));
      if (outside) this.#complain(`Afterword: afterword-feedback "${outside.id}" is outside of article="${article}".`);
      return root;
    } catch {
      this.#complain(`Afterword: article="${article}" is not allowed. Allowed: a CSS selector.`);
      return null;
    }
  }

  #complain(what: string): void {
    if (what !== this.#complained) console.error(what);
    this.#complained = what;
  }

  /** Text may come late, and a framework may put another article in the place of the one before. */
  #waitForRoot(): void {
    this.#waiting ??= new MutationObserver(() => {
      if (this.#findRoot()) this.requestUpdate('article');
    });
    this.#waiting.observe(document.documentElement, { childList: true, subtree: true });
  }

  #close(): void {
    this.#selecting?.();
    this.#watchedForAttention?.disconnect();
    this.#waiting?.disconnect();
    this.#waiting = this.#selecting = this.#watchedForAttention = null;
    this.#door?.close();
    this.#door = this.#root = null;
    this.marks = [];
    this.candidate = null;
  }

  #collectFeedbacks(): void {
    const found = this.section ? feedbacksOf(this.section) : [];
    const before = this.#feedbacks;
    const nameless = found.find((one) => !one.id);
    if (nameless)
      this.#complain('Afterword: an afterword-feedback without an id can’t keep its comments. Give it one.');
    this.#feedbacks = new Map(found.filter((one) => one.id).map((one) => [markerKey(one.id), one]));
    for (const [key, one] of before) if (this.#feedbacks.get(key) !== one) one.wear(null, null);
  }

  /** Tells the door which passages there are. */
  #feed(): void {
    this.#isFedSoon = false;
    const door = this.#door;
    if (!door) return;
    const all = new Map<string, Passage>();
    const unpainted = this.mode !== 'all';
    const place = (key: string, quote: Quote): Pick<Passage, 'quote' | 'element'> => {
      const element = this.#feedbacks.get(key);
      return element ? { element } : { quote };
    };
    for (const [key, quote] of this.#asked) all.set(key, { id: key, quote, unpainted: true });
    for (const { key, quote, own } of this.#view.selected?.passages ?? []) {
      all.set(key, { id: key, ...place(key, quote), unpainted, ...(own && { look: 'mine' }) } as Passage);
    }
    for (const [key, element] of this.#feedbacks) if (!all.has(key)) all.set(key, { id: key, element, unpainted });
    for (const [key, quote] of this.drafts) {
      all.set(key, { id: key, ...place(key, quote), unpainted, look: 'draft' } as Passage);
    }
    door.set([...all.values()]);
    this.#emphasise();
  }

  #emphasise(): void {
    this.#door?.emphasise([...this.#near, ...(this.open ? [this.open.key] : [])]);
  }

  #setNear(keys: readonly string[]): void {
    this.#near = keys;
    this.#emphasise();
  }

  // Buttons.

  #moved(how: 'scrolled' | 'laid'): void {
    if (!this.#root) return;
    // What lies in a page that scrolls as a whole scrolls with it.
    const origin = this.#over?.getBoundingClientRect();
    const box = this.#root.getBoundingClientRect();
    const offset = `${box.left - (origin?.left ?? 0)} ${box.top - (origin?.top ?? 0)}`;
    if (how === 'scrolled' && offset === this.#offset) {
      if (this.candidate) this.#placeOffer();
      this.#moveStop();
      return;
    }
    this.#offset = offset;
    this.#placeMarks();
    this.#placeOffer();
    this.#panel?.place(this.#lines());
    this.#insidePanel?.place(this.#lines());
  }

  /** What is read now is another part of the article. */
  #moveStop(): void {
    const stop = this.#stop()?.keys.join(' ');
    for (const mark of this.renderRoot.querySelectorAll<HTMLElement>('.mark')) {
      const tabIndex = mark.dataset['keys'] === stop ? 0 : -1;
      if (mark.tabIndex !== tabIndex) mark.tabIndex = tabIndex;
    }
  }

  /** Where buttons go: in one column beside the text, where there is room; else at the corner of their block. */
  #placeMarks(): void {
    const door = this.#door;
    const over = this.#over;
    if (!door || !over || !this.#root) return;
    const places = door.places();
    const origin = over.getBoundingClientRect();
    const edges = edgesOf(this.#root);
    const rtl = places[0]?.direction === 'rtl';
    const side = rtl
      ? Math.min(...places.map(({ block }) => block.left))
      : Math.max(...places.map(({ block }) => block.right));
    const room = rtl ? side - edges.left : edges.right - side;
    const beside = room >= MARK.width + MARK.gap;
    const column = rtl ? side - MARK.gap - MARK.width : side + MARK.gap;
    const placed: Mark[] = [];
    const seen = new Set<AfterwordFeedback>();
    for (const { ids, block, line, direction } of places) {
      const corner = direction === 'rtl' ? block.left : block.right - MARK.width;
      const x = beside ? column : Math.max(edges.left + 2, Math.min(corner, edges.right - MARK.width - 2));
      let y = beside ? line.top + (line.height - MARK.height) / 2 : block.top - MARK.height + 6;
      for (const id of ids) {
        const feedback = this.#feedbacks.get(id);
        if (!feedback || this.mode === 'none') continue;
        feedback.place(x, y);
        seen.add(feedback);
        y += APART;
      }
      const keys = ids.filter((id) => !this.#feedbacks.has(id) && this.#hasButton(id));
      if (keys.length === 0) continue;
      const here = { keys, x: Math.round(x - origin.left), y: Math.round(y - origin.top) };
      const last = placed.at(-1);
      if (last && Math.abs(last.y - here.y) < APART && Math.abs(last.x - here.x) < MARK.width) {
        placed[placed.length - 1] = { ...last, keys: [...last.keys, ...keys] };
      } else placed.push(here);
    }
    for (const feedback of this.#feedbacks.values()) if (!seen.has(feedback)) feedback.unplace();
    if (JSON.stringify(placed) !== JSON.stringify(this.marks)) this.marks = placed;
  }

  #hasButton(key: string): boolean {
    if (key === this.#summoned) return true;
    return this.mode !== 'none' && ((this.#passage(key)?.count ?? 0) > 0 || this.drafts.has(key));
  }

  #wearFeedbacks(): void {
    const { messages } = this;
    const from = this.section?.renderRoot.querySelector<HTMLElement>('section') ?? null;
    if (!messages) return;
    for (const [key, feedback] of this.#feedbacks) {
      const count = this.#passage(key)?.count ?? 0;
      const words = firstWords(this.#words(key) || (feedback.textContent ?? ''));
      const { question } = feedback;
      const name = question
        ? say(messages, 'passage.asked', { question, count })
        : count > 0
          ? say(messages, 'passage.count', { count, words })
          : say(messages, 'passage.ask', { words });
      const look = { name, count, expanded: this.open?.key === key, draft: this.drafts.has(key) };
      feedback.wear(look, from);
      feedback.showInside(this.open?.inside === feedback ? (this.#panelParts(messages) as TemplateResult) : null);
      void feedback.updateComplete.then(() => this.#placeOnce(feedback));
    }
  }

  /** A button that has just been drawn has no place yet. */
  #placeOnce(feedback: AfterwordFeedback): void {
    if (feedback.button && !feedback.isPlaced) this.#placeMarks();
  }

  /** Something around the section may cut off what reaches out of it: then buttons lie in the top layer. */
  #overAll(): void {
    const over = this.#over;
    if (!over || !('popover' in over) || over.popover !== null || !this.section || !clips(this.section)) return;
    over.popover = 'manual';
    over.showPopover();
    this.#placeMarks();
  }

  get #over(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.over');
  }

  get #panel(): AfterwordPassage | null {
    return this.renderRoot.querySelector('afterword-passage');
  }

  get #insidePanel(): AfterwordPassage | null {
    return this.open?.inside?.renderRoot.querySelector('afterword-passage') ?? null;
  }

  // Selections.

  #watchSelections(): void {
    const { manner, store } = this;
    const isOffered =
      this.selections && this.article !== '' && store?.can.quotes && !manner?.readonly && !manner?.rules?.closed;
    if (!isOffered || !this.#door) {
      this.#selecting?.();
      this.#selecting = null;
      if (this.candidate) this.candidate = null;
      return;
    }
    this.#selecting ??= this.#door.on('selection', (made) => {
      this.candidate = made;
      if (made?.by === 'keyboard' && this.keys && this.messages) {
        this.say(say(this.messages, 'passage.press', { key: COMMENT_KEY }));
      }
      void this.updateComplete.then(() => this.#placeOffer());
    });
  }

  /** At the end of the selection where the pointer was let go; on touch screens the bar has its place. */
  #placeOffer(): void {
    const { candidate } = this;
    const tools = this.renderRoot.querySelector<HTMLElement>('.tools');
    if (!candidate || !tools || candidate.by === 'touch') return;
    const rects = [...candidate.range.getClientRects()].filter(({ width }) => width > 0);
    const line = (candidate.backward ? rects[0] : rects.at(-1)) ?? candidate.rect;
    const { width, height, left, top } = tools.getBoundingClientRect();
    const x = candidate.backward ? line.left : line.right - width;
    const wanted = candidate.backward ? line.top - height - 6 : line.bottom + 6;
    const y = wanted < 0 ? line.bottom + 6 : wanted;
    const most = document.documentElement.clientWidth - width - 8;
    tools.style.left = `${parseFloat(tools.style.left || '0') + Math.max(8, Math.min(x, most)) - left}px`;
    tools.style.top = `${parseFloat(tools.style.top || '0') + y - top}px`;
  }

  async #comment(candidate: Candidate): Promise<void> {
    const { store } = this;
    const quote = await this.#door?.describe(candidate.range);
    if (store !== this.store) return;
    if (!quote) return this.#sayThat('passage.unreadable');
    const key = passageKey(quote);
    this.drafts = new Map([...this.drafts, [key, quote]]);
    this.candidate = null;
    document.getSelection()?.removeAllRanges();
    this.#show([key], null, candidate);
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'Escape' && !event.defaultPrevented && this.open) {
      event.preventDefault();
      this.#shut(true);
    } else if (event.key === 'Escape' && !event.defaultPrevented && this.candidate) {
      this.#dismissOffer();
    } else if (event.key === PASSAGES_KEY && this.keys && isShortcut(event) && this.marks.length > 0) {
      event.preventDefault();
      this.#moveStop();
      this.renderRoot.querySelector<HTMLElement>('.mark[tabindex="0"]')?.focus();
    } else if (event.key === COMMENT_KEY && this.keys && this.candidate && isShortcut(event)) {
      event.preventDefault();
      void this.#comment(this.candidate);
    }
  }

  /** The selection stays; only what offered to comment on it goes. */
  #dismissOffer(): void {
    const hadFocus = this.renderRoot instanceof ShadowRoot && this.renderRoot.activeElement?.closest('.tools');
    this.candidate = null;
    if (hadFocus) this.#focusHeading();
  }

  // The comments on a passage.

  #pressed(event: MouseEvent): void {
    const path = event.composedPath();
    if (path.includes(this)) return;
    if (path.some((one) => one instanceof Element && one.matches('.mark, afterword-passage'))) return;
    const keys = this.mode === 'none' ? [] : (this.#door?.pressed(event) ?? []);
    const [key] = keys.filter((one) => this.#feedbacks.has(one) || this.#passage(one) || this.drafts.has(one));
    if (key !== undefined) this.#show(keys, null);
    else if (this.open && !this.open.inside && isPress(event)) this.#shut(false);
  }

  /** By the reader's wish: the focus goes to the panel; into its form where there is something to say (`about`). */
  #show(keys: readonly string[], opener: HTMLElement | null, about: Candidate | 'draft' | null = null): void {
    const [key = ''] = keys;
    if (this.open?.key === key && opener) return this.#shut(true);
    this.#begin(keys, opener ?? this.#feedbacks.get(key)?.button ?? null, null, about === 'draft' ? null : about);
    void this.updateComplete.then(async () => {
      const panel = this.#panel;
      await panel?.updateComplete;
      panel?.place(this.#lines());
      this.#keepInView();
      if (!about) return panel?.focusPanel();
      // The form of a first comment is on its way, and so is what it is about.
      await panel?.focusForm();
    });
  }

  /** What lies over the lower part of the window covers no passage it is about: that is scrolled above it. */
  #keepInView(): void {
    const panel = this.#panel;
    const { open } = this;
    if (!panel || !open || open.inside) return;
    const top = panel.covers;
    this.#door?.bring(open.key, top === null ? innerHeight : top - 12);
    panel.dodge(this.#lines());
  }

  #begin(
    keys: readonly string[],
    opener: HTMLElement | null,
    inside: AfterwordFeedback | null,
    from: Candidate | null = null,
  ): void {
    const [key = ''] = keys;
    this.open = { key, keys, opener, inside, from };
    this.candidate = null;
    void this.store?.loadPassage(key);
    void this.#describe(key);
  }

  async #describe(key: string): Promise<void> {
    const feedback = this.#feedbacks.get(key);
    const known = this.drafts.get(key) ?? this.#passage(key)?.quote;
    let quote = known;
    if (feedback) {
      const range = document.createRange();
      range.selectNodeContents(feedback);
      const now = await this.#door?.describe(range);
      // Its words are the author's, and may have changed; its question, too.
      if (now) quote = { ...now, marker: feedback.id, ...(feedback.question && { question: feedback.question }) };
    }
    if (quote) this.about = new Map([...this.about, [key, quote]]);
  }

  #lines(): readonly DOMRect[] {
    const lines = (this.open && this.#door?.rects(this.open.key)) ?? [];
    const opener = this.open?.opener;
    return lines.length || !opener?.isConnected ? lines : [opener.getBoundingClientRect()];
  }

  readonly #act = ({ act, key }: PassageActEvent): void => {
    if (act === 'close') this.#shut(true);
    else if (act === 'grown') this.#keepInView();
    else if (act === 'comment') {
      this.#shut(false);
      this.section?.showComment(key);
    } else if (act === 'choose') {
      const { open } = this;
      if (open)
        this.#begin([key, ...open.keys.filter((one) => one !== key)].sort(byOrder(open.keys)), open.opener, null);
      if (this.open) this.open = { ...this.open, key };
      void this.store?.loadPassage(key);
      void this.#describe(key);
    } else {
      this.#shut(false);
      this.dispatchEvent(new PassageAllEvent(key));
    }
  };

  /** The focus goes back to what opened it; where that is gone, to the button of the passage, or to the heading. */
  #shut(refocus: boolean): void {
    const { open, section, store } = this;
    if (!open) return;
    const panel = this.#panel ?? this.#insidePanel;
    const hadFocus = panel?.renderRoot instanceof ShadowRoot && panel.renderRoot.activeElement !== null;
    const kept = panel?.putDown();
    this.open = null;
    if (open.inside && section && store) markSeen('closed', this.#nameOf(open.key), section.storage === 'full');
    else if (section && this.#feedbacks.get(open.key)?.opened) {
      markSeen('closed', this.#nameOf(open.key), section.storage === 'full');
    }
    void this.updateComplete.then(async () => {
      await kept;
      await this.#readDrafts();
      await this.updateComplete;
      if (!refocus || !hadFocus) return;
      const back = open.opener?.isConnected ? open.opener : this.#buttonOf(open.key);
      if (back) back.focus({ preventScroll: true });
      else if (open.from && canSelect(open.from)) await this.#offerAgain(open.from);
      else this.#focusHeading();
    });
  }

  /** Nothing was written: all is as it was when the reader chose to comment on the selection. */
  async #offerAgain(from: Candidate): Promise<void> {
    this.candidate = from;
    await this.updateComplete;
    this.#placeOffer();
    this.renderRoot.querySelector<HTMLElement>('.tools button')?.focus({ preventScroll: true });
    reselect(from);
  }

  #focusHeading(): void {
    this.section?.renderRoot.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
  }

  #buttonOf(key: string): HTMLElement | null {
    return (
      this.#feedbacks.get(key)?.button ??
      this.renderRoot.querySelector<HTMLElement>(`.mark[data-keys~="${CSS.escape(key)}"]`)
    );
  }

  async #showInText(quote: Quote): Promise<void> {
    const key = passageKey(quote);
    const isThere = (await this.#door?.show(key)) ?? false;
    if (!isThere) return this.#sayThat('passage.gone');
    this.#summoned = key;
    this.#placeMarks();
    await this.updateComplete;
    this.#buttonOf(key)?.focus({ preventScroll: true });
  }

  // What the author wants shown.

  #nameOf(key: string): string {
    return `${this.store?.key.site ?? ''} ${this.store?.key.page ?? ''} ${key}`;
  }

  #beginOpened(): void {
    // One that left the page, with the article of a single-page app, is none of this page.
    if (openedOne?.isConnected || this.open || this.mode === 'none') return;
    for (const [key, feedback] of this.#feedbacks) {
      if (!feedback.opened || wasSeen('closed', this.#nameOf(key)) || this.#door?.found(key).state !== 'sure') continue;
      openedOne = feedback;
      this.#beginUnasked(key, feedback);
      return;
    }
  }

  /** Nobody asked for it: the focus stays where it is, and nothing is covered. */
  #beginUnasked(key: string, feedback: AfterwordFeedback): void {
    const [line] = this.#door?.rects(key) ?? [];
    const rtl = this.messages !== null && direction(this.messages) === 'rtl';
    this.#begin([key], feedback.button, line && besideLine(line, rtl) ? null : feedback);
  }

  #watchAttention(): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches || this.mode === 'none') return;
    for (const [key, feedback] of this.#feedbacks) {
      if (!/^(blink|open)$/.test(feedback.attract) || wasSeen('attracted', this.#nameOf(key))) continue;
      this.#watchedForAttention ??= new IntersectionObserver(
        (entries) => {
          for (const { target, isIntersecting } of entries)
            if (isIntersecting) this.#attract(target as AfterwordFeedback);
        },
        { rootMargin: '-20% 0px' },
      );
      this.#watchedForAttention.observe(feedback);
    }
  }

  #attract(feedback: AfterwordFeedback): void {
    const key = markerKey(feedback.id);
    this.#watchedForAttention?.unobserve(feedback);
    if (!this.section || wasSeen('attracted', this.#nameOf(key))) return;
    markSeen('attracted', this.#nameOf(key), this.section.storage === 'full');
    if (feedback.attract === 'open' && !this.open) this.#beginUnasked(key, feedback);
    else feedback.blink();
  }

  readonly #chooseMode = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.chosen = MODES.find((mode) => mode === value) ?? 'all';
    rememberMode(this.chosen, this.section?.storage === 'full');
  };

  #sayThat(message: 'passage.unreadable' | 'passage.gone'): void {
    if (this.messages) this.say(say(this.messages, message));
  }

  #untilGone(): AbortSignal {
    const gone = new AbortController();
    const room = {
      section: this.section as AfterwordComments,
      feedbackChanged: () => this.requestUpdate('article'),
      pressed: (feedback: AfterwordFeedback) => this.#show([markerKey(feedback.id)], feedback.button),
      near: (feedback: AfterwordFeedback, isNear: boolean) => this.#setNear(isNear ? [markerKey(feedback.id)] : []),
    };
    this.#stops.push(() => gone.abort(), lookAfter(room));
    return gone.signal;
  }
}

/** Its words are still in the page. */
function canSelect({ range }: Candidate): boolean {
  return range.startContainer.isConnected && range.endContainer.isConnected && !range.collapsed;
}

function reselect({ range, backward }: Candidate): void {
  const { startContainer, startOffset, endContainer, endOffset } = range;
  const selection = document.getSelection();
  if (backward) selection?.setBaseAndExtent(endContainer, endOffset, startContainer, startOffset);
  else selection?.setBaseAndExtent(startContainer, startOffset, endContainer, endOffset);
}

/** Not the end of a selection. */
function isPress({ button }: MouseEvent): boolean {
  return button === 0 && (document.getSelection()?.isCollapsed ?? true);
}

function byOrder(order: readonly string[]): (a: string, b: string) => number {
  return (a, b) => order.indexOf(a) - order.indexOf(b);
}

/** The smallest part of the page that can be called the article of these. */
function around(elements: readonly Element[]): Element {
  const [first] = elements;
  for (let at: Element | null = first?.closest('article, main') ?? null; at; at = at.parentElement) {
    const root = at;
    if (elements.every((one) => root.contains(one))) return root;
  }
  return document.body;
}

/** Through shadow roots. */
function holds(root: Element, element: Element): boolean {
  for (let at: Node | null = element; at; at = at instanceof ShadowRoot ? at.host : at.parentNode) {
    if (at === root) return true;
  }
  return false;
}

function parentOf(element: Element): Element | null {
  const parent = element.assignedSlot ?? element.parentNode;
  return parent instanceof ShadowRoot ? parent.host : parent instanceof Element ? parent : null;
}

/** Between which sides of the window something beside the article would be seen. */
function edgesOf(root: Element): { readonly left: number; readonly right: number } {
  let [left, right] = [0, document.documentElement.clientWidth];
  for (let at: Element | null = root; at && at !== document.body; at = parentOf(at)) {
    if (getComputedStyle(at).overflowX === 'visible') continue;
    const box = at.getBoundingClientRect();
    [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
  }
  return { left, right };
}

function clips(section: Element): boolean {
  for (let at = parentOf(section); at && at !== document.body && at !== document.documentElement; at = parentOf(at)) {
    const { overflowX, overflowY, contain, contentVisibility } = getComputedStyle(at) as CSSStyleDeclaration & {
      contentVisibility?: string;
    };
    const isOpen = overflowX === 'visible' && overflowY === 'visible';
    if (!isOpen || /paint|strict|content/.test(contain) || contentVisibility === 'auto') return true;
  }
  return false;
}

if (isFree('afterword-passages')) {
  customElements.define('afterword-passages', AfterwordPassages);
}

declare global {
  interface HTMLElementTagNameMap {
    'afterword-passages': AfterwordPassages;
  }
}
