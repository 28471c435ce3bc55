/**
 * Every event Afterword fires (E-4). Requests come before the deed and can be cancelled with `preventDefault()`; the
 * others tell what happened. All bubble and are composed, so that one listener on the section or the document is enough.
 */
import type { Comment, NotifyChoice, Vote } from '../model/comment.ts';
import type { Quote } from '../model/quote.ts';

abstract class Request extends Event {
  constructor(type: string) {
    super(type, { bubbles: true, composed: true, cancelable: true });
  }
}

abstract class Told extends Event {
  constructor(type: string) {
    super(type, { bubbles: true, composed: true });
  }
}

/** `afterword-submit`: the reader pressed *Post*, *Reply* or *Save*. Cancelled, the words stay in the form. */
export class AfterwordSubmitEvent extends Request {
  static readonly type = 'afterword-submit';
  constructor(
    /** `post` for a new comment or a reply, `edit` for a change of an own one. */
    readonly kind: 'post' | 'edit',
    /** The comment answered or edited; null for a new top-level comment. */
    readonly commentId: string | null,
    readonly text: string,
    readonly author: { readonly name: string; readonly email?: string; readonly website?: string },
    /** The passage of the article it is about, or null. */
    readonly quote: Quote | null = null,
  ) {
    super(AfterwordSubmitEvent.type);
  }
}

/** `afterword-vote`: the reader pressed a vote button; `value` is what would hold afterwards. */
export class AfterwordVoteEvent extends Request {
  static readonly type = 'afterword-vote';
  constructor(
    readonly commentId: string,
    readonly value: Vote,
  ) {
    super(AfterwordVoteEvent.type);
  }
}

/** `afterword-notify`: the reader chose in *Notify of* or pressed the bell of an own comment; `choice` would hold afterwards. */
export class AfterwordNotifyEvent extends Request {
  static readonly type = 'afterword-notify';
  constructor(
    readonly choice: NotifyChoice,
    /** The own comment whose bell was pressed; null for the page. */
    readonly commentId: string | null,
  ) {
    super(AfterwordNotifyEvent.type);
  }
}

/** `afterword-loaded`: the first comments of a thread are on the screen. */
export class AfterwordLoadedEvent extends Told {
  static readonly type = 'afterword-loaded';
  constructor(
    readonly count: number,
    /** True where they came from this device and not from the backend. */
    readonly fromCache: boolean,
  ) {
    super(AfterwordLoadedEvent.type);
  }
}

/** `afterword-posted`: the backend took a comment. `comment.state` may be `held`. */
export class AfterwordPostedEvent extends Told {
  static readonly type = 'afterword-posted';
  constructor(readonly comment: Comment) {
    super(AfterwordPostedEvent.type);
  }
}

/** `afterword-edited`: the backend took a change of a comment. */
export class AfterwordEditedEvent extends Told {
  static readonly type = 'afterword-edited';
  constructor(readonly comment: Comment) {
    super(AfterwordEditedEvent.type);
  }
}

/** `afterword-deleted`: the backend removed an own comment. */
export class AfterwordDeletedEvent extends Told {
  static readonly type = 'afterword-deleted';
  constructor(readonly commentId: string) {
    super(AfterwordDeletedEvent.type);
  }
}

/** `afterword-voted`: the backend took a vote. */
export class AfterwordVotedEvent extends Told {
  static readonly type = 'afterword-voted';
  constructor(
    readonly commentId: string,
    readonly value: Vote,
  ) {
    super(AfterwordVotedEvent.type);
  }
}

/** `afterword-failed`: something the reader asked for was refused, or the thread could not be loaded. */
export class AfterwordFailedEvent extends Told {
  static readonly type = 'afterword-failed';
  constructor(
    readonly what: 'load' | 'post' | 'edit' | 'delete' | 'vote' | 'notify',
    /** A short kind, such as `offline` or `too-long`; made for programs, not for readers. */
    readonly reason: string,
    readonly commentId: string | null,
  ) {
    super(AfterwordFailedEvent.type);
  }
}

/** `afterword-count-change`: the number of published comments is another now. */
export class AfterwordCountChangeEvent extends Told {
  static readonly type = 'afterword-count-change';
  constructor(readonly count: number) {
    super(AfterwordCountChangeEvent.type);
  }
}

/** Every event by its name, for `addEventListener` of an element, the document and the window. */
export interface AfterwordEventMap {
  'afterword-submit': AfterwordSubmitEvent;
  'afterword-vote': AfterwordVoteEvent;
  'afterword-notify': AfterwordNotifyEvent;
  'afterword-loaded': AfterwordLoadedEvent;
  'afterword-posted': AfterwordPostedEvent;
  'afterword-edited': AfterwordEditedEvent;
  'afterword-deleted': AfterwordDeletedEvent;
  'afterword-voted': AfterwordVotedEvent;
  'afterword-failed': AfterwordFailedEvent;
  'afterword-count-change': AfterwordCountChangeEvent;
}

/* eslint-disable @typescript-eslint/no-empty-object-type -- an interface of the platform can be added to in no other way */
declare global {
  interface HTMLElementEventMap extends AfterwordEventMap {}
  // They bubble and are composed: the document and the window hear them, too.
  interface DocumentEventMap extends AfterwordEventMap {}
  interface WindowEventMap extends AfterwordEventMap {}
}
