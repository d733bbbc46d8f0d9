/** A Postgres and a Redis for one run, which leave nothing behind. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type BackingServices, startBackingServices } from '../../ops/embedded/backing-services.ts';
import { endServicesWithUs } from './ending.ts';

/** @returns with `dataDir`, for whatever else is to be gone at the end */
export async function startServices(): Promise<BackingServices & { dataDir: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-load-'));
  await chmod(dataDir, 0o755); // an unprivileged user runs Postgres when we are root
  const { stop, guard, ...urls } = await startBackingServices({
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
  return { ...urls, dataDir, stop: end, guard };
}
