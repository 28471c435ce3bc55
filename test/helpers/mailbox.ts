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

export async function openMailbox(): Promise<Mailbox> {
  const received: Received[] = [];
  const box: Mailbox = {
    url: '',
    received,
    judge: () => null,
    to: (address) => received.filter((one) => one.to.includes(address)),
    close: () => new Promise((closed) => server.close(() => closed())),
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        void (async () => {
          const to = session.envelope.rcptTo.map(({ address }) => address);
          const status = await box.judge(to);
          if (status !== null && status >= 400) {
            done(Object.assign(new Error('Not now.'), { responseCode: status }));
            return;
          }
          const raw = Buffer.concat(parts).toString();
          received.push({ to, raw, mail: await simpleParser(raw) });
          done();
        })();
      });
    },
  });
  // What a killed client leaves behind is no trouble of the mailbox.
  server.on('error', () => undefined);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  const { port } = server.server.address() as AddressInfo;
  return Object.assign(box, { url: `smtp://127.0.0.1:${port}` });
}

/** The first address of a kind in a mail's text, as `/notify/confirm?t=…`. */
export function linkIn({ mail }: Received, page: 'confirm' | 'unsubscribe' | 'manage'): string {
  const link = new RegExp(`https?://\\S+/notify/${page}\\?t=\\S+`).exec(mail.text ?? '');
  if (!link) throw new Error(`No link to ${page} in: ${mail.text}`);
  return link[0];
}
