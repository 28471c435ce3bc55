/**
 * What the form does when the reader leaves it: nothing while a press is on its way, and nothing that moves what the
 * reader went to.
 */

/**
 * Calls once the press that goes on now, if one does, is over and its click is heard: what moves under a finger is not
 * what was pressed. `run` gets the path of what was pressed, which is empty after a key.
 */
export function afterPress(run: (pressed: readonly EventTarget[]) => void): void {
  // In the next turn, as the focus is nowhere while it moves, and a frame has the page's own answer to the press.
  setTimeout(() => {
    if (!document.querySelector(':active')) return run([]);
    const ends = ['pointerup', 'pointercancel', 'dragend'] as const;
    const ended = (event: Event): void => {
      for (const end of ends) removeEventListener(end, ended, true);
      const pressed = event.composedPath();
      setTimeout(() => run(pressed));
    };
    for (const end of ends) addEventListener(end, ended, true);
  });
}

/** Draws what is shorter, with the focused element, or else what was pressed, staying where it is in the window. */
export function keepPlace(pressed: readonly EventTarget[], draw: () => void): void {
  const held = focused() ?? pressed.find((one) => one instanceof Element && one.isConnected);
  if (!(held instanceof Element)) return draw();
  const { top } = held.getBoundingClientRect();
  draw();
  const moved = held.getBoundingClientRect().top - top;
  if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: 'instant' });
}

/** Through shadow roots; null where nothing has the focus. */
function focused(): Element | null {
  let { activeElement } = document;
  while (activeElement?.shadowRoot?.activeElement) ({ activeElement } = activeElement.shadowRoot);
  return activeElement === document.body ? null : activeElement;
}
