/**
 * The gate of the packages: both are packed as they would be published, looked over by publint and attw, installed in
 * an empty folder outside the project and used from there: the widget's entries are imported in Node, the server is
 * started by its command, serves the widget and the demo, and takes a comment that the widget's own adapter sends.
 */
import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { build, isStale } from '../../.config/build.ts';
import { closing } from './closing.ts';

const run = promisify(execFile);
const root = process.cwd();

if (process.env.AFTERWORD_BUILT !== 'yes' && isStale()) await build();

const folder = mkdtempSync(join(tmpdir(), 'afterword-packed-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const cases: { name: string; holds: boolean }[] = [];
async function check(name: string, body: () => unknown): Promise<void> {
  try {
    await body();
    cases.push({ name, holds: true });
    console.log(`ok   ${name}`);
  } catch (error) {
    cases.push({ name, holds: false });
    console.log(`FAIL ${name}\n${error instanceof Error ? `${error.message}\n${outputOf(error)}` : String(error)}`);
  }
}

/** What a command that failed had printed. */
function outputOf(error: object): string {
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
  return `${stdout}${stderr}`;
}

function expect(truth: unknown, otherwise: string): asserts truth {
  if (!truth) throw new Error(otherwise);
}

interface Packed {
  readonly file: string;
  readonly files: readonly string[];
  readonly size: number;
}

/** The scripts of the package are left out: what is packed is what the build made, not a second build. */
async function pack(from: string): Promise<Packed> {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: from,
  });
  const told = JSON.parse(stdout) as unknown;
  const [entry] = (Array.isArray(told) ? told : Object.values(told as object)) as {
    filename: string;
    size: number;
    files: { path: string }[];
  }[];
  expect(entry, 'npm pack named no file');
  return { file: join(folder, basename(entry.filename)), files: entry.files.map(({ path }) => path), size: entry.size };
}

const widget = await pack(root);
const server = await pack(join(root, 'dist/server'));
console.log(
  `afterword: ${widget.files.length} files, ${widget.size} bytes; afterword-server: ${server.files.length}, ${server.size}`,
);

await check('the widget ships what was built, its licence and its README, and neither sources nor tests', () => {
  const wrong = widget.files.filter(
    (path) =>
      !/^(package\.json|README\.md|LICENSE|dist\/([\w.-]+\.json|(cdn|npm)\/.+)|src\/\w+(\/\w+)?\.md|demo\/picture\.png)$/.test(
        path,
      ),
  );
  expect(wrong.length === 0, `it should not ship ${wrong.join(', ')}`);
  const sources = widget.files.filter((path) => /(?<!\.d)\.ts$|\.test\./.test(path));
  expect(sources.length === 0, `it ships sources: ${sources.join(', ')}`);
  for (const path of [
    'dist/cdn/embed.js',
    'dist/cdn/afterword.js',
    'dist/cdn/afterword-sw.js',
    'dist/cdn/count.js',
    'dist/cdn/NOTICE.md',
    'dist/npm/index.js',
    'dist/npm/index.d.ts',
    'dist/npm/count.js',
    'dist/npm/count.d.ts',
    'LICENSE',
    'README.md',
  ]) {
    expect(widget.files.includes(path), `it lacks ${path}`);
  }
});

await check('W3: whatever the README links is in the package, and the package says where it comes from', () => {
  const links = [...readFileSync('README.md', 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(
    ([, path]) => path!,
  );
  expect(links.length > 3, 'hardly any link');
  for (const path of links) {
    const there = widget.files.some((file) => file === path || file === `${path}/README.md`);
    expect(there, `it lacks ${path}`);
  }
  for (const file of ['package.json', 'dist/server/package.json']) {
    const told = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    for (const field of ['repository', 'homepage', 'bugs', 'license', 'description']) {
      expect(told[field], `${file} has no ${field}`);
    }
  }
});

await check(
  'W2: the workspace of the server can be neither packed nor published: its package is dist/server',
  async () => {
    const { private: isPrivate } = JSON.parse(readFileSync('src/server/package.json', 'utf8')) as { private?: boolean };
    expect(isPrivate === true, 'npm would publish the sources');
    const published = JSON.parse(readFileSync('dist/server/package.json', 'utf8')) as Record<string, unknown>;
    expect(published.private === undefined && published.scripts === undefined, 'what is built can’t be published');
    const said = await run('npm', ['pack', '--dry-run'], { cwd: 'src/server' }).then(
      () => 'nothing',
      (error: unknown) => outputOf(error as object),
    );
    expect(said.includes('dist/server'), `it said ${said}`);
  },
);

await check('W4: editors find the elements, and only what is public of them', () => {
  const fields = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, string>;
  for (const file of [fields.customElements, fields['web-types'], 'dist/vscode.html-custom-data.json']) {
    expect(file && widget.files.includes(file), `it lacks ${file}`);
    for (const tag of ['afterword-comments', 'afterword-feedback', 'afterword-count', 'afterword-bubble']) {
      expect(
        readFileSync(file, 'utf8').includes(`"name": "${tag}"`) || file === fields.customElements,
        `${file}: ${tag}`,
      );
    }
  }
  const { modules } = JSON.parse(readFileSync('dist/custom-elements.json', 'utf8')) as {
    modules: { declarations?: { name: string; tagName?: string; members?: { name: string; privacy?: string }[] }[] }[];
  };
  const elements = modules.flatMap((it) => it.declarations ?? []).filter((it) => it.tagName);
  const hidden = elements.flatMap(({ members = [], tagName }) =>
    members
      .filter((it) => (it.privacy ?? 'public') !== 'public' || /^[#_]/.test(it.name))
      .map((it) => `${tagName}.${it.name}`),
  );
  expect(elements.length > 3 && hidden.length === 0, `not public: ${hidden.join(', ')}`);
});

await check('the server ships one program, the widget and the demo', () => {
  for (const path of [
    'main.js',
    'widget/embed.js',
    'widget/afterword.js',
    'widget/afterword-sw.js',
    'demo/index.html',
    'LICENSE',
  ]) {
    expect(server.files.includes(path), `it lacks ${path}`);
  }
  const wrong = server.files.filter(
    (path) => !/^(package\.json|README\.md|LICENSE|main\.js|widget\/.+|demo\/.+)$/.test(path),
  );
  expect(wrong.length === 0, `it should not ship ${wrong.join(', ')}`);
});

await check('the licences of what is bundled go with the bundle', () => {
  const notice = readFileSync('dist/cdn/NOTICE.md', 'utf8');
  for (const name of ['lit', 'lit-html', '@lit/reactive-element', 'idb-keyval', 'marked', 'dompurify']) {
    expect(notice.includes(`## ${name} - `), `NOTICE.md does not name ${name}`);
  }
});

for (const [name, { file }] of Object.entries({ afterword: widget, 'afterword-server': server })) {
  await check(`publint has nothing to say about ${name}`, async () => {
    const tarball = readFileSync(file);
    const bytes = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength);
    const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
    const said = messages.map((it) => formatMessage(it, pkg) ?? it.code);
    expect(said.length === 0, said.join('\n'));
  });
}

// The package is ES modules only (every Node it supports can load them), so the two old ways of resolving are left out.
// The server gives no types: it is a program.
await check('attw finds no wrong type in afterword', () =>
  run(process.execPath, [
    join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js'),
    widget.file,
    '--profile',
    'esm-only',
    '--no-emoji',
    '--no-color',
    '--exclude-entrypoints',
    './custom-elements.json',
    './web-types.json',
    './vscode.html-custom-data.json',
    // What a wildcard stands for is checked where it is named.
    '--include-entrypoints',
    './adapters/local',
    './adapters/afterword',
  ]),
);

const home = join(folder, 'home');
mkdirSync(home);
writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'somebody', private: true, type: 'module' }));

await check('both install in an empty folder', async () => {
  // No script runs. Node 20 needs the compiled database driver: it was compiled when the project was installed, and is put
  // where its script would. `npm run nodes` looks at what comes of it without.
  await run(
    'npm',
    ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', widget.file, server.file],
    { cwd: home, timeout: 180_000 },
  );
  const built = 'node_modules/better-sqlite3/build';
  if (!existsSync(join(root, built))) return;
  const version = (at: string) =>
    (JSON.parse(readFileSync(join(at, 'node_modules/better-sqlite3/package.json'), 'utf8')) as { version: string })
      .version;
  expect(
    version(home) === version(root),
    `better-sqlite3 ${version(home)} was installed, ${version(root)} is compiled here`,
  );
  if (!existsSync(join(home, built))) cpSync(join(root, built), join(home, built), { recursive: true });
});

/** Runs a module in the folder where both packages are installed; what it prints is the answer. */
async function inHome(code: string): Promise<string> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: home,
    timeout: 60_000,
  });
  return stdout.trim();
}

for (const entry of [
  'afterword',
  'afterword/count',
  'afterword/contract',
  'afterword/adapters/local',
  'afterword/adapters/afterword',
]) {
  await check(`${entry} imports in Node without a page`, async () => {
    const exported = JSON.parse(
      await inHome(`const it = await import('${entry}'); console.log(JSON.stringify(Object.keys(it)))`),
    ) as string[];
    expect(exported.length > 0, 'it exports nothing');
  });
}

await check('the widget tells its version, and both packages have the same', async () => {
  const version = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  const told = await inHome(`console.log((await import('afterword')).version)`);
  expect(told === version('package.json'), `it says ${told}`);
  expect(told === version('dist/server/package.json'), 'the server is of another version');
});

await check('a tool finds the manifest where package.json says, and the modules it names', () => {
  const installed = join(home, 'node_modules/afterword');
  const { customElements } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    customElements: string;
  };
  const { modules } = JSON.parse(readFileSync(join(installed, customElements), 'utf8')) as {
    modules: { path: string; exports?: { kind: string }[] }[];
  };
  const defining = modules.filter((it) => it.exports?.some(({ kind }) => kind === 'custom-element-definition'));
  expect(defining.length > 0, 'it names no module that defines an element');
  for (const { path } of defining) expect(existsSync(join(installed, path)), `${path} is not in the package`);
});

const command = join(home, 'node_modules/.bin/afterword-server');

await check('afterword-server --help tells its commands', async () => {
  const { stdout } = await run(command, ['--help'], { cwd: home });
  for (const word of ['serve', 'site', 'import', 'export', 'comments'])
    expect(stdout.includes(word), `no word of ${word}`);
});

const database = join(home, 'comments.sqlite');
let stop = (): Promise<number | null> => Promise.resolve(null);
let address = '';

/** Starts the installed server on a free port; gives the address that it prints. */
async function start(): Promise<void> {
  const child = spawn(command, ['serve', '--port', '0', '--database', database], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  process.once('exit', () => child.kill('SIGKILL'));
  stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  address = await new Promise<string>((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`no address was printed:\n${said}`)), 30_000);
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      const found = /https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):\d+/.exec(said)?.[0];
      if (!found) return;
      clearTimeout(late);
      resolve(found);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('close', (code) => reject(new Error(`it ended with code ${code}:\n${said}`)));
  });
}

async function text(path: string): Promise<string> {
  const answer = await fetch(new URL(path, address));
  expect(answer.ok, `${path} was answered with ${answer.status}`);
  return answer.text();
}

await check('the installed server starts and prints its address', start);

await check('it serves the script, the module, every part and the service worker as they were built', async () => {
  const files = server.files.filter((path) => path.startsWith('widget/') && path.endsWith('.js'));
  expect(files.length > 3, 'hardly any file');
  for (const path of files) {
    const name = path.slice('widget/'.length);
    expect((await text(`/${name}`)) === readFileSync(join('dist/cdn', name), 'utf8'), `${name} is another`);
  }
});

await check('it serves the demo article', async () => {
  expect((await text('/')).includes('embed.js'), 'the page carries no script of ours');
});

/** What the adapter is given in a page: the origin, which a browser would send, and a reader's secret. */
const asReader = () => `
  const fetched = globalThis.fetch;
  globalThis.fetch = (input, init = {}) =>
    fetched(input, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), origin: '${address}' } });
  const { createAfterwordAdapter } = await import('afterword/adapters/afterword');
  const adapter = createAfterwordAdapter('${address}');
  const thread = { backend: adapter.id, site: 'default', page: '/packed' };
  const { signal } = new AbortController();
`;
const words = 'Sent from the packed widget.';
const listed = () => `
  const page = await adapter.list(thread, { want: 'roots', order: 'newest', limit: 20, signal });
  console.log(JSON.stringify(page.comments.map((it) => it.text)));
`;

await check("a comment that the widget's own adapter sends is listed", async () => {
  const said = await inHome(`${asReader()}
    await adapter.send(
      {
        kind: 'post', id: crypto.randomUUID(), createdAt: Date.now(), parentId: null, rootId: null,
        text: '${words}', author: { name: 'Pia' }, mentions: [],
      },
      {
        thread, signal,
        identity: { token: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url') },
        page: { url: '${address}/packed', title: 'Packed' },
      },
    );
    ${listed()}`);
  expect(said === JSON.stringify([words]), `listed was ${said}`);
});

await check('it stops in good order when told, and starts again', async () => {
  const code = await stop();
  expect(code === 0, `it ended with code ${code}`);
  await start();
});

await check('the comment is in the file, and so in the list, after the restart', async () => {
  const said = await inHome(`${asReader()}${listed()}`);
  expect(said === JSON.stringify([words]), `listed was ${said}`);
});

await check('it stops once more', async () => {
  const code = await stop();
  expect(code === 0, `it ended with code ${code}`);
});

closing(cases, (it) => it.holds);
