/** The section that a counter or a bubble belongs to: the one it names, the one it stands in, or the page's first (E-2). */
export function findSection(element: Element, id: string): HTMLElement | null {
  const root = element.getRootNode() as Document | ShadowRoot;
  if (id) return root.getElementById?.(id) ?? document.getElementById(id);
  return (
    element.closest<HTMLElement>('afterword-comments') ?? document.querySelector<HTMLElement>('afterword-comments')
  );
}
