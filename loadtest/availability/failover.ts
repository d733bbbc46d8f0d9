/**
 * Failovers by Patroni under traffic: first the Postgres of the primary is killed, then the primary
 * with its Patroni, as if its host was lost. Writes must be back soon, and nothing may be lost.
 */
import { chmod } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { runRedis } from '../torture/faults/redis/redis.ts';
import type { Promotion } from '../torture/history/entry.ts';
import { startBalanced } from './nodes.ts';
import { type PatroniCluster, startPatroni } from './patroni.ts';
import { type Outcome, type RunOptions, inFolder, underTraffic } from './run.ts';

const LOOK_MS = 50;
const PROMOTION_MS_MAX = 60_000;
/** Traffic after a failover, before the killed member returns. */
const AFTER_MS = 20_000;

export async function runFailover({ folder, seed, say }: RunOptions): Promise<Outcome> {
  return inFolder(folder, async (stops) => {
    await chmod(folder, 0o755); // if root starts it, Postgres runs as another user
    const cluster = await startPatroni(folder);
    stops.push(cluster.stop);
    say('Patroni: a primary, and two standbys that follow');
    const redis = await runRedis();
    stops.push(redis.kill);
    const { target } = await startBalanced({
      databaseUrl: cluster.databaseUrl,
      redisUrl: `redis://127.0.0.1:${redis.port}`,
      env: {
        HOLDFAST_REPLICA_URLS: cluster.memberUrls.join(','),
        HOLDFAST_DURABILITY: 'remote_flush',
      },
      folder,
      stops,
    });
    return await underTraffic({
      ...target,
      folder,
      seed,
      replica: 'synchronous',
      hasReplicas: true,
      async act(now) {
        const promotions: Promotion[] = [];
        for (const withPatroni of [false, true]) {
          promotions.push(await failOver(cluster, { withPatroni, now, say }));
          await delay(AFTER_MS);
        }
        return { faults: { 'pg-promote': promotions.length }, promotions };
      },
    });
  });
}

interface FailOverOptions {
  withPatroni: boolean;
  now: () => number;
  say: (text: string) => void;
}

/** Kills the primary, waits for another one, and heals the cluster. */
async function failOver(
  cluster: PatroniCluster,
  { withPatroni, now, say }: FailOverOptions,
): Promise<Promotion> {
  const old = await cluster.primary();
  if (old === undefined) throw new Error('there is no primary');
  const what = withPatroni ? 'Postgres and its Patroni' : 'Postgres';
  await cluster.kill(old, withPatroni);
  const cutMs = now();
  let promoted: number | undefined;
  while (promoted === undefined || promoted === old) {
    if (now() - cutMs > PROMOTION_MS_MAX) throw new Error('no member became the primary');
    await delay(LOOK_MS);
    promoted = await cluster.primary();
  }
  const atMs = now();
  const seconds = ((atMs - cutMs) / 1_000).toFixed(1);
  say(`killed ${what} of db-${old + 1}: db-${promoted + 1} is the primary after ${seconds} s`);
  await delay(AFTER_MS);
  await cluster.heal(old);
  say(`db-${old + 1} follows again`);
  return { cutMs, atMs };
}
