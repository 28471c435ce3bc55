/**
 * The one way to fetch a part of ours that is not needed at first. A part is asked for once and kept; where that fails
 * it is asked for again under a changed address, because Firefox never asks twice for the same one. What the caller
 * shows without the part is the caller's plain fallback.
 */

export type Part<Module> = (() => Promise<Module>) & {
  /** What came, once it has; so that a later use need not wait a turn. */
  readonly loaded: Module | null;
};

/**
 * `load` is written out as `() => import('./part.ts')`, so that the build makes a file of it. What is asked for again is
 * looked for from this module, so the caller stands in the same folder, and in the same file of the build.
 */
export function laterPart<Module>(load: () => Promise<Module>): Part<Module> {
  let loaded: Module | null = null;
  let asking: Promise<Module> | null = null;
  let failures = 0;

  const ask = async (): Promise<Module> => {
    try {
      return await (failures === 0 ? load() : again(load, failures));
    } catch (error) {
      failures += 1;
      throw error;
    }
  };

  const part = (): Promise<Module> => {
    asking ??= ask()
      // Once more at once: a connection that broke is the usual reason.
      .catch(ask)
      .then(
        (module) => (loaded = module),
        (error: unknown) => {
          asking = null; // The next one who needs it asks again.
          throw error;
        },
      );
    return asking;
  };
  return Object.defineProperty(part, 'loaded', { get: () => loaded }) as Part<Module>;
}

/**
 * The address stands in the source of the function: the build wrote it there, and no other place has it. A bundler with
 * a loader of its own writes no import there, and its loader asks again itself. `import.meta.url` must not be asked:
 * webpack puts the path of the machine that builds into its place.
 */
function again<Module>(load: () => Promise<Module>, attempt: number): Promise<Module> {
  const written = /import\(\s*(["'`])(.+?)\1/.exec(String(load))?.[2];
  if (written === undefined) return load();
  const address = `${written}${written.includes('?') ? '&' : '?'}again=${attempt}`;
  return import(/* @vite-ignore */ /* webpackIgnore: true */ address) as Promise<Module>;
}

/** Runs when the browser has nothing better to do; at the latest after some seconds. */
export function whenIdle(run: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 5_000 });
  else setTimeout(run, 1_000); // Safari: after the first paint is what matters.
}

/** Readers who save data are not sent what they may never need. */
export function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}
