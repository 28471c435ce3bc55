/** Every state of the section under axe (WCAG 2.2 AA and its best practices), light, dark, right to left and narrow. */
import { expect } from '@open-wc/testing';
import 'axe-core/axe.min.js';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import type { Row, ThreadView } from '../../src/model/view.ts';
import { comment, rules, stub } from '../helpers/builders.ts';
import { allByRole, byRole } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { gapRow, pendingPost, replyRow, rowOf } from '../helpers/rows.ts';
import { makeSection, putSection, settled, waitFor, type Look } from '../helpers/section.ts';

interface Axe {
  run(
    where: Element,
    options: object,
  ): Promise<{
    violations: { id: string; nodes: { target: unknown; failureSummary?: string }[] }[];
    passes: unknown[];
  }>;
}

async function findings(where: Element): Promise<string[]> {
  const { axe } = window as unknown as { axe: Axe };
  const { violations, passes } = await axe.run(where, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    // The page around the section is the test's, not ours.
    rules: {
      region: { enabled: false },
      'page-has-heading-one': { enabled: false },
      'landmark-one-main': { enabled: false },
    },
  });
  expect(passes.length, 'axe looked at something').to.be.above(5);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id} ${JSON.stringify(node.target)} ${node.failureSummary}`),
  );
}

const mod = comment('1', {
  author: { id: 'mo', name: 'Mo', role: 'moderator', website: 'https://example.com' },
  pinned: true,
  descendants: 3,
  up: 12,
  text: 'A text with **markup**, a [link](https://example.com) and\n\n> a quote\n>\n> > of a quote\n\n- a list\n\n`code`',
});
const rows: readonly Row[] = [
  rowOf(mod, { replies: { count: 3, fresh: 0 } }),
  replyRow('2', '1', { own: true, can: { reply: true, edit: true, delete: true, vote: false } }),
  replyRow('3', '2', { depth: 2, parent: { id: '2', name: 'Bob', missing: false }, detached: true }),
  gapRow('1', 12),
  rowOf(stub('4', { descendants: 1 })),
  rowOf(comment('5', { text: Array.from({ length: 40 }, (_, n) => `Line ${n}`).join('\n') })),
];
const thread: Partial<ThreadView> = { rows, count: 17, markup: true, more: { left: 4, loading: false, failed: false } };

interface State {
  readonly name: string;
  readonly view: Partial<ThreadView>;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly act?: (section: AfterwordComments, store: FakeStore) => unknown;
}

const own = (delivery: Parameters<typeof pendingPost>[1]): Row =>
  rowOf(comment('9', { author: { name: 'Me', role: 'guest' } }), { own: true, pending: [pendingPost('9', delivery)] });

const states: readonly State[] = [
  { name: 'empty', view: {} },
  { name: 'loading', view: { phase: 'loading', rules: null } },
  {
    name: 'notify of',
    view: { ...thread, notify: { offered: ['mail'], choice: 'none', state: 'none', address: null, pending: null } },
    act: async (section) => {
      byRole(section, 'button', /^Notify of/).click();
      await waitFor(() => allByRole(section, 'radio').length === 3, 'the panel');
      byRole(section, 'button', 'Save').click();
      await waitFor(() => allByRole(section, 'textbox', 'Email').length > 0, 'the field');
    },
  },
  { name: 'failed', view: { phase: 'failed', problem: 'offline', rules: null } },
  { name: 'a thread', view: thread },
  { name: 'two numbers of votes', view: thread, attributes: { 'vote-count': 'separate' } },
  { name: 'collapsed', view: { rows: [rowOf(mod, { collapsed: true, replies: { count: 3, fresh: 2 } })], count: 4 } },
  {
    name: 'offline, from the cache',
    view: { ...thread, problem: 'offline', fromCache: true, fetchedAt: 1_700_000_000_000, whole: false },
  },
  {
    name: 'news that wait, and unread ones',
    view: {
      ...thread,
      rows: [rowOf(mod, { replies: { count: 3, fresh: 2 }, unread: true }), ...rows.slice(1)],
      news: { roots: 2 },
      unread: 1,
      live: 'on',
    },
  },
  { name: 'news paused', view: { ...thread, live: 'paused' } },
  { name: 'closed', view: { ...thread, rules: { ...rules, closed: true } } },
  { name: 'readonly', view: thread, attributes: { readonly: '' } },
  { name: 'waiting', view: { ...thread, rows: [own({ state: 'waiting' }), ...rows] } },
  { name: 'refused', view: { ...thread, rows: [own({ state: 'refused', reason: 'too-long', limit: 100 }), ...rows] } },
  { name: 'conflict', view: { ...thread, rows: [own({ state: 'conflict', theirs: 'Another text' }), ...rows] } },
  { name: 'held', view: { ...thread, rows: [rowOf(comment('9', { state: 'held' }), { own: true })] } },
  { name: 'edited', view: { ...thread, rows: [rowOf(comment('9', { editedAt: 1_700_000_900_000 }))] } },
  {
    name: 'a linked comment with its path',
    view: { ...thread, linked: { id: '8', state: 'shown', rows: [rowOf(comment('7')), replyRow('8', '7')] } },
    act: (section) => (section.linkedId = '8'),
  },
  { name: 'a linked comment in the thread', view: thread, act: (section) => section.showComment('2') },
  {
    name: 'a linked comment that is gone',
    view: { ...thread, linked: { id: '8', state: 'removed', rows: [] } },
    act: (section) => (section.linkedId = '8'),
  },
  { name: 'the form open', view: thread, act: (section) => section.focus() },
  {
    name: 'a reply open',
    view: thread,
    act: async (section) => {
      byRole(section, 'button', 'Reply to Mo').click();
      await waitFor(() => allByRole(section, 'textbox', 'Your reply to Mo').length, 'the form');
    },
  },
  { name: 'a menu open', view: thread, act: (section) => byRole(section, 'button', 'More for Mo’s comment').click() },
  {
    name: 'deleting asked',
    view: thread,
    act: (section) => {
      allByRole(section, 'button', 'More for Bob’s comment')[0]?.click();
      byRole(section, 'menuitem', 'Delete').click();
    },
  },
  {
    name: 'the shortcuts shown',
    view: thread,
    act: (section) => byRole(section, 'button', 'Keyboard shortcuts').click(),
  },
];

const LOOKS: Readonly<Record<string, Look>> = {
  light: {},
  dark: { css: 'background: #16181d; color: #dfe1e6' },
  'a pale host': { css: 'color: #595959' },
  'right to left': { dir: 'rtl', attributes: { lang: 'ar' } },
  '320 pixels': { css: 'width: 320px; padding: 8px; box-sizing: border-box' },
};

/** Letters of other shapes than those of the machine: sizes that are right by its font alone are not right (T1). */
const FONTS = {
  narrow: 'barlow-condensed/files/barlow-condensed',
  wide: 'unbounded/files/unbounded',
  tall: 'gulzar/files/gulzar',
} as const;

async function loadFonts(): Promise<void> {
  for (const [name, file] of Object.entries(FONTS)) {
    const address = `/node_modules/@fontsource/${file}-latin-400-normal.woff2`;
    document.fonts.add(await new FontFace(`a ${name} font`, `url(${address})`).load());
  }
}

async function show({ view, attributes, act }: State, look: Look): Promise<AfterwordComments> {
  const store = new FakeStore(view);
  const looks = { ...look, attributes: { ...look.attributes, ...attributes } };
  const section = view.phase && view.phase !== 'ready' ? makeSection(store, looks) : await putSection(store, looks);
  await waitFor(() => section.store, 'the thread');
  await act?.(section, store);
  await settled(section);
  return section;
}

describe('axe', function () {
  this.timeout(20_000);

  it('finds a fault that is planted in our shadow root', async () => {
    const section = await putSection(new FakeStore(thread));
    section.renderRoot.querySelector('section')?.append(document.createElement('button'));
    expect((await findings(section)).join()).to.contain('button-name');
  });

  for (const state of states) {
    it(`R-11: finds nothing: ${state.name}`, async () => {
      expect(await findings(await show(state, LOOKS['light'] as Look))).to.deep.equal([]);
    });
  }
  for (const look of ['dark', 'a pale host', '320 pixels']) {
    for (const name of ['empty', 'a thread', 'refused', 'the form open', 'a linked comment in the thread']) {
      const state = states.find((one) => one.name === name) as State;
      it(`R-11: finds nothing, ${look}: ${name}`, async () => {
        expect(await findings(await show(state, LOOKS[look] as Look))).to.deep.equal([]);
      });
    }
  }
  before(loadFonts);
  for (const font of Object.keys(FONTS)) {
    for (const name of ['a thread', 'refused', 'the form open', 'a linked comment in the thread']) {
      const state = states.find((one) => one.name === name) as State;
      it(`T1: finds nothing, 320 pixels in a ${font} font: ${name}`, async () => {
        const css = `${LOOKS['320 pixels']?.css}; font-family: "a ${font} font", sans-serif`;
        expect(await findings(await show(state, { css }))).to.deep.equal([]);
      });
    }
  }
  for (const name of ['empty', 'a thread', 'refused', 'collapsed']) {
    const state = states.find((one) => one.name === name) as State;
    it(`R-12: finds nothing, right to left: ${name}`, async () => {
      expect(await findings(await show(state, LOOKS['right to left'] as Look))).to.deep.equal([]);
    });
  }
});

describe('narrow screens', () => {
  it('E-6: nothing is wider than 320 pixels, ten levels deep, with an unbroken word', async () => {
    const deep = Array.from({ length: 10 }, (_, level) => {
      const one = comment(`d${level}`, {
        text: 'Donaudampfschifffahrtsgesellschaftskapitänswitwenrente'.repeat(3),
        descendants: 9 - level,
      });
      return rowOf(one, { depth: level, parent: level ? { id: `d${level - 1}`, name: 'Ann', missing: false } : null });
    });
    const look = { css: 'width: 320px; padding: 8px; box-sizing: border-box', attributes: { 'max-depth': '10' } };
    const section = await putSection(new FakeStore({ rows: deep, count: 10, rules }), look);
    await settled(section);
    const edge = (section.parentElement as HTMLElement).getBoundingClientRect().right;
    for (const element of section.renderRoot
      .querySelector('.thread')!
      .shadowRoot!.querySelectorAll('.body, .acts, h3, h6')) {
      expect(element.getBoundingClientRect().right).to.be.at.most(edge);
    }
    const last = [...section.renderRoot.querySelector('.thread')!.shadowRoot!.querySelectorAll('.body')].at(
      -1,
    ) as HTMLElement;
    const probe = document.createElement('span');
    probe.textContent = '0'.repeat(18);
    probe.style.font = getComputedStyle(last).font;
    document.body.append(probe);
    expect(last.getBoundingClientRect().width, 'room for some twenty characters').to.be.above(
      probe.getBoundingClientRect().width,
    );
    probe.remove();
  });
});
