/** Later parts: asked for once, again when that failed, under another address. */
import { expect } from '@open-wc/testing';
import { laterPart } from '../../src/elements/lazy.ts';

describe('a later part', () => {
  it('R-7: is asked for once, however many need it', async () => {
    let times = 0;
    const part = laterPart(async () => ({ times: ++times }));
    expect(part.loaded).to.equal(null);
    await Promise.all([part(), part()]);
    await part();
    expect(times).to.equal(1);
    expect(part.loaded).to.deep.equal({ times: 1 });
  });

  it('R-7: is asked for once more at once when it fails', async () => {
    let times = 0;
    const part = laterPart(async () => {
      times += 1;
      if (times === 1) throw new Error('the connection broke');
      return 'there';
    });
    expect(await part()).to.equal('there');
    expect(times).to.equal(2);
  });

  it('R-7: can be asked for again after it failed for good', async () => {
    let broken = true;
    const part = laterPart(async () => {
      if (broken) throw new Error('no network');
      return 'there';
    });
    let failed = false;
    await part().catch(() => (failed = true));
    expect(failed).to.equal(true);
    expect(part.loaded).to.equal(null);
    broken = false;
    expect(await part()).to.equal('there');
  });

  it('R-7: is asked for under a changed address, since Firefox never asks twice for the same', async () => {
    // The address stands in the source of the function: here as text that only the second attempt reads.
    const load = Object.assign(() => Promise.reject(new Error('no network')), {
      toString: () => "() => import('./lazy-part.js')",
    });
    const asked: string[] = [];
    const observer = new PerformanceObserver((list) => asked.push(...list.getEntries().map(({ name }) => name)));
    observer.observe({ type: 'resource' });
    await laterPart(load)().catch(() => undefined);
    await new Promise((done) => setTimeout(done));
    for (let tries = 0; tries < 60 && asked.length === 0; tries++) await new Promise(requestAnimationFrame);
    observer.disconnect();
    const own = [...asked, ...performance.getEntriesByType('resource').map(({ name }) => name)];
    expect(own.some((name) => name.endsWith('/src/elements/lazy-part.js?again=1'))).to.equal(true);
  });
});
