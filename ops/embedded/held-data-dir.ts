/** The data directory of one process: locked, with a guard over the services in it. */
import { lockDataDir, prepareDataDir } from './data-dir.ts';
import { type Guard, startGuard } from './guard.ts';

export interface HeldDataDir {
  /** Its real path. */
  folder: string;
  /** Stops the services if this process is killed. */
  guard: Guard;
  /** Call it when the services have stopped. */
  release: () => Promise<void>;
}

/**
 * Creates the directory if it is missing.
 *
 * @param signal aborts the wait for a guard of a killed process
 * @throws {LaunchError} it is not writable, or another process holds it
 */
export async function holdDataDir(
  dataDir: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<HeldDataDir> {
  const folder = await prepareDataDir(dataDir);
  const unlock = await lockDataDir(folder, { signal });
  const guard = startGuard(folder);
  return {
    folder,
    guard,
    async release() {
      await guard.release();
      await unlock();
    },
  };
}
