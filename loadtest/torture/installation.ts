/** The installation under torture: Postgres, Redis, nodes, and the proxies between them. */
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';

import { startGuard } from '../../ops/embedded/guard.ts';
import { CONSUMERS } from '../../process/consumers.ts';
import { toId } from '../../store/ids.ts';
import { addApiKey, createTenant } from '../../store/keys/api-keys.ts';
import { newKey } from '../../store/keys/new-key.ts';
import { SCOPES } from '../../store/keys/scopes.ts';
import { migrate } from '../../store/migrate.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { openPool } from '../../store/pool.ts';
import { endServicesWithUs } from '../kit/ending.ts';
import { chanceAt } from '../fuzz/chance.ts';
import type { Shop } from './clients/client.ts';
import { CLI, administer } from './faults/administration.ts';
import type { Victims } from './faults/catalogue.ts';
import { createClock } from './faults/machine/clock.ts';
import { createCommitCutter } from './faults/commit-cutter.ts';
import { prepareNode } from './faults/nodes.ts';
import { type Equipment, runPostgres } from './faults/postgres.ts';
import { openProxy } from './faults/proxy.ts';
import { runRedis } from './faults/redis/redis.ts';
import { runRedisCluster } from './faults/redis/redis-cluster.ts';
import { type ReplicaMode, followPrimary, replicate } from './faults/standby/replication.ts';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));

export interface Installation {
  victims: Victims;
  shops: Shop[];
  /** Leads to the primary, also after a promotion. */
  databaseUrl: string;
  stop: () => Promise<void>;
}

export interface InstallationOptions {
  /** Folder of the run: data, logs of the nodes. */
  folder: string;
  seed: number;
  nodes: number;
  tenants: number;
  /** main.ts of the release before. */
  olderMain: string | undefined;
  hasRedisCluster: boolean;
  replica: ReplicaMode;
  /** Of each Postgres; nodes have a clock too. */
  equipment: Equipment;
  /** The clock of the history. */
  now: () => number;
}

export const SETTINGS = {
  HOLDFAST_RATE_LIMIT_WRITE: '100000/1',
  HOLDFAST_RATE_LIMIT_READ: '100000/1',
  HOLDFAST_RATE_LIMIT_UNAUTHENTICATED: '100000/1',
  HOLDFAST_WEBHOOK_LOOPBACK: 'on',
  HOLDFAST_DATABASE_POOL: '6',
  HOLDFAST_DRAIN_SECONDS: '4',
  HOLDFAST_LOG_LEVEL: 'warn',
};

export async function install({
  folder,
  seed,
  nodes: count,
  tenants,
  olderMain,
  hasRedisCluster,
  replica,
  equipment,
  now,
}: InstallationOptions): Promise<Installation> {
  const data = join(folder, 'data');
  await mkdir(data, { recursive: true });
  await chmod(folder, 0o755); // if root starts it, Postgres runs as another user
  await chmod(data, 0o755);
  const guard = startGuard(data);
  const stops: (() => Promise<unknown> | void)[] = [];
  const stop = async () => {
    for (let each = stops.pop(); each !== undefined; each = stops.pop()) await each();
    await guard.release();
  };
  endServicesWithUs(stop, guard);
  try {
    const home = join(data, 'server-1');
    await mkdir(home, { mode: 0o755 });
    const first = await runPostgres(home, guard, equipment);
    stops.push(first.remove);
    const replication =
      replica === 'none'
        ? undefined
        : await replicate(first, { mode: replica, dataDir: data, guard, now, equipment });
    if (replication) stops.push(replication.stop);
    const postgres = replication === undefined ? first : followPrimary(replication);
    const redis = await runRedis();
    stops.push(redis.kill);
    const redisCluster = hasRedisCluster ? await runRedisCluster(data) : undefined;
    if (redisCluster) stops.push(redisCluster.stop);
    await migrate(postgres.url);
    const shops = await openShops(postgres.url, tenants);

    const redisLink = await openProxy({ host: '127.0.0.1', port: redis.port });
    stops.push(redisLink.close);
    const operatorLink = await openProxy({ host: '127.0.0.1', port: postgres.port });
    stops.push(operatorLink.close);
    const links: Victims['links'][number][] = [];
    const nodes: Victims['nodes'][number][] = [];
    for (let index = 0; index < count; index += 1) {
      const cutter = createCommitCutter();
      const proxy = await openProxy({ host: '127.0.0.1', port: postgres.port }, cutter.inspect);
      stops.push(proxy.close);
      links.push({ proxy, cutter });
      const node = await prepareNode({
        index,
        main: MAIN,
        olderMain,
        env: {
          ...SETTINGS,
          ...(replica === 'synchronous' && { HOLDFAST_DURABILITY: 'remote_flush' }),
          DATABASE_URL: urlThrough(postgres.url, proxy),
          REDIS_URL: redisCluster?.url ?? `redis://127.0.0.1:${redisLink.port}`,
        },
        folder,
        clock: equipment.hasClock ? await createClock(join(folder, `clock-${index}`)) : undefined,
      });
      stops.push(node.stop);
      nodes.push(node);
    }
    await Promise.all(nodes.map((node) => node.start()));
    const random = chanceAt(seed, 0xad);
    const databaseUrl = urlThrough(postgres.url, operatorLink);
    const administration = administer({ cli: CLI, databaseUrl, random, shops });
    return {
      victims: {
        nodes,
        postgres,
        replication,
        redis,
        redisCluster,
        links,
        operatorLink,
        redisLink,
        administration,
      },
      shops,
      databaseUrl,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function urlThrough(databaseUrl: string, { port }: { port: number }): string {
  const url = new URL(databaseUrl);
  url.port = String(port);
  return String(url);
}

/** Tenants with a key each. */
export async function openShops(databaseUrl: string, count: number): Promise<Shop[]> {
  const pool = await openPool({ databaseUrl, size: 2, log: pino({ level: 'silent' }) });
  await ensurePartitions(pool, 1, CONSUMERS);
  const shops: Shop[] = [];
  for (let tenant = 0; tenant < count; tenant += 1) {
    const { tenantId } = await createTenant(pool, `shop ${tenant}`, 1);
    const apiKey = newKey('live').key;
    const { keyId } = await addApiKey(pool, { tenantId, key: apiKey, name: 'torture', scopes: SCOPES });
    shops.push({ tenant, tenantId, apiKey, keyId: toId('key', keyId) });
  }
  await pool.end();
  return shops;
}
