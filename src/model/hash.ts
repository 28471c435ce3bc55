/** Two 32-bit FNV-1a hashes side by side: tells texts apart, keeps no secrets. */
export function hashOf(text: string): string {
  let one = 0x811c9dc5;
  let two = 0x01000193;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x01000193);
    two = Math.imul(two ^ unit, 0x85ebca6b);
  }
  return [one, two].map((it) => (it >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The same, reckoned when it is first asked for: that takes the texts of long articles some milliseconds. */
export function hashLater(text: string): () => string {
  let hash: string | undefined;
  return () => (hash ??= hashOf(text));
}
