/** Plain words at once, markup when its part is here, and never nothing (R-7, SECURITY, Rendering 1, 2 and 6). */
import { expect } from '@open-wc/testing';
import type { TextFormat } from '../../src/model/comment.ts';
import {
  isMarkupPartHere,
  loadMarkupPart,
  renderComment,
  useMarkupPart,
  type MarkupPart,
  type Rendered,
  type SafeHtml,
} from '../../src/content/safe-html.ts';

/** A part that says what it was asked for, and answers as told. */
function fakePart(answer: (text: string) => string | null = (text) => `<p>${text}</p>`) {
  const asked: string[] = [];
  const part: MarkupPart = {
    sanitize(text: string, format: TextFormat) {
      asked.push(`${format}: ${text}`);
      return answer(text) as SafeHtml | null;
    },
  };
  return { part, asked };
}

/** A loader that the test lets go. */
function heldLoader(part: MarkupPart) {
  const waiting: { arrive(): void; fail(): void }[] = [];
  const load = () =>
    new Promise<MarkupPart>((resolve, reject) => {
      waiting.push({ arrive: () => resolve(part), fail: () => reject(new Error('404')) });
    });
  return { load, waiting };
}

describe('showing a text', () => {
  it('R-7: plain words are shown at once and word for word, and nothing is loaded for them', () => {
    let asked = 0;
    useMarkupPart(() => {
      asked += 1;
      return Promise.resolve(fakePart().part);
    });
    expect(renderComment('Thanks!\nSee you; a < b & c, 50 % :)', 'markdown')).to.deep.equal({
      text: 'Thanks!\nSee you; a < b & c, 50 % :)',
    });
    expect(renderComment('*stars* <b>and</b> https://tags.example', 'plain')).to.deep.equal({
      text: '*stars* <b>and</b> https://tags.example',
    });
    expect(asked).to.equal(0);
  });

  it('markup waits for its part, which is asked for once, and comes at once from then on', async () => {
    const { part } = fakePart();
    const { load, waiting } = heldLoader(part);
    useMarkupPart(load);
    const rendered = ['*one*', '*two*', '<b>three</b>'].map((text, nth) => {
      const promise = renderComment(text, nth === 2 ? 'html' : 'markdown');
      if (!(promise instanceof Promise)) throw new Error(`${text} did not wait`);
      return promise;
    });
    await Promise.resolve();
    expect(waiting.length).to.equal(1);
    expect(isMarkupPartHere()).to.equal(false);
    waiting[0]?.arrive();
    expect(await Promise.all(rendered)).to.deep.equal([
      { html: '<p>*one*</p>' },
      { html: '<p>*two*</p>' },
      { html: '<p><b>three</b></p>' },
    ]);
    expect(isMarkupPartHere()).to.equal(true);
    expect(renderComment('*four*', 'markdown')).to.deep.equal({ html: '<p>*four*</p>' });
    expect(waiting.length).to.equal(1);
  });

  it('R-7: when the part can not be loaded the words are shown, and it can be asked for again', async () => {
    const { part } = fakePart();
    const { load, waiting } = heldLoader(part);
    useMarkupPart(load);
    const first = renderComment('*one*\r\ntwo', 'markdown');
    const import_ = renderComment('<p>Hello<br>you &amp; <i>me</i></p><script>x()</script><p>bye</p>', 'html');
    await Promise.resolve();
    waiting[0]?.fail();
    expect(await first).to.deep.equal({ text: '*one*\ntwo' });
    expect(await import_).to.deep.equal({ text: 'Hello\nyou & me\n\nbye' });
    expect(renderComment('*two*', 'markdown'), 'not asked for at every row').to.deep.equal({ text: '*two*' });
    expect(waiting.length).to.equal(1);
    const again = loadMarkupPart();
    await Promise.resolve();
    waiting[1]?.arrive();
    expect(await again).to.equal(true);
    expect(renderComment('*two*', 'markdown')).to.deep.equal({ html: '<p>*two*</p>' });
  });

  it('a loader that throws, or none at all, leaves the words readable', async () => {
    useMarkupPart(() => {
      throw new Error('no');
    });
    expect(await renderComment('*one*', 'markdown')).to.deep.equal({ text: '*one*' });
    expect(await loadMarkupPart()).to.equal(false);
  });

  it('G4: where the sanitiser makes nothing of a text, the words are shown', async () => {
    const { part } = fakePart(() => null);
    useMarkupPart(() => Promise.resolve(part));
    await loadMarkupPart();
    expect(renderComment('*one*', 'markdown')).to.deep.equal({ text: '*one*' });
    expect(renderComment('a &lt; b &#128512;<br>c', 'html')).to.deep.equal({ text: 'a < b 😀\nc' });
  });

  it('the same text with the same options is rendered once, and another option renders anew', async () => {
    const { part, asked } = fakePart();
    useMarkupPart(() => Promise.resolve(part));
    await loadMarkupPart();
    const first = renderComment('*one*', 'markdown') as Rendered;
    expect(renderComment('*one*', 'markdown', { images: 'none', headingLevel: 3 })).to.equal(first);
    expect(asked.length).to.equal(1);
    renderComment('*one*', 'html');
    renderComment('*one*', 'markdown', { images: 'remote' });
    renderComment('*one*', 'markdown', { headingLevel: 4 });
    renderComment('*one*', 'markdown', { mentions: [{ id: '1', name: 'one' }] });
    renderComment('*one*', 'markdown', { spoiler: 'Enthüllung' });
    expect(asked.length).to.equal(6);
    for (let nth = 0; nth < 2_000; nth++) renderComment(`*${nth}*`, 'markdown');
    expect(renderComment('*1999*', 'markdown')).to.equal(renderComment('*1999*', 'markdown'));
    renderComment('*one*', 'markdown');
    expect(asked.filter((it) => it === 'markdown: *one*').length, 'forgotten after very many others').to.equal(6);
  });

  it('G2: a text beyond 10,000 characters is shown as it is, counted as the server counts', async () => {
    const { part, asked } = fakePart();
    useMarkupPart(() => Promise.resolve(part));
    await loadMarkupPart();
    const emoji = '😀'.repeat(9_999);
    expect(renderComment(`*${emoji}`, 'markdown')).to.have.property('html');
    expect(renderComment(`**${emoji}`, 'markdown')).to.deep.equal({ text: `**${emoji}` });
    expect(renderComment('*'.repeat(100_000), 'markdown')).to.have.property('text');
    expect(renderComment('<p>long</p>'.repeat(3_000), 'html'), 'imports may be longer').to.have.property('html');
    expect(renderComment('<p>'.repeat(200_000), 'html')).to.have.property('text');
    expect(asked.length).to.equal(2);
  });

  it('G3: U+0000 is shown as U+FFFD, with markup and without', async () => {
    const { part, asked } = fakePart();
    useMarkupPart(() => Promise.resolve(part));
    await loadMarkupPart();
    expect(renderComment('a\0b', 'markdown')).to.deep.equal({ text: 'a\uFFFDb' });
    renderComment('*a\0b*', 'markdown');
    expect(asked).to.deep.equal(['markdown: *a\uFFFDb*']);
  });
});
