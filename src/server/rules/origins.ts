/** Which site an origin belongs to (S-2). Pure. */
import { Problem } from '../problems.ts';
import type { Settings } from './settings.ts';

interface NamedSite {
  readonly name: string;
  readonly settings: Settings;
}

/** A page that a reader can be sent to. `blob:https://…` has the origin of a site and is none. */
export function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}

/** Before any site is configured only pages of this machine are served. */
export function isConfigured(sites: readonly NamedSite[]): boolean {
  return sites.some((site) => site.settings.origins.length > 0);
}

export function isLoopback(origin: string): boolean {
  try {
    const { hostname, protocol } = new URL(origin);
    const isHere =
      hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1' || hostname === '[::1]';
    return isHere && (protocol === 'http:' || protocol === 'https:');
  } catch {
    return false;
  }
}

/** Whether pages of this origin may write to the site. */
export function isOriginOf(origin: string, site: NamedSite, sites: readonly NamedSite[]): boolean {
  if (isConfigured(sites)) return site.settings.origins.includes(origin);
  return isLoopback(origin);
}

export function checkPageUrl(url: string, site: NamedSite, sites: readonly NamedSite[]): void {
  if (!isWebAddress(url)) throw new Problem('page-not-on-site', 'The address of the page is no address of the web.');
  if (!isOriginOf(new URL(url).origin, site, sites)) {
    throw new Problem('page-not-on-site', `The page’s address does not lie on site "${site.name}".`);
  }
}
