/**
 * What a section does once its comments are on the screen: form, the comment a link led to, announcements, what the page
 * is told of the reader's acts, keyboard, the last line. Fetched right after the first paint.
 */
import { html, nothing, render, type TemplateResult } from 'lit';
import type { Filter, Order, Rules } from '../model/comment.ts';
import type { ThreadView } from '../model/view.ts';
import type { Outcome, ThreadStore } from '../sync/store.ts';
import { commentLink } from '../model/comment-link.ts';
import { cleanAddress } from '../model/page-id.ts';
import { passageKey, quotedWords } from '../model/passage.ts';
import { say, type AllMessages } from '../i18n/locale.ts';
import type { AfterwordComments } from './afterword-comments.ts';
import type { AfterwordForm, AfterwordFormCloseEvent } from './afterword-form.ts';
import type { AfterwordThread } from './afterword-thread.ts';
import type { FilterPressedEvent, OrderChosenEvent } from './afterword-toolbar.ts';
import type { PassageAllEvent } from './afterword-passages.ts';
import { Announcer } from './announcer.ts';
import {
  AfterwordCountChangeEvent,
  AfterwordDeletedEvent,
  AfterwordEditedEvent,
  AfterwordFailedEvent,
  AfterwordLoadedEvent,
  AfterwordPostedEvent,
  AfterwordVotedEvent,
} from './events.ts';
import { firstWords } from './first-words.ts';
import { FORM_PARTS } from './form-parts.ts';
import { areKeysOn, keysPanel, rememberKeys, stepOf } from './keys.ts';
import { bell } from './control-icons.ts';
import * as drawings from './icons.ts';
import { later } from './later.ts';
import { adopt } from './adopt.ts';
import { controlBase } from './control-base.ts';
import { sayStanding } from './notify-words.ts';
import { followPlace } from './follow-place.ts';
import { BREATH, linkedComment } from './place.ts';
import type { Manner } from './row.ts';
import { narrowRules } from './narrow-rules.ts';
import { sectionActStyles } from './section-act-styles.ts';
import { mendWith } from './thread-controller.ts';
import { heal } from './translated.ts';
import { watchAppearance } from './watch-appearance.ts';

/** Parts of the article's passages that a page can style through the section. */
const PASSAGE_PARTS = 'passage-button, passage-panel, passage-toolbar';

/** Whatever a reader begins in the section. */
const ACTS = ['pointerdown', 'focusin', 'keydown', 'beforeinput', 'click', 'submit', 'drop', 'paste'] as const;

export class SectionActs {
  readonly #announcer: Announcer;
  readonly #root: ShadowRoot;
  #stop: (() => void) | null = null;
  #followed: ThreadStore | null = null;
  readonly #warned = new Set<string>();
  #askedForPassages = false;
  #watched: ReturnType<typeof watchAppearance> | null = null;
  #unfollow: (() => void) | null = null;
  #formMissing = false;
  #hasForm = false;
  /** Whether a draft waits in a discussion that is closed, and for which one that was asked. */
  #found = false;
  #searched: ThreadStore | null = null;
  #told: { count: number | null; problem: string | null } = { count: null, problem: null };
  #keys = { on: areKeysOn(), shown: false };
  #notifyOpen = false;
  /** What had the focus last, anywhere on the page, is in the section. */
  #wasInside = false;
  /** The comment a link led to, while the focus has still to go there. */
  #wanted: string | null = null;

  constructor(
    private readonly section: AfterwordComments,
    private readonly words: () => AllMessages,
  ) {
    this.#root = section.renderRoot as ShadowRoot;
    this.#announcer = new Announcer(() => this.#root.querySelector('.said'));
    adopt(this.#root, controlBase, sectionActStyles);
    mendWith(heal);
    section.addEventListener('keydown', (event) => this.#key(event));
    this.#root.addEventListener('click', (event) => this.#goTo(event as MouseEvent));
    // The focused comment was the last: the form or the heading is where to go on from.
    this.#root.addEventListener('afterword-empty', (event) => {
      event.stopPropagation();
      this.#root.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
    });
    this.#root.addEventListener('afterword-forgotten', () => void section.store?.load());
    for (const type of ACTS) section.addEventListener(type, this.#guard, true);
    this.fetchAhead();
    // A bubble that came with us, after the script had looked for one.
    if (document.querySelector('afterword-bubble')) void later.bubblePart().catch(() => {});
  }

  /** Drawings of the states in which there is little to read. */
  readonly drawings = drawings;

  readonly say = (words: string): void => this.#announcer.say(words);

  /**
   * A link to a comment of this page leads there without a reload, also where the address has parameters that the link
   * does without, or a router's fragment.
   */
  #goTo(event: MouseEvent): void {
    const { section } = this;
    const link = event.composedPath().find((one) => one instanceof HTMLAnchorElement);
    if (!link || link.target || section.pageUrl || event.defaultPrevented || event.button) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const isOurs = /#comment-|[?&]afterword-comment=/.test(link.href);
    if (!isOurs || cleanAddress(link.href) !== cleanAddress(location.href)) return;
    // The browser does it by itself, and tells the page of it.
    if (link.href.replace(/#.*/, '') === location.href.replace(/#.*/, '') && link.hash !== location.hash) return;
    event.preventDefault();
    if (link.href !== location.href) history.pushState(history.state, '', link.href);
    section.followLink();
  }

  /** What is begun while the page is another already was meant for the one that stands there still: it goes nowhere. */
  readonly #guard = (event: Event): void => {
    if (!this.section.isElsewhere()) return;
    event.stopImmediatePropagation();
    event.preventDefault();
  };

  /** The page has its name now: a comment that was begun before goes on. */
  async #bringAlong(from: ThreadStore, to: ThreadStore): Promise<void> {
    // Some routers change the document first: then it is another page, and the words stay with the one before.
    await new Promise((done) => setTimeout(done, BREATH));
    if (this.#followed !== to || this.section.isElsewhere() || this.section.renamed !== from) return;
    this.section.renamed = null;
    const draft = await from.readDraft('new').catch(() => null);
    if (!draft?.text) return;
    await to.writeDraft('new', draft);
    await from.writeDraft('new', { ...draft, text: '' });
    this.#root.querySelector<AfterwordForm>('section > .form')?.lookAgain();
  }

  /** Listens to the thread that is shown now. */
  follow(store: ThreadStore | null): void {
    if (store === this.#followed) return;
    const { renamed } = this.section;
    if (renamed && store && renamed !== store) void this.#bringAlong(renamed, store);
    this.#stop?.();
    this.#announcer.forget();
    this.#followed = store;
    this.#told = { count: null, problem: null };
    this.#askedForPassages = false;
    render(nothing, this.#beforeAll);
    let shown = '';
    let { notify, live } = store?.view ?? {};
    const look = (): void => {
      if (!store) return;
      const { view } = store;
      this.#announcer.followDeliveries(view.rows, this.words());
      const news = this.#thread()?.hands?.news;
      news?.hold();
      news?.draw();
      const now = JSON.stringify([view.inline, view.filter]);
      if (notify === view.notify && live === view.live && shown === now) return;
      ({ notify, live } = view);
      shown = now;
      this.section.requestUpdate();
    };
    this.#stop = store?.subscribe(look) ?? null;
    look();
  }

  readonly #look = (): void => {
    leaveLink();
    this.section.isElsewhere();
  };

  /** While the section is on the page it watches its surroundings; it may have gone before this part came. */
  watch(): void {
    if (!this.section.isConnected) return;
    for (const type of ['focusin', 'keydown']) document.addEventListener(type, this.#followFocus);
    const root = (): HTMLElement | null => this.#root.querySelector('section');
    this.#watched ??= watchAppearance(this.section, root, () => this.section.look());
    this.#unfollow ??= followPlace(this.#look);
    this.#look();
  }

  /** The section has put on what the surroundings ask for. */
  dressed(): void {
    this.#watched?.fit();
  }

  rest(): void {
    for (const type of ['focusin', 'keydown']) document.removeEventListener(type, this.#followFocus);
    this.#watched?.stop();
    this.#watched = null;
    this.#unfollow?.();
    this.#unfollow = null;
    this.follow(null);
  }

  fetchAhead(): void {
    later.fetchAhead(() => this.#formCame());
    this.#formCame();
  }

  /** Where comments are, and which pictures may be fetched. */
  addresses(): Pick<Manner, 'link' | 'picture'> {
    const { section } = this;
    return {
      link: (id) => commentLink(section.pageUrl ? section.page.url : cleanAddress(location.href), id),
      // Pictures come from the backend alone, unless the page allows others (E-5).
      picture: (address) =>
        /^https?:/.test(address) &&
        (section.images === 'remote' || address.startsWith(`${new URL(section.server || location.href).origin}/`)),
    };
  }

  /** The site's rules, narrowed by the page; a wish to loosen one is named once. */
  rules(): Rules {
    const { section } = this;
    const { rules, ignored } = narrowRules(section.store?.view.rules ?? null, section);
    for (const name of ignored) {
      // Only what the author wrote is worth a warning; a default that the site narrows is as it should be.
      if (!section.hasAttribute(name) || this.#warned.has(name)) continue;
      this.#warned.add(name);
      console.warn(
        `Afterword: ${name}="${section.getAttribute(name)}" is looser than the site's rules and is ignored.`,
      );
    }
    return rules;
  }

  /** The form takes the place of the plain field, but not under the hands of a reader who types there. */
  #formCame(): void {
    if (!later.formPart.loaded) return;
    const plain = this.#root.querySelector<HTMLTextAreaElement>('.opener');
    if (plain && (plain.value || this.#root.activeElement === plain)) return void this.openForm();
    this.#hasForm = true;
    this.section.requestUpdate();
  }

  toolbar(order: Order): TemplateResult {
    const { store } = this.section;
    const offered = store?.view.rows.length ? store.can.orders : [];
    const orders = this.section.manner?.rules?.votes === 'none' ? offered.filter((it) => it !== 'most-voted') : offered;
    const { inline, filter } = store?.view ?? {};
    return html`<afterword-toolbar
        exportparts="order, filter"
        .words=${this.words()}
        .orders=${orders}
        .order=${order}
        .filtered=${filter || (inline && store?.can.quotes) ? Boolean(filter) : null}
        @afterword-filter=${({ on }: FilterPressedEvent) => this.filter(on ? 'inline' : null)}
        @afterword-order=${(event: OrderChosenEvent) => {
          this.section.store?.setOrder(event.order);
          this.say(say(this.words(), 'said.order', { order: say(this.words(), `order.${event.order}`) }));
        }}
      ></afterword-toolbar
      >${this.#notifyButton()}`;
  }

  /** The bell of the page: what the reader is told of it (N-1); absent where nobody can be told anything. */
  #notifyButton(): unknown {
    const told = this.section.store?.view.notify;
    if (!told || this.section.readonly) return nothing;
    const words = this.words();
    const choice = say(words, `notify.${told.choice}`);
    const standing = told.state === 'pending' ? `. ${sayStanding(words, told.state, told.address)}` : '';
    return html`<button
      type="button"
      class="quiet bell"
      part="notify"
      aria-expanded=${String(this.#notifyOpen)}
      aria-label="${say(words, 'notify')}: ${choice}${standing}"
      title=${say(words, 'notify')}
      data-state=${told.state}
      @click=${() => void this.#openNotify(!this.#notifyOpen)}
    >
      ${bell}
    </button>`;
  }

  /** The panel of *Notify of*, while it is open. */
  notify(): unknown {
    const { store } = this.section;
    if (!this.#notifyOpen || !store?.view.notify) return nothing;
    return html`<afterword-notify
      .store=${store}
      .words=${this.words()}
      .told=${store.view.notify}
      @afterword-notify-close=${() => void this.#openNotify(false)}
    ></afterword-notify>`;
  }

  async #openNotify(open: boolean): Promise<void> {
    const { section } = this;
    if (open && !(await later.notifyPart().catch(() => null))) {
      return this.say(say(this.words(), 'problem.part-missing'));
    }
    this.#notifyOpen = open;
    section.requestUpdate();
    await section.updateComplete;
    this.#root.querySelector<HTMLElement>(open ? 'afterword-notify' : '.bell')?.focus();
  }

  /** Shows comments on passages alone, on one passage alone, or all again, and says so. */
  filter(filter: Filter | null): void {
    const { store } = this.section;
    if (!store) return;
    store.setFilter(filter);
    this.say(this.#filterInWords(filter));
  }

  #filterInWords(filter: Filter | null): string {
    const words = this.words();
    if (filter === null) return say(words, 'filter.off');
    const key = filter === 'inline' ? null : filter.passage;
    const view = this.section.store?.view;
    const quote =
      view?.passages?.find((one) => one.key === key)?.quote ??
      view?.rows
        .flatMap((row) => (row.kind === 'comment' && row.comment.quote) || [])
        .find((it) => passageKey(it) === key);
    return quote
      ? say(words, 'passage.about', { words: firstWords(quotedWords(quote)[0]) })
      : say(words, 'filter.banner');
  }

  /** Above the rows while only a part of them is shown (I-4). */
  banner(): unknown {
    const filter = this.section.store?.view.filter;
    if (!filter) return nothing;
    return html`<p class="message banner" part="message">
      <span>${this.#filterInWords(filter)}</span>
      <button
        type="button"
        class="quiet"
        @click=${() => {
          this.filter(null);
          this.#root.querySelector<HTMLElement>('h2')?.focus();
        }}
      >
        ${say(this.words(), 'filter.all')}
      </button>
    </p>`;
  }

  /** First in the section: its buttons come after the article and before the thread in the order of the Tab key. */
  readonly #beforeAll = document.createElement('div');
  /** Below the discussion: what readers choose of passages. */
  readonly #choices = document.createElement('div');

  /**
   * Passages of the page are looked after where there are any: an article, or something the author asks about. Fetched
   * here, and nowhere else. Gives back what stands below the discussion.
   */
  #passages(): unknown {
    const { section } = this;
    const { store, manner } = section;
    const trees = [document, section.getRootNode() as ParentNode];
    const isAsked = (): boolean => trees.some((tree) => tree.querySelector('afterword-feedback'));
    if (!store?.can.quotes || !(section.article || isAsked())) return nothing;
    if (!later.passagesPart.loaded) {
      // What can't be had is asked for again with the next thread; reading and writing go on without.
      if (!this.#askedForPassages)
        void later
          .passagesPart()
          .then(() => section.requestUpdate())
          .catch(() => {});
      this.#askedForPassages = true;
      return nothing;
    }
    this.#choices.className = 'settings';
    // Not moved where it stands: who has the focus in it would lose it.
    if (!this.#beforeAll.isConnected) this.#root.querySelector('section')?.prepend(this.#beforeAll);
    const passages = html`<afterword-passages
      exportparts=${`${PASSAGE_PARTS}, ${FORM_PARTS}`}
      .section=${section}
      .store=${store}
      .manner=${manner}
      .messages=${this.words()}
      .article=${section.article}
      .selections=${section.selections}
      .most=${section.passages}
      .keys=${this.#keys.on}
      .say=${this.say}
      .settings=${this.#choices}
      .people=${this.#thread()?.hands?.people() ?? []}
      @afterword-passage-all=${({ key }: PassageAllEvent) => void this.#showPassage(key)}
    ></afterword-passages>`;
    render(passages, this.#beforeAll);
    return this.#choices;
  }

  /** *Open in the discussion*: the thread shows only these, and the focus goes to the first line above them. */
  async #showPassage(passage: string): Promise<void> {
    this.filter({ passage });
    await this.section.updateComplete;
    const banner = this.#root.querySelector<HTMLElement>('.banner');
    banner?.scrollIntoView({ block: 'nearest' });
    (banner?.querySelector('button') ?? this.#root.querySelector('h2'))?.focus({ preventScroll: true });
    this.#thread()?.scrollIntoView({ block: 'nearest' });
  }

  /**
   * The form; null while it is not here, and a plain field stands in for it. In a discussion that was closed it stays as
   * long as it holds words, so that the reader can take them elsewhere.
   */
  form(): TemplateResult | null {
    const { manner, store, images } = this.section;
    if (!this.#hasForm || (manner?.rules?.closed && !this.#holdsWords(store))) return null;
    return html`<afterword-form
      class="form"
      part="form"
      exportparts=${FORM_PARTS}
      .store=${store}
      .messages=${this.words()}
      .rules=${manner?.rules ?? null}
      .people=${this.#thread()?.hands?.people() ?? []}
      .images=${images}
      @afterword-form-close=${({ operationId }: AfterwordFormCloseEvent) => {
        // A posted comment is where the reader looks next; cancelled, the focus waits in the field.
        if (operationId) this.#thread()?.hands?.revealSoon(operationId);
      }}
    ></afterword-form>`;
  }

  #holdsWords(store: ThreadStore | null): boolean {
    const form = this.#root.querySelector<AfterwordForm>('section > .form');
    if (form) return form.holdsWords;
    if (this.#searched === store) return this.#found;
    this.#searched = store;
    this.#found = false;
    void store
      ?.readDraft('new')
      .catch(() => null) // What can't be read can't be shown.
      .then((draft) => {
        this.#found = this.#searched === store && Boolean(draft?.text);
        if (this.#found) this.section.requestUpdate();
      });
    return false;
  }

  /** Said below the plain field, which keeps what is typed: the form could not be fetched. */
  formProblem(message: (said: string, again: () => void) => unknown): unknown {
    return this.#formMissing ? message(say(this.words(), 'problem.part-missing'), () => void this.openForm()) : nothing;
  }

  /** Also where the comment waits among the news. */
  async reply(id: string): Promise<void> {
    const { store } = this.section;
    if (store?.view.newest?.id === id) await store.live({ act: 'show', rootId: null });
    await this.showLinked(id);
    await this.#thread()?.hands?.replyTo(id);
  }

  async openForm(): Promise<void> {
    this.#formMissing = !(later.formPart.loaded ?? (await later.formPart().catch(() => null)));
    if (this.#formMissing) return this.section.requestUpdate();
    await this.section.keepTyped();
    this.#hasForm = true;
    this.section.requestUpdate();
    await this.section.updateComplete;
    this.#root.querySelector<HTMLElement>('.form')?.focus();
  }

  /** Shows a comment asked for by its link: among the rows, or with its path from the root above them. */
  async showLinked(id: string): Promise<void> {
    const { section } = this;
    section.linkedId = id;
    await section.updateComplete;
    await this.#thread()?.drawn();
    if (this.#thread()?.hands?.reveal(id)) return;
    this.#wanted = id;
    await section.store?.showLinked(id);
  }

  linked(linked: NonNullable<ThreadView['linked']>, thread: (shows: 'linked') => TemplateResult): TemplateResult {
    const { state } = linked;
    const words = this.words();
    return html`<div class="linked" part="linked">
      <p class="message">
        <span>${say(words, state === 'shown' ? 'linked' : `linked.${state}`)}</span>
        <button type="button" class="quiet" @click=${() => this.#showAll()}>${say(words, 'linked.all')}</button>
      </p>
      ${state === 'shown' ? thread('linked') : nothing}
    </div>`;
  }

  /** What the page is told of loading, each once. */
  tell(): void {
    const { section } = this;
    const view = section.store?.view;
    if (!view) return;
    const told = this.#told;
    if (view.problem !== told.problem) {
      told.problem = view.problem;
      if (view.problem) {
        section.dispatchEvent(new AfterwordFailedEvent('load', view.problem, null));
        this.say(say(this.words(), `problem.${view.problem}`));
      }
    }
    if (view.phase !== 'ready' || told.count === view.count) return;
    const isFirst = told.count === null;
    told.count = view.count;
    if (isFirst) section.dispatchEvent(new AfterwordLoadedEvent(view.count, view.fromCache));
    section.dispatchEvent(new AfterwordCountChangeEvent(view.count));
  }

  /** After each drawing: the focus goes to the linked comment once, when it is there. */
  async drawn(view: ThreadView | undefined): Promise<void> {
    const linked = view?.linked;
    if (!linked || !this.#wanted || linked.state === 'loading') return;
    this.#wanted = null;
    if (linked.state !== 'shown') return this.say(say(this.words(), `linked.${linked.state}`));
    const thread = this.#root.querySelector<AfterwordThread>('.linked afterword-thread');
    await thread?.drawn();
    thread?.hands?.reveal(linked.id);
  }

  footer(): TemplateResult {
    const words = this.words();
    const { on, shown } = this.#keys;
    const press = (): void => this.#setKeys({ shown: !shown });
    return html`${this.#passages()}
      <footer class="foot" part="footer">
        <div class="last">
          <button type="button" class="quiet" aria-expanded=${String(shown)} @click=${press}>
            ${say(words, 'keys')}
          </button>
          ${this.#pause(words)}
          ${
            later.forgetPart.loaded
              ? html`<afterword-forget .store=${this.section.store} .messages=${words}></afterword-forget>`
              : html`<button type="button" class="quiet" @click=${() => void this.#forget()}>
                  ${say(words, 'forget')}
                </button>`
          }
        </div>
        ${shown ? keysPanel(words, on, Boolean(this.section.article && this.section.selections), Boolean(this.section.article), (now) => this.#setKeys({ on: now })) : nothing}
      </footer>`;
  }

  /** Whether news come by themselves is the reader's choice. */
  #pause(words: AllMessages): unknown {
    const { store } = this.section;
    const live = store?.view.live;
    if (!store || !live) return nothing;
    const paused = live === 'on';
    const press = (): void => {
      void store.live({ act: 'pause', paused });
      this.say(say(words, paused ? 'live.paused' : 'live.on'));
    };
    return html`<button type="button" class="quiet" @click=${press}>
      ${say(words, paused ? 'live.pause' : 'live.resume')}
    </button>`;
  }

  /** What the page and the reader are told of how an operation ended. */
  heard(outcome: Outcome): void {
    const { operation } = outcome;
    const { section } = this;
    const words = this.words();
    const about = operation.kind === 'post' ? operation.id : operation.commentId;
    if (outcome.result === 'refused') {
      section.dispatchEvent(new AfterwordFailedEvent(operation.kind, outcome.reason, about));
      return;
    }
    const { comment } = outcome;
    if (operation.kind === 'notify') {
      const { choice, email } = operation;
      const notify = section.store?.view.notify;
      const state = choice === 'none' ? 'none' : (notify?.state ?? 'active');
      const waits = email && choice !== 'none' && state !== 'active';
      this.say(sayStanding(words, waits ? 'pending' : state, email ?? null) || say(words, 'notify.off'));
      return;
    }
    if (operation.kind === 'vote') {
      section.dispatchEvent(new AfterwordVotedEvent(operation.commentId, operation.value));
    } else if (operation.kind === 'delete') {
      this.say(say(words, 'said.deleted'));
      section.dispatchEvent(new AfterwordDeletedEvent(operation.commentId));
    } else if (comment && outcome.repeats) {
      this.say(say(words, 'said.repeat'));
      if (!this.#thread()?.hands?.tellRepeat(comment.id)) void this.showLinked(comment.id);
    } else if (comment) {
      const edited = operation.kind === 'edit';
      this.say(say(words, comment.state === 'held' ? 'said.held' : edited ? 'said.edited' : 'said.posted'));
      section.dispatchEvent(edited ? new AfterwordEditedEvent(comment) : new AfterwordPostedEvent(comment));
    }
  }

  #thread(): AfterwordThread | null {
    return this.#root.querySelector('.thread');
  }

  #showAll(): void {
    this.section.linkedId = null;
    void this.section.store?.showLinked(null);
    this.#root.querySelector<HTMLElement>('h2')?.focus();
  }

  async #forget(): Promise<void> {
    if (!(await later.forgetPart().catch(() => null))) return this.say(say(this.words(), 'problem.part-missing'));
    this.section.requestUpdate();
    await this.section.updateComplete;
    await this.#root.querySelector('afterword-forget')?.ask();
  }

  #setKeys(change: Partial<{ on: boolean; shown: boolean }>): void {
    this.#keys = { ...this.#keys, ...change };
    if (change.on !== undefined && this.section.storage === 'full') rememberKeys(change.on);
    this.section.requestUpdate();
  }

  /**
   * A click beside all controls takes the focus away without giving it to anybody: who was last in the section is still
   * reading it, and its keys go on until something else has the focus.
   */
  readonly #followFocus = (event: Event): void => {
    const isInside = event.composedPath().includes(this.section);
    if (event.type === 'focusin') this.#wasInside = isInside;
    else if (!isInside && this.#wasInside && event.target === document.body) this.#key(event as KeyboardEvent);
  };

  #key(event: KeyboardEvent): void {
    const step = this.#keys.on ? stepOf(event) : null;
    if (!step) return;
    event.preventDefault();
    this.#thread()?.hands?.step(step);
  }
}

/** A router that went on leaves the parameter that names a comment there: who is sent that address would be led to nothing. */
function leaveLink(): void {
  if (!location.search.includes('afterword-comment=') || linkedComment() !== null) return;
  const rest = location.href.replace(/([?&])afterword-comment=[^&#]*&?/, '$1').replace(/[?&](?=#|$)/, '');
  history.replaceState(history.state, '', rest);
}
