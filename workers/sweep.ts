/** The sweeps: loops that find work in Postgres, such as deliveries whose wake-up was lost. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../platform/logger.ts';

/** Time between two sweeps: the most that a retry, or a lost wake-up, is late. */
const SWEEP_INTERVAL_MS = 1_000;

/**
 * Runs `sweep` at once, and again a second after each run. A failed sweep is logged and not
 * repeated: the next one finds the same work.
 *
 * @param sweep gets a signal that aborts when the loop stops
 */
export function startSweeps(
  sweep: (stopping: AbortSignal) => Promise<unknown>,
  log: Logger,
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
      await delay(SWEEP_INTERVAL_MS, undefined, { signal }).catch(() => {});
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
