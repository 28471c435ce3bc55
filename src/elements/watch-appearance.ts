/**
 * Looks at the section's surroundings again when the page or the operating system changes, and at two finer things of
 * them: how pale the host's own text is, and its accent.
 */
import { lightOf } from './appearance.ts';

export function watchAppearance(section: HTMLElement, root: HTMLElement, changed: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    changed();
    const { color, accentColor } = getComputedStyle(section);
    const ground = lightOf(root.style.getPropertyValue('--_behind'));
    const ink = root.classList.contains('paper') || ground === null ? '' : inkFor(lightOf(color) ?? 0, ground);
    // Through the object model: a style attribute is dead under a strict content security policy.
    root.style.setProperty('--_ink', ink);
    root.style.setProperty('--_host-accent', accentColor === 'auto' ? '' : accentColor);
  };
  const lookTwice = (): void => {
    look();
    clearTimeout(timer);
    // A page may fade from one scheme to the other; what counts is where it ends.
    timer = setTimeout(look, 400);
  };
  const observer = new MutationObserver(lookTwice);
  // A page's own switch sets a class or an attribute on one of these two.
  for (const element of [document.documentElement, document.body]) observer.observe(element, { attributes: true });
  system.addEventListener('change', lookTwice);
  look();
  return () => {
    observer.disconnect();
    system.removeEventListener('change', lookTwice);
    clearTimeout(timer);
  };
}

/** How much of the host's text colour muted text keeps: the paler it is, the less can be taken away for 4.5:1. */
function inkFor(text: number, ground: number): string {
  const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
  return contrast > 12 ? '' : contrast > 9 ? '84%' : contrast > 6.5 ? '92%' : '100%';
}
