/**
 * Where a list goes on: the whole sort key and the id of the last row sent, as opaque text. Nothing in it is trusted: it
 * is checked here and used as values only, and it reveals nothing that the row before it did not.
 */
import { z } from 'zod';
import type { Cursor, Order } from '../../model/comment.ts';
import { Problem } from '../problems.ts';

const time = z.int().min(0);
const id = z.string().min(1).max(200);
const seen = z.int().min(0);

const rootsCursor = z.union([
  z.tuple([z.literal('newest'), time, id, seen]),
  z.tuple([z.literal('oldest'), time, id, seen]),
  z.tuple([z.literal('most-voted'), z.int(), time, id, seen]),
]);

/** `seen`: how many rows went before, so that a long rest need not be counted. */
export interface RootsCursor {
  readonly score: number;
  readonly createdAt: number;
  readonly id: string;
  readonly seen: number;
}

/** The last row sent by id as well as by key: its key is looked up anew, because a branch may have been renumbered. */
const branchCursor = z.tuple([z.literal('branch'), z.string().max(400), id, seen]);

export interface BranchCursor {
  readonly orderKey: string;
  readonly id: string;
  readonly seen: number;
}

export function writeRootsCursor(order: Order, at: RootsCursor): Cursor {
  return encode(
    order === 'most-voted' ? [order, at.score, at.createdAt, at.id, at.seen] : [order, at.createdAt, at.id, at.seen],
  );
}

export function readRootsCursor(order: Order, cursor: Cursor): RootsCursor {
  const parsed = rootsCursor.safeParse(decode(cursor));
  if (!parsed.success || parsed.data[0] !== order) throw notOurs();
  const read = parsed.data;
  return read[0] === 'most-voted'
    ? { score: read[1], createdAt: read[2], id: read[3], seen: read[4] }
    : { score: 0, createdAt: read[1], id: read[2], seen: read[3] };
}

export function writeBranchCursor(at: BranchCursor): Cursor {
  return encode(['branch', at.orderKey, at.id, at.seen]);
}

export function readBranchCursor(cursor: Cursor): BranchCursor {
  const parsed = branchCursor.safeParse(decode(cursor));
  if (!parsed.success) throw notOurs();
  return { orderKey: parsed.data[1], id: parsed.data[2], seen: parsed.data[3] };
}

function encode(parts: readonly unknown[]): Cursor {
  return Buffer.from(JSON.stringify(parts), 'utf8').toString('base64url');
}

function decode(cursor: Cursor): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

function notOurs(): Problem {
  return new Problem('invalid', 'The cursor is not one of this list.');
}
