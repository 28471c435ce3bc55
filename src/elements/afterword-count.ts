/** A number of comments, wherever on a page an author wants one. */
import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from './property.ts';
import { normalisePageId } from '../model/page-id.ts';
import { en } from '../i18n/en.ts';
import { formatNumber, type Messages } from '../i18n/locale.ts';
import { attribute, ATTRIBUTES } from './attributes.ts';
import type { AfterwordComments } from './afterword-comments.ts';
import { askCount } from './counts.ts';
import type { AfterwordCountChangeEvent } from './events.ts';
import { adapterFor } from './keeping.ts';
import type { Backend } from './open-store.ts';
import { findSection, whenParsed } from './find-section.ts';
import { isFree } from './registry.ts';

/**
 * The number of a page's published comments, replies included. Of the section it names, or of any page by `page-id`;
 * many on one page cost one request.
 *
 * @element afterword-count
 * @slot - Shown until the number is known.
 * @csspart number - The number.
 */
export class AfterwordCount extends LitElement {
  /** Id of a section on this page; by default the first. */
  @property() for = '';

  /** Names the discussion of another page. */
  @property({ attribute: 'page-id' }) pageId = '';

  /** Address of the comment server; by default that of the section. */
  @property(attribute('server')) server: string = ATTRIBUTES.server.fallback;

  /** Name of the site at the server; by default that of the section. */
  @property() site = '';

  @state() private count: number | null = null;

  #stop: (() => void) | null = null;
  #asked = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate('for');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    this.#stop = null;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('for') || changed.has('pageId') || changed.has('server') || changed.has('site')) void this.#look();
  }

  override render(): TemplateResult {
    if (this.count === null) return html`<slot></slot>`;
    return html`<span part="number">${formatNumber(this.#words(), this.count)}</span>`;
  }

  /** The number in the language around it; it needs no other words. */
  #words(): Messages {
    const lang = this.closest('[lang]')?.getAttribute('lang') || 'en';
    try {
      return { ...en, lang: Intl.getCanonicalLocales(lang)[0] ?? 'en' };
    } catch {
      return en;
    }
  }

  async #look(): Promise<void> {
    const asked = ++this.#asked;
    this.#stop?.();
    this.#stop = null;
    // The section may stand behind us in the page and not be there yet.
    if (!this.pageId) await whenParsed();
    if (asked !== this.#asked || !this.isConnected) return;
    const section = findSection(this, this.for) as AfterwordComments | null;
    const own = !this.pageId && section ? section : null;
    if (own) {
      const heard = (event: AfterwordCountChangeEvent): void => void (this.count = event.count);
      own.addEventListener('afterword-count-change', heard);
      this.#stop = () => own.removeEventListener('afterword-count-change', heard);
      await customElements.whenDefined('afterword-comments');
      if (own.store?.view.phase === 'ready') {
        this.count = own.store.view.count;
        return;
      }
    }
    const place = own ?? section;
    const page = own ? own.page.id : normalisePageId(this.pageId || location.href);
    try {
      const adapter = (!this.server && place?.adapter) || (await adapterFor('', this.server || place?.server || ''));
      const count = await askCount(adapter, this.site || place?.site || 'default', page);
      // The section may have learned it meanwhile, and knows better.
      if (asked === this.#asked && !(own?.store?.view.phase === 'ready')) this.count = count ?? this.count;
    } catch {
      // The part for comments of this browser is missing: the author's own words stay.
    }
  }
}

/** For a section that waits to be pressed. */
export async function countOfPage(at: Backend, site: string, page: string): Promise<number | null> {
  return askCount(at.adapter ?? (await adapterFor(at.backend, at.server, at.storage)), site, page);
}

if (isFree('afterword-count')) {
  customElements.define('afterword-count', AfterwordCount);
}

declare global {
  interface HTMLElementTagNameMap {
    'afterword-count': AfterwordCount;
  }
}
