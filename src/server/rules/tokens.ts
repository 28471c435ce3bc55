/** What becomes of the writer's secret (S-4): it is never stored, and what is public can't be turned back into it. */
import { createHash, createHmac } from 'node:crypto';

/** 32 random bytes in base64url. */
const TOKEN = /^Bearer ([A-Za-z0-9_-]{43})$/i;

export function readToken(authorization: string | undefined): string | null {
  return authorization === undefined ? null : (TOKEN.exec(authorization)?.[1] ?? null);
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** The public id of a guest: the same for the same browser on the same site, and another one elsewhere. */
export function authorIdOf(site: string, tokenHash: string): string {
  return createHash('sha256').update(`afterword author\n${site}\n${tokenHash}`).digest('base64url').slice(0, 22);
}

/** Addresses are stored as this and nothing else (S-6). */
export function keyedAddress(address: string, secret: string): string {
  return createHmac('sha256', secret).update(`address\n${address}`).digest('base64url').slice(0, 22);
}

/** What a request asked for, so that its key can't be used for something else. */
export function fingerprintOf(...parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
