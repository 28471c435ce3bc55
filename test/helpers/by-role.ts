/** Finds what a reader finds: by role and name, through open shadow roots, leaving out what is hidden. */

const roles: readonly (readonly [string, string])[] = [
  ['textarea', 'textbox'],
  ['input[type=checkbox]', 'checkbox'],
  ['input[type=radio]', 'radio'],
  ['input:not([type]),input[type=text],input[type=email],input[type=url]', 'textbox'],
  ['button', 'button'],
  ['a[href]', 'link'],
  ['h1,h2,h3,h4,h5,h6', 'heading'],
  ['ul,ol', 'list'],
  ['li', 'listitem'],
  ['article', 'article'],
  ['section[aria-label],section[aria-labelledby]', 'region'],
  ['form[aria-label],form[aria-labelledby]', 'form'],
  ['details', 'group'],
  ['dialog', 'dialog'],
  ['time', 'time'],
];

/** Every element with this role, and with this name where one is asked for, in the order of the page. */
export function allByRole(root: ParentNode | Element, role: string, name?: string | RegExp): HTMLElement[] {
  return [...everything(root)].filter(
    (element) => roleOf(element) === role && !isHidden(element) && (name === undefined || fits(nameOf(element), name)),
  );
}

/** The one element with this role and name; none or several is an error that says what there is. */
export function byRole(root: ParentNode | Element, role: string, name?: string | RegExp): HTMLElement {
  const found = allByRole(root, role, name);
  if (found.length === 1 && found[0]) return found[0];
  const there = allByRole(root, role).map((element) => `"${nameOf(element)}"`);
  throw new Error(`${found.length} of role ${role} with the name ${String(name)}; there are: ${there.join(', ')}`);
}

/** What a screen reader would call it. */
export function nameOf(element: Element): string {
  const root = element.getRootNode() as ParentNode;
  const labelled = element.getAttribute('aria-labelledby');
  if (labelled) return textOf(labelled, root);
  const label = element.getAttribute('aria-label');
  if (label) return label;
  const labels = (element as HTMLInputElement).labels;
  if (labels?.length) return tidy([...labels].map((one) => one.textContent).join(' '));
  return tidy(element.textContent);
}

/** What is said in addition to the name. */
export function descriptionOf(element: Element): string {
  return textOf(element.getAttribute('aria-describedby') ?? '', element.getRootNode() as ParentNode);
}

/** Where the focus is, through shadow roots. */
export function focused(): Element | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

function* everything(root: ParentNode | Element): Generator<HTMLElement> {
  const inside = root instanceof Element && root.shadowRoot ? [...root.shadowRoot.children] : [];
  for (const element of [...inside, ...root.children]) {
    yield element as HTMLElement;
    yield* everything(element);
  }
}

function roleOf(element: Element): string | undefined {
  return element.getAttribute('role') ?? roles.find(([selector]) => element.matches(selector))?.[1];
}

function isHidden(element: HTMLElement): boolean {
  return element.closest('[aria-hidden=true]') !== null || !element.checkVisibility({ visibilityProperty: true });
}

function textOf(ids: string, root: ParentNode): string {
  return tidy(
    ids
      .split(/\s+/)
      .filter(Boolean)
      .map((id) => root.querySelector(`#${CSS.escape(id)}`)?.textContent ?? '')
      .join(' '),
  );
}

function fits(name: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? name === wanted : wanted.test(name);
}

function tidy(text: string | null): string {
  return (text ?? '').replace(/\s+/g, ' ').trim();
}
