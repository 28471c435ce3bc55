/** Enough of a passage to know it by, in the names of controls. */
export function firstWords(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length > 48 ? `${line.slice(0, 48).replace(/\s\S*$/, '')}…` : line;
}
