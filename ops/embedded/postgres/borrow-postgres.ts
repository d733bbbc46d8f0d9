/** The embedded Postgres for one command: that of the running server, else one of its own. */
import type { Logger } from '../../../platform/logger.ts';
import { holdDataDir } from '../held-data-dir.ts';
import { startPostgres } from './postgres.ts';
import { NotRunningError, findRunningPostgres } from './running-postgres.ts';

export interface BorrowedPostgres {
  url: string;
  /** Stops Postgres if the command started it. */
  giveBack: () => Promise<void>;
}

/**
 * Creates the data directory if it is missing. While the command runs, no server can start on it;
 * if the command is killed, Postgres stops.
 *
 * @throws {LaunchError}
 */
export async function borrowPostgres(dataDir: string, log: Logger): Promise<BorrowedPostgres> {
  try {
    return { url: await findRunningPostgres(dataDir), giveBack: async () => {} };
  } catch (error) {
    if (!(error instanceof NotRunningError)) throw error;
  }
  const { folder, guard, release } = await holdDataDir(dataDir);
  try {
    const { url, stop } = await startPostgres(folder, log, undefined, { guard });
    return { url, giveBack: async () => stop().finally(release) };
  } catch (error) {
    await release();
    throw error;
  }
}
