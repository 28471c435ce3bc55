/** A floating button that leads to the discussion and tells what is new in it, where an author wants one (R-15). */
import { html, LitElement, nothing, type CSSResultGroup, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from './property.ts';
import type { Comment } from '../model/comment.ts';
import type { ThreadView } from '../model/view.ts';
import { ambient, type Ambient } from '../sync/ambient.ts';
import type { ThreadStore } from '../sync/store.ts';
import { en } from '../i18n/en.ts';
import { loadMessages } from '../i18n/languages.ts';
import { direction, formatNumber, languageOf, say, type AllMessages } from '../i18n/locale.ts';
import type { AfterwordComments } from './afterword-comments.ts';
import { readAppearance } from './appearance.ts';
import { bubbleStyles } from './bubble-styles.ts';
import { shared } from './control-base.ts';
import { findSection, whenParsed } from './find-section.ts';
import * as drawings from './icons.ts';
import { roomBeside, whenLaidOut } from './margin.ts';
import { isFree } from './registry.ts';
import { nameOf } from './row.ts';
import { tokens } from './styles.ts';
import { watchAppearance } from './watch-appearance.ts';

const INVITED = 'afterword-invited';
const HIDDEN = 'afterword-bubble-hidden';
const WEEK = 7 * 24 * 60 * 60 * 1000;
/** How long somebody has read before they are asked what they think, and how long the question stands, in milliseconds. */
const READ = 45_000;
const ASKED = 10_000;
/** First words of a comment, in characters. */
const FIRST_WORDS = 120;
/** Below this width of the window nothing floats. */
const NARROW = 600;
/** How far what floats keeps from the edges of the window and from what the page shows, in pixels. */
const GAP = 16;
/** Width of a note: what is narrower can't be read. */
const CARD = { least: 208, most: 320 };

/**
 * A floating button: how many comments there are, how many are new, a note of the newest with *Reply*, and once in seven
 * days an invitation to write. It floats where the margin of the page has room for it, all the way down; elsewhere it is
 * docked: it stands where it was written, alone, and covers nothing. Each part can be closed. It is not shown while its
 * section is in view.
 *
 * @element afterword-bubble
 * @csspart bubble - The button.
 * @csspart note - The note of the newest comment.
 * @csspart invitation - The invitation to write.
 */
export class AfterwordBubble extends LitElement {
  static override styles: CSSResultGroup = [shared, tokens, bubbleStyles];

  /** Id of a section on this page; by default the first. */
  @property() for = '';

  /** Time and timers; another one in tests. */
  @property({ attribute: false }) clock: Pick<Ambient, 'now' | 'after'> = ambient();

  @state() private words: AllMessages | null = null;
  @state() private section: AfterwordComments | null = null;
  @state() private view: ThreadView | null = null;
  /** Where the reader is: at the section; and, at it or past it. */
  @state() private inView = false;
  @state() private isReached = false;
  /** How it stands, once that is known. */
  @state() private stands: 'floats' | 'docked' | null = null;
  /** Docked, it would lead to what is next to it. */
  @state() private isIdle = false;
  @state() private invites = false;
  @state() private closed = read('sessionStorage', HIDDEN) !== null;
  /** The note that was closed last. */
  @state() private closedNote = '';

  #stops: (() => void)[] = [];
  #store: ThreadStore | null = null;
  #watched: ReturnType<typeof watchAppearance> | null = null;
  /** In the margin: above the section's end, and below it. */
  @state() private room: { readonly above: number; readonly below: number } | null = null;

  /** Beside what is rendered: the used colour scheme is read from it (`appearance.ts`), at the first rendering too. */
  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const root = super.createRenderRoot();
    const probe = document.createElement('span');
    probe.className = 'probe';
    probe.hidden = true;
    root.append(probe);
    return root;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('afterword-loaded', this.#lookAgain);
    void this.#look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watched?.stop();
    this.#watched = null;
    document.removeEventListener('afterword-loaded', this.#lookAgain);
    this.#rest();
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('for') && changed.get('for') !== undefined) void this.#look();
    const root = this.renderRoot.querySelector<HTMLElement>('.root');
    if (!root) return;
    const { behind } = readAppearance(this, this.section?.colorScheme ?? 'auto');
    // Through the object model: a style attribute is dead under a strict content security policy.
    root.style.setProperty('--_behind', behind || 'Canvas');
    root.style.setProperty('--_text', getComputedStyle(root).color);
    const rootNow = (): HTMLElement | null => this.renderRoot.querySelector('.root');
    this.#watched ??= watchAppearance(this, rootNow, () => this.requestUpdate());
    this.#watched.fit();
    this.#stand(root);
  }

  override render(): TemplateResult | typeof nothing {
    const { words, view, section } = this;
    if (!words || !section || !view || this.closed || view.phase !== 'ready') return nothing;
    const { stands } = this;
    // What is docked stays: if it went whenever the section is in view, the text below it would jump.
    const isAway = stands === 'docked' ? this.isIdle : this.inView || (this.isReached && this.room?.below === 0);
    if (isAway) return nothing;
    const { classes } = readAppearance(this, section.colorScheme);
    const fresh = freshOf(view);
    return html`<aside
      class="${classes} ${stands ?? 'unplaced'}"
      dir=${direction(words)}
      lang=${languageOf(words)}
      aria-label=${say(words, 'heading')}
    >
      ${stands === 'floats' && this.#hasCard ? [this.#note(words, view.newest), this.invites ? this.#invitation(words) : nothing] : nothing}
      <div class="line">
        ${this.#button(words, view.count, fresh)}
        ${this.#close(words, 'bubble.close', () => {
          keep('sessionStorage', HIDDEN, '1');
          this.closed = true;
        })}
      </div>
    </aside>`;
  }

  /** Its name begins with what is seen on it, in that order, so that who speaks to the browser can say what they see. */
  #button(words: AllMessages, count: number, fresh: number): TemplateResult {
    const number = formatNumber(words, count);
    const news = fresh > 0 ? say(words, 'fresh', { count: fresh }) : '';
    const total = say(words, 'comments', { count });
    // Some languages have a word for one or two, and no number.
    const name = [news, total.includes(number) ? total : `${number} (${total})`].filter(Boolean).join(', ');
    return html`<button type="button" class="bubble" part="bubble" aria-label=${name} title=${name} @click=${this.#go}>
      ${drawings.talk}${news && html`<span class="fresh">${news}</span>`}<span>${number}</span>
    </button>`;
  }

  #note(words: AllMessages, newest: Comment | undefined): unknown {
    const { section } = this;
    if (!newest || newest.id === this.closedNote || this.invites) return nothing;
    const text = [...newest.text.replace(/\s+/g, ' ').trim()];
    return html`<div class="card" part="note">
      <p class="who">${nameOf(newest, words)}</p>
      <p dir="auto">${text.length > FIRST_WORDS ? `${text.slice(0, FIRST_WORDS).join('')}…` : text.join('')}</p>
      <p class="end">
        <button type="button" class="firm" @click=${() => void section?.reply(newest.id)}>
          ${say(words, 'reply')}
        </button>
      </p>
      ${this.#close(words, 'bubble.close-note', () => (this.closedNote = newest.id))}
    </div>`;
  }

  #invitation(words: AllMessages): TemplateResult {
    return html`<div class="card" part="invitation">
      <p>${say(words, 'form.placeholder')}</p>
      <p class="end">
        <button
          type="button"
          class="firm"
          @click=${() => {
            this.invites = false;
            this.section?.focus();
          }}
        >
          ${say(words, 'form.new')}
        </button>
      </p>
      ${this.#close(words, 'bubble.close-note', () => (this.invites = false))}
    </div>`;
  }

  #close(words: AllMessages, key: 'bubble.close' | 'bubble.close-note', close: () => void): TemplateResult {
    return html`<button
      type="button"
      class="close"
      aria-label=${say(words, key)}
      title=${say(words, key)}
      @click=${close}
    >
      ${drawings.cross}
    </button>`;
  }

  /** Outside of what a router replaces, we outlive the section of the page before. */
  readonly #lookAgain = (): void => {
    if (findSection(this, this.for) !== this.section) void this.#look();
  };

  async #look(): Promise<void> {
    this.#rest();
    await whenParsed();
    const section = findSection(this, this.for) as AfterwordComments | null;
    if (!section || !this.isConnected) return;
    await customElements.whenDefined('afterword-comments');
    this.section = section;
    this.words = await loadMessages(section.lang || document.documentElement.lang || 'en').catch(() => null);
    // Without their language there is nothing to say; English has no file that could be missing.
    this.words ??= await loadMessages(languageOf(en));
    if (!this.isConnected || this.section !== section) return;
    // Whoever put a bubble here wants its number before the discussion is near. One that has to be asked for is not begun.
    if (section.loading !== 'manual') section.begin();
    const changed = (): void => this.#follow(section.store);
    section.addEventListener('afterword-loaded', changed);
    const watch = (rootMargin: string, tell: (isSo: boolean) => void): void => {
      const observer = new IntersectionObserver((entries) => tell(entries.at(-1)?.isIntersecting ?? false), {
        rootMargin,
      });
      observer.observe(section);
      this.#stops.push(() => observer.disconnect());
    };
    watch('0px', (isSo) => (this.inView = isSo));
    // Everything above the window counts as well: a reader may jump from far above the section to far below it.
    watch('9999999px 0px 0px', (isSo) => (this.isReached = isSo));
    this.#stops.push(
      () => section.removeEventListener('afterword-loaded', changed),
      this.clock.after(READ, () => this.#invite()),
      whenLaidOut(() => {
        this.room = null;
        this.#lookAround();
        this.requestUpdate();
      }),
    );
    changed();
  }

  /** Looks whether the margin has room for what is drawn now. */
  #stand(root: HTMLElement): void {
    this.room ??= this.#measure(root);
    const line = root.querySelector('.line')?.getBoundingClientRect();
    if (!line) return;
    this.stands = innerWidth >= NARROW && this.room.above >= line.width + 2 * GAP ? 'floats' : 'docked';
    root.style.setProperty('--_card', `${Math.min(CARD.most, this.room.above - 2 * GAP)}px`);
  }

  #measure(root: HTMLElement): { above: number; below: number } {
    const section = this.section?.getBoundingClientRect();
    const line = root.querySelector('.line')?.getBoundingClientRect();
    const height = (line?.height ?? 0) + 2 * GAP;
    const [top, bottom] = [(section?.top ?? 0) + scrollY, (section?.bottom ?? 0) + scrollY];
    const room = (from: number, to: number): number =>
      roomBeside({
        side: getComputedStyle(root).direction === 'rtl' ? 'left' : 'right',
        most: CARD.most + 2 * GAP,
        least: (line?.width ?? 0) + 2 * GAP,
        from,
        to,
        over: [innerHeight - height, innerHeight],
      });
    // What the page begins with is never at the lower edge of the window.
    const reached = innerHeight - height;
    const below = room(Math.max(bottom, reached), Infinity);
    this.#lookAround();
    return { above: top > reached ? room(reached, bottom) : below, below };
  }

  #lookAround(): void {
    const { top = 0 } = this.section?.getBoundingClientRect() ?? {};
    this.isIdle = Math.abs(top - this.getBoundingClientRect().bottom) < innerHeight / 2;
  }

  /** A note has to be read, and must not lie over anything either. */
  get #hasCard(): boolean {
    return (this.room?.above ?? 0) >= CARD.least + 2 * GAP;
  }

  #follow(store: ThreadStore | null): void {
    if (!store || store === this.#store) return;
    this.#store = store;
    const show = (): void => void (this.view = store.view);
    this.#stops.push(store.subscribe(show));
    show();
  }

  /** Once in seven days, and not to those who have written or are there already. */
  #invite(): void {
    const { section, view } = this;
    const last = Number(read('localStorage', INVITED));
    const isOwn = view?.rows.some((row) => row.kind === 'comment' && row.own);
    const now = this.clock.now();
    // A clock that was set back makes no week longer than one.
    const isRecent = last > 0 && Math.abs(now - last) < WEEK;
    if (!section || this.inView || this.isReached || this.closed || isOwn || isRecent) return;
    // Nobody sees it: then it has not been asked.
    if (this.stands !== 'floats' || !this.#hasCard) return;
    if (section.readonly || section.storage !== 'full' || view?.rules?.closed !== false) return;
    keep('localStorage', INVITED, String(now));
    this.invites = true;
    this.#stops.push(this.clock.after(ASKED, () => (this.invites = false)));
  }

  readonly #go = (): void => {
    const { section, view } = this;
    if (!section) return;
    section.scrollIntoView({ block: 'start' });
    const heading = section.renderRoot.querySelector<HTMLElement>('h2');
    heading?.focus({ preventScroll: true });
    if (view?.news) void section.store?.live({ act: 'show', rootId: null });
  };

  #rest(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#store = this.section = this.view = this.room = this.stands = null;
    this.invites = false;
  }
}

/** What the reader has not seen: what waits, and what came since the last visit. */
function freshOf({ news, unread = 0, rows }: ThreadView): number {
  const replies = rows.reduce(
    (sum, row) => sum + (row.kind === 'comment' && row.depth === 0 ? row.replies.fresh : 0),
    0,
  );
  return (news?.roots ?? 0) + replies + unread;
}

function read(where: 'localStorage' | 'sessionStorage', key: string): string | null {
  try {
    return globalThis[where].getItem(key);
  } catch {
    return null; // Forbidden here: as on a first visit.
  }
}

function keep(where: 'localStorage' | 'sessionStorage', key: string, value: string): void {
  try {
    globalThis[where].setItem(key, value);
  } catch {
    // Full or forbidden: it is asked once a page then.
  }
}

if (isFree('afterword-bubble')) {
  customElements.define('afterword-bubble', AfterwordBubble);
}

declare global {
  interface HTMLElementTagNameMap {
    'afterword-bubble': AfterwordBubble;
  }
}
