/** A Postgres and a Redis for one run, which leave nothing behind. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type BackingServices, startBackingServices } from '../../ops/embedded/backing-services.ts';
import { needRedisServer } from '../../ops/embedded/redis-server.ts';
import { endServicesWithUs } from './ending.ts';

export interface Services extends BackingServices {
  redisUrl: string;
  /** For whatever else is to be gone at the end. */
  dataDir: string;
}

/** @throws {LaunchError} there is no Redis, without which figures would not compare */
export async function startServices(): Promise<Services> {
  await needRedisServer();
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-load-'));
  await chmod(dataDir, 0o755); // an unprivileged user runs Postgres when we are root
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
    await rm(dataDir, { recursive: true, force: true });
  };
  endServicesWithUs(end, guard);
  return { databaseUrl, redisUrl, dataDir, stop: end, guard };
}
