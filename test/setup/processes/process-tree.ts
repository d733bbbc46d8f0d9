/** The processes that a process has started. */
import { readFileSync, readdirSync } from 'node:fs';

const statOf = (pid: number): string[] => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
};

/** Whether a process runs; a zombie does not. */
export const isRunning = (pid: number): boolean => !['Z', undefined].includes(statOf(pid)[0]);

/** The command line of a process; empty when it has ended. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** The numbers of all processes below a process, itself first. */
export function treeOf(pid: number): number[] {
  if (process.platform !== 'linux') return [pid];
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const tree = [pid];
  for (const above of tree) {
    for (const name of processes) {
      if (Number(statOf(Number(name))[1]) === above) tree.push(Number(name));
    }
  }
  return tree;
}
