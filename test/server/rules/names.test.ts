import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { foldName, isReserved } from '../../../src/server/rules/names.ts';
import { Guest, open, reasonOf } from '../open.ts';

describe('names that look the same', () => {
  const alike: readonly (readonly [string, string, string])[] = [
    ['case', 'Paul Cooper', 'PAUL COOPER'],
    ['spaces', 'Paul Cooper', ' Paul  Cooper '],
    ['no-break and thin spaces', 'Paul Cooper', 'Paul\u00a0\u2009Cooper'],
    ['zero width space', 'Paul', 'Pa\u200bul'],
    ['zero width joiner', 'Paul', 'Pa\u200dul'],
    ['soft hyphen', 'Paul', 'Pa\u00adul'],
    ['right-to-left override', 'Paul', '\u202ePaul\u202c'],
    ['variation selector', 'Paul', 'Paul\ufe0f'],
    ['Cyrillic', 'Paul Cooper', 'Раul Сооре\u0072'],
    ['Greek', 'Nora', 'Νοra'],
    ['Armenian', 'Sous', 'Տօսs'.replace('Տ', 'S')],
    ['full width', 'Paul', 'Ｐａｕｌ'],
    ['mathematical', 'Paul', '𝓟𝓪𝓾𝓵'],
    ['small capitals and superscripts', 'Paul', 'Pauˡ'],
    ['accents', 'Rene', 'René'],
    ['stacked marks', 'Paul', 'P\u0335a\u0301u\u0308l'],
    ['digits', 'Paul Cooper', 'Pau1 C00per'],
    ['a bar for an l', 'Paul', 'Pau|'],
    ['two letters for one', 'Ema', 'Erna'.replace('na', 'na')],
    ['dotless i', 'Iris', 'ırıs'],
    ['capital I for l', 'Paul', 'PauI'],
    ['German sharp s', 'Strasse', 'Straße'],
    ['points', 'JR Smith', 'J.R. Smith'],
  ];
  for (const [what, one, other] of alike) {
    it(`S-4: ${what}: "${one}" and "${other.replace(/[\u202e\u202c]/g, '')}"`, () => {
      assert.ok(foldName(one) === foldName(other), `${foldName(one)} and ${foldName(other)}`);
      assert.ok(isReserved(other, [one]));
    });
  }

  it('S-4: a Greek name is the same in capitals', () => {
    assert.ok(isReserved('ΝΊΚΟΣ', ['Νίκος']));
    assert.ok(isReserved('νίκος', ['Νίκος']));
    assert.ok(!isReserved('Πέτρος', ['Νίκος']));
  });

  it('S-4: other names stay other names', () => {
    const names = [
      'Paul',
      'Paula',
      'Saul',
      'Anna',
      'Hanna',
      'محمد',
      '金田',
      'Ольга',
      'Олег',
      'Zoë',
      'Joe',
      'Mary Ann',
      'Маша',
    ];
    assert.equal(new Set(names.map(foldName)).size, names.length);
    for (const name of names) assert.ok(foldName(name).length > 0, name);
    assert.ok(!isReserved('', ['']), 'nothing is nobody’s name');
  });

  it('S-4: a guest can’t post under a reserved name or a moderator’s; a moderator’s browser can', async (t) => {
    const server = await open(t, { sites: { default: { 'reserved-names': ['The Editors'] } } });
    const mod = new Guest(server, 'Maren Oake');
    await mod.post('I moderate here');
    const { writer } = server.storage;
    await writer.updateTable('authors').set({ role: 'moderator' }).execute();
    await writer.updateTable('comments').set({ author_role: 'moderator' }).execute();
    const eve = new Guest(server, 'Eve');
    for (const name of ['The Editors', 'the  editors', 'Тhe Еditors', 'Maren Oake', 'Mаren 0ake', 'MAREN\u200b OAKE']) {
      const heard = await eve.tryPost(`As ${name}`, { name });
      assert.equal(heard.status, 422, name);
      assert.equal(reasonOf(heard), 'name-reserved');
    }
    assert.equal((await eve.tryPost('As myself', { name: 'Eve' })).status, 201);
    const again = await mod.post('Still me');
    assert.equal(again.author?.role, 'moderator');
  });
});
