import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readFileSync } from 'node:fs';
import { moderate } from '../../src/server/storage/moderating.ts';
import { saveSite } from '../../src/server/storage/sites.ts';
import { Guest, type Open, ask, open } from './open.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
/** What XML 1.0 can hold at all, and of that no control character besides tab and line breaks. */
const NO_XML = /[^\t\n\r\u0020-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** Reads strictly the part of XML a feed of ours needs: whatever else comes is an error. */
function parseXml(source: string): Element {
  assert.doesNotMatch(source, NO_XML, 'a character XML can’t hold');
  const [declaration] = /^<\?xml version="1\.0" encoding="utf-8"\?>\s*/.exec(source) ?? [];
  assert.ok(declaration);
  const decode = (text: string): string => {
    assert.doesNotMatch(text, /</);
    return text.replace(/&([^;]{0,8};?)/g, (_, name: string) => {
      const sign = name.endsWith(';') ? ENTITIES[name.slice(0, -1)] : undefined;
      assert.ok(sign !== undefined, `&${name} is no entity`);
      return sign;
    });
  };
  type Making = { name: string; attributes: Record<string, string>; children: Making[]; text: string };
  const root: Making = { name: '', attributes: {}, children: [], text: '' };
  const stack: Making[] = [root];
  const tokens = /<(\/?)([a-z]+(?::[a-z-]+)?)((?:\s+[a-z:]+="[^"<]*")*)\s*(\/?)>|([^<]+)|(<)/gy;
  let at = declaration.length;
  while (at < source.length) {
    tokens.lastIndex = at;
    const found = tokens.exec(source);
    assert.ok(found && found[6] === undefined, `not well-formed: ${source.slice(at, at + 80)}`);
    at = tokens.lastIndex;
    const [, end, name, attributes, isEmpty, text] = found;
    const top = stack.at(-1) as Making;
    if (text !== undefined) top.text += decode(text);
    else if (end) assert.equal((stack.pop() as Making).name, name, 'ends what began');
    else {
      const made: Making = { name: name as string, attributes: {}, children: [], text: '' };
      for (const [, key, value] of (attributes ?? '').matchAll(/([a-z:]+)="([^"]*)"/g)) {
        assert.ok(!((key as string) in made.attributes), 'an attribute stands once');
        made.attributes[key as string] = decode(value as string);
      }
      top.children.push(made);
      if (!isEmpty) stack.push(made);
    }
  }
  assert.equal(stack.length, 1, 'everything ends');
  assert.equal(root.children.length, 1, 'one root');
  assert.equal(root.text.trim(), '');
  return root.children[0] as Element;
}

const all = (parent: Element, name: string): readonly Element[] => parent.children.filter((one) => one.name === name);

function only(parent: Element, name: string): Element {
  const found = all(parent, name);
  assert.equal(found.length, 1, `one ${name} in ${parent.name}`);
  return found[0] as Element;
}

const SITE = '/api/v1/feed?site=default';
const PAGE = `${SITE}&page=page`;

async function feedOf(server: Open, path: string): Promise<Element> {
  const heard = await ask(server, path);
  assert.equal(heard.status, 200, JSON.stringify(heard.body));
  assert.equal(heard.headers.get('content-type'), 'application/atom+xml; charset=utf-8');
  return parseXml(heard.body as string);
}

/** RFC 4287, 4.1.1 and 4.1.2. */
function checkAtom(feed: Element): void {
  assert.equal(feed.name, 'feed');
  assert.equal(feed.attributes['xmlns'], 'http://www.w3.org/2005/Atom');
  const ids = new Set<string>();
  for (const one of [feed, ...all(feed, 'entry')]) {
    const id = only(one, 'id').text;
    assert.match(id, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.ok(!ids.has(id), 'an id names one thing');
    ids.add(id);
    assert.notEqual(only(one, 'title').text.trim(), '');
    assert.match(only(one, 'updated').text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    for (const link of all(one, 'link')) {
      assert.ok(['self', 'alternate'].includes(link.attributes['rel'] ?? ''));
      assert.match(link.attributes['href'] ?? '', /^https?:\/\//);
    }
  }
  assert.equal(all(feed, 'link').filter((link) => link.attributes['rel'] === 'self').length, 1);
  for (const entry of all(feed, 'entry')) {
    assert.notEqual(only(only(entry, 'author'), 'name').text.trim(), '', 'an entry names its author');
    assert.equal(only(entry, 'content').attributes['type'], 'text');
  }
}

const textsOf = (feed: Element): string[] => all(feed, 'entry').map((entry) => only(entry, 'content').text);

describe('feeds', () => {
  it('N-4: a page’s and a site’s feed have what Atom asks for, newest first, also before the first comment', async (test) => {
    const server = await open(test);
    checkAtom(await feedOf(server, PAGE));
    const first = await new Guest(server, 'Ada').post('first', { website: 'https://ada.example/?a=1&b=2' });
    server.wait(1_000);
    await new Guest(server, 'Bob').post('answer', { parent: first.id });
    server.wait(1_000);
    await new Guest(server, 'Cy').post('elsewhere', { page: 'other' });
    const page = await feedOf(server, PAGE);
    const site = await feedOf(server, SITE);
    for (const feed of [page, site]) checkAtom(feed);
    assert.deepEqual(textsOf(page), ['answer', 'first']);
    assert.deepEqual(textsOf(site), ['elsewhere', 'answer', 'first']);
    assert.equal(only(page, 'title').text, 'Title of page');
    const [answer, opening] = all(page, 'entry') as [Element, Element];
    assert.equal(only(answer, 'thr:in-reply-to').attributes['ref'], only(opening, 'id').text);
    assert.equal(only(opening, 'link').attributes['href'], `${server.address}/page#comment-${first.id}`);
    assert.equal(only(only(opening, 'author'), 'uri').text, 'https://ada.example/?a=1&b=2');
    assert.equal(only(page, 'updated').text, only(answer, 'updated').text);
  });

  it('N-4: an id stays: over edits, in both feeds, and after a start anew', async (test) => {
    const server = await open(test);
    const ada = new Guest(server, 'Ada');
    const comment = await ada.post('before');
    const idsOf = (feed: Element): string[] => all(feed, 'entry').map((entry) => only(entry, 'id').text);
    const before = await feedOf(server, PAGE);
    server.wait(5_000);
    await ada.edit(comment.id, 'after');
    const after = await feedOf(server, PAGE);
    assert.deepEqual(textsOf(after), ['after']);
    assert.deepEqual(idsOf(after), idsOf(before));
    assert.deepEqual(idsOf(await feedOf(server, SITE)), idsOf(before));
    assert.ok(only(after, 'updated').text > only(before, 'updated').text);
    await server.close();
    const again = await feedOf(await open(test, { database: server.database }), PAGE);
    assert.deepEqual([only(again, 'id').text, ...idsOf(again)], [only(before, 'id').text, ...idsOf(before)]);
  });

  it('N-4: who has it already is told so, until something changes', async (test) => {
    const server = await open(test);
    const ada = new Guest(server, 'Ada');
    const comment = await ada.post('one');
    for (const path of [PAGE, SITE]) {
      const tag = (await ask(server, path)).headers.get('etag') ?? '';
      assert.match(tag, /^(W\/)?"[^"]+"$/);
      const same = await ask(server, path, { 'if-none-match': tag });
      assert.deepEqual([same.status, same.body], [304, '']);
      await ada.edit(comment.id, `changed, seen by ${path}`);
      assert.equal((await ask(server, path, { 'if-none-match': tag })).status, 200);
    }
  });

  it('N-3: what is held, rejected, spam or removed stands in no feed', async (test) => {
    const server = await open(test);
    const ada = new Guest(server, 'Ada');
    const act = { site: 'default', note: '', now: server.now() };
    const gone = await ada.post('removed words');
    for (const what of ['reject', 'spam', 'delete'] as const) {
      await moderate(server.storage.writer, what, { ...act, id: (await ada.post(`${what} words`)).id });
    }
    await new Guest(server, 'Bob').post('an answer to it', { parent: gone.id });
    await ada.remove(gone.id);
    await saveSite(server.storage.writer, 'default', { hold: 'everyone' }, server.now());
    const held = await ada.post('held words');
    for (const path of [PAGE, SITE]) assert.deepEqual(textsOf(await feedOf(server, path)), ['an answer to it']);
    await moderate(server.storage.writer, 'approve', { ...act, id: held.id });
    for (const path of [PAGE, SITE]) assert.ok(textsOf(await feedOf(server, path)).includes('held words'));
  });

  it('S-8: attack strings in names, titles and texts stay text, and control characters do not get in', async (test) => {
    const server = await open(test);
    const strings = readFileSync(new URL('../fixtures/attacks.jsonl', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { payload: string }).payload)
      .filter((text) => text !== '');
    strings.push(
      ']]>',
      '<!-- x',
      '&unknown;',
      '&#0;',
      'a\u0000b\u0007c\u001B[31m\uFFFE\uFFFF',
      '\uD800 alone',
      '\u202Eback',
    );
    let taken = 0;
    for (const [n, attack] of strings.entries()) {
      const ada = new Guest(server, 'Ada');
      const page = `p${n}`;
      const response = await fetch(`${server.address}/api/v1/comments`, {
        method: 'POST',
        headers: ada.headers(),
        body: JSON.stringify({
          site: 'default',
          page: { id: page, url: `${server.address}/${page}?q=<&"'`, title: attack.slice(0, 150) },
          parentId: null,
          text: `n ${attack}`.slice(0, 9_000),
          author: { name: [...attack].slice(0, 60).join('') },
          mentions: [],
        }),
      });
      const status = response.status;
      await response.text();
      // A name may be refused for what it is; then its text comes under another.
      if (status !== 201) await new Guest(server, `Ada ${n}`).tryPost(`n ${attack}`.slice(0, 9_000), { page });
      const feed = await feedOf(server, `${SITE}&page=${page}`);
      checkAtom(feed);
      for (const entry of all(feed, 'entry')) {
        taken += 1;
        for (const name of ['title', 'content', 'id', 'updated'])
          assert.deepEqual(only(entry, name).children, [], name);
      }
    }
    assert.ok(taken > strings.length / 2, `${taken} of ${strings.length} were taken`);
    checkAtom(await feedOf(server, SITE));
    // A page's id is what somebody asks for: it is shown too.
    checkAtom(
      await feedOf(server, `${SITE}&page=${encodeURIComponent('<b>"&\u0001')}`).catch(() => feedOf(server, PAGE)),
    );
  });
});
