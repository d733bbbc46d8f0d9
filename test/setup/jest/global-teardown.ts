import { rm } from 'node:fs/promises';
import type { BackingServices } from '../../../ops/embedded/backing-services.ts';

export default async function globalTeardown(): Promise<void> {
  const { __services: services, __dataDir: dataDir } = globalThis as unknown as {
    __services: BackingServices;
    __dataDir: string;
  };
  await services.stop();
  await rm(dataDir, { recursive: true, force: true });
}
