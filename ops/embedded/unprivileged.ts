/**
 * Postgres does not run as root. Started by root, the services run as the system's unprivileged user, in a place that
 * this user can enter.
 */
import { hash } from 'node:crypto';
import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LaunchError } from './launch-error.ts';

/** `nobody` on every Linux that we know of. */
const NOBODY = 65_534;

/** The user that a service is to run as; `undefined` for the one that we are. */
export const serviceUser = (): number | undefined => (process.getuid?.() === 0 ? NOBODY : undefined);

/** Whether everyone may pass through all folders above a path. */
export async function isEnterable(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * A folder outside a checkout that the unprivileged user cannot enter, always the same for the same data directory.
 *
 * @throws {LaunchError} when somebody else has put something there
 */
export async function sideFolder(dataDir: string): Promise<string> {
  const folder = join('/var/tmp', `holdfast-${hash('sha256', dataDir).slice(0, 16)}`);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const { uid, mode } = await lstat(folder);
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) {
    throw new LaunchError(
      `${folder} belongs to somebody else or can be written to by others. Remove it, or set DATABASE_URL.`,
    );
  }
  return folder;
}
