/**
 * Where a reader writes: a new comment, a reply, or a change of an own comment. It collects words and asks to send them;
 * what is typed is put down at every pause, and leaves the form only when the thread has taken it.
 */
import { html, LitElement, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { property, state } from './property.ts';
import type { Rendered } from '../content/safe-html.ts';
import { renderComment } from '../content/safe-html.ts';
import { en } from '../i18n/en.ts';
import { enWriting } from '../i18n/en-writing.ts';
import type { AllMessages, Messages } from '../i18n/locale.ts';
import { direction, languageOf, say, sayParts } from '../i18n/locale.ts';
import { sayRefusal } from '../i18n/locale-later.ts';
import type { Mention, Rules } from '../model/comment.ts';
import type { Operation } from '../model/operation.ts';
import type { NotifyView } from '../model/view.ts';
import type { Person } from '../model/people.ts';
import type { Quote } from '../model/quote.ts';
import type { Ambient } from '../sync/ambient.ts';
import { ambient, beforeLeaving } from '../sync/ambient.ts';
import type { Draft, DraftPlace, ThreadStore } from '../sync/store.ts';
import { adoptTextStyles } from './adopt.ts';
import { AfterwordSubmitEvent } from './events.ts';
import type { Field, Wrong } from './form-checks.ts';
import { findWrong, OPEN_RULES, websiteOf } from './form-checks.ts';
import { DraftKeeper } from './form-draft.ts';
import { keepIdentity, recallIdentity, whenForgotten } from './form-identity.ts';
import { PeopleList } from './form-people.ts';
import { afterPress, keepPlace } from './form-leaving.ts';
import { formStyles } from './form-styles.ts';
import type { Change, Selected, Tool } from './form-text.ts';
import { applyTool, insertBlock, lengthOf, mentionsIn, quoted } from './form-text.ts';
import { renderTools, renderViews } from './form-tools.ts';
import { keepTyped } from './typed-keys.ts';
import { newId } from './new-id.ts';
import { shared } from './control-base.ts';

export type FormMode = 'new' | 'reply' | 'edit';

/** The form has nothing more to do: its words are sent (`operationId`), or the reader closed it. Not composed. */
export class AfterwordFormCloseEvent extends Event {
  static readonly type = 'afterword-form-close';
  constructor(
    /** What the words became; null where they were not sent and wait as a draft. */
    readonly operationId: string | null,
  ) {
    super(AfterwordFormCloseEvent.type, { bubbles: true });
  }
}

/** What a new comment is about, besides the page. */
export interface AboutPassage {
  readonly key: string;
  readonly quote: Quote;
}

type Who = 'name' | 'email' | 'website';
const NOBODY: Readonly<Record<Who, string>> = { name: '', email: '', website: '' };

/** How long nothing is typed of a name before the server is asked who it may be. */
const ASK_PAUSE = 200;
/** So many of those that were found are remembered. */
const MOST_KEPT = 50;
/** So many pixels of the field are brought into sight: its first two lines. All of it could be a screen full. */
const BEGINNING = 64;
/** The same words to the same place within this time are a hand that trembled (FAULTS F8). */
const TREMBLE = 2_000;
/** What each thread was told last, whichever form said it. */
const lastSent = new WeakMap<ThreadStore, { readonly place: DraftPlace; readonly text: string; readonly at: number }>();

/**
 * Lets a reader write a comment, a reply or a change. Made and placed by the section.
 *
 * @element afterword-form
 * @fires {AfterwordSubmitEvent} afterword-submit - The reader pressed *Post*, *Reply* or *Save*; cancelable.
 * @fires {AfterwordFormCloseEvent} afterword-form-close - The words are sent, or the reader closed the form.
 * @csspart form-box - The box around the text and what belongs to it.
 * @csspart form-text - The field of the text.
 * @csspart form-bar - The line below the text: tools, remaining length, views.
 * @csspart form-tools - The toolbar.
 * @csspart form-count - How much may still be written, where it is little.
 * @csspart form-tabs - *Write* and *Preview*.
 * @csspart form-tab - One of them.
 * @csspart form-preview - The text as it will be shown.
 * @csspart form-field - A field of who the reader is, with its label.
 * @csspart form-input - The field alone.
 * @csspart form-error - What is wrong with a field.
 * @csspart form-as - As whom a known reader posts.
 * @csspart form-cancel - The button that closes the form.
 * @csspart form-submit - The button that sends.
 */
export class AfterwordForm extends LitElement {
  static override styles = [shared, formStyles];

  /** The thread that is written to. */
  @property({ attribute: false }) store: ThreadStore | null = null;
  /** All words of the interface; those of the form are English where they are missing. */
  @property({ attribute: false }) messages: Messages = en;
  /** A new comment, a reply to one or a change of one. */
  @property({ attribute: false }) mode: FormMode = 'new';
  /** The comment that is answered or changed. */
  @property({ attribute: false }) commentId: string | null = null;
  /** The top-level comment of the branch that is answered in. */
  @property({ attribute: false }) rootId: string | null = null;
  /** Name of the person answered. */
  @property({ attribute: false }) replyTo = '';
  /** The passage of the article a new comment is about, with its key; null where it is about the page. */
  @property({ attribute: false }) passage: AboutPassage | null = null;
  /** In an edit: the comment's text as it is now. Where it changes under the reader's hands, both texts are shown. */
  @property({ attribute: false }) original = '';
  /** What the site allows, narrowed by the page; null until it is known. */
  @property({ attribute: false }) rules: Rules | null = null;
  /** Whom a text can mention: the people of the thread. */
  @property({ attribute: false }) people: readonly Person[] = [];
  /** Whether the preview shows pictures of other hosts. */
  @property({ attribute: false }) images: 'none' | 'remote' = 'none';
  /** Time and timers; another one in tests. */
  @property({ attribute: false }) clock: Pick<Ambient, 'now' | 'after'> = ambient();

  @state() private text = '';
  @state() private who = NOBODY;
  @state() private remember = false;
  @state() private agreed = false;
  /** *Notify me of replies* is ticked. */
  @state() private notifyMe = false;
  @state() private open = false;
  /** Who the reader is was told before: one line says so, instead of the fields. */
  @state() private known = false;
  /** The reader wants to see the fields again, or something is missing in them. */
  @state() private changing = false;
  @state() private asksWebsite = false;
  @state() private wrong: ReadonlyMap<Field, Wrong> = new Map();
  @state() private previewing = false;
  @state() private shown: Rendered | null = null;
  @state() private restored = false;
  @state() private same = false;
  /** Said once by screen readers; nothing is seen of it. */
  @state() private said = '';
  @state() private tool = 0;
  /** In an edit: the text that was begun from. */
  @state() private base = '';

  private words: AllMessages = { ...en, ...enWriting };
  private chosen: readonly Mention[] = [];
  private place: DraftPlace = 'new';
  /** Which thread and place the words belong to; a store that is opened again is the same thread. */
  private home: string | null = null;
  private restoring: Promise<void> = Promise.resolve();
  private turn = 0;
  /** The draft of this place has been looked for. */
  private looked = false;
  private quiet = false;
  /** The reader has typed who they are: what is remembered has nothing to add. */
  private toldWho = false;
  private composing = false;
  private readonly keeper = new DraftKeeper(
    () => this.clock,
    () => this.tellLength(),
  );
  private readonly list = new PeopleList(this, (who, change) => {
    this.chosen = [...this.chosen.filter(({ id }) => id !== who.id), who];
    this.apply(change);
  });
  private stop: (() => void) | null = null;
  /** People of the page who are not on the screen, found while their names were typed. */
  private found: readonly Person[] = [];
  private asked = '';
  private stopAsking: (() => void) | null = null;
  private get field(): HTMLTextAreaElement {
    return this.renderRoot.querySelector('textarea') as HTMLTextAreaElement;
  }

  /** Opens the form and puts the caret into it. The page moves only where the field would be out of sight, and no further. */
  override focus({ preventScroll = false }: FocusOptions = {}): void {
    this.unfold();
    const { field } = this;
    field.focus({ preventScroll: true });
    if (preventScroll) return;
    field.style.scrollMarginBlockEnd = `${Math.min(0, BEGINNING - field.offsetHeight)}px`;
    field.scrollIntoView({ block: 'nearest' });
  }

  /** Something of the reader's own stands in the field. */
  get holdsWords(): boolean {
    return this.text.trim() !== '';
  }

  /** Puts a quote of somebody's words where the caret is, and the caret below it. */
  quote(words: string, name = ''): void {
    this.unfold();
    // In a reply it is plain whose words are answered.
    this.apply(insertBlock(this.selected, quoted(words, this.mode === 'reply' && name === this.replyTo ? '' : name)));
  }

  /**
   * Gives words back that were in use elsewhere: of a refused comment, or typed before this form was there. Resolves
   * when they are a draft, so that the other place may let go of them.
   */
  async putBack(words: string, mentions: readonly Mention[] = []): Promise<void> {
    this.drawNow();
    this.chosen = [...this.chosen, ...mentions];
    if (this.mode === 'edit' || this.text.trim() === '') this.text = words;
    else if (this.text !== words) this.text = `${this.text.trimEnd()}\n\n${words}`;
    this.open = true;
    this.keeper.writeSoon(() => this.draft());
    await this.keeper.writeNow();
  }

  /** Puts down what is written, now; resolves when that is done. */
  async putDown(): Promise<void> {
    await this.keeper.writeNow();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const stops = [
      beforeLeaving(() => this.keeper.writeNow()),
      whenForgotten(
        () => this.store,
        () => this.forgetWho(),
      ),
    ];
    this.stop = () => stops.forEach((stop) => stop());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.();
    this.stopAsking?.();
    void this.keeper.writeNow();
  }

  /** Resolves when the draft that waited here, if there was one, is in the form. */
  get ready(): Promise<void> {
    return this.restoring;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('messages')) this.words = { ...enWriting, ...this.messages };
    if (['store', 'mode', 'commentId', 'passage'].some((name) => changed.has(name as keyof AfterwordForm)))
      this.settle();
    // Nothing of one's own to lose: the form follows the comment.
    if (this.mode === 'edit' && (this.text === this.base || this.text === this.original)) {
      this.text = this.base = this.original;
    }
    if (this.previewing) this.preview();
    // Once only: a line that came back while an address is being typed would take the field away.
    this.changing ||= this.known && this.lacksWho;
    this.asksWebsite ||= this.who.website !== '';
  }

  protected override updated(): void {
    if (this.shown) adoptTextStyles(this.renderRoot as ShadowRoot);
    const { field } = this;
    if (field.value !== this.text) field.value = this.text;
    if (!CSS.supports('field-sizing', 'content')) grow(field);
  }

  private get ruling(): Rules {
    return this.rules ?? OPEN_RULES;
  }

  /** Something has to be filled in, or mended, in the fields of who the reader is. */
  private get lacksWho(): boolean {
    const { wrong, who, asksFor } = this;
    const isEmpty = (which: 'name' | 'email'): boolean => asksFor[which] === 'required' && who[which].trim() === '';
    return isEmpty('name') || isEmpty('email') || (['name', 'email', 'website'] as const).some((it) => wrong.has(it));
  }

  private get selected(): Selected {
    const { selectionStart: start, selectionEnd: end, value: text } = this.field;
    return { text, start, end };
  }

  /** The comment is another than the one the reader began from, and so are the reader's words (FAULTS G5). */
  private get conflict(): boolean {
    return this.mode === 'edit' && this.base !== this.original && this.text !== this.original;
  }

  /** How many code points are left; null while there is room enough. */
  private get left(): number | null {
    const { maxLength } = this.ruling;
    const near = Math.max(20, Math.min(200, maxLength / 10));
    // A code point is at most two units: far from the limit nothing needs to be counted.
    if (this.text.length < maxLength - near) return null;
    const left = maxLength - lengthOf(this.text);
    return left <= near ? left : null;
  }

  /** Finds the place that the words belong to, and the draft that waits there. */
  private settle(): void {
    const { store, mode, commentId, passage } = this;
    this.place = mode !== 'new' ? `${mode} ${commentId ?? ''}` : passage ? `passage ${passage.key}` : 'new';
    this.keeper.moveTo(store, this.place);
    if (!store) return;
    const { backend, site, page } = store.key;
    const home = JSON.stringify([backend, site, page, this.place]);
    if (home === this.home) return;
    // Words typed before the thread was there stay; those of another thread are its draft now.
    if (this.home !== null) this.text = this.base = '';
    this.home = home;
    this.wrong = new Map();
    this.found = [];
    this.asked = '';
    this.previewing = this.restored = this.same = this.looked = false;
    this.chosen = [];
    this.open = mode !== 'new' || this.text !== '';
    if (mode === 'edit' && this.text === '') this.text = this.base = this.original;
    this.restoring = this.restore(store);
  }

  private async restore(store: ThreadStore): Promise<void> {
    const turn = ++this.turn;
    const { place } = this;
    const [draft, identity] = await Promise.all([this.keeper.read(), recallIdentity(store)]);
    // A field that is written to while a word is being composed loses that word.
    while (this.composing)
      await new Promise((done) => this.field.addEventListener('compositionend', done, { once: true }));
    if (turn !== this.turn) return; // Another place, or asked again, or forgotten meanwhile.
    const again = this.looked;
    this.looked = true;
    // Once only: who empties a field means it.
    if (!again || !this.toldWho) {
      const { name, email, website } = this.who;
      this.who = {
        name: name || draft?.name || identity?.name || '',
        email: email || draft?.email || identity?.email || '',
        website: website || draft?.website || identity?.website || '',
      };
      this.known = this.who.name !== '' && this.who.name === identity?.name;
      this.remember ||= identity?.remember ?? false;
      this.agreed ||= identity?.agreedTo != null && identity.agreedTo === this.rules?.consent;
    }

    const sent = lastSent.get(store);
    const wasSent = sent?.place === place && draft?.text === sent.text && draft.savedAt <= sent.at;
    if (!draft?.text || draft.text === this.text || wasSent) return;
    const typed = this.text !== this.base;
    // What is on the screen is newer than what is on the disk, unless there it only goes on.
    if (typed && again && !draft.text.startsWith(this.text)) return;
    // Somebody who was quicker than the disk keeps what they typed, below what they once wrote.
    this.text = typed && !again ? `${draft.text}\n\n${this.text}` : draft.text;
    if (this.mode === 'edit') this.base = draft.before ?? this.base;
    this.chosen = [...(draft.mentions ?? []), ...this.chosen];
    // Words that come back to a form that stands there already bring the name they were written under.
    if (again && draft.name && !this.who.name) this.who = { ...this.who, name: draft.name };
    this.restored = true;
    if (this.open) this.said = say(this.words, 'form.restored');
  }

  /** Words on the screen stay; who wrote them, and the copy on the disk, do not. */
  private forgetWho(): void {
    this.keeper.forget();
    this.turn += 1;
    this.who = NOBODY;
    this.remember = this.agreed = this.known = this.toldWho = false;
  }

  private draft(): Draft {
    const { name, email, website } = this.who;
    const untouched = this.mode === 'edit' && this.text === this.base;
    return {
      text: untouched ? '' : this.text,
      ...(name && { name }),
      ...(email && { email }),
      ...(website && { website }),
      ...(this.chosen.length > 0 && { mentions: this.chosen }),
      ...(this.mode === 'edit' && { before: this.base }),
      ...(this.passage && { quote: this.passage.quote }),
      savedAt: this.clock.now(),
    };
  }

  private drawNow(): void {
    if (this.isUpdatePending) this.performUpdate();
  }

  private unfold(): void {
    if (!this.open) this.lookAgain();
    this.open = true;
    this.previewing = false;
    // Not in the next turn: a phone shows its keyboard only for a focus in the turn of the press.
    this.drawNow();
  }

  /** Words may have come to this place by another way: from a refused comment, from another tab. */
  lookAgain(): void {
    if (this.store) this.restoring = this.restore(this.store);
  }

  /** Makes a change as if typed, so that the browser's *undo* takes it back. */
  private apply({ start, end, insert, from, to }: Change): void {
    const { field } = this;
    const wanted = field.value.slice(0, start) + insert + field.value.slice(end);
    field.focus();
    field.setSelectionRange(start, end);
    if (insert) document.execCommand('insertText', false, insert);
    else if (start < end) document.execCommand('delete');
    if (field.value !== wanted) field.value = wanted;
    field.setSelectionRange(from, to);
    this.onInput();
    this.list.close();
  }

  private readonly onInput = (): void => {
    this.text = this.field.value;
    this.open = true;
    this.restored = this.same = false;
    this.forgive('text');
    this.keeper.writeSoon(() => this.draft());
    this.lookForPeople();
  };

  private readonly lookForPeople = (): void => {
    const { text, start, end } = this.selected;
    const here = new Set(this.people.map(({ id }) => id));
    if (start === end) this.list.look(text, end, [...this.people, ...this.found.filter(({ id }) => !here.has(id))]);
    else this.list.close();
    if (this.list.open) this.said = say(this.words, 'mentions.found', { count: this.list.offered.length });
    this.askForPeople();
  };

  /** Who wrote on this page and is not on the screen is asked for at a pause in typing. */
  private askForPeople(): void {
    const { store } = this;
    const { typed } = this.list;
    this.stopAsking?.();
    this.stopAsking = null;
    if (!typed?.trim() || !store?.can.people || typed === this.asked) return;
    this.stopAsking = this.clock.after(ASK_PAUSE, () => {
      this.asked = typed;
      void store.findPeople(typed).then((found) => {
        if (store !== this.store || found.length === 0) return;
        const ids = new Set(found.map(({ id }) => id));
        this.found = [...found, ...this.found.filter(({ id }) => !ids.has(id))].slice(0, MOST_KEPT);
        if (this.list.typed !== null) this.lookForPeople();
      });
    });
  }

  private onWho(which: Who, event: Event): void {
    this.who = { ...this.who, [which]: (event.target as HTMLInputElement).value };
    this.toldWho = true;
    this.forgive(which);
    this.keeper.writeSoon(() => this.draft());
  }

  private forgive(field: Field): void {
    if (!this.wrong.has(field)) return;
    this.wrong = new Map([...this.wrong].filter(([name]) => name !== field));
  }

  private readonly onFocus = (): void => {
    if (!this.quiet) {
      this.lookAgain();
      this.open = true;
    }
    if (this.open && this.restored) this.said = say(this.words, 'form.restored');
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const { key } = event;
    const command = event.ctrlKey || event.metaKey;
    // A form at rest has no use for Escape: there it closes what of the page's own is open.
    if (this.open || key !== 'Escape') keepTyped(event);
    // While a word is being composed, Enter and Escape belong to the input method; 229 is how Safari says so.
    if (event.isComposing || event.keyCode === 229) return;
    if (command && key === 'Enter') {
      event.preventDefault();
      if (!event.repeat) this.submit();
    } else if (event.target === this.field && !command && this.list.handle(key)) event.preventDefault();
    else if (key === 'Escape' && this.open) this.cancel(event);
    else if (event.target === this.field && command && !event.altKey && !event.shiftKey) {
      const tool: Tool | undefined = ({ b: 'bold', i: 'italic' } as const)[key];
      if (!tool) return;
      event.preventDefault();
      this.use(tool);
    }
  };

  private use(tool: Tool): void {
    this.apply(applyTool(tool, this.selected));
  }

  private tellLength(): void {
    if (this.left !== null) this.said = this.lengthInWords(this.left);
  }

  private lengthInWords(left: number): string {
    return left < 0
      ? say(this.words, 'form.over', { count: -left, limit: this.ruling.maxLength })
      : say(this.words, 'form.left', { count: left });
  }

  private preview(): void {
    const made = renderComment(this.text, 'markdown', {
      images: this.images,
      mentions: mentionsIn(this.text, this.chosen, this.people),
      spoiler: say(this.words, 'tool.spoiler'),
    });
    if (!(made instanceof Promise)) {
      this.shown = made;
      return;
    }
    this.shown = null;
    const { text } = this;
    void made.then((shown) => {
      if (text === this.text) this.shown = shown;
    });
  }

  /** Of the form, or of the press that would lead to it: a frame that may not submit forms never tells of the first (D5). */
  private readonly onSubmit = (event: Event): void => {
    event.preventDefault();
    this.submit();
  };

  private submit(): void {
    const { store, place, text, mode, ruling } = this;
    if (!store) return;
    const now = this.clock.now();
    const last = lastSent.get(store);
    if (last && last.place === place && Math.abs(now - last.at) < TREMBLE && (text === '' || text === last.text)) {
      this.same = text !== '';
      return;
    }
    if (this.conflict) {
      this.renderRoot.querySelector<HTMLElement>('.theirs button')?.focus();
      return;
    }
    this.wrong = findWrong({ text, ...this.who, agreed: this.agreed }, this.asksFor, mode === 'edit');
    const [first] = this.wrong.keys();
    if (first) {
      this.previewing = false;
      this.open = true;
      this.drawNow();
      this.show(first);
      return;
    }
    if (mode === 'edit' && text === this.base) {
      this.cancel();
      return;
    }
    const author = this.author();
    const asked = mode === 'edit' ? 'edit' : 'post';
    const answered = mode === 'new' ? null : this.commentId;
    const quote = this.passage?.quote ?? null;
    if (!this.dispatchEvent(new AfterwordSubmitEvent(asked, answered, text, author, quote))) return;

    const operation = this.operation(now, author);
    lastSent.set(store, { place, text, at: now });
    if (mode !== 'edit') {
      keepIdentity(store, {
        ...this.who,
        remember: this.remember,
        agreedTo: this.agreed ? ruling.consent : null,
      });
    }
    this.keeper.forget();
    const { chosen } = this;
    // The row shows the words from here on; where that goes wrong they come back.
    void keep(store, operation, place).catch(() => this.putBack(text, chosen));
    this.finish(operation.id);
  }

  /** Puts the caret into a field, with its label and what is said about it in sight (their room for a header of the page is CSS). */
  private show(name: Field): void {
    const field = this.renderRoot.querySelector<HTMLElement>(`#${name}`);
    field?.focus({ preventScroll: true });
    const whole = field?.closest('.field, .box');
    whole?.scrollIntoView({ block: 'nearest' });
    // Where both don't fit, the beginning is what has the label.
    if (whole && whole.getBoundingClientRect().height > innerHeight) field?.scrollIntoView({ block: 'nearest' });
  }

  /** What can be ticked about replies; null where mails are not offered, or the reader is told of everything anyway. */
  private get notify(): NotifyView | null {
    const told = this.store?.view.notify;
    return told?.offered.includes('mail') && told.choice !== 'page' && this.mode !== 'edit' ? told : null;
  }

  /** The site's rules, with the address that a mail needs. */
  private get asksFor(): Rules {
    const asks = this.notifyMe && this.notify?.address === null;
    return asks ? { ...this.ruling, email: 'required' } : this.ruling;
  }

  private author(): { name: string; email?: string; website?: string } {
    const { who, ruling } = this;
    const email = ruling.email === 'none' ? '' : who.email.trim();
    const website = ruling.website ? websiteOf(who.website) : null;
    return { name: who.name.trim(), ...(email && { email }), ...(website && { website }) };
  }

  private operation(now: number, author: { name: string; email?: string; website?: string }): Operation {
    const { text, mode, commentId } = this;
    const asked = { id: newId(), createdAt: now, text, mentions: mentionsIn(text, this.chosen, this.people) };
    if (mode === 'edit') return { kind: 'edit', ...asked, commentId: commentId ?? '', before: this.base };
    const parentId = mode === 'reply' ? commentId : null;
    const consent = this.ruling.consent !== null && this.agreed;
    const about = { parentId, rootId: parentId && (this.rootId ?? parentId), author };
    const quote = this.passage?.quote;
    const { store, notify, words } = this;
    // A site that wants no addresses with comments still needs one to send a mail to.
    const email = notify?.address === null && !author.email ? this.who.email.trim() : '';
    const wish = notify &&
      store &&
      this.notifyMe && {
        choice: 'comment' as const,
        counter: store.nextVoteCounter(),
        language: languageOf(words),
        ...(email && { email }),
      };
    return {
      kind: 'post',
      ...asked,
      ...about,
      ...(consent && { consent }),
      ...(quote && { quote }),
      ...(wish && { notify: wish }),
    };
  }

  private finish(operationId: string): void {
    this.text = this.base = this.mode === 'edit' ? this.original : '';
    this.chosen = [];
    this.known = this.who.name.trim() !== '';
    this.fold(operationId);
  }

  private cancel(event?: Event): void {
    event?.preventDefault();
    void this.keeper.writeNow();
    this.fold(null);
  }

  private fold(operationId: string | null): void {
    this.rest();
    // The pressed button is gone: the focus waits in the field until the section takes it elsewhere.
    if (this.mode === 'new') {
      this.quiet = true;
      this.field.focus({ preventScroll: true });
      this.quiet = false;
    }
    this.dispatchEvent(new AfterwordFormCloseEvent(operationId));
  }

  private rest(): void {
    this.wrong = new Map();
    this.previewing = this.restored = this.same = this.changing = false;
    this.asksWebsite = false;
    this.said = '';
    this.open = this.mode !== 'new';
    this.list.close();
    this.drawNow();
  }

  /** Left empty, the form of a page is one line again, as soon as the press that left it is over. */
  private readonly onLeave = ({ relatedTarget }: FocusEvent): void => {
    if (this.mode !== 'new' || this.passage) return;
    if (relatedTarget instanceof Node && this.renderRoot.contains(relatedTarget)) return;
    afterPress((pressed) => {
      // Another window took the focus, or a press within, which in Safari focuses no button.
      if (this.renderRoot.contains((this.renderRoot as ShadowRoot).activeElement) || pressed.includes(this)) return;
      if (!this.open || this.holdsWords || !this.isConnected) return;
      keepPlace(pressed, () => this.rest());
    });
  };

  private readonly takeTheirs = (): void => {
    this.text = this.base = this.original;
    this.settleConflict();
  };

  private readonly takeMine = (): void => {
    this.base = this.original;
    this.settleConflict();
  };

  private settleConflict(): void {
    this.keeper.writeSoon(() => this.draft());
    this.drawNow();
    this.field.focus();
  }

  protected override render(): TemplateResult {
    const { words, open } = this;
    return html`<form
      class="${open ? 'open' : ''} ${this.mode}"
      novalidate
      lang=${languageOf(words)}
      dir=${direction(words)}
      aria-label=${this.label}
      @submit=${this.onSubmit}
      @keydown=${this.onKey}
      @keypress=${keepTyped}
      @focusout=${this.onLeave}
    >
      ${this.conflict ? this.renderConflict() : nothing}
      <div class="box ${this.wrong.has('text') ? 'wrong' : ''}" part="form-box">
        <div
          id="writing"
          role=${open ? 'tabpanel' : nothing}
          aria-labelledby=${open ? 'tab-write' : nothing}
          ?hidden=${this.previewing}
        >
          <label class="hidden" for="text">${this.label}</label>
          <textarea
            id="text"
            part="form-text"
            name="text"
            rows="1"
            dir=${autoDir(this.text)}
            placeholder=${this.mode === 'new' ? say(words, 'form.placeholder') : this.label}
            aria-invalid=${this.wrong.has('text')}
            aria-describedby=${ids(this.wrong.has('text') && 'text-error', open && 'left')}
            aria-autocomplete="list"
            aria-controls=${this.list.open ? 'people' : nothing}
            aria-activedescendant=${this.list.open ? `person-${this.list.active}` : nothing}
            aria-keyshortcuts="Control+Enter Meta+Enter"
            @focus=${this.onFocus}
            @blur=${this.onBlur}
            @input=${this.onInput}
            @click=${this.lookForPeople}
            @compositionstart=${() => (this.composing = true)}
            @compositionend=${() => (this.composing = false)}
          ></textarea>
          ${this.list.render(words, this.clock.now())}
        </div>
        ${this.previewing ? this.renderPreview() : nothing} ${this.renderError('text')}
        ${open ? this.renderBar() : nothing}
      </div>
      ${open ? this.renderRest() : nothing}
      <p class="hidden" role="status">${this.said}</p>
    </form>`;
  }

  private get label(): string {
    const { words, mode } = this;
    if (mode === 'edit') return say(words, this.conflict ? 'form.mine' : 'form.edit');
    if (this.passage) return say(words, 'passage.form');
    return mode === 'reply'
      ? say(words, 'form.reply', { name: this.replyTo || say(words, 'role.guest') })
      : say(words, 'form.text');
  }

  private readonly onBlur = (): void => {
    this.list.close();
    void this.keeper.writeNow();
  };

  /** Below the text, so that the line a reader pressed to begin stays where it was. */
  private renderBar(): TemplateResult {
    const { words, tool, previewing, left } = this;
    return html`<div class="bar" part="form-bar">
      ${
        previewing
          ? nothing
          : renderTools({
              words,
              current: tool,
              moveTo: (index) => (this.tool = index),
              use: (name) => this.use(name),
            })
      }
      <p id="left" class="count ${left !== null && left < 0 ? 'over' : ''}" part="form-count">
        ${left === null ? nothing : this.lengthInWords(left)}
      </p>
      ${renderViews(words, this.label, previewing, (now) => (this.previewing = now))}
    </div>`;
  }

  private renderPreview(): TemplateResult {
    const { words, shown } = this;
    const inside = !this.text.trim()
      ? html`<p class="note">${say(words, 'form.preview.empty')}</p>`
      : !shown
        ? html`<p class="note">${say(words, 'loading-more')}</p>`
        : 'html' in shown
          ? html`<div class="body" dir="auto" .innerHTML=${shown.html}></div>`
          : html`<div class="body plain" dir="auto">${shown.text}</div>`;
    return html`<div id="shown" part="form-preview" role="tabpanel" tabindex="0" aria-labelledby="tab-preview">
      ${inside}
    </div>`;
  }

  private renderConflict(): TemplateResult {
    const { words } = this;
    return html`<div class="theirs" role="group" aria-labelledby="conflict">
      <p id="conflict" class="label">${say(words, 'form.conflict')}</p>
      <p class="note">${say(words, 'form.theirs')}</p>
      <blockquote class="plain" dir="auto" tabindex="0">${this.original}</blockquote>
      <p class="choice">
        <button type="button" class="firm" @click=${this.takeTheirs}>${say(words, 'form.take-theirs')}</button>
        <button type="button" class="firm" @click=${this.takeMine}>${say(words, 'form.take-mine')}</button>
      </p>
    </div>`;
  }

  private renderRest(): TemplateResult {
    const { words, mode, ruling } = this;
    const writes = { new: 'form.post', reply: 'reply', edit: 'form.save' } as const;
    const isKnown = this.known && !this.changing;
    return html`${mode === 'edit' || isKnown ? nothing : this.renderWho()}
      ${this.restored ? html`<p class="note">${say(words, 'form.restored')}</p>` : nothing}
      ${this.same ? html`<p class="error" role="alert">${say(words, 'form.same')}</p>` : nothing}
      ${mode !== 'edit' && ruling.consent ? this.renderConsent(ruling.consent) : nothing}
      <div class="end">
        ${mode === 'edit' ? nothing : this.renderChoices(isKnown)}
        <div class="send">
          <button type="button" class="quiet" part="form-cancel" @click=${() => this.cancel()}>
            ${say(words, 'cancel')}
          </button>
          <button
            type="submit"
            class="firm primary"
            part="form-submit"
            title=${say(words, 'form.keys', { keys: sendKeys() })}
            @click=${this.onSubmit}
          >
            ${say(words, writes[mode])}
          </button>
        </div>
      </div>`;
  }

  private renderWho(): TemplateResult {
    const { ruling, asksFor: asks } = this;
    return html`<div class="fields">
      ${this.renderField('name', 'text', 'name', ruling.name === 'required')}
      ${asks.email === 'none' ? nothing : this.renderField('email', 'email', 'email', asks.email === 'required')}
      ${this.offersWebsite && this.asksWebsite ? this.renderField('website', 'url', 'url', false) : nothing}
    </div>`;
  }

  private get offersWebsite(): boolean {
    return this.ruling.website && !this.passage;
  }

  /** What a comment can do without. */
  private renderChoices(isKnown: boolean): TemplateResult {
    const { words } = this;
    return html`<div class="choices">
      ${isKnown ? this.renderKnown() : this.renderTick('remember', 'form.remember')}
      ${this.notify ? this.renderTick('notifyMe', 'form.notify') : nothing}
      ${
        this.offersWebsite && !this.asksWebsite && !isKnown
          ? html`<button type="button" class="quiet" @click=${() => this.ask('website')}>
              ${say(words, 'form.website.add')}
            </button>`
          : nothing
      }
    </div>`;
  }

  private renderKnown(): TemplateResult {
    const { words } = this;
    const [before, name, after] = sayParts(words, 'form.as', { name: this.who.name.trim() });
    return html`<p class="known" part="form-as">
      <span>${before}<b>${name}</b>${after}</span>
      <button type="button" class="quiet" aria-label=${say(words, 'form.change.name')} @click=${() => this.ask('name')}>
        ${say(words, 'form.change')}
      </button>
    </p>`;
  }

  /** Shows fields that were put away, and puts the caret into one of them. */
  private ask(which: 'name' | 'website'): void {
    this.changing = true;
    if (which === 'website') this.asksWebsite = true;
    this.drawNow();
    this.show(which);
  }

  private renderTick(which: 'remember' | 'notifyMe', label: 'form.remember' | 'form.notify'): TemplateResult {
    return html`<div class="tick">
      <input
        id=${which}
        type="checkbox"
        .checked=${this[which]}
        @change=${(event: Event) => (this[which] = (event.target as HTMLInputElement).checked)}
      />
      <label for=${which}>${say(this.words, label)}</label>
    </div>`;
  }

  private renderField(
    which: Who,
    type: string,
    autocomplete: 'name' | 'email' | 'url',
    required: boolean,
  ): TemplateResult {
    const { words } = this;
    const label = say(words, `form.${which}`);
    return html`<div class="field" part="form-field">
      <label for=${which}>${required ? label : say(words, 'form.optional', { label })}</label>
      <input
        id=${which}
        part="form-input"
        name=${which}
        type=${type}
        autocomplete=${autocomplete}
        dir=${which === 'name' ? autoDir(this.who.name) : 'ltr'}
        class=${this.wrong.has(which) ? 'wrong' : ''}
        aria-required=${required}
        aria-invalid=${this.wrong.has(which)}
        aria-describedby=${ids(this.wrong.has(which) && `${which}-error`, which === 'email' && 'email-hint')}
        .value=${this.who[which]}
        @input=${(event: Event) => this.onWho(which, event)}
      />
      ${this.renderError(which)}
      ${which === 'email' ? html`<p id="email-hint" class="note">${say(words, 'form.email.hint')}</p>` : nothing}
    </div>`;
  }

  private renderConsent(line: string): TemplateResult {
    return html`<div class="field">
      <div class="tick">
        <input
          id="agreed"
          type="checkbox"
          aria-required="true"
          aria-invalid=${this.wrong.has('agreed')}
          aria-describedby=${ids(this.wrong.has('agreed') && 'agreed-error')}
          .checked=${this.agreed}
          @change=${(event: Event) => {
            this.agreed = (event.target as HTMLInputElement).checked;
            this.forgive('agreed');
          }}
        />
        <label for="agreed" dir="auto">${line}</label>
      </div>
      ${this.renderError('agreed')}
    </div>`;
  }

  private renderError(field: Field): TemplateResult | typeof nothing {
    const wrong = this.wrong.get(field);
    return wrong
      ? html`<p id="${field}-error" class="error" part="form-error">${sayRefusal(this.words, wrong)}</p>`
      : nothing;
  }
}

/** `async`, so that a store that throws at once is a rejection like any other. */
async function keep(store: ThreadStore, operation: Operation, place: DraftPlace): Promise<void> {
  await store.dispatch(operation, place);
}

/** What describes a field, of those that are there. */
function ids(...known: readonly (string | false)[]): string | typeof nothing {
  return known.filter(Boolean).join(' ') || nothing;
}

/** A text decides its direction; where there is none, `auto` would put an Arabic placeholder on the left. */
function autoDir(text: string): 'auto' | typeof nothing {
  return text ? 'auto' : nothing;
}

/** As tall as its text, where the browser can't do that by itself (Firefox, Safari before 26). */
function grow(field: HTMLTextAreaElement): void {
  field.style.blockSize = 'auto';
  if (field.value) field.style.blockSize = `${field.scrollHeight}px`;
}

function sendKeys(): string {
  return /^(Mac|iP)/.test(navigator.platform) ? '⌘ Enter' : 'Ctrl+Enter';
}

if (!customElements.get('afterword-form')) customElements.define('afterword-form', AfterwordForm);

declare global {
  interface HTMLElementTagNameMap {
    'afterword-form': AfterwordForm;
  }
  interface HTMLElementEventMap {
    'afterword-form-close': AfterwordFormCloseEvent;
  }
}
