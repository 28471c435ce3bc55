/**
 * What the reader has selected: the part in the article, cut to whole words, once the selection is made. A click is not
 * one, nor is what is selected in a field, in an element of ours or partly outside the article.
 */
import { linesOf } from './lines.ts';
import { parentOf, holds } from './trees.ts';
import { wholeWords } from './words.ts';
import type { Candidate } from './article.ts';
import type { Ends, TextMap } from './text-map.ts';

/** A selection made by keys or by the handles of a touch screen has no end that the page hears of: this long a rest is one. */
const REST = 300;

interface Watched {
  readonly root: Element;
  /** The text as it is now; null where it can't be read any more. */
  read(): Promise<TextMap | null>;
  after(milliseconds: number, run: () => void): () => void;
}

/** Reports each selection once it is made, and null once it is there no more. Gives back what stops it. */
export function watchSelection({ root, read, after }: Watched, report: (made: Candidate | null) => void): () => void {
  let by: Candidate['by'] = 'mouse';
  let pressed = false;
  let last: Candidate | null = null;
  let asked = 0;
  let cancel = (): void => undefined;

  const tell = (made: Candidate | null): void => {
    if (made === last) return;
    if (made && last && made.start === last.start && made.end === last.end && made.words === last.words) {
      if (made.by === last.by && last.range.startContainer.isConnected) return;
    }
    last = made;
    report(made);
  };

  const settle = async (): Promise<void> => {
    const ask = ++asked;
    if (!selectedEnds(root, [])) return tell(null);
    const map = await read();
    if (ask === asked) tell(map && candidateIn(root, map, by));
  };
  const settleAfter = (milliseconds: number): void => {
    cancel();
    cancel = after(milliseconds, () => void settle());
  };

  const listeners: [string, (event: Event) => void][] = [
    [
      'pointerdown',
      (event) => {
        by = (event as PointerEvent).pointerType === 'touch' ? 'touch' : 'mouse';
        pressed = by === 'mouse';
      },
    ],
    // The browser takes the finger over for scrolling or its own menu; the selection goes on by its handles.
    ['pointercancel', () => (pressed = false)],
    [
      'pointerup',
      () => {
        pressed = false;
        // A click that takes the selection away does so after this event.
        settleAfter(0);
      },
    ],
    [
      'keydown',
      () => {
        by = 'keyboard';
        pressed = false;
      },
    ],
    [
      'selectionchange',
      () => {
        if (!selectedEnds(root, [])) {
          cancel();
          void settle();
        } else if (!pressed) settleAfter(REST);
      },
    ],
  ];
  for (const [type, listener] of listeners) document.addEventListener(type, listener, true);
  return () => {
    asked++;
    cancel();
    for (const [type, listener] of listeners) document.removeEventListener(type, listener, true);
  };
}

export function candidateIn(root: Element, map: TextMap, by: Candidate['by']): Candidate | null {
  const selected = selectedEnds(root, map.shadowRoots);
  if (!selected) return null;
  const { ends, backward } = selected;
  if (isOurs(ends.startContainer) || isOurs(ends.endContainer)) return null;
  if (!isWithin(root, ends)) return null;
  const read = map.spanOf(ends);
  const span = read && wholeWords(map.text, read);
  const range = span && map.rangesOf(span.start, span.end)[0];
  if (!range) return null;
  const rects = linesOf(map, span);
  const rect = backward ? rects[0] : rects.at(-1);
  if (!rect) return null;
  return { range, ...span, words: map.shown(span.start, span.end), rect, rects, by, backward };
}

/** Ends of the selection, also within shadow roots; null where nothing is selected or what is, is in a field. */
export function selectedEnds(
  root: Element,
  inner: readonly ShadowRoot[],
): { readonly ends: Ends; readonly backward: boolean } | null {
  const selection = document.getSelection();
  if (!selection || selection.rangeCount === 0 || isInField()) return null;
  const shadowRoots = [...inner];
  for (let at = root.getRootNode(); at instanceof ShadowRoot; at = at.host.getRootNode()) shadowRoots.push(at);
  const ends = endsOf(selection, shadowRoots);
  if (ends.startContainer === ends.endContainer && ends.startOffset === ends.endOffset) return null;
  const { direction } = selection as { direction?: string };
  const backward =
    direction === 'backward' ||
    (direction === undefined &&
      selection.anchorNode === ends.endContainer &&
      selection.anchorOffset === ends.endOffset);
  return { ends, backward };
}

function endsOf(selection: Selection, shadowRoots: readonly ShadowRoot[]): Ends {
  if (shadowRoots.length) {
    if (typeof selection.getComposedRanges === 'function') {
      const [composed] = selection.getComposedRanges({ shadowRoots: [...shadowRoots] });
      if (composed) return composed;
    }
    // Chromium before 137.
    for (const root of shadowRoots) {
      const own = (root as { getSelection?(): Selection | null }).getSelection?.();
      if (own && own.rangeCount > 0 && !own.isCollapsed) return own.getRangeAt(0);
    }
  }
  return selection.getRangeAt(0);
}

function isInField(): boolean {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return !!active && (/^(input|textarea|select)$/.test(active.localName) || (active as HTMLElement).isContentEditable);
}

function isOurs(node: Node): boolean {
  for (let at: Node | null = node; at; at = parentOf(at)) {
    if (at instanceof Element && at.localName.startsWith('afterword-') && at.localName !== 'afterword-feedback') {
      return true;
    }
  }
  return false;
}

/** Both ends in the article. A triple click on the last paragraph ends before the next element outside: nothing is in between. */
function isWithin(root: Element, ends: Ends): boolean {
  const between = (start: (range: Range) => void, end: (range: Range) => void): boolean => {
    const range = document.createRange();
    start(range);
    const from = range.startContainer;
    end(range);
    return from === range.startContainer && range.toString().trim() === '';
  };
  return (
    (holds(root, ends.startContainer) ||
      between(
        (range) => range.setStart(ends.startContainer, ends.startOffset),
        (range) => range.setEnd(root, 0),
      )) &&
    (holds(root, ends.endContainer) ||
      between(
        (range) => range.setStart(root, root.childNodes.length),
        (range) => range.setEnd(ends.endContainer, ends.endOffset),
      ))
  );
}
