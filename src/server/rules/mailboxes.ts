/**
 * Which mailbox an e-mail address means. One mailbox has many spellings: capitals, a domain in its own letters or in
 * Punycode, full-width letters, a `+tag`, dots where the provider ignores them. Every address is folded here, once, at the
 * door, so that subscribing, "never write again", bans, limits and imports agree on whom they mean (N-5).
 *
 * The syntax is that of RFC 5321, without quoted local parts and address literals; domains follow IDNA (RFC 5890 to 5893)
 * as UTS 46 maps them.
 */
import { createHmac } from 'node:crypto';
import { domainToASCII } from 'node:url';

export interface Mailbox {
  /** Where a message is sent: the local part as it was written, the domain in ASCII. */
  readonly address: string;
  /** The same for two spellings of one address; a `+tag` is part of it. */
  readonly folded: string;
  /** The same for all addresses that end in one mailbox: what limits, bans and refusals go by. */
  readonly mailbox: string;
}

/** RFC 5321, 4.5.3.1: 64 octets before the sign, 254 in all (a path of 256 less its brackets). */
const LONGEST_LOCAL = 64;
const LONGEST = 254;

/** Characters that nobody sees: an address with one is a trick or a mistake. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\ufffc\ufffd]/u;
const LOCAL = /^[^\s@<>()[\],;:\\".]+(?:\.[^\s@<>()[\],;:\\".]+)*$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Providers that deliver to one mailbox however some signs are written: Google's help, "Dots don't matter in Gmail
 * addresses"; Proton's, "Addresses and aliases" (`.`, `_` and `-`).
 */
const IGNORED_SIGNS: Readonly<Record<string, RegExp>> = {
  'gmail.com': /\./g,
  'proton.me': /[._-]/g,
};
/** Domains of one provider under which the same local part is the same mailbox. */
const SAME_DOMAIN: Readonly<Record<string, string>> = {
  'googlemail.com': 'gmail.com',
  'protonmail.com': 'proton.me',
  'protonmail.ch': 'proton.me',
  'pm.me': 'proton.me',
};

/** Null where it is no address that a message can be sent to. */
export function readMailbox(text: string): Mailbox | null {
  const written = text.trim();
  if (UNSEEN.test(written)) return null;
  const at = written.lastIndexOf('@');
  // What looks like a letter to the mail library is that letter (UTS 46 does the same for domains).
  const local = written.slice(0, at).normalize('NFKC');
  if (at < 1 || !LOCAL.test(local) || UNSEEN.test(local)) return null;
  const domain = domainToASCII(written.slice(at + 1));
  const labels = domain.split('.');
  const isHost = labels.length > 1 && labels.every((label) => LABEL.test(label)) && /[a-z]/.test(labels.at(-1) ?? '');
  const address = `${local}@${domain}`;
  if (!isHost || Buffer.byteLength(local) > LONGEST_LOCAL || Buffer.byteLength(address) > LONGEST) return null;

  const small = local.toLowerCase();
  const provider = SAME_DOMAIN[domain] ?? domain;
  const untagged = small.replace(/(?<=.)\+.*$/su, '');
  const signs = IGNORED_SIGNS[provider];
  const plain = signs === undefined ? untagged : untagged.replace(signs, '') || untagged;
  return { address, folded: `${small}@${domain}`, mailbox: `${plain}@${provider}` };
}

/** What a list goes by that must not hold the address itself, for all sites of a server. */
export function hashMailbox(mailbox: string, secret: string): string {
  return createHmac('sha256', secret).update(`mail\n${mailbox}`).digest('base64url');
}

/** What a ban of an address is kept and looked up by: the mailbox, so that no spelling of it gets around. */
export function banned(email: string): string {
  return readMailbox(email)?.mailbox ?? email.toLowerCase();
}
