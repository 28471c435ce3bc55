/**
 * The browser's push service, where the site has installed our service worker (N-4): whether it can be used here, and the
 * address it gives. The permission is the browser's to ask for, so this is called only from a press.
 */
import type { Adapter } from '../adapters/adapter.ts';
import type { PushTarget } from '../model/operation.ts';

/** Other workers would not know what to do with our messages. */
const ours = /\/afterword-sw\.js$/;

export async function findWorker(): Promise<ServiceWorkerRegistration | null> {
  const { serviceWorker } = navigator;
  if (!('PushManager' in globalThis) || !('Notification' in globalThis) || !serviceWorker) return null;
  const registrations = await serviceWorker.getRegistrations().catch(() => []);
  return registrations.find(({ active }) => active && ours.test(new URL(active.scriptURL).pathname)) ?? null;
}

/** Null where the reader or the browser said no. */
export async function askForPush(
  registration: ServiceWorkerRegistration,
  askKey: NonNullable<Adapter['pushKey']>,
): Promise<PushTarget | null> {
  if ((await Notification.requestPermission()) !== 'granted') return null;
  try {
    const key = await askKey({ signal: AbortSignal.timeout(10_000) });
    const applicationServerKey = bytesOf(key);
    const known = await registration.pushManager.getSubscription();
    // Made for another server's key: the browser keeps one, and that one would not take our messages.
    if (known && !isSame(known.options.applicationServerKey, applicationServerKey)) await known.unsubscribe();
    const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
    const { endpoint, keys } = made.toJSON();
    const { p256dh, auth } = keys ?? {};
    return endpoint && p256dh && auth ? { endpoint, keys: { p256dh, auth } } : null;
  } catch {
    return null; // The server or the push service can't be reached: mail is still there.
  }
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

function isSame(known: ArrayBuffer | null, key: Uint8Array): boolean {
  const bytes = known && new Uint8Array(known);
  return bytes?.length === key.length && key.every((byte, index) => bytes[index] === byte);
}
