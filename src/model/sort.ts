/** The orders a reader can choose. Only top-level comments are sorted; replies are always oldest first. */
import type { Comment, Order } from './comment.ts';

export const ORDERS: readonly Order[] = ['newest', 'oldest', 'most-voted'];

export function netVotes(comment: Pick<Comment, 'up' | 'down'>): number {
  return comment.up - comment.down;
}

type Compare = (a: Comment, b: Comment) => number;

/** By code unit, like a database's binary collation: `localeCompare` would order ids otherwise on another machine. */
function compareIds(a: Comment, b: Comment): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

const oldest: Compare = (a, b) => a.createdAt - b.createdAt || compareIds(a, b);
const newest: Compare = (a, b) => oldest(b, a);
const mostVoted: Compare = (a, b) => netVotes(b) - netVotes(a) || newest(a, b);

const comparisons: Readonly<Record<Order, Compare>> = { newest, oldest, 'most-voted': mostVoted };

/** Ties of `most-voted` are newest first, then by id, so that every order is total. */
export function compareRoots(order: Order): Compare {
  return comparisons[order];
}

export const compareReplies: Compare = oldest;
