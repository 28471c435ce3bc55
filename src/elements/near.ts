/** Whether an element is no further than one screen from what the reader sees. */
export function isNear(element: Element): boolean {
  const box = element.getClientRects()[0];
  return !!box && box.top < 2 * innerHeight && box.bottom > -innerHeight;
}
