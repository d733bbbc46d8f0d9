/**
 * A rolling restart of three nodes behind HAProxy, under traffic: each node ends by SIGTERM, is
 * started again, and the next one follows when HAProxy uses it. No request may fail.
 */
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../ops/embedded/free-port.ts';
import { migrate } from '../../store/migrate.ts';
import { startServices } from '../kit/services.ts';
import { prepareNode } from '../torture/faults/nodes.ts';
import { SETTINGS, openShops } from '../torture/installation.ts';
import { HAPROXY_RISE_MS, balance } from './haproxy.ts';
import { type Outcome, underTraffic } from './run.ts';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
const NODES_COUNT = 3;
const TENANTS_COUNT = 3;
/** As deploy/haproxy/haproxy.cfg wants it. */
const DRAIN = { HOLDFAST_DRAIN_DELAY_SECONDS: '5', HOLDFAST_DRAIN_SECONDS: '15' };

export interface RollingOptions {
  /** Folder of the run. */
  folder: string;
  seed: number;
  /** Restarts of each node. */
  rounds: number;
  say: (text: string) => void;
}

export async function runRolling({ folder, seed, rounds, say }: RollingOptions): Promise<Outcome> {
  await mkdir(folder, { recursive: true });
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const services = await startServices();
    stops.push(services.stop);
    await migrate(services.databaseUrl);
    const shops = await openShops(services.databaseUrl, TENANTS_COUNT);
    const env = {
      ...SETTINGS,
      ...DRAIN,
      DATABASE_URL: services.databaseUrl,
      REDIS_URL: services.redisUrl,
      HOLDFAST_TRUST_PROXY: 'on',
    };
    const nodes = await Promise.all(
      Array.from({ length: NODES_COUNT }, (_, index) =>
        prepareNode({ index, main: MAIN, olderMain: undefined, env, folder }),
      ),
    );
    stops.push(() => Promise.all(nodes.map((node) => node.stop())));
    await Promise.all(nodes.map((node) => node.start()));
    const [port, grpcPort] = [await freePort(), await freePort()];
    const haproxy = await balance(nodes, { port, grpcPort, folder });
    stops.push(haproxy.stop);
    await delay(HAPROXY_RISE_MS);
    const outcome = await underTraffic({
      folder,
      seed,
      shops,
      databaseUrl: services.databaseUrl,
      front: { host: '127.0.0.1', port, grpc: `127.0.0.1:${grpcPort}` },
      replica: 'none',
      hasReplicas: false,
      async act() {
        for (let n = 0; n < rounds * NODES_COUNT; n += 1) {
          const beganMs = performance.now();
          const node = nodes[n % NODES_COUNT]!;
          await node.end();
          const endedMs = performance.now();
          await node.start();
          await delay(HAPROXY_RISE_MS);
          const [downMs, upMs] = [endedMs - beganMs, performance.now() - endedMs].map(Math.round);
          say(`node ${(n % NODES_COUNT) + 1}: ended within ${downMs} ms, used again ${upMs} ms later`);
        }
        return { faults: { restart: rounds * NODES_COUNT }, promotions: [] };
      },
    });
    return outcome;
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}
