/**
 * The classic script of the one-line installation (E-1): puts a section where it stands, with its own `data-*` attributes
 * and its own origin as the server, and imports the module beside itself. In `<head>`, or on a page that has an element
 * of ours already, it only registers the elements. Kept below 1 kB.
 */
const script = document.currentScript as HTMLScriptElement | null;
if (script) {
  const given = (name: string): string => script.getAttribute(`data-${name}`) ?? '';
  const server = given('server') || new URL(script.src).origin;
  const place = (name: string): HTMLElement => {
    const element = document.createElement(name);
    script.after(element);
    return element;
  };
  const wanted = !script.closest('head') && !document.querySelector('afterword-comments,afterword-count');

  // E-9. Browsers with both have the rest.
  const able = 'adoptedStyleSheets' in document && CSS.supports('color', 'color-mix(in srgb,red,red)');

  if (able) {
    if (wanted) {
      const section = place('afterword-comments');
      for (const { name, value } of script.attributes) {
        if (name.startsWith('data-')) section.setAttribute(name.slice(5), value);
      }
      if (given('backend') !== 'local') section.setAttribute('server', server);
    }
    // Not a made script element: that dies under Trusted Types.
    void import(/* @vite-ignore */ new URL('./afterword.js', script.src).href);
  } else if (wanted) {
    const link = place('a') as HTMLAnchorElement;
    link.href = `${server}/?page=${encodeURIComponent(given('page-id') || location.href)}`;
    link.textContent = 'Comments';
  }
}
export {};
