/** Computes the figures of /ops from two scrapes of the metrics: rates, quantiles, lags. */
import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { ProcessRegistry } from '../../platform/process-registry.ts';

/** Values by metric name, then by labels as in the Prometheus text. */
export type Samples = ReadonlyMap<string, ReadonlyMap<string, number>>;

export interface Metrics {
  /** In the Prometheus text format. */
  text: () => Promise<string>;
  samples: () => Promise<Samples>;
}

/** The metrics of this process. Samples cost a fraction of the text. */
export const metricsOf = (registry: ProcessRegistry): Metrics => ({
  text: () => registry.metrics(),
  samples: () => samplesOf(registry),
});

/** The series of the page, in its order. Rates are a second. */
export const SERIES = [
  'requests',
  'placed',
  'replayed',
  'limited',
  'shed',
  'hung_up',
  'failed',
  'write_p50_ms',
  'write_p99_ms',
  'read_p99_ms',
  'append_queue',
  'batch_size',
  'event_loop_ms',
  'in_flight',
  'write_limit',
  'projection_lag',
  'projections_stopped',
  'relay_lag',
  'endpoints_failing',
  'deliveries',
  'limiter_fallbacks',
  'pool_waiting',
  'retention_failing',
  'retention_passed_at',
] as const;
export type Point = Record<(typeof SERIES)[number], number | null>;

/** Parses the Prometheus text format, version 0.0.4. */
export function parseMetrics(text: string): Samples {
  const samples = new Map<string, Map<string, number>>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name = '', labels = '', value] = SERIES_LINE.exec(line) ?? [];
    const series = samples.get(name) ?? new Map<string, number>();
    samples.set(name, series.set(labels, Number(value)));
  }
  return samples;
}
const SERIES_LINE = /^(\w+)(?:\{(.*)\})? (\S+)$/;

async function samplesOf(registry: ProcessRegistry): Promise<Samples> {
  const samples = new Map<string, Map<string, number>>();
  // The types of prom-client leave out `metricName`, which a histogram gives each of its values.
  type Value = MetricValue<string> & { metricName?: string };
  const metrics = (await registry.report(SAMPLED)) as MetricObjectWithValues<Value>[];
  for (const { name: metric, values } of metrics) {
    for (const { metricName: name = metric, labels, value } of values) {
      const series = samples.get(name) ?? new Map<string, number>();
      samples.set(name, series.set(textOf(labels), value));
    }
  }
  return samples;
}
/** Not those of the process: memory, files and handles take some ms to read. */
const SAMPLED = /^(?:holdfast_|nodejs_eventloop_lag)/;
const textOf = (labels: object): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',');

/** The series of a metric whose labels match. */
const seriesOf = (samples: Samples, name: string, having: RegExp) =>
  [...(samples.get(name) ?? [])].filter(([labels]) => having.test(labels));
export const valuesOf = (samples: Samples, name: string, having = /^/): number[] =>
  seriesOf(samples, name, having).map(([, value]) => value);
export const sum = (samples: Samples, name: string, having?: RegExp): number =>
  valuesOf(samples, name, having).reduce((total, value) => total + value, 0);
const largest = (samples: Samples, name: string): number => Math.max(0, ...valuesOf(samples, name));

/** @param seconds between the two scrapes */
export function pointOf(before: Samples, after: Samples, seconds: number): Point {
  // A replaced process counts from zero again: do not report a negative rate.
  const grown = (name: string, having?: RegExp) =>
    Math.max(0, sum(after, name, having) - sum(before, name, having));
  const rate = (name: string, having?: RegExp) => grown(name, having) / seconds;
  const http = 'holdfast_http_request_duration_seconds_count';
  const early = rate('holdfast_requests_shed_total');
  const batches = grown('holdfast_append_batch_size_count');
  return {
    requests: rate(http) + early,
    placed: rate('holdfast_append_outcomes_total', /"appended"/),
    replayed: rate('holdfast_replays_total'),
    limited: rate(http, /status="429"/),
    shed: rate(http, /status="503"/) + early,
    hung_up: rate(http, /status="499"/),
    failed: rate(http, /status="5(?!03)/),
    write_p50_ms: quantileOf(before, after, WRITES, 0.5),
    write_p99_ms: quantileOf(before, after, WRITES, 0.99),
    read_p99_ms: quantileOf(before, after, READS, 0.99),
    append_queue: sum(after, 'holdfast_append_queue_length'),
    batch_size: batches === 0 ? null : grown('holdfast_append_batch_size_sum') / batches,
    event_loop_ms: largest(after, 'nodejs_eventloop_lag_p99_seconds') * 1_000,
    in_flight: sum(after, 'holdfast_requests_in_flight', /"write"/),
    write_limit: sum(after, 'holdfast_concurrency_limit', /"write"/),
    projection_lag: largest(after, 'holdfast_projection_lag_events'),
    projections_stopped: sum(after, 'holdfast_projection_stopped'),
    relay_lag: largest(after, 'holdfast_relay_lag_events'),
    endpoints_failing: largest(after, 'holdfast_webhook_endpoints_failing'),
    deliveries: rate('holdfast_webhook_attempt_duration_seconds_count', /"delivered"/),
    limiter_fallbacks: rate('holdfast_limiter_fallbacks_total'),
    pool_waiting: sum(after, 'holdfast_database_pool_connections', /"waiting"/),
    retention_failing: largest(after, 'holdfast_retention_failing'),
    retention_passed_at: largest(after, 'holdfast_retention_passed_timestamp_seconds'),
  };
}

const BUCKETS = 'holdfast_http_request_duration_seconds_bucket';
const WRITES = /method="(?:POST|PATCH|DELETE)".*status="2/;
const READS = /method="GET".*status="2/;

/**
 * A latency quantile in milliseconds, of the successful requests between two scrapes. Linear within
 * a bucket.
 *
 * @returns `null` without requests
 */
function quantileOf(before: Samples, after: Samples, having: RegExp, q: number): number | null {
  const counts = new Map<number, number>();
  for (const [labels, value] of seriesOf(after, BUCKETS, having)) {
    const bound = /le="([^"]+)"/.exec(labels)?.[1];
    if (bound === undefined || bound === '+Inf') continue;
    counts.set(
      Number(bound),
      (counts.get(Number(bound)) ?? 0) + Math.max(0, value - (before.get(BUCKETS)?.get(labels) ?? 0)),
    );
  }
  const bounds = [...counts].toSorted(([a], [b]) => a - b);
  const all = bounds.at(-1)?.[1] ?? 0;
  if (all === 0) return null;
  let [lower, below] = [0, 0];
  for (const [bound, count] of bounds) {
    if (count >= all * q)
      return (lower + ((bound - lower) * (all * q - below)) / (count - below || 1)) * 1_000;
    [lower, below] = [bound, count];
  }
  return lower * 1_000;
}
