/**
 * Finds the three browsers the tests run in, installs a missing one where it may (root on Debian or Ubuntu), and else
 * says in one line what to install. Never downloads a browser build of its own: only the system's packages.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { delimiter, join } from 'node:path';

/** What each engine needs: the Debian packages and where their programs lie (the first that exists is taken). */
const ENGINES = {
  chromium: {
    packages: ['chromium'],
    find: () => onPath(process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'),
  },
  firefox: {
    packages: ['firefox-esr'],
    find: () => onPath(process.env.FIREFOX, 'firefox-esr', 'firefox'),
  },
  webkit: {
    packages: ['webkit2gtk-driver', 'xvfb', 'xauth'],
    find() {
      const driver = onPath('WebKitWebDriver');
      const display = onPath('Xvfb');
      const binary = miniBrowser();
      return driver && display && binary ? { driver, display, binary } : undefined;
    },
  },
};

export const ENGINE_NAMES = Object.keys(ENGINES);

/** Flags for headless Chromium: no sandbox (tests run as root in containers) and no talk with the outside. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The path of an engine's program (for WebKit: its driver, display and browser). Installs what is missing. */
export function browserFor(engine) {
  const wanted = ENGINES[engine];
  if (!wanted) throw new TypeError(`engine "${engine}" is unknown; there are ${ENGINE_NAMES.join(', ')}`);
  const found = wanted.find();
  if (found) return found;
  install(engine, wanted.packages);
  const installed = wanted.find();
  if (!installed)
    throw new Error(`${engine} was installed (${wanted.packages.join(' ')}) but its program is not found`);
  return installed;
}

function install(engine, packages) {
  const by = `apt-get install ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    throw new Error(`${engine} is missing. Install it, on Debian or Ubuntu: sudo ${by}`);
  }
  console.log(`${engine} is missing: ${by}`);
  const run = (...args) =>
    execFileSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  run('update', '-qq');
  run('install', '-qq', '-y', '--no-install-recommends', ...packages);
}

function onPath(...names) {
  for (const name of names) {
    if (!name) continue;
    if (name.includes('/')) {
      if (existsSync(name)) return name;
      continue;
    }
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const file = join(folder, name);
      if (folder && existsSync(file)) return file;
    }
  }
  return undefined;
}

/** WebKitGTK's small browser lies in a folder named for the machine's kind (`/usr/lib/x86_64-linux-gnu/…`). */
function miniBrowser() {
  if (!existsSync('/usr/lib')) return undefined;
  for (const folder of ['', ...readdirSync('/usr/lib')]) {
    for (const version of ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0']) {
      const file = join('/usr/lib', folder, version, 'MiniBrowser');
      if (existsSync(file)) return file;
    }
  }
  return undefined;
}

/**
 * A screen nobody sees and WebKit's driver on it. Returns what a WebDriver client needs; both end with `stop()`, and
 * with this process, however it ends: a driver left behind would keep a browser alive.
 */
export async function startWebKit() {
  const { driver, display, binary } = browserFor('webkit');
  const children = [];
  const stop = () => {
    for (const child of children.splice(0).reverse()) child.kill('SIGTERM');
  };
  process.once('exit', stop);
  try {
    // The display chooses its own free number and writes it to the descriptor named here.
    const screen = spawn(display, ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    children.push(screen);
    const number = await firstLine(screen, screen.stdio[3], 'Xvfb');
    const port = await freePort();
    const service = spawn(driver, [`--port=${port}`, '--host=127.0.0.1'], {
      stdio: 'ignore',
      env: {
        ...process.env,
        DISPLAY: `:${number}`,
        GDK_BACKEND: 'x11',
        // There is no accessibility bus on a screen without a session; asking for one costs seconds.
        NO_AT_BRIDGE: '1',
        // Software drawing: the machine of a test has no graphics card.
        LIBGL_ALWAYS_SOFTWARE: '1',
        WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      },
    });
    children.push(service);
    await listening(service, port);
    return {
      hostname: '127.0.0.1',
      port,
      capabilities: {
        'wdio:enforceWebDriverClassic': true,
        'webkitgtk:browserOptions': { binary, args: ['--automation'] },
      },
      stop,
    };
  } catch (error) {
    stop();
    throw error;
  }
}

function firstLine(child, stream, name) {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end).trim());
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${name} ended with code ${code}`)));
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits until the driver takes connections: at most 100 tries, 100 ms apart. */
async function listening(child, port) {
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) throw new Error(`WebKitWebDriver ended with code ${child.exitCode}`);
    const open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('WebKitWebDriver did not start within 10 s');
}
