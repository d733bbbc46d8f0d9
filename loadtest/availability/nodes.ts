/** Nodes behind HAProxy on one database, with shops whose keys the traffic uses. */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../ops/embedded/free-port.ts';
import { migrate } from '../../store/migrate.ts';
import { type TortureNode, prepareNode } from '../torture/faults/nodes.ts';
import { SETTINGS, openShops } from '../torture/installation.ts';
import { HAPROXY_RISE_MS, balance } from './haproxy.ts';
import type { UnderTrafficOptions } from './run.ts';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
export const NODES_COUNT = 3;
const TENANTS_COUNT = 3;

export interface BalancedOptions {
  databaseUrl: string;
  redisUrl: string;
  /** More settings of the nodes. */
  env: Record<string, string>;
  /** Folder of the run. */
  folder: string;
  /** Gets what ends them, in the order of the starts. */
  stops: (() => Promise<unknown>)[];
}

type Target = Pick<UnderTrafficOptions, 'shops' | 'databaseUrl' | 'front'>;

export interface Balanced {
  nodes: TortureNode[];
  /** Where the traffic goes. */
  target: Target;
}

/** @returns once HAProxy uses all nodes */
export async function startBalanced({
  databaseUrl,
  redisUrl,
  env,
  folder,
  stops,
}: BalancedOptions): Promise<Balanced> {
  await migrate(databaseUrl);
  const shops = await openShops(databaseUrl, TENANTS_COUNT);
  const settings = {
    ...SETTINGS,
    ...env,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    HOLDFAST_TRUST_PROXY: 'on',
  };
  const nodes = await Promise.all(
    Array.from({ length: NODES_COUNT }, (_, index) =>
      prepareNode({ index, main: MAIN, olderMain: undefined, env: settings, folder }),
    ),
  );
  stops.push(() => Promise.all(nodes.map((node) => node.stop())));
  await Promise.all(nodes.map((node) => node.start()));
  const [port, grpcPort] = [await freePort(), await freePort()];
  const haproxy = await balance(nodes, { port, grpcPort, folder });
  stops.push(haproxy.stop);
  await delay(HAPROXY_RISE_MS);
  const front = { host: '127.0.0.1', port, grpc: `127.0.0.1:${grpcPort}` };
  return { nodes, target: { shops, databaseUrl, front } };
}
