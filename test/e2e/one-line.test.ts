/**
 * The one-line installation on pages that change (P5), that have other elements of ours (P9), and from a server under a
 * path (P7). What routers do to a script is done here by hand, each way once; `npm run routers` has the routers themselves.
 */
import { strict as assert } from 'node:assert';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { comment, networkQuiet, newReader, openBrowser, ownErrors, post, type Reader } from '../helpers/reader.ts';
import { startAfterword, startHost, type AfterwordServer, type Host } from '../helpers/server.ts';
import { startSubPath } from '../helpers/sub-path.ts';

let browser: Browser;
let server: AfterwordServer;
let host: Host;

const line = (page: string, more = ''): string =>
  `<script async src="${server.url}/embed.js" data-page-id="${page}" ${more}></script>`;

const PAGES: Readonly<Record<string, () => string>> = {
  '/one': () => `<main><h1>One</h1>${line('one')}<p>After it.</p></main>`,
  '/two': () => `<main><h1>Two</h1><div id="here">${line('two')}</div></main>`,
  '/none': () => '<main><h1>None</h1></main>',
  '/written': () =>
    `<main><h1>Written</h1><afterword-comments server="${server.url}" page-id="written"></afterword-comments>${line('line')}</main>`,
  '/others': () =>
    `<main><p id="words">Some <afterword-feedback id="some">words</afterword-feedback>, <afterword-count></afterword-count>
     <afterword-bubble></afterword-bubble></p>${line('others', 'data-article="#words"')}</main>`,
  '/twice': () => `<main>${line('one')}<hr>${line('two')}</main>`,
  '/consent': () =>
    `<main><script type="text/plain" src="${server.url}/embed.js" data-page-id="one"></script>${line('one')}</main>`,
  '/module': () => `<main><script type="module" src="${server.url}/embed.js" data-page-id="one"></script></main>`,
};
const inHead = ['/none'];

before(async () => {
  host = await startHost((path) => {
    const body = PAGES[path]?.();
    const head = inHead.includes(path) ? line('head') : '';
    return (
      body && `<!doctype html><html lang="en"><head><title>${path}</title>${head}</head><body>${body}</body></html>`
    );
  });
  [browser, server] = await Promise.all([openBrowser(), startAfterword({ origins: [host.url] })]);
});
after(async () => {
  await browser.close();
  await server.stop();
  await host.stop();
});

async function open(path: string): Promise<Reader> {
  const reader = await newReader(browser);
  await reader.page.goto(host.url + path);
  return reader;
}

/** What each section is about, and what stands before it, once that is so. */
async function sections(reader: Reader, expected: readonly string[]): Promise<void> {
  await reader.page.waitForFunction(
    (wanted) =>
      JSON.stringify(
        [...document.querySelectorAll('afterword-comments')].map(
          (one) => `${one.previousElementSibling?.localName ?? ''}+${one.getAttribute('page-id')}`,
        ),
      ) === wanted,
    JSON.stringify(expected),
  );
  await networkQuiet(reader.page);
  const count = await reader.page.locator('afterword-comments').count();
  assert.equal(count, expected.length);
  assert.deepEqual(ownErrors(reader.errors), []);
}

/** How routers bring in the next page. */
const WAYS: Readonly<Record<string, (path: string) => Promise<void>>> = {
  'the body is another, and the script in it does not run': async (path) => {
    const next = new DOMParser().parseFromString(await (await fetch(path)).text(), 'text/html');
    document.body.replaceWith(next.body);
    history.pushState(null, '', path);
  },
  'the words of a container are others': async (path) => {
    const next = new DOMParser().parseFromString(await (await fetch(path)).text(), 'text/html');
    history.pushState(null, '', path);
    document.querySelector('main')!.innerHTML = next.querySelector('main')!.innerHTML;
  },
  'the body is another, and its scripts are made anew so that they run': async (path) => {
    const next = new DOMParser().parseFromString(await (await fetch(path)).text(), 'text/html');
    history.pushState(null, '', path);
    for (const script of next.body.querySelectorAll('script')) {
      const copy = document.createElement('script');
      for (const { name, value } of script.attributes) copy.setAttribute(name, value);
      script.replaceWith(copy);
    }
    document.body.replaceWith(next.body);
  },
  'scripts are made anew only after the body is in the page': async (path) => {
    const next = new DOMParser().parseFromString(await (await fetch(path)).text(), 'text/html');
    document.body.replaceWith(next.body);
    history.pushState(null, '', path);
    await new Promise((later) => setTimeout(later));
    for (const script of document.body.querySelectorAll('script')) {
      const copy = document.createElement('script');
      for (const { name, value } of script.attributes) copy.setAttribute(name, value);
      script.replaceWith(copy);
    }
  },
};

for (const [what, way] of Object.entries(WAYS)) {
  test(`P5: ${what}: the section stands where the line stands in the next page, and works`, async () => {
    const reader = await open('/one');
    await sections(reader, ['script+one']);
    await reader.page.evaluate(way, '/two');
    await sections(reader, ['script+two']);
    assert.equal(await reader.page.locator('#here > afterword-comments').count(), 1);
    await post(reader.section, `Written on the second page: ${what}.`);
    await comment(reader.section, 'Visitor', what).waitFor();
    await reader.section.getByText('Comment posted.').first().waitFor({ state: 'attached' });
    const rows = server.rows(
      'select threads.page from comments join threads on threads.id = thread_id where text like ?',
      `%: ${what}.`,
    );
    assert.deepEqual(rows, [{ page: 'two' }]);
    await reader.page.evaluate(way, '/one');
    await sections(reader, ['script+one']);
    await reader.close();
  });
}

test('P5: a copy of an earlier page that comes back with its section, and its script runs again, has one section', async () => {
  const reader = await open('/one');
  await sections(reader, ['script+one']);
  await reader.page.evaluate(() => Object.assign(globalThis, { kept: document.body.cloneNode(true) }));
  await reader.page.evaluate(WAYS['the body is another, and the script in it does not run']!, '/two');
  await sections(reader, ['script+two']);
  await reader.page.evaluate(() => {
    const { kept } = globalThis as unknown as { kept: HTMLElement };
    const script = kept.querySelector('script')!;
    const copy = document.createElement('script');
    for (const { name, value } of script.attributes) copy.setAttribute(name, value);
    script.replaceWith(copy);
    document.body.replaceWith(kept);
  });
  await sections(reader, ['script+one']);
  await reader.close();
});

test('P5: with the line in the head of a page without comments, the next page has its section', async () => {
  const reader = await open('/none');
  await reader.page.waitForFunction(() => customElements.get('afterword-comments'));
  await sections(reader, []);
  await reader.page.evaluate(WAYS['the words of a container are others']!, '/two');
  await sections(reader, ['script+two']);
  await reader.close();
});

test('P5: a section that the page itself takes away stays away', async () => {
  const reader = await open('/one');
  await sections(reader, ['script+one']);
  await reader.page.evaluate(() => {
    document.querySelector('afterword-comments')!.remove();
    document.body.append(document.createElement('p'));
  });
  await sections(reader, []);
  await reader.close();
});

test('P9: a count, a bubble and a passage that is asked about are no section: the line gives one', async () => {
  const reader = await open('/others');
  await sections(reader, ['script+others']);
  await post(reader.section, 'Beside a count.');
  await reader.page.locator('afterword-count').getByText('1', { exact: true }).waitFor();
  await reader.close();
});

test('P9: the line twice gives two sections, each of its own', async () => {
  const reader = await open('/twice');
  await sections(reader, ['script+one', 'script+two']);
  await reader.close();
});

test('P9: a section that the author wrote stands for the line', async () => {
  const reader = await open('/written');
  await sections(reader, ['h1+written']);
  await reader.close();
});

test('P9: while two documents overlap each has its section, and the one that stays keeps it', async () => {
  const reader = await open('/one');
  await sections(reader, ['script+one']);
  await reader.page.evaluate(async () => {
    const next = new DOMParser().parseFromString(await (await fetch('/two')).text(), 'text/html');
    document.body.append(next.querySelector('main')!);
  });
  await sections(reader, ['script+one', 'script+two']);
  await reader.page.evaluate(() => {
    document.querySelector('main')!.remove();
    history.pushState(null, '', '/two');
  });
  await sections(reader, ['script+two']);
  await reader.close();
});

test('P9: a line that waits for consent is none yet', async () => {
  const reader = await open('/consent');
  await sections(reader, ['script+one']);
  await reader.close();
});

test('P5: written as a module, the line does the same', async () => {
  const reader = await open('/module');
  await sections(reader, ['script+one']);
  await reader.close();
});

for (const strips of [true, false]) {
  test(`P7: from a server under a path, ${strips ? 'without' : 'with'} the path in what it is asked, the line and the demo work`, async () => {
    let own = '';
    const site = await startSubPath({
      of: () => own,
      strips,
      page: (path) =>
        path === '/article'
          ? '<!doctype html><html lang="en"><title>An article</title><link rel="icon" href="data:,"><script async src="/comments/embed.js" data-page-id="under"></script></html>'.replace(
              '<script',
              '<body><script',
            )
          : undefined,
    });
    const under = await startAfterword({ env: { AFTERWORD_PUBLIC_URL: site.server } });
    own = under.url;
    const reader = await newReader(browser);
    await reader.page.goto(`${site.url}/article`);
    await post(reader.section, 'Under a path.');
    await reader.section.getByText('Comment posted.').first().waitFor({ state: 'attached' });
    await networkQuiet(reader.page);
    assert.equal(await reader.section.getAttribute('server'), site.server);
    assert.deepEqual(under.rows('select text from comments where text = ?', 'Under a path.').length, 1);
    await reader.page.goto(`${site.server}/`);
    await reader.section.getByRole('article').first().waitFor();
    await networkQuiet(reader.page);
    assert.equal(reader.page.url(), `${site.server}/demo/`);
    await reader.page.goto(`${site.server}/demo/playground.html`);
    await reader.section.getByRole('article').first().waitFor();
    await networkQuiet(reader.page);
    assert.deepEqual(ownErrors(reader.errors), []);
    assert.deepEqual(site.asked, ['/article']);
    await reader.close();
    await under.stop();
    await site.stop();
  });
}
