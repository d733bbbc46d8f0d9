/** The role `webhooks`: sends the due deliveries of each endpoint that it is woken for. */
import { createGroupCommit } from '../store/group-commit.ts';
import { type Outcome, recordOutcomes } from '../store/webhooks/outcomes.ts';
import { countUnread, parkUnknown, requeueKnown } from '../store/webhooks/unread.ts';
import { webhookDeliveriesUnread } from '../platform/metrics.ts';
import { type ConnectionsOptions, openConnections } from './sending/connections.ts';
import { CLAIM_DELIVERIES_MAX, type DeliverOptions, deliverOnce } from './deliver.ts';
import { startSweeps } from './sweep.ts';
import { ENDPOINTS_AT_ONCE_MAX, type Wakeups } from './wakeups/wakeups.ts';

/** Outcomes in one statement, of all endpoints together. */
const BATCH_OUTCOMES_MAX = 500;
const RECORD_TIMEOUT_MS = 5_000;
/** An endpoint with a backlog queues again after this time, behind the endpoints that wait. */
const TURN_MS_MAX = 1_000;

export interface WebhooksOptions extends Pick<DeliverOptions, 'pool' | 'render' | 'log'>, ConnectionsOptions {
  wakeups: Pick<Wakeups, 'wake' | 'run'>;
  /** After `stop`, running attempts have this long to end. */
  graceMs: number;
}

export function startWebhooks(options: WebhooksOptions): { stop: () => Promise<void> } {
  const { pool, wakeups, allowLoopback, names } = options;
  const connections = openConnections({ allowLoopback, names });
  const outcomes = createGroupCommit<Outcome, void>({
    async write(batch) {
      await recordOutcomes(pool, batch);
      return batch.map(() => {});
    },
    claims: (outcome) => [outcome.delivery_id],
    capacity: ENDPOINTS_AT_ONCE_MAX * CLAIM_DELIVERIES_MAX,
    batchItemsMax: BATCH_OUTCOMES_MAX,
    timeoutMs: RECORD_TIMEOUT_MS,
  });
  const stopping = new AbortController();
  const cut = new AbortController();
  const signals = { stopping: stopping.signal, cut: cut.signal };
  const { wake } = wakeups;
  const worker = wakeups.run(async (endpointId) => {
    const own = { ...options, ...signals, wake, outcomes, connections: connections.of(endpointId) };
    const beganMs = performance.now();
    while (!stopping.signal.aborted && (await deliverOnce(own, endpointId)) > 0) {
      if (performance.now() - beganMs < TURN_MS_MAX) continue;
      await wake([endpointId]);
      return;
    }
  });
  const sweeps = startSweeps(async () => {
    await wake(await requeueKnown(pool));
    await parkUnknown(pool);
    for (const [reason, deliveries] of Object.entries(await countUnread(pool)))
      webhookDeliveriesUnread.set({ reason }, deliveries);
  }, options.log);
  return {
    async stop() {
      stopping.abort();
      const timer = setTimeout(() => cut.abort(), options.graceMs);
      await Promise.all([sweeps.stop(), worker.close()]);
      clearTimeout(timer);
      await outcomes.drained();
      connections.close();
    },
  };
}
