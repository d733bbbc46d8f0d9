/** Stops the services and child processes of a run with it, also on a signal or a SIGKILL. */
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Guard } from '../../ops/embedded/guard.ts';
import { whenNpmIsGone } from '../../ops/embedded/npm-parent.ts';
import { END_SIGNALS } from '../../platform/shutdown.ts';

const children = new Set<ChildProcess>();
const stops: (() => Promise<unknown>)[] = [];
let guard: Guard | undefined;
let isListening = false;
let isEnding = false;

/**
 * Stops services with this process.
 *
 * @param watchdog also kills the children if this process is killed
 */
export function endServicesWithUs(stop: () => Promise<unknown>, watchdog: Guard | undefined): void {
  listen();
  stops.push(stop);
  guard = watchdog;
  for (const child of children) watch(child);
}

/** Kills a child with this process. */
export function endWithUs<Child extends ChildProcess>(child: Child): Child {
  listen();
  children.add(child);
  child.once('exit', () => {
    children.delete(child);
    if (child.pid !== undefined) guard?.forget(child.pid);
  });
  if (isEnding) child.kill('SIGKILL');
  watch(child);
  return child;
}

function watch({ pid }: ChildProcess): void {
  if (pid !== undefined) guard?.watch(pid, 'SIGTERM');
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  whenNpmIsGone(() => process.kill(process.pid, 'SIGTERM'));
  for (const signal of END_SIGNALS) process.on(signal, () => void end(signal));
}

async function end(signal: NodeJS.Signals): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  for (const child of children) child.kill('SIGKILL');
  await Promise.allSettled(stops.map((stop) => stop()));
  process.exit(128 + constants.signals[signal]);
}
