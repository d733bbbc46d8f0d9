import { readFile } from 'node:fs/promises';

/** CPU seconds that processes have used; on Linux, else not known. */
export async function cpuOf(pids: readonly string[]): Promise<number> {
  let ticks = 0;
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [, user = 0, system = 0] = /\) (?:\S+ ){11}(\d+) (\d+)/.exec(stat)?.map(Number) ?? [];
    ticks += user + system;
  }
  return process.platform === 'linux' ? ticks / 100 : Number.NaN;
}
