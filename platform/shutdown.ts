/** How a process ends: part by part, and in time, whatever a part does. */
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { endsWithin } from './deadline.ts';
import type { DrainTimes } from './settings/drain-times.ts';
import type { Logger } from './logger.ts';

/** Sent by a supervisor, by Ctrl-C, and by a terminal that closes. */
export const END_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Part of the drain time that is reserved for the parts behind the requests; at most half of it.
 */
const CLOSING_MS = 3_000;
/** Time from the signal to the end, even if HOLDFAST_DRAIN_SECONDS is shorter. */
const END_MS_MIN = 1_500;
/** Part of the closing time that is reserved for the embedded services. */
const SERVICES_MS = 1_000;
/** Time for a start to notice its abort. */
const START_ABORT_MS = 1_000;
/** npm repeats a signal that the terminal has already sent to every process: ignore the repeat. */
const REPEAT_IGNORED_MS = 1_000;
/** Time for killed services to disappear. */
const KILL_MS = 500;
/** Time to write the log. Then the process is killed: the reader of its output may hang. */
const FLUSH_MS = 2_000;
/** Time to exit: Node writes its compile cache, which takes seconds on a busy machine. */
const EXIT_MS = 10_000;
/** A process whose event loop hangs is killed this long after it had to end. */
const LAST_RESORT_MS = 1_000;

/** Milliseconds for requests in flight, after the delay. */
export function requestGraceMs({ drainSeconds, drainDelaySeconds }: DrainTimes): number {
  const seconds = drainSeconds - drainDelaySeconds;
  return Math.max(seconds * 1_000 - CLOSING_MS, seconds * 500);
}

/** Milliseconds from the signal to the end. */
export const endWithinMs = (drainSeconds: number): number => Math.max(drainSeconds * 1_000, END_MS_MIN);

export interface Shutdown {
  /** Adds a part. Parts stop in reverse order. */
  add: (name: string, stop: () => Promise<unknown>) => void;
  /** Adds embedded services; they stop last. `stop` must kill them when its signal aborts. */
  addServices: (stop: (cut: AbortSignal) => Promise<unknown>) => void;
  /** Names the start that adds the parts. The shutdown waits until the start has ended. */
  started: (start: Promise<unknown>) => void;
  /** Aborts when the shutdown begins. */
  signal: AbortSignal;
  /** Stops all parts. Resolves when they have stopped, or their time is over. */
  run: () => Promise<void>;
}

export interface ShutdownOptions extends DrainTimes {
  log: Logger;
  /** Called after a shutdown that a signal began. */
  exit: () => void;
  signals?: readonly NodeJS.Signals[];
}

/** The first signal begins the shutdown; a second one stops waiting for the parts. */
export function createShutdown(options: ShutdownOptions): Shutdown {
  const { drainSeconds, drainDelaySeconds, log, exit, signals = END_SIGNALS } = options;
  const parts: { name: string; stop: () => Promise<unknown> }[] = [];
  const services: ((cut: AbortSignal) => Promise<unknown>)[] = [];
  const began = new AbortController();
  const hurry = new AbortController();
  const cut = new AbortController();
  let starting: Promise<unknown> = Promise.resolve();
  let hasStarted = false;
  let running: Promise<void> | undefined;
  let beganAt = 0;

  async function end(delayMs: number): Promise<void> {
    beganAt = performance.now();
    began.abort();
    const totalMs = endWithinMs(drainSeconds);
    const remainingMs = () => Math.max(0, beganAt + totalMs - performance.now());
    const lastResort = killSelfAfter(totalMs + LAST_RESORT_MS);
    if (hasStarted && delayMs > 0) await delay(delayMs, undefined, { signal: hurry.signal }).catch(() => {});
    await endsWithin(starting, START_ABORT_MS, hurry.signal).catch(() => {});
    for (const { name, stop } of parts.toReversed()) {
      const partMs = Math.max(0, remainingMs() - SERVICES_MS);
      const ended = await endsWithin(logged(name, stop()), partMs, hurry.signal);
      if (!ended) log.warn({ part: name }, 'stop timed out');
    }
    const timer = setTimeout(() => cut.abort(), Math.max(SERVICES_MS, remainingMs()));
    const ending = Promise.all(services.map((stop) => logged('services', stop(cut.signal))));
    await endsWithin(ending, Math.max(SERVICES_MS, remainingMs()) + KILL_MS);
    clearTimeout(timer);
    lastResort.postMessage(FLUSH_MS);
    log.flush();
    // After the listener that writes the rest of the log.
    process.once('exit', () => lastResort.postMessage(EXIT_MS));
  }
  const logged = (name: string, ending: Promise<unknown>) =>
    ending.catch((cause: unknown) => log.warn({ err: cause, part: name }, 'stop failed'));
  const run = (delayMs = 0) => (running ??= end(delayMs));
  function endAtOnce(): void {
    hurry.abort();
    setTimeout(() => cut.abort(), SERVICES_MS);
  }

  for (const signal of signals) {
    process.on(signal, () => {
      if (running === undefined) {
        log.info({ signal }, 'stopping');
        void run(signal === 'SIGTERM' ? drainDelaySeconds * 1_000 : 0).then(exit);
      } else if (performance.now() - beganAt > REPEAT_IGNORED_MS && !hurry.signal.aborted) {
        log.warn({ signal }, 'stopping at once');
        endAtOnce();
      }
    });
  }
  return {
    add: (name, stop) => void parts.push({ name, stop }),
    addServices: (stop) => void services.push(stop),
    started(start) {
      starting = start;
      start.then(
        () => (hasStarted = true),
        () => {},
      );
    },
    signal: began.signal,
    run: () => run(),
  };
}

/**
 * Runs in a thread: no timer of the main thread fires while it blocks on a full pipe. A message
 * sets the remaining milliseconds.
 */
function killSelfAfter(ms: number): Worker {
  const program = `
    const kill = () => process.kill(process.pid, 'SIGKILL');
    let timer = setTimeout(kill, ${ms});
    require('node:worker_threads').parentPort.on('message', (ms) => {
      clearTimeout(timer);
      timer = setTimeout(kill, ms);
    });`;
  const worker = new Worker(program, { eval: true });
  worker.on('error', () => {});
  worker.unref();
  return worker;
}
