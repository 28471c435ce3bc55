/** The two ways out: SMTP through nodemailer, and push services through web-push. Each answer is judged here, once. */
import { createTransport } from 'nodemailer';
import webpush from 'web-push';
import type { AddressRow } from '../storage/notify-tables.ts';
import type { Mail, Push } from './compose.ts';
import type { VapidKeys } from './vapid.ts';

/** How a hand-over ended. `gone`: nobody is there any more. `down`: the service is out of reach, for all messages alike. */
export type Handed =
  | { readonly result: 'taken' }
  | { readonly result: 'gone'; readonly error: string }
  | { readonly result: 'refused'; readonly error: string; readonly isFinal: boolean; readonly isDown: boolean };

export interface MailWay {
  send(mail: Mail): Promise<Handed>;
  close(): void;
}

/** Connections at once, and how long one may stay silent; both far below the lease of a message. */
const CONNECTIONS = 5;
const SILENCE_MS = 30_000;

/**
 * @param url `smtp://user:password@host:587` or `smtps://…`
 * @param from `Blog <comments@blog.example>`
 */
export function smtpWay(url: string, from: string): MailWay {
  const transport = createTransport({
    ...optionsOf(url),
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: Infinity,
    connectionTimeout: SILENCE_MS,
    greetingTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    // Nothing of a message is ever fetched from a disk or the web.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      try {
        await transport.sendMail({
          from,
          // As an object: a text would be read as a list of addresses.
          to: { name: '', address: mail.to },
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          messageId: mail.messageId,
          headers: { ...mail.headers },
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        return { result: 'taken' };
      } catch (error) {
        return judgeSmtp(error as SmtpError);
      }
    },
    close: () => transport.close(),
  };
}

interface SmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
}

function optionsOf(address: string) {
  const url = new URL(address);
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    ...(url.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
  };
}

/** What a server says of the recipient or the message is about this message; everything else is about the way. */
function judgeSmtp(error: SmtpError): Handed {
  const isAboutIt = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  const isFinal = isAboutIt && (error.responseCode ?? 0) >= 500;
  return { result: 'refused', error: error.message, isFinal, isDown: !isAboutIt };
}

const PUSH_MS = 20_000;
/** How long a push service keeps a notice for a browser that is off, in seconds. */
const PUSH_TTL = 3 * 86_400;

export interface PushWay {
  send(address: AddressRow, push: Push): Promise<Handed>;
}

/** @param subject Whom a push service may write to: `mailto:` or `https:`. */
export function pushWay(keys: VapidKeys, subject: string): PushWay {
  return {
    async send(address, push) {
      try {
        const target = {
          endpoint: address.address,
          keys: JSON.parse(address.keys ?? '{}') as { p256dh: string; auth: string },
        };
        const request = webpush.generateRequestDetails(target, JSON.stringify(push), {
          vapidDetails: { subject, publicKey: keys.publicKey, privateKey: keys.privateKey },
          TTL: PUSH_TTL,
          contentEncoding: 'aes128gcm',
        });
        const response = await fetch(request.endpoint, {
          method: request.method,
          headers: request.headers as Record<string, string>,
          body: new Uint8Array(request.body ?? []),
          redirect: 'error',
          signal: AbortSignal.timeout(PUSH_MS),
        });
        const { status } = response;
        await response.body?.cancel();
        if (status === 404 || status === 410) return { result: 'gone', error: `push service: ${status}` };
        if (status >= 200 && status < 300) return { result: 'taken' };
        const isFinal = status >= 400 && status < 500 && status !== 429 && status !== 408;
        return { result: 'refused', error: `push service: ${status}`, isFinal, isDown: false };
      } catch (error) {
        const isBroken = error instanceof Error && !/fetch|abort|timeout/i.test(`${error.name} ${error.message}`);
        // Keys that nothing can be encrypted for stay so.
        return { result: 'refused', error: String(error), isFinal: isBroken, isDown: false };
      }
    },
  };
}
