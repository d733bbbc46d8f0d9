/** How a process ends: part by part, and in time, whatever a part does. */
import { Worker } from 'node:worker_threads';
import { endsWithin } from './deadline.ts';
import type { Logger } from './logger.ts';

/** Signals that ask a process to end: of a supervisor, of Ctrl-C, of a terminal that is closed. */
export const END_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Of the drain time, what is kept for all that ends behind the requests, in ms; half of it when it
 * is short.
 */
const CLOSING_MS = 3_000;
/** What the closing has in any case, in ms. */
const CLOSING_MS_MIN = 1_500;
/** Of the closing, what the embedded services have for themselves, in ms. */
const SERVICES_MS = 1_000;
/** What a start has to notice that it is not wanted any more, in ms. */
const START_MS = 1_000;
/**
 * npm passes on what a terminal has sent to all of its processes already, in ms: that is no second
 * signal.
 */
const SAME_SIGNAL_MS = 1_000;
/** For services that were killed to be gone, in ms. */
const CUT_MS = 500;
/**
 * When all has ended, the log is written out and the process exits within so many ms, or it is
 * killed: nobody may read its output.
 */
const EXIT_MS = 2_000;
/** A process that hangs where no timer runs is killed so many ms after its time. */
const LAST_RESORT_MS = 1_000;

/** Milliseconds that requests in flight are given. */
export const requestGraceMs = (drainSeconds: number): number =>
  Math.max(drainSeconds * 1_000 - CLOSING_MS, drainSeconds * 500);

/** Milliseconds from the signal to the end. */
export const endWithinMs = (drainSeconds: number): number => Math.max(drainSeconds * 1_000, CLOSING_MS_MIN);

export interface Shutdown {
  /** Adds a part. They end in the reverse order. */
  add: (name: string, stop: () => Promise<unknown>) => void;
  /**
   * Adds embedded services, which end last. @param stop is given what aborts when they are to be
   * killed
   */
  addServices: (stop: (cut: AbortSignal) => Promise<unknown>) => void;
  /** A start that adds parts; an end waits until it has given up. */
  started: (start: Promise<unknown>) => void;
  /** Aborted when the end has begun. */
  signal: AbortSignal;
  /** Ends all parts, and resolves when they have ended or their time is up. */
  run: () => Promise<void>;
}

export interface ShutdownOptions {
  drainSeconds: number;
  log: Logger;
  /** Called when all has ended that a signal asked to end. */
  exit: () => void;
  signals?: readonly NodeJS.Signals[];
}

/** Ends with the first signal, and at once with a second one. */
export function createShutdown(options: ShutdownOptions): Shutdown {
  const { drainSeconds, log, exit, signals = END_SIGNALS } = options;
  const parts: { name: string; stop: () => Promise<unknown> }[] = [];
  const services: ((cut: AbortSignal) => Promise<unknown>)[] = [];
  const begun = new AbortController();
  const hurry = new AbortController();
  const cut = new AbortController();
  let starting: Promise<unknown> = Promise.resolve();
  let running: Promise<void> | undefined;
  let begunAt = 0;

  async function end(): Promise<void> {
    begunAt = performance.now();
    begun.abort();
    const within = endWithinMs(drainSeconds);
    const left = () => Math.max(0, begunAt + within - performance.now());
    const lastResort = killItselfAfter(within + LAST_RESORT_MS);
    await endsWithin(starting, START_MS, hurry.signal).catch(() => {});
    for (const { name, stop } of parts.toReversed()) {
      const ended = await endsWithin(quietly(name, stop()), left() - SERVICES_MS, hurry.signal);
      if (!ended) log.warn({ part: name }, 'stop timed out');
    }
    const timer = setTimeout(() => cut.abort(), Math.max(SERVICES_MS, left()));
    const ending = Promise.all(services.map((stop) => quietly('services', stop(cut.signal))));
    await endsWithin(ending, Math.max(SERVICES_MS, left()) + CUT_MS);
    clearTimeout(timer);
    lastResort.postMessage(EXIT_MS);
  }
  const quietly = (name: string, ending: Promise<unknown>) =>
    ending.catch((cause: unknown) => log.warn({ err: cause, part: name }, 'stop failed'));
  const run = () => (running ??= end());
  function endAtOnce(): void {
    hurry.abort();
    setTimeout(() => cut.abort(), SERVICES_MS);
  }

  for (const signal of signals) {
    process.on(signal, () => {
      if (running === undefined) {
        log.info({ signal }, 'stopping');
        void run().then(exit);
      } else if (performance.now() - begunAt > SAME_SIGNAL_MS && !hurry.signal.aborted) {
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
    },
    signal: begun.signal,
    run,
  };
}

/**
 * In a thread of its own: no timer of ours runs while the process waits for a pipe that nobody
 * reads.
 */
function killItselfAfter(ms: number): Worker {
  const program = `
    const kill = () => process.kill(process.pid, 'SIGKILL');
    setTimeout(kill, ${ms});
    require('node:worker_threads').parentPort.on('message', (sooner) => setTimeout(kill, sooner));`;
  const worker = new Worker(program, { eval: true });
  worker.on('error', () => {});
  worker.unref();
  return worker;
}
