/**
 * The section: opens the thread its attributes name, and shows it in every state it can be in. What a reader can do comes
 * right after the first paint (`acts.ts`), because until then it would only stand in the way.
 */
import { html, LitElement, nothing, type CSSResult, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from './property.ts';
import type { Adapter } from '../adapters/adapter.ts';
import type { Early } from '../adapters/afterword-address.ts';
import type { Order, Votes } from '../model/comment.ts';
import type { ThreadView } from '../model/view.ts';
import { pictureSeen } from '../sync/opening.ts';
import type { Outcome, ThreadStore } from '../sync/store.ts';
import { en } from '../i18n/en.ts';
import { direction, languageOf, say, timeAgo, type AllMessages, type Messages } from '../i18n/locale.ts';
import { isSpoken, loadMessages, wordsAtHand } from '../i18n/languages.ts';
import { readAppearance, type Appearance } from './appearance.ts';
import { attribute, ATTRIBUTES, readAttribute, type AttributeName } from './attributes.ts';
import type { ActsForThread, AfterwordThread } from './afterword-thread.ts';
import { commentsStyles } from './comments-styles.ts';
import { savesData, whenIdle } from './lazy.ts';
import { isNear } from './near.ts';
import { openStore } from './open-store.ts';
import { actsPart, countPart, keepingPart } from './parts.ts';
import { linkedComment, placePage, type PlacedPage } from './place.ts';
import { isFree } from './registry.ts';
import type { Manner } from './row.ts';
import type { SectionActs } from './section-acts.ts';
import { base, tokens } from './styles.ts';
import { ThreadController } from './thread-controller.ts';
import './afterword-thread.ts';

/** Properties that, like another page, name another discussion or another way to keep it: a change opens it anew (E-7). */
const PLACE = ['adapter', 'backend', 'server', 'site', 'storage', 'pageSize', 'maxDepth'] as const;

/** Parts of rows that a page can style through the section. */
const PARTS =
  'comment,stub,own,avatar,author,badge,permalink,quote,body,actions,vote,reply,bell,menu-button,menu,fold,pending,more,form';

/** Addresses are for those who can act. */
const NOWHERE: Pick<Manner, 'link' | 'picture'> = { link: () => '', picture: () => false };

/** What the section itself shows of a thread. */
function see(view: ThreadView) {
  const { phase, problem, fetchedAt, fromCache, whole, order, count, rules, linked, storage, rows, unsent } = view;
  const hasUnsent = unsent > 0;
  return {
    phase,
    problem,
    fetchedAt,
    fromCache,
    whole,
    order,
    count,
    rules,
    linked,
    storage,
    hasUnsent,
    size: rows.length,
  };
}
type Seen = ReturnType<typeof see>;

/**
 * A discussion under an article: form, toolbar and thread. All settings are its attributes; what stands inside it is
 * shown until the comments are there, and where they can't come.
 *
 * @element afterword-comments
 * @fires {AfterwordSubmitEvent} afterword-submit - A reader pressed *Post*, *Reply* or *Save*; cancelable.
 * @fires {AfterwordVoteEvent} afterword-vote - A reader pressed a vote button; cancelable.
 * @fires {AfterwordNotifyEvent} afterword-notify - A reader chose what to be told of; cancelable.
 * @fires {AfterwordLoadedEvent} afterword-loaded - The first comments are on the screen.
 * @fires {AfterwordPostedEvent} afterword-posted - The backend took a comment.
 * @fires {AfterwordEditedEvent} afterword-edited - The backend took a change of a comment.
 * @fires {AfterwordDeletedEvent} afterword-deleted - The backend removed a comment of the reader's.
 * @fires {AfterwordVotedEvent} afterword-voted - The backend took a vote.
 * @fires {AfterwordFailedEvent} afterword-failed - Something was refused, or the comments could not be loaded.
 * @fires {AfterwordCountChangeEvent} afterword-count-change - The number of published comments is another now.
 * @slot - Shown while the comments are not there: a link to them, or the first of them as plain HTML.
 * @csspart section - The whole section.
 * @csspart heading - The number of comments.
 * @csspart message - A line about the state of the discussion.
 * @csspart notify - The bell of the page.
 * @csspart more - The button that shows the comments where `loading` is `manual`.
 * @csspart form - The form of a new comment.
 * @csspart linked - What a link led to, above the thread.
 * @csspart footer - The last line.
 * @cssprop [--afterword-font] - Font family; the page's by default.
 * @cssprop [--afterword-font-size] - Size of comment texts; the page's by default.
 * @cssprop [--afterword-font-size-small] - Size of names' companions: times, buttons. Default 0.8125em.
 * @cssprop [--afterword-font-size-fine] - Size of names and notes. Default 0.875em.
 * @cssprop [--afterword-font-size-large] - Size of the heading. Default 1.25em.
 * @cssprop [--afterword-font-mono] - Font family of code.
 * @cssprop [--afterword-line-height] - Height of a line; the page's by default.
 * @cssprop [--afterword-measure] - Longest line of a text. Default 70ch.
 * @cssprop [--afterword-text] - Colour of text; the page's by default.
 * @cssprop [--afterword-muted] - Colour of what is less important.
 * @cssprop [--afterword-hairline] - Colour of thin lines.
 * @cssprop [--afterword-control] - Colour of the borders of fields.
 * @cssprop [--afterword-wash] - Background of what is set apart.
 * @cssprop [--afterword-accent] - The one colour: links, pressed votes, main buttons.
 * @cssprop [--afterword-accent-text] - Colour of text on the accent.
 * @cssprop [--afterword-danger] - Colour of refusals and deletions.
 * @cssprop [--afterword-success] - Colour of what went well.
 * @cssprop [--afterword-surface] - Background of what floats: the menu. Default: what is behind the section.
 * @cssprop [--afterword-background] - Background of the section where its scheme is not the page's.
 * @cssprop [--afterword-shadow] - Shadow of what floats.
 * @cssprop [--afterword-radius] - Radius of corners. Default 8px.
 * @cssprop [--afterword-space] - The unit of all distances. Default 4px.
 * @cssprop [--afterword-indent] - How far replies stand in. Default 24px, half of it on narrow screens.
 * @cssprop [--afterword-avatar] - Size of avatars. Default 32px.
 * @cssprop [--afterword-avatar-reply] - Size of avatars of replies. Default 24px.
 * @cssprop [--afterword-passage-line] - Colour of the line of quotes, and of the line under passages where it is set on the article.
 * @cssprop [--afterword-scroll-margin] - Room above a comment that is scrolled to, for a header that sticks. Default 5rem.
 */
export class AfterwordComments extends LitElement {
  static override styles: CSSResult[] = [base, tokens, commentsStyles];

  /** What keeps the comments: `afterword` (a server of ours) or `local` (this browser). Default: by `server`. */
  @property(attribute('backend')) backend: '' | 'afterword' | 'local' = ATTRIBUTES.backend.fallback;

  /** Address of the comment server. */
  @property(attribute('server')) server: string = ATTRIBUTES.server.fallback;

  /** Name of the site at the server. */
  @property(attribute('site')) site: string = ATTRIBUTES.site.fallback;

  /** Names the discussion; by default the page's canonical link, else its address. */
  @property(attribute('page-id')) pageId: string = ATTRIBUTES['page-id'].fallback;

  /** Address of the page; by default where the reader is. */
  @property(attribute('page-url')) pageUrl: string = ATTRIBUTES['page-url'].fallback;

  /** Title of the page; by default the document's. */
  @property(attribute('page-title')) pageTitle: string = ATTRIBUTES['page-title'].fallback;

  /** The first order; a reader's own choice is remembered and beats it. */
  @property(attribute('sort')) sort: Order = ATTRIBUTES.sort.fallback;

  /** How many top-level comments come at once. */
  @property(attribute('page-size')) pageSize: number = ATTRIBUTES['page-size'].fallback;

  /** How deep replies nest; deeper ones stay there and say whom they answer. */
  @property(attribute('max-depth')) maxDepth: number = ATTRIBUTES['max-depth'].fallback;

  /** Which votes are offered. */
  @property(attribute('votes')) votes: Votes = ATTRIBUTES.votes.fallback;

  /** One number for votes up and down, or two. */
  @property(attribute('vote-count')) voteCount: 'net' | 'separate' = ATTRIBUTES['vote-count'].fallback;

  /** When comments are loaded: a screen ahead of the reader (or at idle, where passages are looked after), at once, or at a press. */
  @property(attribute('loading')) loading: 'lazy' | 'eager' | 'manual' = ATTRIBUTES.loading.fallback;

  /** Light or dark; `auto` follows the page. */
  @property(attribute('color-scheme')) colorScheme: 'auto' | 'light' | 'dark' = ATTRIBUTES['color-scheme'].fallback;

  /** Language of the interface; by default that of the element or the page. */
  @property() override lang = '';

  /** Selector of the text of the page whose passages readers see comments on; without it only the author's own passages. */
  @property(attribute('article')) article: string = ATTRIBUTES.article.fallback;

  /** Readers may select words of that text and comment on them. */
  @property(attribute('selections')) selections: boolean = ATTRIBUTES.selections.fallback;

  /** What is shown of passages in that text: highlights and buttons, buttons alone, or neither. Readers may choose less. */
  @property(attribute('passages')) passages: 'all' | 'buttons' | 'none' = ATTRIBUTES.passages.fallback;

  /** Nothing can be written or voted here. */
  @property(attribute('readonly')) readonly: boolean = ATTRIBUTES.readonly.fallback;

  /** Fewest characters of a comment. */
  @property(attribute('min-length')) minLength: number = ATTRIBUTES['min-length'].fallback;

  /** Most characters of a comment. */
  @property(attribute('max-length')) maxLength: number = ATTRIBUTES['max-length'].fallback;

  /** Whether pictures of other hosts are shown, or links to them. */
  @property(attribute('images')) images: 'none' | 'remote' = ATTRIBUTES.images.fallback;

  /** What is kept on the reader's device: all, only while the tab is open, or nothing. */
  @property(attribute('storage')) storage: 'full' | 'session' | 'none' = ATTRIBUTES.storage.fallback;

  /** Single texts of the interface to be replaced, by their keys. */
  @property({ attribute: false }) messages: Partial<AllMessages> = {};

  /** A backend of one's own instead of `backend` and `server`. */
  @property({ attribute: false }) adapter: Adapter | null = null;

  /** @internal The first comments, where `embed.js` asked for them already. */
  declare early?: Early | undefined;

  /** @internal The comment a link led to. */
  @state() linkedId: string | null = null;

  /** @internal The thread of this page before it was named, while what was begun there has still to come along. */
  renamed: ThreadStore | null = null;

  /** @internal How rows are shown; null until the words are here. */
  manner: Manner | null = null;

  @state() private opened: ThreadStore | null = null;
  /** Null while the reader's language is on its way. */
  @state() private words: Messages | null = null;
  @state() private started = false;
  /** What a reader can do could not be fetched: reading is all there is, until it is asked for again. */
  @state() private lame = false;
  /** How many comments *Show N comments* names. */
  @state() private waiting: number | null = null;

  #appearance: Appearance = { classes: 'root light', behind: '', text: '' };
  #worn: Appearance | null = null;
  readonly #view = new ThreadController(this, () => this.opened, see);
  #acts: SectionActs | null = null;
  #actsForThread: ActsForThread | null = null;
  /** The page that was shown last; replaced within while only its address or title is another. */
  #at: { page: PlacedPage; readonly href: string } | null = null;
  #stops: (() => void)[] = [];
  #mannerKey = '';
  /** How operations ended before anybody could tell. */
  #early: Outcome[] = [];
  #wanted: string | null = null;
  #language: string | null = null;
  #loaded: Messages | null = null;
  /** The rest of the English words, once it is here. */
  #english: Partial<AllMessages> | null = null;

  /** The discussion that is shown; null while none is open. */
  get store(): ThreadStore | null {
    return this.opened;
  }

  /** The page whose discussion this is: its id, address and title. */
  get page(): PlacedPage {
    return placePage({ id: this.pageId, url: this.pageUrl, title: this.pageTitle });
  }

  /** Opens a comment as its link would: brings it into view, by its path where it is not among the rows. */
  showComment(commentId: string): void {
    this.#wanted = commentId;
    this.started = true;
    this.requestUpdate();
  }

  /** Asks for the comments without waiting to be near the reader's eyes. */
  begin(): void {
    this.started = true;
  }

  /** Brings a comment into view and opens its form for a reply. */
  async reply(commentId: string): Promise<void> {
    await (await this.#withActs())?.reply(commentId);
  }

  /** Puts the focus into the form. */
  override focus(): void {
    void this.#withActs().then((acts) => acts?.openForm());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.followLink);
    this.followLink();
    // `lang` of an element around us is not ours to be told of.
    this.#readLanguage();
    this.#acts?.watch();
    // Moved or put back: the thread was given back when we left.
    if (this.hasUpdated) this.requestUpdate('adapter');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.followLink);
    this.#close();
    this.#acts?.rest();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    this.#check(changed);
    if (changed.has('lang') || changed.has('messages')) this.#readLanguage();
    // Near the eyes is how most readers of a link find it: then the list is asked for before anything is drawn. Whoever
    // asked early has looked; looking makes the browser lay out the page.
    if (!this.hasUpdated && (this.loading === 'eager' || this.early || (this.loading === 'lazy' && isNear(this))))
      this.started = true;
    const moved = this.#moveAlong() || PLACE.some((name) => changed.has(name));
    if (moved) this.#close();
    if (this.started && this.isConnected && !this.opened && (moved || changed.has('started' as never))) this.#open();
    this.manner = this.#makeManner();
    this.#acts?.follow(this.opened);
  }

  override firstUpdated(): void {
    if (this.started) return;
    if (this.loading === 'manual') void this.#count();
    else {
      this.#startWhenNear();
      // What is said about words of the article belongs beside them, however far the section is.
      if (!savesData() && (this.article || document.querySelector('afterword-feedback'))) whenIdle(() => this.begin());
    }
  }

  override updated(changed: PropertyValues<this>): void {
    const root = this.renderRoot.querySelector('section');
    if (root && this.#worn !== this.#appearance) {
      this.#worn = this.#appearance;
      // Through the object model: a style attribute is dead under a strict content security policy.
      root.style.setProperty('--_behind', this.#worn.behind);
      // What is muted is mixed from this and not from `currentColor`: that would mute twice what stands in muted text.
      root.style.setProperty('--_text', getComputedStyle(root).color);
      this.#acts?.dressed();
    }
    const view = this.manner && this.#view.selected;
    if (view && view.phase !== 'loading') void this.#afterPaint();
    // Last: what is worn now belongs to the look before.
    if (changed.has('colorScheme')) this.look();
  }

  override render(): TemplateResult {
    const words = this.words ?? en;
    const view = this.manner && this.#view.selected;
    const isThere = view && (view.phase === 'ready' || view.size > 0);
    // The probe stands outside of what we colour: it tells the page's scheme, not ours.
    return html`<span class="probe" hidden></span>
      <section
        class=${this.#appearance.classes}
        part="section"
        dir=${direction(words)}
        lang=${languageOf(words)}
        aria-labelledby="heading"
      >
        <div class="top">
          <h2 id="heading" part="heading" tabindex="-1">
            ${isThere ? [say(words, 'comments', { count: view.count }), this.#age(view, words)] : say(words, 'heading')}
          </h2>
          ${isThere ? html`<div class="orders">${this.#acts?.toolbar(view.order)}</div>` : nothing}
        </div>
        <div class="said hidden" role="status"></div>
        ${isThere ? this.#there(view, words) : this.#notThere(view, words)}
      </section>`;
  }

  #there(view: Seen, words: Messages): TemplateResult {
    const acts = this.#acts;
    return html`${acts?.notify()}${this.lame ? this.#message(say(words, 'problem.part-missing'), this.#again) : nothing}${
      view.problem ? this.#problem(view, words) : nothing
    }${
      view.storage === 'refused' && view.hasUnsent ? this.#message(say(words, 'storage.refused')) : nothing
    }${view.whole ? nothing : this.#message(say(words, 'order.partly', { count: view.size }))}${this.#form(words)}${
      view.linked && this.linkedId ? acts?.linked(view.linked, (shows) => this.#thread(shows)) : nothing
    }${acts?.banner()}${this.#thread('rows')}${
      view.size || view.count || view.rules?.closed
        ? nothing
        : html`<div class="empty" part="message">
            ${this.#acts?.drawings.talk}
            <p>${say(words, 'empty')}</p>
          </div>`
    }${acts?.footer()}`;
  }

  #notThere(view: Seen | null, words: Messages): TemplateResult {
    const { waiting } = this;
    if (!this.started) {
      return html`<slot></slot>${
          this.loading === 'manual'
            ? html`<button type="button" class="firm" part="more" @click=${() => (this.started = true)}>
                ${waiting === null ? say(words, 'show-comments') : say(words, 'show-count', { count: waiting })}
              </button>`
            : nothing
        }`;
    }
    if (view?.phase === 'failed') {
      return html`${this.#problem(view, words)}<slot></slot>${this.opened ? this.#form(words) : nothing}`;
    }
    return html`<slot>
      <div class="skeleton"><i></i><i></i><i></i></div>
      <span class="hidden">${say(words, 'loading')}</span>
    </slot>`;
  }

  #thread(shows: 'rows' | 'linked'): TemplateResult {
    const linked = this.#view.selected?.linked;
    return html`<afterword-thread
      class="thread"
      exportparts=${PARTS}
      .shows=${shows}
      .store=${this.opened}
      .manner=${this.manner}
      .acts=${this.#actsForThread}
      .linkedId=${shows === 'linked' ? (linked?.id ?? null) : linked ? null : this.linkedId}
      .announce=${(said: string) => this.#acts?.say(said)}
      @afterword-form-open=${() => this.focus()}
    ></afterword-thread>`;
  }

  #age({ fromCache, fetchedAt }: Seen, words: Messages): unknown {
    if (!fromCache || fetchedAt === null) return nothing;
    const said = say(words, 'cache.age', { age: timeAgo(words, fetchedAt, Date.now()) });
    return said && html` <small>${said}</small>`;
  }

  #problem({ problem }: Seen, words: Messages): unknown {
    const plain = say(words, 'problem.offline');
    return this.#message((problem && say(words, `problem.${problem}`)) || plain, this.#again);
  }

  /** Nothing where the words for it are still on their way. */
  #message(said: string, again?: () => void): unknown {
    if (!said) return nothing;
    return html`<p class="message" part="message">
      ${again ? this.#acts?.drawings.unplugged : nothing}<span>${said}</span>${
        again
          ? html`<button type="button" class="quiet" @click=${again}>${say(this.words ?? en, 'try-again')}</button>`
          : nothing
      }
    </p>`;
  }

  #form(words: Messages): unknown {
    if (this.readonly) return nothing;
    const closed = this.#view.selected?.rules?.closed;
    const note = closed ? 'closed' : this.opened?.key.backend.startsWith('local') && 'local-only';
    return [
      this.#acts?.form() ??
        (closed
          ? nothing
          : // A real field: what is typed before the form is here, or where it can't come, is kept.
            html`<textarea
              class="opener"
              rows="1"
              aria-label=${say(words, 'form.new')}
              placeholder=${say(words, 'form.placeholder')}
              @focus=${() => this.focus()}
              @change=${() => void this.keepTyped()}
            ></textarea>`),
      this.#acts?.formProblem((said, again) => this.#message(said, again)),
      note ? this.#message(say(words, note)) : nothing,
    ];
  }

  /** @internal Words typed into the plain field become the draft that the form begins with. */
  async keepTyped(): Promise<void> {
    const text = this.#opener?.value;
    if (text) await this.opened?.writeDraft('new', { text, savedAt: Date.now() });
  }

  get #opener(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector('.opener');
  }

  /** A property set by script is checked as an attribute is: one table reads both. */
  #check(changed: PropertyValues<AfterwordComments>): void {
    for (const name of Object.keys(ATTRIBUTES) as AttributeName[]) {
      const key = name.replace(/-./g, (hit) => hit.slice(1).toUpperCase()) as keyof AfterwordComments;
      if (!changed.has(key)) continue;
      const value = readAttribute(name, this[key]);
      if (value !== this[key]) Object.assign(this, { [key]: value });
    }
  }

  #readLanguage(): void {
    const wished = this.lang || inherited(this, 'lang') || document.documentElement.lang;
    if (wished !== this.#language) {
      this.#language = wished;
      this.#loaded = wordsAtHand(wished);
      if (!this.#loaded) void this.#loadWords(wished);
    }
    this.#useWords();
  }

  async #loadWords(language: string): Promise<void> {
    // English is understood by more readers than silence is.
    const words = await loadMessages(language).catch(() => en);
    if (language !== this.#language) return;
    this.#loaded = words;
    this.#useWords();
  }

  #useWords(): void {
    const words = this.#loaded && ({ ...this.#english, ...this.#loaded, ...this.messages } as Messages);
    this.words = words && !isSpoken(this.#language ?? '') ? borrowed(words, getComputedStyle(this).direction) : words;
  }

  /**
   * @internal Whether the page is another by now. Whoever shows something or takes it from the reader asks again; the
   * other discussion comes with the next drawing.
   */
  readonly isElsewhere = (): boolean => {
    const { page } = this;
    const at = this.#at;
    if (page.id !== at?.page.id) this.requestUpdate();
    else at.page = page;
    return page !== at?.page;
  };

  /** Before anything is drawn. True where the page is another than the one that was drawn. */
  #moveAlong(): boolean {
    const at = this.#at;
    if (at && !this.isElsewhere()) return false;
    const { page } = this;
    const { href } = location;
    this.#at = { page, href };
    if (!at) return true;
    // A name that comes late makes no other page of it, and what was begun there goes along.
    this.renamed = page.named && !at.page.named && href === at.href ? this.opened : null;
    void this.keepTyped();
    const field = this.#opener;
    if (field && !this.renamed) field.value = '';
    this.#wanted = null;
    this.followLink();
    if (this.loading === 'manual' && !this.started) void this.#count();
    return true;
  }

  #open(): void {
    const at = this.#at;
    if (!at) return;
    const { sort, pageSize, maxDepth, storage } = this;
    // Read when something is sent: a title may come late, and an address be a better one by then.
    const now = (): PlacedPage => (this.isElsewhere(), at.page);
    const page = {
      get url() {
        return now().url;
      },
      get title() {
        return now().title;
      },
    };
    const settings = { page, order: sort, pageSize, maxDepth, storage };
    const store = openStore(this, this.site, at.page.id, { ...settings, userToken: null }, () => this.#seen());
    this.opened = store;
    this.#stops.push(
      store.onOutcome((outcome) => void (this.#acts ? this.#acts.heard(outcome) : this.#early.push(outcome))),
      () => store.close(),
    );
    void store.load();
  }

  #close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.opened = this.linkedId = null;
  }

  #startWhenNear(): void {
    // One screen ahead. What is watched is ours, because a hostile page may leave the element itself without a box.
    const root = this.renderRoot.querySelector('section');
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        this.started = true;
      },
      { rootMargin: '100% 0px' },
    );
    if (root) observer.observe(root);
  }

  async #count(): Promise<void> {
    try {
      const { id } = this.page;
      const count = await (await countPart()).countOfPage(this, this.site, id);
      if (id === this.page.id) this.waiting = count;
    } catch {
      // The button does without a number.
    }
  }

  #makeManner(): Manner | null {
    const { words, readonly, images } = this;
    if (!words) return null;
    const rules = this.#acts?.rules() ?? null;
    const separateVotes = this.voteCount === 'separate';
    // Rules come anew with every answer: only what they say tells whether the rows have to be drawn again.
    const key = JSON.stringify([rules, separateVotes, readonly, images, this.#at?.page.url]);
    if (key === this.#mannerKey && this.manner?.messages === words) return this.manner;
    this.#mannerKey = key;
    return { messages: words, rules, separateVotes, readonly, images, ...(this.#acts?.addresses() ?? NOWHERE) };
  }

  /** @internal Looks at the surroundings again: light or dark. */
  look(): void {
    const next = readAppearance(this, this.colorScheme);
    if (JSON.stringify(next) === JSON.stringify(this.#appearance)) return;
    this.#appearance = next;
    this.requestUpdate();
  }

  readonly #again = (): void => {
    if (this.opened) void this.opened.load();
    else this.#open();
    void this.#withActs();
  };

  /** @internal Shows the comment that the address names. */
  readonly followLink = (): void => {
    const id = linkedComment();
    if (id) this.showComment(id);
  };

  /** The rows are on the screen, with their markup. */
  async #seen(): Promise<void> {
    await this.updateComplete;
    await this.renderRoot.querySelector<AfterwordThread>('.thread')?.drawn();
    await pictureSeen();
  }

  async #afterPaint(): Promise<void> {
    const acts = this.#acts ?? (await this.#seen(), await this.#withActs());
    acts?.tell();
    const wanted = this.#wanted;
    this.#wanted = null;
    if (acts && wanted) await acts.showLinked(wanted);
    await acts?.drawn(this.opened?.view);
  }

  /** What a reader can do; null where that part can't be fetched, and reading is all there is. */
  async #withActs(): Promise<SectionActs | null> {
    // No controls before the thread is here that takes what they ask for.
    const part = this.#acts
      ? null
      : await Promise.all([actsPart(), keepingPart()]).then(
          ([acts]) => acts,
          () => null,
        );
    this.lame = !part && !this.#acts;
    if (!part || this.#acts) return this.#acts;
    this.#english = part.enWriting;
    this.#useWords();
    // Until the reader's language is here it is English, as a whole; made once, as each control asks for it.
    const english = { ...en, ...part.enWriting };
    const words = (): AllMessages => (this.words as AllMessages | null) ?? english;
    this.#actsForThread = { ThreadActs: part.ThreadActs, words };
    this.#acts = new part.SectionActs(this, words);
    this.#acts.follow(this.opened);
    this.#acts.watch();
    for (const outcome of this.#early.splice(0)) this.#acts.heard(outcome);
    this.requestUpdate();
    return this.#acts;
  }
}

/** Words of another language than the page's, laid out as the page is. */
function borrowed(words: Messages, dir: string): Messages {
  return dir && dir !== direction(words) ? { ...words, dir: dir as 'ltr' | 'rtl' } : words;
}

/** An attribute of an element around us, looked for through shadow roots too. */
function inherited(element: Element, name: string): string | null {
  const found = element.closest(`[${name}]`);
  const root = element.getRootNode();
  return found ? found.getAttribute(name) : root instanceof ShadowRoot ? inherited(root.host, name) : null;
}

if (isFree('afterword-comments')) {
  customElements.define('afterword-comments', AfterwordComments);
}

declare global {
  interface HTMLElementTagNameMap {
    'afterword-comments': AfterwordComments;
  }
}
