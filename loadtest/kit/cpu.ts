/** CPU time of processes. */
import { readFile } from 'node:fs/promises';

/** Clock ticks a second of /proc/PID/stat (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** CPU seconds that processes have used; NaN on other systems than Linux. */
export async function cpuSecondsOf(pids: readonly string[]): Promise<number> {
  let ticks = 0;
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [, user = 0, system = 0] = /\) (?:\S+ ){11}(\d+) (\d+)/.exec(stat)?.map(Number) ?? [];
    ticks += user + system;
  }
  return process.platform === 'linux' ? ticks / TICKS_PER_SECOND : Number.NaN;
}
