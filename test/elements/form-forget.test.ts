/** *Remove my data from this device*. */
import { expect } from '@open-wc/testing';
import { AfterwordForget } from '../../src/elements/form-forget.ts';
import { forgetIdentity } from '../../src/elements/form-identity.ts';
import { ar } from '../../src/i18n/ar.ts';
import { allByRole, byRole, focused, nameOf } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import type { Look } from '../helpers/stage.ts';
import { stage } from '../helpers/stage.ts';
import { turn } from '../helpers/writing.ts';

async function place(store = new FakeStore(), look: Look = {}): Promise<{ part: AfterwordForget; store: FakeStore }> {
  const part = new AfterwordForget();
  part.store = store;
  stage(part, look);
  await part.updateComplete;
  return { part, store };
}

async function pressed(part: AfterwordForget, name: string): Promise<void> {
  byRole(part, 'button', name).click();
  await turn();
  await part.updateComplete;
}

describe('forget me here', () => {
  it('R-14: asks first, and says what it means', async () => {
    const { part, store } = await place();
    await pressed(part, 'Remove my data from this device');
    expect(byRole(part, 'group', /removed from this device/)).to.exist;
    expect(nameOf(focused()!), 'the harmless answer has the focus').to.equal('Cancel');
    expect(store.calls).to.deep.equal([]);
  });

  it('R-14: names what is not sent yet before anything is lost', async () => {
    const { part, store } = await place();
    store.unsent = 2;
    await pressed(part, 'Remove my data from this device');
    expect(byRole(part, 'group').textContent).to.contain(
      '2 things you wrote or chose are not sent yet and would be lost.',
    );
    await pressed(part, 'Cancel');
    store.unsent = 0;
    await pressed(part, 'Remove my data from this device');
    expect(byRole(part, 'group').textContent).to.not.contain('not sent yet');
  });

  it('R-14: then forgets, says so and tells the section', async () => {
    const { part, store } = await place();
    store.remembered = { name: 'Zoë', email: '', website: '' };
    let told = 0;
    part.addEventListener('afterword-forgotten', () => told++);
    await pressed(part, 'Remove my data from this device');
    await pressed(part, 'Remove my data from this device');
    expect(store.calls).to.deep.equal([['forget']]);
    expect(byRole(part, 'status').textContent).to.equal('Removed.');
    expect(told).to.equal(1);
    expect(nameOf(focused()!)).to.equal('Remove my data from this device');
    forgetIdentity(store);
  });

  it('R-14: two presses forget once', async () => {
    const { part, store } = await place();
    await pressed(part, 'Remove my data from this device');
    const button = byRole(part, 'button', 'Remove my data from this device');
    button.click();
    button.click();
    await turn();
    expect(store.calls).to.deep.equal([['forget']]);
  });

  it('R-14: where the disk refuses, it says so and can be asked again', async () => {
    class Refusing extends FakeStore {
      override async forget(): Promise<void> {
        this.calls.push(['forget']);
        throw new DOMException('no', 'UnknownError');
      }
      override async countUnsent(): Promise<number> {
        throw new DOMException('no', 'UnknownError');
      }
    }
    const { part, store } = await place(new Refusing());
    for (const times of [1, 2]) {
      await pressed(part, 'Remove my data from this device');
      await pressed(part, 'Remove my data from this device');
      expect(store.calls).to.have.length(times);
      expect(byRole(part, 'status').textContent).to.equal('Not everything could be removed. Try again.');
    }
  });

  it('R-11: Esc is a no, and the focus returns to what asked', async () => {
    const { part, store } = await place();
    await pressed(part, 'Remove my data from this device');
    focused()!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true }));
    await turn();
    await part.updateComplete;
    expect(allByRole(part, 'group')).to.deep.equal([]);
    expect(nameOf(focused()!)).to.equal('Remove my data from this device');
    expect(store.calls).to.deep.equal([]);
  });

  for (const look of [{}, { dark: true }, { width: 320 }, { dir: 'rtl' }] as const) {
    it(`R-11: has no accessibility finding ${JSON.stringify(look)}`, async () => {
      const { part, store } = await place(new FakeStore(), look);
      if ('dir' in look) part.messages = ar;
      store.unsent = 3;
      await part.updateComplete;
      await expect(part).to.be.accessible();
      allByRole(part, 'button')[0]!.click();
      await turn();
      await part.updateComplete;
      expect(byRole(part, 'group')).to.exist;
      await expect(part).to.be.accessible();
      expect(part.scrollWidth).to.be.at.most(part.clientWidth);
    });
  }
});
