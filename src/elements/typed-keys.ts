/**
 * Keeps what is typed in our fields from the shortcuts of the page around us: from outside a shadow root, a key typed in
 * a field of ours looks like one that was pressed nowhere. `input` and `beforeinput` go on: no shortcut listens to them, but
 * spelling helpers and the like do.
 */

/** The keys that went down in a field of ours and have not come up yet, by their place on the keyboard. */
const down = new Set<string>();

/**
 * For `keydown` and `keypress` of a field. A key that is held together with Control, Alt or Meta is a command and stays
 * the page's; so does a modifier by itself, as a page that saw it go down has to see it come up.
 */
export function keepTyped(event: KeyboardEvent): void {
  // AltGr, with which half of Europe types an @, is Control and Alt on Windows.
  const isCommand = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState('AltGraph');
  if (isCommand || event.key === 'Shift') return;
  event.stopPropagation();
  if (event.type !== 'keydown') return;
  // Where the key comes up is somewhere else if it has moved the focus: Escape closes a form, and must not close the
  // dialog around it a moment later.
  if (down.size === 0) {
    addEventListener('keydown', begin, true);
    addEventListener('keyup', keepUp, true);
    addEventListener('blur', letGo);
  }
  down.add(placeOf(event));
}

/** Pressed anew, wherever: of its last time nobody told us that it came up. */
function begin(event: KeyboardEvent): void {
  down.delete(placeOf(event));
}

function keepUp(event: KeyboardEvent): void {
  if (down.delete(placeOf(event))) event.stopPropagation();
  if (down.size === 0) letGo();
}

/** In another window nobody tells us when a key comes up. */
function letGo(): void {
  down.clear();
  removeEventListener('keydown', begin, true);
  removeEventListener('keyup', keepUp, true);
  removeEventListener('blur', letGo);
}

function placeOf({ code, key }: KeyboardEvent): string {
  return code || key;
}
