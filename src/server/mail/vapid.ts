/** The server's key pair for push services (RFC 8292), made once with the database: another one would lose every browser. */
import webpush from 'web-push';

export interface VapidKeys {
  /** Base64url; browsers are given it. */
  readonly publicKey: string;
  readonly privateKey: string;
}

export function generateVapidKeys(): VapidKeys {
  return webpush.generateVAPIDKeys();
}
