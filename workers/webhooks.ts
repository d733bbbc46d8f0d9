/** The role `webhooks`: sends the due deliveries of each endpoint that it is woken for. */
import { createLoopShare } from '../platform/loop-share.ts';
import { createTenantConnections } from '../store/connections/tenant-connections.ts';
import { createGroupCommit } from '../store/group-commit.ts';
import type { PersonalData } from '../store/personal/personal-data.ts';
import type { DatabasePool } from '../store/pool.ts';
import { type Outcome, recordOutcomes } from '../store/webhooks/outcomes.ts';
import { countUnread, parkUnknown, requeueKnown } from '../store/webhooks/unread.ts';
import { webhookDeliveriesUnread } from './metrics.ts';
import { type ConnectionsOptions, openConnections } from './sending/connections.ts';
import { CLAIM_DELIVERIES_MAX, type DeliverOptions, deliverOnce } from './deliver.ts';
import { type Render, createMessages } from './messages.ts';
import { startSweeps } from './sweep.ts';
import { ENDPOINTS_AT_ONCE_MAX, type Wakeups } from './wakeups/wakeups.ts';

/** Outcomes in one statement, of all endpoints together. */
const BATCH_OUTCOMES_MAX = 500;
const RECORD_TIMEOUT_MS = 5_000;
/** An endpoint with a backlog queues again after this time, behind the endpoints that wait. */
const TURN_MS_MAX = 1_000;

/** Of the connections to Postgres, for the statements of all endpoints: claims, rests, backlogs. */
const CONNECTIONS_SHARE = 0.3;
/**
 * Attempts that begin in one turn of the event loop. With thousands due, each turn would else begin
 * and end hundreds, and the requests of the same process would wait for 0.2 s a turn.
 */
const ATTEMPTS_PER_TURN_MAX = 16;

export interface WebhooksOptions extends Pick<DeliverOptions, 'log' | 'keyring'>, ConnectionsOptions {
  render: Render;
  /** Opens personal data of events; without it, all of it must be in the clear. */
  personal?: PersonalData | undefined;
  pool: DatabasePool;
  /** Connections of the pool. */
  poolSize: number;
  wakeups: Pick<Wakeups, 'wake' | 'run'>;
  /** After `stop`, running attempts have this long to end. */
  graceMs: number;
}

export function startWebhooks(options: WebhooksOptions): { stop: () => Promise<void> } {
  const { pool, poolSize, wakeups, allowLoopback, names } = options;
  const statements = createTenantConnections({ pool, size: poolSize, share: CONNECTIONS_SHARE });
  const begins = createLoopShare({ perTurnMax: ATTEMPTS_PER_TURN_MAX });
  const connections = openConnections({ allowLoopback, names });
  const bodyOf = createMessages(options.render, options.personal);
  const outcomes = createGroupCommit<{ tenantId: string; outcome: Outcome }, void>({
    async write(batch) {
      await recordOutcomes(
        pool,
        batch.map(({ outcome }) => outcome),
      );
      return batch.map(() => {});
    },
    claims: ({ outcome }) => [outcome.delivery_id],
    tenantOf: ({ tenantId }) => tenantId,
    capacity: ENDPOINTS_AT_ONCE_MAX * CLAIM_DELIVERIES_MAX,
    batchItemsMax: BATCH_OUTCOMES_MAX,
    timeoutMs: RECORD_TIMEOUT_MS,
  });
  const stopping = new AbortController();
  const cut = new AbortController();
  const signals = { stopping: stopping.signal, cut: cut.signal };
  const { wake } = wakeups;
  const worker = wakeups.run(async (endpointId, tenantId) => {
    const own: DeliverOptions = {
      ...options,
      ...signals,
      bodyOf,
      wake,
      record: (outcome) => outcomes.submit({ tenantId, outcome }),
      pool: statements.of(tenantId),
      connections: connections.of(endpointId),
      mayBegin: () => begins.begin(tenantId),
    };
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
