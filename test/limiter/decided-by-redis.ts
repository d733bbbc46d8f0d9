import { limiterFallbacks } from '../../platform/metrics.ts';

const RUNS_MAX = 5;

const fallbacks = async () =>
  (await limiterFallbacks.get()).values.reduce((sum, { value }) => sum + value, 0);

/**
 * Runs a test that counts requests exactly. It runs again when it failed and Redis had answered too
 * late, as on a busy machine: then this process counted for itself.
 */
export async function decidedByRedis(run: () => Promise<void>): Promise<void> {
  for (let runs = 1; ; runs += 1) {
    const before = await fallbacks();
    try {
      return await run();
    } catch (error) {
      if (runs === RUNS_MAX || (await fallbacks()) === before) throw error;
    }
  }
}
