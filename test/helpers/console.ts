/** Catches what is written to the console, so that a test can say what an author reads there. Ends with the test. */

export interface Heard {
  readonly errors: string[];
  readonly warnings: string[];
  readonly infos: string[];
}

let undo: (() => void) | null = null;

export function listenToConsole(): Heard {
  undo?.();
  const heard: Heard = { errors: [], warnings: [], infos: [] };
  const { error, warn, info } = console;
  console.error = (...words: unknown[]) => void heard.errors.push(words.join(' '));
  console.warn = (...words: unknown[]) => void heard.warnings.push(words.join(' '));
  console.info = (...words: unknown[]) => void heard.infos.push(words.join(' '));
  undo = () => Object.assign(console, { error, warn, info });
  return heard;
}

afterEach(() => {
  undo?.();
  undo = null;
});
