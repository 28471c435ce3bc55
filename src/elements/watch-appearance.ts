/**
 * Looks at the surroundings again when anything that can change them may have. A page has more switches than can be
 * listed (a class far away, a box that is ticked, a style sheet that comes or goes, the operating system), but nearly all
 * change the ink, and that we inherit: a transition of no length on an element of ours tells of it. What changes the
 * ground alone is told by the elements around us, the head, and the reader's own acts.
 */
import { around } from './appearance.ts';
import { fitGround } from './ground.ts';

/**
 * @param rootOf What wears the colours; null while nothing is drawn.
 * @param look Reads light or dark anew, where that is the caller's.
 */
export function watchAppearance(
  element: HTMLElement,
  rootOf: () => HTMLElement | null,
  look: () => void,
): { fit: () => void; stop: () => void } {
  const ended = new AbortController();
  const { signal } = ended;
  const probe = document.createElement('span');
  // Through the object model: a style attribute is dead under a strict content security policy.
  Object.assign(probe.style, { position: 'absolute', visibility: 'hidden', pointerEvents: 'none' });
  const ink = probe.cloneNode() as HTMLElement;
  Object.assign(ink.style, {
    background: 'Canvas',
    transition: 'color 1ms, background-color 1ms, accent-color 1ms',
  });
  probe.style.background = 'Canvas';
  for (const one of [probe, ink]) one.ariaHidden = 'true';
  element.shadowRoot?.append(probe, ink);

  let due = 0;
  let chain: Element[] = [];
  const fit = (): void => {
    const root = rootOf();
    if (root) fitGround(element, root, probe);
  };
  const again = (): void => {
    due = 0;
    look();
    fit();
  };
  /** Once a frame: a fade tells of itself that often. */
  const soon = (): void => {
    due ||= requestAnimationFrame(again);
  };

  const attributes = new MutationObserver(soon);
  for (let at: Element | null = element; at; at = around(at)) chain.push(at);
  for (const at of chain) attributes.observe(at, { attributes: true });
  attributes.observe(document.head, { attributes: true, childList: true, characterData: true, subtree: true });
  // What was hidden, or far away, while the page changed.
  const nearing = new IntersectionObserver(soon);
  nearing.observe(element);

  const listen = (target: EventTarget, names: string, heard: (event: Event) => void = soon): void => {
    for (const name of names.split(' ')) target.addEventListener(name, heard, { signal, capture: true, passive: true });
  };
  listen(ink, 'transitionrun transitionend');
  listen(document, 'change click keyup visibilitychange');
  listen(window, 'pageshow hashchange popstate');
  listen(document, 'transitionrun transitionend transitioncancel animationstart animationend', ({ target }) => {
    if (chain.includes(target as Element)) soon();
  });
  // A style sheet that was asked for by whatever stands in the body.
  listen(document, 'load', ({ target }) => {
    if ((target as Partial<Element>).localName === 'link') soon();
  });
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', 'print']) {
    listen(matchMedia(query), 'change');
  }
  again();
  return {
    fit,
    stop: () => {
      ended.abort();
      attributes.disconnect();
      nearing.disconnect();
      cancelAnimationFrame(due);
      chain = [];
      probe.remove();
      ink.remove();
    },
  };
}
