import { expect } from '@open-wc/testing';
import { ambient } from '../../src/sync/ambient.ts';
import { localShelf, openThread, type Threads } from '../../src/sync/threads.ts';
import { threadKey } from '../helpers/builders.ts';

const registry = Symbol.for('afterword.v1');
const page = globalThis as { [registry]?: Threads };

describe('the threads of a page', () => {
  it('E-5: a second copy of the script uses what the first has made', () => {
    const before = page[registry];
    const asked: unknown[] = [];
    const store = {};
    page[registry] = {
      openThread: (...wish) => {
        asked.push(...wish);
        return store as never;
      },
      localShelf: () => ({}) as never,
    };
    try {
      expect(openThread({ id: 'x' } as never, threadKey, {} as never)).to.equal(store);
      expect(asked).to.deep.equal([{ id: 'x' }, threadKey, {}]);
    } finally {
      if (before) page[registry] = before;
      else delete page[registry];
    }
  });

  it('E-5: leaves no name on the page but its symbol', () => {
    const names = Object.keys(globalThis);
    localShelf('session');
    expect(Object.keys(globalThis)).to.deep.equal(names);
    expect(page[registry]).to.be.an('object');
  });
});

describe('what is around us', () => {
  it('runs later, runs in a frame, and can be called off', async () => {
    const world = ambient();
    const ran: string[] = [];
    world.after(0, () => ran.push('never'))();
    await new Promise<void>((resolve) => void world.after(0, resolve));
    await new Promise<void>((resolve) => world.frame(resolve));
    expect(ran).to.deep.equal([]);
    expect(world.bytes(32)).to.have.length(32);
    expect(world.random()).to.be.within(0, 1);
    const before = world.ticks();
    await new Promise<void>((resolve) => void world.after(1, resolve));
    expect(world.ticks()).to.be.at.least(before);
    expect(world.now()).to.be.closeTo(Date.now(), 5000);
  });

  it('hears the page being put away, taken up and looked at, until it stops listening', () => {
    const heard: string[] = [];
    const stops = (['online', 'visible', 'hide', 'show'] as const).map((what) =>
      ambient().on(what, () => heard.push(what)),
    );
    const happen = (): void => {
      window.dispatchEvent(new Event('online'));
      window.dispatchEvent(new Event('pagehide'));
      window.dispatchEvent(new Event('pageshow'));
      document.dispatchEvent(new Event('freeze'));
      document.dispatchEvent(new Event('resume'));
    };
    happen();
    expect(heard).to.deep.equal(['online', 'hide', 'show', 'hide', 'show']);
    stops.forEach((stop) => stop());
    happen();
    expect(heard).to.have.length(5);
  });

  it('D5, D6, E8: what the browser forbids is missing, not an error', () => {
    const real = Object.getOwnPropertyDescriptor(globalThis, 'indexedDB');
    Object.defineProperty(globalThis, 'indexedDB', {
      configurable: true,
      get: () => {
        throw new DOMException('', 'SecurityError');
      },
    });
    try {
      expect(ambient().indexedDB).to.equal(null);
    } finally {
      if (real) Object.defineProperty(globalThis, 'indexedDB', real);
      else delete (globalThis as { indexedDB?: unknown }).indexedDB;
    }
    expect(ambient().indexedDB).not.to.equal(null);
  });
});
