/** Metrics of the relay and of webhooks. Labels: bounded sets only, see platform/metrics.ts. */
import { Counter, Gauge, Histogram } from 'prom-client';
import { BUCKETS_SECONDS, registers } from '../platform/metrics.ts';

export const relayLag = new Gauge({
  name: 'holdfast_relay_lag_events',
  help: 'Events of the log behind the first one that the relay has not queued for webhook endpoints.',
  labelNames: ['partition'],
  registers,
});
export const relayFailures = new Counter({
  name: 'holdfast_relay_failures_total',
  help: 'Relay batches that failed.',
  registers,
});
export const webhookAttemptDuration = new Histogram({
  name: 'holdfast_webhook_attempt_duration_seconds',
  help: 'Duration of delivery attempts, by outcome: delivered, or the error of the ledger.',
  labelNames: ['outcome'],
  buckets: [...BUCKETS_SECONDS, 15],
  registers,
});
export const webhookEndpointsFailing = new Gauge({
  name: 'holdfast_webhook_endpoints_failing',
  aggregator: 'max',
  help: 'Enabled endpoints whose attempts have all failed for 30 s or longer.',
  registers,
});
export const webhookEndpoints = new Gauge({
  name: 'holdfast_webhook_endpoints',
  aggregator: 'max',
  help: 'Endpoints by state: unclaimed, failing, sending, waiting, idle, disabled. The same on each node.',
  labelNames: ['state'],
  registers,
});
export const webhookOldestUndelivered = new Gauge({
  name: 'holdfast_webhook_oldest_undelivered_seconds',
  aggregator: 'max',
  help: 'Age of the oldest pending delivery, by state of its endpoint; 0 without one. The same on each node.',
  labelNames: ['state'],
  registers,
});
export const webhookOldestDue = new Gauge({
  name: 'holdfast_webhook_oldest_due_seconds',
  aggregator: 'max',
  help: 'Longest time that a delivery is due without a worker that claims it; 0 without one. The same on each node.',
  registers,
});
export const webhookReplaysRunning = new Gauge({
  name: 'holdfast_webhook_replays_running',
  aggregator: 'max',
  help: 'Webhook replays that have not finished, counted up to 20. The same on each node.',
  registers,
});
export const webhookStatusReadAt = new Gauge({
  name: 'holdfast_webhook_status_timestamp_seconds',
  aggregator: 'max',
  help: 'Time of the newest webhook status, in Unix time. The same on each node.',
  registers,
});
export const webhookDeliveriesUnread = new Gauge({
  name: 'holdfast_webhook_deliveries_unread',
  help: 'Pending deliveries that no node could read or sign, by reason: event_not_understood (a newer release knows the event), event_not_rendered (its data is bad), secret_not_decrypted (it cannot be signed).',
  labelNames: ['reason'],
  registers,
});
export const webhookEndpointsDisabled = new Counter({
  name: 'holdfast_webhook_endpoints_disabled_total',
  help: 'Endpoints disabled by Holdfast, by reason: gone (410), exhausted (the whole retry schedule failed).',
  labelNames: ['reason'],
  registers,
});
export const wakeupReceivedAt = new Gauge({
  name: 'holdfast_webhook_wakeup_timestamp_seconds',
  help: 'Unix time of the last wake-up, or heartbeat, that a webhook worker got through Redis. 0 without such a worker.',
  aggregator: 'max',
  registers,
});
export const unservedEndpoints = new Counter({
  name: 'holdfast_webhook_unserved_total',
  help: 'Turns of endpoints that stayed due for 3 s without a wake-up, so that a worker served them by itself.',
  registers,
});
