/** Inspects and stops processes that may not be our children. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const CHECK_INTERVAL_MS = 20;

/** A process and its start time, because the system reuses pids. */
export interface KnownProcess {
  pid: number;
  /** Start time in a format of the system; only compared. */
  born: string;
}

/** @returns `undefined` if the process does not run */
export function knownProcess(pid: number): KnownProcess | undefined {
  const born = bornAt(pid);
  return born === undefined ? undefined : { pid, born };
}

export const isSame = ({ pid, born }: KnownProcess): boolean => bornAt(pid) === born;

/**
 * Whether a process runs, and its command line contains these words.
 *
 * @param words such as `postgres -D /data`
 */
export const runsAs = (pid: number, words: string): boolean =>
  bornAt(pid) !== undefined && `${commandOf(pid)} `.includes(`${words} `);

/** @returns the command line, joined by spaces; `undefined` if it cannot be read */
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
 * Signals a process and waits for its end. Also sends SIGCONT, because a suspended process cannot
 * end.
 *
 * @param cut kills the process and its children when it aborts; the children may be suspended as
 *   well
 */
export async function stopProcess(
  known: KnownProcess,
  signal: NodeJS.Signals,
  cut: AbortSignal,
): Promise<void> {
  if (!isSame(known)) return;
  send(known, signal);
  send(known, 'SIGCONT');
  while (isSame(known) && !cut.aborted) await delay(CHECK_INTERVAL_MS);
  if (!isSame(known)) return;
  const children = childrenOf(known.pid);
  send(known, 'SIGKILL');
  for (const child of children) send(child, 'SIGKILL');
  while (isSame(known)) await delay(CHECK_INTERVAL_MS);
}

/**
 * Waits until a process is ready.
 *
 * @returns false if it ended, `timeoutMs` passed, or `signal` aborted
 */
export async function becomesReady(
  known: KnownProcess,
  isReady: () => Promise<boolean>,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline && isSame(known) && !signal?.aborted) {
    if (await isReady()) return true;
    await delay(CHECK_INTERVAL_MS);
  }
  return false;
}

function send(known: KnownProcess, signal: NodeJS.Signals): void {
  if (!isSame(known)) return;
  try {
    process.kill(known.pid, signal);
  } catch {
    // it has already ended
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
    // EPERM: the process of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? '' : undefined;
  }
}

/** proc(5): the command name may contain spaces and brackets, so count the fields after it. */
function statOf(pid: number): { state: string; parent: number; began: string } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', parent: Number(fields[1]), began: fields[19] ?? '' };
}

/** @returns `undefined` if it is unknown, as on systems other than Linux */
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
