/**
 * The links of our mails carry their right in themselves: what they may do, for which address, signed with the server's
 * secret. Nobody needs an account, and nobody can make one. Pure.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export type Right =
  /** Says that the address belongs to this writer. */
  | { readonly act: 'confirm'; readonly address: string; readonly author: string }
  /** Ends what is sent to the address about one page. */
  | { readonly act: 'unsubscribe'; readonly address: string; readonly thread: string }
  /** Sees and ends everything that is sent to the address. */
  | { readonly act: 'manage'; readonly address: string };

export function writeRight(right: Right, secret: string): string {
  const last = right.act === 'confirm' ? right.author : right.act === 'unsubscribe' ? right.thread : '';
  const said = Buffer.from(JSON.stringify([right.act, right.address, last])).toString('base64url');
  return `${said}.${sign(said, secret)}`;
}

/** Null for what we did not sign. */
export function readRight(token: string, secret: string): Right | null {
  const [said = '', signature = ''] = token.split('.');
  const expected = Buffer.from(sign(said, secret));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const [act, address, last] = JSON.parse(Buffer.from(said, 'base64url').toString()) as [string, string, string];
  switch (act) {
    case 'confirm':
      return { act, address, author: last };
    case 'unsubscribe':
      return { act, address, thread: last };
    case 'manage':
      return { act, address };
    default:
      return null;
  }
}

function sign(said: string, secret: string): string {
  return createHmac('sha256', secret).update(`afterword link\n${said}`).digest('base64url');
}
