/**
 * Whether two names look the same to a reader. A guest can't post under a name that is somebody's (S-4), also not with a
 * Cyrillic "а" or a zero width space in it. The folding is the part of Unicode's confusables that matters for names:
 * compatibility forms, case, marks, invisible characters, and letters of other scripts that are drawn like Latin ones.
 */

/** By the Latin letter they look like, after case folding. Greek, Cyrillic, Armenian, Cherokee and some signs. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  a: 'аɑαǝ@4',
  b: 'ьвъβƅ',
  c: 'сϲᴄ',
  d: 'ԁɗ',
  e: 'еєҽэ3ε',
  f: 'ғϝƒ',
  g: 'ɡԍց9',
  h: 'һнհ',
  i: 'іıɩιl1|!ӏїɪⅼ',
  j: 'јϳ',
  k: 'кκĸ',
  m: 'мϻ',
  n: 'пηոи',
  o: '0оοσօоø',
  p: 'рρϸ',
  q: 'ԛզ',
  r: 'гᴦя',
  s: 'ѕꜱ5$',
  t: 'тτ+7',
  u: 'υսцʋ',
  v: 'ѵνᴠ',
  w: 'ѡωԝшщ',
  x: 'хχ×',
  y: 'уγүу',
  z: 'ᴢ2з',
};

const LATIN = new Map<string, string>();
for (const [letter, lookalikes] of Object.entries(LOOKALIKES)) {
  for (const lookalike of lookalikes) LATIN.set(lookalike, letter);
}

/** Capitals that look like a Latin capital, though their small letter looks like another one: Ν is no V, though ν is a v. */
const CAPITALS: Readonly<Record<string, string>> = {
  Α: 'a',
  Β: 'b',
  Ε: 'e',
  Ζ: 'z',
  Η: 'h',
  Ι: 'i',
  Κ: 'k',
  Μ: 'm',
  Ν: 'n',
  Ο: 'o',
  Ρ: 'p',
  Τ: 't',
  Υ: 'y',
  Χ: 'x',
  Տ: 's',
  Օ: 'o',
  Լ: 'l',
};

/** The name as somebody sees it who reads Latin letters: each letter as the Latin one it looks like. */
export function foldName(name: string): string {
  const compatible = name.normalize('NFKC');
  let latin = '';
  for (const letter of compatible) latin += CAPITALS[letter] ?? letter;
  return foldSmall(latin);
}

/** The name as somebody sees it who knows its script: only then are Νίκος and νίκος one. */
function foldCase(name: string): string {
  return foldSmall(name.normalize('NFKC'));
}

function foldSmall(name: string): string {
  const plain = name
    .toLowerCase()
    // Case folding has one more step than lower case: ß is ss, ς is σ.
    .replace(/ß/g, 'ss')
    .replace(/ς/g, 'σ')
    .normalize('NFD')
    .replace(/[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}\s\p{P}]+/gu, (part) => part.replace(/[^!|@]/gu, ''));
  let folded = '';
  for (const letter of plain) folded += LATIN.get(letter) ?? letter;
  // Two letters that are drawn as one.
  return folded.replace(/rn/g, 'm').replace(/vv/g, 'w');
}

export function isReserved(name: string, reserved: readonly string[]): boolean {
  const folded = foldName(name);
  if (folded === '') return false;
  return reserved.some((one) => foldName(one) === folded || foldCase(one) === foldCase(name));
}
