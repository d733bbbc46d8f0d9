/** Finds the embedded Postgres of a running server, for commands. Starts and changes nothing. */
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { LaunchError } from '../launch-error.ts';
import { isPostmaster, readPostmaster, urlOf } from './postmaster.ts';
import { isEnterable, serviceUser, sideFolder } from './unprivileged.ts';
import { START_COMMAND } from '../../../platform/settings/start-command.ts';

/** No server runs on the data directory, or there is none. */
export class NotRunningError extends LaunchError {
  override name = 'NotRunningError';
}

/**
 * @returns its URL
 * @throws {NotRunningError}
 * @throws {LaunchError} it belongs to another user
 */
export async function findRunningPostgres(path: string): Promise<string> {
  try {
    const dataDir = await realpath(path);
    const password = await readFile(join(dataDir, 'postgres-password'), 'utf8');
    // As in startPostgres.
    const aside = serviceUser() !== undefined && !(await isEnterable(dataDir));
    const home = aside ? await sideFolder(dataDir) : dataDir;
    const data = join(home, 'postgres');
    const postmaster = await readPostmaster(data);
    if (postmaster && isPostmaster(postmaster.pid, data)) return urlOf(password, postmaster.port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof LaunchError) throw error;
    if (code === 'EACCES' || code === 'EPERM') {
      throw new LaunchError(
        `The data directory ${path} belongs to another user (${code}).\n` +
          'Run this command as the user of the server, or set DATABASE_URL.',
        { cause: error },
      );
    }
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
  }
  throw new NotRunningError(
    `No Holdfast is running on the data directory ${path}, and DATABASE_URL is not set.\n` +
      `Start it with ${START_COMMAND}, or set HOLDFAST_DATA_DIR to its directory, or set DATABASE_URL to your Postgres.`,
  );
}
