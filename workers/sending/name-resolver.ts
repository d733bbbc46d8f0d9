/**
 * Resolves host names by DNS. Queries are packets on sockets: `dns.lookup` instead would occupy the
 * four threads of libuv, which files and ciphers need, for 5 to 30 s a name that does not resolve.
 */
import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** The first query to a server waits this long for an answer; each repeat waits twice as long. */
const QUERY_TIMEOUT_MS = 2_000;
const QUERY_TRIES_MAX = 3;
/** A look-up ends after this time, also with several servers that do not answer. */
const LOOK_UP_TIMEOUT_MS = 15_000;
/** Servers that drop AAAA queries exist: after IPv4 addresses, IPv6 has this long (RFC 8305). */
const SECOND_FAMILY_TIMEOUT_MS = 200;
/** A call joins a look-up that began this shortly before; a later one gets its full time. */
const JOINED_TIMEOUT_MS = 1_000;
const HOSTS_FILE = '/etc/hosts';
const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** DNS has no address of the name, or did not answer. The cause holds the errors of DNS. */
export class NameNotResolvedError extends Error {
  override name = 'NameNotResolvedError';
}

export interface NameResolver {
  /**
   * Resolves a name: `localhost` and below it (RFC 6761), then /etc/hosts, then DNS. No search
   * domains. Nothing is cached; simultaneous calls for one name share one look-up.
   *
   * @returns at least one address, IPv4 first
   * @throws {NameNotResolvedError} after at most 15 s
   */
  resolve: (hostname: string) => Promise<readonly LookupAddress[]>;
  /** Ends all look-ups. */
  close: () => void;
}

interface LookUp {
  startedMs: number;
  addresses: Promise<readonly LookupAddress[]>;
}

/** @param servers addresses of DNS servers, `IP:PORT`; without it, those of /etc/resolv.conf */
export function createNameResolver({
  servers,
  hostsFile = HOSTS_FILE,
}: { servers?: readonly string[]; hostsFile?: string } = {}): NameResolver {
  const lookUps = new Map<string, LookUp>();
  const resolvers = new Set<Resolver>();

  async function lookUp(name: string): Promise<readonly LookupAddress[]> {
    if (/(?:^|\.)localhost$/.test(name)) return LOOPBACK;
    const listed = await addressesInFile(hostsFile, name);
    return listed.length > 0 ? listed : askServers(name);
  }

  async function askServers(name: string): Promise<LookupAddress[]> {
    // One for each look-up, since only a new one reads a changed /etc/resolv.conf (0.1 ms).
    const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES_MAX });
    if (servers !== undefined) resolver.setServers(servers);
    resolvers.add(resolver);
    const timer = setTimeout(() => resolver.cancel(), LOOK_UP_TIMEOUT_MS);
    const found: LookupAddress[][] = [];
    const queries = ([4, 6] as const).map(async (family, place) => {
      const addresses = await (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name));
      found[place] = addresses.map((address) => ({ address, family }));
    });
    try {
      await Promise.any(queries);
      await Promise.race([Promise.allSettled(queries), delay(SECOND_FAMILY_TIMEOUT_MS)]);
      return found.flat();
    } catch (cause) {
      throw new NameNotResolvedError(`DNS has no address of ${name}`, { cause });
    } finally {
      clearTimeout(timer);
      resolvers.delete(resolver);
      resolver.cancel();
    }
  }

  return {
    resolve(hostname) {
      const name = hostname.toLowerCase().replace(/\.$/, '');
      const running = lookUps.get(name);
      const nowMs = performance.now();
      if (running !== undefined && nowMs - running.startedMs < JOINED_TIMEOUT_MS) return running.addresses;
      const started: LookUp = { startedMs: nowMs, addresses: lookUp(name) };
      lookUps.set(name, started);
      return started.addresses.finally(() => {
        if (lookUps.get(name) === started) lookUps.delete(name);
      });
    },
    close() {
      for (const resolver of resolvers) resolver.cancel();
    },
  };
}

/** @returns the addresses of a name in a hosts file; none without the file */
async function addressesInFile(file: string, name: string): Promise<LookupAddress[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    return family !== 0 && names.some((each) => each.toLowerCase() === name) ? [{ address, family }] : [];
  });
}
