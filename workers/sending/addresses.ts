/**
 * The addresses that a webhook may be sent to (no server-side request forgery). connections.ts
 * checks them as part of the connection: a host name cannot pass the check and then resolve to
 * another address.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The endpoint's host is, or resolves to, an address that is not allowed. */
export class AddressRefusedError extends Error {
  override name = 'AddressRefusedError';
  readonly code = 'ERR_ADDRESS_REFUSED';
}

export interface AddressRule {
  /** Also allows this machine, and http. For development. */
  allowLoopback: boolean;
}

/** Whether an address is on the public Internet. IPv4 mapped into IPv6 counts as IPv4. */
export function isAllowed(address: string, { allowLoopback }: AddressRule): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  const range: string = parsed.range();
  if (allowLoopback && range === 'loopback') return true;
  // IPv6: only global unicast (RFC 4291, 2000::/3). Other prefixes may translate back into IPv4.
  if (parsed.kind() === 'ipv6' && ((parsed as ipaddr.IPv6).parts[0]! & 0xe000) !== 0x2000) return false;
  return range === 'unicast';
}

/** The host of a URL; an IPv6 address without its brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

/**
 * Checks the URL that a client gives for an endpoint, without a connection or a look-up.
 *
 * @returns the fault; `undefined` for a URL that is allowed
 */
export function faultOfUrl(text: string, rule: AddressRule): string | undefined {
  const url = URL.parse(text);
  if (url === null) return 'must be an absolute URL, such as https://example.com/webhooks';
  if (url.protocol !== 'https:' && !(rule.allowLoopback && url.protocol === 'http:'))
    return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or a password';
  if (url.hash !== '') return 'must not have a fragment';
  const host = hostOf(url);
  if (
    isIP(host) !== 0 ? !isAllowed(host, rule) : !rule.allowLoopback && /(?:^|\.)localhost\.?$/i.test(host)
  ) {
    return 'must be on the public Internet';
  }
  return undefined;
}
