// What the demo pages do besides showing a discussion: keep themselves for reading offline, and try the page dark.

const scheme = document.querySelector('#scheme');
if (scheme) {
  const root = document.documentElement;
  const isDark = () =>
    root.dataset.scheme ? root.dataset.scheme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  const name = () => (scheme.textContent = isDark() ? 'Light page' : 'Dark page');
  scheme.addEventListener('click', () => {
    root.dataset.scheme = isDark() ? 'light' : 'dark';
    name();
  });
  name();
  scheme.hidden = false;
}

// The worker keeps Afterword's own files; the pages named here it keeps too, so that they open with no network at all.
if ('serviceWorker' in navigator) {
  // The demo lies in a folder of the server, the worker beside it.
  const pages = [
    './',
    'article.css',
    'demo.js',
    'icon.svg',
    'revisions.html',
    'revisions.js',
    'playground.html',
    'playground.css',
    'playground.js',
    'custom-elements.json',
  ];
  const worker = new URL('../afterword-sw.js', import.meta.url);
  for (const page of pages) worker.searchParams.append('keep', new URL(page, import.meta.url).pathname);
  navigator.serviceWorker.register(worker).catch((error) => {
    console.info('These pages will not open offline: the service worker was not installed.', error);
  });
}
