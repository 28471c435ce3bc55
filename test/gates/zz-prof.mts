import { buildSync } from 'esbuild';
import { pageOf } from './anchoring-page.ts';
import { openBrowser } from '../helpers/reader.ts';
const { html, sought } = pageOf(process.argv[2] ?? '../shared/data/anchoring');
const script = buildSync({ entryPoints: ['src/inline/index.ts'], bundle: true, format: 'iife', globalName: 'inline', target: 'es2022', write: false }).outputFiles[0]!.text;
const browser = await openBrowser();
const acc = new Map<string, number>(); let totals: number[] = []; const N = 5;
for (let i = 0; i < N; i++) {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
  await page.setContent(`<!doctype html><meta charset="utf-8"><article>${html}</article>`);
  await page.addScriptTag({ content: script });
  await page.evaluate('globalThis.__name = (inner) => inner');
  await page.evaluate(async () => { scrollTo(0, document.documentElement.scrollHeight / 2); await new Promise(d => requestAnimationFrame(() => setTimeout(d, 300))); });
  const s = await page.context().newCDPSession(page);
  await s.send('Profiler.enable'); await s.send('Profiler.setSamplingInterval', { interval: 100 }); await s.send('Profiler.start');
  await page.evaluate(async (sought) => {
    const { openArticle } = (globalThis as any).inline; const root = document.querySelector('article')!;
    const article = openArticle(root);
    const done = new Promise<void>((res) => { const look = () => { const ranges = [...(CSS as any).highlights].flatMap(([, it]: any) => [...it]); if (!ranges.some((r: any) => [...r.getClientRects()].some(({ bottom, top }: any) => bottom > 0 && top < innerHeight))) requestAnimationFrame(look); else (globalThis as any).scheduler.yield().then(res); }; requestAnimationFrame(look); });
    article.set(sought); await done;
  }, sought as any);
  const { profile } = await s.send('Profiler.stop') as any;
  const byId = new Map(profile.nodes.map((n: any) => [n.id, n]));
  let total = 0;
  profile.samples.forEach((id: number, k: number) => { const n: any = byId.get(id); const f = n.callFrame; const dt = profile.timeDeltas[k] / 1000; const name = `${f.functionName || '(anon)'}:${f.lineNumber}`; acc.set(name, (acc.get(name) ?? 0) + dt / N); if (f.functionName !== '(idle)' ) total += dt; });
  totals.push(total);
  await page.close();
}
console.log(totals.map(Math.round)); console.log([...acc].sort((a, b) => b[1] - a[1]).slice(0, 30).map(([k, v]) => `${v.toFixed(1)} ${k}`).join('\n'));
await browser.close();
