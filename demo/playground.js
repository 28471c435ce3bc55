// Builds a control for every attribute and theme variable out of the elements' manifest, so that none can be missing.

const form = document.querySelector('#controls');
const code = document.querySelector('#code');
const said = document.querySelector('#said');
const stage = document.querySelector('#section');
const tag = 'afterword-comments';

/** What the section on this page starts with; everything else begins at the element's own default. */
const given = { server: new URL('..', import.meta.url).href.replace(/\/$/, ''), 'page-id': 'seven-minutes-fast' };
const section = document.createElement(tag);
for (const [name, value] of Object.entries(given)) section.setAttribute(name, value);
stage.append(section);

/** By attribute or variable: what the visitor chose. */
const chosen = new Map();

const manifest = await fetch('custom-elements.json')
  .then((answer) => (answer.ok ? answer.json() : null))
  .catch(() => null);
const element = manifest?.modules
  .flatMap((module) => module.declarations ?? [])
  .find((declaration) => declaration.tagName === tag);

if (element) {
  document.querySelector('#trouble').remove();
  form.append(
    group('Attributes', element.attributes ?? [], attributeControl, true),
    group('Theme variables', element.cssProperties ?? [], variableControl, false),
  );
} else {
  document.querySelector('#trouble').textContent =
    'The list of settings could not be loaded. It is made by “npm run build”; reload this page when that is done.';
}
show();

form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('reset', () => {
  chosen.clear();
  show();
});
document.querySelector('#copy').addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(code.textContent);
    said.textContent = 'Copied.';
  } catch {
    // No permission, or a page without a secure context: the text is marked, so that the reader's own keys copy it.
    getSelection().selectAllChildren(code);
    said.textContent = 'Press Ctrl or Cmd and C to copy.';
  }
});

function group(title, entries, control, open) {
  const details = document.createElement('details');
  details.open = open;
  const summary = document.createElement('summary');
  summary.textContent = `${title} (${entries.length})`;
  details.append(summary, ...entries.map((entry, nth) => setting(entry, control, `${title[0]}${nth}`.toLowerCase())));
  return details;
}

function setting(entry, control, id) {
  const box = document.createElement('div');
  box.className = 'setting';
  const label = document.createElement('label');
  label.htmlFor = id;
  label.textContent = entry.name;
  const note = document.createElement('p');
  note.id = `${id}-note`;
  const fallback = entry.default && entry.default !== "''" ? ` Default: ${entry.default.replaceAll("'", '')}.` : '';
  note.textContent = (entry.description ?? '').replaceAll('`', '') + fallback;
  const made = control(entry, id);
  (made.querySelector?.(`#${id}`) ?? made).setAttribute('aria-describedby', note.id);
  box.append(label, made, note);
  return box;
}

function attributeControl({ name, type, default: fallback }, id) {
  const text = type?.text ?? '';
  const values = [...text.matchAll(/'([^']*)'/g)].map((match) => match[1]);
  let field;
  if (values.length > 1) {
    field = document.createElement('select');
    field.append(new Option('(default)', ''), ...values.filter(Boolean).map((value) => new Option(value, value)));
  } else {
    field = document.createElement('input');
    field.type = /boolean/.test(text) ? 'checkbox' : /number/.test(text) ? 'number' : 'text';
    if (field.type !== 'checkbox') field.placeholder = given[name] ?? (fallback ?? '').replaceAll("'", '');
  }
  field.id = id;
  field.addEventListener(field.type === 'text' ? 'change' : 'input', () => {
    set(name, field.type === 'checkbox' ? (field.checked ? '' : null) : field.value || null);
  });
  return field;
}

/** A colour may be picked or written; everything else is written. */
function variableControl({ name, default: fallback }, id) {
  const text = document.createElement('input');
  text.type = 'text';
  text.id = id;
  text.placeholder = fallback ?? '';
  text.addEventListener('input', () => set(name, text.value.trim() || null));
  if (!/accent|text$|muted|danger|success|hairline|wash|control|surface|background/.test(name)) return text;
  const pair = document.createElement('div');
  pair.className = 'pair';
  const colour = document.createElement('input');
  colour.type = 'color';
  colour.setAttribute('aria-label', `${name}, pick a colour`);
  colour.addEventListener('input', () => {
    text.value = colour.value;
    set(name, colour.value);
  });
  pair.append(colour, text);
  return pair;
}

function set(name, value) {
  if (value === null) chosen.delete(name);
  else chosen.set(name, value);
  show();
}

/** Puts what was chosen on the section and into the snippet. */
function show() {
  const attributes = { ...given };
  const variables = [];
  for (const [name, value] of chosen) {
    if (name.startsWith('--')) variables.push(`${name}: ${value}`);
    else attributes[name] = value;
  }
  for (const { name } of element?.attributes ?? []) {
    if (!(name in attributes)) section.removeAttribute(name);
    else if (section.getAttribute(name) !== attributes[name]) section.setAttribute(name, attributes[name]);
  }
  for (const { name } of element?.cssProperties ?? []) {
    if (chosen.has(name)) section.style.setProperty(name, chosen.get(name));
    else section.style.removeProperty(name);
  }
  const written = Object.entries(attributes).map(
    ([name, value]) => `\n  ${name}${value === '' ? '' : `="${escape(value)}"`}`,
  );
  const style = variables.length
    ? `<style>\n  ${tag} {\n${variables.map((line) => `    ${line};\n`).join('')}  }\n</style>\n`
    : '';
  const source = new URL('../afterword.js', import.meta.url);
  code.textContent =
    style + `<${tag}${written.join('')}\n></${tag}>\n` + `<script type="module" src="${source}"></` + 'script>';
  said.textContent = '';
}

function escape(value) {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
