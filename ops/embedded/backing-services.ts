/** Postgres and Redis: those that are configured, or our own. */
import type { Logger } from '../../platform/logger.ts';
import { lockDataDir, prepareDataDir } from './data-dir.ts';
import { type Guard, startGuard } from './guard.ts';
import { type Service, startPostgres } from './postgres.ts';
import { findRedisServer } from './redis-server.ts';
import { startRedis } from './redis.ts';

export interface BackingServices {
  databaseUrl: string;
  /** `undefined` when there is no Redis: each process keeps quotas and wake-ups by itself. */
  redisUrl: string | undefined;
  /**
   * Stops what was started here, and nothing else. @param cut when aborted, what has not ended is
   * killed
   */
  stop: (cut?: AbortSignal) => Promise<void>;
  /** Ends other processes too when this one is killed outright; there when anything was started. */
  guard: Guard | undefined;
}

export interface BackingServicesOptions {
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  dataDir: string;
  log: Logger;
  /** Aborted when the start is not wanted any more: it throws, and leaves nothing behind. */
  signal?: AbortSignal;
}

/**
 * Starts what has no address yet, and touches no directory when there is nothing to start. A
 * machine without a Redis does without.
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
  const folder = await prepareDataDir(dataDir);
  const unlock = await lockDataDir(folder, { signal });
  const guard = startGuard(folder);
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
    await guard.release();
    await unlock();
  };
  if (postgres.status === 'rejected' || redis.status === 'rejected') {
    await stop();
    throw [postgres, redis].find((started) => started.status === 'rejected')?.reason;
  }
  return { databaseUrl: postgres.value.url, redisUrl: redis.value.url, stop, guard };
}
