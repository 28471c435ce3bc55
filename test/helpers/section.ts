/** A section on the page with a thread that the test holds in its hands, and ways to wait for what it draws. */
import '../../src/elements/afterword-comments.ts';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import type { AfterwordThread } from '../../src/elements/afterword-thread.ts';
import { openStoresWith } from '../../src/elements/open-store.ts';
import { actsPart, formPart, forgetPart } from '../../src/elements/parts.ts';
import type { Adapter } from '../../src/adapters/adapter.ts';
import type { ThreadKey } from '../../src/model/comment.ts';
import type { ThreadSettings } from '../../src/sync/store.ts';
import { everything, type FakeStore } from './fake-store.ts';

/** A backend nobody asks: threads come from the test. */
export const adapter: Adapter = {
  id: 'test',
  can: everything,
  list: () => Promise.reject(new Error('nobody asks this adapter')),
  send: () => Promise.reject(new Error('nobody asks this adapter')),
};

export interface Opened {
  readonly store: FakeStore;
  readonly key: ThreadKey;
  readonly settings: ThreadSettings;
}

export interface Look {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly css?: string;
  readonly dir?: string;
  readonly inside?: string;
}

const hosts: HTMLElement[] = [];
let undo: (() => void) | null = null;
export let opened: Opened[] = [];

/** Puts a section on the page whose threads are these stores, in the order they are opened. */
export async function putSection(
  store: FakeStore | readonly FakeStore[],
  look: Look = {},
  tree?: Node,
): Promise<AfterwordComments> {
  const section = makeSection(store, look, tree);
  await waitFor(() => section.store !== null || section.loading !== 'eager', 'the thread to be opened');
  await whole(section);
  return section;
}

export function makeSection(
  store: FakeStore | readonly FakeStore[],
  look: Look = {},
  tree: Node = document.body,
): AfterwordComments {
  // Parts come from the test's server one by one: asked for ahead, so that a test waits for what it is about.
  const stores = [store].flat();
  opened = [];
  undo?.();
  undo = openStoresWith((key, settings) => {
    const next = stores[Math.min(opened.length, stores.length - 1)] as FakeStore;
    opened.push({ store: next, key, settings });
    return next;
  });
  const host = document.createElement('div');
  host.style.cssText = `font: 16px/1.5 sans-serif; background: #fff; color: #1c1d21; padding: 12px; ${look.css ?? ''}`;
  if (look.dir) host.dir = look.dir;
  const section = document.createElement('afterword-comments');
  section.innerHTML = look.inside ?? '';
  section.adapter = adapter;
  const attributes = { loading: 'eager', lang: 'en', ...look.attributes };
  for (const [name, value] of Object.entries(attributes)) section.setAttribute(name, value);
  host.append(section);
  tree.appendChild(host);
  hosts.push(host);
  return section;
}

/** Waits until everything is drawn and can be used. */
export async function whole(section: AfterwordComments): Promise<void> {
  await section.updateComplete;
  if (section.store?.view.phase !== 'ready') return;
  await waitFor(() => threadOf(section)?.hands, 'the rows to have their controls');
  await settled(section);
}

export async function settled(section: AfterwordComments): Promise<void> {
  await section.updateComplete;
  await threadOf(section)?.drawn();
  await frame();
  await frame();
  await section.updateComplete;
}

export function threadOf(section: AfterwordComments): AfterwordThread | null {
  return section.renderRoot.querySelector<AfterwordThread>('.thread');
}

/** What the live region says. */
export function said(section: AfterwordComments): string {
  return section.renderRoot.querySelector('[role=status]')?.textContent?.trim() ?? '';
}

export const frame = (): Promise<number> => new Promise((done) => requestAnimationFrame(done));

/** Waits, frame by frame, for something to be so. */
export async function waitFor(isSo: () => unknown, what: string): Promise<void> {
  const end = performance.now() + 8_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await frame();
  }
}

/** The later parts, so that no test waits for them. */
export async function allParts(): Promise<void> {
  await Promise.all([actsPart(), formPart(), forgetPart()]);
}

before(async function () {
  this.timeout(30_000);
  await allParts();
});

afterEach(() => {
  for (const host of hosts.splice(0)) host.remove();
  undo?.();
  undo = null;
  if (location.hash) history.replaceState(null, '', location.pathname + location.search);
});
