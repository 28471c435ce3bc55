/**
 * How the browser tests run, in the engine that ENGINE names (Chromium where it is silent); TESTS takes some by their names. `npm run test:browser`
 * starts this once for each engine: WebKit's launcher works well only when it is alone and one file at a time.
 */
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { playwrightLauncher } from '@web/test-runner-playwright';
import { puppeteerLauncher } from '@web/test-runner-puppeteer';
import { webdriverLauncher } from '@web/test-runner-webdriver';
import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browserFor, CHROMIUM_FLAGS, startWebKit } from './browsers.mjs';
import { browserTests } from './tests.mjs';

const engine = process.env.ENGINE ?? 'chromium';
const root = fileURLToPath(new URL('..', import.meta.url));

const launchers = {
  chromium: () =>
    playwrightLauncher({
      product: 'chromium',
      launchOptions: { executablePath: browserFor('chromium'), args: CHROMIUM_FLAGS },
    }),
  firefox: () =>
    puppeteerLauncher({
      launchOptions: { browser: 'firefox', executablePath: browserFor('firefox'), headless: true },
    }),
  webkit: async () => {
    const { stop, ...driver } = await startWebKit();
    const launcher = webdriverLauncher(driver);
    const end = launcher.stop.bind(launcher);
    launcher.stop = async () => {
      await end();
      stop();
    };
    // `initialize` names a browser after its capabilities, and WebKitGTK's have no name.
    const begin = launcher.initialize.bind(launcher);
    launcher.initialize = async (config) => {
      await begin(config);
      launcher.name = 'WebKitGTK';
    };
    return launcher;
  },
};

/** Adds up the cases and leaves the sum where the gates look for it; a run that reached no case must not look green. */
function counting() {
  return {
    stop({ sessions }) {
      const sum = { passed: 0, failed: 0, skipped: 0 };
      const cases = [];
      const walk = (suite, file) => {
        for (const test of suite.tests) {
          const result = test.skipped ? 'skipped' : test.passed ? 'passed' : 'failed';
          sum[result]++;
          cases.push(`${JSON.stringify({ file, name: test.name, result })}\n`);
        }
        for (const inner of suite.suites) walk(inner, file);
      };
      for (const session of sessions) {
        const failed = sum.failed;
        if (session.testResults) walk(session.testResults, relative(root, session.testFile));
        // A file that could not be loaded, or that went on for too long, has no test that failed.
        if (!session.passed && sum.failed === failed) sum.failed++;
      }
      mkdirSync(`${root}.cache/gates/cases`, { recursive: true });
      writeFileSync(`${root}.cache/gates/cases/${process.env.RUN ?? engine}.jsonl`, cases.join(''));
      writeFileSync(`${root}.cache/gates/browser-${engine}.json`, JSON.stringify(sum));
    },
  };
}

/** The framework's own way to choose tests by name would call all others failed. */
function someTests() {
  const { TESTS } = process.env;
  const chosen = `const it = (name, body) => new RegExp(${JSON.stringify(TESTS)}).test(name) && globalThis.it(name, body);`;
  const none = 'it.skip = it.only = () => undefined;';
  return {
    name: 'some-tests',
    transform: ({ path, body }) => (TESTS && path.endsWith('.test.ts') ? `${chosen} ${none} ${body}` : undefined),
  };
}

export default {
  rootDir: root,
  files: browserTests(),
  nodeResolve: true,
  // Two cores: one for the browser's page, one for the server that transforms the files. WebKit's launcher puts tests
  // into frames when there are several at once, which changes focus and history: one at a time there. In Firefox only
  // the front tab has focus.
  concurrency: engine === 'chromium' ? 2 : 1,
  plugins: [esbuildPlugin({ ts: true, target: 'es2022', tsconfig: `${root}tsconfig.json` }), someTests()],
  browsers: [await launchers[engine]()],
  // Lit's development build is wanted here, for its warnings; that it is one, each page need not say.
  filterBrowserLogs: ({ args }) => !String(args[0]).startsWith('Lit is in dev mode'),
  reporters: [defaultReporter(), counting()],
  // A machine that others use too may stand still for seconds: only what hangs fails.
  testFramework: { config: { timeout: 30_000 } },
  // The first file waits for the browser's start and the whole of Lit's transformation.
  browserStartTimeout: 60_000,
  testsStartTimeout: 60_000,
  testsFinishTimeout: 300_000,
};
