/**
 * Whose address a request comes from. Forwarded headers count only from proxies the operator named; anybody else can
 * write what they like into them (FAULTS H15).
 */
import { BlockList, isIP, isIPv6 } from 'node:net';
import { SettingError } from './settings.ts';

export class Proxies {
  readonly #list = new BlockList();

  constructor(proxies: readonly string[]) {
    for (const proxy of proxies) {
      const [address = '', bits] = proxy.split('/');
      const family = isIP(address);
      const prefix = bits === undefined ? (family === 6 ? 128 : 32) : Number(bits);
      if (family === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > (family === 6 ? 128 : 32)) {
        throw new SettingError(
          `proxies: setting "proxies" is ${JSON.stringify(proxy)}. Allowed: an address or a network like 10.0.0.0/8.`,
        );
      }
      this.#list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
    }
  }

  /** The last address in the chain that is not one of the proxies. */
  clientAddress(peer: string, forwardedFor: string | undefined): string {
    let address = plain(peer);
    const chain = (forwardedFor ?? '').split(',').map((part) => plain(part.trim()));
    while (this.includes(address)) {
      const before = chain.pop();
      if (before === undefined || isIP(before) === 0) break;
      address = before;
    }
    return address;
  }

  /** Whether what this peer says of other addresses is believed. */
  includes(peer: string): boolean {
    const address = plain(peer);
    const family = isIP(address);
    return family !== 0 && this.#list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }
}

/** One customer of a network has a whole /64 of IPv6: limits and bans go by that. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.toLowerCase().replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':');
    while (groups.length + rest.length < 8) groups.push('0');
    groups.push(...rest);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

/** `::ffff:192.0.2.1` is 192.0.2.1; `[2001:db8::1]:443` and `192.0.2.1:443` lose port and brackets. */
function plain(address: string): string {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare;
  return /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(mapped)?.[1] ?? mapped;
}
