import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BrokenRecord, type FoundRecord, splitRecords } from '../../../src/server/importers/records.ts';

async function split(text: string, size = 7): Promise<(FoundRecord | BrokenRecord)[]> {
  async function* chunks() {
    for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
  }
  const found = [];
  for await (const record of splitRecords(chunks())) found.push(record);
  return found;
}

const tidy = (found: (FoundRecord | BrokenRecord)[]) =>
  found.map((one) => ('reason' in one ? `${one.line} broken` : `${one.line} ${JSON.stringify(one.value)}`));

describe('records of a file', () => {
  const tricky = { text: 'a "quote", a \\ and ] } , [ {\n new line', n: [1, { a: [] }], unicode: '👨‍👩‍👧' };

  it('S-7: JSON Lines and a JSON list give the same records, wherever the stream is cut', async () => {
    const records = [{ id: 1 }, tricky, { id: 3 }];
    for (const size of [1, 2, 3, 17, 1_000]) {
      const lines = await split(records.map((record) => JSON.stringify(record)).join('\n'), size);
      const list = await split(JSON.stringify(records), size);
      const pretty = await split(JSON.stringify(records, null, 2), size);
      for (const found of [lines, list, pretty]) {
        assert.deepEqual(
          found.map((one) => ('value' in one ? one.value : one)),
          records,
          `chunks of ${size}`,
        );
      }
    }
  });

  it('S-7: a broken record is told with its line, and the next ones go on', async () => {
    assert.deepEqual(tidy(await split('{"a":1}\nnonsense\n\n{"a":2}\n{"a":')), [
      '1 {"a":1}',
      '2 broken',
      '4 {"a":2}',
      '5 broken',
    ]);
    assert.deepEqual(tidy(await split('[\n{"a":1},\n{"a":1,},\n{b:2},\n{"a":2}\n]')), [
      '2 {"a":1}',
      '3 broken',
      '4 broken',
      '5 {"a":2}',
    ]);
    assert.deepEqual(tidy(await split('[{"a":1},\n5,\nfoo\n,"x"]')), ['1 {"a":1}', '2 5', '3 broken', '4 "x"']);
  });

  it('S-7: a file that ends too early, a byte order mark, carriage returns and an empty file are survived', async () => {
    assert.deepEqual(tidy(await split('[{"a":1},{"a":')), ['1 {"a":1}', '1 broken']);
    assert.deepEqual(tidy(await split('[{"a":1}')), ['1 {"a":1}', '1 broken']);
    assert.deepEqual(tidy(await split('\uFEFF{"a":1}\r\n{"a":2}\r\n')), ['1 {"a":1}', '2 {"a":2}']);
    assert.deepEqual(tidy(await split('\uFEFF\n\n[{"a":1}]')), ['3 {"a":1}']);
    assert.deepEqual(await split(''), []);
    assert.deepEqual(await split('[]'), []);
  });
});
