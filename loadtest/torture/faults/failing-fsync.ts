/** Lets `fsync` fail in a process and its children: libfiu, of the Debian package `fiu-utils`. */
import { existsSync } from 'node:fs';
import { constants } from 'node:os';

const LIBRARIES = ['/usr/lib/fiu/fiu_run_preload.so', '/usr/lib/fiu/fiu_posix_preload.so'];

export const hasFiu = (): boolean => LIBRARIES.every((path) => existsSync(path));

/** Variables of a process. @param share of the calls that fail with EIO: 0 to 1 */
export const failingFsync = (share: number): Record<string, string> => ({
  LD_PRELOAD: LIBRARIES.join(' '),
  FIU_ENABLE: ['fsync', 'fdatasync']
    .map(
      (call) =>
        `enable_random name=posix/io/sync/${call},probability=${share},failinfo=${constants.errno.EIO}`,
    )
    .join('\n'),
});
