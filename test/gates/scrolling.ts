/**
 * `npm run scrolling`: whether a long thread holds still under the wheel. In Chromium, Firefox and WebKitGTK, in four windows,
 * each thread is loaded whole and gone through by wheel steps of 300 px, to its end and back.
 *
 *   steps    the text under the pointer moves by 300 ± 1 px with each, and the other way on the way back
 *   end      the last step ends where the page does, and the first line is where it was when all is gone back
 *
 * `--engine NAME` takes one engine, `--window 390x664` one window, `--data FILE` another thread (neutral JSON). The whole takes
 * half an hour; `.ci/run` takes Chromium in one window.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ENGINE_NAMES } from '../../.config/browsers.mjs';
import { deepThread, type ThreadRecord } from '../fixtures/threads.ts';
import { openTab, type Tab } from '../helpers/any-browser.ts';
import { startAfterword, startHost } from '../helpers/server.ts';
import { closing } from './closing.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', multiple: true },
    window: { type: 'string', multiple: true },
    data: { type: 'string', multiple: true },
  },
});

const STEP = 300;
const SHARED = ['reddit-funny-3hahrw', 'wikipedia-ar-user-talk'].map((name) => `../shared/data/threads/${name}.json`);
const engines = values.engine ?? ENGINE_NAMES;
const windows = values.window ?? ['390x664', '800x600', '1280x800', '1920x1080'];
const files = values.data ?? SHARED.filter((file) => existsSync(file));
const threads: Readonly<Record<string, ThreadRecord[]>> = {
  ...(values.data ? {} : { own: deepThread() }),
  ...Object.fromEntries(
    files.map((file) => [
      /([\w-]+)\.json$/.exec(file)?.[1] ?? 'given',
      JSON.parse(readFileSync(file, 'utf8')) as ThreadRecord[],
    ]),
  ),
};

const results: { readonly what: string; readonly holds: boolean }[] = [];
function tell(what: string, holds: boolean): void {
  results.push({ what, holds });
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}`);
}

const host = await startHost((path) => {
  const name = path.slice(1);
  return name in threads
    ? `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name}</title>
       <meta name="viewport" content="width=device-width">
       <style>body{font:17px/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}</style></head>
       <body><article><h1>${name}</h1><p>${'It is a piece of some length about a small thing. '.repeat(12)}</p></article>
       <script async src="${server.url}/embed.js" data-page-id="${name}"></script>
       <footer><p>The end of the page.</p></footer></body></html>`
    : undefined;
});
const server = await startAfterword({ origins: [host.url] });

/** What the gate asks a page: it is put there as text, since no engine but one lets us bring a function. */
const inPage = `
  window.thread = () => document.querySelector('afterword-comments')?.shadowRoot?.querySelector('.thread')?.shadowRoot;
  window.rows = () => [...(thread()?.querySelectorAll('article') ?? [])];
  window.frames = async (count) => { for (let n = 0; n < count; n++) await new Promise((done) => requestAnimationFrame(done)); };
  /** Presses what loads more until nothing is left. */
  window.loadAll = async (expected) => {
    const end = performance.now() + 120_000;
    while (performance.now() < end) {
      const next = ['all', 'more', 'gap'].map((act) => thread()?.querySelector('[data-act="' + act + '"]')).find((it) => it);
      if (next && next.ariaDisabled !== 'true') next.click();
      if (!next && rows().length >= expected) return rows().length;
      await new Promise((later) => setTimeout(later, 50));
    }
    return rows().length;
  };
  /** Waits until the page has begun to scroll. */
  window.begun = async (from) => {
    const end = performance.now() + 5000;
    while (scrollY === from && performance.now() < end) await frames(1);
  };
  /** Waits until nothing has moved for some frames, and what came near has had its turn. */
  window.still = async () => {
    let [last, same] = [NaN, 0];
    const end = performance.now() + 5000;
    while (same < 4 && performance.now() < end) {
      await frames(1);
      const now = scrollY + document.documentElement.scrollHeight * 1e-7;
      same = now === last ? same + 1 : 0;
      last = now;
    }
  };
  /** The row whose text is under the middle of the window, or the next below it. */
  window.aim = () => {
    const middle = innerHeight / 2;
    window.aimed = rows().find((row) => row.getBoundingClientRect().bottom > middle) ?? document.querySelector('footer');
    window.aimedAt = place(aimed);
  };
  window.place = (row) => (row.querySelector('.body, h3, h4, h5, h6') ?? row).getBoundingClientRect().top;
  window.left = () => document.documentElement.scrollHeight - innerHeight - scrollY;
`;

interface Walked {
  readonly steps: number;
  /** Steps that moved the text by another length, the worst first. */
  readonly wrong: readonly { readonly at: number; readonly by: number; readonly wanted: number }[];
}

/** To one end of the page. */
async function walk(tab: Tab, step: number): Promise<Walked> {
  const wrong: { at: number; by: number; wanted: number }[] = [];
  for (let steps = 0; ; steps++) {
    const before = (await tab.run(`aim(); return [scrollY, left()]`)) as [number, number];
    const [y, left] = before;
    const room = step > 0 ? left : y;
    if (room < 1 || steps > 2000) {
      return { steps, wrong: wrong.sort((a, b) => Math.abs(b.by - b.wanted) - Math.abs(a.by - a.wanted)) };
    }
    const wanted = Math.sign(step) * Math.min(Math.abs(step), room);
    await tab.wheel(step);
    const by = (await tab.run(`await begun(${y}); await still(); return aimedAt - place(aimed)`)) as number;
    if (Math.abs(by - wanted) > 1) wrong.push({ at: Math.round(y), by: Math.round(by), wanted: Math.round(wanted) });
  }
}

try {
  for (const [name, records] of Object.entries(threads)) {
    await server.import(
      records.map(({ page: _, ...record }) => record),
      '--page',
      name,
    );
  }
  for (const engine of engines) {
    for (const size of windows) {
      const [width, height] = size.split('x').map(Number) as [number, number];
      for (const [name, records] of Object.entries(threads)) {
        const where = `${engine} ${size} ${name}`;
        const tab = await openTab(engine, { width, height });
        try {
          await tab.go(`${host.url}/${name}`);
          await tab.run(inPage);
          await tab.run(`document.querySelector('afterword-comments').begin?.()`);
          const rows = (await tab.run(`return loadAll(${records.length})`)) as number;
          tell(`${where}: ${rows} of ${records.length} comments loaded`, rows === records.length);
          await tab.run(`scrollTo(0, 0); await still()`);
          const began = performance.now();
          for (const [way, step] of [
            ['forwards', STEP],
            ['back', -STEP],
          ] as const) {
            const { steps, wrong } = await walk(tab, step);
            const worst = wrong
              .slice(0, 3)
              .map(({ at, by, wanted }) => `${by} instead of ${wanted} px at ${at}`)
              .join(', ');
            tell(
              `${where}: ${steps} steps ${way}, ${wrong.length} of them moved the text by another length${worst && ` (${worst})`}`,
              steps > 5 && wrong.length === 0,
            );
          }
          console.log(`     ${Math.round((performance.now() - began) / 1000)} s by ${tab.wheels}`);
        } finally {
          await tab.close();
        }
      }
    }
  }
} finally {
  await server.stop();
  await host.stop();
}
closing(results, ({ holds }) => holds);
