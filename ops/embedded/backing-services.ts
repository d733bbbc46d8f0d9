/** Postgres and Redis: those that are configured, or our own. */
import type { Logger } from '../../logger.ts';
import { lockDataDir, prepareDataDir } from './data-dir.ts';
import { type Service, startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

export interface BackingServices {
  databaseUrl: string;
  redisUrl: string;
  /** Stops what was started here, and nothing else. */
  stop: () => Promise<void>;
}

export interface BackingServicesOptions {
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  dataDir: string;
  log: Logger;
}

/**
 * Starts what has no address yet. With both addresses given it starts nothing and touches no directory.
 *
 * @throws {LaunchError}
 */
export async function startBackingServices({
  databaseUrl,
  redisUrl,
  dataDir,
  log,
}: BackingServicesOptions): Promise<BackingServices> {
  if (databaseUrl !== undefined && redisUrl !== undefined)
    return { databaseUrl, redisUrl, stop: async () => {} };
  const folder = await prepareDataDir(dataDir);
  const unlock = await lockDataDir(folder);
  const given = (url: string): Service => ({ url, adopted: false, stop: async () => {} });
  const [postgres, redis] = await Promise.allSettled([
    databaseUrl === undefined ? startPostgres(folder, log) : given(databaseUrl),
    redisUrl === undefined ? startRedis(folder, log) : given(redisUrl),
  ]);
  const stop = async () => {
    await Promise.all(
      [postgres, redis].map((started) => started.status === 'fulfilled' && started.value.stop()),
    );
    await unlock();
  };
  if (postgres.status === 'rejected' || redis.status === 'rejected') {
    await stop();
    throw [postgres, redis].find((started) => started.status === 'rejected')?.reason;
  }
  return { databaseUrl: postgres.value.url, redisUrl: redis.value.url, stop };
}
