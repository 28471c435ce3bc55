// One real section for each thing that can become of a comment, over a backend that answers as the state needs it.

const day = 24 * 60 * 60 * 1000;
const rules = {
  votes: 'up-down',
  name: 'optional',
  email: 'none',
  website: false,
  minLength: 1,
  maxLength: 10_000,
  maxDepth: null,
  editSeconds: 900,
  closed: false,
  consent: null,
};
const trouble = (fields) => () => Promise.reject(Object.assign(new Error(fields.kind), { trouble: fields }));
const offline = trouble({ kind: 'unknown', because: 'network' });
const never = () => new Promise(() => {});
const answered = (state) => (operation) =>
  Promise.resolve({
    operationId: operation.id,
    comment: { ...commentOf(operation.id, operation.text), state, revision: 2 },
    revision: 2,
    editableUntil: null,
  });

/** By title: how the backend answers, and what else is special. */
const states = {
  Sending: { send: never },
  'Waiting for the network': { send: offline },
  'Waiting, and not kept on the device': { send: offline, storage: 'none' },
  'Nothing is taken from this website': { send: offline, readable: true },
  'Will be tried again': { send: trouble({ kind: 'busy', after: 20 * 60_000 }) },
  'Behind a Wi-Fi sign-in page': { send: trouble({ kind: 'busy', after: 20 * 60_000, portal: true }) },
  'Needs you to sign in': { send: trouble({ kind: 'needs-reader', want: 'sign-in' }) },
  'Needs a captcha': { send: trouble({ kind: 'needs-reader', want: 'captcha' }) },
  Refused: { send: trouble({ kind: 'refused', reason: 'too-long', limit: 40 }) },
  'What it answers is gone': { send: trouble({ kind: 'gone', reason: 'parent-gone' }), parentId: 'there' },
  'Changed elsewhere': { send: trouble({ kind: 'conflict', theirs: 'The text as it is now.' }), edits: true },
  'May have arrived': { send: trouble({ kind: 'unknown', because: 'timeout' }), idempotent: false },
  'Given up after a day': { send: trouble({ kind: 'busy', after: 20 * 60_000 }), storage: 'full', waited: true },
  'Unsent for six days': { send: offline, age: 6 * day },
  'Awaiting approval': { send: answered('held') },
  Sent: { send: answered('published') },
};

function commentOf(id, text) {
  return {
    id,
    parentId: null,
    rootId: id,
    state: 'published',
    author: { name: 'Maren Oake', role: 'guest' },
    text,
    format: 'plain',
    createdAt: Date.now() - day,
    editedAt: null,
    up: 0,
    down: 0,
    pinned: false,
    descendants: 0,
    revision: 1,
  };
}

const post = (id, createdAt) => ({ kind: 'post', id, createdAt, text: 'Words on their way.', mentions: [] });

/** Puts words on this device as they stand there after a day of nine attempts: the tenth is the last. */
function keepForADay(title) {
  const thread = { backend: `states ${title}`, site: 'default', page: title };
  const operation = { ...post('kept-for-a-day', Date.now() - 1.1 * day), author: { name: 'Visitor' } };
  const row = {
    operation: { ...operation, parentId: null, rootId: operation.id },
    thread,
    page: { url: location.href, title: document.title },
    ...{ identity: 'guest', order: 1, attempts: 9, notBefore: 0, delivery: { state: 'sending' }, saved: true },
  };
  return new Promise((kept) => {
    const opening = indexedDB.open('afterword-1');
    opening.onupgradeneeded = () => opening.result.createObjectStore('rows');
    opening.onerror = kept;
    opening.onsuccess = () => {
      const writing = opening.result.transaction('rows', 'readwrite');
      const key = ['outbox', thread.backend, thread.site, thread.page, operation.id];
      writing.objectStore('rows').put({ shape: 1, row, answer: null, troubledSince: Date.now() - 1.1 * day }, key);
      writing.oncomplete = writing.onabort = () => {
        opening.result.close();
        kept();
      };
    };
  });
}

for (const [title, state] of Object.entries(states)) {
  const { send, idempotent = true, parentId = null, edits = false, age = 0, storage = 'session', waited } = state;
  if (waited) await keepForADay(title);
  const section = document.createElement('afterword-comments');
  let lists = 0;
  const there = [commentOf('there', 'A comment that is there already.')];
  section.adapter = {
    id: `states ${title}`,
    can: {
      orders: ['newest'],
      reply: true,
      edit: true,
      delete: true,
      votes: 'none',
      around: false,
      changes: false,
      idempotent,
    },
    // Read once, and then as far away as the sending is; where it stays near, that is suspicious after some seconds.
    list: () =>
      send === offline && !state.readable && lists++ > 0
        ? offline()
        : Promise.resolve({
            info: { epoch: 'states', revision: 1, count: 1, rules },
            comments: there,
            roots: ['there'],
            pinned: [],
            next: null,
            left: 0,
            gaps: {},
            markup: false,
          }),
    send,
  };
  for (const [name, value] of Object.entries({ 'page-id': title, storage, loading: 'eager' }))
    section.setAttribute(name, value);
  const block = document.createElement('section');
  const heading = document.createElement('h2');
  heading.textContent = title;
  heading.id = title.toLowerCase().replaceAll(/\W+/g, '-');
  block.id = `state-${heading.id}`;
  block.setAttribute('aria-labelledby', heading.id);
  block.append(heading, section);
  document.querySelector('#states').append(block);
  section.addEventListener(
    'afterword-loaded',
    () => {
      if (waited) return;
      const asked = post(crypto.randomUUID(), Date.now() - age);
      void section.store.dispatch(
        edits
          ? { ...asked, kind: 'edit', commentId: 'there', before: there[0].text }
          : { ...asked, parentId, rootId: parentId, author: { name: 'Visitor' } },
      );
    },
    { once: true },
  );
}
