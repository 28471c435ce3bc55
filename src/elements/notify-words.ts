/** What a press on a bell asks for, and how what holds is said; for the panel of *Notify of* and the bells without it. */
import type { NotifyChoice } from '../model/comment.ts';
import type { NotifyOperation } from '../model/operation.ts';
import type { NotifyView } from '../model/view.ts';
import type { ThreadStore } from '../sync/store.ts';
import { languageOf, say, type AllMessages } from '../i18n/locale.ts';
import { newId } from './new-id.ts';

/** A choice, ready for the outbox. */
export function notifyOperation(
  store: ThreadStore,
  words: AllMessages,
  commentId: string | null,
  choice: NotifyChoice,
  extra: Pick<NotifyOperation, 'email' | 'push'> = {},
): NotifyOperation {
  return {
    kind: 'notify',
    id: newId(),
    createdAt: Date.now(),
    commentId,
    choice,
    counter: store.nextVoteCounter(),
    language: languageOf(words),
    ...extra,
  };
}

/** Where a subscription stands. */
export function sayStanding(words: AllMessages, state: NotifyView['state'], address: string | null): string {
  if (state === 'none') return '';
  if (state === 'active') return say(words, 'notify.active');
  return address ? say(words, 'notify.pending', { address }) : say(words, 'notify.pending.somewhere');
}
