/**
 * A number of comments, wherever on a page an author wants one. A page of many articles has nothing else of ours, so this
 * element draws without Lit and knows no thread: what it needs is below 4 kB (`src/count.ts`).
 */
import { normalisePageId } from '../model/page-id.ts';
import type { AfterwordComments } from './afterword-comments.ts';
import { askCount, countsAt, type Counting } from './counts.ts';
import type { AfterwordCountChangeEvent } from './events.ts';
import { findSection, whenParsed } from './find-section.ts';

/** Node has no elements, and may import this (`import 'afterword/count'` on a server that renders pages). */
const BareHTMLElement = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/** Comments that live in this browser; known where the whole script is. */
let here: (() => Promise<Counting>) | null = null;

/** From now on comments of this browser can be counted, too. */
export function countHereBy(open: () => Promise<Counting>): void {
  here = open;
}

/**
 * The number of a page's published comments, replies included. Of the section it names, or of any page by `page-id`;
 * many on one page cost one request. A page with nothing else of Afterword needs `count.js` alone.
 *
 * @element afterword-count
 * @slot - Shown until the number is known.
 * @csspart number - The number.
 */
export class AfterwordCount extends BareHTMLElement {
  static readonly observedAttributes: readonly string[] = ['for', 'page-id', 'server', 'site'];

  #number: HTMLElement | null = null;
  #count: number | null = null;
  #stop: (() => void) | null = null;
  #asked = 0;
  #isSoon = false;

  constructor() {
    super();
    // A <slot>: the author's words until the number is known.
    this.attachShadow({ mode: 'open' }).append(document.createElement('slot'));
    // What was set before the script came lies on the element itself, and would hide the accessors.
    for (const name of ['for', 'pageId', 'server', 'site'] as const) {
      if (!Object.hasOwn(this, name)) continue;
      const given = this[name];
      delete (this as Partial<AfterwordCount>)[name];
      this.#given.set(name, given);
    }
  }

  /** What was set by script; an attribute that changes later replaces it. */
  readonly #given = new Map<string, string>();

  /**
   * Id of a section on this page; by default the first.
   * @attr for
   */
  get for(): string {
    return this.#read('for');
  }
  set for(id: string) {
    this.#set('for', id);
  }

  /**
   * Names the discussion of another page.
   * @attr page-id
   */
  get pageId(): string {
    return this.#read('pageId', 'page-id');
  }
  set pageId(id: string) {
    this.#set('pageId', id);
  }

  /**
   * Address of the comment server; by default that of the section.
   * @attr server
   */
  get server(): string {
    return this.#read('server');
  }
  set server(address: string) {
    this.#set('server', address);
  }

  /**
   * Name of the site at the server; by default that of the section.
   * @attr site
   */
  get site(): string {
    return this.#read('site');
  }
  set site(name: string) {
    this.#set('site', name);
  }

  /** The section that is counted. */
  #section: Element | null = null;

  /** Outside of what a router replaces, we outlive the section of the page before. */
  readonly #lookAgain = (): void => {
    if (!this.pageId && findSection(this, this.for) !== this.#section) this.#lookSoon();
  };

  connectedCallback(): void {
    document.addEventListener('afterword-loaded', this.#lookAgain);
    this.#lookSoon();
  }

  disconnectedCallback(): void {
    document.removeEventListener('afterword-loaded', this.#lookAgain);
    this.#asked += 1;
    this.#stop?.();
    this.#stop = null;
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after) return;
    this.#given.delete(name === 'page-id' ? 'pageId' : name);
    this.#lookSoon();
  }

  #read(property: string, attribute = property): string {
    return this.#given.get(property) ?? this.getAttribute(attribute) ?? '';
  }

  #set(property: string, value: string): void {
    if (this.#given.get(property) === value) return;
    this.#given.set(property, value);
    this.#lookSoon();
  }

  #show(count: number | null): void {
    if (count === null || count === this.#count) return;
    this.#count = count;
    if (!this.#number) {
      this.#number = document.createElement('span');
      this.#number.setAttribute('part', 'number');
      this.shadowRoot?.replaceChildren(this.#number);
    }
    this.#number.textContent = this.#written(count);
  }

  /** As the language around it writes numbers. */
  #written(count: number): string {
    const lang = this.closest('[lang]')?.getAttribute('lang') || 'en';
    try {
      return new Intl.NumberFormat(lang).format(count);
    } catch {
      return new Intl.NumberFormat('en').format(count); // No tag of a language.
    }
  }

  /** What else is set in this task counts, too. */
  #lookSoon(): void {
    if (this.#isSoon || !this.isConnected) return;
    this.#isSoon = true;
    queueMicrotask(() => {
      this.#isSoon = false;
      if (this.isConnected) void this.#look();
    });
  }

  async #look(): Promise<void> {
    const asked = ++this.#asked;
    this.#stop?.();
    this.#stop = null;
    // The section may stand behind us in the page and not be there yet.
    if (!this.pageId) await whenParsed();
    if (asked !== this.#asked || !this.isConnected) return;
    const section = findSection(this, this.for) as AfterwordComments | null;
    const own = (this.#section = !this.pageId && section ? section : null) as AfterwordComments | null;
    if (own) {
      const heard = (event: AfterwordCountChangeEvent): void => this.#show(event.count);
      own.addEventListener('afterword-count-change', heard);
      this.#stop = () => own.removeEventListener('afterword-count-change', heard);
      await customElements.whenDefined('afterword-comments');
      if (asked !== this.#asked) return;
      if (own.store?.view.phase === 'ready') return this.#show(own.store.view.count);
    }
    const page = own ? own.page.id : normalisePageId(this.pageId || location.href);
    const server = this.server || section?.server || section?.getAttribute('server');
    try {
      const at = (!this.server && section?.adapter) || (server ? countsAt(server) : await here?.());
      // Without the whole script the author's own words stand for what lives in this browser.
      if (!at) return;
      const site = this.site || section?.site || section?.getAttribute('site') || 'default';
      const count = await askCount(at, site, page);
      // The section may have learned it meanwhile, and knows better.
      if (asked === this.#asked && own?.store?.view.phase !== 'ready') this.#show(count);
    } catch {
      // The part for comments of this browser is missing: the author's own words stay.
    }
  }
}

if (typeof window !== 'undefined' && !customElements.get('afterword-count')) {
  customElements.define('afterword-count', AfterwordCount);
}

declare global {
  interface HTMLElementTagNameMap {
    'afterword-count': AfterwordCount;
  }
}
