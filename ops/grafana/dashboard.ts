/** `npm run ops:grafana`: generates dashboard.json, the figures of /ops for Grafana. */
import { writeFileSync } from 'node:fs';

const PROMETHEUS = { type: 'prometheus', uid: '${datasource}' };
/** In columns and rows of the Grafana grid, which has 24 columns. */
const PANEL_WIDTH = 12;
const PANEL_HEIGHT = 8;

interface Panel {
  title: string;
  unit: string;
  /** Legend and expression. */
  lines: [legend: string, expr: string][];
  log?: boolean;
}

const rate = (metric: string) => `sum(rate(${metric}[$__rate_interval]))`;
const quantile = (q: number, methods: string) =>
  `1000 * histogram_quantile(${q}, sum by (le) (rate(holdfast_http_request_duration_seconds_bucket{method=~"${methods}",status=~"2.."}[$__rate_interval])))`;

const PANELS: Panel[] = [
  {
    title: 'Answers a second',
    unit: 'reqps',
    lines: [
      ['appended', rate('holdfast_append_outcomes_total{outcome="appended"}')],
      ['repeats', rate('holdfast_replays_total')],
      ['429', rate('holdfast_limiter_rejections_total')],
      ['503 before anything', rate('holdfast_requests_shed_total')],
      ['5xx', rate('holdfast_http_request_duration_seconds_count{status=~"5.."}')],
    ],
  },
  {
    title: 'Latency of successful requests',
    unit: 'ms',
    log: true,
    lines: [
      ['writes p50', quantile(0.5, 'POST|PATCH|DELETE')],
      ['writes p99', quantile(0.99, 'POST|PATCH|DELETE')],
      ['reads p99', quantile(0.99, 'GET')],
    ],
  },
  {
    title: 'Writes in flight, and their limit',
    unit: 'short',
    lines: [
      ['waiting for the log', 'sum(holdfast_append_queue_length)'],
      ['under way', 'sum(holdfast_requests_in_flight{kind="write"})'],
      ['limit', 'sum(holdfast_concurrency_limit{kind="write"})'],
    ],
  },
  {
    title: 'Events behind',
    unit: 'short',
    lines: [
      ['{{projection}}', 'max by (projection) (holdfast_projection_lag_events)'],
      ['webhooks', 'max(holdfast_relay_lag_events)'],
    ],
  },
  {
    title: '429 by policy, and limiter fallbacks',
    unit: 'reqps',
    lines: [
      ['{{policy}}', 'sum by (policy) (rate(holdfast_limiter_rejections_total[$__rate_interval]))'],
      ['without Redis', rate('holdfast_limiter_fallbacks_total')],
    ],
  },
  {
    title: 'Group commit',
    unit: 'short',
    lines: [
      [
        'commands a write',
        `${rate('holdfast_append_batch_size_sum')} / ${rate('holdfast_append_batch_size_count')}`,
      ],
      [
        'wait p99, ms',
        '1000 * histogram_quantile(0.99, sum by (le) (rate(holdfast_append_wait_seconds_bucket[$__rate_interval])))',
      ],
      [
        'write p99, ms',
        '1000 * histogram_quantile(0.99, sum by (le) (rate(holdfast_append_duration_seconds_bucket[$__rate_interval])))',
      ],
    ],
  },
  {
    title: 'Webhook attempts, by outcome',
    unit: 'reqps',
    lines: [
      [
        '{{outcome}}',
        'sum by (outcome) (rate(holdfast_webhook_attempt_duration_seconds_count[$__rate_interval]))',
      ],
    ],
  },
  {
    title: 'Event loop, and connections to Postgres',
    unit: 'short',
    lines: [
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
  panels: PANELS.map(({ title, unit, lines, log }, n) => ({
    id: n + 1,
    title,
    type: 'timeseries',
    datasource: PROMETHEUS,
    gridPos: {
      x: (n % 2) * PANEL_WIDTH,
      y: Math.floor(n / 2) * PANEL_HEIGHT,
      w: PANEL_WIDTH,
      h: PANEL_HEIGHT,
    },
    fieldConfig: {
      defaults: { unit, ...(log && { custom: { scaleDistribution: { type: 'log', log: 10 } } }) },
      overrides: [],
    },
    options: { tooltip: { mode: 'multi' }, legend: { displayMode: 'list', placement: 'bottom' } },
    targets: lines.map(([legendFormat, expr], m) => ({
      refId: String.fromCharCode(65 + m),
      datasource: PROMETHEUS,
      legendFormat,
      expr,
    })),
  })),
};
writeFileSync(new URL('./dashboard.json', import.meta.url), `${JSON.stringify(dashboard, null, 2)}\n`);
