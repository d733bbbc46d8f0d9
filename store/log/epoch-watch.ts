/**
 * Watches the epochs of the log: starts one where the log needs it, and reports each new one. The
 * append looks at the timeline and the head by itself. This also finds what it does not see, and
 * needs no append.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabasePool } from 'slonik';
import type { Logger } from '../../platform/logger.ts';
import { logEpoch, logEpochStartedAt } from '../../platform/metrics.ts';
import { type Epoch, currentEpochs } from './epochs.ts';

const LOOK_INTERVAL_MS = 1_000;

export interface EpochWatchOptions {
  pool: DatabasePool;
  log: Logger;
  /** Called with an epoch that began while this process ran: what it remembers may be lost. */
  onNewEpoch: (epoch: Epoch) => void;
}

/** Looks once, before it resolves, and then every second. */
export async function startEpochWatch({ pool, log, onNewEpoch }: EpochWatchOptions): Promise<{
  stop: () => Promise<void>;
}> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const known = new Map<number, number>();

  async function look(): Promise<void> {
    for (const epoch of await currentEpochs(pool)) {
      const { partition, kept_position, after_position, reason, timeline, started_at } = epoch;
      logEpoch.set({ partition }, epoch.epoch);
      logEpochStartedAt.set({ partition }, Date.parse(started_at) / 1_000);
      const before = known.get(partition);
      known.set(partition, epoch.epoch);
      if (before === epoch.epoch) continue;
      const facts = {
        partition,
        epoch: epoch.epoch,
        reason,
        kept_position,
        after_position,
        timeline,
        started_at,
      };
      if (before === undefined) {
        log.info(facts, 'log epoch');
        continue;
      }
      log.warn(facts, 'log epoch started');
      onNewEpoch(epoch);
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await delay(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      await look().catch((error: unknown) => log.warn({ err: error }, 'log epoch not read'));
    }
  }

  await look();
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
