import { rm } from 'node:fs/promises';
import type { BackingServices } from '../../../ops/embedded/backing-services.ts';
import type { PgBouncer } from '../../../loadtest/kit/postgres/pgbouncer.ts';
import { killLeftBehind } from './left-behind.ts';

export default async function globalTeardown(): Promise<void> {
  const {
    __services: services,
    __pooler: pooler,
    __dataDir: dataDir,
  } = globalThis as unknown as {
    __services: BackingServices;
    __pooler: PgBouncer | undefined;
    __dataDir: string;
  };
  await pooler?.stop();
  await services.stop();
  const left = await killLeftBehind(dataDir);
  await rm(dataDir, { recursive: true, force: true });
  if (left.length > 0) throw new Error(`Tests left processes running:\n${left.join('\n')}`);
}
