/** FAULTS C on the screen: an adapter that hands over more than anybody should. */
import { expect } from '@open-wc/testing';
import '../../src/elements/afterword-comments.ts';
import type { Adapter } from '../../src/adapters/adapter.ts';
import { comment, page } from '../helpers/builders.ts';
import { everything } from '../helpers/fake-store.ts';
import { keepsPageSafe } from '../helpers/page-safe.ts';
import { frame, threadOf, waitFor } from '../helpers/section.ts';

describe('a hostile adapter on the screen', () => {
  keepsPageSafe();

  it('C10: that hands over 10,000 comments at once is drawn in slices, and what a reader does comes in between', async function () {
    this.timeout(60_000);
    const many = page(Array.from({ length: 10_000 }, (_, index) => comment(`c${index}`)));
    const adapter: Adapter = {
      id: 'too much',
      can: { ...everything, changes: false },
      list: () => Promise.resolve(many),
      send: () => Promise.reject(new Error('nobody sends')),
    };
    const section = document.createElement('afterword-comments');
    section.adapter = adapter;
    for (const [name, value] of [
      ['loading', 'eager'],
      ['storage', 'none'],
      ['lang', 'en'],
    ] as const) {
      section.setAttribute(name, value);
    }
    document.body.append(section);
    try {
      const rows = (): number => threadOf(section)?.renderRoot.querySelectorAll('[role=article], article').length ?? 0;
      await waitFor(() => rows() > 0, 'the first rows');
      // A reader presses a key while rows are still coming: heard in the frame it was pressed in, not after the last row.
      const heard: number[] = [];
      section.addEventListener('keydown', () => heard.push(rows()));
      let before = rows();
      for (let turn = 0; turn < 10; turn++) {
        section.dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }));
        await frame();
        expect(rows() - before, 'rows in one frame').to.be.at.most(200);
        before = rows();
      }
      expect(heard).to.have.length(10);
      expect(heard.at(-1)).to.be.below(10_000);
      await waitFor(() => rows() > 1000, 'the rows go on coming');
    } finally {
      section.remove();
    }
  });
});
