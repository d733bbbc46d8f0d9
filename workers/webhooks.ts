/** The role `webhooks`: sends to the endpoints that it is woken for. */
import { createGroupCommit } from '../store/group-commit.ts';
import { type Outcome, recordOutcomes } from '../store/webhooks/queue.ts';
import { type AddressRule, createGuardedAgent } from './addresses.ts';
import { BATCH, CONCURRENCY, type DeliverOptions, deliverOnce } from './deliver.ts';
import { ENDPOINTS_AT_ONCE, type Wakeups } from './wakeups.ts';

/** Milliseconds to connect to a receiver. */
const CONNECT = 5_000;

export interface WebhooksOptions extends Pick<DeliverOptions, 'pool' | 'render' | 'log'>, AddressRule {
  wakeups: Pick<Wakeups, 'wake' | 'run'>;
  /** Milliseconds that attempts under way are given when it stops. */
  graceMs: number;
}

export function startWebhooks(options: WebhooksOptions): { stop: () => Promise<void> } {
  const { pool, wakeups, allowLoopback } = options;
  const agent = createGuardedAgent({ connections: CONCURRENCY, timeout: CONNECT, allowLoopback });
  const outcomes = createGroupCommit<Outcome, void>({
    async write(batch) {
      await recordOutcomes(pool, batch);
      return batch.map(() => {});
    },
    claims: (outcome) => [outcome.delivery_id],
    capacity: ENDPOINTS_AT_ONCE * BATCH,
    maxBatch: 500,
    timeout: 5_000,
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
  return {
    async stop() {
      stopping.abort();
      const timer = setTimeout(() => cut.abort(), options.graceMs);
      await worker.close();
      clearTimeout(timer);
      await outcomes.drained();
      await agent.destroy();
    },
  };
}
