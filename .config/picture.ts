/** `npm run picture`: takes the README's picture (demo/picture.png) of the demo article as it stands. */
import { chromium } from 'playwright-core';
import { startAfterword } from '../test/helpers/server.ts';
import { browserFor, CHROMIUM_FLAGS } from './browsers.mjs';

const server = await startAfterword();
const browser = await chromium.launch({ executablePath: browserFor('chromium'), args: [...CHROMIUM_FLAGS] });
try {
  const page = await browser.newPage({ viewport: { width: 1000, height: 1080 }, deviceScaleFactor: 1 });
  await page.goto(`${server.url}/demo/`);
  const section = page.locator('afterword-comments');
  await section.scrollIntoViewIfNeeded();
  await section.getByRole('article').nth(3).waitFor();
  // The end of the article stays in the picture: what is below it is a part of its page.
  await section.evaluate((it) => {
    window.scrollTo({ top: it.getBoundingClientRect().top + window.scrollY - 140, behavior: 'instant' });
  });
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: 'demo/picture.png', animations: 'disabled' });
  console.log('demo/picture.png written');
} finally {
  await browser.close();
  await server.stop();
}
