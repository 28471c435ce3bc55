/** Comments on passages at the server: what is kept of a quote, for how long, and what is listed and counted by it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { markerKey, passageKey } from '../../../src/model/passage.ts';
import { describeQuote, type Quote } from '../../../src/model/quote.ts';
import { exportSite } from '../../../src/server/importers/export.ts';
import { importText } from '../../../src/server/importers/import.ts';
import { sqliteLibrary } from '../../../src/server/storage/driver.ts';
import { MIGRATIONS } from '../../../src/server/storage/migrations.ts';
import { moderate } from '../../../src/server/storage/moderating.ts';
import { selectPassages } from '../../../src/server/storage/quotes.ts';
import { removeSite, saveSite } from '../../../src/server/storage/sites.ts';
import { Storage } from '../../../src/server/storage/storage.ts';
import { countOf, rowsOf } from '../../helpers/database-file.ts';
import { ask, Guest, list, listPath, NOON, open, passagesOf, reasonOf, textsOf, type Open } from '../open.ts';

const article =
  'The harbour froze in January. Ferries stayed where they were, and for a week nobody came. ' +
  'Then the ice broke with a sound that people still speak of. Nobody has measured it since.';

function quoteOf(words: string, fields: Partial<Quote> = {}): Quote {
  const start = article.indexOf(words);
  return { ...describeQuote(article, start, start + words.length), ...fields };
}

const froze = quoteOf('The harbour froze');
const broke = quoteOf('the ice broke with a sound');

const quotesKept = (server: Open): number => countOf(server.database, 'select count(*) as n from quotes');

const countsOf = async (server: Open): Promise<readonly (readonly [string, number])[]> =>
  (await passagesOf(server)).passages.map(({ key, count }) => [key, count] as const);

describe('quotes', () => {
  it('I-3: a comment keeps its passage, and one of the two must not be a reply', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const comment = await ada.post('Did it?', { quote: froze });
    assert.deepEqual(comment.quote, froze);
    assert.deepEqual((await list(server)).comments[0]?.quote, froze);
    const reply = await ada.tryPost('A reply', { parent: comment.id, quote: froze });
    assert.deepEqual([reply.status, reasonOf(reply)], [400, 'invalid']);
    const edited = (await ada.edit(comment.id, 'It did.')).comment;
    assert.deepEqual([edited?.text, edited?.quote], ['It did.', froze]);
  });

  it('I-3: an edit can’t move a comment to another passage', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const { id } = await ada.post('Did it?', { quote: froze });
    const response = await fetch(`${server.address}/api/v1/comments/${id}`, {
      method: 'PUT',
      headers: ada.headers(),
      body: JSON.stringify({ site: 'default', text: 'Moved', mentions: [], quote: broke }),
    });
    assert.equal(response.status, 200);
    assert.deepEqual((await list(server)).comments[0]?.quote, froze);
  });

  it('S-2: what is no quote is refused, each for its reason, and stores nothing', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const long = 'x'.repeat(4001);
    const wrong: unknown[] = [
      ...[7, 'words', [], {}, null],
      { ...froze, quote: { type: 'CssSelector', value: 'p' } },
      { ...froze, quote: { ...froze.quote, exact: long } },
      { ...froze, quote: { ...froze.quote, prefix: 'x'.repeat(201) } },
      { ...froze, quote: { ...froze.quote, exact: { html: '<b>' } } },
      { ...froze, quote: { type: 'RangeSelector', startSelector: froze.quote, endSelector: 5 } },
      { ...froze, position: { type: 'TextPositionSelector', start: 9, end: 3 } },
      { ...froze, position: { type: 'TextPositionSelector', start: -1, end: 3 } },
      { ...froze, position: { type: 'TextPositionSelector', start: 0.5, end: 3 } },
      { ...froze, text: { hash: 'x'.repeat(65), length: 3 } },
      { ...froze, lookalike: 'much' },
      { ...froze, marker: 'x'.repeat(201) },
      { ...froze, question: 'x'.repeat(1001) },
    ];
    for (const quote of wrong) {
      const heard = await ada.tryPost('Words', { quote });
      assert.deepEqual([heard.status, reasonOf(heard)], [400, 'invalid'], JSON.stringify(quote)?.slice(0, 90));
    }
    assert.equal((await list(server)).info.count, 0);
    assert.equal(quotesKept(server), 0);
  });

  it('S-8: attack strings in words, surroundings, question and marker come back as the text they are', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const lines = readFileSync(new URL('../../fixtures/attacks.jsonl', import.meta.url), 'utf8')
      .trim()
      .split('\n');
    for (const line of lines) {
      const payload = (JSON.parse(line) as { payload: string }).payload.slice(0, 200);
      const quote: Quote = {
        ...froze,
        quote: { type: 'TextQuoteSelector', exact: payload, prefix: payload, suffix: payload },
        question: payload,
        marker: payload,
      };
      const clean = (text: string): string =>
        text.replace(/\0|\p{Surrogate}/gu, '\uFFFD').replace(/[^\P{Cc}\t\n]/gu, ' ');
      const stored = JSON.parse(JSON.stringify(quote), (_, one: unknown) =>
        typeof one === 'string' ? clean(one) : one,
      ) as Quote;
      const comment = await ada.post(`About ${line.slice(0, 20)} ${randomUUID()}`, { quote });
      assert.deepEqual(comment.quote, stored);
      const passage = (await passagesOf(server)).passages.find(({ key }) => key === passageKey(stored));
      assert.deepEqual(passage?.quote, stored);
      const shown = await list(server, { passage: passageKey(stored), limit: 3 });
      assert.ok(shown.comments.some(({ id }) => id === comment.id));
    }
  });

  it('S-8: control characters become blanks one for one, so that offsets stay right', async (t) => {
    const server = await open(t);
    const exact = 'a\u0000b\u0007c\u0085d\te\nf\uD800g';
    const { quote } = await new Guest(server).post('Odd', {
      quote: { ...froze, quote: { type: 'TextQuoteSelector', exact, prefix: '', suffix: '' } },
    });
    assert.deepEqual(quote?.quote, {
      type: 'TextQuoteSelector',
      exact: 'a\uFFFDb c d\te\nf\uFFFDg',
      prefix: '',
      suffix: '',
    });
  });

  it('keeps the text of a quote once for all comments on it, and as long as one of them is there', async (t) => {
    const server = await open(t);
    const people = [new Guest(server, 'Ada'), new Guest(server, 'Ben')] as const;
    const first = await people[0].post('One', { quote: froze });
    const second = await people[1].post('Two', { quote: froze });
    await people[1].post('Three', { quote: broke });
    assert.equal(quotesKept(server), 2);
    await people[0].remove(first.id);
    assert.equal(quotesKept(server), 2);
    await people[1].remove(second.id);
    assert.equal(quotesKept(server), 1);
  });

  it('S-9: a site that is removed takes its quotes along, and leaves those of others', async (t) => {
    const server = await open(t);
    const { writer } = server.storage;
    await new Guest(server).post('Here', { quote: froze });
    await saveSite(writer, 'other', { origins: ['https://other.example'] }, NOON);
    const there = new Guest(server, 'Ada', 'https://other.example');
    await there.post('There', { quote: froze, site: 'other' });
    await there.post('There too', { quote: broke, site: 'other' });
    assert.equal(quotesKept(server), 2);
    await removeSite(writer, 'other');
    assert.equal(quotesKept(server), 1);
    assert.deepEqual((await list(server)).comments[0]?.quote, froze);
  });

  it('S-3: a key repeated with another passage is refused, the same one answered with the comment', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const key = randomUUID();
    const { id } = await ada.post('Source?', { quote: froze, key });
    assert.equal((await ada.post('Source?', { quote: froze, key })).id, id);
    assert.equal(reasonOf(await ada.tryPost('Source?', { quote: broke, key })), 'key-reused');
  });

  it('S-6: the same few words at two passages are two comments, at one passage a repeat', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const first = await ada.post('Source?', { quote: froze });
    await ada.post('Source?', { quote: broke });
    await ada.post('Source?');
    const again = await ada.tryPost('Source?', { quote: froze });
    assert.equal(again.status, 200);
    assert.equal((again.body as { comment: { id: string } }).comment.id, first.id);
    assert.equal((await list(server)).info.count, 3);
    const long = 'The very same sentence, pasted wherever there is room for a comment.';
    await ada.post(long, { quote: froze });
    assert.equal((await ada.tryPost(long, { quote: broke })).status, 200, 'long ones are repeats anywhere on the page');
  });
});

describe('passages', () => {
  it('I-4: lists those on passages, and those of one passage, with their replies', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const one = await ada.post('On ice', { quote: broke });
    server.wait(1000);
    await ada.post('On nothing');
    await ada.post('A reply', { parent: one.id });
    await ada.post('On frost', { quote: froze });
    assert.deepEqual(textsOf(await list(server, { filter: 'inline' })), ['On frost', 'On ice', 'A reply']);
    const only = await list(server, { passage: passageKey(broke), limit: 3 });
    assert.deepEqual([textsOf(only), only.left, only.next], [['On ice', 'A reply'], 0, null]);
    const first = await list(server, { filter: 'inline', limit: 1 });
    assert.equal(first.left, 1);
    const rest = await list(server, { filter: 'inline', limit: 1, after: first.next ?? '' });
    assert.deepEqual([textsOf(rest), rest.next], [['On ice', 'A reply'], null]);
    assert.deepEqual(textsOf(await list(server, { passage: 'no-such-passage' })), []);
    assert.equal((await ask(server, listPath({ filter: 'everything' }))).status, 400);
  });

  it('counts published top-level comments: no replies, nothing held, removed or rejected', async (t) => {
    const server = await open(t);
    const { storage } = server;
    const ada = new Guest(server, 'Ada');
    const ben = new Guest(server, 'Ben');
    const first = await ada.post('One', { quote: froze });
    await ada.post('A reply', { parent: first.id });
    const second = await ben.post('Two', { quote: froze });
    await ben.post('Elsewhere', { quote: broke });
    const [onFroze, onBroke] = [passageKey(froze), passageKey(broke)];
    assert.deepEqual(await countsOf(server), [
      [onBroke, 1],
      [onFroze, 2],
    ]);
    assert.equal((await list(server)).info.inline, 3);

    const act = (how: 'approve' | 'reject' | 'spam' | 'delete', id: string) =>
      moderate(storage.writer, how, { site: 'default', id, note: '', now: NOON });
    await act('reject', second.id);
    assert.deepEqual(await countsOf(server), [
      [onBroke, 1],
      [onFroze, 1],
    ]);
    assert.deepEqual((await ben.mine()).unpublished[0]?.quote, froze, 'its writer still sees what it was about');
    await act('approve', second.id);
    await act('delete', first.id);
    const stub = (await list(server)).comments.find(({ id }) => id === first.id);
    assert.deepEqual([stub?.state, stub?.quote], ['deleted', undefined]);
    assert.deepEqual(textsOf(await list(server, { filter: 'inline' })), ['Elsewhere', 'Two']);
    assert.deepEqual(await countsOf(server), [
      [onBroke, 1],
      [onFroze, 1],
    ]);
    assert.equal((await list(server)).info.inline, 2);
  });

  it('I-2: a held comment counts for its passage when it is approved', async (t) => {
    const server = await open(t);
    const site = await server.storage.site('default');
    assert.ok(site);
    await saveSite(server.storage.writer, 'default', { ...site.settings, hold: 'everyone' }, NOON);
    const { id } = await new Guest(server).post('Waits', { quote: froze });
    assert.deepEqual([await countsOf(server), (await list(server)).info.inline], [[], 0]);
    assert.deepEqual(textsOf(await list(server, { filter: 'inline' })), []);
    await moderate(server.storage.writer, 'approve', { site: 'default', id, note: '', now: NOON });
    assert.deepEqual([await countsOf(server), (await list(server)).info.inline], [[[passageKey(froze), 1]], 1]);
  });

  it('I-1: the author’s passage is one, whatever its words are by now, and keeps the first quote', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const asked = { ...froze, marker: 'winter', question: 'Did it?' };
    await ada.post('Then', { quote: asked });
    await ada.post('Now', { quote: { ...broke, marker: 'winter', question: 'Did it really?' } });
    const { passages, info } = await passagesOf(server);
    assert.deepEqual(
      passages.map(({ key, count, quote, revision }) => [key, count, quote, revision]),
      [[markerKey('winter'), 2, asked, info.revision]],
    );
  });

  it('I-5: twins in a table are two passages, a sentence that only moved is one', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    const at = (start: number) => ({ ...froze.position, start, end: start + 17 });
    await ada.post('Here', { quote: froze });
    await ada.post('Moved', { quote: { ...froze, position: at(400), text: { hash: 'other', length: 900 } } });
    await ada.post('One row', { quote: { ...broke, lookalike: 1, position: at(10) } });
    await ada.post('Another row', { quote: { ...broke, lookalike: 1, position: at(60) } });
    assert.deepEqual((await countsOf(server)).map(([, count]) => count).sort(), [1, 1, 2]);
  });

  it('S-2: the answer is for everybody and carries an ETag', async (t) => {
    const server = await open(t);
    const ada = new Guest(server);
    await ada.post('One', { quote: froze });
    const path = '/api/v1/passages?site=default&page=page';
    const first = await ask(server, path, { origin: server.address });
    const tag = first.headers.get('etag') ?? '';
    assert.equal(first.headers.get('access-control-allow-origin'), '*');
    assert.equal((await ask(server, path, { 'if-none-match': tag })).status, 304);
    await ada.post('Two', { quote: froze });
    assert.equal((await ask(server, path, { 'if-none-match': tag })).status, 200);
    assert.deepEqual((await passagesOf(server, 'nobody-wrote-here')).passages, []);
  });

  it('walks only the comments on passages, however long the thread', async (t) => {
    const server = await open(t);
    await new Guest(server).post('One', { quote: froze });
    const { sql, parameters } = selectPassages(server.storage.reader, 'x').compile();
    const rows = rowsOf(server.database, `explain query plan ${sql}`, ...parameters);
    const plan = rows.map(({ detail }) => detail).join('; ');
    assert.match(plan, /USING INDEX (passage|inline)_by_/);
    assert.doesNotMatch(plan, /SCAN|TEMP B-TREE/, plan);
  });
});

describe('quotes on the move', () => {
  const lines = async function* (text: string): AsyncGenerator<string> {
    yield text;
  };

  it('S-7: an export carries the quotes, and an import brings them back, once', async (t) => {
    const [from, to] = [await open(t), await open(t)];
    const ada = new Guest(from);
    await ada.post('One', { quote: froze });
    await ada.post('Two', { quote: { ...broke, marker: 'winter', question: 'Did it?' } });
    await ada.remove((await ada.post('Gone', { quote: broke })).id);
    let text = '';
    for await (const line of exportSite(from.storage.reader, { site: 'default', isPublic: false })) text += line;
    for (let times = 0; times < 2; times++) {
      const result = await importText(to.storage.writer, lines(text), { site: 'default', now: () => NOON });
      assert.deepEqual(result.remarks, []);
    }
    assert.deepEqual(await countsOf(to), await countsOf(from));
    assert.equal((await list(to)).info.inline, 2);
    const quotesOf = async (server: Open) =>
      (await list(server)).comments.map(({ text: words, quote }) => [words, quote]).sort();
    assert.deepEqual(await quotesOf(to), await quotesOf(from));
    assert.equal(quotesKept(to), 2);
  });

  it('S-7: a quote that can’t be kept is told, and the comment comes without it', async (t) => {
    const server = await open(t);
    const record = (id: string, fields: object) =>
      `${JSON.stringify({ id, page: 'page', text: id, createdAt: NOON, author: 'Ada', ...fields })}\n`;
    const text =
      record('good', { quote: froze }) +
      record('broken', { quote: { exact: 'no shape' } }) +
      record('reply', { parentId: 'good', quote: froze });
    const result = await importText(server.storage.writer, lines(text), { site: 'default', now: () => NOON });
    assert.deepEqual(
      result.remarks.map(({ line, isLeftOut }) => [line, isLeftOut]),
      [
        [2, false],
        [3, false],
      ],
    );
    const { comments, info } = await list(server);
    assert.deepEqual([comments.length, info.inline], [3, 1]);
    assert.deepEqual(
      comments.filter(({ quote }) => quote).map(({ text: words }) => words),
      ['good'],
    );
  });

  it('H12: a database of the time before passages goes on with all that is in it', async (t) => {
    const server = await open(t);
    const file = `${server.folder}/before.sqlite`;
    const before = await Storage.open(file, { migrations: MIGRATIONS.slice(0, 1) });
    await before.close();
    const raw = sqliteLibrary().open(file);
    raw.exec(`insert into threads values ('t', 'default', 'page', null, null, 1, 1, 1, 1, 1)`);
    raw.exec(
      `insert into comments (site, id, thread_id, root_id, depth, order_key, place, state, author_name, author_role, text,
        format, created_at, up, down, score, pinned, descendants, revision, was_shown)
        values ('default', 'c', 't', 'c', 0, 'a', 2, 'published', 'Ada', 'guest', 'Old words', 'markdown', 1, 0, 0, 0, 0, 0, 1, 1)`,
    );
    raw.close();
    const after = await Storage.open(file);
    t.after(() => after.close());
    const site = await after.site('default');
    assert.ok(site);
    const page = await after.read(async (db) =>
      after.roots(db, await after.thread(db, site, 'page'), { order: 'newest', limit: 10 }),
    );
    assert.deepEqual([textsOf(page), page.info.inline], [['Old words'], 0]);
  });
});
