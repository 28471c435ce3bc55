/**
 * The first part of the gate (see `parse.ts`): what readers of shapes are made of, and the shape of a page. Fields nobody here knows are dropped, so that a newer server can be read (FAULTS B21). Shapes have a fixed
 * depth: no input, however deep, makes these functions recurse.
 */
import type { Author, Channel, Comment, CommentState, Gap, Mention, Page, Role, Rules, ThreadInfo } from './comment.ts';
import type { Quote } from './quote.ts';

export class ParseError extends Error {
  constructor(path: string, expected: string) {
    super(`${path || 'The value'} should be ${expected}.`);
    this.name = 'ParseError';
  }
}

export type Read<T> = (value: unknown, path: string) => T;

export const string: Read<string> = (value, path) => {
  if (typeof value !== 'string') throw new ParseError(path, 'a text');
  return value;
};

export const id: Read<string> = (value, path) => {
  if (typeof value !== 'string' || value === '') throw new ParseError(path, 'an id');
  return value;
};

export const number: Read<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new ParseError(path, 'a number');
  return value;
};

/** How many: a whole number from 0 up. */
export const amount: Read<number> = (value, path) => {
  if (!Number.isInteger(value) || (value as number) < 0) throw new ParseError(path, 'a whole number from 0 up');
  return value as number;
};

export const boolean: Read<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new ParseError(path, 'true or false');
  return value;
};

export const nullable =
  <T>(read: Read<T>): Read<T | null> =>
  (value, path) =>
    value === null || value === undefined ? null : read(value, path);

export const withDefault =
  <T>(read: Read<T>, otherwise: T): Read<T> =>
  (value, path) =>
    value === undefined || value === null ? otherwise : read(value, path);

/** One of some words; `unknown`, where given, stands for words of a newer version. */
export const oneOf =
  <T extends string>(words: readonly T[], unknown?: T): Read<T> =>
  (value, path) => {
    if (words.includes(value as T)) return value as T;
    if (unknown !== undefined && typeof value === 'string') return unknown;
    throw new ParseError(path, `one of ${words.join(', ')}`);
  };

export const list =
  <T>(read: Read<T>): Read<readonly T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) throw new ParseError(path, 'a list');
    return value.map((one, index) => read(one, `${path}[${index}]`));
  };

export function fieldsOf(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ParseError(path, 'an object');
  return value as Record<string, unknown>;
}

export const table =
  <T>(read: Read<T>): Read<Readonly<Record<string, T>>> =>
  (value, path) => {
    // Without a prototype: an id such as `__proto__` or `constructor` is an ordinary key.
    const result: Record<string, T> = Object.create(null) as Record<string, T>;
    for (const [key, one] of Object.entries(fieldsOf(value, path))) result[key] = read(one, `${path}.${key}`);
    return result;
  };

type Shape<T> = { readonly [K in keyof T]-?: Read<T[K]> };

/** Fields whose reader yields undefined are left out, so that `exactOptionalPropertyTypes` holds at run time too. */
export const object =
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
export const optional = <T>(read: Read<T>): Read<T> =>
  ((value, path) => (value === undefined || value === null ? undefined : read(value, path))) as Read<T>;

export const mention = object<Mention>({ id, name: string });

const role = oneOf<Role>(['guest', 'member', 'moderator', 'admin'], 'member');

const author = object<Author>({
  id: optional(id) as Read<string>,
  name: string,
  website: optional(string),
  picture: optional(string),
  role: withDefault(role, 'guest'),
});

export const comment = object<Comment>({
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
  // Read by `parse.ts`, with what `parse-quote.ts` needs of this file.
  quote: (value) => value as Quote,
});

const rules = object<Rules>({
  votes: oneOf(['up-down', 'up', 'none'], 'none'),
  name: oneOf(['required', 'optional'], 'required'),
  email: oneOf(['required', 'optional', 'none'], 'optional'),
  website: withDefault(boolean, false),
  minLength: withDefault(number, 1),
  maxLength: withDefault(number, 10_000),
  maxDepth: nullable(amount),
  editSeconds: withDefault(number, 0),
  closed: withDefault(boolean, false),
  consent: nullable(string),
});

export const info = object<ThreadInfo>({
  epoch: string,
  revision: number,
  count: number,
  rules,
  inline: optional(number),
  newestAt: optional(number),
  // Ways that only a newer version knows are left out by the fold, which offers what it knows.
  notify: optional(list(id as Read<Channel>)),
});

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

export const parseComment = (value: unknown): Comment => comment(value, 'comment');
export const parsePage = (value: unknown): Page => page(value, '');
