/**
 * The gate for whatever arrives from network, disk or another tab: `unknown` goes in, our types come out, or a
 * `ParseError` says where it was not what we asked for. What a page consists of stands in `parse-page.ts`.
 */
import type { Changes, Comment, Mine, Page, Passage, Passages, Subscriptions, ThreadKey } from './comment.ts';
import type { Delivery, NotifyOperation, Operation, PostOperation, PushTarget, QueuedOperation } from './operation.ts';
import {
  boolean,
  comment as firstComment,
  fieldsOf,
  id,
  info,
  list,
  mention,
  nullable,
  number,
  object,
  oneOf,
  optional,
  parsePage as parseFirstPage,
  string,
  table,
  withDefault,
  type Read,
} from './parse-page.ts';
import { parseQuote, readQuote } from './parse-quote.ts';
import { MOST_FOUND, type Person } from './people.ts';

export { ParseError } from './parse-page.ts';

/** As for the first picture, and its quote looked at: a reply has none. */
const comment: Read<Comment> = (value, path) => {
  const { quote: told, ...rest } = firstComment(value, path);
  const quote = rest.parentId === null ? readQuote(told) : undefined;
  return quote ? { ...rest, quote } : rest;
};

const changes = object<Changes>({
  info,
  comments: list(comment),
  removed: withDefault(list(id), []),
  tooOld: withDefault(boolean, false),
});

const subscriptions = object<Subscriptions>({
  page: object<Subscriptions['page']>({
    choice: oneOf(['page', 'replies', 'none']),
    state: oneOf(['none', 'pending', 'active']),
  }),
  comments: withDefault(table(oneOf(['pending', 'active'])), {}),
  address: nullable(string),
});

const mine = object<Mine>({
  votes: table(oneOf(['up', 'down'])),
  voteCounter: withDefault(number, 0),
  own: table(object<{ editableUntil: number | null }>({ editableUntil: nullable(number) })),
  unpublished: withDefault(list(comment), []),
  subscriptions: optional(subscriptions),
});

const passages = object<Passages>({
  info,
  passages: (value, path) =>
    list(fieldsOf)(value, path).flatMap((one): Passage[] => {
      const quote = readQuote(one['quote']); // Of a newer version, or broken: the others are still there.
      return quote
        ? [
            {
              key: id(one['key'], `${path}.key`),
              quote,
              count: number(one['count'], `${path}.count`),
              revision: number(one['revision'], `${path}.revision`),
            },
          ]
        : [];
    }),
});

/** The shape of `Answer` in adapters/adapter.ts, which model may not know. */
interface AnswerShape {
  readonly operationId: string;
  readonly comment: Comment | null;
  readonly revision: number;
  readonly editableUntil: number | null;
  readonly subscriptions?: Subscriptions;
}

const answer = object<AnswerShape>({
  operationId: id,
  comment: nullable(comment),
  revision: number,
  editableUntil: nullable(number),
  subscriptions: optional(subscriptions),
});

/** The shape of `News` in adapters/adapter.ts, which model may not know. */
type NewsShape =
  { readonly kind: 'changes'; readonly from: number; readonly changes: Changes } | { readonly kind: 'moved' };

const news: Read<NewsShape> = (value, path) => {
  const fields = fieldsOf(value, path);
  if (oneOf(['changes', 'moved'])(fields['kind'], 'kind') === 'moved') return { kind: 'moved' };
  return {
    kind: 'changes',
    from: number(fields['from'], 'from'),
    changes: changes(fields['changes'], 'changes'),
  };
};

const asked = { id, createdAt: number };

const wish = {
  counter: number,
  email: optional(string),
  push: optional(
    object<PushTarget>({
      endpoint: string,
      keys: object<PushTarget['keys']>({ p256dh: string, auth: string }),
    }),
  ),
  language: optional(string),
};

const operations = {
  post: object<PostOperation>({
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
    consent: (value) => (value === true ? true : undefined),
    quote: optional(parseQuote),
    notify: optional(
      object<NonNullable<PostOperation['notify']>>({ ...wish, choice: oneOf(['page', 'replies', 'comment']) }),
    ),
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
  notify: object<NotifyOperation>({
    ...asked,
    ...wish,
    kind: oneOf(['notify']),
    commentId: nullable(id),
    choice: oneOf(['page', 'replies', 'comment', 'none']),
  }),
};

const operation: Read<Operation> = (value, path) => {
  const kind = oneOf(['post', 'edit', 'delete', 'vote', 'notify'])(fieldsOf(value, path)['kind'], `${path}.kind`);
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
export const parsePage = (value: unknown): Page => {
  const page = parseFirstPage(value);
  return { ...page, comments: page.comments.map((one) => comment(one, 'comment')) };
};
const person = object<Person>({ id, name: string, at: optional(number), text: optional(string) });
export const parsePeople = (value: unknown): readonly Person[] =>
  list(person)(fieldsOf(value, '')['people'], 'people').slice(0, MOST_FOUND);

export const parsePassages = (value: unknown): Passages => passages(value, '');
export const parseChanges = (value: unknown): Changes => changes(value, '');
export const parseNews = (value: unknown): NewsShape => news(value, '');
export const parseMine = (value: unknown): Mine => mine(value, '');
export const parseAnswer = (value: unknown): AnswerShape => answer(value, '');
export const parseOperation = (value: unknown): Operation => operation(value, 'operation');
export const parseQueuedOperation = (value: unknown): QueuedOperation => queuedOperation(value, '');
