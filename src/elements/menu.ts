/**
 * The menu of a row: what is rarely needed of a comment. It stands right behind its button, in the top layer where the
 * browser has one, and gives the focus back to the button when it closes.
 */

export interface MenuChoice {
  readonly label: string;
  readonly choose: () => void;
}

/** Opens a menu for `button`; a second press on the button closes it. */
export function openMenu(button: HTMLElement, label: string, choices: readonly MenuChoice[]): void {
  const root = button.getRootNode() as ShadowRoot;
  const open = root.querySelector<HTMLElement & { shut?: (refocus: boolean) => void }>('[role=menu]');
  open?.shut?.(false);
  if (open?.dataset['for'] === label) return button.focus();

  const menu = Object.assign(document.createElement('div'), { shut });
  menu.className = 'menu-list';
  menu.setAttribute('role', 'menu');
  menu.setAttribute('part', 'menu');
  menu.setAttribute('aria-label', label);
  menu.dataset['for'] = label;
  const entries = choices.map((choice) => {
    const entry = document.createElement('button');
    entry.type = 'button';
    entry.tabIndex = -1;
    entry.setAttribute('role', 'menuitem');
    entry.textContent = choice.label;
    entry.addEventListener('click', () => {
      // Closed first: what is chosen may move the focus itself, into a form for instance.
      shut(true);
      choice.choose();
    });
    return entry;
  });
  menu.append(...entries);
  // Manual, and closed by our own listeners: "auto" would close a popover of the host's that we may stand in.
  if ('popover' in menu) menu.popover = 'manual';
  button.after(menu);
  button.setAttribute('aria-expanded', 'true');
  if ('showPopover' in menu) menu.showPopover();
  place();
  entries[0]?.focus({ preventScroll: true });

  menu.addEventListener('keydown', onKey);
  menu.addEventListener('focusout', onFocusOut);
  document.addEventListener('pointerdown', onPointer, true);
  addEventListener('resize', onMove);
  document.addEventListener('scroll', onMove, true);

  function shut(refocus: boolean): void {
    if (!menu.isConnected) return;
    document.removeEventListener('pointerdown', onPointer, true);
    removeEventListener('resize', onMove);
    document.removeEventListener('scroll', onMove, true);
    menu.removeEventListener('focusout', onFocusOut);
    button.setAttribute('aria-expanded', 'false');
    menu.remove();
    if (refocus) button.focus({ preventScroll: true });
  }

  /** Under the button where there is room, else above it; never outside the window. */
  function place(): void {
    const at = button.getBoundingClientRect();
    const size = menu.getBoundingClientRect();
    const below = at.bottom + 4 + size.height <= innerHeight || at.top - 4 - size.height < 0;
    const rtl = getComputedStyle(menu).direction === 'rtl';
    const wished = rtl ? at.right - size.width : at.left;
    const left = Math.max(8, Math.min(wished, document.documentElement.clientWidth - size.width - 8));
    // Set through the object model: a style attribute is dead under a strict content security policy.
    menu.style.setProperty('left', `${left}px`);
    menu.style.setProperty('top', `${below ? at.bottom + 4 : at.top - 4 - size.height}px`);
  }

  function onKey(event: KeyboardEvent): void {
    const now = entries.indexOf(root.activeElement as HTMLButtonElement);
    const to: Record<string, number> = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 };
    const next = to[event.key];
    if (event.key === 'Escape' || event.key === 'Tab') shut(true);
    if (event.key === 'Escape' || next !== undefined) {
      event.preventDefault();
      event.stopPropagation();
    }
    if (next !== undefined) entries.at(next % entries.length)?.focus();
  }

  function onFocusOut(event: FocusEvent): void {
    const to = event.relatedTarget as Node | null;
    if (to && !menu.contains(to) && to !== button) shut(false);
  }

  function onPointer(event: Event): void {
    const path = event.composedPath();
    if (!path.includes(menu) && !path.includes(button)) shut(false);
  }

  function onMove(event: Event): void {
    if (event.target !== menu) place();
  }
}
