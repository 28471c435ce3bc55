/** The section: opens the thread its attributes name, and shows heading, form, toolbar, rows and every state of them. */
import { html, LitElement, nothing, type CSSResult, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { Adapter } from '../adapters/adapter.ts';
import type { Order, Rules, ThreadKey, Votes } from '../model/comment.ts';
import type { ThreadView } from '../model/view.ts';
import type { Outcome, ThreadStore } from '../sync/store.ts';
import { en } from '../i18n/en.ts';
import {
  direction,
  languageOf,
  loadMessages,
  matchLanguage,
  say,
  timeAgo,
  type AllMessages,
  type MessageKey,
  type Messages,
} from '../i18n/locale.ts';
import { AppearanceController } from './appearance.ts';
import { attribute, ATTRIBUTES, narrowRules, readAttribute, type AttributeName } from './attributes.ts';
import { Announcer } from './announcer.ts';
import { commentsStyles } from './comments-styles.ts';
import { askCount } from './counts.ts';
import {
  AfterwordCountChangeEvent,
  AfterwordDeletedEvent,
  AfterwordEditedEvent,
  AfterwordFailedEvent,
  AfterwordLoadedEvent,
  AfterwordPostedEvent,
  AfterwordVotedEvent,
} from './events.ts';
import * as icons from './icons.ts';
import { fetchAhead, forgetPart, formPart, keysPart } from './parts.ts';
import { adapterFor, placePage, type PlacedPage } from './place.ts';
import { isFree } from './registry.ts';
import { shared, tokens } from './styles.ts';
import { openStore } from './open-store.ts';
import { ThreadController } from './thread-controller.ts';
import type { OrderChosenEvent } from './afterword-toolbar.ts';
import type { AfterwordThread, ThreadManner } from './afterword-thread.ts';
import './afterword-toolbar.ts';
import './afterword-thread.ts';

/** What the page asked for before the site told its rules: nothing is offered that may not be allowed. */
const UNKNOWN_RULES: Rules = {
  votes: 'none',
  name: 'optional',
  email: 'optional',
  website: false,
  minLength: 1,
  maxLength: 10_000,
  maxDepth: null,
  editSeconds: 0,
  closed: false,
  consent: null,
};

/** What the section itself shows of a thread. */
function see(view: ThreadView) {
  const { phase, problem, fetchedAt, fromCache, whole, order, count, rules, linked, storage, rows, unsent } = view;
  return {
    ...{ phase, problem, fetchedAt, fromCache, whole, order, count, rules, linked, storage },
    hasUnsent: unsent > 0,
    shown: rows.length,
  };
}
type Seen = ReturnType<typeof see>;

/** Properties that name another discussion, or another way to keep it: a change of one opens it anew (E-7). */
const PLACE = ['adapter', 'backend', 'server', 'site', 'pageId', 'pageUrl', 'storage', 'pageSize', 'maxDepth'] as const;

/**
 * A discussion under an article: form, toolbar and thread. All settings are its attributes; what stands inside it is
 * shown until the comments are there, and where they can't come.
 *
 * @element afterword-comments
 * @fires {AfterwordSubmitEvent} afterword-submit - A reader pressed *Post*, *Reply* or *Save*; cancelable.
 * @fires {AfterwordVoteEvent} afterword-vote - A reader pressed a vote button; cancelable.
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
 * @cssprop [--afterword-scroll-margin] - Room above a comment that is scrolled to, for a header that sticks. Default 5rem.
 */
export class AfterwordComments extends LitElement {
  static override styles: CSSResult[] = [shared, tokens, commentsStyles];

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

  /** When comments are loaded: a screen ahead of the reader, at once, or at a press. */
  @property(attribute('loading')) loading: 'lazy' | 'eager' | 'manual' = ATTRIBUTES.loading.fallback;

  /** Light or dark; `auto` follows the page. */
  @property(attribute('color-scheme')) colorScheme: 'auto' | 'light' | 'dark' = ATTRIBUTES['color-scheme'].fallback;

  /** Language of the interface; by default that of the element or the page. */
  @property() override lang = '';

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

  @state() private openedStore: ThreadStore | null = null;
  @state() private words: Messages = en;
  @state() private started = false;
  /** The thread could not even be opened: a part of ours is missing. */
  @state() private broken = false;
  @state() private linkedId: string | null = null;
  @state() private formLoaded = formPart.loaded !== null;
  @state() private formMissing = false;
  @state() private manualCount: number | null = null;
  @state() private forgetLoaded = forgetPart.loaded !== null;
  @state() private keysOpen = false;
  @state() private keysOn = false;

  @query('.rows-thread') private readonly thread!: AfterwordThread | null;
  @query('.linked-thread') private readonly linkedThread!: AfterwordThread | null;

  readonly #appearance = new AppearanceController(this, () => this.colorScheme);
  readonly #view = new ThreadController(this, () => this.openedStore, see);
  readonly #announcer = new Announcer(() => this.renderRoot.querySelector('[role=status]'));
  #page: PlacedPage | null = null;
  #opening = 0;
  #stops: (() => void)[] = [];
  #stopsOfStore: (() => void)[] = [];
  #manner: ThreadManner | null = null;
  #mannerKey = '';
  #warned = new Set<string>();
  #told: { loaded: boolean; count: number | null; failed: string | null } = {
    loaded: false,
    count: null,
    failed: null,
  };
  #wanted: string | null = null;
  #words: Messages | null = null;
  #language = '';

  /** The discussion that is shown; null while none is open. */
  get store(): ThreadStore | null {
    return this.openedStore;
  }

  /** The page whose discussion this is: its id, address and title. */
  get page(): PlacedPage {
    return placePage({ id: this.pageId, url: this.pageUrl, title: this.pageTitle });
  }

  /** Opens a comment as its link would: brings it into view, by its path where it is not among the rows. */
  async showComment(commentId: string): Promise<void> {
    this.#wanted = commentId;
    this.started = true;
    this.requestUpdate();
    await this.updateComplete;
  }

  /** Puts the focus into the form. */
  override focus(): void {
    void this.#openForm();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const listen = (target: EventTarget, type: string, heard: (event: Event) => void): void => {
      target.addEventListener(type, heard);
      this.#stops.push(() => target.removeEventListener(type, heard));
    };
    listen(window, 'hashchange', () => this.#followFragment());
    listen(this, 'focusin', () => this.#wakeKeys());
    listen(this, 'keydown', (event) => this.#key(event as KeyboardEvent));
    // `lang` of an element around us is not ours to be told of; looked at when something else changes.
    this.#readLanguage();
    this.#followFragment();
    // Moved or put back: the thread was given back when we left.
    if (this.hasUpdated) this.requestUpdate('adapter');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops.splice(0)) stop();
    this.#closeStore();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    this.#check(changed);
    if (changed.has('lang') || changed.has('messages')) this.#readLanguage();
    if (!this.hasUpdated && this.loading === 'eager') this.started = true;
    const placeChanged = PLACE.some((name) => changed.has(name));
    if (placeChanged && this.openedStore) this.#closeStore();
    if (this.started && this.isConnected && !this.openedStore && (placeChanged || changed.has('started' as never))) {
      void this.#open();
    }
    this.#manner = this.#makeManner();
  }

  override firstUpdated(): void {
    this.#appearance.look();
    // `eager` was decided before the first drawing; a comment's link counts as being there.
    if (!this.started && this.loading === 'lazy') this.#startWhenNear();
    if (!this.started && this.loading === 'manual') void this.#countForManual();
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('colorScheme')) this.#appearance.look();
    const root = this.renderRoot.querySelector<HTMLElement>('.root');
    const { behind, ink, accent } = this.#appearance.current;
    // Through the object model: a style attribute is dead under a strict content security policy.
    const set = (name: string, value: string | null): void => {
      if (value === null) root?.style.removeProperty(name);
      else root?.style.setProperty(name, value);
    };
    set('--_behind', behind);
    set('--_ink', ink);
    set('--_host-accent', accent);
    set('--_depth', String(Math.max(1, this.#manner?.rules.maxDepth ?? 1)));
    this.#tell();
    void this.#showWanted();
  }

  override render(): TemplateResult {
    const { scheme, paper } = this.#appearance.current;
    const view = this.#view.selected;
    const { words } = this;
    const isThere = view !== null && (view.phase === 'ready' || view.shown > 0);
    const heading = isThere ? say(words, 'comments', { count: view.count }) : say(words, 'heading');
    return html`<section
      class="root ${scheme} ${paper ? 'paper' : ''}"
      part="section"
      dir=${direction(words)}
      lang=${languageOf(words)}
      aria-labelledby="heading"
    >
      <span class="probe" hidden></span>
      <afterword-toolbar
        .messages=${words}
        .orders=${isThere ? this.#orders() : []}
        .order=${view?.order ?? this.sort}
        @afterword-order=${(event: OrderChosenEvent) => this.#choose(event.order)}
        ><h2 id="heading" class="heading" part="heading">
          ${heading}${isThere ? this.#age(view) : nothing}
        </h2></afterword-toolbar
      >
      <div class="said" role="status"></div>
      ${isThere ? this.#there(view) : this.#notThere(view)}
    </section>`;
  }

  #there(view: Seen): TemplateResult {
    const { words } = this;
    const count = this.openedStore?.view.rows.filter((row) => row.kind === 'comment').length ?? 0;
    return html`${view.problem ? this.#message(`problem.${view.problem}`, icons.unplugged, this.#retry) : nothing}
      ${view.storage === 'refused' && view.hasUnsent ? this.#message('storage.refused') : nothing}
      ${view.whole ? nothing : this.#line(say(words, 'order.partly', { count }))}${this.#form()}
      ${view.linked && this.linkedId ? this.#linked(view.linked) : nothing}
      <afterword-thread
        class="rows-thread"
        part="thread"
        exportparts=${THREAD_PARTS}
        .store=${this.openedStore}
        .manner=${this.#manner}
        .linkedId=${view.linked ? null : this.linkedId}
        .announce=${this.#say}
        @afterword-form-open=${() => void this.#openForm()}
      ></afterword-thread>
      ${
        view.shown === 0 && view.count === 0
          ? html`<div class="empty" part="message">
              ${icons.talk}
              <p>${say(words, view.rules?.closed ? 'closed' : 'empty')}</p>
            </div>`
          : nothing
      }
      ${this.#footer()}`;
  }

  #notThere(view: Seen | null): TemplateResult {
    const { words } = this;
    if (!this.started) {
      return html`<slot></slot>${
          this.loading === 'manual'
            ? html`<button type="button" class="firm" part="more" @click=${() => (this.started = true)}>
                ${
                  this.manualCount === null
                    ? say(words, 'show-comments')
                    : say(words, 'show-count', { count: this.manualCount })
                }
              </button>`
            : nothing
        }`;
    }
    if (this.broken || view?.phase === 'failed') {
      return html`${this.#message(`problem.${this.broken ? 'part-missing' : (view?.problem ?? 'offline')}`, icons.unplugged, this.#retry)}
        ${this.openedStore ? this.#form() : nothing}<slot></slot>`;
    }
    return html`<slot>
      <div class="skeleton" aria-hidden="true">${[1, 2, 3].map(() => html`<i></i>`)}</div>
      <span class="hidden">${say(words, 'loading')}</span>
    </slot>`;
  }

  #age(view: Seen): unknown {
    if (!view.fromCache || view.fetchedAt === null) return nothing;
    const age = timeAgo(this.words, view.fetchedAt, Date.now());
    return html` <small class="note">${say(this.words, 'cache.age', { age })}</small>`;
  }

  #message(key: MessageKey, icon: unknown = nothing, again: (() => void) | null = null): TemplateResult {
    return html`<p class="message" part="message">
      ${icon}<span>${say(this.words, key)}</span>
      ${
        again
          ? html`<button type="button" class="quiet" @click=${again}>${say(this.words, 'try-again')}</button>`
          : nothing
      }
    </p>`;
  }

  #line(words: string): TemplateResult {
    return html`<p class="message note" part="message">${words}</p>`;
  }

  #form(): unknown {
    const { words } = this;
    const rules = this.#manner?.rules;
    if (this.readonly || !rules) return nothing;
    if (rules.closed) return this.#view.selected?.shown ? this.#line(say(words, 'closed')) : nothing;
    const local = this.openedStore?.key.backend.startsWith('local') ? this.#line(say(words, 'local-only')) : nothing;
    if (this.formLoaded) {
      return html`<afterword-form
          class="form"
          part="form"
          .store=${this.openedStore}
          .messages=${words}
          .mode=${'new'}
          .rules=${rules}
          .people=${this.thread?.people() ?? []}
          .images=${this.images}
          @afterword-form-close=${this.#formClosed}
        ></afterword-form>
        ${local}`;
    }
    // A real field: what is typed before the form is here, or where it can't come, is kept.
    return html`<textarea
        class="opener"
        rows="1"
        aria-label=${say(words, 'form.new')}
        placeholder=${say(words, 'form.placeholder')}
        @focus=${() => void this.#openForm()}
        @change=${() => void this.#keepTyped()}
      ></textarea>
      ${this.formMissing ? this.#message('problem.part-missing', nothing, () => void this.#openForm()) : nothing}
      ${local}`;
  }

  #linked(linked: NonNullable<ThreadView['linked']>): TemplateResult {
    const { words } = this;
    const { state: found } = linked;
    return html`<div class="linked" part="linked">
      <p class="message">
        <span>${say(words, found === 'shown' ? 'linked' : `linked.${found}`)}</span>
        <button type="button" class="quiet" @click=${() => this.#showAll()}>${say(words, 'linked.all')}</button>
      </p>
      ${
        found === 'shown'
          ? html`<afterword-thread
              class="linked-thread"
              exportparts=${THREAD_PARTS}
              .shows=${'linked'}
              .store=${this.openedStore}
              .manner=${this.#manner}
              .linkedId=${linked.id}
              .announce=${this.#say}
              @afterword-form-open=${() => void this.#openForm()}
            ></afterword-thread>`
          : nothing
      }
    </div>`;
  }

  #footer(): TemplateResult {
    const { words } = this;
    const keys = this.keysOpen ? keysPart.loaded : null;
    return html`<footer class="foot" part="footer">
      ${keys ? keys.keysPanel(words, this.keysOn, (on) => this.#switchKeys(on)) : nothing}
      <div class="last">
        <button
          type="button"
          class="quiet keys"
          aria-expanded=${String(keys !== null)}
          @click=${() => void this.#toggleKeys()}
        >
          ${say(words, 'keys')}
        </button>
        ${
          this.forgetLoaded
            ? html`<afterword-forget class="forget" .store=${this.openedStore} .messages=${words}></afterword-forget>`
            : html`<button type="button" class="quiet" @click=${() => void this.#askForget()}>
                ${say(words, 'forget')}
              </button>`
        }
      </div>
    </footer>`;
  }

  /** A property set by script is checked as an attribute is; both are read by one table. */
  #check(changed: PropertyValues<AfterwordComments>): void {
    for (const name of Object.keys(ATTRIBUTES) as AttributeName[]) {
      const property = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as keyof AfterwordComments;
      if (!changed.has(property)) continue;
      const value = readAttribute(name, this[property]);
      if (value !== this[property]) (this as Record<keyof AfterwordComments, unknown>)[property] = value;
    }
  }

  #readLanguage(): void {
    const wished = this.lang || inherited(this, 'lang') || document.documentElement.lang || 'en';
    if (wished !== this.#language) {
      this.#language = wished;
      this.#words = null;
      // English words for the thread are here; other languages, and the words of the form, come as files.
      if (matchLanguage(wished) !== 'en' || !/^en$/i.test(wished)) void this.#loadWords();
    }
    this.#useWords();
  }

  async #loadWords(): Promise<void> {
    const language = this.#language;
    try {
      const loaded = await loadMessages(language);
      if (language !== this.#language) return;
      this.#words = loaded;
      this.#useWords();
    } catch {
      // English is understood by more readers than silence; asked again with the form.
    }
  }

  #useWords(): void {
    const base = this.#words ?? en;
    this.words = Object.keys(this.messages).length > 0 ? ({ ...base, ...this.messages } as Messages) : base;
  }

  async #open(): Promise<void> {
    const opening = ++this.#opening;
    this.broken = false;
    const page = (this.#page = this.page);
    try {
      const adapter = this.adapter ?? (await adapterFor(this.backend, this.server, this.storage));
      const key: ThreadKey = { backend: adapter.id, site: this.site, page: page.id };
      // Asked while another page-id came, or we were taken out: that one's turn, or nobody's.
      if (opening !== this.#opening || !this.isConnected) return;
      const store = openStore(adapter, key, {
        page: { url: page.url, title: page.title },
        order: this.sort,
        pageSize: this.pageSize,
        maxDepth: this.maxDepth,
        storage: this.storage,
        userToken: null,
      });
      this.openedStore = store;
      this.#told = { loaded: false, count: null, failed: null };
      this.#stopsOfStore = [
        store.onOutcome((outcome) => this.#heard(outcome)),
        store.subscribe(() => this.#announceDeliveries()),
      ];
      void store.load();
    } catch (error) {
      console.error('Afterword: the discussion could not be opened.', error);
      if (opening === this.#opening) this.broken = true;
    }
  }

  #closeStore(): void {
    this.#opening += 1;
    for (const stop of this.#stopsOfStore.splice(0)) stop();
    this.openedStore?.close();
    this.openedStore = null;
    this.linkedId = null;
    this.#announcer.forget();
  }

  #startWhenNear(): void {
    const root = this.renderRoot.querySelector('.root');
    if (!root) return;
    // One screen ahead. What is watched is ours, because a hostile page may leave the element itself without a box.
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        this.started = true;
      },
      { rootMargin: '100% 0px' },
    );
    observer.observe(root);
    this.#stops.push(() => observer.disconnect());
  }

  async #countForManual(): Promise<void> {
    const adapter = this.adapter ?? (await adapterFor(this.backend, this.server, this.storage).catch(() => null));
    if (adapter) this.manualCount = await askCount(adapter, this.site, this.page.id);
  }

  #orders(): readonly Order[] {
    const orders = this.openedStore?.can.orders ?? [];
    return this.#manner?.rules.votes === 'none' ? orders.filter((order) => order !== 'most-voted') : orders;
  }

  #makeManner(): ThreadManner | null {
    const site = this.#view.selected?.rules ?? UNKNOWN_RULES;
    const known = this.#view.selected?.rules !== null;
    const { rules, ignored } = narrowRules(site, {
      votes: this.votes,
      maxDepth: this.maxDepth,
      minLength: this.minLength,
      maxLength: this.maxLength,
    });
    if (known && this.#view.selected) for (const name of ignored) this.#warnLooser(name);
    const { words, readonly, images } = this;
    const separateVotes = this.voteCount === 'separate';
    // Rules come anew with every answer: only what they say tells whether the rows have to be drawn again.
    const key = JSON.stringify([rules, separateVotes, readonly, images, this.#page?.url]);
    if (this.#manner && key === this.#mannerKey && this.#manner.messages === words) return this.#manner;
    this.#mannerKey = key;
    const own = this.pageUrl ? this.#page?.url : null;
    return {
      messages: words,
      rules,
      separateVotes,
      readonly,
      images,
      headingLevel: 3,
      share: typeof navigator.share === 'function',
      link: (id) => `${own ?? location.href.replace(/#.*$/, '')}#comment-${encodeURIComponent(id)}`,
      picture: (address) => this.#mayFetch(address),
    };
  }

  /** Pictures come from the backend alone, unless the page allows others (E-5). */
  #mayFetch(address: string): boolean {
    if (this.images === 'remote') return /^https?:/i.test(address);
    return this.server !== '' && new URL(address, this.server).origin === new URL(this.server).origin;
  }

  /** Only what the author wrote is worth a warning; a default that the site narrows is as it should be. */
  #warnLooser(name: AttributeName): void {
    const written = this.hasAttribute(name);
    if (!written || this.#warned.has(name)) return;
    this.#warned.add(name);
    console.warn(`Afterword: ${name}="${this.getAttribute(name)}" is looser than the site's rules and is ignored.`);
  }

  readonly #retry = (): void => {
    if (this.openedStore) void this.openedStore.load();
    else void this.#open();
  };

  #choose(order: Order): void {
    this.openedStore?.setOrder(order);
    this.#say(say(this.words, 'said.order', { order: say(this.words, `order.${order}`) }));
  }

  async #openForm(): Promise<void> {
    const part = formPart.loaded ?? (await formPart().catch(() => null));
    this.formMissing = part === null;
    if (!part) return;
    await this.#keepTyped();
    this.formLoaded = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.form')?.focus();
  }

  /** Words typed into the plain field become the draft that the form begins with. */
  async #keepTyped(): Promise<void> {
    const field = this.renderRoot.querySelector<HTMLTextAreaElement>('textarea.opener');
    const text = field?.value ?? '';
    if (text) await this.openedStore?.writeDraft('new', { text, savedAt: Date.now() });
  }

  readonly #formClosed = (event: Event): void => {
    const { operationId } = event as Event & { operationId?: string | null };
    // A posted comment is where the reader looks next; cancelled, the focus waits in the field.
    if (operationId) this.thread?.reveal(operationId, { scroll: false });
  };

  #followFragment(): void {
    const id = /^#comment-(.+)$/.exec(location.hash)?.[1];
    if (!id) return;
    try {
      void this.showComment(decodeURIComponent(id));
    } catch {
      // Not a link of ours: a stray per cent sign.
    }
  }

  /** A comment asked for by its link, once there are rows to look among. */
  async #showWanted(): Promise<void> {
    const store = this.openedStore;
    const id = this.#wanted;
    const phase = this.#view.selected?.phase;
    if (id && store && (phase === 'ready' || phase === 'failed')) {
      this.#wanted = null;
      await this.thread?.updateComplete;
      this.linkedId = id;
      if (this.thread?.reveal(id)) return;
      this.#wantsFocus = true;
      await store.showLinked(id);
      return;
    }
    const linked = this.#view.selected?.linked;
    if (!linked || !this.#wantsFocus || linked.state === 'loading') return;
    this.#wantsFocus = false;
    await this.linkedThread?.updateComplete;
    if (linked.state === 'shown') this.linkedThread?.reveal(linked.id);
    else this.#say(say(this.words, `linked.${linked.state}`));
  }
  #wantsFocus = false;

  #showAll(): void {
    this.linkedId = null;
    void this.openedStore?.showLinked(null);
    const heading = this.renderRoot.querySelector<HTMLElement>('#heading');
    heading?.setAttribute('tabindex', '-1');
    heading?.focus();
  }

  /** What the page is told, each once. */
  #tell(): void {
    const view = this.#view.selected;
    if (!view || !this.openedStore) return;
    const told = this.#told;
    if (view.phase === 'ready' && !told.loaded) {
      told.loaded = true;
      void this.#afterFirstPaint(view.fromCache);
    }
    if (view.phase === 'ready' && told.count !== view.count) {
      const first = told.count === null;
      told.count = view.count;
      if (!first) this.dispatchEvent(new AfterwordCountChangeEvent(view.count));
    }
    if (view.problem !== told.failed) {
      told.failed = view.problem;
      if (view.problem) {
        this.#say(say(this.words, `problem.${view.problem}`));
        this.dispatchEvent(new AfterwordFailedEvent('load', view.problem, null));
      }
    }
  }

  async #afterFirstPaint(fromCache: boolean): Promise<void> {
    const store = this.openedStore;
    await this.thread?.updateComplete;
    await this.thread?.drawn();
    if (!store || store !== this.openedStore) return;
    this.dispatchEvent(new AfterwordLoadedEvent(store.view.count, fromCache));
    this.dispatchEvent(new AfterwordCountChangeEvent(store.view.count));
    this.#stops.push(
      fetchAhead(() => {
        // Not under the hands of a reader who already types into the plain field.
        const typing = (this.renderRoot as ShadowRoot).activeElement?.classList.contains('opener');
        if (formPart.loaded && typing) void this.#openForm();
        else this.formLoaded = formPart.loaded !== null;
        this.forgetLoaded = forgetPart.loaded !== null;
        if (!this.#words) void this.#loadWords();
      }),
    );
  }

  readonly #say = (words: string): void => this.#announcer.say(words);

  #announceDeliveries(): void {
    const store = this.openedStore;
    if (store) this.#announcer.followDeliveries(store.view.rows, this.words);
  }

  #heard(outcome: Outcome): void {
    const { operation } = outcome;
    const about = operation.kind === 'post' ? operation.id : operation.commentId;
    if (outcome.result === 'refused') {
      this.dispatchEvent(new AfterwordFailedEvent(operation.kind, outcome.reason, about));
      return;
    }
    const { comment } = outcome;
    const { words } = this;
    if (operation.kind === 'vote') {
      this.dispatchEvent(new AfterwordVotedEvent(operation.commentId, operation.value));
    } else if (operation.kind === 'delete') {
      this.#say(say(words, 'said.deleted'));
      this.dispatchEvent(new AfterwordDeletedEvent(operation.commentId));
    } else if (comment) {
      const edited = operation.kind === 'edit';
      this.#say(say(words, comment.state === 'held' ? 'said.held' : edited ? 'said.edited' : 'said.posted'));
      this.dispatchEvent(edited ? new AfterwordEditedEvent(comment) : new AfterwordPostedEvent(comment));
    }
  }

  async #askForget(): Promise<void> {
    const part = await forgetPart().catch(() => null);
    if (!part) return this.#say(say(this.words, 'problem.part-missing'));
    this.forgetLoaded = true;
    await this.updateComplete;
    await this.renderRoot.querySelector('afterword-forget')?.ask();
  }

  async #toggleKeys(): Promise<void> {
    const part = await keysPart().catch(() => null);
    if (!part) return this.#say(say(this.words, 'problem.part-missing'));
    this.keysOn ||= part.areKeysOn();
    this.keysOpen = !this.keysOpen;
  }

  #switchKeys(on: boolean): void {
    this.keysOn = on;
    if (this.storage === 'full') keysPart.loaded?.rememberKeys(on);
  }

  /** Readers who switched the shortcuts on have them on every page, from the first time the focus is inside. */
  #wakeKeys(): void {
    if (keysPart.loaded || this.keysOn) return;
    let on = false;
    try {
      on = localStorage.getItem('afterword.keys') === 'on';
    } catch {
      // Storage is forbidden: nothing was remembered.
    }
    if (on)
      keysPart()
        .then(() => (this.keysOn = true))
        .catch(() => {}); // Off, then, until the part can be fetched.
  }

  #key(event: KeyboardEvent): void {
    const step = this.keysOn ? keysPart.loaded?.stepOf(event) : null;
    if (!step) return;
    event.preventDefault();
    this.thread?.step(step);
  }
}

const THREAD_PARTS =
  'comment, stub, own, avatar, author, badge, permalink, body, actions, vote, reply, menu-button, menu, fold, pending, more';

/** An attribute of an element around us, looked for through shadow roots too. */
function inherited(element: Element, name: string): string | null {
  for (let at: Element | null = element; at;) {
    const found: Element | null = at.closest(`[${name}]`);
    if (found) return found.getAttribute(name);
    const root = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : null;
  }
  return null;
}

if (isFree('afterword-comments')) {
  customElements.define('afterword-comments', AfterwordComments);
}

declare global {
  interface HTMLElementTagNameMap {
    'afterword-comments': AfterwordComments;
  }
}
