/**
 * The first look at REDIS_URL. An outage stops no start, since Redis holds nothing that matters. A
 * wrong password or a wrong protocol never heals by itself, so it does.
 */
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Redis } from 'ioredis';
import { endsWithin } from '../platform/deadline.ts';
import { PERCENT_ENCODING } from '../platform/settings/address.ts';
import { type RedisAddress, type RedisNode, parseRedisAddress } from '../platform/settings/redis-address.ts';

/** REDIS_URL is wrong. The message has the fault, its place and the remedy, and no password. */
export class UnfitRedisError extends Error {
  override name = 'UnfitRedisError';
}

const LOOK_MS_MAX = 2_000;

/** What a server answers, or what stopped the connection. */
const ADVICE: readonly [RegExp, (server: string) => string][] = [
  [
    /NOAUTH/,
    (server) =>
      `Redis at ${server} asks for a password, and REDIS_URL has none.\nAdd it: redis://:PASSWORD@HOST:PORT, or redis://USER:PASSWORD@HOST:PORT.`,
  ],
  [
    /WRONGPASS|invalid password/,
    (server) =>
      `Redis at ${server} refused the user or the password of REDIS_URL.\nCorrect it (${PERCENT_ENCODING}).`,
  ],
  [
    /NOPERM/,
    (server) =>
      `Redis at ${server} does not let the user of REDIS_URL write.\nAllow it all commands and all keys: ACL SETUSER … on ~* &* +@all.`,
  ],
  [
    /CERT|self.signed|UNABLE_TO_/i,
    (server) =>
      `The certificate of Redis at ${server} is not trusted.\nName its certificate authority with NODE_EXTRA_CA_CERTS=FILE, and use the host name of the certificate.`,
  ],
];

/**
 * Connects once, writes once. With Sentinels it does not look.
 *
 * @returns what is wrong with the server, as a log shows it; `undefined` when nothing is
 * @throws {UnfitRedisError} the address is wrong
 */
export async function refuseUnfitRedis(url: string): Promise<string | undefined> {
  const address = parseRedisAddress(url);
  if (address.kind === 'sentinel') return undefined;
  const [node] = address.nodes;
  const server = `${node.host}:${node.port}`;
  const fault = await faultOf(address, node);
  if (fault === undefined) return undefined;
  const advice = ADVICE.find(([pattern]) => pattern.test(fault))?.[1](server);
  if (advice !== undefined) throw new UnfitRedisError(advice);
  if (address.hasTls && (await speaksPlainly(node))) {
    throw new UnfitRedisError(
      `Redis at ${server} does not speak TLS, and REDIS_URL asks for it with rediss.\nTurn TLS on at the server (tls-port), or write redis:// if you trust the network.`,
    );
  }
  if (!address.hasTls && (await speaksTls(node))) {
    throw new UnfitRedisError(
      `Redis at ${server} speaks only TLS, and REDIS_URL does not ask for it.\nWrite rediss:// instead of redis://.`,
    );
  }
  return fault;
}

async function faultOf(
  { username, password, hasTls, database }: RedisAddress,
  { host, port }: RedisNode,
): Promise<string | undefined> {
  const redis = new Redis({
    host,
    port,
    username,
    password,
    db: database,
    ...(hasTls && { tls: {} }),
    connectionName: 'holdfast-probe',
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: LOOK_MS_MAX,
  });
  const faults: Error[] = [];
  redis.on('error', (error) => faults.push(error));
  const look = async () => {
    await redis.connect();
    await redis.set('hf:probe', '1', 'PX', LOOK_MS_MAX);
  };
  try {
    if (
      await endsWithin(
        look().catch((error: Error) => void faults.push(error)),
        LOOK_MS_MAX,
      )
    )
      return textOf(faults);
    return 'no answer in time';
  } finally {
    redis.disconnect();
  }
}

/** A node of a cluster that has not the key of the write answers MOVED: it works. */
function textOf(faults: readonly (Error & { code?: string })[]): string | undefined {
  if (faults.length === 0 || faults.some(({ message }) => message.startsWith('MOVED '))) return undefined;
  return faults.map(({ message, code = '' }) => `${code} ${message}`.trim()).join('; ');
}

/** Whether a server answers without TLS. */
async function speaksPlainly({ host, port }: RedisNode): Promise<boolean> {
  const socket = connectTcp({ host, port });
  socket.on('error', () => {});
  socket.write('PING\r\n');
  const signal = AbortSignal.timeout(LOOK_MS_MAX);
  const [answer] = (await once(socket, 'data', { signal }).catch(() => [''])) as [Buffer | string];
  socket.destroy();
  return /^[+-]/.test(answer.toString());
}

/** Whether a server begins TLS, with any certificate. Nothing is sent over the connection. */
async function speaksTls({ host, port }: RedisNode): Promise<boolean> {
  const socket = connectTls({ host, port, rejectUnauthorized: false });
  socket.on('error', () => {});
  const signal = AbortSignal.timeout(LOOK_MS_MAX);
  const begins = await once(socket, 'secureConnect', { signal }).then(
    () => true,
    () => false,
  );
  socket.destroy();
  return begins;
}
