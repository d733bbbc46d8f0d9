/**
 * Every metric that Holdfast exports, in one place, so that names, units and label sets can be read at once.
 * Labels are bounded: routes are patterns, never paths, and no tenant, key or id is ever a label.
 */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export const registry = new Registry();
collectDefaultMetrics({ register: registry });

const registers = [registry];
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * A gauge that costs nothing between two looks at it: it is made of what whoever watches something says then, added up.
 *
 * @returns adds a watcher, which tells values by the gauge's one label; what that returns takes it away
 */
function watchedGauge({ name, help, label }: { name: string; help: string; label: string }) {
  const watchers = new Set<() => Record<string, number>>();
  // oxlint-disable-next-line no-new -- it is in the registry
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers,
    collect() {
      this.reset();
      for (const tell of watchers)
        for (const [value, count] of Object.entries(tell())) this.inc({ [label]: value }, count);
    },
  });
  return (tell: () => Record<string, number>): (() => void) => {
    watchers.add(tell);
    return () => watchers.delete(tell);
  };
}

export const httpRequestDuration = new Histogram({
  name: 'holdfast_http_request_duration_seconds',
  help: 'From the first byte read to the last byte handed to the socket',
  labelNames: ['method', 'route', 'status'],
  buckets: SECONDS,
  registers,
});
export const grpcCallDuration = new Histogram({
  name: 'holdfast_grpc_call_duration_seconds',
  help: 'From the call to its status; of a stream, as long as it was open',
  labelNames: ['method', 'code'],
  buckets: SECONDS,
  registers,
});
export const grpcMessagesSent = new Counter({
  name: 'holdfast_grpc_messages_sent_total',
  help: 'Messages sent in streams: answers of PlaceOrders, events of WatchEvents',
  labelNames: ['method'],
  registers,
});
export const requestsShed = new Counter({
  name: 'holdfast_requests_shed_total',
  help: 'Requests that were answered 503 before anything was done for them: read, write',
  labelNames: ['kind'],
  registers,
});
export const watchRequestsInFlight = watchedGauge({
  name: 'holdfast_requests_in_flight',
  help: 'Requests under way: read, write',
  label: 'kind',
});
export const watchConcurrencyLimit = watchedGauge({
  name: 'holdfast_concurrency_limit',
  help: 'Requests that may be under way; it adapts',
  label: 'kind',
});
export const limiterRejections = new Counter({
  name: 'holdfast_limiter_rejections_total',
  help: 'Requests answered 429, by policy',
  labelNames: ['policy'],
  registers,
});
export const limiterFallbacks = new Counter({
  name: 'holdfast_limiter_fallbacks_total',
  help: 'Decisions taken by the local window, because Redis was slow or gone',
  labelNames: ['policy'],
  registers,
});
export const appendBatchSize = new Histogram({
  name: 'holdfast_append_batch_size',
  help: 'Commands appended by one statement',
  buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  registers,
});
export const appendDuration = new Histogram({
  name: 'holdfast_append_duration_seconds',
  help: 'One append statement, from sending it to its answer',
  buckets: SECONDS,
  registers,
});
export const appendOutcomes = new Counter({
  name: 'holdfast_append_outcomes_total',
  help: 'What became of each command: appended, replayed, key_reused, version_conflict, shed, failed',
  labelNames: ['outcome'],
  registers,
});
export const appendWait = new Histogram({
  name: 'holdfast_append_wait_seconds',
  help: 'How long a command waited for the append statement that took it along',
  buckets: SECONDS,
  registers,
});
export const replays = new Counter({
  name: 'holdfast_replays_total',
  help: 'Commands that had run before, and were answered again',
  registers,
});
export const keysReused = new Counter({
  name: 'holdfast_idempotency_keys_reused_total',
  help: 'Commands under a key that was used for another one: 422 idempotency_key_reused',
  registers,
});
export const watchPool = watchedGauge({
  name: 'holdfast_database_pool_connections',
  help: 'Connections to Postgres that are in_use and idle, and callers that are waiting for one',
  label: 'state',
});
export const appendQueueLength = new Gauge({
  name: 'holdfast_append_queue_length',
  help: 'Commands that have been handed to the log and have no outcome yet',
  registers,
});
export const feedWatchers = new Gauge({
  name: 'holdfast_feed_watchers',
  help: 'Requests for the feed of events that are held back until there is news',
  registers,
});
export const projectionPosition = new Gauge({
  name: 'holdfast_projection_position',
  help: 'Log position up to which a projection has been applied',
  labelNames: ['projection', 'partition'],
  registers,
});
export const projectionLag = new Gauge({
  name: 'holdfast_projection_lag_events',
  help: 'Events in the log that a projection has not applied yet',
  labelNames: ['projection', 'partition'],
  registers,
});
export const projectionStopped = new Gauge({
  name: 'holdfast_projection_stopped',
  help: '1 while a projection stands still in front of an event that it cannot apply',
  labelNames: ['projection', 'partition'],
  registers,
});
export const missingEvents = new Gauge({
  name: 'holdfast_projection_missing_events',
  help: 'Events that the rows of a read table do not show, by the last audit',
  labelNames: ['projection'],
  registers,
});
export const differentRows = new Gauge({
  name: 'holdfast_projection_different_rows',
  help: 'Rows of a read table that are missing, surplus or different, by the last audit',
  labelNames: ['projection'],
  registers,
});
export const auditedAt = new Gauge({
  name: 'holdfast_projection_audited_timestamp_seconds',
  help: 'When the last audit of a read table ended',
  labelNames: ['projection'],
  registers,
});
export const projectionFailures = new Counter({
  name: 'holdfast_projection_failures_total',
  help: 'Projection batches that were rolled back',
  labelNames: ['projection'],
  registers,
});
export const relayLag = new Gauge({
  name: 'holdfast_relay_lag_events',
  help: 'Events of the log that have not been queued for the endpoints yet',
  labelNames: ['partition'],
  registers,
});
export const relayFailures = new Counter({
  name: 'holdfast_relay_failures_total',
  help: 'Batches of the relay that failed and were tried again',
  registers,
});
export const webhookAttemptDuration = new Histogram({
  name: 'holdfast_webhook_attempt_duration_seconds',
  help: 'One attempt to deliver: delivered, not_2xx, timeout, address_refused, connection_failed',
  labelNames: ['outcome'],
  buckets: [...SECONDS, 15],
  registers,
});
export const webhookEndpointsFailing = new Gauge({
  name: 'holdfast_webhook_endpoints_failing',
  help: 'Endpoints that are enabled and whose attempts have all failed for 30 s or longer',
  registers,
});
export const webhookEndpointsDisabled = new Counter({
  name: 'holdfast_webhook_endpoints_disabled_total',
  help: 'Endpoints that were disabled because they are gone, or nothing got through for the whole schedule',
  labelNames: ['reason'],
  registers,
});
