/** How an embedded Postgres that runs is found again. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runsAs } from './process.ts';

export const USER = 'holdfast';
export const DATABASE = 'holdfast';

/**
 * What Postgres noted of itself when it started; it may have been killed since, and its number used again.
 *
 * @param data the cluster's own directory
 */
export async function readPostmaster(data: string): Promise<{ pid: number; port: number } | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return pid ? { pid, port: Number(lines[3]) } : undefined;
}

/**
 * Whether a process is the postmaster of a cluster: numbers are used again, also by another
 * Postgres.
 */
export const isPostmaster = (pid: number, data: string): boolean => runsAs(pid, `postgres -D ${data}`);

export const urlOf = (password: string, port: number) =>
  `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
