/**
 * The attributes of a section (E-3) in one table: how each is read, its default, what is allowed. A wrong value is one
 * clear error in the console and the default is used; nothing here throws, and attributes are never written back.
 */
import type { Order, Votes } from '../model/comment.ts';

/** What one attribute may say. `read` gives null for a value that is not allowed. */
interface Kind<Value> {
  readonly fallback: Value;
  readonly allowed: string;
  read(value: unknown): Value | null;
}

function choice<const Value extends string>(fallback: NoInfer<Value>, ...values: readonly Value[]): Kind<Value> {
  return {
    fallback,
    allowed: values.join(', '),
    read: (value) => values.find((known) => known === value) ?? null,
  };
}

function whole(fallback: number, least: number, most: number): Kind<number> {
  return {
    fallback,
    allowed: `a whole number from ${least} to ${most}`,
    read(value) {
      const number = typeof value === 'number' ? value : /^\s*\d+\s*$/.test(String(value)) ? Number(value) : NaN;
      return Number.isInteger(number) && number >= least && number <= most ? number : null;
    },
  };
}

function text(fallback: string): Kind<string> {
  return {
    fallback,
    allowed: 'some text',
    read: (value) => (typeof value === 'string' && value.trim() ? value.trim() : null),
  };
}

/** There or not, as with `disabled`; `readonly="false"` is what frameworks write for "not there". */
const flag: Kind<boolean> = {
  fallback: false,
  allowed: 'no value, true or false',
  read: (value) =>
    value === true || value === '' || value === 'true' || value === 'readonly' || value === 'on'
      ? true
      : value === false || value === 'false' || value === 'off'
        ? false
        : null,
};

const address: Kind<string> = {
  fallback: '',
  allowed: 'the address of a server, such as https://comments.example',
  read(value) {
    if (typeof value !== 'string' || !value.trim()) return null;
    try {
      const url = new URL(value.trim(), document.baseURI);
      return /^https?:$/.test(url.protocol) ? url.href.replace(/[?#].*$/, '').replace(/\/+$/, '') : null;
    } catch {
      return null;
    }
  },
};

export const ATTRIBUTES = {
  backend: choice('', '', 'afterword', 'local') as Kind<'' | 'afterword' | 'local'>,
  server: address,
  site: text('default'),
  'page-id': text(''),
  'page-url': text(''),
  'page-title': text(''),
  sort: choice<Order>('newest', 'newest', 'oldest', 'most-voted'),
  'page-size': whole(20, 1, 100),
  'max-depth': whole(5, 0, 20),
  votes: choice<Votes>('up-down', 'up-down', 'up', 'none'),
  'vote-count': choice('net', 'net', 'separate'),
  loading: choice('lazy', 'lazy', 'eager', 'manual'),
  'color-scheme': choice('auto', 'auto', 'light', 'dark'),
  article: text(''),
  selections: flag,
  passages: choice('all', 'all', 'buttons', 'none'),
  readonly: flag,
  'min-length': whole(1, 1, 100_000),
  'max-length': whole(10_000, 1, 100_000),
  images: choice('none', 'none', 'remote'),
  storage: choice('full', 'full', 'session', 'none'),
} as const;

export type AttributeName = keyof typeof ATTRIBUTES;
export type AttributeValue<Name extends AttributeName> = (typeof ATTRIBUTES)[Name]['fallback'];

/** The value of an attribute or property; its default where it is absent, and where it is wrong, which is said once. */
export function readAttribute<Name extends AttributeName>(name: Name, value: unknown): AttributeValue<Name> {
  const kind: Kind<unknown> = ATTRIBUTES[name];
  if (value === null || value === undefined) return kind.fallback as AttributeValue<Name>;
  const read = kind.read(value);
  if (read !== null) return read as AttributeValue<Name>;
  // An empty text is a template that had nothing to fill in: the same as no attribute.
  if (value !== '' || typeof kind.fallback !== 'string') {
    console.error(
      `Afterword: ${name}="${value as string}" is not allowed. Allowed: ${kind.allowed.replace(/^, /, '')}.`,
    );
  }
  return kind.fallback as AttributeValue<Name>;
}

/** How Lit declares a property for an attribute of the table. */
export function attribute(name: AttributeName): {
  attribute: string;
  converter: { fromAttribute(value: string | null): unknown };
} {
  return { attribute: name, converter: { fromAttribute: (value) => readAttribute(name, value) } };
}
