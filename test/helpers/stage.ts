/** A place like the section for one of its parts to stand in: the section's colours and sizes, light or dark. */
import { fixtureCleanup } from '@open-wc/testing';
import { tokens } from '../../src/elements/styles.ts';

export interface Look {
  readonly dark?: boolean;
  readonly dir?: 'ltr' | 'rtl';
  /** Of the part, in pixels. */
  readonly width?: number;
}

/** Puts an element on the page, as inside a section. Taken away again after the test. */
export function stage<Part extends HTMLElement>(part: Part, { dark = false, dir = 'ltr', width }: Look = {}): Part {
  const host = document.createElement('div');
  host.dir = dir;
  host.lang = 'en';
  host.style.cssText = `padding: 12px; font: 16px/1.5 sans-serif; ${width ? `width: ${width}px;` : ''} ${
    dark ? 'background: #16181d; color: #e8e8ea; color-scheme: dark' : 'background: #fff; color: #1c1d21'
  }`;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(tokens.cssText);
  const shadow = host.attachShadow({ mode: 'open' });
  shadow.adoptedStyleSheets = [sheet];
  const root = document.createElement('div');
  root.className = `root ${dark ? 'dark' : ''}`;
  root.append(part);
  shadow.append(root);
  document.body.append(host);
  hosts.add(host);
  return part;
}

const hosts = new Set<HTMLElement>();

afterEach(() => {
  for (const host of hosts) host.remove();
  hosts.clear();
  fixtureCleanup();
});
