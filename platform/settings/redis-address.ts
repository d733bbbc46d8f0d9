/**
 * What REDIS_URL names: a server, a node of a Redis Cluster (`?cluster=on`), or a Sentinel that
 * knows the primary (`?sentinel=NAME`).
 */
const REDIS_PORT = '6379';
const SENTINEL_PORT = '26379';
/** A host name, an IPv4 address or an IPv6 address in brackets, and a port. */
const HOST_AND_PORT = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i;

export interface RedisNode {
  host: string;
  port: number;
}

export interface RedisAddress {
  kind: 'server' | 'cluster' | 'sentinel';
  /** The server; the node of the cluster; the Sentinels. */
  nodes: [RedisNode, ...RedisNode[]];
  /** Name of the primary that the Sentinels watch. */
  primary: string | undefined;
  username: string | undefined;
  password: string | undefined;
  sentinelPassword: string | undefined;
  hasTls: boolean;
  database: number;
}

/** @param text a URL without {@link faultsOfRedisAddress} */
export function parseRedisAddress(text: string): RedisAddress {
  const { hostname, port, username, password, protocol, pathname, searchParams } = new URL(text);
  const primary = searchParams.get('sentinel') ?? undefined;
  const kind =
    primary !== undefined ? 'sentinel' : searchParams.get('cluster') === 'on' ? 'cluster' : 'server';
  const usualPort = kind === 'sentinel' ? SENTINEL_PORT : REDIS_PORT;
  const nodeOf = (host: string, given: string | undefined): RedisNode => ({
    host: host.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1',
    port: Number(given || usualPort),
  });
  const others = listOf(searchParams).map((each) => {
    const [, host = '', given] = HOST_AND_PORT.exec(each) ?? [];
    return nodeOf(host, given);
  });
  return {
    kind,
    nodes: [nodeOf(hostname, port), ...others],
    primary,
    username: decodeURIComponent(username) || undefined,
    password: decodeURIComponent(password) || undefined,
    sentinelPassword: searchParams.get('sentinel_password') ?? undefined,
    hasTls: protocol === 'rediss:',
    database: Number(pathname.slice(1) || 0),
  };
}

/** @returns what is wrong with the parameters of a `redis:` URL, one text each */
export function faultsOfRedisAddress({ pathname, searchParams }: URL): string[] {
  const faults: string[] = [];
  if (!/^\/?\d{0,4}$/.test(pathname)) faults.push('the database must be a number, as in redis://HOST:6379/0');
  const cluster = searchParams.get('cluster');
  const sentinel = searchParams.get('sentinel');
  if (cluster !== null && cluster !== 'on') faults.push('cluster must be on, or absent');
  if (sentinel === '') faults.push('sentinel must be the name of the primary, as in sentinel.conf');
  if (sentinel !== null && cluster !== null) faults.push('set cluster or sentinel, not both');
  if (sentinel === null && (searchParams.has('sentinels') || searchParams.has('sentinel_password')))
    faults.push('sentinels and sentinel_password require sentinel=NAME');
  if (!listOf(searchParams).every((each) => HOST_AND_PORT.test(each)))
    faults.push('sentinels must be HOST:PORT,HOST:PORT');
  return faults;
}

const listOf = (searchParams: URLSearchParams): string[] =>
  (searchParams.get('sentinels') ?? '').split(',').filter((each) => each !== '');
