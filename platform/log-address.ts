/** The address of a client in a log line: whole, shortened, or left out. */
import type ipaddr from 'ipaddr.js';
import { addressOf } from './trusted-proxies.ts';

/** Values of HOLDFAST_LOG_ADDRESSES. */
export const LOG_ADDRESSES = ['full', 'prefix', 'off'] as const;

/** @returns `undefined` for a text without an IP address, or when addresses are left out */
export type LogAddress = (text: string) => string | undefined;

/** Spelled addresses that are kept: parsing one takes longer than the rest of a log line. */
const SPELLED_MAX = 1_000;

const SPELLINGS: Record<
  (typeof LOG_ADDRESSES)[number],
  (address: ipaddr.IPv4 | ipaddr.IPv6) => string | undefined
> = {
  full: (address) => address.toString(),
  prefix: (address) =>
    'octets' in address
      ? `${address.octets.slice(0, 3).join('.')}.0/24`
      : `${address.parts
          .slice(0, 3)
          .map((part) => part.toString(16))
          .join(':')}::/48`,
  off: () => undefined,
};

/** Texts may have a port, as in `203.0.113.7:40312` or `[2001:db8::1]:40312`. */
export function createLogAddress(addresses: (typeof LOG_ADDRESSES)[number]): LogAddress {
  const spell = SPELLINGS[addresses];
  const spelled = new Map<string, string | undefined>();
  return (text) => {
    if (addresses === 'off') return undefined;
    if (spelled.has(text)) return spelled.get(text);
    const address = addressOf(text);
    const spelling = address && spell(address);
    if (spelled.size >= SPELLED_MAX) spelled.clear();
    spelled.set(text, spelling);
    return spelling;
  };
}
