/** The role `webhooks`: sends the due deliveries of each endpoint that it is woken for. */
import { createGroupCommit } from '../store/group-commit.ts';
import { type Outcome, recordOutcomes } from '../store/webhooks/outcomes.ts';
import { countUnread, parkUnknown, requeueKnown } from '../store/webhooks/unread.ts';
import { webhookDeliveriesUnread } from '../platform/metrics.ts';
import { startSweeps } from './sweep.ts';
import { type AddressRule, createGuardedAgent } from './addresses.ts';
import { CLAIM_DELIVERIES_MAX, type DeliverOptions, REQUESTS_AT_ONCE_MAX, deliverOnce } from './deliver.ts';
import { ENDPOINTS_AT_ONCE_MAX, type Wakeups } from './wakeups.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** Outcomes in one statement, of all endpoints together. */
const BATCH_OUTCOMES_MAX = 500;
const RECORD_TIMEOUT_MS = 5_000;
/** Deliveries that no node could read are counted once in this many sweeps. */
const SWEEPS_PER_COUNT = 10;

export interface WebhooksOptions extends Pick<DeliverOptions, 'pool' | 'render' | 'log'>, AddressRule {
  wakeups: Pick<Wakeups, 'wake' | 'run'>;
  /** After `stop`, running attempts have this long to end. */
  graceMs: number;
}

export function startWebhooks(options: WebhooksOptions): { stop: () => Promise<void> } {
  const { pool, wakeups, allowLoopback } = options;
  const agent = createGuardedAgent({
    connectionsMax: REQUESTS_AT_ONCE_MAX,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    allowLoopback,
  });
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
    while (
      !stopping.signal.aborted &&
      (await deliverOnce({ ...options, ...signals, wake, agent, outcomes }, endpointId)) > 0
    );
  });
  const sweeps = startSweeps(async (count) => {
    await wake(await requeueKnown(pool));
    await parkUnknown(pool);
    if (count % SWEEPS_PER_COUNT !== 0) return;
    for (const [reason, deliveries] of Object.entries(await countUnread(pool)))
      webhookDeliveriesUnread.set({ reason }, deliveries);
  }, options.log);
  return {
    async stop() {
      stopping.abort();
      await sweeps.stop();
      const timer = setTimeout(() => cut.abort(), options.graceMs);
      await worker.close();
      clearTimeout(timer);
      await outcomes.drained();
      await agent.destroy();
    },
  };
}
