import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { StaticFiles } from '../../src/server/static.ts';
import { type Open, ask, open } from './open.ts';

/** A build as the server finds it, and a secret beside it. */
async function withBuild(t: TestContext): Promise<Open & { readonly build: string }> {
  const build = mkdtempSync(join(tmpdir(), 'afterword-build-'));
  t.after(() => rmSync(build, { recursive: true, force: true }));
  const write = (path: string, text: string) => {
    mkdirSync(join(build, path, '..'), { recursive: true });
    writeFileSync(join(build, path), text);
  };
  write('secret.txt', 'secret');
  write('cdn/embed.js', 'embed');
  write('cdn/afterword.js', 'afterword');
  write('cdn/afterword-comments.js', 'not hashed');
  write('cdn/afterword-sw.js', 'worker');
  write('cdn/chunks/sanitize-D8fK2_xa.js', 'part');
  write('cdn/.hidden', 'private');
  write('cdn/.git/config', 'private');
  write('demo/index.html', '<!doctype html><title>Demo</title>');
  write('demo/article.css', 'p {}');
  write('demo/pictures/clock.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  const server = await open(t, { widget: join(build, 'cdn'), demo: join(build, 'demo') });
  return { ...server, build };
}

describe('the files the server serves', () => {
  it('E-1: the widget’s files are for every origin; parts named by their content are kept, the script is asked for again soon', async (t) => {
    const server = await withBuild(t);
    const embed = await ask(server, '/embed.js', { origin: 'https://blog.example' });
    assert.equal(embed.status, 200);
    assert.equal(embed.body, 'embed');
    assert.equal(embed.headers.get('access-control-allow-origin'), '*');
    assert.match(embed.headers.get('content-type') ?? '', /^text\/javascript/);
    assert.equal(embed.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(embed.headers.get('cross-origin-resource-policy'), 'cross-origin');
    const age = (headers: Headers) => Number(/max-age=(\d+)/.exec(headers.get('cache-control') ?? '')?.[1]);
    assert.ok(age(embed.headers) <= 600);
    const named = await ask(server, '/afterword-comments.js');
    assert.ok(age(named.headers) <= 600, 'a name is no hash');
    const part = await ask(server, '/chunks/sanitize-D8fK2_xa.js');
    assert.match(part.headers.get('cache-control') ?? '', /immutable/);
    assert.ok(age(part.headers) >= 31_536_000);
    const worker = await ask(server, '/afterword-sw.js');
    assert.equal(worker.headers.get('cache-control'), 'no-cache');
    assert.equal(worker.headers.get('service-worker-allowed'), '/');
    const tag = embed.headers.get('etag') ?? '';
    assert.equal((await ask(server, '/embed.js', { 'if-none-match': tag })).status, 304);
    assert.equal((await ask(server, '/embed.js', { 'if-none-match': `W/${tag}` })).status, 304);
  });

  it('S-1: the front page leads to the demo article, whose files are served', async (t) => {
    const server = await withBuild(t);
    const front = await ask(server, '/');
    assert.equal(front.status, 302);
    assert.equal(front.headers.get('location'), 'demo/');
    const demo = await ask(server, '/demo/');
    assert.equal(demo.status, 200);
    assert.match(demo.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(demo.headers.get('content-security-policy') ?? '', /frame-ancestors 'self'/);
    assert.match((await ask(server, '/demo/article.css')).headers.get('content-type') ?? '', /^text\/css/);
    assert.match((await ask(server, '/demo/pictures/clock.svg')).headers.get('content-type') ?? '', /svg/);
    assert.equal((await ask(server, '/demo')).headers.get('location'), 'demo/');
  });

  it('S-1: and nothing else: no way of writing a path leads out of the folders', async (t) => {
    const server = await withBuild(t);
    const paths = [
      '/secret.txt',
      '/../secret.txt',
      '/demo/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/..%5csecret.txt',
      '/chunks/..%2f..%2fsecret.txt',
      '/demo/%00index.html',
      '/.hidden',
      '/.git/config',
      '//etc/passwd',
      '/demo//etc/passwd',
      '/chunks/',
      '/chunks',
      '/constructor',
      '/__proto__',
      '/%E0%A4%A',
      '/main.js',
      '/package.json',
    ];
    for (const path of paths) {
      const said = await new Promise<string>((resolve, reject) => {
        const socket = connect(server.port, '127.0.0.1', () =>
          socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
        );
        let text = '';
        socket.on('data', (chunk) => (text += chunk.toString()));
        socket.on('close', () => resolve(text));
        socket.on('error', reject);
      });
      assert.match(said, /^HTTP\/1\.1 (404|400|302)/, path);
      assert.doesNotMatch(said, /secret\r?\n?$|private|root:/, path);
    }
  });

  it('S-1: only asking is possible: nothing is written to a file’s address', async (t) => {
    const server = await withBuild(t);
    for (const method of ['POST', 'PUT', 'DELETE']) {
      assert.equal((await fetch(`${server.address}/embed.js`, { method })).status, 404);
    }
    const head = await fetch(`${server.address}/embed.js`, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(await head.text(), '');
  });

  it('S-1: without a build the server still serves its API', async (t) => {
    const server = await open(t);
    const front = await ask(server, '/');
    assert.equal(front.status, 200);
    assert.match(String(front.body), /\/api\/openapi\.json/);
    assert.equal((await ask(server, '/embed.js')).status, 404);
    assert.equal(new StaticFiles({ widget: join(server.folder, 'no'), demo: join(server.folder, 'no') }).sample, null);
  });
});
