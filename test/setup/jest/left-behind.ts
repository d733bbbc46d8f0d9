/** Processes that tests started and did not end. */
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { commandOf, isRunning } from '../processes/process-tree.ts';

/** Time for processes that were asked to end, and for workers, which end after the last test. */
const END_MS = 10_000;

const environmentOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return ''; // it has ended, or another user runs it
  }
};

/** @returns process ids by command line, of processes that name the folder of this run */
function findProcesses(folder: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || pid === process.ppid) continue;
    const command = commandOf(pid);
    const mentions = command.includes(folder) || environmentOf(pid).includes(folder);
    if (mentions && isRunning(pid)) found.set(pid, command);
  }
  return found;
}

/**
 * Kills what is left of a run. Linux only: it reads /proc.
 *
 * @param folder of the run, which each of its processes has in its arguments or environment
 * @returns the command lines of the processes that it killed
 */
export async function killLeftBehind(folder: string): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  let left = findProcesses(folder);
  for (const deadline = Date.now() + END_MS; left.size > 0 && Date.now() < deadline;) {
    await delay(100);
    left = findProcesses(folder);
  }
  for (const pid of left.keys()) process.kill(pid, 'SIGKILL');
  return [...left.values()];
}
