/**
 * A rolling restart of three nodes behind HAProxy, under traffic: each node ends by SIGTERM, is
 * started again, and the next one follows when HAProxy uses it. No request may fail.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { startServices } from '../kit/services.ts';
import { HAPROXY_RISE_MS } from './haproxy.ts';
import { NODES_COUNT, startBalanced } from './nodes.ts';
import { type Outcome, type RunOptions, inFolder, underTraffic } from './run.ts';

/** As deploy/haproxy/haproxy.cfg wants it. */
const DRAIN = { HOLDFAST_DRAIN_DELAY_SECONDS: '5', HOLDFAST_DRAIN_SECONDS: '15' };

export interface RollingOptions extends RunOptions {
  /** Restarts of each node. */
  rounds: number;
}

export async function runRolling({ folder, seed, rounds, say }: RollingOptions): Promise<Outcome> {
  return inFolder(folder, async (stops) => {
    const services = await startServices();
    stops.push(services.stop);
    const { databaseUrl, redisUrl } = services;
    const { nodes, target } = await startBalanced({ databaseUrl, redisUrl, env: DRAIN, folder, stops });
    return await underTraffic({
      ...target,
      folder,
      seed,
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
  });
}
