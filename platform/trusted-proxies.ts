/**
 * The proxies whose `X-Forwarded-For` counts, so many of them or those of some networks; and
 * networks in general.
 */
import ipaddr from 'ipaddr.js';

const PROXIES_MAX = 9;
const NETWORKS_MAX = 50;

export type Network = ReturnType<typeof ipaddr.parseCIDR>;

/** `count` proxies in front of Holdfast, or all that have an address in `networks`. */
export type TrustedProxies = { count: number } | { networks: readonly Network[] };

export const TRUSTED_PROXIES_EXPECTED =
  `must be off, a number of proxies from 1 to ${PROXIES_MAX}, or up to ${NETWORKS_MAX} networks ` +
  'such as 10.0.0.0/8,fd00::/8';

/**
 * @param text `off`, `on` for one proxy, a number of proxies, or networks with commas between them
 * @returns `undefined` for a text that is none of these
 */
export function parseTrustedProxies(text: string): TrustedProxies | undefined {
  if (text === 'off') return { count: 0 };
  if (text === 'on') return { count: 1 };
  if (/^\d$/.test(text) && text !== '0') return { count: Number(text) };
  const networks = text.split(',').map((network) => networkOf(network.trim()));
  const isValid = networks.length <= NETWORKS_MAX && networks.every((network) => network !== undefined);
  return isValid ? { networks: networks as Network[] } : undefined;
}

/** @returns `undefined` for a text that is no network in CIDR notation */
export function networkOf(text: string): Network | undefined {
  return ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : undefined;
}

/** Whether an address, with or without a port, is in one of the networks. */
export function isWithin(address: string, networks: readonly Network[]): boolean {
  const parsed = addressOf(address);
  return networks.some(
    ([network, bits]) =>
      parsed !== undefined && parsed.kind() === network.kind() && parsed.match(network, bits),
  );
}

/** The IP address of a text, with or without a port; IPv4 mapped into IPv6 becomes IPv4. */
export function addressOf(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, '$1');
  if (!ipaddr.IPv4.isValidFourPartDecimal(bare) && !ipaddr.IPv6.isValid(bare)) return undefined;
  return ipaddr.process(bare);
}

/**
 * The address of the client of a request. Each proxy appends the address that it was asked from, so
 * the list is true from its end, as far as the proxies are ours. The client wrote the rest.
 *
 * @param peer the other end of the connection
 * @param forwarded the field `X-Forwarded-For`
 * @returns the peer itself when the field has no address there
 */
export function clientAddress(peer: string, forwarded: string, proxies: TrustedProxies): string {
  const hops = forwarded === '' ? [] : forwarded.split(',').map((hop) => hop.trim());
  let client = peer;
  for (let passed = 0; hops.length > 0 && isProxy(client, passed, proxies); passed += 1) {
    const hop = hops.pop()!;
    if (addressOf(hop) === undefined) break;
    client = hop;
  }
  return client;
}

/** @param passed proxies between this address and Holdfast */
function isProxy(address: string, passed: number, proxies: TrustedProxies): boolean {
  return 'count' in proxies ? passed < proxies.count : isWithin(address, proxies.networks);
}
