/**
 * Every way the server says no, in one table: the reason (the end of the problem's `type`, and a key of the widget's
 * messages), the status and the title. RFC 9457; the sentences name the limit, never an inner detail.
 */

const PROBLEMS = {
  invalid: [400, 'The request is not one this server understands'],
  'sign-in': [401, 'A token is needed'],
  'not-found': [404, 'There is nothing at this address'],
  'body-too-large': [413, 'The request is larger than this server takes'],
  'wrong-type': [415, 'The request must be application/json'],
  'rate-limited': [429, 'Too many requests'],
  'in-flight': [409, 'The same request is being worked on'],
  internal: [500, 'The server failed'],
  busy: [503, 'The server is busy'],

  'too-long': [422, 'The text is too long'],
  'too-short': [422, 'The text is too short'],
  'name-required': [422, 'A name is required'],
  'name-too-long': [422, 'The name is too long'],
  'name-reserved': [422, 'The name belongs to somebody else'],
  'email-required': [422, 'An e-mail address is required'],
  'email-invalid': [422, 'The e-mail address is not valid'],
  'website-invalid': [422, 'The website is not an http or https address'],
  consent: [422, 'Consent is required'],
  closed: [422, 'The discussion is closed'],
  'key-reused': [422, 'The idempotency key was used for something else'],
  'edit-window': [422, 'The time for editing is over'],
  'has-replies': [422, 'The comment has replies'],
  'votes-off': [422, 'This vote is not offered'],
  'own-vote': [422, 'A comment cannot be voted on by its writer'],
  'notify-off': [422, 'Nobody is told of anything here'],
  'page-not-on-site': [422, 'The page does not lie on this site'],

  'origin-not-allowed': [403, 'The origin is not one of this site'],
  'not-yours': [403, 'The comment belongs to somebody else'],
  banned: [403, 'This writer may not write here'],
  'members-only': [403, 'Only members may write here'],

  'unknown-site': [404, 'There is no such site'],
  'parent-gone': [404, 'The comment to answer is gone'],
  'comment-gone': [410, 'The comment is gone'],
} as const satisfies Record<string, readonly [number, string]>;

export type Reason = keyof typeof PROBLEMS;

export const REASONS = Object.keys(PROBLEMS) as readonly Reason[];

export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly limit?: number;
}

export class Problem extends Error {
  readonly reason: Reason;
  readonly status: number;
  readonly limit: number | undefined;
  /** Seconds, for `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(
    reason: Reason,
    detail?: string,
    options: { readonly limit?: number; readonly retryAfter?: number; readonly status?: number } = {},
  ) {
    super(detail ?? `${PROBLEMS[reason][1]}.`);
    this.name = 'Problem';
    this.reason = reason;
    this.status = options.status ?? PROBLEMS[reason][0];
    this.limit = options.limit;
    this.retryAfter = options.retryAfter;
  }

  get details(): ProblemDetails {
    return {
      type: `urn:afterword:problem:${this.reason}`,
      title: PROBLEMS[this.reason][1],
      status: this.status,
      detail: this.message,
      ...(this.limit === undefined ? {} : { limit: this.limit }),
    };
  }
}
