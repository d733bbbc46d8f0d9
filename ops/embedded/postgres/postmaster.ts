/** Finds a running embedded Postgres. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runsAs } from '../process.ts';

export const USER = 'holdfast';
export const DATABASE = 'holdfast';

/**
 * Reads postmaster.pid. The process may be dead, and its pid in use by another process.
 *
 * @param data directory of the cluster
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

/** Whether a process is the postmaster of this cluster. Another Postgres may have its pid. */
export const isPostmaster = (pid: number, data: string): boolean => runsAs(pid, `postgres -D ${data}`);

export const urlOf = (password: string, port: number) =>
  `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
