/**
 * The door: registers the elements and re-exports what authors of pages and adapters may name. Imports in Node without
 * doing anything.
 */
import { AfterwordComments } from './elements/afterword-comments.ts';
import { whenIdle } from './elements/lazy.ts';
import { bubblePart, countPart } from './elements/parts.ts';
import { firstPictures } from './sync/opening.ts';

export { AfterwordComments };
export type { AfterwordBubble } from './elements/afterword-bubble.ts';
export type { AfterwordCount } from './elements/afterword-count.ts';
export type { AfterwordFeedback } from './elements/afterword-feedback.ts';
export type * from './elements/events.ts';
export type { Adapter, Answer, Capabilities, Identity, ListOptions, SendOptions, Trouble } from './adapters/adapter.ts';
export type * from './model/comment.ts';
export type * from './model/operation.ts';
export type { AllMessages, Message, Messages } from './i18n/locale.ts';

/** The version of this build. */
export const version = '0.1.0';

// The first copy of the script on a page defines everything; a later one uses it and says so where versions differ.
if (typeof window !== 'undefined') {
  const first = customElements.get('afterword-comments') as { version?: string } | undefined;
  if (first === AfterwordComments) Object.defineProperty(first, 'version', { value: version });
  else if (first && first.version !== version) {
    console.info(`Afterword: this page already has version ${first.version ?? 'unknown'}; ${version} uses it.`);
  }
  // Counters are upgraded late, so that they don't stand in the way of the comments.
  void firstPictures().then(() =>
    whenIdle(() => {
      void countPart().catch(() => {});
      if (document.querySelector('afterword-bubble')) void bubblePart().catch(() => {});
    }),
  );
}
