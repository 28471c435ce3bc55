/** Whatever the ground of the page is, and whoever changes it how while the section stands there, it can be read (E-6). */
import { expect } from '@open-wc/testing';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import { faultsOf } from '../gates/seen.ts';
import { comment } from '../helpers/builders.ts';
import { byRole } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { pendingPost, rowOf } from '../helpers/rows.ts';
import { frame, putSection, settled, waitFor } from '../helpers/section.ts';

const rows = [
  rowOf(
    comment('1', {
      author: { name: 'Mo', role: 'moderator', website: 'https://example.com' },
      up: 4,
      text: '> quoted\n\n`code` and a [link](https://example.com)',
    }),
    { vote: 'up', unread: true },
  ),
  rowOf(comment('2', { author: { name: 'Ann', role: 'guest' } }), {
    own: true,
    pending: [pendingPost('2', { state: 'refused', reason: 'too-long', limit: 10 })],
  }),
];

const undo: (() => unknown)[] = [];
afterEach(() => {
  for (const back of undo.splice(0).reverse()) back();
});

const LIGHT = 'background: #fff; color: #1c1d21';
const DARK = 'background: #14171c; color: #dfe1e6';

/** What can't be read, in words. */
function unreadable(section: AfterwordComments): string[] {
  return faultsOf(section, { target: 0 })
    .filter(({ kind }) => kind === 'contrast' || kind === 'control' || kind === 'small')
    .map(({ kind, where, what }) => `${kind} ${where}: ${what}`);
}

/** Our own buttons fade for a moment when colours change. */
async function faded(section: AfterwordComments): Promise<void> {
  const roots: (Document | ShadowRoot)[] = [document];
  for (const root of roots) {
    for (const one of root.querySelectorAll('*')) if (one.shadowRoot) roots.push(one.shadowRoot);
  }
  await Promise.all(roots.flatMap((root) => root.getAnimations()).map((one) => one.finished.catch(() => undefined)));
  await settled(section);
}

async function put(css: string, attributes: Record<string, string> = {}, tree?: Node): Promise<AfterwordComments> {
  const view = { rows, count: 2, markup: true, news: { roots: 2 }, live: 'on' as const };
  const section = await putSection(new FakeStore(view), { css, attributes }, tree);
  await faded(section);
  return section;
}

const rootOf = (section: AfterwordComments): HTMLElement => section.renderRoot.querySelector('section') as HTMLElement;

describe('the ground', () => {
  const grounds: Readonly<Record<string, string>> = {
    white: LIGHT,
    dark: DARK,
    'mid-grey': 'background: #808080; color: #000',
    'mid-grey with white ink': 'background: #6b6b6b; color: #fff',
    silver: 'background: #c0c0c0; color: #222',
    cream: 'background: oklch(0.96 0.03 85); color: #4a3f2f',
    'a saturated red': 'background: #c8102e; color: #fff',
    'a pale ink': 'background: #fff; color: #767676',
    'an ink that nobody chose': 'background: #15171c; color: #000',
    'a gradient': 'background: linear-gradient(#101828, #23304a); color: #e6ebf5',
    'a veil': 'background: linear-gradient(rgb(0 0 0 / 0.7), rgb(0 0 0 / 0.7)), #555; color: #eee',
  };
  for (const [name, css] of Object.entries(grounds)) {
    for (const scheme of ['auto', 'light', 'dark']) {
      it(`L3, L14: ${name}, color-scheme ${scheme}: all can be read, from the beginning and after a switch`, async () => {
        const section = await put(css, { 'color-scheme': scheme });
        // What is seen behind a gradient is told by its own test.
        if (css.includes('gradient') && !rootOf(section).classList.contains('paper')) return;
        expect(unreadable(section)).to.deep.equal([]);
        const host = section.parentElement as HTMLElement;
        for (const next of [DARK, LIGHT, css]) {
          host.style.cssText = `font: 16px/1.5 sans-serif; padding: 12px; ${next}`;
          await frame();
          await frame();
          await faded(section);
          expect(unreadable(section), next).to.deep.equal([]);
        }
      });
    }
  }

  it('L3: the attribute is switched while the section stands there', async () => {
    const section = await put(DARK);
    for (const scheme of ['light', 'dark', 'auto', 'light', 'auto']) {
      section.setAttribute('color-scheme', scheme);
      await section.updateComplete;
      await frame();
      await faded(section);
      expect(unreadable(section), scheme).to.deep.equal([]);
      expect(rootOf(section).classList.contains('paper')).to.equal(scheme === 'light');
    }
  });

  it('L14: on a gradient and before a picture the muted text keeps the ink that the host can read', async () => {
    for (const image of ['linear-gradient(#101828, #23304a)', 'url("data:image/gif;base64,R0lGODlhAQABAAAAACw=")']) {
      const section = await put(`background: ${image}; color: #e6ebf5`);
      expect(rootOf(section).classList.contains('dark'), image).to.equal(true);
      for (const behind of ['#101828', '#23304a']) {
        const faults = faultsOf(section, { target: 0, grounds: [behind] });
        expect(faults.filter(({ kind }) => kind === 'contrast')).to.deep.equal([]);
      }
    }
  });

  it('L14: an accent of the author’s stays, and what is written on it can be read', async () => {
    const section = await put(LIGHT);
    section.style.setProperty('--afterword-accent', 'rgb(255, 214, 0)');
    await frame();
    await frame();
    section.focus();
    await waitFor(() => section.renderRoot.querySelector('afterword-form'), 'the form');
    await faded(section);
    await waitFor(() => byRole(section, 'button', 'Post'), 'the button');
    const { color, backgroundColor } = getComputedStyle(byRole(section, 'button', 'Post'));
    expect(backgroundColor).to.equal('rgb(255, 214, 0)');
    expect(color).not.to.equal('rgb(255, 255, 255)');
  });

  it('L14: nothing is written smaller than 12 px, nor than the page writes where that is less', async () => {
    for (const size of [11, 12, 14, 24]) {
      const section = await put(`${LIGHT}; font-size: ${size}px`);
      expect(
        unreadable(section).filter((line) => line.startsWith('small')),
        `${size} px`,
      ).to.deep.equal([]);
    }
  });
});

describe('the theme of the page is switched elsewhere', () => {
  /** A page of light and dark by some switch: rules with NIGHT where the switch is thrown. */
  function page(night: string, inner = '', body = 'main'): HTMLElement {
    const sheet = document.createElement('style');
    sheet.textContent = `${body} { ${LIGHT} } ${night}`;
    const app = document.createElement('div');
    app.innerHTML = `${inner}<main></main>`;
    document.head.append(sheet);
    document.body.append(app);
    undo.push(
      () => sheet.remove(),
      () => app.remove(),
    );
    return app;
  }

  const sheetOf = (css: string): CSSStyleSheet => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    return sheet;
  };
  const night = `main { ${DARK} }`;

  const ways: Readonly<Record<string, () => { tree: Element; press: () => unknown }>> = {
    'a class of the root': () => {
      const app = page(`.night main { ${DARK} }`);
      undo.push(() => document.documentElement.classList.remove('night'));
      return { tree: app, press: () => document.documentElement.classList.add('night') };
    },
    'a class of an element between': () => {
      const app = page(`.night main { ${DARK} }`);
      return { tree: app, press: () => app.classList.add('night') };
    },
    'data-theme of an element between': () => {
      const app = page(`[data-theme=night] main { ${DARK} }`);
      return { tree: app, press: () => (app.dataset['theme'] = 'night') };
    },
    'a class of a neighbour': () => {
      const app = page(`.switch.on ~ main { ${DARK} }`, '<i class="switch"></i>');
      return { tree: app, press: () => app.querySelector('.switch')?.classList.add('on') };
    },
    'a box that is ticked': () => {
      const app = page(`input:checked ~ main { ${DARK} }`, '<input type="checkbox" aria-label="Night">');
      return { tree: app, press: () => app.querySelector('input')?.click() };
    },
    'a box that a script ticks': () => {
      const app = page(`input:checked ~ main { ${DARK} }`, '<input type="checkbox" aria-label="Night">');
      return { tree: app, press: () => (app.querySelector('input')!.checked = true) };
    },
    'a box found by :has()': () => {
      const app = page(`div:has(input:checked) main { ${DARK} }`, '<p><input type="checkbox" aria-label="Night"></p>');
      return { tree: app, press: () => app.querySelector('input')?.click() };
    },
    'a style element that is added': () => {
      const app = page('');
      const sheet = document.createElement('style');
      sheet.textContent = night;
      undo.push(() => sheet.remove());
      return { tree: app, press: () => document.head.append(sheet) };
    },
    'a style element in the body that is added': () => {
      const app = page('');
      const sheet = document.createElement('style');
      sheet.textContent = night;
      return { tree: app, press: () => app.prepend(sheet) };
    },
    'a style sheet that is loaded': () => {
      const app = page('');
      const link = document.createElement('link');
      link.rel = 'stylesheet';
      link.href = `data:text/css,${encodeURIComponent(night)}`;
      undo.push(() => link.remove());
      return { tree: app, press: () => document.head.append(link) };
    },
    'a style sheet that is enabled': () => {
      const app = page('');
      const sheet = document.createElement('style');
      sheet.textContent = night;
      document.head.append(sheet);
      sheet.sheet!.disabled = true;
      undo.push(() => sheet.remove());
      return { tree: app, press: () => (sheet.sheet!.disabled = false) };
    },
    'a rule that is inserted': () => {
      const app = page('');
      const sheet = document.createElement('style');
      document.head.append(sheet);
      undo.push(() => sheet.remove());
      return { tree: app, press: () => sheet.sheet?.insertRule(night) };
    },
    'a sheet that is adopted': () => {
      const app = page('');
      const before = [...document.adoptedStyleSheets];
      undo.push(() => (document.adoptedStyleSheets = before));
      return { tree: app, press: () => (document.adoptedStyleSheets = [...before, sheetOf(night)]) };
    },
    'the medium of a style element': () => {
      const app = page('');
      const sheet = document.createElement('style');
      sheet.textContent = night;
      sheet.media = 'print';
      document.head.append(sheet);
      undo.push(() => sheet.remove());
      return { tree: app, press: () => (sheet.media = 'all') };
    },
    'variables of the root': () => {
      const app = page('main { background: var(--paper, #fff); color: var(--ink, #1c1d21) }');
      const { style } = document.documentElement;
      undo.push(() => (style.removeProperty('--paper'), style.removeProperty('--ink')));
      return {
        tree: app,
        press: () => (style.setProperty('--paper', '#14171c'), style.setProperty('--ink', '#dfe1e6')),
      };
    },
    'a style attribute': () => {
      const app = page('');
      return { tree: app, press: () => (app.querySelector('main')!.style.cssText = DARK) };
    },
    '<meta name="color-scheme">': () => {
      const app = page('', '', 'nothing');
      const meta = document.createElement('meta');
      meta.name = 'color-scheme';
      meta.content = 'light';
      document.head.append(meta);
      undo.push(() => meta.remove());
      return { tree: app, press: () => (meta.content = 'dark') };
    },
    'a fade': () => {
      const app = page(`main { transition: background 600ms, color 600ms } .night main { ${DARK} }`);
      return { tree: app, press: () => app.classList.add('night') };
    },
    'a fade of the ground alone': () => {
      const app = page(
        `main { background: #fff; color: #6e6e6e; transition: background 300ms } .night main { background: #000; color: #6e6e6e }`,
      );
      return { tree: app, press: () => app.classList.add('night') };
    },
    'a query of the medium': () => {
      const frameOf = document.createElement('div');
      frameOf.style.cssText = 'container-type: inline-size; inline-size: 600px';
      const app = page(`@container (inline-size < 400px) { main { ${DARK} } }`);
      frameOf.append(app);
      document.body.append(frameOf);
      undo.push(() => frameOf.remove());
      return { tree: app, press: () => (frameOf.style.inlineSize = '380px') };
    },
    'the place it is moved to': () => {
      const app = page(`.cellar main { ${DARK} }`);
      const cellar = document.createElement('div');
      cellar.className = 'cellar';
      document.body.append(cellar);
      undo.push(() => cellar.remove());
      return { tree: app, press: () => cellar.append(app) };
    },
  };

  for (const [way, make] of Object.entries(ways)) {
    it(`L16: by ${way}: the section follows`, async () => {
      const { tree, press } = make();
      const scheme = 'background: none; color: inherit';
      const section = await put(scheme, {}, tree.querySelector('main') as Element);
      expect(rootOf(section).classList.contains('light')).to.equal(true);
      press();
      await waitFor(() => rootOf(section).classList.contains('dark'), 'the section to be dark');
      await waitFor(() => unreadable(section).length === 0, `all to be readable, not ${unreadable(section)[0]}`);
      await faded(section);
      expect(unreadable(section)).to.deep.equal([]);
    });
  }

  it('L16: looking again costs nothing where nothing changed, and ends with the section', async () => {
    const section = await put(LIGHT);
    const root = rootOf(section);
    let times = 0;
    const watch = new MutationObserver((records) => (times += records.length));
    watch.observe(root, { attributes: true });
    for (let nth = 0; nth < 5; nth++) {
      document.body.click();
      await frame();
    }
    await frame();
    expect(times, 'what the root wears was written anew').to.equal(0);
    const parts = section.renderRoot.childElementCount;
    const host = section.parentElement as HTMLElement;
    section.remove();
    host.append(section);
    await settled(section);
    expect(section.renderRoot.childElementCount).to.equal(parts);
    watch.disconnect();
  });
});
