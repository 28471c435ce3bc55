/** A row of the database as the comment that travels: whole or as a stub, as the table of states says. */
import type { Comment, Mention } from '../../model/comment.ts';
import type { Quote } from '../../model/quote.ts';
import { STATES } from '../rules/states.ts';
import type { WholeRow } from './quotes.ts';
import { type CommentRow, PLACE } from './tables.ts';

export type Reader = 'others' | 'writer' | 'moderators';

export function commentOf(row: WholeRow, reader: Reader = 'others'): Comment {
  const place = {
    id: row.id,
    parentId: row.parent_id,
    rootId: row.root_id,
    createdAt: row.created_at,
    descendants: row.descendants,
    revision: row.revision,
  };
  if (STATES[row.state][reader] === 'stub') {
    return {
      ...place,
      // Whatever took it away, readers learn only that it is gone.
      state: 'deleted',
      author: null,
      text: '',
      format: 'plain',
      editedAt: null,
      up: 0,
      down: 0,
      pinned: false,
    };
  }
  const mentions = row.mentions === null ? [] : (JSON.parse(row.mentions) as Mention[]);
  return {
    ...place,
    state: row.state,
    author: {
      ...(row.author_id === null ? {} : { id: row.author_id }),
      name: row.author_name,
      ...(row.author_website === null ? {} : { website: row.author_website }),
      role: row.author_role,
    },
    text: row.text,
    format: row.format,
    editedAt: row.edited_at,
    up: row.up,
    down: row.down,
    pinned: row.pinned === 1,
    ...(mentions.length === 0 ? {} : { mentions }),
    ...(row.quote === null ? {} : { quote: JSON.parse(row.quote) as Quote }),
  };
}

/** Where a comment is listed, from what it is. */
export function placeOf(row: Pick<CommentRow, 'state' | 'parent_id' | 'pinned' | 'descendants'>): number {
  const isWhole = STATES[row.state].others === 'whole';
  if (!isWhole && row.descendants === 0) return PLACE.hidden;
  if (row.parent_id !== null) return PLACE.reply;
  return isWhole && row.pinned === 1 ? PLACE.pinned : PLACE.root;
}
