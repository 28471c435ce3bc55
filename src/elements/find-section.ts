/** Which section a counter or a bubble is about. */
/** The section that an element belongs to: the one it names, the one it stands in, or the page's first (E-2). */
export function findSection(element: Element, id: string): HTMLElement | null {
  const root = element.getRootNode() as Document | ShadowRoot;
  if (id) return root.getElementById?.(id) ?? document.getElementById(id);
  return (
    element.closest<HTMLElement>('afterword-comments') ?? document.querySelector<HTMLElement>('afterword-comments')
  );
}

/** A section may stand behind the element in the page, and not be there yet. */
export function whenParsed(): Promise<void> {
  if (document.readyState !== 'loading') return Promise.resolve();
  return new Promise((done) => document.addEventListener('DOMContentLoaded', () => done(), { once: true }));
}
