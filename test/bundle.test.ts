/** The built bundle as a browser sees it: each file parses and runs, in each engine. */
import { expect } from '@open-wc/testing';

interface Part {
  readonly file: string;
  readonly entry: boolean;
}

const built = new URL('/dist/cdn/', location.href);
const answer = await fetch('/.cache/bundle.json');
const parts = (await answer.json()) as readonly Part[];

describe('the bundle', () => {
  it('has an entry and later parts', () => {
    expect(parts.filter((it) => it.entry).map((it) => it.file)).to.deep.equal(['afterword.js']);
    expect(parts.length).to.be.greaterThan(1);
  });

  for (const { file } of parts) {
    it(`${file.replace(/-[\w-]{8}\.js$/, '')} parses and runs`, async () => {
      const module = (await import(new URL(file, built).href)) as object;
      expect(Object.keys(module).length).to.be.greaterThan(0);
    });
  }

  it('defines the elements an author writes', () => {
    expect(customElements.get('afterword-comments')).to.exist;
    expect(customElements.get('afterword-count')).to.exist;
  });

  for (const file of ['embed.js', 'count.js', 'afterword-sw.js']) {
    it(`${file} parses as a classic script`, async () => {
      const code = await (await fetch(new URL(file, built))).text();
      expect(code.length).to.be.greaterThan(100);
      // The constructor parses the whole text and runs none of it.
      // eslint-disable-next-line @typescript-eslint/no-implied-eval
      expect(() => new Function(code)).not.to.throw();
    });
  }
});
