/**
 * The metrics that Holdfast exports; those of webhooks are in workers/metrics.ts. Label values are
 * bounded: a route is a pattern, never a path, and no tenant, key or id is a label.
 */
import { isMainThread } from 'node:worker_threads';
import { Counter, Gauge, Histogram, collectDefaultMetrics } from 'prom-client';
import { ProcessRegistry } from './process-registry.ts';

export const registry = new ProcessRegistry();
// They are of the process: another thread would count them twice.
if (isMainThread) collectDefaultMetrics({ register: registry });

export const registers = [registry];
export const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Gauge collected on scrape: the sum of all registered callbacks, which cost nothing in between.
 *
 * @returns registers a callback that returns values by label; returns an unregister function
 */
function callbackGauge({ name, help, label }: { name: string; help: string; label: string }) {
  const callbacks = new Set<() => Record<string, number>>();
  // oxlint-disable-next-line no-new -- the constructor registers it
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers,
    collect() {
      this.reset();
      for (const read of callbacks)
        for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
    },
  });
  return (read: () => Record<string, number>): (() => void) => {
    callbacks.add(read);
    return () => callbacks.delete(read);
  };
}

export const httpRequestDuration = new Histogram({
  name: 'holdfast_http_request_duration_seconds',
  help: 'Duration of HTTP requests, from the first byte read to the last byte written to the socket.',
  labelNames: ['method', 'route', 'status'],
  buckets: BUCKETS_SECONDS,
  registers,
});
export const grpcCallDuration = new Histogram({
  name: 'holdfast_grpc_call_duration_seconds',
  help: 'Duration of gRPC calls until their status; a stream counts as long as it is open.',
  labelNames: ['method', 'code'],
  buckets: BUCKETS_SECONDS,
  registers,
});
export const grpcMessagesSent = new Counter({
  name: 'holdfast_grpc_messages_sent_total',
  help: 'Messages sent in gRPC streams: answers of PlaceOrders, events of WatchEvents.',
  labelNames: ['method'],
  registers,
});
export const requestsShed = new Counter({
  name: 'holdfast_requests_shed_total',
  help: 'Requests shed with 503 before any work, by kind: read, write.',
  labelNames: ['kind'],
  registers,
});
export const watchRequestsInFlight = callbackGauge({
  name: 'holdfast_requests_in_flight',
  help: 'Requests in flight, by kind: read, write.',
  label: 'kind',
});
export const watchConcurrencyLimit = callbackGauge({
  name: 'holdfast_concurrency_limit',
  help: 'Adaptive limit of requests in flight, by kind: read, write.',
  label: 'kind',
});
export const limiterRejections = new Counter({
  name: 'holdfast_limiter_rejections_total',
  help: 'Requests refused with 429, by policy.',
  labelNames: ['policy'],
  registers,
});
export const limiterFallbacks = new Counter({
  name: 'holdfast_limiter_fallbacks_total',
  help: 'Limiter decisions of the local window, because Redis did not answer, by policy.',
  labelNames: ['policy'],
  registers,
});
export const slowReadersCut = new Counter({
  name: 'holdfast_slow_readers_cut_total',
  help: 'Connections and calls ended because their client read its answers too slowly, by edge: http, grpc.',
  labelNames: ['edge'],
  registers,
});
export const appendBatchSize = new Histogram({
  name: 'holdfast_append_batch_size',
  help: 'Commands in one append statement.',
  buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  registers,
});
export const appendDuration = new Histogram({
  name: 'holdfast_append_duration_seconds',
  help: 'Duration of one append statement, round trip included.',
  buckets: BUCKETS_SECONDS,
  registers,
});
export const appendOutcomes = new Counter({
  name: 'holdfast_append_outcomes_total',
  help: 'Commands by outcome: appended, replayed, key_reused, claimed, number_taken, version_conflict, holder_unknown, shed, failed.',
  labelNames: ['outcome'],
  registers,
});
export const appendWait = new Histogram({
  name: 'holdfast_append_wait_seconds',
  help: 'Wait of a command for its append statement.',
  buckets: BUCKETS_SECONDS,
  registers,
});
export const orderSnapshots = new Counter({
  name: 'holdfast_order_snapshots_total',
  help: 'Snapshots of orders with a long history, by outcome: written, failed. A failed one is written by a later reader.',
  labelNames: ['outcome'],
  registers,
});
export const replays = new Counter({
  name: 'holdfast_replays_total',
  help: 'Repeated commands, answered again from the log.',
  registers,
});
export const keysReused = new Counter({
  name: 'holdfast_idempotency_keys_reused_total',
  help: 'Commands refused with 422 idempotency_key_reused: another request holds the key.',
  registers,
});
export const watchPool = callbackGauge({
  name: 'holdfast_database_pool_connections',
  help: 'Connections to Postgres, in_use and idle, and callers that wait for one (waiting).',
  label: 'state',
});
export const watchReplicas = callbackGauge({
  name: 'holdfast_replicas',
  help: 'Replicas for lists, by state: used, left (lists go to the primary instead).',
  label: 'state',
});
export const replicaReads = new Counter({
  name: 'holdfast_replica_reads_total',
  help: 'Lists sent to a replica, by outcome: answered; behind, failed (the primary answered instead).',
  labelNames: ['outcome'],
  registers,
});
export const databaseConnectionsSilent = new Counter({
  name: 'holdfast_database_connections_silent_total',
  help: 'Connections to Postgres that were destroyed because no answer came on them.',
  registers,
});
export const durabilityState = new Gauge({
  name: 'holdfast_durability_state',
  help: '1 for the state that is in force: as_required, at_risk (below local, and no level is required), refusing (writes are refused), unconfirmed (no standby confirms a commit: requests are refused).',
  labelNames: ['state'],
  aggregator: 'max',
  registers,
});
export const appendQueueLength = new Gauge({
  name: 'holdfast_append_queue_length',
  help: 'Commands submitted to the log, without an outcome yet.',
  registers,
});
export const feedWatchers = new Gauge({
  name: 'holdfast_feed_watchers',
  help: 'Requests for the event feed that wait for the next event.',
  registers,
});
export const readAfterWaits = new Gauge({
  name: 'holdfast_read_after_waits',
  help: 'Requests with Holdfast-Read-After that wait for a projection.',
  registers,
});
export const logEpoch = new Gauge({
  name: 'holdfast_log_epoch',
  help: 'Epoch of the log. It grows when the log lost its end, and after a failover or restore.',
  aggregator: 'max',
  labelNames: ['partition'],
  registers,
});
export const logBroken = new Gauge({
  name: 'holdfast_log_broken',
  help: '1 while an event of the log does not follow from the event before it, else 0.',
  aggregator: 'max',
  registers,
});
export const logEpochStartedAt = new Gauge({
  name: 'holdfast_log_epoch_started_timestamp_seconds',
  help: 'Start of the epoch of the log, in seconds since 1970.',
  aggregator: 'max',
  labelNames: ['partition'],
  registers,
});
export const projectionPosition = new Gauge({
  name: 'holdfast_projection_position',
  help: 'Log position of the last applied event.',
  labelNames: ['projection', 'partition'],
  registers,
});
export const projectionLag = new Gauge({
  name: 'holdfast_projection_lag_events',
  help: 'Events in the log that the projection has not applied.',
  labelNames: ['projection', 'partition'],
  registers,
});
export const projectionStopped = new Gauge({
  name: 'holdfast_projection_stopped',
  help: '1 while the projection is stopped before an event that it cannot apply, else 0.',
  labelNames: ['projection', 'partition'],
  registers,
});
export const projectionOutdated = new Gauge({
  name: 'holdfast_projection_outdated',
  help: '1 while this node leaves the projection to nodes of a newer release, whose events it does not know, else 0.',
  labelNames: ['projection', 'partition'],
  registers,
});
export const missingEvents = new Gauge({
  name: 'holdfast_projection_missing_events',
  help: 'Events that the read table does not count, found by the last audit.',
  labelNames: ['projection'],
  registers,
});
export const differentRows = new Gauge({
  name: 'holdfast_projection_different_rows',
  help: 'Missing, surplus or different rows of the read table, found by the last audit.',
  labelNames: ['projection'],
  registers,
});
export const auditedAt = new Gauge({
  name: 'holdfast_projection_audited_timestamp_seconds',
  help: 'End of the last audit of the read table, in Unix time.',
  aggregator: 'max',
  labelNames: ['projection'],
  registers,
});
export const projectionFailures = new Counter({
  name: 'holdfast_projection_failures_total',
  help: 'Projection batches that were rolled back.',
  labelNames: ['projection'],
  registers,
});
export const retentionRemoved = new Counter({
  name: 'holdfast_retention_removed_total',
  help: 'What policies of retention no longer kept: customers (erased), deliveries, acts.',
  labelNames: ['kind'],
  registers,
});
export const retentionFailures = new Counter({
  name: 'holdfast_retention_failures_total',
  help: 'Steps of retention that failed, and are repeated.',
  registers,
});
export const retentionFailing = new Gauge({
  name: 'holdfast_retention_failing',
  help: '1 while the last step of retention failed.',
  aggregator: 'max',
  registers,
});
export const retentionPassedAt = new Gauge({
  name: 'holdfast_retention_passed_timestamp_seconds',
  help: 'End of the last whole pass over a tenant with a policy of retention, in Unix time.',
  aggregator: 'max',
  registers,
});
