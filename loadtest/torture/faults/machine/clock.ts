/** A clock that jumps while a process runs: libfaketime, of the Debian package `faketime`. */
import { existsSync, readdirSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Clock {
  /** For the process: its calendar time has the offset, its monotonic time is the true one. */
  env: Record<string, string>;
  /** Sets the clock apart from the true time. The process sees it at once. */
  set: (offsetSeconds: number) => Promise<void>;
}

/** The library; `undefined` if it is not installed. */
const findLibrary = (): string | undefined =>
  (existsSync('/usr/lib') ? readdirSync('/usr/lib') : [])
    .map((name) => join('/usr/lib', name, 'faketime/libfaketimeMT.so.1'))
    .find((path) => existsSync(path));

export const hasFakeTime = (): boolean => findLibrary() !== undefined;

/**
 * @param file holds the offset; the user of the process reads it
 * @throws {Error} the library is not installed
 */
export async function createClock(file: string): Promise<Clock> {
  const library = findLibrary();
  if (library === undefined) throw new Error('libfaketime is not installed');
  async function set(offsetSeconds: number): Promise<void> {
    // Renamed, because a process must not read a file that is half written.
    await writeFile(`${file}.new`, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}\n`, { mode: 0o644 });
    await rename(`${file}.new`, file);
  }
  await set(0);
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      // Processes of one Postgres that see a jump one after the other would disagree meanwhile.
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1', // the times of files stay
    },
    set,
  };
}
