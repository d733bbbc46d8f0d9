/** CPU time of processes. */
import { readFile, readdir } from 'node:fs/promises';

/** Clock ticks a second of /proc/PID/stat (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** The parent of a process, the ticks that it has used, and those of its children that ended. */
export async function statOf(pid: string): Promise<{ parent: string; own: number; ended: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (first: number) => Number(fields[first] ?? 0) + Number(fields[first + 1] ?? 0);
  return { parent: fields[1] ?? '', own: ticks(11), ended: ticks(13) };
}

const secondsOf = (ticks: number): number =>
  process.platform === 'linux' ? ticks / TICKS_PER_SECOND : Number.NaN;

/** CPU seconds that processes have used; NaN on other systems than Linux. */
export async function cpuSecondsOf(pids: readonly string[]): Promise<number> {
  let ticks = 0;
  for (const pid of pids) ticks += (await statOf(pid)).own;
  return secondsOf(ticks);
}

/**
 * CPU seconds that a process and its children have used, also those children that ended; NaN on
 * other systems than Linux.
 */
export async function cpuSecondsOfFamily(pid: string): Promise<number> {
  const head = await statOf(pid);
  let ticks = head.own + head.ended;
  const others = await readdir('/proc').catch(() => []);
  for (const other of others) {
    if (!/^\d+$/.test(other)) continue;
    const { parent, own, ended } = await statOf(other);
    if (parent === pid) ticks += own + ended;
  }
  return secondsOf(ticks);
}
