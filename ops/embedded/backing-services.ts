/** Provides Postgres and Redis: the configured ones, else embedded ones. */
import type { Logger } from '../../platform/logger.ts';
import type { Guard } from './guard.ts';
import { holdDataDir } from './held-data-dir.ts';
import { type Service, startPostgres } from './postgres/postgres.ts';
import { findRedisServer } from './redis/redis-server.ts';
import { startRedis } from './redis/redis.ts';

export interface BackingServices {
  databaseUrl: string;
  /** `undefined` without a Redis: each process keeps its own quotas and wake-ups. */
  redisUrl: string | undefined;
  /** Stops the embedded services. `cut` kills those that still run when it aborts. */
  stop: (cut?: AbortSignal) => Promise<void>;
  /**
   * Stops the embedded services if this process is killed; `undefined` without embedded services.
   */
  guard: Guard | undefined;
}

export interface BackingServicesOptions {
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  dataDir: string;
  log: Logger;
  /** Aborts the start: it rejects, and leaves no process behind. */
  signal?: AbortSignal;
}

/**
 * Starts an embedded service for each one without an address. Without redis-server on the machine,
 * there is no Redis. With nothing to start, creates no directory.
 *
 * @throws {LaunchError}
 */
export async function startBackingServices({
  databaseUrl,
  redisUrl,
  dataDir,
  log,
  signal,
}: BackingServicesOptions): Promise<BackingServices> {
  const redisServer = redisUrl === undefined ? await findRedisServer() : undefined;
  if (databaseUrl !== undefined && redisServer === undefined)
    return { databaseUrl, redisUrl, stop: async () => {}, guard: undefined };
  const { folder, guard, release } = await holdDataDir(dataDir, { signal });
  const life = { guard, signal };
  const given = <Url extends string | undefined>(url: Url): Omit<Service, 'url'> & { url: Url } => ({
    url,
    adopted: false,
    stop: async () => {},
  });
  const [postgres, redis] = await Promise.allSettled([
    databaseUrl === undefined ? startPostgres(folder, log, undefined, life) : given(databaseUrl),
    redisServer === undefined ? given(redisUrl) : startRedis(folder, redisServer, life),
  ]);
  const stop = async (cut?: AbortSignal) => {
    await Promise.all(
      [postgres, redis].map((started) => started.status === 'fulfilled' && started.value.stop(cut)),
    );
    await release();
  };
  if (postgres.status === 'rejected' || redis.status === 'rejected') {
    await stop();
    throw [postgres, redis].find((started) => started.status === 'rejected')?.reason;
  }
  return { databaseUrl: postgres.value.url, redisUrl: redis.value.url, stop, guard };
}
