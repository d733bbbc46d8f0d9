/**
 * npm run load:alert-test FOLDER
 *
 * Writes ops/prometheus/alerts.test.yaml: the alert rules on the metrics of a storm that took place (`npm run load -- storm --samples --out FOLDER`), and on series that
 * show what each of the other rules is for.
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
/** Sums over what the rules do not tell apart, so that the recording stays small: a series (its last brace left open), its metric, and which labels count. */
const WANTED: [series: string, metric: string, having?: RegExp][] = [
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
  // A node that was started again is another process, and counts from zero.
  const instance = sum(samples, 'process_start_time_seconds');
  for (const [series, metric, having] of WANTED) {
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
/** One rule on series that show what it is for; silent before, firing at the end. */
const shown = (alert: string, series: Record<string, string>, when: string) => ({
  interval: '15s',
  input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
  promql_expr_test: [firing(alert, '0s', 0), firing(alert, when, 1)],
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
    shown(
      'HoldfastErrorBudgetBurn',
      { [`${requests}{status="201"}`]: '0+980x40', [`${requests}{status="500"}`]: '0+20x40' },
      '9m',
    ),
    shown(
      'HoldfastListsBehind',
      { 'holdfast_projection_lag_events{projection="orders",partition="0"}': '0 6000x20' },
      '4m',
    ),
    shown(
      'HoldfastProjectionStopped',
      { 'holdfast_projection_stopped{projection="orders",partition="0"}': '0 1x20' },
      '2m',
    ),
    shown(
      'HoldfastReadTableWrong',
      { 'holdfast_projection_different_rows{projection="orders"}': '0 3x20' },
      '3m',
    ),
    shown('HoldfastWebhooksBehind', { 'holdfast_relay_lag_events{partition="0"}': '0 6000x20' }, '4m'),
    shown(
      'HoldfastLimiterFallback',
      { 'holdfast_limiter_fallbacks_total{policy="write"}': '0+100x40' },
      '4m',
    ),
  ],
};
await writeFile(
  new URL('../ops/prometheus/alerts.test.yaml', import.meta.url),
  `# Made by loadtest/alert-test.ts from the metrics of a storm that took place; do not edit.\n${stringify(tests, { lineWidth: 0 })}`,
);
