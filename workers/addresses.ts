/**
 * Where a message may go. An address is looked at when the connection is made, by whoever makes it: a name that was public when the endpoint was
 * made, and is not now, is refused, and there is no time between the look and the connection in which it could change again.
 */
import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector } from 'undici';

/** The endpoint's host is, or has, an address that nothing is sent to. */
export class AddressRefusedError extends Error {
  override name = 'AddressRefusedError';
  readonly code = 'ERR_ADDRESS_REFUSED';
}

export interface AddressRule {
  /** Whether this machine itself is allowed, and http with it. For development. */
  allowLoopback: boolean;
}

/** Whether an address is on the public Internet; IPv4 in IPv6 counts for what it is. */
export function isAllowed(address: string, { allowLoopback }: AddressRule): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  const range: string = parsed.range();
  if (allowLoopback && range === 'loopback') return true;
  // Of IPv6, only what is given out (RFC 4291, 2000::/3): no translation prefix leads back into IPv4.
  if (parsed.kind() === 'ipv6' && ((parsed as ipaddr.IPv6).parts[0]! & 0xe000) !== 0x2000) return false;
  return range === 'unicast';
}

type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface GuardedAgentOptions extends AddressRule {
  /** Connections to one endpoint. */
  connections: number;
  /** Milliseconds to connect. */
  timeout: number;
  resolve?: Resolve;
}

/** An HTTP client that connects to allowed addresses only. */
export function createGuardedAgent({
  connections,
  timeout,
  resolve = systemLookup as Resolve,
  ...rule
}: GuardedAgentOptions): Agent {
  const lookup = (
    hostname: string,
    options: LookupOptions,
    done: (error: Error | null, addresses: LookupAddress[] | string, family?: number) => void,
  ) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      // One that is not allowed spoils the rest: a name that leads here and there is not one to trust.
      if (addresses.length === 0 || !addresses.every(({ address }) => isAllowed(address, rule))) {
        return done(new AddressRefusedError(`${hostname} has an address that is not public`), []);
      }
      const [first] = addresses;
      return options.all ? done(null, addresses) : done(null, first!.address, first!.family);
    });
  };
  const connect = buildConnector({ timeout, lookup: lookup as never });
  return new Agent({
    connections,
    pipelining: 1,
    maxResponseSize: -1,
    connect(options, done) {
      // What is an address already is not looked up.
      const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
      if (isIP(host) !== 0 && !isAllowed(host, rule)) {
        return done(new AddressRefusedError(`${host} is not a public address`), null);
      }
      return connect(options, done);
    },
  });
}

/**
 * What is wrong with an address that a client gives for an endpoint, as far as can be told without connecting.
 *
 * @returns `undefined` when nothing is
 */
export function faultOfUrl(text: string, rule: AddressRule): string | undefined {
  const url = URL.parse(text);
  if (url === null) return 'must be an absolute URL, such as https://example.com/webhooks';
  if (url.protocol !== 'https:' && !(rule.allowLoopback && url.protocol === 'http:'))
    return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or a password';
  if (url.hash !== '') return 'must not have a fragment';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (
    isIP(host) !== 0 ? !isAllowed(host, rule) : !rule.allowLoopback && /(?:^|\.)localhost\.?$/i.test(host)
  ) {
    return 'must be on the public Internet';
  }
  return undefined;
}
