/**
 * Splits a file into records without ever holding all of it: JSON Lines, or one JSON array as the neutral format has it.
 * A record that is no JSON is told with its line, and the next one goes on.
 */

export interface FoundRecord {
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly value: unknown;
}

export interface BrokenRecord {
  readonly line: number;
  readonly reason: string;
}

/** No record of a discussion is longer: what is, is not one. In characters. */
const LONGEST_RECORD = 2_000_000;

export async function* splitRecords(chunks: AsyncIterable<string>): AsyncGenerator<FoundRecord | BrokenRecord> {
  const text = new Characters(chunks);
  // A byte order mark, or an editor's blank lines, stand before the first record in many files.
  const first = await text.skip(/[\s\uFEFF]/);
  if (first === '[') yield* splitArray(text);
  else yield* splitLines(text);
}

async function* splitLines(text: Characters): AsyncGenerator<FoundRecord | BrokenRecord> {
  for (;;) {
    const line = text.line;
    const record = await text.readLine();
    if (record === null) return;
    if (record.trim() !== '') yield parse(record, line);
  }
}

/** Objects are found by their braces: one that is broken inside does not take the next ones with it. */
async function* splitArray(text: Characters): AsyncGenerator<FoundRecord | BrokenRecord> {
  text.next();
  for (;;) {
    const first = await text.skip(/[\s,]/);
    if (first === null) {
      yield { line: text.line, reason: 'The file ends before its list does.' };
      return;
    }
    if (first === ']') return;
    const line = text.line;
    const record = await readValue(text);
    if (record === null) {
      yield { line, reason: 'This record does not end.' };
      return;
    }
    yield parse(record, line);
  }
}

async function readValue(text: Characters): Promise<string | null> {
  let value = '';
  let depth = 0;
  let isInString = false;
  for (;;) {
    // Millions of characters, and only a new chunk is worth waiting for.
    const found = text.peek();
    const character = typeof found === 'string' ? found : await found;
    if (character === null || value.length > LONGEST_RECORD) return null;
    // A bare value (a number, a word) ends where the list goes on.
    if (!isInString && depth === 0 && /[\],]/.test(character)) return value;
    value += character;
    text.next();
    if (isInString) {
      if (character === '\\') {
        value += (await text.peek()) ?? '';
        text.next();
      } else if (character === '"') {
        isInString = false;
      }
    } else if (character === '"') {
      isInString = true;
    } else if (character === '{' || character === '[') {
      depth += 1;
    } else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return value;
    }
  }
}

function parse(record: string, line: number): FoundRecord | BrokenRecord {
  try {
    return { line, value: JSON.parse(record) as unknown };
  } catch {
    return { line, reason: 'This is not JSON.' };
  }
}

/** One character after the other over the chunks of a stream, and on which line it stands. */
class Characters {
  line = 1;
  readonly #chunks: AsyncIterator<string>;
  #chunk = '';
  #at = 0;

  constructor(chunks: AsyncIterable<string>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Waits only where a chunk is used up. */
  peek(): string | null | Promise<string | null> {
    return this.#chunk[this.#at] ?? this.#load();
  }

  next(): void {
    if (this.#chunk[this.#at] === '\n') this.line += 1;
    this.#at += 1;
  }

  async skip(blank: RegExp): Promise<string | null> {
    for (;;) {
      const character = await this.peek();
      if (character === null || !blank.test(character)) return character;
      this.next();
    }
  }

  async readLine(): Promise<string | null> {
    let line = '';
    for (;;) {
      if ((await this.peek()) === null) return line === '' ? null : line;
      const end = this.#chunk.indexOf('\n', this.#at);
      line += this.#chunk.slice(this.#at, end === -1 ? undefined : end);
      this.#at = end === -1 ? this.#chunk.length : end + 1;
      if (end !== -1) {
        this.line += 1;
        return line;
      }
    }
  }

  async #load(): Promise<string | null> {
    for (;;) {
      const character = this.#chunk[this.#at];
      if (character !== undefined) return character;
      const result: IteratorResult<string, unknown> = await this.#chunks.next();
      if (result.done) return null;
      this.#chunk = result.value;
      this.#at = 0;
    }
  }
}
