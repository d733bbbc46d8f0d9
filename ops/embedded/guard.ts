/**
 * Stops the embedded services even if the process that started them is killed. A small process
 * reads a pipe that closes with its parent. It then waits for the next start, which adopts the
 * services, and otherwise stops them (guard-process.js).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type KnownProcess, knownProcess } from './process.ts';

const PROGRAM = fileURLToPath(new URL('guard-process.js', import.meta.url));

/** A message to the guard process: one line of JSON. */
export type GuardMessage = { watch: KnownProcess; signal: NodeJS.Signals } | { forget: number };

export interface Guard {
  /** @param signal stops the process regularly */
  watch: (pid: number, signal: NodeJS.Signals) => void;
  forget: (pid: number) => void;
  /** Ends the guard, but not the processes that it watches. */
  release: () => Promise<void>;
}

/** @param dataDir its lock shows whether the next start has adopted the services */
export function startGuard(dataDir: string): Guard {
  const child: ChildProcess = spawn(process.execPath, ['--max-old-space-size=32', PROGRAM, dataDir], {
    // Detached: Ctrl-C in the terminal must not reach the guard.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] },
    cwd: '/',
  });
  child.on('error', () => {}); // continue without a guard
  child.stdin?.on('error', () => {});
  child.unref();
  (child.stdin as unknown as { unref: () => void } | null)?.unref();
  const send = (message: GuardMessage) => void child.stdin?.write(`${JSON.stringify(message)}\n`);
  return {
    watch(pid, signal) {
      const known = knownProcess(pid);
      if (known) send({ watch: known, signal });
    },
    forget: (pid) => send({ forget: pid }),
    async release() {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.ref(); // else the event loop may end before the exit
      child.kill('SIGKILL');
      await exited;
    },
  };
}
