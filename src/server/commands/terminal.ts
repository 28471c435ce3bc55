/** How the command speaks: answers on stdout, everything about them on stderr, so that an export can be piped. */

/** Something the operator can put right; shown as it is, without a trace. */
export class CommandError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

const PROGRESS_MS = 1_000;

/** Tells how far long work is, at most once a second; short work says nothing. */
export function progressTeller(): (line: () => string) => void {
  let toldAt = performance.now();
  return (line) => {
    const now = performance.now();
    if (now - toldAt < PROGRESS_MS) return;
    toldAt = now;
    tell(line());
  };
}

/** What people wrote, in one line of a terminal that it can't take over. */
export function shorten(text: string, most: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  const characters = [...line];
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join('')}…`;
}

export function count(n: number, one: string, other: string): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : other}`;
}
