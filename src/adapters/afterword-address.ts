/** Where things are at an Afterword server. Small, because `embed.js` asks here too. */

const baseOf = (server: string): string => server.replace(/\/+$/, '');
export const afterwordId = (server: string): string => `afterword ${baseOf(server)}`;

export type Query = Readonly<Record<string, string | number | readonly string[]>>;

export function afterwordAddress(server: string, path: string, query?: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of [value].flat()) parameters.append(name, String(one));
  }
  return `${baseOf(server)}/api/v1/${path}${query ? `?${parameters}` : ''}`;
}

/** How what everybody may read is asked for. */
export const READING = { redirect: 'error', credentials: 'omit' } as const;

/**
 * The question for the first page of a thread.
 *
 * @param named The id of the page; or its address, or what its author calls it, of which the server makes the id.
 */
export function firstAddress(
  server: string,
  site: string,
  named: { readonly page: string } | { readonly address: string },
  order: string,
  limit: number | string,
): string {
  return `${baseOf(server)}/api/v1/comments?${new URLSearchParams({ site, ...named, order, limit: `${limit}` })}`;
}

/** A first page that `embed.js` asked for while our module was on its way. */
export interface Early {
  /** As the author gave it, or the address of the page: its id is made of it. */
  readonly page: string;
  /** What was asked. */
  readonly url: string;
  readonly answer: Promise<Response>;
}
