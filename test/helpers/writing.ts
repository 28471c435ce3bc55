/** A form on a stage, with a thread behind it that a test can look into, and hands to type with. */
import { useMarkupPart } from '../../src/content/safe-html.ts';
import { AfterwordForm } from '../../src/elements/afterword-form.ts';
import { forgetIdentity } from '../../src/elements/form-identity.ts';
import type { Mention } from '../../src/model/comment.ts';
import type { ThreadStore } from '../../src/sync/store.ts';
import { rules } from './builders.ts';
import { byRole } from './by-role.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeStore } from './fake-store.ts';
import type { Look } from './stage.ts';
import { stage } from './stage.ts';

useMarkupPart(() => import('../../src/content/sanitize.ts'));

export const people: readonly Mention[] = [
  { id: 'author-ann', name: 'Ann' },
  { id: 'author-annabel', name: 'Annabel Lee' },
  { id: 'author-bob', name: 'Bob (the builder) [he]' },
  { id: 'author-layla', name: 'ليلى' },
];

export interface Writing {
  readonly form: AfterwordForm;
  readonly store: FakeStore;
  readonly clock: FakeClock;
  readonly field: HTMLTextAreaElement;
}

type Settings = Partial<
  Pick<
    AfterwordForm,
    'mode' | 'commentId' | 'rootId' | 'replyTo' | 'original' | 'rules' | 'people' | 'messages' | 'images'
  >
> & { readonly store?: FakeStore; readonly clock?: FakeClock } & Look;

/** A form as the section places it: in a thread where a name is optional and nothing else is asked, if not said otherwise. */
export async function write({
  store = new FakeStore(),
  clock = new FakeClock(),
  dark,
  dir,
  width,
  ...settings
}: Settings = {}): Promise<Writing> {
  // A visit begins: nobody has said who they are.
  forgetIdentity(store);
  const form = new AfterwordForm();
  Object.assign(form, {
    store,
    clock,
    people,
    rules: { ...rules, name: 'optional', email: 'none', website: false },
    ...settings,
  });
  stage(form, { ...(dark && { dark }), ...(dir && { dir }), ...(width && { width }) });
  await settled(form);
  return { form, store, clock, field: fieldOf(form) };
}

export async function settled(form: AfterwordForm): Promise<void> {
  await form.updateComplete;
  await form.ready;
  await form.updateComplete;
}

export function fieldOf(form: AfterwordForm): HTMLTextAreaElement {
  return form.shadowRoot!.querySelector('textarea')!;
}

/** Types at the caret, as one stroke. */
export async function type(
  form: AfterwordForm,
  text: string,
  field: HTMLInputElement | HTMLTextAreaElement = fieldOf(form),
): Promise<void> {
  field.focus();
  document.execCommand('insertText', false, text);
  await form.updateComplete;
}

export function select(field: HTMLTextAreaElement, words: string): void {
  const start = field.value.indexOf(words);
  field.focus();
  field.setSelectionRange(start, start + words.length);
}

/** Presses a key where the focus is; true where nobody took it. */
export async function press(form: AfterwordForm, key: string, options: KeyboardEventInit = {}): Promise<boolean> {
  const target = form.shadowRoot!.activeElement ?? fieldOf(form);
  const event = new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true, ...options });
  const untouched = target.dispatchEvent(event);
  await form.updateComplete;
  return untouched;
}

export async function pressButton(form: AfterwordForm, name: string | RegExp): Promise<void> {
  byRole(form, 'button', name).click();
  await form.updateComplete;
}

/** Chooses *Write* or *Preview*. */
export async function pressTab(form: AfterwordForm, name: string): Promise<void> {
  byRole(form, 'tab', name).click();
  await form.updateComplete;
}

/** A known reader wants to see the fields again. */
export async function change(form: AfterwordForm): Promise<void> {
  form.focus();
  await pressButton(form, 'Change your details');
}

/** What the form says quietly. */
export function said(form: AfterwordForm): string {
  return byRole(form, 'status').textContent.trim();
}

/** Promises that were fulfilled have been told. */
export async function turn(): Promise<void> {
  await new Promise((done) => setTimeout(done));
}

export type { ThreadStore };
