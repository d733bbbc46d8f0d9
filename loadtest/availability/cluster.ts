/**
 * Citus under traffic: the worker that has the partition ends at once and starts again, as after a
 * crash; then the partition moves to the other worker. Nothing may be lost.
 */
import { chmod } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { SHARDS_DEFAULT } from '../../store/cluster/distribute.ts';
import { distribute } from '../../store/cluster/run-distribute.ts';
import { migrate } from '../../store/migrate.ts';
import { openPool } from '../../store/pool.ts';
import {
  type TestCluster,
  createClusterDatabase,
  missingForCitus,
  startCluster,
} from '../../test/setup/postgres/citus.ts';
import { ask } from '../kit/postgres/connected.ts';
import { runRedis } from '../torture/faults/redis/redis.ts';
import type { Act } from './figures.ts';
import { startBalanced } from './nodes.ts';
import { type Outcome, type RunOptions, inFolder, underTraffic } from './run.ts';

/** Traffic after a fault: until HAProxy uses all nodes again, and for some time more. */
const AFTER_MS = 30_000;

export async function runCluster({ folder, seed, say }: RunOptions): Promise<Outcome> {
  const missing = await missingForCitus();
  if (missing !== undefined) throw new Error(missing);
  return inFolder(folder, async (stops) => {
    const { cluster, databaseUrl } = await startDistributed(folder);
    stops.push(cluster.stop);
    say('Citus: a coordinator and two workers');
    const redis = await runRedis();
    stops.push(redis.kill);
    const { target } = await startBalanced({
      databaseUrl,
      redisUrl: `redis://127.0.0.1:${redis.port}`,
      env: {},
      folder,
      stops,
    });
    return await underTraffic({
      ...target,
      folder,
      seed,
      replica: 'none',
      hasReplicas: false,
      async act(now) {
        const acts: Act[] = [];
        const during = async (name: string, run: () => Promise<unknown>) => {
          const fromMs = now();
          await run();
          const ms = Math.round(now() - fromMs);
          say(`${name}: ${ms} ms`);
          await delay(AFTER_MS);
          acts.push({ name, fromMs, toMs: fromMs + ms });
        };
        const from = await homeOf(databaseUrl, cluster);
        await during('worker crash', () => cluster.restart(from));
        const to = cluster.urls.length - from;
        await during('partition move', () => movePartition(databaseUrl, cluster, { from, to }));
        return { faults: { 'worker-crash': 1, 'partition-move': 1 }, promotions: [], acts };
      },
    });
  });
}

/** @param folder of the data, which exists */
async function startDistributed(folder: string): Promise<{ cluster: TestCluster; databaseUrl: string }> {
  await chmod(folder, 0o755); // if root starts it, Postgres runs as another user
  const cluster = await startCluster(folder);
  const databaseUrl = await createClusterDatabase(cluster.urls, 'holdfast');
  await migrate(databaseUrl);
  const pool = await openPool({ databaseUrl, size: 1, log: pino({ level: 'silent' }) });
  await distribute(pool, SHARDS_DEFAULT);
  await pool.end();
  return { cluster, databaseUrl };
}

/** @returns the number of the worker that has partition 0: that of its URL in the cluster */
async function homeOf(databaseUrl: string, { urls }: TestCluster): Promise<number> {
  const [row] = await ask<{ port: number }>(
    databaseUrl,
    `SELECT nodeport AS port FROM citus_shards
      WHERE shardid = get_shard_id_for_distribution_column('holdfast.log_heads', 0)`,
  );
  return urls.findIndex((url) => Number(new URL(url).port) === row!.port);
}

const movePartition = (
  databaseUrl: string,
  { urls }: TestCluster,
  { from, to }: { from: number; to: number },
): Promise<unknown> =>
  ask(
    databaseUrl,
    `SELECT citus_move_shard_placement(get_shard_id_for_distribution_column('holdfast.log_heads', 0),
       '127.0.0.1', ${new URL(urls[from]!).port}, '127.0.0.1', ${new URL(urls[to]!).port})`,
  );
