/** Processes that are not necessarily our children. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether a process is alive and is what it should be: numbers are used again. */
export async function isRunning(pid: number, program: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  try {
    const command =
      process.platform === 'linux'
        ? await readFile(`/proc/${pid}/cmdline`, 'utf8')
        : (await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)])).stdout;
    return command.includes(program);
  } catch {
    return false;
  }
}

/** Asks a process to end and waits; after `timeout` ms it is killed. */
export async function stopProcess(pid: number, signal: NodeJS.Signals, timeout: number): Promise<void> {
  const send = (name: NodeJS.Signals) => {
    try {
      process.kill(pid, name);
    } catch {
      // it has ended by itself
    }
  };
  send(signal);
  const deadline = performance.now() + timeout;
  while (isAlive(pid) && performance.now() < deadline) await delay(20);
  if (isAlive(pid)) send('SIGKILL');
}
