/** FAULTS, "How an answer is judged": every row of the table, for our server's answers. */
import { expect } from '@open-wc/testing';
import type { Trouble } from '../../src/adapters/adapter.ts';
import { judge, type Answered } from '../../src/adapters/afterword.ts';

const now = Date.UTC(2026, 10, 22, 12);
const json = 'application/json';
const problemJson = 'application/problem+json';
const problem = (reason: string, more: object = {}): Partial<Answered> => ({
  contentType: problemJson,
  body: { type: `urn:afterword:problem:${reason}`, title: reason, ...more },
});
const html: Partial<Answered> = { contentType: 'text/html', body: undefined };

const strange: Trouble = { kind: 'unknown', because: 'answer' };
const yes = null;

const rows: readonly (readonly [what: string, status: number, answer: Partial<Answered>, judged: Trouble | null])[] = [
  ['200 with JSON', 200, { body: {} }, yes],
  ['201 with JSON', 201, { body: {} }, yes],
  ['JSON with a character set', 201, { contentType: 'application/json; charset=utf-8', body: {} }, yes],
  ['JSON in capitals', 200, { contentType: 'Application/JSON', body: {} }, yes],

  ['200 with HTML (A19, a Wi-Fi sign-in page)', 200, html, strange],
  ['200 with JSON that calls itself HTML', 200, { contentType: 'text/html', body: {} }, strange],
  ['200 with a type that only begins like JSON', 200, { contentType: 'application/jsonp', body: {} }, strange],
  ['200 without a type', 200, { contentType: '', body: {} }, strange],
  ['200 with a broken body (A8)', 200, { body: undefined }, strange],
  ['200 with null (B6)', 200, { body: null }, strange],
  ['200 with a word', 200, { body: 'ok' }, strange],
  ['200 after a redirect (A17)', 200, { body: {}, redirected: true }, strange],
  ['202', 202, { body: {} }, strange],
  ['204 (B7)', 204, { body: undefined }, strange],
  ['206', 206, { body: {} }, strange],
  ['an opaque answer', 0, { contentType: '', body: undefined }, strange],
  ['304 without a question', 304, {}, strange],

  ['408', 408, html, { kind: 'busy', after: null }],
  ['425', 425, html, { kind: 'busy', after: null }],
  ['429 without a header (B5)', 429, html, { kind: 'busy', after: null }],
  ['429 that says when (B4)', 429, { ...problem('rate-limited'), retryAfter: '7' }, { kind: 'busy', after: 7000 }],
  ['500 (B1)', 500, html, { kind: 'busy', after: null }],
  ['502 of a proxy', 502, html, { kind: 'busy', after: null }],
  ['503 that says when', 503, { ...problem('busy'), retryAfter: '120' }, { kind: 'busy', after: 120_000 }],
  ['503 at a date', 503, { retryAfter: new Date(now + 90_000).toUTCString() }, { kind: 'busy', after: 90_000 }],
  [
    '503 at a date in the past (B3)',
    503,
    { retryAfter: new Date(now - 9e9).toUTCString() },
    { kind: 'busy', after: 0 },
  ],
  [
    '503 in the year 2099 (B3)',
    503,
    { retryAfter: 'Fri, 01 Jan 2099 00:00:00 GMT' },
    { kind: 'busy', after: 3_600_000 },
  ],
  ['503 after 99999999999 seconds', 503, { retryAfter: '99999999999' }, { kind: 'busy', after: 3_600_000 }],
  ['503 with nonsense', 503, { retryAfter: 'soon' }, { kind: 'busy', after: null }],
  ['503 with minus one', 503, { retryAfter: '-1' }, { kind: 'busy', after: null }],
  ['511, a network that wants a sign-in (A20)', 511, html, { kind: 'busy', after: null, portal: true }],
  ['599', 599, html, { kind: 'busy', after: null }],

  ['409 with our key (B15)', 409, problem('in-flight'), { kind: 'in-flight' }],
  ['409 of somebody else', 409, html, strange],

  ['401 (B12)', 401, problem('sign-in'), { kind: 'needs-reader', want: 'sign-in' }],
  ['401 with another reason of ours', 401, problem('token-expired'), { kind: 'needs-reader', want: 'sign-in' }],
  ['403 that asks for a session', 403, problem('sign-in'), { kind: 'needs-reader', want: 'sign-in' }],
  ['403 that asks for a captcha', 403, problem('captcha'), { kind: 'needs-reader', want: 'captcha' }],
  ['401 of a proxy', 401, html, strange],

  ['412', 412, problem('changed', { theirs: 'Their text' }), { kind: 'conflict', theirs: 'Their text' }],
  ['412 without their text', 412, problem('changed'), { kind: 'conflict', theirs: '' }],

  [
    '400',
    400,
    problem('invalid', { detail: 'text: missing' }),
    { kind: 'refused', reason: 'invalid', detail: 'text: missing' },
  ],
  ['403 banned (B13)', 403, problem('banned'), { kind: 'refused', reason: 'banned' }],
  ['404 parent gone (B14)', 404, problem('parent-gone'), { kind: 'gone', reason: 'parent-gone' }],
  ['410', 410, problem('comment-gone', { detail: 'Gone.' }), { kind: 'gone', reason: 'comment-gone', detail: 'Gone.' }],
  ['413 (B16)', 413, problem('too-long', { limit: 10_000 }), { kind: 'refused', reason: 'too-long', limit: 10_000 }],
  ['415', 415, problem('invalid'), { kind: 'refused', reason: 'invalid' }],
  ['422 (B17)', 422, problem('key-reused'), { kind: 'refused', reason: 'key-reused' }],
  [
    '422 with fields of another kind',
    422,
    problem('too-long', { detail: 7, limit: 'many' }),
    { kind: 'refused', reason: 'too-long' },
  ],

  ['400 of a firewall', 400, html, strange],
  ['403 of a firewall', 403, html, strange],
  ['404 of another server', 404, html, strange],
  ['404 as JSON of another server', 404, { contentType: json, body: { error: 'no' } }, strange],
  ['410 as a problem of another type', 410, { contentType: problemJson, body: { type: 'about:blank' } }, strange],
  ['413 of a proxy', 413, html, strange],
  ['415 of a proxy', 415, html, strange],
  ['412 of a proxy', 412, html, strange],
  ['422 of a framework', 422, { contentType: json, body: { errors: [] } }, strange],
  ['a problem without a type', 422, { contentType: problemJson, body: {} }, strange],
  ['a problem that is null', 422, { contentType: problemJson, body: null }, strange],
  ['our problem that calls itself JSON', 422, { ...problem('banned'), contentType: json }, strange],
  ['400 for another version (B22)', 400, problem('version'), { kind: 'unknown', because: 'version' }],
  ['418 with our type', 418, problem('banned'), strange],
  ['402 with our type', 402, problem('banned'), strange],
];

describe('how an answer is judged', () => {
  for (const [what, status, answer, judged] of rows) {
    it(`${what} is ${judged ? judged.kind : 'a yes'}`, () => {
      const whole = { status, contentType: json, redirected: false, retryAfter: null, body: undefined, ...answer };
      expect(judge(whole, now)).to.deep.equal(judged);
    });
  }
});
