/**
 * Sees to it that services end with the process that started them, also when that is killed
 * outright.
 *
 * A small process beside it reads a pipe whose other end closes with us. Then it waits for a next
 * start, which takes the services over; when none comes, it ends them (guard-process.js).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type KnownProcess, knownProcess } from './process.ts';

const PROGRAM = fileURLToPath(new URL('guard-process.js', import.meta.url));

/** What is told to the process, a line each, in JSON. */
export type Told = { watch: KnownProcess; signal: NodeJS.Signals } | { forget: number };

export interface Guard {
  /** @param signal that asks the process to end */
  watch: (pid: number, signal: NodeJS.Signals) => void;
  forget: (pid: number) => void;
  /** Ends the guard alone, and none that it watches. */
  release: () => Promise<void>;
}

/** @param dataDir whose lock says whether a next start has taken the services over */
export function startGuard(dataDir: string): Guard {
  const child: ChildProcess = spawn(process.execPath, ['--max-old-space-size=32', PROGRAM, dataDir], {
    // Apart from the terminal, whose signals are for us.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] },
    cwd: '/',
  });
  child.on('error', () => {}); // without it, all is as it would be without a guard
  child.stdin?.on('error', () => {});
  child.unref();
  (child.stdin as unknown as { unref: () => void } | null)?.unref();
  const tell = (told: Told) => void child.stdin?.write(`${JSON.stringify(told)}\n`);
  return {
    watch(pid, signal) {
      const known = knownProcess(pid);
      if (known) tell({ watch: known, signal });
    },
    forget: (pid) => tell({ forget: pid }),
    async release() {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.ref(); // it may be all that is waited for
      child.kill('SIGKILL');
      await gone;
    },
  };
}
