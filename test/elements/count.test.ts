/** Counters: the number of a section on the page, or of any page, with one request for all of them. */
import { expect } from '@open-wc/testing';
import '../../src/elements/afterword-count.ts';
import { askCount } from '../../src/elements/counts.ts';
import { comment } from '../helpers/builders.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { rowOf } from '../helpers/rows.ts';
import { adapter, putSection, settled, waitFor } from '../helpers/section.ts';

function counter(html: string): HTMLElement {
  const holder = document.createElement('p');
  holder.innerHTML = html;
  document.body.append(holder);
  after(() => holder.remove());
  return holder.firstElementChild as HTMLElement;
}

const shown = (element: HTMLElement): string => element.shadowRoot?.textContent?.trim() ?? '';

describe('a counter', () => {
  it('E-2: shows the number of the page’s first section and follows it', async () => {
    const store = new FakeStore({ rows: [rowOf(comment('1'))], count: 1234 });
    const section = await putSection(store);
    const count = counter('<afterword-count lang="en">some</afterword-count>');
    await waitFor(() => shown(count) === '1,234', 'the number');
    store.show({ count: 1235 });
    await settled(section);
    await waitFor(() => shown(count) === '1,235', 'the other number');
  });

  it('E-2: takes the section it names', async () => {
    const section = await putSection(new FakeStore({ rows: [rowOf(comment('1'))], count: 7 }));
    section.id = 'below';
    const count = counter('<afterword-count for="below">?</afterword-count>');
    await waitFor(() => shown(count) === '7', 'the number');
  });

  it('E-2: many on a page cost one request, and each page is asked for once', async () => {
    const asked: (readonly string[])[] = [];
    const backend = {
      ...adapter,
      counts: async (_: string, pages: readonly string[]) => {
        asked.push(pages);
        return Object.fromEntries(pages.map((page, index) => [page, index]));
      },
    };
    const pages = ['a', 'b', 'c', 'a', 'b'];
    const counts = await Promise.all(pages.map((page) => askCount(backend, 'default', page)));
    expect(asked).to.deep.equal([['a', 'b', 'c']]);
    expect(counts).to.deep.equal([0, 1, 2, 0, 1]);
  });

  it('W7: what is set by script counts, before the element is on the page and after', async () => {
    const asked: (readonly string[])[] = [];
    const backend = {
      ...adapter,
      counts: async (_: string, pages: readonly string[]) => {
        asked.push(pages);
        return { one: 1, two: 2, 'https://x.example/': -3 };
      },
    };
    const section = await putSection(new FakeStore({ rows: [], count: 0 }));
    section.adapter = backend;
    const count = document.createElement('afterword-count');
    count.pageId = 'one';
    document.body.append(count);
    after(() => count.remove());
    await waitFor(() => shown(count) === '1', 'the number of the one');
    count.pageId = 'two';
    await waitFor(() => shown(count) === '2', 'the number of the other');
    count.setAttribute('page-id', 'one');
    await waitFor(() => shown(count) === '1', 'the attribute that was set last');
    expect(asked).to.deep.equal([['one'], ['two'], ['one']]);
    expect(await askCount(backend, 'default', 'https://x.example/'), 'less than none').to.equal(null);
  });

  it('E-2: another site is asked apart', async () => {
    const asked: string[] = [];
    const backend = { ...adapter, counts: async (site: string) => (asked.push(site), { a: 1 }) };
    await Promise.all([askCount(backend, 'one', 'a'), askCount(backend, 'two', 'a')]);
    expect(asked.sort()).to.deep.equal(['one', 'two']);
  });

  it('where the number can’t be known the author’s words stay', async () => {
    const failing = { ...adapter, counts: () => Promise.reject(new Error('no network')) };
    expect(await askCount(failing, 'default', 'a')).to.equal(null);
    expect(await askCount(adapter, 'default', 'a')).to.equal(null);
  });
});
