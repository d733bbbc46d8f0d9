/** A small file system for the data of a Postgres, which can be filled. Only root can mount one. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, rm, statfs, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The image is sparse: it takes the space of what Postgres has written. */
const DISK_BYTES = 6 * 2 ** 30;

export interface Disk {
  /** Fills it up to some free bytes. */
  fill: (freeBytes: number) => Promise<void>;
  free: () => Promise<void>;
  /** Removes it, with its data. */
  remove: () => Promise<void>;
}

export const hasDisks = (): boolean =>
  process.getuid?.() === 0 && existsSync('/dev/loop-control') && existsSync('/usr/sbin/mkfs.ext4');

/** Mounts a file system. @param folder exists and is empty */
export async function createDisk(folder: string): Promise<Disk> {
  const image = `${folder}.img`;
  const filler = join(folder, 'filler');
  await writeFile(image, '');
  await truncate(image, DISK_BYTES);
  await run('/usr/sbin/mkfs.ext4', ['-q', '-F', '-m', '0', image]);
  await run('mount', ['-o', 'loop', image, folder]);
  await chmod(folder, 0o755);
  return {
    async fill(freeBytes) {
      const { bavail, bsize } = await statfs(folder);
      const bytes = Math.max(bsize, bavail * bsize - freeBytes);
      await run('fallocate', ['--length', String(bytes), filler]);
    },
    free: () => rm(filler, { force: true }),
    async remove() {
      // A process of Postgres may end a little later than its postmaster.
      await run('umount', ['--lazy', folder]);
      await rm(image, { force: true });
    },
  };
}
