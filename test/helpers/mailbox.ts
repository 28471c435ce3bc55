/** A real SMTP server on a free port that keeps what it is given, and says no where a test wants it to. */
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface Received {
  readonly to: readonly string[];
  /** As it came over the wire. */
  readonly raw: string;
  readonly mail: ParsedMail;
}

export interface Mailbox {
  /** `smtp://127.0.0.1:PORT` */
  readonly url: string;
  readonly received: Received[];
  /** Asked for each message before it is taken: a status such as 451 or 550 refuses it. */
  judge: (to: readonly string[]) => number | Promise<number> | null;
  to(address: string): readonly Received[];
  close(): Promise<void>;
}

/** Says yes (null) or no, as a status such as 451 or 550, to one message; until then its sender waits. */
export type Take = (to: readonly string[], raw: string) => Promise<number | null>;

export interface Listener {
  /** `smtp://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

/** The wire alone: what came is the caller's affair. */
export async function listenForMail(take: Take): Promise<Listener> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        void take(to, Buffer.concat(parts).toString()).then((status) => {
          const isRefused = status !== null && status >= 400;
          done(isRefused ? Object.assign(new Error('Not now.'), { responseCode: status }) : null);
        });
      });
    },
  });
  // What a killed client leaves behind is no trouble of the mailbox.
  server.on('error', () => undefined);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

export async function openMailbox(): Promise<Mailbox> {
  const received: Received[] = [];
  const box = {
    received,
    judge: (() => null) as Mailbox['judge'],
    to: (address: string) => received.filter((one) => one.to.includes(address)),
  };
  const listener = await listenForMail(async (to, raw) => {
    const status = await box.judge(to);
    if (status === null || status < 400) received.push({ to, raw, mail: await simpleParser(raw) });
    return status;
  });
  return Object.assign(box, listener);
}

/** The first address of a kind in a mail's text, as `/notify/confirm?t=…`. */
export function linkIn({ mail }: Received, page: 'confirm' | 'unsubscribe' | 'manage'): string {
  const link = new RegExp(`https?://\\S+/notify/${page}\\?t=\\S+`).exec(mail.text ?? '');
  if (!link) throw new Error(`No link to ${page} in: ${mail.text}`);
  return link[0];
}
