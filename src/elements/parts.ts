/** The parts that are fetched after the first paint, each named here once. */
import { loadMarkupPart, useMarkupPart } from '../content/safe-html.ts';
import { useParts } from './later.ts';
import { laterPart, savesData, whenIdle } from './lazy.ts';

export const actsPart = laterPart(() => import('./acts.ts'));
export const bubblePart = laterPart(() => import('./afterword-bubble.ts'));
export const countPart = laterPart(() => import('./counting.ts'));
export const formPart = laterPart(() => import('./afterword-form.ts'));
export const forgetPart = laterPart(() => import('./form-forget.ts'));
export const keepingPart = laterPart(() => import('./keeping.ts'));
export const localPart = laterPart(() => import('../adapters/local.ts'));
export const notifyPart = laterPart(() => import('./afterword-notify.ts'));
export const passagesPart = laterPart(() => import('./passages.ts'));
export const markupPart = laterPart(() => import('./markup.ts'));

useMarkupPart(markupPart);

/**
 * Fetches what a writer needs before it is asked for, so that writing works when the network goes. Not for readers
 * who save data: they fetch it when they write.
 */
export function fetchAhead(fetched: () => void): void {
  if (savesData()) return;
  // What fails is asked for again, and told, when it is needed.
  whenIdle(() => void Promise.allSettled([formPart(), forgetPart(), loadMarkupPart()]).then(fetched));
}

useParts({
  bubblePart,
  countPart,
  formPart,
  forgetPart,
  keepingPart,
  localPart,
  markupPart,
  notifyPart,
  passagesPart,
  fetchAhead,
});
