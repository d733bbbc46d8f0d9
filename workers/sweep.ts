/** The sweeps: loops that find work in Postgres, such as deliveries whose wake-up was lost. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../platform/logger.ts';

/** Mean time between two sweeps, unless one gives its own: what a retry is late. */
const SWEEP_INTERVAL_MS = 1_000;
/** Share of the interval that is random, so that several nodes do not sweep together. */
const JITTER_SHARE = 0.4;
const jittered = (meanMs: number) => meanMs * (1 - JITTER_SHARE / 2 + JITTER_SHARE * Math.random());

/**
 * Runs `sweep` at once, and again about `intervalMs` after each run. A failed sweep is logged and
 * not repeated: the next one finds the same work.
 *
 * @param sweep gets a signal that aborts when the loop stops
 */
export function startSweeps(
  sweep: (stopping: AbortSignal) => Promise<unknown>,
  log: Logger,
  { intervalMs = SWEEP_INTERVAL_MS }: { intervalMs?: number } = {},
): { stop: () => Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await sweep(signal);
      } catch (error) {
        log.error({ err: error }, 'sweep failed');
      }
      await delay(jittered(intervalMs), undefined, { signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
