/** The stream of news of our server, as its adapter holds it: shared, opened again, given up, over a scripted wire. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { News } from '../../src/adapters/adapter.ts';
import { makeWatch } from '../../src/adapters/afterword-live.ts';
import { comment, info } from '../helpers/builders.ts';
import { FakeClock } from '../helpers/fake-clock.ts';

const key = (page: string) => ({ backend: 'x', site: 'default', page });
const since = (revision: number, epoch = 'e1') => ({ epoch, revision });

/** One opening of a stream, in the hands of the test. */
interface Opening {
  readonly url: URL;
  readonly signal: AbortSignal;
  say(text: string): Promise<void>;
  end(): Promise<void>;
  break(): Promise<void>;
}

const quiet = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next));
};

function setUp(random = 0.5) {
  const clock = new FakeClock();
  const openings: Opening[] = [];
  /** What is answered instead of a stream, in order. */
  const answers: (Response | Error)[] = [];
  const watch = makeWatch('https://comments.example/', {
    now: clock.now,
    after: clock.after,
    random: () => random,
    fetch: (address, init) => {
      const signal = init?.signal as AbortSignal;
      let controller: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
      signal.addEventListener('abort', () => {
        try {
          controller.error(new DOMException('', 'AbortError'));
        } catch {
          // It had ended.
        }
      });
      openings.push({
        url: new URL(String(address)),
        signal,
        say: (text) => (controller.enqueue(new TextEncoder().encode(text)), quiet()),
        end: () => (controller.close(), quiet()),
        break: () => (controller.error(new TypeError('network error')), quiet()),
      });
      const answer = answers.shift();
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve(answer ?? new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
    },
  });
  const pass = async (milliseconds: number): Promise<void> => {
    clock.pass(milliseconds);
    await quiet();
  };
  return { clock, openings, answers, watch, pass, last: () => openings.at(-1) as Opening };
}

const changes = (page: string, from: number, to: number, ...ids: string[]): string =>
  `event: changes\ndata: ${JSON.stringify({
    page,
    from,
    changes: {
      info: info({ revision: to }),
      comments: ids.map((id) => comment(id, { revision: to })),
      removed: [],
      tooOld: false,
    },
  })}\n\n`;

describe('R-10: the stream of our server', () => {
  it('E14: threads that come in one breath share one stream, and each hears its own news', async () => {
    const { watch, pass, openings, last } = setUp();
    const heard: Record<string, News[]> = { a: [], b: [] };
    watch(key('a'), since(3), (news) => heard['a']?.push(news));
    watch(key('b'), since(5), (news) => heard['b']?.push(news));
    await pass(0);
    assert.equal(openings.length, 1);
    const { url } = last();
    assert.equal(url.pathname, '/api/v1/events');
    assert.deepEqual(
      [url.searchParams.get('epoch'), url.searchParams.getAll('page'), url.searchParams.getAll('since')],
      ['e1', ['a', 'b'], ['3', '5']],
    );
    await last().say(`retry: 3000\n\n${changes('b', 5, 6, '1').slice(0, 30)}`);
    await last().say(`${changes('b', 5, 6, '1').slice(30)}:\n\nevent: moved\ndata: {"page":"a"}\n\n`);
    assert.deepEqual(heard['a'], [{ kind: 'moved' }]);
    assert.equal(heard['b']?.length, 1);
    const [news] = heard['b'] ?? [];
    assert.ok(news?.kind === 'changes' && news.from === 5 && news.changes.comments[0]?.id === '1');
  });

  it('A7: a stream that broke is opened again from where it was', async () => {
    const { watch, pass, openings, last } = setUp();
    watch(key('a'), since(3), () => undefined);
    await pass(0);
    await last().say(changes('a', 3, 9, '1'));
    await last().break();
    assert.equal(openings.length, 1, 'not in the same moment');
    await pass(3_000);
    assert.equal(openings.length, 2);
    assert.deepEqual(last().url.searchParams.getAll('since'), ['9']);
    await last().end();
    await pass(6_000);
    assert.equal(openings.length, 3, 'also after an orderly end');
  });

  it('A11: a stream on which nothing comes any more is dead, and opened again', async () => {
    const { watch, pass, openings, last } = setUp();
    watch(key('a'), since(3), () => undefined);
    await pass(0);
    for (let beat = 0; beat < 5; beat++) {
      await pass(20_000);
      await last().say(':\n\n');
    }
    assert.equal(openings.length, 1, 'a heartbeat is enough');
    await pass(50_000);
    await pass(3_000);
    assert.equal(openings.length, 2);
  });

  it('A2, A21: a server that can’t be reached is asked ever more seldom, and the thread is told to ask itself', async () => {
    const { watch, pass, openings, answers } = setUp();
    answers.push(...Array.from({ length: 500 }, () => new TypeError('Failed to fetch')));
    let moved = 0;
    watch(key('a'), since(3), (news) => (moved += Number(news.kind === 'moved')));
    for (let second = 0; second < 3_600; second++) await pass(1_000);
    assert.ok(openings.length > 10 && openings.length < 60, `${openings.length} openings in an hour`);
    assert.ok(moved > 5 && moved <= 60, `${moved} times told to ask`);
  });

  it('B4: a server that says when is obeyed', async () => {
    const { watch, pass, openings, answers } = setUp();
    answers.push(new Response('{}', { status: 429, headers: { 'retry-after': '60' } }));
    watch(key('a'), since(3), () => undefined);
    await pass(0);
    await pass(59_000);
    assert.equal(openings.length, 1);
    await pass(8_000);
    assert.equal(openings.length, 2);
  });

  it('A19: what is no stream of ours, and what has no end, harms nobody', async () => {
    const { watch, pass, openings, answers, last } = setUp();
    answers.push(new Response('<html>Sign in</html>', { headers: { 'content-type': 'text/html' } }));
    const heard: News[] = [];
    watch(key('a'), since(3), (news) => heard.push(news));
    await pass(0);
    await pass(5_000);
    await last().say('event: changes\ndata: {"page":"a","from":1,"changes":{"comments":"none"}}\n\n');
    await pass(10_000);
    await last().say('x'.repeat(200_000));
    await pass(20_000);
    assert.equal(openings.length, 4);
    assert.deepEqual(
      heard.filter(({ kind }) => kind === 'changes'),
      [],
    );
  });

  it('E4, C12: stopped, it ends at once, tells nothing more and leaves no timer', async () => {
    const { watch, pass, clock, openings, last } = setUp();
    const heard: News[] = [];
    const stop = watch(key('a'), since(3), (news) => heard.push(news));
    const stopOther = watch(key('b'), since(3), (news) => heard.push(news));
    await pass(0);
    const first = last();
    stopOther();
    await pass(1_000);
    assert.equal(first.signal.aborted, true);
    assert.deepEqual(last().url.searchParams.getAll('page'), ['a']);
    stop();
    assert.equal(last().signal.aborted, true);
    assert.equal(clock.timers, 0);
    await pass(600_000);
    assert.equal(openings.length, 2);
    assert.deepEqual(heard, []);
  });

  it('E14: more threads than one stream takes have a second one', async () => {
    const { watch, pass, openings } = setUp();
    for (let page = 0; page < 21; page++) watch(key(String(page)), since(1), () => undefined);
    await pass(0);
    assert.deepEqual(
      openings.map(({ url }) => url.searchParams.getAll('page').length),
      [20, 1],
    );
  });
});
