/**
 * Exports the status of webhooks as metrics. All nodes export the same stored status, so that none
 * exports an old one. A loop of its own: the sweep does not wait for it.
 */
import type { Logger } from '../platform/logger.ts';
import {
  webhookEndpoints,
  webhookOldestDue,
  webhookOldestUndelivered,
  webhookReplaysRunning,
  webhookStatusReadAt,
} from './metrics.ts';
import type { DatabasePool } from '../store/pool.ts';
import { startSweeps } from './sweep.ts';
import { ENDPOINT_STATES, type WebhookStatus, storeStatus, storedStatus } from '../store/webhooks/status.ts';

/** Mean time between two looks at the stored status. */
const INTERVAL_MS = 5_000;
/** A status that failed is not computed again before: it may have taken all of its time limit. */
const FAILURE_PAUSE_MS = 60_000;

export function startStatusGauges(pool: DatabasePool, log: Logger): { stop: () => Promise<void> } {
  let storesFromMs = 0;

  async function update(): Promise<void> {
    if (performance.now() >= storesFromMs) {
      await storeStatus(pool).catch((error: unknown) => {
        storesFromMs = performance.now() + FAILURE_PAUSE_MS;
        log.error({ err: error }, 'webhook status failed');
      });
    }
    const status = await storedStatus(pool);
    if (status !== undefined) setGauges(status);
  }

  const look = () => update().catch((error: unknown) => log.error({ err: error }, 'webhook status failed'));
  return startSweeps(look, log, { intervalMs: INTERVAL_MS });
}

function setGauges({ read_at, states, replays }: WebhookStatus): void {
  for (const state of ENDPOINT_STATES) {
    const found = states.find((each) => each.state === state);
    webhookEndpoints.set({ state }, found?.endpoints ?? 0);
    webhookOldestUndelivered.set({ state }, found?.oldest_undelivered_seconds ?? 0);
    if (state === 'unclaimed') webhookOldestDue.set(found?.oldest_due_seconds ?? 0);
  }
  webhookReplaysRunning.set(replays.length);
  webhookStatusReadAt.set(Date.parse(read_at) / 1_000);
}
