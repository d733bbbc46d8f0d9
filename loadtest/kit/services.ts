/** Starts a Postgres and a Redis for one run. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type BackingServices, startBackingServices } from '../../ops/embedded/backing-services.ts';
import { needRedisServer } from '../../ops/embedded/redis/redis-server.ts';
import { endServicesWithUs } from './ending.ts';

export interface Services extends BackingServices {
  redisUrl: string;
  /** Deleted at the end, unless the caller gave it. */
  dataDir: string;
}

/**
 * @param folder of the data, which is kept; default: a temporary one
 * @throws {LaunchError} if Redis is missing: without it, figures would not be comparable
 */
export async function startServices(folder?: string): Promise<Services> {
  await needRedisServer();
  const dataDir = folder ?? (await mkdtemp(join(tmpdir(), 'holdfast-load-')));
  await chmod(dataDir, 0o755); // if root starts it, Postgres runs as another user
  const {
    stop,
    guard,
    databaseUrl,
    redisUrl = '',
  } = await startBackingServices({
    databaseUrl: undefined,
    redisUrl: undefined,
    dataDir,
    log: pino({ level: 'silent' }),
  });
  const end = async () => {
    await stop();
    if (folder === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  endServicesWithUs(end, guard);
  return { databaseUrl, redisUrl, dataDir, stop: end, guard };
}
