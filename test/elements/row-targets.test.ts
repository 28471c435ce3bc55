/** What is pressed in a row can be met: by the mouse, by a finger, at every width and in every font. */
import { expect } from '@open-wc/testing';
import type { AfterwordComments } from '../../src/elements/afterword-comments.ts';
import { comment, stub } from '../helpers/builders.ts';
import { allByRole, byRole } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { gapRow, replyRow, rowOf } from '../helpers/rows.ts';
import { putSection, settled, threadOf } from '../helpers/section.ts';

const site = { website: 'https://example.com', role: 'guest' as const };
const deep = { depth: 2, parent: { id: '2', name: 'Bob', missing: false } };
const rows = [
  rowOf(comment('1', { author: { ...site, name: 'Mo', role: 'moderator' }, pinned: true, up: 1438, descendants: 3 }), {
    replies: { count: 3, fresh: 2 },
  }),
  replyRow('2', '1', { replies: { count: 2, fresh: 0 }, unread: true }),
  rowOf(comment('3', { author: { ...site, name: 'X' }, parentId: '2', rootId: '1', editedAt: 1 }), {
    ...deep,
    detached: true,
  }),
  rowOf(comment('4', { author: { ...site, name: 'A name of several words' }, parentId: '2', rootId: '1' }), {
    ...deep,
    own: true,
    detached: true,
    bell: { state: 'active', pending: null },
  }),
  gapRow('1', 12),
  rowOf(stub('5', { descendants: 1 }), { replies: { count: 1, fresh: 0 } }),
  replyRow('6', '5'),
  rowOf(comment('7', { text: 'Short.', descendants: 4 }), { replies: { count: 4, fresh: 1 }, collapsed: true }),
  rowOf(comment('8')),
];

const quiet = rows.map((row) => (row.kind === 'comment' ? { ...row, replies: { ...row.replies, fresh: 0 } } : row));

const view = (news = true): FakeStore =>
  new FakeStore({
    rows: news ? rows : quiet,
    count: rows.length,
    unread: news ? 1 : 0,
    ...(news && { news: { roots: 2 } }),
    more: { left: 4, loading: false, failed: false },
  });

function targets(section: AfterwordComments): HTMLElement[] {
  const root = threadOf(section)?.renderRoot as ShadowRoot;
  const all = [...root.querySelectorAll<HTMLElement>('a[href], button')];
  expect(all.length, 'targets').to.be.above(30);
  return all.filter((target) => !target.closest('.body'));
}

const nameOf = (target: HTMLElement): string => `${target.className} ${target.ariaLabel ?? target.textContent?.trim()}`;

/** Nearer than 24 pixels to each other, in both directions, while one covers the other. */
function crowd(one: HTMLElement, other: HTMLElement): boolean {
  // The line beside a branch runs along everything in it, and gives way to each.
  if (one.matches('.fold') || other.matches('.fold')) return false;
  const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (across <= 0.5 || down <= 0.5) return false;
  return Math.abs((a.top + a.bottom) / 2 - (b.top + b.bottom) / 2) < 24;
}

const FONTS = [
  'font: 16px/1.5 sans-serif',
  'font: 16px/1 serif',
  'font: 11px/1.2 monospace',
  'font: 20px/1.8 system-ui',
] as const;

describe('K4: targets', () => {
  for (const font of FONTS) {
    it(`K4: everything that can be pressed is 24 pixels tall and wide, and nothing covers it: ${font}`, async () => {
      for (const width of [240, 320, 390, 800]) {
        const section = await putSection(view(), { css: `${font}; inline-size: ${width}px; box-sizing: border-box;` });
        const all = targets(section);
        const small = all
          .map((target) => ({ name: nameOf(target), box: target.getBoundingClientRect() }))
          .filter(({ box }) => box.width < 23.99 || box.height < 23.99)
          .map(({ name, box }) => `${name}: ${box.width} × ${box.height}`);
        expect(small, `${width} px`).to.deep.equal([]);
        const crowded = all.flatMap((one, at) =>
          all
            .slice(at + 1)
            .filter((other) => crowd(one, other))
            .map((other) => `${nameOf(one)} | ${nameOf(other)}`),
        );
        expect(crowded, `${width} px`).to.deep.equal([]);
        section.parentElement?.remove();
      }
    });
  }

  for (const news of [false, true]) {
    const least = news ? 24 : 39;
    const name = `K4: where a finger points, ${least} pixels of height belong to each, and no row gets taller`;
    it(`${name}${news ? ', beside news' : ''}`, async () => {
      const section = await putSection(view(news), { css: 'inline-size: 700px; box-sizing: border-box;' });
      const root = threadOf(section)?.renderRoot as ShadowRoot;
      const heights = (): number[] =>
        [...root.querySelectorAll('article')].map((it) => it.getBoundingClientRect().height);
      const before = heights();
      await forFingers(root, async () => {
        await settled(section);
        expect(heights()).to.deep.equal(before);
        const short = targets(section).flatMap((target) => {
          const own = reach(target, root);
          return own >= (target.closest('.branch-news, .news') ? 35 : least) ? [] : [`${nameOf(target)}: ${own}`];
        });
        expect(short).to.deep.equal([]);
      });
    });
  }
});

/** Here browsers have a mouse: what is said for fingers holds for a moment for everything. */
async function forFingers(root: ShadowRoot, look: () => Promise<void>): Promise<void> {
  const sheets = [...root.adoptedStyleSheets, ...[...root.querySelectorAll('style')].map(({ sheet }) => sheet)];
  const found = sheets.flatMap((sheet) =>
    [...(sheet?.cssRules ?? [])].filter(
      (rule): rule is CSSMediaRule => rule instanceof CSSMediaRule && /pointer:\s*coarse/.test(rule.media.mediaText),
    ),
  );
  expect(found.length, 'rules for fingers').to.be.above(1);
  const texts = found.map(({ media }) => media.mediaText);
  for (const { media } of found) media.mediaText = 'all';
  try {
    await look();
  } finally {
    found.forEach(({ media }, at) => (media.mediaText = texts[at] as string));
  }
}

/** How many pixels up and down from its middle belong to a target. */
function reach(target: HTMLElement, root: ShadowRoot): number {
  target.scrollIntoView({ block: 'center', behavior: 'instant' });
  const box = target.getBoundingClientRect();
  const x = box.left + box.width / 2;
  const middle = target.matches('.fold') ? box.top + 20 : box.top + box.height / 2;
  const isIts = (y: number): boolean => target.contains(root.elementFromPoint(x, y));
  let [up, down] = [0, 0];
  while (up < 60 && isIts(middle - up - 1)) up++;
  while (down < 60 && isIts(middle + down + 1)) down++;
  return up + down + 1;
}

describe('L8: a branch is closed by a button that is seen', () => {
  it('L8: below the avatar, 24 pixels, at rest 3:1 against its ground, and pressed again where it was', async () => {
    const store = view();
    const section = await putSection(store);
    const fold = byRole(section, 'button', /^Replies to Mo: /);
    const avatar = 32;
    const article = (fold.closest('article') as HTMLElement).getBoundingClientRect();
    const drawing = fold.querySelector('svg') as SVGElement;
    const at = drawing.getBoundingClientRect();
    expect(fold.getBoundingClientRect().width).to.be.at.least(24);
    expect(at.top, 'below the avatar').to.be.at.least(article.top + avatar);
    expect(at.bottom, 'near the avatar').to.be.at.most(article.top + avatar + 32);
    expect(at.left + at.width / 2, 'under its middle').to.be.closeTo(article.left + avatar / 2, 1);
    expect(contrast(getComputedStyle(drawing).color, section)).to.be.at.least(3);
    fold.click();
    expect(store.calls.at(-1)).to.deep.equal(['setCollapsed', '1', true]);
  });

  it('L8: closed, the button stays in its place, and the words below the comment open the branch, too', async () => {
    const store = view();
    const section = await putSection(store);
    const [opens] = allByRole(section, 'button', 'Replies to Ann: 4 replies, 1 new');
    const article = (opens?.closest('article') as HTMLElement).getBoundingClientRect();
    expect(opens?.ariaExpanded).to.equal('false');
    expect(opens?.getBoundingClientRect().top).to.be.within(article.top + 32, article.top + 40);
    const words = opens?.closest('article')?.querySelector<HTMLElement>('.closed') as HTMLElement;
    expect(words.innerText).to.equal('4 replies, 1 new');
    words.click();
    expect(store.calls.at(-1)).to.deep.equal(['setCollapsed', '7', false]);
  });

  it('L8: the buttons of a removed comment and of its replies stand apart from all avatars', async () => {
    for (const css of ['inline-size: 800px', 'inline-size: 320px', 'inline-size: 320px; direction: rtl']) {
      const section = await putSection(view(), { css });
      const root = threadOf(section)?.renderRoot as ShadowRoot;
      const drawings = [...root.querySelectorAll('.fold svg')].map((it) => it.getBoundingClientRect());
      expect(drawings.length).to.equal(4);
      for (const article of root.querySelectorAll('article:not(.stub)')) {
        const box = article.getBoundingClientRect();
        const size = parseFloat(getComputedStyle(article, '::before').inlineSize);
        const isRtl = getComputedStyle(article).direction === 'rtl';
        const left = isRtl ? box.right - size : box.left;
        for (const one of drawings) {
          const across = Math.min(one.right, left + size) - Math.max(one.left, left);
          const down = Math.min(one.bottom, box.top + size) - Math.max(one.top, box.top);
          expect(across > 1 && down > 1, `${css}: ${article.id}`).to.equal(false);
        }
      }
      section.parentElement?.remove();
    }
  });
});

describe('L10: what waits has room of its own', () => {
  for (const dir of ['ltr', 'rtl'] as const) {
    it(`L10: it covers no avatar, no name and no button, ${dir}`, async () => {
      for (const width of [240, 320, 800]) {
        const section = await putSection(view(), { css: `inline-size: ${width}px; box-sizing: border-box;`, dir });
        const root = threadOf(section)?.renderRoot as ShadowRoot;
        const waits = [...root.querySelectorAll('.branch-news button, .news button')];
        expect(waits.length).to.equal(3);
        const other = [
          ...[...root.querySelectorAll('article')].map((it) => avatarOf(it)),
          ...[...root.querySelectorAll('.acts button, .vote, .gap button, h3, h4, .when')].map((it) =>
            it.getBoundingClientRect(),
          ),
        ];
        for (const wait of waits) {
          const box = wait.getBoundingClientRect();
          const met = other.filter(
            (it) => box.left < it.right && it.left < box.right && box.top < it.bottom && it.top < box.bottom,
          );
          expect(met, `${wait.textContent?.trim()} at ${width}`).to.deep.equal([]);
        }
        section.parentElement?.remove();
      }
    });
  }

  it('L10: unread is told in the accent, other marks are not', async () => {
    const section = await putSection(view());
    const marks = [...(threadOf(section)?.renderRoot.querySelectorAll('.badge') ?? [])];
    const colourOf = (text: string): string =>
      getComputedStyle(marks.find((it) => it.textContent === text) as Element).color;
    expect(colourOf('New')).to.equal(
      getComputedStyle(threadOf(section)?.renderRoot.querySelector('.firm') as Element).color,
    );
    expect(colourOf('Pinned')).not.to.equal(colourOf('New'));
  });
});

function avatarOf(article: Element): DOMRect {
  const box = article.getBoundingClientRect();
  const size = parseFloat(getComputedStyle(article, '::before').inlineSize);
  const isRtl = getComputedStyle(article).direction === 'rtl';
  return new DOMRect(isRtl ? box.right - size : box.left, box.top, size, size);
}

/** Of a colour with a share of transparency, laid on the page of the tests, which is white. */
function contrast(colour: string, section: AfterwordComments): number {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  for (const fill of [getComputedStyle(section.parentElement as Element).backgroundColor, colour]) {
    context.fillStyle = fill;
    context.fillRect(0, 0, 1, 1);
  }
  const [r = 0, g = 0, b = 0] = [...context.getImageData(0, 0, 1, 1).data].map((it) => {
    const share = it / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
}
