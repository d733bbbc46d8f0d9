/**
 * npm run load:alert-test -- FOLDER
 *
 * Writes ops/prometheus/alerts.test.yaml. It tests HoldfastRetryStorm on the recorded metrics of a
 * storm (`npm run load -- storm --samples --out FOLDER`), and the other rules on synthetic series.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { parseMetrics, sum } from '../api/overview/samples.ts';

const [folder = 'load-report'] = process.argv.slice(2);
const { phases } = JSON.parse(await readFile(join(folder, 'storm.json'), 'utf8')) as {
  phases: { name: string; from: number; to: number }[];
};
const texts = (await readFile(join(folder, 'storm.metrics.txt'), 'utf8')).split(/^# at /m).slice(1);

const requests = 'holdfast_http_request_duration_seconds_count';
/**
 * The recorded series. Each sums the labels that the rules ignore, so that the recording stays
 * small. `series` has no closing brace.
 */
const SERIES: [series: string, metric: string, having?: RegExp][] = [
  [`${requests}{status="2xx"`, requests, /status="2/],
  [`${requests}{status="429"`, requests, /status="429/],
  [`${requests}{status="499"`, requests, /status="499/],
  [`${requests}{status="503"`, requests, /status="5/],
  ['holdfast_requests_shed_total{kind="write"', 'holdfast_requests_shed_total'],
  ['holdfast_replays_total{job="holdfast"', 'holdfast_replays_total'],
  ['holdfast_limiter_rejections_total{policy="write"', 'holdfast_limiter_rejections_total'],
];

const first = Number(texts[0]!.split('\n', 1)[0]);
const recorded = new Map<string, (number | '_')[]>();
for (const text of texts) {
  const second = Math.round((Number(text.split('\n', 1)[0]) - first) / 1_000);
  const samples = parseMetrics(text);
  // A restarted node is another process whose counters start at zero.
  const instance = sum(samples, 'process_start_time_seconds');
  for (const [series, metric, having] of SERIES) {
    const name = `${series},instance="${instance}"}`;
    const values = recorded.get(name) ?? [];
    while (values.length < second) values.push('_');
    values[second] = sum(samples, metric, having);
    recorded.set(name, values);
  }
}
const storm = phases.find(({ name }) => name.startsWith('storm'))!;
const at = (seconds: number) => `${Math.round(seconds)}s`;
const firing = (alert: string, when: string, value: 0 | 1) => ({
  expr: `count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)`,
  eval_time: when,
  exp_samples: [{ labels: '{}', value }],
});
/** A test of one rule on synthetic series: silent at first, firing at the end. */
const synthetic = (alert: string, series: Record<string, string>, when: string, silent = '0s') => ({
  interval: '15s',
  input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
  promql_expr_test: [firing(alert, silent, 0), firing(alert, when, 1)],
});

const tests = {
  rule_files: ['alerts.yaml'],
  evaluation_interval: '1s',
  tests: [
    {
      interval: '1s',
      input_series: [...recorded].map(([series, values]) => ({ series, values: values.join(' ') })),
      promql_expr_test: [
        firing('HoldfastRetryStorm', at(storm.from - 1), 0),
        firing('HoldfastRetryStorm', at(storm.to), 1),
      ],
    },
    synthetic(
      'HoldfastErrorBudgetBurn',
      { [`${requests}{status="201"}`]: '0+980x40', [`${requests}{status="500"}`]: '0+20x40' },
      '9m',
    ),
    synthetic(
      'HoldfastListsBehind',
      { 'holdfast_projection_lag_events{projection="orders",partition="0"}': '0 6000x20' },
      '4m',
    ),
    synthetic(
      'HoldfastProjectionStopped',
      { 'holdfast_projection_stopped{projection="orders",partition="0"}': '0 1x20' },
      '2m',
    ),
    synthetic(
      'HoldfastReadTableWrong',
      { 'holdfast_projection_different_rows{projection="orders"}': '0 3x20' },
      '3m',
    ),
    synthetic('HoldfastWebhooksBehind', { 'holdfast_relay_lag_events{partition="0"}': '0 6000x20' }, '4m'),
    synthetic('HoldfastWebhookRelayFailing', { holdfast_relay_failures_total: '0 0+10x40' }, '8m', '0s'),
    synthetic('HoldfastWebhooksUnclaimed', { holdfast_webhook_oldest_due_seconds: '0 0 61x40' }, '4m', '2m'),
    synthetic(
      'HoldfastWebhookEndpointNearlyExhausted',
      { 'holdfast_webhook_oldest_undelivered_seconds{state="failing"}': '172000 172801x60' },
      '7m',
      '4m',
    ),
    synthetic(
      'HoldfastWebhookEndpointDisabled',
      { 'holdfast_webhook_endpoints_disabled_total{reason="gone"}': '0 0 0 1x10' },
      '2m',
      '0s',
    ),
    synthetic(
      'HoldfastWebhookBacklog',
      { 'holdfast_webhook_oldest_undelivered_seconds{state="sending"}': '0 1000x120' },
      '20m',
      '14m',
    ),
    synthetic(
      'HoldfastWebhookStatusMissing',
      { holdfast_webhook_status_timestamp_seconds: '0+0x120' },
      '12m',
      '4m',
    ),
    synthetic(
      'HoldfastWakeupsLate',
      {
        'holdfast_webhook_wakeup_timestamp_seconds{instance="a"}': '1x20',
        'holdfast_webhook_wakeup_timestamp_seconds{instance="b"}': '0+15x20',
        'holdfast_webhook_wakeup_timestamp_seconds{instance="api"}': '0x20',
      },
      '2m',
    ),
    synthetic('HoldfastWebhooksUnserved', { holdfast_webhook_unserved_total: '0+2x40' }, '6m'),
    synthetic(
      'HoldfastLimiterFallback',
      { 'holdfast_limiter_fallbacks_total{policy="write"}': '0+100x40' },
      '4m',
    ),
  ],
};
await writeFile(
  new URL('../ops/prometheus/alerts.test.yaml', import.meta.url),
  `# Generated by loadtest/alert-test.ts from the metrics of a storm. Do not edit.\n${stringify(tests, { lineWidth: 0 })}`,
);
