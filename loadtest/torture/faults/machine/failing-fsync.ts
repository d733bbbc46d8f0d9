/**
 * Lets `fsync` fail in a process that runs, by a library of our own. Rejected: libfiu 1.1 ends the
 * Postgres 18 of the npm package with a segmentation fault.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCE = fileURLToPath(new URL('failing-fsync.c', import.meta.url));
const COMPILER = '/usr/bin/cc';

export interface FailingFsync {
  /** Variables of the process. */
  env: Record<string, string>;
  /** Each call fails with EIO until `mend`. */
  fail: () => Promise<void>;
  mend: () => Promise<void>;
}

export const hasCompiler = (): boolean => existsSync(COMPILER);

/** @param prefix of the paths of the library and the switch; the user of the process reads them */
export async function createFailingFsync(prefix: string): Promise<FailingFsync> {
  const [library, file] = [`${prefix}.fsync.so`, `${prefix}.fsync-fails`];
  await promisify(execFile)(COMPILER, ['-shared', '-fPIC', '-o', library, SOURCE, '-ldl']);
  await chmod(library, 0o755);
  return {
    env: { LD_PRELOAD: library, FAILING_FSYNC: file },
    fail: () => writeFile(file, '', { mode: 0o644 }),
    mend: () => rm(file, { force: true }),
  };
}
