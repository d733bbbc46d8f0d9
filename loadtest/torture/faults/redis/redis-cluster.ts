/** A Redis Cluster for the installation: a replica takes over from a master that stands still. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mkdir } from 'node:fs/promises';
import { startRedisCluster } from '../../../../ops/embedded/redis/redis-cluster.ts';
import type { Random } from '../../../fuzz/chance.ts';

export interface TortureCluster {
  url: string;
  /** Suspends a master until a replica has taken over, and for a time more. */
  failOver: (random: Random, ms: number) => Promise<void>;
  stop: () => Promise<void>;
}

const TAKEOVER_MS_MAX = 10_000;
const LOOK_MS = 100;

export async function runRedisCluster(folder: string): Promise<TortureCluster> {
  const data = join(folder, 'redis');
  await mkdir(data);
  const { url, nodes, ask, stop } = await startRedisCluster(data);
  const ports = [...nodes.keys()];

  async function isMaster(port: number): Promise<boolean> {
    const role = (await ask(port, 'ROLE').catch(() => [])) as unknown[];
    return role[0] === 'master';
  }
  /** Ports of the masters that answer, without one. */
  async function mastersBeside(suspended?: number): Promise<number[]> {
    const found: number[] = [];
    for (const port of ports) if (port !== suspended && (await isMaster(port))) found.push(port);
    return found;
  }

  return {
    url,
    async failOver(random, ms) {
      const masters = await mastersBeside();
      const port = random.pick(masters);
      nodes.get(port)?.kill('SIGSTOP');
      const endMs = performance.now() + TAKEOVER_MS_MAX;
      try {
        while ((await mastersBeside(port)).length < masters.length && performance.now() < endMs)
          await delay(LOOK_MS);
        await delay(ms);
      } finally {
        nodes.get(port)?.kill('SIGCONT');
      }
    },
    stop,
  };
}
