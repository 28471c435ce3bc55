/**
 * What happens in a walk, chosen from its seed alone: who wants what in which tab, and what goes wrong meanwhile. Nothing
 * here looks at what became of it, so that the same seed makes the same choices.
 */
import type { Random } from '../helpers/random.ts';
import type { ReaderName, Wish } from './wishes.ts';

export const TABS: readonly ReaderName[] = ['ann', 'ann', 'ann', 'bob'];

export type Trouble =
  | { readonly what: 'nothing' }
  /** Connections are refused for so many moments. */
  | { readonly what: 'outage'; readonly moments: number }
  | { readonly what: 'offline'; readonly tabs: readonly number[]; readonly moments: number }
  | { readonly what: 'server killed'; readonly after: number; readonly when: 'asked' | 'answered' }
  | { readonly what: 'reload' | 'closed' | 'crash'; readonly tab: number; readonly wait: number }
  | { readonly what: 'frozen'; readonly tab: number; readonly moments: number }
  | { readonly what: 'copies dropped' | 'connections lost' | 'other tab in front'; readonly tab: number }
  | { readonly what: 'disk full'; readonly reader: ReaderName; readonly moments: number }
  | { readonly what: 'clock set'; readonly reader: ReaderName; readonly by: number };

/** A short while: each tab presses some things, one trouble begins, the clock goes on. */
export interface Moment {
  /** By tab. */
  readonly wishes: readonly (readonly Wish[])[];
  readonly trouble: Trouble;
  /** In milliseconds. */
  readonly push: number;
}

/** Some moments under the same weather; then everything is mended and looked at. */
export interface Leg {
  readonly pages: readonly string[];
  /** Pages that are not looked at any more after this leg. */
  readonly over: readonly string[];
  readonly weather: number;
  readonly moments: readonly Moment[];
}

interface Meant {
  readonly id: string;
  readonly writer: ReaderName;
  readonly leg: number;
  isAlive: boolean;
  hasReplies: boolean;
}

const PAGES_AT_ONCE = 12;
const LEGS_OF_A_PAGE = 3;
const MOST_MOMENTS = 16;
const MOST_AT_ONCE = 20;

export class Plan {
  readonly #random: Random;
  readonly #pages = new Map<string, { readonly comments: Meant[]; readonly until: number }>();
  #leg = 0;
  #made = 0;
  #words = 0;

  /** How long a leg is: a short walk looks at what came of it several times as well. */
  readonly #moments: number;

  constructor(random: Random, operations: number) {
    this.#random = random;
    this.#moments = Math.min(MOST_MOMENTS, Math.ceil(operations / 100));
  }

  leg(): Leg {
    const random = this.#random;
    const leg = ++this.#leg;
    while (this.#pages.size < PAGES_AT_ONCE) {
      // The first ones end at different times, so that there are always old and new ones.
      const until = leg + (leg === 1 ? this.#pages.size % LEGS_OF_A_PAGE : LEGS_OF_A_PAGE - 1);
      this.#pages.set(`page-${++this.#made}`, { comments: [], until });
    }
    const pages = [...this.#pages.keys()];
    const moments = Array.from({ length: this.#moments }, (): Moment => {
      const wishes = TABS.map((reader) => {
        return Array.from({ length: random.below(MOST_AT_ONCE) }, () => this.#wish(reader, random.pick(pages), leg));
      });
      return { wishes, trouble: this.#trouble(), push: random.next() < 0.3 ? random.below(20_000) : 0 };
    });
    const over = pages.filter((page) => (this.#pages.get(page)?.until ?? 0) <= leg);
    for (const page of over) this.#pages.delete(page);
    return { pages, over, weather: random.pick([0, 0.05, 0.15, 0.3, 0.6]), moments };
  }

  /** From now on nobody asks for anything on the pages there are. */
  forget(): void {
    this.#pages.clear();
  }

  #wish(reader: ReaderName, page: string, leg: number): Wish {
    const random = this.#random;
    const comments = this.#pages.get(page)?.comments ?? [];
    const nothing = { id: this.#uuid(), reader, page, target: null, text: '', value: 'none' } as const;
    const own = comments.filter(({ writer, isAlive }) => writer === reader && isAlive);
    // Somebody else's words are answered when they have been seen for certain.
    const others = comments.filter((one) => one.writer !== reader && one.isAlive && one.leg < leg);
    const dice = random.next();

    if (random.next() < 0.03) {
      return { ...nothing, kind: 'notify', value: random.pick(['page', 'replies', 'none']) };
    }
    if (dice < 0.25 && others.length > 0) {
      return { ...nothing, kind: 'vote', target: this.#recent(others).id, value: random.pick(['up', 'down', 'none']) };
    }
    if (dice < 0.37 && own.length > 0) {
      const silent = own.filter(({ hasReplies }) => !hasReplies);
      const about = this.#recent(silent.length > 0 && random.next() < 0.9 ? silent : own);
      return { ...nothing, kind: 'edit', target: about.id, text: this.#text() };
    }
    if (dice < 0.44 && own.length > 0) {
      const about = this.#recent(own);
      about.isAlive = false;
      return { ...nothing, kind: 'delete', target: about.id };
    }
    const parents = dice < 0.72 ? [...own, ...others] : [];
    const parent = parents.length > 0 ? this.#recent(parents) : null;
    if (parent) parent.hasReplies = true;
    comments.push({ id: nothing.id, writer: reader, leg, isAlive: true, hasReplies: false });
    return { ...nothing, kind: 'post', target: parent?.id ?? null, text: this.#text() };
  }

  #trouble(): Trouble {
    const random = this.#random;
    const moments = 1 + random.below(3);
    const tab = random.below(TABS.length);
    const reader = random.pick(['ann', 'bob'] as const);
    const wait = random.below(12);
    const dice = random.below(100);
    if (dice < 8) return { what: 'outage', moments };
    if (dice < 14) {
      const tabs = random.next() < 0.5 ? [tab] : [0, 1, 2, 3].filter((one) => TABS[one] === TABS[tab]);
      return { what: 'offline', tabs, moments };
    }
    if (dice < 19)
      return { what: 'server killed', after: 1 + random.below(12), when: random.pick(['asked', 'answered']) };
    if (dice < 23) return { what: 'reload', tab, wait };
    if (dice < 26) return { what: 'closed', tab, wait };
    if (dice < 29) return { what: 'crash', tab, wait };
    if (dice < 33) return { what: 'frozen', tab, moments };
    if (dice < 36) return { what: 'copies dropped', tab };
    if (dice < 39) return { what: 'connections lost', tab };
    if (dice < 42) return { what: 'disk full', reader, moments };
    if (dice < 44) return { what: 'clock set', reader, by: (random.below(2) - 0.5) * 2 * random.below(86_400_000) };
    if (dice < 48) return { what: 'other tab in front', tab };
    return { what: 'nothing' };
  }

  /** Mostly what was written lately: that is where things meet. */
  #recent(from: readonly Meant[]): Meant {
    const back = Math.floor(this.#random.next() ** 2 * from.length);
    return from[from.length - 1 - back] as Meant;
  }

  #text(): string {
    return `Words ${++this.#words}`;
  }

  #uuid(): string {
    const hex = Array.from({ length: 31 }, () => this.#random.below(16).toString(16)).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-a${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
  }
}
