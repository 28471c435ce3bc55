/**
 * The gate for whatever arrives from network, disk or another tab: `unknown` goes in, our types come out, or a
 * `ParseError` says where it was not what we asked for. Fields nobody here knows are dropped, so that a newer server
 * can be read (FAULTS B21). Shapes have a fixed depth: no input, however deep, makes these functions recurse.
 */
import type {
  Author,
  Changes,
  Comment,
  CommentState,
  Gap,
  Mention,
  Mine,
  Page,
  Role,
  Rules,
  ThreadInfo,
  ThreadKey,
} from './comment.ts';
import type { Delivery, Operation, QueuedOperation } from './operation.ts';

export class ParseError extends Error {
  constructor(path: string, expected: string) {
    super(`${path || 'The value'} should be ${expected}.`);
    this.name = 'ParseError';
  }
}

type Read<T> = (value: unknown, path: string) => T;

const string: Read<string> = (value, path) => {
  if (typeof value !== 'string') throw new ParseError(path, 'a text');
  return value;
};

const id: Read<string> = (value, path) => {
  if (typeof value !== 'string' || value === '') throw new ParseError(path, 'an id');
  return value;
};

const number: Read<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new ParseError(path, 'a number');
  return value;
};

const boolean: Read<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new ParseError(path, 'true or false');
  return value;
};

const nullable =
  <T>(read: Read<T>): Read<T | null> =>
  (value, path) =>
    value === null || value === undefined ? null : read(value, path);

const withDefault =
  <T>(read: Read<T>, otherwise: T): Read<T> =>
  (value, path) =>
    value === undefined || value === null ? otherwise : read(value, path);

/** One of some words; `unknown`, where given, stands for words of a newer version. */
const oneOf =
  <T extends string>(words: readonly T[], unknown?: T): Read<T> =>
  (value, path) => {
    if (words.includes(value as T)) return value as T;
    if (unknown !== undefined && typeof value === 'string') return unknown;
    throw new ParseError(path, `one of ${words.join(', ')}`);
  };

const list =
  <T>(read: Read<T>): Read<readonly T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) throw new ParseError(path, 'a list');
    return value.map((one, index) => read(one, `${path}[${index}]`));
  };

function fieldsOf(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ParseError(path, 'an object');
  return value as Record<string, unknown>;
}

const table =
  <T>(read: Read<T>): Read<Readonly<Record<string, T>>> =>
  (value, path) => {
    // Without a prototype: an id such as `__proto__` or `constructor` is an ordinary key.
    const result: Record<string, T> = Object.create(null) as Record<string, T>;
    for (const [key, one] of Object.entries(fieldsOf(value, path))) result[key] = read(one, `${path}.${key}`);
    return result;
  };

type Shape<T> = { readonly [K in keyof T]-?: Read<T[K]> };

/** Fields whose reader yields undefined are left out, so that `exactOptionalPropertyTypes` holds at run time too. */
const object =
  <T>(shape: Shape<T>): Read<T> =>
  (value, path) => {
    const fields = fieldsOf(value, path);
    const result: Partial<T> = {};
    for (const key of Object.keys(shape) as (keyof T & string)[]) {
      const read: Read<T[typeof key]> = shape[key];
      const one = read(fields[key], path ? `${path}.${key}` : key);
      if (one !== undefined) result[key] = one;
    }
    return result as T;
  };

/** For a field that may be absent. The cast is the one place where "absent" and "undefined" are held for the same. */
const optional = <T>(read: Read<T>): Read<T> =>
  ((value, path) => (value === undefined || value === null ? undefined : read(value, path))) as Read<T>;

const mention = object<Mention>({ id, name: string });

const role = oneOf<Role>(['guest', 'member', 'moderator', 'admin'], 'member');

const author = object<Author>({
  id: optional(id) as Read<string>,
  name: string,
  website: optional(string),
  picture: optional(string),
  role: withDefault(role, 'guest'),
});

const comment = object<Comment>({
  id,
  parentId: nullable(id),
  rootId: id,
  // A state of a newer version is shown as plain "sent" (FAULTS B21).
  state: oneOf<CommentState>(['published', 'held', 'rejected', 'spam', 'deleted'], 'published'),
  author: nullable(author),
  text: string,
  format: oneOf(['markdown', 'html', 'plain'], 'plain'),
  createdAt: number,
  editedAt: nullable(number),
  up: number,
  down: number,
  pinned: withDefault(boolean, false),
  descendants: withDefault(number, 0),
  revision: number,
  mentions: optional(list(mention)),
});

const rules = object<Rules>({
  votes: oneOf(['up-down', 'up', 'none'], 'none'),
  name: oneOf(['required', 'optional'], 'required'),
  email: oneOf(['required', 'optional', 'none'], 'optional'),
  website: withDefault(boolean, false),
  minLength: withDefault(number, 1),
  maxLength: withDefault(number, 10_000),
  maxDepth: nullable(number),
  editSeconds: withDefault(number, 0),
  closed: withDefault(boolean, false),
  consent: nullable(string),
});

const info = object<ThreadInfo>({ epoch: string, revision: number, count: number, rules });

const page = object<Page>({
  info,
  comments: list(comment),
  roots: list(id),
  pinned: withDefault(list(id), []),
  next: nullable(string),
  left: withDefault(number, 0),
  gaps: withDefault(table(object<Gap>({ next: string, left: number })), {}),
  markup: withDefault(boolean, true),
});

const changes = object<Changes>({
  info,
  comments: list(comment),
  removed: withDefault(list(id), []),
  tooOld: withDefault(boolean, false),
});

const mine = object<Mine>({
  votes: table(oneOf(['up', 'down'])),
  voteCounter: withDefault(number, 0),
  own: table(object<{ editableUntil: number | null }>({ editableUntil: nullable(number) })),
  unpublished: withDefault(list(comment), []),
});

/** The shape of `Answer` in adapters/adapter.ts, which model may not know. */
interface AnswerShape {
  readonly operationId: string;
  readonly comment: Comment | null;
  readonly revision: number;
  readonly editableUntil: number | null;
}

const answer = object<AnswerShape>({
  operationId: id,
  comment: nullable(comment),
  revision: number,
  editableUntil: nullable(number),
});

const asked = { id, createdAt: number };

const operations = {
  post: object<Extract<Operation, { kind: 'post' }>>({
    ...asked,
    kind: oneOf(['post']),
    parentId: nullable(id),
    rootId: nullable(id),
    text: string,
    author: object<{ name: string; email?: string; website?: string }>({
      name: string,
      email: optional(string),
      website: optional(string),
    }),
    mentions: withDefault(list(mention), []),
  }),
  edit: object<Extract<Operation, { kind: 'edit' }>>({
    ...asked,
    kind: oneOf(['edit']),
    commentId: id,
    text: string,
    mentions: withDefault(list(mention), []),
    before: withDefault(string, ''),
  }),
  delete: object<Extract<Operation, { kind: 'delete' }>>({ ...asked, kind: oneOf(['delete']), commentId: id }),
  vote: object<Extract<Operation, { kind: 'vote' }>>({
    ...asked,
    kind: oneOf(['vote']),
    commentId: id,
    value: oneOf(['up', 'down', 'none']),
    counter: number,
  }),
};

const operation: Read<Operation> = (value, path) => {
  const kind = oneOf(['post', 'edit', 'delete', 'vote'])(fieldsOf(value, path)['kind'], `${path}.kind`);
  return operations[kind](value, path);
};

const threadKey = object<ThreadKey>({ backend: id, site: string, page: string });

const sending: Delivery = { state: 'sending' };

/** A delivery state nobody knows is no reason to lose the words: the row is tried again. */
const delivery: Read<Delivery> = (value, path) => {
  const fields = fieldsOf(value, path);
  switch (fields['state']) {
    case 'waiting':
      return { state: 'waiting', ...(fields['blocked'] === true && { blocked: true }) };
    case 'given-up':
      return { state: 'given-up', ...(fields['perhapsSent'] === true && { perhapsSent: true }) };
    case 'retrying':
      return {
        state: 'retrying',
        until: number(fields['until'], `${path}.until`),
        ...(fields['portal'] === true && { portal: true }),
      };
    case 'asking':
      return { state: 'asking', want: oneOf(['sign-in', 'captcha'])(fields['want'], `${path}.want`) };
    case 'refused':
      return {
        state: 'refused',
        reason: string(fields['reason'], `${path}.reason`),
        ...(typeof fields['detail'] === 'string' && { detail: fields['detail'] }),
        ...(typeof fields['limit'] === 'number' && { limit: fields['limit'] }),
      };
    case 'conflict':
      return { state: 'conflict', theirs: string(fields['theirs'], `${path}.theirs`) };
    default:
      return sending;
  }
};

const queuedOperation = object<QueuedOperation>({
  operation,
  thread: threadKey,
  page: object<{ url: string; title: string }>({ url: string, title: string }),
  identity: string,
  order: number,
  attempts: withDefault(number, 0),
  notBefore: withDefault(number, 0),
  delivery: withDefault(delivery, sending),
  saved: withDefault(boolean, true),
});

export const parseComment = (value: unknown): Comment => comment(value, 'comment');
export const parsePage = (value: unknown): Page => page(value, '');
export const parseChanges = (value: unknown): Changes => changes(value, '');
export const parseMine = (value: unknown): Mine => mine(value, '');
export const parseAnswer = (value: unknown): AnswerShape => answer(value, '');
export const parseOperation = (value: unknown): Operation => operation(value, 'operation');
export const parseQueuedOperation = (value: unknown): QueuedOperation => queuedOperation(value, '');
