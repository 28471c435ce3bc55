/** Ids of what a reader asks for: UUIDs of the fourth version, made once, at the press. */
export function newId(): string {
  // Only secure contexts have `randomUUID`; a site on plain http has readers too (FAULTS F6).
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte, index) => {
    // The version stands in the upper half of the seventh byte, the variant in the upper bits of the ninth.
    const fixed = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
    return fixed.toString(16).padStart(2, '0');
  }).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
