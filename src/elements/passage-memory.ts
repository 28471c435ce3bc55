/**
 * What a reader's browser remembers of passages: how they are shown, which of the author's questions were closed or have
 * drawn attention once. Choices, not somebody's data; where storage is forbidden they hold for this page.
 */
export const MODES = ['all', 'buttons', 'none'] as const;
/** Highlights and buttons, buttons alone, or nothing of both. */
export type Mode = (typeof MODES)[number];

const MODE = 'afterword.passages';
/** Of the author's passages that were closed, or have drawn attention; the oldest are forgotten. */
const MOST = 200;
const lists = { closed: 'afterword.passages.closed', attracted: 'afterword.passages.attracted' } as const;
export type Seen = keyof typeof lists;

const here = new Map<string, string>();

function read(name: string): string | null {
  try {
    return here.get(name) ?? localStorage.getItem(name);
  } catch {
    return here.get(name) ?? null; // Forbidden: what was chosen on this page holds.
  }
}

/** @param keep Whether the page lets us keep something on the reader's device. */
function write(name: string, value: string, keep: boolean): void {
  here.set(name, value);
  try {
    if (!keep) return;
    localStorage.setItem(name, value);
    // From now on told there, where another tab may change it.
    here.delete(name);
  } catch {
    // As above.
  }
}

export function rememberedMode(): Mode {
  const told = read(MODE);
  return MODES.find((mode) => mode === told) ?? 'all';
}

export function rememberMode(mode: Mode, keep: boolean): void {
  write(MODE, mode, keep);
}

export function wasSeen(what: Seen, passage: string): boolean {
  return listOf(what).includes(passage);
}

export function markSeen(what: Seen, passage: string, keep: boolean): void {
  const list = [...listOf(what).filter((one) => one !== passage), passage].slice(-MOST);
  write(lists[what], JSON.stringify(list), keep);
}

function listOf(what: Seen): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(read(lists[what]) ?? '[]');
    return Array.isArray(list) ? (list as unknown[]) : [];
  } catch {
    return []; // Not written by us.
  }
}
