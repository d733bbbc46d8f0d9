/**
 * Postgres refuses to run as root. If root starts Holdfast, Postgres runs as the user nobody, in a
 * folder that this user can enter.
 */
import { hash } from 'node:crypto';
import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LaunchError } from '../launch-error.ts';

/** The uid of `nobody` on Linux. */
const NOBODY_UID = 65_534;

/** The uid for Postgres; `undefined` for the current user. */
export const serviceUser = (): number | undefined => (process.getuid?.() === 0 ? NOBODY_UID : undefined);

/** Whether every user may enter a folder and all folders above it. */
export async function isEnterable(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * Replaces a data directory that the unprivileged user cannot enter. The path depends on the
 * directory only.
 *
 * @throws {LaunchError} another user owns the folder, or can write to it
 */
export async function sideFolder(dataDir: string): Promise<string> {
  const folder = join('/var/tmp', `holdfast-${hash('sha256', dataDir).slice(0, 16)}`);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const { uid, mode } = await lstat(folder);
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) {
    throw new LaunchError(
      `${folder} belongs to another user, or other users can write to it. Remove it, or set DATABASE_URL.`,
    );
  }
  return folder;
}
