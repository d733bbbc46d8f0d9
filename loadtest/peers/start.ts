/** Starts Holdfast and its peers. */
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import type { Services } from '../kit/services.ts';
import { apiKey, body } from '../kit/order-request.ts';
import { serve, serveHoldfast } from '../serve.ts';
import { startRestate } from './restate-server.ts';

export interface RunningPeer {
  name: string;
  port: number;
  path: string;
  /** Killed at the end. */
  children: ChildProcess[];
  /** The process of our code. */
  server: string;
  /** A further server: Redis, or Restate's. */
  beside: string | undefined;
  databaseUrl: string;
  /** SQL that counts the orders. */
  count: string;
}

interface Peer {
  /** Its packages are in installed/. */
  isInstalled: boolean;
  start: (name: string, services: Services) => Promise<RunningPeer>;
}

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const PORT = /^port (\d+)$/m;
/** Their packages use what newer releases of pg deprecate. */
const QUIET = { NODE_NO_WARNINGS: '1' };
const COUNT_ORDERS = 'SELECT count(*) FROM orders';

const plain = (file: string, isInstalled: boolean, count = COUNT_ORDERS): Peer => ({
  isInstalled,
  async start(name, { databaseUrl }) {
    const { child, port } = await serve([here(file)], { ...QUIET, DATABASE_URL: databaseUrl }, PORT);
    const server = String(child.pid);
    return { name, port, path: '/orders', children: [child], server, beside: undefined, databaseUrl, count };
  },
});

const holdfast = (roles: string): Peer => ({
  isInstalled: false,
  async start(name, services) {
    const { child, port } = await serveHoldfast({ ...services, env: { HOLDFAST_ROLES: roles } });
    return {
      name,
      port,
      path: '/v1/orders',
      children: [child],
      server: String(child.pid),
      beside: await pidOfRedis(services.redisUrl),
      databaseUrl: services.databaseUrl,
      count: 'SELECT count(*) FROM events',
    };
  },
});

async function pidOfRedis(url: string): Promise<string | undefined> {
  const redis = new Redis(url);
  const found = /process_id:(\d+)/.exec(await redis.info('server'))?.[1];
  redis.disconnect();
  return found;
}

export const PEERS: Record<string, Peer> = {
  holdfast: holdfast('api,projector,relay,webhooks'),
  'holdfast-api': holdfast('api'),
  textbook: plain('servers/textbook.ts', false),
  emmett: plain(
    'installed/emmett.ts',
    true,
    `SELECT count(*) FROM emt_messages WHERE message_type = 'OrderPlaced'`,
  ),
  dbos: plain('installed/dbos.ts', true),
  restate: {
    isInstalled: true,
    async start(name, { databaseUrl, dataDir }) {
      const { child, port } = await serve(
        [here('installed/restate.ts')],
        { ...QUIET, DATABASE_URL: databaseUrl },
        PORT,
      );
      const restate = await startRestate(`${dataDir}/restate`, port);
      return {
        name,
        port: restate.ingressPort,
        path: '/orders/place',
        children: [child, restate.child],
        server: String(child.pid),
        beside: String(restate.child.pid),
        databaseUrl,
        count: COUNT_ORDERS,
      };
    },
  },
};

/** The bytes of the next order, with a new key. */
export const requestFor = (path: string) => (): string =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${apiKey}\r\nIdempotency-Key: ${randomUUID()}\r\n` +
  `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
