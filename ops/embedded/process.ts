/** Processes that are not necessarily our children. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * A process, and when it began: numbers are used again, and no other process may be ended in its
 * stead.
 */
export interface KnownProcess {
  pid: number;
  /** Compared, never read. */
  born: string;
}

/** @returns `undefined` when no such process runs */
export function knownProcess(pid: number): KnownProcess | undefined {
  const born = bornAt(pid);
  return born === undefined ? undefined : { pid, born };
}

export const isSame = ({ pid, born }: KnownProcess): boolean => bornAt(pid) === born;

/**
 * Whether a process runs and was called with these words, in this order.
 *
 * @param words such as `postgres -D /data`
 */
export const runsAs = (pid: number, words: string): boolean =>
  bornAt(pid) !== undefined && `${commandOf(pid)} `.includes(`${words} `);

/** @returns its words, with spaces between; `undefined` when that cannot be told */
export function commandOf(pid: number): string | undefined {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : ps(pid, 'command=');
  } catch {
    return undefined;
  }
}

/**
 * Asks a process to end, and waits. One that somebody has stopped (SIGSTOP) is made to go on first,
 * for it could not end.
 *
 * @param cut when aborted, the process is killed, and so are its children, which may be stopped themselves
 */
export async function stopProcess(
  known: KnownProcess,
  signal: NodeJS.Signals,
  cut: AbortSignal,
): Promise<void> {
  if (!isSame(known)) return;
  send(known, signal);
  send(known, 'SIGCONT');
  while (isSame(known) && !cut.aborted) await delay(20);
  if (!isSame(known)) return;
  const children = childrenOf(known.pid);
  send(known, 'SIGKILL');
  for (const child of children) send(child, 'SIGKILL');
  while (isSame(known)) await delay(20);
}

function send(known: KnownProcess, signal: NodeJS.Signals): void {
  if (!isSame(known)) return;
  try {
    process.kill(known.pid, signal);
  } catch {
    // it has ended by itself
  }
}

function bornAt(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const { state, began } = statOf(pid);
      return state === 'Z' ? undefined : began;
    }
    process.kill(pid, 0);
    return process.platform === 'win32' ? '' : ps(pid, 'lstart=');
  } catch (error) {
    // Of another user, which only Windows cannot tell more of.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? '' : undefined;
  }
}

/** proc(5): the name may hold spaces and brackets; the fields are counted behind it. */
function statOf(pid: number): { state: string; parent: number; began: string } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', parent: Number(fields[1]), began: fields[19] ?? '' };
}

/** @returns `undefined` when that cannot be told */
export function parentOf(pid: number): number | undefined {
  try {
    return process.platform === 'linux' ? statOf(pid).parent : undefined;
  } catch {
    return undefined;
  }
}

function childrenOf(pid: number): KnownProcess[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(Number(name)) === pid)
    .flatMap((name) => knownProcess(Number(name)) ?? []);
}

const ps = (pid: number, column: string): string =>
  execFileSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).trim();
