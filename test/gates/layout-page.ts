/**
 * What `layout.ts` runs inside the browser: a section with a thread that holds whatever a thread can hold, put into the
 * page of somebody else (any width, container, font, ground), changed while it stands there, and looked at as a person
 * would (`seen.ts`).
 */
import '../../src/index.ts';
import type { Adapter } from '../../src/adapters/adapter.ts';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import { openStoresWith } from '../../src/elements/open-store.ts';
import { actsPart, formPart, forgetPart, markupPart, notifyPart } from '../../src/elements/parts.ts';
import { describeQuote } from '../../src/model/quote.ts';
import type { CommentRow, Row, ThreadView } from '../../src/model/view.ts';
import { comment, rules, stub } from '../helpers/builders.ts';
import { everything, FakeStore } from '../helpers/fake-store.ts';
import { gapRow, pendingPost, rowOf } from '../helpers/rows.ts';
import { faultsOf, type Fault } from './seen.ts';

export interface Ground {
  /** CSS of the page's body, or of the card in which the article stands. */
  readonly css: string;
  /** What is behind the section then, where it is no plain colour. */
  readonly painted?: readonly string[];
}

/** Grounds of pages as they are: with the ink that belongs to them. */
export const GROUNDS = {
  white: { css: 'background: #fff; color: #1c1d21' },
  black: { css: 'background: #000; color: #e8e8e8' },
  grey: { css: 'background: #808080; color: #000' },
  'grey, white ink': { css: 'background: #6b6b6b; color: #fff' },
  silver: { css: 'background: #c0c0c0; color: #222' },
  cream: { css: 'background: #f6efdd; color: #4a3f2f' },
  slate: { css: 'background: #5a6b7d; color: #f7f4ee' },
  red: { css: 'background: #c8102e; color: #fff' },
  yellow: { css: 'background: #ffd500; color: #1a1a1a' },
  blue: { css: 'background: #0a5fc2; color: #fff' },
  pale: { css: 'background: #fff; color: #757575' },
  dim: { css: 'background: #1b1b1f; color: #8f8f8f' },
  'veil over black': {
    css: 'background: linear-gradient(rgb(0 0 0 / 0.6), rgb(0 0 0 / 0.6)), #222; color: #eee',
    painted: ['#0e0e0e'],
  },
  gradient: { css: 'background: linear-gradient(#fdf6e3, #e9e2cf); color: #333', painted: ['#fdf6e3', '#e9e2cf'] },
  'dark gradient': {
    css: 'background: linear-gradient(#101828, #23304a); color: #e6ebf5',
    painted: ['#101828', '#23304a'],
  },
  'nobody set the ink': { css: 'background: #15171c' },
  nothing: { css: '' },
  'the dark scheme': { css: 'color-scheme: dark' },
} as const satisfies Record<string, Ground>;

export const CONTAINERS = ['block', 'flex', 'column', 'grid', 'float', 'table'] as const;
export const FONTS = {
  machine: 'sans-serif',
  narrow: '"Barlow Condensed", sans-serif',
  wide: 'Unbounded, sans-serif',
  tall: 'Gulzar, serif',
} as const;
export const STATES = ['thread', 'forms', 'panels', 'menu', 'empty', 'failed', 'loading', 'closed'] as const;

export interface Look {
  readonly ground: keyof typeof GROUNDS;
  readonly width: number;
  readonly container: (typeof CONTAINERS)[number];
  readonly dir: 'ltr' | 'rtl';
  readonly root: number;
  readonly scheme: 'auto' | 'light' | 'dark';
  readonly font: keyof typeof FONTS;
  readonly state: (typeof STATES)[number];
}

const adapter: Adapter = {
  id: 'test',
  can: everything,
  list: () => Promise.reject(new Error('nobody asks this adapter')),
  send: () => Promise.reject(new Error('nobody asks this adapter')),
};

/** Of real threads the longest and the oddest. */
const NAMES = [
  'Ann',
  'Maximiliana-Alexandrina von und zu Hohenlohe-Schillingsfürst (die Jüngere)',
  'Donaudampfschifffahrtsgesellschaftskapitänswitwe',
  '🦉🦉',
  'عبد الرحمن بن محمد',
  '李小龍',
  'x',
];
const long = 'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz';
const TEXTS = [
  'A plain sentence, and another one that goes on for a while so that it needs more than one line at most widths.',
  `A word: ${long.repeat(3)} and an address: https://example.com/a/very/long/path/that/nobody/would/ever/type/by-hand?with=parameters&and=more#and-a-fragment`,
  '> A quote of somebody who said something\n>\n> > and of what they quoted\n\nTo which I say: **no**, *never*, ~~perhaps~~, `code in a line`.',
  '| Where | When it opens in the morning | What it costs | Who goes |\n|---|---|---|---|\n| The harbour | seven o’clock sharp | three herrings a day | the lighthouse keeper |\n| The lamp room | never | a gull | nobody |',
  '```\nfunction a(veryLongParameterName, another) { return veryLongParameterName + another + "and a long string" }\n```\n\nAnd a [link in a sentence](https://example.com), and ||a spoiler||.',
  '- one\n- two, with more words than one\n  - three\n\n1. first\n2. second',
  'تعليق بالعربية فيه كلمات English ورقم 12345 ثم بقية الجملة حتى تملأ السطر.',
  Array.from({ length: 30 }, (_, n) => `Line ${n} of a long text.`).join('\n'),
];
const passage =
  'In the third winter a gull moved into the lamp room and would not be persuaded to leave before the ice broke.';
const quote = describeQuote(passage, 0, passage.length);

const who = (nth: number, more: object = {}) => ({
  id: `a${nth}`,
  name: NAMES[nth % NAMES.length] as string,
  role: 'guest' as const,
  ...more,
});
const text = (nth: number): string => TEXTS[nth % TEXTS.length] as string;

function rows(): Row[] {
  const own = { own: true, can: { reply: true, edit: true, delete: true, vote: false } };
  const all: CommentRow[] = [
    rowOf(
      comment('1', {
        author: who(0, { role: 'moderator', website: 'https://example.com' }),
        pinned: true,
        up: 1438,
        down: 12,
        descendants: 11,
        text: text(0),
      }),
      { replies: { count: 11, fresh: 3 }, unread: true, vote: 'up' },
    ),
  ];
  // A branch that goes deeper than a page has room for.
  for (let depth = 1; depth <= 11; depth++) {
    all.push(
      rowOf(
        comment(`1${depth}`, {
          parentId: depth === 1 ? '1' : `1${depth - 1}`,
          author: who(depth, depth % 2 ? { website: 'https://example.com' } : {}),
          text: text(depth),
          editedAt: depth === 3 ? 1_700_000_900_000 : null,
          descendants: 11 - depth,
        }),
        {
          depth: Math.min(depth, 9),
          parent: {
            id: depth === 1 ? '1' : `1${depth - 1}`,
            name: NAMES[(depth - 1) % NAMES.length] as string,
            missing: false,
          },
          detached: depth > 9,
          unread: depth === 2,
        },
      ),
    );
  }
  return [
    ...all,
    gapRow('1', 12),
    ...TEXTS.map((one, nth) =>
      rowOf(comment(`2${nth}`, { author: who(nth + 1), text: one, up: nth * 7 }), {
        vote: nth === 1 ? 'down' : 'none',
      }),
    ),
    rowOf(comment('30', { author: who(3), quote, text: text(0) })),
    rowOf(comment('31', { author: who(1), descendants: 40 }), { collapsed: true, replies: { count: 40, fresh: 2 } }),
    rowOf(stub('32', { descendants: 1 })),
    rowOf(comment('33', { parentId: '32', author: who(2), text: text(1) }), {
      depth: 1,
      parent: { id: '32', name: '', missing: true },
    }),
    rowOf(comment('40', { author: who(0), state: 'held', text: text(0) }), own),
    ...(
      [
        { state: 'sending' },
        { state: 'waiting' },
        { state: 'retrying', until: Date.now() + 60_000 },
        { state: 'asking', want: 'sign-in' },
        { state: 'refused', reason: 'too-long', limit: 100 },
        { state: 'conflict', theirs: text(0) },
        { state: 'given-up', perhapsSent: true },
      ] as const
    ).map((delivery, nth) =>
      rowOf(comment(`5${nth}`, { author: who(0), text: text(0) }), {
        ...own,
        pending: [pendingPost(`5${nth}`, delivery)],
      }),
    ),
  ];
}

const thread: Partial<ThreadView> = {
  rows: rows(),
  count: 541,
  markup: true,
  more: { left: 511, loading: false, failed: false },
  news: { roots: 3 },
  unread: 2,
  live: 'on',
  inline: 4,
  feed: 'https://example.com/feed',
  rules: { ...rules, consent: 'I have read what this site does with my words, and I agree.', email: 'optional' },
  notify: { offered: ['mail', 'push'], choice: 'none', state: 'none', address: null, pending: null },
};

const VIEWS: Readonly<Record<Look['state'], Partial<ThreadView>>> = {
  thread: {
    ...thread,
    linked: {
      id: '61',
      state: 'shown',
      rows: [
        rowOf(comment('60', { author: who(1) })),
        rowOf(comment('61', { parentId: '60', author: who(2) }), {
          depth: 1,
          parent: { id: '60', name: NAMES[1] as string, missing: false },
        }),
      ],
    },
  },
  forms: {
    ...thread,
    rows: rows().slice(0, 14),
    problem: 'offline',
    fromCache: true,
    fetchedAt: Date.now() - 7_200_000,
    whole: false,
  },
  panels: { ...thread, rows: rows().slice(0, 2) },
  menu: {
    ...thread,
    rows: [
      rowOf(comment('40', { author: who(0), text: text(0) }), {
        own: true,
        can: { reply: true, edit: true, delete: true, vote: false },
      }),
      ...rows().slice(13, 16),
    ],
  },
  empty: { count: 0, notify: thread.notify!, live: 'paused' },
  failed: { phase: 'failed', problem: 'offline', rules: null },
  loading: { phase: 'loading', rules: null },
  closed: { ...thread, rows: rows().slice(0, 3), rules: { ...rules, closed: true } },
};

interface Shown {
  readonly holder: HTMLElement;
  readonly section: AfterwordComments;
  look: Look;
}

let shown: Shown | null = null;

/** Puts a new section on the page and waits until it is whole. */
async function put(look: Look): Promise<void> {
  shown?.holder.remove();
  document.body.replaceChildren();
  const store = new FakeStore(VIEWS[look.state]);
  openStoresWith(() => store);
  const holder = document.createElement('div');
  const section = document.createElement('afterword-comments');
  section.adapter = adapter;
  section.setAttribute('loading', 'eager');
  section.setAttribute('vote-count', 'net');
  holder.append(section);
  shown = { holder, section, look };
  dress(look);
  document.body.append(holder);
  if (look.state === 'thread') section.linkedId = '61';
  await section.updateComplete;
  await still();
  if (VIEWS[look.state].phase === undefined) await until(() => hands(section), 'controls');
  await open(section, look.state);
  await still();
}

/** The page changes around the section, as it does where a reader presses a switch. */
async function change(look: Look): Promise<void> {
  if (!shown || shown.look.state !== look.state) return put(look);
  shown.look = look;
  dress(look);
  await still();
}

function dress(look: Look): void {
  if (!shown) return;
  const { holder, section } = shown;
  const { css } = GROUNDS[look.ground];
  document.documentElement.style.fontSize = `${look.root}px`;
  document.documentElement.dir = look.dir;
  document.documentElement.lang = look.dir === 'rtl' ? 'ar' : 'en';
  document.body.style.cssText = `margin: 0; font: 1rem/1.5 ${FONTS[look.font]}; min-height: 100vh; ${css}`;
  document.documentElement.style.colorScheme = /color-scheme: (\w+)/.exec(css)?.[1] ?? '';
  const inner: Record<Look['container'], string> = {
    block: '',
    flex: 'display: flex; flex-wrap: wrap;',
    column: 'display: flex; flex-direction: column;',
    grid: 'display: grid; grid-template-columns: 1fr;',
    float: '',
    table: 'display: table; table-layout: auto;',
  };
  holder.style.cssText = `box-sizing: border-box; inline-size: ${look.width}px; ${inner[look.container]}`;
  section.style.cssText =
    look.container === 'float'
      ? 'float: inline-start; max-inline-size: 100%'
      : look.container === 'table'
        ? 'display: table-cell'
        : look.container === 'flex'
          ? 'flex: 1'
          : '';
  if (look.scheme === 'auto') section.removeAttribute('color-scheme');
  else section.setAttribute('color-scheme', look.scheme);
  section.setAttribute('lang', look.dir === 'rtl' ? 'ar' : 'en');
}

async function open(section: AfterwordComments, state: Look['state']): Promise<void> {
  const inside = (selector: string): HTMLElement | null | undefined =>
    section.shadowRoot?.querySelector<HTMLElement>(selector) ??
    section.shadowRoot?.querySelector('afterword-thread')?.shadowRoot?.querySelector<HTMLElement>(selector);
  if (state === 'forms') {
    section.focus();
    await until(() => section.shadowRoot?.querySelector('afterword-form'), 'the form');
    await section.reply('1');
    await until(
      () => section.shadowRoot?.querySelector('afterword-thread')?.shadowRoot?.querySelector('afterword-form'),
      'the form of a reply',
    );
  }
  if (state === 'panels') {
    inside('[part~=notify]')?.click();
    await until(() => section.shadowRoot?.querySelector('afterword-notify'), 'the choice of Notify of');
  }
  if (state === 'menu') {
    inside('[part~=menu-button]')?.click();
    await until(() => inside('[role=menu]'), 'the menu');
  }
}

const hands = (section: AfterwordComments): unknown =>
  (section.shadowRoot?.querySelector('afterword-thread') as { hands?: unknown } | null)?.hands;

const frame = (): Promise<unknown> => new Promise((done) => requestAnimationFrame(done));

async function until(isSo: () => unknown, what: string): Promise<void> {
  const end = performance.now() + 20_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await frame();
  }
}

/** Fonts are there, what has to be drawn is drawn, and nothing fades any more. */
async function still(): Promise<void> {
  await document.fonts.ready;
  await shown?.section.updateComplete;
  for (let nth = 0; nth < 4; nth++) await frame();
  const fading = animationsIn(document).map((one) => one.finished.catch(() => undefined));
  if (fading.length) await Promise.race([Promise.all(fading), new Promise((done) => setTimeout(done, 2_000))]);
  await frame();
}

/** A document's own animations are not those of its shadow roots. */
function animationsIn(root: Document | ShadowRoot): Animation[] {
  const inner = [...root.querySelectorAll('*')].flatMap((one) => (one.shadowRoot ? animationsIn(one.shadowRoot) : []));
  return [...root.getAnimations(), ...inner];
}

function check(target: number): Fault[] {
  if (!shown) return [];
  const { holder, section, look } = shown;
  const ground: Ground = GROUNDS[look.ground];
  // On paper of its own it stands on no ground of the page.
  const hasPaper = section.shadowRoot?.querySelector('section')?.classList.contains('paper');
  const paper = hasPaper ? [] : (ground.painted ?? []);
  const faults = faultsOf(section, { target, ...(paper.length ? { grounds: paper } : {}) });
  const room = holder.getBoundingClientRect();
  const is = section.getBoundingClientRect();
  const say = (kind: string, what: string): unknown => faults.push({ kind, where: 'the section', what });
  if (is.width > room.width + 1 || is.left < room.left - 1 || is.right > room.right + 1) {
    say('sticks out', `it is ${Math.round(is.width)} px wide in ${Math.round(room.width)}`);
  }
  if (is.width < Math.min(room.width * 0.75, 300) - 1)
    say('narrow', `it is ${Math.round(is.width)} px wide in ${Math.round(room.width)}`);
  // The least that it takes of a column that asks how little is enough.
  const before = section.style.cssText;
  holder.style.inlineSize = 'min-content';
  holder.style.display = 'grid';
  section.style.cssText = '';
  const least = section.getBoundingClientRect().width;
  if (least > 240) say('wide', `a column must be ${Math.round(least)} px wide for it; 240 has to do`);
  section.style.cssText = before;
  dress(look);
  return faults;
}

/** Bitmaps of letters, so that no look at a line has to wait for a font. */
async function ready(): Promise<void> {
  await Promise.all([
    actsPart(),
    formPart(),
    forgetPart(),
    markupPart(),
    notifyPart(),
    ...[...document.fonts].map((face) => face.load()),
  ]);
}

Object.assign(globalThis, { layout: { ready, put, change, check } });
