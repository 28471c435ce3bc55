/** What the walk asks of a tab and what it hears back: the words both sides of the wire share. */

export type ReaderName = 'ann' | 'bob';

/** One thing a reader wants to do. Chosen from the seed alone; whether the tab offers it is seen when it is pressed. */
export interface Wish {
  /** A UUID: the operation's id, so that the proxy knows whose request it is. */
  readonly id: string;
  readonly reader: ReaderName;
  readonly page: string;
  readonly kind: 'post' | 'edit' | 'delete' | 'vote' | 'notify';
  /** The comment it is about; for a post the parent, null for a new top-level comment, and for what is about the page. */
  readonly target: string | null;
  readonly text: string;
  /** Of a vote, or of what to be told of. */
  readonly value: 'up' | 'down' | 'none' | 'page' | 'replies';
}

/** Not a step: the last one counts, and takes the place of those before it. */
export const isWhole = ({ kind }: Wish): boolean => kind === 'vote' || kind === 'notify';

export const addressOf = (reader: ReaderName): string => `${reader}@mail.example`;

export interface Done {
  readonly id: string;
  /** `unsaved`: the disk refused, the words live in this tab alone, and the row says so. */
  readonly is: 'kept' | 'unsaved' | 'not offered';
  /** In the frame of the press the screen had it. */
  readonly isShown: boolean;
}

/** What a row says of an operation on its way. */
export interface Told {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly text: string;
}

/** One attempt of a tab to send an operation, also one that nobody else ever heard of. */
export interface Tried {
  readonly id: string;
  /** When it was over, by the machine's clock. */
  readonly at: number;
  /** `network`: as if there were none. `trouble`: whatever else was no yes. */
  readonly end: 'yes' | 'network' | 'trouble';
}

export interface Glance {
  /** Attempts since the last look. */
  readonly tried: readonly Tried[];
  /** Requests under way. */
  readonly under: number;
  /** Errors that reached the page, and rows that stood twice, since the last look. */
  readonly reached: readonly string[];
  /** Operations on their way or refused, in the threads this tab shows. */
  readonly unsent: number;
}

export interface Look {
  readonly threads: readonly {
    readonly page: string;
    readonly unsent: number;
    readonly problem: string | null;
    readonly storage: string;
    readonly count: number;
    readonly more: boolean;
    /** Depth, id, text, votes for and against, own, the reader's vote. */
    readonly rows: readonly string[];
    readonly told: readonly Told[];
    /** What the bell says. */
    readonly choice: string;
  }[];
}
