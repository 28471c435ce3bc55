/**
 * When the page may be another (E-7). Nothing of the host's is patched: where no event tells of a change, it is looked
 * for. Fetched after the first paint; until then whoever draws asks `place.ts`.
 */

/** How often the address is compared where no event tells of `pushState` (Firefox before 147, Safari before 26.2). */
const POLL = 300;

const followers = new Set<() => void>();
let stop: (() => void) | null = null;

/** Calls whenever the page may be another; gives back what ends it. */
export function followPlace(follower: () => void): () => void {
  followers.add(follower);
  stop ??= watch(() => followers.forEach((one) => one()));
  return () => {
    if (!followers.delete(follower) || followers.size > 0) return;
    stop?.();
    stop = null;
  };
}

function watch(look: () => void): () => void {
  const end = new AbortController();
  const { signal } = end;
  const { navigation } = window as { navigation?: EventTarget };
  for (const type of ['popstate', 'hashchange']) addEventListener(type, look, { signal });
  navigation?.addEventListener('currententrychange', look, { signal });

  // Canonical links come late, change, and go with the whole `<head>`.
  const observer = new MutationObserver(() => {
    observe();
    look();
  });
  const observe = (): void => {
    observer.observe(document.documentElement, { childList: true });
    observer.observe(document.head, { childList: true, subtree: true, attributeFilter: ['href', 'rel'] });
  };
  observe();

  let { href } = location;
  const poll = navigation
    ? 0
    : setInterval(() => {
        if (href === location.href) return;
        ({ href } = location);
        look();
      }, POLL);
  return () => {
    end.abort();
    observer.disconnect();
    clearInterval(poll);
  };
}
