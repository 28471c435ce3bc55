/**
 * What `attacks.ts` runs inside the browser: shows attack strings where a reader would meet them, and looks for what must
 * never be there. Whether something *ran* is seen by the traps that `attacks.ts` lays before the page loads.
 */
import '../../src/index.ts';
import type { Adapter } from '../../src/adapters/adapter.ts';
import type { Comment, Page, Rules } from '../../src/model/comment.ts';
import type { Quote } from '../../src/model/quote.ts';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import type { AfterwordForm } from '../../src/elements/afterword-form.ts';
import { renderComment, useMarkupPart } from '../../src/content/safe-html.ts';
import * as markupPart from '../../src/content/sanitize.ts';

export interface Attack {
  readonly id: string;
  readonly kind: string;
  readonly payload: string;
}

/** Something that must not be: which string did it, through which field. `id` is null where only the batch is known. */
export interface Finding {
  readonly id: string | null;
  readonly field: Field;
  readonly what: string;
}

export const FIELDS = [
  'body, Markdown',
  'body, HTML',
  'mention',
  'name',
  'website',
  'picture',
  'quote',
  'question',
  'page title',
  'preview',
  'post',
  'edit preview',
  'edit',
] as const;
export type Field = (typeof FIELDS)[number];

export interface Report {
  readonly findings: Finding[];
  /** How many strings went through each field. */
  readonly through: Partial<Record<Field, number>>;
}

interface Trapped extends Window {
  /** Written to by the traps: what was called, in the order of calls. */
  caught?: string[];
}

const page = window as Trapped;

/** What a comment may consist of, written down here once more: a gate that asks the code what is right finds nothing. */
const TAGS = new Set(
  (
    'a abbr b bdi blockquote br caption cite code dd del details div dl dt em h4 h5 h6 hr i ins kbd li mark ol p pre q s ' +
    'samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var'
  ).split(' '),
);
const ATTRIBUTES = new Set(['href', 'rel', 'alt', 'title', 'dir', 'lang', 'align', 'start', 'value']);
const ADDRESSES = [
  'href',
  'src',
  'srcset',
  'action',
  'formaction',
  'xlink:href',
  'data',
  'poster',
  'background',
  'ping',
];

const RULES: Rules = {
  ...{ votes: 'up-down', name: 'optional', email: 'none', website: true, minLength: 1, maxLength: 100_000 },
  ...{ maxDepth: null, editSeconds: 900, closed: false, consent: null },
};

let sections = 0;
/** What the page's global object had when the first section stood. */
let names: Set<string> | undefined;

/** Each string as text, name, website, picture and mention of a comment that a backend sends. */
export async function read(attacks: readonly Attack[]): Promise<Report> {
  const report: Report = { findings: [], through: {} };
  const comments = attacks.flatMap(({ payload }, nth) => [
    comment(`${nth}-markdown`, payload, { format: 'markdown', name: payload }),
    comment(`${nth}-html`, payload, { format: 'html', website: payload }),
    comment(`${nth}-mention`, `@${payload} *hello*`, { picture: payload, mentions: [{ id: 'm', name: payload }] }),
    comment(`${nth}-quote`, 'About a passage.', { quote: quote(payload) }),
  ]);
  // The article has the words too, so that they are sought, found and painted.
  const article = document.createElement('article');
  article.append(...attacks.map(({ payload }) => Object.assign(document.createElement('p'), { textContent: payload })));
  document.body.append(article);
  const section = await open(backend(comments), 'article');
  const rowOf = (id: string) => find(`[id="comment-${id}"]`);
  // The permalink is one of the parts that a row has when it is near.
  await until(() => comments.every(({ id }) => rowOf(id)?.querySelector('time')), 'all rows are there with all parts');
  for (const [nth, { id, payload }] of attacks.entries()) {
    const of = (kind: string) => rowOf(`${nth}-${kind}`);
    const at = (field: Field, kind: string) => {
      const row = of(kind);
      if (!row) return;
      count(report, field);
      for (const what of wrongIn(row)) report.findings.push({ id, field, what });
    };
    at('body, Markdown', 'markdown');
    at('body, HTML', 'html');
    at('mention', 'mention');
    const name = of('markdown')?.querySelector('h2, h3, h4, h5, h6')?.textContent ?? '';
    // A name may not turn the sentence around it: marks of direction are left out (FAULTS G3).
    if (!name.includes(payload.trim().replace(/\p{Bidi_C}/gu, ''))) {
      report.findings.push({ id, field: 'name', what: `is shown as ${JSON.stringify(name.slice(0, 80))}` });
    }
    count(report, 'name');
    const link = of('html')?.querySelector('h2 a, h3 a, h4 a, h5 a, h6 a');
    if (link && !/^https?:$/.test((link as HTMLAnchorElement).protocol)) {
      report.findings.push({ id, field: 'website', what: `is a link to ${link.getAttribute('href')}` });
    }
    count(report, 'website');
    at('quote', 'quote');
    at('question', 'quote');
    for (const [field, selector] of Object.entries({ quote: 'blockquote', question: '.question' }) as [
      Field,
      string,
    ][]) {
      const shown = of('quote')?.querySelector(`[part~=quote] ${selector}`)?.textContent ?? '';
      if (!squeezed(shown).includes(squeezed(payload).slice(0, 40))) {
        report.findings.push({ id, field, what: `is shown as ${JSON.stringify(shown.slice(0, 80))}` });
      }
    }
    if (of('mention')?.querySelector('img')) report.findings.push({ id, field: 'picture', what: 'is fetched' });
    count(report, 'picture');
  }
  for (const what of wrongAround(section)) report.findings.push({ id: null, field: 'body, HTML', what });
  await provoke(section);
  caught(report, null, 'body, HTML');
  section.remove();
  article.remove();
  return report;
}

/** Each string typed into the form as text, name and website under its own page title; previewed, posted, edited, saved. */
export async function write(attacks: readonly Attack[]): Promise<Report> {
  const report: Report = { findings: [], through: {} };
  const sent: string[] = [];
  const section = await open(backend([], sent));
  for (const attack of attacks) {
    const { id, payload } = attack;
    if (!payload.trim()) continue;
    document.title = payload;
    section.setAttribute('page-title', payload);
    section.focus();
    await until(() => find('afterword-form') !== null, 'the form is there');
    const form = find('afterword-form') as AfterwordForm;
    await form.ready;
    type(form, 'textarea', payload);
    await form.updateComplete;
    // Known after the first one, and a website is asked for only at a press.
    for (const button of ['.known button', '.choices > button']) {
      form.renderRoot.querySelector<HTMLElement>(button)?.click();
      await form.updateComplete;
    }
    type(form, '#name', payload.slice(0, 200).replace(/[\r\n]/g, ' '));
    type(form, '#website', payload.replace(/[\r\n]/g, ' '));
    await look(form, report, id, 'preview');
    const before = sent.length;
    submit(form);
    await form.updateComplete;
    if (form.renderRoot.querySelector('#website[aria-invalid=true]')) {
      // The form itself refuses what is no address; nothing of it may have been sent.
      type(form, '#website', '');
      submit(form);
    }
    await until(() => sent.length > before, `the comment is sent: ${id}`);
    const commentId = sent.at(-1) ?? '';
    const article = () => find(`[id="comment-${commentId}"]`);
    const menu = () => article()?.querySelector<HTMLElement>('[aria-haspopup=menu]');
    await until(() => menu() != null, `the row is there: ${id}`);
    lookAt(article(), report, id, 'post');
    count(report, 'page title');

    menu()?.click();
    const entry = () => inSection('[role=menuitem]').find((it) => it.textContent?.trim().startsWith('Edit'));
    await until(() => entry() !== undefined, `the comment can be edited: ${id}`);
    entry()?.click();
    await until(() => article()?.querySelector('afterword-form') != null, `the edit form is there: ${id}`);
    const edit = article()?.querySelector('afterword-form') as AfterwordForm;
    await edit.ready;
    await look(edit, report, id, 'edit preview');
    type(edit, 'textarea', `${payload}\n\nand *more*`);
    await edit.updateComplete;
    submit(edit);
    await until(
      () => article()?.querySelector('.body')?.textContent?.includes('more') === true,
      `the edit is shown: ${id}`,
    );
    lookAt(article(), report, id, 'edit');
  }
  for (const what of wrongAround(section)) report.findings.push({ id: null, field: 'edit', what });
  await provoke(section);
  caught(report, null, 'edit');
  section.remove();
  return report;
}

/** Each string through the renderer alone, in a document of its own: who ran is known by name. */
export async function alone(attacks: readonly Attack[], format: 'markdown' | 'html'): Promise<Report> {
  const report: Report = { findings: [], through: {} };
  const field: Field = format === 'html' ? 'body, HTML' : 'body, Markdown';
  useMarkupPart(() => Promise.resolve(markupPart));
  await Promise.all(
    attacks.map(async ({ id, payload }) => {
      const frame = document.createElement('iframe');
      frame.name = `${format} ${id}`;
      frame.srcdoc = '<!doctype html><title>x</title><body>';
      document.body.append(frame);
      await soon((done) => frame.addEventListener('load', done, { once: true }));
      const inside = frame.contentWindow as Trapped;
      const body = inside.document.body;
      const known = new Set(Object.getOwnPropertyNames(inside));
      const made = await renderComment(payload, format);
      if ('html' in made) body.innerHTML = made.html as string;
      else body.textContent = made.text;
      count(report, field);
      for (const what of wrongIn(body)) report.findings.push({ id, field, what });
      await provoke(body);
      for (const what of inside.caught ?? []) report.findings.push({ id, field, what: `ran: ${what}` });
      if (frame.contentWindow !== inside || inside.document.body !== body) {
        report.findings.push({ id, field, what: 'ran: the document was replaced' });
      }
      for (const name of Object.getOwnPropertyNames(inside)) {
        if (!known.has(name) && !/^\d+$/.test(name)) report.findings.push({ id, field, what: `ran: made ${name}` });
      }
      frame.remove();
    }),
  );
  return report;
}

function comment(
  id: string,
  text: string,
  {
    format = 'markdown',
    name = 'Mara',
    website,
    picture,
    mentions,
    quote: about,
  }: Partial<Comment> & Partial<Record<'name' | 'website' | 'picture', string>>,
): Comment {
  return {
    ...{
      id,
      parentId: null,
      rootId: id,
      state: 'published',
      text,
      format,
      createdAt: 1_700_000_000_000,
      editedAt: null,
    },
    ...{ up: 0, down: 0, pinned: false, descendants: 0, revision: 1 },
    author: { name, role: 'guest', id: `of-${id}`, ...(website && { website }), ...(picture && { picture }) },
    ...(mentions && { mentions }),
    ...(about && { quote: about }),
  };
}

/** A passage whose words, surroundings, question and marker are all the attacker's. */
function quote(payload: string): Quote {
  return {
    quote: { type: 'TextQuoteSelector', exact: payload, prefix: payload, suffix: payload },
    ...{ position: { type: 'TextPositionSelector', start: 0, end: payload.length }, text: { hash: '0', length: 1 } },
    ...{ lookalike: 0, question: payload, marker: payload },
  };
}

const squeezed = (text: string) => text.replace(/\s+/g, '');

/** A backend that says what it is told to, and believes what it is sent. */
function backend(comments: readonly Comment[], sent: string[] = []): Adapter {
  const known = new Map(comments.map((it) => [it.id, it]));
  let revision = 1;
  const orders = ['newest', 'oldest', 'most-voted'] as const;
  return {
    id: `attacks ${++sections}`,
    can: {
      orders,
      reply: true,
      edit: true,
      delete: true,
      votes: 'up-down',
      around: false,
      changes: false,
      idempotent: true,
      quotes: true,
    },
    async list() {
      const all = [...known.values()];
      const info = { epoch: 'e', revision, count: all.length, rules: RULES };
      const answer: Page = {
        info,
        comments: all,
        roots: all.map(({ id }) => id),
        pinned: [],
        next: null,
        left: 0,
        gaps: {},
        markup: true,
      };
      return answer;
    },
    async send(operation) {
      revision += 1;
      const { id } = operation;
      let made: Comment | null = null;
      if (operation.kind === 'post') {
        made = {
          ...comment(id, operation.text, { ...operation.author, mentions: operation.mentions }),
          createdAt: Date.now(),
          revision,
        };
        sent.push(id);
      } else if (operation.kind === 'edit') {
        const before = known.get(operation.commentId);
        made = before ? { ...before, text: operation.text, editedAt: Date.now(), revision } : null;
      }
      if (made) known.set(made.id, made);
      return { operationId: id, comment: made, revision, editableUntil: Date.now() + 900_000 };
    },
  };
}

async function open(adapter: Adapter, article = ''): Promise<AfterwordComments> {
  const section = document.createElement('afterword-comments') as AfterwordComments;
  section.adapter = adapter;
  section.pageId = adapter.id;
  section.storage = 'none';
  section.loading = 'eager';
  section.pageSize = 200;
  section.article = article;
  document.body.append(section);
  await until(() => section.store?.view.phase === 'ready', 'the thread is there');
  names ??= new Set(Object.getOwnPropertyNames(window));
  return section;
}

function type(form: AfterwordForm, selector: string, words: string): void {
  const field = form.renderRoot.querySelector<HTMLInputElement | HTMLTextAreaElement>(selector);
  if (!field) throw new Error(`The form has no ${selector}`);
  field.value = words;
  field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
}

function submit(form: AfterwordForm): void {
  form.renderRoot.querySelector('form')?.requestSubmit();
}

async function look(form: AfterwordForm, report: Report, id: string, field: Field): Promise<void> {
  [...form.renderRoot.querySelectorAll('button')].find((it) => it.textContent?.trim() === 'Preview')?.click();
  await until(() => form.renderRoot.querySelector('#shown .body') !== null, `the ${field} is there: ${id}`);
  lookAt(form.renderRoot.querySelector('#shown'), report, id, field);
}

function lookAt(place: Element | null, report: Report, id: string, field: Field): void {
  if (!place) return;
  count(report, field);
  for (const what of wrongIn(place)) report.findings.push({ id, field, what });
  caught(report, id, field);
}

function count(report: Report, field: Field): void {
  report.through[field] = (report.through[field] ?? 0) + 1;
}

/** Takes what the traps caught since the last time, and what has appeared among the page's global names. */
function caught(report: Report, id: string | null, field: Field): void {
  for (const name of Object.getOwnPropertyNames(window)) {
    if (!names || names.has(name) || /^\d+$/.test(name)) continue;
    names.add(name);
    report.findings.push({ id, field, what: `ran: made ${name}` });
  }
  for (const what of page.caught?.splice(0) ?? []) report.findings.push({ id, field, what: `ran: ${what}` });
}

/** Past what an attack may have put in the way: a form's field named `attributes` hides the form's attributes. */
const nameOf = (element: Element): string => Reflect.get(Element.prototype, 'localName', element) as string;
const attributesOf = (element: Element): Attr[] => [
  ...(Reflect.get(Element.prototype, 'attributes', element) as NamedNodeMap),
];

/** What must not be in a comment. */
function wrongIn(place: Element): string[] {
  const wrong: string[] = [];
  const bodies = place.matches('.body') || place.localName === 'body' ? [place] : [...place.querySelectorAll('.body')];
  for (const body of bodies) {
    for (const element of body.querySelectorAll('*')) {
      if (!TAGS.has(nameOf(element))) wrong.push(`has <${nameOf(element)}>`);
      for (const { name } of attributesOf(element)) {
        if (!ATTRIBUTES.has(name)) wrong.push(`has ${name} on <${nameOf(element)}>`);
      }
    }
  }
  return [...wrong, ...dangerous([place, ...place.querySelectorAll('*')])];
}

/** What must be nowhere in the section, shadow roots included. */
function wrongAround(section: Element): string[] {
  return dangerous(findAll(section, '*'));
}

/** All elements below one that a selector names, shadow roots included. */
function findAll(root: Element | ShadowRoot, selector: string): HTMLElement[] {
  const found = [...root.querySelectorAll<HTMLElement>(selector)];
  const inside = root instanceof Element && root.shadowRoot ? [root.shadowRoot] : [];
  for (const { shadowRoot } of root.querySelectorAll('*')) if (shadowRoot) inside.push(shadowRoot);
  return [...found, ...inside.flatMap((shadow) => findAll(shadow, selector))];
}

/** Shadow roots in the order in which they were made: to look for them among all elements takes most of the time. */
const shadows = new Set<ShadowRoot>();
const attachShadow = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (init) {
  const shadow = attachShadow.call(this, init);
  shadows.add(shadow);
  return shadow;
};

/** All elements of the one section on the page that a selector names, the section's own before those deeper in it. */
function inSection(selector: string): HTMLElement[] {
  const there = [...shadows].filter((shadow) => shadow.isConnected);
  return there.flatMap((shadow) => [...shadow.querySelectorAll<HTMLElement>(selector)]);
}

function find(selector: string): HTMLElement | null {
  return inSection(selector)[0] ?? null;
}

function dangerous(elements: readonly Element[]): string[] {
  const wrong: string[] = [];
  for (const element of elements) {
    if (/^(script|iframe|frame|object|embed|base|meta|link|applet)$/.test(nameOf(element))) {
      wrong.push(`has <${nameOf(element)}>`);
    }
    for (const { name, value } of attributesOf(element)) {
      if (name.startsWith('on')) wrong.push(`has ${name}`);
      if (ADDRESSES.includes(name) && /^\s*(?!https?:|mailto:|#|\/|\?)/i.test(value))
        wrong.push(`has ${name}="${value}"`);
    }
  }
  return wrong;
}

/** Does what a reader could: every event that an element has a handler for, and a press on what is no ordinary link. */
async function provoke(root: Element): Promise<void> {
  // What was there before has been told of its errors when this picture has been told of its own.
  await soon((done) => {
    const last = new Image();
    last.onerror = last.onload = done;
    last.src = `/nothing?${Math.random()}`;
  });
  for (const element of findAll(root, '*')) {
    const attributes = attributesOf(element);
    for (const { name } of attributes) {
      if (name.startsWith('on')) EventTarget.prototype.dispatchEvent.call(element, new Event(name.slice(2)));
    }
    const address = attributes.find(({ name }) => /^(xlink:)?href$/.test(name))?.value ?? '';
    if (nameOf(element) === 'a' && address && !/^(https?:|mailto:|\/|#|\?)/i.test(address.trim())) {
      element.removeAttribute('target');
      element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 60));
}

/** Waits for an event; what a string does to its frame must not keep the gate waiting for ever. */
async function soon(listen: (done: () => void) => void): Promise<void> {
  let late = 0;
  await new Promise<void>((resolve) => {
    late = window.setTimeout(resolve, 3_000);
    listen(resolve);
  });
  clearTimeout(late);
}

/** Waits for the page to draw, at most some hundreds of times. */
async function until(holds: () => boolean, what: string): Promise<void> {
  for (let times = 0; times < 400; times++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, times < 50 ? 4 : 20));
  }
  throw new Error(`Waited in vain until ${what}`);
}

Object.assign(window, { attacks: { read, write, alone } });
