/** `npm run ops:grafana`: generates dashboard.json, the figures of /ops for Grafana. */
import { writeFileSync } from 'node:fs';

const PROMETHEUS = { type: 'prometheus', uid: '${datasource}' };
/** In columns and rows of the Grafana grid, which has 24 columns. */
const PANEL_COLUMNS = 12;
const PANEL_ROWS = 8;

interface Panel {
  title: string;
  unit: string;
  /** Legend and expression of each series. */
  series: [legend: string, expr: string][];
  isLogScale?: boolean;
}

const rate = (metric: string) => `sum(rate(${metric}[$__rate_interval]))`;
const quantile = (q: number, methods: string) =>
  `1000 * histogram_quantile(${q}, sum by (le) (rate(holdfast_http_request_duration_seconds_bucket{method=~"${methods}",status=~"2.."}[$__rate_interval])))`;

const PANELS: Panel[] = [
  {
    title: 'Answers by outcome',
    unit: 'reqps',
    series: [
      ['appended', rate('holdfast_append_outcomes_total{outcome="appended"}')],
      ['repeats', rate('holdfast_replays_total')],
      ['429', rate('holdfast_limiter_rejections_total')],
      ['503 shed', rate('holdfast_requests_shed_total')],
      ['5xx', rate('holdfast_http_request_duration_seconds_count{status=~"5.."}')],
    ],
  },
  {
    title: 'Latency of successful requests',
    unit: 'ms',
    isLogScale: true,
    series: [
      ['writes p50', quantile(0.5, 'POST|PATCH|DELETE')],
      ['writes p99', quantile(0.99, 'POST|PATCH|DELETE')],
      ['reads p99', quantile(0.99, 'GET')],
    ],
  },
  {
    title: 'Writes in flight, and their limit',
    unit: 'short',
    series: [
      ['append queue', 'sum(holdfast_append_queue_length)'],
      ['in flight', 'sum(holdfast_requests_in_flight{kind="write"})'],
      ['limit', 'sum(holdfast_concurrency_limit{kind="write"})'],
    ],
  },
  {
    title: 'Lag behind the log, in events',
    unit: 'short',
    series: [
      ['{{projection}}', 'max by (projection) (holdfast_projection_lag_events)'],
      ['webhooks', 'max(holdfast_relay_lag_events)'],
    ],
  },
  {
    title: '429 by policy, and limiter fallbacks',
    unit: 'reqps',
    series: [
      ['{{policy}}', 'sum by (policy) (rate(holdfast_limiter_rejections_total[$__rate_interval]))'],
      ['fallbacks (no Redis)', rate('holdfast_limiter_fallbacks_total')],
    ],
  },
  {
    title: 'Group commit',
    unit: 'short',
    series: [
      [
        'commands per append',
        `${rate('holdfast_append_batch_size_sum')} / ${rate('holdfast_append_batch_size_count')}`,
      ],
      [
        'wait p99, ms',
        '1000 * histogram_quantile(0.99, sum by (le) (rate(holdfast_append_wait_seconds_bucket[$__rate_interval])))',
      ],
      [
        'append p99, ms',
        '1000 * histogram_quantile(0.99, sum by (le) (rate(holdfast_append_duration_seconds_bucket[$__rate_interval])))',
      ],
    ],
  },
  {
    title: 'Webhook attempts by outcome',
    unit: 'reqps',
    series: [
      [
        '{{outcome}}',
        'sum by (outcome) (rate(holdfast_webhook_attempt_duration_seconds_count[$__rate_interval]))',
      ],
    ],
  },
  {
    title: 'Webhook endpoints by state',
    unit: 'short',
    series: [['{{state}}', 'max by (state) (holdfast_webhook_endpoints{state!="idle"})']],
  },
  {
    title: 'Webhooks: age of the oldest pending delivery',
    unit: 's',
    isLogScale: true,
    series: [
      ['{{state}}', 'max by (state) (holdfast_webhook_oldest_undelivered_seconds)'],
      ['due without a worker', 'max(holdfast_webhook_oldest_due_seconds)'],
    ],
  },
  {
    title: 'Event loop lag and Postgres connections',
    unit: 'short',
    series: [
      ['event loop p99, ms', '1000 * max(nodejs_eventloop_lag_p99_seconds)'],
      ['{{state}}', 'sum by (state) (holdfast_database_pool_connections)'],
    ],
  },
];

const dashboard = {
  uid: 'holdfast',
  title: 'Holdfast',
  schemaVersion: 39,
  refresh: '5s',
  time: { from: 'now-15m', to: 'now' },
  templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }] },
  panels: PANELS.map(({ title, unit, series, isLogScale }, n) => ({
    id: n + 1,
    title,
    type: 'timeseries',
    datasource: PROMETHEUS,
    gridPos: {
      x: (n % 2) * PANEL_COLUMNS,
      y: Math.floor(n / 2) * PANEL_ROWS,
      w: PANEL_COLUMNS,
      h: PANEL_ROWS,
    },
    fieldConfig: {
      defaults: { unit, ...(isLogScale && { custom: { scaleDistribution: { type: 'log', log: 10 } } }) },
      overrides: [],
    },
    options: { tooltip: { mode: 'multi' }, legend: { displayMode: 'list', placement: 'bottom' } },
    targets: series.map(([legendFormat, expr], m) => ({
      refId: String.fromCharCode(65 + m),
      datasource: PROMETHEUS,
      legendFormat,
      expr,
    })),
  })),
};
writeFileSync(new URL('./dashboard.json', import.meta.url), `${JSON.stringify(dashboard, null, 2)}\n`);
