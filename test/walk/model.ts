/**
 * What must come of every wish, worked out apart from all code of ours: a page is a list of comments in the order in which
 * they were taken, a key is used once, a vote is the last one's word. The proxy asks it in the order of arrival.
 */
import type { ReaderName, Wish } from './wishes.ts';

export interface Noted {
  readonly id: string;
  readonly parent: string | null;
  readonly writer: ReaderName;
  text: string;
  isEdited: boolean;
  isDeleted: boolean;
  readonly votes: Map<ReaderName, { readonly value: Wish['value']; readonly counter: number }>;
}

/** `reason`: why it can't be done, as our problem types name it. */
export type Verdict = { readonly taken: true } | { readonly taken: false; reason: string };

export class Model {
  /** By page, in the order in which they were taken. */
  readonly pages = new Map<string, Map<string, Noted>>();
  /** By page and reader: what they want to be told of. */
  readonly #choices = new Map<string, { readonly value: Wish['value']; readonly counter: number }>();
  /** Keys that were used: posts, edits and deletions. A vote has a counter instead. */
  readonly used = new Set<string>();

  page(page: string): Map<string, Noted> {
    const known = this.pages.get(page) ?? new Map<string, Noted>();
    this.pages.set(page, known);
    return known;
  }

  /** Published comments below one, at any depth. */
  below(page: string, id: string): number {
    const comments = this.page(page);
    let count = 0;
    for (const one of comments.values()) {
      if (one.isDeleted) continue;
      for (let above = one.parent; above !== null; above = comments.get(above)?.parent ?? null) {
        if (above === id) count++;
      }
    }
    return count;
  }

  choice(page: string, reader: ReaderName): { readonly value: Wish['value']; readonly counter: number } | null {
    return this.#choices.get(`${page} ${reader}`) ?? null;
  }

  /** One request arrives: done, done before, or refused. @param counter Of a vote, or of what to be told of. */
  take(wish: Wish, counter: number): Verdict {
    const comments = this.page(wish.page);
    const about = wish.target === null ? undefined : comments.get(wish.target);
    const no = (reason: string): Verdict => ({ taken: false, reason });
    switch (wish.kind) {
      case 'post': {
        const known = comments.get(wish.id);
        if (known) return known.isDeleted ? no('comment-gone') : { taken: true };
        if (wish.target !== null && (!about || about.isDeleted)) return no('parent-gone');
        const { id, target: parent, reader: writer, text } = wish;
        const comment = { id, parent, writer, text, isEdited: false, isDeleted: false, votes: new Map() };
        comments.set(id, comment);
        this.used.add(id);
        return { taken: true };
      }
      case 'edit':
        if (!about || about.isDeleted) return no('comment-gone');
        if (about.writer !== wish.reader) return no('not-yours');
        if (this.used.has(wish.id)) return { taken: true };
        if (this.below(wish.page, about.id) > 0) return no('has-replies');
        this.used.add(wish.id);
        about.text = wish.text;
        about.isEdited = true;
        return { taken: true };
      case 'delete':
        if (!about) return no('comment-gone');
        if (about.writer !== wish.reader) return no('not-yours');
        if (about.isDeleted) return { taken: true };
        this.used.add(wish.id);
        about.isDeleted = true;
        about.text = '';
        about.votes.clear();
        return { taken: true };
      case 'notify': {
        const before = this.choice(wish.page, wish.reader);
        const { value } = wish;
        if (!before || counter > before.counter) this.#choices.set(`${wish.page} ${wish.reader}`, { value, counter });
        return { taken: true };
      }
      case 'vote': {
        if (!about || about.isDeleted) return no('comment-gone');
        if (about.writer === wish.reader) return no('own-vote');
        const before = about.votes.get(wish.reader);
        if (!before || counter > before.counter) about.votes.set(wish.reader, { value: wish.value, counter });
        return { taken: true };
      }
    }
  }

  static score(comment: Noted): { up: number; down: number } {
    const values = [...comment.votes.values()].map(({ value }) => value);
    return {
      up: values.filter((value) => value === 'up').length,
      down: values.filter((value) => value === 'down').length,
    };
  }

  /** The rows a reader must see: oldest first, replies below what they answer, a stub where a removed one has replies. */
  rows(page: string, reader: ReaderName): string[] {
    const comments = this.page(page);
    const children = new Map<string | null, Noted[]>();
    for (const comment of comments.values()) {
      const siblings = children.get(comment.parent) ?? [];
      siblings.push(comment);
      children.set(comment.parent, siblings);
    }
    const rows: string[] = [];
    const draw = (comment: Noted, depth: number): void => {
      const own = comment.writer === reader && !comment.isDeleted ? 'own' : '';
      const { up, down } = Model.score(comment);
      const vote = comment.votes.get(reader)?.value ?? 'none';
      rows.push([depth, comment.id, comment.text, up, down, own, vote].join(' '));
      for (const child of this.#shown(children, comment.id)) draw(child, depth + 1);
    };
    for (const root of this.#shown(children, null)) draw(root, 0);
    return rows;
  }

  #shown(children: ReadonlyMap<string | null, readonly Noted[]>, of: string | null): readonly Noted[] {
    const isShown = (comment: Noted): boolean => !comment.isDeleted || (children.get(comment.id) ?? []).some(isShown);
    return (children.get(of) ?? []).filter(isShown);
  }

  /** Published comments. */
  count(page: string): number {
    return [...this.page(page).values()].filter(({ isDeleted }) => !isDeleted).length;
  }
}
